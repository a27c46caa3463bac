// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_INSTANTIATIONS_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_INSTANTIATIONS_HPP

// What nearly all tests use is compiled once, in instantiations.cpp, and not in each of them.

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#define LR_SCHEDULER_CORE(EXTERN, T)                        \
  EXTERN template class lr_scheduler::Scheduler<T>;         \
  EXTERN template class lr_scheduler::ScheduleFollower<T>;  \
  EXTERN template class lr_scheduler::ReduceLROnPlateau<T>; \
  EXTERN template class lr_scheduler::GreedyLR<T>;          \
  EXTERN template class lr_scheduler::AnySchedule<T>;       \
  EXTERN template class lr_scheduler::detail::Configuration<T>

LR_SCHEDULER_CORE(extern, float);
LR_SCHEDULER_CORE(extern, double);
LR_SCHEDULER_CORE(extern, long double);

#endif  // LR_SCHEDULER_TESTS_SUPPORT_INSTANTIATIONS_HPP
