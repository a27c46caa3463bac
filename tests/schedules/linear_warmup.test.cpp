// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and at compile time.
static_assert(std::is_trivially_copyable_v<schedule::LinearWarmup<float>>);
static_assert(std::same_as<decltype(schedule::LinearWarmup<float>{1}.at(0)), Factor<float>>);
static_assert(schedule::LinearWarmup<double>{.warmup_steps = 4}.at(1, 0.5) == 0.125);
static_assert(schedule::LinearWarmup<double>{.warmup_steps = 4, .first_update = FirstUpdate::one_of_w}.at(1, 0.5) ==
              0.25);

TEMPLATE_TEST_CASE("WarmupLR rises in a straight line from 0 to the base rate and stays there", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLR scheduler{groups, {.warmup_steps = 4}};
  check_rates(scheduler, groups, {{0L, 0L}, {0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("WarmupLR rises from start_factor", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  WarmupLR scheduler{groups, {.warmup_steps = 3, .start_factor = T(0.25L)}};
  check_rates(scheduler, groups, {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEMPLATE_TEST_CASE("WarmupLR makes the first update count where first_update says so", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    WarmupLR scheduler{groups, {.warmup_steps = 4, .first_update = FirstUpdate::one_of_w}};
    check_rates(scheduler, groups,
                {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
  SECTION("full at the end of the warm-up") {
    WarmupLR scheduler{groups, {.warmup_steps = 3, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups, {{0.025L, 0.1L}, {0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
  SECTION("a warm-up of one step is over at once, or is at a half") {
    WarmupLR of_w{groups, {.warmup_steps = 1, .first_update = FirstUpdate::one_of_w}};
    check_rates(of_w, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
    WarmupLR of_w_plus_1{groups, {.warmup_steps = 1, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(of_w_plus_1, groups, {{0.05L, 0.2L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
  SECTION("a warm-up of none is over") {
    for (const FirstUpdate first : {FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
      WarmupLR scheduler{groups, {.warmup_steps = 0, .first_update = first}};
      check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
    }
  }
}

TEMPLATE_TEST_CASE("WarmupLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = WarmupLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.warmup_steps = -1}, "WarmupLR: warmup_steps must not be negative, got -1");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = T(-0.5L)},
                       "WarmupLR: start_factor must be finite and not negative, got -0.5");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = infinity},
                       "WarmupLR: start_factor must be finite and not negative, got inf");
  check_refused<Bound>({.warmup_steps = 3, .start_factor = nan},
                       "WarmupLR: start_factor must be finite and not negative, got nan");
  for (const FirstUpdate first : {FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    check_refused<Bound>({.warmup_steps = 3, .start_factor = T(0.5L), .first_update = first},
                         "WarmupLR: start_factor must be 0 where first_update gives the first factor, got 0.5");
  }
}

TEST_CASE("WarmupLR goes on from a rate that the user sets, as PyTorch's LinearLR does") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 4, .start_factor = 0.25}};
  check_user_changes_rate(scheduler, groups,
                          {{0.04375L, 0.175L}, {0.0625L, 0.25L}, {0.091L, 0.325L}, {0.112L, 0.4L}, {0.112L, 0.4L}});
}

TEST_CASE("WarmupLR between steps is on the same line") {
  const schedule::LinearWarmup<double> schedule{.warmup_steps = 4};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 0.8) == about(0.1L));
  CHECK(schedule.at(3.5, 0.8) == about(0.7L));
  CHECK(schedule.at(4.5, 0.8) == 0.8);
}

TEST_CASE("WarmupLR between steps rises from its first update on the same line, and no higher than the base rate") {
  const schedule::LinearWarmup<double> of_w{.warmup_steps = 4, .first_update = FirstUpdate::one_of_w};
  CHECK(at_time_is_at<double>(of_w, 9));
  CHECK(of_w.at(0.5, 0.8) == about(0.3L));
  CHECK(of_w.at(2.75, 0.8) == about(0.75L));
  CHECK(of_w.at(3.5, 0.8) == 0.8);
  CHECK(of_w.at(4.5, 0.8) == 0.8);
  const schedule::LinearWarmup<double> of_w_plus_1{.warmup_steps = 3, .first_update = FirstUpdate::one_of_w_plus_1};
  CHECK(at_time_is_at<double>(of_w_plus_1, 9));
  CHECK(of_w_plus_1.at(0.5, 0.8) == about(0.3L));
  CHECK(of_w_plus_1.at(2.75, 0.8) == about(0.75L));
  CHECK(of_w_plus_1.at(3.5, 0.8) == 0.8);
}

TEST_CASE("WarmupLR changes at each step of the warm-up, and then no more") {
  for (const FirstUpdate first : {FirstUpdate::zero, FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    const schedule::LinearWarmup<double> schedule{.warmup_steps = 4, .first_update = first};
    CHECK(schedule.unchanged_until(0) == 1);
    CHECK(schedule.unchanged_until(3) == 4);
    CHECK(schedule.unchanged_until(4) == std::numeric_limits<Epoch>::max());
    CHECK(schedule.duration() == 4);
  }
}

TEST_CASE("WarmupLR with 0 steps is at the base rate") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("WarmupLR with a start_factor above 1 falls to the base rate") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 2, .start_factor = 3}};
  check_rates(scheduler, groups, {{0.3L, 1.2L}, {0.2L, 0.8L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("WarmupLR goes to its line from a rate that the user sets where it is 0") {
  auto groups = two_groups<double>();
  WarmupLR scheduler{groups, {.warmup_steps = 4}};
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == about(0.025L));
  scheduler.step();
  CHECK(groups[0].lr == about(0.05L));
}

TEST_CASE("WarmupLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch horizon = Epoch{1} << 62;
  WarmupLR scheduler{groups, {.warmup_steps = horizon}};
  scheduler.seek(horizon / 4);
  CHECK(groups[0].lr == 0.025F);
  scheduler.step();
  CHECK(groups[0].lr == 0.025F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0.1F);
}

TEST_CASE("WarmupLR over the longest horizon there is has a first update") {
  const Epoch last = std::numeric_limits<Epoch>::max();
  for (const FirstUpdate first : {FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    const schedule::LinearWarmup<double> schedule{.warmup_steps = last, .first_update = first};
    CHECK(schedule.at(0, 1.0) == 0x1p-63);
    CHECK(schedule.at(last / 2, 1.0) == 0.5);
    CHECK(schedule.at(last - 1, 1.0) == 1);
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
