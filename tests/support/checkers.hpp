// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_CHECKERS_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_CHECKERS_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>

namespace lr_scheduler::testing {

template <Scalar T>
using Groups = std::vector<ParamGroup<T>>;
using DoubleGroups = Groups<double>;

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double any_rate = 0.1;  ///< Of a group whose own rate plays no part.

/// One row for each epoch, from 0 on, one rate in it for each group. Long double literals, so that
/// each type of rate gets the nearest of its values.
using Rows = std::vector<std::vector<long double>>;

/// A value to within some roundings of the type that it is compared with; zero is exact.
struct About {
  long double value;
  long double roundings;

  template <std::floating_point T>
  friend bool operator==(const T& actual, const About& expected) {
    return std::abs(static_cast<long double>(actual) - expected.value) <=
           expected.roundings * std::numeric_limits<T>::epsilon() * std::abs(expected.value);
  }
  friend std::ostream& operator<<(std::ostream& stream, const About& expected) {
    const auto digits = stream.precision(std::numeric_limits<long double>::max_digits10);
    stream << expected.value;
    stream.precision(digits);
    return stream;
  }
};

inline About about(long double value, long double roundings = 8) {
  return {value, roundings};
}

/// Literals that PyTorch printed: 17 digits of a run in double, which drifts.
inline About pytorch(long double value) {
  return {value, 100};
}

/// By how many units in the last place of a T a function of <cmath> may be off: by 1, but where those of long double
/// have the digits of a double, as on WebAssembly, by what a double lacks.
template <std::floating_point T>
double cmath_unit() {
  const volatile T one = 1;  // so that it is not the compiler that computes it
  constexpr T e = static_cast<T>(2.718281828459045235360287471352662498L);
  constexpr T epsilon = std::numeric_limits<T>::epsilon();
  if (std::abs(std::exp(T(one)) - e) <= 4 * epsilon) return 1;
  return static_cast<double>(std::numeric_limits<double>::epsilon() / epsilon);
}

/// Two groups with different rates: 0.1 and 0.4.
template <Scalar T>
Groups<T> two_groups() {
  return {{.lr = T(0.1L)}, {.lr = T(0.4L)}};
}

/// The same for schedulers that drive momentum.
template <Scalar T>
Groups<T> two_groups_with_momentum() {
  return {{.lr = T(0.1L), .momentum = T(0.5L)}, {.lr = T(0.4L), .momentum = T(0.5L)}};
}

/// What an exception of this type says, "no exception" if none comes.
template <class Exception = std::invalid_argument, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Exception& error) {
    return error.what();
  }
  return "no exception";
}

/// Whether both have the same rates, base rates and momentum, bit for bit.
template <Scalar T>
bool same_groups(const Groups<T>& left, const Groups<T>& right);

/// The rates after construction and after each step are these, in the optimizer and in get_lr().
template <Scalar T>
void check_rates(Scheduler<T>& scheduler, const Groups<T>& groups, const Rows& expected, long double roundings = 8);

/// The same for momentum.
template <Scalar T>
void check_momentums(Scheduler<T>& scheduler, const Groups<T>& groups, const Rows& expected);

/// The rates after each of the steps that follow, with the user setting the rate of the first group
/// to 0.07 before step 3, are those that PyTorch gives.
template <Scalar T>
void check_user_changes_rate(Scheduler<T>& scheduler, Groups<T>& groups, const Rows& expected);

/// A state goes into an object that was constructed on other rates and is elsewhere in its run, and
/// both go on alike, bit for bit.
template <Scalar T>
void check_state_round_trip(Scheduler<T>& saved, Groups<T>& saved_groups, Scheduler<T>& loaded,
                            Groups<T>& loaded_groups);

/// Two groups move as each of them does alone, bit for bit.
template <Scalar T>
void check_groups_are_independent(Scheduler<T>& both, const Groups<T>& groups, Scheduler<T>& first,
                                  const Groups<T>& first_group, Scheduler<T>& second, const Groups<T>& second_group);

/// seek(t) gives what t steps give, bit for bit, forward, back and before further steps; a far
/// epoch is reached at once and within the limits.
template <Scalar T>
void check_seek(Scheduler<T>& stepped, const Groups<T>& stepped_groups, Scheduler<T>& sought,
                const Groups<T>& sought_groups, long double lowest, long double highest);

/// A group with rate 1 that is added after two steps is at this rate after the third; when it has
/// gone again the others go on.
template <Scalar T>
void check_takes_in_group(Scheduler<T>& scheduler, Groups<T>& groups, const About& expected,
                          const About& expected_base = about(1));

/// A third group is refused with this message, nothing changed; without it steps go on.
template <Scalar T>
void check_refuses_third_group(Scheduler<T>& scheduler, Groups<T>& groups, const std::string& message);

void check_message(const std::string& actual, const std::string& expected);

/// Construction with these options is refused with this message, and leaves the optimizer alone.
template <class Bound, class Options>
void check_refused_options(Options options, const std::string& message) {
  auto groups = two_groups_with_momentum<typename Bound::scalar_type>();
  const auto before = groups;
  check_message(message_of([&] { Bound scheduler(groups, std::move(options)); }), message);
  check_message(same_groups(groups, before) ? "untouched" : "changed", "untouched");
}
template <class Bound>
  requires requires { typename Bound::schedule_type; }
void check_refused(typename Bound::schedule_type options, const std::string& message) {
  check_refused_options<Bound>(std::move(options), message);
}

/// What a schedule can do for one group.
template <Scalar T, class S>
Abilities abilities(const S& schedule, std::size_t group = 0) {
  return AnySchedule<T>(schedule).abilities(group);
}

/// By how many roundings of the base rate the chain of next() from it leaves at().
template <Scalar T>
long double chain_error(const AnySchedule<T>& schedule, Epoch epochs) {
  long double worst = 0;
  std::size_t index = 0;
  for (const auto& [lr, initial_lr, momentum] : two_groups<T>()) {
    const Group<T> group(lr, index++);
    T rate = lr;
    for (Epoch t = 0; t <= epochs; ++t) {
      rate = schedule.next(t, rate, group);
      const T expected = schedule.at(t, group);
      worst = std::max(worst,
                       std::abs(static_cast<long double>(rate - expected) / (std::numeric_limits<T>::epsilon() * lr)));
    }
  }
  return worst;
}

/// Whether at() of a real gives at() of the epoch where the real is whole.
template <Scalar T>
bool at_time_is_at(const AnySchedule<T>& schedule, Epoch epochs) {
  for (Epoch t = 0; t <= epochs; ++t) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Group<T> group(i == 0 ? T(0.1L) : T(0.4L), i);
      if (!(schedule.at(static_cast<double>(t), group) == schedule.at(t, group))) return false;
    }
  }
  return true;
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_CHECKERS_HPP
