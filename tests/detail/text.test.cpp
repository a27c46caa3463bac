// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/detail/text.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_50;

TEMPLATE_TEST_CASE("a real is written with as few digits as read back as the same", "", float, double, long double) {
  using T = TestType;
  CHECK(detail::text_of(T(0)) == "0");
  CHECK(detail::text_of(T(1)) == "1");
  CHECK(detail::text_of(T(30)) == "30");
  CHECK(detail::text_of(T(0.1L)) == "0.1");
  CHECK(detail::text_of(T(-0.25L)) == "-0.25");
  CHECK(detail::text_of(T(123456)) == "123456");
  CHECK(detail::text_of(T(0.0001L)) == "0.0001");
  CHECK(detail::text_of(T(0.00001L)) == "1e-05");
  CHECK(detail::text_of(T(2500000)) == "2.5e+06");
}

TEST_CASE("a third has the digits of its type") {
  CHECK(detail::text_of(1.0F / 3.0F) == "0.33333334");
  CHECK(detail::text_of(1.0 / 3.0) == "0.3333333333333333");
  CHECK(detail::text_of(0.1 + 0.2) == "0.30000000000000004");
}

TEMPLATE_TEST_CASE("what is no finite number has a name", "", float, double, long double) {
  using Limits = std::numeric_limits<TestType>;
  CHECK(detail::text_of(Limits::infinity()) == "inf");
  CHECK(detail::text_of(TestType(-Limits::infinity())) == "-inf");
  CHECK(detail::text_of(Limits::quiet_NaN()) == "nan");
  CHECK(detail::text_of(TestType(-Limits::quiet_NaN())) == "nan");
}

TEST_CASE("flags, integers and numbers of many digits are written too") {
  CHECK(detail::text_of(true) == "true");
  CHECK(detail::text_of(false) == "false");
  CHECK(detail::text_of(-7) == "-7");
  CHECK(detail::text_of(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(detail::text_of(Decimal("0.1000000000000000000000000000000001")) == "0.1000000000000000000000000000000001");
}

TEST_CASE("a text is read as far as it is a number") {
  CHECK(detail::parse<double>("0.5").value == 0.5);
  CHECK(detail::parse<double>("0.5").length == 3);
  CHECK(detail::parse<float>("1e-3x").value == 1e-3F);
  CHECK(detail::parse<float>("1e-3x").length == 4);
  CHECK(detail::parse<long double>("0.1").value == 0.1L);
  CHECK(detail::parse<double>("x").length == 0);
}

TEST_CASE("a path joins keys by points and indices by brackets") {
  CHECK(detail::join("", "gamma") == "gamma");
  CHECK(detail::join("schedule", "gamma") == "schedule.gamma");
  CHECK(detail::join("schedulers", std::size_t{1}) == "schedulers[1]");
  CHECK(detail::join(detail::join("schedulers", std::size_t{1}), "gamma") == "schedulers[1].gamma");
}

}  // namespace
}  // namespace lr_scheduler::testing
