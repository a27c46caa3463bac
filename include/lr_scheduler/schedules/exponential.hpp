// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_EXPONENTIAL_HPP
#define LR_SCHEDULER_SCHEDULES_EXPONENTIAL_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * gamma^t.
///
///     {.gamma = 0.5}, base rate 0.8: 0.8, 0.4, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.ExponentialLR.
template <Scalar T>
struct Exponential {
  Required<T> gamma;  ///< Factor of each epoch, not negative. Required.

  static constexpr std::string_view name = "ExponentialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { detail::Check(name).not_negative("gamma", gamma.value()); }

  [[nodiscard]] constexpr Power<T> at(Time t) const { return {gamma, t}; }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const Exponential&, const Exponential&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_EXPONENTIAL_HPP
