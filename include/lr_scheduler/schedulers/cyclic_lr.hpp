// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_CYCLIC_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_CYCLIC_LR_HPP

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
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

/// A triangle wave between base_lr and max_lr, which takes step_size_up steps up and step_size_down
/// down; its height may shrink with each cycle or iteration. Momentum moves the other way. The base
/// rate of the group plays no part.
///
///     {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}: 0.1, 0.3, 0.5, 0.3, 0.1, 0.3 ...
///
/// Source: torch.optim.lr_scheduler.CyclicLR; Smith, 2017, "Cyclical Learning Rates for Training
/// Neural Networks" (arXiv:1506.01186).
template <Scalar T>
struct Cyclic {
  OneOrPerGroup<T> base_lr;                  ///< The lower rate; one or one for each group. Required.
  OneOrPerGroup<T> max_lr;                   ///< The upper rate; one or one for each group. Required.
  Epoch step_size_up = 2000;                 ///< Steps from base_lr to max_lr, not negative.
  std::optional<Epoch> step_size_down{};     ///< Steps back, not negative; default step_size_up.
  CyclicMode mode = CyclicMode::triangular;  ///< How the height changes. scale_fn overrides it.
  T gamma = T(1);                            ///< Base of exp_range, gamma^iteration.
  std::function<T(T)> scale_fn{};            ///< Factor of the height. No part of the state.
  ScaleMode scale_mode = ScaleMode::cycle;   ///< What scale_fn is called with.
  bool cycle_momentum = true;                ///< Whether momentum (Adam: beta1) is driven too.
  OneOrPerGroup<T> base_momentum = T(0.8L);  ///< Momentum at max_lr, in [0, 1); as base_lr.
  OneOrPerGroup<T> max_momentum = T(0.9L);   ///< Momentum at base_lr, in [0, 1); as base_lr.

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

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    const auto not_negative = [&](std::string_view field, const T& value) { check.not_negative(field, value); };
    const auto momentum = [&](std::string_view field, const T& value) { check.momentum(field, value); };
    check.each("base_lr", base_lr, not_negative);
    check.each("max_lr", max_lr, not_negative);
    check.not_negative("step_size_up", step_size_up);
    if (step_size_down) check.not_negative("step_size_down", *step_size_down);
    if (step_size_up > std::numeric_limits<Epoch>::max() - down()) {
      check.refuse("step_size_up", "is too large with step_size_down", step_size_up);
    }
    if (step_size_up + down() == 0) {
      check.refuse("step_size_up and step_size_down must not both be 0");
    }
    check.not_negative("gamma", gamma);
    if (cycle_momentum) {
      check.each("base_momentum", base_momentum, momentum);
      check.each("max_momentum", max_momentum, momentum);
    }
  }

  /// The rate at epoch t, for each group by its place.
  [[nodiscard]] auto at(Epoch t) const { return curve(t); }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return curve(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return curve(t)(group); }

  [[nodiscard]] bool cycles_momentum() const { return cycle_momentum; }
  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const { return momentum(height(t), group); }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const { return momentum(height(t), group); }

  /// The base rate of a group under this schedule.
  [[nodiscard]] T initial_lr(Group<T> group) const { return base_lr[group.index]; }

 private:
  using C = detail::compute_t<T>;

  [[nodiscard]] Epoch down() const { return step_size_down.value_or(step_size_up); }

  template <detail::TimePoint Time>
  [[nodiscard]] auto curve(Time t) const {
    return [this, h = height(t)](const Group<T>& group) noexcept {
      const C lr = between(C(base_lr[group.index]), C(max_lr[group.index]), h);
      return detail::to_rate<T>(std::max(lr, C(0)));
    };
  }

  [[nodiscard]] std::optional<T> momentum(const C& height, const Group<T>& group) const {
    if (!cycle_momentum) return std::nullopt;
    const C value = between(C(max_momentum[group.index]), C(base_momentum[group.index]), height);
    const C below_one = C(C(1) - C(std::numeric_limits<T>::epsilon()) / C(2));
    return static_cast<T>(std::clamp(value, C(0), below_one));
  }

  /// Exact at heights 0 and 1.
  [[nodiscard]] static C between(const C& low, const C& high, const C& height) {
    return height <= C(0.5) ? C(low + (high - low) * height) : C(high + (low - high) * (C(1) - height));
  }

  /// The share of the way from base_lr to max_lr.
  template <detail::TimePoint Time>
  [[nodiscard]] C height(Time t) const {
    const Epoch period = step_size_up + down();
    const Time phase = detail::remainder(t, period);
    const auto up = static_cast<Time>(step_size_up);
    const C triangle = phase < up    ? C(C(phase) / C(step_size_up))
                       : phase == up ? C(1)
                                     : C(C(static_cast<Time>(period) - phase) / C(down()));
    return C(triangle * scale(t, C(C(detail::quotient(t, period)) + C(1))));
  }

  template <detail::TimePoint Time>
  [[nodiscard]] C scale(Time t, const C& cycle) const {
    if (scale_fn) {
      return C(scale_fn(static_cast<T>(scale_mode == ScaleMode::cycle ? cycle : C(t))));
    }
    switch (mode) {
      case CyclicMode::triangular2:
        return detail::power(C(0.5), C(cycle - C(1)));
      case CyclicMode::exp_range:
        return detail::clamp_overflow(detail::power(C(gamma), C(t)));
      case CyclicMode::triangular:
        break;
    }
    return C(1);
  }
};

}  // namespace schedule

/// schedule::Cyclic bound to an optimizer: torch.optim.lr_scheduler.CyclicLR.
template <Scalar T>
class CyclicLR : public Scheduled<schedule::Cyclic<T>, T> {
 public:
  using Scheduled<schedule::Cyclic<T>, T>::Scheduled;
};

template <Optimizer O>
CyclicLR(O&, schedule::Cyclic<scalar_t<O>>) -> CyclicLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_CYCLIC_LR_HPP
