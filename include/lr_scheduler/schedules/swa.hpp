// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_SWA_HPP
#define LR_SCHEDULER_SCHEDULES_SWA_HPP

#include <array>
#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// From the rate that is there to swa_lr in anneal_epochs, then swa_lr: the rate of stochastic weight averaging. Late
/// in a sequence it begins at the rate that its predecessor left.
///
///     {.swa_lr = 0.05, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear}, base rate 0.1:
///     0.1, 0.075, 0.05, 0.05 ...
///
/// Source: torch.optim.swa_utils.SWALR; Izmailov et al., 2018, "Averaging Weights Leads to Wider Optima and Better
/// Generalization" (arXiv:1803.05407).
template <Scalar T>
struct SWA {
  OneOrPerGroup<T> swa_lr;                               ///< The last rate; one or one for each group. Required.
  Count anneal_epochs = 10;                              ///< Epochs on the way, not negative; 0 is already there.
  AnnealStrategy anneal_strategy = AnnealStrategy::cos;  ///< cos or linear.

  static constexpr std::string_view name = "SWALR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("swa_lr", self.swa_lr);
    visit("anneal_epochs", self.anneal_epochs);
    visit("anneal_strategy", self.anneal_strategy);
  }

  static constexpr bool goes_on = true;

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("swa_lr", swa_lr);
    check.not_negative("anneal_epochs", anneal_epochs);
  }

  struct Curve {
    using C = detail::compute_t<T>;
    detail::Way<C> way{};  ///< From the first rate to swa_lr.
    typename OneOrPerGroup<T>::View swa_lr{};

    [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
      return rate(group.base_lr, swa_lr[group.index]);
    }
    static constexpr bool uses_base = true;
    [[nodiscard]] constexpr std::array<typename OneOrPerGroup<T>::View, 1> columns() const { return {swa_lr}; }
    [[nodiscard]] constexpr T rate(const T& base_lr, const T& last) const {
      return static_cast<T>(way(C(base_lr), C(last)));
    }
    /// The distance from swa_lr times a ratio; never below zero.
    struct Move {
      C ratio;
      typename OneOrPerGroup<T>::View swa_lr;
      [[nodiscard]] constexpr T operator()(const T& lr, const Group<T>& group) const {
        if (ratio == C(1)) return lr;
        const C target = C(swa_lr[group.index]);
        return detail::to_rate<T>(detail::larger(C(target + (C(lr) - target) * ratio), C(0)));
      }
    };
    [[nodiscard]] constexpr Move after(const Curve& before) const {
      const C left_before = before.way.left();
      return {left_before == C(0) ? C(0) : C(way.left() / left_before), swa_lr};
    }
  };

  [[nodiscard]] constexpr Curve at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch >= anneal_epochs) return {detail::Way<C>::end(), swa_lr.view()};
    return {detail::annealed_way<C>(anneal_strategy, t, Epoch(anneal_epochs)), swa_lr.view()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < anneal_epochs ? t + 1 : std::numeric_limits<Epoch>::max();
  }
  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const { return anneal_epochs; }

  friend bool operator==(const SWA&, const SWA&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_SWA_HPP
