// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers/polynomial_lr.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

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

TEMPLATE_TEST_CASE("PolynomialLR's closed form equals its chain", "", float, double, long double) {
  using T = TestType;
  CHECK(chain_error<T>(schedule::Polynomial<T>{.total_iters = 9, .power = T(1.5L)}, 12) < 20);
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
  check_needs_groups<Bound>({.total_iters = 9, .power = T(1.5L)});
}

TEMPLATE_TEST_CASE("PolynomialLR's state goes into another object", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Groups<T> others{{.lr = T(0.3L)}, {.lr = T(0.7L)}};
  const schedule::Polynomial<T> options{.total_iters = 9, .power = T(1.5L)};
  PolynomialLR<T> saved{groups, options};
  PolynomialLR<T> loaded{others, options};
  check_state_round_trip(saved, groups, loaded, others);
}

TEMPLATE_TEST_CASE("PolynomialLR moves two groups as it moves each alone", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Groups<T> first{groups[0]};
  Groups<T> second{groups[1]};
  PolynomialLR<T> both{groups, {.total_iters = 9, .power = T(1.5L)}};
  PolynomialLR<T> one{first, {.total_iters = 9, .power = T(1.5L)}};
  PolynomialLR<T> other{second, {.total_iters = 9, .power = T(1.5L)}};
  check_groups_are_independent(both, groups, one, first, other, second);
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

TEMPLATE_TEST_CASE("PolynomialLR seeks to where steps lead", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  auto others = groups;
  PolynomialLR<T> stepped{groups, {.total_iters = 9, .power = T(1.5L)}};
  PolynomialLR<T> sought{others, {.total_iters = 9, .power = T(1.5L)}};
  check_seek(stepped, groups, sought, others, 0, 0);
}

TEMPLATE_TEST_CASE("PolynomialLR takes in a group that is added", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PolynomialLR<T> scheduler{groups, {.total_iters = 4, .power = T(2)}};
  check_takes_in_group(scheduler, groups, about(0.0625L));
}

TEST_CASE("PolynomialLR between epochs is on the same curve") {
  const schedule::Polynomial<double> schedule{.total_iters = 4, .power = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at_time(0.5, 0.64) == about(0.49L));
  CHECK(schedule.at_time(3.5, 0.64) == about(0.01L));
  CHECK(schedule.at_time(4.5, 0.64) == 0);
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
