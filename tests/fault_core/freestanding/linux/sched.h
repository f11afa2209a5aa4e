/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_SCHED_H
#define FREESTANDING_SCHED_H

void cond_resched(void);
void cpu_relax(void);

#endif /* FREESTANDING_SCHED_H */
