// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_STEP_HPP
#define LR_SCHEDULER_SCHEDULES_STEP_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::schedule {

/// base_lr * gamma^(t / step_size), rounded down to whole steps.
///
///     {.step_size = 30, .gamma = 0.1}, base rate 0.1: 0.1 at 0 to 29, 0.01 at 30 to 59, 0.001 ...
///
/// Source: torch.optim.lr_scheduler.StepLR.
template <Scalar T>
struct Step {
  Required<Epoch> step_size;  ///< Epochs between two decays, positive. Required.
  T gamma = T(0.1L);          ///< Factor of each decay, not negative.

  static constexpr std::string_view name = "StepLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("step_size", self.step_size);
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("step_size", step_size);
    check.not_negative("gamma", gamma);
  }

  [[nodiscard]] constexpr Power<T> at(Count t) const { return {gamma, t / step_size}; }
  [[nodiscard]] constexpr T at(Count t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return detail::saturating_sum(t - t % step_size, step_size);
  }

  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_STEP_HPP
