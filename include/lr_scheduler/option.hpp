// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_OPTION_HPP
#define LR_SCHEDULER_OPTION_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

namespace detail {

template <class>
inline constexpr bool always_false = false;

/// Stands in for a required option until a reader has filled it in.
struct Blank {};

/// Lets readers of options at the value behind a wrapper.
struct OptionAccess;

template <class F>
inline constexpr bool is_function = false;
template <class Result, class... Arguments>
inline constexpr bool is_function<std::function<Result(Arguments...)>> = true;

}  // namespace detail

/// A number of steps, as an option or an argument: it takes any integer type, and neither a fraction nor a bool nor a
/// character. Throws std::invalid_argument for an unsigned value above 2^63 - 1.
class Count {
 public:
  constexpr Count() = default;
  template <class V>
    requires std::is_arithmetic_v<V>
  constexpr Count(V value)  // NOLINT(google-explicit-constructor): options are written as values
      : value_(static_cast<Epoch>(value)) {
    static_assert(std::integral<V>, "a count takes an integer, not a fraction: it is a number of whole steps");
    static_assert(!std::same_as<V, bool> && !std::same_as<V, char>, "a count takes an integer, not a bool or a char");
    if constexpr (std::unsigned_integral<V> && sizeof(V) >= sizeof(Epoch)) {
      if (value > static_cast<V>(std::numeric_limits<Epoch>::max())) {
        throw std::invalid_argument("a count is at most 9223372036854775807, got " + std::to_string(value));
      }
    }
  }

  constexpr operator Epoch() const noexcept { return value_; }  // NOLINT(google-explicit-constructor)

 private:
  friend detail::OptionAccess;
  Epoch value_ = 0;
};

/// A length of time in steps, as an option: any integer or real, as it need not be whole. Throws std::invalid_argument
/// for an integer that a Count refuses.
class Length {
 public:
  constexpr Length() = default;
  template <class V>
    requires std::is_arithmetic_v<V>
  constexpr Length(V value) : value_(static_cast<double>(value)) {  // NOLINT(google-explicit-constructor): as Count
    if constexpr (!std::floating_point<V>) value_ = static_cast<double>(Epoch(Count(value)));
  }
  constexpr Length(Count value) : Length(Epoch(value)) {}        // NOLINT(google-explicit-constructor): as Count
  constexpr operator double() const noexcept { return value_; }  // NOLINT(google-explicit-constructor): as Count

 private:
  friend detail::OptionAccess;
  double value_ = 0;
};

/// A list of numbers of steps, each given as an Option: braces, or a vector of any type of number that the option
/// takes.
template <class Option, class Value>
class NumberList {
 public:
  using value_type = Value;

  NumberList() = default;
  // NOLINTBEGIN(google-explicit-constructor): options are written as values
  NumberList(std::initializer_list<Option> values) : values_(values.begin(), values.end()) { settle(); }
  NumberList(std::vector<Value> values) : values_(std::move(values)) { settle(); }
  template <class V>
    requires std::is_arithmetic_v<V>
  NumberList(const std::vector<V>& values) {
    for (const V value : values) values_.push_back(Option(value));
    settle();
  }
  operator const std::vector<Value>&() const noexcept { return values_; }
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
  [[nodiscard]] Value operator[](std::size_t i) const noexcept { return values_[i]; }
  [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
  [[nodiscard]] auto end() const noexcept { return values_.end(); }

  /// How many of them are at most t: in the logarithm of their number where they are in order.
  [[nodiscard]] std::size_t count_up_to(Value t) const noexcept {
    if (is_sorted_) return static_cast<std::size_t>(std::upper_bound(begin(), end(), t) - begin());
    return static_cast<std::size_t>(std::count_if(begin(), end(), [t](Value value) { return value <= t; }));
  }
  /// The smallest of them above t, or the largest number.
  [[nodiscard]] Value next_after(Value t) const noexcept {
    Value next = std::numeric_limits<Value>::max();
    if (is_sorted_) {
      const auto found = std::upper_bound(begin(), end(), t);
      return found == end() ? next : *found;
    }
    for (const Value value : values_) {
      if (value > t && value < next) next = value;
    }
    return next;
  }

  friend bool operator==(const NumberList& left, const NumberList& right) { return left.values_ == right.values_; }
  friend bool operator==(const NumberList& left, const std::vector<Value>& right) { return left.values_ == right; }

 private:
  friend detail::OptionAccess;
  void settle() { is_sorted_ = std::is_sorted(begin(), end()); }

  std::vector<Value> values_;
  bool is_sorted_ = true;
};

/// A list of counts: braces, a std::vector<Epoch> or a vector of another integer type.
using Counts = NumberList<Count, Epoch>;

/// A list of times in steps, which need not be whole: braces, or a vector of integers or reals.
using Times = NumberList<Length, double>;

/// An option without a default: leaving it out does not compile. A Required<Epoch> is a Count.
template <class U>
class Required {
 public:
  using value_type = U;

  // NOLINTBEGIN(google-explicit-constructor): options are written as values
  constexpr Required(U value)
    requires(!std::same_as<U, Epoch>)
      : value_(std::move(value)) {}
  template <class V>
    requires(!std::same_as<V, Required>) && std::same_as<U, Epoch> && std::convertible_to<V, Epoch>
  constexpr Required(V value) : value_(Count(value)) {}
  template <std::integral V>
    requires std::same_as<U, double>
  constexpr Required(V value) : value_(Length(value)) {}
  constexpr Required(detail::Blank) : value_() {}
  constexpr operator const U&() const noexcept { return value_; }
  // NOLINTEND(google-explicit-constructor)
  [[nodiscard]] constexpr const U& value() const noexcept { return value_; }

  friend constexpr bool operator==(const Required& left, const Required& right) { return left.value_ == right.value_; }
  template <class V>
    requires(!std::same_as<V, Required>) && std::convertible_to<const V&, U>
  friend constexpr bool operator==(const Required& left, const V& right) {
    return left.value_ == static_cast<U>(right);
  }

 private:
  friend detail::OptionAccess;
  U value_;
};

/// One value for all parameter groups, or a list with one for each: from a value, from `{a, b}` or from a vector. It
/// has no default.
template <class U>
class OneOrPerGroup {
 public:
  using value_type = U;

  // NOLINTBEGIN(google-explicit-constructor): options are written as values
  template <class V>
    requires(!std::same_as<std::remove_cvref_t<V>, OneOrPerGroup>) && std::convertible_to<V, U>
  OneOrPerGroup(V&& value) : one_(accept(std::forward<V>(value))) {}
  // Not an initializer_list: that would let an option that is left out be an empty list.
  template <class... V>
    requires(sizeof...(V) >= 2) && (std::convertible_to<V, U> && ...)
  OneOrPerGroup(V&&... values) : per_group_(true) {
    list_.reserve(sizeof...(V));
    (list_.push_back(accept(std::forward<V>(values))), ...);
  }
  OneOrPerGroup(std::vector<U> values) : per_group_(true), list_(std::move(values)) {}
  OneOrPerGroup(detail::Blank) : per_group_(true) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool per_group() const noexcept { return per_group_; }
  /// How many values there are: 1, or the length of the list.
  [[nodiscard]] std::size_t size() const noexcept { return per_group_ ? list_.size() : 1; }
  [[nodiscard]] const U& operator[](std::size_t group) const noexcept { return per_group_ ? list_[group] : one_; }

  /// The values as a curve holds them: the one by value, so that loops over groups need not read it again.
  struct View {
    const U* list = nullptr;
    U one{};
    [[nodiscard]] const U& operator[](std::size_t group) const noexcept { return list != nullptr ? list[group] : one; }
  };
  [[nodiscard]] constexpr View view() const { return {per_group_ ? list_.data() : nullptr, one_}; }

  friend bool operator==(const OneOrPerGroup&, const OneOrPerGroup&)
    requires std::equality_comparable<U>
  = default;

 private:
  friend detail::OptionAccess;

  template <class V>
  static U accept(V&& value) {
    if constexpr (detail::is_function<U> && std::is_invocable_v<V&, Epoch>) {
      static_assert(
          !std::is_integral_v<std::invoke_result_t<V&, Epoch>>,
          "a function of the epoch returns a real factor, not an integer: 1 / (1 + t) is 0, 1.0 / (1 + t) is not");
    }
    return static_cast<U>(std::forward<V>(value));
  }

  bool per_group_ = false;
  U one_{};
  std::vector<U> list_;
};

/// One of the values of an enumeration from First to Last, which a schedule has a use for.
template <auto First, decltype(First) Last>
class Choice {
 public:
  constexpr Choice(decltype(First) value) : value_(value) {}  // NOLINT(google-explicit-constructor): as Count
  constexpr operator decltype(First)() const noexcept { return value_; }  // NOLINT(google-explicit-constructor)

 private:
  friend detail::OptionAccess;
  decltype(First) value_;
};

/// What follows the end of a curve.
enum class AfterEnd {
  rebound,  ///< A cosine rises again to the base rate and goes on with period 2 T_max, as in PyTorch.
  hold,     ///< It stays at the last rate.
  error,    ///< A step past the end throws std::out_of_range.
};

/// The curve between two rates.
enum class AnnealStrategy { cos, linear };

/// Whether a metric should fall or rise.
enum class Mode { min, max };

/// How far a metric must be from the best one to be better.
enum class ThresholdMode {
  rel,        ///< best times (1 - threshold), or (1 + threshold): the wrong way for a negative best, as in PyTorch.
  abs,        ///< The threshold.
  magnitude,  ///< The threshold times |best|, which is right for negative ones too.
};

/// What a plateau makes of a metric that is not a number.
enum class NanPolicy {
  count_as_bad,  ///< A bad epoch, as in PyTorch.
  ignore,        ///< Not an epoch for patience and cooldown.
  error,         ///< Throw std::invalid_argument.
};

/// How the amplitude of CyclicLR changes: not, halved each cycle, or by gamma each iteration.
enum class CyclicMode { triangular, triangular2, exp_range };

/// How a rate moves from one value to another: with the share q of the way that is over, the share of the start that is
/// left.
enum class Shape {
  linear,          ///< 1 - q.
  cosine,          ///< (1 + cos(pi q)) / 2.
  one_minus_sqrt,  ///< 1 - sqrt(q).
  exponential,  ///< (r^q - r) / (1 - r): an exponential decay to r, which is 1/2 if not told otherwise, brought to 0.
  geometric,    ///< The same factor each step: the rate is start (end / start)^q, both positive.
};

/// The factor of the first update in a warm-up of W updates.
enum class FirstUpdate {
  zero,             ///< t / W: the first update does nothing.
  one_of_w,         ///< (t + 1) / W: full one step before the end of the warm-up.
  one_of_w_plus_1,  ///< (t + 1) / (W + 1).
};

/// What lies between two points of a table.
enum class Interpolation {
  none,    ///< The value of the last point that was reached.
  linear,  ///< A straight line.
  cosine,  ///< Half a cosine wave.
};

/// What CyclicLR's scale_fn is a function of: the cycle, from 1, or the iteration, from 0.
enum class ScaleMode { cycle, iterations };

namespace detail {

/// The names of an enumeration's values, in order: PyTorch's strings. Empty for an enumeration that has none.
template <class E>
struct EnumNames {
  static constexpr std::span<const std::string_view> values{};
};

template <const auto& Names>
struct Named {
  static constexpr std::span<const std::string_view> values{Names};
};

inline constexpr std::string_view after_end_names[] = {"rebound", "hold", "error"};
inline constexpr std::string_view anneal_strategy_names[] = {"cos", "linear"};
inline constexpr std::string_view mode_names[] = {"min", "max"};
inline constexpr std::string_view threshold_mode_names[] = {"rel", "abs", "magnitude"};
inline constexpr std::string_view nan_policy_names[] = {"count_as_bad", "ignore", "error"};
inline constexpr std::string_view cyclic_mode_names[] = {"triangular", "triangular2", "exp_range"};
inline constexpr std::string_view shape_names[] = {"linear", "cosine", "1-sqrt", "exponential", "geometric"};
inline constexpr std::string_view first_update_names[] = {"zero", "one_of_w", "one_of_w_plus_1"};
inline constexpr std::string_view interpolation_names[] = {"none", "linear", "cosine"};
inline constexpr std::string_view scale_mode_names[] = {"cycle", "iterations"};

template <>
struct EnumNames<AfterEnd> : Named<after_end_names> {};
template <>
struct EnumNames<AnnealStrategy> : Named<anneal_strategy_names> {};
template <>
struct EnumNames<Mode> : Named<mode_names> {};
template <>
struct EnumNames<ThresholdMode> : Named<threshold_mode_names> {};
template <>
struct EnumNames<NanPolicy> : Named<nan_policy_names> {};
template <>
struct EnumNames<CyclicMode> : Named<cyclic_mode_names> {};
template <>
struct EnumNames<Shape> : Named<shape_names> {};
template <>
struct EnumNames<FirstUpdate> : Named<first_update_names> {};
template <>
struct EnumNames<Interpolation> : Named<interpolation_names> {};
template <>
struct EnumNames<ScaleMode> : Named<scale_mode_names> {};

}  // namespace detail
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_OPTION_HPP
