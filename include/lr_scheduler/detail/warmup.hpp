// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_WARMUP_HPP
#define LR_SCHEDULER_DETAIL_WARMUP_HPP

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler::detail {

/// The factor of a straight warm-up at t < warmup_steps.
template <class C>
[[nodiscard]] constexpr Parts<C> warmup_factor_in_parts(const Time& t, Epoch warmup_steps, const C& start_factor,
                                                        FirstUpdate first) {
  if (first == FirstUpdate::zero) return straight_way<C>(t, warmup_steps).between(start_factor, C(1));
  const Parts<C> n = parts_of<C>(t.epoch + 1, t.fraction);
  const C all = C(C(warmup_steps) + C(first == FirstUpdate::one_of_w ? 0 : 1));
  if (!(n.high < all)) return Parts<C>(C(1));
  return t.fraction == 0 ? share_of(n.high, all).parts() : n / Parts<C>(all);
}
template <class C>
[[nodiscard]] constexpr C warmup_factor(const Time& t, Epoch warmup_steps, const C& start_factor, FirstUpdate first) {
  return warmup_factor_in_parts(t, warmup_steps, start_factor, first).rounded();
}

/// The leg of a straight warm-up from t < warmup_steps on.
template <Scalar T>
[[nodiscard]] constexpr Leg warmup_leg(Epoch t, Epoch warmup_steps, const T& start_factor, FirstUpdate first,
                                       const T& base_lr) {
  const auto steps = static_cast<double>(warmup_steps);
  if (first == FirstUpdate::zero) return leg_of_way(false, t, warmup_steps, start_factor, T(1), base_lr);
  if (!(steps < 0x1p53)) return {};
  const double all = first == FirstUpdate::one_of_w ? steps : steps + 1;
  return {warmup_steps - t, false, static_cast<double>(t + 1), 1, all, 0, 1, static_cast<double>(base_lr)};
}

template <Scalar T>
void check_warmup(const Check& check, Epoch warmup_steps, const T& start_factor, FirstUpdate first) {
  check.not_negative("warmup_steps", warmup_steps);
  check.not_negative("start_factor", start_factor);
  if (first != FirstUpdate::zero && start_factor != T(0)) {
    check.refuse("start_factor", "must be 0 where first_update gives the first factor", text_of(start_factor));
  }
}

inline void check_total(const Check& check, Epoch warmup_steps, Epoch total_steps) {
  if (total_steps < warmup_steps) {
    check.refuse("total_steps", "must be at least warmup_steps, " + text_of(warmup_steps), text_of(total_steps));
  }
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_WARMUP_HPP
