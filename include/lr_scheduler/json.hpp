// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_JSON_HPP
#define LR_SCHEDULER_JSON_HPP

#if !__has_include(<nlohmann/json.hpp>)
#error "lr_scheduler/json.hpp needs nlohmann-json (Debian: nlohmann-json3-dev)"
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
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

/// What a configuration can name: options to read, and what is made of them.
template <Scalar T>
class Entry {
 public:
  Entry() = default;
  Entry& operator=(const Entry&) = delete;
  virtual ~Entry() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Entry> clone() const = 0;
  virtual void visit_options(FieldVisitor& visitor) = 0;
  /// Throws std::invalid_argument, naming the path, where there is none.
  [[nodiscard]] virtual AnySchedule<T> schedule(const std::string& path) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Scheduler<T>> bind(OptimizerRef<T> optimizer) const = 0;

 protected:
  Entry(const Entry&) = default;
};

/// A schedule, under its name.
template <Scalar T>
class ScheduleEntry final : public Entry<T> {
 public:
  using Bind = std::unique_ptr<Scheduler<T>> (*)(OptimizerRef<T>, const AnySchedule<T>&);
  [[nodiscard]] static std::unique_ptr<Entry<T>> of(AnySchedule<T> options, Bind function) {
    return std::make_unique<ScheduleEntry>(std::move(options), function);
  }
  ScheduleEntry(AnySchedule<T> options, Bind function) : options_(std::move(options)), bind_(function) {}
  std::string_view name() const override { return options_.name(); }
  std::unique_ptr<Entry<T>> clone() const override { return std::make_unique<ScheduleEntry>(*this); }
  void visit_options(FieldVisitor& visitor) override { options_.visit_options(visitor); }
  AnySchedule<T> schedule(const std::string&) const override { return options_; }
  std::unique_ptr<Scheduler<T>> bind(OptimizerRef<T> optimizer) const override { return bind_(optimizer, options_); }

 private:
  AnySchedule<T> options_;
  Bind bind_;
};

/// The options of a function or a class that has a name for them.
template <Scalar T, class Options>
class OptionsEntry : public Entry<T> {
 public:
  explicit OptionsEntry(Options options) : options_(std::move(options)) {}
  std::string_view name() const final { return name_of<Options>(); }
  void visit_options(FieldVisitor& visitor) final { visit_fields(options_, visitor); }

 protected:
  [[nodiscard]] const Options& options() const noexcept { return options_; }

 private:
  Options options_;
};

/// A function of options that makes a schedule.
template <Scalar T, class Options>
class FunctionEntry final : public OptionsEntry<T, Options> {
 public:
  using Make = AnySchedule<T> (*)(const Options&);
  FunctionEntry(Options options, Make make) : OptionsEntry<T, Options>(std::move(options)), make_(make) {}
  std::unique_ptr<Entry<T>> clone() const override { return std::make_unique<FunctionEntry>(*this); }
  AnySchedule<T> schedule(const std::string& path) const override {
    try {
      return make_(this->options());
    } catch (const std::invalid_argument& error) {
      if (path.empty()) throw;
      throw std::invalid_argument(path + ": " + error.what());
    }
  }
  std::unique_ptr<Scheduler<T>> bind(OptimizerRef<T> optimizer) const override {
    return Binder::template bind<Scheduled<AnySchedule<T>, T>>(optimizer, schedule(""));
  }

 private:
  Make make_;
};

/// A function of an optimizer and options that makes a scheduler which depends on a metric.
template <Scalar T, class Options>
class SchedulerEntry final : public OptionsEntry<T, Options> {
 public:
  using Make = std::unique_ptr<Scheduler<T>> (*)(OptimizerRef<T>, Options);
  SchedulerEntry(Options options, Make make) : OptionsEntry<T, Options>(std::move(options)), make_(make) {}
  std::unique_ptr<Entry<T>> clone() const override { return std::make_unique<SchedulerEntry>(*this); }
  AnySchedule<T> schedule(const std::string& path) const override {
    throw std::invalid_argument(join(path, "type") + ": " + std::string(this->name()) +
                                " is no schedule: it depends on a metric");
  }
  std::unique_ptr<Scheduler<T>> bind(OptimizerRef<T> optimizer) const override {
    return make_(optimizer, this->options());
  }

 private:
  Make make_;
};

}  // namespace detail

/// Schedules that are not the library's by name, for make_scheduler() and schedule_from_json(). A value: there is no
/// global list.
template <Scalar T>
class Registry {
 public:
  /// Adds a schedule that names its options (name and fields()); those that a configuration leaves out are as in
  /// `defaults`. Throws std::invalid_argument if the name is taken.
  template <class S>
  void add(S defaults) {
    static_assert(detail::names_fields<S>(), "a schedule in a Registry has a name and fields()");
    add(std::unique_ptr<detail::Entry<T>>(new detail::ScheduleEntry<T>(
        std::move(defaults), &detail::Binder::bind<Scheduled<S, T>, T, const AnySchedule<T>&>)));
  }
  /// Adds a function that makes a schedule of options, under their name.
  template <class Options>
  void add(AnySchedule<T> (*make)(const Options&)) {
    add(std::unique_ptr<detail::Entry<T>>(new detail::FunctionEntry<T, Options>(detail::blank<Options>(), make)));
  }
  /// Adds a function that makes a scheduler of options, for what depends on a metric.
  template <class Options>
  void add(std::unique_ptr<Scheduler<T>> (*make)(OptimizerRef<T>, Options)) {
    add(std::unique_ptr<detail::Entry<T>>(new detail::SchedulerEntry<T, Options>(detail::blank<Options>(), make)));
  }

  [[nodiscard]] const detail::Entry<T>* find(std::string_view name) const noexcept {
    for (const auto& entry : entries_) {
      if (entry->name() == name) return entry.get();
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const auto& entry : entries_) names.push_back(entry->name());
    return names;
  }

 private:
  void add(std::unique_ptr<detail::Entry<T>> entry) {
    if (find(entry->name()) != nullptr) {
      throw std::invalid_argument("Registry: " + std::string(entry->name()) + " is there already");
    }
    entries_.push_back(std::move(entry));
  }

  std::vector<std::shared_ptr<const detail::Entry<T>>> entries_;
};

namespace detail {

/// One of the library's own classes.
template <Scalar T>
struct Known {
  std::string_view name;
  std::unique_ptr<Entry<T>> (*make)();
};

template <class Bound, Scalar T>
[[nodiscard]] std::unique_ptr<Entry<T>> entry_of_schedule() {
  return ScheduleEntry<T>::of(blank<typename Bound::schedule_type>(), &Binder::bind<Bound, T, const AnySchedule<T>&>);
}
template <class Bound, Scalar T>
[[nodiscard]] std::unique_ptr<Entry<T>> entry_of_feedback() {
  using Options = typename Bound::options_type;
  return std::make_unique<SchedulerEntry<T, Options>>(Options{}, &Binder::bind<Bound, T, Options>);
}

template <Scalar T, class... Schedules, class... Feedback>
[[nodiscard]] std::span<const Known<T>> all_known(TypeList<Schedules...>, TypeList<Feedback...>) {
  static constexpr Known<T> known[] = {
      {name_of<typename Schedules::schedule_type>(), &entry_of_schedule<Schedules, T>}...,
      {name_of<typename Feedback::options_type>(), &entry_of_feedback<Feedback, T>}...};
  return known;
}
template <Scalar T>
[[nodiscard]] std::span<const Known<T>> all_known() {
  return all_known<T>(AllSchedulers<T>{}, AllFeedbackSchedulers<T>{});
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

  [[nodiscard]] AnySchedule<T> schedule(const StateDict& config, const std::string& path, int depth) const {
    if (depth > deepest_nesting) {
      throw std::invalid_argument(path + ": nested more than " + std::to_string(deepest_nesting) + " deep");
    }
    return read(config, path, depth)->schedule(path);
  }

  [[nodiscard]] std::unique_ptr<Scheduler<T>> scheduler(OptimizerRef<T> optimizer, const StateDict& config) const {
    return read(config, "", 0)->bind(optimizer);
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
      if (auto* const functions = field.get_if<OneOrPerGroup<std::function<T(Epoch)>>>()) {
        *functions = all_.functions(*value, where);
      } else if (field.type->kind == Kind::callable) {
        if (!value->is_none()) throw_expected(where, "null, as a function cannot be read", *value);
      } else if (auto* const children = field.get_if<std::vector<AnySchedule<T>>>()) {
        children->clear();
        for (const StateValue& child : require_list(*value, where)) {
          children->push_back(schedule(child, join(where, children->size())));
        }
      } else if (auto* const perhaps = field.get_if<std::optional<AnySchedule<T>>>()) {
        perhaps->reset();
        if (!value->is_none()) perhaps->emplace(schedule(*value, where));
      } else if (field.type->kind == Kind::options) {
        read_options(field, *value, where);
      } else if (field.type->kind == Kind::list && field.type->element_type->kind == Kind::options) {
        const StateValue::List& list = require_list(*value, where);
        field.type->resize(field.value, list.size(), true);
        for (std::size_t i = 0; i < list.size(); ++i) read_options(field.element(i), list[i], join(where, i));
      } else {
        require_no_text(*value, field, where);
        decode<T>(*value, field, where);
      }
    }

   private:
    [[nodiscard]] AnySchedule<T> schedule(const StateValue& value, const std::string& path) const {
      return all_.schedule(require_dict(value, path), path, depth_ + 1);
    }

    /// A schedule, or options that are nested in others.
    void read_options(const Field& field, const StateValue& value, const std::string& path) const {
      if (auto* const child = field.get_if<AnySchedule<T>>()) {
        *child = schedule(value, path);
      } else {
        NestedOptions nested{field};
        all_.read_options(nested, require_dict(value, path), path, depth_ + 1);
      }
    }
    struct NestedOptions {
      const Field& field;
      [[nodiscard]] std::string_view name() const { return field.type->name(field.value); }
      void visit_options(FieldVisitor& visitor) { field.type->write(field.value, visitor); }
    };

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

  /// What the configuration names, with its options.
  [[nodiscard]] std::unique_ptr<Entry<T>> read(const StateDict& config, const std::string& path, int depth) const {
    const std::string type = type_of(config, path);
    std::unique_ptr<Entry<T>> entry;
    if (const Entry<T>* const own = registry_.find(type)) {
      entry = own->clone();
    } else {
      for (const Known<T>& known : all_known<T>()) {
        if (known.name == type) entry = known.make();
      }
    }
    if (entry == nullptr) throw_unknown(type, path);
    read_options(*entry, config, path, depth);
    return entry;
  }

  template <class Holder>
  void read_options(Holder& holder, const StateDict& config, const std::string& path, int depth) const {
    KeyCheck keys{config, path, holder.name()};
    holder.visit_options(keys);
    keys.end();
    Reader reader{*this, config, path, holder.name(), depth};
    holder.visit_options(reader);
  }

  [[nodiscard]] static std::string type_of(const StateDict& config, const std::string& path) {
    const StateValue& type = require_key(config, "type", path);
    const auto* name = type.get_if<std::string>();
    if (name == nullptr) throw_expected(join(path, "type"), "the name of a scheduler", type);
    return *name;
  }

  [[noreturn]] void throw_unknown(const std::string& type, const std::string& path) const {
    std::vector<std::string_view> names;
    for (const Known<T>& known : all_known<T>()) names.push_back(known.name);
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
/// ReduceLROnPlateau and GreedyLR. Throws std::invalid_argument, naming the path ("schedulers[1].gamma"), for unknown
/// keys, missing ones, wrong types and options out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> schedule_from_json(const nlohmann::json& json, const Registry<T>& registry,
                                                const CallableFromJson<T>& callables = {}) {
  const AnySchedule<T> schedule = detail::Configuration<T>(registry, callables).schedule(state_from_json(json), "", 0);
  schedule.validate();
  return schedule;
}
template <Scalar T>
[[nodiscard]] AnySchedule<T> schedule_from_json(const nlohmann::json& json, const CallableFromJson<T>& callables = {}) {
  return schedule_from_json<T>(json, Registry<T>(), callables);
}

/// A scheduler from the same JSON, ReduceLROnPlateau and GreedyLR included, bound to the optimizer: its type is the
/// class that "type" names. Throws as schedule_from_json() and the scheduler's constructor do.
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
