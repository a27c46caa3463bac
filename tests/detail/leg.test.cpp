// SPDX-License-Identifier: MIT
// Which epochs are computed in bulk. That the rates are those of at() is the matter of flags/simulate.cpp.
#include <lr_scheduler/detail/leg.hpp>
#include <lr_scheduler/lr_scheduler.hpp>

#include "support/catch.hpp"

namespace lr_scheduler::testing {
namespace {

TEST_CASE("a leg ends at the middle of a way, or at its end") {
  using namespace schedule;
  const Group<double> group(0.1);
  const CosineAnnealing<double> cosine{.T_max = 100};
  CHECK(cosine.leg(0, group).count == 50);
  CHECK(cosine.leg(49, group).count == 1);
  CHECK(cosine.leg(50, group).count == 50);
  CHECK(cosine.leg(100, group).count == 50);  // on the way up
  CHECK(cosine.leg(160, group).count == 40);
  CHECK(CosineAnnealing<double>{.T_max = 101}.leg(0, group).count == 51);
  CHECK(CosineAnnealing<double>{.T_max = 100, .after_end = AfterEnd::hold}.leg(100, group).count == 0);
}

TEST_CASE("schedules that move in straight lines and half waves have legs") {
  using namespace schedule;
  const Group<double> group(0.1);
  CHECK(Linear<double>{.total_iters = 40}.leg(10, group).count == 10);
  CHECK(LinearWarmup<double>{.warmup_steps = 40}.leg(10, group).count == 10);
  CHECK(LinearWarmup<double>{.warmup_steps = 40, .first_update = FirstUpdate::one_of_w}.leg(10, group).count == 30);
  CHECK(Polynomial<double>{.total_iters = 40}.leg(10, group).count == 30);
  CHECK(Polynomial<double>{.total_iters = 40, .power = 2}.leg(10, group).count == 0);
  CHECK(Polynomial<double>{.total_iters = 40}.leg(40, group).count == 0);
  CHECK(schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 10, .T_mult = 2}.leg(10, group).count == 10);
  CHECK(Anneal<double>{.steps = 40}.leg(10, group).count == 10);
  CHECK(Anneal<double>{.steps = 40, .shape = Shape::cosine, .after_end = AfterEnd::rebound}.leg(20, group).count == 20);
  CHECK(Anneal<double>{.steps = 40, .after_end = AfterEnd::rebound}.leg(40, group).count == 0);
  CHECK(Anneal<double>{.steps = 40.5}.leg(10, group).count == 0);
  CHECK(Anneal<double>{.steps = 0x1p32}.leg(10, group).count == 0);
  CHECK(Anneal<double>{.steps = 40, .power = 2}.leg(10, group).count == 0);
  CHECK(Anneal<double>{.steps = 40, .time_power = 2}.leg(10, group).count == 0);
  CHECK(Anneal<double>{.steps = 40, .shape = Shape::geometric, .end_factor = 1}.leg(10, group).count == 0);
  CHECK(WarmupLinear<double>{.warmup_steps = 10, .total_steps = 50}.leg(10, group).count == 20);
  CHECK(WarmupCosine<double>{.warmup_steps = 10, .total_steps = 50}.leg(10, group).count == 20);
  CHECK(WarmupCosine<double>{.warmup_steps = 10, .total_steps = 50, .num_cycles = 2}.leg(10, group).count == 0);
  CHECK(WarmupPolynomial<double>{.warmup_steps = 10, .total_steps = 50}.leg(10, group).count == 20);
  CHECK(WarmupStableDecay<double>{.warmup_steps = 10, .stable_steps = 5, .decay_steps = 40, .shape = Shape::cosine}
            .leg(15, group)
            .count == 20);
}

TEST_CASE("combinators pass the legs of their schedules on") {
  using namespace schedule;
  const Group<float> group(0.1F);
  const Sequential<float> phases{.schedules = {LinearWarmup<float>{.warmup_steps = 40}, Step<float>{.step_size = 9},
                                               CosineAnnealing<float>{.T_max = 100}},
                                 .milestones = {15, 30}};
  CHECK(phases.leg(5, group).count == 10);  // up to the milestone
  CHECK(phases.leg(15, group).count == 0);
  CHECK(phases.leg(30, group).count == 50);
  CHECK(AnySchedule<float>(phases).leg(30, group).count == 50);
  CHECK(Chained<float>{.schedules = {phases}}.leg(30, group).count == 50);
  CHECK(Chained<float>{.schedules = {phases, phases}}.leg(30, group).count == 0);
  CHECK(PerGroup<float>{.schedules = {Step<float>{.step_size = 9}, phases}}.leg(30, Group<float>(0.1F, 1)).count == 50);
  CHECK(BaseRate<float>{.schedule = phases, .base_lr = 0.5F}.leg(30, group).base_lr == 1);
  CHECK(BaseRate<float>{.schedule = phases, .base_lr = 0.5F}.leg(5, group).base_lr == 0.5);
}

TEST_CASE("what is not computed in double has no legs") {
  using namespace schedule;
  const AnySchedule<long double> cosine(CosineAnnealing<long double>{.T_max = 100});
  CHECK(cosine.leg(0, Group<long double>(0.1L)).count == 0);
  const AnySchedule<double> endless(CosineAnnealing<double>{.T_max = Epoch{1} << 53});
  CHECK(endless.leg(0, Group<double>(0.1)).count == 0);
}

}  // namespace
}  // namespace lr_scheduler::testing
