// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_FRAGILE_OPTIMIZER_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_FRAGILE_OPTIMIZER_HPP

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lr_scheduler/optimizer.hpp>

namespace lr_scheduler::testing {

/// What a scheduler writes to an optimizer.
enum class Written { lr, momentum, initial_lr };

/// An optimizer of a user's own that counts what is written to it and can be told to refuse it.
struct FragileOptimizer {
  std::vector<ParamGroup<double>> groups{};
  std::size_t rates_written = 0;
  /// Both are called with each write, before and after it is made, and may throw.
  std::function<void(Written, std::size_t)> before_write{};
  std::function<void(Written, std::size_t)> after_write{};

  template <class Write>
  void write(Written what, std::size_t group, const Write& write_it) {
    if (what == Written::lr) ++rates_written;
    if (before_write) before_write(what, group);
    write_it(groups.at(group));
    if (after_write) after_write(what, group);
  }
};

/// A hook that throws std::runtime_error at one write to one group, counted from 1, and then never
/// again.
inline std::function<void(Written, std::size_t)> refuse(Written what, std::size_t group, std::string message,
                                                        int at_write = 1) {
  return [=, writes = 0](Written written, std::size_t to) mutable {
    if (written == what && to == group && ++writes == at_write) throw std::runtime_error(message);
  };
}

/// The same, which can also take back a recorded base rate.
struct ForgettingOptimizer : FragileOptimizer {};

/// An optimizer of a user's own with rates and nothing else: no initial_lr, no momentum.
struct BareOptimizer {
  std::vector<double> rates{};
};

}  // namespace lr_scheduler::testing

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::FragileOptimizer> {
  using scalar_type = double;
  using O = lr_scheduler::testing::FragileOptimizer;
  using Written = lr_scheduler::testing::Written;
  using Group = lr_scheduler::ParamGroup<double>;

  static std::size_t size(O& o) { return o.groups.size(); }
  static double lr(O& o, std::size_t i) { return o.groups.at(i).lr; }
  static void set_lr(O& o, std::size_t i, double value) {
    o.write(Written::lr, i, [value](Group& group) { group.lr = value; });
  }
  static std::optional<double> initial_lr(O& o, std::size_t i) { return o.groups.at(i).initial_lr; }
  static void set_initial_lr(O& o, std::size_t i, double value) {
    o.write(Written::initial_lr, i, [value](Group& group) { group.initial_lr = value; });
  }
  static std::optional<double> momentum(O& o, std::size_t i) { return o.groups.at(i).momentum; }
  static void set_momentum(O& o, std::size_t i, double value) {
    o.write(Written::momentum, i, [value](Group& group) { group.momentum = value; });
  }
};

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::ForgettingOptimizer>
    : lr_scheduler::optimizer_traits<lr_scheduler::testing::FragileOptimizer> {
  static void set_initial_lr(O& o, std::size_t i, std::optional<double> value) {
    o.write(Written::initial_lr, i, [value](Group& group) { group.initial_lr = value; });
  }
};

template <>
struct lr_scheduler::optimizer_traits<lr_scheduler::testing::BareOptimizer> {
  using scalar_type = double;
  using O = lr_scheduler::testing::BareOptimizer;

  static std::size_t size(O& o) { return o.rates.size(); }
  static double lr(O& o, std::size_t i) { return o.rates.at(i); }
  static void set_lr(O& o, std::size_t i, double value) { o.rates.at(i) = value; }
};

#endif  // LR_SCHEDULER_TESTS_SUPPORT_FRAGILE_OPTIMIZER_HPP
