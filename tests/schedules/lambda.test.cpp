// SPDX-License-Identifier: MIT
#include <functional>
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/lambda.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/functions.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("LambdaLR multiplies the base rates by a function of the epoch", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  LambdaLR scheduler{groups, {.lr_lambda = inverse_time<T>}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.1L / 3, 0.4L / 3}, {0.025L, 0.1L}, {0.02L, 0.08L}});
}

TEMPLATE_TEST_CASE("LambdaLR takes a function for each group", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  LambdaLR scheduler{groups, {.lr_lambda = {inverse_time<T>, halves<T>}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.1L / 3, 0.1L}, {0.025L, 0.05L}});
}

TEMPLATE_TEST_CASE("LambdaLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = LambdaLR<T>;
  check_refused<Bound>({.lr_lambda = std::function<T(Epoch)>()}, "LambdaLR: lr_lambda must be callable, got nothing");
  check_refused<Bound>({.lr_lambda = {inverse_time<T>, std::function<T(Epoch)>()}},
                       "LambdaLR: lr_lambda[1] must be callable, got nothing");
  check_refused<Bound>({.lr_lambda = {inverse_time<T>, inverse_time<T>, inverse_time<T>}},
                       "LambdaLR: lr_lambda has 3 values for 2 parameter groups");
  check_refused<Bound>({.lr_lambda = std::vector<std::function<T(Epoch)>>{inverse_time<T>}},
                       "LambdaLR: lr_lambda has 1 values for 2 parameter groups");
  check_refused<Bound>({.lr_lambda = std::vector<std::function<T(Epoch)>>{}},
                       "LambdaLR: lr_lambda has 0 values for 2 parameter groups");
}

TEST_CASE("LambdaLR returns to its curve from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  LambdaLR scheduler{groups, {.lr_lambda = inverse_time<double>}};
  check_user_changes_rate(scheduler, groups,
                          {{0.05L, 0.2L},
                           {0.033333333333333333L, 0.13333333333333333L},
                           {0.025L, 0.1L},
                           {0.02L, 0.08L},
                           {0.016666666666666666L, 0.066666666666666666L}});
}

TEST_CASE("LambdaLR calls one function once a step, whatever the number of groups") {
  std::vector<ParamGroup<double>> groups(1000, ParamGroup<double>{.lr = 0.5});
  int calls = 0;
  LambdaLR scheduler{groups, {.lr_lambda = [&calls](Epoch) { return ++calls * 0.5; }}};
  CHECK(calls == 1);
  scheduler.step();
  CHECK(calls == 2);
  CHECK(groups[999].lr == 0.5);
}

TEST_CASE("LambdaLR with a list of functions refuses a group that is added") {
  auto groups = two_groups<double>();
  LambdaLR scheduler{groups, {.lr_lambda = {inverse_time<double>, halves<double>}}};
  check_refuses_third_group(scheduler, groups, "LambdaLR: lr_lambda has 2 values for 3 parameter groups");
}

TEST_CASE("LambdaLR leaves everything as it was where a function throws") {
  check_throwing_function<LambdaLR<double>>(1, 0.0625);
  check_throwing_function<LambdaLR<double>>(2000, 0.0625);
}

}  // namespace
}  // namespace lr_scheduler::testing
