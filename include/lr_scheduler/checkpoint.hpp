// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_CHECKPOINT_HPP
#define LR_SCHEDULER_CHECKPOINT_HPP

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <string>
#include <system_error>

#if defined(_WIN32)
#include <io.h>
#elif __has_include(<unistd.h>)
#include <unistd.h>
#endif

#include <lr_scheduler/json.hpp>

namespace lr_scheduler {

namespace detail {

/// On Windows a name in the characters of the system, which need not fit into those of the program.
inline std::FILE* open_to_write(const std::filesystem::path& file) {
#if defined(_WIN32)
  return ::_wfopen(file.c_str(), L"wb");
#else
  return std::fopen(file.c_str(), "wb");
#endif
}

inline bool sync_to_disk([[maybe_unused]] std::FILE* stream) {
#if defined(_WIN32)
  return ::_commit(::_fileno(stream)) == 0;
#elif __has_include(<unistd.h>)
  return ::fsync(::fileno(stream)) == 0;
#else
  return true;
#endif
}

}  // namespace detail

/// Writes JSON to a file so that a crash leaves either the old file or the new one, whole: first to FILE.partial, on
/// POSIX and Windows down to the disk, which then takes the file's place. Throws std::runtime_error where the file
/// cannot be written; the old one is then as it was.
inline void save_checkpoint(const std::filesystem::path& file, const nlohmann::json& checkpoint) {
  std::filesystem::path partial = file;
  partial += ".partial";
  const std::string text = checkpoint.dump();
  std::FILE* const stream = detail::open_to_write(partial);
  bool written = stream != nullptr;
  if (stream != nullptr) {
    written = std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0 &&
              detail::sync_to_disk(stream);
    written = std::fclose(stream) == 0 && written;
  }
  std::error_code error;
  if (written) std::filesystem::rename(partial, file, error);
  if (!written || error) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw std::runtime_error("cannot write the checkpoint " + file.string());
  }
}

/// Reads what save_checkpoint() wrote. Throws std::runtime_error where there is no such file and std::invalid_argument
/// where it is not JSON.
[[nodiscard]] inline nlohmann::json load_checkpoint(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read the checkpoint " + file.string());
  try {
    return nlohmann::json::parse(stream);
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument("the checkpoint " + file.string() + " is damaged: " + error.what());
  }
}

/// Writes a scheduler's state to a file of its own.
template <Scalar T>
void save_checkpoint(const std::filesystem::path& file, const Scheduler<T>& scheduler) {
  save_checkpoint(file, to_json(scheduler.state_dict()));
}

/// Goes on from that file. Throws as load_checkpoint(file) and load_state_dict() do.
template <Scalar T>
void load_checkpoint(const std::filesystem::path& file, Scheduler<T>& scheduler,
                     OnMismatch on_mismatch = OnMismatch::error) {
  scheduler.load_state_dict(state_from_json(load_checkpoint(file)), on_mismatch);
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_CHECKPOINT_HPP
