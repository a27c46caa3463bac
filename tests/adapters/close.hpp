// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_ADAPTERS_CLOSE_HPP
#define LR_SCHEDULER_TESTS_ADAPTERS_CLOSE_HPP

#include <algorithm>
#include <cmath>
#include <vector>

namespace lr_scheduler::testing {

/// Compares a number, or a row of them, with what is expected. Rates and weights are at most about 1, and the smallest
/// that a framework's own arithmetic leaves of a difference counts: the tolerance is an absolute one.
struct Close {
  double tolerance;

  bool operator()(double value, double expected) const { return std::abs(value - expected) <= tolerance; }
  bool operator()(const std::vector<double>& values, const std::vector<double>& expected) const {
    return std::equal(values.begin(), values.end(), expected.begin(), expected.end(), *this);
  }
};

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_ADAPTERS_CLOSE_HPP
