// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/option.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

template <class U>
using Function = std::function<U(Epoch)>;

// Required: a value, never nothing.
static_assert(!std::is_default_constructible_v<Required<Epoch>>);
static_assert(std::is_convertible_v<int, Required<Epoch>>);
static_assert(std::is_convertible_v<Required<double>, double>);
static_assert(!std::is_constructible_v<Required<double>, std::string>);

static_assert(std::is_convertible_v<double, Required<double>> && std::is_convertible_v<float, Required<double>>);
static_assert(std::is_convertible_v<int, Required<double>> && std::is_convertible_v<std::size_t, Required<double>>);

// Length: any integer or real, and no text.
static_assert(std::is_default_constructible_v<Length>);
static_assert(std::is_convertible_v<double, Length> && std::is_convertible_v<float, Length>);
static_assert(std::is_convertible_v<int, Length> && std::is_convertible_v<std::size_t, Length>);
static_assert(std::is_convertible_v<Count, Length>);
static_assert(!std::is_constructible_v<Length, std::string> && !std::is_constructible_v<Length, const char*>);
static_assert(std::is_convertible_v<Length, double>);

// Times: lists of them.
static_assert(std::is_convertible_v<std::vector<double>, Times> && std::is_convertible_v<std::vector<int>, Times>);
static_assert(!std::is_constructible_v<Times, std::vector<std::string>>);
static_assert(!std::is_convertible_v<Counts, Times> && !std::is_convertible_v<Times, Counts>);

// OneOrPerGroup: whatever converts to a value, two or more of them, or a vector.
static_assert(!std::is_default_constructible_v<OneOrPerGroup<double>>);
static_assert(std::is_convertible_v<double, OneOrPerGroup<double>>);
static_assert(std::is_convertible_v<int, OneOrPerGroup<double>>);
static_assert(std::is_convertible_v<float, OneOrPerGroup<double>>);
static_assert(std::is_convertible_v<std::vector<double>, OneOrPerGroup<double>>);
static_assert(std::is_constructible_v<OneOrPerGroup<double>, double, int, float>);
static_assert(!std::is_constructible_v<OneOrPerGroup<double>, std::string>);
static_assert(!std::is_constructible_v<OneOrPerGroup<double>, double, std::string>);
static_assert(std::is_convertible_v<double (*)(Epoch), OneOrPerGroup<Function<double>>>);
static_assert(!std::is_convertible_v<double (*)(std::string), OneOrPerGroup<Function<double>>>);
static_assert(std::is_nothrow_move_constructible_v<OneOrPerGroup<double>>);
static_assert(std::is_copy_assignable_v<OneOrPerGroup<Function<double>>>);

TEST_CASE("a required option is its value") {
  const Required<Epoch> steps = 30;
  CHECK(steps == 30);
  CHECK(steps.value() == 30);
  CHECK(steps == Required<Epoch>(30));
  CHECK_FALSE(steps == Required<Epoch>(31));
}

TEST_CASE("a count takes any integer type") {
  CHECK(Count(3) == 3);
  CHECK(Count(std::size_t{3}) == 3);
  CHECK(Count(std::uint8_t{255}) == 255);
  CHECK(Count(-3L) == -3);
  CHECK(Count(std::uint64_t{9223372036854775807U}) == std::numeric_limits<Epoch>::max());
  const Required<Epoch> steps = std::uint32_t{4'000'000'000U};
  CHECK(steps == 4'000'000'000);
  const std::optional<Count> none{};
  CHECK_FALSE(none.has_value());
}

TEST_CASE("a count that no run reaches is refused") {
  const auto message_of = [](auto&& make) -> std::string {
    try {
      make();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no exception";
  };
  const std::size_t all_bits = std::numeric_limits<std::size_t>::max();
  const std::string message = "a count is at most 9223372036854775807, got 18446744073709551615";
  CHECK(message_of([&] { (void)Count(all_bits); }) == message);
  CHECK(message_of([&] { (void)Required<Epoch>(all_bits); }) == message);
  CHECK(message_of([&] { (void)Counts{1, all_bits}; }) == message);
  CHECK(message_of([&] { (void)Counts(std::vector<std::size_t>{1, all_bits}); }) == message);
  CHECK(message_of([&] { (void)Length(all_bits); }) == message);
  CHECK(message_of([&] { (void)Required<double>(all_bits); }) == message);
  CHECK(message_of([&] { (void)Times{1.5, all_bits}; }) == message);
}

TEST_CASE("a length of time takes integers and reals") {
  CHECK(Length() == 0);
  CHECK(Length(3) == 3);
  CHECK(Length(2.5) == 2.5);
  CHECK(Length(0.5F) == 0.5);
  CHECK(Length(-7L) == -7);
  CHECK(Length(Count(3)) == 3);
  CHECK(Length(std::size_t{1} << 62) == 0x1p62);
  const std::optional<Length> none{};
  CHECK_FALSE(none.has_value());
  const Required<double> steps = 30;
  CHECK(steps == 30);
  CHECK(steps.value() == 30.0);
  CHECK(steps == Required<double>(30.0));
  CHECK(Required<double>(2.5) == 2.5);
  CHECK(Required<double>(std::uint32_t{4'000'000'000U}) == 4e9);
}

TEST_CASE("a list of times takes integers and reals, and knows how many are over") {
  const Times times{1, 2.5, std::size_t{4}};
  CHECK(times == std::vector<double>{1, 2.5, 4});
  CHECK(times == Times(std::vector<double>{1, 2.5, 4}));
  CHECK(Times{1, 4} == Times(std::vector<int>{1, 4}));
  CHECK(Times{0.5} == Times(std::vector<float>{0.5F}));
  CHECK(times.size() == 3);
  CHECK(times[1] == 2.5);
  CHECK(times.count_up_to(2.4) == 1);
  CHECK(times.count_up_to(2.5) == 2);
  CHECK(times.next_after(1) == 2.5);
  CHECK(times.next_after(2.75) == 4);
  CHECK(times.next_after(4) == std::numeric_limits<double>::max());
  CHECK(Times().empty());
}

TEST_CASE("a list of counts takes braces and vectors of any integer type") {
  const Counts braces{30, std::size_t{80}};
  CHECK(braces == std::vector<Epoch>{30, 80});
  CHECK(braces == Counts(std::vector<Epoch>{30, 80}));
  CHECK(braces == Counts(std::vector<int>{30, 80}));
  CHECK(braces == Counts(std::vector<std::size_t>{30, 80}));
  CHECK_FALSE(braces == Counts{80, 30});
  CHECK(braces.size() == 2);
  CHECK(braces[1] == 80);
  CHECK(Counts().empty());
}

TEST_CASE("a list of counts knows how many are over and which comes next, in order or not") {
  const Epoch none = std::numeric_limits<Epoch>::max();
  for (const Counts& counts : {Counts{2, 5, 5}, Counts{5, 2, 5}}) {
    CHECK(counts.count_up_to(1) == 0);
    CHECK(counts.count_up_to(2) == 1);
    CHECK(counts.count_up_to(4) == 1);
    CHECK(counts.count_up_to(5) == 3);
    CHECK(counts.next_after(0) == 2);
    CHECK(counts.next_after(2) == 5);
    CHECK(counts.next_after(5) == none);
  }
  CHECK(Counts().count_up_to(7) == 0);
  CHECK(Counts().next_after(7) == none);
}

TEST_CASE("an option for each group is one value or a list") {
  const OneOrPerGroup<double> one = 0.5;
  CHECK_FALSE(one.per_group());
  CHECK(one.size() == 1);
  CHECK(one[0] == 0.5);
  CHECK(one[1000] == 0.5);

  const OneOrPerGroup<double> two = {0.5, 1};
  CHECK(two.per_group());
  CHECK(two.size() == 2);
  CHECK(two[0] == 0.5);
  CHECK(two[1] == 1);

  const OneOrPerGroup<double> list = std::vector<double>{0.5};
  CHECK(list.per_group());
  CHECK(list.size() == 1);
  CHECK_FALSE(list == one);
  CHECK(two == OneOrPerGroup<double>(std::vector<double>{0.5, 1}));
  CHECK_FALSE(two == OneOrPerGroup<double>{0.5, 2});
}

TEST_CASE("an option for each group copies and assigns as a value") {
  OneOrPerGroup<double> option = 0.5;
  const OneOrPerGroup<double> copy = option;
  option = std::vector<double>{1, 2, 3};
  CHECK(copy[0] == 0.5);
  CHECK(option.size() == 3);
  option = 0.25;
  CHECK(option.size() == 1);
  CHECK(option[2] == 0.25);
}

TEST_CASE("an option of functions takes lambdas of different types") {
  const OneOrPerGroup<Function<double>> functions = {[](Epoch) { return 0.5; },
                                                     [](Epoch t) { return static_cast<double>(t); }};
  CHECK(functions.size() == 2);
  CHECK(functions[0](7) == 0.5);
  CHECK(functions[1](7) == 7);
}

}  // namespace
}  // namespace lr_scheduler::testing
