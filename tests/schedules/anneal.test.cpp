// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/anneal.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
using BoundAnneal = Scheduled<schedule::Anneal<T>, T>;

TEMPLATE_TEST_CASE("Anneal falls in a straight line from the base rate to 0 and stays there", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Anneal<T>{.steps = 4}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.025L, 0.1L}, {0L, 0L}, {0L, 0L}});
}

TEMPLATE_TEST_CASE("Anneal moves along half a cosine wave", "", float, double, long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Anneal<T>{.steps = 4, .shape = Shape::cosine, .end_factor = T(0.1L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.08681980515339463859804L, 0.34727922061357855439216L},
               {0.055L, 0.22L},
               {0.02318019484660536140196L, 0.09272077938642144560784L},
               {0.01L, 0.04L},
               {0.01L, 0.04L}});
}

TEMPLATE_TEST_CASE("Anneal moves along 1 - sqrt, an exponential and a polynomial", "", float, double, long double) {
  using T = TestType;
  const auto check = [](schedule::Anneal<T> options, const std::vector<long double>& expected) {
    for (std::size_t t = 0; t < expected.size(); ++t) {
      INFO("at " << t);
      CHECK(options.at(Epoch(t), T(1)) == about(expected[t]));
    }
  };
  check({.steps = 4, .shape = Shape::one_minus_sqrt},
        {1, 0.5L, 0.2928932188134524755992L, 0.1339745962155613532363L, 0, 0});
  check({.steps = 4, .shape = Shape::exponential},
        {1, 0.6817928305074290860623L, 0.4142135623730950488017L, 0.1892071150027210667175L, 0, 0});
  check({.steps = 4, .shape = Shape::exponential, .ratio = T(0.25L)},
        {1, 0.6094757082487300325344L, 0.3333333333333333333333L, 0.1380711874576983496005L, 0, 0});
  check({.steps = 4, .power = T(2)}, {1, 0.5625L, 0.25L, 0.0625L, 0, 0});
  check({.steps = 4, .time_power = T(2)}, {1, 0.9375L, 0.75L, 0.4375L, 0, 0});
  check({.steps = 5.5, .shape = Shape::cosine, .power = T(2), .time_power = T(2)},
        {1, 0.9946192449968033667587L, 0.9167564854036788262717L, 0.6352638750187460420195L, 0.2066850279395075687805L,
         0.005255859018539523828758L, 0});
}

TEMPLATE_TEST_CASE("Anneal along the geometric shape multiplies by the same factor each step", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  Scheduled scheduler{groups, schedule::Anneal<T>{.steps = 2, .shape = Shape::geometric, .end_factor = T(0.01L)}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.01L, 0.04L}, {0.001L, 0.004L}, {0.001L, 0.004L}});
  const schedule::Anneal<T> rising{.steps = 4,
                                   .shape = Shape::geometric,
                                   .power = T(2),
                                   .time_power = T(0.5L),
                                   .start_factor = T(0.01L),
                                   .end_factor = T(1)};
  CHECK(rising.at(0, T(1)) == T(0.01L));
  CHECK(rising.at(1, T(1)) == about(0.3162277660168379331999L));
  CHECK(rising.at(2, T(1)) == about(0.6736388483950367671638L));
  CHECK(rising.at(3, T(1)) == about(0.9206649614413376661528L));
  CHECK(rising.at(4, T(1)) == T(1));
}

TEMPLATE_TEST_CASE("Anneal refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  const T infinity = std::numeric_limits<T>::infinity();
  check_refused<BoundAnneal<T>>({.steps = -1}, "Anneal: steps must be finite and not negative, got -1");
  check_refused<BoundAnneal<T>>({.steps = std::numeric_limits<double>::infinity()},
                                "Anneal: steps must be finite and not negative, got inf");
  check_refused<BoundAnneal<T>>({.steps = 3, .power = T(0)}, "Anneal: power must be finite and positive, got 0");
  check_refused<BoundAnneal<T>>({.steps = 3, .time_power = T(-2)},
                                "Anneal: time_power must be finite and positive, got -2");
  check_refused<BoundAnneal<T>>({.steps = 3, .start_factor = T(-0.5L)},
                                "Anneal: start_factor must be finite and not negative, got -0.5");
  check_refused<BoundAnneal<T>>({.steps = 3, .ratio = T(0)},
                                "Anneal: ratio must be greater than 0 and less than 1, got 0");
  check_refused<BoundAnneal<T>>({.steps = 3, .ratio = T(1)},
                                "Anneal: ratio must be greater than 0 and less than 1, got 1");
  check_refused<BoundAnneal<T>>({.steps = 3, .end_factor = infinity},
                                "Anneal: end_factor must be finite and not negative, got inf");
  check_refused<BoundAnneal<T>>({.steps = 3, .shape = Shape::geometric},
                                "Anneal: end_factor must be positive where the shape is geometric, got 0");
  check_refused<BoundAnneal<T>>({.steps = 3, .shape = Shape::geometric, .start_factor = T(0), .end_factor = T(1)},
                                "Anneal: start_factor must be positive where the shape is geometric, got 0");
  check_refused<BoundAnneal<T>>({.steps = 3, .after_end = AfterEnd::error},
                                "Anneal: after_end must be rebound or hold, got error");
}

TEST_CASE("Anneal goes on from a rate that the user sets") {
  auto groups = two_groups<double>();
  BoundAnneal<double> scheduler{groups, {.steps = 8}};
  check_user_changes_rate(
      scheduler, groups,
      {{0.0875L, 0.35L}, {0.075L, 0.3L}, {0.058333333333333333333L, 0.25L}, {0.046666666666666666667L, 0.2L}});
}

TEST_CASE("Anneal between steps is on the same line, and may end there") {
  const schedule::Anneal<double> schedule{.steps = 2.5};
  CHECK(at_time_is_at<double>(schedule, 9));
  CHECK(schedule.at(0.5, 0.8) == about(0.64L));
  CHECK(schedule.at(2, 0.8) == about(0.16L));
  CHECK(schedule.at(2.5, 0.8) == 0);
  CHECK(schedule.at(3, 0.8) == 0);
  CHECK(schedule.duration() == 3);
  CHECK(schedule::Anneal<double>{.steps = 4}.duration() == 4);
  CHECK(schedule::Anneal<double>{.steps = 1e300}.duration() == std::numeric_limits<Epoch>::max());
}

TEST_CASE("Anneal goes back and forth where it rebounds") {
  const schedule::Anneal<double> schedule{
      .steps = 2, .start_factor = 0.5, .end_factor = 1, .after_end = AfterEnd::rebound};
  auto groups = two_groups<double>();
  BoundAnneal<double> scheduler{groups, schedule};
  check_rates(scheduler, groups,
              {{0.05L, 0.2L}, {0.075L, 0.3L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.075L, 0.3L}});
  CHECK(schedule.at(4'000'000'003, 1) == 0.75);
  CHECK(schedule.at(3.5, 1) == 0.625);
}

TEST_CASE("Anneal with 0 steps is at its end") {
  for (const AfterEnd after_end : {AfterEnd::hold, AfterEnd::rebound}) {
    const schedule::Anneal<double> schedule{.steps = 0, .end_factor = 0.25, .after_end = after_end};
    CHECK(schedule.at(0, 0.8) == 0.2);
    CHECK(schedule.at(7, 0.8) == 0.2);
    CHECK(schedule.unchanged_until(0) == std::numeric_limits<Epoch>::max());
  }
}

TEST_CASE("Anneal is unchanged once it is over") {
  const Epoch ever = std::numeric_limits<Epoch>::max();
  const schedule::Anneal<double> schedule{.steps = 2.5};
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(2) == 3);
  CHECK(schedule.unchanged_until(3) == ever);
  CHECK(schedule::Anneal<double>{.steps = 2.5, .after_end = AfterEnd::rebound}.unchanged_until(3) == 4);
}

TEMPLATE_TEST_CASE("Anneal is exact at both ends of every shape", "", float, double, long double) {
  using T = TestType;
  for (const Shape shape :
       {Shape::linear, Shape::cosine, Shape::one_minus_sqrt, Shape::exponential, Shape::geometric}) {
    for (const T power : {T(1), T(0.3L), T(3)}) {
      schedule::Anneal<T> schedule{.steps = 7,
                                   .shape = shape,
                                   .power = power,
                                   .time_power = power,
                                   .start_factor = T(0.7L),
                                   .end_factor = T(0.1L)};
      CHECK(schedule.at(0, T(1)) == T(0.7L));
      CHECK(schedule.at(7, T(1)) == T(0.1L));
      schedule.after_end = AfterEnd::rebound;
      CHECK(schedule.at(7, T(1)) == T(0.1L));
      CHECK(schedule.at(14, T(1)) == T(0.7L));
    }
  }
}

TEMPLATE_TEST_CASE("Anneal has all its digits near both ends", "", double, long double) {
  using T = TestType;
  const auto near_end = [](schedule::Anneal<T> options) { return options.at(999'999, T(1)); };
  CHECK(near_end({.steps = 1'000'000, .shape = Shape::exponential}) == about(6.931474207865077726362e-7L));
  CHECK(near_end({.steps = 1'000'000, .time_power = T(2)}) == about(0.000001999999L));
  CHECK(near_end({.steps = 1'000'000, .shape = Shape::one_minus_sqrt, .power = T(0.5L), .time_power = T(3)}) ==
        about(0.001224744718298445041299L));
  const auto from_0 = [](schedule::Anneal<T> options) {
    options.start_factor = T(0);
    options.end_factor = T(1);
    return options.at(1, T(1));
  };
  CHECK(from_0({.steps = 1'000'000, .shape = Shape::exponential}) == about(0.000001386293880666987708831L));
  CHECK(from_0({.steps = 1'000'000, .power = T(3)}) == about(0.000002999997000001L));
}

TEST_CASE("Anneal over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.1F}};
  const Epoch horizon = Epoch{1} << 62;
  Scheduled scheduler{groups, schedule::Anneal<float>{.steps = horizon}};
  scheduler.seek(horizon / 4 * 3);
  CHECK(groups[0].lr == 0.025F);
  scheduler.step();
  CHECK(groups[0].lr == 0.025F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0);
  CHECK(scheduler.schedule().at(std::numeric_limits<Epoch>::max(), 0.1F) == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
