// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_ONE_CYCLE_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_ONE_CYCLE_LR_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
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

/// From max_lr / div_factor up to max_lr in the first pct_start of the steps, then down to max_lr /
/// (div_factor * final_div_factor) at the last step, total_steps - 1; with three phases, first back
/// down to where it came from. Momentum moves the other way. The base rate of the group plays no
/// part.
///
///     {.max_lr = 1, .total_steps = 6, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear,
///      .div_factor = 4, .final_div_factor = 1}: 0.25, 0.625, 1, 0.75, 0.5, 0.25
///
/// Source: torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, 2018, "Super-Convergence"
/// (arXiv:1708.07120).
template <Scalar T>
struct OneCycle {
  OneOrPerGroup<T> max_lr;                               ///< The highest rate; one or one for each group. Required.
  std::optional<Epoch> total_steps{};                    ///< Steps of the cycle, positive; or else:
  std::optional<Epoch> epochs{};                         ///< epochs * steps_per_epoch, both positive.
  std::optional<Epoch> steps_per_epoch{};                ///< See epochs.
  T pct_start = T(0.3L);                                 ///< Share of the steps that the rise takes, 0 to 1.
  AnnealStrategy anneal_strategy = AnnealStrategy::cos;  ///< cos or linear.
  bool cycle_momentum = true;                            ///< Whether momentum (Adam: beta1) is driven too.
  OneOrPerGroup<T> base_momentum = T(0.85L);             ///< Momentum at max_lr, in [0, 1); as max_lr.
  OneOrPerGroup<T> max_momentum = T(0.95L);              ///< Momentum at the ends, in [0, 1); as max_lr.
  T div_factor = T(25);                                  ///< max_lr / the first rate, positive.
  T final_div_factor = T(10000);                         ///< The first rate / the last, positive.
  bool three_phase = false;                              ///< Whether the fall is mirrored before the last phase.
  AfterEnd after_end = AfterEnd::hold;                   ///< Past total_steps: hold the last rate, or error.

  static constexpr std::string_view name = "OneCycleLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("max_lr", self.max_lr);
    visit("total_steps", self.total_steps);
    visit("epochs", self.epochs);
    visit("steps_per_epoch", self.steps_per_epoch);
    visit("pct_start", self.pct_start);
    visit("anneal_strategy", self.anneal_strategy);
    visit("cycle_momentum", self.cycle_momentum);
    visit("base_momentum", self.base_momentum);
    visit("max_momentum", self.max_momentum);
    visit("div_factor", self.div_factor);
    visit("final_div_factor", self.final_div_factor);
    visit("three_phase", self.three_phase);
    visit("after_end", self.after_end);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    const auto not_negative = [&](std::string_view field, const T& value) { check.not_negative(field, value); };
    const auto momentum = [&](std::string_view field, const T& value) { check.momentum(field, value); };
    check.each("max_lr", max_lr, not_negative);
    if (total_steps) {
      check.positive("total_steps", *total_steps);
    } else if (epochs && steps_per_epoch) {
      check.positive("epochs", *epochs);
      check.positive("steps_per_epoch", *steps_per_epoch);
      if (*epochs > std::numeric_limits<Epoch>::max() / *steps_per_epoch) {
        check.refuse("epochs", "is too large with steps_per_epoch", *epochs);
      }
    } else {
      check.refuse("needs total_steps, or epochs and steps_per_epoch");
    }
    check.between_0_and_1("pct_start", pct_start);
    if (cycle_momentum) {
      check.each("base_momentum", base_momentum, momentum);
      check.each("max_momentum", max_momentum, momentum);
    }
    check.positive("div_factor", div_factor);
    check.positive("final_div_factor", final_div_factor);
    if (after_end == AfterEnd::rebound) check.refuse("after_end must be hold or error, got rebound");
  }

  /// How many steps the cycle has.
  [[nodiscard]] Epoch steps() const { return total_steps ? *total_steps : *epochs * *steps_per_epoch; }

  /// The rate at epoch t, for each group by its place. Throws std::out_of_range past total_steps
  /// where after_end is error.
  [[nodiscard]] auto at(Epoch t) const { return curve(t); }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return curve(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return curve(t)(group); }

  [[nodiscard]] bool cycles_momentum() const { return cycle_momentum; }
  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const { return momentum(phase(t), group); }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const { return momentum(phase(t), group); }

  /// The base rate of a group under this schedule: its first rate.
  [[nodiscard]] T initial_lr(Group<T> group) const { return detail::to_rate<T>(level(first, group.index)); }

 private:
  using C = detail::compute_t<T>;

  enum Level { first, highest, last };

  /// One of the two or three stretches, and how far along it a time is.
  struct Phase {
    detail::Blend<C> way;
    Level from;
    Level to;
  };

  [[nodiscard]] C level(Level which, std::size_t group) const {
    const C high = C(max_lr[group]);
    if (which == highest) return high;
    const C low = detail::clamp_overflow(C(high / C(div_factor)));
    return which == first ? low : detail::clamp_overflow(C(low / C(final_div_factor)));
  }

  template <detail::TimePoint Time>
  [[nodiscard]] auto curve(Time t) const {
    return [this, now = phase(t)](const Group<T>& group) noexcept {
      return detail::to_rate<T>(now.way(level(now.from, group.index), level(now.to, group.index)));
    };
  }

  [[nodiscard]] std::optional<T> momentum(const Phase& now, const Group<T>& group) const {
    if (!cycle_momentum) return std::nullopt;
    const auto value = [&](Level which) { return C((which == highest ? base_momentum : max_momentum)[group.index]); };
    return static_cast<T>(now.way(value(now.from), value(now.to)));
  }

  template <detail::TimePoint Time>
  [[nodiscard]] Phase phase(Time t) const {
    if (t > static_cast<Time>(steps()) && after_end == AfterEnd::error) {
      throw std::out_of_range("OneCycleLR: epoch " + detail::text_of(t) +
                              " is past total_steps = " + std::to_string(steps()));
    }
    const C end = C(steps() - 1);
    const C now = std::min(C(t), end);
    const C rise = C(C(pct_start) * C(steps()));
    const std::array<C, 3> ends = three_phase ? std::array<C, 3>{C(rise - C(1)), C(C(2) * rise - C(2)), end}
                                              : std::array<C, 3>{C(rise - C(1)), end, end};
    const std::array<Level, 4> levels = three_phase ? std::array<Level, 4>{first, highest, first, last}
                                                    : std::array<Level, 4>{first, highest, last, last};
    C start = C(0);
    const std::size_t phases = three_phase ? 3 : 2;
    for (std::size_t i = 0;; ++i) {
      if (now <= ends[i] || i == phases - 1) {
        return {way(C(now - start), C(ends[i] - start)), levels[i], levels[i + 1]};
      }
      start = ends[i];
    }
  }

  /// An empty phase is at its end.
  [[nodiscard]] detail::Blend<C> way(const C& n, const C& total) const {
    if (!(total > C(0)) || n >= total) return {C(0), false};
    return anneal_strategy == AnnealStrategy::cos ? detail::cosine_blend<C>(n, total)
                                                  : detail::linear_blend<C>(n, total);
  }
};

}  // namespace schedule

/// schedule::OneCycle bound to an optimizer: torch.optim.lr_scheduler.OneCycleLR.
template <Scalar T>
class OneCycleLR : public Scheduled<schedule::OneCycle<T>, T> {
 public:
  using Scheduled<schedule::OneCycle<T>, T>::Scheduled;
};

template <Optimizer O>
OneCycleLR(O&, schedule::OneCycle<scalar_t<O>>) -> OneCycleLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_ONE_CYCLE_LR_HPP
