// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_JSON_HPP
#define LR_SCHEDULER_JSON_HPP

#if !__has_include(<nlohmann/json.hpp>)
#error "lr_scheduler/json.hpp needs nlohmann-json (Debian: nlohmann-json3-dev)"
#endif

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/detail/codec.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler {

/// A state as JSON. Every number reads back exactly: a long double that is no double becomes a text with its digits, an
/// infinity "Infinity" and a value that is not a number "NaN".
[[nodiscard]] inline nlohmann::json to_json(const StateDict& state);
[[nodiscard]] inline nlohmann::json to_json(const StateValue& value);

/// The state that to_json() wrote. Throws std::invalid_argument where the JSON can be no state.
[[nodiscard]] inline StateDict state_from_json(const nlohmann::json& json);

namespace detail {

/// Deeper nesting is refused before it can exhaust the stack.
inline constexpr int deepest_nesting = 64;

[[nodiscard]] inline StateValue value_from_json(const nlohmann::json& json, const std::string& path, int depth) {
  using JsonKind = nlohmann::json::value_t;
  // Each level of schedulers is an object in a list.
  if (depth > 2 * deepest_nesting + 4) throw std::invalid_argument(path + ": nested too deep");
  switch (json.type()) {
    case JsonKind::null:
      return {};
    case JsonKind::boolean:
      return json.get<bool>();
    case JsonKind::number_integer:
      return json.get<std::int64_t>();
    case JsonKind::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (!std::in_range<std::int64_t>(number)) {
        throw std::invalid_argument(path + ": " + std::to_string(number) + " is too large");
      }
      return static_cast<std::int64_t>(number);
    }
    case JsonKind::number_float:
      return json.get<double>();
    case JsonKind::string:
      return json.get_ref<const std::string&>();
    case JsonKind::array: {
      StateValue::List list;
      for (const auto& element : json) list.push_back(value_from_json(element, join(path, list.size()), depth + 1));
      return list;
    }
    case JsonKind::object: {
      StateDict dict;
      for (const auto& [key, value] : json.items()) dict.set(key, value_from_json(value, join(path, key), depth + 1));
      return dict;
    }
    case JsonKind::binary:
    case JsonKind::discarded:
      break;
  }
  throw std::invalid_argument(path + ": expected a JSON value");
}

}  // namespace detail

inline nlohmann::json to_json(const StateValue& value) {
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* integer = value.get_if<std::int64_t>()) return *integer;
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* dict = value.get_if<StateDict>()) return to_json(*dict);
  if (const auto* real = value.get_if<double>()) {
    if (detail::is_finite(*real)) return *real;
    return detail::is_nan(*real) ? "NaN" : *real > 0 ? "Infinity" : "-Infinity";
  }
  if (const auto* list = value.get_if<StateValue::List>()) {
    auto array = nlohmann::json::array();
    for (const auto& element : *list) array.push_back(to_json(element));
    return array;
  }
  return nullptr;
}

inline nlohmann::json to_json(const StateDict& state) {
  auto object = nlohmann::json::object();
  for (const auto& [key, value] : state.entries()) object[key] = to_json(value);
  return object;
}

inline StateDict state_from_json(const nlohmann::json& json) {
  if (!json.is_object()) {
    throw std::invalid_argument(std::string("expected a JSON object, got ") + json.type_name());
  }
  return *detail::value_from_json(json, "", 0).get_if<StateDict>();
}

/// Makes a function for "lr_lambda" of what stands there in the JSON: its name, say. An empty function for what it does
/// not know.
template <Scalar T>
using CallableFromJson = std::function<std::function<T(Epoch)>(const nlohmann::json&)>;

namespace detail {

/// Constructs schedulers whose options have been read already.
struct Binder {
  template <class Bound, Scalar T, class Options>
  [[nodiscard]] static std::unique_ptr<Scheduler<T>> bind(OptimizerRef<T> optimizer, Options options) {
    return std::unique_ptr<Scheduler<T>>(new Bound(optimizer, std::move(options)));
  }
};

/// A class that a configuration can name: its options before they are read, and how they are bound.
template <Scalar T>
struct KnownSchedule {
  AnySchedule<T> options;
  std::unique_ptr<Scheduler<T>> (*bind)(OptimizerRef<T>, AnySchedule<T>);

  template <class Bound>
  [[nodiscard]] static KnownSchedule of(typename Bound::schedule_type options) {
    return {std::move(options), &Binder::template bind<Bound, T, AnySchedule<T>>};
  }
};

}  // namespace detail

/// A user's own schedules by name, for make_scheduler() and schedule_from_json(). A value: there is no global list.
template <Scalar T>
class Registry {
 public:
  /// Adds a schedule that names its options (name and fields()); those that a configuration leaves out are as in
  /// `defaults`. Throws std::invalid_argument if the name is taken.
  template <class S>
  void add(S defaults) {
    static_assert(detail::names_fields<S>(), "a schedule in a Registry has a name and fields()");
    const std::string name(detail::name_of<S>());
    if (find(name) != nullptr) throw std::invalid_argument("Registry: " + name + " is there already");
    known_.push_back(detail::KnownSchedule<T>::template of<Scheduled<S, T>>(std::move(defaults)));
  }

  [[nodiscard]] const detail::KnownSchedule<T>* find(std::string_view name) const noexcept {
    for (const auto& known : known_) {
      if (known.options.name() == name) return &known;
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const auto& known : known_) names.push_back(known.options.name());
    return names;
  }

 private:
  std::vector<detail::KnownSchedule<T>> known_;
};

namespace detail {

/// The options of a schedule before they are read.
template <class S>
[[nodiscard]] S blank() {
  if constexpr (std::default_initializable<S>) {
    return S{};
  } else if constexpr (requires { S{Blank{}}; }) {
    return S{Blank{}};
  } else {
    return S{Blank{}, Blank{}};
  }
}

/// One of the library's schedules, if it has that name.
template <Scalar T, class... Bound>
[[nodiscard]] std::optional<KnownSchedule<T>> find_schedule(std::string_view name, TypeList<Bound...>) {
  std::optional<KnownSchedule<T>> found;
  static_cast<void>(
      ((name_of<typename Bound::schedule_type>() == name &&
        (found.emplace(KnownSchedule<T>::template of<Bound>(blank<typename Bound::schedule_type>())), true)) ||
       ...));
  return found;
}
template <class... Bound>
[[nodiscard]] std::vector<std::string_view> names_of(TypeList<Bound...>) {
  return {name_of<typename Bound::schedule_type>()...};
}

/// ", did you mean "gamma"?": of the names the one with the fewest letters changed.
[[nodiscard]] inline std::string suggestion(std::string_view name, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : names) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = k;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t k = 1; k < row.size(); ++k) {
        const std::size_t changed = diagonal + (name[i - 1] == candidate[k - 1] ? 0 : 1);
        diagonal = std::exchange(row[k], std::min({row[k] + 1, row[k - 1] + 1, changed}));
      }
    }
    if (row.back() < fewest) {
      fewest = row.back();
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : ", did you mean \"" + std::string(nearest) + "\"?";
}

/// Reads schedules from a configuration: {"type": "StepLR", "step_size": 30}.
template <Scalar T>
class Configuration {
 public:
  Configuration(const Registry<T>& registry, const CallableFromJson<T>& callables)
      : registry_(registry), callables_(callables) {}

  [[nodiscard]] KnownSchedule<T> schedule(const StateDict& config, const std::string& path, int depth) const {
    if (depth > deepest_nesting) {
      throw std::invalid_argument(path + ": nested more than " + std::to_string(deepest_nesting) + " deep");
    }
    const std::string type = type_of(config, path);
    if (type == PlateauOptions<T>::name) {
      throw std::invalid_argument(join(path, "type") + ": " + type + " is no schedule: it depends on a metric");
    }
    const KnownSchedule<T>* const own = registry_.find(type);
    std::optional<KnownSchedule<T>> found =
        own != nullptr ? std::optional<KnownSchedule<T>>(*own) : find_schedule<T>(type, AllSchedulers<T>{});
    if (!found) throw_unknown(type, path);
    KeyCheck keys{config, path, found->options.name()};
    std::as_const(found->options).visit_options(keys);
    keys.end();
    Reader reader{*this, config, path, found->options.name(), depth};
    found->options.visit_options(reader);
    return std::move(*found);
  }

  [[nodiscard]] std::unique_ptr<Scheduler<T>> scheduler(OptimizerRef<T> optimizer, const StateDict& config) const {
    if (type_of(config, "") == PlateauOptions<T>::name) {
      PlateauOptions<T> options;
      KeyCheck keys{config, "", PlateauOptions<T>::name};
      visit_fields(options, keys);
      keys.end();
      Reader reader{*this, config, "", PlateauOptions<T>::name, 0};
      visit_fields(options, reader);
      return Binder::bind<ReduceLROnPlateau<T>>(optimizer, std::move(options));
    }
    KnownSchedule<T> known = schedule(config, "", 0);
    return known.bind(optimizer, std::move(known.options));
  }

 private:
  /// Refuses, before anything is read, a key that is none of the options.
  class KeyCheck final : public FieldVisitor {
   public:
    KeyCheck(const StateDict& config, std::string path, std::string_view name)
        : config_(config), path_(std::move(path)), name_(name) {}
    void visit(std::string_view key, const Field&) override { keys_.push_back(key); }
    void end() override {
      for (const auto& entry : config_.entries()) {
        if (entry.key == "type" || std::find(keys_.begin(), keys_.end(), entry.key) != keys_.end()) continue;
        throw std::invalid_argument(join(path_, entry.key) + ": unknown key for " + std::string(name_) +
                                    suggestion(entry.key, keys_));
      }
    }

   private:
    const StateDict& config_;
    std::string path_;
    std::string_view name_;
    std::vector<std::string_view> keys_{};
  };

  /// Reads one schedule's options.
  class Reader final : public FieldVisitor {
   public:
    Reader(const Configuration& all, const StateDict& config, std::string path, std::string_view name, int depth)
        : all_(all), config_(config), path_(std::move(path)), name_(name), depth_(depth) {}

    void visit(std::string_view key, const Field& field) override {
      const StateValue* const value = config_.find(key);
      const std::string where = join(path_, key);
      const bool is_blank_list = field.type->is_list != nullptr && field.is_list() && field.count() == 0;
      if (value == nullptr) {
        if (!field.is_required && !is_blank_list) return;
        throw std::invalid_argument(where + ": missing key, " + std::string(name_) + " requires it");
      }
      if (auto* const children = field.get_if<std::vector<AnySchedule<T>>>()) {
        const StateValue::List& list = require_list(*value, where);
        children->clear();
        for (std::size_t i = 0; i < list.size(); ++i) {
          const std::string child = join(where, i);
          children->push_back(all_.schedule(require_dict(list[i], child), child, depth_ + 1).options);
        }
      } else if (auto* const functions = field.get_if<OneOrPerGroup<std::function<T(Epoch)>>>()) {
        *functions = all_.functions(*value, where);
      } else if (field.type->kind == Kind::callable) {
        if (!value->is_none()) throw_expected(where, "null, as a function cannot be read", *value);
      } else {
        require_no_text(*value, field, where);
        decode<T>(*value, field, where);
      }
    }

   private:
    /// Texts are how a state keeps the digits that a double has no room for.
    static void require_no_text(const StateValue& value, const Field& field, const std::string& path) {
      const FieldType* type = field.type;
      while (type->element_type != nullptr) type = type->element_type;
      if (type->kind != Kind::real || std::numeric_limits<T>::digits > std::numeric_limits<double>::digits) return;
      if (value.get_if<std::string>() != nullptr) throw_expected(path, "a number", value);
      if (const auto* list = value.get_if<StateValue::List>()) {
        for (std::size_t i = 0; i < list->size(); ++i) require_no_text((*list)[i], field, join(path, i));
      }
    }

    const Configuration& all_;
    const StateDict& config_;
    std::string path_;
    std::string_view name_;
    int depth_;
  };

  [[nodiscard]] static std::string type_of(const StateDict& config, const std::string& path) {
    const StateValue& type = require_key(config, "type", path);
    const auto* name = type.get_if<std::string>();
    if (name == nullptr) throw_expected(join(path, "type"), "the name of a scheduler", type);
    return *name;
  }

  [[noreturn]] void throw_unknown(const std::string& type, const std::string& path) const {
    std::vector<std::string_view> names = names_of(AllSchedulers<T>{});
    names.push_back(PlateauOptions<T>::name);
    for (const std::string_view own : registry_.names()) names.push_back(own);
    throw std::invalid_argument(join(path, "type") + ": unknown scheduler \"" + type + "\"" + suggestion(type, names));
  }

  [[nodiscard]] OneOrPerGroup<std::function<T(Epoch)>> functions(const StateValue& value,
                                                                 const std::string& path) const {
    const auto* list = value.get_if<StateValue::List>();
    if (list == nullptr) return function(value, path);
    if (list->empty()) throw_expected(path, "a function or some", value);
    std::vector<std::function<T(Epoch)>> functions;
    for (std::size_t i = 0; i < list->size(); ++i) functions.push_back(function((*list)[i], join(path, i)));
    return functions;
  }
  [[nodiscard]] std::function<T(Epoch)> function(const StateValue& value, const std::string& path) const {
    std::function<T(Epoch)> function = callables_ ? callables_(to_json(value)) : nullptr;
    if (!function) throw_expected(path, "a function, known to the reader by what stands here", value);
    return function;
  }

  const Registry<T>& registry_;
  const CallableFromJson<T>& callables_;
};

}  // namespace detail

/// A schedule from {"type": "StepLR", "step_size": 30, "gamma": 0.1}: PyTorch's class, then its argument names;
/// enumerations are its strings, combinators nest under "schedulers", null is an option without a value. Everything but
/// ReduceLROnPlateau. Throws std::invalid_argument, naming the path ("schedulers[1].gamma"), for unknown keys, missing
/// ones, wrong types and options out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> schedule_from_json(const nlohmann::json& json, const Registry<T>& registry,
                                                const CallableFromJson<T>& callables = {}) {
  const AnySchedule<T> schedule =
      detail::Configuration<T>(registry, callables).schedule(state_from_json(json), "", 0).options;
  schedule.validate();
  return schedule;
}
template <Scalar T>
[[nodiscard]] AnySchedule<T> schedule_from_json(const nlohmann::json& json, const CallableFromJson<T>& callables = {}) {
  return schedule_from_json<T>(json, Registry<T>(), callables);
}

/// A scheduler from the same JSON, ReduceLROnPlateau included, bound to the optimizer: its type is the class that
/// "type" names. Throws as schedule_from_json() and the scheduler's constructor do.
template <class O>
[[nodiscard]] std::unique_ptr<Scheduler<scalar_t<O>>> make_scheduler(
    O& optimizer, const nlohmann::json& json, const Registry<scalar_t<O>>& registry,
    const CallableFromJson<scalar_t<O>>& callables = {}) {
  using T = scalar_t<O>;
  return detail::Configuration<T>(registry, callables).scheduler(OptimizerRef<T>(optimizer), state_from_json(json));
}
template <class O>
[[nodiscard]] std::unique_ptr<Scheduler<scalar_t<O>>> make_scheduler(
    O& optimizer, const nlohmann::json& json, const CallableFromJson<scalar_t<O>>& callables = {}) {
  return make_scheduler(optimizer, json, Registry<scalar_t<O>>(), callables);
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_JSON_HPP
