// SPDX-License-Identifier: MIT
// JSON where it crosses other features: texts that look like numbers, reals that are whole, names that an
// option takes elsewhere.
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;
/// A schedule of a user's own with a text among its options.
struct Labelled {
  std::string label = "none";
  double factor = 1;

  static constexpr std::string_view name = "Labelled";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("label", self.label);
    visit("factor", self.factor);
  }

  double at(Epoch, double base_lr) const { return factor * base_lr; }
};

TEST_CASE("a text that spells a number comes back from JSON as the text that it is") {
  const std::string label = GENERATE(as<std::string>{}, "NaN", "Infinity", "-Infinity", "nan", "1e5", "0x10", "null");
  INFO(label);
  DoubleGroups groups{{.lr = 0.5}};
  Scheduled saved{groups, Labelled{.label = label, .factor = 0.5}};
  saved.step();
  const json written = to_json(saved.state_dict());

  DoubleGroups same_options_groups{{.lr = 0.5}};
  Scheduled same_options{same_options_groups, Labelled{.label = label, .factor = 0.5}};
  same_options.load_state_dict(state_from_json(json::parse(written.dump())));
  CHECK(same_options.last_epoch() == 1);

  DoubleGroups other_groups{{.lr = 0.5}};
  Scheduled other{other_groups, Labelled{.label = "other", .factor = 0.5}};
  other.load_state_dict(state_from_json(json::parse(written.dump())), OnMismatch::take_saved);
  CHECK(other.schedule().label == label);
}

TEST_CASE("an infinite metric comes back from JSON as the best one") {
  DoubleGroups groups{{.lr = 0.5}};
  ReduceLROnPlateau saved{groups, {.mode = Mode::max, .factor = 0.5}};
  saved.step(std::numeric_limits<double>::infinity());
  REQUIRE(saved.best() == std::numeric_limits<double>::infinity());
  DoubleGroups resumed_groups{{.lr = 0.5}};
  ReduceLROnPlateau resumed{resumed_groups, {.mode = Mode::max, .factor = 0.5}};
  resumed.load_state_dict(state_from_json(json::parse(to_json(saved.state_dict()).dump())));
  CHECK(resumed.best() == std::numeric_limits<double>::infinity());
}

TEST_CASE("a real that is whole does for an integer") {
  DoubleGroups groups{{.lr = 0.5}};
  for (const char* three : {"3", "3.0", "3e0", "0.3e1", "30e-1"}) {
    INFO(three);
    const std::string text = three;
    const auto step = schedule_from_json<double>(json::parse(R"({"type": "StepLR", "step_size": )" + text + "}"));
    CHECK(step == AnySchedule<double>(schedule::Step<double>{.step_size = 3}));
    const auto multi_step =
        schedule_from_json<double>(json::parse(R"({"type": "MultiStepLR", "milestones": [1, )" + text + "]}"));
    CHECK(multi_step == AnySchedule<double>(schedule::MultiStep<double>{.milestones = {1, 3}}));
    const auto cycle =
        schedule_from_json<double>(json::parse(R"({"type": "OneCycleLR", "max_lr": 1, "total_steps": )" + text + "}"));
    CHECK(cycle == AnySchedule<double>(schedule::OneCycle<double>{.max_lr = 1, .total_steps = 3}));
    const auto sequence = schedule_from_json<double>(json::parse(
        R"({"type": "SequentialLR", "schedulers": [{"type": "ConstantLR"}, {"type": "ConstantLR"}],
            "milestones": [)" +
        text + "]}"));
    CHECK(sequence ==
          AnySchedule<double>(schedule::Sequential<double>{
              .schedules = {schedule::Constant<double>{}, schedule::Constant<double>{}}, .milestones = {3}}));
    const auto plateau = make_scheduler(
        groups, json::parse(R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": )" + text + "}"));
    for (int k = 0; k < 5; ++k) plateau->step(1.0);
  }
  // Each of the five plateaus halved the rate once, at its fifth metric.
  CHECK(groups[0].lr == 0.5 / 32);
  CHECK(schedule_from_json<double>(json::parse(R"({"type": "StepLR", "step_size": 3e4})")) ==
        AnySchedule<double>(schedule::Step<double>{.step_size = 30'000}));
}

TEST_CASE("a real that is not whole, or too large, does not do for an integer") {
  for (const char* number : {"3.5", "1e300", "-1e300", "9.3e18", "1e-3", "true", "\"3\""}) {
    INFO(number);
    const std::string text = R"({"type": "StepLR", "step_size": )" + std::string(number) + "}";
    const std::string message = message_of([&] { (void)schedule_from_json<double>(json::parse(text)); });
    CHECK(message.starts_with("step_size: expected an integer, got "));
  }
}

/// What is said to this value of after_end.
std::string message_of_after_end(const std::string& schedule, const std::string& value) {
  return message_of(
      [&] { (void)schedule_from_json<double>(json::parse("{" + schedule + R"(, "after_end": ")" + value + "\"}")); });
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("after_end offers what is taken, and takes what is offered") {
  const std::string cosine = R"("type": "CosineAnnealingLR", "T_max": 5)";
  const std::string to_cosine = message_of_after_end(cosine, "bounce");
  INFO(to_cosine);
  CHECK(contains(to_cosine, "after_end"));
  CHECK(contains(to_cosine, "rebound"));
  CHECK(contains(to_cosine, "hold"));
  CHECK_FALSE(contains(to_cosine, "error"));
  CHECK(message_of_after_end(cosine, "rebound") == "no exception");
  CHECK(message_of_after_end(cosine, "hold") == "no exception");
  CHECK(message_of_after_end(cosine, "error") != "no exception");

  const std::string one_cycle = R"("type": "OneCycleLR", "max_lr": 1, "total_steps": 5)";
  const std::string to_one_cycle = message_of_after_end(one_cycle, "bounce");
  INFO(to_one_cycle);
  CHECK(contains(to_one_cycle, "after_end"));
  CHECK(contains(to_one_cycle, "hold"));
  CHECK(contains(to_one_cycle, "error"));
  CHECK_FALSE(contains(to_one_cycle, "rebound"));
  CHECK(message_of_after_end(one_cycle, "hold") == "no exception");
  CHECK(message_of_after_end(one_cycle, "error") == "no exception");
  CHECK(message_of_after_end(one_cycle, "rebound") != "no exception");
}

TEST_CASE("a state in JSON with a rate or a counter that no run can have is refused") {
  DoubleGroups groups{{.lr = 0.5}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5}};
  scheduler.step(1.0);
  const json state = to_json(scheduler.state_dict());
  const auto refuses = [&](const char* key, const json& value) {
    INFO(key << ": " << value);
    json changed = state;
    REQUIRE(changed.at("progress").contains(key));
    changed["progress"][key] = value;
    CHECK_THROWS_AS(scheduler.load_state_dict(state_from_json(json::parse(changed.dump()))), std::invalid_argument);
    CHECK(groups[0].lr == 0.5);
    CHECK(to_json(scheduler.state_dict()) == state);
  };
  refuses("lrs", json::array({"Infinity"}));
  refuses("lrs", json::array({"NaN"}));
  refuses("lrs", json::array({-0.5}));
  refuses("last_epoch", 9223372036854775807);
  refuses("num_bad_epochs", 9223372036854775807);
  refuses("cooldown_counter", 4611686018427387905);
}

TEST_CASE("a number of a list is no text, wherever it stands") {
  const auto message = [](const char* text) {
    return message_of([&] { (void)schedule_from_json<double>(nlohmann::json::parse(text)); });
  };
  CHECK(message(R"({"type": "CyclicLR", "base_lr": ["0.1", 0.2], "max_lr": 1})") ==
        "base_lr[0]: expected a number, got \"0.1\"");
  CHECK(message(R"({"type": "CyclicLR", "base_lr": [0.1, "0.2"], "max_lr": 1})") ==
        "base_lr[1]: expected a number, got \"0.2\"");
}

}  // namespace
}  // namespace lr_scheduler::testing
