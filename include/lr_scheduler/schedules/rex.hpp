// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_REX_HPP
#define LR_SCHEDULER_SCHEDULES_REX_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr times a factor that falls slowly, then fast, from 1 to min_ratio at total_steps, where it stays: with
/// p = t / total_steps, (1 - p) / (1 - p / 2) of the way is left.
///
///     {.total_steps = 4}, base rate 0.1: 0.1, 0.0857, 0.0667, 0.04, 0, 0 ...
///
/// Source: Chen et al., 2022, "REX: Revisiting Budgeted Training with an Improved Schedule" (arXiv:2107.04197).
template <Scalar T>
struct Rex {
  Required<Epoch> total_steps;  ///< Steps until the end, not negative; 0 is already there. Required.
  T min_ratio = T(0);           ///< Factor at the end, not negative.

  static constexpr std::string_view name = "RexLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total_steps", self.total_steps);
    visit("min_ratio", self.min_ratio);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("total_steps", total_steps);
    check.not_negative("min_ratio", min_ratio);
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch >= total_steps) return {C(min_ratio)};
    // 2 (T - t) / (2 T - t) is left, and t / (2 T - t) over.
    const auto over = detail::parts_of<C>(t);
    const auto left = detail::parts_of<C>(total_steps - t.epoch, -t.fraction);
    return {detail::straight_way(over, over + left + left).between(C(1), C(min_ratio)).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_steps ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_steps; }

  friend bool operator==(const Rex&, const Rex&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_REX_HPP
