// SPDX-License-Identifier: MIT
// Texts for and from PyTorch that cross other features: written here and read here again, with momentum
// of 1 and more, with what no run can have.
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/pytorch.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

std::function<double(Epoch)> half_for_any_name(const nlohmann::json&) {
  return [](Epoch) { return 0.5; };
}

std::unique_ptr<Scheduler<double>> make(DoubleGroups& groups, const std::string& configuration) {
  return make_scheduler(groups, nlohmann::json::parse(configuration), CallableFromJson<double>(half_for_any_name));
}

TEST_CASE("a text written for PyTorch loads here again, and both runs go on alike") {
  const std::string configuration = GENERATE(
      as<std::string>{},  //
      R"({"type": "StepLR", "step_size": 3})", R"({"type": "MultiStepLR", "milestones": [7, 3], "gamma": 0.5})",
      R"({"type": "MultiStepLR", "milestones": [3, 10, 3]})", R"({"type": "MultiStepLR"})",
      R"({"type": "ConstantLR", "factor": 0.5, "total_iters": 6})", R"({"type": "LinearLR", "total_iters": 8})",
      R"({"type": "ExponentialLR", "gamma": 0.5})", R"({"type": "PolynomialLR", "total_iters": 8, "power": 2})",
      R"({"type": "WarmupLR", "warmup_steps": 8, "start_factor": 0.25})",
      R"({"type": "CosineAnnealingLR", "T_max": 8, "eta_min": 0.01})",
      R"({"type": "CosineAnnealingWarmRestarts", "T_0": 2, "T_mult": 2})",
      R"({"type": "CyclicLR", "base_lr": 0.1, "max_lr": 0.5,
                                                 "step_size_up": 2, "step_size_down": 3})",
      R"({"type": "OneCycleLR", "max_lr": [0.5, 1], "total_steps": 12})",
      R"({"type": "LambdaLR", "lr_lambda": "half"})", R"({"type": "MultiplicativeLR", "lr_lambda": "half"})",
      R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": 1})",
      R"({"type": "SequentialLR", "milestones": [2, 6], "schedulers": [
                                                   {"type": "LinearLR", "total_iters": 2},
                                                   {"type": "MultiStepLR", "milestones": [2, 10]},
                                                   {"type": "ExponentialLR", "gamma": 0.5}]})",
      R"({"type": "ChainedScheduler", "schedulers": [
                                                   {"type": "MultiStepLR", "milestones": [4, 11]},
                                                   {"type": "ExponentialLR", "gamma": 0.5}]})");
  INFO(configuration);
  DoubleGroups groups = two_groups_with_momentum<double>();
  const auto saved = make(groups, configuration);
  for (int k = 0; k < 4; ++k) saved->step(1.0);

  DoubleGroups resumed_groups = two_groups_with_momentum<double>();
  const auto resumed = make(resumed_groups, configuration);
  load_pytorch_state_dict(*resumed, to_pytorch_state_dict(*saved));
  for (int k = 0; k < 8; ++k) {
    INFO("after epoch " << 4 + k);
    CHECK(resumed->last_epoch() == saved->last_epoch());
    REQUIRE(resumed_groups.size() == 2);
    CHECK(resumed_groups[0].lr == about(groups[0].lr));
    CHECK(resumed_groups[1].lr == about(groups[1].lr));
    if (k > 0) CHECK(resumed_groups[0].momentum == groups[0].momentum);
    if (k < 7) {
      saved->step(1.0);
      resumed->step(1.0);
    }
  }
}

TEST_CASE("momentum of 1 and more is traded with PyTorch") {
  const std::string configuration = R"({"type": "CyclicLR", "base_lr": 1, "max_lr": 5, "step_size_up": 4,
                                        "base_momentum": 1, "max_momentum": 5})";
  DoubleGroups groups = two_groups_with_momentum<double>();
  const auto saved = make(groups, configuration);
  saved->step();
  CHECK(groups[0].momentum == 4.0);
  DoubleGroups resumed_groups = two_groups_with_momentum<double>();
  const auto resumed = make(resumed_groups, configuration);
  load_pytorch_state_dict(*resumed, to_pytorch_state_dict(*saved));
  resumed->step();
  CHECK(resumed_groups[0].momentum == 3.0);
  CHECK(resumed_groups[0].lr == 3);
}

/// A text with something else in place of a part of it.
std::string replaced(std::string text, std::string_view part, std::string_view other) {
  const std::size_t place = text.find(part);
  REQUIRE(place != std::string::npos);
  return text.replace(place, part.size(), other);
}

void check_refuses(Scheduler<double>& scheduler, const DoubleGroups& groups, const std::string& text) {
  INFO(text);
  const DoubleGroups before = groups;
  const StateDict state = scheduler.state_dict();
  CHECK_THROWS_AS(load_pytorch_state_dict(scheduler, text), std::invalid_argument);
  CHECK(same_groups(groups, before));
  CHECK(scheduler.state_dict() == state);
}

TEST_CASE("a text from PyTorch with a rate that is negative or not finite is refused") {
  DoubleGroups groups{{.lr = 0.5}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  // What json.dumps(scheduler.state_dict()) writes.
  const std::string text =
      R"({"gamma": 0.5, "base_lrs": [0.5], "last_epoch": 2, "_step_count": 3, "_is_initial": false, )"
      R"("_get_lr_called_within_step": false, "_last_lr": [0.125]})";
  for (const char* rate : {"-0.125", "Infinity", "-Infinity", "NaN"}) {
    check_refuses(scheduler, groups, replaced(text, "0.125", rate));
    check_refuses(scheduler, groups, replaced(text, "[0.5]", "[" + std::string(rate) + "]"));
  }
  load_pytorch_state_dict(scheduler, text);
  CHECK(groups[0].lr == 0.125);
  scheduler.step();
  CHECK(groups[0].lr == 0.0625);
}

TEST_CASE("a text from PyTorch with a counter past 2^62 is refused") {
  DoubleGroups groups{{.lr = 0.5}};
  ReduceLROnPlateau plateau{groups, {.factor = 0.5, .patience = 10}};
  const std::string text =
      R"({"factor": 0.5, "default_min_lr": 0, "min_lrs": [0], "patience": 10, "cooldown": 0, "eps": 1e-08, )"
      R"("last_epoch": 2, "_last_lr": [0.5], "mode": "min", "threshold": 0.0001, "threshold_mode": "rel", )"
      R"("best": 1.0, "num_bad_epochs": 1, "mode_worse": Infinity, "cooldown_counter": 0})";
  for (const char* counter : {"\"last_epoch\": 2", "\"num_bad_epochs\": 1", "\"cooldown_counter\": 0"}) {
    std::string key = counter;
    key.pop_back();
    check_refuses(plateau, groups, replaced(text, counter, key + "9223372036854775807"));
    check_refuses(plateau, groups, replaced(text, counter, key + "4611686018427387905"));
  }
  load_pytorch_state_dict(plateau, text);
  CHECK(plateau.num_bad_epochs() == 1);
}

}  // namespace
}  // namespace lr_scheduler::testing
