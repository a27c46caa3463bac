// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_WARM_RESTARTS_HPP
#define LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_WARM_RESTARTS_HPP

#include <concepts>
#include <limits>
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

/// eta_min + (base_lr - eta_min) (1 + cos(pi T_cur / T_i)) / 2: half a cosine wave again and again,
/// each cycle T_mult times as long as the one before it. T_cur is the time since the last restart,
/// T_i the length of the cycle.
///
///     {.T_0 = 2, .T_mult = 2}, base rate 0.1: 0.1, 0.05 | 0.1, 0.0854, 0.05, 0.0146 | 0.1 ...
///
/// Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter, 2017,
/// "SGDR" (arXiv:1608.03983).
template <Scalar T>
struct CosineAnnealingWarmRestarts {
  Required<Epoch> T_0;  ///< Epochs of the first cycle, positive. Required.
  Epoch T_mult = 1;     ///< How many times as long each cycle is as the one before, at least 1.
  T eta_min = T(0);     ///< The lowest rate, not negative; approached, as a cycle ends before it.

  static constexpr std::string_view name = "CosineAnnealingWarmRestarts";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("T_0", self.T_0);
    visit("T_mult", self.T_mult);
    visit("eta_min", self.eta_min);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("T_0", T_0);
    check.positive("T_mult", T_mult);
    check.not_negative("eta_min", eta_min);
  }

  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return curve(t); }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return curve(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return curve(t)(group); }

  friend bool operator==(const CosineAnnealingWarmRestarts&, const CosineAnnealingWarmRestarts&) = default;

 private:
  using C = detail::compute_t<T>;

  template <detail::TimePoint Time>
  [[nodiscard]] auto curve(Time t) const {
    return [way = way(t), low = C(eta_min)](const Group<T>& group) noexcept {
      return static_cast<T>(way(C(group.base_lr), low));
    };
  }

  /// How far t is from base_lr to eta_min, in its cycle.
  template <detail::TimePoint Time>
  [[nodiscard]] detail::Blend<C> way(Time t) const {
    Epoch cycle = T_0;
    if (T_mult == 1) {
      return detail::cosine_blend<C>(detail::remainder(t, cycle), static_cast<Time>(cycle));
    }
    while (t >= static_cast<Time>(cycle)) {
      t -= static_cast<Time>(cycle);
      if (cycle > std::numeric_limits<Epoch>::max() / T_mult) {
        return detail::cosine_blend<C>(C(t), C(C(cycle) * C(T_mult)));
      }
      cycle *= T_mult;
    }
    return detail::cosine_blend<C>(t, static_cast<Time>(cycle));
  }
};

}  // namespace schedule

/// schedule::CosineAnnealingWarmRestarts bound to an optimizer:
/// torch.optim.lr_scheduler.CosineAnnealingWarmRestarts. PyTorch's step(epoch + batch / batches) is
/// seek_time().
template <Scalar T>
class CosineAnnealingWarmRestarts : public Scheduled<schedule::CosineAnnealingWarmRestarts<T>, T> {
 public:
  using Scheduled<schedule::CosineAnnealingWarmRestarts<T>, T>::Scheduled;
};

template <Optimizer O>
CosineAnnealingWarmRestarts(O&, schedule::CosineAnnealingWarmRestarts<scalar_t<O>>)
    -> CosineAnnealingWarmRestarts<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_WARM_RESTARTS_HPP
