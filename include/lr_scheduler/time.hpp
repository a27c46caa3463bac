// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TIME_HPP
#define LR_SCHEDULER_TIME_HPP

#include <concepts>
#include <limits>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler {

/// A point in time, not negative: an epoch and the fraction of the next that is over. Any integer or real converts, a
/// real beyond the largest epoch to that one.
struct Time {
  Epoch epoch = 0;
  double fraction = 0;  ///< 0 to below 1.

  constexpr Time() = default;
  // NOLINTBEGIN(google-explicit-constructor): a number is a time
  constexpr Time(std::integral auto whole) : epoch(Count(whole)) {}
  constexpr Time(Count whole) : epoch(whole) {}
  constexpr Time(std::floating_point auto t) : epoch(detail::whole_epochs(t)) {
    if (epoch < std::numeric_limits<Epoch>::max()) fraction = static_cast<double>(t - static_cast<decltype(t)>(epoch));
  }
  // NOLINTEND(google-explicit-constructor)
  constexpr Time(Epoch whole, double part) : epoch(whole), fraction(part) {}

  /// As a number of epochs.
  template <class C>
  [[nodiscard]] constexpr C as() const {
    return C(C(epoch) + C(fraction));
  }
  friend constexpr bool operator==(const Time& left, const Time& right) = default;
  friend constexpr bool operator<(const Time& left, const Time& right) {
    return left.epoch < right.epoch || (left.epoch == right.epoch && left.fraction < right.fraction);
  }
  friend constexpr Time operator-(const Time& t, Epoch begin) { return {t.epoch - begin, t.fraction}; }
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_TIME_HPP
