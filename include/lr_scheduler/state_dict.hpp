// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_STATE_DICT_HPP
#define LR_SCHEDULER_STATE_DICT_HPP

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

/// What load_state_dict() does where an option of the state differs from the constructed one's.
enum class OnMismatch {
  error,             ///< Throw, naming the option and both values.
  keep_constructed,  ///< Go on with the constructed options, from the saved epoch.
  take_saved,        ///< Take the options of the state; callables stay the constructed ones.
};

/// The state of a scheduler as a value: names in order, and for each nothing, a bool, an integer, a
/// real, a text, a list or another StateDict. It holds no pointers and no callables.
class StateDict {
 public:
  struct Entry;

  inline StateDict() noexcept;
  inline StateDict(const StateDict&);
  inline StateDict(StateDict&&) noexcept;
  // By value: what is assigned may be a part of this.
  inline StateDict& operator=(StateDict) noexcept;
  inline ~StateDict();

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

  /// The value under this key, or nullptr.
  [[nodiscard]] inline const StateValue* find(std::string_view key) const noexcept;

  /// Appends the key, or replaces its value.
  inline void set(std::string_view key, StateValue value);

  /// Whether both have the same keys and values, in any order.
  friend inline bool operator==(const StateDict&, const StateDict&);

 private:
  std::vector<Entry> entries_;
};

/// One value of a StateDict.
class StateValue {
 public:
  using List = std::vector<StateValue>;
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, StateDict>;

  StateValue() = default;
  // NOLINTBEGIN(google-explicit-constructor): a value of one of the kinds, and of no other
  template <class V>
    requires std::same_as<V, bool> || std::same_as<V, std::int64_t> || std::same_as<V, double>
  StateValue(V value) : value_(value) {}
  StateValue(std::string text) : value_(std::move(text)) {}
  StateValue(List list) : value_(std::move(list)) {}
  StateValue(StateDict dict) : value_(std::move(dict)) {}
  StateValue(std::string_view text) : value_(std::string(text)) {}
  StateValue(const char* text) : value_(std::string(text)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const Variant& variant() const noexcept { return value_; }
  [[nodiscard]] bool is_none() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  /// The value if it is of this kind, otherwise nullptr.
  template <class V>
  [[nodiscard]] const V* get_if() const noexcept {
    return std::get_if<V>(&value_);
  }

  friend bool operator==(const StateValue&, const StateValue&) = default;

 private:
  Variant value_;
};

struct StateDict::Entry {
  std::string key;
  StateValue value;
};

// Entry is complete from here on.
inline StateDict::StateDict() noexcept = default;
inline StateDict::StateDict(const StateDict&) = default;
inline StateDict::StateDict(StateDict&&) noexcept = default;
inline StateDict& StateDict::operator=(StateDict other) noexcept {
  entries_.swap(other.entries_);
  return *this;
}
inline StateDict::~StateDict() = default;

inline const StateValue* StateDict::find(std::string_view key) const noexcept {
  const auto entry =
      std::find_if(entries_.begin(), entries_.end(), [key](const Entry& candidate) { return candidate.key == key; });
  return entry == entries_.end() ? nullptr : &entry->value;
}

inline void StateDict::set(std::string_view key, StateValue value) {
  const auto entry =
      std::find_if(entries_.begin(), entries_.end(), [key](const Entry& candidate) { return candidate.key == key; });
  if (entry == entries_.end()) {
    entries_.push_back({std::string(key), std::move(value)});
  } else {
    entry->value = std::move(value);
  }
}

inline bool operator==(const StateDict& left, const StateDict& right) {
  return left.entries_.size() == right.entries_.size() &&
         std::all_of(left.entries_.begin(), left.entries_.end(), [&right](const StateDict::Entry& entry) {
           const StateValue* other = right.find(entry.key);
           return other != nullptr && entry.value == *other;
         });
}

/// A real as a state value that reads back exactly: a double where it is one, its digits otherwise.
template <Scalar T>
[[nodiscard]] StateValue to_state_value(const T& x) {
  const auto nearest = static_cast<double>(x);
  if (std::same_as<T, float> || std::same_as<T, double> || x != x || T(nearest) == x) {
    return nearest;
  }
  std::ostringstream digits;
  digits.imbue(std::locale::classic());
  digits.precision(std::numeric_limits<T>::max_digits10);
  digits << x;
  return digits.str();
}

/// Reads a real, or an integer for one; nothing if the value is neither.
template <Scalar T>
[[nodiscard]] std::optional<T> to_scalar(const StateValue& value) {
  if (const auto* real = value.get_if<double>()) return static_cast<T>(*real);
  if (const auto* integer = value.get_if<std::int64_t>()) return T(*integer);
  if (const auto* digits = value.get_if<std::string>()) {
    // A narrower type reads through long double, so that it rounds once from all the digits.
    using Read = std::conditional_t<std::floating_point<T>, long double, T>;
    std::istringstream stream(*digits);
    stream.imbue(std::locale::classic());
    Read x{};
    if (digits->empty() || !(stream >> x) || !(stream >> std::ws).eof()) return std::nullopt;
    return static_cast<T>(x);
  }
  return std::nullopt;
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_STATE_DICT_HPP
