// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/warmup_stable_decay.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and where it needs no root at compile time.
static_assert(std::is_trivially_copyable_v<schedule::WarmupStableDecay<float>>);
static_assert(std::same_as<decltype(schedule::WarmupStableDecay<float>{1, 1, 1}.at(0)), Factor<float>>);
static_assert(schedule::WarmupStableDecay<double>{.warmup_steps = 2, .stable_steps = 2, .decay_steps = 4}.at(1, 0.5) ==
              0.25);
static_assert(schedule::WarmupStableDecay<double>{
                  .warmup_steps = 2, .stable_steps = 2, .decay_steps = 4, .shape = Shape::linear}
                  .at(6, 0.5) == 0.25);

TEMPLATE_TEST_CASE("WarmupStableDecayLR rises, stays and falls with 1 - sqrt", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupStableDecayLR scheduler{groups, {.warmup_steps = 2, .stable_steps = 2, .decay_steps = 4}};
  check_rates(scheduler, groups,
              {{0, 0},
               {0.05L, 0.2L},
               {0.1L, 0.4L},
               {0.1L, 0.4L},
               {0.1L, 0.4L},
               {0.05L, 0.2L},
               {0.02928932188134524755992L, 0.1171572875253809902397L},
               {0.01339745962155613532363L, 0.0535898384862245412945L},
               {0, 0},
               {0, 0},
               {0, 0}});
}

TEMPLATE_TEST_CASE("WarmupStableDecayLR falls along each shape to min_ratio", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  // The last three rates: at 1/4, 1/2 and 3/4 of the decay a half of what the shape leaves, and a half more.
  const auto check = [&](Shape shape, long double quarter, long double half, long double three_quarters) {
    WarmupStableDecayLR scheduler{
        groups, {.warmup_steps = 0, .stable_steps = 1, .decay_steps = 4, .shape = shape, .min_ratio = T(0.5L)}};
    Rows rows{{0.1L, 0.4L}, {0.1L, 0.4L}};
    for (const long double left : {quarter, half, three_quarters}) {
      rows.push_back({0.05L + 0.05L * left, 0.2L + 0.2L * left});
    }
    rows.push_back({0.05L, 0.2L});
    rows.push_back({0.05L, 0.2L});
    check_rates(scheduler, groups, rows);
  };
  SECTION("linear") {
    check(Shape::linear, 0.75L, 0.5L, 0.25L);
  }
  SECTION("cosine") {
    check(Shape::cosine, 0.8535533905932737622004L, 0.5L, 0.1464466094067262377996L);
  }
  SECTION("1 - sqrt") {
    check(Shape::one_minus_sqrt, 0.5L, 0.2928932188134524755992L, 0.1339745962155613532363L);
  }
  SECTION("exponential") {
    check(Shape::exponential, 0.6817928305074290860623L, 0.4142135623730950488017L, 0.1892071150027210667175L);
  }
}

TEMPLATE_TEST_CASE("WarmupStableDecayLR makes the first update count where first_update says so", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupStableDecayLR scheduler{groups,
                                  {.warmup_steps = 2,
                                   .stable_steps = 0,
                                   .decay_steps = 2,
                                   .shape = Shape::linear,
                                   .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}, {0, 0}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupStableDecayLR scheduler{groups,
                                  {.warmup_steps = 3,
                                   .stable_steps = 1,
                                   .decay_steps = 2,
                                   .shape = Shape::linear,
                                   .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  }
}

TEMPLATE_TEST_CASE("WarmupStableDecayLR keeps its digits at both ends of a long decay", "", double, long double) {
  using T = TestType;
  const auto at = [](Epoch t, Shape shape) {
    return schedule::WarmupStableDecay<T>{.warmup_steps = 100, .stable_steps = 900, .decay_steps = 2000, .shape = shape}
        .at(1000 + t, T(1));
  };
  CHECK(at(1, Shape::one_minus_sqrt) == about(0.9776393202250021030359L));
  CHECK(at(777, Shape::one_minus_sqrt) == about(0.3767023183101031299007L));
  CHECK(at(1999, Shape::one_minus_sqrt) == about(0.0002500312578149422610627L));
  CHECK(at(1, Shape::exponential) == about(0.9993069729188187092575L));
  CHECK(at(777, Shape::exponential) == about(0.5278469176056006261197L));
  CHECK(at(1999, Shape::exponential) == about(0.0003466336538453271877284L));
  CHECK(at(1, Shape::cosine) == about(0.9999993831498517666586L));
  CHECK(at(777, Shape::cosine) == about(0.6715839694496940738195L));
  CHECK(at(1999, Shape::cosine) == about(6.168501482333413948931e-7L));
}

TEMPLATE_TEST_CASE("WarmupStableDecayLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = WarmupStableDecayLR<T>;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1, .stable_steps = 2, .decay_steps = 2},
                       "WarmupStableDecayLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 1, .stable_steps = -2, .decay_steps = 2},
                       "WarmupStableDecayLR: stable_steps must not be negative, got -2");
  check_refused<Bound>({.warmup_steps = 1, .stable_steps = 2, .decay_steps = -3},
                       "WarmupStableDecayLR: decay_steps must not be negative, got -3");
  check_refused<Bound>({.warmup_steps = 1, .stable_steps = 2, .decay_steps = 2, .shape = Shape::geometric},
                       "WarmupStableDecayLR: shape must be linear or cosine or 1-sqrt or exponential, got geometric");
  check_refused<Bound>({.warmup_steps = 1, .stable_steps = 2, .decay_steps = 2, .min_ratio = nan},
                       "WarmupStableDecayLR: min_ratio must be finite and not negative, got nan");
}

TEST_CASE("WarmupStableDecayLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  WarmupStableDecayLR scheduler{groups,
                                {.warmup_steps = 1, .stable_steps = 2, .decay_steps = 4, .shape = Shape::linear}};
  check_user_changes_rate(scheduler, groups,
                          {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.07L, 0.4L}, {0.0525L, 0.3L}, {0.035L, 0.2L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("WarmupStableDecayLR between steps is on the same curve") {
  const schedule::WarmupStableDecay<double> schedule{.warmup_steps = 2, .stable_steps = 2, .decay_steps = 4};
  CHECK(at_time_is_at<double>(schedule, 11));
  CHECK(schedule.at(1.5, 0.8) == about(0.6L));
  CHECK(schedule.at(3.5, 0.8) == 0.8);
  CHECK(schedule.at(4.25, 0.8) == about(0.6L));
  CHECK(schedule.at(6.25, 0.8) == about(0.2L));
  CHECK(schedule.at(8.5, 0.8) == 0);
}

TEST_CASE("WarmupStableDecayLR without a part of it goes on to the next") {
  auto groups = two_groups<double>();
  SECTION("no warm-up") {
    WarmupStableDecayLR scheduler{groups,
                                  {.warmup_steps = 0, .stable_steps = 1, .decay_steps = 2, .shape = Shape::linear}};
    check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  }
  SECTION("no stable part") {
    WarmupStableDecayLR scheduler{groups,
                                  {.warmup_steps = 2, .stable_steps = 0, .decay_steps = 2, .shape = Shape::linear}};
    check_rates(scheduler, groups, {{0, 0}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  }
  SECTION("no decay") {
    WarmupStableDecayLR scheduler{groups, {.warmup_steps = 1, .stable_steps = 2, .decay_steps = 0, .min_ratio = 0.5}};
    check_rates(scheduler, groups, {{0, 0}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L, 0.2L}});
  }
  SECTION("nothing at all") {
    WarmupStableDecayLR scheduler{groups, {.warmup_steps = 0, .stable_steps = 0, .decay_steps = 0, .min_ratio = 0.5}};
    check_rates(scheduler, groups, {{0.05L, 0.2L}, {0.05L, 0.2L}});
  }
}

TEST_CASE("WarmupStableDecayLR with a longer stable part is the same until then") {
  const schedule::WarmupStableDecay<double> shorter{.warmup_steps = 3, .stable_steps = 4, .decay_steps = 5};
  const schedule::WarmupStableDecay<double> longer{.warmup_steps = 3, .stable_steps = 40, .decay_steps = 5};
  for (Epoch t = 0; t <= 7; ++t) CHECK(longer.at(t, 0.8) == shorter.at(t, 0.8));
  CHECK(shorter.at(8, 0.8) < 0.8);
  CHECK(longer.at(43, 0.8) == 0.8);
  for (Epoch t = 7; t <= 15; ++t) CHECK(longer.at(t + 36, 0.8) == shorter.at(t, 0.8));
}

TEST_CASE("WarmupStableDecayLR goes on from a state before its decay with a longer stable part") {
  auto groups = two_groups<double>();
  auto others = two_groups<double>();
  WarmupStableDecayLR shorter{groups, {.warmup_steps = 2, .stable_steps = 2, .decay_steps = 2, .shape = Shape::linear}};
  WarmupStableDecayLR longer{others, {.warmup_steps = 2, .stable_steps = 4, .decay_steps = 2, .shape = Shape::linear}};
  shorter.seek(4);
  check_message(message_of([&] { longer.load_state_dict(shorter.state_dict()); }),
                "WarmupStableDecayLR: cannot load the state: options.stable_steps is 2 in the state and 4 in the "
                "scheduler");
  longer.load_state_dict(shorter.state_dict(), OnMismatch::keep_constructed);
  for (const double rate : {0.4, 0.4, 0.4, 0.2, 0.0, 0.0}) {
    CHECK(others[1].lr == rate);
    longer.step();
  }
}

TEST_CASE("WarmupStableDecayLR seeks to where steps lead, in each of its parts") {
  auto groups = two_groups<double>();
  WarmupStableDecayLR scheduler{groups,
                                {.warmup_steps = 2, .stable_steps = 2, .decay_steps = 4, .shape = Shape::linear}};
  scheduler.seek(6);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(1);
  CHECK(groups[1].lr == 0.2);
  scheduler.seek(3);
  CHECK(groups[1].lr == 0.4);
  scheduler.seek(1000);
  CHECK(groups[1].lr == 0);
}

TEST_CASE("WarmupStableDecayLR changes at each step of the warm-up and the decay alone") {
  const schedule::WarmupStableDecay<double> schedule{.warmup_steps = 2, .stable_steps = 10, .decay_steps = 4};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(1) == 2);
  CHECK(schedule.unchanged_until(2) == 12);
  CHECK(schedule.unchanged_until(11) == 12);
  CHECK(schedule.unchanged_until(12) == 13);
  CHECK(schedule.unchanged_until(15) == 16);
  CHECK(schedule.unchanged_until(16) == std::numeric_limits<Epoch>::max());
  CHECK(schedule.duration() == 16);
}

TEST_CASE("WarmupStableDecayLR over a huge horizon does not drift, and its parts do not overflow") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch quarter = Epoch{1} << 60;
  const Epoch last = std::numeric_limits<Epoch>::max();
  WarmupStableDecayLR scheduler{groups, {.warmup_steps = quarter, .stable_steps = quarter, .decay_steps = 2 * quarter}};
  scheduler.seek(quarter / 2);
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(quarter / 2 * 5);
  CHECK(groups[0].lr == 0.05F);
  scheduler.step();
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(4 * quarter);
  CHECK(groups[0].lr == 0);
  const schedule::WarmupStableDecay<float> endless{.warmup_steps = 4, .stable_steps = last, .decay_steps = last};
  CHECK(endless.at(last - 1, 0.1F) == 0.1F);
  CHECK(endless.unchanged_until(5) == last);
  CHECK(endless.duration() == last);
}

}  // namespace
}  // namespace lr_scheduler::testing
