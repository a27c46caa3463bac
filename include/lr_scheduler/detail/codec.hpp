// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_DETAIL_CODEC_HPP
#define LR_SCHEDULER_DETAIL_CODEC_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lr_scheduler/detail/bits.hpp>
#include <lr_scheduler/detail/field.hpp>
#include <lr_scheduler/detail/math.hpp>
#include <lr_scheduler/detail/text.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/state_dict.hpp>

namespace lr_scheduler::detail {

// Options and progress as state values, and back.

// Printing.

[[nodiscard]] inline std::string text_of(const StateValue& value, int digits);

/// Name(option=value, ...) for options with a "type", {key=value, ...} for any other dict; `more` is appended to the
/// options. Reals of a float scheduler (24 digits) are written as floats: 0.1 and not 0.10000000149011612.
[[nodiscard]] inline std::string text_of(const StateDict& dict, int digits, std::string_view more = {}) {
  std::string name;
  std::string body;
  for (const auto& [key, value] : dict.entries()) {
    if (key == "type" && value.get_if<std::string>() != nullptr) {
      name = *value.get_if<std::string>();
    } else if (!value.is_none()) {
      body += (body.empty() ? "" : ", ") + key + "=" + text_of(value, digits);
    }
  }
  if (!more.empty()) body += (body.empty() ? "" : ", ") + std::string(more);
  return name.empty() ? "{" + body + "}" : name + "(" + body + ")";
}

inline std::string text_of(const StateValue& value, int digits) {
  if (const auto* flag = value.get_if<bool>()) return text_of(*flag);
  if (const auto* integer = value.get_if<std::int64_t>()) return text_of(*integer);
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* dict = value.get_if<StateDict>()) return text_of(*dict, digits);
  if (const auto* real = value.get_if<double>()) {
    return digits == std::numeric_limits<float>::digits ? text_of(static_cast<float>(*real)) : text_of(*real);
  }
  if (const auto* list = value.get_if<StateValue::List>()) {
    std::string body;
    for (const auto& element : *list) body += (body.empty() ? "" : ", ") + text_of(element, digits);
    return "[" + body + "]";
  }
  return "none";
}

// Errors.

[[noreturn]] inline void throw_expected(std::string_view path, std::string_view what, const StateValue& got) {
  const auto* text = got.get_if<std::string>();
  const std::string shown = text != nullptr ? "\"" + *text + "\"" : got.is_none() ? "null" : text_of(got, 0);
  throw std::invalid_argument(std::string(path) + ": expected " + std::string(what) + ", got " + shown);
}

[[nodiscard]] inline const StateDict& require_dict(const StateValue& value, const std::string& path) {
  const auto* dict = value.get_if<StateDict>();
  if (dict == nullptr) throw_expected(path, "an object", value);
  return *dict;
}

[[nodiscard]] inline const StateValue& require_key(const StateDict& dict, std::string_view key,
                                                   const std::string& path) {
  const auto* value = dict.find(key);
  if (value == nullptr) throw std::invalid_argument(join(path, key) + ": missing key");
  return *value;
}

[[nodiscard]] inline const StateValue::List& require_list(const StateValue& value, const std::string& path) {
  const auto* list = value.get_if<StateValue::List>();
  if (list == nullptr) throw_expected(path, "a list", value);
  return *list;
}

// Numbers.

/// A real as a state value that reads back exactly: a double where it is one, its digits otherwise, and a word where it
/// is not finite.
template <Scalar T>
[[nodiscard]] StateValue encode_real(const T& x) {
  if (is_nan(x)) return "NaN";  // the words that JSON has for them
  if (!is_finite(x)) return x < T(0) ? "-Infinity" : "Infinity";
  if constexpr (std::same_as<T, float> || std::same_as<T, double>) {
    return static_cast<double>(x);
  } else {
    const volatile auto nearest = static_cast<double>(x);  // -ffast-math takes T(double(x)) for x
    if (!bits_differ(T(nearest), x)) return static_cast<double>(nearest);
    return text_of(x);
  }
}

/// Throws std::runtime_error where a real would lose digits in a text.
template <Scalar T>
void require_digits() {
  if constexpr (std::same_as<T, long double>) {
    const T third = T(1) / T(3);
    if (bits_differ(parse<T>(text_of(third)).value, third)) {
      throw std::runtime_error(
          "cannot save a state: printf() has fewer digits here than long double; with emscripten, link with "
          "-sPRINTF_LONG_DOUBLE");
    }
  }
}

/// Reads a real, or an integer or digits for one; nothing if the value is neither.
template <Scalar T>
[[nodiscard]] std::optional<T> decode_real(const StateValue& value) {
  if (const auto* real = value.get_if<double>()) return static_cast<T>(*real);
  if (const auto* integer = value.get_if<std::int64_t>()) return T(*integer);
  const auto* text = value.get_if<std::string>();
  if (text == nullptr || text->empty()) return std::nullopt;
  if (*text == "NaN") return static_cast<T>(from_bits<double>(std::uint64_t{0x7ff8'0000'0000'0000U}));
  if (*text == "Infinity") return static_cast<T>(from_bits<double>(std::uint64_t{0x7ff0'0000'0000'0000U}));
  if (*text == "-Infinity") return static_cast<T>(from_bits<double>(std::uint64_t{0xfff0'0000'0000'0000U}));
  if (text->find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
  const Parsed<long double> parsed = parse<long double>(*text);
  if (parsed.length != text->size()) return std::nullopt;
  if constexpr (std::floating_point<T>) {
    return static_cast<T>(parsed.value);  // a narrower type is rounded once, from all the digits
  } else {
    using Stream = std::conditional_t<Scalar<T>, std::istringstream, void>;
    Stream stream(*text);
    T x{};
    if (!(stream >> x) || stream.peek() != Stream::traits_type::eof()) return std::nullopt;
    return x;
  }
}

/// An integer, or a real that is whole.
[[nodiscard]] inline std::optional<std::int64_t> decode_integer(const StateValue& value) {
  if (const auto* integer = value.get_if<std::int64_t>()) return *integer;
  const auto* real = value.get_if<double>();
  if (real == nullptr || !is_finite(*real) || !(*real >= -0x1p62 && *real <= 0x1p62)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(*real);
  return static_cast<double>(whole) == *real ? std::optional<std::int64_t>(whole) : std::nullopt;
}

[[nodiscard]] inline std::int64_t read_integer(const Field& field) {
  std::int64_t value = 0;
  const auto as = [&](auto number) {
    std::memcpy(&number, field.value, sizeof(number));
    value = static_cast<std::int64_t>(number);  // NOLINT(bugprone-signed-char-misuse): a number, no character
  };
  const bool is_signed = field.type->is_signed;
  switch (field.type->size) {
    case 1:
      is_signed ? as(std::int8_t{}) : as(std::uint8_t{});
      break;
    case 2:
      is_signed ? as(std::int16_t{}) : as(std::uint16_t{});
      break;
    case 4:
      is_signed ? as(std::int32_t{}) : as(std::uint32_t{});
      break;
    default:
      as(std::int64_t{});
  }
  return value;
}

/// Whether the integer has room for the value.
[[nodiscard]] inline bool write_integer(const Field& field, std::int64_t value) {
  const auto as = [&](auto number) {
    using N = decltype(number);
    if (!std::in_range<N>(value)) return false;
    number = static_cast<N>(value);
    std::memcpy(field.value, &number, sizeof(number));
    return true;
  };
  const bool is_signed = field.type->is_signed;
  switch (field.type->size) {
    case 1:
      return is_signed ? as(std::int8_t{}) : as(std::uint8_t{});
    case 2:
      return is_signed ? as(std::int16_t{}) : as(std::uint16_t{});
    case 4:
      return is_signed ? as(std::int32_t{}) : as(std::uint32_t{});
    default:
      std::memcpy(field.value, &value, sizeof(value));  // unsigned ones above 2^63 - 1 were read as negative
      return true;
  }
}

/// Calls f with the real that a field holds, of whichever type.
template <Scalar T, class F>
void with_real(const Field& field, F&& f) {
  if (auto* const value = field.get_if<double>()) {
    f(*value);
  } else if (auto* const narrow = field.get_if<float>()) {
    f(*narrow);
  } else if (auto* const wide = field.get_if<long double>()) {
    f(*wide);
  } else if constexpr (!std::floating_point<T>) {
    f(*field.get_if<T>());
  }
}

// Fields.

template <Scalar T>
class EncodingVisitor;

/// The options of what has some: after the "type", all but callables.
template <Scalar T, class Holder>
[[nodiscard]] StateDict encode_options(const Holder& holder) {
  StateDict dict;
  dict.set("type", holder.name());
  EncodingVisitor<T> visitor(dict);
  holder.visit_options(visitor);
  return dict;
}

/// An option as a state value. Callables have none.
template <Scalar T>
[[nodiscard]] StateValue encode(const Field& field) {
  const FieldType& type = *field.type;
  switch (type.kind) {
    case Kind::flag:
      return *field.get_if<bool>();
    case Kind::integer:
      return read_integer(field);
    case Kind::enumeration: {
      const std::int64_t place = read_integer(field) - type.first_value;
      if (place < 0 || static_cast<std::uint64_t>(place) >= type.names.size()) return read_integer(field);
      return type.names[static_cast<std::size_t>(place)];
    }
    case Kind::text:
      return *field.get_if<std::string>();
    case Kind::real: {
      StateValue value;
      with_real<T>(field, [&value](const auto& real) { value = encode_real(real); });
      return value;
    }
    case Kind::options: {
      StateDict dict;
      dict.set("type", type.name(field.value));
      EncodingVisitor<T> visitor(dict);
      type.read(field.value, visitor);
      return dict;
    }
    case Kind::optional:
      return field.count() == 0 ? StateValue() : encode<T>(field.element(0));
    case Kind::table: {
      StateDict dict;
      for (std::size_t i = 0; i < field.count(); ++i) {
        dict.set(text_of(type.key(field.value, i)), encode<T>(field.element(i)));
      }
      return dict;
    }
    case Kind::list:
    case Kind::one_or_per_group:
      break;
    case Kind::callable:
      return {};
  }
  if (!field.is_list()) return encode<T>(field.element(0));
  StateValue::List list;
  for (std::size_t i = 0; i < field.count(); ++i) list.push_back(encode<T>(field.element(i)));
  return list;
}

template <Scalar T>
class EncodingVisitor final : public FieldVisitor {
 public:
  explicit EncodingVisitor(StateDict& dict) noexcept : dict_(dict) {}
  void visit(std::string_view key, const Field& field) override {
    if (field.type->kind != Kind::callable) dict_.set(key, encode<T>(field));
  }

 private:
  StateDict& dict_;
};

/// Reads an option, all kinds but callables and schedules; `path` names it in errors. Throws std::invalid_argument.
template <Scalar T>
void decode(const StateValue& value, const Field& field, const std::string& path) {
  const FieldType& type = *field.type;
  if (field.is_const) throw std::invalid_argument(path + ": cannot be set, it is a constant");
  switch (type.kind) {
    case Kind::flag: {
      const auto* flag = value.get_if<bool>();
      if (flag == nullptr) throw_expected(path, "true or false", value);
      *field.get_if<bool>() = *flag;
      return;
    }
    case Kind::integer: {
      const std::optional<std::int64_t> integer = decode_integer(value);
      if (!integer) throw_expected(path, "an integer", value);
      if (!write_integer(field, *integer)) throw_expected(path, "a smaller integer", value);
      return;
    }
    case Kind::enumeration: {
      const auto* text = value.get_if<std::string>();
      std::string choices;
      std::int64_t i = type.first_value;
      for (const std::string_view name : type.names) {
        if (text != nullptr && *text == name) {
          static_cast<void>(write_integer(field, i));
          return;
        }
        choices += (choices.empty() ? "\"" : " or \"") + std::string(name) + "\"";
        ++i;
      }
      throw_expected(path, choices, value);
    }
    case Kind::text: {
      const auto* text = value.get_if<std::string>();
      if (text == nullptr) throw_expected(path, "a text", value);
      *field.get_if<std::string>() = *text;
      return;
    }
    case Kind::real:
      with_real<T>(field, [&](auto& real) {
        const auto number = decode_real<std::remove_reference_t<decltype(real)>>(value);
        if (!number) throw_expected(path, "a number", value);
        real = *number;
      });
      return;
    case Kind::optional:
      type.resize(field.value, value.is_none() ? 0 : 1, false);
      if (!value.is_none()) decode<T>(value, field.element(0), path);
      return;
    case Kind::list:
    case Kind::one_or_per_group: {
      const auto* list = value.get_if<StateValue::List>();
      if (list == nullptr) {
        if (type.kind == Kind::list) throw_expected(path, "a list", value);
        type.resize(field.value, 1, false);
        decode<T>(value, field.element(0), path);
        return;
      }
      if (list->empty() && type.kind == Kind::one_or_per_group) throw_expected(path, "a value or some", value);
      type.resize(field.value, list->size(), true);
      for (std::size_t i = 0; i < list->size(); ++i) decode<T>((*list)[i], field.element(i), join(path, i));
      if (type.settle != nullptr) type.settle(field.value);
      return;
    }
    case Kind::table:
      type.resize(field.value, 0, false);
      for (const auto& [key, element] : require_dict(value, path).entries()) {
        const std::optional<std::int64_t> integer = decode_integer(parse<double>(key).value);
        if (!integer || text_of(*integer) != key) throw_expected(path, "integers as keys", key);
        decode<T>(element, {type.element_type, type.insert(field.value, *integer), false}, join(path, key));
      }
      return;
    case Kind::options:
    case Kind::callable:
      break;
  }
}

/// Throws std::invalid_argument for a key of a dict that is none of the keys of another.
inline void require_known_keys(const StateDict& dict, const StateDict& known, std::string_view of,
                               const std::string& path) {
  for (const auto& entry : dict.entries()) {
    if (known.find(entry.key) == nullptr) {
      throw std::invalid_argument(join(path, entry.key) + ": unknown key for " + std::string(of));
    }
  }
}

/// Whether two values are the same to the precision of the run that saved one of them.
template <Scalar T>
[[nodiscard]] bool same_to(int digits, const StateValue& left, const StateValue& right) {
  if (left == right) return true;
  const auto* left_list = left.get_if<StateValue::List>();
  const auto* right_list = right.get_if<StateValue::List>();
  if (left_list != nullptr && right_list != nullptr && left_list->size() == right_list->size()) {
    for (std::size_t i = 0; i < left_list->size(); ++i) {
      if (!same_to<T>(digits, (*left_list)[i], (*right_list)[i])) return false;
    }
    return true;
  }
  const bool is_real = left.get_if<double>() != nullptr || right.get_if<double>() != nullptr;
  const std::optional<T> a = is_real ? decode_real<T>(left) : std::nullopt;
  const std::optional<T> b = is_real ? decode_real<T>(right) : std::nullopt;
  if (!a || !b) return false;
  if (digits == std::numeric_limits<float>::digits) {
    return !bits_differ(static_cast<float>(*a), static_cast<float>(*b));
  }
  if (digits == std::numeric_limits<double>::digits) {
    return !bits_differ(static_cast<double>(*a), static_cast<double>(*b));
  }
  return !bits_differ(*a, *b);
}

/// Reads the options of a state into a copy of the constructed ones, comparing them. Under OnMismatch::error the first
/// that differs throws std::invalid_argument with both values.
template <Scalar T>
class SavedOptions final : public OptionReader {
 public:
  /// `digits` is the precision of the run that saved them.
  SavedOptions(const StateDict& saved, OnMismatch on_mismatch, int digits, std::string path)
      : saved_(saved), on_mismatch_(on_mismatch), digits_(digits), path_(std::move(path)) {}

  /// Call it first: options of another class cannot be compared, taken or kept.
  void require_type(std::string_view name, const StateDict& constructed) const {
    const StateValue& type = require_key(saved_, "type", path_);
    if (type != StateValue(name)) {
      throw std::invalid_argument(join(path_, "type") + " is " + text_of(type, 0) + " in the state and " +
                                  std::string(name) + " in the scheduler");
    }
    require_known_keys(saved_, constructed, name, path_);
  }

  void visit(std::string_view key, const Field& field) override {
    if (field.type->kind == Kind::callable) return;
    const std::string path = join(path_, key);
    const StateValue& theirs = require_key(saved_, key, path_);
    if (field.type->kind == Kind::options) return visit_child(theirs, field, path);
    if (field.type->element_type != nullptr && field.type->element_type->kind == Kind::options) {
      visit_children(theirs, field, path);
      return;
    }
    const StateValue ours = encode<T>(field);
    const int digits = digits_of(field);
    if (field.is_const) {
      if (on_mismatch_ == OnMismatch::take_saved && !same_to<compute_t<T>>(digits, theirs, ours)) {
        throw std::invalid_argument(path + ": cannot be taken from the state, it is a constant");
      }
      compare(path, theirs, ours, theirs, digits);
    } else {
      decode<T>(theirs, field, path);
      compare(path, theirs, ours, encode<T>(field), digits);
    }
  }

 private:
  /// A length of time has all its digits in a run of floats too.
  [[nodiscard]] int digits_of(const Field& field) const noexcept {
    const FieldType* type = field.type;
    while (type->element_type != nullptr) type = type->element_type;
    const bool is_length = std::same_as<T, float> && type == &field_type<double>;
    return is_length ? std::numeric_limits<double>::digits : digits_;
  }

  void compare(const std::string& path, const StateValue& theirs, const StateValue& ours, const StateValue& taken,
               int digits) {
    if (same_to<compute_t<T>>(digits, taken, ours)) return;
    differ = true;
    if (on_mismatch_ == OnMismatch::error) {
      throw std::invalid_argument(path + " is " + text_of(theirs, digits) + " in the state and " + text_of(ours, 0) +
                                  " in the scheduler");
    }
  }

  void visit_children(const StateValue& theirs, const Field& field, const std::string& path) {
    if (field.type->kind == Kind::optional && field.count() == 1 && !theirs.is_none()) {
      return visit_child(theirs, field.element(0), path);
    }
    if (field.type->kind == Kind::optional) return compare_presence(theirs, field, path);
    const StateValue::List& list = require_list(theirs, path);
    if (list.size() != field.count()) {
      throw std::invalid_argument(path + " has " + std::to_string(list.size()) + " elements in the state and " +
                                  std::to_string(field.count()) + " in the scheduler");
    }
    for (std::size_t i = 0; i < list.size(); ++i) visit_child(list[i], field.element(i), join(path, i));
  }

  void visit_child(const StateValue& theirs, const Field& child, const std::string& path) {
    SavedOptions<T> options(require_dict(theirs, path), on_mismatch_, digits_, path);
    const StateValue constructed = encode<T>(child);
    options.require_type(child.type->name(child.value), *constructed.get_if<StateDict>());
    child.type->write(child.value, options);
    differ = differ || options.differ;
  }

  /// A schedule that is there in one of the two alone can be neither taken nor kept.
  static void compare_presence(const StateValue& theirs, const Field& field, const std::string& path) {
    if (theirs.is_none() == (field.count() == 0)) return;
    throw std::invalid_argument(path + " is " + (theirs.is_none() ? "none" : "there") + " in the state and " +
                                (field.count() == 0 ? "none" : "there") + " in the scheduler");
  }

  const StateDict& saved_;
  OnMismatch on_mismatch_;
  int digits_;
  std::string path_;
};

}  // namespace lr_scheduler::detail

#endif  // LR_SCHEDULER_DETAIL_CODEC_HPP
