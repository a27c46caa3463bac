// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_WARMUP_COSINE_HPP
#define LR_SCHEDULER_SCHEDULES_WARMUP_COSINE_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A straight warm-up from start_factor at 0 to the base rate at warmup_steps, then half a cosine wave down to
/// min_ratio of it at total_steps, where it stays. Other numbers of waves are num_cycles, and the end is where they
/// end.
///
///     {.warmup_steps = 2, .total_steps = 6, .min_ratio = 0.1}, base rate 0.1:
///     0, 0.05, 0.1, 0.0868, 0.055, 0.0232, 0.01, 0.01 ...
///
/// Source: transformers.get_cosine_schedule_with_warmup, but that it holds after the end.
template <Scalar T>
struct WarmupCosine {
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> total_steps;   ///< Steps until the end, the warm-up among them, at least warmup_steps. Required.
  T min_ratio = T(0);            ///< Factor at the end, not negative.
  T start_factor = T(0);         ///< Factor at 0, not negative.
  T num_cycles = T(0.5L);        ///< Cosine waves after the warm-up, not negative.
  FirstUpdate first_update = FirstUpdate::zero;  ///< Factor of the first update, where not start_factor.

  static constexpr std::string_view name = "WarmupCosineLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("total_steps", self.total_steps);
    visit("min_ratio", self.min_ratio);
    visit("start_factor", self.start_factor);
    visit("num_cycles", self.num_cycles);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::check_warmup(check, warmup_steps, start_factor, first_update);
    detail::check_total(check, warmup_steps, total_steps);
    check.not_negative("min_ratio", min_ratio);
    check.not_negative("num_cycles", num_cycles);
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch < warmup_steps) {
      return {detail::warmup_factor(t, warmup_steps.value(), C(start_factor), first_update)};
    }
    return {way_of_decay(t).between(C(1), C(min_ratio)).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t >= total_steps) return {};
    if (t < warmup_steps) return detail::warmup_leg(t, warmup_steps, start_factor, first_update, group.base_lr);
    if (num_cycles != T(0.5L)) return {};
    return detail::leg_of_way(true, t - warmup_steps, total_steps - warmup_steps, T(1), min_ratio, group.base_lr);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_steps ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_steps; }

  friend bool operator==(const WarmupCosine&, const WarmupCosine&) = default;

 private:
  /// From the base rate to min_ratio of it, after the warm-up.
  [[nodiscard]] constexpr detail::Way<detail::compute_t<T>> way_of_decay(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const Parts half_waves = C(C(2) * C(num_cycles));
    const Time n = t - warmup_steps;
    const Epoch all = total_steps - warmup_steps;
    const bool is_over = n.epoch >= all;
    if (half_waves.high == C(1)) return is_over ? detail::Way<C>::end() : detail::cosine_way<C>(n, all);
    const Parts total = C(is_over ? 1 : all);
    return detail::cosine_way<C>(detail::folded((is_over ? total : detail::parts_of<C>(n)) * half_waves, total), total);
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_WARMUP_COSINE_HPP
