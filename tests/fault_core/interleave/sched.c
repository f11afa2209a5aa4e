// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <unistd.h>

#include "coroutine.h"
#include "fl_env.h"
#include "sched.h"

#define TRACE 4096 /* the last turns, power of two */

enum task_state { TASK_DONE, TASK_READY, TASK_ASLEEP, TASK_HELD_UP, TASK_WAITS };

struct task {
	struct sched_task pub; /* first */
	struct coroutine co;
	const char *name;
	void (*fn)(void *arg);
	void *arg;
	enum task_state state;
	u64 wake;	  /* ASLEEP, HELD_UP: at this time */
	const void *what; /* WAITS: for this */
	const char *why;
};

/* How the turns of one run are dealt, drawn from its seed. */
struct temper {
	u32 turn;    /* points a turn lasts, on average */
	u32 sleep;   /* points a sleep lasts, on average */
	u32 hold_up; /* one of so many turns ends in a delay */
	u32 delay;   /* points, at most */
};

struct turn {
	u64 now;
	u32 task;
	const char *site;
};

struct sched sched;
struct sched_sum sched_sum;
bool sched_verbose;

/* The scheduler's own part of the run. */
static struct {
	struct task tasks[SCHED_TASKS];
	u32 n_tasks;
	u32 ready;  /* a bit each */
	u32 asleep; /* a bit each, ASLEEP or HELD_UP */
	u64 next_wake;
	u64 seed, random;
	u64 limit_ns;
	void (*quiet)(void *arg);
	void *quiet_arg;
	struct temper temper;
	struct coroutine thread;
	struct turn trace[TRACE];
	u64 turns;
} own;

static struct task *running(void)
{
	return (struct task *)sched.task;
}

u32 sched_random(u32 n)
{
	u64 z = own.random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (u32)(((z ^ z >> 31) >> 32) * n >> 32);
}

/* Two to the power of something in @low .. @high. */
static u32 power(u32 low, u32 high)
{
	return 1u << (low + sched_random(high - low + 1));
}

static void set_state(struct task *t, enum task_state state)
{
	u32 bit = 1u << (t->pub.number - 1);

	t->state = state;
	own.ready &= ~bit;
	own.asleep &= ~bit;
	if (state == TASK_READY)
		own.ready |= bit;
	if (state == TASK_ASLEEP || state == TASK_HELD_UP)
		own.asleep |= bit;
}

static void sleep_for(enum task_state state, u64 ns)
{
	struct task *t = running();

	t->wake = sched.now + ns;
	if (!own.asleep || t->wake < own.next_wake)
		own.next_wake = t->wake;
	set_state(t, state);
}

static void wake_sleepers(void)
{
	u64 next = ~0ull;
	struct task *t;
	u32 i;

	for (i = 0; i < own.n_tasks; i++) {
		t = &own.tasks[i];
		if (!(own.asleep & 1u << i))
			continue;
		if (t->wake <= sched.now)
			set_state(t, TASK_READY);
		else
			next = min(next, t->wake);
	}
	own.next_wake = next;
}

static struct task *pick(void)
{
	u32 n, mask = own.ready;

	for (n = sched_random((u32)__builtin_popcount(mask)); n; n--)
		mask &= mask - 1;
	return &own.tasks[__builtin_ctz(mask)];
}

static bool nobody_is_held_up(void)
{
	u32 i;

	for (i = 0; i < own.n_tasks; i++)
		if (own.tasks[i].state == TASK_HELD_UP)
			return false;
	return true;
}

/* Whoever is ready; NULL when all have returned. */
static struct task *next_task(void)
{
	if (own.asleep && own.next_wake <= sched.now)
		wake_sleepers();
	if (!own.ready && own.asleep) {
		if (nobody_is_held_up())
			own.quiet(own.quiet_arg);
		sched.now = own.next_wake;
		wake_sleepers();
	}
	if (sched.now > own.limit_ns)
		sched_fail("stands still");
	return own.ready ? pick() : NULL;
}

static void switch_from(struct coroutine *from)
{
	struct task *t = next_task();
	u32 i;

	for (i = 0; !t && i < own.n_tasks; i++)
		if (own.tasks[i].state == TASK_WAITS)
			sched_fail("every task waits for another");
	sched.left = sched_random(2 * own.temper.turn);
	if (!t) {
		sched.task = NULL;
		coroutine_switch(from, &own.thread);
		return;
	}
	if (from == &t->co)
		return;
	own.trace[own.turns++ % TRACE] = (struct turn){ sched.now, t->pub.number, t->pub.site };
	sched.task = &t->pub;
	coroutine_switch(from, &t->co);
}

static void give_up_turn(void)
{
	struct task *t = running();

	t->pub.site = sched.site;
	switch_from(&t->co);
}

void sched_turn(void)
{
	if (!sched.task) /* before the first run, or after the last */
		return;
	if (sched_random(own.temper.hold_up) == 0)
		sleep_for(TASK_HELD_UP,
			  (u64)power(2, 5) * sched_random(own.temper.delay / 32) * SCHED_POINT_NS);
	give_up_turn();
}

void sched_sleep(void)
{
	if (sched.task->locks)
		sched_fail("sleeps with a lock held");
	if (sched.task->reading)
		sched_fail("sleeps in a read section");
	sleep_for(TASK_ASLEEP, (u64)(1 + sched_random(2 * own.temper.sleep)) * SCHED_POINT_NS);
	give_up_turn();
}

void sched_wait(const void *what, const char *why)
{
	struct task *t = running();

	t->what = what;
	t->why = why;
	set_state(t, TASK_WAITS);
	give_up_turn();
}

void sched_wake(const void *what)
{
	u32 i;

	for (i = 0; i < own.n_tasks; i++)
		if (own.tasks[i].state == TASK_WAITS && own.tasks[i].what == what)
			set_state(&own.tasks[i], TASK_READY);
}

u64 sched_oldest_reader(void)
{
	u64 oldest = ~0ull;
	u32 i;

	for (i = 0; i < own.n_tasks; i++)
		if (own.tasks[i].pub.reading)
			oldest = min(oldest, own.tasks[i].pub.reading_since);
	return oldest;
}

static void task_main(void *arg)
{
	struct task *t = arg;

	t->fn(t->arg);
	if (t->pub.locks || t->pub.reading)
		sched_fail("returns with a lock held or in a read section");
	set_state(t, TASK_DONE);
	give_up_turn();
}

void sched_spawn(const char *name, void (*fn)(void *arg), void *arg)
{
	struct task *t = &own.tasks[own.n_tasks++];

	fl_assert(own.n_tasks <= SCHED_TASKS);
	memset(&t->pub, 0, sizeof(t->pub));
	t->pub.number = own.n_tasks;
	t->pub.site = "its begin";
	t->name = name;
	t->fn = fn;
	t->arg = arg;
	coroutine_init(&t->co, task_main, t);
	set_state(t, TASK_READY);
}

void sched_run(u64 seed, u64 limit_ns, void (*fn)(void *arg), void (*quiet)(void *arg), void *arg)
{
	own.quiet = quiet;
	own.quiet_arg = arg;
	own.seed = seed;
	own.random = seed * 0xd1342543de82ef95ull;
	own.limit_ns = limit_ns;
	own.n_tasks = 0;
	own.ready = 0;
	own.asleep = 0;
	own.turns = 0;
	own.temper.turn = power(1, 7);
	own.temper.sleep = power(2, 7);
	own.temper.hold_up = power(3, 9);
	own.temper.delay = power(7, 14);
	sched.now = SCHED_POINT_NS;
	sched_spawn("main", fn, arg);
	switch_from(&own.thread);
	sched_sum.turns += own.turns;
	sched_sum.longest_ns = max(sched_sum.longest_ns, sched.now);
}

/* ---- What went wrong ---- */

static const char *base_name(const char *site)
{
	const char *slash = strrchr(site, '/');

	return slash ? slash + 1 : site;
}

static void print_task(const struct task *t)
{
	static const char *const state[] = { "has returned", "could go on", "sleeps", "is held up",
					     "waits for" };
	const char *site = &t->pub == sched.task ? sched.site : t->pub.site;

	printf("    %-12s %s%s%s, last at %s\n", t->name,
	       &t->pub == sched.task ? "runs" : state[t->state], t->state == TASK_WAITS ? " " : "",
	       t->state == TASK_WAITS ? t->why : "", base_name(site));
}

static void print_trace(void)
{
	u64 i, first = own.turns > TRACE ? own.turns - TRACE : 0;

	for (i = first; i < own.turns; i++) {
		const struct turn *t = &own.trace[i % TRACE];

		printf("    %10llu us  %-12s from %s\n", t->now / 1000, own.tasks[t->task - 1].name,
		       base_name(t->site));
	}
}

void sched_fail(const char *what)
{
	struct task *t = running();
	u32 i;

	printf("seed %llu: %s, at %llu us, in %s at %s\n", own.seed, what, sched.now / 1000,
	       t ? t->name : "no task", sched.site ? base_name(sched.site) : "its begin");
	if (sched_verbose) {
		print_trace();
		for (i = 0; i < own.n_tasks; i++)
			if (own.tasks[i].state != TASK_DONE)
				print_task(&own.tasks[i]);
	}
	fflush(stdout);
	_exit(SCHED_FAILED);
}
