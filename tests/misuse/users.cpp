// SPDX-License-Identifier: MIT
// What users write, without a using-directive: it compiles, and without a warning.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lr_scheduler/lr_scheduler.hpp>

namespace schedule = lr_scheduler::schedule;

/// A user's own class, whose name is one of the library's too.
class Optimizer {
 public:
  std::vector<lr_scheduler::ParamGroup<float>> param_groups{{.lr = 0.1F}};
};

void a_class_named_optimizer() {
  Optimizer optimizer;
  lr_scheduler::StepLR scheduler{optimizer, {.step_size = 30, .gamma = 0.1F}};
  scheduler.step();
}

/// One rate, and momentum as a plain number.
struct Base {
  double rate = 0.1;
  double momentum = 0.9;
};
struct Derived : Base {};

// For the base and for all that derives from it.
template <std::derived_from<Base> O>
struct lr_scheduler::optimizer_traits<O> {
  using scalar_type = double;
  static std::size_t size(Base&) { return 1; }
  static double lr(Base& optimizer, std::size_t) { return optimizer.rate; }
  static void set_lr(Base& optimizer, std::size_t, double lr) { optimizer.rate = lr; }
  static double momentum(Base& optimizer, std::size_t) { return optimizer.momentum; }
  static void set_momentum(Base& optimizer, std::size_t, double momentum) { optimizer.momentum = momentum; }
};

void traits_of_a_base_class() {
  Base base;
  lr_scheduler::OneCycleLR first{base, {.max_lr = 0.5, .total_steps = 100}};
  Derived derived;
  lr_scheduler::OneCycleLR second{derived, {.max_lr = 0.5, .total_steps = 100}};
  lr_scheduler::StepLR<double> third{derived, {.step_size = 30}};
}

void groups_of_every_kind() {
  lr_scheduler::ParamGroup<double> group{.lr = 0.1};
  lr_scheduler::StepLR first{group, {.step_size = 3}};
  std::vector<lr_scheduler::ParamGroup<double>> groups{{.lr = 0.1}, {.lr = 0.2, .momentum = 0.9}};
  lr_scheduler::StepLR second{groups, {.step_size = 3}};
  std::span<lr_scheduler::ParamGroup<double>> view(groups);
  lr_scheduler::StepLR third{view, {.step_size = 3}};
  std::vector<lr_scheduler::ParamGroup<long double>> wide{{.lr = 0.1L}};
  lr_scheduler::StepLR fourth{wide, {.step_size = 3, .gamma = 0.5L}};
}

struct ConstantMember {
  const double rate = 0.1;

  double at(lr_scheduler::Epoch t, double base_lr) const { return base_lr / (1 + rate * static_cast<double>(t)); }
};

template <class Function>
struct OfFunction {
  Function function;

  double at(lr_scheduler::Epoch t, double base_lr) const { return base_lr * function(t); }
};
template <class Function>
OfFunction(Function) -> OfFunction<Function>;

/// All that a factor of one's own needs.
struct Staircase {
  double gamma = 0.5;
  lr_scheduler::Epoch step_size = 3;

  lr_scheduler::Power<double> at(lr_scheduler::Epoch t) const { return {gamma, t / step_size}; }
  lr_scheduler::Epoch unchanged_until(lr_scheduler::Epoch t) const { return (t / step_size + 1) * step_size; }
};

/// The same between epochs, with options that print and are saved.
struct InverseTime {
  double rate = 0.1;

  static constexpr std::string_view name = "InverseTime";
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rate", self.rate);
  }

  void validate() const {}
  lr_scheduler::Factor<double> at(lr_scheduler::Time t) const {
    return {1 / (1 + rate * (static_cast<double>(t.epoch) + t.fraction))};
  }
};

/// One that goes on from the rate that is there.
struct Shrink {
  double next(lr_scheduler::Epoch, double lr, lr_scheduler::Group<double>) const { return lr * 0.9; }
};

/// One that gives its curve a momentum.
struct WithMomentum {
  struct Curve {
    double share;

    double operator()(lr_scheduler::Group<double> group) const { return group.base_lr * share; }
    std::optional<double> momentum(lr_scheduler::Group<double>) const { return 1 - 0.1 * share; }
  };
  Curve at(lr_scheduler::Epoch t) const { return {1 / static_cast<double>(t + 1)}; }
};

template <class S>
void use(const S& own) {
  std::vector<lr_scheduler::ParamGroup<double>> optimizer{{.lr = 0.1, .momentum = 0.9}};
  lr_scheduler::Scheduled bound{optimizer, own};
  bound.step();
  const lr_scheduler::AnySchedule<double> any(own);
  lr_scheduler::Scheduled bound_any{optimizer, any};
  const schedule::Step<double> step{.step_size = 3};
  lr_scheduler::SequentialLR sequence{optimizer, {.schedules = {step, own}, .milestones = {2}}};
  lr_scheduler::ChainedScheduler chain{optimizer, {.schedules = {own, step}}};
  lr_scheduler::Scheduled each{optimizer, schedule::PerGroup<double>{.schedules = {own}}};
}

double schedules_of_ones_own() {
  const double offset = 1;
  use(ConstantMember{});
  use(OfFunction{[offset](lr_scheduler::Epoch t) { return offset / static_cast<double>(t + 1); }});
  use(Staircase{});
  use(InverseTime{.rate = 0.2});
  use(Shrink{});
  use(WithMomentum{});
  const lr_scheduler::AnySchedule<double> any = Shrink{};
  return Staircase{}.at(4)(0.1) + InverseTime{}.at(2.5)(0.1) + *WithMomentum{}.at(2).momentum(0.1) +
         any.next(1, 0.1, 0.1);
}

/// Each count takes each type of integer.
template <class I>
void counts(I n) {
  std::vector<lr_scheduler::ParamGroup<double>> optimizer{{.lr = 0.1, .momentum = 0.9}};
  lr_scheduler::StepLR step{optimizer, {.step_size = n}};
  lr_scheduler::MultiStepLR multi_step{optimizer, {.milestones = {n, n, 60}}};
  lr_scheduler::MultiStepLR one_milestone{optimizer, {.milestones = {n}}};
  lr_scheduler::MultiStepLR vector{optimizer, {.milestones = std::vector<I>{n, n}}};
  lr_scheduler::ConstantLR constant{optimizer, {.total_iters = n}};
  lr_scheduler::LinearLR linear{optimizer, {.total_iters = n}};
  lr_scheduler::WarmupLR warmup{optimizer, {.warmup_steps = n}};
  lr_scheduler::PolynomialLR polynomial{optimizer, {.total_iters = n}};
  lr_scheduler::CosineAnnealingLR cosine{optimizer, {.T_max = n}};
  lr_scheduler::CosineAnnealingWarmRestarts restarts{optimizer, {.T_0 = n, .T_mult = n}};
  lr_scheduler::CyclicLR cyclic{optimizer, {.base_lr = 0.1, .max_lr = 0.5, .step_size_up = n, .step_size_down = n}};
  lr_scheduler::OneCycleLR one_cycle{optimizer, {.max_lr = 0.5, .total_steps = n}};
  lr_scheduler::OneCycleLR epochs{optimizer, {.max_lr = 0.5, .epochs = n, .steps_per_epoch = n}};
  lr_scheduler::SWALR swa{optimizer, {.swa_lr = 0.05, .anneal_epochs = n}};
  lr_scheduler::ReduceLROnPlateau plateau{optimizer, {.patience = n, .cooldown = n}};
  lr_scheduler::SequentialLR sequence{
      optimizer,
      {.schedules = {schedule::Constant<double>{.total_iters = n}, schedule::Linear<double>{}}, .milestones = {n}}};
  schedule::Step<float> assigned{.step_size = n};
  assigned.step_size = n;
}

void counts_of_every_integer() {
  counts<short>(3);
  counts<unsigned short>(3);
  counts(3);
  counts(3U);
  counts(3L);
  counts(3UL);
  counts(3LL);
  counts(3ULL);
  counts(std::size_t{3});
  counts(std::int8_t{3});
  counts(std::uint8_t{3});
  counts(lr_scheduler::Epoch{3});
  const std::vector<int> batches(100);
  std::vector<lr_scheduler::ParamGroup<float>> optimizer{{.lr = 0.1F}};
  lr_scheduler::MultiStepLR mixed{optimizer, {.milestones = {30, 60U, 90L, batches.size()}}};
  lr_scheduler::WarmupLR warmup{optimizer, {.warmup_steps = 5 * batches.size()}};
}

void every_class_with_its_defaults() {
  std::vector<lr_scheduler::ParamGroup<double>> optimizer{{.lr = 0.1, .momentum = 0.9}, {.lr = 0.2, .momentum = 0.9}};
  const auto f = [](lr_scheduler::Epoch t) { return 1 / (1 + 0.1 * static_cast<double>(t)); };
  const auto g = [](lr_scheduler::Epoch) { return 0.5F; };
  const std::vector<std::function<double(lr_scheduler::Epoch)>> functions{f, g};
  lr_scheduler::LambdaLR lambda{optimizer, {.lr_lambda = f}};
  lr_scheduler::LambdaLR two_lambdas{optimizer, {.lr_lambda = {f, g}}};
  lr_scheduler::LambdaLR vector_of_lambdas{optimizer, {.lr_lambda = functions}};
  lr_scheduler::MultiplicativeLR multiplicative{optimizer, {.lr_lambda = {f, g}}};
  lr_scheduler::MultiStepLR multi_step{optimizer};
  lr_scheduler::ConstantLR constant{optimizer};
  lr_scheduler::LinearLR linear{optimizer};
  lr_scheduler::ExponentialLR exponential{optimizer, {.gamma = 0.9}};
  lr_scheduler::PolynomialLR polynomial{optimizer};
  lr_scheduler::CosineAnnealingLR cosine{optimizer,
                                         {.T_max = 100, .eta_min = 0.01, .after_end = lr_scheduler::AfterEnd::hold}};
  lr_scheduler::CyclicLR cyclic{optimizer,
                                {.base_lr = {0.1, 0.2}, .max_lr = 0.5, .mode = lr_scheduler::CyclicMode::triangular2}};
  lr_scheduler::CyclicLR scaled{
      optimizer,
      {.base_lr = 0.1, .max_lr = {0.5, 1}, .scale_fn = f, .scale_mode = lr_scheduler::ScaleMode::iterations}};
  lr_scheduler::OneCycleLR one_cycle{optimizer,
                                     {.max_lr = {0.5, 1},
                                      .total_steps = 100,
                                      .anneal_strategy = lr_scheduler::AnnealStrategy::linear,
                                      .three_phase = true,
                                      .after_end = lr_scheduler::AfterEnd::error}};
  lr_scheduler::SWALR swa{optimizer, {.swa_lr = std::vector<double>{0.05, 0.1}}};
  lr_scheduler::ReduceLROnPlateau plateau{optimizer};
  lr_scheduler::ReduceLROnPlateau lists{optimizer,
                                        {.mode = lr_scheduler::Mode::max,
                                         .threshold_mode = lr_scheduler::ThresholdMode::abs,
                                         .min_lr = {0.01, 0.02},
                                         .nan_policy = lr_scheduler::NanPolicy::ignore}};
  plateau.step(0.5);
}

template <class T>
class Loop {
 public:
  void run(lr_scheduler::Scheduler<T>& scheduler) {
    scheduler.step();
    scheduler.step(T(0.5));
    scheduler.step_by(100);
    scheduler.seek(30);
    scheduler.seek_time(30 + 40 / static_cast<double>(100));
    const std::span<const T> lrs = scheduler.get_lr();
    const std::span<const T> last_lrs = scheduler.get_last_lr();
    const std::span<const T> base_lrs = scheduler.base_lrs();
    const lr_scheduler::Epoch epoch = scheduler.last_epoch();
    text =
        lr_scheduler::to_string(scheduler) + std::to_string(lrs[0] + last_lrs[0] + base_lrs[0]) + std::to_string(epoch);
    const lr_scheduler::StateDict state = scheduler.state_dict();
    scheduler.load_state_dict(state);
    scheduler.load_state_dict(state, lr_scheduler::OnMismatch::keep_constructed);
    scheduler.reset();
  }

 private:
  std::string text;
};
template class Loop<float>;
template class Loop<double>;
template class Loop<long double>;

double schedules_without_an_optimizer() {
  const schedule::CosineAnnealing<double> cosine{.T_max = 100};
  const schedule::OneCycle<double> one_cycle{.max_lr = 0.5, .total_steps = 10};
  const lr_scheduler::AnySchedule<double> any = cosine;
  const lr_scheduler::Abilities abilities = any.abilities(0);
  const std::string text = lr_scheduler::to_string(cosine);
  schedule::Sequential<double> sequence{
      .schedules = {schedule::LinearWarmup<double>{.warmup_steps = 5}, cosine, InverseTime{}}, .milestones = {5, 105}};
  sequence.schedules.push_back(schedule::Chained<double>{.schedules = {schedule::Constant<double>{}, Staircase{}}});
  sequence.milestones = std::vector<lr_scheduler::Epoch>{5, 105, 200};
  const double first = schedule::CosineAnnealing<double>{.T_max = 100}.at(50, 0.1);
  return first + *one_cycle.at(3).momentum(0.1) + any.at(2.5, 0.1) +
         schedule::Step<double>{.step_size = 3}.at(4).value +
         (abilities.closed_form && abilities.continuous && !abilities.factor && !abilities.momentum &&
                  !abilities.goes_on && !abilities.own_base
              ? static_cast<double>(text.size())
              : 0.0);
}
