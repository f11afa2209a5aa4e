// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rig_vtd_host.h"

/* ---- what the driver asks of the host ---- */

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct rig_host *h = ctx;
	u64 value = machine_drv_ops.mmio_read(ctx, offset, size);

	if (h->on_read)
		h->on_read(h, offset);
	return value;
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct rig_host *h = ctx;

	return ++h->allocs == h->alloc_fail_at ? -ENOMEM : machine_drv_ops.mem_alloc(ctx, bytes, align, pa);
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct rig_host *h = ctx;
	int r;

	if (h->fail_writes) {
		h->fail_writes--;
		return -EIO;
	}
	r = machine_drv_ops.mem_write(ctx, pa, buf, len);
	if (h->after_write)
		h->after_write(h);
	return r;
}

static bool poll(void *ctx, u32 tries)
{
	struct rig_host *h = ctx;

	if (h->on_poll)
		h->on_poll(h);
	machine_carry(ctx);
	h->r.board.now += 1000;
	return !h->time_out && tries < 100;
}

/* ---- what the hardware asks of its holder ---- */

static int msi(void *ctx, u64 pa, u32 data)
{
	struct rig_host *h = ctx;
	int line = h->r.m.drv ? vtd_drv_msi_line(h->r.m.drv, pa, data) : -1;

	if (line < 0) {
		h->stray++;
		return 0;
	}
	machine_raise(&h->r.m, (u32)line, true);
	h->irqs[line]++;
	return 0;
}

static struct ep *find_ep(struct rig_host *h, u32 sid)
{
	u32 i;

	for (i = 0; i < h->n_eps; i++)
		if (h->eps[i].sid == sid)
			return &h->eps[i];
	return NULL;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct rig_host *h = ctx;
	struct ep *ep = find_ep(h, resp->sid);

	h->r.responses[h->r.n_responses++ % RIG_LOG] = *resp;
	if (!ep)
		return;
	ep->answers++;
	ep->automatic += resp->automatic;
	if (ep->groups[resp->prgi] != EP_WAITING) {
		ep->unexpected++;
		return;
	}
	ep->groups[resp->prgi] = resp->code == PRG_SUCCESS   ? EP_SUCCESS
				 : resp->code == PRG_INVALID ? EP_INVALID
							     : EP_FAILURE;
	ep->failed |= resp->code == PRG_FAILURE;
}

static bool inv_matches(const struct ats_inv *inv, u32 pasid, u64 page)
{
	if (inv->global ? pasid == EP_NO_PASID : pasid != (inv->pasid_valid ? inv->pasid : EP_NO_PASID))
		return false;
	return inv->shift >= 64 || !((page << 12 ^ inv->addr) >> inv->shift);
}

/* Translations are dropped at once; the completion is on its way until someone polls. */
static void hw_ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct rig_host *h = ctx;
	struct ep *ep = find_ep(h, inv->sid);
	u32 i;

	h->r.invs[h->r.n_invs++ % RIG_LOG] = *inv;
	for (i = 0; ep && i < EP_ATC; i++)
		if (ep->atc[i].page && inv_matches(inv, ep->atc[i].pasid, ep->atc[i].page - 1))
			ep->atc[i].page = 0;
	machine_hw_ops.ats_invalidate(ctx, inv);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct rig_host *h = ctx;
	struct ep *ep = find_ep(h, inv->sid);

	machine_inv_done(&h->r.m, inv->sid, inv->itag, !ep || !ep->silent);
}

static u32 allocate(void *ctx, u32 sid, u32 n)
{
	struct rig_host *h = ctx;

	return h->allocate ? h->allocate(sid, n) : 0;
}

/* ---- life ---- */

void rig_host_prepare(struct rig_host *h, const struct vtd_cfg *hw)
{
	memset(h, 0, sizeof(*h));
	rig_vtd_init(&h->r, hw);
	h->r.m.hw_ops.msi = msi;
	h->r.m.hw_ops.page_response = page_response;
	h->r.m.hw_ops.ats_invalidate = hw_ats_invalidate;
	h->r.board.poison = true;
	h->r.m.ats_invalidate = ats_invalidate;
	h->r.m.late = true;
	h->r.m.n_lines = VTD_DRV_LINES;
	h->r.m.drv_ops.mmio_read = mmio_read;
	h->r.m.drv_ops.mem_alloc = mem_alloc;
	h->r.m.drv_ops.mem_write = mem_write;
	h->r.m.drv_ops.poll = poll;
	h->r.m.drv_ops.set_page_request_allocation = allocate;
}

int rig_host_probe(struct rig_host *h, const struct vtd_drv_cfg *cfg)
{
	return machine_start(&h->r.m, &vtd_drv_class, cfg);
}

int rig_host_init(struct rig_host *h, const struct vtd_cfg *hw, const struct vtd_drv_cfg *drv)
{
	rig_host_prepare(h, hw);
	return rig_host_probe(h, drv);
}

void rig_host_exit(struct rig_host *h)
{
	bool started = h->r.m.drv;
	int err;

	h->after_write = NULL;
	err = machine_stop(&h->r.m);
	fl_assert(!err);
	fl_assert(!started || !h->r.board.held);
	rig_vtd_exit(&h->r);
}

void rig_host_run(struct rig_host *h)
{
	const char *endless;

	h->r.board.now += 1000;
	endless = machine_pump(&h->r.board);
	fl_assert(!endless);
}

struct ep *rig_host_ep(struct rig_host *h, u32 sid, u8 pasid_bits, bool pri, u32 credits, struct fault_dev **dev)
{
	struct drv_device_cfg cfg = {
		.sids = { sid }, .n_sids = 1, .pasid_bits = pasid_bits, .pri = pri, .credits = credits, .name = "ep"
	};
	struct ep *ep = &h->eps[h->n_eps];
	int r;

	memset(ep, 0, sizeof(*ep));
	ep->host = h;
	ep->sid = sid;
	h->n_eps++;
	r = vtd_drv_class.device_add(h->r.m.drv, &cfg, dev);
	fl_assert(!r);
	return ep;
}

/* ---- the endpoint ---- */

static void atc_fill(struct ep *ep, u32 pasid, u64 iova, const struct xlat_result *res)
{
	u32 way = ep->next_way++ % EP_ATC;

	ep->atc[way].page = (iova >> 12) + 1;
	ep->atc[way].pasid = pasid;
	ep->atc[way].perm = res->perm;
	ep->atc[way].pa = res->pa & ~0xfffULL;
}

enum xlat ep_translate(struct ep *ep, u32 pasid, u64 iova, bool write, u64 *pa)
{
	u8 want = write ? PERM_W : PERM_R;
	struct xlat_result res;
	enum xlat x;
	u32 i;

	for (i = 0; i < EP_ATC; i++) {
		if (ep->atc[i].page != (iova >> 12) + 1 || ep->atc[i].pasid != pasid || !(ep->atc[i].perm & want))
			continue;
		*pa = ep->atc[i].pa | (iova & 0xfff);
		return XLAT_OK;
	}
	x = rig_vtd_access(&ep->host->r, ep->sid, iova,
			   DMA_ATS_REQ | (pasid == EP_NO_PASID ? 0 : DMA_PASID) | (write ? 0 : DMA_NO_WRITE), pasid,
			   &res);
	if (x != XLAT_OK)
		return x;
	if (!(res.perm & want))
		return XLAT_MISS;
	atc_fill(ep, pasid, iova, &res);
	*pa = res.pa;
	return XLAT_OK;
}

void ep_request(struct ep *ep, u32 pasid, u64 iova, bool write, u16 prgi, bool last)
{
	struct page_request pr = { .sid = ep->sid,
				   .pasid = pasid == EP_NO_PASID ? 0 : pasid,
				   .pasid_valid = pasid != EP_NO_PASID,
				   .addr = iova & ~0xfffULL,
				   .prgi = prgi,
				   .perm = (u8)(write ? PERM_R | PERM_W : PERM_R),
				   .last = last };

	ep->requests++;
	if (last) {
		ep->lasts++;
		ep->groups[prgi] = EP_WAITING;
		ep->group_pasid[prgi] = pasid;
	}
	vtd_class.page_request(&ep->host->r.hw, &pr);
}

enum xlat ep_access(struct ep *ep, u32 pasid, u64 iova, bool write, u64 *pa)
{
	u32 tries;

	for (tries = 0; tries < 4; tries++) {
		enum xlat x = ep_translate(ep, pasid, iova, write, pa);

		if (x != XLAT_MISS)
			return x;
		ep_request(ep, pasid, iova, write, 7, true);
		rig_host_run(ep->host);
		if (ep->groups[7] != EP_SUCCESS)
			return XLAT_ABORT;
	}
	return XLAT_MISS;
}
