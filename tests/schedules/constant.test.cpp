// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/constant.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("ConstantLR multiplies the rates by factor until total_iters", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  ConstantLR scheduler{groups, {.factor = T(0.5L), .total_iters = 3}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("ConstantLR's defaults are a third for five epochs", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  ConstantLR scheduler{groups, {}};
  check_rates(scheduler, groups,
              {{0.1L / 3, 0.4L / 3},
               {0.1L / 3, 0.4L / 3},
               {0.1L / 3, 0.4L / 3},
               {0.1L / 3, 0.4L / 3},
               {0.1L / 3, 0.4L / 3},
               {0.1L, 0.4L},
               {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("ConstantLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = ConstantLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.factor = T(-0.5L)}, "ConstantLR: factor must be finite and not negative, got -0.5");
  check_refused<Bound>({.factor = infinity}, "ConstantLR: factor must be finite and not negative, got inf");
  check_refused<Bound>({.factor = nan}, "ConstantLR: factor must be finite and not negative, got nan");
  check_refused<Bound>({.total_iters = -1}, "ConstantLR: total_iters must not be negative, got -1");
}

TEST_CASE("ConstantLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  ConstantLR scheduler{groups, {.factor = 0.5, .total_iters = 4}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L}, {0.05L, 0.2L}, {0.07L, 0.2L}, {0.14L, 0.4L}, {0.14L, 0.4L}, {0.14L, 0.4L}});
}

TEST_CASE("ConstantLR with total_iters 0 is already over") {
  auto groups = two_groups<double>();
  ConstantLR scheduler{groups, {.factor = 0.5, .total_iters = 0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("ConstantLR with factor 0 comes back to the base rate") {
  auto groups = two_groups<double>();
  ConstantLR scheduler{groups, {.factor = 0, .total_iters = 2}};
  check_rates(scheduler, groups, {{0, 0}, {0, 0}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("ConstantLR with factor 0 comes back to the base rate after the user set another") {
  auto groups = two_groups<double>();
  ConstantLR scheduler{groups, {.factor = 0, .total_iters = 3}};
  scheduler.step();
  groups[0].lr = 0.25;
  scheduler.step();
  CHECK(groups[0].lr == 0.25);
  scheduler.step();
  CHECK(groups[0].lr == 0.1);
}

}  // namespace
}  // namespace lr_scheduler::testing
