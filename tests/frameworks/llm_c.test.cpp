// SPDX-License-Identifier: MIT
#include <string>

#include <lr_scheduler/frameworks/llm_c.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("llm_c.cosine is full at the last update of the warm-up and at the first after it, and stays at its end") {
  check_rates(
      llm_c::cosine<double>(
          {.learning_rate = 0.8, .warmup_iterations = 2, .train_num_batches = 6, .final_learning_rate_frac = 0}),
      any_rate, {0.4L, 0.8L, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0, 0, 0});
  check_rates(
      llm_c::cosine<double>(
          {.learning_rate = 0.8, .warmup_iterations = 0, .train_num_batches = 2, .final_learning_rate_frac = 0.5}),
      any_rate, {0.8L, 0.6L, 0.4L, 0.4L});
}

TEST_CASE("llm_c.linear has the same warm-up and a straight line after it") {
  check_rates(
      llm_c::linear<double>(
          {.learning_rate = 0.8, .warmup_iterations = 2, .train_num_batches = 6, .final_learning_rate_frac = 0.5}),
      any_rate, {0.4L, 0.8L, 0.8L, 0.7L, 0.6L, 0.5L, 0.4L, 0.4L});
}

TEST_CASE("llm_c.constant has no warm-up") {
  check_rates(
      llm_c::constant<double>(
          {.learning_rate = 0.8, .warmup_iterations = 2, .train_num_batches = 6, .final_learning_rate_frac = 0.5}),
      any_rate, {0.8L, 0.8L, 0.8L, 0.8L});
}

TEST_CASE("llm_c.wsd falls in its last fifth, rounded up") {
  check_rates(
      llm_c::wsd<double>(
          {.learning_rate = 0.8, .warmup_iterations = 2, .train_num_batches = 9, .final_learning_rate_frac = 0.5}),
      any_rate, {0.4L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.8L, 0.51715728752538099024L, 0.4L, 0.4L});
}

TEST_CASE("llm_c.wsd goes on in the middle of its decay after a warm-up that is longer than 4/5 of the run") {
  check_rates(
      llm_c::wsd<double>(
          {.learning_rate = 0.8, .warmup_iterations = 5, .train_num_batches = 5, .final_learning_rate_frac = 0.5}),
      any_rate, {0.16L, 0.32L, 0.48L, 0.64L, 0.8L, 0.4L, 0.4L});
}

TEST_CASE("a warm-up as long as the run is followed by the end, where llm.c and nanoGPT divide by zero") {
  check_rates(
      llm_c::cosine<double>(
          {.learning_rate = 0.8, .warmup_iterations = 2, .train_num_batches = 2, .final_learning_rate_frac = 0.5}),
      any_rate, {0.4L, 0.8L, 0.4L, 0.4L});
  check_rates(llm_c::get_lr<double>(
                  {.learning_rate = 0.8, .warmup_iters = 2, .learning_rate_decay_frac = 0.5, .num_iterations = 2}),
              any_rate, {0.4L, 0.8L, 0.4L, 0.4L});
  check_rates(nanogpt::get_lr<double>({.learning_rate = 0.9, .warmup_iters = 2, .lr_decay_iters = 2, .min_lr = 0.1}),
              any_rate, {0.3L, 0.6L, 0.1L, 0.1L});
}

TEST_CASE("llm_c.get_lr is llm_c.cosine by the arguments of train_gpt2.py") {
  check_same_rates(
      llm_c::get_lr<double>(
          {.learning_rate = 0.8, .warmup_iters = 7, .learning_rate_decay_frac = 0.1, .num_iterations = 40}),
      llm_c::cosine<double>(
          {.learning_rate = 0.8, .warmup_iterations = 7, .train_num_batches = 40, .final_learning_rate_frac = 0.1}));
  check_rates(llm_c::get_lr<double>({}), any_rate, {1e-4L, 1e-4L});
  CHECK(llm_c::get_lr<double>({.learning_rate_decay_frac = 0}) ==
        llm_c::get_lr<double>({.learning_rate = 1e-4, .learning_rate_decay_frac = 0, .num_iterations = 10}));
}

TEST_CASE("nanogpt.get_lr is full at warmup_iters and stays at min_lr") {
  check_rates(nanogpt::get_lr<double>({.learning_rate = 0.9, .warmup_iters = 2, .lr_decay_iters = 4, .min_lr = 0.1}),
              any_rate, {0.3L, 0.6L, 0.9L, 0.5L, 0.1L, 0.1L});
}

TEST_CASE("nanogpt.get_lr has the arguments of GPT-2 by default") {
  const AnySchedule<double> schedule = nanogpt::get_lr<double>({});
  CHECK(schedule.at(2000, any_rate) == about(6e-4L));
  CHECK(schedule.at(301000, any_rate) == about(3.3e-4L));
  CHECK(schedule.at(600000, any_rate) == about(6e-5L));
}

TEST_CASE("nanogpt.get_lr may end above where it begins") {
  check_rates(nanogpt::get_lr<double>({.learning_rate = 0, .warmup_iters = 1, .lr_decay_iters = 3, .min_lr = 0.1}),
              any_rate, {0, 0, 0.05L, 0.1L});
}

TEST_CASE("schedules of llm.c and nanoGPT are the library's under other names, where it has them") {
  check_same_rates(
      llm_c::cosine<double>(
          {.learning_rate = 0.8, .warmup_iterations = 7, .train_num_batches = 40, .final_learning_rate_frac = 0.1}),
      schedule::WarmupCosine<double>{
          .warmup_steps = 7, .total_steps = 40, .min_ratio = 0.1, .first_update = FirstUpdate::one_of_w});
  check_same_rates(
      nanogpt::get_lr<double>({.learning_rate = 0.8, .warmup_iters = 7, .lr_decay_iters = 40, .min_lr = 0.08}),
      schedule::WarmupCosine<double>{
          .warmup_steps = 7, .total_steps = 40, .min_ratio = 0.1, .first_update = FirstUpdate::one_of_w_plus_1});
  check_same_rates(
      llm_c::wsd<double>(
          {.learning_rate = 0.8, .warmup_iterations = 7, .train_num_batches = 40, .final_learning_rate_frac = 0}),
      schedule::WarmupStableDecay<double>{
          .warmup_steps = 7, .stable_steps = 25, .decay_steps = 8, .first_update = FirstUpdate::one_of_w});
}

TEST_CASE("llm_c.cosine of float is that of double, rounded") {
  check_rates(
      llm_c::cosine<float>(
          {.learning_rate = 0.8F, .warmup_iterations = 2, .train_num_batches = 6, .final_learning_rate_frac = 0}),
      0.1F, {0.4L, 0.8L, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0, 0, 0});
}

TEST_CASE("options of llm.c and nanoGPT that are out of range are refused") {
  const auto refused = [](const std::string& type, const std::string& options) {
    return refusal_of(R"({"type": ")" + type + R"(", )" + options + "}");
  };
  for (const std::string name : {"llm_c.cosine", "llm_c.linear", "llm_c.constant", "llm_c.wsd"}) {
    CHECK(refused(name, R"("learning_rate": -1, "warmup_iterations": 1, "train_num_batches": 2,
                           "final_learning_rate_frac": 0)") ==
          name + ": learning_rate must be finite and not negative, got -1");
    CHECK(refused(name, R"("learning_rate": 1, "warmup_iterations": -1, "train_num_batches": 2,
                           "final_learning_rate_frac": 0)") ==
          name + ": warmup_iterations must not be negative, got -1");
    CHECK(refused(name, R"("learning_rate": 1, "warmup_iterations": 1, "train_num_batches": -2,
                           "final_learning_rate_frac": 0)") ==
          name + ": train_num_batches must not be negative, got -2");
    CHECK(refused(name, R"("learning_rate": 1, "warmup_iterations": 1, "train_num_batches": 2,
                           "final_learning_rate_frac": -1)") ==
          name + ": final_learning_rate_frac must be finite and not negative, got -1");
  }
  CHECK(refused("llm_c.get_lr", R"("learning_rate": -1)") ==
        "llm_c.get_lr: learning_rate must be finite and not negative, got -1");
  CHECK(refused("llm_c.get_lr", R"("warmup_iters": -1)") == "llm_c.get_lr: warmup_iters must not be negative, got -1");
  CHECK(refused("llm_c.get_lr", R"("learning_rate_decay_frac": -1)") ==
        "llm_c.get_lr: learning_rate_decay_frac must be finite and not negative, got -1");
  CHECK(refused("llm_c.get_lr", R"("num_iterations": -1)") ==
        "llm_c.get_lr: num_iterations must not be negative, got -1");
  CHECK(refused("nanogpt.get_lr", R"("learning_rate": -1)") ==
        "nanogpt.get_lr: learning_rate must be finite and not negative, got -1");
  CHECK(refused("nanogpt.get_lr", R"("warmup_iters": -1)") ==
        "nanogpt.get_lr: warmup_iters must not be negative, got -1");
  CHECK(refused("nanogpt.get_lr", R"("lr_decay_iters": -1)") ==
        "nanogpt.get_lr: lr_decay_iters must not be negative, got -1");
  CHECK(refused("nanogpt.get_lr", R"("min_lr": -1)") ==
        "nanogpt.get_lr: min_lr must be finite and not negative, got -1");
}

TEST_CASE("a mistake in an argument of llm.c or nanoGPT is told with the nearest that there is") {
  CHECK(refusal_of(R"({"type": "nanogpt.get_lr", "lr_decay_steps": 1})") ==
        R"(lr_decay_steps: unknown key for nanogpt.get_lr, did you mean "lr_decay_iters"?)");
  CHECK(refusal_of(R"({"type": "llm_c.wds"})") == R"(type: unknown scheduler "llm_c.wds", did you mean "llm_c.wsd"?)");
  CHECK(refusal_of(R"({"type": "llm_c.wsd", "learning_rate": 1, "warmup_iterations": 1, "train_num_batches": 2})") ==
        "final_learning_rate_frac: missing key, llm_c.wsd requires it");
}

TEST_CASE("schedulers of llm.c and nanoGPT from a configuration resume and seek") {
  for (const std::string name : {"cosine", "linear", "constant", "wsd"}) {
    check_resumes(R"({"type": "llm_c.)" + name + R"(", "learning_rate": 0.8, "warmup_iterations": 2,
                      "train_num_batches": 12, "final_learning_rate_frac": 0.1})");
  }
  check_resumes(R"({"type": "llm_c.get_lr", "learning_rate": 0.8, "warmup_iters": 2, "num_iterations": 12})");
  check_resumes(R"({"type": "nanogpt.get_lr", "learning_rate": 0.8, "warmup_iters": 2, "lr_decay_iters": 12})");
}

}  // namespace
}  // namespace lr_scheduler::testing
