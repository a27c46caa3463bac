// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/exponential_warmup.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundExponentialWarmup = Scheduled<schedule::ExponentialWarmup<T>, T>;

TEMPLATE_TEST_CASE("ExponentialWarmup comes nearer to the base rate by the same share each step", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::ExponentialWarmup<T>{.warmup_period = 2}};
  check_rates(scheduler, groups,
              {{0.03934693402873665763962L, 0.15738773611494663055848L},
               {0.06321205588285576784045L, 0.2528482235314230713618L},
               {0.07768698398515701710667L, 0.31074793594062806842668L},
               {0.0864664716763387308106L, 0.3458658867053549232424L}});
}

TEMPLATE_TEST_CASE("ExponentialWarmup refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  check_refused<BoundExponentialWarmup<T>>({.warmup_period = 0},
                                           "ExponentialWarmup: warmup_period must be finite and positive, got 0");
  check_refused<BoundExponentialWarmup<T>>({.warmup_period = -2.5},
                                           "ExponentialWarmup: warmup_period must be finite and positive, got -2.5");
  check_refused<BoundExponentialWarmup<T>>({.warmup_period = std::numeric_limits<double>::infinity()},
                                           "ExponentialWarmup: warmup_period must be finite and positive, got inf");
}

TEST_CASE("ExponentialWarmup goes on from a rate that the user sets") {
  auto groups = two_groups<double>();
  BoundExponentialWarmup<double> scheduler{groups, {.warmup_period = 2}};
  check_user_changes_rate(scheduler, groups,
                          {{0.06321205588285576784L, 0.25284822353142307136L},
                           {0.07768698398515701711L, 0.31074793594062806843L},
                           {0.077910773553780121465L, 0.34586588670535492324L},
                           {0.08270890025619163212L, 0.36716600055044048193L}});
}

TEST_CASE("ExponentialWarmup between steps is on the same curve") {
  const schedule::ExponentialWarmup<double> schedule{.warmup_period = 2};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 1) == about(0.527633447258985292862L));
}

TEMPLATE_TEST_CASE("ExponentialWarmup has all its digits at the begin of a long warm-up, and ends at the base rate", "",
                   double, long double) {
  using T = TestType;
  const schedule::ExponentialWarmup<T> schedule{.warmup_period = 1e9};
  CHECK(schedule.at(0, T(1)) == about(9.999999995000000001667e-10L));
  CHECK(schedule.at(1'000'000'000'000, T(1)) == T(1));
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), T(0.3L)) == T(0.3L));
}

TEST_CASE("ExponentialWarmup times a schedule warms it up") {
  const schedule::Chained<double> both{
      .schedules = {schedule::ExponentialWarmup<double>{.warmup_period = 2}, schedule::Step<double>{.step_size = 2}}};
  CHECK(both.at(0, 1) == about(0.3934693402873665763962L));
  CHECK(both.at(2, 1) == about(0.07768698398515701710667L));
}

}  // namespace
}  // namespace lr_scheduler::testing
