// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "image.h"

SAME_SIZE(dma_txn, fl_access);
SAME(dma_txn, fl_access, iova, addr);
SAME(dma_txn, fl_access, id, token);
SAME(dma_txn, fl_access, sid, stream);
SAME(dma_txn, fl_access, pasid, pasid);
SAME(dma_txn, fl_access, len, bytes);
SAME(dma_txn, fl_access, flags, flags);
SAME(dma_txn, fl_access, tbu, port);
SAME_SIZE(xlat_result, fl_result);
SAME(xlat_result, fl_result, pa, addr);
SAME(xlat_result, fl_result, fault, fault);
SAME(xlat_result, fl_result, shift, shift);
SAME(xlat_result, fl_result, perm, perm);
SAME(xlat_result, fl_result, priv_perm, priv_perm);
SAME(xlat_result, fl_result, attr, attr);
SAME_SIZE(page_request, fl_page_request);
SAME(page_request, fl_page_request, addr, addr);
SAME(page_request, fl_page_request, prgi, group);
SAME(page_request, fl_page_request, perm, perm);
SAME(page_request, fl_page_request, pasid_valid, pasid_valid);
SAME(page_request, fl_page_request, priv, priv);
SAME(page_request, fl_page_request, last, last);
SAME_SIZE(page_response, fl_page_response);
SAME(page_response, fl_page_response, prgi, group);
SAME(page_response, fl_page_response, code, code);
SAME(page_response, fl_page_response, pasid_valid, pasid_valid);
SAME(page_response, fl_page_response, automatic, automatic);
SAME_SIZE(ats_inv, fl_ats_invalidation);
SAME(ats_inv, fl_ats_invalidation, addr, addr);
SAME(ats_inv, fl_ats_invalidation, shift, shift);
SAME(ats_inv, fl_ats_invalidation, itag, tag);
SAME(ats_inv, fl_ats_invalidation, pasid_valid, pasid_valid);
SAME(ats_inv, fl_ats_invalidation, global, global);
SAME_SIZE(walk_access, fl_walk_access);
SAME(walk_access, fl_walk_access, len, bytes);
SAME(walk_access, fl_walk_access, what, what);
SAME(walk_access, fl_walk_access, level, level);
SAME(walk_access, fl_walk_access, write, write);
SAME(walk_access, fl_walk_access, failed, failed);
SAME_SIZE(iommu_scope, fl_scope);
SAME(iommu_scope, fl_scope, by, by);
SAME(iommu_scope, fl_scope, stages, stages);
SAME(iommu_scope, fl_scope, global, global);
SAME(iommu_scope, fl_scope, regime, regime);
SAME(iommu_scope, fl_scope, bank, bank);
SAME(iommu_scope, fl_scope, sid_first, stream_first);
SAME(iommu_scope, fl_scope, sid_last, stream_last);
SAME(iommu_scope, fl_scope, pasid, pasid);
SAME(iommu_scope, fl_scope, asid, asid);
SAME(iommu_scope, fl_scope, vmid, vmid);
SAME(iommu_scope, fl_scope, vmid_mask, vmid_mask);
SAME(iommu_scope, fl_scope, first, first);
SAME(iommu_scope, fl_scope, last, last);
SAME_SIZE(iommu_stats, fl_iommu_stats);
SAME(iommu_stats, fl_iommu_stats, cache, cache);
SAME(iommu_stats, fl_iommu_stats, commands, commands);
SAME(iommu_stats, fl_iommu_stats, requests, requests);
SAME(iommu_stats, fl_iommu_stats, automatic, automatic);
SAME_SIZE(iommu_cache_stats, fl_cache_stats);
SAME(iommu_cache_stats, fl_cache_stats, evictions, evictions);

SAME_VALUE(DMA_WRITE, FL_WRITE);
SAME_VALUE(DMA_EXEC, FL_EXEC);
SAME_VALUE(DMA_PRIV, FL_PRIV);
SAME_VALUE(DMA_PASID, FL_PASID);
SAME_VALUE(DMA_ATS_REQ, FL_ATS_REQUEST);
SAME_VALUE(DMA_TRANSLATED, FL_TRANSLATED);
SAME_VALUE(DMA_NO_WRITE, FL_NO_WRITE);
SAME_VALUE(XLAT_OK, FL_OK);
SAME_VALUE(XLAT_MISS, FL_MISS);
SAME_VALUE(XLAT_ABORT, FL_ABORT);
SAME_VALUE(XLAT_RAZWI, FL_RAZWI);
SAME_VALUE(XLAT_STALL, FL_STALL);
SAME_VALUE(XLAT_WAIT, FL_WAIT);
SAME_VALUE(PERM_R, FL_PERM_READ);
SAME_VALUE(PERM_W, FL_PERM_WRITE);
SAME_VALUE(PERM_X, FL_PERM_EXEC);
SAME_VALUE(RESUME_RETRY, FL_RESUME_RETRY);
SAME_VALUE(RESUME_ABORT, FL_RESUME_ABORT);
SAME_VALUE(RESUME_RAZWI, FL_RESUME_RAZWI);
SAME_VALUE(PRG_FAILURE, FL_PAGE_FAILURE);
SAME_VALUE(UNIT_WALK_CACHE_S2, FL_UNIT_WALK_CACHE_S2);
SAME_VALUE(UNIT_CD_CACHE, FL_UNIT_CD_CACHE);
SAME_VALUE(UNIT_PRIQ, FL_UNIT_REQUESTS);
SAME_VALUE(UNIT_CMDQ, FL_CACHES);
SAME_VALUE(IOMMU_EV_MEM_WRITE, FL_EVENT_MEM_WRITE);
SAME_VALUE(IOMMU_EV_RECORD_HELD, FL_EVENT_RECORD_HELD);
SAME_VALUE(IOMMU_EV_COMMAND, FL_EVENT_COMMAND);
SAME_VALUE(IOMMU_EV_INVALIDATE, FL_EVENT_INVALIDATION);
SAME_VALUE(IOMMU_EV_CHANGED, FL_EVENT_CHANGED);
SAME_VALUE(IOMMU_EV_STALL, FL_EVENT_STALL);
SAME_VALUE(IOMMU_EV_IRQ, FL_EVENT_IRQ);
SAME_VALUE(IOMMU_EV_FAULT, FL_EVENT_FAULT);
SAME_VALUE(SCOPE_PASID, FL_SCOPE_PASID);
SAME_VALUE(SCOPE_ADDR, FL_SCOPE_ADDR);
SAME_VALUE(SCOPE_BANK, FL_SCOPE_BANK);
SAME_VALUE(WALK_UPDATE, FL_WALK_UPDATE);
SAME_VALUE(TCACHE_RANDOM, FL_CACHE_RANDOM);
SAME_VALUE(IOMMU_WALK_LEVELS, FL_CACHE_LEVELS);

/* ---- services: the holder's, and what an engine calls them with ---- */

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	const struct fl_iommu *i = ctx;

	return i->host.mem_read(i->ctx, pa, buf, len) ? -EIO : 0;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	const struct fl_iommu *i = ctx;

	return i->host.mem_write(i->ctx, pa, buf, len) ? -EIO : 0;
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	const struct fl_iommu *i = ctx;
	uint64_t word = *old;
	int err = i->host.mem_cas64(i->ctx, pa, &word, new_value);

	*old = word;
	return err ? -EIO : 0;
}

static void irq(void *ctx, u32 line, bool level)
{
	const struct fl_iommu *i = ctx;

	i->host.irq(i->ctx, line, level);
}

static int msi(void *ctx, u64 pa, u32 data)
{
	const struct fl_iommu *i = ctx;

	return i->host.msi(i->ctx, pa, data) ? -EIO : 0;
}

static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
	const struct fl_iommu *i = ctx;

	i->host.txn_resume(i->ctx, id, (enum fl_resume)how);
}

static int sync_write(void *ctx, u64 pa, u32 data)
{
	const struct fl_iommu *i = ctx;

	return i->host.sync_write(i->ctx, pa, data) ? -EIO : 0;
}

static void stall_free(void *ctx, u32 tbu)
{
	const struct fl_iommu *i = ctx;

	i->host.stall_free(i->ctx, tbu);
}

static void page_response(void *ctx, const struct page_response *resp)
{
	const struct fl_iommu *i = ctx;

	i->host.page_response(i->ctx, (const struct fl_page_response *)resp);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	const struct fl_iommu *i = ctx;

	i->host.ats_invalidate(i->ctx, (const struct fl_ats_invalidation *)inv);
}

static void event(void *ctx, const struct iommu_event *ev)
{
	const struct fl_iommu *i = ctx;
	struct fl_event e = { .kind = ev->kind,
			      .unit = ev->unit,
			      .code = ev->code,
			      .bytes = ev->len,
			      .stream = ev->sid,
			      .addr = ev->addr,
			      .data = ev->data,
			      .token = ev->id };

	if (ev->kind == IOMMU_EV_COMMAND)
		e.words = (const uint64_t *)ev->words;
	else if (ev->kind == IOMMU_EV_INVALIDATE || ev->kind == IOMMU_EV_CHANGED)
		e.scope = (const struct fl_scope *)ev->scope;
	i->host.event(i->ctx, &e);
}

/* What the holder leaves out, the engine is made without. */
static void take_services(struct fl_iommu *i)
{
	const struct fl_host *h = &i->host;

	i->ops = (struct iommu_ops){
		.mem_read = mem_read,
		.mem_write = h->mem_write ? mem_write : NULL,
		.mem_cas64 = h->mem_cas64 ? mem_cas64 : NULL,
		.irq = h->irq ? irq : NULL,
		.msi = h->msi ? msi : NULL,
		.event = h->event ? event : NULL,
		.txn_resume = h->txn_resume ? txn_resume : NULL,
		.stall_free = h->stall_free ? stall_free : NULL,
		.page_response = h->page_response ? page_response : NULL,
		.ats_invalidate = h->ats_invalidate ? ats_invalidate : NULL,
		.sync_write = h->sync_write ? sync_write : NULL,
		.quiet_lookup = h->quiet_lookup,
	};
}

/* ---- handles ---- */

int face_take(void *to, size_t size, const void *from)
{
	size_t given, at;

	memset(to, 0, size);
	if (!from)
		return 0;
	memcpy(&given, from, sizeof(given));
	if (given < sizeof(given))
		return -EINVAL;
	for (at = size; at < given; at++)
		if (((const u8 *)from)[at])
			return -E2BIG;
	memcpy(to, from, min(given, size));
	return 0;
}

int face_new(const struct fl_host *host, void *ctx, size_t hw_bytes, struct fl_iommu **out)
{
	struct fl_host taken;
	struct fl_iommu *i;
	int err = face_take(&taken, sizeof(taken), host);

	if (err)
		return err;
	if (!taken.mem_read)
		return -EINVAL;
	i = fl_zalloc(sizeof(*i));
	if (!i)
		return -ENOMEM;
	i->hw = fl_zalloc(hw_bytes);
	if (!i->hw) {
		fl_free(i);
		return -ENOMEM;
	}
	i->host = taken;
	i->ctx = ctx;
	take_services(i);
	*out = i;
	return 0;
}

void fl_iommu_destroy(struct fl_iommu *i)
{
	if (!i)
		return;
	fl_check(!i->port || !i->port->n, "an IOMMU is destroyed before its PCIe functions");
	while (i->watches)
		fl_iommu_unwatch(i->watches);
	if (i->exit)
		i->exit(i->hw);
	fl_free(i->port);
	fl_free(i->hw);
	fl_free(i);
}

const char *fl_iommu_kind(const struct fl_iommu *i)
{
	return i->cls->name;
}

void fl_iommu_reset(struct fl_iommu *i)
{
	i->cls->reset(i->hw);
	if (i->port)
		i->port->reset(i);
	face_settle(i);
}

uint64_t fl_iommu_mmio_bytes(const struct fl_iommu *i)
{
	return i->mmio_bytes;
}

uint64_t fl_iommu_mmio_read(struct fl_iommu *i, uint64_t offset, unsigned int bytes)
{
	u64 value = i->cls->mmio_read(i->hw, offset, bytes);

	if (unlikely(i->busy))
		face_look(i, FL_WATCH_READ, offset, bytes, value);
	return value;
}

void fl_iommu_mmio_write(struct fl_iommu *i, uint64_t offset, uint64_t value, unsigned int bytes)
{
	i->cls->mmio_write(i->hw, offset, value, bytes);
	if (unlikely(i->busy))
		face_look(i, FL_WATCH_WRITE, offset, bytes, value);
}

/* ---- translation ---- */

enum fl_outcome fl_iommu_translate(struct fl_iommu *i, const struct fl_access *access, struct fl_result *result)
{
	enum xlat x = i->cls->translate(i->hw, face_check(access), (struct xlat_result *)result);

	face_order_flags(result);
	face_settle(i);
	return (enum fl_outcome)x;
}

enum fl_outcome fl_iommu_lookup(struct fl_iommu *i, const struct fl_access *access, struct fl_result *result)
{
	enum xlat x = i->cls->lookup(i->hw, face_check(access), (struct xlat_result *)result);

	face_order_flags(result);
	face_settle(i);
	return (enum fl_outcome)x;
}

struct fl_walk {
	struct iommu_walk walk;
};

int fl_walk_create(struct fl_walk **out)
{
	struct fl_walk *w = fl_zalloc(sizeof(*w));

	if (!w)
		return -ENOMEM;
	*out = w;
	return 0;
}

void fl_walk_destroy(struct fl_walk *walk)
{
	fl_free(walk);
}

size_t fl_walk_accesses(const struct fl_walk *walk, const struct fl_walk_access **first)
{
	*first = (const struct fl_walk_access *)walk->walk.accesses;
	return walk->walk.n_accesses;
}

enum fl_outcome fl_iommu_walk(struct fl_iommu *i, const struct fl_access *access, struct fl_walk *walk)
{
	return (enum fl_outcome)i->cls->walk(i->hw, face_check(access), &walk->walk);
}

enum fl_outcome fl_iommu_fill(struct fl_iommu *i, struct fl_walk *walk, struct fl_result *result)
{
	enum xlat x = i->cls->fill(i->hw, &walk->walk);

	memcpy(result, &walk->walk.res, sizeof(*result));
	face_order_flags(result);
	face_settle(i);
	return (enum fl_outcome)x;
}

void fl_iommu_cancel(struct fl_iommu *i, struct fl_walk *walk)
{
	i->cls->cancel(i->hw, &walk->walk);
	face_settle(i);
}

void fl_iommu_step(struct fl_iommu *i)
{
	i->cls->step(i->hw);
	face_settle(i);
}

bool fl_iommu_concerns(struct fl_iommu *i, const struct fl_scope *scope, uint32_t stream, uint32_t pasid)
{
	return i->cls->concerns(i->hw, (const struct iommu_scope *)scope, stream, pasid);
}

const char *fl_iommu_fault_name(const struct fl_iommu *i, uint16_t fault)
{
	return i->fault_name(fault);
}

/* ---- PCIe endpoints ---- */

int fl_iommu_page_request(struct fl_iommu *i, const struct fl_page_request *request)
{
	if (!i->cls->page_request)
		return -EOPNOTSUPP;
	i->cls->page_request(i->hw, (const struct page_request *)request);
	face_settle(i);
	return 0;
}

bool fl_iommu_ats_done(struct fl_iommu *i, uint32_t stream, uint8_t tag, bool ok)
{
	bool seen = !i->cls->ats_inv_done || i->cls->ats_inv_done(i->hw, stream, tag, ok);

	face_settle(i);
	return seen;
}

/* ---- state and counters ---- */

int fl_iommu_save(struct fl_iommu *i, void **image, size_t *bytes)
{
	struct iommu_image img;
	int err;

	image_to_save(&img);
	err = i->cls->save(i->hw, &img);
	if (err) {
		image_free(&img);
		return err;
	}
	*image = img.bytes;
	*bytes = img.len;
	return 0;
}

void fl_image_free(void *image)
{
	free(image);
}

int fl_iommu_restore(struct fl_iommu *i, const void *image, size_t bytes)
{
	struct iommu_image img;
	int err;

	image_to_load(&img, image, bytes);
	err = i->cls->restore(i->hw, &img);
	if (i->port && err != -EBUSY)
		i->port->reset(i);
	face_settle(i);
	return err;
}

void fl_iommu_get_stats(struct fl_iommu *i, struct fl_iommu_stats *stats, size_t bytes)
{
	struct iommu_stats now = { 0 };

	if (i->cls->stats)
		i->cls->stats(i->hw, &now);
	memset(stats, 0, bytes);
	memcpy(stats, &now, min(bytes, sizeof(now)));
}
