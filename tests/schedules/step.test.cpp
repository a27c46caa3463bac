// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/step.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("StepLR multiplies the rates by gamma every step_size epochs", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  StepLR scheduler{groups, {.step_size = 3}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.1L, 0.4L},
               {0.1L, 0.4L},
               {0.01L, 0.04L},
               {0.01L, 0.04L},
               {0.01L, 0.04L},
               {0.001L, 0.004L},
               {0.001L, 0.004L}});
}

TEMPLATE_TEST_CASE("StepLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = StepLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.step_size = 0}, "StepLR: step_size must be positive, got 0");
  check_refused<Bound>({.step_size = -3}, "StepLR: step_size must be positive, got -3");
  check_refused<Bound>({.step_size = 3, .gamma = T(-0.5L)}, "StepLR: gamma must be finite and not negative, got -0.5");
  check_refused<Bound>({.step_size = 3, .gamma = infinity}, "StepLR: gamma must be finite and not negative, got inf");
  check_refused<Bound>({.step_size = 3, .gamma = nan}, "StepLR: gamma must be finite and not negative, got nan");
}

TEST_CASE("StepLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  StepLR scheduler{groups, {.step_size = 2, .gamma = 0.5}};
  check_user_changes_rate(scheduler, groups,
                          {{0.1L, 0.4L},
                           {0.05L, 0.2L},
                           {0.07L, 0.2L},
                           {0.035L, 0.1L},
                           {0.035L, 0.1L},
                           {0.0175L, 0.05L},
                           {0.0175L, 0.05L},
                           {0.00875L, 0.025L}});
}

TEST_CASE("StepLR with gamma 0 stays at 0 until the user sets a rate") {
  auto groups = two_groups<double>();
  StepLR scheduler{groups, {.step_size = 2, .gamma = 0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0, 0}, {0, 0}, {0, 0}});
  groups[0].lr = 0.25;
  scheduler.step();
  CHECK(groups[0].lr == 0.25);
  scheduler.step();
  CHECK(groups[0].lr == 0);
}

TEST_CASE("StepLR with a step_size beyond all epochs leaves the rate alone") {
  const schedule::Step<float> schedule{.step_size = Epoch{1} << 62};
  CHECK(schedule.at((Epoch{1} << 62) - 1, 0.1F) == 0.1F);
  CHECK(schedule.at(Epoch{1} << 62, 0.1F) == about(0.01L, 1));
}

}  // namespace
}  // namespace lr_scheduler::testing
