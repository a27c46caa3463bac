// SPDX-License-Identifier: MIT
#include <algorithm>
#include <stdexcept>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;

json sequence(const json& first, const json& second, Epoch milestone) {
  return {{"type", "SequentialLR"}, {"schedulers", {first, second}}, {"milestones", {milestone}}};
}

/// bolts' and flash's; they differ without a warm-up alone.
json linear_warmup_cosine_annealing(Arguments& args, bool is_bolts) {
  const auto warmup_epochs = args.take<Epoch>("warmup_epochs");
  const auto max_epochs = args.take<Epoch>("max_epochs");
  const double start = args.take("warmup_start_lr", 0.0);
  const double eta_min = args.take("eta_min", 0.0);

  json cosine{{"type", "CosineAnnealingLR"}, {"T_max", max_epochs - warmup_epochs}, {"eta_min", eta_min}};
  if (max_epochs == warmup_epochs) {  // they divide by zero
    cosine["T_max"] = 1;
    cosine["after_end"] = "hold";
  }
  if (warmup_epochs == 0) {
    if (!is_bolts) return cosine;
    // A wave from warmup_start_lr down; it comes up again to the base rate.
    const json from_start{{"type", "BaseRate"}, {"scheduler", cosine}, {"base_lr", start}};
    const json rebound{{"type", "Retimed"}, {"scheduler", cosine}, {"begin", max_epochs}};
    return sequence(from_start, rebound, max_epochs);
  }
  // Full one step early. A single update of warm-up is made with warmup_start_lr.
  const json warmup{{"type", "WarmupLR"}, {"warmup_steps", std::max<Epoch>(warmup_epochs - 1, 1)}};
  const json from_start{
      {"type", "Scaled"}, {"scheduler", {{"type", "ConstantLR"}, {"factor", 1}}}, {"by", warmup}, {"floor", start}};
  return sequence(from_start, cosine, warmup_epochs);
}

/// The function that bolts gives to LambdaLR.
json linear_warmup_decay(Arguments& args) {
  const auto warmup_steps = args.take<Epoch>("warmup_steps");
  const auto total_steps = args.take<Epoch>("total_steps");
  const bool is_cosine = args.take("cosine", true);
  const bool is_linear = args.take("linear", false);
  if (is_cosine && is_linear) throw std::invalid_argument("linear_warmup_decay: cosine or linear, not both");

  const Epoch decay_steps = std::max<Epoch>(total_steps - warmup_steps, 1);
  json decay{{"type", "ConstantLR"}, {"factor", 1}};
  if (is_cosine) decay = {{"type", "CosineAnnealingLR"}, {"T_max", decay_steps}};
  if (is_linear) decay = {{"type", "PolynomialLR"}, {"total_iters", decay_steps}};
  return sequence({{"type", "WarmupLR"}, {"warmup_steps", warmup_steps}}, decay, warmup_steps);
}

}  // namespace

Outputs run_lightning(const Recorded& recorded, std::size_t steps) {
  const bool is_bolts = recorded.framework == "lightning-bolts";
  Arguments args(recorded.args);
  json configuration;
  if (recorded.family == "LinearWarmupCosineAnnealingLR") {
    configuration = linear_warmup_cosine_annealing(args, is_bolts);
  } else if (recorded.family == "linear_warmup_decay" && is_bolts) {
    configuration = linear_warmup_decay(args);
  } else {
    throw std::out_of_range("unknown family " + recorded.family);
  }
  args.require_none_left();
  return follow(configuration, recorded, steps);
}

}  // namespace lr_scheduler::testing
