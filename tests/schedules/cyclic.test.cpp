// SPDX-License-Identifier: MIT
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/cyclic.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("CyclicLR moves the rates up and down between two lines", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{
      groups, {.base_lr = {T(0.1L), T(0.2L)}, .max_lr = {T(0.5L), T(1)}, .step_size_up = 2, .step_size_down = 4}};
  check_rates(scheduler, groups,
              {{0.1L, 0.2L},
               {0.3L, 0.6L},
               {0.5L, 1.0L},
               {0.4L, 0.8L},
               {0.3L, 0.6L},
               {0.2L, 0.4L},
               {0.1L, 0.2L},
               {0.3L, 0.6L},
               {0.5L, 1.0L},
               {0.4L, 0.8L}});
}

TEMPLATE_TEST_CASE("CyclicLR triangular2 halves the height with each cycle", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{groups,
                     {.base_lr = {T(0.1L), T(0.2L)},
                      .max_lr = {T(0.5L), T(1)},
                      .step_size_up = 2,
                      .step_size_down = 4,
                      .mode = CyclicMode::triangular2}};
  check_rates(scheduler, groups,
              {{0.1L, 0.2L},
               {0.3L, 0.6L},
               {0.5L, 1.0L},
               {0.4L, 0.8L},
               {0.3L, 0.6L},
               {0.2L, 0.4L},
               {0.1L, 0.2L},
               {0.2L, 0.4L},
               {0.3L, 0.6L},
               {0.25L, 0.50L},
               {0.2L, 0.4L},
               {0.15L, 0.30L},
               {0.1L, 0.2L},
               {0.15L, 0.30L}});
}

TEMPLATE_TEST_CASE("CyclicLR exp_range multiplies the height by gamma each step", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{groups,
                     {.base_lr = {T(0.1L), T(0.2L)},
                      .max_lr = {T(0.5L), T(1)},
                      .step_size_up = 2,
                      .step_size_down = 4,
                      .mode = CyclicMode::exp_range,
                      .gamma = T(0.5L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.2L},
               {0.2L, 0.4L},
               {0.2L, 0.4L},
               {0.1375L, 0.2750L},
               {0.1125L, 0.2250L},
               {0.103125L, 0.206250L},
               {0.1L, 0.2L},
               {0.1015625L, 0.2031250L},
               {0.1015625L, 0.2031250L},
               {0.1005859375L, 0.2011718750L}});
}

TEMPLATE_TEST_CASE("CyclicLR scales the height by a function of the cycle", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{groups,
                     {.base_lr = {T(0.1L), T(0.2L)}, .max_lr = {T(0.5L), T(1)}, .step_size_up = 2, .scale_fn = [](T x) {
                        return T(1) / x;
                      }}};
  check_rates(scheduler, groups,
              {{0.1L, 0.2L},
               {0.3L, 0.6L},
               {0.5L, 1.0L},
               {0.3L, 0.6L},
               {0.1L, 0.2L},
               {0.2L, 0.4L},
               {0.3L, 0.6L},
               {0.2L, 0.4L},
               {0.1L, 0.2L},
               {0.1L + 0.4L / 6, 0.2L + 0.8L / 6},
               {0.1L + 0.4L / 3, 0.2L + 0.8L / 3}});
}

TEMPLATE_TEST_CASE("CyclicLR scales the height by a function of the step", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{groups,
                     {.base_lr = {T(0.1L), T(0.2L)},
                      .max_lr = {T(0.5L), T(1)},
                      .step_size_up = 2,
                      .scale_fn = [](T x) { return T(1) / (T(1) + x); },
                      .scale_mode = ScaleMode::iterations}};
  check_rates(scheduler, groups,
              {{0.1L, 0.2L},
               {0.2L, 0.4L},
               {0.1L + 0.4L / 3, 0.2L + 0.8L / 3},
               {0.15L, 0.3L},
               {0.1L, 0.2L},
               {0.1L + 0.2L / 6, 0.2L + 0.4L / 6},
               {0.1L + 0.4L / 7, 0.2L + 0.8L / 7}});
}

TEMPLATE_TEST_CASE("CyclicLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = CyclicLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.base_lr = T(-0.5L), .max_lr = T(0.5L)},
                       "CyclicLR: base_lr must be finite and not negative, got -0.5");
  check_refused<Bound>({.base_lr = infinity, .max_lr = T(0.5L)},
                       "CyclicLR: base_lr must be finite and not negative, got inf");
  check_refused<Bound>({.base_lr = nan, .max_lr = T(0.5L)},
                       "CyclicLR: base_lr must be finite and not negative, got nan");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(-0.5L)},
                       "CyclicLR: max_lr must be finite and not negative, got -0.5");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = infinity},
                       "CyclicLR: max_lr must be finite and not negative, got inf");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = nan},
                       "CyclicLR: max_lr must be finite and not negative, got nan");
  check_refused<Bound>({.base_lr = {T(0.1L), T(-2)}, .max_lr = T(0.5L)},
                       "CyclicLR: base_lr[1] must be finite and not negative, got -2");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = {T(-2), T(1)}},
                       "CyclicLR: max_lr[0] must be finite and not negative, got -2");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = -1},
                       "CyclicLR: step_size_up must not be negative, got -1");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_down = -1},
                       "CyclicLR: step_size_down must not be negative, got -1");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 0},
                       "CyclicLR: step_size_up and step_size_down must not both be 0");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = std::numeric_limits<Epoch>::max()},
                       "CyclicLR: step_size_up is too large with step_size_down, got 9223372036854775807");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .gamma = T(-0.5L)},
                       "CyclicLR: gamma must be finite and not negative, got -0.5");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .gamma = infinity},
                       "CyclicLR: gamma must be finite and not negative, got inf");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .gamma = nan},
                       "CyclicLR: gamma must be finite and not negative, got nan");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .base_momentum = T(-0.5L)},
                       "CyclicLR: base_momentum must be finite and not negative, got -0.5");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .base_momentum = nan},
                       "CyclicLR: base_momentum must be finite and not negative, got nan");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .base_momentum = infinity},
                       "CyclicLR: base_momentum must be finite and not negative, got inf");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .max_momentum = T(-0.5L)},
                       "CyclicLR: max_momentum must be finite and not negative, got -0.5");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .max_momentum = nan},
                       "CyclicLR: max_momentum must be finite and not negative, got nan");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .max_momentum = infinity},
                       "CyclicLR: max_momentum must be finite and not negative, got inf");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .base_momentum = {T(0.5L), T(-1.5L)}},
                       "CyclicLR: base_momentum[1] must be finite and not negative, got -1.5");
  check_refused<Bound>({.base_lr = {T(0.1L), T(0.1L), T(0.1L)}, .max_lr = T(0.5L)},
                       "CyclicLR: base_lr has 3 values for 2 parameter groups");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = std::vector<T>{T(0.5L)}},
                       "CyclicLR: max_lr has 1 values for 2 parameter groups");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .base_momentum = {T(0.5L), T(0.5L), T(0.5L)}},
                       "CyclicLR: base_momentum has 3 values for 2 parameter groups");
  check_refused<Bound>({.base_lr = T(0.1L), .max_lr = T(0.5L), .max_momentum = std::vector<T>{}},
                       "CyclicLR: max_momentum has 0 values for 2 parameter groups");
}

TEST_CASE("CyclicLR returns to its curve from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .step_size_down = 4}};
  check_user_changes_rate(scheduler, groups,
                          {{0.3L, 0.3L}, {0.5L, 0.5L}, {0.4L, 0.4L}, {0.3L, 0.3L}, {0.2L, 0.2L}, {0.1L, 0.1L}});
}

TEMPLATE_TEST_CASE("CyclicLR moves momentum the other way", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  CyclicLR scheduler{groups,
                     {.base_lr = T(0.1L),
                      .max_lr = T(0.5L),
                      .step_size_up = 2,
                      .step_size_down = 4,
                      .base_momentum = {T(0.8L), T(0.4L)},
                      .max_momentum = {T(0.9L), T(0.6L)}}};
  check_momentums(
      scheduler, groups,
      {{0.9L, 0.6L}, {0.85L, 0.5L}, {0.8L, 0.4L}, {0.825L, 0.45L}, {0.85L, 0.5L}, {0.875L, 0.55L}, {0.9L, 0.6L}});
}

TEST_CASE("CyclicLR's base rate is base_lr, recorded in the groups") {
  auto groups = two_groups<double>();
  CyclicLR scheduler{groups, {.base_lr = {0.1, 0.2}, .max_lr = 0.5, .cycle_momentum = false}};
  CHECK(scheduler.base_lrs()[0] == 0.1);
  CHECK(scheduler.base_lrs()[1] == 0.2);
  CHECK(groups[1].initial_lr == std::optional(0.2));
}

TEST_CASE("CyclicLR needs momentum to cycle it") {
  auto groups = two_groups_with_momentum<double>();
  groups[1].momentum.reset();
  const auto before = groups;
  CHECK(message_of([&] { CyclicLR scheduler(groups, {.base_lr = 0.1, .max_lr = 0.5}); }) ==
        "CyclicLR: cycle_momentum is true, but parameter group 1 has no momentum: give it one or set .cycle_momentum = "
        "false");
  CHECK(same_groups(groups, before));

  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false}};
  CHECK(groups[0].momentum == std::optional(0.5));
  scheduler.step();
  CHECK(groups[0].momentum == std::optional(0.5));
}

TEST_CASE("CyclicLR does not check momentum that it does not cycle") {
  auto groups = two_groups<double>();
  const schedule::Cyclic<double> schedule{.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false, .base_momentum = 2};
  CHECK(message_of([&] { CyclicLR scheduler(groups, schedule); }) == "no exception");
}

TEST_CASE("CyclicLR keeps momentum between its options and rates from falling below 0") {
  auto groups = two_groups_with_momentum<float>();
  float scale = 1;
  CyclicLR scheduler{
      groups, {.base_lr = 0.1F, .max_lr = 0.5F, .step_size_up = 1, .scale_fn = [&scale](float) { return scale; }}};
  scheduler.step();
  CHECK(groups[0].lr == 0.5F);
  scheduler.step();

  scale = 20;
  scheduler.step();
  CHECK(groups[0].momentum == std::optional(0.8F));
  CHECK(groups[0].lr == about(8.1L));
  scheduler.step();

  scale = -20;
  scheduler.step();
  CHECK(groups[0].momentum == std::optional(0.9F));
  CHECK(groups[0].lr == 0.0F);
}

TEST_CASE("CyclicLR with gamma above 1 keeps momentum between its options and never becomes a NaN") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{
      groups,
      {.base_lr = {0.1, 0.5}, .max_lr = {0.5, 0.1}, .step_size_up = 4, .mode = CyclicMode::exp_range, .gamma = 1.5}};
  for (int k = 1; k <= 9; ++k) scheduler.step();
  CHECK(groups[0].lr == pytorch(3.9443359375L));
  CHECK(groups[0].momentum == std::optional(0.8));  // PyTorch: -0.061
  for (const Epoch t : {Epoch{20}, Epoch{2001}, Epoch{1} << 60, (Epoch{1} << 60) + 1}) {
    scheduler.seek(t);
    for (const auto& group : groups) {
      CHECK(group.lr >= 0);
      CHECK(*group.momentum >= 0.8);
      CHECK(*group.momentum <= 0.9);
    }
  }
}

TEST_CASE("CyclicLR takes momentum of 1 and above, as PyTorch does") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups,
                     {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .base_momentum = 1, .max_momentum = {2, 1.5}}};
  check_momentums(scheduler, groups, {{2, 1.5L}, {1.5L, 1.25L}, {1, 1}, {1.5L, 1.25L}, {2, 1.5L}});
}

TEST_CASE("CyclicLR's get_lr() leaves momentum alone") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}};
  scheduler.step();
  groups[0].momentum = 0.25;
  CHECK(scheduler.get_lr()[0] == about(0.3L));
  CHECK(scheduler.get_last_lr()[0] == about(0.3L));
  CHECK(groups[0].momentum == std::optional(0.25));
}

TEST_CASE("CyclicLR between steps is on the same line") {
  const schedule::Cyclic<double> schedule{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .step_size_down = 4};
  CHECK(at_time_is_at<double>(schedule, 30));
  CHECK(schedule.at(0.5, 9.0) == about(0.2L));
  CHECK(schedule.at(8.5, 9.0) == about(0.45L));
  CHECK(schedule.at(8.5).momentum(9.0) == about(0.8125L));

  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups, schedule};
  scheduler.seek_time(8.5);
  CHECK(groups[1].lr == about(0.45L));
  CHECK(groups[1].momentum == about(0.8125L));
}

TEST_CASE("CyclicLR takes an empty way up or down") {
  auto groups = two_groups<double>();
  CyclicLR falling{groups,
                   {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 0, .step_size_down = 2, .cycle_momentum = false}};
  check_rates(falling, groups, {{0.5L, 0.5L}, {0.3L, 0.3L}, {0.5L, 0.5L}, {0.3L, 0.3L}});
  CyclicLR rising{groups,
                  {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .step_size_down = 0, .cycle_momentum = false}};
  check_rates(rising, groups, {{0.1L, 0.1L}, {0.3L, 0.3L}, {0.1L, 0.1L}, {0.3L, 0.3L}});
}

TEST_CASE("CyclicLR takes a base_lr of 0 and one above max_lr") {
  auto groups = two_groups<double>();
  CyclicLR scheduler{groups, {.base_lr = {0.0, 0.5}, .max_lr = {0.4, 0.1}, .step_size_up = 2, .cycle_momentum = false}};
  check_rates(scheduler, groups, {{0, 0.5L}, {0.2L, 0.3L}, {0.4L, 0.1L}, {0.2L, 0.3L}, {0, 0.5L}});
}

TEST_CASE("CyclicLR with the shortest cycle knows the last epoch that there is") {
  const schedule::Cyclic<double> schedule{
      .base_lr = 0.1, .max_lr = 0.5, .step_size_up = 1, .step_size_down = 0, .mode = CyclicMode::triangular2};
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), 9.0) == 0.1);
}

TEST_CASE("CyclicLR with a list of one rate is not CyclicLR with that rate, which any number of groups takes") {
  const AnySchedule<double> one = schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.2, .cycle_momentum = false};
  const AnySchedule<double> list =
      schedule::Cyclic<double>{.base_lr = std::vector<double>{0.1}, .max_lr = 0.2, .cycle_momentum = false};
  CHECK_FALSE(one == list);
  CHECK_FALSE(list == one);
  CHECK(list == AnySchedule<double>(list));
  CHECK(list == AnySchedule<double>(schedule::Cyclic<double>{
                    .base_lr = std::vector<double>{0.1}, .max_lr = 0.2, .cycle_momentum = false}));
}

TEST_CASE("CyclicLR with a list of rates or momentums refuses a group that is added") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR rates{groups, {.base_lr = {0.1, 0.2}, .max_lr = 0.5, .step_size_up = 2}};
  check_refuses_third_group(rates, groups, "CyclicLR: base_lr has 2 values for 3 parameter groups");
  CyclicLR momentums{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .max_momentum = {0.9, 0.95}}};
  check_refuses_third_group(momentums, groups, "CyclicLR: max_momentum has 2 values for 3 parameter groups");
}

TEST_CASE("CyclicLR refuses a group that is added without momentum") {
  auto groups = two_groups_with_momentum<double>();
  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2}};
  groups.push_back({.lr = 1});
  const auto before = groups;
  CHECK(message_of([&] { scheduler.step(); }) ==
        "CyclicLR: cycle_momentum is true, but parameter group 2 has no momentum: give it one or set .cycle_momentum = "
        "false");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 0);
}

TEST_CASE("CyclicLR leaves everything as it was where scale_fn throws") {
  auto groups = two_groups_with_momentum<double>();
  bool broken = false;
  CyclicLR scheduler{groups, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .scale_fn = [&](double) {
                                if (broken) throw std::runtime_error("out of luck");
                                return 1.0;
                              }}};
  scheduler.step();
  const auto before = groups;
  broken = true;
  CHECK(message_of<std::runtime_error>([&] { scheduler.step(); }) == "out of luck");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 1);
  broken = false;
  scheduler.step();
  CHECK(groups[0].lr == about(0.5L));
}

}  // namespace
}  // namespace lr_scheduler::testing
