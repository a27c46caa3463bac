// SPDX-License-Identifier: MIT
#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {

Outputs run_llm_c(const Recorded& recorded, std::size_t steps) {
  return follow_arguments(recorded.family == "train_gpt2.py" ? "llm_c.get_lr" : "llm_c." + recorded.family, recorded,
                          steps);
}

Outputs run_nanogpt(const Recorded& recorded, std::size_t steps) {
  return follow_arguments("nanogpt." + recorded.family, recorded, steps);
}

}  // namespace lr_scheduler::testing
