// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_CLAMP_HPP
#define LR_SCHEDULER_SCHEDULES_CLAMP_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A schedule between bounds, absolute or in shares of the base rate; where both are given, the narrower counts.
///
///     {.schedule = Exponential<double>{.gamma = 0.5}, .min_lr = 0.03}, base rate 0.1: 0.1, 0.05, 0.03, 0.03 ...
template <Scalar T>
struct Clamp {
  AnySchedule<T> schedule;       ///< With a closed form. Required.
  T min_lr = T(0);               ///< The lowest rate, not negative.
  std::optional<T> max_lr{};     ///< The highest rate, at least min_lr.
  T min_ratio = T(0);            ///< The lowest rate as a factor of the base rate, not negative.
  std::optional<T> max_ratio{};  ///< The highest rate as a factor of the base rate, at least min_ratio.

  static constexpr std::string_view name = "Clamp";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scheduler", self.schedule);
    visit("min_lr", self.min_lr);
    visit("max_lr", self.max_lr);
    visit("min_ratio", self.min_ratio);
    visit("max_ratio", self.max_ratio);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_child(check, "scheduler", schedule);
    validate(check, "min_lr", min_lr, "max_lr", max_lr);
    validate(check, "min_ratio", min_ratio, "max_ratio", max_ratio);
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const {
    Abilities can = schedule.abilities(group);
    can.factor = false;
    can.own_base = can.own_base && min_ratio == T(0) && !max_ratio;
    return detail::modified(can);
  }
  void at(Time t, const Rates<T>& rates) const {
    schedule.at(t, rates);
    rates.apply(Move{this});
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return schedule.unchanged_until(t); }

  friend bool operator==(const Clamp&, const Clamp&) = default;

 private:
  static void validate(const detail::Check& check, std::string_view lowest_name, const T& lowest,
                       std::string_view highest_name, const std::optional<T>& highest) {
    check.not_negative(lowest_name, lowest);
    if (!highest) return;
    check.not_negative(highest_name, *highest);
    if (*highest < lowest) {
      check.refuse(highest_name, "must be at least " + std::string(lowest_name), detail::text_of(*highest));
    }
  }

  /// The lower bound last: it wins where a group's bounds cross.
  struct Move {
    const Clamp* bounds;
    [[nodiscard]] T operator()(const T& lr, const Group<T>& group) const {
      using C = detail::compute_t<T>;
      const auto share = [&](const T& ratio) { return detail::to_rate<T>(C(C(ratio) * C(group.base_lr))); };
      T clamped = lr;
      if (bounds->max_lr) clamped = detail::smaller(clamped, *bounds->max_lr);
      if (bounds->max_ratio) clamped = detail::smaller(clamped, share(*bounds->max_ratio));
      return detail::larger(detail::larger(clamped, bounds->min_lr), share(bounds->min_ratio));
    }
  };
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_CLAMP_HPP
