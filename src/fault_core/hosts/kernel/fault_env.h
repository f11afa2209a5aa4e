/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fault core's environment: the Linux kernel. */
#ifndef FAULT_ENV_H
#define FAULT_ENV_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "fl_env.h"

/* pairs with fenv_store() and fenv_cmpxchg() */
#define fenv_load(p)	 smp_load_acquire(p)
/* pairs with fenv_load() */
#define fenv_store(p, v) smp_store_release(p, v)

static inline bool fenv_cmpxchg(u32 *p, u32 old, u32 new_value)
{
	return cmpxchg(p, old, new_value) == old;
}

struct fenv_ref {
	refcount_t n;
};

static inline void fenv_ref_init(struct fenv_ref *r)
{
	refcount_set(&r->n, 1);
}

static inline void fenv_ref_get(struct fenv_ref *r)
{
	refcount_inc(&r->n);
}

static inline bool fenv_ref_get_not_zero(struct fenv_ref *r)
{
	return refcount_inc_not_zero(&r->n);
}

static inline bool fenv_ref_is(const struct fenv_ref *r, u32 n)
{
	bool is = refcount_read(&r->n) == n;

	/* Against the releasing half of a put. */
	smp_rmb();
	return is;
}

static inline bool fenv_ref_put(struct fenv_ref *r)
{
	return refcount_dec_and_test(&r->n);
}

struct fenv_count {
	atomic_t n;
};

static inline void fenv_count_add(struct fenv_count *c, u32 by)
{
	atomic_add(by, &c->n);
}

static inline void fenv_count_sub(struct fenv_count *c, u32 by)
{
	atomic_sub_return_release(by, &c->n);
}

static inline u32 fenv_count_read(const struct fenv_count *c)
{
	return atomic_read_acquire(&c->n);
}

static inline void fenv_relax(void)
{
	cond_resched();
	cpu_relax();
}

#define fenv_acquires(l) __acquires(l)
#define fenv_releases(l) __releases(l)

struct fenv_lock {
	spinlock_t lock;
};

/* A macro, so that each place of initialisation is a class of its own for lockdep. */
#define fenv_lock_init(l) spin_lock_init(&(l)->lock)

#define fenv_lock_set_level(l, level) lockdep_set_subclass(&(l)->lock, level)

static inline unsigned long fenv_lock(struct fenv_lock *l) __acquires(&l->lock)
{
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	return flags;
}

static inline void fenv_unlock(struct fenv_lock *l, unsigned long flags) __releases(&l->lock)
{
	spin_unlock_irqrestore(&l->lock, flags);
}

#define fenv_rcu_ptr		__rcu
#define fenv_publish(p, v)	rcu_assign_pointer(p, v)
#define fenv_deref(p)		rcu_dereference(p)
#define fenv_deref_locked(p, l) rcu_dereference_protected(p, lockdep_is_held(&(l)->lock))

struct fenv_rcu_head {
	struct rcu_head rcu;
	void (*fn)(struct fenv_rcu_head *head);
};

/* The kernel's own RCU: nothing to keep here. */
struct fenv_rcu {
	char none;
};

static inline void fenv_rcu_init(struct fenv_rcu *rcu)
{
}

static inline u32 fenv_read_lock(struct fenv_rcu *rcu) __acquires(RCU)
{
	rcu_read_lock();
	return 0;
}

static inline void fenv_read_unlock(struct fenv_rcu *rcu, u32 i) __releases(RCU)
{
	rcu_read_unlock();
}

static inline void fenv_rcu_done(struct rcu_head *rcu)
{
	struct fenv_rcu_head *head = container_of(rcu, struct fenv_rcu_head, rcu);

	head->fn(head);
}

static inline void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head,
				 void (*fn)(struct fenv_rcu_head *head))
{
	head->fn = fn;
	call_rcu(&head->rcu, fenv_rcu_done);
}

static inline bool fenv_rcu_poll(struct fenv_rcu *rcu)
{
	return true;
}

static inline bool fenv_rcu_busy(struct fenv_rcu *rcu)
{
	return false;
}

static inline void fenv_rcu_barrier(struct fenv_rcu *rcu)
{
	rcu_barrier();
}

#endif /* FAULT_ENV_H */
