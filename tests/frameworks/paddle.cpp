// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "frameworks/one_cycle.hpp"
#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;

/// A schedule of this rate, whatever the optimizer has: Paddle keeps the rate in the scheduler.
json of_rate(double rate, const json& scheduler) {
  return {{"type", "BaseRate"}, {"scheduler", scheduler}, {"base_lr", rate}};
}

json sequence(const json& schedulers, const json& milestones) {
  return {{"type", "SequentialLR"}, {"schedulers", schedulers}, {"milestones", milestones}};
}

/// With cycle the decay is stretched to the next multiple of decay_steps whenever one is passed. A piece for each.
json polynomial_decay(Arguments& args, std::size_t steps) {
  const auto decay_steps = args.take<Epoch>("decay_steps");
  const double end_lr = args.take("end_lr", 1e-4);
  json decay{{"type", "Anneal"}, {"steps", decay_steps}, {"power", args.take("power", 1.0)}};
  if (args.take("cycle", false) && decay_steps > 0) {
    json pieces = json::array({decay});
    json milestones = json::array();
    for (Epoch begin = decay_steps + 1; begin < static_cast<Epoch>(steps); begin += decay_steps) {
      decay["steps"] = begin - 1 + decay_steps;
      pieces.push_back({{"type", "Retimed"}, {"scheduler", decay}, {"begin", begin}});
      milestones.push_back(begin);
    }
    decay = sequence(pieces, milestones);
  }
  return {{"type", "Scaled"}, {"scheduler", {{"type", "ConstantLR"}, {"factor", 1}}}, {"by", decay}, {"floor", end_lr}};
}

json one_cycle_lr(Arguments& args) {
  const auto highest = args.take<double>("max_learning_rate");
  const double divide_factor = args.take("divide_factor", 25.0);
  const double end = args.take("end_learning_rate", 1e-4);
  constexpr double largest = 1e300;  // for an end of 0
  return with_step_past_end({{"type", "OneCycleLR"},
                             {"max_lr", highest},
                             {"total_steps", args.take<Epoch>("total_steps")},
                             {"pct_start", args.take("phase_pct", 0.3)},
                             {"anneal_strategy", args.take<std::string>("anneal_strategy", "cos")},
                             {"cycle_momentum", false},
                             {"div_factor", divide_factor},
                             {"final_div_factor", std::min(highest / divide_factor / end, largest)},
                             {"three_phase", args.take("three_phase", false)}});
}

json cyclic_lr(Arguments& args) {
  return {{"type", "CyclicLR"},
          {"base_lr", args.take<double>("base_learning_rate")},
          {"max_lr", args.take<double>("max_learning_rate")},
          {"step_size_up", args.take<Epoch>("step_size_up")},
          {"step_size_down", args.take("step_size_down", json())},
          {"mode", args.take<std::string>("mode", "triangular")},
          {"gamma", args.take("exp_gamma", 1.0)},
          {"scale_mode", args.take<std::string>("scale_mode", "cycle")},
          {"cycle_momentum", false}};
}

json written(const std::string& family, Arguments& args, std::size_t steps);

/// After the warm-up a rate, or another scheduler from its 0.
json linear_warmup(Arguments& args, std::size_t steps) {
  const auto warmup_steps = args.take<Epoch>("warmup_steps");
  const auto start_lr = args.take<double>("start_lr");
  const auto end_lr = args.take<double>("end_lr");
  const json warmup{{"type", "PiecewiseLR"},
                    {"boundaries", {warmup_steps}},
                    {"values", {start_lr, end_lr}},
                    {"interpolation", "linear"}};
  const json learning_rate = args.take<json>("learning_rate");
  if (learning_rate.is_number()) {
    return sequence({warmup, {{"type", "PiecewiseLR"}, {"values", {learning_rate}}}}, {warmup_steps});
  }
  Arguments of_other(learning_rate.at("args"));
  const json other = written(learning_rate.at("name"), of_other, steps);
  of_other.require_none_left();
  return sequence({warmup, other}, {warmup_steps});
}

/// Schedules of the argument learning_rate.
json shaped(const std::string& family, Arguments& args, std::size_t steps) {
  if (family == "NoamDecay") {
    return {{"type", "NoamLR"},
            {"d_model", args.take<Epoch>("d_model")},
            {"warmup_steps", args.take<Epoch>("warmup_steps")}};
  }
  if (family == "NaturalExpDecay") {
    return {{"type", "ExponentialLR"}, {"gamma", std::exp(-args.take<double>("gamma"))}};
  }
  if (family == "InverseTimeDecay") {
    return {{"type", "InverseTimeLR"}, {"timescale", 1 / args.take<double>("gamma")}};
  }
  if (family == "PolynomialDecay") return polynomial_decay(args, steps);
  if (family == "ExponentialDecay") return {{"type", "ExponentialLR"}, {"gamma", args.take<double>("gamma")}};
  if (family == "StepDecay") {
    return {{"type", "StepLR"}, {"step_size", args.take<Epoch>("step_size")}, {"gamma", args.take("gamma", 0.1)}};
  }
  if (family == "MultiStepDecay") {
    return {{"type", "MultiStepLR"}, {"milestones", args.take<json>("milestones")}, {"gamma", args.take("gamma", 0.1)}};
  }
  if (family == "CosineAnnealingDecay") {
    return {
        {"type", "CosineAnnealingLR"}, {"T_max", args.take<Epoch>("T_max")}, {"eta_min", args.take("eta_min", 0.0)}};
  }
  if (family == "CosineAnnealingWarmRestarts") {
    return {{"type", "CosineAnnealingWarmRestarts"},
            {"T_0", args.take<Epoch>("T_0")},
            {"T_mult", args.take<Epoch>("T_mult", 1)},
            {"eta_min", args.take("eta_min", 0.0)}};
  }
  if (family == "LinearLR") {
    return {{"type", "LinearLR"},
            {"start_factor", args.take("start_factor", 1.0 / 3)},
            {"end_factor", args.take("end_factor", 1.0)},
            {"total_iters", args.take<Epoch>("total_steps")}};
  }
  throw std::out_of_range("unknown family " + family);
}

json written(const std::string& family, Arguments& args, std::size_t steps) {
  if (family == "LinearWarmup") return linear_warmup(args, steps);
  if (family == "OneCycleLR") return one_cycle_lr(args);
  if (family == "CyclicLR") return cyclic_lr(args);
  if (family == "PiecewiseDecay") {
    return {
        {"type", "PiecewiseLR"}, {"boundaries", args.take<json>("boundaries")}, {"values", args.take<json>("values")}};
  }
  const json scheduler = shaped(family, args, steps);
  return of_rate(family == "NoamDecay" ? args.take("learning_rate", 1.0) : args.take<double>("learning_rate"),
                 scheduler);
}

json reduce_on_plateau(Arguments& args) {
  args.ignore("learning_rate");  // the optimizer's
  return {{"type", "ReduceLROnPlateau"},
          {"mode", args.take<std::string>("mode", "min")},
          {"factor", args.take("factor", 0.1)},
          {"patience", args.take<Epoch>("patience", 10)},
          {"threshold", args.take("threshold", 1e-4)},
          {"threshold_mode", args.take<std::string>("threshold_mode", "rel")},
          {"cooldown", args.take<Epoch>("cooldown", 0)},
          {"min_lr", args.take("min_lr", 0.0)},
          {"eps", args.take("epsilon", 1e-8)}};
}

}  // namespace

Outputs run_paddle(const Recorded& recorded, std::size_t steps) {
  Arguments args(recorded.args);
  const bool is_feedback = recorded.family == "ReduceOnPlateau";
  const json configuration = is_feedback ? reduce_on_plateau(args) : written(recorded.family, args, steps);
  args.require_none_left();
  return follow(configuration, recorded, steps);
}

}  // namespace lr_scheduler::testing
