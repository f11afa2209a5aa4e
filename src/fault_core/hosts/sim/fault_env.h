/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's environment: one thread, in simulated or in no time.
 *
 * A lock cannot be contended, so taking one that is held is our own bug. An
 * object that was removed is freed at a quiescent point: fault_core_run(),
 * take and expire, outside any read section.
 */
#ifndef FAULT_ENV_H
#define FAULT_ENV_H

#include "fl_env.h"

#define fenv_load(p)	 (*(p))
#define fenv_store(p, v) ((void)(*(p) = (v)))

static inline bool fenv_cmpxchg(u32 *p, u32 old, u32 new_value)
{
	if (*p != old)
		return false;
	*p = new_value;
	return true;
}

struct fenv_ref {
	u32 n;
};

static inline void fenv_ref_init(struct fenv_ref *r)
{
	r->n = 1;
}

static inline void fenv_ref_get(struct fenv_ref *r)
{
	fl_assert(r->n != 0);
	r->n++;
}

static inline bool fenv_ref_get_not_zero(struct fenv_ref *r)
{
	if (r->n == 0)
		return false;
	r->n++;
	return true;
}

static inline bool fenv_ref_is(const struct fenv_ref *r, u32 n)
{
	return r->n == n;
}

static inline bool fenv_ref_put(struct fenv_ref *r)
{
	fl_assert(r->n != 0);
	return --r->n == 0;
}

struct fenv_count {
	u32 n;
};

static inline void fenv_count_add(struct fenv_count *c, u32 by)
{
	c->n += by;
}

static inline void fenv_count_sub(struct fenv_count *c, u32 by)
{
	c->n -= by;
}

static inline u32 fenv_count_read(const struct fenv_count *c)
{
	return c->n;
}

/* There is nobody to wait for: whoever calls this would wait for ever. */
static inline void fenv_relax(void)
{
	fl_assert(0);
}

/* For functions that return with a lock taken or given back. */
#define fenv_acquires(l)
#define fenv_releases(l)

struct fenv_lock {
	u32 held;
};

#define fenv_lock_init(l) ((void)((l)->held = 0))

#define fenv_lock_set_level(l, level) ((void)(l), (void)(level))

static inline unsigned long fenv_lock(struct fenv_lock *l)
{
	fl_assert(!l->held);
	l->held = 1;
	return 0;
}

static inline void fenv_unlock(struct fenv_lock *l, unsigned long flags)
{
	(void)flags;
	fl_assert(l->held);
	l->held = 0;
}

#define fenv_rcu_ptr
#define fenv_publish(p, v)	((void)((p) = (v)))
#define fenv_deref(p)		(p)
#define fenv_deref_locked(p, l) ((void)(l), (p))

struct fenv_rcu_head {
	struct fenv_rcu_head *next;
	void (*fn)(struct fenv_rcu_head *head);
};

struct fenv_rcu {
	struct fenv_rcu_head *waiting;
	u32 readers;
};

static inline void fenv_rcu_init(struct fenv_rcu *rcu)
{
	rcu->waiting = NULL;
	rcu->readers = 0;
}

static inline u32 fenv_read_lock(struct fenv_rcu *rcu)
{
	rcu->readers++;
	return 0;
}

static inline void fenv_read_unlock(struct fenv_rcu *rcu, u32 i)
{
	(void)i;
	fl_assert(rcu->readers != 0);
	rcu->readers--;
}

static inline void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head,
				 void (*fn)(struct fenv_rcu_head *head))
{
	head->fn = fn;
	head->next = rcu->waiting;
	rcu->waiting = head;
}

static inline bool fenv_rcu_poll(struct fenv_rcu *rcu)
{
	struct fenv_rcu_head *head;

	if (rcu->readers)
		return false;
	while ((head = rcu->waiting) != NULL) {
		rcu->waiting = head->next;
		head->fn(head);
	}
	return true;
}

static inline bool fenv_rcu_busy(struct fenv_rcu *rcu)
{
	return rcu->waiting != NULL;
}

static inline void fenv_rcu_barrier(struct fenv_rcu *rcu)
{
	bool idle = fenv_rcu_poll(rcu);

	fl_assert(idle);
	(void)idle;
}

#endif /* FAULT_ENV_H */
