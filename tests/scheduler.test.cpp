// SPDX-License-Identifier: MIT
#include <concepts>
#include <memory>
#include <type_traits>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

static_assert(std::is_abstract_v<Scheduler<double>>);
static_assert(std::has_virtual_destructor_v<Scheduler<double>>);
static_assert(!std::is_copy_constructible_v<Scheduler<double>>);
static_assert(!std::is_move_constructible_v<Scheduler<double>>);
static_assert(std::same_as<Scheduler<float>::scalar_type, float>);

TEST_CASE("schedulers of all kinds are stepped through their base") {
  DoubleGroups groups{{.lr = 0.8}};
  DoubleGroups others{{.lr = 0.8}};
  std::vector<std::unique_ptr<Scheduler<double>>> schedulers;
  schedulers.push_back(std::make_unique<ExponentialLR<double>>(groups, schedule::Exponential<double>{.gamma = 0.5}));
  schedulers.push_back(
      std::make_unique<ReduceLROnPlateau<double>>(others, PlateauOptions<double>{.factor = 0.5, .patience = 0}));
  for (const double metric : {1.0, 1.0, 1.0}) {
    for (const auto& scheduler : schedulers) scheduler->step(metric);
  }
  CHECK(groups[0].lr == about(0.1L));
  CHECK(others[0].lr == about(0.2L));
  CHECK(schedulers[0]->last_epoch() == 3);
  CHECK(schedulers[1]->last_epoch() == 3);
}

TEST_CASE("a metric makes no difference to schedulers that need none") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  scheduler.step(123.0);
  scheduler.step(0);
  CHECK(groups[0].lr == about(0.1L));
  CHECK(scheduler.last_epoch() == 3);
}

TEST_CASE("get_lr() has the rates that the last step left, not what the user set since") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  groups[0].lr = 7;
  CHECK(scheduler.get_lr()[0] == 0.4);
  CHECK(scheduler.get_last_lr()[0] == 0.4);
  CHECK(scheduler.get_lr().data() == scheduler.get_last_lr().data());
  CHECK(scheduler.base_lrs()[1] == 0.4);
}

TEST_CASE("seeking an epoch that is none is refused") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.seek(3);
  CHECK(message_of([&] { scheduler.seek(-1); }) == "ExponentialLR: cannot seek to epoch -1");
  CHECK(message_of([&] { scheduler.seek((Epoch{1} << 62) + 1); }) ==
        "ExponentialLR: cannot seek to epoch 4611686018427387905");
  CHECK(message_of([&] { scheduler.seek_time(-0.5); }) == "ExponentialLR: cannot seek to time -0.5");
  CHECK(message_of([&] { scheduler.seek_time(0x1.0000000000001p62); }) ==
        "ExponentialLR: cannot seek to time 4.611686018427389e+18");
  CHECK(groups[0].lr == about(0.1L));
  CHECK(scheduler.last_epoch() == 3);
}

TEST_CASE("the last epoch is 2^62, however it is come to") {
  const Epoch last = Epoch{1} << 62;
  DoubleGroups groups{{.lr = 0.8}};
  StepLR scheduler{groups, {.step_size = 1, .gamma = 0.5}};
  scheduler.seek(last);
  CHECK(scheduler.last_epoch() == last);
  CHECK(message_of([&] { scheduler.step_by(1); }) == "StepLR: cannot step by 1");
  scheduler.seek(3);
  CHECK(message_of([&] { scheduler.step_by(last - 2); }) == "StepLR: cannot step by 4611686018427387902");
  CHECK(groups[0].lr == 0.1);
  scheduler.step_by(last - 3);
  CHECK(scheduler.last_epoch() == last);
  LinearLR line{groups, {.total_iters = 4}};
  line.seek_time(0x1p62);
  CHECK(line.last_epoch() == last);
}

TEST_CASE("a group that is exchanged joins the curve of its own rate, the first as another") {
  for (const std::size_t exchanged : {std::size_t{0}, std::size_t{1}}) {
    CAPTURE(exchanged);
    DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
    ExponentialLR scheduler{groups, {.gamma = 0.5}};
    scheduler.step();
    groups[exchanged] = {.lr = 0.64};
    scheduler.step();
    CHECK(groups[exchanged].lr == about(0.16L));
    CHECK(scheduler.base_lrs()[exchanged] == 0.64);
    CHECK(scheduler.base_lrs()[1 - exchanged] == (exchanged == 0 ? 0.4 : 0.8));
  }
}

TEST_CASE("seek_time() of a whole epoch is seek()") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.25}};
  scheduler.seek_time(1.5);
  CHECK(groups[0].lr == about(0.1L));
  CHECK(scheduler.last_epoch() == 1);
  scheduler.step();
  CHECK(groups[0].lr == about(0.025L));
  scheduler.seek_time(2.0);
  CHECK(groups[0].lr == 0.05);
  scheduler.step();
  CHECK(groups[0].lr == about(0.0125L));
}

TEST_CASE("groups that were added are part of a jump") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.25}};
  groups.push_back({.lr = 0.4});
  scheduler.seek(1);
  CHECK(groups[1].lr == about(0.1L));
  groups.push_back({.lr = 1.6});
  scheduler.seek_time(0.5);
  CHECK(groups[2].lr == about(0.8L));
  CHECK(groups[2].initial_lr == 1.6);
}

}  // namespace
}  // namespace lr_scheduler::testing
