// SPDX-License-Identifier: MIT
#include <functional>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/multiplicative.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/functions.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("MultiplicativeLR multiplies the rates that are there by a function of the epoch", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  MultiplicativeLR scheduler{groups, {.lr_lambda = inverse_time<T>}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L / 3, 0.2L / 3}, {0.0125L / 3, 0.05L / 3}});
}

TEMPLATE_TEST_CASE("MultiplicativeLR takes a function for each group", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  MultiplicativeLR scheduler{groups, {.lr_lambda = {inverse_time<T>, halves<T>}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.05L / 3, 0.05L}, {0.0125L / 3, 0.00625L}});
}

TEMPLATE_TEST_CASE("MultiplicativeLR refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = MultiplicativeLR<T>;
  check_refused<Bound>({.lr_lambda = std::function<T(Epoch)>()},
                       "MultiplicativeLR: lr_lambda must be callable, got nothing");
  check_refused<Bound>({.lr_lambda = {inverse_time<T>, std::function<T(Epoch)>()}},
                       "MultiplicativeLR: lr_lambda[1] must be callable, got nothing");
  check_refused<Bound>({.lr_lambda = {inverse_time<T>, inverse_time<T>, inverse_time<T>}},
                       "MultiplicativeLR: lr_lambda has 3 values for 2 parameter groups");
  check_refused<Bound>({.lr_lambda = std::vector<std::function<T(Epoch)>>{inverse_time<T>}},
                       "MultiplicativeLR: lr_lambda has 1 values for 2 parameter groups");
  check_refused<Bound>({.lr_lambda = std::vector<std::function<T(Epoch)>>{}},
                       "MultiplicativeLR: lr_lambda has 0 values for 2 parameter groups");
}

TEST_CASE("MultiplicativeLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  MultiplicativeLR scheduler{groups, {.lr_lambda = inverse_time<double>}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L},
                           {0.016666666666666666L, 0.066666666666666666L},
                           {0.0175L, 0.016666666666666666L},
                           {0.0035L, 0.0033333333333333335L},
                           {0.00058333333333333338L, 0.00055555555555555556L}});
}

TEST_CASE("MultiplicativeLR asks for no factor at epoch 0") {
  auto groups = two_groups<double>();
  Epoch first = -1;
  const auto factor = [&first](Epoch t) {
    if (first < 0) first = t;
    return 0.5;
  };
  MultiplicativeLR scheduler{groups, {.lr_lambda = factor}};
  CHECK(first == -1);
  scheduler.step();
  CHECK(first == 1);
}

TEST_CASE("MultiplicativeLR with a list of functions refuses a group that is added") {
  auto groups = two_groups<double>();
  MultiplicativeLR scheduler{groups, {.lr_lambda = {inverse_time<double>, halves<double>}}};
  check_refuses_third_group(scheduler, groups, "MultiplicativeLR: lr_lambda has 2 values for 3 parameter groups");
}

TEST_CASE("MultiplicativeLR leaves everything as it was where a function throws") {
  check_throwing_function<MultiplicativeLR<double>>(1, 0.0078125);
  check_throwing_function<MultiplicativeLR<double>>(2000, 0.0078125);
}

TEST_CASE("MultiplicativeLR's schedule gives the next rate of a group") {
  const schedule::Multiplicative<double> schedule{.lr_lambda = {inverse_time<double>, halves<double>}};
  CHECK(schedule.next(3, 0.8, Group<double>(1.0, 0)) == 0.2);
  CHECK(schedule.next(2, 0.8, Group<double>(1.0, 1)) == 0.2);
}

}  // namespace
}  // namespace lr_scheduler::testing
