// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <lr_scheduler/frameworks/transformers.hpp>
#include <lr_scheduler/schedulers.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("transformers.constant and constant_with_warmup stay at the base rate") {
  check_rates(transformers::constant<double>(), 0.8, {0.8L, 0.8L, 0.8L});
  check_rates(transformers::constant_with_warmup<double>({.num_warmup_steps = 4}), 0.8,
              {0, 0.2L, 0.4L, 0.6L, 0.8L, 0.8L});
  check_rates(transformers::constant_with_warmup<double>({.num_warmup_steps = 0}), 0.8, {0.8L, 0.8L});
}

TEST_CASE("transformers.linear is at 0 at the end, and from there on") {
  check_rates(transformers::linear<double>({.num_warmup_steps = 2, .num_training_steps = 6}), 0.8,
              {0, 0.4L, 0.8L, 0.6L, 0.4L, 0.2L, 0, 0});
}

TEST_CASE("a warm-up as long as the run is full at no update in transformers.linear") {
  check_rates(transformers::linear<double>({.num_warmup_steps = 2, .num_training_steps = 2}), 0.8, {0, 0.4L, 0, 0});
  check_rates(transformers::linear<double>({.num_warmup_steps = 4, .num_training_steps = 2}), 0.8,
              {0, 0.2L, 0.4L, 0.6L, 0, 0});
}

TEST_CASE("transformers.cosine rises again after the end") {
  check_rates(transformers::cosine<double>({.num_warmup_steps = 1, .num_training_steps = 5}), 0.8,
              {0, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0, 0.11715728752538099024L, 0.4L,
               0.68284271247461900976L, 0.8L});
}

TEST_CASE("transformers.cosine has any number of waves") {
  check_rates(transformers::cosine<double>({.num_warmup_steps = 0, .num_training_steps = 8, .num_cycles = 1}), 0.8,
              {0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0, 0.11715728752538099024L});
  check_rates(transformers::cosine<double>({.num_warmup_steps = 1, .num_training_steps = 8, .num_cycles = 0}), 0.8,
              {0, 0.8L, 0.8L, 0.8L});
}

TEST_CASE("a warm-up as long as the run flips between full and 0 after it in transformers.cosine") {
  check_rates(transformers::cosine<double>({.num_warmup_steps = 2, .num_training_steps = 2}), 0.8,
              {0, 0.4L, 0.8L, 0, 0.8L, 0});
}

TEST_CASE("transformers.cosine_with_restarts starts anew, and is at 0 from the end on") {
  check_rates(
      transformers::cosine_with_restarts<double>({.num_warmup_steps = 1, .num_training_steps = 9, .num_cycles = 2}),
      0.8,
      {0, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0.8L, 0.68284271247461900976L, 0.4L,
       0.11715728752538099024L, 0, 0});
  check_rates(transformers::cosine_with_restarts<double>({.num_warmup_steps = 1, .num_training_steps = 1}), 0.8,
              {0, 0.8L, 0, 0});
}

TEST_CASE("restarts of transformers need not divide the steps") {
  // Cycles of 1.5 steps: 0, 2/3 of one, 1/3 of one.
  check_rates(
      transformers::cosine_with_restarts<double>({.num_warmup_steps = 0, .num_training_steps = 3, .num_cycles = 2}),
      0.8, {0.8L, 0.2L, 0.6L, 0});
}

TEST_CASE("transformers.polynomial ends at lr_end for every group") {
  const AnySchedule<double> schedule =
      transformers::polynomial<double>({.num_warmup_steps = 2, .num_training_steps = 6, .lr_end = 0.4, .power = 2});
  check_rates(schedule, 0.8, {0, 0.4L, 0.8L, 0.625L, 0.5L, 0.425L, 0.4L, 0.4L});
  check_rates(schedule, 1.2, {0, 0.6L, 1.2L, 0.85L, 0.6L, 0.45L, 0.4L, 0.4L});
}

TEST_CASE("with the optimizer's default rate transformers.polynomial ends at lr_end's ratio to it") {
  const AnySchedule<double> schedule = transformers::polynomial<double>(
      {.num_warmup_steps = 2, .num_training_steps = 6, .lr_end = 0.4, .power = 2, .default_lr = 0.8});
  check_rates(schedule, 0.8, {0, 0.4L, 0.8L, 0.625L, 0.5L, 0.425L, 0.4L, 0.4L});
  check_rates(schedule, 1.6, {0, 0.8L, 1.6L, 1.25L, 1, 0.85L, 0.8L, 0.8L});
}

TEST_CASE("transformers.polynomial is at its end where transformers divides by zero") {
  check_rates(transformers::polynomial<double>({.num_warmup_steps = 2, .num_training_steps = 2}), 0.8,
              {0, 0.4L, 1e-7L, 1e-7L});
}

TEST_CASE("transformers.inverse_sqrt falls with the square root of the steps since the warm-up") {
  check_rates(transformers::inverse_sqrt<double>({.num_warmup_steps = 1}), 0.8,
              {0, 0.8L, 0.56568542494923801952L, 0.46188021535170061L, 0.4L});
  check_rates(transformers::inverse_sqrt<double>({.num_warmup_steps = 1, .timescale = 4}), 0.8,
              {0, 0.8L, 0.71554175279993270285L, 0.65319726474218082619L});
  CHECK(transformers::inverse_sqrt<double>({.num_warmup_steps = 0}).at(30000, 0.8) == about(0.4L));
}

TEST_CASE("transformers.cosine_with_min_lr ends at a rate or at a ratio, and rises again") {
  const std::vector<long double> at_0_4{0, 0.4L, 0.8L, 0.6L, 0.4L, 0.6L, 0.8L};
  check_rates(transformers::cosine_with_min_lr<double>({.num_warmup_steps = 2, .num_training_steps = 4, .min_lr = 0.4}),
              0.8, at_0_4);
  check_rates(
      transformers::cosine_with_min_lr<double>({.num_warmup_steps = 2, .num_training_steps = 4, .min_lr_rate = 0.5}),
      0.8, at_0_4);
}

TEST_CASE("a group with another rate than the optimizer's ends elsewhere where transformers makes a ratio of min_lr") {
  const AnySchedule<double> ratio = transformers::cosine_with_min_lr<double>(
      {.num_warmup_steps = 2, .num_training_steps = 4, .min_lr = 0.1, .default_lr = 0.8});
  CHECK(ratio.at(4, 0.8) == about(0.1L));
  CHECK(ratio.at(4, 1.6) == about(0.2L));
  const AnySchedule<double> rate =
      transformers::cosine_with_min_lr<double>({.num_warmup_steps = 2, .num_training_steps = 4, .min_lr = 0.1});
  CHECK(rate.at(4, 1.6) == about(0.1L));
}

TEST_CASE(
    "transformers.cosine_warmup_with_min_lr is one step ahead: full before the warm-up's end, low before the end") {
  check_rates(transformers::cosine_warmup_with_min_lr<double>(
                  {.num_warmup_steps = 2, .num_training_steps = 4, .min_lr_rate = 0.5}),
              0.8, {0.4L, 0.8L, 0.6L, 0.4L, 0.6L});
  check_rates(
      transformers::cosine_warmup_with_min_lr<double>(
          {.num_warmup_steps = 3, .num_training_steps = 5, .min_lr = 0.4, .warmup_lr_rate = 0.5, .default_lr = 0.8}),
      0.8, {0.4L, 0.6L, 0.8L, 0.6L, 0.4L});
}

TEST_CASE("a warm-up of one update is at warmup_lr_rate in transformers.cosine_warmup_with_min_lr") {
  check_rates(transformers::cosine_warmup_with_min_lr<double>(
                  {.num_warmup_steps = 1, .num_training_steps = 3, .min_lr_rate = 0.5, .warmup_lr_rate = 0.25}),
              0.8, {0.2L, 0.6L, 0.4L});
}

TEST_CASE("transformers.warmup_stable_decay begins and ends at min_lr_ratio") {
  check_rates(transformers::warmup_stable_decay<double>({.num_warmup_steps = 2,
                                                         .num_decay_steps = 4,
                                                         .num_training_steps = 8,
                                                         .decay_type = Shape::linear,
                                                         .min_lr_ratio = 0.5}),
              0.8, {0.4L, 0.6L, 0.8L, 0.8L, 0.8L, 0.7L, 0.6L, 0.5L, 0.4L, 0.4L});
}

TEST_CASE("transformers.warmup_stable_decay has three ways up and three ways down") {
  check_rates(transformers::warmup_stable_decay<double>({.num_warmup_steps = 4,
                                                         .num_decay_steps = 4,
                                                         .num_stable_steps = 1,
                                                         .warmup_type = Shape::one_minus_sqrt,
                                                         .decay_type = Shape::one_minus_sqrt}),
              0.8,
              {0, 0.10717967697244908259L, 0.23431457505076198048L, 0.4L, 0.8L, 0.8L, 0.4L, 0.23431457505076198048L,
               0.10717967697244908259L, 0, 0});
  check_rates(transformers::warmup_stable_decay<double>(
                  {.num_warmup_steps = 2, .num_decay_steps = 2, .num_stable_steps = 0, .warmup_type = Shape::cosine}),
              0.8, {0, 0.4L, 0.8L, 0.4L, 0, 0});
}

TEST_CASE("waves of transformers.warmup_stable_decay are cut off at the end of the decay") {
  check_rates(transformers::warmup_stable_decay<double>(
                  {.num_warmup_steps = 0, .num_decay_steps = 4, .num_stable_steps = 1, .num_cycles = 1}),
              0.8, {0.8L, 0.8L, 0.4L, 0, 0.4L, 0, 0});
}

TEST_CASE("transformers.warmup_stable_decay drops into a decay that has begun before the warm-up ends") {
  check_rates(transformers::warmup_stable_decay<double>(
                  {.num_warmup_steps = 3, .num_decay_steps = 4, .num_training_steps = 5, .decay_type = Shape::linear}),
              0.9, {0, 0.3L, 0.6L, 0.45L, 0.225L, 0, 0});
  check_rates(
      transformers::warmup_stable_decay<double>({.num_warmup_steps = 1, .num_decay_steps = 0, .num_training_steps = 3}),
      0.9, {0, 0.9L, 0.9L, 0, 0});
}

TEST_CASE("schedules of transformers are those of the library under other names, where it has them") {
  check_same_rates(transformers::linear<double>({.num_warmup_steps = 7, .num_training_steps = 40}),
                   schedule::WarmupLinear<double>{.warmup_steps = 7, .total_steps = 40});
  check_same_rates(
      transformers::polynomial<double>(
          {.num_warmup_steps = 7, .num_training_steps = 40, .lr_end = 0.2, .power = 1.5, .default_lr = 0.8}),
      schedule::WarmupPolynomial<double>{.warmup_steps = 7, .total_steps = 40, .power = 1.5, .min_ratio = 0.25});
  check_same_rates(transformers::inverse_sqrt<double>({.num_warmup_steps = 7}),
                   schedule::WarmupInverseSqrt<double>{.warmup_steps = 7});
  check_same_rates(transformers::cosine<double>({.num_warmup_steps = 7, .num_training_steps = 40}),
                   schedule::Sequential<double>{.schedules = {schedule::LinearWarmup<double>{.warmup_steps = 7},
                                                              schedule::CosineAnnealing<double>{.T_max = 33}},
                                                .milestones = {7}});
  check_same_rates(transformers::warmup_stable_decay<double>({.num_warmup_steps = 7,
                                                              .num_decay_steps = 20,
                                                              .num_training_steps = 40,
                                                              .decay_type = Shape::one_minus_sqrt}),
                   schedule::WarmupStableDecay<double>{.warmup_steps = 7, .stable_steps = 13, .decay_steps = 20});
}

TEST_CASE("transformers.reduce_lr_on_plateau is the library's ReduceLROnPlateau") {
  auto groups = two_groups<double>();
  auto scheduler = transformers::reduce_lr_on_plateau(groups, {.factor = 0.5, .patience = 1});
  for (const double metric : {1.0, 1.0, 1.0}) scheduler.step(metric);
  CHECK(groups[0].lr == about(0.05L));
  CHECK(groups[1].lr == about(0.2L));
}

TEST_CASE("transformers.greedy is the library's GreedyLR: it rises and falls") {
  auto groups = two_groups<double>();
  auto scheduler = transformers::greedy(groups, {.factor = 0.5, .patience = 0});
  scheduler.step(1.0);
  CHECK(groups[0].lr == about(0.2L));
  scheduler.step(1.0);
  scheduler.step(1.0);
  CHECK(groups[0].lr == about(0.05L));
  CHECK(groups[1].lr == about(0.2L));
}

TEST_CASE("the schedulers of transformers that depend on a metric are made from a configuration") {
  const auto configuration = nlohmann::json::parse(R"({"type": "transformers.greedy", "factor": 0.5, "patience": 0})");
  auto groups = two_groups<double>();
  const auto scheduler = make_scheduler(groups, configuration, frameworks::registry<double>());
  scheduler->step(1.0);
  CHECK(groups[0].lr == about(0.2L));

  auto resumed_groups = two_groups<double>();
  const auto resumed = make_scheduler(resumed_groups, configuration, frameworks::registry<double>());
  resumed->load_state_dict(state_from_json(nlohmann::json::parse(to_json(scheduler->state_dict()).dump())));
  CHECK(same_groups(groups, resumed_groups));
  for (const double metric : {1.0, 0.5, 0.7}) {
    scheduler->step(metric);
    resumed->step(metric);
    CHECK(same_groups(groups, resumed_groups));
  }
}

TEST_CASE("options of transformers' schedulers that depend on a metric are refused where they are out of range") {
  auto groups = two_groups<double>();
  const auto refused = [&groups](const std::string& text) {
    return message_of([&] {
      static_cast<void>(make_scheduler(groups, nlohmann::json::parse(text), frameworks::registry<double>()));
    });
  };
  CHECK(refused(R"({"type": "transformers.greedy", "factor": 1})") == "GreedyLR: factor must be less than 1, got 1");
  CHECK(refused(R"({"type": "transformers.reduce_lr_on_plateau", "patience": -1})") ==
        "ReduceLROnPlateau: patience must not be negative, got -1");
  CHECK(refused(R"({"type": "transformers.greedy", "windows": 1})")
            .starts_with("windows: unknown key for transformers.greedy, did you mean "));
  CHECK(refusal_of(R"({"type": "transformers.greedy"})") ==
        "type: transformers.greedy is no schedule: it depends on a metric");
}

TEST_CASE("rates of float are those of double, rounded") {
  check_rates(transformers::cosine<float>({.num_warmup_steps = 1, .num_training_steps = 5}), 0.8F,
              {0, 0.8L, 0.68284271247461900976L, 0.4L, 0.11715728752538099024L, 0});
  check_rates(transformers::polynomial<float>({.num_warmup_steps = 2, .num_training_steps = 6, .power = 2}), 0.8F,
              {0, 0.4L, 0.8L, 0.45000004375L, 0.200000075L, 0.05000009375L, 1e-7L});
}

TEST_CASE("options of transformers that are out of range are refused") {
  CHECK(message_of([] {
          static_cast<void>(transformers::cosine<double>({.num_warmup_steps = -1, .num_training_steps = 1}));
        }) == "transformers.cosine: num_warmup_steps must not be negative, got -1");
  CHECK(message_of([] {
          static_cast<void>(transformers::linear<double>({.num_warmup_steps = 1, .num_training_steps = -1}));
        }) == "transformers.linear: num_training_steps must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "transformers.constant_with_warmup", "num_warmup_steps": -3})") ==
        "transformers.constant_with_warmup: num_warmup_steps must not be negative, got -3");
  const auto refused = [](const std::string& type, const std::string& options) {
    return refusal_of(R"({"type": "transformers.)" + type + R"(", "num_warmup_steps": 1, )" + options + "}");
  };
  CHECK(refused("cosine", R"("num_training_steps": 2, "num_cycles": -0.5)") ==
        "transformers.cosine: num_cycles must be finite and not negative, got -0.5");
  CHECK(refused("cosine_with_restarts", R"("num_training_steps": 2, "num_cycles": 0)") ==
        "transformers.cosine_with_restarts: num_cycles must be finite and positive, got 0");
  CHECK(refused("polynomial", R"("num_training_steps": 2, "lr_end": -1)") ==
        "transformers.polynomial: lr_end must be finite and not negative, got -1");
  CHECK(refused("polynomial", R"("num_training_steps": 2, "power": 0)") ==
        "transformers.polynomial: power must be finite and positive, got 0");
  CHECK(refused("polynomial", R"("num_training_steps": 2, "lr_end": 0.5, "default_lr": 0.5)") ==
        "transformers.polynomial: default_lr must be above lr_end, 0.5, got 0.5");
  CHECK(refused("inverse_sqrt", R"("timescale": 0)") == "transformers.inverse_sqrt: timescale must be positive, got 0");
  CHECK(refused("cosine_with_min_lr", R"("num_training_steps": 2)") ==
        "transformers.cosine_with_min_lr: needs min_lr or min_lr_rate, got none");
  CHECK(refused("cosine_warmup_with_min_lr", R"("num_training_steps": 2, "min_lr": 0, "min_lr_rate": 0)") ==
        "transformers.cosine_warmup_with_min_lr: needs min_lr or min_lr_rate, got both");
  CHECK(refused("cosine_with_min_lr", R"("num_training_steps": 2, "min_lr": -1)") ==
        "transformers.cosine_with_min_lr: min_lr must be finite and not negative, got -1");
  CHECK(refused("cosine_with_min_lr", R"("num_training_steps": 2, "min_lr_rate": -1)") ==
        "transformers.cosine_with_min_lr: min_lr_rate must be finite and not negative, got -1");
  CHECK(refused("cosine_with_min_lr", R"("num_training_steps": 2, "min_lr": 0, "default_lr": 0)") ==
        "transformers.cosine_with_min_lr: default_lr must be finite and positive, got 0");
  CHECK(refused("cosine_with_min_lr", R"("num_training_steps": 2, "min_lr": 0, "num_cycles": -1)") ==
        "transformers.cosine_with_min_lr: num_cycles must be finite and not negative, got -1");
  CHECK(refused("cosine_warmup_with_min_lr", R"("num_training_steps": 2, "min_lr": 0, "warmup_lr_rate": -1)") ==
        "transformers.cosine_warmup_with_min_lr: warmup_lr_rate must be finite and not negative, got -1");
}

TEST_CASE("options of transformers.warmup_stable_decay that are out of range are refused") {
  const auto refused = [](const std::string& options) {
    return refusal_of(R"({"type": "transformers.warmup_stable_decay", "num_warmup_steps": 1, "num_decay_steps": )" +
                      options + "}");
  };
  CHECK(refused("1") == "transformers.warmup_stable_decay: needs num_training_steps or num_stable_steps, got none");
  CHECK(refused(R"(-1, "num_stable_steps": 1)") ==
        "transformers.warmup_stable_decay: num_decay_steps must not be negative, got -1");
  CHECK(refused(R"(1, "num_stable_steps": -1)") ==
        "transformers.warmup_stable_decay: num_stable_steps must not be negative, got -1");
  CHECK(refused(R"(1, "num_training_steps": -1)") ==
        "transformers.warmup_stable_decay: num_training_steps must not be negative, got -1");
  CHECK(refused(R"(1, "num_stable_steps": 1, "min_lr_ratio": -1)") ==
        "transformers.warmup_stable_decay: min_lr_ratio must be finite and not negative, got -1");
  CHECK(refused(R"(1, "num_stable_steps": 1, "num_cycles": -1)") ==
        "transformers.warmup_stable_decay: num_cycles must be finite and not negative, got -1");
  CHECK(refused(R"(1, "num_stable_steps": 1, "decay_type": "sqrt")").starts_with("decay_type: expected "));
  CHECK(message_of([] {
          static_cast<void>(transformers::warmup_stable_decay<double>(
              {.num_warmup_steps = 1, .num_decay_steps = 1, .num_stable_steps = 1, .warmup_type = Shape::geometric}));
        }) == "transformers.warmup_stable_decay: warmup_type must be linear or cosine or 1-sqrt, got geometric");
  CHECK(message_of([] {
          static_cast<void>(transformers::warmup_stable_decay<double>(
              {.num_warmup_steps = 1, .num_decay_steps = 1, .num_stable_steps = 1, .decay_type = Shape::geometric}));
        }) == "transformers.warmup_stable_decay: decay_type must be linear or cosine or 1-sqrt, got geometric");
}

TEST_CASE("a mistake in a name of transformers is told with the nearest that there is") {
  CHECK(refusal_of(R"({"type": "transformers.cosin", "num_warmup_steps": 1})") ==
        R"(type: unknown scheduler "transformers.cosin", did you mean "transformers.cosine"?)");
  CHECK(refusal_of(R"({"type": "transformers.linear", "warmup_steps": 1, "num_training_steps": 2})") ==
        R"(warmup_steps: unknown key for transformers.linear, did you mean "num_warmup_steps"?)");
  CHECK(refusal_of(R"({"type": "transformers.linear", "num_warmup_steps": 1})") ==
        "num_training_steps: missing key, transformers.linear requires it");
}

TEST_CASE("schedulers of transformers from a configuration resume and seek") {
  const std::string steps = R"("num_warmup_steps": 2, "num_training_steps": 12)";
  check_resumes(R"({"type": "transformers.constant"})");
  check_resumes(R"({"type": "transformers.constant_with_warmup", "num_warmup_steps": 5})");
  check_resumes(R"({"type": "transformers.linear", )" + steps + "}");
  check_resumes(R"({"type": "transformers.cosine", "num_cycles": 1.5, )" + steps + "}");
  check_resumes(R"({"type": "transformers.cosine_with_restarts", "num_cycles": 3, )" + steps + "}");
  check_resumes(R"({"type": "transformers.polynomial", "power": 2, "lr_end": 0.01, )" + steps + "}");
  check_resumes(R"({"type": "transformers.inverse_sqrt", "num_warmup_steps": 2})");
  check_resumes(R"({"type": "transformers.cosine_with_min_lr", "min_lr": 0.01, )" + steps + "}");
  check_resumes(R"({"type": "transformers.cosine_warmup_with_min_lr", "min_lr_rate": 0.1, )" + steps + "}");
  check_resumes(R"({"type": "transformers.warmup_stable_decay", "num_decay_steps": 4, "warmup_type": "1-sqrt", )" +
                steps + "}");
}

TEST_CASE("a schedule of transformers is a part of others in a configuration") {
  const AnySchedule<double> schedule = from_json(R"({"type": "SequentialLR", "milestones": [2], "schedulers": [
    {"type": "ConstantLR", "factor": 0.5},
    {"type": "transformers.linear", "num_warmup_steps": 0, "num_training_steps": 2}]})");
  check_rates(schedule, 0.8, {0.4L, 0.4L, 0.8L, 0.4L, 0});
  CHECK(refusal_of(R"({"type": "SequentialLR", "milestones": [2], "schedulers": [{"type": "ConstantLR"},
    {"type": "transformers.linear", "num_warmup_steps": -1, "num_training_steps": 2}]})") ==
        "schedulers[1]: transformers.linear: num_warmup_steps must not be negative, got -1");
}

}  // namespace
}  // namespace lr_scheduler::testing
