// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_LR_SCHEDULER_HPP
#define LR_SCHEDULER_LR_SCHEDULER_HPP

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/combinators/chained_scheduler.hpp>
#include <lr_scheduler/combinators/per_group.hpp>
#include <lr_scheduler/combinators/sequential_lr.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/schedulers/constant_lr.hpp>
#include <lr_scheduler/schedulers/cosine_annealing_lr.hpp>
#include <lr_scheduler/schedulers/cosine_annealing_warm_restarts.hpp>
#include <lr_scheduler/schedulers/cyclic_lr.hpp>
#include <lr_scheduler/schedulers/exponential_lr.hpp>
#include <lr_scheduler/schedulers/lambda_lr.hpp>
#include <lr_scheduler/schedulers/linear_lr.hpp>
#include <lr_scheduler/schedulers/multi_step_lr.hpp>
#include <lr_scheduler/schedulers/multiplicative_lr.hpp>
#include <lr_scheduler/schedulers/one_cycle_lr.hpp>
#include <lr_scheduler/schedulers/polynomial_lr.hpp>
#include <lr_scheduler/schedulers/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedulers/step_lr.hpp>
#include <lr_scheduler/schedulers/swa_lr.hpp>
#include <lr_scheduler/schedulers/warmup_lr.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/version.hpp>

#endif  // LR_SCHEDULER_LR_SCHEDULER_HPP
