// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FMT_HPP
#define LR_SCHEDULER_FMT_HPP

#if !__has_include(<fmt/format.h>)
#error "lr_scheduler/fmt.hpp needs fmt (Debian: libfmt-dev)"
#endif

#include <concepts>
#include <string>

#include <fmt/format.h>

#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::detail {

/// What to_string() prints: schedules, schedulers, options and states of the library.
template <class V>
concept Printable = !std::same_as<V, std::string> && requires(const V& value) {
  { lr_scheduler::to_string(value) } -> std::same_as<std::string>;
};

}  // namespace lr_scheduler::detail

/// What to_string() gives, with fmt's fill, alignment, width and precision, also dynamic ones.
template <lr_scheduler::detail::Printable V>
struct fmt::formatter<V> : fmt::formatter<fmt::string_view> {
  auto format(const V& value, fmt::format_context& context) const {
    const std::string text = lr_scheduler::to_string(value);
    return fmt::formatter<fmt::string_view>::format(fmt::string_view(text.data(), text.size()), context);
  }
};

#endif  // LR_SCHEDULER_FMT_HPP
