// SPDX-License-Identifier: MIT
#ifndef LR_SCHEDULER_LR_SCHEDULER_HPP
#define LR_SCHEDULER_LR_SCHEDULER_HPP

#include <lr_scheduler/any_schedule.hpp>
#include <lr_scheduler/batch_size.hpp>
#include <lr_scheduler/feedback.hpp>
#include <lr_scheduler/fwd.hpp>
#include <lr_scheduler/greedy_lr.hpp>
#include <lr_scheduler/optimizer.hpp>
#include <lr_scheduler/option.hpp>
#include <lr_scheduler/reduce_lr_on_plateau.hpp>
#include <lr_scheduler/schedule.hpp>
#include <lr_scheduler/scheduled.hpp>
#include <lr_scheduler/scheduler.hpp>
#include <lr_scheduler/schedulers.hpp>
#include <lr_scheduler/simulate.hpp>
#include <lr_scheduler/state_dict.hpp>
#include <lr_scheduler/time.hpp>
#include <lr_scheduler/to_string.hpp>
#include <lr_scheduler/updates.hpp>
#include <lr_scheduler/version.hpp>

#endif  // LR_SCHEDULER_LR_SCHEDULER_HPP
