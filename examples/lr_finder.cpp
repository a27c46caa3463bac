// SPDX-License-Identifier: MIT
// Finds a learning rate for the network of train_digits by a range test, draws the test's curve, and trains with the
// rates that it suggests.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <lr_scheduler/lr_finder.hpp>

#include "digits/data.hpp"
#include "digits/plot.hpp"
#include "digits/results.hpp"
#include "digits/training.hpp"

namespace {

using Finder = lr_scheduler::LRFinder<float>;

struct Suggestion {
  std::string_view name;
  float lr;
};

std::vector<Suggestion> suggestions_of(const Finder& finder) {
  std::vector<Suggestion> suggestions;
  const auto add = [&](std::string_view name, std::optional<float> lr) {
    if (lr) suggestions.push_back({name, *lr});
  };
  add("steepest fall", finder.steepest());
  add("valley", finder.valley());
  add("minimum / 10", finder.minimum());
  return suggestions;
}

void write_csv(const std::filesystem::path& file, const Finder& finder) {
  std::string text = "rate,loss,smoothed_loss\n";
  for (std::size_t i = 0; i < finder.lrs().size(); ++i) {
    text += fmt::format("{},{},{}\n", finder.lrs()[i], finder.losses()[i], finder.smoothed_losses()[i]);
  }
  digits::write_text(file, text);
}

/// The losses over the rates, with a line where each suggestion is.
bool plot(const std::filesystem::path& folder, const std::vector<Suggestion>& suggestions) {
  std::string script =
      "set logscale xy\n"
      "set xlabel 'learning rate'\n"
      "set ylabel 'training loss'\n"
      "set autoscale xfix\n";
  for (const auto& [name, lr] : suggestions) {
    script += fmt::format(
        "set arrow from {0},graph 0 to {0},graph 1 nohead dashtype 2\n"
        "set label '{1}' at {0},graph 0.05 rotate offset 0.7,0\n",
        lr, name);
  }
  script +=
      "plot 'lr_finder.csv' using 1:2 with points pointtype 7 pointsize 0.3 title 'loss of a batch', "
      "'lr_finder.csv' using 1:3 with lines linewidth 2 title 'smoothed'\n";
  return digits::run_gnuplot(folder, "lr_finder", script);
}

/// The share of the test's digits that a network gets right after some epochs at this rate.
double train(const digits::Data& data, float lr, int epochs) {
  digits::Training training(data.training, 1, lr);
  for (std::int64_t batch = 0; batch < epochs * training.batches_per_epoch(); ++batch) training.update();
  return training.accuracy(data.test);
}

void run(const std::filesystem::path& folder) {
  const digits::Data data = digits::read_data(LR_SCHEDULER_EXAMPLES_DATA);

  // The test spoils the weights, so it has a network of its own.
  digits::Training training(data.training, 1, 0.01F);
  Finder finder{training.optimizer, {.start_lr = 1e-4F, .end_lr = 10, .num_iter = 250}};
  while (finder.step(training.update())) {
  }
  fmt::print("range test: {} updates, with rates from {:.2g} to {:.2g}\n\n", finder.lrs().size(), finder.lrs().front(),
             finder.lrs().back());

  constexpr int epochs = 3;
  fmt::print("{:13}  {:>7}  accuracy after {} epochs\n", "suggestion", "rate", epochs);
  const std::vector<Suggestion> suggestions = suggestions_of(finder);
  for (const auto& [name, lr] : suggestions) {
    fmt::print("{:13}  {:>7.2g}  {:>20.2f} %\n", name, lr, 100 * train(data, lr, epochs));
  }

  std::filesystem::create_directories(folder);
  write_csv(folder / "lr_finder.csv", finder);
  fmt::print("\nwrote {}\n", (folder / "lr_finder.csv").string());
  if (plot(folder, suggestions)) fmt::print("wrote {}\n", (folder / "lr_finder.svg").string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2) {
    fmt::print(stderr, "lr_finder [FOLDER]: where the curve goes, \"out\" if it isn't given\n");
    return 2;
  }
  try {
    run(argc == 2 ? argv[1] : "out");
  } catch (const std::exception& error) {
    fmt::print(stderr, "lr_finder: {}\n", error.what());
    return 1;
  }
}
