/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's objects and what its files share.
 *
 * Locks, none ever held together with another or across an operation:
 *   core->lock   lookup tables (writers), list of devices, sums of counters, watchdog
 *   core->ring_lock  devices that have work
 *   dev->lock    everything of a device that changes: slots, groups' lists, attachments, state, counters
 *   domain->lock attachments of a domain, its owner
 *   queue->lock  head and tail of a forwarding queue
 *
 * References: a device is kept by its creator, its attachments, its groups,
 * its place in the ring and by lookups; an attachment by being installed and
 * by its whole groups; a domain by its creator and its attachments; a group by
 * being unanswered (one reference for all lists) and by whoever works on it.
 */
#ifndef FAULT_PRIV_H
#define FAULT_PRIV_H

#include "fault_core.h"

struct fault_list {
	struct fault_list *next, *prev;
};

static inline void fault_list_init(struct fault_list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool fault_list_empty(const struct fault_list *l)
{
	return l->next == l;
}

static inline void fault_list_add_tail(struct fault_list *l, struct fault_list *item)
{
	item->next = l;
	item->prev = l->prev;
	l->prev->next = item;
	l->prev = item;
}

/* The item will be added to another list, or never be used again. */
static inline void fault_list_del(struct fault_list *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
}

/* It may be deleted again. */
static inline void fault_list_del_init(struct fault_list *item)
{
	fault_list_del(item);
	fault_list_init(item);
}

static inline void fault_list_move_tail(struct fault_list *l, struct fault_list *item)
{
	fault_list_del(item);
	fault_list_add_tail(l, item);
}

/* Move all items of @from, in order, behind those of @to. */
static inline void fault_list_splice(struct fault_list *from, struct fault_list *to)
{
	while (!fault_list_empty(from))
		fault_list_move_tail(to, from->next);
}

#define FAULT_BUCKETS	     256 /* of the lookup by StreamID and by device number */
#define FAULT_ATTACH_BUCKETS 32	 /* of a device's PASIDs */
#define FAULT_INDEXES	     512 /* PRG indexes: 9 bits */
#define FAULT_MAX_CREDITS    65536
#define FAULT_PASID_MAX	     0xfffffu

/* A cookie: generation of the slot, slot, device number. */
#define FAULT_COOKIE_GEN  GENMASK_ULL(63, 37)
#define FAULT_COOKIE_SLOT GENMASK_ULL(36, 20)
#define FAULT_COOKIE_DEV  GENMASK_ULL(19, 0)

/* fault_group.state; above FAULT_ANSWERED the code is in bits 15:8. Changed by compare-and-swap from PENDING on. */
#define FAULT_FREE     0u
#define FAULT_PARTIAL  1u
#define FAULT_PENDING  2u
#define FAULT_HANDLING 3u
#define FAULT_ANSWERED 4u

#define FAULT_ANSWERED_WITH(code) (FAULT_ANSWERED | (u32)(code) << 8)
#define FAULT_IS_ANSWERED(state)  (((state)&0xff) == FAULT_ANSWERED)
#define FAULT_ANSWER_OF(state)	  ((enum fault_code)((state) >> 8))

/* One reserved slot for a request. */
struct fault_slot {
	struct fault_record f; /* first, see group_next() */
	struct fault_slot *next;
};

struct fault_group {
	struct fault_list link;	 /* of free, partial, pending, unsent or of an answerer; dev->lock */
	struct fault_list ready; /* of dev->ready while it waits for a worker; dev->lock */
	struct fault_dev *dev;
	struct fault_attach *attach; /* partial: borrowed; whole: with a reference; NULL: poisoned or never handled */
	struct fault_queue *queue;   /* handed over to its owner; dev->lock */
	struct fault_slot *first, *last;
	struct fenv_ref refs;
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
	u64 t_handled; /* load and store */
	u64 t_respond; /* load and store */
};

struct fault_attach {
	struct fault_attach *next;     /* dev->attach[]; dev->lock */
	struct fault_list domain_link; /* domain->attachments; domain->lock */
	struct fault_dev *dev;
	struct fault_domain *domain;
	struct fenv_ref refs;
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
	struct fenv_ref refs;
	struct fenv_lock lock;
	struct fault_list attachments;
	u32 n_attached;
	u32 visit;
	u32 stalls; /* load and store */
};

/* One name of a device: a StreamID or its number. */
struct fault_node {
	struct fault_node fenv_rcu_ptr *next;
	struct fault_node *of_dev; /* the device's other names */
	struct fault_dev *dev;
	u32 key;
};

enum fault_dev_state { FAULT_DEV_OFF, FAULT_DEV_ON, FAULT_DEV_CLOSING };

struct fault_dev {
	struct fault_core *core;
	struct fault_dev_cfg cfg;
	struct fenv_ref refs;
	struct fenv_rcu_head rcu;
	struct fault_list core_link; /* core->devs; core->lock */
	struct fault_list ring_link; /* core->ring; core->ring_lock */
	struct fault_node id;
	struct fault_node *sids; /* core->lock */
	u64 serial;		 /* of creation, orders core->devs */
	bool linked;		 /* core->lock */

	struct fenv_lock lock; /* what follows */
	enum fault_dev_state state;
	bool in_ring;
	bool throttled; /* what the storm policy wants */
	bool told;	/* what the driver was told last */
	bool telling;
	u32 n_groups;
	u32 n_attached;
	struct fault_group *groups;
	struct fault_slot *slots;
	struct fault_slot *free_slots;
	struct fault_list free_groups;
	struct fault_list partial; /* in order of arrival; poisoned ones stay until their LAST */
	struct fault_list pending; /* whole and unanswered, in order of arrival */
	struct fault_list ready;   /* of them, those that wait for a worker */
	struct fault_list unsent;  /* answered, but the hardware has not taken the answer */
	struct fault_attach *attach[FAULT_ATTACH_BUCKETS];
	u64 lossy[FAULT_INDEXES / 64]; /* indexes whose requests were lost without a slot to note it */
	u64 lossy_until;
	struct fault_stats stats;
	struct fenv_count unanswered; /* credits in use */
	struct fenv_count sending;    /* answers on their way that are in none of the lists */
};

struct fault_core {
	struct fault_core_cfg cfg;
	struct fault_driver drv;
	struct fenv_rcu rcu;
	struct fenv_lock lock;
	struct fenv_lock ring_lock;
	struct fault_list devs;
	struct fault_list ring;
	u64 serial;
	u32 last_id;
	u32 n_devs;
	u32 n_held; /* domains and queues */
	struct fault_node fenv_rcu_ptr *by_sid[FAULT_BUCKETS];
	struct fault_node fenv_rcu_ptr *by_id[FAULT_BUCKETS];
	struct fault_stats stats; /* orphans, and of devices that are gone */
	u64 unread_since;
	u64 quiet_since; /* no report since */
	bool unread;
	bool watching; /* the watchdog is in an operation of the driver */
	u32 active;    /* load and store: a report has come since the watchdog looked */
	u32 again;     /* load and store: a report was refused, its record waits */
};

struct fault_queue {
	struct fault_core *core;
	struct fault_queue_cfg cfg;
	struct fenv_lock lock;
	u32 head, tail; /* free running; lock */
	u32 lost;	/* lock */
	u32 users;	/* domains; lock */
	struct fault_message *ring;
};

/* fault_core.c */
void *fault_alloc(struct fault_core *core, size_t bytes);
void fault_free(struct fault_core *core, void *p);
void fault_core_hold(struct fault_core *core, int by);
void fault_stats_add(struct fault_stats *sum, const struct fault_stats *s);
struct fault_dev *fault_dev_lookup_id(struct fault_core *core, u32 id);
struct fault_dev *fault_dev_after(struct fault_core *core, struct fault_dev *prev);

/* fault_dev.c */
void fault_dev_release(struct fault_dev *dev);

/* fault_group.c */
struct fault_group *fault_group_new(struct fault_dev *dev, u32 pasid, u32 index, u64 now);
bool fault_group_append(struct fault_group *g, const struct fault_record *f);
void fault_group_drop(struct fault_group *g);
void fault_group_recycle(struct fault_group *g);
bool fault_group_claim(struct fault_group *g, enum fault_code code, u64 now);
int fault_group_answer(struct fault_group *g, enum fault_code code, u64 now, bool put);
int fault_send(struct fault_core *core, struct fault_dev *dev, const struct fault_record *f, enum fault_code code,
	       bool orphan);
void fault_collect(struct fault_dev *dev, struct fault_attach *attach, struct fault_list *out, u64 now);
bool fault_collect_expired(struct fault_dev *dev, struct fault_list *out, u64 now);
int fault_answer_list(struct fault_dev *dev, struct fault_list *list, u64 now);
int fault_resend(struct fault_dev *dev, u64 now);
int fault_respond_cookie(struct fault_core *core, struct fault_queue *owner, u64 cookie, enum fault_code code, u64 now);

/* fault_report.c */
void fault_drop_partials(struct fault_dev *dev, struct fault_attach *attach);
void fault_expire_partials(struct fault_dev *dev, u64 now);
void fault_forget_partials(struct fault_dev *dev);

/* fault_work.c */
void fault_ring_add(struct fault_dev *dev);

/* fault_domain.c */
void fault_attach_release(struct fault_attach *attach);

/* fault_queue.c */
enum fault_code fault_queue_push_group(struct fault_queue *q, struct fault_group *g);
void fault_queue_push_event(struct fault_queue *q, const struct fault_record *f);
void fault_queue_use(struct fault_queue *q, int by);

/* Small and often used. */

static inline void dev_put(struct fault_dev *dev)
{
	if (unlikely(fenv_ref_put(&dev->refs)))
		fault_dev_release(dev);
}

static inline void attach_put(struct fault_attach *attach)
{
	if (unlikely(fenv_ref_put(&attach->refs)))
		fault_attach_release(attach);
}

/* Whether the device may have one more unanswered fault. The caller holds dev->lock. */
static inline bool has_credit(struct fault_dev *dev)
{
	return dev->free_slots && fenv_count_read(&dev->unanswered) < dev->cfg.credits;
}

/* dev->lock */
static inline struct fault_attach *attach_find(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a = dev->attach[pasid % FAULT_ATTACH_BUCKETS];

	while (a && a->pasid != pasid)
		a = a->next;
	return a;
}

static inline const struct fault_record *group_next(const struct fault_group *g, const struct fault_record *prev)
{
	/* The record is the slot's first member. */
	const struct fault_slot *slot = prev ? ((const struct fault_slot *)prev)->next : g->first;

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

static inline bool fault_is_last(const struct fault_record *f)
{
	return f->type == FAULT_STALL || (f->flags & FAULT_LAST);
}

#endif /* FAULT_PRIV_H */
