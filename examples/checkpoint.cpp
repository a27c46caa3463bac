// SPDX-License-Identifier: MIT
// Trains the network of train_digits with checkpoints. Killed at any moment and started again, it
// goes on from the last checkpoint and ends with the same weights, to the bit.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "digits/data.hpp"
#include "digits/training.hpp"

namespace {

namespace schedule = lr_scheduler::schedule;

constexpr std::int64_t updates = 250;
constexpr std::int64_t updates_between_checkpoints = 10;
constexpr std::int64_t warmup_steps = 25;

/// A training run: the network, its optimizer and the schedule of its rate.
struct Run {
  digits::Training training;
  lr_scheduler::SequentialLR<float> scheduler;

  explicit Run(const digits::Data& data)
      : training(data.training, 1, 0.05F),
        scheduler(training.optimizer, {.schedules = {schedule::LinearWarmup<float>{.warmup_steps = warmup_steps},
                                                     schedule::CosineAnnealing<float>{.T_max = updates - warmup_steps}},
                                       .milestones = {warmup_steps}}) {}

  void save(const std::filesystem::path& file) const {
    lr_scheduler::save_checkpoint(file, nlohmann::json{{"scheduler", lr_scheduler::to_json(scheduler.state_dict())},
                                                       {"parameters", training.network.parameters},
                                                       {"velocity", training.optimizer.velocity},
                                                       {"updates", training.updates}});
  }

  void load(const std::filesystem::path& file) {
    const auto checkpoint = lr_scheduler::load_checkpoint(file);
    scheduler.load_state_dict(lr_scheduler::state_from_json(checkpoint.at("scheduler")));
    training.network.parameters = checkpoint.at("parameters").get<std::vector<float>>();
    training.optimizer.velocity = checkpoint.at("velocity").get<std::vector<float>>();
    training.updates = checkpoint.at("updates");
  }
};

void print_line(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void train(const std::filesystem::path& file) {
  const digits::Data data = digits::read_data(LR_SCHEDULER_EXAMPLES_DATA);
  Run run(data);
  if (std::filesystem::exists(file)) run.load(file);

  while (run.training.updates < updates) {
    const float rate = run.training.optimizer.param_groups[0].lr;
    const float loss = run.training.update();
    run.scheduler.step();
    if (run.training.updates % updates_between_checkpoints == 0) run.save(file);
    print_line(fmt::format("update {} rate {:a} loss {:a}", run.training.updates, rate, loss));
  }

  std::string weights;
  for (const float weight : run.training.network.parameters) weights += fmt::format(" {:a}", weight);
  print_line("weights" + weights);
  print_line(fmt::format("test accuracy {:.2f} %", 100 * run.training.accuracy(data.test)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "Usage: checkpoint FILE\n");
    return 2;
  }
  try {
    train(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "checkpoint: {}\n", error.what());
    return 1;
  }
}
