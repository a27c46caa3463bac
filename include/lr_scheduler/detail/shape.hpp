// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_SHAPE_HPP
#define LR_SCHEDULER_DETAIL_SHAPE_HPP

#include <cmath>
#include <concepts>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::detail {

/// The two shares of a way, each as exact as if it were the only one.
template <class C>
struct Shares {
  C over;
  C left;

  [[nodiscard]] constexpr Way<C> way() const { return over < left ? Way<C>{over, true} : Way<C>{left, false}; }
};

/// The shares of n / total of the way, 0 <= n <= total.
template <class C>
[[nodiscard]] constexpr Shares<C> shares_of(const Time& n, Epoch total) {
  return {C(n.as<C>() / C(total)), C(C(C(total - n.epoch) - C(n.fraction)) / C(total))};
}
template <class C>
[[nodiscard]] constexpr Shares<C> shares_of(const C& n, const C& total) {
  return {C(n / total), C(C(total - n) / total)};
}

/// base^x - 1, exact where that is small.
template <class C>
[[nodiscard]] constexpr C power_minus_one(const C& base, const C& x) {
  if constexpr (std::floating_point<C>) {
    return std::expm1(x * std::log(base));
  } else {
    return C(power(base, x) - C(1));
  }
}

/// n / total of the way, 0 <= n <= total, along a shape. The share that is over is raised to time_power before it is
/// shaped, and the share that is left to power after. `ratio` is that of an exponential decay.
template <class N, class Total, class C>
[[nodiscard]] constexpr Way<C> shaped_way(Shape shape, const N& n, const Total& total, const C& power_of_left,
                                          const C& time_power = C(1), const C& ratio = C(0.5)) {
  if (power_of_left == C(1) && time_power == C(1)) {
    if (shape == Shape::linear || shape == Shape::geometric) return straight_way<C>(n, total);
    if (shape == Shape::cosine) return cosine_way<C>(n, total);
  }
  Shares<C> shares = shares_of<C>(n, total);
  if (time_power != C(1)) {
    shares = {power(shares.over, time_power), one_minus_power(shares.left, time_power)};
  }
  switch (shape) {
    case Shape::linear:
    case Shape::geometric:
      break;
    case Shape::cosine: {
      const Way<C> nearer = shares.way();
      const C distance = half_cosine(nearer.distance, C(1));
      const C rest = C(C(1) - distance);
      shares = nearer.from_start ? Shares<C>{distance, rest} : Shares<C>{rest, distance};
      break;
    }
    case Shape::one_minus_sqrt: {
      const C root = square_root(shares.over);
      shares = {root, C(shares.left / (C(1) + root))};
      break;
    }
    case Shape::exponential:
      shares = {C(-power_minus_one(ratio, shares.over) / (C(1) - ratio)),
                C(power_minus_one(ratio, C(-shares.left)) * ratio / (C(1) - ratio))};
      break;
  }
  if (power_of_left != C(1)) {
    shares = {one_minus_power(shares.over, power_of_left), power(shares.left, power_of_left)};
  }
  return shares.way();
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_SHAPE_HPP
