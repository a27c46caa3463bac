// SPDX-License-Identifier: MIT
// Options: what a count takes, what lr_lambda takes, and what cannot be left out. See optimizers.cpp for the form.
#include <functional>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

using Groups = std::vector<ParamGroup<double>>;

void counts() {
  Groups optimizer{{.lr = 0.1}};
#ifdef MISUSE_half_a_step  // integer|whole|fraction
  [[maybe_unused]] schedule::LinearWarmup<float> warmup{.warmup_steps = 0.5F};
#else
  [[maybe_unused]] schedule::LinearWarmup<float> warmup{.warmup_steps = 5};
#endif
#ifdef MISUSE_a_part_of_an_epoch  // integer|whole|fraction
  CosineAnnealingLR cosine{optimizer, {.T_max = 0.9 * 105}};
#else
  CosineAnnealingLR cosine{optimizer, {.T_max = static_cast<Epoch>(0.9 * 105)}};
#endif
#ifdef MISUSE_a_whole_real  // integer|whole|fraction
  schedule::OneCycle<double> one_cycle{.max_lr = 0.1, .total_steps = 1e5};
#elif defined(MISUSE_epochs_and_a_half)  // integer|whole|fraction
  schedule::OneCycle<double> one_cycle{.max_lr = 0.1, .epochs = 1.5, .steps_per_epoch = 100};
#else
  schedule::OneCycle<double> one_cycle{.max_lr = 0.1, .epochs = 1, .steps_per_epoch = 100};
#endif
#ifdef MISUSE_half_a_milestone  // integer|whole|fraction
  schedule::MultiStep<double> multi_step{.milestones = {0.5}};
#elif defined(MISUSE_half_a_milestone_among_whole_ones)  // integer|whole|fraction
  schedule::MultiStep<double> multi_step{.milestones = {30, 60.5}};
#elif defined(MISUSE_a_vector_of_real_milestones)        // integer|whole|fraction
  schedule::MultiStep<double> multi_step{.milestones = std::vector<double>{30, 60}};
#elif defined(MISUSE_a_bool_for_a_milestone)             // integer|whole|bool
  schedule::MultiStep<double> multi_step{.milestones = {true}};
#else
  schedule::MultiStep<double> multi_step{.milestones = {30, 60}};
#endif
#ifdef MISUSE_half_a_milestone_of_a_sequence  // integer|whole|fraction
  SequentialLR sequence{optimizer,
                        {.schedules = {schedule::Constant<double>{}, schedule::Linear<double>{}}, .milestones = {2.5}}};
#else
  SequentialLR sequence{optimizer,
                        {.schedules = {schedule::Constant<double>{}, schedule::Linear<double>{}}, .milestones = {2}}};
#endif
#ifdef MISUSE_a_bool_for_a_count  // integer|whole|bool
  StepLR step{optimizer, {.step_size = true}};
#elif defined(MISUSE_a_character_for_a_count)  // integer|whole|char
  StepLR step{optimizer, {.step_size = '3'}};
#elif defined(MISUSE_a_fraction_for_a_count)   // integer|whole|fraction
  StepLR step{optimizer, {.step_size = 2.5}};
#else
  StepLR step{optimizer, {.step_size = 3}};
#endif
#ifdef MISUSE_a_text_for_a_length  // convert|initiali|char
  schedule::Anneal<double> anneal{.steps = "4"};
#elif defined(MISUSE_a_bool_for_a_length)  // integer|whole|bool
  schedule::Anneal<double> anneal{.steps = true};
#else
  schedule::Anneal<double> anneal{.steps = 4.5};
#endif
#ifdef MISUSE_a_text_for_a_stretch  // convert|initiali|char
  schedule::Retimed<double> retimed{.schedule = anneal, .stretch = "2"};
#elif defined(MISUSE_a_bool_for_a_stretch)  // integer|whole|bool
  schedule::Retimed<double> retimed{.schedule = anneal, .stretch = true};
#else
  schedule::Retimed<double> retimed{.schedule = anneal, .stretch = 2};
#endif
#ifdef MISUSE_a_text_among_boundaries  // convert|initiali|char|matching
  [[maybe_unused]] schedule::Piecewise<double> table{.boundaries = {1, "2"}, .values = {1, 2, 3}};
#else
  [[maybe_unused]] schedule::Piecewise<double> table{.boundaries = {1, 2.5}, .values = {1, 2, 3}};
#endif
#ifdef MISUSE_one_cycle_and_a_half  // integer|whole|fraction
  schedule::Cycles<double> cycles{.schedule = retimed, .length = 2.5, .limit = 1.5};
#else
  schedule::Cycles<double> cycles{.schedule = retimed, .length = 2.5, .limit = 2};
#endif
#ifdef MISUSE_half_an_epoch_of_patience  // integer|whole|fraction
  ReduceLROnPlateau plateau{optimizer, {.patience = 0.5}};
#else
  ReduceLROnPlateau plateau{optimizer, {.patience = 5}};
#endif
}

int half(Epoch) {
  return 1 / 2;
}

void factors() {
  Groups optimizer{{.lr = 0.1}, {.lr = 0.2}};
  const auto real = [](Epoch t) { return 1.0 / static_cast<double>(t + 1); };
  const auto integer = [](Epoch t) { return 1 / (t + 1); };
  static_cast<void>(integer);
#ifdef MISUSE_an_integer_of_a_lambda  // integer
  LambdaLR first{optimizer, {.lr_lambda = [](Epoch t) { return 1 / (t + 1); }}};
#else
  LambdaLR first{optimizer, {.lr_lambda = [](Epoch t) { return 1.0 / static_cast<double>(t + 1); }}};
#endif
#ifdef MISUSE_an_integer_of_one_of_two_lambdas  // integer
  LambdaLR second{optimizer, {.lr_lambda = {real, integer}}};
#elif defined(MISUSE_an_integer_of_the_first_of_two_lambdas)  // integer
  LambdaLR second{optimizer, {.lr_lambda = {integer, real}}};
#else
  LambdaLR second{optimizer, {.lr_lambda = {real, real}}};
#endif
#ifdef MISUSE_an_integer_of_a_function  // integer
  MultiplicativeLR third{optimizer, {.lr_lambda = half}};
#elif defined(MISUSE_an_integer_of_a_std_function)  // integer
  MultiplicativeLR third{optimizer, {.lr_lambda = std::function<int(Epoch)>(half)}};
#else
  MultiplicativeLR third{optimizer, {.lr_lambda = real}};
#endif
#ifdef MISUSE_an_integer_of_a_schedule  // integer
  schedule::Multiplicative<double> fourth{.lr_lambda = {integer, integer}};
#else
  schedule::Multiplicative<double> fourth{.lr_lambda = {real, real}};
#endif
}

void required_options() {
  Groups optimizer{{.lr = 0.1}};
#ifdef MISUSE_a_step_without_step_size  // [Rr]equired
  [[maybe_unused]] schedule::Step<double> step{.gamma = 0.5};
#else
  [[maybe_unused]] schedule::Step<double> step{.step_size = 3, .gamma = 0.5};
#endif
#ifdef MISUSE_a_bound_step_without_step_size  // [Rr]equired|deduction|matching|deleted|bind
  StepLR first{optimizer, {.gamma = 0.5}};
#elif defined(MISUSE_a_step_of_a_named_scalar_without_step_size)  // [Rr]equired|deduction|matching|deleted|bind
  StepLR<double> first{optimizer, {.gamma = 0.5}};
#else
  StepLR first{optimizer, {.step_size = 3, .gamma = 0.5}};
#endif
#ifdef MISUSE_a_clamp_of_nothing  // [Rr]equired|AnySchedule|initiali
  [[maybe_unused]] schedule::Clamp<double> clamp{.min_lr = 0.1};
#else
  [[maybe_unused]] schedule::Clamp<double> clamp{.schedule = step, .min_lr = 0.1};
#endif
#ifdef MISUSE_a_cycle_without_max_lr  // [Rr]equired|OneOrPerGroup
  schedule::Cyclic<double> cycle{.base_lr = 0.1};
#else
  schedule::Cyclic<double> cycle{.base_lr = 0.1, .max_lr = 0.5};
#endif
#ifdef MISUSE_a_lambda_left_out  // [Rr]equired|OneOrPerGroup
  schedule::Lambda<double> lambda{};
#else
  schedule::Lambda<double> lambda{.lr_lambda = [](Epoch) { return 0.5; }};
#endif
#ifdef MISUSE_no_options_where_one_is_required  // [Rr]equired|StepLR|deduction
  StepLR second{optimizer};
#else
  StepLR second{optimizer, {.step_size = 3}};
#endif
}
