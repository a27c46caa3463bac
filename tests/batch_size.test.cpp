// SPDX-License-Identifier: MIT
// The rate of another batch size.
#include <limits>
#include <string>

#include <lr_scheduler/batch_size.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("a rate grows with the batch size, or with its square root", "", float, double, long double) {
  using T = TestType;
  CHECK(scale_linearly(T(0.1L), {.from = 256, .to = 8192}) == about(3.2L, 1));  // ResNet-50 in an hour
  CHECK(scale_linearly(T(0.1L), {.from = 256, .to = 64}) == about(0.025L, 1));
  CHECK(scale_by_square_root(T(0.1L), {.from = 256, .to = 1024}) == about(0.2L, 1));
  CHECK(scale_by_square_root(T(0.1L), {.from = 256, .to = 512}) == about(0.141421356237309504880168872421L, 2));
  CHECK(scale_by_square_root(T(0.1L), {.from = 1024, .to = 256}) == about(0.05L, 1));
}

TEMPLATE_TEST_CASE("the same batch size leaves a rate as it is", "", float, double, long double) {
  using T = TestType;
  CHECK(scale_linearly(T(0.1L), {.from = 48, .to = 48}) == T(0.1L));
  CHECK(scale_by_square_root(T(0.1L), {.from = 48, .to = 48}) == T(0.1L));
  CHECK(scale_linearly(T(0), {.from = 1, .to = 48}) == T(0));
}

TEST_CASE("a scaled rate and its batch sizes are checked") {
  const auto linear = [](double lr, BatchSizes sizes) {
    return message_of([&] { static_cast<void>(scale_linearly(lr, sizes)); });
  };
  const auto square_root = [](float lr, BatchSizes sizes) {
    return message_of([&] { static_cast<void>(scale_by_square_root(lr, sizes)); });
  };
  CHECK(linear(-0.1, {.from = 1, .to = 1}) == "scale_linearly: lr must be finite and not negative, got -0.1");
  CHECK(linear(std::numeric_limits<double>::infinity(), {.from = 1, .to = 1}) ==
        "scale_linearly: lr must be finite and not negative, got inf");
  CHECK(linear(0.1, {.from = 0, .to = 1}) == "scale_linearly: from must be positive, got 0");
  CHECK(square_root(0.1F, {.from = 1, .to = -4}) == "scale_by_square_root: to must be positive, got -4");
  CHECK(linear(1e308, {.from = 1, .to = 2}) == "scale_linearly: lr must stay finite when it is scaled, got 1e+308");
  CHECK(square_root(3e38F, {.from = 1, .to = 4}) ==
        "scale_by_square_root: lr must stay finite when it is scaled, got 3e+38");
}

}  // namespace
}  // namespace lr_scheduler::testing
