// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_MULTI_STEP_HPP
#define LR_SCHEDULER_SCHEDULES_MULTI_STEP_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * gamma^n, n the number of milestones that are at t or before it.
///
///     {.milestones = {30, 80}, .gamma = 0.1}, base rate 0.1: 0.1 at 0 to 29, 0.01 at 30 to 79, 0.001
///
/// Source: torch.optim.lr_scheduler.MultiStepLR.
template <Scalar T>
struct MultiStep {
  Counts milestones{};  ///< Epochs, not negative, in any order; repeats count.
  T gamma = T(0.1L);    ///< Factor of each decay, not negative.

  static constexpr std::string_view name = "MultiStepLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("milestones", self.milestones);
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("milestones", milestones);
    check.not_negative("gamma", gamma);
  }

  [[nodiscard]] constexpr Power<T> at(Count t) const { return {gamma, Time(milestones.count_up_to(t))}; }
  [[nodiscard]] constexpr T at(Count t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const { return milestones.next_after(t); }

  friend bool operator==(const MultiStep&, const MultiStep&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_MULTI_STEP_HPP
