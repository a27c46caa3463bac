// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_POLYNOMIAL_HPP
#define LR_SCHEDULER_SCHEDULES_POLYNOMIAL_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * (1 - t / total_iters)^power, 0 from total_iters on.
///
///     {.total_iters = 4, .power = 1}, base rate 0.1: 0.1, 0.075, 0.05, 0.025, 0, 0 ...
///
/// Source: torch.optim.lr_scheduler.PolynomialLR.
template <Scalar T>
struct Polynomial {
  Count total_iters = 5;  ///< Epochs until the end, not negative; 0 is already at the end.
  T power = T(1);         ///< Exponent, not negative.

  static constexpr std::string_view name = "PolynomialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total_iters", self.total_iters);
    visit("power", self.power);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("total_iters", total_iters);
    check.not_negative("power", power);
  }

  [[nodiscard]] constexpr FineFactor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const auto exponent = C(power);
    const Parts left = t.epoch < total_iters ? detail::share_in_parts(t, total_iters, false, exponent) : Parts();
    return exponent == C(1) ? left : detail::power(left, exponent);
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    const auto total = double(total_iters);
    if (t >= total_iters || power != T(1) || !(total < 0x1p53)) return {};
    return {total_iters - t,
            false,
            double(total_iters - t),
            -1,
            total,
            0,
            1,
            static_cast<double>(group.base_lr),
            detail::Leg::Values::fine_factors};
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_iters ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_iters; }

  friend bool operator==(const Polynomial&, const Polynomial&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_POLYNOMIAL_HPP
