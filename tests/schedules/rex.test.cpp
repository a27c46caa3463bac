// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/rex.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and at compile time.
static_assert(std::is_trivially_copyable_v<schedule::Rex<float>>);
static_assert(std::same_as<decltype(schedule::Rex<float>{1}.at(0)), Factor<float>>);
static_assert(schedule::Rex<double>{.total_steps = 4}.at(0, 0.5) == 0.5);
static_assert(schedule::Rex<double>{.total_steps = 4, .min_ratio = 0.5}.at(4, 0.5) == 0.25);

TEMPLATE_TEST_CASE("RexLR falls slowly, then fast, to 0 and stays there", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  RexLR scheduler{groups, {.total_steps = 4}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.08571428571428571428571L, 0.3428571428571428571429L},
               {0.06666666666666666666667L, 0.2666666666666666666667L},
               {0.04L, 0.16L},
               {0, 0},
               {0, 0},
               {0, 0}});
}

TEMPLATE_TEST_CASE("RexLR falls to min_ratio of the base rate", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  RexLR scheduler{groups, {.total_steps = 4, .min_ratio = T(0.1L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.08714285714285714285714L, 0.3485714285714285714286L},
               {0.07L, 0.28L},
               {0.046L, 0.184L},
               {0.01L, 0.04L},
               {0.01L, 0.04L}});
}

TEMPLATE_TEST_CASE("RexLR keeps its digits at both ends of a long run", "", double, long double) {
  using T = TestType;
  const schedule::Rex<T> schedule{.total_steps = 100'000};
  CHECK(schedule.at(1, T(1)) == about(0.9999949999749998749994L));
  CHECK(schedule.at(33'333, T(1)) == about(0.8000023999952000096L));
  CHECK(schedule.at(99'999, T(1)) == about(0.0000199998000019999800002L));
}

TEMPLATE_TEST_CASE("RexLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = RexLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.total_steps = -1}, "RexLR: total_steps must not be negative, got -1");
  check_refused<Bound>({.total_steps = 4, .min_ratio = T(-0.5L)},
                       "RexLR: min_ratio must be finite and not negative, got -0.5");
  check_refused<Bound>({.total_steps = 4, .min_ratio = infinity},
                       "RexLR: min_ratio must be finite and not negative, got inf");
  check_refused<Bound>({.total_steps = 4, .min_ratio = nan},
                       "RexLR: min_ratio must be finite and not negative, got nan");
}

TEST_CASE("RexLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  RexLR scheduler{groups, {.total_steps = 4}};
  // 0.07, by the ratio of 2 / 5 to 2 / 3; from then on 0.
  check_user_changes_rate(scheduler, groups,
                          {{0.08571428571428571428571L, 0.3428571428571428571429L},
                           {0.06666666666666666666667L, 0.2666666666666666666667L},
                           {0.042L, 0.16L},
                           {0, 0},
                           {0, 0}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("RexLR between steps is on the same curve") {
  const schedule::Rex<double> schedule{.total_steps = 4};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 1.0) == about(0.9333333333333333333333L));
  CHECK(schedule.at(3.5, 1.0) == about(0.2222222222222222222222L));
  CHECK(schedule.at(4.5, 1.0) == 0);
}

TEST_CASE("RexLR with 0 steps is at its end") {
  auto groups = two_groups<double>();
  RexLR scheduler{groups, {.total_steps = 0, .min_ratio = 0.5}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}});
}

TEST_CASE("RexLR with a min_ratio above 1 rises") {
  auto groups = two_groups<double>();
  RexLR scheduler{groups, {.total_steps = 2, .min_ratio = 4}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.2L, 0.8L}, {0.4L, 1.6L}, {0.4L, 1.6L}});
}

TEST_CASE("RexLR seeks to where steps lead, and past the end") {
  auto groups = two_groups<double>();
  RexLR scheduler{groups, {.total_steps = 4}};
  scheduler.seek(3);
  CHECK(groups[1].lr == about(0.16L));
  scheduler.seek(0);
  CHECK(groups[1].lr == 0.4);
  scheduler.seek(1000);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("RexLR changes at each step until the end, and then no more") {
  const schedule::Rex<double> schedule{.total_steps = 4};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(3) == 4);
  CHECK(schedule.unchanged_until(4) == std::numeric_limits<Epoch>::max());
  CHECK(schedule.duration() == 4);
}

TEST_CASE("RexLR over a huge horizon is exact") {
  const Epoch horizon = Epoch{1} << 62;
  const schedule::Rex<double> schedule{.total_steps = horizon};
  CHECK(schedule.at(horizon / 4, 1.0) == about(0.8571428571428571428571L));
  CHECK(schedule.at(horizon - 1, 1.0) == about(4.336808689942017735089e-19L));
  CHECK(schedule.at(horizon, 1.0) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
