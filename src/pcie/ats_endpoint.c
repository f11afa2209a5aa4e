// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The translation half of an endpoint: ATC, translation requests, invalidations. */
#include "ats_endpoint.h"

#include "ats_endpoint_priv.h"
#include "find.h"

#define DATA_PA	  0
#define DATA_PERM 1

/* tcache_tag.world: what else tells address spaces and permissions apart */
#define WORLD_PASID BIT(0)
#define WORLD_PRIV  BIT(1)

static int check_cfg(const struct ats_ep_cfg *cfg)
{
	if (cfg->capacity > ATS_MAX_PRG || cfg->group > ATS_MAX_GROUP)
		return -EINVAL;
	return cfg->capacity && cfg->group > cfg->capacity ? -EINVAL : 0;
}

int ats_ep_init(struct ats_ep *ep, const struct ats_ep_cfg *cfg, const struct ats_ep_ops *ops, void *ctx)
{
	int err = check_cfg(cfg);

	memset(ep, 0, sizeof(*ep));
	if (err)
		return err;
	ep->cfg = *cfg;
	if (!ep->cfg.capacity)
		ep->cfg.capacity = 32;
	ep->allocation = ep->cfg.capacity;
	if (!ep->cfg.group)
		ep->cfg.group = 1;
	ep->ops = ops;
	ep->ctx = ctx;
	ep->enabled = cfg->pri;
	ep->queue_last = &ep->queue;
	return tcache_init(&ep->atc, &cfg->atc);
}

void ats_ep_exit(struct ats_ep *ep)
{
	tcache_exit(&ep->atc);
}

static struct tcache_tag tag_of(const struct dma_txn *t)
{
	bool pasid = t->flags & DMA_PASID;

	return (struct tcache_tag){ .asid = pasid ? t->pasid : 0,
				    .world = (pasid ? WORLD_PASID : 0) | (t->flags & DMA_PRIV ? WORLD_PRIV : 0) };
}

u8 ats_wanted(const struct dma_txn *t)
{
	if (t->flags & DMA_WRITE)
		return PERM_W;
	return t->flags & DMA_EXEC ? PERM_R | PERM_X : PERM_R;
}

static bool suffices(const struct dma_txn *t, u8 perm)
{
	return (ats_wanted(t) & ~perm) == 0;
}

bool ats_has(struct ats_ep *ep, const struct dma_txn *t)
{
	struct tcache_tag tag = tag_of(t);
	const struct tcache_entry *e = tcache_peek(&ep->atc, t->iova, &tag);

	return e && suffices(t, (u8)e->data[DATA_PERM]);
}

bool ats_ep_lookup(struct ats_ep *ep, const struct dma_txn *t, struct xlat_result *r)
{
	struct tcache_tag tag = tag_of(t);
	const struct tcache_entry *e = tcache_peek(&ep->atc, t->iova, &tag);

	if (!e || !suffices(t, (u8)e->data[DATA_PERM])) {
		ep->stats.misses++;
		return false;
	}
	e = tcache_lookup(&ep->atc, t->iova, &tag);
	ep->stats.hits++;
	memset(r, 0, sizeof(*r));
	r->shift = e->shift;
	r->pa = e->data[DATA_PA] | (t->iova & (BIT_ULL(e->shift) - 1));
	r->perm = (u8)e->data[DATA_PERM];
	r->hit = true;
	return true;
}

int ats_ep_translate(struct ats_ep *ep, const struct dma_txn *t, struct dma_txn *req)
{
	int i;

	i = FIND(i, ATS_MAX_REQUESTS, !ep->request_used[i]);
	if (i == ATS_MAX_REQUESTS)
		return -EBUSY;
	ep->request_used[i] = true;
	ep->request_stale[i] = false;
	ep->request_answered[i] = false;
	ep->request_txn[i] = *t;
	*req = *t;
	req->len = 8; /* one translation: a completion of two DW */
	req->flags = (t->flags & (DMA_PASID | DMA_PRIV | DMA_EXEC)) | DMA_ATS_REQ;
	if (!(t->flags & DMA_WRITE))
		req->flags |= DMA_NO_WRITE;
	return i;
}

static void install(struct ats_ep *ep, const struct dma_txn *t, const struct xlat_result *r)
{
	struct tcache_entry e = { .tag = tag_of(t), .shift = r->shift, .global = r->global, .leaf = 1 };

	e.data[DATA_PA] = r->pa & ~(BIT_ULL(r->shift) - 1);
	e.data[DATA_PERM] = r->perm;
	tcache_insert(&ep->atc, t->iova, &e);
}

enum ats_completion ats_ep_complete(struct ats_ep *ep, u32 tag, enum xlat what, struct xlat_result *r)
{
	const struct dma_txn *t = &ep->request_txn[tag];

	fl_assert(tag < ATS_MAX_REQUESTS && ep->request_used[tag]);
	ep->request_used[tag] = false;
	if (what != XLAT_OK)
		return ATS_ERROR;
	if (ep->request_stale[tag]) {
		ep->stats.stale_completions++;
		return ATS_STALE;
	}
	if (!suffices(t, r->perm))
		return ep->request_answered[tag] ? ATS_STALE : ATS_FAULT;
	if (r->untranslated)
		return ATS_UNTRANSLATED;
	install(ep, t, r);
	return ATS_OK;
}

void ats_ep_begin(struct ats_ep *ep, struct ats_use *use, const struct dma_txn *t)
{
	use->txn = *t;
	use->waits = 0;
	use->next = ep->uses;
	use->pprev = &ep->uses;
	if (use->next)
		use->next->pprev = &use->next;
	ep->uses = use;
}

void ats_ep_end(struct ats_ep *ep, struct ats_use *use)
{
	u32 waits = use->waits;

	*use->pprev = use->next;
	if (use->next)
		use->next->pprev = use->pprev;
	for (; waits; waits &= waits - 1) {
		u8 itag = (u8)__builtin_ctz(waits);

		if (!--ep->inv_waits[itag])
			ep->ops->inv_done(ep->ctx, ep->cfg.sid, itag);
	}
}

static struct tcache_inv matcher(const struct ats_ep *ep, const struct ats_inv *inv)
{
	struct tcache_inv m = { .match = TCACHE_BY_ADDR | TCACHE_BY_WORLD, .world_mask = WORLD_PASID };

	m.addr = inv->shift >= 64 ? 0 : inv->addr & ~(BIT_ULL(inv->shift) - 1);
	m.last = inv->shift >= 64 ? ~0ULL : m.addr + (BIT_ULL(inv->shift) - 1);
	m.tag.world = inv->pasid_valid ? WORLD_PASID : 0;
	if (inv->global && ep->cfg.global_invalidate) {
		m.match &= ~TCACHE_BY_WORLD;
	} else if (inv->pasid_valid) {
		/* An entry that was marked Global still holds for this PASID. */
		m.match |= TCACHE_BY_ASID | TCACHE_GLOBAL_TOO;
		m.tag.asid = inv->pasid;
	}
	return m;
}

/* Whether an invalidation concerns what @t asked for. */
static bool concerns(const struct tcache_inv *m, const struct dma_txn *t)
{
	struct tcache_entry e = { .shift = 12, .valid = true, .tag = tag_of(t), .page = t->iova >> 12 };

	return tcache_inv_matches(m, &e);
}

static void mark_stale_requests(struct ats_ep *ep, const struct tcache_inv *m)
{
	u32 i;

	for (i = 0; i < ATS_MAX_REQUESTS; i++)
		if (ep->request_used[i] && concerns(m, &ep->request_txn[i]))
			ep->request_stale[i] = true;
}

/* Number of uses under way that the invalidation has to wait for. */
static u32 mark_uses(struct ats_ep *ep, const struct tcache_inv *m, u8 itag)
{
	struct ats_use *use;
	u32 n = 0;

	for (use = ep->uses; use; use = use->next) {
		/* An ITag that comes again was given up by the sender, after a time-out. */
		use->waits &= ~BIT(itag);
		if (!concerns(m, &use->txn))
			continue;
		use->waits |= BIT(itag);
		n++;
	}
	return n;
}

void ats_ep_invalidate(struct ats_ep *ep, const struct ats_inv *inv)
{
	struct tcache_inv m = matcher(ep, inv);
	u8 itag = inv->itag % ATS_MAX_ITAGS;

	ep->stats.invalidations++;
	tcache_invalidate(&ep->atc, &m);
	mark_stale_requests(ep, &m);
	ep->inv_waits[itag] = mark_uses(ep, &m, itag);
	if (!ep->inv_waits[itag])
		ep->ops->inv_done(ep->ctx, ep->cfg.sid, itag);
}

void ats_ep_reset(struct ats_ep *ep)
{
	struct tcache_inv all = { 0 };
	struct ats_use *use;

	tcache_invalidate(&ep->atc, &all);
	memset(ep->request_stale, true, sizeof(ep->request_stale));
	for (use = ep->uses; use; use = use->next)
		use->waits = 0;
	memset(ep->inv_waits, 0, sizeof(ep->inv_waits));
	ats_ep_set_pri(ep, false);
	ats_ep_set_pri(ep, ep->cfg.pri);
}
