// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_GENERATED_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_GENERATED_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace lr_scheduler::testing {

/// What a test draws from a row of bytes. When they are used up it draws zeros, which stand for the simplest: so a
/// tool that shortens the row and lowers the bytes simplifies what is drawn.
class Choices {
 public:
  explicit Choices(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] bool are_used_up() const { return used_ >= bytes_.size(); }
  /// 0 to count - 1, of at most 256.
  std::size_t below(std::size_t count) { return are_used_up() ? 0 : bytes_[used_++] % count; }
  /// Seldom true.
  bool one_in(std::size_t count) { return below(count) == count - 1; }
  template <class V>
  const V& of(const std::vector<V>& values) {
    return values[below(values.size())];
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

/// What a generated schedule is to be.
enum class Wanted {
  any,
  closed_form,        ///< It knows the rate at any epoch.
  later_closed_form,  ///< So it does late in a sequence.
  factor,             ///< It multiplies the base rate.
};

/// Draws schedules of all classes, as the JSON that names them: one function for each class, with options that are in
/// range. They nest to a depth.
class GeneratedSchedules {
 public:
  /// Options that are lists have this many values. With extremes some options are at the ends of their range, or so
  /// large that a type cannot hold them, which is refused.
  GeneratedSchedules(Choices& choices, std::size_t groups, bool extremes)
      : choices_(choices), groups_(groups), extremes_(extremes) {}

  nlohmann::json schedule(Wanted wanted, int depth);
  /// One that depends on a metric.
  nlohmann::json feedback(int depth);

 private:
  using Json = nlohmann::json;

  Json count(std::int64_t least = 0);
  Json real(double least = 0);
  Json rate();
  Json share();
  Json length(double least = 0);
  Json rates();
  Json flag() { return choices_.one_in(2); }
  Json text(const std::vector<std::string>& texts) { return choices_.of(texts); }
  std::vector<std::int64_t> milestones(std::size_t size);
  /// Leaves an option out at times.
  void option(Json& json, const char* key, Json value) {
    if (choices_.one_in(2)) json[key] = std::move(value);
  }
  void warmup(Json& json, bool has_start);

  Json factor_leaf();
  Json closed_leaf(bool goes_on);
  Json combinator(Wanted wanted, int depth);
  Json children(Wanted first, Wanted later, std::size_t size, int depth);

  Choices& choices_;
  std::size_t groups_;
  bool extremes_;
};

/// The functions that generated schedules name, from lowest to highest: for lr_lambda.
struct NamedFunction {
  const char* name;
  double (*factor)(std::int64_t);
  double highest;  ///< Of all epochs.
};
const std::vector<NamedFunction>& named_functions();

/// Between what a schedule with a closed form can be at any time.
struct Span {
  long double lowest;
  long double highest;
};
/// Worked out from the options of a schedule and of those in it, for a group.
Span span_of(const nlohmann::json& schedule, long double base_lr, std::size_t group);

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_GENERATED_HPP
