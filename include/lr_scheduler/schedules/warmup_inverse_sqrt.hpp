// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_WARMUP_INVERSE_SQRT_HPP
#define LR_SCHEDULER_SCHEDULES_WARMUP_INVERSE_SQRT_HPP

#include <optional>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A straight warm-up from 0 to the base rate at warmup_steps, then base_lr / sqrt(1 + (t - warmup_steps) / timescale),
/// which has no end.
///
///     {.warmup_steps = 4}, base rate 0.1: 0, 0.025, 0.05, 0.075, 0.1, 0.0894 ... 0.05 at 16, 0.025 at 64 ...
///
/// Source: transformers.get_inverse_sqrt_schedule; Zhai et al., 2022, "Scaling Vision Transformers" (arXiv:2106.04560).
template <Scalar T>
struct WarmupInverseSqrt {
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  /// Steps after which the square of the rate is halved, positive. By default warmup_steps, but at least 1.
  std::optional<Length> timescale{};
  FirstUpdate first_update = FirstUpdate::zero;  ///< Factor of the first update.

  static constexpr std::string_view name = "WarmupInverseSqrtLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("timescale", self.timescale);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::check_warmup(check, warmup_steps, T(0), first_update);
    if (timescale) check.positive("timescale", double(*timescale));
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch < warmup_steps) {
      return {detail::warmup_factor(t, warmup_steps.value(), C(0), first_update)};
    }
    const detail::Parts<C> scale = timescale ? C(double(*timescale)) : C(detail::larger<Epoch>(warmup_steps, 1));
    return {detail::square_root(scale / (scale + detail::parts_of<C>(t - warmup_steps))).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const WarmupInverseSqrt&, const WarmupInverseSqrt&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_WARMUP_INVERSE_SQRT_HPP
