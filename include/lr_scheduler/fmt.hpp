// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FMT_HPP
#define LR_SCHEDULER_FMT_HPP

#if !__has_include(<fmt/format.h>)
#error "lr_scheduler/fmt.hpp needs fmt (Debian: libfmt-dev)"
#endif

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::detail {

template <class S>
inline constexpr int digits_of = 0;
template <template <class> class S, class T>
inline constexpr int digits_of<S<T>> = std::numeric_limits<T>::digits;

/// The library's schedules and options: templates on the scalar type that name their fields.
template <class S>
concept Printable = digits_of<S> != 0 && HasFields<S>;

template <class S>
concept AnyScheduler =
    requires { typename S::scalar_type; } && std::derived_from<S, Scheduler<typename S::scalar_type>>;

/// Formats a text, with fmt's fill, alignment and width. It does not derive from fmt's formatter of
/// texts because g++ 12 warns of that one's parse() at -O3.
struct TextFormatter {
  constexpr auto parse(fmt::format_parse_context& context) {
    const auto* end = context.begin();
    while (end != context.end() && *end != '}') ++end;
    specification_ = {context.begin(), static_cast<std::size_t>(end - context.begin())};
    return end;
  }

 protected:
  auto write(const std::string& text, fmt::format_context& context) const {
    return fmt::vformat_to(context.out(), "{:" + std::string(specification_) + "}", fmt::make_format_args(text));
  }

 private:
  std::string_view specification_{};
};

}  // namespace lr_scheduler::detail

/// Schedules as they are written in code: StepLR(step_size=30, gamma=0.1).
template <lr_scheduler::detail::Printable S>
struct fmt::formatter<S> : lr_scheduler::detail::TextFormatter {
  auto format(const S& schedule, fmt::format_context& context) const {
    return write(
        lr_scheduler::detail::text_of(lr_scheduler::detail::options_of(schedule), lr_scheduler::detail::digits_of<S>),
        context);
  }
};

template <lr_scheduler::Scalar T>
struct fmt::formatter<lr_scheduler::AnySchedule<T>> : lr_scheduler::detail::TextFormatter {
  auto format(const lr_scheduler::AnySchedule<T>& schedule, fmt::format_context& context) const {
    return write(lr_scheduler::detail::text_of(schedule.options(), std::numeric_limits<T>::digits), context);
  }
};

/// Schedulers with their progress: StepLR(step_size=30, gamma=0.1, last_epoch=3, lr=[0.1]).
template <lr_scheduler::detail::AnyScheduler S>
struct fmt::formatter<S> : lr_scheduler::detail::TextFormatter {
  auto format(const S& scheduler, fmt::format_context& context) const {
    using T = typename S::scalar_type;
    constexpr int digits = std::numeric_limits<T>::digits;
    std::string progress = "last_epoch=" + std::to_string(scheduler.last_epoch()) + ", lr=[";
    for (std::string_view separator; const T& lr : scheduler.get_lr()) {
      progress += std::string(separator) + lr_scheduler::detail::text_of(lr);
      separator = ", ";
    }
    const lr_scheduler::StateDict state = scheduler.state_dict();
    const auto& options = *state.find("options")->template get_if<lr_scheduler::StateDict>();
    return write(lr_scheduler::detail::text_of(options, digits, progress + "]"), context);
  }
};

/// States: {version=1, digits=53, ...}.
template <>
struct fmt::formatter<lr_scheduler::StateDict> : lr_scheduler::detail::TextFormatter {
  auto format(const lr_scheduler::StateDict& state, fmt::format_context& context) const {
    return write(lr_scheduler::detail::text_of(state, 0), context);
  }
};

#endif  // LR_SCHEDULER_FMT_HPP
