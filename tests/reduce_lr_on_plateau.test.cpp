// SPDX-License-Identifier: MIT
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
// First, to show that it needs no other header.

#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

const double nan = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

/// The rates of one group, 1 before, after each of these metrics.
std::vector<double> rates(const PlateauOptions<double>& options, const std::vector<double>& metrics) {
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
    const auto run = rates({.factor = 0.5, .patience = patience, .cooldown = cooldown}, std::vector<double>(16, 1.0));
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
    CHECK(rates(options, positive) == row.rates);
    CHECK(rates(options, negative) == row.negative_rates);
  }
}

TEST_CASE("ReduceLROnPlateau counts a metric that is not a number as bad, as PyTorch does") {
  const PlateauOptions<double> options{.factor = 0.5, .patience = 1};
  CHECK(rates(options, {1, nan, nan, nan, 0.5, nan, nan}) == std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.5, 0.25});
  CHECK(rates(options, {nan, nan, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25});
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
  CHECK(rates(min, {infinity, infinity, 1, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25, 0.25});
  CHECK(rates(min, {-infinity, 1, 1}) == std::vector<double>{1, 1, 0.5});
  const PlateauOptions<double> max{.mode = Mode::max, .factor = 0.5, .patience = 1};
  CHECK(rates(max, {-infinity, -infinity, 1, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5, 0.25, 0.25});
  CHECK(rates(max, {infinity, 1, 1}) == std::vector<double>{1, 1, 0.5});
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
  CHECK(rates({.factor = 0.5, .patience = 0, .eps = 0.1}, {1, 1, 1, 1, 1, 1}) ==
        std::vector<double>{1, 0.5, 0.25, 0.125, 0.125, 0.125});
  CHECK(rates({.factor = 0.5, .patience = 0, .eps = 0.25}, {1, 1, 1, 1}) == std::vector<double>{1, 0.5, 0.5, 0.5});
}

TEST_CASE("ReduceLROnPlateau takes a factor of 0") {
  CHECK(rates({.factor = 0, .patience = 0}, {1, 1, 1}) == std::vector<double>{1, 0, 0});
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

}  // namespace
}  // namespace lr_scheduler::testing
