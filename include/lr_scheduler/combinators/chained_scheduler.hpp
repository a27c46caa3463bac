// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_COMBINATORS_CHAINED_SCHEDULER_HPP
#define LR_SCHEDULER_COMBINATORS_CHAINED_SCHEDULER_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/children.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>

namespace lr_scheduler {
namespace schedule {

/// Several schedules at once. If all are factors (Step, MultiStep, Constant, Linear, Exponential,
/// Polynomial, LinearWarmup and combinators of them), the rate is the base rate times their
/// product. Otherwise each in turn moves the rate that the one before it left; one that knows only
/// a closed form replaces it.
///
///     {.schedules = {Constant<double>{.factor = 0.5, .total_iters = 2},
///                    Exponential<double>{.gamma = 0.5}}}, base rate 0.8: 0.4, 0.2, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.ChainedScheduler.
template <Scalar T>
struct Chained {
  std::vector<AnySchedule<T>> schedules{};  ///< At least one.

  static constexpr std::string_view name = "ChainedScheduler";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("schedulers", self.schedules);
  }

  /// Throws std::invalid_argument if an option of a schedule in it is out of range, or there is
  /// none.
  void validate() const { detail::validate_children(detail::Check(name), schedules); }

  [[nodiscard]] bool has_closed_form(detail::GroupOrAll group = {}) const {
    return is_one() ? schedules.front().has_closed_form(group) : is_factor();
  }
  [[nodiscard]] bool is_continuous() const { return has_closed_form() && detail::all_continuous(schedules); }
  [[nodiscard]] bool is_factor() const { return detail::all_factors(schedules); }
  [[nodiscard]] bool starts_from_current() const { return is_one() && schedules.front().starts_from_current(); }
  /// Schedules that are no factors make their curves one by one, while rates are computed.
  [[nodiscard]] bool never_throws() const { return is_factor() && detail::none_throws(schedules); }

  [[nodiscard]] T initial_lr(Group<T> group) const {
    return is_one() ? schedules.front().initial_lr(group) : group.base_lr;
  }

  /// The rate at epoch t, for each group by its base rate. Throws std::logic_error where there is
  /// no closed form.
  [[nodiscard]] auto at(Epoch t) const {
    if (is_one()) return schedules.front().at(t);
    return detail::erase_curve<T>(
        *this, t, [](const Chained& chain, Epoch epoch) { return detail::Scaled<T>{chain.multiplier(epoch)}; });
  }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const {
    if (is_one()) return schedules.front().at_time(t, group);
    return detail::Scaled<T>{multiplier(t)}(group);
  }
  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    using C = detail::compute_t<T>;
    C product = C(1);
    for (const auto& child : schedules) {
      product = detail::clamp_overflow(C(product * child.multiplier(t)));
    }
    return product;
  }

  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const {
    if (is_one()) return schedules.front().next(t);
    if (!is_factor()) return detail::AnyCurve<T>(InTurn{this, t, false});
    return detail::erase_curve<T>(*this, t,
                                  [](const Chained& chain, Epoch epoch) { return chain.next_of_product(epoch); });
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }
  /// The first rate, where this takes over from another schedule: from the base rate.
  [[nodiscard]] auto start() const {
    if (is_one()) return schedules.front().start();
    return is_factor() ? at(0) : detail::AnyCurve<T>(InTurn{this, 0, true});
  }

  [[nodiscard]] bool cycles_momentum(detail::GroupOrAll group = {}) const {
    return detail::any_cycles_momentum(schedules, group);
  }
  /// The last schedule that drives momentum decides.
  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const {
    return last_momentum([&](const AnySchedule<T>& child) { return child.momentum_at(t, group); });
  }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const {
    return last_momentum([&](const AnySchedule<T>& child) { return child.momentum_at_time(t, group); });
  }

  friend bool operator==(const Chained&, const Chained&) = default;

 private:
  /// The product of the factors' ratios, each a chainable form of its own; the closed form where
  /// one of them comes back from zero.
  [[nodiscard]] detail::Rescaled<T> next_of_product(Epoch t) const {
    using C = detail::compute_t<T>;
    C ratio = C(1);
    for (const auto& child : schedules) {
      const auto next = detail::next_by_ratio<T>(child, t);
      if (next.closed_form) return {C(1), detail::Scaled<T>{multiplier(t)}};
      ratio = detail::clamp_overflow(C(ratio * next.ratio));
    }
    return {ratio};
  }

  /// The schedules one after the other, from the rate that is there or from the base rate.
  struct InTurn {
    const Chained* chain;
    Epoch t;
    bool from_base;

    void apply(std::span<T> lrs, std::span<const T> base_lrs, std::size_t first) const {
      if (from_base) std::copy(base_lrs.begin(), base_lrs.end(), lrs.begin());
      for (const auto& child : chain->schedules) child.next(t).apply(lrs, base_lrs, first);
    }
    T operator()(T lr, const Group<T>& group) const {
      if (from_base) lr = group.base_lr;
      for (const auto& child : chain->schedules) lr = child.next(t)(lr, group);
      return lr;
    }
  };

  [[nodiscard]] bool is_one() const { return schedules.size() == 1; }

  template <class MomentumOf>
  [[nodiscard]] std::optional<T> last_momentum(const MomentumOf& momentum_of) const {
    std::optional<T> result;
    for (const auto& child : schedules) {
      if (const auto momentum = momentum_of(child)) result = momentum;
    }
    return result;
  }
};

}  // namespace schedule

/// schedule::Chained bound to an optimizer: torch.optim.lr_scheduler.ChainedScheduler.
template <Scalar T>
class ChainedScheduler : public Scheduled<schedule::Chained<T>, T> {
 public:
  using Scheduled<schedule::Chained<T>, T>::Scheduled;
};

template <Optimizer O>
ChainedScheduler(O&, schedule::Chained<scalar_t<O>>) -> ChainedScheduler<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_COMBINATORS_CHAINED_SCHEDULER_HPP
