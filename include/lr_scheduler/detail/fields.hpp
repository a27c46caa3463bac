// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_FIELDS_HPP
#define LR_SCHEDULER_DETAIL_FIELDS_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler::detail {

// Options are named once, in a schedule's fields(). Printing, configuration, state, comparison and
// the check against the number of groups all come from there.

template <class S>
concept HasFields = requires(S& schedule) {
  { S::name } -> std::convertible_to<std::string_view>;
  S::fields(schedule, [](std::string_view, auto&) {});
};

template <class V>
inline constexpr bool is_any_schedule = false;
template <class T>
inline constexpr bool is_any_schedule<AnySchedule<T>> = true;

template <class S>
[[nodiscard]] std::string_view name_of(const S& schedule) {
  if constexpr (is_any_schedule<S>) {
    return schedule.name();
  } else if constexpr (HasFields<S>) {
    return S::name;
  } else {
    return "custom";
  }
}

template <class V>
inline constexpr bool is_schedule_list = false;
template <class T>
inline constexpr bool is_schedule_list<std::vector<AnySchedule<T>>> = true;

[[nodiscard]] inline std::string join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

[[nodiscard]] inline std::string join(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

[[nodiscard]] inline std::string quoted(const StateValue& value) {
  if (const auto* text = value.get_if<std::string>()) return "\"" + *text + "\"";
  return value.is_none() ? "null" : text_of(value, 0);
}

[[noreturn]] inline void expected(std::string_view path, std::string_view what, const StateValue& got) {
  throw std::invalid_argument(std::string(path) + ": expected " + std::string(what) + ", got " + quoted(got));
}

/// An option as a state value. Callables have none.
template <class V>
[[nodiscard]] StateValue encode(const V& value) {
  if constexpr (is_required<V>) {
    return encode(value.value());
  } else if constexpr (is_one_or_per_group<V>) {
    if (!value.per_group()) return encode(value[0]);
    StateValue::List list;
    for (std::size_t i = 0; i < value.size(); ++i) list.push_back(encode(value[i]));
    return list;
  } else if constexpr (is_optional<V>) {
    return value ? encode(*value) : StateValue();
  } else if constexpr (is_vector<V>) {
    StateValue::List list;
    for (const auto& element : value) list.push_back(encode(element));
    return list;
  } else if constexpr (is_any_schedule<V>) {
    return value.options();
  } else if constexpr (std::same_as<V, bool>) {
    return value;
  } else if constexpr (std::same_as<V, std::string>) {
    return value;
  } else if constexpr (has_enum_names<V>) {
    return enum_names<V>[static_cast<std::size_t>(value)];
  } else if constexpr (std::integral<V> || std::is_enum_v<V>) {
    return static_cast<std::int64_t>(value);
  } else {
    return to_state_value(value);
  }
}

/// Reads an option; `path` names it in errors.
template <class V>
void decode(const StateValue& value, V& out, const std::string& path) {
  if constexpr (is_required<V>) {
    typename V::value_type inner{};
    decode(value, inner, path);
    out = inner;
  } else if constexpr (is_one_or_per_group<V>) {
    using U = typename V::value_type;
    if (const auto* list = value.get_if<StateValue::List>()) {
      if (list->empty()) expected(path, "a value or some", value);
      std::vector<U> values(list->size());
      for (std::size_t i = 0; i < list->size(); ++i) decode((*list)[i], values[i], join(path, i));
      out = std::move(values);
    } else {
      U one{};
      decode(value, one, path);
      out = std::move(one);
    }
  } else if constexpr (is_optional<V>) {
    if (value.is_none()) {
      out.reset();
    } else {
      typename V::value_type inner{};
      decode(value, inner, path);
      out = inner;
    }
  } else if constexpr (is_vector<V>) {
    const auto* list = value.get_if<StateValue::List>();
    if (list == nullptr) expected(path, "a list", value);
    V values(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) decode((*list)[i], values[i], join(path, i));
    out = std::move(values);
  } else if constexpr (std::same_as<V, std::string>) {
    const auto* text = value.get_if<std::string>();
    if (text == nullptr) expected(path, "a text", value);
    out = *text;
  } else if constexpr (std::same_as<V, bool>) {
    const auto* flag = value.get_if<bool>();
    if (flag == nullptr) expected(path, "true or false", value);
    out = *flag;
  } else if constexpr (has_enum_names<V>) {
    std::string choices;
    const auto* text = value.get_if<std::string>();
    int i = 0;
    for (const std::string_view name : enum_names<V>) {
      if (text != nullptr && *text == name) {
        out = static_cast<V>(i);
        return;
      }
      choices += (i++ == 0 ? "\"" : " or \"") + std::string(name) + "\"";
    }
    expected(path, choices, value);
  } else if constexpr (std::is_enum_v<V>) {
    std::underlying_type_t<V> number{};
    decode(value, number, path);
    out = static_cast<V>(number);
  } else if constexpr (std::integral<V>) {
    const auto* integer = value.get_if<std::int64_t>();
    if (integer == nullptr) expected(path, "an integer", value);
    if (!std::in_range<V>(*integer)) expected(path, "a smaller integer", value);
    out = static_cast<V>(*integer);
  } else {
    const auto number = to_scalar<V>(value);
    if (!number) expected(path, "a number", value);
    out = *number;
  }
}

/// Whether two options are the same to the precision of the run that saved one of them.
template <class V>
[[nodiscard]] bool same_option(const V& left, const V& right, int digits) {
  if constexpr (is_required<V>) {
    return same_option(left.value(), right.value(), digits);
  } else if constexpr (is_one_or_per_group<V>) {
    if (left.per_group() != right.per_group() || left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!same_option(left[i], right[i], digits)) return false;
    }
    return true;
  } else if constexpr (Scalar<V>) {
    if (digits == std::numeric_limits<float>::digits) {
      return static_cast<float>(left) == static_cast<float>(right);
    }
    if (digits == std::numeric_limits<double>::digits) {
      return static_cast<double>(left) == static_cast<double>(right);
    }
    return left == right;
  } else {
    return left == right;
  }
}

/// All options but callables, after the "type".
template <class S>
[[nodiscard]] StateDict options_of(const S& schedule) {
  if constexpr (is_any_schedule<S>) return schedule.options();
  StateDict options;
  options.set("type", name_of(schedule));
  if constexpr (HasFields<S>) {
    S::fields(schedule, [&options](std::string_view key, const auto& value) {
      if constexpr (!is_callable_option<std::remove_cvref_t<decltype(value)>>) {
        options.set(key, encode(value));
      }
    });
  }
  return options;
}

/// Refuses options that are lists, nested ones included, of another length than the optimizer.
template <class S>
void check_groups(const S& schedule, std::size_t groups) {
  if constexpr (requires { schedule.check_groups(groups); }) {
    schedule.check_groups(groups);
  } else if constexpr (HasFields<S>) {
    S::fields(schedule, [groups](std::string_view key, const auto& value) {
      using V = std::remove_cvref_t<decltype(value)>;
      if constexpr (is_one_or_per_group<V>) {
        if (value.per_group() && value.size() != groups) {
          throw std::invalid_argument(std::string(S::name) + ": " + std::string(key) + " has " +
                                      std::to_string(value.size()) + " values for " + std::to_string(groups) +
                                      " parameter groups");
        }
      } else if constexpr (is_schedule_list<V>) {
        for (const auto& child : value) child.check_groups(groups);
      }
    });
  }
}

template <class S>
void validate(const S& schedule) {
  if constexpr (requires { schedule.validate(); }) schedule.validate();
}

template <class IsKnown>
void check_keys(const StateDict& dict, std::string_view path, std::string_view of, const IsKnown& is_known) {
  for (const auto& entry : dict.entries()) {
    if (!is_known(entry.key)) {
      throw std::invalid_argument(join(path, entry.key) + ": unknown key for " + std::string(of));
    }
  }
}

/// Checks that the keys of a dict are the schedule's.
template <class S>
void check_keys(const S& schedule, const StateDict& options, const std::string& path) {
  check_keys(options, path, name_of(schedule), [&](std::string_view candidate) {
    bool known = candidate == "type";
    if constexpr (HasFields<S>) {
      S::fields(schedule, [&](std::string_view key, const auto&) { known |= candidate == key; });
    }
    return known;
  });
}

[[nodiscard]] inline const StateDict& expect_dict(const StateValue& value, const std::string& path) {
  const auto* dict = value.get_if<StateDict>();
  if (dict == nullptr) expected(path, "an object", value);
  return *dict;
}

[[nodiscard]] inline const StateValue& expect_key(const StateDict& dict, std::string_view key,
                                                  const std::string& path) {
  const auto* value = dict.find(key);
  if (value == nullptr) throw std::invalid_argument(join(path, key) + ": missing key");
  return *value;
}

/// Compares saved options with a schedule's; under take_saved they replace them. `digits` is the
/// precision of the run that saved them. Returns whether they are the same.
template <class S>
bool merge_options(S& schedule, const StateDict& saved, OnMismatch on_mismatch, int digits, const std::string& path) {
  if constexpr (is_any_schedule<S>) return schedule.merge_options(saved, on_mismatch, digits, path);
  bool same = true;
  const auto mismatch = [&](const std::string& where, const StateValue& theirs, const StateValue& ours,
                            int our_digits) {
    same = false;
    if (on_mismatch == OnMismatch::error) {
      throw std::invalid_argument(where + " is " + text_of(theirs, digits) + " in the state and " +
                                  text_of(ours, our_digits) + " in the scheduler");
    }
  };
  const StateValue& type = expect_key(saved, "type", path);
  if (type != StateValue(name_of(schedule))) {
    // Options of another class cannot be compared, taken or kept.
    throw std::invalid_argument(join(path, "type") + " is " + text_of(type, 0) + " in the state and " +
                                std::string(name_of(schedule)) + " in the scheduler");
  }
  check_keys(schedule, saved, path);
  if constexpr (HasFields<S>) {
    S::fields(schedule, [&](std::string_view key, auto& value) {
      using V = std::remove_cvref_t<decltype(value)>;
      if constexpr (is_schedule_list<V>) {
        const std::string where = join(path, key);
        const auto* list = expect_key(saved, key, path).template get_if<StateValue::List>();
        if (list == nullptr) expected(where, "a list", expect_key(saved, key, path));
        if (list->size() != value.size()) {
          throw std::invalid_argument(where + " has " + std::to_string(list->size()) + " elements in the state and " +
                                      std::to_string(value.size()) + " in the scheduler");
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
          const std::string child = join(where, i);
          same &= value[i].merge_options(expect_dict((*list)[i], child), on_mismatch, digits, child);
        }
      } else if constexpr (!is_callable_option<V>) {
        const StateValue& theirs = expect_key(saved, key, path);
        V taken = value;
        decode(theirs, taken, join(path, key));
        if (!same_option(taken, value, digits)) {
          mismatch(join(path, key), theirs, encode(value), 0);
          if (on_mismatch == OnMismatch::take_saved) value = std::move(taken);
        }
      }
    });
  }
  return same;
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_FIELDS_HPP
