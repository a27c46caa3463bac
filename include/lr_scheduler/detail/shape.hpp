// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_SHAPE_HPP
#define LR_SCHEDULER_DETAIL_SHAPE_HPP

#include <cmath>
#include <concepts>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::detail {

/// The two shares of a way, each as exact as if it were the only one.
template <class C>
struct Shares {
  Parts<C> over;
  Parts<C> left;

  [[nodiscard]] constexpr Way<C> way() const {
    return over.high < left.high ? Way<C>{over, true} : Way<C>{left, false};
  }
};

/// The shares of n / total of the way, 0 <= n <= total, to be raised to powers.
template <class C>
[[nodiscard]] constexpr Shares<C> shares_of(const Parts<C>& n, const Parts<C>& total, const C&) {
  return {n / total, (total - n) / total};
}
template <class C>
[[nodiscard]] constexpr Shares<C> shares_of(const Time& n, Epoch total, const C& exponent) {
  return {share_in_parts(n, total, true, exponent), share_in_parts(n, total, false, exponent)};
}

/// x^exponent, and what it leaves to 1, for an x that leaves `rest`.
template <class C>
[[nodiscard]] constexpr Shares<C> powers_of(const Parts<C>& x, const Parts<C>& rest, const Parts<C>& exponent) {
  const Parts<C> one = C(1);
  if (x.high == C(0) || rest.high == C(0)) return {x, rest};
  for (int n = 2; n <= 4; ++n) {
    if (exponent.rounded() != C(n)) continue;
    Parts<C> product = x;
    Parts<C> sum = one + x;  // 1 - x^n = (1 - x) (1 + x + x^2 ...)
    for (int k = 2; k < n; ++k) {
      product = product * x;
      sum = sum + product;
    }
    return {product * x, rest * sum};
  }
  if constexpr (std::floating_point<C>) {
    const Exponential<C> exponential(exponent * logarithm(x, rest));
    const Parts<C> left = -exponential.minus_one();
    return {exponential.exponent > -32 ? exponential.value() : power(x, exponent.high), left};
  } else {
    const Parts<C> first = power(x, exponent.rounded());
    return {first, one - first};
  }
}

/// n / total of the way, 0 <= n <= total, along a shape. The share that is over is raised to time_power before it is
/// shaped, and the share that is left to power after. `ratio` is that of an exponential decay.
template <class N, class Total, class C>
[[nodiscard]] constexpr Shares<C> shaped_shares(Shape shape, const N& n, const Total& total, const C& power_of_left,
                                                const C& time_power, const C& ratio) {
  const Parts<C> one = C(1);
  Shares<C> shares = shares_of<C>(n, total, larger(power_of_left, time_power));
  if (time_power != C(1)) shares = powers_of(shares.over, shares.left, Parts<C>(time_power));
  switch (shape) {
    case Shape::linear:
    case Shape::geometric:
      break;
    case Shape::cosine: {
      const Way<C> nearer = shares.way();
      const Parts<C> distance = half_cosine<C>(nearer.distance().parts(), one).parts();
      shares = nearer.from_start ? Shares<C>{distance, one - distance} : Shares<C>{one - distance, distance};
      break;
    }
    case Shape::one_minus_sqrt: {
      const Parts<C> root = square_root(shares.over);
      shares = {root, shares.left / (one + root)};
      break;
    }
    case Shape::exponential: {
      const Parts<C> rest = one - Parts<C>(ratio);
      const Parts<C> down = powers_of(Parts<C>(ratio), rest, shares.over).left;
      const Parts<C> up = powers_of(Parts<C>(ratio), rest, shares.left).left;
      // r^q - r = r^q (1 - r^(1 - q)), and r^q is what is not down
      shares = {down / rest, (one - down) * up / rest};
      break;
    }
  }
  if (power_of_left != C(1)) {
    const Shares<C> powers = powers_of(shares.left, shares.over, Parts<C>(power_of_left));
    shares = {powers.left, powers.over};
  }
  return shares;
}
template <class N, class Total, class C>
[[nodiscard]] constexpr Way<C> shaped_way(Shape shape, const N& n, const Total& total, const C& power_of_left,
                                          const C& time_power = C(1), const C& ratio = C(0.5)) {
  if (power_of_left == C(1) && time_power == C(1)) {
    if (shape == Shape::linear || shape == Shape::geometric) return straight_way<C>(n, total);
    if (shape == Shape::cosine) return cosine_way<C>(n, total);
  }
  return shaped_shares(shape, n, total, power_of_left, time_power, ratio).way();
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_SHAPE_HPP
