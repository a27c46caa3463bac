// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/piecewise.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("PiecewiseLR is at one rate after the other, whatever the base rate", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PiecewiseLR scheduler{groups, {.boundaries = {2, 3}, .values = {T(0.1L), T(0.05L), T(0.01L)}}};
  check_rates(scheduler, groups,
              {{0.1L, 0.1L}, {0.1L, 0.1L}, {0.05L, 0.05L}, {0.01L, 0.01L}, {0.01L, 0.01L}, {0.01L, 0.01L}});
}

TEMPLATE_TEST_CASE("PiecewiseLR multiplies the base rate by one factor after the other", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PiecewiseLR scheduler{groups, {.boundaries = {2, 3}, .scales = {T(1), T(0.5L), T(3)}}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.05L, 0.2L}, {0.3L, 1.2L}, {0.3L, 1.2L}});
}

TEMPLATE_TEST_CASE("PiecewiseLR moves from point to point in straight lines or along cosines", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  PiecewiseLR scheduler{
      groups, {.boundaries = {2, 4}, .scales = {T(0), T(1), T(0.5L)}, .interpolation = Interpolation::linear}};
  check_rates(scheduler, groups, {{0L, 0L}, {0.05L, 0.2L}, {0.1L, 0.4L}, {0.075L, 0.3L}, {0.05L, 0.2L}, {0.05L, 0.2L}});
  const schedule::Piecewise<T> cosine{
      .boundaries = {4}, .values = {T(0.8L), T(0.2L)}, .interpolation = Interpolation::cosine};
  CHECK(cosine.at(0, T(1)) == T(0.8L));
  CHECK(cosine.at(1, T(1)) == about(0.7121320343559642573203L));
  CHECK(cosine.at(2, T(1)) == about(0.5L));
  CHECK(cosine.at(3, T(1)) == about(0.2878679656440357426797L));
  CHECK(cosine.at(4, T(1)) == T(0.2L));
  CHECK(cosine.at(1'000'000'000'000, T(1)) == T(0.2L));
}

TEMPLATE_TEST_CASE("PiecewiseLR refuses bad options and leaves the optimizer alone", "", float, double, long double) {
  using T = TestType;
  using Bound = PiecewiseLR<T>;
  const std::vector<T> two{T(1), T(2)};
  check_refused<Bound>({}, "PiecewiseLR: needs values or scales, got none");
  check_refused<Bound>({.boundaries = {1}, .values = two, .scales = two},
                       "PiecewiseLR: needs values or scales, got both");
  check_refused<Bound>({.boundaries = {1, 2}, .values = two},
                       "PiecewiseLR: values must be one more than the 2 boundaries, got 2");
  check_refused<Bound>({.boundaries = {}, .scales = two},
                       "PiecewiseLR: scales must be one more than the 0 boundaries, got 2");
  check_refused<Bound>({.boundaries = {-1}, .values = two},
                       "PiecewiseLR: boundaries[0] must be finite and not negative, got -1");
  check_refused<Bound>({.boundaries = {std::numeric_limits<double>::quiet_NaN()}, .values = two},
                       "PiecewiseLR: boundaries[0] must be finite and not negative, got nan");
  check_refused<Bound>({.boundaries = {2.5, 2.5}, .values = {T(1), T(2), T(3)}},
                       "PiecewiseLR: boundaries[1] must be greater than 2.5, got 2.5");
  check_refused<Bound>({.boundaries = {1}, .values = {T(1), T(-2)}},
                       "PiecewiseLR: values[1] must be finite and not negative, got -2");
  check_refused<Bound>({.boundaries = {1}, .scales = {std::numeric_limits<T>::infinity(), T(1)}},
                       "PiecewiseLR: scales[0] must be finite and not negative, got inf");
}

TEST_CASE("PiecewiseLR of factors goes on from a rate that the user sets, and one of rates does not") {
  auto groups = two_groups<double>();
  PiecewiseLR factors{groups, {.boundaries = {2, 4}, .scales = {1, 0.5, 0.25}}};
  check_user_changes_rate(factors, groups, {{0.1L, 0.4L}, {0.05L, 0.2L}, {0.07L, 0.2L}, {0.035L, 0.1L}});
  auto others = two_groups<double>();
  PiecewiseLR rates{others, {.boundaries = {2, 4}, .values = {0.3, 0.2, 0.1}}};
  check_user_changes_rate(rates, others, {{0.3L, 0.3L}, {0.2L, 0.2L}, {0.2L, 0.2L}, {0.1L, 0.1L}});
}

TEST_CASE("PiecewiseLR is continuous, and boundaries need not be whole") {
  const schedule::Piecewise<double> steps{.boundaries = {1.5, 2}, .values = {0.4, 0.2, 0.1}};
  CHECK(abilities<double>(steps) == Abilities{.closed_form = true, .continuous = true});
  CHECK(at_time_is_at<double>(steps, 9));
  CHECK(steps.at(1, 1) == 0.4);
  CHECK(steps.at(1.25, 1) == 0.4);
  CHECK(steps.at(1.5, 1) == 0.2);
  CHECK(steps.at(2, 1) == 0.1);
  const schedule::Piecewise<double> lines{
      .boundaries = {1.5, 2}, .values = {0.4, 0.1, 0.3}, .interpolation = Interpolation::linear};
  CHECK(lines.at(0.75, 1) == about(0.25L));
  CHECK(lines.at(1, 1) == about(0.2L));
  CHECK(lines.at(1.5, 1) == 0.1);
  CHECK(lines.at(1.75, 1) == about(0.2L));
}

TEST_CASE("PiecewiseLR without boundaries stays at its one value") {
  const schedule::Piecewise<double> schedule{.values = {0.3}, .interpolation = Interpolation::cosine};
  CHECK(schedule.at(0, 1) == 0.3);
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), 1) == 0.3);
  CHECK(schedule.unchanged_until(0) == std::numeric_limits<Epoch>::max());
}

TEST_CASE("PiecewiseLR with a boundary at 0 begins with the second value") {
  for (const Interpolation interpolation : {Interpolation::none, Interpolation::linear, Interpolation::cosine}) {
    const schedule::Piecewise<double> schedule{
        .boundaries = {0, 2}, .values = {0.9, 0.4, 0.4}, .interpolation = interpolation};
    CHECK(schedule.at(0, 1) == 0.4);
    CHECK(schedule.at(1, 1) == 0.4);
  }
}

TEST_CASE("PiecewiseLR is unchanged until the next boundary, or as long as it lies between two points") {
  const Epoch ever = std::numeric_limits<Epoch>::max();
  schedule::Piecewise<double> schedule{.boundaries = {2.5, 6, 1e300}, .values = {1, 2, 3, 4}};
  CHECK(schedule.unchanged_until(0) == 3);
  CHECK(schedule.unchanged_until(2) == 3);
  CHECK(schedule.unchanged_until(3) == 6);
  CHECK(schedule.unchanged_until(6) == ever);
  schedule.interpolation = Interpolation::linear;
  CHECK(schedule.unchanged_until(0) == 1);
  CHECK(schedule.unchanged_until(6) == 7);
}

TEST_CASE("PiecewiseLR over a huge horizon does not drift") {
  std::vector<ParamGroup<float>> groups{{.lr = 0.5F}};
  const Epoch horizon = Epoch{1} << 62;
  PiecewiseLR scheduler{groups, {.boundaries = {horizon}, .scales = {0, 1}, .interpolation = Interpolation::linear}};
  scheduler.seek(horizon / 4);
  CHECK(groups[0].lr == 0.125F);
  scheduler.seek(horizon);
  CHECK(groups[0].lr == 0.5F);
  CHECK(scheduler.schedule().at(std::numeric_limits<Epoch>::max(), 0.5F) == 0.5F);
}

TEST_CASE("PiecewiseLR of factors chains, and a chain of it keeps its closed form") {
  const schedule::Piecewise<double> halves{.boundaries = {2, 4}, .scales = {1, 0.5, 0.25}};
  const schedule::Chained<double> chain{.schedules = {halves, schedule::Exponential<double>{.gamma = 0.5}}};
  CHECK(abilities<double>(chain).factor);
  CHECK(chain.at(4, 0.8) == about(0.0125L));
  const schedule::Chained<double> rates{.schedules = {schedule::Exponential<double>{.gamma = 0.5},
                                                      schedule::Piecewise<double>{.boundaries = {}, .values = {0.3}}}};
  CHECK_FALSE(abilities<double>(rates).closed_form);
}

}  // namespace
}  // namespace lr_scheduler::testing
