/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Chains of a hash table that are read without a lock; the host's linux/rcupdate.h publishes and reads pointers. */
#ifndef FL_LINUX_RCULIST_H
#define FL_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	n->pprev = &h->first;
	rcu_assign_pointer(h->first, n);
	if (first)
		first->pprev = &n->next;
}

/* A reader may be at @n: its next pointer stays. */
static inline void hlist_del_rcu(struct hlist_node *n)
{
	struct hlist_node *next = n->next;

	rcu_assign_pointer(*n->pprev, next);
	if (next)
		next->pprev = n->pprev;
}

#define hlist_for_each_entry_rcu(pos, head, member)                                                     \
	for ((pos) = hlist_entry_safe(rcu_dereference((head)->first), __typeof__(*(pos)), member); pos; \
	     (pos) = hlist_entry_safe(rcu_dereference((pos)->member.next), __typeof__(*(pos)), member))

#endif /* FL_LINUX_RCULIST_H */
