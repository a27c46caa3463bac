// SPDX-License-Identifier: MIT
// How schedulers are made and kept, and what an option that counts takes.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// A scheduler refers to its optimizer: a trainer that holds both by value cannot be moved by accident.
static_assert(!std::is_copy_constructible_v<StepLR<double>> && !std::is_copy_assignable_v<StepLR<double>>);
static_assert(!std::is_move_constructible_v<StepLR<double>> && !std::is_move_assignable_v<StepLR<double>>);
static_assert(!std::is_move_constructible_v<SequentialLR<float>>);
static_assert(!std::is_move_constructible_v<ReduceLROnPlateau<double>>);
static_assert(!std::is_move_constructible_v<Scheduled<schedule::Step<double>, double>>);

struct Trainer {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR<double> scheduler{groups, {.step_size = 3}};
};
static_assert(!std::is_move_constructible_v<Trainer> && !std::is_copy_constructible_v<Trainer>);

StepLR<double> make_step(DoubleGroups& groups) {
  return {groups, {.step_size = 1, .gamma = 0.5}};
}

TEST_CASE("a scheduler is made in place, in an optional, from a function or on the heap") {
  DoubleGroups groups{{.lr = 0.8}};
  SECTION("in an optional") {
    std::optional<StepLR<double>> scheduler;
    scheduler.emplace(groups, schedule::Step<double>{.step_size = 3});
    for (int k = 0; k < 3; ++k) scheduler->step();
    CHECK(groups[0].lr == about(0.08L));
    scheduler.emplace(groups, schedule::Step<double>{.step_size = 1, .gamma = 0.5});
    CHECK(scheduler->base_lrs()[0] == 0.8);
    CHECK(scheduler->last_epoch() == 0);
  }
  SECTION("from a function") {
    StepLR<double> scheduler = make_step(groups);
    scheduler.step();
    CHECK(groups[0].lr == 0.4);
  }
  SECTION("on the heap") {
    const std::unique_ptr<Scheduler<double>> scheduler =
        std::make_unique<ExponentialLR<double>>(groups, schedule::Exponential<double>{.gamma = 0.5});
    scheduler->step();
    CHECK(groups[0].lr == 0.4);
  }
  SECTION("as a member") {
    Trainer trainer;
    for (int k = 0; k < 3; ++k) trainer.scheduler.step();
    CHECK(trainer.groups[0].lr == about(0.08L));
  }
}

// ---- counts ----

/// The rate of the first group, 0.8, after two steps.
template <class Bound, class Options>
double after_two_steps(const Options& options) {
  DoubleGroups groups{{.lr = 0.8, .momentum = 0.5}};
  Bound scheduler{groups, options};
  scheduler.step();
  scheduler.step();
  return groups[0].lr;
}

/// Every count of these is of this type.
template <class I>
void check_counts() {
  const I two{2};
  const I four{4};
  CHECK(after_two_steps<StepLR<double>>(schedule::Step<double>{.step_size = two, .gamma = 0.5}) == 0.4);
  CHECK(after_two_steps<MultiStepLR<double>>(schedule::MultiStep<double>{.milestones = {two, 9, four}, .gamma = 0.5}) ==
        0.4);
  CHECK(after_two_steps<MultiStepLR<double>>(
            schedule::MultiStep<double>{.milestones = std::vector<I>{two, four}, .gamma = 0.5}) == 0.4);
  CHECK(after_two_steps<ConstantLR<double>>(schedule::Constant<double>{.factor = 0.5, .total_iters = four}) == 0.4);
  CHECK(after_two_steps<LinearLR<double>>(schedule::Linear<double>{.start_factor = 0.5, .total_iters = four}) ==
        about(0.6L));
  CHECK(after_two_steps<PolynomialLR<double>>(schedule::Polynomial<double>{.total_iters = four}) == about(0.4L));
  CHECK(after_two_steps<WarmupLR<double>>(schedule::LinearWarmup<double>{.warmup_steps = four}) == about(0.4L));
  CHECK(after_two_steps<CosineAnnealingLR<double>>(schedule::CosineAnnealing<double>{.T_max = four}) == about(0.4L));
  CHECK(after_two_steps<CosineAnnealingWarmRestarts<double>>(
            schedule::CosineAnnealingWarmRestarts<double>{.T_0 = two, .T_mult = two}) == 0.8);
  CHECK(after_two_steps<CyclicLR<double>>(schedule::Cyclic<double>{
            .base_lr = 0.1, .max_lr = 0.5, .step_size_up = two, .step_size_down = four}) == 0.5);
  CHECK(after_two_steps<OneCycleLR<double>>(
            schedule::OneCycle<double>{.max_lr = 1, .total_steps = four, .pct_start = 0.75}) == 1);
  CHECK(after_two_steps<OneCycleLR<double>>(
            schedule::OneCycle<double>{.max_lr = 1, .epochs = two, .steps_per_epoch = two, .pct_start = 0.75}) == 1);
  CHECK(after_two_steps<SWALR<double>>(schedule::SWA<double>{
            .swa_lr = 0.4, .anneal_epochs = four, .anneal_strategy = AnnealStrategy::linear}) == about(0.6L));
  CHECK(after_two_steps<SequentialLR<double>>(schedule::Sequential<double>{
            .schedules = {schedule::Constant<double>{.factor = 0.5}, schedule::Exponential<double>{.gamma = 0.5},
                          schedule::Exponential<double>{.gamma = 0.5}},
            .milestones = {two, 3}}) == 0.8);

  DoubleGroups groups{{.lr = 0.8}};
  ReduceLROnPlateau plateau{groups, {.factor = 0.5, .patience = two, .cooldown = four}};
  for (int k = 0; k < 4; ++k) plateau.step(1.0);
  CHECK(groups[0].lr == 0.4);
  CHECK(plateau.cooldown_counter() == 4);
}

TEST_CASE("a count is of any integer type") {
  SECTION("std::size_t") {
    check_counts<std::size_t>();
  }
  SECTION("int") {
    check_counts<int>();
  }
  SECTION("unsigned") {
    check_counts<unsigned>();
  }
  SECTION("long long") {
    check_counts<long long>();
  }
  SECTION("std::int16_t") {
    check_counts<std::int16_t>();
  }
  SECTION("std::uint8_t") {
    check_counts<std::uint8_t>();
  }
}

TEST_CASE("integers of several types stand among one list of milestones") {
  const std::size_t steps_per_epoch = 100;
  const schedule::MultiStep<double> schedule{.milestones = {30 * steps_per_epoch, 50, 8LL, 7U}, .gamma = 0.5};
  CHECK(schedule.at(6, 0.8) == 0.8);
  CHECK(schedule.at(7, 0.8) == 0.4);
  CHECK(schedule.at(8, 0.8) == 0.2);
  CHECK(schedule.at(50, 0.8) == 0.1);
  CHECK(schedule.at(3000, 0.8) == 0.05);
}

TEST_CASE("an unsigned count above 2^63 - 1 is refused") {
  const std::size_t too_many = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS((schedule::Step<double>{.step_size = too_many}), std::invalid_argument);
  CHECK_THROWS_AS((schedule::CosineAnnealing<double>{.T_max = std::size_t{1} << 63}), std::invalid_argument);
  CHECK_THROWS_AS((schedule::MultiStep<double>{.milestones = {5, too_many}}), std::invalid_argument);
  CHECK_THROWS_AS((schedule::Constant<double>{.total_iters = too_many}), std::invalid_argument);
  CHECK_THROWS_AS((schedule::OneCycle<double>{.max_lr = 1, .total_steps = too_many}), std::invalid_argument);
  CHECK_NOTHROW(schedule::Step<double>{.step_size = too_many / 2});
}

}  // namespace
}  // namespace lr_scheduler::testing
