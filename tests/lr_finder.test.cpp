// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_finder.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"
#include "support/instantiations.hpp"

namespace lr_scheduler::testing {
namespace {

/// Five updates with the rates 1, 2, 4, 8 and 16, all of which count.
constexpr LRFinderOptions<double> five{
    .start_lr = 1, .end_lr = 16, .num_iter = 5, .smooth_f = 0, .skip_start = 0, .skip_end = 0};

static_assert(!std::is_copy_constructible_v<LRFinder<double>> && !std::is_move_constructible_v<LRFinder<double>>);

std::vector<double> copy(std::span<const double> values) {
  return {values.begin(), values.end()};
}

/// Steps with these losses until the test is over; says after how many that was.
template <class T>
std::size_t step_all(LRFinder<T>& finder, std::initializer_list<T> losses) {
  std::size_t taken = 0;
  for (const T& loss : losses) {
    ++taken;
    if (!finder.step(loss)) break;
  }
  return taken;
}

TEMPLATE_TEST_CASE("a range test goes from the first rate to the last", "", float, double, long double) {
  using T = TestType;
  Groups<T> groups{{.lr = T(0.5)}};
  const auto check = [&](StepMode mode, const std::vector<long double>& expected) {
    LRFinder finder{groups, {.start_lr = T(0.01L), .end_lr = T(100), .num_iter = 5, .step_mode = mode}};
    std::size_t k = 0;
    do {
      CAPTURE(k);
      CHECK(groups[0].lr == about(expected.at(k), 2));
    } while (++k, finder.step(T(1)));
    CHECK(k == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(finder.lrs()[i] == about(expected[i], 2));
    CHECK(finder.lrs()[0] == T(0.01L));
    CHECK(finder.lrs()[4] == T(100));
    CHECK(groups[0].lr == T(0.5));
  };
  check(StepMode::exp, {0.01L, 0.1L, 1, 10, 100});
  check(StepMode::linear, {0.01L, 25.0075L, 50.005L, 75.0025L, 100});
}

TEST_CASE("the defaults are those of torch_lr_finder, from fastai's first rate") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups};
  CHECK(groups[0].lr == 1e-7);
  int updates = 1;
  while (finder.step(1)) ++updates;
  CHECK(updates == 100);
  CHECK(finder.lrs().back() == 10);
  CHECK(finder.lrs()[1] == about(1.2045035402587823L * 1e-7L, 4));  // 10^(8 / 99)
  const LRFinderOptions<double> options;
  CHECK(options.smooth_f == 0.05);
  CHECK(options.diverge_th == 5);
  CHECK(options.skip_start == 10);
  CHECK(options.skip_end == 5);
}

TEST_CASE("a test of two updates is the shortest") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups, {.start_lr = 0.25, .end_lr = 1, .num_iter = 2}};
  CHECK(groups[0].lr == 0.25);
  CHECK(finder.step(1));
  CHECK(groups[0].lr == 1);
  CHECK_FALSE(finder.step(1));
}

TEST_CASE("a group has its share of the largest rate") {
  DoubleGroups groups{{.lr = 0.25}, {.lr = 0.5}, {.lr = 0}};
  LRFinder finder{groups, five};
  CHECK(groups[0].lr == 0.5);
  CHECK(groups[1].lr == 1);
  CHECK(groups[2].lr == 0);
  CHECK(finder.step(1));
  CHECK(groups[0].lr == about(1, 2));
  CHECK(groups[1].lr == about(2, 2));
  CHECK(copy(finder.lrs()) == std::vector{1.0});
  finder.reset();
  CHECK(same_groups(groups, {{.lr = 0.25}, {.lr = 0.5}, {.lr = 0}}));

  DoubleGroups zeros{{.lr = 0}, {.lr = 0}};
  const LRFinder of_zeros{zeros, five};
  CHECK(zeros[0].lr == 1);
  CHECK(zeros[1].lr == 1);
}

TEST_CASE("losses are smoothed") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups, {.start_lr = 1, .end_lr = 16, .num_iter = 5, .smooth_f = 0.25}};
  CHECK(step_all(finder, {1.0, 2.0, 4.0}) == 3);
  CHECK(copy(finder.losses()) == std::vector{1.0, 2.0, 4.0});
  CHECK(copy(finder.smoothed_losses()) == std::vector{1.0, 1.25, 1.9375});
}

TEST_CASE("a test ends where the smoothed loss is beyond a multiple of the best") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder plain{groups, five};
  CHECK(step_all(plain, {2.0, 1.0, 5.0, 5.25, 1.0}) == 4);  // 5 times the best is not beyond
  CHECK(plain.is_over());
  CHECK(copy(plain.losses()) == std::vector{2.0, 1.0, 5.0, 5.25});
  CHECK(copy(plain.lrs()).size() == 4);
  CHECK(groups[0].lr == 0.5);

  // One bad batch does not end it where losses are smoothed.
  LRFinder smooth{groups, {.start_lr = 1, .end_lr = 16, .num_iter = 5, .smooth_f = 0.25, .diverge_th = 2}};
  CHECK(step_all(smooth, {1.0, 4.5, 5.0}) == 3);  // 1, 1.875, 2.65625
  CHECK(smooth.is_over());

  // 5 times a negative loss lies as far above it.
  LRFinder negative{groups, five};
  CHECK(step_all(negative, {-1.0, 0.0, 3.0, 3.5, 0.0}) == 4);
  CHECK(negative.is_over());
}

TEST_CASE("a test ends with a loss that is not finite, and does not keep it") {
  DoubleGroups groups{{.lr = 0.5}};
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()}) {
    LRFinder finder{groups, five};
    CHECK(finder.step(1));
    CHECK_FALSE(finder.step(bad));
    CHECK(copy(finder.losses()) == std::vector{1.0});
    CHECK(finder.lrs().size() == 1);
    CHECK(groups[0].lr == 0.5);
  }
  LRFinder at_once{groups, five};
  CHECK_FALSE(at_once.step(std::numeric_limits<double>::quiet_NaN()));
  CHECK(at_once.losses().empty());
  CHECK(at_once.valley() == std::nullopt);
}

TEST_CASE("a test that is over is not stepped") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups, five};
  CHECK_FALSE(finder.is_over());
  finder.reset();
  CHECK(finder.is_over());
  CHECK(message_of<std::logic_error>([&] { finder.step(1); }) == "LRFinder: the test is over");
}

TEST_CASE("rates are put back, once, at the end of a test") {
  DoubleGroups groups{{.lr = 0.5, .initial_lr = 0.75, .momentum = 0.9}};
  const DoubleGroups before = groups;
  {
    LRFinder finder{groups, five};
    CHECK(step_all(finder, {1.0, 1.0}) == 2);
    CHECK(groups[0].lr == about(4, 2));
  }
  CHECK(same_groups(groups, before));

  try {
    LRFinder finder{groups, five};
    CHECK(finder.step(1));
    throw std::runtime_error("the update failed");
  } catch (const std::runtime_error&) {
    CHECK(same_groups(groups, before));
  }

  // A rate that the user sets afterwards stays.
  {
    LRFinder finder{groups, five};
    finder.reset();
    groups[0].lr = 0.25;
    finder.reset();
  }
  CHECK(groups[0].lr == 0.25);
}

TEST_CASE("rates are put back where the optimizer refuses one") {
  FragileOptimizer optimizer{.groups = {{.lr = 0.5}, {.lr = 0.25}}};
  const auto rates = [&] { return std::vector{optimizer.groups[0].lr, optimizer.groups[1].lr}; };
  optimizer.before_write = refuse(Written::lr, 1, "no rate");
  CHECK(message_of<std::runtime_error>([&] { LRFinder finder(optimizer, five); }) == "no rate");
  CHECK(rates() == std::vector{0.5, 0.25});

  {
    optimizer.before_write = refuse(Written::lr, 1, "no rate", 2);
    LRFinder finder{optimizer, five};
    CHECK(message_of<std::runtime_error>([&] { finder.step(1); }) == "no rate");
  }
  CHECK(rates() == std::vector{0.5, 0.25});

  {
    const LRFinder finder{optimizer, five};
    optimizer.before_write = refuse(Written::lr, 0, "not put back");
  }
  CHECK(rates() == std::vector{1.0, 0.25});  // all that could be
}

TEST_CASE("a scheduler goes on after a test as if there had been none") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  DoubleGroups others = groups;
  CosineAnnealingLR scheduler{groups, {.T_max = 10}};
  CosineAnnealingLR other{others, {.T_max = 10}};
  for (int k = 0; k < 3; ++k) {
    scheduler.step();
    other.step();
  }
  {
    LRFinder finder{groups, five};
    CHECK(step_all(finder, {1.0, 1.0}) == 2);
  }
  CHECK(scheduler.state_dict() == other.state_dict());
  for (int k = 0; k < 5; ++k) {
    scheduler.step();
    other.step();
    CHECK(same_groups(groups, others));
  }
}

TEST_CASE("a test does not go on where groups were added or removed") {
  DoubleGroups groups{{.lr = 0.5}, {.lr = 0.25}};
  {
    LRFinder finder{groups, five};
    groups.pop_back();
    CHECK(message_of([&] { finder.step(1); }) ==
          "LRFinder: the optimizer had 2 parameter groups when the test began, now it has 1");
  }
  CHECK(same_groups(groups, {{.lr = 0.5}}));
}

TEST_CASE("an optimizer that has rates alone can be tested") {
  BareOptimizer optimizer{.rates = {0.5, 0.25}};
  LRFinder finder{optimizer, five};
  CHECK(optimizer.rates == std::vector{1.0, 0.5});
  finder.reset();
  CHECK(optimizer.rates == std::vector{0.5, 0.25});
}

TEST_CASE("options of a test that are out of range are refused, the optimizer untouched") {
  DoubleGroups groups{{.lr = 0.5}};
  const auto refusal = [&](const LRFinderOptions<double>& options) {
    std::string message = message_of([&] { LRFinder finder(groups, options); });
    CHECK(same_groups(groups, {{.lr = 0.5}}));
    return message;
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal({.start_lr = 0}) == "LRFinder: start_lr must be finite and positive, got 0");
  CHECK(refusal({.end_lr = nan}) == "LRFinder: end_lr must be finite and positive, got nan");
  CHECK(refusal({.start_lr = 0.5, .end_lr = 0.5}) == "LRFinder: end_lr must be greater than start_lr, 0.5, got 0.5");
  CHECK(refusal({.num_iter = 1}) == "LRFinder: num_iter must be at least 2, got 1");
  CHECK(refusal({.smooth_f = -0.5}) == "LRFinder: smooth_f must be finite and not negative, got -0.5");
  CHECK(refusal({.smooth_f = 1}) == "LRFinder: smooth_f must be less than 1, got 1");
  CHECK(refusal({.diverge_th = 1}) == "LRFinder: diverge_th must be greater than 1, got 1");
  CHECK(refusal({.diverge_th = nan}) == "LRFinder: diverge_th must be finite and positive, got nan");
  CHECK(refusal({.skip_start = -1}) == "LRFinder: skip_start must not be negative, got -1");
  CHECK(refusal({.skip_end = -2}) == "LRFinder: skip_end must not be negative, got -2");

  FragileOptimizer optimizer{.groups = {{.lr = 0.5}}};
  CHECK(message_of([&] { LRFinder finder(optimizer, {.num_iter = 0}); }) ==
        "LRFinder: num_iter must be at least 2, got 0");
  CHECK(optimizer.rates_written == 0);

  DoubleGroups none;
  CHECK(message_of([&] { LRFinder finder(none); }) == "LRFinder: the optimizer has no parameter groups");
  DoubleGroups bad{{.lr = 0.5}, {.lr = -1}};
  CHECK(message_of([&] { LRFinder finder(bad); }) == "LRFinder: lr[1] must be finite and not negative, got -1");
}

/// The rates of updates 0, 1, 2 ... are 1, 2, 4 ...; the losses fall, and rise at the end, with noise.
struct NoisyTest {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder<double> finder;

  explicit NoisyTest(Epoch skip_start, Epoch skip_end, StepMode mode = StepMode::exp)
      : finder(groups, {.start_lr = 1,
                        .end_lr = mode == StepMode::exp ? std::ldexp(1.0, 31) : 32,
                        .num_iter = 32,
                        .step_mode = mode,
                        .smooth_f = 0,
                        .skip_start = skip_start,
                        .skip_end = skip_end}) {
    CHECK(step_all(finder, {2.28, 2.26, 2.32, 2.25, 2.3,  2.28, 2.24, 2.28, 2.22, 2.25, 2.18,
                            2.15, 2.14, 2.12, 1.93, 1.81, 1.7,  1.56, 1.34, 1.16, 1.09, 0.88,
                            0.9,  0.78, 0.72, 0.7,  0.7,  0.82, 0.89, 1.18, 1.51, 1.89}) == 32);
  }
};

TEST_CASE("rates are suggested from the steepest fall, the valley and the minimum") {
  // What fastai's steep, valley and minimum give, of the losses that are not skipped.
  const NoisyTest all(0, 0);
  CHECK(all.finder.steepest() == about(131072, 4));                // 2^17
  CHECK(all.finder.valley() == about(16384, 4));                   // 2^14
  CHECK(all.finder.minimum() == about(3355443.2L, 4));             // 2^25 / 10
  CHECK(NoisyTest(4, 3).finder.valley() == about(32768, 4));       // 2^15
  CHECK(NoisyTest(10, 5).finder.valley() == about(131072, 4));     // 2^17
  CHECK(NoisyTest(18, 0).finder.steepest() == about(1048576, 4));  // 2^20
  CHECK(NoisyTest(0, 12).finder.minimum() == about(52428.8L, 4));  // 2^19 / 10
}

TEST_CASE("the steepest fall is over the logarithm of the rate") {
  // From 18 to 19 the loss falls the most, by 0.22, but from 21 to 22 by 0.21 in less of a ratio.
  const NoisyTest linear(0, 0, StepMode::linear);
  CHECK(linear.finder.steepest() == about(21, 4));
}

TEST_CASE("a fall after the minimum is no suggestion") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups, five};
  CHECK(step_all(finder, {2.0, 1.75, 1.0, 4.0, 1.5}) == 5);
  CHECK(finder.steepest() == about(2, 4));
}

TEST_CASE("a clean valley's middle is suggested") {
  DoubleGroups groups{{.lr = 0.5}};
  LRFinder finder{groups, five};
  CHECK(step_all(finder, {5.0, 4.0, 2.0, 1.0, 3.0}) == 5);
  CHECK(finder.steepest() == about(2, 4));
  CHECK(finder.valley() == about(1, 4));
  CHECK(finder.minimum() == about(0.8L, 4));
}

TEST_CASE("nothing is suggested where the loss never falls, or too few are left") {
  DoubleGroups groups{{.lr = 0.5}};
  const auto suggests_nothing = [](const LRFinder<double>& finder) {
    return !finder.steepest() && !finder.valley() && !finder.minimum();
  };
  LRFinder rising{groups, five};
  CHECK(suggests_nothing(rising));
  CHECK(step_all(rising, {1.0, 1.0, 2.0, 3.0, 3.0}) == 5);
  CHECK(suggests_nothing(rising));

  LRFinder short_one{groups, {.start_lr = 1, .end_lr = 16, .num_iter = 5}};
  CHECK(step_all(short_one, {5.0, 4.0, 3.0, 2.0, 1.0}) == 5);
  CHECK(suggests_nothing(short_one));  // 15 are left out

  LRFinder two{groups, five};
  CHECK(step_all(two, {2.0, 1.0}) == 2);
  CHECK(two.steepest() == 1);
  CHECK(two.valley() == 1);
  CHECK(two.minimum() == about(0.2L, 4));
}

}  // namespace
}  // namespace lr_scheduler::testing
