// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_LEG_HPP
#define LR_SCHEDULER_DETAIL_LEG_HPP

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

/// A part of a way: epochs in a row whose rates are one formula without a branch, so that loops over them are
/// vectorised. The rate is base_lr * Way{distance}(near, far), with the distance that straight_way() or cosine_way()
/// gives for a number of epochs from the nearer end, which changes by 1 from each epoch to the next.
struct Leg {
  Epoch count = 0;  ///< How many epochs, from the one that was asked about on; 0 where there is no such formula.
  bool is_cosine = false;
  double from_near = 0;  ///< Epochs from the nearer end at the first of them,
  double direction = 1;  ///< and what each epoch adds: 1 or -1.
  double total = 1;      ///< Epochs of the whole way.
  double near = 0;
  double far = 0;
  double base_lr = 1;
};

/// The leg of straight_way(n, total) or cosine_way(n, total), n < total, from n on: to the middle of the way, or from
/// there to its end.
template <Scalar T>
[[nodiscard]] constexpr Leg leg_of_way(bool is_cosine, Epoch n, double total, const T& start_value, const T& end_value,
                                       const T& base) {
  if (!(total < 0x1p53)) return {};  // not every epoch is a double
  const auto start = static_cast<double>(start_value);
  const auto end = static_cast<double>(end_value);
  const auto base_lr = static_cast<double>(base);
  const auto now = static_cast<double>(n);
  if (now <= total - now) {
    return {static_cast<Epoch>(total / 2) + 1 - n, is_cosine, now, 1, total, start, end, base_lr};
  }
  const auto whole = static_cast<Epoch>(total);
  const Epoch after = static_cast<double>(whole) < total ? whole + 1 : whole;
  return {after - n, is_cosine, total - now, -1, total, end, start, base_lr};
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_LEG_HPP
