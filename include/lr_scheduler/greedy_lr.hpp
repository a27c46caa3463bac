// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_GREEDY_LR_HPP
#define LR_SCHEDULER_GREEDY_LR_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/feedback.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/scheduler.hpp>

namespace lr_scheduler {

/// The options of GreedyLR.
template <Scalar T>
struct GreedyOptions {
  Mode mode = Mode::min;                              ///< Whether the metric should fall or rise.
  T factor = T(0.95L);                                ///< Factor of a fall, and 1 / factor of a rise; 0 to 1, neither.
  Count patience = 10;                                ///< Good or bad epochs in a row before the rates move.
  T threshold = T(1e-6L);                             ///< By how much a metric must beat the best.
  ThresholdMode threshold_mode = ThresholdMode::abs;  ///< What the threshold is relative to.
  Count cooldown = 0;                                 ///< Epochs after a fall that do not count.
  Count warmup = 0;                                   ///< Epochs after a rise that do not count.
  OneOrPerGroup<T> min_lr = T(1e-3L);                 ///< The lowest rate, not negative; one or one for each group.
  OneOrPerGroup<T> max_lr = T(1);                     ///< The highest rate; as min_lr.
  T eps = T(1e-8L);                                   ///< A move by no more than this is not made.
  bool smooth = false;                                ///< Whether the mean of a window stands for a metric.
  Count window_size = 50;                             ///< Metrics in that mean, 1 to 1,000,000.
  Count reset_start = 500;                            ///< Falls at min_lr, with no rise between, to begin anew.

  static constexpr std::string_view name = "GreedyLR";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mode", self.mode);
    visit("factor", self.factor);
    visit("patience", self.patience);
    visit("threshold", self.threshold);
    visit("threshold_mode", self.threshold_mode);
    visit("cooldown", self.cooldown);
    visit("warmup", self.warmup);
    visit("min_lr", self.min_lr);
    visit("max_lr", self.max_lr);
    visit("eps", self.eps);
    visit("smooth", self.smooth);
    visit("window_size", self.window_size);
    visit("reset_start", self.reset_start);
  }
  static constexpr bool needs_metric = true;
  static constexpr bool needs_base_lrs() { return true; }

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check(name);
    check.positive("factor", factor);
    if (!(factor < T(1))) check.refuse("factor", "must be less than 1", detail::text_of(factor));
    check.not_negative("patience", patience);
    check.not_negative("threshold", threshold);
    check.not_negative("cooldown", cooldown);
    check.not_negative("warmup", warmup);
    check.none_negative("min_lr", min_lr);
    check.none_negative("max_lr", max_lr);
    check.not_negative("eps", eps);
    check.positive("window_size", window_size);
    constexpr Epoch most = 1'000'000;
    if (window_size > most) check.refuse("window_size", "must be at most 1000000", detail::text_of(Epoch(window_size)));
    check.not_negative("reset_start", reset_start);
  }

  friend bool operator==(const GreedyOptions&, const GreedyOptions&) = default;
};

/// What GreedyLR has counted.
template <Scalar T>
struct GreedyCounters {
  std::optional<T> best{};
  Epoch num_bad_epochs = 0;
  Epoch num_good_epochs = 0;
  Epoch cooldown_counter = 0;
  Epoch warmup_counter = 0;
  Epoch falls_at_minimum = 0;  ///< Since the last rise.
  std::vector<T> metrics{};    ///< The window, the newest last.

  static constexpr std::string_view name = "counters";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("best", self.best);
    visit("num_bad_epochs", self.num_bad_epochs);
    visit("num_good_epochs", self.num_good_epochs);
    visit("cooldown_counter", self.cooldown_counter);
    visit("warmup_counter", self.warmup_counter);
    visit("falls_at_minimum", self.falls_at_minimum);
    visit("metrics", self.metrics);
  }

  /// Room for a window of these options.
  void fit(const GreedyOptions<T>& options) {
    if (!options.smooth) return;
    const auto size = static_cast<std::size_t>(options.window_size);
    if (metrics.size() > size) metrics.erase(metrics.begin(), metrics.end() - static_cast<std::ptrdiff_t>(size));
    metrics.reserve(size + 1);
  }
};

/// Divides the rates by factor after more than patience epochs in a row that were better than the best before, and
/// multiplies them by it after as many that were not. In the epochs of a cooldown and a warmup nothing counts, the best
/// neither. After reset_start falls at the lowest rates it begins anew: from the base rates, without a best metric. It
/// is feedback, not a curve: it moves whatever rates are there and cannot seek. A metric that is not a number is bad,
/// and not part of a mean.
///
/// Source: transformers.GreedyLR; "GreedyLR: A Novel Adaptive Learning Rate Scheduler" (arXiv:2512.14527).
template <Scalar T>
class GreedyLR : public FeedbackScheduler<GreedyOptions<T>, GreedyCounters<T>, T> {
  using Feedback = FeedbackScheduler<GreedyOptions<T>, GreedyCounters<T>, T>;

 public:
  /// Throws std::invalid_argument if an option is out of range, one that is a list of another length than the groups,
  /// or the optimizer has no groups.
  template <class O>
    requires(!std::derived_from<std::remove_cvref_t<O>, Scheduler<T>>)
  GreedyLR(O&& optimizer, GreedyOptions<T> options = {}) : GreedyLR(OptimizerRef<T>(optimizer), std::move(options)) {
    detail::require_lvalue<O>();
  }

  /// The best metric, or mean of a window; nothing before the first.
  [[nodiscard]] const std::optional<T>& best() const noexcept { return counters_.best; }
  /// Bad epochs in a row.
  [[nodiscard]] Epoch num_bad_epochs() const noexcept { return counters_.num_bad_epochs; }
  /// Good epochs in a row.
  [[nodiscard]] Epoch num_good_epochs() const noexcept { return counters_.num_good_epochs; }
  /// Epochs after a fall until they count again.
  [[nodiscard]] Epoch cooldown_counter() const noexcept { return counters_.cooldown_counter; }
  /// Epochs after a rise until they count again.
  [[nodiscard]] Epoch warmup_counter() const noexcept { return counters_.warmup_counter; }

 private:
  friend struct detail::Binder;
  using Counters = GreedyCounters<T>;
  using Groups = typename Feedback::Groups;
  using C = detail::compute_t<T>;
  using Feedback::counters_;
  using Feedback::options_;

  GreedyLR(OptimizerRef<T> optimizer, GreedyOptions<T> options) : Feedback(optimizer, std::move(options)) {
    Feedback::start();
  }

  void decide(const T& metric, Epoch, const Groups& groups, Counters& next, std::vector<T>& lrs) final {
    const T value = smoothed(metric, next);
    if (next.cooldown_counter > 0) {
      --next.cooldown_counter;
    } else if (next.warmup_counter > 0) {
      --next.warmup_counter;
    } else if (!detail::is_nan(value) && detail::is_better(value, next.best, options_)) {
      next.best = value;
      next.num_bad_epochs = 0;
      if (++next.num_good_epochs > options_.patience) rise(next, lrs);
    } else {
      next.num_good_epochs = 0;
      if (++next.num_bad_epochs > options_.patience) fall(groups, next, lrs);
    }
  }

  /// The mean of the last metrics with this one.
  [[nodiscard]] T smoothed(const T& metric, Counters& next) const {
    if (!options_.smooth || detail::is_nan(metric)) return metric;
    next.metrics.push_back(metric);
    if (next.metrics.size() > static_cast<std::size_t>(options_.window_size)) next.metrics.erase(next.metrics.begin());
    const C sum = std::accumulate(next.metrics.begin(), next.metrics.end(), C(0),
                                  [](const C& left, const T& right) { return C(left + C(right)); });
    return static_cast<T>(C(sum / C(static_cast<std::int64_t>(next.metrics.size()))));
  }

  void rise(Counters& next, std::vector<T>& lrs) const {
    for (std::size_t i = 0; i < lrs.size(); ++i) {
      const C lr = C(lrs[i]);
      const C risen = detail::smaller(C(lr / C(options_.factor)), C(options_.max_lr[i]));
      if (C(risen - lr) > C(options_.eps)) lrs[i] = static_cast<T>(risen);
    }
    next.num_good_epochs = 0;
    next.warmup_counter = options_.warmup;
    next.falls_at_minimum = 0;
  }

  void fall(const Groups& groups, Counters& next, std::vector<T>& lrs) const {
    bool all_at_minimum = true;
    for (std::size_t i = 0; i < lrs.size(); ++i) {
      const C lr = C(lrs[i]);
      const C fallen = detail::larger(C(lr * C(options_.factor)), C(options_.min_lr[i]));
      if (C(lr - fallen) > C(options_.eps)) lrs[i] = static_cast<T>(fallen);
      all_at_minimum = all_at_minimum && !(lrs[i] > options_.min_lr[i]);
    }
    next.num_bad_epochs = 0;
    if (all_at_minimum && ++next.falls_at_minimum >= options_.reset_start) {
      lrs.assign(groups.base_lrs.begin(), groups.base_lrs.end());
      next.best.reset();
      next.falls_at_minimum = 0;
      next.metrics.clear();
    }
    next.cooldown_counter = options_.cooldown;
  }
};

template <class O>
GreedyLR(O&&, GreedyOptions<scalar_t<O>> = {}) -> GreedyLR<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_GREEDY_LR_HPP
