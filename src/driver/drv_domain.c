// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains from allocation to release, what they map, and the numbers that tag their translations. */
#include "drv_backend.h"
#include "drv_stage2.h"

static int create(struct drv_host *h, enum drv_domain_type type, struct drv_domain **out)
{
	struct pt_build_cfg cfg = { 0 };
	struct drv_domain *dom;
	int r;

	/* Where stage 2 lies under everything, it would have to map all memory beforehand. */
	if (h->stage2 && type == DRV_DOMAIN_IDENTITY)
		return -EOPNOTSUPP;
	r = h->backend->table(h, type, &cfg);
	if (r)
		return r;
	dom = fl_zalloc(h->backend->domain_bytes);
	if (!dom)
		return -ENOMEM;
	dom->host = h;
	dom->type = type;
	r = drv_translates(dom) ? pt_build_init(&dom->pt, &cfg, h->table_ops, h->table_ctx) : 0;
	if (r)
		fl_free(dom);
	else
		*out = dom;
	return r;
}

/* No worker uses the domain any more. */
static void release(void *ctx)
{
	struct drv_domain *dom = ctx;

	if (drv_translates(dom))
		pt_build_exit(&dom->pt);
	fl_free(dom);
}

/* Make the domain known to the fault core and to the driver. From success on, fault_domain_free() ends it. */
static int add(struct drv_domain *dom, struct fault_dev *fdev)
{
	struct fault_domain_cfg cfg = { .release = release, .release_ctx = dom, .drv_ctx = dom };
	int r = dom->host->backend->domain_init(dom);

	if (r)
		return r;
	cfg.type = dom->type == DRV_DOMAIN_SVA ? FAULT_DOMAIN_SVA : FAULT_DOMAIN_HANDLER;
	r = fault_domain_alloc(fdev, &cfg, &dom->faults);
	if (r) {
		dom->host->backend->domain_exit(dom);
		return r;
	}
	dom->next = dom->host->doms;
	dom->host->doms = dom;
	return 0;
}

int drv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct drv_host *h = drv;
	struct drv_domain *dom;
	int r = create(h, type, &dom);

	if (r)
		return r;
	drv_gate_close(h, &h->config);
	r = add(dom, fdev);
	drv_gate_open(h, &h->config);
	if (r)
		release(dom);
	else
		*out = dom->faults;
	return r;
}

static void unlink(struct drv_domain *dom)
{
	struct drv_domain **p = &dom->host->doms;

	while (*p != dom)
		p = &(*p)->next;
	*p = dom->next;
}

void drv_domain_free(void *drv, struct fault_domain *fdom)
{
	struct drv_host *h = drv;
	struct drv_domain *dom = fault_domain_ctx(fdom);

	if (dom->attachments)
		return;
	drv_gate_close(h, &h->config);
	unlink(dom);
	h->backend->domain_exit(dom);
	drv_gate_open(h, &h->config);
	fault_domain_free(fdom);
}

static bool usable(const struct drv_host *h, const struct drv_domain *dom, u64 iova, u64 bytes)
{
	return drv_translates(dom) && (!h->backend->in_bounds || h->backend->in_bounds(h, iova, bytes));
}

/* The domain's gate is closed, and is again in the end. */
static int invalidate(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf)
{
	const struct drv_backend *b = dom->host->backend;
	int r;

	if (b->sync_needs_handlers)
		drv_gate_open(dom->host, &dom->gate);
	r = b->invalidate(dom, iova, bytes, leaf);
	if (b->sync_needs_handlers)
		drv_gate_close(dom->host, &dom->gate);
	return r;
}

int drv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	struct drv_host *h = drv;
	struct drv_domain *dom = fault_domain_ctx(fdom);
	int r = 0;

	if (!usable(h, dom, iova, bytes))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | DRV_PROT_PRIV;
	if (unlikely(h->stage2))
		r = drv_stage2_cover(h, pa, bytes);
	if (r)
		return r;
	drv_gate_close(h, &dom->gate);
	r = pt_map(&dom->pt, iova, pa, bytes, h->backend->prot(h, prot));
	/* Entries that do not translate are not cached, but a table that was freed again may have been walked. */
	if (r == -ENOMEM || r == -EIO)
		invalidate(dom, iova, bytes, false);
	else if (!r && h->backend->appeared)
		r = h->backend->appeared(dom, iova, bytes);
	drv_gate_open(h, &dom->gate);
	return r;
}

/* Tables stay when they become empty, so that only leaves are stale. */
s64 drv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct drv_host *h = drv;
	struct drv_domain *dom = fault_domain_ctx(fdom);
	s64 n;
	int r = 0;

	if (!usable(h, dom, iova, bytes))
		return -EINVAL;
	drv_gate_close(h, &dom->gate);
	n = pt_unmap(&dom->pt, iova, bytes, false);
	if (n > 0)
		r = invalidate(dom, iova, bytes, true);
	drv_gate_open(h, &dom->gate);
	return r ? r : n;
}

u64 drv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova)
{
	struct drv_domain *dom = fault_domain_ctx(fdom);
	u64 pa = 0;

	if (dom->type == DRV_DOMAIN_IDENTITY)
		return iova;
	if (!drv_translates(dom))
		return 0;
	drv_gate_close(drv, &dom->gate);
	if (pt_lookup(&dom->pt, iova, &pa, NULL))
		pa = 0;
	drv_gate_open(drv, &dom->gate);
	return pa;
}

u32 drv_id_alloc(u64 *ids, u32 n)
{
	u32 i, id;

	for (i = 0; i < max(n / 64, 1U); i++) {
		if (ids[i] == ~0ULL)
			continue;
		id = i * 64 + (u32)__builtin_ctzll(~ids[i]);
		if (id >= n)
			break;
		ids[i] |= BIT_ULL(id & 63);
		return id;
	}
	return 0;
}

void drv_id_free(u64 *ids, u32 id)
{
	ids[id / 64] &= ~BIT_ULL(id & 63);
}
