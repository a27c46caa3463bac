// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/clamp.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/modifiers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundClamp = Scheduled<schedule::Clamp<T>, T>;

TEMPLATE_TEST_CASE("Clamp keeps a schedule between two rates", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{
      groups, schedule::Clamp<T>{
                  .schedule = schedule::Exponential<T>{.gamma = T(0.5L)}, .min_lr = T(0.03L), .max_lr = T(0.3L)}};
  check_rates(scheduler, groups, {{0.1L, 0.3L}, {0.05L, 0.2L}, {0.03L, 0.1L}, {0.03L, 0.05L}, {0.03L, 0.03L}});
}

TEMPLATE_TEST_CASE("Clamp keeps a schedule between two shares of the base rate", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{
      groups, schedule::Clamp<T>{
                  .schedule = schedule::Exponential<T>{.gamma = T(0.5L)}, .min_ratio = T(0.3L), .max_ratio = T(0.75L)}};
  check_rates(scheduler, groups, {{0.075L, 0.3L}, {0.05L, 0.2L}, {0.03L, 0.12L}, {0.03L, 0.12L}});
}

TEMPLATE_TEST_CASE("Clamp refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Exponential<T> child{.gamma = T(0.5L)};
  const T infinity = std::numeric_limits<T>::infinity();
  check_refused<BoundClamp<T>>({.schedule = child, .min_lr = T(-1)},
                               "Clamp: min_lr must be finite and not negative, got -1");
  check_refused<BoundClamp<T>>({.schedule = child, .max_lr = infinity},
                               "Clamp: max_lr must be finite and not negative, got inf");
  check_refused<BoundClamp<T>>({.schedule = child, .min_lr = T(2), .max_lr = T(1)},
                               "Clamp: max_lr must be at least min_lr, got 1");
  check_refused<BoundClamp<T>>({.schedule = child, .min_ratio = std::numeric_limits<T>::quiet_NaN()},
                               "Clamp: min_ratio must be finite and not negative, got nan");
  check_refused<BoundClamp<T>>({.schedule = child, .max_ratio = T(-0.5L)},
                               "Clamp: max_ratio must be finite and not negative, got -0.5");
  check_refused<BoundClamp<T>>({.schedule = child, .min_ratio = T(0.5L), .max_ratio = T(0.25L)},
                               "Clamp: max_ratio must be at least min_ratio, got 0.25");
  check_refuses_bad_child<T>([](const AnySchedule<T>& bad) { return schedule::Clamp<T>{.schedule = bad}; });
}

TEST_CASE("Clamp is always on its curve, whatever the user sets") {
  auto groups = two_groups<double>();
  BoundClamp<double> scheduler{groups, {.schedule = halving, .min_lr = 0.03}};
  check_user_changes_rate(scheduler, groups, {{0.05L, 0.2L}, {0.03L, 0.1L}, {0.03L, 0.05L}, {0.03L, 0.03L}});
}

TEST_CASE("Clamp with bounds of both kinds takes the narrower, and the lower where they cross") {
  const schedule::Clamp<double> both{
      .schedule = halving, .min_lr = 0.2, .max_lr = 0.8, .min_ratio = 0.1, .max_ratio = 0.5};
  CHECK(both.at(0, 1) == 0.5);
  CHECK(both.at(0, 4) == 0.8);
  CHECK(both.at(50, 1) == 0.2);
  CHECK(both.at(50, 4) == 0.4);
  CHECK(both.at(0, 0.1) == 0.2);
  CHECK(both.at(0, 10) == 1);
  const schedule::Clamp<double> level{.schedule = halving, .min_lr = 0.2, .max_lr = 0.2};
  level.validate();
  CHECK(level.at(0, 1) == 0.2);
}

TEST_CASE("Clamp is no factor, and between steps it is on the same curve") {
  const schedule::Clamp<double> schedule{.schedule = halving, .max_ratio = 0.25};
  CHECK(abilities<double>(schedule) == Abilities{.closed_form = true, .continuous = true});
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 1) == 0.25);
  CHECK(schedule.at(2.5, 1) == about(0.17677669529663688110L));
}

TEMPLATE_TEST_CASE("Clamp to a share that overflows is the largest rate", "", float, double, long double) {
  using T = TestType;
  const T most = std::numeric_limits<T>::max();
  const schedule::Exponential<T> growing{.gamma = T(10)};
  CHECK(schedule::Clamp<T>{.schedule = growing, .min_ratio = most}.at(0, T(2)) == most);
  CHECK(schedule::Clamp<T>{.schedule = growing, .max_ratio = most}.at(1'000'000, T(2)) == most);
}

TEST_CASE("Clamp is unchanged where its schedule is") {
  const schedule::Clamp<double> schedule{.schedule = schedule::Step<double>{.step_size = 4}};
  CHECK(schedule.unchanged_until(0) == 4);
  CHECK(schedule.unchanged_until(5) == 8);
}

TEST_CASE("Clamp leaves momentum to its schedule") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  auto groups = two_groups_with_momentum<double>();
  Scheduled scheduler{groups, schedule::Clamp<double>{.schedule = cyclic, .max_lr = 0.2}};
  scheduler.step();
  CHECK(groups[1].lr == 0.2);
  CHECK(groups[1].momentum.value() == about(0.85L));
  check_momentum_agrees(scheduler.schedule());
  check_momentum_agrees(schedule::Clamp<double>{
      .schedule = schedule::Sequential<double>{.schedules = {cyclic, halving}, .milestones = {5}}, .min_ratio = 0.1});
}

TEST_CASE("Clamp to a share of the base rate takes the group's, where its schedule has rates of its own") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  Groups<double> groups{{.lr = 0.4, .momentum = 0.5}};
  Scheduled scheduler{groups, schedule::Clamp<double>{.schedule = cyclic, .min_ratio = 0.5}};
  CHECK(scheduler.base_lrs()[0] == 0.4);
  check_rates(scheduler, groups, {{0.2L}, {0.3L}, {0.5L}, {0.3L}, {0.2L}});
  scheduler.reset();
  CHECK(groups[0].lr == 0.2);
}

TEST_CASE("Clamp of many groups and of lists for each group moves each as it is alone") {
  check_groups_are_alone([](const AnySchedule<double>& child) {
    return schedule::Clamp<double>{.schedule = child, .min_lr = 0.05, .min_ratio = 0.25, .max_ratio = 0.9};
  });
}

}  // namespace
}  // namespace lr_scheduler::testing
