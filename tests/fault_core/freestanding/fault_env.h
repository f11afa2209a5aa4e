/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A host without a C library: shows that the core needs nothing that its
 * environment header does not bring. Compiled, never run.
 */
#ifndef FAULT_ENV_H
#define FAULT_ENV_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

enum { ENOENT = 2, EAGAIN = 11, ENOMEM = 12, EFAULT = 14, EBUSY = 16, EEXIST = 17, ENODEV = 19, EINVAL = 22 };
enum { EMSGSIZE = 90, EOPNOTSUPP = 95, EALREADY = 114 };

#define BIT_ULL(n)	      (1ull << (n))
#define GENMASK_ULL(h, l)     ((~0ull << (l)) & (~0ull >> (63 - (h))))
#define FIELD_GET(m, v)	      (((v) & (m)) >> __builtin_ctzll(m))
#define FIELD_PREP(m, v)      (((u64)(v) << __builtin_ctzll(m)) & (m))
#define ARRAY_SIZE(a)	      (sizeof(a) / sizeof((a)[0]))
#define container_of(p, t, m) ((t *)((char *)(p) - __builtin_offsetof(t, m)))
#define unlikely(x)	      __builtin_expect(!!(x), 0)
#define fl_rare		      __attribute__((__noinline__))
#define static_assert _Static_assert

void env_assert(bool cond);
void *env_zalloc(size_t bytes);
void env_free(void *p);

#define fl_assert(cond)	 env_assert(cond)
#define fl_zalloc(bytes) env_zalloc(bytes)
#define fl_free(p)	 env_free(p)
#define memset		 __builtin_memset

#define fenv_load(p)	 __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define fenv_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
bool fenv_cmpxchg(u32 *p, u32 old, u32 new_value);

struct fenv_ref {
	u32 n;
};
void fenv_ref_init(struct fenv_ref *r);
void fenv_ref_get(struct fenv_ref *r);
bool fenv_ref_get_not_zero(struct fenv_ref *r);
bool fenv_ref_is(const struct fenv_ref *r, u32 n);
bool fenv_ref_put(struct fenv_ref *r);

struct fenv_count {
	u32 n;
};
void fenv_count_add(struct fenv_count *c, u32 by);
void fenv_count_sub(struct fenv_count *c, u32 by);
u32 fenv_count_read(const struct fenv_count *c);
void fenv_relax(void);

/* For functions that return with a lock taken or given back. */
#define fenv_acquires(l)
#define fenv_releases(l)

struct fenv_lock {
	u32 held;
};
void fenv_lock_init(struct fenv_lock *l);
void fenv_lock_set_level(struct fenv_lock *l, unsigned int level);
unsigned long fenv_lock(struct fenv_lock *l);
void fenv_unlock(struct fenv_lock *l, unsigned long flags);

#define fenv_rcu_ptr
#define fenv_publish(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define fenv_deref(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define fenv_deref_locked(p, l) ((void)(l), (p))

struct fenv_rcu_head {
	void (*fn)(struct fenv_rcu_head *head);
};
struct fenv_rcu {
	u32 none;
};
void fenv_rcu_init(struct fenv_rcu *rcu);
u32 fenv_read_lock(struct fenv_rcu *rcu);
void fenv_read_unlock(struct fenv_rcu *rcu, u32 i);
void fenv_call_rcu(struct fenv_rcu *rcu, struct fenv_rcu_head *head, void (*fn)(struct fenv_rcu_head *head));
bool fenv_rcu_poll(struct fenv_rcu *rcu);
bool fenv_rcu_busy(struct fenv_rcu *rcu);
void fenv_rcu_barrier(struct fenv_rcu *rcu);

#endif /* FAULT_ENV_H */
