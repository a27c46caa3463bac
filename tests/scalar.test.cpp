// SPDX-License-Identifier: MIT
#include <functional>
#include <string>
#include <vector>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"

// Rates of a number type that is no built-in one, with and without expression templates.

namespace lr_scheduler::testing {
namespace {

namespace mp = boost::multiprecision;
using Decimal = mp::number<mp::cpp_dec_float<50>, mp::et_on>;
using Plain = mp::number<mp::cpp_dec_float<50>, mp::et_off>;
static_assert(Scalar<Decimal> && Scalar<Plain>);

template <class T>
using Groups = std::vector<ParamGroup<T>>;

template <class T>
bool close(const T& actual, const char* expected) {
  const T exact(expected);
  return abs(T(actual - exact)) <= T("1e-48") * exact;
}

TEMPLATE_TEST_CASE("schedulers keep all digits of a number type", "", Decimal, Plain) {
  using T = TestType;
  {
    Groups<T> groups{{.lr = T("0.3")}, {.lr = T("0.7")}};
    StepLR scheduler{groups, {.step_size = 1, .gamma = T("0.1")}};
    for (int k = 0; k < 3; ++k) scheduler.step();
    CHECK(close(groups[0].lr, "0.0003"));
    CHECK(close(groups[1].lr, "0.0007"));
  }
  {
    Groups<T> groups{{.lr = T("0.3")}};
    LinearLR scheduler{groups};
    CHECK(close(groups[0].lr, "0.1"));
    scheduler.step();
    CHECK(close(groups[0].lr, "0.14"));
  }
  {
    // 0.8 (1 + cos(pi / 6)) / 2
    Groups<T> groups{{.lr = T("0.8")}};
    CosineAnnealingLR scheduler{groups, {.T_max = 6}};
    scheduler.step();
    CHECK(close(groups[0].lr, "0.74641016151377545870548926830117447338856105076208"));
    scheduler.seek(6);
    CHECK(groups[0].lr == 0);
  }
  {
    // 0.5 (2 / 3)^1.5
    Groups<T> groups{{.lr = T("0.5")}};
    PolynomialLR scheduler{groups, {.total_iters = 3, .power = T("1.5")}};
    scheduler.step();
    CHECK(close(groups[0].lr, "0.27216552697590867757747600830065459910732749785074"));
  }
}

TEMPLATE_TEST_CASE("warm-ups and decays keep all digits of a number type", "", Decimal, Plain) {
  using T = TestType;
  using namespace schedule;
  const WarmupCosine<T> cosine{.warmup_steps = 1, .total_steps = 4, .min_ratio = T("0.1")};
  CHECK(close(cosine.at(2, T(1)), "0.775"));
  const WarmupCosine<T> waves{.warmup_steps = 1, .total_steps = 6, .num_cycles = T("1.5")};
  CHECK(close(waves.at(2, T(1)), "0.34549150281252628794885329140859047056992270504856"));
  CHECK(waves.at(6, T(1)) == 0);
  const WarmupLinear<T> line{.warmup_steps = 1, .total_steps = 4, .min_ratio = T("0.1")};
  CHECK(close(line.at(2, T(1)), "0.7"));
  const WarmupPolynomial<T> polynomial{.warmup_steps = 1, .total_steps = 4, .power = T("1.5")};
  CHECK(close(polynomial.at(2, T(1)), "0.54433105395181735515495201660130919821465499570148"));
  const WarmupInverseSqrt<T> root{.warmup_steps = 1, .timescale = 2.5};
  CHECK(close(root.at(3, T(1)), "0.74535599249992989880305788957709207848020611987051"));
  const auto decay = [](Shape shape) {
    return WarmupStableDecay<T>{.warmup_steps = 1, .stable_steps = 1, .decay_steps = 3, .shape = shape};
  };
  CHECK(close(decay(Shape::one_minus_sqrt).at(3, T(1)), "0.42264973081037423549085121949804254435239824872987"));
  CHECK(close(decay(Shape::exponential).at(4, T(1)), "0.25992104989487316476721060727822835057025146470151"));
  const Noam<T> noam{.d_model = 4, .warmup_steps = 4};
  CHECK(close(noam.at(7, T(1)), "0.18898223650461361360725826811709003040787565593446"));
  const Rex<T> rex{.total_steps = 7};
  CHECK(close(rex.at(1, T(1)), "0.92307692307692307692307692307692307692307692307692"));
  const InverseTime<T> inverse{.timescale = 10, .power = T("1.7")};
  CHECK(close(inverse.at(3, T(1)), "0.6401714489020874421239846159781262352120777538541"));
  const InverseTime<T> stairs{.timescale = 2.5, .staircase = true};
  CHECK(close(stairs.at(9, T(1)), "0.25"));
  const LinearWarmup<T> warmup{.warmup_steps = 4, .first_update = FirstUpdate::one_of_w_plus_1};
  CHECK(close(warmup.at(2, T(1)), "0.6"));
}

TEMPLATE_TEST_CASE("anneals and what modifies a schedule keep all digits of a number type", "", Decimal, Plain) {
  using T = TestType;
  using namespace schedule;
  const Anneal<T> line{.steps = 3};
  const auto anneal = [](Anneal<T> options) { return options.at(1, T(1)); };
  CHECK(close(anneal({.steps = 6, .shape = Shape::cosine}), "0.9330127018922193233818615853764680917357013134526"));
  CHECK(
      close(anneal({.steps = 3, .shape = Shape::exponential}), "0.58740105196819947475170563927230826039149332789985"));
  CHECK(close(anneal({.steps = 3, .shape = Shape::geometric, .end_factor = T("0.01")}),
              "0.21544346900318837217592935665193504952593449421921"));
  CHECK(close(anneal({.steps = 3, .power = T("1.5")}), "0.54433105395181735515495201660130919821465499570148"));
  CHECK(close(anneal({.steps = 3, .shape = Shape::one_minus_sqrt, .time_power = T("0.5")}),
              "0.24016431434840745266881224934545466460322655111269"));
  const Piecewise<T> table{.boundaries = {6}, .scales = {T(0), T(1)}, .interpolation = Interpolation::cosine};
  CHECK(close(table.at(1, T(1)), "0.066987298107780676618138414623531908264298686547405"));
  CHECK(close(ExponentialWarmup<T>{.warmup_period = 2}.at(0, T(1)),
              "0.39346934028736657639620046500881954655808186451281"));
  const T rectified = RAdamWarmup<T>{.beta2 = T("0.9")}.at(0, T(1));
  CHECK(abs(T(rectified - T("0.1561107632751250563025916964666493633704974145083"))) < T("1e-46"));

  const Cycles<T> cycles{.schedule = line, .length = 3, .length_mult = 2, .decay = T("0.3")};
  CHECK(close(cycles.at(4, T(1)), "0.25"));
  CHECK(close(Retimed<T>{.schedule = line, .stretch = 2}.at(2, T("0.3")), "0.2"));
  const Scaled<T> scaled{.schedule = Constant<T>{.factor = T(1)}, .by = line, .floor = T("0.1")};
  CHECK(close(scaled.at(1, T(1)), "0.7"));
  CHECK(close(Clamp<T>{.schedule = line, .min_ratio = T("0.9")}.at(1, T("0.3")), "0.27"));
  CHECK(close(BaseRate<T>{.schedule = line, .base_lr = T("0.3")}.at(1, T(7)), "0.2"));
  Groups<T> groups{{.lr = T("0.3")}, {.lr = T("0.6")}};
  Scheduled scheduler{groups, cycles};
  for (int k = 0; k < 4; ++k) scheduler.step();
  CHECK(close(groups[0].lr, "0.075"));
  CHECK(close(groups[1].lr, "0.15"));
}

TEST_CASE("momentum is driven in a number type") {
  Groups<Decimal> groups{{.lr = 1, .momentum = Decimal("0.5")}};
  CyclicLR scheduler{groups,
                     {.base_lr = Decimal("0.1"),
                      .max_lr = Decimal("0.4"),
                      .step_size_up = 3,
                      .base_momentum = Decimal("0.8"),
                      .max_momentum = Decimal("0.9")}};
  scheduler.step();
  CHECK(close(groups[0].lr, "0.2"));
  CHECK(close(*groups[0].momentum, "0.86666666666666666666666666666666666666666666666667"));
}

TEST_CASE("a plateau compares metrics of a number type") {
  Groups<Decimal> groups{{.lr = Decimal("0.8")}};
  ReduceLROnPlateau scheduler{groups, {.factor = Decimal("0.5"), .patience = 0, .threshold = 0}};
  scheduler.step(Decimal("1"));
  scheduler.step(Decimal("0.9999999999999999999999999999999999999999"));
  CHECK(groups[0].lr == Decimal("0.8"));
  scheduler.step(Decimal("0.9999999999999999999999999999999999999999"));
  CHECK(groups[0].lr == Decimal("0.4"));
}

TEST_CASE("bad options of a number type are refused with their digits") {
  Groups<Decimal> groups{{.lr = Decimal("0.8")}};
  std::string message;
  try {
    StepLR scheduler{groups, {.step_size = 3, .gamma = Decimal("-0.5")}};
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  CHECK(message == "StepLR: gamma must be finite and not negative, got -0.5");
}

TEST_CASE("a state of a number type reads back exactly") {
  Groups<Decimal> groups{{.lr = Decimal(1) / 3}, {.lr = Decimal("0.7")}};
  Groups<Decimal> others{{.lr = Decimal("0.2")}, {.lr = Decimal("0.1")}};
  CosineAnnealingLR saved{groups, {.T_max = 7, .eta_min = Decimal("0.01")}};
  CosineAnnealingLR loaded{others, {.T_max = 7, .eta_min = Decimal("0.01")}};
  for (int k = 0; k < 3; ++k) saved.step();
  loaded.load_state_dict(saved.state_dict());
  for (int k = 0; k < 6; ++k) {
    CHECK(others[0].lr == groups[0].lr);
    CHECK(others[1].lr == groups[1].lr);
    saved.step();
    loaded.step();
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
