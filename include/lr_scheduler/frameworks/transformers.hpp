// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_TRANSFORMERS_HPP
#define LR_SCHEDULER_FRAMEWORKS_TRANSFORMERS_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/greedy_lr.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/cycles.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>

namespace lr_scheduler {

namespace detail::transformers {

template <class Options>
Check check_steps(const Options& options) {
  const Check check(Options::name);
  check.not_negative("num_warmup_steps", options.num_warmup_steps);
  if constexpr (requires { Epoch(options.num_training_steps); }) {
    check.not_negative("num_training_steps", options.num_training_steps);
  }
  return check;
}

/// A straight warm-up from 0, then another schedule.
template <Scalar T>
[[nodiscard]] AnySchedule<T> warm_up(Epoch steps, AnySchedule<T> after) {
  return then<T>(schedule::LinearWarmup<T>{.warmup_steps = steps}, steps, std::move(after));
}

/// Cosine waves between the base rate and a share of it: num_cycles in these steps, and on.
template <Scalar T>
[[nodiscard]] AnySchedule<T> waves(Epoch steps, const T& num_cycles, const T& lowest) {
  if (num_cycles == T(0)) return constant_factor(T(1));
  return schedule::Anneal<T>{.steps = static_cast<double>(steps) / static_cast<double>(T(T(2) * num_cycles)),
                             .shape = Shape::cosine,
                             .end_factor = lowest,
                             .after_end = AfterEnd::rebound};
}

/// Steps of a cosine after the warm-up: one at least.
template <class Options>
[[nodiscard]] Epoch cosine_steps(const Options& options) {
  return larger<Epoch>(steps_after(options.num_warmup_steps, options.num_training_steps), 1);
}

/// A decay to a rate: decay(ratio) with its ratio to the optimizer's default rate. Without that each group's own rate
/// counts, and all end at the same.
template <Scalar T, class Decay>
[[nodiscard]] AnySchedule<T> decay_to(const T& lr, const std::optional<T>& default_lr, const Decay& decay) {
  if (default_lr) return decay(T(lr / *default_lr));
  return above<T>(lr, decay(T(0)));
}

/// The waves of the two that end at min_lr or min_lr_rate.
template <Scalar T, class Options>
[[nodiscard]] AnySchedule<T> waves_to_min_lr(const Options& options, const Check& check) {
  check.not_negative("num_cycles", options.num_cycles);
  if (options.min_lr.has_value() == options.min_lr_rate.has_value()) {
    check.refuse(std::string("needs min_lr or min_lr_rate, got ") + (options.min_lr ? "both" : "none"));
  }
  if (options.min_lr) check.not_negative("min_lr", *options.min_lr);
  if (options.min_lr_rate) check.not_negative("min_lr_rate", *options.min_lr_rate);
  if (options.default_lr) check.positive("default_lr", *options.default_lr);
  const auto decay = [&options](const T& ratio) { return waves<T>(cosine_steps(options), options.num_cycles, ratio); };
  return options.min_lr_rate ? decay(*options.min_lr_rate) : decay_to<T>(*options.min_lr, options.default_lr, decay);
}

}  // namespace detail::transformers

/// The schedules of Hugging Face's transformers, under the names that its get_scheduler() and lr_scheduler_type have.
/// Each is a function of options that gives a schedule with the rates of transformers, update by update:
///
///     AnySchedule<double> schedule =
///         transformers::cosine<double>({.num_warmup_steps = 500, .num_training_steps = 10000});
///
/// The two that depend on a metric are functions of an optimizer and options, and give a scheduler. They throw
/// std::invalid_argument if an option is out of range.
namespace transformers {

template <Scalar T>
struct ConstantOptions {
  static constexpr std::string_view name = "transformers.constant";
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {}
};

/// The base rate for ever.
///
/// Source: transformers.get_constant_schedule.
template <Scalar T>
[[nodiscard]] AnySchedule<T> constant(const ConstantOptions<T>& = {}) {
  return detail::constant_factor(T(1));
}

template <Scalar T>
struct ConstantWithWarmupOptions {
  Required<Epoch> num_warmup_steps;  ///< Steps of the warm-up, not negative. Required.

  static constexpr std::string_view name = "transformers.constant_with_warmup";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
  }
};

/// A straight warm-up from 0, full at num_warmup_steps, then the base rate for ever.
///
/// Source: transformers.get_constant_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> constant_with_warmup(const ConstantWithWarmupOptions<T>& options) {
  detail::transformers::check_steps(options);
  return schedule::LinearWarmup<T>{.warmup_steps = options.num_warmup_steps};
}

template <Scalar T>
struct LinearOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.

  static constexpr std::string_view name = "transformers.linear";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
  }
};

/// A straight warm-up from 0, then a straight line to 0 at num_training_steps, where it stays.
///
/// Source: transformers.get_linear_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> linear(const LinearOptions<T>& options) {
  detail::transformers::check_steps(options);
  const Epoch warmup = options.num_warmup_steps;
  return detail::transformers::warm_up<T>(
      warmup, schedule::Anneal<T>{.steps = detail::steps_after(warmup, options.num_training_steps)});
}

template <Scalar T>
struct CosineOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.
  T num_cycles = T(0.5L);              ///< Cosine waves after the warm-up, not negative.

  static constexpr std::string_view name = "transformers.cosine";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("num_cycles", self.num_cycles);
  }
};

/// A straight warm-up from 0, then cosine waves between the base rate and 0: half a wave, which ends at
/// num_training_steps, if not told otherwise. They go on after it, so that the rate rises again.
///
/// Source: transformers.get_cosine_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine(const CosineOptions<T>& options) {
  detail::transformers::check_steps(options).not_negative("num_cycles", options.num_cycles);
  return detail::transformers::warm_up<T>(
      options.num_warmup_steps,
      detail::transformers::waves(detail::transformers::cosine_steps(options), options.num_cycles, T(0)));
}

template <Scalar T>
struct CosineWithRestartsOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.
  Length num_cycles = 1;               ///< Half waves after the warm-up, positive, whole or not.

  static constexpr std::string_view name = "transformers.cosine_with_restarts";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("num_cycles", self.num_cycles);
  }
};

/// A straight warm-up from 0, then half a cosine wave to 0 again and again, num_cycles times until num_training_steps.
/// From there on 0.
///
/// Source: transformers.get_cosine_with_hard_restarts_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine_with_restarts(const CosineWithRestartsOptions<T>& options) {
  detail::transformers::check_steps(options).positive("num_cycles", double(options.num_cycles));
  const Epoch steps = detail::transformers::cosine_steps(options);
  const double length = static_cast<double>(steps) / options.num_cycles;
  const schedule::Cycles<T> cycles{.schedule = schedule::Anneal<T>{.steps = length, .shape = Shape::cosine},
                                   .length = length};
  return detail::transformers::warm_up<T>(options.num_warmup_steps,
                                          detail::then<T>(cycles, steps, detail::constant_factor(T(0))));
}

template <Scalar T>
struct PolynomialOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.
  T lr_end = T(1e-7L);                 ///< The rate at the end, not negative.
  T power = T(1);                      ///< Exponent, positive.
  std::optional<T> default_lr{};       ///< The optimizer's default rate, above lr_end; by default each group's own.

  static constexpr std::string_view name = "transformers.polynomial";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("lr_end", self.lr_end);
    visit("power", self.power);
    visit("default_lr", self.default_lr);
  }
};

/// A straight warm-up from 0, then a polynomial decay to lr_end at num_training_steps, where it stays: with q the share
/// of the decay that is over, (1 - q)^power is left. lr_end counts as its ratio to default_lr, so that a group with
/// another rate ends elsewhere.
///
/// Source: transformers.get_polynomial_decay_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> polynomial(const PolynomialOptions<T>& options) {
  const detail::Check check = detail::transformers::check_steps(options);
  check.not_negative("lr_end", options.lr_end);
  check.positive("power", options.power);
  if (options.default_lr) check.not_negative("default_lr", *options.default_lr);
  if (options.default_lr && !(options.lr_end < *options.default_lr)) {
    check.refuse("default_lr", "must be above lr_end, " + detail::text_of(options.lr_end),
                 detail::text_of(*options.default_lr));
  }
  const Epoch warmup = options.num_warmup_steps;
  const auto decay = [&options, warmup](const T& ratio) {
    return schedule::Anneal<T>{
        .steps = detail::steps_after(warmup, options.num_training_steps), .power = options.power, .end_factor = ratio};
  };
  return detail::transformers::warm_up<T>(warmup,
                                          detail::transformers::decay_to<T>(options.lr_end, options.default_lr, decay));
}

template <Scalar T>
struct InverseSqrtOptions {
  Required<Epoch> num_warmup_steps;  ///< Steps of the warm-up, not negative. Required.
  std::optional<Count> timescale{};  ///< Steps after which the square is halved, positive; the default is below.

  static constexpr std::string_view name = "transformers.inverse_sqrt";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("timescale", self.timescale);
  }
};

/// A straight warm-up from 0, then base_lr / sqrt(1 + (t - num_warmup_steps) / timescale), which has no end.
/// The timescale is num_warmup_steps where it is not given, and 10000 without a warm-up.
///
/// Source: transformers.get_inverse_sqrt_schedule.
template <Scalar T>
[[nodiscard]] AnySchedule<T> inverse_sqrt(const InverseSqrtOptions<T>& options) {
  const detail::Check check = detail::transformers::check_steps(options);
  if (options.timescale) check.positive("timescale", *options.timescale);
  const Epoch warmup = options.num_warmup_steps;
  const Epoch timescale = options.timescale.value_or(warmup > 0 ? warmup : 10000);
  return detail::transformers::warm_up<T>(warmup, schedule::InverseTime<T>{.timescale = timescale, .power = T(0.5L)});
}

template <Scalar T>
struct CosineWithMinLrOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.
  T num_cycles = T(0.5L);              ///< Cosine waves after the warm-up, not negative.
  std::optional<T> min_lr{};           ///< The lowest rate, not negative; or:
  std::optional<T> min_lr_rate{};      ///< Its ratio to the base rate, not negative.
  std::optional<T> default_lr{};       ///< The optimizer's default rate, positive; by default each group's own.

  static constexpr std::string_view name = "transformers.cosine_with_min_lr";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("num_cycles", self.num_cycles);
    visit("min_lr", self.min_lr);
    visit("min_lr_rate", self.min_lr_rate);
    visit("default_lr", self.default_lr);
  }
};

/// transformers.cosine, but that its waves are between the base rate and min_lr, which counts as its ratio to
/// default_lr, so that a group with another rate ends elsewhere.
///
/// Source: transformers.get_cosine_with_min_lr_schedule_with_warmup.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine_with_min_lr(const CosineWithMinLrOptions<T>& options) {
  const detail::Check check = detail::transformers::check_steps(options);
  return detail::transformers::warm_up<T>(options.num_warmup_steps,
                                          detail::transformers::waves_to_min_lr<T>(options, check));
}

template <Scalar T>
struct CosineWarmupWithMinLrOptions {
  Required<Epoch> num_warmup_steps;    ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_training_steps;  ///< Steps until the end, the warm-up among them, not negative. Required.
  T num_cycles = T(0.5L);              ///< Cosine waves after the warm-up, not negative.
  std::optional<T> min_lr{};           ///< The lowest rate, not negative; or:
  std::optional<T> min_lr_rate{};      ///< Its ratio to the base rate, not negative.
  std::optional<T> warmup_lr_rate{};  ///< Factor of the first update, not negative; by default one of num_warmup_steps.
  std::optional<T> default_lr{};      ///< The optimizer's default rate, positive; by default each group's own.

  static constexpr std::string_view name = "transformers.cosine_warmup_with_min_lr";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("num_cycles", self.num_cycles);
    visit("min_lr", self.min_lr);
    visit("min_lr_rate", self.min_lr_rate);
    visit("warmup_lr_rate", self.warmup_lr_rate);
    visit("default_lr", self.default_lr);
  }
};

/// A straight warm-up that begins with warmup_lr_rate and is full one step before num_warmup_steps, then the waves of
/// transformers.cosine_with_min_lr, all one step earlier.
///
/// Source: transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine_warmup_with_min_lr(const CosineWarmupWithMinLrOptions<T>& options) {
  const detail::Check check = detail::transformers::check_steps(options);
  if (options.warmup_lr_rate) check.not_negative("warmup_lr_rate", *options.warmup_lr_rate);
  const Epoch steps = options.num_warmup_steps;
  schedule::LinearWarmup<T> warmup{.warmup_steps = steps, .first_update = FirstUpdate::one_of_w};
  if (options.warmup_lr_rate) {
    warmup = {.warmup_steps = detail::larger<Epoch>(steps - 1, 1), .start_factor = *options.warmup_lr_rate};
  }
  return detail::then<T>(warmup, steps, detail::transformers::waves_to_min_lr<T>(options, check), 1);
}

template <Scalar T>
struct WarmupStableDecayOptions {
  Required<Epoch> num_warmup_steps;           ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> num_decay_steps;            ///< Steps of the decay, not negative. Required.
  std::optional<Count> num_training_steps{};  ///< Steps until the end, not negative; or:
  std::optional<Count> num_stable_steps{};    ///< Steps before the decay, not negative; it counts where both are given.
  Choice<Shape::linear, Shape::one_minus_sqrt> warmup_type = Shape::linear;  ///< The way up.
  Choice<Shape::linear, Shape::one_minus_sqrt> decay_type = Shape::cosine;   ///< The way down.
  T min_lr_ratio = T(0);   ///< Factor of the first update and at the end, not negative.
  T num_cycles = T(0.5L);  ///< Cosine waves of the decay, not negative.

  static constexpr std::string_view name = "transformers.warmup_stable_decay";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("num_warmup_steps", self.num_warmup_steps);
    visit("num_decay_steps", self.num_decay_steps);
    visit("num_training_steps", self.num_training_steps);
    visit("num_stable_steps", self.num_stable_steps);
    visit("warmup_type", self.warmup_type);
    visit("decay_type", self.decay_type);
    visit("min_lr_ratio", self.min_lr_ratio);
    visit("num_cycles", self.num_cycles);
  }
};

/// A warm-up from min_lr_ratio, the base rate, then a decay to min_lr_ratio, where it stays. Where num_training_steps
/// leaves too little room for the decay, it has begun before the warm-up ends, and the rate drops to it there.
///
/// Source: transformers.get_wsd_schedule.
template <Scalar T>
[[nodiscard]] AnySchedule<T> warmup_stable_decay(const WarmupStableDecayOptions<T>& options) {
  const detail::Check check = detail::transformers::check_steps(options);
  check.not_negative("num_decay_steps", options.num_decay_steps);
  if (!options.num_training_steps && !options.num_stable_steps) {
    check.refuse("needs num_training_steps or num_stable_steps, got none");
  }
  if (options.num_training_steps) check.not_negative("num_training_steps", *options.num_training_steps);
  if (options.num_stable_steps) check.not_negative("num_stable_steps", *options.num_stable_steps);
  check.choice("warmup_type", options.warmup_type);
  check.choice("decay_type", options.decay_type);
  check.not_negative("min_lr_ratio", options.min_lr_ratio);
  check.not_negative("num_cycles", options.num_cycles);

  const Epoch warmup_steps = options.num_warmup_steps;
  const Epoch decay_steps = options.num_decay_steps;
  schedule::Anneal<T> warmup{.steps = warmup_steps, .start_factor = options.min_lr_ratio, .end_factor = T(1)};
  if (options.warmup_type == Shape::cosine) warmup.shape = Shape::cosine;
  if (options.warmup_type == Shape::one_minus_sqrt) warmup.power = T(0.5L);  // 1 - sqrt(1 - q)
  AnySchedule<T> decay =
      options.decay_type == Shape::cosine
          ? detail::transformers::waves(decay_steps, options.num_cycles, options.min_lr_ratio)
          : schedule::Anneal<T>{.steps = decay_steps, .shape = options.decay_type, .end_factor = options.min_lr_ratio};
  decay = detail::then<T>(decay, decay_steps, detail::constant_factor(options.min_lr_ratio));
  const Epoch stable_steps = options.num_stable_steps
                                 ? Epoch(*options.num_stable_steps)
                                 : *options.num_training_steps - detail::saturating_sum(warmup_steps, decay_steps);
  const Epoch milestone = detail::saturating_sum(warmup_steps, detail::larger<Epoch>(stable_steps, 0));
  return detail::then<T>(warmup, milestone, decay, -stable_steps);
}

/// The rate falls by factor where a metric has stopped improving: the library's own, as transformers has PyTorch's.
///
/// Source: transformers.get_reduce_on_plateau_schedule.
template <class O>
[[nodiscard]] ReduceLROnPlateau<scalar_t<O>> reduce_lr_on_plateau(O& optimizer,
                                                                  PlateauOptions<scalar_t<O>> options = {}) {
  return ReduceLROnPlateau<scalar_t<O>>(optimizer, std::move(options));
}

/// The rate rises while a metric improves, and falls while it does not.
///
/// Source: transformers.get_greedy_schedule.
template <class O>
[[nodiscard]] GreedyLR<scalar_t<O>> greedy(O& optimizer, GreedyOptions<scalar_t<O>> options = {}) {
  return GreedyLR<scalar_t<O>>(optimizer, std::move(options));
}

// The same options under the names that a configuration has for these two.

template <Scalar T>
struct NamedPlateauOptions : PlateauOptions<T> {
  static constexpr std::string_view name = "transformers.reduce_lr_on_plateau";
};
template <Scalar T>
struct NamedGreedyOptions : GreedyOptions<T> {
  static constexpr std::string_view name = "transformers.greedy";
};

}  // namespace transformers
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_TRANSFORMERS_HPP
