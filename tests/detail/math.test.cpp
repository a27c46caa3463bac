// SPDX-License-Identifier: MIT
#include <cstdint>
#include <limits>
#include <string>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/detail/math.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_50;

TEMPLATE_TEST_CASE("what is finite and what is no number is told from the bits", "", float, double, long double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  for (const T x : {T(0), T(-0.0L), T(1), Limits::max(), Limits::lowest(), Limits::denorm_min()}) {
    CHECK(detail::is_finite(x));
    CHECK_FALSE(detail::is_nan(x));
  }
  for (const T x : {Limits::infinity(), T(-Limits::infinity())}) {
    CHECK_FALSE(detail::is_finite(x));
    CHECK_FALSE(detail::is_nan(x));
  }
  for (const T x : {Limits::quiet_NaN(), T(-Limits::quiet_NaN())}) {
    CHECK_FALSE(detail::is_finite(x));
    CHECK(detail::is_nan(x));
  }
}

TEMPLATE_TEST_CASE("an overflow becomes the largest number", "", float, double, long double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  CHECK(detail::clamp_overflow(Limits::infinity()) == Limits::max());
  CHECK(detail::clamp_overflow(T(2)) == T(2));
  using C = detail::compute_t<T>;
  CHECK(detail::to_rate<T>(C(std::numeric_limits<C>::infinity())) == Limits::max());
  CHECK(detail::to_rate<T>(std::numeric_limits<C>::max()) == Limits::max());
  CHECK(detail::to_rate<T>(C(0.5L)) == T(0.5L));
}

TEMPLATE_TEST_CASE("a way from one value to another is exact at both ends", "", double, long double) {
  using T = TestType;
  const T start = T(0.1L);
  const T end = T(0.7L);
  for (const Epoch total : {Epoch{1}, Epoch{3}, Epoch{1'000'000'007}, Epoch{1} << 62}) {
    for (const auto& make : {detail::linear_blend<T, Epoch>, detail::cosine_blend<T, Epoch>}) {
      CHECK(make(0, total)(start, end) == start);
      CHECK(make(total, total)(start, end) == end);
      CHECK(make(0, total)(end, start) == end);
      CHECK(make(total, total)(end, start) == start);
      CHECK(make(0, total).remaining() == T(1));
      CHECK(make(total, total).remaining() == T(0));
    }
  }
  CHECK(detail::linear_blend<T>(Epoch{1}, Epoch{4})(start, end) == about(0.25L));
  CHECK(detail::linear_blend<T>(Epoch{3}, Epoch{4})(start, end) == about(0.55L));
  CHECK(detail::cosine_blend<T>(Epoch{1}, Epoch{2})(start, end) == about(0.4L));
  CHECK(detail::cosine_blend<T>(Epoch{1}, Epoch{4})(T(1), T(0)) == about(0.8535533905932737622004L, 2));
  // Near the end what is left is small, and has all of its digits.
  CHECK(detail::cosine_blend<T>(Epoch{999'999}, Epoch{1'000'000})(T(1), T(0)) ==
        about(2.467401100270310298645e-12L, 4));
}

TEST_CASE("pi has the digits of the type") {
  CHECK(detail::pi<double>() == 3.14159265358979323846);
  CHECK(detail::pi<long double>() == 3.14159265358979323846264338L);
  const Decimal error = detail::pi<Decimal>() - Decimal("3.14159265358979323846264338327950288419716939937511");
  CHECK(abs(error) < Decimal("1e-48"));
}

TEST_CASE("periods are counted in integers, and in real time alike") {
  const Epoch far = (Epoch{1} << 62) + 1;
  CHECK(detail::remainder(Epoch{7}, 10) == 7);
  CHECK(detail::remainder(Epoch{10}, 10) == 0);
  CHECK(detail::remainder(far, 2) == 1);
  CHECK(detail::quotient(Epoch{9}, 10) == 0);
  CHECK(detail::quotient(Epoch{10}, 10) == 1);
  CHECK(detail::quotient(far, 1) == far);
  CHECK(detail::remainder(12.5, 5) == 2.5);
  CHECK(detail::quotient(12.5, 5) == 2);
  CHECK(detail::quotient(9.999, 5) == 1);
  CHECK(detail::quotient(10.0, 5) == 2);
}

}  // namespace
}  // namespace lr_scheduler::testing
