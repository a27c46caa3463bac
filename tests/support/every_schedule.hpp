// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_EVERY_SCHEDULE_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_EVERY_SCHEDULE_HPP

#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/checkers.hpp"

namespace lr_scheduler::testing {

/// Binds an example to these groups.
template <Scalar T>
using Bind = std::function<std::unique_ptr<Scheduler<T>>(Groups<T>&)>;

/// What is known of an example, worked out by hand. Ranges hold for the base rates 0.1 and 0.4.
struct Facts {
  Abilities can{};
  std::optional<Abilities> second_can{};  ///< What it can do for the second group, where that differs.
  bool has_function = false;              ///< Whether a function is among its options, which JSON does not have.
  bool holds_schedules = false;           ///< Which a state of others cannot bring.
  bool scales = false;                    ///< Whether its rates are multiples of the base rate.
  long double lowest = 0;                 ///< The rates of all epochs.
  long double highest = 0.4L;
  long double far_lowest = 0;  ///< The rates from epoch 10^15 on.
  long double far_highest = 0;
  long double roundings = 20;  ///< How far a chain of 40 steps may be from the closed form.

  /// The rate at epoch 3 of a group of rate 1 that is added after epoch 2, and the base rate that is recorded for it.
  long double added = 0;
  long double added_base = 1;
  std::string refusal{};  ///< What is said instead where options are lists for two groups.

  [[nodiscard]] const Abilities& of_group(std::size_t i) const { return i == 1 && second_can ? *second_can : can; }
  [[nodiscard]] bool can_seek() const { return of_group(0).closed_form && of_group(1).closed_form; }
  [[nodiscard]] bool can_seek_time() const { return of_group(0).continuous && of_group(1).continuous; }
};

/// An example of a class, for tests that hold for all of them.
template <Scalar T>
struct EveryExample {
  std::string name;  ///< Its class, and what is special about it.
  Facts facts;
  std::optional<AnySchedule<T>> schedule;  ///< Nothing for those that depend on a metric.
  Bind<T> bind;
  std::array<Bind<T>, 2> alone;  ///< Bind what moves one of the groups to that group alone.
  /// Binds a copy of the schedule that a scheduler, made by bind, has.
  std::function<std::unique_ptr<Scheduler<T>>(const Scheduler<T>&, Groups<T>&)> bind_copy;

  /// As it stands in messages.
  [[nodiscard]] std::string class_name() const { return name.substr(0, name.find(' ')); }
};

/// The options of a class that is bound to an optimizer.
template <class Bound>
struct OptionsOf {
  using type = typename Bound::schedule_type;
};
template <class Bound>
  requires requires { typename Bound::options_type; }
struct OptionsOf<Bound> {
  using type = typename Bound::options_type;
};

namespace examples {

/// Called by each function among the options of the examples, for tests in which these throw.
inline void (*on_call)() = nullptr;
inline void call() {
  if (on_call != nullptr) on_call();
}

template <class Bound>
Bind<typename Bound::scalar_type> bind(typename OptionsOf<Bound>::type options) {
  return [options](auto& groups) { return std::make_unique<Bound>(groups, options); };
}

}  // namespace examples

/// One example at least of every class, and of what its options make different. It takes long to compile, so it is
/// compiled once, for the three scalars of the language.
template <Scalar T>
const std::vector<EveryExample<T>>& every_example();

extern template const std::vector<EveryExample<float>>& every_example();
extern template const std::vector<EveryExample<double>>& every_example();
extern template const std::vector<EveryExample<long double>>& every_example();

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_EVERY_SCHEDULE_HPP
