// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <lr_scheduler/time.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

static_assert(std::is_convertible_v<int, Time> && std::is_convertible_v<std::size_t, Time>);
static_assert(std::is_convertible_v<float, Time> && std::is_convertible_v<long double, Time>);
static_assert(std::is_convertible_v<Count, Time>);
static_assert(!std::is_convertible_v<std::string, Time>);

TEST_CASE("an integer is a time at an epoch") {
  const Time time = 3;
  CHECK(time.epoch == 3);
  CHECK(time.fraction == 0);
  CHECK(Time(Epoch{1} << 62).epoch == Epoch{1} << 62);
  CHECK(time == Time(Count(3)));
  CHECK_FALSE(time == Time(4));
}

TEST_CASE("a real is an epoch and a fraction of the next") {
  const Time time = 2.75;
  CHECK(time.epoch == 2);
  CHECK(time.fraction == 0.75);
  CHECK(Time(3.0) == Time(3));
  CHECK(Time(0.5F) == Time(0, 0.5));
  CHECK(Time(7.25L) == Time(7, 0.25));
  CHECK(time.as<double>() == 2.75);
  CHECK(time.as<float>() == 2.75F);
}

TEST_CASE("a real beyond all epochs is the last one") {
  const Epoch last = std::numeric_limits<Epoch>::max();
  CHECK(Time(0x1p62) == Time(Epoch{1} << 62));
  CHECK(Time(0x1p63) == Time(last));
  CHECK(Time(1e300) == Time(last));
  CHECK(Time(std::numeric_limits<long double>::infinity()) == Time(last));
}

TEST_CASE("a time counts from a later begin") {
  CHECK(Time(7.25) - 5 == Time(2, 0.25));
  CHECK(Time((Epoch{1} << 62) + 1) - (Epoch{1} << 62) == Time(1));
}

TEST_CASE("times are compared by their epochs, then by their fractions") {
  CHECK(Time(2, 0.75) < Time(3));
  CHECK(Time(3) < Time(3, 0.25));
  CHECK_FALSE(Time(3, 0.25) < Time(3.25));
  CHECK_FALSE(Time(4) < Time(3, 0.25));
  CHECK(Time(5, 1 - 0x1p-53) < Time(6));  // as a number of epochs it is 6
}

TEST_CASE("a time that no run reaches is refused") {
  std::string message;
  try {
    (void)Time(std::numeric_limits<std::size_t>::max());
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  CHECK(message == "a count is at most 9223372036854775807, got 18446744073709551615");
}

}  // namespace
}  // namespace lr_scheduler::testing
