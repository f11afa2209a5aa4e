// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Grace periods of the POSIX host. */
#include <linux/rcupdate.h>

struct rcu_state rcu_state;
__thread u32 *rcu_reader;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct rcu_state *rcu = &rcu_state;

	spin_lock(&rcu->lock);
	head->func = func;
	head->next = rcu->waiting;
	__atomic_store_n(&rcu->waiting, head, __ATOMIC_RELAXED);
	spin_unlock(&rcu->lock);
}

/* A full barrier and a read: orders the removal before it against the readers' count. */
static bool no_readers(struct rcu_state *rcu, u32 i)
{
	return __atomic_fetch_add(&rcu->readers[i], 0, __ATOMIC_SEQ_CST) == 0;
}

/* One attempt to move the grace period on. Returns the callbacks whose grace period is over. The lock is held. */
static struct rcu_head *advance(struct rcu_state *rcu)
{
	struct rcu_head *done = NULL;
	u32 i;

	if (!rcu->in_grace) {
		__atomic_store_n(&rcu->in_grace, rcu->waiting, __ATOMIC_RELAXED);
		__atomic_store_n(&rcu->waiting, (struct rcu_head *)NULL, __ATOMIC_RELAXED);
		rcu->step = 0;
	}
	while (rcu->in_grace && !done) {
		i = __atomic_load_n(&rcu->index, __ATOMIC_RELAXED) & 1;
		/* Step 0: the side not in use has drained; flip. Step 1: the side used before has. */
		if (!no_readers(rcu, i ^ 1))
			break;
		if (rcu->step++ == 0) {
			__atomic_fetch_add(&rcu->index, 1, __ATOMIC_SEQ_CST);
			continue;
		}
		done = rcu->in_grace;
		__atomic_store_n(&rcu->in_grace, (struct rcu_head *)NULL, __ATOMIC_RELAXED);
	}
	return done;
}

bool rcu_reclaim(void)
{
	struct rcu_state *rcu = &rcu_state;
	struct rcu_head *done, *next;
	bool idle;

	spin_lock(&rcu->lock);
	done = advance(rcu);
	rcu->running++;
	spin_unlock(&rcu->lock);
	for (; done; done = next) {
		next = done->next;
		done->func(done);
	}
	spin_lock(&rcu->lock);
	rcu->running--;
	idle = !rcu->waiting && !rcu->in_grace && !rcu->running;
	spin_unlock(&rcu->lock);
	return idle;
}

void rcu_barrier(void)
{
	while (!rcu_reclaim())
		sched_yield();
}
