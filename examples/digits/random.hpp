// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_EXAMPLES_DIGITS_RANDOM_HPP
#define LR_SCHEDULER_EXAMPLES_DIGITS_RANDOM_HPP

#include <cstddef>
#include <cstdint>

namespace digits {

/// SplitMix64 (Steele, Lea and Flood, 2014). Unlike the standard distributions it gives the same
/// numbers with every standard library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// From -limit to limit.
  float symmetric(float limit) { return limit * (static_cast<float>(next() >> 40U) * 0x1p-23F - 1.0F); }

  /// From 0 to count - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

 private:
  std::uint64_t state_;
};

}  // namespace digits

#endif  // LR_SCHEDULER_EXAMPLES_DIGITS_RANDOM_HPP
