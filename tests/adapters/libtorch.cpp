// SPDX-License-Identifier: MIT
// On the real libtorch. What counts is the rate that the optimizer's update uses, so parameters are
// compared with updates worked out by hand.
#include <cmath>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <torch/optim/adagrad.h>
#include <torch/optim/lbfgs.h>
#if __has_include(<torch/optim/schedulers/reduce_on_plateau_scheduler.h>)
#include <torch/optim/schedulers/reduce_on_plateau_scheduler.h>
#endif
#include <torch/optim/schedulers/step_lr.h>
#include <torch/serialize.h>
#include <torch/types.h>
#include <torch/version.h>

#include <lr_scheduler/adapters/callback.hpp>
#include <lr_scheduler/adapters/libtorch.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

// Both namespaces have a StepLR: neither is opened.
using lr_scheduler::Epoch;
using lr_scheduler::OnMismatch;
using lr_scheduler::Scheduler;
using lr_scheduler::testing::message_of;

namespace {

const lr_scheduler::testing::Close is_close{1e-12};

/// One parameter with the value 1, in double.
torch::Tensor one() {
  return torch::ones({1}, torch::kDouble).requires_grad_();
}

/// One update of the optimizer with this gradient; returns what became of the parameter.
double update(torch::optim::Optimizer& optimizer, torch::Tensor& parameter, double gradient) {
  parameter.mutable_grad() = torch::full({1}, gradient, torch::kDouble);
  optimizer.step();
  return parameter.item<double>();
}

std::vector<double> rates(const torch::optim::Optimizer& optimizer) {
  std::vector<double> lrs;
  for (const auto& group : optimizer.param_groups()) lrs.push_back(group.options().get_lr());
  return lrs;
}

torch::optim::SGD two_groups(double first, double second) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<torch::Tensor>{one()}, std::make_unique<torch::optim::SGDOptions>(first));
  groups.emplace_back(std::vector<torch::Tensor>{one()}, std::make_unique<torch::optim::SGDOptions>(second));
  return torch::optim::SGD(groups, torch::optim::SGDOptions(0.5));
}

/// An optimizer of a user's own: its options only say how to get and set the rate.
struct SignOptions : torch::optim::OptimizerCloneableOptions<SignOptions> {
  explicit SignOptions(double rate) : lr(rate) {}
  double get_lr() const override { return lr; }
  void set_lr(const double rate) override { lr = rate; }
  double lr;
};

class Sign : public torch::optim::Optimizer {
 public:
  Sign(std::vector<torch::Tensor> parameters, double lr)
      : torch::optim::Optimizer(std::move(parameters), std::make_unique<SignOptions>(lr)) {}
  torch::Tensor step(LossClosure) override {
    const torch::NoGradGuard no_grad;
    for (auto& group : param_groups()) {
      for (auto& p : group.params()) p.sub_(p.grad().sign(), group.options().get_lr());
    }
    return {};
  }
};

static_assert(lr_scheduler::Optimizer<torch::optim::Optimizer>);
static_assert(lr_scheduler::Optimizer<torch::optim::SGD> && lr_scheduler::Optimizer<Sign>);
static_assert(!lr_scheduler::Optimizer<const torch::optim::SGD>);
static_assert(!lr_scheduler::Optimizer<torch::optim::OptimizerParamGroup>);

}  // namespace

TEST_CASE("SGD updates with the schedule's rate") {
  torch::Tensor p = one();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.1));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 2), 0.8));  // 1 - 0.1 * 2
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 2), 0.7));  // 0.8 - 0.05 * 2
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 2), 0.65));  // 0.7 - 0.025 * 2
}

TEST_CASE("the rate of epoch 0 is the one of the first update") {
  torch::Tensor p = one();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.1));
  lr_scheduler::LinearLR scheduler{optimizer, {.start_factor = 0.5, .total_iters = 2}};
  CHECK(is_close(update(optimizer, p, 1), 0.95));
}

TEST_CASE("Adam updates with the schedule's rate") {
  // With a gradient of 1 both moments, bias corrected, are 1: an update is the rate.
  torch::Tensor p = one();
  torch::optim::Adam optimizer({p}, torch::optim::AdamOptions(0.1).eps(0));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 1), 0.9));
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 1), 0.85));
}

TEST_CASE("AdamW updates with the schedule's rate, its weight decay too") {
  torch::Tensor p = one();
  torch::optim::AdamW optimizer({p}, torch::optim::AdamWOptions(0.1).eps(0).weight_decay(0.5));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 1), 0.85));  // (1 - 0.1 * 0.5) * 1 - 0.1
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 1), 0.77875));  // (1 - 0.05 * 0.5) * 0.85 - 0.05
}

TEST_CASE("RMSprop updates with the schedule's rate") {
  // alpha = 0: the mean square is that of the last gradient, an update is the rate.
  torch::Tensor p = one();
  torch::optim::RMSprop optimizer({p}, torch::optim::RMSpropOptions(0.1).alpha(0).eps(0));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 3), 0.9));
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 2), 0.85));
}

TEST_CASE("Adagrad updates with the schedule's rate") {
  torch::Tensor p = one();
  torch::optim::Adagrad optimizer({p}, torch::optim::AdagradOptions(0.1).eps(0));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 3), 0.9));  // 3 / sqrt(9)
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 4), 0.86));  // 0.9 - 0.05 * 4 / sqrt(9 + 16)
}

TEST_CASE("LBFGS updates with the schedule's rate") {
  // One iteration along the gradient 0.5 of the loss p / 2.
  torch::Tensor p = one();
  torch::optim::LBFGS optimizer({p}, torch::optim::LBFGSOptions(0.1).max_iter(1));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  const auto closure = [&] {
    optimizer.zero_grad();
    torch::Tensor loss = p.sum() * 0.5;
    loss.backward();
    return loss;
  };
  optimizer.step(closure);
  CHECK(is_close(p.item<double>(), 0.95));
  scheduler.step();
  optimizer.step(closure);
  CHECK(is_close(p.item<double>(), 0.925));
}

TEST_CASE("an optimizer of a user's own updates with the schedule's rate") {
  torch::Tensor p = one();
  Sign optimizer({p}, 0.1);
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  CHECK(is_close(update(optimizer, p, 7), 0.9));
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 7), 0.85));
}

TEST_CASE("a scheduler binds to the base class of the optimizers") {
  torch::Tensor p = one();
  std::unique_ptr<torch::optim::Optimizer> optimizer =
      std::make_unique<torch::optim::Adam>(std::vector<torch::Tensor>{p}, torch::optim::AdamOptions(0.1));
  lr_scheduler::ExponentialLR scheduler{*optimizer, {.gamma = 0.5}};
  scheduler.step();
  CHECK(is_close(rates(*optimizer), {0.05}));
}

namespace {
lr_scheduler::schedule::Cyclic<double> cycle(double lr) {
  return {.base_lr = lr, .max_lr = lr, .step_size_up = 1, .base_momentum = 0.25, .max_momentum = 0.5};
}
}  // namespace

TEST_CASE("SGD updates with the momentum that is cycled") {
  torch::Tensor p = one();
  torch::optim::SGD optimizer({p}, torch::optim::SGDOptions(0.1));
  lr_scheduler::CyclicLR scheduler{optimizer, cycle(0.1)};
  CHECK(is_close(update(optimizer, p, 1), 0.9));     // the buffer starts at 1
  scheduler.step();                                  // momentum 0.5 -> 0.25
  CHECK(is_close(update(optimizer, p, 1), 0.775));   // 0.9 - 0.1 * (0.25 * 1 + 1)
  scheduler.step();                                  // back to 0.5
  CHECK(is_close(update(optimizer, p, 1), 0.6125));  // 0.775 - 0.1 * (0.5 * 1.25 + 1)
}

TEST_CASE("RMSprop updates with the momentum that is cycled") {
  torch::Tensor p = one();
  torch::optim::RMSprop optimizer({p}, torch::optim::RMSpropOptions(0.1).alpha(0).eps(0));
  lr_scheduler::CyclicLR scheduler{optimizer, cycle(0.1)};
  CHECK(is_close(update(optimizer, p, 2), 0.9));
  scheduler.step();
  CHECK(is_close(update(optimizer, p, 2), 0.775));
}

TEST_CASE("Adam and AdamW update with the first beta that is cycled and keep the second") {
  const auto check = [](torch::optim::Optimizer& optimizer, torch::Tensor& p, const auto& betas) {
    lr_scheduler::CyclicLR scheduler{optimizer, cycle(0.1)};
    CHECK(betas() == std::make_tuple(0.5, 0.0));
    // The second moment is the last gradient's square. First moment: 0.5, over 1 - 0.5.
    CHECK(is_close(update(optimizer, p, 1), 0.9));
    scheduler.step();
    CHECK(betas() == std::make_tuple(0.25, 0.0));
    // First moment: 0.25 * 0.5 + 0.75, over 1 - 0.25^2.
    CHECK(is_close(update(optimizer, p, 1), 0.9 - 0.1 * 0.875 / 0.9375));
  };
  torch::Tensor p = one();
  torch::optim::Adam adam({p}, torch::optim::AdamOptions(0.1).eps(0).betas({0.9, 0}));
  check(adam, p, [&] { return static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).betas(); });
  torch::Tensor q = one();
  torch::optim::AdamW adamw({q}, torch::optim::AdamWOptions(0.1).eps(0).betas({0.9, 0}).weight_decay(0));
  check(adamw, q, [&] { return static_cast<torch::optim::AdamWOptions&>(adamw.param_groups()[0].options()).betas(); });
}

TEST_CASE("an optimizer without momentum refuses to cycle it and keeps its rate") {
  torch::optim::Adagrad adagrad({one()}, torch::optim::AdagradOptions(0.3));
  CHECK(message_of([&] { lr_scheduler::CyclicLR scheduler(adagrad, cycle(0.1)); }) ==
        "CyclicLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum = "
        "false");
  CHECK(rates(adagrad) == std::vector<double>{0.3});
}

TEST_CASE("each group follows the schedule from its own rate") {
  auto optimizer = two_groups(0.1, 0.02);
  lr_scheduler::ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.05, 0.01}));
}

TEST_CASE("a group added later is taken in at the next step") {
  auto optimizer = two_groups(0.1, 0.02);
  lr_scheduler::ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  scheduler.step();
  optimizer.add_param_group({std::vector<torch::Tensor>{one()}, std::make_unique<torch::optim::SGDOptions>(0.8)});
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.025, 0.005, 0.2}));  // 0.8 * 0.5^2
}

TEST_CASE("a rate that the user sets is moved on from where it is") {
  torch::optim::SGD optimizer({one()}, torch::optim::SGDOptions(0.1));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 2, .gamma = 0.5}};
  optimizer.param_groups()[0].options().set_lr(0.03);
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.03}));
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.015}));
}

TEST_CASE("optimizer and scheduler go on bit for bit from an archive that has both") {
  const auto run = [](torch::optim::Adam& optimizer, torch::Tensor& p, Scheduler<double>& scheduler, int steps) {
    for (int i = 0; i < steps; ++i) {
      update(optimizer, p, 1 + i);
      scheduler.step();
    }
  };
  const lr_scheduler::schedule::CosineAnnealing<double> schedule{.T_max = 10};

  torch::Tensor p = one();
  torch::optim::Adam optimizer({p}, torch::optim::AdamOptions(0.1));
  lr_scheduler::CosineAnnealingLR scheduler{optimizer, schedule};
  run(optimizer, p, scheduler, 3);

  std::stringstream file;
  {
    torch::serialize::OutputArchive archive;
    torch::serialize::OutputArchive optimizer_archive(archive.compilation_unit());
    optimizer.save(optimizer_archive);
    archive.write("optimizer", optimizer_archive);
    archive.write("parameter", p);
    save(scheduler, archive);
    archive.save_to(file);
  }
  run(optimizer, p, scheduler, 4);

  torch::Tensor resumed_p = one();
  torch::optim::Adam resumed_optimizer({resumed_p}, torch::optim::AdamOptions(0.7));
  lr_scheduler::CosineAnnealingLR resumed{resumed_optimizer, schedule};
  {
    torch::serialize::InputArchive archive;
    archive.load_from(file);
    torch::serialize::InputArchive optimizer_archive;
    archive.read("optimizer", optimizer_archive);
    resumed_optimizer.load(optimizer_archive);
    torch::Tensor saved;
    archive.read("parameter", saved);
    {
      const torch::NoGradGuard no_grad;
      resumed_p.copy_(saved);
    }
    load(resumed, archive);
  }
  CHECK(resumed.last_epoch() == 3);
  run(resumed_optimizer, resumed_p, resumed, 4);
  CHECK(rates(resumed_optimizer) == rates(optimizer));
  CHECK(resumed_p.item<double>() == p.item<double>());
  CHECK(resumed.state_dict() == scheduler.state_dict());
}

TEST_CASE("a scheduler outlives optimizer.load(), which only sets other rates") {
  auto source = two_groups(0.4, 0.2);
  torch::serialize::OutputArchive output;
  source.save(output);
  std::stringstream file;
  output.save_to(file);

  auto optimizer = two_groups(0.1, 0.02);
  lr_scheduler::ExponentialLR scheduler{optimizer, {.gamma = 0.5}};
  torch::serialize::InputArchive input;
  input.load_from(file);
  optimizer.load(input);
#if TORCH_VERSION_MAJOR >= 2
  CHECK(rates(optimizer) == std::vector<double>{0.4, 0.2});
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.2, 0.1}));
#else  // load() leaves the options as they are
  CHECK(rates(optimizer) == std::vector<double>{0.1, 0.02});
  scheduler.step();
  CHECK(is_close(rates(optimizer), {0.05, 0.01}));
#endif
}

TEST_CASE("a scheduler after optimizer.load() takes the rates that are there for its base, or those that it is given") {
  const auto loaded = [] {  // as optimizer.load() of libtorch 2.13 leaves it: at epoch 2 of this schedule
    return two_groups(0.1 * 0.25, 0.02 * 0.25);
  };
  const lr_scheduler::schedule::Exponential<double> halving{.gamma = 0.5};

  auto decayed = loaded();
  lr_scheduler::ExponentialLR from_decayed{decayed, halving};
  from_decayed.seek(2);
  CHECK(is_close(rates(decayed), {0.00625, 0.00125}));

  auto reset = loaded();
  lr_scheduler::set_learning_rates(reset, {0.1, 0.02});
  lr_scheduler::ExponentialLR from_base{reset, halving};
  from_base.seek(2);
  CHECK(is_close(rates(reset), {0.025, 0.005}));

  auto bound = two_groups(0.1, 0.02);
  lr_scheduler::ExponentialLR before{bound, halving};  // constructed before what stands for load()
  lr_scheduler::set_learning_rates(bound, rates(loaded()));
  before.seek(2);
  CHECK(is_close(rates(bound), {0.025, 0.005}));

  CHECK(message_of([&] { lr_scheduler::set_learning_rates(reset, {0.1}); }) ==
        "set_learning_rates: there are 1 rates for 2 parameter groups");
  CHECK(is_close(rates(reset), {0.025, 0.005}));
}

TEST_CASE("torch::save() and torch::load() take a scheduler") {
  auto optimizer = two_groups(0.1, 0.02);
  lr_scheduler::OneCycleLR scheduler{optimizer, {.max_lr = {0.1, 0.4}, .total_steps = 10}};
  scheduler.step();
  scheduler.step();
  std::stringstream file;
  torch::save(scheduler, file);

  auto other_optimizer = two_groups(0.5, 0.6);
  lr_scheduler::OneCycleLR other{other_optimizer, {.max_lr = {0.1, 0.4}, .total_steps = 10}};
  torch::load(other, file);
  CHECK(other.state_dict() == scheduler.state_dict());
  CHECK(rates(other_optimizer) == rates(optimizer));
}

TEST_CASE("all kinds of values are read back from an archive as they were") {
  torch::optim::SGD optimizer({one()}, torch::optim::SGDOptions(0.1));
  lr_scheduler::SequentialLR scheduler{optimizer,
                                       {.schedules = {lr_scheduler::schedule::LinearWarmup<double>{.warmup_steps = 3},
                                                      lr_scheduler::schedule::MultiStep<double>{.milestones = {}}},
                                        .milestones = {3}}};
  lr_scheduler::ReduceLROnPlateau plateau{optimizer, {.patience = 2}};
  plateau.step(-INFINITY);
  for (const Scheduler<double>* each : std::initializer_list<const Scheduler<double>*>{&scheduler, &plateau}) {
    const lr_scheduler::StateDict state = each->state_dict();
    torch::serialize::OutputArchive output;
    save(*each, output);
    std::stringstream file;
    output.save_to(file);
    torch::serialize::InputArchive input;
    input.load_from(file);
    c10::IValue value;
    input.read("lr_scheduler", value);
    CHECK((lr_scheduler::detail::to_state_value(value) == lr_scheduler::StateValue(state)));
  }
}

TEST_CASE("an archive that does not fit is refused and changes nothing") {
  torch::optim::SGD optimizer({one()}, torch::optim::SGDOptions(0.1));
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 2}};
  const auto before = scheduler.state_dict();
  const auto load_into = [&](const std::function<void(torch::serialize::OutputArchive&)>& write,
                             OnMismatch on_mismatch = OnMismatch::error) {
    torch::serialize::OutputArchive output;
    write(output);
    std::stringstream file;
    output.save_to(file);
    torch::serialize::InputArchive input;
    input.load_from(file);
    load(scheduler, input, on_mismatch);
  };

  CHECK(message_of([&] { load_into([&](auto& archive) { archive.write("other", c10::IValue(1)); }); }) ==
        "the archive has no state of a scheduler");
  CHECK(message_of([&] { load_into([&](auto& archive) { archive.write("lr_scheduler", c10::IValue(1)); }); }) ==
        "the archive's state of a scheduler is not a dictionary");

  torch::optim::SGD other_optimizer({one()}, torch::optim::SGDOptions(0.3));
  lr_scheduler::StepLR other{other_optimizer, {.step_size = 5}};
  other.step();
  CHECK(message_of([&] { load_into([&](auto& archive) { save(other, archive); }); }) ==
        "StepLR: cannot load the state: options.step_size is 5 in the state and 2 in the scheduler");
  CHECK(scheduler.state_dict() == before);
  load_into([&](auto& archive) { save(other, archive); }, OnMismatch::take_saved);
  CHECK(scheduler.schedule().step_size.value() == 5);
}

namespace {

/// The rate of each of eight updates.
std::vector<double> rates_of_updates(torch::optim::Optimizer& optimizer, const std::function<void()>& step) {
  std::vector<double> lrs;
  for (int i = 0; i < 8; ++i) {
    lrs.push_back(rates(optimizer)[0]);
    step();
  }
  return lrs;
}

}  // namespace

TEST_CASE("StepLR is Python's, and a step ahead of libtorch's own") {
  // Recorded from torch.optim.lr_scheduler.StepLR in PyTorch 2.13: see pytorch.py.
  const std::vector<double> python{0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001};
  const std::vector<double> a_step_late{0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001};

  torch::optim::SGD optimizer({one()}, torch::optim::SGDOptions(0.1));
  lr_scheduler::StepLR ours{optimizer, {.step_size = 3, .gamma = 0.1}};
  CHECK(is_close(rates_of_updates(optimizer, [&] { ours.step(); }), python));

  torch::optim::SGD other_optimizer({one()}, torch::optim::SGDOptions(0.1));
  torch::optim::StepLR theirs(other_optimizer, 3, 0.1);
  CHECK(is_close(rates_of_updates(other_optimizer, [&] { theirs.step(); }), a_step_late));

  torch::optim::SGD third_optimizer({one()}, torch::optim::SGDOptions(0.1));
  lr_scheduler::LibtorchScheduler behind_base(third_optimizer,
                                              lr_scheduler::schedule::Step<double>{.step_size = 3, .gamma = 0.1});
  torch::optim::LRScheduler& base = behind_base;
  CHECK(is_close(rates_of_updates(third_optimizer, [&] { base.step(); }), python));
}

TEST_CASE("ReduceLROnPlateau is Python's, and libtorch's own another with a maximum") {
  // The rate after each metric; recorded from torch.optim.lr_scheduler.ReduceLROnPlateau in PyTorch 2.13, see
  // pytorch.py.
  const auto check = [](const std::vector<double>& metrics, lr_scheduler::ThresholdMode threshold_mode,
                        const std::vector<double>& python, [[maybe_unused]] const std::vector<double>& libtorch) {
    const auto rates_after = [&](torch::optim::Optimizer& optimizer, const auto& step) {
      std::vector<double> lrs;
      for (const double metric : metrics) {
        step(metric);
        lrs.push_back(rates(optimizer)[0]);
      }
      return lrs;
    };
    torch::optim::SGD optimizer({one()}, torch::optim::SGDOptions(0.1));
    lr_scheduler::ReduceLROnPlateau ours{optimizer,
                                         {.mode = lr_scheduler::Mode::max,
                                          .factor = 0.5,
                                          .patience = 0,
                                          .threshold = 0.1,
                                          .threshold_mode = threshold_mode}};
    CHECK(is_close(rates_after(optimizer, [&](double metric) { ours.step(metric); }), python));
#if __has_include(<torch/optim/schedulers/reduce_on_plateau_scheduler.h>)
    using Theirs = torch::optim::ReduceLROnPlateauScheduler;
    torch::optim::SGD other_optimizer({one()}, torch::optim::SGDOptions(0.1));
    Theirs theirs(other_optimizer, Theirs::max, 0.5F, 0, 0.1,
                  threshold_mode == lr_scheduler::ThresholdMode::abs ? Theirs::abs : Theirs::rel);
    CHECK(is_close(rates_after(other_optimizer, [&](double metric) { theirs.step(static_cast<float>(metric)); }),
                   libtorch));
#endif
  };
  // libtorch multiplies the best by the absolute threshold: whatever is above a tenth of it is better.
  check({1, 1.05, 1.2, 0.9, 0.8, 1.4}, lr_scheduler::ThresholdMode::abs, {0.1, 0.05, 0.05, 0.025, 0.0125, 0.0125},
        {0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
  // Its worst is the smallest positive number: no negative metric beats it.
  check({-3, -2, -1}, lr_scheduler::ThresholdMode::rel, {0.1, 0.1, 0.1}, {0.05, 0.025, 0.0125});
}

TEST_CASE("code that steps libtorch's base class steps our schedule") {
  auto optimizer = two_groups(0.1, 0.2);
  lr_scheduler::LibtorchScheduler scheduler(
      optimizer, lr_scheduler::schedule::Sequential<double>{
                     .schedules = {lr_scheduler::schedule::LinearWarmup<double>{.warmup_steps = 2},
                                   lr_scheduler::schedule::Exponential<double>{.gamma = 0.5}},
                     .milestones = {2}});
  torch::optim::LRScheduler& base = scheduler;
  CHECK(rates(optimizer) == std::vector<double>{0, 0});
  base.step();
  CHECK(is_close(rates(optimizer), {0.05, 0.1}));
  base.step();
  CHECK(is_close(rates(optimizer), {0.1, 0.2}));

  std::stringstream file;
  torch::save(scheduler.scheduler(), file);
  base.step();
  CHECK(is_close(rates(optimizer), {0.05, 0.1}));
  torch::load(scheduler.scheduler(), file);
  CHECK(is_close(rates(optimizer), {0.1, 0.2}));
  CHECK(scheduler.scheduler().last_epoch() == 2);
  base.step();
  CHECK(is_close(rates(optimizer), {0.05, 0.1}));

  optimizer.add_param_group({std::vector<torch::Tensor>{one()}, std::make_unique<torch::optim::SGDOptions>(0.8)});
  base.step();
  CHECK(is_close(rates(optimizer), {0.025, 0.05, 0.2}));
}

TEST_CASE("weight decay follows a schedule of its own, beside the rate") {
  torch::Tensor p = one();
  torch::optim::AdamW optimizer({p}, torch::optim::AdamWOptions(0.1).eps(0).weight_decay(0.5));
  // Looked up anew each time: a reference into the options would dangle with the groups.
  const auto options = [&]() -> torch::optim::AdamWOptions& {
    return static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options());
  };
  lr_scheduler::Callback decay{[&] { return options().weight_decay(); },
                               [&](double value) { options().weight_decay(value); }};
  lr_scheduler::ExponentialLR lr_scheduler{optimizer, {.gamma = 0.5}};
  lr_scheduler::LinearLR decay_scheduler{decay, {.start_factor = 1, .end_factor = 0.5, .total_iters = 1}};

  CHECK(is_close(update(optimizer, p, 1), 0.85));  // (1 - 0.1 * 0.5) * 1 - 0.1
  lr_scheduler.step();
  decay_scheduler.step();
  CHECK(is_close(update(optimizer, p, 1), 0.789375));  // (1 - 0.05 * 0.25) * 0.85 - 0.05
}
