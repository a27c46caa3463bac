// SPDX-License-Identifier: MIT
// Steps at which the curve does not change: they write nothing, and still see what others have changed.
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"

namespace lr_scheduler::testing {
namespace {

FragileOptimizer two_counted_groups() {
  return {.groups = two_groups<double>()};
}

/// The epochs, from 1 to the last, whose step writes a rate; it then writes one for each group.
std::vector<Epoch> epochs_that_write(Scheduler<double>& scheduler, FragileOptimizer& optimizer, Epoch last) {
  std::vector<Epoch> epochs;
  while (scheduler.last_epoch() < last) {
    optimizer.rates_written = 0;
    scheduler.step();
    if (optimizer.rates_written == 0) continue;
    CHECK(optimizer.rates_written == optimizer.groups.size());
    epochs.push_back(scheduler.last_epoch());
  }
  return epochs;
}

/// A schedule of a user's own that halves the rate every ten epochs, three times.
struct Halving {
  static constexpr std::string_view name = "Halving";

  double at(Epoch t, double base_lr) const {
    return t < 10 ? base_lr : t < 20 ? base_lr / 2 : t < 30 ? base_lr / 4 : base_lr / 8;
  }
  Epoch unchanged_until(Epoch t) const { return t < 30 ? (t / 10 + 1) * 10 : std::numeric_limits<Epoch>::max(); }
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {}
};

TEST_CASE("a step writes to the optimizer only where the curve changes") {
  FragileOptimizer optimizer = two_counted_groups();
  SECTION("StepLR") {
    StepLR scheduler{optimizer, {.step_size = 30}};
    CHECK(epochs_that_write(scheduler, optimizer, 100) == std::vector<Epoch>{30, 60, 90});
    CHECK(optimizer.groups[0].lr == about(1e-4L));
    CHECK(optimizer.groups[1].lr == about(4e-4L));
    CHECK(scheduler.last_epoch() == 100);
  }
  SECTION("MultiStepLR") {
    MultiStepLR scheduler{optimizer, {.milestones = {9, 5, 9, 40}, .gamma = 0.5}};
    CHECK(epochs_that_write(scheduler, optimizer, 60) == std::vector<Epoch>{5, 9, 40});
    CHECK(optimizer.groups[0].lr == about(0.00625L));
  }
  SECTION("ConstantLR") {
    ConstantLR scheduler{optimizer, {.factor = 0.5, .total_iters = 7}};
    CHECK(epochs_that_write(scheduler, optimizer, 20) == std::vector<Epoch>{7});
    CHECK(optimizer.groups[0].lr == 0.1);
  }
  SECTION("a schedule of a user's own that says until when it is unchanged") {
    Scheduled scheduler{optimizer, Halving{}};
    CHECK(epochs_that_write(scheduler, optimizer, 100) == std::vector<Epoch>{10, 20, 30});
    CHECK(optimizer.groups[0].lr == 0.0125);
    CHECK(optimizer.groups[1].lr == 0.05);
  }
}

TEST_CASE("a step that writes nothing counts, and get_lr() gives the rates that are there") {
  FragileOptimizer optimizer = two_counted_groups();
  StepLR scheduler{optimizer, {.step_size = 30}};
  for (Epoch t = 1; t <= 29; ++t) {
    scheduler.step();
    CHECK(scheduler.last_epoch() == t);
    CHECK(scheduler.get_lr()[0] == 0.1);
    CHECK(scheduler.get_lr()[1] == 0.4);
  }
}

TEST_CASE("a rate that the user sets while the curve is unchanged stays until it changes, and is multiplied then") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  StepLR scheduler{groups, {.step_size = 3, .gamma = 0.5}};
  scheduler.step();
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == 0.3);
  CHECK(scheduler.get_lr()[0] == 0.3);
  CHECK(groups[1].lr == 0.4);
  scheduler.step();
  CHECK(groups[0].lr == about(0.15L));
  CHECK(groups[1].lr == 0.2);
  scheduler.step();
  groups[1].lr = 1;
  scheduler.step();
  CHECK(groups[0].lr == about(0.15L));
  CHECK(groups[1].lr == 1);
  scheduler.step();
  CHECK(groups[0].lr == about(0.075L));
  CHECK(groups[1].lr == 0.5);
}

TEST_CASE("a rate that the user sets is gone at the next step of a schedule that knows its closed form alone") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  Scheduled scheduler{groups, Halving{}};
  for (int k = 0; k < 12; ++k) scheduler.step();
  CHECK(groups[0].lr == 0.4);
  groups[0].lr = 0.3;
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  CHECK(groups[1].lr == 0.2);
}

TEST_CASE("two schedulers on one optimizer see each other's changes where one of them has nothing to change") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR stairs{groups, {.step_size = 3, .gamma = 0.5}};
  ExponentialLR decay{groups, {.gamma = 0.5}};
  const auto step_both = [&] {
    stairs.step();
    decay.step();
  };
  step_both();
  CHECK(groups[0].lr == 0.4);
  step_both();
  CHECK(groups[0].lr == 0.2);
  step_both();
  CHECK(groups[0].lr == 0.05);
  step_both();
  CHECK(groups[0].lr == 0.025);
}

TEST_CASE("groups that come and go while the curve is unchanged are taken in and let go") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR scheduler{groups, {.step_size = 3, .gamma = 0.5}};
  scheduler.step();
  groups.push_back({.lr = 0.4});
  scheduler.step();
  REQUIRE(scheduler.get_lr().size() == 2);
  CHECK(groups[1].lr == 0.4);
  CHECK(groups[1].initial_lr == 0.4);
  CHECK(scheduler.base_lrs()[1] == 0.4);
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  CHECK(groups[1].lr == 0.2);
  groups.erase(groups.begin());
  scheduler.step();
  REQUIRE(scheduler.get_lr().size() == 1);
  CHECK(scheduler.base_lrs()[0] == 0.4);
  CHECK(groups[0].lr == 0.2);
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == 0.1);
}

TEST_CASE("a group that comes after the first decay is at the rate of its own base rate") {
  DoubleGroups groups{{.lr = 0.8}};
  StepLR scheduler{groups, {.step_size = 3, .gamma = 0.5}};
  for (int k = 0; k < 4; ++k) scheduler.step();
  groups.push_back({.lr = 0.4});
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  CHECK(groups[1].lr == 0.2);
  CHECK(groups[1].initial_lr == 0.4);
}

TEST_CASE("what is unchanged is known anew after a jump and after a load") {
  FragileOptimizer optimizer = two_counted_groups();
  StepLR scheduler{optimizer, {.step_size = 30}};
  scheduler.seek(65);
  CHECK(optimizer.groups[0].lr == about(0.001L));
  scheduler.seek(28);
  CHECK(optimizer.groups[0].lr == 0.1);
  CHECK(epochs_that_write(scheduler, optimizer, 31) == std::vector<Epoch>{30});
  CHECK(optimizer.groups[0].lr == about(0.01L));

  DoubleGroups saved_groups = two_groups<double>();
  StepLR saved{saved_groups, {.step_size = 30}};
  for (int k = 0; k < 89; ++k) saved.step();
  scheduler.load_state_dict(saved.state_dict());
  CHECK(optimizer.groups[0].lr == about(0.001L));
  CHECK(epochs_that_write(scheduler, optimizer, 100) == std::vector<Epoch>{90});
  CHECK(optimizer.groups[0].lr == about(0.0001L));
}

TEST_CASE("a load with other options finds other changes") {
  FragileOptimizer optimizer = two_counted_groups();
  StepLR scheduler{optimizer, {.step_size = 30}};
  for (int k = 0; k < 4; ++k) scheduler.step();
  DoubleGroups saved_groups = two_groups<double>();
  StepLR saved{saved_groups, {.step_size = 7}};
  for (int k = 0; k < 8; ++k) saved.step();
  scheduler.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(optimizer.groups[1].lr == about(0.04L));
  CHECK(epochs_that_write(scheduler, optimizer, 22) == std::vector<Epoch>{14, 21});
  CHECK(optimizer.groups[1].lr == about(0.0004L));
}

TEST_CASE("a piecewise constant schedule of a user's own is sequenced and chained like any other") {
  DoubleGroups groups{{.lr = 0.8}};
  SequentialLR sequence{
      groups, {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2}, Halving{}}, .milestones = {2}}};
  CHECK(groups[0].lr == 0);
  sequence.step();
  CHECK(groups[0].lr == 0.4);
  for (int k = 0; k < 10; ++k) sequence.step();
  CHECK(groups[0].lr == 0.8);
  sequence.step();
  CHECK(groups[0].lr == 0.4);
  for (int k = 0; k < 10; ++k) sequence.step();
  CHECK(groups[0].lr == 0.2);
}

}  // namespace
}  // namespace lr_scheduler::testing
