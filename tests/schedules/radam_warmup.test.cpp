// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/radam_warmup.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundRAdamWarmup = Scheduled<schedule::RAdamWarmup<T>, T>;

// Worked out in 50 digits.
TEMPLATE_TEST_CASE("RAdamWarmup rises with the variance of Adam's step", "", double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::RAdamWarmup<T>{.beta2 = T(0.9L)}};
  check_rates(scheduler, groups,
              {{0.01561107632751250563026L, 0.06244430531005002252104L},
               {0.02551768065466865031231L, 0.10207072261867460124924L},
               {0.03301070190606870455516L, 0.13204280762427481822064L},
               {0.03922607057155044416527L, 0.15690428228620177666108L}},
              200);
}

TEST_CASE("RAdamWarmup in float is rounded once") {
  auto groups = two_groups<float>();
  // beta2 is a float too: these are the rates for the nearest to 0.875, which is one.
  Scheduled scheduler{groups, schedule::RAdamWarmup<float>{.beta2 = 0.875F}};
  const schedule::RAdamWarmup<double> exact{.beta2 = 0.875};
  for (Epoch t = 0; t < 50; ++t) {
    CHECK(groups[0].lr == static_cast<float>(exact.at(t, static_cast<double>(0.1F))));
    scheduler.step();
  }
}

TEST_CASE("RAdamWarmup is long for a beta2 near 1, and begins where the variance is finite") {
  const auto check = [](double beta2, const std::vector<long double>& expected, long double roundings) {
    const schedule::RAdamWarmup<double> schedule{.beta2 = beta2};
    const std::vector<Epoch> epochs{0, 1, 2, 3, 10, 100, 1000, 10000};
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      INFO("at " << epochs[i]);
      CHECK(schedule.at(epochs[i], 1) == about(expected[i], roundings));
    }
  };
  // 0.999 and 0.61 are rounded, which 1 - beta2 magnifies.
  check(0.999,
        {0.01731150316637955625098L, 0.02582111280186521637784L, 0.03273881441005946975736L, 0.03873827701978595458994L,
         0.06903133727303878892141L, 0.2208856847518123031471L, 0.6466392616577120276003L, 0.9997743235288890423072L},
        500);
  check(0.61,
        {0.4944032155807935817137L, 0.7031163443771502244547L, 0.8152269325359435979476L, 0.882667725350413374736L,
         0.9947547466130859749895L, 0.9999999999999999999987L, 1, 1},
        200);
}

TEMPLATE_TEST_CASE("RAdamWarmup refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  check_refused<BoundRAdamWarmup<T>>({.beta2 = T(0.5L)}, "RAdamWarmup: beta2 must be above 0.6 and below 1, got 0.5");
  check_refused<BoundRAdamWarmup<T>>({.beta2 = T(0.6L)}, "RAdamWarmup: beta2 must be above 0.6 and below 1, got 0.6");
  check_refused<BoundRAdamWarmup<T>>({.beta2 = T(1)}, "RAdamWarmup: beta2 must be above 0.6 and below 1, got 1");
  check_refused<BoundRAdamWarmup<T>>({.beta2 = std::numeric_limits<T>::quiet_NaN()},
                                     "RAdamWarmup: beta2 must be above 0.6 and below 1, got nan");
}

TEMPLATE_TEST_CASE("RAdamWarmup begins right above 0.6 too, and right below 1", "", float, double, long double) {
  using T = TestType;
  for (const T beta2 : {std::nextafter(T(0.6L), T(1)), std::nextafter(T(1), T(0))}) {
    const schedule::RAdamWarmup<T> schedule{.beta2 = beta2};
    for (Epoch t = 0; t < 20; ++t) {
      CHECK(schedule.at(t, T(1)) > T(0));
      CHECK(schedule.at(t, T(1)) <= T(1));
    }
    CHECK(schedule.at(std::numeric_limits<Epoch>::max() / 2, T(0.3L)) <= T(0.3L));
  }
}

TEST_CASE("RAdamWarmup goes on from a rate that the user sets") {
  auto groups = two_groups<double>();
  BoundRAdamWarmup<double> scheduler{groups, {.beta2 = 0.9}};
  scheduler.step();
  groups[0].lr = 0.07;
  scheduler.step();
  CHECK(groups[0].lr == about(0.09055482607123388785896L, 200));
  CHECK(groups[1].lr == about(0.13204280762427481822064L, 200));
}

TEST_CASE("RAdamWarmup between steps is on the same curve") {
  const schedule::RAdamWarmup<double> schedule{.beta2 = 0.9};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(2.5, 1) == about(0.3624563602361287330967L, 200));
}

TEST_CASE("RAdamWarmup ends at the base rate") {
  const schedule::RAdamWarmup<double> schedule{.beta2 = 0.999};
  CHECK(schedule.at(1'000'000, 0.3) == 0.3);
  CHECK(schedule.at(Epoch{1} << 62, 0.3) == 0.3);
}

}  // namespace
}  // namespace lr_scheduler::testing
