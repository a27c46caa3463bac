// SPDX-License-Identifier: MIT
// The program that the script `instructions` beside it builds and runs under callgrind. It takes steps with every class
// and has callgrind write the instructions of these steps alone, a file for each run.
//
//     instructions                     prints the cases, "table <tab> name" each
//     instructions 1,10,1000 NAME...   runs these, those of the table "classes" with each of these numbers of groups
//
// For each run it prints "name <tab> groups <tab> steps <tab> sizeof <tab> heap <tab> allocations": the bytes that the
// scheduler has allocated, and how often its steps have. SCALAR is the type of the rates, double or float.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <valgrind/callgrind.h>

#include <lr_scheduler/lr_scheduler.hpp>

namespace {

std::size_t bytes_on_heap = 0;
std::size_t allocations = 0;

// Before each piece of memory stands its size.
constexpr std::size_t header = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t bytes) {
  auto* const memory = static_cast<std::byte*>(std::malloc(header + bytes));
  if (memory == nullptr) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(memory) = bytes;
  bytes_on_heap += bytes;
  ++allocations;
  return memory + header;
}

void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  auto* const memory = static_cast<std::byte*>(pointer) - header;
  bytes_on_heap -= *reinterpret_cast<std::size_t*>(memory);
  std::free(memory);
}

void operator delete(void* pointer, std::size_t) noexcept {
  operator delete(pointer);
}

namespace {

using namespace lr_scheduler;

using T = SCALAR;
using Groups = std::vector<ParamGroup<T>>;

// The number of groups, and of steps over which a curve is stretched.
struct Run {
  std::size_t groups;
  Epoch steps;
};

struct Case {
  std::string table;
  std::string name;
  std::function<void(Run)> run;
};

std::vector<Case> cases;

// What is counted. A scheduler is seen as by a user who holds a Scheduler<T>&.

[[gnu::noipa]] void take_steps(Scheduler<T>& scheduler, Epoch steps) {
  for (Epoch i = 0; i < steps; ++i) scheduler.step();
}

[[gnu::noipa]] void take_steps_with_falling_metric(Scheduler<T>& scheduler, Epoch steps) {
  for (Epoch i = 0; i < steps; ++i) scheduler.step(static_cast<T>(-i));
}

[[gnu::noipa]] void take_steps_with_constant_metric(Scheduler<T>& scheduler, Epoch steps) {
  for (Epoch i = 0; i < steps; ++i) scheduler.step(T(1));
}

[[gnu::noipa]] void multiply_by_hand(Groups& groups, const std::vector<T>& base_lrs, Epoch steps) {
  T factor(1);
  for (Epoch i = 0; i < steps; ++i) {
    factor *= T(0.999);
    for (std::size_t group = 0; group < groups.size(); ++group) groups[group].lr = base_lrs[group] * factor;
  }
}

using Curve =
    std::variant<schedule::CosineAnnealing<T>, schedule::Step<T>, schedule::Linear<T>, schedule::Exponential<T>>;

// Each group by a curve of its own, which is what PerGroup is compared with.
[[gnu::noipa]] void follow_curves_by_hand(Groups& groups, const std::vector<Curve>& curves, Epoch steps) {
  for (Epoch t = 1; t <= steps; ++t) {
    for (std::size_t group = 0; group < groups.size(); ++group) {
      groups[group].lr = std::visit([t](const auto& curve) { return curve.at(t, T(0.1)); }, curves[group]);
    }
  }
}

// Counts the instructions of take() and prints the line of this run.
template <class Take>
void count(const std::string& name, Run run, std::size_t size, std::size_t heap, const Take& take) {
  const std::string label = name + '\t' + std::to_string(run.groups);
  const std::size_t allocations_before = allocations;
  CALLGRIND_ZERO_STATS;
  take();
  CALLGRIND_DUMP_STATS_AT(label.c_str());
  std::printf("%s\t%lld\t%zu\t%zu\t%zu\n", label.c_str(), static_cast<long long>(run.steps), size, heap,
              allocations - allocations_before);
}

Groups make_groups(std::size_t groups) {
  return Groups(groups, ParamGroup<T>{.lr = T(0.1), .initial_lr = {}, .momentum = T(0.9)});
}

// Adds a case of a scheduler of type S, whose options are options_of(run), stepped from an epoch on.
template <class S, class Options>
void add(const std::string& name, const Options& options_of, void (*take)(Scheduler<T>&, Epoch) = take_steps,
         const std::string& table = "classes", Epoch start = 0) {
  cases.push_back({table, name, [=](Run run) {
                     auto groups = make_groups(run.groups);
                     const std::size_t heap_before = bytes_on_heap;
                     const std::unique_ptr<Scheduler<T>> scheduler = std::make_unique<S>(groups, options_of(run));
                     const std::size_t heap = bytes_on_heap - heap_before - sizeof(S);
                     if (start > 0) scheduler->seek(start);
                     count(name, run, sizeof(S), heap, [&] { take(*scheduler, run.steps); });
                   }});
}

// Adds a case of a scheduler of type S for one group, in another table than that of the classes.
template <class S>
void add_growth(const std::string& table, const std::string& name, const typename S::schedule_type& schedule,
                Epoch start = 0) {
  add<S>(name, [=](Run) { return schedule; }, take_steps, table, start);
}

std::vector<T> list(Run run, double value) {
  return std::vector<T>(run.groups, T(value));
}

T inverse_time(Epoch t) {
  return T(1) / static_cast<T>(1 + t);
}
T inverse_square_time(Epoch t) {
  return T(1) / static_cast<T>((1 + t) * (1 + t));
}
T decay(Epoch) {
  return T(0.999);
}
T slow_decay(Epoch) {
  return T(0.9999);
}

// One function for each group, by turns the one and the other.
std::vector<std::function<T(Epoch)>> alternate(Run run, T (*even)(Epoch), T (*odd)(Epoch)) {
  std::vector<std::function<T(Epoch)>> functions;
  functions.reserve(run.groups);
  for (std::size_t i = 0; i < run.groups; ++i) functions.emplace_back(i % 2 == 0 ? even : odd);
  return functions;
}

// 30, 60, 90 ...: milestones that are as far from each other as StepLR's steps.
std::vector<Epoch> every_thirty(Epoch count) {
  std::vector<Epoch> milestones;
  for (Epoch i = 1; i <= count; ++i) milestones.push_back(30 * i);
  return milestones;
}

schedule::Sequential<T> warm_up_then_cosine(Epoch warmup_steps, Epoch T_max) {
  return {.schedules = {schedule::LinearWarmup<T>{.warmup_steps = warmup_steps},
                        schedule::CosineAnnealing<T>{.T_max = T_max}},
          .milestones = {warmup_steps}};
}

schedule::Cyclic<T> cyclic(Run run, CyclicMode mode, bool cycle_momentum) {
  return {.base_lr = T(0.01),
          .max_lr = T(0.1),
          .step_size_up = run.steps / 20,
          .mode = mode,
          .gamma = T(0.999),
          .cycle_momentum = cycle_momentum};
}

schedule::OneCycle<T> one_cycle(Run run, AnnealStrategy strategy, bool cycle_momentum, bool three_phase = false) {
  return {.max_lr = T(0.1),
          .total_steps = run.steps,
          .anneal_strategy = strategy,
          .cycle_momentum = cycle_momentum,
          .three_phase = three_phase};
}

// The curves of PerGroup: no two groups have the same.
Curve cosine(std::size_t i, Epoch steps) {
  return schedule::CosineAnnealing<T>{.T_max = steps + static_cast<Epoch>(i)};
}

Curve one_of_four_kinds(std::size_t i, Epoch steps) {
  const auto n = static_cast<Epoch>(i);
  switch (i % 4) {
    case 0:
      return schedule::CosineAnnealing<T>{.T_max = steps + n};
    case 1:
      return schedule::Step<T>{.step_size = 30 + n, .gamma = T(0.9)};
    case 2:
      return schedule::Linear<T>{.total_iters = steps + n};
    default:
      return schedule::Exponential<T>{.gamma = T(1) - T(0.001) / static_cast<T>(1 + n)};
  }
}

// Adds PerGroup with these curves, and the same curves followed by hand.
void add_per_group(const std::string& name, Curve (*curve_of_group)(std::size_t i, Epoch steps)) {
  const auto curves_of = [=](Run run) {
    std::vector<Curve> curves;
    for (std::size_t i = 0; i < run.groups; ++i) curves.push_back(curve_of_group(i, run.steps));
    return curves;
  };
  add<Scheduled<schedule::PerGroup<T>, T>>(name, [=](Run run) {
    std::vector<AnySchedule<T>> schedules;
    schedules.reserve(run.groups);
    for (const Curve& curve : curves_of(run)) {
      std::visit([&](const auto& schedule) { schedules.emplace_back(schedule); }, curve);
    }
    return schedule::PerGroup<T>{.schedules = std::move(schedules)};
  });
  const std::string by_hand = "by hand: the curves of " + name;
  cases.push_back({"classes", by_hand, [=](Run run) {
                     auto groups = make_groups(run.groups);
                     const std::vector<Curve> curves = curves_of(run);
                     count(by_hand, run, 0, 0, [&] { follow_curves_by_hand(groups, curves, run.steps); });
                   }});
}

// The classes that other frameworks have, and the combinators that change one schedule.
void add_classes_of_others() {
  const auto quarter = [](Run run) { return run.steps / 4; };
  add<WarmupCosineLR<T>>("WarmupCosineLR", [=](Run run) {
    return schedule::WarmupCosine<T>{.warmup_steps = quarter(run), .total_steps = run.steps};
  });
  add<WarmupLinearLR<T>>("WarmupLinearLR", [=](Run run) {
    return schedule::WarmupLinear<T>{.warmup_steps = quarter(run), .total_steps = run.steps};
  });
  add<WarmupPolynomialLR<T>>("WarmupPolynomialLR, power 2", [=](Run run) {
    return schedule::WarmupPolynomial<T>{.warmup_steps = quarter(run), .total_steps = run.steps, .power = 2};
  });
  add<WarmupInverseSqrtLR<T>>("WarmupInverseSqrtLR",
                              [=](Run run) { return schedule::WarmupInverseSqrt<T>{.warmup_steps = quarter(run)}; });
  add<WarmupStableDecayLR<T>>("WarmupStableDecayLR", [=](Run run) {
    return schedule::WarmupStableDecay<T>{
        .warmup_steps = quarter(run), .stable_steps = quarter(run), .decay_steps = 2 * quarter(run)};
  });
  add<NoamLR<T>>("NoamLR", [=](Run run) { return schedule::Noam<T>{.d_model = 512, .warmup_steps = quarter(run)}; });
  add<RexLR<T>>("RexLR", [](Run run) { return schedule::Rex<T>{.total_steps = run.steps}; });
  add<InverseTimeLR<T>>("InverseTimeLR", [=](Run run) {
    return schedule::InverseTime<T>{.timescale = static_cast<double>(quarter(run))};
  });
  const auto table = [=](Run run, Interpolation interpolation) {
    return schedule::Piecewise<T>{
        .boundaries = {quarter(run), run.steps}, .values = {T(0.1), T(0.05), T(0.01)}, .interpolation = interpolation};
  };
  add<PiecewiseLR<T>>("PiecewiseLR", [=](Run run) { return table(run, Interpolation::none); });
  add<PiecewiseLR<T>>("PiecewiseLR, linear", [=](Run run) { return table(run, Interpolation::linear); });

  const auto anneal = [](Run run) {
    return schedule::Anneal<T>{.steps = static_cast<double>(run.steps), .shape = Shape::cosine};
  };
  add<Scheduled<schedule::Anneal<T>, T>>("Anneal, cosine", anneal);
  add<Scheduled<schedule::Cycles<T>, T>>("Cycles of Anneal, cosine", [=](Run run) {
    return schedule::Cycles<T>{.schedule = anneal(run), .length = static_cast<double>(run.steps / 10), .decay = T(0.9)};
  });
  add<Scheduled<schedule::Retimed<T>, T>>(
      "Retimed Anneal, cosine", [=](Run run) { return schedule::Retimed<T>{.schedule = anneal(run), .begin = -10}; });
  add<Scheduled<schedule::Scaled<T>, T>>("Scaled CosineAnnealing, by a warm-up", [=](Run run) {
    return schedule::Scaled<T>{.schedule = schedule::CosineAnnealing<T>{.T_max = run.steps, .eta_min = T(0.01)},
                               .by = schedule::LinearWarmup<T>{.warmup_steps = quarter(run)}};
  });
  add<Scheduled<schedule::Clamp<T>, T>>("Clamp of Anneal, cosine", [=](Run run) {
    return schedule::Clamp<T>{.schedule = anneal(run), .min_lr = T(0.01)};
  });
  add<Scheduled<schedule::BaseRate<T>, T>>("BaseRate of Anneal, cosine", [=](Run run) {
    return schedule::BaseRate<T>{.schedule = anneal(run), .base_lr = T(0.2)};
  });
}

void add_classes() {
  cases.push_back({"classes", "by hand: lr = base_lr * factor", [](Run run) {
                     auto groups = make_groups(run.groups);
                     const std::vector<T> base_lrs(run.groups, T(0.1));
                     count("by hand: lr = base_lr * factor", run, 0, 0,
                           [&] { multiply_by_hand(groups, base_lrs, run.steps); });
                   }});

  add<LambdaLR<T>>("LambdaLR", [](Run) { return schedule::Lambda<T>{.lr_lambda = inverse_time}; });
  add<LambdaLR<T>>("LambdaLR, one for each group", [](Run run) {
    return schedule::Lambda<T>{.lr_lambda = alternate(run, inverse_time, inverse_square_time)};
  });
  add<MultiplicativeLR<T>>("MultiplicativeLR", [](Run) { return schedule::Multiplicative<T>{.lr_lambda = decay}; });
  add<MultiplicativeLR<T>>("MultiplicativeLR, one for each group", [](Run run) {
    return schedule::Multiplicative<T>{.lr_lambda = alternate(run, decay, slow_decay)};
  });
  add<StepLR<T>>("StepLR", [](Run) { return schedule::Step<T>{.step_size = 30, .gamma = T(0.9)}; });
  add<MultiStepLR<T>>("MultiStepLR", [](Run run) {
    return schedule::MultiStep<T>{.milestones = every_thirty(run.steps / 30), .gamma = T(0.9)};
  });
  add<ConstantLR<T>>("ConstantLR", [](Run run) { return schedule::Constant<T>{.total_iters = run.steps / 2}; });
  add<LinearLR<T>>("LinearLR", [](Run run) { return schedule::Linear<T>{.total_iters = run.steps}; });
  add<ExponentialLR<T>>("ExponentialLR", [](Run) { return schedule::Exponential<T>{.gamma = T(0.999)}; });
  add<PolynomialLR<T>>("PolynomialLR", [](Run run) { return schedule::Polynomial<T>{.total_iters = run.steps}; });
  add<PolynomialLR<T>>("PolynomialLR, power 0.9",
                       [](Run run) { return schedule::Polynomial<T>{.total_iters = run.steps, .power = T(0.9)}; });
  add<CosineAnnealingLR<T>>("CosineAnnealingLR",
                            [](Run run) { return schedule::CosineAnnealing<T>{.T_max = run.steps}; });
  add<CosineAnnealingWarmRestarts<T>>("CosineAnnealingWarmRestarts, T_mult 1", [](Run run) {
    return schedule::CosineAnnealingWarmRestarts<T>{.T_0 = run.steps / 10};
  });
  add<CosineAnnealingWarmRestarts<T>>("CosineAnnealingWarmRestarts, T_mult 2", [](Run run) {
    return schedule::CosineAnnealingWarmRestarts<T>{.T_0 = run.steps / 31, .T_mult = 2};
  });

  const std::pair<const char*, CyclicMode> modes[] = {{"triangular", CyclicMode::triangular},
                                                      {"triangular2", CyclicMode::triangular2},
                                                      {"exp_range", CyclicMode::exp_range}};
  for (const auto& [name, mode] : modes) {
    for (const bool momentum : {false, true}) {
      add<CyclicLR<T>>(std::string("CyclicLR, ") + name + (momentum ? ", momentum" : ""),
                       [mode = mode, momentum](Run run) { return cyclic(run, mode, momentum); });
    }
  }
  for (const bool momentum : {false, true}) {
    add<CyclicLR<T>>(std::string("CyclicLR, one for each group") + (momentum ? ", momentum" : ""), [momentum](Run run) {
      auto options = cyclic(run, CyclicMode::triangular, momentum);
      options.base_lr = list(run, 0.01);
      options.max_lr = list(run, 0.1);
      options.base_momentum = list(run, 0.8);
      options.max_momentum = list(run, 0.9);
      return options;
    });
  }
  for (const bool momentum : {false, true}) {
    const std::string end = momentum ? ", momentum" : "";
    add<OneCycleLR<T>>("OneCycleLR" + end,
                       [momentum](Run run) { return one_cycle(run, AnnealStrategy::cos, momentum); });
    add<OneCycleLR<T>>("OneCycleLR, linear" + end,
                       [momentum](Run run) { return one_cycle(run, AnnealStrategy::linear, momentum); });
    add<OneCycleLR<T>>("OneCycleLR, three_phase" + end,
                       [momentum](Run run) { return one_cycle(run, AnnealStrategy::cos, momentum, true); });
    add<OneCycleLR<T>>("OneCycleLR, one for each group" + end, [momentum](Run run) {
      auto options = one_cycle(run, AnnealStrategy::cos, momentum);
      options.max_lr = list(run, 0.1);
      options.base_momentum = list(run, 0.85);
      options.max_momentum = list(run, 0.95);
      return options;
    });
  }
  add<SWALR<T>>("SWALR", [](Run run) { return schedule::SWA<T>{.swa_lr = T(0.05), .anneal_epochs = run.steps}; });
  add<SWALR<T>>("SWALR, one for each group",
                [](Run run) { return schedule::SWA<T>{.swa_lr = list(run, 0.05), .anneal_epochs = run.steps}; });
  add<WarmupLR<T>>("WarmupLR", [](Run run) { return schedule::LinearWarmup<T>{.warmup_steps = run.steps}; });

  add<SequentialLR<T>>("SequentialLR, warm-up then cosine",
                       [](Run run) { return warm_up_then_cosine(run.steps / 10, run.steps - run.steps / 10); });
  add<SequentialLR<T>>("SequentialLR, warm-up then OneCycleLR with momentum", [](Run run) {
    const Epoch warmup_steps = run.steps / 10;
    return schedule::Sequential<T>{
        .schedules = {schedule::LinearWarmup<T>{.warmup_steps = warmup_steps},
                      one_cycle({run.groups, run.steps - warmup_steps}, AnnealStrategy::cos, true)},
        .milestones = {warmup_steps}};
  });
  add<ChainedScheduler<T>>("ChainedScheduler, two factors", [](Run run) {
    return schedule::Chained<T>{.schedules = {schedule::LinearWarmup<T>{.warmup_steps = run.steps / 10},
                                              schedule::Exponential<T>{.gamma = T(0.999)}}};
  });
  add<ChainedScheduler<T>>("ChainedScheduler, two that are no factors", [](Run run) {
    return schedule::Chained<T>{
        .schedules = {schedule::CosineAnnealing<T>{.T_max = run.steps, .eta_min = T(0.001)},
                      schedule::CosineAnnealingWarmRestarts<T>{.T_0 = run.steps / 10, .eta_min = T(0.001)}}};
  });

  add_per_group("PerGroup, cosines", cosine);
  add_per_group("PerGroup, four kinds", one_of_four_kinds);

  add<ReduceLROnPlateau<T>>(
      "ReduceLROnPlateau, a falling metric", [](Run) { return PlateauOptions<T>{.factor = T(0.9)}; },
      take_steps_with_falling_metric);
  add<ReduceLROnPlateau<T>>(
      "ReduceLROnPlateau, a constant metric", [](Run) { return PlateauOptions<T>{.factor = T(0.9), .eps = T(0)}; },
      take_steps_with_constant_metric);
}

// With the epoch: the same steps after 1e3, 1e6 and 1e9 others.
void add_growth_with_epoch() {
  const std::pair<const char*, Epoch> epochs[] = {{"1e3", 1'000}, {"1e6", 1'000'000}, {"1e9", 1'000'000'000}};
  const T slow(0.9999999);
  for (const auto& [name, t] : epochs) {
    const std::string end = std::string("; t = ") + name;
    const std::string table = "epoch";
    add_growth<LambdaLR<T>>(table, "LambdaLR" + end, {.lr_lambda = inverse_time}, t);
    add_growth<StepLR<T>>(table, "StepLR" + end, {.step_size = 30, .gamma = slow}, t);
    add_growth<ExponentialLR<T>>(table, "ExponentialLR" + end, {.gamma = slow}, t);
    add_growth<LinearLR<T>>(table, "LinearLR" + end, {.total_iters = 2 * t}, t);
    add_growth<PolynomialLR<T>>(table, "PolynomialLR, power 0.9" + end, {.total_iters = 2 * t, .power = T(0.9)}, t);
    add_growth<CosineAnnealingLR<T>>(table, "CosineAnnealingLR" + end, {.T_max = 300}, t);
    add_growth<CosineAnnealingWarmRestarts<T>>(table, "CosineAnnealingWarmRestarts, T_mult 1" + end, {.T_0 = 30}, t);
    add_growth<CosineAnnealingWarmRestarts<T>>(table, "CosineAnnealingWarmRestarts, T_mult 2" + end,
                                               {.T_0 = 30, .T_mult = 2}, t);
    add_growth<CyclicLR<T>>(table, "CyclicLR, triangular2" + end, cyclic({1, 600}, CyclicMode::triangular2, false), t);
    add_growth<CyclicLR<T>>(table, "CyclicLR, exp_range" + end, cyclic({1, 600}, CyclicMode::exp_range, false), t);
    add_growth<OneCycleLR<T>>(table, "OneCycleLR, momentum" + end, one_cycle({1, 2 * t}, AnnealStrategy::cos, true), t);
    add_growth<SequentialLR<T>>(table, "SequentialLR, warm-up then cosine" + end, warm_up_then_cosine(100, 300), t);
    add_growth<ChainedScheduler<T>>(
        table, "ChainedScheduler, two factors" + end,
        {.schedules = {schedule::Step<T>{.step_size = 30, .gamma = slow}, schedule::Exponential<T>{.gamma = slow}}}, t);
  }
}

// With the number of milestones and of phases, each 30 steps long; the steps are those in the middle.
void add_growth_with_milestones() {
  for (const Epoch count : {10, 1'000, 10'000}) {
    const Epoch middle = 30 * count / 2 - std::min<Epoch>(30 * count / 2, 150);
    const std::string end = "; " + std::to_string(count);
    add_growth<MultiStepLR<T>>("milestones", "MultiStepLR" + end,
                               {.milestones = every_thirty(count), .gamma = T(0.9999)}, middle);
    const std::vector<AnySchedule<T>> phases(static_cast<std::size_t>(count), schedule::Linear<T>{.total_iters = 30});
    add_growth<SequentialLR<T>>("milestones", "SequentialLR" + end,
                                {.schedules = phases, .milestones = every_thirty(count - 1)}, middle);
  }
}

// With the number of a chain's children, and with how deep chains and sequences nest.
void add_growth_with_chain() {
  const schedule::Exponential<T> factor{.gamma = T(0.999)};
  const schedule::CosineAnnealing<T> no_factor{.T_max = 1'000, .eta_min = T(0.001)};
  for (const std::size_t children : {2, 8, 32}) {
    const std::string end = "; " + std::to_string(children);
    add_growth<ChainedScheduler<T>>("children", "ChainedScheduler, factors" + end,
                                    {.schedules = std::vector<AnySchedule<T>>(children, factor)});
    add_growth<ChainedScheduler<T>>("children", "ChainedScheduler, no factors" + end,
                                    {.schedules = std::vector<AnySchedule<T>>(children, no_factor)});
  }
  for (const std::size_t depth : {1, 4, 8, 12}) {
    const std::string end = "; " + std::to_string(depth);
    const auto nest = [depth](auto chained, const AnySchedule<T>& innermost, const AnySchedule<T>& other) {
      chained.schedules = {innermost, other};
      for (std::size_t level = 1; level < depth; ++level) chained.schedules = {AnySchedule<T>(chained), other};
      return chained;
    };
    add_growth<ChainedScheduler<T>>("depth", "nested ChainedScheduler, factors" + end,
                                    nest(schedule::Chained<T>{}, factor, factor));
    add_growth<ChainedScheduler<T>>("depth", "nested ChainedScheduler, no factors" + end,
                                    nest(schedule::Chained<T>{}, no_factor, factor));
    add_growth<SequentialLR<T>>("depth", "nested SequentialLR" + end,
                                nest(schedule::Sequential<T>{.milestones = {2'000}}, no_factor, factor));
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  add_classes();
  add_classes_of_others();
  add_growth_with_epoch();
  add_growth_with_milestones();
  add_growth_with_chain();

  const std::vector<std::string> names(arguments + std::min(argument_count, 2), arguments + argument_count);
  for (const auto& [table, name, run] : cases) {
    if (names.empty()) std::printf("%s\t%s\n", table.c_str(), name.c_str());
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (table != "classes") {
      run({1, 300});
      continue;
    }
    std::istringstream counts(arguments[1]);
    for (std::string groups; std::getline(counts, groups, ',');) {
      // Many groups need few steps: the curve is computed once for all.
      run({std::stoul(groups), std::stoul(groups) < 1'000 ? 1'000 : 60});
    }
  }
}
