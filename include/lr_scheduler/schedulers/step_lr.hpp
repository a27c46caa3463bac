// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_STEP_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_STEP_LR_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>

namespace lr_scheduler {
namespace schedule {

/// base_lr * gamma^floor(t / step_size): the rate falls to gamma of itself every step_size epochs.
///
///     {.step_size = 30, .gamma = 0.1}, base rate 0.1: 0.1 at 0 to 29, 0.01 at 30 to 59, 0.001 ...
///
/// Source: torch.optim.lr_scheduler.StepLR.
template <Scalar T>
struct Step {
  Required<Epoch> step_size;  ///< Epochs between two decays, positive. Required.
  T gamma = T(0.1L);          ///< Factor of each decay, not negative.

  static constexpr std::string_view name = "StepLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("step_size", self.step_size);
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("step_size", step_size);
    check.not_negative("gamma", gamma);
  }

  [[nodiscard]] detail::compute_t<T> multiplier(Epoch t) const {
    using C = detail::compute_t<T>;
    return detail::clamp_overflow(detail::power(C(gamma), C(t / step_size)));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const {
    const bool decays = t > 0 && t % step_size == 0;
    return detail::Rescaled<T>{detail::compute_t<T>(decays ? gamma : T(1))};
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace schedule

/// schedule::Step bound to an optimizer: torch.optim.lr_scheduler.StepLR.
template <Scalar T>
class StepLR : public Scheduled<schedule::Step<T>, T> {
 public:
  using Scheduled<schedule::Step<T>, T>::Scheduled;
};

template <Optimizer O>
StepLR(O&, schedule::Step<scalar_t<O>>) -> StepLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_STEP_LR_HPP
