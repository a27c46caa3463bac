// SPDX-License-Identifier: MIT
// Schedules of a user's own, as small as they may be.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

/// A schedule with a member that cannot be assigned.
struct Multiplied {
  const double factor;

  double at(Epoch, double base_lr) const { return factor * base_lr; }
};

/// A schedule around a callable, which cannot be assigned where it captures.
template <class F>
struct Curve {
  F factor;

  double at(Epoch t, double base_lr) const { return factor(t) * base_lr; }
};
template <class F>
Curve(F) -> Curve<F>;

/// A schedule that knows the next rate alone.
struct HalvedEachTime {
  double next(Epoch t, double lr, double /* base_lr */) const { return t == 0 ? lr : lr / 2; }
};

/// The same with the place of a group, whose rate it divides by 2 or 4.
struct DividedByPlace {
  double next(Epoch t, double lr, const Group<double>& group) const {
    return t == 0 ? lr : lr / static_cast<double>(2 * (group.index + 1));
  }
};

TEST_CASE("a schedule that cannot be assigned is bound, saved and loaded") {
  DoubleGroups groups{{.lr = 0.8}};
  SECTION("with a constant member") {
    Scheduled scheduler{groups, Multiplied{.factor = 0.5}};
    CHECK(groups[0].lr == 0.4);
    scheduler.step();
    CHECK(groups[0].lr == 0.4);
    CHECK(scheduler.schedule().factor == 0.5);
    DoubleGroups others{{.lr = 0.8}};
    Scheduled resumed{others, Multiplied{.factor = 0.5}};
    resumed.load_state_dict(scheduler.state_dict());
    CHECK(resumed.last_epoch() == 1);
    CHECK(others[0].lr == 0.4);
  }
  SECTION("with a lambda that captures") {
    const double slope = 0.25;
    const Curve curve{[slope](Epoch t) { return 1 - slope * static_cast<double>(t); }};
    Scheduled scheduler{groups, curve};
    scheduler.step();
    CHECK(groups[0].lr == about(0.6L));
    scheduler.seek(3);
    CHECK(groups[0].lr == about(0.2L));
    DoubleGroups others{{.lr = 0.8}};
    Scheduled resumed{others, curve};
    resumed.load_state_dict(scheduler.state_dict());
    CHECK(resumed.last_epoch() == 3);
    CHECK(others[0].lr == about(0.2L));
  }
  SECTION("in a sequence") {
    SequentialLR scheduler{
        groups,
        {.schedules = {Multiplied{.factor = 0.5}, Curve{[](Epoch t) { return t == 0 ? 1.0 : 0.25; }}},
         .milestones = {2}}};
    check_rates(scheduler, groups, {{0.4L}, {0.4L}, {0.8L}, {0.2L}});
  }
}

TEST_CASE("a schedule that knows the next rate alone is bound") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.4}};
  Scheduled scheduler{groups, HalvedEachTime{}};
  check_rates(scheduler, groups, {{0.8L, 0.4L}, {0.4L, 0.2L}, {0.2L, 0.1L}});
  groups[0].lr = 0.6;
  scheduler.step();
  CHECK(groups[0].lr == 0.3);
  CHECK(groups[1].lr == 0.05);
  CHECK_THROWS_AS(scheduler.seek(1), std::logic_error);
  CHECK_THROWS_AS(scheduler.seek_time(1.5), std::logic_error);
  CHECK(scheduler.last_epoch() == 3);
  CHECK(groups[0].lr == 0.3);

  DoubleGroups others{{.lr = 0.8}, {.lr = 0.4}};
  Scheduled resumed{others, HalvedEachTime{}};
  resumed.load_state_dict(scheduler.state_dict());
  resumed.step();
  CHECK(others[0].lr == 0.15);
  CHECK(others[1].lr == 0.025);
}

TEST_CASE("a schedule that knows the next rate alone is told a group's place") {
  DoubleGroups groups{{.lr = 0.8}, {.lr = 0.8}};
  Scheduled scheduler{groups, DividedByPlace{}};
  check_rates(scheduler, groups, {{0.8L, 0.8L}, {0.4L, 0.2L}, {0.2L, 0.05L}});
}

TEST_CASE("a schedule that knows the next rate alone goes on from the rate that is there, late in a sequence") {
  DoubleGroups groups{{.lr = 0.8}};
  SequentialLR scheduler{groups,
                         {.schedules = {schedule::Constant<double>{.factor = 0.5, .total_iters = 9}, HalvedEachTime{}},
                          .milestones = {2}}};
  check_rates(scheduler, groups, {{0.4L}, {0.4L}, {0.4L}, {0.2L}, {0.1L}});
  CHECK_THROWS_AS(scheduler.seek(1), std::logic_error);
}

TEST_CASE("a schedule that knows the next rate alone is one of a chain") {
  DoubleGroups groups{{.lr = 0.8}};
  ChainedScheduler scheduler{groups, {.schedules = {HalvedEachTime{}, schedule::Exponential<double>{.gamma = 0.5}}}};
  check_rates(scheduler, groups, {{0.8L}, {0.2L}, {0.05L}});
}

TEST_CASE("a schedule of a user's own gives its next rate through AnySchedule, whichever form it knows") {
  const AnySchedule<double> next_alone = HalvedEachTime{};
  CHECK(next_alone.next(1, 0.6, 0.8) == 0.3);
  const AnySchedule<double> closed_form_alone = Multiplied{.factor = 0.5};
  CHECK(closed_form_alone.next(1, 0.6, 0.8) == 0.4);
  const AnySchedule<double> both = schedule::Exponential<double>{.gamma = 0.5};
  CHECK(both.next(3, 0.6, 0.8) == 0.3);
  CHECK(both.at(3, 0.8) == 0.1);
}

/// Asked for anything, it divides by its period.
struct Wave {
  Epoch period = 0;

  struct Curve : Factor<double> {
    std::optional<double> momentum(const Group<double>&) const { return std::nullopt; }
  };
  void validate() const {
    if (period <= 0) throw std::invalid_argument("Wave: period must be positive");
  }
  Curve at(Epoch t) const { return {{1.0 / static_cast<double>(1 + t % period)}}; }
};

TEST_CASE("options are checked before a curve is asked for") {
  DoubleGroups groups{{.lr = 0.5}};
  CHECK(message_of([&] { Scheduled scheduler(groups, Wave{}); }) == "Wave: period must be positive");
  CHECK(message_of([&] { SequentialLR scheduler(groups, {.schedules = {Wave{}, Wave{2}}, .milestones = {2}}); }) ==
        "SequentialLR: schedulers[0]: Wave: period must be positive");
  CHECK(groups[0].lr == 0.5);
}

/// Options that cannot be assigned, are large, or are shown only where they matter.
struct Odd {
  const double factor = 0.5;
  std::uint64_t seed = 0;
  std::vector<double> more{};

  static constexpr std::string_view name = "Odd";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factor", self.factor);
    visit("seed", self.seed);
    for (auto& value : self.more) visit("more", value);
  }
  double at(Epoch, double base_lr) const { return factor * base_lr; }
};

TEST_CASE("a constant option that differs from a state's is kept or refused") {
  DoubleGroups groups{{.lr = 1.0}};
  DoubleGroups others{{.lr = 1.0}};
  Scheduled<Odd, double> saved(groups, Odd{.factor = 0.25});
  Scheduled<Odd, double> loaded(others, Odd{});
  CHECK(message_of([&] { loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved); }) ==
        "Odd: cannot load the state: options.factor: cannot be taken from the state, it is a constant");
  CHECK(message_of([&] { loaded.load_state_dict(saved.state_dict()); }) ==
        "Odd: cannot load the state: options.factor is 0.25 in the state and 0.5 in the scheduler");
  CHECK(others[0].lr == 0.5);
  loaded.load_state_dict(saved.state_dict(), OnMismatch::keep_constructed);
  CHECK(others[0].lr == 0.5);
  CHECK(loaded.schedule().factor == 0.5);
}

TEST_CASE("an option of all 64 bits goes through a state") {
  DoubleGroups groups{{.lr = 1.0}};
  DoubleGroups others{{.lr = 1.0}};
  Scheduled<Odd, double> saved(groups, Odd{.seed = 0xdead'beef'dead'beefU});
  Scheduled<Odd, double> loaded(others, Odd{.seed = 1});
  loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(loaded.schedule().seed == 0xdead'beef'dead'beefU);
}

TEST_CASE("schedules that show different options are not equal") {
  const AnySchedule<double> few(Odd{});
  const AnySchedule<double> many(Odd{.more = {1, 2}});
  CHECK_FALSE(few == many);
  CHECK_FALSE(many == few);
  CHECK(many == AnySchedule<double>(Odd{.more = {1, 2}}));
}

TEST_CASE("an option that is not allowed prints as a number") {
  CHECK(to_string(schedule::CosineAnnealing<double>{.T_max = 3, .after_end = AfterEnd::error}) ==
        "CosineAnnealingLR(T_max=3, eta_min=0, after_end=2)");
}

/// Schedules that begin as one of the library's and go their own way after 40 epochs, where what it knows of its curve
/// is not so any more.
struct FlooredCosine : schedule::CosineAnnealing<double> {
  double at(Time t, const Group<double>& group) const {
    const double lr = schedule::CosineAnnealing<double>::at(t, group);
    return lr < 0.05 ? 0.05 : lr;
  }
};
struct SawOfLines : schedule::Linear<double> {
  double at(Time t, const Group<double>& group) const {
    return schedule::Linear<double>::at(Time(t.epoch % 50, t.fraction), group);
  }
};

template <class S>
void check_follows_itself(const S& schedule) {
  DoubleGroups groups{{.lr = 0.1}};
  Scheduled scheduler{groups, schedule};
  const std::vector<double> lrs = simulate(schedule, 0.1, 200);
  for (Epoch t = 0; t < 200; ++t) {
    INFO("epoch " << t);
    const double lr = schedule.at(Time(t), Group<double>(0.1));
    CHECK(groups[0].lr == lr);
    CHECK(lrs[static_cast<std::size_t>(t)] == lr);
    scheduler.step();
  }
}

TEST_CASE("a schedule that derives from one of the library's follows its own curve") {
  const FlooredCosine floored{{.T_max = 100}};
  CHECK(floored.at(Time(90), Group<double>(0.1)) == 0.05);
  check_follows_itself(floored);
  const SawOfLines saw{{.total_iters = 40}};
  CHECK(saw.at(Time(50), Group<double>(0.3)) == saw.at(Time(0), Group<double>(0.3)));
  check_follows_itself(saw);
}

/// Falls as 1 / (1 + t), momentum too, from whatever rate is there.
struct FallingTogether {
  struct Falling : Factor<double> {
    std::optional<double> momentum(const Group<double>&) const { return value; }
  };
  Falling at(Epoch t) const { return {{1 / static_cast<double>(1 + t)}}; }
  double next(Epoch t, double lr, const Group<double>&) const {
    return lr * static_cast<double>(t) / static_cast<double>(1 + t);
  }
};

TEST_CASE("a schedule of a user's own that knows the next rate drives momentum from a rate that is set too") {
  Groups<double> groups{{.lr = 0.8, .momentum = 0.9}};
  Scheduled scheduler{groups, FallingTogether{}};
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  CHECK(groups[0].momentum == 0.5);
  groups[0].lr = 0.3;
  scheduler.step();
  scheduler.step();
  CHECK(groups[0].lr == about(0.15L));  // 2/3 of 0.3, and 3/4 of that
  CHECK(groups[0].momentum == 0.25);
}

/// Options among options.
struct HalfOfSteps {
  schedule::Step<double> steps;

  static constexpr std::string_view name = "HalfOfSteps";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps);
  }
  double at(Epoch t, double base_lr) const { return steps.at(t)(base_lr) / 2; }
};

TEST_CASE("options that are among a schedule's options are saved, compared and taken from a state") {
  Groups<double> groups{{.lr = 0.8}};
  Groups<double> others{{.lr = 0.8}};
  Scheduled saved{groups, HalfOfSteps{.steps = {.step_size = 2, .gamma = 0.5}}};
  Scheduled loaded{others, HalfOfSteps{.steps = {.step_size = 3, .gamma = 0.5}}};
  for (int i = 0; i < 3; ++i) saved.step();
  CHECK(groups[0].lr == 0.2);
  const StateDict state = saved.state_dict();
  CHECK(message_of([&] { loaded.load_state_dict(state); }) ==
        "HalfOfSteps: cannot load the state: options.steps.step_size is 2 in the state and 3 in the scheduler");
  loaded.load_state_dict(state, OnMismatch::take_saved);
  CHECK(loaded.schedule().steps.step_size == 2);
  loaded.step();
  CHECK(others[0].lr == 0.1);
}

/// Moves rates, and knows no step but where the curve is: late in a chain it replaces what is there.
struct HalvedChild {
  AnySchedule<double> schedule;

  Abilities abilities(std::size_t group) const { return schedule.abilities(group); }
  void at(Time t, const Rates<double>& rates) const {
    schedule.at(t, rates);
    for (double& lr : rates.lrs) lr /= 2;
  }
};

TEST_CASE("a schedule of a user's own that moves rates along a curve alone is bound to what has one") {
  Groups<double> groups{{.lr = 0.8}};
  Scheduled<HalvedChild, double> scheduler(groups, HalvedChild{schedule::Exponential<double>{.gamma = 0.5}});
  scheduler.step();
  CHECK(groups[0].lr == 0.2);
  groups[0].lr = 0.7;
  scheduler.step();
  CHECK(groups[0].lr == 0.1);
  CHECK(message_of([&] {
          Scheduled<HalvedChild, double> none(
              groups, HalvedChild{schedule::Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }}});
        }) == "custom: parameter group 0 follows a schedule without a closed form");
  CHECK(groups[0].lr == 0.1);
}

/// Knows the rate and the next one, and neither from the other.
struct BothWays {
  double at(Epoch t, double base_lr) const { return std::ldexp(base_lr, -static_cast<int>(t)); }
  double next(Epoch t, double lr, const Group<double>&) const { return t == 0 ? lr : lr / 2; }
};

TEST_CASE("a schedule of a user's own that knows both forms goes on from a rate that is set") {
  Groups<double> groups{{.lr = 0.8}};
  Scheduled scheduler{groups, BothWays{}};
  scheduler.step();
  CHECK(groups[0].lr == 0.4);
  groups[0].lr = 0.7;
  scheduler.step();
  CHECK(groups[0].lr == 0.35);
  scheduler.seek(3);
  CHECK(groups[0].lr == 0.1);
}

}  // namespace
}  // namespace lr_scheduler::testing
