// SPDX-License-Identifier: MIT
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/every_schedule.hpp"

namespace lr_scheduler::testing {
namespace {

std::size_t allocations_of_steps(Scheduler<double>& scheduler, int steps) {
  const std::size_t before = allocations_made();
  for (int k = 0; k < steps; ++k) scheduler.step(1.0);
  return allocations_made() - before;
}

TEST_CASE("the counter counts") {
  const std::size_t before = allocations_made();
  const auto number = std::make_unique<double>(1.0);
  CHECK(allocations_made() == before + 1);
}

TEST_CASE("step() allocates nothing, whatever the scheduler and the number of groups") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{1000}}) {
    for (const auto& example : every_example<double>()) {
      if (count != 2 && !example.facts.refusal.empty()) continue;
      INFO(example.name << ", " << count << " groups");
      Groups<double> groups(count, ParamGroup<double>{.lr = 0.5, .momentum = 0.9});
      const auto scheduler = example.bind(groups);
      CHECK(allocations_of_steps(*scheduler, 30) == 0);
      groups[0].lr = 0.25;  // some groups off the curve
      CHECK(allocations_of_steps(*scheduler, 2) == 0);
      for (auto& group : groups) group.lr = 0.125;  // all
      CHECK(allocations_of_steps(*scheduler, 2) == 0);
    }
  }
}

TEST_CASE("simulate() of an AnySchedule into the caller's memory allocates nothing") {
  std::vector<double> lrs(200);
  int checked = 0;
  for (const auto& example : every_example<double>()) {
    if (!example.schedule) continue;
    INFO(example.name);
    const std::size_t before = allocations_made();
    simulate(*example.schedule, 0.5, std::span(lrs));
    CHECK(allocations_made() == before);
    ++checked;
  }
  CHECK(checked > 30);
}

}  // namespace
}  // namespace lr_scheduler::testing
