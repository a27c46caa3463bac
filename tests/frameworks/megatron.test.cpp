// SPDX-License-Identifier: MIT
#include <string>

#include <lr_scheduler/frameworks/megatron.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using megatron::DecayStyle;
using megatron::IncrStyle;
using megatron::WsdDecayStyle;

/// From 0.2 up to 0.8 in two steps, down to 0.4 at 6.
megatron::Arguments<double> arguments_of(DecayStyle style) {
  return {.init_lr = 0.2,
          .max_lr = 0.8,
          .min_lr = 0.4,
          .lr_warmup_steps = 2,
          .lr_decay_steps = 6,
          .lr_decay_style = style,
          .start_wd = 0.1,
          .end_wd = 0.1,
          .wd_incr_steps = 4,
          .wd_incr_style = IncrStyle::constant};
}

AnySchedule<double> rate(const megatron::Arguments<double>& arguments) {
  return megatron::OptimizerParamScheduler<double>(arguments);
}

/// WSD with a decay of some steps, to 0.
AnySchedule<double> wsd(Epoch warmup_steps, Epoch decay_steps, WsdDecayStyle style) {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::WSD);
  arguments.min_lr = 0.0;
  arguments.init_lr = 0.0;
  arguments.lr_warmup_steps = warmup_steps;
  arguments.wsd_decay_steps = decay_steps;
  arguments.lr_wsd_decay_style = style;
  return rate(arguments);
}

TEST_CASE("Megatron's constant style stays at max_lr after a warm-up from init_lr, past the last step too") {
  check_rates(rate(arguments_of(DecayStyle::constant)), any_rate,
              {0.2L, 0.5L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L});
}

TEST_CASE("Megatron's linear and cosine styles are at min_lr from the last step on") {
  check_rates(rate(arguments_of(DecayStyle::linear)), any_rate, {0.2L, 0.5L, 0.8L, 0.7L, 0.6L, 0.5L, 0.4L, 0.4L, 0.4L});
  check_rates(rate(arguments_of(DecayStyle::cosine)), any_rate,
              {0.2L, 0.5L, 0.8L, 0.74142135623730950488L, 0.6L, 0.45857864376269049512L, 0.4L, 0.4L});
}

TEST_CASE("without a warm-up Megatron begins at max_lr, whatever init_lr") {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::linear);
  arguments.lr_warmup_steps = 0;
  arguments.lr_decay_steps = 2;
  check_rates(rate(arguments), any_rate, {0.8L, 0.6L, 0.4L, 0.4L});
}

TEST_CASE("Megatron's inverse square root drops to min_lr after the last step") {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::inverse_square_root);
  arguments.lr_warmup_steps = 1;
  arguments.lr_decay_steps = 4;
  arguments.min_lr = 0.1;
  check_rates(rate(arguments), any_rate,
              {0.2L, 0.8L, 0.56568542494923801952L, 0.46188021535170061160L, 0.4L, 0.1L, 0.1L});
}

TEST_CASE("Megatron's inverse square root is never below min_lr, but in the warm-up, and step 0 counts as 1") {
  check_rates(rate(arguments_of(DecayStyle::inverse_square_root)), any_rate,
              {0.2L, 0.5L, 0.8L, 0.65319726474218082619L, 0.56568542494923801952L, 0.50596442562694069L,
               0.46188021535170061160L, 0.4L, 0.4L});
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::inverse_square_root);
  arguments.lr_warmup_steps = 0;
  check_rates(rate(arguments), any_rate, {0.8L, 0.8L, 0.56568542494923801952L, 0.46188021535170061160L, 0.4L, 0.4L});
}

TEST_CASE("Megatron's WSD stays at max_lr and falls in its last steps, in four ways") {
  check_rates(wsd(1, 4, WsdDecayStyle::linear), any_rate, {0, 0.8L, 0.8L, 0.6L, 0.4L, 0.2L, 0, 0});
  check_rates(wsd(1, 4, WsdDecayStyle::cosine), any_rate,
              {0, 0.8L, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0, 0});
  check_rates(wsd(1, 4, WsdDecayStyle::minus_sqrt), any_rate,
              {0, 0.8L, 0.8L, 0.4L, 0.23431457505076198048L, 0.10717967697244908259L, 0, 0});
  check_rates(wsd(1, 4, WsdDecayStyle::exponential), any_rate,
              {0, 0.8L, 0.8L, 0.54543426440594326885L, 0.33137084989847603904L, 0.15136569200217685337L, 0, 0});
}

TEST_CASE("Megatron's WSD is full at the end of its warm-up, then drops into a decay that has begun before") {
  check_rates(wsd(3, 5, WsdDecayStyle::linear), 0.1,
              {0, 0.26666666666666666667L, 0.53333333333333333333L, 0.8L, 0.32L, 0.16L, 0, 0});
  check_rates(wsd(0, 8, WsdDecayStyle::linear), 0.1, {0.6L, 0.5L, 0.4L, 0.3L, 0.2L, 0.1L, 0, 0});
}

TEST_CASE("Megatron's WSD without a decay is full at the last step too") {
  check_rates(wsd(1, 0, WsdDecayStyle::linear), any_rate, {0, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0, 0});
}

TEST_CASE("Megatron's weight decay rises to end_wd and stays") {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::constant);
  check_rates(megatron::weight_decay<double>(arguments), any_rate, {0.1L, 0.1L, 0.1L, 0.1L, 0.1L, 0.1L});
  arguments.end_wd = 0.5;
  arguments.wd_incr_style = IncrStyle::linear;
  check_rates(megatron::weight_decay<double>(arguments), any_rate, {0.1L, 0.2L, 0.3L, 0.4L, 0.5L, 0.5L});
  arguments.wd_incr_style = IncrStyle::cosine;
  check_rates(megatron::weight_decay<double>(arguments), any_rate,
              {0.1L, 0.15857864376269049512L, 0.3L, 0.44142135623730950488L, 0.5L, 0.5L});
}

TEST_CASE("Megatron's weight decay is at its end where Megatron divides by zero") {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::constant);
  arguments.end_wd = 0.5;
  arguments.wd_incr_style = IncrStyle::linear;
  arguments.wd_incr_steps = 0;
  check_rates(megatron::weight_decay<double>(arguments), any_rate, {0.5L, 0.5L});
}

TEST_CASE("Megatron's schedules are the library's under other names, where it has them") {
  megatron::Arguments<double> arguments = arguments_of(DecayStyle::cosine);
  arguments.init_lr = 0.0;
  check_same_rates(rate(arguments),
                   schedule::WarmupCosine<double>{.warmup_steps = 2, .total_steps = 6, .min_ratio = 0.5});
  arguments.lr_decay_style = DecayStyle::linear;
  check_same_rates(rate(arguments),
                   schedule::WarmupLinear<double>{.warmup_steps = 2, .total_steps = 6, .min_ratio = 0.5});
  check_same_rates(wsd(1, 3, WsdDecayStyle::exponential),
                   schedule::WarmupStableDecay<double>{
                       .warmup_steps = 1, .stable_steps = 2, .decay_steps = 3, .shape = Shape::exponential});
}

TEST_CASE("Megatron's steps of float are those of double, rounded") {
  check_rates(megatron::OptimizerParamScheduler<float>({.init_lr = 0.2F,
                                                        .max_lr = 0.8F,
                                                        .min_lr = 0.4F,
                                                        .lr_warmup_steps = 2,
                                                        .lr_decay_steps = 6,
                                                        .lr_decay_style = DecayStyle::cosine,
                                                        .start_wd = 0.1F,
                                                        .end_wd = 0.1F,
                                                        .wd_incr_steps = 4,
                                                        .wd_incr_style = IncrStyle::constant}),
              0.1F, {0.2L, 0.5L, 0.8L, 0.74142135623730950488L, 0.6L, 0.45857864376269049512L, 0.4L, 0.4L});
}

std::string configuration_with(const nlohmann::json& changes) {
  nlohmann::json configuration = {{"type", "megatron.OptimizerParamScheduler"},
                                  {"init_lr", 0},
                                  {"max_lr", 0.8},
                                  {"min_lr", 0.1},
                                  {"lr_warmup_steps", 2},
                                  {"lr_decay_steps", 12},
                                  {"lr_decay_style", "cosine"},
                                  {"start_wd", 0.1},
                                  {"end_wd", 0.2},
                                  {"wd_incr_steps", 8},
                                  {"wd_incr_style", "linear"}};
  configuration.update(changes);
  return configuration.dump();
}

TEST_CASE("arguments of Megatron that are out of range are refused") {
  const auto refused = [](const nlohmann::json& changes) { return refusal_of(configuration_with(changes)); };
  CHECK(refused({{"init_lr", -1}}) ==
        "megatron.OptimizerParamScheduler: init_lr must be finite and not negative, got -1");
  CHECK(refused({{"min_lr", -1}}) ==
        "megatron.OptimizerParamScheduler: min_lr must be finite and not negative, got -1");
  CHECK(refused({{"max_lr", 0.05}}) ==
        "megatron.OptimizerParamScheduler: max_lr must be at least min_lr, 0.1, got 0.05");
  CHECK(refused({{"init_lr", 0.9}}) ==
        "megatron.OptimizerParamScheduler: max_lr must be at least init_lr, 0.9, got 0.8");
  CHECK(refused({{"lr_warmup_steps", -1}}) ==
        "megatron.OptimizerParamScheduler: lr_warmup_steps must not be negative, got -1");
  CHECK(refused({{"lr_warmup_steps", 12}}) ==
        "megatron.OptimizerParamScheduler: lr_decay_steps must be greater than lr_warmup_steps, 12, got 12");
  CHECK(refused({{"start_wd", -1}}) ==
        "megatron.OptimizerParamScheduler: start_wd must be finite and not negative, got -1");
  CHECK(refused({{"end_wd", 0.05}}) ==
        "megatron.OptimizerParamScheduler: end_wd must be at least start_wd, 0.1, got 0.05");
  CHECK(refused({{"wd_incr_steps", -1}}) ==
        "megatron.OptimizerParamScheduler: wd_incr_steps must not be negative, got -1");
  CHECK(refused({{"wd_incr_style", "constant"}}) ==
        "megatron.OptimizerParamScheduler: end_wd must be start_wd, 0.1, where wd_incr_style is constant, got 0.2");
  CHECK(refused({{"lr_decay_style", "WSD"}}) ==
        "megatron.OptimizerParamScheduler: WSD needs wsd_decay_steps and lr_wsd_decay_style");
  CHECK(refused({{"lr_decay_style", "WSD"}, {"wsd_decay_steps", 2}}) ==
        "megatron.OptimizerParamScheduler: WSD needs wsd_decay_steps and lr_wsd_decay_style");
  CHECK(refused({{"lr_decay_style", "WSD"}, {"lr_wsd_decay_style", "linear"}}) ==
        "megatron.OptimizerParamScheduler: WSD needs wsd_decay_steps and lr_wsd_decay_style");
  CHECK(refused({{"wsd_decay_steps", -1}}) ==
        "megatron.OptimizerParamScheduler: wsd_decay_steps must not be negative, got -1");
  CHECK(refused({{"lr_decay_style", "wsd"}}).starts_with("lr_decay_style: expected "));
}

TEST_CASE("a mistake in an argument of Megatron is told with the nearest that there is") {
  CHECK(refusal_of(configuration_with({{"lr_warmup_iters", 1}})) ==
        R"(lr_warmup_iters: unknown key for megatron.OptimizerParamScheduler, did you mean "lr_warmup_steps"?)");
  CHECK(refusal_of(configuration_with({{"drives", "momentum"}})) ==
        R"(drives: expected "lr" or "weight_decay", got "momentum")");
}

TEST_CASE("Megatron's schedulers from a configuration resume and seek") {
  for (const std::string style : {"constant", "linear", "cosine", "inverse-square-root"}) {
    check_resumes(configuration_with({{"lr_decay_style", style}}));
  }
  for (const std::string style : {"linear", "cosine", "exponential", "minus_sqrt"}) {
    check_resumes(
        configuration_with({{"lr_decay_style", "WSD"}, {"wsd_decay_steps", 4}, {"lr_wsd_decay_style", style}}));
  }
  check_resumes(configuration_with({{"drives", "weight_decay"}}));
}

}  // namespace
}  // namespace lr_scheduler::testing
