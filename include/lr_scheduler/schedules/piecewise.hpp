// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_PIECEWISE_HPP
#define LR_SCHEDULER_SCHEDULES_PIECEWISE_HPP

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// A table: values[0] until boundaries[0], values[1] from there until boundaries[1] and so on. The values are rates,
/// or, as scales, factors of the base rate. With an interpolation values[0] is the point at 0, values[i + 1] the one at
/// boundaries[i], and the rate moves from each to the next; after the last it stays.
///
///     {.boundaries = {2, 4}, .values = {0.1, 0.05, 0.01}}: 0.1, 0.1, 0.05, 0.05, 0.01 ...
///     the same with .interpolation = Interpolation::linear: 0.1, 0.075, 0.05, 0.03, 0.01, 0.01 ...
///
/// Source: keras.optimizers.schedules.PiecewiseConstantDecay (which switches one step later), optax's
/// piecewise_interpolate_schedule.
template <Scalar T>
struct Piecewise {
  Times boundaries{};                                 ///< In steps, not negative, increasing.
  std::vector<T> values{};                            ///< Rates, not negative, one more than boundaries; or:
  std::vector<T> scales{};                            ///< Factors, not negative, one more than boundaries.
  Interpolation interpolation = Interpolation::none;  ///< What lies between two points.

  static constexpr std::string_view name = "PiecewiseLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("boundaries", self.boundaries);
    visit("values", self.values);
    visit("scales", self.scales);
    visit("interpolation", self.interpolation);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.none_negative("boundaries", boundaries);
    check.increasing("boundaries", boundaries);
    if (values.empty() == scales.empty()) {
      check.refuse("needs values or scales, got " + std::string(values.empty() ? "none" : "both"));
    }
    if (points().size() != boundaries.size() + 1) {
      check.refuse(is_factor() ? "scales" : "values",
                   "must be one more than the " + std::to_string(boundaries.size()) + " boundaries",
                   std::to_string(points().size()));
    }
    check.none_negative("values", values);
    check.none_negative("scales", scales);
  }

  [[nodiscard]] Abilities abilities(std::size_t) const {
    return {.closed_form = true, .continuous = true, .factor = is_factor(), .chains = is_factor()};
  }
  void at(Time t, const Rates<T>& rates) const {
    const C point = point_at(t);
    is_factor() ? rates.apply(Factor<T>{point}) : rates.apply(Value{static_cast<T>(point)});
  }
  [[nodiscard]] T at(Time t, const Group<T>& group) const {
    const C point = point_at(t);
    return is_factor() ? Factor<T>{point}(group) : static_cast<T>(point);
  }
  [[nodiscard]] bool is_factor() const { return values.empty(); }
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const { return {point_at(t)}; }
  [[nodiscard]] Epoch unchanged_until(Epoch t) const {
    const double next = boundaries.next_after(static_cast<double>(t));
    if (next == std::numeric_limits<double>::max()) return std::numeric_limits<Epoch>::max();
    return interpolation == Interpolation::none ? detail::whole_epochs(std::ceil(next)) : t + 1;
  }

  friend bool operator==(const Piecewise&, const Piecewise&) = default;

 private:
  using C = detail::compute_t<T>;

  struct Value {
    T value;
    [[nodiscard]] T operator()(const Group<T>&) const { return value; }
  };
  [[nodiscard]] const std::vector<T>& points() const { return is_factor() ? scales : values; }

  [[nodiscard]] C point_at(const Time& t) const {
    const std::size_t now = boundaries.count_up_to(t.as<double>());
    if (now == boundaries.size() || interpolation == Interpolation::none) return C(points()[now]);
    const Time begin(now == 0 ? 0.0 : boundaries[now - 1]);
    const detail::Parts<C> n = detail::time_between<C>(begin, t);
    const detail::Parts<C> total = detail::time_between<C>(begin, Time(boundaries[now]));
    const detail::Way<C> way =
        interpolation == Interpolation::linear ? detail::straight_way<C>(n, total) : detail::cosine_way<C>(n, total);
    return way.between(C(points()[now]), C(points()[now + 1])).rounded();
  }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_PIECEWISE_HPP
