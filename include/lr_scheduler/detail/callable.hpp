// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CALLABLE_HPP
#define LR_SCHEDULER_DETAIL_CALLABLE_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler::detail {

template <class F>
void check_callable(std::string_view name, std::string_view field, const OneOrPerGroup<F>& functions) {
  const Check check(name);
  check.each(field, functions, [&](std::string_view which, const F& function) {
    if (!function) check.refuse(std::string(which) + " must be callable, got nothing");
  });
}

/// The factor of a group at an epoch, 1 before `from`: one function is called once for all groups,
/// a list of them once for each.
template <Scalar T>
class PerGroupFactor {
 public:
  PerGroupFactor(const OneOrPerGroup<std::function<T(Epoch)>>& functions, Epoch t, Epoch from)
      : functions_(functions.per_group() && t >= from ? &functions : nullptr),
        t_(t),
        common_(functions_ == nullptr && t >= from ? functions[0](t) : T(1)) {}

  [[nodiscard]] compute_t<T> operator()(std::size_t group) const {
    return compute_t<T>(functions_ == nullptr ? common_ : (*functions_)[group](t_));
  }

 private:
  const OneOrPerGroup<std::function<T(Epoch)>>* functions_;
  Epoch t_;
  T common_;
};

template <Scalar T>
[[nodiscard]] PerGroupFactor<T> per_group_factor(const OneOrPerGroup<std::function<T(Epoch)>>& functions, Epoch t,
                                                 Epoch from = 0) {
  return PerGroupFactor<T>(functions, t, from);
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CALLABLE_HPP
