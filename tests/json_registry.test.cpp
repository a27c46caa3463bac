// SPDX-License-Identifier: MIT
// A user's own schedules by their names in JSON.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;
/// The base rate divided by 1 + t / steps.
struct Hyperbola {
  Epoch steps = 1;
  double power = 1;

  static constexpr std::string_view name = "Hyperbola";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps);
    visit("power", self.power);
  }

  void validate() const {
    if (steps <= 0) throw std::invalid_argument("Hyperbola: steps must be positive, got " + std::to_string(steps));
  }

  double at(Epoch t, double base_lr) const {
    const double x = 1 + static_cast<double>(t) / static_cast<double>(steps);
    return power == 2 ? base_lr / (x * x) : base_lr / x;
  }
};

Registry<double> registry_of_hyperbola() {
  Registry<double> registry;
  registry.add(Hyperbola{.steps = 2});
  return registry;
}

TEST_CASE("a schedule of a user's own is made from a configuration by its name") {
  Registry<double> registry;
  registry.add(Hyperbola{.steps = 2});
  const json configuration = json::parse(R"({"type": "Hyperbola", "steps": 4, "power": 2})");

  DoubleGroups groups{{.lr = 0.9}};
  const auto scheduler = make_scheduler(groups, configuration, registry);
  CHECK(groups[0].lr == 0.9);
  for (int k = 0; k < 8; ++k) scheduler->step();
  CHECK(groups[0].lr == about(0.1L));

  const AnySchedule<double> schedule = schedule_from_json<double>(configuration, registry);
  CHECK(schedule == AnySchedule<double>(Hyperbola{.steps = 4, .power = 2}));
  CHECK(schedule.at(8, 0.9) == about(0.1L));
}

TEST_CASE("what a configuration leaves out is as it was registered") {
  const AnySchedule<double> schedule =
      schedule_from_json<double>(json::parse(R"({"type": "Hyperbola"})"), registry_of_hyperbola());
  CHECK(schedule == AnySchedule<double>(Hyperbola{.steps = 2}));
  CHECK(schedule.at(4, 0.9) == about(0.3L));
}

TEST_CASE("a schedule of a user's own nests in a combinator beside the library's, saved and resumed") {
  const json configuration = json::parse(
      R"({"type": "SequentialLR", "milestones": [2], "schedulers": [
           {"type": "ConstantLR", "factor": 0.5}, {"type": "Hyperbola", "steps": 1}]})");
  const Registry<double> registry = registry_of_hyperbola();
  DoubleGroups groups{{.lr = 0.9}};
  const auto scheduler = make_scheduler(groups, configuration, registry);
  for (int k = 0; k < 3; ++k) scheduler->step();
  CHECK(groups[0].lr == about(0.45L));

  DoubleGroups resumed_groups{{.lr = 0.9}};
  const auto resumed = make_scheduler(resumed_groups, configuration, registry);
  resumed->load_state_dict(state_from_json(json::parse(to_json(scheduler->state_dict()).dump())));
  resumed->step();
  CHECK(resumed_groups[0].lr == about(0.3L));
}

TEST_CASE("a registry knows the library's schedules as well, and may be gone when a schedule is used") {
  DoubleGroups groups{{.lr = 0.8}};
  const auto scheduler =
      make_scheduler(groups, json::parse(R"({"type": "ExponentialLR", "gamma": 0.5})"), registry_of_hyperbola());
  scheduler->step();
  CHECK(groups[0].lr == 0.4);
  const auto own = make_scheduler(groups, json::parse(R"({"type": "Hyperbola"})"), registry_of_hyperbola());
  own->step();
  CHECK(own->last_epoch() == 1);
}

TEST_CASE("a mistake in the configuration of a user's own schedule is refused, and its place is named") {
  const auto message = [](const std::string& text) {
    return message_of([&] { (void)schedule_from_json<double>(json::parse(text), registry_of_hyperbola()); });
  };
  CHECK(message(R"({"type": "Hyperbola", "steps": 1.5})").starts_with("steps: expected an integer, got 1.5"));
  CHECK(message(R"({"type": "Hyperbola", "stepz": 1})").starts_with("stepz: unknown key for Hyperbola"));
  CHECK(message(R"({"type": "Hyperbola", "stepz": 1})").find("\"steps\"") != std::string::npos);
  CHECK(message(R"({"type": "Hyperbola", "steps": 0})") == "Hyperbola: steps must be positive, got 0");
  CHECK(message(R"({"type": "SequentialLR", "milestones": [2], "schedulers": [
                     {"type": "ConstantLR"}, {"type": "Hyperbola", "power": "high"}]})")
            .starts_with("schedulers[1].power: expected a "));
  const std::string unknown = message(R"({"type": "Hyperbole"})");
  CHECK(unknown.starts_with("type: unknown scheduler \"Hyperbole\""));
  CHECK(unknown.find("Hyperbola") != std::string::npos);
}

TEST_CASE("a name is registered once") {
  Registry<double> registry = registry_of_hyperbola();
  const std::vector<std::string_view> names = registry.names();
  CHECK(message_of([&] { registry.add(Hyperbola{}); }) == "Registry: Hyperbola is there already");
  CHECK(registry.names() == names);
}

TEST_CASE("without the registry the name is not known") {
  const auto message = [](const std::string& text) {
    return message_of([&] { (void)schedule_from_json<double>(json::parse(text)); });
  };
  CHECK(message(R"({"type": "Hyperbola"})").starts_with("type: unknown scheduler \"Hyperbola\""));
}

/// A combinator of a user's own, which is not empty before it is read.
struct Halves {
  std::vector<AnySchedule<double>> inner{schedule::Exponential<double>{.gamma = 0.5}};

  static constexpr std::string_view name = "Halves";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("inner", self.inner);
  }
  double at(Epoch t, double base_lr) const { return inner.front().at(t, base_lr) / static_cast<double>(inner.size()); }
};

TEST_CASE("the schedules of a configuration take the place of a registered schedule's own") {
  Registry<double> registry;
  registry.add(Halves{});
  const auto step = nlohmann::json::parse(R"({"type": "Halves", "inner": [{"type": "StepLR", "step_size": 1}]})");
  CHECK(schedule_from_json<double>(step, registry).at(1, 2.0) == about(0.2L));
  CHECK(schedule_from_json<double>({{"type", "Halves"}}, registry).at(1, 2.0) == 1.0);
}

}  // namespace
}  // namespace lr_scheduler::testing
