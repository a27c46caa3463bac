// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/polynomial.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

#if defined(__GNUC__) && !defined(__clang__)  // pow() is a constant there alone
static_assert(schedule::Polynomial<double>{.total_iters = 4, .power = 2}.at(2, 0.5) == 0.125);
static_assert(schedule::Polynomial<long double>{.total_iters = 4, .power = 2}.at(2, 0.5L) == 0.125L);
#endif

TEMPLATE_TEST_CASE("PolynomialLR takes the rates to 0 along a power of the share that is left", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PolynomialLR scheduler{groups, {.total_iters = 4, .power = T(2)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.05625L, 0.225L}, {0.025L, 0.1L}, {0.00625L, 0.025L}, {0L, 0L}, {0L, 0L}});
}

TEMPLATE_TEST_CASE("PolynomialLR's defaults are a straight line of five epochs", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PolynomialLR scheduler{groups, {}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.08L, 0.32L}, {0.06L, 0.24L}, {0.04L, 0.16L}, {0.02L, 0.08L}, {0L, 0L}, {0L, 0L}});
}

TEMPLATE_TEST_CASE("PolynomialLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = PolynomialLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.total_iters = -1}, "PolynomialLR: total_iters must not be negative, got -1");
  check_refused<Bound>({.power = T(-0.5L)}, "PolynomialLR: power must be finite and not negative, got -0.5");
  check_refused<Bound>({.power = infinity}, "PolynomialLR: power must be finite and not negative, got inf");
  check_refused<Bound>({.power = nan}, "PolynomialLR: power must be finite and not negative, got nan");
}

TEST_CASE("PolynomialLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  PolynomialLR scheduler{groups, {.total_iters = 6, .power = 2.0}};
  check_user_changes_rate(scheduler, groups,
                          {{0.069444444444444461L, 0.27777777777777785L},
                           {0.044444444444444467L, 0.17777777777777787L},
                           {0.039375L, 0.1L},
                           {0.0175L, 0.044444444444444467L},
                           {0.004375L, 0.01111111111111111L},
                           {0L, 0L},
                           {0L, 0L}});
}

TEST_CASE("PolynomialLR between epochs is on the same curve") {
  const schedule::Polynomial<double> schedule{.total_iters = 4, .power = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 0.64) == about(0.49L));
  CHECK(schedule.at(3.5, 0.64) == about(0.01L));
  CHECK(schedule.at(4.5, 0.64) == 0);
}

// (1 - 1 / 2712)^power, in 60 digits.
TEMPLATE_TEST_CASE("PolynomialLR keeps its digits where the power is large", "", double, long double) {
  schedule::Polynomial<TestType> schedule{.total_iters = 2712, .power = TestType(20000.5)};
  CHECK(schedule.at(Time(1), TestType(1)) == about(0.000625990331298160512869387921253847939398L, 2));
  schedule.power = TestType(300000.25);
  CHECK(schedule.at(Time(1), TestType(1)) == about(8.90585451027490503031414815686964613549e-49L, 2));
}

TEST_CASE("PolynomialLR with total_iters 0 is at its end") {
  auto groups = two_groups<double>();
  PolynomialLR scheduler{groups, {.total_iters = 0}};
  check_rates(scheduler, groups, {{0, 0}, {0, 0}});
}

TEST_CASE("PolynomialLR with power 0 leaves the rate alone") {
  auto groups = two_groups<double>();
  PolynomialLR scheduler{groups, {.total_iters = 2, .power = 0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("PolynomialLR leaves a rate alone that the user sets after the end") {
  auto groups = two_groups<double>();
  PolynomialLR scheduler{groups, {.total_iters = 2}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  groups[0].lr = 0.25;
  scheduler.step();
  CHECK(groups[0].lr == 0.25);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("PolynomialLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch horizon = Epoch{1} << 62;
  PolynomialLR scheduler{groups, {.total_iters = horizon, .power = 2}};
  scheduler.seek(horizon / 2);
  CHECK(groups[0].lr == 0.025F);
  scheduler.step();
  CHECK(groups[0].lr == 0.025F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
