// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_UPDATES_HPP
#define LR_SCHEDULER_UPDATES_HPP

#include <concepts>
#include <limits>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/scheduler.hpp>

namespace lr_scheduler {

/// What is trained on, and how often. All are positive.
struct TrainingLength {
  Required<Epoch> samples;                ///< In an epoch, on all machines together. Required.
  Required<Epoch> batch_size;             ///< Of one backward pass, on all machines together. Required.
  Count gradient_accumulation_steps = 1;  ///< Batches whose gradients one update adds up.
  Count epochs = 1;                       ///< Passes over the samples.
  bool drop_last = false;                 ///< Whether a last batch that is not full is left out.
};

/// How often the optimizer is updated, and a scheduler that is stepped with each update stepped: what T_max,
/// total_steps or total_iters is meant to be. Gradients that are left at the end of an epoch make an update of their
/// own, as in transformers' Trainer and Lightning.
///
///     {.samples = 1000, .batch_size = 32, .gradient_accumulation_steps = 4, .epochs = 10}: 80
///
/// Throws std::invalid_argument for a value that is not positive, for drop_last where no batch is full, and where the
/// result is larger than an Epoch.
[[nodiscard]] inline Epoch total_updates(const TrainingLength& length) {
  const detail::Check check("total_updates");
  check.positive("samples", length.samples);
  check.positive("batch_size", length.batch_size);
  check.positive("gradient_accumulation_steps", length.gradient_accumulation_steps);
  check.positive("epochs", length.epochs);
  const auto divide_up = [](Epoch count, Epoch by) { return count / by + (count % by != 0 ? 1 : 0); };
  const Epoch full_batches = length.samples / length.batch_size;
  if (length.drop_last && full_batches == 0) {
    check.refuse("samples", "must be at least batch_size where drop_last is true",
                 detail::text_of(Epoch(length.samples)));
  }
  const Epoch batches = length.drop_last ? full_batches : divide_up(length.samples, length.batch_size);
  const Epoch updates = divide_up(batches, length.gradient_accumulation_steps);
  if (updates > std::numeric_limits<Epoch>::max() / length.epochs) {
    check.refuse("epochs", "must leave a count of updates below 2^63", detail::text_of(Epoch(length.epochs)));
  }
  return updates * length.epochs;
}

/// Steps the scheduler where the optimizer was updated: a mixed-precision scaler skips the update whose gradients
/// overflow, and the rate of a skipped update is due to the next one. Throws what step() throws.
///
///     step_if(scheduler, scaler.step(optimizer));
template <Scalar T>
void step_if(Scheduler<T>& scheduler, std::same_as<bool> auto updated) {
  if (updated) scheduler.step();
}
/// The same with a metric.
template <Scalar T>
void step_if(Scheduler<T>& scheduler, std::same_as<bool> auto updated, const T& metric) {
  if (updated) scheduler.step(metric);
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_UPDATES_HPP
