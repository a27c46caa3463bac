// SPDX-License-Identifier: MIT
// The rates that are to come, before a run and in the middle of one.
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/every_schedule.hpp"
#include "support/fragile_optimizer.hpp"
#include "support/instantiations.hpp"

namespace lr_scheduler::testing {
namespace {

template <class T>
bool same_bits(const std::vector<T>& left, const std::vector<T>& right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](const T& one, const T& other) { return !detail::bits_differ(one, other); });
}

/// Simulates a schedule as the type that it was made of.
template <class T, class... Bound>
std::vector<T> simulate_typed(const AnySchedule<T>& any, const Group<T>& group, Epoch steps, TypeList<Bound...>) {
  std::vector<T> lrs;
  const auto try_type = [&]<class S>(std::type_identity<S>) {
    if (const S* const schedule = any.template get_if<S>()) lrs = simulate(*schedule, group, steps);
  };
  (try_type(std::type_identity<typename Bound::schedule_type>()), ...);
  return lrs;
}

template <class T>
std::vector<T> lrs_of(const Groups<T>& groups) {
  std::vector<T> lrs;
  for (const auto& group : groups) lrs.push_back(group.lr);
  return lrs;
}

/// What the schedulers that are bound to these groups leave in steps to come, in turn.
template <class T>
std::vector<std::vector<T>> take_steps(const std::vector<Scheduler<T>*>& schedulers, const Groups<T>& groups,
                                       int steps) {
  std::vector<std::vector<T>> rows;
  for (int k = 0; k < steps; ++k) {
    for (Scheduler<T>* const scheduler : schedulers) scheduler->step();
    rows.push_back(lrs_of(groups));
  }
  return rows;
}

template <class T>
void check_simulation(const std::vector<std::vector<T>>& simulated, const std::vector<std::vector<T>>& stepped) {
  REQUIRE(simulated.size() == stepped.size());
  for (std::size_t k = 0; k < stepped.size(); ++k) {
    CAPTURE(k);
    REQUIRE(same_bits(simulated[k], stepped[k]));
  }
}

TEMPLATE_TEST_CASE("every schedule simulates what a scheduler leaves, bit for bit", "", float, double, long double) {
  using T = TestType;
  constexpr int steps = 40;
  int checked = 0;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    const auto scheduler = example.bind(groups);
    std::array<std::vector<T>, 2> left;
    for (int k = 0; k < steps; ++k) {
      for (std::size_t i = 0; i < 2; ++i) left[i].push_back(groups[i].lr);
      scheduler->step();
    }
    for (std::size_t i = 0; i < 2; ++i) {
      CAPTURE(i);
      const Group<T> group(i == 0 ? T(0.1L) : T(0.4L), i);
      CHECK(same_bits(simulate(*example.schedule, group, steps), left[i]));
      CHECK(same_bits(simulate_typed(*example.schedule, group, steps, AllSchedulers<T>()), left[i]));
    }
    ++checked;
  }
  CHECK(checked > 30);
}

/// More epochs than are simulated at once, of schedules that are made of several formulas.
TEMPLATE_TEST_CASE("each formula of a schedule is simulated from where it begins", "", float, double) {
  using T = TestType;
  using namespace schedule;
  const Sequential<T> sequence{.schedules = {LinearWarmup<T>{.warmup_steps = 70}, CosineAnnealing<T>{.T_max = 200},
                                             Linear<T>{.start_factor = T(0.25L), .total_iters = 90}},
                               .milestones = {70, 270}};
  for (const AnySchedule<T>& schedule : std::initializer_list<AnySchedule<T>>{
           WarmupCosine<T>{.warmup_steps = 70, .total_steps = 300, .min_ratio = T(0.1L)},
           WarmupLinear<T>{.warmup_steps = 70, .total_steps = 300, .min_ratio = T(0.1L)},
           WarmupStableDecay<T>{.warmup_steps = 70, .stable_steps = 80, .decay_steps = 150},
           WarmupStableDecay<T>{.warmup_steps = 70, .stable_steps = 80, .decay_steps = 150, .shape = Shape::cosine},
           OneCycle<T>{.max_lr = T(0.5L), .total_steps = 300, .cycle_momentum = false}, sequence}) {
    INFO(schedule.name());
    Groups<T> groups{{.lr = T(0.3L)}};
    Scheduled<AnySchedule<T>, T> scheduler{groups, schedule};
    std::vector<T> left;
    for (int k = 0; k < 400; ++k) {
      left.push_back(groups[0].lr);
      scheduler.step();
    }
    CHECK(same_bits(simulate(schedule, T(0.3L), 400), left));
  }
}

TEST_CASE("a schedule is simulated from epoch 0 on") {
  const schedule::Step<double> halves{.step_size = 2, .gamma = 0.5};
  CHECK(simulate(halves, 0.8, 5) == std::vector{0.8, 0.8, 0.4, 0.4, 0.2});
  CHECK(simulate(AnySchedule<double>(halves), 0.8, 3) == std::vector{0.8, 0.8, 0.4});
  CHECK(simulate(schedule::Step<float>{.step_size = 1, .gamma = 0.5F}, 1.0F, 3) == std::vector{1.0F, 0.5F, 0.25F});
  CHECK(simulate(halves, 0.8, 0).empty());
}

TEST_CASE("a schedule is simulated into the caller's memory") {
  std::array<double, 4> lrs{9, 9, 9, 9};
  simulate(schedule::Exponential<double>{.gamma = 0.5}, 0.8, std::span(lrs).subspan(1, 2));
  CHECK(lrs == std::array<double, 4>{9, 0.8, 0.4, 9});

  // Its base rate may stand there.
  simulate(schedule::Exponential<double>{.gamma = 0.5}, lrs[1], lrs);
  CHECK(lrs == std::array<double, 4>{0.8, 0.4, 0.2, 0.1});
}

TEST_CASE("a schedule without a closed form is simulated step by step") {
  const schedule::Multiplicative<double> shrinking{.lr_lambda = [](Epoch t) { return t == 2 ? 0.25 : 0.5; }};
  CHECK(simulate(shrinking, 0.8, 4) == std::vector{0.8, 0.4, 0.1, 0.05});
}

struct Shrinking {
  double factor;
  double next(Epoch t, double lr, double /*base_lr*/) const { return t == 0 ? lr : lr * factor; }
};
struct Growing {
  double amount;
  double at(Epoch t, double base_lr) const { return base_lr + amount * static_cast<double>(t); }
};

TEST_CASE("schedules of one's own are simulated") {
  CHECK(simulate(Growing{1}, 0.5, 3) == std::vector{0.5, 1.5, 2.5});
  CHECK(simulate(Shrinking{0.5}, 0.5, 3) == std::vector{0.5, 0.25, 0.125});
}

TEST_CASE("options that are lists are simulated for a group") {
  const schedule::SWA<double> swa{.swa_lr = {0.5, 0.25}, .anneal_epochs = 2, .anneal_strategy = AnnealStrategy::linear};
  CHECK(simulate(swa, Group<double>(1, 0), 3) == std::vector{1.0, 0.75, 0.5});
  CHECK(simulate(swa, Group<double>(1, 1), 3) == std::vector{1.0, 0.625, 0.25});
  check_message(message_of([&] { static_cast<void>(simulate(swa, Group<double>(1, 2), 3)); }),
                "SWALR: swa_lr has 2 values, and none for parameter group 2");

  const schedule::PerGroup<double> per_group{
      .schedules = {schedule::Exponential<double>{.gamma = 0.5}, schedule::Constant<double>{.factor = 1}}};
  CHECK(simulate(per_group, Group<double>(1, 1), 2) == std::vector{1.0, 1.0});
  check_message(message_of([&] { static_cast<void>(simulate(per_group, Group<double>(1, 2), 3)); }),
                "PerGroup: schedulers has 2 values, and none for parameter group 2");
  const schedule::Sequential<double> sequence{.schedules = {per_group, swa}, .milestones = {2}};
  CHECK(simulate(sequence, Group<double>(1, 0), 2) == std::vector{1.0, 0.5});
  check_message(message_of([&] { static_cast<void>(simulate(sequence, Group<double>(1, 2), 3)); }),
                "PerGroup: schedulers has 2 values, and none for parameter group 2");
}

TEST_CASE("a simulation refuses what is out of range before it writes") {
  std::vector<double> lrs{9, 9};
  check_message(message_of([&] { simulate(schedule::Step<double>{.step_size = 0}, 0.1, lrs); }),
                "StepLR: step_size must be positive, got 0");
  check_message(message_of([&] { simulate(schedule::Step<double>{.step_size = 1}, -0.1, lrs); }),
                "simulate: base_lr must be finite and not negative, got -0.1");
  check_message(message_of([&] {
                  simulate(schedule::Step<double>{.step_size = 1}, std::numeric_limits<double>::quiet_NaN(), lrs);
                }),
                "simulate: base_lr must be finite and not negative, got nan");
  CHECK(lrs == std::vector<double>{9, 9});
  check_message(message_of([&] { static_cast<void>(simulate(schedule::Step<double>{.step_size = 1}, 0.1, -1)); }),
                "simulate: steps must not be negative, got -1");
}

TEMPLATE_TEST_CASE("every scheduler simulates the steps to come, and stays where it is", "", float, double,
                   long double) {
  using T = TestType;
  int checked = 0;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule) continue;
    for (const bool has_momentum : {true, false}) {
      if (!has_momentum && (example.facts.can.momentum || example.facts.second_can)) continue;
      INFO(example.name);
      auto groups = has_momentum ? two_groups_with_momentum<T>() : two_groups<T>();
      const auto scheduler = example.bind(groups);
      for (const int before : {0, 1, 4, 13}) {
        CAPTURE(before);
        for (int k = 0; k < before; ++k) scheduler->step();
        const Groups<T> present(groups.begin(), groups.end());
        const StateDict state = scheduler->state_dict();
        const auto simulated = simulate(*scheduler, 11);
        CHECK(same_groups(groups, present));
        CHECK(scheduler->state_dict() == state);
        check_simulation(simulated, take_steps<T>({scheduler.get()}, groups, 11));
        ++checked;
      }
      groups[1].lr = T(0.07L);  // by the user
      const auto simulated = simulate(*scheduler, 11);
      check_simulation(simulated, take_steps<T>({scheduler.get()}, groups, 11));
    }
  }
  CHECK(checked > 120);
}

TEST_CASE("the first simulated row is what one step leaves") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  CHECK(simulate(scheduler, 2) == std::vector<std::vector<double>>{{0.2, 0.1}, {0.1, 0.05}});
  CHECK(simulate(scheduler, 0).empty());
  CHECK(scheduler.last_epoch() == 1);
  CHECK(groups[0].lr == 0.4);
}

TEST_CASE("a simulation goes on between epochs, and from a state") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 4, .T_mult = 2}};
  scheduler.seek_time(2.5);
  auto simulated = simulate(scheduler, 9);
  check_simulation(simulated, take_steps<double>({&scheduler}, groups, 9));

  std::vector<ParamGroup<double>> others{{.lr = 0.1}};
  CosineAnnealingWarmRestarts resumed{others, {.T_0 = 4, .T_mult = 2}};
  resumed.load_state_dict(scheduler.state_dict());
  simulated = simulate(resumed, 9);
  check_simulation(simulated, take_steps<double>({&scheduler}, groups, 9));
}

TEST_CASE("a simulation takes in groups that come and go") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  CosineAnnealingLR scheduler{groups, {.T_max = 30}};
  scheduler.step_by(4);
  groups.push_back({.lr = 0.2});
  auto simulated = simulate(scheduler, 3);
  CHECK(simulated.at(0).size() == 3);
  CHECK(scheduler.get_last_lr().size() == 2);
  CHECK_FALSE(groups[2].initial_lr);
  check_simulation(simulated, take_steps<double>({&scheduler}, groups, 3));

  groups.erase(groups.begin());
  simulated = simulate(scheduler, 3);
  check_simulation(simulated, take_steps<double>({&scheduler}, groups, 3));
}

TEST_CASE("schedulers that share an optimizer are simulated in turn") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  WarmupLR warmup{groups, {.warmup_steps = 5, .start_factor = 0.2}};
  CosineAnnealingLR cosine{groups, {.T_max = 20}};
  StepLR step{groups, {.step_size = 3, .gamma = 0.5}};
  for (const int before : {0, 1, 6}) {
    CAPTURE(before);
    for (int k = 0; k < before; ++k) take_steps<double>({&warmup, &cosine, &step}, groups, 1);
    const Groups<double> present(groups.begin(), groups.end());
    const auto simulated = simulate({&warmup, &cosine, &step}, 12);
    CHECK(same_groups(groups, present));
    check_simulation(simulated, take_steps<double>({&warmup, &cosine, &step}, groups, 12));
  }

  // In another order, where one of them finds a rate as it left it.
  cosine.step();
  step.step();
  const auto simulated = simulate({&step, &cosine, &warmup}, 12);
  check_simulation(simulated, take_steps<double>({&step, &cosine, &warmup}, groups, 12));

  groups.push_back({.lr = 0.2});
  const auto with_another = simulate({&warmup, &cosine, &step}, 4);
  check_simulation(with_another, take_steps<double>({&warmup, &cosine, &step}, groups, 4));
}

TEST_CASE("a simulation knows that an optimizer records no base rates") {
  BareOptimizer optimizer{.rates = {0.8}};
  ConstantLR first{optimizer, {.factor = 0.5, .total_iters = 4}};
  ExponentialLR second{optimizer, {.gamma = 0.5}};
  first.step();
  second.step();
  optimizer.rates.push_back(0.2);  // the second's base rate of it is what the first left
  const auto simulated = simulate({&first, &second}, 6);
  for (const std::vector<double>& row : simulated) {
    first.step();
    second.step();
    CHECK(row == optimizer.rates);
  }
}

TEST_CASE("a simulation calls the schedule's functions and throws what a step would") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  LambdaLR scheduler{groups, {.lr_lambda = [](Epoch t) {
                       if (t == 3) throw std::runtime_error("no factor at 3");
                       return 0.5;
                     }}};
  CHECK(simulate(scheduler, 2).back() == std::vector{0.4});
  check_message(message_of<std::runtime_error>([&] { static_cast<void>(simulate(scheduler, 3)); }), "no factor at 3");
  CHECK(scheduler.last_epoch() == 0);

  groups.push_back({.lr = 0.1});
  CyclicLR<double> lists(groups, {.base_lr = {0.1, 0.2}, .max_lr = 0.5, .cycle_momentum = false});
  groups.push_back({.lr = 0.1});
  check_message(message_of([&] { static_cast<void>(simulate(lists, 1)); }),
                "CyclicLR: base_lr has 2 values for 3 parameter groups");
}

TEST_CASE("what cannot be simulated is refused") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  std::vector<ParamGroup<double>> others{{.lr = 0.4}};
  const ReduceLROnPlateau plateau{groups};
  const ExponentialLR scheduler{groups, {.gamma = 0.5}};
  const ExponentialLR stranger{others, {.gamma = 0.5}};
  const std::string no_metric = "ReduceLROnPlateau: cannot simulate, the rates depend on the metrics";
  check_message(message_of<std::logic_error>([&] { static_cast<void>(simulate(plateau, 3)); }), no_metric);
  check_message(message_of<std::logic_error>([&] { static_cast<void>(simulate({&scheduler, &plateau}, 3)); }),
                no_metric);
  check_message(message_of([&] { static_cast<void>(simulate({&scheduler, &stranger}, 3)); }),
                "simulate: the schedulers are bound to different optimizers");
  check_message(message_of([&] { static_cast<void>(simulate(scheduler, -3)); }),
                "simulate: steps must not be negative, got -3");
}

}  // namespace
}  // namespace lr_scheduler::testing
