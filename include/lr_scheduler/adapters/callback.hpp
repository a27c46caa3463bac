// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ADAPTERS_CALLBACK_HPP
#define LR_SCHEDULER_ADAPTERS_CALLBACK_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <type_traits>
#include <utility>

#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>

namespace lr_scheduler {

/// A rate, or any other hyper-parameter, behind a function that reads it and one that writes it.
///
///     Callback rate{[&] { return session.GetLearningRate(); },
///                   [&](float lr) { session.SetLearningRate(lr); }};
///     CosineAnnealingLR scheduler{rate, {.T_max = 100}};
template <class Get, class Set>
  requires std::invocable<Get&> && Scalar<std::remove_cvref_t<std::invoke_result_t<Get&>>> &&
           std::invocable<Set&, std::remove_cvref_t<std::invoke_result_t<Get&>>>
class Callback {
 public:
  using scalar_type = std::remove_cvref_t<std::invoke_result_t<Get&>>;

  Callback(Get reader, Set writer) : get_(std::move(reader)), set_(std::move(writer)) {}

  [[nodiscard]] scalar_type get() { return std::invoke(get_); }
  void set(scalar_type value) { std::invoke(set_, value); }

 private:
  Get get_;
  Set set_;
};

template <class Get, class Set>
struct optimizer_traits<Callback<Get, Set>> {
  using scalar_type = typename Callback<Get, Set>::scalar_type;
  [[nodiscard]] static std::size_t size(Callback<Get, Set>&) noexcept { return 1; }
  [[nodiscard]] static scalar_type lr(Callback<Get, Set>& callback, std::size_t) { return callback.get(); }
  static void set_lr(Callback<Get, Set>& callback, std::size_t, scalar_type lr) { callback.set(lr); }
};

/// A variable that the training loop reads.
///
///     double weight_decay = 0.01;
///     CosineAnnealingLR scheduler{weight_decay, {.T_max = 100}};
template <Scalar T>
struct optimizer_traits<T> {
  using scalar_type = T;
  [[nodiscard]] static std::size_t size(T&) noexcept { return 1; }
  [[nodiscard]] static T lr(T& variable, std::size_t) { return variable; }
  static void set_lr(T& variable, std::size_t, T value) { variable = value; }
};

/// A variable that other threads read while the scheduler's thread steps. Each read and write of it is atomic, and none
/// orders anything else.
template <std::floating_point T>
struct optimizer_traits<std::atomic<T>> {
  using scalar_type = T;
  [[nodiscard]] static std::size_t size(std::atomic<T>&) noexcept { return 1; }
  [[nodiscard]] static T lr(std::atomic<T>& variable, std::size_t) noexcept {
    return variable.load(std::memory_order_relaxed);
  }
  static void set_lr(std::atomic<T>& variable, std::size_t, T value) noexcept {
    variable.store(value, std::memory_order_relaxed);
  }
};

/// A rate and a momentum (or Adam's beta1) that the training loop reads. Both must outlive the scheduler, as this must.
///
///     Variables variables{optimizer.alpha, optimizer.mu};
///     OneCycleLR scheduler{variables, {.max_lr = 0.1, .total_steps = 1000}};
template <Scalar T>
struct Variables {
  T& lr;
  T& momentum;
};
template <Scalar T>
Variables(T&, T&) -> Variables<T>;

template <Scalar T>
struct optimizer_traits<Variables<T>> {
  using scalar_type = T;
  [[nodiscard]] static std::size_t size(Variables<T>&) noexcept { return 1; }
  [[nodiscard]] static T lr(Variables<T>& variables, std::size_t) { return variables.lr; }
  static void set_lr(Variables<T>& variables, std::size_t, T lr) { variables.lr = lr; }
  [[nodiscard]] static T momentum(Variables<T>& variables, std::size_t) { return variables.momentum; }
  static void set_momentum(Variables<T>& variables, std::size_t, T momentum) { variables.momentum = momentum; }
};

namespace detail {

template <class R>
concept ScalarRange =
    std::ranges::random_access_range<R> && std::ranges::sized_range<R> && Scalar<std::ranges::range_value_t<R>> &&
    std::same_as<std::ranges::range_reference_t<R>, std::ranges::range_value_t<R>&>;

/// Not that of one that lets another make the updates, as ensmallen's Lookahead and SGDR do: it is not their rate.
template <class O>
concept HasStepSize = (!requires(O& optimizer) { optimizer.BaseOptimizer(); }) &&
                      (!requires { typename O::OptimizerType; }) && requires(O& optimizer) {
                        requires std::is_lvalue_reference_v<decltype(optimizer.StepSize())>;
                        requires Scalar<std::remove_reference_t<decltype(optimizer.StepSize())>>;
                      };

}  // namespace detail

/// Variables in a row, one for each group: a std::vector, an array, or a std::span of them, which
/// must itself outlive the scheduler.
template <class R>
  requires detail::ScalarRange<R>
struct optimizer_traits<R> {
  using scalar_type = std::ranges::range_value_t<R>;
  [[nodiscard]] static std::size_t size(R& variables) { return static_cast<std::size_t>(std::ranges::size(variables)); }
  [[nodiscard]] static scalar_type lr(R& variables, std::size_t i) { return at(variables, i); }
  static void set_lr(R& variables, std::size_t i, scalar_type value) { at(variables, i) = value; }

 private:
  static scalar_type& at(R& variables, std::size_t i) {
    return std::ranges::begin(variables)[static_cast<std::ranges::range_difference_t<R>>(i)];
  }
};

/// An optimizer whose member StepSize() refers to its rate, as ensmallen's do.
template <class O>
  requires detail::HasStepSize<O>
struct optimizer_traits<O> {
  using scalar_type = std::remove_reference_t<decltype(std::declval<O&>().StepSize())>;
  [[nodiscard]] static std::size_t size(O&) noexcept { return 1; }
  [[nodiscard]] static scalar_type lr(O& optimizer, std::size_t) { return optimizer.StepSize(); }
  static void set_lr(O& optimizer, std::size_t, scalar_type lr) { optimizer.StepSize() = lr; }
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ADAPTERS_CALLBACK_HPP
