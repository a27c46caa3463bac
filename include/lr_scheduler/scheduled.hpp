// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULED_HPP
#define LR_SCHEDULER_SCHEDULED_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// How far a schedule's run has come: with the options all of its state.
template <Scalar T>
struct ScheduleProgress {
  Epoch last_epoch = 0;
  double fraction = 0;  ///< Of the next epoch that is over.
  std::vector<T> base_lrs{};
  std::vector<T> lrs{};
  std::vector<std::optional<bool>> on_curve{};     ///< Nothing: within 1e-6 of the closed form counts as on it.
  std::vector<std::optional<T>> momentums{};       ///< Empty where none is driven, as those that follow.
  std::vector<std::optional<T>> base_momentums{};  ///< Before they were driven.

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("last_epoch", self.last_epoch);
    visit("base_lrs", self.base_lrs);
    visit("lrs", self.lrs);
    visit("fraction", self.fraction);
    visit("on_curve", self.on_curve);
    if (std::is_const_v<Self> && self.momentums.empty()) return;
    visit("momentums", self.momentums);
    visit("base_momentums", self.base_momentums);
  }
  static constexpr std::string_view name = "progress";
};

/// The rule, once for all schedules. It remembers, for each group, the rate that it left there and whether that is on
/// the closed form. At a step, a rate that still reads the same and was on the curve moves along the closed form; one
/// that something else moved (another scheduler, the user) moves from what is there. A schedule that knows only one of
/// the two forms always uses that. All is evaluated, then all is written, and put back if the optimizer throws.
template <Scalar T>
class ScheduleFollower : public Scheduler<T> {
 protected:
  ScheduleFollower(OptimizerRef<T> optimizer, AnySchedule<T> schedule)
      : Base(optimizer), schedule_(std::move(schedule)) {
    schedule_.validate();
    Base::require_groups();
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule_.abilities(i);
      if (can.chains && !can.own_base && groups.lrs[i] != groups.base_lrs[i]) groups.places[i] = Base::off_curve;
    }
    move_to(Time(0), groups);
  }

  [[nodiscard]] const AnySchedule<T>& any_schedule() const noexcept { return schedule_; }

 private:
  using Base = Scheduler<T>;
  using Groups = typename Base::Groups;
  using Base::groups_;
  using Base::last_epoch_;
  using Base::optimizer_;

  static constexpr Epoch in_a_step = std::numeric_limits<Epoch>::max();
  static constexpr Epoch in_a_jump = -1;

  std::string_view class_name() const noexcept final { return schedule_.name(); }
  void show_options(detail::FieldVisitor& visitor) const final { schedule_.visit_options(visitor); }

  void advance(const T*) final {
    const Epoch t = last_epoch_ + 1;
    if (!all_on_curve_ || !optimizer_.reads(groups_.lrs.data(), all_.lrs.size())) return step_from_what_is_there(t);
    if (t >= unchanged_until_) follow_curve(t);
    last_epoch_ = t;
  }

  /// The step of nearly every run: all groups are on the curve, where they were left.
  void follow_curve(Epoch t) {
    if (drives_momentum_) {
      forget_momentum();
      schedule_.at(Time(t, 0), all_);
      return write(groups_, nullptr, true);
    }
    schedule_.at(Time(t, 0), all_);
    const bool is_same = !detail::bits_differ(scratch_[0], groups_.lrs[0]) && all_same();
    const Epoch unchanged = is_same || t == unchanged_until_ ? schedule_.unchanged_until(t) : unchanged_until_;
    if (!is_same) {
      std::size_t written = 0;
      try {
        optimizer_.write(scratch_.data(), groups_.lrs, false, written);
      } catch (...) {
        put_back(groups_, nullptr, {written});
        throw;
      }
    }
    unchanged_until_ = unchanged;
  }
  [[nodiscard]] bool all_same() const {
    decltype(detail::bits_that_differ(scratch_[0], scratch_[0])) differ{};
    for (std::size_t i = 0; i < groups_.lrs.size(); ++i) {
      differ |= detail::bits_that_differ(scratch_[i], groups_.lrs[i]);
    }
    return differ == 0;
  }

  void step_from_what_is_there(Epoch t) {
    if (Base::groups_changed(before_)) {
      Groups groups = take_in(schedule_);
      return move_to(Time(t, fraction_), groups);
    }
    if (!all_off_curve_) return move_to(Time(t, fraction_), groups_);
    std::copy(before_.begin(), before_.begin() + std::ptrdiff_t(groups_.lrs.size()), scratch_.begin());
    forget_momentum();
    schedule_.next(t, all_);
    write(groups_, before_.data(), drives_momentum_);
    last_epoch_ = t;
  }

  void advance_by(Epoch n) final {
    if (all_on_curve_ && optimizer_.reads(groups_.lrs.data(), all_.lrs.size()))
      return move_to(Time(last_epoch_ + n, 0), groups_, last_epoch_);
    for (Epoch i = 0; i < n; ++i) advance(nullptr);
  }

  void jump(const Time& t) final {
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule_.abilities(i);
      if (!can.closed_form || (t.fraction != 0 && !can.continuous)) {
        throw std::logic_error(std::string(schedule_.name()) + ": cannot seek without a " +
                               (t.fraction != 0 ? "continuous " : "") + "closed form");
      }
    }
    move_to(t, groups, in_a_jump);
  }

  void restart() final {
    Groups groups = take_in(schedule_);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) groups.places[i] = place_at_start(schedule_, i);
    move_to(Time(0), groups, in_a_jump, true);
  }

  [[nodiscard]] static unsigned char place_at_start(const AnySchedule<T>& schedule, std::size_t i) {
    return schedule.abilities(i).closed_form ? Base::on_curve : Base::off_curve;
  }

  /// The groups that are there now, new ones on the curve. Throws std::invalid_argument where they do not fit.
  [[nodiscard]] Groups take_in(const AnySchedule<T>& schedule) const {
    Groups groups = Base::current_groups();
    schedule.check_groups(groups.lrs.size());
    place(groups, schedule);
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Abilities can = schedule.abilities(i);
      if (can.momentum && !optimizer_.momentum(i)) {
        throw std::invalid_argument(std::string(schedule.name()) + ": cycle_momentum is true, but parameter group " +
                                    std::to_string(i) + " has no momentum: give it one or set cycle_momentum = false");
      }
    }
    return groups;
  }

  /// Whether there is a value for each group in options that are lists.
  [[nodiscard]] bool fits(const Groups& groups) const {
    try {
      schedule_.check_groups(groups.lrs.size());
      return true;
    } catch (const std::invalid_argument&) {
      return false;  // the next step says so
    }
  }

  static void place(Groups& groups, const AnySchedule<T>& schedule) {
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      if (groups.places[i] != Base::is_new) continue;
      if (schedule.abilities(i).own_base) {
        groups.base_lrs[i] = schedule.at(Time(0), Group<T>(groups.base_lrs[i], i));
      }
      groups.places[i] = place_at_start(schedule, i);
    }
  }

  /// Moves all groups to t: along the closed form in a jump and between epochs, by the rule in a step.
  void move_to(const Time& t, Groups& groups, Epoch momentum_since = in_a_step, bool from_base = false) {
    const std::size_t count = groups.lrs.size();
    const bool drives = drives_momentum(schedule_, count);
    prepare(count, drives);
    const std::span<T> before = first(before_, count);
    optimizer_.read(before);
    const auto& start = from_base ? groups.base_lrs : before_;
    std::copy(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(count), scratch_.begin());
    forget_momentum();
    const Rates<T> all = rates(groups, drives, momentum_since);
    if (momentum_since == in_a_jump) set_base_momentums(groups, drives);
    const bool is_jump = !from_base && (momentum_since != in_a_step || t.fraction != 0);
    const auto is_along_curve = [&](std::size_t i) { return is_jump || is_on_curve(groups, i, from_base); };
    std::size_t along = 0;
    for (std::size_t begin = 0, end = 0; begin < count; begin = end) {  // runs of groups that are alike
      const bool along_curve = is_along_curve(begin);
      for (++end; end < count && is_along_curve(end) == along_curve;) ++end;
      along += along_curve ? end - begin : 0;
      const Rates<T> run = begin == 0 && end == count ? all : all.part(begin, end - begin);
      along_curve ? schedule_.at(t, run) : schedule_.next(t.epoch, run);
    }
    write(groups, before_.data(), drives);
    if (is_jump) std::fill(groups.places.begin(), groups.places.end(), Base::on_curve);
    arrive(t, groups, along, drives);
  }

  void arrive(const Time& t, Groups& groups, std::size_t along_curve, bool drives) noexcept {
    if (&groups != &groups_) groups_.take(groups);
    last_epoch_ = t.epoch;
    fraction_ = t.fraction;
    all_on_curve_ = along_curve == groups_.lrs.size() && along_curve > 0 && fraction_ == 0;
    all_off_curve_ = along_curve == 0 && fraction_ == 0;
    drives_momentum_ = drives;
    all_ = rates(groups_, drives);
    unchanged_until_ = 0;
  }

  /// Whether a group is on the curve still. One that something else has moved is not, unless it knows no other form.
  bool is_on_curve(Groups& groups, std::size_t i, bool from_base) const {
    unsigned char& place = groups.places[i];
    if (place == Base::on_curve && !from_base && detail::bits_differ(before_[i], groups.lrs[i]) &&
        schedule_.abilities(i).chains) {
      place = Base::off_curve;
    }
    return place == Base::on_curve;
  }

  [[nodiscard]] static std::span<T> first(std::vector<T>& values, std::size_t count) { return {values.data(), count}; }

  /// The buffers only grow, so that a step that fails leaves them large enough for the next.
  void prepare(std::size_t count, bool drives) {
    const auto grow = [&](auto& buffer) {
      if (buffer.size() >= count) return;
      buffer.resize(count);
      all_ = rates(groups_, drives_momentum_);  // it refers to the buffers
    };
    grow(scratch_);
    grow(before_);
    if (drives) grow(momentums_);
    if (drives) grow(is_driven_);
  }
  [[nodiscard]] static bool drives_momentum(const AnySchedule<T>& schedule, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (schedule.abilities(i).momentum) return true;
    }
    return false;
  }

  [[nodiscard]] Rates<T> rates(const Groups& groups, bool drives, Epoch momentum_since = in_a_step) noexcept {
    const std::span<T> lrs = first(scratch_, groups.base_lrs.size());
    if (!drives) return {lrs, groups.base_lrs};
    return {lrs, groups.base_lrs, 0, momentums_.data(), is_driven_.data(), momentum_since};
  }
  void forget_momentum() {
    if (is_driven_.size() == 1) {
      is_driven_[0] = 0;
    } else {
      std::fill(is_driven_.begin(), is_driven_.end(), static_cast<unsigned char>(0));
    }
  }
  void set_base_momentums(const Groups& groups, bool drives) {
    for (std::size_t i = 0; drives && i < groups.lrs.size(); ++i) {
      if (groups.base_momentums[i] && schedule_.abilities(i).momentum) set_momentum(i, *groups.base_momentums[i]);
    }
  }
  void set_momentum(std::size_t i, const T& momentum) {
    momentums_[i] = momentum;
    is_driven_[i] = 1;
  }

  /// How many groups a write has begun.
  struct Written {
    std::size_t rates = 0;
    std::size_t momentums = 0;
    std::size_t base_lrs = 0;
  };

  /// Writes what was evaluated, and the base rates of groups that have none recorded. Where the optimizer throws, all
  /// is put back: what was there is `before`, or what was left there if that is null.
  void write(Groups& groups, const T* before, bool drives) {
    const std::size_t to_record = &groups != &groups_ ? groups.lrs.size() : 0;
    std::vector<std::optional<T>> initial_lrs(to_record);
    Written done{};
    try {
      optimizer_.write(scratch_.data(), groups.lrs, to_record > 0 || (drives && optimizer_.momentum_may_throw()),
                       done.rates);
      ++done.rates;  // the last is done too
      if (drives) {
        optimizer_.write_momentums(first(momentums_, groups.lrs.size()), is_driven_.data(), to_record > 0,
                                   done.momentums);
      }
      while (done.base_lrs < to_record) {  // last, as many optimizers cannot forget a base rate
        const std::size_t i = done.base_lrs++;
        if (!groups.initial_lrs[i]) optimizer_.set_initial_lr(i, groups.base_lrs[i]);
        initial_lrs[i] = optimizer_.initial_lr(i);
      }
    } catch (...) {
      put_back(groups, before, done);
      throw;
    }
    if (to_record > 0) groups.initial_lrs.swap(initial_lrs);
  }

  void put_back(Groups& groups, const T* before, const Written& done) noexcept {
    for (std::size_t i = 0; i + 1 < done.rates; ++i) std::swap(groups.lrs[i], scratch_[i]);
    if (before == nullptr) before = groups.lrs.data();
    for (std::size_t i = 0; i < done.momentums; ++i) {
      if (is_driven_[i] != 0) Base::attempt([&] { optimizer_.set_momentum(i, momentums_[i]); });
    }
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      Base::attempt([&] {
        if (detail::bits_differ(optimizer_.lr(i), before[i])) optimizer_.set_lr(i, before[i]);
      });
    }
    for (std::size_t i = 0; i < done.base_lrs; ++i) {
      if (!groups.initial_lrs[i]) Base::attempt([&] { optimizer_.set_initial_lr(i, std::nullopt); });
    }
  }

  void visit_progress(detail::FieldVisitor& visitor) const final {
    Groups groups = Base::current_groups();
    if (fits(groups)) place(groups, schedule_);
    ScheduleProgress<T> progress{last_epoch_, fraction_, groups.base_lrs};
    const bool drives = drives_momentum(schedule_, groups.lrs.size());
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      progress.lrs.push_back(optimizer_.lr(i));
      progress.on_curve.push_back(
          groups.places[i] == Base::on_curve &&
          (!detail::bits_differ(progress.lrs[i], groups.lrs[i]) || !schedule_.abilities(i).chains));
      if (!drives) continue;
      progress.momentums.push_back(optimizer_.momentum(i));
      progress.base_momentums.push_back(groups.base_momentums[i]);
    }
    detail::visit_fields(std::as_const(progress), visitor);
  }

  void load(typename Base::Loading& loading) final {
    AnySchedule<T> saved = schedule_;
    saved.visit_options(*loading.options);
    const bool differ = loading.options_differ(*loading.options);
    const bool joins = differ && loading.on_mismatch == OnMismatch::keep_constructed;
    const bool takes = differ && loading.on_mismatch == OnMismatch::take_saved;
    const AnySchedule<T>& schedule = takes ? saved : schedule_;
    saved.validate();
    Groups groups = take_in(schedule);
    saved.check_groups(groups.lrs.size());

    ScheduleProgress<T> progress;
    detail::visit_fields(progress, *loading.progress);
    loading.progress->end();
    const Time t(progress.last_epoch, progress.fraction);
    const std::size_t count = groups.lrs.size();
    const bool drives = drives_momentum(schedule, count);
    prepare(count, drives);
    forget_momentum();
    std::size_t along = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Abilities can = schedule.abilities(i);
      if (t.fraction != 0 && !can.continuous) {
        throw std::invalid_argument("progress.fraction: expected 0 for a schedule that is not continuous, got " +
                                    detail::text_of(t.fraction));
      }
      const Group<T> group(progress.base_lrs[i], i);
      bool follows = can.closed_form;
      if (follows && can.chains) {
        follows = progress.on_curve[i] ? *progress.on_curve[i] : is_near_curve(saved, t, group, progress.lrs[i]);
      }
      groups.places[i] = follows ? Base::on_curve : Base::off_curve;
      along += follows ? 1 : 0;
      scratch_[i] = joins && follows ? schedule.at(t, group) : progress.lrs[i];
      if (!can.momentum) continue;
      const std::optional<T> momentum =
          joins || progress.momentums.empty() ? schedule.momentum(t, group) : progress.momentums[i];
      if (momentum) set_momentum(i, *momentum);
      if (!progress.base_momentums.empty()) groups.base_momentums[i] = progress.base_momentums[i];
    }
    groups.base_lrs = std::move(progress.base_lrs);
    optimizer_.read(first(before_, count));

    loading.is_writing = true;
    write(groups, before_.data(), drives);
    if (takes) schedule_ = saved;
    arrive(t, groups, along, drives);
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
  bool drives_momentum_ = false;
  Rates<T> all_{};             ///< All groups, in a step.
  Epoch unchanged_until_ = 0;  ///< Before this epoch the rates stay as they are.
  AnySchedule<T> schedule_;
  double fraction_ = 0;
  std::vector<T> scratch_{};  ///< What is evaluated, then written.
  std::vector<T> before_{};   ///< What the optimizer had before.
  std::vector<T> momentums_{};
  std::vector<unsigned char> is_driven_{};
};

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
  Scheduled(OptimizerRef<T> optimizer, AnySchedule<T> schedule) : ScheduleFollower<T>(optimizer, std::move(schedule)) {}
};

template <class O, class S>
Scheduled(O&&, S) -> Scheduled<S, scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULED_HPP
