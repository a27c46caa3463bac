// SPDX-License-Identifier: MIT
#include <map>
#include <string>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {

Outputs run_timm(const Recorded& recorded, std::size_t steps) {
  static const std::map<std::string, std::string> names = {
      {"cosine", "CosineLRScheduler"},  {"tanh", "TanhLRScheduler"},           {"poly", "PolyLRScheduler"},
      {"step", "StepLRScheduler"},      {"multistep", "MultiStepLRScheduler"}, {"wsd", "WSDLRScheduler"},
      {"plateau", "PlateauLRScheduler"}};
  if (recorded.family == "create_scheduler_v2") return follow_arguments("timm.create_scheduler_v2", recorded, steps);
  // A step is an epoch or an update.
  const std::string name = recorded.family.substr(0, recorded.family.find('_'));
  return follow_arguments("timm." + names.at(name), recorded, steps);
}

}  // namespace lr_scheduler::testing
