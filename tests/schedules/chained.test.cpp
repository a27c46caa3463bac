// SPDX-License-Identifier: MIT
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/chained.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
schedule::Chained<T> constant_and_exponential() {
  return {.schedules = {schedule::Constant<T>{.factor = T(0.5L), .total_iters = 3},
                        schedule::Exponential<T>{.gamma = T(0.9L)}}};
}

template <class T>
schedule::Chained<T> cosine_and_exponential() {
  return {.schedules = {schedule::CosineAnnealing<T>{.T_max = 4, .eta_min = T(0.02L)},
                        schedule::Exponential<T>{.gamma = T(0.9L)}}};
}

// Recorded from PyTorch.
const Rows cosine_and_exponential_rates{{0.1L, 0.4L},
                                        {0.079455844122715724L, 0.30991525958289962L},
                                        {0.049345584412271583L, 0.17084558441227157L},
                                        {0.025735610408824893L, 0.057763483886075932L},
                                        {0.018L, 0.018L},
                                        {0.026744155877284289L, 0.066284740417100377L},
                                        {0.03872338961668402L, 0.16022338961668406L},
                                        {0.046766542843295185L, 0.23343866936604427L},
                                        {0.046223060003571272L, 0.24305306000357144L},
                                        {0.038144503600001219L, 0.18934892608342802L}};

TEMPLATE_TEST_CASE("ChainedScheduler of factors multiplies them", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  ChainedScheduler scheduler{groups, constant_and_exponential<T>()};
  check_rates(scheduler, groups,
              {{0.05L, 0.2L},
               {0.045L, 0.18L},
               {0.0405L, 0.162L},
               {0.0729L, 0.2916L},
               {0.06561L, 0.26244L},
               {0.059049L, 0.236196L}});
}

TEST_CASE("ChainedScheduler of others applies one after the other, as PyTorch does") {
  auto groups = two_groups<double>();
  ChainedScheduler scheduler{groups, cosine_and_exponential<double>()};
  check_rates(scheduler, groups, cosine_and_exponential_rates, 100);
}

TEST_CASE("schedulers that are stepped in turn chain as ChainedScheduler does") {
  auto groups = two_groups<double>();
  CosineAnnealingLR cosine{groups, {.T_max = 4, .eta_min = 0.02}};
  ExponentialLR exponential{groups, {.gamma = 0.9}};
  for (std::size_t k = 0; k < cosine_and_exponential_rates.size(); ++k) {
    if (k > 0) {
      cosine.step();
      exponential.step();
    }
    INFO("after " << k << " steps");
    CHECK(groups[0].lr == pytorch(cosine_and_exponential_rates[k][0]));
    CHECK(groups[1].lr == pytorch(cosine_and_exponential_rates[k][1]));
  }
  CHECK(cosine.base_lrs()[1] == 0.4);
  CHECK(exponential.base_lrs()[1] == 0.4);
}

TEMPLATE_TEST_CASE("ChainedScheduler refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = ChainedScheduler<T>;
  check_refused<Bound>({}, "ChainedScheduler: needs at least one scheduler, got none");
  check_refused<Bound>({.schedules = {schedule::Constant<T>{}, schedule::Step<T>{.step_size = -1}}},
                       "ChainedScheduler: schedulers[1]: StepLR: step_size must be positive, "
                       "got -1");
  check_refused<Bound>({.schedules = {schedule::Chained<T>{}}},
                       "ChainedScheduler: schedulers[0]: ChainedScheduler: needs at least one "
                       "scheduler, got none");
  check_refused<Bound>({.schedules = {schedule::SWA<T>{.swa_lr = {T(1), T(2), T(3)}}}},
                       "SWALR: swa_lr has 3 values for 2 parameter groups");
}

// Recorded from PyTorch.
TEST_CASE("ChainedScheduler goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  ChainedScheduler scheduler{groups, cosine_and_exponential<double>()};
  check_user_changes_rate(scheduler, groups,
                          {{0.079455844122715724L, 0.30991525958289962L},
                           {0.049345584412271583L, 0.17084558441227157L},
                           {0.031180194846605367L, 0.057763483886075932L},
                           {0.018L, 0.018L},
                           {0.026744155877284289L, 0.066284740417100377L},
                           {0.03872338961668402L, 0.16022338961668406L}});
}

// Recorded from PyTorch.
TEST_CASE("two schedulers that are stepped in turn go on from a rate that the user sets") {
  auto groups = two_groups<double>();
  ExponentialLR exponential{groups, {.gamma = 0.9}};
  LinearLR linear{groups, {.start_factor = 0.5, .total_iters = 4}};
  CHECK(groups[0].lr == about(0.05L));
  const Rows expected{{0.05625L, 0.225L},  {0.06075L, 0.243L},    {0.0735L, 0.25515L},
                      {0.0756L, 0.26244L}, {0.06804L, 0.236196L}, {0.061236L, 0.2125764L}};
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (k == 2) groups[0].lr = 0.07;
    exponential.step();
    linear.step();
    CHECK(groups[0].lr == pytorch(expected[k][0]));
    CHECK(groups[1].lr == pytorch(expected[k][1]));
  }
}

// Recorded from PyTorch.
TEST_CASE("a cosine and a StepLR that are stepped in turn chain") {
  auto groups = two_groups<double>();
  CosineAnnealingLR cosine{groups, {.T_max = 4, .eta_min = 0.02}};
  StepLR step{groups, {.step_size = 3, .gamma = 0.5}};
  const Rows expected{{0.08828427124746191L, 0.34435028842544402L},  {0.06L, 0.21L},
                      {0.01585786437626905L, 0.03782485578727799L},  {0.02L, 0.02L},
                      {0.0317157287525381L, 0.075649711574555967L},  {0.03L, 0.105L},
                      {0.037071067811865491L, 0.16510407640085656L}, {0.04L, 0.19L},
                      {0.018535533905932745L, 0.082552038200428293L}};
  for (const auto& row : expected) {
    cosine.step();
    step.step();
    CHECK(groups[0].lr == pytorch(row[0]));
    CHECK(groups[1].lr == pytorch(row[1]));
  }
}

// Recorded from PyTorch: LambdaLR and CyclicLR know only a closed form, and replace the rate.
TEST_CASE("ChainedScheduler has a schedule with only a closed form replace the rate") {
  auto groups = two_groups<double>();
  const schedule::Lambda<double> lambda{.lr_lambda = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); }};
  ChainedScheduler scheduler{groups, {.schedules = {schedule::Exponential<double>{.gamma = 0.9}, lambda}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.033333333333333333333L, 0.13333333333333333333L}, {0.025L, 0.1L}});
}

// Recorded from PyTorch.
TEST_CASE("ChainedScheduler with MultiplicativeLR chains") {
  auto groups = two_groups<double>();
  ChainedScheduler scheduler{groups,
                             {.schedules = {schedule::Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }},
                                            schedule::Step<double>{.step_size = 2}}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.0025L, 0.01L}, {0.00125L, 0.005L}, {0.0000625L, 0.00025L}}, 100);
}

TEST_CASE("ChainedScheduler of continuous factors is continuous") {
  const schedule::Chained<double> schedule{
      .schedules = {schedule::Linear<double>{.start_factor = 0.5, .total_iters = 4},
                    schedule::Exponential<double>{.gamma = 0.25}}};
  CHECK(abilities<double>(schedule).continuous);
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 1.0) == about(0.28125L));
  CHECK(schedule.at(4.5, 1.0) == about(0.001953125L));
  // Beyond all numbers on the way, and between epochs.
  const schedule::Chained<double> inverse{.schedules = {schedule::Exponential<double>{.gamma = 2},
                                                        schedule::Exponential<double>{.gamma = 0.25},
                                                        schedule::Exponential<double>{.gamma = 2}}};
  CHECK(inverse.at(1200.5, 0.3) == about(0.3L));
  CHECK_FALSE(abilities<double>(constant_and_exponential<double>()).continuous);
}

// Recorded from PyTorch up to epoch 5; at 6 it falls to -0.0117 and -0.0102.
TEST_CASE("a chained cosine under a StepLR that falls below eta_min never goes below zero") {
  auto groups = two_groups<double>();
  ChainedScheduler scheduler{groups,
                             {.schedules = {schedule::CosineAnnealing<double>{.T_max = 4, .eta_min = 0.05},
                                            schedule::Step<double>{.step_size = 1}}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.0092677669529663692L, 0.034874368670764586L},
               {0.0026139610306789279L, 0.0041139610306789283L},
               {0.0036120950519455859L, 0.0036560290347676036L},
               {0.005L, 0.005L},
               {0.0012322330470336312L, 0.0056256313292354192L},
               {0, 0}},
              1000);
  for (int k = 0; k < 50; ++k) {
    scheduler.step();
    CHECK(groups[0].lr >= 0);
    CHECK(groups[1].lr >= 0);
  }
}

TEMPLATE_TEST_CASE("ChainedScheduler that grows beyond all numbers never becomes a NaN", "", float, double,
                   long double) {
  using T = TestType;
  Groups<T> groups{{.lr = T(10)}, {.lr = T(0)}};
  const schedule::Exponential<T> exponential{.gamma = std::sqrt(std::numeric_limits<T>::max())};
  ChainedScheduler<T> scheduler{groups, {.schedules = {exponential, schedule::CosineAnnealing<T>{.T_max = 4}}}};
  for (int k = 0; k < 10; ++k) {
    scheduler.step();
    CHECK(groups[0].lr <= std::numeric_limits<T>::max());
    CHECK(groups[0].lr >= T(0));
    CHECK(groups[1].lr >= T(0));
  }
  groups = {{.lr = T(10)}, {.lr = T(0)}};
  ChainedScheduler<T> factors{
      groups, {.schedules = {exponential, schedule::Step<T>{.step_size = 5, .gamma = T(0)}, exponential}}};
  for (int k = 0; k < 4; ++k) factors.step();
  CHECK(groups[0].lr >= T(1e30L));
  CHECK(groups[1].lr == T(0));
  factors.step();
  CHECK(groups[0].lr == T(0));
}

TEST_CASE("ChainedScheduler has its last schedule with momentum drive momentum") {
  auto groups = two_groups_with_momentum<double>();
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  schedule::Cyclic<double> other = cyclic;
  other.base_momentum = 0.5;
  ChainedScheduler scheduler{groups, {.schedules = {cyclic, other, schedule::Exponential<double>{.gamma = 0.9}}}};
  check_momentums(scheduler, groups, {{0.9L, 0.9L}, {0.7L, 0.7L}, {0.5L, 0.5L}, {0.7L, 0.7L}});
}

TEST_CASE("ChainedScheduler of factors comes back from a zero to the product of all") {
  Groups<double> groups{{.lr = 0.8}};
  ChainedScheduler scheduler{groups,
                             {.schedules = {schedule::Exponential<double>{.gamma = 0.5},
                                            schedule::Constant<double>{.factor = 0, .total_iters = 3}}}};
  scheduler.step();
  groups[0].lr = 0.1;
  scheduler.step();
  CHECK(groups[0].lr == about(0.05L));
  scheduler.step();
  CHECK(groups[0].lr == about(0.1L));
}

TEST_CASE("a combinator of one records the base rate that its schedule records") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .cycle_momentum = false};
  Groups<double> groups{{.lr = 0.8}};
  ChainedScheduler chain{groups, {.schedules = {schedule::Chained<double>{.schedules = {cyclic}}}}};
  CHECK(groups[0].initial_lr == 0.1);
}

TEST_CASE("ChainedScheduler leaves everything as it was where a function throws") {
  std::vector<ParamGroup<double>> groups(2000, ParamGroup<double>{.lr = 0.5});
  bool broken = true;
  std::vector<std::function<double(Epoch)>> functions(2000, [](Epoch) { return 0.5; });
  functions.back() = [&broken](Epoch t) {
    if (t == 3 && broken) throw std::runtime_error("out of luck");
    return 0.5;
  };
  ChainedScheduler scheduler{groups,
                             {.schedules = {schedule::Exponential<double>{.gamma = 0.5},
                                            schedule::Multiplicative<double>{.lr_lambda = functions}}}};
  scheduler.step();
  scheduler.step();
  const auto before = groups;
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "out of luck");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 2);
  broken = false;
  scheduler.step();
  CHECK(groups[1999].lr == 0.0078125);
}

TEST_CASE("a chain that begins late in a sequence begins as each of its schedules does") {
  Groups<double> groups{{.lr = 0.8}};
  const schedule::Chained<double> chain{.schedules = {schedule::CosineAnnealing<double>{.T_max = 4, .eta_min = 0.1},
                                                      schedule::Constant<double>{.factor = 0.5, .total_iters = 2}}};
  const schedule::Exponential<double> halves{.gamma = 0.5};
  SequentialLR scheduler{groups, {.schedules = {halves, chain}, .milestones = {2}}};
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  scheduler.step();
  CHECK(groups[0].lr == 0.4);  // the base rate, halved by the second of the chain
}

// The factors at epochs 1 and 2 are those of two schedules of the sequence.
TEST_CASE("a product goes from one schedule of a sequence to the next by the ratio of their factors") {
  const schedule::Exponential<double> halves{.gamma = 0.5};
  const schedule::Step<double> tenths{.step_size = 3, .gamma = 0.125};
  const schedule::Sequential<double> sequence{.schedules = {halves, tenths}, .milestones = {2}};
  Groups<double> groups{{.lr = 0.8}};
  ChainedScheduler scheduler{groups, {.schedules = {sequence, schedule::Constant<double>{.factor = 1}}}};
  scheduler.step();
  groups[0].lr = 0.3;
  std::vector<double> rates;
  for (int i = 0; i < 5; ++i) {
    scheduler.step();
    rates.push_back(groups[0].lr);
  }
  CHECK(rates == std::vector{0.6, 0.6, 0.6, 0.075, 0.075});
}

}  // namespace
}  // namespace lr_scheduler::testing
