// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_FRAMEWORKS_RECORDED_HPP
#define LR_SCHEDULER_TESTS_FRAMEWORKS_RECORDED_HPP

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lr_scheduler/lr_scheduler.hpp>

namespace lr_scheduler::testing {

/// A run recorded from another framework; golden/README.md has the format.
struct Recorded {
  std::string id;         ///< framework/family/number.
  std::string framework;  ///< The first part of the id.
  std::string family;     ///< The second.
  nlohmann::json args;
  double base_lr = 0;
  std::vector<double> lr;
  std::vector<double> momentum;
  std::vector<double> weight_decay;
  std::vector<double> metrics;
  std::set<std::size_t> glitch;
  bool is_float = false;
  std::optional<int> raises_at;  ///< -1: the framework refused the arguments.
};

/// What the library gives for a recording, one number for each step. The last two stay empty where there is none.
struct Outputs {
  std::vector<double> lr{};
  std::vector<double> momentum{};
  std::vector<double> weight_decay{};
};

/// The arguments of a recording, taken out one by one: what is left at the end is unknown.
class Arguments {
 public:
  explicit Arguments(nlohmann::json arguments) : left_(std::move(arguments)) {}

  /// Throws nlohmann's exceptions where there is none, or it is of another type.
  template <class V>
  [[nodiscard]] V take(const std::string& name) {
    V value = left_.at(name).get<V>();
    left_.erase(name);
    return value;
  }
  /// The framework's default in place of one that is null or left out.
  template <class V>
  [[nodiscard]] V take(const std::string& name, V otherwise) {
    if (has(name)) return take<V>(name);
    left_.erase(name);
    return otherwise;
  }
  [[nodiscard]] bool has(const std::string& name) const { return left_.contains(name) && !left_.at(name).is_null(); }
  /// Leaves out what makes no difference to a rate.
  void ignore(const std::string& name) { left_.erase(name); }

  /// Throws std::out_of_range where an argument is left.
  void require_none_left() const;

 private:
  nlohmann::json left_;
};

/// When a metric is reported to a scheduler.
enum class Report {
  after_update,   ///< metrics[k - 1] before the rate of update k.
  before_update,  ///< metrics[k] before the rate of update k.
};

/// A schedule of the library, stepped by an optimizer with one group at the recording's base rate.
Outputs follow(const AnySchedule<double>& schedule, const Recorded& recorded, std::size_t steps);

/// A configuration as a user would write it ({"type": "transformers.cosine", ...}), bound by make_scheduler() with the
/// registry of frameworks/json.hpp. Metrics are given to step() where there are some.
Outputs follow(const nlohmann::json& configuration, const Recorded& recorded, std::size_t steps,
               Report report = Report::after_update);

/// The same of the recording's own arguments, under this type.
Outputs follow_arguments(const std::string& type, const Recorded& recorded, std::size_t steps,
                         Report report = Report::after_update);

// One for each framework: `steps` numbers for the recording. They throw std::out_of_range for a family that they do not
// know, and std::invalid_argument where the library refuses the arguments.
Outputs run_transformers(const Recorded& recorded, std::size_t steps);
Outputs run_timm(const Recorded& recorded, std::size_t steps);
Outputs run_optax(const Recorded& recorded, std::size_t steps);
Outputs run_keras(const Recorded& recorded, std::size_t steps);
Outputs run_megatron(const Recorded& recorded, std::size_t steps);
Outputs run_deepspeed(const Recorded& recorded, std::size_t steps);
Outputs run_llm_c(const Recorded& recorded, std::size_t steps);
Outputs run_nanogpt(const Recorded& recorded, std::size_t steps);
Outputs run_mmengine(const Recorded& recorded, std::size_t steps);
Outputs run_paddle(const Recorded& recorded, std::size_t steps);
Outputs run_fastai(const Recorded& recorded, std::size_t steps);
Outputs run_lightning(const Recorded& recorded, std::size_t steps);
Outputs run_pytorch_warmup(const Recorded& recorded, std::size_t steps);

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_FRAMEWORKS_RECORDED_HPP
