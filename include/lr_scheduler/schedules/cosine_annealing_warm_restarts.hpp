// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_WARM_RESTARTS_HPP
#define LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_WARM_RESTARTS_HPP

#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// eta_min + (base_lr - eta_min) (1 + cos(pi T_cur / T_i)) / 2: half a cosine wave again and again, each cycle T_mult
/// times as long as the one before it. T_cur is the time since the last restart, T_i the length of the cycle.
///
///     {.T_0 = 2, .T_mult = 2}, base rate 0.1: 0.1, 0.05 | 0.1, 0.0854, 0.05, 0.0146 | 0.1 ...
///
/// Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter, 2017, "SGDR"
/// (arXiv:1608.03983).
template <Scalar T>
struct CosineAnnealingWarmRestarts {
  Required<Epoch> T_0;  ///< Epochs of the first cycle, positive. Required.
  Count T_mult = 1;     ///< How many times as long each cycle is as the one before, at least 1.
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

  struct Curve {
    using C = detail::compute_t<T>;
    detail::Way<C> way;  ///< From the base rate to eta_min.
    C eta_min;
    [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
      return static_cast<T>(way(C(group.base_lr), eta_min));
    }
  };

  [[nodiscard]] constexpr Curve at(Time t) const { return {way(t), detail::compute_t<T>(eta_min)}; }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    const Cycle now = cycle_at(t);
    if (now.is_too_long) return {};
    return detail::leg_between_rates(now.epoch, now.length, group.base_lr, eta_min);
  }

  friend bool operator==(const CosineAnnealingWarmRestarts&, const CosineAnnealingWarmRestarts&) = default;

 private:
  /// An epoch in its cycle. The last cycle that an Epoch can begin may be too long for one.
  struct Cycle {
    Epoch epoch;
    Epoch length;  ///< Of the one before where it is too long.
    bool is_too_long = false;
  };
  [[nodiscard]] constexpr Cycle cycle_at(Epoch t) const {
    const Epoch multiple = T_mult;
    Epoch cycle = T_0;
    if (multiple == 1) return {t % cycle, cycle};
    const Epoch longest = std::numeric_limits<Epoch>::max() / multiple;
    while (t >= cycle) {
      t -= cycle;
      if (cycle > longest) return {t, cycle, true};
      cycle *= multiple;
    }
    return {t, cycle};
  }
  [[nodiscard]] constexpr detail::Way<detail::compute_t<T>> way(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const Cycle now = cycle_at(t.epoch);
    if (!now.is_too_long) return detail::cosine_way<C>(Time(now.epoch, t.fraction), now.length);
    return detail::cosine_way<C>(Parts(C(now.epoch)), Parts(C(C(now.length) * C(Epoch(T_mult)))));
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_WARM_RESTARTS_HPP
