// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CHILDREN_HPP
#define LR_SCHEDULER_DETAIL_CHILDREN_HPP

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler::detail {

// What combinators ask of the schedules in them.

template <Scalar T>
void validate_children(const Check& check, const std::vector<AnySchedule<T>>& children) {
  if (children.empty()) check.refuse("needs at least one scheduler, got none");
  for (std::size_t i = 0; i < children.size(); ++i) {
    try {
      children[i].validate();
    } catch (const std::invalid_argument& error) {
      check.refuse("schedulers[" + std::to_string(i) + "]: " + error.what());
    }
  }
}

template <Scalar T>
[[nodiscard]] bool all_closed_forms(const std::vector<AnySchedule<T>>& children) {
  return std::all_of(children.begin(), children.end(),
                     [](const AnySchedule<T>& child) { return child.has_closed_form(); });
}

template <Scalar T>
[[nodiscard]] bool all_continuous(const std::vector<AnySchedule<T>>& children) {
  return std::all_of(children.begin(), children.end(),
                     [](const AnySchedule<T>& child) { return child.is_continuous(); });
}

template <Scalar T>
[[nodiscard]] bool all_factors(const std::vector<AnySchedule<T>>& children) {
  return std::all_of(children.begin(), children.end(), [](const AnySchedule<T>& child) { return child.is_factor(); });
}

template <Scalar T>
[[nodiscard]] bool none_throws(const std::vector<AnySchedule<T>>& children) {
  return std::all_of(children.begin(), children.end(),
                     [](const AnySchedule<T>& child) { return child.never_throws(); });
}

template <Scalar T>
[[nodiscard]] bool any_cycles_momentum(const std::vector<AnySchedule<T>>& children, GroupOrAll group = {}) {
  return std::any_of(children.begin(), children.end(),
                     [group](const AnySchedule<T>& child) { return child.cycles_momentum(group); });
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CHILDREN_HPP
