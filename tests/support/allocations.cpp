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

// Windows has functions of its own.
void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  const auto unit = static_cast<std::size_t>(alignment);
#ifdef _WIN32
  void* const memory = _aligned_malloc(size, unit);
#else
  void* const memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
#endif
  if (memory != nullptr) ++made;
  return memory;
}
void release_aligned(void* memory) noexcept {
#ifdef _WIN32
  if (memory != nullptr) ++freed;
  _aligned_free(memory);
#else
  release(memory);
#endif
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
  return checked(allocate(size, alignment));
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release_aligned(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release_aligned(memory);
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
