// SPDX-License-Identifier: MIT
#include <lr_scheduler/schedules/linear_warmup.hpp>
// First, to show that it needs no other header.

#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("WarmupLR rises in a straight line from 0 to the base rate and stays there", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLR scheduler{groups, {.warmup_steps = 4}};
  check_rates(scheduler, groups, {{0L, 0L}, {0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("WarmupLR rises from start_factor", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLR scheduler{groups, {.warmup_steps = 3, .start_factor = T(0.25L)}};
  check_rates(scheduler, groups, {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("WarmupLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = WarmupLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1}, "WarmupLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = T(-0.5L)},
                       "WarmupLR: start_factor must be finite and not negative, got -0.5");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = infinity},
                       "WarmupLR: start_factor must be finite and not negative, got inf");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = nan},
                       "WarmupLR: start_factor must be finite and not negative, got nan");
}

TEST_CASE("WarmupLR goes on from a rate that the user sets, as PyTorch's LinearLR does") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 4, .start_factor = 0.25}};
  check_user_changes_rate(scheduler, groups,
                          {{0.04375L, 0.175L}, {0.0625L, 0.25L}, {0.091L, 0.325L}, {0.112L, 0.4L}, {0.112L, 0.4L}});
}

TEST_CASE("WarmupLR between steps is on the same line") {
  const schedule::LinearWarmup<double> schedule{.warmup_steps = 4};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 0.8) == about(0.1L));
  CHECK(schedule.at(3.5, 0.8) == about(0.7L));
  CHECK(schedule.at(4.5, 0.8) == 0.8);
}

TEST_CASE("WarmupLR with 0 steps is at the base rate") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("WarmupLR with a start_factor above 1 falls to the base rate") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 2, .start_factor = 3}};
  check_rates(scheduler, groups, {{0.3L, 1.2L}, {0.2L, 0.8L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("WarmupLR goes to its line from a rate that the user sets where it is 0") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 4}};
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == about(0.025L));
  scheduler.step();
  CHECK(groups[0].lr == about(0.05L));
}

TEST_CASE("WarmupLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch horizon = Epoch{1} << 62;
  WarmupLR scheduler{groups, {.warmup_steps = horizon}};
  scheduler.seek(horizon / 4);
  CHECK(groups[0].lr == 0.025F);
  scheduler.step();
  CHECK(groups[0].lr == 0.025F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0.1F);
}

}  // namespace
}  // namespace lr_scheduler::testing
