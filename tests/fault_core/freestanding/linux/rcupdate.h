/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_RCUPDATE_H
#define FREESTANDING_RCUPDATE_H

struct rcu_head {
	void (*func)(struct rcu_head *head);
};

#define __rcu
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define rcu_dereference(p)	 __atomic_load_n(&(p), __ATOMIC_ACQUIRE)

void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);

#endif /* FREESTANDING_RCUPDATE_H */
