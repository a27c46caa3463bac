// SPDX-License-Identifier: MIT
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/to_string.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"

namespace lr_scheduler::testing {
namespace {

/// The rates of one group, 1 before, after each of these metrics.
std::vector<double> plateau_rates(const PlateauOptions<double>& options, const std::vector<double>& metrics) {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, options};
  std::vector<double> result;
  for (const double metric : metrics) {
    scheduler.step(metric);
    result.push_back(groups[0].lr);
  }
  return result;
}

TEMPLATE_TEST_CASE("ReduceLROnPlateau reduces the rates after more than patience bad epochs", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  ReduceLROnPlateau scheduler{groups, {.factor = T(0.5L), .patience = 1}};
  struct Epochs {
    long double metric;
    long double rate;
  };
  // Better, bad, better, bad, bad: half; bad, bad: a quarter; better.
  const std::vector<Epochs> epochs{{1, 0.1L},     {1, 0.1L},     {0.5L, 0.1L},   {0.6L, 0.1L},
                                   {0.5L, 0.05L}, {0.7L, 0.05L}, {0.7L, 0.025L}, {0.1L, 0.025L}};
  Epoch epoch = 0;
  for (const auto& [metric, rate] : epochs) {
    CHECK(scheduler.last_epoch() == epoch++);
    scheduler.step(T(metric));
    CHECK(groups[0].lr == about(rate));
    CHECK(groups[1].lr == about(4 * rate));
    CHECK(scheduler.get_lr()[1] == groups[1].lr);
    CHECK(scheduler.get_last_lr()[0] == groups[0].lr);
  }
}

TEMPLATE_TEST_CASE("ReduceLROnPlateau refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity();
  const T none = std::numeric_limits<T>::quiet_NaN();
  const auto refuses = [](const PlateauOptions<T>& options, const std::string& message) {
    check_refused_options<ReduceLROnPlateau<T>>(options, "ReduceLROnPlateau: " + message);
  };
  refuses({.factor = T(-0.5L)}, "factor must be finite and not negative, got -0.5");
  refuses({.factor = none}, "factor must be finite and not negative, got nan");
  refuses({.factor = T(1)}, "factor must be less than 1, got 1");
  refuses({.patience = -1}, "patience must not be negative, got -1");
  refuses({.threshold = T(-0.5L)}, "threshold must be finite and not negative, got -0.5");
  refuses({.threshold = inf}, "threshold must be finite and not negative, got inf");
  refuses({.cooldown = -1}, "cooldown must not be negative, got -1");
  refuses({.min_lr = T(-0.5L)}, "min_lr must be finite and not negative, got -0.5");
  refuses({.min_lr = {T(0), none}}, "min_lr[1] must be finite and not negative, got nan");
  refuses({.min_lr = {T(0), T(0), T(0)}}, "min_lr has 3 values for 2 parameter groups");
  refuses({.min_lr = std::vector<T>{T(0)}}, "min_lr has 1 values for 2 parameter groups");
  refuses({.eps = T(-0.5L)}, "eps must be finite and not negative, got -0.5");
  refuses({.eps = none}, "eps must be finite and not negative, got nan");
  refuses({.threshold_abs = T(-0.5L)}, "threshold_abs must be finite and not negative, got -0.5");
  refuses({.min_scale = T(1.5L)}, "min_scale must be between 0 and 1, got 1.5");
  refuses({.min_scale = {T(0), none}}, "min_scale[1] must be between 0 and 1, got nan");
  refuses({.min_scale = {T(0), T(0), T(0)}}, "min_scale has 3 values for 2 parameter groups");
  refuses({.start_from_epoch = -1}, "start_from_epoch must not be negative, got -1");
  refuses({.accumulate = 0}, "accumulate must be positive, got 0");
  refuses({.smoothing = T(-0.5L)}, "smoothing must be finite and not negative, got -0.5");
  refuses({.smoothing = T(1)}, "smoothing must be less than 1, got 1");
  refuses({.schedule = schedule::Step<T>{.step_size = 0}}, "schedule: StepLR: step_size must be positive, got 0");
  refuses({.schedule = schedule::Multiplicative<T>{.lr_lambda = [](Epoch) { return T(0.5L); }}},
          "schedule must have a closed form, got MultiplicativeLR");
  refuses({.schedule = schedule::OneCycle<T>{.max_lr = T(1), .total_steps = 9}},
          "schedule must leave momentum alone (cycle_momentum = false), got OneCycleLR");
  // What the first group's does is no matter.
  refuses({.schedule = schedule::PerGroup<T>{.schedules = {schedule::Step<T>{.step_size = 2},
                                                           schedule::Multiplicative<T>{
                                                               .lr_lambda = [](Epoch) { return T(0.5L); }}}}},
          "schedule must have a closed form, got PerGroup");
  check_refused_options<ReduceLROnPlateau<T>>(
      PlateauOptions<T>{.schedule = schedule::PerGroup<T>{.schedules = {schedule::Step<T>{.step_size = 2}}}},
      "PerGroup: schedulers has 1 values for 2 parameter groups");
}

TEMPLATE_TEST_CASE("ReduceLROnPlateau's state goes into another object", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Groups<T> others{{.lr = T(0.3L)}, {.lr = T(0.7L)}};
  const PlateauOptions<T> options{.factor = T(0.7L), .patience = 1, .cooldown = 2};
  ReduceLROnPlateau<T> saved{groups, options};
  ReduceLROnPlateau<T> loaded{others, options};
  check_state_round_trip(saved, groups, loaded, others);
  CHECK(loaded.best() == saved.best());
  CHECK(loaded.num_bad_epochs() == saved.num_bad_epochs());
  CHECK(loaded.cooldown_counter() == saved.cooldown_counter());
}

TEST_CASE("ReduceLROnPlateau with a list of lowest rates refuses a group that is added") {
  auto groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups, {.min_lr = {0.01, 0.02}}};
  check_refuses_third_group(scheduler, groups, "ReduceLROnPlateau: min_lr has 2 values for 3 parameter groups");
}

// In which of 16 epochs with one metric PyTorch reduces.
TEST_CASE("ReduceLROnPlateau reduces when PyTorch does, for any patience and cooldown") {
  struct Reductions {
    Epoch patience;
    Epoch cooldown;
    std::vector<int> epochs;
  };
  const std::vector<Reductions> grid{
      {0, 0, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
      {0, 1, {2, 4, 6, 8, 10, 12, 14, 16}},
      {0, 2, {2, 5, 8, 11, 14}},
      {0, 3, {2, 6, 10, 14}},
      {1, 0, {3, 5, 7, 9, 11, 13, 15}},
      {1, 1, {3, 6, 9, 12, 15}},
      {1, 2, {3, 7, 11, 15}},
      {1, 3, {3, 8, 13}},
      {2, 0, {4, 7, 10, 13, 16}},
      {2, 1, {4, 8, 12, 16}},
      {2, 2, {4, 9, 14}},
      {2, 3, {4, 10, 16}},
      {3, 0, {5, 9, 13}},
      {3, 1, {5, 10, 15}},
      {3, 2, {5, 11}},
      {3, 3, {5, 12}},
      {4, 0, {6, 11, 16}},
      {4, 1, {6, 12}},
      {4, 2, {6, 13}},
      {4, 3, {6, 14}},
  };
  for (const auto& [patience, cooldown, epochs] : grid) {
    INFO("patience " << patience << ", cooldown " << cooldown);
    const auto run =
        plateau_rates({.factor = 0.5, .patience = patience, .cooldown = cooldown}, std::vector<double>(16, 1.0));
    std::vector<int> reduced;
    for (std::size_t k = 0; k < run.size(); ++k) {
      if (run[k] < (k == 0 ? 1.0 : run[k - 1])) reduced.push_back(static_cast<int>(k) + 1);
    }
    CHECK(reduced == epochs);
  }
}

// Recorded from PyTorch with patience 0: each epoch that is not better halves the rate.
TEST_CASE("ReduceLROnPlateau finds better what PyTorch finds better") {
  struct Better {
    Mode mode;
    ThresholdMode threshold_mode;
    double threshold;
    std::vector<double> rates;           // after 1, 0.95, 0.85, 0.9, 1.05, 1.15, 1.2, 1, 0.5, 2.5
    std::vector<double> negative_rates;  // after -1, -1.05, -1.2, -0.9, -0.7, -2.5, 0, 0.05
  };
  using enum ThresholdMode;
  const std::vector<double> positive{1, 0.95, 0.85, 0.9, 1.05, 1.15, 1.2, 1, 0.5, 2.5};
  const std::vector<double> negative{-1, -1.05, -1.2, -0.9, -0.7, -2.5, 0, 0.05};
  const std::vector<Better> table{
      {Mode::min,
       rel,
       0,
       {1, 1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.03125, 0.015625},
       {1, 1, 1, 0.5, 0.25, 0.25, 0.125, 0.0625}},
      {Mode::min,
       rel,
       0.1,
       {1, 0.5, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.015625, 0.0078125},
       {1, 1, 1, 0.5, 0.25, 0.25, 0.125, 0.0625}},
      {Mode::min,
       rel,
       1,
       {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.001953125, 0.0009765625},
       {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}},
      {Mode::min,
       rel,
       2,
       {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.001953125, 0.0009765625},
       {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}},
      {Mode::min,
       abs,
       0,
       {1, 1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.03125, 0.015625},
       {1, 1, 1, 0.5, 0.25, 0.25, 0.125, 0.0625}},
      {Mode::min,
       abs,
       0.1,
       {1, 0.5, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.015625, 0.0078125},
       {1, 0.5, 0.5, 0.25, 0.125, 0.125, 0.0625, 0.03125}},
      {Mode::min,
       abs,
       1,
       {1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.001953125},
       {1, 0.5, 0.25, 0.125, 0.0625, 0.0625, 0.03125, 0.015625}},
      {Mode::max,
       rel,
       0,
       {1, 0.5, 0.25, 0.125, 0.125, 0.125, 0.125, 0.0625, 0.03125, 0.03125},
       {1, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125}},
      {Mode::max,
       rel,
       0.1,
       {1, 0.5, 0.25, 0.125, 0.0625, 0.0625, 0.03125, 0.015625, 0.0078125, 0.0078125},
       {1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25}},
      {Mode::max,
       rel,
       1,
       {1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.00390625},
       {1, 1, 1, 1, 1, 0.5, 0.5, 0.5}},
      {Mode::max,
       abs,
       0,
       {1, 0.5, 0.25, 0.125, 0.125, 0.125, 0.125, 0.0625, 0.03125, 0.03125},
       {1, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125}},
      {Mode::max,
       abs,
       0.1,
       {1, 0.5, 0.25, 0.125, 0.0625, 0.0625, 0.03125, 0.015625, 0.0078125, 0.0078125},
       {1, 0.5, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.03125}},
      {Mode::max,
       abs,
       1,
       {1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.00390625},
       {1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.015625}},
  };
  for (const auto& row : table) {
    INFO((row.mode == Mode::min ? "min " : "max ") << (row.threshold_mode == rel ? "rel " : "abs ") << row.threshold);
    const PlateauOptions<double> options{.mode = row.mode,
                                         .factor = 0.5,
                                         .patience = 0,
                                         .threshold = row.threshold,
                                         .threshold_mode = row.threshold_mode};
    CHECK(plateau_rates(options, positive) == row.rates);
    CHECK(plateau_rates(options, negative) == row.negative_rates);
  }
}

TEST_CASE("ReduceLROnPlateau counts a metric that is not a number as bad, as PyTorch does") {
  const PlateauOptions<double> options{.factor = 0.5, .patience = 1};
  CHECK(plateau_rates(options, {1, nan, nan, nan, 0.5, nan, nan}) ==
        std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.5, 0.25});
  CHECK(plateau_rates(options, {nan, nan, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25});
}

TEST_CASE("ReduceLROnPlateau ignores a metric that is not a number where that is asked for") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .cooldown = 2, .nan_policy = NanPolicy::ignore}};
  scheduler.step(nan);
  CHECK(scheduler.best() == std::nullopt);
  CHECK(scheduler.last_epoch() == 1);
  scheduler.step(1.0);
  scheduler.step(nan);
  CHECK(groups[0].lr == 1);
  scheduler.step(1.0);
  CHECK(groups[0].lr == 0.5);
  CHECK(scheduler.cooldown_counter() == 2);
  scheduler.step(nan);
  CHECK(scheduler.cooldown_counter() == 2);
  CHECK(scheduler.num_bad_epochs() == 0);
  CHECK(scheduler.last_epoch() == 5);
}

TEST_CASE("ReduceLROnPlateau refuses a metric that is not a number where that is asked for") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .nan_policy = NanPolicy::error}};
  scheduler.step(1.0);
  const StateDict state = scheduler.state_dict();
  CHECK(message_of([&] { scheduler.step(nan); }) == "ReduceLROnPlateau: the metric of epoch 2 is not a number");
  CHECK(scheduler.state_dict() == state);
  scheduler.step(1.0);
  CHECK(scheduler.last_epoch() == 2);
  CHECK(groups[0].lr == 0.5);
}

TEST_CASE("ReduceLROnPlateau takes an infinite metric as PyTorch does") {
  const PlateauOptions<double> min{.factor = 0.5, .patience = 1};
  CHECK(plateau_rates(min, {infinity, infinity, 1, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25, 0.25});
  CHECK(plateau_rates(min, {-infinity, 1, 1}) == std::vector<double>{1, 1, 0.5});
  const PlateauOptions<double> max{.mode = Mode::max, .factor = 0.5, .patience = 1};
  CHECK(plateau_rates(max, {-infinity, -infinity, 1, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25, 0.25});
  CHECK(plateau_rates(max, {infinity, 1, 1}) == std::vector<double>{1, 1, 0.5});
}

TEST_CASE("ReduceLROnPlateau goes no lower than min_lr, of each group its own") {
  Groups<double> groups{{.lr = 1}, {.lr = 0.5}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = {0.2, 0.3}}};
  scheduler.step(1.0);
  const Rows expected{{0.5L, 0.3L}, {0.25L, 0.3L}, {0.2L, 0.3L}, {0.2L, 0.3L}};
  for (const auto& row : expected) {
    scheduler.step(1.0);
    CHECK(groups[0].lr == about(row[0]));
    CHECK(groups[1].lr == about(row[1]));
  }
}

TEST_CASE("ReduceLROnPlateau leaves a rate below min_lr alone") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = 0.5}};
  for (int k = 0; k < 4; ++k) scheduler.step(1.0);
  CHECK(groups[0].lr == 0.1);
}

TEST_CASE("ReduceLROnPlateau makes no reduction by eps or less") {
  CHECK(plateau_rates({.factor = 0.5, .patience = 0, .eps = 0.1}, {1, 1, 1, 1, 1, 1}) ==
        std::vector<double>{1, 0.5, 0.25, 0.125, 0.125, 0.125});
  CHECK(plateau_rates({.factor = 0.5, .patience = 0, .eps = 0.25}, {1, 1, 1, 1}) ==
        std::vector<double>{1, 0.5, 0.5, 0.5});
}

TEST_CASE("ReduceLROnPlateau takes a factor of 0") {
  CHECK(plateau_rates({.factor = 0, .patience = 0}, {1, 1, 1}) == std::vector<double>{1, 0, 0});
}

TEST_CASE("ReduceLROnPlateau reduces the rate that is there") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0}};
  scheduler.step(1.0);
  groups[0].lr = 0.25;
  scheduler.step(0.5);
  CHECK(scheduler.get_lr()[0] == 0.25);
  scheduler.step(0.5);
  CHECK(groups[0].lr == 0.125);
}

TEST_CASE("ReduceLROnPlateau records no initial_lr") {
  auto groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups};
  scheduler.step(1.0);
  CHECK(groups[0].initial_lr == std::nullopt);
  CHECK(scheduler.base_lrs()[1] == 0.4);
}

TEST_CASE("ReduceLROnPlateau needs a metric") {
  // step() of the class itself does not compile.
  auto groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups};
  Scheduler<double>& base = scheduler;
  CHECK(message_of<std::logic_error>([&] { base.step(); }) ==
        "ReduceLROnPlateau: step() needs a metric, call step(metric)");
  CHECK(base.last_epoch() == 0);
  base.step(1.0);
  CHECK(base.last_epoch() == 1);
  CHECK(scheduler.best() == std::optional(1.0));
}

TEST_CASE("ReduceLROnPlateau cannot seek") {
  auto groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups};
  CHECK(message_of<std::logic_error>([&] { scheduler.seek(3); }) ==
        "ReduceLROnPlateau: cannot seek, the rates depend on the metrics");
  CHECK(message_of<std::logic_error>([&] { scheduler.seek_time(1.5); }) ==
        "ReduceLROnPlateau: cannot seek, the rates depend on the metrics");
  CHECK(message_of([&] { scheduler.seek(-1); }) == "ReduceLROnPlateau: cannot seek to epoch -1");
}

using enum PlateauReport;

/// What became of each of these metrics.
std::vector<PlateauReport> reports(ReduceLROnPlateau<double>& scheduler, const std::vector<double>& metrics) {
  std::vector<PlateauReport> result;
  for (const double metric : metrics) result.push_back(scheduler.step(metric));
  return result;
}
std::vector<PlateauReport> reports(const PlateauOptions<double>& options, const std::vector<double>& metrics) {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, options};
  return reports(scheduler, metrics);
}

TEST_CASE("ReduceLROnPlateau reports what it made of each metric") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 1, .cooldown = 2, .min_lr = 0.5}};
  CHECK(scheduler.last_report() == not_counted);
  CHECK(reports(scheduler, {1, 1, 0.5, 1, 1, 1, 0.25, 1, 1, 1}) == std::vector{improved, waiting, improved, waiting,
                                                                               reduced, cooling_down, improved, waiting,
                                                                               at_minimum, cooling_down});
  CHECK(scheduler.last_report() == cooling_down);
  CHECK(scheduler.reductions() == 1);
  Scheduler<double>& base = scheduler;
  base.step(0.125);
  CHECK(scheduler.last_report() == improved);
  base.reset();
  CHECK(scheduler.last_report() == not_counted);
  CHECK(scheduler.reductions() == 0);
}

TEST_CASE("ReduceLROnPlateau reduces if the rate of any group falls") {
  Groups<double> groups{{.lr = 1}, {.lr = 0.5}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = {0.5, 0.125}}};
  CHECK(reports(scheduler, {1, 1, 1, 1}) == std::vector{improved, reduced, reduced, at_minimum});
  CHECK(groups[0].lr == 0.5);
  CHECK(groups[1].lr == 0.125);
  CHECK(scheduler.reductions() == 2);
}

// Warm-up over 4 epochs from 0, then the base rate.
TEMPLATE_TEST_CASE("ReduceLROnPlateau scales the schedule below it", "", float, double, long double) {
  using T = TestType;
  Groups<T> groups{{.lr = T(1)}, {.lr = T(0.5L)}};
  ReduceLROnPlateau<T> scheduler{
      groups, {.factor = T(0.5L), .patience = 1, .schedule = schedule::LinearWarmup<T>{.warmup_steps = 4}}};
  CHECK(groups[0].lr == 0);
  CHECK(scheduler.base_lrs()[1] == T(0.5L));
  const Rows expected{{0.25L, 0.125L}, {0.5L, 0.25L},   {0.375L, 0.1875L}, {0.5L, 0.25L},
                      {0.25L, 0.125L}, {0.25L, 0.125L}, {0.125L, 0.0625L}};
  for (const auto& row : expected) {
    scheduler.step(T(1));
    CHECK(groups[0].lr == about(row[0]));
    CHECK(groups[1].lr == about(row[1]));
    CHECK(scheduler.get_lr()[1] == groups[1].lr);
  }
  CHECK(scheduler.reductions() == 3);
}

TEST_CASE("ReduceLROnPlateau lets a schedule go on that falls below it") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{
      groups,
      {.factor = 0.5, .patience = 1, .schedule = schedule::MultiStep<double>{.milestones = {2, 4}, .gamma = 0.25}}};
  for (const double rate : {1.0, 0.25, 0.125, 0.03125, 0.015625}) {
    scheduler.step(1.0);
    CHECK(groups[0].lr == rate);
  }
}

TEST_CASE("a rate that a schedule has below the floors stays, and none falls below them") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups,
                              {.factor = 0.25,
                               .patience = 0,
                               .min_lr = 0.375,
                               .min_scale = 0.5,
                               .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}}};
  // At 0.25 nothing can fall; at 0.5 the floor is 0.375, at 0.75 and 1 half of that.
  CHECK(reports(scheduler, {1}) == std::vector{improved});
  CHECK(groups[0].lr == 0.25);
  scheduler.reset();
  CHECK(groups[0].lr == 0);
  std::vector<PlateauReport> made;
  std::vector<double> run;
  for (const double metric : {1.0, 1.0, 1.0, 1.0, 1.0}) {
    made.push_back(scheduler.step(metric));
    run.push_back(groups[0].lr);
  }
  CHECK(run == std::vector<double>{0.25, 0.375, 0.375, 0.5, 0.5});
  CHECK(made == std::vector{improved, reduced, at_minimum, at_minimum, at_minimum});
}

TEST_CASE("a reduction of a schedule's rate by eps or less is not made") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{
      groups,
      {.factor = 0.5, .patience = 0, .eps = 0.125, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}}};
  // The rate at 2 would fall by 0.25, that at 3 then by 0.1875, that at 4 by 0.125.
  CHECK(reports(scheduler, {1, 1, 1, 1, 1}) == std::vector{improved, reduced, reduced, at_minimum, at_minimum});
  CHECK(groups[0].lr == 0.25);
}

TEST_CASE("a rate that somebody sets lasts until the next step of a plateau with a schedule") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{
      groups, {.factor = 0.5, .patience = 1, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}}};
  scheduler.step(1.0);
  groups[0].lr = 0.875;
  const StateDict state = scheduler.state_dict();
  scheduler.step(0.5);
  CHECK(groups[0].lr == 0.5);
  scheduler.load_state_dict(state);
  CHECK(groups[0].lr == 0.875);
}

TEST_CASE("of two schedulers on one optimizer a plateau with a schedule has the last word, one without a factor") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  StepLR steps{groups, {.step_size = 1, .gamma = 0.5}};
  SECTION("with") {
    ReduceLROnPlateau plateau{groups, {.schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}}};
    CHECK(groups[0].lr == 0);
    steps.step();
    plateau.step(1.0);
    CHECK(groups[0].lr == 0.25);
  }
  SECTION("without") {
    ReduceLROnPlateau plateau{groups, {.factor = 0.25, .patience = 0}};
    for (const double rate : {0.5, 0.0625}) {
      steps.step();
      plateau.step(1.0);
      CHECK(groups[0].lr == rate);
    }
  }
}

TEST_CASE("the first metric, if it is not a number, is bad whatever is sought") {
  for (const Mode mode : {Mode::min, Mode::max}) {
    Groups<double> groups{{.lr = 1}};
    ReduceLROnPlateau scheduler{groups, {.mode = mode, .factor = 0.5, .patience = 0}};
    CHECK(scheduler.step(nan) == PlateauReport::reduced);
    CHECK(groups[0].lr == 0.5);
  }
}

TEST_CASE("where any rate of a schedule falls, those that fall by eps or less do too") {
  Groups<double> groups{{.lr = 1}, {.lr = 0x1p-30}};
  ReduceLROnPlateau scheduler{groups,
                              {.factor = 0.5, .patience = 0, .schedule = schedule::Constant<double>{.factor = 1}}};
  scheduler.step(1.0);
  scheduler.step(1.0);
  CHECK(groups[0].lr == 0.5);
  CHECK(groups[1].lr == 0x1p-31);
}

TEST_CASE("a plateau that does not smooth has no average in its state") {
  Groups<double> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups};
  scheduler.step(1.0);
  const StateDict state = scheduler.state_dict();
  CHECK(state.find("progress")->get_if<StateDict>()->find("average")->is_none());
}

TEST_CASE("ReduceLROnPlateau records the base rates only where it needs them") {
  const auto recorded = [](const PlateauOptions<double>& options) {
    Groups<double> groups{{.lr = 0.5}, {.lr = 0.25, .initial_lr = 1}};
    ReduceLROnPlateau scheduler{groups, options};
    scheduler.step(1.0);
    CHECK(groups[1].initial_lr == 1);
    return groups[0].initial_lr;
  };
  CHECK(recorded({}) == std::nullopt);
  CHECK(recorded({.min_scale = {0, 0.5}}) == 0.5);
  CHECK(recorded({.schedule = schedule::Constant<double>{.factor = 1}}) == 0.5);
  // A schedule that has rates of its own has the base rate too.
  CHECK(recorded({.schedule = schedule::Cyclic<double>{
                      .base_lr = 0.125, .max_lr = 1, .step_size_up = 4, .cycle_momentum = false}}) == 0.125);
}

TEST_CASE("a plateau whose schedule ends with an error changes nothing then") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{
      groups,
      {.factor = 0.5,
       .patience = 0,
       .schedule = schedule::OneCycle<double>{
           .max_lr = 1, .total_steps = 1, .cycle_momentum = false, .after_end = AfterEnd::error}}};
  scheduler.step(1.0);
  const StateDict state = scheduler.state_dict();
  CHECK_THROWS_AS(scheduler.step(1.0), std::out_of_range);
  CHECK(scheduler.state_dict() == state);
  CHECK(scheduler.best() == 1.0);
}

TEST_CASE("a state of a plateau with a schedule goes into one with other options") {
  const auto options = [](double factor, Epoch warmup_steps) {
    return PlateauOptions<double>{
        .factor = factor, .patience = 0, .schedule = schedule::LinearWarmup<double>{.warmup_steps = warmup_steps}};
  };
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau saved{groups, options(0.5, 8)};
  for (int k = 0; k < 3; ++k) saved.step(1.0);
  CHECK(groups[0].lr == 0.09375);  // 3/8, twice halved
  const StateDict state = saved.state_dict();

  std::vector<ParamGroup<double>> others{{.lr = 0.5}};
  ReduceLROnPlateau loaded{others, options(0.25, 4)};
  CHECK(message_of([&] { loaded.load_state_dict(state); }) ==
        "ReduceLROnPlateau: cannot load the state: options.factor is 0.5 in the state and 0.25 in the scheduler");
  loaded.load_state_dict(state, OnMismatch::keep_constructed);
  CHECK(others[0].lr == 0.046875);  // 3/4 of the saved base rate, twice quartered
  CHECK(loaded.step(0.5) == improved);
  CHECK(others[0].lr == 0.0625);
  loaded.load_state_dict(state, OnMismatch::take_saved);
  CHECK(others[0].lr == 0.09375);
  CHECK(loaded.options() == saved.options());
  loaded.step(1.0);
  saved.step(1.0);
  CHECK(others[0].lr == groups[0].lr);

  StateDict bad = state;
  bad.set("options", [&] {
    StateDict changed = *state.find("options")->get_if<StateDict>();
    changed.set("patience", std::int64_t{-1});
    return changed;
  }());
  const StateDict before = loaded.state_dict();
  CHECK(message_of([&] { loaded.load_state_dict(bad, OnMismatch::take_saved); }) ==
        "ReduceLROnPlateau: cannot load the state: ReduceLROnPlateau: patience must not be negative, got -1");
  CHECK(loaded.state_dict() == before);

  ReduceLROnPlateau without{others, {.factor = 0.5, .patience = 0}};
  CHECK(message_of([&] { without.load_state_dict(state, OnMismatch::take_saved); }) ==
        "ReduceLROnPlateau: cannot load the state: options.schedule is there in the state and none in the scheduler");
}

TEST_CASE("a state of a plateau with a schedule has a rate that somebody set, unless it joins another curve") {
  const auto options = [](double factor) {
    return PlateauOptions<double>{.factor = factor, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}};
  };
  Groups<double> groups{{.lr = 1}};
  ReduceLROnPlateau saved{groups, options(0.5)};
  saved.step(1.0);
  groups[0].lr = 0.75;
  const StateDict state = saved.state_dict();
  const auto loaded_rate = [&](double factor, OnMismatch on_mismatch) {
    Groups<double> others{{.lr = 1}};
    ReduceLROnPlateau loaded{others, options(factor)};
    loaded.load_state_dict(state, on_mismatch);
    return others[0].lr;
  };
  CHECK(loaded_rate(0.5, OnMismatch::error) == 0.75);
  CHECK(loaded_rate(0.5, OnMismatch::keep_constructed) == 0.75);
  CHECK(loaded_rate(0.5, OnMismatch::take_saved) == 0.75);
  CHECK(loaded_rate(0.25, OnMismatch::take_saved) == 0.75);
  CHECK(loaded_rate(0.25, OnMismatch::keep_constructed) == 0.25);  // of the curve
}

// As the warm-up of timm's PlateauLRScheduler: full at warmup_steps, and the metric after that is the first to count.
TEST_CASE("ReduceLROnPlateau counts from an epoch on") {
  CHECK(reports({.factor = 0.5, .patience = 0, .start_from_epoch = 0}, {1, 1}) == std::vector{improved, reduced});
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups,
                              {.factor = 0.5,
                               .patience = 0,
                               .start_from_epoch = 2,
                               .schedule = schedule::LinearWarmup<double>{.warmup_steps = 2}}};
  std::vector<double> run;
  for (const double metric : {0.5, nan, 1.0, 1.0, 0.75}) {
    scheduler.step(metric);
    run.push_back(groups[0].lr);
  }
  CHECK(run == std::vector<double>{0.5, 1, 1, 0.5, 0.5});
  CHECK(scheduler.best() == 0.75);
  CHECK(reports({.start_from_epoch = 1, .accumulate = 2, .smoothing = 0.5}, {8, 1, 1}) ==
        std::vector{not_counted, not_counted, improved});
}

TEST_CASE("ReduceLROnPlateau takes the mean of some metrics for one") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .accumulate = 3}};
  CHECK(reports(scheduler, {3, 2, 1}) == std::vector{not_counted, not_counted, improved});
  CHECK(scheduler.best() == 2.0);
  CHECK(reports(scheduler, {1, 2, 3}) == std::vector{not_counted, not_counted, reduced});
  CHECK(reports(scheduler, {1, 1}) == std::vector{not_counted, not_counted});
  const StateDict state = scheduler.state_dict();
  CHECK(scheduler.step(1) == improved);
  CHECK(scheduler.best() == 1.0);
  scheduler.load_state_dict(state);
  CHECK(scheduler.best() == 2.0);
  CHECK(scheduler.step(4) == reduced);
}

TEST_CASE("a metric that is not a number makes the mean bad that it is in, and no other") {
  const PlateauOptions<double> options{.factor = 0.5, .patience = 0, .accumulate = 2};
  CHECK(reports(options, {1, 1, nan, 0.5, 0.5, 0.5}) ==
        std::vector{not_counted, improved, not_counted, reduced, not_counted, improved});
  CHECK(reports({.patience = 0, .nan_policy = NanPolicy::ignore, .accumulate = 2}, {1, nan, 0.5}) ==
        std::vector{not_counted, not_counted, improved});

  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, options};
  scheduler.step(nan);
  const StateDict state = scheduler.state_dict();  // in the middle
  std::vector<ParamGroup<double>> others{{.lr = 1}};
  ReduceLROnPlateau resumed{others, options};
  resumed.load_state_dict(state);
  CHECK(resumed.step(0.5) == reduced);

  ReduceLROnPlateau strict{groups, {.nan_policy = NanPolicy::error, .start_from_epoch = 9, .accumulate = 2}};
  CHECK(message_of([&] { strict.step(nan); }) == "ReduceLROnPlateau: the metric of epoch 1 is not a number");
}

TEST_CASE("ReduceLROnPlateau smooths by an exponential moving average") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .threshold = 0, .smoothing = 0.75}};
  CHECK(scheduler.step(8) == improved);
  CHECK(scheduler.best() == 8.0);
  CHECK(scheduler.step(4) == improved);
  CHECK(scheduler.best() == 7.0);  // 3/4 of 8 and 1/4 of 4
  CHECK(scheduler.step(7) == reduced);
  // What is not finite is judged, and does not stay.
  CHECK(scheduler.step(nan) == reduced);
  CHECK(scheduler.step(infinity) == reduced);
  CHECK(scheduler.best() == 7.0);
  CHECK(scheduler.step(3) == improved);
  CHECK(scheduler.best() == 6.0);
}

// optax: better than (1 - rtol) best - atol.
TEST_CASE("ReduceLROnPlateau adds an absolute threshold to a relative one") {
  const PlateauOptions<double> min{.patience = 0, .threshold = 0.25, .threshold_abs = 1};
  CHECK(reports(min, {8, 5.5, 5, 4.875}) == std::vector{improved, reduced, reduced, improved});
  const PlateauOptions<double> max{.mode = Mode::max, .patience = 0, .threshold = 0.25, .threshold_abs = 1};
  CHECK(reports(max, {8, 10.5, 11, 11.125}) == std::vector{improved, reduced, reduced, improved});
  CHECK(reports({.patience = 0, .threshold = 0.25, .threshold_mode = ThresholdMode::abs, .threshold_abs = 1},
                {8, 7, 6.75, 6.5}) == std::vector{improved, reduced, reduced, improved});
}

TEST_CASE("a threshold of the magnitude asks for improvement of negative metrics too, a relative one does not") {
  const PlateauOptions<double> min{.patience = 0, .threshold = 0.25, .threshold_mode = ThresholdMode::magnitude};
  CHECK(reports(min, {-4, -5, -5.25, 8}) == std::vector{improved, reduced, improved, reduced});
  CHECK(reports(min, {4, 3, 2.75}) == std::vector{improved, reduced, improved});
  CHECK(reports({.patience = 0, .threshold = 0.25}, {-4, -3.5}) == std::vector{improved, improved});
  const PlateauOptions<double> max{
      .mode = Mode::max, .patience = 0, .threshold = 0.25, .threshold_mode = ThresholdMode::magnitude};
  CHECK(reports(max, {-4, -3, -2.75, 0}) == std::vector{improved, reduced, improved, improved});
  CHECK(reports({.patience = 0, .threshold = 2, .threshold_mode = ThresholdMode::magnitude}, {4, -4, -4.5}) ==
        std::vector{improved, reduced, improved});
}

// As PaddlePaddle's.
TEST_CASE("the best metric can be left alone in a cooldown") {
  const std::vector<double> metrics{4, 4, 1, 2, 3};
  CHECK(reports({.factor = 0.5, .patience = 0, .cooldown = 2}, metrics) ==
        std::vector{improved, reduced, improved, cooling_down, reduced});
  CHECK(reports({.factor = 0.5, .patience = 0, .cooldown = 2, .best_in_cooldown = false}, metrics) ==
        std::vector{improved, reduced, cooling_down, cooling_down, improved});
}

TEST_CASE("ReduceLROnPlateau goes no lower than a share of the base rate, of each group its own") {
  Groups<double> groups{{.lr = 1, .initial_lr = 2}, {.lr = 0.5}};
  ReduceLROnPlateau scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = 0.0625, .min_scale = {0.25, 0}}};
  const std::vector<std::vector<double>> expected{{1, 0.5}, {0.5, 0.25}, {0.5, 0.125}, {0.5, 0.0625}};
  for (const auto& row : expected) {
    scheduler.step(1.0);
    CHECK(groups[0].lr == row[0]);
    CHECK(groups[1].lr == row[1]);
  }
  CHECK(scheduler.step(1.0) == at_minimum);
}

TEST_CASE("on_reduction is called when new rates are written, and then only") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  std::vector<std::string> calls;
  ReduceLROnPlateau scheduler{
      groups,
      {.factor = 0.5, .patience = 1, .min_lr = 0.25, .on_reduction = [&](const ReduceLROnPlateau<double>& plateau) {
         CHECK(plateau.get_lr()[0] == groups[0].lr);
         CHECK(plateau.last_report() == reduced);
         calls.push_back(std::to_string(plateau.last_epoch()) + ": " + std::to_string(plateau.reductions()));
       }}};
  Scheduler<double>& base = scheduler;
  for (int k = 0; k < 9; ++k) base.step(1.0);
  CHECK(calls == std::vector<std::string>{"3: 1", "5: 2"});
  CHECK(to_string(scheduler).find("on_reduction") == std::string::npos);
}

TEST_CASE("what on_reduction throws comes out of a step that is made") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups,
                              {.factor = 0.5, .patience = 0, .on_reduction = [](const ReduceLROnPlateau<double>&) {
                                 throw std::runtime_error("stop");
                               }}};
  scheduler.step(1.0);
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(1.0); }) == "stop");
  CHECK(groups[0].lr == 0.5);
  CHECK(scheduler.get_lr()[0] == 0.5);
  CHECK(scheduler.last_epoch() == 2);
  CHECK(scheduler.last_report() == reduced);
  CHECK(scheduler.step(0.5) == improved);
}

TEST_CASE("on_reduction may load a state, which takes its own place among the options") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  std::optional<StateDict> start;
  int calls = 0;
  ReduceLROnPlateau<double>* self = nullptr;
  ReduceLROnPlateau scheduler{groups,
                              {.factor = 0.5, .patience = 0, .on_reduction = [&](const ReduceLROnPlateau<double>&) {
                                 self->load_state_dict(*start, OnMismatch::take_saved);
                                 ++calls;
                               }}};
  self = &scheduler;
  start = scheduler.state_dict();
  for (int k = 0; k < 4; ++k) scheduler.step(1.0);
  CHECK(calls == 2);
  CHECK(groups[0].lr == 1);
  CHECK(scheduler.last_epoch() == 0);
}

TEST_CASE("a plateau with a schedule takes in a group at the schedule's rate and lets one go") {
  Groups<double> groups{{.lr = 1}, {.lr = 0.5}};
  ReduceLROnPlateau scheduler{
      groups, {.factor = 0.5, .patience = 0, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}}};
  scheduler.step(1.0);
  scheduler.step(1.0);
  groups.push_back({.lr = 8});
  scheduler.step(0.5);
  CHECK(groups[2].lr == 3);  // 3/4, halved
  CHECK(groups[2].initial_lr == 8);
  groups.erase(groups.begin());
  scheduler.step(0.25);
  CHECK(groups[0].lr == 0.25);
  CHECK(groups[1].lr == 4);
  CHECK(scheduler.base_lrs()[0] == 0.5);
  CHECK(scheduler.base_lrs()[1] == 8);
}

TEST_CASE("a state before the step that takes in a group has the base rate that the schedule gives it") {
  Groups<double> groups{{.lr = 1}};
  const schedule::Cyclic<double> cycles{.base_lr = 0.25, .max_lr = 0.5, .step_size_up = 4, .cycle_momentum = false};
  ReduceLROnPlateau scheduler{groups, {.schedule = cycles}};
  scheduler.step(1.0);
  groups.push_back({.lr = 8});
  const StateDict state = scheduler.state_dict();
  const auto& progress = *state.find("progress")->get_if<StateDict>();
  CHECK(*progress.find("base_lrs") == StateValue(StateValue::List{0.25, 0.25}));
  CHECK(*progress.find("lrs") == StateValue(StateValue::List{0.3125, 8.0}));
}

TEST_CASE("a plateau with a schedule that the optimizer refuses leaves it as it was, with no base rate recorded") {
  const PlateauOptions<double> options{
      .factor = 0.5, .patience = 0, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}};
  ForgettingOptimizer optimizer;
  optimizer.groups = {{.lr = 1}, {.lr = 0.5}};
  const auto before = optimizer.groups;
  for (const Written what : {Written::lr, Written::initial_lr}) {
    optimizer.after_write = refuse(what, 1, "no room");
    CHECK(message_of<std::runtime_error>([&] { ReduceLROnPlateau scheduler(optimizer, options); }) == "no room");
    CHECK(same_groups(optimizer.groups, before));
  }
  optimizer.after_write = nullptr;
  ReduceLROnPlateau scheduler(optimizer, options);
  scheduler.step(1.0);
  optimizer.groups.push_back({.lr = 2});
  const auto added = optimizer.groups;
  const StateDict state = scheduler.state_dict();
  for (const Written what : {Written::lr, Written::initial_lr}) {
    optimizer.before_write = refuse(what, 2, "no room");
    CHECK(message_of<std::runtime_error>([&] { scheduler.step(1.0); }) == "no room");
    CHECK(same_groups(optimizer.groups, added));
    CHECK(scheduler.state_dict() == state);
  }
  optimizer.before_write = nullptr;
  CHECK(scheduler.step(1.0) == reduced);
  CHECK(optimizer.groups[2].lr == 0.5);  // 2/4, halved
}

TEST_CASE("a state with what can be no metric is refused") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  ReduceLROnPlateau scheduler{groups, {.accumulate = 2, .smoothing = 0.5}};
  const auto refusal = [&](const char* key, StateValue value) {
    StateDict state = scheduler.state_dict();
    StateDict progress = *state.find("progress")->get_if<StateDict>();
    progress.set(key, std::move(value));
    state.set("progress", std::move(progress));
    return message_of([&] { scheduler.load_state_dict(state); });
  };
  const std::string begin = "ReduceLROnPlateau: cannot load the state: progress.";
  CHECK(refusal("best", "NaN") == begin + "best: expected a metric, got \"NaN\"");
  CHECK(refusal("average", "NaN") == begin + "average: expected a metric, got \"NaN\"");
  CHECK(refusal("reductions", std::int64_t{-1}) == begin + "reductions: expected 0 or more, got -1");
  CHECK(refusal("last_report", "good") ==
        begin +
            "last_report: expected \"not_counted\" or \"improved\" or \"waiting\" or \"cooling_down\" or \"reduced\" "
            "or \"at_minimum\", got \"good\"");
  CHECK(refusal("best", -1.5) == "no exception");
  CHECK(refusal("average", "-Infinity") == "no exception");
  CHECK(refusal("sum", -1.5) == "no exception");
}

TEST_CASE("options of plateaus are equal if all but functions are") {
  const PlateauOptions<double> options{.schedule = schedule::LinearWarmup<double>{.warmup_steps = 4}};
  PlateauOptions<double> other = options;
  other.on_reduction = [](const ReduceLROnPlateau<double>&) {};
  CHECK(other == options);
  other.smoothing = 0.5;
  CHECK_FALSE(other == options);
  CHECK_FALSE(options == PlateauOptions<double>{.schedule = schedule::LinearWarmup<double>{.warmup_steps = 5}});
  CHECK_FALSE(options == PlateauOptions<double>{});
}

TEST_CASE("a state is saved while there is a group for which the options have no value") {
  Groups<double> groups = two_groups<double>();
  ReduceLROnPlateau plateau{groups, {.min_lr = {0.01, 0.02}}};
  plateau.step(1.0);
  const StateDict before = plateau.state_dict();
  groups.push_back({.lr = 1});
  const StateDict state = plateau.state_dict();
  const auto& progress = *state.find("progress")->get_if<StateDict>();
  CHECK(*progress.find("lrs") == StateValue(StateValue::List{0.1, 0.4, 1.0}));
  CHECK(message_of([&] { plateau.step(1.0); }) == "ReduceLROnPlateau: min_lr has 2 values for 3 parameter groups");
  groups.pop_back();
  CHECK(plateau.state_dict() == before);
}

TEST_CASE("a list of shares that are all 0 needs no base rates") {
  auto groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups, {.min_scale = {0, 0}}};
  CHECK(groups[0].initial_lr == std::nullopt);
  CHECK(groups[1].initial_lr == std::nullopt);
}

}  // namespace
}  // namespace lr_scheduler::testing
