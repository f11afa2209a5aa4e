// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Deferred calls of the interleaving host. */
#include <linux/rcupdate.h>
#include <linux/sched.h>

struct rcu_state rcu_state;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	sched_point(SCHED_SITE);
	head->func = func;
	head->call = ++rcu_state.calls;
	head->next = rcu_state.waiting;
	rcu_state.waiting = head;
	sched_point(SCHED_SITE);
}

/* One whose grace period is over: no reader that may have found it is left. */
static struct rcu_head *take_over(void)
{
	u64 oldest = sched_oldest_reader();
	struct rcu_head **at, *head;

	for (at = &rcu_state.waiting; (head = *at) != NULL; at = &head->next)
		if (head->call <= oldest) {
			*at = head->next;
			return head;
		}
	return NULL;
}

bool rcu_reclaim(void)
{
	struct rcu_head *head;

	sched_point(SCHED_SITE);
	while ((head = take_over()) != NULL) {
		rcu_state.running++;
		head->func(head);
		rcu_state.running--;
	}
	return !rcu_state.waiting && !rcu_state.running;
}

void rcu_barrier(void)
{
	while (!rcu_reclaim())
		cpu_relax();
}
