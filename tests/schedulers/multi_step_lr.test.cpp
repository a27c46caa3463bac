// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers/multi_step_lr.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE(
    "MultiStepLR multiplies the rates by gamma at each milestone, in any order, twice where one is "
    "repeated",
    "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  MultiStepLR scheduler{groups, {.milestones = {5, 2, 5}, .gamma = T(0.5L)}};
  check_rates(
      scheduler, groups,
      {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.0125L, 0.05L}, {0.0125L, 0.05L}});
}

TEMPLATE_TEST_CASE("MultiStepLR's closed form equals its chain", "", float, double, long double) {
  using T = TestType;
  CHECK(chain_error<T>(schedule::MultiStep<T>{.milestones = {5, 2, 5, 0, 17}, .gamma = T(0.7L)}, 30) < 10);
  CHECK(chain_error<T>(schedule::MultiStep<T>{}, 10) < 1);
}

TEMPLATE_TEST_CASE("MultiStepLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = MultiStepLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.milestones = {3, -1}}, "MultiStepLR: milestones[1] must not be negative, got -1");
  check_refused<Bound>({.milestones = {3}, .gamma = T(-0.5L)},
                       "MultiStepLR: gamma must be finite and not negative, got -0.5");
  check_refused<Bound>({.milestones = {3}, .gamma = infinity},
                       "MultiStepLR: gamma must be finite and not negative, got inf");
  check_refused<Bound>({.milestones = {3}, .gamma = nan},
                       "MultiStepLR: gamma must be finite and not negative, got nan");
  check_needs_groups<Bound>({.milestones = {2, 4, 9}, .gamma = T(0.7L)});
}

TEMPLATE_TEST_CASE("MultiStepLR's state goes into another object", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Groups<T> others{{.lr = T(0.3L)}, {.lr = T(0.7L)}};
  const schedule::MultiStep<T> options{.milestones = {2, 4, 9}, .gamma = T(0.7L)};
  MultiStepLR<T> saved{groups, options};
  MultiStepLR<T> loaded{others, options};
  check_state_round_trip(saved, groups, loaded, others);
}

TEMPLATE_TEST_CASE("MultiStepLR moves two groups as it moves each alone", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Groups<T> first{groups[0]};
  Groups<T> second{groups[1]};
  MultiStepLR<T> both{groups, {.milestones = {2, 4, 9}, .gamma = T(0.7L)}};
  MultiStepLR<T> one{first, {.milestones = {2, 4, 9}, .gamma = T(0.7L)}};
  MultiStepLR<T> other{second, {.milestones = {2, 4, 9}, .gamma = T(0.7L)}};
  check_groups_are_independent(both, groups, one, first, other, second);
}

TEST_CASE("MultiStepLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups, {.milestones = {5, 2, 5}, .gamma = 0.5}};
  check_user_changes_rate(scheduler, groups,
                          {{0.1L, 0.4L},
                           {0.05L, 0.2L},
                           {0.07L, 0.2L},
                           {0.07L, 0.2L},
                           {0.0175L, 0.05L},
                           {0.0175L, 0.05L},
                           {0.0175L, 0.05L}});
}

TEMPLATE_TEST_CASE("MultiStepLR seeks to where steps lead", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  auto others = groups;
  MultiStepLR<T> stepped{groups, {.milestones = {3, 8, 8, 20}, .gamma = T(0.5L)}};
  MultiStepLR<T> sought{others, {.milestones = {3, 8, 8, 20}, .gamma = T(0.5L)}};
  check_seek(stepped, groups, sought, others, 0.00625L * 0.99L, 0.025L * 1.01L);
}

TEMPLATE_TEST_CASE("MultiStepLR takes in a group that is added", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  MultiStepLR<T> scheduler{groups, {.milestones = {2, 3}, .gamma = T(0.5L)}};
  check_takes_in_group(scheduler, groups, about(0.25L));
}

TEST_CASE("MultiStepLR with a milestone at 0 decays at construction") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups, {.milestones = {0, 2}, .gamma = 0.5}};
  check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}, {0.025L, 0.1L}});
}

TEST_CASE("MultiStepLR without milestones leaves the rate alone") {
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("MultiStepLR takes milestones that no run reaches") {
  const schedule::MultiStep<double> schedule{.milestones = {std::numeric_limits<Epoch>::max(), 7}, .gamma = 0.5};
  CHECK(schedule.at(6, 0.5) == 0.5);
  CHECK(schedule.at(7, 0.5) == 0.25);
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), 0.5) == 0.125);
}

TEST_CASE("MultiStepLR is not continuous") {
  static_assert(!Continuous<schedule::MultiStep<double>, double>);
  auto groups = two_groups<double>();
  MultiStepLR scheduler{groups, {.milestones = {2}}};
  CHECK(message_of<std::logic_error>([&] { scheduler.seek_time(1.5); }) ==
        "MultiStepLR: cannot seek without a continuous closed form");
}

}  // namespace
}  // namespace lr_scheduler::testing
