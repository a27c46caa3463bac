// SPDX-License-Identifier: MIT
#include <string>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/frameworks/optax.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("optax's polynomial waits for transition_begin and stays at end_value") {
  check_rates(optax::polynomial_schedule<double>(
                  {.init_value = 0.2, .end_value = 0.04, .power = 2, .transition_steps = 4, .transition_begin = 1}),
              0.1, {0.2L, 0.2L, 0.13L, 0.08L, 0.05L, 0.04L, 0.04L});
  check_rates(optax::linear_schedule<double>(
                  {.init_value = 0.1, .end_value = 0.3, .transition_steps = 2, .transition_begin = -3}),
              0.1, {0.1L, 0.2L, 0.3L, 0.3L});
}

TEST_CASE("optax's polynomial without steps, or with a power of 0, stays at init_value") {
  check_rates(optax::linear_schedule<double>({.init_value = 0.2, .end_value = 0.4, .transition_steps = 0}), 0.1,
              {0.2L, 0.2L, 0.2L});
  check_rates(optax::linear_schedule<double>({.init_value = 0.2, .end_value = 0.4, .transition_steps = -1}), 0.1,
              {0.2L, 0.2L, 0.2L});
  check_rates(
      optax::polynomial_schedule<double>({.init_value = 0.2, .end_value = 0.4, .power = 0, .transition_steps = 2}), 0.1,
      {0.2L, 0.2L, 0.2L, 0.2L});
}

TEST_CASE("optax's warm-up of no steps never begins") {
  check_rates(optax::warmup_constant_schedule<double>({.init_value = 0, .peak_value = 0.2, .warmup_steps = 2}), 0.1,
              {0, 0.1L, 0.2L, 0.2L});
  check_rates(optax::warmup_constant_schedule<double>({.init_value = 0, .peak_value = 0.2, .warmup_steps = 0}), 0.1,
              {0, 0, 0});
}

TEST_CASE("optax's constant is that") {
  check_rates(optax::constant_schedule<double>({.value = 0.3}), 0.1, {0.3L, 0.3L, 0.3L});
}

TEST_CASE("optax's cosine ends at a share of init_value, and has an exponent") {
  check_rates(optax::cosine_decay_schedule<double>({.init_value = 0.2, .decay_steps = 4, .alpha = 0.1}), 0.1,
              {0.2L, 0.1736396103067892772L, 0.11L, 0.0463603896932107228L, 0.02L, 0.02L});
  check_rates(optax::cosine_decay_schedule<double>({.init_value = 0.2, .decay_steps = 2, .exponent = 3}), 0.1,
              {0.2L, 0.025L, 0, 0});
}

TEST_CASE("optax's exponential decay, by steps or between them, from transition_begin on") {
  optax::ExponentialDecayOptions<double> options{
      .init_value = 0.2, .transition_steps = 2, .decay_rate = 0.25, .transition_begin = 1};
  check_rates(optax::exponential_decay<double>(options), 0.1, {0.2L, 0.2L, 0.1L, 0.05L, 0.025L});
  options.staircase = true;
  check_rates(optax::exponential_decay<double>(options), 0.1, {0.2L, 0.2L, 0.2L, 0.05L, 0.05L, 0.0125L});
}

TEST_CASE("optax's exponential decay is bounded from below where it falls and from above where it does not") {
  const auto curve = [](double decay_rate, double end_value) {
    return optax::exponential_decay<double>(
        {.init_value = 0.2, .transition_steps = 1, .decay_rate = decay_rate, .end_value = end_value});
  };
  check_rates(curve(0.5, 0.06), 0.1, {0.2L, 0.1L, 0.06L, 0.06L});
  check_rates(curve(0.5, 0.3), 0.1, {0.3L, 0.3L, 0.3L});  // before the decay too
  check_rates(curve(2, 0.5), 0.1, {0.2L, 0.4L, 0.5L, 0.5L});
  check_rates(curve(1, 0.1), 0.1, {0.1L, 0.1L});
}

TEST_CASE("optax's exponential decay without steps, or with a rate of 0, stays at init_value") {
  check_rates(
      optax::exponential_decay<double>({.init_value = 0.2, .transition_steps = 0, .decay_rate = 0.5, .end_value = 0.3}),
      0.1, {0.2L, 0.2L});
  check_rates(
      optax::exponential_decay<double>({.init_value = 0.2, .transition_steps = 2, .decay_rate = 0, .end_value = 0.3}),
      0.1, {0.2L, 0.2L, 0.2L});
}

TEST_CASE("optax's scales apply from their boundaries on, one after the other") {
  check_rates(optax::piecewise_constant_schedule<double>(
                  {.init_value = 0.2, .boundaries_and_scales = {{4, 0.1}, {0, 0.5}, {2, 3}}}),
              0.1, {0.1L, 0.1L, 0.3L, 0.3L, 0.03L, 0.03L});
  check_rates(optax::piecewise_constant_schedule<double>({.init_value = 0.2}), 0.1, {0.2L, 0.2L});
}

TEST_CASE("optax's scales are met at their boundaries, in lines or waves") {
  optax::PiecewiseInterpolateScheduleOptions<double> options{.interpolate_type = optax::InterpolateType::linear,
                                                             .init_value = 0.2,
                                                             .boundaries_and_scales = {{2, 0.5}, {6, 2}}};
  check_rates(optax::piecewise_interpolate_schedule<double>(options), 0.1,
              {0.2L, 0.15L, 0.1L, 0.125L, 0.15L, 0.175L, 0.2L, 0.2L});
  options.interpolate_type = optax::InterpolateType::cosine;
  check_rates(optax::piecewise_interpolate_schedule<double>(options), 0.1,
              {0.2L, 0.15L, 0.1L, 0.1146446609406726238L, 0.15L, 0.1853553390593273762L, 0.2L, 0.2L});
}

TEST_CASE("optax's one cycle is up at the whole part of pct_start, and done at the last step") {
  check_rates(
      optax::linear_onecycle_schedule<double>(
          {.transition_steps = 9, .peak_value = 0.5, .pct_final = 0.8, .div_factor = 5, .final_div_factor = 10}),
      0.1, {0.1L, 0.3L, 0.5L, 0.42L, 0.34L, 0.26L, 0.18L, 0.1L, 0.055L, 0.01L, 0.01L});
  check_rates(
      optax::cosine_onecycle_schedule<double>(
          {.transition_steps = 6, .peak_value = 0.5, .pct_start = 0.4, .div_factor = 5, .final_div_factor = 10}),
      0.1, {0.1L, 0.3L, 0.5L, 0.4282411613907041434L, 0.255L, 0.0817588386092958566L, 0.01L, 0.01L});
}

TEST_CASE("optax's one cycle of a step or two has points that fall together") {
  check_rates(optax::linear_onecycle_schedule<double>({.transition_steps = 1, .peak_value = 0.625}), 0.1,
              {0.001L, 0.0000001L, 0.0000001L});  // from peak / 25^2
  check_rates(optax::linear_onecycle_schedule<double>({.transition_steps = 2, .peak_value = 0.5}), 0.1,
              {0.5L, 0.02L, 0.000002L, 0.000002L});
  check_rates(optax::cosine_onecycle_schedule<double>({.transition_steps = 1, .peak_value = 0.5}), 0.1,
              {0.5L, 0.000002L, 0.000002L});
}

TEST_CASE("optax's warm-ups are followed by what their names say") {
  check_rates(optax::warmup_cosine_decay_schedule<double>(
                  {.init_value = 0.02, .peak_value = 0.2, .warmup_steps = 2, .decay_steps = 4, .end_value = 0.1}),
              0.1, {0.02L, 0.11L, 0.2L, 0.15L, 0.1L, 0.1L});
  check_rates(optax::warmup_cosine_decay_schedule<double>(
                  {.init_value = 0.02, .peak_value = 0.2, .warmup_steps = 0, .decay_steps = 2, .end_value = 0.1}),
              0.1, {0.2L, 0.15L, 0.1L, 0.1L});
  // A peak of 0 has no share that the end could be.
  check_rates(optax::warmup_cosine_decay_schedule<double>(
                  {.init_value = 0.2, .peak_value = 0, .warmup_steps = 2, .decay_steps = 4, .end_value = 0.1}),
              0.1, {0.2L, 0.1L, 0, 0, 0});
  check_rates(optax::warmup_exponential_decay_schedule<double>({.init_value = 0,
                                                                .peak_value = 0.2,
                                                                .warmup_steps = 2,
                                                                .transition_steps = 1,
                                                                .decay_rate = 0.5,
                                                                .transition_begin = 1,
                                                                .end_value = 0.03}),
              0.1, {0, 0.1L, 0.2L, 0.2L, 0.1L, 0.05L, 0.03L, 0.03L});
}

TEST_CASE("optax's schedules are joined, each from its own 0") {
  check_rates(
      optax::join_schedules<double>(
          {.schedules = {optax::linear_schedule<double>({.init_value = 0, .end_value = 0.2, .transition_steps = 4}),
                         optax::constant_schedule<double>({.value = 0.3}),
                         optax::exponential_decay<double>(
                             {.init_value = 0.4, .transition_steps = 1, .decay_rate = 0.5})},
           .boundaries = {2, 3}}),
      0.1, {0, 0.05L, 0.3L, 0.4L, 0.2L, 0.1L});
}

TEST_CASE("optax's SGDR is cosines with warm-ups, and stays at the end of the last") {
  check_rates(
      optax::sgdr_schedule<double>(
          {.cosine_kwargs =
               {{.init_value = 0, .peak_value = 0.2, .warmup_steps = 1, .decay_steps = 3},
                {.init_value = 0.1, .peak_value = 0.4, .warmup_steps = 0, .decay_steps = 2, .end_value = 0.1}}}),
      0.1, {0, 0.2L, 0.1L, 0.4L, 0.25L, 0.1L, 0.1L});
}

TEST_CASE("optax's schedules nest in a configuration") {
  check_rates(from_json(R"({"type": "optax.join_schedules", "boundaries": [2], "schedules": [
                        {"type": "optax.join_schedules", "boundaries": [1], "schedules": [
                          {"type": "optax.constant_schedule", "value": 0.3}, {"type": "ConstantLR", "factor": 1}]},
                        {"type": "optax.piecewise_constant_schedule", "init_value": 0.2,
                         "boundaries_and_scales": {"10": 0, "1": 0.5}}]})"),
              0.1, {0.3L, 0.1L, 0.2L, 0.1L, 0.1L});
  check_rates(from_json(R"({"type": "optax.sgdr_schedule", "cosine_kwargs": [
                        {"init_value": 0, "peak_value": 0.2, "warmup_steps": 1, "decay_steps": 3},
                        {"init_value": 0, "peak_value": 0.4, "warmup_steps": 0, "decay_steps": 2, "end_value": 0.1}]})"),
              0.1, {0, 0.2L, 0.1L, 0.4L, 0.25L, 0.1L, 0.1L});
  check_rates(from_json(R"({"type": "optax.piecewise_interpolate_schedule", "interpolate_type": "cosine",
                       "init_value": 0.2, "boundaries_and_scales": {"2": 0.5}})"),
              0.1, {0.2L, 0.15L, 0.1L, 0.1L});
}

TEST_CASE("optax's rates are those of the schedule, whatever the groups have") {
  auto groups = two_groups<double>();
  Scheduled scheduler{groups,
                      optax::linear_schedule<double>({.init_value = 0.2, .end_value = 0, .transition_steps = 2})};
  check_rates(scheduler, groups, {{0.2L, 0.2L}, {0.1L, 0.1L}, {0, 0}});
}

TEST_CASE("optax's schedules are ours at its rate") {
  using namespace schedule;
  const auto at_rate = [](const AnySchedule<double>& schedule) {
    return BaseRate<double>{.schedule = schedule, .base_lr = 0.3};
  };
  check_same_rates(at_rate(WarmupCosine<double>{.warmup_steps = 3, .total_steps = 12, .min_ratio = 0.1}),
                   optax::warmup_cosine_decay_schedule<double>(
                       {.init_value = 0, .peak_value = 0.3, .warmup_steps = 3, .decay_steps = 12, .end_value = 0.03}));
  check_same_rates(at_rate(Linear<double>{.start_factor = 1, .end_factor = 0.5, .total_iters = 7}),
                   optax::linear_schedule<double>({.init_value = 0.3, .end_value = 0.15, .transition_steps = 7}));
  check_same_rates(
      at_rate(MultiStep<double>{.milestones = {2, 5}, .gamma = 0.5}),
      optax::piecewise_constant_schedule<double>({.init_value = 0.3, .boundaries_and_scales = {{2, 0.5}, {5, 0.5}}}));
}

TEST_CASE("optax reduces at the report that its patience names, by means of metrics, down to a share") {
  Groups<double> groups{{.lr = 0.8}};
  auto scheduler = optax::contrib::reduce_on_plateau(
      groups, {.factor = 0.5, .patience = 2, .accumulation_size = 2, .min_scale = 0.4});
  const auto after = [&](double first, double second) {
    scheduler.step(first);
    scheduler.step(second);
    return groups[0].lr;
  };
  CHECK(after(1, 3) == 0.8);
  CHECK(after(0, 4) == 0.8);
  CHECK(after(2, 2) == 0.4);
  CHECK(after(0, 3) == 0.4);  // better
  CHECK(after(3, 3) == 0.4);
  CHECK(after(3, 3) == about(0.32L));
}

TEST_CASE("optax adds atol to what rtol asks for") {
  const auto after = [](double metric) {
    Groups<double> groups{{.lr = 0.8}};
    auto scheduler = optax::contrib::reduce_on_plateau(groups, {.factor = 0.5, .patience = 1, .rtol = 0.25, .atol = 1});
    scheduler.step(8);
    scheduler.step(metric);
    return groups[0].lr;
  };
  CHECK(after(5) == 0.4);
  CHECK(after(4.875) == 0.8);
}

TEST_CASE("optax's plateau is read from a configuration, and is no schedule") {
  const std::string text =
      R"({"type": "optax.contrib.reduce_on_plateau", "factor": 0.5, "patience": 1, "cooldown": 1})";
  Groups<float> groups{{.lr = 0.8F}};
  const auto scheduler = make_scheduler(groups, nlohmann::json::parse(text), frameworks::registry<float>());
  scheduler->step(1);
  scheduler->step(1);
  CHECK(groups[0].lr == 0.4F);
  scheduler->step(1);
  CHECK(groups[0].lr == 0.4F);
  scheduler->step(1);
  CHECK(groups[0].lr == 0.2F);
  CHECK(refusal_of(text) == "type: optax.contrib.reduce_on_plateau is no schedule: it depends on a metric");
}

TEST_CASE("optax's arguments of a plateau that are out of range are refused") {
  const auto refusal = [](const optax::contrib::ReduceOnPlateauOptions<double>& options) {
    Groups<double> groups{{.lr = 0.8}};
    return message_of([&] { static_cast<void>(optax::contrib::reduce_on_plateau(groups, options)); });
  };
  const std::string said = "optax.contrib.reduce_on_plateau: ";
  CHECK(refusal({.factor = 0}) == said + "factor must be greater than 0 and less than 1, got 0");
  CHECK(refusal({.factor = 1}) == said + "factor must be greater than 0 and less than 1, got 1");
  CHECK(refusal({.patience = 0}) == said + "patience must be positive, got 0");
  CHECK(refusal({.rtol = 1.5}) == said + "rtol must be between 0 and 1, got 1.5");
  CHECK(refusal({.atol = -1}) == said + "atol must be finite and not negative, got -1");
  CHECK(refusal({.rtol = 0}) == said + "rtol or atol must be positive, got 0 for both");
  CHECK(refusal({.cooldown = -1}) == said + "cooldown must not be negative, got -1");
  CHECK(refusal({.accumulation_size = 0}) == said + "accumulation_size must be positive, got 0");
  CHECK(refusal({.min_scale = 1.5}) == said + "min_scale must be between 0 and 1, got 1.5");
}

TEST_CASE("optax's schedules come in float") {
  // In float 0.3 of 10 would be more than 3.
  check_rates(optax::cosine_onecycle_schedule<float>(
                  {.transition_steps = 10, .peak_value = 0.5F, .div_factor = 5, .final_div_factor = 10}),
              0.1F, {0.1L, 0.2L, 0.4L, 0.5L});
  check_rates(optax::warmup_exponential_decay_schedule<float>({.init_value = 0,
                                                               .peak_value = 0.2F,
                                                               .warmup_steps = 2,
                                                               .transition_steps = 1,
                                                               .decay_rate = 0.5F,
                                                               .end_value = 0.03F}),
              0.1F, {0, 0.1L, 0.2L, 0.1L, 0.05L, 0.03L});
}

TEST_CASE("an optax schedule of a configuration is resumed and sought") {
  check_resumes(
      R"({"type": "optax.warmup_exponential_decay_schedule", "init_value": 0.01, "peak_value": 0.3, "warmup_steps": 4,
          "transition_steps": 3, "decay_rate": 0.5, "staircase": true, "end_value": 0.02})");
  check_resumes(
      R"({"type": "optax.sgdr_schedule", "cosine_kwargs": [
            {"init_value": 0, "peak_value": 0.2, "warmup_steps": 1, "decay_steps": 3},
            {"init_value": 0, "peak_value": 0.4, "warmup_steps": 0, "decay_steps": 12, "end_value": 0.1}]})");
}

TEST_CASE("optax's arguments that are out of range are refused") {
  CHECK(refusal_of(R"({"type": "optax.constant_schedule", "value": -1})") ==
        "optax.constant_schedule: value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.linear_schedule", "init_value": -1, "end_value": 1, "transition_steps": 4})") ==
        "optax.linear_schedule: init_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.linear_schedule", "init_value": 1, "end_value": -1, "transition_steps": 4})") ==
        "optax.linear_schedule: end_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.polynomial_schedule", "init_value": 1, "end_value": 1, "power": -1,
                       "transition_steps": 4})") ==
        "optax.polynomial_schedule: power must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.polynomial_schedule", "init_value": -1, "end_value": 1, "power": 1,
                       "transition_steps": 4})") ==
        "optax.polynomial_schedule: init_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.exponential_decay", "init_value": -1, "transition_steps": 4,
                       "decay_rate": 0.5})") ==
        "optax.exponential_decay: init_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.exponential_decay", "init_value": 1, "transition_steps": 4,
                       "decay_rate": 0.5, "end_value": -1})") ==
        "optax.exponential_decay: end_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.cosine_decay_schedule", "init_value": 1, "decay_steps": 0})") ==
        "optax.cosine_decay_schedule: decay_steps must be positive, got 0");
  CHECK(refusal_of(R"({"type": "optax.cosine_decay_schedule", "init_value": 1, "decay_steps": 4, "alpha": -1})") ==
        "optax.cosine_decay_schedule: alpha must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.cosine_decay_schedule", "init_value": 1, "decay_steps": 4, "exponent": 0})") ==
        "optax.cosine_decay_schedule: exponent must be finite and positive, got 0");
  CHECK(
      refusal_of(R"({"type": "optax.exponential_decay", "init_value": 1, "transition_steps": 4, "decay_rate": -1})") ==
      "optax.exponential_decay: decay_rate must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.exponential_decay", "init_value": 1, "transition_steps": 4, "decay_rate": 1,
                       "end_value": -1})") ==
        "optax.exponential_decay: end_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.piecewise_constant_schedule", "init_value": 1,
                       "boundaries_and_scales": {"4": -1}})") ==
        "optax.piecewise_constant_schedule: boundaries_and_scales.4 must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.piecewise_constant_schedule", "init_value": 1,
                       "boundaries_and_scales": {"-4": 1}})") ==
        "optax.piecewise_constant_schedule: boundaries_and_scales: a boundary must not be negative, got -4");
  CHECK(refusal_of(R"({"type": "optax.piecewise_interpolate_schedule", "interpolate_type": "linear",
                       "init_value": -1})") ==
        "optax.piecewise_interpolate_schedule: init_value must be finite and not negative, got -1");
  for (const char* const name : {"optax.linear_onecycle_schedule", "optax.cosine_onecycle_schedule"}) {
    const std::string head = R"({"type": ")" + std::string(name) + R"(", "transition_steps": )";
    const std::string said = std::string(name) + ": ";
    CHECK(refusal_of(head + R"(0, "peak_value": 1})") == said + "transition_steps must be positive, got 0");
    CHECK(refusal_of(head + R"(4, "peak_value": -1})") == said + "peak_value must be finite and not negative, got -1");
    CHECK(refusal_of(head + R"(4, "peak_value": 1, "pct_start": 1.5})") ==
          said + "pct_start must be between 0 and 1, got 1.5");
    CHECK(refusal_of(head + R"(4, "peak_value": 1, "div_factor": 0})") ==
          said + "div_factor must be finite and positive, got 0");
    CHECK(refusal_of(head + R"(4, "peak_value": 1, "final_div_factor": 0})") ==
          said + "final_div_factor must be finite and positive, got 0");
  }
  CHECK(refusal_of(R"({"type": "optax.linear_onecycle_schedule", "transition_steps": 4, "peak_value": 1,
                       "pct_final": -1})") ==
        "optax.linear_onecycle_schedule: pct_final must be between 0 and 1, got -1");
  CHECK(refusal_of(R"({"type": "optax.warmup_constant_schedule", "init_value": 0, "peak_value": -1,
                       "warmup_steps": 4})") ==
        "optax.warmup_constant_schedule: peak_value must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.warmup_cosine_decay_schedule", "init_value": 0, "peak_value": 1,
                       "warmup_steps": 4, "decay_steps": 4})") ==
        "optax.warmup_cosine_decay_schedule: decay_steps must be greater than warmup_steps, 4, got 4");
  CHECK(refusal_of(R"({"type": "optax.warmup_exponential_decay_schedule", "init_value": 0, "peak_value": 1,
                       "warmup_steps": -1, "transition_steps": 4, "decay_rate": 1})") ==
        "optax.warmup_exponential_decay_schedule: warmup_steps must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "optax.join_schedules", "schedules": [], "boundaries": []})") ==
        "optax.join_schedules: needs at least one schedule, got none");
  CHECK(refusal_of(R"({"type": "optax.join_schedules", "schedules": [{"type": "ConstantLR"}], "boundaries": [2]})") ==
        "optax.join_schedules: 1 schedules need 0 boundaries, got 1");
  CHECK(refusal_of(R"({"type": "optax.join_schedules", "boundaries": [2, 2], "schedules": [
                        {"type": "ConstantLR"}, {"type": "ConstantLR"}, {"type": "ConstantLR"}]})") ==
        "optax.join_schedules: boundaries[1] must be greater than 2, got 2");
  CHECK(refusal_of(R"({"type": "optax.sgdr_schedule", "cosine_kwargs": []})") ==
        "optax.sgdr_schedule: cosine_kwargs needs at least one cycle, got none");
}

TEST_CASE("what is written wrong in a configuration of optax is named, and the nearest word") {
  CHECK(refusal_of(R"({"type": "optax.cosine_schedule", "init_value": 1, "decay_steps": 4})") ==
        "type: unknown scheduler \"optax.cosine_schedule\", did you mean \"optax.constant_schedule\"?");
  CHECK(refusal_of(R"({"type": "optax.cosine_decay_schedule", "init_value": 1, "decay_steps": 4, "alpa": 4})") ==
        "alpa: unknown key for optax.cosine_decay_schedule, did you mean \"alpha\"?");
  CHECK(refusal_of(R"({"type": "optax.warmup_exponential_decay_schedule", "init_value": 0, "peak_value": 1,
                       "warmup_steps": 1, "transition_steps": 4})") ==
        "decay_rate: missing key, optax.warmup_exponential_decay_schedule requires it");
  CHECK(refusal_of(R"({"type": "optax.join_schedules", "boundaries": [], "schedules": [
                        {"type": "optax.linear_schedule", "init_value": 1, "end_value": -1, "transition_steps": 4}]})") ==
        "schedules[0]: optax.linear_schedule: end_value must be finite and not negative, got -1");
  const std::string cycle = R"({"init_value": 0, "peak_value": 1, "warmup_steps": 4, "decay_steps": )";
  CHECK(refusal_of(R"({"type": "optax.sgdr_schedule", "cosine_kwargs": [)" + cycle + "9}, " + cycle + "4}]}") ==
        "optax.sgdr_schedule: cosine_kwargs[1]: optax.warmup_cosine_decay_schedule: decay_steps must be greater than "
        "warmup_steps, 4, got 4");
  CHECK(refusal_of(R"({"type": "optax.sgdr_schedule", "cosine_kwargs": [)" + cycle + "9}, " + cycle +
                   R"(9, "peak": 1}]})") ==
        "cosine_kwargs[1].peak: unknown key for optax.warmup_cosine_decay_schedule, did you mean \"peak_value\"?");
  CHECK(refusal_of(R"({"type": "optax.piecewise_constant_schedule", "init_value": 1,
                       "boundaries_and_scales": {"ten": 1}})") ==
        "boundaries_and_scales: expected integers as keys, got \"ten\"");
  CHECK(
      refusal_of(R"({"type": "optax.piecewise_interpolate_schedule", "interpolate_type": "none", "init_value": 1})") ==
      R"(interpolate_type: expected "linear" or "cosine", got "none")");
}

}  // namespace
}  // namespace lr_scheduler::testing
