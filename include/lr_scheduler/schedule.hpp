// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULE_HPP
#define LR_SCHEDULER_SCHEDULE_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

// A schedule answers at(t) with a curve: what depends on t alone is computed, what is left is a callable of the group.
// What the curve's type offers is what the schedule can do:
//
// - curve(group): the rate from the base rate. It has a closed form.
// - curve.after(before), a callable of (lr, group): the rate from the one that is there. It chains; `before` is the
//   curve at t - 1.
// - curve.momentum(group): a std::optional, nothing where momentum is left alone. It drives momentum. Whether it does
//   at all the curve at 0 tells, or the schedule's bool drives_momentum() const.
// - The curve is a Factor or derives from it: it multiplies the base rate, and chains of such schedules keep a closed
//   form.
// - at(Time) in place of at(Count): it is continuous.

/// A parameter group as a schedule sees it: its base rate and its place in the optimizer. Converts from and to a plain
/// base rate.
template <Scalar T>
struct Group {
  T base_lr;          ///< The rate that the schedule shapes.
  std::size_t index;  ///< Which of the options that are lists are this group's.

  constexpr Group(T rate, std::size_t place = 0)  // NOLINT(google-explicit-constructor)
      : base_lr(rate), index(place) {}
  constexpr operator T() const { return base_lr; }  // NOLINT(google-explicit-constructor)
};

/// A curve that multiplies the base rate.
template <Scalar T>
struct Factor {
  using C = detail::compute_t<T>;
  C value = C(1);

  [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
    return detail::to_rate<T>(C(C(group.base_lr) * value));
  }

  /// Multiplies by the ratio of two factors; on the curve again where there is no ratio.
  struct Move {
    C ratio;
    C value;
    bool rejoins;
    [[nodiscard]] constexpr T operator()(const T& lr, const Group<T>& group) const {
      return detail::to_rate<T>(rejoins ? C(C(group.base_lr) * value) : C(C(lr) * ratio));
    }
  };
  /// Whether no ratio leads here: from a factor of zero, or one so much smaller that the ratio overflows.
  [[nodiscard]] static constexpr bool has_no_ratio(const C& now, const C& before) {
    return now != before && (before == C(0) || !detail::is_finite(C(now / before)));
  }
  [[nodiscard]] constexpr Move after(const Factor& before) const {
    const bool rejoins = has_no_ratio(value, before.value);
    return {value == before.value || rejoins ? C(1) : C(value / before.value), value, rejoins};
  }
};

/// A factor with what rounding took from it, for those that are rounded already: by pow().
template <Scalar T>
struct FineFactor : Factor<T> {
  using C = detail::compute_t<T>;
  C rest = C(0);

  constexpr FineFactor() = default;
  constexpr FineFactor(const detail::Parts<C>& parts)  // NOLINT(google-explicit-constructor): it is the factor
      : Factor<T>{parts.settled().high}, rest(parts.settled().low) {}

  [[nodiscard]] constexpr T operator()(const Group<T>& group) const {
    return detail::to_rate<T>(C(C(group.base_lr) * this->value + C(group.base_lr) * rest));
  }
};

/// The factor gamma^n. It chains by gamma^(n - n before), which is exact and right for gamma = 0.
template <Scalar T>
struct Power : FineFactor<T> {
  using C = detail::compute_t<T>;
  C gamma = C(1);
  Time n{};

  constexpr Power() = default;
  constexpr Power(const T& base, const Time& exponent)
      : FineFactor<T>(detail::power(C(base), exponent)), gamma(C(base)), n(exponent) {}

  struct Move {
    C ratio;
    [[nodiscard]] constexpr T operator()(const T& lr, const Group<T>&) const {
      return detail::to_rate<T>(C(C(lr) * ratio));
    }
  };
  [[nodiscard]] constexpr Move after(const Power& before) const {
    return {n == before.n ? C(1) : detail::power(gamma, C(n.epoch - before.n.epoch))};
  }
  /// For products, with room for what C has none for.
  [[nodiscard]] constexpr detail::Product<C> product() const {
    const C most = std::numeric_limits<C>::max();
    const bool has_room = (this->value < most) && (this->value > C(C(1) / most));
    if (has_room) return {this->value};
    detail::Product<C> result = detail::product_power(gamma, n.epoch);
    if (n.fraction != 0) result *= detail::Product<C>{detail::power(gamma, C(n.fraction))};
    return result;
  }
};

/// Groups in a row, as combinators hand them down: the rates that are there, which are moved in place, and what they
/// are shaped from. One of each for each group.
template <Scalar T>
struct Rates {
  std::span<T> lrs;
  std::span<const T> base_lrs;
  std::size_t first = 0;               ///< The index of the first group.
  T* momentums = nullptr;              ///< Momentum, where it is asked for,
  unsigned char* is_driven = nullptr;  ///< and whether it was set.
  /// Phases of a sequence that end after this epoch and before the time in question leave momentum behind: none in a
  /// step, all in a jump.
  Epoch momentum_since = std::numeric_limits<Epoch>::max();

  [[nodiscard]] Rates part(std::size_t begin, std::size_t count) const {
    return {lrs.subspan(begin, count),
            base_lrs.subspan(begin, count),
            first + begin,
            momentums == nullptr ? nullptr : momentums + begin,
            is_driven == nullptr ? nullptr : is_driven + begin,
            momentum_since};
  }

  /// Moves the rates by a curve, move(group), or by the step between two curves, move(lr, group).
  template <class Move>
  void apply(const Move& move) const {
    // Most optimizers have one group, for which setting a loop up would cost more than its body.
    if (lrs.size() == 1) {
      lrs[0] = moved(move, lrs[0], Group<T>(base_lrs[0], first));
    } else {
      apply_to_many(move, lrs.data(), base_lrs.data(), first, lrs.size());
    }
  }
  /// Sets momentum as a curve has it.
  template <class Curve>
  void apply_momentum(const Curve& curve) const {
    if (momentums == nullptr) return;
    if constexpr (requires { curve.momentum_columns(); }) {  // driven for all groups or none
      if (!curve.drives_momentum) return;
      if (lrs.size() == 1) {
        momentums[0] = *curve.momentum(Group<T>(base_lrs[0], first));
        is_driven[0] = 1;
      } else {
        drive_all(curve, momentums, is_driven, first, lrs.size());
      }
    } else {
      for (std::size_t i = 0; i < lrs.size(); ++i) {
        if (const std::optional<T> momentum = curve.momentum(Group<T>(base_lrs[i], first + i))) {
          momentums[i] = *momentum;
          is_driven[i] = 1;
        }
      }
    }
  }

 private:
  template <class Move>
  [[nodiscard]] static T moved(const Move& move, const T& lr, const Group<T>& group) {
    if constexpr (std::is_invocable_v<const Move&, const T&, const Group<T>&>) {
      return static_cast<T>(move(lr, group));
    } else {
      return static_cast<T>(move(group));
    }
  }
  // These take what they read by value, so that what they write is no part of it.
  template <class Move>
  static void apply_to_many(const Move move, T* out, const T* base, std::size_t begin, std::size_t count) {
    if constexpr (requires { move.columns(); }) {
      over_columns(move.columns(), out, move.uses_base ? base : nullptr, begin, count,
                   [&move](const T& base_lr, const auto&... values) { return move.rate(base_lr, values...); });
    } else {
      for (std::size_t i = 0; i < count; ++i) out[i] = moved(move, out[i], Group<T>(base[i], begin + i));
    }
  }
  template <class Curve>
  static void drive_all(const Curve curve, T* out, unsigned char* driven, std::size_t begin, std::size_t count) {
    over_columns(curve.momentum_columns(), out, nullptr, begin, count,
                 [&curve](const T&, const auto&... values) { return curve.momentum_of(values...); });
    for (std::size_t i = 0; i < count; ++i) driven[i] = 1;
  }

  /// A loop over groups whose options may be lists, in blocks in which each option is a list: a loop that compilers
  /// vectorise. Without lists, and base rates, all groups get the same.
  template <std::size_t N, class Evaluate>
  static void over_columns(const std::array<typename OneOrPerGroup<T>::View, N>& columns, T* out, const T* base,
                           std::size_t begin, std::size_t count, const Evaluate& evaluate) {
    constexpr std::size_t block = 64;
    T spread[N][block];
    bool all_one = true;
    for (std::size_t k = 0; k < N; ++k) {
      all_one = all_one && columns[k].list == nullptr;
      std::fill(spread[k], spread[k] + (count < block ? count : block), columns[k].one);
    }
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      if (base == nullptr && all_one) {
        std::fill(out, out + count, evaluate(T(0), columns[K].one...));
        return;
      }
      for (std::size_t from = 0; from < count; from += block) {
        const std::size_t size = count - from < block ? count - from : block;
        const T* const column[] = {(columns[K].list != nullptr ? columns[K].list + begin + from : spread[K])...};
        for (std::size_t i = 0; i < size; ++i) {
          out[from + i] = evaluate(base != nullptr ? base[from + i] : T(0), column[K][i]...);
        }
      }
    }(std::make_index_sequence<N>{});
  }
};

/// What a schedule can do for a parameter group.
struct Abilities {
  bool closed_form = false;  ///< at(): the rate at t from the base rate. It can seek.
  bool continuous = false;   ///< at() between epochs too.
  bool factor = false;       ///< It multiplies the base rate.
  bool momentum = false;     ///< It drives momentum.
  bool goes_on = false;      ///< Late in a sequence it begins at the rate that is there.
  bool own_base = false;     ///< The group's rate plays no part: at(0) is recorded as its base rate.
  bool chains = false;       ///< next() is not at(): it moves whatever rate is there.

  friend bool operator==(const Abilities&, const Abilities&) = default;
};

namespace detail {

template <class S, class T, class Point>
concept HasCurveAt = requires(const S& schedule, Point t, const Group<T>& group) {
  { schedule.at(t)(group) } -> std::convertible_to<T>;
};
template <class S, class T, class Point>
concept HasRateAt = requires(const S& schedule, Point t, const Group<T>& group) {
  { schedule.at(t, group) } -> std::convertible_to<T>;
};
template <class S, class T, class Point>
concept HasAt = HasCurveAt<S, T, Point> || HasRateAt<S, T, Point>;

/// A member of the class itself: what one that derives from it inherits may not fit the at() that it has of its own.
template <class S, class Member>
inline constexpr bool is_own_member = false;
template <class S, class Member>
inline constexpr bool is_own_member<S, Member S::*> = true;

/// It knows until when its rates stay the same.
template <class S>
concept KnowsUnchanged = is_own_member<S, decltype(&S::unchanged_until)> && requires(const S& schedule) {
  { schedule.unchanged_until(Epoch{}) } -> std::same_as<Epoch>;
};
/// It knows epochs in a row whose rates are one formula.
template <class S, class T>
concept HasLegs = std::same_as<compute_t<T>, double> && is_own_member<S, decltype(&S::leg)> &&
                  requires(const S& schedule, const Group<T>& group) {
                    { schedule.leg(Epoch{}, group) } -> std::same_as<Leg>;
                  };

template <class S, class T>
concept HasMoveNext = requires(const S& schedule, const T& lr, const Group<T>& group) {
  { schedule.next(Epoch{})(lr, group) } -> std::convertible_to<T>;
};
template <class S, class T>
concept HasRateNext = requires(const S& schedule, const T& lr, const Group<T>& group) {
  { schedule.next(Epoch{}, lr, group) } -> std::convertible_to<T>;
};
/// A combinator moves the rates itself. Without next() and start() of its own it follows its closed form, by the ratio
/// of its factors where it is one.
template <class S, class T>
concept MovesRates = requires(const S& schedule, const Rates<T>& rates) {
  schedule.at(Time{}, rates);
  { schedule.abilities(std::size_t{}) } -> std::same_as<Abilities>;
};

/// The curve of a schedule that gives the rate of a group at once.
template <class S, class T, class Point>
struct GroupwiseCurve {
  const S* schedule;
  Point t;
  [[nodiscard]] T operator()(const Group<T>& group) const { return static_cast<T>(schedule->at(t, group)); }
};
template <class S, class T>
struct GroupwiseMove {
  const S* schedule;
  Epoch t;
  [[nodiscard]] T operator()(const T& lr, const Group<T>& group) const {
    return static_cast<T>(schedule->next(t, lr, group));
  }
};

template <class T, class S, class Point>
[[nodiscard]] auto curve_at(const S& schedule, Point t) {
  if constexpr (HasCurveAt<S, T, Point>) {
    return schedule.at(t);
  } else {
    return GroupwiseCurve<S, T, Point>{&schedule, t};
  }
}

template <class S, class T>
concept CurveChains =
    HasCurveAt<S, T, Epoch> && requires(const S& schedule) { schedule.at(Epoch{}).after(schedule.at(Epoch{})); };
template <class S, class T>
concept CurveDrivesMomentum = HasCurveAt<S, T, Epoch> && requires(const S& schedule, const Group<T>& group) {
  { schedule.at(Epoch{}).momentum(group) } -> std::convertible_to<std::optional<T>>;
};

}  // namespace detail

/// A schedule that knows the rate at any epoch t >= 0 from the group's base rate.
template <class S, class T>
concept ClosedForm = Scalar<T> && (detail::HasAt<S, T, Epoch> || detail::MovesRates<S, T>);

/// A closed form at any time t >= 0, not only at whole epochs.
template <class S, class T>
concept Continuous = Scalar<T> && (detail::HasAt<S, T, Time> || detail::MovesRates<S, T>);

/// A schedule that knows the rate at epoch t from whatever rate is there at t - 1; at t = 0, from the rate before the
/// schedule.
template <class S, class T>
concept Chainable = Scalar<T> && (detail::HasMoveNext<S, T> || detail::HasRateNext<S, T> || detail::CurveChains<S, T> ||
                                  detail::MovesRates<S, T>);

/// A curve of rates: a pure value that knows no optimizer and has no state.
// Copies are asked about last: of a type that converts from AnySchedule, the question would recur.
template <class S, class T>
concept Schedule = (ClosedForm<S, T> || Chainable<S, T>) && std::copy_constructible<S>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULE_HPP
