// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_COMBINATORS_SEQUENTIAL_LR_HPP
#define LR_SCHEDULER_COMBINATORS_SEQUENTIAL_LR_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/children.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>

namespace lr_scheduler {
namespace schedule {

/// One schedule after the other: schedules[i + 1] takes over at milestones[i], from its own 0.
/// There it is at its at(0), from the group's base rate; a schedule without a closed form, and SWA,
/// go on from the rate that is there.
///
///     {.schedules = {LinearWarmup<double>{.warmup_steps = 2}, Exponential<double>{.gamma = 0.5}},
///      .milestones = {2}}, base rate 0.8: 0, 0.4, 0.8, 0.4, 0.2 ...
///
/// Source: torch.optim.lr_scheduler.SequentialLR.
template <Scalar T>
struct Sequential {
  std::vector<AnySchedule<T>> schedules{};  ///< At least one.
  std::vector<Epoch> milestones{};          ///< One fewer, increasing, not negative, in steps.

  static constexpr std::string_view name = "SequentialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedulers", self.schedules);
    visit("milestones", self.milestones);
  }

  /// Throws std::invalid_argument if an option, of a schedule in it too, is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_children(check, schedules);
    if (milestones.size() + 1 != schedules.size()) {
      check.refuse(std::to_string(schedules.size()) + " schedulers need " + std::to_string(schedules.size() - 1) +
                   " milestones, got " + std::to_string(milestones.size()));
    }
    for (std::size_t i = 0; i < milestones.size(); ++i) {
      const std::string field = "milestones[" + std::to_string(i) + "]";
      check.not_negative(field, milestones[i]);
      if (i > 0 && milestones[i] <= milestones[i - 1]) {
        check.refuse(field, "must be greater than " + std::to_string(milestones[i - 1]), milestones[i]);
      }
    }
  }

  [[nodiscard]] bool has_closed_form(detail::GroupOrAll group = {}) const {
    return schedules.front().has_closed_form(group) &&
           std::all_of(schedules.begin() + 1, schedules.end(), [group](const AnySchedule<T>& child) {
             return child.has_closed_form(group) && !child.starts_from_current();
           });
  }
  [[nodiscard]] bool is_continuous() const { return has_closed_form() && detail::all_continuous(schedules); }
  [[nodiscard]] bool is_factor() const { return detail::all_factors(schedules); }
  [[nodiscard]] bool starts_from_current() const { return locate(Epoch{0}).first->starts_from_current(); }
  [[nodiscard]] bool never_throws() const { return detail::none_throws(schedules); }

  [[nodiscard]] T initial_lr(Group<T> group) const {
    return schedules.size() == 1 ? schedules.front().initial_lr(group) : group.base_lr;
  }

  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const {
    const auto [child, local] = locate(t);
    return child->at(local);
  }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const {
    const auto [child, local] = locate(t);
    return child->at_time(local, group);
  }
  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    const auto [child, local] = locate(t);
    return child->multiplier(local);
  }

  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const {
    const auto [child, local] = locate(t);
    return local == 0 && t > 0 ? child->start() : child->next(local);
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }
  /// The first rate, where this takes over from another schedule.
  [[nodiscard]] auto start() const { return locate(Epoch{0}).first->start(); }

  [[nodiscard]] bool cycles_momentum(detail::GroupOrAll group = {}) const {
    return detail::any_cycles_momentum(schedules, group);
  }
  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const {
    const auto [child, local] = locate(t);
    return child->momentum_at(local, group);
  }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const {
    const auto [child, local] = locate(t);
    return child->momentum_at_time(local, group);
  }

  friend bool operator==(const Sequential&, const Sequential&) = default;

 private:
  /// The schedule in charge at t, and the time by its own clock.
  template <detail::TimePoint Time>
  [[nodiscard]] std::pair<const AnySchedule<T>*, Time> locate(Time t) const {
    const auto next_milestone =
        std::upper_bound(milestones.begin(), milestones.end(), t,
                         [](Time time, Epoch milestone) { return time < static_cast<Time>(milestone); });
    const auto child = static_cast<std::size_t>(next_milestone - milestones.begin());
    const Time begin = child == 0 ? Time(0) : static_cast<Time>(milestones[child - 1]);
    return {&schedules[child], t - begin};
  }
};

}  // namespace schedule

/// schedule::Sequential bound to an optimizer: torch.optim.lr_scheduler.SequentialLR.
template <Scalar T>
class SequentialLR : public Scheduled<schedule::Sequential<T>, T> {
 public:
  using Scheduled<schedule::Sequential<T>, T>::Scheduled;
};

template <Optimizer O>
SequentialLR(O&, schedule::Sequential<scalar_t<O>>) -> SequentialLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_COMBINATORS_SEQUENTIAL_LR_HPP
