// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CHECK_HPP
#define LR_SCHEDULER_DETAIL_CHECK_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler::detail {

/// Checks the options of one schedule; every message reads "StepLR: step_size must be ..., got 0".
class Check {
 public:
  explicit Check(std::string_view name) noexcept : name_(name) {}

  [[noreturn]] void refuse(std::string_view message) const {
    throw std::invalid_argument(std::string(name_) + ": " + std::string(message));
  }
  [[noreturn]] void refuse(std::string_view field, std::string_view rule, const std::string& got) const {
    refuse(std::string(field) + " " + std::string(rule) + ", got " + got);
  }

  void positive(std::string_view field, Epoch value) const {
    if (value <= 0) refuse(field, "must be positive", text_of(value));
  }
  void not_negative(std::string_view field, Epoch value) const {
    if (value < 0) refuse(field, "must not be negative", text_of(value));
  }

  template <Scalar T>
  void not_negative(std::string_view field, const T& value) const {
    if (!is_finite_and_not_negative(value)) refuse(field, "must be finite and not negative", text_of(value));
  }
  template <Scalar T>
  void positive(std::string_view field, const T& value) const {
    if (!is_finite(value) || !(value > T(0))) refuse(field, "must be finite and positive", text_of(value));
  }
  template <Scalar T>
  void between_0_and_1(std::string_view field, const T& value) const {
    if (!is_finite(value) || value < T(0) || value > T(1)) refuse(field, "must be between 0 and 1", text_of(value));
  }

  /// A value of an enumeration of which not all are of use.
  template <auto First, auto Last>
  void choice(std::string_view field, const Choice<First, Last>& value) const {
    using E = std::remove_const_t<decltype(First)>;
    if (E(value) >= First && E(value) <= Last) return;
    constexpr auto names = EnumNames<E>::values;
    std::string allowed;
    for (auto i = static_cast<std::size_t>(First); i <= static_cast<std::size_t>(Last); ++i) {
      allowed += (allowed.empty() ? "" : " or ") + std::string(names[i]);
    }
    refuse(field, "must be " + allowed, std::string(names[static_cast<std::size_t>(E(value))]));
  }

  /// Each value of a list, or of an option that may be one for each group.
  template <class Values>
  void none_negative(std::string_view field, const Values& values) const {
    if constexpr (requires { values.per_group(); }) {
      if (!values.per_group()) return not_negative(field, values[0]);
    }
    for (std::size_t i = 0; i < values.size(); ++i) not_negative(join(field, i), values[i]);
  }

  /// Each value of a list greater than the one before it.
  template <class Values>
  void increasing(std::string_view field, const Values& values) const {
    for (std::size_t i = 1; i < values.size(); ++i) {
      if (values[i] > values[i - 1]) continue;
      refuse(join(field, i), "must be greater than " + text_of(values[i - 1]), text_of(values[i]));
    }
  }

 private:
  std::string_view name_;
};

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CHECK_HPP
