// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_INVERSE_TIME_HPP
#define LR_SCHEDULER_SCHEDULES_INVERSE_TIME_HPP

#include <cmath>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * (1 + t / timescale)^-power, which has no end; in a staircase t / timescale is rounded down.
///
///     {.timescale = 2}, base rate 0.1: 0.1, 0.0667, 0.05, 0.04, 0.0333 ...
///
/// Source: keras.optimizers.schedules.InverseTimeDecay, with timescale = decay_steps / decay_rate. Its staircase has
/// stairs of decay_steps: with a rate other than 1 that is one Retimed by decay_steps, of timescale 1 / decay_rate.
template <Scalar T>
struct InverseTime {
  Required<double> timescale;  ///< Steps after which 1 + t / timescale is 2, positive. Required.
  T power = T(1);              ///< Exponent, not negative.
  bool staircase = false;      ///< Whether it moves after whole timescales alone.

  static constexpr std::string_view name = "InverseTimeLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("timescale", self.timescale);
    visit("power", self.power);
    visit("staircase", self.staircase);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("timescale", timescale.value());
    check.not_negative("power", power);
  }

  [[nodiscard]] constexpr FineFactor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const Parts scale = C(timescale.value());
    const Parts left = staircase ? Parts(C(1)) / Parts(C(C(1) + C(std::floor(t.as<double>() / timescale))))
                                 : scale / (scale + detail::parts_of<C>(t));
    if (power == T(1)) return left;
    return power == T(0.5) ? detail::square_root(left) : detail::power(left, C(power));
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const InverseTime&, const InverseTime&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_INVERSE_TIME_HPP
