// SPDX-License-Identifier: MIT
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lr_scheduler/fmt.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

const schedule::Exponential<double> halved{.gamma = 0.5};

struct Nameless {
  double at(Epoch, double base_lr) const { return base_lr; }
};

TEST_CASE("schedules are printed as they are written in code") {
  CHECK(fmt::format("{}", schedule::Step<double>{.step_size = 30}) == "StepLR(step_size=30, gamma=0.1)");
  CHECK(fmt::format("{}", schedule::Step<float>{.step_size = 30}) == "StepLR(step_size=30, gamma=0.1)");
  CHECK(fmt::format("{}", schedule::MultiStep<double>{.milestones = {30, 80}, .gamma = 0.5}) ==
        "MultiStepLR(milestones=[30, 80], gamma=0.5)");
  CHECK(fmt::format("{}", schedule::CosineAnnealing<double>{.T_max = 100, .after_end = AfterEnd::hold}) ==
        "CosineAnnealingLR(T_max=100, eta_min=0, after_end=hold)");
  CHECK(fmt::format("{}", schedule::SWA<double>{.swa_lr = {0.5, 0.25}}) ==
        "SWALR(swa_lr=[0.5, 0.25], anneal_epochs=10, anneal_strategy=cos)");
  CHECK(fmt::format("{}", PlateauOptions<float>{}) ==
        "ReduceLROnPlateau(mode=min, factor=0.1, patience=10, threshold=0.0001, "
        "threshold_mode=rel, cooldown=0, min_lr=0, eps=1e-08, nan_policy=count_as_bad, threshold_abs=0, min_scale=0, "
        "best_in_cooldown=true, start_from_epoch=0, accumulate=1, smoothing=0)");
}

TEST_CASE("an option without a value is not printed, nor is a function") {
  CHECK(fmt::format("{}", schedule::OneCycle<double>{.max_lr = 1, .total_steps = 10}) ==
        "OneCycleLR(max_lr=1, total_steps=10, pct_start=0.3, anneal_strategy=cos, "
        "cycle_momentum=true, base_momentum=0.85, max_momentum=0.95, div_factor=25, "
        "final_div_factor=10000, three_phase=false, after_end=hold)");
  const std::function<double(Epoch)> half = [](Epoch) { return 0.5; };
  CHECK(fmt::format("{}", schedule::Lambda<double>{.lr_lambda = half}) == "LambdaLR()");
}

TEST_CASE("combinators are printed with what is in them") {
  const schedule::Sequential<double> sequence{
      .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 5}, Nameless{}}, .milestones = {5}};
  CHECK(fmt::format("{}", sequence) ==
        "SequentialLR(schedulers=[WarmupLR(warmup_steps=5, start_factor=0, first_update=zero), custom()], "
        "milestones=[5])");
  CHECK(fmt::format("{}", AnySchedule<double>(schedule::Exponential<double>{.gamma = 0.5})) ==
        "ExponentialLR(gamma=0.5)");
}

TEST_CASE("schedulers are printed with their progress") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.4F}, {.lr = 0.1F}};
  ExponentialLR scheduler{groups, {.gamma = 0.5F}};
  scheduler.step();
  CHECK(fmt::format("{}", scheduler) == "ExponentialLR(gamma=0.5, last_epoch=1, lr=[0.2, 0.05])");
  const Scheduler<float>& base = scheduler;
  CHECK(fmt::format("{}", base) == "ExponentialLR(gamma=0.5, last_epoch=1, lr=[0.2, 0.05])");

  std::vector<ParamGroup<double>> others{{.lr = 0.5}};
  Scheduled own{others, Nameless{}};
  CHECK(fmt::format("{}", own) == "custom(last_epoch=0, lr=[0.5])");
  ReduceLROnPlateau plateau{others, {.patience = 3}};
  CHECK(fmt::format("{}", plateau).starts_with("ReduceLROnPlateau(mode=min, factor=0.1"));
  CHECK(fmt::format("{}", plateau).ends_with("last_epoch=0, lr=[0.5])"));
}

TEST_CASE("states are printed") {
  StateDict inner;
  inner.set("last_epoch", StateValue(std::int64_t{3}));
  StateDict state;
  state.set("version", StateValue(std::int64_t{1}));
  state.set("lrs", StateValue::List{0.5, true, StateValue(), "a text"});
  state.set("progress", inner);
  CHECK(fmt::format("{}", state) == "{version=1, lrs=[0.5, true, none, a text], progress={last_epoch=3}}");
}

TEST_CASE("a width, fill and alignment apply to all that is printed") {
  CHECK(fmt::format("{:>30}|", halved) == "      ExponentialLR(gamma=0.5)|");
  CHECK(fmt::format("{:*<30}|", AnySchedule<double>(halved)) == "ExponentialLR(gamma=0.5)******|");
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  ExponentialLR scheduler{groups, halved};
  const Scheduler<double>& base = scheduler;
  const std::string printed = "ExponentialLR(gamma=0.5, last_epoch=0, lr=[0.5])";
  CHECK(fmt::format("{:>60}", scheduler) == "            " + printed);
  CHECK(fmt::format("{:^60}", base) == "      " + printed + "      ");
  StateDict state;
  state.set("kept", StateValue(true));
  CHECK(fmt::format("{:>13}", state) == "  {kept=true}");
}

TEST_CASE("a width may be an argument") {
  CHECK(fmt::format("{:{}}|", halved, 30) == "ExponentialLR(gamma=0.5)      |");
  CHECK(fmt::format("{:>{}}|", halved, 30) == "      ExponentialLR(gamma=0.5)|");
  CHECK(fmt::format("{0:>{1}}|", halved, 30) == "      ExponentialLR(gamma=0.5)|");
  CHECK(fmt::format("{:>{width}}|", halved, fmt::arg("width", 26)) == "  ExponentialLR(gamma=0.5)|");
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  ExponentialLR scheduler{groups, halved};
  CHECK(fmt::format("{:>{}}|", scheduler, 50) == "  ExponentialLR(gamma=0.5, last_epoch=0, lr=[0.5])|");
  CHECK(fmt::format("{:>{}}|", AnySchedule<double>(halved), 26) == "  ExponentialLR(gamma=0.5)|");
}

}  // namespace
}  // namespace lr_scheduler::testing
