// SPDX-License-Identifier: MIT
#include "support/generated.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <utility>

namespace lr_scheduler::testing {

using Json = nlohmann::json;

// ---- numbers ----

Json GeneratedSchedules::count(std::int64_t least) {
  static const std::vector<std::int64_t> far{1000, 1'000'000'007, (std::int64_t{1} << 53) + 1, std::int64_t{1} << 62,
                                             std::numeric_limits<std::int64_t>::max()};
  if (extremes_ && choices_.one_in(8)) return choices_.of(far);
  return least + static_cast<std::int64_t>(choices_.below(9));
}

Json GeneratedSchedules::real(double least) {
  static const std::vector<double> ordinary{1, 0.5, 0.25, 0.1, 0.9, 0.3, 1.0 / 3, 2, 0.99, 0.7, 0};
  static const std::vector<double> far{0, 5e-324, 1e-300, 1e-40, 1e-20, 1 - 1e-16, 1 + 1e-15, 1e20, 1e38, 1e300};
  const double drawn = extremes_ && choices_.one_in(8) ? choices_.of(far) : choices_.of(ordinary);
  return drawn > least || least == 0 ? drawn : least;
}

Json GeneratedSchedules::rate() {
  static const std::vector<double> ordinary{0.1, 0.4, 1, 0.02, 0.003, 0, 5};
  static const std::vector<double> far{5e-324, 1e-300, 1e-44, 1e-38, 1e20};
  return extremes_ && choices_.one_in(8) ? choices_.of(far) : choices_.of(ordinary);
}

Json GeneratedSchedules::share() {
  static const std::vector<double> shares{0.3, 0, 1, 0.5, 0.9, 1e-9};
  return choices_.of(shares);
}

Json GeneratedSchedules::length(double least) {
  static const std::vector<double> lengths{4, 1, 2.5, 7, 0.75, 1.0 / 3, 12, 0};
  static const std::vector<double> far{1e-9, 1e9, 0x1p53, 0x1p61, 1e300};
  const double drawn = extremes_ && choices_.one_in(8) ? choices_.of(far) : choices_.of(lengths);
  return drawn > least || least == 0 ? drawn : 1;
}

Json GeneratedSchedules::rates() {
  if (groups_ == 0 || !choices_.one_in(4)) return rate();
  Json list = Json::array();
  for (std::size_t i = 0; i < groups_; ++i) list.push_back(rate());
  return list;
}

std::vector<std::int64_t> GeneratedSchedules::milestones(std::size_t size) {
  std::vector<std::int64_t> result;
  std::int64_t last = -1;
  while (result.size() < size) {
    last += 1 + static_cast<std::int64_t>(choices_.below(6));
    result.push_back(last);
  }
  return result;
}

void GeneratedSchedules::warmup(Json& json, bool has_start) {
  json["warmup_steps"] = count();
  const Json first = text({"zero", "one_of_w", "one_of_w_plus_1"});
  option(json, "first_update", first);
  if (has_start && (!json.contains("first_update") || first == "zero")) option(json, "start_factor", real());
}

// ---- classes ----

Json GeneratedSchedules::factor_leaf() {
  Json json;
  const auto begin = [&json](const char* type) { json["type"] = type; };
  const auto add_total = [&] {
    const std::int64_t warm = json["warmup_steps"];
    const std::int64_t more = static_cast<std::int64_t>(choices_.below(9));
    json["total_steps"] = warm > std::numeric_limits<std::int64_t>::max() - more ? warm : warm + more;
  };
  switch (choices_.below(19)) {
    case 0:
      begin("ConstantLR");
      option(json, "factor", real());
      option(json, "total_iters", count());
      break;
    case 1:
      begin("StepLR");
      json["step_size"] = count(1);
      option(json, "gamma", real());
      break;
    case 2:
      begin("ExponentialLR");
      json["gamma"] = real();
      break;
    case 3:
      begin("LinearLR");
      option(json, "start_factor", real());
      option(json, "end_factor", real());
      option(json, "total_iters", count());
      break;
    case 4:
      begin("MultiStepLR");
      json["milestones"] = milestones(choices_.below(4));
      if (json["milestones"].size() > 1) json["milestones"].push_back(json["milestones"][0]);
      option(json, "gamma", real());
      break;
    case 5:
      begin("PolynomialLR");
      option(json, "total_iters", count());
      option(json, "power", real());
      break;
    case 6:
      begin("WarmupLR");
      warmup(json, true);
      break;
    case 7:
      begin("WarmupCosineLR");
      warmup(json, true);
      add_total();
      option(json, "min_ratio", share());
      option(json, "num_cycles", real());
      break;
    case 8:
      begin("WarmupLinearLR");
      warmup(json, true);
      add_total();
      option(json, "min_ratio", share());
      break;
    case 9:
      begin("WarmupPolynomialLR");
      warmup(json, true);
      add_total();
      option(json, "power", real(0.1));
      option(json, "min_ratio", share());
      break;
    case 10:
      begin("WarmupInverseSqrtLR");
      warmup(json, false);
      option(json, "timescale", length(0.1));
      break;
    case 11:
      begin("WarmupStableDecayLR");
      warmup(json, false);
      json["stable_steps"] = count();
      json["decay_steps"] = count();
      option(json, "shape", text({"linear", "cosine", "1-sqrt", "exponential"}));
      option(json, "min_ratio", share());
      break;
    case 12:
      begin("NoamLR");
      warmup(json, false);
      json["d_model"] = count(1);
      break;
    case 13:
      begin("RexLR");
      json["total_steps"] = count();
      option(json, "min_ratio", share());
      break;
    case 14:
      begin("InverseTimeLR");
      json["timescale"] = length(0.1);
      option(json, "power", real());
      option(json, "staircase", flag());
      break;
    case 15: {
      begin("Anneal");
      json["steps"] = length();
      const Json shape = text({"linear", "cosine", "1-sqrt", "exponential", "geometric"});
      option(json, "shape", shape);
      const double least = shape == "geometric" ? 0.1 : 0;
      json["start_factor"] = real(least);
      json["end_factor"] = real(least);
      option(json, "power", real(0.1));
      option(json, "time_power", real(0.1));
      option(json, "ratio", choices_.of(std::vector<double>{0.5, 0.01, 0.99}));
      option(json, "after_end", text({"hold", "rebound"}));
      break;
    }
    case 16:
      begin("ExponentialWarmup");
      json["warmup_period"] = length(0.1);
      break;
    case 17:
      begin("RAdamWarmup");
      option(json, "beta2", choices_.of(std::vector<double>{0.9, 0.999, 0.61, 0.8, 1 - 0x1p-20}));
      break;
    default:
      begin("PiecewiseLR");
      json["boundaries"] = milestones(choices_.below(4));
      json["scales"] = Json::array();
      for (std::size_t i = 0; i <= json["boundaries"].size(); ++i) json["scales"].push_back(real());
      option(json, "interpolation", text({"none", "linear", "cosine"}));
  }
  return json;
}

Json GeneratedSchedules::closed_leaf(bool goes_on) {
  Json json;
  const auto begin = [&json](const char* type) { json["type"] = type; };
  const auto add_momentum = [&] {
    option(json, "cycle_momentum", flag());
    option(json, "base_momentum", rates());
    option(json, "max_momentum", rates());
  };
  switch (choices_.below(goes_on ? 8 : 7)) {
    case 0:
      return factor_leaf();
    case 1:
      begin("CosineAnnealingLR");
      json["T_max"] = count(1);
      option(json, "eta_min", rate());
      option(json, "after_end", text({"rebound", "hold"}));
      break;
    case 2:
      begin("CosineAnnealingWarmRestarts");
      json["T_0"] = count(1);
      option(json, "T_mult", count(1));
      option(json, "eta_min", rate());
      break;
    case 3:
      begin("CyclicLR");
      json["base_lr"] = rates();
      json["max_lr"] = rates();
      json["step_size_up"] = count(1);
      option(json, "step_size_down", count());
      option(json, "mode", text({"triangular", "triangular2", "exp_range"}));
      option(json, "gamma", real());
      add_momentum();
      break;
    case 4:
      begin("OneCycleLR");
      json["max_lr"] = rates();
      json["total_steps"] = count(1);
      option(json, "pct_start", share());
      option(json, "anneal_strategy", text({"cos", "linear"}));
      option(json, "div_factor", real(0.1));
      option(json, "final_div_factor", real(0.1));
      option(json, "three_phase", flag());
      if (choices_.one_in(8)) json["after_end"] = "error";
      add_momentum();
      break;
    case 5: {
      begin("LambdaLR");
      const auto function = [this] { return choices_.of(named_functions()).name; };
      json["lr_lambda"] = function();
      if (groups_ > 0 && choices_.one_in(4)) {
        json["lr_lambda"] = Json::array();
        for (std::size_t i = 0; i < groups_; ++i) json["lr_lambda"].push_back(function());
      }
      break;
    }
    case 6:
      begin("PiecewiseLR");
      json["boundaries"] = milestones(choices_.below(4));
      json["values"] = Json::array();
      for (std::size_t i = 0; i <= json["boundaries"].size(); ++i) json["values"].push_back(rate());
      option(json, "interpolation", text({"none", "linear", "cosine"}));
      break;
    default:
      begin("SWALR");
      json["swa_lr"] = rates();
      option(json, "anneal_epochs", count());
      option(json, "anneal_strategy", text({"cos", "linear"}));
  }
  return json;
}

Json GeneratedSchedules::children(Wanted first, Wanted later, std::size_t size, int depth) {
  Json list = Json::array();
  for (std::size_t i = 0; i < size; ++i) list.push_back(schedule(i == 0 ? first : later, depth - 1));
  return list;
}

Json GeneratedSchedules::combinator(Wanted wanted, int depth) {
  Json json;
  const auto begin = [&json](const char* type) { json["type"] = type; };
  const bool any = wanted == Wanted::any;
  const bool is_factor = wanted == Wanted::factor;
  const Wanted child = is_factor ? wanted : Wanted::closed_form;  // of a modifier
  switch (choices_.below(is_factor ? 5 : 8)) {
    case 0: {
      begin("SequentialLR");
      const std::size_t size = 1 + choices_.below(3);
      json["schedulers"] =
          children(wanted, wanted == Wanted::closed_form ? Wanted::later_closed_form : wanted, size, depth);
      json["milestones"] = milestones(size - 1);
      break;
    }
    case 1: {
      begin("ChainedScheduler");
      const std::size_t size = 1 + choices_.below(3);
      const Wanted part = any || size == 1 ? wanted : Wanted::factor;
      json["schedulers"] = children(part, part, size, depth);
      break;
    }
    case 2:
      begin("Cycles");
      json["scheduler"] = schedule(child, depth - 1);
      json["length"] = length(0.1);
      option(json, "decay", real());
      if (choices_.one_in(2)) json["limit"] = 1 + choices_.below(4);
      json["length_mult"] = choices_.of(std::vector<double>{1, 2, 1.5, 1 + 1e-9});
      if (json.contains("limit") && choices_.one_in(4)) json["length_mult"] = 0.5;
      break;
    case 3:
      begin("Retimed");
      json["scheduler"] = schedule(child, depth - 1);
      option(json, "begin", choices_.of(std::vector<double>{0, 2, -2, 0.5, -1.75, 1e9}));
      option(json, "end", length());
      option(json, "stretch", length(0.1));
      option(json, "staircase", flag());
      break;
    case 4:
      begin("Scaled");
      json["scheduler"] = schedule(child, depth - 1);
      json["by"] = schedule(Wanted::factor, depth - 1);
      if (!is_factor) option(json, "floor", rate());
      break;
    case 5:
      begin("Clamp");
      json["scheduler"] = schedule(child, depth - 1);
      option(json, "min_lr", rate());
      if (choices_.one_in(2)) json["max_lr"] = std::max(json.value("min_lr", 0.0), rate().get<double>());
      option(json, "min_ratio", share());
      if (choices_.one_in(2)) json["max_ratio"] = std::max(json.value("min_ratio", 0.0), share().get<double>());
      break;
    case 6:
      begin("BaseRate");
      json["scheduler"] = schedule(child, depth - 1);
      json["base_lr"] = rate();
      break;
    default: {
      if (groups_ == 0) return schedule(wanted, depth - 1);
      begin("PerGroup");
      const std::size_t size = std::exchange(groups_, 1);  // each knows one group
      json["schedulers"] = children(wanted, wanted, size, depth);
      groups_ = size;
    }
  }
  return json;
}

Json GeneratedSchedules::schedule(Wanted wanted, int depth) {
  if (depth > 0 && choices_.below(3) != 0) return combinator(wanted, depth);
  if (wanted == Wanted::factor) return factor_leaf();
  if (wanted == Wanted::any && choices_.one_in(12)) return {{"type", "MultiplicativeLR"}, {"lr_lambda", "nine tenths"}};
  return closed_leaf(wanted != Wanted::later_closed_form);
}

Json GeneratedSchedules::feedback(int depth) {
  Json json;
  const Json mode = text({"min", "max"});
  if (choices_.one_in(2)) {
    json["type"] = "GreedyLR";
    option(json, "mode", mode);
    option(json, "factor", choices_.of(std::vector<double>{0.5, 0.9, 0.01}));
    json["patience"] = choices_.below(3);
    option(json, "cooldown", choices_.below(3));
    option(json, "warmup", choices_.below(3));
    option(json, "min_lr", rates());
    option(json, "max_lr", rates());
    option(json, "smooth", flag());
    option(json, "window_size", 1 + choices_.below(4));
    option(json, "reset_start", choices_.below(4));
    return json;
  }
  json["type"] = "ReduceLROnPlateau";
  option(json, "mode", mode);
  option(json, "factor", choices_.of(std::vector<double>{0.5, 0.9, 0}));
  json["patience"] = choices_.below(3);
  option(json, "threshold_mode", text({"rel", "abs", "magnitude"}));
  option(json, "cooldown", choices_.below(3));
  option(json, "min_lr", rates());
  option(json, "nan_policy", text({"count_as_bad", "ignore"}));
  option(json, "min_scale", share());
  option(json, "best_in_cooldown", flag());
  option(json, "start_from_epoch", choices_.below(4));
  option(json, "accumulate", 1 + choices_.below(3));
  option(json, "smoothing", choices_.of(std::vector<double>{0, 0.5, 0.9}));
  if (choices_.one_in(2)) json["schedule"] = schedule(Wanted::closed_form, depth);
  return json;
}

const std::vector<NamedFunction>& named_functions() {
  static const std::vector<NamedFunction> functions{
      {"nine tenths", [](std::int64_t) { return 0.9; }, 0.9},
      {"inverse", [](std::int64_t t) { return 1 / (1 + static_cast<double>(t)); }, 1},
      {"every third nothing", [](std::int64_t t) { return t % 3 == 2 ? 0.0 : 1.0; }, 1},
      {"rising", [](std::int64_t t) { return 1 + static_cast<double>(t); }, std::numeric_limits<double>::infinity()}};
  return functions;
}

// ---- spans ----

namespace {

constexpr long double infinity = std::numeric_limits<long double>::infinity();

Span between(std::initializer_list<long double> values) {
  return {std::min(values), std::max(values)};
}
Span both(const Span& left, const Span& right) {
  return {std::min(left.lowest, right.lowest), std::max(left.highest, right.highest)};
}
long double product(long double left, long double right) {
  return left == 0 || right == 0 ? 0 : left * right;
}
Span scaled(const Span& span, long double by) {
  return {product(span.lowest, by), product(span.highest, by)};
}
long double option(const Json& json, const char* key, long double otherwise) {
  return json.contains(key) ? json[key].get<long double>() : otherwise;
}
long double option_of_group(const Json& json, const char* key, std::size_t group) {
  return (json[key].is_array() ? json[key][group] : json[key]).get<long double>();
}

/// Of the factor of a schedule that is one, or of one that begins with a warm-up.
Span factors_of(const Json& json) {
  const std::string type = json["type"];
  const auto of = [&json](const char* key, long double otherwise) { return option(json, key, otherwise); };
  if (type == "StepLR" || type == "MultiStepLR" || type == "ExponentialLR") {
    return of("gamma", 0.1L) <= 1 ? Span{0, 1} : Span{1, infinity};
  }
  if (type == "ConstantLR") return between({of("factor", 1.0L / 3), 1});
  if (type == "LinearLR") return between({of("start_factor", 1.0L / 3), of("end_factor", 1)});
  if (type == "Anneal") return between({of("start_factor", 1), of("end_factor", 0)});
  if (type == "RexLR") return between({of("min_ratio", 0), 1});
  if (type == "NoamLR") return {0, 1 / std::sqrt(of("d_model", 1))};
  if (type.starts_with("Warmup") && type != "WarmupInverseSqrtLR") {
    return between({0, of("start_factor", 0), of("min_ratio", 0), 1});
  }
  if (type == "PiecewiseLR") {
    const std::vector<long double> scales = json["scales"];
    return {*std::min_element(scales.begin(), scales.end()), *std::max_element(scales.begin(), scales.end())};
  }
  return {0, 1};
}

}  // namespace

Span span_of(const Json& json, long double base_lr, std::size_t group) {
  const std::string type = json["type"];
  const auto of = [&json](const char* key, long double otherwise) { return option(json, key, otherwise); };
  if (type == "SequentialLR") {
    Span span = span_of(json["schedulers"][0], base_lr, group);
    for (const Json& child : json["schedulers"]) span = both(span, span_of(child, base_lr, group));
    return span;
  }
  if (type == "ChainedScheduler") {
    if (json["schedulers"].size() == 1) return span_of(json["schedulers"][0], base_lr, group);
    Span factors{1, 1};
    for (const Json& child : json["schedulers"]) {
      const Span factor = span_of(child, 1, group);
      factors = {product(factors.lowest, factor.lowest), product(factors.highest, factor.highest)};
    }
    return scaled(factors, base_lr);
  }
  if (type == "PerGroup") return span_of(json["schedulers"][group], base_lr, 0);
  if (type == "Retimed") return span_of(json["scheduler"], base_lr, group);
  if (type == "BaseRate") return span_of(json["scheduler"], of("base_lr", 0), group);
  if (type == "Cycles") {
    const long double decay = of("decay", 1);
    if (decay > 1) return {0, infinity};
    const Span first = span_of(json["scheduler"], base_lr, group);
    return decay == 1 ? first : both(first, span_of(json["scheduler"], 0, group));
  }
  if (type == "Scaled") {
    const Span rates = span_of(json["scheduler"], base_lr, group);
    const Span factors = span_of(json["by"], 1, group);
    const long double floor = of("floor", 0);
    if (rates.highest == infinity || factors.highest == infinity) return {0, infinity};
    const auto at = [floor](long double rate, long double factor) {
      return std::max(floor + (rate - floor) * factor, 0.0L);
    };
    return between({at(rates.lowest, factors.lowest), at(rates.lowest, factors.highest),
                    at(rates.highest, factors.lowest), at(rates.highest, factors.highest)});
  }
  if (type == "Clamp") {
    long double highest = of("max_lr", infinity);
    if (json.contains("max_ratio")) highest = std::min(highest, of("max_ratio", 1) * base_lr);
    const long double lowest = std::max(of("min_lr", 0), of("min_ratio", 0) * base_lr);
    const auto clamp = [&](long double rate) { return std::max(std::min(rate, highest), lowest); };
    const Span span = span_of(json["scheduler"], base_lr, group);
    return {clamp(span.lowest), clamp(span.highest)};
  }
  if (type == "CosineAnnealingLR" || type == "CosineAnnealingWarmRestarts") return between({base_lr, of("eta_min", 0)});
  if (type == "SWALR") return between({base_lr, option_of_group(json, "swa_lr", group)});
  if (type == "CyclicLR") {
    if (json.value("mode", "") == "exp_range" && of("gamma", 1) > 1) return {0, infinity};
    return between({option_of_group(json, "base_lr", group), option_of_group(json, "max_lr", group)});
  }
  if (type == "OneCycleLR") {
    const long double highest = option_of_group(json, "max_lr", group);
    const long double first = highest / of("div_factor", 25);
    return between({highest, first, first / of("final_div_factor", 10000)});
  }
  if (type == "LambdaLR") {
    const Json name = json["lr_lambda"].is_array() ? json["lr_lambda"][group] : json["lr_lambda"];
    for (const NamedFunction& function : named_functions()) {
      if (name == function.name) return {0, product(base_lr, function.highest)};
    }
  }
  if (type == "PiecewiseLR" && json.contains("values")) {
    const std::vector<long double> values = json["values"];
    return {*std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end())};
  }
  return scaled(factors_of(json), base_lr);
}

}  // namespace lr_scheduler::testing
