// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_WARMUP_POLYNOMIAL_HPP
#define LR_SCHEDULER_SCHEDULES_WARMUP_POLYNOMIAL_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/shape.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A straight warm-up from start_factor at 0 to the base rate at warmup_steps, then a polynomial decay down to
/// min_ratio of it at total_steps, where it stays: with q the share of the decay that is over, (1 - q)^power is left.
///
///     {.warmup_steps = 2, .total_steps = 6, .power = 2}, base rate 0.1:
///     0, 0.05, 0.1, 0.05625, 0.025, 0.00625, 0, 0 ...
///
/// Source: transformers.get_polynomial_decay_schedule_with_warmup.
template <Scalar T>
struct WarmupPolynomial {
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> total_steps;   ///< Steps until the end, the warm-up among them, at least warmup_steps. Required.
  T power = T(1);                ///< Exponent, positive.
  T min_ratio = T(0);            ///< Factor at the end, not negative.
  T start_factor = T(0);         ///< Factor at 0, not negative.
  FirstUpdate first_update = FirstUpdate::zero;  ///< Factor of the first update, where not start_factor.

  static constexpr std::string_view name = "WarmupPolynomialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("total_steps", self.total_steps);
    visit("power", self.power);
    visit("min_ratio", self.min_ratio);
    visit("start_factor", self.start_factor);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::check_warmup(check, warmup_steps, start_factor, first_update);
    detail::check_total(check, warmup_steps, total_steps);
    check.positive("power", power);
    check.not_negative("min_ratio", min_ratio);
  }

  [[nodiscard]] constexpr FineFactor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    if (t.epoch >= total_steps) return Parts(C(min_ratio));
    if (t.epoch < warmup_steps) {
      return Parts(detail::warmup_factor(t, warmup_steps.value(), C(start_factor), first_update));
    }
    const Epoch decay_steps = total_steps - warmup_steps;
    return detail::shaped_way(Shape::linear, t - warmup_steps, decay_steps, C(power)).between(C(1), C(min_ratio));
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t >= total_steps) return {};
    if (t < warmup_steps) return detail::warmup_leg(t, warmup_steps, start_factor, first_update, group.base_lr);
    if (power != T(1)) return {};
    return detail::leg_of_way(false, t - warmup_steps, total_steps - warmup_steps, T(1), min_ratio, group.base_lr,
                              detail::Leg::Values::fine_factors);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_steps ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_steps; }

  friend bool operator==(const WarmupPolynomial&, const WarmupPolynomial&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_WARMUP_POLYNOMIAL_HPP
