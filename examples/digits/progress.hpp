// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_PROGRESS_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_PROGRESS_HPP

#include <cstddef>
#include <cstdio>

#include <fmt/format.h>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace digits {

/// A bar on the terminal's last line; nothing where the output is no terminal. It is gone at the
/// end.
class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void advance() {
    ++done_;
    const std::size_t filled = done_ * width / total_;
    if (!on_terminal_ || filled == filled_) return;
    filled_ = filled;
    fmt::print("\r[{:#<{}}{:.<{}}]", "", filled, "", width - filled);
    std::fflush(stdout);
  }

  /// Removes the bar, so that a line can be printed; the next advance() may bring it back.
  void clear() {
    if (!on_terminal_ || filled_ == 0) return;
    fmt::print("\r{:{}}\r", "", width + 2);
    std::fflush(stdout);
    filled_ = 0;
  }

 private:
  static constexpr std::size_t width = 60;

  static bool is_terminal() {
#if __has_include(<unistd.h>)
    return isatty(STDOUT_FILENO) != 0;
#else
    return false;
#endif
  }

  std::size_t total_;
  std::size_t done_ = 0;
  std::size_t filled_ = 0;
  bool on_terminal_ = is_terminal();
};

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_PROGRESS_HPP
