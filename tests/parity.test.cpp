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

namespace lr_scheduler::testing {
namespace {

using Groups = std::vector<ParamGroup<double>>;

/// The rate at construction and after each of some steps, from a base rate of 0.8.
template <class Make>
std::vector<double> rates(Make&& make, int steps) {
  Groups groups{{.lr = 0.8, .momentum = 0.9}};
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

template <class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST_CASE("parity: a long run does not drift") {
  Groups groups{{.lr = 0.8}};
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
  CHECK(equal(rates([](Groups& o) { return ConstantLR{o, {.factor = 0.5, .total_iters = 0}}; }, 2), {0.8, 0.8, 0.8}));
  CHECK(
      equal(rates([](Groups& o) { return LinearLR{o, {.start_factor = 0.5, .total_iters = 0}}; }, 2), {0.8, 0.8, 0.8}));
  CHECK(equal(rates([](Groups& o) { return PolynomialLR{o, {.total_iters = 0}}; }, 2), {0, 0, 0}));
}

TEST_CASE("parity: a factor of zero is legal, and over when it is over") {
  CHECK(equal(rates([](Groups& o) { return ConstantLR{o, {.factor = 0, .total_iters = 2}}; }, 3), {0, 0, 0.8, 0.8}));
  CHECK(equal(rates([](Groups& o) { return LinearLR{o, {.start_factor = 0, .total_iters = 2}}; }, 3),
              {0, 0.4, 0.8, 0.8}));
}

TEST_CASE("parity: a factor above 1 is legal") {
  CHECK(equal(rates([](Groups& o) { return LinearLR{o, {.start_factor = 2, .total_iters = 2}}; }, 3),
              {1.6, 1.2, 0.8, 0.8}));
  CHECK(equal(rates([](Groups& o) { return ConstantLR{o, {.factor = 3, .total_iters = 1}}; }, 2), {2.4, 0.8, 0.8}));
}

TEST_CASE("parity: a sequence in a sequence plays from its own 0") {
  using namespace schedule;
  const auto make = [](Groups& o) {
    return SequentialLR{o,
                        {.schedules = {Sequential<double>{.schedules = {Exponential<double>{.gamma = 0.5},
                                                                        Step<double>{.step_size = 1, .gamma = 0.5}},
                                                          .milestones = {2}},
                                       Constant<double>{.factor = 0.5, .total_iters = 9}},
                         .milestones = {4}}};
  };
  CHECK(equal(rates(make, 5), {0.8, 0.4, 0.8, 0.4, 0.4, 0.4}));
}

TEST_CASE("parity: a chain in a sequence") {
  using namespace schedule;
  const auto late = [](Groups& o) {
    return SequentialLR{o,
                        {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 9},
                                       Chained<double>{.schedules = {Exponential<double>{.gamma = 0.5}}}},
                         .milestones = {2}}};
  };
  CHECK(equal(rates(late, 4), {0.4, 0.4, 0.8, 0.4, 0.2}));
  const auto first = [](Groups& o) {
    return SequentialLR{o,
                        {.schedules = {Chained<double>{.schedules = {Exponential<double>{.gamma = 0.5}}},
                                       Constant<double>{.factor = 0.5, .total_iters = 9}},
                         .milestones = {2}}};
  };
  CHECK(equal(rates(first, 3), {0.8, 0.4, 0.4, 0.4}));
}

TEST_CASE("parity: a sequence in a chain of factors is one of the factors") {
  using namespace schedule;
  const auto sequence = Sequential<double>{
      .schedules = {Constant<double>{.factor = 0.5, .total_iters = 9}, Exponential<double>{.gamma = 1}},
      .milestones = {4}};
  const auto step = Step<double>{.step_size = 2, .gamma = 0.5};
  const std::vector<double> product{0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1};
  CHECK(equal(rates([&](Groups& o) { return ChainedScheduler<double>{o, {.schedules = {sequence, step}}}; }, 7),
              product));
  CHECK(equal(rates([&](Groups& o) { return ChainedScheduler<double>{o, {.schedules = {step, sequence}}}; }, 7),
              product));
}

TEST_CASE("parity: a sequence bound after another scheduler chains") {
  Groups groups{{.lr = 0.8}};
  StepLR first{groups, {.step_size = 1, .gamma = 0.5}};
  first.step();
  first.step();
  const SequentialLR second{groups, {.schedules = {schedule::Constant<double>{.factor = 0.5, .total_iters = 9}}}};
  CHECK(groups[0].lr == 0.1);
}

TEST_CASE("parity: a schedule that has not begun leaves the optimizer alone") {
  using namespace schedule;
  Groups groups{{.lr = 0.8, .momentum = 0.5}};
  SequentialLR scheduler{groups,
                         {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 9},
                                        OneCycle<double>{.max_lr = 1.0, .total_steps = 4, .pct_start = 0.5},
                                        Exponential<double>{.gamma = 0.5}},
                          .milestones = {2, 4}}};
  CHECK(groups[0].momentum == 0.5);
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
  Groups groups{{.lr = 0.8}};
  SequentialLR scheduler{
      groups,
      {.schedules = {Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false},
                     Step<double>{.step_size = 2, .gamma = 0.5}},
       .milestones = {3}}};
  CHECK(groups[0].lr == 0.1);
  for (int t = 0; t < 3; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.8);
}

TEST_CASE("parity: each SWALR has its own swa_lr") {
  using namespace schedule;
  const auto swa = [](double swa_lr) {
    return SWA<double>{.swa_lr = swa_lr, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear};
  };
  Groups groups{{.lr = 0.8}};
  SequentialLR scheduler{groups, {.schedules = {swa(0.4), swa(0.1)}, .milestones = {3}}};
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  for (int t = 2; t < 5; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.1);
}

TEST_CASE("parity: OneCycleLR past its end holds or throws") {
  const auto make = [](AfterEnd after_end) {
    return [after_end](Groups& o) {
      return OneCycleLR{
          o, {.max_lr = 1.0, .total_steps = 6, .pct_start = 0.5, .cycle_momentum = false, .after_end = after_end}};
    };
  };
  const auto held = rates(make(AfterEnd::hold), 9);
  CHECK(std::abs(held[5] - 4e-6) < 1e-18);
  for (std::size_t t = 6; t < held.size(); ++t) CHECK(held[t] == held[5]);
  CHECK(rates(make(AfterEnd::error), 6).back() == held[5]);
  CHECK(message_of([&] { static_cast<void>(rates(make(AfterEnd::error), 7)); }) ==
        "OneCycleLR: epoch 7 is past total_steps = 6");
}

TEST_CASE("parity: an empty phase of OneCycleLR is over at once") {
  const auto values = rates(
      [](Groups& o) {
        return OneCycleLR{o, {.max_lr = 1.0, .total_steps = 10, .pct_start = 0.1, .cycle_momentum = false}};
      },
      9);
  CHECK(values.front() == 1.0);
  CHECK(std::abs(values.back() - 4e-6) < 1e-18);
}

TEST_CASE("parity: a chained cosine does not go below zero") {
  Groups groups{{.lr = 0.8}};
  CosineAnnealingLR cosine{groups, {.T_max = 3, .eta_min = 0.3}};
  StepLR step{groups, {.step_size = 2, .gamma = 0.1}};
  double lowest = 1;
  for (int t = 0; t < 20; ++t) {
    cosine.step();
    lowest = std::min(lowest, groups[0].lr);
    step.step();
  }
  CHECK(lowest == 0.0);
}

TEST_CASE("parity: options that fail late in PyTorch are refused at once") {
  Groups groups{{.lr = 0.8}};
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
  CHECK_FALSE(groups[0].initial_lr);
}

TEST_CASE("parity: a rate that would overflow stays finite, and zero stays zero") {
  const auto values = rates([](Groups& o) { return ExponentialLR{o, {.gamma = 1e200}}; }, 3);
  CHECK(values[1] == 0.8 * 1e200);
  CHECK(values[2] > 1e308);
  CHECK(values[3] <= std::numeric_limits<double>::max());
  Groups groups{{.lr = 0.0}};
  ExponentialLR scheduler{groups, {.gamma = 1e200}};
  for (int t = 0; t < 4; ++t) scheduler.step();
  CHECK(groups[0].lr == 0.0);
}

TEST_CASE("parity: a group added while training follows the schedule from its own rate") {
  Groups groups{{.lr = 0.8}};
  LambdaLR lambda{groups, {.lr_lambda = [](Epoch) { return 0.5; }}};
  groups.push_back({.lr = 0.4});
  lambda.step();
  CHECK(groups[1].lr == 0.2);

  Groups more{{.lr = 0.8}};
  StepLR step{more, {.step_size = 1, .gamma = 0.5}};
  step.step();
  more.push_back({.lr = 0.4});
  step.step();
  CHECK(more[1].lr == 0.1);
  CHECK(step.base_lrs()[1] == 0.4);
}

TEST_CASE("parity: loading a state sets the rate") {
  Groups groups{{.lr = 0.8}};
  StepLR saved{groups, {.step_size = 1, .gamma = 0.5}};
  saved.step();
  Groups other_groups{{.lr = 0.8}};
  StepLR other{other_groups, {.step_size = 1, .gamma = 0.5}};
  other.load_state_dict(saved.state_dict());
  CHECK(other_groups[0].lr == 0.4);
}

TEST_CASE("parity: get_lr() is get_last_lr(), whenever it is asked") {
  Groups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  CHECK(scheduler.get_lr()[0] == 0.4);
  CHECK(scheduler.get_last_lr()[0] == 0.4);
  CHECK(scheduler.get_lr().data() == scheduler.get_last_lr().data());
}

TEST_CASE("parity: momentum stays from 0 to below 1") {
  Groups groups{{.lr = 0.8, .momentum = 0.9}};
  CyclicLR scheduler{groups,
                     {.base_lr = 0.1, .max_lr = 0.2, .step_size_up = 2, .mode = CyclicMode::exp_range, .gamma = 9}};
  for (int t = 0; t < 20; ++t) {
    CHECK(groups[0].momentum.value() >= 0.0);
    CHECK(groups[0].momentum.value() < 1.0);
    scheduler.step();
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
