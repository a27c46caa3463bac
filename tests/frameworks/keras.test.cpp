// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/frameworks/keras.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "frameworks/checks.hpp"
#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("Keras' cosine falls to a share of the rate that it is given") {
  check_rates(keras::CosineDecay<double>({.initial_learning_rate = 0.2, .decay_steps = 4, .alpha = 0.1}), 0.1,
              {0.2L, 0.1736396103067892772L, 0.11L, 0.0463603896932107228L, 0.02L, 0.02L});
}

TEST_CASE("Keras' decay_steps do not count the warm-up") {
  check_rates(keras::CosineDecay<double>(
                  {.initial_learning_rate = 0.02, .decay_steps = 2, .warmup_target = 0.1, .warmup_steps = 2}),
              0.1, {0.02L, 0.06L, 0.1L, 0.05L, 0, 0});
  check_rates(keras::CosineDecay<double>({.initial_learning_rate = 0.02, .decay_steps = 2, .warmup_target = 0.1}), 0.1,
              {0.1L, 0.05L, 0, 0});
}

TEST_CASE("Keras' warm-up without a target is none") {
  check_rates(keras::CosineDecay<double>({.initial_learning_rate = 0.02, .decay_steps = 2, .warmup_steps = 5}), 0.1,
              {0.02L, 0.01L, 0, 0});
}

TEST_CASE("Keras' restarts shrink towards the lowest rate") {
  check_rates(keras::CosineDecayRestarts<double>(
                  {.initial_learning_rate = 0.1, .first_decay_steps = 2, .m_mul = 0.5, .alpha = 0.2}),
              0.1, {0.1L, 0.06L, 0.06L, 0.0541421356237309505L, 0.04L, 0.0258578643762690495L, 0.04L});
  check_rates(keras::CosineDecayRestarts<double>({.initial_learning_rate = 0.1, .first_decay_steps = 2, .t_mul = 1}),
              0.1, {0.1L, 0.05L, 0.1L, 0.05L, 0.1L});
}

TEST_CASE("Keras' exponential decay, by steps or between them") {
  keras::ExponentialDecayOptions<double> options{.initial_learning_rate = 0.1, .decay_steps = 2, .decay_rate = 0.25};
  check_rates(keras::ExponentialDecay<double>(options), 0.1, {0.1L, 0.05L, 0.025L, 0.0125L});
  options.staircase = true;
  check_rates(keras::ExponentialDecay<double>(options), 0.1, {0.1L, 0.1L, 0.025L, 0.025L, 0.00625L});
}

TEST_CASE("Keras' inverse time decay, by steps or between them") {
  keras::InverseTimeDecayOptions<double> options{.initial_learning_rate = 0.1, .decay_steps = 2, .decay_rate = 3};
  check_rates(keras::InverseTimeDecay<double>(options), 0.1, {0.1L, 0.04L, 0.025L, 0.0181818181818181818L});
  options.staircase = true;
  check_rates(keras::InverseTimeDecay<double>(options), 0.1, {0.1L, 0.1L, 0.025L, 0.025L, 0.0142857142857142857L});
  options.decay_rate = 0.0;
  check_rates(keras::InverseTimeDecay<double>(options), 0.1, {0.1L, 0.1L, 0.1L, 0.1L});
}

TEST_CASE("Keras' polynomial decay ends at 0.0001 where nothing is said") {
  check_rates(keras::PolynomialDecay<double>({.initial_learning_rate = 0.1, .decay_steps = 2}), 0.1,
              {0.1L, 0.05005L, 0.0001L, 0.0001L});
  check_rates(keras::PolynomialDecay<double>(
                  {.initial_learning_rate = 0.1, .decay_steps = 4, .end_learning_rate = 0.02, .power = 2}),
              0.1, {0.1L, 0.065L, 0.04L, 0.025L, 0.02L, 0.02L});
}

TEST_CASE("Keras' polynomial cycle touches the end after each decay_steps and jumps up from it") {
  const keras::PolynomialDecayOptions<double> options{
      .initial_learning_rate = 0.1, .decay_steps = 2, .end_learning_rate = 0.02, .cycle = true};
  const AnySchedule<double> schedule = keras::PolynomialDecay<double>(options);
  check_rates(schedule, 0.1, {0.1L, 0.06L, 0.02L, 0.04L, 0.02L, 0.0333333333333333333L, 0.02L});
  CHECK(schedule.at(2.5, 0.1) == about(0.05L));
}

TEST_CASE("Keras' polynomial decay with a power of 0 stays where it is, at the end too") {
  check_rates(keras::PolynomialDecay<double>({.initial_learning_rate = 0.1, .decay_steps = 2, .power = 0}), 0.1,
              {0.1L, 0.1L, 0.1L, 0.1L});
  check_rates(
      keras::PolynomialDecay<double>({.initial_learning_rate = 0.1, .decay_steps = 2, .power = 0, .cycle = true}), 0.1,
      {0.1L, 0.1L, 0.1L, 0.1L});
}

TEST_CASE("Keras' pieces have their boundaries among them") {
  check_rates(keras::PiecewiseConstantDecay<double>({.boundaries = {0, 2, 4}, .values = {0.3, 0.1, 0.05, 0.01}}), 0.1,
              {0.3L, 0.1L, 0.1L, 0.05L, 0.05L, 0.01L, 0.01L});
  check_rates(keras::PiecewiseConstantDecay<double>({.values = {0.3}}), 0.1, {0.3L, 0.3L});
}

TEST_CASE("Keras' rates are those of the schedule, whatever the groups have") {
  auto groups = two_groups<double>();
  Scheduled scheduler{groups, keras::CosineDecay<double>({.initial_learning_rate = 0.2, .decay_steps = 2})};
  check_rates(scheduler, groups, {{0.2L, 0.2L}, {0.1L, 0.1L}, {0, 0}});
}

TEST_CASE("Keras' schedules are ours at its rate") {
  using namespace schedule;
  const auto at_rate = [](const AnySchedule<double>& schedule) {
    return BaseRate<double>{.schedule = schedule, .base_lr = 0.3};
  };
  check_same_rates(
      at_rate(WarmupCosine<double>{.warmup_steps = 3, .total_steps = 12, .min_ratio = 0.1}),
      keras::CosineDecay<double>(
          {.initial_learning_rate = 0, .decay_steps = 9, .alpha = 0.1, .warmup_target = 0.3, .warmup_steps = 3}));
  check_same_rates(at_rate(Step<double>{.step_size = 3, .gamma = 0.5}),
                   keras::ExponentialDecay<double>(
                       {.initial_learning_rate = 0.3, .decay_steps = 3, .decay_rate = 0.5, .staircase = true}));
  check_same_rates(
      at_rate(schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 2, .T_mult = 3}),
      keras::CosineDecayRestarts<double>({.initial_learning_rate = 0.3, .first_decay_steps = 2, .t_mul = 3}));
}

TEST_CASE("Keras reduces at the epoch that its patience names, one before PyTorch") {
  Groups<double> groups{{.lr = 0.8}};
  auto scheduler = keras::ReduceLROnPlateau(groups, {.factor = 0.5, .patience = 2, .min_delta = 0.1});
  const auto after = [&](double metric) {
    scheduler.step(metric);
    return groups[0].lr;
  };
  CHECK(after(1) == 0.8);
  CHECK(after(0.95) == 0.8);  // not by min_delta
  CHECK(after(0.95) == 0.4);
  CHECK(after(0.85) == 0.4);
  CHECK(after(0.8) == 0.4);
  CHECK(after(0.8) == 0.2);
}

TEST_CASE("Keras' patience of 0 is one of 1, and so is its cooldown") {
  const auto rates = [](Count patience, Count cooldown) {
    Groups<double> groups{{.lr = 0.8}};
    auto scheduler = keras::ReduceLROnPlateau(groups, {.factor = 0.5, .patience = patience, .cooldown = cooldown});
    std::vector<double> all;
    for (int k = 0; k < 5; ++k) {
      scheduler.step(1);
      all.push_back(groups[0].lr);
    }
    return all;
  };
  CHECK(rates(0, 0) == std::vector<double>{0.8, 0.4, 0.2, 0.1, 0.05});
  CHECK(rates(1, 1) == rates(0, 0));
  CHECK(rates(1, 2) == std::vector<double>{0.8, 0.4, 0.4, 0.2, 0.2});
}

TEST_CASE("Keras' plateau follows a metric that should rise, down to min_lr") {
  Groups<float> groups{{.lr = 0.8F}};
  auto scheduler =
      keras::ReduceLROnPlateau(groups, {.factor = 0.25F, .patience = 1, .mode = keras::Mode::max, .min_lr = 0.1F});
  scheduler.step(1);
  scheduler.step(2);
  CHECK(groups[0].lr == 0.8F);
  scheduler.step(1.5F);
  CHECK(groups[0].lr == 0.2F);
  scheduler.step(1.5F);
  scheduler.step(1.5F);
  CHECK(groups[0].lr == 0.1F);
}

TEST_CASE("Keras' plateau is read from a configuration, and is no schedule") {
  const std::string text = R"({"type": "keras.ReduceLROnPlateau", "factor": 0.5, "patience": 1, "mode": "auto"})";
  Groups<double> groups{{.lr = 0.8}};
  const auto scheduler = make_scheduler(groups, nlohmann::json::parse(text), frameworks::registry<double>());
  scheduler->step(1);
  scheduler->step(1);
  CHECK(groups[0].lr == 0.4);
  CHECK(refusal_of(text) == "type: keras.ReduceLROnPlateau is no schedule: it depends on a metric");
}

TEST_CASE("Keras' arguments of a plateau that are out of range are refused") {
  const auto refusal = [](const keras::ReduceLROnPlateauOptions<double>& options) {
    Groups<double> groups{{.lr = 0.8}};
    return message_of([&] { static_cast<void>(keras::ReduceLROnPlateau(groups, options)); });
  };
  CHECK(refusal({.factor = 1}) == "keras.ReduceLROnPlateau: factor must be less than 1, got 1");
  CHECK(refusal({.factor = -1}) == "keras.ReduceLROnPlateau: factor must be finite and not negative, got -1");
  CHECK(refusal({.patience = -1}) == "keras.ReduceLROnPlateau: patience must not be negative, got -1");
  CHECK(refusal({.min_delta = -1}) == "keras.ReduceLROnPlateau: min_delta must be finite and not negative, got -1");
  CHECK(refusal({.cooldown = -1}) == "keras.ReduceLROnPlateau: cooldown must not be negative, got -1");
  CHECK(refusal({.min_lr = -1}) == "keras.ReduceLROnPlateau: min_lr must be finite and not negative, got -1");
}

TEST_CASE("Keras' schedules come in float") {
  check_rates(keras::CosineDecayRestarts<float>(
                  {.initial_learning_rate = 0.1F, .first_decay_steps = 2, .m_mul = 0.5F, .alpha = 0.2F}),
              0.1F, {0.1L, 0.06L, 0.06L, 0.0541421356237309505L, 0.04L, 0.0258578643762690495L, 0.04L});
  check_rates(keras::PolynomialDecay<float>({.initial_learning_rate = 0.1F, .decay_steps = 2}), 0.1F,
              {0.1L, 0.05005L, 0.0001L, 0.0001L});
}

TEST_CASE("a Keras schedule of a configuration is resumed and sought") {
  check_resumes(
      R"({"type": "keras.CosineDecay", "initial_learning_rate": 0.01, "decay_steps": 7, "alpha": 0.1,
          "warmup_target": 0.3, "warmup_steps": 4})");
  check_resumes(R"({"type": "keras.PolynomialDecay", "initial_learning_rate": 0.3, "decay_steps": 4, "cycle": true})");
}

TEST_CASE("Keras' arguments that are out of range are refused") {
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": -1, "decay_steps": 4})") ==
        "keras.CosineDecay: initial_learning_rate must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": 1, "decay_steps": 0})") ==
        "keras.CosineDecay: decay_steps must be positive, got 0");
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": 1, "decay_steps": 4, "alpha": -1})") ==
        "keras.CosineDecay: alpha must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": 1, "decay_steps": 4,
                       "warmup_target": -1})") ==
        "keras.CosineDecay: warmup_target must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": 1, "decay_steps": 4,
                       "warmup_steps": -1})") == "keras.CosineDecay: warmup_steps must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestarts", "initial_learning_rate": 1, "first_decay_steps": 0})") ==
        "keras.CosineDecayRestarts: first_decay_steps must be positive, got 0");
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestarts", "initial_learning_rate": 1, "first_decay_steps": 4,
                       "t_mul": 0.5})") == "keras.CosineDecayRestarts: t_mul must be at least 1, got 0.5");
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestarts", "initial_learning_rate": 1, "first_decay_steps": 4,
                       "m_mul": -1})") == "keras.CosineDecayRestarts: m_mul must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestarts", "initial_learning_rate": 1, "first_decay_steps": 4,
                       "alpha": -1})") == "keras.CosineDecayRestarts: alpha must be finite and not negative, got -1");
  for (const char* const name : {"keras.ExponentialDecay", "keras.InverseTimeDecay"}) {
    const std::string head = R"({"type": ")" + std::string(name) + R"(", )";
    const std::string said = std::string(name) + ": ";
    CHECK(refusal_of(head + R"("initial_learning_rate": -1, "decay_steps": 4, "decay_rate": 1})") ==
          said + "initial_learning_rate must be finite and not negative, got -1");
    CHECK(refusal_of(head + R"("initial_learning_rate": 1, "decay_steps": 0, "decay_rate": 1})") ==
          said + "decay_steps must be positive, got 0");
    CHECK(refusal_of(head + R"("initial_learning_rate": 1, "decay_steps": 4, "decay_rate": -1})") ==
          said + "decay_rate must be finite and not negative, got -1");
  }
  CHECK(refusal_of(R"({"type": "keras.PolynomialDecay", "initial_learning_rate": 1, "decay_steps": 0})") ==
        "keras.PolynomialDecay: decay_steps must be positive, got 0");
  CHECK(refusal_of(R"({"type": "keras.PolynomialDecay", "initial_learning_rate": 1, "decay_steps": 4,
                       "end_learning_rate": -1})") ==
        "keras.PolynomialDecay: end_learning_rate must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.PolynomialDecay", "initial_learning_rate": 1, "decay_steps": 4,
                       "power": -1})") == "keras.PolynomialDecay: power must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.PiecewiseConstantDecay", "boundaries": [2, 2], "values": [1, 2, 3]})") ==
        "keras.PiecewiseConstantDecay: boundaries[1] must be greater than 2, got 2");
  CHECK(refusal_of(R"({"type": "keras.PiecewiseConstantDecay", "boundaries": [-1], "values": [1, 2]})") ==
        "keras.PiecewiseConstantDecay: boundaries[0] must not be negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.PiecewiseConstantDecay", "boundaries": [2], "values": [1, 2, 3]})") ==
        "keras.PiecewiseConstantDecay: 1 boundaries need 2 values, got 3");
  CHECK(refusal_of(R"({"type": "keras.PiecewiseConstantDecay", "boundaries": [2], "values": [1, -2]})") ==
        "keras.PiecewiseConstantDecay: values[1] must be finite and not negative, got -2");
}

TEST_CASE("what is written wrong in a configuration of Keras is named, and the nearest word") {
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestart", "initial_learning_rate": 1, "first_decay_steps": 4})") ==
        "type: unknown scheduler \"keras.CosineDecayRestart\", did you mean \"keras.CosineDecayRestarts\"?");
  CHECK(refusal_of(R"({"type": "keras.CosineDecay", "initial_learning_rate": 1, "decay_step": 4})") ==
        "decay_step: unknown key for keras.CosineDecay, did you mean \"decay_steps\"?");
  CHECK(refusal_of(R"({"type": "keras.ExponentialDecay", "initial_learning_rate": 1, "decay_steps": 4})") ==
        "decay_rate: missing key, keras.ExponentialDecay requires it");
}

TEST_CASE("a curve of keras' own shows its options, and cycles refuse a rate below zero") {
  CHECK(shown(keras::PolynomialCycles<double>{.decay_steps = 4, .power = 2}) ==
        "keras.PolynomialCycles(decay_steps=4, power=2)");
  CHECK(keras::PolynomialCycles<double>{.decay_steps = 4, .power = 2}.at(6, 0.8) == 0.05);  // (2 / 8)^2
  CHECK(message_of([] { keras::PolynomialCycles<double>{.decay_steps = 0}.validate(); }) ==
        "keras.PolynomialCycles: decay_steps must be positive, got 0");
  CHECK(message_of([] { keras::PolynomialCycles<double>{.decay_steps = 4, .power = -1}.validate(); }) ==
        "keras.PolynomialCycles: power must be finite and not negative, got -1");
  CHECK(refusal_of(R"({"type": "keras.CosineDecayRestarts", "initial_learning_rate": -1, "first_decay_steps": 4})") ==
        "keras.CosineDecayRestarts: initial_learning_rate must be finite and not negative, got -1");
}

}  // namespace
}  // namespace lr_scheduler::testing
