// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>
#include <lr_scheduler/to_string.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("a schedule's text is as it is written in code") {
  CHECK(to_string(schedule::Step<double>{.step_size = 30}) == "StepLR(step_size=30, gamma=0.1)");
  CHECK(to_string(schedule::Step<float>{.step_size = 30}) == "StepLR(step_size=30, gamma=0.1)");
  CHECK(to_string(schedule::MultiStep<double>{.milestones = {30, 80}, .gamma = 0.5}) ==
        "MultiStepLR(milestones=[30, 80], gamma=0.5)");
  CHECK(to_string(schedule::SWA<double>{.swa_lr = {0.5, 0.25}}) ==
        "SWALR(swa_lr=[0.5, 0.25], anneal_epochs=10, anneal_strategy=cos)");
  CHECK(to_string(AnySchedule<double>(schedule::Exponential<double>{.gamma = 0.5})) == "ExponentialLR(gamma=0.5)");
  CHECK(to_string(schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 5},
                                                             schedule::Exponential<double>{.gamma = 0.5}},
                                               .milestones = {5}}) ==
        "SequentialLR(schedulers=[WarmupLR(warmup_steps=5, start_factor=0, first_update=zero), "
        "ExponentialLR(gamma=0.5)], "
        "milestones=[5])");
}

TEST_CASE("a scheduler's text has its progress") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.4F}, {.lr = 0.1F}};
  ExponentialLR scheduler{groups, {.gamma = 0.5F}};
  scheduler.step();
  CHECK(to_string(scheduler) == "ExponentialLR(gamma=0.5, last_epoch=1, lr=[0.2, 0.05])");
  const Scheduler<float>& base = scheduler;
  CHECK(to_string(base) == "ExponentialLR(gamma=0.5, last_epoch=1, lr=[0.2, 0.05])");

  std::vector<ParamGroup<double>> others{{.lr = 0.5}};
  ReduceLROnPlateau plateau{others, {.patience = 3}};
  CHECK(to_string(plateau).starts_with("ReduceLROnPlateau(mode=min, factor=0.1, patience=3"));
  CHECK(to_string(plateau).ends_with("last_epoch=0, lr=[0.5])"));
}

TEST_CASE("a state's text has its keys in order") {
  StateDict inner;
  inner.set("last_epoch", std::int64_t{3});
  StateDict state;
  state.set("version", std::int64_t{1});
  state.set("lrs", StateValue::List{0.5, true, StateValue(), "a text"});
  state.set("progress", inner);
  CHECK(to_string(state) == "{version=1, lrs=[0.5, true, none, a text], progress={last_epoch=3}}");
}

}  // namespace
}  // namespace lr_scheduler::testing
