// SPDX-License-Identifier: MIT
// What holds for every schedule, said once: each test goes through all examples.
#include "support/every_schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

/// Other rates than two_groups_with_momentum(), and another momentum where the example drives it.
template <Scalar T>
Groups<T> other_groups(const EveryExample<T>& example) {
  const T momentum = example.facts.can.momentum ? T(0.1L) : T(0.5L);
  return {{.lr = T(0.3L), .momentum = momentum}, {.lr = T(0.7L), .momentum = momentum}};
}

/// A step with a metric that gets no better after the first, for those that need one.
template <Scalar T>
void step_with_metric(Scheduler<T>& scheduler) {
  scheduler.step(T(1 + scheduler.last_epoch() % 3));
}

/// Whether schedules are among its options, which may be of another class in another example.
template <Scalar T>
bool holds_schedules(const EveryExample<T>& example) {
  struct Finder final : detail::FieldVisitor {
    void visit(std::string_view, const detail::Field& field) override {
      found = detail::for_each_schedule<T>(field, [](const AnySchedule<T>&) {}) || found;
    }
    bool found = false;
  };
  Finder finder;
  if (example.schedule) example.schedule->visit_options(finder);
  return finder.found;
}

/// The classes of the list of which there is no example.
template <Scalar T, template <class...> class List, class... Bound>
std::vector<std::string> classes_without_example(std::type_identity<List<Bound...>>) {
  std::vector<std::string> missing;
  const auto look_for = [&](const std::type_info& type, std::string_view name) {
    const auto is_of_class = [&](const EveryExample<T>& example) {
      auto groups = two_groups_with_momentum<T>();
      const auto scheduler = example.bind(groups);
      const Scheduler<T>& bound = *scheduler;
      return typeid(bound) == type;
    };
    if (std::ranges::none_of(every_example<T>(), is_of_class)) missing.emplace_back(name);
  };
  (look_for(typeid(Bound), OptionsOf<Bound>::type::name), ...);
  return missing;
}

TEMPLATE_TEST_CASE("every class has an example", "", float, double, long double) {
  CHECK(classes_without_example<TestType>(std::type_identity<AllSchedulers<TestType>>()) == std::vector<std::string>{});
  CHECK(classes_without_example<TestType>(std::type_identity<AllFeedbackSchedulers<TestType>>()) ==
        std::vector<std::string>{});
}

TEMPLATE_TEST_CASE("every example has a name of its own", "", float, double, long double) {
  std::set<std::string> names;
  for (const auto& example : every_example<TestType>()) {
    INFO(example.name);
    CHECK(names.insert(example.name).second);
    if (example.schedule) CHECK(example.schedule->name() == example.class_name());
  }
}

TEMPLATE_TEST_CASE("every schedule says what it can do for each group", "", float, double, long double) {
  for (const auto& example : every_example<TestType>()) {
    if (!example.schedule) continue;
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      INFO(example.name << ", group " << i);
      const Abilities can = example.schedule->abilities(i);
      const Abilities& expected = example.facts.of_group(i);
      CHECK(can.closed_form == expected.closed_form);
      CHECK(can.continuous == expected.continuous);
      CHECK(can.factor == expected.factor);
      CHECK(can.momentum == expected.momentum);
      CHECK(can.goes_on == expected.goes_on);
      CHECK(can.own_base == expected.own_base);
      CHECK(can.chains == expected.chains);
    }
  }
}

TEMPLATE_TEST_CASE("every scheduler's state goes into another object", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = other_groups(example);
    const auto saved = example.bind(groups);
    const auto loaded = example.bind(others);
    check_state_round_trip(*saved, groups, *loaded, others);
  }
}

TEMPLATE_TEST_CASE("every scheduler takes the options of a state where that is asked for", "", float, double,
                   long double) {
  using T = TestType;
  int taken = 0;
  for (const auto& example : every_example<T>()) {
    for (const auto& other : every_example<T>()) {
      // What a combinator holds may be of another class, which is refused.
      if (&example == &other || example.facts.has_function || other.facts.has_function) continue;
      if (example.class_name() != other.class_name() || example.facts.can.momentum != other.facts.can.momentum)
        continue;
      if (holds_schedules(example) || example.facts.holds_schedules || other.facts.holds_schedules) continue;
      INFO(example.name << " into " << other.name);
      auto groups = two_groups_with_momentum<T>();
      auto others = two_groups_with_momentum<T>();
      const auto saved = example.bind(groups);
      const auto loaded = other.bind(others);
      for (int k = 0; k < 3; ++k) step_with_metric(*saved);
      CHECK(message_of([&] {
              loaded->load_state_dict(saved->state_dict());
            }).starts_with(example.class_name() + ": cannot load the state: options."));
      loaded->load_state_dict(saved->state_dict(), OnMismatch::take_saved);
      CHECK(loaded->state_dict() == saved->state_dict());
      for (int k = 0; k < 9; ++k) {
        step_with_metric(*saved);
        step_with_metric(*loaded);
        CHECK(std::ranges::equal(loaded->get_lr(), saved->get_lr()));
      }
      ++taken;
    }
  }
  CHECK(taken >= 30);
}

TEMPLATE_TEST_CASE("every scheduler moves two groups as it moves each alone", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    Groups<T> first{groups[0]};
    Groups<T> second{groups[1]};
    const auto both = example.bind(groups);
    const auto one = example.alone[0](first);
    const auto other = example.alone[1](second);
    check_groups_are_independent(*both, groups, *one, first, *other, second);
    if (!example.facts.can.own_base) CHECK_FALSE(both->base_lrs()[0] == both->base_lrs()[1]);
  }
}

TEMPLATE_TEST_CASE("a chain from the base rate stays with every closed form to some roundings", "", float, double,
                   long double) {
  for (const auto& example : every_example<TestType>()) {
    if (!example.facts.can_seek()) continue;
    INFO(example.name);
    CHECK(chain_error<TestType>(*example.schedule, 40) < example.facts.roundings);
  }
}

TEMPLATE_TEST_CASE("every closed form is sought where steps lead, momentum too, and far out", "", float, double,
                   long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.facts.can_seek()) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    const auto stepped = example.bind(groups);
    const auto sought = example.bind(others);
    check_seek(*stepped, groups, *sought, others, example.facts.far_lowest * 0.999999L,
               example.facts.far_highest * 1.000001L);
    others[0].lr = T(0.07L);  // what somebody set does not count
    for (int k = 0; k < 3; ++k) {
      if (k == 0) sought->seek(24);
      CHECK(same_groups(others, groups));
      sought->step();
      stepped->step();
    }
  }
}

TEMPLATE_TEST_CASE("every schedule without a closed form refuses to seek", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    const auto scheduler = example.bind(groups);
    scheduler->step();
    const auto before = groups;
    if (!example.facts.can_seek()) {
      CHECK(message_of<std::logic_error>([&] { scheduler->seek(3); }) ==
            example.class_name() + ": cannot seek without a closed form");
    }
    if (!example.facts.can_seek_time()) {
      CHECK(message_of<std::logic_error>([&] { scheduler->seek_time(1.5); }) ==
            example.class_name() + ": cannot seek without a continuous closed form");
    }
    CHECK(message_of([&] { scheduler->seek(-1); }) == example.class_name() + ": cannot seek to epoch -1");
    CHECK(message_of([&] { scheduler->seek_time(-0.5); }) == example.class_name() + ": cannot seek to time -0.5");
    CHECK(same_groups(groups, before));
    CHECK(scheduler->last_epoch() == 1);
  }
}

TEMPLATE_TEST_CASE("every continuous schedule is sought between epochs, and at whole times as at epochs", "", float,
                   double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.facts.can_seek_time()) continue;
    INFO(example.name);
    CHECK(at_time_is_at<T>(*example.schedule, 40));
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    const auto scheduler = example.bind(groups);
    const auto other = example.bind(others);
    for (const Epoch t : {Epoch{5}, Epoch{0}, Epoch{17}}) {
      scheduler->seek_time(static_cast<double>(t) + 0.5);
      CHECK(scheduler->last_epoch() == t);
      for (std::size_t i = 0; i < groups.size(); ++i) {
        CHECK(groups[i].lr >= T(example.facts.lowest * 0.999999L));
        CHECK(groups[i].lr <= T(example.facts.highest * 1.000001L));
        CHECK(groups[i].lr ==
              example.schedule->at(static_cast<double>(t) + 0.5, Group<T>(scheduler->base_lrs()[i], i)));
      }
      scheduler->seek_time(static_cast<double>(t));
      other->seek(t);
      CHECK(same_groups(groups, others));
      CHECK(scheduler->state_dict() == other->state_dict());
    }
  }
}

TEMPLATE_TEST_CASE("no rate of a schedule moves before the epoch that its unchanged_until() gives", "", float, double,
                   long double) {
  using T = TestType;
  constexpr Epoch last = 40;
  for (const auto& example : every_example<T>()) {
    if (!example.facts.can_seek()) continue;
    INFO(example.name);
    const AnySchedule<T>& schedule = *example.schedule;
    for (Epoch t = 0; t < last; ++t) {
      const Epoch until = schedule.unchanged_until(t);
      CHECK(until > t);
      for (const auto& group : {Group<T>(T(0.1L), 0), Group<T>(T(0.4L), 1)}) {
        const T lr = schedule.at(t, group);
        for (Epoch next = t + 1; next < std::min(until, last); ++next) CHECK(schedule.at(next, group) == lr);
      }
    }
  }
}

TEMPLATE_TEST_CASE("the rates of every schedule stay in their range, disturbed or not, far out as well", "", float,
                   double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    const T lowest = T(example.facts.lowest * 0.999999L);
    const T highest = T(example.facts.highest * 1.000001L);
    for (const bool disturbed : {false, true}) {
      auto groups = two_groups_with_momentum<T>();
      const auto scheduler = example.bind(groups);
      for (int k = 0; k < 40; ++k) {
        for (const auto& group : groups) {
          // A rate that somebody sets may lead out of the range, but not to one that is none.
          const bool fits = disturbed ? group.lr >= T(0) && group.lr <= std::numeric_limits<T>::max()
                                      : group.lr >= lowest && group.lr <= highest;
          if (!fits) FAIL("after " << k << " steps: " << group.lr);
        }
        if (disturbed && k == 7) groups[0].lr = T(0.07L);
        step_with_metric(*scheduler);
      }
    }
    if (!example.facts.can_seek()) continue;
    for (int exponent = 0; exponent <= 62; ++exponent) {
      for (const Epoch near : {(Epoch{1} << exponent) - 1, Epoch{1} << exponent}) {
        for (const auto& group : {Group<T>(T(0.1L), 0), Group<T>(T(0.4L), 1)}) {
          const T lr = example.schedule->at(near, group);
          if (!(lr >= lowest && lr <= highest)) FAIL("epoch " << near << ": " << lr);
        }
      }
    }
    SUCCEED();
  }
}

TEMPLATE_TEST_CASE("every scheduler takes in a group that is added and lets one go", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    const auto scheduler = example.bind(groups);
    if (example.facts.refusal.empty()) {
      check_takes_in_group(*scheduler, groups, about(example.facts.added), about(example.facts.added_base));
    } else {
      check_refuses_third_group(*scheduler, groups, example.facts.refusal);
    }
  }
}

TEMPLATE_TEST_CASE("a group that moves up goes on with every scheduler as if it had always been there", "", float,
                   double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.facts.refusal.empty()) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    Groups<T> second{groups[1]};
    const auto scheduler = example.bind(groups);
    const auto alone = example.alone[1](second);
    for (int k = 0; k < 12; ++k) {
      if (k == 4) groups.erase(groups.begin());
      step_with_metric(*scheduler);
      step_with_metric(*alone);
      CHECK(same_groups<T>({groups.back()}, second));
      CHECK(scheduler->get_lr().back() == second[0].lr);
    }
  }
}

TEMPLATE_TEST_CASE("every scheduler refuses an optimizer without groups", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    Groups<T> none;
    CHECK(message_of([&] { (void)example.bind(none); }) ==
          example.class_name() + ": the optimizer has no parameter groups");
  }
}

TEMPLATE_TEST_CASE("several steps at once lead every schedule where as many steps lead", "", float, double,
                   long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule) continue;
    for (const bool disturbed : {false, true}) {
      INFO(example.name << (disturbed ? ", disturbed" : ""));
      auto groups = two_groups_with_momentum<T>();
      auto others = groups;
      const auto stepped = example.bind(groups);
      const auto at_once = example.bind(others);
      for (const Epoch n : {Epoch{1}, Epoch{0}, Epoch{5}, Epoch{2}, Epoch{13}}) {
        if (disturbed && n == 5) groups[0].lr = others[0].lr = T(0.07L);
        for (Epoch k = 0; k < n; ++k) stepped->step();
        at_once->step_by(n);
        CHECK(same_groups(others, groups));
        CHECK(at_once->state_dict() == stepped->state_dict());
      }
      const auto before = others;
      CHECK(message_of([&] { at_once->step_by(-1); }) == example.class_name() + ": cannot step by -1");
      CHECK(same_groups(others, before));
      CHECK(at_once->last_epoch() == 21);
      if (disturbed || !example.facts.can_seek()) continue;
      const Epoch far = Epoch{1} << 50;
      at_once->step_by(far);
      stepped->seek(far + 21);
      CHECK(same_groups(others, groups));
      CHECK(at_once->last_epoch() == far + 21);
    }
  }
}

TEMPLATE_TEST_CASE("every scheduler is as after construction when it is reset", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    const auto scheduler = example.bind(groups);
    const auto fresh = example.bind(others);
    for (int k = 0; k < 6; ++k) {
      if (k == 3) groups[1].lr = T(0.07L);
      step_with_metric(*scheduler);
    }
    CHECK_FALSE(scheduler->state_dict() == fresh->state_dict());
    scheduler->reset();
    CHECK(scheduler->last_epoch() == 0);
    for (int k = 0; k < 12; ++k) {
      INFO("after " << k << " steps");
      CHECK(std::ranges::equal(scheduler->get_lr(), fresh->get_lr()));
      CHECK(std::ranges::equal(scheduler->base_lrs(), fresh->base_lrs()));
      CHECK(same_groups(groups, others));
      step_with_metric(*scheduler);
      step_with_metric(*fresh);
    }
  }
}

TEMPLATE_TEST_CASE("a span of every scheduler's rates stays valid while the groups stay", "", float, double,
                   long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    const auto scheduler = example.bind(groups);
    const StateDict state = scheduler->state_dict();
    const std::span<const T> lrs = scheduler->get_lr();
    const std::span<const T> base_lrs = scheduler->base_lrs();
    const auto check = [&](const char* after) {
      INFO("after " << after);
      CHECK(lrs.data() == scheduler->get_lr().data());
      CHECK(base_lrs.data() == scheduler->base_lrs().data());
    };
    for (int k = 0; k < 3; ++k) step_with_metric(*scheduler);
    check("steps");
    groups[0].lr = T(0.07L);
    step_with_metric(*scheduler);
    check("a step from a rate that somebody set");
    scheduler->load_state_dict(state);
    check("a load");
    scheduler->reset();
    check("a reset");
    if (!example.facts.can_seek()) continue;
    scheduler->seek(5);
    check("a jump");
    scheduler->step_by(4);
    check("several steps at once");
  }
}

TEMPLATE_TEST_CASE("every schedule that is copied out of its scheduler and bound again does the same", "", float,
                   double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    auto scheduler = example.bind(groups);
    const auto copy = example.bind_copy(*scheduler, others);
    for (int k = 0; k < 12; ++k) {
      CHECK(same_groups(others, groups));
      step_with_metric(*scheduler);
      step_with_metric(*copy);
    }
    CHECK(copy->state_dict() == scheduler->state_dict());
    scheduler.reset();  // the copy holds nothing of it
    step_with_metric(*copy);
    CHECK(copy->last_epoch() == 13);
  }
}

TEMPLATE_TEST_CASE("any schedule moves its groups as the schedule in it does", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule) continue;
    INFO(example.name);
    auto groups = two_groups_with_momentum<T>();
    auto others = groups;
    const auto scheduler = example.bind(groups);
    Scheduled any{others, *example.schedule};
    for (int k = 0; k < 15; ++k) {
      CHECK(same_groups(others, groups));
      if (k == 7) groups[0].lr = others[0].lr = T(0.07L);
      scheduler->step();
      any.step();
    }
    CHECK(any.state_dict() == scheduler->state_dict());
  }
}

TEMPLATE_TEST_CASE("schedules are equal where class and options are", "", float, double, long double) {
  using T = TestType;
  for (const auto& example : every_example<T>()) {
    if (!example.schedule || example.facts.has_function) continue;
    INFO(example.name);
    const AnySchedule<T> copy = *example.schedule;
    CHECK(copy == *example.schedule);
    for (const auto& other : every_example<T>()) {
      if (!other.schedule || &other == &example) continue;
      INFO(other.name);
      CHECK_FALSE(*other.schedule == *example.schedule);
    }
  }
}

}  // namespace
}  // namespace lr_scheduler::testing
