// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_SGD_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_SGD_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <lr_scheduler/optimizer.hpp>

namespace digits {

/// Stochastic gradient descent with momentum, as a user would write it. Schedulers bind to it
/// because it has `param_groups`; this one has one group, with all parameters.
struct Sgd {
  std::vector<lr_scheduler::ParamGroup<float>> param_groups{{.lr = 0.1F, .momentum = 0.9F}};
  std::vector<float> velocity{};  ///< One for each parameter.

  void step(std::span<float> parameters, std::span<const float> gradient) {
    velocity.resize(parameters.size());
    const float lr = param_groups[0].lr;
    const float momentum = *param_groups[0].momentum;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      velocity[i] = momentum * velocity[i] + gradient[i];
      parameters[i] -= lr * velocity[i];
    }
  }
};

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_SGD_HPP
