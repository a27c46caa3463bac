// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

/// What is left of some steps where each is of several.
std::vector<double> every(std::size_t increment, const std::vector<double>& values) {
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); i += increment) result.push_back(values[i]);
  return result;
}

}  // namespace

Outputs run_megatron(const Recorded& recorded, std::size_t steps) {
  Recorded run = recorded;
  const auto increment = run.args.at("increment").get<std::size_t>();
  run.args.erase("increment");
  const std::size_t count = (steps - 1) * increment + 1;
  const auto follow_it = [&] {
    return every(increment, follow_arguments("megatron.OptimizerParamScheduler", run, count).lr);
  };
  Outputs outputs{.lr = follow_it()};
  run.args["drives"] = "weight_decay";
  outputs.weight_decay = follow_it();
  return outputs;
}

}  // namespace lr_scheduler::testing
