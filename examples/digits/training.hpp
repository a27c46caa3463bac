// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_TRAINING_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_TRAINING_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data.hpp"
#include "network.hpp"
#include "random.hpp"
#include "sgd.hpp"

namespace digits {

/// Training in mini-batches. What changes from update to update, and what a checkpoint has to hold,
/// is network.parameters, optimizer.velocity and updates, and the scheduler's state; all else
/// follows from the data and the seed.
class Training {
 public:
  static constexpr std::size_t batch_size = 8;

  /// The samples must outlive this.
  Training(std::span<const Sample> samples, std::uint64_t seed, float lr)
      : network({pixel_count, 32, class_count}, Random(seed)), samples_(samples), seed_(seed) {
    optimizer.param_groups[0].lr = lr;
    gradient_.resize(network.parameters.size());
  }

  Network network;
  Sgd optimizer{};
  std::int64_t updates = 0;  ///< How many there have been.

  [[nodiscard]] static std::int64_t batches_per_epoch(std::size_t samples) {
    return static_cast<std::int64_t>((samples + batch_size - 1) / batch_size);
  }
  [[nodiscard]] std::int64_t batches_per_epoch() const { return batches_per_epoch(samples_.size()); }

  /// One update from the next batch; returns the batch's mean loss.
  float update() {
    const std::int64_t batches = batches_per_epoch();
    // The order is a function of seed and epoch, so there is no generator's state to save.
    if (const std::int64_t epoch = updates / batches; epoch != epoch_of_order_) {
      order_ = shuffled(samples_.size(), Random(seed_).next() + static_cast<std::uint64_t>(epoch));
      epoch_of_order_ = epoch;
    }
    const std::size_t first = static_cast<std::size_t>(updates % batches) * batch_size;
    const std::size_t count = std::min(batch_size, samples_.size() - first);

    std::fill(gradient_.begin(), gradient_.end(), 0.0F);
    float loss = 0;
    for (std::size_t i = first; i < first + count; ++i) {
      const Sample& sample = samples_[order_[i]];
      loss += network.add_gradient(sample.pixels, sample.digit, gradient_);
    }
    for (float& value : gradient_) value /= static_cast<float>(count);
    optimizer.step(network.parameters, gradient_);
    ++updates;
    return loss / static_cast<float>(count);
  }

  /// The share of the samples that the network gets right.
  [[nodiscard]] double accuracy(std::span<const Sample> samples) {
    const auto correct = std::count_if(samples.begin(), samples.end(), [&](const Sample& sample) {
      return network.classify(sample.pixels) == sample.digit;
    });
    return static_cast<double>(correct) / static_cast<double>(samples.size());
  }

 private:
  std::span<const Sample> samples_;
  std::uint64_t seed_;
  std::int64_t epoch_of_order_ = -1;
  std::vector<std::size_t> order_{};
  std::vector<float> gradient_{};
};

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_TRAINING_HPP
