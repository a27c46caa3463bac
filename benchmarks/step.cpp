// SPDX-License-Identifier: MIT
// What a step costs, as a ratio to loops written by hand over a plain array:
//   (a) lr[i] = base[i] * f, f computed once a step
//   (b) the same with what the rule asks: read the rate, compare, write it, remember it
// and what a step of a plateau costs, with a metric that falls.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <vector>

#include <benchmark/benchmark.h>

#include <lr_scheduler/lr_scheduler.hpp>

using lr_scheduler::Epoch;

/// An optimizer that keeps its rates in a plain array, as the loops by hand do.
struct RateArray {
  std::vector<double> lrs;
};

template <>
struct lr_scheduler::optimizer_traits<RateArray> {
  using scalar_type = double;
  static std::size_t size(RateArray& optimizer) { return optimizer.lrs.size(); }
  static double lr(RateArray& optimizer, std::size_t i) { return optimizer.lrs[i]; }
  static void set_lr(RateArray& optimizer, std::size_t i, double lr) { optimizer.lrs[i] = lr; }
};

namespace {

constexpr double base_rate = 0.1;

struct StepCurve {
  static constexpr Epoch step_size = 30;
  static constexpr double gamma = 0.999;
  static double factor(Epoch t) { return std::pow(gamma, static_cast<double>(t / step_size)); }
  template <class O>
  static std::unique_ptr<lr_scheduler::Scheduler<double>> bind(O& optimizer) {
    return std::make_unique<lr_scheduler::StepLR<double>>(
        optimizer, lr_scheduler::schedule::Step<double>{.step_size = step_size, .gamma = gamma});
  }
};

struct CosineCurve {
  static constexpr Epoch T_max = 100'000;
  static double factor(Epoch t) { return (1 + std::cos(std::numbers::pi * static_cast<double>(t) / T_max)) / 2; }
  template <class O>
  static std::unique_ptr<lr_scheduler::Scheduler<double>> bind(O& optimizer) {
    return std::make_unique<lr_scheduler::CosineAnnealingLR<double>>(
        optimizer, lr_scheduler::schedule::CosineAnnealing<double>{.T_max = T_max});
  }
};

struct WarmupCosineCurve {
  static constexpr Epoch warmup_steps = 1'000;
  static double factor(Epoch t) {
    return t < warmup_steps ? static_cast<double>(t) / warmup_steps : CosineCurve::factor(t - warmup_steps);
  }
  template <class O>
  static std::unique_ptr<lr_scheduler::Scheduler<double>> bind(O& optimizer) {
    using namespace lr_scheduler;
    return std::make_unique<SequentialLR<double>>(
        optimizer,
        schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = warmup_steps},
                                                   schedule::CosineAnnealing<double>{.T_max = CosineCurve::T_max}},
                                     .milestones = {warmup_steps}});
  }
};

template <class Curve>
void by_hand_multiply(benchmark::State& state) {
  const auto groups = static_cast<std::size_t>(state.range(0));
  const std::vector<double> base(groups, base_rate);
  std::vector<double> lrs(groups, base_rate);
  Epoch t = 0;
  for (auto _ : state) {
    const double f = Curve::factor(++t);
    for (std::size_t i = 0; i < groups; ++i) lrs[i] = base[i] * f;
    benchmark::DoNotOptimize(lrs.data());
    benchmark::ClobberMemory();
  }
}

template <class Curve>
void by_hand_rule(benchmark::State& state) {
  const auto groups = static_cast<std::size_t>(state.range(0));
  const std::vector<double> base(groups, base_rate);
  std::vector<double> lrs(groups, base_rate);
  std::vector<double> left_there(groups, base_rate);
  Epoch t = 0;
  double before = Curve::factor(0);
  for (auto _ : state) {
    const double f = Curve::factor(++t);
    const double ratio = f / before;
    for (std::size_t i = 0; i < groups; ++i) {
      const double lr = lrs[i] == left_there[i] ? base[i] * f : lrs[i] * ratio;
      lrs[i] = lr;
      left_there[i] = lr;
    }
    before = f;
    benchmark::DoNotOptimize(lrs.data());
    benchmark::ClobberMemory();
  }
}

template <class Curve>
void scheduler_on_array(benchmark::State& state) {
  RateArray optimizer{std::vector<double>(static_cast<std::size_t>(state.range(0)), base_rate)};
  const auto scheduler = Curve::bind(optimizer);
  for (auto _ : state) {
    scheduler->step();
    benchmark::DoNotOptimize(optimizer.lrs.data());
    benchmark::ClobberMemory();
  }
}

template <class Curve>
void scheduler_on_param_groups(benchmark::State& state) {
  std::vector<lr_scheduler::ParamGroup<double>> groups(static_cast<std::size_t>(state.range(0)), {.lr = base_rate});
  const auto scheduler = Curve::bind(groups);
  for (auto _ : state) {
    scheduler->step();
    benchmark::DoNotOptimize(groups.data());
    benchmark::ClobberMemory();
  }
}

void plateau_on_param_groups(benchmark::State& state) {
  std::vector<lr_scheduler::ParamGroup<double>> groups(static_cast<std::size_t>(state.range(0)), {.lr = base_rate});
  lr_scheduler::ReduceLROnPlateau<double> scheduler(groups);
  double metric = 0;
  for (auto _ : state) {
    scheduler.step(--metric);
    benchmark::DoNotOptimize(groups.data());
    benchmark::ClobberMemory();
  }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t groups : {1, 2, 10, 1'000, 1'000'000}) benchmark->Arg(groups);
}

}  // namespace

BENCHMARK_TEMPLATE(by_hand_multiply, StepCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand_rule, StepCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_array, StepCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_param_groups, StepCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand_multiply, CosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand_rule, CosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_array, CosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_param_groups, CosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand_multiply, WarmupCosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand_rule, WarmupCosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_array, WarmupCosineCurve)->Apply(sizes);
BENCHMARK_TEMPLATE(scheduler_on_param_groups, WarmupCosineCurve)->Apply(sizes);
BENCHMARK(plateau_on_param_groups)->Apply(sizes);

BENCHMARK_MAIN();
