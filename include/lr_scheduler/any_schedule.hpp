// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ANY_SCHEDULE_HPP
#define LR_SCHEDULER_ANY_SCHEDULE_HPP

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lr_scheduler/detail/curve.hpp>
#include <lr_scheduler/detail/fields.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler {

/// Any schedule, by value. Copies share the schedule, which never changes. What a schedule can do
/// is known at run time only: has_closed_form(), is_continuous(), is_factor().
template <Scalar T>
class AnySchedule {
 public:
  template <class S>
    requires(!std::same_as<std::remove_cvref_t<S>, AnySchedule>) && Schedule<std::remove_cvref_t<S>, T>
  AnySchedule(S&& schedule)  // NOLINT(google-explicit-constructor): a schedule is a schedule
      : model_(std::make_shared<const Model<std::remove_cvref_t<S>>>(std::forward<S>(schedule))) {}

  /// Whether at(), and with it seek(), is there: for one group or for all, as each may follow a
  /// schedule of its own.
  [[nodiscard]] bool has_closed_form(detail::GroupOrAll group = {}) const { return model_->has_closed_form(group); }
  /// Whether at_time() is there.
  [[nodiscard]] bool is_continuous() const { return model_->is_continuous(); }
  /// Whether multiplier() is there: the schedule multiplies the base rate.
  [[nodiscard]] bool is_factor() const { return model_->is_factor(); }
  /// Whether the schedule, late in a sequence, goes on from the rate that is there.
  [[nodiscard]] bool starts_from_current() const { return model_->starts_from_current(); }
  /// Whether the schedule sets momentum too, of one group or of any.
  [[nodiscard]] bool cycles_momentum(detail::GroupOrAll group = {}) const { return model_->cycles_momentum(group); }
  /// Whether a curve, once made, is applied without calling what may throw.
  [[nodiscard]] bool never_throws() const { return model_->never_throws(); }

  /// The rate that a group's base rate is recorded as.
  [[nodiscard]] T initial_lr(Group<T> group) const { return model_->initial_lr(group); }

  /// The closed form at t. Throws std::logic_error where there is none.
  [[nodiscard]] detail::AnyCurve<T> at(Epoch t) const& { return model_->at(t); }
  void at(Epoch t) const&& = delete;  // a curve refers to its schedule
  [[nodiscard]] T at(Epoch t, Group<T> group) const { return at(t)(group); }
  /// The closed form at any time. Throws std::logic_error where there is none.
  [[nodiscard]] T at_time(double t, Group<T> group) const { return model_->at_time(t, group); }
  /// The factor of the base rate at t. Throws std::logic_error where the schedule is none.
  template <detail::TimePoint Time>
  [[nodiscard]] detail::compute_t<T> multiplier(Time t) const {
    return model_->multiplier(t);
  }

  /// The chainable form at t; the closed form of a schedule that has only that.
  [[nodiscard]] detail::AnyCurve<T> next(Epoch t) const& { return model_->next(t); }
  void next(Epoch t) const&& = delete;
  [[nodiscard]] T next(Epoch t, T lr, Group<T> group) const { return next(t)(lr, group); }
  /// The first rate of a schedule that takes over from another.
  [[nodiscard]] detail::AnyCurve<T> start() const& { return model_->start(); }
  void start() const&& = delete;

  [[nodiscard]] std::optional<T> momentum_at(Epoch t, Group<T> group) const { return model_->momentum_at(t, group); }
  [[nodiscard]] std::optional<T> momentum_at_time(double t, Group<T> group) const {
    return model_->momentum_at_time(t, group);
  }

  /// The name of the class: "StepLR", "custom" for a schedule without one.
  [[nodiscard]] std::string_view name() const { return model_->name(); }
  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { model_->validate(); }
  /// Throws std::invalid_argument if an option is a list of another length.
  void check_groups(std::size_t groups) const { model_->check_groups(groups); }
  /// The options, after their "type". Callables are not among them.
  [[nodiscard]] StateDict options() const { return model_->options(); }

  /// Compares saved options with these, as load_state_dict() does; returns whether they are the
  /// same.
  bool merge_options(const StateDict& saved, OnMismatch on_mismatch, int digits, const std::string& path) {
    bool same = true;
    model_ = model_->merged(saved, on_mismatch, digits, path, same);
    return same;
  }

  /// Whether both are of one class and equal. Schedules without == are compared by their options,
  /// of which callables are none; without options, only copies of one are equal.
  friend bool operator==(const AnySchedule& left, const AnySchedule& right) {
    return left.model_ == right.model_ ||
           (left.model_->type() == right.model_->type() && left.model_->equals(*right.model_));
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    [[nodiscard]] virtual const void* type() const = 0;
    [[nodiscard]] virtual bool equals(const Concept& of_same_type) const = 0;
    [[nodiscard]] virtual bool has_closed_form(detail::GroupOrAll group) const = 0;
    [[nodiscard]] virtual bool is_continuous() const = 0;
    [[nodiscard]] virtual bool is_factor() const = 0;
    [[nodiscard]] virtual bool starts_from_current() const = 0;
    [[nodiscard]] virtual bool cycles_momentum(detail::GroupOrAll group) const = 0;
    [[nodiscard]] virtual T initial_lr(const Group<T>& group) const = 0;
    [[nodiscard]] virtual bool never_throws() const = 0;
    [[nodiscard]] virtual detail::AnyCurve<T> at(Epoch t) const = 0;
    [[nodiscard]] virtual T at_time(double t, const Group<T>& group) const = 0;
    [[nodiscard]] virtual detail::compute_t<T> multiplier(Epoch t) const = 0;
    [[nodiscard]] virtual detail::compute_t<T> multiplier(double t) const = 0;
    [[nodiscard]] virtual detail::AnyCurve<T> next(Epoch t) const = 0;
    [[nodiscard]] virtual detail::AnyCurve<T> start() const = 0;
    [[nodiscard]] virtual std::optional<T> momentum_at(Epoch t, const Group<T>& group) const = 0;
    [[nodiscard]] virtual std::optional<T> momentum_at_time(double t, const Group<T>& group) const = 0;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void validate() const = 0;
    virtual void check_groups(std::size_t groups) const = 0;
    [[nodiscard]] virtual StateDict options() const = 0;
    [[nodiscard]] virtual std::shared_ptr<const Concept> merged(const StateDict& saved, OnMismatch on_mismatch,
                                                                int digits, const std::string& path,
                                                                bool& same) const = 0;
  };

  /// Its address tells the types apart, without RTTI.
  template <class S>
  static constexpr char type_of = 0;

  template <class S>
  struct Model final : Concept {
    explicit Model(S value) : schedule(std::move(value)) {}

    const void* type() const override { return &type_of<S>; }
    bool equals([[maybe_unused]] const Concept& of_same_type) const override {
      [[maybe_unused]] const S& other = static_cast<const Model&>(of_same_type).schedule;
      if constexpr (std::equality_comparable<S>) {
        return schedule == other;
      } else if constexpr (detail::HasFields<S>) {
        return options() == of_same_type.options();
      } else {
        return false;
      }
    }

    bool has_closed_form(detail::GroupOrAll group) const override {
      return detail::has_closed_form<T>(schedule, group);
    }
    bool is_continuous() const override { return detail::is_continuous<T>(schedule); }
    bool is_factor() const override { return detail::is_factor<T>(schedule); }
    bool starts_from_current() const override { return detail::starts_from_current<T>(schedule); }
    bool cycles_momentum(detail::GroupOrAll group) const override {
      return detail::cycles_momentum<T>(schedule, group);
    }
    T initial_lr(const Group<T>& group) const override { return detail::initial_lr<T>(schedule, group); }
    bool never_throws() const override { return detail::never_throws<T>(schedule); }

    detail::AnyCurve<T> at(Epoch t) const override {
      if constexpr (ClosedForm<S, T>) {
        return detail::erase_curve<T>(schedule, t,
                                      [](const S& s, Epoch epoch) { return detail::at_curve<T>(s, epoch); });
      } else {
        refuse("has no closed form");
      }
    }

    T at_time([[maybe_unused]] double t, [[maybe_unused]] const Group<T>& group) const override {
      if constexpr (Continuous<S, T>) {
        return static_cast<T>(schedule.at_time(t, group));
      } else {
        refuse("is not continuous");
      }
    }

    detail::compute_t<T> multiplier([[maybe_unused]] Epoch t) const override {
      if constexpr (Factor<S, T>) {
        return static_cast<detail::compute_t<T>>(schedule.multiplier(t));
      } else {
        refuse("is not a factor");
      }
    }

    detail::compute_t<T> multiplier([[maybe_unused]] double t) const override {
      if constexpr (Factor<S, T> && requires { schedule.template multiplier<double>(t); }) {
        return static_cast<detail::compute_t<T>>(schedule.template multiplier<double>(t));
      } else if constexpr (Factor<S, T> && Continuous<S, T>) {
        return detail::compute_t<T>(static_cast<T>(schedule.at_time(t, Group<T>(T(1)))));
      } else {
        refuse("is not a continuous factor");
      }
    }

    detail::AnyCurve<T> next(Epoch t) const override {
      if constexpr (Chainable<S, T>) {
        return detail::erase_curve<T>(schedule, t,
                                      [](const S& s, Epoch epoch) { return detail::next_curve<T>(s, epoch); });
      } else {
        return at(t);
      }
    }

    detail::AnyCurve<T> start() const override {
      if constexpr (requires { schedule.start(); }) {
        return detail::erase_curve<T>(schedule, 0, [](const S& s, Epoch) { return s.start(); });
      } else {
        return starts_from_current() ? next(0) : at(0);
      }
    }

    std::optional<T> momentum_at([[maybe_unused]] Epoch t, [[maybe_unused]] const Group<T>& group) const override {
      if constexpr (DrivesMomentum<S, T>) {
        return schedule.momentum_at(t, group);
      } else {
        return std::nullopt;
      }
    }

    std::optional<T> momentum_at_time([[maybe_unused]] double t,
                                      [[maybe_unused]] const Group<T>& group) const override {
      if constexpr (DrivesMomentum<S, T>) {
        return schedule.momentum_at_time(t, group);
      } else {
        return std::nullopt;
      }
    }

    std::string_view name() const override { return detail::name_of(schedule); }
    void validate() const override { detail::validate(schedule); }
    void check_groups(std::size_t groups) const override { detail::check_groups(schedule, groups); }
    StateDict options() const override { return detail::options_of(schedule); }

    std::shared_ptr<const Concept> merged(const StateDict& saved, OnMismatch on_mismatch, int digits,
                                          const std::string& path, bool& same) const override {
      S copy = schedule;
      same = detail::merge_options(copy, saved, on_mismatch, digits, path);
      return std::make_shared<const Model>(std::move(copy));
    }

    [[noreturn]] void refuse(const char* what) const {
      throw std::logic_error(std::string(detail::name_of(schedule)) + " " + what);
    }

    S schedule;
  };

  std::shared_ptr<const Concept> model_;
};

}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ANY_SCHEDULE_HPP
