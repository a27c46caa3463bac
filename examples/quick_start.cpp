// SPDX-License-Identifier: MIT
// Warm-up, then cosine annealing, in a hand-written training loop.
#include <vector>

#include <fmt/format.h>

#include <lr_scheduler/fmt.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace schedule = lr_scheduler::schedule;

int main() {
  std::vector<lr_scheduler::ParamGroup<float>> groups{{.lr = 0.1F}};
  lr_scheduler::SequentialLR scheduler{
      groups, schedule::sequence(schedule::LinearWarmup<float>{.warmup_steps = 4, .start_factor = 0.2F},
                                 schedule::CosineAnnealing<float>{.T_max = 6})};

  for (int epoch = 0; epoch < 10; ++epoch) {
    fmt::print("epoch {}: train with rate {:.4f}\n", epoch, groups[0].lr);
    scheduler.step();
  }
  fmt::print("{}\n", scheduler);
}
