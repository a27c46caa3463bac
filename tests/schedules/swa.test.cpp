// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/swa.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("SWALR anneals to swa_lr along half a cosine wave", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SWALR scheduler{groups, {.swa_lr = {T(0.05L), T(0.6L)}, .anneal_epochs = 4}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.09267766952966368811002L, 0.4292893218813452475599L},
               {0.075L, 0.5L},
               {0.05732233047033631188998L, 0.5707106781186547524401L},
               {0.05L, 0.6L},
               {0.05L, 0.6L}});
}

TEMPLATE_TEST_CASE("SWALR anneals to swa_lr in a straight line", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SWALR scheduler{groups,
                  {.swa_lr = {T(0.05L), T(0.6L)}, .anneal_epochs = 4, .anneal_strategy = AnnealStrategy::linear}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.0875L, 0.45L}, {0.075L, 0.5L}, {0.0625L, 0.55L}, {0.05L, 0.6L}, {0.05L, 0.6L}});
}

TEMPLATE_TEST_CASE("SWALR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = SWALR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.swa_lr = T(-0.5L)}, "SWALR: swa_lr must be finite and not negative, got -0.5");
  check_refused<Bound>({.swa_lr = infinity}, "SWALR: swa_lr must be finite and not negative, got inf");
  check_refused<Bound>({.swa_lr = nan}, "SWALR: swa_lr must be finite and not negative, got nan");
  check_refused<Bound>({.swa_lr = {T(0.1L), T(-2)}}, "SWALR: swa_lr[1] must be finite and not negative, got -2");
  check_refused<Bound>({.swa_lr = {T(1), T(2), T(3)}}, "SWALR: swa_lr has 3 values for 2 parameter groups");
  check_refused<Bound>({.swa_lr = std::vector<T>{T(1)}}, "SWALR: swa_lr has 1 values for 2 parameter groups");
  check_refused<Bound>({.swa_lr = T(1), .anneal_epochs = -1}, "SWALR: anneal_epochs must not be negative, got -1");
}

TEST_CASE("SWALR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  SWALR scheduler{groups, {.swa_lr = {0.05, 0.6}, .anneal_epochs = 4}};
  check_user_changes_rate(scheduler, groups,
                          {{0.092677669529663692L, 0.42928932188134522L},
                           {0.075L, 0.5L},
                           {0.055857864376269058L, 0.57071067811865472L},
                           {0.05L, 0.6L},
                           {0.05L, 0.6L}});
}

TEST_CASE("SWALR in a straight line goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  SWALR scheduler{groups, {.swa_lr = {0.05, 0.6}, .anneal_epochs = 6, .anneal_strategy = AnnealStrategy::linear}};
  check_user_changes_rate(scheduler, groups,
                          {{0.091666666666666674L, 0.43333333333333335L},
                           {0.083333333333333343L, 0.46666666666666667L},
                           {0.065L, 0.5L},
                           {0.06L, 0.53333333333333333L},
                           {0.055L, 0.56666666666666665L},
                           {0.05L, 0.6L},
                           {0.05L, 0.6L}});
}

TEST_CASE("SWALR between epochs is on the same curve") {
  const schedule::SWA<double> schedule{.swa_lr = 0.2, .anneal_epochs = 3};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(1.5, 1.0) == about(0.6L));
  CHECK(schedule.at(0.5, 1.0) == about(0.94641016151377545871L));
  CHECK(schedule.at(3.5, 1.0) == 0.2);
}

TEST_CASE("SWALR with anneal_epochs 0 is already there") {
  auto groups = two_groups<double>();
  SWALR scheduler{groups, {.swa_lr = 0.05, .anneal_epochs = 0}};
  check_rates(scheduler, groups, {{0.05L, 0.05L}, {0.05L, 0.05L}});
}

TEST_CASE("SWALR takes a swa_lr of 0") {
  auto groups = two_groups<double>();
  SWALR scheduler{groups, {.swa_lr = 0, .anneal_epochs = 2}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0, 0}, {0, 0}});
}

TEST_CASE("SWALR with a list of rates refuses a group that is added") {
  auto groups = two_groups<double>();
  SWALR scheduler{groups, {.swa_lr = {0.05, 0.6}}};
  check_refuses_third_group(scheduler, groups, "SWALR: swa_lr has 2 values for 3 parameter groups");
}

TEST_CASE("SWALR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.5F}};
  const Epoch horizon = Epoch{1} << 62;
  SWALR scheduler{groups, {.swa_lr = 0, .anneal_epochs = horizon}};
  scheduler.seek(horizon / 2);
  CHECK(groups[0].lr == 0.25F);
  scheduler.step();
  CHECK(groups[0].lr == 0.25F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
