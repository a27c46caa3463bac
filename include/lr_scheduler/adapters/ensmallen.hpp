// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ADAPTERS_ENSMALLEN_HPP
#define LR_SCHEDULER_ADAPTERS_ENSMALLEN_HPP

#if !__has_include(<ensmallen.hpp>)
#error "lr_scheduler/adapters/ensmallen.hpp needs ensmallen 3 (and Armadillo)"
#endif

#include <concepts>
#include <cstddef>
#include <ensmallen.hpp>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include <lr_scheduler/adapters/callback.hpp>
#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {
namespace detail {

/// One that lets another make the updates, as Lookahead does; its own StepSize() is a weight of their result.
template <class O>
concept EnsmallenWrapper = requires(O& optimizer) { optimizer.BaseOptimizer(); };

/// A decay policy sets the rate after each update, when the schedule has set it.
template <class O>
concept EnsmallenDecays = requires(O& optimizer) {
  requires !std::same_as<std::remove_cvref_t<decltype(optimizer.DecayPolicy())>, ens::NoDecay>;
};

/// As DeltaBarDelta, which reads StepSize() once, when it is constructed.
template <class O>
concept EnsmallenHasInitialRates = requires(O& optimizer) { optimizer.UpdatePolicy().InitialStepSize(); };

template <class O>
concept EnsmallenHasRate = requires(O& optimizer) {
  { optimizer.StepSize() } -> std::same_as<double&>;
};

/// Whether the optimizer calls EndEpoch().
template <class O>
inline constexpr bool has_ensmallen_epochs = false;
template <class Update, class Decay>
inline constexpr bool has_ensmallen_epochs<ens::SGD<Update, Decay>> = true;
template <class Update>
inline constexpr bool has_ensmallen_epochs<ens::BigBatchSGD<Update>> = true;
template <class Decay>
inline constexpr bool has_ensmallen_epochs<ens::SPALeRASGD<Decay>> = true;
template <>
inline constexpr bool has_ensmallen_epochs<ens::Eve> = true;

/// The rate that the optimizer makes its updates with.
template <class O>
[[nodiscard]] double& ensmallen_rate(O& optimizer) {
  if constexpr (EnsmallenWrapper<O>) {
    return ensmallen_rate(optimizer.BaseOptimizer());
  } else {
    static_assert(EnsmallenHasRate<O>, "this optimizer of ensmallen's has no rate: it has no StepSize()");
    static_assert(!EnsmallenDecays<O>,
                  "a decay policy of ensmallen's sets this optimizer's rate, as SGDR and SnapshotSGDR have one: take "
                  "ens::SGD<Update, ens::NoDecay> and schedule::CosineAnnealingWarmRestarts");
    static_assert(
        !EnsmallenHasInitialRates<O>,
        "this optimizer of ensmallen's keeps a rate for each parameter, and StepSize() is what they start at");
    return optimizer.StepSize();
  }
}

}  // namespace detail

/// Which of ensmallen's callbacks counts as a step of the schedule. All optimizers call StepTaken(), after each update;
/// SGD and all that are made of it (Adam, RMSProp ...), Eve, BigBatchSGD and SPALeRASGD call EndEpoch() too.
enum class EnsmallenStep : unsigned char { step_taken, end_epoch };

/// A callback that drives the rate of ensmallen's optimizers:
///
///     EnsmallenScheduler scheduler(schedule::CosineAnnealing<double>{.T_max = 1000});
///     optimizer.Optimize(function, coordinates, scheduler);
///
/// The base rate is StepSize() at the first Optimize(), whose first update has the rate of epoch 0; another Optimize()
/// goes on from there. Of Lookahead it drives the optimizer that Lookahead holds, and counts that one's updates. There
/// is no momentum that could be driven: ensmallen's policies copy it before the callbacks know of it. It refers to no
/// optimizer, and cannot be moved.
class EnsmallenScheduler {
 public:
  explicit EnsmallenScheduler(const AnySchedule<double>& schedule, EnsmallenStep step = EnsmallenStep::step_taken)
      : schedule_(schedule), step_(step) {
    schedule_.validate();
  }
  EnsmallenScheduler(const EnsmallenScheduler&) = delete;
  EnsmallenScheduler& operator=(const EnsmallenScheduler&) = delete;

  /// Its rates and its state; null until an optimization has begun or a state is loaded. Let ensmallen step it.
  [[nodiscard]] Scheduler<double>* scheduler() noexcept { return scheduler_ ? &*scheduler_ : nullptr; }
  [[nodiscard]] const Scheduler<double>* scheduler() const noexcept { return scheduler_ ? &*scheduler_ : nullptr; }

  /// Goes on from a state of scheduler() in the next Optimize(). Throws as Scheduler::load_state_dict() does.
  void load_state_dict(const StateDict& state) {
    const bool is_new = !scheduler_;
    if (is_new) scheduler_.emplace(lr_, schedule_);
    try {
      scheduler_->load_state_dict(state);
    } catch (...) {
      if (is_new) scheduler_.reset();
      throw;
    }
  }

  // What ensmallen calls.

  /// Throws as Scheduled's constructor does, and std::invalid_argument for epochs of an optimizer that has none.
  template <class O, class Function, class Coordinates>
  void BeginOptimization(O& optimizer, Function&, Coordinates&) {
    double& rate = detail::ensmallen_rate(optimizer);
    if (step_ == EnsmallenStep::end_epoch && !detail::has_ensmallen_epochs<O>) {
      throw std::invalid_argument("EnsmallenScheduler: this optimizer never calls EndEpoch(): step in StepTaken()");
    }
    if (!scheduler_) {
      lr_ = rate;
      scheduler_.emplace(lr_, schedule_);
    }
    rate = lr_;
  }

  template <class O, class Function, class Coordinates>
  void StepTaken(O& optimizer, Function&, const Coordinates&) {
    if (step_ == EnsmallenStep::step_taken) step(optimizer);
  }

  template <class O, class Function, class Coordinates>
  void EndEpoch(O& optimizer, Function&, const Coordinates&, std::size_t, double) {
    if (step_ == EnsmallenStep::end_epoch) step(optimizer);
  }

 private:
  template <class O>
  void step(O& optimizer) {
    if constexpr (!detail::EnsmallenWrapper<O>) {
      double& rate = detail::ensmallen_rate(optimizer);
      lr_ = rate;  // which a line search may have moved
      scheduler_->step();
      rate = lr_;
    }
  }

  AnySchedule<double> schedule_;
  EnsmallenStep step_;
  double lr_ = 1;
  std::optional<Scheduled<AnySchedule<double>, double>> scheduler_{};
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ADAPTERS_ENSMALLEN_HPP
