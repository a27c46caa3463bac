// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
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

}  // namespace
}  // namespace lr_scheduler::testing
