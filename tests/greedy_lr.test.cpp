// SPDX-License-Identifier: MIT
#include <array>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/greedy_lr.hpp>
#include <lr_scheduler/to_string.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

/// The rates of one group, 1 before, after each of these metrics.
std::vector<double> greedy_rates(const GreedyOptions<double>& options, const std::vector<double>& metrics) {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  GreedyLR scheduler{groups, options};
  std::vector<double> result;
  for (const double metric : metrics) {
    scheduler.step(metric);
    result.push_back(groups[0].lr);
  }
  return result;
}

TEMPLATE_TEST_CASE("GreedyLR raises the rates after more than patience good epochs, and lowers them after bad ones", "",
                   float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  GreedyLR scheduler{groups, {.factor = T(0.5L), .patience = 1, .min_lr = T(0.01L), .max_lr = T(4)}};
  struct Epochs {
    long double metric;
    long double rate;
    Epoch good;
    Epoch bad;
  };
  const std::vector<Epochs> epochs{{9, 0.1L, 1, 0}, {8, 0.2L, 0, 0}, {7, 0.2L, 1, 0}, {8, 0.2L, 0, 1}, {6, 0.2L, 1, 0},
                                   {6, 0.2L, 0, 1}, {6, 0.1L, 0, 0}, {6, 0.1L, 0, 1}, {6, 0.05L, 0, 0}};
  Epoch epoch = 0;
  for (const auto& [metric, rate, good, bad] : epochs) {
    CHECK(scheduler.last_epoch() == epoch++);
    scheduler.step(T(metric));
    CHECK(groups[0].lr == about(rate));
    CHECK(groups[1].lr == about(4 * rate));
    CHECK(scheduler.get_lr()[1] == groups[1].lr);
    CHECK(scheduler.num_good_epochs() == good);
    CHECK(scheduler.num_bad_epochs() == bad);
  }
  CHECK(scheduler.best() == T(6));
}

TEMPLATE_TEST_CASE("GreedyLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const T none = std::numeric_limits<T>::quiet_NaN();
  const auto refuses = [](const GreedyOptions<T>& options, const std::string& message) {
    check_refused_options<GreedyLR<T>>(options, "GreedyLR: " + message);
  };
  refuses({.factor = T(0)}, "factor must be finite and positive, got 0");
  refuses({.factor = none}, "factor must be finite and positive, got nan");
  refuses({.factor = T(1)}, "factor must be less than 1, got 1");
  refuses({.patience = -1}, "patience must not be negative, got -1");
  refuses({.threshold = T(-0.5L)}, "threshold must be finite and not negative, got -0.5");
  refuses({.cooldown = -1}, "cooldown must not be negative, got -1");
  refuses({.warmup = -1}, "warmup must not be negative, got -1");
  refuses({.min_lr = T(-0.5L)}, "min_lr must be finite and not negative, got -0.5");
  refuses({.min_lr = {T(0), T(0), T(0)}}, "min_lr has 3 values for 2 parameter groups");
  refuses({.max_lr = {T(1), none}}, "max_lr[1] must be finite and not negative, got nan");
  refuses({.max_lr = std::vector<T>{T(1)}}, "max_lr has 1 values for 2 parameter groups");
  refuses({.eps = none}, "eps must be finite and not negative, got nan");
  refuses({.window_size = 0}, "window_size must be positive, got 0");
  refuses({.window_size = 1'000'001}, "window_size must be at most 1000000, got 1000001");
  refuses({.reset_start = -1}, "reset_start must not be negative, got -1");
}

// Recorded from transformers 5.24.0, as what follows on when it begins anew.
TEST_CASE("GreedyLR waits after a rise and after a fall, and looks at no metric then") {
  const GreedyOptions<double> options{
      .factor = 0.5, .patience = 0, .cooldown = 2, .warmup = 1, .min_lr = 0.125, .max_lr = 4};
  // The 1 while it waits is not the best: 4 is a rise.
  CHECK(greedy_rates(options, {9, 9, 9, 1, 1, 8, 8, 7, 7, 7, 9, 9}) ==
        std::vector<double>{2, 2, 1, 1, 1, 2, 2, 4, 4, 2, 2, 2});

  std::vector<ParamGroup<double>> groups{{.lr = 2}};
  GreedyLR scheduler{groups, options};
  for (const double metric : {9.0, 9.0, 9.0}) scheduler.step(metric);
  CHECK(scheduler.cooldown_counter() == 2);
  CHECK(scheduler.warmup_counter() == 0);
  for (const double metric : {1.0, 1.0, 8.0}) scheduler.step(metric);
  CHECK(scheduler.cooldown_counter() == 0);
  CHECK(scheduler.warmup_counter() == 1);
}

TEST_CASE("GreedyLR stays between its lowest and highest rates, of each group its own") {
  Groups<double> groups{{.lr = 1}, {.lr = 0.5}};
  GreedyLR scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = {0.75, 0.25}, .max_lr = {1.5, 4}}};
  const std::vector<std::vector<double>> expected{{1.5, 1}, {1.5, 2}, {0.75, 1}, {0.75, 0.5}, {0.75, 0.25}};
  const double metrics[] = {9, 8, 8, 8, 8};
  for (std::size_t k = 0; k < expected.size(); ++k) {
    scheduler.step(metrics[k]);
    CHECK(groups[0].lr == expected[k][0]);
    CHECK(groups[1].lr == expected[k][1]);
  }
}

TEST_CASE("GreedyLR leaves rates outside of its bounds alone, and makes no move by eps or less") {
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 2, .max_lr = 0.5}, {9, 8, 8, 8}) ==
        std::vector<double>{1, 1, 1, 1});
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .max_lr = 4, .eps = 0.5}, {9, 9, 9}) ==
        std::vector<double>{2, 1, 1});
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .max_lr = 4, .eps = 1}, {9, 8}) == std::vector<double>{1, 1});
}

TEST_CASE("GreedyLR begins anew after some falls at the lowest rates") {
  const GreedyOptions<double> options{
      .factor = 0.5, .patience = 0, .cooldown = 1, .min_lr = 0.5, .max_lr = 2, .reset_start = 2};
  // Down to 0.5 is one fall at the lowest rate; the next begins anew and cools down; then 9 is the best there is.
  CHECK(greedy_rates(options, {1, 1, 1, 1, 1, 1, 1, 9, 8}) == std::vector<double>{2, 1, 1, 0.5, 0.5, 1, 1, 2, 2});
  // A rise between them starts the count again, even one that no rate makes.
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 0.5, .max_lr = 0.5, .reset_start = 2}, {3, 3, 2, 2, 2}) ==
        std::vector<double>{1, 0.5, 0.5, 0.5, 1});
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 0.5, .max_lr = 1, .reset_start = 2}, {3, 3, 2, 2, 2}) ==
        std::vector<double>{1, 0.5, 1, 0.5, 1});
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 0.5, .reset_start = 0}, {3, 3, 3}) ==
        greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 0.5, .reset_start = 1}, {3, 3, 3}));
}

TEST_CASE("GreedyLR begins anew as at first: it counts the falls again, and its window is empty") {
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .min_lr = 0.5, .max_lr = 1, .reset_start = 2},
                     {3, 3, 3, nan, nan}) == std::vector<double>{1, 0.5, 1, 0.5, 1});
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  GreedyLR scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = 1, .smooth = true, .reset_start = 1}};
  scheduler.step(1);
  scheduler.step(1);
  CHECK(scheduler.best() == std::nullopt);
  scheduler.step(9);
  CHECK(scheduler.best() == 9.0);
}

TEST_CASE("GreedyLR begins anew when all groups are at their lowest rates, and not before") {
  Groups<double> groups{{.lr = 1}, {.lr = 0.25}};
  GreedyLR scheduler{groups, {.factor = 0.5, .patience = 0, .min_lr = 0.25, .max_lr = {1, 0.25}, .reset_start = 1}};
  for (const double rate : {1.0, 0.5, 1.0}) {
    scheduler.step(3);
    CHECK(groups[0].lr == rate);
    CHECK(groups[1].lr == 0.25);
  }
}

TEST_CASE("GreedyLR smooths by the mean of a window") {
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  GreedyLR scheduler{groups, {.factor = 0.5, .patience = 0, .max_lr = 64, .smooth = true, .window_size = 3}};
  const double metrics[] = {9, 3, 3, 6, nan, 0};
  const double lowest[] = {9, 6, 5, 4, 4, 3};  // means of 9; 9, 3; 9, 3, 3; 3, 3, 6; none; 3, 6, 0
  for (std::size_t k = 0; k < 6; ++k) {
    scheduler.step(metrics[k]);
    CHECK(scheduler.best() == lowest[k]);
  }
  CHECK(groups[0].lr == 16);  // four rises, a fall, a rise
  // An infinite one is gone when it leaves the window.
  scheduler.step(infinity);
  scheduler.step(0);
  scheduler.step(0);
  CHECK(scheduler.best() == 3.0);
  scheduler.step(0);
  CHECK(scheduler.best() == 0.0);
}

TEST_CASE("GreedyLR resumes between two bad epochs, and between two good ones") {
  const GreedyOptions<double> options{.factor = 0.5, .patience = 1, .max_lr = 64};
  for (const auto& [first, second, expected] :
       {std::array{9.0, 9.0, 1.0}, std::array{7.0, 6.0, 4.0}}) {  // two of either make more than patience
    std::vector<ParamGroup<double>> groups{{.lr = 2}};
    GreedyLR saved{groups, options};
    saved.step(8.0);
    saved.step(first);
    std::vector<ParamGroup<double>> others{{.lr = 2}};
    GreedyLR loaded{others, options};
    loaded.load_state_dict(saved.state_dict());
    CHECK(loaded.num_bad_epochs() == saved.num_bad_epochs());
    CHECK(loaded.num_good_epochs() == saved.num_good_epochs());
    loaded.step(second);
    saved.step(second);
    CHECK(others[0].lr == groups[0].lr);
    CHECK(others[0].lr == expected);
  }
}

TEST_CASE("GreedyLR resumes in the middle of a window, a smaller one too") {
  const auto options = [](Epoch window_size) {
    return GreedyOptions<double>{
        .factor = 0.5, .patience = 0, .max_lr = 64, .smooth = true, .window_size = window_size};
  };
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  GreedyLR saved{groups, options(4)};
  for (const double metric : {8.0, 7.0, 6.0}) saved.step(metric);
  const StateDict state = saved.state_dict();

  std::vector<ParamGroup<double>> others{{.lr = 2}};
  GreedyLR loaded{others, options(4)};
  loaded.load_state_dict(state);
  CHECK(loaded.state_dict() == state);
  loaded.step(2);
  CHECK(loaded.best() == 5.75);

  GreedyLR smaller{others, options(2)};
  smaller.load_state_dict(state, OnMismatch::keep_constructed);
  smaller.step(2);
  CHECK(smaller.best() == 4.0);  // of 6 and 2
}

TEST_CASE("GreedyLR counts a metric that is not a number as bad") {
  CHECK(greedy_rates({.factor = 0.5, .patience = 0, .max_lr = 4}, {nan, 1, nan, 0.5}) ==
        std::vector<double>{0.5, 1, 0.5, 1});
}

TEST_CASE("GreedyLR records the base rates, to which it goes back") {
  Groups<double> groups{{.lr = 0.5}, {.lr = 0.25, .initial_lr = 1}};
  GreedyLR scheduler{groups, {.factor = 0.5, .patience = 0}};
  CHECK(groups[0].lr == 0.5);
  CHECK(groups[1].lr == 0.25);
  CHECK(groups[0].initial_lr == 0.5);
  CHECK(groups[1].initial_lr == 1);
  scheduler.step(1.0);
  groups[0].lr = 0.125;  // somebody else's rate is moved on from
  scheduler.step(0.5);
  CHECK(groups[0].lr == 0.25);
  CHECK(groups[1].lr == 1);
  scheduler.reset();
  CHECK(groups[0].lr == 0.5);
  CHECK(groups[1].lr == 1);
  CHECK(scheduler.best() == std::nullopt);
  CHECK(scheduler.last_epoch() == 0);
}

TEST_CASE("GreedyLR needs metrics, one by one") {
  auto groups = two_groups<double>();
  GreedyLR scheduler{groups};
  Scheduler<double>& base = scheduler;
  CHECK(message_of<std::logic_error>([&] { base.step(); }) == "GreedyLR: step() needs a metric, call step(metric)");
  CHECK(message_of<std::logic_error>([&] { base.step_by(2); }) ==
        "GreedyLR: cannot step by a number of epochs, each needs a metric");
  CHECK(message_of<std::logic_error>([&] { base.seek(3); }) ==
        "GreedyLR: cannot seek, the rates depend on the metrics");
  CHECK(base.last_epoch() == 0);
}

TEST_CASE("GreedyLR is printed with its options") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  CHECK(to_string(GreedyLR{groups}) ==
        "GreedyLR(mode=min, factor=0.95, patience=10, threshold=1e-06, threshold_mode=abs, cooldown=0, warmup=0, "
        "min_lr=0.001, max_lr=1, eps=1e-08, smooth=false, window_size=50, reset_start=500, last_epoch=0, lr=[0.5])");
}

}  // namespace
}  // namespace lr_scheduler::testing
