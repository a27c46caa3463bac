// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SIMULATE_HPP
#define LR_SCHEDULER_SIMULATE_HPP

#include <algorithm>
#include <cstddef>
#include <initializer_list>
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

/// The rates of a schedule, which `any` holds too. That of known type is not type-erased in the loops; a combinator's
/// children are anyway.
template <class S, Scalar T>
void follow(const S& schedule, const AnySchedule<T>& any, const Group<T>& group, std::span<T> out) {
  T lr = group.base_lr;
  const auto fill = [&](const auto& rate_at) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rate_at(static_cast<Epoch>(i));
  };
  if constexpr (MovesRates<S, T>) {
    const Rates<T> rates{{&lr, 1}, {&group.base_lr, 1}, group.index};
    const bool is_closed_form = any.abilities(group.index).closed_form;
    fill([&](Epoch t) {
      is_closed_form ? any.at(Time(t), rates) : any.next(t, rates);
      return lr;
    });
  } else if constexpr (HasAt<S, T, Time>) {
    fill([&](Epoch t) { return static_cast<T>(curve_at<T>(schedule, Time(t))(group)); });
  } else if constexpr (HasAt<S, T, Epoch>) {
    fill([&](Epoch t) { return static_cast<T>(curve_at<T>(schedule, t)(group)); });
  } else if constexpr (HasMoveNext<S, T>) {
    fill([&](Epoch t) { return lr = static_cast<T>(schedule.next(t)(lr, group)); });
  } else if constexpr (HasRateNext<S, T>) {
    fill([&](Epoch t) { return lr = static_cast<T>(schedule.next(t, lr, group)); });
  }
}

}  // namespace detail

/// Fills `out` with the rates of a schedule at epochs 0, 1, 2 ...: what a scheduler that is bound to a group with this
/// base rate leaves there, bit for bit. Where options are lists, a Group in place of the base rate says whose values
/// count. Throws std::invalid_argument, before anything is written, if an option is out of range, the base rate is
/// negative or not finite, or a list has no value for the group; and what the schedule throws.
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
