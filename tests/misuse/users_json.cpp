// SPDX-License-Identifier: MIT
// What users write with the optional headers: it compiles, and without a warning.
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>
#include <lr_scheduler/pytorch.hpp>

std::string a_scheduler_from_json() {
  std::vector<lr_scheduler::ParamGroup<double>> optimizer{{.lr = 0.1}};
  const nlohmann::json json = nlohmann::json::parse(R"({"type": "StepLR", "step_size": 30, "gamma": 0.1})");
  const std::unique_ptr<lr_scheduler::Scheduler<double>> scheduler = lr_scheduler::make_scheduler(optimizer, json);
  const lr_scheduler::AnySchedule<double> schedule = lr_scheduler::schedule_from_json<double>(json);
  const nlohmann::json saved = lr_scheduler::to_json(scheduler->state_dict());
  const lr_scheduler::StateDict state = lr_scheduler::state_from_json(saved);
  scheduler->load_state_dict(state);
  lr_scheduler::save_checkpoint("scheduler.json", *scheduler);
  lr_scheduler::load_checkpoint("scheduler.json", *scheduler);
  const std::string text = lr_scheduler::to_pytorch_state_dict(*scheduler);
  lr_scheduler::load_pytorch_state_dict(*scheduler, text);
  lr_scheduler::load_pytorch_state_dict(*scheduler, text, lr_scheduler::OnMismatch::take_saved);
  return std::string(schedule.name());
}
