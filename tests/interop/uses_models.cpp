/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scheduler.h"

unsigned long uses_models() {
    faultline::Scheduler scheduler("scheduler");

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    return scheduler.actions();
}
