// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULE_HPP
#define LR_SCHEDULER_SCHEDULE_HPP

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

/// A parameter group as a schedule sees it: its base rate and its place in the optimizer. Converts
/// from and to a plain base rate.
template <Scalar T>
struct Group {
  T base_lr;          ///< The rate that the schedule shapes.
  std::size_t index;  ///< Which of the options that are lists are this group's.

  constexpr Group(T rate, std::size_t place = 0)  // NOLINT(google-explicit-constructor)
      : base_lr(rate), index(place) {}
  constexpr operator T() const { return base_lr; }  // NOLINT(google-explicit-constructor)
};

/// A schedule that knows the rate at any epoch t >= 0 from the group's base rate.
template <class S, class T>
concept ClosedForm = Scalar<T> && requires(const S& schedule, Epoch t, Group<T> group) {
  { schedule.at(t, group) } -> std::convertible_to<T>;
};

/// A schedule that knows the rate at epoch t from whatever rate is there at t - 1; at t = 0, from
/// the rate before the schedule.
template <class S, class T>
concept Chainable = Scalar<T> && requires(const S& schedule, Epoch t, T lr, Group<T> group) {
  { schedule.next(t, lr, group) } -> std::convertible_to<T>;
};

/// A curve of rates: a pure value that knows no optimizer and has no state.
// Copies are asked about last: of a type that converts from AnySchedule, the question would recur.
template <class S, class T>
concept Schedule = (ClosedForm<S, T> || Chainable<S, T>) && std::copy_constructible<S>;

/// A closed form at any time t >= 0, not only at whole epochs.
template <class S, class T>
concept Continuous = ClosedForm<S, T> && requires(const S& schedule, double t, Group<T> group) {
  { schedule.at_time(t, group) } -> std::convertible_to<T>;
};

/// A closed form that multiplies the base rate: at(t, group) is multiplier(t) * base rate. Factors
/// chain into their product.
template <class S, class T>
concept Factor = ClosedForm<S, T> && requires(const S& schedule, Epoch t) { schedule.multiplier(t); };

/// A schedule with momentum as a second output, nothing where it leaves a group's momentum alone.
template <class S, class T>
concept DrivesMomentum = requires(const S& schedule, Epoch t, double time, Group<T> group) {
  { schedule.cycles_momentum() } -> std::convertible_to<bool>;
  { schedule.momentum_at(t, group) } -> std::convertible_to<std::optional<T>>;
  { schedule.momentum_at_time(time, group) } -> std::convertible_to<std::optional<T>>;
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULE_HPP
