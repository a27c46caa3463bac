// SPDX-License-Identifier: MIT
// Optimizers of ensmallen's shape in one dimension, which call back when, and keep their rate where, those of ensmallen
// 3.11.1 do.
#ifndef LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_ENSMALLEN_HPP
#define LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_ENSMALLEN_HPP

#include <cstddef>
#include <utility>
#include <vector>

namespace ens {

using Function = std::vector<double>;  // the gradients of a pass over the data
using Coordinates = double;

struct NoDecay {
  static void Update(double&) {}
};
/// As in SGDR: it sets the rate from its own.
struct CyclicalDecay {
  double& StepSize() { return step_size; }
  void Update(double& rate) const { rate = step_size / 2; }
  double step_size = 0.1;
};

struct VanillaUpdate {};
struct DeltaBarDeltaUpdate {
  double& InitialStepSize() { return initial_step_size; }
  double initial_step_size = 0.1;
};

namespace detail {

/// Calls back where the callback has the member.
template <class C, class... Arguments>
void begin(C& callback, Arguments&&... arguments) {
  if constexpr (requires { callback.BeginOptimization(arguments...); }) callback.BeginOptimization(arguments...);
}
template <class C, class... Arguments>
void step_taken(C& callback, Arguments&&... arguments) {
  if constexpr (requires { callback.StepTaken(arguments...); }) callback.StepTaken(arguments...);
}
template <class C, class... Arguments>
void end_epoch(C& callback, Arguments&&... arguments) {
  if constexpr (requires { callback.EndEpoch(arguments...); }) callback.EndEpoch(arguments...);
}

}  // namespace detail

template <class Update = VanillaUpdate, class Decay = NoDecay>
class SGD {
 public:
  explicit SGD(double step_size = 0.01, std::size_t iterations = 100)
      : step_size_(step_size), iterations_(iterations) {}

  double& StepSize() { return step_size_; }
  Decay& DecayPolicy() { return decay_; }
  Update& UpdatePolicy() { return update_; }
  std::size_t& MaxIterations() { return iterations_; }

  template <class... Callbacks>
  void Optimize(Function& function, Coordinates& coordinates, Callbacks&&... callbacks) {
    (detail::begin(callbacks, *this, function, coordinates), ...);
    std::size_t epoch = 1;
    for (std::size_t i = 0; i < iterations_; ++i) {
      coordinates -= step_size_ * function[i % function.size()];
      (detail::step_taken(callbacks, *this, function, std::as_const(coordinates)), ...);
      decay_.Update(step_size_);
      if ((i + 1) % function.size() == 0) {
        (detail::end_epoch(callbacks, *this, function, std::as_const(coordinates), epoch++, 0.0), ...);
      }
    }
  }

 private:
  double step_size_;
  std::size_t iterations_;
  Update update_{};
  Decay decay_{};
};

/// Lets an SGD work, whose rate StepSize() is, and which is what the callbacks get to see.
class Adam {
 public:
  explicit Adam(double step_size = 0.001, std::size_t iterations = 100) : optimizer_(step_size, iterations) {}

  double& StepSize() { return optimizer_.StepSize(); }
  std::size_t& MaxIterations() { return optimizer_.MaxIterations(); }

  template <class... Callbacks>
  void Optimize(Function& function, Coordinates& coordinates, Callbacks&&... callbacks) {
    optimizer_.Optimize(function, coordinates, callbacks...);
  }

 private:
  SGD<> optimizer_;
};

/// As GradientDescent, SVRG and SARAH it has no epochs.
template <class Update = VanillaUpdate, class Decay = NoDecay>
class GradientDescentType {
 public:
  explicit GradientDescentType(double step_size = 0.01, std::size_t iterations = 100)
      : step_size_(step_size), iterations_(iterations) {}

  double& StepSize() { return step_size_; }
  Decay& DecayPolicy() { return decay_; }
  Update& UpdatePolicy() { return update_; }

  template <class... Callbacks>
  void Optimize(Function& function, Coordinates& coordinates, Callbacks&&... callbacks) {
    (detail::begin(callbacks, *this, function, coordinates), ...);
    for (std::size_t i = 0; i < iterations_; ++i) {
      for (const double gradient : function) coordinates -= step_size_ * gradient;
      (detail::step_taken(callbacks, *this, function, std::as_const(coordinates)), ...);
    }
  }

 private:
  double step_size_;
  std::size_t iterations_;
  Update update_{};
  Decay decay_{};
};
using GradientDescent = GradientDescentType<>;
using DeltaBarDelta = GradientDescentType<DeltaBarDeltaUpdate>;

/// Its callbacks see it, and the optimizer that it starts anew in each round. StepSize() is a weight.
template <class Base = Adam>
class Lookahead {
 public:
  Lookahead(const Base& base, double step_size, std::size_t k, std::size_t iterations)
      : base_(base), step_size_(step_size), k_(k), iterations_(iterations) {}

  Base& BaseOptimizer() { return base_; }
  double& StepSize() { return step_size_; }
  NoDecay& DecayPolicy() { return decay_; }

  template <class... Callbacks>
  void Optimize(Function& function, Coordinates& coordinates, Callbacks&&... callbacks) {
    base_.MaxIterations() = k_;
    (detail::begin(callbacks, *this, function, coordinates), ...);
    for (std::size_t i = 0; i < iterations_; ++i) {
      Coordinates model = coordinates;
      base_.Optimize(function, model, callbacks...);
      coordinates += step_size_ * (model - coordinates);
      (detail::step_taken(callbacks, *this, function, std::as_const(coordinates)), ...);
    }
  }

 private:
  Base base_;
  double step_size_;
  std::size_t k_;
  std::size_t iterations_;
  NoDecay decay_{};
};

class SGDR {
 public:
  using OptimizerType = SGD<VanillaUpdate, CyclicalDecay>;
  double& StepSize() { return optimizer_.StepSize(); }

  template <class... Callbacks>
  void Optimize(Function& function, Coordinates& coordinates, Callbacks&&... callbacks) {
    optimizer_.Optimize(function, coordinates, callbacks...);
  }

 private:
  OptimizerType optimizer_{};
};

template <class Update>
class BigBatchSGD;
template <class Decay>
class SPALeRASGD;
class Eve;

}  // namespace ens

#endif  // LR_SCHEDULER_TESTS_ADAPTERS_MOCKS_ENSMALLEN_HPP
