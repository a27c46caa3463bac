// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_EVERY_CONFIGURATION_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_EVERY_CONFIGURATION_HPP

#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::testing {

/// A configuration of each class, and of some of other frameworks. New ones go to the end: the inputs of the fuzzer
/// name them by place.
inline const std::vector<nlohmann::json>& every_configuration() {
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

/// Two groups, for which the configurations are.
template <Scalar T>
std::vector<ParamGroup<T>> configured_groups() {
  return {{.lr = T(0.1L), .momentum = T(0.9L)}, {.lr = T(0.2L), .momentum = T(0.8L)}};
}

/// Every function among the options gives 0.9.
template <Scalar T>
std::unique_ptr<Scheduler<T>> configured_scheduler(std::vector<ParamGroup<T>>& groups,
                                                   const nlohmann::json& configuration) {
  static const Registry<T> registry = frameworks::registry<T>();
  const CallableFromJson<T> callables = [](const nlohmann::json&) { return [](Epoch) { return T(0.9L); }; };
  return make_scheduler(groups, configuration, registry, callables);
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_EVERY_CONFIGURATION_HPP
