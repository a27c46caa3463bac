// SPDX-License-Identifier: MIT
// On the real dlib, which sets the rate in its own thread: the weight of a network of one neuron is
// compared with updates worked out by hand.
#include <cstddef>
#include <vector>

#include <lr_scheduler/adapters/dlib.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;

namespace {

const lr_scheduler::testing::Close is_close{1e-6};  // dlib computes in float

/// y = weight * x, with the loss (y - label)^2, whose gradient dlib takes as (y - label) * x.
using Neuron = dlib::loss_mean_squared<dlib::fc_no_bias<1, dlib::input<dlib::matrix<float>>>>;
using Trainer = dlib::dnn_trainer<Neuron, dlib::sgd>;

class Training {
 public:
  Training() : trainer(neuron, dlib::sgd(0, 0)) {
    trainer.set_learning_rate_shrink_factor(1);
    trainer.set_min_learning_rate(1e-12);
    trainer.set_learning_rate(0.1);
    trainer.set_mini_batch_size(1);
    dlib::matrix<float> x(1, 1);
    x = 1;
    // Gives the layer its shape.
    neuron(x);
    weight() = 1;
    inputs.push_back(x);
    labels.push_back(0);
  }

  /// One update with the gradient 1 * weight; returns by what share the weight fell: the rate.
  double update() {
    const double before = read_weight();
    trainer.train_one_step(inputs, labels);
    return (before - read_weight()) / before;
  }

  /// The trainer's own loop over epochs.
  void train() { trainer.train(inputs, labels); }

  void add_samples(std::size_t count) {
    inputs.insert(inputs.end(), count, inputs.front());
    labels.insert(labels.end(), count, 0);
  }

  /// The weight, once the trainer's thread is done.
  double read_weight() {
    static_cast<void>(trainer.get_net());
    return weight();
  }

  Neuron neuron;
  Trainer trainer;

 private:
  float& weight() { return *dlib::layer<1>(neuron).layer_details().get_layer_params().host(); }

  std::vector<dlib::matrix<float>> inputs;
  std::vector<float> labels;
};

static_assert(Optimizer<Trainer>);
static_assert(!Optimizer<const Trainer> && !Optimizer<Neuron>);

}  // namespace

TEST_CASE("a trainer updates with the rates of a scheduler that is stepped") {
  Training training;
  StepLR scheduler{training.trainer, {.step_size = 2, .gamma = 0.5}};
  CHECK(is_close(training.update(), 0.1));
  scheduler.step();
  CHECK(is_close(training.update(), 0.1));
  scheduler.step();
  CHECK(is_close(training.update(), 0.05));
  CHECK(is_close(training.read_weight(), 0.7695));  // 0.9 * 0.9 * 0.95
}

TEST_CASE("a trainer reacts to a metric") {
  Training training;
  ReduceLROnPlateau scheduler{training.trainer, {.factor = 0.5, .patience = 0}};
  scheduler.step(1);
  CHECK(is_close(training.update(), 0.1));
  scheduler.step(1);
  CHECK(is_close(training.update(), 0.05));
}

TEST_CASE("a rate that dlib does not take is refused, and the trainer keeps the one it has") {
  Training training;
  LinearLR scheduler{training.trainer, {.start_factor = 1, .end_factor = 0, .total_iters = 2}};
  scheduler.step();
  CHECK(lr_scheduler::testing::message_of([&] { scheduler.step(); }) == "dlib takes positive rates only, got 0");
  CHECK(scheduler.last_epoch() == 1);
  CHECK(is_close(training.trainer.get_learning_rate(), 0.05));
}

TEST_CASE("a rate that does not change keeps the trainer's history of losses") {
  Training training;
  StepLR scheduler{training.trainer, {.step_size = 100}};
  training.trainer.set_learning_rate_schedule(learning_rate_schedule(schedule::Step<double>{.step_size = 100}, 0.1, 5));
  scheduler.step();
  CHECK(training.trainer.get_learning_rate_schedule().size() == 5);
}

TEST_CASE("a sampled schedule holds the rate of each epoch") {
  const auto rates = learning_rate_schedule(
      schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2, .start_factor = 0.5},
                                                 schedule::Exponential<double>{.gamma = 0.5}},
                                   .milestones = {2}},
      0.1, 5);
  REQUIRE(rates.size() == 5);
  CHECK(is_close(rates(0), 0.05));
  CHECK(is_close(rates(1), 0.075));
  CHECK(is_close(rates(2), 0.1));
  CHECK(is_close(rates(3), 0.05));
  CHECK(is_close(rates(4), 0.025));
}

TEST_CASE("a schedule without a closed form is sampled too") {
  const auto rates =
      learning_rate_schedule(schedule::Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }}, 0.4, 3);
  CHECK(is_close(rates(0), 0.4));
  CHECK(is_close(rates(1), 0.2));
  CHECK(is_close(rates(2), 0.1));
}

TEST_CASE("a trainer updates with a sampled schedule, the first rate twice") {
  Training training;
  training.trainer.set_learning_rate_schedule(
      learning_rate_schedule(schedule::Exponential<double>{.gamma = 0.5}, 0.4, 4));
  CHECK(is_close(training.update(), 0.4));
  CHECK(is_close(training.update(), 0.4));
  CHECK(is_close(training.update(), 0.2));
  CHECK(is_close(training.update(), 0.1));
  CHECK(is_close(training.update(), 0.05));
}

TEST_CASE("train() ends after a sampled schedule, where its last rate is not its smallest too") {
  Training training;
  training.trainer.set_max_num_epochs(1000);  // of one batch each
  training.trainer.set_learning_rate_schedule(learning_rate_schedule(
      schedule::Cyclic<double>{.base_lr = 0.001, .max_lr = 0.002, .step_size_up = 2, .cycle_momentum = false}, 0.001,
      7));
  training.train();
  // 0.001 for the first batch, then 0.001 0.0015 0.002 0.0015 0.001 0.0015 0.002, and 0.001 once more.
  const double weight = 0.999 * 0.999 * 0.9985 * 0.998 * 0.9985 * 0.999 * 0.9985 * 0.998 * 0.999;
  CHECK(training.read_weight() < weight * 1.00001);
  CHECK(training.read_weight() > weight * 0.995);  // and a few batches that were on their way to its thread
  CHECK(is_close(training.trainer.get_learning_rate(), 0.00099));
}

TEST_CASE("a scheduler that is stepped once an epoch sets the rate of each call of train()") {
  Training training;
  training.add_samples(1);
  training.trainer.set_min_learning_rate(1e-6);
  StepLR scheduler{training.trainer, {.step_size = 1, .gamma = 0.1}};
  std::vector<double> falls;
  for (unsigned long epoch = 0; epoch < 5; ++epoch) {
    const double before = training.read_weight();
    training.trainer.set_max_num_epochs(epoch + 1);
    training.train();
    falls.push_back(training.read_weight() / before);
    scheduler.step();
  }
  // Two batches each, at 0.1, 0.01, 0.001, 0.0001 and 0.00001.
  REQUIRE(falls.size() == 5);
  CHECK(is_close(falls[0], 0.81));
  CHECK(is_close(falls[1], 0.9801));
  CHECK(is_close(falls[2], 0.998001));
  CHECK(is_close(falls[3], 0.99980001));
  CHECK(is_close(falls[4], 0.9999800001));
}

TEST_CASE("a schedule that cannot be sampled is refused") {
  const auto message_of = [](const auto& schedule, double lr, Epoch steps) {
    return lr_scheduler::testing::message_of([&] { static_cast<void>(learning_rate_schedule(schedule, lr, steps)); });
  };
  CHECK(message_of(schedule::LinearWarmup<double>{.warmup_steps = 2}, 0.1, 5) ==
        "learning_rate_schedule: dlib takes positive rates only, got 0 at epoch 0");
  CHECK(message_of(schedule::Linear<double>{.start_factor = 1, .end_factor = 0, .total_iters = 2}, 0.1, 5) ==
        "learning_rate_schedule: dlib takes positive rates only, got 0 at epoch 2");
  CHECK(message_of(schedule::Step<double>{.step_size = 0}, 0.1, 5) == "StepLR: step_size must be positive, got 0");
  CHECK(message_of(schedule::Step<double>{.step_size = 1}, 0.1, 0) ==
        "learning_rate_schedule: steps must be positive, got 0");
}
