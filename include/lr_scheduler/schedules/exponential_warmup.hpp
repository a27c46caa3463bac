// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_EXPONENTIAL_WARMUP_HPP
#define LR_SCHEDULER_SCHEDULES_EXPONENTIAL_WARMUP_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * (1 - exp(-(t + 1) / warmup_period)): a warm-up that counts from the first update and never quite ends. For
/// Adam, warmup_period = 1 / (1 - beta2).
///
///     {.warmup_period = 2}, base rate 0.1: 0.0393, 0.0632, 0.0777, 0.0865 ...
///
/// Source: Ma and Yarats, 2021, "On the adequacy of untuned warmup for adaptive optimization" (arXiv:1910.04209).
template <Scalar T>
struct ExponentialWarmup {
  Required<double> warmup_period;  ///< Steps in which the distance from the base rate falls by e, positive. Required.

  static constexpr std::string_view name = "ExponentialWarmup";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_period", self.warmup_period);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { detail::Check(name).positive("warmup_period", warmup_period.value()); }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    const detail::Parts<C> period = C(warmup_period.value());
    return {C(-detail::exponential_minus_one(-(detail::parts_of<C>(t) + detail::Parts<C>(C(1))) / period).rounded())};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const ExponentialWarmup&, const ExponentialWarmup&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_EXPONENTIAL_WARMUP_HPP
