// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_FRAMEWORKS_ONE_CYCLE_HPP
#define LR_SCHEDULER_TESTS_FRAMEWORKS_ONE_CYCLE_HPP

#include <algorithm>
#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::testing {

/// A OneCycleLR with all its options, as MMEngine's and Paddle's go on: at total_steps, one step past the last, they
/// continue the curve of the phase that they are in. A step later they raise an error.
inline nlohmann::json with_step_past_end(const nlohmann::json& one_cycle) {
  const double total = one_cycle.at("total_steps");
  const double top = one_cycle.at("pct_start").get<double>() * total - 1;
  const double highest = one_cycle.at("max_lr");
  const double first = highest / one_cycle.at("div_factor").get<double>();
  const double last = first / one_cycle.at("final_div_factor").get<double>();

  double begin = top;
  double end = total - 1;
  double from = highest;
  double to = last;
  const bool has_three_phases = one_cycle.at("three_phase");
  if (has_three_phases && total <= 2 * top) {
    end = 2 * top;
    to = first;
  } else if (has_three_phases) {
    begin = 2 * top;
    from = first;
  }
  if (begin == end) return one_cycle;  // they divide by zero
  const double share = (total - begin) / (end - begin);
  const double left =
      one_cycle.at("anneal_strategy") == "cos" ? (1 + std::cos(std::numbers::pi * share)) / 2 : 1 - share;
  const double rate = std::max(to + (from - to) * left, 0.0);
  return {{"type", "SequentialLR"},
          {"schedulers", {one_cycle, {{"type", "PiecewiseLR"}, {"values", {rate}}}}},
          {"milestones", {static_cast<Epoch>(total)}}};
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FRAMEWORKS_ONE_CYCLE_HPP
