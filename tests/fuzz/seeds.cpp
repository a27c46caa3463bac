// SPDX-License-Identifier: MIT
// Writes what fuzzing starts from, beside the corpus: fuzz_seeds FOLDER
#include <filesystem>
#include <fstream>

#include "loaders.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const lr_scheduler::testing::Seed& seed : lr_scheduler::testing::seeds()) {
    std::ofstream(std::filesystem::path(argv[1]) / seed.name, std::ios::binary) << seed.bytes;
  }
  return 0;
}
