// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/noam.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// Plain numbers and a factor: it runs in a kernel.
static_assert(std::is_trivially_copyable_v<schedule::Noam<float>>);
static_assert(std::same_as<decltype(schedule::Noam<float>{1, 1}.at(0)), Factor<float>>);

/// A base rate of 1, as in the paper, and another.
template <Scalar T>
Groups<T> groups_of_one() {
  return {{.lr = T(1)}, {.lr = T(0.5L)}};
}

TEMPLATE_TEST_CASE("NoamLR rises in a straight line and falls with the inverse square root, scaled by d_model", "",
                   float, double, long double) {
  using T = TestType;
  auto groups = groups_of_one<T>();
  NoamLR scheduler{groups, {.d_model = 4, .warmup_steps = 4}};
  check_rates(scheduler, groups,
              {{0, 0},
               {0.0625L, 0.03125L},
               {0.125L, 0.0625L},
               {0.1875L, 0.09375L},
               {0.25L, 0.125L},
               {0.2236067977499789696409L, 0.1118033988749894848205L},
               {0.2041241452319315081831L, 0.1020620726159657540916L},
               {0.1889822365046136136073L, 0.09449111825230680680363L},
               {0.1767766952966368811002L, 0.08838834764831844055011L}});
  scheduler.seek(16);
  CHECK(groups[0].lr == about(0.125L));
}

TEMPLATE_TEST_CASE("NoamLR has the rates of the paper's base model", "", double, long double) {
  using T = TestType;
  const schedule::Noam<T> schedule{.d_model = 512, .warmup_steps = 4000};
  CHECK(schedule.at(1, T(1)) == about(1.7469281074217107003e-7L));
  CHECK(schedule.at(1234, T(1)) == about(0.0002155709284558391004194L));
  CHECK(schedule.at(4000, T(1)) == about(0.0006987712429686842801279L));
  CHECK(schedule.at(100'000, T(1)) == about(0.0001397542485937368560256L));
}

TEMPLATE_TEST_CASE("NoamLR makes the first update count where first_update says so", "", float, double, long double) {
  using T = TestType;
  auto groups = groups_of_one<T>();
  SECTION("full one step before the end of the warm-up, and at it") {
    NoamLR scheduler{groups, {.d_model = 2, .warmup_steps = 2, .first_update = FirstUpdate::one_of_w}};
    check_rates(
        scheduler, groups,
        {{0.25L, 0.125L}, {0.5L, 0.25L}, {0.5L, 0.25L}, {0.4082482904638630163662L, 0.2041241452319315081831L}});
  }
  SECTION("full at the end of the warm-up") {
    NoamLR scheduler{groups, {.d_model = 12, .warmup_steps = 3, .first_update = FirstUpdate::one_of_w_plus_1}};
    check_rates(scheduler, groups,
                {{0.04166666666666666666667L, 0.02083333333333333333333L},
                 {0.08333333333333333333333L, 0.04166666666666666666667L},
                 {0.125L, 0.0625L},
                 {0.1666666666666666666667L, 0.08333333333333333333333L},
                 {0.1443375672974064411273L, 0.07216878364870322056364L}});
  }
}

TEMPLATE_TEST_CASE("NoamLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using Bound = NoamLR<TestType>;
  check_refused<Bound>({.d_model = 0, .warmup_steps = 1}, "NoamLR: d_model must be positive, got 0");
  check_refused<Bound>({.d_model = -4, .warmup_steps = 1}, "NoamLR: d_model must be positive, got -4");
  check_refused<Bound>({.d_model = 4, .warmup_steps = -1}, "NoamLR: warmup_steps must not be negative, got -1");
}

TEST_CASE("NoamLR goes on from a rate that the user sets, and leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  NoamLR scheduler{groups, {.d_model = 1, .warmup_steps = 1}};
  // 0.07, by the ratio of 1 / sqrt(3) to 1 / sqrt(2), then of 1 / 2 and 1 / sqrt(5).
  check_user_changes_rate(scheduler, groups,
                          {{0.1L, 0.4L},
                           {0.07071067811865475244008L, 0.2828427124746190097603L},
                           {0.05715476066494082229127L, 0.2309401076758503058037L},
                           {0.04949747468305832670806L, 0.2L},
                           {0.04427188724235731064798L, 0.1788854381999831757127L}});
  CHECK(groups[0].momentum == 0.5);
}

TEST_CASE("NoamLR between steps is on the same curve") {
  const schedule::Noam<double> schedule{.d_model = 4, .warmup_steps = 4};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(2.5, 1.0) == about(0.15625L));
  CHECK(schedule.at(6.25, 1.0) == about(0.2L));
}

TEST_CASE("NoamLR without a warm-up is at its first rate at epoch 0 too, and between it and epoch 1") {
  auto groups = groups_of_one<double>();
  NoamLR scheduler{groups, {.d_model = 4, .warmup_steps = 0}};
  check_rates(scheduler, groups,
              {{0.5L, 0.25L}, {0.5L, 0.25L}, {0.3535533905932737622004L, 0.1767766952966368811002L}});
  scheduler.seek_time(0.5);
  CHECK(groups[0].lr == 0.5);
}

TEST_CASE("NoamLR over a huge horizon does not drift and does not end") {
  std::vector<ParamGroup<float>> groups{{.lr = 1}};
  const Epoch warmup = Epoch{1} << 60;
  NoamLR scheduler{groups, {.d_model = 4, .warmup_steps = warmup}};
  scheduler.seek(warmup / 2);
  CHECK(groups[0].lr == 0x1p-32F);
  scheduler.seek(warmup);
  CHECK(groups[0].lr == 0x1p-31F);
  scheduler.seek(4 * warmup);
  CHECK(groups[0].lr == 0x1p-32F);
  scheduler.step();
  CHECK(groups[0].lr == 0x1p-32F);
}

}  // namespace
}  // namespace lr_scheduler::testing
