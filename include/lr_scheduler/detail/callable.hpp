// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CALLABLE_HPP
#define LR_SCHEDULER_DETAIL_CALLABLE_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler::detail {

/// Throws std::invalid_argument where a function is empty.
template <class F>
void check_callable(std::string_view name, std::string_view field, const OneOrPerGroup<F>& functions) {
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!functions[i]) {
      Check(name).refuse((functions.per_group() ? join(field, i) : std::string(field)) +
                         " must be callable, got nothing");
    }
  }
}

/// The factor of a group at an epoch: one function is called once for all groups, a list of them once for each.
template <Scalar T>
class FactorOfGroup {
 public:
  FactorOfGroup(const OneOrPerGroup<std::function<T(Epoch)>>& functions, Epoch t)
      : functions_(functions.per_group() ? &functions : nullptr),
        t_(t),
        common_(functions_ == nullptr ? functions[0](t) : T(1)) {}
  /// The same for all groups.
  FactorOfGroup(const T& common)  // NOLINT(google-explicit-constructor)
      : common_(common) {}

  [[nodiscard]] compute_t<T> operator()(std::size_t group) const {
    return compute_t<T>(functions_ == nullptr ? common_ : (*functions_)[group](t_));
  }

 private:
  const OneOrPerGroup<std::function<T(Epoch)>>* functions_ = nullptr;
  Epoch t_ = 0;
  T common_;
};

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CALLABLE_HPP
