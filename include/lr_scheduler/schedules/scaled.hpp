// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_SCALED_HPP
#define LR_SCHEDULER_SCHEDULES_SCALED_HPP

#include <cstddef>
#include <string>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// floor + (rate - floor) * factor: a schedule times another, which is a factor (a warm-up, an Anneal), down to a
/// floor. With a Constant of factor 1 for the schedule it takes any factor from the base rate to an absolute rate.
///
///     {.schedule = Constant<double>{.factor = 1}, .by = Anneal<double>{.steps = 4}, .floor = 0.02}, base rate 0.1:
///     0.1, 0.08, 0.06, 0.04, 0.02, 0.02 ...
template <Scalar T>
struct Scaled {
  AnySchedule<T> schedule;  ///< With a closed form; its momentum is the one that counts. Required.
  AnySchedule<T> by;        ///< A factor: what it gives for the base rate, divided by it. Required.
  T floor = T(0);           ///< The rate that a factor of 0 leaves, not negative.

  static constexpr std::string_view name = "Scaled";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scheduler", self.schedule);
    visit("by", self.by);
    visit("floor", self.floor);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_child(check, "scheduler", schedule);
    detail::validate_child(check, "by", by);
    if (!by.is_factor()) check.refuse("by", "must be a factor of the base rate", std::string(by.name()));
    check.not_negative("floor", floor);
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    Abilities can = schedule.abilities(group);
    can.factor = is_factor();
    can.continuous = can.continuous && by.abilities(group).continuous;
    return detail::modified(can);
  }
  /// Exact at a factor of 0 and of 1, and without cancellation between them.
  void at(Time t, const Rates<T>& rates) const {
    schedule.at(t, rates);
    const C factor = by.factor(t).rounded();
    const C lowest = C(floor);
    const auto rate = [](const C& scaled) { return detail::to_rate<T>(detail::larger(scaled, C(0))); };
    if (factor <= C(1)) {
      const C of_floor = C(lowest * C(C(1) - factor));
      rates.apply([=](const T& lr, const Group<T>&) { return rate(C(C(lr) * factor + of_floor)); });
    } else {
      rates.apply([=](const T& lr, const Group<T>&) { return rate(C(lowest + (C(lr) - lowest) * factor)); });
    }
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  [[nodiscard]] bool is_factor() const { return floor == T(0) && schedule.is_factor(); }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const {
    detail::Product<C> product = schedule.factor(t);
    product *= by.factor(t);
    return product;
  }
  /// Multiplies by the ratios of both, each by itself; false where one of them has none.
  [[nodiscard]] bool multiply_ratio(Epoch t, detail::Product<detail::compute_t<T>>& ratio) const {
    return schedule.multiply_ratio(t, ratio) && by.multiply_ratio(t, ratio);
  }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const {
    return detail::smaller(schedule.unchanged_until(t), by.unchanged_until(t));
  }

  friend bool operator==(const Scaled&, const Scaled&) = default;

 private:
  using C = detail::compute_t<T>;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_SCALED_HPP
