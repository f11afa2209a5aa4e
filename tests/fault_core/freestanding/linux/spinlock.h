/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_SPINLOCK_H
#define FREESTANDING_SPINLOCK_H

typedef struct spinlock {
	unsigned int held;
} spinlock_t;

void spin_lock_init(spinlock_t *lock);
unsigned long host_lock(spinlock_t *lock);
void host_unlock(spinlock_t *lock, unsigned long flags);
void lockdep_assert_held(const spinlock_t *lock);

#define spin_lock_irqsave(lock, flags)	    ((flags) = host_lock(lock))
#define spin_unlock_irqrestore(lock, flags) host_unlock(lock, flags)

#endif /* FREESTANDING_SPINLOCK_H */
