// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/base_rate.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/modifiers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundBaseRate = Scheduled<schedule::BaseRate<T>, T>;

TEMPLATE_TEST_CASE("BaseRate shapes its own rate, whatever the groups have", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{
      groups, schedule::BaseRate<T>{.schedule = schedule::Exponential<T>{.gamma = T(0.5L)}, .base_lr = T(0.8L)}};
  check_rates(scheduler, groups, {{0.8L, 0.8L}, {0.4L, 0.4L}, {0.2L, 0.2L}, {0.1L, 0.1L}});
  CHECK(scheduler.base_lrs()[0] == T(0.1L));
  CHECK(scheduler.base_lrs()[1] == T(0.4L));
}

TEMPLATE_TEST_CASE("BaseRate refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Step<T> step{.step_size = 2};
  check_refused<BoundBaseRate<T>>({.schedule = step, .base_lr = T(-1)},
                                  "BaseRate: base_lr must be finite and not negative, got -1");
  check_refused<BoundBaseRate<T>>({.schedule = step, .base_lr = std::numeric_limits<T>::infinity()},
                                  "BaseRate: base_lr must be finite and not negative, got inf");
  check_refuses_bad_child<T>(
      [](const AnySchedule<T>& child) { return schedule::BaseRate<T>{.schedule = child, .base_lr = T(1)}; });
}

TEST_CASE("BaseRate is always on its curve, whatever the user sets") {
  auto groups = two_groups<double>();
  BoundBaseRate<double> scheduler{groups, {.schedule = halving, .base_lr = 0.8}};
  check_user_changes_rate(scheduler, groups, {{0.4L, 0.4L}, {0.2L, 0.2L}, {0.1L, 0.1L}, {0.05L, 0.05L}});
}

TEST_CASE("BaseRate is no factor, and between steps it is on the same curve") {
  const schedule::BaseRate<double> schedule{.schedule = halving, .base_lr = 0.8};
  CHECK(abilities<double>(schedule) == Abilities{.closed_form = true, .continuous = true});
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 123) == about(0.56568542494923801952L));
  CHECK(schedule.unchanged_until(3) == 4);
  CHECK(schedule::BaseRate<double>{.schedule = schedule::Step<double>{.step_size = 4}, .base_lr = 1}.unchanged_until(
            3) == 4);
}

TEST_CASE("BaseRate of 0 keeps the rate at 0") {
  auto groups = two_groups<double>();
  BoundBaseRate<double> scheduler{groups, {.schedule = halving, .base_lr = 0}};
  check_rates(scheduler, groups, {{0L, 0L}, {0L, 0L}});
}

TEST_CASE("BaseRate in a sequence sets the rate of its phase") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{
      groups,
      {.schedules = {halving, schedule::BaseRate<double>{.schedule = halving, .base_lr = 0.8}}, .milestones = {2}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.8L, 0.8L}, {0.4L, 0.4L}});
}

TEST_CASE("BaseRate leaves momentum to its schedule") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  check_momentum_agrees(schedule::BaseRate<double>{
      .schedule = schedule::Sequential<double>{.schedules = {halving, cyclic, halving}, .milestones = {2, 7}},
      .base_lr = 0.8});
}

TEST_CASE("BaseRate of many groups and of lists for each group gives each its own option") {
  Groups<double> groups;
  std::vector<double> ends;
  for (int i = 1; i <= 150; ++i) {
    groups.push_back({.lr = 0.01 * i});
    ends.push_back(0.002 * i);
  }
  Scheduled scheduler{groups,
                      schedule::BaseRate<double>{.schedule = schedule::SWA<double>{.swa_lr = ends, .anneal_epochs = 2},
                                                 .base_lr = 0.5}};
  for (const auto& group : groups) CHECK(group.lr == 0.5);
  scheduler.step();
  scheduler.step();
  for (std::size_t i = 0; i < groups.size(); ++i) CHECK(groups[i].lr == ends[i]);
  check_groups_are_alone(
      [](const AnySchedule<double>& child) { return schedule::BaseRate<double>{.schedule = child, .base_lr = 0.5}; });
}

}  // namespace
}  // namespace lr_scheduler::testing
