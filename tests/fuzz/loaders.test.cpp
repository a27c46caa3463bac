// SPDX-License-Identifier: MIT
#include "loaders.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/every_schedule.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("what fuzzing the loaders has found stays mended") {
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LR_SCHEDULER_GOLDEN "/../fuzz/corpus")) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    INFO(entry.path().filename().string());
    REQUIRE_NOTHROW(check_loaders(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
    ++inputs;
  }
  CHECK(inputs >= 20);
}

TEST_CASE("every class is fuzzed, and what fuzzing starts from is taken") {
  std::set<std::string> types;
  for (const nlohmann::json& configuration : every_configuration()) {
    types.insert(configuration.at("type").get<std::string>());
  }
  for (const auto& example : every_example<double>()) {
    INFO(example.name);
    CHECK(types.count(example.class_name()) == 1);
  }
  for (const Seed& seed : seeds()) {
    INFO(seed.name);
    CHECK(check_loaders(reinterpret_cast<const std::uint8_t*>(seed.bytes.data()), seed.bytes.size()));
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
