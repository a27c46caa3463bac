// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_GOLDEN_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_GOLDEN_HPP

#include <cmath>
#include <cstddef>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::testing {

/// A run recorded from the real PyTorch; golden/README.md has the format.
struct GoldenCase {
  nlohmann::json json;

  [[nodiscard]] std::string id() const { return json.at("id"); }
  [[nodiscard]] std::string family() const { return id().substr(0, id().find('/')); }
  [[nodiscard]] bool undisturbed() const {
    for (const auto& op : json.at("ops")) {
      if (op.at(0) == "set_lr") return false;
    }
    return true;
  }
};

/// The cases of one family, or of all.
inline std::vector<GoldenCase> read_golden(const std::string& file, const std::string& family = "") {
  std::ifstream stream(std::string(LR_SCHEDULER_GOLDEN) + "/" + file);
  std::vector<GoldenCase> cases;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("{\"id\": \"" + family + (family.empty() ? "" : "/"))) {
      cases.push_back({nlohmann::json::parse(line)});
    }
  }
  if (cases.empty()) throw std::runtime_error("no golden cases in " + file);
  return cases;
}

/// The function that "lr_lambda" describes.
template <class T>
std::function<T(Epoch)> described_function(const nlohmann::json& description) {
  using std::pow;
  const std::string kind = description.at("kind");
  const double value = description.at("value");
  if (kind == "power") return [value](Epoch t) { return T(pow(T(value), T(t))); };
  if (kind == "floor_divide") {
    return [divisor = static_cast<Epoch>(value)](Epoch t) { return T(1 + t / divisor); };
  }
  if (kind == "inverse_time") return [value](Epoch t) { return T(T(1) / (T(1) + T(value) * T(t))); };
  if (kind == "constant") return [value](Epoch) { return T(value); };
  return nullptr;
}

template <class T>
std::vector<ParamGroup<T>> golden_groups(const GoldenCase& golden) {
  std::vector<ParamGroup<T>> groups;
  for (const auto& group : golden.json.at("groups")) {
    groups.push_back({.lr = static_cast<T>(group.at("lr").get<double>())});
    if (group.contains("momentum")) {
      groups.back().momentum = static_cast<T>(group.at("momentum").get<double>());
    }
  }
  return groups;
}

/// The schedulers of a case bound to its groups: one, or several stacked.
template <class T>
std::vector<std::unique_ptr<Scheduler<T>>> golden_schedulers(const GoldenCase& golden,
                                                             std::vector<ParamGroup<T>>& groups) {
  std::vector<std::unique_ptr<Scheduler<T>>> schedulers;
  const auto& config = golden.json.at("scheduler");
  if (config.at("type") == "Stacked") {
    for (const auto& child : config.at("schedulers")) {
      schedulers.push_back(make_scheduler(groups, child, CallableFromJson<T>(described_function<T>)));
    }
  } else {
    schedulers.push_back(make_scheduler(groups, config, CallableFromJson<T>(described_function<T>)));
  }
  return schedulers;
}

/// The operations one by one: `["step", n]` is n of them.
inline std::vector<nlohmann::json> single_operations(const GoldenCase& golden) {
  std::vector<nlohmann::json> operations;
  for (const auto& op : golden.json.at("ops")) {
    if (op.at(0) == "step") {
      for (int i = 0; i < op.at(1).get<int>(); ++i) operations.push_back({"step"});
    } else {
      operations.push_back(op);
    }
  }
  return operations;
}

template <class T>
void perform(const nlohmann::json& operation, std::vector<ParamGroup<T>>& groups,
             std::vector<std::unique_ptr<Scheduler<T>>>& schedulers) {
  if (operation.at(0) == "set_lr") {
    groups.at(operation.at(1).get<std::size_t>()).lr = static_cast<T>(operation.at(2).get<double>());
    return;
  }
  for (auto& scheduler : schedulers) {
    if (operation.at(0) == "step") {
      scheduler->step();
    } else {
      scheduler->step(operation.at(1).is_string() ? static_cast<T>(std::nan(""))
                                                  : static_cast<T>(operation.at(1).get<double>()));
    }
  }
}

/// Calls visit(k, groups) after construction, k = 0, and after each operation, k = 1, 2 ...
template <class T, class Visit>
void run_golden(const GoldenCase& golden, Visit&& visit) {
  auto groups = golden_groups<T>(golden);
  auto schedulers = golden_schedulers<T>(golden, groups);
  visit(std::size_t{0}, groups);
  std::size_t k = 0;
  for (const auto& operation : single_operations(golden)) {
    perform(operation, groups, schedulers);
    visit(++k, groups);
  }
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_GOLDEN_HPP
