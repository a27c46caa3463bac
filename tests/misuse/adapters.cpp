// SPDX-License-Identifier: MIT
// What adapters refuse, on the mocks in tests/adapters/mocks. See optimizers.cpp for what the MISUSE_ branches are.
#include <memory>
#include <utility>

#include <lr_scheduler/adapters/ensmallen.hpp>
#include <lr_scheduler/adapters/ggml.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

void what_has_no_rate_of_its_own() {
  ens::Function function(1, 1.0);
  ens::Coordinates coordinates = 0;
  EnsmallenScheduler scheduler(schedule::Step<double>{.step_size = 3});
#ifdef MISUSE_an_optimizer_with_a_decay_policy  // decay policy.*CosineAnnealingWarmRestarts
  ens::SGDR optimizer;
#elif defined(MISUSE_an_optimizer_with_a_rate_for_each_parameter)    // a rate for each parameter
  ens::DeltaBarDelta optimizer;
#elif defined(MISUSE_a_wrapper_of_an_optimizer_with_a_decay_policy)  // decay policy.*CosineAnnealingWarmRestarts
  ens::Lookahead<ens::SGDR::OptimizerType> optimizer(ens::SGDR::OptimizerType(), 0.5, 1, 1);
#else
  ens::Lookahead<> optimizer(ens::Adam(), 0.5, 1, 1);
#endif
  optimizer.Optimize(function, coordinates, scheduler);
}

void a_step_size_that_is_no_rate() {
  ens::Lookahead<> lookahead(ens::Adam(), 0.5, 1, 1);
#ifdef MISUSE_a_scheduler_of_lookahead  // optimizer_traits.*adapters
  StepLR scheduler{lookahead, {.step_size = 3}};
#else
  StepLR scheduler{lookahead.BaseOptimizer(), {.step_size = 3}};
#endif
}

void what_cannot_be_moved() {
  const ggml_opt_optimizer_params parameters = ggml_opt_get_default_optimizer_params(nullptr);
  GgmlScheduler scheduler(parameters, schedule::Step<float>{.step_size = 3});
#ifdef MISUSE_a_ggml_scheduler_that_moves  // deleted
  GgmlScheduler moved(std::move(scheduler));
#else
  static_cast<void>(GgmlScheduler::next(&scheduler));
#endif
}

void what_points_to_a_rate() {
  auto rate = std::make_shared<double>(0.1);
#ifdef MISUSE_a_pointer_to_a_variable  // dereference
  StepLR scheduler{rate, {.step_size = 3}};
#else
  StepLR scheduler{*rate, {.step_size = 3}};
#endif
}
