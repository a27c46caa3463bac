// SPDX-License-Identifier: MIT
#include "support/golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/reference.hpp"

namespace lr_scheduler::testing {
namespace {

bool has_callable(const nlohmann::json& config) {
  return config.dump().find("lr_lambda") != std::string::npos;
}

/// Cases whose rate is a closed form of the options that nobody disturbed.
bool is_pure_closed_form(const GoldenCase& golden) {
  if (!golden.undisturbed() || has_callable(golden.json.at("scheduler"))) return false;
  const std::string family = golden.family();
  if (family == "ReduceLROnPlateau" || family == "Stacked") return false;
  return schedule_from_json<double>(golden.json.at("scheduler")).abilities(0).closed_form;
}

template <class T, class Visit>
void run_beside_reference(const GoldenCase& golden, Visit&& visit) {
  std::vector<Exact> exact;
  for (const auto& group : golden_groups<T>(golden)) exact.emplace_back(group.lr);
  Reference<T> reference(golden.json.at("scheduler"), exact);
  run_golden<T>(golden, [&](std::size_t k, const std::vector<ParamGroup<T>>& groups) {
    if (k == 0) {
      reference.begin(exact);
    } else {
      reference.step(exact);
    }
    for (std::size_t i = 0; i < groups.size(); ++i) visit(k, i, groups[i].lr, exact[i]);
  });
}

/// The largest distance from the exact value, in units in the last place of T there.
template <class T>
double worst_units_in_last_place(const std::string& family) {
  double worst = 0;
  for (const auto& golden : read_golden("trajectories.jsonl", family)) {
    if (!is_pure_closed_form(golden)) continue;
    run_beside_reference<T>(golden, [&](std::size_t, std::size_t, T lr, const Exact& exact) {
      const T nearest = static_cast<T>(exact);
      const T magnitude = std::max(std::abs(nearest), std::numeric_limits<T>::min());
      const T unit = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
      worst = std::max(worst, static_cast<double>(abs(Exact(lr) - exact) / Exact(unit)));
    });
  }
  return worst;
}

const std::vector<std::string> families{"StepLR",
                                        "MultiStepLR",
                                        "ConstantLR",
                                        "LinearLR",
                                        "ExponentialLR",
                                        "PolynomialLR",
                                        "CosineAnnealingLR",
                                        "MultiplicativeLR",
                                        "LambdaLR",
                                        "CosineAnnealingWarmRestarts",
                                        "ChainedScheduler",
                                        "SequentialLR",
                                        "ReduceLROnPlateau",
                                        "CyclicLR",
                                        "OneCycleLR",
                                        "SWALR",
                                        "Stacked"};

TEST_CASE("golden trajectories cover every family") {
  std::set<std::string> seen;
  for (const auto& golden : read_golden("trajectories.jsonl")) seen.insert(golden.family());
  CHECK(seen == std::set<std::string>(families.begin(), families.end()));
}

TEST_CASE("double equals PyTorch's trajectories") {
  const std::string family = GENERATE(from_range(families));
  int cases = 0;
  for (const auto& golden : read_golden("trajectories.jsonl", family)) {
    ++cases;
    INFO(golden.id());
    const auto& expected = golden.json.at("lr");
    std::size_t steps = 0;
    run_golden<double>(golden, [&](std::size_t k, const std::vector<ParamGroup<double>>& groups) {
      ++steps;
      REQUIRE(expected.at(k).size() == groups.size());
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const double theirs = expected[k][i];
        const double base = golden.json.at("groups")[i].at("lr");
        INFO("operation " << k << ", group " << i << ": PyTorch " << theirs << ", ours " << groups[i].lr);
        REQUIRE(std::abs(groups[i].lr - theirs) <= 1e-10 * std::abs(theirs) + 1e-12 * base);
        if (golden.json.contains("momentum")) {
          const double momentum = golden.json["momentum"][k][i];
          REQUIRE(groups[i].momentum);
          REQUIRE(std::abs(*groups[i].momentum - momentum) <= 1e-10 * momentum);
        }
      }
    });
    REQUIRE(steps == expected.size());
  }
  CHECK(cases >= 30);
}

TEST_CASE("where double differs from PyTorch by more than 1e-14, it is nearer to the exact value") {
  std::map<std::string, int> compared;
  int differing = 0;
  for (const auto& golden : read_golden("trajectories.jsonl")) {
    if (!is_pure_closed_form(golden)) continue;
    ++compared[golden.family()];
    INFO(golden.id());
    run_beside_reference<double>(golden, [&](std::size_t k, std::size_t i, double ours, const Exact& exact) {
      const double theirs = golden.json.at("lr").at(k).at(i);
      if (std::abs(ours - theirs) <= 1e-14 * std::abs(theirs)) return;
      ++differing;
      INFO("operation " << k << ", group " << i << ": PyTorch " << theirs << ", ours " << ours);
      REQUIRE(abs(Exact(ours) - exact) <= abs(Exact(theirs) - exact));
    });
  }
  CHECK(compared.size() == 13);
  CHECK(differing > 1000);
}

TEST_CASE("a float closed form is within 1 unit in the last place of the exact value") {
  const std::string family =
      GENERATE("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR",
               "CosineAnnealingWarmRestarts", "ChainedScheduler", "SequentialLR", "CyclicLR", "OneCycleLR", "SWALR");
  INFO(family);
  const double worst = worst_units_in_last_place<float>(family);
  CHECK(worst > 0);
  CHECK(worst <= 1);
}

// With 113 digits a wave is computed without a second part of its numbers: 6 units there.
TEST_CASE("a long double closed form is within 4 units in the last place of the exact value") {
  const std::string family =
      GENERATE("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR",
               "CosineAnnealingWarmRestarts", "ChainedScheduler", "SequentialLR", "CyclicLR", "OneCycleLR", "SWALR");
  INFO(family);
  const double worst = worst_units_in_last_place<long double>(family);
  CHECK(worst > 0);
  CHECK(worst <= (std::numeric_limits<long double>::digits > 64 ? 6 : 4) * cmath_unit<long double>());
}

}  // namespace
}  // namespace lr_scheduler::testing
