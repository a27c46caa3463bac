// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <lr_scheduler/json.hpp>

#include "support/catch.hpp"
#include "support/golden.hpp"

namespace lr_scheduler::testing {
namespace {

/// Every class, combinators nested and stacked in what they hold.
const std::vector<std::string> configurations = {
    R"({"type": "LambdaLR", "lr_lambda": {"kind": "power", "value": 0.9}})",
    R"({"type": "MultiplicativeLR", "lr_lambda": [{"kind": "power", "value": 0.99},
                                                 {"kind": "constant", "value": 0.9}]})",
    R"({"type": "StepLR", "step_size": 7, "gamma": 0.3})",
    R"({"type": "MultiStepLR", "milestones": [20, 3, 9, 9], "gamma": 0.7})",
    R"({"type": "ConstantLR", "factor": 0.0, "total_iters": 9})",
    R"({"type": "LinearLR", "start_factor": 0.0, "end_factor": 0.7, "total_iters": 13})",
    R"({"type": "ExponentialLR", "gamma": 0.93})",
    R"({"type": "PolynomialLR", "total_iters": 21, "power": 1.7})",
    R"({"type": "CosineAnnealingLR", "T_max": 11, "eta_min": 0.001})",
    R"({"type": "CosineAnnealingLR", "T_max": 11, "after_end": "hold"})",
    R"({"type": "CosineAnnealingWarmRestarts", "T_0": 3, "T_mult": 2, "eta_min": 0.001})",
    R"({"type": "CyclicLR", "base_lr": 0.01, "max_lr": [0.3, 0.5], "step_size_up": 4,
        "step_size_down": 3, "mode": "exp_range", "gamma": 0.97})",
    R"({"type": "OneCycleLR", "max_lr": [0.3, 0.5], "total_steps": 25})",
    R"({"type": "OneCycleLR", "max_lr": 0.3, "epochs": 5, "steps_per_epoch": 5,
        "three_phase": true, "anneal_strategy": "linear", "cycle_momentum": false})",
    R"({"type": "SWALR", "swa_lr": [0.02, 0.03], "anneal_epochs": 12})",
    R"({"type": "WarmupLR", "warmup_steps": 9})",
    R"({"type": "PerGroup", "schedulers": [{"type": "StepLR", "step_size": 4},
        {"type": "MultiplicativeLR", "lr_lambda": {"kind": "constant", "value": 0.9}}]})",
    R"({"type": "SequentialLR", "milestones": [5, 14], "schedulers": [
        {"type": "WarmupLR", "warmup_steps": 5},
        {"type": "CosineAnnealingLR", "T_max": 9, "eta_min": 0.01},
        {"type": "SWALR", "swa_lr": 0.05, "anneal_epochs": 8}]})",
    R"({"type": "SequentialLR", "milestones": [4, 12, 20], "schedulers": [
        {"type": "MultiplicativeLR", "lr_lambda": {"kind": "constant", "value": 0.9}},
        {"type": "OneCycleLR", "max_lr": 0.5, "total_steps": 8},
        {"type": "SequentialLR", "milestones": [3], "schedulers": [
            {"type": "ChainedScheduler", "schedulers": [
                {"type": "CosineAnnealingLR", "T_max": 6},
                {"type": "ExponentialLR", "gamma": 0.9}]},
            {"type": "MultiplicativeLR", "lr_lambda": {"kind": "constant", "value": 0.9}}]},
        {"type": "PolynomialLR", "total_iters": 8}]})",
    R"({"type": "ChainedScheduler", "schedulers": [
        {"type": "LinearLR", "start_factor": 0.1, "total_iters": 6},
        {"type": "StepLR", "step_size": 5, "gamma": 0.5},
        {"type": "SequentialLR", "milestones": [10], "schedulers": [
            {"type": "ConstantLR", "factor": 0.5, "total_iters": 4},
            {"type": "ExponentialLR", "gamma": 0.9}]}]})",
    R"({"type": "ChainedScheduler", "schedulers": [
        {"type": "MultiplicativeLR", "lr_lambda": {"kind": "power", "value": 0.98}},
        {"type": "CosineAnnealingLR", "T_max": 7, "eta_min": 0.001},
        {"type": "StepLR", "step_size": 5, "gamma": 0.5}]})",
    R"({"type": "ReduceLROnPlateau", "factor": 0.5, "patience": 2, "cooldown": 3,
        "min_lr": [0.0, 0.01]})",
    R"({"type": "ReduceLROnPlateau", "mode": "max", "factor": 0.3, "patience": 0,
        "threshold_mode": "abs", "threshold": 0.05})",
};

/// Everything that a run can be told apart by.
template <class T>
struct Point {
  Epoch epoch;
  std::vector<T> rates;
  std::vector<T> momentums;

  friend bool operator==(const Point& left, const Point& right) {
    // Bits, not values: 0 and -0 are different, and a padding byte is none of our business.
    const auto same = [](const std::vector<T>& a, const std::vector<T>& b) {
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (!(a[i] == b[i]) || std::signbit(a[i]) != std::signbit(b[i])) return false;
      }
      return true;
    };
    return left.epoch == right.epoch && same(left.rates, right.rates) && same(left.momentums, right.momentums);
  }
};

template <class T>
struct Run {
  std::vector<ParamGroup<T>> groups;
  std::unique_ptr<Scheduler<T>> scheduler;

  explicit Run(const std::string& configuration, T scale = T(1))
      : groups{{.lr = T(0.1L) * scale, .momentum = T(0.9L)}, {.lr = T(0.7L) * scale, .momentum = T(0.8L)}},
        scheduler(
            make_scheduler(groups, nlohmann::json::parse(configuration), CallableFromJson<T>(described_function<T>))) {}

  /// One operation of a run that a user disturbs now and then.
  void operate(int k) {
    if (k == 8) groups[0].lr = T(0.03L);
    if (k == 19) groups[1].lr = T(0.2L);
    const int metrics[] = {9, 7, 8, 8, 8, 8, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5};
    scheduler->step(T(metrics[k % 16]));
    if (k == 15) groups[0].lr = T(0.05L);  // between a step and a save
  }

  [[nodiscard]] Point<T> point() const {
    Point<T> point{scheduler->last_epoch(), {}, {}};
    for (const auto& group : groups) {
      point.rates.push_back(group.lr);
      point.momentums.push_back(group.momentum.value());
    }
    return point;
  }
};

constexpr int length = 40;

/// `restore` makes a run in a fresh process go on from the saved one's state.
template <class T, class Restore>
void check_resume_everywhere(const std::string& configuration, const Restore& restore) {
  INFO(configuration);
  Run<T> uninterrupted(configuration);
  std::vector<Point<T>> expected{uninterrupted.point()};
  std::vector<StateDict> states{uninterrupted.scheduler->state_dict()};
  for (int k = 0; k < length; ++k) {
    uninterrupted.operate(k);
    expected.push_back(uninterrupted.point());
    states.push_back(uninterrupted.scheduler->state_dict());
  }
  for (std::size_t saved = 0; saved < states.size(); ++saved) {
    INFO("saved after " << saved);
    Run<T> resumed(configuration);
    restore(resumed, states[saved], expected[saved]);
    REQUIRE(resumed.point() == expected[saved]);
    for (std::size_t k = saved; k < length; ++k) {
      resumed.operate(static_cast<int>(k));
      INFO("operation " << k);
      REQUIRE(resumed.point() == expected[k + 1]);
    }
    REQUIRE(resumed.scheduler->state_dict() == states.back());
  }
}

template <class T>
void restore_optimizer(Run<T>& run, const Point<T>& point) {
  for (std::size_t i = 0; i < run.groups.size(); ++i) {
    run.groups[i].lr = point.rates[i];
    run.groups[i].momentum = point.momentums[i];
  }
}

TEMPLATE_TEST_CASE("a run resumed at any step is equal to the bit to one that never stopped", "", float, double,
                   long double) {
  const std::string configuration = GENERATE(from_range(configurations));
  check_resume_everywhere<TestType>(configuration,
                                    [](Run<TestType>& run, const StateDict& state, const Point<TestType>&) {
                                      run.scheduler->load_state_dict(state);
                                    });
}

TEMPLATE_TEST_CASE("a run resumed from JSON is equal to the bit to one that never stopped", "", float, double,
                   long double) {
  const std::string configuration = GENERATE(from_range(configurations));
  check_resume_everywhere<TestType>(configuration,
                                    [](Run<TestType>& run, const StateDict& state, const Point<TestType>&) {
                                      const std::string text = to_json(state).dump();
                                      const StateDict read = state_from_json(nlohmann::json::parse(text));
                                      REQUIRE(read == state);
                                      run.scheduler->load_state_dict(read);
                                    });
}

TEST_CASE("the order in which optimizer and scheduler are restored does not matter") {
  const std::string configuration = GENERATE(from_range(configurations));
  SECTION("the optimizer first") {
    check_resume_everywhere<double>(configuration,
                                    [](Run<double>& run, const StateDict& state, const Point<double>& point) {
                                      restore_optimizer(run, point);
                                      run.scheduler->load_state_dict(state);
                                    });
  }
  SECTION("the scheduler first") {
    check_resume_everywhere<double>(configuration,
                                    [](Run<double>& run, const StateDict& state, const Point<double>& point) {
                                      run.scheduler->load_state_dict(state);
                                      restore_optimizer(run, point);
                                    });
  }
  SECTION("an optimizer built with other rates, and a scheduler that has gone elsewhere") {
    check_resume_everywhere<double>(configuration,
                                    [configuration](Run<double>& run, const StateDict& state, const Point<double>&) {
                                      Run<double> other(configuration, 3.0);
                                      for (int k = 0; k < 17; ++k) other.operate(k);
                                      other.scheduler->load_state_dict(state);
                                      run.groups = other.groups;
                                      run.scheduler->load_state_dict(other.scheduler->state_dict());
                                    });
  }
  SECTION("twice") {
    check_resume_everywhere<double>(configuration, [](Run<double>& run, const StateDict& state, const Point<double>&) {
      run.scheduler->load_state_dict(state);
      run.scheduler->step(1.0);
      run.scheduler->load_state_dict(state);
    });
  }
}

TEST_CASE("two schedulers on one optimizer are resumed in either order") {
  struct Pair {
    std::vector<ParamGroup<double>> groups{{.lr = 0.3}};
    CosineAnnealingLR<double> first{groups, {.T_max = 20}};
    StepLR<double> second{groups, {.step_size = 4, .gamma = 0.5}};
    void step() {
      first.step();
      second.step();
    }
  };
  const bool second_first = GENERATE(false, true);
  for (int saved = 0; saved < 15; ++saved) {
    Pair uninterrupted;
    for (int k = 0; k < saved; ++k) uninterrupted.step();
    Pair resumed;
    const StateDict first = uninterrupted.first.state_dict();
    const StateDict second = uninterrupted.second.state_dict();
    if (second_first) resumed.second.load_state_dict(second);
    resumed.first.load_state_dict(first);
    if (!second_first) resumed.second.load_state_dict(second);
    for (int k = saved; k < 25; ++k) {
      REQUIRE(resumed.groups[0].lr == uninterrupted.groups[0].lr);
      uninterrupted.step();
      resumed.step();
    }
  }
}

TEST_CASE("the fraction of an epoch is resumed") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.3}};
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 4, .T_mult = 2}};
  scheduler.seek_time(5.25);
  std::vector<ParamGroup<double>> other_groups{{.lr = 0.3}};
  CosineAnnealingWarmRestarts other{other_groups, {.T_0 = 4, .T_mult = 2}};
  other.load_state_dict(state_from_json(to_json(scheduler.state_dict())));
  for (int k = 0; k < 12; ++k) {
    REQUIRE(other_groups[0].lr == groups[0].lr);
    scheduler.step();
    other.step();
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
