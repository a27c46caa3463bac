// SPDX-License-Identifier: MIT
#include <concepts>
#include <functional>
#include <type_traits>
#include <vector>

#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

using FloatGroups = std::vector<ParamGroup<float>>;

// Each class deduces its scalar from the optimizer; with options, and without where none is
// required.
template <class Expected, class... Arguments>
void expect_deduced(const Expected&) {
  static_assert(std::derived_from<Expected, Scheduler<typename Expected::scalar_type>>);
  static_assert(!std::is_copy_constructible_v<Expected>);
  static_assert(!std::is_move_constructible_v<Expected>);
}

TEST_CASE("every class deduces its scalar from the optimizer") {
  FloatGroups groups{{.lr = 0.5F, .momentum = 0.9F}};
  const std::function<float(Epoch)> half = [](Epoch) { return 0.5F; };
  expect_deduced<StepLR<float>>(StepLR{groups, {.step_size = 3}});
  expect_deduced<MultiStepLR<float>>(MultiStepLR{groups, {.milestones = {3}}});
  expect_deduced<MultiStepLR<float>>(MultiStepLR{groups});
  expect_deduced<ConstantLR<float>>(ConstantLR{groups, {.factor = 0.5F}});
  expect_deduced<ConstantLR<float>>(ConstantLR{groups});
  expect_deduced<LinearLR<float>>(LinearLR{groups, {.total_iters = 4}});
  expect_deduced<LinearLR<float>>(LinearLR{groups});
  expect_deduced<ExponentialLR<float>>(ExponentialLR{groups, {.gamma = 0.5F}});
  expect_deduced<PolynomialLR<float>>(PolynomialLR{groups, {.power = 2}});
  expect_deduced<PolynomialLR<float>>(PolynomialLR{groups});
  expect_deduced<CosineAnnealingLR<float>>(CosineAnnealingLR{groups, {.T_max = 3}});
  expect_deduced<CosineAnnealingWarmRestarts<float>>(CosineAnnealingWarmRestarts{groups, {.T_0 = 3}});
  expect_deduced<CyclicLR<float>>(CyclicLR{groups, {.base_lr = 0.1F, .max_lr = 0.5F}});
  expect_deduced<OneCycleLR<float>>(OneCycleLR{groups, {.max_lr = 1, .total_steps = 10}});
  expect_deduced<SWALR<float>>(SWALR{groups, {.swa_lr = 0.5F}});
  expect_deduced<WarmupLR<float>>(WarmupLR{groups, {.warmup_steps = 5}});
  expect_deduced<LambdaLR<float>>(LambdaLR{groups, {.lr_lambda = half}});
  expect_deduced<MultiplicativeLR<float>>(MultiplicativeLR{groups, {.lr_lambda = half}});
  expect_deduced<SequentialLR<float>>(SequentialLR{groups, {.schedules = {schedule::Linear<float>{}}}});
  expect_deduced<ChainedScheduler<float>>(ChainedScheduler{groups, {.schedules = {schedule::Linear<float>{}}}});
  expect_deduced<ReduceLROnPlateau<float>>(ReduceLROnPlateau{groups, {.factor = 0.5F}});
  expect_deduced<ReduceLROnPlateau<float>>(ReduceLROnPlateau{groups});
  expect_deduced<Scheduled<schedule::Linear<float>, float>>(Scheduled{groups, schedule::Linear<float>{}});
  CHECK(groups[0].initial_lr);
}

}  // namespace
}  // namespace lr_scheduler::testing
