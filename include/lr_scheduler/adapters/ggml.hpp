// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ADAPTERS_GGML_HPP
#define LR_SCHEDULER_ADAPTERS_GGML_HPP

#if !__has_include(<ggml-opt.h>)
#error "lr_scheduler/adapters/ggml.hpp needs ggml's ggml-opt.h"
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ggml-opt.h>
#include <limits>
#include <stdexcept>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>

namespace lr_scheduler {

/// ggml's parameters of an update. The rate is AdamW's and SGD's alike, as they do not say which of the two will read
/// them; momentum is AdamW's beta1. ggml aborts the program for a rate of 0, so the smallest positive number stands in
/// its place, which changes no weight that it can be seen in. Throws std::invalid_argument where the two rates differ.
template <>
struct optimizer_traits<ggml_opt_optimizer_params> {
  using scalar_type = float;

  [[nodiscard]] static std::size_t size(ggml_opt_optimizer_params&) noexcept { return 1; }
  [[nodiscard]] static float lr(ggml_opt_optimizer_params& parameters, std::size_t) {
    const float adamw = parameters.adamw.alpha;
    const float sgd = parameters.sgd.alpha;
    if (adamw < sgd || adamw > sgd) {
      throw std::invalid_argument("ggml_opt_optimizer_params: adamw.alpha is " + detail::text_of(adamw) +
                                  " and sgd.alpha is " + detail::text_of(sgd) + ": give both the same rate");
    }
    return adamw;
  }
  static void set_lr(ggml_opt_optimizer_params& parameters, std::size_t, float lr) noexcept {
    parameters.adamw.alpha = parameters.sgd.alpha = std::max(lr, std::numeric_limits<float>::min());
  }
  [[nodiscard]] static float momentum(ggml_opt_optimizer_params& parameters, std::size_t) noexcept {
    return parameters.adamw.beta1;
  }
  static void set_momentum(ggml_opt_optimizer_params& parameters, std::size_t, float momentum) noexcept {
    parameters.adamw.beta1 = momentum;
  }
};

/// A schedule that gives each update of a ggml_opt_context its parameters:
///
///     GgmlScheduler scheduler(parameters, schedule::CosineAnnealing<float>{.T_max = 1000});
///     opt_params.get_opt_pars = GgmlScheduler::next;
///     opt_params.get_opt_pars_ud = &scheduler;
///
/// ggml asks for them once before each update of the weights, and neither for the other batches of an accumulated
/// gradient nor in validation. The context holds the scheduler's address, so that it cannot be moved. ggml_opt_fit()
/// passes user data of its own: see ggml_parameters_of_epoch().
class GgmlScheduler {
 public:
  /// Throws as Scheduled's constructor does, and std::invalid_argument where the rates of AdamW and SGD differ.
  GgmlScheduler(const ggml_opt_optimizer_params& parameters, const AnySchedule<float>& schedule)
      : parameters_(parameters), scheduler_(parameters_, schedule) {}
  GgmlScheduler(const GgmlScheduler&) = delete;
  GgmlScheduler& operator=(const GgmlScheduler&) = delete;

  /// The parameters of the update that is due; moves on to the next. What it takes is a GgmlScheduler's address.
  [[nodiscard]] static ggml_opt_optimizer_params next(void* scheduler) {
    GgmlScheduler& self = *static_cast<GgmlScheduler*>(scheduler);
    const ggml_opt_optimizer_params parameters = self.parameters_;
    self.scheduler_.step();
    return parameters;
  }

  /// Of the next update.
  [[nodiscard]] ggml_opt_optimizer_params& parameters() noexcept { return parameters_; }
  [[nodiscard]] const ggml_opt_optimizer_params& parameters() const noexcept { return parameters_; }

  /// Its rates and its state. last_epoch() counts updates. Let next() step it.
  [[nodiscard]] Scheduler<float>& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] const Scheduler<float>& scheduler() const noexcept { return scheduler_; }

 private:
  ggml_opt_optimizer_params parameters_;
  Scheduled<AnySchedule<float>, float> scheduler_;
};

/// The parameters of an epoch of ggml_opt_fit(), whose user data is a pointer to the epoch's number, from 1:
///
///     static const ggml_opt_optimizer_params parameters = ...;
///     const auto of_epoch = [](void* epoch) {
///       return ggml_parameters_of_epoch(parameters, schedule::CosineAnnealing<float>{.T_max = 30}, epoch);
///     };
///     ggml_opt_fit(..., of_epoch, 30, ...);
///
/// They are those of the schedule's epoch 0 in the first epoch. Throws as Scheduled's constructor does.
[[nodiscard]] inline ggml_opt_optimizer_params ggml_parameters_of_epoch(ggml_opt_optimizer_params parameters,
                                                                        const AnySchedule<float>& schedule,
                                                                        const void* epoch) {
  Scheduled<AnySchedule<float>, float> scheduler(parameters, schedule);
  scheduler.step_by(*static_cast<const std::int64_t*>(epoch) - 1);
  return parameters;
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ADAPTERS_GGML_HPP
