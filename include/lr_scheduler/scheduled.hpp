// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULED_HPP
#define LR_SCHEDULER_SCHEDULED_HPP

#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// The rule, once for all schedules. It remembers, for each group, the rate that it left there and whether that is on
/// the closed form. At a step, a rate that still reads the same and was on the curve moves along the closed form; one
/// that something else moved (another scheduler, the user) moves from what is there. A schedule that knows only one of
/// the two forms always uses that. All is evaluated, then all is written, and put back if the optimizer throws.
template <Scalar T>
class ScheduleFollower : public Scheduler<T> {
 protected:
  ScheduleFollower(OptimizerRef<T> optimizer, const AnySchedule<T>& schedule) : Base(optimizer), schedule_(schedule) {
    schedule_.validate();
    Base::require_groups();
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule_.abilities(i);
      if (can.chains && !can.own_base && groups.lrs[i] != groups.base_lrs[i]) groups.remembered[i].on_curve = false;
    }
    move_to(Time(0), groups);
  }

  /// Goes on from where another is, with another optimizer, which has the same groups.
  ScheduleFollower(const ScheduleFollower& other, OptimizerRef<T> optimizer)
      : Base(optimizer), schedule_(other.schedule_) {
    groups_ = other.groups_;
    arrive(Time(other.last_epoch_, other.fraction_), groups_);
  }

  [[nodiscard]] const AnySchedule<T>& any_schedule() const noexcept { return schedule_; }

 private:
  using Base = Scheduler<T>;
  using Groups = typename Base::Groups;
  using Remembered = typename Base::Remembered;
  using Base::groups_;
  using Base::last_epoch_;
  using Base::optimizer_;

  static constexpr Epoch in_a_step = std::numeric_limits<Epoch>::max();
  static constexpr Epoch in_a_jump = -1;

  std::string_view class_name() const noexcept final { return schedule_.name(); }
  const ScheduleFollower* as_follower() const noexcept final { return this; }
  void show_options(detail::FieldVisitor& visitor) const final { schedule_.visit_options(visitor); }

  void advance(const T*) final {
    const Epoch t = last_epoch_ + 1;
    if (!all_on_curve_ || !optimizer_.reads(groups_.lrs.data(), all_.lrs.size())) return step_from_what_is_there(t);
    if (t >= unchanged_until_) {
      if (groups_.drives_momentum) return follow_curve_with_momentum(t);
      follow_curve(t);
    }
    last_epoch_ = t;
  }

  /// The step of nearly every run: all groups are on the curve, where they were left.
  void follow_curve(Epoch t) {
    schedule_.at(Time(t, 0), all_);
    const bool is_same = !detail::bits_differ(groups_.next[0], groups_.lrs[0]) && all_same();
    const Epoch unchanged = is_same || t == unchanged_until_ ? schedule_.unchanged_until(t) : unchanged_until_;
    if (!is_same) {
      try {
        optimizer_.write(groups_.next.data(), {groups_.lrs.data(), all_.lrs.size()});
      } catch (...) {
        Base::put_back(groups_, groups_.lrs);
        throw;
      }
    }
    unchanged_until_ = unchanged;
  }
  [[nodiscard]] bool all_same() const {
    decltype(detail::bits_that_differ(groups_.next[0], groups_.lrs[0])) differ{};
    for (std::size_t i = 0; i < groups_.lrs.size(); ++i) {
      differ |= detail::bits_that_differ(groups_.next[i], groups_.lrs[i]);
    }
    return differ == 0;
  }

  void follow_curve_with_momentum(Epoch t);
  void step_from_what_is_there(Epoch t);

  void advance_by(Epoch n) final {
    if (all_on_curve_ && optimizer_.reads(groups_.lrs.data(), all_.lrs.size()))
      return move_to(Time(last_epoch_ + n, 0), groups_, last_epoch_);
    step_from_what_is_there(last_epoch_ + 1);
    for (Epoch i = 1; i < n; ++i) advance(nullptr);
  }

  void jump(const Time& t) final {
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule_.abilities(i);
      if (!can.closed_form || (t.fraction != 0 && !can.continuous)) {
        throw std::logic_error(std::string(schedule_.name()) + ": cannot seek without a " +
                               (t.fraction != 0 ? "continuous " : "") + "closed form");
      }
      groups.remembered[i].on_curve = true;
    }
    optimizer_.read(groups.lrs);
    move_to(t, groups, in_a_jump);
  }

  void restart() final {
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      groups.remembered[i].on_curve = schedule_.abilities(i).closed_form;
    }
    optimizer_.read(groups.lrs);
    move_to(Time(0), groups, in_a_jump, &groups.base_lrs);
  }

  /// The groups that are there now, new ones on the curve. Throws std::invalid_argument where they do not fit.
  [[nodiscard]] Groups take_in(const AnySchedule<T>& schedule) const {
    Groups groups = Base::current_groups();
    fit(groups, schedule);
    return groups;
  }
  void fit(Groups& groups, const AnySchedule<T>& schedule) const {
    const std::size_t count = groups.lrs.size();
    groups.drives_momentum = false;
    for (std::size_t i = 0; i < count && !groups.drives_momentum; ++i) {
      groups.drives_momentum = schedule.abilities(i).momentum;
    }
    schedule.check_groups(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Abilities can = schedule.abilities(i);
      if (!groups.remembered[i].on_curve) {
        groups.remembered[i].on_curve = can.closed_form;
        if (can.own_base) groups.base_lrs[i] = schedule.at(Time(0), Group<T>(groups.base_lrs[i], i));
      }
      take_only_form(groups.remembered[i], can);  // it may have come from a place with another schedule
      if (can.momentum && !optimizer_.momentum(i)) {
        throw std::invalid_argument(std::string(schedule.name()) + ": cycle_momentum is true, but parameter group " +
                                    std::to_string(i) + " has no momentum: give it one or set .cycle_momentum = false");
      }
    }
  }

  /// Moves all groups to t: by the rule at whole epochs, along the closed form between them. They start at what the
  /// optimizer has, or elsewhere.
  void move_to(const Time& t, Groups& groups, Epoch momentum_since = in_a_step, const std::vector<T>* start = nullptr) {
    optimizer_.read(groups.before);
    groups.next = start != nullptr ? *start : groups.before;
    forget_momentum(groups);
    for (std::size_t i = 0; groups.drives_momentum && momentum_since == in_a_jump && i < groups.lrs.size(); ++i) {
      if (schedule_.abilities(i).momentum) set_momentum(groups, i, groups.remembered[i].base_momentum);
    }
    const Rates<T> all = rates_of(groups, momentum_since);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      groups.remembered[i].is_along_curve = t.fraction != 0 || is_on_curve(groups, i, groups.before[i]);
    }
    const auto is_along_curve = [&](std::size_t i) { return groups.remembered[i].is_along_curve; };
    for (std::size_t begin = 0, end = 0; begin < groups.lrs.size(); begin = end) {  // runs of groups that are alike
      const bool along_curve = is_along_curve(begin);
      for (++end; end < groups.lrs.size() && is_along_curve(end) == along_curve;) ++end;
      const Rates<T> run = all.part(begin, end - begin);
      along_curve ? schedule_.at(t, run) : schedule_.next(t.epoch, run);
    }
    Base::write(groups, groups.before, &groups != &groups_);
    for (Remembered& group : groups.remembered) group.on_curve = group.is_along_curve;
    arrive(t, groups);
  }

  /// Whether a group is on the curve still. One that something else has moved is not, unless it knows no other form.
  [[nodiscard]] bool is_on_curve(const Groups& groups, std::size_t i, const T& lr) const {
    if (groups.remembered[i].on_curve != true) return false;
    return !detail::bits_differ(lr, groups.lrs[i]) || !schedule_.abilities(i).chains;
  }
  /// One whose schedule knows a single form is on that.
  static void take_only_form(Remembered& group, const Abilities& can) {
    if (!can.closed_form || !can.chains) group.on_curve = can.closed_form;
  }

  void arrive(const Time& t, Groups& groups) noexcept {
    if (&groups != &groups_) groups_.take(groups);
    last_epoch_ = t.epoch;
    fraction_ = t.fraction;
    all_on_curve_ = all_off_curve_ = fraction_ == 0;
    for (const Remembered& group : groups_.remembered) (*group.on_curve ? all_off_curve_ : all_on_curve_) = false;
    all_ = rates_of(groups_, in_a_step);
    unchanged_until_ = 0;
  }

  [[nodiscard]] static Rates<T> rates_of(Groups& groups, Epoch momentum_since) noexcept {
    if (!groups.drives_momentum) return {groups.next, groups.base_lrs};
    return {groups.next, groups.base_lrs, 0, groups.momentums.data(), groups.is_driven.data(), momentum_since};
  }
  static void forget_momentum(Groups& groups) {
    if (!groups.drives_momentum) return;
    if (groups.is_driven.size() == 1) {
      groups.is_driven[0] = 0;
    } else {
      std::memset(groups.is_driven.data(), 0, groups.is_driven.size());
    }
  }
  static void set_momentum(Groups& groups, std::size_t i, const std::optional<T>& momentum) {
    groups.is_driven[i] = momentum ? 1 : 0;
    if (momentum) groups.momentums[i] = *momentum;
  }

  void visit_progress(detail::FieldVisitor& visitor) const final {
    Groups groups = Base::current_groups();
    try {
      fit(groups, schedule_);
    } catch (const std::invalid_argument&) {  // the next step says so
    }
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      Remembered& group = groups.remembered[i];
      const T lr = optimizer_.lr(i);
      group.on_curve = is_on_curve(groups, i, lr);
      groups.lrs[i] = lr;
      group.momentum = optimizer_.momentum(i);
    }
    Epoch last_epoch = last_epoch_;
    double fraction = fraction_;
    visit_progress(visitor, last_epoch, fraction, groups, groups.drives_momentum);
  }

  static void visit_progress(detail::FieldVisitor& visitor, Epoch& last_epoch, double& fraction, Groups& groups,
                             bool with_momentum) {
    visitor.visit("last_epoch", detail::field_of(last_epoch));
    visitor.visit("base_lrs", detail::field_of(groups.base_lrs));
    visitor.visit("lrs", detail::field_of(groups.lrs));
    visitor.visit("fraction", detail::field_of(fraction));
    visitor.visit("on_curve", column<&Remembered::on_curve>(groups));
    if (!with_momentum) return;
    visitor.visit("momentums", column<&Remembered::momentum>(groups));
    visitor.visit("base_momentums", column<&Remembered::base_momentum>(groups));
  }

  /// One member of what is remembered of the groups, as a list.
  template <auto Member>
  [[nodiscard]] static detail::Field column(Groups& groups) {
    using Values = std::vector<Remembered>;
    static constexpr detail::FieldType type{
        .kind = detail::Kind::list,
        .element_type = &detail::field_type<std::remove_reference_t<decltype(Remembered{}.*Member)>>,
        .count = [](void* values) { return static_cast<Values*>(values)->size(); },
        .element = [](void* values, std::size_t i) -> void* { return &((*static_cast<Values*>(values))[i].*Member); },
        .resize = [](void* values, std::size_t size, bool) { static_cast<Values*>(values)->resize(size); }};
    return {&type, &groups.remembered, false};
  }

  void load(typename Base::Loading& loading) final {
    AnySchedule<T> saved = schedule_;
    saved.visit_options(*loading.options);
    const bool differ = loading.options->differ;
    const bool joins = differ && loading.on_mismatch == OnMismatch::keep_constructed;
    const bool takes = differ && loading.on_mismatch == OnMismatch::take_saved;
    const AnySchedule<T>& schedule = takes ? saved : schedule_;
    saved.validate();
    Groups groups = take_in(schedule);
    saved.check_groups(groups.lrs.size());
    for (Remembered& group : groups.remembered) group.momentum.reset();
    Epoch last_epoch = 0;
    double fraction = 0;
    visit_progress(*loading.progress, last_epoch, fraction, groups, true);
    loading.progress->end();

    const Time t(last_epoch, fraction);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule.abilities(i);
      if (fraction != 0 && !can.continuous) {
        throw std::invalid_argument("progress.fraction: expected 0 for a schedule that is not continuous, got " +
                                    detail::text_of(fraction));
      }
      Remembered& group = groups.remembered[i];
      const Group<T> base(groups.base_lrs[i], i);
      take_only_form(group, can);
      if (!group.on_curve) group.on_curve = is_near_curve(saved, t, base, groups.lrs[i]);
      groups.next[i] = joins && *group.on_curve ? schedule.at(t, base) : groups.lrs[i];
      if (can.momentum && (joins || !group.momentum)) group.momentum = schedule.momentum(t, base);
      set_momentum(groups, i, can.momentum ? group.momentum : std::nullopt);
    }
    optimizer_.read(groups.before);

    loading.is_writing = true;
    Base::write(groups, groups.before, &groups != &groups_);
    if (takes) schedule_ = saved;
    arrive(t, groups);
  }

  /// Whether PyTorch's rounding alone can have moved a rate from the closed form.
  [[nodiscard]] static bool is_near_curve(const AnySchedule<T>& schedule, const Time& t, const Group<T>& group,
                                          const T& lr) {
    using C = detail::compute_t<T>;
    if (!schedule.abilities(group.index).closed_form) return false;
    const C exact = C(schedule.at(t, group));
    const auto magnitude = [](const C& x) { return x < C(0) ? C(-x) : x; };
    return magnitude(C(C(lr) - exact)) <= C(C(1e-6) * magnitude(exact) + C(1e-12) * magnitude(C(group.base_lr)));
  }

  bool all_on_curve_ = false;  ///< All groups are, at a whole epoch: the step of nearly every run.
  bool all_off_curve_ = false;
  Rates<T> all_{};             ///< All groups, in a step.
  Epoch unchanged_until_ = 0;  ///< Before this epoch the rates stay as they are.
  AnySchedule<T> schedule_;
  double fraction_ = 0;
};

// Out of the class, so that compilers do not take them into advance().

template <Scalar T>
void ScheduleFollower<T>::follow_curve_with_momentum(Epoch t) {
  forget_momentum(groups_);
  schedule_.at(Time(t, 0), all_);
  Base::write_step(groups_, groups_.lrs);
  last_epoch_ = t;
}

template <Scalar T>
void ScheduleFollower<T>::step_from_what_is_there(Epoch t) {
  const bool is_untouched = all_off_curve_ && optimizer_.reads(groups_.lrs.data(), all_.lrs.size());
  if (!is_untouched && Base::have_changed(groups_)) {
    Groups groups = take_in(schedule_);
    return move_to(Time(t, fraction_), groups);
  }
  if (!all_off_curve_) return move_to(Time(t, fraction_), groups_);
  const std::vector<T>& before = is_untouched ? groups_.lrs : groups_.before;
  for (std::size_t i = 0; i < before.size(); ++i) groups_.next[i] = before[i];
  forget_momentum(groups_);
  schedule_.next(t, all_);
  Base::write_step(groups_, before);
  last_epoch_ = t;
}

/// A schedule bound to an optimizer.
template <class S, Scalar T>
class Scheduled : public ScheduleFollower<T> {
 public:
  using schedule_type = S;

  /// Applies the rate of epoch 0. Throws std::invalid_argument, the optimizer untouched, if an option is out of range,
  /// a list of another length than the groups, or the optimizer has no groups or, where the schedule drives it, no
  /// momentum.
  template <class O>
  Scheduled(O&& optimizer, S schedule) : Scheduled(OptimizerRef<T>(optimizer), AnySchedule<T>(std::move(schedule))) {
    detail::require_lvalue<O>();
  }
  template <class O>
    requires(!std::derived_from<std::remove_cvref_t<O>, Scheduler<T>>) && std::default_initializable<S>
  Scheduled(O&& optimizer) : Scheduled(std::forward<O>(optimizer), S{}) {}

  [[nodiscard]] const S& schedule() const noexcept {
    if constexpr (std::same_as<S, AnySchedule<T>>) {
      return this->any_schedule();
    } else {
      return this->any_schedule().template as<S>();
    }
  }

 protected:
  friend struct detail::Binder;
  /// The schedule is an S.
  Scheduled(OptimizerRef<T> optimizer, const AnySchedule<T>& schedule) : ScheduleFollower<T>(optimizer, schedule) {}
};

template <class O, class S>
Scheduled(O&&, S) -> Scheduled<S, scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULED_HPP
