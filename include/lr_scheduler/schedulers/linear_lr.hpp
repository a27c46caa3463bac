// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_LINEAR_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_LINEAR_LR_HPP

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

/// base_lr times a factor that moves in a straight line from start_factor at 0 to end_factor at
/// total_iters and stays there.
///
///     {.start_factor = 0.5, .total_iters = 4}, base rate 0.1: 0.05, 0.0625, 0.075, 0.0875, 0.1,
///     0.1 ...
///
/// Source: torch.optim.lr_scheduler.LinearLR.
template <Scalar T>
struct Linear {
  T start_factor = T(1) / T(3);  ///< Factor at 0, not negative.
  T end_factor = T(1);           ///< Factor from total_iters on, not negative.
  Epoch total_iters = 5;         ///< Epochs of the way, not negative; 0 is already at its end.

  static constexpr std::string_view name = "LinearLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("start_factor", self.start_factor);
    visit("end_factor", self.end_factor);
    visit("total_iters", self.total_iters);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("start_factor", start_factor);
    check.not_negative("end_factor", end_factor);
    check.not_negative("total_iters", total_iters);
  }

  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    using C = detail::compute_t<T>;
    const auto end = static_cast<Time>(total_iters);
    if (t >= end) return C(end_factor);
    return detail::linear_blend<C>(t, end)(C(start_factor), C(end_factor));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return detail::Scaled<T>{multiplier(t)}(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const { return detail::next_by_ratio<T>(*this, t); }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const Linear&, const Linear&) = default;
};

}  // namespace schedule

/// schedule::Linear bound to an optimizer: torch.optim.lr_scheduler.LinearLR.
template <Scalar T>
class LinearLR : public Scheduled<schedule::Linear<T>, T> {
 public:
  using Scheduled<schedule::Linear<T>, T>::Scheduled;
};

template <Optimizer O>
LinearLR(O&, schedule::Linear<scalar_t<O>> = {}) -> LinearLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_LINEAR_LR_HPP
