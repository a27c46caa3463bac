// SPDX-License-Identifier: MIT
#include <limits>
#include <string>
#include <vector>

#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/schedules/cosine_annealing_warm_restarts.hpp>

#include "support/catch.hpp"
#include "support/checkers.hpp"

namespace lr_scheduler::testing {
namespace {

TEMPLATE_TEST_CASE("CosineAnnealingWarmRestarts follows half a cosine wave in cycles that grow", "", float, double,
                   long double) {
  using T = TestType;
  auto groups = two_groups<T>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 2, .T_mult = 2, .eta_min = T(0.01L)}};
  check_rates(scheduler, groups,
              {{0.1L, 0.4L},
               {0.055L, 0.205L},
               {0.1L, 0.4L},
               {0.08681980515339463859804L, 0.3428858223313767672582L},
               {0.055L, 0.205L},
               {0.02318019484660536140196L, 0.06711417766862323274184L},
               {0.1L, 0.4L},
               {0.09657457896300790402577L, 0.385156508839700917445L},
               {0.08681980515339463859804L, 0.3428858223313767672582L},
               {0.07222075445642903972778L, 0.279623269311192505487L}});
}

TEMPLATE_TEST_CASE("CosineAnnealingWarmRestarts refuses bad options and leaves the optimizer alone", "", float, double,
                   long double) {
  using T = TestType;
  using Bound = CosineAnnealingWarmRestarts<T>;
  const T infinity = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  check_refused<Bound>({.T_0 = 0}, "CosineAnnealingWarmRestarts: T_0 must be positive, got 0");
  check_refused<Bound>({.T_0 = -4}, "CosineAnnealingWarmRestarts: T_0 must be positive, got -4");
  check_refused<Bound>({.T_0 = 4, .T_mult = 0}, "CosineAnnealingWarmRestarts: T_mult must be positive, got 0");
  check_refused<Bound>({.T_0 = 4, .T_mult = -2}, "CosineAnnealingWarmRestarts: T_mult must be positive, got -2");
  check_refused<Bound>({.T_0 = 4, .eta_min = T(-0.5L)},
                       "CosineAnnealingWarmRestarts: eta_min must be finite and not negative, got -0.5");
  check_refused<Bound>({.T_0 = 4, .eta_min = infinity},
                       "CosineAnnealingWarmRestarts: eta_min must be finite and not negative, got inf");
  check_refused<Bound>({.T_0 = 4, .eta_min = nan},
                       "CosineAnnealingWarmRestarts: eta_min must be finite and not negative, got nan");
}

TEST_CASE(
    "CosineAnnealingWarmRestarts returns to its curve from a rate that the user sets, as PyTorch "
    "does") {
  auto groups = two_groups<double>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 2, .T_mult = 2, .eta_min = 0.01}};
  check_user_changes_rate(scheduler, groups,
                          {{0.055L, 0.205L},
                           {0.1L, 0.4L},
                           {0.086819805153394644L, 0.34288582233137677L},
                           {0.055L, 0.205L},
                           {0.023180194846605363L, 0.067114177668623251L},
                           {0.1L, 0.4L}});
}

struct Restart {
  Epoch T_mult;
  Epoch epoch;
  long double rate_before;  // of the base rate, in 50 digits: sin^2(pi / 2n), n the cycle's length
};

const std::vector<Restart> restarts{
    {2, 10, 0.02447174185242321394178L},       {2, 30, 0.00615582970243113690498L},
    {2, 70, 0.001541333133436011901113L},      {2, 150, 0.0003854818796385326314369L},
    {2, 310, 0.000096379758967571805097L},     {2, 630, 0.00002409552033599321353676L},
    {2, 1270, 0.000006023916371566755014168L}, {2, 2550, 0.000001505981360871548046062L},
    {2, 5110, 3.764954819667349528795e-7L},    {2, 10230, 9.41238793509884022993e-8L},
    {2, 20470, 2.353097039145366813829e-8L},   {2, 40950, 5.882742632470077914455e-9L},
    {2, 81910, 1.470685660280435789968e-9L},   {2, 163830, 3.676714152052912170511e-10L},
    {2, 327670, 9.191785380977169611177e-11L}, {2, 655350, 2.297946345297097976853e-11L},
    {3, 10, 0.02447174185242321394178L},       {3, 40, 0.002739052315863331538654L},
    {3, 130, 0.0003045864904521349968783L},    {3, 400, 0.00003384599811887839123435L},
    {3, 1210, 0.000003760704171947583218818L}, {3, 3640, 4.178564847159355030814e-7L},
    {3, 10930, 4.642850405005306906616e-8L},   {3, 32800, 5.15872274319457278414e-9L},
    {3, 98410, 5.731914167866371541995e-10L},  {3, 295240, 6.368793520933164759831e-11L},
    {3, 885730, 7.076437245614830081833e-12L}, {4, 10, 0.02447174185242321394178L},
    {4, 50, 0.001541333133436011901113L},      {4, 210, 0.000096379758967571805097L},
    {4, 850, 0.000006023916371566755014168L},  {4, 3410, 3.764954819667349528795e-7L},
    {4, 13650, 2.353097039145366813829e-8L},   {4, 54610, 1.470685660280435789968e-9L},
    {4, 218450, 9.191785380977169611177e-11L}, {4, 873810, 5.744865863275748425919e-12L},
    {5, 10, 0.02447174185242321394178L},       {5, 60, 0.0009866357858642190238316L},
    {5, 310, 0.00003947789809193986356832L},   {5, 1560, 0.000001579135872950228904401L},
    {5, 7810, 6.316546683701311677729e-8L},    {5, 39060, 2.526618724550941743804e-9L},
    {5, 195310, 1.010647490637503377556e-10L}, {5, 976560, 4.042589962680753779072e-12L},
    {6, 10, 0.02447174185242321394178L},       {6, 70, 0.000685232622713063107754L},
    {6, 430, 0.00001903846791435563132242L},   {6, 2590, 5.288495939023784774591e-7L},
    {6, 15550, 1.469026901500151012041e-8L},   {6, 93310, 4.080630301371664821063e-10L},
    {6, 559870, 1.133508417197582827894e-11L}, {7, 10, 0.02447174185242321394178L},
    {7, 80, 0.000503466729342676313972L},      {7, 570, 0.00001027652081697366794632L},
    {7, 4000, 2.097256183885902328444e-7L},    {7, 28010, 4.280114954101774202927e-9L},
    {7, 196080, 8.734928489966558972692e-11L}, {8, 10, 0.02447174185242321394178L},
    {8, 90, 0.0003854818796385326314369L},     {8, 730, 0.000006023916371566755014168L},
    {8, 5850, 9.41238793509884022993e-8L},     {8, 46810, 1.470685660280435789968e-9L},
    {8, 374490, 2.297946345297097976853e-11L}, {9, 10, 0.02447174185242321394178L},
    {9, 100, 0.0003045864904521349968783L},    {9, 910, 0.000003760704171947583218818L},
    {9, 8200, 4.642850405005306906616e-8L},    {9, 73810, 5.731914167866371541995e-10L},
    {9, 664300, 7.076437245614830081833e-12L}, {10, 10, 0.02447174185242321394178L},
    {10, 110, 0.0002467198171342214996546L},   {10, 1110, 0.000002467399070916944077591L},
    {10, 11110, 2.467401079978779089388e-8L},  {10, 111110, 2.467401100069404048394e-10L}};

TEST_CASE("CosineAnnealingWarmRestarts restarts at exactly the base rate, up to a million epochs") {
  for (const auto& [T_mult, epoch, rate_before] : restarts) {
    INFO("T_mult " << T_mult << ", epoch " << epoch);
    const schedule::CosineAnnealingWarmRestarts<double> schedule{.T_0 = 10, .T_mult = T_mult};
    CHECK(schedule.at(epoch, 0.7) == 0.7);
    CHECK(schedule.at(epoch - 1, 1.0) == about(rate_before));
    CHECK(schedule.at(epoch + 1, 0.7) < 0.7);
  }
}

TEST_CASE("CosineAnnealingWarmRestarts with equal cycles restarts every T_0 epochs") {
  const schedule::CosineAnnealingWarmRestarts<double> schedule{.T_0 = 10};
  CHECK(schedule.at(10, 0.7) == 0.7);
  CHECK(schedule.at(1'000'000, 0.7) == 0.7);
  CHECK(schedule.at((Epoch{1} << 62) / 10 * 10, 0.7) == 0.7);
  CHECK(schedule.at(999'999, 1.0) == about(0.02447174185242321394178L));
}

TEST_CASE("CosineAnnealingWarmRestarts with cycles that outgrow the integers goes on") {
  const schedule::CosineAnnealingWarmRestarts<double> schedule{.T_0 = 3, .T_mult = Epoch{1} << 60};
  CHECK(schedule.at(3, 0.7) == 0.7);
  // The second cycle is 3 * 2^60 epochs long, the third does not fit.
  CHECK(schedule.at(3 + 3 * (Epoch{1} << 59), 0.7) == about(0.35L));
  CHECK(schedule.at(3 + 3 * (Epoch{1} << 60), 0.7) == 0.7);
  CHECK(schedule.at(std::numeric_limits<Epoch>::max(), 0.7) == 0.7);
}

TEST_CASE("CosineAnnealingWarmRestarts with T_0 1 is always at the base rate") {
  auto groups = two_groups<double>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 1}};
  check_rates(scheduler, groups, {{0.1L, 0.4L}, {0.1L, 0.4L}, {0.1L, 0.4L}});
}

TEST_CASE("CosineAnnealingWarmRestarts between epochs is on the same curve") {
  const schedule::CosineAnnealingWarmRestarts<double> growing{.T_0 = 2, .T_mult = 3};
  CHECK(at_time_is_at<double>(growing, 40));
  CHECK(at_time_is_at<double>(schedule::CosineAnnealingWarmRestarts<double>{.T_0 = 7}, 40));
  CHECK(growing.at(0.5, 0.8) == about(0.4L + 0.4L * 0.70710678118654752440L));
  CHECK(growing.at(3.5, 0.8) == about(0.4L + 0.4L * 0.70710678118654752440L));
}

// What PyTorch's step(epoch) gives for an epoch with a fraction, and its step() after that.
TEST_CASE("CosineAnnealingWarmRestarts seeks a time between epochs and goes on, as PyTorch does") {
  struct Time {
    double time;
    Rows rates;
  };
  const std::vector<Time> times{{3.25,
                                 {{0.076124928235797445L, 0.30449971294318978L},
                                  {0.061672268192795282L, 0.24668907277118113L},
                                  {0.04607704521360776L, 0.18430818085443104L},
                                  {0.030865828381745515L, 0.12346331352698206L}}},
                                {9.5,
                                 {{0.00061558297024311712L, 0.0024623318809724685L},
                                  {0.099845866686656404L, 0.39938346674662561L},
                                  {0.098618496019883831L, 0.39447398407953532L},
                                  {0.096193976625564337L, 0.38477590650225735L}}},
                                {10,
                                 {{0.10000000000000001L, 0.40000000000000002L},
                                  {0.099384417029756894L, 0.39753766811902758L},
                                  {0.097552825814757688L, 0.39021130325903075L},
                                  {0.094550326209418389L, 0.37820130483767356L}}},
                                {12.5,
                                 {{0.096193976625564337L, 0.38477590650225735L},
                                  {0.09263200821770462L, 0.37052803287081848L},
                                  {0.08802029828000156L, 0.35208119312000624L},
                                  {0.082472402416509202L, 0.32988960966603681L}}},
                                {31.75,
                                 {{0.099528467022178865L, 0.39811386808871546L},
                                  {0.098838294066043622L, 0.39535317626417449L},
                                  {0.097847016786610452L, 0.39138806714644181L},
                                  {0.096560746737940184L, 0.38624298695176074L}}}};
  auto groups = two_groups<double>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 10, .T_mult = 2}};
  for (const auto& [time, rates] : times) {
    INFO("time " << time);
    scheduler.seek_time(time);
    auto epoch = static_cast<Epoch>(time);
    for (std::size_t k = 0; k < rates.size(); ++k) {
      if (k > 0) scheduler.step();
      CHECK(scheduler.last_epoch() == epoch++);
      CHECK(groups[0].lr == pytorch(rates[k][0]));
      CHECK(groups[1].lr == pytorch(rates[k][1]));
      CHECK(scheduler.get_lr()[1] == groups[1].lr);
    }
  }
  scheduler.seek(3);
  scheduler.step();
  CHECK(scheduler.last_epoch() == 4);
  CHECK(groups[0].lr == about(0.06545084971874737121L));
}

TEST_CASE("CosineAnnealingWarmRestarts keeps a fraction of an epoch in its state") {
  auto groups = two_groups<double>();
  Groups<double> others{{.lr = 0.3}, {.lr = 0.7}};
  CosineAnnealingWarmRestarts saved{groups, {.T_0 = 10, .T_mult = 2}};
  CosineAnnealingWarmRestarts loaded{others, {.T_0 = 10, .T_mult = 2}};
  saved.seek_time(9.5);
  loaded.seek_time(4.25);
  loaded.load_state_dict(saved.state_dict());
  CHECK(others[1].lr == groups[1].lr);
  saved.step();
  loaded.step();
  CHECK(others[1].lr == groups[1].lr);
  CHECK(others[1].lr == pytorch(0.39938346674662561L));
  CHECK(loaded.last_epoch() == 10);
}

TEST_CASE("CosineAnnealingWarmRestarts refuses to seek a time that is none") {
  auto groups = two_groups<double>();
  CosineAnnealingWarmRestarts scheduler{groups, {.T_0 = 10}};
  scheduler.step();
  const auto before = groups;
  const auto message = [&](double time) { return message_of([&] { scheduler.seek_time(time); }); };
  CHECK(message(-0.5) == "CosineAnnealingWarmRestarts: cannot seek to time -0.5");
  CHECK(message(std::numeric_limits<double>::quiet_NaN()) == "CosineAnnealingWarmRestarts: cannot seek to time nan");
  CHECK(message(std::numeric_limits<double>::infinity()) == "CosineAnnealingWarmRestarts: cannot seek to time inf");
  CHECK(message(1e30) == "CosineAnnealingWarmRestarts: cannot seek to time 1e+30");
  CHECK(same_groups(groups, before));
  CHECK(scheduler.last_epoch() == 1);
}

}  // namespace
}  // namespace lr_scheduler::testing
