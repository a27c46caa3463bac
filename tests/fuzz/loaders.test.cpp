// SPDX-License-Identifier: MIT
#include "loaders.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/catch.hpp"

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

}  // namespace
}  // namespace lr_scheduler::testing
