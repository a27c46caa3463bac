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

#include <lr_scheduler/pytorch.hpp>

namespace lr_scheduler::testing {

inline const std::vector<const char*>& fuzzed_configurations() {
  static const std::vector<const char*> configurations{
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
  };
  return configurations;
}

struct LoaderFailure : std::logic_error {
  using std::logic_error::logic_error;
};

/// Feeds text to one of the loaders: the first byte chooses the scheduler, the second the loader.
/// Throws LoaderFailure where a loader that refused its input has changed something, or one that
/// took it has left a scheduler that cannot go on.
inline void check_loaders(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return;
  const auto& configurations = fuzzed_configurations();
  const char* configuration = configurations[data[0] % configurations.size()];
  const unsigned loader = data[1] % 8;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  const CallableFromJson<double> callables = [](const nlohmann::json&) { return [](Epoch) { return 0.9; }; };
  std::vector<ParamGroup<double>> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.2, .momentum = 0.8}};
  const auto scheduler = make_scheduler(groups, nlohmann::json::parse(configuration), callables);
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
      const auto other = make_scheduler(groups, nlohmann::json::parse(text), callables);
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

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP
