// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_PYTORCH_HPP
#define LR_SCHEDULER_PYTORCH_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
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

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler {
namespace detail {

// States of torch.optim.lr_scheduler: a scheduler's attributes, options and progress in one.

/// Python writes Infinity, -Infinity and NaN, which JSON does not know: they become texts.
[[nodiscard]] inline std::string quote_python_constants(std::string_view text) {
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
    bool quoted = false;
    for (const std::string_view constant : {"-Infinity", "Infinity", "NaN"}) {
      if (text.substr(i, constant.size()) == constant) {
        result += "\"" + std::string(constant) + "\"";
        i += constant.size() - 1;
        quoted = true;
        break;
      }
    }
    if (quoted) continue;
    in_string = text[i] == '"';
    result += text[i];
  }
  return result;
}

[[nodiscard]] inline const StateDict& entry_dict(const StateDict& dict, std::string_view key) {
  return expect_dict(expect_key(dict, key, ""), std::string(key));
}

[[nodiscard]] inline const StateValue::List& expect_list(const StateDict& dict, std::string_view key,
                                                         const std::string& path) {
  const StateValue& value = expect_key(dict, key, path);
  const auto* list = value.get_if<StateValue::List>();
  if (list == nullptr) expected(join(path, key), "a list", value);
  return *list;
}

template <class V>
[[nodiscard]] V read_as(const StateDict& dict, std::string_view key, const std::string& path = "") {
  V value{};
  decode(expect_key(dict, key, path), value, join(path, key));
  return value;
}

[[nodiscard]] inline std::string type_of_options(const StateDict& options) {
  return read_as<std::string>(options, "type");
}

/// An integer that Python may hold as a float.
[[nodiscard]] inline StateValue whole(const StateValue& value) {
  const auto* real = value.get_if<double>();
  if (real == nullptr || !is_finite(*real) || std::abs(*real) > 0x1p53 || std::floor(*real) != *real) {
    return value;
  }
  return static_cast<std::int64_t>(*real);
}

/// PyTorch keeps a list where one value was given: one value again, if one was constructed.
[[nodiscard]] inline StateValue one_or_list(const StateValue& constructed, const StateValue::List& list) {
  const bool all_equal =
      !list.empty() && std::all_of(list.begin(), list.end(), [&](const auto& x) { return x == list.front(); });
  if (all_equal && constructed.get_if<StateValue::List>() == nullptr) return list.front();
  return list;
}

/// Turns the attributes of one of PyTorch's schedulers into options of ours. What PyTorch does not
/// keep in its state, callables and rates that it keeps in the optimizer, stays as constructed.
class PytorchOptions {
 public:
  [[nodiscard]] static StateDict read(const StateDict& constructed, const StateDict& theirs, const std::string& path,
                                      int depth = 0) {
    if (depth > deepest_nesting) throw std::invalid_argument(path + ": nested too deep");
    PytorchOptions reader{constructed, theirs, path};
    const std::string type = type_of_options(constructed);
    if (type == "StepLR") {
      reader.take_whole("step_size").take("gamma");
    } else if (type == "MultiStepLR") {
      reader.take_milestones().take("gamma");
    } else if (type == "ConstantLR") {
      reader.take("factor").take_whole("total_iters");
    } else if (type == "LinearLR") {
      reader.take("start_factor").take("end_factor").take_whole("total_iters");
    } else if (type == "WarmupLR") {  // PyTorch's LinearLR
      const double end_factor = read_as<double>(theirs, "end_factor", path);
      if (end_factor != 1) {
        throw std::invalid_argument(join(path, "end_factor") + " is " + text_of(end_factor) +
                                    " in the state and WarmupLR ends at 1");
      }
      reader.take("start_factor").take_whole("warmup_steps", "total_iters");
    } else if (type == "ExponentialLR") {
      reader.take("gamma");
    } else if (type == "PolynomialLR") {
      reader.take_whole("total_iters").take("power");
    } else if (type == "CosineAnnealingLR") {
      reader.take_whole("T_max").take("eta_min");
    } else if (type == "CosineAnnealingWarmRestarts") {
      reader.take_whole("T_0").take_whole("T_mult").take("eta_min");
    } else if (type == "CyclicLR") {
      reader.take_cyclic();
    } else if (type == "OneCycleLR") {
      reader.take_one_cycle();
    } else if (type == "SWALR") {
      reader.take("anneal_strategy", "_anneal_strategy").take_whole("anneal_epochs");
    } else if (type == "ReduceLROnPlateau") {
      for (const char* key : {"mode", "factor", "threshold", "threshold_mode", "eps"}) {
        reader.take(key);
      }
      reader.take_whole("patience").take_whole("cooldown");
      const StateValue& one = expect_key(theirs, "default_min_lr", path);
      reader.options_.set("min_lr", one.is_none() ? expect_key(theirs, "min_lrs", path) : one);
    } else if (type == "SequentialLR" || type == "ChainedScheduler") {
      if (type == "SequentialLR") reader.take("milestones", "_milestones");
      reader.take_children(depth);
    } else if (type != "LambdaLR" && type != "MultiplicativeLR") {
      throw std::invalid_argument(join(path, "type") + ": PyTorch has no " + type);
    }
    return std::move(reader.options_);
  }

 private:
  PytorchOptions(const StateDict& constructed, const StateDict& theirs, const std::string& path)
      : theirs_(theirs), path_(path), options_(constructed) {}

  PytorchOptions& take(std::string_view key, std::string_view their_key = "") {
    options_.set(key, expect_key(theirs_, their_key.empty() ? key : their_key, path_));
    return *this;
  }

  PytorchOptions& take_whole(std::string_view key, std::string_view their_key = "") {
    options_.set(key, whole(expect_key(theirs_, their_key.empty() ? key : their_key, path_)));
    return *this;
  }

  PytorchOptions& take_list(std::string_view key, std::string_view their_key) {
    options_.set(key, one_or_list(expect_key(options_, key, path_), expect_list(theirs_, their_key, path_)));
    return *this;
  }

  /// A Counter, whose keys JSON has turned into strings.
  PytorchOptions& take_milestones() {
    const std::string where = join(path_, "milestones");
    std::vector<Epoch> milestones;
    for (const auto& [key, count] : expect_dict(expect_key(theirs_, "milestones", path_), where).entries()) {
      const std::optional<double> epoch = to_scalar<double>(StateValue(key));
      const StateValue integer = epoch ? whole(StateValue(*epoch)) : StateValue(key);
      Epoch milestone = 0;
      Epoch repeats = 0;
      decode(integer, milestone, where);
      decode(count, repeats, join(where, key));
      constexpr std::size_t most = 1'000'000;
      if (repeats < 0 || static_cast<std::uint64_t>(repeats) > most - milestones.size()) {
        expected(join(where, key), "a count, up to 1000000 with the others", count);
      }
      milestones.insert(milestones.end(), static_cast<std::size_t>(repeats), milestone);
    }
    std::sort(milestones.begin(), milestones.end());
    auto constructed = read_as<std::vector<Epoch>>(options_, "milestones", path_);
    std::sort(constructed.begin(), constructed.end());
    if (milestones != constructed) options_.set("milestones", encode(milestones));
    return *this;
  }

  void take_cyclic() {
    take_list("base_lr", "base_lrs").take_list("max_lr", "max_lrs").take("mode").take("gamma");
    take("cycle_momentum");
    if (read_as<bool>(theirs_, "cycle_momentum", path_)) {
      take_list("base_momentum", "base_momentums").take_list("max_momentum", "max_momentums");
    }
    const auto total = read_as<double>(theirs_, "total_size", path_);
    const auto up = std::round(total * read_as<double>(theirs_, "step_ratio", path_));
    const StateValue& down = expect_key(options_, "step_size_down", path_);
    options_.set("step_size_up", whole(up));
    if (!(down.is_none() && total - up == up)) options_.set("step_size_down", whole(total - up));
  }

  void take_one_cycle() {
    take("anneal_strategy", "_anneal_func_type").take("cycle_momentum");
    const auto total = read_as<Epoch>(theirs_, "total_steps", path_);
    const auto epochs = read_as<std::optional<Epoch>>(options_, "epochs", path_);
    const auto steps = read_as<std::optional<Epoch>>(options_, "steps_per_epoch", path_);
    if (!expect_key(options_, "total_steps", path_).is_none() || !epochs || !steps || *steps == 0 ||
        total % *steps != 0 || total / *steps != *epochs) {
      options_.set("total_steps", total);
    }
    const auto& phases = expect_list(theirs_, "_schedule_phases", path_);
    const std::string where = join(path_, "_schedule_phases");
    if (phases.empty()) throw std::invalid_argument(where + ": expected phases, got none");
    options_.set("three_phase", phases.size() == 3);
    const double end = read_as<double>(expect_dict(phases.front(), where), "end_step", where);
    const auto pct_start = read_as<double>(options_, "pct_start", path_);
    if (!(std::abs(pct_start * static_cast<double>(total) - 1 - end) <= 1e-6 * (std::abs(end) + 1))) {
      options_.set("pct_start", (end + 1) / static_cast<double>(total));
    }
  }

  void take_children(int depth) {
    const std::string where = join(path_, "_schedulers");
    const auto& theirs = expect_list(theirs_, "_schedulers", path_);
    const auto& ours = expect_list(options_, "schedulers", path_);
    if (theirs.size() != ours.size()) {
      throw std::invalid_argument(where + " has " + std::to_string(theirs.size()) + " elements in the state and " +
                                  std::to_string(ours.size()) + " in the scheduler");
    }
    StateValue::List children;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const std::string child = join(where, i);
      children.emplace_back(read(expect_dict(ours[i], child), expect_dict(theirs[i], child), child, depth + 1));
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
    const auto& children = expect_list(*state, "_schedulers", path);
    path = join(join(path, "_schedulers"), std::size_t{0});
    if (children.empty()) throw std::invalid_argument(path + ": missing");
    state = &expect_dict(children.front(), path);
  }
  return expect_key(*state, key, path);
}

template <Scalar T>
[[nodiscard]] StateDict progress_from_pytorch(const Scheduler<T>& scheduler, const std::string& type,
                                              const StateDict& theirs) {
  StateDict progress;
  progress.set("last_epoch", find_in_first(theirs, "last_epoch"));
  const auto& lrs = expect_list(theirs, "_last_lr", "");
  progress.set("lrs", lrs);
  if (type == "ReduceLROnPlateau") {
    const std::span<const T> base_lrs = scheduler.base_lrs();
    progress.set("base_lrs", encode(std::vector<T>(base_lrs.begin(), base_lrs.end())));
    // Before the first metric the best one is the worst there is.
    const auto best = read_as<double>(theirs, "best");
    progress.set("best", best == read_as<double>(theirs, "mode_worse") ? StateValue() : best);
    progress.set("num_bad_epochs", expect_key(theirs, "num_bad_epochs", ""));
    progress.set("cooldown_counter", expect_key(theirs, "cooldown_counter", ""));
    return progress;
  }
  progress.set("base_lrs", find_in_first(theirs, "base_lrs"));
  double fraction = 0;
  if (type == "CosineAnnealingWarmRestarts") {
    const auto in_cycle = read_as<double>(theirs, "T_cur");
    fraction = in_cycle - std::floor(in_cycle);
  }
  progress.set("fraction", fraction);
  // Nothing: whether a rate is on the curve is for the schedule to tell.
  progress.set("on_curve", StateValue::List(lrs.size()));
  return progress;
}

/// Turns options and progress of ours into the attributes of PyTorch's scheduler.
class PytorchState {
 public:
  PytorchState(const StateValue& base_lrs, const StateValue& last_lrs)
      : base_lrs_(to_json(doubles(base_lrs))), last_lrs_(to_json(doubles(last_lrs))) {}

  /// Reals of any precision as the doubles that PyTorch computes with.
  [[nodiscard]] static StateValue doubles(const StateValue& value) {
    if (const auto* list = value.get_if<StateValue::List>()) {
      StateValue::List result;
      for (const auto& element : *list) result.push_back(doubles(element));
      return result;
    }
    if (const auto* dict = value.get_if<StateDict>()) {
      StateDict result;
      for (const auto& entry : dict->entries()) result.set(entry.key, doubles(entry.value));
      return result;
    }
    const bool is_text = value.get_if<std::string>() != nullptr;
    const auto number = is_text ? to_scalar<double>(value) : std::nullopt;
    return number ? StateValue(*number) : value;
  }

  [[nodiscard]] nlohmann::json write(const StateDict& options, Epoch t, double fraction = 0) const {
    const std::string type = type_of_options(options);
    nlohmann::json state = to_json(options);
    state.erase("type");
    if (type == "SequentialLR") {
      return write_sequential(options, t);
    }
    if (type == "ChainedScheduler") {
      nlohmann::json chain{{"_last_lr", last_lrs_}, {"_schedulers", nlohmann::json::array()}};
      for (const auto& child : expect_list(options, "schedulers", "")) {
        chain["_schedulers"].push_back(write(expect_dict(child, "schedulers"), t));
      }
      return chain;
    }
    state["base_lrs"] = base_lrs_;
    state["last_epoch"] = t;
    state["_step_count"] = t + 1;
    state["_is_initial"] = false;
    state["_get_lr_called_within_step"] = false;
    state["_last_lr"] = last_lrs_;
    if (type == "LambdaLR" || type == "MultiplicativeLR") {
      state["lr_lambdas"] = nlohmann::json(last_lrs_.size(), nullptr);
    } else if (type == "MultiStepLR") {
      // Python's JSON would turn the epochs into strings, which PyTorch never meets: it keeps those
      // that it was constructed with.
      state.erase("milestones");
    } else if (type == "WarmupLR") {
      state["end_factor"] = 1.0;
      state["total_iters"] = state["warmup_steps"];
      state.erase("warmup_steps");
    } else if (type == "CosineAnnealingLR") {
      if (state["after_end"] != "rebound") refuse("after_end = hold");
      state.erase("after_end");
    } else if (type == "CosineAnnealingWarmRestarts") {
      write_cycle(state, t, fraction);
    } else if (type == "CyclicLR") {
      write_cyclic(state, options);
    } else if (type == "OneCycleLR") {
      state = write_one_cycle(std::move(state), options);
    } else if (type == "SWALR") {
      state["_anneal_strategy"] = state["anneal_strategy"];
      state.erase("anneal_strategy");
      state.erase("swa_lr");
    } else if (!(type == "StepLR" || type == "ConstantLR" || type == "LinearLR" || type == "ExponentialLR" ||
                 type == "PolynomialLR")) {
      refuse(type);
    }
    return state;
  }

  [[nodiscard]] nlohmann::json write_plateau(const StateDict& options, const StateDict& progress) const {
    nlohmann::json state = to_json(options);
    if (state["nan_policy"] != "count_as_bad") {
      refuse("nan_policy = " + state["nan_policy"].get<std::string>());
    }
    for (const char* key : {"type", "nan_policy", "min_lr"}) state.erase(key);
    const StateValue& min_lr = expect_key(options, "min_lr", "");
    state["min_lrs"] = per_group(min_lr);
    state["default_min_lr"] = min_lr.get_if<StateValue::List>() != nullptr ? nlohmann::json() : to_json(min_lr);
    state["mode_worse"] = state["mode"] == "min" ? "Infinity" : "-Infinity";
    const StateValue& best = expect_key(progress, "best", "");
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

  [[nodiscard]] nlohmann::json per_group(const StateValue& value) const {
    auto result = nlohmann::json::array();
    if (const auto* list = value.get_if<StateValue::List>()) {
      for (const auto& element : *list) result.push_back(to_json(element));
    } else {
      for (std::size_t i = 0; i < last_lrs_.size(); ++i) result.push_back(to_json(value));
    }
    return result;
  }

  [[nodiscard]] nlohmann::json write_sequential(const StateDict& options, Epoch t) const {
    const auto milestones = read_as<std::vector<Epoch>>(options, "milestones");
    const auto& children = expect_list(options, "schedulers", "");
    nlohmann::json state{{"_milestones", milestones},
                         {"last_epoch", t},
                         {"_last_lr", last_lrs_},
                         {"_schedulers", nlohmann::json::array()}};
    for (std::size_t i = 0; i < children.size(); ++i) {
      // One that has not begun is at -1, one that is over where its successor began.
      const Epoch begin = i == 0 ? 0 : milestones[i - 1];
      const Epoch end = i < milestones.size() ? milestones[i] - 1 : t;
      const Epoch local = t < begin ? -1 : std::min(t, end) - begin;
      const auto& child = expect_dict(children[i], "schedulers");
      state["_schedulers"].push_back(write(child, local));
      if (local < 0 && state["_schedulers"].back().contains("_step_count")) {
        state["_schedulers"].back()["_step_count"] = 1;
      }
    }
    return state;
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

  void write_cyclic(nlohmann::json& state, const StateDict& options) const {
    const auto up = static_cast<double>(read_as<Epoch>(options, "step_size_up"));
    const auto down = read_as<std::optional<Epoch>>(options, "step_size_down");
    const double total = up + (down ? static_cast<double>(*down) : up);
    state["total_size"] = total;
    state["step_ratio"] = up / total;
    state["base_lrs"] = per_group(*options.find("base_lr"));
    state["max_lrs"] = per_group(*options.find("max_lr"));
    if (state["cycle_momentum"] == true) {
      state["base_momentums"] = per_group(*options.find("base_momentum"));
      state["max_momentums"] = per_group(*options.find("max_momentum"));
    }
    // PyTorch sets the mode of its own scale functions itself.
    if (state["mode"] == "exp_range") state["scale_mode"] = "iterations";
    state["_scale_fn_custom"] = nullptr;
    for (const char* key : {"base_lr", "max_lr", "step_size_up", "step_size_down", "base_momentum", "max_momentum"}) {
      state.erase(key);
    }
  }

  [[nodiscard]] static nlohmann::json write_one_cycle(nlohmann::json state, const StateDict& options) {
    const auto total = read_as<std::optional<Epoch>>(options, "total_steps");
    const Epoch steps = total ? *total : read_as<Epoch>(options, "epochs") * read_as<Epoch>(options, "steps_per_epoch");
    const double rise = read_as<double>(options, "pct_start") * static_cast<double>(steps);
    const auto phase = [](const nlohmann::json& end, const char* from, const char* to, const char* momentum_from,
                          const char* momentum_to) {
      return nlohmann::json{{"end_step", end},
                            {"start_lr", from},
                            {"end_lr", to},
                            {"start_momentum", momentum_from},
                            {"end_momentum", momentum_to}};
    };
    auto phases = nlohmann::json::array();
    phases.push_back(phase(rise - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"));
    if (state["three_phase"] == true) {
      phases.push_back(phase(2 * rise - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"));
      phases.push_back(phase(steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"));
    } else {
      phases.push_back(phase(steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"));
    }
    nlohmann::json result{{"total_steps", steps},
                          {"_schedule_phases", phases},
                          {"_anneal_func_type", state["anneal_strategy"]},
                          {"cycle_momentum", state["cycle_momentum"]}};
    for (const char* key :
         {"base_lrs", "last_epoch", "_step_count", "_is_initial", "_get_lr_called_within_step", "_last_lr"}) {
      result[key] = state[key];
    }
    return result;
  }

  nlohmann::json base_lrs_;
  nlohmann::json last_lrs_;
};

}  // namespace detail

/// Goes on from a run in Python: `text` is what json.dumps(scheduler.state_dict()) wrote there,
/// Infinity included, for a scheduler of the same class. Checks all of it, then writes the rates.
/// What PyTorch keeps in the optimizer and not in this state (the rates of OneCycleLR and SWALR,
/// momentum) comes from the constructed object. A rate within PyTorch's rounding, 1e-6 relative, of
/// the closed form is on it again. WarmupLR takes the state of a LinearLR that ends at 1. Throws
/// std::invalid_argument, with nothing changed, as load_state_dict() does.
template <Scalar T>
void load_pytorch_state_dict(Scheduler<T>& scheduler, std::string_view text,
                             OnMismatch on_mismatch = OnMismatch::error) {
  StateDict theirs;
  try {
    theirs = detail::dict_from_json(nlohmann::json::parse(detail::quote_python_constants(text)));
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(std::string("cannot load PyTorch's state: ") + error.what());
  }
  StateDict state = scheduler.state_dict();
  const StateDict constructed = detail::entry_dict(state, "options");
  try {
    StateDict options = detail::PytorchOptions::read(constructed, theirs, "");
    StateDict progress = detail::progress_from_pytorch(scheduler, detail::type_of_options(constructed), theirs);
    state.set("digits", std::int64_t{std::numeric_limits<double>::digits});
    state.set("options", std::move(options));
    state.set("progress", std::move(progress));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(detail::type_of_options(constructed) +
                                ": cannot load PyTorch's state: " + error.what());
  }
  scheduler.load_state_dict(state, on_mismatch);
}

/// Text for scheduler.load_state_dict(json.loads(text)) in Python, on a scheduler of the same class
/// with the same options there. As with PyTorch's own states, the rates of the optimizer are not
/// part of it. A MultiStepLR in Python keeps the milestones that it was constructed with, as JSON
/// cannot hold them in PyTorch's form. WarmupLR gives the state of a LinearLR. Throws
/// std::invalid_argument for schedules that PyTorch does not have, and for CosineAnnealingLR's
/// after_end and ReduceLROnPlateau's nan_policy where they are not as in PyTorch.
template <Scalar T>
[[nodiscard]] std::string to_pytorch_state_dict(const Scheduler<T>& scheduler) {
  const StateDict state = scheduler.state_dict();
  const StateValue doubles = detail::PytorchState::doubles(state);
  const StateDict& options = detail::entry_dict(*doubles.get_if<StateDict>(), "options");
  const StateDict& progress = detail::entry_dict(*doubles.get_if<StateDict>(), "progress");
  const auto encode = [](std::span<const T> rates) {
    return detail::encode(std::vector<T>(rates.begin(), rates.end()));
  };
  const detail::PytorchState writer(encode(scheduler.base_lrs()), encode(scheduler.get_lr()));
  const nlohmann::json json =
      detail::type_of_options(options) == "ReduceLROnPlateau"
          ? writer.write_plateau(options, progress)
          : writer.write(options, scheduler.last_epoch(), detail::read_as<double>(progress, "fraction"));
  std::string text = json.dump();
  for (const std::string_view infinity : {"\"Infinity\"", "\"-Infinity\""}) {
    for (std::size_t at = 0; (at = text.find(infinity, at)) != std::string::npos;) {
      text.replace(at, infinity.size(), infinity.substr(1, infinity.size() - 2));
    }
  }
  return text;
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_PYTORCH_HPP
