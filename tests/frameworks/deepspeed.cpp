// SPDX-License-Identifier: MIT
#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {

Outputs run_deepspeed(const Recorded& recorded, std::size_t steps) {
  return follow_arguments("deepspeed." + recorded.family, recorded, steps);
}

}  // namespace lr_scheduler::testing
