// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_MATH_HPP
#define LR_SCHEDULER_DETAIL_MATH_HPP

#include <cfloat>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

/// The type in which a curve for rates of type T is computed: one rounding, at the end, for float.
template <Scalar T>
using compute_t = std::conditional_t<std::same_as<T, float>, double, T>;

template <class C>
[[nodiscard]] constexpr const C& smaller(const C& left, const C& right) {
  return right < left ? right : left;
}
template <class C>
[[nodiscard]] constexpr const C& larger(const C& left, const C& right) {
  return left < right ? right : left;
}

/// The second is not negative; the largest epoch in place of an overflow.
[[nodiscard]] constexpr Epoch saturating_sum(Epoch left, Epoch right) {
  constexpr Epoch most = std::numeric_limits<Epoch>::max();
  return left > most - right ? most : left + right;
}

/// The whole epochs of a time; the largest epoch in place of an overflow.
template <std::floating_point R>
[[nodiscard]] constexpr Epoch whole_epochs(R time) {
  return time < R(0x1p63) ? static_cast<Epoch>(time) : std::numeric_limits<Epoch>::max();
}

template <class C>
[[nodiscard]] constexpr C pi() {
  if constexpr (std::floating_point<C>) {
    return static_cast<C>(3.14159265358979323846264338327950288420L);  // libc++'s of long double has a double's digits
  } else {
    // Machin: pi = 16 atan(1/5) - 4 atan(1/239), as a Scalar promises no constant.
    const auto arctangent_of_inverse = [](int n) {
      C power = C(1) / C(n);
      C sum = power;
      for (int k = 3; C(power) > std::numeric_limits<C>::epsilon() * C(0.01); k += 2) {
        power = C(power / C(n * n));
        const C term = C(power / C(k));
        sum = (k % 4 == 3) ? C(sum - term) : C(sum + term);
      }
      return sum;
    };
    return C(C(16) * arctangent_of_inverse(5) - C(4) * arctangent_of_inverse(239));
  }
}

/// The largest finite value in place of an overflow, so that 0 times it is 0 and not NaN.
template <class C>
[[nodiscard]] constexpr C clamp_overflow(const C& x) {
  return is_finite(x) ? x : std::numeric_limits<C>::max();
}

/// For an exponent that is not negative, within a unit in the last place: more for the smallest numbers alone.
template <std::floating_point C>
[[nodiscard]] C power_by_parts(const C& base, const C& exponent);  // parts.hpp

/// Whether the standard library's pow() is within a unit in the last place, or there is nothing better. mingw-w64's
/// multiplies, for whole exponents, and is off by tens of units; that of long double is off by as much in musl.
template <std::floating_point C>
inline constexpr bool has_exact_pow =
#if defined(__FAST_MATH__)
    true;
#elif defined(__MINGW32__) && FLT_EVAL_METHOD == 0
    false;
#else
    std::numeric_limits<C>::digits <= std::numeric_limits<double>::digits;
#endif

template <class C>
[[nodiscard]] constexpr C power(const C& base, const C& exponent) {
  if constexpr (std::floating_point<C>) {
    if (!has_exact_pow<C> && !std::is_constant_evaluated()) return power_by_parts(base, exponent);
  }
  using std::pow;
  return clamp_overflow(C(pow(base, exponent)));
}

/// e^x - 1, exact where x is small.
template <class C>
[[nodiscard]] constexpr C exponential_minus_one(const C& x) {
  if constexpr (std::floating_point<C>) {
    return std::expm1(x);
  } else {
    C base = C(2);  // e = 1 + 1 + 1 / 2! + 1 / 3! ..., as a Scalar promises no constant
    C term = C(1);
    for (int k = 2; term > std::numeric_limits<C>::epsilon() * C(0.01); ++k) {
      term = C(term / C(k));
      base = C(base + term);
    }
    return C(power(base, x) - C(1));
  }
}

/// Without its fraction; of numbers that are not negative.
template <class C>
[[nodiscard]] constexpr C whole_part(const C& x) {
  if constexpr (std::floating_point<C>) {
    return x < C(0x1p63) ? C(static_cast<Epoch>(x)) : std::floor(x);
  } else {
    return C(whole_epochs(static_cast<double>(x)));
  }
}
template <class C>
[[nodiscard]] constexpr bool is_odd(const C& whole) {
  const C half = C(whole / C(2));
  return whole_part(half) != half;
}

template <class C>
[[nodiscard]] constexpr C square_root(const C& x) {
  if constexpr (std::floating_point<C>) {
    return std::sqrt(x);
  } else {
    return power(x, C(0.5));
  }
}

/// 1 / 2^n.
template <class C>
[[nodiscard]] constexpr C half_to_the(Epoch n) {
  if constexpr (std::same_as<C, double> && std::numeric_limits<double>::is_iec559) {
    constexpr Epoch bias = 1023;  // of an exponent, which starts at bit 52
    if (n < bias) return from_bits<double>(static_cast<std::uint64_t>(bias - n) << 52);
  }
  if constexpr (std::floating_point<C>) {
    constexpr Epoch most = 1 << 20;  // more than any exponent
    return std::ldexp(C(1), -static_cast<int>(smaller(n, most)));
  } else {
    return power(C(0.5), C(n));
  }
}

/// Rounds to the type of the rates, an overflow to the largest of them.
template <Scalar T>
[[nodiscard]] constexpr T to_rate(const compute_t<T>& x) {
  return static_cast<T>(smaller(x, compute_t<T>(std::numeric_limits<T>::max())));
}

/// A number with room for what overflows or underflows C on the way to a product: value * 2^exponent.
template <class C>
struct Product {
  C value = C(1);
  Epoch exponent = 0;

  constexpr Product& operator*=(Product other) {
    keep_in_range();
    other.keep_in_range();
    value = C(value * other.value);
    add_to_exponent(other.exponent);
    return *this;
  }
  constexpr Product& operator/=(Product other) {
    keep_in_range();
    other.keep_in_range();
    value = C(value / other.value);
    add_to_exponent(-other.exponent);
    return *this;
  }
  /// Rounded to C, an overflow to the largest value.
  [[nodiscard]] constexpr C rounded() const { return clamp_overflow(unclamped()); }
  [[nodiscard]] constexpr bool overflows() const { return !is_finite(unclamped()); }
  [[nodiscard]] constexpr bool is_zero() const { return value == C(0); }
  friend bool operator==(const Product&, const Product&) = default;

 private:
  [[nodiscard]] constexpr C unclamped() const {
    if constexpr (std::floating_point<C>) {
      constexpr Epoch most = 1 << 20;  // more than any exponent
      if (exponent != 0) return C(std::ldexp(value, static_cast<int>(larger(-most, smaller(most, exponent)))));
    }
    return value;
  }
  /// The largest exponent, up or down, in place of an overflow.
  constexpr void add_to_exponent(Epoch more) {
    exponent = more >= 0 ? saturating_sum(exponent, more) : -saturating_sum(-exponent, -more);
  }
  constexpr void keep_in_range() {
    if constexpr (std::floating_point<C>) {
      if (value != C(0) && !(value < C(0x1p30F) && value > C(0x1p-30F))) {
        int shift = 0;
        value = C(std::frexp(value, &shift));
        add_to_exponent(shift);
      }
    }
  }
};

/// Multiplies by now / before; false where that would divide by zero.
template <class C>
[[nodiscard]] constexpr bool multiply_ratio(const Product<C>& now, const Product<C>& before, Product<C>& ratio) {
  if (now == before) return true;
  if (before.is_zero()) return false;
  ratio *= now;
  ratio /= before;
  return true;
}

/// base^n, n not negative, with room for what C has none for.
template <class C>
[[nodiscard]] constexpr Product<C> product_power(const C& base, Epoch n) {
  const C plain = power(base, C(n));
  if constexpr (std::floating_point<C>) {
    const bool fits = plain >= std::numeric_limits<C>::min() && plain < std::numeric_limits<C>::max();
    if (!fits && base != C(0) && n > 1) {
      Product<C> result = product_power(base, n / 2);
      result *= result;
      if (n % 2 != 0) result *= Product<C>{base};
      return result;
    }
  }
  return {plain};
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_MATH_HPP
