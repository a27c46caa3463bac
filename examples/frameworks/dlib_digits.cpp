// SPDX-License-Identifier: MIT
// A convolutional network on handwritten digits with dlib. Its trainer takes a schedule as a matrix
// of rates, one for each batch, which spares it to be stopped for each change of the rate.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <vector>

#include <dlib/dnn.h>
#include <fmt/format.h>

#include <lr_scheduler/adapters/dlib.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "../digits/data.hpp"

namespace schedule = lr_scheduler::schedule;

namespace {

constexpr std::size_t epochs = 15;
constexpr std::size_t batch_size = 32;

// dlib's types read from the last layer to the first.
using Network = dlib::loss_multiclass_log<dlib::fc<
    10,
    dlib::max_pool<
        2, 2, 2, 2,
        dlib::relu<dlib::con<
            32, 3, 3, 1, 1,
            dlib::max_pool<2, 2, 2, 2, dlib::relu<dlib::con<16, 3, 3, 1, 1, dlib::input<dlib::matrix<float>>>>>>>>>>;

struct Set {
  std::vector<dlib::matrix<float>> images;
  std::vector<unsigned long> digits;

  void add(const digits::Sample& sample) {
    images.emplace_back(8, 8);
    std::copy(sample.pixels.begin(), sample.pixels.end(), images.back().begin());
    digits.push_back(sample.digit);
  }
};

void train(const char* file) {
  const digits::Data data = digits::read_data(file);
  const std::size_t count = data.training.size();
  const std::size_t batches = (count + batch_size - 1) / batch_size;

  Network network;
  dlib::dnn_trainer<Network, dlib::adam> trainer(network, dlib::adam(0.0005F, 0.9F, 0.999F));
  const auto warmup = static_cast<lr_scheduler::Epoch>(batches);
  const auto steps = static_cast<lr_scheduler::Epoch>(epochs * batches);
  const auto rates = lr_scheduler::learning_rate_schedule(
      schedule::Sequential<double>{
          .schedules = {schedule::LinearWarmup<double>{.warmup_steps = warmup, .start_factor = 0.1},
                        schedule::CosineAnnealing<double>{.T_max = steps - warmup}},
          .milestones = {warmup}},
      0.005, steps);
  trainer.set_learning_rate_schedule(rates);

  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const std::vector<std::size_t> order = digits::shuffled(count, epoch);
    for (std::size_t first = 0; first < count; first += batch_size) {
      Set batch;
      for (std::size_t i = first; i < std::min(first + batch_size, count); ++i) {
        batch.add(data.training[order[i]]);
      }
      trainer.train_one_step(batch.images, batch.digits);
    }
    const double loss = trainer.get_average_loss();  // waits for the trainer's thread
    fmt::print("epoch {:2}: rate {:.5f}, loss {:.4f}\n", epoch, trainer.get_learning_rate(), loss);
    trainer.clear_average_loss();
  }

  Set test;
  for (const digits::Sample& sample : data.test) test.add(sample);
  trainer.get_net();
  const std::vector<unsigned long> answers = network(test.images);
  std::size_t correct = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) correct += answers[i] == test.digits[i] ? 1U : 0U;
  fmt::print("accuracy on held-out digits: {:.4f}\n",
             static_cast<double>(correct) / static_cast<double>(answers.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} digits.csv\n", argv[0]);
    return 2;
  }
  try {
    train(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
