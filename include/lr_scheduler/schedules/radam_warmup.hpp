// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP
#define LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
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
    using Parts = detail::Parts<C>;
    const Length length(C(C(1) - C(beta2)));
    Epoch first = 5;                                             // after 4 updates it is below 4
    while (!(length.above_4(Time(first)).high > C(0))) ++first;  // below 100 right above 0.6
    const Parts now = length.above_4(Time(detail::saturating_sum(t.epoch, first), t.fraction));
    const Parts most = length.most_above_4;
    const Parts two = C(2);
    const Parts four = C(4);
    const Parts share = now * (now + two) * (most + four) / (most * (most + two) * (now + four));
    return {detail::smaller(detail::square_root(share).rounded(), C(1))};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const RAdamWarmup&, const RAdamWarmup&) = default;

 private:
  using C = detail::compute_t<T>;

  /// The length of the moving mean after t updates, 2 / e - 1 - 2 t b^t / (1 - b^t) with b = beta2 and e = 1 - b, which
  /// rises to 2 / e - 1. For b near 1 that is a small difference of large numbers. b^t / (1 - b^t) is
  /// 1 / (exp(2 y) - 1) with y = -t log(b) / 2, and the continued fractions of log(b) and of y coth(y) take off what is
  /// large.
  struct Length {
    C most_above_4;     ///< 2 / e - 5.
    C from_logarithm;   ///< -2 / log(b).
    C above_logarithm;  ///< 2 / e - 1 - from_logarithm, about e / 6.

    constexpr explicit Length(const C& e) : most_above_4(C(C(C(2) - C(4) * e) - e) / e) {
      const C w = C(e / (C(2) - e));
      C denominator = C(2 * terms + 1);
      for (int k = terms; k > 1; --k) denominator = C(C(2 * k - 1) - C(C(k) * w) * C(C(k) * w) / denominator);
      above_logarithm = C(w / denominator);
      from_logarithm = C(C(1) / w - above_logarithm);
    }

    /// What it is more than 4.
    [[nodiscard]] constexpr detail::Parts<C> above_4(const Time& update) const {
      const C t = update.as<C>();
      const C y = C(t / from_logarithm);
      if (y > C(1)) {
        const C fall = C(C(2) * t / detail::exponential_minus_one(C(C(2) * y)));
        return detail::Parts<C>::exact_sum(most_above_4, C(-fall));
      }
      C denominator = C(2 * terms + 1);
      for (int k = terms; k > 1; --k) denominator = C(C(2 * k - 1) + y * y / denominator);
      return detail::parts_of<C>(update.epoch - 4, update.fraction) +
             detail::Parts<C>(C(above_logarithm - t * y / denominator));
    }

   private:
    static constexpr int bits = std::numeric_limits<C>::digits * (std::numeric_limits<C>::radix == 2 ? 1 : 4);
    static constexpr int terms = bits / 6 + 2;
  };
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_RADAM_WARMUP_HPP
