// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_CONSTANT_HPP
#define LR_SCHEDULER_SCHEDULES_CONSTANT_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::schedule {

/// base_lr * factor before total_iters, then base_lr.
///
///     {.factor = 0.5, .total_iters = 4}, base rate 0.1: 0.05 at 0 to 3, then 0.1
///
/// Source: torch.optim.lr_scheduler.ConstantLR.
template <Scalar T>
struct Constant {
  T factor = T(1) / T(3);  ///< Factor before total_iters, not negative.
  Count total_iters = 5;   ///< Epochs that it lasts, not negative; 0 is already over.

  static constexpr std::string_view name = "ConstantLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factor", self.factor);
    visit("total_iters", self.total_iters);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("factor", factor);
    check.not_negative("total_iters", total_iters);
  }

  [[nodiscard]] constexpr Factor<T> at(Count t) const {
    return {detail::compute_t<T>(t < total_iters ? factor : T(1))};
  }
  [[nodiscard]] constexpr T at(Count t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < total_iters ? Epoch(total_iters) : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return total_iters; }

  friend bool operator==(const Constant&, const Constant&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_CONSTANT_HPP
