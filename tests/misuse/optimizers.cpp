// SPDX-License-Identifier: MIT
// What is and what is no optimizer. Where a branch has MISUSE_ in its condition, it must not compile, and the first
// error must match what stands behind the condition; the other branch is the right neighbour.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

/// Gives its groups by a function.
struct WithFunction {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
#ifdef MISUSE_param_groups_by_value  // reference or a view
  std::vector<ParamGroup<double>> param_groups() { return groups; }
#else
  std::vector<ParamGroup<double>>& param_groups() { return groups; }
#endif
};

struct WithView {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
#ifdef MISUSE_param_groups_as_a_view_of_constants  // optimizer_traits
  std::span<const ParamGroup<double>> param_groups() { return groups; }
#else
  std::span<ParamGroup<double>> param_groups() { return groups; }
#endif
};

void param_groups_of_a_function() {
  WithFunction with_function;
  StepLR first{with_function, {.step_size = 3}};
  WithView with_view;
  StepLR second{with_view, {.step_size = 3}};
}

/// Has traits of its own.
struct Adapted {
  double rate = 0.1;
  double initial = 0.1;
  double momentum = 0.9;
};

template <>
struct lr_scheduler::optimizer_traits<Adapted> {
  using scalar_type = double;
  static std::size_t size(Adapted&) { return 1; }
  static double lr(Adapted& optimizer, std::size_t) { return optimizer.rate; }
#ifndef MISUSE_traits_without_set_lr  // optimizer_traits
  static void set_lr(Adapted& optimizer, std::size_t, double lr) { optimizer.rate = lr; }
#endif
  static std::optional<double> initial_lr(Adapted& optimizer, std::size_t) { return optimizer.initial; }
#ifndef MISUSE_initial_lr_without_set_initial_lr  // set_initial_lr
  static void set_initial_lr(Adapted& optimizer, std::size_t, double lr) { optimizer.initial = lr; }
#endif
  static double momentum(Adapted& optimizer, std::size_t) { return optimizer.momentum; }
#ifdef MISUSE_set_momentum_without_an_index  // set_momentum
  static void set_momentum(Adapted& optimizer, double momentum) { optimizer.momentum = momentum; }
#elif !defined(MISUSE_momentum_without_set_momentum)  // set_momentum
  static void set_momentum(Adapted& optimizer, std::size_t, double momentum) { optimizer.momentum = momentum; }
#endif
};

void an_adapted_optimizer() {
  Adapted optimizer;
  StepLR scheduler{optimizer, {.step_size = 3}};
}

struct Unknown {
  double lr = 0.1;
};

void what_is_no_optimizer() {
  std::vector<ParamGroup<double>> optimizer{{.lr = 0.1}};
  Unknown unknown;
  double rate = unknown.lr;
  static_cast<void>(rate);
#ifdef MISUSE_an_unknown_class  // optimizer_traits.*adapters
  StepLR scheduler{unknown, {.step_size = 3}};
#elif defined(MISUSE_an_unknown_class_without_options)     // optimizer_traits.*adapters
  LinearLR scheduler{unknown};
#elif defined(MISUSE_an_unknown_class_with_a_combinator)   // optimizer_traits.*adapters
  ChainedScheduler scheduler{unknown, {.schedules = {schedule::Step<double>{.step_size = 3}}}};
#elif defined(MISUSE_an_unknown_class_with_a_plateau)      // optimizer_traits.*adapters
  ReduceLROnPlateau scheduler{unknown, {.patience = 3}};
#elif defined(MISUSE_an_unknown_class_with_any_schedule)   // optimizer_traits.*adapters
  Scheduled scheduler{unknown, schedule::Step<double>{.step_size = 3}};
#elif defined(MISUSE_an_unknown_class_for_a_named_scalar)  // optimizer_traits.*adapters
  StepLR<double> scheduler{unknown, {.step_size = 3}};
#elif defined(MISUSE_a_rate_alone)                         // optimizer_traits.*adapters
  StepLR scheduler{rate, {.step_size = 3}};
#else
  StepLR scheduler{optimizer, {.step_size = 3}};
#endif
}

void what_points_to_an_optimizer() {
  std::vector<ParamGroup<double>> optimizer{{.lr = 0.1}};
  std::vector<ParamGroup<double>>* pointer = &optimizer;
  auto unique = std::make_unique<std::vector<ParamGroup<double>>>(optimizer);
  auto shared = std::make_shared<std::vector<ParamGroup<double>>>(optimizer);
#ifdef MISUSE_a_pointer  // dereference
  StepLR first{pointer, {.step_size = 3}};
#else
  StepLR first{*pointer, {.step_size = 3}};
#endif
#ifdef MISUSE_an_address  // dereference
  StepLR second{&optimizer, {.step_size = 3}};
#else
  StepLR second{optimizer, {.step_size = 3}};
#endif
#ifdef MISUSE_a_unique_pointer  // dereference
  StepLR third{unique, {.step_size = 3}};
#else
  StepLR third{*unique, {.step_size = 3}};
#endif
#ifdef MISUSE_a_shared_pointer  // dereference
  ReduceLROnPlateau fourth{shared, {.patience = 3}};
#else
  ReduceLROnPlateau fourth{*shared, {.patience = 3}};
#endif
}

void a_temporary_optimizer() {
#ifdef MISUSE_a_temporary  // temporary|deleted
  StepLR scheduler{std::vector<ParamGroup<double>>{{.lr = 0.1}}, {.step_size = 3}};
#elif defined(MISUSE_a_temporary_for_a_named_scalar)  // temporary|deleted
  StepLR<double> scheduler{std::vector<ParamGroup<double>>{{.lr = 0.1}}, {.step_size = 3}};
#elif defined(MISUSE_a_temporary_with_a_plateau)      // temporary|deleted
  ReduceLROnPlateau scheduler{std::vector<ParamGroup<double>>{{.lr = 0.1}}};
#elif defined(MISUSE_a_temporary_with_any_schedule)   // temporary|deleted
  Scheduled scheduler{std::vector<ParamGroup<double>>{{.lr = 0.1}}, schedule::Step<double>{.step_size = 3}};
#elif defined(MISUSE_a_constant)                      // optimizer_traits|const
  const std::vector<ParamGroup<double>> constant{{.lr = 0.1}};
  StepLR scheduler{constant, {.step_size = 3}};
#else
  std::vector<ParamGroup<double>> optimizer{{.lr = 0.1}};
  StepLR scheduler{optimizer, {.step_size = 3}};
#endif
}
