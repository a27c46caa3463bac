// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_SEQUENTIAL_HPP
#define LR_SCHEDULER_SCHEDULES_SEQUENTIAL_HPP

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// One schedule after the other: schedules[i + 1] takes over at milestones[i], from its own 0. There it is at its
/// at(0), from the group's base rate; a schedule without a closed form, and SWA, go on from the rate that is there. A
/// phase that drives no momentum leaves it where the phase before ends.
///
///     {.schedules = {LinearWarmup<double>{.warmup_steps = 2}, Exponential<double>{.gamma = 0.5}},
///      .milestones = {2}}, base rate 0.8: 0, 0.4, 0.8, 0.4, 0.2 ...
///
/// Source: torch.optim.lr_scheduler.SequentialLR.
template <Scalar T>
struct Sequential {
  std::vector<AnySchedule<T>> schedules{};  ///< At least one.
  Counts milestones{};                      ///< One fewer, increasing, not negative, in steps.

  static constexpr std::string_view name = "SequentialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedulers", self.schedules);
    visit("milestones", self.milestones);
  }

  /// Throws std::invalid_argument if an option, of a schedule in it too, is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_children(check, schedules);
    if (milestones.size() + 1 != schedules.size()) {
      check.refuse(std::to_string(schedules.size()) + " schedulers need " + std::to_string(schedules.size() - 1) +
                   " milestones, got " + std::to_string(milestones.size()));
    }
    check.none_negative("milestones", milestones);
    check.increasing("milestones", milestones);
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    Abilities all{};
    const std::size_t at_start = phase_of(0);
    for (std::size_t i = 0; i < schedules.size(); ++i) {
      const Abilities child = schedules[i].abilities(group);
      const bool goes_on = i == at_start ? child.goes_on : all.goes_on;
      if (i == 0) {
        all = child;
      } else {
        all.closed_form = all.closed_form && child.closed_form && !child.goes_on;
        all.continuous = all.continuous && child.continuous && all.closed_form;
        all.factor = all.factor && child.factor;
        all.momentum = all.momentum || child.momentum;
        all.own_base = false;
        all.chains = true;
      }
      all.goes_on = goes_on;
    }
    return all;
  }

  void at(Time t, const Rates<T>& rates) const {
    if (rates.momentums != nullptr) return at_with_momentum(t, rates);
    const std::size_t now = phase_of(t.epoch);
    schedules[now].at(t - begin(now), rates);
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  void next(Epoch t, const Rates<T>& rates) const {
    const std::size_t now = phase_of(t);
    if (t == begin(now) && t > 0) {
      schedules[now].start(rates);
    } else {
      schedules[now].next(t - begin(now), rates);
    }
  }
  void start(const Rates<T>& rates) const { schedules[phase_of(0)].start(rates); }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const {
    const std::size_t now = phase_of(t.epoch);
    return schedules[now].factor(t - begin(now));
  }
  [[nodiscard]] bool multiply_ratio(Epoch t, detail::Product<detail::compute_t<T>>& ratio) const {
    const std::size_t now = phase_of(t);
    if (t == begin(now) && t > 0) return detail::multiply_ratio(factor(t), factor(t - 1), ratio);
    return schedules[now].multiply_ratio(t - begin(now), ratio);
  }
  [[nodiscard]] bool is_factor() const {
    return std::all_of(schedules.begin(), schedules.end(),
                       [](const AnySchedule<T>& schedule) { return schedule.is_factor(); });
  }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const {
    const std::size_t now = phase_of(t);
    return detail::smaller(detail::saturating_sum(begin(now), schedules[now].unchanged_until(t - begin(now))),
                           end(now));
  }

  [[nodiscard]] detail::Leg leg(Epoch t, const Group<T>& group) const {
    const std::size_t now = phase_of(t);
    detail::Leg leg = schedules[now].leg(t - begin(now), group);
    leg.count = detail::smaller(leg.count, end(now) - t);
    return leg;
  }

  friend bool operator==(const Sequential&, const Sequential&) = default;

 private:
  /// Which schedule is in charge, from which epoch, and before which.
  [[nodiscard]] std::size_t phase_of(Epoch t) const { return milestones.count_up_to(t); }
  [[nodiscard]] Epoch begin(std::size_t phase) const { return phase == 0 ? 0 : milestones[phase - 1]; }
  [[nodiscard]] Epoch end(std::size_t phase) const {
    return phase < milestones.size() ? milestones[phase] : std::numeric_limits<Epoch>::max();
  }

  /// Apart, as what it needs would be set up where there is no momentum too.
  [[gnu::noinline]] void at_with_momentum(Time t, const Rates<T>& rates) const {
    const std::size_t now = phase_of(t.epoch);
    if (rates.momentum_since < begin(now) - 1) leave_momentum(now, rates);
    schedules[now].at(t - begin(now), by_clock_of(now, rates));
  }
  [[nodiscard]] Rates<T> by_clock_of(std::size_t phase, Rates<T> rates) const {
    if (rates.momentum_since < end(phase)) rates.momentum_since -= begin(phase);
    return rates;
  }

  /// Momentum as the phases before now left it, each at its last epoch.
  void leave_momentum(std::size_t now, const Rates<T>& rates) const {
    for (std::size_t over = 0; over < now; ++over) {
      const Epoch last = end(over) - 1;
      if (last < begin(over) || rates.momentum_since >= last) continue;
      for (std::size_t k = 0; k < rates.lrs.size(); ++k) {
        const Abilities can = schedules[over].abilities(rates.first + k);
        if (can.momentum && can.closed_form) {
          schedules[over].at(last - begin(over), by_clock_of(over, rates.part(k, 1)));
        }
      }
    }
  }
};

}  // namespace lr_scheduler::schedule

namespace lr_scheduler::detail {

/// Appends schedules to a sequence, each but the last with the milestone at which it has ended.
template <Scalar T, class First, class... Rest>
void append(std::vector<AnySchedule<T>>& schedules, std::vector<Epoch>& milestones, First first, Rest... rest) {
  if constexpr (sizeof...(Rest) > 0) {
    static_assert(
        requires { first.duration(); },
        "a schedule that another follows in a sequence has a duration() (LinearWarmup, CosineAnnealing ...); one that "
        "never ends (Step, Exponential ...) may only be the last, and a combinator that ends takes "
        "Sequential{.schedules, .milestones}");
    if constexpr (requires { first.duration(); }) {
      if constexpr (requires { first.validate(); }) first.validate();
      if (const Epoch duration = first.duration(); duration > 0) {
        milestones.push_back(saturating_sum(milestones.empty() ? 0 : milestones.back(), duration));
        schedules.emplace_back(std::move(first));
      }
      append(schedules, milestones, std::move(rest)...);
    }
  } else {
    schedules.emplace_back(std::move(first));
  }
}

}  // namespace lr_scheduler::detail

namespace lr_scheduler::schedule {

/// Schedules one after the other, each for as long as its duration() says; one of 0 steps is left out. What never ends
/// may be the last alone. The scalar is that of the first, or given: sequence<double>(MySchedule{}, ...).
///
///     sequence(LinearWarmup<double>{.warmup_steps = 500}, CosineAnnealing<double>{.T_max = 9500}):
///     {.schedules = {LinearWarmup..., CosineAnnealing...}, .milestones = {500}}
///
/// Throws std::invalid_argument if an option of a schedule that another follows is out of range.
template <Scalar T, class... Schedules>
[[nodiscard]] Sequential<T> sequence(Schedules... schedules) {
  std::vector<AnySchedule<T>> all;
  std::vector<Epoch> milestones;
  detail::append(all, milestones, std::move(schedules)...);
  return {std::move(all), std::move(milestones)};
}
template <template <class> class First, class T, class... Rest>
[[nodiscard]] Sequential<T> sequence(First<T> first, Rest... rest) {
  return sequence<T, First<T>, Rest...>(std::move(first), std::move(rest)...);
}

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_SEQUENTIAL_HPP
