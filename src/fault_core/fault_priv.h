/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's objects and what its files share.
 *
 * Locks, none ever held together with another or across an operation:
 *   core->lock      lookup tables (writers), list of devices, sums of counters, watchdog
 *   core->ring_lock devices that have work
 *   dev->lock       everything of a device that changes: slots, groups' lists, attachments, state,
 *                   counters
 *   domain->lock    attachments of a domain, its owner
 *   queue->lock     head and tail of a forwarding queue
 *
 * References: a device is kept by its creator, its attachments, its groups, its place in the ring
 * and by lookups; an attachment by being installed and by its whole groups; a domain by its creator
 * and its attachments; a group by being unanswered (one reference for all lists) and by whoever
 * works on it.
 */
#ifndef FAULT_PRIV_H
#define FAULT_PRIV_H

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include "fault_core.h"

#define FAULT_BUCKETS	     256 /* of the lookup by StreamID and by device number */
#define FAULT_ATTACH_BUCKETS 32	 /* of a device's PASIDs */
#define FAULT_INDEXES	     512 /* PRG indexes: 9 bits */
#define FAULT_MAX_CREDITS    65536
#define FAULT_PASID_MAX	     0xfffff

/* A cookie: generation of the slot, slot, device number. */
#define FAULT_COOKIE_GEN  GENMASK_ULL(63, 37)
#define FAULT_COOKIE_SLOT GENMASK_ULL(36, 20)
#define FAULT_COOKIE_DEV  GENMASK_ULL(19, 0)

/*
 * fault_group.state. From PENDING on it changes by compare-and-swap. With FAULT_ANSWERED, the bits
 * of FAULT_STATE_CODE hold the answer.
 */
#define FAULT_FREE     0
#define FAULT_PARTIAL  1
#define FAULT_PENDING  2
#define FAULT_HANDLING 3
#define FAULT_ANSWERED 4

#define FAULT_STATE	 GENMASK(7, 0)
#define FAULT_STATE_CODE GENMASK(15, 8)

/* One reserved slot for a request. */
struct fault_slot {
	struct fault_record f; /* first, see fault_next_record() */
	struct fault_slot *next;
};

struct fault_group {
	struct list_head link; /* of free, partial, pending, unsent or of an answerer; dev->lock */
	struct list_head ready_link; /* of dev->ready while it waits for a worker; dev->lock */
	struct fault_dev *dev;
	struct fault_attach *attach; /* partial: borrowed; whole: a reference; NULL: not handled */
	struct fault_queue *queue;   /* handed over to its owner; dev->lock */
	struct fault_slot *first, *last;
	refcount_t refs;
	u32 state;
	u32 number; /* of the slot */
	u32 gen;    /* of the slot, for the cookie */
	u32 attach_gen;
	u32 pasid;
	u32 index;
	u32 count;     /* requests */
	u32 n_handled; /* worker only, read by the last reference */
	bool poisoned;
	u64 t_first;
	u64 t_last;
	u64 t_take;
	u64 t_handled; /* READ_ONCE(), WRITE_ONCE() */
	u64 t_respond; /* READ_ONCE(), WRITE_ONCE() */
};

struct fault_attach {
	struct hlist_node link;	      /* dev->attach[]; dev->lock */
	struct list_head domain_link; /* domain->attachments; domain->lock */
	struct fault_dev *dev;
	struct fault_domain *domain;
	refcount_t refs;
	u32 pasid;
	u32 gen;     /* light flush; dev->lock */
	u32 pending; /* whole groups whose answer is not yet with the hardware; dev->lock */
	u32 older;   /* of them, those of generations before; dev->lock */
	u32 visit;   /* domain->lock */
};

struct fault_domain {
	struct fault_core *core;
	struct fault_domain_cfg cfg; /* cfg.owner: domain->lock, constant while stalls are on */
	u64 compat;
	u32 caps;
	refcount_t refs;
	spinlock_t lock; /* attachments, cfg.owner */
	struct list_head attachments;
	u32 n_attached;
	u32 visit;
	u32 stalls; /* fault_domain_stalls() */
};

/* One name of a device: a StreamID or its number. */
struct fault_name {
	struct hlist_node link;	     /* core->by_sid[] or by_id[]; core->lock, or RCU to read */
	struct fault_name *next_sid; /* the device's other StreamIDs */
	struct fault_dev *dev;
	u32 key;
};

enum fault_dev_state {
	FAULT_DEV_OFF,
	FAULT_DEV_ON,
	FAULT_DEV_CLOSING,
};

struct fault_dev {
	struct fault_core *core;
	struct fault_dev_cfg cfg;
	refcount_t refs;
	struct rcu_head rcu;
	struct list_head core_link; /* core->devs; core->lock */
	struct list_head ring_link; /* core->ring; core->ring_lock */
	struct fault_name id;
	struct fault_name *sids; /* core->lock */
	u64 serial;		 /* of creation, orders core->devs */
	bool linked;		 /* core->lock */

	spinlock_t lock; /* what follows */
	enum fault_dev_state state;
	bool in_ring;
	bool throttle;	       /* what the storm policy wants */
	bool throttle_sent;    /* what the driver was last asked for */
	bool throttle_in_call; /* the driver's operation has not returned */
	u32 n_groups;
	u32 n_attached;
	struct fault_group *groups;
	struct fault_slot *slots;
	struct fault_slot *free_slots;
	struct list_head free_groups;
	struct list_head partial; /* in order of arrival; poisoned ones stay until their LAST */
	struct list_head pending; /* whole and unanswered, in order of arrival */
	struct list_head ready;	  /* of them, those that wait for a worker */
	struct list_head unsent;  /* answered, but the hardware has not taken the answer */
	struct hlist_head attach[FAULT_ATTACH_BUCKETS];
	u64 lossy[FAULT_INDEXES / 64]; /* indexes that lost requests without a slot to note it */
	u64 lossy_until;
	struct fault_stats stats;
	atomic_t unanswered; /* credits in use */
	atomic_t sending;    /* answers on their way that are in none of the lists */
};

struct fault_core {
	struct fault_core_cfg cfg;
	struct fault_driver drv;
	spinlock_t lock;      /* lookup tables (writers), devs, stats, watchdog */
	spinlock_t ring_lock; /* ring */
	struct list_head devs;
	struct list_head ring;
	u64 serial;
	u32 last_id;
	u32 n_devs;
	u32 n_users; /* domains and queues */
	struct hlist_head by_sid[FAULT_BUCKETS];
	struct hlist_head by_id[FAULT_BUCKETS];
	struct fault_stats stats; /* orphans, and of devices that are gone */
	u64 unread_since;
	u64 quiet_since; /* no report since */
	bool unread;
	bool watching; /* the watchdog is in an operation of the driver */
	u32 reported;  /* READ_ONCE(): a report has come since the watchdog looked */
	u32 refused;   /* READ_ONCE(): a report was refused, its record waits */
};

struct fault_queue {
	struct fault_core *core;
	struct fault_queue_cfg cfg;
	spinlock_t lock; /* head, tail, lost, users */
	u32 head, tail;	 /* free running */
	u32 lost;
	u32 users; /* domains */
	struct fault_message *ring;
};

/* fault_core.c */
void *fault_alloc(struct fault_core *core, size_t bytes, gfp_t gfp);
void fault_free(struct fault_core *core, void *p);
void fault_core_get(struct fault_core *core);
void fault_core_put(struct fault_core *core);
void fault_stats_add(struct fault_stats *sum, const struct fault_stats *s);
struct fault_dev *fault_dev_lookup_id(struct fault_core *core, u32 id);
struct fault_dev *fault_dev_next(struct fault_core *core, struct fault_dev *prev);

/* fault_dev.c */
void fault_dev_release(struct fault_dev *dev);

/* fault_group.c */
struct fault_group *fault_group_new(struct fault_dev *dev, u32 pasid, u32 index, u64 now);
bool fault_group_append(struct fault_group *g, const struct fault_record *f);
void fault_group_poison(struct fault_group *g);
void fault_group_recycle(struct fault_group *g);

/* fault_answer.c */
int fault_group_answer(struct fault_group *g, enum fault_code code, u64 now, bool put);
int fault_send_response(struct fault_core *core, struct fault_dev *dev,
			const struct fault_record *f, enum fault_code code, bool orphan);
void fault_claim_pending(struct fault_dev *dev, struct fault_attach *attach, struct list_head *out,
			 u64 now);
unsigned int fault_claim_expired(struct fault_dev *dev, struct list_head *out, u64 now);
int fault_send_claimed(struct fault_dev *dev, struct list_head *list, u64 now);
int fault_send_unsent(struct fault_dev *dev, u64 now);
int fault_respond_cookie(struct fault_core *core, struct fault_queue *owner, u64 cookie,
			 enum fault_code code, u64 now);

/* fault_partial.c */
struct fault_group *fault_find_partial(struct fault_dev *dev, const struct fault_record *f);
struct fault_group *fault_reserve_group(struct fault_dev *dev, const struct fault_record *f,
					u64 now);
bool fault_index_lossy(struct fault_dev *dev, u32 index, u64 now);
struct fault_group *fault_set_aside(struct fault_dev *dev, const struct fault_record *f, u64 now,
				    bool accept);
void fault_poison_partials(struct fault_dev *dev, struct fault_attach *attach);
void fault_expire_partials(struct fault_dev *dev, u64 now);
void fault_forget_partials(struct fault_dev *dev);

/* fault_work.c */
void fault_ring_add(struct fault_dev *dev);

/* fault_domain.c */
void fault_attach_release(struct fault_attach *attach);

/* fault_queue.c */
enum fault_code fault_queue_push_group(struct fault_queue *q, struct fault_group *g);
void fault_queue_push_event(struct fault_queue *q, const struct fault_record *f);
void fault_queue_get(struct fault_queue *q);
void fault_queue_put(struct fault_queue *q);

/* Small and often used. */

static inline void dev_put(struct fault_dev *dev)
{
	if (unlikely(refcount_dec_and_test(&dev->refs)))
		fault_dev_release(dev);
}

static inline void attach_put(struct fault_attach *attach)
{
	if (unlikely(refcount_dec_and_test(&attach->refs)))
		fault_attach_release(attach);
}

/* Whoever finds a group answered sees its times. */
static inline u32 fault_group_state(const struct fault_group *g)
{
	/* Pairs with fault_group_set_state() and with try_cmpxchg() of the state. */
	return smp_load_acquire(&g->state);
}

static inline void fault_group_set_state(struct fault_group *g, u32 state)
{
	/* Pairs with fault_group_state(). */
	smp_store_release(&g->state, state);
}

static inline u32 fault_answered_with(enum fault_code code)
{
	return FAULT_ANSWERED | (u32)FIELD_PREP(FAULT_STATE_CODE, (u32)code);
}

static inline bool fault_is_answered(u32 state)
{
	return FIELD_GET(FAULT_STATE, state) == FAULT_ANSWERED;
}

static inline enum fault_code fault_answer_of(u32 state)
{
	return (enum fault_code)FIELD_GET(FAULT_STATE_CODE, state);
}

/* Whoever finds stalls enabled sees the owner that was set before. */
static inline bool fault_domain_stalls(const struct fault_domain *domain)
{
	/* Pairs with fault_domain_set_stalls(). */
	return smp_load_acquire(&domain->stalls);
}

static inline void fault_domain_set_stalls(struct fault_domain *domain, bool on)
{
	/* Pairs with fault_domain_stalls(). */
	smp_store_release(&domain->stalls, on);
}

/* Whether the device may have one more unanswered fault. */
static inline bool has_credit(struct fault_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return dev->free_slots && (u32)atomic_read_acquire(&dev->unanswered) < dev->cfg.credits;
}

static inline struct hlist_head *attach_bucket(struct fault_dev *dev, u32 pasid)
{
	return &dev->attach[pasid % FAULT_ATTACH_BUCKETS];
}

static inline struct fault_attach *attach_find(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a;

	lockdep_assert_held(&dev->lock);
	hlist_for_each_entry(a, attach_bucket(dev, pasid), link)
		if (a->pasid == pasid)
			return a;
	return NULL;
}

static inline const struct fault_record *fault_next_record(const struct fault_group *g,
							   const struct fault_record *prev)
{
	const struct fault_slot *slot = g->first;

	if (prev)
		slot = container_of(prev, const struct fault_slot, f)->next;
	return slot ? &slot->f : NULL;
}

static inline void fault_observe(struct fault_group *g, enum fault_point point, u64 now)
{
	const struct fault_driver *drv = &g->dev->core->drv;

	if (drv->ops->observe)
		drv->ops->observe(drv->ctx, g, point, now);
}

static inline u32 fault_key_pasid(const struct fault_record *f)
{
	return f->flags & FAULT_PASID_VALID ? f->pasid : FAULT_NO_PASID;
}

static inline bool fault_is_answer(enum fault_code code)
{
	return code == FAULT_RETRY || code == FAULT_TERMINATE || code == FAULT_FAILURE;
}

static inline bool fault_is_last(const struct fault_record *f)
{
	return f->type == FAULT_STALL || (f->flags & FAULT_LAST);
}

#endif /* FAULT_PRIV_H */
