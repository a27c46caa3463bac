// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_MULTIPLICATIVE_HPP
#define LR_SCHEDULER_SCHEDULES_MULTIPLICATIVE_HPP

#include <functional>
#include <string_view>

#include <lr_scheduler/detail/callable.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler::schedule {

/// The rate that is there times lr_lambda(t), from epoch 1 on: no closed form. Late in a sequence it begins with
/// lr_lambda(0), as PyTorch's does.
///
///     {.lr_lambda = [](Epoch) { return 0.5; }}, rate 0.8: 0.8, 0.4, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.MultiplicativeLR.
template <Scalar T>
struct Multiplicative {
  /// Factor of the rate at an epoch: one function, called once a step, or one for each group. No part of the state.
  /// Required.
  OneOrPerGroup<std::function<T(Epoch)>> lr_lambda;

  static constexpr std::string_view name = "MultiplicativeLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lr_lambda", self.lr_lambda);
  }

  /// Throws std::invalid_argument if a function is empty.
  void validate() const { detail::check_callable(name, "lr_lambda", lr_lambda); }

  struct Move {
    using C = detail::compute_t<T>;
    detail::FactorOfGroup<T> factor;
    [[nodiscard]] T operator()(const T& lr, const Group<T>& group) const {
      return detail::to_rate<T>(C(C(lr) * factor(group.index)));
    }
  };
  /// From the rate that is there to that of epoch t.
  [[nodiscard]] Move next(Count t) const {
    if (t == 0) return {{T(1)}};
    return {{lr_lambda, t}};
  }
  [[nodiscard]] T next(Count t, const T& lr, const Group<T>& group) const { return next(t)(lr, group); }
  /// To the first rate, where this takes over from another schedule.
  [[nodiscard]] Move start() const { return {{lr_lambda, 0}}; }
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_MULTIPLICATIVE_HPP
