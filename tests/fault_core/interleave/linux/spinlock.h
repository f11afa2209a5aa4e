/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A lock within a lock, or one that another task gives back, fails the run. */
#ifndef FAULT_INTERLEAVE_SPINLOCK_H
#define FAULT_INTERLEAVE_SPINLOCK_H

#include <linux/types.h>

#include "../sched.h"

typedef struct spinlock {
	u32 owner; /* number of the task */
	u32 waiting;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->owner = 0;
	lock->waiting = 0;
}

#define spin_lock_irqsave(lock, flags)             \
	do {                                       \
		(flags) = 0;                       \
		interleave_lock(lock, SCHED_SITE); \
	} while (0)

#define spin_unlock_irqrestore(lock, flags)          \
	do {                                         \
		(void)(flags);                       \
		interleave_unlock(lock, SCHED_SITE); \
	} while (0)

static inline void interleave_lock(spinlock_t *lock, const char *site)
{
	sched_point(site);
	sched_check_alive(lock->owner);
	if (sched.task->locks)
		sched_fail("a lock within a lock");
	while (lock->owner) {
		lock->waiting++;
		sched_wait(lock, "a lock");
		sched_check_alive(lock->owner);
		lock->waiting--;
	}
	lock->owner = sched.task->number;
	sched.task->locks++;
}

static inline void interleave_unlock(spinlock_t *lock, const char *site)
{
	sched_check_alive(lock->owner);
	if (lock->owner != sched.task->number)
		sched_fail("a lock is given back that another has");
	lock->owner = 0;
	sched.task->locks--;
	if (lock->waiting)
		sched_wake(lock);
	sched_point(site);
}

static inline void lockdep_assert_held(const spinlock_t *lock)
{
	sched_check_alive(lock->owner);
	if (lock->owner != sched.task->number)
		sched_fail("something is used without its lock");
}

#endif /* FAULT_INTERLEAVE_SPINLOCK_H */
