// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

// Runs that must agree with one another, whatever the rates are.

namespace lr_scheduler::testing {
namespace {

using Any = AnySchedule<double>;
using DoubleGroups = std::vector<ParamGroup<double>>;

struct Named {
  std::string name;
  Any schedule;
};

std::vector<Named> every_schedule() {
  const std::function<double(Epoch)> inverse = [](Epoch t) { return 1.0 / double(1 + t); };
  return {
      {"Step", schedule::Step<double>{.step_size = 3, .gamma = 0.7}},
      {"MultiStep", schedule::MultiStep<double>{.milestones = {2, 5, 5}, .gamma = 0.7}},
      {"Constant", schedule::Constant<double>{.factor = 0.3, .total_iters = 4}},
      {"Linear", schedule::Linear<double>{.start_factor = 0.3, .total_iters = 7}},
      {"Linear from 0", schedule::Linear<double>{.start_factor = 0, .total_iters = 7}},
      {"Exponential", schedule::Exponential<double>{.gamma = 0.9}},
      {"Polynomial", schedule::Polynomial<double>{.total_iters = 9, .power = 1.5}},
      {"LinearWarmup", schedule::LinearWarmup<double>{.warmup_steps = 5}},
      {"CosineAnnealing", schedule::CosineAnnealing<double>{.T_max = 5}},
      {"CosineAnnealing that holds", schedule::CosineAnnealing<double>{.T_max = 5, .after_end = AfterEnd::hold}},
      {"CosineAnnealingWarmRestarts", schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 2, .T_mult = 2}},
      {"Cyclic", schedule::Cyclic<double>{.base_lr = {0.1, 0.2}, .max_lr = 0.5, .step_size_up = 3}},
      {"OneCycle", schedule::OneCycle<double>{.max_lr = {1.0, 0.5}, .total_steps = 12}},
      {"SWA", schedule::SWA<double>{.swa_lr = {0.05, 0.02}, .anneal_epochs = 4}},
      {"Lambda", schedule::Lambda<double>{.lr_lambda = inverse}},
      {"Multiplicative", schedule::Multiplicative<double>{.lr_lambda = inverse}},
      {"a chain of factors", schedule::Chained<double>{.schedules = {schedule::Linear<double>{},
                                                                     schedule::Exponential<double>{.gamma = 0.9}}}},
      {"a chain without a closed form",
       schedule::Chained<double>{
           .schedules = {schedule::CosineAnnealing<double>{.T_max = 5}, schedule::Exponential<double>{.gamma = 0.9}}}},
      {"a sequence", schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 3},
                                                                schedule::CosineAnnealing<double>{.T_max = 5}},
                                                  .milestones = {3}}},
  };
}

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

TEST_CASE("a sequence of one schedule is that schedule, disturbed or not") {
  for (const auto& [name, schedule] : every_schedule()) {
    INFO(name);
    const schedule::Sequential<double> sequence{.schedules = {schedule}};
    CHECK(sequence.has_closed_form() == schedule.has_closed_form());
    CHECK(sequence.is_continuous() == schedule.is_continuous());
    CHECK(sequence.is_factor() == schedule.is_factor());
    CHECK(sequence.starts_from_current() == schedule.starts_from_current());
    CHECK(agree(run(sequence), run(schedule)));
    CHECK(agree(run(sequence, true), run(schedule, true)));
  }
}

TEST_CASE("a chain of one schedule is that schedule, disturbed or not") {
  for (const auto& [name, schedule] : every_schedule()) {
    INFO(name);
    const schedule::Chained<double> chain{.schedules = {schedule}};
    CHECK(chain.has_closed_form() == schedule.has_closed_form());
    CHECK(chain.is_continuous() == schedule.is_continuous());
    CHECK(chain.is_factor() == schedule.is_factor());
    CHECK(chain.starts_from_current() == schedule.starts_from_current());
    CHECK(agree(run(chain), run(schedule)));
    CHECK(agree(run(chain, true), run(schedule, true)));
  }
}

TEST_CASE("any schedule runs as the schedule in it does") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4}};
  CosineAnnealingLR scheduler{groups, {.T_max = 5}};
  const auto other = run(schedule::CosineAnnealing<double>{.T_max = 5});
  for (std::size_t k = 0; k < other.size(); ++k) {
    if (k > 0) scheduler.step();
    CHECK(groups[0].lr == other[k][0].lr);
    CHECK(groups[1].lr == other[k][1].lr);
  }
}

TEST_CASE("a sequence in a sequence is one sequence") {
  const auto schedules = every_schedule();
  // Each schedule comes first, second and third once.
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const auto& [a_name, a] = schedules[i];
    const auto& [b_name, b] = schedules[(i + 7) % schedules.size()];
    const auto& [c_name, c] = schedules[(i + 12) % schedules.size()];
    INFO(a_name << ", " << b_name << ", " << c_name);
    const schedule::Sequential<double> flat{.schedules = {a, b, c}, .milestones = {4, 9}};
    const schedule::Sequential<double> early{
        .schedules = {schedule::Sequential<double>{.schedules = {a, b}, .milestones = {4}}, c}, .milestones = {9}};
    const schedule::Sequential<double> late{
        .schedules = {a, schedule::Sequential<double>{.schedules = {b, c}, .milestones = {5}}}, .milestones = {4}};
    CHECK(early.has_closed_form() == flat.has_closed_form());
    CHECK(agree(run(early), run(flat)));
    CHECK(agree(run(early, true), run(flat, true)));
    CHECK(agree(run(late), run(flat)));
    CHECK(agree(run(late, true), run(flat, true)));
  }
}

TEST_CASE("a chain in a chain is one chain") {
  const auto schedules = every_schedule();
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const auto& [a_name, a] = schedules[i];
    const auto& [b_name, b] = schedules[(i + 5) % schedules.size()];
    const Any c = schedule::Exponential<double>{.gamma = 0.8};
    INFO(a_name << ", " << b_name);
    const schedule::Chained<double> flat{.schedules = {a, b, c}};
    const schedule::Chained<double> nested{.schedules = {schedule::Chained<double>{.schedules = {a, b}}, c}};
    CHECK(agree(run(nested), run(flat), 50));
    CHECK(agree(run(nested, true), run(flat, true), 50));
  }
}

TEST_CASE("the order of factors in a chain does not matter") {
  std::vector<Any> factors;
  for (const auto& [name, schedule] : every_schedule()) {
    if (schedule.is_factor()) factors.push_back(schedule);
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
  for (const auto& [name, schedule] : every_schedule()) {
    if (name == "Cyclic" || name == "OneCycle" || name == "SWA") continue;
    INFO(name);
    const auto one = run(schedule);
    auto scaled = run(schedule, false, 8);
    for (auto& groups : scaled) {
      for (auto& group : groups) group.lr /= 8;
    }
    CHECK(agree(scaled, one));
  }
}

TEST_CASE("a sequence in a chain and a chain in a sequence of factors agree") {
  const Any linear = schedule::Linear<double>{.start_factor = 0.3, .total_iters = 4};
  const Any step = schedule::Step<double>{.step_size = 3, .gamma = 0.7};
  const Any constant = schedule::Constant<double>{.factor = 0.5, .total_iters = 100};
  const auto chain = [](const Any& a, const Any& b) { return Any(schedule::Chained<double>{.schedules = {a, b}}); };
  const schedule::Sequential<double> sequence{.schedules = {linear, step}, .milestones = {6}};
  const schedule::Sequential<double> chains{.schedules = {chain(linear, constant), chain(step, constant)},
                                            .milestones = {6}};
  CHECK(chains.has_closed_form());
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

TEST_CASE("a state goes from one form of the same schedule to another run of it at any epoch") {
  for (const auto& [name, schedule] : every_schedule()) {
    INFO(name);
    const auto expected = run(schedule, true);
    DoubleGroups groups{{.lr = 0.1, .momentum = 0.5}, {.lr = 0.4, .momentum = 0.5}};
    Scheduled first{groups, schedule};
    for (int k = 1; k <= 10; ++k) {
      if (k == 7) groups[0].lr = 0.07;
      first.step();
    }
    DoubleGroups others{{.lr = 0.3, .momentum = 0.5}, {.lr = 0.2, .momentum = 0.5}};
    Scheduled second{others, schedule};
    second.load_state_dict(first.state_dict());
    for (std::size_t k = 11; k <= 15; ++k) {
      second.step();
      CHECK(others[0].lr == expected[k][0].lr);
      CHECK(others[1].lr == expected[k][1].lr);
      CHECK(others[1].momentum == expected[k][1].momentum);
    }
  }
}

TEST_CASE("seek() and steps agree for every schedule with a closed form") {
  int compared = 0;
  for (const auto& [name, schedule] : every_schedule()) {
    if (!schedule.has_closed_form()) continue;
    ++compared;
    INFO(name);
    const auto expected = run(schedule);
    DoubleGroups groups{{.lr = 0.1, .momentum = 0.5}, {.lr = 0.4, .momentum = 0.5}};
    Scheduled scheduler{groups, schedule};
    for (std::size_t k = expected.size(); k-- > 0;) {
      scheduler.seek(static_cast<Epoch>(k));
      CHECK(same_groups(groups, expected[k]));
    }
  }
  CHECK(compared == 17);
}

TEST_CASE("rates are finite and not negative for every schedule, far out as well") {
  for (const auto& [name, schedule] : every_schedule()) {
    INFO(name);
    for (const auto& groups : run(schedule, true)) {
      for (const auto& group : groups) {
        CHECK(group.lr >= 0);
        CHECK(group.lr <= 1);
      }
    }
    if (!schedule.has_closed_form()) continue;
    for (int exponent = 0; exponent <= 62; ++exponent) {
      for (const Epoch near : {(Epoch{1} << exponent) - 1, Epoch{1} << exponent}) {
        const double lr = schedule.at(near, Group<double>(0.4, 1));
        if (!(lr >= 0 && lr <= 1)) FAIL("epoch " << near << ": " << lr);
      }
    }
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
