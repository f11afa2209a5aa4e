/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's environment: POSIX threads.
 *
 * Locks spin briefly and then yield: they are held for a few dozen
 * instructions and never across an operation. Reclaim is a small sleepable
 * RCU: readers count themselves in one of two counters; a grace period flips
 * them twice. No thread of its own: fenv_rcu_poll() moves it on.
 */
#ifndef FAULT_ENV_H
#define FAULT_ENV_H

#include <sched.h>

#include "fl_env.h"

/* ---- Atomics: acquire, release and full, as the kernel names them ---- */
#define fenv_load(p)	 __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define fenv_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

static inline bool fenv_cmpxchg(u32 *p, u32 old, u32 new_value)
{
	return __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* ---- Reference counts ---- */
struct fenv_ref {
	u32 n;
};

static inline void fenv_ref_init(struct fenv_ref *r)
{
	__atomic_store_n(&r->n, 1, __ATOMIC_RELAXED);
}

static inline void fenv_ref_get(struct fenv_ref *r)
{
	u32 old = __atomic_fetch_add(&r->n, 1, __ATOMIC_RELAXED);

	fl_assert(old != 0);
	(void)old;
}

static inline bool fenv_ref_get_not_zero(struct fenv_ref *r)
{
	u32 old = __atomic_load_n(&r->n, __ATOMIC_RELAXED);

	while (old)
		if (__atomic_compare_exchange_n(&r->n, &old, old + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	return false;
}

static inline bool fenv_ref_is(const struct fenv_ref *r, u32 n)
{
	return __atomic_load_n(&r->n, __ATOMIC_ACQUIRE) == n;
}

/* True for the last reference. */
static inline bool fenv_ref_put(struct fenv_ref *r)
{
	u32 old = __atomic_fetch_sub(&r->n, 1, __ATOMIC_ACQ_REL);

	fl_assert(old != 0);
	return old == 1;
}

/* ---- Counters ---- */
struct fenv_count {
	u32 n;
};

static inline void fenv_count_add(struct fenv_count *c, u32 by)
{
	__atomic_fetch_add(&c->n, by, __ATOMIC_RELAXED);
}

static inline void fenv_count_sub(struct fenv_count *c, u32 by)
{
	__atomic_fetch_sub(&c->n, by, __ATOMIC_RELEASE);
}

static inline u32 fenv_count_read(const struct fenv_count *c)
{
	return __atomic_load_n(&c->n, __ATOMIC_ACQUIRE);
}

/* Between two looks at something that another thread is about to do; process context. */
static inline void fenv_relax(void)
{
	sched_yield();
}

/* ---- Locks ---- */
/* For functions that return with a lock taken or given back. */
#define fenv_acquires(l)
#define fenv_releases(l)

struct fenv_lock {
	u32 held;
};

#define fenv_lock_init(l) __atomic_store_n(&(l)->held, 0, __ATOMIC_RELAXED)

/* The rare part: somebody holds it. Out of line, to keep the common part small. */
static __attribute__((noinline, unused)) void fenv_lock_wait(struct fenv_lock *l)
{
	unsigned int spins = 0;

	do
		while (__atomic_load_n(&l->held, __ATOMIC_RELAXED))
			if (++spins % 64 == 0)
				sched_yield();
	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE));
}

#define fenv_lock_set_level(l, level) ((void)(l), (void)(level))

static inline unsigned long fenv_lock(struct fenv_lock *l)
{
	if (unlikely(__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE)))
		fenv_lock_wait(l);
	return 0;
}

static inline void fenv_unlock(struct fenv_lock *l, unsigned long flags)
{
	(void)flags;
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

/* ---- Publish, read, reclaim ---- */
#define fenv_rcu_ptr
#define fenv_publish(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define fenv_deref(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
/* The pointer is read where the writers' lock is held. */
#define fenv_deref_locked(p, l) ((void)(l), (p))

struct fenv_rcu_head {
	struct fenv_rcu_head *next;
	void (*fn)(struct fenv_rcu_head *head);
};

struct fenv_rcu {
	u32 index;
	u32 readers[2];
	struct fenv_lock lock; /* below */
	struct fenv_rcu_head *waiting;
	struct fenv_rcu_head *in_grace;
	u32 step;
	u32 running;
};

static inline void fenv_rcu_init(struct fenv_rcu *rcu)
{
	memset(rcu, 0, sizeof(*rcu));
}

static inline u32 fenv_read_lock(struct fenv_rcu *rcu)
{
	u32 i = __atomic_load_n(&rcu->index, __ATOMIC_RELAXED) & 1;

	__atomic_fetch_add(&rcu->readers[i], 1, __ATOMIC_SEQ_CST);
	return i;
}

static inline void fenv_read_unlock(struct fenv_rcu *rcu, u32 i)
{
	__atomic_fetch_sub(&rcu->readers[i], 1, __ATOMIC_SEQ_CST);
}

static inline void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head,
				 void (*fn)(struct fenv_rcu_head *head))
{
	unsigned long flags = fenv_lock(&rcu->lock);

	head->fn = fn;
	head->next = rcu->waiting;
	__atomic_store_n(&rcu->waiting, head, __ATOMIC_RELAXED);
	fenv_unlock(&rcu->lock, flags);
}

/* A full barrier and a read: orders the removal before it against the readers' count. */
static inline bool fenv_rcu_no_readers(struct fenv_rcu *rcu, u32 i)
{
	return __atomic_fetch_add(&rcu->readers[i], 0, __ATOMIC_SEQ_CST) == 0;
}

/* One attempt to go on. Returns the callbacks whose grace period is over. */
static inline struct fenv_rcu_head *fenv_rcu_step(struct fenv_rcu *rcu)
{
	struct fenv_rcu_head *done = NULL;
	u32 i;

	if (!rcu->in_grace) {
		__atomic_store_n(&rcu->in_grace, rcu->waiting, __ATOMIC_RELAXED);
		__atomic_store_n(&rcu->waiting, (struct fenv_rcu_head *)NULL, __ATOMIC_RELAXED);
		rcu->step = 0;
	}
	while (rcu->in_grace && !done) {
		i = __atomic_load_n(&rcu->index, __ATOMIC_RELAXED) & 1;
		/* Step 0: the side not in use has drained; flip. Step 1: the side used before has. */
		if (!fenv_rcu_no_readers(rcu, i ^ 1))
			break;
		if (rcu->step++ == 0) {
			__atomic_fetch_add(&rcu->index, 1, __ATOMIC_SEQ_CST);
			continue;
		}
		done = rcu->in_grace;
		__atomic_store_n(&rcu->in_grace, (struct fenv_rcu_head *)NULL, __ATOMIC_RELAXED);
	}
	return done;
}

/* Never waits. True if nothing is left to free. */
static inline bool fenv_rcu_poll(struct fenv_rcu *rcu)
{
	struct fenv_rcu_head *done, *next;
	unsigned long flags;
	bool idle;

	flags = fenv_lock(&rcu->lock);
	done = fenv_rcu_step(rcu);
	rcu->running++;
	fenv_unlock(&rcu->lock, flags);
	for (; done; done = next) {
		next = done->next;
		done->fn(done);
	}
	flags = fenv_lock(&rcu->lock);
	rcu->running--;
	idle = !rcu->waiting && !rcu->in_grace && !rcu->running;
	fenv_unlock(&rcu->lock, flags);
	return idle;
}

/* A hint, without a lock: is there anything to poll for? */
static inline bool fenv_rcu_busy(struct fenv_rcu *rcu)
{
	return __atomic_load_n(&rcu->waiting, __ATOMIC_RELAXED) || __atomic_load_n(&rcu->in_grace, __ATOMIC_RELAXED);
}

/* Waits until every callback queued before has run. */
static inline void fenv_rcu_barrier(struct fenv_rcu *rcu)
{
	while (!fenv_rcu_poll(rcu))
		sched_yield();
}

#endif /* FAULT_ENV_H */
