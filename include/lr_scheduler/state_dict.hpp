// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_STATE_DICT_HPP
#define LR_SCHEDULER_STATE_DICT_HPP

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler {

/// What load_state_dict() does where an option of the state differs from the constructed one's.
enum class OnMismatch {
  error,             ///< Throw, naming the option and both values.
  keep_constructed,  ///< Go on with the constructed options, from the saved epoch.
  take_saved,        ///< Take the options of the state; callables stay the constructed ones.
};

/// The state of a scheduler as a value: names in order, and for each nothing, a bool, an integer, a real, a text, a
/// list or another StateDict. It holds no pointers and no callables.
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
  [[nodiscard]] inline const StateValue* find(std::string_view key) const& noexcept;
  template <class Key>
  const StateValue* find(const Key&) const&& {
    static_assert(detail::always_false<Key>, "this StateDict is a temporary, whose values are gone with it: keep it");
    return nullptr;
  }

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

  StateValue() = default;
  // NOLINTBEGIN(google-explicit-constructor): a value of one of the kinds, and of no other
  template <std::same_as<bool> V>
  StateValue(V value) : kind_(Kind::flag), flag_(value) {}
  template <std::same_as<std::int64_t> V>
  StateValue(V value) : kind_(Kind::integer), integer_(value) {}
  template <std::same_as<double> V>
  StateValue(V value) : kind_(Kind::real), real_(value) {}
  StateValue(std::string text) : kind_(Kind::text), text_(std::move(text)) {}
  StateValue(std::string_view text) : kind_(Kind::text), text_(text) {}
  StateValue(const char* text) : kind_(Kind::text), text_(text) {}
  StateValue(List list) : kind_(Kind::list), list_(std::move(list)) {}
  StateValue(StateDict dict) : kind_(Kind::dict), dict_(std::move(dict)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_none() const noexcept { return kind_ == Kind::none; }
  /// The value if it is of this kind, otherwise nullptr.
  template <class V>
  [[nodiscard]] const V* get_if() const noexcept {
    if constexpr (std::same_as<V, bool>) {
      return kind_ == Kind::flag ? &flag_ : nullptr;
    } else if constexpr (std::same_as<V, std::int64_t>) {
      return kind_ == Kind::integer ? &integer_ : nullptr;
    } else if constexpr (std::same_as<V, double>) {
      return kind_ == Kind::real ? &real_ : nullptr;
    } else if constexpr (std::same_as<V, std::string>) {
      return kind_ == Kind::text ? &text_ : nullptr;
    } else if constexpr (std::same_as<V, List>) {
      return kind_ == Kind::list ? &list_ : nullptr;
    } else {
      static_assert(std::same_as<V, StateDict>,
                    "a value is a bool, std::int64_t, double, std::string, List or StateDict");
      return kind_ == Kind::dict ? &dict_ : nullptr;
    }
  }

  friend bool operator==(const StateValue&, const StateValue&) = default;

 private:
  enum class Kind : unsigned char { none, flag, integer, real, text, list, dict };

  Kind kind_ = Kind::none;  // The members of the other kinds are empty.
  bool flag_ = false;
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string text_;
  List list_;
  StateDict dict_;
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

inline const StateValue* StateDict::find(std::string_view key) const& noexcept {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

inline void StateDict::set(std::string_view key, StateValue value) {
  for (Entry& entry : entries_) {
    if (entry.key == key) {
      entry.value = std::move(value);
      return;
    }
  }
  entries_.push_back({std::string(key), std::move(value)});
}

inline bool operator==(const StateDict& left, const StateDict& right) {
  return left.entries_.size() == right.entries_.size() &&
         std::all_of(left.entries_.begin(), left.entries_.end(), [&right](const StateDict::Entry& entry) {
           const StateValue* other = right.find(entry.key);
           return other != nullptr && entry.value == *other;
         });
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_STATE_DICT_HPP
