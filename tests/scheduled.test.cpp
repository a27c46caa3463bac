// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/state_dict.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

/// Tells its forms apart: the closed form gives base rate + t, the chain the rate + 1000.
struct Marked {
  double at(Epoch t, Group<double> group) const { return group.base_lr + static_cast<double>(t); }
  double next(Epoch, double lr, Group<double>) const { return lr + 1000; }
};

/// The same, as a curve; counts how often it is asked for one.
struct MarkedCurves {
  struct Jump {
    double operator()(const double& lr, const Group<double>&) const { return lr + 1000; }
  };
  struct Curve {
    Epoch t;
    double operator()(const Group<double>& group) const { return group.base_lr + static_cast<double>(t); }
    Jump after(const Curve&) const { return {}; }
  };
  int* curves;
  Curve at(Epoch t) const {
    ++*curves;
    return {t};
  }
};

struct ClosedOnly {
  double at(Epoch t, double base_lr) const { return base_lr + static_cast<double>(t); }
};

struct ChainOnly {
  double next(Epoch t, double lr, double base_lr) const { return t == 0 ? lr : lr / 2 + 0 * base_lr; }
};

std::vector<double> rates(const DoubleGroups& groups) {
  std::vector<double> result;
  for (const auto& group : groups) result.push_back(group.lr);
  return result;
}

using Rates = std::vector<double>;

TEST_CASE("a rate that nobody moved follows the closed form") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  Scheduled scheduler{groups, Marked{}};
  CHECK(rates(groups) == Rates{1, 2});
  scheduler.step();
  scheduler.step();
  CHECK(rates(groups) == Rates{3, 4});
  CHECK(std::ranges::equal(scheduler.get_lr(), Rates{3, 4}));
}

TEST_CASE("a rate that the user moved follows the chainable form from there, alone") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}, {.lr = 3}};
  Scheduled scheduler{groups, Marked{}};
  scheduler.step();
  groups[1].lr = 50;
  scheduler.step();
  CHECK(rates(groups) == Rates{3, 1050, 5});
  scheduler.step();
  CHECK(rates(groups) == Rates{4, 2050, 6});
}

TEST_CASE("a rate that was moved and moved back counts as not moved") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled scheduler{groups, Marked{}};
  scheduler.step();
  groups[0].lr = 50;
  groups[0].lr = 2;
  scheduler.step();
  CHECK(rates(groups) == Rates{3});
}

TEST_CASE("a rate that another scheduler moved follows the chainable form") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled first{groups, Marked{}};
  Scheduled second{groups, Marked{}};
  first.step();  // 2
  second.step();
  CHECK(rates(groups) == Rates{1002});
  first.step();
  CHECK(rates(groups) == Rates{2002});
}

TEST_CASE("a rate that is not the base rate at the start follows the chainable form") {
  DoubleGroups groups{{.lr = 5, .initial_lr = 1}, {.lr = 2, .initial_lr = 2}};
  Scheduled scheduler{groups, Marked{}};
  CHECK(rates(groups) == Rates{1005, 2});
  CHECK(std::ranges::equal(scheduler.base_lrs(), Rates{1, 2}));
  scheduler.step();
  CHECK(rates(groups) == Rates{2005, 3});
}

TEST_CASE("seek() takes all rates to the closed form, and they stay there") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  Scheduled scheduler{groups, Marked{}};
  groups[1].lr = 50;
  scheduler.step();
  CHECK(rates(groups) == Rates{2, 1050});
  scheduler.seek(7);
  CHECK(rates(groups) == Rates{8, 9});
  scheduler.step();
  CHECK(rates(groups) == Rates{9, 10});
}

TEST_CASE("reset() takes all rates back to the base rate and the closed form, whatever moved them") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  for (auto& group : groups) group.lr = 7;
  scheduler.step();
  CHECK(rates(groups) == Rates{3.5, 3.5});
  for (auto& group : groups) group.lr = 9;
  scheduler.reset();
  CHECK(rates(groups) == Rates{1, 2});
  DoubleGroups others{{.lr = 1}, {.lr = 2}};
  const ExponentialLR fresh{others, {.gamma = 0.5}};
  CHECK(scheduler.state_dict() == fresh.state_dict());
  scheduler.step();
  CHECK(rates(groups) == Rates{0.5, 1});
}

TEST_CASE("a step between epochs follows the closed form, whatever moved a rate") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  CosineAnnealingLR scheduler{groups, {.T_max = 10}};
  DoubleGroups others{{.lr = 1}, {.lr = 2}};
  CosineAnnealingLR untouched{others, {.T_max = 10}};
  scheduler.seek_time(2.5);
  untouched.seek_time(2.5);
  for (auto& group : groups) group.lr = 7;
  scheduler.step();
  untouched.step();
  CHECK(rates(groups) == rates(others));
  CHECK(groups[0].lr == about(0.72699524986977338L));  // (1 + cos(0.35 pi)) / 2
  CHECK(scheduler.state_dict() == untouched.state_dict());
}

TEST_CASE("a state taken before the step that takes in a group has the group on the curve") {
  DoubleGroups groups{{.lr = 1}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  groups.push_back({.lr = 4});
  const StateDict state = scheduler.state_dict();
  const StateDict& progress = *state.find("progress")->get_if<StateDict>();
  CHECK(*progress.find("on_curve") == StateValue(StateValue::List{true, true}));
  CHECK(*progress.find("base_lrs") == StateValue(StateValue::List{1.0, 4.0}));
}

TEST_CASE("a rate that the user moved is off the curve in a state, if there is a form to go on by") {
  const auto on_curve = [](const auto& scheduler) {
    const StateDict state = scheduler.state_dict();
    return *state.find("progress")->template get_if<StateDict>()->find("on_curve");
  };
  DoubleGroups groups{{.lr = 1}};
  ExponentialLR chains{groups, {.gamma = 0.5}};
  groups[0].lr = 7;
  CHECK(on_curve(chains) == StateValue(StateValue::List{false}));
  CyclicLR closed{groups, {.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false}};
  groups[0].lr = 7;
  CHECK(on_curve(closed) == StateValue(StateValue::List{true}));
}

TEST_CASE("the rule holds for each of thousands of groups") {
  DoubleGroups groups(5000, ParamGroup<double>{.lr = 1});
  Scheduled scheduler{groups, Marked{}};
  scheduler.step();
  const std::vector<std::size_t> moved{0, 511, 1024, 2500, 4999};
  for (const std::size_t i : moved) groups[i].lr = 50;
  for (int k = 0; k < 2; ++k) scheduler.step();
  std::size_t on_curve = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (std::ranges::find(moved, i) != moved.end()) {
      CHECK(groups[i].lr == 2050);
    } else if (groups[i].lr == 4) {
      ++on_curve;
    }
    if (scheduler.get_lr()[i] != groups[i].lr) FAIL("get_lr() of group " << i);
  }
  CHECK(on_curve == 4995);
}

TEST_CASE("one moved group late among thousands leaves those before it on the closed form") {
  DoubleGroups groups(5000, ParamGroup<double>{.lr = 1});
  Scheduled scheduler{groups, Marked{}};
  groups[4321].lr = 50;
  scheduler.step();
  CHECK(groups[4321].lr == 1050);
  groups[4321].lr = 2;
  CHECK(std::ranges::all_of(groups, [](const auto& group) { return group.lr == 2; }));
}

TEST_CASE("a schedule with a closed form alone always follows it") {
  DoubleGroups groups{{.lr = 1, .initial_lr = 3}};
  Scheduled scheduler{groups, ClosedOnly{}};
  CHECK(rates(groups) == Rates{3});
  groups[0].lr = 50;
  scheduler.step();
  CHECK(rates(groups) == Rates{4});
}

TEST_CASE("a schedule with a chainable form alone always chains") {
  DoubleGroups groups{{.lr = 8}};
  Scheduled scheduler{groups, ChainOnly{}};
  scheduler.step();
  CHECK(rates(groups) == Rates{4});
  groups[0].lr = 64;
  scheduler.step();
  CHECK(rates(groups) == Rates{32});
  CHECK(message_of<std::logic_error>([&] { scheduler.seek(1); }) == "custom: cannot seek without a closed form");
}

TEST_CASE("the closed form does not drift, the chain of a moved rate does") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.1}};
  ExponentialLR scheduler{groups, {.gamma = 0.9999}};
  scheduler.step();
  groups[1].lr = 0.0999;
  for (int k = 1; k < 10'000; ++k) scheduler.step();
  // In 40 digits, 0.1 * 0.9999^10000 and 0.0999 * 0.9999^9999.
  CHECK(groups[0].lr == about(0.03678610464329704626L, 40));
  CHECK(groups[1].lr == about(0.03675299383803755151L, 10'000));
}

TEST_CASE("a schedule gives the curve at an epoch once for all groups") {
  int curves = 0;
  DoubleGroups groups(3000, ParamGroup<double>{.lr = 1});
  Scheduled scheduler{groups, MarkedCurves{&curves}};
  CHECK(curves == 1);
  scheduler.step();
  CHECK(curves == 2);
  CHECK(groups[2999].lr == 2);
  groups[2999].lr = 50;
  curves = 0;
  scheduler.step();
  CHECK(curves <= 3);
  CHECK(groups[2999].lr == 1050);
  CHECK(groups[0].lr == 3);
}

TEST_CASE("the first scheduler records the base rate, later ones take it") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR first{groups, {.gamma = 0.5}};
  CHECK(groups[0].initial_lr == std::optional(0.8));
  first.step();
  StepLR second{groups, {.step_size = 100}};
  CHECK(second.base_lrs()[0] == 0.8);
  CHECK(groups[0].lr == 0.4);
  CHECK(groups[0].initial_lr == std::optional(0.8));
}

TEST_CASE("an added group has its initial_lr, or else its rate, as its base") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled scheduler{groups, Marked{}};
  scheduler.step();
  groups.push_back({.lr = 5});
  groups.push_back({.lr = 5, .initial_lr = 7});
  CHECK(scheduler.get_lr().size() == 1);
  scheduler.step();
  CHECK(rates(groups) == Rates{3, 7, 9});
  CHECK(std::ranges::equal(scheduler.base_lrs(), Rates{1, 5, 7}));
  CHECK(groups[1].initial_lr == std::optional(5.0));
}

TEST_CASE("an added group is on the curve while another is not") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled scheduler{groups, Marked{}};
  groups[0].lr = 50;
  groups.push_back({.lr = 5});
  scheduler.step();
  CHECK(rates(groups) == Rates{1050, 6});
  scheduler.step();
  CHECK(rates(groups) == Rates{2050, 7});
}

TEST_CASE("groups that go take what was known of them along") {
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  Scheduled scheduler{groups, Marked{}};
  groups[1].lr = 50;
  scheduler.step();
  groups.pop_back();
  scheduler.step();
  CHECK(rates(groups) == Rates{3});
  groups.push_back({.lr = 5});
  scheduler.step();
  CHECK(rates(groups) == Rates{4, 8});
}

TEST_CASE("groups that move up keep the base rate that was recorded for them") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.01}};
  CosineAnnealingLR scheduler{groups, {.T_max = 4}};
  scheduler.step();
  groups.erase(groups.begin());
  scheduler.step();
  CHECK(scheduler.base_lrs()[0] == 0.01);
  CHECK(groups[0].lr == about(0.005L));
}

TEST_CASE("a group without a usable rate is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [lr, text] : {std::pair{nan, "nan"}, {infinity, "inf"}, {-1.0, "-1"}}) {
    const std::string rule = " must be finite and not negative, got " + std::string(text);
    DoubleGroups groups{{.lr = 0.1}, {.lr = lr}};
    CHECK(message_of<std::invalid_argument>([&] { StepLR(groups, {.step_size = 2}); }) ==
          "StepLR: the rate of parameter group 1" + rule);
    CHECK(message_of<std::invalid_argument>([&] { ReduceLROnPlateau{groups}; }) ==
          "ReduceLROnPlateau: the rate of parameter group 1" + rule);
    CHECK_FALSE(groups[0].initial_lr.has_value());

    DoubleGroups growing{{.lr = 0.1}};
    ExponentialLR scheduler{growing, {.gamma = 0.5}};
    growing.push_back({.lr = lr});
    CHECK(message_of<std::invalid_argument>([&] { scheduler.step(); }) ==
          "ExponentialLR: the rate of parameter group 1" + rule);
    CHECK(growing[0].lr == 0.1);
    CHECK(scheduler.last_epoch() == 0);
  }
}

TEST_CASE("steps go on where all groups go and others come") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled scheduler{groups, Marked{}};
  scheduler.step();
  groups.clear();
  scheduler.step();
  CHECK(scheduler.get_lr().empty());
  CHECK(scheduler.last_epoch() == 2);
  groups.push_back({.lr = 5});
  scheduler.step();
  CHECK(scheduler.last_epoch() == 3);
  CHECK(rates(groups) == Rates{8});
  CHECK(scheduler.get_lr().size() == 1);
}

TEST_CASE("a step of a user's schedule that throws changes nothing") {
  struct Throwing {
    const bool* broken;
    double at(Epoch t, Group<double> group) const {
      if (t == 3 && group.index == group_that_throws && *broken) throw std::runtime_error("no");
      return group.base_lr + static_cast<double>(t);
    }
    std::size_t group_that_throws;
  };
  for (const std::size_t count : {std::size_t{1}, std::size_t{2000}}) {
    bool broken = true;
    DoubleGroups groups(count, ParamGroup<double>{.lr = 1});
    Scheduled scheduler{groups, Throwing{&broken, count - 1}};
    scheduler.step();
    scheduler.step();
    const StateDict state = scheduler.state_dict();
    CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "no");
    CHECK(message_of<std::runtime_error>([&] { scheduler.seek(3); }) == "no");
    CHECK(rates(groups) == Rates(count, 3));
    CHECK(scheduler.state_dict() == state);
    broken = false;
    scheduler.step();
    CHECK(rates(groups) == Rates(count, 4));
  }
}

TEST_CASE("a construction that throws leaves the optimizer alone") {
  struct Throwing {
    double at(Epoch, Group<double> group) const {
      if (group.index == 1) throw std::runtime_error("no");
      return 9;
    }
  };
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  CHECK(message_of<std::runtime_error>([&] { Scheduled(groups, Throwing{}); }) == "no");
  CHECK(rates(groups) == Rates{1, 2});
  CHECK(groups[0].initial_lr == std::nullopt);
}

TEST_CASE("a user's schedule is validated and checked against the groups if it says how") {
  struct Picky {
    double rate = 0.5;
    double at(Epoch, double) const { return rate; }
    void validate() const {
      if (rate > 1) throw std::invalid_argument("Picky: the rate is above 1");
    }
    void check_groups(std::size_t groups) const {
      if (groups > 2) throw std::invalid_argument("Picky: more than two groups");
    }
  };
  DoubleGroups groups{{.lr = 1}, {.lr = 2}};
  CHECK(message_of([&] { Scheduled(groups, Picky{.rate = 2}); }) == "Picky: the rate is above 1");
  CHECK(rates(groups) == Rates{1, 2});
  Scheduled scheduler{groups, Picky{}};
  groups.push_back({.lr = 3});
  CHECK(message_of([&] { scheduler.step(); }) == "Picky: more than two groups");
  CHECK(rates(groups) == Rates{0.5, 0.5, 3});
}

TEST_CASE("a default schedule may be left out") {
  DoubleGroups groups{{.lr = 1}};
  Scheduled<Marked, double> scheduler{groups};
  scheduler.step();
  CHECK(rates(groups) == Rates{2});
}

TEST_CASE("a bound schedule can be read") {
  DoubleGroups groups{{.lr = 1}};
  const StepLR scheduler{groups, {.step_size = 7, .gamma = 0.5}};
  CHECK(scheduler.schedule().step_size == 7);
  CHECK(scheduler.schedule().gamma == 0.5);
}

StepLR<double> halve_each_epoch(DoubleGroups& groups) {
  return {groups, {.step_size = 1, .gamma = 0.5}};
}

TEST_CASE("a scheduler is neither copied nor moved: it is returned, emplaced, or held by a pointer") {
  using Bound = StepLR<double>;
  static_assert(!std::is_copy_constructible_v<Bound> && !std::is_copy_assignable_v<Bound>);
  static_assert(!std::is_move_constructible_v<Bound> && !std::is_move_assignable_v<Bound>);
  DoubleGroups groups{{.lr = 1}};
  auto returned = halve_each_epoch(groups);
  returned.step();
  CHECK(rates(groups) == Rates{0.5});

  DoubleGroups others{{.lr = 1}};
  std::optional<Bound> emplaced;
  emplaced.emplace(others, schedule::Step<double>{.step_size = 1, .gamma = 0.25});
  emplaced->step();
  CHECK(rates(others) == Rates{0.25});

  DoubleGroups more{{.lr = 1}};
  const std::unique_ptr<Scheduler<double>> held =
      std::make_unique<Bound>(more, schedule::Step<double>{.step_size = 1, .gamma = 0.125});
  held->step();
  CHECK(rates(more) == Rates{0.125});
}

}  // namespace
}  // namespace lr_scheduler::testing
