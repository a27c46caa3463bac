// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_LAMBDA_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_LAMBDA_LR_HPP

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

/// base_lr * lr_lambda(t).
///
///     {.lr_lambda = [](Epoch t) { return 1.0 / double(1 + t); }}, base rate 0.6: 0.6, 0.3, 0.2 ...
///
/// Source: torch.optim.lr_scheduler.LambdaLR.
template <Scalar T>
struct Lambda {
  /// Factor of the base rate at an epoch: one function, called once a step, or one for each group.
  /// No part of the state. Required.
  OneOrPerGroup<std::function<T(Epoch)>> lr_lambda;

  static constexpr std::string_view name = "LambdaLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lr_lambda", self.lr_lambda);
  }

  /// Throws std::invalid_argument if a function is empty.
  void validate() const { detail::check_callable(name, "lr_lambda", lr_lambda); }

  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const {
    const auto factor = detail::per_group_factor(lr_lambda, t);
    return [factor](const Group<T>& group) { return detail::Scaled<T>{factor(group.index)}(group); };
  }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
};

}  // namespace schedule

/// schedule::Lambda bound to an optimizer: torch.optim.lr_scheduler.LambdaLR.
template <Scalar T>
class LambdaLR : public Scheduled<schedule::Lambda<T>, T> {
 public:
  using Scheduled<schedule::Lambda<T>, T>::Scheduled;
};

template <Optimizer O>
LambdaLR(O&, schedule::Lambda<scalar_t<O>>) -> LambdaLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_LAMBDA_LR_HPP
