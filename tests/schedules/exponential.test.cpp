// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/exponential.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("ExponentialLR multiplies the rates by gamma every epoch", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  ExponentialLR scheduler{groups, {.gamma = T(0.9L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.09L, 0.36L},
               {0.081L, 0.324L},
               {0.0729L, 0.2916L},
               {0.06561L, 0.26244L},
               {0.059049L, 0.236196L}});
}

TEMPLATE_TEST_CASE("ExponentialLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = ExponentialLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.gamma = T(-0.5L)}, "ExponentialLR: gamma must be finite and not negative, got -0.5");
  check_refused<Bound>({.gamma = infinity}, "ExponentialLR: gamma must be finite and not negative, got inf");
  check_refused<Bound>({.gamma = nan}, "ExponentialLR: gamma must be finite and not negative, got nan");
}

TEST_CASE("ExponentialLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  ExponentialLR scheduler{groups, {.gamma = 0.9}};
  check_user_changes_rate(scheduler, groups,
                          {{0.09L, 0.36L},
                           {0.081L, 0.324L},
                           {0.063L, 0.2916L},
                           {0.0567L, 0.26244L},
                           {0.05103L, 0.236196L},
                           {0.045927L, 0.2125764L},
                           {0.0413343L, 0.19131876L}});
}

TEST_CASE("ExponentialLR between epochs is on the same curve") {
  const schedule::Exponential<double> schedule{.gamma = 0.25};
  CHECK(at_time_is_at<double>(schedule, 40));
  CHECK(schedule.at(0.5, 0.8) == about(0.4L));
  CHECK(schedule.at(1.5, 0.8) == about(0.1L));
}

TEST_CASE("ExponentialLR with gamma 0 is at the base rate once, then at 0") {
  auto groups = two_groups<double>();
  ExponentialLR scheduler{groups, {.gamma = 0.0}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0, 0}, {0, 0}});
  groups[1].lr = 0.25;
  scheduler.step();
  CHECK(groups[1].lr == 0);
}

TEMPLATE_TEST_CASE("ExponentialLR that grows beyond all numbers never becomes a NaN", "", float, double, long double) {
  using T = TestType;
  Groups<T> groups{{.lr = T(10)}, {.lr = T(0)}};
  ExponentialLR<T> scheduler{groups, {.gamma = T(1e30L)}};
  for (const Epoch t : {Epoch{1}, Epoch{20}, Epoch{1000}, Epoch{1} << 62}) {
    scheduler.seek(t);
    CHECK(groups[0].lr >= T(1e30L));
    CHECK(groups[1].lr == T(0));
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
