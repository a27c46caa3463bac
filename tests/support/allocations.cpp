// SPDX-License-Identifier: MIT
#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t made = 0;
std::size_t freed = 0;
void (*before)() = nullptr;

void* allocate(std::size_t size) noexcept {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory != nullptr) ++made;
  return memory;
}

void* checked(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) ++freed;
  std::free(memory);
}

}  // namespace

// The form that does not throw is replaced too, as the address sanitizer's own would not be freed here.
void* operator new(std::size_t size) {
  if (before != nullptr) before();
  return checked(allocate(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    if (before != nullptr) before();
  } catch (...) {
    return nullptr;
  }
  return allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  if (before != nullptr) before();
  const auto unit = static_cast<std::size_t>(alignment);
  void* const memory = checked(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
  ++made;
  return memory;
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}

namespace lr_scheduler::testing {

std::size_t allocations_made() noexcept {
  return made;
}
std::size_t allocations_living() noexcept {
  return made - freed;
}
void before_allocations(void (*call)()) noexcept {
  before = call;
}

}  // namespace lr_scheduler::testing
