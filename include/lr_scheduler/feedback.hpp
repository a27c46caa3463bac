// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_FEEDBACK_HPP
#define LR_SCHEDULER_FEEDBACK_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

namespace detail {

/// Whether a metric beats the best one before it by more than the threshold of these options, and this one on top.
template <Scalar T, class Options>
[[nodiscard]] bool is_better(const T& metric, const std::optional<T>& best_before, const Options& options,
                             const T& threshold_abs = T(0)) {
  using C = compute_t<T>;
  const bool falls = options.mode == Mode::min;
  const C threshold = C(options.threshold);
  if (!best_before) {
    // PyTorch compares with infinity: any metric but that one is better. A relative threshold of 1 or more leaves
    // nothing of it, and no metric is.
    if (falls && options.threshold_mode == ThresholdMode::rel && threshold >= C(1)) return false;
    return is_finite(metric) || (metric < T(0)) == falls;
  }
  const C best = C(*best_before);
  C bound{};
  if (options.threshold_mode == ThresholdMode::rel) {
    bound = falls ? C(best * (C(1) - threshold)) : C(best * (threshold + C(1)));
  } else {
    const C magnitude = best < C(0) ? C(-best) : best;
    const C margin = options.threshold_mode == ThresholdMode::abs ? threshold : C(threshold * magnitude);
    bound = falls ? C(best - margin) : C(best + margin);
  }
  return falls ? C(metric) < C(bound - C(threshold_abs)) : C(metric) > C(bound + C(threshold_abs));
}

}  // namespace detail

/// How far the run of a scheduler that moves by metrics has come: with the options all of its state.
template <class Counters, Scalar T>
struct FeedbackProgress {
  Epoch last_epoch = 0;
  std::vector<T> base_lrs{};
  std::vector<T> lrs{};
  Counters counters{};

  static constexpr std::string_view name = "progress";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("last_epoch", self.last_epoch);
    visit("base_lrs", self.base_lrs);
    visit("lrs", self.lrs);
    Counters::fields(self.counters, visit);
  }
};

/// What schedulers that move the rates by metrics have in common: all but the rule. The rule decides on copies of the
/// counters and of the rates that are there. These are written, and only then are the counters those: where the rule or
/// the optimizer throws, nothing has changed.
///
/// Options may have a schedule, which the rule is to follow: it has a closed form for each group then, and leaves
/// momentum alone. Where the options need the base rates, these are recorded as by schedulers of a schedule.
template <class Options, class Counters, Scalar T>
class FeedbackScheduler : public Scheduler<T> {
 public:
  using options_type = Options;
  static constexpr bool needs_metric = true;

  /// One epoch with this metric. Throws std::invalid_argument for a metric that the options refuse, and where the
  /// groups no longer fit them; and what a schedule or the optimizer throws.
  void step(T metric) { Base::step(metric); }
  template <class Metric = void>
  void step() {
    static_assert(detail::always_false<Metric>, "this scheduler's step() needs a metric, call step(metric)");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

 protected:
  using Base = Scheduler<T>;
  using Groups = typename Base::Groups;
  using Base::groups_;
  using Base::last_epoch_;
  using Base::optimizer_;

  FeedbackScheduler(OptimizerRef<T> optimizer, Options options) : Base(optimizer), options_(std::move(options)) {}

  /// To be called when all is constructed, as the rule takes part in it.
  void start() {
    options_.validate();
    Base::require_groups();
    Groups groups = take_in(options_);
    std::vector<T> lrs = groups.lrs;
    begin(std::move(groups), std::move(lrs));
  }

  Options options_;
  Counters counters_{};

 private:
  /// The rule: what a metric makes of the counters and of the rates that are there.
  virtual void decide(const T& metric, Epoch t, const Groups& groups, Counters& next, std::vector<T>& lrs) = 0;
  /// Where the options alone have a say in the rates of an epoch, these.
  virtual void shape(const Options&, const Groups&, Epoch, const Counters&, std::span<T>) const {}
  /// Called when a step is made.
  virtual void announce() {}

  std::string_view class_name() const noexcept final { return Options::name; }
  void show_options(detail::FieldVisitor& visitor) const final { detail::visit_fields(options_, visitor); }

  [[nodiscard]] static const AnySchedule<T>* schedule_of([[maybe_unused]] const Options& options) noexcept {
    if constexpr (requires { *options.schedule; }) {
      return options.schedule ? &*options.schedule : nullptr;
    } else {
      return nullptr;
    }
  }

  /// The groups that are there now, with their rates. Throws std::invalid_argument where they do not fit.
  [[nodiscard]] Groups take_in(const Options& options) const {
    Groups groups = Base::current_groups();
    optimizer_.read(groups.lrs);
    adapt(groups, options);
    return groups;
  }
  void adapt(Groups& groups, const Options& options) const {
    detail::ListLengthCheck<T> check(Options::name, groups.lrs.size());
    detail::visit_fields(options, check);
    if (const AnySchedule<T>* const schedule = schedule_of(options)) {
      for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
        const Abilities can = schedule->abilities(i);
        if (!can.closed_form) refuse_schedule(*schedule, "must have a closed form");
        if (can.momentum) refuse_schedule(*schedule, "must leave momentum alone (cycle_momentum = false)");
        if (can.own_base) groups.base_lrs[i] = schedule->at(Time(0), Group<T>(groups.base_lrs[i], i));
      }
    }
  }
  [[noreturn]] static void refuse_schedule(const AnySchedule<T>& schedule, const char* rule) {
    throw std::invalid_argument(std::string(Options::name) + ": schedule " + rule + ", got " +
                                std::string(schedule.name()));
  }

  void advance(const T* metric) final {
    if (metric == nullptr) {
      throw std::logic_error(std::string(Options::name) + ": step() needs a metric, call step(metric)");
    }
    if (!Base::have_changed(groups_)) return advance(*metric, groups_, false);
    Groups changed = take_in(options_);
    changed.before = changed.lrs;
    advance(*metric, changed, options_.needs_base_lrs());
  }
  void advance(const T& metric, Groups& groups, bool records) {
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) groups.next[i] = groups.before[i];
    next_ = counters_;
    decide(metric, last_epoch_ + 1, groups, next_, groups.next);
    write(groups, records);
    if (&groups != &groups_) groups_.take(groups);
    std::swap(counters_, next_);
    ++last_epoch_;
    announce();
  }
  void advance_by(Epoch) final {
    throw std::logic_error(std::string(Options::name) + ": cannot step by a number of epochs, each needs a metric");
  }
  void jump(const Time&) final {
    throw std::logic_error(std::string(Options::name) + ": cannot seek, the rates depend on the metrics");
  }
  void restart() final {
    Groups groups = take_in(options_);
    std::vector<T> lrs = groups.base_lrs;
    begin(std::move(groups), std::move(lrs));
  }

  void begin(Groups groups, std::vector<T> lrs) {
    Counters counters;
    shape(options_, groups, 0, counters, lrs);
    arrive(std::move(groups), std::move(lrs), 0, std::move(counters), options_);
  }

  /// Writes these rates; with them all else is as it is given.
  void arrive(Groups groups, std::vector<T> lrs, Epoch t, Counters counters, const Options& options) {
    fit(counters, options);
    Counters next = counters;
    fit(next, options);
    groups.before = groups.lrs;
    groups.next = std::move(lrs);
    write(groups, options.needs_base_lrs());
    groups_.take(groups);
    last_epoch_ = t;
    counters_ = std::move(counters);
    next_ = std::move(next);
  }
  /// Makes room for what a step adds to the counters.
  static void fit([[maybe_unused]] Counters& counters, [[maybe_unused]] const Options& options) {
    if constexpr (requires { counters.fit(options); }) counters.fit(options);
  }

  /// Writes the next rates where any differs from what is there, and base rates where they are to be recorded.
  void write(Groups& groups, bool records) const {
    const bool are_same = std::equal(groups.before.begin(), groups.before.end(), groups.next.begin(),
                                     [](const T& left, const T& right) { return !detail::bits_differ(left, right); });
    if (are_same && !records) {
      groups.lrs = groups.next;
    } else {
      Base::write(groups, groups.before, records);
    }
  }

  using Progress = FeedbackProgress<Counters, T>;

  void visit_progress(detail::FieldVisitor& visitor) const final {
    Groups groups = Base::current_groups();
    optimizer_.read(groups.lrs);
    try {
      adapt(groups, options_);
    } catch (const std::invalid_argument&) {  // the next step says so
    }
    const Progress progress{last_epoch_, groups.base_lrs, groups.lrs, counters_};
    detail::visit_fields(progress, visitor);
  }

  void load(typename Base::Loading& loading) final {
    Options options = options_;
    detail::visit_fields(options, *loading.options);
    options.validate();
    const bool joins = loading.on_mismatch == OnMismatch::keep_constructed && loading.options->differ;
    if (loading.on_mismatch != OnMismatch::take_saved) options = options_;
    Groups groups = take_in(options);
    Progress progress;
    detail::visit_fields(progress, *loading.progress);
    loading.progress->end();
    groups.base_lrs = std::move(progress.base_lrs);
    if (joins) shape(options, groups, progress.last_epoch, progress.counters, progress.lrs);

    loading.is_writing = true;
    arrive(std::move(groups), std::move(progress.lrs), progress.last_epoch, std::move(progress.counters), options);
    options_ = std::move(options);
  }

  Counters next_{};  ///< What a step makes of them.
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_FEEDBACK_HPP
