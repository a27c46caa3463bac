// SPDX-License-Identifier: MIT
// How many steps a run has, and which of them count.
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"
#include "support/instantiations.hpp"

namespace lr_scheduler::testing {
namespace {

constexpr Epoch most = std::numeric_limits<Epoch>::max();

std::string updates_refusal(const TrainingLength& length) {
  return message_of([&] { static_cast<void>(total_updates(length)); });
}

TEST_CASE("an epoch has an update for each batch, the last of which may not be full") {
  CHECK(total_updates({.samples = 1000, .batch_size = 50}) == 20);
  CHECK(total_updates({.samples = 1001, .batch_size = 50}) == 21);
  CHECK(total_updates({.samples = 1001, .batch_size = 50, .epochs = 3}) == 63);
  CHECK(total_updates({.samples = 7, .batch_size = 50}) == 1);
}

TEST_CASE("a last batch that is not full can be left out") {
  CHECK(total_updates({.samples = 1049, .batch_size = 50, .epochs = 3, .drop_last = true}) == 60);
  CHECK(total_updates({.samples = 50, .batch_size = 50, .drop_last = true}) == 1);
  CHECK(updates_refusal({.samples = 49, .batch_size = 50, .drop_last = true}) ==
        "total_updates: samples must be at least batch_size where drop_last is true, got 49");
}

TEST_CASE("gradients that are left at the end of an epoch make an update") {
  // 32 batches: 8 updates of 4. 31 batches and 29: 7 of 4 and one of the rest.
  CHECK(total_updates({.samples = 1000, .batch_size = 32, .gradient_accumulation_steps = 4}) == 8);
  CHECK(total_updates({.samples = 1000, .batch_size = 32, .gradient_accumulation_steps = 4, .drop_last = true}) == 8);
  CHECK(total_updates({.samples = 29, .batch_size = 1, .gradient_accumulation_steps = 4, .epochs = 10}) == 80);
  CHECK(total_updates({.samples = 28, .batch_size = 1, .gradient_accumulation_steps = 4, .epochs = 10}) == 70);
  CHECK(total_updates({.samples = 3, .batch_size = 1, .gradient_accumulation_steps = 4, .epochs = 10}) == 10);
}

TEST_CASE("updates are counted up to the largest count") {
  CHECK(total_updates({.samples = most, .batch_size = 1}) == most);
  CHECK(total_updates({.samples = most, .batch_size = most, .gradient_accumulation_steps = most, .epochs = most}) ==
        most);
  CHECK(updates_refusal({.samples = std::int64_t{1} << 40, .batch_size = 1, .epochs = 1 << 23}) ==
        "total_updates: epochs must leave a count of updates below 2^63, got 8388608");
  CHECK(updates_refusal({.samples = std::numeric_limits<std::uint64_t>::max() / 4, .batch_size = 1, .epochs = 2}) ==
        "no exception");
}

TEST_CASE("a training length that is not positive is refused") {
  CHECK(updates_refusal({.samples = 0, .batch_size = 8}) == "total_updates: samples must be positive, got 0");
  CHECK(updates_refusal({.samples = 8, .batch_size = -8}) == "total_updates: batch_size must be positive, got -8");
  CHECK(updates_refusal({.samples = 8, .batch_size = 8, .gradient_accumulation_steps = 0}) ==
        "total_updates: gradient_accumulation_steps must be positive, got 0");
  CHECK(updates_refusal({.samples = 8, .batch_size = 8, .epochs = 0}) ==
        "total_updates: epochs must be positive, got 0");
  CHECK(message_of([] { static_cast<void>(TrainingLength{.samples = ~std::uint64_t{0}, .batch_size = 1}); }) ==
        "a count is at most 9223372036854775807, got 18446744073709551615");
}

template <class Updated>
concept CanTell = requires(Scheduler<double>& scheduler, Updated updated) { step_if(scheduler, updated); };
static_assert(CanTell<bool>);
static_assert(!CanTell<int> && !CanTell<double> && !CanTell<const char*>, "a loss scale says nothing of an update");

TEST_CASE("a scheduler waits while updates are skipped") {
  std::vector<ParamGroup<double>> groups{{.lr = 0.8}};
  ExponentialLR scheduler{groups, {.gamma = 0.5}};
  std::vector<double> rates;
  for (const bool updated : {false, false, true, false, true}) {
    rates.push_back(groups[0].lr);
    step_if(scheduler, updated);
  }
  CHECK(rates == std::vector{0.8, 0.8, 0.8, 0.4, 0.4});
  CHECK(scheduler.last_epoch() == 2);

  // One that needs a metric does not see those of skipped updates.
  ReduceLROnPlateau plateau{groups, {.factor = 0.5, .patience = 0}};
  step_if(plateau, true, 1.0);
  step_if(plateau, false, 2.0);
  CHECK(groups[0].lr == 0.2);
  step_if(plateau, true, 2.0);
  CHECK(groups[0].lr == 0.1);
  CHECK_THROWS_AS(step_if(plateau, true), std::logic_error);
}

}  // namespace
}  // namespace lr_scheduler::testing
