// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_TEXT_HPP
#define LR_SCHEDULER_DETAIL_TEXT_HPP

#include <algorithm>
#include <clocale>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iosfwd>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

// Numbers as texts and back. Not every standard library has to_chars() for reals; printf() and strtod() are everywhere,
// but follow the C locale.

/// The decimal point of the C locale, which may be of more than one character.
[[nodiscard]] inline std::string_view decimal_point() {
  const std::lconv* const locale = std::localeconv();  // NOLINT(concurrency-mt-unsafe): printf() reads it too
  return locale != nullptr && locale->decimal_point != nullptr ? locale->decimal_point : ".";
}

/// A real that a text begins with, and how many of its characters that took.
template <std::floating_point N>
struct Parsed {
  N value;
  std::size_t length;
};

template <std::floating_point N>
[[nodiscard]] Parsed<N> parse(std::string text) {
  const std::string_view point = decimal_point();
  if (point != ".") text.resize(std::min(text.find(point), text.size()));  // which is no point to us
  const std::size_t place = std::min(text.find('.'), text.size());
  if (place < text.size()) text.replace(place, 1, point);
  char* end = nullptr;
  N value{};
  if constexpr (std::same_as<N, float>) {
    value = std::strtof(text.c_str(), &end);
  } else if constexpr (std::same_as<N, double>) {
    value = std::strtod(text.c_str(), &end);
  } else {
    value = std::strtold(text.c_str(), &end);
  }
  const auto length = static_cast<std::size_t>(end - text.c_str());
  return {value, length > place ? length - (point.size() - 1) : length};
}

/// A real by printf's %e or %f with this many digits after the point.
template <std::floating_point N>
[[nodiscard]] std::string print(const N& number, char conversion, int digits) {
  char buffer[64];
  const bool has_exponent = conversion == 'e';
  if constexpr (std::same_as<N, long double>) {
#ifdef __MINGW32__
    // Windows' own takes a long double for a double, and g++ alone replaces it.
    __mingw_snprintf(buffer, sizeof(buffer), has_exponent ? "%.*Le" : "%.*Lf", digits, number);
#else
    std::snprintf(buffer, sizeof(buffer), has_exponent ? "%.*Le" : "%.*Lf", digits, number);
#endif
  } else {
    std::snprintf(buffer, sizeof(buffer), has_exponent ? "%.*e" : "%.*f", digits, static_cast<double>(number));
  }
  std::string text = buffer;
  const std::string_view point = decimal_point();
  if (const std::size_t place = text.find(point); place < text.size()) text.replace(place, point.size(), ".");
  return text;
}

/// The shortest text that reads back as the same number.
template <class N>
[[nodiscard]] std::string text_of(const N& number) {
  if constexpr (std::same_as<N, bool>) {
    return number ? "true" : "false";
  } else if constexpr (std::integral<N>) {
    return std::to_string(number);
  } else if constexpr (std::floating_point<N>) {
    if (is_nan(number)) return "nan";
    if (!is_finite(number)) return number < N(0) ? "-inf" : "inf";
    int digits = 0;
    std::string text = print(number, 'e', digits);
    while (bits_differ(parse<N>(text).value, number) && digits < std::numeric_limits<N>::max_digits10) {
      text = print(number, 'e', ++digits);
    }
    const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
    if (exponent < -4 || exponent > 5) return text;
    return print(number, 'f', digits > exponent ? digits - exponent : 0);
  } else {
    // A stream: the number type has brought <sstream> with it.
    using Stream = std::conditional_t<Scalar<N>, std::ostringstream, void>;
    Stream stream;
    stream.precision(std::numeric_limits<N>::max_digits10);
    stream << number;
    return stream.str();
  }
}

[[nodiscard]] inline std::string join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

[[nodiscard]] inline std::string join(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_TEXT_HPP
