// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_CYCLIC_HPP
#define LR_SCHEDULER_SCHEDULES_CYCLIC_HPP

#include <array>
#include <functional>
#include <limits>
#include <optional>
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

/// A triangle wave between base_lr and max_lr, which takes step_size_up steps up and step_size_down down; its height
/// may shrink with each cycle or iteration. Momentum moves the other way. The base rate of the group plays no part.
///
///     {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}: 0.1, 0.3, 0.5, 0.3, 0.1, 0.3 ...
///
/// Source: torch.optim.lr_scheduler.CyclicLR; Smith, 2017, "Cyclical Learning Rates for Training Neural Networks"
/// (arXiv:1506.01186).
template <Scalar T>
struct Cyclic {
  OneOrPerGroup<T> base_lr;                  ///< The lower rate; one or one for each group. Required.
  OneOrPerGroup<T> max_lr;                   ///< The upper rate; one or one for each group. Required.
  Count step_size_up = 2000;                 ///< Steps from base_lr to max_lr, not negative.
  std::optional<Count> step_size_down{};     ///< Steps back, not negative; default step_size_up.
  CyclicMode mode = CyclicMode::triangular;  ///< How the height changes. scale_fn overrides it.
  T gamma = T(1);                            ///< Base of exp_range, gamma^iteration.
  std::function<T(T)> scale_fn{};            ///< Factor of the height. No part of the state.
  ScaleMode scale_mode = ScaleMode::cycle;   ///< What scale_fn is called with.
  bool cycle_momentum = true;                ///< Whether momentum (Adam: beta1) is driven too.
  OneOrPerGroup<T> base_momentum = T(0.8L);  ///< Momentum at max_lr, not negative; as base_lr.
  OneOrPerGroup<T> max_momentum = T(0.9L);   ///< Momentum at base_lr, not negative; as base_lr.

  static constexpr std::string_view name = "CyclicLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("base_lr", self.base_lr);
    visit("max_lr", self.max_lr);
    visit("step_size_up", self.step_size_up);
    visit("step_size_down", self.step_size_down);
    visit("mode", self.mode);
    visit("gamma", self.gamma);
    visit("scale_fn", self.scale_fn);
    visit("scale_mode", self.scale_mode);
    visit("cycle_momentum", self.cycle_momentum);
    visit("base_momentum", self.base_momentum);
    visit("max_momentum", self.max_momentum);
  }

  static constexpr bool own_base = true;
  [[nodiscard]] constexpr bool drives_momentum() const { return cycle_momentum; }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("base_lr", base_lr);
    check.none_negative("max_lr", max_lr);
    check.not_negative("step_size_up", step_size_up);
    if (step_size_down) check.not_negative("step_size_down", *step_size_down);
    if (step_size_up > std::numeric_limits<Epoch>::max() - down()) {
      check.refuse("step_size_up", "is too large with step_size_down", detail::text_of(Epoch(step_size_up)));
    }
    if (step_size_up + down() == 0) check.refuse("step_size_up and step_size_down must not both be 0");
    check.not_negative("gamma", gamma);
    if (cycle_momentum) {
      check.none_negative("base_momentum", base_momentum);
      check.none_negative("max_momentum", max_momentum);
    }
  }

  /// On the way from the lower rate to the upper one; momentum the other way up.
  struct Curve {
    using C = detail::compute_t<T>;
    using View = typename OneOrPerGroup<T>::View;
    detail::Way<C> way;
    View base_lr;
    View max_lr;
    bool drives_momentum;
    View max_momentum;
    View base_momentum;

    static constexpr bool uses_base = false;
    [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
      return rate(group.base_lr, base_lr[group.index], max_lr[group.index]);
    }
    [[nodiscard]] constexpr std::array<View, 2> columns() const { return {base_lr, max_lr}; }
    [[nodiscard]] constexpr T rate(const T&, const T& from, const T& to) const {
      return detail::to_rate<T>(detail::larger(way(C(from), C(to)), C(0)));  // where it leaves the range
    }

    [[nodiscard]] constexpr std::optional<T> momentum(const Group<T>& group) const {
      if (!drives_momentum) return std::nullopt;
      return momentum_of(max_momentum[group.index], base_momentum[group.index]);
    }
    [[nodiscard]] constexpr std::array<View, 2> momentum_columns() const { return {max_momentum, base_momentum}; }
    [[nodiscard]] constexpr T momentum_of(const T& from, const T& to) const {
      const bool leaves_range = way.high < C(0);
      return leaves_range ? (way.from_start ? from : to) : static_cast<T>(way(C(from), C(to)));
    }
  };

  [[nodiscard]] constexpr Curve at(Time t) const {
    using C = detail::compute_t<T>;
    const Epoch up = step_size_up;
    const Epoch period = up + down();
    const Time phase(t.epoch % period, t.fraction);
    detail::Way<C> way = detail::Way<C>::end();  // the top
    if (phase.epoch < up) {
      way = detail::straight_way<C>(phase, up);
    } else if (phase.epoch > up || phase.fraction != 0) {
      way = detail::straight_way<C>(phase - up, down());
      way.from_start = !way.from_start;  // on the way down
    }
    const Parts scale = scale_at(t, t.epoch / period);
    if (scale.high != C(1)) {
      const Parts distance = way.distance() * scale;
      const Parts height = way.from_start ? distance : scale.minus_smaller(distance);
      const bool is_low = height.high <= C(0.5);
      way = {is_low ? height : Parts(C(1)).minus_smaller(height), is_low};
    }
    Curve curve{way, base_lr.view(), max_lr.view(), cycle_momentum, {}, {}};
    if (cycle_momentum) {
      curve.max_momentum = max_momentum.view();
      curve.base_momentum = base_momentum.view();
    }
    return curve;
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  [[nodiscard]] constexpr Epoch down() const { return step_size_down ? *step_size_down : step_size_up; }

 private:
  using Parts = detail::Parts<detail::compute_t<T>>;

  [[nodiscard]] constexpr Parts scale_at(Time t, Epoch cycles_over) const {
    using C = detail::compute_t<T>;
    if (scale_fn)
      return C(scale_fn(scale_mode == ScaleMode::cycle ? T(C(cycles_over) + C(1)) : static_cast<T>(t.as<C>())));
    if (mode == CyclicMode::triangular2) return detail::half_to_the<C>(cycles_over);
    if (mode == CyclicMode::exp_range) return detail::power(C(gamma), t);
    return C(1);
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_CYCLIC_HPP
