// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_PYTORCH_HPP
#define LR_SCHEDULER_PYTORCH_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/codec.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler {
namespace detail::pytorch {

// States of torch.optim.lr_scheduler: a scheduler's attributes, options and progress in one.

/// How an option stands in PyTorch's state.
enum class As {
  same,       ///< As it is.
  whole,      ///< An integer, which Python may hold as a float.
  per_group,  ///< A list with one value for each group, even where one was given.
  momentum,   ///< The same, which is there only where momentum is cycled.
  constant,   ///< Not in PyTorch: it has no other value than this, or the state is refused.
  left,       ///< Not in PyTorch's state: it stays as constructed.
};

/// Our option, their attribute.
struct Attribute {
  std::string_view type;
  std::string_view ours;
  std::string_view theirs;
  As as = As::same;
};

/// The one table, read both ways. What needs more than a line is in Special below.
inline constexpr Attribute attributes[] = {
    {"StepLR", "step_size", "step_size", As::whole},
    {"StepLR", "gamma", "gamma"},
    {"MultiStepLR", "milestones", "", As::left},
    {"MultiStepLR", "gamma", "gamma"},
    {"ConstantLR", "factor", "factor"},
    {"ConstantLR", "total_iters", "total_iters", As::whole},
    {"LinearLR", "start_factor", "start_factor"},
    {"LinearLR", "end_factor", "end_factor"},
    {"LinearLR", "total_iters", "total_iters", As::whole},
    {"WarmupLR", "warmup_steps", "total_iters", As::whole},
    {"WarmupLR", "start_factor", "start_factor"},
    {"WarmupLR", "first_update", "zero", As::constant},
    {"ExponentialLR", "gamma", "gamma"},
    {"PolynomialLR", "total_iters", "total_iters", As::whole},
    {"PolynomialLR", "power", "power"},
    {"CosineAnnealingLR", "T_max", "T_max", As::whole},
    {"CosineAnnealingLR", "eta_min", "eta_min"},
    {"CosineAnnealingLR", "after_end", "rebound", As::constant},
    {"CosineAnnealingWarmRestarts", "T_0", "T_0", As::whole},
    {"CosineAnnealingWarmRestarts", "T_mult", "T_mult", As::whole},
    {"CosineAnnealingWarmRestarts", "eta_min", "eta_min"},
    {"CyclicLR", "base_lr", "base_lrs", As::per_group},
    {"CyclicLR", "max_lr", "max_lrs", As::per_group},
    {"CyclicLR", "step_size_up", "", As::left},
    {"CyclicLR", "step_size_down", "", As::left},
    {"CyclicLR", "mode", "mode"},
    {"CyclicLR", "gamma", "gamma"},
    {"CyclicLR", "scale_mode", "", As::left},
    {"CyclicLR", "cycle_momentum", "cycle_momentum"},
    {"CyclicLR", "base_momentum", "base_momentums", As::momentum},
    {"CyclicLR", "max_momentum", "max_momentums", As::momentum},
    {"OneCycleLR", "max_lr", "", As::left},
    {"OneCycleLR", "total_steps", "", As::left},
    {"OneCycleLR", "epochs", "", As::left},
    {"OneCycleLR", "steps_per_epoch", "", As::left},
    {"OneCycleLR", "pct_start", "", As::left},
    {"OneCycleLR", "anneal_strategy", "_anneal_func_type"},
    {"OneCycleLR", "cycle_momentum", "cycle_momentum"},
    {"OneCycleLR", "base_momentum", "", As::left},
    {"OneCycleLR", "max_momentum", "", As::left},
    {"OneCycleLR", "div_factor", "", As::left},
    {"OneCycleLR", "final_div_factor", "", As::left},
    {"OneCycleLR", "three_phase", "", As::left},
    {"OneCycleLR", "after_end", "", As::left},
    {"SWALR", "swa_lr", "", As::left},
    {"SWALR", "anneal_epochs", "anneal_epochs", As::whole},
    {"SWALR", "anneal_strategy", "_anneal_strategy"},
    {"SequentialLR", "schedulers", "", As::left},
    {"SequentialLR", "milestones", "_milestones"},
    {"ChainedScheduler", "schedulers", "", As::left},
    {"ReduceLROnPlateau", "mode", "mode"},
    {"ReduceLROnPlateau", "factor", "factor"},
    {"ReduceLROnPlateau", "patience", "patience", As::whole},
    {"ReduceLROnPlateau", "threshold", "threshold"},
    {"ReduceLROnPlateau", "threshold_mode", "threshold_mode"},
    {"ReduceLROnPlateau", "cooldown", "cooldown", As::whole},
    {"ReduceLROnPlateau", "min_lr", "min_lrs", As::per_group},
    {"ReduceLROnPlateau", "eps", "eps"},
    {"ReduceLROnPlateau", "nan_policy", "count_as_bad", As::constant},
    {"ReduceLROnPlateau", "threshold_abs", "0", As::constant},
    {"ReduceLROnPlateau", "min_scale", "0", As::constant},
    {"ReduceLROnPlateau", "best_in_cooldown", "true", As::constant},
    {"ReduceLROnPlateau", "start_from_epoch", "0", As::constant},
    {"ReduceLROnPlateau", "accumulate", "1", As::constant},
    {"ReduceLROnPlateau", "smoothing", "0", As::constant},
    {"ReduceLROnPlateau", "schedule", "none", As::constant},
};

/// Classes without options that a state holds.
[[nodiscard]] inline bool is_known(std::string_view type) {
  return type == "LambdaLR" || type == "MultiplicativeLR" ||
         std::any_of(std::begin(attributes), std::end(attributes),
                     [type](const Attribute& attribute) { return attribute.type == type; });
}

template <class V>
[[nodiscard]] V read_as(const StateDict& dict, std::string_view key, const std::string& path = "") {
  V value{};
  decode<double>(require_key(dict, key, path), field_of(value), join(path, key));
  return value;
}

[[nodiscard]] inline const StateDict& dict_at(const StateDict& dict, std::string_view key) {
  return require_dict(require_key(dict, key, ""), std::string(key));
}
[[nodiscard]] inline const StateValue::List& list_at(const StateDict& dict, std::string_view key,
                                                     const std::string& path = "") {
  return require_list(require_key(dict, key, path), join(path, key));
}

[[nodiscard]] inline StateValue whole(const StateValue& value) {
  const std::optional<std::int64_t> integer = decode_integer(value);
  return integer ? StateValue(*integer) : value;
}

/// Turns the attributes of one of PyTorch's schedulers into options of ours. What PyTorch does not keep in its state,
/// callables and rates that it keeps in the optimizer, stays as constructed.
class OptionsReader {
 public:
  [[nodiscard]] static StateDict read(const StateDict& constructed, const StateDict& theirs, const std::string& path,
                                      int depth = 0) {
    if (depth > deepest_nesting) throw std::invalid_argument(path + ": nested too deep");
    const auto type = read_as<std::string>(constructed, "type");
    if (!is_known(type)) throw std::invalid_argument(join(path, "type") + ": PyTorch has no " + type);
    OptionsReader reader{constructed, theirs, path};
    for (const Attribute& attribute : attributes) {
      if (attribute.type == type) reader.take(attribute);
    }
    if (type == "MultiStepLR") reader.take_milestones();
    if (type == "WarmupLR") reader.require_end_at_one();
    if (type == "CyclicLR") reader.take_cycle();
    if (type == "OneCycleLR") reader.take_phases();
    if (type == "ReduceLROnPlateau") reader.take_min_lr();
    if (type == "SequentialLR" || type == "ChainedScheduler") reader.take_children(depth);
    return std::move(reader.options_);
  }

 private:
  OptionsReader(StateDict constructed, const StateDict& theirs, const std::string& path)
      : theirs_(theirs), path_(path), options_(std::move(constructed)) {}

  [[nodiscard]] const StateValue& their(std::string_view key) const { return require_key(theirs_, key, path_); }

  void take(const Attribute& attribute) {
    switch (attribute.as) {
      case As::same:
        options_.set(attribute.ours, their(attribute.theirs));
        return;
      case As::whole:
        options_.set(attribute.ours, whole(their(attribute.theirs)));
        return;
      case As::momentum:
        if (read_as<bool>(theirs_, "cycle_momentum", path_)) take_list(attribute);
        return;
      case As::per_group:
        take_list(attribute);
        return;
      case As::constant:
      case As::left:
        return;
    }
  }

  /// PyTorch keeps a list where one value was given: one value again, if one was constructed.
  void take_list(const Attribute& attribute) {
    const StateValue::List& list = list_at(theirs_, attribute.theirs, path_);
    const bool all_equal = !list.empty() && std::all_of(list.begin(), list.end(),
                                                        [&](const StateValue& value) { return value == list.front(); });
    const bool was_one = require_key(options_, attribute.ours, path_).get_if<StateValue::List>() == nullptr;
    options_.set(attribute.ours, all_equal && was_one ? list.front() : StateValue(list));
  }

  /// A Counter, whose keys JSON has turned into strings. Texts that are written here leave it out.
  void take_milestones() {
    const StateValue* const counter = theirs_.find("milestones");
    if (counter == nullptr) return;
    const std::string where = join(path_, "milestones");
    std::vector<Epoch> milestones;
    for (const auto& [key, count] : require_dict(*counter, where).entries()) {
      const std::optional<double> epoch = decode_real<double>(StateValue(key));
      Epoch milestone = 0;
      Epoch repeats = 0;
      decode<double>(epoch ? StateValue(*epoch) : StateValue(key), field_of(milestone), where);
      decode<double>(count, field_of(repeats), join(where, key));
      constexpr std::size_t most = 1'000'000;
      if (repeats < 0 || static_cast<std::uint64_t>(repeats) > most - milestones.size()) {
        throw_expected(join(where, key), "a count, up to 1000000 with the others", count);
      }
      milestones.insert(milestones.end(), static_cast<std::size_t>(repeats), milestone);
    }
    std::sort(milestones.begin(), milestones.end());
    auto constructed = read_as<std::vector<Epoch>>(options_, "milestones", path_);
    std::sort(constructed.begin(), constructed.end());
    if (milestones != constructed) options_.set("milestones", encode<double>(field_of(milestones)));
  }

  /// WarmupLR is PyTorch's LinearLR.
  void require_end_at_one() const {
    const auto end_factor = read_as<double>(theirs_, "end_factor", path_);
    if (end_factor != 1) {
      throw std::invalid_argument(join(path_, "end_factor") + " is " + text_of(end_factor) +
                                  " in the state and WarmupLR ends at 1");
    }
  }

  void take_cycle() {
    const auto total = read_as<double>(theirs_, "total_size", path_);
    const auto up = std::round(total * read_as<double>(theirs_, "step_ratio", path_));
    const StateValue& down = require_key(options_, "step_size_down", path_);
    options_.set("step_size_up", whole(up));
    if (!(down.is_none() && total - up == up)) options_.set("step_size_down", whole(total - up));
  }

  void take_phases() {
    const auto total = read_as<Epoch>(theirs_, "total_steps", path_);
    const auto epochs = read_as<std::optional<Epoch>>(options_, "epochs", path_);
    const auto steps = read_as<std::optional<Epoch>>(options_, "steps_per_epoch", path_);
    if (!require_key(options_, "total_steps", path_).is_none() || !epochs || !steps || *steps == 0 ||
        total % *steps != 0 || total / *steps != *epochs) {
      options_.set("total_steps", total);
    }
    const StateValue::List& phases = list_at(theirs_, "_schedule_phases", path_);
    const std::string where = join(path_, "_schedule_phases");
    if (phases.empty()) throw std::invalid_argument(where + ": expected phases, got none");
    options_.set("three_phase", phases.size() == 3);
    const auto end = read_as<double>(require_dict(phases.front(), where), "end_step", where);
    const auto pct_start = read_as<double>(options_, "pct_start", path_);
    if (!(std::abs(pct_start * static_cast<double>(total) - 1 - end) <= 1e-6 * (std::abs(end) + 1))) {
      options_.set("pct_start", (end + 1) / static_cast<double>(total));
    }
  }

  void take_min_lr() {
    if (!require_key(options_, "schedule", path_).is_none()) {
      throw std::invalid_argument(join(path_, "schedule") + ": PyTorch has none, so its reductions cannot scale one");
    }
    const StateValue& one = their("default_min_lr");
    if (!one.is_none()) options_.set("min_lr", one);
  }

  void take_children(int depth) {
    const std::string where = join(path_, "_schedulers");
    const StateValue::List& theirs = list_at(theirs_, "_schedulers", path_);
    const StateValue::List& ours = list_at(options_, "schedulers", path_);
    if (theirs.size() != ours.size()) {
      throw std::invalid_argument(where + " has " + std::to_string(theirs.size()) + " elements in the state and " +
                                  std::to_string(ours.size()) + " in the scheduler");
    }
    StateValue::List children;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const std::string child = join(where, i);
      children.emplace_back(read(require_dict(ours[i], child), require_dict(theirs[i], child), child, depth + 1));
    }
    options_.set("schedulers", std::move(children));
  }

  const StateDict& theirs_;
  const std::string& path_;
  StateDict options_;
};

/// An attribute that combinators leave to the schedulers in them: the first's.
[[nodiscard]] inline const StateValue& find_in_first(const StateDict& theirs, std::string_view key) {
  const StateDict* state = &theirs;
  std::string path;
  while (state->find(key) == nullptr && state->find("_schedulers") != nullptr) {
    const StateValue::List& children = list_at(*state, "_schedulers", path);
    path = join(join(path, "_schedulers"), std::size_t{0});
    if (children.empty()) throw std::invalid_argument(path + ": missing");
    state = &require_dict(children.front(), path);
  }
  return require_key(*state, key, path);
}

template <Scalar T>
[[nodiscard]] StateValue encode_rates(std::span<const T> rates) {
  std::vector<T> values(rates.begin(), rates.end());
  return encode<T>(field_of(values));
}

template <Scalar T>
[[nodiscard]] StateDict read_progress(const Scheduler<T>& scheduler, const StateDict& theirs) {
  StateDict progress;
  progress.set("last_epoch", find_in_first(theirs, "last_epoch"));
  const StateValue::List& lrs = list_at(theirs, "_last_lr");
  progress.set("lrs", lrs);
  if (scheduler.name() == PlateauOptions<T>::name) {
    progress.set("base_lrs", encode_rates(scheduler.base_lrs()));
    EncodingVisitor<T> encode(progress);
    const PlateauCounters<T> counters;
    visit_fields(counters, encode);  // what PyTorch does not count begins here
    // Before the first metric the best one is the worst there is.
    const auto best = read_as<double>(theirs, "best");
    const bool is_first =
        !is_finite(best) && !is_nan(best) && (best > 0) == (read_as<std::string>(theirs, "mode") == "min");
    progress.set("best", is_first ? StateValue() : StateValue(best));
    progress.set("num_bad_epochs", require_key(theirs, "num_bad_epochs", ""));
    progress.set("cooldown_counter", require_key(theirs, "cooldown_counter", ""));
    return progress;
  }
  progress.set("base_lrs", find_in_first(theirs, "base_lrs"));
  double fraction = 0;
  if (scheduler.name() == "CosineAnnealingWarmRestarts") {
    const auto in_cycle = read_as<double>(theirs, "T_cur");
    fraction = in_cycle - std::floor(in_cycle);
  }
  progress.set("fraction", fraction);
  progress.set("on_curve", StateValue::List(lrs.size()));  // PyTorch does not say
  return progress;
}

/// Turns options and progress of ours into the attributes of PyTorch's scheduler.
class StateWriter {
 public:
  StateWriter(const StateValue& base_lrs, const StateValue& last_lrs)
      : base_lrs_(to_json(base_lrs)), last_lrs_(to_json(last_lrs)) {}

  [[nodiscard]] nlohmann::json write(const StateDict& options, Epoch t, double fraction = 0) const {
    const auto type = read_as<std::string>(options, "type");
    if (!is_known(type)) refuse(type);
    nlohmann::json state = write_options(options, type);
    if (type == "SequentialLR" || type == "ChainedScheduler") {
      state["_last_lr"] = last_lrs_;
      write_children(state, options, t, type == "SequentialLR");
      return state;
    }
    if (type != "CyclicLR") state["base_lrs"] = base_lrs_;
    state["last_epoch"] = t;
    state["_step_count"] = t + 1;
    state["_is_initial"] = false;
    state["_get_lr_called_within_step"] = false;
    state["_last_lr"] = last_lrs_;
    if (type == "LambdaLR" || type == "MultiplicativeLR") {
      state["lr_lambdas"] = nlohmann::json(last_lrs_.size(), nullptr);
    } else if (type == "WarmupLR") {
      state["end_factor"] = 1.0;
    } else if (type == "CosineAnnealingWarmRestarts") {
      write_cycle(state, t, fraction);
    } else if (type == "CyclicLR") {
      write_cyclic(state, options);
    } else if (type == "OneCycleLR") {
      write_phases(state, options);
    }
    return state;
  }

  [[nodiscard]] nlohmann::json write_plateau(const StateDict& options, const StateDict& progress) const {
    nlohmann::json state = write_options(options, std::string(PlateauOptions<double>::name));
    if (state["threshold_mode"] == "magnitude") refuse("threshold_mode = magnitude");
    const StateValue& min_lr = require_key(options, "min_lr", "");
    state["default_min_lr"] = min_lr.get_if<StateValue::List>() != nullptr ? nlohmann::json() : to_json(min_lr);
    state["mode_worse"] = state["mode"] == "min" ? "Infinity" : "-Infinity";
    const StateValue& best = require_key(progress, "best", "");
    state["best"] = best.is_none() ? state["mode_worse"] : to_json(best);
    for (const char* key : {"last_epoch", "num_bad_epochs", "cooldown_counter"}) {
      state[key] = read_as<Epoch>(progress, key);
    }
    state["_last_lr"] = last_lrs_;
    return state;
  }

 private:
  [[noreturn]] static void refuse(const std::string& what) {
    throw std::invalid_argument("to_pytorch_state_dict: PyTorch has no " + what);
  }

  [[nodiscard]] nlohmann::json write_options(const StateDict& options, const std::string& type) const {
    auto state = nlohmann::json::object();
    for (const Attribute& attribute : attributes) {
      if (attribute.type != type || attribute.as == As::left) continue;
      const StateValue& value = require_key(options, attribute.ours, "");
      if (attribute.as == As::constant) {
        const std::string text = text_of(value, 0);
        if (text != attribute.theirs) refuse(std::string(attribute.ours) + " = " + text);
      } else if (attribute.as == As::per_group) {
        state[std::string(attribute.theirs)] = per_group(value);
      } else if (attribute.as != As::momentum) {
        state[std::string(attribute.theirs)] = to_json(value);
      } else if (read_as<bool>(options, "cycle_momentum")) {
        state[std::string(attribute.theirs)] = per_group(value);
      }
    }
    return state;
  }

  [[nodiscard]] nlohmann::json per_group(const StateValue& value) const {
    if (value.get_if<StateValue::List>() != nullptr) return to_json(value);
    // NOLINTNEXTLINE(modernize-return-braced-init-list): braces would be a list of the two
    return nlohmann::json(last_lrs_.size(), to_json(value));
  }

  void write_children(nlohmann::json& state, const StateDict& options, Epoch t, bool in_sequence) const {
    const auto milestones = in_sequence ? read_as<std::vector<Epoch>>(options, "milestones") : std::vector<Epoch>();
    const StateValue::List& children = list_at(options, "schedulers");
    if (in_sequence) state["last_epoch"] = t;
    state["_schedulers"] = nlohmann::json::array();
    for (std::size_t i = 0; i < children.size(); ++i) {
      // One that has not begun is at -1, one that is over where its successor began.
      const Epoch begin = i == 0 || !in_sequence ? 0 : milestones[i - 1];
      const Epoch end = i < milestones.size() ? milestones[i] - 1 : t;
      const Epoch local = t < begin ? -1 : std::min(t, end) - begin;
      nlohmann::json child = write(require_dict(children[i], "schedulers"), local);
      if (local < 0 && child.contains("_step_count")) child["_step_count"] = 1;
      state["_schedulers"].push_back(std::move(child));
    }
  }

  static void write_cycle(nlohmann::json& state, Epoch t, double fraction) {
    Epoch cycle = state["T_0"];
    const Epoch multiple = state["T_mult"];
    Epoch in_cycle = std::max<Epoch>(t, 0);
    if (multiple == 1) {
      in_cycle %= cycle;
    } else {
      while (in_cycle >= cycle) {
        in_cycle -= cycle;
        if (cycle > std::numeric_limits<Epoch>::max() / multiple) break;
        cycle *= multiple;
      }
    }
    state["T_i"] = cycle;
    state["T_cur"] = in_cycle;
    if (fraction != 0) state["T_cur"] = static_cast<double>(in_cycle) + fraction;
  }

  static void write_cyclic(nlohmann::json& state, const StateDict& options) {
    const auto up = static_cast<double>(read_as<Epoch>(options, "step_size_up"));
    const auto down = read_as<std::optional<Epoch>>(options, "step_size_down");
    const double total = up + (down ? static_cast<double>(*down) : up);
    state["total_size"] = total;
    state["step_ratio"] = up / total;
    // PyTorch sets the mode of its own scale functions itself.
    state["scale_mode"] = state["mode"] == "exp_range" ? "iterations" : read_as<std::string>(options, "scale_mode");
    state["_scale_fn_custom"] = nullptr;
  }

  static void write_phases(nlohmann::json& state, const StateDict& options) {
    const auto total = read_as<std::optional<Epoch>>(options, "total_steps");
    const Epoch steps = total ? *total : read_as<Epoch>(options, "epochs") * read_as<Epoch>(options, "steps_per_epoch");
    const double rise = read_as<double>(options, "pct_start") * static_cast<double>(steps);
    auto phases = nlohmann::json::array();
    const auto phase = [&phases](const nlohmann::json& end, const char* from, const char* to, const char* momentum_from,
                                 const char* momentum_to) {
      phases.push_back({{"end_step", end},
                        {"start_lr", from},
                        {"end_lr", to},
                        {"start_momentum", momentum_from},
                        {"end_momentum", momentum_to}});
    };
    phase(rise - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum");
    if (read_as<bool>(options, "three_phase")) {
      phase(2 * rise - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum");
      phase(steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum");
    } else {
      phase(steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum");
    }
    state["total_steps"] = steps;
    state["_schedule_phases"] = std::move(phases);
  }

  nlohmann::json base_lrs_;
  nlohmann::json last_lrs_;
};

/// Reals of any precision as the doubles that PyTorch computes with.
[[nodiscard]] inline StateValue as_doubles(const StateValue& value) {
  if (const auto* list = value.get_if<StateValue::List>()) {
    StateValue::List result;
    for (const auto& element : *list) result.push_back(as_doubles(element));
    return result;
  }
  if (const auto* dict = value.get_if<StateDict>()) {
    StateDict result;
    for (const auto& entry : dict->entries()) result.set(entry.key, as_doubles(entry.value));
    return result;
  }
  const bool is_text = value.get_if<std::string>() != nullptr;
  const auto number = is_text ? decode_real<double>(value) : std::nullopt;
  return number ? StateValue(*number) : value;
}

/// Python writes Infinity, -Infinity and NaN, which JSON does not know: as texts they do.
[[nodiscard]] inline std::string quote_constants(std::string_view text) {
  std::string result;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      result += text[i];
      if (text[i] == '\\' && i + 1 < text.size()) {
        result += text[++i];
      } else if (text[i] == '"') {
        in_string = false;
      }
      continue;
    }
    std::string_view constant;
    for (const std::string_view candidate : {"-Infinity", "Infinity", "NaN"}) {
      if (constant.empty() && text.substr(i, candidate.size()) == candidate) constant = candidate;
    }
    if (!constant.empty()) {
      result += "\"" + std::string(constant) + "\"";
      i += constant.size() - 1;
      continue;
    }
    in_string = text[i] == '"';
    result += text[i];
  }
  return result;
}

[[nodiscard]] inline std::string unquote_constants(std::string text) {
  for (const std::string_view infinity : {"\"Infinity\"", "\"-Infinity\""}) {
    for (std::size_t at = 0; (at = text.find(infinity, at)) != std::string::npos;) {
      text.replace(at, infinity.size(), infinity.substr(1, infinity.size() - 2));
    }
  }
  return text;
}

}  // namespace detail::pytorch

/// Goes on from a run in Python: `text` is what json.dumps(scheduler.state_dict()) wrote there, Infinity included, for
/// a scheduler of the same class. Checks all of it, then writes the rates. What PyTorch keeps in the optimizer and not
/// in this state (the rates of OneCycleLR and SWALR, momentum) comes from the constructed object. A rate within
/// PyTorch's rounding, 1e-6 relative, of the closed form is on it again. WarmupLR takes the state of a LinearLR that
/// ends at 1. Throws std::invalid_argument, with nothing changed, as load_state_dict() does.
template <Scalar T>
void load_pytorch_state_dict(Scheduler<T>& scheduler, std::string_view text,
                             OnMismatch on_mismatch = OnMismatch::error) {
  StateDict theirs;
  try {
    theirs = state_from_json(nlohmann::json::parse(detail::pytorch::quote_constants(text)));
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(std::string("cannot load PyTorch's state: ") + error.what());
  }
  StateDict state = scheduler.state_dict();
  try {
    StateDict options = detail::pytorch::OptionsReader::read(detail::pytorch::dict_at(state, "options"), theirs, "");
    StateDict progress = detail::pytorch::read_progress(scheduler, theirs);
    state.set("digits", std::int64_t{std::numeric_limits<double>::digits});
    state.set("options", std::move(options));
    state.set("progress", std::move(progress));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string(scheduler.name()) + ": cannot load PyTorch's state: " + error.what());
  }
  scheduler.load_state_dict(state, on_mismatch);
}

/// Text for scheduler.load_state_dict(json.loads(text)) in Python, on a scheduler of the same class with the same
/// options there. As with PyTorch's own states, the rates of the optimizer are not part of it. A MultiStepLR in Python
/// keeps the milestones that it was constructed with, as JSON cannot hold them in PyTorch's form. WarmupLR gives the
/// state of a LinearLR. Throws std::invalid_argument for schedules that PyTorch does not have, and for
/// CosineAnnealingLR's after_end, WarmupLR's first_update and options of ReduceLROnPlateau where they are not as in
/// PyTorch.
template <Scalar T>
[[nodiscard]] std::string to_pytorch_state_dict(const Scheduler<T>& scheduler) {
  using namespace detail::pytorch;
  const StateValue state = as_doubles(scheduler.state_dict());
  const StateDict& options = dict_at(*state.get_if<StateDict>(), "options");
  const StateDict& progress = dict_at(*state.get_if<StateDict>(), "progress");
  const StateWriter writer(as_doubles(encode_rates(scheduler.base_lrs())),
                           as_doubles(encode_rates(scheduler.get_lr())));
  const nlohmann::json json =
      scheduler.name() == PlateauOptions<T>::name
          ? writer.write_plateau(options, progress)
          : writer.write(options, scheduler.last_epoch(),
                         progress.find("fraction") == nullptr ? 0 : read_as<double>(progress, "fraction"));
  return unquote_constants(json.dump());
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_PYTORCH_HPP
