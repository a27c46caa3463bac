// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_COMPARISON_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_COMPARISON_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "data.hpp"
#include "experiment.hpp"
#include "plan.hpp"
#include "progress.hpp"

namespace digits {

/// Test accuracies in per cent, one for each seed.
struct Accuracies {
  float rate = 0;
  std::vector<double> values{};

  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  /// Of the sample; 0 for a single value.
  [[nodiscard]] double standard_deviation() const {
    if (values.size() == 1) return 0;
    double sum = 0;
    for (const double value : values) sum += (value - mean()) * (value - mean());
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
  }
  friend bool operator<(const Accuracies& left, const Accuracies& right) { return left.mean() < right.mean(); }
};

/// Trains with both plans at every rate from every seed, and prints how they compare.
inline void compare(const Data& data, const Plan& constant, const Plan& scheduled, std::uint64_t first_seed,
                    std::uint64_t seeds, std::uint64_t epochs) {
  fmt::print("test accuracy after {} epochs, mean ± standard deviation over seeds {} to {}\n", epochs, first_seed,
             first_seed + seeds - 1);
  Progress progress(2 * rates.size() * seeds);
  const auto measure = [&](const Plan& plan, float rate) {
    Accuracies accuracies{.rate = rate};
    for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
      const Result result = train(data, plan, rate, seed, epochs, [](const auto&, const auto&) {});
      accuracies.values.push_back(100 * result.test_accuracies.back());
      progress.advance();
    }
    return accuracies;
  };
  std::vector<Accuracies> of_constant;
  std::vector<Accuracies> of_scheduled;
  for (const float rate : rates) {
    of_constant.push_back(measure(constant, rate));
    of_scheduled.push_back(measure(scheduled, rate));
  }
  progress.clear();

  fmt::print("{:>7}  {:>17}  {:>17}\n", "rate", constant.label, scheduled.label);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    fmt::print("{:>7}  {:>7.2f} ± {:>5.2f} %  {:>7.2f} ± {:>5.2f} %\n", rates[i], of_constant[i].mean(),
               of_constant[i].standard_deviation(), of_scheduled[i].mean(), of_scheduled[i].standard_deviation());
  }

  const Accuracies& best_constant = *std::max_element(of_constant.begin(), of_constant.end());
  const Accuracies& best_scheduled = *std::max_element(of_scheduled.begin(), of_scheduled.end());
  std::uint64_t wins = 0;
  for (std::size_t i = 0; i < seeds; ++i) wins += best_scheduled.values[i] > best_constant.values[i] ? 1U : 0U;
  fmt::print("Each at its best rate, {} ({}) minus {} ({}) is {:+.2f} points; it is ahead with {} of {} seeds.\n\n",
             scheduled.label, best_scheduled.rate, constant.label, best_constant.rate,
             best_scheduled.mean() - best_constant.mean(), wins, seeds);
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_COMPARISON_HPP
