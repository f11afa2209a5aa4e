/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Many threads against one core. Like the cases it uses nothing of a host but
 * the core's environment; the harness brings the threads, the clock and the
 * workers.
 *
 * Reporters report; everything that can happen to a fault happens meanwhile:
 * domains are attached, shared, replaced and detached, devices are turned off
 * and on, destroyed and made again, queues change hands, groups expire, owners
 * answer late, twice or not at all, faults storm, the hardware now and then
 * does not take an answer or fails. At the end each fault that owed an answer
 * has had exactly one, and none that was not its own owner's.
 */
#ifndef FAULT_STRESS_H
#define FAULT_STRESS_H

#include "fault_core.h"

#define STRESS_DEVS   4
#define STRESS_PASIDS 3
#define STRESS_QUEUES 3
#define STRESS_KEPT   16

struct stress;

/**
 * struct stress_cfg - what the harness brings
 * @core: without a driver; outlives the stress
 * @host: argument of stress_end()'s stop_workers
 * @now: ns, monotonic
 * @relax: let other threads go on
 * @reporters: threads that will call stress_reporter()
 * @faults: that owe an answer, a reporter
 * @seed: of what the roles do; an odd one: groups are observed, and some answered while they wait for a worker
 * @pause: relaxations between two steps of the attacher, and a sixth of those of the switcher; 0: 32
 */
struct stress_cfg {
	struct fault_core *core;
	void *host;
	u64 (*now)(void);
	void (*relax)(void);
	u32 reporters;
	u32 faults;
	u32 seed;
	u32 pause;
};

struct stress *stress_new(const struct stress_cfg *cfg);

/* Roles; each returns when its work is done or stress_stop() was called. */
void stress_reporter(struct stress *s, u32 number); /* 0 .. reporters - 1, a thread each */
void stress_attacher(struct stress *s);		    /* attach, replace, detach, flush: one thread */
void stress_switcher(struct stress *s);		    /* off, on, destroy, create: one thread */
void stress_expirer(struct stress *s);		    /* deadlines: one thread */
void stress_owner(struct stress *s);		    /* late answers, queue of a guest: one thread */

/* All reporters have returned: end the other roles; workers go on until stress_end() has returned. */
void stress_stop(struct stress *s);

struct stress_result {
	struct fault_stats stats;
	u32 owed;
	u32 unanswered;
	u32 doubled;
	u32 leaks;		/* domains that were not released */
	u32 errors;		/* what must not be */
	const char *error_file; /* where the first was seen */
	u32 error_line;
};

/* After the roles have returned. Ends everything and frees @s; workers may still run the core within it. */
void stress_end(struct stress *s, struct stress_result *out, void (*stop_workers)(void *host));

/* True if nothing was lost, doubled or leaked. */
bool stress_good(const struct stress_result *r);

#endif /* FAULT_STRESS_H */
