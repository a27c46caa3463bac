// SPDX-License-Identifier: MIT
// A schedule of one's own, bound, sequenced and chained like the built-in ones.
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <lr_scheduler/lr_scheduler.hpp>

namespace schedule = lr_scheduler::schedule;

/// The base rate up to step `constant_steps`, then falling as the inverse of the square root. A
/// `double at(Epoch t, double base_lr)` would do to bind and to sequence it; a Factor says that the
/// schedule multiplies the base rate, so that a chain of this and others is their product.
struct InverseSquareRoot {
  lr_scheduler::Epoch constant_steps = 4;

  lr_scheduler::Factor<double> at(lr_scheduler::Epoch t) const {
    const auto steps = static_cast<double>(constant_steps);
    return {t < constant_steps ? 1.0 : std::sqrt(steps / static_cast<double>(t))};
  }
};

/// Prints the rates of a schedule's first steps, from the base rate 0.1.
template <class S>
void print_rates(std::string_view title, const S& curve) {
  std::vector<lr_scheduler::ParamGroup<double>> groups{{.lr = 0.1}};
  lr_scheduler::Scheduled scheduler{groups, curve};
  fmt::print("{:<10}", title);
  for (int t = 0; t < 9; ++t) {
    fmt::print(" {:.4f}", groups[0].lr);
    scheduler.step();
  }
  fmt::print("\n");
}

int main() {
  print_rates("alone", InverseSquareRoot{.constant_steps = 2});
  print_rates("sequenced", schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 3},
                                                                      InverseSquareRoot{.constant_steps = 2}},
                                                        .milestones = {3}});
  print_rates("chained",
              schedule::Chained<double>{.schedules = {InverseSquareRoot{.constant_steps = 2},
                                                      schedule::Step<double>{.step_size = 4, .gamma = 0.5}}});
}
