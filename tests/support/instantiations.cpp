// SPDX-License-Identifier: MIT
#include "support/instantiations.hpp"

#define LR_SCHEDULER_HERE
LR_SCHEDULER_CORE(LR_SCHEDULER_HERE, float);
LR_SCHEDULER_CORE(LR_SCHEDULER_HERE, double);
LR_SCHEDULER_CORE(LR_SCHEDULER_HERE, long double);
