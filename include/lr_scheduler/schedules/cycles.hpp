// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_CYCLES_HPP
#define LR_SCHEDULER_SCHEDULES_CYCLES_HPP

#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A schedule again and again: it starts anew after `length` steps, each cycle length_mult times as long as the one
/// before it, which stretches the schedule, and from decay times the base rate. After the last cycle it stays where
/// that one ends.
///
///     {.schedule = Anneal<double>{.steps = 2}, .length = 2, .length_mult = 2, .decay = 0.5, .limit = 2},
///     base rate 0.8: 0.8, 0.4 | 0.4, 0.3, 0.2, 0.1 | 0, 0 ...
///
/// Source: Loshchilov and Hutter, 2017, "SGDR" (arXiv:1608.03983); timm's t_mul, cycle_decay and cycle_limit; Keras'
/// t_mul and m_mul.
template <Scalar T>
struct Cycles {
  AnySchedule<T> schedule;       ///< One cycle, with a closed form. Required.
  Required<double> length;       ///< Steps of the first cycle, positive, whole or not. Required.
  double length_mult = 1;        ///< How many times as long each cycle is as the one before, positive.
  T decay = T(1);                ///< Factor of the base rate from one cycle to the next, not negative.
  std::optional<Count> limit{};  ///< Number of cycles, positive; without it they never end. Shrinking ones need it.

  static constexpr std::string_view name = "Cycles";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scheduler", self.schedule);
    visit("length", self.length);
    visit("length_mult", self.length_mult);
    visit("decay", self.decay);
    visit("limit", self.limit);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    detail::validate_child(check, "scheduler", schedule);
    check.positive("length", length.value());
    check.positive("length_mult", length_mult);
    check.not_negative("decay", decay);
    if (limit) check.positive("limit", *limit);
    if (!limit && length_mult < 1) check.refuse("limit", "is needed where length_mult is below 1", "none");
  }

  [[nodiscard]] Abilities abilities(std::size_t group) const { return detail::modified(schedule.abilities(group)); }
  void at(Time t, const Rates<T>& rates) const {
    const Place place = place_at(t);
    if (rates.momentums != nullptr && place.cycle > 0) {  // left by the cycle before where this one drives none yet
      move(place_at(Time(std::ceil(begin_of(place.cycle)) - 1)), rates);
    }
    move(place, rates);
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const { return AnySchedule<T>(*this).at(t, group); }
  [[nodiscard]] bool is_factor() const { return schedule.is_factor(); }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const {
    const Place place = place_at(t);
    detail::Product<C> product = schedule.factor(detail::time_for(schedule.abilities(), place.time));
    product *= detail::Product<C>{place.decay};
    return product;
  }

  friend bool operator==(const Cycles&, const Cycles&) = default;

 private:
  using C = detail::compute_t<T>;

  struct Place {
    double cycle;
    Time time;  ///< Of the schedule.
    C decay;
  };

  [[nodiscard]] Place place_at(const Time& t) const {
    if (is_whole()) {
      const auto whole = static_cast<Epoch>(length);
      const Epoch cycle = t.epoch / whole;
      if (limit && cycle >= Epoch(*limit)) return end();
      return {double(cycle), Time(t.epoch % whole, t.fraction), decay_of(double(cycle))};
    }
    const double cycle = cycle_at(t);
    if (limit && cycle >= double(Epoch(*limit))) return end();
    using Parts = detail::Parts<double>;
    const Parts in_cycle = detail::parts_of<double>(t) - Parts(begin_of(cycle));
    const Parts unstretched = in_cycle / Parts(detail::power(length_mult, cycle));
    const bool is_over = !(unstretched.high < length);
    const Time time = is_over ? Time(length.value()) : in_cycle.high > 0 ? detail::time_of(unstretched) : Time(0);
    return {cycle, time, decay_of(cycle)};
  }
  /// Where the last cycle ends.
  [[nodiscard]] Place end() const {
    const double cycle = double(Epoch(*limit)) - 1;
    return {cycle, Time(length.value()), decay_of(cycle)};
  }
  [[nodiscard]] C decay_of(double cycle) const {
    return decay == T(1) || cycle == 0 ? C(1) : detail::power(C(decay), C(cycle));
  }
  void move(const Place& place, const Rates<T>& rates) const {
    const auto follow = [&](const Rates<T>& part) { detail::at_by_clock(schedule, place.time, part); };
    if (place.decay == C(1)) return follow(rates);
    const C decay_now = place.decay;
    const bool grows = decay_now > C(1);
    const auto decayed = [=](const T& base_lr) {
      const C base = C(C(base_lr) * decay_now);
      return grows ? detail::to_rate<T>(base) : static_cast<T>(base);
    };
    detail::move_from(rates, decayed, follow);
  }

  /// Whether all cycles begin at the multiples of a whole number.
  [[nodiscard]] bool is_whole() const {
    return length_mult == 1 && length == detail::whole_part(length.value()) && length < 0x1p62;
  }
  /// The sum of the lengths of so many cycles. What rounding alone keeps from a whole step is that step.
  [[nodiscard]] double begin_of(double cycle) const {
    const double begin = length * (length_mult == 1 ? cycle : sum_of_powers(cycle));
    const double whole = std::round(begin);
    return std::fabs(begin - whole) <= 0x1p-50 * begin ? whole : begin;
  }
  /// 1 + length_mult + ... + length_mult^(count - 1), by halves, so that nothing cancels where length_mult is near 1.
  [[nodiscard]] double sum_of_powers(double count) const {
    if (count <= 1) return count;
    const double half = std::floor(count / 2);
    const double sum = sum_of_powers(half) * (1 + detail::power(length_mult, half));
    return count == 2 * half ? sum : sum * length_mult + 1;
  }
  /// The cycle at a time where they are not whole: estimated, and corrected by where they begin, as logarithms round.
  [[nodiscard]] double cycle_at(const Time& t) const {
    constexpr double most = 0x1p62;
    const auto now = t.as<double>();
    double estimate = now / length;
    if (length_mult != 1) {
      const double share = now * (length_mult - 1) / length;
      if (!(share > -1)) return most;  // after all of them
      estimate = std::log1p(share) / std::log(length_mult);
    }
    const double cycle = std::floor(detail::smaller(estimate, most));
    if (begin_of(cycle) > now) return detail::larger(cycle - 1, 0.0);
    return begin_of(cycle + 1) <= now ? cycle + 1 : cycle;
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_CYCLES_HPP
