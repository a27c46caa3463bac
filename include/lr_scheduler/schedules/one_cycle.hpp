// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_ONE_CYCLE_HPP
#define LR_SCHEDULER_SCHEDULES_ONE_CYCLE_HPP

#include <array>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// From max_lr / div_factor up to max_lr in the first pct_start of the steps, then down to max_lr / (div_factor *
/// final_div_factor) at the last step, total_steps - 1; with three phases, first back down to where it came from.
/// Momentum moves the other way. The base rate of the group plays no part.
///
///     {.max_lr = 1, .total_steps = 6, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear, .div_factor = 4,
///      .final_div_factor = 1}: 0.25, 0.625, 1, 0.75, 0.5, 0.25
///
/// Source: torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, 2018, "Super-Convergence" (arXiv:1708.07120).
template <Scalar T>
struct OneCycle {
  OneOrPerGroup<T> max_lr;                               ///< The highest rate; one or one for each group. Required.
  std::optional<Count> total_steps{};                    ///< Steps of the cycle, positive; or else:
  std::optional<Count> epochs{};                         ///< epochs * steps_per_epoch, both positive.
  std::optional<Count> steps_per_epoch{};                ///< See epochs.
  T pct_start = T(0.3L);                                 ///< Share of the steps that the rise takes, 0 to 1.
  AnnealStrategy anneal_strategy = AnnealStrategy::cos;  ///< cos or linear.
  bool cycle_momentum = true;                            ///< Whether momentum (Adam: beta1) is driven too.
  OneOrPerGroup<T> base_momentum = T(0.85L);             ///< Momentum at max_lr, not negative; as max_lr.
  OneOrPerGroup<T> max_momentum = T(0.95L);              ///< Momentum at the ends, not negative; as max_lr.
  T div_factor = T(25);                                  ///< max_lr / the first rate, positive.
  T final_div_factor = T(10000);                         ///< The first rate / the last, positive.
  bool three_phase = false;                              ///< Whether the fall is mirrored before the last phase.
  Choice<AfterEnd::hold, AfterEnd::error> after_end = AfterEnd::hold;  ///< Past total_steps.

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

  static constexpr bool own_base = true;
  [[nodiscard]] constexpr bool drives_momentum() const { return cycle_momentum; }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("max_lr", max_lr);
    if (total_steps) {
      check.positive("total_steps", *total_steps);
    } else if (epochs && steps_per_epoch) {
      check.positive("epochs", *epochs);
      check.positive("steps_per_epoch", *steps_per_epoch);
      if (*epochs > std::numeric_limits<Epoch>::max() / *steps_per_epoch) {
        check.refuse("epochs", "is too large with steps_per_epoch", detail::text_of(Epoch(*epochs)));
      }
    } else {
      check.refuse("needs total_steps, or epochs and steps_per_epoch");
    }
    check.between_0_and_1("pct_start", pct_start);
    if (cycle_momentum) {
      check.none_negative("base_momentum", base_momentum);
      check.none_negative("max_momentum", max_momentum);
    }
    check.positive("div_factor", div_factor);
    check.positive("final_div_factor", final_div_factor);
    check.choice("after_end", after_end);
  }

  /// How many steps it takes, for what follows it.
  [[nodiscard]] constexpr Epoch duration() const {
    return total_steps ? Epoch(*total_steps) : *epochs * *steps_per_epoch;
  }

  /// A multiple of max_lr; momentum is on the way from one option to the other.
  struct Curve {
    using C = detail::compute_t<T>;
    using View = typename OneOrPerGroup<T>::View;
    C scale;
    View max_lr;
    bool drives_momentum;
    detail::Way<C> way;
    View from_momentum;
    View to_momentum;

    static constexpr bool uses_base = false;
    [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
      return rate(group.base_lr, max_lr[group.index]);
    }
    [[nodiscard]] constexpr std::array<View, 1> columns() const { return {max_lr}; }
    [[nodiscard]] constexpr T rate(const T&, const T& highest) const {
      return detail::to_rate<T>(C(C(highest) * scale));
    }

    [[nodiscard]] constexpr std::optional<T> momentum(const Group<T>& group) const {
      if (!drives_momentum) return std::nullopt;
      return momentum_of(from_momentum[group.index], to_momentum[group.index]);
    }
    [[nodiscard]] constexpr std::array<View, 2> momentum_columns() const { return {from_momentum, to_momentum}; }
    [[nodiscard]] constexpr T momentum_of(const T& from, const T& to) const {
      return static_cast<T>(way(C(from), C(to)));
    }
  };

  /// Throws std::out_of_range past total_steps where after_end is error.
  [[nodiscard]] constexpr Curve at(Time t) const {
    if (after_end == AfterEnd::error && Time(duration()) < t) {
      throw std::out_of_range("OneCycleLR: epoch " + detail::text_of(t.as<double>()) +
                              " is past total_steps = " + std::to_string(duration()));
    }
    const C end = C(duration() - 1);
    const bool is_over = t.epoch >= duration() - 1;
    const C rise = C(C(pct_start) * C(duration()));
    const bool is_whole = detail::whole_part(rise) == rise;  // but for rounding, as 0.4 * 10 is
    if (is_whole && (is_over || t.fraction == 0)) return curve(is_over ? end : C(t.epoch), C(rise - C(1)), end);
    const Parts top = (is_whole ? Parts(rise) : Parts::exact_product(C(pct_start), C(duration()))) - Parts(C(1));
    return curve(is_over ? Parts(end) : detail::parts_of<C>(t), top, Parts(end));
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

 private:
  using C = detail::compute_t<T>;
  using Parts = detail::Parts<C>;

  /// n of total on the way between two levels, multiples of max_lr, and two momenta; an empty phase is at its end.
  template <class N>
  struct Phase {
    N n;
    N left;
    N total;
    Parts from;
    Parts to;
    const OneOrPerGroup<T>& from_momentum;
    const OneOrPerGroup<T>& to_momentum;
  };
  /// The largest number in place of an overflow.
  [[nodiscard]] static constexpr Parts over(const Parts& level, const C& factor) {
    const detail::Share<C> share = detail::share_of(level, Parts(factor));
    return detail::is_finite(share.high) ? share.parts() : Parts(std::numeric_limits<C>::max());
  }
  /// In whole numbers or any.
  template <class N>
  [[nodiscard]] constexpr Phase<N> phase_at(const N& now, const N& top, const N& end) const {
    const Parts one = C(1);
    const Parts first = over(one, C(div_factor));
    const N after_top = now - top;
    if (detail::first_part(after_top) <= C(0)) return {now, -after_top, top, first, one, max_momentum, base_momentum};
    const N left = end - now;
    const Parts last = over(first, C(final_div_factor));
    if (!three_phase) return {after_top, left, end - top, one, last, base_momentum, max_momentum};
    const N after_back = after_top - top;
    if (detail::first_part(after_back) <= C(0))
      return {after_top, -after_back, top, one, first, base_momentum, max_momentum};
    return {after_back, left, end - top - top, first, last, max_momentum, max_momentum};
  }
  template <class N>
  [[nodiscard]] constexpr Curve curve(const N& now, const N& top, const N& end) const {
    const Phase<N> phase = phase_at(now, top, end);
    const bool is_on_way = detail::first_part(phase.total) > C(0) && detail::first_part(phase.left) > C(0);
    const detail::Way<C> way =
        is_on_way ? detail::annealed_way<C>(anneal_strategy, phase.n, phase.left, phase.total) : detail::Way<C>::end();
    Curve curve{way.between(phase.from, phase.to).rounded(), max_lr.view(), cycle_momentum, way, {}, {}};
    if (cycle_momentum) {
      curve.from_momentum = phase.from_momentum.view();
      curve.to_momentum = phase.to_momentum.view();
    }
    return curve;
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_ONE_CYCLE_HPP
