// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/linear.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("LinearLR moves the factor in a straight line", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  LinearLR scheduler{groups, {.start_factor = T(0.25L), .total_iters = 4}};
  check_rates(scheduler, groups,
              {{0.025L, 0.1L}, {0.04375L, 0.175L}, {0.0625L, 0.25L}, {0.08125L, 0.325L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("LinearLR's defaults go from a third to the whole in five epochs", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  LinearLR scheduler{groups, {}};
  check_rates(scheduler, groups,
              {{0.1L * 5 / 15, 0.4L * 5 / 15},
               {0.1L * 7 / 15, 0.4L * 7 / 15},
               {0.1L * 9 / 15, 0.4L * 9 / 15},
               {0.1L * 11 / 15, 0.4L * 11 / 15},
               {0.1L * 13 / 15, 0.4L * 13 / 15},
               {0.1L * 15 / 15, 0.4L * 15 / 15},
               {0.1L * 15 / 15, 0.4L * 15 / 15}});
}

TEMPLATE_TEST_CASE("LinearLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = LinearLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.start_factor = T(-0.5L)}, "LinearLR: start_factor must be finite and not negative, got -0.5");
  check_refused<Bound>({.start_factor = infinity}, "LinearLR: start_factor must be finite and not negative, got inf");
  check_refused<Bound>({.start_factor = nan}, "LinearLR: start_factor must be finite and not negative, got nan");
  check_refused<Bound>({.end_factor = T(-0.5L)}, "LinearLR: end_factor must be finite and not negative, got -0.5");
  check_refused<Bound>({.end_factor = infinity}, "LinearLR: end_factor must be finite and not negative, got inf");
  check_refused<Bound>({.end_factor = nan}, "LinearLR: end_factor must be finite and not negative, got nan");
  check_refused<Bound>({.total_iters = -1}, "LinearLR: total_iters must not be negative, got -1");
}

TEST_CASE("LinearLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  LinearLR scheduler{groups, {.start_factor = 0.25, .end_factor = 0.75, .total_iters = 6}};
  check_user_changes_rate(scheduler, groups,
                          {{0.033333333333333333L, 0.13333333333333333L},
                           {0.041666666666666664L, 0.16666666666666666L},
                           {0.084L, 0.2L},
                           {0.098L, 0.23333333333333334L},
                           {0.112L, 0.26666666666666666L},
                           {0.126L, 0.3L},
                           {0.126L, 0.3L}});
}

TEST_CASE("LinearLR between epochs is on the same line") {
  const schedule::Linear<double> schedule{.start_factor = 0.25, .total_iters = 4};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 0.8) == about(0.275L));
  CHECK(schedule.at(3.5, 0.8) == about(0.725L));
  CHECK(schedule.at(4.5, 0.8) == 0.8);
}

TEST_CASE("LinearLR with total_iters 0 is at its end") {
  auto groups = two_groups<double>();
  LinearLR scheduler{groups, {.start_factor = 0.5, .end_factor = 0.25, .total_iters = 0}};
  check_rates(scheduler, groups, {{0.025L, 0.1L}, {0.025L, 0.1L}});
}

TEST_CASE("LinearLR starts at 0 and above 1") {
  auto groups = two_groups<double>();
  LinearLR scheduler{groups, {.start_factor = 0, .total_iters = 2}};
  check_rates(scheduler, groups, {{0, 0}, {0.05L, 0.2L}, {0.1L, 0.4L}});
  groups = two_groups<double>();
  LinearLR falling{groups, {.start_factor = 3, .total_iters = 2}};
  check_rates(falling, groups, {{0.3L, 1.2L}, {0.2L, 0.8L}, {0.1L, 0.4L}});
}

TEST_CASE("LinearLR that starts at 0 goes to its line from a rate that the user sets there") {
  auto groups = two_groups<double>();
  LinearLR scheduler{groups, {.start_factor = 0, .total_iters = 4}};
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == about(0.025L));
  scheduler.step();
  CHECK(groups[0].lr == about(0.05L));
}

TEST_CASE("LinearLR to 0 ends at exactly 0") {
  auto groups = two_groups<double>();
  LinearLR scheduler{groups, {.start_factor = 1, .end_factor = 0, .total_iters = 7}};
  for (int k = 0; k < 7; ++k) scheduler.step();
  CHECK(groups[0].lr == 0);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("LinearLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch horizon = Epoch{1} << 62;
  LinearLR scheduler{groups, {.start_factor = 0, .total_iters = horizon}};
  scheduler.seek(horizon / 4);
  CHECK(groups[0].lr == 0.025F);
  scheduler.step();
  CHECK(groups[0].lr == 0.025F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0.1F);
}

}  // namespace
}  // namespace lr_scheduler::testing
