// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

struct CheckpointedRun {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  StepLR<double> scheduler{groups, {.step_size = 2, .gamma = 0.5}};
};

TEST_CASE("a checkpoint file is written whole or not at all") {
  const auto folder =
      std::filesystem::temp_directory_path() /
      ("lr_scheduler_checkpoint_test_" + std::to_string(std::random_device{}()));  // others may run it too
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto file = folder / "scheduler.json";

  CheckpointedRun run;
  run.scheduler.step();
  save_checkpoint(file, run.scheduler);
  run.scheduler.step();
  save_checkpoint(file, run.scheduler);
  CheckpointedRun other;
  load_checkpoint(file, other.scheduler);
  CHECK(other.scheduler.state_dict() == run.scheduler.state_dict());
  CHECK_FALSE(std::filesystem::exists(folder / "scheduler.json.partial"));

  SECTION("what a crash left half written does not matter") {
    std::ofstream(folder / "scheduler.json.partial") << R"({"version": 1, "dig)";
    load_checkpoint(file, other.scheduler);
    save_checkpoint(file, run.scheduler);
    load_checkpoint(file, other.scheduler);
    CHECK(other.scheduler.last_epoch() == 2);
  }
  SECTION("where it cannot be written, the old file stays") {
    std::filesystem::create_directories(folder / "scheduler.json.partial");
    CHECK(message_of<std::runtime_error>([&] { save_checkpoint(file, run.scheduler); }) ==
          "cannot write the checkpoint " + file.string());
    load_checkpoint(file, other.scheduler);
    CHECK(other.scheduler.last_epoch() == 2);
  }
  SECTION("a damaged file is refused") {
    std::ofstream(file) << R"({"version": 1, "dig)";
    CHECK(message_of([&] {
            load_checkpoint(file, other.scheduler);
          }).starts_with("the checkpoint " + file.string() + " is damaged: "));
    CHECK(other.scheduler.last_epoch() == 2);
  }
  SECTION("a missing file is an error") {
    CHECK(message_of<std::runtime_error>([&] { load_checkpoint(folder / "none.json", other.scheduler); }) ==
          "cannot read the checkpoint " + (folder / "none.json").string());
  }
  SECTION("its name may be in any language") {
    const auto named = folder / std::filesystem::path(u8"\u0448\u0430\u0433 \u6b65.json");
    save_checkpoint(named, run.scheduler);
    run.scheduler.step();
    save_checkpoint(named, run.scheduler);
    load_checkpoint(named, other.scheduler);
    CHECK(other.scheduler.last_epoch() == 3);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lr_scheduler::testing
