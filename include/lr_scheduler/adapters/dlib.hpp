// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ADAPTERS_DLIB_HPP
#define LR_SCHEDULER_ADAPTERS_DLIB_HPP

#if !__has_include(<dlib/dnn.h>)
#error "lr_scheduler/adapters/dlib.hpp needs dlib (Debian: libdlib-dev)"
#endif

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dlib/dnn.h>

#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>

namespace lr_scheduler {

/// dlib::dnn_trainer, a rate for the whole network. dlib takes positive rates only, cuts them
/// itself unless told trainer.set_learning_rate_shrink_factor(1), and each change of the rate waits
/// for the trainer's thread and drops its history of losses. For a step a batch rather sample the
/// schedule: see learning_rate_schedule(). dlib's solvers have no momentum that could be set.
template <class Network, class Solver>
struct optimizer_traits<dlib::dnn_trainer<Network, Solver>> {
  using Trainer = dlib::dnn_trainer<Network, Solver>;
  using scalar_type = double;

  [[nodiscard]] static std::size_t size(Trainer&) noexcept { return 1; }
  [[nodiscard]] static double lr(Trainer& trainer, std::size_t) { return trainer.get_learning_rate(); }
  static void set_lr(Trainer& trainer, std::size_t, double lr) {
    // dlib leaves a rate of 0 to an assertion that many builds leave out.
    if (!(lr > 0)) {
      throw std::invalid_argument("dlib takes positive rates only, got " + detail::text_of(lr));
    }
    if (trainer.get_learning_rate() != lr) trainer.set_learning_rate(lr);
  }
};

/// The rates of epochs 0 to steps - 1 as dnn_trainer takes them:
///
///     trainer.set_learning_rate_schedule(learning_rate_schedule(schedule, 0.1, 1000));
///
/// dlib then sets a rate for each batch without waiting or dropping anything. It uses the first
/// rate for the first two batches, so that batch k has the rate of epoch k - 1. train() ends once
/// 0.99 times the last is below the smallest: where it is not, the smallest stands once more at the
/// end. Throws std::invalid_argument for options out of range, steps below 1 and a rate that is not
/// positive.
template <class S>
  requires Schedule<S, double>
[[nodiscard]] dlib::matrix<double, 0, 1> learning_rate_schedule(S schedule, double base_lr, Epoch steps) {
  if (steps < 1) {
    throw std::invalid_argument("learning_rate_schedule: steps must be positive, got " + std::to_string(steps));
  }
  ParamGroup<double> group{.lr = base_lr};
  Scheduled<S, double> scheduler(group, std::move(schedule));
  std::vector<double> rates;
  for (Epoch t = 0; t < steps; ++t) {
    if (t > 0) scheduler.step();
    if (!(group.lr > 0)) {
      throw std::invalid_argument("learning_rate_schedule: dlib takes positive rates only, got " +
                                  detail::text_of(group.lr) + " at epoch " + std::to_string(t));
    }
    rates.push_back(group.lr);
  }
  const double smallest = *std::min_element(rates.begin(), rates.end());
  if (rates.back() * 0.99 >= smallest) rates.push_back(smallest);
  dlib::matrix<double, 0, 1> result(static_cast<long>(rates.size()));
  std::copy(rates.begin(), rates.end(), result.begin());
  return result;
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ADAPTERS_DLIB_HPP
