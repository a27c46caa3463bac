// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_BITS_HPP
#define LR_SCHEDULER_DETAIL_BITS_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

// What a number is, told from its bits: -ffast-math folds std::isfinite() and x != x to constants.

/// An unsigned integer from the bytes of a number, from `offset` on. It goes through a volatile variable because
/// clang 17 and later, under -ffast-math, also fold tests of the bits themselves.
template <class Bits, class T>
[[nodiscard]] Bits read_bits(const T& x, std::size_t offset = 0) noexcept {
  Bits bits{};
  std::memcpy(&bits, reinterpret_cast<const unsigned char*>(&x) + offset, sizeof(Bits));
  const volatile Bits unseen = bits;
  return unseen;
}

/// std::bit_cast, which not every standard library has.
template <class To, class From>
[[nodiscard]] To from_bits(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From));
  To to{};
  std::memcpy(&to, &from, sizeof(To));
  return to;
}

template <class T>
[[nodiscard]] constexpr bool is_finite(const T& x) noexcept {
  if (std::is_constant_evaluated()) return x - x == T(0);
  constexpr int digits = std::numeric_limits<T>::digits;
  if constexpr (std::same_as<T, float>) {
    return (read_bits<std::uint32_t>(x) & 0x7f80'0000U) != 0x7f80'0000U;
  } else if constexpr (std::floating_point<T> && digits == 53) {
    return (read_bits<std::uint64_t>(x) & 0x7ff0'0000'0000'0000U) != 0x7ff0'0000'0000'0000U;
  } else if constexpr (std::floating_point<T> && (digits == 64 || digits == 113)) {
    // The sign and the exponent: the last two bytes of x87's ten, or the top two of a quadruple's sixteen.
    constexpr std::size_t offset = digits == 64 ? 8 : std::endian::native == std::endian::little ? 14 : 0;
    return (read_bits<std::uint16_t>(x, offset) & 0x7fffU) != 0x7fffU;
  } else {
    using std::isfinite;
    return isfinite(x);
  }
}

template <class T>
[[nodiscard]] bool is_nan(const T& x) noexcept {
  if constexpr (std::floating_point<T>) {
    const auto nearest = static_cast<double>(x);
    return (read_bits<std::uint64_t>(nearest) & 0x7fff'ffff'ffff'ffffU) > 0x7ff0'0000'0000'0000U;
  } else {
    return x != x;
  }
}

/// What a rate, a factor or a momentum must be.
template <class T>
[[nodiscard]] bool is_finite_and_not_negative(const T& x) noexcept {
  return is_finite(x) && !(x < T(0));
}

/// Zero if two rates read the same. The bits of float and double are compared so that loops over them are vectorised;
/// those of long double so that -ffast-math has no say.
template <class T>
[[nodiscard]] auto bits_that_differ(const T& left, const T& right) noexcept {
  if constexpr (std::same_as<T, float>) {
    return from_bits<std::uint32_t>(left) ^ from_bits<std::uint32_t>(right);
  } else if constexpr (std::same_as<T, double>) {
    return from_bits<std::uint64_t>(left) ^ from_bits<std::uint64_t>(right);
  } else if constexpr (std::floating_point<T>) {
    constexpr std::size_t used = std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);  // x87 pads its ten bytes
    return static_cast<unsigned>(std::memcmp(&left, &right, used) != 0);
  } else {
    return static_cast<unsigned>(!(left == right));
  }
}

template <class T>
[[nodiscard]] bool bits_differ(const T& left, const T& right) noexcept {
  return bits_that_differ(left, right) != 0;
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_BITS_HPP
