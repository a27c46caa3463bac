// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

// A program for compiler flags under which no test framework is compiled: every class makes some
// steps; it fails where a rate is not what it should be.

namespace {

using namespace lr_scheduler;

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

/// The rate of the first group after three steps, less what it should be.
void expect_rate(Scheduler<double>& scheduler, double expected, const char* what) {
  for (int k = 0; k < 3; ++k) scheduler.step(1.0);
  expect(std::abs(scheduler.get_lr()[0] - expected) <= 1e-14 * expected, what);
}

/// Made of bits: under -ffast-math the compiler takes no such value to exist.
double not_a_number() {
  return std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0000U});
}

double infinity() {
  return std::bit_cast<double>(std::uint64_t{0x7ff0'0000'0000'0000U});
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
  expect(message_of([&] { StepLR s(groups, {.step_size = 2, .gamma = infinity()}); }) ==
             "StepLR: gamma must be finite and not negative, got inf",
         "an infinite gamma is refused");
  ReduceLROnPlateau plateau{groups, {.factor = 0.5, .patience = 0}};
  plateau.step(infinity());
  expect(groups[0].lr == 0.25, "an infinite first metric is bad");
  plateau.step(1.0);
  plateau.step(not_a_number());
  expect(groups[0].lr == 0.125, "a metric that is not a number is bad");
  plateau.step(0.5);
  expect(groups[0].lr == 0.125, "a better metric is better");
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
      const auto bits = std::bit_cast<std::uint32_t>(group.lr);
      expect((bits & 0x7f80'0000U) != 0x7f80'0000U, "a rate is always finite");
    }
  }
}

}  // namespace

int main() {
  every_class();
  no_numbers();
  disturbed();
  overflowing();
  return failures == 0 ? 0 : 1;
}
