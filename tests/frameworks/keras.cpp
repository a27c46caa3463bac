// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {

Outputs run_keras(const Recorded& recorded, std::size_t steps) {
  for (const char* const name : {"CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
                                 "PolynomialDecay", "PiecewiseConstantDecay", "ReduceLROnPlateau"}) {
    if (recorded.family == name) return follow_arguments("keras." + recorded.family, recorded, steps);
  }
  throw std::out_of_range("unknown family " + recorded.family);
}

}  // namespace lr_scheduler::testing
