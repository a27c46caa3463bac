// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULES_NOAM_HPP
#define LR_SCHEDULER_SCHEDULES_NOAM_HPP

#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/warmup.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::schedule {

/// base_lr * d_model^-0.5 * min(t^-0.5, t * warmup_steps^-1.5): a straight warm-up, then the inverse square root of t,
/// which has no end. The base rate is a scale, 1 in the paper. Without a warm-up epoch 0 is as epoch 1.
///
///     {.d_model = 4, .warmup_steps = 4}, base rate 1: 0, 0.0625, 0.125, 0.1875, 0.25, 0.2236 ... 0.125 at 16 ...
///
/// Source: Vaswani et al., 2017, "Attention Is All You Need" (arXiv:1706.03762), section 5.3; paddle's NoamDecay.
template <Scalar T>
struct Noam {
  Required<Epoch> d_model;                       ///< The model's width, positive. Required.
  Required<Epoch> warmup_steps;                  ///< Steps of the warm-up, not negative. Required.
  FirstUpdate first_update = FirstUpdate::zero;  ///< Factor of the first update.

  static constexpr std::string_view name = "NoamLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("d_model", self.d_model);
    visit("warmup_steps", self.warmup_steps);
    visit("first_update", self.first_update);
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("d_model", d_model);
    detail::check_warmup(check, warmup_steps, T(0), first_update);
  }

  [[nodiscard]] constexpr Factor<T> at(Time t) const {
    using C = detail::compute_t<T>;
    using Parts = detail::Parts<C>;
    const Parts width = C(d_model.value());
    const bool is_warm = t.epoch >= warmup_steps;
    const Parts steps = !is_warm ? Parts(C(warmup_steps.value())) : t.epoch == 0 ? Parts(C(1)) : detail::parts_of<C>(t);
    const Parts factor =
        is_warm ? Parts(C(1)) : detail::warmup_factor_in_parts(t, warmup_steps.value(), C(0), first_update);
    return {(factor / detail::square_root(width * steps)).rounded()};
  }
  [[nodiscard]] constexpr T at(Time t, const Group<T>& group) const { return at(t)(group); }

  friend bool operator==(const Noam&, const Noam&) = default;
};

}  // namespace lr_scheduler::schedule

#endif  // LR_SCHEDULER_SCHEDULES_NOAM_HPP
