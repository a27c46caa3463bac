// SPDX-License-Identifier: MIT
#include "loaders.hpp"

#include <cstddef>
#include <cstdint>

// An exception that leaves this function is what libFuzzer reports.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr_scheduler::testing::check_loaders(data, size);
  return 0;
}
