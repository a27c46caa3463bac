// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_ALLOCATIONS_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_ALLOCATIONS_HPP

#include <cstddef>

namespace lr_scheduler::testing {

// allocations.cpp replaces operator new, so what is linked with it is a program of its own. One thread alone may use
// it.

/// How often this program has allocated.
std::size_t allocations_made() noexcept;
/// How many of these allocations are not freed.
std::size_t allocations_living() noexcept;
/// Has this called before each allocation, which fails with what it throws; nullptr: nothing.
void before_allocations(void (*call)()) noexcept;

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_ALLOCATIONS_HPP
