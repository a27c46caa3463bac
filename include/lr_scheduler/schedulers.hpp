// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_HPP
#define LR_SCHEDULER_SCHEDULERS_HPP

#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/greedy_lr.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/schedules/base_rate.hpp>
#include <lr_scheduler/schedules/chained.hpp>
#include <lr_scheduler/schedules/clamp.hpp>
#include <lr_scheduler/schedules/constant.hpp>
#include <lr_scheduler/schedules/cosine_annealing.hpp>
#include <lr_scheduler/schedules/cosine_annealing_warm_restarts.hpp>
#include <lr_scheduler/schedules/cycles.hpp>
#include <lr_scheduler/schedules/cyclic.hpp>
#include <lr_scheduler/schedules/exponential.hpp>
#include <lr_scheduler/schedules/exponential_warmup.hpp>
#include <lr_scheduler/schedules/inverse_time.hpp>
#include <lr_scheduler/schedules/lambda.hpp>
#include <lr_scheduler/schedules/linear.hpp>
#include <lr_scheduler/schedules/linear_warmup.hpp>
#include <lr_scheduler/schedules/multi_step.hpp>
#include <lr_scheduler/schedules/multiplicative.hpp>
#include <lr_scheduler/schedules/noam.hpp>
#include <lr_scheduler/schedules/one_cycle.hpp>
#include <lr_scheduler/schedules/per_group.hpp>
#include <lr_scheduler/schedules/piecewise.hpp>
#include <lr_scheduler/schedules/polynomial.hpp>
#include <lr_scheduler/schedules/radam_warmup.hpp>
#include <lr_scheduler/schedules/retimed.hpp>
#include <lr_scheduler/schedules/rex.hpp>
#include <lr_scheduler/schedules/scaled.hpp>
#include <lr_scheduler/schedules/sequential.hpp>
#include <lr_scheduler/schedules/step.hpp>
#include <lr_scheduler/schedules/swa.hpp>
#include <lr_scheduler/schedules/warmup_cosine.hpp>
#include <lr_scheduler/schedules/warmup_inverse_sqrt.hpp>
#include <lr_scheduler/schedules/warmup_linear.hpp>
#include <lr_scheduler/schedules/warmup_polynomial.hpp>
#include <lr_scheduler/schedules/warmup_stable_decay.hpp>

namespace lr_scheduler {

// Each schedule bound to an optimizer, under the name of PyTorch's class.

template <Scalar T>
struct LambdaLR : Scheduled<schedule::Lambda<T>, T> {
  using Scheduled<schedule::Lambda<T>, T>::Scheduled;
};
template <class O>
LambdaLR(O&&, schedule::Lambda<scalar_t<O>>) -> LambdaLR<scalar_t<O>>;

template <Scalar T>
struct MultiplicativeLR : Scheduled<schedule::Multiplicative<T>, T> {
  using Scheduled<schedule::Multiplicative<T>, T>::Scheduled;
};
template <class O>
MultiplicativeLR(O&&, schedule::Multiplicative<scalar_t<O>>) -> MultiplicativeLR<scalar_t<O>>;

template <Scalar T>
struct StepLR : Scheduled<schedule::Step<T>, T> {
  using Scheduled<schedule::Step<T>, T>::Scheduled;
};
template <class O>
StepLR(O&&, schedule::Step<scalar_t<O>>) -> StepLR<scalar_t<O>>;

template <Scalar T>
struct MultiStepLR : Scheduled<schedule::MultiStep<T>, T> {
  using Scheduled<schedule::MultiStep<T>, T>::Scheduled;
};
template <class O>
MultiStepLR(O&&, schedule::MultiStep<scalar_t<O>> = {}) -> MultiStepLR<scalar_t<O>>;

template <Scalar T>
struct ConstantLR : Scheduled<schedule::Constant<T>, T> {
  using Scheduled<schedule::Constant<T>, T>::Scheduled;
};
template <class O>
ConstantLR(O&&, schedule::Constant<scalar_t<O>> = {}) -> ConstantLR<scalar_t<O>>;

template <Scalar T>
struct LinearLR : Scheduled<schedule::Linear<T>, T> {
  using Scheduled<schedule::Linear<T>, T>::Scheduled;
};
template <class O>
LinearLR(O&&, schedule::Linear<scalar_t<O>> = {}) -> LinearLR<scalar_t<O>>;

template <Scalar T>
struct ExponentialLR : Scheduled<schedule::Exponential<T>, T> {
  using Scheduled<schedule::Exponential<T>, T>::Scheduled;
};
template <class O>
ExponentialLR(O&&, schedule::Exponential<scalar_t<O>>) -> ExponentialLR<scalar_t<O>>;

template <Scalar T>
struct PolynomialLR : Scheduled<schedule::Polynomial<T>, T> {
  using Scheduled<schedule::Polynomial<T>, T>::Scheduled;
};
template <class O>
PolynomialLR(O&&, schedule::Polynomial<scalar_t<O>> = {}) -> PolynomialLR<scalar_t<O>>;

template <Scalar T>
struct CosineAnnealingLR : Scheduled<schedule::CosineAnnealing<T>, T> {
  using Scheduled<schedule::CosineAnnealing<T>, T>::Scheduled;
};
template <class O>
CosineAnnealingLR(O&&, schedule::CosineAnnealing<scalar_t<O>>) -> CosineAnnealingLR<scalar_t<O>>;

template <Scalar T>
struct CosineAnnealingWarmRestarts : Scheduled<schedule::CosineAnnealingWarmRestarts<T>, T> {
  using Scheduled<schedule::CosineAnnealingWarmRestarts<T>, T>::Scheduled;
};
template <class O>
CosineAnnealingWarmRestarts(O&&, schedule::CosineAnnealingWarmRestarts<scalar_t<O>>)
    -> CosineAnnealingWarmRestarts<scalar_t<O>>;

template <Scalar T>
struct CyclicLR : Scheduled<schedule::Cyclic<T>, T> {
  using Scheduled<schedule::Cyclic<T>, T>::Scheduled;
};
template <class O>
CyclicLR(O&&, schedule::Cyclic<scalar_t<O>>) -> CyclicLR<scalar_t<O>>;

template <Scalar T>
struct OneCycleLR : Scheduled<schedule::OneCycle<T>, T> {
  using Scheduled<schedule::OneCycle<T>, T>::Scheduled;
};
template <class O>
OneCycleLR(O&&, schedule::OneCycle<scalar_t<O>>) -> OneCycleLR<scalar_t<O>>;

template <Scalar T>
struct SWALR : Scheduled<schedule::SWA<T>, T> {
  using Scheduled<schedule::SWA<T>, T>::Scheduled;
};
template <class O>
SWALR(O&&, schedule::SWA<scalar_t<O>>) -> SWALR<scalar_t<O>>;

template <Scalar T>
struct SequentialLR : Scheduled<schedule::Sequential<T>, T> {
  using Scheduled<schedule::Sequential<T>, T>::Scheduled;
};
template <class O>
SequentialLR(O&&, schedule::Sequential<scalar_t<O>>) -> SequentialLR<scalar_t<O>>;

template <Scalar T>
struct ChainedScheduler : Scheduled<schedule::Chained<T>, T> {
  using Scheduled<schedule::Chained<T>, T>::Scheduled;
};
template <class O>
ChainedScheduler(O&&, schedule::Chained<scalar_t<O>>) -> ChainedScheduler<scalar_t<O>>;

template <Scalar T>
struct WarmupLR : Scheduled<schedule::LinearWarmup<T>, T> {
  using Scheduled<schedule::LinearWarmup<T>, T>::Scheduled;
};
template <class O>
WarmupLR(O&&, schedule::LinearWarmup<scalar_t<O>>) -> WarmupLR<scalar_t<O>>;

// Those that other frameworks have and PyTorch has not.

template <Scalar T>
struct WarmupCosineLR : Scheduled<schedule::WarmupCosine<T>, T> {
  using Scheduled<schedule::WarmupCosine<T>, T>::Scheduled;
};
template <class O>
WarmupCosineLR(O&&, schedule::WarmupCosine<scalar_t<O>>) -> WarmupCosineLR<scalar_t<O>>;

template <Scalar T>
struct WarmupLinearLR : Scheduled<schedule::WarmupLinear<T>, T> {
  using Scheduled<schedule::WarmupLinear<T>, T>::Scheduled;
};
template <class O>
WarmupLinearLR(O&&, schedule::WarmupLinear<scalar_t<O>>) -> WarmupLinearLR<scalar_t<O>>;

template <Scalar T>
struct WarmupPolynomialLR : Scheduled<schedule::WarmupPolynomial<T>, T> {
  using Scheduled<schedule::WarmupPolynomial<T>, T>::Scheduled;
};
template <class O>
WarmupPolynomialLR(O&&, schedule::WarmupPolynomial<scalar_t<O>>) -> WarmupPolynomialLR<scalar_t<O>>;

template <Scalar T>
struct WarmupInverseSqrtLR : Scheduled<schedule::WarmupInverseSqrt<T>, T> {
  using Scheduled<schedule::WarmupInverseSqrt<T>, T>::Scheduled;
};
template <class O>
WarmupInverseSqrtLR(O&&, schedule::WarmupInverseSqrt<scalar_t<O>>) -> WarmupInverseSqrtLR<scalar_t<O>>;

template <Scalar T>
struct WarmupStableDecayLR : Scheduled<schedule::WarmupStableDecay<T>, T> {
  using Scheduled<schedule::WarmupStableDecay<T>, T>::Scheduled;
};
template <class O>
WarmupStableDecayLR(O&&, schedule::WarmupStableDecay<scalar_t<O>>) -> WarmupStableDecayLR<scalar_t<O>>;

template <Scalar T>
struct NoamLR : Scheduled<schedule::Noam<T>, T> {
  using Scheduled<schedule::Noam<T>, T>::Scheduled;
};
template <class O>
NoamLR(O&&, schedule::Noam<scalar_t<O>>) -> NoamLR<scalar_t<O>>;

template <Scalar T>
struct RexLR : Scheduled<schedule::Rex<T>, T> {
  using Scheduled<schedule::Rex<T>, T>::Scheduled;
};
template <class O>
RexLR(O&&, schedule::Rex<scalar_t<O>>) -> RexLR<scalar_t<O>>;

template <Scalar T>
struct InverseTimeLR : Scheduled<schedule::InverseTime<T>, T> {
  using Scheduled<schedule::InverseTime<T>, T>::Scheduled;
};
template <class O>
InverseTimeLR(O&&, schedule::InverseTime<scalar_t<O>>) -> InverseTimeLR<scalar_t<O>>;

template <Scalar T>
struct PiecewiseLR : Scheduled<schedule::Piecewise<T>, T> {
  using Scheduled<schedule::Piecewise<T>, T>::Scheduled;
};
template <class O>
PiecewiseLR(O&&, schedule::Piecewise<scalar_t<O>>) -> PiecewiseLR<scalar_t<O>>;

template <class... Types>
struct TypeList {};

/// The one list of all schedules, bound: JSON, PyTorch's states and the tests read it.
template <Scalar T>
using AllSchedulers =
    TypeList<LambdaLR<T>, MultiplicativeLR<T>, StepLR<T>, MultiStepLR<T>, ConstantLR<T>, LinearLR<T>, ExponentialLR<T>,
             PolynomialLR<T>, CosineAnnealingLR<T>, CosineAnnealingWarmRestarts<T>, CyclicLR<T>, OneCycleLR<T>,
             SWALR<T>, SequentialLR<T>, ChainedScheduler<T>, WarmupLR<T>, WarmupCosineLR<T>, WarmupLinearLR<T>,
             WarmupPolynomialLR<T>, WarmupInverseSqrtLR<T>, WarmupStableDecayLR<T>, NoamLR<T>, RexLR<T>,
             InverseTimeLR<T>, PiecewiseLR<T>, Scheduled<schedule::Anneal<T>, T>,
             Scheduled<schedule::ExponentialWarmup<T>, T>, Scheduled<schedule::RAdamWarmup<T>, T>,
             Scheduled<schedule::Cycles<T>, T>, Scheduled<schedule::Retimed<T>, T>, Scheduled<schedule::Scaled<T>, T>,
             Scheduled<schedule::Clamp<T>, T>, Scheduled<schedule::BaseRate<T>, T>,
             Scheduled<schedule::PerGroup<T>, T>>;

/// And the one list of those that depend on a metric.
template <Scalar T>
using AllFeedbackSchedulers = TypeList<ReduceLROnPlateau<T>, GreedyLR<T>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_HPP
