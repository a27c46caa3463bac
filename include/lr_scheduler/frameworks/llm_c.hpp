// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_LLM_C_HPP
#define LR_SCHEDULER_FRAMEWORKS_LLM_C_HPP

#include <string_view>
#include <utility>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>

namespace lr_scheduler {

/// The schedules of llm.c. Each is a function of options that gives a schedule with the rates of llm.c, step by step:
///
///     AnySchedule<float> schedule = llm_c::wsd<float>({.learning_rate = 6e-4F, .warmup_iterations = 700,
///                                                      .train_num_batches = 18865, .final_learning_rate_frac = 0});
///
/// The rate is in the schedule, the groups' own play no part. llm.c aborts after the last batch, where the rate stays
/// here. They throw std::invalid_argument if an option is out of range.
namespace llm_c {

/// What all in llmc/schedulers.h take.
template <Scalar T, const std::string_view& Name>
struct Options {
  Required<T> learning_rate;             ///< The highest rate, not negative. Required.
  Required<Epoch> warmup_iterations;     ///< Steps of the warm-up, not negative. Required.
  Required<Epoch> train_num_batches;     ///< Steps until the end, the warm-up among them, not negative. Required.
  Required<T> final_learning_rate_frac;  ///< Factor at the end, not negative. Required.

  static constexpr std::string_view name = Name;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("learning_rate", self.learning_rate);
    visit("warmup_iterations", self.warmup_iterations);
    visit("train_num_batches", self.train_num_batches);
    visit("final_learning_rate_frac", self.final_learning_rate_frac);
  }
  void validate() const {
    const detail::Check check(name);
    check.not_negative("learning_rate", learning_rate.value());
    check.not_negative("warmup_iterations", warmup_iterations);
    check.not_negative("train_num_batches", train_num_batches);
    check.not_negative("final_learning_rate_frac", final_learning_rate_frac.value());
  }
};

inline constexpr std::string_view cosine_name = "llm_c.cosine";
inline constexpr std::string_view linear_name = "llm_c.linear";
inline constexpr std::string_view constant_name = "llm_c.constant";
inline constexpr std::string_view wsd_name = "llm_c.wsd";

/// train_gpt2.py's own, with the defaults of its command line.
template <Scalar T>
struct GetLrOptions {
  T learning_rate = T(1e-4L);         ///< The highest rate, not negative.
  Count warmup_iters = 0;             ///< Steps of the warm-up, not negative.
  T learning_rate_decay_frac = T(1);  ///< Factor at the end, not negative.
  Count num_iterations = 10;          ///< Steps until the end, the warm-up among them, not negative.

  static constexpr std::string_view name = "llm_c.get_lr";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("learning_rate", self.learning_rate);
    visit("warmup_iters", self.warmup_iters);
    visit("learning_rate_decay_frac", self.learning_rate_decay_frac);
    visit("num_iterations", self.num_iterations);
  }
};

}  // namespace llm_c

namespace nanogpt {

/// With the defaults of nanoGPT's train.py.
template <Scalar T>
struct GetLrOptions {
  T learning_rate = T(6e-4L);     ///< The highest rate, not negative.
  Count warmup_iters = 2000;      ///< Steps of the warm-up, not negative.
  Count lr_decay_iters = 600000;  ///< Steps until the end, the warm-up among them, not negative.
  T min_lr = T(6e-5L);            ///< The rate at the end, not negative.

  static constexpr std::string_view name = "nanogpt.get_lr";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("learning_rate", self.learning_rate);
    visit("warmup_iters", self.warmup_iters);
    visit("lr_decay_iters", self.lr_decay_iters);
    visit("min_lr", self.min_lr);
  }
};

}  // namespace nanogpt

namespace detail {

/// A straight warm-up of which the first update is a part, and a decay from a step that may be over by its end.
template <Scalar T>
[[nodiscard]] AnySchedule<T> gpt_schedule(const T& learning_rate, FirstUpdate first_update, Epoch warmup_steps,
                                          Epoch decay_begin, AnySchedule<T> decay) {
  return of_rate<T>(learning_rate,
                    then<T>(schedule::LinearWarmup<T>{.warmup_steps = warmup_steps, .first_update = first_update},
                            larger(warmup_steps, decay_begin), std::move(decay), warmup_steps - decay_begin));
}

}  // namespace detail

namespace llm_c {

/// A straight warm-up that begins with one of warmup_iterations and is full one step before them, then half a cosine
/// wave to final_learning_rate_frac at train_num_batches.
template <Scalar T>
[[nodiscard]] AnySchedule<T> cosine(const Options<T, cosine_name>& options) {
  options.validate();
  const Epoch warmup = options.warmup_iterations;
  return detail::gpt_schedule<T>(options.learning_rate, FirstUpdate::one_of_w, warmup, warmup,
                                 schedule::Anneal<T>{.steps = detail::steps_after(warmup, options.train_num_batches),
                                                     .shape = Shape::cosine,
                                                     .end_factor = options.final_learning_rate_frac});
}

/// The same warm-up, then a straight line to final_learning_rate_frac at train_num_batches.
template <Scalar T>
[[nodiscard]] AnySchedule<T> linear(const Options<T, linear_name>& options) {
  options.validate();
  const Epoch warmup = options.warmup_iterations;
  return detail::gpt_schedule<T>(options.learning_rate, FirstUpdate::one_of_w, warmup, warmup,
                                 schedule::Anneal<T>{.steps = detail::steps_after(warmup, options.train_num_batches),
                                                     .end_factor = options.final_learning_rate_frac});
}

/// learning_rate for ever: there is no warm-up, whatever warmup_iterations.
template <Scalar T>
[[nodiscard]] AnySchedule<T> constant(const Options<T, constant_name>& options) {
  options.validate();
  return detail::of_rate<T>(options.learning_rate, detail::constant_factor(T(1)));
}

/// The same warm-up, learning_rate until 0.8 of train_num_batches, rounded down, then 1 - sqrt to
/// final_learning_rate_frac at the end. A warm-up that takes longer is followed by what is left of the decay.
template <Scalar T>
[[nodiscard]] AnySchedule<T> wsd(const Options<T, wsd_name>& options) {
  options.validate();
  const Epoch end = options.train_num_batches;
  const auto decay_begin = static_cast<Epoch>(0.8F * static_cast<float>(end));  // In float, as there.
  return detail::gpt_schedule<T>(options.learning_rate, FirstUpdate::one_of_w, options.warmup_iterations, decay_begin,
                                 schedule::Anneal<T>{.steps = detail::steps_after(decay_begin, end),
                                                     .shape = Shape::one_minus_sqrt,
                                                     .end_factor = options.final_learning_rate_frac});
}

/// llm_c.cosine by the arguments of train_gpt2.py, which goes on after the end.
template <Scalar T>
[[nodiscard]] AnySchedule<T> get_lr(const GetLrOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("learning_rate", options.learning_rate);
  check.not_negative("warmup_iters", options.warmup_iters);
  check.not_negative("learning_rate_decay_frac", options.learning_rate_decay_frac);
  check.not_negative("num_iterations", options.num_iterations);
  const Epoch warmup = options.warmup_iters;
  return detail::gpt_schedule<T>(options.learning_rate, FirstUpdate::one_of_w, warmup, warmup,
                                 schedule::Anneal<T>{.steps = detail::steps_after(warmup, options.num_iterations),
                                                     .shape = Shape::cosine,
                                                     .end_factor = options.learning_rate_decay_frac});
}

}  // namespace llm_c

/// nanoGPT's schedule, in the same manner.
namespace nanogpt {

/// A straight warm-up that begins with one of warmup_iters + 1 and is full at warmup_iters, then half a cosine wave to
/// min_lr at lr_decay_iters, where it stays.
template <Scalar T>
[[nodiscard]] AnySchedule<T> get_lr(const GetLrOptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("learning_rate", options.learning_rate);
  check.not_negative("warmup_iters", options.warmup_iters);
  check.not_negative("lr_decay_iters", options.lr_decay_iters);
  check.not_negative("min_lr", options.min_lr);
  const Epoch warmup = options.warmup_iters;
  const schedule::Anneal<T> decay{.steps = detail::steps_after(warmup, options.lr_decay_iters), .shape = Shape::cosine};
  return detail::gpt_schedule<T>(options.learning_rate, FirstUpdate::one_of_w_plus_1, warmup, warmup,
                                 detail::above<T>(options.min_lr, decay));
}

}  // namespace nanogpt
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_LLM_C_HPP
