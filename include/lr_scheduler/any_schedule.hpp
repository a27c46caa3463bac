// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_ANY_SCHEDULE_HPP
#define LR_SCHEDULER_ANY_SCHEDULE_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lr_scheduler/detail/check.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler {

namespace detail {

/// Refuses, saying why, what is no schedule for rates of type T.
template <class S, class T>
constexpr void require_schedule() {
  if constexpr (!Schedule<S, T>) {
    constexpr bool needs_metric = requires { S::needs_metric; };
    constexpr bool is_bound = requires {
      typename S::scalar_type;
      &S::get_last_lr;
    };
    constexpr bool has_other_scalar = Schedule<S, float> || Schedule<S, double> || Schedule<S, long double>;
    static_assert(!needs_metric, "ReduceLROnPlateau is no schedule: it depends on a metric, so bind it by itself");
    static_assert(needs_metric || !is_bound,
                  "this is a bound scheduler, not a schedule: give schedule::Step<T>{...} and not StepLR<T>");
    static_assert(
        needs_metric || is_bound || !has_other_scalar,
        "this schedule is of another scalar than the rates: schedule::Step<float> beside rates of double, say");
    static_assert(needs_metric || is_bound || has_other_scalar,
                  "this is no schedule: it needs T at(Epoch t, T base_lr) const, or next(), and must be copyable");
  }
}

/// Throws std::invalid_argument where an option that is a list has another length than the optimizer has groups.
template <Scalar T>
class ListLengthCheck final : public FieldVisitor {
 public:
  ListLengthCheck(std::string_view name, std::size_t groups) noexcept : name_(name), groups_(groups) {}
  void visit(std::string_view key, const Field& field) override {
    if (const auto* children = field.get_if<std::vector<AnySchedule<T>>>()) {
      for (const auto& child : *children) child.check_groups(groups_);
    } else if (field.type->is_list != nullptr && field.is_list() && field.count() != groups_) {
      throw_length(name_, key, field.count(), groups_);
    }
  }
  [[noreturn]] static void throw_length(std::string_view name, std::string_view key, std::size_t length,
                                        std::size_t groups) {
    throw std::invalid_argument(std::string(name) + ": " + std::string(key) + " has " + std::to_string(length) +
                                " values for " + std::to_string(groups) + " parameter groups");
  }

 private:
  std::string_view name_;
  std::size_t groups_;
};

}  // namespace detail

/// Any schedule, by value. Copies share the schedule, which never changes. What it can do is known at run time only:
/// see abilities().
template <Scalar T>
class AnySchedule {
 public:
  template <class S>
    requires(!std::same_as<std::remove_cvref_t<S>, AnySchedule>)
  AnySchedule(S&& schedule) {  // NOLINT(google-explicit-constructor): a schedule is a schedule
    using Stored = std::remove_cvref_t<S>;
    detail::require_schedule<Stored, T>();
    if constexpr (Schedule<Stored, T>) model_ = new Model<Stored>(std::forward<S>(schedule));
  }
  AnySchedule(const AnySchedule& other) noexcept : model_(other.model_) {
    model_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  AnySchedule& operator=(AnySchedule other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  ~AnySchedule() {
    if (model_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete model_;
  }

  /// What the schedule can do for a group, as each may follow a schedule of its own.
  [[nodiscard]] Abilities abilities(std::size_t group = 0) const { return model_->abilities(group); }

  /// The rate at a time, from the group's base rate. Throws std::logic_error where there is no closed form, or none
  /// between epochs.
  [[nodiscard]] T at(const Time& t, const Group<T>& group) const { return of_group(t, T(0), group).lr; }
  /// Momentum at a time; nothing where it is left alone.
  [[nodiscard]] std::optional<T> momentum(const Time& t, const Group<T>& group) const {
    const OfGroup result = of_group(t, T(0), group);
    return result.is_driven != 0 ? std::optional<T>(result.momentum) : std::nullopt;
  }
  /// The rate at epoch t from the one that is there; that of the closed form for a schedule that does not chain.
  [[nodiscard]] T next(Count t, T lr, const Group<T>& group) const {
    next(t, Rates<T>{{&lr, 1}, {&group.base_lr, 1}, group.index});
    return lr;
  }

  /// The same for groups in a row, in place.
  void at(Time t, const Rates<T>& rates) const { model_->at(t, rates); }
  void next(Epoch t, const Rates<T>& rates) const { model_->next(t, rates); }
  /// The first rates of a schedule that takes over from another.
  void start(const Rates<T>& rates) const { model_->start(rates); }
  /// The factor of the base rate. Throws std::logic_error where the schedule is none.
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const { return model_->factor(t); }
  /// Multiplies by the ratio of the factors at t and t - 1, or at 0 by the first; false where there is none.
  [[nodiscard]] bool multiply_ratio(Epoch t, detail::Product<detail::compute_t<T>>& ratio) const {
    return model_->multiply_ratio(t, ratio);
  }
  [[nodiscard]] bool is_factor() const noexcept { return model_->is_factor; }
  /// The first epoch after t at which the rates may differ from those at t.
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return model_->unchanged_until(t); }

  /// The name of the class: "StepLR", "custom" for a schedule without one.
  [[nodiscard]] std::string_view name() const noexcept { return model_->name(); }
  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { model_->validate(); }
  /// Throws std::invalid_argument if an option is a list of another length.
  void check_groups(std::size_t groups) const { model_->check_groups(groups); }

  /// The schedule, if it is an S, otherwise nullptr.
  template <class S>
  [[nodiscard]] const S* get_if() const noexcept {
    return model_->type() == &type_of<S> ? &static_cast<const Model<S>*>(model_)->schedule : nullptr;
  }

  /// The schedule, which is an S.
  template <class S>
  [[nodiscard]] const S& as() const noexcept {
    return static_cast<const Model<S>*>(model_)->schedule;
  }

  /// Shows the options one by one: for reading, or, of a copy of the schedule that becomes this one's, for writing.
  void visit_options(detail::FieldVisitor& visitor) const { model_->visit_options(visitor); }
  void visit_options(detail::FieldVisitor& visitor) {
    AnySchedule copy(model_->clone());
    copy.model_->visit_options(visitor);
    copy.model_->is_factor = copy.model_->can_be_factor();
    std::swap(model_, copy.model_);
  }

  /// Whether both are of one class and equal. Schedules without == are compared by their options, of which callables
  /// are none; without options, only copies of one are equal.
  friend bool operator==(const AnySchedule& left, const AnySchedule& right) {
    return left.model_ == right.model_ ||
           (left.model_->type() == right.model_->type() && left.model_->equals(*right.model_));
  }

 private:
  using C = detail::compute_t<T>;

  struct OfGroup {
    T lr;
    T momentum{};
    unsigned char is_driven = 0;
  };
  [[nodiscard]] OfGroup of_group(const Time& t, const T& lr, const Group<T>& group) const {
    OfGroup result{lr};
    at(t, Rates<T>{{&result.lr, 1}, {&group.base_lr, 1}, group.index, &result.momentum, &result.is_driven, -1});
    return result;
  }

  struct Concept {
    mutable std::atomic<std::size_t> owners{1};
    bool is_factor = false;

    Concept() = default;
    Concept(const Concept&) = delete;
    Concept& operator=(const Concept&) = delete;
    virtual ~Concept() = default;
    [[nodiscard]] virtual const void* type() const noexcept = 0;
    [[nodiscard]] virtual bool equals(Concept& of_same_type) = 0;
    [[nodiscard]] virtual Concept* clone() const = 0;
    [[nodiscard]] virtual bool can_be_factor() const = 0;
    [[nodiscard]] virtual Abilities abilities(std::size_t group) const = 0;
    virtual void at(Time t, const Rates<T>& rates) const = 0;
    virtual void next(Epoch t, const Rates<T>& rates) const = 0;
    virtual void start(const Rates<T>& rates) const = 0;
    [[nodiscard]] virtual detail::Product<C> factor(Time t) const = 0;
    [[nodiscard]] virtual bool multiply_ratio(Epoch t, detail::Product<C>& ratio) const = 0;
    [[nodiscard]] virtual Epoch unchanged_until(Epoch t) const = 0;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    virtual void validate() const = 0;
    virtual void check_groups(std::size_t groups) = 0;
    virtual void visit_options(detail::FieldVisitor& visitor) = 0;
  };
  explicit AnySchedule(Concept* model) noexcept : model_(model) {}

  /// Its address tells the types apart, without RTTI.
  template <class S>
  static constexpr char type_of = 0;

  template <class S>
  struct Model final : Concept {
    template <class Given>
    explicit Model(Given&& given) : schedule(std::forward<Given>(given)) {
      this->is_factor = can_be_factor();
    }

    static constexpr bool moves_rates = detail::MovesRates<S, T>;
    static constexpr bool has_curve = !moves_rates && detail::HasAt<S, T, Epoch>;
    static constexpr bool has_time = !moves_rates && detail::HasAt<S, T, Time>;
    static constexpr bool has_next = detail::HasMoveNext<S, T> || detail::HasRateNext<S, T>;
    static constexpr bool curve_chains = !moves_rates && detail::CurveChains<S, T>;
    static constexpr bool drives_momentum = !moves_rates && detail::CurveDrivesMomentum<S, T>;

    const void* type() const noexcept override { return &type_of<S>; }
    Concept* clone() const override { return new Model(schedule); }

    /// Told by the type, without a call of at(), as the options are not checked yet.
    bool can_be_factor() const override {
      if constexpr (moves_rates) {
        if constexpr (requires { schedule.is_factor(); }) return schedule.is_factor();
        return false;
      } else if constexpr (has_curve) {
        return std::derived_from<decltype(detail::curve_at<T>(schedule, Epoch{})), Factor<T>>;
      } else {
        return false;
      }
    }

    bool equals(Concept& of_same_type) override {
      [[maybe_unused]] const S& other = static_cast<const Model&>(of_same_type).schedule;
      if constexpr (std::equality_comparable<S>) {
        return schedule == other;
      } else {
        return detail::names_fields<S>() && detail::equal_options<T>(static_cast<Concept&>(*this), of_same_type);
      }
    }

    Abilities abilities([[maybe_unused]] std::size_t group) const override {
      if constexpr (moves_rates) {
        return schedule.abilities(group);
      } else {
        Abilities can{.closed_form = has_curve,
                      .continuous = has_time,
                      .factor = can_be_factor(),
                      .goes_on = !has_curve,
                      .chains = has_next || curve_chains};
        if constexpr (requires { schedule.drives_momentum(); }) {
          can.momentum = schedule.drives_momentum();
        } else if constexpr (drives_momentum) {
          const std::optional<T> at_start = schedule.at(Epoch{}).momentum(Group<T>(T(0), group));
          can.momentum = at_start.has_value();
        }
        if constexpr (requires { S::goes_on; }) can.goes_on = S::goes_on;
        if constexpr (requires { S::own_base; }) can.own_base = S::own_base;
        return can;
      }
    }

    void at(Time t, const Rates<T>& rates) const override {
      if constexpr (moves_rates) {
        schedule.at(t, rates);
      } else if constexpr (has_time) {
        follow(detail::curve_at<T>(schedule, t), rates);
      } else if constexpr (has_curve) {
        if (t.fraction != 0) refuse("is not continuous");
        follow(detail::curve_at<T>(schedule, t.epoch), rates);
      } else {
        refuse("has no closed form");
      }
    }

    void next(Epoch t, const Rates<T>& rates) const override {
      if constexpr (moves_rates) {
        schedule.next(t, rates);
      } else if constexpr (has_next) {
        if constexpr (detail::HasMoveNext<S, T>) {
          rates.apply(schedule.next(t));
        } else {
          rates.apply(detail::GroupwiseMove<S, T>{&schedule, t});
        }
        if constexpr (drives_momentum) rates.apply_momentum(schedule.at(t));
      } else if constexpr (curve_chains) {
        const auto now = schedule.at(t);
        using Curve = std::remove_const_t<decltype(now)>;
        if (t > 0) {
          rates.apply(now.after(schedule.at(t - 1)));
        } else if constexpr (std::default_initializable<Curve>) {
          rates.apply(now.after(Curve{}));
        } else {
          rates.apply(now.after(now));
        }
        if constexpr (drives_momentum) rates.apply_momentum(now);
      } else {
        at(t, rates);
      }
    }

    void start(const Rates<T>& rates) const override {
      if constexpr (moves_rates) {
        schedule.start(rates);
      } else if constexpr (requires { schedule.start(); }) {
        rates.apply(schedule.start());
      } else if (abilities(rates.first).goes_on) {
        next(0, rates);
      } else {
        at(Epoch{0}, rates);
      }
    }

    detail::Product<C> factor(Time t) const override {
      if constexpr (requires {
                      { schedule.factor(t) } -> std::same_as<detail::Product<C>>;
                    }) {
        return schedule.factor(t);
      } else if constexpr (has_time) {
        return factor_of(detail::curve_at<T>(schedule, t));
      } else if constexpr (has_curve) {
        if (t.fraction != 0) refuse("is not continuous");
        return factor_of(detail::curve_at<T>(schedule, t.epoch));
      } else {
        refuse("is not a factor");
      }
    }

    bool multiply_ratio(Epoch t, detail::Product<C>& ratio) const override {
      if constexpr (requires { schedule.multiply_ratio(t, ratio); }) {
        return schedule.multiply_ratio(t, ratio);
      } else {
        return detail::multiply_ratio(factor(t), t > 0 ? factor(t - 1) : detail::Product<C>{}, ratio);
      }
    }

    Epoch unchanged_until(Epoch t) const override {
      if constexpr (requires { schedule.unchanged_until(t); }) {
        return schedule.unchanged_until(t);
      } else {
        return t + 1;
      }
    }

    std::string_view name() const noexcept override { return detail::name_of<S>(); }
    void validate() const override {
      if constexpr (requires { schedule.validate(); }) schedule.validate();
    }
    void check_groups(std::size_t groups) override {
      if constexpr (requires { schedule.check_groups(groups); }) {
        schedule.check_groups(groups);
      } else {
        detail::ListLengthCheck<T> check(name(), groups);
        visit_options(check);
      }
    }
    void visit_options([[maybe_unused]] detail::FieldVisitor& visitor) override {
      detail::visit_fields(schedule, visitor);
    }

    template <class Curve>
    void follow(const Curve& curve, const Rates<T>& rates) const {
      rates.apply(curve);
      if constexpr (drives_momentum) rates.apply_momentum(curve);
    }

    template <class Curve>
    detail::Product<C> factor_of(const Curve& curve) const {
      if constexpr (requires { curve.product(); }) {
        return curve.product();
      } else if constexpr (std::derived_from<Curve, Factor<T>>) {
        return {curve.value};
      } else {
        refuse("is not a factor");
      }
    }

    [[noreturn]] void refuse(const char* what) const { throw std::logic_error(std::string(name()) + " " + what); }

    S schedule;
  };

  Concept* model_ = nullptr;
};

namespace detail {

// What combinators ask of the schedules in them.

template <Scalar T>
void validate_children(const Check& check, const std::vector<AnySchedule<T>>& children) {
  if (children.empty()) check.refuse("needs at least one scheduler, got none");
  for (std::size_t i = 0; i < children.size(); ++i) {
    try {
      children[i].validate();
    } catch (const std::invalid_argument& error) {
      check.refuse(join("schedulers", i) + ": " + error.what());
    }
  }
}

/// The first epoch after t at which one of them may change.
template <Scalar T>
[[nodiscard]] Epoch first_change(const std::vector<AnySchedule<T>>& children, Epoch t) {
  Epoch first = std::numeric_limits<Epoch>::max();
  for (const auto& child : children) {
    first = smaller(first, child.unchanged_until(t));
    if (first == t + 1) break;
  }
  return first;
}

}  // namespace detail
}  // namespace lr_scheduler

#endif  // LR_SCHEDULER_ANY_SCHEDULE_HPP
