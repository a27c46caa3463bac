// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FWD_HPP
#define LR_SCHEDULER_FWD_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#error "lr_scheduler needs C++20: compile with -std=c++20"
#include <lr_scheduler/needs_c++20>  // There is no such file, so the compiler stops here.
#endif
#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "lr_scheduler reports errors by exceptions: compile the file that includes it with -fexceptions"
#include <lr_scheduler/needs_exceptions>  // as above
#endif

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lr_scheduler {

/// Counts calls of step(). It has no unit: an epoch, a batch, a token.
using Epoch = std::int64_t;

/// The type of a rate: float, double, long double, or a number type with the same arithmetic whose cos, sin and pow are
/// found by argument-dependent lookup (boost::multiprecision's, for one).
template <class T>
concept Scalar = std::same_as<T, std::remove_cv_t<T>> &&
                 (std::floating_point<T> || (std::is_class_v<T> && std::numeric_limits<T>::is_specialized &&
                                             !std::numeric_limits<T>::is_integer && std::regular<T> &&
                                             std::totally_ordered<T> && std::constructible_from<T, double> &&
                                             std::constructible_from<T, Epoch> && requires(const T& a, const T& b) {
                                               T(a + b);
                                               T(a - b);
                                               T(a * b);
                                               T(a / b);
                                               T(-a);
                                               T(cos(a));
                                               T(sin(a));
                                               T(pow(a, b));
                                             }));

template <Scalar T>
class AnySchedule;
template <Scalar T>
class OptimizerRef;
template <Scalar T>
class ScheduleFollower;
template <Scalar T>
class Scheduler;
template <Scalar T>
struct Group;
template <Scalar T>
struct ParamGroup;
class StateDict;
class StateValue;

namespace detail {
struct Binder;
struct Simulator;
}  // namespace detail

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FWD_HPP
