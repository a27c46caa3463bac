// SPDX-License-Identifier: MIT
// What holds for the options of all schedulers that go by the names of other frameworks.
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

/// An option, and its default as JSON; "required" where there is none.
struct DefaultLister final : detail::FieldVisitor {
  void visit(std::string_view name, const detail::Field& field) override {
    nlohmann::json value = "required";
    if (!field.is_required) {
      StateDict dict;
      dict.set(std::string(name), detail::encode<double>(field));
      value = to_json(dict).at(std::string(name));
    }
    defaults.emplace(name, value);
  }
  std::map<std::string, nlohmann::json> defaults;
};

std::map<std::string, nlohmann::json> defaults_of(std::string_view name) {
  const auto registry = frameworks::registry<double>();
  DefaultLister lister;
  registry.find(name)->clone()->visit_options(lister);
  return lister.defaults;
}

bool is_default_of_signature(const nlohmann::json& ours, const nlohmann::json& theirs) {
  const bool is_blank = ours == "required" || (ours.is_structured() && ours.empty());
  if (theirs == nlohmann::json{"required"}) return is_blank;
  return ours == theirs || (theirs.is_null() && is_blank);
}

TEST_CASE("options have the names and defaults that the frameworks' signatures have") {
  // Of training, printing and noise; the last epochs are those of states.
  const std::set<std::string> left_out{
      "last_epoch", "last_batch_iteration", "verbose",    "name",      "monitor",   "initialize", "t_in_epochs",
      "noise",      "noise_range_t",        "noise_type", "noise_pct", "noise_std", "noise_seed"};
  const std::set<std::string> of_a_plateau{"patience_epochs", "plateau_mode"};  // which create_scheduler_v2 has none of
  std::ifstream file(LR_SCHEDULER_GOLDEN "/framework_defaults.json");
  const auto recorded = nlohmann::json::parse(file).at("defaults");
  CHECK(recorded.size() == 46);
  for (const auto& [name, theirs] : recorded.items()) {
    CAPTURE(name);
    REQUIRE(frameworks::registry<double>().find(name) != nullptr);
    const auto ours = defaults_of(name);
    for (const auto& [option, value] : ours) {
      CAPTURE(option, value);
      if (option == "default_lr") continue;  // of PyTorch's optimizer, which theirs reads
      REQUIRE(theirs.contains(option));
      CAPTURE(theirs.at(option));
      CHECK(is_default_of_signature(value, theirs.at(option)));
    }
    for (const auto& [option, value] : theirs.items()) {
      CAPTURE(option);
      CHECK((ours.count(option) + left_out.count(option) + of_a_plateau.count(option)) == 1);
    }
  }
}

/// What each of them requires.
const std::map<std::string, std::string>& required_options() {
  static const std::string wave = R"({"num_warmup_steps": 2, "num_training_steps": 12})";
  static const std::string low = R"({"num_warmup_steps": 2, "num_training_steps": 12, "min_lr": 0.125})";
  static const std::string llm_c =
      R"({"learning_rate": 0.5, "warmup_iterations": 2, "train_num_batches": 12, "final_learning_rate_frac": 0.5})";
  static const std::string cycle = R"({"transition_steps": 12, "peak_value": 0.5})";
  static const std::string steps = R"({"init_value": 0.5, "end_value": 0.25, "transition_steps": 12})";
  static const std::string decay = R"({"initial_learning_rate": 0.5, "decay_steps": 12, "decay_rate": 0.5})";
  static const std::map<std::string, std::string> options{
      {"transformers.constant", "{}"},
      {"transformers.constant_with_warmup", R"({"num_warmup_steps": 2})"},
      {"transformers.linear", wave},
      {"transformers.cosine", wave},
      {"transformers.cosine_with_restarts", wave},
      {"transformers.polynomial", wave},
      {"transformers.inverse_sqrt", R"({"num_warmup_steps": 2})"},
      {"transformers.cosine_with_min_lr", low},
      {"transformers.cosine_warmup_with_min_lr", low},
      {"transformers.warmup_stable_decay", R"({"num_warmup_steps": 2, "num_decay_steps": 2, "num_stable_steps": 2})"},
      {"transformers.reduce_lr_on_plateau", "{}"},
      {"transformers.greedy", "{}"},
      {"megatron.OptimizerParamScheduler",
       R"({"init_lr": 0.25, "max_lr": 0.5, "min_lr": 0.125, "lr_warmup_steps": 2, "lr_decay_steps": 12,
           "lr_decay_style": "WSD", "wsd_decay_steps": 3, "lr_wsd_decay_style": "linear", "start_wd": 0.25,
           "end_wd": 0.5, "wd_incr_steps": 2, "wd_incr_style": "linear"})"},
      {"deepspeed.LRRangeTest", "{}"},
      {"deepspeed.OneCycle", R"({"cycle_min_lr": 0.25, "cycle_max_lr": 0.5})"},
      {"deepspeed.WarmupLR", "{}"},
      {"deepspeed.WarmupDecayLR", R"({"total_num_steps": 2000})"},
      {"deepspeed.WarmupCosineLR", R"({"total_num_steps": 2000})"},
      {"llm_c.cosine", llm_c},
      {"llm_c.linear", llm_c},
      {"llm_c.constant", llm_c},
      {"llm_c.wsd", llm_c},
      {"llm_c.get_lr", "{}"},
      {"nanogpt.get_lr", "{}"},
      {"timm.CosineLRScheduler", R"({"t_initial": 12})"},
      {"timm.TanhLRScheduler", R"({"t_initial": 12})"},
      {"timm.PolyLRScheduler", R"({"t_initial": 12})"},
      {"timm.StepLRScheduler", R"({"decay_t": 3})"},
      {"timm.MultiStepLRScheduler", R"({"decay_t": [3, 5]})"},
      {"timm.WSDLRScheduler", R"({"t_initial": 12, "decay_t": 3, "stable_fn": "rsqrt", "stable_timescale": 2})"},
      {"timm.PlateauLRScheduler", "{}"},
      {"timm.create_scheduler_v2", R"({"step_on_epochs": false, "updates_per_epoch": 2})"},
      {"optax.constant_schedule", R"({"value": 0.5})"},
      {"optax.linear_schedule", steps},
      {"optax.polynomial_schedule", R"({"init_value": 0.5, "end_value": 0.25, "power": 2, "transition_steps": 12})"},
      {"optax.exponential_decay", R"({"init_value": 0.5, "decay_rate": 0.5, "transition_steps": 12})"},
      {"optax.cosine_decay_schedule", R"({"init_value": 0.5, "decay_steps": 12})"},
      {"optax.piecewise_constant_schedule", R"({"init_value": 0.5})"},
      {"optax.piecewise_interpolate_schedule", R"({"init_value": 0.5, "interpolate_type": "linear"})"},
      {"optax.linear_onecycle_schedule", cycle},
      {"optax.cosine_onecycle_schedule", cycle},
      {"optax.warmup_constant_schedule", R"({"init_value": 0.25, "peak_value": 0.5, "warmup_steps": 2})"},
      {"optax.warmup_cosine_decay_schedule",
       R"({"init_value": 0.25, "peak_value": 0.5, "warmup_steps": 2, "decay_steps": 12})"},
      {"optax.warmup_exponential_decay_schedule",
       R"({"init_value": 0.25, "peak_value": 0.5, "warmup_steps": 2, "transition_steps": 12, "decay_rate": 0.5})"},
      {"optax.join_schedules", R"({"schedules": [{"type": "ConstantLR"}]})"},
      {"optax.sgdr_schedule",
       R"({"cosine_kwargs": [{"init_value": 0.25, "peak_value": 0.5, "warmup_steps": 2, "decay_steps": 12}]})"},
      {"optax.contrib.reduce_on_plateau", "{}"},
      {"keras.CosineDecay", R"({"initial_learning_rate": 0.5, "decay_steps": 12})"},
      {"keras.CosineDecayRestarts", R"({"initial_learning_rate": 0.5, "first_decay_steps": 12})"},
      {"keras.ExponentialDecay", decay},
      {"keras.InverseTimeDecay", decay},
      {"keras.PolynomialDecay", R"({"initial_learning_rate": 0.5, "decay_steps": 12})"},
      {"keras.PiecewiseConstantDecay", R"({"boundaries": [3], "values": [0.5, 0.25]})"},
      {"keras.ReduceLROnPlateau", "{}"},
  };
  return options;
}

/// Why make_scheduler() refuses it; empty if it does not.
std::string refusal_to_bind(const nlohmann::json& configuration) {
  Groups<double> groups{{.lr = 0.5, .momentum = 0.9}};
  try {
    static_cast<void>(make_scheduler(groups, configuration, frameworks::registry<double>()));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

/// Whose name the message begins with.
std::string refused_by(std::string_view type, std::string_view option) {
  if (type == "transformers.reduce_lr_on_plateau") return "ReduceLROnPlateau";
  if (type == "transformers.greedy") return "GreedyLR";
  const bool is_of_cosine = option.starts_with("cycle_") || option == "k_decay";
  if (type == "timm.create_scheduler_v2" && is_of_cosine) return "timm.CosineLRScheduler";
  return std::string(type);
}

TEST_CASE("options below 0, or not finite, are refused by their names") {
  const std::set<std::string> may_be_negative{
      "timm.TanhLRScheduler.lb", "timm.TanhLRScheduler.ub",
      // Without steps optax stays at init_value, and begins at 0 at the earliest.
      "optax.linear_schedule.transition_begin", "optax.linear_schedule.transition_steps",
      "optax.polynomial_schedule.transition_begin", "optax.polynomial_schedule.transition_steps",
      "optax.exponential_decay.transition_begin", "optax.exponential_decay.transition_steps",
      "optax.warmup_constant_schedule.warmup_steps", "optax.warmup_exponential_decay_schedule.transition_begin",
      "optax.warmup_exponential_decay_schedule.transition_steps"};
  const std::set<std::string> is_unused{
      // by a cosine, which it makes here
      "timm.create_scheduler_v2.cooldown_epochs", "timm.create_scheduler_v2.decay_rate",
      "timm.create_scheduler_v2.stable_timescale"};
  const auto registry = frameworks::registry<double>();
  CHECK(registry.names().size() == required_options().size());
  for (const std::string_view type : registry.names()) {
    CAPTURE(type);
    REQUIRE(required_options().count(std::string(type)) == 1);
    auto configuration = nlohmann::json::parse(required_options().at(std::string(type)));
    configuration["type"] = type;
    CHECK(refusal_to_bind(configuration).empty());
    for (const auto& [option, value] : defaults_of(type)) {
      if (value.is_boolean() || value.is_string() ? value != "required" : value.is_object()) continue;
      for (const nlohmann::json& bad : {nlohmann::json(-1), nlohmann::json(nan), nlohmann::json(infinity)}) {
        CAPTURE(option, bad);
        auto wrong = configuration;
        wrong[option] = bad;
        const std::string why = refusal_to_bind(wrong);
        CAPTURE(why);
        if (why.starts_with(option + ": expected ")) continue;  // not of that kind
        const std::string place = std::string(type) + "." + option;
        const bool is_allowed = is_unused.count(place) == 1 || (bad == -1 && may_be_negative.count(place) == 1);
        const bool is_refused =
            why.starts_with(refused_by(type, option) + ": ") && why.find(option) != std::string::npos;
        CHECK(is_refused != is_allowed);
      }
    }
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
