// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_MUTATION_SWITCH_HPP
#define LR_SCHEDULER_TESTS_MUTATION_SWITCH_HPP

// What the script `mutate` writes into a copy of the headers: all mutants are in one program, and the environment says
// which of them is on. An operator is exchanged without a parser, as its precedence holds twice: a - b is written
// a - at(17) - b, and at(17) remembers a. During constant evaluation no mutant is on.

#if __cplusplus >= 202002L  // CMake tries the compiler with its default

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace mutation {

inline const int mutant = [] {
  const char* text = std::getenv("MUTANT");
  return text != nullptr ? std::atoi(text) : -1;
}();

/// The mutants that a run comes to, which it writes where the environment asks for it.
struct Reached {
  unsigned char mutants[1 << 14] = {};
  ~Reached() {
    const char* path = std::getenv("MUTATION_REACHED");
    std::FILE* file = path != nullptr ? std::fopen(path, "wb") : nullptr;
    if (file == nullptr) return;
    std::fwrite(mutants, 1, sizeof mutants, file);
    std::fclose(file);
  }
};
inline Reached reached;

inline bool comes_to(int id) noexcept {
  reached.mutants[id] = 1;
  return id == mutant;
}
/// Whether a mutant is on.
constexpr bool on(int id) noexcept {
  if (std::is_constant_evaluated()) return false;
  return comes_to(id);
}

/// The mutant would not compile, were it written out.
[[noreturn]] inline void refuse() {
  std::_Exit(77);
}

/// A literal: 0 for 1, 1 for 0, not for bool, the next integer, twice a real.
template <class V>
constexpr V literal(int id, V value) {
  if (!on(id)) return value;
  if constexpr (std::is_same_v<V, bool>) {
    return !value;
  } else {
    if (value == V(0)) return V(1);
    if (value == V(1)) return V(0);
    return std::is_integral_v<V> ? V(value + V(1)) : V(value * V(2));
  }
}

/// A condition, negated.
template <class C>
constexpr bool condition(int id, C&& value) {
  const bool is_true = static_cast<bool>(value);
  return on(id) ? !is_true : is_true;
}

/// An argument, or its neighbour in its place.
template <class V, class Other>
constexpr V either(int id, V&& value, Other&& other) {
  if (on(id)) {
    if constexpr (std::is_same_v<V, Other>) {
      return static_cast<V>(other);
    } else {
      refuse();
    }
  }
  return static_cast<V>(value);
}

/// What a function returns: `return result(17), value;` returns another where 17 is on.
struct result {
  int id;
  constexpr explicit result(int i) : id(i) {}
};

template <class V>
const std::remove_cvref_t<V>& another(const std::remove_cvref_t<V>& value) {
  using Plain = std::remove_cvref_t<V>;
  if constexpr (std::is_same_v<Plain, bool>) {
    static thread_local bool changed;
    return changed = !value;
  } else if constexpr (std::is_arithmetic_v<Plain>) {
    static thread_local Plain changed;
    return changed = Plain(value + Plain(1));
  } else if constexpr (std::is_default_constructible_v<Plain> && std::is_copy_constructible_v<Plain>) {
    static thread_local Plain changed;
    return changed;
  } else {
    refuse();
  }
}

template <class V>
constexpr V operator,(result mutated, V&& value) {
  if (on(mutated.id)) {
    using Plain = std::remove_cvref_t<V>;
    if constexpr (std::is_lvalue_reference_v<V>) {
      return const_cast<V>(another<V>(value));
    } else if constexpr (std::is_copy_constructible_v<Plain>) {
      return another<V>(value);
    } else {
      refuse();
    }
  }
  return static_cast<V&&>(value);
}

/// Stands between the two halves of an operator.
struct at {
  int id;
  constexpr explicit at(int i) : id(i) {}
};
template <class L>
struct Left {
  const L& value;
  int id;
};
template <class R>
struct Right {
  const R& value;
  int id;
};

// An optional on the right would be ambiguous with the standard library's own operators without its overload.
#define MUTATION_OPERATOR(name, op, first, second)                          \
  template <class L>                                                        \
  constexpr Left<L> operator op(const L & left, at mutated) {               \
    return {left, mutated.id};                                              \
  }                                                                         \
  template <class L, class R>                                               \
  constexpr auto name(Left<L> left, const R& right) {                       \
    using Result = std::decay_t<decltype(left.value op right)>;             \
    if (on(left.id)) {                                                      \
      if constexpr (requires { Result(left.value first right); }) {         \
        return Result(left.value first right);                              \
      } else {                                                              \
        refuse();                                                           \
      }                                                                     \
    }                                                                       \
    if (on(left.id + 1)) {                                                  \
      if constexpr (requires { Result(left.value second right); }) {        \
        return Result(left.value second right);                             \
      } else {                                                              \
        refuse();                                                           \
      }                                                                     \
    }                                                                       \
    return Result(left.value op right);                                     \
  }                                                                         \
  template <class L, class R>                                               \
  constexpr auto operator op(Left<L> left, const R& right) {                \
    return name(left, right);                                               \
  }                                                                         \
  template <class L, class R>                                               \
  constexpr auto operator op(Left<L> left, const std::optional<R>& right) { \
    return name(left, right);                                               \
  }
MUTATION_OPERATOR(plus, +, -, +)
MUTATION_OPERATOR(minus, -, +, -)
MUTATION_OPERATOR(times, *, /, *)
MUTATION_OPERATOR(divided, /, *, /)
MUTATION_OPERATOR(modulo, %, *, %)
MUTATION_OPERATOR(equal, ==, !=, ==)
MUTATION_OPERATOR(not_equal, !=, ==, !=)
MUTATION_OPERATOR(less, <, <=, >=)
MUTATION_OPERATOR(less_equal, <=, <, >)
MUTATION_OPERATOR(greater, >, >=, <=)
MUTATION_OPERATOR(greater_equal, >=, >, <)
#undef MUTATION_OPERATOR

#define MUTATION_ASSIGNMENT(op, first)                          \
  template <class R>                                            \
  constexpr Right<R> operator op(at mutated, const R & right) { \
    return {right, mutated.id};                                 \
  }                                                             \
  template <class L, class R>                                   \
  constexpr L& operator op(L & left, Right<R> right) {          \
    if (on(right.id)) {                                         \
      if constexpr (requires { left first right.value; }) {     \
        left first right.value;                                 \
        return left;                                            \
      } else {                                                  \
        refuse();                                               \
      }                                                         \
    }                                                           \
    left op right.value;                                        \
    return left;                                                \
  }
MUTATION_ASSIGNMENT(+=, -=)
MUTATION_ASSIGNMENT(-=, +=)
MUTATION_ASSIGNMENT(*=, /=)
MUTATION_ASSIGNMENT(/=, *=)
#undef MUTATION_ASSIGNMENT

}  // namespace mutation

#endif

#endif  // LR_SCHEDULER_TESTS_MUTATION_SWITCH_HPP
