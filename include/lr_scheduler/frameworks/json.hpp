// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FRAMEWORKS_JSON_HPP
#define LR_SCHEDULER_FRAMEWORKS_JSON_HPP

#include <memory>
#include <utility>

#include <lr_scheduler/frameworks/deepspeed.hpp>
#include <lr_scheduler/frameworks/keras.hpp>
#include <lr_scheduler/frameworks/llm_c.hpp>
#include <lr_scheduler/frameworks/megatron.hpp>
#include <lr_scheduler/frameworks/optax.hpp>
#include <lr_scheduler/frameworks/timm.hpp>
#include <lr_scheduler/frameworks/transformers.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/greedy_lr.hpp>
#include <lr_scheduler/json.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/scheduler.hpp>

namespace lr_scheduler::frameworks {

template <Scalar T>
void add_transformers(Registry<T>& registry) {
  registry.add(&transformers::constant<T>);
  registry.add(&transformers::constant_with_warmup<T>);
  registry.add(&transformers::linear<T>);
  registry.add(&transformers::cosine<T>);
  registry.add(&transformers::cosine_with_restarts<T>);
  registry.add(&transformers::polynomial<T>);
  registry.add(&transformers::inverse_sqrt<T>);
  registry.add(&transformers::cosine_with_min_lr<T>);
  registry.add(&transformers::cosine_warmup_with_min_lr<T>);
  registry.add(&transformers::warmup_stable_decay<T>);
  registry.add(+[](OptimizerRef<T> optimizer, transformers::NamedPlateauOptions<T> options) {
    return detail::Binder::bind<ReduceLROnPlateau<T>, T, PlateauOptions<T>>(optimizer, std::move(options));
  });
  registry.add(+[](OptimizerRef<T> optimizer, transformers::NamedGreedyOptions<T> options) {
    return detail::Binder::bind<GreedyLR<T>, T, GreedyOptions<T>>(optimizer, std::move(options));
  });
}

template <Scalar T>
void add_megatron(Registry<T>& registry) {
  registry.add(&megatron::OptimizerParamScheduler<T>);
}

template <Scalar T>
void add_deepspeed(Registry<T>& registry) {
  registry.add(deepspeed::LRRangeTest<T>{});
  registry.add(detail::blank<deepspeed::OneCycle<T>>());
  registry.add(&deepspeed::WarmupLR<T>);
  registry.add(&deepspeed::WarmupDecayLR<T>);
  registry.add(&deepspeed::WarmupCosineLR<T>);
}

template <Scalar T>
void add_llm_c(Registry<T>& registry) {
  registry.add(&llm_c::cosine<T>);
  registry.add(&llm_c::linear<T>);
  registry.add(&llm_c::constant<T>);
  registry.add(&llm_c::wsd<T>);
  registry.add(&llm_c::get_lr<T>);
  registry.add(&nanogpt::get_lr<T>);
}

/// A scheduler that depends on a metric, of options that know what they are in ours.
template <Scalar T, class Options>
[[nodiscard]] std::unique_ptr<Scheduler<T>> bind_plateau(OptimizerRef<T> optimizer, Options options) {
  return detail::Binder::bind<ReduceLROnPlateau<T>, T>(optimizer, options.plateau());
}

template <Scalar T>
void add_timm(Registry<T>& registry) {
  registry.add(&timm::CosineLRScheduler<T>);
  registry.add(&timm::TanhLRScheduler<T>);
  registry.add(&timm::PolyLRScheduler<T>);
  registry.add(&timm::StepLRScheduler<T>);
  registry.add(&timm::MultiStepLRScheduler<T>);
  registry.add(&timm::WSDLRScheduler<T>);
  registry.add(&bind_plateau<T, timm::PlateauLRSchedulerOptions<T>>);
  registry.add(&timm::create_scheduler_v2<T>);
}

template <Scalar T>
void add_optax(Registry<T>& registry) {
  registry.add(&optax::constant_schedule<T>);
  registry.add(&optax::linear_schedule<T>);
  registry.add(&optax::polynomial_schedule<T>);
  registry.add(&optax::exponential_decay<T>);
  registry.add(&optax::cosine_decay_schedule<T>);
  registry.add(&optax::piecewise_constant_schedule<T>);
  registry.add(&optax::piecewise_interpolate_schedule<T>);
  registry.add(&optax::linear_onecycle_schedule<T>);
  registry.add(&optax::cosine_onecycle_schedule<T>);
  registry.add(&optax::warmup_constant_schedule<T>);
  registry.add(&optax::warmup_cosine_decay_schedule<T>);
  registry.add(&optax::warmup_exponential_decay_schedule<T>);
  registry.add(&optax::join_schedules<T>);
  registry.add(&optax::sgdr_schedule<T>);
  registry.add(&bind_plateau<T, optax::contrib::ReduceOnPlateauOptions<T>>);
}

template <Scalar T>
void add_keras(Registry<T>& registry) {
  registry.add(&keras::CosineDecay<T>);
  registry.add(&keras::CosineDecayRestarts<T>);
  registry.add(&keras::ExponentialDecay<T>);
  registry.add(&keras::InverseTimeDecay<T>);
  registry.add(&keras::PolynomialDecay<T>);
  registry.add(&keras::PiecewiseConstantDecay<T>);
  registry.add(&bind_plateau<T, keras::ReduceLROnPlateauOptions<T>>);
}

/// What the headers in frameworks/ have, by name ("transformers.cosine"), for make_scheduler() and
/// schedule_from_json().
template <Scalar T>
[[nodiscard]] Registry<T> registry() {
  Registry<T> registry;
  add_transformers(registry);
  add_megatron(registry);
  add_deepspeed(registry);
  add_llm_c(registry);
  add_timm(registry);
  add_optax(registry);
  add_keras(registry);
  return registry;
}

}  // namespace lr_scheduler::frameworks

#endif  // LR_SCHEDULER_FRAMEWORKS_JSON_HPP
