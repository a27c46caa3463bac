// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_WARMUP_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_WARMUP_LR_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>

namespace lr_scheduler {
namespace schedule {

/// base_lr times a factor that rises in a straight line from start_factor at 0 to 1 at warmup_steps
/// and stays there. To begin above zero at the first update, use start_factor = 1 / warmup_steps.
///
///     {.warmup_steps = 4}, base rate 0.1: 0, 0.025, 0.05, 0.075, 0.1, 0.1 ...
///
/// Source: Goyal et al., 2017, "Accurate, Large Minibatch SGD" (arXiv:1706.02677), section 2.2.
template <Scalar T>
struct LinearWarmup {
  Required<Epoch> warmup_steps;  ///< Steps of the way, not negative. Required.
  T start_factor = T(0);         ///< Factor at 0, not negative.

  static constexpr std::string_view name = "WarmupLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("warmup_steps", self.warmup_steps);
    visit("start_factor", self.start_factor);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("warmup_steps", warmup_steps);
    check.not_negative("start_factor", start_factor);
  }

  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    using C = detail::compute_t<T>;
    const auto end = static_cast<Time>(warmup_steps.value());
    if (t >= end) return C(1);
    return detail::linear_blend<C>(t, end)(C(start_factor), C(1));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return detail::Scaled<T>{multiplier(t)}(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const { return detail::next_by_ratio<T>(*this, t); }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const LinearWarmup&, const LinearWarmup&) = default;
};

}  // namespace schedule

/// schedule::LinearWarmup bound to an optimizer.
template <Scalar T>
class WarmupLR : public Scheduled<schedule::LinearWarmup<T>, T> {
 public:
  using Scheduled<schedule::LinearWarmup<T>, T>::Scheduled;
};

template <Optimizer O>
WarmupLR(O&, schedule::LinearWarmup<scalar_t<O>>) -> WarmupLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_WARMUP_LR_HPP
