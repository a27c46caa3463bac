// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/cosine_annealing.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("CosineAnnealingLR follows half a cosine wave and rebounds", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  CosineAnnealingLR scheduler{groups, {.T_max = 4, .eta_min = T(0.02L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.08828427124746190097603L, 0.3443502884254440296362L},
               {0.06L, 0.21L},
               {0.03171572875253809902397L, 0.07564971157455597036384L},
               {0.02L, 0.02L},
               {0.03171572875253809902397L, 0.07564971157455597036384L},
               {0.06L, 0.21L},
               {0.08828427124746190097603L, 0.3443502884254440296362L},
               {0.1L, 0.4L},
               {0.08828427124746190097603L, 0.3443502884254440296362L}});
}

TEMPLATE_TEST_CASE("CosineAnnealingLR holds its lowest rate where that is asked for", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  CosineAnnealingLR scheduler{groups, {.T_max = 2, .eta_min = T(0.02L), .after_end = AfterEnd::hold}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.06L, 0.21L}, {0.02L, 0.02L}, {0.02L, 0.02L}, {0.02L, 0.02L}});
}

TEMPLATE_TEST_CASE("CosineAnnealingLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = CosineAnnealingLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.T_max = 0}, "CosineAnnealingLR: T_max must be positive, got 0");
  check_refused<Bound>({.T_max = -4}, "CosineAnnealingLR: T_max must be positive, got -4");
  check_refused<Bound>({.T_max = 4, .eta_min = T(-0.5L)},
                       "CosineAnnealingLR: eta_min must be finite and not negative, got -0.5");
  check_refused<Bound>({.T_max = 4, .eta_min = infinity},
                       "CosineAnnealingLR: eta_min must be finite and not negative, got inf");
  check_refused<Bound>({.T_max = 4, .eta_min = nan},
                       "CosineAnnealingLR: eta_min must be finite and not negative, got nan");
  check_refused<Bound>({.T_max = 4, .after_end = AfterEnd::error},
                       "CosineAnnealingLR: after_end must be rebound or hold, got error");
}

TEST_CASE("CosineAnnealingLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  CosineAnnealingLR scheduler{groups, {.T_max = 4, .eta_min = 0.02}};
  check_user_changes_rate(scheduler, groups,
                          {{0.08828427124746191L, 0.34435028842544402L},
                           {0.06L, 0.21L},
                           {0.034644660940672631L, 0.075649711574555981L},
                           {0.02L, 0.02L},
                           {0.0317157287525381L, 0.075649711574555967L},
                           {0.06L, 0.21L},
                           {0.088284271247461937L, 0.34435028842544418L},
                           {0.1L, 0.4L}});
}

TEST_CASE("CosineAnnealingLR between epochs is on the same curve") {
  const schedule::CosineAnnealing<double> schedule{.T_max = 3};
  CHECK(at_time_is_at<double>(schedule, 20));
  CHECK(schedule.at(1.5, 0.8) == about(0.4L));
  CHECK(schedule.at(0.5, 0.8) == about(0.74641016151377545871L));
  CHECK(schedule.at(2.5, 0.8) == about(0.05358983848622454129L));
  CHECK(schedule.at(4.5, 0.8) == about(0.4L));
  CHECK(schedule.at(6.5, 0.8) == about(0.74641016151377545871L));
  const schedule::CosineAnnealing<double> holding{.T_max = 3, .after_end = AfterEnd::hold};
  CHECK(holding.at(4.5, 0.8) == 0);
}

TEST_CASE("CosineAnnealingLR rises to an eta_min above the base rate") {
  auto groups = two_groups<double>();
  CosineAnnealingLR scheduler{groups, {.T_max = 2, .eta_min = 0.8}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.45L, 0.6L}, {0.8L, 0.8L}, {0.45L, 0.6L}});
}

TEST_CASE("CosineAnnealingLR with T_max 1 alternates") {
  auto groups = two_groups<double>();
  CosineAnnealingLR scheduler{groups, {.T_max = 1, .eta_min = 0.02}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.02L, 0.02L}, {0.1L, 0.4L}, {0.02L, 0.02L}});
}

TEST_CASE("CosineAnnealingLR that holds leaves a rate alone that the user sets after the end") {
  auto groups = two_groups<double>();
  CosineAnnealingLR scheduler{groups, {.T_max = 2, .after_end = AfterEnd::hold}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}});
  groups[0].lr = 0.25;
  scheduler.step();
  CHECK(groups[0].lr == 0.25);
  CHECK(groups[1].lr == 0);
}

// Values in 50 digits: cos at pi / 10^9 from either end is no number that a recursion could reach.
TEST_CASE("CosineAnnealingLR over huge horizons is exact, in float too") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.5F}};
  CosineAnnealingLR billion{groups, {.T_max = 1'000'000'000}};
  billion.seek(250'000'000);
  CHECK(groups[0].lr == about(0.42677669529663688110L, 1));
  billion.seek(999'999'999);
  CHECK(groups[0].lr == about(1.2337005501361698274e-18L, 1));
  billion.step();
  CHECK(groups[0].lr == 0);
  billion.step();
  CHECK(groups[0].lr == about(1.2337005501361698274e-18L, 1));

  const Epoch horizon = Epoch{1} << 62;
  groups = {{.lr = 0.5F}};
  CosineAnnealingLR scheduler{groups, {.T_max = horizon}};
  scheduler.seek(horizon / 2);
  CHECK(groups[0].lr == 0.25F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0);
}

TEST_CASE("CosineAnnealingLR does not drift in a million steps") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  CosineAnnealingLR scheduler{groups, {.T_max = 1'000'000}};
  for (int k = 0; k < 500'000; ++k) scheduler.step();
  CHECK(groups[0].lr == about(0.25L, 2));
}

TEST_CASE("a chained CosineAnnealingLR stops at zero where PyTorch's goes below") {
  const AnySchedule<double> schedule = schedule::CosineAnnealing<double>{.T_max = 4, .eta_min = 0.05};
  // On the way up the distance from eta_min grows by 1 + sqrt(2), below it as well.
  CHECK(schedule.next(6, 0.04, 0.1) == about(0.01585786437626904951L));
  CHECK(schedule.next(6, 0.01, 0.1) == 0);
  CHECK(schedule.next(5, 0.0, 0.01) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
