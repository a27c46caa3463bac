// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_MEGATRON_HPP
#define LR_SCHEDULER_FRAMEWORKS_MEGATRON_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/clamp.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>

namespace lr_scheduler {

/// The scheduler of Megatron-LM, which drives the rate and the weight decay: a schedule for each, from the same
/// arguments. Steps are what step_by() counts: Megatron's are samples.
namespace megatron {

/// The way of the rate after the warm-up.
enum class DecayStyle { constant, linear, cosine, inverse_square_root, WSD };

/// The way down at the end of WSD.
enum class WsdDecayStyle { linear, cosine, exponential, minus_sqrt };

/// The way of the weight decay.
enum class IncrStyle { constant, linear, cosine };

/// Which of the two a configuration means.
enum class Drives { lr, weight_decay };

}  // namespace megatron

namespace detail {

inline constexpr std::string_view megatron_decay_names[] = {"constant", "linear", "cosine", "inverse-square-root",
                                                            "WSD"};
inline constexpr std::string_view megatron_wsd_decay_names[] = {"linear", "cosine", "exponential", "minus_sqrt"};
inline constexpr std::string_view megatron_incr_names[] = {"constant", "linear", "cosine"};
inline constexpr std::string_view megatron_drives_names[] = {"lr", "weight_decay"};

template <>
struct EnumNames<megatron::DecayStyle> : Named<megatron_decay_names> {};
template <>
struct EnumNames<megatron::WsdDecayStyle> : Named<megatron_wsd_decay_names> {};
template <>
struct EnumNames<megatron::IncrStyle> : Named<megatron_incr_names> {};
template <>
struct EnumNames<megatron::Drives> : Named<megatron_drives_names> {};

}  // namespace detail

namespace megatron {

template <Scalar T>
struct Arguments {
  Required<T> init_lr;                     ///< The rate at 0, not negative, at most max_lr. Required.
  Required<T> max_lr;                      ///< The rate after the warm-up, at least min_lr. Required.
  Required<T> min_lr;                      ///< The rate after lr_decay_steps, not negative. Required.
  Required<Epoch> lr_warmup_steps;         ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> lr_decay_steps;          ///< Steps until the end, more than lr_warmup_steps. Required.
  Required<DecayStyle> lr_decay_style;     ///< Required.
  Required<T> start_wd;                    ///< Weight decay at 0, not negative. Required.
  Required<T> end_wd;                      ///< Weight decay from wd_incr_steps on, at least start_wd. Required.
  Required<Epoch> wd_incr_steps;           ///< Steps from start_wd to end_wd, not negative. Required.
  Required<IncrStyle> wd_incr_style;       ///< Constant where start_wd is end_wd alone. Required.
  std::optional<Count> wsd_decay_steps{};  ///< Steps of the decay at the end of WSD, which needs it.
  std::optional<WsdDecayStyle> lr_wsd_decay_style{};  ///< Its way; WSD needs it.
  Drives drives = Drives::lr;  ///< Not Megatron's: whether OptimizerParamScheduler() is weight_decay() instead.

  static constexpr std::string_view name = "megatron.OptimizerParamScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("init_lr", self.init_lr);
    visit("max_lr", self.max_lr);
    visit("min_lr", self.min_lr);
    visit("lr_warmup_steps", self.lr_warmup_steps);
    visit("lr_decay_steps", self.lr_decay_steps);
    visit("lr_decay_style", self.lr_decay_style);
    visit("start_wd", self.start_wd);
    visit("end_wd", self.end_wd);
    visit("wd_incr_steps", self.wd_incr_steps);
    visit("wd_incr_style", self.wd_incr_style);
    visit("wsd_decay_steps", self.wsd_decay_steps);
    visit("lr_wsd_decay_style", self.lr_wsd_decay_style);
    visit("drives", self.drives);
  }

  /// Throws std::invalid_argument if one is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("init_lr", init_lr.value());
    check.not_negative("max_lr", max_lr.value());
    check.not_negative("min_lr", min_lr.value());
    require_at_least(check, "max_lr", max_lr, "min_lr", min_lr);
    require_at_least(check, "max_lr", max_lr, "init_lr", init_lr);
    check.not_negative("lr_warmup_steps", lr_warmup_steps);
    if (lr_decay_steps <= lr_warmup_steps) {
      check.refuse("lr_decay_steps",
                   "must be greater than lr_warmup_steps, " + detail::text_of(lr_warmup_steps.value()),
                   detail::text_of(lr_decay_steps.value()));
    }
    check.not_negative("start_wd", start_wd.value());
    check.not_negative("end_wd", end_wd.value());
    require_at_least(check, "end_wd", end_wd, "start_wd", start_wd);
    check.not_negative("wd_incr_steps", wd_incr_steps);
    if (wd_incr_style == IncrStyle::constant && start_wd.value() != end_wd.value()) {
      check.refuse("end_wd",
                   "must be start_wd, " + detail::text_of(start_wd.value()) + ", where wd_incr_style is constant",
                   detail::text_of(end_wd.value()));
    }
    if (wsd_decay_steps) check.not_negative("wsd_decay_steps", *wsd_decay_steps);
    if (lr_decay_style == DecayStyle::WSD && !(wsd_decay_steps && lr_wsd_decay_style)) {
      check.refuse("WSD needs wsd_decay_steps and lr_wsd_decay_style");
    }
  }

 private:
  static void require_at_least(const detail::Check& check, std::string_view field, const T& value,
                               std::string_view lowest_field, const T& lowest) {
    if (value >= lowest) return;
    check.refuse(field, "must be at least " + std::string(lowest_field) + ", " + detail::text_of(lowest),
                 detail::text_of(value));
  }
};

}  // namespace megatron

namespace detail {

template <Scalar T>
[[nodiscard]] constexpr Shape megatron_shape(const megatron::Arguments<T>& arguments) {
  if (arguments.lr_decay_style != megatron::DecayStyle::WSD) {
    return arguments.lr_decay_style == megatron::DecayStyle::cosine ? Shape::cosine : Shape::linear;
  }
  constexpr Shape shapes[] = {Shape::linear, Shape::cosine, Shape::exponential, Shape::one_minus_sqrt};
  return shapes[static_cast<std::size_t>(*arguments.lr_wsd_decay_style)];
}

}  // namespace detail

namespace megatron {

/// The weight decay: from start_wd to end_wd at wd_incr_steps, where it stays.
///
/// Source: OptimizerParamScheduler.get_wd() of megatron.core.
template <Scalar T>
[[nodiscard]] AnySchedule<T> weight_decay(const Arguments<T>& arguments) {
  arguments.validate();
  const bool is_cosine = arguments.wd_incr_style.value() == IncrStyle::cosine;
  return detail::of_rate<T>(
      arguments.start_wd,
      detail::above<T>(arguments.end_wd, schedule::Anneal<T>{.steps = arguments.wd_incr_steps.value(),
                                                             .shape = is_cosine ? Shape::cosine : Shape::linear}));
}

/// The rate: a straight warm-up from init_lr, full at lr_warmup_steps, then a way to min_lr at lr_decay_steps, where it
/// stays; the constant one has no end. The inverse square root of the steps drops to min_lr after lr_decay_steps. WSD
/// stays at max_lr but for the last wsd_decay_steps; where the warm-up ends among them, the rate drops after it.
///
/// Source: OptimizerParamScheduler.get_lr() of megatron.core.
template <Scalar T>
[[nodiscard]] AnySchedule<T> OptimizerParamScheduler(const Arguments<T>& arguments) {
  if (arguments.drives == Drives::weight_decay) return weight_decay(arguments);
  arguments.validate();
  const DecayStyle style = arguments.lr_decay_style;
  const Epoch warmup_steps = arguments.lr_warmup_steps;
  const Epoch end = arguments.lr_decay_steps;
  const AnySchedule<T> warmup =
      detail::above<T>(arguments.init_lr, schedule::LinearWarmup<T>{.warmup_steps = warmup_steps});
  if (style == DecayStyle::constant) return detail::of_rate<T>(arguments.max_lr, warmup);

  if (style == DecayStyle::inverse_square_root) {
    const Epoch begin = detail::larger<Epoch>(warmup_steps, 1);  // Step 0 counts as 1.
    const schedule::InverseTime<T> root{.timescale = begin, .power = T(0.5L)};
    const schedule::Clamp<T> decay{.schedule = root, .min_lr = arguments.min_lr};
    const AnySchedule<T> rest = detail::above<T>(arguments.min_lr, detail::constant_factor(T(0)));
    return detail::of_rate<T>(
        arguments.max_lr, detail::then<T>(detail::then<T>(warmup, begin, decay), detail::saturating_sum(end, 1), rest));
  }

  const bool is_wsd = style == DecayStyle::WSD;
  const Epoch decay_begin = is_wsd ? end - *arguments.wsd_decay_steps : warmup_steps;
  // The last step of WSD's warm-up is full, and so is the first of its decay.
  const Epoch milestone =
      is_wsd ? detail::larger<Epoch>(warmup_steps > 0 ? warmup_steps + 1 : 0, decay_begin + 1) : warmup_steps;
  const schedule::Anneal<T> decay{.steps = end - decay_begin, .shape = detail::megatron_shape(arguments)};
  return detail::of_rate<T>(
      arguments.max_lr,
      detail::then<T>(warmup, milestone, detail::above<T>(arguments.min_lr, decay), milestone - decay_begin));
}

}  // namespace megatron
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_MEGATRON_HPP
