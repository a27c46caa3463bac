// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/warmup_linear.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and at compile time.
static_assert(std::is_trivially_copyable_v<schedule::WarmupLinear<float>>);
static_assert(std::same_as<decltype(schedule::WarmupLinear<float>{1, 2}.at(0)), Factor<float>>);
static_assert(schedule::WarmupLinear<double>{.warmup_steps = 2, .total_steps = 6}.at(1, 0.5) == 0.25);
static_assert(schedule::WarmupLinear<long double>{.warmup_steps = 2, .total_steps = 6}.at(4, 0.5L) == 0.25L);
static_assert(schedule::WarmupLinear<float>{.warmup_steps = 2, .total_steps = 6}.at(6, 0.5F) == 0);

TEMPLATE_TEST_CASE("WarmupLinearLR rises to the base rate and falls in a straight line to 0", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLinearLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6}};
  check_rates(
      scheduler, groups,
      {{0, 0}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0, 0}, {0, 0}, {0, 0}});
}

TEMPLATE_TEST_CASE("WarmupLinearLR rises from start_factor and falls to min_ratio", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLinearLR scheduler{groups,
                           {.warmup_steps = 2, .total_steps = 4, .min_ratio = T(0.2L), .start_factor = T(0.5L)}};
  check_rates(scheduler, groups,
              {{0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.06L, 0.24L}, {0.02L, 0.08L}, {0.02L, 0.08L}});
}

TEMPLATE_TEST_CASE("WarmupLinearLR makes the first update count where first_update says so", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupLinearLR scheduler{groups, {.warmup_steps = 2, .total_steps = 4, .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}, {0, 0}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupLinearLR scheduler{groups,
                             {.warmup_steps = 3, .total_steps = 5, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}, {0, 0}});
  }
}

TEMPLATE_TEST_CASE("WarmupLinearLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = WarmupLinearLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1, .total_steps = 4},
                       "WarmupLinearLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 5, .total_steps = 4},
                       "WarmupLinearLR: total_steps must be at least warmup_steps, 5, got 4");
  check_refused<Bound>({.warmup_steps = 0, .total_steps = -1},
                       "WarmupLinearLR: total_steps must be at least warmup_steps, 0, got -1");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .min_ratio = nan},
                       "WarmupLinearLR: min_ratio must be finite and not negative, got nan");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .start_factor = infinity},
                       "WarmupLinearLR: start_factor must be finite and not negative, got inf");
  check_refused<Bound>(
      {.warmup_steps = 1, .total_steps = 4, .start_factor = T(0.5L), .first_update = FirstUpdate::one_of_w_plus_1},
      "WarmupLinearLR: start_factor must be 0 where first_update gives the first factor, got 0.5");
}

TEST_CASE("WarmupLinearLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  WarmupLinearLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.0525L, 0.3L}, {0.035L, 0.2L}, {0.0175L, 0.1L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("WarmupLinearLR between steps is on the same lines") {
  const schedule::WarmupLinear<double> schedule{.warmup_steps = 2, .total_steps = 6};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 0.8) == about(0.6L));
  CHECK(schedule.at(3.5, 0.8) == about(0.5L));
  CHECK(schedule.at(5.875, 0.8) == about(0.025L));
  CHECK(schedule.at(6.5, 0.8) == 0);
}

TEST_CASE("WarmupLinearLR with a warm-up as long as the run is at its end after it") {
  auto groups = two_groups<double>();
  WarmupLinearLR scheduler{groups, {.warmup_steps = 2, .total_steps = 2, .min_ratio = 0.1}};
  check_rates(scheduler, groups, {{0, 0}, {0.05L, 0.2L}, {0.01L, 0.04L}, {0.01L, 0.04L}});
}

TEST_CASE("WarmupLinearLR with 0 steps is at its end") {
  auto groups = two_groups<double>();
  WarmupLinearLR scheduler{groups, {.warmup_steps = 0, .total_steps = 0, .min_ratio = 0.5}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}});
}

TEST_CASE("WarmupLinearLR seeks to where steps lead, in the warm-up, after it and past the end") {
  auto groups = two_groups<double>();
  WarmupLinearLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6}};
  scheduler.seek(5);
  CHECK(groups[1].lr == 0.1);
  scheduler.seek(1);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(1000);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("WarmupLinearLR changes at each step until the end, and then no more") {
  const schedule::WarmupLinear<double> schedule{.warmup_steps = 2, .total_steps = 6};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(5) == 6);
  CHECK(schedule.unchanged_until(6) == std::numeric_limits<Epoch>::max());
  CHECK(schedule.duration() == 6);
}

TEST_CASE("WarmupLinearLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch quarter = Epoch{1} << 60;
  WarmupLinearLR scheduler{groups, {.warmup_steps = quarter, .total_steps = 4 * quarter}};
  scheduler.seek(quarter / 2);
  CHECK(groups[0].lr == 0.05F);
  scheduler.step();
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(quarter / 2 * 5);
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(4 * quarter - 1);
  CHECK(groups[0].lr == about(2.891205793294678490687e-20L));
  scheduler.step();
  CHECK(groups[0].lr == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
