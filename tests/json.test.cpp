// SPDX-License-Identifier: MIT
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>

#include "support/catch.hpp"
#include "support/every_schedule.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;
DoubleGroups two() {
  return two_groups_with_momentum<double>();
}

/// "half" and "inverse" are functions, nothing else is.
std::function<double(Epoch)> named_function(const json& name) {
  if (name == "half") return [](Epoch) { return 0.5; };
  if (name == "inverse") return [](Epoch t) { return 1.0 / static_cast<double>(1 + t); };
  return nullptr;
}

/// What the reader says to this text, for two groups.
std::string message(const std::string& text) {
  auto groups = two();
  const auto before = groups;
  const std::string result =
      message_of([&] { (void)make_scheduler(groups, json::parse(text), CallableFromJson<double>(named_function)); });
  CHECK(same_groups(groups, before));
  return result;
}

struct Made {
  std::string text;
  long double rate;  // of the first group, 0.1, after three steps
};

TEST_CASE("every scheduler is made from its configuration") {
  const std::vector<Made> table{
      {R"({"type": "StepLR", "step_size": 2})", 0.01L},
      {R"({"type": "StepLR", "step_size": 2, "gamma": 0.5})", 0.05L},
      {R"({"type": "MultiStepLR", "milestones": [3, 1], "gamma": 0.5})", 0.025L},
      {R"({"type": "MultiStepLR"})", 0.1L},
      {R"({"type": "ConstantLR", "factor": 0.5})", 0.05L},
      {R"({"type": "LinearLR", "start_factor": 0.25, "end_factor": 1, "total_iters": 4})", 0.08125L},
      {R"({"type": "ExponentialLR", "gamma": 0.5})", 0.0125L},
      {R"({"type": "PolynomialLR", "total_iters": 4, "power": 2})", 0.00625L},
      {R"({"type": "CosineAnnealingLR", "T_max": 6})", 0.05L},
      {R"({"type": "CosineAnnealingLR", "T_max": 2, "eta_min": 0.02, "after_end": "hold"})", 0.02L},
      {R"({"type": "CosineAnnealingWarmRestarts", "T_0": 2, "T_mult": 2})", 0.08535533905932737622L},
      {R"({"type": "CyclicLR", "base_lr": 0.1, "max_lr": 0.5, "step_size_up": 2,
           "step_size_down": null, "mode": "triangular2", "scale_fn": null})",
       0.3L},
      {R"({"type": "CyclicLR", "base_lr": [0.1, 0.2], "max_lr": 0.5, "step_size_up": 4,
           "mode": "exp_range", "gamma": 1, "cycle_momentum": false, "scale_mode": "iterations"})",
       0.4L},
      {R"({"type": "OneCycleLR", "max_lr": 1, "epochs": 4, "steps_per_epoch": 2, "pct_start": 0.5,
           "anneal_strategy": "linear", "after_end": "error"})",
       1},
      {R"({"type": "SWALR", "swa_lr": 0.05, "anneal_epochs": 6})", 0.075L},
      {R"({"type": "WarmupLR", "warmup_steps": 4})", 0.075L},
      {R"({"type": "LambdaLR", "lr_lambda": "inverse"})", 0.025L},
      {R"({"type": "LambdaLR", "lr_lambda": ["half", "inverse"]})", 0.05L},
      {R"({"type": "MultiplicativeLR", "lr_lambda": "half"})", 0.0125L},
      {R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": 1, "mode": "max",
           "threshold_mode": "abs", "min_lr": [0, 0.1], "nan_policy": "ignore"})",
       0.05L},
      {R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": 0, "threshold_mode": "magnitude",
           "threshold_abs": 0.5, "min_scale": [0.25, 0], "best_in_cooldown": false, "start_from_epoch": 1,
           "smoothing": 0.5, "schedule": {"type": "WarmupLR", "warmup_steps": 4}, "on_reduction": null})",
       0.0375L},
      {R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": 1, "accumulate": 1, "schedule": null})", 0.05L},
      {R"({"type": "GreedyLR", "factor": 0.5, "patience": 0, "mode": "max", "threshold_mode": "rel", "cooldown": 1,
           "warmup": 1, "min_lr": [0, 0.1], "max_lr": 0.8, "smooth": true, "window_size": 2, "reset_start": 3})",
       0.1L},
      {R"({"type": "SequentialLR", "schedulers": [{"type": "WarmupLR", "warmup_steps": 2},
           {"type": "ExponentialLR", "gamma": 0.5}], "milestones": [2]})",
       0.05L},
      {R"({"type": "ChainedScheduler", "schedulers": [{"type": "ConstantLR", "factor": 0.5},
           {"type": "ExponentialLR", "gamma": 0.5}]})",
       0.00625L},
      {R"({"type": "PerGroup", "schedulers": [{"type": "ExponentialLR", "gamma": 0.5},
           {"type": "ConstantLR"}]})",
       0.0125L},
  };
  for (const auto& [text, rate] : table) {
    INFO(text);
    auto groups = two();
    const auto scheduler = make_scheduler(groups, json::parse(text), CallableFromJson<double>(named_function));
    for (int k = 0; k < 3; ++k) scheduler->step(1.0);
    CHECK(groups[0].lr == about(rate));
    CHECK(scheduler->last_epoch() == 3);
  }
}

TEST_CASE("a schedule is made from a configuration, without an optimizer") {
  const auto schedule = schedule_from_json<double>(json::parse(
      R"({"type": "SequentialLR", "milestones": [3],
          "schedulers": [{"type": "LinearLR", "start_factor": 0.25, "total_iters": 3},
                         {"type": "CosineAnnealingLR", "T_max": 4}]})"));
  CHECK(schedule.at(1, 0.8) == about(0.4L));
  CHECK(schedule.at(5, 0.8) == about(0.4L));
  CHECK(schedule == AnySchedule<double>(schedule::Sequential<double>{
                        .schedules = {schedule::Linear<double>{.start_factor = 0.25, .total_iters = 3},
                                      schedule::CosineAnnealing<double>{.T_max = 4}},
                        .milestones = {3}}));
  CHECK(message_of([] { (void)schedule_from_json<double>(json::parse(R"({"type": "ReduceLROnPlateau"})")); }) ==
        "type: ReduceLROnPlateau is no schedule: it depends on a metric");
  CHECK(message_of([] { (void)schedule_from_json<double>(json::parse(R"({"type": "StepLR", "step_size": 0})")); }) ==
        "StepLR: step_size must be positive, got 0");
}

struct Refused {
  std::string text;
  std::string message;
};

TEST_CASE("a configuration with a mistake is refused, and its place is named") {
  const std::vector<Refused> table{
      {R"([])", "expected a JSON object, got array"},
      {R"("StepLR")", "expected a JSON object, got string"},
      {R"({})", "type: missing key"},
      {R"({"type": 3})", "type: expected the name of a scheduler, got 3"},
      {R"({"type": "AdamLR"})", "type: unknown scheduler \"AdamLR\", did you mean \"NoamLR\"?"},
      // keys
      {R"({"type": "StepLR", "step_size": 3, "gama": 0.5})", "gama: unknown key for StepLR, did you mean \"gamma\"?"},
      {R"({"type": "StepLR", "gamma": 0.5})", "step_size: missing key, StepLR requires it"},
      {R"({"type": "ExponentialLR"})", "gamma: missing key, ExponentialLR requires it"},
      {R"({"type": "CosineAnnealingLR"})", "T_max: missing key, CosineAnnealingLR requires it"},
      {R"({"type": "CosineAnnealingWarmRestarts"})", "T_0: missing key, CosineAnnealingWarmRestarts requires it"},
      {R"({"type": "CyclicLR", "base_lr": 0.1})", "max_lr: missing key, CyclicLR requires it"},
      {R"({"type": "OneCycleLR"})", "max_lr: missing key, OneCycleLR requires it"},
      {R"({"type": "SWALR"})", "swa_lr: missing key, SWALR requires it"},
      {R"({"type": "WarmupLR"})", "warmup_steps: missing key, WarmupLR requires it"},
      {R"({"type": "LambdaLR"})", "lr_lambda: missing key, LambdaLR requires it"},
      {R"({"type": "ReduceLROnPlateau", "verbose": true})",
       "verbose: unknown key for ReduceLROnPlateau, did you mean \"mode\"?"},
      // types
      {R"({"type": "StepLR", "step_size": "3"})", "step_size: expected an integer, got \"3\""},
      {R"({"type": "StepLR", "step_size": 3, "gamma": "0.5"})", "gamma: expected a number, got \"0.5\""},
      {R"({"type": "SWALR", "swa_lr": [0.1, "0.5"]})", "swa_lr[1]: expected a number, got \"0.5\""},
      {R"({"type": "SWALR", "swa_lr": []})", "swa_lr: expected a value or some, got []"},
      {R"({"type": "LambdaLR", "lr_lambda": []})", "lr_lambda: expected a function or some, got []"},
      {R"({"type": "StepLR", "step_size": 2.5})", "step_size: expected an integer, got 2.5"},
      {R"({"type": "StepLR", "step_size": null})", "step_size: expected an integer, got null"},
      {R"({"type": "StepLR", "step_size": true})", "step_size: expected an integer, got true"},
      {R"({"type": "StepLR", "step_size": 3, "gamma": null})", "gamma: expected a number, got null"},
      {R"({"type": "StepLR", "step_size": 3, "gamma": true})", "gamma: expected a number, got true"},
      {R"({"type": "StepLR", "step_size": 3, "gamma": "much"})", "gamma: expected a number, got \"much\""},
      {R"({"type": "StepLR", "step_size": 18446744073709551615})", "step_size: 18446744073709551615 is too large"},
      {R"({"type": "MultiStepLR", "milestones": 3})", "milestones: expected a list, got 3"},
      {R"({"type": "MultiStepLR", "milestones": [3, "4"]})", "milestones[1]: expected an integer, got \"4\""},
      {R"({"type": "CosineAnnealingLR", "T_max": 3, "after_end": "stop"})",
       R"(after_end: expected "rebound" or "hold", got "stop")"},
      {R"({"type": "SWALR", "swa_lr": 0.1, "anneal_strategy": 1})",
       R"(anneal_strategy: expected "cos" or "linear", got 1)"},
      {R"({"type": "CyclicLR", "base_lr": [0.1, "a"], "max_lr": 0.5})", "base_lr[1]: expected a number, got \"a\""},
      {R"({"type": "CyclicLR", "base_lr": 0.1, "max_lr": 0.5, "cycle_momentum": 1})",
       "cycle_momentum: expected true or false, got 1"},
      {R"({"type": "CyclicLR", "base_lr": 0.1, "max_lr": 0.5, "scale_fn": "half"})",
       "scale_fn: expected null, as a function cannot be read, got \"half\""},
      {R"({"type": "LambdaLR", "lr_lambda": "double"})",
       "lr_lambda: expected a function, known to the reader by what stands here, got \"double\""},
      {R"({"type": "LambdaLR", "lr_lambda": ["half", 3]})",
       "lr_lambda[1]: expected a function, known to the reader by what stands here, got 3"},
      {R"({"type": "ReduceLROnPlateau", "mode": "maximum"})", R"(mode: expected "min" or "max", got "maximum")"},
      // nested
      {R"({"type": "SequentialLR", "schedulers": {"type": "StepLR"}, "milestones": []})",
       "schedulers: expected a list, got StepLR()"},
      {R"({"type": "SequentialLR", "schedulers": [3], "milestones": []})", "schedulers[0]: expected an object, got 3"},
      {R"({"type": "SequentialLR", "milestones": [3], "schedulers":
           [{"type": "LinearLR"}, {"type": "ExponentialLR", "gamma": "a"}]})",
       "schedulers[1].gamma: expected a number, got \"a\""},
      {R"({"type": "SequentialLR", "milestones": [3], "schedulers":
           [{"type": "LinearLR"}, {"type": "ExponentialLR"}]})",
       "schedulers[1].gamma: missing key, ExponentialLR requires it"},
      {R"({"type": "ChainedScheduler", "schedulers":
           [{"type": "LinearLR"}, {"type": "ChainedScheduler", "schedulers":
             [{"type": "LinearLR", "steps": 3}]}]})",
       "schedulers[1].schedulers[0].steps: unknown key for LinearLR, did you mean \"total_iters\"?"},
      {R"({"type": "ChainedScheduler", "schedulers": [{"typ": "LinearLR"}]})", "schedulers[0].type: missing key"},
      {R"({"type": "ChainedScheduler", "schedulers": [{"type": "ReduceLROnPlateau"}]})",
       "schedulers[0].type: ReduceLROnPlateau is no schedule: it depends on a metric"},
      {R"({"type": "ReduceLROnPlateau", "schedule": {"type": "GreedyLR"}})",
       "schedule.type: GreedyLR is no schedule: it depends on a metric"},
      {R"({"type": "ReduceLROnPlateau", "schedule": {"type": "StepLR"}})",
       "schedule.step_size: missing key, StepLR requires it"},
      {R"({"type": "ReduceLROnPlateau", "schedule": 3})", "schedule: expected an object, got 3"},
      {R"({"type": "ReduceLROnPlateau", "on_reduction": "log"})",
       "on_reduction: expected null, as a function cannot be read, got \"log\""},
      {R"({"type": "GreedyLR", "warm_up": 3})", "warm_up: unknown key for GreedyLR, did you mean \"warmup\"?"},
      {R"({"type": "GreedLR"})", "type: unknown scheduler \"GreedLR\", did you mean \"GreedyLR\"?"},
      {R"({"type": "ChainedScheduler", "schedulers": [{"type": "AdamLR"}]})",
       "schedulers[0].type: unknown scheduler \"AdamLR\", did you mean \"NoamLR\"?"},
      // values
      {R"({"type": "ChainedScheduler"})", "ChainedScheduler: needs at least one scheduler, got none"},
      {R"({"type": "SequentialLR", "schedulers": [{"type": "LinearLR"}], "milestones": [3]})",
       "SequentialLR: 1 schedulers need 0 milestones, got 1"},
      {R"({"type": "SequentialLR", "milestones": [3], "schedulers":
           [{"type": "LinearLR"}, {"type": "ExponentialLR", "gamma": -1}]})",
       "SequentialLR: schedulers[1]: ExponentialLR: gamma must be finite and not negative, got -1"},
      {R"({"type": "SWALR", "swa_lr": [0.1, 0.2, 0.3]})", "SWALR: swa_lr has 3 values for 2 parameter groups"},
      {R"({"type": "StepLR", "step_size": 3, "gamma": "NaN"})", "gamma: expected a number, got \"NaN\""},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(message(text) == expected);
  }
}

TEST_CASE("a configuration that is nested too deep is refused") {
  json config = json::parse(R"({"type": "LinearLR"})");
  const auto nest = [&config](int times) {
    for (int k = 0; k < times; ++k) {
      config = {{"type", "ChainedScheduler"}, {"schedulers", {config}}};
    }
  };
  nest(60);
  CHECK(schedule_from_json<double>(config).abilities(0).closed_form);
  nest(10);
  CHECK(message_of([&] { (void)schedule_from_json<double>(config); }).ends_with(": nested too deep"));
}

TEST_CASE("without a reader of functions, LambdaLR cannot be made") {
  CHECK(message_of([] {
          (void)schedule_from_json<double>(json::parse(R"({"type": "LambdaLR", "lr_lambda": "half"})"));
        }) == "lr_lambda: expected a function, known to the reader by what stands here, got \"half\"");
}

TEST_CASE("integers do for reals, and reals are read in the precision of the rates") {
  const auto single = schedule_from_json<float>(json::parse(R"({"type": "ExponentialLR", "gamma": 0.1})"));
  CHECK(single.at(1, 1.0F) == 0.1F);
  const auto schedule = schedule_from_json<double>(json::parse(R"({"type": "ExponentialLR", "gamma": 2})"));
  CHECK(schedule.at(3, 0.5) == 4);
}

TEMPLATE_TEST_CASE("every scheduler is made again from the options in its state", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (example.facts.has_function) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    const auto scheduler = example.bind(groups);
    const json options = json::parse(to_json(scheduler->state_dict()).at("options").dump());
    INFO(options);
    const auto made = make_scheduler(others, options);
    const Scheduler<T>& left = *made;
    const Scheduler<T>& right = *scheduler;
    CHECK(typeid(left) == typeid(right));
    CHECK(to_json(made->state_dict()).at("options") == options);
    for (int k = 0; k < 12; ++k) {
      CHECK(same_groups(others, groups));
      for (Scheduler<T>* each : {scheduler.get(), made.get()}) each->step(T(1 + k % 3));
    }
    CHECK(made->state_dict() == scheduler->state_dict());
    if (example.schedule) CHECK(schedule_from_json<T>(options) == *example.schedule);
  }
}

TEST_CASE("the options of a state are a configuration of the same scheduler") {
  for (const char* text : {R"({"type": "CyclicLR", "base_lr": [0.1, 0.2], "max_lr": 0.5, "step_size_down": 7})",
                           R"({"type": "OneCycleLR", "max_lr": 0.5, "total_steps": 20, "three_phase": true})",
                           R"({"type": "ReduceLROnPlateau", "mode": "max", "min_lr": [0.1, 0.2]})",
                           R"({"type": "SequentialLR", "milestones": [3], "schedulers":
            [{"type": "WarmupLR", "warmup_steps": 3}, {"type": "CosineAnnealingLR", "T_max": 9}]})"}) {
    INFO(text);
    auto groups = two();
    auto others = two();
    const auto scheduler = make_scheduler(groups, json::parse(text));
    const json options = to_json(scheduler->state_dict()).at("options");
    const auto copy = make_scheduler(others, options);
    CHECK(to_json(copy->state_dict()).at("options") == options);
    CHECK(copy->state_dict() == scheduler->state_dict());
  }
}

TEST_CASE("numbers that JSON does not have are written as texts") {
  StateDict state;
  state.set("infinite", std::numeric_limits<double>::infinity());
  state.set("lowest", -std::numeric_limits<double>::infinity());
  state.set("none", StateValue());
  const json written = to_json(state);
  CHECK(written == json::parse(R"({"infinite": "Infinity", "lowest": "-Infinity", "none": null})"));
  // A text stays a text until an option that is a real reads it.
  StateDict texts;
  texts.set("infinite", "Infinity");
  texts.set("lowest", "-Infinity");
  texts.set("none", StateValue());
  CHECK(state_from_json(written) == texts);
  CHECK(to_json(StateValue(std::numeric_limits<double>::quiet_NaN())) == json("NaN"));
}

TEST_CASE("a choice that leaves out the first name is read, and written, as what it says") {
  for (const AfterEnd after_end : {AfterEnd::hold, AfterEnd::error}) {
    const std::string name = after_end == AfterEnd::hold ? "hold" : "error";
    const AnySchedule<double> schedule = schedule_from_json<double>(
        nlohmann::json{{"type", "OneCycleLR"}, {"max_lr", 1}, {"total_steps", 4}, {"after_end", name}});
    CHECK(schedule.as<schedule::OneCycle<double>>().after_end == after_end);
    Groups<double> groups{{.lr = 1, .momentum = 0.9}};
    Scheduled scheduler{groups, schedule};
    CHECK(to_json(scheduler.state_dict()).at("options").at("after_end") == name);
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
