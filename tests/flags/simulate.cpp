// SPDX-License-Identifier: MIT
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

// A program for compiler flags that choose the instruction set: simulate() leaves what at() gives at every epoch, with
// the loops for each instruction set that this processor has. MOST_ULPS is how far the two may be from each other.

namespace {

using namespace lr_scheduler;
using detail::InstructionSet;

int failures = 0;
std::size_t checked = 0;

/// How many numbers of this type lie between two; the most where one has a sign and the other has not.
template <class T>
std::int64_t ulps_between(T left, T right) {
  using Bits = std::conditional_t<std::same_as<T, float>, std::int32_t, std::int64_t>;
  const std::int64_t first = detail::from_bits<Bits>(left);
  const std::int64_t second = detail::from_bits<Bits>(right);
  if ((first < 0) != (second < 0)) return std::numeric_limits<std::int64_t>::max();
  return first < second ? second - first : first - second;
}

/// Compares the rates at epochs 0 to before `steps`, those of the schedule as it is and by AnySchedule.
template <class T, class S>
void check(const char* what, const S& schedule, T base_lr, std::size_t steps) {
  const Group<T> group(base_lr);
  const AnySchedule<T> any(schedule);
  any.validate();
  std::vector<T> expected;
  for (std::size_t i = 0; i < steps; ++i) {
    const auto t = static_cast<Epoch>(i);
    if constexpr (detail::MovesRates<S, T>) {
      expected.push_back(any.at(t, group));
    } else {
      expected.push_back(schedule.at(t, group));
    }
  }
  for (const auto set : {InstructionSet::as_compiled, InstructionSet::avx2, InstructionSet::avx512}) {
    if (set > detail::best_instruction_set()) continue;
    std::vector<T> lrs(steps, T(-1));
    std::vector<T> erased(steps, T(-1));
    detail::follow(schedule, any, group, std::span<T>(lrs), set);
    detail::follow(any, any, group, std::span<T>(erased), set);
    for (std::size_t i = 0; i < steps; ++i) {
      ++checked;
      if (ulps_between(lrs[i], expected[i]) <= MOST_ULPS && ulps_between(erased[i], expected[i]) <= MOST_ULPS) continue;
      if (++failures < 20) {
        std::printf("%s, instruction set %d, epoch %zu: %a, at() %a\n", what, static_cast<int>(set), i,
                    static_cast<double>(lrs[i]), static_cast<double>(expected[i]));
      }
    }
  }
}

template <class T>
void check_lengths(Epoch length, T end) {
  const auto base = static_cast<T>(0.1L);
  const auto steps = static_cast<std::size_t>(detail::smaller(length * 5 / 2 + 5, Epoch{3000}));
  const Epoch warmup_steps = length / 3;
  for (const AfterEnd after : {AfterEnd::rebound, AfterEnd::hold}) {
    check<T>("CosineAnnealing", schedule::CosineAnnealing<T>{.T_max = length, .eta_min = end, .after_end = after}, base,
             steps);
    for (const Shape shape : {Shape::linear, Shape::cosine, Shape::one_minus_sqrt}) {
      for (const double part : {0.0, 0.25, 0.1}) {
        check<T>(
            "Anneal",
            schedule::Anneal<T>{
                .steps = static_cast<double>(length) + part, .shape = shape, .end_factor = end, .after_end = after},
            base, steps);
      }
    }
  }
  for (const Epoch multiple : {1, 3}) {
    check<T>("CosineAnnealingWarmRestarts",
             schedule::CosineAnnealingWarmRestarts<T>{.T_0 = length, .T_mult = multiple, .eta_min = end}, base, steps);
  }
  check<T>("Linear", schedule::Linear<T>{.start_factor = end, .total_iters = length}, base, steps);
  check<T>("Linear", schedule::Linear<T>{.end_factor = end, .total_iters = length}, base, steps);
  for (const T power : {T(1), T(2)}) {
    check<T>("Polynomial", schedule::Polynomial<T>{.total_iters = length, .power = power}, base, steps);
    check<T>("WarmupPolynomial",
             schedule::WarmupPolynomial<T>{
                 .warmup_steps = warmup_steps, .total_steps = length, .power = power, .min_ratio = end},
             base, steps);
  }
  check<T>("Step", schedule::Step<T>{.step_size = length, .gamma = T(0.7L)}, base, steps);
  check<T>("Constant", schedule::Constant<T>{.factor = end, .total_iters = length}, base, steps);
  check<T>("Exponential", schedule::Exponential<T>{.gamma = T(0.99L)}, base, steps);
  for (const FirstUpdate first : {FirstUpdate::zero, FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1}) {
    const T start = first == FirstUpdate::zero ? end : T(0);
    check<T>("LinearWarmup",
             schedule::LinearWarmup<T>{.warmup_steps = length, .start_factor = start, .first_update = first}, base,
             steps);
    check<T>("WarmupLinear",
             schedule::WarmupLinear<T>{
                 .warmup_steps = warmup_steps, .total_steps = length, .min_ratio = end, .first_update = first},
             base, steps);
    for (const T waves : {T(0.5L), T(1.5L)}) {
      check<T>("WarmupCosine",
               schedule::WarmupCosine<T>{.warmup_steps = warmup_steps,
                                         .total_steps = length,
                                         .min_ratio = end,
                                         .num_cycles = waves,
                                         .first_update = first},
               base, steps);
    }
  }
  for (const Shape shape : {Shape::linear, Shape::cosine, Shape::exponential}) {
    check<T>("WarmupStableDecay",
             schedule::WarmupStableDecay<T>{.warmup_steps = warmup_steps,
                                            .stable_steps = warmup_steps,
                                            .decay_steps = length,
                                            .shape = shape,
                                            .min_ratio = end},
             base, steps);
  }

  const schedule::Sequential<T> phases{.schedules = {schedule::LinearWarmup<T>{.warmup_steps = length},
                                                     schedule::CosineAnnealing<T>{.T_max = length, .eta_min = end},
                                                     schedule::Linear<T>{.start_factor = end, .total_iters = length}},
                                       .milestones = {length / 2, length + length / 4}};
  check<T>("Sequential", phases, base, steps);
  check<T>("Sequential in a Sequential",
           schedule::Sequential<T>{.schedules = {phases, schedule::Step<T>{.step_size = 20}}, .milestones = {length}},
           base, steps);
  check<T>("Chained, one", schedule::Chained<T>{.schedules = {phases}}, base, steps);
  check<T>("Chained, two",
           schedule::Chained<T>{
               .schedules = {schedule::Linear<T>{.total_iters = length}, schedule::Step<T>{.step_size = 20}}},
           base, steps);
  check<T>("PerGroup", schedule::PerGroup<T>{.schedules = {phases}}, base, steps);
  check<T>("BaseRate", schedule::BaseRate<T>{.schedule = phases, .base_lr = T(0.3L)}, base, steps);
}

template <class T>
void check_all() {
  for (const Epoch length : {1, 2, 15, 16, 33, 129, 1000, 99'999}) {
    for (const T end : {T(0), T(1e-4L), T(0.5L)}) check_lengths<T>(length, end);
  }
  // The largest rates, where an overflow to infinity would be near.
  const T most = std::numeric_limits<T>::max();
  check<T>("Linear up to more than there is", schedule::Linear<T>{.end_factor = T(3), .total_iters = 200}, most, 300);
  // So long that not every epoch is a double.
  check<T>("PolynomialLR of 2^60", schedule::Polynomial<T>{.total_iters = Epoch{1} << 60}, T(0.1L), 100);
  check<T>("Anneal of 2^33", schedule::Anneal<T>{.steps = 0x1p33, .shape = Shape::cosine}, T(0.1L), 100);
  check<T>("CosineAnnealingLR of 2^60", schedule::CosineAnnealing<T>{.T_max = (Epoch{1} << 60) + 1}, T(0.1L), 100);
}

}  // namespace

int main() {
  check_all<float>();
  check_all<double>();
  std::printf("%zu rates, instruction set %d: %d too far from at()\n", checked,
              static_cast<int>(detail::best_instruction_set()), failures);
  return failures == 0 && checked > 100'000 ? 0 : 1;
}
