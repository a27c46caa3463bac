// SPDX-License-Identifier: MIT
// Recordings from other frameworks, run through the library and compared:
//
//   frameworks_golden FILE...
//
// prints a row for each family. It fails (exit code 1) where a rate differs, a recording cannot be read or run (its
// family or an argument is unknown), nothing of it is compared, or a file has none.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

constexpr std::size_t steps_after_an_error = 20;

Recorded read(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  Recorded recorded;
  recorded.id = json.at("id");
  const std::size_t first = recorded.id.find('/');
  const std::size_t last = recorded.id.rfind('/');
  recorded.framework = recorded.id.substr(0, first);
  recorded.family = recorded.id.substr(first + 1, last - first - 1);
  recorded.args = json.at("args");
  recorded.base_lr = json.at("base_lr");
  recorded.lr = json.value("lr", std::vector<double>());
  recorded.momentum = json.value("momentum", std::vector<double>());
  recorded.weight_decay = json.value("weight_decay", std::vector<double>());
  recorded.metrics = json.value("metrics", std::vector<double>());
  recorded.glitch = json.value("glitch", std::set<std::size_t>());
  recorded.is_float = json.value("precision", "") == "float32";
  if (json.contains("raises")) recorded.raises_at = json.at("raises").at("at").get<int>();
  return recorded;
}

Outputs run(const Recorded& recorded, std::size_t steps) {
  const std::string& framework = recorded.framework;
  if (framework == "transformers") return run_transformers(recorded, steps);
  if (framework == "timm") return run_timm(recorded, steps);
  if (framework == "optax") return run_optax(recorded, steps);
  if (framework == "keras") return run_keras(recorded, steps);
  if (framework == "megatron") return run_megatron(recorded, steps);
  if (framework == "deepspeed") return run_deepspeed(recorded, steps);
  if (framework == "llm.c") return run_llm_c(recorded, steps);
  if (framework == "nanoGPT") return run_nanogpt(recorded, steps);
  if (framework == "mmengine") return run_mmengine(recorded, steps);
  if (framework == "paddle") return run_paddle(recorded, steps);
  if (framework == "fastai") return run_fastai(recorded, steps);
  if (framework == "lightning-bolts" || framework == "lightning-flash") return run_lightning(recorded, steps);
  if (framework == "pytorch-warmup") return run_pytorch_warmup(recorded, steps);
  throw std::out_of_range("unknown framework");
}

struct Row {
  std::size_t cases = 0;
  std::size_t compared = 0;
  std::size_t below_zero = 0;
  std::size_t failed = 0;  ///< Cases.
  double worst = 0;        ///< The largest difference, as a share of the largest rate of its case.
};

/// Compares numbers with the recorded ones, where there are some; false where one differs.
bool agree(const std::string& what, const std::vector<double>& expected, const std::vector<double>& got,
           const Recorded& recorded, Row& row) {
  if (got.size() < expected.size()) {
    fmt::print("{}: {} of {} numbers for {}\n", recorded.id, got.size(), expected.size(), what);
    return false;
  }
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::fabs(value));
  const double bound = (recorded.is_float ? 2e-6 : 1e-9) * largest;
  bool all_agree = true;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (recorded.glitch.contains(k)) continue;
    ++row.compared;
    if (expected[k] < 0) ++row.below_zero;
    const double difference = std::fabs(got[k] - std::max(expected[k], 0.0));
    if (largest > 0) row.worst = std::max(row.worst, difference / largest);
    if (!(difference <= bound)) {
      if (all_agree) fmt::print("{}: {} {} expected at {}, got {}\n", recorded.id, what, expected[k], k, got[k]);
      all_agree = false;
    }
  }
  return all_agree;
}

bool all_finite_and_not_negative(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value) && value >= 0; });
}

/// Whether the library does as was recorded; what it differs in is printed.
bool compare(const Recorded& recorded, Row& row) {
  const bool is_refused = recorded.raises_at == -1;
  const std::size_t recorded_steps =
      std::max({recorded.lr.size(), recorded.momentum.size(), recorded.weight_decay.size()});
  const std::size_t steps = recorded_steps + (recorded.raises_at ? steps_after_an_error : 0);
  Outputs outputs;
  try {
    outputs = run(recorded, steps);
  } catch (const std::invalid_argument& error) {
    const std::string_view reason = error.what();
    const bool is_unknown = reason.find("unknown") != std::string_view::npos;  // a name, not a value out of range
    if (is_refused && !is_unknown) return true;
    fmt::print("{}: refused: {}\n", recorded.id, reason);
    return false;
  } catch (const std::exception& error) {
    fmt::print("{}: {}\n", recorded.id, error.what());
    return false;
  }
  if (outputs.lr.size() != steps) {
    fmt::print("{}: {} rates for {} steps\n", recorded.id, outputs.lr.size(), steps);
    return false;
  }
  for (const auto* values : {&outputs.lr, &outputs.momentum, &outputs.weight_decay}) {
    if (all_finite_and_not_negative(*values)) continue;
    fmt::print("{}: a number is negative or not finite\n", recorded.id);
    return false;
  }
  const std::size_t compared = row.compared;
  const bool rates_agree = agree("rate", recorded.lr, outputs.lr, recorded, row);
  const bool momentums_agree = agree("momentum", recorded.momentum, outputs.momentum, recorded, row);
  const bool decays_agree = agree("weight decay", recorded.weight_decay, outputs.weight_decay, recorded, row);
  if (row.compared == compared && !is_refused) {
    fmt::print("{}: nothing was compared\n", recorded.id);
    return false;
  }
  return rates_agree && momentums_agree && decays_agree;
}

/// Adds the recordings of a file to the rows. Throws std::runtime_error where it has none, or one cannot be read.
void compare_file(const std::string& file, std::map<std::string, Row>& rows) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file + " cannot be read");
  std::size_t cases = 0;
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      const Recorded recorded = read(line);
      Row& row = rows[recorded.framework + "/" + recorded.family];
      ++row.cases;
      if (!compare(recorded, row)) ++row.failed;
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(fmt::format("{}:{}: {}", file, number, error.what()));
    }
    ++cases;
  }
  if (cases == 0) throw std::runtime_error(file + " has no recordings");
}

/// Prints a row for each family; whether none failed.
bool print(const std::map<std::string, Row>& rows) {
  Row all;
  fmt::print("{:<56}{:>6}{:>10}{:>11}{:>7}{:>10}\n", "family", "cases", "compared", "below zero", "failed", "worst");
  for (const auto& [family, row] : rows) {
    fmt::print("{:<56}{:>6}{:>10}{:>11}{:>7}{:>10.1e}\n", family, row.cases, row.compared, row.below_zero, row.failed,
               row.worst);
    all.cases += row.cases;
    all.compared += row.compared;
    all.failed += row.failed;
  }
  fmt::print("{} cases, {} families, {} rates, {} failed\n", all.cases, rows.size(), all.compared, all.failed);
  return all.failed == 0;
}

}  // namespace
}  // namespace lr_scheduler::testing

int main(int count, char** arguments) {
  const std::vector<std::string> files(arguments + 1, arguments + count);
  if (files.empty()) {
    fmt::print(stderr, "usage: frameworks_golden FILE...\n");
    return 1;
  }
  try {
    std::map<std::string, lr_scheduler::testing::Row> rows;
    for (const std::string& file : files) lr_scheduler::testing::compare_file(file, rows);
    return lr_scheduler::testing::print(rows) ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "frameworks_golden: {}\n", error.what());
    return 1;
  }
}
