// SPDX-License-Identifier: MIT
#include <concepts>
#include <limits>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/detail/math.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_50;

static_assert(std::same_as<detail::compute_t<float>, double>);
static_assert(std::same_as<detail::compute_t<double>, double>);
static_assert(std::same_as<detail::compute_t<long double>, long double>);
static_assert(std::same_as<detail::compute_t<Decimal>, Decimal>);

TEMPLATE_TEST_CASE("an overflow becomes the largest number", "", float, double, long double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  CHECK(detail::clamp_overflow(Limits::infinity()) == Limits::max());
  CHECK(detail::clamp_overflow(T(2)) == T(2));
  using C = detail::compute_t<T>;
  CHECK(detail::to_rate<T>(C(std::numeric_limits<C>::infinity())) == Limits::max());
  CHECK(detail::to_rate<T>(std::numeric_limits<C>::max()) == Limits::max());
  CHECK(detail::to_rate<T>(C(0.5L)) == T(0.5L));
  CHECK(detail::power(T(2), T(10)) == T(1024));
  CHECK(detail::power(T(10), T(1'000'000)) == Limits::max());
}

TEST_CASE("the smaller and the larger of two") {
  CHECK(detail::smaller(2, 3) == 2);
  CHECK(detail::smaller(3, 2) == 2);
  CHECK(detail::larger(2, 3) == 3);
  CHECK(detail::larger(3, 2) == 3);
}

TEST_CASE("a sum of epochs ends at the largest") {
  constexpr Epoch most = std::numeric_limits<Epoch>::max();
  CHECK(detail::saturating_sum(2, 3) == 5);
  CHECK(detail::saturating_sum(most - 1, 1) == most);
  CHECK(detail::saturating_sum(most - 1, 2) == most);
  CHECK(detail::saturating_sum(most, most) == most);
}

TEST_CASE("a half to the power of a number of steps is exact") {
  CHECK(detail::half_to_the<double>(0) == 1);
  CHECK(detail::half_to_the<double>(3) == 0.125);
  CHECK(detail::half_to_the<float>(126) == 0x1p-126F);
  CHECK(detail::half_to_the<double>(std::numeric_limits<Epoch>::max()) == 0);
  CHECK(abs(Decimal(detail::half_to_the<Decimal>(3) - Decimal("0.125"))) < Decimal("1e-49"));
}

TEST_CASE("a whole part and whether it is odd, of class types too") {
  CHECK(detail::whole_part(2.75) == 2);
  CHECK(detail::whole_part(0x1p80) == 0x1p80);
  CHECK(detail::whole_part(Decimal("2.75")) == 2);
  CHECK(detail::is_odd(Decimal(3)));
  CHECK_FALSE(detail::is_odd(Decimal(4)));
}

TEST_CASE("pi has the digits of the type") {
  CHECK(detail::pi<double>() == 3.14159265358979323846);
  CHECK(detail::pi<long double>() == 3.141592653589793238462643383279502884L);
  const Decimal error = detail::pi<Decimal>() - Decimal("3.14159265358979323846264338327950288419716939937511");
  CHECK(abs(error) < Decimal("1e-48"));
}

TEMPLATE_TEST_CASE("a product has room for what overflows or underflows on the way", "", double, long double) {
  using C = TestType;
  using Limits = std::numeric_limits<C>;
  detail::Product<C> up_and_down{Limits::max()};
  up_and_down *= detail::Product<C>{Limits::max()};
  up_and_down *= detail::Product<C>{C(C(1) / Limits::max())};
  CHECK(up_and_down.rounded() == about(static_cast<long double>(Limits::max())));

  detail::Product<C> down_and_up{Limits::min()};
  down_and_up *= detail::Product<C>{Limits::min()};
  down_and_up *= detail::Product<C>{C(C(0.5L) / Limits::min())};
  CHECK(down_and_up.rounded() == C(Limits::min() / C(2)));

  detail::Product<C> in_one_direction{};
  const detail::Product<C> small{C(0x1p-40L)};
  for (int i = 0; i < 20'000; ++i) in_one_direction /= small;
  CHECK(in_one_direction.overflows());
  for (int i = 0; i < 40'000; ++i) in_one_direction *= small;
  CHECK(in_one_direction.rounded() == C(0));
  CHECK_FALSE(in_one_direction.is_zero());
  for (int i = 0; i < 20'000; ++i) in_one_direction /= small;
  CHECK(in_one_direction.rounded() == C(1));

  detail::Product<C> too_large{Limits::max()};
  too_large *= detail::Product<C>{C(2)};
  CHECK(too_large.rounded() == Limits::max());

  detail::Product<C> zero{Limits::max()};
  zero *= detail::Product<C>{C(0)};
  CHECK(zero.rounded() == C(0));

  CHECK(detail::Product<C>{}.rounded() == C(1));
}

TEMPLATE_TEST_CASE("a power in a product has the same room", "", double, long double) {
  using C = TestType;
  CHECK(detail::product_power(C(2), 10).rounded() == C(1024));
  CHECK(detail::product_power(C(2), 0).rounded() == C(1));
  CHECK(detail::product_power(C(0), 3).rounded() == C(0));
  // 2^-100000 underflows, and 2^99990 overflows; their product is 2^-10.
  detail::Product<C> product = detail::product_power(C(0.5L), 100'000);
  CHECK(product.rounded() == C(0));
  product *= detail::product_power(C(2), 99'990);
  CHECK(product.rounded() == C(0.0009765625L));
}

TEMPLATE_TEST_CASE("a power in a product is as small or as large as it is at the last epochs", "", double,
                   long double) {
  using C = TestType;
  for (const Epoch n : {Epoch{1} << 60, Epoch{1} << 62, std::numeric_limits<Epoch>::max()}) {
    INFO("power " << n);
    detail::Product<C> tiny = detail::product_power(C(0.1L), n);
    CHECK(tiny.rounded() == C(0));
    tiny *= tiny;
    CHECK(tiny.rounded() == C(0));
    detail::Product<C> huge = detail::product_power(C(10), n);
    CHECK(huge.rounded() == std::numeric_limits<C>::max());
    huge /= tiny;
    CHECK(huge.rounded() == std::numeric_limits<C>::max());
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
