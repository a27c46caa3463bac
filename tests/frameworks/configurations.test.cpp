// SPDX-License-Identifier: MIT
// What docs/frameworks.md shows in JSON, in blocks and within lines, is a configuration that make_scheduler() takes.
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

std::vector<std::string> read_configurations() {
  std::ifstream file(LR_SCHEDULER_DOCUMENTATION "/frameworks.md");
  std::vector<std::string> found;
  bool is_block = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```json") found.emplace_back();
    if (line.starts_with("```")) {
      is_block = line == "```json";
    } else if (is_block) {
      found.back() += line + "\n";
    } else {
      for (std::size_t at = line.find("`{\"type\""); at != std::string::npos; at = line.find("`{\"type\"", at + 1)) {
        found.push_back(line.substr(at + 1, line.find('`', at + 1) - at - 1));
      }
    }
  }
  return found;
}

TEST_CASE("what the documentation of other frameworks shows in JSON can be run") {
  const std::vector<std::string> configurations = read_configurations();
  REQUIRE_FALSE(configurations.empty());
  for (const std::string& configuration : configurations) {
    CAPTURE(configuration);
    std::vector<ParamGroup<double>> groups{{.lr = 0.1, .momentum = 0.9}};
    std::unique_ptr<Scheduler<double>> scheduler;
    REQUIRE_NOTHROW(scheduler =
                        make_scheduler(groups, nlohmann::json::parse(configuration), frameworks::registry<double>()));
    for (int step = 0; step < 200; ++step) {
      scheduler->step(1.0);
      REQUIRE(std::isfinite(groups[0].lr));
      REQUIRE(groups[0].lr >= 0);
    }
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
