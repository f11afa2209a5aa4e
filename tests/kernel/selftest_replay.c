// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The replay with a thread for each master, one for interrupts, and the work queue's workers. */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/wait.h>

#include "engine_replay.h"
#include "fault_host.h"
#include "selftest.h"

struct master_thread {
	struct replay_threads *t;
	u32 number;
	bool good;
	struct completion done;
};

struct replay_threads {
	struct engine_replay *r;
	wait_queue_head_t irq_wait;
	atomic_t irqs;
	atomic_t resumes[REPLAY_STREAMS];
	wait_queue_head_t wait[REPLAY_STREAMS];
	struct master_thread masters[REPLAY_STREAMS];
	struct task_struct *irq_thread;
};

static void irq(void *ctx)
{
	struct replay_threads *t = ctx;

	atomic_set(&t->irqs, 1);
	wake_up(&t->irq_wait);
}

static void resumed(void *ctx, u32 stream)
{
	struct replay_threads *t = ctx;

	atomic_set(&t->resumes[stream], 1);
	wake_up(&t->wait[stream]);
}

static void wait_for(void *ctx, u32 stream)
{
	struct replay_threads *t = ctx;

	wait_event(t->wait[stream], atomic_xchg(&t->resumes[stream], 0));
}

static u64 now(void *ctx)
{
	return ktime_get_ns();
}

static int irq_fn(void *arg)
{
	struct replay_threads *t = arg;

	while (!kthread_should_stop()) {
		wait_event(t->irq_wait, atomic_xchg(&t->irqs, 0) || kthread_should_stop());
		replay_irq(t->r);
	}
	return 0;
}

static int master_fn(void *arg)
{
	struct master_thread *m = arg;

	m->good = replay_stream(m->t->r, m->number);
	complete(&m->done);
	return 0;
}

static bool play(struct replay_threads *t)
{
	bool good = true;
	u32 i;

	t->irq_thread = kthread_run(irq_fn, t, "replay-irq");
	if (IS_ERR(t->irq_thread))
		return false;
	for (i = 0; i < REPLAY_STREAMS; i++) {
		t->masters[i].t = t;
		t->masters[i].number = i;
		init_completion(&t->masters[i].done);
		if (IS_ERR(kthread_run(master_fn, &t->masters[i], "replay-master")))
			complete(&t->masters[i].done);
	}
	for (i = 0; i < REPLAY_STREAMS; i++) {
		wait_for_completion(&t->masters[i].done);
		good &= t->masters[i].good;
	}
	kthread_stop(t->irq_thread);
	return good;
}

static void print_answers(struct replay_threads *t, const char *name)
{
	const struct replay_answer *a;
	u32 i, n;

	a = replay_answers(t->r, &n);
	for (i = 0; i < n; i++)
		pr_info("%s fault %u %llx %u\n", name, trace_sids[a[i].stream], a[i].iova, a[i].code);
}

static bool replay(enum replay_kind kind, const char *name)
{
	struct replay_host rh = { .irq = irq, .resumed = resumed, .wait = wait_for, .now = now };
	struct replay_threads *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct fault_host *host;
	bool good;
	u32 i;

	if (!t || fault_host_create(4, &host))
		return false;
	init_waitqueue_head(&t->irq_wait);
	for (i = 0; i < REPLAY_STREAMS; i++)
		init_waitqueue_head(&t->wait[i]);
	rh.ctx = t;
	t->r = replay_new(fault_host_core(host), &rh, kind);
	if (!t->r)
		return false;
	good = play(t);
	fault_host_flush(host);
	print_answers(t, name);
	good &= replay_end(t->r);
	good &= fault_host_destroy(host) == 0;
	kfree(t);
	return good;
}

bool selftest_smmuv3(void)
{
	return replay(REPLAY_SMMUV3_STALL, "smmuv3");
}

bool selftest_vtd(void)
{
	return replay(REPLAY_VTD_PRI, "vtd");
}
