// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_TIMM_HPP
#define LR_SCHEDULER_FRAMEWORKS_TIMM_HPP

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/clamp.hpp>
#include <lr_scheduler/schedules/cycles.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>
#include <lr_scheduler/schedules/multi_step.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/schedules/scaled.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

// The schedulers of timm, by their names. They shape the groups' rates; lr_min and warmup_lr_init are rates for all
// groups. Whether a step is an epoch or an update is up to who calls step(), so t_in_epochs is no option, and there is
// no noise.

namespace timm {

/// What a WSDLRScheduler does between its warm-up and its decay.
enum class StableFn {
  constant,  ///< The base rate.
  rsqrt,     ///< base_lr / sqrt(1 + t / stable_timescale).
  power,     ///< base_lr / (1 + t / stable_timescale)^stable_power.
};

/// What a WSDLRScheduler's decay leaves after a share q of its steps.
enum class DecayFn {
  linear,          ///< 1 - q.
  one_minus_sqrt,  ///< 1 - sqrt(q).
  cosine,          ///< (1 + cos(pi q)) / 2.
  power,           ///< 1 - q^decay_power.
  exp,             ///< (r^q - r) / (1 - r), r = decay_ratio.
};

/// What create_scheduler_v2() makes. timm's plateau, which is no schedule, is PlateauLRScheduler().
enum class Sched { cosine, tanh, step, constant, multistep, poly, wsd, rsqrt, none };

}  // namespace timm

namespace detail {

inline constexpr std::string_view timm_stable_fn_names[] = {"constant", "rsqrt", "power"};
inline constexpr std::string_view timm_decay_fn_names[] = {"linear", "1-sqrt", "cosine", "power", "exp"};
inline constexpr std::string_view timm_sched_names[] = {"cosine", "tanh", "step",  "constant", "multistep",
                                                        "poly",   "wsd",  "rsqrt", "none"};
template <>
struct EnumNames<timm::StableFn> : Named<timm_stable_fn_names> {};
template <>
struct EnumNames<timm::DecayFn> : Named<timm_decay_fn_names> {};
template <>
struct EnumNames<timm::Sched> : Named<timm_sched_names> {};

}  // namespace detail

namespace timm {

/// The factor (1 - tanh(lb + (ub - lb) t / steps)) / 2, and 0 from `steps` on: nearly 1 at first, nearly 0 at last.
template <Scalar T>
struct Tanh {
  Required<Epoch> steps;  ///< Steps of the way, positive. Required.
  T lb = T(-7);           ///< Where the hyperbolic tangent begins, below ub.
  T ub = T(3);            ///< Where it ends.

  static constexpr std::string_view name = "timm.Tanh";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps);
    visit("lb", self.lb);
    visit("ub", self.ub);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate(const detail::Check& check = detail::Check(name)) const {
    check.positive("steps", steps);
    if (!(lb < ub)) check.refuse("lb", "must be below ub, " + detail::text_of(ub), detail::text_of(lb));
    if (!detail::is_finite(lb)) check.refuse("lb", "must be finite", detail::text_of(lb));
    if (!detail::is_finite(ub)) check.refuse("ub", "must be finite", detail::text_of(ub));
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    if (t.epoch >= steps) return {C(0)};
    const C share = C(t.as<C>() / C(steps.value()));
    const C x = C(C(lb) * C(C(1) - share) + C(ub) * share);
    return {C(C(1) / C(C(2) + detail::exponential_minus_one(C(C(2) * x))))};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const Tanh&, const Tanh&) = default;
};

/// The factor decay_rate^floor(t / decay_t), the quotient not rounded, as in Python: 11 steps hold 9 whole 1.1, as that
/// is a little more than 11 / 10.
template <Scalar T>
struct Step {
  Required<double> decay_t;  ///< Steps between two decays, positive, whole or not. Required.
  T decay_rate = T(1);       ///< Factor of each decay, not negative.

  static constexpr std::string_view name = "timm.Step";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("decay_t", self.decay_t);
    visit("decay_rate", self.decay_rate);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate(const detail::Check& check = detail::Check(name)) const {
    check.positive("decay_t", decay_t.value());
    check.not_negative("decay_rate", decay_rate);
  }

  [[nodiscard]] Power<T> at(Count t) const {
    const auto n = static_cast<double>(Epoch(t));
    const double decays = std::round((n - std::fmod(n, decay_t.value())) / decay_t);
    return {decay_rate, Time(detail::smaller(decays, 0x1p62))};
  }
  [[nodiscard]] T at(Count t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace timm

namespace detail {

/// A cycle that begins at the group's rate, again and again; then lr_min.
template <Scalar T, class Options>
[[nodiscard]] AnySchedule<T> timm_cycles(const Options& options, AnySchedule<T> left) {
  return schedule::Cycles<T>{.schedule = above<T>(options.lr_min, std::move(left)),
                             .length = options.t_initial.value(),
                             .length_mult = options.cycle_mul,
                             .decay = options.cycle_decay,
                             .limit = options.cycle_limit};
}

/// A straight warm-up from warmup_lr_init at 0 to `aim` at warmup_t, then the curve, from its 0 where the warm-up is a
/// prefix and otherwise from its warmup_t, wherever that is.
template <Scalar T>
[[nodiscard]] AnySchedule<T> timm_warmup(Epoch warmup_t, const T& warmup_lr_init, bool is_prefix, AnySchedule<T> curve,
                                         AnySchedule<T> aim = constant_factor(T(1))) {
  if (warmup_t == 0) return curve;
  const schedule::Scaled<T> warmup{
      .schedule = std::move(aim), .by = schedule::LinearWarmup<T>{.warmup_steps = warmup_t}, .floor = warmup_lr_init};
  return then<T>(warmup, warmup_t, std::move(curve), is_prefix ? 0 : warmup_t);
}

/// Before the first step, without a warm-up, timm has the group's rate, whatever the curve is there.
template <Scalar T>
[[nodiscard]] AnySchedule<T> timm_begin(AnySchedule<T> curve) {
  return then<T>(constant_factor(T(1)), 1, std::move(curve), 1);
}

template <class Options>
void check_timm_warmup(const Check& check, const Options& options) {
  check.not_negative("warmup_t", options.warmup_t);
  check.not_negative("warmup_lr_init", options.warmup_lr_init);
}

template <class Options>
void check_timm_cycles(const Check& check, const Options& options) {
  check.positive("t_initial", options.t_initial);
  check.not_negative("lr_min", options.lr_min);
  check.positive("cycle_mul", options.cycle_mul);
  check.not_negative("cycle_decay", options.cycle_decay);
  check.positive("cycle_limit", options.cycle_limit);
  check_timm_warmup(check, options);
}

}  // namespace detail

namespace timm {

/// timm.scheduler.CosineLRScheduler.
template <Scalar T>
struct CosineLRSchedulerOptions {
  Required<Epoch> t_initial;   ///< Steps of the first cycle, positive. Required.
  T lr_min = T(0);             ///< Rate at the end of a cycle and after the last, not negative.
  double cycle_mul = 1;        ///< How many times as long each cycle is as the one before, positive.
  T cycle_decay = T(1);        ///< Factor of the rate that each cycle begins at, not negative.
  Count cycle_limit = 1;       ///< Number of cycles, positive.
  Count warmup_t = 0;          ///< Steps of the warm-up, not negative.
  T warmup_lr_init = T(0);     ///< Rate at 0 where there is a warm-up, not negative.
  bool warmup_prefix = false;  ///< Whether the cycles begin after the warm-up and not behind it.
  T k_decay = T(1);            ///< Exponent of the share of a cycle that is over, positive.

  static constexpr std::string_view name = "timm.CosineLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("t_initial", self.t_initial);
    visit("lr_min", self.lr_min);
    visit("cycle_mul", self.cycle_mul);
    visit("cycle_decay", self.cycle_decay);
    visit("cycle_limit", self.cycle_limit);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("warmup_prefix", self.warmup_prefix);
    visit("k_decay", self.k_decay);
  }
};

/// Throws std::invalid_argument if an option is out of range, as all of these do.
template <Scalar T>
[[nodiscard]] AnySchedule<T> CosineLRScheduler(const CosineLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  detail::check_timm_cycles(check, options);
  check.positive("k_decay", options.k_decay);

  return detail::timm_warmup<T>(options.warmup_t, options.warmup_lr_init, options.warmup_prefix,
                                detail::timm_cycles<T>(options, schedule::Anneal<T>{.steps = options.t_initial.value(),
                                                                                    .shape = Shape::cosine,
                                                                                    .time_power = options.k_decay}));
}

/// timm.scheduler.TanhLRScheduler.
template <Scalar T>
struct TanhLRSchedulerOptions {
  Required<Epoch> t_initial;  ///< As in CosineLRScheduler. Required.
  T lb = T(-7);               ///< Where the hyperbolic tangent begins, below ub.
  T ub = T(3);                ///< Where it ends.
  T lr_min = T(0);            ///< As in CosineLRScheduler, as all that follow.
  double cycle_mul = 1;
  T cycle_decay = T(1);
  Count cycle_limit = 1;
  Count warmup_t = 0;
  T warmup_lr_init = T(0);
  bool warmup_prefix = false;

  static constexpr std::string_view name = "timm.TanhLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("t_initial", self.t_initial);
    visit("lb", self.lb);
    visit("ub", self.ub);
    visit("lr_min", self.lr_min);
    visit("cycle_mul", self.cycle_mul);
    visit("cycle_decay", self.cycle_decay);
    visit("cycle_limit", self.cycle_limit);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("warmup_prefix", self.warmup_prefix);
  }
};

/// Without a prefix the warm-up ends where the curve is by then.
template <Scalar T>
[[nodiscard]] AnySchedule<T> TanhLRScheduler(const TanhLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  detail::check_timm_cycles(check, options);
  const Tanh<T> tanh{.steps = options.t_initial, .lb = options.lb, .ub = options.ub};
  tanh.validate(check);

  const AnySchedule<T> curve = detail::timm_cycles<T>(options, tanh);
  const Epoch warmup_t = options.warmup_t;
  if (warmup_t == 0) return detail::timm_begin<T>(curve);
  AnySchedule<T> aim = detail::constant_factor(T(1));
  if (!options.warmup_prefix) aim = schedule::Retimed<T>{.schedule = curve, .begin = warmup_t, .end = warmup_t};
  return detail::timm_warmup<T>(warmup_t, options.warmup_lr_init, options.warmup_prefix, curve, aim);
}

/// timm.scheduler.PolyLRScheduler.
template <Scalar T>
struct PolyLRSchedulerOptions {
  Required<Epoch> t_initial;  ///< As in CosineLRScheduler. Required.
  T power = T(0.5L);          ///< Exponent of what is left, positive.
  T lr_min = T(0);            ///< As in CosineLRScheduler, as all that follow.
  double cycle_mul = 1;
  T cycle_decay = T(1);
  Count cycle_limit = 1;
  Count warmup_t = 0;
  T warmup_lr_init = T(0);
  bool warmup_prefix = false;
  T k_decay = T(1);

  static constexpr std::string_view name = "timm.PolyLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("t_initial", self.t_initial);
    visit("power", self.power);
    visit("lr_min", self.lr_min);
    visit("cycle_mul", self.cycle_mul);
    visit("cycle_decay", self.cycle_decay);
    visit("cycle_limit", self.cycle_limit);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("warmup_prefix", self.warmup_prefix);
    visit("k_decay", self.k_decay);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> PolyLRScheduler(const PolyLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  detail::check_timm_cycles(check, options);
  check.positive("power", options.power);
  check.positive("k_decay", options.k_decay);

  return detail::timm_warmup<T>(options.warmup_t, options.warmup_lr_init, options.warmup_prefix,
                                detail::timm_cycles<T>(options, schedule::Anneal<T>{.steps = options.t_initial.value(),
                                                                                    .power = options.power,
                                                                                    .time_power = options.k_decay}));
}

/// timm.scheduler.StepLRScheduler.
template <Scalar T>
struct StepLRSchedulerOptions {
  Required<double> decay_t;  ///< Steps between two decays, positive, whole or not. Required.
  T decay_rate = T(1);       ///< Factor of each decay, not negative.
  Count warmup_t = 0;        ///< As in CosineLRScheduler, as those that follow.
  T warmup_lr_init = T(0);
  bool warmup_prefix = true;

  static constexpr std::string_view name = "timm.StepLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("decay_t", self.decay_t);
    visit("decay_rate", self.decay_rate);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("warmup_prefix", self.warmup_prefix);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> StepLRScheduler(const StepLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  const Step<T> step{.decay_t = options.decay_t, .decay_rate = options.decay_rate};
  step.validate(check);
  detail::check_timm_warmup(check, options);

  return detail::timm_warmup<T>(options.warmup_t, options.warmup_lr_init, options.warmup_prefix, step);
}

/// timm.scheduler.MultiStepLRScheduler.
template <Scalar T>
struct MultiStepLRSchedulerOptions {
  Counts decay_t{};     ///< Steps, not negative; the rate falls one step before each.
  T decay_rate = T(1);  ///< Factor of each decay, not negative.
  Count warmup_t = 0;   ///< As in CosineLRScheduler, as those that follow.
  T warmup_lr_init = T(0);
  bool warmup_prefix = true;

  static constexpr std::string_view name = "timm.MultiStepLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("decay_t", self.decay_t);
    visit("decay_rate", self.decay_rate);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("warmup_prefix", self.warmup_prefix);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> MultiStepLRScheduler(const MultiStepLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  check.none_negative("decay_t", options.decay_t);
  check.not_negative("decay_rate", options.decay_rate);
  detail::check_timm_warmup(check, options);

  std::vector<Epoch> milestones;
  for (const Epoch t : options.decay_t) milestones.push_back(detail::larger<Epoch>(t - 1, 0));
  const schedule::MultiStep<T> steps{.milestones = std::move(milestones), .gamma = options.decay_rate};
  if (options.warmup_t == 0) return detail::timm_begin<T>(steps);
  return detail::timm_warmup<T>(options.warmup_t, options.warmup_lr_init, options.warmup_prefix, steps);
}

/// timm.scheduler.WSDLRScheduler.
template <Scalar T>
struct WSDLRSchedulerOptions {
  Required<Epoch> t_initial;                   ///< Steps after the warm-up until lr_min, positive. Required.
  Required<Epoch> decay_t;                     ///< How many of them are the decay, 1 to t_initial. Required.
  T lr_min = T(0);                             ///< Rate at the end, not negative.
  StableFn stable_fn = StableFn::constant;     ///< What the rate does from the warm-up on, in the decay too.
  std::optional<Length> stable_timescale{};    ///< Of rsqrt and power, positive; by default warmup_t.
  T stable_power = T(0.5L);                    ///< Of power, positive.
  DecayFn decay_fn = DecayFn::one_minus_sqrt;  ///< The way down.
  T decay_power = T(0.5L);                     ///< Of power, positive.
  T decay_ratio = T(0.1L);                     ///< Of exp, between 0 and 1 and neither of them.
  Count warmup_t = 0;                          ///< Steps of the warm-up, not negative.
  T warmup_lr_init = T(0);                     ///< Rate at 0 where there is a warm-up, not negative.

  static constexpr std::string_view name = "timm.WSDLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("t_initial", self.t_initial);
    visit("decay_t", self.decay_t);
    visit("lr_min", self.lr_min);
    visit("stable_fn", self.stable_fn);
    visit("stable_timescale", self.stable_timescale);
    visit("stable_power", self.stable_power);
    visit("decay_fn", self.decay_fn);
    visit("decay_power", self.decay_power);
    visit("decay_ratio", self.decay_ratio);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> WSDLRScheduler(const WSDLRSchedulerOptions<T>& options) {
  const detail::Check check(options.name);
  const Epoch t_initial = options.t_initial;
  const Epoch decay_t = options.decay_t;
  check.positive("t_initial", t_initial);
  check.positive("decay_t", decay_t);
  if (decay_t > t_initial) {
    check.refuse("decay_t", "must be at most t_initial, " + detail::text_of(t_initial), detail::text_of(decay_t));
  }
  check.not_negative("lr_min", options.lr_min);
  check.positive("stable_power", options.stable_power);
  check.positive("decay_power", options.decay_power);
  if (!(options.decay_ratio > T(0) && options.decay_ratio < T(1))) {
    check.refuse("decay_ratio", "must be greater than 0 and less than 1", detail::text_of(options.decay_ratio));
  }
  detail::check_timm_warmup(check, options);
  const double timescale = options.stable_timescale.value_or(Length(options.warmup_t));
  if (options.stable_fn != StableFn::constant) check.positive("stable_timescale", timescale);

  AnySchedule<T> stable = detail::constant_factor(T(1));
  if (options.stable_fn != StableFn::constant) {
    const T power = options.stable_fn == StableFn::rsqrt ? T(0.5L) : options.stable_power;
    stable = schedule::InverseTime<T>{.timescale = timescale, .power = power};
  }
  schedule::Anneal<T> decay{.steps = decay_t};
  if (options.decay_fn == DecayFn::one_minus_sqrt) decay.shape = Shape::one_minus_sqrt;
  if (options.decay_fn == DecayFn::cosine) decay.shape = Shape::cosine;
  if (options.decay_fn == DecayFn::power) decay.time_power = options.decay_power;
  if (options.decay_fn == DecayFn::exp) {
    decay.shape = Shape::exponential;
    decay.ratio = options.decay_ratio;
  }

  const AnySchedule<T> curve =
      schedule::Scaled<T>{.schedule = schedule::Clamp<T>{.schedule = std::move(stable), .min_lr = options.lr_min},
                          .by = schedule::Retimed<T>{.schedule = decay, .begin = decay_t - t_initial},
                          .floor = options.lr_min};
  if (options.warmup_t == 0) return detail::timm_begin<T>(curve);
  return detail::timm_warmup<T>(options.warmup_t, options.warmup_lr_init, true, curve);
}

/// timm.scheduler.PlateauLRScheduler.
template <Scalar T>
struct PlateauLRSchedulerOptions {
  T decay_rate = T(0.1L);    ///< Factor of a reduction, not negative, below 1.
  Count patience_t = 10;     ///< Bad epochs in a row that are tolerated, not negative.
  T threshold = T(0.0001L);  ///< By which share of the best a metric must beat it, not negative.
  Count cooldown_t = 0;      ///< Epochs after a reduction that are not bad, not negative.
  Count warmup_t = 0;        ///< Epochs of the warm-up, in which metrics do not count, not negative.
  T warmup_lr_init = T(0);   ///< Rate at 0 where there is a warm-up, not negative.
  T lr_min = T(0);           ///< The lowest rate, not negative.
  Mode mode = Mode::max;     ///< Whether the metric should fall or rise.

  static constexpr std::string_view name = "timm.PlateauLRScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("decay_rate", self.decay_rate);
    visit("patience_t", self.patience_t);
    visit("threshold", self.threshold);
    visit("cooldown_t", self.cooldown_t);
    visit("warmup_t", self.warmup_t);
    visit("warmup_lr_init", self.warmup_lr_init);
    visit("lr_min", self.lr_min);
    visit("mode", self.mode);
  }

  /// What they are in ours. Throws std::invalid_argument if an option is out of range.
  [[nodiscard]] PlateauOptions<T> plateau() const {
    const detail::Check check(name);
    check.not_negative("decay_rate", decay_rate);
    if (!(decay_rate < T(1))) check.refuse("decay_rate", "must be less than 1", detail::text_of(decay_rate));
    check.not_negative("patience_t", patience_t);
    check.not_negative("threshold", threshold);
    check.not_negative("cooldown_t", cooldown_t);
    detail::check_timm_warmup(check, *this);
    check.not_negative("lr_min", lr_min);
    PlateauOptions<T> options{.mode = mode,
                              .factor = decay_rate,
                              .patience = patience_t,
                              .threshold = threshold,
                              .cooldown = cooldown_t,
                              .min_lr = lr_min,
                              .start_from_epoch = warmup_t};
    if (warmup_t > 0) {
      options.schedule = detail::timm_warmup<T>(warmup_t, warmup_lr_init, true, detail::constant_factor(T(1)));
    }
    return options;
  }
};

/// Bound to an optimizer, whose rates it reduces after the warm-up.
template <class O>
[[nodiscard]] ReduceLROnPlateau<scalar_t<O>> PlateauLRScheduler(
    O& optimizer, const PlateauLRSchedulerOptions<scalar_t<O>>& options = {}) {
  return ReduceLROnPlateau<scalar_t<O>>(optimizer, options.plateau());
}

/// timm.scheduler.create_scheduler_v2, which makes those above under the names of timm's training script.
template <Scalar T>
struct CreateSchedulerV2Options {
  Sched sched = Sched::cosine;            ///< Which one. rsqrt is a WSDLRScheduler, none leaves the rates alone.
  Count num_epochs = 300;                 ///< Epochs, without a prefix with the warm-up among them; positive.
  std::optional<double> decay_epochs{};   ///< Of step 90, of wsd and rsqrt 0.2; below 1 as a share of their epochs.
  Counts decay_milestones{90, 180, 270};  ///< Of multistep.
  Count cooldown_epochs = 0;              ///< How long to train after the end: no matter to the rates.
  T decay_rate = T(0.1L);                 ///< Of step and multistep; of poly it is the power.
  T min_lr = T(0);                        ///< lr_min.
  T warmup_lr = T(0.00001L);              ///< warmup_lr_init.
  Count warmup_epochs = 0;                ///< Epochs of the warm-up, not negative.
  bool warmup_prefix = false;             ///< As in CosineLRScheduler. Of wsd and rsqrt whether num_epochs is without.
  double cycle_mul = 1;                   ///< Of cosine, tanh and poly, as the two that follow.
  T cycle_decay = T(0.1L);
  Count cycle_limit = 1;
  T k_decay = T(1);                          ///< Of cosine and poly.
  std::optional<DecayFn> decay_fn{};         ///< Of wsd 1-sqrt, of rsqrt linear.
  std::optional<double> stable_timescale{};  ///< Of rsqrt, in epochs; by default warmup_epochs.
  bool step_on_epochs = true;                ///< Whether a step is an epoch; if not, all epochs are taken times
  Count updates_per_epoch = 0;               ///< this, positive.

  static constexpr std::string_view name = "timm.create_scheduler_v2";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("sched", self.sched);
    visit("num_epochs", self.num_epochs);
    visit("decay_epochs", self.decay_epochs);
    visit("decay_milestones", self.decay_milestones);
    visit("cooldown_epochs", self.cooldown_epochs);
    visit("decay_rate", self.decay_rate);
    visit("min_lr", self.min_lr);
    visit("warmup_lr", self.warmup_lr);
    visit("warmup_epochs", self.warmup_epochs);
    visit("warmup_prefix", self.warmup_prefix);
    visit("cycle_mul", self.cycle_mul);
    visit("cycle_decay", self.cycle_decay);
    visit("cycle_limit", self.cycle_limit);
    visit("k_decay", self.k_decay);
    visit("decay_fn", self.decay_fn);
    visit("stable_timescale", self.stable_timescale);
    visit("step_on_epochs", self.step_on_epochs);
    visit("updates_per_epoch", self.updates_per_epoch);
  }
};

template <Scalar T>
[[nodiscard]] AnySchedule<T> create_scheduler_v2(const CreateSchedulerV2Options<T>& options) {
  const detail::Check check(options.name);
  check.positive("num_epochs", options.num_epochs);
  check.not_negative("warmup_epochs", options.warmup_epochs);
  check.not_negative("min_lr", options.min_lr);
  check.not_negative("warmup_lr", options.warmup_lr);
  check.none_negative("decay_milestones", options.decay_milestones);
  if (options.decay_epochs) check.positive("decay_epochs", *options.decay_epochs);
  if (!options.step_on_epochs) check.positive("updates_per_epoch", options.updates_per_epoch);

  const Epoch updates = options.step_on_epochs ? 1 : Epoch(options.updates_per_epoch);
  const auto steps = [updates](Epoch epochs) {
    constexpr Epoch most = std::numeric_limits<Epoch>::max();
    return epochs > most / updates ? most : epochs * updates;
  };
  const bool is_wsd = options.sched == Sched::wsd || options.sched == Sched::rsqrt;
  const double decay_epochs = options.decay_epochs.value_or(is_wsd ? 0.2 : 90);
  const double decay_t = decay_epochs * static_cast<double>(updates);
  const Epoch t_initial = steps(options.num_epochs);
  const Epoch warmup_t = steps(options.warmup_epochs);

  switch (options.sched) {
    case Sched::cosine:
      return CosineLRScheduler<T>({.t_initial = t_initial,
                                   .lr_min = options.min_lr,
                                   .cycle_mul = options.cycle_mul,
                                   .cycle_decay = options.cycle_decay,
                                   .cycle_limit = options.cycle_limit,
                                   .warmup_t = warmup_t,
                                   .warmup_lr_init = options.warmup_lr,
                                   .warmup_prefix = options.warmup_prefix,
                                   .k_decay = options.k_decay});
    case Sched::tanh:
      return TanhLRScheduler<T>({.t_initial = t_initial,
                                 .lr_min = options.min_lr,
                                 .cycle_mul = options.cycle_mul,
                                 .cycle_decay = options.cycle_decay,
                                 .cycle_limit = options.cycle_limit,
                                 .warmup_t = warmup_t,
                                 .warmup_lr_init = options.warmup_lr,
                                 .warmup_prefix = options.warmup_prefix});
    case Sched::poly:
      return PolyLRScheduler<T>({.t_initial = t_initial,
                                 .power = options.decay_rate,
                                 .lr_min = options.min_lr,
                                 .cycle_mul = options.cycle_mul,
                                 .cycle_decay = options.cycle_decay,
                                 .cycle_limit = options.cycle_limit,
                                 .warmup_t = warmup_t,
                                 .warmup_lr_init = options.warmup_lr,
                                 .warmup_prefix = options.warmup_prefix,
                                 .k_decay = options.k_decay});
    case Sched::step:
    case Sched::constant:
      return StepLRScheduler<T>({.decay_t = options.sched == Sched::step ? decay_t : 1.0,
                                 .decay_rate = options.sched == Sched::step ? options.decay_rate : T(1),
                                 .warmup_t = warmup_t,
                                 .warmup_lr_init = options.warmup_lr,
                                 .warmup_prefix = options.warmup_prefix});
    case Sched::multistep: {
      std::vector<Epoch> milestones;
      for (const Epoch epoch : options.decay_milestones) milestones.push_back(steps(epoch));
      return MultiStepLRScheduler<T>({.decay_t = std::move(milestones),
                                      .decay_rate = options.decay_rate,
                                      .warmup_t = warmup_t,
                                      .warmup_lr_init = options.warmup_lr,
                                      .warmup_prefix = options.warmup_prefix});
    }
    case Sched::wsd:
    case Sched::rsqrt:
      break;
    case Sched::none:
      return detail::constant_factor(T(1));
  }
  const Epoch stable_and_decay = options.warmup_prefix ? t_initial : t_initial - warmup_t;
  const double rounded =
      std::nearbyint(decay_epochs < 1 ? decay_epochs * static_cast<double>(stable_and_decay) : decay_t);
  if (!(rounded > 0 && rounded <= static_cast<double>(stable_and_decay))) {
    check.refuse("decay_epochs",
                 "must be some of the " + detail::text_of(stable_and_decay) + " steps without the warm-up",
                 detail::text_of(rounded));
  }
  std::optional<Length> timescale;
  if (options.stable_timescale) timescale = *options.stable_timescale * static_cast<double>(updates);
  const bool is_rsqrt = options.sched == Sched::rsqrt;
  return WSDLRScheduler<T>({.t_initial = stable_and_decay,
                            .decay_t = static_cast<Epoch>(rounded),
                            .lr_min = options.min_lr,
                            .stable_fn = is_rsqrt ? StableFn::rsqrt : StableFn::constant,
                            .stable_timescale = timescale,
                            .decay_fn = options.decay_fn.value_or(is_rsqrt ? DecayFn::linear : DecayFn::one_minus_sqrt),
                            .warmup_t = warmup_t,
                            .warmup_lr_init = options.warmup_lr});
}

}  // namespace timm
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_TIMM_HPP
