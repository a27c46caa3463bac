// SPDX-License-Identifier: MIT
#include "frameworks/recorded.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/json.hpp>

namespace lr_scheduler::testing {
namespace {

using Groups = std::vector<ParamGroup<double>>;

Groups groups_of(const Recorded& recorded) {
  ParamGroup<double> group{.lr = recorded.base_lr};
  if (!recorded.momentum.empty()) group.momentum = recorded.momentum.front();
  return {group};
}

Outputs step(Scheduler<double>& scheduler, const Groups& groups, const Recorded& recorded, std::size_t steps,
             Report report) {
  const std::size_t offset = report == Report::after_update ? 0 : 1;
  Outputs outputs;
  for (std::size_t k = 0; k < steps; ++k) {
    if (recorded.metrics.empty()) {
      if (k > 0) scheduler.step();
    } else if (k + offset > 0 && k + offset <= recorded.metrics.size()) {
      scheduler.step(recorded.metrics[k + offset - 1]);
    }
    outputs.lr.push_back(groups[0].lr);
    if (groups[0].momentum) outputs.momentum.push_back(*groups[0].momentum);
  }
  return outputs;
}

}  // namespace

void Arguments::require_none_left() const {
  if (!left_.empty()) throw std::out_of_range("unknown argument " + left_.begin().key());
}

Outputs follow(const AnySchedule<double>& schedule, const Recorded& recorded, std::size_t steps) {
  Groups groups = groups_of(recorded);
  Scheduled scheduler{groups, schedule};
  return step(scheduler, groups, recorded, steps, Report::after_update);
}

Outputs follow(const nlohmann::json& configuration, const Recorded& recorded, std::size_t steps, Report report) {
  Groups groups = groups_of(recorded);
  const std::unique_ptr<Scheduler<double>> scheduler =
      make_scheduler(groups, configuration, frameworks::registry<double>());
  return step(*scheduler, groups, recorded, steps, report);
}

Outputs follow_arguments(const std::string& type, const Recorded& recorded, std::size_t steps, Report report) {
  nlohmann::json configuration = recorded.args;
  configuration["type"] = type;
  return follow(configuration, recorded, steps, report);
}

}  // namespace lr_scheduler::testing
