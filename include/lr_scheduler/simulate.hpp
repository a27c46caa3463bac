// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SIMULATE_HPP
#define LR_SCHEDULER_SIMULATE_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/parts.hpp>
#include <lr_scheduler/detail/way.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/schedules/per_group.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

namespace detail {

/// The scalar of a base rate or of a Group.
template <class Rate>
using scalar_of_rate_t = decltype(Group(std::declval<const Rate&>()).base_lr);

[[nodiscard]] inline std::size_t count_of_steps(Epoch steps) {
  Check("simulate").not_negative("steps", steps);
  return static_cast<std::size_t>(steps);
}

/// Throws std::invalid_argument where an option that is a list has no value for a group.
template <Scalar T>
class GroupIndexCheck final : public FieldVisitor {
 public:
  // Not inlined, as g++ 12 would warn that a schedule it sees made is too small for a PerGroup.
#if defined(__GNUC__)
  [[gnu::noinline]]
#endif
  static void check(const AnySchedule<T>& schedule, std::size_t index) {
    GroupIndexCheck visitor(schedule.name(), index);
    if (const auto* per_group = schedule.template get_if<schedule::PerGroup<T>>()) {
      visitor.require_value("schedulers", per_group->schedules.size());
      check(per_group->schedules[index], 0);  // they know no other group
    } else {
      schedule.visit_options(visitor);
    }
  }

 private:
  GroupIndexCheck(std::string_view name, std::size_t index) noexcept : name_(name), index_(index) {}

  void visit(std::string_view key, const Field& field) override {
    if (for_each_schedule<T>(field, [this](const AnySchedule<T>& child) { check(child, index_); })) return;
    if (field.type->is_list != nullptr && field.is_list()) require_value(key, field.count());
  }
  void require_value(std::string_view key, std::size_t count) const {
    if (index_ >= count) {
      Check(name_).refuse(std::string(key) + " has " + std::to_string(count) +
                          " values, and none for parameter group " + std::to_string(index_));
    }
  }

  std::string_view name_;
  std::size_t index_;
};

/// How many epochs of a leg are computed at a time: a number that compilers know when they vectorise.
inline constexpr std::size_t leg_block = 64;

/// Rates of a leg. Plain loops over what at() calls, with the conversion in one of its own: as it may trap, compilers
/// would branch around it.
template <bool is_cosine, Leg::Values values, Scalar T>
void fill_leg_block(const Leg leg, double from_near, T* out) {
  double rates[leg_block];
  for (int i = 0; i < static_cast<int>(leg_block); ++i) {
    const double epochs = from_near + leg.direction * i;
    const Way<double> way(is_cosine ? half_cosine<double>(epochs, leg.total) : share_of(epochs, leg.total), true);
    double rate = 0;
    if constexpr (values == Leg::Values::rates) {
      rate = way(leg.near, leg.far);
    } else if constexpr (values == Leg::Values::factors) {
      rate = Factor<double>{way.between(leg.near, leg.far).rounded()}(Group<double>(leg.base_lr));
    } else {
      rate = FineFactor<double>(way.between(leg.near, leg.far))(Group<double>(leg.base_lr));
    }
    rates[i] = smaller(rate, static_cast<double>(std::numeric_limits<T>::max()));
  }
  for (std::size_t i = 0; i < leg_block; ++i) out[i] = static_cast<T>(rates[i]);
}
template <bool is_cosine, Leg::Values values, Scalar T>
void fill_leg_blocks(const Leg& leg, T* out, std::size_t count) {
  T last[leg_block];
  for (std::size_t from = 0; from < count; from += leg_block) {
    const bool fits = count - from >= leg_block;
    const double from_near = leg.from_near + leg.direction * static_cast<double>(from);
    fill_leg_block<is_cosine, values>(leg, from_near, fits ? out + from : last);
    if (!fits) std::copy(last, last + (count - from), out + from);
  }
}
template <Scalar T>
void fill_leg(const Leg& leg, T* out, std::size_t count) {
  switch (leg.values) {
    case Leg::Values::rates:  // along a cosine wave, as no schedule has them along a line
      return fill_leg_blocks<true, Leg::Values::rates>(leg, out, count);
    case Leg::Values::factors:
      return leg.is_cosine ? fill_leg_blocks<true, Leg::Values::factors>(leg, out, count)
                           : fill_leg_blocks<false, Leg::Values::factors>(leg, out, count);
    case Leg::Values::fine_factors:
      return leg.is_cosine ? fill_leg_blocks<true, Leg::Values::fine_factors>(leg, out, count)
                           : fill_leg_blocks<false, Leg::Values::fine_factors>(leg, out, count);
  }
}

/// What the loops over legs are compiled for.
enum class InstructionSet { as_compiled, avx2, avx512 };

// g++ compiles them for larger instruction sets too. Where the program is compiled for fused multiply-add, at() fuses,
// and so do the loops as they are compiled; where it is not, these must not fuse either.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && \
    !defined(__FP_FAST_FMA) && !defined(__CUDACC__)
#define LR_SCHEDULER_FOR(...) [[gnu::target(__VA_ARGS__), gnu::optimize("O3", "fp-contract=off"), gnu::flatten]]
LR_SCHEDULER_FOR("avx2") inline void fill_leg_avx2(const Leg& leg, float* out, std::size_t count) {
  fill_leg(leg, out, count);
}
LR_SCHEDULER_FOR("avx2") inline void fill_leg_avx2(const Leg& leg, double* out, std::size_t count) {
  fill_leg(leg, out, count);
}
LR_SCHEDULER_FOR("avx512f,prefer-vector-width=512")
inline void fill_leg_avx512(const Leg& leg, float* out, std::size_t count) {
  fill_leg(leg, out, count);
}
LR_SCHEDULER_FOR("avx512f,prefer-vector-width=512")
inline void fill_leg_avx512(const Leg& leg, double* out, std::size_t count) {
  fill_leg(leg, out, count);
}
#undef LR_SCHEDULER_FOR

/// The largest that this processor has.
[[nodiscard]] inline InstructionSet best_instruction_set() noexcept {
  if (__builtin_cpu_supports("avx512f")) return InstructionSet::avx512;
  return __builtin_cpu_supports("avx2") ? InstructionSet::avx2 : InstructionSet::as_compiled;
}
template <Scalar T>
void fill_leg(const Leg& leg, T* out, std::size_t count, InstructionSet instruction_set) {
  switch (instruction_set) {
    case InstructionSet::avx512:
      return fill_leg_avx512(leg, out, count);
    case InstructionSet::avx2:
      return fill_leg_avx2(leg, out, count);
    case InstructionSet::as_compiled:
      return fill_leg(leg, out, count);
  }
}
#else
[[nodiscard]] inline InstructionSet best_instruction_set() noexcept {
  return InstructionSet::as_compiled;
}
template <Scalar T>
void fill_leg(const Leg& leg, T* out, std::size_t count, InstructionSet) {
  fill_leg(leg, out, count);
}
#endif

/// The rates of a closed form: legs in bulk, epochs at which the rate stays the same at once, others one by one.
template <Scalar T, class RateAt>
void fill_closed_form(const AnySchedule<T>& any, const Group<T>& group, std::span<T> out, const RateAt& rate_at,
                      [[maybe_unused]] InstructionSet instruction_set) {
  constexpr Epoch few = 16;  // epochs for which it does not pay to ask, and to set up the loops over legs
  const auto end = static_cast<Epoch>(out.size());

  // How many it has filled, from t on.
  const auto fill_at_once = [&](Epoch t) -> Epoch {
    if constexpr (std::same_as<compute_t<T>, double>) {
      if (const Leg leg = any.leg(t, group); leg.count >= few) {
        const Epoch count = smaller(leg.count, end - t);
        fill_leg(leg, out.data() + t, static_cast<std::size_t>(count), instruction_set);
        return count;
      }
    }
    const Epoch until = any.unchanged_until(t);
    if (until <= t + 1) return 0;
    const Epoch count = smaller(until, end) - t;
    std::fill_n(out.data() + t, count, rate_at(t));
    return count;
  };

  for (Epoch t = 0; t < end;) {
    if (const Epoch filled = fill_at_once(t); filled > 0) {
      t += filled;
      continue;
    }
    for (const Epoch until = t + smaller(few, end - t); t < until; ++t) out[static_cast<std::size_t>(t)] = rate_at(t);
  }
}

/// The rates of a schedule, which `any` holds too. That of known type is not type-erased in the loops; a combinator's
/// children are anyway.
template <class S, Scalar T>
void follow(const S& schedule, const AnySchedule<T>& any, const Group<T>& group, std::span<T> out,
            InstructionSet instruction_set = best_instruction_set()) {
  const auto fill = [&](const auto& rate_at) { fill_closed_form(any, group, out, rate_at, instruction_set); };
  T lr = group.base_lr;
  const auto take_steps = [&](const auto& next) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = lr = static_cast<T>(next(static_cast<Epoch>(i)));
  };
  if constexpr (MovesRates<S, T>) {
    const Rates<T> rates{{&lr, 1}, {&group.base_lr, 1}, group.index};
    if (any.abilities(group.index).closed_form) {
      fill([&](Epoch t) { return any.at(Time(t), rates), lr; });
    } else {
      take_steps([&](Epoch t) { return any.next(t, rates), lr; });
    }
  } else if constexpr (HasAt<S, T, Time>) {
    fill([&](Epoch t) { return static_cast<T>(curve_at<T>(schedule, Time(t))(group)); });
  } else if constexpr (HasAt<S, T, Epoch>) {
    fill([&](Epoch t) { return static_cast<T>(curve_at<T>(schedule, t)(group)); });
  } else if constexpr (HasMoveNext<S, T>) {
    take_steps([&](Epoch t) { return schedule.next(t)(lr, group); });
  } else if constexpr (HasRateNext<S, T>) {
    take_steps([&](Epoch t) { return schedule.next(t, lr, group); });
  }
}

}  // namespace detail

/// Fills `out` with the rates of a schedule at epochs 0, 1, 2 ...: what a scheduler that is bound to a group with this
/// base rate leaves there, bit for bit (within their rounding where the compiler may fuse multiplications and additions
/// or -ffast-math is on). Where options are lists, a Group in place of the base rate says whose values count. Throws
/// std::invalid_argument, before anything is written, if an option is out of range, the base rate is negative or not
/// finite, or a list has no value for the group; and what the schedule throws.
template <class S, class Rate>
void simulate(const S& schedule, const Rate& base_lr, std::span<detail::scalar_of_rate_t<Rate>> out) {
  using T = detail::scalar_of_rate_t<Rate>;
  const Group<T> group(base_lr);
  const AnySchedule<T>& any = schedule;  // itself, or a copy that lives as long as the name
  any.validate();
  detail::GroupIndexCheck<T>::check(any, group.index);
  detail::Check("simulate").not_negative("base_lr", group.base_lr);
  detail::follow(schedule, any, group, out);
}

/// The same for epochs 0 to steps - 1, as a vector. Throws std::invalid_argument for a negative number of steps too.
template <class S, class Rate>
[[nodiscard]] std::vector<detail::scalar_of_rate_t<Rate>> simulate(const S& schedule, const Rate& base_lr,
                                                                   Count steps) {
  std::vector<detail::scalar_of_rate_t<Rate>> lrs(detail::count_of_steps(steps));
  simulate(schedule, base_lr, std::span(lrs));
  return lrs;
}

namespace detail {

/// An optimizer of which only the rates, base rates and momentum are there. Its groups hold a base rate where those
/// that they stand for do.
template <Scalar T>
struct Ghost {
  std::vector<ParamGroup<T>> param_groups{};
  bool has_initial_lr = false;
};

}  // namespace detail

template <Scalar T>
struct optimizer_traits<detail::Ghost<T>> : detail::ParamGroupTraits<detail::Ghost<T>, detail::Member> {
  static void set_initial_lr(detail::Ghost<T>& ghost, std::size_t i, std::optional<T> lr) noexcept {
    if (ghost.has_initial_lr) ghost.param_groups[i].initial_lr = lr;
  }
};

namespace detail {

/// Steps copies of schedulers, bound to a ghost of their optimizer.
struct Simulator {
  template <Scalar T>
  struct Copy final : ScheduleFollower<T> {
    Copy(const ScheduleFollower<T>& original, OptimizerRef<T> ghost) : ScheduleFollower<T>(original, ghost) {}
  };

  template <Scalar T>
  static std::vector<std::vector<T>> run(std::initializer_list<const Scheduler<T>*> schedulers, std::size_t steps) {
    Ghost<T> ghost;
    std::vector<std::optional<Copy<T>>> copies(schedulers.size());  // neither copied nor moved
    auto copy = copies.begin();
    for (const Scheduler<T>* const scheduler : schedulers) {
      const ScheduleFollower<T>* const original = scheduler->as_follower();
      if (original == nullptr) {
        throw std::logic_error(std::string(scheduler->name()) + ": cannot simulate, the rates depend on the metrics");
      }
      take_in(*scheduler, ghost);
      copy++->emplace(*original, OptimizerRef<T>(ghost));
    }

    std::vector<std::vector<T>> rows(steps);
    for (std::vector<T>& row : rows) {
      for (std::optional<Copy<T>>& stepped : copies) stepped->step();
      for (const ParamGroup<T>& group : ghost.param_groups) row.push_back(group.lr);
    }
    return rows;
  }

 private:
  template <Scalar T>
  static void take_in(const Scheduler<T>& scheduler, Ghost<T>& ghost) {
    const OptimizerRef<T>& optimizer = scheduler.optimizer_;
    std::vector<T> lrs;
    for (const ParamGroup<T>& group : ghost.param_groups) lrs.push_back(group.lr);
    if (lrs.empty()) {
      for (std::size_t i = 0; i < optimizer.size(); ++i) {
        ghost.param_groups.push_back({optimizer.lr(i), optimizer.initial_lr(i), optimizer.momentum(i)});
      }
    } else if (!optimizer.reads(lrs.data(), lrs.size())) {
      throw std::invalid_argument("simulate: the schedulers are bound to different optimizers");
    }
    const auto& groups = scheduler.groups_.remembered;
    ghost.has_initial_lr = ghost.has_initial_lr || std::any_of(groups.begin(), groups.end(), [](const auto& group) {
                             return group.initial_lr.has_value();
                           });
  }
};

}  // namespace detail

/// The rates that the next `steps` rounds of step() of these schedulers, which are bound to one optimizer, would leave
/// there: a row for each round, with a value for each parameter group. The first row is what one round leaves. Neither
/// the schedulers nor the optimizer change; the functions among the options are called, and the optimizer is taken to
/// keep rates as they are written. Throws std::logic_error for one that depends on metrics, std::invalid_argument for a
/// negative number of steps or schedulers that find different rates, and what those steps would throw.
template <Scalar T>
[[nodiscard]] std::vector<std::vector<T>> simulate(std::initializer_list<const Scheduler<T>*> schedulers, Count steps) {
  return detail::Simulator::run(schedulers, detail::count_of_steps(steps));
}

/// The same for a scheduler that has the optimizer to itself.
template <Scalar T>
[[nodiscard]] std::vector<std::vector<T>> simulate(const Scheduler<T>& scheduler, Count steps) {
  return simulate<T>({&scheduler}, steps);
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SIMULATE_HPP
