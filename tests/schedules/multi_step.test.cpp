// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/multi_step.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE(
    "MultiStepLR multiplies the rates by gamma at each milestone, in any order, twice where one is "
    "repeated",
    "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  MultiStepLR scheduler{groups, {.milestones = {5, 2, 5}, .gamma = T(0.5L)}};
  check_rates(
      scheduler, groups,
      {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.0125L, 0.05L}, {0.0125L, 0.05L}});
}

TEMPLATE_TEST_CASE("MultiStepLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = MultiStepLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.milestones = {3, -1}}, "MultiStepLR: milestones[1] must not be negative, got -1");
  check_refused<Bound>({.milestones = {3}, .gamma = T(-0.5L)},
                       "MultiStepLR: gamma must be finite and not negative, got -0.5");
  check_refused<Bound>({.milestones = {3}, .gamma = infinity},
                       "MultiStepLR: gamma must be finite and not negative, got inf");
  check_refused<Bound>({.milestones = {3}, .gamma = nan},
                       "MultiStepLR: gamma must be finite and not negative, got nan");
}

TEST_CASE("MultiStepLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups, {.milestones = {5, 2, 5}, .gamma = 0.5}};
  check_user_changes_rate(scheduler, groups,
                          {{0.1L, 0.4L},
                           {0.05L, 0.2L},
                           {0.07L, 0.2L},
                           {0.07L, 0.2L},
                           {0.0175L, 0.05L},
                           {0.0175L, 0.05L},
                           {0.0175L, 0.05L}});
}

TEST_CASE("MultiStepLR with a milestone at 0 decays at construction") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups, {.milestones = {0, 2}, .gamma = 0.5}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}, {0.025L, 0.1L}});
}

TEST_CASE("MultiStepLR without milestones leaves the rate alone") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("MultiStepLR takes milestones that no run reaches") {
  const schedule::MultiStep<double> schedule{.milestones = {std::numeric_limits<Epoch>::max(), 7}, .gamma = 0.5};
  CHECK(schedule.at(6, 0.5) == 0.5);
  CHECK(schedule.at(7, 0.5) == 0.25);
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), 0.5) == 0.125);
}

}  // namespace
}  // namespace lr_scheduler::testing
