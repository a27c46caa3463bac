// SPDX-License-Identifier: MIT
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/frameworks/timm.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("timm's cosine falls from the group's rate to lr_min and stays there") {
  check_rates(timm::CosineLRScheduler<double>({.t_initial = 4, .lr_min = 0.02}), 0.1,
              {0.1L, 0.0882842712474619010L, 0.06L, 0.0317157287525380990L, 0.02L, 0.02L, 0.02L});
}

TEST_CASE("timm's warm-up that is no prefix ends on a curve that has gone on meanwhile") {
  check_rates(timm::CosineLRScheduler<double>({.t_initial = 4, .lr_min = 0.02, .warmup_t = 2, .warmup_lr_init = 0.01}),
              0.1, {0.01L, 0.055L, 0.06L, 0.0317157287525380990L, 0.02L, 0.02L});
  check_rates(timm::CosineLRScheduler<double>(
                  {.t_initial = 4, .lr_min = 0.02, .warmup_t = 2, .warmup_lr_init = 0.01, .warmup_prefix = true}),
              0.1, {0.01L, 0.055L, 0.1L, 0.0882842712474619010L, 0.06L, 0.0317157287525380990L, 0.02L, 0.02L});
}

TEST_CASE("timm's cycles grow in length, begin lower and come to an end") {
  check_rates(timm::CosineLRScheduler<double>(
                  {.t_initial = 2, .lr_min = 0.02, .cycle_mul = 2, .cycle_decay = 0.5, .cycle_limit = 2}),
              0.1, {0.1L, 0.06L, 0.05L, 0.0456066017177982129L, 0.035L, 0.0243933982822017871L, 0.02L, 0.02L});
}

TEST_CASE("timm's cycle of a length that is not whole begins where it is whole all the same") {
  const auto schedule = timm::CosineLRScheduler<double>({.t_initial = 25, .cycle_mul = 1.2, .cycle_limit = 3});
  CHECK(schedule.at(25, 0.1) == about(0.1L));
  CHECK(schedule.at(55, 0.1) == about(0.1L));
  CHECK(schedule.at(91, 0.1) == 0);
}

TEST_CASE("timm's k_decay bends the time of a cycle") {
  check_rates(timm::CosineLRScheduler<double>({.t_initial = 2, .k_decay = 2}), 0.1,
              {0.1L, 0.0853553390593273762L, 0, 0});
  check_rates(timm::PolyLRScheduler<double>({.t_initial = 2, .power = 2, .k_decay = 2}), 0.1, {0.1L, 0.05625L, 0, 0});
}

TEST_CASE("timm's hyperbolic tangent is never quite at the rates that it moves between") {
  check_rates(
      timm::TanhLRScheduler<double>({.t_initial = 10}), 0.1,
      {0.1L, 0.0999993855825397785L, 0.0999954602131297566L, 0.0999664649869533514L, 0.0997527376843365225L,
       0.0982013790037908442L, 0.0880797077977882444L, 0.05L, 0.0119202922022117556L, 0.0017986209962091558L, 0, 0});
}

TEST_CASE("timm's warm-up to a hyperbolic tangent aims at the base rate as a prefix, otherwise at the curve") {
  check_rates(timm::TanhLRScheduler<double>({.t_initial = 4, .lb = -1, .ub = 1, .warmup_t = 2}), 0.1,
              {0, 0.025L, 0.05L, 0.0268941421369995121L, 0, 0});
  check_rates(timm::TanhLRScheduler<double>({.t_initial = 4, .lb = -1, .ub = 1, .warmup_t = 2, .warmup_prefix = true}),
              0.1, {0, 0.05L, 0.0880797077977882444L, 0.0731058578630004879L, 0.05L, 0.0268941421369995121L, 0, 0});
}

TEST_CASE("timm's polynomial decay has a power of 1/2 where none is given") {
  check_rates(timm::PolyLRScheduler<double>({.t_initial = 4}), 0.1,
              {0.1L, 0.0866025403784438647L, 0.0707106781186547524L, 0.05L, 0, 0});
}

TEST_CASE("timm's steps may be a fraction long, and are counted as Python divides") {
  check_rates(timm::StepLRScheduler<double>({.decay_t = 2.5, .decay_rate = 0.5}), 0.1,
              {0.1L, 0.1L, 0.1L, 0.05L, 0.05L, 0.025L, 0.025L, 0.025L, 0.0125L});
  // 1.1 is a little more than 11 / 10, so 11 steps hold 9 of it and not 10.
  const auto eleven = timm::StepLRScheduler<double>({.decay_t = 1.1, .decay_rate = 0.5});
  CHECK(eleven.at(11, 0.512) == about(0.001L));
  CHECK(eleven.at(12, 0.512) == about(0.0005L));
}

TEST_CASE("timm's steps are counted after the warm-up unless that is no prefix") {
  check_rates(timm::StepLRScheduler<double>({.decay_t = 2, .decay_rate = 0.5, .warmup_t = 3}), 0.1,
              {0, 0.0333333333333333333L, 0.0666666666666666667L, 0.1L, 0.1L, 0.05L});
  check_rates(timm::StepLRScheduler<double>({.decay_t = 2, .decay_rate = 0.5, .warmup_t = 3, .warmup_prefix = false}),
              0.1, {0, 0.0333333333333333333L, 0.0666666666666666667L, 0.05L, 0.025L, 0.025L});
}

TEST_CASE("timm's milestones take effect one step before they are reached, but not at 0") {
  check_rates(timm::MultiStepLRScheduler<double>({.decay_t = {2, 4}, .decay_rate = 0.5}), 0.1,
              {0.1L, 0.05L, 0.05L, 0.025L, 0.025L});
  check_rates(timm::MultiStepLRScheduler<double>({.decay_t = {0, 1}, .decay_rate = 0.5}), 0.1, {0.1L, 0.025L, 0.025L});
  check_rates(timm::MultiStepLRScheduler<double>({.decay_t = {1, 2}, .decay_rate = 0.5, .warmup_t = 2}), 0.1,
              {0, 0.05L, 0.05L, 0.025L});
}

TEST_CASE("timm's warm-up, stable part and decay follow each other") {
  check_rates(timm::WSDLRScheduler<double>(
                  {.t_initial = 6, .decay_t = 4, .lr_min = 0.02, .decay_fn = timm::DecayFn::linear, .warmup_t = 2}),
              0.1, {0, 0.05L, 0.1L, 0.1L, 0.1L, 0.08L, 0.06L, 0.04L, 0.02L, 0.02L});
}

TEST_CASE("timm's stable part may fall, and goes on falling in the decay") {
  check_rates(timm::WSDLRScheduler<double>({.t_initial = 8,
                                            .decay_t = 2,
                                            .stable_fn = timm::StableFn::rsqrt,
                                            .decay_fn = timm::DecayFn::linear,
                                            .warmup_t = 2}),
              0.1,
              {0, 0.05L, 0.1L, 0.0816496580927726033L, 0.0707106781186547524L, 0.0632455532033675867L,
               0.0577350269189625765L, 0.0534522483824848769L, 0.05L, 0.0235702260395515841L, 0, 0});
  check_rates(timm::WSDLRScheduler<double>({.t_initial = 8,
                                            .decay_t = 1,
                                            .stable_fn = timm::StableFn::power,
                                            .stable_timescale = 0.5,
                                            .stable_power = 2}),
              0.1, {0.1L, 0.0111111111111111111L, 0.004L});
}

TEST_CASE("timm's decays have their shapes") {
  using timm::DecayFn;
  const auto half = [](DecayFn decay_fn, double power, double ratio) {
    const auto schedule = timm::WSDLRScheduler<double>(
        {.t_initial = 4, .decay_t = 4, .decay_fn = decay_fn, .decay_power = power, .decay_ratio = ratio});
    CHECK(schedule.at(0, 0.1) == about(0.1L));
    CHECK(schedule.at(4, 0.1) == 0);
    return schedule.at(1, 0.1);
  };
  CHECK(half(DecayFn::linear, 2, 0.25) == about(0.075L));
  CHECK(half(DecayFn::one_minus_sqrt, 2, 0.25) == about(0.05L));
  CHECK(half(DecayFn::cosine, 2, 0.25) == about(0.0853553390593273762L));
  CHECK(half(DecayFn::power, 2, 0.25) == about(0.09375L));
  CHECK(half(DecayFn::exp, 2, 0.0625) == about(0.0466666666666666667L));  // (1/2 - 1/16) / (15/16)
}

TEST_CASE("timm lifts a rate below lr_min to it after the first step") {
  check_rates(timm::WSDLRScheduler<double>({.t_initial = 3, .decay_t = 1, .lr_min = 0.2}), 0.1,
              {0.1L, 0.2L, 0.2L, 0.2L});
}

TEST_CASE("timm.create_scheduler_v2 makes the scheduler that its sched names") {
  using timm::Sched;
  const auto created = [](const timm::CreateSchedulerV2Options<double>& options) {
    return timm::create_scheduler_v2<double>(options);
  };
  CHECK(created({}) == timm::CosineLRScheduler<double>({.t_initial = 300, .cycle_decay = 0.1}));
  CHECK(created({.sched = Sched::tanh, .num_epochs = 8, .warmup_epochs = 2}) ==
        timm::TanhLRScheduler<double>({.t_initial = 8, .cycle_decay = 0.1, .warmup_t = 2, .warmup_lr_init = 0.00001}));
  CHECK(created({.sched = Sched::poly, .num_epochs = 8, .decay_rate = 2, .k_decay = 3}) ==
        timm::PolyLRScheduler<double>({.t_initial = 8, .power = 2, .cycle_decay = 0.1, .k_decay = 3}));
  CHECK(created({.sched = Sched::step}) == timm::StepLRScheduler<double>({.decay_t = 90, .decay_rate = 0.1}));
  CHECK(created({.sched = Sched::multistep}) ==
        timm::MultiStepLRScheduler<double>({.decay_t = {90, 180, 270}, .decay_rate = 0.1}));
  check_rates(created({.sched = Sched::constant, .warmup_lr = 0, .warmup_epochs = 2}), 0.1,
              {0, 0.05L, 0.1L, 0.1L, 0.1L});
  check_rates(created({.sched = Sched::none, .warmup_epochs = 2}), 0.1, {0.1L, 0.1L, 0.1L});
}

TEST_CASE("timm.create_scheduler_v2 counts in updates where it is told so") {
  CHECK(timm::create_scheduler_v2<double>({.sched = timm::Sched::rsqrt,
                                           .num_epochs = 10,
                                           .decay_epochs = 1.5,
                                           .warmup_epochs = 2,
                                           .stable_timescale = 0.5,
                                           .step_on_epochs = false,
                                           .updates_per_epoch = 3}) ==
        timm::WSDLRScheduler<double>({.t_initial = 24,
                                      .decay_t = 4,  // 4.5, to the even one
                                      .stable_fn = timm::StableFn::rsqrt,
                                      .stable_timescale = 1.5,
                                      .decay_fn = timm::DecayFn::linear,
                                      .warmup_t = 6,
                                      .warmup_lr_init = 0.00001}));
  CHECK(timm::create_scheduler_v2<double>(
            {.sched = timm::Sched::wsd, .num_epochs = 10, .warmup_epochs = 2, .warmup_prefix = true}) ==
        timm::WSDLRScheduler<double>({.t_initial = 10, .decay_t = 2, .warmup_t = 2, .warmup_lr_init = 0.00001}));
  check_rates(timm::create_scheduler_v2<double>({.sched = timm::Sched::multistep,
                                                 .decay_milestones = {1},
                                                 .decay_rate = 0.5,
                                                 .step_on_epochs = false,
                                                 .updates_per_epoch = 3}),
              0.1, {0.1L, 0.1L, 0.05L, 0.05L});
}

TEST_CASE("timm's schedules are ours where ours are theirs") {
  using namespace schedule;
  check_same_rates(WarmupCosine<double>{.warmup_steps = 3, .total_steps = 12},
                   timm::CosineLRScheduler<double>({.t_initial = 9, .warmup_t = 3, .warmup_prefix = true}));
  check_same_rates(Step<double>{.step_size = 3, .gamma = 0.5},
                   timm::StepLRScheduler<double>({.decay_t = 3, .decay_rate = 0.5}));
  check_same_rates(MultiStep<double>{.milestones = {2, 5}, .gamma = 0.5},
                   timm::MultiStepLRScheduler<double>({.decay_t = {3, 6}, .decay_rate = 0.5}));
  check_same_rates(WarmupStableDecay<double>{.warmup_steps = 3, .stable_steps = 4, .decay_steps = 5},
                   timm::WSDLRScheduler<double>({.t_initial = 9, .decay_t = 5, .warmup_t = 3}));
}

TEST_CASE("timm's rates follow those of the groups, but for lr_min and warmup_lr_init") {
  auto groups = two_groups<double>();
  Scheduled scheduler{
      groups, timm::CosineLRScheduler<double>(
                  {.t_initial = 2, .lr_min = 0.02, .warmup_t = 2, .warmup_lr_init = 0.01, .warmup_prefix = true})};
  check_rates(scheduler, groups,
              {{0.01L, 0.01L}, {0.055L, 0.205L}, {0.1L, 0.4L}, {0.06L, 0.21L}, {0.02L, 0.02L}, {0.02L, 0.02L}});
}

TEST_CASE("timm's plateau begins after a warm-up, whose metrics do not count") {
  auto groups = two_groups<double>();
  auto scheduler = timm::PlateauLRScheduler(
      groups, {.decay_rate = 0.5, .patience_t = 0, .warmup_t = 2, .warmup_lr_init = 0.02, .lr_min = 0.04});
  const auto are = [&](long double first, long double second) {
    return groups[0].lr == about(first) && groups[1].lr == about(second);
  };
  CHECK(are(0.02L, 0.02L));
  scheduler.step(9);
  CHECK(are(0.06L, 0.21L));
  scheduler.step(9);
  CHECK(are(0.1L, 0.4L));
  scheduler.step(1);
  CHECK(are(0.1L, 0.4L));
  scheduler.step(2);  // it should rise
  CHECK(are(0.1L, 0.4L));
  scheduler.step(2);
  CHECK(are(0.05L, 0.2L));
  scheduler.step(2);
  CHECK(are(0.04L, 0.1L));
}

TEST_CASE("timm's plateau without a warm-up follows no schedule, so that a rate that somebody sets lasts") {
  Groups<double> groups{{.lr = 0.5}};
  auto scheduler = timm::PlateauLRScheduler(groups, {.patience_t = 5});
  groups[0].lr = 0.25;
  scheduler.step(1);
  CHECK(groups[0].lr == 0.25);
}

TEST_CASE("timm's plateau goes on from a state of its warm-up") {
  const auto configuration = nlohmann::json::parse(
      R"({"type": "timm.PlateauLRScheduler", "mode": "min", "patience_t": 0, "decay_rate": 0.5, "warmup_t": 5})");
  auto groups = two_groups<double>();
  const auto scheduler = make_scheduler(groups, configuration, frameworks::registry<double>());
  Groups<double> others{{.lr = 0.3}, {.lr = 0.2}};
  const auto other = make_scheduler(others, configuration, frameworks::registry<double>());
  check_state_round_trip(*scheduler, groups, *other, others);
}

TEST_CASE("timm's plateau without a warm-up is PyTorch's, of a metric that should rise") {
  Groups<float> groups{{.lr = 0.8F}};
  auto scheduler = timm::PlateauLRScheduler(groups, {.decay_rate = 0.5F, .patience_t = 1, .cooldown_t = 1});
  const auto after = [&](float metric) {
    scheduler.step(metric);
    return groups[0].lr;
  };
  CHECK(after(1) == 0.8F);
  CHECK(after(1) == 0.8F);
  CHECK(after(1) == 0.4F);
  CHECK(after(1) == 0.4F);  // cooling down
  CHECK(after(1) == 0.4F);
  CHECK(after(1) == 0.2F);
}

TEST_CASE("timm's arguments of a plateau that are out of range are refused, and it is no schedule") {
  const auto refusal = [](const timm::PlateauLRSchedulerOptions<double>& options) {
    Groups<double> groups{{.lr = 0.8}};
    return message_of([&] { static_cast<void>(timm::PlateauLRScheduler(groups, options)); });
  };
  const std::string said = "timm.PlateauLRScheduler: ";
  CHECK(refusal({.decay_rate = 1}) == said + "decay_rate must be less than 1, got 1");
  CHECK(refusal({.decay_rate = -1}) == said + "decay_rate must be finite and not negative, got -1");
  CHECK(refusal({.patience_t = -1}) == said + "patience_t must not be negative, got -1");
  CHECK(refusal({.threshold = -1}) == said + "threshold must be finite and not negative, got -1");
  CHECK(refusal({.cooldown_t = -1}) == said + "cooldown_t must not be negative, got -1");
  CHECK(refusal({.warmup_t = -1}) == said + "warmup_t must not be negative, got -1");
  CHECK(refusal({.warmup_lr_init = -1}) == said + "warmup_lr_init must be finite and not negative, got -1");
  CHECK(refusal({.lr_min = -1}) == said + "lr_min must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.PlateauLRScheduler"})") ==
        "type: timm.PlateauLRScheduler is no schedule: it depends on a metric");
}

TEST_CASE("timm's schedules come in float") {
  check_rates(timm::TanhLRScheduler<float>({.t_initial = 4, .lb = -1, .ub = 1, .warmup_t = 2}), 0.1F,
              {0, 0.025L, 0.05L, 0.0268941421369995121L, 0, 0});
  check_rates(timm::create_scheduler_v2<float>({.sched = timm::Sched::wsd, .num_epochs = 5}), 0.1F,
              {0.1L, 0.1L, 0.1L, 0.1L, 0.1L, 0});
}

TEST_CASE("a timm scheduler of a configuration is resumed and sought") {
  check_resumes(
      R"({"type": "timm.TanhLRScheduler", "t_initial": 5, "cycle_mul": 1.5, "cycle_limit": 2, "cycle_decay": 0.5,
          "warmup_t": 3, "warmup_prefix": true})");
  check_resumes(R"({"type": "timm.StepLRScheduler", "decay_t": 2.5, "decay_rate": 0.5, "warmup_t": 2})");
  check_resumes(
      R"({"type": "timm.WSDLRScheduler", "t_initial": 12, "decay_t": 5, "decay_fn": "exp", "stable_fn": "rsqrt",
          "stable_timescale": 3})");
}

TEST_CASE("timm's own curves show their options and refuse what is out of range") {
  CHECK(shown(timm::Tanh<double>{.steps = 4, .lb = -2, .ub = 1}) == "timm.Tanh(steps=4, lb=-2, ub=1)");
  CHECK(shown(timm::Step<double>{.decay_t = 1.5, .decay_rate = 0.5}) == "timm.Step(decay_t=1.5, decay_rate=0.5)");
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(shown(timm::Tanh<double>{.steps = 4}) == "timm.Tanh(steps=4, lb=-7, ub=3)");
  CHECK(message_of([&] { timm::Tanh<double>{.steps = 4, .lb = -infinity}.validate(); }) ==
        "timm.Tanh: lb must be finite, got -inf");
  CHECK(message_of([&] { timm::Tanh<double>{.steps = 4, .ub = infinity}.validate(); }) ==
        "timm.Tanh: ub must be finite, got inf");
}

TEST_CASE("timm's arguments that are out of range are refused") {
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 0})") ==
        "timm.CosineLRScheduler: t_initial must be positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "lr_min": -1})") ==
        "timm.CosineLRScheduler: lr_min must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "cycle_mul": 0})") ==
        "timm.CosineLRScheduler: cycle_mul must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "cycle_decay": -1})") ==
        "timm.CosineLRScheduler: cycle_decay must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "cycle_limit": 0})") ==
        "timm.CosineLRScheduler: cycle_limit must be positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "warmup_t": -1})") ==
        "timm.CosineLRScheduler: warmup_t must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "warmup_lr_init": -1})") ==
        "timm.CosineLRScheduler: warmup_lr_init must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "k_decay": 0})") ==
        "timm.CosineLRScheduler: k_decay must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.TanhLRScheduler", "t_initial": 5, "lb": 3})") ==
        "timm.TanhLRScheduler: lb must be below ub, 3, got 3");
  CHECK(refusal_of(R"({"type": "timm.PolyLRScheduler", "t_initial": 5, "power": 0})") ==
        "timm.PolyLRScheduler: power must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.StepLRScheduler", "decay_t": 0})") ==
        "timm.StepLRScheduler: decay_t must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.StepLRScheduler", "decay_t": 1, "decay_rate": -1})") ==
        "timm.StepLRScheduler: decay_rate must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.MultiStepLRScheduler", "decay_t": [3, -1]})") ==
        "timm.MultiStepLRScheduler: decay_t[1] must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 6})") ==
        "timm.WSDLRScheduler: decay_t must be at most t_initial, 5, got 6");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "stable_fn": "rsqrt"})") ==
        "timm.WSDLRScheduler: stable_timescale must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "decay_ratio": 1})") ==
        "timm.WSDLRScheduler: decay_ratio must be greater than 0 and less than 1, got 1");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "decay_power": 0})") ==
        "timm.WSDLRScheduler: decay_power must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "stable_power": 0})") ==
        "timm.WSDLRScheduler: stable_power must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "decay_ratio": 0})") ==
        "timm.WSDLRScheduler: decay_ratio must be greater than 0 and less than 1, got 0");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "warmup_t": -1})") ==
        "timm.WSDLRScheduler: warmup_t must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "warmup_epochs": -1})") ==
        "timm.create_scheduler_v2: warmup_epochs must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "decay_milestones": [3, -1]})") ==
        "timm.create_scheduler_v2: decay_milestones[1] must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "decay_epochs": 0})") ==
        "timm.create_scheduler_v2: decay_epochs must be finite and positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "num_epochs": 0})") ==
        "timm.create_scheduler_v2: num_epochs must be positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "step_on_epochs": false})") ==
        "timm.create_scheduler_v2: updates_per_epoch must be positive, got 0");
  CHECK(refusal_of(R"({"type": "timm.create_scheduler_v2", "sched": "wsd", "num_epochs": 5, "warmup_epochs": 3,
                    "decay_epochs": 3})") ==
        "timm.create_scheduler_v2: decay_epochs must be some of the 2 steps without the warm-up, got 3");
}

TEST_CASE("timm's decay of wsd may be all of the steps, and not none") {
  const auto created = [](double decay_epochs) {
    return timm::create_scheduler_v2<double>(
        {.sched = timm::Sched::wsd, .num_epochs = 5, .decay_epochs = decay_epochs, .decay_fn = timm::DecayFn::linear});
  };
  check_rates(created(5), 0.1, {0.1L, 0.08L, 0.06L, 0.04L, 0.02L, 0});
  CHECK(message_of([&] { static_cast<void>(created(0.05)); }) ==  // a quarter of a step
        "timm.create_scheduler_v2: decay_epochs must be some of the 5 steps without the warm-up, got 0");
}

TEST_CASE("what is written wrong in a configuration of timm is named, and the nearest word") {
  CHECK(refusal_of(R"({"type": "timm.CosineLRSchedular", "t_initial": 5})") ==
        "type: unknown scheduler \"timm.CosineLRSchedular\", did you mean \"timm.CosineLRScheduler\"?");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler", "t_initial": 5, "warmup_lr": 0})") ==
        "warmup_lr: unknown key for timm.CosineLRScheduler, did you mean \"warmup_t\"?");
  CHECK(refusal_of(R"({"type": "timm.CosineLRScheduler"})") ==
        "t_initial: missing key, timm.CosineLRScheduler requires it");
  CHECK(refusal_of(R"({"type": "timm.WSDLRScheduler", "t_initial": 5, "decay_t": 5, "decay_fn": "sqrt"})") ==
        R"(decay_fn: expected "linear" or "1-sqrt" or "cosine" or "power" or "exp", got "sqrt")");
}

}  // namespace
}  // namespace lr_scheduler::testing
