// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fault records and their event (7.2, 7.3), and what the fault core asks of the driver. */
#include "vtd_drv_priv.h"

const char *vtd_reason_text(u16 reason)
{
	const struct spec_kind *k = spec_kind(&vtd_records[VTD_RECORD_FRCD], reason);

	return k && k->printed ? k->printed : "Unknown";
}

void vtd_fault_decode(const u64 words[2], struct vtd_drv_fault *f)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->words, words, sizeof(f->words));
	f->addr = words[0] & VTD_FRCD_FI;
	f->sid = (u32)(words[1] & VTD_FRCD_SID);
	f->reason = (u8)FIELD_GET(VTD_FRCD_FR, words[1]);
	f->at = (u8)FIELD_GET(VTD_FRCD_AT, words[1]);
	f->has_pasid = words[1] & VTD_FRCD_PP;
	if (f->has_pasid) {
		f->pasid = (u32)FIELD_GET(VTD_FRCD_PV, words[1]);
		f->exec = words[1] & VTD_FRCD_EXE;
		f->priv = words[1] & VTD_FRCD_PRIV;
	}
	f->page_request = (words[1] & (VTD_FRCD_T1 | VTD_FRCD_T2)) == VTD_FRCD_T2;
	f->write = !(words[1] & VTD_FRCD_T1) && !f->page_request;
}

static void report(struct vtd_drv *d, const u64 *words)
{
	struct fault_record r = { .type = FAULT_UNRECOVERABLE };
	struct vtd_drv_fault f;

	vtd_fault_decode(words, &f);
	d->stats.faults[f.reason]++;
	if (d->cfg.fault)
		d->cfg.fault(d->cfg.common.observer, &f);
	r.addr = f.addr;
	r.sid = f.sid;
	r.pasid = f.has_pasid ? f.pasid : FAULT_NO_PASID;
	r.reason = f.reason;
	r.flags = f.has_pasid ? FAULT_PASID_VALID : 0;
	r.perm = (f.write	   ? FAULT_WRITE
		  : f.page_request ? 0
				   : FAULT_READ) |
		 (f.exec ? FAULT_EXEC : 0) | (f.priv ? FAULT_PRIV : 0);
	fault_core_report(d->h.core, &r, drv_now(&d->h));
}

/* The gate is closed: nobody else reads a record that is not cleared yet. *@news: a record that differs from the last. */
static int take_faults(struct vtd_drv *d, u32 budget, bool *news)
{
	u32 fsts = drv_status(&d->h, VTD_FSTS);
	u32 n = (u32)FIELD_GET(VTD_CAP_NFR, d->cap) + 1, i = (u32)FIELD_GET(VTD_FSTS_FRI, (u64)fsts) % n;
	u64 base = FIELD_GET(VTD_CAP_FRO, d->cap) * 16, at, words[2];
	int done = 0;

	for (; (fsts & VTD_FSTS_PPF) && (u32)done < budget; done++, i = (i + 1) % n) {
		at = base + i * 16;
		words[1] = drv_read64(&d->h, at + VTD_FRCD_HI);
		if (!(words[1] & VTD_FRCD_F))
			break;
		words[0] = drv_read64(&d->h, at + VTD_FRCD_LO);
		drv_write32(&d->h, at + VTD_FRCD_HI + 4, VTD_FRCD_F >> 32);
		*news |= words[0] != d->last_fault[0] || words[1] != d->last_fault[1];
		memcpy(d->last_fault, words, sizeof(words));
		report(d, words);
	}
	/* While PFO is set, nothing is recorded after the last record. */
	if ((fsts & VTD_FSTS_PFO) && (u32)done < budget) {
		d->stats.fault_overflows++;
		drv_write32(&d->h, VTD_FSTS, VTD_FSTS_PFO);
		done++;
	}
	if (fsts & (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE))
		done += vdrv_queue_recover(d);
	return done;
}

/**
 * vdrv_fault_thread() - the fault event
 *
 * Records from FRI on, in the order in which they were made, each cleared as it
 * is read; then the overflow, and the errors of the invalidation queue. Every
 * condition must be gone before there can be another event.
 * Return: records and conditions dealt with; 0: nothing was left, or the same
 * record and conditions come back however often they are cleared: those are left
 * to the watchdog.
 */
int vdrv_fault_thread(struct vtd_drv *d, u32 budget)
{
	bool news = false;
	int done;

	if (drv_dead(&d->h))
		return 0;
	drv_gate_close(&d->h, &d->fault_gate);
	done = take_faults(d, budget, &news);
	d->fault_stale = done && !news ? d->fault_stale + 1 : 0;
	if (d->fault_stale >= VDRV_STALE) {
		d->fault_stale = 0;
		done = 0;
	}
	drv_gate_open(&d->h, &d->fault_gate);
	return done;
}

/* Handle every record twice, and the conditions; hardware that always has more must wait. */
void vdrv_fault_empty(struct vtd_drv *d)
{
	u32 left = 2 * ((u32)FIELD_GET(VTD_CAP_NFR, d->cap) + 2);
	int n = 1;

	for (; left && n > 0; left -= min(left, (u32)max(n, 0)))
		n = vdrv_fault_thread(d, d->cfg.batch);
}

bool vdrv_fault_pending(struct vtd_drv *d)
{
	return drv_status(&d->h, VTD_FSTS) & VTD_FSTS_EVENTS;
}

/* ---- fault_ops ---- */

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	struct vtd_drv *d = ctx;
	u64 qw0 = VTD_DESC_PAGE_RESP | FIELD_PREP(VTD_RESP_RID, (u64)r->sid) | FIELD_PREP(VTD_RESP_RC, (u64)r->hw_code);
	int err;

	if (drv_dead(&d->h)) {
		drv_count(&d->h, &d->h.stats.abandoned);
		return 0;
	}
	if (r->pasid != FAULT_NO_PASID)
		qw0 |= VTD_RESP_PP | FIELD_PREP(VTD_DESC_PASID20, (u64)r->pasid);
	err = vdrv_try(d, qw0, FIELD_PREP(VTD_RESP_PRGI, (u64)r->index));
	if (!err)
		d->stats.responses++;
	return err;
}

/* 7.8: an endpoint takes the responses ahead of a device-TLB invalidation before it completes that. */
static int fence_responses(struct vdrv_dev *dev)
{
	struct vdrv_batch b = { .n = 0 };

	vdrv_add(vdrv_of(dev->base.host), &b, VTD_DESC_WAIT | VTD_WAIT_FN, 0);
	vdrv_add_device_tlb(dev, &b, FAULT_NO_PASID, 0, ~0ULL);
	return vdrv_sync(vdrv_of(dev->base.host), &b, 0);
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	struct vtd_drv *d = ctx;
	struct vdrv_dev *dev = dev_ctx;
	int r = 0;

	if (!drv_dead(&d->h) && dev->base.pri)
		r = what == FAULT_FENCE_REPORTS ? vdrv_prq_drain(dev) : fence_responses(dev);
	return drv_dead(&d->h) ? 0 : r;
}

int vdrv_drain_responses(struct drv_device *dev)
{
	return dev->pri ? fence(dev->host, dev, FAULT_FENCE_RESPONSES) : 0;
}

/* PPR or PRO that nobody has cleared would swallow the next event. */
static void clear_stale(void *ctx, void *dev_ctx)
{
	struct vtd_drv *d = ctx;

	if (d->pri)
		vdrv_prq_empty(d);
}

static bool hw_pending(void *ctx)
{
	struct vtd_drv *d = ctx;

	if (drv_dead(&d->h))
		return false;
	return vdrv_fault_pending(d) || (d->pri && vdrv_prq_pending(d));
}

static void hw_drain(void *ctx)
{
	struct vtd_drv *d = ctx;

	vdrv_fault_empty(d);
	if (d->pri)
		vdrv_prq_empty(d);
}

const struct fault_ops vtd_fault_ops = {
	.respond = respond,
	.fence = fence,
	.clear_stale = clear_stale,
	.hw_pending = hw_pending,
	.hw_drain = hw_drain,
	DRV_FAULT_OPS,
};
