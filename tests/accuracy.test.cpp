// SPDX-License-Identifier: MIT
// The bounds that docs/benchmarks.md gives, on fewer cases than accuracy_benchmark runs.
#include "support/accuracy.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

#include <lr_scheduler/schedulers.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

/// In units in the last place: rounded once in float, as a curve is computed in double.
template <class T>
constexpr double bound = std::is_same_v<T, float>    ? 0.501
                         : std::is_same_v<T, double> ? 2
                                                     : 3;

/// A chain rounds once more for each of its links.
template <class T>
double bound_of(const typename AccuracyCases<T>::Row& row) {
  return bound<T> + 2 * (row.links - 1);
}

/// What hands a time or a rate on, rounded: see docs/benchmarks.md.
bool hands_on_what_is_rounded(std::string_view name) {
  return name.starts_with("Cycles") || name == "Retimed stretched" || name == "Scaled";
}

TEMPLATE_TEST_CASE("with ordinary options every rate and momentum is as near to its definition as promised", "", float,
                   double, long double) {
  using T = TestType;
  for (const auto& row : AccuracyCases<T>::rows()) {
    if (hands_on_what_is_rounded(row.name)) continue;
    const AccuracyOf worst = measure_accuracy<T>(row, false, 12, 4);
    INFO(row.name << ": " << worst.where);
    CHECK(worst.rate <= bound_of<T>(row));
    CHECK(worst.momentum <= bound_of<T>(row));
  }
}

TEMPLATE_TEST_CASE("with adversarial options a rate loses at most 4 units in the last place", "", double, long double) {
  using T = TestType;
  for (const auto& row : AccuracyCases<T>::rows()) {
    if (hands_on_what_is_rounded(row.name) || row.name == "CyclicLR" || row.name == "Anneal" ||
        row.name == "RAdamWarmup") {
      continue;  // see docs/benchmarks.md
    }
    const AccuracyOf worst = measure_accuracy<T>(row, true, 12, 4);
    INFO(row.name << ": " << worst.where);
    CHECK(worst.rate <= std::max(4.0, bound_of<T>(row)));
    CHECK(worst.momentum <= 4);
  }
}

template <class... Bound>
std::set<std::string> names_of(TypeList<Bound...>) {
  return {std::string(Bound::schedule_type::name)...};
}

TEST_CASE("the accuracy of every schedule with a closed form is measured") {
  std::set<std::string> measured;
  for (const auto& row : AccuracyCases<double>::rows()) measured.insert(row.name.substr(0, row.name.find(' ')));
  measured.insert("MultiplicativeLR");  // the user's function, times the rate that is there
  CHECK(measured == names_of(AllSchedulers<double>{}));
}

TEST_CASE("an error is counted in units in the last place, and in the smallest number below the normal ones") {
  CHECK(error_in_units(1.0, Wide(1)) == 0);
  CHECK(error_in_units(1.0 + 0x1p-52, Wide(1)) == 1);
  CHECK(error_in_units(1.0, Wide(1) + Wide(0x1p-54)) == 0.25);
  CHECK(error_in_units(0.0, Wide(0x1p-1074)) == 1);
  CHECK(error_in_units(0x1p-1073, Wide(0x1p-1074)) == 1);
  CHECK(error_in_units(1.0F, Wide(1) + Wide(0x1p-24)) == 0.5);
}

}  // namespace
}  // namespace lr_scheduler::testing
