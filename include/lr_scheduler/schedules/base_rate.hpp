// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_BASE_RATE_HPP
#define LR_SCHEDULER_SCHEDULES_BASE_RATE_HPP

#include <cstddef>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A schedule of a rate that is given here: the groups' own rates play no part. For schedules from frameworks that keep
/// the rate in the schedule, not in the optimizer.
///
///     {.schedule = Step<double>{.step_size = 1, .gamma = 0.5}, .base_lr = 0.8}, base rate 0.1: 0.8, 0.4, 0.2 ...
template <Scalar T>
struct BaseRate {
  AnySchedule<T> schedule;  ///< With a closed form. Required.
  Required<T> base_lr;      ///< The rate that it shapes, not negative. Required.

  static constexpr std::string_view name = "BaseRate";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scheduler", self.schedule);
    visit("base_lr", self.base_lr);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_child(check, "scheduler", schedule);
    check.not_negative("base_lr", base_lr.value());
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    Abilities can = schedule.abilities(group);
    can.factor = false;
    return detail::modified(can);
  }
  void at(Time t, const Rates<T>& rates) const {
    detail::move_from(
        rates, [this](const T&) { return base_lr.value(); }, [&](const Rates<T>& part) { schedule.at(t, part); });
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return schedule.unchanged_until(t); }

  [[nodiscard]] detail::Leg leg(Epoch t, const Group<T>& group) const {
    return schedule.leg(t, Group<T>(base_lr.value(), group.index));
  }

  friend bool operator==(const BaseRate&, const BaseRate&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_BASE_RATE_HPP
