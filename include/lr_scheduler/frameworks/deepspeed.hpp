// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_DEEPSPEED_HPP
#define LR_SCHEDULER_FRAMEWORKS_DEEPSPEED_HPP

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/frameworks/detail/phases.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// DeepSpeed's schedulers. All but LRRangeTest and OneCycle, which are schedules, are functions of options that give
/// one with the rates of DeepSpeed, update by update, as its engine steps them:
///
///     AnySchedule<double> schedule = deepspeed::WarmupDecayLR<double>({.total_num_steps = 10000});
///
/// They throw std::invalid_argument if an option is out of range.
namespace deepspeed {

/// The way of a warm-up.
enum class WarmupType { log, linear };

}  // namespace deepspeed

namespace detail {

inline constexpr std::string_view deepspeed_warmup_names[] = {"log", "linear"};

template <>
struct EnumNames<deepspeed::WarmupType> : Named<deepspeed_warmup_names> {};

}  // namespace detail

namespace deepspeed {

/// base_lr times a factor that rises from start_factor at 0 with the logarithm of the steps, and is full one step
/// before warmup_steps.
///
///     {.warmup_steps = 4}, base rate 0.1: 0, 0.05, 0.0792, 0.1, 0.1 ...
///
/// T needs a log() beside what a Scalar has. Source: deepspeed.runtime.lr_schedules, warmup_type log.
template <Scalar T>
struct LogWarmup {
  Required<Epoch> warmup_steps;  ///< Steps of the warm-up, at least 2. Required.
  T start_factor = T(0);         ///< Factor at 0, not negative.

  static constexpr std::string_view name = "deepspeed.LogWarmup";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("start_factor", self.start_factor);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    if (warmup_steps < 2) check.refuse("warmup_steps", "must be at least 2", detail::text_of(warmup_steps.value()));
    check.not_negative("start_factor", start_factor);
  }

  [[nodiscard]] Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using std::log;
    if (t.epoch >= warmup_steps - 1) return {C(1)};
    const C over = C(log(C(t.as<C>() + C(1))) / log(C(warmup_steps.value())));
    return {C(C(start_factor) + (C(1) - C(start_factor)) * over)};
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return at(t)(group); }
  [[nodiscard]] constexpr Epoch unchanged_until(Epoch t) const {
    return t < warmup_steps - 1 ? t + 1 : std::numeric_limits<Epoch>::max();
  }

  friend bool operator==(const LogWarmup&, const LogWarmup&) = default;
};

template <Scalar T>
struct WarmupLROptions {
  T warmup_min_lr = T(0);                    ///< The rate of the first two updates, not negative.
  std::optional<T> warmup_max_lr{};          ///< The rate after the warm-up, not negative; by default the group's own.
  Count warmup_num_steps = 1000;             ///< Steps of the warm-up, positive; 1 counts as 2.
  WarmupType warmup_type = WarmupType::log;  ///< The way up.

  static constexpr std::string_view name = "deepspeed.WarmupLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_min_lr", self.warmup_min_lr);
    visit("warmup_max_lr", self.warmup_max_lr);
    visit("warmup_num_steps", self.warmup_num_steps);
    visit("warmup_type", self.warmup_type);
  }
};

template <Scalar T>
struct WarmupDecayLROptions {
  Required<Epoch> total_num_steps;           ///< Steps until the end, the warm-up among them, not negative. Required.
  T warmup_min_lr = T(0);                    ///< The rate of the first two updates and at the end, not negative.
  T warmup_max_lr = T(1e-3L);                ///< The rate after the warm-up, not negative, whatever the group's own.
  Count warmup_num_steps = 1000;             ///< Steps of the warm-up, positive; 1 counts as 2.
  WarmupType warmup_type = WarmupType::log;  ///< The way up.

  static constexpr std::string_view name = "deepspeed.WarmupDecayLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total_num_steps", self.total_num_steps);
    visit("warmup_min_lr", self.warmup_min_lr);
    visit("warmup_max_lr", self.warmup_max_lr);
    visit("warmup_num_steps", self.warmup_num_steps);
    visit("warmup_type", self.warmup_type);
  }
};

template <Scalar T>
struct WarmupCosineLROptions {
  Required<Epoch> total_num_steps;           ///< Steps until the end, the warm-up among them, not negative. Required.
  T warmup_min_ratio = T(0);                 ///< Factor of the second update, not negative.
  Count warmup_num_steps = 1000;             ///< Steps of the warm-up, positive; 1 counts as 2.
  T cos_min_ratio = T(1e-4L);                ///< Factor at the end, not negative.
  WarmupType warmup_type = WarmupType::log;  ///< The way up.

  static constexpr std::string_view name = "deepspeed.WarmupCosineLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total_num_steps", self.total_num_steps);
    visit("warmup_min_ratio", self.warmup_min_ratio);
    visit("warmup_num_steps", self.warmup_num_steps);
    visit("cos_min_ratio", self.cos_min_ratio);
    visit("warmup_type", self.warmup_type);
  }
};

}  // namespace deepspeed

namespace detail {

[[nodiscard]] constexpr Epoch deepspeed_warmup_steps(Epoch warmup_num_steps) {
  return larger<Epoch>(warmup_num_steps, 2);
}

template <Scalar T, class Options>
[[nodiscard]] AnySchedule<T> deepspeed_warmup(const Options& options, const T& start_factor = T(0)) {
  Check(Options::name).positive("warmup_num_steps", options.warmup_num_steps);
  const Epoch steps = deepspeed_warmup_steps(options.warmup_num_steps);
  if (options.warmup_type == deepspeed::WarmupType::linear) {
    return schedule::LinearWarmup<T>{.warmup_steps = steps, .start_factor = start_factor};
  }
  return deepspeed::LogWarmup<T>{.warmup_steps = steps, .start_factor = start_factor};
}

/// One update late: the engine's first step leads to what holds already.
template <Scalar T>
[[nodiscard]] AnySchedule<T> one_late(AnySchedule<T> schedule) {
  return schedule::Retimed<T>{.schedule = std::move(schedule), .begin = -1};
}

}  // namespace detail

namespace deepspeed {

/// A warm-up from warmup_min_lr to warmup_max_lr, which stays. The first two updates are both at warmup_min_lr.
///
/// Source: deepspeed.runtime.lr_schedules.WarmupLR.
template <Scalar T>
[[nodiscard]] AnySchedule<T> WarmupLR(const WarmupLROptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("warmup_min_lr", options.warmup_min_lr);
  if (options.warmup_max_lr) check.not_negative("warmup_max_lr", *options.warmup_max_lr);
  const AnySchedule<T> schedule =
      detail::above<T>(options.warmup_min_lr, detail::one_late<T>(detail::deepspeed_warmup<T>(options)));
  return options.warmup_max_lr ? detail::of_rate<T>(*options.warmup_max_lr, schedule) : schedule;
}

/// The same warm-up, then a straight line back to warmup_min_lr, one update after total_num_steps.
///
/// Source: deepspeed.runtime.lr_schedules.WarmupDecayLR.
template <Scalar T>
[[nodiscard]] AnySchedule<T> WarmupDecayLR(const WarmupDecayLROptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("total_num_steps", options.total_num_steps);
  check.not_negative("warmup_min_lr", options.warmup_min_lr);
  check.not_negative("warmup_max_lr", options.warmup_max_lr);
  const AnySchedule<T> warmup = detail::deepspeed_warmup<T>(options);
  const Epoch warmup_steps = detail::deepspeed_warmup_steps(options.warmup_num_steps);
  const schedule::Anneal<T> decay{.steps = detail::steps_after(warmup_steps, options.total_num_steps)};
  return detail::of_rate<T>(
      options.warmup_max_lr,
      detail::above<T>(options.warmup_min_lr, detail::one_late<T>(detail::then<T>(warmup, warmup_steps, decay))));
}

/// An update at 0, a warm-up from warmup_min_ratio, then half a cosine wave to cos_min_ratio at total_num_steps,
/// without its first step: with a linear warm-up the base rate is never reached.
///
/// Source: deepspeed.runtime.lr_schedules.WarmupCosineLR.
template <Scalar T>
[[nodiscard]] AnySchedule<T> WarmupCosineLR(const WarmupCosineLROptions<T>& options) {
  const detail::Check check(options.name);
  check.not_negative("total_num_steps", options.total_num_steps);
  check.not_negative("warmup_min_ratio", options.warmup_min_ratio);
  check.not_negative("cos_min_ratio", options.cos_min_ratio);
  const AnySchedule<T> warmup = detail::deepspeed_warmup<T>(options, options.warmup_min_ratio);
  const Epoch warmup_steps = detail::deepspeed_warmup_steps(options.warmup_num_steps);
  const schedule::Anneal<T> decay{.steps = detail::steps_after(warmup_steps, options.total_num_steps),
                                  .shape = Shape::cosine,
                                  .end_factor = options.cos_min_ratio};
  return detail::then<T>(detail::constant_factor(T(0)), 1, detail::then<T>(warmup, warmup_steps, decay, 1));
}

/// A range test: a rate that rises for ever by step_rate times the first in each step_size, in a straight line or, in a
/// staircase, at its ends. The groups' own rates play no part.
///
/// Source: deepspeed.runtime.lr_schedules.LRRangeTest.
template <Scalar T>
struct LRRangeTest {
  OneOrPerGroup<T> lr_range_test_min_lr = T(1e-3L);  ///< The first rate, not negative; one or one for each group.
  Count lr_range_test_step_size = 2000;              ///< Steps in which it rises, positive.
  T lr_range_test_step_rate = T(1);                  ///< Share of the first rate by which it rises, not negative.
  bool lr_range_test_staircase = false;              ///< Whether it moves after whole step sizes alone.

  static constexpr std::string_view name = "deepspeed.LRRangeTest";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lr_range_test_min_lr", self.lr_range_test_min_lr);
    visit("lr_range_test_step_size", self.lr_range_test_step_size);
    visit("lr_range_test_step_rate", self.lr_range_test_step_rate);
    visit("lr_range_test_staircase", self.lr_range_test_staircase);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("lr_range_test_min_lr", lr_range_test_min_lr);
    check.positive("lr_range_test_step_size", lr_range_test_step_size);
    check.not_negative("lr_range_test_step_rate", lr_range_test_step_rate);
  }

  [[nodiscard]] T at(Time t, const Group<T>& group) const {
    using C = detail::compute_t<T>;
    const Epoch size = lr_range_test_step_size;
    const C sizes = lr_range_test_staircase ? C(t.epoch / size) : C(t.as<C>() / C(size));
    return detail::to_rate<T>(C(C(lr_range_test_min_lr[group.index]) * (C(1) + C(lr_range_test_step_rate) * sizes)));
  }

  friend bool operator==(const LRRangeTest&, const LRRangeTest&) = default;
};

/// One triangle from cycle_min_lr to cycle_max_lr and back, in stairs if told so, then cycle_min_lr / (1 +
/// decay_lr_rate
/// * (t - cycle) / decay_step_size), which has no end. Momentum moves the other way, but for the first update, and
/// rises for ever after the cycle. The groups' own rates play no part.
///
/// Source: deepspeed.runtime.lr_schedules.OneCycle; Smith, 2018, "A disciplined approach to neural network
/// hyper-parameters" (arXiv:1803.09820).
template <Scalar T>
struct OneCycle {
  OneOrPerGroup<T> cycle_min_lr;       ///< The lower rate, not negative; one or one for each group. Required.
  OneOrPerGroup<T> cycle_max_lr;       ///< The upper rate, likewise. Required.
  T decay_lr_rate = T(0);              ///< Decay after the cycle in decay_step_size, not negative.
  Count cycle_first_step_size = 2000;  ///< Steps up, positive.
  std::optional<Count> cycle_second_step_size{};    ///< Steps down, not negative; default cycle_first_step_size.
  Count cycle_first_stair_count = 0;                ///< Stairs on the way up, not negative; 0 for a straight line.
  std::optional<Count> cycle_second_stair_count{};  ///< Stairs on the way down; default cycle_first_stair_count.
  Count decay_step_size = 0;                        ///< Steps of a decay, not negative; 0 for none.
  bool cycle_momentum = true;                       ///< Whether momentum (Adam: beta1) is driven too.
  OneOrPerGroup<T> cycle_min_mom = T(0.8L);  ///< Momentum at cycle_max_lr and at 0, not negative; as cycle_min_lr.
  OneOrPerGroup<T> cycle_max_mom = T(0.9L);  ///< Momentum at the end of the cycle, likewise.
  T decay_mom_rate = T(0);                   ///< Rise of momentum in decay_step_size, not negative.

  static constexpr std::string_view name = "deepspeed.OneCycle";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cycle_min_lr", self.cycle_min_lr);
    visit("cycle_max_lr", self.cycle_max_lr);
    visit("decay_lr_rate", self.decay_lr_rate);
    visit("cycle_first_step_size", self.cycle_first_step_size);
    visit("cycle_second_step_size", self.cycle_second_step_size);
    visit("cycle_first_stair_count", self.cycle_first_stair_count);
    visit("cycle_second_stair_count", self.cycle_second_stair_count);
    visit("decay_step_size", self.decay_step_size);
    visit("cycle_momentum", self.cycle_momentum);
    visit("cycle_min_mom", self.cycle_min_mom);
    visit("cycle_max_mom", self.cycle_max_mom);
    visit("decay_mom_rate", self.decay_mom_rate);
  }

  [[nodiscard]] constexpr bool drives_momentum() const { return cycle_momentum; }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("cycle_min_lr", cycle_min_lr);
    check.none_negative("cycle_max_lr", cycle_max_lr);
    check.not_negative("decay_lr_rate", decay_lr_rate);
    check.positive("cycle_first_step_size", cycle_first_step_size);
    check.not_negative("cycle_second_step_size", down());
    check.not_negative("cycle_first_stair_count", cycle_first_stair_count);
    check.not_negative("cycle_second_stair_count", stairs_down());
    check.not_negative("decay_step_size", decay_step_size);
    check.none_negative("cycle_min_mom", cycle_min_mom);
    check.none_negative("cycle_max_mom", cycle_max_mom);
    check.not_negative("decay_mom_rate", decay_mom_rate);
  }

  struct Curve {
    using C = detail::compute_t<T>;
    using View = typename OneOrPerGroup<T>::View;
    C height;           ///< Of the triangle, 0 to 1.
    C momentum_height;  ///< The same but at 0, where momentum is at its lowest.
    C lr_divisor;       ///< After the cycle; 1 in it.
    C momentum_factor;
    View min_lr;
    View max_lr;
    View min_momentum;
    View max_momentum;
    bool drives_momentum;

    [[nodiscard]] T operator()(const Group<T>& group) const {
      const C lr = between(C(min_lr[group.index]), C(max_lr[group.index]), height);
      return static_cast<T>(C(lr / lr_divisor));
    }
    [[nodiscard]] std::optional<T> momentum(const Group<T>& group) const {
      if (!drives_momentum) return std::nullopt;
      const C value = between(C(max_momentum[group.index]), C(min_momentum[group.index]), momentum_height);
      return detail::to_rate<T>(C(value * momentum_factor));
    }

   private:
    [[nodiscard]] static C between(const C& low, const C& high, const C& share) {
      return C(low * (C(1) - share) + high * share);
    }
  };

  [[nodiscard]] Curve at(Time t) const {
    using C = detail::compute_t<T>;
    const Epoch cycle = detail::saturating_sum(cycle_first_step_size, down());
    const bool is_over = t.epoch >= cycle;
    const C height = is_over ? C(0) : height_at(t, cycle);
    C decays = C(0);
    if (is_over && decay_step_size > 0) decays = C((t - cycle).template as<C>() / C(Epoch(decay_step_size)));
    return {height,
            t.epoch == 0 ? C(1) : height,
            C(C(1) + C(decay_lr_rate) * decays),
            C(C(1) + C(decay_mom_rate) * decays),
            cycle_min_lr.view(),
            cycle_max_lr.view(),
            cycle_min_mom.view(),
            cycle_max_mom.view(),
            cycle_momentum};
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const OneCycle&, const OneCycle&) = default;

 private:
  [[nodiscard]] Epoch down() const { return cycle_second_step_size ? *cycle_second_step_size : cycle_first_step_size; }
  [[nodiscard]] Epoch stairs_down() const {
    return cycle_second_stair_count ? *cycle_second_stair_count : cycle_first_stair_count;
  }

  [[nodiscard]] detail::compute_t<T> height_at(const Time& t, Epoch cycle) const {
    using C = detail::compute_t<T>;
    const Epoch up = cycle_first_step_size;
    const bool is_up = t.epoch < up;
    const C n = is_up ? t.as<C>() : C(C(cycle - t.epoch) - C(t.fraction));
    const C total = C(is_up ? up : down());
    const Epoch stairs = is_up ? Epoch(cycle_first_stair_count) : stairs_down();
    if (stairs == 0) return C(n / total);
    const auto position = static_cast<double>(C(n * C(stairs) / total));
    return C(C(static_cast<Epoch>(position)) / C(stairs));
  }
};

}  // namespace deepspeed
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FRAMEWORKS_DEEPSPEED_HPP
