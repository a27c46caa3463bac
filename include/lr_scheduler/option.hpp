// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_OPTION_HPP
#define LR_SCHEDULER_OPTION_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

namespace detail {
/// Stands in for a required option until a reader has filled it in.
struct Blank {};
}  // namespace detail

/// An option without a default: leaving it out does not compile.
template <class U>
class Required {
 public:
  using value_type = U;

  constexpr Required(U value)  // NOLINT(google-explicit-constructor): options are written as values
      : value_(std::move(value)) {}
  constexpr Required(detail::Blank) : value_() {}  // NOLINT

  constexpr operator const U&() const noexcept { return value_; }  // NOLINT
  [[nodiscard]] constexpr const U& value() const noexcept { return value_; }

  friend bool operator==(const Required&, const Required&) = default;
  template <class V>
    requires(!std::same_as<V, Required>) && std::convertible_to<const V&, U>
  friend bool operator==(const Required& left, const V& right) {
    return left.value_ == static_cast<U>(right);
  }

 private:
  U value_;
};

/// One value for all parameter groups, or a list with one for each. It has no default.
template <class U>
class OneOrPerGroup {
 public:
  using value_type = U;

  template <class V>
    requires(!std::same_as<std::remove_cvref_t<V>, OneOrPerGroup>) && std::convertible_to<V, U>
  OneOrPerGroup(V&& value)  // NOLINT(google-explicit-constructor)
      : one_(static_cast<U>(std::forward<V>(value))) {}
  // Not an initializer_list: that would let an option that is left out be an empty list.
  template <class... V>
    requires(sizeof...(V) >= 2) && (std::convertible_to<V, U> && ...)
  OneOrPerGroup(V&&... values)  // NOLINT(google-explicit-constructor)
      : per_group_(true), list_{U(std::forward<V>(values))...} {}
  OneOrPerGroup(std::vector<U> values)  // NOLINT(google-explicit-constructor)
      : per_group_(true), list_(std::move(values)) {}
  OneOrPerGroup(detail::Blank) : per_group_(true) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool per_group() const noexcept { return per_group_; }
  /// How many values there are: 1, or the length of the list.
  [[nodiscard]] std::size_t size() const noexcept { return per_group_ ? list_.size() : 1; }
  [[nodiscard]] const U& operator[](std::size_t group) const noexcept { return per_group_ ? list_[group] : one_; }

  friend bool operator==(const OneOrPerGroup&, const OneOrPerGroup&)
    requires std::equality_comparable<U>
  = default;

 private:
  bool per_group_ = false;
  U one_{};
  std::vector<U> list_;
};

/// What a cosine does after T_max.
enum class AfterEnd {
  rebound,  ///< Rise again to the base rate and go on with period 2 T_max, as PyTorch does.
  hold,     ///< Stay at the last rate.
  error,    ///< Throw std::out_of_range.
};

/// The curve between two rates.
enum class AnnealStrategy { cos, linear };

/// Whether a metric should fall or rise.
enum class Mode { min, max };

/// Whether a threshold is relative to the best metric or absolute.
enum class ThresholdMode { rel, abs };

/// What a plateau makes of a metric that is not a number.
enum class NanPolicy {
  count_as_bad,  ///< A bad epoch, as in PyTorch.
  ignore,        ///< Not an epoch for patience and cooldown.
  error,         ///< Throw std::invalid_argument.
};

/// How the amplitude of CyclicLR changes: not, halved each cycle, or by gamma each iteration.
enum class CyclicMode { triangular, triangular2, exp_range };

/// What CyclicLR's scale_fn is a function of: the cycle, from 1, or the iteration, from 0.
enum class ScaleMode { cycle, iterations };

namespace detail {

/// The names of an enumeration's values, in order: PyTorch's strings.
template <class E>
inline constexpr std::array<std::string_view, 0> enum_names{};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<AfterEnd>{"rebound", "hold", "error"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<AnnealStrategy>{"cos", "linear"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<Mode>{"min", "max"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<ThresholdMode>{"rel", "abs"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<NanPolicy>{"count_as_bad", "ignore", "error"};
template <>
inline constexpr std::array<std::string_view, 3> enum_names<CyclicMode>{"triangular", "triangular2", "exp_range"};
template <>
inline constexpr std::array<std::string_view, 2> enum_names<ScaleMode>{"cycle", "iterations"};

template <class V>
inline constexpr bool has_enum_names = std::is_enum_v<V> && !enum_names<V>.empty();

template <class V>
inline constexpr bool is_required = false;
template <class U>
inline constexpr bool is_required<Required<U>> = true;

template <class V>
inline constexpr bool is_one_or_per_group = false;
template <class U>
inline constexpr bool is_one_or_per_group<OneOrPerGroup<U>> = true;

template <class V>
inline constexpr bool is_optional = false;
template <class U>
inline constexpr bool is_optional<std::optional<U>> = true;

template <class V>
inline constexpr bool is_function = false;
template <class F>
inline constexpr bool is_function<std::function<F>> = true;

template <class V>
inline constexpr bool is_vector = false;
template <class U, class A>
inline constexpr bool is_vector<std::vector<U, A>> = true;

/// Callables are no part of a state: they are supplied again at construction.
template <class V>
inline constexpr bool is_callable_option = is_function<V>;
template <class U>
inline constexpr bool is_callable_option<OneOrPerGroup<U>> = is_function<U>;

}  // namespace detail
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_OPTION_HPP
