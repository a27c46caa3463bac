// SPDX-License-Identifier: MIT
// On a mock that asks for parameters and refuses them as ggml does. ggml.cpp tries the real one.
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <lr_scheduler/adapters/ggml.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "mocks/ggml-opt.h"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;

namespace {

constexpr float smallest = std::numeric_limits<float>::min();

ggml_opt_optimizer_params parameters_with(float lr) {
  ggml_opt_optimizer_params parameters = ggml_opt_get_default_optimizer_params(nullptr);
  parameters.adamw.alpha = parameters.sgd.alpha = lr;
  return parameters;
}

MockOfGgml driven_by(GgmlScheduler& scheduler, MockOfGgml::Optimizer optimizer = MockOfGgml::Optimizer::adamw) {
  MockOfGgml mock;
  mock.get_opt_pars = GgmlScheduler::next;
  mock.get_opt_pars_ud = &scheduler;
  mock.optimizer = optimizer;
  return mock;
}

static_assert(Optimizer<ggml_opt_optimizer_params> && !Optimizer<const ggml_opt_optimizer_params>);
static_assert(!std::is_move_constructible_v<GgmlScheduler> && !std::is_copy_constructible_v<GgmlScheduler>);
static_assert(!std::is_move_assignable_v<GgmlScheduler> && !std::is_copy_assignable_v<GgmlScheduler>);

}  // namespace

TEST_CASE("each update of ggml has the rate of its epoch, the first that of epoch 0, with AdamW and with SGD") {
  for (const auto optimizer : {MockOfGgml::Optimizer::adamw, MockOfGgml::Optimizer::sgd}) {
    GgmlScheduler scheduler(parameters_with(0.5F), schedule::Exponential<float>{.gamma = 0.5F});
    MockOfGgml mock = driven_by(scheduler, optimizer);
    mock.epoch(3, 0);
    CHECK(mock.rates == std::vector<float>{0.5F, 0.25F, 0.125F});
    CHECK(mock.weight == 0.125F);
    CHECK(scheduler.scheduler().last_epoch() == 3);
  }
}

TEST_CASE("neither the batches of an accumulated gradient nor those of validation step") {
  GgmlScheduler scheduler(parameters_with(0.5F), schedule::Exponential<float>{.gamma = 0.5F});
  MockOfGgml mock = driven_by(scheduler);
  mock.opt_period = 2;
  mock.epoch(4, 2);
  mock.epoch(4, 2);
  CHECK(mock.rates == std::vector<float>{0.5F, 0.25F, 0.125F, 0.0625F});
}

TEST_CASE("a warm-up from 0 and an annealing to 0 pass ggml's assertion") {
  GgmlScheduler scheduler(
      parameters_with(0.5F),
      schedule::Sequential<float>{
          .schedules = {schedule::LinearWarmup<float>{.warmup_steps = 2},
                        schedule::Linear<float>{.start_factor = 1, .end_factor = 0, .total_iters = 2}},
          .milestones = {2}});
  MockOfGgml mock = driven_by(scheduler);
  mock.epoch(6, 0);
  CHECK(mock.rates == std::vector<float>{smallest, 0.25F, 0.5F, 0.25F, smallest, smallest});
}

TEST_CASE("ggml's defaults, which a schedule does not know, stay") {
  ggml_opt_optimizer_params parameters = parameters_with(0.5F);
  parameters.adamw.wd = 0.25F;
  GgmlScheduler scheduler(parameters, schedule::Exponential<float>{.gamma = 0.5F});
  static_cast<void>(GgmlScheduler::next(&scheduler));
  scheduler.parameters().adamw.wd = 0.125F;  // of the next update
  const ggml_opt_optimizer_params second = GgmlScheduler::next(&scheduler);
  CHECK(second.adamw.alpha == 0.25F);
  CHECK(second.adamw.wd == 0.125F);
  CHECK(second.adamw.beta1 == 0.9F);
  CHECK(second.adamw.beta2 == 0.999F);
  CHECK(second.adamw.eps == 1e-8F);
}

TEST_CASE("the momentum that is cycled is AdamW's beta1") {
  GgmlScheduler scheduler(
      parameters_with(0.5F),
      schedule::Cyclic<float>{
          .base_lr = 0.25F, .max_lr = 0.5F, .step_size_up = 1, .base_momentum = 0.5F, .max_momentum = 0.75F});
  const ggml_opt_optimizer_params first = GgmlScheduler::next(&scheduler);
  const ggml_opt_optimizer_params second = GgmlScheduler::next(&scheduler);
  CHECK(first.adamw.beta1 == 0.75F);
  CHECK(first.sgd.alpha == 0.25F);
  CHECK(second.adamw.beta1 == 0.5F);
  CHECK(second.sgd.alpha == 0.5F);
}

TEST_CASE("momentum that a schedule leaves is AdamW's beta1 again where it is sought before the schedule drives it") {
  ggml_opt_optimizer_params parameters = parameters_with(0.5F);
  parameters.adamw.beta1 = 0.625F;
  CHECK(optimizer_traits<ggml_opt_optimizer_params>::momentum(parameters, 0) == 0.625F);
  const schedule::Constant<float> flat{.factor = 1};
  const schedule::Cyclic<float> cycle{
      .base_lr = 0.25F, .max_lr = 0.5F, .step_size_up = 1, .base_momentum = 0.25F, .max_momentum = 0.75F};
  Scheduled scheduler(parameters, schedule::Sequential<float>{.schedules = {flat, cycle}, .milestones = {2}});
  scheduler.seek(3);
  CHECK(parameters.adamw.beta1 == 0.25F);
  scheduler.seek(1);
  CHECK(parameters.adamw.beta1 == 0.625F);
}

TEST_CASE("two rates that differ are refused, as the schedule sets both") {
  ggml_opt_optimizer_params parameters = ggml_opt_get_default_optimizer_params(nullptr);
  parameters.sgd.alpha = 0.5F;
  CHECK(lr_scheduler::testing::message_of([&] {
          const GgmlScheduler scheduler(parameters, schedule::Exponential<float>{.gamma = 0.5F});
        }) == "ggml_opt_optimizer_params: adamw.alpha is 0.001 and sgd.alpha is 0.5: give both the same rate");
  parameters.adamw.alpha = 0.75F;
  CHECK(lr_scheduler::testing::message_of([&] {
          const GgmlScheduler scheduler(parameters, schedule::Exponential<float>{.gamma = 0.5F});
        }) == "ggml_opt_optimizer_params: adamw.alpha is 0.75 and sgd.alpha is 0.5: give both the same rate");
}

TEST_CASE("a run on ggml goes on from a state as if it had not stopped") {
  const schedule::LinearWarmup<float> warmup{.warmup_steps = 4};
  GgmlScheduler scheduler(parameters_with(0.5F), warmup);
  MockOfGgml mock = driven_by(scheduler);
  mock.epoch(2, 0);
  const StateDict state = scheduler.scheduler().state_dict();
  mock.epoch(3, 0);
  CHECK(mock.rates == std::vector<float>{smallest, 0.125F, 0.25F, 0.375F, 0.5F});

  GgmlScheduler resumed(parameters_with(0.7F), warmup);
  resumed.scheduler().load_state_dict(state);
  MockOfGgml second = driven_by(resumed);
  second.epoch(3, 0);
  CHECK(second.rates == std::vector<float>{0.25F, 0.375F, 0.5F});
}

TEST_CASE("ggml_opt_fit(), whose user data is the epoch, trains each epoch with its rate") {
  MockOfGgml mock;
  mock.optimizer = MockOfGgml::Optimizer::sgd;
  const auto of_epoch = [](void* epoch) {
    return ggml_parameters_of_epoch(parameters_with(0.5F), schedule::Exponential<float>{.gamma = 0.5F}, epoch);
  };
  mock.fit(of_epoch, 3, 2, 1);
  CHECK(mock.rates == std::vector<float>{0.5F, 0.5F, 0.25F, 0.25F, 0.125F, 0.125F});
}

TEST_CASE("the parameters of an epoch keep ggml's assertion, drive momentum, and need no closed form") {
  const std::int64_t first = 1;
  const std::int64_t third = 3;
  const schedule::LinearWarmup<float> warmup{.warmup_steps = 4};
  CHECK(ggml_parameters_of_epoch(parameters_with(0.5F), warmup, &first).adamw.alpha == smallest);
  CHECK(ggml_parameters_of_epoch(parameters_with(0.5F), warmup, &third).adamw.alpha == 0.25F);

  const schedule::Cyclic<float> cycle{
      .base_lr = 0.25F, .max_lr = 0.5F, .step_size_up = 2, .base_momentum = 0.5F, .max_momentum = 0.75F};
  CHECK(ggml_parameters_of_epoch(parameters_with(0.5F), cycle, &third).adamw.beta1 == 0.5F);

  const schedule::Multiplicative<float> halves{.lr_lambda = [](Epoch) { return 0.5F; }};
  CHECK(ggml_parameters_of_epoch(parameters_with(0.5F), halves, &third).sgd.alpha == 0.125F);
}
