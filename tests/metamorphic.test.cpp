// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/every_schedule.hpp"

// Runs that must agree with one another, whatever the rates are.

namespace lr_scheduler::testing {
namespace {

using Any = AnySchedule<double>;
using DoubleGroups = std::vector<ParamGroup<double>>;

/// Rates and momentum of two groups over 15 steps; before step 7 the user sets the first rate where
/// `disturbed`.
std::vector<DoubleGroups> run(const Any& schedule, bool disturbed = false, double scale = 1) {
  DoubleGroups groups{{.lr = 0.1 * scale, .momentum = 0.5}, {.lr = 0.4 * scale, .momentum = 0.5}};
  Scheduled scheduler{groups, schedule};
  std::vector<DoubleGroups> result{groups};
  for (int k = 1; k <= 15; ++k) {
    if (disturbed && k == 7) groups[0].lr = 0.07;
    scheduler.step();
    result.push_back(groups);
  }
  return result;
}

/// Whether two runs agree to within some roundings of the first rate.
bool agree(const std::vector<DoubleGroups>& left, const std::vector<DoubleGroups>& right, double roundings = 20) {
  for (std::size_t k = 0; k < left.size(); ++k) {
    for (std::size_t i = 0; i < left[k].size(); ++i) {
      const double tolerance = roundings * 2.2e-16 * (0.1 + std::abs(right[k][i].lr));
      if (!(std::abs(left[k][i].lr - right[k][i].lr) <= tolerance)) return false;
      if (!(left[k][i].momentum == right[k][i].momentum)) return false;
    }
  }
  return left.size() == right.size();
}

bool same_abilities(const Any& left, const Any& right) {
  return left.abilities(0) == right.abilities(0) && left.abilities(1) == right.abilities(1);
}

/// The examples that are schedules.
std::vector<EveryExample<double>> every_schedule() {
  std::vector<EveryExample<double>> schedules;
  for (const auto& example : every_example<double>()) {
    if (example.schedule) schedules.push_back(example);
  }
  return schedules;
}

TEST_CASE("a sequence of one schedule is that schedule, disturbed or not") {
  for (const auto& example : every_schedule()) {
    INFO(example.name);
    const schedule::Sequential<double> sequence{.schedules = {*example.schedule}};
    CHECK(same_abilities(sequence, *example.schedule));
    CHECK(agree(run(sequence), run(*example.schedule)));
    CHECK(agree(run(sequence, true), run(*example.schedule, true)));
  }
}

TEST_CASE("a chain of one schedule is that schedule, disturbed or not") {
  for (const auto& example : every_schedule()) {
    INFO(example.name);
    const schedule::Chained<double> chain{.schedules = {*example.schedule}};
    CHECK(same_abilities(chain, *example.schedule));
    CHECK(agree(run(chain), run(*example.schedule)));
    CHECK(agree(run(chain, true), run(*example.schedule, true)));
  }
}

TEST_CASE("a sequence in a sequence is one sequence") {
  const auto schedules = every_schedule();
  // Each schedule comes first, second and third once.
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const auto& first = schedules[i];
    const auto& second = schedules[(i + 7) % schedules.size()];
    const auto& third = schedules[(i + 12) % schedules.size()];
    INFO(first.name << ", " << second.name << ", " << third.name);
    const Any& a = *first.schedule;
    const Any& b = *second.schedule;
    const Any& c = *third.schedule;
    const schedule::Sequential<double> flat{.schedules = {a, b, c}, .milestones = {4, 9}};
    const schedule::Sequential<double> early{
        .schedules = {schedule::Sequential<double>{.schedules = {a, b}, .milestones = {4}}, c}, .milestones = {9}};
    const schedule::Sequential<double> late{
        .schedules = {a, schedule::Sequential<double>{.schedules = {b, c}, .milestones = {5}}}, .milestones = {4}};
    CHECK(same_abilities(early, flat));
    CHECK(agree(run(early), run(flat)));
    CHECK(agree(run(early, true), run(flat, true)));
    CHECK(agree(run(late), run(flat)));
    CHECK(agree(run(late, true), run(flat, true)));
  }
}

TEST_CASE("a chain in a chain is one chain") {
  const auto schedules = every_schedule();
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const auto& first = schedules[i];
    const auto& second = schedules[(i + 5) % schedules.size()];
    INFO(first.name << ", " << second.name);
    const Any& a = *first.schedule;
    const Any& b = *second.schedule;
    const Any c = schedule::Exponential<double>{.gamma = 0.8};
    const schedule::Chained<double> flat{.schedules = {a, b, c}};
    const schedule::Chained<double> nested{.schedules = {schedule::Chained<double>{.schedules = {a, b}}, c}};
    CHECK(agree(run(nested), run(flat), 50));
    CHECK(agree(run(nested, true), run(flat, true), 50));
  }
}

TEST_CASE("the order of factors in a chain does not matter") {
  std::vector<Any> factors;
  for (const auto& example : every_schedule()) {
    if (example.facts.can.factor) factors.push_back(*example.schedule);
  }
  CHECK(factors.size() >= 8);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Any& a = factors[i];
    const Any& b = factors[(i + 1) % factors.size()];
    const Any& c = factors[(i + 3) % factors.size()];
    const auto forward = run(schedule::Chained<double>{.schedules = {a, b, c}});
    CHECK(agree(run(schedule::Chained<double>{.schedules = {c, a, b}}), forward));
    CHECK(agree(run(schedule::Chained<double>{.schedules = {b, a, c}}), forward));
  }
}

TEST_CASE("a chain of factors is the product of what each does alone") {
  const Any linear = schedule::Linear<double>{.start_factor = 0.3, .total_iters = 7};
  const Any step = schedule::Step<double>{.step_size = 3, .gamma = 0.7};
  const auto both = run(schedule::Chained<double>{.schedules = {linear, step}});
  const auto one = run(linear);
  const auto other = run(step);
  for (std::size_t k = 0; k < both.size(); ++k) {
    CHECK(both[k][1].lr == about(static_cast<long double>(one[k][1].lr) * other[k][1].lr / 0.4L));
  }
}

TEST_CASE("rates scale with the base rate where the schedule has no rate of its own") {
  int scaling = 0;
  for (const auto& example : every_schedule()) {
    if (!example.facts.scales) continue;
    ++scaling;
    INFO(example.name);
    const auto one = run(*example.schedule);
    auto scaled = run(*example.schedule, false, 8);
    for (auto& groups : scaled) {
      for (auto& group : groups) group.lr /= 8;
    }
    CHECK(agree(scaled, one));
  }
  CHECK(scaling >= 20);
}

TEST_CASE("a sequence in a chain and a chain in a sequence of factors agree") {
  const Any linear = schedule::Linear<double>{.start_factor = 0.3, .total_iters = 4};
  const Any step = schedule::Step<double>{.step_size = 3, .gamma = 0.7};
  const Any constant = schedule::Constant<double>{.factor = 0.5, .total_iters = 100};
  const auto chain = [](const Any& a, const Any& b) { return Any(schedule::Chained<double>{.schedules = {a, b}}); };
  const schedule::Sequential<double> sequence{.schedules = {linear, step}, .milestones = {6}};
  const schedule::Sequential<double> chains{.schedules = {chain(linear, constant), chain(step, constant)},
                                            .milestones = {6}};
  CHECK(abilities<double>(chains).closed_form);
  CHECK(agree(run(chain(sequence, constant)), run(chains)));
  CHECK(agree(run(chain(constant, sequence)), run(chains)));
}

TEST_CASE("a sequence late in a chain moves the rate that the one before it left") {
  // A sequence of Multiplicatives halves: late in a chain after an exponential, their product.
  const Any half = schedule::Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }};
  const schedule::Sequential<double> halves{.schedules = {half, half}, .milestones = {4}};
  const auto rates = run(schedule::Chained<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.5}, halves}});
  CHECK(rates[3][1].lr == about(0.4L / 64));
  CHECK(rates[4][1].lr == about(0.4L / 256));
  CHECK(rates[5][1].lr == about(0.4L / 1024));
}

}  // namespace
}  // namespace lr_scheduler::testing
