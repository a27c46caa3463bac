// SPDX-License-Identifier: MIT
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

// What each schedule can do, by its type: it knows a closed form, chains, is continuous, is a factor of the base rate,
// drives momentum.
template <class S>
concept IsFactor = requires(const S& schedule) {
  { schedule.at(Epoch{}) } -> std::convertible_to<Factor<double>>;
};
template <class S>
concept DrivesMomentum = requires(const S& schedule, Group<double> group) {
  { schedule.at(Epoch{}).momentum(group) } -> std::convertible_to<std::optional<double>>;
};
template <class S>
consteval bool can(bool closed_form, bool chains, bool continuous, bool factor, bool momentum) {
  using T = double;
  return Schedule<S, T> && ClosedForm<S, T> == closed_form && Chainable<S, T> == chains &&
         Continuous<S, T> == continuous && IsFactor<S> == factor && DrivesMomentum<S> == momentum;
}
static_assert(can<schedule::Step<double>>(true, true, false, true, false));
static_assert(can<schedule::MultiStep<double>>(true, true, false, true, false));
static_assert(can<schedule::Constant<double>>(true, true, false, true, false));
static_assert(can<schedule::Linear<double>>(true, true, true, true, false));
static_assert(can<schedule::Exponential<double>>(true, true, true, true, false));
static_assert(can<schedule::Polynomial<double>>(true, true, true, true, false));
static_assert(can<schedule::LinearWarmup<double>>(true, true, true, true, false));
static_assert(can<schedule::CosineAnnealing<double>>(true, true, true, false, false));
static_assert(can<schedule::CosineAnnealingWarmRestarts<double>>(true, false, true, false, false));
static_assert(can<schedule::Cyclic<double>>(true, false, true, false, true));
static_assert(can<schedule::OneCycle<double>>(true, false, true, false, true));
static_assert(can<schedule::SWA<double>>(true, true, true, false, false));
static_assert(can<schedule::Lambda<double>>(true, false, false, false, false));
static_assert(can<schedule::Multiplicative<double>>(false, true, false, false, false));

// Of these, what they can do is known at run time: see abilities().
static_assert(can<schedule::Sequential<double>>(true, true, true, false, false));
static_assert(can<schedule::Chained<double>>(true, true, true, false, false));
static_assert(can<schedule::PerGroup<double>>(true, true, true, false, false));
static_assert(can<AnySchedule<double>>(true, true, true, false, false));

// All that a user's own schedule needs.
struct Smallest {
  double at(Epoch t, double base_lr) const { return base_lr / static_cast<double>(1 + t); }
};
struct SmallestChaining {
  double next(Epoch, double lr, double) const { return lr / 2; }
};
struct GroupWise {
  double at(Epoch, Group<double> group) const { return group.base_lr; }
  double next(Epoch, double lr, Group<double>) const { return lr; }
};
struct BetweenEpochs {
  double at(Time t, double base_lr) const { return base_lr * t.as<double>(); }
};
static_assert(can<Smallest>(true, false, false, false, false));
static_assert(can<SmallestChaining>(false, true, false, false, false));
static_assert(can<GroupWise>(true, true, false, false, false));
static_assert(can<BetweenEpochs>(true, false, true, false, false));

// And what is none.
struct Nothing {};
struct NotConst {
  double at(Epoch, double base_lr) { return base_lr; }
};
struct Text {
  std::string at(Epoch, double) const { return "0.1"; }
};
struct NotCopyable : Smallest {
  NotCopyable() = default;
  NotCopyable(const NotCopyable&) = delete;
  NotCopyable& operator=(const NotCopyable&) = delete;
};
static_assert(!Schedule<Nothing, double>);
static_assert(!Schedule<NotConst, double>);
static_assert(!Schedule<Text, double>);
static_assert(!Schedule<NotCopyable, double>);
static_assert(!Schedule<int, double>);
static_assert(!Schedule<PlateauOptions<double>, double>);
static_assert(!Schedule<Smallest, int>);
static_assert(!Schedule<Smallest, std::string>);

static_assert(Scalar<float> && Scalar<double> && Scalar<long double>);
static_assert(!Scalar<int> && !Scalar<const double> && !Scalar<double&> && !Scalar<bool>);

// A required option that is left out does not compile; beside it what does.
template <class S>
concept TakesNothing = requires { S{}; };
template <class S>
concept TakesGammaAlone = requires { S{.gamma = 0.5}; };
template <class S>
concept TakesStepSizeAlone = requires { S{.step_size = 30}; };
template <class S>
concept TakesBaseLrAlone = requires { S{.base_lr = 0.1}; };
template <class S>
concept TakesMaxLrAlone = requires { S{.max_lr = 0.1}; };
template <class S>
concept TakesBothRates = requires { S{.base_lr = 0.1, .max_lr = {0.2, 0.3}}; };

static_assert(!TakesNothing<schedule::Step<double>> && TakesStepSizeAlone<schedule::Step<double>>);
static_assert(!TakesGammaAlone<schedule::Step<double>>);
static_assert(TakesNothing<schedule::MultiStep<double>> && TakesGammaAlone<schedule::MultiStep<double>>);
static_assert(!TakesNothing<schedule::Exponential<double>> && TakesGammaAlone<schedule::Exponential<double>>);
static_assert(TakesNothing<schedule::Constant<double>> && TakesNothing<schedule::Linear<double>> &&
              TakesNothing<schedule::Polynomial<double>>);
static_assert(!TakesNothing<schedule::CosineAnnealing<double>>);
static_assert(!TakesNothing<schedule::CosineAnnealingWarmRestarts<double>>);
static_assert(!TakesNothing<schedule::Cyclic<double>> && !TakesBaseLrAlone<schedule::Cyclic<double>> &&
              !TakesMaxLrAlone<schedule::Cyclic<double>> && TakesBothRates<schedule::Cyclic<double>>);
static_assert(!TakesNothing<schedule::OneCycle<double>> && TakesMaxLrAlone<schedule::OneCycle<double>>);
static_assert(!TakesNothing<schedule::SWA<double>> && !TakesNothing<schedule::Lambda<double>> &&
              !TakesNothing<schedule::Multiplicative<double>> && !TakesNothing<schedule::LinearWarmup<double>>);
static_assert(TakesNothing<PlateauOptions<double>>);

// Closed forms of numbers alone are known at compile time, as kernels need them.
static_assert(schedule::Constant<double>{.factor = 0.5}.at(0, 0.8) == 0.4);
static_assert(schedule::Linear<float>{.start_factor = 0.5F, .total_iters = 4}.at(2, 0.8F) == 0.6F);
static_assert(schedule::LinearWarmup<double>{.warmup_steps = 4}.at(0.5, 0.8) == 0.1);
static_assert(schedule::CosineAnnealing<double>{.T_max = 4}.at(4, 0.8) == 0);

TEST_CASE("a group is a base rate and a place, and converts from and to the rate") {
  static_assert(std::is_convertible_v<double, Group<double>>);
  static_assert(std::is_convertible_v<Group<double>, double>);
  const Group<double> group = 0.5;
  CHECK(group.base_lr == 0.5);
  CHECK(group.index == 0);
  const double rate = Group<double>(0.25, 3);
  CHECK(rate == 0.25);
  CHECK(Group<double>(0.25, 3).index == 3);
}

TEST_CASE("a schedule's parts are asked for alone: the factor, and momentum") {
  CHECK(schedule::Step<double>{.step_size = 2}.at(4).value == about(0.01L));
  CHECK(schedule::Linear<double>{.start_factor = 0.5, .total_iters = 4}.at(1.0).value == 0.625);
  CHECK(schedule::Linear<double>{.start_factor = 0.5, .total_iters = 4}.at(0.5).value == 0.5625);
  const schedule::Cyclic<double> cyclic{.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2};
  CHECK(cyclic.at(2).momentum(0.5) == std::optional(0.8));
  CHECK(cyclic.at(1.0).momentum(0.5) == about(0.85L));
  const schedule::Cyclic<double> rates_alone{.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false};
  CHECK(rates_alone.at(2).momentum(0.5) == std::nullopt);
}

TEST_CASE("a schedule is a value that works without an optimizer") {
  const schedule::CosineAnnealing<double> cosine{.T_max = 100};
  CHECK(cosine.at(0, 0.1) == 0.1);
  CHECK(cosine.at(100, 0.1) == 0);
  CHECK(cosine.at(50, Group<double>(0.5)) == about(0.25L));
  CHECK(cosine.at(12.5, 0.1) == about(0.096193976625564337L, 1));  // 0.1 (1 + cos(pi / 8)) / 2
  CHECK(AnySchedule<double>(schedule::Exponential<double>{.gamma = 0.5}).next(7, 0.5, 9.0) == 0.25);
  CHECK(schedule::SWA<double>{.swa_lr = {0.5, 0.25}, .anneal_epochs = 0}.at(1, {0.1, 1}) == 0.25);
}

TEST_CASE("schedules are equal when their options are") {
  CHECK(schedule::Step<double>{.step_size = 3} == schedule::Step<double>{.step_size = 3});
  CHECK_FALSE(schedule::Step<double>{.step_size = 3} == schedule::Step<double>{.step_size = 4});
  CHECK_FALSE(schedule::MultiStep<double>{.milestones = {3}} == schedule::MultiStep<double>{.milestones = {3, 3}});
  CHECK_FALSE(schedule::SWA<double>{.swa_lr = 0.5} == schedule::SWA<double>{.swa_lr = {0.5, 0.5}});
  CHECK_FALSE(schedule::CosineAnnealing<double>{.T_max = 3} ==
              schedule::CosineAnnealing<double>{.T_max = 3, .after_end = AfterEnd::hold});
}

}  // namespace
}  // namespace lr_scheduler::testing
