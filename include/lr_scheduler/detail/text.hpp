// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_TEXT_HPP
#define LR_SCHEDULER_DETAIL_TEXT_HPP

#include <array>
#include <charconv>
#include <concepts>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <variant>

#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler::detail {

/// The shortest text that reads back as the same number.
template <class N>
[[nodiscard]] std::string text_of(const N& number) {
  if constexpr (std::same_as<N, bool>) {
    return number ? "true" : "false";
  } else if constexpr (std::integral<N>) {
    return std::to_string(number);
  } else if constexpr (std::floating_point<N>) {
    std::array<char, 64> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::general);
    return error == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
  } else {
    std::ostringstream stream;
    stream.precision(std::numeric_limits<N>::max_digits10);
    stream << number;
    return stream.str();
  }
}

/// A state value as it is written in code: nested schedulers as Name(option=value, ...). Reals of a
/// float scheduler (24 digits) are written as floats, 0.1 and not 0.10000000149011612.
[[nodiscard]] inline std::string text_of(const StateValue& value, int digits);

/// Name(option=value, ...) for options with a "type", {key=value, ...} for any other dict; `more`
/// is appended to the options.
[[nodiscard]] inline std::string text_of(const StateDict& dict, int digits, std::string_view more = {}) {
  std::string name;
  std::string body;
  for (const auto& [key, value] : dict.entries()) {
    if (key == "type" && value.get_if<std::string>() != nullptr) {
      name = *value.get_if<std::string>();
      continue;
    }
    if (value.is_none()) continue;
    body += (body.empty() ? "" : ", ") + key + "=" + text_of(value, digits);
  }
  if (!more.empty()) body += (body.empty() ? "" : ", ") + std::string(more);
  return name.empty() ? "{" + body + "}" : name + "(" + body + ")";
}

[[nodiscard]] inline std::string text_of(const StateValue::List& list, int digits) {
  std::string body;
  for (const auto& element : list) body += (body.empty() ? "" : ", ") + text_of(element, digits);
  return "[" + body + "]";
}

inline std::string text_of(const StateValue& value, int digits) {
  return std::visit(
      [digits](const auto& x) -> std::string {
        using X = std::remove_cvref_t<decltype(x)>;
        if constexpr (std::same_as<X, std::monostate>) {
          return "none";
        } else if constexpr (std::same_as<X, std::string>) {
          return x;
        } else if constexpr (std::same_as<X, double>) {
          return digits == std::numeric_limits<float>::digits ? text_of(static_cast<float>(x)) : text_of(x);
        } else if constexpr (std::same_as<X, StateValue::List> || std::same_as<X, StateDict>) {
          return text_of(x, digits);
        } else {
          return text_of(x);
        }
      },
      value.variant());
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_TEXT_HPP
