// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the fault core asks of the driver: answers, fences, and the watchdog's questions. */
#include "smmuv3_drv_priv.h"

/* CMD_RESUME: needs no CMD_SYNC, it is complete when it is consumed (4.7.1). */
int v3d_resume(struct smmuv3_drv *d, u32 sid, u32 stag, u32 how)
{
	return v3d_cmd_try(d,
			   SMMUV3_CMD_RESUME | FIELD_PREP(SMMUV3_CMD_RESUME_0_AC | SMMUV3_CMD_RESUME_0_AB, how) |
				   FIELD_PREP(SMMUV3_CMD_0_STREAMID, sid),
			   FIELD_PREP(SMMUV3_CMD_RESUME_1_STAG, stag));
}

static int pri_response(struct smmuv3_drv *d, const struct fault_response *r)
{
	u64 dw0 = SMMUV3_CMD_PRI_RESP | FIELD_PREP(SMMUV3_CMD_0_STREAMID, r->sid);

	if (r->pasid != FAULT_NO_PASID)
		dw0 |= SMMUV3_CMD_0_SSV | FIELD_PREP(SMMUV3_CMD_0_SUBSTREAMID, r->pasid);
	return v3d_cmd_try(d, dw0,
			   FIELD_PREP(SMMUV3_CMD_PRI_RESP_1_PRGINDEX, r->index) |
				   FIELD_PREP(SMMUV3_CMD_PRI_RESP_1_RESP, FIELD_GET(DRV_HW_PRI, r->hw_code)));
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	struct smmuv3_drv *d = ctx;

	/* Clearing SMMUEN has ended every stall, and endpoints must be set up anew (6.3.9.6). */
	if (drv_dead(&d->h)) {
		drv_count(&d->h, &d->h.stats.abandoned);
		return 0;
	}
	if (r->type == FAULT_PAGE_REQUEST)
		return pri_response(d, r);
	/* Nobody will map anything for a stream that has no master. */
	if (r->orphan && !dev_ctx)
		return v3d_resume(d, r->sid, r->index, DRV_RESUME_ABORT);
	return v3d_resume(d, r->sid, r->index, FIELD_GET(DRV_HW_STALL, r->hw_code));
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	struct smmuv3_drv *d = ctx;
	struct v3d_dev *dev = dev_ctx;
	struct drv_cmds c;
	int r;

	v3d_cmd_begin(&c);
	if (drv_dead(&d->h))
		return 0;
	/*
	 * A response that was consumed was taken; and events of earlier invalidated structures become visible (4.7.3).
	 */
	r = v3d_cmd_sync(d, &c);
	if (r || what == FAULT_FENCE_RESPONSES)
		return drv_dead(&d->h) ? 0 : r;
	r = v3d_outq_fence(d, &d->evtq);
	if (!r && dev->base.pri)
		r = v3d_outq_fence(d, &d->priq);
	return drv_dead(&d->h) ? 0 : r;
}

static bool hw_pending(void *ctx)
{
	struct smmuv3_drv *d = ctx;

	if (drv_dead(&d->h))
		return false;
	return v3d_outq_pending(d, &d->evtq) || (d->f.pri && v3d_outq_pending(d, &d->priq));
}

static void hw_drain(void *ctx)
{
	struct smmuv3_drv *d = ctx;

	v3d_outq_drain(d, &d->evtq, 1U << d->evtq.log2);
	if (d->f.pri)
		v3d_outq_drain(d, &d->priq, 1U << d->priq.log2);
}

const struct fault_ops smmuv3_fault_ops = {
	.respond = respond,
	.fence = fence,
	.hw_pending = hw_pending,
	.hw_drain = hw_drain,
	DRV_FAULT_OPS,
};
