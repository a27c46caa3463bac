// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/fragile_optimizer.hpp"

namespace lr_scheduler {
namespace testing {

struct WithMember {
  std::vector<ParamGroup<float>> param_groups;
};

struct WithMemberReadOnly {
  const std::vector<ParamGroup<float>> param_groups;
};

class WithFunction {
 public:
  std::vector<ParamGroup<double>>& param_groups() { return groups_; }

 private:
  std::vector<ParamGroup<double>> groups_{{.lr = 0.1}, {.lr = 0.4}};
};

class WithReadOnlyFunction {
 public:
  [[nodiscard]] const std::vector<ParamGroup<double>>& param_groups() const { return groups_; }

 private:
  std::vector<ParamGroup<double>> groups_;
};

struct WeightedGroup : ParamGroup<double> {
  double weight_decay = 0.25;
};

/// A rate and nothing else.
struct Plain {
  double rate = 0.8;
};

/// Keeps rates in half of the digits that it speaks of.
struct Narrow {
  float rate = 0.1F;
};

/// As Adam: beta1 is what a momentum cycle drives, beta2 is none of its business.
struct Adam {
  struct Betas {
    double beta1 = 0.9;
    double beta2 = 0.999;
  };
  std::vector<double> rates{0.1, 0.4};
  std::vector<Betas> betas{2};
};

/// Lacks set_lr.
struct HalfAdapted {};

}  // namespace testing

template <>
struct optimizer_traits<testing::Plain> {
  using scalar_type = double;
  static std::size_t size(testing::Plain&) { return 1; }
  static double lr(testing::Plain& plain, std::size_t) { return plain.rate; }
  static void set_lr(testing::Plain& plain, std::size_t, double lr) { plain.rate = lr; }
};

template <>
struct optimizer_traits<testing::Narrow> {
  using scalar_type = double;
  static std::size_t size(testing::Narrow&) { return 1; }
  static double lr(testing::Narrow& narrow, std::size_t) { return narrow.rate; }
  static void set_lr(testing::Narrow& narrow, std::size_t, double lr) { narrow.rate = static_cast<float>(lr); }
};

template <>
struct optimizer_traits<testing::Adam> {
  using scalar_type = double;
  static std::size_t size(testing::Adam& adam) { return adam.rates.size(); }
  static double lr(testing::Adam& adam, std::size_t i) { return adam.rates[i]; }
  static void set_lr(testing::Adam& adam, std::size_t i, double lr) { adam.rates[i] = lr; }
  static std::optional<double> momentum(testing::Adam& adam, std::size_t i) { return adam.betas[i].beta1; }
  static void set_momentum(testing::Adam& adam, std::size_t i, double beta1) { adam.betas[i].beta1 = beta1; }
};

template <>
struct optimizer_traits<testing::HalfAdapted> {
  using scalar_type = double;
  static std::size_t size(testing::HalfAdapted&) { return 1; }
  static double lr(testing::HalfAdapted&, std::size_t) { return 0.1; }
};

namespace testing {
namespace {

static_assert(Optimizer<ParamGroup<double>>);
static_assert(Optimizer<std::vector<ParamGroup<float>>>);
static_assert(Optimizer<std::array<ParamGroup<long double>, 2>>);
static_assert(Optimizer<std::deque<ParamGroup<double>>>);
static_assert(Optimizer<std::span<ParamGroup<double>>>);
static_assert(Optimizer<ParamGroup<double>[3]>);
static_assert(Optimizer<std::vector<WeightedGroup>>);
static_assert(Optimizer<WithMember>);
static_assert(Optimizer<WithFunction>);
static_assert(Optimizer<Plain>);
static_assert(Optimizer<Adam>);

static_assert(!Optimizer<int>);
static_assert(!Optimizer<double>);
static_assert(!Optimizer<std::vector<double>>);
static_assert(!Optimizer<const ParamGroup<double>>);
static_assert(!Optimizer<const DoubleGroups>);
static_assert(!Optimizer<const std::array<ParamGroup<double>, 2>>);
static_assert(!Optimizer<std::span<const ParamGroup<double>>>);
static_assert(!Optimizer<const std::span<ParamGroup<double>>>);
static_assert(!Optimizer<std::list<ParamGroup<double>>>);  // no random access
static_assert(!Optimizer<std::unique_ptr<DoubleGroups>>);
static_assert(!Optimizer<ParamGroup<double>*>);
static_assert(!Optimizer<WithMemberReadOnly>);
static_assert(!Optimizer<WithReadOnlyFunction>);
static_assert(!Optimizer<const WithMember>);
static_assert(!Optimizer<HalfAdapted>);

static_assert(std::same_as<scalar_t<WithMember>, float>);
static_assert(std::same_as<scalar_t<WithFunction>, double>);
static_assert(std::same_as<scalar_t<std::vector<WeightedGroup>>, double>);

// Binding takes an optimizer that stays; a temporary, a constant or what is not adapted is refused by a message.
template <class O>
inline constexpr bool binds = std::is_constructible_v<ExponentialLR<double>, O, schedule::Exponential<double>>;
static_assert(binds<DoubleGroups&>);
static_assert(binds<std::span<ParamGroup<double>>&>);
static_assert(std::is_constructible_v<OptimizerRef<double>, DoubleGroups&>);
static_assert(!std::is_constructible_v<OptimizerRef<double>, DoubleGroups>);
static_assert(!std::is_convertible_v<DoubleGroups&, OptimizerRef<double>>);

/// Two steps of a halving schedule take the rates to a quarter.
template <class O>
void halve_twice(O& optimizer) {
  ExponentialLR scheduler{optimizer, {.gamma = scalar_t<O>(0.5L)}};
  scheduler.step();
  scheduler.step();
}

TEST_CASE("a scheduler binds to a group, and to any range of groups") {
  ParamGroup<double> one{.lr = 0.8};
  halve_twice(one);
  CHECK(one.lr == 0.2);

  std::array<ParamGroup<long double>, 2> array{{{.lr = 0.8L}, {.lr = 0.4L}}};
  halve_twice(array);
  CHECK(array[1].lr == 0.1L);

  std::deque<ParamGroup<double>> deque{{.lr = 0.8}, {.lr = 0.4}};
  halve_twice(deque);
  CHECK(deque[1].lr == 0.1);

  ParamGroup<double> plain_array[2] = {{.lr = 0.8}, {.lr = 0.4}};
  halve_twice(plain_array);
  CHECK(plain_array[1].lr == 0.1);

  std::span<ParamGroup<double>> span(plain_array);
  halve_twice(span);
  CHECK(plain_array[0].lr == 0.05);  // from initial_lr on: 0.8, then halved from 0.2 twice
}

TEST_CASE("a scheduler binds to what has param_groups") {
  WithMember member{.param_groups = {{.lr = 0.8F}}};
  halve_twice(member);
  CHECK(member.param_groups[0].lr == 0.2F);

  WithFunction function;
  halve_twice(function);
  CHECK(function.param_groups()[0].lr == 0.025);
  CHECK(function.param_groups()[1].lr == 0.1);
}

TEST_CASE("groups may hold more than the library asks for") {
  std::vector<WeightedGroup> groups(2);
  groups[0].lr = 0.8;
  groups[1].lr = 0.4;
  halve_twice(groups);
  CHECK(groups[1].lr == 0.1);
  CHECK(groups[1].weight_decay == 0.25);
}

TEST_CASE("an optimizer needs no initial_lr and no momentum") {
  Plain plain;
  ExponentialLR scheduler{plain, {.gamma = 0.5}};
  scheduler.step();
  CHECK(plain.rate == 0.4);
  CHECK(scheduler.base_lrs()[0] == 0.8);
  CHECK(message_of([&] { CyclicLR(plain, {.base_lr = 0.1, .max_lr = 0.5}); }) ==
        "CyclicLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum = "
        "false");
}

TEST_CASE("a rate counts as it reads back, in the precision that the optimizer keeps") {
  Narrow narrow;
  ExponentialLR scheduler{narrow, {.gamma = 0.7}};
  for (int k = 0; k < 20; ++k) scheduler.step();
  CHECK(scheduler.get_lr()[0] == static_cast<double>(narrow.rate));
  // Along the closed form, rounded once: a chain would have rounded to float 20 times.
  CHECK(narrow.rate == static_cast<float>(0.1F * 7.979226629761200e-4));
}

TEST_CASE("a scheduler keeps no pointers into the groups") {
  DoubleGroups groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  scheduler.step();
  for (int k = 0; k < 100; ++k) {
    DoubleGroups copy;
    copy.reserve(groups.size() + 100);
    copy = groups;
    groups.swap(copy);
  }
  scheduler.step();
  CHECK(groups[0].lr == 0.2);
}

TEST_CASE("CyclicLR and OneCycleLR drive Adam's beta1 and leave beta2 alone") {
  Adam adam;
  CyclicLR cyclic{adam, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = 2, .max_momentum = 0.95}};
  CHECK(adam.betas[1].beta1 == 0.95);
  cyclic.step();
  CHECK(adam.rates[1] == about(0.3L));
  CHECK(adam.betas[0].beta1 == about(0.875L));
  cyclic.step();
  CHECK(adam.betas[1].beta1 == 0.8);
  CHECK(adam.betas[0].beta2 == 0.999);

  OneCycleLR one_cycle{adam, {.max_lr = 1, .total_steps = 10}};
  CHECK(adam.betas[0].beta1 == 0.95);
  one_cycle.seek(2);
  CHECK(adam.betas[0].beta1 == about(0.85L));
  CHECK(adam.betas[1].beta2 == 0.999);
}

TEST_CASE("OptimizerRef reads and writes through the traits") {
  DoubleGroups groups{{.lr = 0.1}, {.lr = 0.4, .initial_lr = 0.8, .momentum = 0.9}};
  const OptimizerRef<double> reference(groups);
  CHECK(reference.size() == 2);
  std::array<double, 2> lrs{};
  reference.read(lrs);
  CHECK(lrs == std::array<double, 2>{0.1, 0.4});
  CHECK(reference.lr(1) == 0.4);
  CHECK(reference.reads(lrs.data(), 2));

  std::array<double, 2> written{0.3, 0.2};
  reference.write(written.data(), lrs);
  CHECK(groups[0].lr == 0.3);
  CHECK(groups[1].lr == 0.2);
  CHECK(lrs == std::array<double, 2>{0.3, 0.2});
  CHECK(reference.reads(lrs.data(), 2));
  CHECK_FALSE(reference.reads(lrs.data(), 1));  // another number of groups
  reference.set_lr(1, 0.5);
  CHECK(groups[1].lr == 0.5);
  CHECK_FALSE(reference.reads(lrs.data(), 2));

  CHECK(reference.initial_lr(0) == std::nullopt);
  CHECK(reference.initial_lr(1) == std::optional(0.8));
  reference.set_initial_lr(0, 0.25);
  CHECK(groups[0].initial_lr == std::optional(0.25));
  reference.set_initial_lr(0, std::nullopt);
  CHECK(groups[0].initial_lr == std::nullopt);
  CHECK(reference.momentum(0) == std::nullopt);
  CHECK(reference.momentum(1) == std::optional(0.9));
  reference.set_momentum(1, 0.5);
  CHECK(groups[1].momentum == std::optional(0.5));
}

TEST_CASE("OptimizerRef reads back what the optimizer keeps of a rate") {
  Narrow narrow;
  const OptimizerRef<double> reference(narrow);
  std::array<double, 1> rate{0.3};
  std::array<double, 1> left_there{};
  reference.write(rate.data(), left_there);
  CHECK(left_there[0] == static_cast<double>(0.3F));
}

TEST_CASE("where an optimizer refuses a rate, OptimizerRef leaves what was read before as it was") {
  FragileOptimizer optimizer{.groups = {{.lr = 0.1}, {.lr = 0.4}}};
  optimizer.before_write = refuse(Written::lr, 1, "no");
  const OptimizerRef<double> reference(optimizer);
  CHECK(reference.may_throw());
  std::array<double, 2> lrs{0.3, 0.2};
  std::array<double, 2> left_there{0.1, 0.4};
  CHECK_THROWS_AS(reference.write(lrs.data(), left_there), std::runtime_error);
  CHECK(left_there == std::array<double, 2>{0.1, 0.4});

  DoubleGroups groups{{.lr = 0.1}};
  CHECK_FALSE(OptimizerRef<double>(groups).may_throw());
}

}  // namespace
}  // namespace testing
}  // namespace lr_scheduler
