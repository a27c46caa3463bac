// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_KERAS_HPP
#define LR_SCHEDULER_FRAMEWORKS_KERAS_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/cycles.hpp>
#include <lr_scheduler/schedules/exponential.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>
#include <lr_scheduler/schedules/piecewise.hpp>
#include <lr_scheduler/schedules/polynomial.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// The schedules of Keras 3, by their names. All rates are in the schedule: the group's own plays no part.
namespace keras {

/// Whether a metric should fall or rise.
enum class Mode {
  automatic,  ///< Keras looks it up by the name of the metric, which by default is a loss: it should fall.
  min,
  max,
};

}  // namespace keras

namespace detail {

inline constexpr std::string_view keras_mode_names[] = {"auto", "min", "max"};
template <>
struct EnumNames<keras::Mode> : Named<keras_mode_names> {};

}  // namespace detail

namespace keras {

/// keras.optimizers.schedules.CosineDecay.
template <Scalar T>
struct CosineDecayOptions {
  Required<T> initial_learning_rate;  ///< Rate at 0, not negative. Required.
  Required<Epoch> decay_steps;        ///< Steps of the cosine, without the warm-up, positive. Required.
  T alpha = T(0);                     ///< The end, as a share of the peak, not negative.
  std::optional<T> warmup_target{};   ///< Rate at warmup_steps, the peak, not negative; without it no warm-up.
  Count warmup_steps = 0;             ///< Steps of the warm-up, not negative.

  static constexpr std::string_view name = "keras.CosineDecay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_learning_rate", self.initial_learning_rate);
    visit("decay_steps", self.decay_steps);
    visit("alpha", self.alpha);
    visit("warmup_target", self.warmup_target);
    visit("warmup_steps", self.warmup_steps);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> CosineDecay(const CosineDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("initial_learning_rate", options.initial_learning_rate.value());
  check.positive("decay_steps", options.decay_steps);
  check.not_negative("alpha", options.alpha);
  check.not_negative("warmup_steps", options.warmup_steps);
  if (options.warmup_target) check.not_negative("warmup_target", *options.warmup_target);

  const T initial = options.initial_learning_rate;
  const T peak = options.warmup_target.value_or(initial);
  const AnySchedule<T> decay = detail::of_rate<T>(
      peak,
      schedule::Anneal<T>{.steps = options.decay_steps.value(), .shape = Shape::cosine, .end_factor = options.alpha});
  if (!options.warmup_target) return decay;
  const schedule::LinearWarmup<T> warmup{.warmup_steps = options.warmup_steps};
  return detail::then<T>(detail::of_rate<T>(peak, detail::above<T>(initial, warmup)), options.warmup_steps, decay);
}

/// keras.optimizers.schedules.CosineDecayRestarts.
template <Scalar T>
struct CosineDecayRestartsOptions {
  Required<T> initial_learning_rate;  ///< Rate at 0, not negative. Required.
  Required<Epoch> first_decay_steps;  ///< Steps of the first cycle, positive. Required.
  double t_mul = 2;                   ///< How many times as long each cycle is as the one before, at least 1.
  T m_mul = T(1);                     ///< Factor of the amplitude from one cycle to the next, not negative.
  T alpha = T(0);                     ///< The lowest rate, as a share of the initial one, not negative.

  static constexpr std::string_view name = "keras.CosineDecayRestarts";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_learning_rate", self.initial_learning_rate);
    visit("first_decay_steps", self.first_decay_steps);
    visit("t_mul", self.t_mul);
    visit("m_mul", self.m_mul);
    visit("alpha", self.alpha);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> CosineDecayRestarts(const CosineDecayRestartsOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("initial_learning_rate", options.initial_learning_rate.value());
  check.positive("first_decay_steps", options.first_decay_steps);
  check.not_negative("t_mul", options.t_mul);
  if (options.t_mul < 1) check.refuse("t_mul", "must be at least 1", detail::text_of(options.t_mul));
  check.not_negative("m_mul", options.m_mul);
  check.not_negative("alpha", options.alpha);

  const T initial = options.initial_learning_rate;
  const Epoch steps = options.first_decay_steps;
  const schedule::Cycles<T> left{.schedule = schedule::Anneal<T>{.steps = steps, .shape = Shape::cosine},
                                 .length = steps,
                                 .length_mult = options.t_mul,
                                 .decay = options.m_mul};
  return detail::of_rate<T>(initial, detail::above<T>(T(options.alpha * initial), left));
}

/// keras.optimizers.schedules.ExponentialDecay.
template <Scalar T>
struct ExponentialDecayOptions {
  Required<T> initial_learning_rate;  ///< Rate at 0, not negative. Required.
  Required<Epoch> decay_steps;        ///< Steps for one factor of decay_rate, positive. Required.
  Required<T> decay_rate;             ///< Factor, not negative. Required.
  bool staircase = false;             ///< Whether it moves after whole decay_steps alone.

  static constexpr std::string_view name = "keras.ExponentialDecay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_learning_rate", self.initial_learning_rate);
    visit("decay_steps", self.decay_steps);
    visit("decay_rate", self.decay_rate);
    visit("staircase", self.staircase);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> ExponentialDecay(const ExponentialDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("initial_learning_rate", options.initial_learning_rate.value());
  check.positive("decay_steps", options.decay_steps);
  check.not_negative("decay_rate", options.decay_rate.value());

  return detail::of_rate<T>(options.initial_learning_rate,
                            schedule::Retimed<T>{.schedule = schedule::Exponential<T>{.gamma = options.decay_rate},
                                                 .stretch = options.decay_steps.value(),
                                                 .staircase = options.staircase});
}

/// keras.optimizers.schedules.InverseTimeDecay.
template <Scalar T>
struct InverseTimeDecayOptions {
  Required<T> initial_learning_rate;  ///< Rate at 0, not negative. Required.
  Required<Epoch> decay_steps;        ///< Steps in which the divisor grows by decay_rate, positive. Required.
  Required<T> decay_rate;             ///< Growth of the divisor, which is 1 at 0; not negative. Required.
  bool staircase = false;             ///< Whether it moves after whole decay_steps alone.

  static constexpr std::string_view name = "keras.InverseTimeDecay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_learning_rate", self.initial_learning_rate);
    visit("decay_steps", self.decay_steps);
    visit("decay_rate", self.decay_rate);
    visit("staircase", self.staircase);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> InverseTimeDecay(const InverseTimeDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("initial_learning_rate", options.initial_learning_rate.value());
  check.positive("decay_steps", options.decay_steps);
  check.not_negative("decay_rate", options.decay_rate.value());

  const auto timescale = static_cast<double>(T(T(1) / options.decay_rate.value()));
  if (!detail::is_finite(timescale))
    return detail::of_rate<T>(options.initial_learning_rate, detail::constant_factor(T(1)));
  return detail::of_rate<T>(options.initial_learning_rate,
                            schedule::Retimed<T>{.schedule = schedule::InverseTime<T>{.timescale = timescale},
                                                 .stretch = options.decay_steps.value(),
                                                 .staircase = options.staircase});
}

/// What is left of a polynomial decay that is stretched over as many decay_steps as have begun: 0 after whole ones,
/// from where it jumps up.
template <Scalar T>
struct PolynomialCycles {
  Required<Epoch> decay_steps;  ///< Steps of a cycle, positive. Required.
  T power = T(1);               ///< Exponent, not negative.

  static constexpr std::string_view name = "keras.PolynomialCycles";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("decay_steps", self.decay_steps);
    visit("power", self.power);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("decay_steps", decay_steps);
    check.not_negative("power", power);
  }

  [[nodiscard]] constexpr FineFactor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    const Epoch begun = t.epoch / decay_steps + (t.epoch % decay_steps != 0 || t.fraction != 0 || t.epoch == 0 ? 1 : 0);
    const auto end = detail::Parts<C>::exact_product(C(begun), C(decay_steps.value()));
    return detail::power((end - detail::parts_of<C>(t)) / end, C(power));
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const PolynomialCycles&, const PolynomialCycles&) = default;
};

/// keras.optimizers.schedules.PolynomialDecay.
template <Scalar T>
struct PolynomialDecayOptions {
  Required<T> initial_learning_rate;  ///< Rate at 0, not negative. Required.
  Required<Epoch> decay_steps;        ///< Steps until the end, positive. Required.
  T end_learning_rate = T(0.0001L);   ///< Rate at the end, not negative.
  T power = T(1);                     ///< Exponent, not negative.
  bool cycle = false;                 ///< Whether the decay is stretched again and again, as PolynomialCycles has it.

  static constexpr std::string_view name = "keras.PolynomialDecay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_learning_rate", self.initial_learning_rate);
    visit("decay_steps", self.decay_steps);
    visit("end_learning_rate", self.end_learning_rate);
    visit("power", self.power);
    visit("cycle", self.cycle);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> PolynomialDecay(const PolynomialDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("initial_learning_rate", options.initial_learning_rate.value());
  check.positive("decay_steps", options.decay_steps);
  check.not_negative("end_learning_rate", options.end_learning_rate);
  check.not_negative("power", options.power);

  const Epoch steps = options.decay_steps;
  AnySchedule<T> left = schedule::Polynomial<T>{.total_iters = steps, .power = options.power};
  if (options.cycle) left = PolynomialCycles<T>{.decay_steps = steps, .power = options.power};
  return detail::of_rate<T>(options.initial_learning_rate,
                            detail::above<T>(options.end_learning_rate, std::move(left)));
}

/// keras.optimizers.schedules.PiecewiseConstantDecay.
template <Scalar T>
struct PiecewiseConstantDecayOptions {
  Counts boundaries{};      ///< The last steps of values[0], values[1] and so on, not negative, increasing.
  std::vector<T> values{};  ///< Rates, not negative, one more than boundaries.

  static constexpr std::string_view name = "keras.PiecewiseConstantDecay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("boundaries", self.boundaries);
    visit("values", self.values);
  }
};

/// Throws std::invalid_argument if an option is out of range.
template <Scalar T>
[[nodiscard]] AnySchedule<T> PiecewiseConstantDecay(const PiecewiseConstantDecayOptions<T>& options) {
  const detail::Check check(options.name);
  check.none_negative("boundaries", options.boundaries);
  check.increasing("boundaries", options.boundaries);
  if (options.values.size() != options.boundaries.size() + 1) {
    check.refuse(std::to_string(options.boundaries.size()) + " boundaries need " +
                 std::to_string(options.boundaries.size() + 1) + " values, got " +
                 std::to_string(options.values.size()));
  }
  check.none_negative("values", options.values);

  std::vector<Epoch> begins;
  for (const Epoch last : options.boundaries) begins.push_back(detail::saturating_sum(last, 1));
  return schedule::Piecewise<T>{.boundaries = begins, .values = options.values};
}

/// keras.callbacks.ReduceLROnPlateau.
template <Scalar T>
struct ReduceLROnPlateauOptions {
  T factor = T(0.1L);           ///< Factor of a reduction, not negative, below 1.
  Count patience = 10;          ///< Bad epochs in a row until a reduction, not negative; 0 is no other than 1.
  Mode mode = Mode::automatic;  ///< Whether the metric should fall or rise.
  T min_delta = T(0.0001L);     ///< By how much a metric must beat the best, not negative.
  Count cooldown = 0;           ///< Epochs until bad ones count again, not negative; 0 is no other than 1.
  T min_lr = T(0);              ///< The lowest rate, not negative.

  static constexpr std::string_view name = "keras.ReduceLROnPlateau";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factor", self.factor);
    visit("patience", self.patience);
    visit("mode", self.mode);
    visit("min_delta", self.min_delta);
    visit("cooldown", self.cooldown);
    visit("min_lr", self.min_lr);
  }

  /// What they are in ours. Throws std::invalid_argument if an option is out of range.
  [[nodiscard]] PlateauOptions<T> plateau() const {
    const detail::Check check(name);
    check.not_negative("factor", factor);
    if (!(factor < T(1))) check.refuse("factor", "must be less than 1", detail::text_of(factor));
    check.not_negative("patience", patience);
    check.not_negative("min_delta", min_delta);
    check.not_negative("cooldown", cooldown);
    check.not_negative("min_lr", min_lr);
    return {.mode = mode == Mode::max ? lr_scheduler::Mode::max : lr_scheduler::Mode::min,
            .factor = factor,
            .patience = detail::larger<Epoch>(patience - 1, 0),
            .threshold = min_delta,
            .threshold_mode = ThresholdMode::abs,
            .cooldown = detail::larger<Epoch>(cooldown - 1, 0),
            .min_lr = min_lr,
            .eps = T(0)};
  }
};

/// Bound to an optimizer, whose rates it reduces. Throws std::invalid_argument if an option is out of range.
template <class O>
[[nodiscard]] lr_scheduler::ReduceLROnPlateau<scalar_t<O>> ReduceLROnPlateau(
    O& optimizer, const ReduceLROnPlateauOptions<scalar_t<O>>& options = {}) {
  return lr_scheduler::ReduceLROnPlateau<scalar_t<O>>(optimizer, options.plateau());
}

}  // namespace keras
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_KERAS_HPP
