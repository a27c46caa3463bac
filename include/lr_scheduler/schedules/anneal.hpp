// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_ANNEAL_HPP
#define LR_SCHEDULER_SCHEDULES_ANNEAL_HPP

#include <cmath>
#include <limits>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/shape.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr times a factor that moves from start_factor at 0 to end_factor at `steps` along a shape. After it the factor
/// holds, or goes back the same way and so on with period 2 steps. With q = t / steps the share that is left of
/// start_factor is shape(q^time_power)^power: a polynomial decay is linear with a power, MiniCPM's 1 - q^p linear with
/// a time_power.
///
///     {.steps = 4, .shape = Shape::cosine, .end_factor = 0.1}, base rate 0.1: 0.1, 0.0868, 0.055, 0.0232, 0.01 ...
///     {.steps = 4, .power = 2}, base rate 0.1: 0.1, 0.05625, 0.025, 0.00625, 0, 0 ...
///
/// Source: optax.polynomial_schedule, optax.cosine_decay_schedule, transformers.get_wsd_schedule and others, which are
/// written with it.
template <Scalar T>
struct Anneal {
  Required<double> steps;       ///< Steps of the way, not negative, whole or not; 0 is already at its end. Required.
  Shape shape = Shape::linear;  ///< The way from start_factor to end_factor.
  T power = T(1);               ///< Exponent of the share that is left, positive.
  T time_power = T(1);          ///< Exponent of the share of the time that is over, positive.
  T ratio = T(0.5L);            ///< To what the exponential shape decays before it is brought to 0: above 0, below 1.
  T start_factor = T(1);        ///< Factor at 0, not negative.
  T end_factor = T(0);          ///< Factor at `steps`, not negative.
  Choice<AfterEnd::rebound, AfterEnd::hold> after_end = AfterEnd::hold;  ///< What follows `steps`.

  static constexpr std::string_view name = "Anneal";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps);
    visit("shape", self.shape);
    visit("power", self.power);
    visit("time_power", self.time_power);
    visit("ratio", self.ratio);
    visit("start_factor", self.start_factor);
    visit("end_factor", self.end_factor);
    visit("after_end", self.after_end);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("steps", steps.value());
    check.positive("power", power);
    check.positive("time_power", time_power);
    if (!(ratio > T(0) && ratio < T(1))) {
      check.refuse("ratio", "must be greater than 0 and less than 1", detail::text_of(ratio));
    }
    check.not_negative("start_factor", start_factor);
    check.not_negative("end_factor", end_factor);
    if (shape == Shape::geometric) {
      const std::string_view rule = "must be positive where the shape is geometric";
      if (start_factor == T(0)) check.refuse("start_factor", rule, "0");
      if (end_factor == T(0)) check.refuse("end_factor", rule, "0");
    }
    check.choice("after_end", after_end);
  }

  [[nodiscard]] constexpr FineFactor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const C start = C(start_factor);
    const C end = C(end_factor);
    if (holds_at(t)) return Parts(end);
    const detail::Way<C> way = way_at(t);
    if (shape != Shape::geometric) return way.between(start, end);
    const Parts near = way.from_start ? start : end;
    const Parts far = way.from_start ? end : start;
    return near * detail::power(far / near, way.distance().parts());
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }
  /// The epochs from t on whose rates are one formula.
  [[nodiscard]] constexpr detail::Leg leg(Epoch t, const Group<T>& group) const {
    if (t >= plain_steps()) return {};
    return detail::leg_of_way(shape == Shape::cosine, t, plain_steps(), start_factor, end_factor, group.base_lr,
                              detail::Leg::Values::fine_factors);
  }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return holds_at(t) ? std::numeric_limits<Epoch>::max() : t + 1;
  }
  /// How many whole steps it takes, for what follows it.
  [[nodiscard]] Epoch duration() const { return detail::whole_epochs(std::ceil(steps.value())); }

  friend bool operator==(const Anneal&, const Anneal&) = default;

 private:
  [[nodiscard]] constexpr bool holds_at(const Time& t) const {
    return !(t < Time(steps.value())) && (after_end == AfterEnd::hold || steps == 0);
  }
  /// The steps of a straight line or half a wave, where they are whole and few enough for exact quotients; otherwise 0.
  [[nodiscard]] constexpr Epoch plain_steps() const {
    if (power != T(1) || time_power != T(1) || (shape != Shape::linear && shape != Shape::cosine)) return 0;
    const Time all(steps.value());
    return all.fraction == 0 && all.epoch < Epoch{1} << 32 ? all.epoch : 0;
  }
  [[nodiscard]] constexpr detail::Way<detail::compute_t<T>> way_at(const Time& t) const {
    using C = detail::compute_t<T>;
    if (const Epoch all = plain_steps(); t.epoch < all) {
      return shape == Shape::cosine ? detail::cosine_way<C>(t, all) : detail::straight_way<C>(t, all);
    }
    const detail::Parts<C> total = detail::parts_of<C>(Time(steps.value()));
    const detail::Parts<C> n = detail::folded(detail::parts_of<C>(t), total);
    return detail::shaped_way(shape, n, total, C(power), C(time_power), C(ratio));
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_ANNEAL_HPP
