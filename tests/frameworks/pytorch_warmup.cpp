// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;

constexpr double beta2_of_adam = 0.999;

/// The factor by which a warm-up of theirs dampens the rate.
json warmup(const std::string& family, Arguments& args) {
  if (family == "RAdamWarmup") return {{"type", "RAdamWarmup"}, {"beta2", args.take("beta2", beta2_of_adam)}};
  if (family == "LinearWarmup" || family == "UntunedLinearWarmup") {
    const Epoch period = family == "LinearWarmup" ? args.take<Epoch>("warmup_period")
                                                  : static_cast<Epoch>(2.0 / (1.0 - args.take("beta2", beta2_of_adam)));
    return {{"type", "WarmupLR"}, {"warmup_steps", period}, {"first_update", "one_of_w"}};
  }
  if (family == "ExponentialWarmup" || family == "UntunedExponentialWarmup") {
    const Epoch period = family == "ExponentialWarmup"
                             ? args.take<Epoch>("warmup_period")
                             : static_cast<Epoch>(1.0 / (1.0 - args.take("beta2", beta2_of_adam)));
    return {{"type", "ExponentialWarmup"}, {"warmup_period", period}};
  }
  throw std::out_of_range("unknown family " + family);
}

}  // namespace

// "lr_scheduler" is PyTorch's, which is our configuration as it stands.
Outputs run_pytorch_warmup(const Recorded& recorded, std::size_t steps) {
  Arguments args(recorded.args);
  const json by = warmup(recorded.family, args);
  const json scheduler = args.take("lr_scheduler", json());
  args.require_none_left();
  if (scheduler.is_null()) return follow(by, recorded, steps);
  return follow(json{{"type", "Scaled"}, {"scheduler", scheduler}, {"by", by}}, recorded, steps);
}

}  // namespace lr_scheduler::testing
