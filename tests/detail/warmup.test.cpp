// SPDX-License-Identifier: MIT
#include <limits>

#include <lr_scheduler/detail/warmup.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

static_assert(detail::warmup_factor(Time(1), 4, 0.0, FirstUpdate::zero) == 0.25);
static_assert(detail::warmup_factor(Time(1), 4, 0.0, FirstUpdate::one_of_w) == 0.5);

TEMPLATE_TEST_CASE("a warm-up rises by the same amount each step, from its start or from its first update", "", double,
                   long double) {
  using T = TestType;
  CHECK(detail::warmup_factor(Time(0), 4, T(0.2L), FirstUpdate::zero) == T(0.2L));
  CHECK(detail::warmup_factor(Time(1), 4, T(0.2L), FirstUpdate::zero) == about(0.4L));
  CHECK(detail::warmup_factor(Time(3), 4, T(0.2L), FirstUpdate::zero) == about(0.8L));
  CHECK(detail::warmup_factor(Time(0), 4, T(0), FirstUpdate::one_of_w) == T(0.25L));
  CHECK(detail::warmup_factor(Time(2), 4, T(0), FirstUpdate::one_of_w) == T(0.75L));
  CHECK(detail::warmup_factor(Time(3), 4, T(0), FirstUpdate::one_of_w) == T(1));
  CHECK(detail::warmup_factor(Time(0), 3, T(0), FirstUpdate::one_of_w_plus_1) == T(0.25L));
  CHECK(detail::warmup_factor(Time(2), 3, T(0), FirstUpdate::one_of_w_plus_1) == T(0.75L));
}

TEMPLATE_TEST_CASE("a warm-up is continuous, and never above 1", "", double, long double) {
  using T = TestType;
  CHECK(detail::warmup_factor(Time(2.5), 4, T(0), FirstUpdate::zero) == T(0.625L));
  CHECK(detail::warmup_factor(Time(2.5), 4, T(0), FirstUpdate::one_of_w) == T(0.875L));
  CHECK(detail::warmup_factor(Time(3.5), 4, T(0), FirstUpdate::one_of_w) == T(1));
  CHECK(detail::warmup_factor(Time(2.5), 3, T(0), FirstUpdate::one_of_w_plus_1) == T(0.875L));
}

TEMPLATE_TEST_CASE("a warm-up of the most steps there are does not overflow", "", double, long double) {
  using T = TestType;
  const Epoch last = std::numeric_limits<Epoch>::max();
  for (const FirstUpdate first : {FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    CHECK(detail::warmup_factor(Time(0), last, T(0), first) == about(0x1p-63L));
    CHECK(detail::warmup_factor(Time(last - 1), last, T(0), first) == about(1));
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
