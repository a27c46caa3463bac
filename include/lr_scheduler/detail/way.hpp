// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_WAY_HPP
#define LR_SCHEDULER_DETAIL_WAY_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::detail {

/// A point on the way from a start to an end, exact at both and never outside of them. It holds the distance from the
/// nearer end, so that neither end suffers from cancellation. The default is the start.
template <class C>
struct Way {
  C high = C(0);  ///< With low the distance, 0 to 1/2, from the nearer end, as a share of the whole way: see Share.
  C low = C(0);
  bool from_start = true;  ///< Whether the nearer end is the start.

  constexpr Way() = default;
  constexpr Way(const Share<C>& distance, bool is_from_start)
      : high(distance.high), low(distance.low), from_start(is_from_start) {}
  [[nodiscard]] static constexpr Way end() { return {Share<C>(), false}; }
  [[nodiscard]] constexpr Share<C> distance() const { return {high, low}; }

  /// Within 1.5 units in the last place, for loops over groups.
  [[nodiscard, gnu::always_inline]] constexpr C operator()(const C& start, const C& end) const {
    const C near = from_start ? start : end;
    const C far = from_start ? end : start;
    const C all = C(far - near);
    const C most = high_part<2>(all);
    const C rest = C(C(all - most) * high + all * low);
    return C(near + C(most * high + rest));
  }
  /// As exact as the distance, for factors, which are rounded again.
  [[nodiscard, gnu::always_inline]] constexpr Parts<C> between(const C& start, const C& end) const {
    const C near = from_start ? start : end;
    const C far = from_start ? end : start;
    const Parts<C> all = Parts<C>::exact_sum(far, C(-near));
    const C most = high_part<2>(all.high);
    const C rest = C(C(C(all.high - most) + all.low) * high + all.high * low);
    const Parts<C> sum = Parts<C>::exact_sum(near, C(most * high));
    return {sum.high, C(sum.low + rest)};
  }
  [[nodiscard, gnu::always_inline]] constexpr Parts<C> between(const Parts<C>& start, const Parts<C>& end) const {
    const Parts<C> level = between(start.high, end.high);
    const C near = from_start ? start.low : end.low;
    const C far = from_start ? end.low : start.low;
    return {level.high, C(level.low + C(near + C(far - near) * C(high + low)))};
  }
  /// The share of the way that is left.
  [[nodiscard]] constexpr C left() const { return from_start ? C(C(C(1) - high) - low) : C(high + low); }
};

/// The polynomial with these coefficients, that of the highest power first. Without a loop, which compilers may leave
/// in place, and then not vectorise the loops that call it.
template <class C, std::size_t N, std::size_t... I>
[[nodiscard, gnu::always_inline]] constexpr C polynomial(const C& x, const C (&coefficients)[N],
                                                         std::index_sequence<I...>) {
  C sum = coefficients[0];
  ((sum = sum * x + coefficients[I + 1]), ...);
  return sum;
}

/// The square of the sine of an angle up to pi / 4: y^2 + y^4 p(y^2), p by Chebyshev's interpolation 1.4e-22 of the
/// whole from it.
template <class C>
[[nodiscard, gnu::always_inline]] constexpr Share<C> square_of_sine(const Share<C>& y) {
  constexpr C coefficients[] = {
      C(-2.103802140098641572717e-13L), C(2.046650944529240345036e-11L),  C(-1.566135460923211158145e-09L),
      C(9.396834660351507058927e-08L),  C(-4.275559830830932726922e-06L), C(1.410934744267736566911e-04L),
      C(-3.174603174603172554693e-03L), C(4.444444444444444439707e-02L),  C(-3.333333333333333333332e-01L)};
  const C square_low = y.low * (C(2) * y.high + y.low);
  const C square = y.high * y.high + square_low;
  constexpr std::make_index_sequence<std::size(coefficients) - 1> others;
  return {y.high * y.high, polynomial(square, coefficients, others) * square * square + square_low};
}

/// (1 - cos(pi n / d)) / 2 for n up to half of d: whole numbers, or any in parts.
template <class C, class N>
[[nodiscard, gnu::always_inline]] constexpr Share<C> half_cosine(const N& n, const N& d) {
  if constexpr (std::floating_point<C> && std::numeric_limits<C>::digits <= 64) {
    return square_of_sine(half_pi_times(n, d));
  } else {
    using std::sin;
    const C sine = C(sin(C(C(pi<C>() * Parts<C>(n).rounded()) / C(C(2) * Parts<C>(d).rounded()))));
    return Parts<C>(C(sine * sine));
  }
}

/// Whether the start is nearer to n than the end.
[[nodiscard]] constexpr bool is_early(Time n, Epoch total) {
  const Epoch left = total - n.epoch;
  return n.epoch < left && (n.fraction <= 0.5 || n.epoch + 1 < left);
}
/// The distance of n, which is not whole, from an end.
template <class C>
[[nodiscard]] constexpr Parts<C> distance_of(Time n, Epoch total, bool from_start) {
  return from_start ? parts_of<C>(n) : parts_of<C>(total - n.epoch, -n.fraction);
}
template <class C>
[[nodiscard]] constexpr Share<C> share_of(Time n, Epoch total, bool from_start) {
  return share_of(distance_of<C>(n, total, from_start), Parts<C>(C(total)));
}
/// n / total, or (total - n) / total, to be raised to a power, which magnifies what is wrong with it.
template <class C>
[[nodiscard]] constexpr Parts<C> share_in_parts(Time n, Epoch total, bool from_start, const C& exponent) {
  if (n.fraction != 0 || total >= Epoch{1} << 39 || exponent > C(256)) {
    return distance_of<C>(n, total, from_start) / Parts<C>(C(total));
  }
  return share_of(C(from_start ? n.epoch : total - n.epoch), C(total)).parts();
}
template <class C>
[[nodiscard]] constexpr Share<C> half_cosine(Time n, Epoch total, bool from_start) {
  return half_cosine<C>(distance_of<C>(n, total, from_start), Parts<C>(C(total)));
}

/// n / total of the way in a straight line, 0 <= n <= total; `left` is total - n.
template <class C, class N>
[[nodiscard]] constexpr Way<C> straight_way(const N& n, const N& left, const N& total) {
  const bool from_start = first_part(n) <= first_part(left);
  return {share_of(from_start ? n : left, total), from_start};
}
template <class C>
[[nodiscard]] constexpr Way<C> straight_way(const Parts<C>& n, const Parts<C>& total) {
  return straight_way<C>(n, total - n, total);
}
template <class C>
[[nodiscard, gnu::always_inline]] constexpr Way<C> straight_way(Time n, Epoch total) {
  const bool from_start = is_early(n, total);
  if (n.fraction != 0) return {share_of<C>(n, total, from_start), from_start};
  return {share_of(C(from_start ? n.epoch : total - n.epoch), C(total)), from_start};
}

/// The same along half a cosine wave.
template <class C, class N>
[[nodiscard]] constexpr Way<C> cosine_way(const N& n, const N& left, const N& total) {
  const bool from_start = first_part(n) <= first_part(left);
  return {half_cosine<C>(from_start ? n : left, total), from_start};
}
template <class C>
[[nodiscard]] constexpr Way<C> cosine_way(const Parts<C>& n, const Parts<C>& total) {
  return cosine_way<C>(n, total - n, total);
}
template <class C>
[[nodiscard, gnu::always_inline]] constexpr Way<C> cosine_way(Time n, Epoch total) {
  const bool from_start = is_early(n, total);
  if (n.fraction != 0) return {half_cosine<C>(n, total, from_start), from_start};
  return {half_cosine<C>(C(from_start ? n.epoch : total - n.epoch), C(total)), from_start};
}

/// n there and back, with period 2 total.
template <class C>
[[nodiscard]] constexpr Parts<C> folded(const Parts<C>& n, const Parts<C>& total) {
  if (n.high < total.high || total.high == C(0)) return n;
  const C turns = whole_part(C(n.high / total.high));
  Parts<C> rest = n - Parts<C>(turns) * total;
  if (rest.high < C(0)) rest = -rest;  // the quotient was rounded up to a turn that is not over
  if (rest.high > total.high) rest = total;
  return is_odd(turns) ? total - rest : rest;
}

template <class C, class... Times>
[[nodiscard]] constexpr Way<C> annealed_way(AnnealStrategy strategy, const Times&... times) {
  return strategy == AnnealStrategy::cos ? cosine_way<C>(times...) : straight_way<C>(times...);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_WAY_HPP
