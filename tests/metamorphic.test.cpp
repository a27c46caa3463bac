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

/// The same rates, disturbed or not, at any time, alone and in a chain with what does nothing.
void check_same(const Any& preset, const Any& composition) {
  CHECK(same_abilities(preset, composition));
  CHECK(agree(run(preset), run(composition)));
  CHECK(agree(run(preset, true), run(composition, true)));
  for (const double t : {0.25, 1.5, 3.75, 4.5, 8.625, 11.75, 12.5, 1e9}) {
    INFO("t " << t);
    CHECK(preset.at(t, 0.4) == about(composition.at(t, 0.4)));
  }
  const Any nothing = schedule::Constant<double>{.factor = 1};
  const schedule::Chained<double> chain{.schedules = {preset, nothing}};
  CHECK(agree(run(chain), run(composition)));
  CHECK(agree(run(chain, true), run(composition, true)));
}

/// The warm-ups of 4 steps that the presets below begin with.
std::vector<schedule::LinearWarmup<double>> warmups() {
  return {{.warmup_steps = 4},
          {.warmup_steps = 4, .start_factor = 0.3},
          {.warmup_steps = 4, .first_update = FirstUpdate::one_of_w},
          {.warmup_steps = 4, .first_update = FirstUpdate::one_of_w_plus_1}};
}

Any after(const Any& warmup, const Any& decay) {
  return schedule::Sequential<double>{.schedules = {warmup, decay}, .milestones = {4}};
}

TEST_CASE("a warm-up and a cosine are the sequence of the two") {
  for (const auto& warmup : warmups()) {
    INFO(to_string(warmup));
    check_same(schedule::WarmupCosine<double>{.warmup_steps = 4,
                                              .total_steps = 12,
                                              .start_factor = warmup.start_factor,
                                              .first_update = warmup.first_update},
               after(warmup, schedule::Anneal<double>{.steps = 8, .shape = Shape::cosine}));
    check_same(schedule::WarmupCosine<double>{.warmup_steps = 4,
                                              .total_steps = 12,
                                              .min_ratio = 0.2,
                                              .start_factor = warmup.start_factor,
                                              .first_update = warmup.first_update},
               after(warmup, schedule::Anneal<double>{.steps = 8, .shape = Shape::cosine, .end_factor = 0.2}));
  }
  // CosineAnnealing is no factor, as its end is a rate, so a rate that the user sets goes another way where the end is
  // not 0.
  const Any sequence = after(warmups()[0], schedule::CosineAnnealing<double>{.T_max = 8, .after_end = AfterEnd::hold});
  const Any preset = schedule::WarmupCosine<double>{.warmup_steps = 4, .total_steps = 12};
  CHECK(agree(run(preset), run(sequence)));
  CHECK(agree(run(preset, true), run(sequence, true)));
}

TEST_CASE("a warm-up and a cosine of several waves are the sequence of the two") {
  check_same(
      schedule::WarmupCosine<double>{.warmup_steps = 4, .total_steps = 16, .num_cycles = 1.5},
      after(warmups()[0], schedule::Sequential<double>{
                              .schedules = {schedule::Anneal<double>{
                                                .steps = 4, .shape = Shape::cosine, .after_end = AfterEnd::rebound},
                                            schedule::Linear<double>{.start_factor = 0, .end_factor = 0}},
                              .milestones = {12}}));
}

TEST_CASE("a warm-up and a line are the sequence of the two") {
  for (const auto& warmup : warmups()) {
    INFO(to_string(warmup));
    check_same(schedule::WarmupLinear<double>{.warmup_steps = 4,
                                              .total_steps = 12,
                                              .min_ratio = 0.2,
                                              .start_factor = warmup.start_factor,
                                              .first_update = warmup.first_update},
               after(warmup, schedule::Linear<double>{.start_factor = 1, .end_factor = 0.2, .total_iters = 8}));
  }
}

TEST_CASE("a warm-up and a polynomial are the sequence of the two, and with power 1 a warm-up and a line") {
  for (const auto& warmup : warmups()) {
    INFO(to_string(warmup));
    for (const double power : {0.5, 1.0, 2.5}) {
      check_same(schedule::WarmupPolynomial<double>{.warmup_steps = 4,
                                                    .total_steps = 12,
                                                    .power = power,
                                                    .start_factor = warmup.start_factor,
                                                    .first_update = warmup.first_update},
                 after(warmup, schedule::Polynomial<double>{.total_iters = 8, .power = power}));
    }
    check_same(schedule::WarmupPolynomial<double>{.warmup_steps = 4,
                                                  .total_steps = 12,
                                                  .min_ratio = 0.2,
                                                  .start_factor = warmup.start_factor,
                                                  .first_update = warmup.first_update},
               schedule::WarmupLinear<double>{.warmup_steps = 4,
                                              .total_steps = 12,
                                              .min_ratio = 0.2,
                                              .start_factor = warmup.start_factor,
                                              .first_update = warmup.first_update});
  }
}

TEST_CASE("a warm-up and an inverse square root are the sequence of the two") {
  for (const auto& warmup : warmups()) {
    if (warmup.start_factor != 0) continue;
    INFO(to_string(warmup));
    check_same(schedule::WarmupInverseSqrt<double>{.warmup_steps = 4, .first_update = warmup.first_update},
               after(warmup, schedule::InverseTime<double>{.timescale = 4, .power = 0.5}));
    check_same(
        schedule::WarmupInverseSqrt<double>{.warmup_steps = 4, .timescale = 2.5, .first_update = warmup.first_update},
        after(warmup, schedule::InverseTime<double>{.timescale = 2.5, .power = 0.5}));
  }
}

TEST_CASE("a warm-up, a stable part and a decay are the sequence of the three") {
  for (const auto& warmup : warmups()) {
    if (warmup.start_factor != 0) continue;
    for (const Shape shape : {Shape::linear, Shape::cosine, Shape::one_minus_sqrt, Shape::exponential}) {
      INFO(to_string(warmup) << ", shape " << static_cast<int>(shape));
      check_same(schedule::WarmupStableDecay<double>{.warmup_steps = 4,
                                                     .stable_steps = 2,
                                                     .decay_steps = 6,
                                                     .shape = shape,
                                                     .min_ratio = 0.1,
                                                     .first_update = warmup.first_update},
                 schedule::Sequential<double>{
                     .schedules = {warmup, schedule::Linear<double>{.start_factor = 1},
                                   schedule::Anneal<double>{.steps = 6, .shape = shape, .end_factor = 0.1}},
                     .milestones = {4, 6}});
    }
  }
}

TEST_CASE("without a stable part and in a straight line a warm-up and a decay are a warm-up and a line") {
  check_same(
      schedule::WarmupStableDecay<double>{
          .warmup_steps = 4, .stable_steps = 0, .decay_steps = 8, .shape = Shape::linear, .min_ratio = 0.1},
      schedule::WarmupLinear<double>{.warmup_steps = 4, .total_steps = 12, .min_ratio = 0.1});
}

TEST_CASE("Noam is a warm-up and an inverse square root of a base rate of 1 / sqrt(d_model warmup_steps)") {
  for (const FirstUpdate first : {FirstUpdate::zero, FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    const schedule::Noam<double> noam{.d_model = 16, .warmup_steps = 4, .first_update = first};
    const schedule::WarmupInverseSqrt<double> preset{.warmup_steps = 4, .first_update = first};
    for (const double t : {0.0, 0.25, 1.0, 3.0, 3.5, 4.0, 5.5, 100.0, 1e9}) {
      CHECK(noam.at(t, 1.0) == about(preset.at(t, 0.125)));
    }
    CHECK(agree(run(noam), run(preset, false, 0.125)));
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

// ---- schedules that are written in two ways ----

template <class Left, class Right>
void check_same_curve(const Left& left, const Right& right, Epoch epochs = 100) {
  for (Epoch t = 0; t < epochs; ++t) {
    for (const double fraction : {0.0, 0.375}) {
      const Time time(t, fraction);
      INFO("at " << time.as<double>());
      CHECK(std::abs(left.at(time, 0.4) - right.at(time, 0.4)) <= 1e-15);
    }
  }
}

TEST_CASE("a modifier that changes nothing is the schedule in it") {
  int tried = 0;
  for (const auto& example : every_schedule()) {
    if (!example.facts.can_seek()) continue;
    ++tried;
    INFO(example.name);
    const Any& itself = *example.schedule;
    const std::vector<Any> modified{
        schedule::Retimed<double>{.schedule = itself}, schedule::Clamp<double>{.schedule = itself},
        schedule::Scaled<double>{.schedule = itself, .by = schedule::Constant<double>{.factor = 1}},
        schedule::Cycles<double>{.schedule = itself, .length = 100}};
    for (const Any& same : modified) {
      INFO(same.name());
      CHECK(agree(run(same), run(itself), 1));
      // A sequence begins each phase at the base rate, whatever is there; in another schedule it is a factor.
      const bool chains_alike = example.class_name() != "SequentialLR" &&
                                same.abilities(0).chains == itself.abilities(0).chains &&
                                same.abilities(1).chains == itself.abilities(1).chains;
      if (chains_alike) CHECK(agree(run(same, true), run(itself, true), 1));
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      for (const double base_lr : {0.1, 0.4}) {
        const Any based = schedule::BaseRate<double>{.schedule = itself, .base_lr = base_lr};
        for (Epoch t = 0; t < 15; ++t) {
          CHECK(based.at(t, Group<double>(7, i)) == itself.at(t, Group<double>(base_lr, i)));
        }
      }
    }
  }
  CHECK(tried >= 40);
}

TEST_CASE("an anneal is a line, a polynomial or a cosine") {
  check_same_curve(schedule::Anneal<double>{.steps = 7, .start_factor = 0.3, .end_factor = 0.9},
                   schedule::Linear<double>{.start_factor = 0.3, .end_factor = 0.9, .total_iters = 7});
  for (const double power : {0.5, 1.0, 1.5, 4.0}) {
    check_same_curve(schedule::Anneal<double>{.steps = 9, .power = power},
                     schedule::Polynomial<double>{.total_iters = 9, .power = power});
  }
  for (const Choice<AfterEnd::rebound, AfterEnd::hold> after_end : {AfterEnd::rebound, AfterEnd::hold}) {
    // 0.1 is a quarter of the base rate.
    check_same_curve(
        schedule::Anneal<double>{.steps = 7, .shape = Shape::cosine, .end_factor = 0.25, .after_end = after_end},
        schedule::CosineAnnealing<double>{.T_max = 7, .eta_min = 0.1, .after_end = after_end});
  }
  CHECK(agree(run(schedule::Scaled<double>{.schedule = schedule::Constant<double>{.factor = 1},
                                           .by = schedule::Anneal<double>{.steps = 7, .shape = Shape::cosine},
                                           .floor = 0.1}),
              run(schedule::CosineAnnealing<double>{.T_max = 7, .eta_min = 0.1, .after_end = AfterEnd::hold}), 4));
}

TEST_CASE("cycles of a cosine are warm restarts") {
  for (const Epoch multiple : {1, 2, 3}) {
    INFO("T_mult " << multiple);
    const schedule::CosineAnnealingWarmRestarts<double> restarts{.T_0 = 5, .T_mult = multiple};
    const schedule::Cycles<double> cycles{.schedule = schedule::Anneal<double>{.steps = 5, .shape = Shape::cosine},
                                          .length = 5,
                                          .length_mult = static_cast<double>(multiple)};
    check_same_curve(cycles, restarts, 1000);
    for (const Epoch t : {Epoch{1'000'000'007}, (Epoch{1} << 40) + 12345}) {
      INFO("at " << t);
      CHECK(std::abs(cycles.at(t, 0.4) - restarts.at(t, 0.4)) <= 1e-15);
    }
  }
}

TEST_CASE("a table of factors is a multi-step decay") {
  const schedule::MultiStep<double> milestones{.milestones = {3, 8, 20}, .gamma = 0.5};
  const schedule::Piecewise<double> table{.boundaries = {3, 8, 20}, .scales = {1, 0.5, 0.25, 0.125}};
  CHECK(agree(run(table), run(milestones), 1));
  CHECK(agree(run(table, true), run(milestones, true), 1));
  for (Epoch t = 0; t < 30; ++t) CHECK(table.unchanged_until(t) == milestones.unchanged_until(t));
}

TEST_CASE("a stretched decay is a slower one, and in a staircase it steps") {
  const schedule::Exponential<double> quarters{.gamma = 0.25};
  const schedule::Retimed<double> stretched{.schedule = quarters, .stretch = 2};
  CHECK(agree(run(stretched), run(schedule::Exponential<double>{.gamma = 0.5}), 4));
  CHECK(agree(run(stretched, true), run(schedule::Exponential<double>{.gamma = 0.5}, true)));
  const schedule::Retimed<double> stairs{.schedule = quarters, .stretch = 3, .staircase = true};
  CHECK(agree(run(stairs), run(schedule::Step<double>{.step_size = 3, .gamma = 0.25}), 4));
  CHECK(agree(run(stairs, true), run(schedule::Step<double>{.step_size = 3, .gamma = 0.25}, true)));
}

TEST_CASE("a factor scaled by another is the chain of both") {
  std::vector<Any> factors;
  for (const auto& example : every_schedule()) {
    if (example.facts.can.factor) factors.push_back(*example.schedule);
  }
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Any& a = factors[i];
    const Any& b = factors[(i + 5) % factors.size()];
    INFO(a.name() << " by " << b.name());
    const schedule::Scaled<double> scaled{.schedule = a, .by = b};
    const schedule::Chained<double> chain{.schedules = {a, b}};
    CHECK(same_abilities(scaled, chain));
    CHECK(agree(run(scaled), run(chain), 2));
    CHECK(agree(run(scaled, true), run(chain, true)));
  }
}

TEST_CASE("a phase of a sequence is a schedule that begins later, after it a schedule that stops") {
  const schedule::Linear<double> line{.start_factor = 0.3, .total_iters = 4};
  const schedule::Exponential<double> decay{.gamma = 0.8};
  // The line is at 1 from 4 on, and so is the decay until 4.
  const schedule::Sequential<double> sequence{.schedules = {line, decay}, .milestones = {4}};
  const schedule::Chained<double> chain{.schedules = {line, schedule::Retimed<double>{.schedule = decay, .begin = -4}}};
  CHECK(agree(run(chain), run(sequence)));
  const schedule::Sequential<double> stopped{
      .schedules = {decay, schedule::Constant<double>{.factor = 0.4096, .total_iters = 100}}, .milestones = {4}};
  CHECK(agree(run(schedule::Retimed<double>{.schedule = decay, .end = 4}), run(stopped)));
}

}  // namespace
}  // namespace lr_scheduler::testing
