// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_PLOT_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_PLOT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "results.hpp"

namespace digits {

/// Has gnuplot draw folder/name.svg by folder/name.gnuplot, which gets this script. Returns whether it could.
inline bool run_gnuplot(const std::filesystem::path& folder, const std::string& name, std::string_view script) {
#if defined(__unix__) || defined(__APPLE__)
  if (std::system("command -v gnuplot > /dev/null 2>&1") != 0) return false;  // NOLINT
  write_text(folder / (name + ".gnuplot"), fmt::format("set terminal svg size 800,600 background 'white'\n"
                                                       "set output '{}.svg'\n"
                                                       "set datafile separator ','\n"
                                                       "{}",
                                                       name, script));
  std::string quoted_folder;
  for (const char c : folder.string()) quoted_folder += c == '\'' ? "'\\''" : std::string(1, c);
  const std::string command = fmt::format("cd -- '{}' && gnuplot {}.gnuplot", quoted_folder, name);
  return std::system(command.c_str()) == 0;  // NOLINT
#else
  static_cast<void>(folder);
  static_cast<void>(name);
  static_cast<void>(script);
  return false;
#endif
}

/// Has gnuplot draw folder/name.csv to folder/name.svg. Returns whether it could.
inline bool plot(const std::filesystem::path& folder, const std::string& name, const std::vector<Result>& results) {
  const auto curves = [&](std::string_view x, std::string_view y, std::string_view style) {
    std::string text;
    for (const Result& result : results) {
      text += fmt::format("{} '{}.csv' using {}:(strcol(1) eq '{}' ? ${} : 1/0) {} title '{}'",
                          text.empty() ? "plot" : ",", name, x, result.label, y, style, result.label);
    }
    return text + "\n";
  };
  // gnuplot would scale to the losses of single batches.
  double lowest = std::numeric_limits<double>::max();
  double highest = 0;
  for (const Result& result : results) {
    for (std::size_t epoch = 0; epoch < result.test_accuracies.size(); ++epoch) {
      lowest = std::min(lowest, result.training_loss(epoch));
      highest = std::max(highest, result.training_loss(epoch));
    }
  }
  return run_gnuplot(folder, name,
                     fmt::format("set multiplot layout 2,1\n"
                                 "set xrange [0:*]\n"
                                 "set autoscale xfixmax\n"
                                 "set xlabel 'update'\n"
                                 "set ylabel 'learning rate'\n"
                                 "{}"
                                 "set xlabel 'epoch'\n"
                                 "set ylabel 'training loss'\n"
                                 "set logscale y\n"
                                 "set yrange [{}:{}]\n"
                                 "{}",
                                 curves("3", "4", "with lines linewidth 2"), lowest / 2, highest * 2,
                                 curves("2", "5", "smooth unique with linespoints linewidth 2")));
}

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_PLOT_HPP
