// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_ADAPTERS_TINY_DNN_OPTIMIZER_HPP
#define LR_SCHEDULER_TESTS_ADAPTERS_TINY_DNN_OPTIMIZER_HPP

#include <memory>

/// tiny_dnn::momentum with one weight, which starts at 1 and whose gradient is 1. tiny-dnn compiles as C++17 at most,
/// so that it stands in a file of its own.
class TinyDnnOptimizer {
 public:
  TinyDnnOptimizer();
  ~TinyDnnOptimizer();

  float& alpha();
  float& mu();
  float update();  ///< Returns what became of the weight.

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

#endif  // LR_SCHEDULER_TESTS_ADAPTERS_TINY_DNN_OPTIMIZER_HPP
