// SPDX-License-Identifier: MIT
// What a step costs on a torch::optim::Optimizer: libtorch's own schedulers and ours, with 1, 2 and 10 groups. The
// plateaus see a metric that falls.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>
#include <torch/optim/schedulers/step_lr.h>
#if __has_include(<torch/optim/schedulers/reduce_on_plateau_scheduler.h>)
#include <torch/optim/schedulers/reduce_on_plateau_scheduler.h>
#define HAS_LIBTORCH_PLATEAU  // from 2.0 on
#endif
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <lr_scheduler/adapters/libtorch.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace {

constexpr unsigned step_size = 30;
constexpr double gamma = 0.999;

torch::optim::SGD make_optimizer(std::int64_t groups) {
  std::vector<torch::optim::OptimizerParamGroup> param_groups;
  for (std::int64_t i = 0; i < groups; ++i) {
    param_groups.emplace_back(std::vector<torch::Tensor>{torch::zeros({1})});
  }
  return torch::optim::SGD(param_groups, torch::optim::SGDOptions(0.1));
}

void libtorch_step_lr(benchmark::State& state) {
  auto optimizer = make_optimizer(state.range(0));
  torch::optim::StepLR scheduler(optimizer, step_size, gamma);
  for (auto _ : state) scheduler.step();
}

void our_step_lr(benchmark::State& state) {
  auto optimizer = make_optimizer(state.range(0));
  lr_scheduler::StepLR scheduler(optimizer, {.step_size = step_size, .gamma = gamma});
  for (auto _ : state) scheduler.step();
}

void our_plateau(benchmark::State& state) {
  auto optimizer = make_optimizer(state.range(0));
  lr_scheduler::ReduceLROnPlateau scheduler(optimizer);
  double metric = 0;
  for (auto _ : state) scheduler.step(--metric);
}

#ifdef HAS_LIBTORCH_PLATEAU
void libtorch_plateau(benchmark::State& state) {
  auto optimizer = make_optimizer(state.range(0));
  torch::optim::ReduceLROnPlateauScheduler scheduler(optimizer);
  float metric = 0;
  for (auto _ : state) scheduler.step(--metric);
}
#endif

}  // namespace

BENCHMARK(libtorch_step_lr)->Arg(1)->Arg(2)->Arg(10);
BENCHMARK(our_step_lr)->Arg(1)->Arg(2)->Arg(10);
#ifdef HAS_LIBTORCH_PLATEAU
BENCHMARK(libtorch_plateau)->Arg(1)->Arg(2)->Arg(10);
#endif
BENCHMARK(our_plateau)->Arg(1)->Arg(2)->Arg(10);

BENCHMARK_MAIN();
