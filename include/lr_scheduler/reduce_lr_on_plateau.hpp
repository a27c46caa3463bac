// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP
#define LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/feedback.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

template <Scalar T>
class ReduceLROnPlateau;

/// What ReduceLROnPlateau made of a metric.
enum class PlateauReport {
  not_counted,   ///< Before start_from_epoch, one of those that accumulate, or ignored as it is no number.
  improved,      ///< Better than the best one before it.
  waiting,       ///< Bad, but not more than patience in a row.
  cooling_down,  ///< Bad, while bad ones do not count.
  reduced,       ///< Rates fell.
  at_minimum,    ///< Patience was over, but no rate could fall.
};

namespace detail {
inline constexpr std::string_view plateau_report_names[] = {"not_counted",  "improved", "waiting",
                                                            "cooling_down", "reduced",  "at_minimum"};
template <>
struct EnumNames<PlateauReport> : Named<plateau_report_names> {};
}  // namespace detail

/// The options of ReduceLROnPlateau: PyTorch's, then more. A report is a metric that counts.
template <Scalar T>
struct PlateauOptions {
  Mode mode = Mode::min;                              ///< Whether the metric should fall or rise.
  T factor = T(0.1L);                                 ///< Factor of a reduction, 0 to below 1.
  Count patience = 10;                                ///< Bad reports in a row that are tolerated.
  T threshold = T(1e-4L);                             ///< By how much a metric must beat the best.
  ThresholdMode threshold_mode = ThresholdMode::rel;  ///< What the threshold is relative to.
  Count cooldown = 0;                                 ///< Reports after a reduction of which none is bad.
  OneOrPerGroup<T> min_lr = T(0);                     ///< The lowest rate, not negative; one or one for each group.
  T eps = T(1e-8L);                                   ///< A reduction by no more than this is not made.
  NanPolicy nan_policy = NanPolicy::count_as_bad;     ///< What a metric that is not a number does.

  T threshold_abs = T(0);                    ///< Added to what the threshold asks for, not negative.
  OneOrPerGroup<T> min_scale = T(0);         ///< The lowest share of the base rate, or of the schedule's; as min_lr.
  bool best_in_cooldown = true;              ///< Whether a metric of a cooldown can be the best.
  Count start_from_epoch = 0;                ///< Epochs before this one, from 0, do not count.
  Count accumulate = 1;                      ///< The mean of so many metrics is one report.
  T smoothing = T(0);                        ///< Weight of the past in a moving average of reports, 0 to below 1.
  std::optional<AnySchedule<T>> schedule{};  ///< What reductions scale, with a closed form; nothing: the rates there.
  std::function<void(const ReduceLROnPlateau<T>&)> on_reduction{};  ///< Called after one. No part of the state.

  static constexpr std::string_view name = "ReduceLROnPlateau";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mode", self.mode);
    visit("factor", self.factor);
    visit("patience", self.patience);
    visit("threshold", self.threshold);
    visit("threshold_mode", self.threshold_mode);
    visit("cooldown", self.cooldown);
    visit("min_lr", self.min_lr);
    visit("eps", self.eps);
    visit("nan_policy", self.nan_policy);
    visit("threshold_abs", self.threshold_abs);
    visit("min_scale", self.min_scale);
    visit("best_in_cooldown", self.best_in_cooldown);
    visit("start_from_epoch", self.start_from_epoch);
    visit("accumulate", self.accumulate);
    visit("smoothing", self.smoothing);
    visit("schedule", self.schedule);
    visit("on_reduction", self.on_reduction);
  }
  static constexpr bool needs_metric = true;
  [[nodiscard]] bool needs_base_lrs() const {
    for (std::size_t i = 0; i < min_scale.size(); ++i) {
      if (min_scale[i] > T(0)) return true;
    }
    return schedule.has_value();
  }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("factor", factor);
    if (!(factor < T(1))) check.refuse("factor", "must be less than 1", detail::text_of(factor));
    check.not_negative("patience", patience);
    check.not_negative("threshold", threshold);
    check.not_negative("cooldown", cooldown);
    check.none_negative("min_lr", min_lr);
    check.not_negative("eps", eps);
    check.not_negative("threshold_abs", threshold_abs);
    for (std::size_t i = 0; i < min_scale.size(); ++i) {
      check.between_0_and_1(min_scale.per_group() ? detail::join("min_scale", i) : "min_scale", min_scale[i]);
    }
    check.not_negative("start_from_epoch", start_from_epoch);
    check.positive("accumulate", accumulate);
    check.not_negative("smoothing", smoothing);
    if (!(smoothing < T(1))) check.refuse("smoothing", "must be less than 1", detail::text_of(smoothing));
    if (schedule) detail::validate_child(check, "schedule", *schedule);
  }

  /// Functions cannot be compared and count as equal.
  friend bool operator==(const PlateauOptions& left, const PlateauOptions& right) {
    return detail::equal_fields<T>(left, right);
  }
};

/// What ReduceLROnPlateau has counted.
template <Scalar T>
struct PlateauCounters {
  std::optional<T> best{};
  Epoch num_bad_epochs = 0;
  Epoch cooldown_counter = 0;
  Epoch reductions = 0;
  PlateauReport last_report = PlateauReport::not_counted;
  detail::compute_t<T> sum = detail::compute_t<T>(0);  ///< Of the metrics that accumulate,
  Epoch num_accumulated = 0;                           ///< and how many they are.
  std::optional<detail::compute_t<T>> average{};       ///< The moving average.

  static constexpr std::string_view name = "counters";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("best", self.best);
    visit("num_bad_epochs", self.num_bad_epochs);
    visit("cooldown_counter", self.cooldown_counter);
    visit("reductions", self.reductions);
    visit("last_report", self.last_report);
    visit("sum", self.sum);
    visit("num_accumulated", self.num_accumulated);
    visit("average", self.average);
  }
};

/// Multiplies the rates by factor when a metric has not improved for more than patience epochs. It is feedback, not a
/// curve: it moves whatever rates are there and cannot seek. With a schedule the rates are those of the schedule times
/// factor^reductions, whatever has been written to the optimizer meanwhile. It records the base rates, as initial_lr,
/// only where it needs them: for a schedule or min_scale.
///
/// Source: torch.optim.lr_scheduler.ReduceLROnPlateau; optax.contrib.reduce_on_plateau for accumulate, min_scale and
/// threshold_abs.
template <Scalar T>
class ReduceLROnPlateau : public FeedbackScheduler<PlateauOptions<T>, PlateauCounters<T>, T> {
  using Feedback = FeedbackScheduler<PlateauOptions<T>, PlateauCounters<T>, T>;

 public:
  /// Throws std::invalid_argument if an option is out of range, one that is a list of another length than the groups,
  /// the schedule without a closed form or driving momentum, or the optimizer without groups.
  template <class O>
    requires(!std::derived_from<std::remove_cvref_t<O>, Scheduler<T>>)
  ReduceLROnPlateau(O&& optimizer, PlateauOptions<T> options = {})
      : ReduceLROnPlateau(OptimizerRef<T>(optimizer), std::move(options)) {
    detail::require_lvalue<O>();
  }

  using Feedback::step;
  /// One epoch with this metric. Throws std::invalid_argument for a metric that is not a number where nan_policy is
  /// error, and where the groups no longer fit the options; and what a schedule or the optimizer throws: nothing has
  /// changed then. What on_reduction throws leaves a step that is made.
  PlateauReport step(T metric) {
    Feedback::step(std::move(metric));
    return last_report();
  }

  /// What the last step made of its metric; not_counted before the first.
  [[nodiscard]] PlateauReport last_report() const noexcept { return counters_.last_report; }
  /// How often rates fell.
  [[nodiscard]] Epoch reductions() const noexcept { return counters_.reductions; }
  /// The best metric; nothing before the first.
  [[nodiscard]] const std::optional<T>& best() const noexcept { return counters_.best; }
  /// Reports since the best metric, the last reduction or the end of its cooldown.
  [[nodiscard]] Epoch num_bad_epochs() const noexcept { return counters_.num_bad_epochs; }
  /// Reports until bad ones count again.
  [[nodiscard]] Epoch cooldown_counter() const noexcept { return counters_.cooldown_counter; }

 private:
  friend struct detail::Binder;
  using Counters = PlateauCounters<T>;
  using Groups = typename Feedback::Groups;
  using C = detail::compute_t<T>;
  using Feedback::counters_;
  using Feedback::options_;

  ReduceLROnPlateau(OptimizerRef<T> optimizer, PlateauOptions<T> options) : Feedback(optimizer, std::move(options)) {
    reduced_.reserve(Feedback::optimizer_.size());  // first, as nothing may throw when base rates are recorded
    Feedback::start();
  }

  void decide(const T& metric, Epoch t, const Groups& groups, Counters& next, std::vector<T>& lrs) final {
    reduced_.reserve(lrs.size());
    shape(options_, groups, t, next, lrs);
    const std::optional<T> report = report_of(metric, t, next);
    next.last_report = report ? judge(*report, next) : PlateauReport::not_counted;
    if (next.last_report == PlateauReport::reduced && !reduce(t, groups, next, lrs)) {
      next.last_report = PlateauReport::at_minimum;
    }
  }

  /// What counts as one report with this metric, if any.
  [[nodiscard]] std::optional<T> report_of(const T& metric, Epoch t, Counters& next) const {
    const bool is_nan = detail::is_nan(metric);
    if (is_nan && options_.nan_policy == NanPolicy::error) {
      throw std::invalid_argument("ReduceLROnPlateau: the metric of epoch " + detail::text_of(t) + " is not a number");
    }
    if (t <= options_.start_from_epoch || (is_nan && options_.nan_policy == NanPolicy::ignore)) return std::nullopt;

    T report = metric;
    if (options_.accumulate > 1) {
      next.sum = C(next.sum + C(metric));
      if (++next.num_accumulated < options_.accumulate) return std::nullopt;
      report = static_cast<T>(C(next.sum / C(std::exchange(next.num_accumulated, 0))));
      next.sum = C(0);
    }
    if (options_.smoothing > T(0) && detail::is_finite(report)) {  // one that is not would stay for ever
      const C weight = C(options_.smoothing);
      next.average = next.average ? C(weight * *next.average + (C(1) - weight) * C(report)) : C(report);
      report = static_cast<T>(*next.average);
    }
    return report;
  }

  /// What a report does to the counters; reduced where patience is over.
  [[nodiscard]] PlateauReport judge(const T& report, Counters& next) const {
    const bool is_cooling = next.cooldown_counter > 0;
    const bool is_good = !detail::is_nan(report) && (!is_cooling || options_.best_in_cooldown) &&
                         detail::is_better(report, next.best, options_, options_.threshold_abs);
    if (is_good) next.best = report;
    next.num_bad_epochs = is_good || is_cooling ? 0 : next.num_bad_epochs + 1;
    next.cooldown_counter = detail::larger<Epoch>(next.cooldown_counter - 1, 0);
    if (is_good) return PlateauReport::improved;
    if (is_cooling) return PlateauReport::cooling_down;
    if (next.num_bad_epochs <= options_.patience) return PlateauReport::waiting;
    next.num_bad_epochs = 0;
    next.cooldown_counter = options_.cooldown;
    return PlateauReport::reduced;
  }

  /// Whether any rate falls by more than eps. Without a schedule one that does not stays as it is.
  bool reduce(Epoch t, const Groups& groups, Counters& next, std::vector<T>& lrs) {
    ++next.reductions;
    reduced_ = lrs;
    shape(options_, groups, t, next, reduced_);
    bool any_falls = false;
    for (std::size_t i = 0; i < lrs.size(); ++i) {
      if (!options_.schedule) {
        reduced_[i] = scaled(options_, i, C(lrs[i]), C(options_.factor), C(groups.base_lrs[i]));
      }
      const bool falls = C(C(lrs[i]) - C(reduced_[i])) > C(options_.eps);
      if (!falls && !options_.schedule) reduced_[i] = lrs[i];
      any_falls = any_falls || falls;
    }
    if (any_falls) {
      lrs.swap(reduced_);
    } else {
      --next.reductions;
    }
    return any_falls;
  }

  /// A rate times a factor, down to its floor. One that is below it stays.
  [[nodiscard]] static T scaled(const PlateauOptions<T>& options, std::size_t i, const C& lr, const C& factor,
                                const C& whole) {
    const C floor = detail::larger(C(options.min_lr[i]), C(C(options.min_scale[i]) * whole));
    return static_cast<T>(detail::smaller(lr, detail::larger(C(lr * factor), floor)));
  }

  void shape(const PlateauOptions<T>& options, const Groups& groups, Epoch t, const Counters& counters,
             std::span<T> lrs) const final {
    if (!options.schedule) return;
    options.schedule->at(Time(t), Rates<T>{lrs, groups.base_lrs});
    const C scale = detail::power(C(options.factor), C(counters.reductions));
    for (std::size_t i = 0; i < lrs.size(); ++i) lrs[i] = scaled(options, i, C(lrs[i]), scale, C(lrs[i]));
  }

  void announce() final {
    if (last_report() != PlateauReport::reduced || !options_.on_reduction) return;
    const auto on_reduction = options_.on_reduction;  // a copy, as what it calls may load other options
    on_reduction(*this);
  }

  std::vector<T> reduced_{};  ///< What a reduction leads to.
};

template <class O>
ReduceLROnPlateau(O&&, PlateauOptions<scalar_t<O>> = {}) -> ReduceLROnPlateau<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP
