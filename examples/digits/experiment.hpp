// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_EXPERIMENT_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_EXPERIMENT_HPP

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include <lr_scheduler/fmt.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "data.hpp"
#include "plan.hpp"
#include "progress.hpp"
#include "results.hpp"
#include "training.hpp"

namespace digits {

/// Trains, and calls after_epoch(scheduler, result) after each epoch.
template <class AfterEpoch>
Result train(const Data& data, const Plan& plan, float rate, std::uint64_t seed, std::uint64_t epochs,
             AfterEpoch&& after_epoch) {
  Training training(data.training, seed, rate);
  const auto scheduler = plan.bind(training.optimizer);
  Result result{.label = plan.label};
  for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::int64_t batch = 0; batch < training.batches_per_epoch(); ++batch) {
      const float rate_of_update = training.optimizer.param_groups[0].lr;
      const float loss = training.update();
      scheduler->step(loss);
      result.updates.push_back({rate_of_update, loss});
    }
    result.test_accuracies.push_back(training.accuracy(data.test));
    after_epoch(*scheduler, result);
  }
  return result;
}

/// Trains once, at the plan's rate, and prints a line for each epoch.
inline Result train_and_print(const Data& data, const Plan& plan, std::uint64_t seed, std::uint64_t epochs) {
  fmt::print("{}, seed {}\n{:>5}  {:>9}  {:>13}  {:>13}\n", plan.label, seed, "epoch", "rate", "training loss",
             "test accuracy");
  Progress progress(epochs);
  const auto print_epoch = [&](const lr_scheduler::Scheduler<float>& scheduler, const Result& result) {
    const std::size_t epoch = result.test_accuracies.size();
    progress.clear();
    fmt::print("{:>5}  {:>9.3g}  {:>13.4f}  {:>11.2f} %\n", epoch, result.updates.back().rate,
               result.training_loss(epoch - 1), 100 * result.test_accuracies.back());
    if (epoch == epochs) fmt::print("{}\n\n", scheduler);
    progress.advance();
  };
  return train(data, plan, plan.rate, seed, epochs, print_epoch);
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_EXPERIMENT_HPP
