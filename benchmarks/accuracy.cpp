// SPDX-License-Identifier: MIT
// How far each class is from its definition, in units in the last place, and how far PyTorch's recursion drifts.
//
//     accuracy_benchmark [cases of each class, default 2000] [a part of their names] [where]
#include "support/accuracy.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace lr_scheduler;
using namespace lr_scheduler::testing;

/// The largest distance of CosineAnnealingLR as PyTorch steps it (get_lr() in double, eta_min = 0), and as it is here,
/// from the definition, as a share of the base rate.
void print_drift(Epoch T_max) {
  const double base = 0.1;
  const double pi = 3.141592653589793;
  const auto steps = static_cast<double>(T_max);
  const schedule::CosineAnnealing<double> here{.T_max = T_max};
  double lr = base;
  Wide drift = 0;
  Wide error = 0;
  for (Epoch t = 1; t < T_max; ++t) {
    const auto now = static_cast<double>(t);
    lr *= (1 + std::cos(pi * now / steps)) / (1 + std::cos(pi * (now - 1) / steps));
    const Wide exact = base * (1 - cosine_share(Wide(Wide(t) / T_max)));
    drift = std::max(drift, Wide(abs(Wide(lr / exact - 1))));
    error = std::max(error, Wide(abs(Wide(here.at(t, base) / exact - 1))));
  }
  std::printf("%9lld  %9.1e  %9.1e\n", static_cast<long long>(T_max), static_cast<double>(drift),
              static_cast<double>(error));
}

template <Scalar T>
void print_error(const typename AccuracyCases<T>::Row& row, bool adversarial, int cases, bool momentum, bool where) {
  const AccuracyOf worst = measure_accuracy<T>(row, adversarial, cases, 8);
  std::printf("  %11.3f", momentum ? worst.momentum : worst.rate);
  if (where) std::printf(" (%s)\n", worst.where.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argument_count, char** arguments) {
  const int cases = argument_count > 1 ? std::atoi(arguments[1]) : 2'000;
  const std::string_view part = argument_count > 2 ? arguments[2] : "";
  const bool where = argument_count > 3;

  std::printf("Error in units in the last place, the worst of %d random cases at 8 times each\n\n", cases);
  std::printf("%-30s  %11s  %11s  %11s  %11s  %11s  %11s\n", "", "ordinary", "", "", "adversarial", "", "");
  std::printf("%-30s  %11s  %11s  %11s  %11s  %11s  %11s\n", "class", "double", "float", "long double", "double",
              "float", "long double");
  const auto doubles = AccuracyCases<double>::rows();
  const auto floats = AccuracyCases<float>::rows();
  const auto long_doubles = AccuracyCases<long double>::rows();
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    const std::string& name = doubles[i].name;
    if (name.find(part) == std::string::npos) continue;
    const bool drives_momentum = name == "CyclicLR" || name == "OneCycleLR";
    for (const bool momentum : {false, true}) {
      if (momentum && !drives_momentum) continue;
      std::printf("%-30s", (name + (momentum ? " momentum" : "")).c_str());
      for (const bool adversarial : {false, true}) {
        print_error<double>(doubles[i], adversarial, cases, momentum, where);
        print_error<float>(floats[i], adversarial, cases, momentum, where);
        print_error<long double>(long_doubles[i], adversarial, cases, momentum, where);
      }
      std::printf("\n");
    }
  }
  if (!part.empty()) return 0;

  std::printf("\nCosineAnnealingLR in double, relative to the exact rate where it is worst\n\n");
  std::printf("%9s  %9s  %9s\n", "T_max", "PyTorch's", "here");
  for (const Epoch T_max : {1'000, 10'000, 100'000}) print_drift(T_max);
}
