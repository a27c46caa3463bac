// SPDX-License-Identifier: MIT
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/sequential.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/functions.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
schedule::Sequential<T> linear_then_cosine() {
  return {.schedules = {schedule::Linear<T>{.start_factor = T(0.25L), .total_iters = 3},
                        schedule::CosineAnnealing<T>{.T_max = 4, .eta_min = T(0.02L)}},
          .milestones = {3}};
}

const schedule::Step<double> every_second{.step_size = 2, .gamma = 0.5};
const schedule::Multiplicative<double> shrinking{.lr_lambda = [](Epoch t) { return 1.0 / static_cast<double>(1 + t); }};
const schedule::Exponential<double> exponential{.gamma = 0.5};

/// A schedule that is never in charge, or for one epoch.
const schedule::Constant<double> third{.factor = 0.25, .total_iters = 100};

TEMPLATE_TEST_CASE("SequentialLR plays one schedule after the other, each from its own 0", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  SequentialLR scheduler{groups, linear_then_cosine<T>()};
  check_rates(scheduler, groups,
              {{0.025L, 0.1L},
               {0.05L, 0.2L},
               {0.075L, 0.3L},
               {0.1L, 0.4L},
               {0.08828427124746190097603L, 0.3443502884254440296362L},
               {0.06L, 0.21L},
               {0.03171572875253809902397L, 0.07564971157455597036384L},
               {0.02L, 0.02L},
               {0.03171572875253809902397L, 0.07564971157455597036384L}});
}

TEMPLATE_TEST_CASE("SequentialLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = SequentialLR<T>;
  const schedule::Step<T> step{.step_size = 2};
  check_refused<Bound>({}, "SequentialLR: needs at least one scheduler, got none");
  check_refused<Bound>({.schedules = {step, step}}, "SequentialLR: 2 schedulers need 1 milestones, got 0");
  check_refused<Bound>({.schedules = {step}, .milestones = {1}}, "SequentialLR: 1 schedulers need 0 milestones, got 1");
  check_refused<Bound>({.schedules = {step, step}, .milestones = {-1}},
                       "SequentialLR: milestones[0] must not be negative, got -1");
  check_refused<Bound>({.schedules = {step, step, step}, .milestones = {3, 3}},
                       "SequentialLR: milestones[1] must be greater than 3, got 3");
  check_refused<Bound>({.schedules = {step, step, step}, .milestones = {3, 2}},
                       "SequentialLR: milestones[1] must be greater than 3, got 2");
  check_refused<Bound>({.schedules = {step, schedule::Step<T>{.step_size = 0}}, .milestones = {1}},
                       "SequentialLR: schedulers[1]: StepLR: step_size must be positive, got 0");
  check_refused<Bound>({.schedules = {schedule::Sequential<T>{
                            .schedules = {step, schedule::Linear<T>{.total_iters = -1}}, .milestones = {1}}}},
                       "SequentialLR: schedulers[0]: SequentialLR: schedulers[1]: LinearLR: "
                       "total_iters must not be negative, got -1");
  check_refused<Bound>({.schedules = {step, schedule::SWA<T>{.swa_lr = {T(1), T(2), T(3)}}}, .milestones = {1}},
                       "SWALR: swa_lr has 3 values for 2 parameter groups");
}

TEST_CASE("SequentialLR goes on from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{groups, linear_then_cosine<double>()};
  for (int k = 0; k < 4; ++k) scheduler.step();
  groups[0].lr = 0.05;
  const Rows expected{{0.037573593128807148L, 0.21L},
                      {0.0251471862576143L, 0.075649711574555981L},
                      {0.02L, 0.02L},
                      {0.0317157287525381L, 0.075649711574555967L},
                      {0.06L, 0.21L},
                      {0.088284271247461937L, 0.34435028842544418L}};
  for (const auto& row : expected) {
    scheduler.step();
    CHECK(groups[0].lr == pytorch(row[0]));
    CHECK(groups[1].lr == pytorch(row[1]));
  }
}

TEST_CASE("SequentialLR starts each schedule from the base rate, whatever the user set before") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{groups, linear_then_cosine<double>()};
  check_user_changes_rate(
      scheduler, groups,
      {{0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.08828427124746191L, 0.34435028842544402L}, {0.06L, 0.21L}});
}

TEST_CASE("SequentialLR of a list of rates refuses a group that is added") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{groups,
                         {.schedules = {every_second, schedule::SWA<double>{.swa_lr = {0.1, 0.2}}}, .milestones = {5}}};
  check_refuses_third_group(scheduler, groups, "SWALR: swa_lr has 2 values for 3 parameter groups");
}

TEST_CASE("SequentialLR between epochs is on the curve of the schedule in charge") {
  const auto schedule = linear_then_cosine<double>();
  CHECK(abilities<double>(schedule).continuous);
  CHECK(at_time_is_at<double>(schedule, 20));
  CHECK(schedule.at(1.5, 0.8) == about(0.5L));
  CHECK(schedule.at(2.5, 0.8) == about(0.7L));
  CHECK(schedule.at(5.0, 0.8) == about(0.41L));
  const schedule::Sequential<double> steps{.schedules = {every_second, exponential}, .milestones = {3}};
  CHECK(abilities<double>(steps).closed_form);
  CHECK_FALSE(abilities<double>(steps).continuous);
}

// A milestone is the first epoch of the schedule that it brings in.
TEST_CASE("SequentialLR changes schedules at the milestone, not before and not after it") {
  const AnySchedule<double> schedule =
      schedule::Sequential<double>{.schedules = {third, exponential}, .milestones = {4}};
  CHECK(schedule.at(3, 0.8) == about(0.2L));
  CHECK(schedule.at(4, 0.8) == 0.8);
  CHECK(schedule.at(5, 0.8) == about(0.4L));
  CHECK(schedule.next(3, 0.2, 0.8) == about(0.2L));
  CHECK(schedule.next(4, 0.2, 0.8) == 0.8);
  CHECK(schedule.next(5, 0.6, 0.8) == about(0.3L));
}

TEST_CASE("SequentialLR with a milestone at 0 begins with the second schedule") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{groups, {.schedules = {third, exponential}, .milestones = {0}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.025L, 0.1L}});
}

TEST_CASE("SequentialLR with milestones side by side gives a schedule one epoch") {
  auto groups = two_groups<double>();
  SequentialLR scheduler{groups, {.schedules = {exponential, third, exponential}, .milestones = {2, 3}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0.1L, 0.4L}, {0.05L, 0.2L}});
}

TEST_CASE("SequentialLR of far milestones stays with its first schedule") {
  const schedule::Sequential<float> schedule{
      .schedules = {schedule::LinearWarmup<float>{.warmup_steps = Epoch{1} << 61},
                    schedule::Exponential<float>{.gamma = 0.5F}},
      .milestones = {Epoch{1} << 62}};
  CHECK(schedule.at(Epoch{1} << 60, 0.5F) == 0.25F);
  CHECK(schedule.at((Epoch{1} << 62) - 1, 0.5F) == 0.5F);
  CHECK(schedule.at((Epoch{1} << 62) + 1, 0.5F) == 0.25F);
}

// Recorded from PyTorch: MultiplicativeLR goes on from the rate that StepLR left.
TEST_CASE("SequentialLR with MultiplicativeLR goes on from the rate that is there") {
  auto groups = two_groups<double>();
  const schedule::Multiplicative<double> falling{
      .lr_lambda = [](Epoch t) { return t == 0 ? 0.7 : 1.0 / static_cast<double>(1 + t); }};
  SequentialLR scheduler{groups, {.schedules = {every_second, falling, exponential}, .milestones = {3, 6}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.1L, 0.4L},
               {0.05L, 0.2L},
               {0.035L, 0.14L},
               {0.0175L, 0.07L},
               {0.0058333333333333333333L, 0.023333333333333333333L},
               {0.1L, 0.4L},
               {0.05L, 0.2L},
               {0.025L, 0.1L}});
}

// Recorded from PyTorch: SWALR anneals from the rate that ExponentialLR left.
TEST_CASE("SequentialLR with a late SWALR anneals from the rate that is there") {
  auto groups = two_groups<double>();
  const schedule::SWA<double> swa{.swa_lr = 0.05, .anneal_epochs = 4, .anneal_strategy = AnnealStrategy::linear};
  SequentialLR scheduler{groups, {.schedules = {exponential, swa}, .milestones = {3}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.05L, 0.2L},
               {0.025L, 0.1L},
               {0.025L, 0.1L},
               {0.03125L, 0.0875L},
               {0.0375L, 0.075L},
               {0.04375L, 0.0625L},
               {0.05L, 0.05L},
               {0.05L, 0.05L}},
              100);
  CHECK_FALSE(abilities<double>(scheduler.schedule()).closed_form);
  const schedule::Sequential<double> early{.schedules = {swa, exponential}, .milestones = {3}};
  CHECK(abilities<double>(early).closed_form);
}

TEST_CASE("SequentialLR with a late chain starts it from the base rate") {
  auto groups = two_groups<double>();
  const schedule::Chained<double> chain{.schedules = {schedule::CosineAnnealing<double>{.T_max = 4}, exponential}};
  SequentialLR scheduler{groups, {.schedules = {exponential, chain}, .milestones = {2}}};
  check_rates(
      scheduler, groups,
      {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.0426776695296636881L, 0.170710678118654752440L}, {0.0125L, 0.05L}},
      100);
}

TEST_CASE("SequentialLR drives momentum while a schedule that does is in charge") {
  auto groups = two_groups_with_momentum<double>();
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  SequentialLR scheduler{groups, {.schedules = {every_second, cyclic, exponential}, .milestones = {2, 5}}};
  check_momentums(scheduler, groups,
                  {{0.5L, 0.5L}, {0.5L, 0.5L}, {0.9L, 0.9L}, {0.85L, 0.85L}, {0.8L, 0.8L}, {0.8L, 0.8L}, {0.8L, 0.8L}});
  CHECK(message_of([&] {
          auto none = two_groups<double>();
          SequentialLR refused(none, {.schedules = {every_second, cyclic}, .milestones = {2}});
        }) ==
        "SequentialLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set "
        ".cycle_momentum = false");
}

TEST_CASE("SequentialLR leaves everything as it was where a function throws") {
  std::vector<ParamGroup<double>> groups(2000, ParamGroup<double>{.lr = 0.5});
  bool broken = true;
  std::vector<std::function<double(Epoch)>> functions(2000, [](Epoch t) { return t == 0 ? 1 : 0.5; });
  functions.back() = [&broken](Epoch t) {
    if (t == 1 && broken) throw std::runtime_error("out of luck");
    return 0.5;
  };
  SequentialLR scheduler{
      groups, {.schedules = {every_second, schedule::Lambda<double>{.lr_lambda = functions}}, .milestones = {2}}};
  scheduler.step();
  scheduler.step();
  check_throwing_step(scheduler, groups);
  broken = false;
  scheduler.step();
  CHECK(scheduler.last_epoch() == 3);
  CHECK(groups[1999].lr == 0.25);
}

/// A schedule of a user's own that takes three steps.
struct ThreeSteps {
  double at(Epoch, double base_lr) const { return base_lr / 2; }
  Epoch duration() const { return 3; }
};

TEST_CASE("a sequence takes its milestones from how long its schedules are") {
  using namespace schedule;
  const LinearWarmup<double> warmup{.warmup_steps = 2};
  const CosineAnnealing<double> cosine{.T_max = 4};
  CHECK(sequence(warmup, cosine) == Sequential<double>{.schedules = {warmup, cosine}, .milestones = {2}});
  CHECK(sequence(warmup, cosine, exponential) ==
        Sequential<double>{.schedules = {warmup, cosine, exponential}, .milestones = {2, 6}});
  CHECK(sequence(exponential) == Sequential<double>{.schedules = {exponential}});

  auto groups = two_groups<double>();
  SequentialLR scheduler{groups, sequence(warmup, Anneal<double>{.steps = 2, .end_factor = 0.5}, exponential)};
  check_rates(scheduler, groups, {{0L, 0L}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.05L, 0.2L}});
}

TEST_CASE("each schedule that ends says after how many steps") {
  using namespace schedule;
  CHECK(Constant<double>{.total_iters = 7}.duration() == 7);
  CHECK(Linear<double>{.total_iters = 7}.duration() == 7);
  CHECK(Polynomial<double>{.total_iters = 7}.duration() == 7);
  CHECK(CosineAnnealing<double>{.T_max = 7}.duration() == 7);
  CHECK(OneCycle<double>{.max_lr = 1, .total_steps = 7}.duration() == 7);
  CHECK(OneCycle<double>{.max_lr = 1, .epochs = 3, .steps_per_epoch = 5}.duration() == 15);
  CHECK(SWA<double>{.swa_lr = 1, .anneal_epochs = 7}.duration() == 7);
  CHECK(LinearWarmup<double>{.warmup_steps = 7}.duration() == 7);
  CHECK(Anneal<double>{.steps = 6.5}.duration() == 7);
}

TEST_CASE("a sequence takes a user's own schedule, of the scalar that is given") {
  const schedule::Sequential<double> sequence = schedule::sequence<double>(ThreeSteps{}, exponential);
  CHECK(sequence.milestones == std::vector<Epoch>{3});
  CHECK(sequence.at(2, 0.8) == 0.4);
  CHECK(sequence.at(4, 0.8) == 0.4);
  const schedule::Sequential<double> deduced = schedule::sequence(third, ThreeSteps{}, exponential);
  CHECK(deduced.milestones == std::vector<Epoch>{100, 103});
}

TEST_CASE("a sequence leaves out what takes no steps, but as the last") {
  using namespace schedule;
  const LinearWarmup<double> none{.warmup_steps = 0};
  const LinearWarmup<double> warmup{.warmup_steps = 2};
  CHECK(sequence(none, exponential) == sequence(exponential));
  CHECK(sequence(warmup, none, none, exponential) == sequence(warmup, exponential));
  CHECK(sequence(warmup, none) == Sequential<double>{.schedules = {warmup, none}, .milestones = {2}});
}

TEST_CASE("a sequence is refused where a length is none") {
  using namespace schedule;
  CHECK(message_of([] { (void)sequence(LinearWarmup<double>{.warmup_steps = -2}, exponential); }) ==
        "WarmupLR: warmup_steps must not be negative, got -2");
  CHECK(message_of([] { (void)sequence(OneCycle<double>{.max_lr = 1}, exponential); }) ==
        "OneCycleLR: needs total_steps, or epochs and steps_per_epoch");
  const LinearWarmup<double> endless{.warmup_steps = std::numeric_limits<Epoch>::max()};
  CHECK(sequence(endless, exponential).milestones == std::vector<Epoch>{std::numeric_limits<Epoch>::max()});
}

TEST_CASE("SequentialLR sought past phases that drove momentum leaves it as steps do, in a sequence of its own too") {
  const schedule::Exponential<double> exponential{.gamma = 0.5};
  const schedule::Cyclic<double> cycle{
      .base_lr = 0.1, .max_lr = 0.3, .step_size_up = 3, .base_momentum = 0.5, .max_momentum = 0.9};
  const schedule::Cyclic<double> lower{
      .base_lr = 0.1, .max_lr = 0.3, .step_size_up = 2, .base_momentum = 0.25, .max_momentum = 0.75};
  const schedule::Sequential<double> inner{.schedules = {exponential, lower, exponential}, .milestones = {1, 4}};
  const schedule::Sequential<double> outer{.schedules = {exponential, cycle, exponential, inner, exponential},
                                           .milestones = {2, 7, 9, 15}};
  const auto groups_of = [] { return DoubleGroups{{.lr = 0.8, .momentum = 0.7}}; };
  auto stepped_groups = groups_of();
  Scheduled stepped{stepped_groups, outer};
  for (Epoch t = 0; t < 20; ++t, stepped.step()) {
    for (const Epoch from : {Epoch{0}, Epoch{3}, Epoch{8}, Epoch{11}, Epoch{18}}) {
      CAPTURE(t, from);
      auto sought_groups = groups_of();
      Scheduled sought{sought_groups, outer};
      sought.seek(from);
      sought.seek(t);
      CHECK(sought_groups[0].momentum == stepped_groups[0].momentum);
    }
  }
  CHECK(stepped_groups[0].momentum == 0.25);  // the inner cycle's last epoch is its top
}

TEST_CASE("a sequence that begins late in another begins with its first schedule, if only for an epoch") {
  Groups<double> groups{{.lr = 0.8}};
  const schedule::Sequential<double> late{.schedules = {third, exponential}, .milestones = {1}};
  SequentialLR scheduler{groups, {.schedules = {shrinking, late}, .milestones = {2}}};
  check_rates(scheduler, groups, {{0.8L}, {0.4L}, {0.2L}, {0.8L}, {0.4L}});
}

TEST_CASE("a sequence goes on from a rate that the user sets, though its first schedule could not") {
  Groups<double> groups{{.lr = 0.8}};
  const schedule::CosineAnnealingWarmRestarts<double> restarts{.T_0 = 2};
  SequentialLR scheduler{groups, {.schedules = {restarts, exponential}, .milestones = {2}}};
  for (int i = 0; i < 3; ++i) scheduler.step();
  CHECK(groups[0].lr == 0.4);
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == 0.15);
}

TEST_CASE("a schedule of a single step is part of a sequence") {
  const schedule::LinearWarmup<double> warmup{.warmup_steps = 1};
  CHECK(schedule::sequence(warmup, exponential).milestones == std::vector<Epoch>{1});
}

}  // namespace
}  // namespace lr_scheduler::testing
