// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/cycles.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/modifiers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundCycles = Scheduled<schedule::Cycles<T>, T>;

template <class T>
schedule::Cycles<T> growing_lines() {
  return {.schedule = schedule::Anneal<T>{.steps = 2}, .length = 2, .length_mult = 2, .decay = T(0.5L), .limit = 2};
}

TEMPLATE_TEST_CASE("Cycles starts anew, each cycle longer and lower than the one before, and stays at the end", "",
                   float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, growing_lines<T>()};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.05L, 0.2L},
               {0.05L, 0.2L},
               {0.0375L, 0.15L},
               {0.025L, 0.1L},
               {0.0125L, 0.05L},
               {0L, 0L},
               {0L, 0L}});
}

TEMPLATE_TEST_CASE("Cycles without a limit never ends", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Cycles<T>{.schedule = schedule::Exponential<T>{.gamma = T(0.5L)}, .length = 3}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0.1L, 0.4L}});
  const Epoch far = Epoch{1} << 62;  // 1 after 3 whole cycles
  CHECK(scheduler.schedule().at(far, T(1)) == T(0.5L));
  CHECK(scheduler.schedule().at(far + 1, T(1)) == T(0.25L));
  CHECK(scheduler.schedule().at(far + 2, T(1)) == T(1));
}

TEMPLATE_TEST_CASE("Cycles refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Anneal<T> line{.steps = 2};
  check_refused<BoundCycles<T>>({.schedule = line, .length = 0}, "Cycles: length must be finite and positive, got 0");
  check_refused<BoundCycles<T>>({.schedule = line, .length = std::numeric_limits<double>::infinity()},
                                "Cycles: length must be finite and positive, got inf");
  check_refused<BoundCycles<T>>({.schedule = line, .length = 2, .length_mult = 0},
                                "Cycles: length_mult must be finite and positive, got 0");
  check_refused<BoundCycles<T>>({.schedule = line, .length = 2, .decay = T(-1)},
                                "Cycles: decay must be finite and not negative, got -1");
  check_refused<BoundCycles<T>>({.schedule = line, .length = 2, .limit = 0}, "Cycles: limit must be positive, got 0");
  check_refused<BoundCycles<T>>({.schedule = line, .length = 2, .length_mult = 0.5},
                                "Cycles: limit is needed where length_mult is below 1, got none");
  check_refuses_bad_child<T>(
      [](const AnySchedule<T>& child) { return schedule::Cycles<T>{.schedule = child, .length = 2}; });
}

TEST_CASE("Cycles of factors goes on from a rate that the user sets, and rejoins its curve after a factor of 0") {
  auto groups = two_groups<double>();
  BoundCycles<double> scheduler{groups, {.schedule = schedule::Anneal<double>{.steps = 3}, .length = 4}};
  check_user_changes_rate(scheduler, groups,
                          {{0.066666666666666666667L, 0.26666666666666666667L},
                           {0.033333333333333333333L, 0.13333333333333333333L},
                           {0L, 0L},
                           {0.1L, 0.4L},
                           {0.066666666666666666667L, 0.26666666666666666667L}});
}

TEST_CASE("Cycles of a schedule that does not chain is always on its curve") {
  auto groups = two_groups<double>();
  BoundCycles<double> scheduler{groups,
                                {.schedule = schedule::CosineAnnealing<double>{.T_max = 2}, .length = 2, .decay = 0.5}};
  check_user_changes_rate(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0.025L, 0.1L}});
}

TEST_CASE("Cycles stretches the schedule with the cycle") {
  const schedule::Cycles<double> thirds{
      .schedule = schedule::Anneal<double>{.steps = 2}, .length = 2, .length_mult = 3};
  CHECK(at_time_is_at<double>(thirds, 30));
  CHECK(thirds.at(2, 1) == 1);
  CHECK(thirds.at(3, 1) == about(0.83333333333333333333L));
  CHECK(thirds.at(5, 1) == 0.5);
  CHECK(thirds.at(8, 1) == 1);
  CHECK(thirds.at(17, 1) == 0.5);
  CHECK(thirds.at(26, 1) == 1);
  CHECK(thirds.at(2.75, 1) == 0.875);
  const schedule::Cycles<double> shrinking{
      .schedule = schedule::Anneal<double>{.steps = 8}, .length = 8, .length_mult = 0.5, .limit = 3};
  CHECK(shrinking.at(4, 1) == 0.5);
  CHECK(shrinking.at(8, 1) == 1);
  CHECK(shrinking.at(10, 1) == 0.5);
  CHECK(shrinking.at(12, 1) == 1);
  CHECK(shrinking.at(13, 1) == 0.5);
  CHECK(shrinking.at(14, 1) == 0);
  CHECK(shrinking.at(15, 1) == 0);
  CHECK(shrinking.at(16, 1) == 0);
  CHECK(shrinking.at(1'000'000, 1) == 0);
}

// 1 + 3 + ... + 3^k = (3^(k + 1) - 1) / 2. Logarithms place some of these begins one step late.
TEST_CASE("Cycles begin where they begin, not a step late") {
  const schedule::Cycles<double> thirds{
      .schedule = schedule::Anneal<double>{.steps = 1}, .length = 1, .length_mult = 3};
  Epoch begin = 0;
  for (Epoch length = 1; begin < Epoch{1} << 50; begin += length, length *= 3) {
    INFO("at " << begin);
    CHECK(thirds.at(begin, 1) == 1);
    if (begin > 1) CHECK(thirds.at(begin - 1, 1) <= 4 / static_cast<double>(length) + 1e-15);
  }
}

TEST_CASE("Cycles whose lengths are no binary numbers begin at whole steps where decimals do") {
  const auto begins_at = [](double length, double length_mult, Epoch t) {
    const schedule::Cycles<double> cycles{.schedule = schedule::Anneal<double>{.steps = length},
                                          .length = length,
                                          .length_mult = length_mult,
                                          .limit = 100};
    return cycles.at(t, 1) == 1 && cycles.at(t - 1, 1) < 0.5;
  };
  CHECK(begins_at(25, 0.8, 61));  // 25 + 20 + 16
  CHECK(begins_at(125, 0.8, 369));
  CHECK(begins_at(10, 1.1, 21));
  CHECK(begins_at(100, 1.1, 331));
  CHECK(begins_at(25, 1.2, 91));
  CHECK(begins_at(2.1, 1, 21));
}

TEST_CASE("Cycles of nearly the same length are not far from cycles of the same") {
  const double mult = 1 + 1e-12;
  const schedule::Cycles<double> cycles{
      .schedule = schedule::Anneal<double>{.steps = 10}, .length = 10, .length_mult = mult};
  CHECK(cycles.at(0, 1) == 1);
  CHECK(cycles.at(53, 1) == about(0.7000000000115010223567L, 100));
  const schedule::Cycles<double> growing{
      .schedule = schedule::Anneal<double>{.steps = 10}, .length = 10, .length_mult = 1 + 1e-6};
  CHECK(growing.at(10'005, 1) == about(0.999666542008865670707L, 1e5L));
}

TEST_CASE("Cycles in the far future has a rate, and is not searched for") {
  for (const double length_mult : {1.0, 1 + 1e-15, 1.5, 3.0}) {
    for (const double length : {1e-300, 0.1, 1.0, 3.0, 1e18, 1e300}) {
      const schedule::Cycles<double> cycles{
          .schedule = schedule::Anneal<double>{.steps = length}, .length = length, .length_mult = length_mult};
      INFO(length << " times " << length_mult);
      for (const Epoch t : {Epoch{1}, Epoch{1} << 53, Epoch{1} << 62, std::numeric_limits<Epoch>::max()}) {
        CHECK(cycles.at(t, 1) >= 0);
        CHECK(cycles.at(t, 1) <= 1);
      }
    }
  }
  const schedule::Cycles<double> shrinking{
      .schedule = schedule::Anneal<double>{.steps = 1}, .length = 1, .length_mult = 0.9, .limit = Epoch{1} << 62};
  for (const Epoch t : {Epoch{9}, Epoch{10}, Epoch{11}, Epoch{1} << 62}) {
    CHECK(shrinking.at(t, 1) >= 0);
    CHECK(shrinking.at(t, 1) <= 1);
  }
}

TEST_CASE("Cycles of a schedule that is not continuous stays at its last whole step") {
  auto groups = two_groups<double>();
  const schedule::Cycles<double> steps{
      .schedule = schedule::Step<double>{.step_size = 1, .gamma = 0.5}, .length = 2, .length_mult = 2};
  CHECK(abilities<double>(steps) == Abilities{.closed_form = true, .factor = true, .chains = true});
  Scheduled scheduler{groups, steps};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L, 0.2L}, {0.1L, 0.4L}});
}

TEST_CASE("Cycles ends where its schedule is after `length`") {
  const schedule::Cycles<double> once{
      .schedule = schedule::CosineAnnealing<double>{.T_max = 4, .eta_min = 0.1}, .length = 2, .limit = 1};
  CHECK(once.at(1, 0.9) == about(0.78284271247461900976L));
  CHECK(once.at(2, 0.9) == about(0.5L));
  CHECK(once.at(1'000'000'007, 0.9) == about(0.5L));
}

TEST_CASE("Cycles leaves momentum as the cycle before left it where it drives none, stepped, sought and resumed") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  const schedule::Sequential<double> decay_then_cycle{
      .schedules = {schedule::Exponential<double>{.gamma = 0.5}, cyclic}, .milestones = {2}};
  auto groups = two_groups_with_momentum<double>();
  Scheduled scheduler{groups, schedule::Cycles<double>{.schedule = decay_then_cycle, .length = 4}};
  // Momentum is left alone at first, then falls from 0.9 with the rise of the rate.
  check_momentums(
      scheduler, groups,
      {{0.5L, 0.5L}, {0.5L, 0.5L}, {0.9L, 0.9L}, {0.85L, 0.85L}, {0.85L, 0.85L}, {0.85L, 0.85L}, {0.9L, 0.9L}});
  check_momentum_agrees(schedule::Cycles<double>{.schedule = decay_then_cycle, .length = 4});
  check_momentum_agrees(
      schedule::Cycles<double>{.schedule = decay_then_cycle, .length = 3.5, .length_mult = 1.5, .decay = 0.5});
  check_momentum_agrees(schedule::Cycles<double>{.schedule = cyclic, .length = 3, .limit = 4});
}

TEST_CASE("Cycles of many groups and of lists for each group moves each as it is alone") {
  check_groups_are_alone([](const AnySchedule<double>& child) {
    return schedule::Cycles<double>{.schedule = child, .length = 5, .length_mult = 1.5, .decay = 0.5};
  });
}

TEST_CASE("Cycles of a schedule for each group is continuous where the group's is") {
  const schedule::PerGroup<double> children{.schedules = {schedule::Exponential<double>{.gamma = 0.25},
                                                          schedule::Step<double>{.step_size = 1, .gamma = 0.5}}};
  const schedule::Cycles<double> cycles{.schedule = children, .length = 2, .length_mult = 2};
  auto groups = two_groups<double>();
  Scheduled scheduler{groups, cycles};
  check_rates(
      scheduler, groups,
      {{0.1L, 0.4L}, {0.025L, 0.2L}, {0.1L, 0.4L}, {0.05L, 0.4L}, {0.025L, 0.2L}, {0.0125L, 0.2L}, {0.1L, 0.4L}});
}

TEST_CASE("Cycles may become shorter, and stay where the last of them ends") {
  Groups<double> groups{{.lr = 0.8}};
  const schedule::Anneal<double> half{.steps = 4, .end_factor = 0.5};
  Scheduled scheduler{
      groups, schedule::Cycles<double>{.schedule = half, .length = 4, .length_mult = 0.5, .decay = 0.5, .limit = 2}};
  check_rates(scheduler, groups, {{0.8L}, {0.7L}, {0.6L}, {0.5L}, {0.4L}, {0.3L}, {0.2L}, {0.2L}});

  Groups<double> others{{.lr = 0.8}};
  Scheduled of_one_length{others, schedule::Cycles<double>{.schedule = half, .length = 4, .decay = 0.5, .limit = 2}};
  of_one_length.seek(7);
  CHECK(others[0].lr == 0.25);
  of_one_length.seek(8);
  CHECK(others[0].lr == 0.2);
  of_one_length.seek(100);
  CHECK(others[0].lr == 0.2);
}

TEST_CASE("Cycles are in the cycle before right before one begins") {
  const schedule::Cycles<double> cycles{
      .schedule = schedule::Anneal<double>{.steps = 1, .end_factor = 0.5}, .length = 1, .length_mult = 3};
  for (const double begin : {1.0, 4.0, 13.0, 40.0, 121.0, 364.0, 1093.0, 3280.0}) {
    CAPTURE(begin);
    CHECK(cycles.at(std::nextafter(begin, 0.0), 0.8) == about(0.4));
    CHECK(cycles.at(begin, 0.8) == 0.8);
  }
  for (int i = 1; i < 100; ++i) {
    CAPTURE(i);
    schedule::Cycles<double> others = cycles;
    others.length_mult = 1 + 0.25 * i;
    CHECK(others.at(std::nextafter(1.0, 0.0), 0.8) == about(0.4));
    CHECK(others.at(1.0, 0.8) == 0.8);
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
