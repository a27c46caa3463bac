// SPDX-License-Identifier: MIT
#include <lr_scheduler/detail/shape.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

constexpr Shape shapes[] = {Shape::linear, Shape::cosine, Shape::one_minus_sqrt, Shape::exponential, Shape::geometric};

TEMPLATE_TEST_CASE("a way is exact at both ends, along each shape and with each power", "", double, long double) {
  using T = TestType;
  const T start = T(0.1L);
  const T end = T(0.7L);
  for (const Shape shape : shapes) {
    for (const T power : {T(0.5L), T(1), T(3)}) {
      for (const T time_power : {T(0.5L), T(1), T(3)}) {
        for (const Epoch total : {Epoch{1}, Epoch{1'000'000'007}, Epoch{1} << 62}) {
          const auto first = detail::shaped_way(shape, Time(0), total, power, time_power);
          const auto last = detail::shaped_way(shape, Time(total), total, power, time_power);
          CHECK(first(start, end) == start);
          CHECK(first(end, start) == end);
          CHECK(last(start, end) == end);
          CHECK(last(end, start) == start);
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("what is left of a way is what the shape says", "", double, long double) {
  using T = TestType;
  const auto left = [](Shape shape, int quarters) {
    return detail::shaped_way(shape, Time(quarters), Epoch{4}, T(1))(T(1), T(0));
  };
  CHECK(left(Shape::linear, 1) == about(0.75L));
  CHECK(left(Shape::cosine, 1) == about(0.8535533905932737622004L));
  CHECK(left(Shape::cosine, 3) == about(0.1464466094067262377996L));
  CHECK(left(Shape::one_minus_sqrt, 1) == about(0.5L));
  CHECK(left(Shape::one_minus_sqrt, 3) == about(0.1339745962155613532363L));
  CHECK(left(Shape::exponential, 1) == about(0.6817928305074290860623L));
  CHECK(left(Shape::exponential, 3) == about(0.1892071150027210667175L));
}

TEMPLATE_TEST_CASE("a power of what is left and a power of the time are taken before and after the shape", "", double,
                   long double) {
  using T = TestType;
  const auto left = [](Shape shape, T power, T time_power) {
    return detail::shaped_way(shape, Time(1), Epoch{4}, power, time_power)(T(1), T(0));
  };
  CHECK(left(Shape::linear, T(2), T(1)) == about(0.5625L));
  CHECK(left(Shape::linear, T(1), T(2)) == about(0.9375L));
  CHECK(left(Shape::linear, T(2), T(2)) == about(0.87890625L));
  CHECK(left(Shape::one_minus_sqrt, T(2), T(2)) == about(0.5625L));
  CHECK(left(Shape::cosine, T(1), T(0.5L)) == about(0.5L));
}

TEMPLATE_TEST_CASE("near an end what is over and what is left have all of their digits, between epochs too", "", double,
                   long double) {
  using T = TestType;
  const auto left = [](Shape shape, Time n, T power) {
    return detail::shaped_way(shape, n, Epoch{1'000'000}, power)(T(1), T(0));
  };
  const auto over = [](Shape shape, Time n, T power) {
    return detail::shaped_way(shape, n, Epoch{1'000'000}, power)(T(0), T(1));
  };
  CHECK(left(Shape::linear, Time(999'999, 0.75), T(2)) == about(6.25e-14L));
  CHECK(left(Shape::cosine, Time(999'999), T(1)) == about(2.467401100270310298645e-12L));
  CHECK(left(Shape::one_minus_sqrt, Time(999'999, 0.75), T(1)) == about(1.250000078125009765627e-7L));
  CHECK(left(Shape::exponential, Time(999'999, 0.75), T(1)) == about(1.732868101541438795498e-7L));
  CHECK(over(Shape::linear, Time(0, 0.25), T(3)) == about(7.49999812500015625e-7L));
  CHECK(over(Shape::exponential, Time(0, 0.25), T(1)) == about(3.465735602516610193243e-7L));
  CHECK(over(Shape::one_minus_sqrt, Time(0, 0.25), T(1)) == about(0.0005L));
}

}  // namespace
}  // namespace lr_scheduler::testing
