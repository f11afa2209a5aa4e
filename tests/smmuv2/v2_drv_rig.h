/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rig with our driver and the fault core on it, and masters that present their accesses again. */
#ifndef V2_DRV_RIG_H
#define V2_DRV_RIG_H

#include "fault_core.h"
#include "smmuv2_driver.h"
#include "v2_rig.h"

/* An access of a master. */
struct access {
	struct dma_txn txn;
	enum xlat end; /* XLAT_STALL and XLAT_WAIT: not yet */
	u64 pa;
	bool again; /* to be presented */
};

#define MAX_ACCESSES 256

struct drig {
	struct rig r; /* first: its machine is the ctx of all services */
	struct access access[MAX_ACCESSES];
	unsigned int n_accesses;
	unsigned int seen_ended;
	unsigned int polls;
	unsigned int poll_limit;
	void (*on_poll)(struct drig *g);
	struct smmuv2_context_fault faults[MAX_ACCESSES];
	unsigned int n_faults;
	void (*on_fault)(struct drig *g); /* taken from the bank, not reported yet */
	u32 gfsr;
};

static bool drig_poll(void *ctx, u32 tries)
{
	struct drig *g = ctx;

	g->polls++;
	if (g->on_poll)
		g->on_poll(g);
	return tries < g->poll_limit;
}

static void drig_context_fault(void *observer, const struct smmuv2_context_fault *f)
{
	struct drig *g = observer;

	if (g->n_faults < MAX_ACCESSES)
		g->faults[g->n_faults++] = *f;
	if (g->on_fault)
		g->on_fault(g);
}

static void drig_global_fault(void *observer, u32 gfsr, u64 gfar, const u32 gfsynr[3])
{
	((struct drig *)observer)->gfsr |= gfsr;
}

static inline int drig_probe(struct drig *g, const struct smmuv2_cfg *hw, const struct smmuv2_drv_cfg *drv)
{
	struct smmuv2_drv_cfg cfg = *drv;

	memset(g, 0, sizeof(*g));
	rig_up(&g->r, hw);
	g->r.m.drv_ops.poll = drig_poll;
	g->poll_limit = 100;
	g->r.board.now = 1000;
	cfg.context_fault = drig_context_fault;
	cfg.global_fault = drig_global_fault;
	cfg.common.observer = g;
	return machine_start(&g->r.m, &smmuv2_drv_class, &cfg);
}

static inline void drig_down(struct drig *g)
{
	ck_assert_int_eq(machine_stop(&g->r.m), 0);
	rig_down(&g->r);
}

/* Interrupts until no line that someone may serve is high; returns false if a line stays high although served. */
static inline bool drig_irqs(struct drig *g)
{
	u32 rounds = 0, lines;

	do {
		lines = 0;
		if (machine_serve(&g->r.m, &lines))
			return false;
	} while (lines && ++rounds < 1000);
	return !lines;
}

static inline void drig_present(struct drig *g, struct access *a)
{
	struct xlat_result res;

	a->again = false;
	a->end = smmuv2_class.translate(&g->r.hw, &a->txn, &res);
	a->pa = a->end == XLAT_OK ? res.pa : ~0ULL;
}

/* What the hardware has said of stalled accesses since the last look. */
static inline void drig_resumed(struct drig *g)
{
	unsigned int i;

	for (; g->seen_ended < g->r.n_ended; g->seen_ended++) {
		const struct ended *e = &g->r.ended[g->seen_ended];
		struct access *a = &g->access[e->id];

		ck_assert_int_eq(a->end, XLAT_STALL);
		a->end = e->how == RESUME_ABORT ? XLAT_ABORT : XLAT_RAZWI;
		a->again = e->how == RESUME_RETRY;
		if (a->again)
			a->end = XLAT_MISS;
	}
	g->seen_ended = 0;
	g->r.n_ended = 0;
	for (i = 0; i < g->n_accesses; i++)
		if (g->access[i].again || g->access[i].end == XLAT_WAIT)
			drig_present(g, &g->access[i]);
}

/* One turn of everything; true if something is still going on. */
static inline bool drig_turn(struct drig *g)
{
	bool busy;

	ck_assert(drig_irqs(g));
	busy = fault_core_run(g->r.m.core, g->r.board.now, 1);
	drig_resumed(g);
	ck_assert(drig_irqs(g));
	return busy || g->r.n_ended;
}

static inline void drig_settle(struct drig *g)
{
	unsigned int turns = 0;

	while (drig_turn(g))
		ck_assert_uint_lt(++turns, 10000);
}

static inline struct access *drig_access(struct drig *g, u32 sid, u64 iova, u16 flags, u16 tbu)
{
	struct access *a = &g->access[g->n_accesses];

	ck_assert_uint_lt(g->n_accesses, MAX_ACCESSES);
	memset(a, 0, sizeof(*a));
	a->txn = (struct dma_txn){
		.iova = iova, .id = g->n_accesses++, .sid = sid, .len = 4, .flags = flags, .tbu = tbu
	};
	drig_present(g, a);
	return a;
}

static inline struct fault_dev *drig_master(struct drig *g, u32 sid, bool can_stall)
{
	struct drv_device_cfg cfg = { .sids = { sid }, .n_sids = 1, .can_stall = can_stall };
	struct fault_dev *dev = NULL;

	ck_assert_int_eq(smmuv2_drv_class.device_add(g->r.m.drv, &cfg, &dev), 0);
	return dev;
}

static inline struct fault_domain *drig_domain(struct drig *g, struct fault_dev *dev, enum drv_domain_type type)
{
	struct fault_domain *dom = NULL;

	ck_assert_int_eq(smmuv2_drv_class.domain_alloc(g->r.m.drv, dev, type, &dom), 0);
	return dom;
}

static inline void drig_attach(struct drig *g, struct fault_dev *dev, struct fault_domain *dom)
{
	ck_assert_int_eq(smmuv2_drv_class.attach(g->r.m.drv, dev, DRV_NO_PASID, dom, g->r.board.now), 0);
}

static inline int drig_map(struct drig *g, struct fault_domain *dom, u64 iova, u64 pa)
{
	return smmuv2_drv_class.map(g->r.m.drv, dom, iova, pa, 4096, DRV_PROT_READ | DRV_PROT_WRITE);
}

/* A domain's owner. */
struct owner {
	struct drig *g;
	struct fault_domain *dom;
	enum fault_code answer; /* FAULT_DEFAULT: map the page at iova + 0x80000000 and retry */
	unsigned int handled, events;
	struct fault_record last;
	struct fault_group *kept;
	void (*look)(struct owner *o);
};

static enum fault_code owner_handle(void *ctx, struct fault_group *grp, const struct fault_record *f)
{
	struct owner *o = ctx;
	int r;

	o->handled++;
	o->last = *f;
	if (o->look)
		o->look(o);
	if (o->answer == FAULT_LATER) {
		fault_group_get(grp);
		o->kept = grp;
	}
	if (o->answer)
		return o->answer;
	r = drig_map(o->g, o->dom, f->addr & ~0xfffULL, (f->addr & ~0xfffULL) + 0x80000000);
	ck_assert(!r || r == -EEXIST);
	return FAULT_RETRY;
}

static void owner_event(void *ctx, const struct fault_record *f, u64 now)
{
	struct owner *o = ctx;

	o->events++;
	o->last = *f;
}

static const struct fault_domain_ops owner_ops = { .handle = owner_handle, .event = owner_event };

static inline void drig_own(struct drig *g, struct fault_domain *dom, struct owner *o, enum fault_code answer)
{
	union fault_owner u = { .handler = { .ops = &owner_ops, .ctx = o } };

	memset(o, 0, sizeof(*o));
	o->g = g;
	o->dom = dom;
	o->answer = answer;
	ck_assert_int_eq(fault_domain_set_owner(dom, &u), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
}

#endif /* V2_DRV_RIG_H */
