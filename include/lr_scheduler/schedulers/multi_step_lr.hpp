// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_MULTI_STEP_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_MULTI_STEP_LR_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

/// base_lr * gamma^n, n the number of milestones that are at t or before it.
///
///     {.milestones = {30, 80}, .gamma = 0.1}, base rate 0.1: 0.1 at 0 to 29, 0.01 at 30 to 79,
///     0.001
///
/// Source: torch.optim.lr_scheduler.MultiStepLR.
template <Scalar T>
struct MultiStep {
  std::vector<Epoch> milestones{};  ///< Epochs, not negative, in any order; repeats count.
  T gamma = T(0.1L);                ///< Factor of each decay, not negative.

  static constexpr std::string_view name = "MultiStepLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("milestones", self.milestones);
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    for (std::size_t i = 0; i < milestones.size(); ++i) {
      check.not_negative("milestones[" + std::to_string(i) + "]", milestones[i]);
    }
    check.not_negative("gamma", gamma);
  }

  [[nodiscard]] detail::compute_t<T> multiplier(Epoch t) const {
    return gamma_to_the(std::count_if(milestones.begin(), milestones.end(), [t](Epoch m) { return m <= t; }));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const {
    return detail::Rescaled<T>{gamma_to_the(std::count(milestones.begin(), milestones.end(), t))};
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const MultiStep&, const MultiStep&) = default;

 private:
  [[nodiscard]] detail::compute_t<T> gamma_to_the(Epoch n) const {
    using C = detail::compute_t<T>;
    return detail::clamp_overflow(detail::power(C(gamma), C(n)));
  }
};

}  // namespace schedule

/// schedule::MultiStep bound to an optimizer: torch.optim.lr_scheduler.MultiStepLR.
template <Scalar T>
class MultiStepLR : public Scheduled<schedule::MultiStep<T>, T> {
 public:
  using Scheduled<schedule::MultiStep<T>, T>::Scheduled;
};

template <Optimizer O>
MultiStepLR(O&, schedule::MultiStep<scalar_t<O>> = {}) -> MultiStepLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_MULTI_STEP_LR_HPP
