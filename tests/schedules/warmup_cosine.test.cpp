// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/warmup_cosine.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and at compile time.
static_assert(std::is_trivially_copyable_v<schedule::WarmupCosine<float>>);
static_assert(std::same_as<decltype(schedule::WarmupCosine<float>{1, 2}.at(0)), Factor<float>>);
static_assert(schedule::WarmupCosine<double>{.warmup_steps = 2, .total_steps = 6}.at(1, 0.5) == 0.25);
static_assert(schedule::WarmupCosine<double>{.warmup_steps = 2, .total_steps = 6}.at(2, 0.5) == 0.5);
static_assert(schedule::WarmupCosine<float>{.warmup_steps = 2, .total_steps = 6, .min_ratio = 0.5F}.at(6, 0.5F) ==
              0.25F);

TEMPLATE_TEST_CASE("WarmupCosineLR rises to the base rate and falls along half a cosine wave to min_ratio of it", "",
                   float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6, .min_ratio = T(0.1L)}};
  check_rates(scheduler, groups,
              {{0, 0},
               {0.05L, 0.2L},
               {0.1L, 0.4L},
               {0.08681980515339463859804L, 0.3472792206135785543922L},
               {0.055L, 0.22L},
               {0.02318019484660536140196L, 0.0927207793864214456078L},
               {0.01L, 0.04L},
               {0.01L, 0.04L},
               {0.01L, 0.04L}});
}

TEMPLATE_TEST_CASE("WarmupCosineLR rises from start_factor and falls to 0 by default", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 3, .total_steps = 6, .start_factor = T(0.25L)}};
  check_rates(
      scheduler, groups,
      {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.025L, 0.1L}, {0, 0}, {0, 0}});
}

TEMPLATE_TEST_CASE("WarmupCosineLR makes the first update count where first_update says so", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupCosineLR scheduler{
        groups, {.warmup_steps = 2, .total_steps = 4, .min_ratio = T(0.5L), .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupCosineLR scheduler{groups,
                             {.warmup_steps = 3, .total_steps = 5, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  }
}

TEMPLATE_TEST_CASE("WarmupCosineLR goes through num_cycles waves and holds where they end", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("a whole one ends at the top") {
    WarmupCosineLR scheduler{groups, {.warmup_steps = 1, .total_steps = 5, .num_cycles = 1}};
    check_rates(scheduler, groups,
                {{0, 0}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
  SECTION("one and a half end at the bottom") {
    WarmupCosineLR scheduler{groups,
                             {.warmup_steps = 0, .total_steps = 6, .min_ratio = T(0.5L), .num_cycles = T(1.5L)}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.075L, 0.3L},
                 {0.05L, 0.2L},
                 {0.075L, 0.3L},
                 {0.1L, 0.4L},
                 {0.075L, 0.3L},
                 {0.05L, 0.2L},
                 {0.05L, 0.2L}});
  }
  SECTION("a quarter ends half way") {
    WarmupCosineLR scheduler{groups, {.warmup_steps = 0, .total_steps = 2, .num_cycles = T(0.25L)}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L}, {0.08535533905932737622L, 0.3414213562373095048802L}, {0.05L, 0.2L}, {0.05L, 0.2L}});
  }
  SECTION("none stays at the base rate") {
    WarmupCosineLR scheduler{groups, {.warmup_steps = 1, .total_steps = 3, .num_cycles = 0}};
    check_rates(scheduler, groups, {{0, 0}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
}

TEMPLATE_TEST_CASE("WarmupCosineLR keeps its digits in a long run", "", double, long double) {
  using T = TestType;
  const schedule::WarmupCosine<T> schedule{.warmup_steps = 1000, .total_steps = 100'000};
  CHECK(schedule.at(1, T(1)) == about(0.001L));
  CHECK(schedule.at(1001, T(1)) == about(0.9999999997482500663131L));
  CHECK(schedule.at(33'333, T(1)) == about(0.7591085005305391264138L));
  CHECK(schedule.at(99'999, T(1)) == about(2.517499336868976261171e-10L));
  CHECK(schedule.at(99'999.75, T(1)) == about(1.573437085666895376357e-11L));
  const schedule::WarmupCosine<T> waves{.warmup_steps = 100, .total_steps = 1100, .num_cycles = T(2.5L)};
  CHECK(waves.at(777, T(1)) == about(0.323262578110371437638L));
}

TEMPLATE_TEST_CASE("WarmupCosineLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = WarmupCosineLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1, .total_steps = 4},
                       "WarmupCosineLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 5, .total_steps = 4},
                       "WarmupCosineLR: total_steps must be at least warmup_steps, 5, got 4");
  check_refused<Bound>({.warmup_steps = 0, .total_steps = -1},
                       "WarmupCosineLR: total_steps must be at least warmup_steps, 0, got -1");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .min_ratio = T(-0.5L)},
                       "WarmupCosineLR: min_ratio must be finite and not negative, got -0.5");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .start_factor = nan},
                       "WarmupCosineLR: start_factor must be finite and not negative, got nan");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .num_cycles = infinity},
                       "WarmupCosineLR: num_cycles must be finite and not negative, got inf");
  check_refused<Bound>(
      {.warmup_steps = 1, .total_steps = 4, .start_factor = T(0.5L), .first_update = FirstUpdate::one_of_w},
      "WarmupCosineLR: start_factor must be 0 where first_update gives the first factor, got 0.5");
}

TEST_CASE("WarmupCosineLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 2, .total_steps = 5}};
  check_user_changes_rate(scheduler, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.0525L, 0.3L}, {0.0175L, 0.1L}, {0, 0}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("WarmupCosineLR between steps is on the same curve") {
  const schedule::WarmupCosine<double> schedule{.warmup_steps = 2, .total_steps = 6, .min_ratio = 0.1};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 0.8) == about(0.6L));
  CHECK(schedule.at(4.5, 1.0) == about(0.3777924554357096027222L));
  CHECK(schedule.at(6.5, 0.8) == about(0.08L));
  const schedule::WarmupCosine<double> shifted{
      .warmup_steps = 2, .total_steps = 6, .first_update = FirstUpdate::one_of_w};
  CHECK(shifted.at(0.5, 0.8) == about(0.6L));
  CHECK(shifted.at(1.5, 0.8) == 0.8);
}

TEST_CASE("WarmupCosineLR with a warm-up as long as the run is at its end after it") {
  auto groups = two_groups<double>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 2, .total_steps = 2, .min_ratio = 0.1}};
  check_rates(scheduler, groups, {{0, 0}, {0.05L, 0.2L}, {0.01L, 0.04L}, {0.01L, 0.04L}});
}

TEST_CASE("WarmupCosineLR with 0 steps is at its end") {
  auto groups = two_groups<double>();
  SECTION("of half a wave") {
    WarmupCosineLR scheduler{groups, {.warmup_steps = 0, .total_steps = 0, .min_ratio = 0.1}};
    check_rates(scheduler, groups, {{0.01L, 0.04L}, {0.01L, 0.04L}});
  }
  SECTION("of a whole wave") {
    WarmupCosineLR scheduler{groups, {.warmup_steps = 0, .total_steps = 0, .num_cycles = 1}};
    check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
  }
}

TEST_CASE("WarmupCosineLR with ratios above 1 falls to the base rate and rises from it") {
  auto groups = two_groups<double>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 1, .total_steps = 3, .min_ratio = 2, .start_factor = 3}};
  check_rates(scheduler, groups, {{0.3L, 1.2L}, {0.1L, 0.4L}, {0.15L, 0.6L}, {0.2L, 0.8L}, {0.2L, 0.8L}});
}

TEST_CASE("WarmupCosineLR seeks to where steps lead, in the warm-up, after it and past the end") {
  auto groups = two_groups<double>();
  WarmupCosineLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6}};
  scheduler.seek(4);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(1);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(1000);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("WarmupCosineLR changes at each step until the end, and then no more") {
  const schedule::WarmupCosine<double> schedule{.warmup_steps = 2, .total_steps = 6};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(5) == 6);
  CHECK(schedule.unchanged_until(6) == std::numeric_limits<Epoch>::max());
  CHECK(schedule.duration() == 6);
}

TEST_CASE("WarmupCosineLR over a huge horizon is exact") {
  const Epoch quarter = Epoch{1} << 60;
  const schedule::WarmupCosine<double> schedule{.warmup_steps = quarter, .total_steps = 4 * quarter};
  CHECK(schedule.at(quarter / 2, 0.8) == 0.4);
  CHECK(schedule.at(quarter, 0.8) == 0.8);
  CHECK(schedule.at(quarter / 2 * 5, 0.8) == 0.4);
  CHECK(schedule.at(4 * quarter - 1, 1.0) == about(2.062518083258902632742e-37L));
  CHECK(schedule.at(4 * quarter, 0.8) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
