// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_WARMUP_STABLE_DECAY_HPP
#define LR_SCHEDULER_SCHEDULES_WARMUP_STABLE_DECAY_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/shape.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A straight warm-up from 0 to the base rate in warmup_steps, the base rate for stable_steps, then a decay to
/// min_ratio of it in decay_steps, where it stays. To go on from the stable part, raise stable_steps: all before it is
/// the same.
///
///     {.warmup_steps = 2, .stable_steps = 2, .decay_steps = 4}, base rate 0.1:
///     0, 0.05, 0.1, 0.1, 0.1, 0.05, 0.0293, 0.0134, 0, 0 ...
///
/// Source: Hu et al., 2024, "MiniCPM" (arXiv:2404.06395); Hägele et al., 2024, "Scaling Laws and Compute-Optimal
/// Training Beyond Fixed Training Durations" (arXiv:2405.18392), for 1 - sqrt.
template <Scalar T>
struct WarmupStableDecay {
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> stable_steps;  ///< Steps at the base rate, not negative. Required.
  Required<Epoch> decay_steps;   ///< Steps of the decay, not negative; 0 is already at its end. Required.
  Choice<Shape::linear, Shape::exponential> shape = Shape::one_minus_sqrt;  ///< The way down.
  T min_ratio = T(0);                                                       ///< Factor at the end, not negative.
  FirstUpdate first_update = FirstUpdate::zero;                             ///< Factor of the first update.

  static constexpr std::string_view name = "WarmupStableDecayLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("stable_steps", self.stable_steps);
    visit("decay_steps", self.decay_steps);
    visit("shape", self.shape);
    visit("min_ratio", self.min_ratio);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::check_warmup(check, warmup_steps, T(0), first_update);
    check.not_negative("stable_steps", stable_steps);
    check.not_negative("decay_steps", decay_steps);
    check.choice("shape", shape);
    check.not_negative("min_ratio", min_ratio);
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch < warmup_steps) {
      return {detail::warmup_factor(t, warmup_steps.value(), C(0), first_update)};
    }
    const Time in_decay = t - begin_of_decay();
    if (in_decay.epoch < 0) return {C(1)};
    if (in_decay.epoch >= decay_steps) return {C(min_ratio)};
    return {detail::shaped_way(shape, in_decay, decay_steps.value(), C(1)).between(C(1), C(min_ratio)).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t < warmup_steps) return detail::warmup_leg(t, warmup_steps, T(0), first_update, group.base_lr);
    const Epoch in_decay = t - begin_of_decay();
    const bool is_way = shape == Shape::linear || shape == Shape::cosine;
    if (in_decay < 0 || in_decay >= decay_steps || !is_way) return {};
    return detail::leg_of_way(shape == Shape::cosine, in_decay, Epoch(decay_steps), T(1), min_ratio, group.base_lr);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    if (t >= warmup_steps && t < begin_of_decay()) return begin_of_decay();
    return t < duration() ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return detail::saturating_sum(begin_of_decay(), decay_steps); }

  friend bool operator==(const WarmupStableDecay&, const WarmupStableDecay&) = default;

 private:
  [[nodiscard]] constexpr Epoch begin_of_decay() const { return detail::saturating_sum(warmup_steps, stable_steps); }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_WARMUP_STABLE_DECAY_HPP
