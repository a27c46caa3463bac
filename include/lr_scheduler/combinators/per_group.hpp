// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_COMBINATORS_PER_GROUP_HPP
#define LR_SCHEDULER_COMBINATORS_PER_GROUP_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/children.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::schedule {

/// A schedule for each parameter group. Options of these schedules that are lists have one value.
///
///     {.schedules = {Step<double>{.step_size = 30}, Exponential<double>{.gamma = 0.9}}}
///
/// Source: the ParamwiseScheduler that PyTorch's users ask for.
template <Scalar T>
struct PerGroup {
  std::vector<AnySchedule<T>> schedules{};  ///< One for each group.

  static constexpr std::string_view name = "PerGroup";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedulers", self.schedules);
  }

  /// Throws std::invalid_argument if an option of a schedule in it is out of range, or there is
  /// none.
  void validate() const { detail::validate_children(detail::Check(name), schedules); }
  /// Throws std::invalid_argument if there is another number of groups than of schedules.
  void check_groups(std::size_t groups) const {
    if (schedules.size() != groups) {
      detail::Check(name).refuse("schedulers has " + std::to_string(schedules.size()) + " values for " +
                                 std::to_string(groups) + " parameter groups");
    }
    for (const auto& child : schedules) child.check_groups(1);
  }

  [[nodiscard]] bool has_closed_form(detail::GroupOrAll group = {}) const {
    if (!group) return detail::all_closed_forms(schedules);
    return *group < schedules.size() && schedules[*group].has_closed_form();
  }
  [[nodiscard]] bool is_continuous() const { return detail::all_continuous(schedules); }
  [[nodiscard]] bool starts_from_current() const {
    return std::any_of(schedules.begin(), schedules.end(),
                       [](const AnySchedule<T>& child) { return child.starts_from_current(); });
  }
  /// The groups' curves are made one by one, while rates are computed.
  [[nodiscard]] static constexpr bool never_throws() { return false; }

  [[nodiscard]] T initial_lr(Group<T> group) const {
    return schedules[group.index].initial_lr(Group<T>(group.base_lr));
  }

  [[nodiscard]] T at(Epoch t, Group<T> group) const { return schedules[group.index].at(t, Group<T>(group.base_lr)); }
  [[nodiscard]] T at_time(double t, Group<T> group) const {
    return schedules[group.index].at_time(t, Group<T>(group.base_lr));
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const {
    return schedules[group.index].next(t, lr, Group<T>(group.base_lr));
  }
  /// The first rates, where this takes over from another schedule.
  [[nodiscard]] detail::AnyCurve<T> start() const {
    struct Start {
      const PerGroup* groups;
      T operator()(const T& lr, const Group<T>& group) const {
        return groups->schedules[group.index].start()(lr, Group<T>(group.base_lr));
      }
    };
    return detail::AnyCurve<T>(Start{this});
  }

  [[nodiscard]] bool cycles_momentum(detail::GroupOrAll group = {}) const {
    if (!group) return detail::any_cycles_momentum(schedules);
    return *group < schedules.size() && schedules[*group].cycles_momentum();
  }
  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const {
    return schedules[group.index].momentum_at(t, Group<T>(group.base_lr));
  }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const {
    return schedules[group.index].momentum_at_time(t, Group<T>(group.base_lr));
  }

  friend bool operator==(const PerGroup&, const PerGroup&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_COMBINATORS_PER_GROUP_HPP
