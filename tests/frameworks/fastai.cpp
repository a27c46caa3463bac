// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "frameworks/recorded.hpp"

namespace lr_scheduler::testing {
namespace {

using nlohmann::json;

/// A curve of theirs over so many steps, whole or not. Its factors are rates, as the base rate is 1.
json curve(const std::string& name, Arguments& args, double steps) {
  const auto start = args.take<double>("start");
  json anneal{{"type", "Anneal"}, {"steps", steps}, {"start_factor", start}, {"end_factor", start}};
  if (name == "SchedNo") {
    args.ignore("end");
    return anneal;
  }
  anneal["end_factor"] = args.take<double>("end");
  if (name == "SchedCos") {
    anneal["shape"] = "cosine";
  } else if (name == "SchedExp") {
    anneal["shape"] = "geometric";
  } else if (name == "SchedPoly") {
    anneal["time_power"] = args.take<double>("power");
  } else if (name != "SchedLin") {
    throw std::out_of_range("unknown curve " + name);
  }
  return anneal;
}

/// A schedule of this rate, whatever the optimizer has.
json of_rate(double rate, const json& scheduler) {
  return {{"type", "BaseRate"}, {"scheduler", scheduler}, {"base_lr", rate}};
}

/// Curves one after the other, each in its share of the steps. They change between two steps, as a rule: the curve then
/// begins a part of a step late.
json combine_scheds(Arguments& args, double steps) {
  constexpr double rounding = 1e-6;  // of their boundaries, which are float32
  const auto shares = args.take<std::vector<double>>("pcts");
  const auto curves = args.take<std::vector<json>>("scheds");
  json schedulers = json::array();
  json milestones = json::array();
  double begin = 0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const double length = shares.at(i) * steps;
    const double first_step = std::ceil(begin - rounding);
    const bool has_a_step = i + 1 == curves.size() || first_step < std::ceil(begin + length - rounding);
    if (has_a_step) {
      Arguments of_curve(curves[i].at("args"));
      const json anneal = curve(curves[i].at("name"), of_curve, length);
      of_curve.require_none_left();
      schedulers.push_back({{"type", "Retimed"}, {"scheduler", anneal}, {"begin", std::max(first_step - begin, 0.0)}});
      if (schedulers.size() > 1) milestones.push_back(static_cast<Epoch>(first_step));
    }
    begin += length;
  }
  return {{"type", "SequentialLR"}, {"schedulers", schedulers}, {"milestones", milestones}};
}

/// From point to point along half cosine waves.
json cosines(const std::vector<double>& boundaries, const std::vector<double>& values) {
  return {{"type", "PiecewiseLR"}, {"boundaries", boundaries}, {"values", values}, {"interpolation", "cosine"}};
}

json fit_one_cycle(Arguments& args, double batches) {
  const auto max_lr = args.take<double>("lr_max");
  const double div = args.take("div", 25.0);
  const double div_final = args.take("div_final", 1e5);
  const double pct_start = args.take("pct_start", 0.25);
  const auto moms = args.take("moms", std::vector<double>{0.95, 0.85, 0.95});
  if (moms.size() != 3 || moms[0] != moms[2]) throw std::out_of_range("moms that end elsewhere are not written");
  // PyTorch's peak is at pct_start * total_steps - 1 and its end at total_steps - 1.
  return {{"type", "OneCycleLR"},
          {"max_lr", max_lr},
          {"total_steps", static_cast<Epoch>(batches) + 1},
          {"pct_start", (pct_start * batches + 1) / (batches + 1)},
          {"div_factor", div},
          {"final_div_factor", div_final / div},
          {"base_momentum", moms[1]},
          {"max_momentum", moms[0]}};
}

json fit_flat_cos(Arguments& args, double batches) {
  const auto lr = args.take<double>("lr");
  const double div_final = args.take("div_final", 1e5);
  const double pct_start = args.take("pct_start", 0.75);
  return cosines({pct_start * batches, batches}, {lr, lr, lr / div_final});
}

json fit_sgdr(Arguments& args) {
  args.ignore("n_cycles");  // the run's length
  const auto cycle_len = args.take<Epoch>("cycle_len");
  const json restarts{{"type", "CosineAnnealingWarmRestarts"},
                      {"T_0", cycle_len * args.take<Epoch>("batches_per_epoch")},
                      {"T_mult", args.take<Epoch>("cycle_mult", 2)}};
  return of_rate(args.take<double>("lr_max"), restarts);
}

json written(const std::string& family, Arguments& args) {
  if (family.starts_with("Sched")) {
    const auto steps = args.take<double>("steps");
    return of_rate(1, curve(family, args, steps));
  }
  if (family == "combine_scheds") {
    const auto steps = args.take<double>("steps");
    return of_rate(1, combine_scheds(args, steps));
  }
  if (family == "combined_cos") {
    const auto steps = args.take<double>("steps");
    return cosines({args.take<double>("pct") * steps, steps},
                   {args.take<double>("start"), args.take<double>("middle"), args.take<double>("end")});
  }
  if (family == "fit_one_cycle" || family == "fit_flat_cos") {
    const double batches = args.take<double>("n_epoch") * args.take<double>("batches_per_epoch");
    return family == "fit_one_cycle" ? fit_one_cycle(args, batches) : fit_flat_cos(args, batches);
  }
  if (family == "fit_sgdr") return fit_sgdr(args);
  if (family == "LRFinder") {
    args.ignore("batches_per_epoch");
    args.ignore("stop_div");
    return of_rate(1, {{"type", "Anneal"},
                       {"steps", std::max(args.take("num_it", 100.0), 6.0)},
                       {"shape", "geometric"},
                       {"start_factor", args.take("start_lr", 1e-7)},
                       {"end_factor", args.take("end_lr", 10.0)}});
  }
  throw std::out_of_range("unknown family " + family);
}

}  // namespace

Outputs run_fastai(const Recorded& recorded, std::size_t steps) {
  Arguments args(recorded.args);
  const json configuration = written(recorded.family, args);
  args.require_none_left();
  return follow(configuration, recorded, steps);
}

}  // namespace lr_scheduler::testing
