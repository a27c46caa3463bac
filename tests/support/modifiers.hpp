// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_MODIFIERS_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_MODIFIERS_HPP

// What holds for every schedule that modifies another.

#include <cstddef>
#include <string>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {

inline const schedule::Exponential<double> halving{.gamma = 0.5};

/// The schedule that it modifies, `option` among its options, is checked when it is bound, and needs a closed form.
template <Scalar T, class Modify>
void check_refuses_bad_child(const Modify& modify, const std::string& option = "scheduler") {
  using Modifier = decltype(modify(schedule::Step<T>{.step_size = 2}));
  using Bound = Scheduled<Modifier, T>;
  const std::string name(Modifier::name);
  const schedule::Multiplicative<T> multiplicative{.lr_lambda = [](Epoch) { return T(0.5L); }};
  const schedule::Step<T> step{.step_size = 2};
  check_refused<Bound>(modify(schedule::Step<T>{.step_size = 0}),
                       name + ": " + option + ": StepLR: step_size must be positive, got 0");
  check_refused<Bound>(modify(multiplicative), name + ": " + option + " must have a closed form, got MultiplicativeLR");
  if (option != "scheduler") return;
  const schedule::SWA<T> averaging{.swa_lr = T(0.1L)};
  check_refused<Bound>(modify(schedule::Sequential<T>{.schedules = {step, averaging}, .milestones = {2}}),
                       name + ": scheduler must have a closed form, got SequentialLR");
  check_refused<Bound>(modify(schedule::SWA<T>{.swa_lr = {T(1), T(2), T(3)}}),
                       "SWALR: swa_lr has 3 values for 2 parameter groups");
  check_refused<Bound>(modify(schedule::PerGroup<T>{.schedules = {step, step, step}}),
                       "PerGroup: schedulers has 3 values for 2 parameter groups");
  check_refused<Bound>(modify(schedule::PerGroup<T>{.schedules = {step, multiplicative}}),
                       name + ": parameter group 1 follows a schedule without a closed form");
}

/// Rates and momentum are the same whether stepped, stepped several at once, sought or resumed, and back at 0.
template <class S>
void check_momentum_agrees(const S& options) {
  constexpr Epoch length = 24;
  auto groups = two_groups_with_momentum<double>();
  Scheduled stepped{groups, options};
  std::vector<Groups<double>> run{groups};
  std::vector<StateDict> states{stepped.state_dict()};
  for (Epoch t = 1; t <= length; ++t) {
    stepped.step();
    run.push_back(groups);
    states.push_back(stepped.state_dict());
  }
  auto sought_groups = two_groups_with_momentum<double>();
  Scheduled sought{sought_groups, options};
  for (Epoch k = 0; k <= length; ++k) {  // 7 and 25 have no common factor: every epoch once, forward and back
    const Epoch t = k * 7 % (length + 1);
    INFO("sought " << t);
    sought.seek(t);
    CHECK(same_groups(sought_groups, run[std::size_t(t)]));
  }
  for (Epoch begin = 0; begin < length; ++begin) {
    for (const Epoch n : {Epoch{2}, Epoch{5}, Epoch{11}}) {
      if (begin + n > length) continue;
      INFO("resumed at " << begin << ", then " << n << " at once");
      auto others = two_groups_with_momentum<double>();
      Scheduled resumed{others, options};
      resumed.load_state_dict(states[std::size_t(begin)]);
      CHECK(same_groups(others, run[std::size_t(begin)]));
      resumed.step_by(n);
      CHECK(same_groups(others, run[std::size_t(begin + n)]));
    }
  }
  stepped.reset();
  CHECK(same_groups(groups, run[0]));
}

/// 150 groups, more than a block of them, each with a rate of its own and an end of its own, move as each does alone.
template <class Modify>
void check_groups_are_alone(const Modify& modify) {
  Groups<double> groups;
  std::vector<double> ends;
  for (int i = 1; i <= 150; ++i) {
    groups.push_back({.lr = 0.01 * i});
    ends.push_back(0.002 * i);
  }
  const auto initial = groups;
  Scheduled scheduler{groups, modify(schedule::SWA<double>{.swa_lr = ends, .anneal_epochs = 5})};
  for (int k = 0; k < 8; ++k) {
    for (const std::size_t i : {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{128}, std::size_t{149}}) {
      INFO("group " << i << " after " << k << " steps");
      const auto alone = modify(schedule::SWA<double>{.swa_lr = ends[i], .anneal_epochs = 5});
      CHECK(groups[i].lr == alone.at(k, initial[i].lr));
    }
    scheduler.step();
  }
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_MODIFIERS_HPP
