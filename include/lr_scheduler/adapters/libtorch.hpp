// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ADAPTERS_LIBTORCH_HPP
#define LR_SCHEDULER_ADAPTERS_LIBTORCH_HPP

#if !__has_include(<torch/optim/optimizer.h>)
#error "lr_scheduler/adapters/libtorch.hpp needs libtorch (PyPI: torch, Debian: libtorch-dev)"
#endif

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/lbfgs.h>
#include <torch/optim/optimizer.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/schedulers/lr_scheduler.h>
#include <torch/optim/sgd.h>
#include <torch/serialize/archive.h>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {
namespace detail {

// libtorch's accessors are calls into its library, of which a step would make a dozen for each
// group. A deriving class may name the members themselves.
struct TorchGroups : torch::optim::Optimizer {
  static std::vector<torch::optim::OptimizerParamGroup>& of(torch::optim::Optimizer& optimizer) {
    return optimizer.*(&TorchGroups::param_groups_);
  }
};

struct TorchOptions : torch::optim::OptimizerParamGroup {
  static torch::optim::OptimizerOptions& of(torch::optim::OptimizerParamGroup& group) {
    return *(group.*(&TorchOptions::options_));
  }
};

/// What an optimizer's step() takes the options of its groups for.
template <class O>
struct TorchOptionsOf : std::type_identity<torch::optim::OptimizerOptions> {};
template <>
struct TorchOptionsOf<torch::optim::SGD> : std::type_identity<torch::optim::SGDOptions> {};
template <>
struct TorchOptionsOf<torch::optim::Adam> : std::type_identity<torch::optim::AdamOptions> {};
template <>
struct TorchOptionsOf<torch::optim::AdamW> : std::type_identity<torch::optim::AdamWOptions> {};
template <>
struct TorchOptionsOf<torch::optim::RMSprop> : std::type_identity<torch::optim::RMSpropOptions> {};
template <>
struct TorchOptionsOf<torch::optim::Adagrad> : std::type_identity<torch::optim::AdagradOptions> {};
template <>
struct TorchOptionsOf<torch::optim::LBFGS> : std::type_identity<torch::optim::LBFGSOptions> {};

}  // namespace detail

/// torch::optim::Optimizer and all that derive from it. The rate is that of the group's options,
/// get_lr() and set_lr(). Momentum is that of SGD and RMSprop and the first beta of Adam and AdamW;
/// other optimizers have none. libtorch's groups hold no initial_lr: a scheduler takes the rate
/// that it finds as its base.
template <std::derived_from<torch::optim::Optimizer> O>
  requires(!std::is_const_v<O>)
struct optimizer_traits<O> {
  using scalar_type = double;

  [[nodiscard]] static std::size_t size(O& optimizer) { return detail::TorchGroups::of(optimizer).size(); }
  [[nodiscard]] static double lr(O& optimizer, std::size_t i) {
    if constexpr (requires(Options& options) { options.lr(); }) {
      return options(optimizer, i).lr();
    } else {
      return options(optimizer, i).get_lr();
    }
  }
  static void set_lr(O& optimizer, std::size_t i, double lr) {
    if constexpr (requires(Options& options) { options.lr() = lr; }) {
      options(optimizer, i).lr() = lr;
    } else {
      options(optimizer, i).set_lr(lr);
    }
  }

  [[nodiscard]] static std::optional<double> momentum(O& optimizer, std::size_t i) {
    const double* const value = momentum_in(options(optimizer, i));
    return value != nullptr ? std::optional<double>(*value) : std::nullopt;
  }
  static void set_momentum(O& optimizer, std::size_t i, double momentum) {
    if (double* const value = momentum_in(options(optimizer, i))) *value = momentum;
  }

 private:
  using Options = typename detail::TorchOptionsOf<O>::type;

  static Options& options(O& optimizer, std::size_t i) {
    return static_cast<Options&>(detail::TorchOptions::of(detail::TorchGroups::of(optimizer)[i]));
  }

  [[nodiscard]] static double* momentum_in(torch::optim::OptimizerOptions& options) {
    using namespace torch::optim;
    if (auto* sgd = dynamic_cast<SGDOptions*>(&options)) return &sgd->momentum();
    if (auto* adam = dynamic_cast<AdamOptions*>(&options)) return &std::get<0>(adam->betas());
    if (auto* adamw = dynamic_cast<AdamWOptions*>(&options)) return &std::get<0>(adamw->betas());
    if (auto* rmsprop = dynamic_cast<RMSpropOptions*>(&options)) return &rmsprop->momentum();
    return nullptr;
  }
};

/// Sets the rate of each group, for a scheduler that is constructed after optimizer.load() and has no state to load: it
/// takes the rates that it finds as its base, and those of a run that goes on have decayed.
///
///     optimizer.load(archive);
///     set_learning_rates(optimizer, {0.05});
///     CosineAnnealingLR scheduler{optimizer, {.T_max = 100}};
///     scheduler.seek(30);
///
/// Throws std::invalid_argument where there is not one rate for each group.
inline void set_learning_rates(torch::optim::Optimizer& optimizer, const std::vector<double>& lrs) {
  auto& groups = optimizer.param_groups();
  if (lrs.size() != groups.size()) {
    throw std::invalid_argument("set_learning_rates: there are " + std::to_string(lrs.size()) + " rates for " +
                                std::to_string(groups.size()) + " parameter groups");
  }
  for (std::size_t i = 0; i < lrs.size(); ++i) groups[i].options().set_lr(lrs[i]);
}

namespace detail {

[[nodiscard]] inline c10::IValue to_ivalue(const StateDict& state);

[[nodiscard]] inline c10::IValue to_ivalue(const StateValue& value) {
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* integer = value.get_if<std::int64_t>()) return *integer;
  if (const auto* real = value.get_if<double>()) return *real;
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* dict = value.get_if<StateDict>()) return to_ivalue(*dict);
  if (const auto* list = value.get_if<StateValue::List>()) {
    c10::impl::GenericList result(c10::AnyType::get());
    for (const StateValue& element : *list) result.push_back(to_ivalue(element));
    return result;
  }
  return {};
}

inline c10::IValue to_ivalue(const StateDict& state) {
  c10::impl::GenericDict dict(c10::StringType::get(), c10::AnyType::get());
  for (const auto& [key, value] : state.entries()) dict.insert(key, to_ivalue(value));
  return dict;
}

[[nodiscard]] inline StateValue to_state_value(const c10::IValue& value) {
  if (value.isNone()) return {};
  if (value.isBool()) return value.toBool();
  if (value.isInt()) return std::int64_t{value.toInt()};
  if (value.isDouble()) return value.toDouble();
  if (value.isString()) return value.toStringRef();
  if (value.isList()) {
    StateValue::List list;
    for (const c10::IValue& element : value.toListRef()) list.push_back(to_state_value(element));
    return list;
  }
  if (value.isGenericDict()) {
    StateDict dict;
    for (const auto& entry : value.toGenericDict()) {
      if (!entry.key().isString()) throw std::invalid_argument("a key is not a text");
      dict.set(entry.key().toStringRef(), to_state_value(entry.value()));
    }
    return dict;
  }
  throw std::invalid_argument("a value is of type " + value.tagKind());
}

inline constexpr const char* torch_archive_key = "lr_scheduler";

}  // namespace detail

/// Writes the scheduler's state into an archive, as optimizer.save(archive) writes the optimizer's.
/// An archive holds the state of one scheduler; nest one archive for each.
template <Scalar T>
void save(const Scheduler<T>& scheduler, torch::serialize::OutputArchive& archive) {
  archive.write(detail::torch_archive_key, detail::to_ivalue(scheduler.state_dict()));
}

/// Loads what save() wrote. Call it after optimizer.load(archive), which restores the rates too.
/// Throws as Scheduler::load_state_dict() does, and std::invalid_argument where the archive has no
/// state of a scheduler.
template <Scalar T>
void load(Scheduler<T>& scheduler, torch::serialize::InputArchive& archive,
          OnMismatch on_mismatch = OnMismatch::error) {
  c10::IValue value;
  if (!archive.try_read(detail::torch_archive_key, value)) {
    throw std::invalid_argument("the archive has no state of a scheduler");
  }
  const StateValue state = detail::to_state_value(value);
  const StateDict* const dict = state.get_if<StateDict>();
  if (dict == nullptr) {
    throw std::invalid_argument("the archive's state of a scheduler is not a dictionary");
  }
  scheduler.load_state_dict(*dict, on_mismatch);
}

/// For torch::save(scheduler, "scheduler.pt").
template <Scalar T>
torch::serialize::OutputArchive& operator<<(torch::serialize::OutputArchive& archive, const Scheduler<T>& scheduler) {
  save(scheduler, archive);
  return archive;
}

/// For torch::load(scheduler, "scheduler.pt").
template <Scalar T>
torch::serialize::InputArchive& operator>>(torch::serialize::InputArchive& archive, Scheduler<T>& scheduler) {
  load(scheduler, archive);
  return archive;
}

/// A schedule behind libtorch's base class, for code that takes a torch::optim::LRScheduler. As all
/// schedulers here and in Python it applies the rate of epoch 0 on construction, and call k of
/// step() that of epoch k. libtorch's own StepLR applies the rate of epoch k - 1 then: every decay
/// comes a step earlier with this class than with that one.
class LibtorchScheduler : public torch::optim::LRScheduler {
 public:
  /// Throws as Scheduled's constructor does. The optimizer must outlive the scheduler.
  LibtorchScheduler(torch::optim::Optimizer& optimizer, AnySchedule<double> schedule)
      : torch::optim::LRScheduler(optimizer), scheduler_(optimizer, std::move(schedule)) {}

  /// What does the work: its rates and its state. Step this object, not that one.
  [[nodiscard]] Scheduler<double>& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] const Scheduler<double>& scheduler() const noexcept { return scheduler_; }

 protected:
  std::vector<double> get_lrs() override {
    scheduler_.step();
    const auto lrs = scheduler_.get_lr();
    return {lrs.begin(), lrs.end()};
  }

 private:
  Scheduled<AnySchedule<double>, double> scheduler_;
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ADAPTERS_LIBTORCH_HPP
