// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_OPTAX_HPP
#define LR_SCHEDULER_FRAMEWORKS_OPTAX_HPP

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/clamp.hpp>
#include <lr_scheduler/schedules/exponential.hpp>
#include <lr_scheduler/schedules/piecewise.hpp>
#include <lr_scheduler/schedules/polynomial.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/schedules/sequential.hpp>

namespace lr_scheduler {

// The schedules of optax, by their names. All rates are in the schedule: the group's own plays no part.

namespace optax {

/// What lies between two rates of a piecewise_interpolate_schedule.
enum class InterpolateType {
  linear,  ///< A straight line.
  cosine,  ///< Half a cosine wave.
};

/// Steps, and the factors that rates have from each on, one after the other.
template <Scalar T>
using BoundariesAndScales = std::map<Epoch, T>;

}  // namespace optax

namespace detail {

inline constexpr std::string_view optax_interpolate_type_names[] = {"linear", "cosine"};
template <>
struct EnumNames<optax::InterpolateType> : Named<optax_interpolate_type_names> {};

/// What begins at a step, 0 in place of a negative one.
template <Scalar T>
[[nodiscard]] AnySchedule<T> optax_transition(Epoch begin, AnySchedule<T> transition) {
  return schedule::Retimed<T>{.schedule = std::move(transition), .begin = -larger<Epoch>(begin, 0)};
}

/// The products of the scales so far, from each boundary on.
template <Scalar T>
[[nodiscard]] AnySchedule<T> optax_piecewise(std::string_view name, const T& init_value,
                                             const optax::BoundariesAndScales<T>& boundaries_and_scales,
                                             Interpolation interpolation) {
  using C = compute_t<T>;
  const Check check(name);
  check.not_negative("init_value", init_value);
  std::vector<Epoch> boundaries;
  std::vector<T> values{init_value};
  C value = C(init_value);
  for (const auto& [boundary, scale] : boundaries_and_scales) {
    check.not_negative("boundaries_and_scales: a boundary", boundary);
    check.not_negative(join("boundaries_and_scales", text_of(boundary)), scale);
    value = clamp_overflow(C(value * C(scale)));
    boundaries.push_back(boundary);
    values.push_back(to_rate<T>(value));
  }
  return schedule::Piecewise<T>{
      .boundaries = std::move(boundaries), .values = std::move(values), .interpolation = interpolation};
}

}  // namespace detail

namespace optax {

/// optax.constant_schedule.
template <Scalar T>
struct ConstantScheduleOptions {
  Required<T> value;  ///< Rate, not negative. Required.

  static constexpr std::string_view name = "optax.constant_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("value", self.value);
  }
};

/// Throws std::invalid_argument if an option is out of range, as all of these do.
template <Scalar T>
[[nodiscard]] AnySchedule<T> constant_schedule(const ConstantScheduleOptions<T>& options) {
  detail::Check(options.name).not_negative("value", options.value.value());
  return detail::of_rate<T>(options.value, detail::constant_factor(T(1)));
}

/// optax.polynomial_schedule.
template <Scalar T>
struct PolynomialScheduleOptions {
  Required<T> init_value;            ///< Rate until transition_begin, not negative. Required.
  Required<T> end_value;             ///< Rate after the transition, not negative. Required.
  Required<T> power;                 ///< Exponent of the share of the way that is left, not negative. Required.
  Required<Epoch> transition_steps;  ///< Steps of the way; without any it stays at init_value. Required.
  Count transition_begin = 0;        ///< First step of the way; 0 in place of a negative one.

  static constexpr std::string_view name = "optax.polynomial_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("end_value", self.end_value);
    visit("power", self.power);
    visit("transition_steps", self.transition_steps);
    visit("transition_begin", self.transition_begin);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> polynomial_schedule(const PolynomialScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("end_value", options.end_value.value());
  check.not_negative("power", options.power.value());

  if (options.transition_steps <= 0) return detail::of_rate<T>(options.init_value, detail::constant_factor(T(1)));
  const schedule::Polynomial<T> left{.total_iters = options.transition_steps.value(), .power = options.power};
  return detail::of_rate<T>(
      options.init_value,
      detail::above<T>(options.end_value, detail::optax_transition<T>(options.transition_begin, left)));
}

/// optax.linear_schedule.
template <Scalar T>
struct LinearScheduleOptions {
  Required<T> init_value;            ///< Rate until transition_begin, not negative. Required.
  Required<T> end_value;             ///< Rate after the transition, not negative. Required.
  Required<Epoch> transition_steps;  ///< Steps of the way; without any it stays at init_value. Required.
  Count transition_begin = 0;        ///< First step of the way; 0 in place of a negative one.

  static constexpr std::string_view name = "optax.linear_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("end_value", self.end_value);
    visit("transition_steps", self.transition_steps);
    visit("transition_begin", self.transition_begin);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> linear_schedule(const LinearScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("end_value", options.end_value.value());

  return polynomial_schedule<T>({.init_value = options.init_value,
                                 .end_value = options.end_value,
                                 .power = T(1),
                                 .transition_steps = options.transition_steps,
                                 .transition_begin = options.transition_begin});
}

/// optax.cosine_decay_schedule.
template <Scalar T>
struct CosineDecayScheduleOptions {
  Required<T> init_value;       ///< Rate at 0, not negative. Required.
  Required<Epoch> decay_steps;  ///< Steps of the way, positive. Required.
  T alpha = T(0);               ///< The end, as a share of init_value, not negative.
  T exponent = T(1);            ///< Exponent of the share of the way that is left, positive.

  static constexpr std::string_view name = "optax.cosine_decay_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("decay_steps", self.decay_steps);
    visit("alpha", self.alpha);
    visit("exponent", self.exponent);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine_decay_schedule(const CosineDecayScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.positive("decay_steps", options.decay_steps);
  check.not_negative("alpha", options.alpha);
  check.positive("exponent", options.exponent);

  return detail::of_rate<T>(options.init_value, schedule::Anneal<T>{.steps = options.decay_steps.value(),
                                                                    .shape = Shape::cosine,
                                                                    .power = options.exponent,
                                                                    .end_factor = options.alpha});
}

/// optax.exponential_decay.
template <Scalar T>
struct ExponentialDecayOptions {
  Required<T> init_value;            ///< Rate until transition_begin, not negative. Required.
  Required<Epoch> transition_steps;  ///< Steps for one factor of decay_rate; without any it is constant. Required.
  Required<T> decay_rate;            ///< Factor, not negative; with 0 it is constant. Required.
  Count transition_begin = 0;        ///< First step of the decay; 0 in place of a negative one.
  bool staircase = false;            ///< Whether it moves after whole transition_steps alone.
  std::optional<T> end_value{};      ///< Lowest rate, or with a decay_rate from 1 on highest, not negative.

  static constexpr std::string_view name = "optax.exponential_decay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("transition_steps", self.transition_steps);
    visit("decay_rate", self.decay_rate);
    visit("transition_begin", self.transition_begin);
    visit("staircase", self.staircase);
    visit("end_value", self.end_value);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> exponential_decay(const ExponentialDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("decay_rate", options.decay_rate.value());
  if (options.end_value) check.not_negative("end_value", *options.end_value);

  if (options.transition_steps <= 0 || options.decay_rate == T(0))
    return detail::of_rate<T>(options.init_value, detail::constant_factor(T(1)));
  const schedule::Retimed<T> left{.schedule = schedule::Exponential<T>{.gamma = options.decay_rate},
                                  .stretch = options.transition_steps.value(),
                                  .staircase = options.staircase};
  AnySchedule<T> decay =
      detail::of_rate<T>(options.init_value, detail::optax_transition<T>(options.transition_begin, left));
  if (!options.end_value) return decay;
  schedule::Clamp<T> clamp{.schedule = std::move(decay)};
  if (options.decay_rate.value() < T(1)) {
    clamp.min_lr = *options.end_value;
  } else {
    clamp.max_lr = options.end_value;
  }
  return clamp;
}

/// optax.piecewise_constant_schedule.
template <Scalar T>
struct PiecewiseConstantScheduleOptions {
  Required<T> init_value;                          ///< Rate at first, not negative. Required.
  BoundariesAndScales<T> boundaries_and_scales{};  ///< Neither steps nor factors are negative.

  static constexpr std::string_view name = "optax.piecewise_constant_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("boundaries_and_scales", self.boundaries_and_scales);
  }
};

/// optax.piecewise_interpolate_schedule.
template <Scalar T>
struct PiecewiseInterpolateScheduleOptions {
  Required<InterpolateType> interpolate_type;      ///< The way from each rate to the next. Required.
  Required<T> init_value;                          ///< Rate at 0, not negative. Required.
  BoundariesAndScales<T> boundaries_and_scales{};  ///< Neither steps nor factors are negative.

  static constexpr std::string_view name = "optax.piecewise_interpolate_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("interpolate_type", self.interpolate_type);
    visit("init_value", self.init_value);
    visit("boundaries_and_scales", self.boundaries_and_scales);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> piecewise_constant_schedule(const PiecewiseConstantScheduleOptions<T>& options) {
  return detail::optax_piecewise<T>(options.name, options.init_value, options.boundaries_and_scales,
                                    Interpolation::none);
}

template <Scalar T>
[[nodiscard]] AnySchedule<T> piecewise_interpolate_schedule(const PiecewiseInterpolateScheduleOptions<T>& options) {
  const bool is_linear = options.interpolate_type == InterpolateType::linear;
  return detail::optax_piecewise<T>(options.name, options.init_value, options.boundaries_and_scales,
                                    is_linear ? Interpolation::linear : Interpolation::cosine);
}

/// optax.linear_onecycle_schedule.
template <Scalar T>
struct LinearOnecycleScheduleOptions {
  Required<Epoch> transition_steps;  ///< Steps of the cycle, positive. Required.
  Required<T> peak_value;            ///< Highest rate, not negative. Required.
  double pct_start = 0.3;            ///< Share of the steps after which the peak is reached, 0 to 1.
  double pct_final = 0.85;           ///< Share of the steps after which it is down at the first rate again, 0 to 1.
  T div_factor = T(25);              ///< The first rate is peak_value / div_factor; positive.
  T final_div_factor = T(10000);     ///< The last rate is the first / final_div_factor; positive.

  static constexpr std::string_view name = "optax.linear_onecycle_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("transition_steps", self.transition_steps);
    visit("peak_value", self.peak_value);
    visit("pct_start", self.pct_start);
    visit("pct_final", self.pct_final);
    visit("div_factor", self.div_factor);
    visit("final_div_factor", self.final_div_factor);
  }
};

/// Where two of its points fall together the later one's factor alone counts, as in optax.
template <Scalar T>
[[nodiscard]] AnySchedule<T> linear_onecycle_schedule(const LinearOnecycleScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.positive("transition_steps", options.transition_steps);
  check.not_negative("peak_value", options.peak_value.value());
  check.between_0_and_1("pct_start", options.pct_start);
  check.between_0_and_1("pct_final", options.pct_final);
  check.positive("div_factor", options.div_factor);
  check.positive("final_div_factor", options.final_div_factor);

  const Epoch steps = options.transition_steps;
  BoundariesAndScales<T> scales;
  scales[static_cast<Epoch>(options.pct_start * static_cast<double>(steps))] = options.div_factor;
  scales[static_cast<Epoch>(options.pct_final * static_cast<double>(steps))] = T(T(1) / options.div_factor);
  scales[steps] = T(T(1) / options.final_div_factor);
  return piecewise_interpolate_schedule<T>({.interpolate_type = InterpolateType::linear,
                                            .init_value = T(options.peak_value.value() / options.div_factor),
                                            .boundaries_and_scales = std::move(scales)});
}

/// optax.cosine_onecycle_schedule.
template <Scalar T>
struct CosineOnecycleScheduleOptions {
  Required<Epoch> transition_steps;  ///< Steps of the cycle, positive. Required.
  Required<T> peak_value;            ///< Highest rate, not negative. Required.
  double pct_start = 0.3;            ///< Share of the steps after which the peak is reached, 0 to 1.
  T div_factor = T(25);              ///< The first rate is peak_value / div_factor; positive.
  T final_div_factor = T(10000);     ///< The last rate is the first / final_div_factor; positive.

  static constexpr std::string_view name = "optax.cosine_onecycle_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("transition_steps", self.transition_steps);
    visit("peak_value", self.peak_value);
    visit("pct_start", self.pct_start);
    visit("div_factor", self.div_factor);
    visit("final_div_factor", self.final_div_factor);
  }
};

/// Where its peak falls on its end the end's factor alone counts, as in optax.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine_onecycle_schedule(const CosineOnecycleScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.positive("transition_steps", options.transition_steps);
  check.not_negative("peak_value", options.peak_value.value());
  check.between_0_and_1("pct_start", options.pct_start);
  check.positive("div_factor", options.div_factor);
  check.positive("final_div_factor", options.final_div_factor);

  const Epoch steps = options.transition_steps;
  BoundariesAndScales<T> scales;
  scales[static_cast<Epoch>(options.pct_start * static_cast<double>(steps))] = options.div_factor;
  scales[steps] = T(T(1) / T(options.div_factor * options.final_div_factor));
  return piecewise_interpolate_schedule<T>({.interpolate_type = InterpolateType::cosine,
                                            .init_value = T(options.peak_value.value() / options.div_factor),
                                            .boundaries_and_scales = std::move(scales)});
}

/// optax.warmup_constant_schedule.
template <Scalar T>
struct WarmupConstantScheduleOptions {
  Required<T> init_value;        ///< Rate at 0, not negative. Required.
  Required<T> peak_value;        ///< Rate from warmup_steps on, not negative. Required.
  Required<Epoch> warmup_steps;  ///< Steps of the way; without any it stays at init_value. Required.

  static constexpr std::string_view name = "optax.warmup_constant_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("peak_value", self.peak_value);
    visit("warmup_steps", self.warmup_steps);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> warmup_constant_schedule(const WarmupConstantScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("peak_value", options.peak_value.value());

  return linear_schedule<T>(
      {.init_value = options.init_value, .end_value = options.peak_value, .transition_steps = options.warmup_steps});
}

/// optax.warmup_cosine_decay_schedule.
template <Scalar T>
struct WarmupCosineDecayScheduleOptions {
  Required<T> init_value;        ///< Rate at 0, not negative. Required.
  Required<T> peak_value;        ///< Rate at warmup_steps, not negative. Required.
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> decay_steps;   ///< Steps until the end, the warm-up among them, greater than those. Required.
  T end_value = T(0);            ///< Rate at the end, not negative.
  T exponent = T(1);             ///< Exponent of the share of the decay that is left, positive.

  static constexpr std::string_view name = "optax.warmup_cosine_decay_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("peak_value", self.peak_value);
    visit("warmup_steps", self.warmup_steps);
    visit("decay_steps", self.decay_steps);
    visit("end_value", self.end_value);
    visit("exponent", self.exponent);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> warmup_cosine_decay_schedule(const WarmupCosineDecayScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("peak_value", options.peak_value.value());
  check.not_negative("warmup_steps", options.warmup_steps);
  if (options.decay_steps <= options.warmup_steps) {
    check.refuse("decay_steps", "must be greater than warmup_steps, " + detail::text_of(options.warmup_steps.value()),
                 detail::text_of(options.decay_steps.value()));
  }
  check.not_negative("end_value", options.end_value);
  check.positive("exponent", options.exponent);

  const Epoch warmup_steps = options.warmup_steps;
  // A peak of 0 has no share that the end could be: it stays there.
  const T end_value = options.peak_value == T(0) ? T(0) : options.end_value;
  const schedule::Anneal<T> left{
      .steps = options.decay_steps - warmup_steps, .shape = Shape::cosine, .power = options.exponent};
  return detail::then<T>(
      linear_schedule<T>(
          {.init_value = options.init_value, .end_value = options.peak_value, .transition_steps = warmup_steps}),
      warmup_steps, detail::of_rate<T>(options.peak_value, detail::above<T>(end_value, left)));
}

/// optax.warmup_exponential_decay_schedule.
template <Scalar T>
struct WarmupExponentialDecayScheduleOptions {
  Required<T> init_value;            ///< Rate at 0, not negative. Required.
  Required<T> peak_value;            ///< Rate at warmup_steps, not negative. Required.
  Required<Epoch> warmup_steps;      ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> transition_steps;  ///< As in exponential_decay. Required.
  Required<T> decay_rate;            ///< As in exponential_decay. Required.
  Count transition_begin = 0;        ///< First step of the decay, counted from warmup_steps.
  bool staircase = false;            ///< Whether it moves after whole transition_steps alone.
  std::optional<T> end_value{};      ///< As in exponential_decay.

  static constexpr std::string_view name = "optax.warmup_exponential_decay_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_value", self.init_value);
    visit("peak_value", self.peak_value);
    visit("warmup_steps", self.warmup_steps);
    visit("transition_steps", self.transition_steps);
    visit("decay_rate", self.decay_rate);
    visit("transition_begin", self.transition_begin);
    visit("staircase", self.staircase);
    visit("end_value", self.end_value);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> warmup_exponential_decay_schedule(
    const WarmupExponentialDecayScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("init_value", options.init_value.value());
  check.not_negative("peak_value", options.peak_value.value());
  check.not_negative("warmup_steps", options.warmup_steps);
  check.not_negative("decay_rate", options.decay_rate.value());
  if (options.end_value) check.not_negative("end_value", *options.end_value);

  return detail::then<T>(linear_schedule<T>({.init_value = options.init_value,
                                             .end_value = options.peak_value,
                                             .transition_steps = options.warmup_steps}),
                         options.warmup_steps,
                         exponential_decay<T>({.init_value = options.peak_value,
                                               .transition_steps = options.transition_steps,
                                               .decay_rate = options.decay_rate,
                                               .transition_begin = options.transition_begin,
                                               .staircase = options.staircase,
                                               .end_value = options.end_value}));
}

/// optax.join_schedules.
template <Scalar T>
struct JoinSchedulesOptions {
  std::vector<AnySchedule<T>> schedules{};  ///< At least one.
  Counts boundaries{};                      ///< The first steps of those after the first, not negative, increasing.

  static constexpr std::string_view name = "optax.join_schedules";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedules", self.schedules);
    visit("boundaries", self.boundaries);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> join_schedules(const JoinSchedulesOptions<T>& options) {
  const detail::Check check(options.name);
  const std::size_t count = options.schedules.size();
  if (count == 0) check.refuse("needs at least one schedule, got none");
  if (options.boundaries.size() + 1 != count) {
    check.refuse(std::to_string(count) + " schedules need " + std::to_string(count - 1) + " boundaries, got " +
                 std::to_string(options.boundaries.size()));
  }
  check.none_negative("boundaries", options.boundaries);
  check.increasing("boundaries", options.boundaries);

  return schedule::Sequential<T>{.schedules = options.schedules, .milestones = options.boundaries};
}

/// optax.sgdr_schedule.
template <Scalar T>
struct SgdrScheduleOptions {
  std::vector<WarmupCosineDecayScheduleOptions<T>> cosine_kwargs{};  ///< One after the other, at least one.

  static constexpr std::string_view name = "optax.sgdr_schedule";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cosine_kwargs", self.cosine_kwargs);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> sgdr_schedule(const SgdrScheduleOptions<T>& options) {
  const detail::Check check(options.name);
  if (options.cosine_kwargs.empty()) check.refuse("cosine_kwargs needs at least one cycle, got none");
  JoinSchedulesOptions<T> cycles;
  std::vector<Epoch> ends;
  Epoch end = 0;
  for (const auto& cycle : options.cosine_kwargs) {
    try {
      cycles.schedules.push_back(warmup_cosine_decay_schedule<T>(cycle));
    } catch (const std::invalid_argument& error) {
      check.refuse(detail::join("cosine_kwargs", ends.size()) + ": " + error.what());
    }
    end = detail::saturating_sum(end, cycle.decay_steps);
    ends.push_back(end);
  }
  ends.pop_back();
  cycles.boundaries = std::move(ends);
  return join_schedules<T>(cycles);
}

namespace contrib {

/// optax.contrib.reduce_on_plateau.
template <Scalar T>
struct ReduceOnPlateauOptions {
  T factor = T(0.1L);           ///< Factor of a reduction, between 0 and 1 and neither of them.
  Count patience = 10;          ///< Bad reports in a row until a reduction, positive.
  T rtol = T(0.0001L);          ///< By which share of the best a metric must beat it, 0 to 1,
  T atol = T(0);                ///< and by how much on top, not negative. Not both of them are 0.
  Count cooldown = 0;           ///< Reports after a reduction that are not bad, not negative.
  Count accumulation_size = 1;  ///< The mean of so many metrics is one report, positive.
  T min_scale = T(0);           ///< The lowest share of the group's rate, 0 to 1.

  static constexpr std::string_view name = "optax.contrib.reduce_on_plateau";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factor", self.factor);
    visit("patience", self.patience);
    visit("rtol", self.rtol);
    visit("atol", self.atol);
    visit("cooldown", self.cooldown);
    visit("accumulation_size", self.accumulation_size);
    visit("min_scale", self.min_scale);
  }

  /// What they are in ours. Throws std::invalid_argument if an option is out of range.
  [[nodiscard]] PlateauOptions<T> plateau() const {
    const detail::Check check(name);
    if (!(factor > T(0) && factor < T(1))) {
      check.refuse("factor", "must be greater than 0 and less than 1", detail::text_of(factor));
    }
    check.positive("patience", patience);
    check.between_0_and_1("rtol", rtol);
    check.not_negative("atol", atol);
    if (rtol == T(0) && atol == T(0)) check.refuse("rtol or atol must be positive, got 0 for both");
    check.not_negative("cooldown", cooldown);
    check.positive("accumulation_size", accumulation_size);
    check.between_0_and_1("min_scale", min_scale);
    return {.factor = factor,
            .patience = patience - 1,
            .threshold = rtol,
            .cooldown = cooldown,
            .eps = T(0),
            .threshold_abs = atol,
            .min_scale = min_scale,
            .accumulate = accumulation_size};
  }
};

/// Bound to an optimizer, whose rates it scales where optax scales the updates: report a metric before the update.
template <class O>
[[nodiscard]] ReduceLROnPlateau<scalar_t<O>> reduce_on_plateau(
    O& optimizer, const ReduceOnPlateauOptions<scalar_t<O>>& options = {}) {
  return ReduceLROnPlateau<scalar_t<O>>(optimizer, options.plateau());
}

}  // namespace contrib
}  // namespace optax
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_OPTAX_HPP
