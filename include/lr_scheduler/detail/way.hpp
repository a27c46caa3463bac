// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_WAY_HPP
#define LR_SCHEDULER_DETAIL_WAY_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <utility>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::detail {

/// A point on the way from a start to an end, exact at both and never outside of them. It holds the distance from the
/// nearer end, so that neither end suffers from cancellation. The default is the start.
template <class C>
struct Way {
  C distance = C(0);       ///< 0 to 1/2, from the nearer end, as a share of the whole way.
  bool from_start = true;  ///< Whether the nearer end is the start.

  [[nodiscard]] static constexpr Way end() { return {C(0), false}; }

  [[nodiscard]] constexpr C operator()(const C& start, const C& end) const {
    const C& near = from_start ? start : end;
    const C& far = from_start ? end : start;
    return C(near + (far - near) * distance);
  }
  /// The share of the way that is left.
  [[nodiscard]] constexpr C left() const { return from_start ? C(C(1) - distance) : distance; }
};

/// pi n / (2 d).
template <class C>
[[nodiscard]] constexpr C half_pi_share(const C& n, const C& d) {
  const C total = C(C(2) * d);
  if constexpr (std::floating_point<C> && std::numeric_limits<C>::digits == 64) {
    // No wider type rounds this away: carry what the quotient and pi lose.
    constexpr C pi_error = -5.01655761266833202346e-20L;
    const C share = n / total;
    const C share_error = std::fma(-share, total, n) / total;
    return std::fma(pi<C>(), share, pi<C>() * share_error + pi_error * share);
  } else {
    return C(C(pi<C>() * n) / total);
  }
}

/// The polynomial with these coefficients, that of the highest power first. Without a loop, which compilers may leave
/// in place, and then not vectorise the loops that call it.
template <class C, std::size_t N>
[[nodiscard]] constexpr C polynomial(const C& x, const C (&coefficients)[N]) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    C sum = coefficients[0];
    ((sum = sum * x + coefficients[I + 1]), ...);
    return sum;
  }(std::make_index_sequence<N - 1>());
}

/// (1 - cos(pi n / total)) / 2 for n up to half of total.
template <class C>
[[nodiscard]] constexpr C half_cosine(const C& n, const C& total) {
  if constexpr (std::same_as<C, double>) {
    // Its Taylor series: up to 1/2 the next term is below 5e-20, and it costs half of what sin() does.
    constexpr double coefficients[] = {
        3.850353565300676926466e-11,  -1.802365398731250558608e-09, 6.939476231106885683266e-08,
        -2.151534793516473646849e-06, 5.231905246242285234841e-05,  -9.647871547019615722993e-04,
        1.290344569500703059139e-02,  -1.176653151794466029001e-01, 6.676313844272947495284e-01,
        -2.029356063208384242103e+00, 2.467401100272339498076e+00};
    const double share = n / total;
    const double square = share * share;
    return square * polynomial(square, coefficients);
  } else {
    using std::sin;
    const C sine = C(sin(half_pi_share(n, total)));
    return C(sine * sine);
  }
}

/// n / total of the way: the number of epochs from the nearer end.
template <class C>
[[nodiscard]] constexpr Way<C> epochs_from_end(const Time& n, Epoch total) {
  const Epoch left = total - n.epoch;
  if (n.epoch < left || (n.epoch == left && n.fraction == 0)) return {n.as<C>(), true};
  return {C(C(left) - C(n.fraction)), false};
}
template <class C>
[[nodiscard]] constexpr Way<C> epochs_from_end(const C& n, const C& total) {
  const C left = C(total - n);
  return n <= left ? Way<C>{n, true} : Way<C>{left, false};
}

/// n there and back, with period 2 total.
template <class C>
[[nodiscard]] constexpr C folded(const C& n, const C& total) {
  if (n <= total) return n;
  const C period = C(C(2) * total);
  const C in_period = remainder(n, period);
  return in_period > total ? C(period - in_period) : in_period;
}

/// n / total of the way, 0 <= n <= total, in a straight line.
template <class C, class N, class Total>
[[nodiscard]] constexpr Way<C> straight_way(const N& n, const Total& total) {
  const Way<C> way = epochs_from_end<C>(n, total);
  return {C(way.distance / C(total)), way.from_start};
}

/// n / total of the way, 0 <= n <= total, along half a cosine wave.
template <class C, class N, class Total>
[[nodiscard]] constexpr Way<C> cosine_way(const N& n, const Total& total) {
  const Way<C> way = epochs_from_end<C>(n, total);
  return {half_cosine(way.distance, C(total)), way.from_start};
}

template <class C, class N, class Total>
[[nodiscard]] constexpr Way<C> annealed_way(AnnealStrategy strategy, const N& n, const Total& total) {
  return strategy == AnnealStrategy::cos ? cosine_way<C>(n, total) : straight_way<C>(n, total);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_WAY_HPP
