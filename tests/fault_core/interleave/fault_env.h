/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's environment: tasks on one thread, see sched.h.
 *
 * Every operation is a point at which another task may come, before it and,
 * where it publishes something, after it, too. What must not be is found where
 * it happens: a lock within a lock of the same level or given back by another,
 * a reference to what has none, a counter below zero, an operation on storage
 * that was given back. A grace period ends as soon as the last reader of its
 * time has left; whoever polls next frees.
 */
#ifndef FAULT_ENV_H
#define FAULT_ENV_H

#include "sched.h"

static inline void fenv_alive(u32 word)
{
	if (unlikely(word == SCHED_FREED32))
		sched_fail("storage is used after it was given back");
}

/* ---- Atomics ---- */
#define fenv_load(p)                         \
	({                                   \
		__typeof__(*(p) + 0) fenv_v; \
		sched_point(SCHED_SITE);     \
		fenv_v = *(p);               \
		fenv_alive((u32)(fenv_v));   \
		fenv_v;                      \
	})
#define fenv_store(p, v)                 \
	({                               \
		sched_point(SCHED_SITE); \
		fenv_alive((u32) * (p)); \
		*(p) = (v);              \
		sched_point(SCHED_SITE); \
	})
#define fenv_cmpxchg(p, old, v) fenv_cmpxchg_at(p, old, v, SCHED_SITE)

static inline bool fenv_cmpxchg_at(u32 *p, u32 old, u32 new_value, const char *site)
{
	bool same;

	sched_point(site);
	fenv_alive(*p);
	same = *p == old;
	if (same)
		*p = new_value;
	sched_point(site);
	return same;
}

/* ---- Reference counts ---- */
struct fenv_ref {
	u32 n;
};

#define fenv_ref_init(r)	 ((void)((r)->n = 1))
#define fenv_ref_get(r)		 fenv_ref_get_at(r, SCHED_SITE)
#define fenv_ref_get_not_zero(r) fenv_ref_get_not_zero_at(r, SCHED_SITE)
#define fenv_ref_is(r, m)	 fenv_ref_is_at(r, m, SCHED_SITE)
#define fenv_ref_put(r)		 fenv_ref_put_at(r, SCHED_SITE)

static inline void fenv_ref_get_at(struct fenv_ref *r, const char *site)
{
	sched_point(site);
	fenv_alive(r->n);
	if (r->n == 0)
		sched_fail("a reference to what has none");
	r->n++;
}

static inline bool fenv_ref_get_not_zero_at(struct fenv_ref *r, const char *site)
{
	sched_point(site);
	fenv_alive(r->n);
	if (r->n == 0)
		return false;
	r->n++;
	return true;
}

static inline bool fenv_ref_is_at(const struct fenv_ref *r, u32 n, const char *site)
{
	sched_point(site);
	fenv_alive(r->n);
	return r->n == n;
}

static inline bool fenv_ref_put_at(struct fenv_ref *r, const char *site)
{
	bool last;

	sched_point(site);
	fenv_alive(r->n);
	if (r->n == 0)
		sched_fail("a reference is given back that nobody has");
	last = --r->n == 0;
	sched_point(site);
	return last;
}

/* ---- Counters ---- */
struct fenv_count {
	u32 n;
};

#define fenv_count_add(c, by) fenv_count_add_at(c, by, SCHED_SITE)
#define fenv_count_sub(c, by) fenv_count_sub_at(c, by, SCHED_SITE)
#define fenv_count_read(c)    fenv_count_read_at(c, SCHED_SITE)

static inline void fenv_count_add_at(struct fenv_count *c, u32 by, const char *site)
{
	sched_point(site);
	fenv_alive(c->n);
	c->n += by;
	sched_point(site);
}

static inline void fenv_count_sub_at(struct fenv_count *c, u32 by, const char *site)
{
	sched_point(site);
	fenv_alive(c->n);
	if (c->n < by)
		sched_fail("a counter below zero");
	c->n -= by;
	sched_point(site);
}

static inline u32 fenv_count_read_at(const struct fenv_count *c, const char *site)
{
	sched_point(site);
	fenv_alive(c->n);
	return c->n;
}

#define fenv_relax()                     \
	({                               \
		sched_point(SCHED_SITE); \
		sched_sleep();           \
	})

/* ---- Locks ---- */
#define fenv_acquires(l)
#define fenv_releases(l)

struct fenv_lock {
	u32 owner; /* number of the task */
	u32 level;
	u32 outer; /* level of the one taken before */
	u32 waiting;
};

#define fenv_lock_init(l)	      ((void)memset(l, 0, sizeof(*(l))))
#define fenv_lock_set_level(l, which) ((void)((l)->level = (which)))
#define fenv_lock(l)		      fenv_lock_at(l, SCHED_SITE)
#define fenv_unlock(l, flags)	      fenv_unlock_at(l, flags, SCHED_SITE)

static inline unsigned long fenv_lock_at(struct fenv_lock *l, const char *site)
{
	sched_point(site);
	fenv_alive(l->owner);
	if (sched.task->locks && l->level <= sched.task->level)
		sched_fail("a lock within a lock");
	while (l->owner) {
		l->waiting++;
		sched_wait(l, "a lock");
		fenv_alive(l->owner);
		l->waiting--;
	}
	l->owner = sched.task->number;
	l->outer = sched.task->level;
	sched.task->level = l->level;
	sched.task->locks++;
	return 0;
}

static inline void fenv_unlock_at(struct fenv_lock *l, unsigned long flags, const char *site)
{
	(void)flags;
	fenv_alive(l->owner);
	if (l->owner != sched.task->number)
		sched_fail("a lock is given back that another has");
	l->owner = 0;
	sched.task->level = l->outer;
	sched.task->locks--;
	if (l->waiting)
		sched_wake(l);
	sched_point(site);
}

static inline void fenv_lock_held(const struct fenv_lock *l)
{
	if (l->owner != sched.task->number)
		sched_fail("a pointer is read without its lock");
}

/* ---- Publish, read, reclaim ---- */
#define fenv_rcu_ptr
#define fenv_publish(p, v)               \
	({                               \
		sched_point(SCHED_SITE); \
		(p) = (v);               \
		sched_point(SCHED_SITE); \
	})
#define fenv_deref(p)                    \
	({                               \
		sched_point(SCHED_SITE); \
		(p);                     \
	})
#define fenv_deref_locked(p, l)    \
	({                         \
		fenv_lock_held(l); \
		(p);               \
	})

struct fenv_rcu_head {
	struct fenv_rcu_head *next;
	void (*fn)(struct fenv_rcu_head *head);
	u64 call; /* which call of fenv_call_rcu() */
};

struct fenv_rcu {
	struct fenv_rcu_head *waiting;
	u64 calls;
	u32 running;
};

static inline void fenv_rcu_init(struct fenv_rcu *rcu)
{
	memset(rcu, 0, sizeof(*rcu));
}

#define fenv_read_lock(rcu)	 fenv_read_lock_at(rcu, SCHED_SITE)
#define fenv_read_unlock(rcu, i) fenv_read_unlock_at(rcu, i, SCHED_SITE)

static inline u32 fenv_read_lock_at(struct fenv_rcu *rcu, const char *site)
{
	sched_point(site);
	if (sched.task->reading++ == 0)
		sched.task->reading_since = rcu->calls;
	return sched.task->number;
}

static inline void fenv_read_unlock_at(struct fenv_rcu *rcu, u32 i, const char *site)
{
	(void)rcu;
	if (i != sched.task->number || !sched.task->reading)
		sched_fail("a read section ends that did not begin");
	sched.task->reading--;
	sched_point(site);
}

void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head, void (*fn)(struct fenv_rcu_head *head));

/* Never waits. True if nothing is left to free. */
bool fenv_rcu_poll(struct fenv_rcu *rcu);

static inline bool fenv_rcu_busy(struct fenv_rcu *rcu)
{
	return rcu->waiting != NULL;
}

static inline void fenv_rcu_barrier(struct fenv_rcu *rcu)
{
	while (!fenv_rcu_poll(rcu))
		fenv_relax();
}

#endif /* FAULT_ENV_H */
