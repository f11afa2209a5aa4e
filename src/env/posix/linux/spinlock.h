/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Spinlocks for threads: they spin briefly and then yield, because they are held for a few dozen instructions. A lock
 * notes the thread that holds it, so that a thread that takes it twice, which would wait for ever, is found at once.
 */
#ifndef FL_LINUX_SPINLOCK_H
#define FL_LINUX_SPINLOCK_H

#include "fl_bug.h"
#include <linux/compiler.h>
#include <linux/types.h>
#include <sched.h>

typedef struct spinlock {
	unsigned long owner; /* the thread, 0 if it is free */
} spinlock_t;

static inline unsigned long spin_this_thread(void)
{
	return (unsigned long)__builtin_thread_pointer();
}

static inline void spin_lock_init(spinlock_t *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
}

static inline bool spin_trylock(spinlock_t *lock)
{
	unsigned long nobody = 0;

	return __atomic_compare_exchange_n(&lock->owner, &nobody, spin_this_thread(), false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Another thread holds the lock. Out of line, to keep the common path small. */
static __attribute__((__noinline__, __unused__)) void spin_lock_wait(spinlock_t *lock)
{
	unsigned int spins = 0;

	fl_check(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != spin_this_thread(), "a lock is taken twice");
	do
		while (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED))
			if (++spins % 64 == 0)
				sched_yield();
	while (!spin_trylock(lock));
}

static inline void spin_lock(spinlock_t *lock)
{
	if (unlikely(!spin_trylock(lock)))
		spin_lock_wait(lock);
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

/* User space has no interrupts to keep out. */
#define spin_lock_irqsave(lock, flags) \
	do {                           \
		(flags) = 0;           \
		spin_lock(lock);       \
	} while (0)

#define spin_unlock_irqrestore(lock, flags) \
	do {                                \
		(void)(flags);              \
		spin_unlock(lock);          \
	} while (0)

#ifdef FL_CHECKED
#define lockdep_assert_held(lock) \
	fl_check(__atomic_load_n(&(lock)->owner, __ATOMIC_RELAXED) == spin_this_thread(), #lock " is not held")
#else
#define lockdep_assert_held(lock) ((void)(lock))
#endif

#endif /* FL_LINUX_SPINLOCK_H */
