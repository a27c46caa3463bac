// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_BATCH_SIZE_HPP
#define LR_SCHEDULER_BATCH_SIZE_HPP

#include <limits>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler {

/// From the samples of an update that a rate was found with to those that it is to be used with: all batches whose
/// gradients are added up, on all machines. Both are positive.
struct BatchSizes {
  Required<Epoch> from;
  Required<Epoch> to;
};

namespace detail {

/// The rate times a factor that is made of the ratio of the batch sizes.
template <Scalar T, class MakeFactor>
[[nodiscard]] T scaled(const char* name, const T& lr, const BatchSizes& batch_size, const MakeFactor& make_factor) {
  using C = compute_t<T>;
  const Check check(name);
  check.not_negative("lr", lr);
  check.positive("from", batch_size.from);
  check.positive("to", batch_size.to);
  const C ratio = C(C(Epoch(batch_size.to)) / C(Epoch(batch_size.from)));
  const C result = C(C(lr) * make_factor(ratio));
  if (!is_finite(result) || result > C(std::numeric_limits<T>::max())) {
    check.refuse("lr", "must stay finite when it is scaled", text_of(lr));
  }
  return static_cast<T>(result);
}

}  // namespace detail

/// The rate for another batch size, by the linear rule of SGD: k times as many samples, k times the rate. It wants a
/// warm-up, and holds up to some batch size only.
///
///     scale_linearly(0.1, {.from = 256, .to = 8192}): 3.2
///
/// Throws std::invalid_argument for a rate that is negative or not finite, or would not stay finite, and a batch size
/// that is not positive.
///
/// Source: Goyal et al. 2017, arXiv:1706.02677.
template <Scalar T>
[[nodiscard]] T scale_linearly(const T& lr, const BatchSizes& batch_size) {
  return detail::scaled("scale_linearly", lr, batch_size, [](const auto& ratio) { return ratio; });
}

/// The rate for another batch size, by the square-root rule: k times as many samples, sqrt(k) times the rate, which
/// keeps the variance of an update. The rule for Adam and RMSprop; it goes on to multiply 1 - beta1 and 1 - beta2 by k
/// and to divide epsilon by sqrt(k).
///
///     scale_by_square_root(0.1, {.from = 256, .to = 1024}): 0.2
///
/// Throws as scale_linearly() does.
///
/// Source: Krizhevsky 2014, arXiv:1404.5997; for Adam Malladi et al. 2022, arXiv:2205.10287.
template <Scalar T>
[[nodiscard]] T scale_by_square_root(const T& lr, const BatchSizes& batch_size) {
  return detail::scaled("scale_by_square_root", lr, batch_size,
                        [](const auto& ratio) { return detail::square_root(ratio); });
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_BATCH_SIZE_HPP
