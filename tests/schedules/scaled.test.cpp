// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/scaled.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/modifiers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundScaled = Scheduled<schedule::Scaled<T>, T>;

TEMPLATE_TEST_CASE("Scaled is one schedule times another", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Scaled<T>{.schedule = schedule::CosineAnnealing<T>{.T_max = 4},
                                                  .by = schedule::LinearWarmup<T>{.warmup_steps = 4}}};
  check_rates(scheduler, groups,
              {{0L, 0L},
               {0.02133883476483184405501L, 0.08535533905932737622004L},
               {0.025L, 0.1L},
               {0.01098349570550446783497L, 0.04393398282201787133987L},
               {0L, 0L}});
}

TEMPLATE_TEST_CASE("Scaled with a floor goes from the rate to an absolute one", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Scaled<T>{.schedule = schedule::Constant<T>{.factor = T(1)},
                                                  .by = schedule::Anneal<T>{.steps = 4},
                                                  .floor = T(0.02L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.08L, 0.305L}, {0.06L, 0.21L}, {0.04L, 0.115L}, {0.02L, 0.02L}, {0.02L, 0.02L}});
}

TEMPLATE_TEST_CASE("Scaled refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Step<T> step{.step_size = 2};
  check_refused<BoundScaled<T>>({.schedule = step, .by = step, .floor = T(-0.5L)},
                                "Scaled: floor must be finite and not negative, got -0.5");
  check_refused<BoundScaled<T>>({.schedule = step, .by = step, .floor = std::numeric_limits<T>::infinity()},
                                "Scaled: floor must be finite and not negative, got inf");
  check_refused<BoundScaled<T>>({.schedule = step, .by = schedule::CosineAnnealing<T>{.T_max = 4}},
                                "Scaled: by must be a factor of the base rate, got CosineAnnealingLR");
  check_refused<BoundScaled<T>>({.schedule = step, .by = schedule::Piecewise<T>{.values = {T(1)}}},
                                "Scaled: by must be a factor of the base rate, got PiecewiseLR");
  check_refuses_bad_child<T>(
      [](const AnySchedule<T>& child) {
        return schedule::Scaled<T>{.schedule = schedule::Step<T>{.step_size = 2}, .by = child};
      },
      "by");
  check_refuses_bad_child<T>([](const AnySchedule<T>& child) {
    return schedule::Scaled<T>{.schedule = child, .by = schedule::Step<T>{.step_size = 2}};
  });
}

TEST_CASE("Scaled of two factors goes on from a rate that the user sets, and with a floor it does not") {
  const schedule::Exponential<double> halving{.gamma = 0.5};
  const schedule::Constant<double> half{.factor = 0.5, .total_iters = 3};
  auto groups = two_groups<double>();
  BoundScaled<double> factor{groups, {.schedule = halving, .by = half}};
  check_user_changes_rate(factor, groups, {{0.025L, 0.1L}, {0.0125L, 0.05L}, {0.07L, 0.05L}, {0.035L, 0.025L}});
  auto others = two_groups<double>();
  BoundScaled<double> with_floor{others, {.schedule = halving, .by = half, .floor = 0.02}};
  check_user_changes_rate(with_floor, others,
                          {{0.035L, 0.11L}, {0.0225L, 0.06L}, {0.0125L, 0.05L}, {0.00625L, 0.025L}});
}

TEST_CASE("Scaled is a factor where both are and there is no floor") {
  const schedule::Exponential<double> exponential{.gamma = 0.5};
  const schedule::Step<double> step{.step_size = 2};
  CHECK(abilities<double>(schedule::Scaled<double>{.schedule = exponential, .by = exponential}) ==
        Abilities{.closed_form = true, .continuous = true, .factor = true, .chains = true});
  CHECK(abilities<double>(schedule::Scaled<double>{.schedule = exponential, .by = step}) ==
        Abilities{.closed_form = true, .factor = true, .chains = true});
  CHECK(abilities<double>(schedule::Scaled<double>{.schedule = exponential, .by = exponential, .floor = 0.1}) ==
        Abilities{.closed_form = true, .continuous = true});
  CHECK(abilities<double>(
            schedule::Scaled<double>{.schedule = schedule::CosineAnnealing<double>{.T_max = 4}, .by = exponential}) ==
        Abilities{.closed_form = true, .continuous = true});
  CHECK(at_time_is_at<double>(schedule::Scaled<double>{.schedule = exponential, .by = exponential}, 9));
}

TEST_CASE("Scaled multiplies factors with room for what overflows or underflows on the way") {
  const schedule::Scaled<double> schedule{.schedule = schedule::Exponential<double>{.gamma = 1e10},
                                          .by = schedule::Exponential<double>{.gamma = 1e-10}};
  CHECK(schedule::Chained<double>{.schedules = {schedule}}.at(0, 0.5) == 0.5);
  const schedule::Scaled<double> nested{.schedule = schedule, .by = schedule::Constant<double>{.factor = 1}};
  CHECK(AnySchedule<double>(nested).factor(Time(100)).rounded() == about(1, 1000));
}

TEST_CASE("Scaled by a factor above 1 stays a number above 0") {
  const auto rate = [](double factor, double floor, double lr) {
    return schedule::Scaled<double>{.schedule = schedule::Constant<double>{.factor = 1},
                                    .by = schedule::Constant<double>{.factor = factor, .total_iters = 9},
                                    .floor = floor}
        .at(0, lr);
  };
  CHECK(rate(3, 0.1, 0.2) == about(0.4L));
  CHECK(rate(3, 0.2, 0.1) == 0);
  const double most = std::numeric_limits<double>::max();
  CHECK(rate(most, 3, 2) == 0);
  CHECK(rate(most, 2, 3) == most);
  CHECK(rate(most, 0, 0) == 0);
  CHECK(rate(0, 0.3, most) == 0.3);
  CHECK(rate(1, 0.3, 0.7) == 0.7);
}

TEST_CASE("Scaled is never below 0, whatever a user's function gives") {
  const schedule::Lambda<double> negative{.lr_lambda = [](Epoch) { return -1.0; }};
  for (const double factor : {0.5, 1.0, 2.0}) {
    for (const double floor : {0.0, 0.02}) {
      CAPTURE(factor, floor);
      const schedule::Scaled<double> scaled{
          .schedule = negative, .by = schedule::Constant<double>{.factor = factor}, .floor = floor};
      auto groups = two_groups<double>();
      BoundScaled<double> scheduler{groups, scaled};
      CHECK(groups[0].lr == 0);
      CHECK(groups[1].lr == 0);
      CHECK(scaled.at(0, 0.1) == 0);
    }
  }
}

TEST_CASE("Scaled has the momentum of its first schedule") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  auto groups = two_groups_with_momentum<double>();
  Scheduled scheduler{groups,
                      schedule::Scaled<double>{.schedule = cyclic, .by = schedule::Exponential<double>{.gamma = 0.5}}};
  CHECK(scheduler.base_lrs()[1] == 0.1);
  scheduler.step();
  CHECK(groups[1].lr == about(0.15L));
  CHECK(groups[1].momentum.value() == about(0.85L));
  check_momentum_agrees(scheduler.schedule());
  check_momentum_agrees(schedule::Scaled<double>{
      .schedule = schedule::Sequential<double>{.schedules = {cyclic, schedule::Exponential<double>{.gamma = 0.5}},
                                               .milestones = {5}},
      .by = schedule::LinearWarmup<double>{.warmup_steps = 3},
      .floor = 0.01});
}

TEST_CASE("Scaled is unchanged where both are") {
  const schedule::Scaled<double> schedule{.schedule = schedule::Step<double>{.step_size = 4},
                                          .by = schedule::Step<double>{.step_size = 6}};
  CHECK(schedule.unchanged_until(0) == 4);
  CHECK(schedule.unchanged_until(4) == 6);
  CHECK(schedule.unchanged_until(8) == 12);
}

TEST_CASE("Scaled of many groups and of lists for each group moves each as it is alone") {
  check_groups_are_alone([](const AnySchedule<double>& child) {
    return schedule::Scaled<double>{.schedule = child, .by = schedule::Exponential<double>{.gamma = 0.9}, .floor = 0.1};
  });
}

TEST_CASE("Scaled of a schedule for each group scales all of them") {
  auto groups = two_groups<double>();
  const schedule::PerGroup<double> children{
      .schedules = {schedule::Exponential<double>{.gamma = 0.5}, schedule::Step<double>{.step_size = 2, .gamma = 0.5}}};
  Scheduled scheduler{
      groups, schedule::Scaled<double>{.schedule = children, .by = schedule::LinearWarmup<double>{.warmup_steps = 2}}};
  check_rates(scheduler, groups, {{0L, 0L}, {0.025L, 0.2L}, {0.025L, 0.2L}, {0.0125L, 0.2L}, {0.00625L, 0.1L}});
}

TEST_CASE("Scaled above a floor is exact at a factor of 1, and loses no digits near it") {
  const auto at = [](double factor, double floor = 0.3) {
    const schedule::Constant<double> by{.factor = factor, .total_iters = 2};
    return schedule::Scaled<double>{.schedule = schedule::Constant<double>{.factor = 1}, .by = by, .floor = floor}.at(
        0, 0.1);
  };
  CHECK(at(1, 0.7) == 0.1);
  CHECK(at(0) == 0.3);
  CHECK(at(0.375) == 0.225);
  CHECK(at(0.9375) == 0.1125);
}

}  // namespace
}  // namespace lr_scheduler::testing
