// SPDX-License-Identifier: MIT
// On mocks that call back and keep their rates as ensmallen's optimizers do. ensmallen.cpp tries the real ones.
#include "mocks/ensmallen.hpp"

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <lr_scheduler/adapters/ensmallen.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;
using lr_scheduler::testing::message_of;

namespace {

const lr_scheduler::testing::Close is_close{1e-12};

/// Notes by what the coordinate fell in each update; each gradient is 1, so this is the rate that was used.
class UsedRates {
 public:
  template <class O>
  void BeginOptimization(O&, ens::Function&, double& coordinates) {
    if constexpr (!lr_scheduler::detail::EnsmallenWrapper<O>) last_ = coordinates;
  }
  template <class O>
  void StepTaken(O&, ens::Function&, const double& coordinates) {
    if constexpr (!lr_scheduler::detail::EnsmallenWrapper<O>) used.push_back(last_ - coordinates);
    last_ = coordinates;
  }
  std::vector<double> used;

 private:
  double last_ = 0;
};

/// The rates of the updates of one call of Optimize().
template <class O>
std::vector<double> rates_of_updates(O& optimizer, EnsmallenScheduler& scheduler, std::size_t functions = 1) {
  ens::Function gradients(functions, 1.0);
  double coordinates = 0;
  UsedRates rates;
  optimizer.Optimize(gradients, coordinates, scheduler, rates);
  return rates.used;
}

/// Sets the rate after each update.
struct Meddler {
  template <class O>
  void StepTaken(O& optimizer, ens::Function&, const double&) {
    optimizer.StepSize() = 0.1;
  }
};

const schedule::LinearWarmup<double> warmup{.warmup_steps = 4, .start_factor = 0.25};
const schedule::Exponential<double> halving{.gamma = 0.5};

static_assert(!std::is_copy_constructible_v<EnsmallenScheduler> && !std::is_move_constructible_v<EnsmallenScheduler>);
static_assert(Optimizer<ens::SGD<>> && Optimizer<ens::Adam>);
static_assert(!Optimizer<ens::Lookahead<>> && !Optimizer<ens::SGDR>);

}  // namespace

TEST_CASE("the first update of ensmallen has the rate of epoch 0, and each update steps") {
  ens::SGD<> sgd(0.1, 6);
  EnsmallenScheduler of_sgd(warmup);
  CHECK(is_close(rates_of_updates(sgd, of_sgd), {0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.1}));
  CHECK(of_sgd.scheduler()->last_epoch() == 6);

  ens::Adam adam(0.1, 3);
  EnsmallenScheduler of_adam(warmup);
  CHECK(is_close(rates_of_updates(adam, of_adam), {0.025, 0.04375, 0.0625}));
  CHECK(is_close(adam.StepSize(), 0.08125));  // of the next update
}

TEST_CASE("where it is told so, each epoch of ensmallen steps") {
  ens::Adam adam(0.4, 7);
  EnsmallenScheduler scheduler(halving, EnsmallenStep::end_epoch);
  CHECK(is_close(rates_of_updates(adam, scheduler, 3), {0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1}));
}

TEST_CASE("an optimizer that never calls EndEpoch() steps by its updates, and is refused for epochs") {
  ens::GradientDescent descent(0.4, 3);
  EnsmallenScheduler scheduler(halving);
  CHECK(is_close(rates_of_updates(descent, scheduler), {0.4, 0.2, 0.1}));

  EnsmallenScheduler of_epochs(halving, EnsmallenStep::end_epoch);
  CHECK(message_of([&] { rates_of_updates(descent, of_epochs); }) ==
        "EnsmallenScheduler: this optimizer never calls EndEpoch(): step in StepTaken()");
  CHECK(of_epochs.scheduler() == nullptr);
  CHECK(is_close(descent.StepSize(), 0.05));

  // Lookahead's rounds do not last an epoch.
  ens::Lookahead<> lookahead(ens::Adam(0.4), 0.5, 2, 2);
  CHECK(message_of([&] { rates_of_updates(lookahead, of_epochs); }) ==
        "EnsmallenScheduler: this optimizer never calls EndEpoch(): step in StepTaken()");
}

TEST_CASE("of Lookahead the optimizer within is driven, in one run over its rounds") {
  ens::Lookahead<> lookahead(ens::Adam(0.4), 0.5, 2, 2);
  EnsmallenScheduler scheduler(halving);
  CHECK(is_close(rates_of_updates(lookahead, scheduler), {0.4, 0.2, 0.1, 0.05}));
  CHECK(lookahead.StepSize() == 0.5);
  CHECK(is_close(lookahead.BaseOptimizer().StepSize(), 0.025));
  CHECK(scheduler.scheduler()->last_epoch() == 4);
}

TEST_CASE("a second Optimize() goes on, with another optimizer too") {
  ens::SGD<> sgd(0.4, 2);
  EnsmallenScheduler scheduler(halving);
  CHECK(is_close(rates_of_updates(sgd, scheduler), {0.4, 0.2}));
  ens::Adam adam(0.001, 2);
  CHECK(is_close(rates_of_updates(adam, scheduler), {0.1, 0.05}));
}

TEST_CASE("a state is taken into a new run on ensmallen, before its first update") {
  ens::SGD<> sgd(0.1, 2);
  EnsmallenScheduler scheduler(warmup);
  rates_of_updates(sgd, scheduler);
  const StateDict state = scheduler.scheduler()->state_dict();

  ens::SGD<> fresh(0.7, 3);
  EnsmallenScheduler resumed(warmup);
  resumed.load_state_dict(state);
  CHECK(is_close(rates_of_updates(fresh, resumed), {0.0625, 0.08125, 0.1}));
  resumed.load_state_dict(state);
  CHECK(is_close(rates_of_updates(fresh, resumed), {0.0625, 0.08125, 0.1}));

  EnsmallenScheduler other(halving);
  CHECK_THROWS_AS(other.load_state_dict(state), std::invalid_argument);
  CHECK(other.scheduler() == nullptr);
}

TEST_CASE("a rate that ensmallen's optimizer moves is moved on from") {
  ens::SGD<> sgd(0.8, 2);
  ens::Function gradients(1, 1.0);
  double coordinates = 0;
  EnsmallenScheduler scheduler(halving);
  Meddler meddler;
  sgd.Optimize(gradients, coordinates, meddler, scheduler);
  CHECK(is_close(sgd.StepSize(), 0.05));
}

TEST_CASE("momentum is refused, and how to do without is said") {
  ens::SGD<> sgd(0.1, 2);
  EnsmallenScheduler scheduler(schedule::OneCycle<double>{.max_lr = 0.1, .total_steps = 10});
  CHECK(message_of([&] { rates_of_updates(sgd, scheduler); }) ==
        "OneCycleLR: cycle_momentum is true, but parameter group 0 has no momentum: give it one or set .cycle_momentum "
        "= false");
  CHECK(sgd.StepSize() == 0.1);

  EnsmallenScheduler without(schedule::OneCycle<double>{.max_lr = 0.1, .total_steps = 10, .cycle_momentum = false});
  CHECK(is_close(rates_of_updates(sgd, without)[0], 0.004));
}

TEST_CASE("options out of range are refused before ensmallen runs") {
  CHECK(message_of([] { EnsmallenScheduler(schedule::Step<double>{.step_size = 0}); }) ==
        "StepLR: step_size must be positive, got 0");
}
