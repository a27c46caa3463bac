// SPDX-License-Identifier: MIT
#include <lr_scheduler/detail/way.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("a way is exact at both ends, however long it is", "", double, long double) {
  using T = TestType;
  const T start = T(0.1L);
  const T end = T(0.7L);
  for (const Epoch total : {Epoch{1}, Epoch{3}, Epoch{1'000'000'007}, Epoch{1} << 62}) {
    for (const AnnealStrategy strategy : {AnnealStrategy::linear, AnnealStrategy::cos}) {
      const auto first = detail::annealed_way<T>(strategy, Time(0), total);
      const auto last = detail::annealed_way<T>(strategy, Time(total), total);
      CHECK(first(start, end) == start);
      CHECK(first(end, start) == end);
      CHECK(first.left() == T(1));
      CHECK(last(start, end) == end);
      CHECK(last(end, start) == start);
      CHECK(last.left() == T(0));
    }
  }
  CHECK(detail::Way<T>{}(start, end) == start);
  CHECK(detail::Way<T>::end()(start, end) == end);
}

TEMPLATE_TEST_CASE("a straight way moves by the same amount each epoch", "", double, long double) {
  using T = TestType;
  const T start = T(0.1L);
  const T end = T(0.7L);
  CHECK(detail::straight_way<T>(Time(1), Epoch{4})(start, end) == about(0.25L));
  CHECK(detail::straight_way<T>(Time(2), Epoch{4})(start, end) == about(0.4L));
  CHECK(detail::straight_way<T>(Time(3), Epoch{4})(start, end) == about(0.55L));
  CHECK(detail::straight_way<T>(Time(1), Epoch{4}).left() == T(0.75L));
  CHECK(detail::straight_way<T>(Time(3), Epoch{4}).left() == T(0.25L));
}

TEMPLATE_TEST_CASE("a way along a cosine is slow at both ends", "", double, long double) {
  using T = TestType;
  const T start = T(0.1L);
  const T end = T(0.7L);
  CHECK(detail::cosine_way<T>(Time(1), Epoch{3})(start, end) == about(0.25L));
  CHECK(detail::cosine_way<T>(Time(1), Epoch{2})(start, end) == about(0.4L));
  CHECK(detail::cosine_way<T>(Time(2), Epoch{3})(start, end) == about(0.55L));
  CHECK(detail::cosine_way<T>(Time(1), Epoch{4})(T(1), T(0)) == about(0.8535533905932737622004L));
  CHECK(detail::cosine_way<T>(Time(3), Epoch{4})(T(1), T(0)) == about(0.1464466094067262377996L));
}

TEMPLATE_TEST_CASE("near an end what is left has all of its digits", "", double, long double) {
  using T = TestType;
  CHECK(detail::cosine_way<T>(Time(999'999), Epoch{1'000'000})(T(1), T(0)) == about(2.467401100270310298645e-12L));
  CHECK(detail::cosine_way<T>(Time(1), Epoch{1'000'000})(T(0), T(1)) == about(2.467401100270310298645e-12L));
  CHECK(detail::straight_way<T>(Time((Epoch{1} << 62) - 1), Epoch{1} << 62)(T(1), T(0)) ==
        about(2.168404344971008868015e-19L));
}

TEMPLATE_TEST_CASE("a way is continuous: between epochs it lies between their values", "", double, long double) {
  using T = TestType;
  CHECK(detail::straight_way<T>(Time(0.5), Epoch{4})(T(0), T(1)) == T(0.125L));
  CHECK(detail::straight_way<T>(Time(3.5), Epoch{4})(T(0), T(1)) == T(0.875L));
  CHECK(detail::cosine_way<T>(Time(0.5), Epoch{1})(T(0), T(1)) == about(0.5L));
  CHECK(detail::cosine_way<T>(Time(2.5), Epoch{3})(T(0), T(1)) == about(0.9330127018922193233819L));
  CHECK(detail::straight_way(detail::Parts(T(1.5L)), detail::Parts(T(2)))(T(0), T(1)) == T(0.75L));
}

TEMPLATE_TEST_CASE("a number is folded there and back", "", double, long double) {
  using T = TestType;
  using Parts = detail::Parts<T>;
  static_assert(detail::folded(detail::Parts(1.5), detail::Parts(2.0)).rounded() == 1.5);
  const auto folded = [](T n) { return detail::folded(Parts(n), Parts(T(2))).rounded(); };
  CHECK(folded(T(0)) == T(0));
  CHECK(folded(T(2)) == T(2));
  CHECK(folded(T(2.5L)) == T(1.5L));
  CHECK(folded(T(4)) == T(0));
  CHECK(folded(T(4.5L)) == T(0.5L));
  CHECK(folded(T(7)) == T(1));
}

}  // namespace
}  // namespace lr_scheduler::testing
