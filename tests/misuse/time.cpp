// SPDX-License-Identifier: MIT
// Epochs are whole, and time between them is for schedules that are continuous. See optimizers.cpp for the form.
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

void jumps() {
  std::vector<ParamGroup<double>> optimizer{{.lr = 0.1}};
  CosineAnnealingLR scheduler{optimizer, {.T_max = 100}};
  Scheduler<double>& base = scheduler;
  const int epoch = 3;
  const int batch = 40;
  const int batches = 100;
#ifdef MISUSE_seek_time_of_an_integer  // seek_time
  scheduler.seek_time(epoch + batch / batches);
#else
  scheduler.seek_time(epoch + batch / static_cast<double>(batches));
#endif
#ifdef MISUSE_seek_time_of_an_integer_through_the_base  // seek_time
  base.seek_time(epoch + batch / batches);
#else
  base.seek_time(epoch + batch / static_cast<double>(batches));
  base.seek_time(2.5F);
#endif
#ifdef MISUSE_seek_of_a_real  // seek[^_]
  scheduler.seek(2.5);
#elif defined(MISUSE_seek_of_a_float)  // seek[^_]
  base.seek(2.5F);
#else
  scheduler.seek(epoch);
  base.seek(2U);
#endif
#ifdef MISUSE_step_by_of_a_real  // step_by|integer
  scheduler.step_by(1.5);
#else
  scheduler.step_by(batches);
  base.step_by(std::vector<int>(3).size());
#endif
}

double rates_of_whole_epochs() {
  const schedule::Step<double> step{.step_size = 3};
  const schedule::MultiStep<double> multi_step{.milestones = {3}};
  const schedule::Constant<double> constant{.total_iters = 3};
  const schedule::Lambda<double> lambda{.lr_lambda = [](Epoch) { return 0.5; }};
  double sum = 0;
#ifdef MISUSE_a_step_between_epochs  // [^a-z]at[^a-z]|continuous|integer
  sum += step.at(2.5, 0.1);
#elif defined(MISUSE_a_step_at_a_whole_real)            // [^a-z]at[^a-z]|continuous|integer
  sum += step.at(2.0, 0.1);
#elif defined(MISUSE_a_curve_of_a_step_between_epochs)  // [^a-z]at[^a-z]|continuous|integer
  sum += step.at(2.5)(0.1);
#else
  sum += step.at(2, 0.1) + step.at(2)(0.1);
#endif
#ifdef MISUSE_milestones_between_epochs  // [^a-z]at[^a-z]|continuous|integer
  sum += multi_step.at(2.5F, 0.1);
#else
  sum += multi_step.at(2U, 0.1);
#endif
#ifdef MISUSE_a_constant_between_epochs  // [^a-z]at[^a-z]|continuous|integer
  sum += constant.at(2.5, 0.1);
#else
  sum += constant.at(Epoch{2}, 0.1);
#endif
#ifdef MISUSE_a_lambda_between_epochs  // [^a-z]at[^a-z]|continuous|integer
  sum += lambda.at(2.5, 0.1);
#else
  sum += lambda.at(2, 0.1);
#endif
  return sum;
}

double rates_between_epochs() {
  const schedule::Linear<double> linear{};
  const schedule::LinearWarmup<double> warmup{.warmup_steps = 3};
  const schedule::Exponential<double> exponential{.gamma = 0.9};
  const schedule::Polynomial<double> polynomial{};
  const schedule::CosineAnnealing<double> cosine{.T_max = 3};
  const schedule::CosineAnnealingWarmRestarts<double> restarts{.T_0 = 3};
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5};
  const schedule::OneCycle<double> one_cycle{.max_lr = 0.5, .total_steps = 10};
  return linear.at(2.5, 0.1) + warmup.at(2.5F, 0.1) + exponential.at(2.5, 0.1) + polynomial.at(2.5, 0.1) +
         cosine.at(2.5, 0.1) + restarts.at(2.5, 0.1) + cyclic.at(2.5, 0.1) + one_cycle.at(2.5, 0.1) +
         linear.at(2, 0.1) + cosine.at(2U, 0.1) + restarts.at(2.5L, 0.1) + exponential.at(Epoch{2}, 0.1);
}
