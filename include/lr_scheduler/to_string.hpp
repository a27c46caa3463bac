// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TO_STRING_HPP
#define LR_SCHEDULER_TO_STRING_HPP

#include <limits>
#include <string>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/codec.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {

/// A schedule as it is written in code: StepLR(step_size=30, gamma=0.1).
template <Scalar T>
[[nodiscard]] std::string to_string(const AnySchedule<T>& schedule) {
  return detail::text_of(detail::encode_options<T>(schedule), std::numeric_limits<T>::digits);
}

/// The same for the library's schedules and options, and a user's that are templates on the scalar and name their
/// fields.
template <template <class> class S, Scalar T>
  requires detail::FieldsOfTheForm<S<T>>
[[nodiscard]] std::string to_string(const S<T>& schedule) {
  StateDict options;
  options.set("type", detail::name_of<S<T>>());
  detail::EncodingVisitor<T> encode(options);
  detail::visit_fields(schedule, encode);
  return detail::text_of(options, std::numeric_limits<T>::digits);
}

/// A scheduler with its progress: StepLR(step_size=30, gamma=0.1, last_epoch=3, lr=[0.1]).
template <Scalar T>
[[nodiscard]] std::string to_string(const Scheduler<T>& scheduler) {
  std::string lrs;
  for (const T& lr : scheduler.get_lr()) lrs += (lrs.empty() ? "" : ", ") + detail::text_of(lr);
  return detail::text_of(detail::encode_options<T>(scheduler), std::numeric_limits<T>::digits,
                         "last_epoch=" + detail::text_of(scheduler.last_epoch()) + ", lr=[" + lrs + "]");
}

/// A state: {version=1, digits=53, ...}.
[[nodiscard]] inline std::string to_string(const StateDict& state) {
  return detail::text_of(state, 0);
}

namespace schedule {
using lr_scheduler::to_string;  // found by argument-dependent lookup
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_TO_STRING_HPP
