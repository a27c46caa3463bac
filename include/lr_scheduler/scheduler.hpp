// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_SCHEDULER_HPP
#define LR_SCHEDULER_SCHEDULER_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/codec.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>

namespace lr_scheduler {

/// Moves the rates of an optimizer's parameter groups; the base of all schedulers, as PyTorch's LRScheduler. It refers
/// to the optimizer, which must outlive it, and is neither copied nor moved.
template <Scalar T>
class Scheduler {
 public:
  using scalar_type = T;

  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  /// The rates that construction, the last step or a load left: one for each group. The span is valid until groups are
  /// added or removed.
  [[nodiscard]] std::span<const T> get_lr() const noexcept { return groups_.lrs; }
  /// The same, under PyTorch's name.
  [[nodiscard]] std::span<const T> get_last_lr() const noexcept { return groups_.lrs; }
  /// The rates that the schedule shapes: one for each group.
  [[nodiscard]] std::span<const T> base_lrs() const noexcept { return groups_.base_lrs; }
  /// 0 after construction, then counts steps.
  [[nodiscard]] Epoch last_epoch() const noexcept { return last_epoch_; }
  /// The name of the class: "StepLR".
  [[nodiscard]] std::string_view name() const noexcept { return class_name(); }

  /// Moves the rates on by one epoch: call it once after each update of the optimizer (or epoch). Throws what a user's
  /// callback or the optimizer throws, what an after_end = error asks for, and std::invalid_argument where the
  /// optimizer's groups no longer fit an option that is a list; the rates are then as before.
  void step() { advance(nullptr); }
  /// The same, for loops that have a metric: schedulers that need none ignore it.
  void step(T metric) { advance(&metric); }
  /// n steps at once, for tokens, samples or skipped updates: what n calls of step() give, at the price of one where
  /// there is a closed form. Without one, a step that throws ends it and those before it stand. Throws
  /// std::invalid_argument for a negative n.
  void step_by(Count n) {
    if (n < 0 || n > last_possible_epoch - last_epoch_) throw_bad_epoch("step by", detail::text_of(Epoch(n)));
    if (n > 0) advance_by(n);
  }
  /// As after construction: epoch 0, from the base rates.
  void reset() { restart(); }

  /// Jumps to epoch t, 0 to 2^62. Throws std::invalid_argument for any other t and std::logic_error where there is no
  /// closed form.
  template <class E>
  void seek(E t) {
    static_assert(!std::floating_point<E>, "seek() takes a whole epoch, an integer: between epochs, use seek_time()");
    const Epoch epoch = Count(t);
    if (epoch < 0 || epoch > last_possible_epoch) throw_bad_epoch("seek to epoch", detail::text_of(epoch));
    jump(Time(epoch));
  }
  /// Jumps to a time between epochs, as epoch + batch / double(batches); step() then goes on by 1 from there. Throws
  /// std::invalid_argument for a time that is negative or not finite and std::logic_error where the schedule is not
  /// continuous.
  template <class R>
  void seek_time(R t) {
    static_assert(!std::integral<R>,
                  "seek_time() takes a real: the division in epoch + batch / batches was an integer's, write "
                  "epoch + batch / double(batches), or seek() for a whole epoch");
    const auto time = static_cast<double>(t);
    if (!detail::is_finite(time) || time < 0 || time > static_cast<double>(last_possible_epoch)) {
      throw_bad_epoch("seek to time", detail::text_of(time));
    }
    jump(Time(time));
  }

  /// The state: "version", "digits" (the precision of T), "options" and "progress".
  [[nodiscard]] StateDict state_dict() const {
    detail::require_digits<T>();
    StateDict progress;
    detail::EncodingVisitor<T> encode(progress);
    visit_progress(encode);
    StateDict state;
    state.set("version", std::int64_t{1});
    state.set("digits", std::int64_t{std::numeric_limits<T>::digits});
    state.set("options", detail::encode_options<T>(*this));
    state.set("progress", std::move(progress));
    return state;
  }

  /// Goes on from a state: checks all of it, then writes the rates (and momentum) to the optimizer. Throws
  /// std::invalid_argument, with nothing changed, where the state is of another class, has other options (see
  /// OnMismatch) or another number of groups, or is damaged; and what the optimizer throws, with all put back.
  void load_state_dict(const StateDict& state, OnMismatch on_mismatch = OnMismatch::error) {
    Loading loading{on_mismatch};
    try {
      const StateValue& version = detail::require_key(state, "version", "");  // first: another has other keys
      if (version != StateValue(std::int64_t{1})) detail::throw_expected("version", "1", version);
      StateDict known;
      for (const char* key : {"version", "digits", "options", "progress"}) {
        known.set(key, detail::require_key(state, key, ""));
      }
      detail::require_known_keys(state, known, "a state", "");
      const StateValue& digits = *known.find("digits");
      const auto* precision = digits.get_if<std::int64_t>();
      if (precision == nullptr || *precision <= 0 || *precision > std::numeric_limits<int>::max()) {
        detail::throw_expected("digits", "a positive integer", digits);
      }
      detail::SavedOptions<T> options(detail::require_dict(*known.find("options"), "options"), on_mismatch,
                                      static_cast<int>(*precision), "options");
      options.require_type(name(), detail::encode_options<T>(*this));
      ProgressReader progress(detail::require_dict(*known.find("progress"), "progress"), optimizer_.size());
      loading.options = &options;
      loading.progress = &progress;
      load(loading);
    } catch (const std::logic_error& error) {
      if (loading.is_writing) throw;
      throw std::invalid_argument(std::string(name()) + ": cannot load the state: " + error.what());
    }
  }

  /// Shows the options one by one.
  void visit_options(detail::FieldVisitor& visitor) const { show_options(visitor); }

 protected:
  /// So far away that no count of epochs overflows.
  static constexpr Epoch last_possible_epoch = Epoch{1} << 62;

  /// What is remembered of a group beside its rates.
  struct Remembered {
    std::optional<T> initial_lr{};     ///< What the optimizer has recorded.
    std::optional<T> base_momentum{};  ///< Momentum before it was driven,
    std::optional<T> momentum{};       ///< and before the last write.
    std::optional<bool> on_curve{};    ///< Nothing: it is new, or a state does not say.
    bool is_along_curve = false;       ///< Whether it is to be, when what is written has been.
    bool is_found = false;             ///< While the groups of before are looked for.
  };

  /// The groups, one of each for each of them, and the buffers of a step.
  struct Groups {
    std::vector<T> base_lrs{};
    std::vector<T> lrs{};  ///< As they read back when they were left.
    std::vector<Remembered> remembered{};
    std::vector<T> before{};                 ///< The rates that the optimizer had.
    std::vector<T> next{};                   ///< The rates that are evaluated, then written.
    std::vector<T> momentums{};              ///< The same of momentum,
    std::vector<unsigned char> is_driven{};  ///< where it is driven.
    bool drives_momentum = false;

    void resize(std::size_t count) {
      for (auto* values : {&base_lrs, &lrs, &before, &next, &momentums}) values->resize(count);
      remembered.resize(count);
      is_driven.resize(count);
    }
    /// Becomes another; where there are as many, the rates stay where they are, as spans of them may be about.
    void take(Groups& other) noexcept {
      if (other.lrs.size() == lrs.size()) {
        for (std::size_t i = 0; i < lrs.size(); ++i) {
          base_lrs[i] = other.base_lrs[i];
          lrs[i] = other.lrs[i];
        }
      } else {
        base_lrs.swap(other.base_lrs);
        lrs.swap(other.lrs);
      }
      remembered.swap(other.remembered);
      before.swap(other.before);
      next.swap(other.next);
      momentums.swap(other.momentums);
      is_driven.swap(other.is_driven);
      drives_momentum = other.drives_momentum;
    }
  };

  /// A load in the making.
  struct Loading {
    OnMismatch on_mismatch;
    detail::OptionReader* options = nullptr;   ///< Reads the saved options into a copy of the constructed ones.
    detail::FieldVisitor* progress = nullptr;  ///< Reads the progress.
    bool is_writing = false;                   ///< Whether all is checked, and what throws now is the optimizer.
  };

  explicit Scheduler(OptimizerRef<T> optimizer) noexcept : optimizer_(optimizer) {}

  /// Whether groups were added or removed, or exchanged, which their recorded base rates tell. Reads the rates into
  /// groups.before on the way.
  [[nodiscard]] bool have_changed(Groups& groups) const {
    const std::size_t count = groups.lrs.size();
    if (optimizer_.size() != count) return true;
    optimizer_.read(groups.before);
    const std::span<const T> before = groups.before;
    const std::span<const T> left = groups.lrs;
    for (std::size_t i = 0; i < count; ++i) {
      if (detail::bits_differ(before[i], left[i]) && optimizer_.initial_lr(i) != groups.remembered[i].initial_lr) {
        return true;
      }
    }
    return false;
  }

  /// The groups that the optimizer has now. One that has moved to another index is recognised by its recorded
  /// initial_lr and the rate that was left in it. Throws std::invalid_argument for a new group without a usable rate.
  [[nodiscard]] Groups current_groups() const {
    Groups known = groups_;
    if (!have_changed(known)) return known;
    Groups now;
    now.resize(optimizer_.size());
    for (std::size_t i = 0; i < now.lrs.size(); ++i) {
      Remembered& group = now.remembered[i];
      const std::optional<T> initial_lr = optimizer_.initial_lr(i);
      const T lr = optimizer_.lr(i);
      const std::size_t k = find_group(known, i, initial_lr, lr);
      if (k < known.lrs.size()) {
        known.remembered[k].is_found = true;
        now.base_lrs[i] = known.base_lrs[k];
        now.lrs[i] = known.lrs[k];
        group = groups_.remembered[k];
      } else {
        now.base_lrs[i] = initial_lr ? *initial_lr : lr;
        if (!detail::is_finite_and_not_negative(now.base_lrs[i])) {
          throw std::invalid_argument(std::string(name()) + ": the rate of parameter group " + std::to_string(i) +
                                      " must be finite and not negative, got " + detail::text_of(now.base_lrs[i]));
        }
        now.lrs[i] = lr;
        group.base_momentum = optimizer_.momentum(i);
      }
      group.initial_lr = initial_lr;
    }
    return now;
  }

  /// Throws std::invalid_argument where an optimizer to bind to has no groups.
  void require_groups() const {
    if (optimizer_.size() == 0) {
      throw std::invalid_argument(std::string(name()) + ": the optimizer has no parameter groups");
    }
  }

  /// Writes what was evaluated, groups.next and momentum where it is driven, and records the base rates of groups that
  /// have none, where told so. Where the optimizer throws, all is put back: the rates to those of `before`.
  void write(Groups& groups, const std::vector<T>& before, bool records) const;
  /// The same without records, for steps, which most optimizers cannot interrupt.
  void write_step(Groups& groups, const std::vector<T>& before) const {
    if (optimizer_.may_throw()) return write(groups, before, false);
    if (groups.drives_momentum) optimizer_.write_momentums(groups.momentums, groups.is_driven.data());
    optimizer_.write(groups.next.data(), groups.lrs);
  }
  void put_back(const Groups& groups, const std::vector<T>& before, bool records = false) const noexcept {
    for (std::size_t i = 0; i < groups.lrs.size(); ++i) {
      const Remembered& group = groups.remembered[i];
      attempt([&] {
        if (!groups.drives_momentum || groups.is_driven[i] == 0 || !group.momentum) return;
        if (optimizer_.momentum(i) != group.momentum) optimizer_.set_momentum(i, *group.momentum);
      });
      attempt([&] {
        if (detail::bits_differ(optimizer_.lr(i), before[i])) optimizer_.set_lr(i, before[i]);
      });
      attempt([&] {
        if (records && !group.initial_lr) optimizer_.set_initial_lr(i, std::nullopt);
      });
    }
  }

  OptimizerRef<T> optimizer_;
  Groups groups_{};
  Epoch last_epoch_ = 0;

 private:
  friend struct detail::Simulator;

  /// Reads progress from a state: each list of rates has a value for each group; reals are finite and not negative but
  /// for metrics, and counters at most 2^62.
  class ProgressReader final : public detail::FieldVisitor {
   public:
    ProgressReader(const StateDict& progress, std::size_t groups) : progress_(progress), groups_(groups) {}

    void visit(std::string_view key, const detail::Field& field) override {
      const std::string path = detail::join("progress", key);
      known_.set(key, StateValue());
      const StateValue* const value = progress_.find(key);
      if (value == nullptr) {
        if (field.type->element_type == &detail::field_type<std::optional<T>>) return;  // momentum, not always driven
        throw std::invalid_argument(path + ": missing key");
      }
      detail::decode<T>(*value, field, path);
      if (field.type->kind != detail::Kind::list) return check(key, field, *value, path);
      if (field.count() != groups_ && !is_metric(key)) {
        throw std::invalid_argument(path + " has " + std::to_string(field.count()) + " values for " +
                                    std::to_string(groups_) + " parameter groups");
      }
      const StateValue::List& list = *value->get_if<StateValue::List>();
      for (std::size_t i = 0; i < list.size(); ++i) check(key, field.element(i), list[i], detail::join(path, i));
    }
    void end() override { detail::require_known_keys(progress_, known_, "a state", "progress"); }

   private:
    /// These are of any sign, and may be infinite.
    static bool is_metric(std::string_view key) {
      return key == "best" || key == "metrics" || key == "sum" || key == "average";
    }

    static void check(std::string_view key, const detail::Field& field, const StateValue& value,
                      const std::string& path) {
      if (field.type->kind == detail::Kind::optional) {
        if (field.count() != 0) check(key, field.element(0), value, path);
      } else if (field.type->kind == detail::Kind::integer) {
        const Epoch count = detail::read_integer(field);
        if (count < 0) detail::throw_expected(path, "0 or more", value);
        if (count > last_possible_epoch) detail::throw_expected(path, "at most 2^62", value);
      } else if (is_metric(key)) {
        detail::with_real<T>(field, [&](const auto& real) {
          if (detail::is_nan(real) && key != "sum") detail::throw_expected(path, "a metric", value);
        });
      } else if (const T* const real = field.get_if<T>(); real != nullptr && key != "fraction") {
        if (!detail::is_finite_and_not_negative(*real)) {
          detail::throw_expected(path, "a number that is finite and not negative", value);
        }
      } else if (const double* const fraction = field.get_if<double>()) {
        if (!detail::is_finite(*fraction) || *fraction < 0 || *fraction >= 1) {
          detail::throw_expected(path, "at least 0 and less than 1", value);
        }
      }
    }

    const StateDict& progress_;
    std::size_t groups_;
    StateDict known_{};
  };

  /// Which of the known groups that are not found yet the i-th is; as many as there are if none.
  [[nodiscard]] static std::size_t find_group(const Groups& known, std::size_t i, const std::optional<T>& initial_lr,
                                              const T& lr) {
    const std::size_t count = known.lrs.size();
    const auto& groups = known.remembered;
    if (!initial_lr) return i < count && !groups[i].initial_lr ? i : count;
    std::size_t moved = count;
    for (std::size_t k = 0; k < count; ++k) {
      if (groups[k].is_found || groups[k].initial_lr != initial_lr) continue;
      if (!detail::bits_differ(known.lrs[k], lr)) return k;
      if (moved == count) moved = k;
    }
    return moved;
  }

  void record_base_lrs(Groups& groups) const {
    std::vector<Remembered> recorded = groups.remembered;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      if (!recorded[i].initial_lr) optimizer_.set_initial_lr(i, groups.base_lrs[i]);
      recorded[i].initial_lr = optimizer_.initial_lr(i);
    }
    groups.remembered.swap(recorded);
  }

  /// Puts something back while an exception is on its way; others are dropped.
  template <class Change>
  static void attempt(const Change& change) noexcept {
    try {
      change();
    } catch (...) {
    }
  }

  [[noreturn]] void throw_bad_epoch(const char* what, const std::string& got) const {
    throw std::invalid_argument(std::string(name()) + ": cannot " + what + " " + got);
  }

  [[nodiscard]] virtual std::string_view class_name() const noexcept = 0;
  virtual void advance(const T* metric) = 0;
  virtual void advance_by(Epoch n) = 0;
  virtual void restart() = 0;
  virtual void jump(const Time& t) = 0;
  virtual void show_options(detail::FieldVisitor& visitor) const = 0;
  virtual void visit_progress(detail::FieldVisitor& visitor) const = 0;
  virtual void load(Loading& loading) = 0;
  /// This, where its steps follow a schedule and not metrics.
  [[nodiscard]] virtual const ScheduleFollower<T>* as_follower() const noexcept { return nullptr; }
};

// Out of the class, so that compilers do not take it into write_step().
template <Scalar T>
void Scheduler<T>::write(Groups& groups, const std::vector<T>& before, bool records) const {
  for (std::size_t i = 0; groups.drives_momentum && i < groups.lrs.size(); ++i) {
    groups.remembered[i].momentum = optimizer_.momentum(i);
  }
  try {
    if (groups.drives_momentum) optimizer_.write_momentums(groups.momentums, groups.is_driven.data());
    optimizer_.write(groups.next.data(), groups.lrs);
    if (records) record_base_lrs(groups);  // last, as many optimizers cannot forget one
  } catch (...) {
    put_back(groups, before, records);
    throw;
  }
}

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_SCHEDULER_HPP
