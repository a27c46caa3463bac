// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/pytorch.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/golden.hpp"

namespace lr_scheduler::testing {
namespace {

/// PyTorch's state after k operations, and the run around it.
struct SavedRun {
  GoldenCase golden;
  std::size_t after = 0;
  std::string text;

  explicit SavedRun(GoldenCase recorded)
      : golden(std::move(recorded)),
        after(golden.json.at("state").at("after")),
        text(golden.json.at("state").at("scheduler")) {}

  /// Rates that somebody set after the last step are in the optimizer, not in the scheduler's
  /// state.
  template <class T>
  void restore_optimizer(std::vector<ParamGroup<T>>& groups) const {
    const auto& saved = golden.json.at("state").at("groups");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i].lr = static_cast<T>(saved.at(i).at("lr").template get<double>());
      if (groups[i].momentum) {
        groups[i].momentum = static_cast<T>(saved.at(i).at("momentum").template get<double>());
      }
    }
  }
};

/// Whether two JSON values are the same but for rounding.
bool is_close(const nlohmann::json& left, const nlohmann::json& right) {
  if (left.is_number() && right.is_number()) {
    const double a = left;
    const double b = right;
    return std::abs(a - b) <= 1e-9 * std::abs(b) + 1e-12;
  }
  if (left.is_array() && right.is_array() && left.size() == right.size()) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!is_close(left[i], right[i])) return false;
    }
    return true;
  }
  if (left.is_object() && right.is_object() && left.size() == right.size()) {
    for (const auto& [key, value] : left.items()) {
      if (!right.contains(key) || !is_close(value, right[key])) return false;
    }
    return true;
  }
  return left == right;
}

/// What differs on purpose: attributes that PyTorch keeps as constructed, and those of a scheduler
/// in a sequence that has not begun or is over, which play no part any more.
nlohmann::json comparable(nlohmann::json state, bool is_part_of_sequence = false) {
  state.erase("milestones");
  state.erase("use_beta1");
  if (state.contains("lr_lambdas")) state["lr_lambdas"] = state["lr_lambdas"].size();
  // CosineAnnealingWarmRestarts does not count its steps.
  if (state.contains("T_cur")) state.erase("_step_count");
  if (is_part_of_sequence) {
    for (const char* key : {"_last_lr", "_step_count", "last_epoch", "T_cur", "T_i"}) {
      state.erase(key);
    }
  }
  if (state.contains("_schedulers")) {
    for (auto& child : state["_schedulers"]) {
      child = comparable(child, true);
    }
  }
  return state;
}

TEST_CASE("a run saved by PyTorch goes on as it would have in Python") {
  std::set<std::string> families;
  for (const auto& golden : read_golden("states.jsonl")) {
    const SavedRun saved(golden);
    families.insert(golden.family());
    INFO(golden.id());
    auto groups = golden_groups<double>(golden);
    auto schedulers = golden_schedulers<double>(golden, groups);
    load_pytorch_state_dict(*schedulers.front(), saved.text);

    const auto operations = single_operations(golden);
    if (saved.after > 0 && operations[saved.after - 1].at(0) == "set_lr") {
      saved.restore_optimizer(groups);
    }
    for (std::size_t k = saved.after; k <= operations.size(); ++k) {
      if (k > saved.after) perform(operations[k - 1], groups, schedulers);
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const double theirs = golden.json.at("lr").at(k).at(i);
        const double base = golden.json.at("groups").at(i).at("lr");
        INFO("operation " << k << ", group " << i << ": PyTorch " << theirs << ", ours " << groups[i].lr);
        REQUIRE(std::abs(groups[i].lr - theirs) <= 1e-10 * std::abs(theirs) + 1e-12 * base);
        if (golden.json.contains("momentum")) {
          const double momentum = golden.json["momentum"].at(k).at(i);
          REQUIRE(std::abs(groups[i].momentum.value() - momentum) <= 1e-10);
        }
      }
    }
  }
  CHECK(families.size() == 16);
}

TEST_CASE("a state written for PyTorch has what PyTorch's own has") {
  int compared = 0;
  for (const auto& golden : read_golden("states.jsonl")) {
    const SavedRun saved(golden);
    INFO(golden.id());
    auto groups = golden_groups<double>(golden);
    auto schedulers = golden_schedulers<double>(golden, groups);
    const auto operations = single_operations(golden);
    for (std::size_t k = 0; k < saved.after; ++k) perform(operations[k], groups, schedulers);

    const auto ours =
        comparable(nlohmann::json::parse(detail::pytorch::quote_constants(to_pytorch_state_dict(*schedulers.front()))));
    const auto theirs = comparable(nlohmann::json::parse(detail::pytorch::quote_constants(saved.text)));
    INFO("PyTorch " << theirs.dump() << "\nours    " << ours.dump());
    REQUIRE(is_close(ours, theirs));
    ++compared;
  }
  CHECK(compared == 158);
}

TEST_CASE("a MultiStepLR's text for PyTorch leaves its milestones as constructed, in Python and here") {
  const schedule::MultiStep<double> options{.milestones = {2, 2, 4}, .gamma = 0.5};
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  MultiStepLR saved{groups, options};
  saved.step();
  const std::string text = to_pytorch_state_dict(saved);
  CHECK(text.find("milestones") == std::string::npos);

  std::vector<ParamGroup<double>> others{{.lr = 0.8}};
  MultiStepLR loaded{others, options};
  load_pytorch_state_dict(loaded, text);
  // What PyTorch 2.13 does after load_state_dict(json.loads(text)).
  for (const double expected : {0.2, 0.2, 0.1, 0.1}) {
    loaded.step();
    CHECK(others[0].lr == expected);
  }

  // json.dumps(state_dict()) in Python: the Counter's keys have become strings.
  std::vector<ParamGroup<double>> third{{.lr = 0.8}};
  MultiStepLR from_python{third, options};
  load_pytorch_state_dict(from_python,
                          R"({"milestones": {"2": 2, "4": 1}, "gamma": 0.5, "base_lrs": [0.8], "last_epoch": 1,
                              "_step_count": 2, "_is_initial": false, "_get_lr_called_within_step": false,
                              "_last_lr": [0.8]})");
  from_python.step();
  CHECK(third[0].lr == 0.2);
}

TEST_CASE("PyTorch's state of a float or long double run is taken too") {
  std::vector<ParamGroup<float>> narrow{{.lr = 0.1F}};
  CosineAnnealingLR narrow_scheduler{narrow, {.T_max = 10}};
  std::vector<ParamGroup<long double>> wide{{.lr = 0.1L}};
  CosineAnnealingLR wide_scheduler{wide, {.T_max = 10}};
  const char* text = R"({"T_max": 10, "eta_min": 0.0, "base_lrs": [0.1], "last_epoch": 5,
                         "_step_count": 6, "_last_lr": [0.05]})";
  load_pytorch_state_dict(narrow_scheduler, text);
  load_pytorch_state_dict(wide_scheduler, text);
  CHECK(narrow_scheduler.last_epoch() == 5);
  CHECK(narrow[0].lr == 0.05F);
  for (int i = 0; i < 5; ++i) {
    narrow_scheduler.step();
    wide_scheduler.step();
  }
  CHECK(narrow[0].lr == 0.0F);
  CHECK(wide[0].lr == 0.0L);
}

TEST_CASE("a rate within PyTorch's rounding rejoins the curve, one that a user set does not") {
  std::vector<ParamGroup<double>> groups{{.lr = 1.0}};
  LinearLR scheduler{groups, {.start_factor = 1.0, .end_factor = 0.0, .total_iters = 4}};
  const auto state = [](const char* rate) {
    return std::string(R"({"start_factor": 1.0, "end_factor": 0.0, "total_iters": 4,
                          "base_lrs": [1.0], "last_epoch": 2, "_last_lr": [)") +
           rate + "]}";
  };
  load_pytorch_state_dict(scheduler, state("0.5000004"));
  scheduler.step();
  CHECK(groups[0].lr == 0.25);

  load_pytorch_state_dict(scheduler, state("0.500001"));
  scheduler.step();
  CHECK(std::abs(groups[0].lr - 0.2500005) < 1e-12);
}

TEST_CASE("WarmupLR trades states with PyTorch's LinearLR") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  WarmupLR scheduler{groups, {.warmup_steps = 4, .start_factor = 0.5}};
  scheduler.step();
  const auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
  CHECK(state["start_factor"] == 0.5);
  CHECK(state["end_factor"] == 1.0);
  CHECK(state["total_iters"] == 4);
  CHECK_FALSE(state.contains("warmup_steps"));
  std::vector<ParamGroup<double>> fresh_groups{{.lr = 0.8}};
  WarmupLR fresh{fresh_groups, {.warmup_steps = 4, .start_factor = 0.5}};
  load_pytorch_state_dict(fresh, state.dump());
  CHECK(fresh.state_dict() == scheduler.state_dict());
}

TEST_CASE("a longer T_max is joined when the constructed options are kept") {
  std::vector<ParamGroup<double>> groups{{.lr = 1.0}};
  CosineAnnealingLR scheduler{groups, {.T_max = 20}};
  load_pytorch_state_dict(scheduler,
                          R"({"T_max": 10, "eta_min": 0.0, "base_lrs": [1.0], "last_epoch": 10,
                              "_last_lr": [6.1e-17]})",
                          OnMismatch::keep_constructed);
  CHECK(std::abs(groups[0].lr - 0.5) < 1e-15);
}

TEST_CASE("a state that PyTorch cannot have written is refused and changes nothing") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", "cannot load PyTorch's state: "},
      {"[1]", "expected a JSON object, got array"},
      {R"({"gamma": 0.1})", "StepLR: cannot load PyTorch's state: step_size: missing key"},
      {R"({"step_size": "x", "gamma": 0.1, "last_epoch": 1, "_last_lr": [0.1], "base_lrs": [0.1]})",
       "StepLR: cannot load the state: options.step_size: expected an integer, got \"x\""},
      {R"({"step_size": 30, "gamma": 0.5, "last_epoch": 1, "_last_lr": [0.1], "base_lrs": [0.1]})",
       "StepLR: cannot load the state: options.gamma is 0.5 in the state and 0.1 in the scheduler"},
      {R"({"step_size": 30, "gamma": 0.1, "last_epoch": 1, "_last_lr": [0.1, 1], "base_lrs": [0.1]})",
       "StepLR: cannot load the state: progress.lrs has 2 values for 1 parameter groups"},
      {R"({"step_size": 30, "gamma": 0.1, "last_epoch": -1, "_last_lr": [0.1], "base_lrs": [0.1]})",
       "StepLR: cannot load the state: progress.last_epoch: expected 0 or more, got -1"},
  }));
  INFO(text);
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  StepLR scheduler{groups, {.step_size = 30}};
  scheduler.step();
  const StateDict before = scheduler.state_dict();
  std::string got = "nothing thrown";
  try {
    load_pytorch_state_dict(scheduler, text);
  } catch (const std::invalid_argument& error) {
    got = error.what();
  }
  CHECK(got.substr(0, message.size()) == message);
  CHECK(scheduler.state_dict() == before);
  CHECK(groups[0].lr == 0.1);
}

std::string refusal_to_write(const auto& scheduler) {
  try {
    static_cast<void>(to_pytorch_state_dict(scheduler));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST_CASE("what PyTorch does not have cannot be traded") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  const Scheduled per_group{groups,
                            schedule::PerGroup<double>{.schedules = {schedule::Exponential<double>{.gamma = 0.5}}}};
  CHECK(refusal_to_write(per_group) == "to_pytorch_state_dict: PyTorch has no PerGroup");
  const CosineAnnealingLR held{groups, {.T_max = 4, .after_end = AfterEnd::hold}};
  CHECK(refusal_to_write(held) == "to_pytorch_state_dict: PyTorch has no after_end = hold");
  const WarmupLR warmup{groups, {.warmup_steps = 4, .first_update = FirstUpdate::one_of_w}};
  CHECK(refusal_to_write(warmup) == "to_pytorch_state_dict: PyTorch has no first_update = one_of_w");
  const ReduceLROnPlateau plateau{groups, {.nan_policy = NanPolicy::ignore}};
  CHECK(refusal_to_write(plateau) == "to_pytorch_state_dict: PyTorch has no nan_policy = ignore");
  const GreedyLR greedy{groups};
  CHECK(refusal_to_write(greedy) == "to_pytorch_state_dict: PyTorch has no GreedyLR");
}

TEST_CASE("a plateau with options that PyTorch does not have cannot be written for it") {
  struct Refusal {
    PlateauOptions<double> options;
    std::string message;
  };
  const std::vector<Refusal> refusals{
      {{.threshold_mode = ThresholdMode::magnitude}, "threshold_mode = magnitude"},
      {{.threshold_abs = 0.5}, "threshold_abs = 0.5"},
      {{.min_scale = 0.25}, "min_scale = 0.25"},
      {{.best_in_cooldown = false}, "best_in_cooldown = false"},
      {{.start_from_epoch = 3}, "start_from_epoch = 3"},
      {{.accumulate = 2}, "accumulate = 2"},
      {{.smoothing = 0.5}, "smoothing = 0.5"},
      {{.schedule = schedule::LinearWarmup<double>{.warmup_steps = 2}},
       "schedule = WarmupLR(warmup_steps=2, start_factor=0, first_update=zero)"},
  };
  for (const auto& [options, message] : refusals) {
    std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
    const ReduceLROnPlateau plateau{groups, options};
    CHECK(refusal_to_write(plateau) == "to_pytorch_state_dict: PyTorch has no " + message);
  }
}

TEST_CASE("a plateau goes on from PyTorch's state with options that PyTorch does not have, but not below a schedule") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  ReduceLROnPlateau saved{groups, {.factor = 0.5, .patience = 0}};
  saved.step(1.0);
  saved.step(1.0);
  const std::string text = to_pytorch_state_dict(saved);

  std::vector<ParamGroup<double>> others{{.lr = 0.8}};
  ReduceLROnPlateau loaded{others, {.factor = 0.5, .patience = 0, .accumulate = 2}};
  load_pytorch_state_dict(loaded, text);
  CHECK(others[0].lr == 0.05);
  CHECK(loaded.best() == 1.0);
  CHECK(loaded.reductions() == 0);
  CHECK(loaded.last_report() == PlateauReport::not_counted);
  loaded.step(1.0);
  CHECK(others[0].lr == 0.05);
  loaded.step(1.0);
  CHECK(others[0].lr == 0.025);

  ReduceLROnPlateau scheduled{
      others, {.factor = 0.5, .patience = 0, .schedule = schedule::LinearWarmup<double>{.warmup_steps = 2}}};
  CHECK(message_of([&] { load_pytorch_state_dict(scheduled, text); }) ==
        "ReduceLROnPlateau: cannot load PyTorch's state: schedule: PyTorch has none, so its reductions cannot scale "
        "one");
}

TEST_CASE("a long double run is written in numbers") {
  std::vector<ParamGroup<long double>> groups{{.lr = 0.1L}};
  const LinearLR linear{groups, {.end_factor = 0.3L}};
  CHECK(nlohmann::json::parse(to_pytorch_state_dict(linear)) == nlohmann::json::parse(R"(
      {"start_factor": 0.3333333333333333, "end_factor": 0.3, "total_iters": 5, "base_lrs": [0.1],
       "last_epoch": 0, "_step_count": 1, "_is_initial": false,
       "_get_lr_called_within_step": false, "_last_lr": [0.03333333333333333]})"));

  ReduceLROnPlateau plateau{groups, {.min_lr = {0.01L}}};
  plateau.step(0.7L);
  const auto state = nlohmann::json::parse(detail::pytorch::quote_constants(to_pytorch_state_dict(plateau)));
  CHECK(state.at("factor") == 0.1);
  CHECK(state.at("eps") == 1e-8);
  CHECK(state.at("min_lrs") == nlohmann::json{0.01});
  CHECK(state.at("best") == 0.7);
}

TEST_CASE("a best metric that is infinite is traded") {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<ParamGroup<double>> groups{{.lr = 0.1}};
  ReduceLROnPlateau scheduler{groups, {.patience = 5}};
  scheduler.step(-infinity);
  const std::string text = to_pytorch_state_dict(scheduler);
  CHECK(text.find(R"("best":-Infinity)") != std::string::npos);
  ReduceLROnPlateau loaded{groups, {.patience = 5}};
  load_pytorch_state_dict(loaded, text);
  loaded.step(-1.0);
  CHECK(loaded.num_bad_epochs() == 1);
}

/// A state as PyTorch would have it with some attributes otherwise: the option that they are is named, refused and
/// taken.
template <class Bound>
void check_other_options(Bound& scheduler, const nlohmann::json& attributes, const std::string& message,
                         std::string_view option, const StateValue& taken) {
  INFO(attributes.dump());
  const StateDict before = scheduler.state_dict();
  auto state = nlohmann::json::parse(detail::pytorch::quote_constants(to_pytorch_state_dict(scheduler)));
  state.update(attributes);
  const std::string text = detail::pytorch::unquote_constants(state.dump());
  CHECK(message_of([&] { load_pytorch_state_dict(scheduler, text); }) ==
        std::string(scheduler.name()) + ": cannot load the state: options." + message + " in the scheduler");
  CHECK(scheduler.state_dict() == before);
  load_pytorch_state_dict(scheduler, text, OnMismatch::take_saved);
  const StateDict after = scheduler.state_dict();
  CHECK(*detail::pytorch::dict_at(after, "options").find(option) == taken);
  scheduler.load_state_dict(before, OnMismatch::take_saved);
}

TEST_CASE("a state of other options, as PyTorch has them, is refused or taken") {
  const StateValue half = 0.5;
  const StateValue seven = std::int64_t{7};
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.4, .momentum = 0.9}};
  {
    StepLR scheduler{groups, {.step_size = 30}};
    check_other_options(scheduler, {{"step_size", 7}}, "step_size is 7 in the state and 30", "step_size", seven);
    check_other_options(scheduler, {{"step_size", 7.0}}, "step_size is 7 in the state and 30", "step_size", seven);
    check_other_options(scheduler, {{"gamma", 0.5}}, "gamma is 0.5 in the state and 0.1", "gamma", half);
  }
  {
    ConstantLR scheduler{groups};
    check_other_options(scheduler, {{"factor", 0.5}}, "factor is 0.5 in the state and 0.3333333333333333", "factor",
                        half);
    check_other_options(scheduler, {{"total_iters", 7}}, "total_iters is 7 in the state and 5", "total_iters", seven);
  }
  {
    LinearLR scheduler{groups};
    check_other_options(scheduler, {{"start_factor", 0.5}}, "start_factor is 0.5 in the state and 0.3333333333333333",
                        "start_factor", half);
    check_other_options(scheduler, {{"end_factor", 0.5}}, "end_factor is 0.5 in the state and 1", "end_factor", half);
    check_other_options(scheduler, {{"total_iters", 7}}, "total_iters is 7 in the state and 5", "total_iters", seven);
  }
  {
    ExponentialLR scheduler{groups, {.gamma = 0.9}};
    check_other_options(scheduler, {{"gamma", 0.5}}, "gamma is 0.5 in the state and 0.9", "gamma", half);
  }
  {
    PolynomialLR scheduler{groups};
    check_other_options(scheduler, {{"total_iters", 7}}, "total_iters is 7 in the state and 5", "total_iters", seven);
    check_other_options(scheduler, {{"power", 0.5}}, "power is 0.5 in the state and 1", "power", half);
  }
  {
    CosineAnnealingLR scheduler{groups, {.T_max = 10}};
    check_other_options(scheduler, {{"T_max", 7}}, "T_max is 7 in the state and 10", "T_max", seven);
    check_other_options(scheduler, {{"eta_min", 0.5}}, "eta_min is 0.5 in the state and 0", "eta_min", half);
  }
  {
    CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 10}};
    check_other_options(scheduler, {{"T_0", 7}}, "T_0 is 7 in the state and 10", "T_0", seven);
    check_other_options(scheduler, {{"T_mult", 7}}, "T_mult is 7 in the state and 1", "T_mult", seven);
    check_other_options(scheduler, {{"eta_min", 0.5}}, "eta_min is 0.5 in the state and 0", "eta_min", half);
  }
  {
    SWALR scheduler{groups, {.swa_lr = 0.05}};
    check_other_options(scheduler, {{"anneal_epochs", 7}}, "anneal_epochs is 7 in the state and 10", "anneal_epochs",
                        seven);
    check_other_options(scheduler, {{"_anneal_strategy", "linear"}}, "anneal_strategy is linear in the state and cos",
                        "anneal_strategy", "linear");
  }
}

TEST_CASE("a cycle of other options, as PyTorch has them, is refused or taken") {
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.4, .momentum = 0.9}};
  CyclicLR scheduler{groups, {.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 4}};
  check_other_options(scheduler, {{"base_lrs", {0.05, 0.05}}}, "base_lr is 0.05 in the state and 0.01", "base_lr",
                      0.05);
  check_other_options(scheduler, {{"max_lrs", {0.5, 0.25}}}, "max_lr is [0.5, 0.25] in the state and 0.1", "max_lr",
                      StateValue::List{0.5, 0.25});
  check_other_options(scheduler, {{"total_size", 14.0}}, "step_size_up is 7 in the state and 4", "step_size_up",
                      std::int64_t{7});
  check_other_options(scheduler, {{"total_size", 16.0}, {"step_ratio", 0.25}},
                      "step_size_down is 12 in the state and none", "step_size_down", std::int64_t{12});
  CyclicLR uneven{groups, {.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 4, .step_size_down = 3}};
  check_other_options(uneven, {{"total_size", 8.0}, {"step_ratio", 0.5}}, "step_size_down is 4 in the state and 3",
                      "step_size_down", std::int64_t{4});
  check_other_options(scheduler, {{"mode", "triangular2"}}, "mode is triangular2 in the state and triangular", "mode",
                      "triangular2");
  check_other_options(scheduler, {{"gamma", 0.5}}, "gamma is 0.5 in the state and 1", "gamma", 0.5);
  check_other_options(scheduler, {{"cycle_momentum", false}}, "cycle_momentum is false in the state and true",
                      "cycle_momentum", false);
  check_other_options(scheduler, {{"base_momentums", {0.5, 0.5}}}, "base_momentum is 0.5 in the state and 0.8",
                      "base_momentum", 0.5);
  check_other_options(scheduler, {{"max_momentums", {0.95, 0.85}}}, "max_momentum is [0.95, 0.85] in the state and 0.9",
                      "max_momentum", StateValue::List{0.95, 0.85});
}

TEST_CASE("one cycle of other options, as PyTorch has them, is refused or taken") {
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.4, .momentum = 0.9}};
  OneCycleLR scheduler{groups, {.max_lr = 0.1, .total_steps = 20}};
  check_other_options(scheduler, {{"_anneal_func_type", "linear"}}, "anneal_strategy is linear in the state and cos",
                      "anneal_strategy", "linear");
  check_other_options(scheduler, {{"cycle_momentum", false}}, "cycle_momentum is false in the state and true",
                      "cycle_momentum", false);
  const auto phase = [](double end) { return nlohmann::json{{"end_step", end}}; };
  check_other_options(scheduler, {{"_schedule_phases", {phase(9.0), phase(19.0)}}},
                      "pct_start is 0.5 in the state and 0.3", "pct_start", 0.5);
  check_other_options(scheduler, {{"_schedule_phases", {phase(5.0), phase(10.0), phase(19.0)}}},
                      "three_phase is true in the state and false", "three_phase", true);
  check_other_options(scheduler, {{"total_steps", 30}, {"_schedule_phases", {phase(8.0), phase(29.0)}}},
                      "total_steps is 30 in the state and 20", "total_steps", std::int64_t{30});

  OneCycleLR by_epochs{groups, {.max_lr = 0.1, .epochs = 5, .steps_per_epoch = 4}};
  check_other_options(by_epochs, {{"total_steps", 30}, {"_schedule_phases", {phase(8.0), phase(29.0)}}},
                      "total_steps is 30 in the state and none", "total_steps", std::int64_t{30});
  check_other_options(by_epochs, {{"total_steps", 22}, {"_schedule_phases", {phase(5.6), phase(21.0)}}},
                      "total_steps is 22 in the state and none", "total_steps", std::int64_t{22});
  check_other_options(by_epochs, {{"total_steps", 24}, {"_schedule_phases", {phase(6.2), phase(23.0)}}},
                      "total_steps is 24 in the state and none", "total_steps", std::int64_t{24});
}

TEST_CASE("a plateau of other options, as PyTorch has them, is refused or taken") {
  Groups<double> groups = two_groups<double>();
  ReduceLROnPlateau scheduler{groups};
  scheduler.step(1.0);
  const StateValue half = 0.5;
  const StateValue seven = std::int64_t{7};
  check_other_options(scheduler, {{"mode", "max"}}, "mode is max in the state and min", "mode", "max");
  check_other_options(scheduler, {{"factor", 0.5}}, "factor is 0.5 in the state and 0.1", "factor", half);
  check_other_options(scheduler, {{"patience", 7}}, "patience is 7 in the state and 10", "patience", seven);
  check_other_options(scheduler, {{"threshold", 0.5}}, "threshold is 0.5 in the state and 0.0001", "threshold", half);
  check_other_options(scheduler, {{"threshold_mode", "abs"}}, "threshold_mode is abs in the state and rel",
                      "threshold_mode", "abs");
  check_other_options(scheduler, {{"cooldown", 7}}, "cooldown is 7 in the state and 0", "cooldown", seven);
  check_other_options(scheduler, {{"default_min_lr", nullptr}, {"min_lrs", {0.01, 0.02}}},
                      "min_lr is [0.01, 0.02] in the state and 0", "min_lr", StateValue::List{0.01, 0.02});
  check_other_options(scheduler, {{"default_min_lr", 0.01}, {"min_lrs", {0.01, 0.01}}},
                      "min_lr is 0.01 in the state and 0", "min_lr", 0.01);
  check_other_options(scheduler, {{"eps", 0.5}}, "eps is 0.5 in the state and 1e-08", "eps", half);
}

TEST_CASE("children of other options, as PyTorch has them, are refused or taken") {
  const schedule::Constant<double> constant{.factor = 0.5, .total_iters = 2};
  const schedule::Exponential<double> exponential{.gamma = 0.9};
  const auto with_gamma = [](nlohmann::json state, double gamma) {
    state["_schedulers"][1]["gamma"] = gamma;
    return state;
  };
  Groups<double> groups = two_groups<double>();
  SequentialLR sequence{groups, {.schedules = {constant, exponential}, .milestones = {2}}};
  check_other_options(sequence, {{"_milestones", {3}}}, "milestones is [3] in the state and [2]", "milestones",
                      StateValue::List{std::int64_t{3}});
  ChainedScheduler chain{groups, {.schedules = {constant, exponential}}};
  for (Scheduler<double>* scheduler :
       {static_cast<Scheduler<double>*>(&sequence), static_cast<Scheduler<double>*>(&chain)}) {
    const auto state = nlohmann::json::parse(to_pytorch_state_dict(*scheduler));
    const std::string text = with_gamma(state, 0.25).dump();
    CHECK(message_of([&] { load_pytorch_state_dict(*scheduler, text); }) ==
          std::string(scheduler->name()) +
              ": cannot load the state: options.schedulers[1].gamma is 0.25 in the state and 0.9 in the scheduler");
    auto shorter = state;
    shorter["_schedulers"].erase(1);
    CHECK(message_of([&] { load_pytorch_state_dict(*scheduler, shorter.dump()); }) ==
          std::string(scheduler->name()) +
              ": cannot load PyTorch's state: _schedulers has 1 elements in the state and 2 in the scheduler");
    load_pytorch_state_dict(*scheduler, text, OnMismatch::take_saved);
    CHECK(nlohmann::json::parse(to_pytorch_state_dict(*scheduler))["_schedulers"][1]["gamma"] == 0.25);
  }
}

TEST_CASE("milestones that Python's json has counted are refused or taken") {
  Groups<double> groups{{.lr = 0.8}};
  MultiStepLR scheduler{groups, {.milestones = {4, 2, 2}, .gamma = 0.5}};
  const auto state_with = [&](const nlohmann::json& milestones) {
    auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
    state["milestones"] = milestones;
    return state.dump();
  };
  const auto refusal = [&](const nlohmann::json& milestones) {
    return message_of([&] { load_pytorch_state_dict(scheduler, state_with(milestones)); });
  };
  const std::string other = "MultiStepLR: cannot load the state: options.milestones is ";
  const std::string wrong = "MultiStepLR: cannot load PyTorch's state: ";
  load_pytorch_state_dict(scheduler, state_with({{"2", 2}, {"4", 1}}));
  CHECK(refusal({{"2", 1}, {"4", 1}}) == other + "[2, 4] in the state and [4, 2, 2] in the scheduler");
  CHECK(refusal({{"2", 2}, {"4", 1}, {"10", 0}, {"11", 2}}) ==
        other + "[2, 2, 4, 11, 11] in the state and [4, 2, 2] in the scheduler");
  CHECK(refusal({{"2", -1}}) == wrong + "milestones.2: expected a count, up to 1000000 with the others, got -1");
  CHECK(refusal({{"2", 999'999}, {"3", 2}}) ==
        wrong + "milestones.3: expected a count, up to 1000000 with the others, got 2");
  CHECK(refusal({{"2", "two"}}) == wrong + "milestones.2: expected an integer, got \"two\"");
  CHECK(refusal({{"two", 1}}) == wrong + "milestones: expected an integer, got \"two\"");
  CHECK(refusal({{"2.5", 1}}) == wrong + "milestones: expected an integer, got 2.5");
  CHECK(refusal(3) == wrong + "milestones: expected an object, got 3");
  load_pytorch_state_dict(scheduler, state_with({{"1", 1}, {"3", 2}}), OnMismatch::take_saved);
  CHECK(scheduler.schedule().milestones == std::vector<Epoch>{1, 3, 3});
}

TEST_CASE("WarmupLR does not take the state of a LinearLR that ends elsewhere") {
  Groups<double> groups{{.lr = 0.8}};
  WarmupLR scheduler{groups, {.warmup_steps = 4, .start_factor = 0.5}};
  auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
  state["end_factor"] = 0.75;
  CHECK(message_of([&] { load_pytorch_state_dict(scheduler, state.dump()); }) ==
        "WarmupLR: cannot load PyTorch's state: end_factor is 0.75 in the state and WarmupLR ends at 1");
}

TEST_CASE("PyTorch's epoch with a fraction is traded") {
  Groups<double> groups{{.lr = 0.8}};
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 4}};
  const auto written = [&] { return nlohmann::json::parse(to_pytorch_state_dict(scheduler)); };
  CHECK(written()["T_cur"] == 0);
  CHECK(written()["T_cur"].is_number_integer());
  scheduler.seek_time(6.5);
  CHECK(written()["T_cur"] == 2.5);
  CHECK(written()["T_i"] == 4);
  CHECK(written()["last_epoch"] == 6);

  Groups<double> others{{.lr = 0.8}};
  CosineAnnealingWarmRestarts loaded{others, {.T_0 = 4}};
  load_pytorch_state_dict(loaded, written().dump());
  CHECK(loaded.state_dict() == scheduler.state_dict());
  CHECK(others[0].lr == about(0.24692662705396412L));  // 0.4 (1 + cos(2.5 pi / 4))
}

TEST_CASE("a cycle that would be longer than any run is the last") {
  Groups<double> groups{{.lr = 0.8}};
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = Epoch{1} << 61, .T_mult = 4}};
  scheduler.seek(Epoch{1} << 62);
  const auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
  CHECK(state["T_cur"] == Epoch{1} << 61);
  CHECK(state["T_i"] == Epoch{1} << 61);
}

TEST_CASE("the children of a sequence are where PyTorch has them") {
  Groups<double> groups{{.lr = 0.8}};
  SequentialLR scheduler{groups,
                         {.schedules = {schedule::Constant<double>{.factor = 0.5, .total_iters = 2},
                                        schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 2},
                                        schedule::Exponential<double>{.gamma = 0.5}},
                          .milestones = {2, 5}}};
  // last_epoch of each after so many steps, and the second's T_cur.
  const std::vector<std::vector<int>> expected{{0, -1, -1, 0}, {1, -1, -1, 0}, {1, 0, -1, 0}, {1, 1, -1, 1},
                                               {1, 2, -1, 0},  {1, 2, 0, 0},   {1, 2, 1, 0}};
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (k > 0) scheduler.step();
    INFO("after " << k << " steps");
    const auto children = nlohmann::json::parse(to_pytorch_state_dict(scheduler))["_schedulers"];
    for (std::size_t i = 0; i < 3; ++i) CHECK(children[i]["last_epoch"] == expected[k][i]);
    CHECK(children[1]["T_cur"] == expected[k][3]);
    CHECK(children[0]["_step_count"] == (k == 0 ? 1 : 2));
    if (expected[k][2] < 0) CHECK(children[2]["_step_count"] == 1);
  }

  const SequentialLR nested{groups,
                            {.schedules = {schedule::Constant<double>{},
                                           schedule::Chained<double>{.schedules = {schedule::Constant<double>{}}}},
                             .milestones = {2}}};
  const auto children = nlohmann::json::parse(to_pytorch_state_dict(nested))["_schedulers"];
  CHECK(children[1]["_schedulers"][0]["last_epoch"] == -1);
  CHECK_FALSE(children[1].contains("_step_count"));
}

TEST_CASE("OneCycleLR of epochs is written with all its steps, and takes a state with as many") {
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}};
  OneCycleLR scheduler{groups, {.max_lr = 0.1, .epochs = 5, .steps_per_epoch = 4}};
  const auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
  CHECK(state["total_steps"] == 20);
  CHECK(state["_schedule_phases"][1]["end_step"] == 19);
  const StateDict before = scheduler.state_dict();
  load_pytorch_state_dict(scheduler, state.dump());
  CHECK(scheduler.state_dict() == before);
}

TEST_CASE("what rounds on the way through PyTorch's phases counts as the same") {
  // (0.45 * 9 - 1 + 1) / 9 is not 0.45.
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}};
  OneCycleLR scheduler{groups, {.max_lr = 0.1, .total_steps = 9, .pct_start = 0.45}};
  scheduler.step();
  const StateDict before = scheduler.state_dict();
  load_pytorch_state_dict(scheduler, to_pytorch_state_dict(scheduler));
  CHECK(scheduler.state_dict() == before);
}

TEST_CASE("a double of Python's is shown with all its digits, where a float differs") {
  Groups<float> groups{{.lr = 0.1F}};
  StepLR scheduler{groups, {.step_size = 30}};
  auto state = nlohmann::json::parse(to_pytorch_state_dict(scheduler));
  state["gamma"] = 0.30000000000000004;
  CHECK(message_of([&] { load_pytorch_state_dict(scheduler, state.dump()); }) ==
        "StepLR: cannot load the state: options.gamma is 0.30000000000000004 in the state and 0.10000000149011612 in "
        "the scheduler");
}

TEST_CASE("a plateau that has seen no metric has none after PyTorch's state either") {
  const auto mode = GENERATE(Mode::min, Mode::max);
  Groups<double> groups{{.lr = 0.1}};
  const ReduceLROnPlateau saved{groups, {.mode = mode}};
  const std::string text = to_pytorch_state_dict(saved);
  CHECK(text.find(mode == Mode::min ? R"("best":Infinity)" : R"("best":-Infinity)") != std::string::npos);
  ReduceLROnPlateau loaded{groups, {.mode = mode}};
  loaded.step(0.5);
  load_pytorch_state_dict(loaded, text);
  CHECK_FALSE(loaded.best().has_value());
}

TEST_CASE("what is missing or empty in PyTorch's state is named") {
  Groups<double> groups{{.lr = 0.1, .momentum = 0.9}};
  const auto refusal = [](auto& scheduler, auto&& spoil) {
    auto state = nlohmann::json::parse(detail::pytorch::quote_constants(to_pytorch_state_dict(scheduler)));
    spoil(state);
    return message_of([&] { load_pytorch_state_dict(scheduler, state.dump()); });
  };
  ChainedScheduler chain{groups, {.schedules = {schedule::Constant<double>{}, schedule::Constant<double>{}}}};
  CHECK(refusal(chain, [](auto& state) { state["_schedulers"][0].erase("last_epoch"); }) ==
        "ChainedScheduler: cannot load PyTorch's state: _schedulers[0].last_epoch: missing key");
  CHECK(refusal(chain, [](auto& state) { state["_schedulers"][1] = 3; }) ==
        "ChainedScheduler: cannot load PyTorch's state: _schedulers[1]: expected an object, got 3");
  OneCycleLR one_cycle{groups, {.max_lr = 0.1, .total_steps = 20}};
  CHECK(refusal(one_cycle, [](auto& state) { state["_schedule_phases"].clear(); }) ==
        "OneCycleLR: cannot load PyTorch's state: _schedule_phases: expected phases, got none");
  CyclicLR cyclic{groups, {.base_lr = 0.01, .max_lr = 0.1}};
  CHECK(refusal(cyclic, [](auto& state) { state["max_lrs"].clear(); }) ==
        "CyclicLR: cannot load the state: options.max_lr: expected a value or some, got []");
  ReduceLROnPlateau plateau{groups, {.mode = Mode::max}};
  CHECK(refusal(plateau, [](auto& state) { state["best"] = "NaN"; }) ==
        "ReduceLROnPlateau: cannot load the state: progress.best: expected a metric, got nan");
}

TEST_CASE("combinators are traded to the depth that configurations have, and no deeper") {
  const auto nested = [](int depth) {
    AnySchedule<double> inner = schedule::Constant<double>{};
    for (int i = 0; i < depth; ++i) inner = schedule::Chained<double>{.schedules = {inner}};
    return inner;
  };
  Groups<double> groups{{.lr = 0.3}};
  Scheduled deep{groups, nested(64)};
  const StateDict before = deep.state_dict();
  load_pytorch_state_dict(deep, to_pytorch_state_dict(deep));
  CHECK(deep.state_dict() == before);
  Scheduled too_deep{groups, nested(65)};
  const std::string message = message_of([&] { load_pytorch_state_dict(too_deep, to_pytorch_state_dict(too_deep)); });
  CHECK(message.ends_with(": nested too deep"));
}

TEST_CASE("a class that PyTorch does not have loads none of its states") {
  Groups<double> groups{{.lr = 0.3}};
  NoamLR scheduler{groups, {.d_model = 64, .warmup_steps = 4}};
  CHECK(message_of([&] { load_pytorch_state_dict(scheduler, R"({"last_epoch": 1, "_last_lr": [0.1]})"); }) ==
        "NoamLR: cannot load PyTorch's state: type: PyTorch has no NoamLR");
}

TEST_CASE("constants that JSON does not know are quoted, and in texts left alone") {
  using detail::pytorch::quote_constants;
  CHECK(quote_constants(R"({"best": -Infinity, "a": Infinity, "b": NaN})") ==
        R"({"best": "-Infinity", "a": "Infinity", "b": "NaN"})");
  CHECK(quote_constants(R"({"NaN": "x Infinity", "a": NaN})") == R"({"NaN": "x Infinity", "a": "NaN"})");
  CHECK(quote_constants(R"({"a\"NaN": "\\", "b": NaN})") == R"({"a\"NaN": "\\", "b": "NaN"})");
  CHECK(quote_constants("\"\\") == "\"\\");
}

}  // namespace
}  // namespace lr_scheduler::testing
