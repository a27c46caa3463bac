// SPDX-License-Identifier: MIT
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/one_cycle.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("OneCycleLR rises and falls along half cosine waves and holds", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{groups, {.max_lr = {T(1), T(0.5L)}, .total_steps = 10}};
  check_rates(scheduler, groups,
              {{0.04L, 0.02L},
               {0.52L, 0.26L},
               {1.0L, 0.5L},
               {0.9504846320134737582798L, 0.4752423160067368791399L},
               {0.8117456539497630477954L, 0.4058728269748815238977L},
               {0.6112620219362892895156L, 0.3056310109681446447578L},
               {0.3887419780637107104844L, 0.1943709890318553552422L},
               {0.1882583460502369522046L, 0.09412917302511847610228L},
               {0.0495193679865262417202L, 0.0247596839932631208601L},
               {0.000004L, 0.000002L},
               {0.000004L, 0.000002L}});
}

TEMPLATE_TEST_CASE("OneCycleLR rises and falls in straight lines", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{groups,
                       {.max_lr = {T(1), T(0.5L)}, .total_steps = 10, .anneal_strategy = AnnealStrategy::linear}};
  check_rates(scheduler, groups,
              {{0.04L, 0.02L},
               {0.52L, 0.26L},
               {1.0L, 0.5L},
               {0.8571434285714285714286L, 0.4285717142857142857143L},
               {0.7142868571428571428571L, 0.3571434285714285714286L},
               {0.5714302857142857142857L, 0.2857151428571428571429L},
               {0.4285737142857142857143L, 0.2142868571428571428571L},
               {0.2857171428571428571429L, 0.1428585714285714285714L},
               {0.1428605714285714285714L, 0.07143028571428571428571L},
               {0.000004L, 0.000002L}});
}

TEMPLATE_TEST_CASE("OneCycleLR in three phases falls to where it came from, then to its end", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{groups, {.max_lr = {T(1), T(0.5L)}, .total_steps = 10, .three_phase = true}};
  check_rates(scheduler, groups,
              {{0.04L, 0.02L},
               {0.52L, 0.26L},
               {1.0L, 0.5L},
               {0.52L, 0.26L},
               {0.04L, 0.02L},
               {0.0361807218535101985872L, 0.0180903609267550992936L},
               {0.0261817218535101985872L, 0.0130908609267550992936L},
               {0.0138222781464898014128L, 0.006911139073244900706401L},
               {0.003823278146489801412802L, 0.001911639073244900706401L},
               {0.000004L, 0.000002L}});
}

TEMPLATE_TEST_CASE("OneCycleLR in three phases of straight lines", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{groups,
                       {.max_lr = {T(1), T(0.5L)},
                        .total_steps = 10,
                        .pct_start = T(0.4L),
                        .anneal_strategy = AnnealStrategy::linear,
                        .three_phase = true}};
  check_rates(scheduler, groups,
              {{0.04L, 0.02L},
               {0.36L, 0.18L},
               {0.68L, 0.34L},
               {1.0L, 0.5L},
               {0.68L, 0.34L},
               {0.36L, 0.18L},
               {0.04L, 0.02L},
               {0.026668L, 0.013334L},
               {0.013336L, 0.006668L},
               {0.000004L, 0.000002L}});
}

TEMPLATE_TEST_CASE("OneCycleLR takes its length as epochs of steps", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{groups,
                       {.max_lr = {T(1), T(0.5L)},
                        .epochs = 3,
                        .steps_per_epoch = 2,
                        .pct_start = T(0.5L),
                        .anneal_strategy = AnnealStrategy::linear,
                        .div_factor = T(4),
                        .final_div_factor = T(1)}};
  check_rates(scheduler, groups,
              {{0.25L, 0.125L},
               {0.625L, 0.3125L},
               {1L, 0.5L},
               {0.75L, 0.375L},
               {0.5L, 0.25L},
               {0.25L, 0.125L},
               {0.25L, 0.125L}});
}

TEMPLATE_TEST_CASE("OneCycleLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = OneCycleLR<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.max_lr = T(-0.5L), .total_steps = 10},
                       "OneCycleLR: max_lr must be finite and not negative, got -0.5");
  check_refused<Bound>({.max_lr = infinity, .total_steps = 10},
                       "OneCycleLR: max_lr must be finite and not negative, got inf");
  check_refused<Bound>({.max_lr = nan, .total_steps = 10},
                       "OneCycleLR: max_lr must be finite and not negative, got nan");
  check_refused<Bound>({.max_lr = {T(1), T(-2)}, .total_steps = 10},
                       "OneCycleLR: max_lr[1] must be finite and not negative, got -2");
  check_refused<Bound>({.max_lr = T(1)}, "OneCycleLR: needs total_steps, or epochs and steps_per_epoch");
  check_refused<Bound>({.max_lr = T(1), .epochs = 3}, "OneCycleLR: needs total_steps, or epochs and steps_per_epoch");
  check_refused<Bound>({.max_lr = T(1), .steps_per_epoch = 3},
                       "OneCycleLR: needs total_steps, or epochs and steps_per_epoch");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 0}, "OneCycleLR: total_steps must be positive, got 0");
  check_refused<Bound>({.max_lr = T(1), .total_steps = -3}, "OneCycleLR: total_steps must be positive, got -3");
  check_refused<Bound>({.max_lr = T(1), .epochs = 0, .steps_per_epoch = 2},
                       "OneCycleLR: epochs must be positive, got 0");
  check_refused<Bound>({.max_lr = T(1), .epochs = 2, .steps_per_epoch = -2},
                       "OneCycleLR: steps_per_epoch must be positive, got -2");
  check_refused<Bound>({.max_lr = T(1), .epochs = std::numeric_limits<Epoch>::max(), .steps_per_epoch = 2},
                       "OneCycleLR: epochs is too large with steps_per_epoch, got 9223372036854775807");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .pct_start = T(-0.5L)},
                       "OneCycleLR: pct_start must be between 0 and 1, got -0.5");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .pct_start = T(1.5L)},
                       "OneCycleLR: pct_start must be between 0 and 1, got 1.5");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .pct_start = nan},
                       "OneCycleLR: pct_start must be between 0 and 1, got nan");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .base_momentum = T(-0.5L)},
                       "OneCycleLR: base_momentum must be finite and not negative, got -0.5");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .base_momentum = nan},
                       "OneCycleLR: base_momentum must be finite and not negative, got nan");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .base_momentum = infinity},
                       "OneCycleLR: base_momentum must be finite and not negative, got inf");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .max_momentum = T(-0.5L)},
                       "OneCycleLR: max_momentum must be finite and not negative, got -0.5");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .max_momentum = nan},
                       "OneCycleLR: max_momentum must be finite and not negative, got nan");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .max_momentum = infinity},
                       "OneCycleLR: max_momentum must be finite and not negative, got inf");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .div_factor = T(0)},
                       "OneCycleLR: div_factor must be finite and positive, got 0");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .div_factor = T(-2)},
                       "OneCycleLR: div_factor must be finite and positive, got -2");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .div_factor = infinity},
                       "OneCycleLR: div_factor must be finite and positive, got inf");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .final_div_factor = T(0)},
                       "OneCycleLR: final_div_factor must be finite and positive, got 0");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .final_div_factor = nan},
                       "OneCycleLR: final_div_factor must be finite and positive, got nan");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .after_end = AfterEnd::rebound},
                       "OneCycleLR: after_end must be hold or error, got rebound");
  check_refused<Bound>({.max_lr = {T(1), T(1), T(1)}, .total_steps = 10},
                       "OneCycleLR: max_lr has 3 values for 2 parameter groups");
  check_refused<Bound>({.max_lr = std::vector<T>{T(1)}, .total_steps = 10},
                       "OneCycleLR: max_lr has 1 values for 2 parameter groups");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .base_momentum = {T(0.5L), T(0.5L), T(0.5L)}},
                       "OneCycleLR: base_momentum has 3 values for 2 parameter groups");
  check_refused<Bound>({.max_lr = T(1), .total_steps = 10, .max_momentum = std::vector<T>{}},
                       "OneCycleLR: max_momentum has 0 values for 2 parameter groups");
}

TEST_CASE("OneCycleLR returns to its curve from a rate that the user sets, as PyTorch does") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = {1, 0.5}, .total_steps = 10}};
  check_user_changes_rate(scheduler, groups,
                          {{0.52L, 0.26L},
                           {1L, 0.5L},
                           {0.95048463201347366L, 0.47524231600673683L},
                           {0.81174565394976306L, 0.40587282697488153L},
                           {0.61126202193628931L, 0.30563101096814466L}});
}

TEMPLATE_TEST_CASE("OneCycleLR moves momentum the other way", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups_with_momentum<T>();
  OneCycleLR scheduler{
      groups,
      {.max_lr = T(1), .total_steps = 10, .base_momentum = {T(0.85L), T(0.25L)}, .max_momentum = {T(0.95L), T(0.75L)}}};
  check_momentums(scheduler, groups,
                  {{0.95L, 0.75L},
                   {0.9L, 0.5L},
                   {0.85L, 0.25L},
                   {0.8549515566048790436882L, 0.274757783024395218441L},
                   {0.8688255099070633234737L, 0.3441275495353166173685L},
                   {0.8888739533021842797856L, 0.444369766510921398928L},
                   {0.9111260466978157202144L, 0.555630233489078601072L},
                   {0.9311744900929366765263L, 0.6558724504646833826315L},
                   {0.9450484433951209563118L, 0.725242216975604781559L},
                   {0.95L, 0.75L},
                   {0.95L, 0.75L}});
}

TEST_CASE("OneCycleLR in three phases brings momentum back before the last phase") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = 1, .total_steps = 7, .three_phase = true}};
  // The rise takes 0.3 * 7 - 1 = 1.1 steps.
  scheduler.seek(3);
  CHECK(groups[0].momentum == about(0.95L));
  scheduler.seek(6);
  CHECK(groups[0].momentum == about(0.95L));
  scheduler.seek_time(1.1);
  CHECK(groups[0].momentum == about(0.85L));
}

TEST_CASE("OneCycleLR takes momentum of 1 and above, as PyTorch does") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = 1, .total_steps = 10, .base_momentum = {1, 0.5}, .max_momentum = {3, 1.5}}};
  check_momentums(scheduler, groups, {{3, 1.5L}, {2, 1}, {1, 0.5L}});
}

TEST_CASE("OneCycleLR's base rate is its first rate, recorded in the groups") {
  auto groups = two_groups<double>();
  OneCycleLR scheduler{groups, {.max_lr = {1.0, 0.5}, .total_steps = 10, .cycle_momentum = false}};
  CHECK(scheduler.base_lrs()[0] == 0.04);
  CHECK(scheduler.base_lrs()[1] == 0.02);
  CHECK(groups[1].initial_lr == std::optional(0.02));
}

TEST_CASE("OneCycleLR needs momentum to cycle it") {
  auto groups = two_groups<double>();
  const auto before = groups;
  CHECK(message_of([&] { OneCycleLR scheduler(groups, {.max_lr = 1, .total_steps = 10}); }) ==
        "OneCycleLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum "
        "= false");
  CHECK(same_groups(groups, before));
}

TEST_CASE("OneCycleLR prefers total_steps to epochs") {
  const schedule::OneCycle<double> schedule{.max_lr = 1, .total_steps = 10, .epochs = -3, .steps_per_epoch = 5};
  schedule.validate();
  CHECK(schedule.duration() == 10);
}

TEST_CASE("OneCycleLR holds past its end, however far") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = {1.0, 0.5}, .total_steps = 10}};
  scheduler.seek(9);
  const auto last = groups;
  for (const Epoch t : {Epoch{10}, Epoch{11}, Epoch{1000}, Epoch{1} << 62}) {
    scheduler.seek(t);
    CHECK(same_groups(groups, last));
  }
}

TEST_CASE("OneCycleLR throws past total_steps where that is asked for") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = 1, .total_steps = 5, .after_end = AfterEnd::error}};
  for (int k = 0; k < 5; ++k) scheduler.step();
  CHECK(scheduler.last_epoch() == 5);
  CHECK(groups[0].lr == about(0.000004L));
  const auto last = groups;
  const StateDict state = scheduler.state_dict();
  CHECK(message_of<std::out_of_range>([&] { scheduler.step(); }) == "OneCycleLR: epoch 6 is past total_steps = 5");
  CHECK(message_of<std::out_of_range>([&] { scheduler.seek(1000); }) ==
        "OneCycleLR: epoch 1000 is past total_steps = 5");
  CHECK(message_of<std::out_of_range>([&] { scheduler.seek_time(5.5); }) ==
        "OneCycleLR: epoch 5.5 is past total_steps = 5");
  CHECK(same_groups(groups, last));
  CHECK(scheduler.state_dict() == state);
  scheduler.seek(0);
  CHECK(groups[0].lr == about(0.04L));
}

// Where PyTorch divides by zero, in a rise of one step, the phase is empty and at its end.
TEST_CASE("OneCycleLR takes phases that are empty") {
  struct Edge {
    double pct_start;
    bool three_phase;
    Epoch total_steps;
    std::vector<long double> rates;
  };
  const std::vector<Edge> edges{
      {0,
       false,
       6,
       {0.85416666666666667L, 0.70833333333333333L, 0.5625L, 0.41666666666666667L, 0.27083333333333333L, 0.125L}},
      {1, false, 6, {0.25L, 0.4L, 0.55L, 0.7L, 0.85L, 1}},
      {0,
       true,
       6,
       {0.21428571428571429L, 0.19642857142857143L, 0.17857142857142857L, 0.16071428571428571L, 0.14285714285714286L,
        0.125L}},
      {1, true, 6, {0.25L, 0.4L, 0.55L, 0.7L, 0.85L, 1}},
      {0.5, true, 6, {0.25L, 0.625L, 1, 0.625L, 0.25L, 0.125L}},
      {0.3, false, 1, {0.125L}},
      {0.25, false, 4, {1, 0.70833333333333333L, 0.41666666666666667L, 0.125L}},
      {0.25, true, 4, {1, 0.20833333333333333L, 0.16666666666666667L, 0.125L}},
  };
  for (const auto& [pct_start, three_phase, total_steps, rates] : edges) {
    const schedule::OneCycle<double> schedule{.max_lr = 1,
                                              .total_steps = total_steps,
                                              .pct_start = pct_start,
                                              .anneal_strategy = AnnealStrategy::linear,
                                              .div_factor = 4,
                                              .final_div_factor = 2,
                                              .three_phase = three_phase};
    for (std::size_t t = 0; t < rates.size(); ++t) {
      INFO("pct_start " << pct_start << ", total_steps " << total_steps << ", step " << t);
      CHECK(schedule.at(static_cast<Epoch>(t), 9.0) == pytorch(rates[t]));
    }
  }
}

TEST_CASE("OneCycleLR between steps is on the same curve") {
  const schedule::OneCycle<double> schedule{.max_lr = 1, .total_steps = 10};
  CHECK(at_time_is_at<double>(schedule, 15));
  CHECK(schedule.at(0.5, 9.0) == about(0.18058874503045718L, 100));
  CHECK(schedule.at(5.5, 9.0) == about(0.500002L));
  CHECK(schedule.at(5.5).momentum(9.0) == about(0.9L));
  CHECK(schedule.at(9.5, 9.0) == about(0.000004L));
}

TEST_CASE("OneCycleLR over a huge horizon is exact at its ends") {
  auto groups = two_groups<float>();
  const Epoch steps = Epoch{1} << 62;
  OneCycleLR scheduler{groups, {.max_lr = 1, .total_steps = steps, .pct_start = 0.25F, .cycle_momentum = false}};
  CHECK(groups[0].lr == 0.04F);
  scheduler.seek(steps / 4);
  CHECK(groups[0].lr == 1);
  scheduler.seek(steps / 8);
  CHECK(groups[0].lr == about(0.52L));
  scheduler.seek(steps);
  CHECK(groups[0].lr == about(0.000004L));
}

TEMPLATE_TEST_CASE("OneCycleLR with factors that take its rates beyond all numbers never becomes a NaN", "", float,
                   double, long double) {
  using T = TestType;
  const T tiny = std::numeric_limits<T>::denorm_min();
  for (const bool three_phase : {false, true}) {
    const schedule::OneCycle<T> schedule{
        .max_lr = T(1), .total_steps = 10, .div_factor = tiny, .final_div_factor = tiny, .three_phase = three_phase};
    for (Epoch t = 0; t <= 10; ++t) CHECK(schedule.at(t, T(1)) >= T(0.9L));
  }
}

TEST_CASE("OneCycleLR takes a max_lr of 0") {
  const schedule::OneCycle<double> schedule{.max_lr = 0, .total_steps = 10};
  schedule.validate();
  for (Epoch t = 0; t <= 10; ++t) CHECK(schedule.at(t, 1.0) == 0);
}

TEST_CASE("OneCycleLR with a list of rates refuses a group that is added") {
  auto groups = two_groups_with_momentum<double>();
  OneCycleLR scheduler{groups, {.max_lr = {1.0, 0.5}, .total_steps = 10}};
  check_refuses_third_group(scheduler, groups, "OneCycleLR: max_lr has 2 values for 3 parameter groups");
}

TEST_CASE("OneCycleLR takes as many epochs of as many steps as there is a number for") {
  constexpr Epoch most = std::numeric_limits<Epoch>::max();
  schedule::OneCycle<double> cycle{.max_lr = 1, .epochs = most / 2, .steps_per_epoch = 2};
  CHECK_NOTHROW(cycle.validate());
  CHECK(cycle.duration() == most - 1);
  cycle.epochs = most / 2 + 1;
  CHECK(message_of([&] { cycle.validate(); }) != "no exception");
}

}  // namespace
}  // namespace lr_scheduler::testing
