// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_SWA_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_SWA_LR_HPP

#include <algorithm>
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

/// From the rate that is there to swa_lr in anneal_epochs, then swa_lr: the rate of stochastic
/// weight averaging. Late in a sequence it begins at the rate that its predecessor left.
///
///     {.swa_lr = 0.05, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear}, base rate
///     0.1: 0.1, 0.075, 0.05, 0.05 ...
///
/// Source: torch.optim.swa_utils.SWALR; Izmailov et al., 2018, "Averaging Weights Leads to Wider
/// Optima and Better Generalization" (arXiv:1803.05407).
template <Scalar T>
struct SWA {
  OneOrPerGroup<T> swa_lr;                               ///< The last rate; one or one for each group. Required.
  Epoch anneal_epochs = 10;                              ///< Epochs on the way, not negative; 0 is already there.
  AnnealStrategy anneal_strategy = AnnealStrategy::cos;  ///< cos or linear.

  static constexpr std::string_view name = "SWALR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("swa_lr", self.swa_lr);
    visit("anneal_epochs", self.anneal_epochs);
    visit("anneal_strategy", self.anneal_strategy);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.each("swa_lr", swa_lr, [&](std::string_view field, const T& value) { check.not_negative(field, value); });
    check.not_negative("anneal_epochs", anneal_epochs);
  }

  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return curve(t); }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return curve(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return curve(t)(group); }

  /// The rate at epoch t, from the one that is there; never below zero.
  [[nodiscard]] auto next(Epoch t) const {
    const C left = way(t).remaining();
    const C left_before = t == 0 ? C(1) : way(t - 1).remaining();
    return [this, ratio = left_before == C(0) ? C(0) : C(left / left_before)](const T& lr,
                                                                              const Group<T>& group) noexcept {
      if (ratio == C(1)) return lr;
      const C target = C(swa_lr[group.index]);
      return detail::to_rate<T>(std::max(C(target + (C(lr) - target) * ratio), C(0)));
    };
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  [[nodiscard]] static constexpr bool starts_from_current() { return true; }

  friend bool operator==(const SWA&, const SWA&) = default;

 private:
  using C = detail::compute_t<T>;

  template <detail::TimePoint Time>
  [[nodiscard]] auto curve(Time t) const {
    return [this, way = way(t)](const Group<T>& group) noexcept {
      return static_cast<T>(way(C(group.base_lr), C(swa_lr[group.index])));
    };
  }

  /// How far t is from the first rate to swa_lr.
  template <detail::TimePoint Time>
  [[nodiscard]] detail::Blend<C> way(Time t) const {
    const auto end = static_cast<Time>(anneal_epochs);
    if (t >= end) return {C(0), false};
    return anneal_strategy == AnnealStrategy::cos ? detail::cosine_blend<C>(t, end) : detail::linear_blend<C>(t, end);
  }
};

}  // namespace schedule

/// schedule::SWA bound to an optimizer: torch.optim.swa_utils.SWALR.
template <Scalar T>
class SWALR : public Scheduled<schedule::SWA<T>, T> {
 public:
  using Scheduled<schedule::SWA<T>, T>::Scheduled;
};

template <Optimizer O>
SWALR(O&, schedule::SWA<scalar_t<O>>) -> SWALR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_SWA_LR_HPP
