// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/codec.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

struct StepRun {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  StepLR<double> scheduler;

  explicit StepRun(schedule::Step<double> options = {.step_size = 2, .gamma = 0.5}) : scheduler(groups, options) {}
};

TEST_CASE("a state keeps options and progress apart") {
  StepRun run;
  run.scheduler.step();
  run.scheduler.step();
  const nlohmann::json expected = nlohmann::json::parse(R"({
    "version": 1, "digits": 53,
    "options": {"type": "StepLR", "step_size": 2, "gamma": 0.5},
    "progress": {"last_epoch": 2, "base_lrs": [0.8, 0.4], "lrs": [0.4, 0.2], "fraction": 0.0,
                 "on_curve": [true, true]}})");
  CHECK(to_json(run.scheduler.state_dict()) == expected);
}

TEST_CASE("a state keeps its order, and equality does not ask for it") {
  StepRun run;
  const StateDict state = run.scheduler.state_dict();
  std::string keys;
  for (const auto& entry : state.entries()) keys += entry.key + " ";
  CHECK(keys == "version digits options progress ");
  StateDict reordered;
  for (auto entry = state.entries().rbegin(); entry != state.entries().rend(); ++entry) {
    reordered.set(entry->key, entry->value);
  }
  CHECK(reordered == state);
  reordered.set("version", std::int64_t{2});
  CHECK_FALSE(reordered == state);
}

TEST_CASE("the options of a state are a configuration") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  SequentialLR scheduler{
      groups,
      {.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2}, schedule::CosineAnnealing<double>{.T_max = 9}},
       .milestones = {2}}};
  const auto state = to_json(scheduler.state_dict());
  const auto again = make_scheduler(groups, state.at("options"));
  CHECK(to_json(again->state_dict()).at("options") == state.at("options"));
}

TEST_CASE("every number reads back exactly through JSON") {
  const auto round_trip = [](const StateValue& value) {
    StateDict dict;
    dict.set("x", value);
    const StateDict read = state_from_json(nlohmann::json::parse(to_json(dict).dump()));
    return *read.find("x");
  };
  for (const float x : {0.1F, 1e-45F, 3.4e38F}) {
    CHECK(detail::decode_real<float>(round_trip(detail::encode_real(x))) == x);
  }
  for (const double x : {0.1, 5e-324, 1.7e308, 1.0 / 3}) {
    CHECK(detail::decode_real<double>(round_trip(detail::encode_real(x))) == x);
  }
  for (const long double x :
       {0.1L, 1.0L / 3, 1e-4000L, std::numeric_limits<long double>::max(), std::nextafter(1.0L, 2.0L)}) {
    CHECK(detail::decode_real<long double>(round_trip(detail::encode_real(x))) == x);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(detail::decode_real<double>(round_trip(detail::encode_real(infinity))) == infinity);
  CHECK(detail::decode_real<float>(round_trip(detail::encode_real(-std::numeric_limits<float>::infinity()))) ==
        -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(detail::decode_real<double>(round_trip(detail::encode_real(std::nan("")))).value()));
  CHECK(round_trip(std::int64_t{9007199254740993}) == StateValue(std::int64_t{9007199254740993}));
}

TEST_CASE("an option that differs is an error that names it with both values") {
  StepRun saved;
  saved.scheduler.step();
  StepRun other({.step_size = 2, .gamma = 0.25});
  const StateDict before = other.scheduler.state_dict();
  CHECK(message_of([&] { other.scheduler.load_state_dict(saved.scheduler.state_dict()); }) ==
        "StepLR: cannot load the state: options.gamma is 0.5 in the state and 0.25 in the scheduler");
  CHECK(other.scheduler.state_dict() == before);

  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  const auto sequence = [](double gamma) {
    return schedule::Sequential<double>{
        .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 2},
                      schedule::Chained<double>{.schedules = {schedule::Exponential<double>{.gamma = gamma}}}},
        .milestones = {2}};
  };
  SequentialLR first{groups, sequence(0.5)};
  SequentialLR second{groups, sequence(0.75)};
  CHECK(message_of([&] { second.load_state_dict(first.state_dict()); }) ==
        "SequentialLR: cannot load the state: options.schedulers[1].schedulers[0].gamma is 0.5 in "
        "the state and 0.75 in the scheduler");
}

TEST_CASE("keep_constructed joins the constructed curve at the saved epoch") {
  std::vector<ParamGroup<double>> groups{{.lr = 1.0}};
  CosineAnnealingLR saved{groups, {.T_max = 10}};
  for (int k = 0; k < 5; ++k) saved.step();
  std::vector<ParamGroup<double>> longer_groups{{.lr = 1.0}};
  CosineAnnealingLR longer{longer_groups, {.T_max = 20}};
  longer.load_state_dict(saved.state_dict(), OnMismatch::keep_constructed);
  CHECK(longer.last_epoch() == 5);
  // cos²(pi / 8), a quarter of the way
  CHECK(std::abs(longer_groups[0].lr - 0.85355339059327373) < 1e-15);
  for (int k = 0; k < 15; ++k) longer.step();
  CHECK(longer_groups[0].lr == 0.0);
}

TEST_CASE("keep_constructed joins the constructed curve where one of two children differs") {
  const schedule::Constant<double> constant{.factor = 0.5, .total_iters = 9};
  for (const bool is_first : {true, false}) {
    const auto chain = [&](double gamma) {
      const schedule::Exponential<double> exponential{.gamma = gamma};
      if (is_first) return schedule::Chained<double>{.schedules = {exponential, constant}};
      return schedule::Chained<double>{.schedules = {constant, exponential}};
    };
    std::vector<ParamGroup<double>> groups{{.lr = 1}};
    ChainedScheduler saved{groups, chain(0.5)};
    saved.step();
    std::vector<ParamGroup<double>> others{{.lr = 1}};
    ChainedScheduler loaded{others, chain(0.25)};
    loaded.load_state_dict(saved.state_dict(), OnMismatch::keep_constructed);
    CHECK(others[0].lr == 0.125);
  }
}

TEST_CASE("a state with another number of children is refused") {
  const schedule::Constant<double> constant{.factor = 0.5, .total_iters = 9};
  std::vector<ParamGroup<double>> groups{{.lr = 1}};
  const ChainedScheduler saved{groups, {.schedules = {constant, constant, constant}}};
  ChainedScheduler loaded{groups, {.schedules = {constant, constant}}};
  for (const auto on_mismatch : {OnMismatch::error, OnMismatch::keep_constructed, OnMismatch::take_saved}) {
    CHECK(message_of([&] { loaded.load_state_dict(saved.state_dict(), on_mismatch); }) ==
          "ChainedScheduler: cannot load the state: options.schedulers has 3 elements in the state and 2 in the "
          "scheduler");
  }
}

TEST_CASE("keep_constructed leaves a rate that the user has set") {
  std::vector<ParamGroup<double>> groups{{.lr = 1.0}};
  StepLR saved{groups, {.step_size = 2}};
  groups[0].lr = 0.3;
  saved.step();
  std::vector<ParamGroup<double>> other_groups{{.lr = 1.0}};
  StepLR other{other_groups, {.step_size = 2, .gamma = 0.5}};
  other.load_state_dict(saved.state_dict(), OnMismatch::keep_constructed);
  CHECK(other_groups[0].lr == 0.3);
  other.step();
  CHECK(other_groups[0].lr == 0.15);
}

TEST_CASE("take_saved takes the options of the state, nested ones too, and keeps callables") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  const auto sequence = [](double factor, double gamma, Epoch milestone) {
    return schedule::Sequential<double>{
        .schedules = {schedule::Lambda<double>{.lr_lambda = [factor](Epoch) { return factor; }},
                      schedule::Exponential<double>{.gamma = gamma}},
        .milestones = {milestone}};
  };
  SequentialLR saved{groups, sequence(0.5, 0.25, 1)};
  saved.step();
  std::vector<ParamGroup<double>> other_groups{{.lr = 0.8}};
  SequentialLR other{other_groups, sequence(0.75, 0.5, 3)};
  other.load_state_dict(saved.state_dict(), OnMismatch::take_saved);
  CHECK(other.schedule().milestones == std::vector<Epoch>{1});
  CHECK(other_groups[0].lr == 0.8);
  other.step();
  CHECK(other_groups[0].lr == 0.2);
  other.seek(0);
  CHECK(std::abs(other_groups[0].lr - 0.6) < 1e-15);
}

TEST_CASE("a state of another class is refused whatever the caller says") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  ExponentialLR exponential{groups, {.gamma = 0.5}};
  StepRun run;
  for (const auto on_mismatch : {OnMismatch::error, OnMismatch::keep_constructed, OnMismatch::take_saved}) {
    CHECK(message_of([&] { exponential.load_state_dict(run.scheduler.state_dict(), on_mismatch); }) ==
          "ExponentialLR: cannot load the state: options.type is StepLR in the state and "
          "ExponentialLR in the scheduler");
  }
}

TEST_CASE("a state with another number of groups is refused") {
  StepRun run;
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}}) {
    std::vector<ParamGroup<double>> groups(count, {.lr = 0.8});
    StepLR scheduler{groups, {.step_size = 2, .gamma = 0.5}};
    CHECK(message_of([&] { scheduler.load_state_dict(run.scheduler.state_dict()); }) ==
          "StepLR: cannot load the state: progress.base_lrs has 2 values for " + std::to_string(count) +
              " parameter groups");
  }
}

TEST_CASE("a group added before the load is part of it") {
  StepRun run;
  run.groups.push_back({.lr = 0.2});
  run.scheduler.step();
  run.scheduler.step();
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}, {.lr = 0.4}};
  StepLR scheduler{groups, {.step_size = 2, .gamma = 0.5}};
  groups.push_back({.lr = 0.2});
  scheduler.load_state_dict(run.scheduler.state_dict());
  scheduler.step();
  run.scheduler.step();
  for (std::size_t i = 0; i < 3; ++i) CHECK(groups[i].lr == run.groups[i].lr);
  CHECK(scheduler.get_lr().size() == 3);
}

TEST_CASE("a state loads into another scalar type") {
  std::vector<ParamGroup<float>> narrow_groups{{.lr = 0.1F}};
  ExponentialLR narrow{narrow_groups, {.gamma = 0.9F}};
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  ExponentialLR scheduler{groups, {.gamma = 0.9}};
  std::vector<ParamGroup<long double>> wide_groups{{.lr = 0.1L}};
  ExponentialLR wide{wide_groups, {.gamma = 0.9L}};

  SECTION("a narrower one") {
    wide.step();
    wide.step();
    scheduler.load_state_dict(wide.state_dict());
    CHECK(groups[0].lr == static_cast<double>(wide_groups[0].lr));
    narrow.load_state_dict(scheduler.state_dict());
    CHECK(narrow_groups[0].lr == static_cast<float>(groups[0].lr));
    CHECK(narrow.last_epoch() == 2);
  }
  SECTION("a wider one, exactly") {
    narrow.step();
    narrow.step();
    scheduler.load_state_dict(narrow.state_dict());
    CHECK(groups[0].lr == static_cast<double>(narrow_groups[0].lr));
    CHECK(scheduler.base_lrs()[0] == static_cast<double>(0.1F));
    wide.load_state_dict(scheduler.state_dict());
    CHECK(wide_groups[0].lr == static_cast<long double>(groups[0].lr));
  }
  SECTION("options that differ beyond the narrower type's precision are still an error") {
    ExponentialLR other{groups, {.gamma = 0.91}};
    CHECK(message_of([&] { other.load_state_dict(narrow.state_dict()); }) ==
          "ExponentialLR: cannot load the state: options.gamma is 0.9 in the state and 0.91 in the "
          "scheduler");
  }
}

TEST_CASE("a const state loads twice") {
  StepRun run;
  run.scheduler.step();
  const StateDict state = run.scheduler.state_dict();
  const StateDict copy = state;
  StepRun other;
  other.scheduler.load_state_dict(state);
  other.scheduler.load_state_dict(state);
  CHECK(state == copy);
  CHECK(other.scheduler.state_dict() == state);
}

/// The state with one entry, nested by dots, removed or replaced.
StateDict changed(const StateDict& state, const std::string& path, const StateValue* value) {
  nlohmann::json json = to_json(state);
  std::string pointer = "/" + path;
  for (char& c : pointer) c = c == '.' ? '/' : c;
  const nlohmann::json::json_pointer where(pointer);
  if (value == nullptr) {
    json.at(where.parent_pointer()).erase(where.back());
  } else {
    json.at(where) = to_json(*value);
  }
  return state_from_json(json);
}

TEST_CASE("a damaged state is refused and changes nothing") {
  StepRun run;
  run.scheduler.step();
  const StateDict before = run.scheduler.state_dict();
  const auto check = [&](const StateDict& damaged, const std::string& message) {
    CHECK(message_of([&] { run.scheduler.load_state_dict(damaged); }) == "StepLR: cannot load the state: " + message);
    CHECK(run.scheduler.state_dict() == before);
    CHECK(run.groups[0].lr == 0.8);
  };
  for (const char* path :
       {"version", "digits", "options", "progress", "options.type", "options.step_size", "options.gamma",
        "progress.last_epoch", "progress.base_lrs", "progress.lrs", "progress.fraction", "progress.on_curve"}) {
    check(changed(before, path, nullptr), std::string(path) + ": missing key");
  }
  const auto replaced = [&](const char* path, const StateValue& value) { return changed(before, path, &value); };
  check(replaced("version", std::int64_t{2}), "version: expected 1, got 2");
  check(replaced("options", "x"), "options: expected an object, got \"x\"");
  check(replaced("options.step_size", true), "options.step_size: expected an integer, got true");
  check(replaced("progress.last_epoch", std::int64_t{-1}), "progress.last_epoch: expected 0 or more, got -1");
  check(replaced("progress.lrs", 0.5), "progress.lrs: expected a list, got 0.5");
  check(replaced("progress.lrs", StateValue::List{0.5, "x"}), "progress.lrs[1]: expected a number, got \"x\"");
  check(replaced("progress.on_curve", StateValue::List{true}), "progress.on_curve has 1 values for 2 parameter groups");
  check(replaced("progress.fraction", 1.0), "progress.fraction: expected at least 0 and less than 1, got 1");
  check(replaced("progress.fraction", -0.5), "progress.fraction: expected at least 0 and less than 1, got -0.5");
  check(replaced("digits", std::int64_t{0}), "digits: expected a positive integer, got 0");
  check(replaced("digits", 0.5), "digits: expected a positive integer, got 0.5");
  check(replaced("progress.fraction", 0.5),
        "progress.fraction: expected 0 for a schedule that is not continuous, got 0.5");
  auto unknown = to_json(before);
  unknown["options"]["gama"] = 1;
  check(state_from_json(unknown), "options.gama: unknown key for StepLR");

  StateDict newer = before;  // of a format that we do not know, whatever its keys
  newer.set("version", std::int64_t{2});
  newer.set("something", 0.5);
  check(newer, "version: expected 1, got 2");
}

TEST_CASE("a part of a state may be assigned to the whole") {
  StateDict state = StepRun().scheduler.state_dict();
  const StateDict options = *state.find("options")->get_if<StateDict>();
  state = *state.find("options")->get_if<StateDict>();
  CHECK(state == options);
}

TEST_CASE("a span of rates stays valid through a load") {
  StepRun run;
  const StateDict state = run.scheduler.state_dict();
  const std::span<const double> lrs = run.scheduler.get_lr();
  run.scheduler.step();
  run.scheduler.step();
  CHECK(lrs[0] == 0.4);
  run.scheduler.load_state_dict(state);
  CHECK(lrs.data() == run.scheduler.get_lr().data());
  CHECK(lrs[0] == 0.8);
}

TEST_CASE("a load takes the base rate of the state and overwrites none that is recorded in the optimizer") {
  StepRun saved({.step_size = 1, .gamma = 0.5});
  saved.scheduler.step();
  std::vector<ParamGroup<double>> groups{{.lr = 0.001}, {.lr = 0.001}};
  StepLR scheduler{groups, {.step_size = 1, .gamma = 0.5}};
  scheduler.load_state_dict(saved.scheduler.state_dict());
  CHECK(scheduler.base_lrs()[0] == 0.8);
  CHECK(scheduler.base_lrs()[1] == 0.4);
  ConstantLR later{groups, {.factor = 0.25}};
  CHECK(later.base_lrs()[0] == 0.001);
  CHECK(later.base_lrs()[1] == 0.001);
}

/// Refuses a rate of zero in its second group, as dlib's trainer does.
struct Fussy {
  std::vector<double> lrs{0.8, 0.4};
};

}  // namespace
}  // namespace lr_scheduler::testing

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::Fussy> {
  using scalar_type = double;
  static std::size_t size(testing::Fussy& optimizer) { return optimizer.lrs.size(); }
  static double lr(testing::Fussy& optimizer, std::size_t i) { return optimizer.lrs[i]; }
  static void set_lr(testing::Fussy& optimizer, std::size_t i, double lr) {
    if (lr == 0 && i == 1) throw std::invalid_argument("no rate of zero");
    optimizer.lrs[i] = lr;
  }
};

namespace lr_scheduler::testing {
namespace {

TEST_CASE("where the optimizer refuses a rate, a load changes nothing") {
  Fussy optimizer;
  StepLR scheduler{optimizer, {.step_size = 2, .gamma = 0.5}};
  StepRun run;
  run.scheduler.step();
  run.scheduler.step();
  run.groups[1].lr = 0;
  const StateDict before = scheduler.state_dict();
  CHECK(message_of([&] { scheduler.load_state_dict(run.scheduler.state_dict()); }) == "no rate of zero");
  CHECK(scheduler.state_dict() == before);
  CHECK(scheduler.last_epoch() == 0);
  CHECK(optimizer.lrs == std::vector{0.8, 0.4});
}

TEST_CASE("where the optimizer refuses a rate, what was written is put back") {
  Fussy optimizer;
  const schedule::Linear<double> linear{.start_factor = 1, .end_factor = 0, .total_iters = 1};
  const AnySchedule<double> schedule = linear;
  Scheduled scheduler{optimizer, schedule};
  CHECK(message_of([&] { scheduler.step(); }) == "no rate of zero");
  CHECK(optimizer.lrs == std::vector{0.8, 0.4});
  CHECK(scheduler.get_lr()[0] == 0.8);
  CHECK(scheduler.get_lr()[1] == 0.4);
  CHECK(scheduler.last_epoch() == 0);
}

TEST_CASE("where the optimizer refuses a rate, a plateau's step is not made") {
  Fussy optimizer;
  ReduceLROnPlateau scheduler{optimizer, {.factor = 0, .patience = 0}};
  scheduler.step(1.0);
  optimizer.lrs[0] = 0;
  const StateDict before = scheduler.state_dict();
  CHECK(message_of([&] { scheduler.step(2.0); }) == "no rate of zero");
  CHECK(scheduler.state_dict() == before);
}

TEST_CASE("what a state cannot hold is refused, with its place") {
  StepRun run;
  const nlohmann::json sound = to_json(run.scheduler.state_dict());
  const auto complaint = [&](const char* path, const nlohmann::json& value) {
    nlohmann::json state = sound;
    state[nlohmann::json::json_pointer(path)] = value;
    return message_of([&] { run.scheduler.load_state_dict(state_from_json(state)); });
  };
  CHECK(complaint("/progress/base_lrs/1", "Infinity") ==
        "StepLR: cannot load the state: progress.base_lrs[1]: expected a number that is finite and "
        "not negative, got \"Infinity\"");
  CHECK(complaint("/progress/base_lrs/0", -1) ==
        "StepLR: cannot load the state: progress.base_lrs[0]: expected a number that is finite and "
        "not negative, got -1");
  CHECK(complaint("/progress/lrs/0", "NaN") ==
        "StepLR: cannot load the state: progress.lrs[0]: expected a number that is finite and not negative, got "
        "\"NaN\"");
  CHECK(complaint("/progress/lastepoch", 3) ==
        "StepLR: cannot load the state: progress.lastepoch: unknown key for a state");
  CHECK(complaint("/foo", 3) == "StepLR: cannot load the state: foo: unknown key for a state");
  CHECK(complaint("/digits", -7) == "StepLR: cannot load the state: digits: expected a positive integer, got -7");

  std::vector<ParamGroup<double>> groups{{.lr = 0.1, .momentum = 0.9}};
  CyclicLR cyclic{groups, {.base_lr = 0.1, .max_lr = 0.5}};
  for (const auto& [momentum, text] :
       {std::pair<nlohmann::json, const char*>{"Infinity", "\"Infinity\""}, {"NaN", "\"NaN\""}, {-0.5, "-0.5"}}) {
    nlohmann::json state = to_json(cyclic.state_dict());
    state["progress"]["momentums"] = nlohmann::json::array({momentum});
    CHECK(message_of([&] { cyclic.load_state_dict(state_from_json(state)); }) ==
          "CyclicLR: cannot load the state: progress.momentums[0]: expected a number that is finite and "
          "not negative, got " +
              std::string(text));
  }
  CHECK(groups[0].momentum == 0.9);
}

TEST_CASE("a state that drives momentum is refused where there is none") {
  std::vector<ParamGroup<double>> with{{.lr = 0.1, .momentum = 0.9}};
  CyclicLR saved{with, {.base_lr = 0.1, .max_lr = 0.5}};
  std::vector<ParamGroup<double>> without{{.lr = 0.1}};
  CyclicLR loaded{without, {.base_lr = 0.1, .max_lr = 0.5, .cycle_momentum = false}};
  CHECK(message_of([&] { loaded.load_state_dict(saved.state_dict(), OnMismatch::take_saved); }) ==
        "CyclicLR: cannot load the state: CyclicLR: cycle_momentum is true, but parameter group 0 "
        "has no momentum: give it one or set .cycle_momentum = false");
  CHECK_FALSE(without[0].momentum.has_value());
}

TEST_CASE("a state past the end of a curve that has an error there is refused") {
  const auto one_cycle = [](auto& groups, Epoch total_steps) {
    return OneCycleLR<double>{
        groups, {.max_lr = 1, .total_steps = total_steps, .cycle_momentum = false, .after_end = AfterEnd::error}};
  };
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  auto saved = one_cycle(groups, 40);
  saved.seek(30);
  std::vector<ParamGroup<double>> others{{.lr = 0.1}};
  auto loaded = one_cycle(others, 20);
  const auto before = others[0].lr;
  const std::string message =
      message_of([&] { loaded.load_state_dict(saved.state_dict(), OnMismatch::keep_constructed); });
  CHECK(message.starts_with("OneCycleLR: cannot load the state: OneCycleLR: "));
  CHECK(loaded.last_epoch() == 0);
  CHECK(others[0].lr == before);
}

TEST_CASE("a state of options out of range is refused when they are taken") {
  StepRun run;
  auto json = to_json(run.scheduler.state_dict());
  json["options"]["step_size"] = 0;
  CHECK(message_of([&] { run.scheduler.load_state_dict(state_from_json(json), OnMismatch::take_saved); }) ==
        "StepLR: cannot load the state: StepLR: step_size must be positive, got 0");
  CHECK(run.scheduler.schedule().step_size == 2);
}

TEST_CASE("state dicts are the same where they hold the same, in any order and no more") {
  StateDict one;
  one.set("a", 1.0);
  StateDict two = one;
  two.set("b", 2.0);
  CHECK_FALSE(one == two);
  CHECK_FALSE(two == one);
  StateDict other;
  other.set("b", 2.0);
  CHECK_FALSE(one == other);
  other.set("a", 1.0);
  CHECK(two == other);
}

TEST_CASE("the digits of a state are a positive number that an int has room for") {
  auto groups = two_groups<double>();
  StepLR scheduler{groups, {.step_size = 2}};
  const StateDict state = scheduler.state_dict();
  const auto message = [&](std::int64_t digits) {
    const StateValue value(digits);
    return message_of([&] { scheduler.load_state_dict(changed(state, "digits", &value)); });
  };
  CHECK(message(0) == "StepLR: cannot load the state: digits: expected a positive integer, got 0");
  CHECK(message(std::int64_t{1} << 32) ==
        "StepLR: cannot load the state: digits: expected a positive integer, got 4294967296");
  CHECK(message(1) == "no exception");
}

TEST_CASE("a schedule of a closed form alone is on it, whatever a state says") {
  auto groups = two_groups<double>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 3}};
  scheduler.step();
  const StateValue nowhere(StateValue::List{false, false});
  const StateDict off_curve = changed(scheduler.state_dict(), "progress.on_curve", &nowhere);
  auto others = two_groups<double>();
  CosineAnnealingWarmRestarts loaded{others, {.T_0 = 3}};
  loaded.load_state_dict(off_curve);
  scheduler.step();
  loaded.step();
  CHECK(same_groups(others, groups));

  CosineAnnealingWarmRestarts longer{others, {.T_0 = 2}};
  longer.load_state_dict(off_curve, OnMismatch::keep_constructed);
  CHECK(others[1].lr == about(0.2L));  // half of the way down
}

}  // namespace
}  // namespace lr_scheduler::testing
