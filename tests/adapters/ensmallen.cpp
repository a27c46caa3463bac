// SPDX-License-Identifier: MIT
// On the real ensmallen: a coordinate is compared with updates worked out by hand.
#include <cstddef>
#include <ensmallen.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/adapters/ensmallen.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "adapters/close.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

using namespace lr_scheduler;

namespace {

const lr_scheduler::testing::Close is_close{1e-7};  // Adam's epsilon is in what is compared

/// The sum of four functions that are each the coordinate itself: their gradients are 1.
class Line {
 public:
  [[nodiscard]] std::size_t NumFunctions() const { return 4; }
  void Shuffle() {}
  double Evaluate(const arma::mat& coordinates, std::size_t, std::size_t batch) const {
    return static_cast<double>(batch) * coordinates(0);
  }
  void Gradient(const arma::mat&, std::size_t, arma::mat& gradient, std::size_t batch) const {
    gradient.set_size(1, 1);
    gradient(0) = static_cast<double>(batch);
  }
  double EvaluateWithGradient(const arma::mat& coordinates, std::size_t begin, arma::mat& gradient,
                              std::size_t batch) const {
    Gradient(coordinates, begin, gradient, batch);
    return Evaluate(coordinates, begin, batch);
  }
  double Evaluate(const arma::mat& coordinates) const { return coordinates(0); }
  void Gradient(const arma::mat&, arma::mat& gradient) const { gradient.ones(1, 1); }
};

/// Notes by what the coordinate fell in each update, and how often ensmallen calls what.
class UsedRates {
 public:
  template <class O, class F, class M>
  void BeginOptimization(O&, F&, M& coordinates) {
    last_ = coordinates(0);
  }
  template <class O, class F, class M>
  void StepTaken(O&, F&, const M& coordinates) {
    if constexpr (!lr_scheduler::detail::EnsmallenWrapper<O>) used.push_back(last_ - coordinates(0));
    last_ = coordinates(0);
  }
  template <class O, class F, class M>
  void EndEpoch(O&, F&, const M&, const std::size_t, const double) {
    ++epochs;
  }
  std::vector<double> used;
  int epochs = 0;

 private:
  double last_ = 0;
};

template <class O>
UsedRates train(O& optimizer, EnsmallenScheduler& scheduler) {
  Line line;
  arma::mat coordinates(1, 1, arma::fill::ones);
  UsedRates rates;
  optimizer.Optimize(line, coordinates, scheduler, rates);
  return rates;
}

/// The rates of the first updates.
template <class O>
std::vector<double> first_rates(O& optimizer, EnsmallenScheduler& scheduler, std::size_t count) {
  std::vector<double> used = train(optimizer, scheduler).used;
  REQUIRE(used.size() >= count);
  used.resize(count);
  return used;
}

const schedule::LinearWarmup<double> warmup{.warmup_steps = 4, .start_factor = 0.25};
const std::vector<double> warming{0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.1};

/// Whether the adapter refuses it; tests/misuse has the messages. What SGDR, SnapshotSGDR and DeltaBarDelta let make
/// the updates is what the callbacks see.
template <class O>
constexpr bool is_refused =
    lr_scheduler::detail::EnsmallenDecays<O> || lr_scheduler::detail::EnsmallenHasInitialRates<O>;
static_assert(is_refused<ens::SGDR<>::OptimizerType> && !Optimizer<ens::SGDR<>>);
static_assert(is_refused<ens::SnapshotSGDR<>::OptimizerType> && !Optimizer<ens::SnapshotSGDR<>>);
static_assert(is_refused<ens::GradientDescentType<ens::DeltaBarDeltaUpdate>>);
static_assert(is_refused<ens::SVRG_BB> && !is_refused<ens::SVRG>);
static_assert(!is_refused<ens::GradientDescentType<ens::MomentumDeltaBarDeltaUpdate>>);
static_assert(!lr_scheduler::detail::EnsmallenHasRate<ens::L_BFGS> && !Optimizer<ens::L_BFGS>);
static_assert(Optimizer<ens::Adam> && !Optimizer<ens::Lookahead<>>);

}  // namespace

TEST_CASE("each update of ensmallen's SGD and Adam uses the rate of its epoch, the first that of epoch 0") {
  ens::StandardSGD sgd(0.1, 1, 6, -1, false);
  EnsmallenScheduler of_sgd(warmup);
  CHECK(is_close(train(sgd, of_sgd).used, warming));

  ens::Adam adam(0.1, 1, 0.9, 0.999, 1e-12, 6, -1, false);
  EnsmallenScheduler of_adam(warmup);
  CHECK(is_close(train(adam, of_adam).used, warming));
  CHECK(of_adam.scheduler()->last_epoch() == 6);
}

TEST_CASE("where it is told so, each epoch of ensmallen's steps") {
  ens::Adam adam(0.4, 1, 0.9, 0.999, 1e-12, 9, -1, false);
  EnsmallenScheduler scheduler(schedule::Exponential<double>{.gamma = 0.5}, EnsmallenStep::end_epoch);
  const UsedRates rates = train(adam, scheduler);
  CHECK(is_close(rates.used, {0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.1}));
  CHECK(rates.epochs == 2);
}

TEST_CASE("all optimizers of ensmallen's that call EndEpoch() take a schedule of epochs") {
  const auto check = [](auto& optimizer) {
    EnsmallenScheduler scheduler(schedule::Exponential<double>{.gamma = 0.5}, EnsmallenStep::end_epoch);
    const UsedRates rates = train(optimizer, scheduler);
    CHECK(rates.epochs > 0);
    CHECK(scheduler.scheduler()->last_epoch() == rates.epochs);
  };
  ens::Eve eve(0.1, 1, 0.9, 0.999, 0.999, 1e-8, 10, 9, -1, false);
  check(eve);
  ens::BBS_BB big_batch(1, 0.1, 0.1, 9, -1, false);
  check(big_batch);
  ens::BBS_Armijo line_search(1, 0.1, 0.1, 9, -1, false);
  check(line_search);
  ens::SPALeRASGD<> spalera(0.1, 1, 9, -1, 0.01, 0.001, 1e-6, 3.1e-8, false);
  check(spalera);
}

TEST_CASE("ensmallen's optimizers that never call EndEpoch() step by their updates, and are refused for epochs") {
  const auto check = [](auto& optimizer, const std::vector<double>& expected) {
    EnsmallenScheduler scheduler(warmup);
    const UsedRates rates = train(optimizer, scheduler);
    CHECK(rates.epochs == 0);
    std::vector<double> first = rates.used;
    REQUIRE(first.size() >= expected.size());
    first.resize(expected.size());
    CHECK(is_close(first, expected));
    EnsmallenScheduler of_epochs(warmup, EnsmallenStep::end_epoch);
    CHECK_THROWS_AS(train(optimizer, of_epochs), std::invalid_argument);
  };
  ens::GradientDescent descent(0.1, 6, -1);
  check(descent, warming);
  ens::SVRG svrg(0.1, 1, 2, 4, -1, false);
  check(svrg, warming);
  ens::SARAH sarah(0.1, 1, 2, 4, -1, false);
  check(sarah, {0.05, 0.04375, 0.0625, 0.08125});  // its step along the whole gradient calls nothing
  ens::Lookahead<ens::StandardSGD> lookahead(ens::StandardSGD(0.1, 1, 100, -1, false), 0.5, 2, 3, -1);
  check(lookahead, warming);
}

TEST_CASE("of ensmallen's Lookahead the optimizer within is driven") {
  ens::Lookahead<ens::Adam> lookahead(ens::Adam(0.1, 1, 0.9, 0.999, 1e-12, 100, -1, false, false), 0.5, 2, 3, -1);
  EnsmallenScheduler scheduler(warmup);
  CHECK(is_close(first_rates(lookahead, scheduler, 6), warming));
  CHECK(lookahead.StepSize() == 0.5);
  CHECK(is_close(lookahead.BaseOptimizer().StepSize(), 0.1));
}

TEST_CASE("ensmallen goes on with a state") {
  ens::StandardSGD first(0.1, 1, 2, -1, false);
  EnsmallenScheduler scheduler(warmup);
  train(first, scheduler);
  ens::StandardSGD second(0.7, 1, 3, -1, false);
  EnsmallenScheduler resumed(warmup);
  resumed.load_state_dict(scheduler.scheduler()->state_dict());
  CHECK(is_close(train(second, resumed).used, {0.0625, 0.08125, 0.1}));
}

TEST_CASE("momentum of ensmallen's cannot be driven, and its rate can") {
  ens::MomentumSGD sgd(0.1, 1, 2, -1, false, ens::MomentumUpdate(0.0));
  EnsmallenScheduler scheduler(schedule::OneCycle<double>{.max_lr = 0.1, .total_steps = 10});
  CHECK(lr_scheduler::testing::message_of([&] { train(sgd, scheduler); }).find(".cycle_momentum = false") !=
        std::string::npos);
  EnsmallenScheduler without(schedule::OneCycle<double>{.max_lr = 0.1, .total_steps = 10, .cycle_momentum = false});
  CHECK(is_close(first_rates(sgd, without, 1), {0.004}));
}
