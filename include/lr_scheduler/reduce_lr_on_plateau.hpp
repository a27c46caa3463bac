// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP
#define LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP

#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// The options of ReduceLROnPlateau.
template <Scalar T>
struct PlateauOptions {
  Mode mode = Mode::min;                              ///< Whether the metric should fall or rise.
  T factor = T(0.1L);                                 ///< Factor of a reduction, 0 to below 1.
  Count patience = 10;                                ///< Bad epochs in a row that are tolerated.
  T threshold = T(1e-4L);                             ///< By how much a metric must beat the best.
  ThresholdMode threshold_mode = ThresholdMode::rel;  ///< Relative to the best, or absolute.
  Count cooldown = 0;                                 ///< Epochs after a reduction without counting.
  OneOrPerGroup<T> min_lr = T(0);                     ///< The lowest rate, not negative; one or one for each group.
  T eps = T(1e-8L);                                   ///< A reduction by no more than this is not made.
  NanPolicy nan_policy = NanPolicy::count_as_bad;     ///< What a metric that is not a number does.

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
  }
  static constexpr bool needs_metric = true;

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
  }

  friend bool operator==(const PlateauOptions&, const PlateauOptions&) = default;
};

/// How far a plateau's run has come: with the options all of its state.
template <Scalar T>
struct PlateauProgress {
  Epoch last_epoch = 0;
  std::vector<T> base_lrs{};
  std::vector<T> lrs{};
  std::optional<T> best{};
  Epoch num_bad_epochs = 0;
  Epoch cooldown_counter = 0;

  static constexpr std::string_view name = "progress";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("last_epoch", self.last_epoch);
    visit("base_lrs", self.base_lrs);
    visit("lrs", self.lrs);
    visit("best", self.best);
    visit("num_bad_epochs", self.num_bad_epochs);
    visit("cooldown_counter", self.cooldown_counter);
  }
};

/// Multiplies the rates by factor when a metric has not improved for more than patience epochs. It is feedback, not a
/// curve: it moves whatever rates are there, records no initial_lr and cannot seek.
///
/// Source: torch.optim.lr_scheduler.ReduceLROnPlateau.
template <Scalar T>
class ReduceLROnPlateau : public Scheduler<T> {
 public:
  static constexpr bool needs_metric = true;

  /// Throws std::invalid_argument if an option is out of range, min_lr is a list of another length than the groups, or
  /// the optimizer has no groups.
  template <class O>
    requires(!std::derived_from<std::remove_cvref_t<O>, Scheduler<T>>)
  ReduceLROnPlateau(O&& optimizer, PlateauOptions<T> options = {})
      : ReduceLROnPlateau(OptimizerRef<T>(optimizer), std::move(options)) {
    detail::require_lvalue<O>();
  }

  /// One epoch with this metric. Throws std::invalid_argument for a metric that is not a number where nan_policy is
  /// error, and where the groups no longer fit min_lr.
  void step(T metric) { Base::step(metric); }
  template <class Metric = void>
  void step() {
    static_assert(detail::always_false<Metric>, "ReduceLROnPlateau: step() needs a metric, call step(metric)");
  }

  [[nodiscard]] const PlateauOptions<T>& options() const noexcept { return options_; }
  /// The best metric; nothing before the first.
  [[nodiscard]] const std::optional<T>& best() const noexcept { return progress_.best; }
  /// Epochs since the best metric, the last reduction or the end of its cooldown.
  [[nodiscard]] Epoch num_bad_epochs() const noexcept { return progress_.num_bad_epochs; }
  /// Epochs until bad ones count again.
  [[nodiscard]] Epoch cooldown_counter() const noexcept { return progress_.cooldown_counter; }

 private:
  friend struct detail::Binder;
  using Base = Scheduler<T>;
  using Groups = typename Base::Groups;
  using Base::groups_;
  using Base::last_epoch_;
  using Base::optimizer_;
  using C = detail::compute_t<T>;

  ReduceLROnPlateau(OptimizerRef<T> optimizer, PlateauOptions<T> options)
      : Base(optimizer), options_(std::move(options)) {
    options_.validate();
    Base::require_groups();
    groups_ = take_in(options_);
    reduced_.reserve(groups_.lrs.size());
  }

  std::string_view class_name() const noexcept final { return PlateauOptions<T>::name; }
  void show_options(detail::FieldVisitor& visitor) const final { detail::visit_fields(options_, visitor); }

  /// The groups that are there now, with their rates. Throws std::invalid_argument where they do not fit.
  [[nodiscard]] Groups take_in(const PlateauOptions<T>& options) const {
    Groups groups = Base::current_groups();
    detail::ListLengthCheck<T> check(PlateauOptions<T>::name, groups.lrs.size());
    detail::visit_fields(options, check);
    optimizer_.read(groups.lrs);
    return groups;
  }

  void advance(const T* metric) final {
    if (metric == nullptr) throw std::logic_error("ReduceLROnPlateau: step() needs a metric, call step(metric)");
    const bool is_nan = detail::is_nan(*metric);
    if (is_nan && options_.nan_policy == NanPolicy::error) {
      throw std::invalid_argument("ReduceLROnPlateau: the metric of epoch " + std::to_string(last_epoch_ + 1) +
                                  " is not a number");
    }
    if (optimizer_.size() == groups_.lrs.size()) {
      optimizer_.read(groups_.lrs);
    } else {
      groups_ = take_in(options_);
      reduced_.reserve(groups_.lrs.size());
    }

    if (!is_nan || options_.nan_policy != NanPolicy::ignore) {
      PlateauProgress<T> next{.best = progress_.best};
      const bool is_good = !is_nan && is_better(*metric);
      if (is_good) next.best = *metric;
      next.num_bad_epochs = is_good || progress_.cooldown_counter > 0 ? 0 : progress_.num_bad_epochs + 1;
      next.cooldown_counter = detail::larger<Epoch>(progress_.cooldown_counter - 1, 0);
      if (next.num_bad_epochs > options_.patience) {
        reduce();
        next.cooldown_counter = options_.cooldown;
        next.num_bad_epochs = 0;
      }
      progress_ = std::move(next);
    }
    ++last_epoch_;
  }

  [[nodiscard]] bool is_better(const T& metric) const {
    const C value = C(metric);
    const bool falls = options_.mode == Mode::min;
    if (!progress_.best) {
      // PyTorch compares with infinity: any metric but that one is better. A relative threshold of 1 or more leaves
      // nothing of it, and no metric is.
      if (falls && options_.threshold_mode == ThresholdMode::rel && options_.threshold >= T(1)) return false;
      return detail::is_finite(metric) || (metric < T(0)) == falls;
    }
    const C best = C(*progress_.best);
    const C threshold = C(options_.threshold);
    if (options_.threshold_mode == ThresholdMode::rel) {
      return falls ? value < C(best * (C(1) - threshold)) : value > C(best * (threshold + C(1)));
    }
    return falls ? value < C(best - threshold) : value > C(best + threshold);
  }

  void reduce() {
    reduced_.assign(groups_.lrs.begin(), groups_.lrs.end());
    for (std::size_t i = 0; i < reduced_.size(); ++i) {
      const C old_lr = C(reduced_[i]);
      const C new_lr = detail::larger(C(old_lr * C(options_.factor)), C(options_.min_lr[i]));
      if (C(old_lr - new_lr) > C(options_.eps)) reduced_[i] = static_cast<T>(new_lr);
    }
    Base::write_rates(groups_.lrs, reduced_);
    for (std::size_t i = 0; i < reduced_.size(); ++i) groups_.lrs[i] = reduced_[i];
  }

  void advance_by(Epoch) final {
    throw std::logic_error("ReduceLROnPlateau: cannot step by a number of epochs, each needs a metric");
  }
  void jump(const Time&) final {
    throw std::logic_error("ReduceLROnPlateau: cannot seek, the rates depend on the metrics");
  }
  void restart() final {
    Groups groups = take_in(options_);
    std::vector<T> lrs = groups.base_lrs;
    Base::write_rates(groups.lrs, lrs);
    groups.lrs = std::move(lrs);
    arrive(std::move(groups), {});
  }

  void arrive(Groups groups, PlateauProgress<T> progress) noexcept {
    groups_.take(groups);
    last_epoch_ = progress.last_epoch;
    progress_ = std::move(progress);
  }

  void visit_progress(detail::FieldVisitor& visitor) const final {
    const Groups groups = take_in(options_);
    const PlateauProgress<T> progress{last_epoch_,    groups.base_lrs,          groups.lrs,
                                      progress_.best, progress_.num_bad_epochs, progress_.cooldown_counter};
    detail::visit_fields(progress, visitor);
  }

  void load(typename Base::Loading& loading) final {
    PlateauOptions<T> saved = options_;
    detail::visit_fields(saved, *loading.options);
    saved.validate();
    PlateauOptions<T> options = loading.on_mismatch == OnMismatch::take_saved ? std::move(saved) : options_;
    Groups groups = take_in(options);
    PlateauProgress<T> progress;
    detail::visit_fields(progress, *loading.progress);
    loading.progress->end();

    loading.is_writing = true;
    Base::write_rates(groups.lrs, progress.lrs);
    groups.lrs = std::move(progress.lrs);
    groups.base_lrs = std::move(progress.base_lrs);
    arrive(std::move(groups), std::move(progress));
    options_ = std::move(options);
  }

  PlateauOptions<T> options_;
  PlateauProgress<T> progress_{};
  std::vector<T> reduced_{};  ///< What a reduction writes.
};

template <class O>
ReduceLROnPlateau(O&&, PlateauOptions<scalar_t<O>> = {}) -> ReduceLROnPlateau<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_REDUCE_LR_ON_PLATEAU_HPP
