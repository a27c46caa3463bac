// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_POLYNOMIAL_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_POLYNOMIAL_LR_HPP

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

/// base_lr * (1 - t / total_iters)^power, 0 from total_iters on.
///
///     {.total_iters = 4, .power = 1}, base rate 0.1: 0.1, 0.075, 0.05, 0.025, 0, 0 ...
///
/// Source: torch.optim.lr_scheduler.PolynomialLR.
template <Scalar T>
struct Polynomial {
  Epoch total_iters = 5;  ///< Epochs until the end, not negative; 0 is already at the end.
  T power = T(1);         ///< Exponent, not negative.

  static constexpr std::string_view name = "PolynomialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total_iters", self.total_iters);
    visit("power", self.power);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("total_iters", total_iters);
    check.not_negative("power", power);
  }

  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    using C = detail::compute_t<T>;
    const auto end = static_cast<Time>(total_iters);
    const C left = t < end ? C(C(end - t) / C(end)) : C(0);
    return detail::power(left, C(power));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return detail::Scaled<T>{multiplier(t)}(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const { return detail::next_by_ratio<T>(*this, t); }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const Polynomial&, const Polynomial&) = default;
};

}  // namespace schedule

/// schedule::Polynomial bound to an optimizer: torch.optim.lr_scheduler.PolynomialLR.
template <Scalar T>
class PolynomialLR : public Scheduled<schedule::Polynomial<T>, T> {
 public:
  using Scheduled<schedule::Polynomial<T>, T>::Scheduled;
};

template <Optimizer O>
PolynomialLR(O&, schedule::Polynomial<scalar_t<O>> = {}) -> PolynomialLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_POLYNOMIAL_LR_HPP
