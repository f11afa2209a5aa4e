/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Domain objects from allocation to release, and the numbers that tag their translations. */
#include "drv_domain.h"

int drv_domain_create(struct drv_host *h, size_t bytes, enum drv_domain_type type, const struct pt_build_cfg *cfg,
		      struct drv_domain **out)
{
	struct drv_domain *dom = fl_zalloc(bytes);
	int r;

	if (!dom)
		return -ENOMEM;
	dom->type = type;
	r = drv_translates(dom) ? pt_build_init(&dom->pt, cfg, h->table_ops, h->table_ctx) : 0;
	if (r)
		fl_free(dom);
	else
		*out = dom;
	return r;
}

void drv_domain_release(void *ctx)
{
	struct drv_domain *dom = ctx;

	if (drv_translates(dom))
		pt_build_exit(&dom->pt);
	fl_free(dom);
}

int drv_domain_add(struct drv_host *h, struct drv_domain *dom, struct fault_dev *fdev)
{
	struct fault_domain_cfg cfg = { .release = drv_domain_release, .release_ctx = dom, .drv_ctx = dom };
	int r;

	cfg.type = dom->type == DRV_DOMAIN_SVA ? FAULT_DOMAIN_SVA : FAULT_DOMAIN_HANDLER;
	r = fault_domain_alloc(fdev, &cfg, &dom->faults);
	if (r)
		return r;
	dom->next = h->doms;
	h->doms = dom;
	return 0;
}

void drv_domain_unlink(struct drv_host *h, struct drv_domain *dom)
{
	struct drv_domain **p = &h->doms;

	while (*p != dom)
		p = &(*p)->next;
	*p = dom->next;
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
