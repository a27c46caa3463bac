// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_EXPONENTIAL_LR_HPP
#define LR_SCHEDULER_SCHEDULERS_EXPONENTIAL_LR_HPP

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

/// base_lr * gamma^t.
///
///     {.gamma = 0.5}, base rate 0.8: 0.8, 0.4, 0.2, 0.1 ...
///
/// Source: torch.optim.lr_scheduler.ExponentialLR.
template <Scalar T>
struct Exponential {
  Required<T> gamma;  ///< Factor of each epoch, not negative. Required.

  static constexpr std::string_view name = "ExponentialLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("gamma", self.gamma);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { detail::Check(name).not_negative("gamma", gamma.value()); }

  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    using C = detail::compute_t<T>;
    return detail::clamp_overflow(detail::power(C(gamma.value()), C(t)));
  }
  /// The rate at epoch t, for each group by its base rate.
  [[nodiscard]] auto at(Epoch t) const { return detail::Scaled<T>{multiplier(t)}; }
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  [[nodiscard]] T at_time(double t, Group<T> group) const { return detail::Scaled<T>{multiplier(t)}(group); }
  /// The rate at epoch t, from the one that is there.
  [[nodiscard]] auto next(Epoch t) const {
    return detail::Rescaled<T>{detail::compute_t<T>(t == 0 ? T(1) : gamma.value())};
  }
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }

  friend bool operator==(const Exponential&, const Exponential&) = default;
};

}  // namespace schedule

/// schedule::Exponential bound to an optimizer: torch.optim.lr_scheduler.ExponentialLR.
template <Scalar T>
class ExponentialLR : public Scheduled<schedule::Exponential<T>, T> {
 public:
  using Scheduled<schedule::Exponential<T>, T>::Scheduled;
};

template <Optimizer O>
ExponentialLR(O&, schedule::Exponential<scalar_t<O>>) -> ExponentialLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_EXPONENTIAL_LR_HPP
