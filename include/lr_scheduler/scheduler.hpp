// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULER_HPP
#define LR_SCHEDULER_SCHEDULER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {

/// Moves the rates of an optimizer's parameter groups; the base of all schedulers, as PyTorch's
/// LRScheduler. It refers to the optimizer, which must outlive it.
template <Scalar T>
class Scheduler {
 public:
  using scalar_type = T;

  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  /// The rates that construction, the last step or a load left: one for each group. The span is
  /// valid until groups are added.
  [[nodiscard]] std::span<const T> get_lr() const noexcept { return lrs_; }
  /// The same, under PyTorch's name.
  [[nodiscard]] std::span<const T> get_last_lr() const noexcept { return lrs_; }
  /// The rates that the schedule shapes: one for each group.
  [[nodiscard]] std::span<const T> base_lrs() const noexcept { return base_lrs_; }
  /// 0 after construction, then counts steps.
  [[nodiscard]] Epoch last_epoch() const noexcept { return last_epoch_; }

  /// Moves the rates on by one epoch: call it once after each update of the optimizer (or epoch).
  /// Throws what a user's callback throws, what an after_end = error asks for, and
  /// std::invalid_argument where the optimizer's groups no longer fit an option that is a list; the
  /// rates are then as before.
  void step() { advance(nullptr); }
  /// The same, for loops that have a metric: schedulers that need none ignore it.
  void step(T metric) { advance(&metric); }

  /// Jumps to epoch t, 0 to 2^62. Throws std::invalid_argument for any other t and std::logic_error
  /// where there is no closed form.
  void seek(Epoch t) {
    if (t < 0 || t > last_possible_epoch) {
      throw std::invalid_argument(class_name() + ": cannot seek to epoch " + std::to_string(t));
    }
    jump(t);
  }
  /// Jumps to a time between epochs, as epoch + batch / batches; step() then goes on by 1 from
  /// there. Throws std::invalid_argument for a time that is negative or not finite and
  /// std::logic_error where the schedule is not continuous.
  void seek_time(double t) {
    if (!detail::is_finite(t) || t < 0 || t > static_cast<double>(last_possible_epoch)) {
      throw std::invalid_argument(class_name() + ": cannot seek to time " + detail::text_of(t));
    }
    jump_time(t);
  }

  /// The state: "version", "digits" (the precision of T), "options" and "progress".
  [[nodiscard]] StateDict state_dict() const {
    StateDict state;
    state.set("version", std::int64_t{1});
    state.set("digits", std::int64_t{std::numeric_limits<T>::digits});
    state.set("options", saved_options());
    state.set("progress", progress());
    return state;
  }

  /// Goes on from a state: checks all of it, then writes the rates (and momentum) to the optimizer.
  /// Throws std::invalid_argument, with nothing changed, where the state is of another class, has
  /// other options (see OnMismatch) or another number of groups, or is damaged.
  void load_state_dict(const StateDict& state, OnMismatch on_mismatch = OnMismatch::error) {
    try {
      const StateValue& version = detail::expect_key(state, "version", "");
      if (version != StateValue(std::int64_t{1})) detail::expected("version", "1", version);
      check_keys(state, {"version", "digits", "options", "progress"}, "");
      int digits = 0;
      detail::decode(detail::expect_key(state, "digits", ""), digits, "digits");
      if (digits <= 0) {
        detail::expected("digits", "a positive integer", StateValue(std::int64_t{digits}));
      }
      load(detail::expect_dict(detail::expect_key(state, "options", ""), "options"),
           detail::expect_dict(detail::expect_key(state, "progress", ""), "progress"), digits, on_mismatch);
    } catch (const std::logic_error& error) {
      throw std::invalid_argument(class_name() + ": cannot load the state: " + error.what());
    }
  }

 protected:
  /// So far away that no count of epochs overflows.
  static constexpr Epoch last_possible_epoch = Epoch{1} << 62;

  /// What all schedulers keep: one base rate and one rate for each group, and the epoch.
  struct Common {
    Epoch last_epoch = 0;
    std::vector<T> base_lrs;
    std::vector<T> lrs;
  };

  explicit Scheduler(OptimizerRef<T> optimizer) noexcept : optimizer_(optimizer) {}
  Scheduler(Scheduler&&) noexcept = default;
  Scheduler& operator=(Scheduler&&) noexcept = default;

  /// How many groups the optimizer has. Throws std::invalid_argument if none.
  static std::size_t count_groups(const OptimizerRef<T>& optimizer, std::string_view name) {
    const std::size_t groups = optimizer.size();
    if (groups == 0) {
      throw std::invalid_argument(std::string(name) + ": the optimizer has no parameter groups");
    }
    return groups;
  }

  /// Throws std::invalid_argument where a group that is yet to be taken in has no usable base rate.
  void check_new_groups(std::size_t groups, std::string_view name) const {
    for (std::size_t i = lrs_.size(); i < groups; ++i) {
      if (const T base_lr = base_lr_of_group(i); !detail::is_finite_and_not_negative(base_lr)) {
        throw std::invalid_argument(std::string(name) + ": the rate of parameter group " + std::to_string(i) +
                                    " must be finite and not negative, got " + detail::text_of(base_lr));
      }
    }
  }

  /// The base rate of a group that is taken in: its initial_lr, or else its rate.
  [[nodiscard]] T base_lr_of_group(std::size_t i) const {
    if (const auto initial_lr = optimizer_.initial_lr(i)) return *initial_lr;
    return lr_of_group(i);
  }

  [[nodiscard]] T lr_of_group(std::size_t i) const {
    T lr{};
    optimizer_.read(i, {&lr, 1});
    return lr;
  }

  /// The common part of the progress, with the rates as the optimizer has them now.
  [[nodiscard]] StateDict common_progress() const {
    const std::size_t groups = optimizer_.size();
    std::vector<T> base_lrs(base_lrs_.begin(),
                            base_lrs_.begin() + static_cast<std::ptrdiff_t>(std::min(groups, base_lrs_.size())));
    std::vector<T> lrs(groups);
    for (std::size_t i = base_lrs.size(); i < groups; ++i) base_lrs.push_back(base_lr_of_group(i));
    optimizer_.read(0, lrs);
    StateDict progress;
    progress.set("last_epoch", last_epoch_);
    progress.set("base_lrs", detail::encode(base_lrs));
    progress.set("lrs", detail::encode(lrs));
    return progress;
  }

  [[nodiscard]] Common read_common(const StateDict& progress) const {
    Common common;
    read(progress, "last_epoch", common.last_epoch);
    if (common.last_epoch < 0) {
      detail::expected("progress.last_epoch", "0 or more", StateValue(common.last_epoch));
    }
    if (common.last_epoch > last_possible_epoch) {
      detail::expected("progress.last_epoch", "at most 2^62", StateValue(common.last_epoch));
    }
    read(progress, "base_lrs", common.base_lrs);
    read(progress, "lrs", common.lrs);
    check_count("lrs", common.lrs.size());
    check_count("base_lrs", common.base_lrs.size());
    check_each("base_lrs", common.base_lrs, "a rate that is finite and not negative",
               detail::is_finite_and_not_negative<T>);
    check_each("lrs", common.lrs, "a rate", [](const T& lr) { return !detail::is_nan(lr); });
    return common;
  }

  /// A value of the progress, for each group or one.
  template <class V>
  static void read(const StateDict& progress, std::string_view key, V& value) {
    detail::decode(detail::expect_key(progress, key, "progress"), value, detail::join("progress", key));
  }

  /// Throws std::invalid_argument where a value of the progress is not what is expected.
  template <class V, class IsExpected>
  static void check_each(std::string_view key, const std::vector<V>& values, std::string_view what,
                         const IsExpected& is_expected) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!is_expected(values[i])) {
        detail::expected(detail::join(detail::join("progress", key), i), what, detail::encode(values[i]));
      }
    }
  }

  static void check_keys(const StateDict& dict, std::initializer_list<std::string_view> known, std::string_view path) {
    detail::check_keys(dict, path, "a state", [known](std::string_view key) {
      return std::find(known.begin(), known.end(), key) != known.end();
    });
  }

  void check_count(std::string_view key, std::size_t saved) const {
    if (const std::size_t groups = optimizer_.size(); saved != groups) {
      throw std::invalid_argument(detail::join("progress", key) + " has " + std::to_string(saved) + " values for " +
                                  std::to_string(groups) + " parameter groups");
    }
  }

  /// Writes the rates to the optimizer, then takes what was read. Where the optimizer refuses a
  /// rate, all is as before.
  void commit(const Common& common) {
    std::vector<T> before(common.lrs.size());
    std::vector<T> left_there(common.lrs.size());
    base_lrs_.reserve(common.lrs.size());
    lrs_.reserve(common.lrs.size());
    optimizer_.read(0, before);
    try {
      optimizer_.write(0, common.lrs, left_there);
    } catch (...) {
      optimizer_.write(0, before, left_there);
      throw;
    }
    last_epoch_ = common.last_epoch;
    base_lrs_.assign(common.base_lrs.begin(), common.base_lrs.end());
    lrs_.assign(left_there.begin(), left_there.end());
  }

  OptimizerRef<T> optimizer_;
  std::vector<T> base_lrs_;
  std::vector<T> lrs_;
  Epoch last_epoch_ = 0;

 private:
  virtual void advance(const T* metric) = 0;
  virtual void jump(Epoch t) = 0;
  virtual void jump_time(double t) = 0;
  [[nodiscard]] virtual StateDict saved_options() const = 0;
  [[nodiscard]] virtual StateDict progress() const = 0;
  virtual void load(const StateDict& options, const StateDict& progress, int digits, OnMismatch on_mismatch) = 0;

  [[nodiscard]] std::string class_name() const {
    const StateDict own = saved_options();
    return *own.find("type")->template get_if<std::string>();
  }
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULER_HPP
