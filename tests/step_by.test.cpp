// SPDX-License-Identifier: MIT
// Many steps at once, and starting over.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"

namespace lr_scheduler::testing {

/// An optimizer that stores its rates as float beside a scheduler that computes in double.
struct FloatStore {
  std::vector<float> rates{};
};

}  // namespace lr_scheduler::testing

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::FloatStore> {
  using scalar_type = double;
  using O = lr_scheduler::testing::FloatStore;

  static std::size_t size(O& o) { return o.rates.size(); }
  static double lr(O& o, std::size_t i) { return static_cast<double>(o.rates.at(i)); }
  static void set_lr(O& o, std::size_t i, double value) { o.rates.at(i) = static_cast<float>(value); }
};

namespace lr_scheduler::testing {
namespace {

using Make = std::function<std::unique_ptr<Scheduler<double>>(DoubleGroups&)>;

struct Example {
  std::string name;
  Make make;
};

template <class S>
Example example(std::string name, S options) {
  return {std::move(name), [options](DoubleGroups& groups) -> std::unique_ptr<Scheduler<double>> {
            return std::make_unique<Scheduled<S, double>>(groups, options);
          }};
}

schedule::OneCycle<double> two_cycles() {
  return {.max_lr = {1, 2}, .total_steps = 8, .pct_start = 0.5};
}

/// Closed forms, chains, sequences and momentum.
std::vector<Example> examples() {
  const std::function<double(Epoch)> inverse = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); };
  const schedule::Multiplicative<double> multiplicative{.lr_lambda = inverse};
  const schedule::CosineAnnealing<double> cosine{.T_max = 7, .eta_min = 0.01};
  const schedule::Exponential<double> exponential{.gamma = 0.9};
  const schedule::LinearWarmup<double> warmup{.warmup_steps = 3};
  return {
      example("StepLR", schedule::Step<double>{.step_size = 3}),
      example("MultiStepLR", schedule::MultiStep<double>{.milestones = {2, 5, 5}}),
      example("ConstantLR", schedule::Constant<double>{}),
      example("LinearLR", schedule::Linear<double>{}),
      example("ExponentialLR", exponential),
      example("PolynomialLR", schedule::Polynomial<double>{.total_iters = 8, .power = 1.5}),
      example("WarmupLR", warmup),
      example("CosineAnnealingLR", cosine),
      example("CosineAnnealingWarmRestarts", schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 2, .T_mult = 2}),
      example("CyclicLR", schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = {0.5, 0.7}, .step_size_up = 4}),
      example("OneCycleLR", two_cycles()),
      example("SWALR", schedule::SWA<double>{.swa_lr = 0.05}),
      example("LambdaLR", schedule::Lambda<double>{.lr_lambda = inverse}),
      example("MultiplicativeLR", multiplicative),
      example("SequentialLR",
              schedule::Sequential<double>{.schedules = {warmup, two_cycles(), exponential}, .milestones = {2, 6}}),
      example("SequentialLR without a closed form",
              schedule::Sequential<double>{.schedules = {warmup, multiplicative, cosine}, .milestones = {2, 6}}),
      example("SequentialLR with SWALR late",
              schedule::Sequential<double>{.schedules = {cosine, schedule::SWA<double>{.swa_lr = 0.05}},
                                           .milestones = {5}}),
      example("ChainedScheduler", schedule::Chained<double>{.schedules = {warmup, exponential}}),
      example("ChainedScheduler without a closed form",
              schedule::Chained<double>{.schedules = {cosine, multiplicative, two_cycles()}}),
      example("PerGroup", schedule::PerGroup<double>{.schedules = {cosine, multiplicative}}),
  };
}

/// Both have the same rates, base rates and momentums, bit for bit, and the same state.
void check_same(const Scheduler<double>& left, const DoubleGroups& left_groups, const Scheduler<double>& right,
                const DoubleGroups& right_groups) {
  CHECK(same_groups(left_groups, right_groups));
  CHECK(left.last_epoch() == right.last_epoch());
  CHECK(std::ranges::equal(left.get_lr(), right.get_lr()));
  CHECK(left.state_dict() == right.state_dict());
}

// ---- step_by ----

TEST_CASE("step_by(n) gives what n steps give, bit for bit") {
  for (const auto& [name, make] : examples()) {
    INFO(name);
    DoubleGroups leaping_groups = two_groups_with_momentum<double>();
    DoubleGroups stepping_groups = two_groups_with_momentum<double>();
    const auto leaping = make(leaping_groups);
    const auto stepping = make(stepping_groups);
    const auto go = [&](Epoch n) {
      leaping->step_by(n);
      for (Epoch k = 0; k < n; ++k) stepping->step();
      check_same(*leaping, leaping_groups, *stepping, stepping_groups);
    };
    go(1);
    go(4);
    go(0);
    // A rate that somebody else has set is chained from.
    leaping_groups[0].lr = stepping_groups[0].lr = 0.07;
    go(3);
    // A group that has come is taken in. PerGroup has a schedule for each, and the lists are of two.
    if (name.starts_with("StepLR") || name == "ExponentialLR" || name == "MultiplicativeLR") {
      leaping_groups.push_back({.lr = 0.9});
      stepping_groups.push_back({.lr = 0.9});
    }
    go(7);
    go(2);
    leaping->step();
    stepping->step();
    check_same(*leaping, leaping_groups, *stepping, stepping_groups);
    CHECK(leaping->last_epoch() == 18);
  }
}

TEST_CASE("step_by(n) counts n epochs and leaves the rate of the last") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  SECTION("with a closed form") {
    ExponentialLR scheduler{groups, {.gamma = 0.5}};
    scheduler.step_by(3);
    CHECK(scheduler.last_epoch() == 3);
    CHECK(groups[0].lr == 0.1);
    CHECK(groups[1].lr == 0.05);
    CHECK(scheduler.get_lr()[1] == 0.05);
  }
  SECTION("without one") {
    const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
    MultiplicativeLR scheduler{groups, {.lr_lambda = half}};
    scheduler.step_by(3);
    CHECK(scheduler.last_epoch() == 3);
    CHECK(groups[0].lr == 0.1);
    CHECK(groups[1].lr == 0.05);
  }
  SECTION("from a rate that the user has set") {
    StepLR scheduler{groups, {.step_size = 3, .gamma = 0.5}};
    groups[0].lr = 0.6;
    scheduler.step_by(7);
    CHECK(groups[0].lr == 0.15);
    CHECK(groups[1].lr == 0.1);
  }
  SECTION("over a milestone") {
    SequentialLR scheduler{
        groups,
        {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2}, schedule::Exponential<double>{.gamma = 0.5}},
         .milestones = {2}}};
    scheduler.step_by(4);
    CHECK(groups[0].lr == 0.2);
  }
  SECTION("over the beginning of SWALR, which goes on from the rate that is there") {
    SequentialLR scheduler{
        groups,
        {.schedules = {schedule::Exponential<double>{.gamma = 0.5},
                       schedule::SWA<double>{
                           .swa_lr = 0.1, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear}},
         .milestones = {2}}};
    // 0.8, 0.4, then from 0.4 on: 0.4, 0.25, 0.1.
    scheduler.step_by(3);
    CHECK(groups[0].lr == about(0.25L));
    scheduler.step_by(1000);
    CHECK(groups[0].lr == 0.1);
  }
  SECTION("with momentum") {
    groups[0].momentum = groups[1].momentum = 0.5;
    OneCycleLR scheduler{groups,
                         {.max_lr = 1, .total_steps = 8, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear}};
    scheduler.step_by(3);
    CHECK(groups[0].lr == 1);
    CHECK(groups[0].momentum == 0.85);
  }
}

TEST_CASE("a great many steps at once cost as little as one where there is a closed form") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR scheduler{groups, {.step_size = 1'000'000'000, .gamma = 0.5}};
  scheduler.step_by(3'000'000'001);
  CHECK(scheduler.last_epoch() == 3'000'000'001);
  CHECK(groups[0].lr == 0.1);

  std::size_t calls = 0;
  const std::function<double(Epoch)> inverse = [&calls](Epoch t) {
    ++calls;
    return 1.0 / static_cast<double>(1 + t);
  };
  DoubleGroups others{{.lr = 0.8}};
  LambdaLR lambda{others, {.lr_lambda = inverse}};
  calls = 0;
  lambda.step();
  const std::size_t calls_of_a_step = calls;
  calls = 0;
  lambda.step_by(1'000'000);
  CHECK(calls == calls_of_a_step);
  CHECK(others[0].lr == about(0.8L / 1'000'002));
}

TEST_CASE("step_by(n) of a scheduler without a closed form calls its function for each step") {
  std::vector<Epoch> called;
  const std::function<double(Epoch)> half = [&called](Epoch t) {
    called.push_back(t);
    return 0.5;
  };
  DoubleGroups groups{{.lr = 0.8}};
  MultiplicativeLR scheduler{groups, {.lr_lambda = half}};
  called.clear();
  scheduler.step_by(3);
  CHECK(called == std::vector<Epoch>{1, 2, 3});
}

TEST_CASE("step_by(n) goes on between epochs as n steps do") {
  DoubleGroups leaping_groups = two_groups<double>();
  DoubleGroups stepping_groups = two_groups<double>();
  CosineAnnealingLR leaping{leaping_groups, {.T_max = 10}};
  CosineAnnealingLR stepping{stepping_groups, {.T_max = 10}};
  leaping.seek_time(2.5);
  stepping.seek_time(2.5);
  leaping.step_by(3);
  for (int k = 0; k < 3; ++k) stepping.step();
  check_same(leaping, leaping_groups, stepping, stepping_groups);
  // 0.1 * (1 + cos(0.55 pi)) / 2, in 50 digits.
  CHECK(leaping_groups[0].lr == about(0.042178276747988456549L));
}

TEST_CASE("step_by(n) rounds as n steps do where the optimizer rounds what it stores") {
  const std::function<double(Epoch)> factor = [](Epoch) { return 0.9; };
  FloatStore leaping_store{.rates = {0.1F, 0.7F}};
  FloatStore stepping_store{.rates = {0.1F, 0.7F}};
  SECTION("without a closed form") {
    MultiplicativeLR leaping{leaping_store, {.lr_lambda = factor}};
    MultiplicativeLR stepping{stepping_store, {.lr_lambda = factor}};
    leaping.step_by(20);
    for (int k = 0; k < 20; ++k) stepping.step();
    CHECK(leaping_store.rates == stepping_store.rates);
    CHECK(std::ranges::equal(leaping.get_lr(), stepping.get_lr()));
  }
  SECTION("with a closed form that the user has left") {
    ExponentialLR leaping{leaping_store, {.gamma = 0.9}};
    ExponentialLR stepping{stepping_store, {.gamma = 0.9}};
    leaping_store.rates[1] = stepping_store.rates[1] = 0.3F;
    leaping.step_by(20);
    for (int k = 0; k < 20; ++k) stepping.step();
    CHECK(leaping_store.rates == stepping_store.rates);
    CHECK(std::ranges::equal(leaping.get_lr(), stepping.get_lr()));
  }
}

TEST_CASE("step_by() refuses a negative number of steps, and needs a metric where step() does") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  CHECK_THROWS_AS(scheduler.step_by(-1), std::invalid_argument);
  CHECK(scheduler.last_epoch() == 1);
  CHECK(groups[0].lr == 0.4);

  ReduceLROnPlateau plateau{groups, {.factor = 0.5}};
  Scheduler<double>& base = plateau;
  CHECK_THROWS_AS(base.step(), std::logic_error);
  CHECK_THROWS_AS(base.step_by(2), std::logic_error);
  CHECK(plateau.last_epoch() == 0);
  CHECK(groups[0].lr == 0.4);
}

TEST_CASE("step_by() that the optimizer refuses counts as not made") {
  FragileOptimizer optimizer{.groups = two_groups_with_momentum<double>()};
  OneCycleLR scheduler{optimizer, two_cycles()};
  scheduler.step();
  const DoubleGroups before = optimizer.groups;
  for (const Written what : {Written::lr, Written::momentum}) {
    optimizer.before_write = refuse(what, 1, "no room");
    CHECK(message_of<std::runtime_error>([&] { scheduler.step_by(2); }) == "no room");
    CHECK(same_groups(optimizer.groups, before));
    CHECK(scheduler.last_epoch() == 1);
  }
  optimizer.before_write = {};
  scheduler.step_by(2);
  CHECK(optimizer.groups[1].lr == 2);
}

// ---- reset ----

TEST_CASE("reset() is as after construction") {
  for (const auto& [name, make] : examples()) {
    INFO(name);
    DoubleGroups groups = two_groups_with_momentum<double>();
    const auto scheduler = make(groups);
    DoubleGroups fresh_groups = two_groups_with_momentum<double>();
    const auto fresh = make(fresh_groups);
    for (int k = 0; k < 5; ++k) scheduler->step();
    groups[1].lr = 0.07;
    for (int k = 0; k < 3; ++k) scheduler->step();
    scheduler->reset();
    CHECK(scheduler->last_epoch() == 0);
    // The first phase of a sequence may leave momentum where it is.
    if (name == "SequentialLR") groups[0].momentum = groups[1].momentum = 0.5;
    check_same(*scheduler, groups, *fresh, fresh_groups);
    for (int k = 0; k < 10; ++k) {
      scheduler->step();
      fresh->step();
      check_same(*scheduler, groups, *fresh, fresh_groups);
    }
  }
}

TEST_CASE("reset() begins again from the base rates") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  SECTION("with a closed form") {
    ExponentialLR scheduler{groups, {.gamma = 0.5}};
    for (int k = 0; k < 3; ++k) scheduler.step();
    groups[0].lr = 7;
    scheduler.reset();
    check_rates(scheduler, groups, {{0.8L, 0.4L}, {0.4L, 0.2L}, {0.2L, 0.1L}});
  }
  SECTION("without one") {
    const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
    MultiplicativeLR scheduler{groups, {.lr_lambda = half}};
    for (int k = 0; k < 3; ++k) scheduler.step();
    scheduler.reset();
    check_rates(scheduler, groups, {{0.8L, 0.4L}, {0.4L, 0.2L}});
  }
  SECTION("of a schedule with a base rate of its own") {
    CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false}};
    scheduler.step();
    scheduler.reset();
    check_rates(scheduler, groups, {{0.1L, 0.1L}, {0.3L, 0.3L}, {0.5L, 0.5L}});
  }
  SECTION("with momentum") {
    groups[0].momentum = groups[1].momentum = 0.5;
    OneCycleLR scheduler{groups, {.max_lr = 1, .total_steps = 8}};
    for (int k = 0; k < 5; ++k) scheduler.step();
    scheduler.reset();
    CHECK(groups[0].lr == 0.04);
    CHECK(groups[0].momentum == 0.95);
  }
  SECTION("from between two epochs") {
    CosineAnnealingLR scheduler{groups, {.T_max = 4}};
    scheduler.seek_time(2.5);
    scheduler.reset();
    check_rates(scheduler, groups, {{0.8L, 0.4L}, {0.68284271247461900976L, 0.34142135623730950488L}, {0.4L, 0.2L}});
  }
  SECTION("with a group that has come since") {
    ExponentialLR scheduler{groups, {.gamma = 0.5}};
    scheduler.step();
    groups.push_back({.lr = 0.2});
    scheduler.reset();
    check_rates(scheduler, groups, {{0.8L, 0.4L, 0.2L}, {0.4L, 0.2L, 0.1L}});
    CHECK(groups[2].initial_lr == 0.2);
  }
  SECTION("that a state brought") {
    DoubleGroups saved_groups{{.lr = 0.2}, {.lr = 0.1}};
    ExponentialLR saved{saved_groups, {.gamma = 0.5}};
    saved.step();
    ExponentialLR scheduler{groups, {.gamma = 0.5}};
    scheduler.load_state_dict(saved.state_dict());
    scheduler.reset();
    check_rates(scheduler, groups, {{0.2L, 0.1L}, {0.1L, 0.05L}});
  }
}

TEST_CASE("reset() of a plateau forgets the metrics") {
  DoubleGroups groups{{.lr = 0.8}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 1, .cooldown = 3}};
  for (int k = 0; k < 4; ++k) scheduler.step(1.0);
  CHECK(groups[0].lr == 0.4);
  scheduler.reset();
  CHECK(groups[0].lr == 0.8);
  CHECK(scheduler.last_epoch() == 0);
  CHECK_FALSE(scheduler.best());
  CHECK(scheduler.num_bad_epochs() == 0);
  CHECK(scheduler.cooldown_counter() == 0);
  scheduler.step(2.0);
  CHECK(scheduler.best() == 2.0);
  scheduler.step(2.0);
  CHECK(groups[0].lr == 0.8);
  scheduler.step(2.0);
  CHECK(groups[0].lr == 0.4);
}

TEST_CASE("reset() that the optimizer refuses counts as not made") {
  FragileOptimizer optimizer{.groups = two_groups_with_momentum<double>()};
  OneCycleLR scheduler{optimizer, two_cycles()};
  scheduler.step_by(3);
  const DoubleGroups before = optimizer.groups;
  for (const Written what : {Written::lr, Written::momentum}) {
    optimizer.before_write = refuse(what, 1, "no room");
    CHECK(message_of<std::runtime_error>([&] { scheduler.reset(); }) == "no room");
    CHECK(same_groups(optimizer.groups, before));
    CHECK(scheduler.last_epoch() == 3);
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
