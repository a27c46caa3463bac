// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_FIELD_HPP
#define LR_SCHEDULER_DETAIL_FIELD_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/option.hpp>

namespace lr_scheduler::detail {

// Options are named once, in a schedule's fields(). What saves, reads, prints and compares them sees each as a Field, a
// pointer and a kind, so that it is compiled once and not once for each schedule.

struct OptionAccess {
  template <class U>
  static U& value(Required<U>& option) {
    return option.value_;
  }
  static Epoch& value(Count& option) { return option.value_; }
  template <auto First, auto Last>
  static auto& value(Choice<First, Last>& option) {
    return option.value_;
  }
  static double& value(Length& option) { return option.value_; }
  template <class Option, class Value>
  static std::vector<Value>& values(NumberList<Option, Value>& option) {
    return option.values_;
  }
  template <class Option, class Value>
  static void settle(NumberList<Option, Value>& option) {
    option.settle();
  }
  template <class U>
  static U* element(OneOrPerGroup<U>& option, std::size_t i) {
    return option.per_group_ ? &option.list_[i] : &option.one_;
  }
  template <class U>
  static void resize(OneOrPerGroup<U>& option, std::size_t size, bool per_group) {
    option.per_group_ = per_group;
    option.list_.resize(per_group ? size : 0);
  }
};

class FieldVisitor;

enum class Kind : unsigned char {
  integer,
  real,
  flag,
  enumeration,
  text,
  list,
  optional,
  one_or_per_group,
  table,
  options,
  callable,
};

/// Options before they are read: those without a default come first and are blank.
template <class S, class... Blanks>
[[nodiscard]] S blank(Blanks... blanks) {
  static_assert(sizeof...(Blanks) <= 16, "options without a default stand before those with one");
  if constexpr (requires { S{blanks...}; }) {
    return S{blanks...};
  } else {
    return blank<S>(blanks..., Blank{});
  }
}

/// What is known of an option's type.
struct FieldType {
  Kind kind = Kind::real;
  bool is_signed = false;  ///< Of an integer or an enumeration, as `size`.
  std::size_t size = 0;
  std::int64_t first_value = 0;               ///< Of an enumeration, of which not all may be allowed.
  std::span<const std::string_view> names{};  ///< Of an enumeration.
  const FieldType* element_type = nullptr;    ///< Of a container: a list, an optional or one for each group.
  std::size_t (*count)(void*) = nullptr;      ///< How many elements it holds now.
  bool (*is_list)(void*) = nullptr;           ///< Whether one value for each group is given.
  void* (*element)(void*, std::size_t) = nullptr;
  void (*resize)(void*, std::size_t, bool as_list) = nullptr;
  void (*settle)(void*) = nullptr;             ///< Called after elements were written.
  Epoch (*key)(void*, std::size_t) = nullptr;  ///< Of a table's element, as the one that follows.
  void* (*insert)(void*, Epoch key) = nullptr;
  std::string_view (*name)(void*) = nullptr;  ///< Of what has options of its own, as the two that follow.
  void (*read)(void*, FieldVisitor&) = nullptr;
  void (*write)(void*, FieldVisitor&) = nullptr;
};

template <class V>
inline constexpr bool is_vector = false;
template <class U>
inline constexpr bool is_vector<std::vector<U>> = true;
template <class V>
inline constexpr bool is_number_list = false;
template <class Option, class Value>
inline constexpr bool is_number_list<NumberList<Option, Value>> = true;
template <class V>
inline constexpr bool is_optional = false;
template <class U>
inline constexpr bool is_optional<std::optional<U>> = true;
/// What is behind the wrapper of a number of steps.
template <class U>
using held_type =
    std::conditional_t<std::same_as<U, Count>, Epoch, std::conditional_t<std::same_as<U, Length>, double, U>>;
template <class V>
inline constexpr bool is_choice = false;
template <auto First, auto Last>
inline constexpr bool is_choice<Choice<First, Last>> = true;
template <class V>
inline constexpr bool is_one_or_per_group = false;
template <class U>
inline constexpr bool is_one_or_per_group<OneOrPerGroup<U>> = true;
/// Has options of its own, as a schedule in a combinator has.
template <class V>
concept HoldsOptions = requires(V& value, const V& constant, FieldVisitor& visitor) {
  constant.name();
  constant.is_blank();
  constant.visit_options(visitor);
  value.visit_options(visitor);
};

/// A std::map from integers, or what is like it.
template <class V>
concept IntegerMap = requires {
  typename V::mapped_type;
  requires std::same_as<typename V::key_type, Epoch>;
};
template <class Map>
[[nodiscard]] auto nth(Map& map, std::size_t i) {
  auto element = map.begin();
  while (i-- > 0) ++element;
  return element;
}
struct AnyVisit {
  void operator()(std::string_view, auto&) const {}
};
/// Names its options.
template <class S>
concept FieldsOfTheForm = requires(S& schedule) { S::fields(schedule, AnyVisit{}); };
template <class S>
void visit_fields(S& values, FieldVisitor& visitor);

template <class V>
[[nodiscard]] constexpr FieldType make_field_type();
template <class V>
inline constexpr FieldType field_type = make_field_type<V>();

template <class V>
[[nodiscard]] constexpr FieldType make_field_type() {
  FieldType type;
  if constexpr (std::same_as<V, bool>) {
    type.kind = Kind::flag;
    type.size = sizeof(bool);
  } else if constexpr (std::integral<V>) {
    type.kind = Kind::integer;
    type.is_signed = std::signed_integral<V>;
    type.size = sizeof(V);
  } else if constexpr (std::is_enum_v<V>) {
    type.kind = EnumNames<V>::values.empty() ? Kind::integer : Kind::enumeration;
    type.is_signed = std::signed_integral<std::underlying_type_t<V>>;
    type.size = sizeof(V);
    type.names = EnumNames<V>::values;
  } else if constexpr (is_choice<V>) {
    []<auto First, auto Last>(FieldType& of, std::type_identity<Choice<First, Last>>) {
      of = make_field_type<std::remove_const_t<decltype(First)>>();
      of.first_value = static_cast<std::int64_t>(First);
      of.names = of.names.subspan(static_cast<std::size_t>(First),
                                  static_cast<std::size_t>(Last) - static_cast<std::size_t>(First) + 1);
    }(type, std::type_identity<V>{});
  } else if constexpr (Scalar<V>) {
    type.kind = Kind::real;
  } else if constexpr (std::same_as<V, std::string>) {
    type.kind = Kind::text;
  } else if constexpr (HoldsOptions<V>) {
    type.kind = Kind::options;
    type.name = [](void* value) { return std::string_view(static_cast<V*>(value)->name()); };
    type.read = [](void* value, FieldVisitor& visitor) { static_cast<const V*>(value)->visit_options(visitor); };
    type.write = [](void* value, FieldVisitor& visitor) { static_cast<V*>(value)->visit_options(visitor); };
  } else if constexpr (FieldsOfTheForm<V>) {
    type.kind = Kind::options;
    type.name = [](void*) { return std::string_view(V::name); };
    type.read = [](void* value, FieldVisitor& visitor) { visit_fields(*static_cast<const V*>(value), visitor); };
    type.write = [](void* value, FieldVisitor& visitor) { visit_fields(*static_cast<V*>(value), visitor); };
  } else if constexpr (IntegerMap<V>) {
    type.kind = Kind::table;
    type.element_type = &field_type<typename V::mapped_type>;
    type.count = [](void* value) { return static_cast<V*>(value)->size(); };
    type.element = [](void* value, std::size_t i) -> void* { return &nth(*static_cast<V*>(value), i)->second; };
    type.resize = [](void* value, std::size_t, bool) { static_cast<V*>(value)->clear(); };
    type.key = [](void* value, std::size_t i) -> Epoch { return nth(*static_cast<V*>(value), i)->first; };
    type.insert = [](void* value, Epoch key) -> void* { return &(*static_cast<V*>(value))[key]; };
  } else if constexpr (is_function<V>) {
    type.kind = Kind::callable;
  } else if constexpr (is_number_list<V>) {
    type.kind = Kind::list;
    type.element_type = &field_type<typename V::value_type>;
    type.count = [](void* value) { return static_cast<V*>(value)->size(); };
    type.element = [](void* value, std::size_t i) -> void* {
      return &OptionAccess::values(*static_cast<V*>(value))[i];
    };
    type.resize = [](void* value, std::size_t size, bool) {
      OptionAccess::values(*static_cast<V*>(value)).resize(size);
    };
    type.settle = [](void* value) { OptionAccess::settle(*static_cast<V*>(value)); };
  } else if constexpr (is_vector<V>) {
    using U = typename V::value_type;
    type.kind = Kind::list;
    type.element_type = &field_type<U>;
    type.count = [](void* value) { return static_cast<V*>(value)->size(); };
    type.element = [](void* value, std::size_t i) -> void* { return &(*static_cast<V*>(value))[i]; };
    if constexpr (std::default_initializable<U>) {
      type.resize = [](void* value, std::size_t size, bool) { static_cast<V*>(value)->resize(size); };
    } else if constexpr (FieldsOfTheForm<U>) {
      type.resize = [](void* value, std::size_t size, bool) { static_cast<V*>(value)->resize(size, blank<U>()); };
    }
  } else if constexpr (is_optional<V>) {
    using U = typename V::value_type;
    type.kind = Kind::optional;
    type.element_type = &field_type<held_type<U>>;
    type.count = [](void* value) { return static_cast<std::size_t>(static_cast<V*>(value)->has_value()); };
    type.element = [](void* value, std::size_t) -> void* {
      if constexpr (!std::same_as<held_type<U>, U>) {
        return &OptionAccess::value(**static_cast<V*>(value));
      } else {
        return &**static_cast<V*>(value);
      }
    };
    type.resize = [](void* value, std::size_t size, bool) {
      if (size == 0) {
        static_cast<V*>(value)->reset();
      } else if constexpr (std::default_initializable<U>) {
        static_cast<V*>(value)->emplace();
      } else {
        static_cast<V*>(value)->emplace(Blank{});
      }
    };
  } else if constexpr (is_one_or_per_group<V>) {
    using U = typename V::value_type;
    type.kind = is_function<U> ? Kind::callable : Kind::one_or_per_group;
    type.element_type = &field_type<U>;
    type.count = [](void* value) { return static_cast<V*>(value)->size(); };
    type.is_list = [](void* value) { return static_cast<V*>(value)->per_group(); };
    type.element = [](void* value, std::size_t i) -> void* {
      return OptionAccess::element(*static_cast<V*>(value), i);
    };
    type.resize = [](void* value, std::size_t size, bool as_list) {
      OptionAccess::resize(*static_cast<V*>(value), size, as_list);
    };
  } else {
    static_assert(always_false<V>,
                  "fields() names an option of a type that can be neither saved nor read: use integers, reals, bools, "
                  "enumerations, texts, optionals and lists of these, OneOrPerGroup, schedules or std::function");
  }
  return type;
}

/// One option of a schedule, or one value of a state.
struct Field {
  const FieldType* type = nullptr;
  void* value = nullptr;
  bool is_required = false;
  bool is_const = false;  ///< It may be read alone.

  Field(const FieldType* of_type, void* of_value, bool constant) : type(of_type), value(of_value), is_const(constant) {}

  template <class V>
  [[nodiscard]] V* get_if() const noexcept {
    return type == &field_type<V> ? static_cast<V*>(value) : nullptr;
  }
  [[nodiscard]] std::size_t count() const { return type->count(value); }
  [[nodiscard]] bool is_list() const { return type->is_list == nullptr || type->is_list(value); }
  [[nodiscard]] Field element(std::size_t i) const { return {type->element_type, type->element(value, i), is_const}; }
};

template <class V>
[[nodiscard]] Field field_of(V& option) {
  using Option = std::remove_const_t<V>;
  auto& writable = const_cast<Option&>(option);
  if constexpr (requires { OptionAccess::value(writable); }) {
    auto& inner = OptionAccess::value(writable);
    using Inner = std::conditional_t<is_choice<Option>, Option, std::remove_reference_t<decltype(inner)>>;
    Field field(&field_type<Inner>, &inner, std::is_const_v<V>);
    field.is_required = !std::same_as<Option, Count> && !std::same_as<Option, Length> && !is_choice<Option>;
    return field;
  } else {
    Field field(&field_type<Option>, &writable, std::is_const_v<V>);
    if constexpr (HoldsOptions<Option>) field.is_required = option.is_blank();
    return field;
  }
}

/// Calls f with each schedule that a field holds: one, or some in a container. False where it is for none.
template <Scalar T, class F>
bool for_each_schedule(const Field& field, F&& f) {
  if (auto* const schedule = field.get_if<AnySchedule<T>>()) {
    f(*schedule);
    return true;
  }
  if (field.type->element_type != &field_type<AnySchedule<T>>) return false;
  for (std::size_t i = 0; i < field.count(); ++i) f(*field.element(i).template get_if<AnySchedule<T>>());
  return true;
}

/// What saves, reads, prints or compares options is shown them one by one.
class FieldVisitor {
 public:
  virtual void visit(std::string_view key, const Field& field) = 0;
  /// Called after the last, where that matters.
  virtual void end() {}

 protected:
  ~FieldVisitor() = default;
};

/// Reads saved options, comparing them with those that are there.
class OptionReader : public FieldVisitor {
 public:
  bool differ = false;  ///< Whether one did.

 protected:
  ~OptionReader() = default;
};

// A schedule has a `name` and a static fields(self, visit), or neither. A member of that name but of another form is
// found by making it ambiguous in a deriving class, so that it can be refused and not passed over.
struct HasFields {
  int fields;
};
struct HasName {
  int name;
};
template <class S, class Decoy>
struct WithDecoy : S, Decoy {};
template <class S>
concept CanBeProbed = std::is_class_v<S> && !std::is_final_v<S>;
template <class S>
concept MentionsFields = CanBeProbed<S> && !requires { &WithDecoy<S, HasFields>::fields; };
template <class S>
concept ClashesWithName = CanBeProbed<S> && !requires { &WithDecoy<S, HasName>::name; };
template <class S>
concept MentionsName = ClashesWithName<S> || requires { S::name; };

/// Whether a schedule names its options.
template <class S>
[[nodiscard]] constexpr bool names_fields() {
  if constexpr (MentionsFields<S> || FieldsOfTheForm<S>) {
    static_assert(MentionsName<S>, "a schedule with fields() needs a name: static constexpr std::string_view name");
    static_assert(FieldsOfTheForm<S>,
                  "fields() is of another form: template <class Self, class Visitor> static void fields(Self& self, "
                  "Visitor&& visit) { visit(\"option\", self.option); }");
    return MentionsName<S> && FieldsOfTheForm<S>;
  } else if constexpr (MentionsName<S>) {
    static_assert(!MentionsName<S>, "a schedule with a name needs fields(), which may name no option");
    return false;
  } else {
    return false;
  }
}

/// The name of a schedule's class, "custom" for one without.
template <class S>
[[nodiscard]] constexpr std::string_view name_of() {
  if constexpr (names_fields<S>()) {
    static_assert(std::convertible_to<decltype(S::name), std::string_view>,
                  "a schedule's name is a text: static constexpr std::string_view name");
    return S::name;
  } else {
    return "custom";
  }
}

/// Shows options to a visitor: one type for all schedules, so that each type of option is compiled once.
struct ShowOption {
  FieldVisitor& visitor;
  template <class V>
  void operator()(std::string_view key, V& option) const {
    visitor.visit(key, field_of(option));
  }
};

template <class S>
void visit_fields(S& values, FieldVisitor& visitor) {
  if constexpr (names_fields<std::remove_const_t<S>>()) std::remove_const_t<S>::fields(values, ShowOption{visitor});
}

// Whether two options are the same. Callables cannot be compared and count as equal.
template <Scalar T>
[[nodiscard]] bool same_values(const Field& left, const Field& right);

template <Scalar T, class Holder>
[[nodiscard]] bool equal_options(Holder& left, Holder& right) {
  struct Collector final : FieldVisitor {
    void visit(std::string_view, const Field& field) override { fields.push_back(field); }
    std::vector<Field> fields;
  };
  Collector ours;
  Collector theirs;
  left.visit_options(ours);
  right.visit_options(theirs);
  if (ours.fields.size() != theirs.fields.size()) return false;
  for (std::size_t i = 0; i < ours.fields.size(); ++i) {
    if (ours.fields[i].type != theirs.fields[i].type) return false;
    if (!same_values<T>(ours.fields[i], theirs.fields[i])) return false;
  }
  return true;
}

/// The same of what names its options and holds them as they are.
template <Scalar T, class S>
[[nodiscard]] bool equal_fields(const S& left, const S& right) {
  struct Holder {
    const S& options;
    void visit_options(FieldVisitor& visitor) const { visit_fields(options, visitor); }
  };
  const Holder ours{left};
  const Holder theirs{right};
  return equal_options<T>(ours, theirs);
}

template <class V>
[[nodiscard]] bool both_are_same(const Field& left, const Field& right) {
  return left.get_if<V>() != nullptr && *left.get_if<V>() == *right.get_if<V>();
}

template <Scalar T>
bool same_values(const Field& left, const Field& right) {
  switch (left.type->kind) {
    case Kind::callable:
      return true;
    case Kind::options:
      return both_are_same<AnySchedule<T>>(left, right);
    case Kind::integer:
    case Kind::enumeration:
    case Kind::flag:
      return std::memcmp(left.value, right.value, left.type->size) == 0;
    case Kind::real:
      return both_are_same<float>(left, right) || both_are_same<double>(left, right) ||
             both_are_same<long double>(left, right) || both_are_same<T>(left, right);
    case Kind::text:
      return both_are_same<std::string>(left, right);
    case Kind::list:
    case Kind::optional:
    case Kind::one_or_per_group:
    case Kind::table:
      break;
  }
  if (left.count() != right.count() || left.is_list() != right.is_list()) return false;
  for (std::size_t i = 0; i < left.count(); ++i) {
    if (left.type->kind == Kind::table && left.type->key(left.value, i) != right.type->key(right.value, i))
      return false;
    if (!same_values<T>(left.element(i), right.element(i))) return false;
  }
  return true;
}

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_FIELD_HPP
