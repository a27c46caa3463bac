// SPDX-License-Identifier: MIT
#include "support/checkers.hpp"

#include <span>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

template <Scalar T>
T metric_of(int epoch) {
  return T(1 + epoch % 3);  // for schedulers that need one: it improves no more after epoch 0
}

// Not std::ranges::equal(), which libc++ 14 has not.
template <Scalar T>
bool same_rates(std::span<const T> left, std::span<const T> right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

template <Scalar T>
void check_row(const Scheduler<T>& scheduler, const Groups<T>& groups, const std::vector<long double>& row,
               long double roundings) {
  REQUIRE(groups.size() == row.size());
  REQUIRE(scheduler.get_lr().size() == row.size());
  REQUIRE(scheduler.get_last_lr().size() == row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    INFO("epoch " << scheduler.last_epoch() << ", group " << i);
    CHECK(groups[i].lr == about(row[i], roundings));
    CHECK(scheduler.get_lr()[i] == groups[i].lr);
    CHECK(scheduler.get_last_lr()[i] == groups[i].lr);
  }
}

}  // namespace

void check_message(const std::string& actual, const std::string& expected) {
  CHECK(actual == expected);
}

template <Scalar T>
bool same_groups(const Groups<T>& left, const Groups<T>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const ParamGroup<T>& a, const ParamGroup<T>& b) {
                      return a.lr == b.lr && std::signbit(a.lr) == std::signbit(b.lr) && a.initial_lr == b.initial_lr &&
                             a.momentum == b.momentum;
                    });
}

template <Scalar T>
void check_rates(Scheduler<T>& scheduler, const Groups<T>& groups, const Rows& expected, long double roundings) {
  Epoch epoch = 0;
  for (const auto& row : expected) {
    if (epoch > 0) scheduler.step();
    CHECK(scheduler.last_epoch() == epoch++);
    check_row(scheduler, groups, row, roundings);
  }
}

template <Scalar T>
void check_momentums(Scheduler<T>& scheduler, const Groups<T>& groups, const Rows& expected) {
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (k > 0) scheduler.step();
    REQUIRE(groups.size() == expected[k].size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      INFO("epoch " << k << ", group " << i);
      REQUIRE(groups[i].momentum);
      CHECK(*groups[i].momentum == about(expected[k][i]));
    }
  }
}

template <Scalar T>
void check_user_changes_rate(Scheduler<T>& scheduler, Groups<T>& groups, const Rows& expected) {
  int step = 0;
  for (const auto& row : expected) {
    if (++step == 3) groups[0].lr = T(0.07L);
    scheduler.step();
    check_row(scheduler, groups, row, 100);
  }
  CHECK(step > 3);
}

template <Scalar T>
void check_state_round_trip(Scheduler<T>& saved, Groups<T>& saved_groups, Scheduler<T>& loaded,
                            Groups<T>& loaded_groups) {
  for (int k = 0; k < 3; ++k) saved.step(metric_of<T>(k));
  for (int k = 0; k < 5; ++k) loaded.step(metric_of<T>(0));
  CHECK_FALSE(saved.state_dict() == loaded.state_dict());
  for (std::size_t i = 0; i < loaded_groups.size(); ++i) loaded_groups[i].lr += T(0.25L);

  loaded.load_state_dict(saved.state_dict());
  CHECK(loaded.state_dict() == saved.state_dict());
  for (int k = 3; k < 12; ++k) {
    INFO("after " << k << " steps");
    CHECK(loaded.last_epoch() == saved.last_epoch());
    CHECK(same_rates(loaded.get_lr(), saved.get_lr()));
    CHECK(same_rates(loaded.base_lrs(), saved.base_lrs()));
    REQUIRE(loaded_groups.size() == saved_groups.size());
    for (std::size_t i = 0; i < saved_groups.size(); ++i) {
      CHECK(loaded_groups[i].lr == saved_groups[i].lr);
      CHECK(loaded_groups[i].momentum == saved_groups[i].momentum);
    }
    saved.step(metric_of<T>(k));
    loaded.step(metric_of<T>(k));
  }
}

template <Scalar T>
void check_groups_are_independent(Scheduler<T>& both, const Groups<T>& groups, Scheduler<T>& first,
                                  const Groups<T>& first_group, Scheduler<T>& second, const Groups<T>& second_group) {
  for (int k = 0; k < 12; ++k) {
    INFO("after " << k << " steps");
    REQUIRE(groups.size() == 2);
    CHECK(same_groups(groups, {first_group.at(0), second_group.at(0)}));
    CHECK(both.base_lrs()[0] == first.base_lrs()[0]);
    CHECK(both.base_lrs()[1] == second.base_lrs()[0]);
    for (Scheduler<T>* scheduler : {&both, &first, &second}) scheduler->step(metric_of<T>(k));
  }
}

template <Scalar T>
void check_seek(Scheduler<T>& stepped, const Groups<T>& stepped_groups, Scheduler<T>& sought,
                const Groups<T>& sought_groups, long double lowest, long double highest) {
  std::vector<Groups<T>> run{stepped_groups};
  for (Epoch t = 1; t <= 24; ++t) {
    stepped.step();
    run.push_back(stepped_groups);
  }
  // 7 and 25 have no common factor: every epoch once, forward and back.
  for (std::size_t k = 0; k < run.size(); ++k) {
    const std::size_t t = k * 7 % run.size();
    INFO("epoch " << t);
    sought.seek(static_cast<Epoch>(t));
    CHECK(sought.last_epoch() == static_cast<Epoch>(t));
    CHECK(same_groups(sought_groups, run[t]));
    if (t + 1 < run.size()) {
      sought.step();
      CHECK(same_groups(sought_groups, run[t + 1]));
    }
  }
  for (const Epoch far : {Epoch{1'000'000'000'000'000}, Epoch{1} << 62}) {
    INFO("epoch " << far);
    sought.seek(far);
    CHECK(sought.last_epoch() == far);
    sought.step();
    CHECK(sought.last_epoch() == far + 1);
    for (const T& lr : sought.get_lr()) {
      CHECK(lr >= T(lowest));
      CHECK(lr <= T(highest));
    }
  }
  const auto before = sought_groups;
  const std::string message = message_of([&] { sought.seek(-1); });
  CHECK(message.ends_with(": cannot seek to epoch -1"));
  CHECK(same_groups(sought_groups, before));
}

template <Scalar T>
void check_takes_in_group(Scheduler<T>& scheduler, Groups<T>& groups, const About& expected,
                          const About& expected_base) {
  scheduler.step(T(1));
  scheduler.step(T(1));
  groups.push_back({.lr = T(1), .momentum = T(0.5L)});
  scheduler.step(T(1));
  REQUIRE(scheduler.get_lr().size() == 3);
  CHECK(groups[2].lr == expected);
  CHECK(scheduler.get_lr()[2] == groups[2].lr);
  REQUIRE(scheduler.base_lrs().size() == 3);
  CHECK(scheduler.base_lrs()[2] == expected_base);
  groups.pop_back();
  scheduler.step(T(1));
  CHECK(scheduler.get_lr().size() == 2);
  CHECK(scheduler.base_lrs().size() == 2);
  CHECK(scheduler.last_epoch() == 4);
}

template <Scalar T>
void check_refuses_third_group(Scheduler<T>& scheduler, Groups<T>& groups, const std::string& message) {
  scheduler.step(T(1));
  const StateDict state = scheduler.state_dict();
  groups.push_back({.lr = T(1), .momentum = T(0.5L)});
  const auto before = groups;
  check_message(message_of([&] { scheduler.step(T(1)); }), message);
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 1);
  CHECK(scheduler.get_lr().size() == 2);
  groups.pop_back();
  CHECK(scheduler.state_dict() == state);
  scheduler.step(T(1));
  CHECK(scheduler.last_epoch() == 2);
}

#define LR_SCHEDULER_INSTANTIATE(T)                                                                            \
  template bool same_groups(const Groups<T>&, const Groups<T>&);                                               \
  template void check_rates(Scheduler<T>&, const Groups<T>&, const Rows&, long double);                        \
  template void check_momentums(Scheduler<T>&, const Groups<T>&, const Rows&);                                 \
  template void check_user_changes_rate(Scheduler<T>&, Groups<T>&, const Rows&);                               \
  template void check_state_round_trip(Scheduler<T>&, Groups<T>&, Scheduler<T>&, Groups<T>&);                  \
  template void check_groups_are_independent(Scheduler<T>&, const Groups<T>&, Scheduler<T>&, const Groups<T>&, \
                                             Scheduler<T>&, const Groups<T>&);                                 \
  template void check_seek(Scheduler<T>&, const Groups<T>&, Scheduler<T>&, const Groups<T>&, long double,      \
                           long double);                                                                       \
  template void check_takes_in_group(Scheduler<T>&, Groups<T>&, const About&, const About&);                   \
  template void check_refuses_third_group(Scheduler<T>&, Groups<T>&, const std::string&);
LR_SCHEDULER_INSTANTIATE(float)
LR_SCHEDULER_INSTANTIATE(double)
LR_SCHEDULER_INSTANTIATE(long double)
#undef LR_SCHEDULER_INSTANTIATE

}  // namespace lr_scheduler::testing
