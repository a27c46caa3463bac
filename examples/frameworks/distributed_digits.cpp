// SPDX-License-Identifier: MIT
// Data-parallel training with MPI: each rank takes its share of every batch, and all make the same
// update. ReduceLROnPlateau is stepped on every rank with the metric of all ranks, so that every
// rank has the same rate without sending it.
//
//     mpirun -n 4 distributed_digits digits.csv 12 half.json              epochs 0 to 11
//     mpirun -n 2 distributed_digits digits.csv 24 whole.json half.json   epochs 12 to 23
//
// Sums over ranks are taken in fixed point: whole numbers add up the same in any order, and a run
// is the same bit for bit on any number of ranks.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>
#include <nlohmann/json.hpp>

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "../digits/data.hpp"
#include "../digits/network.hpp"
#include "../digits/random.hpp"
#include "../digits/sgd.hpp"

namespace {

constexpr std::size_t batch_size = 32;
constexpr double one = 0x1p40;  // of the fixed point

/// This process and those that it trains with.
class Ranks {
 public:
  Ranks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &count_);
  }

  [[nodiscard]] bool first() const { return rank_ == 0; }
  [[nodiscard]] int count() const { return count_; }

  /// Whether this rank has to do with piece i of the work.
  [[nodiscard]] bool takes(std::size_t i) const {
    return i % static_cast<std::size_t>(count_) == static_cast<std::size_t>(rank_);
  }

  /// Replaces the values by their sums over all ranks.
  static void sum(std::span<std::int64_t> values) {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  }

  /// Whether all ranks have the same bits.
  [[nodiscard]] static bool all_have(std::uint64_t bits) {
    std::uint64_t extremes[]{bits, ~bits};
    MPI_Allreduce(MPI_IN_PLACE, extremes, 2, MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD);
    return extremes[0] == ~extremes[1];
  }

  /// Sends the first rank's text to all.
  void broadcast(std::string& text) const {
    auto size = static_cast<std::int64_t>(text.size());
    MPI_Bcast(&size, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
    text.resize(static_cast<std::size_t>(size));
    MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, MPI_COMM_WORLD);
  }

 private:
  int rank_ = 0;
  int count_ = 1;
};

class Training {
 public:
  Training(const Ranks& ranks, const digits::Data& data) : ranks_(ranks), data_(data) {}

  [[nodiscard]] std::int64_t epoch() const { return scheduler_.last_epoch(); }

  void run_epoch() {
    const auto order = digits::shuffled(data_.training.size(), static_cast<std::uint64_t>(epoch()));
    for (std::size_t first = 0; first < order.size(); first += batch_size) {
      update(std::span(order).subspan(first, std::min(batch_size, order.size() - first)));
    }
    const float lr = scheduler_.get_lr()[0];
    const auto [loss, accuracy] = evaluate();
    scheduler_.step(loss);
    check_rate();
    if (ranks_.first()) {
      fmt::print("epoch {:2} on {} ranks: rate {:.5f}, loss {:.5f}, accuracy {:.4f}\n", epoch() - 1, ranks_.count(), lr,
                 loss, accuracy);
    }
  }

  /// How often the rate was compared. It was the same on all ranks, or this would have thrown.
  [[nodiscard]] std::size_t comparisons() const { return comparisons_; }

  /// What the run depends on; nothing of it on the number of ranks.
  [[nodiscard]] nlohmann::json checkpoint() const {
    return {{"parameters", network_.parameters},
            {"velocity", optimizer_.velocity},
            {"scheduler", lr_scheduler::to_json(scheduler_.state_dict())}};
  }

  void resume(const nlohmann::json& checkpoint) {
    network_.parameters = checkpoint.at("parameters").get<std::vector<float>>();
    optimizer_.velocity = checkpoint.at("velocity").get<std::vector<float>>();
    scheduler_.load_state_dict(lr_scheduler::state_from_json(checkpoint.at("scheduler")));
    check_rate();
  }

 private:
  void update(std::span<const std::size_t> batch) {
    std::vector<std::int64_t> sums(network_.parameters.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!ranks_.takes(i)) continue;
      const digits::Sample& sample = data_.training[batch[i]];
      std::vector<float> gradient(sums.size());
      network_.add_gradient(sample.pixels, sample.digit, gradient);
      for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += std::llround(gradient[j] * one);
    }
    Ranks::sum(sums);
    const double scale = one * static_cast<double>(batch.size());
    std::vector<float> mean(sums.size());
    for (std::size_t j = 0; j < sums.size(); ++j) {
      mean[j] = static_cast<float>(static_cast<double>(sums[j]) / scale);
    }
    optimizer_.step(network_.parameters, mean);
    check_rate();
  }

  struct Metrics {
    float loss;
    double accuracy;
  };

  /// On the held-out digits, of which each rank takes a share.
  [[nodiscard]] Metrics evaluate() {
    std::vector<std::int64_t> sums(2);
    std::vector<float> ignored(network_.parameters.size());
    for (std::size_t i = 0; i < data_.test.size(); ++i) {
      if (!ranks_.takes(i)) continue;
      const digits::Sample& sample = data_.test[i];
      sums[0] += std::llround(one * static_cast<double>(network_.add_gradient(sample.pixels, sample.digit, ignored)));
      sums[1] += network_.classify(sample.pixels) == sample.digit ? 1 : 0;
    }
    Ranks::sum(sums);
    const auto count = static_cast<double>(data_.test.size());
    return {static_cast<float>(static_cast<double>(sums[0]) / (one * count)), static_cast<double>(sums[1]) / count};
  }

  void check_rate() {
    if (!Ranks::all_have(std::bit_cast<std::uint32_t>(optimizer_.param_groups[0].lr))) {
      throw std::runtime_error("the ranks differ in their rate");
    }
    ++comparisons_;
  }

  const Ranks& ranks_;
  const digits::Data& data_;
  // The same seed on all ranks: they start from the same weights.
  digits::Network network_{{digits::pixel_count, 32, digits::class_count}, digits::Random(1)};
  digits::Sgd optimizer_{};
  lr_scheduler::ReduceLROnPlateau<float> scheduler_{optimizer_, {.factor = 0.5F, .patience = 1, .threshold = 0.01F}};
  std::size_t comparisons_ = 0;
};

std::int64_t to_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("not a number of epochs: " + std::string(text));
  }
  return number;
}

void train(std::span<char*> arguments) {
  const Ranks ranks;
  const digits::Data data = digits::read_data(arguments[1]);
  const std::int64_t epochs = to_number(arguments[2]);
  Training training(ranks, data);
  if (arguments.size() > 4) {
    // One rank reads: the others may be on machines that do not see the file.
    std::string text;
    if (ranks.first()) text = lr_scheduler::load_checkpoint(arguments[4]).dump();
    ranks.broadcast(text);
    training.resume(nlohmann::json::parse(text));
  }
  while (training.epoch() < epochs) training.run_epoch();
  if (ranks.first()) {
    lr_scheduler::save_checkpoint(arguments[3], training.checkpoint());
    fmt::print("the rate was the same on {} ranks, bit for bit, {} times out of {}\n", ranks.count(),
               training.comparisons(), training.comparisons());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    fmt::print(stderr, "usage: {} digits.csv epochs checkpoint.json [resume-from.json]\n", argv[0]);
    return 2;
  }
  MPI_Init(&argc, &argv);
  try {
    train(std::span(argv, static_cast<std::size_t>(argc)));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
}
