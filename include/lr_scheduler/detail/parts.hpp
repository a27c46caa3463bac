// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_PARTS_HPP
#define LR_SCHEDULER_DETAIL_PARTS_HPP

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/time.hpp>

// Numbers in two parts, of which the second is what rounding took from the first, so that a formula is rounded once, at
// its end. Source: Dekker, 1971, "A floating-point technique for extending the available precision". Under -ffast-math
// the second part may be lost, and with class types it always is; the first is what plain arithmetic gives.
namespace lr_scheduler::detail {

/// x without its last digits: `quarters` quarters of the digits of C are left.
template <int quarters, class C>
[[nodiscard]] constexpr C high_part(const C& x) {
  constexpr int digits = std::numeric_limits<C>::digits;
  constexpr int lost = digits - quarters * digits / 4;
  if constexpr (std::same_as<C, double>) {
    if (!std::is_constant_evaluated()) {
      return from_bits<double>(from_bits<std::uint64_t>(x) & (~std::uint64_t{0} << lost));
    }
  }
  if constexpr (std::floating_point<C>) {
    constexpr C scale = C(std::uint64_t{1} << lost / 2) * C(std::uint64_t{1} << (lost + 1) / 2) + C(1);  // 2^lost + 1
    if (x > std::numeric_limits<C>::max() / scale || x < -std::numeric_limits<C>::max() / scale) return x;
    const C scaled = scale * x;
    return scaled - (scaled - x);
  } else {
    return x;
  }
}

template <class C>
struct Parts {
  C high = C(0);
  C low = C(0);

  constexpr Parts() = default;
  constexpr Parts(const C& all) : high(all) {}  // NOLINT(google-explicit-constructor): a number is one of two parts
  constexpr Parts(const C& first, const C& second) : high(first), low(second) {}

  [[nodiscard]] constexpr C rounded() const { return C(high + low); }
  /// The same with a second part that is small, where the first is at least as large as the second.
  [[nodiscard]] constexpr Parts settled() const {
    const C all = C(high + low);
    return {all, C(low - C(all - high))};
  }

  /// The difference to one that is not larger.
  [[nodiscard]] constexpr Parts minus_smaller(const Parts& other) const {
    const Parts difference = Parts(high, C(-other.high)).settled();
    return {difference.high, C(difference.low + C(low - other.low))};
  }

  [[nodiscard]] constexpr Parts operator-() const { return {C(-high), C(-low)}; }
  friend constexpr Parts operator+(Parts left, Parts right) {
    const Parts sum = exact_sum(left.high, right.high);
    return Parts(sum.high, C(sum.low + C(left.low + right.low))).settled();
  }
  friend constexpr Parts operator-(Parts left, Parts right) { return left + -right; }
  friend constexpr Parts operator*(Parts left, Parts right) {
    const Parts product = exact_product(left.high, right.high);
    return Parts(product.high, C(product.low + C(left.high * right.low + left.low * right.high))).settled();
  }
  /// The largest number in place of an overflow.
  friend constexpr Parts operator/(Parts left, Parts right) {
    const C quotient = C(left.high / right.high);
    if (!is_finite(quotient) || quotient == C(0)) return clamp_overflow(quotient);
    const Parts product = exact_product(quotient, right.high);
    const C rest = C(C(C(left.high - product.high) - product.low) + C(left.low - C(quotient * right.low)));
    return Parts(quotient, C(rest / right.high)).settled();
  }

  [[nodiscard]] static constexpr Parts exact_sum(const C& left, const C& right) {
    const C sum = C(left + right);
    if constexpr (!std::floating_point<C>) return sum;
    const C of_right = C(sum - left);
    return {sum, C(C(left - C(sum - of_right)) + C(right - of_right))};
  }
  /// Of numbers whose product does not overflow.
  [[nodiscard]] static constexpr Parts exact_product(const C& left, const C& right) {
    const C product = C(left * right);
    if constexpr (!std::floating_point<C>) return product;
    const C left_high = high_part<2>(left);
    const C right_high = high_part<2>(right);
    const C left_low = C(left - left_high);
    const C right_low = C(right - right_high);
    const C rest = C(C(left_high * right_high - product) + left_high * right_low);
    return {product, C(C(rest + left_low * right_high) + left_low * right_low)};
  }
};

template <class C>
[[nodiscard]] constexpr const C& first_part(const C& x) {
  return x;
}
template <class C>
[[nodiscard]] constexpr const C& first_part(const Parts<C>& x) {
  return x.high;
}

/// A number in two parts of which the first has a quarter of the digits, so that its product with three quarters is
/// exact: what a formula that is used often has for Parts.
template <class C>
struct Share {
  C high = C(0);
  C low = C(0);

  constexpr Share() = default;
  constexpr Share(const C& first, const C& second) : high(first), low(second) {}
  constexpr Share(const Parts<C>& parts)  // NOLINT(google-explicit-constructor): it is the same number
      : high(high_part<1>(parts.high)), low(C(C(parts.high - high) + parts.low)) {}

  [[nodiscard]] constexpr C rounded() const { return C(high + low); }
  [[nodiscard]] constexpr Parts<C> parts() const { return Parts<C>(high, low).settled(); }
  friend constexpr Parts<C> operator*(const Share& share, const Parts<C>& x) {
    const C most = high_part<3>(x.high);
    return Parts<C>(C(share.high * most), C(share.high * C(C(x.high - most) + x.low) + share.low * x.high)).settled();
  }
};

/// n / d, of whole numbers below 2^(3/4 of the digits).
template <class C>
[[nodiscard]] constexpr Share<C> share_of(const C& n, const C& d) {
  const C share = high_part<1>(C(n / d));
  return {share, C(C(n - share * d) / d)};
}
template <class C>
[[nodiscard]] constexpr Share<C> share_of(const Parts<C>& n, const Parts<C>& d) {
  const C share = high_part<1>(C(n.high / d.high));
  const C most = high_part<3>(d.high);
  const C rest = C(C(n.high - share * most) - share * C(C(d.high - most) + d.low));
  return {share, C(C(rest + n.low) / d.high)};
}

/// pi n / (2 d), of whole numbers below 2^32, or of shares.
template <class C>
[[nodiscard]] constexpr Share<C> half_pi_times(const C& n, const C& d) {
  constexpr C high = static_cast<C>(1.57079601287841796875L);  // 22 bits
  constexpr C low = static_cast<C>(3.139164786504813216916398e-07L);
  const C share = high_part<1>(C(high * n / d));
  return {share, C(C(C(high * n - share * d) + low * n) / d)};
}
template <class C>
[[nodiscard]] constexpr Share<C> half_pi_times(const Parts<C>& n, const Parts<C>& d) {
  constexpr C high = static_cast<C>(1.57079601287841796875L);
  constexpr C low = static_cast<C>(3.139164786504813216916398e-07L);
  const Share<C> share = share_of(n, d);
  return Parts<C>(high * share.high, low * share.high + (high + low) * share.low);
}

/// An epoch, without the digits that C has none for.
template <class C>
[[nodiscard]] constexpr Parts<C> parts_of(Epoch epoch, double fraction) {
  return Parts<C>::exact_sum(C(epoch), C(fraction));
}
template <class C>
[[nodiscard]] constexpr Parts<C> parts_of(const Time& t) {
  return parts_of<C>(t.epoch, t.fraction);
}
/// From `begin` to t.
template <class C>
[[nodiscard]] constexpr Parts<C> time_between(const Time& begin, const Time& t) {
  return Parts<C>(C(t.epoch - begin.epoch)) + Parts<C>::exact_sum(C(t.fraction), C(-begin.fraction));
}

/// A time that is not negative; the largest in place of an overflow. What rounding alone keeps from a whole epoch is that
/// epoch.
[[nodiscard]] inline Time time_of(const Parts<double>& epochs) {
  if (!(epochs.high < 0x1p63)) return {std::numeric_limits<Epoch>::max(), 0};
  const auto whole = static_cast<Epoch>(epochs.high);
  const double rest = (epochs.high - double(whole)) + epochs.low;
  const auto more = static_cast<Epoch>(rest);  // beyond 2^53 the second part may have whole epochs too
  return {whole + more, larger(rest - double(more), 0.0)};
}

template <class C>
[[nodiscard]] constexpr Parts<C> square_root(const Parts<C>& x) {
  const C root = square_root(x.high);
  if (root == C(0)) return root;
  const Parts<C> square = Parts<C>::exact_product(root, root);
  return Parts<C>(root, C(C(C(C(x.high - square.high) - square.low) + x.low) / C(C(2) * root))).settled();
}

/// base^exponent: what the base's second part adds to the power of its first.
template <class C>
[[nodiscard]] constexpr Parts<C> power(const Parts<C>& base, const C& exponent) {
  const C first = power(base.high, exponent);
  if (base.low == C(0) || first == C(0) || first == std::numeric_limits<C>::max()) return first;
  const C relative = C(exponent * C(base.low / base.high));
  if (relative > C(1) || relative < C(-1)) return first;  // of an exponent beyond all digits of the base
  return {first, C(first * C(relative + relative * relative / C(2)))};
}

template <class C>
[[nodiscard]] constexpr Parts<C> power(const C& base, const Parts<C>& exponent) {
  const C first = power(base, exponent.high);
  if (exponent.low == C(0) || first == C(0) || first == std::numeric_limits<C>::max()) return first;
  using std::log;
  return {first, C(first * C(exponent.low * C(log(base))))};
}
template <class C>
[[nodiscard]] constexpr Parts<C> power(const Parts<C>& base, const Parts<C>& exponent) {
  const Parts<C> whole = exponent.settled();
  return power(base.high, whole) + Parts<C>(power(base, whole.high).low);
}
template <class C>
[[nodiscard]] constexpr Parts<C> power(const C& base, const Time& exponent) {
  if (exponent.fraction == 0) return power(base, C(exponent.epoch));
  return power(base, parts_of<C>(exponent));
}

/// e^x = 2^exponent (1 + rest), with x = exponent log(2) + r and rest = r + r^2 / 2 + r^3 / 3! ...
template <std::floating_point C>
struct Exponential {
  Parts<C> rest;
  int exponent;

  explicit Exponential(const Parts<C>& x) {
    constexpr std::size_t terms = std::size_t{std::numeric_limits<C>::digits} / 4 + 3;
    constexpr auto inverse_factorials = [] {
      std::array<C, terms> inverses{};
      long double inverse = 1.0L / 6;
      for (std::size_t k = 0; k < terms; ++k) {
        inverses[k] = static_cast<C>(inverse);
        inverse /= static_cast<long double>(k + 4);
      }
      return inverses;
    }();
    constexpr C log_2 = static_cast<C>(0.693147180559945309417232121458176568L);
    constexpr C log_2_low = std::numeric_limits<C>::digits == 53   ? static_cast<C>(2.319046813846299558418e-17L)
                            : std::numeric_limits<C>::digits == 64 ? static_cast<C>(-1.145835272679873281095e-20L)
                            : std::numeric_limits<C>::digits == 113
                                ? static_cast<C>(-7.00813947454958542141414223529726e-36L)
                                : C(0);
    constexpr C most = C(2 * std::numeric_limits<C>::max_exponent);
    const Parts<C> limited = x.high < -most ? Parts<C>(-most) : x.high > most ? Parts<C>(most) : x;
    const C k = std::nearbyint(limited.high / log_2);
    exponent = static_cast<int>(k);
    const Parts<C> r = exponent == 0 ? x : limited - Parts<C>(k) * Parts<C>(log_2, log_2_low);
    C sum = 0;
    for (std::size_t i = terms; i > 0; --i) sum = inverse_factorials[i - 1] + r.high * sum;
    const Parts<C> square = Parts<C>::exact_product(r.high, r.high);
    rest = Parts<C>::exact_sum(r.high, square.high / 2) +
           Parts<C>(r.high * square.high * sum + (square.low / 2 + r.high * r.low) + r.low);
  }
  [[nodiscard]] Parts<C> value() const { return scaled(Parts<C>(1) + rest); }
  [[nodiscard]] Parts<C> minus_one() const {
    if (exponent == 0) return rest;
    const Parts<C> all = value();
    return all.high < std::numeric_limits<C>::max() ? all - Parts<C>(1) : all;
  }

 private:
  [[nodiscard]] Parts<C> scaled(const Parts<C>& x) const {
    const C high = std::ldexp(x.high, exponent);
    if (!is_finite(high)) return std::numeric_limits<C>::max();
    return {high, std::ldexp(x.low, exponent)};
  }
};

/// e^x - 1, exact where x is small.
template <class C>
[[nodiscard]] constexpr Parts<C> exponential_minus_one(const Parts<C>& x) {
  if constexpr (std::floating_point<C>) {
    return Exponential<C>(x).minus_one();
  } else {
    return exponential_minus_one(x.high);
  }
}

/// log(x) for x = 1 - rest, exact where that is small: Newton's step from that of the standard library.
template <std::floating_point C>
[[nodiscard]] Parts<C> logarithm(const Parts<C>& x, const Parts<C>& rest) {
  const bool is_near_1 = x.high >= C(0.5) && x.high < C(2);
  const C first = is_near_1 ? std::log1p(-rest.high) : std::log(x.high);
  if (first == C(0)) return -rest;
  const Exponential<C> inverse(Parts<C>(-first));
  const Parts<C> more = inverse.minus_one();
  const C left = (is_near_1 ? more - rest - rest * more : x * inverse.value() - Parts<C>(C(1))).rounded();
  return Parts<C>(first, left - left * left / 2).settled();
}

template <std::floating_point C>
[[nodiscard]] C power_by_parts(const C& base, const C& exponent) {
  const bool is_countable = exponent >= C(0) && exponent < C(0x1p53);
  if (!is_countable) return clamp_overflow(std::pow(base, exponent));
  // By squares for the whole part, as errors of a logarithm would be multiplied by it.
  const auto whole = static_cast<std::uint64_t>(exponent);
  std::uint64_t bit = std::uint64_t{1} << 52;
  while (bit > whole) bit >>= 1;
  Parts<C> product = C(1);
  for (; bit != 0; bit >>= 1) {
    product = product * product;
    if ((whole & bit) != 0) product = product * Parts<C>(base);
    const bool overflows = !is_finite(product.high) || !is_finite(product.low);
    if (overflows) return std::numeric_limits<C>::max();
  }
  if (const C fraction = exponent - C(whole); fraction != C(0)) {
    constexpr C least = std::numeric_limits<C>::min() / std::numeric_limits<C>::epsilon();
    const bool has_room = base > least && base < C(1) / least;  // for its inverse, and its digits
    const Parts<C> rest = Parts<C>::exact_sum(C(1), -base);
    product = product * (has_room ? Exponential<C>(Parts<C>(fraction) * logarithm(Parts<C>(base), rest)).value()
                                  : Parts<C>(std::pow(base, fraction)));
  }
  return clamp_overflow(product.rounded());
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_PARTS_HPP
