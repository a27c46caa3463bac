// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_OPTIMIZER_HPP
#define LR_SCHEDULER_OPTIMIZER_HPP

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include <lr_scheduler/fwd.hpp>

namespace lr_scheduler {

/// A group of parameters that share a rate: what a hand-written training loop reads its rate from.
template <Scalar T>
struct ParamGroup {
  T lr{};                         ///< The rate that the optimizer uses.
  std::optional<T> initial_lr{};  ///< The base rate, recorded by the first scheduler.
  std::optional<T> momentum{};    ///< Momentum, or Adam's beta1, where the optimizer has one.
};

/// How a scheduler reads and writes the rates of an optimizer of type O. Specialise it to adapt
/// one:
///
///     using scalar_type = ...;               the type in which the optimizer stores a rate
///     static std::size_t size(O&);           how many parameter groups there are now
///     static scalar_type lr(O&, std::size_t);
///     static void set_lr(O&, std::size_t, scalar_type);
///
/// and, where the optimizer has them,
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

/// The type in which an optimizer stores its rate.
template <Optimizer O>
using scalar_t = typename optimizer_traits<O>::scalar_type;

namespace detail {

template <class T>
T scalar_of_group(const ParamGroup<T>&);

/// A range of ParamGroup, or of what derives from it.
template <class R>
concept ParamGroupRange = std::ranges::random_access_range<R> && std::ranges::sized_range<R> &&
                          std::is_lvalue_reference_v<std::ranges::range_reference_t<R>> &&
                          !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>> &&
                          requires(std::ranges::range_reference_t<R> group) { scalar_of_group(group); };

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
  static auto groups(O& optimizer) noexcept -> decltype(optimizer.param_groups()) {
    return optimizer.param_groups();
  }
};

template <class O, class Access>
using groups_of = std::remove_reference_t<decltype(Access::groups(std::declval<O&>()))>;

/// The traits of an optimizer whose groups are a range of ParamGroup.
template <class O, class Access>
struct ParamGroupTraits {
  using reference = std::ranges::range_reference_t<groups_of<O, Access>>;
  using scalar_type = decltype(scalar_of_group(std::declval<reference>()));

  [[nodiscard]] static std::size_t size(O& optimizer) {
    return static_cast<std::size_t>(std::ranges::size(Access::groups(optimizer)));
  }
  [[nodiscard]] static scalar_type lr(O& optimizer, std::size_t i) { return group(optimizer, i).lr; }
  static void set_lr(O& optimizer, std::size_t i, scalar_type lr) { group(optimizer, i).lr = lr; }
  [[nodiscard]] static std::optional<scalar_type> initial_lr(O& optimizer, std::size_t i) {
    return group(optimizer, i).initial_lr;
  }
  static void set_initial_lr(O& optimizer, std::size_t i, scalar_type lr) { group(optimizer, i).initial_lr = lr; }
  [[nodiscard]] static std::optional<scalar_type> momentum(O& optimizer, std::size_t i) {
    return group(optimizer, i).momentum;
  }
  static void set_momentum(O& optimizer, std::size_t i, scalar_type momentum) {
    group(optimizer, i).momentum = momentum;
  }

 private:
  static reference group(O& optimizer, std::size_t i) {
    auto&& groups = Access::groups(optimizer);
    return std::ranges::begin(groups)[static_cast<std::ranges::range_difference_t<groups_of<O, Access>>>(i)];
  }
};

template <class O>
concept HasParamGroupsMember = !std::is_const_v<O> && requires { requires ParamGroupRange<groups_of<O, Member>>; };

template <class O>
concept HasParamGroupsFunction =
    !std::is_const_v<O> && requires { requires ParamGroupRange<groups_of<O, MemberFunction>>; };

}  // namespace detail

template <Scalar T>
struct optimizer_traits<ParamGroup<T>> {
  using scalar_type = T;
  [[nodiscard]] static std::size_t size(ParamGroup<T>&) noexcept { return 1; }
  [[nodiscard]] static T lr(ParamGroup<T>& group, std::size_t) { return group.lr; }
  static void set_lr(ParamGroup<T>& group, std::size_t, T lr) { group.lr = lr; }
  [[nodiscard]] static std::optional<T> initial_lr(ParamGroup<T>& group, std::size_t) { return group.initial_lr; }
  static void set_initial_lr(ParamGroup<T>& group, std::size_t, T lr) { group.initial_lr = lr; }
  [[nodiscard]] static std::optional<T> momentum(ParamGroup<T>& group, std::size_t) { return group.momentum; }
  static void set_momentum(ParamGroup<T>& group, std::size_t, T value) { group.momentum = value; }
};

template <class R>
  requires(!std::is_const_v<R>) && detail::ParamGroupRange<R>
struct optimizer_traits<R> : detail::ParamGroupTraits<R, detail::Itself> {};

template <class O>
  requires detail::HasParamGroupsMember<O>
struct optimizer_traits<O> : detail::ParamGroupTraits<O, detail::Member> {};

template <class O>
  requires detail::HasParamGroupsFunction<O>
struct optimizer_traits<O> : detail::ParamGroupTraits<O, detail::MemberFunction> {};

/// A non-owning, type-erased reference to an optimizer. It keeps no pointer into the optimizer's
/// groups, which may be added to or reallocated; the optimizer itself must outlive it and stay
/// where it is. A temporary does not bind.
template <Scalar T>
class OptimizerRef {
 public:
  template <Optimizer O>
  explicit OptimizerRef(O& optimizer) noexcept
      : optimizer_(std::addressof(optimizer)), operations_(&operations_for<O>) {}

  /// The optimizer's address.
  [[nodiscard]] void* address() const noexcept { return optimizer_; }

  /// How many parameter groups the optimizer has now.
  [[nodiscard]] std::size_t size() const { return operations_->size(optimizer_); }

  /// Reads the rates of the groups from first on.
  void read(std::size_t first, std::span<T> lrs) const { operations_->read(optimizer_, first, lrs); }

  /// Writes rates to the groups from first on and stores what reads back in left_there, which is as
  /// long.
  void write(std::size_t first, std::span<const T> lrs, std::span<T> left_there) const {
    operations_->write(optimizer_, first, lrs, left_there);
  }

  /// The recorded base rate; nothing where there is none or the group cannot hold one.
  [[nodiscard]] std::optional<T> initial_lr(std::size_t i) const { return operations_->initial_lr(optimizer_, i); }
  /// Records the base rate where the group can hold it.
  void set_initial_lr(std::size_t i, const T& lr) const { operations_->set_initial_lr(optimizer_, i, lr); }

  /// Momentum, or Adam's beta1; nothing where the group has none.
  [[nodiscard]] std::optional<T> momentum(std::size_t i) const { return operations_->momentum(optimizer_, i); }
  void set_momentum(std::size_t i, const T& momentum) const { operations_->set_momentum(optimizer_, i, momentum); }

 private:
  struct Operations {
    std::size_t (*size)(void*);
    void (*read)(void*, std::size_t, std::span<T>);
    void (*write)(void*, std::size_t, std::span<const T>, std::span<T>);
    std::optional<T> (*initial_lr)(void*, std::size_t);
    void (*set_initial_lr)(void*, std::size_t, const T&);
    std::optional<T> (*momentum)(void*, std::size_t);
    void (*set_momentum)(void*, std::size_t, const T&);
  };

  template <class O>
  struct Adapted {
    using Traits = optimizer_traits<O>;
    using Rate = typename Traits::scalar_type;

    static O& self(void* optimizer) noexcept { return *static_cast<O*>(optimizer); }

    static T lr(O& o, std::size_t i) { return static_cast<T>(Traits::lr(o, i)); }

    static std::size_t size(void* o) { return static_cast<std::size_t>(Traits::size(self(o))); }

    static void read(void* o, std::size_t first, std::span<T> lrs) {
      for (std::size_t i = 0; i < lrs.size(); ++i) lrs[i] = lr(self(o), first + i);
    }

    static void write(void* o, std::size_t first, std::span<const T> lrs, std::span<T> left_there) {
      for (std::size_t i = 0; i < lrs.size(); ++i) {
        Traits::set_lr(self(o), first + i, static_cast<Rate>(lrs[i]));
        left_there[i] = lr(self(o), first + i);
      }
    }

    static std::optional<T> initial_lr([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i) {
      if constexpr (requires { Traits::initial_lr(self(o), i); }) {
        if (const auto value = Traits::initial_lr(self(o), i)) return static_cast<T>(*value);
      }
      return std::nullopt;
    }

    static void set_initial_lr([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i,
                               [[maybe_unused]] const T& value) {
      if constexpr (requires { Traits::set_initial_lr(self(o), i, static_cast<Rate>(value)); }) {
        Traits::set_initial_lr(self(o), i, static_cast<Rate>(value));
      }
    }

    static std::optional<T> momentum([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i) {
      if constexpr (requires { Traits::momentum(self(o), i); }) {
        if (const auto value = Traits::momentum(self(o), i)) return static_cast<T>(*value);
      }
      return std::nullopt;
    }

    static void set_momentum([[maybe_unused]] void* o, [[maybe_unused]] std::size_t i,
                             [[maybe_unused]] const T& value) {
      if constexpr (requires { Traits::set_momentum(self(o), i, static_cast<Rate>(value)); }) {
        Traits::set_momentum(self(o), i, static_cast<Rate>(value));
      }
    }
  };

  template <class O>
  static constexpr Operations operations_for{
      &Adapted<O>::size,           &Adapted<O>::read,     &Adapted<O>::write,        &Adapted<O>::initial_lr,
      &Adapted<O>::set_initial_lr, &Adapted<O>::momentum, &Adapted<O>::set_momentum,
  };

  void* optimizer_;
  const Operations* operations_;
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_OPTIMIZER_HPP
