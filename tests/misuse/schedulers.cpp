// SPDX-License-Identifier: MIT
// What can be done with a scheduler and its state. See optimizers.cpp for the form.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

using Groups = std::vector<ParamGroup<double>>;

StepLR<double> made_by_a_function(Groups& optimizer) {
  return StepLR{optimizer, {.step_size = 3}};
}

/// Holds both by value: the scheduler refers to the optimizer beside it.
struct Trainer {
  Groups optimizer{{.lr = 0.1}};
  StepLR<double> scheduler{optimizer, {.step_size = 3}};
};

void schedulers_stay_where_they_are() {
  Groups optimizer{{.lr = 0.1}};
  StepLR scheduler{optimizer, {.step_size = 3}};
  StepLR other{optimizer, {.step_size = 4}};
#ifdef MISUSE_a_copy  // moved|copied|deleted
  StepLR first = scheduler;
#elif defined(MISUSE_a_move)                   // moved|copied|deleted
  auto first = std::move(scheduler);
#elif defined(MISUSE_a_trainer_that_is_moved)  // moved|copied|deleted
  Trainer trainer;
  Trainer first = std::move(trainer);
#elif defined(MISUSE_a_plateau_that_is_moved)  // moved|copied|deleted
  ReduceLROnPlateau plateau{optimizer};
  auto first = std::move(plateau);
#else
  StepLR first = made_by_a_function(optimizer);
  Trainer trainer;
#endif
#ifdef MISUSE_a_copy_assigned  // moved|copied|deleted
  other = scheduler;
#elif defined(MISUSE_a_move_assigned)  // moved|copied|deleted
  other = std::move(scheduler);
#else
  std::optional<StepLR<double>> assigned;
  assigned.emplace(optimizer, schedule::Step<double>{.step_size = 3});
  std::unique_ptr<Scheduler<double>> held = std::make_unique<StepLR<double>>(optimizer, schedule::Step<double>{3});
  held = std::make_unique<ReduceLROnPlateau<double>>(optimizer);
#endif
}

bool a_state_is_kept_while_it_is_read() {
  Groups optimizer{{.lr = 0.1}};
  StepLR scheduler{optimizer, {.step_size = 3}};
  const StateDict state = scheduler.state_dict();
#ifdef MISUSE_find_in_a_temporary_state  // temporary|deleted
  const StateValue* value = scheduler.state_dict().find("type");
#else
  const StateValue* value = state.find("type");
#endif
  return value != nullptr;
}

void a_plateau_needs_a_metric() {
  Groups optimizer{{.lr = 0.1}};
  ReduceLROnPlateau plateau{optimizer};
#ifdef MISUSE_a_plateau_without_a_metric  // metric
  plateau.step();
#else
  plateau.step(0.5);
  Scheduler<double>& base = plateau;
  base.step(0.5);
#endif
}
