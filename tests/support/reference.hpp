// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_REFERENCE_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_REFERENCE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <nlohmann/json.hpp>

namespace lr_scheduler::testing {

using Exact = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<60>, boost::multiprecision::et_off>;

/// PyTorch's schedulers as they step, recursion and all, in 60 digits: what a run should have given
/// had nothing been rounded. Written from PyTorch's documented definitions and sharing no code with
/// the library. Options are rounded to T first, as the library has them in T.
template <class T>
class Reference {
 public:
  Reference(const nlohmann::json& config, std::vector<Exact> base_lrs) : config_(config), base_(std::move(base_lrs)) {
    type_ = config.at("type");
    if (config.contains("schedulers")) {
      for (const auto& child : config.at("schedulers")) children_.emplace_back(child, base_);
    }
    if (config.contains("T_0")) cycle_ = config.at("T_0").get<double>();
  }

  /// The first step, at construction.
  void begin(std::vector<Exact>& lr) {
    epoch_ = 0;
    if (type_ == "SequentialLR") {
      children_[active()].begin(lr);
    } else if (type_ == "ChainedScheduler") {
      for (auto& child : children_) child.begin(lr);
    } else {
      for (std::size_t i = 0; i < lr.size(); ++i) lr[i] = first(i, lr[i]);
    }
  }

  void step(std::vector<Exact>& lr) {
    ++epoch_;
    if (type_ == "SequentialLR") {
      const std::size_t child = active();
      if (child > 0 && milestone(child - 1) == epoch_) {
        for (std::size_t i = 0; i < lr.size(); ++i) lr[i] = base_[i];
        children_[child].begin(lr);
      } else {
        children_[child].step(lr);
      }
      return;
    }
    if (type_ == "ChainedScheduler") {
      for (auto& child : children_) child.step(lr);
      return;
    }
    if (type_ == "CosineAnnealingWarmRestarts" && ++in_cycle_ >= cycle_) {
      in_cycle_ -= cycle_;
      cycle_ *= integer("T_mult");
    }
    for (std::size_t i = 0; i < lr.size(); ++i) lr[i] = moved(i, lr[i]);
  }

 private:
  [[nodiscard]] Exact option(const char* name) const {
    return Exact(static_cast<T>(config_.at(name).template get<double>()));
  }
  [[nodiscard]] Exact option(const char* name, std::size_t i) const {
    const auto& value = config_.at(name);
    return Exact(static_cast<T>((value.is_array() ? value.at(i) : value).template get<double>()));
  }
  [[nodiscard]] Exact option_or(const char* name, int otherwise) const {
    return config_.contains(name) ? option(name) : Exact(otherwise);
  }
  [[nodiscard]] std::int64_t integer(const char* name) const { return config_.at(name); }
  [[nodiscard]] std::int64_t milestone(std::size_t i) const { return config_.at("milestones").at(i); }
  [[nodiscard]] std::size_t active() const {
    std::size_t child = 0;
    while (child + 1 < children_.size() && milestone(child) <= epoch_) ++child;
    return child;
  }

  static Exact pi() { return boost::math::constants::pi<Exact>(); }

  [[nodiscard]] Exact cosine(std::size_t i, const Exact& t, const Exact& period) const {
    const Exact low = option("eta_min");
    return low + (base_[i] - low) * (1 + cos(pi() * t / period)) / 2;
  }

  [[nodiscard]] Exact first(std::size_t i, const Exact& lr) const {
    if (type_ == "ConstantLR") return lr * option("factor");
    if (type_ == "LinearLR") return lr * option("start_factor");
    if (type_ == "WarmupLR") return integer("warmup_steps") == 0 ? lr : lr * option("start_factor");
    if (type_ == "MultiStepLR") return moved(i, lr);
    if (type_ == "CyclicLR" || type_ == "OneCycleLR") return moved(i, lr);
    if (type_ == "SWALR" && integer("anneal_epochs") == 0) return option("swa_lr", i);
    return lr;
  }

  [[nodiscard]] Exact moved(std::size_t i, const Exact& lr) const {
    const Exact t(epoch_);
    if (type_ == "StepLR") {
      return epoch_ % integer("step_size") == 0 ? Exact(lr * option("gamma")) : lr;
    }
    if (type_ == "MultiStepLR") {
      Exact result = lr;
      for (const auto& m : config_.at("milestones")) {
        if (m == epoch_) result *= option("gamma");
      }
      return result;
    }
    if (type_ == "ConstantLR") {
      return epoch_ == integer("total_iters") ? Exact(lr / option("factor")) : lr;
    }
    if (type_ == "LinearLR") {
      const std::int64_t n = integer("total_iters");
      if (epoch_ > n) return lr;
      const Exact slope = option("end_factor") - option("start_factor");
      return lr * (1 + slope / (n * option("start_factor") + (t - 1) * slope));
    }
    if (type_ == "ExponentialLR") return lr * option("gamma");
    if (type_ == "PolynomialLR") {
      const std::int64_t n = integer("total_iters");
      if (epoch_ > n) return lr;
      if (epoch_ == n) return option("power") == 0 ? lr : Exact(0);
      return lr * pow(Exact((1 - t / n) / (1 - (t - 1) / n)), option("power"));
    }
    if (type_ == "CosineAnnealingLR") {
      const std::int64_t n = integer("T_max");
      const Exact low = option("eta_min");
      if ((epoch_ - 1 - n) % (2 * n) == 0) {
        return lr + (base_[i] - low) * (1 - cos(Exact(pi() / n))) / 2;
      }
      return (1 + cos(Exact(pi() * t / n))) / (1 + cos(Exact(pi() * (t - 1) / n))) * (lr - low) + low;
    }
    if (type_ == "CosineAnnealingWarmRestarts") return cosine(i, in_cycle_, cycle_);
    if (type_ == "CyclicLR") return cyclic(i, t);
    if (type_ == "OneCycleLR") return one_cycle(i, t);
    if (type_ == "SWALR") return averaged(i, lr, t);
    throw std::logic_error("no reference for " + type_);
  }

  [[nodiscard]] Exact cyclic(std::size_t i, const Exact& t) const {
    const Exact up(integer("step_size_up"));
    const bool has_down = config_.contains("step_size_down") && !config_["step_size_down"].is_null();
    const Exact down = has_down ? Exact(integer("step_size_down")) : up;
    const Exact cycle = floor(Exact(1 + t / (up + down)));
    const Exact phase = t - (cycle - 1) * (up + down);
    const Exact share = phase <= up ? Exact(phase / up) : Exact((up + down - phase) / down);
    Exact scale(1);
    if (config_.at("mode") == "triangular2") scale = pow(Exact(0.5), Exact(cycle - 1));
    if (config_.at("mode") == "exp_range") scale = pow(option("gamma"), t);
    return option("base_lr", i) + (option("max_lr", i) - option("base_lr", i)) * share * scale;
  }

  [[nodiscard]] Exact one_cycle(std::size_t i, const Exact& t) const {
    const std::int64_t steps = config_.contains("total_steps") && !config_["total_steps"].is_null()
                                   ? integer("total_steps")
                                   : integer("epochs") * integer("steps_per_epoch");
    const Exact high = option("max_lr", i);
    const Exact low = high / option_or("div_factor", 25);
    const Exact last = low / option_or("final_div_factor", 10000);
    const Exact rise = option("pct_start") * steps;
    std::vector<Exact> ends{Exact(rise - 1), Exact(steps - 1)};
    std::vector<Exact> levels{low, high, last};
    if (config_.at("three_phase") == true) {
      ends = {Exact(rise - 1), Exact(2 * rise - 2), Exact(steps - 1)};
      levels = {low, high, low, last};
    }
    Exact start(0);
    std::size_t phase = 0;
    while (phase + 1 < ends.size() && t > ends[phase]) start = ends[phase++];
    const Exact share = (t - start) / (ends[phase] - start);
    const Exact& from = levels[phase];
    const Exact& to = levels[phase + 1];
    return config_.at("anneal_strategy") == "cos" ? Exact(to + (from - to) / 2 * (1 + cos(Exact(pi() * share))))
                                                  : Exact((to - from) * share + from);
  }

  [[nodiscard]] Exact averaged(std::size_t i, const Exact& lr, const Exact& t) const {
    const Exact target = option("swa_lr", i);
    const std::int64_t n = std::max<std::int64_t>(1, integer("anneal_epochs"));
    const auto alpha = [&](const Exact& time) {
      const Exact share = std::clamp(Exact(time / n), Exact(0), Exact(1));
      return config_.at("anneal_strategy") == "cos" ? Exact((1 - cos(Exact(pi() * share))) / 2) : share;
    };
    if (alpha(t - 1) == 1) return target;
    const Exact from = (lr - alpha(t - 1) * target) / (1 - alpha(t - 1));
    return target * alpha(t) + from * (1 - alpha(t));
  }

  nlohmann::json config_;
  std::string type_;
  std::vector<Exact> base_;
  std::vector<Reference> children_;
  std::int64_t epoch_ = 0;
  Exact in_cycle_{0};
  Exact cycle_{0};
};

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_REFERENCE_HPP
