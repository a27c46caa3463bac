// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_LAMBDA_HPP
#define LR_SCHEDULER_SCHEDULES_LAMBDA_HPP

#include <functional>
#include <string_view>

#include <lr_scheduler/detail/callable.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::schedule {

/// base_lr * lr_lambda(t).
///
///     {.lr_lambda = [](Epoch t) { return 1.0 / double(1 + t); }}, base rate 0.6: 0.6, 0.3, 0.2 ...
///
/// Source: torch.optim.lr_scheduler.LambdaLR.
template <Scalar T>
struct Lambda {
  /// Factor of the base rate at an epoch: one function, called once a step, or one for each group. No part of the
  /// state. Required.
  OneOrPerGroup<std::function<T(Epoch)>> lr_lambda;

  static constexpr std::string_view name = "LambdaLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lr_lambda", self.lr_lambda);
  }

  /// Throws std::invalid_argument if a function is empty.
  void validate() const { detail::check_callable(name, "lr_lambda", lr_lambda); }

  struct Curve {
    detail::FactorOfGroup<T> factor;
    [[nodiscard]] T operator()(const Group<T>& group) const { return Factor<T>{factor(group.index)}(group); }
  };
  [[nodiscard]] Curve at(Count t) const { return {{lr_lambda, t}}; }
  [[nodiscard]] T at(Count t, const Group<T>& group) const { return at(t)(group); }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_LAMBDA_HPP
