// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_MULTIPLICATIVE_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_MULTIPLICATIVE_LR_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <lr_scheduler/detail/callable.hpp>
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

/// The rate that is there times lr_lambda(t), from epoch 1 on: no closed form. Late in a sequence
/// it begins with lr_lambda(0), as PyTorch's does.
///
///     {.lr_lambda = [](Epoch) { return 0.5; }}, rate 0.8: 0.8, 0.4, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.MultiplicativeLR.
template <Scalar T>
struct Multiplicative {
  /// Factor of the rate at an epoch: one function, called once a step, or one for each group. No
  /// part of the state. Required.
  OneOrPerGroup<std::function<T(Epoch)>> lr_lambda;

  static constexpr std::string_view name = "MultiplicativeLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lr_lambda", self.lr_lambda);
  }

  /// Throws std::invalid_argument if a function is empty.
  void validate() const { detail::check_callable(name, "lr_lambda", lr_lambda); }

  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const { return times(t, 1); }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }
  /// The first rate, where this takes over from another schedule: times lr_lambda(0).
  [[nodiscard]] auto start() const { return times(0, 0); }

 private:
  /// Factors from this epoch on, 1 before.
  [[nodiscard]] auto times(Epoch t, Epoch from) const {
    using C = detail::compute_t<T>;
    const auto factor = detail::per_group_factor(lr_lambda, t, from);
    return [factor](const T& lr, const Group<T>& group) { return detail::to_rate<T>(C(C(lr) * factor(group.index))); };
  }
};

}  // namespace schedule

/// schedule::Multiplicative bound to an optimizer: torch.optim.lr_scheduler.MultiplicativeLR.
template <Scalar T>
class MultiplicativeLR : public Scheduled<schedule::Multiplicative<T>, T> {
 public:
  using Scheduled<schedule::Multiplicative<T>, T>::Scheduled;
};

template <Optimizer O>
MultiplicativeLR(O&, schedule::Multiplicative<scalar_t<O>>) -> MultiplicativeLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_MULTIPLICATIVE_LR_HPP
