// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_NETWORK_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_NETWORK_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "random.hpp"

namespace digits {

/// A fully connected network: linear layers with a ReLU between them and a softmax at the end.
class Network {
 public:
  /// The widths of the layers, from the inputs to the classes.
  Network(std::vector<std::size_t> widths, Random random) : widths_(std::move(widths)) {
    std::size_t count = 0;
    for (std::size_t layer = 0; layer < layers(); ++layer) count += weights(layer) + outputs(layer);
    parameters.resize(count);
    // He initialisation for the weights; the biases stay zero.
    float* next = parameters.data();
    for (std::size_t layer = 0; layer < layers(); ++layer) {
      const float limit = std::sqrt(6.0F / static_cast<float>(inputs(layer)));
      std::generate_n(next, weights(layer), [&] { return random.symmetric(limit); });
      next += weights(layer) + outputs(layer);
    }
  }

  /// The weights of the first layer, output by output, its biases, and so on: all that training
  /// changes.
  std::vector<float> parameters{};

  [[nodiscard]] std::size_t classify(std::span<const float> input) {
    forward(input);
    const auto& scores = activations_.back();
    return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  }

  /// The cross-entropy of one sample; adds its gradient to `gradient`.
  float add_gradient(std::span<const float> input, std::size_t target, std::span<float> gradient) {
    forward(input);
    std::vector<float>& delta = deltas_.back();
    const std::vector<float>& scores = activations_.back();
    const float highest = *std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      delta[i] = std::exp(scores[i] - highest);
      sum += delta[i];
    }
    const float loss = std::log(sum) - (scores[target] - highest);
    for (float& probability : delta) probability /= sum;
    delta[target] -= 1;
    backward(gradient);
    return loss;
  }

 private:
  [[nodiscard]] std::size_t layers() const { return widths_.size() - 1; }
  [[nodiscard]] std::size_t inputs(std::size_t layer) const { return widths_[layer]; }
  [[nodiscard]] std::size_t outputs(std::size_t layer) const { return widths_[layer + 1]; }
  [[nodiscard]] std::size_t weights(std::size_t layer) const { return inputs(layer) * outputs(layer); }

  void forward(std::span<const float> input) {
    activations_.resize(widths_.size());
    deltas_.resize(widths_.size());
    activations_[0].assign(input.begin(), input.end());
    const float* next = parameters.data();
    for (std::size_t layer = 0; layer < layers(); ++layer) {
      const std::vector<float>& in = activations_[layer];
      std::vector<float>& out = activations_[layer + 1];
      const float* biases = next + weights(layer);
      out.assign(biases, biases + outputs(layer));
      deltas_[layer + 1].resize(out.size());
      for (float& value : out) {
        for (const float x : in) value += *next++ * x;
        if (layer + 1 < layers()) value = std::max(value, 0.0F);
      }
      next = biases + outputs(layer);
    }
  }

  /// From the last layer's delta back to the first layer.
  void backward(std::span<float> gradient) {
    std::size_t first = gradient.size();
    for (std::size_t layer = layers(); layer-- > 0;) {
      const std::vector<float>& in = activations_[layer];
      const std::vector<float>& delta = deltas_[layer + 1];
      std::vector<float>& delta_in = deltas_[layer];
      first -= weights(layer) + outputs(layer);
      delta_in.assign(in.size(), 0.0F);
      for (std::size_t i = 0; i < delta.size(); ++i) {
        const std::size_t row = first + i * in.size();
        for (std::size_t j = 0; j < in.size(); ++j) {
          gradient[row + j] += delta[i] * in[j];
          delta_in[j] += delta[i] * parameters[row + j];
        }
        gradient[first + weights(layer) + i] += delta[i];
      }
      for (std::size_t j = 0; j < in.size(); ++j) {
        if (in[j] <= 0) delta_in[j] = 0;
      }
    }
  }

  std::vector<std::size_t> widths_;
  std::vector<std::vector<float>> activations_{};
  std::vector<std::vector<float>> deltas_{};
};

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_NETWORK_HPP
