// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP
#define LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/pytorch.hpp>

namespace lr_scheduler::testing {

/// A configuration of each class, and of some of other frameworks. New ones go to the end: inputs name them by place.
inline const std::vector<nlohmann::json>& fuzzed_configurations() {
  static constexpr const char* texts[] = {
      R"({"type": "StepLR", "step_size": 3})",
      R"({"type": "MultiStepLR", "milestones": [2, 5, 5]})",
      R"({"type": "LinearLR"})",
      R"({"type": "CosineAnnealingLR", "T_max": 5})",
      R"({"type": "CosineAnnealingWarmRestarts", "T_0": 2, "T_mult": 2})",
      R"({"type": "CyclicLR", "base_lr": 0.1, "max_lr": [0.2, 0.3], "step_size_up": 3})",
      R"({"type": "OneCycleLR", "max_lr": 0.5, "total_steps": 9})",
      R"({"type": "SWALR", "swa_lr": 0.05})",
      R"({"type": "ReduceLROnPlateau", "patience": 1})",
      R"({"type": "LambdaLR", "lr_lambda": 0})",
      R"({"type": "MultiplicativeLR", "lr_lambda": [0, 0]})",
      R"({"type": "SequentialLR", "milestones": [3], "schedulers": [
          {"type": "WarmupLR", "warmup_steps": 3}, {"type": "ExponentialLR", "gamma": 0.9}]})",
      R"({"type": "ChainedScheduler", "schedulers": [
          {"type": "PolynomialLR"}, {"type": "ConstantLR"},
          {"type": "SequentialLR", "milestones": [2], "schedulers": [
              {"type": "LinearLR"}, {"type": "CosineAnnealingLR", "T_max": 4}]}]})",
      R"({"type": "ConstantLR", "factor": 0.3, "total_iters": 4})",
      R"({"type": "ExponentialLR", "gamma": 0.9})",
      R"({"type": "PolynomialLR", "power": 1.5, "total_iters": 9})",
      R"({"type": "WarmupLR", "warmup_steps": 7, "first_update": "one_of_w"})",
      R"({"type": "WarmupCosineLR", "warmup_steps": 2, "total_steps": 14, "num_cycles": 1.5})",
      R"({"type": "WarmupLinearLR", "warmup_steps": 5, "total_steps": 17})",
      R"({"type": "WarmupPolynomialLR", "warmup_steps": 2, "total_steps": 11, "power": 1.5})",
      R"({"type": "WarmupInverseSqrtLR", "warmup_steps": 2, "timescale": 10.5})",
      R"({"type": "WarmupStableDecayLR", "warmup_steps": 1, "stable_steps": 1, "decay_steps": 9})",
      R"({"type": "NoamLR", "d_model": 4, "warmup_steps": 4})",
      R"({"type": "RexLR", "total_steps": 9})",
      R"({"type": "InverseTimeLR", "timescale": 2, "power": 0.5, "staircase": true})",
      R"({"type": "Anneal", "shape": "exponential", "steps": 5, "start_factor": 0, "end_factor": 1})",
      R"({"type": "PiecewiseLR", "boundaries": [4, 9], "scales": [0.2, 1, 0.1], "interpolation": "linear"})",
      R"({"type": "ExponentialWarmup", "warmup_period": 4})",
      R"({"type": "RAdamWarmup", "beta2": 0.9})",
      R"({"type": "Cycles", "length": 4, "length_mult": 1.5, "decay": 0.5, "scheduler": {"type": "LinearLR"}})",
      R"({"type": "Retimed", "begin": -1.5, "end": 5, "stretch": 1.5, "scheduler": {
          "type": "CosineAnnealingLR", "T_max": 6}})",
      R"({"type": "Scaled", "floor": 0.01, "by": {"type": "WarmupLR", "warmup_steps": 3}, "scheduler": {
          "type": "StepLR", "step_size": 2}})",
      R"({"type": "Clamp", "min_lr": 0.03, "max_ratio": 0.7, "scheduler": {"type": "ExponentialLR", "gamma": 0.5}})",
      R"({"type": "BaseRate", "base_lr": 0.2, "scheduler": {"type": "StepLR", "step_size": 3}})",
      R"({"type": "PerGroup", "schedulers": [{"type": "ExponentialLR", "gamma": 0.5}, {"type": "LinearLR"}]})",
      R"({"type": "ReduceLROnPlateau", "mode": "max", "patience": 0, "cooldown": 1, "min_lr": [0.02, 0.01],
          "accumulate": 2, "smoothing": 0.5, "schedule": {"type": "WarmupLR", "warmup_steps": 4}})",
      R"({"type": "GreedyLR", "patience": 0, "smooth": true, "window_size": 3})",
      R"({"type": "transformers.cosine", "num_warmup_steps": 2, "num_training_steps": 9})",
      R"({"type": "timm.CosineLRScheduler", "t_initial": 4, "warmup_t": 2, "cycle_limit": 3})",
      R"({"type": "optax.warmup_cosine_decay_schedule", "init_value": 0.0, "peak_value": 1.0, "warmup_steps": 2,
          "decay_steps": 9})",
      R"({"type": "keras.PolynomialDecay", "initial_learning_rate": 0.1, "decay_steps": 4, "cycle": true})",
      R"({"type": "deepspeed.WarmupDecayLR", "total_num_steps": 9})",
  };
  static const std::vector<nlohmann::json> configurations = [] {
    std::vector<nlohmann::json> parsed;
    for (const char* text : texts) parsed.push_back(nlohmann::json::parse(text));
    return parsed;
  }();
  return configurations;
}

/// An input for each configuration and each loader that has something to read.
struct Seed {
  std::string name;
  std::string bytes;
};

struct LoaderFailure : std::logic_error {
  using std::logic_error::logic_error;
};

inline CallableFromJson<double> fuzzed_callables() {
  return [](const nlohmann::json&) { return [](Epoch) { return 0.9; }; };
}

inline std::unique_ptr<Scheduler<double>> fuzzed_scheduler(std::vector<ParamGroup<double>>& groups,
                                                           const nlohmann::json& configuration) {
  static const Registry<double> registry = frameworks::registry<double>();
  return make_scheduler(groups, configuration, registry, fuzzed_callables());
}

inline std::vector<ParamGroup<double>> fuzzed_groups() {
  return {{.lr = 0.1, .momentum = 0.9}, {.lr = 0.2, .momentum = 0.8}};
}

/// Feeds text to one of the loaders: the first byte chooses the scheduler ('A' is the first), the second the loader.
/// Throws LoaderFailure where a loader that refused its input has changed something, or one that
/// took it has left a scheduler that cannot go on.
inline void check_loaders(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return;
  const auto& configurations = fuzzed_configurations();
  const nlohmann::json& configuration =
      configurations[static_cast<unsigned char>(data[0] - 'A') % configurations.size()];
  const unsigned loader = data[1] % 8;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  std::vector<ParamGroup<double>> groups = fuzzed_groups();
  const auto scheduler = fuzzed_scheduler(groups, configuration);
  scheduler->step(0.5);
  const StateDict state = scheduler->state_dict();
  const OnMismatch on_mismatch = loader % 3 == 0   ? OnMismatch::error
                                 : loader % 3 == 1 ? OnMismatch::keep_constructed
                                                   : OnMismatch::take_saved;
  try {
    if (loader < 3) {
      scheduler->load_state_dict(state_from_json(nlohmann::json::parse(text)), on_mismatch);
    } else if (loader < 6) {
      load_pytorch_state_dict(*scheduler, text, on_mismatch);
    } else {
      const auto other = fuzzed_scheduler(groups, nlohmann::json::parse(text));
      other->step(0.5);
      return;
    }
  } catch (const std::exception&) {
    if (!(scheduler->state_dict() == state)) {
      throw LoaderFailure("a refused input has changed the scheduler");
    }
    return;
  }
  const StateDict loaded = scheduler->state_dict();
  if (!(state_from_json(nlohmann::json::parse(to_json(loaded).dump())) == loaded)) {
    throw LoaderFailure("a loaded state does not survive JSON");
  }
  scheduler->load_state_dict(loaded);
  if (!(scheduler->state_dict() == loaded)) {
    throw LoaderFailure("a loaded state does not load again");
  }
  try {
    for (int i = 0; i < 3; ++i) scheduler->step(0.4);
  } catch (const std::out_of_range&) {  // after_end = error
  }
  for (const double lr : scheduler->get_lr()) {
    if (std::isnan(lr)) throw LoaderFailure("a loaded state leads to a rate that is no number");
  }
}

inline std::vector<Seed> seeds() {
  std::vector<Seed> seeds;
  char place = 'A';
  for (const nlohmann::json& configuration : fuzzed_configurations()) {
    const std::string type = configuration.at("type");
    const auto add = [&](char loader, const std::string& text) {
      seeds.push_back({type + '-' + place + loader, {place, loader}});
      seeds.back().bytes += text;
    };
    add('6', configuration.dump());
    std::vector<ParamGroup<double>> groups = fuzzed_groups();
    const auto scheduler = fuzzed_scheduler(groups, configuration);
    for (int i = 0; i < 3; ++i) scheduler->step(0.5);
    const std::string state = to_json(scheduler->state_dict()).dump();
    add('0', state);
    add('2', state);
    try {
      add('5', to_pytorch_state_dict(*scheduler));
    } catch (const std::exception&) {  // PyTorch has no such class
    }
    ++place;
  }
  return seeds;
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP
