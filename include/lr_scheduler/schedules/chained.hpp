// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_CHAINED_HPP
#define LR_SCHEDULER_SCHEDULES_CHAINED_HPP

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// Several schedules at once. If all are factors (Step, MultiStep, Constant, Linear, Exponential, Polynomial,
/// LinearWarmup and combinators of them), the rate is the base rate times their product. Otherwise each in turn moves
/// the rate that the one before it left; one that knows only a closed form replaces it. Of momentum the last that
/// drives it decides.
///
///     {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 2},
///                    Exponential<double>{.gamma = 0.5}}}, base rate 0.8: 0.4, 0.2, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.ChainedScheduler.
template <Scalar T>
struct Chained {
  std::vector<AnySchedule<T>> schedules{};  ///< At least one.

  static constexpr std::string_view name = "ChainedScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedulers", self.schedules);
  }

  /// Throws std::invalid_argument if an option of a schedule in it is out of range, or there is none.
  void validate() const { detail::validate_children(detail::Check(name), schedules); }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    if (is_one()) return schedules.front().abilities(group);
    Abilities all{.continuous = true, .factor = true, .chains = true};
    for (const auto& schedule : schedules) {
      const Abilities child = schedule.abilities(group);
      all.factor = all.factor && child.factor;
      all.continuous = all.continuous && child.continuous && child.factor;
      all.momentum = all.momentum || child.momentum;
    }
    all.closed_form = all.factor;
    return all;
  }

  void at(Time t, const Rates<T>& rates) const {
    if (is_one()) return schedules.front().at(t, rates);
    const Factor<T> product{factor(t).rounded()};
    if (rates.momentums != nullptr) {
      for (const auto& schedule : schedules) schedule.at(t, rates);
    }
    rates.apply(product);
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  void next(Epoch t, const Rates<T>& rates) const {
    if (is_one()) return schedules.front().next(t, rates);
    if (!is_product()) {
      for (const auto& schedule : schedules) schedule.next(t, rates);
    } else if (!detail::move_by_ratio(*this, t, rates)) {
      at(Time(t, 0), rates);
    }
  }
  void start(const Rates<T>& rates) const {
    if (is_one()) return schedules.front().start(rates);
    if (is_product()) return at(Time(0), rates);
    for (std::size_t i = 0; i < rates.lrs.size(); ++i) rates.lrs[i] = rates.base_lrs[i];
    next(0, rates);
  }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const {
    detail::Product<detail::compute_t<T>> product = schedules.front().factor(t);
    for (std::size_t i = 1; i < schedules.size(); ++i) product *= schedules[i].factor(t);
    return product;
  }
  /// Multiplies by the ratios of the factors in it, each by itself; false where one of them has none.
  [[nodiscard]] bool multiply_ratio(Epoch t, detail::Product<detail::compute_t<T>>& ratio) const {
    for (const auto& schedule : schedules) {
      if (!schedule.multiply_ratio(t, ratio)) return false;
    }
    return true;
  }
  [[nodiscard]] bool is_factor() const { return is_product(); }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return detail::first_change(schedules, t); }

  [[nodiscard]] detail::Leg leg(Epoch t, const Group<T>& group) const {
    return is_one() ? schedules.front().leg(t, group) : detail::Leg{};
  }

  friend bool operator==(const Chained&, const Chained&) = default;

 private:
  [[nodiscard]] bool is_one() const { return schedules.size() == 1; }

  /// Whether all of several are factors.
  [[nodiscard]] bool is_product() const {
    return std::all_of(schedules.begin(), schedules.end(),
                       [](const AnySchedule<T>& schedule) { return schedule.is_factor(); });
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_CHAINED_HPP
