// SPDX-License-Identifier: MIT
// A convolutional network on handwritten digits with libtorch: AdamW with weight decay on the
// weights alone, and warm-up followed by cosine annealing, a step a batch.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include <lr_scheduler/adapters/libtorch.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "../digits/data.hpp"

namespace schedule = lr_scheduler::schedule;

namespace {

constexpr int epochs = 15;
constexpr std::int64_t batch_size = 32;
constexpr double highest_rate = 0.01;

struct Set {
  torch::Tensor images;  ///< [count, 1, 8, 8]
  torch::Tensor digits;  ///< [count]
};

Set to_tensors(const std::vector<digits::Sample>& samples) {
  const auto count = static_cast<std::int64_t>(samples.size());
  Set set{torch::empty({count, 1, 8, 8}), torch::empty({count}, torch::kLong)};
  auto* pixel = set.images.data_ptr<float>();
  auto* digit = set.digits.data_ptr<std::int64_t>();
  for (const digits::Sample& sample : samples) {
    pixel = std::copy(sample.pixels.begin(), sample.pixels.end(), pixel);
    *digit++ = static_cast<std::int64_t>(sample.digit);
  }
  return set;
}

torch::nn::Sequential make_network() {
  using namespace torch::nn;
  return Sequential(Conv2d(Conv2dOptions(1, 16, 3).padding(1)), ReLU(), MaxPool2d(2),
                    Conv2d(Conv2dOptions(16, 32, 3).padding(1)), ReLU(), MaxPool2d(2), Flatten(),
                    Linear(32 * 2 * 2, 10));
}

torch::optim::AdamW make_optimizer(const torch::nn::Sequential& network) {
  std::vector<torch::Tensor> weights;
  std::vector<torch::Tensor> biases;
  for (const torch::Tensor& p : network->parameters()) (p.dim() > 1 ? weights : biases).push_back(p);
  using Options = torch::optim::AdamWOptions;
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(weights, std::make_unique<Options>(Options(highest_rate).weight_decay(0.05)));
  groups.emplace_back(biases, std::make_unique<Options>(Options(highest_rate).weight_decay(0)));
  return torch::optim::AdamW(groups, Options(highest_rate));
}

double accuracy(torch::nn::Sequential& network, const Set& set) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor correct = network->forward(set.images).argmax(1).eq(set.digits);
  return correct.to(torch::kDouble).mean().item<double>();
}

void train(const char* file) {
  const digits::Data data = digits::read_data(file);
  const Set training = to_tensors(data.training);
  const Set test = to_tensors(data.test);

  torch::manual_seed(1);
  torch::set_num_threads(1);
  torch::nn::Sequential network = make_network();
  torch::optim::AdamW optimizer = make_optimizer(network);

  const std::int64_t count = training.digits.size(0);
  const std::int64_t batches = (count + batch_size - 1) / batch_size;
  lr_scheduler::SequentialLR scheduler{
      optimizer,
      {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = batches, .start_factor = 0.1},
                     schedule::CosineAnnealing<double>{.T_max = (epochs - 1) * batches}},
       .milestones = {batches}}};

  for (int epoch = 0; epoch < epochs; ++epoch) {
    const double first_rate = scheduler.get_lr()[0];
    double loss_of_epoch = 0;
    for (const torch::Tensor& batch : torch::randperm(count).split(batch_size)) {
      optimizer.zero_grad();
      const torch::Tensor scores = network->forward(training.images.index_select(0, batch));
      const torch::Tensor loss = torch::cross_entropy_loss(scores, training.digits.index_select(0, batch));
      loss.backward();
      optimizer.step();
      scheduler.step();
      loss_of_epoch += loss.item<double>() / static_cast<double>(batches);
    }
    std::printf("epoch %2d: rate %.5f to %.5f, loss %.4f\n", epoch, first_rate, scheduler.get_lr()[0], loss_of_epoch);
  }
  std::printf("accuracy on held-out digits: %.4f\n", accuracy(network, test));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s digits.csv\n", argv[0]);
    return 2;
  }
  try {
    train(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
