// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_LR_HPP

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

/// eta_min + (base_lr - eta_min) (1 + cos(pi t / T_max)) / 2: half a cosine wave from base_lr at 0
/// to eta_min at T_max. After it the rate rebounds, with period 2 T_max, or holds.
///
///     {.T_max = 4}, base rate 0.1: 0.1, 0.0854, 0.05, 0.0146, 0, then 0.0146, 0.05 ... or 0, 0 ...
///
/// Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter, 2017, "SGDR"
/// (arXiv:1608.03983), without the restarts.
template <Scalar T>
struct CosineAnnealing {
  using C = detail::compute_t<T>;

  Required<Epoch> T_max;                   ///< Epochs from base_lr to eta_min, positive. Required.
  T eta_min = T(0);                        ///< The lowest rate, not negative.
  AfterEnd after_end = AfterEnd::rebound;  ///< What follows T_max: rebound or hold.

  static constexpr std::string_view name = "CosineAnnealingLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("T_max", self.T_max);
    visit("eta_min", self.eta_min);
    visit("after_end", self.after_end);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("T_max", T_max);
    check.not_negative("eta_min", eta_min);
    if (after_end == AfterEnd::error) check.refuse("after_end must be rebound or hold, got error");
  }

  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return Curve{way(t), C(eta_min)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return Curve{way(t), C(eta_min)}(group); }

  /// The rate at epoch t, from the one that is there; never below zero.
  [[nodiscard]] auto next(Epoch t) const {
    const C left = way(t).remaining();
    if (t == 0 || (after_end == AfterEnd::hold && t > T_max)) return Next{C(1), C(0), C(0)};
    const C left_before = way(t - 1).remaining();
    if (left_before == C(0)) return Next{C(1), left, C(eta_min)};
    return Next{C(left / left_before), C(0), C(eta_min)};
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const CosineAnnealing&, const CosineAnnealing&) = default;

 private:
  struct Curve {
    detail::Blend<C> way;
    C eta_min;
    T operator()(const Group<T>& group) const noexcept { return static_cast<T>(way(C(group.base_lr), eta_min)); }
  };

  /// The distance from eta_min times ratio, plus a share of the base rate's: on the way up from the
  /// bottom, where the distance is zero, there is no ratio.
  struct Next {
    C ratio;
    C share;
    C eta_min;
    T operator()(const T& lr, const Group<T>& group) const noexcept {
      C value = C(lr);
      if (share != C(0)) {
        value = C(value + (C(group.base_lr) - eta_min) * share);
      } else if (ratio != C(1)) {
        value = C(eta_min + (value - eta_min) * ratio);
      }
      return detail::to_rate<T>(std::max(value, C(0)));
    }
  };

  /// How far t is from base_lr to eta_min.
  template <detail::TimePoint Time>
  [[nodiscard]] detail::Blend<C> way(Time t) const {
    const auto half_period = static_cast<Time>(T_max.value());
    if (after_end == AfterEnd::hold) {
      return detail::cosine_blend<C>(std::min(t, half_period), half_period);
    }
    const Time n = detail::remainder(t, T_max);
    const bool rises = detail::quotient(t, T_max) % 2 != 0;
    return detail::cosine_blend<C>(rises ? half_period - n : n, half_period);
  }
};

}  // namespace schedule

/// schedule::CosineAnnealing bound to an optimizer: torch.optim.lr_scheduler.CosineAnnealingLR.
template <Scalar T>
class CosineAnnealingLR : public Scheduled<schedule::CosineAnnealing<T>, T> {
 public:
  using Scheduled<schedule::CosineAnnealing<T>, T>::Scheduled;
};

template <Optimizer O>
CosineAnnealingLR(O&, schedule::CosineAnnealing<scalar_t<O>>) -> CosineAnnealingLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_COSINE_ANNEALING_LR_HPP
