// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_CATCH_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_CATCH_HPP

// Catch2 2.13 and 3 differ in their headers alone, as far as these tests use them.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#else
#include <catch2/catch.hpp>
#endif

#if defined(__clang__) && __clang_major__ >= 22
#pragma clang diagnostic ignored "-Wc2y-extensions"  // the macros of Catch2 count with __COUNTER__
#endif

#endif  // LR_SCHEDULER_TESTS_SUPPORT_CATCH_HPP
