// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Any = AnySchedule<double>;

/// Without fields and ==.
struct Own {
  double slope = 0.5;
  double at(Epoch t, double base_lr) const { return base_lr + slope * static_cast<double>(t); }
};

/// The same, which can be compared.
struct Comparable {
  double slope = 0.5;
  double at(Epoch t, double base_lr) const { return base_lr + slope * static_cast<double>(t); }
  friend bool operator==(const Comparable&, const Comparable&) = default;
};

/// Rates from some epochs on.
struct Table {
  std::map<Epoch, double> rates;
  static constexpr std::string_view name = "Table";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rates", self.rates);
  }
  double at(Epoch t, double base_lr) const {
    const auto next = rates.upper_bound(t);
    return next == rates.begin() ? base_lr : std::prev(next)->second;
  }
};

enum class Slope { flat, steep };

/// With options of kinds that the library's own schedules do not have.
struct Named {
  Slope shape = Slope::flat;
  std::string note = "none";
  static constexpr std::string_view name = "Named";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("shape", self.shape);
    visit("note", self.note);
  }
  double at(Epoch, double base_lr) const { return shape == Slope::flat ? base_lr : 0.0; }
};

/// A factor at any time.
struct Half {
  Factor<double> at(Time t) const { return {std::pow(0.5, t.as<double>())}; }
};

/// Too large to be held in place, and not trivial to copy.
struct Large {
  std::array<double, 100> rates{};
  std::string note = "a text that no small buffer holds, so that copies allocate";
  auto at(Epoch t) const {
    return
        [rates = rates, t](const Group<double>& group) { return rates[static_cast<std::size_t>(t)] * group.base_lr; };
  }
  double at(Epoch t, Group<double> group) const { return at(t)(group); }
};

static_assert(std::is_convertible_v<schedule::Step<double>, Any>);
static_assert(std::is_convertible_v<Own, Any>);
static_assert(!std::is_default_constructible_v<Any>);
static_assert(std::is_nothrow_move_constructible_v<Any>);

const Any step = schedule::Step<double>{.step_size = 2};
const Any cosine = schedule::CosineAnnealing<double>{.T_max = 4};
const Any multiplicative = schedule::Multiplicative<double>{.lr_lambda = [](Epoch) { return 0.5; }};
const Any swa = schedule::SWA<double>{.swa_lr = 0.05};
const Any cyclic = schedule::Cyclic<double>{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};

TEST_CASE("any schedule does what the schedule in it does") {
  CHECK(step.at(4, 0.5) == about(0.005L));
  CHECK(step.next(4, 0.3, 0.5) == about(0.03L));
  CHECK(cosine.at(2.0, 0.5) == about(0.25L));
  CHECK(cosine.at(1.0, 0.5) == about(0.42677669529663688110L));
  CHECK(multiplicative.next(1, 0.3, 0.5) == about(0.15L));
  CHECK(cyclic.momentum(2, 0.5) == std::optional(0.8));
  CHECK(cyclic.momentum(1.0, 0.5) == about(0.85L));
  CHECK(step.momentum(2, 0.5) == std::nullopt);
  CHECK(Any(Own{}).at(2, 0.5) == 1.5);
}

TEST_CASE("any schedule says what the schedule in it can do") {
  CHECK((step.abilities(0).closed_form && !step.abilities(0).continuous && step.abilities(0).factor));
  CHECK((cosine.abilities(0).closed_form && cosine.abilities(0).continuous && !cosine.abilities(0).factor));
  CHECK((!multiplicative.abilities(0).closed_form && !multiplicative.abilities(0).continuous));
  CHECK((swa.abilities(0).goes_on && !cosine.abilities(0).goes_on));
  CHECK(multiplicative.abilities(0).goes_on);
  CHECK((cyclic.abilities(0).momentum && !step.abilities(0).momentum));
  CHECK((cyclic.abilities(0).own_base && !step.abilities(0).own_base));
  CHECK(step.name() == "StepLR");
  CHECK(Any(Own{}).name() == "custom");
}

TEST_CASE("any schedule throws where it is asked for what the schedule in it lacks") {
  CHECK(message_of<std::logic_error>([] { (void)multiplicative.at(1, 0.5); }) == "MultiplicativeLR has no closed form");
  CHECK(message_of<std::logic_error>([] { (void)step.at(1.5, 0.5); }) == "StepLR is not continuous");
  CHECK(message_of([] { Any(schedule::Step<double>{.step_size = 0}).validate(); }) ==
        "StepLR: step_size must be positive, got 0");
}

TEST_CASE("where there is no chain, the closed form takes its place") {
  CHECK(cyclic.next(1, 77.0, 0.5) == about(0.3L));
  CHECK(Any(Own{}).next(2, 77.0, 0.5) == 1.5);
}

/// The first rate of a schedule that takes over from another in a sequence, where the rate is 0.3 and the base rate
/// 0.5.
double first_rate(const Any& schedule) {
  const Any sequence = schedule::Sequential<double>{.schedules = {step, schedule}, .milestones = {1}};
  return sequence.next(1, 0.3, 0.5);
}

TEST_CASE("any schedule starts from the base rate or from the rate that is there") {
  CHECK(first_rate(cosine) == 0.5);
  CHECK(first_rate(cyclic) == 0.1);
  CHECK(first_rate(multiplicative) == 0.15);
  CHECK(first_rate(swa) == 0.3);
}

TEST_CASE("any schedule compares classes and options") {
  CHECK(step == Any(schedule::Step<double>{.step_size = 2}));
  CHECK_FALSE(step == Any(schedule::Step<double>{.step_size = 3}));
  CHECK_FALSE(step == cosine);
  const Any copy = cosine;
  CHECK(copy == cosine);
}

TEST_CASE("any schedules of a user's own class are equal where that is known") {
  const Any own = Own{};
  const Any copy = own;
  CHECK(copy == own);
  CHECK_FALSE(Any(Own{.slope = 0.25}) == own);
  CHECK_FALSE(Any(Own{}) == own);
  CHECK(Any(Comparable{.slope = 0.25}) == Any(Comparable{.slope = 0.25}));
  CHECK_FALSE(Any(Comparable{.slope = 0.25}) == Any(Comparable{}));
  CHECK(Any(Table{{{3, 0.5}, {5, 0.25}}}) == Any(Table{{{3, 0.5}, {5, 0.25}}}));
  CHECK_FALSE(Any(Table{{{3, 0.5}, {5, 0.25}}}) == Any(Table{{{3, 0.5}}}));
  CHECK_FALSE(Any(Table{{{3, 0.5}, {5, 0.25}}}) == Any(Table{{{3, 0.5}, {6, 0.25}}}));
  CHECK_FALSE(Any(Table{{{3, 0.5}, {5, 0.25}}}) == Any(Table{{{3, 0.5}, {5, 0.125}}}));
  CHECK(Any(Named{.shape = Slope::steep}) == Any(Named{.shape = Slope::steep}));
  CHECK_FALSE(Any(Named{.shape = Slope::steep}) == Any(Named{}));
  CHECK_FALSE(Any(Named{.note = "some"}) == Any(Named{}));
  CHECK_FALSE(Any(schedule::Sequential<double>{.schedules = {own}}) ==
              Any(schedule::Sequential<double>{.schedules = {Own{}}}));
}

TEST_CASE("a user's enumerations and texts are part of the state") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  Scheduled saved{groups, Named{.shape = Slope::steep, .note = "some"}};
  CHECK(groups[0].lr == 0);
  std::vector<ParamGroup<double>> others{{.lr = 0.5}};
  Scheduled loaded{others, Named{}};
  CHECK(message_of<std::invalid_argument>([&] { loaded.load_state_dict(saved.state_dict()); }) ==
        "Named: cannot load the state: options.shape is 1 in the state and 0 in the scheduler");
  loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(loaded.schedule().shape == Slope::steep);
  CHECK(loaded.schedule().note == "some");
}

TEST_CASE("a user's map is part of the state") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  Scheduled saved{groups, Table{{{1, 0.25}, {4, 0.125}}}};
  saved.step();
  CHECK(groups[0].lr == 0.25);
  std::vector<ParamGroup<double>> others{{.lr = 0.5}};
  Scheduled loaded{others, Table{{{1, 0.25}}}};
  CHECK(message_of<std::invalid_argument>([&] { loaded.load_state_dict(saved.state_dict()); }) ==
        "Table: cannot load the state: options.rates is {1=0.25, 4=0.125} in the state and {1=0.25} in the scheduler");
  loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(loaded.schedule().rates == std::map<Epoch, double>{{1, 0.25}, {4, 0.125}});
  loaded.seek(4);
  CHECK(others[0].lr == 0.125);
}

TEST_CASE("a user's continuous factor is continuous in a chain") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.5}};
  Scheduled scheduler{groups,
                      schedule::Chained<double>{.schedules = {Half{}, schedule::Exponential<double>{.gamma = 0.5}}}};
  scheduler.seek_time(0.5);
  CHECK(groups[0].lr == about(0.25L));
}

TEST_CASE("a schedule too large to be held in place is evaluated all the same") {
  Large large;
  large.rates[3] = 0.25;
  const Any any = large;
  CHECK(any.at(3, 0.8) == 0.2);
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  Scheduled scheduler{groups, any};
  scheduler.seek(3);
  CHECK(groups[1].lr == 0.1);
}

TEST_CASE("any schedule binds to an optimizer as the schedule in it does") {
  auto groups = two_groups<double>();
  Scheduled scheduler{groups, step};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.01L, 0.04L}});
  CHECK(message_of<std::logic_error>([&] { scheduler.seek_time(0.5); }) ==
        "StepLR: cannot seek without a continuous closed form");
  CHECK(message_of([&] { Scheduled refused(groups, cyclic); }) ==
        "CyclicLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum = "
        "false");
  CHECK(message_of([&] { Scheduled refused(groups, Any(schedule::Step<double>{.step_size = 0})); }) ==
        "StepLR: step_size must be positive, got 0");
}

TEST_CASE("the state of any bound schedule has the options of the schedule in it") {
  auto groups = two_groups<double>();
  auto others = two_groups<double>();
  Scheduled saved{groups, step};
  StepLR<double> loaded{others, {.step_size = 2}};
  check_state_round_trip(saved, groups, loaded, others);

  Scheduled other{others, Any(schedule::Step<double>{.step_size = 3})};
  CHECK(message_of([&] { other.load_state_dict(saved.state_dict()); }) ==
        "StepLR: cannot load the state: options.step_size is 2 in the state and 3 in the scheduler");
  other.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(other.schedule() == step);
  Scheduled another{others, cosine};
  CHECK(message_of([&] { another.load_state_dict(saved.state_dict()); }) ==
        "CosineAnnealingLR: cannot load the state: options.type is StepLR in the state and "
        "CosineAnnealingLR in the scheduler");
}

}  // namespace
}  // namespace lr_scheduler::testing
