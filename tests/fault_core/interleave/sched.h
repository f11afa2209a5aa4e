/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tasks that take turns on one thread, in an order that is a function of a
 * seed. A task can lose its turn at every point and nowhere else. Mostly it
 * does not; now and then it is held up for long, as a thread is that an
 * interrupt or another thread takes the processor from. Time is virtual: every
 * point costs a little, and if all tasks sleep the first to wake wakes at once.
 *
 * One state for all: the operations of the environment have no argument for it.
 */
#ifndef FAULT_SCHED_H
#define FAULT_SCHED_H

#include <linux/types.h>

#define SCHED_TASKS    24
#define SCHED_POINT_NS 1000 /* virtual, a point */
#define SCHED_FREED    0x5a /* every byte of storage that was given back */
#define SCHED_FREED32  0x5a5a5a5au

/* Where in the source a task is. */
#define SCHED_SITE_1(line) #line
#define SCHED_SITE_2(line) SCHED_SITE_1(line)
#define SCHED_SITE	   (__FILE__ ":" SCHED_SITE_2(__LINE__))

struct sched_task {
	const char *site;  /* of its last point, once it is not running */
	u32 number;	   /* of the task, from 1 */
	u32 locks;	   /* it holds */
	u32 reading;	   /* depth of its read sections */
	u64 reading_since; /* rcu_state.calls when the outermost began */
};

struct sched {
	u64 now;  /* ns, virtual */
	u32 left; /* points until another task may come */
	const char *site;
	struct sched_task *task; /* that runs */
};

extern struct sched sched;

/*
 * One run: @fn(@arg) as a task of its own, until it and all that it spawned
 * have returned. @quiet(@arg) looks around whenever all tasks sleep or wait,
 * none in the midst of something.
 */
void sched_run(u64 seed, u64 limit_ns, void (*fn)(void *arg), void (*quiet)(void *arg), void *arg);

void sched_spawn(const char *name, void (*fn)(void *arg), void *arg);

/* A number below @n, from the seed. */
u32 sched_random(u32 n);

/* The turn of a task may be over. */
void sched_turn(void);

static inline void sched_point(const char *site)
{
	sched.site = site;
	sched.now += SCHED_POINT_NS;
	if (__builtin_expect(sched.left-- == 0, 0))
		sched_turn();
}

/* Let others go on: a short while, in which it does nothing. */
void sched_sleep(void);

/* Until somebody calls sched_wake(@what). */
void sched_wait(const void *what, const char *why);
void sched_wake(const void *what);

/* When the oldest read section that is still open began, in units of rcu_state.calls; all ones: none is. */
u64 sched_oldest_reader(void);

/* The run has failed: say what, where each task is, and leave the process with SCHED_FAILED. */
void sched_fail(const char *what) __attribute__((noreturn));
#define SCHED_FAILED 3

/* Say where each task is, with the last turns. Set before a run. */
extern bool sched_verbose;

/* The first word of storage that is being used says whether it was given back. */
static inline void sched_check_alive(u32 word)
{
	if (__builtin_expect(word == SCHED_FREED32, 0))
		sched_fail("storage is used after it was given back");
}

struct sched_sum {
	u64 points, turns, longest_ns;
};

/* Of all runs so far. */
extern struct sched_sum sched_sum;

#endif /* FAULT_SCHED_H */
