// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CURVE_HPP
#define LR_SCHEDULER_DETAIL_CURVE_HPP

#include <concepts>
#include <cstddef>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::detail {

// A curve is a schedule at one epoch: what depends on the epoch alone is computed, what is left is
// a callable of the group, f(Group) for the closed form and f(rate, Group) for the chainable one.

/// base rate * factor.
template <Scalar T>
struct Scaled {
  compute_t<T> factor;
  [[nodiscard]] T operator()(const Group<T>& group) const noexcept {
    return to_rate<T>(compute_t<T>(compute_t<T>(group.base_lr) * factor));
  }
};

/// rate * ratio; base rate * factor where the ratio would divide by zero.
template <Scalar T>
struct Rescaled {
  compute_t<T> ratio;
  std::optional<Scaled<T>> closed_form{};
  [[nodiscard]] T operator()(const T& lr, const Group<T>& group) const noexcept {
    if (closed_form) return (*closed_form)(group);
    return to_rate<T>(compute_t<T>(compute_t<T>(lr) * ratio));
  }
};

/// The chainable form of a factor: the ratio of its values at t and t - 1.
template <Scalar T, class S>
[[nodiscard]] Rescaled<T> next_by_ratio(const S& schedule, Epoch t) {
  using C = compute_t<T>;
  const C now = schedule.multiplier(t);
  if (t == 0) return {now};
  const C before = schedule.multiplier(t - 1);
  if (now == before) return {C(1)};
  if (before == C(0)) return {C(1), Scaled<T>{now}};
  return {C(now / before)};
}

/// The schedule's closed form at t, whether it is given as at(t) or as at(t, group).
template <Scalar T, class S>
[[nodiscard]] auto at_curve(const S& schedule, Epoch t) {
  if constexpr (requires(Group<T> group) {
                  { schedule.at(t)(group) } -> std::convertible_to<T>;
                }) {
    return schedule.at(t);
  } else {
    return [&schedule, t](const Group<T>& group) noexcept(noexcept(schedule.at(t, group))) {
      return static_cast<T>(schedule.at(t, group));
    };
  }
}

/// The schedule's chainable form at t, whether it is given as next(t) or as next(t, lr, group).
template <Scalar T, class S>
[[nodiscard]] auto next_curve(const S& schedule, Epoch t) {
  if constexpr (requires(T lr, Group<T> group) {
                  { schedule.next(t)(lr, group) } -> std::convertible_to<T>;
                }) {
    return schedule.next(t);
  } else {
    return [&schedule, t](const T& lr, const Group<T>& group) noexcept(noexcept(schedule.next(t, lr, group))) {
      return static_cast<T>(schedule.next(t, lr, group));
    };
  }
}

template <class Curve, class T>
[[nodiscard]] T evaluate(const Curve& curve, const T& lr, const Group<T>& group) {
  if constexpr (std::invocable<const Curve&, const T&, const Group<T>&>) {
    return static_cast<T>(curve(lr, group));
  } else {
    return static_cast<T>(curve(group));
  }
}

/// Replaces the rates of the groups from first on by the curve's.
template <Scalar T, class Curve>
void apply(const Curve& curve, std::span<T> lrs, std::span<const T> base_lrs, std::size_t first) {
  if constexpr (requires { curve.apply(lrs, base_lrs, first); }) {
    curve.apply(lrs, base_lrs, first);
  } else {
    for (std::size_t i = 0; i < lrs.size(); ++i) {
      lrs[i] = evaluate<Curve, T>(curve, lrs[i], Group<T>(base_lrs[i], first + i));
    }
  }
}

template <class Curve, class T>
inline constexpr bool applies_nothrow = std::is_nothrow_invocable_v<const Curve&, const Group<T>&> ||
                                        std::is_nothrow_invocable_v<const Curve&, const T&, const Group<T>&>;

/// A type-erased curve without a memory of its own: a small callable is held in place.
template <Scalar T>
class AnyCurve {
 public:
  template <class Curve>
  static constexpr bool fits =
      std::is_trivially_copyable_v<Curve> && sizeof(Curve) <= 64 && alignof(Curve) <= alignof(std::max_align_t);

  template <class Curve>
    requires(!std::same_as<Curve, AnyCurve>) && fits<Curve>
  explicit AnyCurve(const Curve& curve) noexcept
      : apply_([](const void* self, std::span<T> lrs, std::span<const T> base_lrs, std::size_t first) {
          detail::apply<T>(*static_cast<const Curve*>(self), lrs, base_lrs, first);
        }) {
    ::new (static_cast<void*>(storage_)) Curve(curve);
  }

  [[nodiscard]] T operator()(T lr, const Group<T>& group) const {
    const T base_lr = group.base_lr;
    apply({&lr, 1}, {&base_lr, 1}, group.index);
    return lr;
  }
  [[nodiscard]] T operator()(const Group<T>& group) const { return (*this)(T(0), group); }

  void apply(std::span<T> lrs, std::span<const T> base_lrs, std::size_t first) const {
    apply_(storage_, lrs, base_lrs, first);
  }

 private:
  using Apply = void (*)(const void*, std::span<T>, std::span<const T>, std::size_t);
  Apply apply_;
  alignas(std::max_align_t) std::byte storage_[64];
};

/// Erases what make(schedule, t) gives; where that is too large to hold, it is made when applied.
template <Scalar T, class S, class Make>
[[nodiscard]] AnyCurve<T> erase_curve(const S& schedule, Epoch t, Make) {
  using Curve = decltype(Make{}(schedule, t));
  if constexpr (std::same_as<Curve, AnyCurve<T>>) {
    return Make{}(schedule, t);
  } else if constexpr (AnyCurve<T>::template fits<Curve>) {
    return AnyCurve<T>(Make{}(schedule, t));
  } else {
    struct Deferred {
      const S* schedule;
      Epoch t;
      void apply(std::span<T> lrs, std::span<const T> base_lrs, std::size_t first) const {
        detail::apply<T>(Make{}(*schedule, t), lrs, base_lrs, first);
      }
    };
    return AnyCurve<T>(Deferred{&schedule, t});
  }
}

/// The group that a question is about; nothing for all of them. They may follow schedules of their
/// own.
using GroupOrAll = std::optional<std::size_t>;

// What a schedule can do may be known to its type or, for combinators, to the object alone. These
// ask the object where it can answer.

template <Scalar T, class S>
[[nodiscard]] bool has_closed_form(const S& schedule, [[maybe_unused]] GroupOrAll group = {}) {
  if constexpr (!ClosedForm<S, T>) {
    return false;
  } else if constexpr (requires { schedule.has_closed_form(group); }) {
    return schedule.has_closed_form(group);
  } else {
    return true;
  }
}

template <Scalar T, class S>
[[nodiscard]] bool is_continuous(const S& schedule) {
  if constexpr (!Continuous<S, T>) {
    return false;
  } else if constexpr (requires { schedule.is_continuous(); }) {
    return schedule.is_continuous();
  } else {
    return true;
  }
}

template <Scalar T, class S>
[[nodiscard]] bool is_factor(const S& schedule) {
  if constexpr (!Factor<S, T>) {
    return false;
  } else if constexpr (requires { schedule.is_factor(); }) {
    return schedule.is_factor();
  } else {
    return true;
  }
}

/// Whether the schedule, late in a sequence, goes on from the rate that is there.
template <Scalar T, class S>
[[nodiscard]] bool starts_from_current(const S& schedule) {
  if constexpr (requires { schedule.starts_from_current(); }) {
    return schedule.starts_from_current();
  } else {
    return !has_closed_form<T>(schedule);
  }
}

/// Of all groups: whether any of them has its momentum driven.
template <Scalar T, class S>
[[nodiscard]] bool cycles_momentum(const S& schedule, [[maybe_unused]] GroupOrAll group = {}) {
  if constexpr (!DrivesMomentum<S, T>) {
    return false;
  } else if constexpr (requires { schedule.cycles_momentum(group); }) {
    return schedule.cycles_momentum(group);
  } else {
    return schedule.cycles_momentum();
  }
}

/// The rate that a group's base rate is recorded as: of the schedules that set the first rate
/// themselves, that one.
template <Scalar T, class S>
[[nodiscard]] T initial_lr(const S& schedule, const Group<T>& group) {
  if constexpr (requires {
                  { schedule.initial_lr(group) } -> std::convertible_to<T>;
                }) {
    return schedule.initial_lr(group);
  } else {
    return group.base_lr;
  }
}

/// Whether a curve of this schedule, once made, is applied without calling what may throw.
template <Scalar T, class S>
[[nodiscard]] bool never_throws(const S& schedule) {
  if constexpr (requires { schedule.never_throws(); }) {
    return schedule.never_throws();
  } else {
    bool result = true;
    if constexpr (ClosedForm<S, T>) {
      using Curve = decltype(at_curve<T>(schedule, Epoch{}));
      result = result && applies_nothrow<Curve, T> && AnyCurve<T>::template fits<Curve>;
    }
    if constexpr (Chainable<S, T>) {
      using Curve = decltype(next_curve<T>(schedule, Epoch{}));
      result = result && applies_nothrow<Curve, T> && AnyCurve<T>::template fits<Curve>;
    }
    return result;
  }
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CURVE_HPP
