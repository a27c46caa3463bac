// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include <lr_scheduler/json.hpp>

#include "support/catch.hpp"
#include "support/every_schedule.hpp"

namespace lr_scheduler::testing {
namespace {

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

  explicit Run(const EveryExample<T>& example, T scale = T(1))
      : groups{{.lr = T(0.1L) * scale, .momentum = T(0.9L)}, {.lr = T(0.7L) * scale, .momentum = T(0.8L)}},
        scheduler(example.bind(groups)) {}

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
void check_resume_everywhere(const EveryExample<T>& example, const Restore& restore) {
  INFO(example.name);
  Run<T> uninterrupted(example);
  std::vector<Point<T>> expected{uninterrupted.point()};
  std::vector<StateDict> states{uninterrupted.scheduler->state_dict()};
  for (int k = 0; k < length; ++k) {
    uninterrupted.operate(k);
    expected.push_back(uninterrupted.point());
    states.push_back(uninterrupted.scheduler->state_dict());
  }
  for (std::size_t saved = 0; saved < states.size(); ++saved) {
    INFO("saved after " << saved);
    Run<T> resumed(example);
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
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    check_resume_everywhere<T>(
        example, [](Run<T>& run, const StateDict& state, const Point<T>&) { run.scheduler->load_state_dict(state); });
  }
}

TEMPLATE_TEST_CASE("a run resumed from JSON is equal to the bit to one that never stopped", "", float, double,
                   long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    check_resume_everywhere<T>(example, [](Run<T>& run, const StateDict& state, const Point<T>&) {
      const StateDict read = state_from_json(nlohmann::json::parse(to_json(state).dump()));
      REQUIRE(read == state);
      run.scheduler->load_state_dict(read);
    });
  }
}

TEST_CASE("the order in which optimizer and scheduler are restored does not matter") {
  const bool optimizer_first = GENERATE(true, false);
  for (const auto& example : every_example<double>()) {
    check_resume_everywhere<double>(example, [&](Run<double>& run, const StateDict& state, const Point<double>& point) {
      if (optimizer_first) restore_optimizer(run, point);
      run.scheduler->load_state_dict(state);
      if (!optimizer_first) restore_optimizer(run, point);
    });
  }
}

TEST_CASE("a run is resumed in an optimizer with other rates by a scheduler that has gone elsewhere") {
  for (const auto& example : every_example<double>()) {
    check_resume_everywhere<double>(example, [&](Run<double>& run, const StateDict& state, const Point<double>&) {
      Run<double> other(example, 3.0);
      for (int k = 0; k < 17; ++k) other.operate(k);
      other.scheduler->load_state_dict(state);
      run.groups = other.groups;
      run.scheduler->load_state_dict(other.scheduler->state_dict());
    });
  }
}

TEST_CASE("a run is resumed twice") {
  for (const auto& example : every_example<double>()) {
    check_resume_everywhere<double>(example, [](Run<double>& run, const StateDict& state, const Point<double>&) {
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
