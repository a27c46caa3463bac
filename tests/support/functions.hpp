// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_FUNCTIONS_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_FUNCTIONS_HPP

#include <cmath>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <vector>

#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {

template <class T>
T inverse_time(Epoch t) {
  return T(1) / T(1 + t);
}

template <class T>
T halves(Epoch t) {
  return std::ldexp(T(1), -static_cast<int>(t));
}

/// A step whose function throws "out of luck" is not made.
template <class Bound>
void check_throwing_step(Bound& scheduler, const DoubleGroups& groups) {
  const DoubleGroups before = groups;
  const StateDict state = scheduler.state_dict();
  const Epoch last_epoch = scheduler.last_epoch();
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "out of luck");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == last_epoch);
  CHECK(scheduler.get_lr().front() == before.front().lr);
  CHECK(scheduler.state_dict() == state);
}

/// What a function that throws must leave as it was, of so many groups at 0.5, all by halves(). At 3 they are at
/// `last_lr`.
template <class Bound>
void check_throwing_function(std::size_t count, double last_lr) {
  DoubleGroups groups(count, ParamGroup<double>{.lr = 0.5});
  bool broken = true;
  std::vector<std::function<double(Epoch)>> functions(count, halves<double>);
  functions.back() = [&broken](Epoch t) {
    if (t == 3 && broken) throw std::runtime_error("out of luck");
    return halves<double>(t);
  };
  Bound scheduler{groups, {.lr_lambda = functions}};
  scheduler.step();
  scheduler.step();
  CHECK(scheduler.last_epoch() == 2);
  check_throwing_step(scheduler, groups);

  broken = false;
  scheduler.step();
  CHECK(scheduler.last_epoch() == 3);
  CHECK(groups.front().lr == last_lr);
  CHECK(groups.back().lr == last_lr);
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_FUNCTIONS_HPP
