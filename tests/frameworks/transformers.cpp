// SPDX-License-Identifier: MIT
#include <string>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {

Outputs run_transformers(const Recorded& recorded, std::size_t steps) {
  Recorded run = recorded;
  const std::string name = run.family.substr(0, run.family.find('@'));
  // get_scheduler() takes it for all of them and passes it on to those that have a use for it.
  if (name == "constant_with_warmup" || name == "inverse_sqrt") run.args.erase("num_training_steps");
  return follow_arguments("transformers." + name, run, steps);
}

}  // namespace lr_scheduler::testing
