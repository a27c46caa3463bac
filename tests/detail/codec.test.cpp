// SPDX-License-Identifier: MIT
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <lr_scheduler/detail/codec.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_50;

/// Options of all the kinds that a user's schedule may have and none of the library's does.
struct Options {
  std::int8_t tiny = -1;
  std::uint8_t byte = 200;
  std::int16_t small = -300;
  std::uint16_t port = 60'000;
  std::int32_t medium = -70'000;
  std::uint32_t hash = 4'000'000'000U;
  std::string text = "warm";
  float narrow = 0.1F;
  std::vector<double> points{0.5, 1.0};
  std::map<Epoch, double> factors{{3, 0.5}, {10, 0.25}};
  std::optional<bool> flag;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("tiny", self.tiny);
    visit("byte", self.byte);
    visit("small", self.small);
    visit("port", self.port);
    visit("medium", self.medium);
    visit("hash", self.hash);
    visit("text", self.text);
    visit("narrow", self.narrow);
    visit("points", self.points);
    visit("factors", self.factors);
    visit("flag", self.flag);
  }
};

StateDict encoded(const Options& options) {
  StateDict dict;
  detail::EncodingVisitor<double> visitor(dict);
  Options::fields(options,
                  [&](std::string_view key, const auto& option) { visitor.visit(key, detail::field_of(option)); });
  return dict;
}

/// Reads a value into one option.
template <Scalar T = double>
void set(Options& options, std::string_view name, const StateValue& value) {
  Options::fields(options, [&](std::string_view key, auto& option) {
    if (key == name) detail::decode<T>(value, detail::field_of(option), std::string(name));
  });
}

TEST_CASE("options of every kind become values") {
  CHECK(detail::text_of(encoded({}), 53) ==
        "{tiny=-1, byte=200, small=-300, port=60000, medium=-70000, hash=4000000000, text=warm, "
        "narrow=0.10000000149011612, points=[0.5, 1], factors={3=0.5, 10=0.25}}");
  CHECK(detail::text_of(encoded({.flag = false}), 53).find(", flag=false}") != std::string::npos);
}

TEST_CASE("values become options of every kind") {
  Options options;
  set(options, "tiny", std::int64_t{-128});
  set(options, "byte", 255.0);
  set(options, "small", std::int64_t{32'767});
  set(options, "port", std::int64_t{65'535});
  set(options, "medium", std::int64_t{-2'147'483'648});
  set(options, "hash", std::int64_t{4'294'967'295});
  set(options, "text", "cold");
  set(options, "narrow", 0.25);
  set(options, "points", StateValue::List{0.125});
  set(options, "flag", true);
  CHECK(options.tiny == -128);
  CHECK(options.byte == 255);
  CHECK(options.small == 32'767);
  CHECK(options.port == 65'535);
  CHECK(options.medium == -2'147'483'648);
  CHECK(options.hash == 4'294'967'295U);
  CHECK(options.text == "cold");
  CHECK(options.narrow == 0.25F);
  CHECK(options.points == std::vector<double>{0.125});
  CHECK(options.flag == true);
  set(options, "flag", {});
  CHECK_FALSE(options.flag.has_value());
  StateDict factors;
  factors.set("-7", 0.125);
  factors.set("20", std::int64_t{2});
  set(options, "factors", factors);
  CHECK(options.factors == std::map<Epoch, double>{{-7, 0.125}, {20, 2.0}});
}

TEST_CASE("a text is a text in a run of any type of rate") {
  Options options;
  set<Decimal>(options, "text", "cold");
  CHECK(options.text == "cold");
}

TEST_CASE("a value's own type is no type of options") {
  StateDict dict;
  dict.set("type", std::int64_t{3});
  CHECK(detail::text_of(dict, 53) == "{type=3}");
}

TEST_CASE("a value of another kind is refused, and the option stays") {
  Options options;
  CHECK(message_of([&] { set(options, "tiny", std::int64_t{128}); }) == "tiny: expected a smaller integer, got 128");
  CHECK(message_of([&] { set(options, "byte", std::int64_t{-1}); }).starts_with("byte: expected "));
  CHECK(message_of([&] { set(options, "medium", 0.5); }) == "medium: expected an integer, got 0.5");
  CHECK(message_of([&] { set(options, "medium", "7"); }) == "medium: expected an integer, got \"7\"");
  CHECK(message_of([&] { set(options, "text", std::int64_t{1}); }) == "text: expected a text, got 1");
  CHECK(message_of([&] { set(options, "narrow", "much"); }) == "narrow: expected a number, got \"much\"");
  CHECK(message_of([&] { set(options, "narrow", {}); }) == "narrow: expected a number, got null");
  CHECK(message_of([&] { set(options, "points", 0.5); }) == "points: expected a list, got 0.5");
  CHECK(message_of([&] { set(options, "points", StateValue::List{0.5, true}); }) ==
        "points[1]: expected a number, got true");
  StateDict factors;
  factors.set("3", "half");
  CHECK(message_of([&] { set(options, "factors", factors); }) == "factors.3: expected a number, got \"half\"");
  for (const std::string_view key : {"x", "", "1.5", "03", "3 ", "1e1"}) {
    StateDict keyed;
    keyed.set(key, 0.5);
    CHECK(message_of([&] { set(options, "factors", keyed); }) ==
          "factors: expected integers as keys, got \"" + std::string(key) + "\"");
  }
  CHECK(message_of([&] { set(options, "factors", 0.5); }) == "factors: expected an object, got 0.5");
  CHECK(message_of([&] { set(options, "flag", 1.0); }) == "flag: expected true or false, got 1");
  CHECK(options.tiny == -1);
  CHECK(options.byte == 200);
  CHECK(options.medium == -70'000);
  CHECK(options.text == "warm");
  CHECK(options.narrow == 0.1F);
}

TEST_CASE("a constant cannot be set") {
  const double gamma = 0.5;
  CHECK(message_of([&] { detail::decode<double>(0.25, detail::field_of(gamma), "gamma"); }) ==
        "gamma: cannot be set, it is a constant");
  CHECK(gamma == 0.5);
}

TEST_CASE("an integer is read from a whole real, up to where reals are whole") {
  CHECK(detail::decode_integer(std::numeric_limits<std::int64_t>::max()) == std::numeric_limits<std::int64_t>::max());
  CHECK(detail::decode_integer(3e4) == 30'000);
  CHECK(detail::decode_integer(-0.0) == 0);
  CHECK(detail::decode_integer(-0x1p62) == -(std::int64_t{1} << 62));
  CHECK(detail::decode_integer(0x1p62) == std::int64_t{1} << 62);
  CHECK(detail::decode_integer(0x1.0000000000001p62) == std::nullopt);
  CHECK(detail::decode_integer(-0x1.0000000000001p62) == std::nullopt);
  CHECK(detail::decode_integer(0.5) == std::nullopt);
  CHECK(detail::decode_integer(1e300) == std::nullopt);
  CHECK(detail::decode_integer(std::numeric_limits<double>::quiet_NaN()) == std::nullopt);
  CHECK(detail::decode_integer(std::numeric_limits<double>::infinity()) == std::nullopt);
  CHECK(detail::decode_integer("3") == std::nullopt);
  CHECK(detail::decode_integer(true) == std::nullopt);
}

TEST_CASE("a real is a double, or digits where a double does not hold it") {
  CHECK(detail::encode_real(0.1F) == StateValue(0.10000000149011611938));
  CHECK(detail::encode_real(0.1) == StateValue(0.1));
  CHECK(detail::encode_real(0.5L) == StateValue(0.5));
  CHECK(detail::encode_real(Decimal("0.1")) == StateValue("0.1"));
  CHECK(detail::encode_real(Decimal("0.25")) == StateValue(0.25));
  CHECK(detail::decode_real<Decimal>("0.1") == Decimal("0.1"));
  CHECK(detail::decode_real<long double>("0.1") == 0.1L);
  CHECK(detail::decode_real<double>(std::int64_t{3}) == 3.0);
  CHECK(detail::decode_real<double>("Infinity") == std::numeric_limits<double>::infinity());
  CHECK(detail::decode_real<double>("-Infinity") == -std::numeric_limits<double>::infinity());
  CHECK(detail::is_nan(detail::decode_real<double>("NaN").value_or(0)));
  for (const std::string_view text :
       {"", "x", "0.1x", "0x1p3", "inf", "nan", "1e", "1e+", "-", ".", "+-1", "1 ", " 1"}) {
    CAPTURE(text);
    CHECK(detail::decode_real<double>(text) == std::nullopt);
    CHECK(detail::decode_real<Decimal>(text) == std::nullopt);
  }
}

TEST_CASE("what a dict must hold is asked for by its path") {
  StateDict dict;
  dict.set("gamma", 0.1);
  CHECK(*detail::require_key(dict, "gamma", "a").get_if<double>() == 0.1);
  CHECK(message_of([&] { (void)detail::require_key(dict, "step_size", "schedulers[1]"); }) ==
        "schedulers[1].step_size: missing key");
  CHECK(message_of([&] { (void)detail::require_dict(0.1, "a"); }) == "a: expected an object, got 0.1");
  CHECK(message_of([&] { (void)detail::require_list(dict, "a"); }) == "a: expected a list, got {gamma=0.1}");
}

TEST_CASE("values are the same to the precision of the run that saved one of them") {
  const StateValue narrow = detail::encode_real(0.1F);
  CHECK(detail::same_to<double>(24, narrow, 0.1));
  CHECK_FALSE(detail::same_to<double>(53, narrow, 0.1));
  CHECK(detail::same_to<double>(53, std::int64_t{1}, 1.0));
  CHECK_FALSE(detail::same_to<double>(24, std::int64_t{16'777'216}, std::int64_t{16'777'217}));
  CHECK(detail::same_to<double>(24, StateValue::List{narrow}, StateValue::List{0.1}));
  CHECK_FALSE(detail::same_to<double>(24, StateValue::List{narrow}, StateValue::List{0.1, 0.1}));
  CHECK_FALSE(detail::same_to<double>(24, StateValue::List{0.1, 0.2}, StateValue::List{0.1, 0.3}));
  CHECK_FALSE(detail::same_to<double>(24, StateValue::List{0.3, 0.2}, StateValue::List{0.1, 0.2}));
  CHECK_FALSE(detail::same_to<double>(53, true, 1.0));
}

}  // namespace
}  // namespace lr_scheduler::testing
