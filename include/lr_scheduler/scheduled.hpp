// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULED_HPP
#define LR_SCHEDULER_SCHEDULED_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {

/// A schedule bound to an optimizer. It remembers, for each group, the rate that it left there and
/// whether that is on the schedule's closed form. At a step, a rate that still reads the same and
/// was on the curve moves along the closed form, at(t); one that something else moved (another
/// scheduler, the user) moves by the chainable form, next(t, lr), from what is there. A schedule
/// that knows only one of the two forms always uses that.
template <class S, Scalar T>
  requires Schedule<S, T>
class Scheduled : public Scheduler<T> {
 public:
  using schedule_type = S;

  /// Applies the rate of epoch 0. Throws std::invalid_argument, the optimizer untouched, if an
  /// option is out of range, a list of another length than the groups, or the optimizer has no
  /// groups or, where the schedule drives it, no momentum.
  template <Optimizer O>
  Scheduled(O& optimizer, S schedule)
      : Scheduler<T>(OptimizerRef<T>(optimizer)),
        schedule_(std::move(schedule)),
        move_along_curve_(&Scheduled::template move_along_curve<O>) {
    begin();
  }
  template <Optimizer O>
    requires std::default_initializable<S>
  explicit Scheduled(O& optimizer) : Scheduled(optimizer, S{}) {}

  [[nodiscard]] const S& schedule() const noexcept { return schedule_; }

 private:
  using Base = Scheduler<T>;
  using Common = typename Base::Common;
  using Base::base_lrs_;
  using Base::last_epoch_;
  using Base::lrs_;
  using Base::optimizer_;

  static constexpr std::size_t block_size =
      std::max<std::size_t>(1, 4096 / sizeof(T));  // stays in the first-level cache

  void begin() {
    detail::validate(schedule_);
    const std::size_t groups = Base::count_groups(optimizer_, detail::name_of(schedule_));
    check_fits(schedule_, groups);
    Base::check_new_groups(groups, detail::name_of(schedule_));
    look_at_schedule();
    take_in(groups);
    for (std::size_t i = 0; i < groups; ++i) {
      if (Chainable<S, T> && lrs_[i] != base_lrs_[i]) on_curve_[i] = 0;
    }
    count_off_curve();
    move_to(0);
    for (std::size_t i = 0; i < groups; ++i) record_initial_lr(i);
  }

  void look_at_schedule() {
    has_closed_form_ = detail::has_closed_form<T>(schedule_);
    cycles_momentum_ = detail::cycles_momentum<T>(schedule_);
    never_throws_ = detail::never_throws<T>(schedule_);
    is_plain_ = has_closed_form_ && never_throws_ && !cycles_momentum_;
  }

  /// Whether a group may be on the curve. One that knows no other form always is.
  [[nodiscard]] static bool has_curve(const S& schedule, std::size_t i) {
    return !Chainable<S, T> || detail::has_closed_form<T>(schedule, i);
  }

  /// Throws where the schedule does not fit an optimizer with this many groups.
  void check_fits(const S& schedule, std::size_t groups) const {
    detail::check_groups(schedule, groups);
    if (!detail::cycles_momentum<T>(schedule)) return;
    for (std::size_t i = 0; i < groups; ++i) {
      if (detail::cycles_momentum<T>(schedule, i) && !optimizer_.momentum(i)) {
        throw std::invalid_argument(std::string(detail::name_of(schedule)) +
                                    ": cycle_momentum is true, but parameter group " + std::to_string(i) +
                                    " has no momentum");
      }
    }
  }

  /// Takes in groups that the optimizer has gained, on the curve, and drops those that it has lost.
  /// Those that are left have then moved up, with their recorded base rate.
  void take_in(std::size_t groups) {
    const std::size_t known = lrs_.size();
    base_lrs_.resize(groups);
    lrs_.resize(groups);
    on_curve_.resize(groups);
    scratch_.resize(never_throws_ ? std::min(groups, block_size) : groups);
    if (cycles_momentum_) momentums_.resize(groups);
    for (std::size_t i = known; i < groups; ++i) {
      lrs_[i] = Base::lr_of_group(i);
      base_lrs_[i] = base_lr_of(i);
      on_curve_[i] = has_curve(schedule_, i);
    }
    if (groups < known) {
      for (std::size_t i = 0; i < groups; ++i) {
        if (optimizer_.initial_lr(i)) base_lrs_[i] = base_lr_of(i);
      }
    }
    count_off_curve();
  }

  [[nodiscard]] T base_lr_of(std::size_t i) const {
    return detail::initial_lr<T>(schedule_, Group<T>(Base::base_lr_of_group(i), i));
  }

  void record_initial_lr(std::size_t i) {
    if (!optimizer_.initial_lr(i)) optimizer_.set_initial_lr(i, base_lrs_[i]);
  }

  void sync_groups() {
    const std::size_t groups = optimizer_.size();
    const std::size_t known = lrs_.size();
    if (groups == known) return;
    check_fits(schedule_, groups);
    Base::check_new_groups(groups, detail::name_of(schedule_));
    take_in(groups);
    for (std::size_t i = known; i < groups; ++i) record_initial_lr(i);
  }

  void advance(const T*) override {
    const Epoch t = last_epoch_ + 1;
    const std::size_t moved = is_plain_ && off_curve_ == 0 && fraction_ == 0 ? move_along_curve_(*this, t) : 0;
    if (moved != 0 && moved == lrs_.size()) {
      last_epoch_ = t;
      return;
    }
    sync_groups();
    if (fraction_ == 0) {
      move_to(t, moved);
    } else {
      move_to_time(t, fraction_);
    }
  }

  void jump([[maybe_unused]] Epoch t) override {
    if (!has_closed_form_) refuse_to_seek("closed form");
    if constexpr (ClosedForm<S, T>) {
      sync_groups();
      const auto curve = detail::at_curve<T>(schedule_, t);
      write_rates([&](std::span<T> out, std::span<const T> base_lrs, std::span<const T>,
                      std::size_t first) { detail::apply<T>(curve, out, base_lrs, first); },
                  [&](const Group<T>& group) { return momentum_of(schedule_, t, 0, group); });
      arrive(t, 0);
      all_on_curve();
    }
  }

  void jump_time(double t) override {
    if (!detail::is_continuous<T>(schedule_)) refuse_to_seek("continuous closed form");
    sync_groups();
    const auto epoch = static_cast<Epoch>(std::floor(t));
    const double fraction = t - std::floor(t);
    if (fraction == 0) {
      jump(epoch);
    } else {
      move_to_time(epoch, fraction);
    }
  }

  [[noreturn]] void refuse_to_seek(const char* what) const {
    throw std::logic_error(std::string(detail::name_of(schedule_)) + ": cannot seek without a " + what);
  }

  /// One step of the rule, for the groups from the first on.
  void move_to(Epoch t, [[maybe_unused]] std::size_t first_group = 0) {
    const auto momentum = [&](const Group<T>& group) { return momentum_of(schedule_, t, 0, group); };
    if constexpr (!Chainable<S, T>) {
      const auto curve = detail::at_curve<T>(schedule_, t);
      write_rates([&](std::span<T> out, std::span<const T> base_lrs, std::span<const T>,
                      std::size_t first) { detail::apply<T>(curve, out, base_lrs, first); },
                  momentum);
    } else if constexpr (!ClosedForm<S, T>) {
      const auto curve = detail::next_curve<T>(schedule_, t);
      write_rates(
          [&](std::span<T> out, std::span<const T> base_lrs, std::span<const T>, std::size_t first) {
            optimizer_.read(first, out);
            detail::apply<T>(curve, out, base_lrs, first);
          },
          momentum);
    } else {
      // Made when a group needs them: a curve costs a cos or a pow.
      std::optional<decltype(detail::at_curve<T>(schedule_, t))> at;
      std::optional<decltype(detail::next_curve<T>(schedule_, t))> next;
      const auto closed_form = [&]() -> const auto& {
        if (!at) at.emplace(detail::at_curve<T>(schedule_, t));
        return *at;
      };
      const auto chainable = [&]() -> const auto& {
        if (!next) next.emplace(detail::next_curve<T>(schedule_, t));
        return *next;
      };
      write_rates(
          [&](std::span<T> out, std::span<const T> base_lrs, std::span<const T> left_there, std::size_t first) {
            optimizer_.read(first, out);
            const std::size_t on_curve = off_curve_ < lrs_.size() ? count_on_curve(out, left_there, first) : 0;
            if (on_curve == out.size()) {
              detail::apply<T>(closed_form(), out, base_lrs, first);
            } else if (on_curve == 0) {
              detail::apply<T>(chainable(), out, base_lrs, first);
            } else {
              for (std::size_t i = 0; i < out.size(); ++i) {
                const Group<T> group(base_lrs[i], first + i);
                out[i] = on_curve_[first + i] ? detail::evaluate(closed_form(), out[i], group)
                                              : detail::evaluate(chainable(), out[i], group);
              }
            }
          },
          momentum, first_group);
    }
    arrive(t, 0);
  }

  /// Between epochs there is no chainable form: all groups follow the closed one.
  void move_to_time([[maybe_unused]] Epoch epoch, [[maybe_unused]] double fraction) {
    if constexpr (Continuous<S, T>) {
      const double t = static_cast<double>(epoch) + fraction;
      write_rates(
          [&](std::span<T> out, std::span<const T> base_lrs, std::span<const T>, std::size_t first) {
            for (std::size_t i = 0; i < out.size(); ++i) {
              out[i] = static_cast<T>(schedule_.at_time(t, Group<T>(base_lrs[i], first + i)));
            }
          },
          [&](const Group<T>& group) { return momentum_of(schedule_, epoch, fraction, group); });
      arrive(epoch, fraction);
      all_on_curve();
    }
  }

  /// The step of nearly every run, for an optimizer of type O: moves groups that are on the curve
  /// and that nobody else has moved, block by block. Returns how many it has moved; the others, and
  /// all where groups were added or removed, are left to move_to().
  template <class O>
  static std::size_t move_along_curve(Scheduled& self, Epoch t) {
    using Traits = optimizer_traits<O>;
    const std::size_t groups = self.lrs_.size();
    O& optimizer = *static_cast<O*>(self.optimizer_.address());
    if constexpr (ClosedForm<S, T>) {
      if (static_cast<std::size_t>(Traits::size(optimizer)) != groups) return 0;
      const auto curve = detail::at_curve<T>(self.schedule_, t);
      constexpr bool is_erased = requires { curve.apply({}, {}, 0); };
      for (std::size_t first = 0; first < groups; first += block_size) {
        const std::size_t count = std::min(block_size, groups - first);
        const T* const base_lrs = self.base_lrs_.data() + first;
        T* const left_there = self.lrs_.data() + first;
        detail::difference_t<T> difference{};
        for (std::size_t i = 0; i < count; ++i) {
          difference |= detail::difference(static_cast<T>(Traits::lr(optimizer, first + i)), left_there[i]);
        }
        if (difference != 0) return first;
        T* const scratch = self.scratch_.data();
        if constexpr (is_erased) curve.apply({scratch, count}, {base_lrs, count}, first);
        const auto lr_of_group = [&](std::size_t i) {
          if constexpr (is_erased) {
            return scratch[i];
          } else {
            return static_cast<T>(curve(Group<T>(base_lrs[i], first + i)));
          }
        };
        for (std::size_t i = 0; i < count; ++i) {
          Traits::set_lr(optimizer, first + i, static_cast<scalar_t<O>>(lr_of_group(i)));
          left_there[i] = static_cast<T>(Traits::lr(optimizer, first + i));
        }
      }
    }
    return groups;
  }

  /// Marks the groups whose rate something else has moved; returns how many are on the curve.
  std::size_t count_on_curve(std::span<const T> lrs, std::span<const T> left_there, std::size_t first) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < lrs.size(); ++i) {
      auto& on_curve = on_curve_[first + i];
      if (on_curve && detail::difference(lrs[i], left_there[i]) != 0) {
        on_curve = 0;
        ++off_curve_;
      }
      count += on_curve;
    }
    return count;
  }

  /// Has evaluate(out, base_lrs, left_there, first) fill one block of groups after the other and
  /// writes them, from the first on. A block is all groups where evaluate may throw, so that it
  /// throws before anything is changed.
  template <class Evaluate, class Momentum>
  void write_rates(const Evaluate& evaluate, const Momentum& momentum, std::size_t first_group = 0) {
    if (cycles_momentum_) {
      for (std::size_t i = 0; i < lrs_.size(); ++i) {
        momentums_[i] = momentum(Group<T>(base_lrs_[i], i));
      }
    }
    const std::span<T> left_there(lrs_);
    const std::span<const T> base_lrs(base_lrs_);
    for (std::size_t first = first_group; first < lrs_.size(); first += scratch_.size()) {
      const std::size_t count = std::min(scratch_.size(), lrs_.size() - first);
      const auto block = [&](auto groups) { return groups.subspan(first, count); };
      const std::span<T> out(scratch_.data(), count);
      evaluate(out, block(base_lrs), block(left_there), first);
      optimizer_.write(first, out, block(left_there));
    }
    if (cycles_momentum_) write_momentums(momentums_);
  }

  void write_momentums(const std::vector<std::optional<T>>& momentums) {
    for (std::size_t i = 0; i < momentums.size(); ++i) {
      if (momentums[i]) optimizer_.set_momentum(i, *momentums[i]);
    }
  }

  void arrive(Epoch t, double fraction) noexcept {
    last_epoch_ = t;
    fraction_ = fraction;
  }

  void all_on_curve() {
    std::fill(on_curve_.begin(), on_curve_.end(), static_cast<unsigned char>(1));
    off_curve_ = 0;
  }

  void count_off_curve() { off_curve_ = static_cast<std::size_t>(std::count(on_curve_.begin(), on_curve_.end(), 0)); }

  [[nodiscard]] StateDict saved_options() const override { return detail::options_of(schedule_); }

  [[nodiscard]] StateDict progress() const override {
    StateDict progress = Base::common_progress();
    progress.set("fraction", fraction_);
    const std::size_t groups = optimizer_.size();
    StateValue::List on_curve;
    StateValue::List momentums;
    for (std::size_t i = 0; i < groups; ++i) {
      on_curve.emplace_back(i < lrs_.size() ? on_curve_[i] && detail::difference(Base::lr_of_group(i), lrs_[i]) == 0
                                            : has_curve(schedule_, i));
      if (cycles_momentum_) momentums.push_back(detail::encode(optimizer_.momentum(i)));
    }
    progress.set("on_curve", std::move(on_curve));
    if (cycles_momentum_) progress.set("momentums", std::move(momentums));
    return progress;
  }

  void load(const StateDict& options, const StateDict& progress, int digits, OnMismatch on_mismatch) override {
    S schedule = schedule_;
    const bool same = detail::merge_options(schedule, options, on_mismatch, digits, "options");
    detail::validate(schedule);
    Base::check_keys(progress, {"last_epoch", "base_lrs", "lrs", "fraction", "on_curve", "momentums"}, "progress");
    Common common = Base::read_common(progress);
    const std::size_t groups = common.lrs.size();
    check_fits(schedule, groups);
    double fraction = 0;
    Base::read(progress, "fraction", fraction);
    if (!detail::is_finite(fraction) || fraction < 0 || fraction >= 1) {
      detail::expected("progress.fraction", "at least 0 and less than 1", StateValue(fraction));
    }
    if (fraction != 0 && !detail::is_continuous<T>(schedule)) {
      detail::expected("progress.fraction", "0 for a schedule that is not continuous", StateValue(fraction));
    }
    const std::vector<unsigned char> on_curve = read_on_curve(schedule, options, progress, common, fraction);
    std::vector<std::optional<T>> momentums;
    const bool cycles_momentum = detail::cycles_momentum<T>(schedule);
    const bool joins = !same && on_mismatch == OnMismatch::keep_constructed;
    if (cycles_momentum && !joins && progress.find("momentums") != nullptr) {
      Base::read(progress, "momentums", momentums);
      Base::check_count("momentums", momentums.size());
      Base::check_each("momentums", momentums, "a momentum, at least 0 and less than 1",
                       [](const std::optional<T>& momentum) { return !momentum || detail::is_momentum(*momentum); });
    } else if (cycles_momentum) {
      for (std::size_t i = 0; i < groups; ++i) {
        momentums.push_back(momentum_of(schedule, common.last_epoch, fraction, Group<T>(common.base_lrs[i], i)));
      }
    }
    for (std::size_t i = 0; i < groups; ++i) {
      if (!joins || !on_curve[i]) continue;
      common.lrs[i] = lr_of(schedule, common.last_epoch, fraction, Group<T>(common.base_lrs[i], i));
    }

    Base::commit(common);
    schedule_ = std::move(schedule);
    look_at_schedule();
    on_curve_ = on_curve;
    fraction_ = fraction;
    take_in(groups);
    if (cycles_momentum_) write_momentums(momentums);
    for (std::size_t i = 0; i < groups; ++i) optimizer_.set_initial_lr(i, base_lrs_[i]);
  }

  /// Which groups are on the curve. Where the state leaves it open, PyTorch's does, those are that
  /// PyTorch's rounding has not moved further from it than 1e-6 relative.
  [[nodiscard]] std::vector<unsigned char> read_on_curve(const S& schedule, const StateDict& options,
                                                         const StateDict& progress, const Common& common,
                                                         double fraction) const {
    const std::string path = "progress.on_curve";
    const StateValue& value = detail::expect_key(progress, "on_curve", "progress");
    const auto* list = value.template get_if<StateValue::List>();
    if (list == nullptr) detail::expected(path, "a list", value);
    Base::check_count("on_curve", list->size());
    std::vector<unsigned char> on_curve(list->size(), 0);
    for (std::size_t i = 0; i < list->size(); ++i) {
      bool flag = has_curve(schedule, i);
      if (Chainable<S, T> && flag) {
        if ((*list)[i].is_none()) {
          S saved = schedule_;
          detail::merge_options(saved, options, OnMismatch::take_saved, std::numeric_limits<T>::digits, "options");
          detail::validate(saved);
          detail::check_groups(saved, list->size());
          flag = is_near_curve(saved, common.last_epoch, fraction, Group<T>(common.base_lrs[i], i), common.lrs[i]);
        } else {
          detail::decode((*list)[i], flag, detail::join(path, i));
        }
      }
      on_curve[i] = flag ? 1 : 0;
    }
    return on_curve;
  }

  static bool is_near_curve(const S& schedule, Epoch t, double fraction, const Group<T>& group, const T& lr) {
    using C = detail::compute_t<T>;
    if (!detail::has_closed_form<T>(schedule, group.index)) return false;
    const C exact = C(lr_of(schedule, t, fraction, group));
    const auto magnitude = [](const C& x) { return x < C(0) ? C(-x) : x; };
    return magnitude(C(C(lr) - exact)) <= C(C(1e-6) * magnitude(exact) + C(1e-12) * magnitude(C(group.base_lr)));
  }

  /// The closed form, which is there.
  static T lr_of([[maybe_unused]] const S& schedule, [[maybe_unused]] Epoch t, [[maybe_unused]] double fraction,
                 const Group<T>& group) {
    if constexpr (Continuous<S, T>) {
      if (fraction != 0) {
        return static_cast<T>(schedule.at_time(static_cast<double>(t) + fraction, group));
      }
    }
    if constexpr (ClosedForm<S, T>) {
      return detail::evaluate(detail::at_curve<T>(schedule, t), group.base_lr, group);
    } else {
      return group.base_lr;
    }
  }

  static std::optional<T> momentum_of([[maybe_unused]] const S& schedule, [[maybe_unused]] Epoch t,
                                      [[maybe_unused]] double fraction, [[maybe_unused]] const Group<T>& group) {
    if constexpr (DrivesMomentum<S, T>) {
      return fraction == 0 ? schedule.momentum_at(t, group)
                           : schedule.momentum_at_time(static_cast<double>(t) + fraction, group);
    } else {
      return std::nullopt;
    }
  }

  S schedule_;
  std::size_t (*move_along_curve_)(Scheduled&, Epoch);
  double fraction_ = 0;
  bool has_closed_form_ = false;
  bool cycles_momentum_ = false;
  bool never_throws_ = true;
  bool is_plain_ = false;                ///< Whether move_along_curve() will do.
  std::size_t off_curve_ = 0;            ///< How many of on_curve_ are 0.
  std::vector<unsigned char> on_curve_;  ///< One for each group; not vector<bool>, for speed.
  std::vector<T> scratch_;               ///< One block of rates.
  std::vector<std::optional<T>> momentums_;
};

template <Optimizer O, class S>
Scheduled(O&, S) -> Scheduled<S, scalar_t<O>>;

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULED_HPP
