// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULERS_REDUCE_LR_ON_PLATEAU_HPP
#define LR_SCHEDULER_SCHEDULERS_REDUCE_LR_ON_PLATEAU_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {

/// The options of ReduceLROnPlateau.
template <Scalar T>
struct PlateauOptions {
  Mode mode = Mode::min;                              ///< Whether the metric should fall or rise.
  T factor = T(0.1L);                                 ///< Factor of a reduction, 0 to below 1.
  Epoch patience = 10;                                ///< Bad epochs in a row that are tolerated.
  T threshold = T(1e-4L);                             ///< By how much a metric must beat the best.
  ThresholdMode threshold_mode = ThresholdMode::rel;  ///< Relative to the best, or absolute.
  Epoch cooldown = 0;                                 ///< Epochs after a reduction without counting.
  OneOrPerGroup<T> min_lr = T(0);                     ///< The lowest rate; one or one for each group, not negative.
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

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.not_negative("factor", factor);
    if (!(factor < T(1))) check.refuse("factor", "must be less than 1", factor);
    check.not_negative("patience", patience);
    check.not_negative("threshold", threshold);
    check.not_negative("cooldown", cooldown);
    check.each("min_lr", min_lr, [&](std::string_view field, const T& value) { check.not_negative(field, value); });
    check.not_negative("eps", eps);
  }

  friend bool operator==(const PlateauOptions&, const PlateauOptions&) = default;
};

/// Multiplies the rates by factor when a metric has not improved for more than patience epochs. It
/// is feedback, not a curve: it moves whatever rates are there, records no initial_lr and cannot
/// seek.
///
/// Source: torch.optim.lr_scheduler.ReduceLROnPlateau.
template <Scalar T>
class ReduceLROnPlateau : public Scheduler<T> {
 public:
  /// Throws std::invalid_argument if an option is out of range, min_lr is a list of another length
  /// than the groups, or the optimizer has no groups.
  template <Optimizer O>
  explicit ReduceLROnPlateau(O& optimizer, PlateauOptions<T> options = {})
      : Base(OptimizerRef<T>(optimizer)), options_(std::move(options)) {
    options_.validate();
    detail::check_groups(options_, Base::count_groups(optimizer_, options_.name));
    sync_groups();
  }

  /// One epoch with this metric: there is no step() without one. Throws std::invalid_argument for a
  /// metric that is not a number where nan_policy is error, and where the groups no longer fit
  /// min_lr.
  void step(T metric) { Base::step(metric); }

  [[nodiscard]] const PlateauOptions<T>& options() const noexcept { return options_; }
  /// The best metric; nothing before the first.
  [[nodiscard]] const std::optional<T>& best() const noexcept { return best_; }
  /// Epochs since the best metric, the last reduction or the end of its cooldown.
  [[nodiscard]] Epoch num_bad_epochs() const noexcept { return num_bad_epochs_; }
  /// Epochs until bad ones count again.
  [[nodiscard]] Epoch cooldown_counter() const noexcept { return cooldown_counter_; }

 private:
  using Base = Scheduler<T>;
  using Base::base_lrs_;
  using Base::last_epoch_;
  using Base::lrs_;
  using Base::optimizer_;
  using C = detail::compute_t<T>;

  void sync_groups() {
    const std::size_t groups = optimizer_.size();
    if (groups != lrs_.size()) {
      detail::check_groups(options_, groups);
      Base::check_new_groups(groups, options_.name);
      const std::size_t known = lrs_.size();
      base_lrs_.resize(groups);
      lrs_.resize(groups);
      for (std::size_t i = known; i < groups; ++i) base_lrs_[i] = Base::base_lr_of_group(i);
    }
    optimizer_.read(0, lrs_);
  }

  void advance(const T* metric) override {
    if (metric == nullptr) {
      throw std::logic_error("ReduceLROnPlateau: step() needs a metric, call step(metric)");
    }
    const bool is_nan = detail::is_nan(*metric);
    if (is_nan && options_.nan_policy == NanPolicy::error) {
      throw std::invalid_argument("ReduceLROnPlateau: the metric of epoch " + std::to_string(last_epoch_ + 1) +
                                  " is not a number");
    }
    sync_groups();
    if (is_nan && options_.nan_policy == NanPolicy::ignore) {
      ++last_epoch_;
      return;
    }

    const bool is_good = !is_nan && is_better(*metric);
    Epoch num_bad_epochs = is_good || cooldown_counter_ > 0 ? 0 : num_bad_epochs_ + 1;
    Epoch cooldown_counter = std::max<Epoch>(cooldown_counter_ - 1, 0);
    if (num_bad_epochs > options_.patience) {
      reduce();
      cooldown_counter = options_.cooldown;
      num_bad_epochs = 0;
    }
    ++last_epoch_;
    if (is_good) best_ = *metric;
    num_bad_epochs_ = num_bad_epochs;
    cooldown_counter_ = cooldown_counter;
  }

  [[nodiscard]] bool is_better(const T& metric) const {
    const C value = C(metric);
    const bool falls = options_.mode == Mode::min;
    if (!best_) {
      // PyTorch compares with infinity: any metric but that one is better. A relative threshold of
      // 1 or more leaves nothing of it, and no metric is.
      if (falls && options_.threshold_mode == ThresholdMode::rel && options_.threshold >= T(1)) {
        return false;
      }
      return detail::is_finite(metric) || (metric < T(0)) == falls;
    }
    const C best = C(*best_);
    const C threshold = C(options_.threshold);
    if (options_.threshold_mode == ThresholdMode::rel) {
      return falls ? value < C(best * (C(1) - threshold)) : value > C(best * (threshold + C(1)));
    }
    return falls ? value < C(best - threshold) : value > C(best + threshold);
  }

  void reduce() {
    for (std::size_t i = 0; i < lrs_.size(); ++i) {
      const C old_lr = C(lrs_[i]);
      const C new_lr = std::max(C(old_lr * C(options_.factor)), C(options_.min_lr[i]));
      if (C(old_lr - new_lr) > C(options_.eps)) {
        const T lr = static_cast<T>(new_lr);
        optimizer_.write(i, {&lr, 1}, {&lrs_[i], 1});
      }
    }
  }

  void jump(Epoch) override { refuse_to_seek(); }
  void jump_time(double) override { refuse_to_seek(); }
  [[noreturn]] static void refuse_to_seek() {
    throw std::logic_error("ReduceLROnPlateau: cannot seek, the rates depend on the metrics");
  }

  [[nodiscard]] StateDict saved_options() const override { return detail::options_of(options_); }

  [[nodiscard]] StateDict progress() const override {
    StateDict progress = Base::common_progress();
    progress.set("best", detail::encode(best_));
    progress.set("num_bad_epochs", num_bad_epochs_);
    progress.set("cooldown_counter", cooldown_counter_);
    return progress;
  }

  void load(const StateDict& saved, const StateDict& progress, int digits, OnMismatch on_mismatch) override {
    PlateauOptions<T> options = options_;
    detail::merge_options(options, saved, on_mismatch, digits, "options");
    options.validate();
    Base::check_keys(progress, {"last_epoch", "base_lrs", "lrs", "best", "num_bad_epochs", "cooldown_counter"},
                     "progress");
    const auto common = Base::read_common(progress);
    detail::check_groups(options, common.lrs.size());
    std::optional<T> best;
    Base::read(progress, "best", best);
    const Epoch num_bad_epochs = read_count(progress, "num_bad_epochs");
    const Epoch cooldown_counter = read_count(progress, "cooldown_counter");

    Base::commit(common);
    options_ = std::move(options);
    best_ = best;
    num_bad_epochs_ = num_bad_epochs;
    cooldown_counter_ = cooldown_counter;
  }

  [[nodiscard]] static Epoch read_count(const StateDict& progress, std::string_view key) {
    Epoch count = 0;
    Base::read(progress, key, count);
    if (count < 0) detail::expected(detail::join("progress", key), "0 or more", StateValue(count));
    return count;
  }

  PlateauOptions<T> options_;
  std::optional<T> best_;
  Epoch num_bad_epochs_ = 0;
  Epoch cooldown_counter_ = 0;
};

template <Optimizer O>
ReduceLROnPlateau(O&, PlateauOptions<scalar_t<O>> = {}) -> ReduceLROnPlateau<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULERS_REDUCE_LR_ON_PLATEAU_HPP
