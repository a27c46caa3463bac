// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CHECK_HPP
#define LR_SCHEDULER_DETAIL_CHECK_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

/// Checks the options of one schedule; every message reads "StepLR: step_size must be ..., got 0".
class Check {
 public:
  explicit Check(std::string_view name) noexcept : name_(name) {}

  [[noreturn]] void refuse(std::string_view message) const {
    throw std::invalid_argument(std::string(name_) + ": " + std::string(message));
  }

  template <class N>
  [[noreturn]] void refuse(std::string_view field, std::string_view rule, const N& got) const {
    refuse(std::string(field) + " " + std::string(rule) + ", got " + text_of(got));
  }

  void positive(std::string_view field, Epoch value) const {
    if (value <= 0) refuse(field, "must be positive", value);
  }

  void not_negative(std::string_view field, Epoch value) const {
    if (value < 0) refuse(field, "must not be negative", value);
  }

  template <Scalar T>
  void not_negative(std::string_view field, const T& value) const {
    if (!is_finite_and_not_negative(value)) {
      refuse(field, "must be finite and not negative", value);
    }
  }

  template <Scalar T>
  void positive(std::string_view field, const T& value) const {
    if (!is_finite(value) || !(value > T(0))) refuse(field, "must be finite and positive", value);
  }

  template <Scalar T>
  void between_0_and_1(std::string_view field, const T& value) const {
    if (!is_finite(value) || value < T(0) || value > T(1)) {
      refuse(field, "must be between 0 and 1", value);
    }
  }

  template <Scalar T>
  void momentum(std::string_view field, const T& value) const {
    if (!is_momentum(value)) {
      refuse(field, "must be at least 0 and less than 1", value);
    }
  }

  /// Runs one of the checks above on each value of an option that may be one for each group.
  template <class Values, class Checker>
  void each(std::string_view field, const Values& values, Checker&& check_one) const {
    if (!values.per_group()) {
      check_one(std::string(field), values[0]);
    } else {
      for (std::size_t i = 0; i < values.size(); ++i) {
        check_one(std::string(field) + "[" + std::to_string(i) + "]", values[i]);
      }
    }
  }

 private:
  std::string_view name_;
};

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CHECK_HPP
