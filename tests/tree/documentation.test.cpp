// SPDX-License-Identifier: MIT
// docs/schedulers.md has a section for each scheduler, and there a row for each option, with its name and default.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <lr_scheduler/json.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

/// An option, as the documentation or the library has it.
struct Option {
  std::string name;
  bool is_required = false;
  std::string default_value;  ///< Of an option that is not required.
};

using Section = std::vector<Option>;

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

/// "## StepLR · `schedule::Step`" begins the section of StepLR, "| step_size* | | ... |" is a row of its options, and
/// "| epochs, steps_per_epoch | none | ... |" is one of two.
std::map<std::string, Section> read_documentation() {
  std::ifstream file(LR_SCHEDULER_DOCUMENTATION "/schedulers.md");
  std::map<std::string, Section> sections;
  Section* section = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) {
      const std::size_t end = line.find(" · `");
      section = end == std::string::npos ? nullptr : &sections[line.substr(3, end - 3)];
    } else if (section != nullptr && line.starts_with("| ") && !line.starts_with("| option ")) {
      const std::vector<std::string> cells = split(line, '|');  // the first is empty
      for (std::string name : split(cells.at(1), ',')) {
        const bool is_required = name.ends_with('*');
        if (is_required) name.pop_back();
        section->push_back({name, is_required, cells.at(2)});
      }
    }
  }
  return sections;
}

/// The options of a schedule before any is given.
struct OptionLister final : detail::FieldVisitor {
  void visit(std::string_view name, const detail::Field& field) override {
    const bool is_blank_list = field.type->is_list != nullptr && field.is_list() && field.count() == 0;
    options.push_back({std::string(name), field.is_required || is_blank_list, ""});
  }
  Section options{};
};

/// The same with their values, as the schedule is printed: StepLR(step_size=1, gamma=0.1). What has no value is not
/// printed.
template <class S>
Section options_of(S& schedule, std::string_view printed) {
  OptionLister lister;
  detail::visit_fields(schedule, lister);
  for (Option& option : lister.options) {
    std::size_t begin = std::min(printed.find("(" + option.name + "="), printed.find(" " + option.name + "="));
    if (!option.is_required && begin == std::string_view::npos) {
      option.default_value = "none";
    } else if (!option.is_required) {
      begin += option.name.size() + 2;
      std::size_t end = std::min(printed.find(", last_epoch="), printed.size() - 1);
      for (const Option& next : lister.options) end = std::min(end, printed.find(", " + next.name + "=", begin));
      option.default_value = printed.substr(begin, end - begin);
    }
  }
  for (Option& option : lister.options) {  // what a combinator holds has PyTorch's name where it is text
    if (option.name == "schedulers") option.name = "schedules";
    if (option.name == "scheduler") option.name = "schedule";
  }
  return lister.options;
}

/// A number, or a quotient of two.
std::optional<double> number(const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  std::vector<double> values;
  for (const std::string& part : parts) {
    char* end = nullptr;
    values.push_back(std::strtod(part.c_str(), &end));
    if (part.empty() || *end != '\0') return std::nullopt;
  }
  return values.size() == 1 ? values[0] : values[0] / values.at(1);
}

bool is_same_default(const std::string& documented, const std::string& printed) {
  if (documented == "none") return printed == "none" || printed == "[]";
  return documented == printed || (number(documented) && number(documented) == number(printed));
}

void check_section(std::map<std::string, Section>& sections, std::string_view name, const Section& expected) {
  CAPTURE(name);
  const auto found = sections.find(std::string(name));
  REQUIRE(found != sections.end());
  const Section& documented = found->second;
  for (std::size_t i = 0; i < std::max(documented.size(), expected.size()); ++i) {
    CAPTURE(i);
    REQUIRE(i < expected.size());
    REQUIRE(i < documented.size());
    CHECK(documented[i].name == expected[i].name);
    CHECK(documented[i].is_required == expected[i].is_required);
    CAPTURE(expected[i].name, documented[i].default_value, expected[i].default_value);
    CHECK(is_same_default(documented[i].default_value, expected[i].default_value));
  }
  sections.erase(found);
}

template <class Bound>
void check_scheduler(std::map<std::string, Section>& sections) {
  using S = typename Bound::schedule_type;
  S schedule = detail::blank<S>();
  check_section(sections, S::name, options_of(schedule, to_string(schedule)));
}

template <class... Bound>
void check_all(std::map<std::string, Section>& sections, TypeList<Bound...>) {
  (check_scheduler<Bound>(sections), ...);
}

template <class... Bound>
void check_feedback(std::map<std::string, Section>& sections, ParamGroup<double>& group, TypeList<Bound...>) {
  const auto check = [&]<class One>(std::type_identity<One>) {
    typename One::options_type defaults;
    check_section(sections, One::options_type::name, options_of(defaults, to_string(One(group))));
  };
  (check(std::type_identity<Bound>{}), ...);
}

TEST_CASE("every scheduler has its section in the documentation, and every option its row") {
  std::map<std::string, Section> sections = read_documentation();
  check_all(sections, AllSchedulers<double>{});

  ParamGroup<double> group{.lr = 0.1};
  check_feedback(sections, group, AllFeedbackSchedulers<double>{});

  std::vector<std::string> of_no_scheduler;
  for (const auto& [name, section] : sections) of_no_scheduler.push_back(name);
  CHECK(of_no_scheduler == std::vector<std::string>{});
}

}  // namespace
}  // namespace lr_scheduler::testing
