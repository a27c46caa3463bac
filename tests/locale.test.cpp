// SPDX-License-Identifier: MIT
// All tests run in the C locale that the environment asks for, as programs do that speak their user's language.
#include <clocale>
#include <cstdlib>

#include <lr_scheduler/detail/text.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

const bool is_locale_set = std::setlocale(LC_ALL, "") != nullptr;  // NOLINT(concurrency-mt-unsafe): before main()

TEST_CASE("numbers are texts with a point whatever the locale has") {
  CHECK((is_locale_set || std::getenv("LC_ALL") == nullptr));                 // NOLINT(concurrency-mt-unsafe)
  const char* const point = std::getenv("LR_SCHEDULER_TESTS_DECIMAL_POINT");  // NOLINT(concurrency-mt-unsafe)
  if (point != nullptr) CHECK(detail::decimal_point() == point);
  CHECK(detail::text_of(0.25F) == "0.25");
  CHECK(detail::text_of(-1234.5) == "-1234.5");
  CHECK(detail::text_of(1.25e-7L) == "1.25e-07");
  CHECK(detail::parse<float>("0.25").value == 0.25F);
  CHECK(detail::parse<double>("-1234.5e2,5").value == -123450);
  CHECK(detail::parse<double>("-1234.5e2,5").length == 9);
  CHECK(detail::parse<long double>("1.25e-07").value == 1.25e-7L);
  for (const char* const other : {"1,5", "1\u066b5", "1x.5"}) CHECK(detail::parse<double>(other).length == 1);
}

}  // namespace
}  // namespace lr_scheduler::testing
