// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "drv_stage2.h"

/* ---- a guest's tables ---- */

static int table_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct drv_host *h = ctx;
	int r = drv_mem_alloc(h, bytes, align, pa);

	if (r)
		return r;
	r = drv_stage2_cover(h, *pa, bytes);
	if (r)
		drv_mem_free(h, *pa, bytes);
	return r;
}

static void table_free(void *ctx, u64 pa, u64 bytes)
{
	drv_mem_free(ctx, pa, bytes);
}

static int table_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return drv_mem_read(ctx, pa, buf, len);
}

static int table_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	return drv_mem_write(ctx, pa, buf, len);
}

static const struct drv_ops table_ops = {
	.mem_alloc = table_alloc,
	.mem_free = table_free,
	.mem_read = table_read,
	.mem_write = table_write,
};

/* ---- the hypervisor's ---- */

int drv_stage2_create(struct drv_host *h, const struct pt_build_cfg *cfg, u64 page_bytes, u32 attr)
{
	struct drv_stage2 *s = fl_zalloc(sizeof(*s));
	struct pt_build_cfg c = *cfg;
	int r;

	if (!s)
		return -ENOMEM;
	s->h = h;
	s->page_bytes = page_bytes ? page_bytes : 4096;
	s->prot = DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | attr;
	c.page_sizes = s->page_bytes | BIT_ULL(c.granule ? c.granule : 12);
	r = pt_build_init(&s->pt, &c, h->ops, h->ctx);
	if (!r && !(s->pt.sizes & s->page_bytes)) {
		pt_build_exit(&s->pt);
		r = -EOPNOTSUPP;
	}
	if (r) {
		fl_free(s);
		return r;
	}
	h->stage2 = s;
	h->table_ops = &table_ops;
	h->table_ctx = h;
	return 0;
}

void drv_stage2_destroy(struct drv_host *h)
{
	struct drv_stage2 *s = h->stage2;

	if (!s)
		return;
	h->stage2 = NULL;
	h->table_ops = h->ops;
	h->table_ctx = h->ctx;
	pt_build_exit(&s->pt);
	fl_free(s);
}

/* The gate is closed. */
static int cover_page(struct drv_stage2 *s, u64 page)
{
	u64 *seen = &s->seen[page / s->page_bytes % DRV_STAGE2_SEEN];
	int r;

	if (*seen == page + 1)
		return 0;
	if (s->h->ops->hypervisor)
		s->h->ops->hypervisor(s->h->ctx, true);
	r = pt_map(&s->pt, page, page, s->page_bytes, s->prot);
	if (s->h->ops->hypervisor)
		s->h->ops->hypervisor(s->h->ctx, false);
	if (r && r != -EEXIST)
		return r;
	*seen = page + 1;
	return 0;
}

int drv_stage2_cover(struct drv_host *h, u64 pa, u64 bytes)
{
	struct drv_stage2 *s = h->stage2;
	u64 page, last = pa + bytes - 1;
	int r = 0;

	if (!s)
		return 0;
	drv_gate_close(h, &s->gate);
	for (page = pa & ~(s->page_bytes - 1); page <= last && !r; page += s->page_bytes)
		r = cover_page(s, page);
	drv_gate_open(h, &s->gate);
	return r;
}
