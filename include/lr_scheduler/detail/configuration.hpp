// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CONFIGURATION_HPP
#define LR_SCHEDULER_DETAIL_CONFIGURATION_HPP

#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::detail {

// Schedules and schedulers from a configuration: {"type": "StepLR", "step_size": 30}.

/// Deeper nesting is refused before it can exhaust the stack.
inline constexpr int deepest_nesting = 64;

/// Makes a function of what stands in its place in a configuration.
template <Scalar T>
using CallableReader = std::function<std::function<T(Epoch)>(const StateValue&)>;

template <class... Bound>
struct BoundClasses {
  /// Calls f with the type identity of the class whose schedule has this name; false if none has.
  template <class F>
  static bool visit(std::string_view name, F&& f) {
    return ((Bound::schedule_type::name == name && (f(std::type_identity<Bound>{}), true)) || ...);
  }
};

template <Scalar T>
using AllSchedulers =
    BoundClasses<LambdaLR<T>, MultiplicativeLR<T>, StepLR<T>, MultiStepLR<T>, ConstantLR<T>, LinearLR<T>,
                 ExponentialLR<T>, PolynomialLR<T>, CosineAnnealingLR<T>, CosineAnnealingWarmRestarts<T>, CyclicLR<T>,
                 OneCycleLR<T>, SWALR<T>, SequentialLR<T>, ChainedScheduler<T>, WarmupLR<T>,
                 Scheduled<schedule::PerGroup<T>, T>>;

/// Options whose required members are still to be read.
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

template <Scalar T>
class ConfigurationReader {
 public:
  explicit ConfigurationReader(CallableReader<T> callables) : callables_(std::move(callables)) {}

  [[nodiscard]] AnySchedule<T> schedule(const StateDict& config, const std::string& path, int depth = 0) const {
    if (depth > deepest_nesting) {
      throw std::invalid_argument(path + ": nested more than " + std::to_string(deepest_nesting) + " deep");
    }
    const std::string& type = type_of(config, path);
    std::vector<AnySchedule<T>> result;  // AnySchedule has no empty state
    const bool found = AllSchedulers<T>::visit(type, [&]<class Bound>(std::type_identity<Bound>) {
      result.emplace_back(options<typename Bound::schedule_type>(config, path, depth));
    });
    if (!found) {
      throw std::invalid_argument(join(path, "type") + ": " +
                                  (type == PlateauOptions<T>::name ? type + " is no schedule: it depends on a metric"
                                                                   : "unknown scheduler \"" + type + "\""));
    }
    return std::move(result.front());
  }

  template <Optimizer O>
  [[nodiscard]] std::unique_ptr<Scheduler<T>> scheduler(O& optimizer, const StateDict& config) const {
    const std::string& type = type_of(config, "");
    if (type == PlateauOptions<T>::name) {
      return std::make_unique<ReduceLROnPlateau<T>>(optimizer, options<PlateauOptions<T>>(config, "", 0));
    }
    std::unique_ptr<Scheduler<T>> result;
    const bool found = AllSchedulers<T>::visit(type, [&]<class Bound>(std::type_identity<Bound>) {
      result = std::make_unique<Bound>(optimizer, options<typename Bound::schedule_type>(config, "", 0));
    });
    if (!found) throw std::invalid_argument("type: unknown scheduler \"" + type + "\"");
    return result;
  }

 private:
  static const std::string& type_of(const StateDict& config, const std::string& path) {
    const StateValue& type = expect_key(config, "type", path);
    const auto* name = type.get_if<std::string>();
    if (name == nullptr) expected(join(path, "type"), "the name of a scheduler", type);
    return *name;
  }

  template <class S>
  [[nodiscard]] S options(const StateDict& config, const std::string& path, int depth) const {
    S result = blank<S>();
    check_keys(result, config, path);
    S::fields(result, [&](std::string_view key, auto& option) {
      using V = std::remove_cvref_t<decltype(option)>;
      const StateValue* value = config.find(key);
      const std::string where = join(path, key);
      if (value == nullptr) {
        bool missing = is_required<V>;
        if constexpr (is_one_or_per_group<V>) missing = option.size() == 0;
        if (missing) {
          throw std::invalid_argument(where + ": missing key, " + std::string(S::name) + " requires it");
        }
      } else if constexpr (is_schedule_list<V>) {
        const auto* list = value->get_if<StateValue::List>();
        if (list == nullptr) expected(where, "a list", *value);
        for (std::size_t i = 0; i < list->size(); ++i) {
          const std::string child = join(where, i);
          option.push_back(schedule(expect_dict((*list)[i], child), child, depth + 1));
        }
      } else if constexpr (is_callable_option<V>) {
        read_callable(*value, option, where);
      } else {
        if constexpr (is_real<V>()) check_no_text(*value, where);
        decode(*value, option, where);
      }
    });
    return result;
  }

  /// Whether an option holds rates, factors and the like.
  template <class V>
  [[nodiscard]] static constexpr bool is_real() {
    if constexpr (is_required<V> || is_one_or_per_group<V> || is_optional<V>) {
      return std::same_as<typename V::value_type, T>;
    } else {
      return std::same_as<V, T>;
    }
  }

  /// Texts are how a state keeps the digits that a double has no room for.
  static void check_no_text(const StateValue& value, const std::string& path) {
    if constexpr (std::numeric_limits<T>::digits <= std::numeric_limits<double>::digits) {
      if (value.get_if<std::string>() != nullptr) expected(path, "a number", value);
      if (const auto* list = value.get_if<StateValue::List>()) {
        for (std::size_t i = 0; i < list->size(); ++i) check_no_text((*list)[i], join(path, i));
      }
    }
  }

  void read_callable(const StateValue& value, OneOrPerGroup<std::function<T(Epoch)>>& out,
                     const std::string& path) const {
    if (const auto* list = value.get_if<StateValue::List>()) {
      if (list->empty()) expected(path, "a function or some", value);
      std::vector<std::function<T(Epoch)>> functions;
      for (std::size_t i = 0; i < list->size(); ++i) {
        functions.push_back(callable((*list)[i], join(path, i)));
      }
      out = std::move(functions);
    } else {
      out = callable(value, path);
    }
  }

  void read_callable(const StateValue& value, std::function<T(T)>&, const std::string& path) const {
    if (!value.is_none()) expected(path, "null, as a function cannot be read", value);
  }

  [[nodiscard]] std::function<T(Epoch)> callable(const StateValue& value, const std::string& path) const {
    std::function<T(Epoch)> function = callables_ ? callables_(value) : nullptr;
    if (!function) expected(path, "a function, known to the reader by what stands here", value);
    return function;
  }

  CallableReader<T> callables_;
};

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CONFIGURATION_HPP
