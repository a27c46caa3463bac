// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_DETAIL_PHASES_HPP
#define LR_SCHEDULER_FRAMEWORKS_DETAIL_PHASES_HPP

#include <utility>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/base_rate.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/schedules/scaled.hpp>
#include <lr_scheduler/schedules/sequential.hpp>

namespace lr_scheduler::detail {

/// One schedule until a step, then another, without its first `skipped` steps.
template <Scalar T>
[[nodiscard]] AnySchedule<T> then(AnySchedule<T> first, Epoch step, AnySchedule<T> second, Epoch skipped = 0) {
  if (skipped > 0) second = schedule::Retimed<T>{.schedule = std::move(second), .begin = skipped};
  return schedule::Sequential<T>{.schedules = {std::move(first), std::move(second)}, .milestones = {step}};
}

/// The same factor of the base rate for ever.
template <Scalar T>
[[nodiscard]] AnySchedule<T> constant_factor(const T& factor) {
  return schedule::Anneal<T>{.steps = 0, .end_factor = factor};
}

/// A rate that is given, whatever the group's own.
template <Scalar T>
[[nodiscard]] AnySchedule<T> of_rate(const T& lr, AnySchedule<T> schedule) {
  return schedule::BaseRate<T>{.schedule = std::move(schedule), .base_lr = lr};
}

/// floor + (base_lr - floor) * factor: from the base rate to another, or back.
template <Scalar T>
[[nodiscard]] AnySchedule<T> above(const T& floor, AnySchedule<T> factor) {
  return schedule::Scaled<T>{.schedule = constant_factor(T(1)), .by = std::move(factor), .floor = floor};
}

/// How many steps a decay that ends at `end` has after a warm-up: none where that takes longer.
[[nodiscard]] constexpr Epoch steps_after(Epoch warmup_steps, Epoch end) {
  return larger<Epoch>(end - warmup_steps, 0);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_FRAMEWORKS_DETAIL_PHASES_HPP
