// SPDX-License-Identifier: MIT
// Trains a small network on handwritten digits, with a constant rate and with a schedule.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comparison.hpp"
#include "data.hpp"
#include "experiment.hpp"
#include "plan.hpp"
#include "plot.hpp"
#include "results.hpp"
#include "training.hpp"

namespace {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 10;
  std::uint64_t epochs = 10;
  std::optional<digits::Plan> scheduled{};
  std::string data = LR_SCHEDULER_EXAMPLES_DATA;
  std::string output = "out";
};

/// A plan from JSON, which is the text itself or in the file that the text names.
digits::Plan parse_schedule(const std::string& text) {
  try {
    if (text.starts_with('{')) return digits::plan_from_json(nlohmann::json::parse(text));
    std::ifstream file(text);
    if (!file) throw std::invalid_argument(text + " cannot be opened");
    return digits::plan_from_json(nlohmann::json::parse(file));
  } catch (const nlohmann::json::parse_error& error) {
    throw CLI::ValidationError("--schedule", error.what());
  } catch (const std::invalid_argument& error) {
    throw CLI::ValidationError("--schedule", error.what());
  }
}

/// Declares the command line; app.parse() then writes what it says into options.
void declare(CLI::App& app, Options& options) {
  const auto at_least = [](std::uint64_t lowest) {
    CLI::Range range(lowest, std::uint64_t{1'000'000});
    return range.description("");  // the help is short without it
  };
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("train_digits: {}\nTry --help.\n", error.what());
  });
  app.footer(
      "A schedule is a file, or the text itself, such as\n"
      "'{\"type\": \"StepLR\", \"step_size\": 500}'. It counts batches, of which an epoch has 125.");
  app.option_defaults()->always_capture_default()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--seed", options.seed, "The first seed, of the weights and the order of the samples")
      ->type_name("N")
      ->check(at_least(0));
  app.add_option("--seeds", options.seeds, "How many seeds to compare over")->type_name("N")->check(at_least(1));
  app.add_option("--epochs", options.epochs, "Passes over the training data")->type_name("N")->check(at_least(1));
  app.add_option_function<std::string>(
         "--schedule", [&](const std::string& text) { options.scheduled = parse_schedule(text); },
         "Another schedule in place of the second")
      ->type_name("JSON");
  app.add_option("--data", options.data, "The digits: 64 pixels and the digit in each line")->type_name("FILE");
  app.add_option("--output", options.output, "Where the results go")->type_name("FOLDER");
}

void run(const Options& options) {
  const digits::Data data = digits::read_data(options.data);
  const std::int64_t batches = digits::Training::batches_per_epoch(data.training.size());
  const std::int64_t updates = static_cast<std::int64_t>(options.epochs) * batches;
  const digits::Plan constant = digits::constant_plan();
  const digits::Plan scheduled = options.scheduled ? *options.scheduled : digits::warmup_and_cosine_plan(updates);
  const std::filesystem::path folder = options.output;
  std::filesystem::create_directories(folder);

  fmt::print("{} digits to train on, {} held out; {} batches of {} an epoch\n\n", data.training.size(),
             data.test.size(), batches, digits::Training::batch_size);
  const std::vector<digits::Result> results{digits::train_and_print(data, constant, options.seed, options.epochs),
                                            digits::train_and_print(data, scheduled, options.seed, options.epochs)};
  digits::compare(data, constant, scheduled, options.seed, options.seeds, options.epochs);

  digits::write_csv(folder / "train_digits.csv", results);
  fmt::print("wrote {}\n", (folder / "train_digits.csv").string());
  if (digits::plot(folder, "train_digits", results)) fmt::print("wrote {}\n", (folder / "train_digits.svg").string());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a small network on handwritten digits, once with a constant learning rate\n"
      "and once with linear warm-up and cosine annealing, stepped each batch, and\n"
      "compares the two over several rates and seeds.\n",
      "train_digits");
  try {
    Options options;
    declare(app, options);
    app.parse(argc, argv);
    run(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;  // --help comes this way too
  } catch (const std::exception& error) {
    fmt::print(stderr, "train_digits: {}\n", error.what());
    return 1;
  }
}
