// SPDX-License-Identifier: MIT
// What ggml's header of this name has, as far as the adapter touches it, and its loops without tensors: they ask for
// parameters when, and refuse them as, ggml d99724f2 does (src/ggml-opt.cpp).
#ifndef LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_GGML_OPT_H
#define LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_GGML_OPT_H

#include <cstdint>
#include <stdexcept>
#include <vector>

struct ggml_opt_optimizer_params {
  struct {
    float alpha;
    float beta1;
    float beta2;
    float eps;
    float wd;
  } adamw;
  struct {
    float alpha;
    float wd;
  } sgd;
};

using ggml_opt_get_optimizer_params = ggml_opt_optimizer_params (*)(void* userdata);

inline ggml_opt_optimizer_params ggml_opt_get_default_optimizer_params(void*) {
  return {{0.001F, 0.9F, 0.999F, 1e-8F, 0.0F}, {0.001F, 0.0F}};
}

/// Its weight starts at 1, and each gradient is 1: an update takes the rate from the weight.
struct MockOfGgml {
  enum class Optimizer { adamw, sgd };

  ggml_opt_get_optimizer_params get_opt_pars = ggml_opt_get_default_optimizer_params;
  void* get_opt_pars_ud = nullptr;
  Optimizer optimizer = Optimizer::adamw;
  int opt_period = 1;

  float weight = 1;
  std::vector<float> rates;
  int opt_i = 0;

  /// ggml_opt_epoch(): `batches` of training, then of validation.
  void epoch(int batches, int validation_batches) {
    for (int i = 0; i < batches; ++i) {
      if (opt_i + 1 == opt_period) update();
      opt_i = (opt_i + 1) % opt_period;
    }
    for (int i = 0; i < validation_batches; ++i) opt_i = (opt_i + 1) % opt_period;
  }

  /// ggml_opt_fit()
  void fit(ggml_opt_get_optimizer_params get, std::int64_t epochs, int batches, int validation_batches) {
    std::int64_t epoch_number = 1;
    get_opt_pars = get;
    get_opt_pars_ud = &epoch_number;
    for (; epoch_number <= epochs; ++epoch_number) epoch(batches, validation_batches);
    get_opt_pars_ud = nullptr;
  }

 private:
  static void require(bool condition) {
    if (!condition) throw std::logic_error("GGML_ASSERT");  // it ends the program
  }

  void update() {
    const ggml_opt_optimizer_params parameters = get_opt_pars(get_opt_pars_ud);
    if (optimizer == Optimizer::adamw) {
      require(parameters.adamw.alpha > 0);
      require(parameters.adamw.beta1 >= 0);
      require(parameters.adamw.beta1 <= 1);
    } else {
      require(parameters.sgd.alpha > 0);
    }
    rates.push_back(optimizer == Optimizer::adamw ? parameters.adamw.alpha : parameters.sgd.alpha);
    weight -= rates.back();
  }
};

#endif  // LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_GGML_OPT_H
