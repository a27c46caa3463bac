// SPDX-License-Identifier: MIT
// Compiled with every warning: code of templates, which is compiled only where somebody uses it.
#include <lr_scheduler/checkpoint.hpp>
#include <lr_scheduler/frameworks/json.hpp>
#include <lr_scheduler/pytorch.hpp>

#include "support/instantiations.cpp"

namespace lr_scheduler {

template void save_checkpoint(const std::filesystem::path&, const Scheduler<double>&);
template void load_checkpoint(const std::filesystem::path&, Scheduler<double>&, OnMismatch);
template std::string to_pytorch_state_dict(const Scheduler<double>&);
template Registry<double> frameworks::registry();

}  // namespace lr_scheduler
