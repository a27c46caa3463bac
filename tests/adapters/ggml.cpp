// SPDX-License-Identifier: MIT
// On the real ggml, which ends the program for a rate of 0: a weight is compared with updates worked out by hand.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <ggml-opt.h>
#include <ggml.h>
#include <initializer_list>
#include <memory>
#include <vector>

#include <lr_scheduler/adapters/ggml.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"

using namespace lr_scheduler;

namespace {

const lr_scheduler::testing::Close is_close{1e-6};  // ggml computes in float

constexpr std::int64_t batches = 8;

template <class T>
using Owned = std::unique_ptr<T, std::function<void(T*)>>;

ggml_opt_optimizer_params parameters_with(float lr) {
  ggml_opt_optimizer_params parameters = ggml_opt_get_default_optimizer_params(nullptr);
  parameters.adamw.alpha = parameters.sgd.alpha = lr;
  parameters.adamw.eps = 0;
  return parameters;
}

/// y = weight * x, with the mean of y for its loss: each gradient is 1, and an update takes the rate from the weight,
/// with SGD and, whose moments are 1 too, with AdamW.
class Training {
 public:
  Training() {
    for (std::int64_t i = 0; i < batches; ++i) ggml_get_data_f32(ggml_opt_dataset_data(dataset.get()))[i] = 1;
    ggml_backend_cpu_set_n_threads(backend.get(), 1);
    ggml_set_param(weight);
    buffer.reset(ggml_backend_alloc_ctx_tensors(tensors.get(), backend.get()));
    const float one = 1;
    ggml_backend_tensor_set(weight, &one, 0, sizeof one);
    ggml_backend_t backends[] = {backend.get()};
    scheduler.reset(ggml_backend_sched_new(backends, nullptr, 1, GGML_DEFAULT_GRAPH_SIZE, false, true));
  }

  [[nodiscard]] double read_weight() const {
    float value = 0;
    ggml_backend_tensor_get(weight, &value, 0, sizeof value);
    return value;
  }

  /// By what the weight fell in each batch of so many epochs, the last two of whose batches are validation.
  std::vector<double> falls_in_epochs(GgmlScheduler& driver, ggml_opt_optimizer_type optimizer, int period,
                                      int epochs) {
    ggml_opt_params params = ggml_opt_default_params(scheduler.get(), GGML_OPT_LOSS_TYPE_MEAN);
    params.ctx_compute = computed.get();
    params.inputs = inputs;
    params.outputs = outputs;
    params.opt_period = period;
    params.optimizer = optimizer;
    params.get_opt_pars = GgmlScheduler::next;
    params.get_opt_pars_ud = &driver;
    const Owned<ggml_opt_context> context(ggml_opt_init(params), ggml_opt_free);

    static const Training* training;
    static std::vector<double> weights;
    training = this;
    weights = {read_weight()};
    const auto note = [](bool, ggml_opt_context_t, ggml_opt_dataset_t, ggml_opt_result_t, std::int64_t, std::int64_t,
                         std::int64_t) { weights.push_back(training->read_weight()); };
    for (int epoch = 0; epoch < epochs; ++epoch) {
      ggml_opt_epoch(context.get(), dataset.get(), nullptr, nullptr, batches - 2, note, note);
    }
    std::vector<double> falls;
    for (std::size_t i = 1; i < weights.size(); ++i) falls.push_back(weights[i - 1] - weights[i]);
    return falls;
  }

  void fit(ggml_opt_get_optimizer_params of_epoch, ggml_opt_optimizer_type optimizer, int epochs) {
    ggml_opt_fit(scheduler.get(), computed.get(), inputs, outputs, dataset.get(), GGML_OPT_LOSS_TYPE_MEAN, optimizer,
                 of_epoch, epochs, 2, 0.25F, true);
  }

 private:
  static ggml_context* new_context() {
    return ggml_init({GGML_DEFAULT_GRAPH_SIZE * ggml_tensor_overhead() + 3 * ggml_graph_overhead(), nullptr, true});
  }

  Owned<ggml_opt_dataset> dataset{ggml_opt_dataset_init(GGML_TYPE_F32, GGML_TYPE_F32, 1, 0, batches, 1),
                                  ggml_opt_dataset_free};
  Owned<ggml_backend> backend{ggml_backend_cpu_init(), ggml_backend_free};
  Owned<ggml_context> tensors{new_context(), ggml_free};
  Owned<ggml_context> computed{new_context(), ggml_free};
  ggml_tensor* inputs = ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, 1, 1);
  ggml_tensor* weight = ggml_new_tensor_1d(tensors.get(), GGML_TYPE_F32, 1);
  ggml_tensor* outputs = ggml_mul(computed.get(), inputs, weight);
  Owned<ggml_backend_buffer> buffer{nullptr, ggml_backend_buffer_free};
  Owned<ggml_backend_sched> scheduler{nullptr, ggml_backend_sched_free};
};

}  // namespace

TEST_CASE("each update of ggml uses the rate of its epoch, a warm-up from 0 included") {
  for (const auto optimizer : {GGML_OPT_OPTIMIZER_TYPE_ADAMW, GGML_OPT_OPTIMIZER_TYPE_SGD}) {
    Training training;
    GgmlScheduler scheduler(parameters_with(0.1F), schedule::LinearWarmup<float>{.warmup_steps = 4});
    // Six updates, then two batches of validation.
    CHECK(is_close(training.falls_in_epochs(scheduler, optimizer, 1, 1), {0, 0.025, 0.05, 0.075, 0.1, 0.1, 0, 0}));
    CHECK(scheduler.scheduler().last_epoch() == 6);
  }
}

TEST_CASE("neither the batches of an accumulated gradient nor those of ggml's validation step") {
  Training training;
  GgmlScheduler scheduler(parameters_with(0.1F), schedule::Exponential<float>{.gamma = 0.5F});
  CHECK(is_close(training.falls_in_epochs(scheduler, GGML_OPT_OPTIMIZER_TYPE_SGD, 2, 2),
                 {0, 0.1, 0, 0.05, 0, 0.025, 0, 0, 0, 0.0125, 0, 0.00625, 0, 0.003125, 0, 0}));
  CHECK(scheduler.scheduler().last_epoch() == 6);
}

TEST_CASE("an annealing that ends at 0 does not end the program") {
  Training training;
  GgmlScheduler scheduler(parameters_with(0.1F), schedule::CosineAnnealing<float>{.T_max = 4});
  // 0.05 * (1 + cos(k pi / 4))
  CHECK(is_close(training.falls_in_epochs(scheduler, GGML_OPT_OPTIMIZER_TYPE_ADAMW, 1, 1),
                 {0.1, 0.0853553390593, 0.05, 0.0146446609407, 0, 0.0146446609407, 0, 0}));
}

TEST_CASE("ggml_opt_fit() trains each of its epochs with the rate of the schedule's") {
  for (const auto optimizer : {GGML_OPT_OPTIMIZER_TYPE_ADAMW, GGML_OPT_OPTIMIZER_TYPE_SGD}) {
    Training training;
    static std::vector<float> rates;
    rates.clear();
    const auto of_epoch = [](void* epoch) {
      const ggml_opt_optimizer_params parameters =
          ggml_parameters_of_epoch(parameters_with(0.1F), schedule::LinearWarmup<float>{.warmup_steps = 2}, epoch);
      rates.push_back(parameters.sgd.alpha);
      return parameters;
    };
    // Updates of two batches each; of the four in an epoch the last is validation.
    training.fit(of_epoch, optimizer, 3);
    CHECK(rates.size() == 9);
    CHECK(is_close({rates.begin(), rates.end()}, {0, 0, 0, 0.05, 0.05, 0.05, 0.1, 0.1, 0.1}));
    CHECK(is_close(training.read_weight(), 1 - 3 * 0.05 - 3 * 0.1));
  }
}
