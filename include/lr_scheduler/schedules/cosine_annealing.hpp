// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_HPP
#define LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// eta_min + (base_lr - eta_min) (1 + cos(pi t / T_max)) / 2: half a cosine wave from base_lr at 0 to eta_min at T_max.
/// After it the rate rebounds, with period 2 T_max, or holds.
///
///     {.T_max = 4}, base rate 0.1: 0.1, 0.0854, 0.05, 0.0146, 0, then 0.0146, 0.05 ... or 0, 0 ...
///
/// Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter, 2017, "SGDR" (arXiv:1608.03983), without
/// the restarts.
template <Scalar T>
struct CosineAnnealing {
  Required<Epoch> T_max;  ///< Epochs from base_lr to eta_min, positive. Required.
  T eta_min = T(0);       ///< The lowest rate, not negative.
  Choice<AfterEnd::rebound, AfterEnd::hold> after_end = AfterEnd::rebound;  ///< What follows T_max.

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
    check.choice("after_end", after_end);
  }

  struct Curve {
    using C = detail::compute_t<T>;
    detail::Way<C> way{};  ///< From the base rate to eta_min.
    C eta_min = C(0);

    [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
      return static_cast<T>(way(C(group.base_lr), eta_min));
    }

    /// The distance from eta_min times a ratio. From the bottom up, where there is no distance and so no ratio, a
    /// share of the base rate's distance is added. Never below zero.
    struct Move {
      C ratio;
      C share;
      C eta_min;
      [[nodiscard]] constexpr T operator()(const T& lr, const Group<T>& group) const {
        C value = C(lr);
        if (share != C(0)) {
          value = C(value + (C(group.base_lr) - eta_min) * share);
        } else if (ratio != C(1)) {
          value = C(eta_min + (value - eta_min) * ratio);
        }
        return detail::to_rate<T>(detail::larger(value, C(0)));
      }
    };
    [[nodiscard]] constexpr Move after(const Curve& before) const {
      const C left = way.left();
      const C left_before = before.way.left();
      if (left == left_before) return {C(1), C(0), eta_min};
      if (left_before == C(0)) return {C(1), left, eta_min};
      return {C(left / left_before), C(0), eta_min};
    }
  };

  [[nodiscard, gnu::always_inline]] constexpr Curve at(Time t) const {
    using C = detail::compute_t<T>;
    const Epoch half_period = T_max;
    bool is_on_way_up = false;
    if (t.epoch >= half_period) {
      if (after_end == AfterEnd::hold) return {detail::Way<C>::end(), C(eta_min)};
      is_on_way_up = t.epoch / half_period % 2 != 0;
      t.epoch %= half_period;
    }
    const detail::Way<C> way = detail::cosine_way<C>(t, half_period);
    return {{way.distance(), way.from_start != is_on_way_up}, C(eta_min)};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    const Epoch half_period = T_max;
    if (t >= half_period && after_end == AfterEnd::hold) return {};
    const bool goes_up = t / half_period % 2 != 0;
    const T start = goes_up ? eta_min : group.base_lr;
    const T end = goes_up ? group.base_lr : eta_min;
    return detail::leg_between_rates(t % half_period, half_period, start, end);
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return T_max; }

  friend bool operator==(const CosineAnnealing&, const CosineAnnealing&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_COSINE_ANNEALING_HPP
