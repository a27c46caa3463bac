// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_LINEAR_WARMUP_HPP
#define LR_SCHEDULER_SCHEDULES_LINEAR_WARMUP_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr times a factor that rises in a straight line from start_factor at 0 to 1 at warmup_steps and stays there.
/// first_update makes the first update count.
///
///     {.warmup_steps = 4}, base rate 0.1: 0, 0.025, 0.05, 0.075, 0.1, 0.1 ...
///     {.warmup_steps = 4, .first_update = FirstUpdate::one_of_w}: 0.025, 0.05, 0.075, 0.1, 0.1 ...
///
/// Source: Goyal et al., 2017, "Accurate, Large Minibatch SGD" (arXiv:1706.02677), section 2.2.
template <Scalar T>
struct LinearWarmup {
  Required<Epoch> warmup_steps;                  ///< Steps of the way, not negative. Required.
  T start_factor = T(0);                         ///< Factor at 0, not negative.
  FirstUpdate first_update = FirstUpdate::zero;  ///< Factor of the first update, where not start_factor.

  static constexpr std::string_view name = "WarmupLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("start_factor", self.start_factor);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { detail::check_warmup(detail::Check(name), warmup_steps, start_factor, first_update); }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch >= warmup_steps) return {C(1)};
    return {detail::warmup_factor(t, warmup_steps.value(), C(start_factor), first_update)};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t >= warmup_steps) return {};
    return detail::warmup_leg(t, warmup_steps, start_factor, first_update, group.base_lr);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < warmup_steps ? t + 1 : std::numeric_limits<Epoch>::max();
  }

  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return warmup_steps; }

  friend bool operator==(const LinearWarmup&, const LinearWarmup&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_LINEAR_WARMUP_HPP
