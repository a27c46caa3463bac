// SPDX-License-Identifier: MIT
// What simulate() costs a rate, as a ratio to loops by hand into the same memory: over the C library's functions, over
// at(), and filling it. The label says the type of the rates; /N is how many of them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include <lr_scheduler/lr_scheduler.hpp>

namespace {

using namespace lr_scheduler;
using detail::InstructionSet;

constexpr double base_lr = 0.1;

struct Cosine {
  template <class T>
  static schedule::CosineAnnealing<T> make(Epoch steps) {
    return {.T_max = steps, .eta_min = T(1e-4)};
  }
  template <class T>
  static T by_hand(T base, T t, T steps) {
    const T eta_min = T(1e-4);
    return eta_min + (base - eta_min) * (T(1) + std::cos(std::numbers::pi_v<T> * t / steps)) / T(2);
  }
};

struct Linear {
  template <class T>
  static schedule::Linear<T> make(Epoch steps) {
    return {.start_factor = T(1), .end_factor = T(0.01), .total_iters = steps};
  }
  template <class T>
  static T by_hand(T base, T t, T steps) {
    return base * (T(1) + (T(0.01) - T(1)) * t / steps);
  }
};

struct Polynomial {
  template <class T>
  static schedule::Polynomial<T> make(Epoch steps) {
    return {.total_iters = steps, .power = T(1)};
  }
  template <class T>
  static T by_hand(T base, T t, T steps) {
    return base * (T(1) - t / steps);
  }
};

struct Step {
  template <class T>
  static schedule::Step<T> make(Epoch steps) {
    return {.step_size = steps / 100, .gamma = T(0.95)};
  }
  template <class T>
  static T by_hand(T base, T t, T steps) {
    return base * std::pow(T(0.95), std::floor(t / (steps / T(100))));
  }
};

struct WarmupCosine {
  template <class T>
  static schedule::Sequential<T> make(Epoch steps) {
    return schedule::sequence(schedule::LinearWarmup<T>{.warmup_steps = steps / 10},
                              schedule::CosineAnnealing<T>{.T_max = steps - steps / 10});
  }
  template <class T>
  static T by_hand(T base, T t, T steps) {
    const T warmup_steps = steps / T(10);
    if (t < warmup_steps) return base * t / warmup_steps;
    return base * (T(1) + std::cos(std::numbers::pi_v<T> * (t - warmup_steps) / (steps - warmup_steps))) / T(2);
  }
};

struct Exponential {
  template <class T>
  static schedule::Exponential<T> make(Epoch) {
    return {.gamma = T(0.9999)};
  }
  template <class T>
  static T by_hand(T base, T t, T) {
    return base * std::pow(T(0.9999), t);
  }
};

/// Fills memory of the size that is asked for again and again.
template <class T, class Fill>
void measure(benchmark::State& state, const Fill& fill) {
  std::vector<T> lrs(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    fill(std::span<T>(lrs));
    benchmark::DoNotOptimize(lrs.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class T>
void fill_memory(benchmark::State& state) {
  measure<T>(state, [](std::span<T> lrs) { std::fill(lrs.begin(), lrs.end(), T(base_lr)); });
}

template <class Curve, class T>
void by_hand(benchmark::State& state) {
  measure<T>(state, [](std::span<T> lrs) {
    const auto steps = static_cast<T>(lrs.size());
    for (std::size_t i = 0; i < lrs.size(); ++i)
      lrs[i] = Curve::template by_hand<T>(T(base_lr), static_cast<T>(i), steps);
  });
}

template <class Curve, class T>
void loop_of_at(benchmark::State& state) {
  const auto schedule = Curve::template make<T>(state.range(0));
  const Group<T> group{T(base_lr)};
  measure<T>(state, [&](std::span<T> lrs) {
    for (std::size_t i = 0; i < lrs.size(); ++i) lrs[i] = schedule.at(static_cast<Epoch>(i), group);
  });
}

template <class Curve, class T>
void simulated(benchmark::State& state) {
  const auto schedule = Curve::template make<T>(state.range(0));
  measure<T>(state, [&](std::span<T> lrs) { simulate(schedule, T(base_lr), lrs); });
}

/// The same with the loops for an instruction set, which this processor may not have.
template <class Curve, class T, InstructionSet set>
void simulated_with(benchmark::State& state) {
  if (set > detail::best_instruction_set()) return state.SkipWithError("not on this processor, or not compiled");
  const auto schedule = Curve::template make<T>(state.range(0));
  const AnySchedule<T> any(schedule);
  measure<T>(state, [&](std::span<T> lrs) { detail::follow(schedule, any, Group<T>(T(base_lr)), lrs, set); });
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(10'000)->Arg(1'000'000);
}

}  // namespace

BENCHMARK_TEMPLATE(fill_memory, double)->Apply(sizes);
BENCHMARK_TEMPLATE(fill_memory, float)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Cosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Cosine, float)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Linear, double)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Linear, float)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Polynomial, double)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Step, double)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, WarmupCosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(by_hand, Exponential, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Cosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Cosine, float)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Linear, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Linear, float)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Polynomial, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Step, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, WarmupCosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(loop_of_at, Exponential, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Cosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Cosine, float)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Linear, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Linear, float)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Polynomial, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Step, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, WarmupCosine, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated, Exponential, double)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, double, InstructionSet::as_compiled)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, double, InstructionSet::avx2)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, double, InstructionSet::avx512)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, float, InstructionSet::as_compiled)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, float, InstructionSet::avx2)->Apply(sizes);
BENCHMARK_TEMPLATE(simulated_with, Cosine, float, InstructionSet::avx512)->Apply(sizes);

BENCHMARK_MAIN();
