// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_LINEAR_HPP
#define LR_SCHEDULER_SCHEDULES_LINEAR_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr times a factor that moves in a straight line from start_factor at 0 to end_factor at total_iters and stays
/// there.
///
///     {.start_factor = 0.5, .total_iters = 4}, base rate 0.1: 0.05, 0.0625, 0.075, 0.0875, 0.1, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.LinearLR.
template <Scalar T>
struct Linear {
  T start_factor = T(1) / T(3);  ///< Factor at 0, not negative.
  T end_factor = T(1);           ///< Factor from total_iters on, not negative.
  Count total_iters = 5;         ///< Epochs of the way, not negative; 0 is already at its end.

  static constexpr std::string_view name = "LinearLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("start_factor", self.start_factor);
    visit("end_factor", self.end_factor);
    visit("total_iters", self.total_iters);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("start_factor", start_factor);
    check.not_negative("end_factor", end_factor);
    check.not_negative("total_iters", total_iters);
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch >= total_iters) return {C(end_factor)};
    return {detail::straight_way<C>(t, Epoch(total_iters)).between(C(start_factor), C(end_factor)).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t >= total_iters) return {};
    return detail::leg_of_way(false, t, Epoch(total_iters), start_factor, end_factor, group.base_lr);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_iters ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_iters; }

  friend bool operator==(const Linear&, const Linear&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_LINEAR_HPP
