// SPDX-License-Identifier: MIT
// C++17: see the header.
#include "tiny_dnn_optimizer.hpp"

#include <memory>
#include <tiny_dnn/tiny_dnn.h>

struct TinyDnnOptimizer::Implementation {
  tiny_dnn::momentum optimizer{};
  tiny_dnn::vec_t weight{1.0F};
};

TinyDnnOptimizer::TinyDnnOptimizer() : implementation_(std::make_unique<Implementation>()) {}
TinyDnnOptimizer::~TinyDnnOptimizer() = default;

float& TinyDnnOptimizer::alpha() {
  return implementation_->optimizer.alpha;
}
float& TinyDnnOptimizer::mu() {
  return implementation_->optimizer.mu;
}
float TinyDnnOptimizer::update() {
  implementation_->optimizer.update(tiny_dnn::vec_t{1.0F}, implementation_->weight, false);
  return implementation_->weight[0];
}
