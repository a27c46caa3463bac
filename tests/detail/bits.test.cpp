// SPDX-License-Identifier: MIT
#include <cstdint>
#include <limits>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/detail/bits.hpp>

#include "support/catch.hpp"

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

TEST_CASE("a number of many digits says itself what is finite and what is no number") {
  const Decimal infinity = std::numeric_limits<Decimal>::infinity();
  const Decimal no_number = std::numeric_limits<Decimal>::quiet_NaN();
  CHECK(detail::is_finite(Decimal(1)));
  CHECK_FALSE(detail::is_finite(infinity));
  CHECK_FALSE(detail::is_finite(no_number));
  CHECK_FALSE(detail::is_nan(infinity));
  CHECK(detail::is_nan(no_number));
}

TEMPLATE_TEST_CASE("a rate, a factor and a momentum are finite and not negative", "", float, double, long double,
                   Decimal) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  CHECK(detail::is_finite_and_not_negative(T(0)));
  CHECK(detail::is_finite_and_not_negative(Limits::max()));
  CHECK_FALSE(detail::is_finite_and_not_negative(T(-1)));
  CHECK_FALSE(detail::is_finite_and_not_negative(Limits::infinity()));
  CHECK_FALSE(detail::is_finite_and_not_negative(Limits::quiet_NaN()));
}

TEMPLATE_TEST_CASE("two numbers differ where one bit does", "", float, double, long double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  CHECK_FALSE(detail::bits_differ(T(0.1L), T(0.1L)));
  CHECK(detail::bits_differ(T(1), T(T(1) + Limits::epsilon())));
  CHECK(detail::bits_differ(T(0), Limits::denorm_min()));
  CHECK(detail::bits_differ(T(0), T(-0.0L)));
  CHECK_FALSE(detail::bits_differ(Limits::quiet_NaN(), Limits::quiet_NaN()));
}

TEST_CASE("numbers of many digits differ where their values do") {
  CHECK_FALSE(detail::bits_differ(Decimal("0.1"), Decimal("0.1")));
  CHECK(detail::bits_differ(Decimal("0.1"), Decimal("0.10000000000000000000000000000001")));
}

TEST_CASE("bits become a number and a number its bits") {
  CHECK(detail::from_bits<double>(std::uint64_t{0x3ff8'0000'0000'0000U}) == 1.5);
  CHECK(detail::from_bits<float>(std::uint32_t{0xc000'0000U}) == -2.0F);
  CHECK(detail::from_bits<std::uint64_t>(1.5) == 0x3ff8'0000'0000'0000U);
  CHECK(detail::read_bits<std::uint32_t>(-2.0F) == 0xc000'0000U);
}

}  // namespace
}  // namespace lr_scheduler::testing
