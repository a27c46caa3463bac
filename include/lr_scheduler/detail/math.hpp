// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_MATH_HPP
#define LR_SCHEDULER_DETAIL_MATH_HPP

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numbers>
#include <type_traits>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

/// The type in which a curve for rates of type T is computed: one rounding, at the end, for float.
template <Scalar T>
using compute_t = std::conditional_t<std::same_as<T, float>, double, T>;

/// What a curve is asked at: a whole epoch or a point in time between two.
template <class Time>
concept TimePoint = std::same_as<Time, Epoch> || std::same_as<Time, double>;

// The bits are read because -ffast-math folds std::isfinite() and x != x to constants.
template <class T>
[[nodiscard]] bool is_finite(const T& x) noexcept {
  if constexpr (std::same_as<T, float>) {
    return (std::bit_cast<std::uint32_t>(x) & 0x7f80'0000U) != 0x7f80'0000U;
  } else if constexpr (std::same_as<T, double>) {
    return (std::bit_cast<std::uint64_t>(x) & 0x7ff0'0000'0000'0000U) != 0x7ff0'0000'0000'0000U;
  } else if constexpr (std::same_as<T, long double>) {
    if constexpr (std::numeric_limits<long double>::digits == 64) {  // x87: exponent in bytes 8, 9
      std::uint16_t sign_and_exponent{};
      std::memcpy(&sign_and_exponent, reinterpret_cast<const unsigned char*>(&x) + 8, 2);
      return (sign_and_exponent & 0x7fffU) != 0x7fffU;
    } else if constexpr (std::numeric_limits<long double>::digits == 53) {
      return is_finite(static_cast<double>(x));
    } else {
      return std::isfinite(x);
    }
  } else {
    return isfinite(x);
  }
}

template <class T>
[[nodiscard]] bool is_nan(const T& x) noexcept {
  if constexpr (std::floating_point<T>) {
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(x));
    return (bits & 0x7fff'ffff'ffff'ffffU) > 0x7ff0'0000'0000'0000U;
  } else {
    return x != x;
  }
}

/// What a rate, a factor or a threshold must be.
template <class T>
[[nodiscard]] bool is_finite_and_not_negative(const T& x) noexcept {
  return is_finite(x) && !(x < T(0));
}

template <class T>
[[nodiscard]] bool is_momentum(const T& x) noexcept {
  return is_finite_and_not_negative(x) && x < T(1);
}

template <class T>
using difference_t = std::conditional_t<std::same_as<T, float>, std::uint32_t,
                                        std::conditional_t<std::same_as<T, double>, std::uint64_t, unsigned>>;

/// 0 if two rates read the same. Of float and double the bits are compared: loops over them are
/// vectorised, and -ffast-math has no say.
template <class T>
[[nodiscard]] difference_t<T> difference(const T& left, const T& right) noexcept {
  if constexpr (std::same_as<T, float> || std::same_as<T, double>) {
    return std::bit_cast<difference_t<T>>(left) ^ std::bit_cast<difference_t<T>>(right);
  } else {
    return left == right ? 0 : 1;
  }
}

template <class C>
[[nodiscard]] C pi() {
  if constexpr (std::floating_point<C>) {
    return std::numbers::pi_v<C>;
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

template <class C>
[[nodiscard]] C power(const C& base, const C& exponent) {
  using std::pow;
  return C(pow(base, exponent));
}

/// The largest finite value in place of an overflow, so that 0 times it is 0 and not NaN.
template <class C>
[[nodiscard]] C clamp_overflow(const C& x) {
  return is_finite(x) ? x : std::numeric_limits<C>::max();
}

/// Rounds to the type of the rates, an overflow to the largest of them.
template <Scalar T>
[[nodiscard]] T to_rate(const compute_t<T>& x) {
  return static_cast<T>(std::min(x, compute_t<T>(std::numeric_limits<T>::max())));
}

/// A point on the way from a start to an end value, exact at both and never outside of them. It
/// holds the distance from the nearer end, so that neither end suffers from cancellation.
template <class C>
struct Blend {
  C distance;       ///< 0 to 1/2, from the nearer end, as a share of the whole way
  bool from_start;  ///< whether the nearer end is the start

  [[nodiscard]] C operator()(const C& start, const C& end) const {
    return from_start ? C(start + (end - start) * distance) : C(end + (start - end) * distance);
  }
  /// The share of the way that is left.
  [[nodiscard]] C remaining() const { return from_start ? C(C(1) - distance) : distance; }
};

/// n / total of the way, 0 <= n <= total, in a straight line.
template <class C, class N>
[[nodiscard]] Blend<C> linear_blend(const N& n, const N& total) {
  const bool from_start = n <= total - n;
  return {C(C(from_start ? n : total - n) / C(total)), from_start};
}

/// pi n / d.
template <class C>
[[nodiscard]] C share_of_pi(const C& n, const C& d) {
  if constexpr (std::floating_point<C> && std::numeric_limits<C>::digits == 64) {
    // No wider type rounds this away: carry what the quotient and pi lose.
    constexpr C pi_error = -5.01655761266833202346e-20L;
    const C share = n / d;
    const C share_error = std::fma(-share, d, n) / d;
    return std::fma(pi<C>(), share, pi<C>() * share_error + pi_error * share);
  } else {
    return C(pi<C>() * n) / d;
  }
}

/// n / total of the way, 0 <= n <= total, along half a cosine wave.
template <class C, class N>
[[nodiscard]] Blend<C> cosine_blend(const N& n, const N& total) {
  using std::sin;
  const bool from_start = n <= total - n;
  const C half_angle = share_of_pi(C(from_start ? n : total - n), C(C(2) * C(total)));
  const C sine = C(sin(half_angle));
  return {C(sine * sine), from_start};
}

/// t mod period, for t >= 0. In the first period, without the price of a division.
[[nodiscard]] inline Epoch remainder(Epoch t, Epoch period) noexcept {
  return t < period ? t : t % period;
}
[[nodiscard]] inline double remainder(double t, Epoch period) noexcept {
  return std::fmod(t, static_cast<double>(period));
}

/// How often the period is over at t, for t >= 0.
[[nodiscard]] inline Epoch quotient(Epoch t, Epoch period) noexcept {
  return t < period ? 0 : t / period;
}
[[nodiscard]] inline Epoch quotient(double t, Epoch period) noexcept {
  return static_cast<Epoch>((t - remainder(t, period)) / static_cast<double>(period) + 0.5);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_MATH_HPP
