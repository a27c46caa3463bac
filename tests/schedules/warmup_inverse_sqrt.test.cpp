// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/warmup_inverse_sqrt.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and where it needs no root at compile time.
static_assert(std::is_trivially_copyable_v<schedule::WarmupInverseSqrt<float>>);
static_assert(std::same_as<decltype(schedule::WarmupInverseSqrt<float>{1}.at(0)), Factor<float>>);
static_assert(schedule::WarmupInverseSqrt<double>{.warmup_steps = 2}.at(1, 0.5) == 0.25);

TEMPLATE_TEST_CASE("WarmupInverseSqrtLR rises to the base rate and falls with the inverse square root of the steps", "",
                   float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = 4}};
  check_rates(scheduler, groups,
              {{0, 0},
               {0.025L, 0.1L},
               {0.05L, 0.2L},
               {0.075L, 0.3L},
               {0.1L, 0.4L},
               {0.08944271909999158785637L, 0.3577708763999663514255L},
               {0.08164965809277260327324L, 0.326598632371090413093L},
               {0.0755928946018454454429L, 0.3023715784073817817716L},
               {0.07071067811865475244008L, 0.2828427124746190097603L}});
  scheduler.seek(16);
  CHECK(groups[0].lr == about(0.05L));
  scheduler.seek(64);
  CHECK(groups[0].lr == about(0.025L));
}

TEMPLATE_TEST_CASE("WarmupInverseSqrtLR falls more slowly with a larger timescale, which need not be whole", "", float,
                   double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = 1, .timescale = 0.5}};
  // 1 + (t - 1) / 0.5 is 1, 3, 5, 7, 9.
  check_rates(scheduler, groups,
              {{0, 0},
               {0.1L, 0.4L},
               {0.05773502691896257645091L, 0.2309401076758503058037L},
               {0.04472135954999579392818L, 0.1788854381999831757127L},
               {0.03779644730092272272145L, 0.1511857892036908908858L},
               {0.03333333333333333333333L, 0.1333333333333333333333L}});
}

TEMPLATE_TEST_CASE("WarmupInverseSqrtLR makes the first update count where first_update says so", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = 2, .timescale = 3, .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups,
                {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.08660254037844386467637L, 0.3464101615137754587055L}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupInverseSqrtLR scheduler{groups,
                                  {.warmup_steps = 3, .timescale = 3, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L},
                 {0.05L, 0.2L},
                 {0.075L, 0.3L},
                 {0.1L, 0.4L},
                 {0.08660254037844386467637L, 0.3464101615137754587055L}});
  }
}

TEMPLATE_TEST_CASE("WarmupInverseSqrtLR keeps its digits in a long run", "", double, long double) {
  using T = TestType;
  const schedule::WarmupInverseSqrt<T> schedule{.warmup_steps = 1000, .timescale = 777.5};
  CHECK(schedule.at(123'456, T(1)) == about(0.07943022764765747928885L));
  const schedule::WarmupInverseSqrt<T> plain{.warmup_steps = 10'000};
  CHECK(plain.at(1'000'000'000, T(1)) == about(0.003162277660168379331999L));
}

TEMPLATE_TEST_CASE("WarmupInverseSqrtLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using Bound = WarmupInverseSqrtLR<TestType>;
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1}, "WarmupInverseSqrtLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 1, .timescale = 0},
                       "WarmupInverseSqrtLR: timescale must be finite and positive, got 0");
  check_refused<Bound>({.warmup_steps = 1, .timescale = -0.5},
                       "WarmupInverseSqrtLR: timescale must be finite and positive, got -0.5");
  check_refused<Bound>({.warmup_steps = 1, .timescale = infinity},
                       "WarmupInverseSqrtLR: timescale must be finite and positive, got inf");
  check_refused<Bound>({.warmup_steps = 1, .timescale = nan},
                       "WarmupInverseSqrtLR: timescale must be finite and positive, got nan");
}

TEST_CASE("WarmupInverseSqrtLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = 2, .timescale = 1}};
  // 0.07, by the ratios of 1 / sqrt(2) and 1 / sqrt(3) to 1, then of 1 / 2.
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L},
                           {0.1L, 0.4L},
                           {0.04949747468305832670806L, 0.2828427124746190097603L},
                           {0.04041451884327380351564L, 0.2309401076758503058037L},
                           {0.035L, 0.2L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("WarmupInverseSqrtLR between steps is on the same curve") {
  const schedule::WarmupInverseSqrt<double> schedule{.warmup_steps = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 0.8) == about(0.6L));
  CHECK(schedule.at(2.5, 1.0) == about(0.8944271909999158785637L));
}

TEST_CASE("WarmupInverseSqrtLR without a warm-up is at the base rate and has a timescale of 1") {
  auto groups = two_groups<double>();
  WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = 0}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.07071067811865475244008L, 0.2828427124746190097603L},
               {0.05773502691896257645091L, 0.2309401076758503058037L},
               {0.05L, 0.2L}});
}

TEST_CASE("WarmupInverseSqrtLR over a huge horizon does not drift and does not end") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch warmup = Epoch{1} << 60;
  WarmupInverseSqrtLR scheduler{groups, {.warmup_steps = warmup}};
  scheduler.seek(warmup / 2);
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(warmup);
  CHECK(groups[0].lr == 0.1F);
  scheduler.seek(4 * warmup);
  CHECK(groups[0].lr == 0.05F);
  scheduler.step();
  CHECK(groups[0].lr == 0.05F);
}

}  // namespace
}  // namespace lr_scheduler::testing
