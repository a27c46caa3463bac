// SPDX-License-Identifier: MIT
// Schedules asked directly, without an optimizer: for their momentum, for what they can do.
#include <functional>
#include <optional>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Any = AnySchedule<double>;

/// Linear, so that momentum is 0.95, 0.91666, 0.88333 and 0.85 at epochs 0 to 3.
schedule::OneCycle<double> straight_cycle() {
  return {.max_lr = 1, .total_steps = 8, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear};
}

schedule::Multiplicative<double> halving_function() {
  const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
  return {.lr_lambda = half};
}

// ---- momentum ----

TEST_CASE("a schedule that drives momentum is asked for it at a time, for a group") {
  // The rates and momentums of PyTorch's own test.
  const schedule::OneCycle<double> cycle{.max_lr = 25,
                                         .total_steps = 10,
                                         .anneal_strategy = AnnealStrategy::linear,
                                         .base_momentum = {1, 11},
                                         .max_momentum = 22,
                                         .final_div_factor = 2};
  CHECK(cycle.at(0).momentum(0.1) == 22.0);
  CHECK(cycle.at(1).momentum(0.1).value() == about(11.5L));
  CHECK(cycle.at(2).momentum(0.1) == 1.0);
  CHECK(cycle.at(5).momentum(0.1).value() == about(10));
  CHECK(cycle.at(9).momentum(0.1) == 22.0);
  CHECK(cycle.at(2).momentum(Group<double>(0.1, 1)) == 11.0);
  CHECK(cycle.at(2, Group<double>(0.1, 0)) == 25);
  // Between two epochs, too.
  CHECK(cycle.at(0.5).momentum(0.1).value() == about(16.75L));

  const schedule::Cyclic<double> triangle{
      .base_lr = 1, .max_lr = 5, .step_size_up = 4, .base_momentum = 1, .max_momentum = 5};
  const std::vector<double> momentums{5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3};
  for (std::size_t t = 0; t < momentums.size(); ++t) CHECK(triangle.at(t).momentum(0.1) == momentums[t]);
}

TEST_CASE("a schedule that leaves momentum alone says so") {
  const schedule::Cyclic<double> cycle{.base_lr = 1, .max_lr = 5, .cycle_momentum = false};
  CHECK(cycle.at(3).momentum(0.1) == std::nullopt);
  CHECK(Any(cycle).momentum(3, 0.1) == std::nullopt);
  CHECK(Any(schedule::Exponential<double>{.gamma = 0.5}).momentum(3, 0.1) == std::nullopt);
}

TEST_CASE("a sequence is asked for its momentum: a phase that drives none leaves it where the phase before ends") {
  const Any sequence =
      schedule::Sequential<double>{.schedules = {straight_cycle(), schedule::Step<double>{.step_size = 2},
                                                 schedule::Exponential<double>{.gamma = 0.5}},
                                   .milestones = {3, 5}};
  CHECK(sequence.momentum(0, 0.1) == 0.95);
  CHECK(sequence.momentum(2, 0.1).value() == about(0.88333333333333333333L));
  CHECK(sequence.momentum(3, 0.1).value() == about(0.88333333333333333333L));
  CHECK(sequence.momentum(4, 0.1).value() == about(0.88333333333333333333L));
  CHECK(sequence.momentum(500, 0.1).value() == about(0.88333333333333333333L));

  const Any late = schedule::Sequential<double>{.schedules = {schedule::Step<double>{.step_size = 2}, straight_cycle()},
                                                .milestones = {3}};
  CHECK(late.momentum(2, 0.1) == std::nullopt);
  CHECK(late.momentum(3, 0.1) == 0.95);

  const Any chain = schedule::Chained<double>{.schedules = {sequence, schedule::Exponential<double>{.gamma = 0.5}}};
  CHECK(chain.momentum(4, 0.1).value() == about(0.88333333333333333333L));

  const Any groups = schedule::PerGroup<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.5}, sequence}};
  CHECK(groups.momentum(4, Group<double>(0.1, 0)) == std::nullopt);
  CHECK(groups.momentum(4, Group<double>(0.1, 1)).value() == about(0.88333333333333333333L));
}

// ---- abilities ----

TEST_CASE("each group is asked for itself what a schedule can do for it") {
  const schedule::PerGroup<double> groups{
      .schedules = {schedule::CosineAnnealing<double>{.T_max = 9}, halving_function(), straight_cycle()}};
  const Any sequence = schedule::Sequential<double>{
      .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2}, groups}, .milestones = {2}};
  CHECK(sequence.abilities(0).closed_form);
  CHECK(sequence.abilities(0).continuous);
  CHECK_FALSE(sequence.abilities(0).momentum);
  CHECK_FALSE(sequence.abilities(1).closed_form);
  CHECK_FALSE(sequence.abilities(1).continuous);
  CHECK(sequence.abilities(2).closed_form);
  CHECK(sequence.abilities(2).momentum);

  const Any late_average = schedule::Sequential<double>{
      .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2},
                    schedule::PerGroup<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.5},
                                                             schedule::SWA<double>{.swa_lr = 0.05}}}},
      .milestones = {2}};
  CHECK(late_average.abilities(0).closed_form);
  CHECK_FALSE(late_average.abilities(1).closed_form);
}

TEST_CASE("a schedule's abilities are those of its curve") {
  const Abilities step = Any(schedule::Step<double>{.step_size = 3}).abilities(0);
  CHECK(step.closed_form);
  CHECK(step.factor);
  CHECK_FALSE(step.continuous);
  CHECK_FALSE(step.momentum);
  CHECK_FALSE(step.goes_on);
  CHECK_FALSE(step.own_base);
  const Abilities linear = Any(schedule::Linear<double>{}).abilities(0);
  CHECK(linear.closed_form);
  CHECK(linear.factor);
  CHECK(linear.continuous);
  const Abilities cosine = Any(schedule::CosineAnnealing<double>{.T_max = 9}).abilities(0);
  CHECK(cosine.closed_form);
  CHECK(cosine.continuous);
  CHECK_FALSE(cosine.factor);
  const Abilities cyclic = Any(schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5}).abilities(0);
  CHECK(cyclic.momentum);
  CHECK(cyclic.own_base);
  CHECK_FALSE(
      Any(schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false}).abilities(0).momentum);
  CHECK_FALSE(Any(halving_function()).abilities(0).closed_form);
  CHECK(Any(halving_function()).abilities(0).goes_on);
  const Abilities average = Any(schedule::SWA<double>{.swa_lr = 0.05}).abilities(0);
  CHECK(average.closed_form);
  CHECK(average.goes_on);
}

TEST_CASE("a factor is asked for its value") {
  CHECK(schedule::Linear<double>{.start_factor = 0.5, .total_iters = 4}.at(1).value == about(0.625L));
  CHECK(schedule::Linear<double>{.start_factor = 0.5, .total_iters = 4}.at(0.5).value == about(0.5625L));
  CHECK(schedule::LinearWarmup<double>{.warmup_steps = 4}.at(3).value == about(0.75L));
}

// ---- text ----

}  // namespace
}  // namespace lr_scheduler::testing
