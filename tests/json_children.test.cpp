// SPDX-License-Identifier: MIT
// A schedule, or perhaps one, as an option of another: from JSON, in a state, printed, compared.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using json = nlohmann::json;
using Any = AnySchedule<double>;

/// A schedule of a user's own that is another, and after `switch_at` perhaps a third.
struct Either {
  Any first;
  std::optional<Any> second{};
  Count switch_at = 2;

  static constexpr std::string_view name = "Either";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("first", self.first);
    visit("second", self.second);
    visit("switch_at", self.switch_at);
  }
  double at(Epoch t, const Group<double>& group) const {
    return second && t >= switch_at ? second->at(t - switch_at, group) : first.at(t, group);
  }
};

Registry<double> registry_of_either() {
  Registry<double> registry;
  registry.add(Either{.first = schedule::Exponential<double>{.gamma = 0.5}});
  return registry;
}

Any read(const std::string& text) {
  return schedule_from_json<double>(json::parse(text), registry_of_either());
}
std::string refusal(const std::string& text) {
  return message_of([&] { (void)read(text); });
}

/// A state as it comes from a file.
StateDict through_json(const StateDict& state) {
  return state_from_json(json::parse(to_json(state).dump()));
}

TEST_CASE("a schedule in another is read from JSON, to any depth") {
  const Any schedule = read(
      R"({"type": "Scaled", "floor": 0.01,
          "scheduler": {"type": "Clamp", "max_lr": 0.3, "scheduler":
            {"type": "Cycles", "length": 2.5, "limit": 3, "scheduler": {"type": "StepLR", "step_size": 1}}},
          "by": {"type": "Retimed", "begin": -2, "scheduler": {"type": "WarmupLR", "warmup_steps": 4}}})");
  CHECK(schedule ==
        Any(schedule::Scaled<double>{
            .schedule =
                schedule::Clamp<double>{
                    .schedule =
                        schedule::Cycles<double>{
                            .schedule = schedule::Step<double>{.step_size = 1}, .length = 2.5, .limit = 3},
                    .max_lr = 0.3},
            .by = schedule::Retimed<double>{.schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}, .begin = -2},
            .floor = 0.01}));
  CHECK(read(R"({"type": "BaseRate", "base_lr": 1, "scheduler": {"type": "ExponentialLR", "gamma": 0.5}})").at(1, 9) ==
        0.5);
}

TEST_CASE("a schedule that is missing in another, or is none, is refused, and its place is named") {
  CHECK(refusal(R"({"type": "Clamp"})") == "scheduler: missing key, Clamp requires it");
  CHECK(refusal(R"({"type": "Cycles", "scheduler": {"type": "LinearLR"}})") ==
        "length: missing key, Cycles requires it");
  CHECK(refusal(R"({"type": "BaseRate", "scheduler": {"type": "LinearLR"}})") ==
        "base_lr: missing key, BaseRate requires it");
  CHECK(refusal(R"({"type": "Scaled", "scheduler": {"type": "LinearLR"}})") == "by: missing key, Scaled requires it");
  CHECK(refusal(R"({"type": "Clamp", "scheduler": 3})") == "scheduler: expected an object, got 3");
  CHECK(refusal(R"({"type": "Clamp", "scheduler": null})") == "scheduler: expected an object, got null");
  CHECK(refusal(R"({"type": "Clamp", "scheduler": [{"type": "LinearLR"}]})") ==
        "scheduler: expected an object, got [LinearLR()]");
  CHECK(refusal(R"({"type": "Clamp", "scheduler": {"typ": "LinearLR"}})") == "scheduler.type: missing key");
  CHECK(refusal(R"({"type": "Clamp", "scheduler": {"type": "ReduceLROnPlateau"}})") ==
        "scheduler.type: ReduceLROnPlateau is no schedule: it depends on a metric");
  CHECK(refusal(R"({"type": "Clamp", "schedulers": [{"type": "LinearLR"}]})") ==
        "schedulers: unknown key for Clamp, did you mean \"scheduler\"?");
  CHECK(
      refusal(R"({"type": "Clamp", "scheduler": {"type": "Retimed", "scheduler": {"type": "StepLR", "gamma": 1}}})") ==
      "scheduler.scheduler.step_size: missing key, StepLR requires it");
  CHECK(refusal(R"({"type": "ChainedScheduler", "schedulers": [
                     {"type": "Scaled", "scheduler": {"type": "LinearLR"}, "by": {"type": "LinearLR", "gama": 1}}]})") ==
        "schedulers[0].by.gama: unknown key for LinearLR, did you mean \"end_factor\"?");
  CHECK(
      refusal(
          R"({"type": "Clamp", "scheduler": {"type": "Retimed", "scheduler": {"type": "StepLR", "step_size": 0}}})") ==
      "Clamp: scheduler: Retimed: scheduler: StepLR: step_size must be positive, got 0");
}

TEST_CASE("schedules in one another are refused where they are nested too deep") {
  json config = json::parse(R"({"type": "LinearLR"})");
  const auto nest = [&config](int times) {
    for (int k = 0; k < times; ++k) config = json{{"type", "Clamp"}, {"scheduler", config}};
  };
  nest(64);
  CHECK(schedule_from_json<double>(config).at(9, 0.3) == 0.3);
  nest(1);
  CHECK(message_of([&] { (void)schedule_from_json<double>(config); }).ends_with(": nested more than 64 deep"));
  nest(1000);
  CHECK(message_of([&] { (void)schedule_from_json<double>(config); }).ends_with(": nested too deep"));
}

TEST_CASE("lengths of time are read from integers and reals, and from nothing else") {
  CHECK(read(R"({"type": "Anneal", "steps": 4})") == Any(schedule::Anneal<double>{.steps = 4}));
  CHECK(read(R"({"type": "Anneal", "steps": 2.5})") == Any(schedule::Anneal<double>{.steps = 2.5}));
  CHECK(read(R"({"type": "PiecewiseLR", "boundaries": [1, 2.5], "values": [1, 0.5, 0.25]})") ==
        Any(schedule::Piecewise<double>{.boundaries = {1, 2.5}, .values = {1, 0.5, 0.25}}));
  CHECK(read(R"({"type": "Retimed", "scheduler": {"type": "LinearLR"}, "begin": -1, "end": null, "stretch": 0.5})") ==
        Any(schedule::Retimed<double>{.schedule = schedule::Linear<double>{}, .begin = -1, .stretch = 0.5}));
  CHECK(refusal(R"({"type": "Anneal", "steps": "4"})") == "steps: expected a number, got \"4\"");
  CHECK(refusal(R"({"type": "Anneal", "steps": null})") == "steps: expected a number, got null");
  CHECK(refusal(R"({"type": "Anneal", "steps": true})") == "steps: expected a number, got true");
  CHECK(refusal(R"({"type": "PiecewiseLR", "boundaries": [1, "2"]})") == "boundaries[1]: expected a number, got \"2\"");
  CHECK(refusal(R"({"type": "PiecewiseLR", "boundaries": 2})") == "boundaries: expected a list, got 2");
  CHECK(refusal(R"({"type": "Retimed", "scheduler": {"type": "LinearLR"}, "end": "2"})") ==
        "end: expected a number, got \"2\"");
  CHECK(refusal(R"({"type": "Cycles", "scheduler": {"type": "LinearLR"}, "length": 2, "limit": 1.5})") ==
        "limit: expected an integer, got 1.5");
  CHECK(refusal(R"({"type": "Anneal", "steps": 4, "shape": "sqrt"})") ==
        R"(shape: expected "linear" or "cosine" or "1-sqrt" or "exponential" or "geometric", got "sqrt")");
  CHECK(refusal(R"({"type": "Anneal", "steps": 4, "after_end": "error"})") ==
        R"(after_end: expected "rebound" or "hold", got "error")");
}

TEST_CASE("boundaries from JSON are as good as those from C++, in any order or none") {
  CHECK(refusal(R"({"type": "PiecewiseLR", "boundaries": [3, 2], "values": [1, 0.5, 0.25]})") ==
        "PiecewiseLR: boundaries[1] must be greater than 3, got 2");
  CHECK(read(R"({"type": "PiecewiseLR", "values": [0.5]})").at(7, 1) == 0.5);
}

TEST_CASE("a schedule in another is printed with its options") {
  CHECK(to_string(schedule::Scaled<double>{.schedule = schedule::Anneal<double>{.steps = 2.5},
                                           .by = schedule::Exponential<double>{.gamma = 0.5}}) ==
        "Scaled(scheduler=Anneal(steps=2.5, shape=linear, power=1, time_power=1, ratio=0.5, start_factor=1, "
        "end_factor=0, "
        "after_end=hold), by=ExponentialLR(gamma=0.5), floor=0)");
  const Either either{.first = schedule::Exponential<double>{.gamma = 0.5}};
  CHECK(to_string(Any(either)) == "Either(first=ExponentialLR(gamma=0.5), switch_at=2)");
}

struct Loaded {
  Groups<double> groups{{.lr = 0.8}, {.lr = 0.4}};
  Scheduled<schedule::Clamp<double>, double> scheduler;

  explicit Loaded(const Any& child, double min_lr = 0.01) : scheduler(groups, {.schedule = child, .min_lr = min_lr}) {}
};

TEST_CASE("a schedule in another is compared with the state's") {
  const schedule::Exponential<double> halving{.gamma = 0.5};
  Loaded saved(halving);
  saved.scheduler.step();
  const StateDict state = through_json(saved.scheduler.state_dict());

  SECTION("the same is loaded") {
    Loaded same(halving);
    same.scheduler.load_state_dict(state);
    same.scheduler.step();
    CHECK(same.groups[0].lr == about(0.2L));
  }
  SECTION("another option is an error with both values, unless one is chosen") {
    Loaded other(schedule::Exponential<double>{.gamma = 0.25});
    const auto before = other.groups;
    CHECK(message_of([&] { other.scheduler.load_state_dict(state); }) ==
          "Clamp: cannot load the state: options.scheduler.gamma is 0.5 in the state and 0.25 in the scheduler");
    CHECK(same_groups(other.groups, before));
    other.scheduler.load_state_dict(state, OnMismatch::keep_constructed);
    CHECK(other.groups[0].lr == about(0.2L));
    other.scheduler.step();
    CHECK(other.groups[0].lr == about(0.05L));
    other.scheduler.load_state_dict(state, OnMismatch::take_saved);
    CHECK(other.groups[0].lr == about(0.4L));
    CHECK(other.scheduler.schedule() == saved.scheduler.schedule());
    other.scheduler.step();
    CHECK(other.groups[0].lr == about(0.2L));
  }
  SECTION("another class can be neither taken nor kept") {
    Loaded other(schedule::Step<double>{.step_size = 2});
    for (const auto on_mismatch : {OnMismatch::error, OnMismatch::keep_constructed, OnMismatch::take_saved}) {
      CHECK(message_of([&] { other.scheduler.load_state_dict(state, on_mismatch); }) ==
            "Clamp: cannot load the state: options.scheduler.type is ExponentialLR in the state and StepLR in the "
            "scheduler");
    }
  }
  SECTION("what is no schedule is refused") {
    const auto with_child = [&state](StateValue child) {
      StateDict options = *state.find("options")->get_if<StateDict>();
      options.set("scheduler", std::move(child));
      StateDict changed = state;
      changed.set("options", std::move(options));
      return changed;
    };
    Loaded other(halving);
    CHECK(message_of([&] { other.scheduler.load_state_dict(with_child(StateValue())); }) ==
          "Clamp: cannot load the state: options.scheduler: expected an object, got null");
    StateDict child;
    child.set("type", "ExponentialLR");
    CHECK(message_of([&] { other.scheduler.load_state_dict(with_child(child)); }) ==
          "Clamp: cannot load the state: options.scheduler.gamma: missing key");
    child.set("gamma", 0.5);
    child.set("step_size", std::int64_t{3});
    CHECK(message_of([&] { other.scheduler.load_state_dict(with_child(child)); }) ==
          "Clamp: cannot load the state: options.scheduler.step_size: unknown key for ExponentialLR");
    child = StateDict();
    child.set("type", "ExponentialLR");
    child.set("gamma", -0.5);
    CHECK(message_of([&] { other.scheduler.load_state_dict(with_child(child), OnMismatch::take_saved); }) ==
          "Clamp: cannot load the state: Clamp: scheduler: ExponentialLR: gamma must be finite and not negative, got "
          "-0.5");
  }
}

TEST_CASE("the length of a run of floats is compared in all its digits") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  Scheduled saved{groups, schedule::Anneal<float>{.steps = 20'000'001, .end_factor = 0.1F}};
  std::vector<ParamGroup<float>> others{{.lr = 0.1F}};
  Scheduled same{others, schedule::Anneal<float>{.steps = 20'000'001, .end_factor = 0.1F}};
  same.load_state_dict(through_json(saved.state_dict()));
  Scheduled loaded{others, schedule::Anneal<float>{.steps = 20'000'000, .end_factor = 0.1F}};
  CHECK(message_of([&] { loaded.load_state_dict(through_json(saved.state_dict())); }) ==
        "Anneal: cannot load the state: options.steps is 2.0000001e+07 in the state and 2e+07 in the scheduler");
  // Other options are floats: a run of doubles has other digits for them.
  std::vector<ParamGroup<double>> doubles{{.lr = 0.1}};
  Scheduled wide{doubles, schedule::Anneal<double>{.steps = 20'000'001, .end_factor = 0.1}};
  wide.load_state_dict(through_json(saved.state_dict()));
}

TEST_CASE("a user's own schedule that holds one, and perhaps another, is read, saved and resumed") {
  const std::string text =
      R"({"type": "Either", "first": {"type": "ConstantLR", "factor": 0.5},
          "second": {"type": "ExponentialLR", "gamma": 0.25}})";
  Groups<double> groups{{.lr = 0.8}};
  const auto scheduler = make_scheduler(groups, json::parse(text), registry_of_either());
  check_rates(*scheduler, groups, {{0.4L}, {0.4L}, {0.8L}, {0.2L}});
  CHECK(to_json(scheduler->state_dict()).at("options").at("second").at("gamma") == 0.25);

  Groups<double> others{{.lr = 0.8}};
  const auto resumed = make_scheduler(others, json::parse(text), registry_of_either());
  resumed->load_state_dict(through_json(scheduler->state_dict()));
  resumed->step();
  CHECK(others[0].lr == about(0.05L));

  CHECK(read(R"({"type": "Either"})") == Any(Either{.first = schedule::Exponential<double>{.gamma = 0.5}}));
  CHECK(read(R"({"type": "Either", "second": null})") == read(R"({"type": "Either"})"));
  CHECK_FALSE(read(text) == read(R"({"type": "Either", "first": {"type": "ConstantLR", "factor": 0.5}})"));
  CHECK(refusal(R"({"type": "Either", "second": 2})") == "second: expected an object, got 2");
  CHECK(refusal(R"({"type": "Either", "second": {"type": "StepLR"}})") ==
        "second.step_size: missing key, StepLR requires it");
}

TEST_CASE("a schedule that is there in the state or in the scheduler alone is refused, and a list is checked in both") {
  const Any constant = schedule::Constant<double>{.factor = 0.5};
  Groups<double> groups{{.lr = 0.8}};
  Scheduled with{groups, Either{.first = constant, .second = constant}};
  Groups<double> others{{.lr = 0.8}};
  Scheduled without{others, Either{.first = constant}};
  for (const auto on_mismatch : {OnMismatch::error, OnMismatch::keep_constructed, OnMismatch::take_saved}) {
    CHECK(message_of([&] { without.load_state_dict(through_json(with.state_dict()), on_mismatch); }) ==
          "Either: cannot load the state: options.second is there in the state and none in the scheduler");
    CHECK(message_of([&] { with.load_state_dict(through_json(without.state_dict()), on_mismatch); }) ==
          "Either: cannot load the state: options.second is none in the state and there in the scheduler");
  }
  without.load_state_dict(through_json(without.state_dict()));

  const schedule::SWA<double> of_two{.swa_lr = {0.1, 0.2}};
  CHECK(message_of([&] { Scheduled(groups, Either{.first = of_two}); }) ==
        "SWALR: swa_lr has 2 values for 1 parameter groups");
  CHECK(message_of([&] { Scheduled(groups, Either{.first = constant, .second = of_two}); }) ==
        "SWALR: swa_lr has 2 values for 1 parameter groups");
}

}  // namespace
}  // namespace lr_scheduler::testing
