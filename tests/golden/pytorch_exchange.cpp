// SPDX-License-Identifier: MIT
// The other side of golden/exchange.py: reads a case a line, runs it and writes what came of it.
//
// It reads a golden case, with "load": null, or {"after": k, "text": PyTorch's state, "groups": the
// optimizer's}.
//
// It writes {"lr": [...], "momentum": [...], "texts": [...]}: the groups' rates and momentum and
// the state for PyTorch, after each operation from construction, or from k, on.
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include <lr_scheduler/pytorch.hpp>

#define LR_SCHEDULER_GOLDEN ""
#include "support/golden.hpp"

namespace {

nlohmann::json run(const nlohmann::json& json) {
  using namespace lr_scheduler::testing;
  const GoldenCase golden{json};
  auto groups = golden_groups<double>(golden);
  auto schedulers = golden_schedulers<double>(golden, groups);
  const auto operations = single_operations(golden);
  std::size_t k = 0;
  if (const auto& load = json.at("load"); !load.is_null()) {
    k = load.at("after");
    load_pytorch_state_dict(*schedulers.front(), load.at("text").get<std::string>());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i].lr = load.at("groups").at(i).at("lr");
    }
  }
  nlohmann::json result{
      {"lr", nlohmann::json::array()}, {"momentum", nlohmann::json::array()}, {"texts", nlohmann::json::array()}};
  for (;; ++k) {
    auto lrs = nlohmann::json::array();
    auto momentums = nlohmann::json::array();
    for (const auto& group : groups) {
      lrs.push_back(group.lr);
      momentums.push_back(group.momentum.value_or(0));
    }
    result["lr"].push_back(lrs);
    result["momentum"].push_back(momentums);
    result["texts"].push_back(to_pytorch_state_dict(*schedulers.front()));
    if (k == operations.size()) return result;
    perform(operations[k], groups, schedulers);
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << run(nlohmann::json::parse(line)) << std::endl;
    } catch (const std::exception& error) {
      std::cout << nlohmann::json{{"error", error.what()}} << std::endl;
    }
  }
}
