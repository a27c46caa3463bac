// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_LEG_HPP
#define LR_SCHEDULER_DETAIL_LEG_HPP

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

/// A part of a way: epochs in a row whose rates are one formula without a branch, so that loops over them are
/// vectorised. It is a Way between two values, with the distance that straight_way() or cosine_way() gives for a number
/// of epochs from the nearer end, which changes by 1 from each epoch to the next.
struct Leg {
  /// What the values are: rates, or factors of base_lr that are rounded before they are multiplied or not.
  enum class Values { rates, factors, fine_factors };

  Epoch count = 0;  ///< How many epochs, from the one that was asked about on; 0 where there is no such formula.
  bool is_cosine = false;
  double from_near = 0;  ///< Epochs from the nearer end at the first of them,
  double direction = 1;  ///< and what each epoch adds: 1 or -1.
  double total = 1;      ///< Epochs of the whole way.
  double near = 0;
  double far = 0;
  double base_lr = 1;
  Values values = Values::factors;
};

/// The leg of straight_way(n, total) or cosine_way(n, total), n < total, from n on: to the middle of the way, or from
/// there to its end.
template <Scalar T>
[[nodiscard]] constexpr Leg leg_of_way(bool is_cosine, Epoch n, Epoch total, const T& start_value, const T& end_value,
                                       const T& base, Leg::Values values = Leg::Values::factors) {
  if (!(double(total) < 0x1p53)) return {};  // not every epoch is a double
  const auto start = static_cast<double>(start_value);
  const auto end = static_cast<double>(end_value);
  const auto base_lr = static_cast<double>(base);
  if (n < total - n) {
    return {(total + 1) / 2 - n, is_cosine, double(n), 1, double(total), start, end, base_lr, values};
  }
  return {total - n, is_cosine, double(total - n), -1, double(total), end, start, base_lr, values};
}
/// The same of half a cosine wave between two rates.
template <Scalar T>
[[nodiscard]] constexpr Leg leg_between_rates(Epoch n, Epoch total, const T& start, const T& end) {
  return leg_of_way(true, n, total, start, end, T(1), Leg::Values::rates);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_LEG_HPP
