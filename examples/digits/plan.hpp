// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_PLAN_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_PLAN_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "sgd.hpp"

namespace digits {

/// The rates that a comparison tries.
inline constexpr std::array rates{0.0125F, 0.025F, 0.05F, 0.1F};

/// How to make a run's scheduler.
struct Plan {
  std::string label;
  float rate;  ///< Of the run that is shown: the best of `rates` for this plan over seeds 1 to 10.
  std::function<std::unique_ptr<lr_scheduler::Scheduler<float>>(Sgd&)> bind;
};

inline Plan constant_plan() {
  return {"constant", 0.0125F, [](Sgd& optimizer) {
            return std::make_unique<lr_scheduler::ConstantLR<float>>(
                optimizer, lr_scheduler::schedule::Constant<float>{.factor = 1});
          }};
}

/// The rate rises for a tenth of the updates, then falls to zero along half a cosine wave.
inline Plan warmup_and_cosine_plan(std::int64_t updates) {
  namespace schedule = lr_scheduler::schedule;
  const std::int64_t warmup = std::max<std::int64_t>(1, updates / 10);
  const schedule::Sequential<float> sequence{
      .schedules = {schedule::LinearWarmup<float>{.warmup_steps = warmup,
                                                  .start_factor = 1.0F / static_cast<float>(warmup)},
                    schedule::CosineAnnealing<float>{.T_max = updates - warmup}},
      .milestones = {warmup}};
  return {"warm-up + cosine", 0.05F, [sequence](Sgd& optimizer) {
            return std::make_unique<lr_scheduler::SequentialLR<float>>(optimizer, sequence);
          }};
}

/// The user's own. Throws std::invalid_argument where the JSON is no scheduler.
inline Plan plan_from_json(const nlohmann::json& json) {
  Plan plan{"scheduled", 0.05F, [json](Sgd& optimizer) { return lr_scheduler::make_scheduler(optimizer, json); }};
  Sgd optimizer;
  static_cast<void>(plan.bind(optimizer));
  return plan;
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_PLAN_HPP
