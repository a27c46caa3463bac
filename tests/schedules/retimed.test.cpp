// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/retimed.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/modifiers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundRetimed = Scheduled<schedule::Retimed<T>, T>;

const schedule::Step<double> halving_steps{.step_size = 1, .gamma = 0.5};
const schedule::Anneal<double> line{.steps = 4};

TEMPLATE_TEST_CASE("Retimed begins later and stops earlier", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{
      groups,
      schedule::Retimed<T>{.schedule = schedule::Step<T>{.step_size = 1, .gamma = T(0.5L)}, .begin = -2, .end = 2}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0.025L, 0.1L}});
}

TEMPLATE_TEST_CASE("Retimed leaves the first steps out, and stretches those that are left", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups,
                      schedule::Retimed<T>{.schedule = schedule::Anneal<T>{.steps = 4}, .begin = 1, .stretch = 2}};
  check_rates(scheduler, groups,
              {{0.075L, 0.3L},
               {0.0625L, 0.25L},
               {0.05L, 0.2L},
               {0.0375L, 0.15L},
               {0.025L, 0.1L},
               {0.0125L, 0.05L},
               {0L, 0L},
               {0L, 0L}});
}

TEMPLATE_TEST_CASE("Retimed in a staircase moves after whole stretches alone", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{
      groups, schedule::Retimed<T>{.schedule = schedule::Anneal<T>{.steps = 4}, .stretch = 2, .staircase = true}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.05L, 0.2L}});
}

TEMPLATE_TEST_CASE("Retimed refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Anneal<T> child{.steps = 4};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  check_refused<BoundRetimed<T>>({.schedule = child, .begin = 1e30},
                                 "Retimed: begin must be within 2^61 steps of 0, got 1e+30");
  check_refused<BoundRetimed<T>>({.schedule = child, .begin = -0x1.8p61},
                                 "Retimed: begin must be within 2^61 steps of 0, got -3.458764513820541e+18");
  for (const double begin : {-0x1p61, 0x1p61}) schedule::Retimed<T>{.schedule = child, .begin = begin}.validate();
  check_refused<BoundRetimed<T>>({.schedule = child, .begin = nan},
                                 "Retimed: begin must be within 2^61 steps of 0, got nan");
  check_refused<BoundRetimed<T>>({.schedule = child, .end = -1},
                                 "Retimed: end must be finite and not negative, got -1");
  check_refused<BoundRetimed<T>>({.schedule = child, .end = nan},
                                 "Retimed: end must be finite and not negative, got nan");
  check_refused<BoundRetimed<T>>({.schedule = child, .stretch = 0},
                                 "Retimed: stretch must be finite and positive, got 0");
  check_refused<BoundRetimed<T>>({.schedule = child, .stretch = -2.5},
                                 "Retimed: stretch must be finite and positive, got -2.5");
  check_refuses_bad_child<T>([](const AnySchedule<T>& bad) { return schedule::Retimed<T>{.schedule = bad}; });
}

TEST_CASE("Retimed of a factor goes on from a rate that the user sets, and of another schedule is on its curve") {
  auto groups = two_groups<double>();
  BoundRetimed<double> factor{groups, {.schedule = halving_steps, .begin = -1}};
  check_user_changes_rate(factor, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.035L, 0.1L}, {0.0175L, 0.05L}});
  auto others = two_groups<double>();
  BoundRetimed<double> cosine{others, {.schedule = schedule::CosineAnnealing<double>{.T_max = 2}, .begin = -1}};
  check_user_changes_rate(cosine, others, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0L, 0L}, {0.05L, 0.2L}});
}

TEST_CASE("Retimed can do what its schedule can, and in a staircase nothing between epochs") {
  const Abilities factor{.closed_form = true, .continuous = true, .factor = true, .chains = true};
  const Abilities steps{.closed_form = true, .factor = true, .chains = true};
  CHECK(abilities<double>(schedule::Retimed<double>{.schedule = line}) == factor);
  CHECK(abilities<double>(schedule::Retimed<double>{.schedule = line, .staircase = true}) == steps);
  CHECK(abilities<double>(schedule::Retimed<double>{.schedule = halving_steps}) == steps);
  CHECK(abilities<double>(schedule::Retimed<double>{.schedule = schedule::SWA<double>{.swa_lr = 0.1}}) ==
        Abilities{.closed_form = true, .continuous = true});
}

TEST_CASE("Retimed between steps is on the same curve") {
  const schedule::Retimed<double> schedule{.schedule = line, .begin = -1.5, .end = 3.5, .stretch = 0.5};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0, 1) == 1);
  CHECK(schedule.at(0.5, 1) == 1);
  CHECK(schedule.at(1, 1) == 0.875);
  CHECK(schedule.at(1.25, 1) == 0.75);
  CHECK(schedule.at(2.5, 1) == 0.125);
  CHECK(schedule.at(3, 1) == 0.125);
  const schedule::Retimed<double> later{.schedule = line, .begin = 0.75};
  CHECK(later.at(0.5, 1) == 0.6875);  // at 1.25
  CHECK(later.at(1.25, 1) == 0.5);
}

TEST_CASE("Retimed of a schedule that is not continuous stays at its last whole step") {
  const schedule::Retimed<double> schedule{.schedule = halving_steps, .begin = 0.5, .end = 2.75, .stretch = 2};
  const std::vector<double> expected{1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25};
  for (Epoch t = 0; t < 7; ++t) {
    INFO("at " << t);
    CHECK(schedule.at(t, 1) == expected[std::size_t(t)]);
  }
}

TEST_CASE("Retimed of a schedule for each group is continuous where the group's is") {
  const schedule::Exponential<double> decay{.gamma = 0.25};
  for (const bool steps_first : {false, true}) {
    const AnySchedule<double> first = steps_first ? AnySchedule<double>(halving_steps) : decay;
    const AnySchedule<double> second = steps_first ? AnySchedule<double>(decay) : halving_steps;
    Groups<double> groups{{.lr = 1}, {.lr = 1}};
    Scheduled scheduler{
        groups,
        schedule::Retimed<double>{.schedule = schedule::PerGroup<double>{.schedules = {first, second}}, .stretch = 2}};
    scheduler.step();
    CHECK(groups[steps_first ? 0 : 1].lr == 1);
    CHECK(groups[steps_first ? 1 : 0].lr == 0.5);
    scheduler.step();
    CHECK(groups[steps_first ? 0 : 1].lr == 0.5);
    CHECK(groups[steps_first ? 1 : 0].lr == 0.25);
  }
}

TEST_CASE("Retimed is unchanged as long as its schedule is, by the other clock") {
  const Epoch ever = std::numeric_limits<Epoch>::max();
  const schedule::Step<double> threes{.step_size = 3};
  schedule::Retimed<double> schedule{.schedule = threes, .begin = -2};
  CHECK(schedule.unchanged_until(0) == 5);  // it has not begun
  CHECK(schedule.unchanged_until(2) == 5);
  CHECK(schedule.unchanged_until(4) == 5);
  CHECK(schedule.unchanged_until(5) == 8);
  schedule.begin = 2;
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(1) == 4);
  schedule.end = 5;
  CHECK(schedule.unchanged_until(2) == 4);
  CHECK(schedule.unchanged_until(3) == ever);
  schedule.stretch = 2;
  CHECK(schedule.unchanged_until(2) == 3);
  CHECK(
      schedule::Retimed<double>{.schedule = schedule::Constant<double>{.total_iters = 2}, .begin = -3}.unchanged_until(
          6) == ever);
  // At 6 it is at 6 - 4.4e-16, which is not yet the end, although it rounds to it.
  const schedule::Retimed<double> nearly{
      .schedule = schedule::Anneal<double>{.steps = 6, .power = 0.01}, .begin = -0x1p-51, .end = 6};
  CHECK(nearly.unchanged_until(6) == 7);
  CHECK(nearly.unchanged_until(7) == ever);
  CHECK(nearly.at(6, 1.0) > nearly.at(7, 1.0));
}

TEST_CASE("Retimed of a schedule that drives momentum gives the same, stepped, sought and resumed") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  const schedule::Exponential<double> halving{.gamma = 0.5};
  const schedule::Sequential<double> cycle_then_decay{.schedules = {cyclic, halving}, .milestones = {4}};
  auto groups = two_groups_with_momentum<double>();
  Scheduled scheduler{groups, schedule::Retimed<double>{.schedule = cycle_then_decay, .begin = -1, .stretch = 2}};
  // Up in 4 steps after 2, down in 4, where its last whole step leaves momentum.
  check_momentums(scheduler, groups,
                  {{0.9L, 0.9L},
                   {0.9L, 0.9L},
                   {0.9L, 0.9L},
                   {0.875L, 0.875L},
                   {0.85L, 0.85L},
                   {0.825L, 0.825L},
                   {0.8L, 0.8L},
                   {0.825L, 0.825L},
                   {0.85L, 0.85L},
                   {0.875L, 0.875L},
                   {0.85L, 0.85L},
                   {0.85L, 0.85L}});
  for (const double begin : {0.0, -2.5, 6.0}) {
    for (const double stretch : {1.0, 2.0, 0.3}) {
      INFO("begin " << begin << ", stretch " << stretch);
      check_momentum_agrees(
          schedule::Retimed<double>{.schedule = cycle_then_decay, .begin = begin, .stretch = stretch});
      check_momentum_agrees(
          schedule::Retimed<double>{.schedule = schedule::OneCycle<double>{.max_lr = 0.5, .total_steps = 12},
                                    .begin = begin,
                                    .stretch = stretch});
      check_momentum_agrees(schedule::Sequential<double>{
          .schedules = {schedule::Retimed<double>{.schedule = cycle_then_decay, .begin = begin, .stretch = stretch},
                        halving, schedule::Retimed<double>{.schedule = cyclic, .end = 3, .stretch = stretch}},
          .milestones = {7, 11}});
    }
  }
}

TEST_CASE("Retimed of many groups and of lists for each group moves each as it is alone") {
  check_groups_are_alone(
      [](const AnySchedule<double>& child) { return schedule::Retimed<double>{.schedule = child, .stretch = 1.5}; });
}

TEST_CASE("Retimed by any clock has a rate in the far future") {
  for (const double begin : {-0x1p61, -1.5, 0.0, 0x1p61}) {
    for (const double stretch : {1e-300, 0.3, 1.0, 1e300}) {
      for (const Epoch t : {Epoch{0}, Epoch{1}, Epoch{1} << 62, std::numeric_limits<Epoch>::max()}) {
        const schedule::Retimed<double> schedule{.schedule = line, .begin = begin, .stretch = stretch};
        CHECK(schedule.at(t, 1) >= 0);
        CHECK(schedule.at(t, 1) <= 1);
      }
    }
  }
  const schedule::Retimed<double> late{.schedule = line, .begin = -0x1p61};
  CHECK(late.at(Epoch{1} << 61, 1) == 1);
  CHECK(late.at((Epoch{1} << 61) + 1, 1) == 0.75);
}

TEST_CASE("Retimed in Retimed is one clock in the other") {
  const schedule::Retimed<double> inner{.schedule = line, .begin = 1, .stretch = 2};
  const schedule::Retimed<double> outer{.schedule = inner, .begin = -2, .end = 4, .stretch = 0.5};
  CHECK(outer.at(1, 1) == 0.75);  // inner 0, line 1
  CHECK(outer.at(2, 1) == 0.5);   // inner 2, line 2
  CHECK(outer.at(3, 1) == 0.25);  // inner 4, line 3
  CHECK(outer.at(9, 1) == 0.25);
}

}  // namespace
}  // namespace lr_scheduler::testing
