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
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>

namespace lr_scheduler {

namespace detail {

/// Whether this is a schedule for rates of type T; the compiler says why not.
template <class S, class T>
constexpr bool is_schedule() {
  if constexpr (!Schedule<S, T>) {
    constexpr bool needs_metric = requires { S::needs_metric; };
    constexpr bool is_bound = requires {
      typename S::scalar_type;
      &S::get_last_lr;
    };
    constexpr bool has_other_scalar = Schedule<S, float> || Schedule<S, double> || Schedule<S, long double>;
    static_assert(
        !needs_metric,
        "ReduceLROnPlateau and GreedyLR are no schedules: they depend on a metric, so bind them by themselves");
    static_assert(needs_metric || !is_bound,
                  "this is a bound scheduler, not a schedule: give schedule::Step<T>{...} and not StepLR<T>");
    static_assert(
        needs_metric || is_bound || !has_other_scalar,
        "this schedule is of another scalar than the rates: schedule::Step<float> beside rates of double, say");
    static_assert(needs_metric || is_bound || has_other_scalar,
                  "this is no schedule: it needs T at(Epoch t, T base_lr) const, or next(), and must be copyable");
  }
  return true;
}

/// Throws std::invalid_argument where an option that is a list has another length than the optimizer has groups.
template <Scalar T>
class ListLengthCheck final : public FieldVisitor {
 public:
  ListLengthCheck(std::string_view name, std::size_t groups) noexcept : name_(name), groups_(groups) {}
  void visit(std::string_view key, const Field& field) override {
    if (for_each_schedule<T>(field, [this](const AnySchedule<T>& child) { child.check_groups(groups_); })) return;
    if (field.type->is_list != nullptr && field.is_list() && field.count() != groups_) {
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

/// Moves the rates by the ratio of a factor at t and t - 1, and momentum as its closed form does; false, and nothing
/// moved, where there is no ratio.
template <class S, Scalar T>
[[nodiscard]] bool move_by_ratio(const S& factor, Epoch t, const Rates<T>& rates) {
  Product<compute_t<T>> ratio;
  if (!factor.multiply_ratio(t, ratio) || ratio.overflows()) return false;
  rates.apply(typename Power<T>::Move{ratio.rounded()});
  if (rates.momentums == nullptr) return true;
  for (std::size_t i = 0; i < rates.lrs.size(); ++i) {  // momentum comes with rates, which are not asked for
    const T lr = rates.lrs[i];
    factor.at(Time(t, 0), rates.part(i, 1));
    rates.lrs[i] = lr;
  }
  return true;
}

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
    static_assert(detail::is_schedule<Stored, T>());
    if constexpr (Schedule<Stored, T>) model_ = new Holder<Stored>(std::forward<S>(schedule));
  }
  /// Stands in for a schedule until a reader has filled it in.
  AnySchedule(detail::Blank) : AnySchedule(Nothing{}) {}  // NOLINT(google-explicit-constructor): as the options
  [[nodiscard]] bool is_blank() const noexcept { return get_if<Nothing>() != nullptr; }
  AnySchedule(const AnySchedule& other) noexcept : model_(other.model_) {
    model_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  AnySchedule& operator=(AnySchedule other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  ~AnySchedule() {
    if (model_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) model_->type->destroy(model_);
  }

  /// What the schedule can do for a group, as each may follow a schedule of its own.
  [[nodiscard]] Abilities abilities(std::size_t group = 0) const { return model_->type->abilities_of(*model_, group); }

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
  void at(Time t, const Rates<T>& rates) const { model_->type->at(*model_, t, rates); }
  void next(Epoch t, const Rates<T>& rates) const { model_->type->next(*model_, t, rates); }
  /// The first rates of a schedule that takes over from another.
  void start(const Rates<T>& rates) const { model_->type->start(*model_, rates); }
  /// The factor of the base rate. Throws std::logic_error where the schedule is none.
  [[nodiscard]] detail::Product<detail::compute_t<T>> factor(Time t) const { return model_->type->factor(*model_, t); }
  /// Multiplies by the ratio of the factors at t and t - 1, or at 0 by the first; false where there is none.
  [[nodiscard]] bool multiply_ratio(Epoch t, detail::Product<detail::compute_t<T>>& ratio) const {
    return model_->type->multiply_ratio(*model_, t, ratio);
  }
  [[nodiscard]] bool is_factor() const noexcept { return model_->is_factor; }
  /// The first epoch after t at which the rates may differ from those at t.
  [[nodiscard]] Epoch unchanged_until(Epoch t) const { return model_->type->unchanged_until(*model_, t); }
  /// The epochs from t on whose rates are one formula; none for most schedules.
  [[nodiscard]] detail::Leg leg(Epoch t, const Group<T>& group) const { return model_->type->leg(*model_, t, group); }

  /// The name of the class: "StepLR", "custom" for a schedule without one.
  [[nodiscard]] std::string_view name() const noexcept { return model_->type->name; }
  /// Throws std::invalid_argument if an option is out of range.
  void validate() const { model_->type->validate(*model_); }
  /// Throws std::invalid_argument if an option is a list of another length.
  void check_groups(std::size_t groups) const {
    model_->type->check_groups(*model_, groups);
    for (std::size_t i = 0; i < groups && model_->type->needs_closed_form; ++i) {
      if (abilities(i).closed_form) continue;
      throw std::invalid_argument(std::string(name()) + ": parameter group " + std::to_string(i) +
                                  " follows a schedule without a closed form");
    }
  }

  /// The schedule, if it is an S, otherwise nullptr.
  template <class S>
  [[nodiscard]] const S* get_if() const noexcept {
    return model_->type == &type_of<S> ? &as<S>() : nullptr;
  }

  /// The schedule, which is an S.
  template <class S>
  [[nodiscard]] const S& as() const noexcept {
    return static_cast<const Holder<S>*>(model_)->schedule;
  }

  /// Shows the options one by one: for reading, or, of a copy of the schedule that becomes this one's, for writing.
  void visit_options(detail::FieldVisitor& visitor) const { model_->visit_options(visitor); }
  void visit_options(detail::FieldVisitor& visitor) {
    AnySchedule copy(model_->type->clone(*model_));
    std::as_const(copy).visit_options(visitor);
    copy.model_->settle();
    std::swap(model_, copy.model_);
  }

  /// Whether both are of one class and equal: by their options, of which callables are none, or by == where they name
  /// none. Without either, only copies of one are equal.
  friend bool operator==(const AnySchedule& left, const AnySchedule& right) {
    const Type& type = *left.model_->type;
    if (left.model_ == right.model_) return true;
    if (&type != right.model_->type) return false;
    if (type.equals != nullptr) return type.equals(*left.model_, *right.model_);
    return type.visit_options != nullptr && detail::equal_options<T>(left, right);
  }

 private:
  using C = detail::compute_t<T>;

  struct Nothing {
    [[nodiscard]] Factor<T> at(Time) const { return {}; }
  };

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

  struct Model;

  /// What is known of a schedule by its type, and what it does: as most, but where it has something of its own. In
  /// place of virtual functions, each of which would be compiled for every schedule.
  struct Type {
    std::string_view name;
    Abilities abilities{};           ///< Where they do not depend on the options.
    bool needs_closed_form = false;  ///< For each group.
    void (*destroy)(const Model*) = nullptr;
    Model* (*clone)(const Model&) = nullptr;
    bool (*equals)(const Model&, const Model&) = nullptr;
    void (*visit_options)(Model&, detail::FieldVisitor&) = nullptr;
    Factor<T> (*curve)(const Model&, const Time&) = nullptr;  ///< Where that is all there is to it.
    bool (*is_factor)(const Model&) = nullptr;
    void (*at)(const Model&, Time, const Rates<T>&) = nullptr;
    Abilities (*abilities_of)(const Model&, std::size_t) = &Model::abilities_of;
    void (*next)(const Model&, Epoch, const Rates<T>&) = &Model::next;
    void (*start)(const Model&, const Rates<T>&) = &Model::start;
    detail::Product<C> (*factor)(const Model&, Time) = &Model::factor;
    bool (*multiply_ratio)(const Model&, Epoch, detail::Product<C>&) = &Model::multiply_ratio;
    Epoch (*unchanged_until)(const Model&, Epoch) = &Model::unchanged_until;
    detail::Leg (*leg)(const Model&, Epoch, const Group<T>&) = &Model::leg;
    void (*validate)(const Model&) = &Model::validate;
    void (*check_groups)(const Model&, std::size_t) = &Model::check_groups;
  };

  /// A schedule and its owners, and what most schedules do.
  struct Model {
    explicit Model(const Type& its_type) noexcept : type(&its_type) {}
    /// To be called when options have changed.
    void settle() { is_factor = type->is_factor != nullptr ? type->is_factor(*this) : type->abilities.factor; }
    [[noreturn]] void refuse(const char* what) const { throw std::logic_error(std::string(type->name) + " " + what); }

    static Abilities abilities_of(const Model& model, std::size_t) { return model.type->abilities; }
    /// By the ratio of the factors at t and t - 1; along the closed form where there is none.
    static void next(const Model& model, Epoch t, const Rates<T>& rates) {
      if (!model.is_factor || !detail::move_by_ratio(model, t, rates)) model.at(Time(t, 0), rates);
    }
    static void start(const Model& model, const Rates<T>& rates) {
      const Type& type = *model.type;
      type.abilities_of(model, rates.first).goes_on ? type.next(model, 0, rates) : type.at(model, Time(0, 0), rates);
    }
    static detail::Product<C> factor(const Model& model, Time) { model.refuse("is not a factor"); }
    static detail::Product<C> factor_of_curve(const Model& model, Time t) {
      return {model.type->curve(model, t).value};
    }
    static bool multiply_ratio(const Model& model, Epoch t, detail::Product<C>& ratio) {
      const auto factor = model.type->factor;
      const detail::Product<C> before = t > 0 ? factor(model, t - 1) : detail::Product<C>{};
      return detail::multiply_ratio(factor(model, t), before, ratio);
    }
    static Epoch unchanged_until(const Model&, Epoch t) { return t + 1; }
    static detail::Leg leg(const Model&, Epoch, const Group<T>&) { return {}; }
    static void validate(const Model&) {}
    static void check_groups(const Model& model, std::size_t groups) {
      detail::ListLengthCheck<T> check(model.type->name, groups);
      model.visit_options(check);
    }
    void at(Time t, const Rates<T>& rates) const { type->at(*this, t, rates); }
    bool multiply_ratio(Epoch t, detail::Product<C>& ratio) const { return type->multiply_ratio(*this, t, ratio); }
    void visit_options(detail::FieldVisitor& visitor) const {
      if (type->visit_options != nullptr) type->visit_options(const_cast<Model&>(*this), visitor);
    }

    const Type* type;
    mutable std::atomic<std::size_t> owners{1};
    bool is_factor = false;
  };
  explicit AnySchedule(Model* model) noexcept : model_(model) {}

  template <class S>
  struct Holder final : Model {
    explicit Holder(S&& given) : Model(type_of<S>), schedule(std::move(given)) { this->settle(); }
    explicit Holder(const S& given) : Model(type_of<S>), schedule(given) { this->settle(); }

    static constexpr bool moves_rates = detail::MovesRates<S, T>;
    static constexpr bool moves_next =
        requires(const S& combinator, const Rates<T>& rates) { combinator.next(Epoch{}, rates); };
    static constexpr bool has_curve = !moves_rates && detail::HasAt<S, T, Epoch>;
    static constexpr bool has_time = !moves_rates && detail::HasAt<S, T, Time>;
    static constexpr bool has_next = detail::HasMoveNext<S, T> || detail::HasRateNext<S, T>;
    static constexpr bool curve_chains = !moves_rates && detail::CurveChains<S, T>;
    static constexpr bool drives_momentum = !moves_rates && detail::CurveDrivesMomentum<S, T>;
    using Point = std::conditional_t<has_time, Time, Epoch>;

    using Curve = decltype(detail::curve_at<T>(std::declval<const S&>(), Point{}));
    static constexpr bool is_factor_curve = has_curve && std::derived_from<Curve, Factor<T>>;
    static constexpr bool is_plain_factor = std::same_as<Curve, Factor<T>>;

    static constexpr Type make_type() {
      Type type{.name = detail::name_of<S>(), .destroy = &destroy, .clone = &clone, .at = &at};
      type.abilities = {.closed_form = has_curve,
                        .continuous = has_time,
                        .factor = is_factor_curve,
                        .goes_on = !has_curve,
                        .chains = has_next || curve_chains};
      if constexpr (requires { S::goes_on; }) type.abilities.goes_on = S::goes_on;
      if constexpr (requires { S::own_base; }) type.abilities.own_base = S::own_base;
      type.needs_closed_form = moves_rates && !moves_next;
      constexpr bool asks = requires(const S& s) { s.drives_momentum(); };
      if constexpr (moves_rates || drives_momentum || asks) type.abilities_of = &abilities_of;
      if constexpr (detail::names_fields<S>()) {
        type.visit_options = &visit_options;
      } else if constexpr (std::equality_comparable<S>) {
        type.equals = &equals;
      }
      if constexpr (requires(const S& s) { s.validate(); }) type.validate = &validate;
      if constexpr (requires(const S& s) { s.check_groups(std::size_t{}); }) {
        type.check_groups = &check_groups;
      }
      if constexpr (moves_rates && requires(const S& s) { s.is_factor(); }) type.is_factor = &is_factor;
      if constexpr (moves_next || has_next || (curve_chains && !is_plain_factor)) type.next = &next;
      constexpr bool has_rates_start = requires(const S& s, const Rates<T>& rates) { s.start(rates); };
      if constexpr (has_rates_start || requires(const S& s) { s.start(); }) type.start = &start;
      if constexpr (has_curve && is_plain_factor) {
        type.curve = &curve;
        type.factor = &Model::factor_of_curve;
      }
      if constexpr (has_factor || (is_factor_curve && !is_plain_factor)) type.factor = &factor;
      if constexpr (requires(const S& s, detail::Product<C>& ratio) { s.multiply_ratio(Epoch{}, ratio); }) {
        type.multiply_ratio = &multiply_ratio;
      }
      if constexpr (detail::KnowsUnchanged<S>) type.unchanged_until = &unchanged_until;
      if constexpr (detail::HasLegs<S, T>) type.leg = &leg;
      return type;
    }
    static constexpr bool has_factor = requires(const S& s) {
      { s.factor(Time{}) } -> std::same_as<detail::Product<C>>;
    };

    static const S& of(const Model& model) { return static_cast<const Holder&>(model).schedule; }

    static void destroy(const Model* model) { delete static_cast<const Holder*>(model); }
    static Model* clone(const Model& model) { return new Holder(of(model)); }
    static void visit_options(Model& model, detail::FieldVisitor& visitor) {
      detail::visit_fields(static_cast<Holder&>(model).schedule, visitor);
    }
    static bool equals(const Model& left, const Model& right) { return of(left) == of(right); }
    static void validate(const Model& model) { of(model).validate(); }
    static void check_groups(const Model& model, std::size_t groups) { of(model).check_groups(groups); }
    static bool is_factor(const Model& model) { return of(model).is_factor(); }

    static Abilities abilities_of(const Model& model, std::size_t group) {
      if constexpr (moves_rates) {
        return of(model).abilities(group);
      } else {
        Abilities can = model.type->abilities;
        if constexpr (requires { of(model).drives_momentum(); }) {
          can.momentum = of(model).drives_momentum();
        } else {
          const std::optional<T> at_start = of(model).at(Epoch{}).momentum(Group<T>(T(0), group));
          can.momentum = at_start.has_value();
        }
        return can;
      }
    }

    static void at(const Model& model, Time t, const Rates<T>& rates) {
      if constexpr (moves_rates) {
        of(model).at(t, rates);
      } else if constexpr (has_curve) {
        const Curve now = curve(model, t);
        rates.apply(now);
        if constexpr (drives_momentum) rates.apply_momentum(now);
      } else {
        model.refuse("has no closed form");
      }
    }
    static Curve curve(const Model& model, const Time& t) {
      if constexpr (detail::HasCurveAt<S, T, Time>) {
        return of(model).at(t);
      } else if constexpr (has_time) {
        return detail::curve_at<T>(of(model), t);
      } else {
        if (t.fraction != 0) model.refuse("is not continuous");
        return detail::curve_at<T>(of(model), t.epoch);
      }
    }

    static void next(const Model& model, Epoch t, const Rates<T>& rates) {
      const S& schedule = of(model);
      if constexpr (moves_next) {
        schedule.next(t, rates);
      } else if constexpr (has_next) {
        if constexpr (detail::HasMoveNext<S, T>) {
          rates.apply(schedule.next(t));
        } else {
          rates.apply(detail::GroupwiseMove<S, T>{&schedule, t});
        }
        if constexpr (drives_momentum) rates.apply_momentum(schedule.at(t));
      } else {
        const auto now = schedule.at(t);
        if (t > 0) {
          rates.apply(now.after(schedule.at(t - 1)));
        } else if constexpr (std::default_initializable<Curve>) {
          rates.apply(now.after(Curve{}));
        } else {
          rates.apply(now.after(now));
        }
        if constexpr (drives_momentum) rates.apply_momentum(now);
      }
    }

    static void start(const Model& model, const Rates<T>& rates) {
      if constexpr (requires { of(model).start(rates); }) {
        of(model).start(rates);
      } else {
        rates.apply(of(model).start());
      }
    }

    static detail::Product<C> factor(const Model& model, Time t) {
      if constexpr (has_factor) {
        return of(model).factor(t);
      } else {
        const Curve now = curve(model, t);
        if constexpr (requires { now.product(); }) {
          return now.product();
        } else {
          return {now.value};
        }
      }
    }
    static bool multiply_ratio(const Model& model, Epoch t, detail::Product<C>& ratio) {
      return of(model).multiply_ratio(t, ratio);
    }
    static Epoch unchanged_until(const Model& model, Epoch t) { return of(model).unchanged_until(t); }
    static detail::Leg leg(const Model& model, Epoch t, const Group<T>& group) { return of(model).leg(t, group); }

    S schedule;
  };

  template <class S>
  static constexpr Type type_of = Holder<S>::make_type();

  Model* model_ = nullptr;
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

/// The one schedule that another modifies: it needs a closed form.
template <Scalar T>
void validate_child(const Check& check, std::string_view field, const AnySchedule<T>& child) {
  try {
    child.validate();
  } catch (const std::invalid_argument& error) {
    check.refuse(std::string(field) + ": " + error.what());
  }
  if (!child.abilities().closed_form) check.refuse(field, "must have a closed form", std::string(child.name()));
}

/// What is left of its abilities where another schedule modifies it: what chains is a factor.
[[nodiscard]] inline Abilities modified(Abilities can) {
  can.goes_on = false;
  can.chains = can.factor;
  return can;
}

/// The time of a schedule that cannot be asked between epochs: the last whole step.
[[nodiscard]] constexpr Time time_for(const Abilities& can, const Time& t) {
  return can.continuous ? t : Time(t.epoch, 0);
}

/// The rates of a schedule at a time by its own clock, between whose steps not all groups may have rates. Momentum is
/// that of a jump to that time, as a step by another clock may go past the end of a phase.
template <Scalar T>
void at_by_clock(const AnySchedule<T>& schedule, const Time& t, const Rates<T>& all) {
  if (t.fraction == 0 && all.momentums == nullptr) return schedule.at(t, all);
  Rates<T> rates = all;
  rates.momentum_since = -1;
  if (t.fraction == 0) return schedule.at(t, rates);
  const auto time_of = [&](std::size_t i) { return time_for(schedule.abilities(rates.first + i), t); };
  for (std::size_t begin = 0, end = 0; begin < rates.lrs.size(); begin = end) {  // runs of groups that are alike
    const Time time = time_of(begin);
    for (++end; end < rates.lrs.size() && time_of(end) == time;) ++end;
    schedule.at(time, rates.part(begin, end - begin));
  }
}

/// The rates that move(rates) gives from other base rates than the groups': those that base_of(base_lr) gives.
template <Scalar T, class BaseOf, class Move>
void move_from(const Rates<T>& rates, const BaseOf& base_of, const Move& move) {
  if (rates.lrs.size() == 1) {
    const T base_lr = base_of(rates.base_lrs[0]);
    Rates<T> one = rates;
    one.base_lrs = {&base_lr, 1};
    return move(one);
  }
  constexpr std::size_t block = 64;
  T base_lrs[block];
  for (std::size_t from = 0; from < rates.lrs.size(); from += block) {
    Rates<T> part = rates.part(from, smaller(block, rates.lrs.size() - from));
    for (std::size_t i = 0; i < part.lrs.size(); ++i) base_lrs[i] = base_of(part.base_lrs[i]);
    part.base_lrs = {base_lrs, part.lrs.size()};
    move(part);
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
