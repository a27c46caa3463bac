// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/warmup_polynomial.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and where it needs no power at compile time.
static_assert(std::is_trivially_copyable_v<schedule::WarmupPolynomial<float>>);
static_assert(std::same_as<decltype(schedule::WarmupPolynomial<float>{1, 2}.at(0)), FineFactor<float>>);
static_assert(schedule::WarmupPolynomial<double>{.warmup_steps = 2, .total_steps = 6, .power = 2}.at(1, 0.5) == 0.25);
static_assert(schedule::WarmupPolynomial<double>{.warmup_steps = 2, .total_steps = 6}.at(4, 0.5) == 0.25);
static_assert(schedule::WarmupPolynomial<float>{.warmup_steps = 2, .total_steps = 6, .power = 2}.at(6, 0.5F) == 0);

TEMPLATE_TEST_CASE("WarmupPolynomialLR rises to the base rate and falls by a power of what is left", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6, .power = 2}};
  check_rates(scheduler, groups,
              {{0, 0},
               {0.05L, 0.2L},
               {0.1L, 0.4L},
               {0.05625L, 0.225L},
               {0.025L, 0.1L},
               {0.00625L, 0.025L},
               {0, 0},
               {0, 0},
               {0, 0}});
}

TEMPLATE_TEST_CASE("WarmupPolynomialLR rises from start_factor and falls to min_ratio", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupPolynomialLR scheduler{
      groups, {.warmup_steps = 2, .total_steps = 6, .power = T(0.5L), .min_ratio = T(0.2L), .start_factor = T(0.5L)}};
  check_rates(scheduler, groups,
              {{0.05L, 0.2L},
               {0.075L, 0.3L},
               {0.1L, 0.4L},
               {0.08928203230275509174110L, 0.3571281292110203669644L},
               {0.07656854249492380195207L, 0.3062741699796952078083L},
               {0.06L, 0.24L},
               {0.02L, 0.08L},
               {0.02L, 0.08L}});
}

TEMPLATE_TEST_CASE("WarmupPolynomialLR with power 1 falls in a straight line", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 1, .total_steps = 5}};
  check_rates(scheduler, groups, {{0, 0}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0, 0}, {0, 0}});
}

TEMPLATE_TEST_CASE("WarmupPolynomialLR makes the first update count where first_update says so", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupPolynomialLR scheduler{
        groups, {.warmup_steps = 2, .total_steps = 4, .power = 2, .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.025L, 0.1L}, {0, 0}, {0, 0}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupPolynomialLR scheduler{
        groups, {.warmup_steps = 3, .total_steps = 5, .power = 2, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.025L, 0.1L}, {0, 0}, {0, 0}});
  }
}

TEMPLATE_TEST_CASE("WarmupPolynomialLR keeps its digits in a long run", "", double, long double) {
  using T = TestType;
  using Options = schedule::WarmupPolynomial<T>;
  const Options flat{.warmup_steps = 1000, .total_steps = 100'000, .power = T(1.5L), .min_ratio = T(0.01L)};
  CHECK(flat.at(33'333, T(1)) == about(0.5570773962963069310934L));
  const Options root{.warmup_steps = 1000, .total_steps = 100'000, .power = T(0.5L)};
  CHECK(root.at(99'999, T(1)) == about(0.003178208630818641051489L));
  CHECK(root.at(99'999.75, T(1)) == about(0.0015891043154093205257445L));
  const Options cube{.warmup_steps = 1000, .total_steps = 100'000, .power = 3};
  CHECK(cube.at(1001, T(1)) == about(0.9999696972757871542689L));
}

TEMPLATE_TEST_CASE("WarmupPolynomialLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = WarmupPolynomialLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1, .total_steps = 4},
                       "WarmupPolynomialLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 5, .total_steps = 4},
                       "WarmupPolynomialLR: total_steps must be at least warmup_steps, 5, got 4");
  check_refused<Bound>({.warmup_steps = 0, .total_steps = -1},
                       "WarmupPolynomialLR: total_steps must be at least warmup_steps, 0, got -1");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .power = 0},
                       "WarmupPolynomialLR: power must be finite and positive, got 0");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .power = infinity},
                       "WarmupPolynomialLR: power must be finite and positive, got inf");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .min_ratio = T(-0.5L)},
                       "WarmupPolynomialLR: min_ratio must be finite and not negative, got -0.5");
  check_refused<Bound>({.warmup_steps = 1, .total_steps = 4, .start_factor = nan},
                       "WarmupPolynomialLR: start_factor must be finite and not negative, got nan");
  check_refused<Bound>(
      {.warmup_steps = 1, .total_steps = 4, .start_factor = T(0.5L), .first_update = FirstUpdate::one_of_w},
      "WarmupPolynomialLR: start_factor must be 0 where first_update gives the first factor, got 0.5");
}

TEST_CASE("WarmupPolynomialLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6, .power = 2}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.039375L, 0.225L}, {0.0175L, 0.1L}, {0.004375L, 0.025L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("WarmupPolynomialLR between steps is on the same curve") {
  const schedule::WarmupPolynomial<double> schedule{.warmup_steps = 2, .total_steps = 6, .power = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 0.8) == about(0.6L));
  CHECK(schedule.at(3.5, 0.64) == about(0.25L));
  CHECK(schedule.at(5.5, 0.64) == about(0.01L));
  CHECK(schedule.at(6.5, 0.8) == 0);
}

TEST_CASE("WarmupPolynomialLR with a warm-up as long as the run is at its end after it") {
  auto groups = two_groups<double>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 2, .total_steps = 2, .power = 2, .min_ratio = 0.1}};
  check_rates(scheduler, groups, {{0, 0}, {0.05L, 0.2L}, {0.01L, 0.04L}, {0.01L, 0.04L}});
}

TEST_CASE("WarmupPolynomialLR with 0 steps is at its end") {
  auto groups = two_groups<double>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 0, .total_steps = 0, .power = 2, .min_ratio = 0.5}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}});
}

TEST_CASE("WarmupPolynomialLR seeks to where steps lead, in the warm-up, after it and past the end") {
  auto groups = two_groups<double>();
  WarmupPolynomialLR scheduler{groups, {.warmup_steps = 2, .total_steps = 6, .power = 2}};
  scheduler.seek(4);
  CHECK(groups[1].lr == 0.1);
  scheduler.seek(1);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(1000);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("WarmupPolynomialLR changes at each step until the end, and then no more") {
  const schedule::WarmupPolynomial<double> schedule{.warmup_steps = 2, .total_steps = 6, .power = 2};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(5) == 6);
  CHECK(schedule.unchanged_until(6) == std::numeric_limits<Epoch>::max());
  CHECK(schedule.duration() == 6);
}

TEST_CASE("WarmupPolynomialLR over a huge horizon is exact") {
  const Epoch quarter = Epoch{1} << 60;
  const schedule::WarmupPolynomial<double> schedule{.warmup_steps = quarter, .total_steps = 4 * quarter, .power = 2};
  CHECK(schedule.at(quarter / 2, 0.8) == 0.4);
  CHECK(schedule.at(quarter, 0.8) == 0.8);
  CHECK(schedule.at(quarter / 2 * 5, 0.8) == about(0.2L));
  CHECK(schedule.at(4 * quarter - 1, 1.0) == about(8.359070939180711167778e-38L));
  CHECK(schedule.at(4 * quarter, 0.8) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
