// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fault_env.h"

void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head, void (*fn)(struct fenv_rcu_head *head))
{
	sched_point(SCHED_SITE);
	head->fn = fn;
	head->call = ++rcu->calls;
	head->next = rcu->waiting;
	rcu->waiting = head;
	sched_point(SCHED_SITE);
}

/* One whose grace period is over: no reader that may have found it is left. */
static struct fenv_rcu_head *take_over(struct fenv_rcu *rcu)
{
	u64 oldest = sched_oldest_reader();
	struct fenv_rcu_head **at, *head;

	for (at = &rcu->waiting; (head = *at) != NULL; at = &head->next)
		if (head->call <= oldest) {
			*at = head->next;
			return head;
		}
	return NULL;
}

bool fenv_rcu_poll(struct fenv_rcu *rcu)
{
	struct fenv_rcu_head *head;

	sched_point(SCHED_SITE);
	while ((head = take_over(rcu)) != NULL) {
		rcu->running++;
		head->fn(head);
		rcu->running--;
	}
	return !rcu->waiting && !rcu->running;
}
