// SPDX-License-Identifier: MIT
// On a mock of dlib's trainer. dlib.cpp tries the real one.
#include <stdexcept>
#include <vector>

#include <lr_scheduler/adapters/dlib.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "mocks/dlib/dnn.h"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;

namespace {

const lr_scheduler::testing::Close is_close{1e-12};

using Trainer = dlib::dnn_trainer<void, void>;

/// Rises from 0.1 to 0.2 in two steps and falls back in two.
const schedule::Cyclic<double> cycle{.base_lr = 0.1, .max_lr = 0.2, .step_size_up = 2, .cycle_momentum = false};

}  // namespace

TEST_CASE("train() ends after the rates of a schedule that ends at its smallest") {
  Trainer trainer;
  trainer.set_learning_rate_schedule(learning_rate_schedule(schedule::Exponential<double>{.gamma = 0.5}, 0.4, 3));
  trainer.train(7);
  CHECK(is_close(trainer.rates, {0.4, 0.4, 0.2, 0.1}));
}

TEST_CASE("train() ends after the rates of a schedule that ends above its smallest") {
  Trainer trainer;
  const auto rates = learning_rate_schedule(cycle, 0.1, 7);
  CHECK(is_close(rates, {0.1, 0.15, 0.2, 0.15, 0.1, 0.15, 0.2, 0.1}));
  trainer.set_learning_rate_schedule(rates);
  trainer.train(7);
  CHECK(is_close(trainer.rates, {0.1, 0.1, 0.15, 0.2, 0.15, 0.1, 0.15, 0.2, 0.1}));
}

TEST_CASE("what dlib takes 0.99 of decides") {
  // 0.995 * 0.99 is below 0.986, which is the smallest, and 1 * 0.99 is not.
  const auto ends_at = [](double last, double first = 0.986) {
    return learning_rate_schedule(
        schedule::Linear<double>{.start_factor = 1, .end_factor = last / first, .total_iters = 1}, first, 2);
  };
  CHECK(is_close(ends_at(0.995), {0.986, 0.995}));
  CHECK(is_close(ends_at(1), {0.986, 1, 0.986}));
  CHECK(is_close(ends_at(1, 0.99), {0.99, 1, 0.99}));
}

TEST_CASE("a schedule of one rate trains with it and ends") {
  Trainer trainer;
  trainer.set_learning_rate_schedule(learning_rate_schedule(schedule::Step<double>{.step_size = 1}, 0.1, 1));
  trainer.train(7);
  CHECK(is_close(trainer.rates, {0.1, 0.1}));
}

TEST_CASE("a schedule for dlib has an epoch and positive rates") {
  const schedule::Linear<double> to_zero{.start_factor = 1, .end_factor = 0, .total_iters = 2};
  CHECK(lr_scheduler::testing::message_of([&] { (void)learning_rate_schedule(to_zero, 0.1, 0); }) ==
        "learning_rate_schedule: steps must be positive, got 0");
  CHECK(is_close(learning_rate_schedule(to_zero, 0.1, 2), {0.1, 0.05}));
  CHECK(lr_scheduler::testing::message_of([&] { (void)learning_rate_schedule(to_zero, 0.1, 3); }) ==
        "learning_rate_schedule: dlib takes positive rates only, got 0 at epoch 2");
}

TEST_CASE("a call of train() for each epoch, with room below for the rate, steps once an epoch") {
  Trainer trainer;
  trainer.set_learning_rate(1e-3);
  trainer.set_min_learning_rate(1e-12);
  ExponentialLR scheduler{trainer, {.gamma = 0.01}};
  for (unsigned long epoch = 0; epoch < 3; ++epoch) {
    trainer.set_max_num_epochs(epoch + 1);
    trainer.train(2);
    scheduler.step();
  }
  CHECK(is_close(trainer.rates, {1e-3, 1e-3, 1e-5, 1e-5, 1e-7, 1e-7}));
}

TEST_CASE("a rate of 0 is refused before dlib asserts, and one that stays is not set again") {
  Trainer trainer;
  trainer.set_learning_rate(0.1);
  LinearLR scheduler{trainer, {.start_factor = 1, .end_factor = 0, .total_iters = 1}};
  const int changes = trainer.changes;
  CHECK_THROWS_AS(scheduler.step(), std::invalid_argument);
  CHECK(trainer.get_learning_rate() == 0.1);
  CHECK(trainer.changes == changes);

  StepLR stays{trainer, {.step_size = 10}};
  stays.step();
  CHECK(trainer.changes == changes);
}
