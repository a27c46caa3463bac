// SPDX-License-Identifier: MIT
// Where features cross: two schedulers on one optimizer, states of groups that have changed, sequences
// that drive momentum, optimizers that throw.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"

namespace lr_scheduler::testing {
namespace {

using Curves = std::vector<AnySchedule<double>>;

std::vector<double> rates_of(const Scheduler<double>& scheduler) {
  return {scheduler.get_lr().begin(), scheduler.get_lr().end()};
}

std::vector<double> base_rates_of(const Scheduler<double>& scheduler) {
  return {scheduler.base_lrs().begin(), scheduler.base_lrs().end()};
}

/// A state with another value in its progress.
StateDict with_progress(StateDict state, std::string_view key, StateValue value) {
  StateDict progress = *state.find("progress")->get_if<StateDict>();
  progress.set(key, std::move(value));
  state.set("progress", std::move(progress));
  return state;
}

// ---- two schedulers on one optimizer ----

struct StepAndCycle {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR<double> step{groups, {.step_size = 3}};
  CyclicLR<double> cycle{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false}};
};

TEST_CASE("the base rate that the first scheduler records is not overwritten by a second one with a base of its own") {
  StepAndCycle run;
  CHECK(run.groups[0].initial_lr == 0.8);
  CHECK(run.step.base_lrs()[0] == 0.8);
  CHECK(run.cycle.base_lrs()[0] == 0.1);
  run.step.step();
  run.cycle.step();
  CHECK(run.groups[0].initial_lr == 0.8);
}

TEST_CASE("loading the states of two schedulers on one optimizer leaves the recorded base rate as it was") {
  StepAndCycle saved;
  for (int k = 0; k < 4; ++k) {
    saved.step.step();
    saved.cycle.step();
  }
  StepAndCycle loaded;
  loaded.step.load_state_dict(saved.step.state_dict());
  loaded.cycle.load_state_dict(saved.cycle.state_dict());
  CHECK(loaded.groups[0].initial_lr == 0.8);
  CHECK(loaded.step.base_lrs()[0] == 0.8);
  CHECK(loaded.cycle.base_lrs()[0] == 0.1);

  const ExponentialLR later{loaded.groups, {.gamma = 0.5}};
  CHECK(later.base_lrs()[0] == 0.8);
}

TEST_CASE("a load brings the base rates of the state and overwrites no recorded one") {
  DoubleGroups saved_groups{{.lr = 0.8}};
  ExponentialLR saved{saved_groups, {.gamma = 0.5}};
  saved.step();
  DoubleGroups loaded_groups{{.lr = 0.3}};
  ExponentialLR loaded{loaded_groups, {.gamma = 0.5}};
  loaded.load_state_dict(saved.state_dict());
  CHECK(loaded.base_lrs()[0] == 0.8);
  CHECK(loaded_groups[0].initial_lr == 0.3);
  loaded.step();
  CHECK(loaded_groups[0].lr == 0.2);
}

// ---- groups that have moved to another index ----

TEST_CASE("a state saved between the removal of a group and the next step is that of the groups that are there") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.2}, {.lr = 0.4}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  groups.erase(groups.begin());
  const StateDict state = scheduler.state_dict();

  DoubleGroups resumed_groups{{.lr = 0.2}, {.lr = 0.4}};
  ExponentialLR resumed{resumed_groups, {.gamma = 0.5}};
  resumed.load_state_dict(state);
  CHECK(base_rates_of(resumed) == std::vector{0.2, 0.4});
  CHECK(rates_of(resumed) == std::vector{0.1, 0.2});
  resumed.step();
  CHECK(rates_of(resumed) == std::vector{0.05, 0.1});
  scheduler.step();
  CHECK(base_rates_of(scheduler) == std::vector{0.2, 0.4});
  CHECK(rates_of(scheduler) == std::vector{0.05, 0.1});
  CHECK(scheduler.state_dict() == resumed.state_dict());
}

/// Cosine annealing over so many steps that a chain of it does not give the bits of its closed form.
schedule::CosineAnnealing<double> long_cosine() {
  return {.T_max = 1000};
}

TEST_CASE("a group that has moved to another index goes on along the closed form, bit for bit") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.2}, {.lr = 0.4}};
  CosineAnnealingLR scheduler{groups, long_cosine()};
  DoubleGroups alone_groups{{.lr = 0.2}, {.lr = 0.4}};
  CosineAnnealingLR alone{alone_groups, long_cosine()};
  const auto step_both = [&](int steps) {
    for (int k = 0; k < steps; ++k) {
      scheduler.step();
      alone.step();
    }
  };

  SECTION("after a removal") {
    step_both(3);
    groups.erase(groups.begin());
    step_both(497);
    CHECK(groups[0].lr == about(0.1L));
    CHECK(groups[1].lr == about(0.2L));
    CHECK(same_groups(groups, alone_groups));
  }
  SECTION("after a removal and a resumption") {
    step_both(3);
    groups.erase(groups.begin());
    DoubleGroups resumed_groups{{.lr = 0.2}, {.lr = 0.4}};
    CosineAnnealingLR resumed{resumed_groups, long_cosine()};
    resumed.load_state_dict(scheduler.state_dict());
    step_both(497);
    for (int k = 0; k < 497; ++k) resumed.step();
    CHECK(same_groups(resumed_groups, alone_groups));
  }
  SECTION("after an insertion in front of it") {
    groups.erase(groups.begin());
    step_both(3);
    groups.insert(groups.begin(), {.lr = 0.8});
    step_both(497);
    CHECK(groups[0].lr == about(0.4L));
    CHECK(groups[0].initial_lr == 0.8);
    CHECK(base_rates_of(scheduler) == std::vector{0.8, 0.2, 0.4});
    groups.erase(groups.begin());
    CHECK(same_groups(groups, alone_groups));
  }
  SECTION("after one group has gone and another has come") {
    step_both(3);
    groups.erase(groups.begin());
    groups.push_back({.lr = 0.8});
    step_both(497);
    CHECK(groups[2].lr == about(0.4L));
    CHECK(groups[2].initial_lr == 0.8);
    CHECK(base_rates_of(scheduler) == std::vector{0.2, 0.4, 0.8});
    groups.pop_back();
    CHECK(same_groups(groups, alone_groups));
  }
}

TEST_CASE("a rate that somebody sets while a group comes leaves the group on the only form that its schedule knows") {
  const std::function<double(Epoch)> inverse = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); };
  DoubleGroups groups{{.lr = 0.1}};
  LambdaLR scheduler{groups, {.lr_lambda = inverse}};
  groups[0].lr = 0.07;
  groups.push_back({.lr = 0.4});
  scheduler.step();
  CHECK(rates_of(scheduler) == std::vector{0.05, 0.2});

  DoubleGroups resumed_groups{{.lr = 0.1}, {.lr = 0.4}};
  LambdaLR resumed{resumed_groups, {.lr_lambda = inverse}};
  resumed.load_state_dict(scheduler.state_dict());
  CHECK(resumed.state_dict() == scheduler.state_dict());
}

TEST_CASE("where the optimizer records no base rates, a group that has moved counts as moved by somebody else") {
  BareOptimizer optimizer{.rates = {0.1, 0.2, 0.4}};
  ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  scheduler.step();
  optimizer.rates.erase(optimizer.rates.begin());
  scheduler.step();
  CHECK(optimizer.rates[0] == about(0.05L));
  CHECK(optimizer.rates[1] == about(0.1L));
  CHECK(scheduler.get_lr().size() == 2);
}

// ---- extreme factors ----

/// Zero, or the closed form: never NaN, whatever the ratio of two factors would be.
void check_zero_or(double lr, long double closed_form) {
  INFO("the rate is " << lr);
  CHECK((lr == 0 || lr == about(closed_form)));
}

TEST_CASE("a rate of zero stays a number where the ratio of two factors overflows") {
  DoubleGroups groups{{.lr = 1}};
  SECTION("LinearLR from 1e-300 to 1e300") {
    LinearLR scheduler{groups, {.start_factor = 1e-300, .end_factor = 1e300, .total_iters = 2}};
    CHECK(groups[0].lr == 1e-300);
    groups[0].lr = 0;
    scheduler.step();
    check_zero_or(groups[0].lr, 5e299L);
    scheduler.step();
    check_zero_or(groups[0].lr, 1e300L);
  }
  SECTION("ConstantLR with a factor below the smallest normal number") {
    ConstantLR scheduler{groups, {.factor = 1e-320, .total_iters = 2}};
    groups[0].lr = 0;
    scheduler.step();
    check_zero_or(groups[0].lr, 1e-320L);
    groups[0].lr = 0;
    scheduler.step();
    check_zero_or(groups[0].lr, 1);
  }
  SECTION("ConstantLR in a chain") {
    ChainedScheduler scheduler{groups,
                               {.schedules = {schedule::Constant<double>{.factor = 1e-320, .total_iters = 2},
                                              schedule::Exponential<double>{.gamma = 0.5}}}};
    scheduler.step();
    groups[0].lr = 0;
    scheduler.step();
    check_zero_or(groups[0].lr, 0.25L);
  }
  SECTION("ConstantLR in a chain that has no closed form") {
    ChainedScheduler scheduler{groups,
                               {.schedules = {schedule::Constant<double>{.factor = 1e-320, .total_iters = 2},
                                              schedule::CosineAnnealing<double>{.T_max = 4}}}};
    scheduler.step();
    groups[0].lr = 0;
    scheduler.step();
    // Half of the cosine is left, or less than that of a rate that was zero.
    CHECK(groups[0].lr >= 0);
    CHECK(groups[0].lr <= 1);
  }
}

// ---- products ----

TEST_CASE("factors that cancel out leave the base rate, however far each of them is") {
  const schedule::Chained<double> doubled_and_halved{
      .schedules = {schedule::Exponential<double>{.gamma = 2}, schedule::Exponential<double>{.gamma = 0.5}}};
  const schedule::Chained<double> halved_and_doubled{
      .schedules = {schedule::Exponential<double>{.gamma = 0.5}, schedule::Exponential<double>{.gamma = 2}}};
  for (const Epoch t : {0, 1, 1000, 1100, 5000, 1'000'000}) {
    INFO("epoch " << t);
    CHECK(doubled_and_halved.at(t, 0.1) == about(0.1L));
    CHECK(halved_and_doubled.at(t, 0.1) == about(0.1L));
  }

  DoubleGroups groups{{.lr = 0.1}};
  ChainedScheduler scheduler{groups, doubled_and_halved};
  scheduler.seek(1000);
  for (int k = 0; k < 100; ++k) scheduler.step();
  CHECK(groups[0].lr == about(0.1L));
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == about(0.3L));
}

TEST_CASE("a chain of factors is as small at the last epoch as it is before") {
  const schedule::Chained<double> chain{
      .schedules = {schedule::Step<double>{.step_size = 1}, schedule::Constant<double>{}}};
  for (const int exponent : {20, 50, 60, 61, 62}) {
    INFO("epoch 2^" << exponent);
    CHECK(chain.at(Epoch{1} << exponent, 0.1) == 0);
  }
}

TEST_CASE("factors of a chain in a chain cancel out, too") {
  const schedule::Chained<double> nested{
      .schedules = {schedule::Chained<double>{.schedules = {schedule::Exponential<double>{.gamma = 2},
                                                            schedule::Exponential<double>{.gamma = 2}}},
                    schedule::Exponential<double>{.gamma = 0.25}}};
  CHECK(nested.at(400, 0.1) == about(0.1L));
  CHECK(nested.at(1100, 0.1) == about(0.1L));
  CHECK(nested.at(5000, 0.1) == about(0.1L));
}

TEST_CASE("three factors of which two overflow together give their product") {
  // 1e200 * 1e200 * 1e-300 = 1e100.
  const schedule::Chained<double> chain{.schedules = {schedule::Constant<double>{.factor = 1e200},
                                                      schedule::Constant<double>{.factor = 1e200},
                                                      schedule::Constant<double>{.factor = 1e-300}}};
  CHECK(chain.at(0, 0.5) == about(5e99L));
  // 1e-200 * 1e-200 * 1e300 = 1e-100.
  const schedule::Chained<double> small{.schedules = {schedule::Constant<double>{.factor = 1e-200},
                                                      schedule::Constant<double>{.factor = 1e-200},
                                                      schedule::Constant<double>{.factor = 1e300}}};
  CHECK(small.at(0, 0.5) == about(5e-101L));
  // A product that is too small or too large for the type stays a number.
  const schedule::Chained<double> tiny{
      .schedules = {schedule::Constant<double>{.factor = 1e-200}, schedule::Constant<double>{.factor = 1e-200}}};
  CHECK(tiny.at(0, 0.5) == 0);
  const schedule::Chained<double> huge{
      .schedules = {schedule::Constant<double>{.factor = 1e200}, schedule::Constant<double>{.factor = 1e200}}};
  CHECK(huge.at(0, 0.5) >= 8e307);
  CHECK(huge.at(0, 0.5) <= std::numeric_limits<double>::max());
  CHECK(huge.at(0, 0.0) == 0);
}

// ---- precision ----

TEST_CASE("a cycle from a higher rate down to a lower one keeps all digits near its end") {
  // 1 / 1000000007 and 0.9 / 1000000007, in 50 digits.
  const schedule::Cyclic<double> cycle{
      .base_lr = 1, .max_lr = 0, .step_size_up = 1'000'000'007, .base_momentum = 0, .max_momentum = 0.9};
  CHECK(cycle.at(1'000'000'006, 0.5) == about(9.9999999300000004899999965700000240099998e-10L, 4));
  CHECK(cycle.at(1'000'000'008, 0.5) == about(9.9999999300000004899999965700000240099998e-10L, 4));

  DoubleGroups groups{{.lr = 0.5, .momentum = 0.5}};
  CyclicLR scheduler{groups, cycle};
  scheduler.seek(1'000'000'006);
  CHECK(groups[0].lr == about(9.9999999300000004899999965700000240099998e-10L, 4));
  CHECK(*groups[0].momentum == about(8.9999999370000004409999969130000216089998e-10L, 4));
}

// ---- momentum ----

/// Linear, so that momentum is 0.95, 0.91666, 0.88333 and 0.85 at epochs 0 to 3.
schedule::OneCycle<double> one_cycle() {
  return {.max_lr = 1, .total_steps = 8, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear};
}

schedule::Sequential<double> one_cycle_then_step() {
  return {.schedules = {one_cycle(), schedule::Step<double>{.step_size = 2}}, .milestones = {3}};
}

constexpr long double first_third = 0.91666666666666666667L;
constexpr long double second_third = 0.88333333333333333333L;

/// The momentums of a run are these, and seek(t) gives the rates and momentums of t steps, forward and back.
template <class S>
void check_sought_as_stepped(const S& schedule, const Rows& momentums) {
  DoubleGroups stepped = two_groups_with_momentum<double>();
  Scheduled stepping{stepped, schedule};
  std::vector<DoubleGroups> run;
  for (std::size_t t = 0; t < momentums.size(); ++t) {
    INFO("epoch " << t);
    if (t > 0) stepping.step();
    run.push_back(stepped);
    for (std::size_t i = 0; i < 2; ++i) CHECK(*stepped[i].momentum == about(momentums[t][i]));
  }

  DoubleGroups sought = two_groups_with_momentum<double>();
  Scheduled seeking{sought, schedule};
  for (std::size_t k = 1; k <= run.size(); ++k) {
    const std::size_t t = k * 5 % run.size();
    INFO("sought epoch " << t);
    seeking.seek(static_cast<Epoch>(t));
    CHECK(same_groups(sought, run[t]));
    if (t + 1 == run.size()) continue;
    seeking.step();
    CHECK(same_groups(sought, run[t + 1]));
  }
  for (std::size_t t = 0; t < run.size(); ++t) {
    INFO("sought at once, epoch " << t);
    DoubleGroups fresh = two_groups_with_momentum<double>();
    Scheduled at_once{fresh, schedule};
    at_once.seek(static_cast<Epoch>(t));
    CHECK(same_groups(fresh, run[t]));
  }
}

TEST_CASE("a phase that drives no momentum leaves it where the phase before ends, stepped or sought") {
  const Rows rows{{0.95L, 0.95L},
                  {first_third, first_third},
                  {second_third, second_third},
                  {second_third, second_third},
                  {second_third, second_third},
                  {second_third, second_third},
                  {second_third, second_third}};
  SECTION("in a sequence") {
    check_sought_as_stepped(one_cycle_then_step(), rows);
  }
  SECTION("in a sequence with one more phase that drives none") {
    check_sought_as_stepped(
        schedule::Sequential<double>{.schedules = {one_cycle(), schedule::Step<double>{.step_size = 2},
                                                   schedule::Exponential<double>{.gamma = 0.5}},
                                     .milestones = {3, 5}},
        rows);
  }
  SECTION("in a chain of one sequence") {
    check_sought_as_stepped(schedule::Chained<double>{.schedules = {one_cycle_then_step()}}, rows);
  }
  SECTION("in a sequence whose first phase is a sequence") {
    check_sought_as_stepped(
        schedule::Sequential<double>{.schedules = {one_cycle_then_step(), schedule::Exponential<double>{.gamma = 0.5}},
                                     .milestones = {5}},
        rows);
  }
  SECTION("for each group by itself") {
    check_sought_as_stepped(
        schedule::PerGroup<double>{.schedules = {one_cycle_then_step(), schedule::Exponential<double>{.gamma = 0.5}}},
        {{0.95L, 0.5L},
         {first_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L}});
  }
  SECTION("in a sequence after groups that each had their own") {
    check_sought_as_stepped(
        schedule::Sequential<double>{
            .schedules = {schedule::PerGroup<double>{
                              .schedules = {one_cycle(), schedule::Exponential<double>{.gamma = 0.5}}},
                          schedule::Step<double>{.step_size = 2}},
            .milestones = {3}},
        {{0.95L, 0.5L},
         {first_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L},
         {second_third, 0.5L}});
  }
}

TEST_CASE("momentum is driven again by a later phase, stepped or sought") {
  check_sought_as_stepped(
      schedule::Sequential<double>{
          .schedules = {one_cycle(), schedule::Step<double>{.step_size = 2},
                        schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}},
          .milestones = {2, 4}},
      {{0.95L, 0.95L},
       {first_third, first_third},
       {first_third, first_third},
       {first_third, first_third},
       {0.9L, 0.9L},
       {0.85L, 0.85L},
       {0.8L, 0.8L}});
}

TEST_CASE("a phase that is over before it begins drives no momentum") {
  DoubleGroups groups = two_groups_with_momentum<double>();
  SequentialLR scheduler{groups,
                         {.schedules = {one_cycle(), schedule::Step<double>{.step_size = 2}}, .milestones = {0}}};
  for (int k = 0; k < 3; ++k) scheduler.step();
  CHECK(groups[0].momentum == 0.5);
  scheduler.seek(7);
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("a chain whose sequence has stopped driving momentum leaves it there, resumed too") {
  const schedule::Chained<double> chain{
      .schedules = {one_cycle_then_step(), schedule::Exponential<double>{.gamma = 0.5}}};
  DoubleGroups groups = two_groups_with_momentum<double>();
  ChainedScheduler scheduler{groups, chain};
  for (int k = 0; k < 5; ++k) scheduler.step();
  CHECK(*groups[0].momentum == about(second_third));
  DoubleGroups resumed_groups = two_groups_with_momentum<double>();
  ChainedScheduler resumed{resumed_groups, chain};
  resumed.load_state_dict(scheduler.state_dict());
  CHECK(*resumed_groups[1].momentum == about(second_third));
  resumed.step();
  CHECK(*resumed_groups[1].momentum == about(second_third));
}

TEST_CASE("a run that is resumed with other options has the momentum that steps would have left") {
  DoubleGroups groups = two_groups_with_momentum<double>();
  SequentialLR scheduler{groups, one_cycle_then_step()};
  for (int k = 0; k < 5; ++k) scheduler.step();
  DoubleGroups resumed_groups = two_groups_with_momentum<double>();
  SequentialLR resumed{
      resumed_groups,
      {.schedules = {one_cycle(), schedule::Step<double>{.step_size = 2, .gamma = 0.5}}, .milestones = {3}}};
  resumed.load_state_dict(scheduler.state_dict(), OnMismatch::keep_constructed);
  CHECK(*resumed_groups[0].momentum == about(second_third));
  CHECK(resumed_groups[0].lr == about(0.05L));
}

/// Drives momentum for two steps, then not any more.
schedule::Sequential<double> cycle_then_constant() {
  return {.schedules = {schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2},
                        schedule::Constant<double>{.factor = 1, .total_iters = 0}},
          .milestones = {2}};
}

TEST_CASE("a phase that drives no momentum leaves that of the user, on the curve and off it") {
  for (const std::size_t count : {1U, 2U}) {
    Groups<double> groups(count, {.lr = 0.1, .momentum = 0.7});
    SequentialLR scheduler{groups, cycle_then_constant()};
    for (int k = 0; k < 3; ++k) scheduler.step();
    for (auto& group : groups) group.momentum = 0.25;
    scheduler.step();
    for (const auto& group : groups) CHECK(group.momentum == 0.25);
    for (auto& group : groups) group.lr = 0.3;
    scheduler.step();
    scheduler.step();
    for (const auto& group : groups) CHECK(group.momentum == 0.25);
  }
}

TEST_CASE("a phase of a product that drives no momentum leaves that of the user, whichever rates have been moved") {
  for (const std::size_t moved : {0U, 1U, 2U}) {
    Groups<double> groups(2, {.lr = 0.1, .momentum = 0.7});
    ChainedScheduler scheduler{groups,
                               {.schedules = {cycle_then_constant(), schedule::Exponential<double>{.gamma = 0.5}}}};
    scheduler.step();
    for (std::size_t i = 0; i < moved; ++i) groups[i].lr = 0.3;
    for (int k = 0; k < 2; ++k) scheduler.step();
    for (auto& group : groups) group.momentum = 0.25;
    for (int k = 0; k < 2; ++k) {
      scheduler.step();
      for (const auto& group : groups) CHECK(group.momentum == 0.25);
    }
  }
}

TEST_CASE("each of many groups has its own momentum, or none that is driven") {
  const std::vector<double> low{0.1, 0.2, 0.3, 0.4, 0.45, 0.48};
  const std::vector<double> high{0.9, 0.85, 0.8, 0.75, 0.7, 0.65};
  Groups<double> groups(6, {.lr = 0.1, .momentum = 0.5});
  CyclicLR scheduler{groups,
                     {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 1, .base_momentum = low, .max_momentum = high}};
  for (std::size_t i = 0; i < 6; ++i) CHECK(groups[i].momentum == high[i]);
  scheduler.step();
  for (std::size_t i = 0; i < 6; ++i) CHECK(groups[i].momentum == low[i]);

  const schedule::Cyclic<double> driven{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 1};
  const schedule::Constant<double> not_driven{.factor = 1, .total_iters = 0};
  Groups<double> others(5, {.lr = 0.1, .momentum = 0.5});
  Scheduled some{others, schedule::PerGroup<double>{.schedules = {driven, not_driven, driven, driven, not_driven}}};
  others[1].momentum = 0.25;
  others[4].momentum = 0.75;
  some.step();
  CHECK(others[0].momentum == 0.8);
  CHECK(others[1].momentum == 0.25);
  CHECK(others[3].momentum == 0.8);
  CHECK(others[4].momentum == 0.75);
}

TEST_CASE("a seek to a phase that has driven no momentum yet brings back what there was, resumed too") {
  const schedule::Sequential<double> constant_then_cycle{
      .schedules = {schedule::Constant<double>{.factor = 1, .total_iters = 0},
                    schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}},
      .milestones = {3}};
  Groups<double> groups{{.lr = 0.1, .momentum = 0.7}, {.lr = 0.1, .momentum = 0.6}};
  SequentialLR scheduler{groups, constant_then_cycle};
  scheduler.seek(4);
  CHECK(groups[0].momentum == about(0.85L));
  const StateDict state = scheduler.state_dict();
  scheduler.seek(1);
  CHECK(groups[0].momentum == 0.7);
  CHECK(groups[1].momentum == 0.6);

  Groups<double> others{{.lr = 0.1, .momentum = 0.1}, {.lr = 0.1, .momentum = 0.1}};
  SequentialLR loaded{others, constant_then_cycle};
  loaded.load_state_dict(state);
  CHECK(others[0].momentum == about(0.85L));
  loaded.seek(1);
  CHECK(others[0].momentum == 0.7);
  CHECK(others[1].momentum == 0.6);
}

TEST_CASE("a run that takes a state's options drives momentum no longer where those do not") {
  const schedule::Cyclic<double> options{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false};
  Groups<double> groups{{.lr = 0.1, .momentum = 0.7}};
  const CyclicLR saved{groups, options};
  Groups<double> others{{.lr = 0.1, .momentum = 0.7}};
  schedule::Cyclic<double> cycled = options;
  cycled.cycle_momentum = true;
  CyclicLR loaded{others, cycled};
  loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(loaded.state_dict() == saved.state_dict());
  others[0].momentum = 0.25;
  for (int k = 0; k < 3; ++k) loaded.step();
  CHECK(others[0].momentum == 0.25);
}

TEST_CASE("a state whose options do not fit the groups is refused, even where it does not bring them") {
  Groups<double> groups{{.lr = 0.1}, {.lr = 0.1}};
  OneCycleLR scheduler{groups, {.max_lr = {0.1, 0.2}, .total_steps = 10, .cycle_momentum = false}};
  StateDict state = scheduler.state_dict();
  StateDict options = *state.find("options")->get_if<StateDict>();
  options.set("max_lr", StateValue::List{0.1, 0.2, 0.3});
  state.set("options", options);
  CHECK(message_of([&] { scheduler.load_state_dict(state, OnMismatch::keep_constructed); }) ==
        "OneCycleLR: cannot load the state: OneCycleLR: max_lr has 3 values for 2 parameter groups");
}

TEST_CASE("momentum may be 1 and more, as in PyTorch's own tests") {
  SECTION("CyclicLR from 5 down to 1") {
    DoubleGroups groups{{.lr = 1, .momentum = 0}};
    CyclicLR scheduler{groups, {.base_lr = 1, .max_lr = 5, .step_size_up = 4, .base_momentum = 1, .max_momentum = 5}};
    check_momentums(scheduler, groups, {{5}, {4}, {3}, {2}, {1}, {2}, {3}, {4}, {5}, {4}, {3}});
    DoubleGroups others{{.lr = 1, .momentum = 0}};
    CyclicLR resumed{others, {.base_lr = 1, .max_lr = 5, .step_size_up = 4, .base_momentum = 1, .max_momentum = 5}};
    resumed.load_state_dict(scheduler.state_dict());
    CHECK(others[0].momentum == 3.0);
  }
  SECTION("OneCycleLR from 22 down to 1") {
    DoubleGroups groups{{.lr = 0.05, .momentum = 22}};
    OneCycleLR scheduler{groups,
                         {.max_lr = 25,
                          .total_steps = 10,
                          .anneal_strategy = AnnealStrategy::linear,
                          .base_momentum = 1,
                          .max_momentum = 22,
                          .final_div_factor = 2}};
    check_momentums(scheduler, groups, {{22}, {11.5L}, {1}, {4}, {7}, {10}, {13}, {16}, {19}, {22}});
    scheduler.seek(2);
    CHECK(groups[0].lr == 25);
  }
  SECTION("but not negative, and finite") {
    for (const double momentum : {-0.1, std::numeric_limits<double>::infinity()}) {
      DoubleGroups groups = two_groups_with_momentum<double>();
      CHECK_THROWS_AS((CyclicLR{groups, {.base_lr = 1, .max_lr = 5, .base_momentum = momentum}}),
                      std::invalid_argument);
      CHECK_THROWS_AS((CyclicLR{groups, {.base_lr = 1, .max_lr = 5, .max_momentum = momentum}}), std::invalid_argument);
      CHECK_THROWS_AS((OneCycleLR{groups, {.max_lr = 1, .total_steps = 8, .base_momentum = momentum}}),
                      std::invalid_argument);
      CHECK_THROWS_AS((OneCycleLR{groups, {.max_lr = 1, .total_steps = 8, .max_momentum = momentum}}),
                      std::invalid_argument);
      CHECK(same_groups(groups, two_groups_with_momentum<double>()));
    }
  }
}

// ---- states that no run can have ----

constexpr std::int64_t last_epoch_of_all = std::int64_t{1} << 62;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// The state with this value is refused, and nothing has changed.
void check_refuses(Scheduler<double>& scheduler, const DoubleGroups& groups, std::string_view key,
                   const StateValue& value) {
  INFO(key);
  const DoubleGroups before = groups;
  const StateDict state = scheduler.state_dict();
  CHECK_THROWS_AS(scheduler.load_state_dict(with_progress(state, key, value)), std::invalid_argument);
  CHECK(same_groups(groups, before));
  CHECK(scheduler.state_dict() == state);
}

TEST_CASE("a state with a rate that is negative or not finite is refused") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4}};
  ExponentialLR exponential{groups, {.gamma = 0.5}};
  for (const double rate : {-0.1, -infinite, infinite, std::numeric_limits<double>::quiet_NaN()}) {
    INFO(rate);
    check_refuses(exponential, groups, "lrs", StateValue::List{0.1, rate});
    check_refuses(exponential, groups, "lrs", StateValue::List{rate, 0.4});
    check_refuses(exponential, groups, "base_lrs", StateValue::List{0.1, rate});
  }
  DoubleGroups plateau_groups{{.lr = 0.1}};
  ReduceLROnPlateau plateau{plateau_groups};
  check_refuses(plateau, plateau_groups, "lrs", StateValue::List{-0.1});
  check_refuses(plateau, plateau_groups, "lrs", StateValue::List{infinite});
}

TEST_CASE("a state with a momentum that is negative or not finite is refused") {
  DoubleGroups groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5}};
  for (const double momentum : {-0.1, infinite, std::numeric_limits<double>::quiet_NaN()}) {
    check_refuses(scheduler, groups, "momentums", StateValue::List{0.9, momentum});
  }
}

TEST_CASE("a state past epoch 2^62 is refused, one at it is loaded") {
  DoubleGroups groups{{.lr = 0.1}};
  StepLR scheduler{groups, {.step_size = 3}};
  const StateDict state = scheduler.state_dict();
  for (const std::int64_t epoch : {std::int64_t{-1}, last_epoch_of_all + 1, largest}) {
    check_refuses(scheduler, groups, "last_epoch", epoch);
  }
  scheduler.load_state_dict(with_progress(state, "last_epoch", last_epoch_of_all));
  CHECK(scheduler.last_epoch() == last_epoch_of_all);

  CosineAnnealingLR cosine{groups, {.T_max = 10}};
  cosine.seek(last_epoch_of_all);
  cosine.step();
  DoubleGroups other_groups{{.lr = 0.1}};
  CosineAnnealingLR other{other_groups, {.T_max = 10}};
  CHECK_THROWS_AS(other.load_state_dict(cosine.state_dict()), std::invalid_argument);
  CHECK(other.last_epoch() == 0);
  CHECK(other_groups[0].lr == 0.1);
}

TEST_CASE("a plateau's counters are at most 2^62 in a state, so that none overflows") {
  DoubleGroups groups{{.lr = 0.1}};
  ReduceLROnPlateau scheduler{groups};
  for (const char* counter : {"last_epoch", "num_bad_epochs", "cooldown_counter"}) {
    for (const std::int64_t count : {std::int64_t{-1}, last_epoch_of_all + 1, largest}) {
      check_refuses(scheduler, groups, counter, count);
    }
  }
  scheduler.load_state_dict(with_progress(scheduler.state_dict(), "cooldown_counter", last_epoch_of_all));
  scheduler.step(1.0);
  CHECK(scheduler.cooldown_counter() == last_epoch_of_all - 1);
}

// ---- optimizers that throw ----

/// Rates 0.1, 0.2, ... with momentum.
std::vector<ParamGroup<double>> many_groups(std::size_t count) {
  std::vector<ParamGroup<double>> groups;
  for (std::size_t i = 0; i < count; ++i) {
    groups.push_back({.lr = static_cast<double>(i + 1) / 10, .initial_lr = {}, .momentum = 0.5});
  }
  return groups;
}

/// Group 0, one in the middle and the last; each refuses the write, or throws when it is made.
struct Refusal {
  std::size_t group;
  bool written;
};

std::vector<Refusal> refusals(std::size_t groups) {
  return {{0, false}, {groups / 2, false}, {groups - 1, false}, {0, true}, {groups / 2, true}, {groups - 1, true}};
}

void arm(FragileOptimizer& optimizer, Written what, const Refusal& refusal) {
  auto& hook = refusal.written ? optimizer.after_write : optimizer.before_write;
  hook = refuse(what, refusal.group, "no room");
}

void disarm(FragileOptimizer& optimizer) {
  optimizer.before_write = {};
  optimizer.after_write = {};
}

/// What throws while the optimizer refuses changes neither the optimizer nor the scheduler.
template <class Act>
void check_counts_as_not_made(FragileOptimizer& optimizer, const Scheduler<double>& scheduler, Written what,
                              const Refusal& refusal, const Act& act) {
  INFO("group " << refusal.group << (refusal.written ? ", written" : ", not written"));
  const DoubleGroups before = optimizer.groups;
  const StateDict state = scheduler.state_dict();
  const std::vector<double> rates = rates_of(scheduler);
  const std::vector<double> base_rates = base_rates_of(scheduler);
  arm(optimizer, what, refusal);
  CHECK(message_of<std::runtime_error>(act) == "no room");
  disarm(optimizer);
  CHECK(same_groups(optimizer.groups, before));
  CHECK(rates_of(scheduler) == rates);
  CHECK(base_rates_of(scheduler) == base_rates);
  CHECK(scheduler.state_dict() == state);
}

/// A run in which the optimizer refuses a write at each step before it makes the step.
template <class Bound, class Options>
void check_steps_are_all_or_nothing(const Options& options, std::size_t groups, Written what = Written::lr) {
  FragileOptimizer optimizer{.groups = many_groups(groups)};
  FragileOptimizer calm{.groups = many_groups(groups)};
  Bound bound{optimizer, options};
  Bound bound_calm{calm, options};
  Scheduler<double>& scheduler = bound;
  Scheduler<double>& undisturbed = bound_calm;
  scheduler.step(1.0);
  undisturbed.step(1.0);
  for (const Refusal& refusal : refusals(groups)) {
    check_counts_as_not_made(optimizer, scheduler, what, refusal, [&] { scheduler.step(1.0); });
    scheduler.step(1.0);
    undisturbed.step(1.0);
    CHECK(same_groups(optimizer.groups, calm.groups));
    CHECK(scheduler.last_epoch() == undisturbed.last_epoch());
  }
}

TEST_CASE("a step that the optimizer refuses counts as not made") {
  const std::size_t groups = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{2000});
  INFO(groups << " groups");
  SECTION("along a closed form") {
    check_steps_are_all_or_nothing<ExponentialLR<double>>(schedule::Exponential<double>{.gamma = 0.5}, groups);
    check_steps_are_all_or_nothing<CosineAnnealingLR<double>>(long_cosine(), groups);
  }
  SECTION("along a chain") {
    const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
    check_steps_are_all_or_nothing<MultiplicativeLR<double>>(schedule::Multiplicative<double>{.lr_lambda = half},
                                                             groups);
    check_steps_are_all_or_nothing<ChainedScheduler<double>>(
        schedule::Chained<double>{.schedules = {long_cosine(), schedule::Exponential<double>{.gamma = 0.5}}}, groups);
  }
  SECTION("with a function of a user's own") {
    const std::function<double(Epoch)> inverse = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); };
    check_steps_are_all_or_nothing<LambdaLR<double>>(schedule::Lambda<double>{.lr_lambda = inverse}, groups);
  }
  SECTION("with momentum") {
    check_steps_are_all_or_nothing<OneCycleLR<double>>(one_cycle(), groups);
    check_steps_are_all_or_nothing<OneCycleLR<double>>(one_cycle(), groups, Written::momentum);
    const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 3};
    check_steps_are_all_or_nothing<CyclicLR<double>>(cyclic, groups);
    check_steps_are_all_or_nothing<CyclicLR<double>>(cyclic, groups, Written::momentum);
  }
  SECTION("of a plateau") {
    check_steps_are_all_or_nothing<ReduceLROnPlateau<double>>(PlateauOptions<double>{.factor = 0.5, .patience = 0},
                                                              groups);
    check_steps_are_all_or_nothing<ReduceLROnPlateau<double>>(
        PlateauOptions<double>{.factor = 0.5, .patience = 0, .smoothing = 0.5, .schedule = long_cosine()}, groups);
    check_steps_are_all_or_nothing<GreedyLR<double>>(
        GreedyOptions<double>{.factor = 0.5, .patience = 0, .min_lr = 0, .smooth = true, .window_size = 2}, groups);
  }
}

TEST_CASE("a step between epochs that the optimizer refuses counts as not made") {
  FragileOptimizer optimizer{.groups = many_groups(3)};
  CosineAnnealingLR scheduler{optimizer, {.T_max = 10}};
  scheduler.seek_time(2.5);
  for (const Refusal& refusal : refusals(3)) {
    check_counts_as_not_made(optimizer, scheduler, Written::lr, refusal, [&] { scheduler.step(); });
    check_counts_as_not_made(optimizer, scheduler, Written::lr, refusal, [&] { scheduler.seek_time(7.25); });
  }
  scheduler.seek_time(5.0);
  CHECK(optimizer.groups[0].lr == about(0.05L));
}

TEST_CASE("a step that the optimizer refuses leaves a group on its curve whose rate is then put back by its user") {
  FragileOptimizer optimizer{.groups = many_groups(2)};
  CosineAnnealingLR scheduler{optimizer, long_cosine()};
  scheduler.step();
  const StateDict state = scheduler.state_dict();
  optimizer.groups[0].lr = 0.07;
  optimizer.before_write = refuse(Written::lr, 1, "no room");
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "no room");
  optimizer.groups[0].lr = scheduler.get_lr()[0];
  CHECK(scheduler.state_dict() == state);
}

TEST_CASE("a jump that the optimizer refuses counts as not made") {
  const std::size_t groups = GENERATE(std::size_t{3}, std::size_t{2000});
  FragileOptimizer optimizer{.groups = many_groups(groups)};
  OneCycleLR scheduler{optimizer, one_cycle()};
  scheduler.step();
  for (const Refusal& refusal : refusals(groups)) {
    check_counts_as_not_made(optimizer, scheduler, Written::lr, refusal, [&] { scheduler.seek(3); });
    check_counts_as_not_made(optimizer, scheduler, Written::momentum, refusal, [&] { scheduler.seek(3); });
  }
  scheduler.seek(3);
  CHECK(optimizer.groups[0].lr == 1);
  CHECK(optimizer.groups[0].momentum == 0.85);
}

TEST_CASE("a load that the optimizer refuses changes nothing, the options neither") {
  const std::size_t groups = GENERATE(std::size_t{3}, std::size_t{2000});
  FragileOptimizer saved_optimizer{.groups = many_groups(groups)};
  OneCycleLR saved{saved_optimizer, {.max_lr = 2, .total_steps = 8}};
  for (int k = 0; k < 4; ++k) saved.step();
  const StateDict state = saved.state_dict();

  FragileOptimizer optimizer{.groups = many_groups(groups)};
  OneCycleLR scheduler{optimizer, one_cycle()};
  scheduler.step();
  for (const Refusal& refusal : refusals(groups)) {
    const auto load = [&] { scheduler.load_state_dict(state, OnMismatch::take_saved); };
    check_counts_as_not_made(optimizer, scheduler, Written::lr, refusal, load);
    check_counts_as_not_made(optimizer, scheduler, Written::momentum, refusal, load);
  }
  scheduler.load_state_dict(state, OnMismatch::take_saved);
  CHECK(scheduler.state_dict() == state);
}

TEST_CASE("a load of a plateau that the optimizer refuses changes nothing") {
  FragileOptimizer saved_optimizer{.groups = many_groups(3)};
  ReduceLROnPlateau saved{saved_optimizer, {.factor = 0.5, .patience = 0}};
  for (int k = 0; k < 3; ++k) saved.step(1.0);
  FragileOptimizer optimizer{.groups = many_groups(3)};
  ReduceLROnPlateau scheduler{optimizer, {.factor = 0.5, .patience = 0}};
  scheduler.step(2.0);
  for (const Refusal& refusal : refusals(3)) {
    check_counts_as_not_made(optimizer, scheduler, Written::lr, refusal,
                             [&] { scheduler.load_state_dict(saved.state_dict()); });
  }
  CHECK(scheduler.best() == 2.0);
}

TEST_CASE("what the optimizer throws in a load comes out as it is, of whatever kind") {
  const auto message = [](auto construct) {
    FragileOptimizer optimizer{.groups = many_groups(3)};
    const auto scheduler = construct(optimizer);
    const StateDict state = scheduler->state_dict();
    optimizer.groups[1].lr = 0.375;
    optimizer.before_write = [](Written, std::size_t) { throw std::out_of_range("no such tensor"); };
    return message_of<std::out_of_range>([&] { scheduler->load_state_dict(state); });
  };
  CHECK(message([](FragileOptimizer& optimizer) {
          return std::make_unique<StepLR<double>>(optimizer, schedule::Step<double>{.step_size = 2});
        }) == "no such tensor");
  CHECK(message([](FragileOptimizer& optimizer) {
          return std::make_unique<ReduceLROnPlateau<double>>(optimizer, PlateauOptions<double>{});
        }) == "no such tensor");
}

TEST_CASE("a construction that the optimizer refuses leaves it as it was, with no base rate recorded") {
  const std::size_t groups = GENERATE(std::size_t{3}, std::size_t{2000});
  for (const Refusal& refusal : refusals(groups)) {
    INFO("group " << refusal.group << (refusal.written ? ", written" : ", not written"));
    FragileOptimizer optimizer{.groups = many_groups(groups)};
    arm(optimizer, Written::lr, refusal);
    CHECK(message_of<std::runtime_error>([&] { LinearLR scheduler(optimizer, {.start_factor = 0.25}); }) == "no room");
    CHECK(same_groups(optimizer.groups, many_groups(groups)));
    disarm(optimizer);
    arm(optimizer, Written::momentum, refusal);
    CHECK(message_of<std::runtime_error>([&] { OneCycleLR scheduler(optimizer, one_cycle()); }) == "no room");
    CHECK(same_groups(optimizer.groups, many_groups(groups)));
  }
}

TEST_CASE("a construction whose base rates the optimizer refuses leaves its rates and momentum as they were") {
  FragileOptimizer optimizer{.groups = many_groups(3)};
  optimizer.before_write = refuse(Written::initial_lr, 2, "no room");
  CHECK(message_of<std::runtime_error>([&] { OneCycleLR scheduler(optimizer, one_cycle()); }) == "no room");
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(optimizer.groups[i].lr == many_groups(3)[i].lr);
    CHECK(optimizer.groups[i].momentum == 0.5);
  }
  CHECK_FALSE(optimizer.groups[2].initial_lr);
}

TEST_CASE("a base rate that was recorded is taken back where the optimizer can forget one") {
  ForgettingOptimizer optimizer{{.groups = many_groups(3)}};
  optimizer.before_write = refuse(Written::initial_lr, 2, "no room");
  CHECK(message_of<std::runtime_error>([&] { OneCycleLR scheduler(optimizer, one_cycle()); }) == "no room");
  CHECK(same_groups(optimizer.groups, many_groups(3)));
}

TEST_CASE("where putting back throws as well, the first exception is passed on and all other groups are put back") {
  FragileOptimizer optimizer{.groups = many_groups(5)};
  ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  const DoubleGroups before = optimizer.groups;
  optimizer.before_write = [first = refuse(Written::lr, 3, "the first"),
                            second = refuse(Written::lr, 1, "the second", 2)](Written what, std::size_t group) mutable {
    first(what, group);
    second(what, group);
  };
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "the first");
  disarm(optimizer);
  CHECK(scheduler.last_epoch() == 0);
  for (const std::size_t i : {std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    INFO("group " << i);
    CHECK(optimizer.groups[i].lr == before[i].lr);
  }
}

TEST_CASE("a function that throws leaves a new group outside, to be taken in by the step that is made") {
  bool broken = true;
  const std::function<double(Epoch)> lambda = [&broken](Epoch t) -> double {
    if (broken && t == 2) throw std::runtime_error("no factor");
    return 1.0 / static_cast<double>(1 + t);
  };
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4}};
  LambdaLR scheduler{groups, {.lr_lambda = lambda}};
  scheduler.step();
  groups.push_back({.lr = 0.6});
  const DoubleGroups before = groups;
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "no factor");
  CHECK(same_groups(groups, before));
  CHECK_FALSE(groups[2].initial_lr);
  CHECK(scheduler.last_epoch() == 1);
  CHECK(rates_of(scheduler) == std::vector{0.05, 0.2});
  CHECK(base_rates_of(scheduler) == std::vector{0.1, 0.4});

  broken = false;
  groups[2].lr = 0.9;
  scheduler.step();
  CHECK(groups[2].initial_lr == 0.9);
  CHECK(groups[0].lr == about(0.1L / 3));
  CHECK(groups[2].lr == about(0.3L));
}

TEST_CASE("a function that throws at construction leaves no base rate behind") {
  const std::function<double(Epoch)> lambda = [](Epoch) -> double { throw std::runtime_error("no factor"); };
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4}};
  CHECK(message_of<std::runtime_error>([&] { LambdaLR scheduler(groups, {.lr_lambda = lambda}); }) == "no factor");
  CHECK(same_groups(groups, {{.lr = 0.1}, {.lr = 0.4}}));
}

TEST_CASE("an optimizer that refuses a new group's rate or base rate has not gained it") {
  FragileOptimizer optimizer{.groups = many_groups(2)};
  ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  scheduler.step();
  optimizer.groups.push_back({.lr = 0.8, .initial_lr = {}, .momentum = 0.5});
  const DoubleGroups before = optimizer.groups;
  for (const Written what : {Written::lr, Written::initial_lr}) {
    optimizer.before_write = refuse(what, 2, "no room");
    CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "no room");
    CHECK(same_groups(optimizer.groups, before));
    CHECK(scheduler.last_epoch() == 1);
    CHECK(scheduler.get_lr().size() == 2);
  }
  disarm(optimizer);
  scheduler.step();
  CHECK(optimizer.groups[2].lr == about(0.2L));
  CHECK(optimizer.groups[2].initial_lr == 0.8);
}

// ---- groups with schedules of their own, late in a sequence ----

TEST_CASE("a group with a closed form keeps it beside one that has none, late in a sequence too") {
  const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
  const AnySchedule<double> neighbour = GENERATE_COPY(
      AnySchedule<double>(schedule::Multiplicative<double>{.lr_lambda = half}),
      AnySchedule<double>(schedule::SWA<double>{.swa_lr = 0.05}),
      AnySchedule<double>(schedule::Chained<double>{
          .schedules = {schedule::CosineAnnealing<double>{.T_max = 7}, schedule::Exponential<double>{.gamma = 0.5}}}));
  INFO(neighbour.name());
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4}};
  SequentialLR scheduler{
      groups,
      {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2},
                     schedule::PerGroup<double>{
                         .schedules = {schedule::CosineAnnealing<double>{.T_max = 10'000}, neighbour}}},
       .milestones = {2}}};
  for (int k = 0; k < 5002; ++k) scheduler.step();
  CHECK(groups[0].lr == about(0.05L));
  for (int k = 0; k < 2500; ++k) scheduler.step();
  CHECK(groups[0].lr == about(0.01464466094067262378L));

  DoubleGroups alone_groups{{.lr = 0.1}};
  SequentialLR alone{alone_groups,
                     {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2},
                                    schedule::CosineAnnealing<double>{.T_max = 10'000}},
                      .milestones = {2}}};
  for (int k = 0; k < 7502; ++k) alone.step();
  CHECK(groups[0].lr == alone_groups[0].lr);
}

TEST_CASE("groups that change places keep their base rates, on the curve and off it") {
  DoubleGroups groups{{.lr = 1.0}, {.lr = 0.1}};
  StepLR scheduler{groups, {.step_size = 1, .gamma = 0.5}};
  groups[1].lr = 0.04;
  scheduler.step();
  CHECK(rates_of(scheduler) == std::vector{0.5, 0.02});
  std::swap(groups[0], groups[1]);
  scheduler.step();
  CHECK(rates_of(scheduler) == std::vector{0.01, 0.25});
  CHECK(base_rates_of(scheduler) == std::vector{0.1, 1.0});
  scheduler.reset();
  CHECK(rates_of(scheduler) == std::vector{0.1, 1.0});
}

TEST_CASE("groups that change places go on by the schedules of their new places, which may know another form") {
  DoubleGroups groups{{.lr = 1.0}, {.lr = 0.1}};
  const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
  Scheduled scheduler{groups,
                      schedule::PerGroup<double>{.schedules = {schedule::CosineAnnealing<double>{.T_max = 4},
                                                               schedule::Multiplicative<double>{.lr_lambda = half}}}};
  scheduler.step();
  CHECK(rates_of(scheduler) == std::vector{0.85355339059327376220, 0.05});
  std::swap(groups[0], groups[1]);
  scheduler.step();
  CHECK(groups[0].lr == about(0.05L / 1.70710678118654752440L));  // off the curve: by the ratio of 1/2 to what was left
  CHECK(groups[1].lr == 0.85355339059327376220 / 2);
  CHECK(base_rates_of(scheduler) == std::vector{0.1, 1.0});
}

TEST_CASE("a plateau's groups that change places keep their base rates") {
  DoubleGroups groups{{.lr = 1.0, .initial_lr = 1.0}, {.lr = 0.1, .initial_lr = 0.1}};
  ReduceLROnPlateau scheduler{groups};
  CHECK(base_rates_of(scheduler) == std::vector{1.0, 0.1});
  groups.erase(groups.begin());
  scheduler.step(1.0);
  CHECK(base_rates_of(scheduler) == std::vector{0.1});
}

/// A factor of 1 with a momentum of 0.5 + t / 64.
struct SteadyWithMomentum {
  struct Curve : Factor<double> {
    double value_of_momentum = 0;
    std::optional<double> momentum(const Group<double>&) const { return value_of_momentum; }
  };
  Curve at(Epoch t) const { return {{1.0}, 0.5 + static_cast<double>(t) / 64}; }
};

TEST_CASE("a product goes on driving momentum where somebody has moved a rate") {
  DoubleGroups groups{{.lr = 1.0, .momentum = 0.25}};
  ChainedScheduler scheduler{groups,
                             {.schedules = {SteadyWithMomentum{}, schedule::Exponential<double>{.gamma = 0.5}}}};
  scheduler.step();
  CHECK(groups[0].momentum == std::optional(0.515625));
  groups[0].lr = 2;
  scheduler.step();
  CHECK(groups[0].lr == 1);
  CHECK(groups[0].momentum == std::optional(0.53125));
}

}  // namespace

/// Its recorded base rate can be read a number of times, and then no more.
struct Unreadable {
  ParamGroup<double> group{.lr = 0.5};
  int reads = 0;
};

}  // namespace lr_scheduler::testing

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::Unreadable> {
  using scalar_type = double;
  using O = lr_scheduler::testing::Unreadable;
  static std::size_t size(O&) { return 1; }
  static double lr(O& o, std::size_t) { return o.group.lr; }
  static void set_lr(O& o, std::size_t, double value) { o.group.lr = value; }
  static std::optional<double> initial_lr(O& o, std::size_t) {
    if (o.reads-- == 0) throw std::runtime_error("unreadable");
    return o.group.initial_lr;
  }
  static void set_initial_lr(O& o, std::size_t, std::optional<double> value) { o.group.initial_lr = value; }
};

namespace lr_scheduler::testing {
namespace {

TEST_CASE("an optimizer that cannot tell its base rate is left as it was") {
  for (int reads = 0; reads < 2; ++reads) {
    INFO(reads << " reads");
    Unreadable optimizer{.reads = reads};
    CHECK(message_of<std::runtime_error>([&] { ConstantLR scheduler{optimizer, {.factor = 0.5}}; }) == "unreadable");
    CHECK(optimizer.group.lr == 0.5);
    CHECK(optimizer.group.initial_lr == std::nullopt);
  }
}

TEST_CASE("groups that are alike but for momentum each get back their own, when others come") {
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.1, .momentum = 0.5}};
  const schedule::Cyclic<double> cycle{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  const schedule::Exponential<double> halves{.gamma = 0.5};
  SequentialLR scheduler{groups, {.schedules = {halves, cycle}, .milestones = {2}}};
  for (int i = 0; i < 3; ++i) scheduler.step();
  CHECK(*groups[0].momentum == about(0.85L));
  CHECK(*groups[1].momentum == about(0.85L));
  groups.push_back({.lr = 0.1, .momentum = 0.25});
  scheduler.step();
  CHECK(groups[2].momentum == 0.8);
  scheduler.seek(0);
  CHECK(groups[0].momentum == 0.9);
  CHECK(groups[1].momentum == 0.5);
  CHECK(groups[2].momentum == 0.25);
}

}  // namespace
}  // namespace lr_scheduler::testing
