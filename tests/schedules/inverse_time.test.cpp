// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel, and where it needs no power at compile time.
static_assert(std::is_trivially_copyable_v<schedule::InverseTime<float>>);
static_assert(std::same_as<decltype(schedule::InverseTime<float>{1}.at(0)), FineFactor<float>>);
static_assert(schedule::InverseTime<double>{.timescale = 2}.at(2, 0.5) == 0.25);

TEMPLATE_TEST_CASE("InverseTimeLR falls with the inverse of the time", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  InverseTimeLR scheduler{groups, {.timescale = 2}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.06666666666666666666667L, 0.2666666666666666666667L},
               {0.05L, 0.2L},
               {0.04L, 0.16L},
               {0.03333333333333333333333L, 0.1333333333333333333333L}});
}

TEMPLATE_TEST_CASE("InverseTimeLR falls with a power of it", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("2") {
    InverseTimeLR scheduler{groups, {.timescale = 2, .power = 2}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.04444444444444444444444L, 0.1777777777777777777778L},
                 {0.025L, 0.1L},
                 {0.016L, 0.064L},
                 {0.01111111111111111111111L, 0.04444444444444444444444L}});
  }
  SECTION("a half: the square root") {
    InverseTimeLR scheduler{groups, {.timescale = 2, .power = T(0.5L)}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.08164965809277260327324L, 0.326598632371090413093L},
                 {0.07071067811865475244008L, 0.2828427124746190097603L},
                 {0.06324555320336758663998L, 0.2529822128134703465599L},
                 {0.05773502691896257645091L, 0.2309401076758503058037L}});
  }
  SECTION("0: it stays") {
    InverseTimeLR scheduler{groups, {.timescale = 2, .power = 0}};
    check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
  }
}

TEMPLATE_TEST_CASE("InverseTimeLR in a staircase moves after whole timescales", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SECTION("of whole steps") {
    InverseTimeLR scheduler{groups, {.timescale = 2, .staircase = true}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.1L, 0.4L},
                 {0.05L, 0.2L},
                 {0.05L, 0.2L},
                 {0.03333333333333333333333L, 0.1333333333333333333333L},
                 {0.03333333333333333333333L, 0.1333333333333333333333L},
                 {0.025L, 0.1L}});
  }
  SECTION("of one and a half, with a power") {
    InverseTimeLR scheduler{groups, {.timescale = 1.5, .power = 2, .staircase = true}};
    // The steps are at 1.5, 3 and 4.5.
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.1L, 0.4L},
                 {0.025L, 0.1L},
                 {0.01111111111111111111111L, 0.04444444444444444444444L},
                 {0.01111111111111111111111L, 0.04444444444444444444444L},
                 {0.00625L, 0.025L}});
  }
  SECTION("of a tenth: each step is ten of them") {
    InverseTimeLR scheduler{groups, {.timescale = 0.1, .staircase = true}};
    check_rates(scheduler, groups,
                {{0.1L, 0.4L},
                 {0.009090909090909090909091L, 0.03636363636363636363636L},
                 {0.004761904761904761904762L, 0.01904761904761904761905L},
                 {0.003225806451612903225806L, 0.01290322580645161290323L}});
  }
}

TEMPLATE_TEST_CASE("InverseTimeLR keeps its digits in a long run", "", double, long double) {
  using T = TestType;
  const auto at = [](T power) {
    return schedule::InverseTime<T>{.timescale = 777.5, .power = power}.at(123'456, T(1));
  };
  CHECK(at(T(1)) == about(0.006258376363863209198807L));
  CHECK(at(T(0.5L)) == about(0.07910990054261988009320L));
  CHECK(at(T(2)) == about(0.00003916727471176168386202L));
  CHECK(at(T(1.7L)) == about(0.0001794671024088106374127L));
}

TEMPLATE_TEST_CASE("InverseTimeLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = InverseTimeLR<T>;
  const double infinity = std::numeric_limits<double>::infinity();
  check_refused<Bound>({.timescale = 0}, "InverseTimeLR: timescale must be finite and positive, got 0");
  check_refused<Bound>({.timescale = -2.5}, "InverseTimeLR: timescale must be finite and positive, got -2.5");
  check_refused<Bound>({.timescale = infinity}, "InverseTimeLR: timescale must be finite and positive, got inf");
  check_refused<Bound>({.timescale = 2, .power = T(-1)},
                       "InverseTimeLR: power must be finite and not negative, got -1");
  check_refused<Bound>({.timescale = 2, .power = std::numeric_limits<T>::quiet_NaN()},
                       "InverseTimeLR: power must be finite and not negative, got nan");
}

TEST_CASE("InverseTimeLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  InverseTimeLR scheduler{groups, {.timescale = 1}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L},
                           {0.03333333333333333333333L, 0.1333333333333333333333L},
                           {0.0525L, 0.1L},
                           {0.042L, 0.08L},
                           {0.035L, 0.06666666666666666666667L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("InverseTimeLR between steps is on the same curve, or on the same stair") {
  const schedule::InverseTime<double> schedule{.timescale = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 1.0) == about(0.8L));
  const schedule::InverseTime<double> stairs{.timescale = 1.5, .staircase = true};
  CHECK(at_time_is_at<double>(stairs, 9));
  CHECK(stairs.at(1.25, 1.0) == 1);
  CHECK(stairs.at(1.5, 1.0) == 0.5);
}

TEST_CASE("InverseTimeLR by a clock of whole decay_steps is Keras' staircase") {
  // InverseTimeDecay(5e-05, decay_steps=8, decay_rate=0.5, staircase=True) of Keras 3.15
  const AnySchedule<double> keras = schedule::Retimed<double>{
      .schedule = schedule::InverseTime<double>{.timescale = 1 / 0.5}, .stretch = 8, .staircase = true};
  CHECK(keras.at(7, 5e-5) == 5e-5);
  CHECK(keras.at(8, 5e-5) == about(3.3333333333333335e-05L));
  CHECK(keras.at(15, 5e-5) == about(3.3333333333333335e-05L));
  CHECK(keras.at(16, 5e-5) == about(2.5e-05L));
  CHECK(keras.at(30, 5e-5) == about(2e-05L));
}

TEST_CASE("InverseTimeLR with the smallest timescale and at the last epoch has rates") {
  const double smallest = std::numeric_limits<double>::denorm_min();
  const Epoch last = std::numeric_limits<Epoch>::max();
  for (const bool staircase : {false, true}) {
    const schedule::InverseTime<double> schedule{.timescale = smallest, .staircase = staircase};
    CHECK(schedule.at(0, 0.8) == 0.8);
    CHECK(schedule.at(1, 0.8) < 1e-300);
    CHECK(schedule.at(last, 0.8) < 1e-300);
    const schedule::InverseTime<double> small{.timescale = 0x1p-10, .staircase = staircase};
    CHECK(small.at(last, 1.0) == about(0x1p-73L));
  }
}

TEST_CASE("InverseTimeLR over a huge horizon does not drift and does not end") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch timescale = Epoch{1} << 60;
  InverseTimeLR scheduler{groups, {.timescale = timescale}};
  scheduler.seek(timescale);
  CHECK(groups[0].lr == 0.05F);
  scheduler.step();
  CHECK(groups[0].lr == 0.05F);
  scheduler.seek(3 * timescale);
  CHECK(groups[0].lr == 0.025F);
}

}  // namespace
}  // namespace lr_scheduler::testing
