// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP
#define LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/pytorch.hpp>

#include "support/every_configuration.hpp"

namespace lr_scheduler::testing {

/// An input for each configuration and each loader that has something to read.
struct Seed {
  std::string name;
  std::string bytes;
};

struct LoaderFailure : std::logic_error {
  using std::logic_error::logic_error;
};

/// A file that goes with the program.
struct TemporaryFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("lr_scheduler-fuzz-" + std::to_string(std::random_device{}()));

  TemporaryFile() = default;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

/// Loads a checkpoint that is that text.
inline void load_checkpoint_of(std::string_view text, Scheduler<double>& scheduler) {
  static const TemporaryFile file;
  std::ofstream(file.path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  try {
    load_checkpoint(file.path, scheduler);
  } catch (const nlohmann::json::exception& error) {
    throw LoaderFailure(std::string("a damaged checkpoint is the JSON library's error: ") + error.what());
  }
}

/// Feeds text to one of the loaders: the first byte chooses the scheduler ('A' is the first), the second the loader;
/// whether that took it. Throws LoaderFailure where a loader that refused its input has changed something, or one that
/// took it has left a scheduler that cannot go on.
inline bool check_loaders(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return false;
  const auto& configurations = every_configuration();
  const nlohmann::json& configuration =
      configurations[static_cast<unsigned char>(data[0] - 'A') % configurations.size()];
  const unsigned loader = data[1] % 8;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  std::vector<ParamGroup<double>> groups = configured_groups<double>();
  const auto scheduler = configured_scheduler(groups, configuration);
  scheduler->step(0.5);
  const StateDict state = scheduler->state_dict();
  const OnMismatch on_mismatch = loader % 3 == 0   ? OnMismatch::error
                                 : loader % 3 == 1 ? OnMismatch::keep_constructed
                                                   : OnMismatch::take_saved;
  try {
    if (loader < 3) {
      scheduler->load_state_dict(state_from_json(nlohmann::json::parse(text)), on_mismatch);
    } else if (loader < 6) {
      load_pytorch_state_dict(*scheduler, text, on_mismatch);
    } else if (loader == 6) {
      const auto other = configured_scheduler(groups, nlohmann::json::parse(text));
      other->step(0.5);
      return true;
    } else {
      load_checkpoint_of(text, *scheduler);
    }
  } catch (const LoaderFailure&) {
    throw;
  } catch (const std::exception&) {
    if (!(scheduler->state_dict() == state)) {
      throw LoaderFailure("a refused input has changed the scheduler");
    }
    return false;
  }
  const StateDict loaded = scheduler->state_dict();
  if (!(state_from_json(nlohmann::json::parse(to_json(loaded).dump())) == loaded)) {
    throw LoaderFailure("a loaded state does not survive JSON");
  }
  scheduler->load_state_dict(loaded);
  if (!(scheduler->state_dict() == loaded)) {
    throw LoaderFailure("a loaded state does not load again");
  }
  try {
    for (int i = 0; i < 3; ++i) scheduler->step(0.4);
  } catch (const std::out_of_range&) {  // after_end = error
  }
  for (const double lr : scheduler->get_lr()) {
    if (std::isnan(lr)) throw LoaderFailure("a loaded state leads to a rate that is no number");
  }
  return true;
}

inline std::vector<Seed> seeds() {
  std::vector<Seed> seeds;
  char place = 'A';
  for (const nlohmann::json& configuration : every_configuration()) {
    const std::string type = configuration.at("type");
    const auto add = [&](char loader, const std::string& text) {
      seeds.push_back({type + '-' + place + loader, {place, loader}});
      seeds.back().bytes += text;
    };
    add('6', configuration.dump());
    std::vector<ParamGroup<double>> groups = configured_groups<double>();
    const auto scheduler = configured_scheduler(groups, configuration);
    for (int i = 0; i < 3; ++i) scheduler->step(0.5);
    const std::string state = to_json(scheduler->state_dict()).dump();
    add('0', state);
    add('2', state);
    add('7', state);
    try {
      add('5', to_pytorch_state_dict(*scheduler));
    } catch (const std::exception&) {  // PyTorch has no such class
    }
    ++place;
  }
  return seeds;
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FUZZ_LOADERS_HPP
