// SPDX-License-Identifier: MIT
// What is simulated and searched before a run. Where a branch has MISUSE_ in its condition, it must not compile, and
// the first error must match what stands behind the condition; the other branch is the right neighbour.
#include <vector>

#include <lr_scheduler/lr_finder.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

void simulations() {
#ifdef MISUSE_simulate_a_schedule_of_another_scalar  // another scalar
  const auto lrs = simulate(schedule::Step<float>{.step_size = 3}, 0.1, 9);
#else
  const auto lrs = simulate(schedule::Step<double>{.step_size = 3}, 0.1, 9);
#endif

  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  const StepLR scheduler{groups, {.step_size = 3}};
#ifdef MISUSE_simulate_a_scheduler_from_a_rate  // bound scheduler
  const auto rows = simulate(scheduler, 0.1, 9);
#else
  const auto rows = simulate(scheduler, 9);
#endif
#ifdef MISUSE_simulate_the_options_of_a_plateau  // depend on a metric
  const auto others = simulate(PlateauOptions<double>{}, 0.1, 9);
#endif
#ifdef MISUSE_simulate_half_a_step  // not a fraction
  const auto halves = simulate(scheduler, 1.5);
#endif
}

void finders() {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
#ifdef MISUSE_find_a_rate_for_a_temporary  // temporary
  const LRFinder finder{std::vector<ParamGroup<double>>{{.lr = 0.1}}};
#elif defined(MISUSE_find_a_rate_for_a_pointer)  // dereference
  const LRFinder finder{&groups};
#else
  const LRFinder finder{groups};
#endif
}
