// SPDX-License-Identifier: MIT
// A warm-up, then a rate that falls where the loss falls no more, and an end when that is of no more use.
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <lr_scheduler/lr_scheduler.hpp>

namespace {

using lr_scheduler::PlateauReport;

/// Gradient descent on x^2 / 2 with a gradient that is off by 1, to one side and the other: the loss that it gets down
/// to is set by the rate.
class Training {
 public:
  double epoch(double rate) {
    constexpr int updates = 10;
    double loss = 0;
    for (int k = 0; k < updates; ++k) {
      const double noise = k % 2 == 0 ? 1 : -1;
      x_ -= rate * (x_ + noise);
      loss += x_ * x_ / 2;
    }
    return loss / updates;
  }

 private:
  double x_ = 8;
};

std::string_view text_of(PlateauReport report) {
  switch (report) {
    case PlateauReport::not_counted:
      return "warming up";
    case PlateauReport::improved:
      return "improved";
    case PlateauReport::waiting:
      return "waiting";
    case PlateauReport::cooling_down:
      return "cooling down";
    case PlateauReport::reduced:
      return "rate reduced";
    case PlateauReport::at_minimum:
      return "at the minimum";
  }
  return "";
}

}  // namespace

int main() {
  constexpr int warmup_epochs = 3;
  constexpr int most_reductions = 4;

  std::vector<lr_scheduler::ParamGroup<double>> groups{{.lr = 0.5}};
  lr_scheduler::ReduceLROnPlateau plateau{
      groups,
      {.factor = 0.25,
       .patience = 1,
       .threshold = 0.001,
       .threshold_mode = lr_scheduler::ThresholdMode::abs,
       .min_scale = 0.05,
       .start_from_epoch = warmup_epochs,
       .schedule = lr_scheduler::schedule::LinearWarmup<double>{.warmup_steps = warmup_epochs, .start_factor = 0.1},
       .on_reduction = [](const auto& scheduler) { fmt::print("  reduction {}\n", scheduler.reductions()); }}};

  Training training;
  for (int epoch = 0; epoch < 100; ++epoch) {
    const double rate = groups[0].lr;
    const double loss = training.epoch(rate);
    const PlateauReport report = plateau.step(loss);
    fmt::print("epoch {:2}: rate {:.4f}, loss {:.4f}, {}\n", epoch, rate, loss, text_of(report));

    if (report == PlateauReport::at_minimum || plateau.reductions() == most_reductions) break;
  }
  fmt::print("stopped after {} epochs and {} reductions, the best loss was {:.4f}\n", plateau.last_epoch(),
             plateau.reductions(), plateau.best().value());
}
