// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP
#define LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP

#include <string_view>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr times the rectification of RAdam: the share of the variance of Adam's step that its second moment has not
/// added. It counts from the first update for which there is one and rises to 1.
///
///     {.beta2 = 0.999}, base rate 0.1: 0.00173, 0.00258, 0.00327, 0.00387 ...
///
/// Source: Liu et al., 2020, "On the Variance of the Adaptive Learning Rate and Beyond" (arXiv:1908.03265), section 4.
template <Scalar T>
struct RAdamWarmup {
  T beta2 = T(0.999L);  ///< Adam's second beta, above 0.6 and below 1.

  static constexpr std::string_view name = "RAdamWarmup";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("beta2", self.beta2);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    if (!detail::is_finite(beta2) || beta2 <= T(0.6L) || beta2 >= T(1)) {
      detail::Check(name).refuse("beta2", "must be above 0.6 and below 1", detail::text_of(beta2));
    }
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    const C beta = C(beta2);
    const C rest = C(C(1) - beta);
    const C limit = C(C(2) / rest - C(1));
    const auto length = [&](const C& update) {
      return C(limit - C(2) * update * detail::power(beta, update) / detail::one_minus_power(rest, update));
    };
    Epoch first = 1;
    while (!(length(C(first)) > C(4))) ++first;  // 5 for most, below 100 right above 0.6
    const C now = length(C(C(t.epoch + first) + C(t.fraction)));
    return {detail::square_root(C((now - C(4)) / (limit - C(4)) * ((now - C(2)) / (limit - C(2))) * (limit / now)))};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const RAdamWarmup&, const RAdamWarmup&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP
