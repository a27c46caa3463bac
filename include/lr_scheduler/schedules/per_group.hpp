// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_PER_GROUP_HPP
#define LR_SCHEDULER_SCHEDULES_PER_GROUP_HPP

#include <cstddef>
#include <string_view>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

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

  /// Throws std::invalid_argument if an option of a schedule in it is out of range, or there is none.
  void validate() const { detail::validate_children(detail::Check(name), schedules); }
  /// Throws std::invalid_argument if there is another number of groups than of schedules.
  void check_groups(std::size_t groups) const {
    if (schedules.size() != groups) {
      detail::ListLengthCheck<T>::throw_length(name, "schedulers", schedules.size(), groups);
    }
    for (const auto& schedule : schedules) schedule.check_groups(1);
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    if (group >= schedules.size()) return {};
    Abilities can = schedules[group].abilities(0);
    can.factor = false;  // a factor is the same for all groups
    return can;
  }

  void at(Time t, const Rates<T>& rates) const {
    one_by_one(rates, [&t](const AnySchedule<T>& schedule, const Rates<T>& one) { schedule.at(t, one); });
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  void next(Epoch t, const Rates<T>& rates) const {
    one_by_one(rates, [t](const AnySchedule<T>& schedule, const Rates<T>& one) { schedule.next(t, one); });
  }
  void start(const Rates<T>& rates) const {
    one_by_one(rates, [](const AnySchedule<T>& schedule, const Rates<T>& one) { schedule.start(one); });
  }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return detail::first_change(schedules, t); }

  [[nodiscard]] detail::Leg leg(Epoch t, const Group<T>& group) const {
    return schedules[group.index].leg(t, Group<T>(group.base_lr));
  }

  friend bool operator==(const PerGroup&, const PerGroup&) = default;

 private:
  /// Each group alone, as the first: its schedule knows no other.
  template <class Move>
  void one_by_one(const Rates<T>& rates, const Move& move) const {
    if (rates.lrs.empty()) return;
    Rates<T> one = rates.part(0, 1);
    one.first = 0;
    const bool asks_momentum = rates.momentums != nullptr;
    const AnySchedule<T>* schedule = schedules.data() + rates.first;
    const AnySchedule<T>* const last = schedule + (rates.lrs.size() - 1);
    for (;; ++schedule) {
      move(*schedule, one);
      if (schedule == last) return;
      one.lrs = {one.lrs.data() + 1, 1};
      one.base_lrs = {one.base_lrs.data() + 1, 1};
      if (asks_momentum) {
        ++one.momentums;
        ++one.is_driven;
      }
    }
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_PER_GROUP_HPP
