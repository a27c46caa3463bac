// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_DATA_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_DATA_HPP

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "random.hpp"

namespace digits {

inline constexpr std::size_t pixel_count = 64;
inline constexpr std::size_t class_count = 10;

/// A handwritten digit: 8 x 8 grey values from 0 to 1, and which digit it is.
struct Sample {
  std::array<float, pixel_count> pixels{};
  std::size_t digit = 0;
};

/// Reads one sample a line: 64 values from 0 to 16 and the digit, separated by commas. Throws
/// std::runtime_error, with file and line, for anything else.
inline std::vector<Sample> read_samples(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be opened");

  std::vector<Sample> samples;
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    const auto refuse = [&](const std::string& why) {
      throw std::runtime_error(file.string() + ":" + std::to_string(number) + ": " + why);
    };
    if (line.ends_with('\r')) line.pop_back();

    std::vector<int> values;
    for (std::string_view rest = line; !rest.empty();) {
      const std::string_view field = rest.substr(0, rest.find(','));
      int value = -1;
      const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
      if (error != std::errc{} || end != field.data() + field.size()) {
        refuse("value " + std::to_string(values.size() + 1) + ": '" + std::string(field) + "' is not a whole number");
      }
      values.push_back(value);
      rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    }
    if (values.size() != pixel_count + 1) {
      refuse("expected 65 values, got " + std::to_string(values.size()));
    }

    Sample sample;
    for (std::size_t i = 0; i < pixel_count; ++i) {
      if (values[i] < 0 || values[i] > 16) {
        refuse("value " + std::to_string(i + 1) + ": " + std::to_string(values[i]) + " is no pixel, which has 0 to 16");
      }
      sample.pixels[i] = static_cast<float>(values[i]) / 16.0F;
    }
    if (values.back() < 0 || values.back() > 9) {
      refuse("value 65: " + std::to_string(values.back()) + " is no digit");
    }
    sample.digit = static_cast<std::size_t>(values.back());
    samples.push_back(sample);
  }
  if (stream.bad()) throw std::runtime_error(file.string() + ": cannot be read");
  return samples;
}

struct Data {
  std::vector<Sample> training;
  std::vector<Sample> test;  ///< Held out: no update sees it.
};

/// The order 0 ... count - 1, shuffled by the seed alone.
inline std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  Random random(seed);
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

/// Reads the file and holds out samples for the test, the same ones whatever the seed of a run.
/// Throws std::runtime_error as read_samples() does, and where the file has too few samples.
inline Data read_data(const std::filesystem::path& file) {
  constexpr std::size_t training_count = 1000;
  const auto samples = read_samples(file);
  if (samples.size() <= training_count) {
    throw std::runtime_error(file.string() + ":" + std::to_string(samples.size()) + ": ends after " +
                             std::to_string(samples.size()) + " samples, expected more than " +
                             std::to_string(training_count));
  }
  Data data;
  for (const std::size_t i : shuffled(samples.size(), 1998)) {
    auto& part = data.training.size() < training_count ? data.training : data.test;
    part.push_back(samples[i]);
  }
  return data;
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_DATA_HPP
