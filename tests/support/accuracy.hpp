// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_TESTS_SUPPORT_ACCURACY_HPP
#define LR_SCHEDULER_TESTS_SUPPORT_ACCURACY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include <lr_scheduler/lr_scheduler.hpp>

// How far rates are from what their definitions say, in units in the last place. The definitions are written out here
// from PyTorch's documentation and the papers, share no code with the library, and are computed in 70 digits.
namespace lr_scheduler::testing {

using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<70>, boost::multiprecision::et_off>;

/// The distance from the exact value in units in the last place there; below the normal numbers the unit is the
/// smallest number. Beyond the largest number that one is exact.
template <class T>
double error_in_units(const T& actual, Wide exact) {
  using Limits = std::numeric_limits<T>;
  if (exact > Wide(Limits::max())) exact = Wide(Limits::max());
  int exponent = Limits::min_exponent;
  if (exact != 0) {
    int of_exact = 0;
    frexp(exact, &of_exact);
    exponent = std::max(exponent, of_exact);
  }
  return static_cast<double>(ldexp(Wide(abs(Wide(actual) - exact)), Limits::digits - exponent));
}

/// A schedule with options, and what its definition says.
template <Scalar T>
struct AccuracyCase {
  AnySchedule<T> schedule;
  std::function<Wide(const Wide& t, const Wide& base_lr)> rate;
  std::function<Wide(const Wide& t)> momentum{};  ///< Where it is driven.
  std::vector<Epoch> marks{};                     ///< Times at which something ends or begins.
  bool continuous = true;
};

/// Random options: ordinary ones, as people write them, or adversarial ones, of every magnitude. The same on every
/// machine.
template <Scalar T>
class Draw {
 public:
  Draw(bool is_adversarial, std::uint64_t seed) : adversarial(is_adversarial), bits_(seed) {}

  const bool adversarial;

  [[nodiscard]] bool one_in(std::uint64_t n) { return bits_() % n == 0; }
  [[nodiscard]] Epoch whole(Epoch least, Epoch most) {
    return least + static_cast<Epoch>(bits_() % static_cast<std::uint64_t>(most - least + 1));
  }
  /// Of every magnitude up to the most.
  [[nodiscard]] Epoch log_whole(Epoch most) {
    const Epoch top = Epoch{1} << whole(0, 62);
    if (top > most) return log_whole(most);
    return std::min(most, whole(top, 2 * (top - 1) + 1));
  }
  template <class Chosen>
  [[nodiscard]] Chosen one_of(std::initializer_list<Chosen> values) {
    return values.begin()[whole(0, static_cast<Epoch>(values.size()) - 1)];
  }
  /// All digits of T.
  [[nodiscard]] T between(long double least, long double most) {
    const auto share = std::ldexp(static_cast<long double>(bits_()), -64);
    return static_cast<T>(least + (most - least) * share);
  }
  /// From 2^least up to 2^most.
  [[nodiscard]] T magnitude(int least, int most) {
    return static_cast<T>(std::ldexp(between(1, 2), static_cast<int>(whole(least, most - 1))));
  }

  [[nodiscard]] Epoch length() { return log_whole(adversarial ? 1'000'000'000 : 1'000'000); }
  /// In steps, whole or not.
  [[nodiscard]] double real_length() {
    return one_in(2) ? static_cast<double>(length()) : static_cast<double>(between(1, 10'000));
  }
  [[nodiscard]] T rate() { return adversarial ? magnitude(-40, 0) : magnitude(-17, 1); }
  [[nodiscard]] T rate_or_0() { return one_in(3) ? T(0) : rate(); }
  [[nodiscard]] T factor() {
    if (one_in(3)) return one_of({T(0), T(1), T(0.1L), T(0.5L), T(1) / T(3)});
    return adversarial ? magnitude(-40, 10) : between(0, 1);
  }
  /// The base of a power that goes on for ever.
  [[nodiscard]] T gamma() {
    const int near_1 = static_cast<int>(whole(1, adversarial ? std::numeric_limits<T>::digits - 2 : 20));
    const T distance = std::ldexp(between(0.5L, 1), -near_1);
    if (adversarial && one_in(3)) return T(1) + distance;
    return one_in(3) ? one_of({T(0.1L), T(0.5L), T(0.9L), T(0.95L), T(0.99L), T(0.999L)}) : T(1) - distance;
  }
  [[nodiscard]] T power() {
    if (one_in(2)) return one_of({T(0.5L), T(1), T(2), T(3), T(0.9L), T(1.5L), T(4)});
    return adversarial ? magnitude(-20, 20) : between(0.25L, 5);
  }
  [[nodiscard]] FirstUpdate first_update() {
    return one_of({FirstUpdate::zero, FirstUpdate::one_of_w, FirstUpdate::one_of_w_plus_1});
  }
  [[nodiscard]] AnnealStrategy strategy() { return one_of({AnnealStrategy::cos, AnnealStrategy::linear}); }
  /// Up to 1e9: about where something begins or ends, or anywhere. Between epochs where that makes a difference.
  [[nodiscard]] Time time(const std::vector<Epoch>& marks, bool continuous) {
    Epoch epoch = log_whole(1'000'000'000);
    if (!marks.empty() && !one_in(8)) {
      const Epoch chosen = marks[static_cast<std::size_t>(whole(0, static_cast<Epoch>(marks.size()) - 1))];
      const Epoch mark = std::clamp<Epoch>(chosen, 0, 1'000'000'000);
      epoch = one_in(3) ? mark + whole(-4, 4) : one_in(8) ? mark / 2 + whole(-1, 1) : whole(0, mark + 2);
    }
    epoch = std::clamp<Epoch>(epoch, 0, 1'000'000'000);
    if (!continuous || !one_in(4)) return Time(epoch);
    return {epoch, std::ldexp(static_cast<double>(bits_() >> 12U), -52)};
  }

 private:
  std::mt19937_64 bits_;
};

// The definitions, for numbers as wide as it takes.

inline Wide pi() {
  return boost::math::constants::pi<Wide>();
}
inline Wide wide_power(const Wide& base, const Wide& exponent) {
  if (exponent == 0) return 1;
  return base == 0 ? Wide(0) : Wide(pow(base, exponent));
}
/// A factor that grows for ever ends at the largest number.
template <class T>
Wide growth(const T& gamma, const Wide& n) {
  return std::min(wide_power(gamma, n), Wide(std::numeric_limits<detail::compute_t<T>>::max()));
}
/// The share of a way of this length that is over; one of no length is.
inline Wide share_of(const Wide& n, const Wide& length) {
  return length == 0 || n >= length ? Wide(1) : Wide(n / length);
}
inline Wide remainder_of(const Wide& n, const Wide& period) {
  return n - period * floor(Wide(n / period));
}
inline Wide between(const Wide& start, const Wide& end, const Wide& share) {
  return start * (1 - share) + end * share;
}
/// The share of a half cosine wave.
inline Wide cosine_share(const Wide& share) {
  const Wide sine = sin(Wide(pi() * share / 2));
  return sine * sine;
}
inline Wide anneal_share(AnnealStrategy strategy, const Wide& share) {
  return strategy == AnnealStrategy::cos ? cosine_share(share) : share;
}
inline Wide warmup(const Wide& t, Epoch steps, const Wide& start, FirstUpdate first) {
  if (t >= steps) return 1;
  if (first == FirstUpdate::zero) return between(start, 1, t / steps);
  return std::min(Wide((t + 1) / (steps + (first == FirstUpdate::one_of_w ? 0 : 1))), Wide(1));
}

/// Random cases of each class.
template <Scalar T>
class AccuracyCases {
 public:
  using Case = AccuracyCase<T>;
  using Maker = Case (*)(Draw<T>&);

  struct Row {
    std::string name;  ///< Of the class, and what is special.
    Maker make;
    int links = 1;  ///< How many closed forms are chained.
  };

  [[nodiscard]] static std::vector<Row> rows() {
    return {{"LambdaLR", lambda},
            {"StepLR", step},
            {"MultiStepLR", multi_step},
            {"ConstantLR", constant},
            {"LinearLR", linear},
            {"ExponentialLR", exponential},
            {"PolynomialLR", polynomial},
            {"CosineAnnealingLR", cosine_annealing},
            {"CosineAnnealingWarmRestarts", warm_restarts},
            {"CyclicLR", cyclic},
            {"OneCycleLR", one_cycle},
            {"SWALR", swa},
            {"SequentialLR", sequential},
            {"ChainedScheduler", chained<2>, 2},
            {"ChainedScheduler of four", chained<4>, 4},
            {"WarmupLR", warmup_alone},
            {"WarmupCosineLR", warmup_cosine},
            {"WarmupLinearLR", warmup_linear},
            {"WarmupPolynomialLR", warmup_polynomial},
            {"WarmupInverseSqrtLR", warmup_inverse_sqrt},
            {"WarmupStableDecayLR", warmup_stable_decay},
            {"NoamLR", noam},
            {"RexLR", rex},
            {"InverseTimeLR", inverse_time},
            {"PiecewiseLR", piecewise},
            {"Anneal", anneal},
            {"Anneal geometric", anneal_geometric},
            {"ExponentialWarmup", exponential_warmup},
            {"RAdamWarmup", radam_warmup},
            {"Cycles", cycles, 2},
            {"Cycles of a real length", cycles_of_real_length, 2},
            {"Retimed", retimed},
            {"Retimed stretched", retimed_stretched},
            {"Scaled", scaled, 2},
            {"Clamp", clamp, 2},
            {"BaseRate", base_rate},
            {"PerGroup", per_group}};
  }

 private:
  using C = detail::compute_t<T>;

  static Case lambda(Draw<T>& draw) {
    const T factor = draw.factor();
    return {schedule::Lambda<T>{.lr_lambda = [factor](Epoch) { return factor; }},
            [=](const Wide&, const Wide& base) { return Wide(base * factor); },
            {},
            {},
            false};
  }
  static Case step(Draw<T>& draw) {
    const schedule::Step<T> s{.step_size = draw.length(), .gamma = draw.gamma()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              return Wide(base * growth(s.gamma, floor(Wide(t / s.step_size.value()))));
            },
            {},
            {s.step_size, 3 * s.step_size, 40 * s.step_size},
            false};
  }
  static Case multi_step(Draw<T>& draw) {
    std::vector<Epoch> milestones;
    for (Epoch i = draw.whole(0, 12); i > 0; --i) milestones.push_back(draw.length());
    const schedule::MultiStep<T> s{.milestones = milestones, .gamma = draw.gamma()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              Wide rate = base;
              for (const Epoch milestone : milestones) rate *= t >= milestone ? Wide(s.gamma) : Wide(1);
              return rate;
            },
            {},
            milestones,
            false};
  }
  static Case constant(Draw<T>& draw) {
    const schedule::Constant<T> s{.factor = draw.factor(), .total_iters = draw.length()};
    return {s,
            [=](const Wide& t, const Wide& base) { return t < Epoch(s.total_iters) ? Wide(base * s.factor) : base; },
            {},
            {s.total_iters},
            false};
  }
  static Case linear(Draw<T>& draw) {
    const schedule::Linear<T> s{
        .start_factor = draw.factor(), .end_factor = draw.factor(), .total_iters = draw.length()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              return Wide(base * between(s.start_factor, s.end_factor, share_of(t, Epoch(s.total_iters))));
            },
            {},
            {s.total_iters}};
  }
  static Case exponential(Draw<T>& draw) {
    const schedule::Exponential<T> s{.gamma = draw.gamma()};
    return {s, [=](const Wide& t, const Wide& base) { return Wide(base * growth(s.gamma.value(), t)); }, {}, {300}};
  }
  static Case falling_exponential(Draw<T>& draw) {
    const T gamma = draw.between(0.5L, 1);
    return {schedule::Exponential<T>{.gamma = gamma},
            [=](const Wide& t, const Wide& base) { return Wide(base * wide_power(gamma, t)); },
            {},
            {300}};
  }
  static Case polynomial(Draw<T>& draw) {
    const schedule::Polynomial<T> s{.total_iters = draw.length(), .power = draw.power()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              return Wide(base * wide_power(Wide(1 - share_of(t, Epoch(s.total_iters))), s.power));
            },
            {},
            {s.total_iters}};
  }
  static Case cosine_annealing(Draw<T>& draw) {
    const schedule::CosineAnnealing<T> s{.T_max = draw.length(),
                                         .eta_min = draw.rate_or_0(),
                                         .after_end = draw.one_in(2) ? AfterEnd::hold : AfterEnd::rebound};
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Epoch length = s.T_max;
              const Wide share = s.after_end == AfterEnd::hold ? share_of(t, length)
                                                               : Wide(remainder_of(t, Wide(2 * length)) / length);
              return between(base, s.eta_min, cosine_share(share));
            },
            {},
            {s.T_max, s.T_max, 2 * s.T_max, 7 * s.T_max}};
  }
  static Case warm_restarts(Draw<T>& draw) {
    const schedule::CosineAnnealingWarmRestarts<T> s{
        .T_0 = draw.length(), .T_mult = draw.whole(1, 3), .eta_min = draw.rate_or_0()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              Wide cycle = s.T_0.value();
              Wide in_cycle = s.T_mult == 1 ? remainder_of(t, cycle) : t;
              for (; in_cycle >= cycle; cycle *= Epoch(s.T_mult)) in_cycle -= cycle;
              return between(base, s.eta_min, cosine_share(in_cycle / cycle));
            },
            {},
            {s.T_0, s.T_0, s.T_0 * (1 + s.T_mult), 5 * s.T_0}};
  }
  static Case cyclic(Draw<T>& draw) {
    schedule::Cyclic<T> s{.base_lr = draw.rate_or_0(), .max_lr = draw.rate()};
    if (!draw.adversarial && s.max_lr[0] < s.base_lr[0]) std::swap(s.base_lr, s.max_lr);
    s.step_size_up = draw.length();
    if (draw.one_in(2)) s.step_size_down = draw.length();
    s.mode = draw.one_of({CyclicMode::triangular, CyclicMode::triangular2, CyclicMode::exp_range});
    s.gamma = draw.gamma();
    s.base_momentum = draw.adversarial ? draw.factor() : draw.between(0.5L, 0.9L);
    s.max_momentum = draw.between(0.9L, 1);
    const auto height = [=](const Wide& t) {
      const Wide up = Epoch(s.step_size_up);
      const Wide down = s.down();
      const Wide cycle = floor(Wide(t / (up + down)));
      const Wide phase = t - cycle * (up + down);
      const Wide triangle = phase <= up ? Wide(phase / up) : Wide((up + down - phase) / down);
      if (s.mode == CyclicMode::triangular2) return Wide(triangle * wide_power(0.5, cycle));
      return s.mode == CyclicMode::exp_range ? Wide(triangle * growth(s.gamma, t)) : triangle;
    };
    return {s,
            [=](const Wide& t, const Wide&) {
              return std::max(Wide(s.base_lr[0] + (Wide(s.max_lr[0]) - s.base_lr[0]) * height(t)), Wide(0));
            },
            [=](const Wide& t) { return between(s.max_momentum[0], s.base_momentum[0], std::min(height(t), Wide(1))); },
            {s.step_size_up, s.step_size_up + s.down(), s.step_size_up + 3 * s.down()}};
  }
  static Case one_cycle(Draw<T>& draw) {
    schedule::OneCycle<T> s{.max_lr = draw.rate()};
    s.total_steps = draw.length();
    s.pct_start = draw.one_in(4) ? T(0.3L) : draw.between(0, 1);
    if (draw.adversarial && draw.one_in(3)) s.pct_start = draw.magnitude(-30, -1);
    s.anneal_strategy = draw.strategy();
    s.base_momentum = draw.between(0.5L, 0.9L);
    s.max_momentum = draw.between(0.8L, 1);
    if (draw.one_in(2)) s.div_factor = draw.adversarial ? draw.magnitude(-10, 20) : draw.between(2, 100);
    if (draw.one_in(2)) s.final_div_factor = draw.adversarial ? draw.magnitude(-20, 30) : draw.magnitude(1, 14);
    s.three_phase = draw.one_in(2);
    const auto level = [=](const Wide& t, const Wide& low, const Wide& high, const Wide& third, const Wide& last) {
      const Wide end = Epoch(*s.total_steps) - 1;
      const Wide now = std::min(t, end);
      // What rounding alone keeps from a whole step is that step: 0.4 of 10 steps are 4.
      const auto rounded = static_cast<C>(s.pct_start) * static_cast<C>(Epoch(*s.total_steps));
      const Wide rise =
          rounded == std::floor(rounded) ? Wide(rounded) : Wide(Wide(s.pct_start) * Epoch(*s.total_steps));
      const Wide top = rise - 1;
      const Wide back = 2 * top;
      const auto way = [&](const Wide& from, const Wide& to, const Wide& begin, const Wide& until) {
        return between(from, to, anneal_share(s.anneal_strategy, share_of(Wide(now - begin), Wide(until - begin))));
      };
      if (now <= top) return way(low, high, 0, top);
      if (!s.three_phase) return way(high, last, top, end);
      return now <= back ? way(high, third, top, back) : way(third, last, back, end);
    };
    const auto top =
        static_cast<Epoch>(static_cast<long double>(s.pct_start) * static_cast<long double>(Epoch(*s.total_steps)));
    return {s,
            [=](const Wide& t, const Wide&) {
              const Wide high = s.max_lr[0];
              const Wide low = high / s.div_factor;
              return level(t, low, high, low, low / s.final_div_factor);
            },
            [=](const Wide& t) {
              const Wide low = s.base_momentum[0];
              const Wide high = s.max_momentum[0];
              return level(t, high, low, high, high);
            },
            {top, 2 * top, *s.total_steps, *s.total_steps}};
  }
  static Case swa(Draw<T>& draw) {
    const schedule::SWA<T> s{
        .swa_lr = draw.rate_or_0(), .anneal_epochs = draw.length(), .anneal_strategy = draw.strategy()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              return between(base, s.swa_lr[0], anneal_share(s.anneal_strategy, share_of(t, Epoch(s.anneal_epochs))));
            },
            {},
            {s.anneal_epochs}};
  }
  static Case sequential(Draw<T>& draw) {
    const Case first = draw.one_in(2) ? warmup_alone(draw) : linear(draw);
    const Case second = draw.one_in(2) ? cosine_annealing(draw) : one_cycle(draw);
    const Epoch milestone = draw.length();
    std::vector<Epoch> marks{milestone, milestone};
    for (const Epoch mark : second.marks) marks.push_back(milestone + mark);
    return {schedule::Sequential<T>{.schedules = {first.schedule, second.schedule}, .milestones = {milestone}},
            [=](const Wide& t, const Wide& base) {
              return t < milestone ? first.rate(t, base) : second.rate(Wide(t - milestone), base);
            },
            {},
            marks};
  }
  /// Of different factors.
  template <int links>
  static Case chained(Draw<T>& draw) {
    constexpr Maker makers[] = {linear, polynomial, falling_exponential, warmup_cosine, rex, noam};
    std::vector<Case> children;
    schedule::Chained<T> s;
    for (int i = 0; i < links; ++i) {
      children.push_back(makers[draw.whole(0, 5)](draw));
      s.schedules.push_back(children.back().schedule);
    }
    const std::vector<Epoch> marks = children[0].marks;
    return {s,
            [children](const Wide& t, const Wide& base) {
              Wide rate = base;
              for (const Case& child : children) rate = child.rate(t, rate);
              return rate;
            },
            {},
            marks};
  }
  static Case warmup_alone(Draw<T>& draw) {
    schedule::LinearWarmup<T> s{.warmup_steps = draw.length(), .first_update = draw.first_update()};
    if (s.first_update == FirstUpdate::zero) s.start_factor = draw.factor();
    return {s,
            [=](const Wide& t, const Wide& base) {
              return Wide(base * warmup(t, s.warmup_steps, s.start_factor, s.first_update));
            },
            {},
            {s.warmup_steps}};
  }
  /// A warm-up, then what is left of a decay: left(share of the decay that is over).
  template <class S, class Left>
  static Case warmup_then(const S& s, const Wide& start_factor, const Left& left) {
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Epoch begin = s.warmup_steps;
              if (t < begin) return Wide(base * warmup(t, begin, start_factor, s.first_update));
              const Wide share = share_of(Wide(t - begin), Wide(Epoch(s.total_steps) - begin));
              return Wide(base * between(s.min_ratio, 1, left(share)));
            },
            {},
            {s.warmup_steps, s.total_steps, s.total_steps}};
  }
  template <class S>
  static S with_warmup(Draw<T>& draw) {
    const Epoch warmup_steps = draw.length();
    S s{.warmup_steps = warmup_steps, .total_steps = warmup_steps + draw.length(), .min_ratio = draw.factor()};
    s.first_update = draw.first_update();
    if (s.first_update == FirstUpdate::zero) s.start_factor = draw.factor();
    return s;
  }
  static Case warmup_cosine(Draw<T>& draw) {
    auto s = with_warmup<schedule::WarmupCosine<T>>(draw);
    if (draw.one_in(3)) s.num_cycles = draw.one_in(2) ? T(1) : draw.between(0.25L, draw.adversarial ? 1'000 : 5);
    return warmup_then(s, s.start_factor, [cycles = Wide(s.num_cycles)](const Wide& share) {
      return Wide(1 - cosine_share(Wide(2 * cycles * share)));
    });
  }
  static Case warmup_linear(Draw<T>& draw) {
    const auto s = with_warmup<schedule::WarmupLinear<T>>(draw);
    return warmup_then(s, s.start_factor, [](const Wide& share) { return Wide(1 - share); });
  }
  static Case warmup_polynomial(Draw<T>& draw) {
    auto s = with_warmup<schedule::WarmupPolynomial<T>>(draw);
    s.power = draw.power();
    return warmup_then(s, s.start_factor,
                       [power = Wide(s.power)](const Wide& share) { return wide_power(Wide(1 - share), power); });
  }
  static Case warmup_inverse_sqrt(Draw<T>& draw) {
    schedule::WarmupInverseSqrt<T> s{.warmup_steps = draw.length()};
    if (draw.one_in(2)) s.timescale = draw.real_length();
    s.first_update = draw.first_update();
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Epoch begin = s.warmup_steps;
              if (t < begin) return Wide(base * warmup(t, begin, 0, s.first_update));
              const Wide scale = s.timescale ? Wide(double(*s.timescale)) : Wide(std::max<Epoch>(begin, 1));
              return Wide(base / sqrt(Wide(1 + (t - begin) / scale)));
            },
            {},
            {s.warmup_steps, 4 * s.warmup_steps}};
  }
  static Case warmup_stable_decay(Draw<T>& draw) {
    schedule::WarmupStableDecay<T> s{
        .warmup_steps = draw.length(), .stable_steps = draw.length(), .decay_steps = draw.length()};
    s.shape = draw.one_of({Shape::linear, Shape::cosine, Shape::one_minus_sqrt, Shape::exponential});
    s.min_ratio = draw.factor();
    s.first_update = draw.first_update();
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Epoch begin = s.warmup_steps + s.stable_steps;
              if (t < s.warmup_steps.value()) return Wide(base * warmup(t, s.warmup_steps, 0, s.first_update));
              if (t < begin) return base;
              const Wide share = share_of(Wide(t - begin), Wide(s.decay_steps.value()));
              return Wide(base * between(s.min_ratio, 1, left_of(s.shape, share, 0.5)));
            },
            {},
            {s.warmup_steps, s.warmup_steps + s.stable_steps, s.duration(), s.duration()}};
  }
  static Case noam(Draw<T>& draw) {
    schedule::Noam<T> s{.d_model = draw.one_in(2) ? 512 : draw.log_whole(100'000), .warmup_steps = draw.length()};
    s.first_update = draw.first_update();
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Epoch steps = s.warmup_steps;
              const Wide width = s.d_model.value();
              if (t >= steps) return Wide(base / sqrt(Wide(width * std::max(t, Wide(1)))));
              return Wide(base * warmup(t, steps, 0, s.first_update) / sqrt(Wide(width * steps)));
            },
            {},
            {s.warmup_steps, 4 * s.warmup_steps}};
  }
  static Case rex(Draw<T>& draw) {
    const schedule::Rex<T> s{.total_steps = draw.length(), .min_ratio = draw.factor()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Wide share = share_of(t, Wide(s.total_steps.value()));
              return Wide(base * between(s.min_ratio, 1, Wide((1 - share) / (1 - share / 2))));
            },
            {},
            {s.total_steps}};
  }
  static Case inverse_time(Draw<T>& draw) {
    schedule::InverseTime<T> s{.timescale = draw.real_length()};
    if (draw.one_in(2)) s.power = draw.power();
    s.staircase = draw.one_in(3);
    return {s, [=](const Wide& t, const Wide& base) {
              const Wide n = t / s.timescale.value();
              return Wide(base / wide_power(Wide(1 + (s.staircase ? Wide(floor(n)) : n)), s.power));
            }};
  }
  static Case piecewise(Draw<T>& draw) {
    std::vector<double> boundaries;
    std::vector<T> values{draw.rate_or_0()};
    std::vector<Epoch> marks;
    double boundary = 0;
    for (Epoch i = draw.whole(1, 5); i > 0; --i) {
      boundary += static_cast<double>(draw.length());
      if (draw.one_in(4)) boundary += 0.25;
      boundaries.push_back(boundary);
      marks.push_back(static_cast<Epoch>(boundary));
      values.push_back(draw.rate_or_0());
    }
    schedule::Piecewise<T> s{.boundaries = boundaries};
    const bool is_factor = draw.one_in(2);
    (is_factor ? s.scales : s.values) = values;
    s.interpolation = draw.one_of({Interpolation::none, Interpolation::linear, Interpolation::cosine});
    return {s,
            [=, interpolation = s.interpolation](const Wide& t, const Wide& base) {
              std::size_t now = 0;
              while (now < boundaries.size() && boundaries[now] <= t) ++now;
              Wide point = values[now];
              if (now < boundaries.size() && interpolation != Interpolation::none) {
                const Wide begin = now == 0 ? 0 : boundaries[now - 1];
                const Wide share = (t - begin) / (boundaries[now] - begin);
                point = between(point, values[now + 1],
                                interpolation == Interpolation::cosine ? cosine_share(share) : share);
              }
              return is_factor ? Wide(base * point) : point;
            },
            {},
            marks};
  }

  /// What a shape leaves of the way, from the share of it that is over.
  static Wide left_of(Shape shape, const Wide& over, const Wide& ratio) {
    if (shape == Shape::cosine) return 1 - cosine_share(over);
    if (shape == Shape::one_minus_sqrt) return 1 - sqrt(over);
    if (shape == Shape::exponential) return (wide_power(ratio, over) - ratio) / (1 - ratio);
    return 1 - over;
  }
  static Case anneal_along(Draw<T>& draw, Shape shape) {
    schedule::Anneal<T> s{.steps = static_cast<double>(draw.length()), .shape = shape};
    if (draw.one_in(4)) s.steps = s.steps + 0.375;
    if (draw.one_in(2)) s.power = draw.power();
    if (draw.one_in(4)) s.time_power = draw.one_in(2) ? draw.between(0.25L, 5) : draw.one_of({T(0.5L), T(2), T(3)});
    if (draw.one_in(2)) s.ratio = draw.adversarial ? draw.magnitude(-40, -1) : draw.between(0.05L, 0.95L);
    s.start_factor = shape == Shape::geometric ? draw.rate() : draw.factor();
    s.end_factor = shape == Shape::geometric ? draw.rate() : draw.factor();
    if (draw.one_in(3)) s.after_end = AfterEnd::rebound;
    const auto length = static_cast<Epoch>(s.steps.value());
    return {s,
            [=](const Wide& t, const Wide& base) {
              const Wide steps = s.steps.value();
              Wide share = share_of(t, steps);
              if (t > steps && s.after_end == AfterEnd::rebound) {
                share = remainder_of(t, Wide(2 * steps)) / steps;
                if (share > 1) share = 2 - share;
              }
              const Wide left = wide_power(left_of(s.shape, wide_power(share, s.time_power), s.ratio), s.power);
              if (s.shape != Shape::geometric) return Wide(base * between(s.end_factor, s.start_factor, left));
              return Wide(base * s.start_factor * pow(Wide(Wide(s.end_factor) / s.start_factor), Wide(1 - left)));
            },
            {},
            {length, length, 2 * length, 3 * length}};
  }
  static Case anneal(Draw<T>& draw) {
    return anneal_along(draw, draw.one_of({Shape::linear, Shape::cosine, Shape::one_minus_sqrt, Shape::exponential}));
  }
  static Case anneal_geometric(Draw<T>& draw) { return anneal_along(draw, Shape::geometric); }

  static Case exponential_warmup(Draw<T>& draw) {
    const schedule::ExponentialWarmup<T> s{.warmup_period = draw.real_length()};
    return {s,
            [=](const Wide& t, const Wide& base) {
              return Wide(base * (1 - exp(Wide(-(t + 1) / s.warmup_period.value()))));
            },
            {},
            {static_cast<Epoch>(s.warmup_period.value())}};
  }
  static Case radam_warmup(Draw<T>& draw) {
    schedule::RAdamWarmup<T> s;
    if (draw.one_in(2)) s.beta2 = draw.one_of({T(0.99L), T(0.98L), T(0.95L), T(0.9L), T(0.9999L)});
    if (draw.one_in(4)) s.beta2 = draw.between(0.9L, 0.9999L);
    if (draw.adversarial) {
      const int near_1 = static_cast<int>(draw.whole(2, std::numeric_limits<T>::digits - 1));
      s.beta2 = draw.one_in(2) ? draw.between(0.61L, 1) : T(1) - std::ldexp(draw.between(0.5L, 1), -near_1);
      if (!(s.beta2 > T(0.61L) && s.beta2 < T(1))) s.beta2 = T(0.999L);
    }
    return {s,
            [beta = Wide(s.beta2)](const Wide& t, const Wide& base) {
              const Wide limit = 2 / (1 - beta) - 1;
              const auto length = [&](const Wide& update) {
                const Wide power = pow(beta, update);
                return Wide(limit - 2 * update * power / (1 - power));
              };
              int first = 1;
              while (!(length(first) > 4)) ++first;
              const Wide now = length(Wide(t + first));
              return Wide(base * sqrt(Wide((now - 4) * (now - 2) * limit / ((limit - 4) * (limit - 2) * now))));
            },
            {},
            {100, 10'000}};
  }

  /// Of schedules that others change.
  static Case child_of(Draw<T>& draw) {
    constexpr Maker makers[] = {cosine_annealing, warmup_linear, one_cycle, anneal_linear};
    return makers[draw.whole(0, 3)](draw);
  }
  static Case anneal_linear(Draw<T>& draw) { return anneal_along(draw, Shape::linear); }

  static Case cycles_of(Draw<T>& draw, double length, double length_mult) {
    const Case child = child_of(draw);
    schedule::Cycles<T> s{.schedule = child.schedule, .length = length, .length_mult = length_mult};
    if (draw.one_in(2)) s.decay = draw.adversarial ? draw.factor() : draw.between(0.3L, 1);
    if (draw.one_in(2)) s.limit = draw.whole(1, 5);
    const auto mark = static_cast<Epoch>(length);
    return {s,
            [=, rate = child.rate](const Wide& t, const Wide& base) {
              const Wide first = s.length.value();
              const Wide mult = s.length_mult;
              Wide begin = 0;
              Wide stretch = 1;
              Wide number = mult == 1 ? Wide(floor(Wide(t / first))) : Wide(0);
              if (mult == 1) begin = number * first;
              if (mult != 1) {
                for (; begin + first * stretch <= t; number += 1) {
                  begin += first * stretch;
                  stretch *= mult;
                }
              }
              Wide time = (t - begin) / stretch;
              if (s.limit && number >= Epoch(*s.limit)) {
                number = Epoch(*s.limit) - 1;
                time = first;
              }
              return rate(time, Wide(base * wide_power(s.decay, number)));
            },
            {},
            {mark, 2 * mark, 7 * mark}};
  }
  static Case cycles(Draw<T>& draw) {
    return cycles_of(draw, static_cast<double>(draw.length()), static_cast<double>(draw.whole(1, 3)));
  }
  static Case cycles_of_real_length(Draw<T>& draw) {
    return cycles_of(draw, static_cast<double>(draw.length()) + 0.3, static_cast<double>(draw.between(1, 2)));
  }
  static Case retimed_by(Draw<T>& draw, double stretch) {
    const Case child = child_of(draw);
    schedule::Retimed<T> s{.schedule = child.schedule, .begin = draw.whole(-100, 100), .stretch = stretch};
    if (draw.one_in(3)) s.end = draw.length();
    s.staircase = stretch != 1 && draw.one_in(3);
    std::vector<Epoch> marks;
    for (const Epoch mark : child.marks) {
      marks.push_back(static_cast<Epoch>((static_cast<double>(mark) - s.begin) * s.stretch));
    }
    return {s,
            [=, rate = child.rate](const Wide& t, const Wide& base) {
              Wide time = t / double(s.stretch);
              if (s.staircase) time = floor(time);
              time = std::max(Wide(time + double(s.begin)), Wide(0));
              if (s.end) time = std::min(time, Wide(double(*s.end)));
              return rate(time, base);
            },
            {},
            marks};
  }
  static Case retimed(Draw<T>& draw) { return retimed_by(draw, 1); }
  static Case retimed_stretched(Draw<T>& draw) {
    return retimed_by(
        draw, draw.one_in(2) ? static_cast<double>(draw.whole(2, 1'000)) : static_cast<double>(draw.between(1, 100)));
  }
  static Case scaled(Draw<T>& draw) {
    const Case child = child_of(draw);
    const Case by = draw.one_in(2) ? warmup_alone(draw) : anneal_linear(draw);
    const T floor = draw.one_in(2) ? T(0) : draw.adversarial ? draw.rate() : draw.magnitude(-40, -25);
    return {schedule::Scaled<T>{.schedule = child.schedule, .by = by.schedule, .floor = floor},
            [=](const Wide& t, const Wide& base) {
              const Wide factor = by.rate(t, 1);
              return std::max(Wide(floor + (child.rate(t, base) - floor) * factor), Wide(0));
            },
            {},
            child.marks};
  }
  static Case clamp(Draw<T>& draw) {
    const Case child = child_of(draw);
    schedule::Clamp<T> s{.schedule = child.schedule, .min_lr = draw.rate_or_0()};
    if (draw.one_in(2)) s.max_lr = s.min_lr + draw.rate();
    if (draw.one_in(2)) s.min_ratio = draw.factor();
    return {s,
            [=, rate = child.rate](const Wide& t, const Wide& base) {
              Wide clamped = rate(t, base);
              if (s.max_lr) clamped = std::min(clamped, Wide(*s.max_lr));
              return std::max(std::max(clamped, Wide(s.min_lr)), Wide(base * s.min_ratio));
            },
            {},
            child.marks};
  }
  static Case base_rate(Draw<T>& draw) {
    const Case child = child_of(draw);
    const T base_lr = draw.rate();
    return {schedule::BaseRate<T>{.schedule = child.schedule, .base_lr = base_lr},
            [=, rate = child.rate](const Wide& t, const Wide&) { return rate(t, base_lr); },
            {},
            child.marks};
  }
  static Case per_group(Draw<T>& draw) {
    const Case child = child_of(draw);
    return {schedule::PerGroup<T>{.schedules = {child.schedule}}, child.rate, {}, child.marks};
  }
};

/// The worst of some cases, and where it is.
struct AccuracyOf {
  double rate = 0;
  double momentum = 0;
  std::string where{};
};

/// Of so many random cases of a row, at some times each.
template <Scalar T>
AccuracyOf measure_accuracy(const typename AccuracyCases<T>::Row& row, bool adversarial, int cases, int times) {
  Draw<T> draw(adversarial, 20'240'607);
  AccuracyOf worst;
  for (int i = 0; i < cases; ++i) {
    const AccuracyCase<T> made = row.make(draw);
    made.schedule.validate();
    for (int k = 0; k < times; ++k) {
      const Time t = draw.time(made.marks, made.continuous);
      const Group<T> group(draw.rate());
      const Wide now = Wide(t.epoch) + t.fraction;
      const double error = error_in_units(made.schedule.at(t, group), made.rate(now, group.base_lr));
      if (!(error <= worst.rate)) {
        worst.rate = error;
        worst.where = to_string(made.schedule) + " at " + now.str(25) + " from " + Wide(group.base_lr).str(25);
      }
      if (!made.momentum) continue;
      const double of_momentum = error_in_units(*made.schedule.momentum(t, group), made.momentum(now));
      if (!(of_momentum <= worst.momentum)) worst.momentum = of_momentum;
    }
  }
  return worst;
}

}  // namespace lr_scheduler::testing

#endif  // LR_SCHEDULER_TESTS_SUPPORT_ACCURACY_HPP
