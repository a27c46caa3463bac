// SPDX-License-Identifier: MIT
// What holds for any schedule and any run of it: schedules nested to a depth of 4, with ordinary and extreme options,
// and what can be done to a scheduler, in any order. rapidcheck draws them, and simplifies what fails. The seed is
// fixed; for others, and for more cases:
//
//     RC_PARAMS="seed=7 max_success=100000" lr_scheduler_property_tests
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck/Assertions.h>
#include <rapidcheck/Check.h>
#include <rapidcheck/Classify.h>
#include <rapidcheck/Log.h>
#include <rapidcheck/gen/Arbitrary.h>
#include <rapidcheck/gen/Container.h>
#include <rapidcheck/gen/Numeric.h>
#include <rapidcheck/gen/Transform.h>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/generated.hpp"

namespace lr_scheduler::testing {
namespace {

using Json = nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

// ---- what throws ----

struct Fault : std::runtime_error {
  Fault() : std::runtime_error("a fault") {}
};

/// Counts calls down: the one that comes to 0 throws, and no other.
struct Countdown {
  int left = 0;
  void call() {
    if (left > 0 && --left == 0) throw Fault();
  }
};
Countdown functions;
Countdown optimizers;

/// An optimizer that may refuse what is written to it.
template <Scalar T>
struct Refusing {
  Groups<T> groups{};
};

}  // namespace
}  // namespace lr_scheduler::testing

template <lr_scheduler::Scalar T>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::Refusing<T>> {
  using scalar_type = T;
  using O = lr_scheduler::testing::Refusing<T>;
  static void call() { lr_scheduler::testing::optimizers.call(); }

  static std::size_t size(O& o) { return o.groups.size(); }
  static T lr(O& o, std::size_t i) { return o.groups.at(i).lr; }
  static void set_lr(O& o, std::size_t i, T value) {
    call();
    o.groups.at(i).lr = value;
    call();
  }
  static std::optional<T> initial_lr(O& o, std::size_t i) { return o.groups.at(i).initial_lr; }
  static void set_initial_lr(O& o, std::size_t i, std::optional<T> value) {
    call();
    o.groups.at(i).initial_lr = value;
  }
  static std::optional<T> momentum(O& o, std::size_t i) { return o.groups.at(i).momentum; }
  static void set_momentum(O& o, std::size_t i, T value) {
    call();
    o.groups.at(i).momentum = value;
  }
};

namespace lr_scheduler::testing {
namespace {

// ---- what is drawn ----

template <Scalar T>
std::function<T(Epoch)> function_from_json(const Json& json) {
  for (const NamedFunction& function : named_functions()) {
    if (json != function.name) continue;
    return [factor = function.factor](Epoch t) {
      functions.call();
      return static_cast<T>(factor(t));
    };
  }
  return nullptr;
}

template <Scalar T>
AnySchedule<T> schedule_of(const Json& json) {
  return schedule_from_json<T>(json, CallableFromJson<T>(&function_from_json<T>));
}

template <class O>
auto make(O& optimizer, const Json& json) {
  return make_scheduler(optimizer, json, CallableFromJson<scalar_t<O>>(&function_from_json<scalar_t<O>>));
}

/// Groups with base rates of their own, so that each is known when it has moved.
template <Scalar T>
Groups<T> groups_of(std::size_t count) {
  static const std::vector<T> lrs{T(0.1L), T(0.4L), T(3), T(0.02L)};
  Groups<T> groups;
  for (std::size_t i = 0; i < count; ++i) groups.push_back({.lr = lrs[i], .initial_lr = {}, .momentum = T(0.5L)});
  return groups;
}

/// What a case begins with: a schedule and the number of groups that it is for.
struct Case {
  Choices choices;
  std::size_t groups = 1;
  Json json{};

  Case(const Bytes& bytes, Wanted wanted, bool may_need_metric = false) : choices(bytes) {
    constexpr int depth = 4;
    groups = 1 + choices.below(3);
    const bool has_extremes = choices.one_in(2);
    GeneratedSchedules generated(choices, groups, has_extremes);
    json = may_need_metric && choices.one_in(8) ? generated.feedback(depth) : generated.schedule(wanted, depth);
    RC_LOG() << groups << " groups, " << json.dump() << "\n";
  }
};

rc::Gen<Bytes> bytes() {
  return rc::gen::scale(4, rc::gen::arbitrary<Bytes>());
}

void expect(bool holds, const std::string& what) {
  if (!holds) RC_FAIL(what);
}

/// Checks a property of what is drawn, with the seed that is fixed where none is given. It returns whether the case
/// could be tried: not where the options are refused, which extreme ones may be.
bool check(const std::string& what, const std::function<bool(const Bytes&)>& property) {
#ifndef _WIN32
  ::setenv("RC_PARAMS", "seed=20 max_success=200", 0);
#endif
  int tried = 0;
  int refused = 0;
  const bool holds = rc::check(what, [&] { ++(property(*bytes()) ? tried : refused); });
  CHECK(tried > 2 * refused);
  return holds;
}

// ---- what is drawn in the end ----

/// The classes that a configuration names, and how deep they nest.
int note_classes(const Json& json, std::set<std::string>& classes) {
  int depth = 0;
  if (json.contains("type")) classes.insert(json["type"]);
  for (const Json& value : json) {
    if (value.is_structured()) depth = std::max(depth, note_classes(value, classes));
  }
  return depth + (json.contains("type") ? 1 : 0);
}

TEST_CASE("schedules of every class are drawn, nested to a depth of 4") {
  std::set<std::string> classes;
  int deepest = 0;
  std::minstd_rand random(20);
  for (int k = 0; k < 1000; ++k) {
    Bytes drawn(400);
    for (auto& byte : drawn) byte = static_cast<std::uint8_t>(random() >> 8U);
    Choices choices(drawn);
    GeneratedSchedules generated(choices, 2, k % 2 == 0);
    const Json json = k % 10 == 0 ? generated.feedback(2) : generated.schedule(Wanted::any, 4);
    deepest = std::max(deepest, note_classes(json, classes));
  }
  CHECK(deepest == 5);
  for (const auto& known : detail::all_known<double>()) {
    INFO(known.name);
    CHECK(classes.count(std::string(known.name)) == 1);
  }
}

// ---- runs ----

/// A scheduler, perhaps another beside it, and their optimizer.
template <Scalar T, class O>
struct Run {
  O optimizer{};
  std::unique_ptr<Scheduler<T>> scheduler{};
  std::unique_ptr<Scheduler<T>> second{};

  [[nodiscard]] Groups<T>& groups() {
    if constexpr (requires { optimizer.groups; }) {
      return optimizer.groups;
    } else {
      return optimizer;
    }
  }
  [[nodiscard]] const Groups<T>& groups() const { return const_cast<Run*>(this)->groups(); }
};

/// All that can be seen of a run.
template <Scalar T>
struct Seen {
  Groups<T> groups;
  std::vector<T> lrs;
  std::vector<T> base_lrs;
  Epoch last_epoch;
  StateDict state;
  StateDict second;

  template <class O>
  explicit Seen(const Run<T, O>& run)
      : groups(run.groups()),
        lrs(run.scheduler->get_lr().begin(), run.scheduler->get_lr().end()),
        base_lrs(run.scheduler->base_lrs().begin(), run.scheduler->base_lrs().end()),
        last_epoch(run.scheduler->last_epoch()),
        state(run.scheduler->state_dict()) {
    if (run.second) second = run.second->state_dict();
  }
  friend bool operator==(const Seen& left, const Seen& right) {
    return same_groups(left.groups, right.groups) && left.lrs == right.lrs && left.base_lrs == right.base_lrs &&
           left.last_epoch == right.last_epoch && left.state == right.state && left.second == right.second;
  }
};

template <Scalar T>
void expect_numbers(const Groups<T>& groups, const std::string& after) {
  for (const auto& group : groups) {
    const bool is_number = group.lr >= T(0) && group.lr <= std::numeric_limits<T>::max();
    const bool has_momentum = *group.momentum >= T(0) && *group.momentum <= std::numeric_limits<T>::max();
    expect(is_number && has_momentum, "no number after " + after);
  }
}

/// What an act throws; nothing where it does not.
template <class Act>
std::string thrown_by(const Act& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

/// A run with an optimizer that cannot throw beside one with an optimizer that can: what is done to both leaves both
/// alike, and unchanged where it throws.
template <Scalar T>
class TwoRuns {
 public:
  TwoRuns(const Json& json, std::size_t count) : json_(json) {
    plain_.optimizer = groups_of<T>(count);
    refusing_.optimizer.groups = groups_of<T>(count);
    const std::string refusal = thrown_by([&] { plain_.scheduler = make(plain_.optimizer, json); });
    const std::string other = thrown_by([&] { refusing_.scheduler = make(refusing_.optimizer, json); });
    expect(refusal == other, "one is refused: " + refusal + other);
    if (refusal.empty()) {
      check_alike("construction");
    } else {
      const auto before = groups_of<T>(count);
      const bool are_same = same_groups(plain_.groups(), before) && same_groups(refusing_.groups(), before);
      expect(are_same, "refused, and something has changed: " + refusal);
    }
  }

  [[nodiscard]] bool is_refused() const { return plain_.scheduler == nullptr; }

  /// Does what is drawn until nothing more is.
  void act(Choices& choices) {
    while (!choices.are_used_up() && !ends_) act_once(choices);
  }

 private:
  using Plain = Run<T, Groups<T>>;

  void act_once(Choices& choices) {
    Groups<T>& groups = plain_.optimizer;
    const std::size_t group = choices.below(groups.size());
    const Epoch t = static_cast<Epoch>(choices.below(40));
    switch (choices.below(16)) {
      case 0:
      case 1:
        return step(choices);
      case 2:
        return step_by(t);
      case 3:
        return act_on_both("seek", [t](auto& run) { run.scheduler->seek(t); });
      case 4:
        return act_on_both("seek_time", [t](auto& run) { run.scheduler->seek_time(static_cast<double>(t) / 4); });
      case 5:
        return resume(choices.one_in(2));
      case 6: {
        static const std::vector<T> rates{T(0.07L), T(0), T(1), T(1e-30L), T(0.4L)};
        const T lr = choices.of(rates);
        return act_on_both("another rate", [group, lr](auto& run) { run.groups()[group].lr = lr; });
      }
      case 7:
        if (groups.size() == 4) return;
        return change_groups("a new group", [](auto& all) { all.push_back({T(0.7L), {}, T(0.5L)}); }, choices);
      case 8:
        if (groups.size() == 1) return;
        return change_groups(
            "a group less", [group](auto& all) { all.erase(all.begin() + static_cast<std::ptrdiff_t>(group)); },
            choices);
      case 9:
        // Groups with the same rate cannot be told apart until one of them has another.
        if (group != 0 && !detail::bits_differ(groups[group].lr, groups[0].lr)) return;
        return change_groups("an exchange", [group](auto& all) { std::swap(all[group], all.front()); }, choices);
      case 10:
        return step_with_fault(optimizers, 1 + static_cast<int>(t) % 8, choices);
      case 11:
        return step_with_fault(functions, 1 + static_cast<int>(t) % 4, choices);
      case 12:
        return refuse();
      case 13:
        return act_on_both("reset", [](auto& run) { run.scheduler->reset(); });
      case 14:
        return simulate_steps();
      default:
        return step_second(choices);
    }
  }

  void step(Choices& choices) {
    const T metric = metric_of(choices);
    const bool allocates = plain_.scheduler->get_lr().size() != plain_.optimizer.size() || has_moved_;
    std::size_t made = 0;
    both("step", [&](auto& run) {
      const std::size_t at_first = allocations_made();
      run.scheduler->step(metric);
      made += allocations_made() - at_first;
    });
    expect(allocates || made == 0, "a step has allocated");
    has_moved_ = false;
  }

  /// Several steps at once are as many steps.
  void step_by(Epoch n) {
    std::unique_ptr<Plain> other = copy();
    const std::string thrown = thrown_by([&] {
      for (Epoch i = 0; i < n; ++i) other->scheduler->step();
    });
    if (!thrown.empty()) return;
    both("step_by", [n](auto& run) { run.scheduler->step_by(n); });
    expect(same_groups(other->optimizer, plain_.optimizer), "step_by is not as many steps");
    expect(other->scheduler->state_dict() == plain_.scheduler->state_dict(), "step_by has another state");
  }

  /// Goes on with an object that was made from the same options, was elsewhere and has loaded the state.
  void resume(bool through_json) {
    RC_LOG() << "save, load into another\n";
    Seen<T> before(plain_);
    resume(plain_, through_json);
    resume(refusing_, through_json);
    check_alike("a resumption");
    for (std::size_t i = 0; i < before.lrs.size(); ++i) before.lrs[i] = before.groups[i].lr;  // somebody's too
    expect(Seen<T>(plain_) == before, "resumed elsewhere");
  }
  template <class O>
  void resume(Run<T, O>& run, bool through_json) {
    const auto moved = [&](const Scheduler<T>& scheduler) {
      const StateDict state = scheduler.state_dict();
      return through_json ? state_from_json(Json::parse(to_json(state).dump())) : state;
    };
    const StateDict state = moved(*run.scheduler);
    const StateDict second = run.second ? moved(*run.second) : StateDict();
    const Groups<T> groups = run.groups();
    run.second.reset();
    run.scheduler.reset();
    // The base rates are the optimizer's to keep, and momentum that no scheduler drives.
    run.scheduler = make(run.optimizer, json_);
    for (int i = 0; i < 3; ++i) thrown_by([&] { run.scheduler->step(T(1)); });
    if (!second.entries().empty()) run.second = make(run.optimizer, second_json_);
    for (auto& group : run.groups()) group.lr = T(0.6L);
    run.scheduler->load_state_dict(state);
    if (run.second) run.second->load_state_dict(second);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (!drives_momentum(i)) run.groups()[i].momentum = groups[i].momentum;
    }
  }
  [[nodiscard]] bool drives_momentum(std::size_t group) const {
    if (needs_metric()) return false;
    return schedule_of<T>(json_).abilities(group).momentum;
  }
  [[nodiscard]] bool needs_metric() const {
    return json_["type"] == "ReduceLROnPlateau" || json_["type"] == "GreedyLR";
  }

  template <class Change>
  void change_groups(const std::string& what, const Change& change, Choices& choices) {
    change(plain_.groups());
    change(refusing_.groups());
    has_moved_ = true;
    const T metric = metric_of(choices);
    const std::string thrown = both(what, [metric](auto& run) { run.scheduler->step(metric); });
    if (!thrown.empty()) ends_ = true;  // options that are lists have no value for it
  }

  /// A step of the optimizer that may refuse, with a call that fails, changes nothing; then it is made.
  void step_with_fault(Countdown& countdown, int at, Choices& choices) {
    const T metric = metric_of(choices);
    const Seen<T> before(refusing_);
    countdown.left = at;
    const std::string thrown = thrown_by([&] { refusing_.scheduler->step(metric); });
    countdown.left = 0;
    if (thrown.empty()) {
      plain_.scheduler->step(metric);
      return check_alike("a step");
    }
    expect(Seen<T>(refusing_) == before, "something has changed, in spite of: " + thrown);
    both("a step again", [metric](auto& run) { run.scheduler->step(metric); });
  }

  /// What nobody may ask for.
  void refuse() {
    const auto refused = [&](const std::string& what, const auto& act) {
      expect(!both(what, act).empty(), "not refused: " + what);
    };
    refused("a negative epoch", [](auto& run) { run.scheduler->seek(-1); });
    refused("a negative time", [](auto& run) { run.scheduler->seek_time(-0.5); });
    refused("no time", [](auto& run) { run.scheduler->seek_time(std::numeric_limits<double>::quiet_NaN()); });
    refused("negative steps", [](auto& run) { run.scheduler->step_by(-1); });
    refused("no state", [](auto& run) { run.scheduler->load_state_dict(StateDict()); });
    refused("a state with something more", [](auto& run) {
      StateDict state = run.scheduler->state_dict();
      state.set("more", 1.0);
      run.scheduler->load_state_dict(state);
    });
    refused("a state with a rate less", [](auto& run) {
      StateDict state = run.scheduler->state_dict();
      StateDict progress = *state.find("progress")->template get_if<StateDict>();
      StateValue::List lrs = *progress.find("lrs")->template get_if<StateValue::List>();
      lrs.pop_back();
      progress.set("lrs", std::move(lrs));
      state.set("progress", std::move(progress));
      run.scheduler->load_state_dict(state);
    });
  }

  /// simulate() says what the next steps do.
  void simulate_steps() {
    constexpr Epoch steps = 3;
    std::vector<std::vector<T>> rows;
    std::vector<std::vector<T>> made;
    const std::string thrown = both("simulate", [&](auto& run) { rows = simulate(*run.scheduler, steps); });
    if (!thrown.empty()) return;
    const std::unique_ptr<Plain> other = copy();
    for (Epoch i = 0; i < steps; ++i) {
      other->scheduler->step();
      made.emplace_back(other->scheduler->get_lr().begin(), other->scheduler->get_lr().end());
    }
    expect(made == rows, "simulate() says otherwise");
  }

  /// Another scheduler on the same optimizer.
  void step_second(Choices& choices) {
    if (needs_metric()) return;
    if (!plain_.second) {
      second_json_ = choices.one_in(2) ? Json{{"type", "ExponentialLR"}, {"gamma", 0.9}}
                                       : Json{{"type", "StepLR"}, {"step_size", 2}, {"gamma", 0.5}};
      plain_.second = make(plain_.optimizer, second_json_);
      refusing_.second = make(refusing_.optimizer, second_json_);
      return check_alike("a second scheduler");
    }
    both("a step of the second", [](auto& run) { run.second->step(); });
  }

  /// A copy of the run that cannot throw: by its state.
  std::unique_ptr<Plain> copy() const {
    auto other = std::make_unique<Plain>();
    other->optimizer = plain_.optimizer;
    other->scheduler = make(other->optimizer, json_);
    other->scheduler->load_state_dict(plain_.scheduler->state_dict());
    other->optimizer = plain_.optimizer;  // with momentum that is not driven
    return other;
  }

  T metric_of(Choices& choices) {
    static const std::vector<T> metrics{
        T(1), T(0.5L), T(2), T(0), T(-1), std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()};
    return needs_metric() ? choices.of(metrics) : T(1);
  }

  template <class Act>
  void act_on_both(const std::string& what, const Act& act) {
    both(what, act);
  }
  /// What both throw.
  template <class Act>
  std::string both(const std::string& what, const Act& act) {
    RC_LOG() << what << "\n";
    const Seen<T> before(plain_);
    const std::string thrown = thrown_by([&] { act(plain_); });
    const std::string other = thrown_by([&] { act(refusing_); });
    expect(thrown == other, what + ": one throws " + thrown + other);
    if (!thrown.empty()) expect(Seen<T>(plain_) == before, what + " changed something and threw " + thrown);
    check_alike(what);
    if (thrown.empty() && what == "step")
      expect(std::ranges::equal(plain_.scheduler->get_lr(), lrs()), "get_lr() is not the rate");
    return thrown;
  }

  void check_alike(const std::string& after) {
    expect_numbers(plain_.optimizer, after);
    expect(Seen<T>(plain_) == Seen<T>(refusing_), "not alike after " + after);
  }
  [[nodiscard]] std::vector<T> lrs() const {
    std::vector<T> lrs;
    for (const auto& group : plain_.optimizer) lrs.push_back(group.lr);
    return lrs;
  }

  Json json_;
  Json second_json_{};
  Plain plain_{};
  Run<T, Refusing<T>> refusing_{};
  bool has_moved_ = false;  ///< Whether groups have changed since the last step.
  bool ends_ = false;       ///< The groups do not fit the options any more.
};

template <Scalar T>
bool any_run_holds(const Bytes& bytes) {
  Case drawn(bytes, Wanted::any, true);
  TwoRuns<T> runs(drawn.json, drawn.groups);
  if (runs.is_refused()) return false;
  runs.act(drawn.choices);
  return true;
}

TEST_CASE("whatever is done to any scheduler, rates are numbers, resumed runs go on and what throws changes nothing") {
  CHECK(check("float", &any_run_holds<float>));
  CHECK(check("double", &any_run_holds<double>));
  CHECK(check("long double", &any_run_holds<long double>));
}

// ---- closed forms ----

/// A schedule, bound to groups.
template <Scalar T>
struct Bound {
  Groups<T> groups;
  std::unique_ptr<Scheduler<T>> scheduler;

  Bound(const Json& json, Groups<T> its_groups) : groups(std::move(its_groups)), scheduler(make(groups, json)) {}
};

/// The groups after each of some steps; fewer where a step is refused.
template <Scalar T>
std::vector<Groups<T>> run_of(const Json& json, const Groups<T>& groups, int steps, bool is_disturbed = false) {
  Bound<T> bound(json, groups);
  std::vector<Groups<T>> run{bound.groups};
  for (int k = 0; k < steps; ++k) {
    if (is_disturbed && k == 5) bound.groups[0].lr = T(0.07L);
    if (!thrown_by([&] { bound.scheduler->step(); }).empty()) break;
    run.push_back(bound.groups);
  }
  return run;
}

template <Scalar T>
bool same_runs(const std::vector<Groups<T>>& left, const std::vector<Groups<T>>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Groups<T>& one, const Groups<T>& other) {
                      return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                                        [](const ParamGroup<T>& a, const ParamGroup<T>& b) {
                                          return !detail::bits_differ(a.lr, b.lr) && a.momentum == b.momentum;
                                        });
                    });
}

/// Whether the options can be bound to so many groups.
template <Scalar T>
bool can_be_bound(const Json& json, std::size_t groups) {
  return thrown_by([&] { Bound<T>(json, groups_of<T>(groups)); }).empty();
}

template <Scalar T>
bool seeks_where_steps_lead(const Bytes& bytes) {
  Case drawn(bytes, Wanted::closed_form);
  if (!can_be_bound<T>(drawn.json, drawn.groups)) return false;
  const auto run = run_of<T>(drawn.json, groups_of<T>(drawn.groups), 24);
  Bound<T> sought(drawn.json, groups_of<T>(drawn.groups));
  for (int k = 0; k < 8; ++k) {
    const std::size_t t = drawn.choices.below(run.size());
    if (drawn.choices.one_in(2)) {
      sought.scheduler->seek(static_cast<Epoch>(t));
    } else if (!thrown_by([&] { sought.scheduler->seek_time(static_cast<double>(t)); }).empty()) {
      RC_FAIL("a whole time is refused");
    }
    expect(same_runs<T>({sought.groups}, {run[t]}), "sought " + std::to_string(t) + " is elsewhere");
    if (t + 1 == run.size()) continue;
    sought.scheduler->step();
    expect(same_runs<T>({sought.groups}, {run[t + 1]}), "stepped from sought " + std::to_string(t) + " is elsewhere");
  }
  return true;
}

TEST_CASE("any closed form is sought where steps lead, momentum too") {
  CHECK(check("float", &seeks_where_steps_lead<float>));
  CHECK(check("double", &seeks_where_steps_lead<double>));
  CHECK(check("long double", &seeks_where_steps_lead<long double>));
}

template <Scalar T>
bool stays_in_span(const Bytes& bytes) {
  Case drawn(bytes, Wanted::closed_form);
  if (!can_be_bound<T>(drawn.json, drawn.groups)) return false;
  const auto groups = groups_of<T>(drawn.groups);
  const AnySchedule<T> schedule = schedule_of<T>(drawn.json);
  const long double tolerance = 1e-5L;
  const long double least = std::numeric_limits<T>::min();
  static const std::vector<Epoch> far{24, 100, 1000, 1'000'000, Epoch{1} << 40, (Epoch{1} << 53) + 1, Epoch{1} << 62};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Span span = span_of(drawn.json, static_cast<long double>(groups[i].lr), i);
    const auto check_at = [&](const Time& t) {
      const long double lr = schedule.at(t, Group<T>(groups[i].lr, i));
      const bool is_inside = lr >= span.lowest * (1 - tolerance) - least &&
                             lr <= std::min(span.highest * (1 + tolerance) + least,
                                            static_cast<long double>(std::numeric_limits<T>::max()));
      if (is_inside) return;
      std::ostringstream text;
      text << "at " << t.epoch << " + " << t.fraction << " group " << i << " has " << lr << ", not " << span.lowest
           << " to " << span.highest;
      RC_FAIL(text.str());
    };
    const auto check = [&](Epoch t) {
      if (t > 0 && drawn.json.dump().find("\"error\"") != std::string::npos) return;
      check_at(t);
      if (schedule.abilities(i).continuous) check_at(Time(t, 0.375));
    };
    for (Epoch t = 0; t < 24; ++t) check(t);
    for (const Epoch t : far) check(t);
  }
  return true;
}

TEST_CASE("any closed form stays between what its options allow, far out and between epochs too") {
  CHECK(check("float", &stays_in_span<float>));
  CHECK(check("double", &stays_in_span<double>));
  CHECK(check("long double", &stays_in_span<long double>));
}

// ---- nesting ----

template <Scalar T>
bool nests_transparently(const Bytes& bytes) {
  Case drawn(bytes, Wanted::any);
  if (!can_be_bound<T>(drawn.json, drawn.groups)) return false;
  const auto groups = groups_of<T>(drawn.groups);
  const Json list = Json::array({drawn.json});
  const bool is_disturbed = drawn.choices.one_in(2);
  const auto run = run_of<T>(drawn.json, groups, 16, is_disturbed);
  const auto expect_same = [&](const char* type, Json json) {
    json["type"] = type;
    expect(same_runs(run_of<T>(json, groups, 16, is_disturbed), run), std::string("not the same in ") + type);
  };
  expect_same("SequentialLR", {{"schedulers", list}, {"milestones", Json::array()}});
  expect_same("ChainedScheduler", {{"schedulers", list}});

  if (drawn.json.dump().find("lr_lambda") != std::string::npos) return true;  // functions are not written
  const StateDict state = Bound<T>(drawn.json, groups).scheduler->state_dict();
  const Json written = to_json(*state.find("options"));
  if (written.dump().find("Infinity") != std::string::npos) return true;  // of momentum that is not driven
  const AnySchedule<T> read = schedule_of<T>(written);
  expect(read == schedule_of<T>(drawn.json), "options that are written and read are others");
  return true;
}

TEST_CASE("any schedule in a sequence or a chain of one is that schedule, bit for bit") {
  CHECK(check("float", &nests_transparently<float>));
  CHECK(check("double", &nests_transparently<double>));
  CHECK(check("long double", &nests_transparently<long double>));
}

template <Scalar T>
bool modifies_nothing(const Bytes& bytes) {
  Case drawn(bytes, Wanted::closed_form);
  if (!can_be_bound<T>(drawn.json, drawn.groups)) return false;
  const auto groups = groups_of<T>(drawn.groups);
  const auto run = run_of<T>(drawn.json, groups, 16);
  for (const char* type : {"Retimed", "Clamp", "Scaled", "Cycles"}) {
    Json json{{"type", type}, {"scheduler", drawn.json}};
    if (json["type"] == "Scaled") json["by"] = {{"type", "ConstantLR"}, {"factor", 1}};
    if (json["type"] == "Cycles") json["length"] = 1000;
    expect(same_runs(run_of<T>(json, groups, 16), run), std::string("not the same in ") + type);
  }
  return true;
}

TEST_CASE("a modifier that changes nothing is any schedule in it, bit for bit") {
  CHECK(check("float", &modifies_nothing<float>));
  CHECK(check("double", &modifies_nothing<double>));
  CHECK(check("long double", &modifies_nothing<long double>));
}

// ---- groups ----

template <Scalar T>
bool groups_are_independent(const Bytes& bytes) {
  Case drawn(bytes, Wanted::any);
  if (!can_be_bound<T>(drawn.json, drawn.groups)) return false;
  const std::size_t own = drawn.choices.below(drawn.groups);
  auto groups = groups_of<T>(drawn.groups);
  Bound<T> one(drawn.json, groups);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i != own) groups[i].lr = T(0.3L);
  }
  Bound<T> other(drawn.json, groups);
  for (int k = 0; k < 16; ++k) {
    const auto& left = one.groups[own];
    const auto& right = other.groups[own];
    expect(!detail::bits_differ(left.lr, right.lr) && left.momentum == right.momentum,
           "after " + std::to_string(k) + " steps another neighbour makes another rate");
    const std::size_t disturbed = drawn.choices.below(2 * groups.size());
    if (disturbed == own) one.groups[own].lr = other.groups[own].lr = T(0.07L);
    if (disturbed < groups.size() && disturbed != own) other.groups[disturbed].lr = T(0.9L);
    const std::string thrown = thrown_by([&] { one.scheduler->step(); });
    expect(thrown == thrown_by([&] { other.scheduler->step(); }), "one throws");
    if (!thrown.empty()) break;
  }
  return true;
}

TEST_CASE("no group's rate or momentum depends on its neighbours") {
  CHECK(check("float", &groups_are_independent<float>));
  CHECK(check("double", &groups_are_independent<double>));
  CHECK(check("long double", &groups_are_independent<long double>));
}

// ---- what is refused ----

/// Options of which one is of another kind, out of range, missing or unknown are refused, with nothing changed, or can
/// be bound and give numbers.
template <Scalar T>
bool refuses_or_gives_numbers(const Bytes& bytes) {
  Case drawn(bytes, Wanted::any, true);
  static const std::vector<Json> values{-1,
                                        -0.5,
                                        nullptr,
                                        "NaN",
                                        "x",
                                        true,
                                        Json::array(),
                                        Json::object(),
                                        1e300,
                                        0,
                                        std::numeric_limits<std::uint64_t>::max(),
                                        Json::array({0.1, "x"}),
                                        0.5};
  Json* place = &drawn.json;
  for (int depth = 0; depth < 6 && place->is_structured() && !place->empty(); ++depth) {
    auto element = place->begin();
    std::advance(element, static_cast<std::ptrdiff_t>(drawn.choices.below(place->size())));
    place = &*element;
    if (drawn.choices.one_in(3)) break;
  }
  *place = drawn.choices.of(values);
  RC_LOG() << "changed to " << drawn.json.dump() << "\n";

  auto groups = groups_of<T>(drawn.groups);
  std::unique_ptr<Scheduler<T>> scheduler;
  try {
    scheduler = make(groups, drawn.json);
  } catch (const std::invalid_argument&) {
    expect(same_groups(groups, groups_of<T>(drawn.groups)), "refused, and something has changed");
    return true;
  }
  for (int k = 0; k < 8; ++k) {
    expect_numbers(groups, "construction and steps");
    if (!thrown_by([&] { scheduler->step(T(1)); }).empty()) break;
  }
  return true;
}

TEST_CASE("options that are not what they should be are refused, with nothing changed, or give numbers") {
  CHECK(check("float", &refuses_or_gives_numbers<float>));
  CHECK(check("double", &refuses_or_gives_numbers<double>));
  CHECK(check("long double", &refuses_or_gives_numbers<long double>));
}

}  // namespace
}  // namespace lr_scheduler::testing
