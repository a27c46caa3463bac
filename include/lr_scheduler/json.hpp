// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_JSON_HPP
#define LR_SCHEDULER_JSON_HPP

#if !__has_include(<nlohmann/json.hpp>)
#error "lr_scheduler/json.hpp needs nlohmann-json (Debian: nlohmann-json3-dev)"
#endif

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

#include <nlohmann/json.hpp>

#include <lr_scheduler/detail/configuration.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler {

/// A state as JSON. Every number reads back exactly: a long double that is no double becomes a text
/// with its digits, an infinity "Infinity" and a value that is not a number "NaN".
[[nodiscard]] inline nlohmann::json to_json(const StateDict& state);
[[nodiscard]] inline nlohmann::json to_json(const StateValue& value);

/// The state that to_json() wrote. Throws std::invalid_argument where the JSON can be no state.
[[nodiscard]] inline StateDict state_from_json(const nlohmann::json& json);

namespace detail {

[[nodiscard]] inline StateValue value_from_json(const nlohmann::json& json, const std::string& path, int depth) {
  using Kind = nlohmann::json::value_t;
  // Each level of schedulers is an object in a list.
  if (depth > 2 * deepest_nesting + 4) {
    throw std::invalid_argument(path + ": nested too deep");
  }
  switch (json.type()) {
    case Kind::null:
      return {};
    case Kind::boolean:
      return json.get<bool>();
    case Kind::number_integer:
      return json.get<std::int64_t>();
    case Kind::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (!std::in_range<std::int64_t>(number)) {
        throw std::invalid_argument(path + ": " + std::to_string(number) + " is too large");
      }
      return static_cast<std::int64_t>(number);
    }
    case Kind::number_float:
      return json.get<double>();
    case Kind::string: {
      const auto& text = json.get_ref<const std::string&>();
      if (text == "Infinity") return std::numeric_limits<double>::infinity();
      if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
      if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
      return text;
    }
    case Kind::array: {
      StateValue::List list;
      for (const auto& element : json) {
        list.push_back(value_from_json(element, join(path, list.size()), depth + 1));
      }
      return list;
    }
    case Kind::object: {
      StateDict dict;
      for (const auto& [key, value] : json.items()) {
        dict.set(key, value_from_json(value, join(path, key), depth + 1));
      }
      return dict;
    }
    case Kind::binary:
    case Kind::discarded:
      break;
  }
  throw std::invalid_argument(path + ": expected a JSON value");
}

inline bool sync_to_disk([[maybe_unused]] std::FILE* stream) {
#if __has_include(<unistd.h>)
  return ::fsync(::fileno(stream)) == 0;
#else
  return true;
#endif
}

[[nodiscard]] inline StateDict dict_from_json(const nlohmann::json& json) {
  if (!json.is_object()) {
    throw std::invalid_argument(std::string("expected a JSON object, got ") + json.type_name());
  }
  return *value_from_json(json, "", 0).get_if<StateDict>();
}

}  // namespace detail

inline nlohmann::json to_json(const StateValue& value) {
  return std::visit(
      [](const auto& x) -> nlohmann::json {
        using X = std::remove_cvref_t<decltype(x)>;
        if constexpr (std::same_as<X, std::monostate>) {
          return nullptr;
        } else if constexpr (std::same_as<X, double>) {
          if (detail::is_finite(x)) return x;
          return detail::is_nan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
        } else if constexpr (std::same_as<X, StateValue::List>) {
          auto list = nlohmann::json::array();
          for (const auto& element : x) list.push_back(to_json(element));
          return list;
        } else if constexpr (std::same_as<X, StateDict>) {
          return to_json(x);
        } else {
          return x;
        }
      },
      value.variant());
}

inline nlohmann::json to_json(const StateDict& state) {
  auto object = nlohmann::json::object();
  for (const auto& [key, value] : state.entries()) object[key] = to_json(value);
  return object;
}

inline StateDict state_from_json(const nlohmann::json& json) {
  return detail::dict_from_json(json);
}

/// Makes a function for "lr_lambda" of what stands there in the JSON: its name, say. An empty
/// function for what it does not know.
template <Scalar T>
using CallableFromJson = std::function<std::function<T(Epoch)>(const nlohmann::json&)>;

namespace detail {

template <Scalar T>
[[nodiscard]] ConfigurationReader<T> reader_for(const CallableFromJson<T>& callables) {
  if (!callables) return ConfigurationReader<T>(nullptr);
  return ConfigurationReader<T>([callables](const StateValue& value) { return callables(to_json(value)); });
}

}  // namespace detail

/// A schedule from {"type": "StepLR", "step_size": 30, "gamma": 0.1}: PyTorch's class, then its
/// argument names; enumerations are its strings, combinators nest under "schedulers", null is an
/// option without a value. Everything but ReduceLROnPlateau. Throws std::invalid_argument, naming
/// the path ("schedulers[1].gamma"), for unknown keys, missing ones, wrong types and options out of
/// range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> schedule_from_json(const nlohmann::json& json, const CallableFromJson<T>& callables = {}) {
  const auto schedule = detail::reader_for<T>(callables).schedule(detail::dict_from_json(json), "");
  schedule.validate();
  return schedule;
}

/// A scheduler from the same JSON, ReduceLROnPlateau included, bound to the optimizer. Throws as
/// schedule_from_json() and the scheduler's constructor do.
template <Optimizer O>
[[nodiscard]] std::unique_ptr<Scheduler<scalar_t<O>>> make_scheduler(
    O& optimizer, const nlohmann::json& json, const CallableFromJson<scalar_t<O>>& callables = {}) {
  return detail::reader_for<scalar_t<O>>(callables).scheduler(optimizer, detail::dict_from_json(json));
}

/// Writes JSON to a file so that a crash leaves either the old file or the new one, whole: first to
/// FILE.partial, on POSIX down to the disk, which then takes the file's place. Throws
/// std::runtime_error where the file cannot be written; the old one is then as it was.
inline void save_checkpoint(const std::filesystem::path& file, const nlohmann::json& checkpoint) {
  std::filesystem::path partial = file;
  partial += ".partial";
  const std::string text = checkpoint.dump();
  std::FILE* const stream = std::fopen(partial.string().c_str(), "wb");
  bool written = stream != nullptr;
  if (stream != nullptr) {
    written = std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0 &&
              detail::sync_to_disk(stream);
    written = std::fclose(stream) == 0 && written;
  }
  std::error_code error;
  if (written) std::filesystem::rename(partial, file, error);
  if (!written || error) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw std::runtime_error("cannot write the checkpoint " + file.string());
  }
}

/// Reads what save_checkpoint() wrote. Throws std::runtime_error where there is no such file and
/// std::invalid_argument where it is not JSON.
[[nodiscard]] inline nlohmann::json load_checkpoint(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read the checkpoint " + file.string());
  try {
    return nlohmann::json::parse(stream);
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument("the checkpoint " + file.string() + " is damaged: " + error.what());
  }
}

/// Writes a scheduler's state to a file of its own.
template <Scalar T>
void save_checkpoint(const std::filesystem::path& file, const Scheduler<T>& scheduler) {
  save_checkpoint(file, to_json(scheduler.state_dict()));
}

/// Goes on from that file. Throws as load_checkpoint(file) and load_state_dict() do.
template <Scalar T>
void load_checkpoint(const std::filesystem::path& file, Scheduler<T>& scheduler,
                     OnMismatch on_mismatch = OnMismatch::error) {
  scheduler.load_state_dict(state_from_json(load_checkpoint(file)), on_mismatch);
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_JSON_HPP
