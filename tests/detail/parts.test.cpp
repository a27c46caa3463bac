// SPDX-License-Identifier: MIT
#include <cfloat>
#include <cmath>
#include <concepts>
#include <limits>

#include <boost/multiprecision/cpp_bin_float.hpp>

#include <lr_scheduler/detail/parts.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<70>, boost::multiprecision::et_off>;

template <class T>
Wide wide(const detail::Parts<T>& parts) {
  return Wide(parts.high) + Wide(parts.low);
}
/// In units in the last place of T, relative to the exact value.
template <class T>
double error_of(const detail::Parts<T>& actual, const Wide& exact) {
  return static_cast<double>(abs(Wide(wide(actual) / exact - 1)) / Wide(std::numeric_limits<T>::epsilon()));
}

static_assert(detail::Parts<double>::exact_sum(1, 0x1p-60).low == 0x1p-60);
static_assert(detail::Parts<double>::exact_product(1 + 0x1p-30, 1 + 0x1p-30).low == 0x1p-60);

TEMPLATE_TEST_CASE("sums and products in parts lose nothing, quotients and roots nearly nothing", "", double,
                   long double) {
  using T = TestType;
  using Parts = detail::Parts<T>;
  const T a = T(1) / T(3);
  const T b = T(1e5L) / T(7);
  CHECK(wide(Parts::exact_sum(a, b)) == Wide(a) + Wide(b));
  CHECK(wide(Parts::exact_sum(b, -a)) == Wide(b) - Wide(a));
  constexpr T small = std::numeric_limits<T>::epsilon() / 8;
  const Parts difference = Parts(T(1), small).minus_smaller(Parts(T(0.25), small / 4));
  CHECK(difference.high == T(0.75));
  CHECK(difference.low == small - small / 4);
  CHECK(abs(Wide(wide(Parts::exact_product(a, b)) - Wide(a) * Wide(b))) < Wide(a) * Wide(b) * Wide(1e-31));
  const Parts x = Parts::exact_sum(a, b);
  CHECK(error_of(x / Parts(a), wide(x) / Wide(a)) < 1e-12);
  CHECK(error_of(x * x, wide(x) * wide(x)) < 1e-12);
  CHECK(error_of(detail::square_root(x), Wide(sqrt(wide(x)))) < 1e-12);
  CHECK(wide(x - x) == 0);
}

TEMPLATE_TEST_CASE("the high part has the digits that products need to be exact", "", double, long double) {
  using T = TestType;
  const T x = T(1) / T(3);
  const T quarter = detail::high_part<1>(x);
  const T three_quarters = detail::high_part<3>(x);
  CHECK(Wide(quarter * three_quarters) == Wide(quarter) * Wide(three_quarters));
  CHECK(abs(x - quarter) <= std::ldexp(x, 1 - std::numeric_limits<T>::digits / 4));
  CHECK(detail::high_part<1>(std::numeric_limits<T>::max()) > T(0));
  CHECK(detail::high_part<1>(T(0)) == T(0));
}

TEMPLATE_TEST_CASE("exponentials and logarithms in parts keep more digits than the type has", "", double, long double) {
  using T = TestType;
  using Parts = detail::Parts<T>;
  if (FLT_EVAL_METHOD == 2 && std::same_as<T, double>) return;  // x87 rounds when it likes: no second part is exact
  for (const T x : {T(1e-9L), T(-1e-3L), T(0.3L), T(-0.5L), T(2), T(-20), T(30)}) {
    CAPTURE(x);
    CHECK(error_of(detail::exponential_minus_one(Parts(x)), Wide(exp(Wide(x)) - 1)) < 0.1);
  }
  for (const T rest : {3 * std::numeric_limits<T>::epsilon(), T(1e-9L), T(0.1L), T(0.4L), T(0.75L), T(0.999L)}) {
    CAPTURE(rest);
    const Parts x = Parts::exact_sum(T(1), -rest);
    CHECK(error_of(detail::logarithm(x, Parts(rest)), Wide(log(wide(x)))) < 0.1);
  }
  CHECK(detail::exponential_minus_one(Parts(T(-1e30L))).rounded() == T(-1));
  CHECK(detail::exponential_minus_one(Parts(T(1e30L))).rounded() == std::numeric_limits<T>::max());
}

TEMPLATE_TEST_CASE("powers take what is in the second part of the base or the exponent", "", double, long double) {
  using T = TestType;
  using Parts = detail::Parts<T>;
  const Parts third = Parts(T(1)) / Parts(T(3));
  const Parts sum = Parts::exact_sum(T(1e5L), T(1) / T(3));
  CHECK(error_of(detail::power(third, T(421)), Wide(pow(wide(third), 421))) < cmath_unit<T>());
  CHECK(error_of(detail::power(T(0.999L), sum), Wide(pow(Wide(T(0.999L)), wide(sum)))) < cmath_unit<T>());
  constexpr T tiny = std::numeric_limits<T>::epsilon() / 8;
  const Parts above_1(T(1), tiny);  // of which the first alone has a power of 1
  CHECK(error_of(detail::power(above_1, T(1e6L)), Wide(pow(wide(above_1), 1'000'000))) < cmath_unit<T>());
  // A power so large that the second part could be anything is that of the first.
  CHECK(detail::power(above_1, T(1e30L)).rounded() == T(1));
  CHECK(detail::power(Parts(T(1), -tiny), T(1e30L)).rounded() == T(1));
  // Where there is no logarithm, and where it leads beyond all numbers.
  CHECK(detail::power(T(0), Parts(T(0))).rounded() == T(1));
  CHECK(detail::power(T(0), Parts(T(2), tiny)).rounded() == T(0));
  CHECK(detail::power(T(10), Parts(T(1e6L), T(1))).rounded() == std::numeric_limits<T>::max());
}

TEMPLATE_TEST_CASE("powers without pow() are within a unit in the last place", "", double, long double) {
  using T = TestType;
  if (FLT_EVAL_METHOD == 2 && std::same_as<T, double>) return;
  for (const T base : {T(1e-30L), T(0.1L), T(1) / T(3), T(0.5), T(0.999L), T(1) - std::numeric_limits<T>::epsilon(),
                       T(1.001L), T(3), T(1e30L)}) {
    for (const T exponent : {T(0), T(1), T(2), T(0.5), T(7.25L), T(421), T(1e5L), T(1e9L)}) {
      CAPTURE(base, exponent);
      const Wide exact = pow(Wide(base), Wide(exponent));
      const T power = detail::power_by_parts(base, exponent);
      if (exact > Wide(std::numeric_limits<T>::max())) {
        CHECK(power == std::numeric_limits<T>::max());
      } else if (exact < Wide(std::numeric_limits<T>::min())) {
        CHECK(power <= std::numeric_limits<T>::min());
      } else {
        CHECK(error_of(detail::Parts<T>(power), exact) < 1);
      }
    }
  }
  // What has no inverse, or none that is finite.
  CHECK(detail::power_by_parts(T(0), T(0.5)) == T(0));
  CHECK(detail::power_by_parts(T(0), T(3)) == T(0));
  CHECK(detail::power_by_parts(T(0), T(0)) == T(1));
  CHECK(detail::power_by_parts(T(1), std::numeric_limits<T>::max()) == T(1));
  CHECK(detail::power_by_parts(std::numeric_limits<T>::denorm_min(), T(1)) == std::numeric_limits<T>::denorm_min());
  CHECK(detail::power_by_parts(std::numeric_limits<T>::max(), T(1)) == std::numeric_limits<T>::max());
  CHECK(detail::power_by_parts(T(2), std::numeric_limits<T>::max()) == std::numeric_limits<T>::max());
  CHECK(detail::power_by_parts(T(0.5), std::numeric_limits<T>::max()) == T(0));
  CHECK(detail::power_by_parts(T(2), T(-3)) == T(0.125));
}

TEST_CASE("a time that rounding alone keeps from a whole epoch is that epoch") {
  using Parts = detail::Parts<double>;
  CHECK(detail::time_of(Parts(29.75)) == Time(29, 0.75));
  CHECK(detail::time_of(Parts(30, -1e-16)) == Time(30));
  CHECK(detail::time_of(Parts(30, 1e-16)) == Time(30, 1e-16));
  CHECK(detail::time_of(Parts(0x1p60, 40.5)) == Time((Epoch{1} << 60) + 40, 0.5));
  CHECK(detail::time_of(Parts(0x1p60, -40)) == Time((Epoch{1} << 60) - 40));
  CHECK(detail::time_of(Parts(0x1p63)) == Time(std::numeric_limits<Epoch>::max()));
  CHECK(detail::time_of(Parts(1e300)) == Time(std::numeric_limits<Epoch>::max()));
}

}  // namespace
}  // namespace lr_scheduler::testing
