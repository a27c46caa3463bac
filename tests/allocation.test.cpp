// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"

namespace {
std::size_t allocations = 0;
}  // namespace

// Every allocation of this program is counted. The form that does not throw is replaced too, as the
// address sanitizer's own would not be freed here.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace lr_scheduler::testing {
namespace {

using Groups = std::vector<ParamGroup<double>>;
using Make = std::function<std::unique_ptr<Scheduler<double>>(Groups&)>;

template <class Bound, class Options>
Make bind(Options options) {
  return [options](Groups& groups) { return std::make_unique<Bound>(groups, options); };
}

std::vector<std::pair<std::string, Make>> every_scheduler() {
  const std::function<double(Epoch)> factor = [](Epoch t) { return 1.0 / double(1 + t); };
  const schedule::LinearWarmup<double> warmup{.warmup_steps = 10};
  const schedule::CosineAnnealing<double> cosine{.T_max = 20, .eta_min = 0.01};
  const schedule::Exponential<double> exponential{.gamma = 0.9};
  const schedule::Multiplicative<double> multiplicative{.lr_lambda = factor};
  return {
      {"StepLR", bind<StepLR<double>>(schedule::Step<double>{.step_size = 3})},
      {"MultiStepLR", bind<MultiStepLR<double>>(schedule::MultiStep<double>{.milestones = {5}})},
      {"ConstantLR", bind<ConstantLR<double>>(schedule::Constant<double>{})},
      {"LinearLR", bind<LinearLR<double>>(schedule::Linear<double>{})},
      {"ExponentialLR", bind<ExponentialLR<double>>(exponential)},
      {"PolynomialLR", bind<PolynomialLR<double>>(schedule::Polynomial<double>{})},
      {"WarmupLR", bind<WarmupLR<double>>(warmup)},
      {"CosineAnnealingLR", bind<CosineAnnealingLR<double>>(cosine)},
      {"CosineAnnealingWarmRestarts",
       bind<CosineAnnealingWarmRestarts<double>>(schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 5, .T_mult = 2})},
      {"CyclicLR", bind<CyclicLR<double>>(schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 4})},
      {"OneCycleLR", bind<OneCycleLR<double>>(schedule::OneCycle<double>{.max_lr = 1, .total_steps = 40})},
      {"SWALR", bind<SWALR<double>>(schedule::SWA<double>{.swa_lr = 0.05})},
      {"LambdaLR", bind<LambdaLR<double>>(schedule::Lambda<double>{.lr_lambda = factor})},
      {"MultiplicativeLR", bind<MultiplicativeLR<double>>(multiplicative)},
      {"ReduceLROnPlateau", bind<ReduceLROnPlateau<double>>(PlateauOptions<double>{.patience = 1})},
      {"SequentialLR of a warm-up and a cosine",
       bind<SequentialLR<double>>(schedule::Sequential<double>{.schedules = {warmup, cosine}, .milestones = {10}})},
      {"SequentialLR without a closed form",
       bind<SequentialLR<double>>(
           schedule::Sequential<double>{.schedules = {warmup, multiplicative, cosine}, .milestones = {10, 20}})},
      {"ChainedScheduler of factors",
       bind<ChainedScheduler<double>>(schedule::Chained<double>{.schedules = {warmup, exponential}})},
      {"ChainedScheduler without a closed form",
       bind<ChainedScheduler<double>>(schedule::Chained<double>{.schedules = {cosine, exponential, multiplicative}})},
      {"a sequence of chains", bind<SequentialLR<double>>(schedule::Sequential<double>{
                                   .schedules = {schedule::Chained<double>{.schedules = {warmup, exponential}},
                                                 schedule::Chained<double>{.schedules = {cosine, exponential}}},
                                   .milestones = {10}})},
  };
}

std::size_t allocations_of_steps(Scheduler<double>& scheduler, int steps) {
  const std::size_t before = allocations;
  for (int k = 0; k < steps; ++k) scheduler.step(1.0);
  return allocations - before;
}

TEST_CASE("the counter counts") {
  const std::size_t before = allocations;
  const auto number = std::make_unique<double>(1.0);
  CHECK(allocations == before + 1);
}

TEST_CASE("step() allocates nothing, whatever the scheduler and the number of groups") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{1000}}) {
    for (const auto& [name, make] : every_scheduler()) {
      INFO(name << ", " << count << " groups");
      Groups groups(count, ParamGroup<double>{.lr = 0.5, .momentum = 0.9});
      const auto scheduler = make(groups);
      CHECK(allocations_of_steps(*scheduler, 30) == 0);
      groups[0].lr = 0.25;  // some groups off the curve
      CHECK(allocations_of_steps(*scheduler, 2) == 0);
      for (auto& group : groups) group.lr = 0.125;  // all
      CHECK(allocations_of_steps(*scheduler, 2) == 0);
    }
  }
}

TEST_CASE("a schedule for each group steps without allocating") {
  Groups groups(2, ParamGroup<double>{.lr = 0.5});
  Scheduled scheduler{groups, schedule::PerGroup<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.9},
                                                                       schedule::Linear<double>{}}}};
  CHECK(allocations_of_steps(scheduler, 30) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
