// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_LR_FINDER_HPP
#define LR_SCHEDULER_LR_FINDER_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/schedules/anneal.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// How a range test goes from its first rate to its last: by the same factor with each update, or by the same amount.
enum class StepMode { exp, linear };

/// The options of LRFinder, under the names of torch_lr_finder.
template <Scalar T>
struct LRFinderOptions {
  T start_lr = T(1e-7L);               ///< The rate of the first update, positive.
  T end_lr = T(10);                    ///< The rate of the last update, greater.
  Count num_iter = 100;                ///< How many updates there are, at least 2.
  StepMode step_mode = StepMode::exp;  ///< The way from start_lr to end_lr.
  T smooth_f = T(0.05L);               ///< Weight of a loss in the smoothed one, 0 to below 1; 0 does not smooth.
  T diverge_th = T(5);                 ///< A smoothed loss of more than this times the best is the end, above 1.
  Count skip_start = 10;               ///< Updates at the start that suggestions leave out, not negative,
  Count skip_end = 5;                  ///< and at the end.

  /// Throws std::invalid_argument if an option is out of range.
  void validate() const {
    const detail::Check check("LRFinder");
    check.positive("start_lr", start_lr);
    check.positive("end_lr", end_lr);
    if (!(end_lr > start_lr)) {
      check.refuse("end_lr", "must be greater than start_lr, " + detail::text_of(start_lr), detail::text_of(end_lr));
    }
    if (num_iter < 2) check.refuse("num_iter", "must be at least 2", detail::text_of(Epoch(num_iter)));
    check.not_negative("smooth_f", smooth_f);
    if (!(smooth_f < T(1))) check.refuse("smooth_f", "must be less than 1", detail::text_of(smooth_f));
    check.positive("diverge_th", diverge_th);
    if (!(diverge_th > T(1))) check.refuse("diverge_th", "must be greater than 1", detail::text_of(diverge_th));
    check.not_negative("skip_start", skip_start);
    check.not_negative("skip_end", skip_end);
  }
};

/// The learning-rate range test: updates with a rate that grows from one to the next, and what loss each has.
///
///     lr_scheduler::LRFinder finder{optimizer, {.end_lr = 1}};
///     while (finder.step(update())) {}
///     const std::optional<double> lr = finder.valley();
///
/// Afterwards the optimizer's rates are as they were before, its weights and its own state are not: put copies back. Of
/// several groups the one with the largest rate has the rates of the test and the others keep their ratio to it; where
/// all rates are 0, all have them. Schedulers of the optimizer go on as if there had been no test, if they are not
/// stepped before it is over.
///
/// The finder refers to the optimizer, which must outlive it, and is neither copied nor moved.
///
/// Source: Smith 2015, arXiv:1506.01186; torch_lr_finder, and fastai's lr_find for the suggestions.
template <Scalar T>
class LRFinder {
 public:
  using scalar_type = T;

  /// Sets the rate of the first update. Throws std::invalid_argument, the optimizer untouched, if an option is out of
  /// range, a rate of the optimizer is negative or not finite, or it has no groups.
  template <class O>
    requires(!std::same_as<std::remove_cvref_t<O>, LRFinder>)
  explicit LRFinder(O&& optimizer, LRFinderOptions<T> options = {})
      : options_(std::move(options)), rates_(OptimizerRef<T>(optimizer)) {
    detail::require_lvalue<O>();
    options_.validate();
    rates_.write(sweep());
  }

  /// Takes the loss of an update and sets the rate of the next. Returns false where there is none: after num_iter
  /// updates, where the smoothed loss has diverged, and for a loss that is not finite, which is not kept. The rates are
  /// then as they were before the test. Throws std::logic_error where it is over already, std::invalid_argument where
  /// groups were added or removed, and what the optimizer throws.
  bool step(T loss) {
    if (is_over()) throw std::logic_error("LRFinder: the test is over");
    const T smoothed = smooth(loss);
    if (!detail::is_finite(smoothed)) {
      reset();
      return false;
    }
    for (std::vector<T>* const history : {&lrs_, &losses_, &smoothed_losses_}) {  // all of them grow, or none
      if (history->size() == history->capacity()) history->reserve(2 * history->size() + 8);
    }
    if (losses_.empty() || smoothed < best_) best_ = smoothed;
    lrs_.push_back(sweep()(T(1)));
    losses_.push_back(loss);
    smoothed_losses_.push_back(smoothed);
    if (has_diverged(smoothed) || static_cast<Epoch>(losses_.size()) == options_.num_iter) {
      reset();
    } else {
      rates_.write(sweep());
    }
    return !is_over();
  }

  /// Ends the test: the rates are as they were before it. The history stays.
  void reset() { rates_.put_back(); }
  [[nodiscard]] bool is_over() const noexcept { return rates_.are_back(); }

  /// The history: for each update its rate, its loss and the smoothed loss. The spans are valid until the next step.
  [[nodiscard]] std::span<const T> lrs() const noexcept { return lrs_; }
  [[nodiscard]] std::span<const T> losses() const noexcept { return losses_; }
  [[nodiscard]] std::span<const T> smoothed_losses() const noexcept { return smoothed_losses_; }

  // Suggestions, from the smoothed losses without the first skip_start and the last skip_end; nothing where these are
  // too few or never fall.

  /// The rate at which the loss falls the fastest, over the logarithm of the rate, on the way to its minimum: a fall
  /// after it is the end of a divergence.
  [[nodiscard]] std::optional<T> steepest() const {
    std::optional<T> suggestion;
    double lowest = 0;
    const std::size_t end = index_of_minimum();
    for (std::size_t i = range().first; i < end; ++i) {
      const double fall = static_cast<double>(smoothed_losses_[i + 1]) - static_cast<double>(smoothed_losses_[i]);
      const double slope = fall / std::log(static_cast<double>(lrs_[i + 1]) / static_cast<double>(lrs_[i]));
      if (slope < lowest) {
        lowest = slope;
        suggestion = lrs_[i];
      }
    }
    return suggestion;
  }

  /// The rate in the middle of the longest valley, the longest run of losses each of which is below the one before;
  /// losses between them may be higher. What fastai suggests.
  [[nodiscard]] std::optional<T> valley() const {
    const auto [begin, end] = range();
    std::vector<std::size_t> lengths(end, 1);  // of the longest run that ends there
    std::size_t deepest = begin;
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t k = begin; k < i; ++k) {
        if (smoothed_losses_[i] < smoothed_losses_[k]) lengths[i] = std::max(lengths[i], lengths[k] + 1);
      }
      if (lengths[i] > lengths[deepest]) deepest = i;
    }
    if (deepest == begin) return std::nullopt;
    const std::size_t length = lengths[deepest];
    const std::size_t middle = deepest + length / 3 + length / 6;  // fastai's, from one before the valley's first
    return lrs_[std::max(middle, begin + length) - length];
  }

  /// A tenth of the rate with the lowest loss.
  [[nodiscard]] std::optional<T> minimum() const {
    using C = detail::compute_t<T>;
    const std::size_t lowest = index_of_minimum();
    if (lowest == range().first) return std::nullopt;
    return static_cast<T>(C(C(lrs_[lowest]) / C(10)));
  }

 private:
  /// The rates of an optimizer before the test. They are put back at the end of its life at the latest, when an
  /// exception passes too.
  class KeptRates {
   public:
    explicit KeptRates(OptimizerRef<T> optimizer) : optimizer_(optimizer), before_(optimizer.size()) {
      const detail::Check check("LRFinder");
      if (before_.empty()) check.refuse("the optimizer has no parameter groups");
      optimizer_.read(before_);
      check.none_negative("lr", before_);
      const T largest = *std::max_element(before_.begin(), before_.end());
      for (const T& lr : before_) {
        using C = detail::compute_t<T>;
        shares_.push_back(largest > T(0) ? static_cast<T>(C(C(lr) / C(largest))) : T(1));
      }
    }
    KeptRates(const KeptRates&) = delete;
    KeptRates& operator=(const KeptRates&) = delete;
    ~KeptRates() {
      for (std::size_t i = 0; !are_back_ && i < before_.size(); ++i) {
        try {
          put_back(i);
        } catch (...) {  // others are put back all the same
        }
      }
    }

    void write(const Factor<T>& lr) const {
      if (optimizer_.size() != shares_.size()) {
        detail::Check("LRFinder")
            .refuse("the optimizer had " + std::to_string(shares_.size()) +
                    " parameter groups when the test began, now it has " + std::to_string(optimizer_.size()));
      }
      for (std::size_t i = 0; i < shares_.size(); ++i) optimizer_.set_lr(i, lr(shares_[i]));
    }
    void put_back() {
      for (std::size_t i = 0; !are_back_ && i < before_.size(); ++i) put_back(i);
      are_back_ = true;
    }
    [[nodiscard]] bool are_back() const noexcept { return are_back_; }

   private:
    void put_back(std::size_t i) const {
      if (i < optimizer_.size() && detail::bits_differ(optimizer_.lr(i), before_[i])) optimizer_.set_lr(i, before_[i]);
    }

    OptimizerRef<T> optimizer_;
    std::vector<T> before_;
    std::vector<T> shares_{};  ///< Of the largest rate.
    bool are_back_ = false;
  };

  /// The rate of the next update, as a factor of a group's share.
  [[nodiscard]] Factor<T> sweep() const {
    const schedule::Anneal<T> way{.steps = Epoch(options_.num_iter) - 1,
                                  .shape = options_.step_mode == StepMode::exp ? Shape::geometric : Shape::linear,
                                  .start_factor = options_.start_lr,
                                  .end_factor = options_.end_lr};
    return way.at(Time(static_cast<Epoch>(losses_.size())));
  }

  [[nodiscard]] T smooth(const T& loss) const {
    using C = detail::compute_t<T>;
    if (losses_.empty() || options_.smooth_f == T(0)) return loss;
    const C weight = C(options_.smooth_f);
    return static_cast<T>(C(weight * C(loss) + (C(1) - weight) * C(smoothed_losses_.back())));
  }

  /// Losses may be negative, and the threshold then lies above the best all the same.
  [[nodiscard]] bool has_diverged(const T& smoothed) const {
    using C = detail::compute_t<T>;
    const C best = C(best_);
    const C margin = C((C(options_.diverge_th) - C(1)) * (best < C(0) ? C(-best) : best));
    return C(smoothed) > C(best + margin);
  }

  /// The updates that suggestions are made from: the first, and the one after the last.
  [[nodiscard]] std::pair<std::size_t, std::size_t> range() const noexcept {
    const std::size_t count = losses_.size();
    const auto begin = std::min(static_cast<std::size_t>(Epoch(options_.skip_start)), count);
    const auto skipped_end = std::min(static_cast<std::size_t>(Epoch(options_.skip_end)), count - begin);
    return {begin, count - skipped_end};
  }

  /// Where the lowest of these is; the first of them where there are none.
  [[nodiscard]] std::size_t index_of_minimum() const noexcept {
    const auto [begin, end] = range();
    const T* const losses = smoothed_losses_.data();
    return static_cast<std::size_t>(std::min_element(losses + begin, losses + end) - losses);
  }

  LRFinderOptions<T> options_;
  KeptRates rates_;
  std::vector<T> lrs_{};
  std::vector<T> losses_{};
  std::vector<T> smoothed_losses_{};
  T best_{};  ///< The lowest of them.
};

template <class O>
LRFinder(O&&, LRFinderOptions<scalar_t<O>> = {}) -> LRFinder<scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_LR_FINDER_HPP
