// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Deferred calls of the simulation's host. */
#include <linux/rcupdate.h>

__thread struct rcu_state rcu_state;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = rcu_state.waiting;
	rcu_state.waiting = head;
}

void rcu_reclaim(void)
{
	struct rcu_head *head;

	if (rcu_state.readers)
		return;
	while ((head = rcu_state.waiting) != NULL) {
		rcu_state.waiting = head->next;
		head->func(head);
	}
}

void rcu_barrier(void)
{
	WARN_ON_ONCE(rcu_state.readers);
	rcu_reclaim();
}
