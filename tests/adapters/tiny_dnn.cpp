// SPDX-License-Identifier: MIT
// On an optimizer of the real tiny-dnn: a weight is compared with updates worked out by hand.
#include <concepts>

#include <lr_scheduler/adapters/callback.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "tiny_dnn_optimizer.hpp"

using namespace lr_scheduler;

TEST_CASE("tiny-dnn updates with the rate and the momentum of a schedule") {
  TinyDnnOptimizer optimizer;
  Variables variables{optimizer.alpha(), optimizer.mu()};
  CyclicLR scheduler{
      variables, {.base_lr = 0.25F, .max_lr = 0.5F, .step_size_up = 1, .base_momentum = 0.5F, .max_momentum = 0.75F}};
  STATIC_REQUIRE(std::same_as<decltype(scheduler), CyclicLR<float>>);

  CHECK(optimizer.update() == 0.75F);  // 1 - 0.25
  scheduler.step();
  CHECK(optimizer.update() == 0.125F);  // 0.75 - (0.5 * 0.25 + 0.5)
  scheduler.step();
  CHECK(optimizer.update() == -0.59375F);  // 0.125 - (0.75 * 0.625 + 0.25)
}

TEST_CASE("tiny-dnn updates with a rate alone") {
  TinyDnnOptimizer optimizer;
  optimizer.mu() = 0;
  optimizer.alpha() = 0.5F;
  StepLR scheduler{optimizer.alpha(), {.step_size = 1, .gamma = 0.5F}};
  CHECK(optimizer.update() == 0.5F);
  scheduler.step();
  CHECK(optimizer.update() == 0.25F);
}
