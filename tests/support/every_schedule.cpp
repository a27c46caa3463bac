// SPDX-License-Identifier: MIT
#include "support/every_schedule.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::testing {
namespace examples {

template <class Bound, Scalar T = typename Bound::scalar_type>
EveryExample<T> example(std::string special, typename OptionsOf<Bound>::type options, Facts facts,
                        std::array<Bind<T>, 2> alone = {}) {
  using Options = typename OptionsOf<Bound>::type;
  EveryExample<T> result;
  result.name = std::string(Options::name) + (special.empty() ? "" : " " + special);
  result.facts = std::move(facts);
  result.bind = bind<Bound>(options);
  for (std::size_t i = 0; i < alone.size(); ++i) result.alone[i] = alone[i] ? alone[i] : result.bind;
  if constexpr (requires { typename Bound::schedule_type; }) result.schedule.emplace(options);
  result.bind_copy = [](const Scheduler<T>& scheduler, Groups<T>& groups) -> std::unique_ptr<Scheduler<T>> {
    const auto& bound = dynamic_cast<const Bound&>(scheduler);
    if constexpr (requires { bound.schedule(); }) {
      Options copy = bound.schedule();
      return std::make_unique<Bound>(groups, std::move(copy));
    } else {
      Options copy = bound.options();
      return std::make_unique<Bound>(groups, std::move(copy));
    }
  };
  return result;
}

inline constexpr Abilities factor_of_epochs{.closed_form = true, .factor = true, .chains = true};
inline constexpr Abilities factor_of_time{.closed_form = true, .continuous = true, .factor = true, .chains = true};
inline constexpr Abilities function_of_epochs{.closed_form = true};
inline constexpr Abilities curve_of_epochs{.closed_form = true, .chains = true};
inline constexpr Abilities curve_of_time{.closed_form = true, .continuous = true, .chains = true};
inline constexpr Abilities restarting{.closed_form = true, .continuous = true};
inline constexpr Abilities cycling{.closed_form = true, .continuous = true, .momentum = true, .own_base = true};
inline constexpr Abilities cycling_rates{.closed_form = true, .continuous = true, .own_base = true};
inline constexpr Abilities averaging{.closed_form = true, .continuous = true, .goes_on = true, .chains = true};
inline constexpr Abilities multiplying{.goes_on = true, .chains = true};
inline constexpr Abilities chaining{.chains = true};

template <class T>
T inverse_time(Epoch t) {
  call();
  return T(1) / (T(1) + static_cast<T>(t));
}

template <class T>
T power_of_half(Epoch t) {
  call();
  return std::pow(T(0.5L), static_cast<T>(t));
}

template <class T>
T power_of_98_percent(Epoch t) {
  call();
  return std::pow(T(0.98L), static_cast<T>(t));
}

template <class T>
T one_by(T cycle) {
  call();
  return T(1) / cycle;
}

template <class T>
T nine_tenths(Epoch) {
  call();
  return T(0.9L);
}

template <Scalar T>
void add_factors(std::vector<EveryExample<T>>& list) {
  list.push_back(example<StepLR<T>>("", {.step_size = 3, .gamma = T(0.7L)},
                                    {.can = factor_of_epochs, .scales = true, .roundings = 10, .added = 0.7L}));
  list.push_back(example<MultiStepLR<T>>("", {.milestones = {3, 8, 8, 20}, .gamma = T(0.7L)},
                                         {.can = factor_of_epochs,
                                          .scales = true,
                                          .lowest = 0.02401L,
                                          .far_lowest = 0.02401L,
                                          .far_highest = 0.09604L,
                                          .roundings = 10,
                                          .added = 0.7L}));
  list.push_back(example<MultiStepLR<T>>("with a milestone at 0", {.milestones = {5, 2, 5, 0, 17}, .gamma = T(0.7L)},
                                         {.can = factor_of_epochs,
                                          .scales = true,
                                          .lowest = 0.016807L,
                                          .highest = 0.28L,
                                          .far_lowest = 0.016807L,
                                          .far_highest = 0.067228L,
                                          .roundings = 10,
                                          .added = 0.49L}));
  list.push_back(example<MultiStepLR<T>>("without milestones", {},
                                         {.can = factor_of_epochs,
                                          .scales = true,
                                          .lowest = 0.1L,
                                          .far_lowest = 0.1L,
                                          .far_highest = 0.4L,
                                          .roundings = 1,
                                          .added = 1}));
  list.push_back(example<ConstantLR<T>>("", {.factor = T(0.3L), .total_iters = 4},
                                        {.can = factor_of_epochs,
                                         .scales = true,
                                         .lowest = 0.03L,
                                         .far_lowest = 0.1L,
                                         .far_highest = 0.4L,
                                         .roundings = 4,
                                         .added = 0.3L}));
  list.push_back(
      example<ConstantLR<T>>("at 0", {.factor = T(0), .total_iters = 9},
                             {.can = factor_of_epochs, .scales = true, .far_lowest = 0.1L, .far_highest = 0.4L}));
  list.push_back(example<LinearLR<T>>("", {.start_factor = T(0.3L), .end_factor = T(0.9L), .total_iters = 7},
                                      {.can = factor_of_time,
                                       .scales = true,
                                       .lowest = 0.03L,
                                       .highest = 0.36L,
                                       .far_lowest = 0.09L,
                                       .far_highest = 0.36L,
                                       .roundings = 10,
                                       .added = 0.557142857142857142857L}));
  list.push_back(example<LinearLR<T>>("from 0", {.start_factor = T(0), .end_factor = T(0.7L), .total_iters = 13},
                                      {.can = factor_of_time,
                                       .scales = true,
                                       .highest = 0.28L,
                                       .far_lowest = 0.07L,
                                       .far_highest = 0.28L,
                                       .added = 0.161538461538461538462L}));
  list.push_back(
      example<LinearLR<T>>("from 2 to 0", {.start_factor = T(2), .end_factor = T(0), .total_iters = 7},
                           {.can = factor_of_time, .scales = true, .highest = 0.8L, .added = 1.14285714285714285714L}));
  list.push_back(
      example<ExponentialLR<T>>("", {.gamma = T(0.9L)}, {.can = factor_of_time, .scales = true, .added = 0.729L}));
  list.push_back(example<PolynomialLR<T>>(
      "", {.total_iters = 9, .power = T(1.5L)},
      {.can = factor_of_time, .scales = true, .added = 0.544331053951817355155L /* (2 / 3)^1.5 */}));
  list.push_back(example<WarmupLR<T>>("", {.warmup_steps = 7, .start_factor = T(0.3L)},
                                      {.can = factor_of_time,
                                       .scales = true,
                                       .lowest = 0.03L,
                                       .far_lowest = 0.1L,
                                       .far_highest = 0.4L,
                                       .roundings = 10,
                                       .added = 0.6L}));
  list.push_back(example<WarmupLR<T>>("from 0", {.warmup_steps = 5},
                                      {.can = factor_of_time,
                                       .scales = true,
                                       .far_lowest = 0.1L,
                                       .far_highest = 0.4L,
                                       .roundings = 10,
                                       .added = 0.6L}));
}

/// A factor of the time that keeps its end; `added` is worked out in 40 digits where it is no quotient.
inline Facts factor_with_end(long double added, long double far_lowest, long double far_highest,
                             long double lowest = 0) {
  return {.can = factor_of_time,
          .scales = true,
          .lowest = lowest,
          .far_lowest = far_lowest,
          .far_highest = far_highest,
          .roundings = 40,
          .added = added};
}

template <Scalar T>
void add_warmups(std::vector<EveryExample<T>>& list) {
  list.push_back(example<WarmupLR<T>>("whose first update counts",
                                      {.warmup_steps = 7, .first_update = FirstUpdate::one_of_w},
                                      factor_with_end(0.571428571428571428571L, 0.1L, 0.4L, 0.014L)));
  list.push_back(example<WarmupLR<T>>("whose first update counts, full at the end",
                                      {.warmup_steps = 5, .first_update = FirstUpdate::one_of_w_plus_1},
                                      factor_with_end(0.666666666666666666667L, 0.1L, 0.4L, 0.016L)));
  list.push_back(example<WarmupCosineLR<T>>(
      "", {.warmup_steps = 2, .total_steps = 14, .min_ratio = T(0.1L), .start_factor = T(0.2L)},
      factor_with_end(0.984666621830080729037L, 0.01L, 0.04L, 0.01L)));
  list.push_back(example<WarmupCosineLR<T>>(
      "of one and a half waves",
      {.warmup_steps = 4, .total_steps = 13, .num_cycles = T(1.5L), .first_update = FirstUpdate::one_of_w},
      factor_with_end(1, 0, 0)));
  list.push_back(example<WarmupCosineLR<T>>(
      "that ends half way",
      {.warmup_steps = 2, .total_steps = 10, .num_cycles = T(0.25L), .first_update = FirstUpdate::one_of_w_plus_1},
      factor_with_end(0.990392640201615224563L, 0.05L, 0.2L, 0.033L)));
  list.push_back(example<WarmupLinearLR<T>>("", {.warmup_steps = 5, .total_steps = 17}, factor_with_end(0.6L, 0, 0)));
  list.push_back(example<WarmupLinearLR<T>>(
      "to a tenth", {.warmup_steps = 2, .total_steps = 12, .min_ratio = T(0.1L), .start_factor = T(0.3L)},
      factor_with_end(0.91L, 0.01L, 0.04L, 0.01L)));
  list.push_back(example<WarmupLinearLR<T>>(
      "without a way down", {.warmup_steps = 9, .total_steps = 9, .first_update = FirstUpdate::one_of_w},
      factor_with_end(0.444444444444444444444L, 0, 0)));
  list.push_back(example<WarmupPolynomialLR<T>>(
      "", {.warmup_steps = 2, .total_steps = 11, .power = T(1.5L), .min_ratio = T(0.05L)},
      factor_with_end(0.846149857335964620066L, 0.005L, 0.02L)));
  list.push_back(example<WarmupPolynomialLR<T>>(
      "with a root",
      {.warmup_steps = 4, .total_steps = 10, .power = T(0.5L), .first_update = FirstUpdate::one_of_w_plus_1},
      factor_with_end(0.8L, 0, 0)));
  list.push_back(example<WarmupInverseSqrtLR<T>>("", {.warmup_steps = 4}, factor_with_end(0.75L, 0, 3e-8L)));
  list.push_back(example<WarmupInverseSqrtLR<T>>(
      "with a timescale", {.warmup_steps = 2, .timescale = 10.5, .first_update = FirstUpdate::one_of_w_plus_1},
      factor_with_end(0.955533085905909155096L, 0, 5e-8L)));
  list.push_back(example<WarmupStableDecayLR<T>>("", {.warmup_steps = 1, .stable_steps = 1, .decay_steps = 9},
                                                 factor_with_end(0.666666666666666666667L, 0, 0)));
  list.push_back(example<WarmupStableDecayLR<T>>("in a straight line",
                                                 {.warmup_steps = 5,
                                                  .stable_steps = 4,
                                                  .decay_steps = 8,
                                                  .shape = Shape::linear,
                                                  .min_ratio = T(0.1L),
                                                  .first_update = FirstUpdate::one_of_w},
                                                 factor_with_end(0.8L, 0.01L, 0.04L, 0.01L)));
  list.push_back(example<WarmupStableDecayLR<T>>(
      "along a cosine",
      {.warmup_steps = 0, .stable_steps = 2, .decay_steps = 9, .shape = Shape::cosine, .min_ratio = T(0.3L)},
      factor_with_end(0.978892417275067934419L, 0.03L, 0.12L, 0.03L)));
  list.push_back(example<WarmupStableDecayLR<T>>("that falls exponentially",
                                                 {.warmup_steps = 2,
                                                  .stable_steps = 0,
                                                  .decay_steps = 7,
                                                  .shape = Shape::exponential,
                                                  .min_ratio = T(0.2L),
                                                  .first_update = FirstUpdate::one_of_w_plus_1},
                                                 factor_with_end(0.849157862822250674551L, 0.02L, 0.08L, 0.02L)));
  list.push_back(example<NoamLR<T>>("", {.d_model = 4, .warmup_steps = 4}, factor_with_end(0.1875L, 0, 7e-9L)));
  list.push_back(example<NoamLR<T>>("whose first update counts",
                                    {.d_model = 2, .warmup_steps = 5, .first_update = FirstUpdate::one_of_w},
                                    factor_with_end(0.25298221281347034656L, 0, 9e-9L)));
  list.push_back(example<NoamLR<T>>("without a warm-up", {.d_model = 1, .warmup_steps = 0},
                                    factor_with_end(0.577350269189625764509L, 0, 2e-8L)));
  list.push_back(example<RexLR<T>>("", {.total_steps = 9}, factor_with_end(0.8L, 0, 0)));
  list.push_back(example<RexLR<T>>("to a tenth", {.total_steps = 12, .min_ratio = T(0.1L)},
                                   factor_with_end(0.871428571428571428571L, 0.01L, 0.04L, 0.01L)));
  list.push_back(example<InverseTimeLR<T>>("", {.timescale = 4.5}, factor_with_end(0.6L, 0, 2e-15L)));
  list.push_back(example<InverseTimeLR<T>>("with a power", {.timescale = 10, .power = T(1.7L)},
                                           factor_with_end(0.640171448902087442124L, 0, 1e-20L)));
  list.push_back(example<InverseTimeLR<T>>("in stairs", {.timescale = 2, .power = T(0.5L), .staircase = true},
                                           factor_with_end(0.707106781186547524401L, 0, 2e-8L)));
}

// Half a cosine wave, (1 + cos x) / 2, in 40 digits.
template <Scalar T>
void add_cosines(std::vector<EveryExample<T>>& list) {
  list.push_back(example<CosineAnnealingLR<T>>("", {.T_max = 7, .eta_min = T(0.02L)},
                                               {.can = curve_of_time,
                                                .lowest = 0.02L,
                                                .far_lowest = 0.02L,
                                                .far_highest = 0.4L,
                                                .roundings = 40,
                                                .added = 0.61903525763859405810L}));
  list.push_back(example<CosineAnnealingLR<T>>(
      "to 0", {.T_max = 5},
      {.can = curve_of_time, .scales = true, .far_highest = 0.4L, .roundings = 40, .added = 0.34549150281252628795L}));
  list.push_back(example<CosineAnnealingLR<T>>(
      "that holds", {.T_max = 7, .after_end = AfterEnd::hold},
      {.can = curve_of_time, .scales = true, .roundings = 40, .added = 0.61126046697815720214L}));
  list.push_back(example<CosineAnnealingLR<T>>("that holds above a base rate",
                                               {.T_max = 7, .eta_min = T(0.2L), .after_end = AfterEnd::hold},
                                               {.can = curve_of_time,
                                                .lowest = 0.1L,
                                                .far_lowest = 0.2L,
                                                .far_highest = 0.2L,
                                                .roundings = 40,
                                                .added = 0.68900837358252576172L}));
  list.push_back(example<CosineAnnealingWarmRestarts<T>>("", {.T_0 = 2, .T_mult = 2, .eta_min = T(0.01L)},
                                                         {.can = restarting,
                                                          .lowest = 0.01L,
                                                          .far_lowest = 0.01L,
                                                          .far_highest = 0.4L,
                                                          .added = 0.85501785668734102458L}));
  list.push_back(example<CosineAnnealingWarmRestarts<T>>(
      "in equal cycles", {.T_0 = 7},
      {.can = restarting, .scales = true, .far_highest = 0.4L, .added = 0.61126046697815720214L}));
}

template <Scalar T>
void add_cycles(std::vector<EveryExample<T>>& list) {
  list.push_back(example<CyclicLR<T>>("", {.base_lr = {T(0.1L), T(0.2L)}, .max_lr = {T(0.5L), T(1)}, .step_size_up = 3},
                                      {.can = cycling,
                                       .lowest = 0.1L,
                                       .highest = 1,
                                       .far_lowest = 0.1L,
                                       .far_highest = 1,
                                       .refusal = "CyclicLR: base_lr has 2 values for 3 parameter groups"},
                                      {bind<CyclicLR<T>>({.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 3}),
                                       bind<CyclicLR<T>>({.base_lr = T(0.2L), .max_lr = T(1), .step_size_up = 3})}));
  list.push_back(example<CyclicLR<T>>("exp_range",
                                      {.base_lr = T(0.1L),
                                       .max_lr = T(0.5L),
                                       .step_size_up = 3,
                                       .step_size_down = 4,
                                       .mode = CyclicMode::exp_range,
                                       .gamma = T(0.9L)},
                                      {.can = cycling,
                                       .lowest = 0.1L,
                                       .highest = 0.5L,
                                       .far_lowest = 0.1L,
                                       .far_highest = 0.1L,
                                       .added = 0.3916L,
                                       .added_base = 0.1L}));
  list.push_back(example<CyclicLR<T>>(
      "triangular2",
      {.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 2, .step_size_down = 3, .mode = CyclicMode::triangular2},
      {.can = cycling,
       .lowest = 0.1L,
       .highest = 0.5L,
       .far_lowest = 0.1L,
       .far_highest = 0.1L,
       .added = 0.366666666666666666667L,
       .added_base = 0.1L}));
  list.push_back(example<CyclicLR<T>>(
      "that leaves momentum alone",
      {.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 2, .step_size_down = 4, .cycle_momentum = false},
      {.can = cycling_rates,
       .lowest = 0.1L,
       .highest = 0.5L,
       .far_lowest = 0.1L,
       .far_highest = 0.5L,
       .added = 0.4L,
       .added_base = 0.1L}));
  list.push_back(example<CyclicLR<T>>("of a function",
                                      {.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 2, .scale_fn = one_by<T>},
                                      {.can = cycling,
                                       .has_function = true,
                                       .lowest = 0.1L,
                                       .highest = 0.5L,
                                       .far_lowest = 0.1L,
                                       .far_highest = 0.1L,
                                       .added = 0.3L,
                                       .added_base = 0.1L}));
  list.push_back(example<OneCycleLR<T>>("", {.max_lr = {T(1), T(0.5L)}, .total_steps = 10},
                                        {.can = cycling,
                                         .highest = 1,
                                         .far_lowest = 0.000002L,
                                         .far_highest = 0.000004L,
                                         .refusal = "OneCycleLR: max_lr has 2 values for 3 parameter groups"},
                                        {bind<OneCycleLR<T>>({.max_lr = T(1), .total_steps = 10}),
                                         bind<OneCycleLR<T>>({.max_lr = T(0.5L), .total_steps = 10})}));
  list.push_back(example<OneCycleLR<T>>("of one rate", {.max_lr = T(1), .total_steps = 10},
                                        {.can = cycling,
                                         .lowest = 0.000004L,
                                         .highest = 1,
                                         .far_lowest = 0.000004L,
                                         .far_highest = 0.000004L,
                                         .added = 0.9504846320134737582798L,
                                         .added_base = 0.04L}));
  list.push_back(example<OneCycleLR<T>>("in three phases of straight lines",
                                        {.max_lr = T(0.3L),
                                         .epochs = 5,
                                         .steps_per_epoch = 5,
                                         .anneal_strategy = AnnealStrategy::linear,
                                         .cycle_momentum = false,
                                         .three_phase = true},
                                        {.can = cycling_rates,
                                         .lowest = 0.0000012L,
                                         .highest = 0.3L,
                                         .far_lowest = 0.0000012L,
                                         .far_highest = 0.0000012L,
                                         .added = 0.144923076923076923077L,
                                         .added_base = 0.012L}));
  list.push_back(example<SWALR<T>>("", {.swa_lr = {T(0.05L), T(0.6L)}, .anneal_epochs = 7},
                                   {.can = averaging,
                                    .lowest = 0.05L,
                                    .highest = 0.6L,
                                    .far_lowest = 0.05L,
                                    .far_highest = 0.6L,
                                    .refusal = "SWALR: swa_lr has 2 values for 3 parameter groups"},
                                   {bind<SWALR<T>>({.swa_lr = T(0.05L), .anneal_epochs = 7}),
                                    bind<SWALR<T>>({.swa_lr = T(0.6L), .anneal_epochs = 7})}));
  list.push_back(example<SWALR<T>>("in a straight line",
                                   {.swa_lr = T(0.05L), .anneal_epochs = 7, .anneal_strategy = AnnealStrategy::linear},
                                   {.can = averaging,
                                    .lowest = 0.05L,
                                    .far_lowest = 0.05L,
                                    .far_highest = 0.05L,
                                    .added = 0.592857142857142857143L}));
}

template <Scalar T>
void add_functions(std::vector<EveryExample<T>>& list) {
  list.push_back(example<LambdaLR<T>>(
      "", {.lr_lambda = inverse_time<T>},
      {.can = function_of_epochs, .has_function = true, .scales = true, .far_highest = 1e-10L, .added = 0.25L}));
  list.push_back(example<LambdaLR<T>>(
      "of a function for each group", {.lr_lambda = {inverse_time<T>, power_of_half<T>}},
      {.can = function_of_epochs,
       .has_function = true,
       .scales = true,
       .far_highest = 1e-10L,
       .refusal = "LambdaLR: lr_lambda has 2 values for 3 parameter groups"},
      {bind<LambdaLR<T>>({.lr_lambda = inverse_time<T>}), bind<LambdaLR<T>>({.lr_lambda = power_of_half<T>})}));
  list.push_back(example<MultiplicativeLR<T>>(
      "", {.lr_lambda = inverse_time<T>}, {.can = multiplying, .has_function = true, .scales = true, .added = 0.25L}));
  list.push_back(
      example<MultiplicativeLR<T>>("of a function for each group", {.lr_lambda = {inverse_time<T>, power_of_half<T>}},
                                   {.can = multiplying,
                                    .has_function = true,
                                    .scales = true,
                                    .refusal = "MultiplicativeLR: lr_lambda has 2 values for 3 parameter groups"},
                                   {bind<MultiplicativeLR<T>>({.lr_lambda = inverse_time<T>}),
                                    bind<MultiplicativeLR<T>>({.lr_lambda = power_of_half<T>})}));
}

template <Scalar T>
void add_sequences(std::vector<EveryExample<T>>& list) {
  using namespace schedule;
  list.push_back(example<SequentialLR<T>>(
      "of a line and a cosine",
      {.schedules = {Linear<T>{.start_factor = T(0.25L), .total_iters = 3},
                     CosineAnnealing<T>{.T_max = 4, .eta_min = T(0.02L)}},
       .milestones = {3}},
      {.can = curve_of_time, .lowest = 0.02L, .far_lowest = 0.02L, .far_highest = 0.4L, .roundings = 40, .added = 1}));
  list.push_back(example<SequentialLR<T>>(
      "of three factors",
      {.schedules = {LinearWarmup<T>{.warmup_steps = 2}, Step<T>{.step_size = 1, .gamma = T(0.7L)},
                     Exponential<T>{.gamma = T(0.9L)}},
       .milestones = {2, 8}},
      {.can = factor_of_epochs, .scales = true, .added = 0.7L}));
  // Momentum stays where the cycle in the middle leaves it.
  list.push_back(example<SequentialLR<T>>(
      "with a CyclicLR in the middle",
      {.schedules = {Step<T>{.step_size = 2, .gamma = T(0.5L)},
                     Cyclic<T>{.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 2},
                     Exponential<T>{.gamma = T(0.5L)}},
       .milestones = {2, 5}},
      {.can = {.closed_form = true, .momentum = true, .chains = true}, .highest = 0.5L, .added = 0.3L}));
  list.push_back(example<SequentialLR<T>>(
      "with a late SWALR",
      {.schedules = {Exponential<T>{.gamma = T(0.5L)},
                     SWA<T>{.swa_lr = T(0.05L), .anneal_epochs = 4, .anneal_strategy = AnnealStrategy::linear}},
       .milestones = {3}},
      {.can = chaining, .lowest = 0.025L, .added = 1}));
  list.push_back(example<SequentialLR<T>>(
      "of all kinds",
      {.schedules = {Multiplicative<T>{.lr_lambda = nine_tenths<T>}, OneCycle<T>{.max_lr = T(0.5L), .total_steps = 8},
                     Sequential<T>{.schedules = {Chained<T>{.schedules = {CosineAnnealing<T>{.T_max = 6},
                                                                          Exponential<T>{.gamma = T(0.9L)}}},
                                                 Multiplicative<T>{.lr_lambda = nine_tenths<T>}},
                                   .milestones = {3}},
                     Polynomial<T>{.total_iters = 8}},
       .milestones = {4, 12, 20}},
      {.can = {.momentum = true, .goes_on = true, .chains = true},
       .has_function = true,
       .highest = 0.5L,
       .added = 0.9L}));
  list.push_back(example<SequentialLR<T>>(
      "of chains",
      {.schedules = {Chained<T>{.schedules = {LinearWarmup<T>{.warmup_steps = 10}, Exponential<T>{.gamma = T(0.9L)}}},
                     Chained<T>{.schedules = {CosineAnnealing<T>{.T_max = 20, .eta_min = T(0.01L)},
                                              Exponential<T>{.gamma = T(0.9L)}}}},
       .milestones = {10}},
      {.can = chaining, .added = 1.35L /* 3 / 2 * 0.9 */}));
}

template <Scalar T>
void add_chains(std::vector<EveryExample<T>>& list) {
  using namespace schedule;
  list.push_back(example<ChainedScheduler<T>>(
      "of factors", {.schedules = {Constant<T>{.factor = T(0.5L), .total_iters = 3}, Exponential<T>{.gamma = T(0.9L)}}},
      {.can = factor_of_epochs, .scales = true, .added = 0.729L}));
  list.push_back(example<ChainedScheduler<T>>(
      "of continuous factors",
      {.schedules = {Linear<T>{.start_factor = T(0.5L), .total_iters = 4}, Exponential<T>{.gamma = T(0.25L)}}},
      {.can = factor_of_time, .scales = true, .added = 0.013671875L /* 7/8 * 1/64 */}));
  list.push_back(example<ChainedScheduler<T>>(
      "with a sequence of factors",
      {.schedules = {Linear<T>{.start_factor = T(0.1L), .total_iters = 6}, Step<T>{.step_size = 5, .gamma = T(0.5L)},
                     Sequential<T>{.schedules = {Constant<T>{.factor = T(0.5L), .total_iters = 4},
                                                 Exponential<T>{.gamma = T(0.9L)}},
                                   .milestones = {10}}}},
      {.can = factor_of_epochs, .scales = true, .added = 0.275L /* 0.55 * 1 * 0.5 */}));
  // Without a closed form an added group starts from its rate: by the cosine's ratio of 3 to 2, then by 0.9.
  list.push_back(example<ChainedScheduler<T>>(
      "of a cosine and a factor",
      {.schedules = {CosineAnnealing<T>{.T_max = 4, .eta_min = T(0.02L)}, Exponential<T>{.gamma = T(0.9L)}}},
      {.can = chaining, .added = 0.27633181899346508348L}));
  list.push_back(
      example<ChainedScheduler<T>>("of a cosine to 0 and a factor",
                                   {.schedules = {CosineAnnealing<T>{.T_max = 5}, Exponential<T>{.gamma = T(0.9L)}}},
                                   {.can = chaining, .scales = true, .added = 0.47507764050037854646L}));
  list.push_back(example<ChainedScheduler<T>>(
      "of all kinds",
      {.schedules = {Multiplicative<T>{.lr_lambda = power_of_98_percent<T>},
                     CosineAnnealing<T>{.T_max = 7, .eta_min = T(0.001L)}, Step<T>{.step_size = 5, .gamma = T(0.5L)}}},
      {.can = chaining, .has_function = true, .added = 0.70898375242166720894L}));
}

template <Scalar T>
void add_vocabulary(std::vector<EveryExample<T>>& list) {
  using namespace schedule;
  list.push_back(example<Scheduled<Anneal<T>, T>>(
      "along a cosine", {.steps = 7.5, .shape = Shape::cosine, .power = T(1.5L), .end_factor = T(0.1L)},
      {.can = factor_of_time,
       .scales = true,
       .lowest = 0.01L,
       .far_lowest = 0.01L,
       .far_highest = 0.04L,
       .added = 0.57655764746872634085L /* 0.1 + 0.9 ((1 + cos(0.4 pi)) / 2)^1.5 */}));
  list.push_back(example<Scheduled<Anneal<T>, T>>("up and down",
                                                  {.steps = 7,
                                                   .shape = Shape::one_minus_sqrt,
                                                   .time_power = T(0.5L),
                                                   .start_factor = T(0.3L),
                                                   .end_factor = T(0.9L),
                                                   .after_end = AfterEnd::rebound},
                                                  {.can = factor_of_time,
                                                   .scales = true,
                                                   .lowest = 0.03L,
                                                   .highest = 0.36L,
                                                   .far_lowest = 0.03L,
                                                   .far_highest = 0.36L,
                                                   .added = 0.78546402694213272857L /* 0.3 + 0.6 (3 / 7)^(1/4) */}));
  list.push_back(example<Scheduled<Anneal<T>, T>>(
      "by the same factor each step",
      {.steps = 6, .shape = Shape::geometric, .start_factor = T(0.01L), .end_factor = T(1)},
      {.can = factor_of_time,
       .scales = true,
       .lowest = 0.001L,
       .far_lowest = 0.1L,
       .far_highest = 0.4L,
       .added = 0.1L}));
  list.push_back(example<Scheduled<Anneal<T>, T>>(
      "from 0 along an exponential",
      {.steps = 5, .shape = Shape::exponential, .start_factor = T(0), .end_factor = T(1)},
      {.can = factor_of_time,
       .scales = true,
       .far_lowest = 0.1L,
       .far_highest = 0.4L,
       .added = 0.68049208922710574063L /* 2 - 2^0.4 */}));
  list.push_back(example<PiecewiseLR<T>>(
      "of rates", {.boundaries = {2.5, 6}, .values = {T(0.1L), T(0.3L), T(0.05L)}},
      {.can = restarting, .lowest = 0.05L, .highest = 0.3L, .far_lowest = 0.05L, .far_highest = 0.05L, .added = 0.3L}));
  list.push_back(example<PiecewiseLR<T>>(
      "of factors and straight lines",
      {.boundaries = {4, 9}, .scales = {T(0.2L), T(1), T(0.1L)}, .interpolation = Interpolation::linear},
      {.can = factor_of_time,
       .scales = true,
       .lowest = 0.01L,
       .far_lowest = 0.01L,
       .far_highest = 0.04L,
       .added = 0.8L}));
  list.push_back(example<Scheduled<ExponentialWarmup<T>, T>>("", {.warmup_period = 4},
                                                             {.can = factor_of_time,
                                                              .scales = true,
                                                              .lowest = 0.02L,
                                                              .far_lowest = 0.1L,
                                                              .far_highest = 0.4L,
                                                              .added = 0.63212055882855767840L /* 1 - 1 / e */}));
  list.push_back(example<Scheduled<RAdamWarmup<T>, T>>("", {.beta2 = T(0.9L)},
                                                       {.can = factor_of_time,
                                                        .scales = true,
                                                        .lowest = 0.015L,
                                                        .far_lowest = 0.1L,
                                                        .far_highest = 0.4L,
                                                        .added = 0.39226070571550444165L}));
}

template <Scalar T>
void add_modifiers(std::vector<EveryExample<T>>& list) {
  using namespace schedule;
  const Exponential<T> halving{.gamma = T(0.5L)};
  const Step<T> halving_steps{.step_size = 1, .gamma = T(0.5L)};
  const Cyclic<T> triangles{.base_lr = T(0.1L), .max_lr = T(0.5L), .step_size_up = 2};
  list.push_back(example<Scheduled<Cycles<T>, T>>(
      "of a cosine",
      {.schedule = Anneal<T>{.steps = 4, .shape = Shape::cosine}, .length = 4, .length_mult = 1.5, .decay = T(0.5L)},
      {.can = factor_of_time,
       .scales = true,
       .far_highest = 1e-20L,
       .roundings = 40,
       .added = 0.14644660940672623780L /* (1 - sqrt(1/2)) / 2 */}));
  list.push_back(example<Scheduled<Cycles<T>, T>>(
      "that end", {.schedule = Linear<T>{.start_factor = T(0.25L), .total_iters = 3}, .length = 3, .limit = 2},
      {.can = factor_of_time,
       .scales = true,
       .lowest = 0.025L,
       .far_lowest = 0.1L,
       .far_highest = 0.4L,
       .added = 0.25L}));
  list.push_back(example<Scheduled<Cycles<T>, T>>("of steps", {.schedule = halving_steps, .length = 2.5},
                                                  {.can = factor_of_epochs,
                                                   .scales = true,
                                                   .lowest = 0.025L,
                                                   .far_lowest = 0.025L,
                                                   .far_highest = 0.4L,
                                                   .added = 1}));
  list.push_back(example<Scheduled<Cycles<T>, T>>("of triangles", {.schedule = triangles, .length = 3},
                                                  {.can = cycling,
                                                   .lowest = 0.1L,
                                                   .highest = 0.5L,
                                                   .far_lowest = 0.1L,
                                                   .far_highest = 0.5L,
                                                   .added = 0.1L,
                                                   .added_base = 0.1L}));
  list.push_back(example<Scheduled<Retimed<T>, T>>(
      "of a cosine",
      {.schedule = CosineAnnealing<T>{.T_max = 6, .eta_min = T(0.02L)}, .begin = -1.5, .end = 5, .stretch = 1.5},
      {.can = restarting,
       .lowest = 0.02L,
       .far_lowest = 0.025L,
       .far_highest = 0.046L,
       .added = 0.98330365488164346050L /* 0.02 + 0.98 (1 + cos(pi / 12)) / 2 */}));
  list.push_back(example<Scheduled<Retimed<T>, T>>(
      "of steps", {.schedule = halving_steps, .begin = 2, .stretch = 3, .staircase = true},
      {.can = factor_of_epochs, .scales = true, .highest = 0.1L, .added = 0.125L}));
  // Momentum stays where the cycle leaves it.
  list.push_back(example<Scheduled<Retimed<T>, T>>(
      "of triangles and a decay",
      {.schedule = Sequential<T>{.schedules = {triangles, halving}, .milestones = {3}}, .begin = 1, .stretch = 2},
      {.can = {.closed_form = true, .continuous = true, .momentum = true}, .highest = 0.5L, .added = 0.4L}));
  list.push_back(example<Scheduled<Scaled<T>, T>>(
      "of two factors",
      {.schedule = Step<T>{.step_size = 2, .gamma = T(0.5L)}, .by = LinearWarmup<T>{.warmup_steps = 3}},
      {.can = factor_of_epochs, .scales = true, .added = 0.5L}));
  list.push_back(example<Scheduled<Scaled<T>, T>>(
      "down to a floor",
      {.schedule = CosineAnnealing<T>{.T_max = 5}, .by = Exponential<T>{.gamma = T(0.9L)}, .floor = T(0.02L)},
      {.can = restarting,
       .far_lowest = 0.02L,
       .far_highest = 0.02L,
       .added = 0.25728330555033166391L /* 0.02 + ((1 + cos(0.6 pi)) / 2 - 0.02) 0.729 */}));
  list.push_back(example<Scheduled<Scaled<T>, T>>(
      "of all of them",
      {.schedule = Clamp<T>{.schedule = Cycles<T>{.schedule = Anneal<T>{.steps = 4}, .length = 4, .length_mult = 2},
                            .min_ratio = T(0.1L)},
       .by = Retimed<T>{.schedule = Anneal<T>{.steps = 10}, .begin = -5}},
      {.can = restarting, .scales = true, .added = 0.25L}));
  list.push_back(example<Scheduled<Clamp<T>, T>>("of a decay",
                                                 {.schedule = halving, .min_lr = T(0.03L), .max_ratio = T(0.7L)},
                                                 {.can = restarting,
                                                  .lowest = 0.03L,
                                                  .highest = 0.28L,
                                                  .far_lowest = 0.03L,
                                                  .far_highest = 0.03L,
                                                  .added = 0.125L}));
  list.push_back(example<Scheduled<Clamp<T>, T>>("of triangles", {.schedule = triangles, .max_lr = T(0.35L)},
                                                 {.can = cycling,
                                                  .lowest = 0.1L,
                                                  .highest = 0.35L,
                                                  .far_lowest = 0.1L,
                                                  .far_highest = 0.35L,
                                                  .added = 0.3L,
                                                  .added_base = 0.1L}));
  const Linear<T> rising{.start_factor = T(0.25L), .total_iters = 4};
  list.push_back(example<Scheduled<Clamp<T>, T>>(
      "of a schedule for each group", {.schedule = PerGroup<T>{.schedules = {halving, rising}}, .min_lr = T(0.02L)},
      {.can = restarting,
       .lowest = 0.02L,
       .far_lowest = 0.02L,
       .far_highest = 0.4L,
       .refusal = "PerGroup: schedulers has 2 values for 3 parameter groups"},
      {bind<Scheduled<Clamp<T>, T>>({.schedule = halving, .min_lr = T(0.02L)}),
       bind<Scheduled<Clamp<T>, T>>({.schedule = rising, .min_lr = T(0.02L)})}));
  list.push_back(example<Scheduled<BaseRate<T>, T>>(
      "of steps", {.schedule = Step<T>{.step_size = 3, .gamma = T(0.7L)}, .base_lr = T(0.2L)},
      {.can = function_of_epochs, .highest = 0.2L, .added = 0.14L}));
  list.push_back(example<Scheduled<BaseRate<T>, T>>(
      "of a list", {.schedule = SWA<T>{.swa_lr = {T(0.05L), T(0.6L)}, .anneal_epochs = 7}, .base_lr = T(0.3L)},
      {.can = restarting,
       .lowest = 0.05L,
       .highest = 0.6L,
       .far_lowest = 0.05L,
       .far_highest = 0.6L,
       .refusal = "SWALR: swa_lr has 2 values for 3 parameter groups"},
      {bind<Scheduled<BaseRate<T>, T>>(
           {.schedule = SWA<T>{.swa_lr = T(0.05L), .anneal_epochs = 7}, .base_lr = T(0.3L)}),
       bind<Scheduled<BaseRate<T>, T>>(
           {.schedule = SWA<T>{.swa_lr = T(0.6L), .anneal_epochs = 7}, .base_lr = T(0.3L)})}));
}

template <Scalar T>
void add_schedules_for_each_group(std::vector<EveryExample<T>>& list) {
  using namespace schedule;
  using Bound = Scheduled<PerGroup<T>, T>;
  const std::string refusal = "PerGroup: schedulers has 2 values for 3 parameter groups";
  list.push_back(example<Bound>(
      "", {.schedules = {Exponential<T>{.gamma = T(0.5L)}, Linear<T>{.start_factor = T(0.25L), .total_iters = 4}}},
      {.can = curve_of_time, .scales = true, .far_highest = 0.4L, .refusal = refusal},
      {bind<ExponentialLR<T>>({.gamma = T(0.5L)}), bind<LinearLR<T>>({.start_factor = T(0.25L), .total_iters = 4})}));
  list.push_back(example<Bound>(
      "with a MultiplicativeLR",
      {.schedules = {Step<T>{.step_size = 4, .gamma = T(0.1L)}, Multiplicative<T>{.lr_lambda = nine_tenths<T>}}},
      {.can = curve_of_epochs, .second_can = multiplying, .has_function = true, .scales = true, .refusal = refusal},
      {bind<StepLR<T>>({.step_size = 4, .gamma = T(0.1L)}), bind<MultiplicativeLR<T>>({.lr_lambda = nine_tenths<T>})}));
}

// After the metrics 1, 1, 1 with patience 1 the third epoch is the first that reduces.
template <Scalar T>
void add_plateaus(std::vector<EveryExample<T>>& list) {
  list.push_back(example<ReduceLROnPlateau<T>>("", {.factor = T(0.7L), .patience = 1, .cooldown = 2},
                                               {.scales = true, .added = 0.7L}));
  list.push_back(example<ReduceLROnPlateau<T>>(
      "down to a rate for each group", {.factor = T(0.5L), .patience = 1, .min_lr = {T(0.02L), T(0.3L)}},
      {.lowest = 0.02L, .refusal = "ReduceLROnPlateau: min_lr has 2 values for 3 parameter groups"},
      {bind<ReduceLROnPlateau<T>>({.factor = T(0.5L), .patience = 1, .min_lr = T(0.02L)}),
       bind<ReduceLROnPlateau<T>>({.factor = T(0.5L), .patience = 1, .min_lr = T(0.3L)})}));
  list.push_back(example<ReduceLROnPlateau<T>>("that looks for a maximum",
                                               {.mode = Mode::max,
                                                .factor = T(0.3L),
                                                .patience = 0,
                                                .threshold = T(0.05L),
                                                .threshold_mode = ThresholdMode::abs},
                                               {.scales = true, .added = 0.3L}));
  list.push_back(example<ReduceLROnPlateau<T>>("of means",
                                               {.factor = T(0.5L),
                                                .patience = 0,
                                                .threshold_mode = ThresholdMode::magnitude,
                                                .cooldown = 1,
                                                .threshold_abs = T(0.01L),
                                                .min_scale = T(0.2L),
                                                .best_in_cooldown = false,
                                                .accumulate = 2,
                                                .smoothing = T(0.5L)},
                                               {.lowest = 0.02L, .added = 1}));
  list.push_back(example<ReduceLROnPlateau<T>>(
      "below a warm-up", {.factor = T(0.5L), .patience = 1, .schedule = schedule::LinearWarmup<T>{.warmup_steps = 4}},
      {.holds_schedules = true, .added = 0.375L}));
  list.push_back(example<ReduceLROnPlateau<T>>(
      "after a warm-up to a cosine",
      {.factor = T(0.5L),
       .patience = 1,
       .cooldown = 1,
       .min_lr = T(0.03L),
       .start_from_epoch = 2,
       .schedule = schedule::Sequential<T>{.schedules = {schedule::LinearWarmup<T>{.warmup_steps = 2},
                                                         schedule::CosineAnnealing<T>{.T_max = 9}},
                                           .milestones = {2}}},
      {.holds_schedules = true, .added = 0.96984631039295419203L /* (1 + cos(pi / 9)) / 2 */}));
  list.push_back(example<GreedyLR<T>>(
      "", {.factor = T(0.5L), .patience = 1, .cooldown = 1, .warmup = 2, .min_lr = T(0.01L), .max_lr = T(2)},
      {.lowest = 0.01L, .added = 0.5L}));
  list.push_back(example<GreedyLR<T>>(
      "with rates for each group and a window",
      {.factor = T(0.5L),
       .patience = 0,
       .min_lr = {T(0.05L), T(0.3L)},
       .max_lr = {T(0.2L), T(0.8L)},
       .smooth = true,
       .window_size = 3,
       .reset_start = 2},
      {.lowest = 0.05L, .highest = 0.8L, .refusal = "GreedyLR: min_lr has 2 values for 3 parameter groups"},
      {bind<GreedyLR<T>>({.factor = T(0.5L),
                          .patience = 0,
                          .min_lr = T(0.05L),
                          .max_lr = T(0.2L),
                          .smooth = true,
                          .window_size = 3,
                          .reset_start = 2}),
       bind<GreedyLR<T>>({.factor = T(0.5L),
                          .patience = 0,
                          .min_lr = T(0.3L),
                          .max_lr = T(0.8L),
                          .smooth = true,
                          .window_size = 3,
                          .reset_start = 2})}));
}

}  // namespace examples

template <Scalar T>
const std::vector<EveryExample<T>>& every_example() {
  static const std::vector<EveryExample<T>> list = [] {
    std::vector<EveryExample<T>> result;
    examples::add_factors(result);
    examples::add_warmups(result);
    examples::add_cosines(result);
    examples::add_cycles(result);
    examples::add_functions(result);
    examples::add_sequences(result);
    examples::add_chains(result);
    examples::add_vocabulary(result);
    examples::add_modifiers(result);
    examples::add_schedules_for_each_group(result);
    examples::add_plateaus(result);
    return result;
  }();
  return list;
}

template const std::vector<EveryExample<float>>& every_example();
template const std::vector<EveryExample<double>>& every_example();
template const std::vector<EveryExample<long double>>& every_example();

}  // namespace lr_scheduler::testing
