// SPDX-License-Identifier: MIT
// States that a version has saved load in every later one. They are recorded once for each version, before it is
// published:  lr_scheduler_tests "[record]"
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/version.hpp>

#include "support/catch.hpp"
#include "support/every_configuration.hpp"

namespace lr_scheduler::testing {
namespace {

const std::filesystem::path folder = std::filesystem::path(LR_SCHEDULER_GOLDEN) / "versions";

// A metric that has stopped falling, so that the plateaus have something to count.
void take_steps(Scheduler<double>& scheduler, int steps) {
  for (int i = 0; i < steps; ++i) scheduler.step(i == 0 ? 1.0 : 1.5);
}

template <class Visit>
void visit_records(const Visit& visit) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(entry.path());
    for (std::string line; std::getline(stream, line);) {
      INFO(entry.path().filename().string() << ": " << line);
      visit(nlohmann::json::parse(line));
    }
  }
}

TEST_CASE("states are recorded", "[.record]") {
  const std::string version = std::to_string(LR_SCHEDULER_VERSION_MAJOR) + '.' +
                              std::to_string(LR_SCHEDULER_VERSION_MINOR) + '.' +
                              std::to_string(LR_SCHEDULER_VERSION_PATCH);
  std::ofstream stream(folder / (version + ".jsonl"));
  for (const nlohmann::json& configuration : every_configuration()) {
    std::vector<ParamGroup<double>> groups = configured_groups<double>();
    const auto scheduler = configured_scheduler(groups, configuration);
    take_steps(*scheduler, 4);
    nlohmann::json record{{"configuration", configuration}, {"state", to_json(scheduler->state_dict())}};
    const auto record_groups = [&](const std::string& when) {
      for (const ParamGroup<double>& group : groups) {
        record["lr " + when].push_back(group.lr);
        record["momentum " + when].push_back(*group.momentum);
      }
    };
    record_groups("saved");
    take_steps(*scheduler, 3);
    record_groups("later");
    stream << record.dump() << '\n';
  }
  REQUIRE(stream.flush());
}

TEST_CASE("a state that an earlier version has saved loads, and the run goes on as it did there") {
  std::set<std::string> types;
  visit_records([&](const nlohmann::json& record) {
    types.insert(record.at("configuration").at("type").get<std::string>());
    std::vector<ParamGroup<double>> groups = configured_groups<double>();
    const auto scheduler = configured_scheduler(groups, record.at("configuration"));
    scheduler->load_state_dict(state_from_json(record.at("state")));
    for (std::size_t i = 0; i < groups.size(); ++i) {
      CHECK(groups[i].lr == record.at("lr saved").at(i).get<double>());
      CHECK(groups[i].momentum == record.at("momentum saved").at(i).get<double>());
    }
    take_steps(*scheduler, 3);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const auto lr = record.at("lr later").at(i).get<double>();
      const auto momentum = record.at("momentum later").at(i).get<double>();
      CHECK(std::fabs(groups[i].lr - lr) <= 1e-14 * lr);  // a later version may round better
      CHECK(std::fabs(*groups[i].momentum - momentum) <= 1e-14 * momentum);
    }
  });
  CHECK(types.size() >= 40);
}

}  // namespace
}  // namespace lr_scheduler::testing
