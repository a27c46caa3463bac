// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "frameworks/one_cycle.hpp"
#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;

constexpr Epoch no_end = 1'000'000'000;

/// When a scheduler of theirs is at work: from begin on, until before end. After it the rate stays.
struct Window {
  Epoch begin;
  Epoch end;

  [[nodiscard]] Epoch length() const { return end - begin; }
  /// Steps from the first rate to the last. In a window of one step there is no way: it stays at the first rate.
  [[nodiscard]] Epoch way() const { return std::max<Epoch>(length() - 1, 1); }
};

Window take_window(Arguments& args, Epoch epoch_length) {
  args.ignore("by_epoch");  // who calls step()
  const auto begin = args.take<Epoch>("begin", 0);
  const auto end = args.take<Epoch>("end", no_end);
  return {begin * epoch_length, end == no_end ? no_end : end * epoch_length};
}

/// Absolute, or a ratio to the base rate.
double take_floor(Arguments& args, double base_lr) {
  if (!args.has("eta_min_ratio")) return args.take("eta_min", 0.0);
  if (args.has("eta_min")) throw std::invalid_argument("eta_min or eta_min_ratio, not both");
  return args.take<double>("eta_min_ratio") * base_lr;
}

/// Half cosine waves, each from its share of the base rate; after the last it stays one step short of the floor.
json cosine_restarts(Arguments& args, Epoch epoch_length, double floor) {
  const auto periods = args.take<std::vector<Epoch>>("periods");
  const auto weights = args.take("restart_weights", std::vector<double>{1.0});
  if (weights.size() != periods.size()) throw std::invalid_argument("CosineRestartLR: a weight for each period");
  json waves = json::array();
  json milestones = json::array();
  Epoch begin = 0;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    const Epoch period = periods[i] * epoch_length;
    const json weight{{"type", "LinearLR"}, {"end_factor", weights[i]}, {"total_iters", 0}};
    const json wave{{"type", "Scaled"},
                    {"scheduler", weight},
                    {"by", {{"type", "Anneal"}, {"steps", period}, {"shape", "cosine"}}},
                    {"floor", floor}};
    waves.push_back({{"type", "Retimed"}, {"scheduler", wave}, {"end", period - 1}});
    if (i > 0) milestones.push_back(begin);
    begin += period;
  }
  return {{"type", "SequentialLR"}, {"schedulers", waves}, {"milestones", milestones}};
}

/// A scheduler of theirs by its own clock, which starts when it begins.
json written(const std::string& type, Arguments& args, const Window& window, Epoch epoch_length, double base_lr) {
  if (type == "ConstantLR") {
    return {{"type", type}, {"factor", args.take("factor", 1.0 / 3)}, {"total_iters", window.way()}};
  }
  if (type == "LinearLR") {
    return {{"type", type},
            {"start_factor", args.take("start_factor", 1.0 / 3)},
            {"end_factor", args.take("end_factor", 1.0)},
            {"total_iters", window.way()}};
  }
  if (type == "ExponentialLR") return {{"type", type}, {"gamma", args.take<double>("gamma")}};
  if (type == "StepLR") {
    return {{"type", type},
            {"step_size", args.take<Epoch>("step_size") * epoch_length},
            {"gamma", args.take("gamma", 0.1)}};
  }
  if (type == "MultiStepLR") {
    auto milestones = args.take<std::vector<Epoch>>("milestones");
    for (Epoch& milestone : milestones) milestone *= epoch_length;
    return {{"type", type}, {"milestones", milestones}, {"gamma", args.take("gamma", 0.1)}};
  }
  if (type == "OneCycleLR") {
    const Epoch total_steps =
        args.has("total_steps") ? args.take<Epoch>("total_steps") * epoch_length : window.length();
    return with_step_past_end({{"type", type},
                               {"max_lr", args.take("eta_max", 0.0)},
                               {"total_steps", total_steps},
                               {"pct_start", args.take("pct_start", 0.3)},
                               {"anneal_strategy", args.take<std::string>("anneal_strategy", "cos")},
                               {"cycle_momentum", false},
                               {"div_factor", args.take("div_factor", 25.0)},
                               {"final_div_factor", args.take("final_div_factor", 1e4)},
                               {"three_phase", args.take("three_phase", false)}});
  }

  const double floor = take_floor(args, base_lr);
  if (type == "CosineAnnealingLR") {
    const Epoch T_max = args.take<Epoch>("T_max", 0) * epoch_length;
    return {{"type", type}, {"T_max", T_max == 0 ? window.length() : T_max}, {"eta_min", floor}};
  }
  if (type == "PolyLR") {
    return {{"type", "Scaled"},
            {"scheduler", {{"type", "ConstantLR"}, {"factor", 1}}},
            {"by", {{"type", "Anneal"}, {"steps", window.way()}, {"power", args.take("power", 1.0)}}},
            {"floor", floor}};
  }
  if (type == "CosineRestartLR") return cosine_restarts(args, epoch_length, floor);
  throw std::out_of_range("unknown family " + type);
}

/// One schedule, by the optimizer's clock.
json in_window(json scheduler, const Window& window) {
  if (window.end != no_end) {
    scheduler = {{"type", "Retimed"}, {"scheduler", scheduler}, {"end", window.length() - 1}};
  }
  if (window.begin == 0) return scheduler;
  return {{"type", "SequentialLR"},
          {"schedulers", {{{"type", "ConstantLR"}, {"factor", 1}}, scheduler}},
          {"milestones", {window.begin}}};
}

/// Their PolyLR where it meets another rate than the base rate. A Scaled with a floor starts from the base rate.
struct PolyFromThere {
  Epoch steps;
  double power;
  double eta_min;

  [[nodiscard]] double next(Epoch t, double lr, double) const {
    if (t == 0) return lr;
    const auto left = static_cast<double>(steps - t);
    return eta_min + (lr - eta_min) * std::pow(left / (left + 1), power);
  }
};

/// One of several on an optimizer. It starts from the rate that it finds, or from one that is set first.
struct Member {
  Window window;
  json configuration;
  AnySchedule<double> schedule;
  std::optional<double> first_rate{};
  std::unique_ptr<Scheduler<double>> scheduler{};

  /// Whether what follows finds the base rate.
  [[nodiscard]] bool is_warmup() const {
    const auto& type = configuration.at("type").get_ref<const std::string&>();
    const bool ends_full = type == "ConstantLR" || (type == "LinearLR" && configuration.at("end_factor") == 1.0);
    return ends_full && window.length() > 1;
  }
};

/// The members that stand for a scheduler of theirs: for a CosineRestartLR one for each wave, as it sets the rate
/// there.
void add_members(const json& arguments, double base_lr, std::vector<Member>& members) {
  Arguments args(arguments);
  const auto type = args.take<std::string>("type");
  const Window window = take_window(args, 1);
  const json configuration = written(type, args, window, 1, base_lr);
  args.require_none_left();
  if (type == "CosineRestartLR") {
    Epoch begin = window.begin;
    for (const json& wave : configuration.at("schedulers")) {
      const json& scaled = wave.at("scheduler");
      const Epoch period = scaled.at("by").at("steps");
      const json cosine{{"type", "CosineAnnealingLR"}, {"T_max", period}, {"eta_min", scaled.at("floor")}};
      if (begin < window.end) {
        members.push_back({{begin, std::min(begin + period, window.end)},
                           cosine,
                           schedule_from_json<double>(cosine),
                           base_lr * scaled.at("scheduler").at("end_factor").get<double>()});
      }
      begin += period;
    }
  } else if (type == "PolyLR") {
    const double power = configuration.at("by").at("power");
    members.push_back({window, configuration, PolyFromThere{window.way(), power, configuration.at("floor")}});
  } else {
    members.push_back({window, configuration, schedule_from_json<double>(configuration)});
  }
}

/// Several on one optimizer. A warm-up and what follows it are a sequence. Otherwise each is bound when it begins, and
/// stepped until it ends.
Outputs follow_chain(const Recorded& recorded, std::size_t steps) {
  std::vector<Member> members;
  for (const json& arguments : recorded.args.at("schedulers")) add_members(arguments, recorded.base_lr, members);

  const auto not_in_a_row = [](const Member& first, const Member& second) {
    return !first.is_warmup() || first.window.end != second.window.begin || second.first_rate;
  };
  if (std::adjacent_find(members.begin(), members.end(), not_in_a_row) == members.end()) {
    json sequence{{"type", "SequentialLR"}, {"schedulers", json::array()}, {"milestones", json::array()}};
    for (const Member& member : members) {
      sequence["schedulers"].push_back(in_window(member.configuration, {0, member.window.length()}));
      if (&member != &members.front()) sequence["milestones"].push_back(member.window.begin);
    }
    return follow(sequence, recorded, steps);
  }

  std::vector<ParamGroup<double>> groups{{.lr = recorded.base_lr, .initial_lr = recorded.base_lr}};
  Outputs outputs;
  for (Epoch k = 0; k < static_cast<Epoch>(steps); ++k) {
    for (Member& member : members) {
      if (k == member.window.begin) {
        if (member.first_rate) groups[0].lr = *member.first_rate;
        member.scheduler = std::make_unique<Scheduled<AnySchedule<double>, double>>(groups, member.schedule);
      } else if (k > member.window.begin && k < member.window.end) {
        member.scheduler->step();
      }
    }
    outputs.lr.push_back(groups[0].lr);
  }
  return outputs;
}

/// Reports count in the window alone, epochs from 1; those outside are no numbers, which are ignored.
Outputs follow_plateau(const Recorded& recorded, std::size_t steps) {
  Arguments args(recorded.args);
  args.ignore("monitor");
  const Window window = take_window(args, 1);
  const auto rule = args.take<std::string>("rule", "less");
  const json configuration{{"type", "ReduceLROnPlateau"},
                           {"mode", rule == "less"      ? "min"
                                    : rule == "greater" ? "max"
                                                        : rule},
                           {"factor", args.take("factor", 0.1)},
                           {"patience", args.take<Epoch>("patience", 10)},
                           {"threshold", args.take("threshold", 1e-4)},
                           {"threshold_mode", args.take<std::string>("threshold_rule", "rel")},
                           {"cooldown", args.take<Epoch>("cooldown", 0)},
                           {"min_lr", args.take("min_value", 0.0)},
                           {"eps", args.take("eps", 1e-8)},
                           {"nan_policy", "ignore"}};
  args.require_none_left();
  Recorded reported = recorded;
  for (std::size_t i = 0; i < reported.metrics.size(); ++i) {
    const auto epoch = static_cast<Epoch>(i) + 1;
    if (epoch < window.begin || epoch >= window.end) reported.metrics[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return follow(configuration, reported, steps);
}

}  // namespace

Outputs run_mmengine(const Recorded& recorded, std::size_t steps) {
  if (recorded.family == "ReduceOnPlateauLR") return follow_plateau(recorded, steps);
  Arguments args(recorded.args);
  if (recorded.family == "chain") {
    args.ignore("schedulers");
    args.require_none_left();
    return follow_chain(recorded, steps);
  }
  const std::size_t at = recorded.family.find("@convert_to_iter_based");
  const Epoch epoch_length = at == std::string::npos ? 1 : args.take<Epoch>("epoch_length");
  const Window window = take_window(args, epoch_length);
  const json scheduler = written(recorded.family.substr(0, at), args, window, epoch_length, recorded.base_lr);
  args.require_none_left();
  return follow(in_window(scheduler, window), recorded, steps);
}

}  // namespace lr_scheduler::testing
