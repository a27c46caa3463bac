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
