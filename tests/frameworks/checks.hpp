// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_FRAMEWORKS_CHECKS_HPP
#define LR_SCHEDULER_TESTS_FRAMEWORKS_CHECKS_HPP

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {

/// Checks the rates of a schedule at 0, 1, 2 and so on.
template <Scalar T>
void check_rates(const AnySchedule<T>& schedule, T base_lr, const std::vector<long double>& expected) {
  schedule.validate();
  for (std::size_t t = 0; t < expected.size(); ++t) {
    CAPTURE(t);
    CHECK(schedule.at(t, base_lr) == about(expected[t]));
  }
}

/// Checks that two schedules have the same rates, before their ends and after.
inline void check_same_rates(const AnySchedule<double>& left, const AnySchedule<double>& right) {
  for (Epoch t = 0; t < 64; ++t) {
    CAPTURE(t);
    CHECK(left.at(t, 0.8) == about(right.at(t, 0.8)));
  }
}

inline AnySchedule<double> from_json(const std::string& text) {
  return schedule_from_json<double>(nlohmann::json::parse(text), frameworks::registry<double>());
}

/// Why a configuration is refused.
inline std::string refusal_of(const std::string& text) {
  return message_of([&text] { static_cast<void>(from_json(text)); });
}

/// Checks that a scheduler from a configuration, on two groups, goes on from its state and after a jump as if it had
/// never stopped, bit by bit.
inline void check_resumes(const std::string& text) {
  const auto configuration = nlohmann::json::parse(text);
  const auto groups_of = [] {
    auto groups = two_groups<double>();
    for (auto& group : groups) group.momentum = 0.9;
    return groups;
  };
  auto groups = groups_of();
  auto resumed_groups = groups_of();
  auto sought_groups = groups_of();
  const auto scheduler = make_scheduler(groups, configuration, frameworks::registry<double>());
  const auto resumed = make_scheduler(resumed_groups, configuration, frameworks::registry<double>());
  const auto sought = make_scheduler(sought_groups, configuration, frameworks::registry<double>());
  scheduler->step_by(3);
  sought->seek(3);
  resumed->load_state_dict(state_from_json(nlohmann::json::parse(to_json(scheduler->state_dict()).dump())));
  for (int k = 0; k < 20; ++k) {
    CAPTURE(k);
    CHECK(same_groups(groups, resumed_groups));
    CHECK(same_groups(groups, sought_groups));
    scheduler->step();
    resumed->step();
    sought->step();
  }
}

/// A schedule with its options, as a state has them.
inline std::string shown(const AnySchedule<double>& schedule) {
  return detail::text_of(detail::encode_options<double>(schedule), std::numeric_limits<double>::digits);
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FRAMEWORKS_CHECKS_HPP
