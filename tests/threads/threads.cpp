// SPDX-License-Identifier: MIT
// A program for the thread sanitizer: threads share schedules and configurations, which are const, and each has
// optimizers and schedulers of its own. It fails where a rate is not what one thread alone gets.
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/every_schedule.hpp"

namespace {

using namespace lr_scheduler;
using Example = testing::EveryExample<double>;
using Rates = std::vector<double>;

constexpr std::size_t steps = 12;

void step_and_note(Scheduler<double>& scheduler, Rates& rates) {
  for (std::size_t k = 0; k < steps; ++k) {
    scheduler.step(1.0);
    rates.insert(rates.end(), scheduler.get_lr().begin(), scheduler.get_lr().end());
  }
}

/// Stepped, saved and loaded into another: what is bound to groups of the caller's own.
template <class Bind>
void run(const Bind& bind, Rates& rates) {
  auto groups = testing::two_groups_with_momentum<double>();
  const std::unique_ptr<Scheduler<double>> scheduler = bind(groups);
  step_and_note(*scheduler, rates);
  auto others = testing::two_groups_with_momentum<double>();
  const std::unique_ptr<Scheduler<double>> resumed = bind(others);
  resumed->load_state_dict(scheduler->state_dict());
  step_and_note(*resumed, rates);
}

/// What threads share.
struct Shared {
  const std::vector<Example>& examples = testing::every_example<double>();
  std::vector<nlohmann::json> configurations{};
  const Registry<double> registry{};

  Shared() {
    for (const Example& example : examples) {
      if (example.facts.has_function) continue;
      auto groups = testing::two_groups_with_momentum<double>();
      const StateDict state = example.bind(groups)->state_dict();
      configurations.push_back(to_json(*state.find("options")));
    }
  }
};

/// All that a thread does.
Rates work(const Shared& shared) {
  Rates rates;
  for (const Example& example : shared.examples) {
    run(example.bind, rates);
    if (!example.schedule) continue;
    const AnySchedule<double>& schedule = *example.schedule;
    run([&](auto& groups) { return std::make_unique<Scheduled<AnySchedule<double>, double>>(groups, schedule); },
        rates);
    const AnySchedule<double> copy = schedule;
    if (copy == schedule) rates.push_back(static_cast<double>(to_string(copy).size()));
    const Rates simulated = simulate(schedule, 0.1, static_cast<Epoch>(steps));
    rates.insert(rates.end(), simulated.begin(), simulated.end());
    if (example.facts.can_seek()) rates.push_back(schedule.at(7, 0.1) + schedule.momentum(7, 0.1).value_or(0));
  }
  for (const nlohmann::json& json : shared.configurations) {
    run([&](auto& groups) { return make_scheduler(groups, json, shared.registry); }, rates);
  }
  return rates;
}

constexpr int count = 4;

/// Whether each of several threads gets what one alone gets.
bool threads_agree(const Shared& shared) {
  const Rates expected = work(shared);
  std::vector<Rates> results(count);
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (Rates& result : results) {
    threads.emplace_back([&] {
      ++ready;
      while (ready < count) std::this_thread::yield();
      result = work(shared);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Rates& result : results) {
    if (result != expected || result.empty()) return false;
  }
  return true;
}

/// Whether a schedule whose owners are threads goes with the last of them, whichever that is.
bool last_owner_frees(const Shared& shared) {
  std::atomic<int> wrong = 0;
  for (const Example& example : shared.examples) {
    if (!example.facts.can_seek() || !example.schedule) continue;
    // A schedule of its own, which the threads alone own when this one has let it go.
    auto own = std::make_optional<AnySchedule<double>>(schedule::Sequential<double>{.schedules = {*example.schedule}});
    const double expected = own->at(3, 0.1);
    std::atomic<bool> begin = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&begin, &wrong, expected, owned = std::make_optional(*own)]() mutable {
        while (!begin) std::this_thread::yield();
        const AnySchedule<double> copy = *owned;
        owned.reset();
        if (copy.at(3, 0.1) != expected) ++wrong;
      });
    }
    begin = true;
    own.reset();
    for (std::thread& thread : threads) thread.join();
  }
  return wrong == 0;
}

}  // namespace

int main() {
  const Shared shared;
  const bool agree = threads_agree(shared);
  const bool freed = last_owner_frees(shared);
  std::printf("%zu schedules in %d threads: %s, %s\n", shared.examples.size(), count,
              agree ? "the same" : "NOT the same", freed ? "freed" : "NOT freed");
  return agree && freed ? 0 : 1;
}
