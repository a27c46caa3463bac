// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <lr_scheduler/frameworks/deepspeed.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

using deepspeed::WarmupType;

TEST_CASE("deepspeed.WarmupLR wastes two updates and rises with the logarithm to the group's rate") {
  check_rates(deepspeed::WarmupLR<double>({.warmup_num_steps = 4}), 0.8,
              {0, 0, 0.4L, 0.63398500028846247258L, 0.8L, 0.8L, 0.8L});
}

TEST_CASE("deepspeed.WarmupLR rises in a straight line between rates of its own") {
  check_rates(deepspeed::WarmupLR<double>(
                  {.warmup_min_lr = 0.2, .warmup_max_lr = 1, .warmup_num_steps = 4, .warmup_type = WarmupType::linear}),
              any_rate, {0.2L, 0.2L, 0.4L, 0.6L, 0.8L, 1, 1});
}

TEST_CASE("a warm-up of one step is one of two in DeepSpeed") {
  check_rates(deepspeed::WarmupLR<double>({.warmup_num_steps = 1}), 0.8, {0, 0, 0.8L, 0.8L});
  check_rates(deepspeed::WarmupLR<double>({.warmup_num_steps = 1, .warmup_type = WarmupType::linear}), 0.8,
              {0, 0, 0.4L, 0.8L, 0.8L});
}

TEST_CASE("deepspeed.WarmupDecayLR is at its end one update after the last, and at 0.001 at most by default") {
  check_rates(deepspeed::WarmupDecayLR<double>({.total_num_steps = 6,
                                                .warmup_min_lr = 0.2,
                                                .warmup_max_lr = 1,
                                                .warmup_num_steps = 2,
                                                .warmup_type = WarmupType::linear}),
              any_rate, {0.2L, 0.2L, 0.6L, 1, 0.8L, 0.6L, 0.4L, 0.2L, 0.2L});
  check_rates(deepspeed::WarmupDecayLR<double>({.total_num_steps = 4, .warmup_num_steps = 2}), any_rate,
              {0, 0, 1e-3L, 1e-3L, 0.5e-3L, 0, 0});
}

TEST_CASE("after a warm-up as long as the run deepspeed.WarmupDecayLR is at its end at once") {
  check_rates(deepspeed::WarmupDecayLR<double>(
                  {.total_num_steps = 1, .warmup_max_lr = 1, .warmup_num_steps = 2, .warmup_type = WarmupType::linear}),
              any_rate, {0, 0, 0.5L, 0, 0});
}

TEST_CASE("deepspeed.WarmupCosineLR begins with an update at 0 and is never full after a linear warm-up") {
  check_rates(deepspeed::WarmupCosineLR<double>({.total_num_steps = 4,
                                                 .warmup_min_ratio = 0.5,
                                                 .warmup_num_steps = 2,
                                                 .cos_min_ratio = 0.5,
                                                 .warmup_type = WarmupType::linear}),
              0.8, {0, 0.4L, 0.6L, 0.6L, 0.4L, 0.4L});
  check_rates(deepspeed::WarmupCosineLR<double>({.total_num_steps = 6, .warmup_num_steps = 4, .cos_min_ratio = 0}), 0.8,
              {0, 0, 0.4L, 0.63398500028846247258L, 0.8L, 0.4L, 0, 0});
}

TEST_CASE("deepspeed.LRRangeTest rises for ever, in a straight line or in stairs") {
  check_rates<double>(deepspeed::LRRangeTest<double>(
                          {.lr_range_test_min_lr = 0.2, .lr_range_test_step_size = 2, .lr_range_test_step_rate = 3}),
                      any_rate, {0.2L, 0.5L, 0.8L, 1.1L, 1.4L});
  check_rates<double>(deepspeed::LRRangeTest<double>({.lr_range_test_min_lr = 0.2,
                                                      .lr_range_test_step_size = 2,
                                                      .lr_range_test_step_rate = 3,
                                                      .lr_range_test_staircase = true}),
                      any_rate, {0.2L, 0.2L, 0.8L, 0.8L, 1.4L});
  const deepspeed::LRRangeTest<double> of_groups{.lr_range_test_min_lr = {0.2, 0.4}, .lr_range_test_step_size = 1};
  CHECK(of_groups.at(1, Group<double>(any_rate, 1)) == about(0.8L));
}

TEST_CASE("deepspeed.OneCycle goes up and down once and decays after it; momentum goes the other way") {
  const deepspeed::OneCycle<double> schedule{.cycle_min_lr = 0.2,
                                             .cycle_max_lr = 0.8,
                                             .decay_lr_rate = 1,
                                             .cycle_first_step_size = 2,
                                             .cycle_second_step_size = 3,
                                             .decay_step_size = 2,
                                             .cycle_min_mom = 0.5,
                                             .cycle_max_mom = 0.8,
                                             .decay_mom_rate = 0.5};
  check_rates<double>(schedule, any_rate, {0.2L, 0.5L, 0.8L, 0.6L, 0.4L, 0.2L, 0.13333333333333333333L, 0.1L, 0.08L});
  const std::vector<long double> momentums{0.5L, 0.65L, 0.5L, 0.6L, 0.7L, 0.8L, 1, 1.2L, 1.4L};
  for (Epoch t = 0; t < 9; ++t) {
    CAPTURE(t);
    CHECK(*schedule.at(t).momentum(any_rate) == about(momentums[static_cast<std::size_t>(t)]));
  }
}

TEST_CASE("deepspeed.OneCycle moves in stairs, and stays after the cycle without a decay") {
  check_rates<double>(deepspeed::OneCycle<double>{.cycle_min_lr = 0.2,
                                                  .cycle_max_lr = 0.8,
                                                  .decay_lr_rate = 1,
                                                  .cycle_first_step_size = 6,
                                                  .cycle_first_stair_count = 3,
                                                  .cycle_second_stair_count = 2},
                      any_rate, {0.2L, 0.2L, 0.4L, 0.4L, 0.6L, 0.6L, 0.8L, 0.5L, 0.5L, 0.5L, 0.2L, 0.2L, 0.2L, 0.2L});
}

TEST_CASE("without a second half deepspeed.OneCycle falls at once, and without momentum it leaves that alone") {
  const deepspeed::OneCycle<double> schedule{.cycle_min_lr = 0.2,
                                             .cycle_max_lr = 0.8,
                                             .cycle_first_step_size = 2,
                                             .cycle_second_step_size = 0,
                                             .cycle_momentum = false};
  check_rates<double>(schedule, any_rate, {0.2L, 0.5L, 0.2L, 0.2L});
  CHECK_FALSE(schedule.at(0).momentum(any_rate).has_value());
  auto groups = two_groups<double>();
  const Scheduled scheduler{groups, schedule};
  CHECK(groups[1].lr == about(0.2L));
}

TEST_CASE("deepspeed.OneCycle has rates and momentum for each group") {
  auto groups = two_groups_with_momentum<double>();
  Scheduled scheduler{groups, deepspeed::OneCycle<double>{.cycle_min_lr = {0.2, 0.4},
                                                          .cycle_max_lr = {0.8, 1.0},
                                                          .cycle_first_step_size = 1,
                                                          .cycle_min_mom = {0.1, 0.2}}};
  scheduler.step();
  CHECK(groups[0].lr == about(0.8L));
  CHECK(groups[1].lr == about(1));
  CHECK(*groups[0].momentum == about(0.1L));
  CHECK(*groups[1].momentum == about(0.2L));
}

TEST_CASE("deepspeed.WarmupLR with a straight line is the library's, one update late") {
  check_same_rates(
      deepspeed::WarmupLR<double>({.warmup_num_steps = 7, .warmup_type = WarmupType::linear}),
      schedule::Retimed<double>{.schedule = schedule::LinearWarmup<double>{.warmup_steps = 7}, .begin = -1});
  check_same_rates(
      deepspeed::WarmupDecayLR<double>(
          {.total_num_steps = 40, .warmup_max_lr = 0.8, .warmup_num_steps = 7, .warmup_type = WarmupType::linear}),
      schedule::Retimed<double>{.schedule = schedule::WarmupLinear<double>{.warmup_steps = 7, .total_steps = 40},
                                .begin = -1});
}

TEST_CASE("deepspeed.OneCycle is the library's cycle as long as it lasts") {
  const deepspeed::OneCycle<double> one{
      .cycle_min_lr = 0.2, .cycle_max_lr = 0.8, .cycle_first_step_size = 5, .cycle_second_step_size = 7};
  const schedule::Cyclic<double> cyclic{.base_lr = 0.2, .max_lr = 0.8, .step_size_up = 5, .step_size_down = 7};
  for (Epoch t = 0; t < 12; ++t) CHECK(one.at(t, any_rate) == about(cyclic.at(t, any_rate)));
}

TEST_CASE("rates of DeepSpeed of float are those of double, rounded") {
  check_rates(deepspeed::WarmupLR<float>({.warmup_num_steps = 4}), 0.8F,
              {0, 0, 0.4L, 0.63398500028846247258L, 0.8L, 0.8L, 0.8L});
  check_rates<float>(deepspeed::OneCycle<float>{.cycle_min_lr = 0.2F, .cycle_max_lr = 0.8F, .cycle_first_step_size = 2},
                     0.1F, {0.2L, 0.5L, 0.8L, 0.5L, 0.2L, 0.2L});
}

TEST_CASE("a logarithmic warm-up is refused below two steps") {
  CHECK(message_of([] { deepspeed::LogWarmup<double>{.warmup_steps = 1}.validate(); }) ==
        "deepspeed.LogWarmup: warmup_steps must be at least 2, got 1");
  CHECK(message_of([] { deepspeed::LogWarmup<double>{.warmup_steps = 2, .start_factor = -1}.validate(); }) ==
        "deepspeed.LogWarmup: start_factor must be finite and not negative, got -1");
  CHECK(deepspeed::LogWarmup<double>{.warmup_steps = 4}.at(0.5, 1.0) == about(0.29248125036057809L));
}

TEST_CASE("options of DeepSpeed that are out of range are refused") {
  const auto refused = [](const std::string& type, const std::string& options) {
    return refusal_of(R"({"type": "deepspeed.)" + type + R"(", )" + options + "}");
  };
  CHECK(refused("WarmupLR", R"("warmup_min_lr": -1)") ==
        "deepspeed.WarmupLR: warmup_min_lr must be finite and not negative, got -1");
  CHECK(refused("WarmupLR", R"("warmup_max_lr": -1)") ==
        "deepspeed.WarmupLR: warmup_max_lr must be finite and not negative, got -1");
  CHECK(refused("WarmupLR", R"("warmup_num_steps": 0)") ==
        "deepspeed.WarmupLR: warmup_num_steps must be positive, got 0");
  CHECK(refused("WarmupLR", R"("warmup_type": "cosine")").starts_with("warmup_type: expected "));
  CHECK(refused("WarmupDecayLR", R"("total_num_steps": -1)") ==
        "deepspeed.WarmupDecayLR: total_num_steps must not be negative, got -1");
  CHECK(refused("WarmupDecayLR", R"("total_num_steps": 1, "warmup_min_lr": -1)") ==
        "deepspeed.WarmupDecayLR: warmup_min_lr must be finite and not negative, got -1");
  CHECK(refused("WarmupDecayLR", R"("total_num_steps": 1, "warmup_max_lr": -1)") ==
        "deepspeed.WarmupDecayLR: warmup_max_lr must be finite and not negative, got -1");
  CHECK(refused("WarmupDecayLR", R"("total_num_steps": 1, "warmup_num_steps": 0)") ==
        "deepspeed.WarmupDecayLR: warmup_num_steps must be positive, got 0");
  CHECK(refused("WarmupCosineLR", R"("total_num_steps": -1)") ==
        "deepspeed.WarmupCosineLR: total_num_steps must not be negative, got -1");
  CHECK(refused("WarmupCosineLR", R"("total_num_steps": 1, "warmup_min_ratio": -1)") ==
        "deepspeed.WarmupCosineLR: warmup_min_ratio must be finite and not negative, got -1");
  CHECK(refused("WarmupCosineLR", R"("total_num_steps": 1, "cos_min_ratio": -1)") ==
        "deepspeed.WarmupCosineLR: cos_min_ratio must be finite and not negative, got -1");
  CHECK(refused("WarmupCosineLR", R"("total_num_steps": 1, "warmup_num_steps": -2)") ==
        "deepspeed.WarmupCosineLR: warmup_num_steps must be positive, got -2");
  CHECK(refused("LRRangeTest", R"("lr_range_test_min_lr": -1)") ==
        "deepspeed.LRRangeTest: lr_range_test_min_lr must be finite and not negative, got -1");
  CHECK(refused("LRRangeTest", R"("lr_range_test_step_size": 0)") ==
        "deepspeed.LRRangeTest: lr_range_test_step_size must be positive, got 0");
  CHECK(refused("LRRangeTest", R"("lr_range_test_step_rate": -1)") ==
        "deepspeed.LRRangeTest: lr_range_test_step_rate must be finite and not negative, got -1");
}

TEST_CASE("options of deepspeed.OneCycle that are out of range are refused") {
  const auto refused = [](const std::string& option) {
    nlohmann::json configuration = nlohmann::json::parse("{" + option + "}");
    configuration.update({{"type", "deepspeed.OneCycle"}, {"cycle_max_lr", 1}});
    if (!configuration.contains("cycle_min_lr")) configuration["cycle_min_lr"] = 0.1;
    return refusal_of(configuration.dump());
  };
  for (const std::string option :
       {"cycle_min_lr", "decay_lr_rate", "cycle_min_mom", "cycle_max_mom", "decay_mom_rate"}) {
    CHECK(refused('"' + option + R"(": -1)") ==
          "deepspeed.OneCycle: " + option + " must be finite and not negative, got -1");
  }
  for (const std::string option :
       {"cycle_second_step_size", "cycle_first_stair_count", "cycle_second_stair_count", "decay_step_size"}) {
    CHECK(refused('"' + option + R"(": -1)") == "deepspeed.OneCycle: " + option + " must not be negative, got -1");
  }
  CHECK(refused(R"("cycle_first_step_size": 0)") ==
        "deepspeed.OneCycle: cycle_first_step_size must be positive, got 0");
  CHECK(refusal_of(R"({"type": "deepspeed.OneCycle", "cycle_min_lr": 1, "cycle_max_lr": -1})") ==
        "deepspeed.OneCycle: cycle_max_lr must be finite and not negative, got -1");
  auto groups = two_groups<double>();
  CHECK(message_of([&groups] {
          Scheduled scheduler{groups, deepspeed::OneCycle<double>{.cycle_min_lr = {1, 1, 1}, .cycle_max_lr = 1}};
        }) == "deepspeed.OneCycle: cycle_min_lr has 3 values for 2 parameter groups");
}

TEST_CASE("a mistake in a name of DeepSpeed is told with the nearest that there is") {
  CHECK(refusal_of(R"({"type": "deepspeed.WarmupDecay"})") ==
        R"(type: unknown scheduler "deepspeed.WarmupDecay", did you mean "deepspeed.WarmupDecayLR"?)");
  CHECK(refusal_of(R"({"type": "deepspeed.WarmupDecayLR", "total_steps": 1})") ==
        R"(total_steps: unknown key for deepspeed.WarmupDecayLR, did you mean "total_num_steps"?)");
  CHECK(refusal_of(R"({"type": "deepspeed.OneCycle", "cycle_min_lr": 1})") ==
        "cycle_max_lr: missing key, deepspeed.OneCycle requires it");
}

TEST_CASE("schedulers of DeepSpeed from a configuration resume and seek") {
  const std::string steps = R"("warmup_num_steps": 4, "total_num_steps": 12)";
  check_resumes(R"({"type": "deepspeed.WarmupLR", "warmup_num_steps": 5})");
  check_resumes(R"({"type": "deepspeed.WarmupLR", "warmup_num_steps": 5, "warmup_max_lr": 0.5})");
  check_resumes(R"({"type": "deepspeed.WarmupDecayLR", )" + steps + "}");
  check_resumes(R"({"type": "deepspeed.WarmupCosineLR", )" + steps + "}");
  check_resumes(R"({"type": "deepspeed.LRRangeTest", "lr_range_test_step_size": 3})");
  check_resumes(R"({"type": "deepspeed.OneCycle", "cycle_min_lr": [0.1, 0.2], "cycle_max_lr": 0.8,
                    "cycle_first_step_size": 5, "decay_step_size": 2, "decay_lr_rate": 0.5})");
}

TEST_CASE("DeepSpeed's logarithmic warm-up shows its options") {
  CHECK(shown(deepspeed::LogWarmup<double>{.warmup_steps = 4, .start_factor = 0.5}) ==
        "deepspeed.LogWarmup(warmup_steps=4, start_factor=0.5)");
}

}  // namespace
}  // namespace lr_scheduler::testing
