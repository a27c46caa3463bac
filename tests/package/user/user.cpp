// SPDX-License-Identifier: MIT
#include <cstdio>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

int main() {
  std::vector<lr_scheduler::ParamGroup<double>> groups{{.lr = 0.5}};
  lr_scheduler::StepLR scheduler{groups, {.step_size = 1, .gamma = 0.5}};
  scheduler.step();
  std::printf("%g\n", groups[0].lr);
  return groups[0].lr == 0.25 ? 0 : 1;
}
