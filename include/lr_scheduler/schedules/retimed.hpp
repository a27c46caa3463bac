// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_RETIMED_HPP
#define LR_SCHEDULER_SCHEDULES_RETIMED_HPP

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A schedule by another clock: at t it is where the schedule is at t / stretch + begin, never before 0 nor after
/// `end`. A negative begin delays it, a positive one leaves its first steps out, an end stops it, and `stretch` makes a
/// schedule of epochs one of batches. A schedule that is not continuous stays at its last whole step.
///
///     {.schedule = Step<double>{.step_size = 1, .gamma = 0.5}, .begin = -2, .end = 2}, base rate 0.8:
///     0.8, 0.8, 0.8, 0.4, 0.2, 0.2 ...
template <Scalar T>
struct Retimed {
  AnySchedule<T> schedule;      ///< With a closed form. Required.
  Length begin = 0;             ///< Where it is at 0, in its steps; may be negative.
  std::optional<Length> end{};  ///< Where it stops, in its steps, not negative.
  Length stretch = 1;           ///< Steps that each of its steps takes, positive.
  bool staircase = false;       ///< Whether it moves after whole stretches alone.

  static constexpr std::string_view name = "Retimed";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scheduler", self.schedule);
    visit("begin", self.begin);
    visit("end", self.end);
    visit("stretch", self.stretch);
    visit("staircase", self.staircase);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_child(check, "scheduler", schedule);
    if (!detail::is_finite(double(begin)) || std::fabs(begin) > 0x1p61) {
      check.refuse("begin", "must be within 2^61 steps of 0", detail::text_of(double(begin)));
    }
    if (end) check.not_negative("end", double(*end));
    check.positive("stretch", double(stretch));
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    Abilities can = detail::modified(schedule.abilities(group));
    can.continuous = can.continuous && !staircase;
    return can;
  }
  void at(Time t, const Rates<T>& rates) const { detail::at_by_clock(schedule, clock(t), rates); }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  [[nodiscard]] bool is_factor() const { return schedule.is_factor(); }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const {
    return schedule.factor(detail::time_for(schedule.abilities(), clock(t)));
  }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const {
    constexpr Epoch never = std::numeric_limits<Epoch>::max();
    const auto shift = static_cast<Epoch>(begin);
    if (stretch != 1 || begin != double(shift)) {
      return end && !(clock(t) < Time(double(*end))) ? never : t + 1;
    }
    const Epoch now = detail::larger(moved(t, shift), Epoch{0});
    if (end && !(Time(now) < Time(double(*end)))) return never;
    const Epoch until = schedule.unchanged_until(now);
    return until == never ? never : moved(until, -shift);
  }

  friend bool operator==(const Retimed&, const Retimed&) = default;

 private:
  [[nodiscard]] static Epoch moved(Epoch t, Epoch shift) {
    return shift > 0 ? detail::saturating_sum(t, shift) : t + shift;
  }
  /// The time of the schedule at t.
  [[nodiscard]] Time clock(Time t) const {
    if (stretch != 1) t = detail::time_of(detail::parts_of<double>(t) / detail::Parts<double>(stretch));
    if (staircase) t.fraction = 0;
    auto shift = static_cast<Epoch>(begin);
    t.fraction += begin - double(shift);
    if (t.fraction < 0) {
      --shift;
      t.fraction += 1;
    }
    t.epoch = moved(t.epoch, shift);
    if (t.fraction >= 1) t = {moved(t.epoch, 1), t.fraction - 1};
    if (t.epoch < 0) t = {};
    if (end && Time(double(*end)) < t) t = Time(double(*end));
    return t;
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_RETIMED_HPP
