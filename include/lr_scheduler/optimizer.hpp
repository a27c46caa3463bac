// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_OPTIMIZER_HPP
#define LR_SCHEDULER_OPTIMIZER_HPP

#include <concepts>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

/// A group of parameters that share a rate: what a hand-written training loop reads its rate from.
template <Scalar T>
struct ParamGroup {
  T lr{};                         ///< The rate that the optimizer uses.
  std::optional<T> initial_lr{};  ///< The base rate, recorded by the first scheduler.
  std::optional<T> momentum{};    ///< Momentum, or Adam's beta1, where the optimizer has one.
};

/// How a scheduler reads and writes the rates of an optimizer of type O. Specialise it to adapt one, or for all that
/// derive from a base by `template <std::derived_from<Base> O> struct optimizer_traits<O>`:
///
///     using scalar_type = ...;               the type in which the optimizer stores a rate
///     static std::size_t size(O&);           how many parameter groups there are now
///     static scalar_type lr(O&, std::size_t);
///     static void set_lr(O&, std::size_t, scalar_type);
///
/// and, where the optimizer has them, each getter with its setter (a getter may also give a plain scalar_type),
///
///     static std::optional<scalar_type> initial_lr(O&, std::size_t);
///     static void set_initial_lr(O&, std::size_t, scalar_type);
///     static std::optional<scalar_type> momentum(O&, std::size_t);       or Adam's beta1
///     static void set_momentum(O&, std::size_t, scalar_type);
template <class O>
struct optimizer_traits;

/// A type that optimizer_traits adapts.
template <class O>
concept Optimizer = requires(O& optimizer, std::size_t i, typename optimizer_traits<O>::scalar_type value) {
  requires Scalar<typename optimizer_traits<O>::scalar_type>;
  { optimizer_traits<O>::size(optimizer) } -> std::convertible_to<std::size_t>;
  { optimizer_traits<O>::lr(optimizer, i) } -> std::convertible_to<typename optimizer_traits<O>::scalar_type>;
  optimizer_traits<O>::set_lr(optimizer, i, value);
};

namespace detail {

template <class T>
T scalar_of_group(const ParamGroup<T>&);

/// The element of a range with random access.
template <class R>
using element_t = decltype(std::begin(std::declval<R&>())[std::ptrdiff_t{}]);

/// A range of ParamGroup, or of what derives from it, that can be written.
template <class R>
concept ParamGroupRange = requires(R& range) {
  std::size(range);
  scalar_of_group(std::begin(range)[std::ptrdiff_t{}]);
} && std::is_lvalue_reference_v<element_t<R>> && !std::is_const_v<std::remove_reference_t<element_t<R>>>;

/// What a function gives is a reference or a view, which reaches its elements even when it is const, and no copy.
template <class R>
concept ReferenceOrView = std::is_lvalue_reference_v<R> || ParamGroupRange<const std::remove_reference_t<R>>;

struct Itself {
  template <class O>
  static O& groups(O& optimizer) noexcept {
    return optimizer;
  }
};
struct Member {
  template <class O>
  static auto groups(O& optimizer) noexcept -> decltype((optimizer.param_groups)) {
    return (optimizer.param_groups);
  }
};
struct MemberFunction {
  template <class O>
  static auto groups(O& optimizer) noexcept(noexcept(optimizer.param_groups())) -> decltype(optimizer.param_groups()) {
    return optimizer.param_groups();
  }
};

template <class O, class Access>
concept HasGroups = !std::is_const_v<O> && requires(O& optimizer) {
  requires ParamGroupRange<std::remove_reference_t<decltype(Access::groups(optimizer))>>;
};
template <class O>
concept ReturnsCopyOfGroups =
    HasGroups<O, MemberFunction> && !ReferenceOrView<decltype(std::declval<O&>().param_groups())>;

/// The traits of an optimizer whose groups are a range of ParamGroup, or of one such group.
template <class O, class Access>
struct ParamGroupTraits {
  /// A user's param_groups() may throw.
  static constexpr bool is_safe = [] {
    if constexpr (std::same_as<Access, void>) {
      return true;
    } else {
      return noexcept(Access::groups(std::declval<O&>()));
    }
  }();

  static decltype(auto) group(O& optimizer, [[maybe_unused]] std::size_t i) noexcept(is_safe) {
    if constexpr (std::same_as<Access, void>) {
      return (optimizer);
    } else {
      auto&& groups = Access::groups(optimizer);
      return std::begin(groups)[static_cast<std::ptrdiff_t>(i)];
    }
  }
  using scalar_type = decltype(scalar_of_group(group(std::declval<O&>(), 0)));

  [[nodiscard]] static std::size_t size([[maybe_unused]] O& optimizer) noexcept(is_safe) {
    if constexpr (std::same_as<Access, void>) {
      return 1;
    } else {
      return static_cast<std::size_t>(std::size(Access::groups(optimizer)));
    }
  }
  [[nodiscard]] static scalar_type lr(O& optimizer, std::size_t i) noexcept(is_safe) { return group(optimizer, i).lr; }
  static void set_lr(O& optimizer, std::size_t i, scalar_type lr) noexcept(is_safe) { group(optimizer, i).lr = lr; }
  [[nodiscard]] static std::optional<scalar_type> initial_lr(O& optimizer, std::size_t i) noexcept(is_safe) {
    return group(optimizer, i).initial_lr;
  }
  static void set_initial_lr(O& optimizer, std::size_t i, std::optional<scalar_type> lr) noexcept(is_safe) {
    group(optimizer, i).initial_lr = lr;
  }
  [[nodiscard]] static std::optional<scalar_type> momentum(O& optimizer, std::size_t i) noexcept(is_safe) {
    return group(optimizer, i).momentum;
  }
  static void set_momentum(O& optimizer, std::size_t i, scalar_type momentum) noexcept(is_safe) {
    group(optimizer, i).momentum = std::optional<scalar_type>(momentum);
  }
};

/// The scalar of an optimizer, or the reason why there is none.
template <class O>
struct ScalarOf {
  static constexpr bool is_pointer = !Optimizer<O> && requires(O& pointer) { *pointer; };
  static constexpr bool returns_copy = !Optimizer<O> && ReturnsCopyOfGroups<O>;
  static_assert(!is_pointer, "this is a pointer to an optimizer: dereference it, StepLR scheduler{*optimizer, ...}");
  static_assert(!returns_copy,
                "param_groups() gives a copy of the groups: let it give a reference or a view, such as std::span");
  static_assert(Optimizer<O> || is_pointer || returns_copy,
                "this is no optimizer: specialise lr_scheduler::optimizer_traits for it, use ParamGroup, or include an "
                "adapter from lr_scheduler/adapters/");
  using type = typename optimizer_traits<O>::scalar_type;
};

/// A scheduler refers to its optimizer.
template <class O>
constexpr void require_lvalue() {
  static_assert(std::is_lvalue_reference_v<O>,
                "this optimizer is a temporary, and a scheduler refers to it: keep it in a variable");
}

}  // namespace detail

/// The type in which an optimizer stores its rate. For what is no optimizer the compiler says why.
template <class O>
using scalar_t = typename detail::ScalarOf<std::remove_reference_t<O>>::type;

template <class O>
  requires(!std::is_const_v<O>) && requires(O& group) { detail::scalar_of_group(group); }
struct optimizer_traits<O> : detail::ParamGroupTraits<O, void> {};

template <class O>
  requires detail::HasGroups<O, detail::Itself>
struct optimizer_traits<O> : detail::ParamGroupTraits<O, detail::Itself> {};

template <class O>
  requires detail::HasGroups<O, detail::Member>
struct optimizer_traits<O> : detail::ParamGroupTraits<O, detail::Member> {};

template <class O>
  requires detail::HasGroups<O, detail::MemberFunction> && (!detail::ReturnsCopyOfGroups<O>)
struct optimizer_traits<O> : detail::ParamGroupTraits<O, detail::MemberFunction> {};

/// A non-owning, type-erased reference to an optimizer. It keeps no pointer into the optimizer's groups, which may be
/// added to or reallocated; the optimizer itself must outlive it and stay where it is. A temporary does not bind.
template <Scalar T>
class OptimizerRef {
 public:
  template <class O>
    requires(!std::same_as<O, const OptimizerRef>) && (!std::same_as<O, OptimizerRef>)
  explicit OptimizerRef(O& optimizer) noexcept
      : optimizer_(&const_cast<char&>(reinterpret_cast<const volatile char&>(optimizer))),  // & may be overloaded
        operations_(&operations_for<O>) {}

  /// How many parameter groups the optimizer has now.
  [[nodiscard]] std::size_t size() const { return operations_->size(optimizer_); }
  [[nodiscard]] T lr(std::size_t i) const { return operations_->lr(optimizer_, i); }
  void set_lr(std::size_t i, const T& lr) const { operations_->set_lr(optimizer_, i, lr); }

  /// Whether the optimizer has as many groups as there are rates, and each reads the same, bit for bit.
  [[nodiscard]] bool reads(const T* lrs, std::size_t groups) const {
    return operations_->reads(optimizer_, lrs, groups);
  }
  void read(std::span<T> lrs) const { operations_->read(optimizer_, lrs.data(), lrs.size()); }
  /// Writes the rates of all groups. What each then reads back is left in `lrs_there`, which stays as it was where the
  /// optimizer throws; `lrs` is used up.
  void write(T* lrs, std::span<T> lrs_there) const {
    operations_->write(optimizer_, lrs, lrs_there.data(), lrs_there.size());
  }
  /// Whether it may throw what it is asked or told of rates and momentum.
  [[nodiscard]] bool may_throw() const noexcept { return operations_->may_throw; }

  /// The recorded base rate; nothing where there is none or the group cannot hold one.
  [[nodiscard]] std::optional<T> initial_lr(std::size_t i) const { return operations_->initial_lr(optimizer_, i); }
  /// Records the base rate where the group can hold it, or, with nothing, takes a record back.
  void set_initial_lr(std::size_t i, const std::optional<T>& lr) const {
    operations_->set_initial_lr(optimizer_, i, lr);
  }

  /// Momentum, or Adam's beta1; nothing where the group has none.
  [[nodiscard]] std::optional<T> momentum(std::size_t i) const { return operations_->momentum(optimizer_, i); }
  void set_momentum(std::size_t i, const T& momentum) const { operations_->set_momentum(optimizer_, i, momentum); }
  /// Writes momentum to the groups for which it is driven.
  void write_momentums(std::span<const T> momentums, const unsigned char* is_driven) const {
    operations_->write_momentums(optimizer_, momentums.data(), is_driven, momentums.size());
  }

 private:
  struct Operations {
    std::size_t (*size)(void*);
    T (*lr)(void*, std::size_t);
    void (*set_lr)(void*, std::size_t, const T&);
    bool (*reads)(void*, const T*, std::size_t);
    void (*read)(void*, T*, std::size_t);
    void (*write)(void*, T*, T*, std::size_t);
    std::optional<T> (*initial_lr)(void*, std::size_t);
    void (*set_initial_lr)(void*, std::size_t, const std::optional<T>&);
    std::optional<T> (*momentum)(void*, std::size_t);
    void (*set_momentum)(void*, std::size_t, const T&);
    void (*write_momentums)(void*, const T*, const unsigned char*, std::size_t);
    bool may_throw;
  };

  template <class O>
  struct Adapted {
    static_assert(std::same_as<scalar_t<O>, T>, "the optimizer's rates are of another scalar than the scheduler's");
    using Traits = optimizer_traits<O>;
    using Rate = typename Traits::scalar_type;

    static constexpr bool has_initial_lr = requires(O& o, std::size_t i) { Traits::initial_lr(o, i); };
    static constexpr bool sets_initial_lr = requires(O& o, std::size_t i, Rate v) { Traits::set_initial_lr(o, i, v); };
    static constexpr bool has_momentum = requires(O& o, std::size_t i) { Traits::momentum(o, i); };
    static constexpr bool sets_momentum = requires(O& o, std::size_t i, Rate v) { Traits::set_momentum(o, i, v); };
    static constexpr bool may_throw = !requires(O& o, std::size_t i, Rate v) {
      { Traits::lr(o, i) } noexcept;
      { Traits::set_lr(o, i, v) } noexcept;
    } || (sets_momentum && !requires(O& o, std::size_t i, Rate v) {
      { Traits::set_momentum(o, i, v) } noexcept;
    });
    static_assert(has_initial_lr == sets_initial_lr,
                  "optimizer_traits has initial_lr() or set_initial_lr() and lacks the other");
    static_assert(has_momentum == sets_momentum,
                  "optimizer_traits has momentum() or set_momentum() and lacks the other");

    static O& self(void* optimizer) noexcept { return *static_cast<O*>(optimizer); }
    static T rate(O& o, std::size_t i) noexcept(noexcept(Traits::lr(o, i))) { return static_cast<T>(Traits::lr(o, i)); }
    static void set_rate(O& o, std::size_t i, const T& lr) { Traits::set_lr(o, i, static_cast<Rate>(lr)); }

    static std::size_t size(void* o) { return static_cast<std::size_t>(Traits::size(self(o))); }
    static T lr(void* o, std::size_t i) { return rate(self(o), i); }
    static void set_lr(void* o, std::size_t i, const T& lr) { set_rate(self(o), i, lr); }

    // Loops over groups are unrolled by hand, as compilers do not unroll one with a stride, and apart from what one
    // group takes, which would save registers for them.

    static bool reads(void* o, const T* lrs, std::size_t groups) {
      O& optimizer = self(o);
      if (static_cast<std::size_t>(Traits::size(optimizer)) != groups) return false;
      return groups == 1 ? !detail::bits_differ(rate(optimizer, 0), lrs[0]) : many_read(optimizer, lrs, groups);
    }
    [[gnu::noinline]] static bool many_read(O& optimizer, const T* lrs, std::size_t groups) {
      const auto differs = [&](std::size_t i) { return detail::bits_that_differ(rate(optimizer, i), lrs[i]); };
      decltype(differs(0)) differ{};
      std::size_t i = 0;
      for (; i + 4 <= groups; i += 4) differ |= differs(i) | differs(i + 1) | differs(i + 2) | differs(i + 3);
      for (; i < groups; ++i) differ |= differs(i);
      return differ == 0;
    }

    static void read(void* o, T* lrs, std::size_t groups) {
      O& optimizer = self(o);
      std::size_t i = 0;
      for (; i + 4 <= groups; i += 4) {
        lrs[i] = rate(optimizer, i);
        lrs[i + 1] = rate(optimizer, i + 1);
        lrs[i + 2] = rate(optimizer, i + 2);
        lrs[i + 3] = rate(optimizer, i + 3);
      }
      for (; i < groups; ++i) lrs[i] = rate(optimizer, i);
    }

    static void write(void* o, T* lrs, T* lrs_there, std::size_t groups) {
      O& optimizer = self(o);
      if (groups != 1) return write_many(optimizer, lrs, lrs_there, groups);
      set_rate(optimizer, 0, lrs[0]);
      lrs_there[0] = rate(optimizer, 0);
    }
    [[gnu::noinline]] static void write_many(O& optimizer, T* lrs, T* lrs_there, std::size_t groups) {
      const auto write_one = [&](std::size_t i, T* there) {
        set_rate(optimizer, i, lrs[i]);
        there[i] = rate(optimizer, i);
      };
      if (may_throw) {
        for (std::size_t i = 0; i < groups; ++i) write_one(i, lrs);
        for (std::size_t i = 0; i < groups; ++i) lrs_there[i] = lrs[i];
        return;
      }
      std::size_t i = 0;
      for (; i + 4 <= groups; i += 4) {
        write_one(i, lrs_there);
        write_one(i + 1, lrs_there);
        write_one(i + 2, lrs_there);
        write_one(i + 3, lrs_there);
      }
      for (; i < groups; ++i) write_one(i, lrs_there);
    }

    static std::optional<T> initial_lr([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i) {
      if constexpr (has_initial_lr) {
        return as_optional(Traits::initial_lr(self(o), i));
      } else {
        return std::nullopt;
      }
    }
    static void set_initial_lr([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i,
                               [[maybe_unused]] const std::optional<T>& lr) {
      if constexpr (sets_initial_lr) {
        if constexpr (requires { Traits::set_initial_lr(self(o), i, std::optional<Rate>{}); }) {
          Traits::set_initial_lr(self(o), i, lr ? std::optional<Rate>(static_cast<Rate>(*lr)) : std::nullopt);
        } else {
          if (lr) Traits::set_initial_lr(self(o), i, static_cast<Rate>(*lr));
        }
      }
    }

    static std::optional<T> momentum([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i) {
      if constexpr (has_momentum) {
        return as_optional(Traits::momentum(self(o), i));
      } else {
        return std::nullopt;
      }
    }
    static void set_momentum([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i,
                             [[maybe_unused]] const T& value) {
      if constexpr (sets_momentum) Traits::set_momentum(self(o), i, static_cast<Rate>(value));
    }
    static void write_momentums(void* o, const T* momentums, const unsigned char* is_driven, std::size_t groups) {
      if (groups == 1) {
        if (is_driven[0] != 0) set_momentum(o, 0, momentums[0]);
        return;
      }
      std::size_t i = 0;
      const bool drives_all = groups >= 4 && std::memchr(is_driven, 0, groups) == nullptr;
      for (; drives_all && i + 4 <= groups; i += 4) {
        set_momentum(o, i, momentums[i]);
        set_momentum(o, i + 1, momentums[i + 1]);
        set_momentum(o, i + 2, momentums[i + 2]);
        set_momentum(o, i + 3, momentums[i + 3]);
      }
      for (; i < groups; ++i) {
        if (is_driven[i] != 0) set_momentum(o, i, momentums[i]);
      }
    }

    template <class V>
    static std::optional<T> as_optional(const V& value) {
      if constexpr (requires { value.has_value(); }) {
        return value.has_value() ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
      } else {
        return static_cast<T>(value);
      }
    }
  };

  template <class O>
  static constexpr Operations operations_for{
      &Adapted<O>::size,     &Adapted<O>::lr,           &Adapted<O>::set_lr,          &Adapted<O>::reads,
      &Adapted<O>::read,     &Adapted<O>::write,        &Adapted<O>::initial_lr,      &Adapted<O>::set_initial_lr,
      &Adapted<O>::momentum, &Adapted<O>::set_momentum, &Adapted<O>::write_momentums, Adapted<O>::may_throw,
  };

  void* optimizer_;
  const Operations* operations_;
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_OPTIMIZER_HPP
