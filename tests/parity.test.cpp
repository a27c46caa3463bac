// SPDX-License-Identifier: MIT
// Where the library differs from PyTorch on purpose: a test for each line of docs/parity.md.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

/// The rate at construction and after each of some steps, from a base rate of 0.8.
template <class Make>
std::vector<double> rates(Make&& make, int steps) {
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.9}};
  auto scheduler = make(groups);
  std::vector<double> result{groups[0].lr};
  for (int i = 0; i < steps; ++i) {
    scheduler.step();
    result.push_back(groups[0].lr);
  }
  return result;
}

bool equal(const std::vector<double>& left, const std::vector<double>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::abs(left[i] - right[i]) > 1e-14 * std::abs(right[i])) return false;
  }
  return true;
}

TEST_CASE("parity: a long run does not drift") {
  DoubleGroups groups{{.lr = 0.8}};
  LinearLR scheduler{groups, {.start_factor = 1, .end_factor = 0, .total_iters = 1000}};
  for (int t = 0; t < 1000; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.0);

  std::vector<ParamGroup<float>> narrow{{.lr = 0.8F}};
  CosineAnnealingLR cosine{narrow, {.T_max = 10'000}};
  for (int t = 0; t < 5'000; ++t) cosine.step();
  CHECK(narrow[0].lr == 0.4F);
  for (int t = 0; t < 5'000; ++t) cosine.step();
  CHECK(narrow[0].lr == 0.0F);
}

TEST_CASE("parity: total_iters = 0 is already over") {
  CHECK(equal(rates([](DoubleGroups& o) { return ConstantLR{o, {.factor = 0.5, .total_iters = 0}}; }, 2),
              {0.8, 0.8, 0.8}));
  CHECK(equal(rates([](DoubleGroups& o) { return LinearLR{o, {.start_factor = 0.5, .total_iters = 0}}; }, 2),
              {0.8, 0.8, 0.8}));
  CHECK(equal(rates([](DoubleGroups& o) { return PolynomialLR{o, {.total_iters = 0}}; }, 2), {0, 0, 0}));
}

TEST_CASE("parity: a factor of zero is legal, and over when it is over") {
  CHECK(equal(rates([](DoubleGroups& o) { return ConstantLR{o, {.factor = 0, .total_iters = 2}}; }, 3),
              {0, 0, 0.8, 0.8}));
  CHECK(equal(rates([](DoubleGroups& o) { return LinearLR{o, {.start_factor = 0, .total_iters = 2}}; }, 3),
              {0, 0.4, 0.8, 0.8}));
}

TEST_CASE("parity: a factor above 1 is legal") {
  CHECK(equal(rates([](DoubleGroups& o) { return LinearLR{o, {.start_factor = 2, .total_iters = 2}}; }, 3),
              {1.6, 1.2, 0.8, 0.8}));
  CHECK(equal(
      rates([](DoubleGroups& o) { return LinearLR{o, {.start_factor = 1, .end_factor = 2, .total_iters = 2}}; }, 3),
      {0.8, 1.2, 1.6, 1.6}));
  CHECK(
      equal(rates([](DoubleGroups& o) { return ConstantLR{o, {.factor = 3, .total_iters = 1}}; }, 2), {2.4, 0.8, 0.8}));
}

TEST_CASE("parity: options below zero are refused") {
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.9}};
  CHECK_THROWS_AS((StepLR{groups, {.step_size = 1, .gamma = -0.5}}), std::invalid_argument);
  CHECK_THROWS_AS((StepLR{groups, {.step_size = -2}}), std::invalid_argument);
  CHECK_THROWS_AS((ConstantLR{groups, {.factor = 0.5, .total_iters = -1}}), std::invalid_argument);
  CHECK_THROWS_AS((CosineAnnealingLR{groups, {.T_max = 3, .eta_min = -0.5}}), std::invalid_argument);
  CHECK_THROWS_AS((CyclicLR{groups, {.base_lr = -0.5, .max_lr = 0.1}}), std::invalid_argument);
  CHECK_THROWS_AS((CyclicLR{groups, {.base_lr = 0.1, .max_lr = 0.5, .base_momentum = -0.5}}), std::invalid_argument);
  CHECK(groups[0].lr == 0.8);
  CHECK(groups[0].momentum == 0.9);
}

TEST_CASE("parity: a sequence in a sequence plays from its own 0") {
  using namespace schedule;
  const auto make = [](DoubleGroups& o) {
    return SequentialLR{o,
                        {.schedules = {Sequential<double>{.schedules = {Exponential<double>{.gamma = 0.5},
                                                                        Step<double>{.step_size = 1, .gamma = 0.5}},
                                                          .milestones = {2}},
                                       Constant<double>{.factor = 0.5, .total_iters = 9}},
                         .milestones = {4}}};
  };
  CHECK(equal(rates(make, 5), {0.8, 0.4, 0.8, 0.4, 0.4, 0.4}));
  const auto late = [](DoubleGroups& o) {
    return SequentialLR{o,
                        {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 9},
                                       Sequential<double>{.schedules = {Exponential<double>{.gamma = 0.5},
                                                                        Step<double>{.step_size = 1, .gamma = 0.5}},
                                                          .milestones = {2}}},
                         .milestones = {4}}};
  };
  CHECK(equal(rates(late, 7), {0.4, 0.4, 0.4, 0.4, 0.8, 0.4, 0.8, 0.4}));
}

TEST_CASE("parity: a chain in a sequence") {
  using namespace schedule;
  const auto late = [](DoubleGroups& o) {
    return SequentialLR{o,
                        {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 9},
                                       Chained<double>{.schedules = {Exponential<double>{.gamma = 0.5}}}},
                         .milestones = {2}}};
  };
  CHECK(equal(rates(late, 4), {0.4, 0.4, 0.8, 0.4, 0.2}));
  const auto first = [](DoubleGroups& o) {
    return SequentialLR{o,
                        {.schedules = {Chained<double>{.schedules = {Exponential<double>{.gamma = 0.5}}},
                                       Constant<double>{.factor = 0.5, .total_iters = 9}},
                         .milestones = {2}}};
  };
  CHECK(equal(rates(first, 3), {0.8, 0.4, 0.4, 0.4}));
  // Each child first, where PyTorch starts at 0.4, 0.64, 0.94, 0.4 and 0.62.
  const auto first_of = [](AnySchedule<double> child) {
    return rates(
        [&](DoubleGroups& o) {
          return SequentialLR{o,
                              {.schedules = {Chained<double>{.schedules = {child}}, Exponential<double>{.gamma = 1}},
                               .milestones = {6}}};
        },
        2);
  };
  CHECK(equal(first_of(Exponential<double>{.gamma = 0.5}), {0.8, 0.4, 0.2}));
  CHECK(equal(first_of(Polynomial<double>{.total_iters = 4}), {0.8, 0.6, 0.4}));
  CHECK(equal(first_of(CosineAnnealing<double>{.T_max = 4}), {0.8, 0.682842712474619, 0.4}));
  CHECK(equal(first_of(Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }}), {0.8, 0.4, 0.2}));
  CHECK(equal(first_of(SWA<double>{.swa_lr = 0.1, .anneal_epochs = 4, .anneal_strategy = AnnealStrategy::linear}),
              {0.8, 0.625, 0.45}));
  // Here PyTorch does the same.
  CHECK(equal(first_of(Step<double>{.step_size = 1, .gamma = 0.5}), {0.8, 0.4, 0.2}));
  CHECK(equal(first_of(Linear<double>{.start_factor = 0.5, .total_iters = 4}), {0.4, 0.5, 0.6}));
}

TEST_CASE("parity: a sequence in a chain of factors is one of the factors") {
  using namespace schedule;
  const auto sequence = Sequential<double>{
      .schedules = {Constant<double>{.factor = 0.5, .total_iters = 9}, Exponential<double>{.gamma = 1}},
      .milestones = {4}};
  const auto step = Step<double>{.step_size = 2, .gamma = 0.5};
  const std::vector<double> product{0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1};
  CHECK(equal(rates([&](DoubleGroups& o) { return ChainedScheduler<double>{o, {.schedules = {sequence, step}}}; }, 7),
              product));
  CHECK(equal(rates([&](DoubleGroups& o) { return ChainedScheduler<double>{o, {.schedules = {step, sequence}}}; }, 7),
              product));
}

TEST_CASE("parity: a sequence bound after another scheduler chains") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR first{groups, {.step_size = 1, .gamma = 0.5}};
  first.step();
  first.step();
  const SequentialLR second{groups, {.schedules = {schedule::Constant<double>{.factor = 0.5, .total_iters = 9}}}};
  CHECK(groups[0].lr == 0.1);
}

TEST_CASE("parity: a CyclicLR starts at its base_lr") {
  DoubleGroups groups{{.lr = 0.8}};
  const StepLR first{groups, {.step_size = 2, .gamma = 0.5}};
  CyclicLR cyclic{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 4, .cycle_momentum = false}};
  CHECK(groups[0].lr == 0.1);  // PyTorch: 0.8
  for (const double expected : {0.2, 0.3, 0.4, 0.5, 0.4}) {
    cyclic.step();
    CHECK(std::abs(groups[0].lr - expected) < 1e-15);
  }
  CHECK(groups[0].initial_lr == 0.8);

  DoubleGroups others{{.lr = 0.5, .momentum = 0.3}};
  CosineAnnealingLR cosine{others, {.T_max = 10}};
  OneCycleLR one_cycle{others, {.max_lr = 1.0, .total_steps = 10}};
  CHECK(others[0].lr == 0.04);  // as PyTorch
  CHECK(others[0].momentum == 0.95);
  cosine.step();
  one_cycle.step();
  CHECK(std::abs(others[0].lr - 0.52) < 1e-15);
  CHECK(std::abs(others[0].momentum.value() - 0.9) < 1e-15);
}

TEST_CASE("parity: a CyclicLR or OneCycleLR bound first is the base of those after it") {
  DoubleGroups groups{{.lr = 0.8}};
  CyclicLR cyclic{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 4, .cycle_momentum = false}};
  StepLR step{groups, {.step_size = 2, .gamma = 0.5}};
  CHECK(step.base_lrs()[0] == 0.1);
  CHECK(groups[0].initial_lr == 0.1);
  CHECK(groups[0].lr == 0.1);
  for (const double expected : {0.2, 0.15, 0.4, 0.25, 0.4}) {
    cyclic.step();
    step.step();
    CHECK(std::abs(groups[0].lr - expected) < 1e-15);
  }

  DoubleGroups others{{.lr = 0.5}};
  const OneCycleLR one_cycle{others, {.max_lr = 1.0, .total_steps = 10, .cycle_momentum = false}};
  const StepLR second{others, {.step_size = 2, .gamma = 0.5}};
  CHECK(second.base_lrs()[0] == 0.04);
}

TEST_CASE("parity: a recorded base rate stays") {
  DoubleGroups groups{{.lr = 0.8}};
  const StepLR first{groups, {.step_size = 2, .gamma = 0.5}};
  const OneCycleLR second{groups, {.max_lr = 1.0, .total_steps = 10, .cycle_momentum = false}};
  CHECK(groups[0].initial_lr == 0.8);
  const LambdaLR third{groups, {.lr_lambda = [](Epoch) { return 0.5; }}};
  CHECK(third.base_lrs()[0] == 0.8);
  CHECK(groups[0].lr == 0.4);  // PyTorch: 0.02
}

TEST_CASE("parity: a schedule that has not begun leaves the optimizer alone") {
  using namespace schedule;
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.5}};
  SequentialLR scheduler{groups,
                         {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 9},
                                        OneCycle<double>{.max_lr = 1.0, .total_steps = 4, .pct_start = 0.5},
                                        Exponential<double>{.gamma = 0.5}},
                          .milestones = {2, 4}}};
  CHECK(groups[0].lr == 0.4);        // PyTorch: 0.02
  CHECK(groups[0].momentum == 0.5);  // PyTorch: 0.95
  CHECK(groups[0].initial_lr == 0.8);
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == 0.04);
  CHECK(groups[0].momentum == 0.95);
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == 0.8);
}

TEST_CASE("parity: a CyclicLR leaves the base rate of the schedules beside it alone") {
  using namespace schedule;
  DoubleGroups groups{{.lr = 0.8}};
  SequentialLR scheduler{
      groups,
      {.schedules = {Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false},
                     Step<double>{.step_size = 2, .gamma = 0.5}},
       .milestones = {3}}};
  CHECK(groups[0].lr == 0.1);
  for (int t = 0; t < 3; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.8);

  DoubleGroups others{{.lr = 0.8}};
  ChainedScheduler<double> chain{
      others,
      {.schedules = {Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false},
                     Lambda<double>{.lr_lambda = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); }}}}};
  CHECK(others[0].lr == 0.8);  // PyTorch: 0.1, 0.05
  chain.step();
  CHECK(others[0].lr == 0.4);
}

TEST_CASE("parity: momentum stays where the last phase that drove it ended") {
  using namespace schedule;
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.9}};
  SequentialLR scheduler{groups,
                         {.schedules = {OneCycle<double>{.max_lr = 1.0, .total_steps = 6, .pct_start = 0.5},
                                        Exponential<double>{.gamma = 0.5}},
                          .milestones = {4}}};
  CHECK(groups[0].momentum == 0.95);
  for (const double expected : {0.9, 0.85, 0.875, 0.875, 0.875}) {
    scheduler.step();
    CHECK(std::abs(groups[0].momentum.value() - expected) < 1e-15);
  }

  DoubleGroups others{{.lr = 0.8, .momentum = 0.9}};
  SequentialLR sought{others, scheduler.schedule()};
  sought.seek(5);
  CHECK(std::abs(others[0].momentum.value() - 0.875) < 1e-15);
}

TEST_CASE("parity: each SWALR and OneCycleLR has its own rates") {
  using namespace schedule;
  const auto swa = [](double swa_lr) {
    return SWA<double>{.swa_lr = swa_lr, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear};
  };
  DoubleGroups groups{{.lr = 0.8}};
  SequentialLR scheduler{groups, {.schedules = {swa(0.4), swa(0.1)}, .milestones = {3}}};
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  for (int t = 2; t < 5; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.1);

  const auto one_cycle = [](double max_lr) {
    return OneCycle<double>{.max_lr = max_lr, .total_steps = 6, .pct_start = 0.5, .cycle_momentum = false};
  };
  DoubleGroups others{{.lr = 0.8}};
  OneCycleLR first{others, one_cycle(1.0)};
  const OneCycleLR second{others, one_cycle(0.5)};
  first.step();
  CHECK(std::abs(others[0].lr - 0.52) < 1e-15);  // PyTorch: 0.26
  first.step();
  CHECK(others[0].lr == 1.0);  // PyTorch: 0.5
}

TEST_CASE("parity: OneCycleLR past its end holds or throws") {
  const auto make = [](AfterEnd after_end) {
    return [after_end](DoubleGroups& o) {
      return OneCycleLR{
          o, {.max_lr = 1.0, .total_steps = 6, .pct_start = 0.5, .cycle_momentum = false, .after_end = after_end}};
    };
  };
  const auto held = rates(make(AfterEnd::hold), 9);
  CHECK(std::abs(held[5] - 4e-6) < 1e-18);
  for (std::size_t t = 6; t < held.size(); ++t) CHECK(held[t] == held[5]);
  CHECK(rates(make(AfterEnd::error), 6).back() == held[5]);
  CHECK(message_of<std::out_of_range>([&] { static_cast<void>(rates(make(AfterEnd::error), 7)); }) ==
        "OneCycleLR: epoch 7 is past total_steps = 6");
}

TEST_CASE("parity: an empty phase is over at once") {
  const auto values = rates(
      [](DoubleGroups& o) {
        return OneCycleLR{o, {.max_lr = 1.0, .total_steps = 10, .pct_start = 0.1, .cycle_momentum = false}};
      },
      9);
  CHECK(values.front() == 1.0);
  CHECK(std::abs(values.back() - 4e-6) < 1e-18);
  CHECK(equal(
      rates(
          [](DoubleGroups& o) {
            return CyclicLR{
                o, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 0, .step_size_down = 2, .cycle_momentum = false}};
          },
          3),
      {0.5, 0.3, 0.5, 0.3}));
}

TEST_CASE("parity: a rate does not go below zero") {
  DoubleGroups groups{{.lr = 0.8}};
  CosineAnnealingLR cosine{groups, {.T_max = 3, .eta_min = 0.3}};
  StepLR step{groups, {.step_size = 2, .gamma = 0.1}};
  double lowest = 1;
  for (int t = 0; t < 20; ++t) {
    cosine.step();
    lowest = std::min(lowest, groups[0].lr);
    step.step();
  }
  CHECK(lowest == 0.0);

  const auto cyclic = [](DoubleGroups& o) {
    return CyclicLR{o,
                    {.base_lr = 0.5,
                     .max_lr = 0.1,
                     .step_size_up = 2,
                     .mode = CyclicMode::exp_range,
                     .gamma = 3,
                     .cycle_momentum = false}};
  };
  CHECK(equal(rates(cyclic, 4), {0.5, 0, 0, 0, 0.5}));  // PyTorch: 0.5, -0.1, -3.1, -4.9, 0.5
}

TEST_CASE("parity: options that fail late in PyTorch are refused at once") {
  DoubleGroups groups{{.lr = 0.8}};
  CHECK(message_of([&] { StepLR{groups, {.step_size = 0}}; }) == "StepLR: step_size must be positive, got 0");
  CHECK(message_of([&] { CosineAnnealingLR{groups, {.T_max = 0}}; }) ==
        "CosineAnnealingLR: T_max must be positive, got 0");
  using namespace schedule;
  CHECK(message_of([&] {
          SequentialLR{groups,
                       {.schedules = {Exponential<double>{.gamma = 1}, Exponential<double>{.gamma = 1},
                                      Exponential<double>{.gamma = 1}},
                        .milestones = {2, 1}}};
        }) == "SequentialLR: milestones[1] must be greater than 2, got 1");
  CHECK(message_of([&] {
          SequentialLR{groups,
                       {.schedules = {Exponential<double>{.gamma = 1}, Exponential<double>{.gamma = 1},
                                      Exponential<double>{.gamma = 1}},
                        .milestones = {2, 2}}};
        }) == "SequentialLR: milestones[1] must be greater than 2, got 2");
  CHECK_FALSE(groups[0].initial_lr);
}

TEST_CASE("parity: a rate that would overflow stays finite, and zero stays zero") {
  const auto values = rates([](DoubleGroups& o) { return ExponentialLR{o, {.gamma = 1e200}}; }, 3);
  CHECK(values[1] == 0.8 * 1e200);
  CHECK(values[2] > 1e308);
  CHECK(values[3] <= std::numeric_limits<double>::max());
  DoubleGroups groups{{.lr = 0.0}};
  ExponentialLR scheduler{groups, {.gamma = 1e200}};
  for (int t = 0; t < 4; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.0);
  // Here PyTorch has an OverflowError.
  const auto steps = rates([](DoubleGroups& o) { return MultiStepLR{o, {.milestones = {1, 1}, .gamma = 1e200}}; }, 1);
  CHECK(steps[1] <= std::numeric_limits<double>::max());
  DoubleGroups zero{{.lr = 0.0}};
  MultiStepLR repeated{zero, {.milestones = {1, 1}, .gamma = 1e200}};
  repeated.step();
  CHECK(zero[0].lr == 0.0);
}

TEST_CASE("parity: a group added while training follows the schedule from its own rate") {
  DoubleGroups groups{{.lr = 0.8}};
  LambdaLR lambda{groups, {.lr_lambda = [](Epoch) { return 0.5; }}};
  groups.push_back({.lr = 0.4});
  lambda.step();
  CHECK(groups[1].lr == 0.2);

  DoubleGroups more{{.lr = 0.8}};
  StepLR step{more, {.step_size = 1, .gamma = 0.5}};
  step.step();
  more.push_back({.lr = 0.4});
  step.step();
  CHECK(more[1].lr == 0.1);
  CHECK(step.base_lrs()[1] == 0.4);

  DoubleGroups third{{.lr = 0.8}};
  CosineAnnealingLR cosine{third, {.T_max = 4}};
  cosine.step();
  third.push_back({.lr = 0.4});
  for (const double expected : {0.2, 0.05857864376269049, 0.0, 0.05857864376269049}) {
    cosine.step();
    CHECK(std::abs(third[1].lr - expected) < 1e-15);
  }
}

TEST_CASE("parity: a list of min_lr fits the groups at every step") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.8}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 1, .min_lr = {0.1, 0.2}}};
  scheduler.step(1.0);
  groups.push_back({.lr = 0.4});
  CHECK_THROWS_AS(scheduler.step(1.0), std::invalid_argument);  // PyTorch: a step later, where it reduces
  CHECK(scheduler.last_epoch() == 1);

  DoubleGroups others{{.lr = 0.8}, {.lr = 0.8}};
  ReduceLROnPlateau one_for_all{others, {.factor = 0.5, .patience = 1, .min_lr = 0.1}};
  one_for_all.step(1.0);
  others.push_back({.lr = 0.4});
  one_for_all.step(1.0);
  CHECK(others[2].lr == 0.4);
  one_for_all.step(1.0);  // as PyTorch
  CHECK(others[0].lr == 0.4);
  CHECK(others[2].lr == 0.2);
}

TEST_CASE("parity: a relative threshold of a negative metric is PyTorch's, a magnitude is not") {
  DoubleGroups groups{{.lr = 0.8}};
  ReduceLROnPlateau relative{groups, {.patience = 0, .threshold = 0.1}};
  CHECK(relative.step(-1.0) == PlateauReport::improved);
  CHECK(relative.step(-0.95) == PlateauReport::improved);
  ReduceLROnPlateau magnitude{groups, {.patience = 0, .threshold = 0.1, .threshold_mode = ThresholdMode::magnitude}};
  CHECK(magnitude.step(-1.0) == PlateauReport::improved);
  CHECK(magnitude.step(-1.0625) == PlateauReport::reduced);
  CHECK(magnitude.step(-1.125) == PlateauReport::improved);
}

TEST_CASE("parity: loading a state sets the rate") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR saved{groups, {.step_size = 1, .gamma = 0.5}};
  saved.step();
  DoubleGroups other_groups{{.lr = 0.8}};
  StepLR other{other_groups, {.step_size = 1, .gamma = 0.5}};
  other.load_state_dict(saved.state_dict());
  CHECK(other_groups[0].lr == 0.4);
}

TEST_CASE("parity: a sought epoch does not miss its restart") {
  DoubleGroups groups{{.lr = 0.8}};
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 10, .T_mult = 3}};
  scheduler.seek(1209);
  CHECK(std::abs(groups[0].lr - 3.008563337558066575e-06) < 1e-20);
  scheduler.seek(1210);
  CHECK(groups[0].lr == 0.8);  // PyTorch: 0
}

TEST_CASE("parity: get_lr() is get_last_lr(), whenever it is asked") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  CHECK(scheduler.get_lr()[0] == 0.4);
  CHECK(scheduler.get_last_lr()[0] == 0.4);
  CHECK(scheduler.get_lr().data() == scheduler.get_last_lr().data());
}

TEST_CASE("parity: momentum stays in the range of its options") {
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.9}};
  CyclicLR scheduler{groups,
                     {.base_lr = 0.1, .max_lr = 0.2, .step_size_up = 2, .mode = CyclicMode::exp_range, .gamma = 9}};
  CHECK(groups[0].momentum == 0.9);
  for (const double expected : {0.8, 0.8, 0.8, 0.9, 0.8, 0.8}) {
    scheduler.step();
    CHECK(groups[0].momentum == expected);
  }

  // Any momentum from 0, as for PyTorch, and the same values.
  DoubleGroups others{{.lr = 0.8, .momentum = 0.9}};
  CyclicLR heavy{others,
                 {.base_lr = 1.0, .max_lr = 5.0, .step_size_up = 4, .base_momentum = 5.0, .max_momentum = 22.0}};
  CHECK(others[0].momentum == 22.0);
  for (const double expected : {17.75, 13.5, 9.25, 5.0, 9.25}) {
    heavy.step();
    CHECK(others[0].momentum == expected);
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
