// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <deque>
#include <initializer_list>
#include <span>
#include <thread>
#include <vector>

#include <lr_scheduler/adapters/callback.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;

namespace {

const lr_scheduler::testing::Close is_close{1e-12};

/// A training session that hides its rate, as ONNX Runtime's does.
class Session {
 public:
  [[nodiscard]] float GetLearningRate() const { return lr_; }
  void SetLearningRate(float lr) {
    lr_ = lr;
    ++calls;
  }
  int calls = 0;

 private:
  float lr_ = 0.5F;
};

/// An optimizer of ensmallen's shape: it keeps its rate to itself and updates with it.
class StandardSgd {
 public:
  explicit StandardSgd(double step_size) : step_size_(step_size) {}

  double StepSize() const { return step_size_; }
  double& StepSize() { return step_size_; }

  void update(double& parameter, double gradient) const { parameter -= step_size_ * gradient; }

 private:
  double step_size_;
};

struct Nothing {};
struct StepSizeByValue {
  double StepSize() const { return 0.1; }
};

using Getter = double (*)();
using Setter = void (*)(double);

static_assert(Optimizer<double> && Optimizer<float> && Optimizer<long double>);
static_assert(Optimizer<std::vector<double>> && Optimizer<std::array<float, 3>>);
static_assert(Optimizer<std::span<double>> && Optimizer<double[2]>);
static_assert(Optimizer<StandardSgd> && Optimizer<Callback<Getter, Setter>>);
static_assert(Optimizer<std::atomic<double>> && Optimizer<std::atomic<float>> && Optimizer<Variables<float>>);
static_assert(!Optimizer<std::atomic<int>> && !Optimizer<const std::atomic<double>>);
static_assert(!Optimizer<int> && !Optimizer<const double> && !Optimizer<std::vector<int>>);
static_assert(!Optimizer<std::span<const double>> && !Optimizer<const std::vector<double>>);
static_assert(!Optimizer<std::vector<bool>> && !Optimizer<Nothing>);
static_assert(!Optimizer<StepSizeByValue> && !Optimizer<const StandardSgd>);

}  // namespace

TEST_CASE("a scheduler sets the rate through a pair of functions") {
  Session session;
  Callback rate{[&] { return session.GetLearningRate(); }, [&](float lr) { session.SetLearningRate(lr); }};
  StepLR scheduler{rate, {.step_size = 2, .gamma = 0.5F}};
  STATIC_REQUIRE(std::same_as<decltype(scheduler), StepLR<float>>);

  std::vector<float> lrs;
  for (int t = 0; t < 5; ++t) {
    lrs.push_back(session.GetLearningRate());
    scheduler.step();
  }
  CHECK(lrs == std::vector<float>{0.5F, 0.5F, 0.25F, 0.25F, 0.125F});
  CHECK(session.calls > 0);
}

TEST_CASE("functions of the kind that C code has will do as well") {
  static double hidden = 0.8;
  const auto get = []() -> double { return hidden; };
  const auto set = [](double lr) { hidden = lr; };
  Callback<Getter, Setter> rate(get, set);
  ExponentialLR scheduler{rate, {.gamma = 0.5}};
  scheduler.step();
  scheduler.step();
  CHECK(is_close(hidden, 0.2));
}

TEST_CASE("a rate that the setter alters is moved on from what reads back") {
  double stored = 0.1;
  Callback rate{[&] { return stored; }, [&](double lr) { stored = std::max(lr, 0.04); }};
  MultiplicativeLR scheduler{rate, {.lr_lambda = [](Epoch) { return 0.5; }}};
  scheduler.step();
  CHECK(is_close(stored, 0.05));
  scheduler.step();
  CHECK(is_close(stored, 0.04));
  scheduler.step();
  CHECK(is_close(stored, 0.04));
  CHECK(is_close(scheduler.get_lr()[0], 0.04));
}

TEST_CASE("a rate behind functions has no momentum to cycle") {
  Session session;
  Callback rate{[&] { return session.GetLearningRate(); }, [&](float lr) { session.SetLearningRate(lr); }};
  CHECK(lr_scheduler::testing::message_of([&] { OneCycleLR scheduler{rate, {.max_lr = 0.1F, .total_steps = 10}}; }) ==
        "OneCycleLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum "
        "= false");
  CHECK(session.GetLearningRate() == 0.5F);
}

TEST_CASE("a variable follows a schedule") {
  double dropout = 0.4;
  LinearLR scheduler{dropout, {.start_factor = 1, .end_factor = 0, .total_iters = 4}};
  std::vector<double> values{dropout};
  for (int t = 0; t < 4; ++t) {
    scheduler.step();
    values.push_back(dropout);
  }
  REQUIRE(values.size() == 5);
  CHECK(is_close(values[0], 0.4));
  CHECK(is_close(values[1], 0.3));
  CHECK(is_close(values[2], 0.2));
  CHECK(is_close(values[3], 0.1));
  CHECK(values[4] == 0);
}

TEST_CASE("variables in a row are groups with a rate each") {
  std::vector<double> lrs{0.1, 0.02};
  ExponentialLR on_vector{lrs, {.gamma = 0.5}};
  on_vector.step();
  CHECK(is_close(lrs[0], 0.05));
  CHECK(is_close(lrs[1], 0.01));
  lrs.push_back(0.8);  // taken in at the next step, where the factor is 0.5^2
  on_vector.step();
  CHECK(is_close(lrs[0], 0.025));
  CHECK(is_close(lrs[2], 0.2));

  std::array<float, 3> parameters{1, 2, 3};
  std::span<float> last_two(parameters.data() + 1, 2);
  ExponentialLR on_span{last_two, {.gamma = 0.25F}};
  on_span.step();
  CHECK(parameters == std::array<float, 3>{1, 0.5F, 0.75F});
}

TEST_CASE("a rate that other threads read is published by each step") {
  std::atomic<double> lr = 0.8;
  ExponentialLR scheduler{lr, {.gamma = 0.5}};
  std::atomic<bool> is_done = false;
  bool read_others = false;
  std::thread reader([&] {
    const std::array<double, 4> published{0.8, 0.4, 0.2, 0.1};
    while (!is_done.load()) {
      const double read = lr.load();
      if (std::none_of(published.begin(), published.end(), [&](double p) { return is_close(read, p); }))
        read_others = true;
    }
  });
  for (int t = 0; t < 3; ++t) scheduler.step();
  is_done = true;
  reader.join();
  CHECK(!read_others);
  CHECK(is_close(lr.load(), 0.1));
}

namespace {

/// An optimizer of tiny-dnn's shape: members that are its rate and its momentum.
struct MomentumSgd {
  float alpha = 0.01F;
  float mu = 0.9F;
  float velocity = 0;

  void update(float gradient, float& parameter) {
    velocity = mu * velocity - alpha * gradient;
    parameter += velocity;
  }
};

}  // namespace

TEST_CASE("two variables are a rate and a momentum") {
  MomentumSgd optimizer;
  Variables variables{optimizer.alpha, optimizer.mu};
  CyclicLR scheduler{
      variables, {.base_lr = 0.25F, .max_lr = 0.5F, .step_size_up = 1, .base_momentum = 0.5F, .max_momentum = 0.75F}};
  STATIC_REQUIRE(std::same_as<decltype(scheduler), CyclicLR<float>>);

  float parameter = 1;
  CHECK(optimizer.mu == 0.75F);
  optimizer.update(1, parameter);  // 1 - 0.25
  CHECK(parameter == 0.75F);
  scheduler.step();
  CHECK(optimizer.alpha == 0.5F);
  CHECK(optimizer.mu == 0.5F);
  optimizer.update(1, parameter);  // 0.75 - (0.5 * 0.25 + 0.5)
  CHECK(parameter == 0.125F);
}

TEST_CASE("two variables named by their members") {
  double alpha = 0.1;
  double mu = 0.9;
  Variables<double> variables{.lr = alpha, .momentum = mu};
  OneCycleLR scheduler{variables, {.max_lr = 0.5, .total_steps = 10, .cycle_momentum = false}};
  CHECK(is_close(alpha, 0.02));  // max_lr / 25
  CHECK(mu == 0.9);
  const StateDict state = scheduler.state_dict();
  scheduler.step();
  scheduler.load_state_dict(state);
  CHECK(is_close(alpha, 0.02));
}

TEST_CASE("an optimizer whose StepSize() refers to its rate updates with the schedule's rate") {
  StandardSgd optimizer(0.1);
  StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
  double parameter = 1;
  optimizer.update(parameter, 2);  // 1 - 0.1 * 2
  CHECK(is_close(parameter, 0.8));
  scheduler.step();
  optimizer.update(parameter, 2);  // 0.8 - 0.05 * 2
  CHECK(is_close(parameter, 0.7));
}

TEST_CASE("rate, weight decay and temperature are stepped together and saved together") {
  struct Run {
    std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
    double weight_decay = 0.04;
    double temperature = 2;
    CosineAnnealingLR<double> lr{groups, {.T_max = 4}};
    ExponentialLR<double> decay{weight_decay, {.gamma = 0.5}};
    LinearLR<double> cooling{temperature, {.start_factor = 1, .end_factor = 0.5, .total_iters = 2}};

    void step() {
      for (Scheduler<double>* scheduler : std::initializer_list<Scheduler<double>*>{&lr, &decay, &cooling}) {
        scheduler->step();
      }
    }
    [[nodiscard]] StateDict state_dict() const {
      StateDict state;
      state.set("lr", lr.state_dict());
      state.set("weight_decay", decay.state_dict());
      state.set("temperature", cooling.state_dict());
      return state;
    }
    void load_state_dict(const StateDict& state) {
      lr.load_state_dict(*state.find("lr")->get_if<StateDict>());
      decay.load_state_dict(*state.find("weight_decay")->get_if<StateDict>());
      cooling.load_state_dict(*state.find("temperature")->get_if<StateDict>());
    }
  };

  Run run;
  run.step();
  run.step();
  CHECK(is_close(run.groups[0].lr, 0.05));
  CHECK(is_close(run.weight_decay, 0.01));
  CHECK(is_close(run.temperature, 1));

  const StateDict state = run.state_dict();
  run.step();
  Run resumed;
  resumed.load_state_dict(state);
  CHECK(is_close(resumed.weight_decay, 0.01));
  resumed.step();
  CHECK(resumed.groups[0].lr == run.groups[0].lr);
  CHECK(resumed.weight_decay == run.weight_decay);
  CHECK(resumed.temperature == run.temperature);
  CHECK(is_close(resumed.groups[0].lr, 0.014644660940672627));  // 0.1 cos^2(3 pi / 8)
}

namespace {

// A file in C++ beside a loop in C, as docs/adapters.md has it for llm.c.
float scheduled_rate = 1;
CosineAnnealingLR<float>* c_scheduler = nullptr;

}  // namespace

extern "C" {
static float scheduled_lr() {
  return scheduled_rate;
}
static void scheduler_step() {
  c_scheduler->step();
}
}

TEST_CASE("a loop in C asks one function for the rate of its update and steps by another") {
  CosineAnnealingLR<float> scheduler{scheduled_rate, {.T_max = 2}};
  c_scheduler = &scheduler;
  std::vector<float> lrs;
  for (int step = 0; step < 3; ++step) {
    lrs.push_back(scheduled_lr());
    scheduler_step();
  }
  REQUIRE(lrs.size() == 3);
  CHECK(lrs[0] == 1);
  CHECK(std::abs(lrs[1] - 0.5F) <= 1e-7F);
  CHECK(lrs[2] == 0);
}

TEST_CASE("the warm-ups of Hugging Face, llm.c and nanoGPT are options") {
  const auto factors = [](FirstUpdate first_update) {
    double lr = 1;
    WarmupLR scheduler{lr, {.warmup_steps = 4, .first_update = first_update}};
    std::vector<double> lrs;
    for (int t = 0; t < 5; ++t) {
      lrs.push_back(lr);
      scheduler.step();
    }
    return lrs;
  };
  CHECK(factors(FirstUpdate::zero) == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(factors(FirstUpdate::one_of_w) == std::vector<double>{0.25, 0.5, 0.75, 1, 1});
  const std::vector<double> nano_gpt = factors(FirstUpdate::one_of_w_plus_1);
  REQUIRE(nano_gpt.size() == 5);
  CHECK(is_close(nano_gpt[0], 0.2));
  CHECK(is_close(nano_gpt[3], 0.8));
  CHECK(nano_gpt[4] == 1);
}

namespace {

/// As docs/adapters.md has it: it stays where it is.
class Worker {
 public:
  explicit Worker(const schedule::Exponential<double>& schedule) : scheduler_(optimizer_, schedule) {}
  void run(int steps) {
    for (int t = 0; t < steps; ++t) scheduler_.step();
  }
  [[nodiscard]] double lr() const { return optimizer_.lr; }

 private:
  ParamGroup<double> optimizer_{.lr = 1};
  ExponentialLR<double> scheduler_;
};

}  // namespace

TEST_CASE("workers with a scheduler each share one const schedule") {
  const schedule::Exponential<double> schedule{.gamma = 0.5};
  std::deque<Worker> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(schedule);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    threads.emplace_back([&workers, i] { workers[i].run(static_cast<int>(i)); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(workers[0].lr() == 1);
  CHECK(workers[1].lr() == 0.5);
  CHECK(workers[2].lr() == 0.25);
  CHECK(workers[3].lr() == 0.125);
}
