// SPDX-License-Identifier: MIT
// The learning rate of a run that was set up for transformers' Trainer, from the arguments that it saves.
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

/// From TrainingArguments.to_json_string(): what the learning rate depends on.
constexpr const char* training_arguments = R"({
  "learning_rate": 0.0002,
  "lr_scheduler_type": "cosine_with_min_lr",
  "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
  "warmup_steps": 0.05,
  "max_steps": 1000
})";

/// What the Trainer makes of them: the function of that name and its arguments.
nlohmann::json scheduler_of(const nlohmann::json& arguments) {
  const auto type = arguments.at("lr_scheduler_type").get<std::string>();
  nlohmann::json scheduler = arguments.at("lr_scheduler_kwargs");
  if (scheduler.is_null() || type == "constant") scheduler = nlohmann::json::object();
  scheduler["type"] = "transformers." + type;
  if (type == "constant") return scheduler;

  const auto steps = arguments.at("max_steps").get<lr_scheduler::Epoch>();
  const auto warmup = arguments.at("warmup_steps").get<double>();  // Below 1 it is a share of all steps.
  scheduler["num_warmup_steps"] =
      static_cast<lr_scheduler::Epoch>(warmup < 1 ? std::ceil(warmup * static_cast<double>(steps)) : warmup);
  if (type != "constant_with_warmup" && type != "inverse_sqrt") scheduler["num_training_steps"] = steps;
  return scheduler;
}

int main() {
  const auto arguments = nlohmann::json::parse(training_arguments);
  const nlohmann::json configuration = scheduler_of(arguments);
  fmt::print("{}\n", configuration.dump());

  std::vector<lr_scheduler::ParamGroup<double>> groups{{.lr = arguments.at("learning_rate").get<double>()}};
  const auto scheduler =
      lr_scheduler::make_scheduler(groups, configuration, lr_scheduler::frameworks::registry<double>());
  for (int update = 0; update <= 1000; ++update) {
    if (update % 100 == 0 || update == 25 || update == 50) {
      fmt::print("update {:>4}: train with rate {:.3e}\n", update, groups[0].lr);
    }
    scheduler->step();
  }
}
