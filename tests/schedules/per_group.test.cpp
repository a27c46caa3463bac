// SPDX-License-Identifier: MIT
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/per_group.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundPerGroup = Scheduled<schedule::PerGroup<T>, T>;

template <class T>
schedule::PerGroup<T> exponential_and_linear() {
  return {.schedules = {schedule::Exponential<T>{.gamma = T(0.5L)},
                        schedule::Linear<T>{.start_factor = T(0.25L), .total_iters = 4}}};
}

TEMPLATE_TEST_CASE("PerGroup moves each group by its own schedule", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, exponential_and_linear<T>()};
  check_rates(scheduler, groups, {{0.1L, 0.1L}, {0.05L, 0.175L}, {0.025L, 0.25L}, {0.0125L, 0.325L}, {0.00625L, 0.4L}});
}

TEMPLATE_TEST_CASE("PerGroup refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const schedule::Step<T> step{.step_size = 2};
  check_refused<BoundPerGroup<T>>({}, "PerGroup: needs at least one scheduler, got none");
  check_refused<BoundPerGroup<T>>({.schedules = {step, schedule::Step<T>{.step_size = 0}}},
                                  "PerGroup: schedulers[1]: StepLR: step_size must be positive, got 0");
  check_refused<BoundPerGroup<T>>({.schedules = {step}}, "PerGroup: schedulers has 1 values for 2 parameter groups");
  check_refused<BoundPerGroup<T>>({.schedules = {step, step, step}},
                                  "PerGroup: schedulers has 3 values for 2 parameter groups");
  check_refused<BoundPerGroup<T>>({.schedules = {step, schedule::SWA<T>{.swa_lr = {T(1), T(2)}}}},
                                  "SWALR: swa_lr has 2 values for 1 parameter groups");
}

TEST_CASE("PerGroup goes on from a rate that the user sets") {
  auto groups = two_groups<double>();
  BoundPerGroup<double> scheduler{groups, exponential_and_linear<double>()};
  check_user_changes_rate(scheduler, groups, {{0.05L, 0.175L}, {0.025L, 0.25L}, {0.035L, 0.325L}, {0.0175L, 0.4L}});
}

TEST_CASE("PerGroup refuses a group that is added") {
  auto groups = two_groups<double>();
  BoundPerGroup<double> scheduler{groups, exponential_and_linear<double>()};
  check_refuses_third_group(scheduler, groups, "PerGroup: schedulers has 2 values for 3 parameter groups");
}

TEST_CASE("PerGroup has what all of its schedules have") {
  const schedule::Multiplicative<double> multiplicative{.lr_lambda = [](Epoch) { return 0.5; }};
  const schedule::Step<double> step{.step_size = 2};
  CHECK(abilities<double>(exponential_and_linear<double>(), 0).closed_form);
  CHECK(abilities<double>(exponential_and_linear<double>(), 1).closed_form);
  CHECK(abilities<double>(exponential_and_linear<double>(), 0).continuous);
  CHECK(abilities<double>(exponential_and_linear<double>(), 1).continuous);
  CHECK(at_time_is_at<double>(exponential_and_linear<double>(), 9));
  const schedule::PerGroup<double> steps{.schedules = {step, step}};
  CHECK(abilities<double>(steps, 1).closed_form);
  CHECK_FALSE(abilities<double>(steps, 1).continuous);
  const schedule::PerGroup<double> chaining{.schedules = {step, multiplicative}};
  CHECK(abilities<double>(chaining, 0).closed_form);
  CHECK_FALSE(abilities<double>(chaining, 1).closed_form);

  auto groups = two_groups<double>();
  Scheduled scheduler{groups, chaining};
  CHECK(message_of<std::logic_error>([&] { scheduler.seek(3); }) == "PerGroup: cannot seek without a closed form");
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.2L}, {0.01L, 0.1L}, {0.01L, 0.05L}});
}

/// One group with a closed form, halfway down at 500, and one without.
schedule::PerGroup<float> cosine_and_halving() {
  return {.schedules = {schedule::CosineAnnealing<float>{.T_max = 1000},
                        schedule::Multiplicative<float>{.lr_lambda = [](Epoch) { return 0.5F; }}}};
}

TEST_CASE("PerGroup keeps a group on its curve beside one that has none") {
  auto groups = two_groups<float>();
  auto erased_groups = groups;
  Scheduled scheduler{groups, cosine_and_halving()};
  Scheduled erased{erased_groups, AnySchedule<float>(cosine_and_halving())};
  for (int t = 0; t < 500; ++t) {
    scheduler.step();
    erased.step();
  }
  CHECK(groups[0].lr == 0.05F);
  CHECK(erased_groups[0].lr == 0.05F);

  groups[0].lr = 0.025F;
  scheduler.step();
  erased.step();
  CHECK(groups[0].lr == about(erased_groups[0].lr / 2.0L));
}

TEST_CASE("PerGroup's state can be taken while a group is yet to be refused") {
  auto groups = two_groups<double>();
  BoundPerGroup<double> scheduler{groups, exponential_and_linear<double>()};
  groups.push_back({.lr = 0.3});
  const StateDict state = scheduler.state_dict();
  groups.pop_back();
  CHECK(message_of<std::invalid_argument>([&] { scheduler.load_state_dict(state); }) ==
        "PerGroup: cannot load the state: progress.base_lrs has 3 values for 2 parameter groups");
}

TEST_CASE("PerGroup alone in a sequence or chain is itself") {
  auto groups = two_groups<float>();
  auto chained_groups = groups;
  SequentialLR sequence{groups, {.schedules = {cosine_and_halving()}}};
  ChainedScheduler chain{chained_groups, {.schedules = {cosine_and_halving()}}};
  for (int t = 0; t < 500; ++t) {
    sequence.step();
    chain.step();
  }
  CHECK(groups[0].lr == 0.05F);
  CHECK(chained_groups[0].lr == 0.05F);
}

TEST_CASE("PerGroup asks for momentum where it is driven, and nowhere else") {
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  const schedule::PerGroup<double> schedules{.schedules = {cyclic, schedule::Exponential<double>{.gamma = 0.5}}};
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.4}};
  Scheduled scheduler{groups, schedules};
  scheduler.step();
  CHECK(groups[0].momentum.value() == about(0.85L));
  CHECK_FALSE(groups[1].momentum.has_value());

  Groups<double> without{{.lr = 0.1}, {.lr = 0.4, .momentum = 0.9}};
  CHECK(message_of<std::invalid_argument>([&] { Scheduled(without, schedules); }) ==
        "PerGroup: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum = "
        "false");
}

TEST_CASE("PerGroup gives schedules the first of their options") {
  auto groups = two_groups_with_momentum<double>();
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  Scheduled scheduler{groups,
                      schedule::PerGroup<double>{.schedules = {schedule::Step<double>{.step_size = 2}, cyclic}}};
  check_momentums(scheduler, groups, {{0.5L, 0.9L}, {0.5L, 0.85L}, {0.5L, 0.8L}});
  CHECK(groups[1].lr == about(0.5L));
}

TEST_CASE("PerGroup starts each group as its schedule does") {
  auto groups = two_groups<double>();
  const schedule::Multiplicative<double> halves{.lr_lambda = [](Epoch) { return 0.5; }};
  const schedule::Constant<double> half{.factor = 0.5, .total_iters = 9};
  const schedule::Chained<double> chain{.schedules = {halves, half}};  // without a closed form
  Scheduled scheduler{groups, schedule::PerGroup<double>{.schedules = {chain, halves}}};
  check_rates(scheduler, groups, {{0.05L, 0.4L}, {0.025L, 0.2L}, {0.0125L, 0.1L}});
}

TEST_CASE("PerGroup late in a sequence starts each group as its schedule does") {
  auto groups = two_groups<double>();
  const schedule::SWA<double> swa{.swa_lr = 0.05, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear};
  const schedule::Exponential<double> exponential{.gamma = 0.5};
  SequentialLR scheduler{
      groups,
      {.schedules = {exponential, schedule::PerGroup<double>{.schedules = {exponential, swa}}}, .milestones = {2}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.1L, 0.2L}, {0.05L, 0.125L}, {0.025L, 0.05L}}, 20);
}

TEST_CASE("PerGroup leaves everything as it was where a function of one group throws") {
  auto groups = two_groups<double>();
  bool broken = true;
  const schedule::Lambda<double> lambda{.lr_lambda = [&broken](Epoch t) {
    if (t == 2 && broken) throw std::runtime_error("out of luck");
    return 0.5;
  }};
  Scheduled scheduler{groups,
                      schedule::PerGroup<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.5}, lambda}}};
  scheduler.step();
  const auto before = groups;
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "out of luck");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 1);
  broken = false;
  scheduler.step();
  CHECK(groups[0].lr == about(0.025L));
}

TEST_CASE("PerGroup gives a group's schedule that group alone, if it has schedules of its own too") {
  const schedule::PerGroup<double> halves{.schedules = {schedule::Exponential<double>{.gamma = 0.5}}};
  const schedule::PerGroup<double> quarters{.schedules = {schedule::Exponential<double>{.gamma = 0.25}}};
  const schedule::PerGroup<double> nested{.schedules = {halves, quarters}};
  CHECK(abilities<double>(nested, 1).closed_form);
  CHECK(nested.at(1, Group<double>(0.8, 1)) == 0.2);
  Groups<double> groups{{.lr = 0.8}, {.lr = 0.8}};
  Scheduled scheduler{groups, nested};
  scheduler.step();
  CHECK(groups[1].lr == 0.2);
  groups[0].lr = 0.5;  // from here on by itself
  scheduler.step();
  CHECK(groups[0].lr == 0.25);
  CHECK(groups[1].lr == 0.05);
}

}  // namespace
}  // namespace lr_scheduler::testing
