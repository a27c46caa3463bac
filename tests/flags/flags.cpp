// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

// A program for compiler flags under which no test framework is compiled: every class makes some
// steps; it fails where a rate is not what it should be.

namespace {

using namespace lr_scheduler;

int checks = 0;
int failures = 0;

void expect(bool holds, const char* what) {
  ++checks;
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

/// The rate of the first group after three steps, less what it should be.
void expect_rate(Scheduler<double>& scheduler, double expected, const char* what) {
  for (int k = 0; k < 3; ++k) scheduler.step(1.0);
  expect(std::abs(scheduler.get_lr()[0] - expected) <= 1e-14 * expected, what);
}

/// The same value, of which the compiler knows nothing.
template <class V>
V hidden(V value) {
  volatile V seen = value;
  return seen;
}

/// Made of bits: under -ffast-math the compiler takes no such value to exist.
double not_a_number() {
  return detail::from_bits<double>(hidden(std::uint64_t{0x7ff8'0000'0000'0000U}));
}

double infinite() {
  return detail::from_bits<double>(hidden(std::uint64_t{0x7ff0'0000'0000'0000U}));
}

/// By the bits, which no flag makes the compiler doubt: a number, and not an infinite one.
bool is_finite(double x) {
  return (detail::from_bits<std::uint64_t>(x) & 0x7ff0'0000'0000'0000U) != 0x7ff0'0000'0000'0000U;
}

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no exception";
}

using Groups = std::vector<ParamGroup<double>>;

template <class Bound, class Options>
void run(Options options, double expected, const char* what) {
  Groups groups{{.lr = 0.5, .momentum = 0.9}, {.lr = 0.25, .momentum = 0.9}};
  Bound scheduler{groups, options};
  expect_rate(scheduler, expected, what);

  Groups others{{.lr = 0.75, .momentum = 0.9}, {.lr = 0.25, .momentum = 0.9}};
  Bound resumed{others, options};
  resumed.load_state_dict(scheduler.state_dict());
  scheduler.step(1.0);
  resumed.step(1.0);
  expect(groups[0].lr == others[0].lr && groups[1].lr == others[1].lr, what);
}

void every_class() {
  const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
  run<StepLR<double>>(schedule::Step<double>{.step_size = 2}, 0.05, "StepLR");
  run<MultiStepLR<double>>(schedule::MultiStep<double>{.milestones = {1, 3}}, 0.005, "MultiStepLR");
  run<ConstantLR<double>>(schedule::Constant<double>{.factor = 0.5}, 0.25, "ConstantLR");
  run<LinearLR<double>>(schedule::Linear<double>{.start_factor = 0.25, .total_iters = 4}, 0.40625, "LinearLR");
  run<ExponentialLR<double>>(schedule::Exponential<double>{.gamma = 0.5}, 0.0625, "ExponentialLR");
  run<PolynomialLR<double>>(schedule::Polynomial<double>{.total_iters = 4}, 0.125, "PolynomialLR");
  run<WarmupLR<double>>(schedule::LinearWarmup<double>{.warmup_steps = 4}, 0.375, "WarmupLR");
  run<WarmupCosineLR<double>>(schedule::WarmupCosine<double>{.warmup_steps = 2, .total_steps = 4}, 0.25,
                              "WarmupCosineLR");
  run<WarmupLinearLR<double>>(schedule::WarmupLinear<double>{.warmup_steps = 2, .total_steps = 6}, 0.375,
                              "WarmupLinearLR");
  run<WarmupPolynomialLR<double>>(schedule::WarmupPolynomial<double>{.warmup_steps = 2, .total_steps = 6, .power = 2},
                                  0.28125, "WarmupPolynomialLR");
  run<WarmupInverseSqrtLR<double>>(schedule::WarmupInverseSqrt<double>{.warmup_steps = 2, .timescale = 1},
                                   0.35355339059327379, "WarmupInverseSqrtLR");
  run<WarmupStableDecayLR<double>>(
      schedule::WarmupStableDecay<double>{.warmup_steps = 1, .stable_steps = 1, .decay_steps = 4}, 0.25,
      "WarmupStableDecayLR");
  run<NoamLR<double>>(schedule::Noam<double>{.d_model = 4, .warmup_steps = 4}, 0.09375, "NoamLR");
  run<RexLR<double>>(schedule::Rex<double>{.total_steps = 4}, 0.2, "RexLR");
  run<InverseTimeLR<double>>(schedule::InverseTime<double>{.timescale = 3}, 0.25, "InverseTimeLR");
  run<PiecewiseLR<double>>(
      schedule::Piecewise<double>{.boundaries = {4}, .scales = {1, 0}, .interpolation = Interpolation::linear}, 0.125,
      "PiecewiseLR");
  const schedule::Anneal<double> line{.steps = 4};
  run<Scheduled<schedule::Anneal<double>, double>>(line, 0.125, "Anneal");
  run<Scheduled<schedule::ExponentialWarmup<double>, double>>(schedule::ExponentialWarmup<double>{.warmup_period = 2},
                                                              0.43233235838169365, "ExponentialWarmup");
  run<Scheduled<schedule::RAdamWarmup<double>, double>>(schedule::RAdamWarmup<double>{.beta2 = 0.9},
                                                        0.19613035285775222, "RAdamWarmup");
  run<Scheduled<schedule::Cycles<double>, double>>(
      schedule::Cycles<double>{.schedule = line, .length = 2, .length_mult = 2, .decay = 0.5}, 0.21875, "Cycles");
  run<Scheduled<schedule::Retimed<double>, double>>(
      schedule::Retimed<double>{.schedule = line, .begin = -1, .end = 1.5, .stretch = 2}, 0.4375, "Retimed");
  run<Scheduled<schedule::Scaled<double>, double>>(schedule::Scaled<double>{.schedule = line, .by = line, .floor = 0.5},
                                                   0.40625, "Scaled");
  run<Scheduled<schedule::Clamp<double>, double>>(schedule::Clamp<double>{.schedule = line, .min_ratio = 0.5}, 0.25,
                                                  "Clamp");
  run<Scheduled<schedule::BaseRate<double>, double>>(schedule::BaseRate<double>{.schedule = line, .base_lr = 1}, 0.25,
                                                     "BaseRate");
  run<CosineAnnealingLR<double>>(schedule::CosineAnnealing<double>{.T_max = 6}, 0.25, "CosineAnnealingLR");
  run<CosineAnnealingWarmRestarts<double>>(schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 2, .T_mult = 2},
                                           0.42677669529663687, "CosineAnnealingWarmRestarts");
  run<CyclicLR<double>>(schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}, 0.3, "CyclicLR");
  run<OneCycleLR<double>>(
      schedule::OneCycle<double>{
          .max_lr = 1, .total_steps = 8, .pct_start = 0.5, .anneal_strategy = AnnealStrategy::linear},
      1, "OneCycleLR");
  run<SWALR<double>>(schedule::SWA<double>{.swa_lr = 0.1, .anneal_epochs = 6}, 0.3, "SWALR");
  run<LambdaLR<double>>(schedule::Lambda<double>{.lr_lambda = half}, 0.25, "LambdaLR");
  run<MultiplicativeLR<double>>(schedule::Multiplicative<double>{.lr_lambda = half}, 0.0625, "MultiplicativeLR");
  run<SequentialLR<double>>(
      schedule::Sequential<double>{
          .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2}, schedule::Exponential<double>{.gamma = 0.5}},
          .milestones = {2}},
      0.25, "SequentialLR");
  run<ChainedScheduler<double>>(schedule::Chained<double>{.schedules = {schedule::CosineAnnealing<double>{.T_max = 6},
                                                                        schedule::Exponential<double>{.gamma = 0.5}}},
                                0.03125, "ChainedScheduler");
  run<ReduceLROnPlateau<double>>(PlateauOptions<double>{.factor = 0.5, .patience = 1}, 0.25, "ReduceLROnPlateau");
  run<Scheduled<schedule::PerGroup<double>, double>>(
      schedule::PerGroup<double>{
          .schedules = {schedule::Exponential<double>{.gamma = 0.5}, schedule::Constant<double>{}}},
      0.0625, "PerGroup");
}

void no_numbers() {
  Groups groups{{.lr = 0.5}};
  expect(message_of([&] { StepLR s(groups, {.step_size = 2, .gamma = not_a_number()}); }) ==
             "StepLR: gamma must be finite and not negative, got nan",
         "a gamma that is not a number is refused");
  expect(message_of([&] { StepLR s(groups, {.step_size = 2, .gamma = infinite()}); }) ==
             "StepLR: gamma must be finite and not negative, got inf",
         "an infinite gamma is refused");
  ReduceLROnPlateau plateau{groups, {.factor = 0.5, .patience = 0}};
  plateau.step(infinite());
  expect(groups[0].lr == 0.25, "an infinite first metric is bad");
  plateau.step(1.0);
  plateau.step(not_a_number());
  expect(groups[0].lr == 0.125, "a metric that is not a number is bad");
  plateau.step(0.5);
  expect(groups[0].lr == 0.125, "a better metric is better");
  ReduceLROnPlateau means{groups, {.patience = 0, .accumulate = 2, .smoothing = 0.5}};
  means.step(1.0);
  expect(means.step(1.0) == PlateauReport::improved, "a first mean is better");
  means.step(not_a_number());
  expect(means.step(0.25) == PlateauReport::reduced, "a mean with what is not a number is bad");
  means.step(0.25);
  expect(means.step(0.25) == PlateauReport::improved, "and leaves the smoothed value alone");
  GreedyLR greedy{groups, {.patience = 0, .smooth = true}};
  greedy.step(1.0);
  greedy.step(not_a_number());
  greedy.step(0.5);
  expect(greedy.best() == 0.75, "a window is without what is not a number");
}

/// The rule compares what it left with what is there.
void disturbed() {
  Groups groups{{.lr = 0.5}, {.lr = 0.25}};
  CosineAnnealingLR scheduler{groups, {.T_max = 1'000'000}};
  for (int k = 0; k < 250'000; ++k) scheduler.step();
  expect(std::abs(groups[0].lr - 0.42677669529663688) <= 1e-15, "the closed form does not drift");
  groups[1].lr = 1;
  scheduler.step();
  expect(groups[1].lr < 1 && groups[1].lr > 0.99999, "a rate that was set is chained from");
}

void overflowing() {
  std::vector<ParamGroup<float>> groups{{.lr = 10}, {.lr = 0}};
  ChainedScheduler scheduler{
      groups,
      {.schedules = {schedule::Exponential<float>{.gamma = 1e30F}, schedule::CosineAnnealing<float>{.T_max = 4}}}};
  for (int k = 0; k < 8; ++k) {
    scheduler.step();
    for (const auto& group : groups) {
      const auto bits = detail::from_bits<std::uint32_t>(group.lr);
      expect((bits & 0x7f80'0000U) != 0x7f80'0000U, "a rate is always finite");
    }
  }
}

template <class T>
bool same_rates(const std::vector<ParamGroup<T>>& left, const std::vector<ParamGroup<T>>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (hidden(left[i].lr) < hidden(right[i].lr) || hidden(left[i].lr) > hidden(right[i].lr)) return false;
  }
  return left.size() == right.size();
}

/// A state of rates and options that are no doubles, in T = long double, loads where it came from.
template <class Bound, class Options>
void resume(const Options& options, const char* what) {
  using T = typename Bound::scalar_type;
  const auto make_groups = [](long double first) {
    return std::vector<ParamGroup<T>>{{.lr = static_cast<T>(hidden(first)), .initial_lr = {}, .momentum = T(0.5L)},
                                      {.lr = static_cast<T>(hidden(0.7L)), .initial_lr = {}, .momentum = T(0.5L)}};
  };
  auto groups = make_groups(0.1L);
  Bound scheduler{groups, options};
  for (int k = 0; k < 3; ++k) scheduler.step(T(1));
  auto others = make_groups(0.3L);
  Bound resumed{others, options};
  const auto load = [](Bound& bound, const StateDict& state) {
    return message_of([&] { bound.load_state_dict(state); });
  };
  expect(load(resumed, scheduler.state_dict()) == "no exception", what);
  expect(same_rates(groups, others), what);
  expect(load(scheduler, scheduler.state_dict()) == "no exception", what);
  for (int k = 0; k < 3; ++k) {
    scheduler.step(T(1));
    resumed.step(T(1));
    expect(same_rates(groups, others), what);
  }
}

template <class T>
void resumed() {
  const T tenth = static_cast<T>(hidden(0.1L));
  const T third = static_cast<T>(hidden(1.0L / 3));
  resume<ExponentialLR<T>>(schedule::Exponential<T>{.gamma = third}, "ExponentialLR resumes");
  resume<StepLR<T>>(schedule::Step<T>{.step_size = 2, .gamma = third}, "StepLR resumes");
  resume<CosineAnnealingLR<T>>(schedule::CosineAnnealing<T>{.T_max = 7, .eta_min = tenth / 8},
                               "CosineAnnealingLR resumes");
  resume<CyclicLR<T>>(schedule::Cyclic<T>{.base_lr = tenth, .max_lr = third, .step_size_up = 3}, "CyclicLR resumes");
  resume<ChainedScheduler<T>>(
      schedule::Chained<T>{.schedules = {schedule::CosineAnnealing<T>{.T_max = 7, .eta_min = tenth / 8},
                                         schedule::Exponential<T>{.gamma = third}}},
      "ChainedScheduler resumes");
  resume<ReduceLROnPlateau<T>>(PlateauOptions<T>{.factor = third, .patience = 1, .min_lr = tenth / 8},
                               "ReduceLROnPlateau resumes");
  resume<ReduceLROnPlateau<T>>(
      PlateauOptions<T>{
          .factor = third, .patience = 0, .smoothing = third, .schedule = schedule::LinearWarmup<T>{.warmup_steps = 7}},
      "ReduceLROnPlateau with a schedule resumes");
  resume<GreedyLR<T>>(GreedyOptions<T>{.factor = third, .patience = 0, .min_lr = tenth / 8, .smooth = true},
                      "GreedyLR resumes");
}

/// Factors beyond the largest number, and a base rate of zero.
void too_large() {
  Groups groups{{.lr = hidden(0.0)}, {.lr = hidden(1.0)}};
  StepLR scheduler{groups, {.step_size = 1, .gamma = hidden(10.0)}};
  for (int k = 0; k < 400; ++k) scheduler.step();
  expect(hidden(groups[0].lr) == 0, "a multiple of zero is zero");
  expect(is_finite(hidden(groups[1].lr)) && groups[1].lr > 1e300, "a rate stays finite");
  scheduler.seek(500);
  expect(hidden(groups[0].lr) == 0, "a multiple of zero is zero, sought");
  expect(is_finite(hidden(groups[1].lr)) && groups[1].lr > 1e300, "a rate stays finite, sought");

  Groups others{{.lr = 1}};
  LinearLR linear{others, {.start_factor = hidden(1e-300), .end_factor = hidden(1e300), .total_iters = 2}};
  others[0].lr = hidden(0.0);
  linear.step();
  expect(is_finite(hidden(others[0].lr)), "zero times a ratio that overflows is a number");
  linear.step();
  expect(is_finite(hidden(others[0].lr)), "and stays one");

  Groups chained{{.lr = 0.125}};
  ChainedScheduler chain{chained,
                         {.schedules = {schedule::Exponential<double>{.gamma = hidden(2.0)},
                                        schedule::Exponential<double>{.gamma = hidden(0.5)}}}};
  chain.seek(1100);
  expect(hidden(chained[0].lr) == 0.125, "factors that cancel out leave the base rate");
}

StateDict with_progress(StateDict state, const char* key, StateValue value) {
  StateDict progress = *state.find("progress")->get_if<StateDict>();
  progress.set(key, std::move(value));
  state.set("progress", std::move(progress));
  return state;
}

/// What is no finite number is refused wherever it comes from.
void refused() {
  Groups groups{{.lr = 0.5, .momentum = 0.5}};
  CyclicLR scheduler{groups, {.base_lr = 0.25, .max_lr = 0.5, .step_size_up = 4}};
  scheduler.step();
  const StateDict state = scheduler.state_dict();
  for (const double value : {not_a_number(), infinite(), -infinite(), hidden(-0.5)}) {
    for (const char* key : {"lrs", "base_lrs", "momentums"}) {
      expect(message_of([&] { scheduler.load_state_dict(with_progress(state, key, StateValue::List{value})); }) !=
                 "no exception",
             key);
      expect(groups[0].lr == 0.3125 && scheduler.state_dict() == state, "a state that is refused changes nothing");
    }
    expect(message_of([&] { scheduler.seek_time(value); }) != "no exception", "a time that is none is refused");
    Groups others{{.lr = value, .momentum = 0.5}};
    expect(message_of([&] { ExponentialLR s(others, {.gamma = 0.5}); }) != "no exception",
           "a rate that is none is refused");
    Groups usual{{.lr = 0.5, .momentum = 0.5}};
    expect(message_of([&] { CyclicLR s(usual, {.base_lr = value, .max_lr = 0.5}); }) != "no exception",
           "a base_lr that is none is refused");
    expect(
        message_of([&] { CyclicLR s(usual, {.base_lr = 0.5, .max_lr = 1, .base_momentum = value}); }) != "no exception",
        "a momentum that is none is refused");
    expect(message_of([&] { LinearLR s(usual, {.start_factor = value}); }) != "no exception",
           "a factor that is none is refused");
    expect(usual[0].lr == 0.5 && usual[0].momentum == 0.5 && !usual[0].initial_lr, "and the optimizer is left alone");
  }
}

}  // namespace

int main() {
  every_class();
  no_numbers();
  disturbed();
  overflowing();
  resumed<float>();
  resumed<double>();
  resumed<long double>();
  too_large();
  refused();
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 && checks > 250 ? 0 : 1;
}
