// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_RESULTS_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_RESULTS_HPP

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace digits {

struct Update {
  float rate;
  float loss;
};

/// What a run left behind.
struct Result {
  std::string label{};
  std::vector<Update> updates{};
  std::vector<double> test_accuracies{};  ///< One for each epoch.

  [[nodiscard]] std::size_t batches_per_epoch() const { return updates.size() / test_accuracies.size(); }
  /// The mean loss of the batches of an epoch, which counts from 0.
  [[nodiscard]] double training_loss(std::size_t epoch) const {
    double sum = 0;
    for (std::size_t batch = 0; batch < batches_per_epoch(); ++batch) {
      sum += static_cast<double>(updates[epoch * batches_per_epoch() + batch].loss);
    }
    return sum / static_cast<double>(batches_per_epoch());
  }
};

inline void write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream stream(file);
  stream << text;
  stream.close();
  if (!stream) throw std::runtime_error(file.string() + ": cannot be written");
}

/// One line for each update; the test accuracy stands in the last of each epoch.
inline void write_csv(const std::filesystem::path& file, const std::vector<Result>& results) {
  std::string text = "run,epoch,update,rate,loss,test_accuracy\n";
  for (const Result& result : results) {
    for (std::size_t i = 0; i < result.updates.size(); ++i) {
      const std::size_t epoch = i / result.batches_per_epoch();
      text += fmt::format("{},{},{},{},{},", result.label, epoch + 1, i + 1, result.updates[i].rate,
                          result.updates[i].loss);
      if ((i + 1) % result.batches_per_epoch() == 0) {
        text += fmt::format("{:.4f}", result.test_accuracies[epoch]);
      }
      text += "\n";
    }
  }
  write_text(file, text);
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_RESULTS_HPP
