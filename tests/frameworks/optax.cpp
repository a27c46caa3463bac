// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>

#include <lr_scheduler/frameworks/json.hpp>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

/// {"schedules": [{"name": .., "args": {..}}], ..} as {"schedules": [{"type": "optax. ..", ..}], ..}.
nlohmann::json with_types(nlohmann::json args) {
  if (!args.contains("schedules")) return args;
  for (nlohmann::json& schedule : args["schedules"]) {
    nlohmann::json typed = with_types(schedule.at("args"));
    typed["type"] = "optax." + schedule.at("name").get<std::string>();
    schedule = typed;
  }
  return args;
}

}  // namespace

Outputs run_optax(const Recorded& recorded, std::size_t steps) {
  if (frameworks::registry<double>().find("optax." + recorded.family) == nullptr) {
    throw std::out_of_range("unknown family " + recorded.family);
  }
  nlohmann::json configuration = with_types(recorded.args);
  configuration["type"] = "optax." + recorded.family;
  return follow(configuration, recorded, steps, Report::before_update);
}

}  // namespace lr_scheduler::testing
