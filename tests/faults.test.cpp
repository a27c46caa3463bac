// SPDX-License-Identifier: MIT
// Everything that a scheduler calls throws, one call after the other: each function of the optimizer, before and after
// it does what it is for, each function among the options and each allocation: one call alone, or all from then on.
// What has thrown has changed nothing and lost no memory, and does what it should when nothing fails.
#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if __has_include(<sys/wait.h>) && !defined(__EMSCRIPTEN__)
#define LR_SCHEDULER_HAS_FORK
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_finder.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/every_schedule.hpp"

namespace lr_scheduler::testing {
namespace {

struct Fault : std::exception {
  const char* what() const noexcept override { return "a fault"; }
};

/// Which of the calls fail.
struct Plan {
  bool goes_on = false;     ///< Whether all after the first fail as well.
  bool optimizer = true;    ///< Whether the optimizer's functions are among the calls,
  bool allocations = true;  ///< and whether allocations are.
  int at = 0;               ///< The first that fails, from 1; 0: none.

  [[nodiscard]] Plan from(int k) const { return {goes_on, optimizer, allocations, k}; }
};
constexpr Plan one_call{};
constexpr Plan all_but_optimizer{.goes_on = true, .optimizer = false};
constexpr Plan broken_optimizer{.goes_on = true, .allocations = false};
constexpr Plan no_allocation{.allocations = false};

Plan plan;
int calls = 0;

bool fails() {
  if (plan.at == 0) return false;
  ++calls;
  return calls == plan.at || (plan.goes_on && calls > plan.at);
}
void call_function() {
  if (fails()) throw Fault();
}
void call_optimizer() {
  if (plan.optimizer && fails()) throw Fault();
}
void allocate() {
  if (plan.allocations && fails()) throw std::bad_alloc();
}

/// Whether the act throws where it is to by this plan.
template <class Act>
bool throws(const Plan& wanted, const Act& act) {
  plan = wanted;
  calls = 0;
  before_allocations(&allocate);
  examples::on_call = &call_function;
  bool thrown = false;
  try {
    act();
  } catch (const Fault&) {
    thrown = true;
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  const bool due = calls >= wanted.at;
  plan = {};
  before_allocations(nullptr);
  if (thrown != due) FAIL("call " << wanted.at << " failed, and nothing came of it");
  return thrown;
}

/// An optimizer of which every function may throw.
struct Faulty {
  Groups<double> groups{};
};

}  // namespace
}  // namespace lr_scheduler::testing

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::Faulty> {
  using scalar_type = double;
  using O = lr_scheduler::testing::Faulty;
  using Optional = std::optional<double>;

  template <class Do>
  static auto with_faults(const Do& act) {
    lr_scheduler::testing::call_optimizer();
    return act();
  }
  template <class Set>
  static void set(const Set& act) {
    lr_scheduler::testing::call_optimizer();
    act();
    lr_scheduler::testing::call_optimizer();
  }

  static std::size_t size(O& o) {
    return with_faults([&] { return o.groups.size(); });
  }
  static double lr(O& o, std::size_t i) {
    return with_faults([&] { return o.groups.at(i).lr; });
  }
  static void set_lr(O& o, std::size_t i, double value) {
    set([&] { o.groups.at(i).lr = value; });
  }
  static Optional initial_lr(O& o, std::size_t i) {
    return with_faults([&] { return o.groups.at(i).initial_lr; });
  }
  static void set_initial_lr(O& o, std::size_t i, Optional value) {
    set([&] { o.groups.at(i).initial_lr = value; });
  }
  static Optional momentum(O& o, std::size_t i) {
    return with_faults([&] { return o.groups.at(i).momentum; });
  }
  static void set_momentum(O& o, std::size_t i, double value) {
    set([&] { o.groups.at(i).momentum = value; });
  }
};

namespace lr_scheduler::testing {
namespace {

using Example = EveryExample<double>;

/// A scheduler and its optimizer.
struct Run {
  Faulty optimizer{two_groups_with_momentum<double>()};
  std::unique_ptr<Scheduler<double>> scheduler{};
  ParamGroup<double> removed{};
};

/// Binds an example to an optimizer that may throw.
std::unique_ptr<Scheduler<double>> bind(const Example& example, Faulty& optimizer) {
  if (example.schedule) {
    return std::make_unique<Scheduled<AnySchedule<double>, double>>(optimizer, *example.schedule);
  }
  auto groups = two_groups_with_momentum<double>();
  const auto bound = example.bind(groups);
  if (const auto* const plateau = dynamic_cast<const ReduceLROnPlateau<double>*>(bound.get())) {
    return std::make_unique<ReduceLROnPlateau<double>>(optimizer, plateau->options());
  }
  return std::make_unique<GreedyLR<double>>(optimizer, dynamic_cast<const GreedyLR<double>&>(*bound).options());
}

/// All that can be seen of a run.
struct Seen {
  Groups<double> groups;
  std::vector<double> lrs{};
  std::vector<double> base_lrs{};
  Epoch last_epoch = 0;
  StateDict state{};

  explicit Seen(const Run& run) : groups(run.optimizer.groups) {
    if (!run.scheduler) return;
    lrs.assign(run.scheduler->get_lr().begin(), run.scheduler->get_lr().end());
    base_lrs.assign(run.scheduler->base_lrs().begin(), run.scheduler->base_lrs().end());
    last_epoch = run.scheduler->last_epoch();
    state = run.scheduler->state_dict();
  }
  friend bool operator==(const Seen& left, const Seen& right) {
    return same_groups(left.groups, right.groups) && left.lrs == right.lrs && left.base_lrs == right.base_lrs &&
           left.last_epoch == right.last_epoch && left.state == right.state;
  }
};

/// Something that is done to a run: what precedes it, which is taken back where it throws, and what may throw.
struct Operation {
  std::string name;
  std::function<void(Run&)> act;
  std::function<void(Run&)> prepare{};
  std::function<void(Run&)> take_back{};
};

/// How many calls can fail in it.
int check_changes_nothing_where_it_throws(const Operation& operation, Run& run, const Plan& faults) {
  const Seen at_first(run);
  for (int k = 1;; ++k) {
    if (operation.prepare) operation.prepare(run);
    const Seen before = operation.prepare ? Seen(run) : at_first;
    if (!throws(faults.from(k), [&] { operation.act(run); })) return k - 1;
    // An optimizer that goes on refusing does not take its rates back either: its user does, then.
    if (faults.goes_on && faults.optimizer) run.optimizer.groups = before.groups;
    if (!(Seen(run) == before)) FAIL(operation.name << ": call " << k << " failed, and something has changed");
    if (!operation.take_back) continue;
    operation.take_back(run);
    if (!(Seen(run) == at_first)) FAIL(operation.name << ": call " << k << " failed, and something is left of it");
  }
}

void step(Run& run) {
  run.scheduler->step(1.0);
}

std::vector<Operation> operations(const Example& example) {
  std::vector<Operation> list;
  const auto take_in_group = [](Run& run) { run.optimizer.groups.push_back({.lr = 1, .momentum = 0.5}); };
  const auto lose_group = [](Run& run) { run.optimizer.groups.pop_back(); };
  const auto add_steps = [&](int steps) {
    for (int k = 0; k < steps; ++k) list.push_back({"step", step});
  };

  list.push_back({"construct", [&example](Run& run) { run.scheduler = bind(example, run.optimizer); }});
  add_steps(3);
  list.push_back({"step from another rate", step, [](Run& run) { run.optimizer.groups[0].lr = 0.07; },
                  [](Run& run) { run.optimizer.groups[0].lr = run.scheduler->get_lr()[0]; }});
  add_steps(1);
  if (example.facts.can_seek()) {
    list.push_back({"seek", [](Run& run) { run.scheduler->seek(9); }});
    list.push_back({"step_by", [](Run& run) { run.scheduler->step_by(3); }});
  }
  if (example.facts.can_seek_time()) list.push_back({"seek_time", [](Run& run) { run.scheduler->seek_time(2.5); }});
  if (example.schedule) list.push_back({"simulate", [](Run& run) { (void)simulate(*run.scheduler, 3); }});
  const auto state = std::make_shared<StateDict>();
  list.push_back({"state_dict", [state](Run& run) { *state = run.scheduler->state_dict(); }});
  if (example.facts.refusal.empty()) {
    list.push_back({"step with a new group", step, take_in_group, lose_group});
    add_steps(1);
    const auto remove_group = [](Run& run) {
      run.removed = run.optimizer.groups.front();
      run.optimizer.groups.erase(run.optimizer.groups.begin());
    };
    const auto insert_group = [](Run& run) { run.optimizer.groups.insert(run.optimizer.groups.begin(), run.removed); };
    list.push_back({"step without the first group", step, remove_group, insert_group});
  }
  list.push_back({"reset", [](Run& run) { run.scheduler->reset(); }});
  list.push_back({"load_state_dict", [state](Run& run) { run.scheduler->load_state_dict(*state); }});
  add_steps(2);
  return list;
}

/// What else is to hold: a run in which nothing fails is like this one, and both leave no memory behind.
int check_all_operations(const Example& example, const Plan& faults) {
  int calls_that_failed = 0;
  const std::size_t living = allocations_living();
  {
    Run run;
    Run undisturbed;
    for (const Operation& operation : operations(example)) {
      calls_that_failed += check_changes_nothing_where_it_throws(operation, run, faults);
      if (operation.prepare) operation.prepare(undisturbed);
      operation.act(undisturbed);
      if (!(Seen(run) == Seen(undisturbed))) FAIL(operation.name << ": not as without faults");
    }
  }
  CHECK(allocations_living() == living);
  return calls_that_failed;
}

/// A schedule of a user's own of which every function may throw, copying too.
struct Breakable {
  Breakable() = default;
  Breakable(const Breakable&) { call_function(); }

  static constexpr std::string_view name = "Breakable";
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {
    call_function();
  }
  void validate() const { call_function(); }
  [[nodiscard]] double at(Epoch t, double base_lr) const {
    call_function();
    return base_lr / static_cast<double>(1 + t);
  }
  [[nodiscard]] double next(Epoch, double lr, double) const {
    call_function();
    return lr / 2;
  }
};

std::vector<Example> examples_with_breakable() {
  const auto own = [](std::string name, const AnySchedule<double>& schedule) {
    Example example{};
    example.name = std::move(name);
    example.facts.can = {.closed_form = true, .chains = true};
    example.schedule = schedule;
    return example;
  };
  const AnySchedule<double> breakable = Breakable{};
  std::vector<Example> list{
      own("a schedule of a user's own", breakable),
      own("a sequence", schedule::Sequential<double>{.schedules = {breakable, breakable}, .milestones = {4}}),
      own("one for each group, modified",
          schedule::Clamp<double>{.schedule = schedule::PerGroup<double>{.schedules = {breakable, breakable}}})};
  list.back().facts.refusal = "PerGroup: schedulers has 2 values for 3 parameter groups";
  Example plateau{};
  plateau.name = "a plateau";
  plateau.bind =
      examples::bind<ReduceLROnPlateau<double>>({.factor = 0.5, .patience = 1, .schedule = AnySchedule(breakable)});
  list.push_back(plateau);
  return list;
}

std::vector<Example> all_examples() {
  std::vector<Example> all = every_example<double>();
  for (Example& own : examples_with_breakable()) all.push_back(std::move(own));
  return all;
}

void check_all_examples(const Plan& faults, int at_least) {
  int calls_that_failed = 0;
  for (const Example& example : all_examples()) {
    INFO(example.name);
    calls_that_failed += check_all_operations(example, faults);
  }
  CHECK(calls_that_failed > at_least);
}

TEST_CASE("one call that fails changes nothing, whatever a scheduler does") {
  check_all_examples(one_call, 20'000);
}

TEST_CASE("functions and allocations that fail from one on change nothing, whatever a scheduler does") {
  check_all_examples(all_but_optimizer, 8'000);
}

TEST_CASE("an optimizer that fails from one call on leaves a scheduler that is as before when it works again") {
  check_all_examples(broken_optimizer, 8'000);
}

TEST_CASE("a call that fails while the options of a state are taken, or kept, changes nothing") {
  int tried = 0;
  for (const auto& example : every_example<double>()) {
    if (example.facts.has_function || example.facts.holds_schedules || !example.alone[0]) continue;
    for (const auto& other : every_example<double>()) {
      if (&other == &example || other.class_name() != example.class_name()) continue;
      Run saved;
      saved.scheduler = bind(other, saved.optimizer);
      for (int k = 0; k < 3; ++k) step(saved);
      const StateDict state = saved.scheduler->state_dict();
      for (const OnMismatch on_mismatch : {OnMismatch::keep_constructed, OnMismatch::take_saved}) {
        INFO(other.name << " into " << example.name);
        const Operation load{"load_state_dict",
                             [&](Run& loaded) { loaded.scheduler->load_state_dict(state, on_mismatch); }};
        try {
          Run run;
          run.scheduler = bind(example, run.optimizer);
          load.act(run);
        } catch (const std::invalid_argument&) {  // other classes in a combinator, say
          continue;
        }
        for (const Plan& faults : {one_call, all_but_optimizer}) {
          Run run;
          run.scheduler = bind(example, run.optimizer);
          step(run);
          CHECK(check_changes_nothing_where_it_throws(load, run, faults) > 20);
        }
        ++tried;
      }
      break;
    }
  }
  CHECK(tried >= 40);
}

TEST_CASE("of several steps at once without a closed form those stand that were made before a call that fails") {
  int tried = 0;
  for (const auto& example : every_example<double>()) {
    if (!example.schedule || example.facts.can_seek()) continue;
    INFO(example.name);
    ++tried;
    for (int k = 1;; ++k) {
      Run run;
      Run undisturbed;
      run.scheduler = bind(example, run.optimizer);
      undisturbed.scheduler = bind(example, undisturbed.optimizer);
      const bool thrown = throws(one_call.from(k), [&] { run.scheduler->step_by(3); });
      for (Epoch t = 0; t < run.scheduler->last_epoch(); ++t) step(undisturbed);
      if (!(Seen(run) == Seen(undisturbed))) FAIL("call " << k << " failed: not as after a whole number of steps");
      if (!thrown) break;
    }
  }
  CHECK(tried >= 5);
}

// ---- JSON ----

/// A function of a user's own for a configuration.
std::function<double(Epoch)> function_from_json(const nlohmann::json&) {
  call_function();
  return [](Epoch t) {
    call_function();
    return 1.0 / (1.0 + static_cast<double>(t));
  };
}

nlohmann::json configuration() {
  return nlohmann::json::parse(R"({"type": "SequentialLR", "milestones": [3], "schedulers": [
      {"type": "LambdaLR", "lr_lambda": "inverse"},
      {"type": "OneCycleLR", "max_lr": [0.5, 0.6], "total_steps": 20}]})");
}

TEST_CASE("a call that fails while a scheduler is made from JSON changes nothing") {
  const auto json = configuration();
  const std::size_t living = allocations_living();
  {
    Run run;
    const Operation operation{"make_scheduler", [&json](Run& made) {
                                made.scheduler = make_scheduler(made.optimizer, json, &function_from_json);
                              }};
    CHECK(check_changes_nothing_where_it_throws(operation, run, no_allocation) > 20);
    step(run);
    CHECK(run.scheduler->last_epoch() == 1);
  }
  CHECK(allocations_living() == living);
}

#ifdef LR_SCHEDULER_HAS_FORK
/// What comes of an act, in a process of its own, whose k-th allocation fails.
enum class Outcome { succeeded, threw, threw_and_changed, terminated };
template <class Act>
Outcome outcome_of_failing_allocation(int k, Run& run, const Act& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::set_terminate([] { ::_exit(static_cast<int>(Outcome::terminated)); });
    const Seen before(run);
    Outcome outcome = Outcome::succeeded;
    if (throws({.optimizer = false, .at = k}, act)) {
      outcome = Seen(run) == before ? Outcome::threw : Outcome::threw_and_changed;
    }
    ::_exit(static_cast<int>(outcome));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return static_cast<Outcome>(WEXITSTATUS(status));
}

TEST_CASE("an allocation that fails while JSON is read or written throws, or ends the program where nlohmann's does") {
  // Its destructors allocate and may not throw; all allocations of the library's own can fail.
  Run run;
  const nlohmann::json configured = configuration();
  run.scheduler = make_scheduler(run.optimizer, configured, &function_from_json);
  step(run);
  const nlohmann::json state = to_json(run.scheduler->state_dict());
  const std::vector<std::function<void()>> acts{[&] { (void)to_json(run.scheduler->state_dict()); },
                                                [&] { run.scheduler->load_state_dict(state_from_json(state)); },
                                                [&] {
                                                  Faulty other{two_groups_with_momentum<double>()};
                                                  (void)make_scheduler(other, configured, &function_from_json);
                                                }};
  for (const auto& act : acts) {
    int threw = 0;
    int terminated = 0;
    for (int k = 1;; ++k) {
      const Outcome outcome = outcome_of_failing_allocation(k, run, act);
      if (outcome == Outcome::threw_and_changed) FAIL("allocation " << k << " failed, and something has changed");
      if (outcome == Outcome::succeeded) break;
      ++(outcome == Outcome::threw ? threw : terminated);
    }
    CHECK(threw > 10 * terminated);
  }
}

TEST_CASE("an allocation that fails while a checkpoint is saved leaves the old one or the new one") {
  const auto file =
      std::filesystem::temp_directory_path() / ("lr_scheduler_faults_" + std::to_string(::getpid()) + ".json");
  Run run;
  run.scheduler = make_scheduler(run.optimizer, configuration(), &function_from_json);
  const nlohmann::json older = to_json(run.scheduler->state_dict());
  save_checkpoint(file, older);
  step(run);
  const nlohmann::json newer = to_json(run.scheduler->state_dict());
  int failed = 0;
  for (Outcome outcome{Outcome::threw}; outcome != Outcome::succeeded; ++failed) {
    outcome = outcome_of_failing_allocation(failed + 1, run, [&] { save_checkpoint(file, *run.scheduler); });
    const nlohmann::json there = load_checkpoint(file);
    const bool is_whole = there == newer || (outcome != Outcome::succeeded && there == older);
    if (!is_whole) FAIL("allocation " << failed + 1 << " failed, and the file is neither");
  }
  CHECK(failed > 50);
  std::filesystem::remove(file);
}
#endif

TEST_CASE("a step stands whose on_reduction fails") {
  Faulty optimizer{two_groups_with_momentum<double>()};
  ReduceLROnPlateau plateau{optimizer,
                            {.factor = 0.5, .patience = 0, .on_reduction = [](const auto&) { throw Fault(); }}};
  plateau.step(1.0);
  CHECK_THROWS_AS(plateau.step(1.0), Fault);
  CHECK(optimizer.groups[0].lr == 0.05);
  CHECK(plateau.last_epoch() == 2);
  CHECK(plateau.last_report() == PlateauReport::reduced);
}

TEST_CASE("a range test whose step fails has a history of one length, and puts the rates back") {
  const int before = GENERATE(0, 4, 8);  // steps: the history grows with the first, and with the ninth
  for (int k = 1;; ++k) {
    INFO("call " << k << " of the step after " << before);
    Faulty optimizer{two_groups_with_momentum<double>()};
    bool thrown = false;
    {
      LRFinder finder{optimizer, {.num_iter = 12}};
      for (int i = 0; i < before; ++i) finder.step(1.0);
      thrown = throws(one_call.from(k), [&] { finder.step(1.0); });
      CHECK(finder.losses().size() == finder.lrs().size());
      CHECK(finder.losses().size() == finder.smoothed_losses().size());
      finder.step(1.0);
      CHECK(finder.losses().size() == finder.lrs().size());
    }
    CHECK(same_groups(optimizer.groups, two_groups_with_momentum<double>()));
    if (!thrown) break;
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
