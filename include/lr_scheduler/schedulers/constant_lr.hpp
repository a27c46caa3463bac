// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_CONSTANT_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_CONSTANT_LR_HPP

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

/// base_lr * factor before total_iters, then base_lr.
///
///     {.factor = 0.5, .total_iters = 4}, base rate 0.1: 0.05 at 0 to 3, then 0.1
///
/// Source: torch.optim.lr_scheduler.ConstantLR.
template <Scalar T>
struct Constant {
  T factor = T(1) / T(3);  ///< Factor before total_iters, not negative.
  Epoch total_iters = 5;   ///< Epochs that it lasts, not negative; 0 is already over.

  static constexpr std::string_view name = "ConstantLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factor", self.factor);
    visit("total_iters", self.total_iters);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("factor", factor);
    check.not_negative("total_iters", total_iters);
  }

  [[nodiscard]] detail::compute_t<T> multiplier(Epoch t) const {
    return detail::compute_t<T>(t < total_iters ? factor : T(1));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const { return detail::next_by_ratio<T>(*this, t); }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const Constant&, const Constant&) = default;
};

}  // namespace schedule

/// schedule::Constant bound to an optimizer: torch.optim.lr_scheduler.ConstantLR.
template <Scalar T>
class ConstantLR : public Scheduled<schedule::Constant<T>, T> {
 public:
  using Scheduled<schedule::Constant<T>, T>::Scheduled;
};

template <Optimizer O>
ConstantLR(O&, schedule::Constant<scalar_t<O>> = {}) -> ConstantLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_CONSTANT_LR_HPP
