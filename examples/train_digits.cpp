// SPDX-License-Identifier: MIT
// Trains a small network on handwritten digits, with a constant rate and with a schedule.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lr_scheduler/fmt.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "digits/data.hpp"
#include "digits/progress.hpp"
#include "digits/results.hpp"
#include "digits/training.hpp"

namespace {

using lr_scheduler::Scheduler;
namespace schedule = lr_scheduler::schedule;

constexpr std::array rates{0.0125F, 0.025F, 0.05F, 0.1F};
// The best of these for each over seeds 1 to 10; the comparison shows them all.
constexpr float constant_rate = 0.0125F;
constexpr float scheduled_rate = 0.05F;

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 10;
  std::uint64_t epochs = 10;
  std::optional<nlohmann::json> schedule{};
  std::filesystem::path data = LR_SCHEDULER_EXAMPLES_DATA;
  std::filesystem::path output = "out";
  bool help = false;
};

constexpr std::string_view usage = R"(Usage: train_digits [OPTION]...

Trains a small network on handwritten digits, once with a constant learning rate
and once with linear warm-up and cosine annealing, stepped each batch, and
compares the two over several rates and seeds.

  --seed N         the first seed, of the initial weights and of the order of the
                   samples (default 1)
  --seeds N        how many seeds to compare over (default 10)
  --epochs N       passes over the training data (default 10)
  --schedule JSON  another schedule in place of warm-up and cosine annealing: a
                   file, or the text itself, such as
                   '{"type": "StepLR", "step_size": 500}'.
                   It counts batches, of which an epoch has 125.
  --data FILE      the digits: 64 pixels and the digit in each line
  --output FOLDER  where the results go (default out)
  --help           this text
)";

/// What the user got wrong on the command line.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::uint64_t parse_number(const std::string& option, const std::string& text, std::uint64_t lowest) {
  constexpr std::uint64_t highest = 1'000'000;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest) {
    throw UsageError(fmt::format("{} must be a whole number from {} to {}, got '{}'", option, lowest, highest, text));
  }
  return value;
}

nlohmann::json parse_schedule(const std::string& text) {
  try {
    if (text.starts_with('{')) return nlohmann::json::parse(text);
    std::ifstream file(text);
    if (!file) throw UsageError(fmt::format("--schedule: {} cannot be opened", text));
    return nlohmann::json::parse(file);
  } catch (const nlohmann::json::parse_error& error) {
    throw UsageError(fmt::format("--schedule: {}", error.what()));
  }
}

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string option = argument.substr(0, equals);
    const auto value = [&] {
      if (equals != std::string::npos) return argument.substr(equals + 1);
      if (i + 1 == arguments.size()) throw UsageError(option + " needs a value");
      return arguments[++i];
    };
    if (argument == "--help") {
      options.help = true;
    } else if (option == "--seed") {
      options.seed = parse_number(option, value(), 0);
    } else if (option == "--seeds") {
      options.seeds = parse_number(option, value(), 1);
    } else if (option == "--epochs") {
      options.epochs = parse_number(option, value(), 1);
    } else if (option == "--schedule") {
      options.schedule = parse_schedule(value());
    } else if (option == "--data") {
      options.data = value();
    } else if (option == "--output") {
      options.output = value();
    } else {
      throw UsageError("unknown option " + argument);
    }
  }
  return options;
}

/// How to make a run's scheduler.
struct Plan {
  std::string label;
  std::function<std::unique_ptr<Scheduler<float>>(digits::Sgd&)> bind;
};

Plan constant_plan() {
  return {"constant", [](digits::Sgd& optimizer) {
            return std::make_unique<lr_scheduler::ConstantLR<float>>(optimizer, schedule::Constant<float>{.factor = 1});
          }};
}

/// The rate rises for a tenth of the updates, then falls to zero along half a cosine wave.
Plan warmup_and_cosine_plan(std::int64_t updates) {
  const std::int64_t warmup = std::max<std::int64_t>(1, updates / 10);
  return {"warm-up + cosine", [=](digits::Sgd& optimizer) {
            return std::make_unique<lr_scheduler::SequentialLR<float>>(
                optimizer,
                schedule::Sequential<float>{
                    .schedules = {schedule::LinearWarmup<float>{.warmup_steps = warmup,
                                                                .start_factor = 1.0F / static_cast<float>(warmup)},
                                  schedule::CosineAnnealing<float>{.T_max = updates - warmup}},
                    .milestones = {warmup}});
          }};
}

Plan plan_from_json(const nlohmann::json& json) {
  Plan plan{"scheduled", [json](digits::Sgd& optimizer) { return lr_scheduler::make_scheduler(optimizer, json); }};
  try {
    digits::Sgd optimizer;
    static_cast<void>(plan.bind(optimizer));
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("--schedule: {}", error.what()));
  }
  return plan;
}

/// Trains, and calls after_epoch(scheduler, result) after each epoch.
template <class AfterEpoch>
digits::Result train(const digits::Data& data, const Plan& plan, float rate, std::uint64_t seed, std::uint64_t epochs,
                     AfterEpoch&& after_epoch) {
  digits::Training training(data.training, seed, rate);
  const auto scheduler = plan.bind(training.optimizer);
  digits::Result result{.label = plan.label};
  for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::int64_t batch = 0; batch < training.batches_per_epoch(); ++batch) {
      const float rate_of_update = training.optimizer.param_groups[0].lr;
      const float loss = training.update();
      scheduler->step(loss);
      result.updates.push_back({rate_of_update, loss});
    }
    result.test_accuracies.push_back(training.accuracy(data.test));
    after_epoch(*scheduler, result);
  }
  return result;
}

/// Trains once and prints a line for each epoch.
digits::Result train_and_print(const digits::Data& data, const Plan& plan, float rate, const Options& options) {
  fmt::print("{}, seed {}\n{:>5}  {:>9}  {:>13}  {:>13}\n", plan.label, options.seed, "epoch", "rate", "training loss",
             "test accuracy");
  digits::Progress progress(options.epochs);
  const auto print_epoch = [&](const Scheduler<float>& scheduler, const digits::Result& result) {
    const std::size_t epoch = result.test_accuracies.size();
    progress.clear();
    fmt::print("{:>5}  {:>9.3g}  {:>13.4f}  {:>11.2f} %\n", epoch, result.updates.back().rate,
               result.training_loss(epoch - 1), 100 * result.test_accuracies.back());
    if (epoch == options.epochs) fmt::print("{}\n\n", scheduler);
    progress.advance();
  };
  return train(data, plan, rate, options.seed, options.epochs, print_epoch);
}

/// Test accuracies in per cent, one for each seed.
struct Accuracies {
  float rate = 0;
  std::vector<double> values{};

  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  /// Of the sample; 0 for a single value.
  [[nodiscard]] double standard_deviation() const {
    if (values.size() == 1) return 0;
    double sum = 0;
    for (const double value : values) sum += (value - mean()) * (value - mean());
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
  }
  friend bool operator<(const Accuracies& left, const Accuracies& right) { return left.mean() < right.mean(); }
};

/// Trains with both plans at every rate from every seed, and prints how they compare.
void compare(const digits::Data& data, const Plan& constant, const Plan& scheduled, const Options& options) {
  fmt::print("test accuracy after {} epochs, mean ± standard deviation over seeds {} to {}\n", options.epochs,
             options.seed, options.seed + options.seeds - 1);
  digits::Progress progress(2 * rates.size() * options.seeds);
  const auto measure = [&](const Plan& plan, float rate) {
    Accuracies accuracies{.rate = rate};
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
      const auto result = train(data, plan, rate, options.seed + i, options.epochs, [](const auto&, const auto&) {});
      accuracies.values.push_back(100 * result.test_accuracies.back());
      progress.advance();
    }
    return accuracies;
  };
  std::vector<Accuracies> of_constant;
  std::vector<Accuracies> of_scheduled;
  for (const float rate : rates) {
    of_constant.push_back(measure(constant, rate));
    of_scheduled.push_back(measure(scheduled, rate));
  }
  progress.clear();

  fmt::print("{:>7}  {:>17}  {:>17}\n", "rate", constant.label, scheduled.label);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    fmt::print("{:>7}  {:>7.2f} ± {:>5.2f} %  {:>7.2f} ± {:>5.2f} %\n", rates[i], of_constant[i].mean(),
               of_constant[i].standard_deviation(), of_scheduled[i].mean(), of_scheduled[i].standard_deviation());
  }

  const auto& best_constant = *std::max_element(of_constant.begin(), of_constant.end());
  const auto& best_scheduled = *std::max_element(of_scheduled.begin(), of_scheduled.end());
  std::uint64_t wins = 0;
  for (std::size_t i = 0; i < best_constant.values.size(); ++i) {
    wins += best_scheduled.values[i] > best_constant.values[i] ? 1U : 0U;
  }
  fmt::print(
      "Each at its best rate, {} ({}) minus {} ({}) is {:+.2f} points; it is ahead with {} of {} "
      "seeds.\n\n",
      scheduled.label, best_scheduled.rate, constant.label, best_constant.rate,
      best_scheduled.mean() - best_constant.mean(), wins, options.seeds);
}

void run(const Options& options) {
  const digits::Data data = digits::read_data(options.data);
  const std::int64_t batches = digits::Training::batches_per_epoch(data.training.size());
  const Plan constant = constant_plan();
  const Plan scheduled = options.schedule ? plan_from_json(*options.schedule)
                                          : warmup_and_cosine_plan(static_cast<std::int64_t>(options.epochs) * batches);
  std::filesystem::create_directories(options.output);

  fmt::print("{} digits to train on, {} held out; {} batches of {} an epoch\n\n", data.training.size(),
             data.test.size(), batches, digits::Training::batch_size);
  const std::vector<digits::Result> results{train_and_print(data, constant, constant_rate, options),
                                            train_and_print(data, scheduled, scheduled_rate, options)};
  compare(data, constant, scheduled, options);

  const std::string name = "train_digits";
  digits::write_csv(options.output / (name + ".csv"), results);
  fmt::print("wrote {}\n", (options.output / (name + ".csv")).string());
  if (digits::plot(options.output, name, results)) {
    fmt::print("wrote {}\n", (options.output / (name + ".svg")).string());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse_options({argv + 1, argv + argc});
    if (options.help) {
      fmt::print("{}", usage);
    } else {
      run(options);
    }
  } catch (const UsageError& error) {
    fmt::print(stderr, "train_digits: {}\nTry --help.\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "train_digits: {}\n", error.what());
    return 1;
  }
}
