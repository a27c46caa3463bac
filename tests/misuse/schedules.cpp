// SPDX-License-Identifier: MIT
// What is and what is no schedule, and how a schedule of one's own names its options. See optimizers.cpp for the form.
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

using namespace lr_scheduler;

using Groups = std::vector<ParamGroup<double>>;

void schedules_of_one_scalar() {
  Groups optimizer{{.lr = 0.1}};
#ifdef MISUSE_a_float_in_a_sequence_of_doubles  // another scalar
  schedule::Sequential<double> sequence{.schedules = {schedule::Step<float>{.step_size = 3}}};
#else
  schedule::Sequential<double> sequence{.schedules = {schedule::Step<double>{.step_size = 3}}};
#endif
#ifdef MISUSE_a_float_in_a_chain_of_doubles  // another scalar
  ChainedScheduler first{optimizer,
                         {.schedules = {schedule::Linear<float>{}, schedule::Exponential<double>{.gamma = 0.9}}}};
#else
  ChainedScheduler first{optimizer,
                         {.schedules = {schedule::Linear<double>{}, schedule::Exponential<double>{.gamma = 0.9}}}};
#endif
#ifdef MISUSE_a_sequence_of_floats_in_a_chain_of_doubles  // another scalar
  schedule::Chained<double> chain{
      .schedules = {schedule::Sequential<float>{.schedules = {schedule::Step<float>{.step_size = 3}}}}};
#else
  schedule::Chained<double> chain{
      .schedules = {schedule::Sequential<double>{.schedules = {schedule::Step<double>{.step_size = 3}}}}};
#endif
#ifdef MISUSE_a_double_for_an_optimizer_of_floats  // another scalar
  std::vector<ParamGroup<float>> floats{{.lr = 0.1F}};
  Scheduled second{floats, schedule::Step<double>{.step_size = 3}};
#else
  Scheduled second{optimizer, schedule::Step<double>{.step_size = 3}};
#endif
#ifdef MISUSE_any_schedule_of_another_scalar  // another scalar
  AnySchedule<double> any = AnySchedule<float>(schedule::Step<float>{.step_size = 3});
#else
  AnySchedule<double> any = AnySchedule<double>(schedule::Step<double>{.step_size = 3});
#endif
}

void schedulers_are_no_schedules() {
  Groups optimizer{{.lr = 0.1}};
  StepLR bound{optimizer, {.step_size = 3}};
  ReduceLROnPlateau plateau{optimizer, {.patience = 3}};
  const schedule::Step<double> pure{.step_size = 3};
#ifdef MISUSE_a_scheduler_in_a_sequence  // bound scheduler|scheduler, not a schedule
  SequentialLR first{optimizer, {.schedules = {bound, pure}, .milestones = {2}}};
#elif defined(MISUSE_a_scheduler_made_in_a_sequence)      // bound scheduler|scheduler, not a schedule
  SequentialLR first{optimizer, {.schedules = {StepLR{optimizer, {.step_size = 3}}, pure}, .milestones = {2}}};
#elif defined(MISUSE_a_plateau_in_a_sequence)             // plateau|ReduceLROnPlateau
  SequentialLR first{optimizer, {.schedules = {pure, plateau}, .milestones = {2}}};
#elif defined(MISUSE_options_of_a_plateau_in_a_sequence)  // plateau|ReduceLROnPlateau
  SequentialLR first{optimizer, {.schedules = {pure, PlateauOptions<double>{.patience = 3}}, .milestones = {2}}};
#else
  SequentialLR first{optimizer, {.schedules = {pure, pure}, .milestones = {2}}};
#endif
#ifdef MISUSE_a_scheduler_in_a_chain  // bound scheduler|scheduler, not a schedule
  ChainedScheduler second{optimizer, {.schedules = {bound}}};
#else
  ChainedScheduler second{optimizer, {.schedules = {pure}}};
#endif
#ifdef MISUSE_a_scheduler_for_a_group  // bound scheduler|scheduler, not a schedule
  Scheduled third{optimizer, schedule::PerGroup<double>{.schedules = {bound}}};
#else
  Scheduled third{optimizer, schedule::PerGroup<double>{.schedules = {pure}}};
#endif
#ifdef MISUSE_a_scheduler_bound_again  // bound scheduler|scheduler, not a schedule|deleted
  Scheduled fourth{optimizer, bound};
#elif defined(MISUSE_options_of_a_plateau_bound)  // plateau|ReduceLROnPlateau
  Scheduled fourth{optimizer, PlateauOptions<double>{.patience = 3}};
#else
  Scheduled fourth{optimizer, pure};
#endif
#ifdef MISUSE_a_rate_in_a_chain  // at[(]|a schedule|no schedule
  schedule::Chained<double> chain{.schedules = {0.5}};
#else
  schedule::Chained<double> chain{.schedules = {pure}};
#endif
}

void schedules_in_a_row() {
  const schedule::Step<double> step{.step_size = 3};
  const schedule::Linear<double> line{.total_iters = 3};
#ifdef MISUSE_an_endless_schedule_before_another  // duration
  const auto sequence = schedule::sequence(step, line);
#else
  const auto sequence = schedule::sequence(line, step);
#endif
#ifdef MISUSE_a_rate_in_a_clamp  // no schedule|at[(]
  const schedule::Clamp<double> clamp{.schedule = 0.5};
#else
  const schedule::Clamp<double> clamp{.schedule = sequence};
#endif
}

/// A schedule of one's own that names its options.
struct Decay {
  double rate = 0.1;

#ifdef MISUSE_fields_without_name              // [^a-z]name[^a-z]
#elif defined(MISUSE_a_name_that_is_a_number)  // [^a-z]name[^a-z]
  static constexpr int name = 3;
#elif defined(MISUSE_a_name_of_each_object)    // [^a-z]name[^a-z]
  std::string_view name = "Decay";
#else
  static constexpr std::string_view name = "Decay";
#endif

#ifdef MISUSE_name_without_fields                  // fields
#elif defined(MISUSE_fields_that_are_no_template)  // fields
  static void fields(Decay&, int) {}
#elif defined(MISUSE_fields_of_the_visitor_alone)  // fields
  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("rate", rate);
  }
#elif defined(MISUSE_fields_in_the_other_order)    // fields
  template <class Visitor, class Self>
  static void fields(Visitor&& visit, Self& self) {
    visit("rate", self.rate);
  }
#elif defined(MISUSE_fields_as_data)               // fields
  std::vector<std::string> fields{"rate"};
#else
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rate", self.rate);
  }
#endif

  double at(Epoch t, double base_lr) const { return base_lr / (1 + rate * static_cast<double>(t)); }
};

void a_schedule_with_named_options() {
  Groups optimizer{{.lr = 0.1}};
  Scheduled scheduler{optimizer, Decay{}};
  const AnySchedule<double> any = Decay{};
}

/// The same in a class that nothing derives from, so that the library can look for less.
struct Final final {
  double rate = 0.1;

  static constexpr std::string_view name = "Final";
#ifndef MISUSE_name_without_fields_in_a_final_class  // fields
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rate", self.rate);
  }
#endif

  double at(Epoch t, double base_lr) const { return base_lr / (1 + rate * static_cast<double>(t)); }
};

void a_final_schedule_with_named_options() {
  Groups optimizer{{.lr = 0.1}};
  Scheduled scheduler{optimizer, Final{}};
}
