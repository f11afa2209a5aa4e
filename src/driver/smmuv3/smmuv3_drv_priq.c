// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PRI queue entries: decode and report (8). */
#include "smmuv3_drv_priv.h"

int v3d_page_request(struct smmuv3_drv *d, const u64 *words)
{
	bool ssv = words[0] & SMMUV3_PRI_0_SSV;
	struct fault_record f = {
		.type = FAULT_PAGE_REQUEST,
		.addr = words[1] & SMMUV3_PRI_1_ADDRESS,
		.sid = (u32)FIELD_GET(SMMUV3_PRI_0_STREAMID, words[0]),
		.pasid = ssv ? (u32)FIELD_GET(SMMUV3_PRI_0_SUBSTREAMID, words[0]) : FAULT_NO_PASID,
		.index = (u16)FIELD_GET(SMMUV3_PRI_1_PRGINDEX, words[1]),
		.perm = (words[0] & SMMUV3_PRI_0_R ? FAULT_READ : 0) | (words[0] & SMMUV3_PRI_0_W ? FAULT_WRITE : 0) |
			(words[0] & SMMUV3_PRI_0_X ? FAULT_EXEC : 0) | (words[0] & SMMUV3_PRI_0_PRIV ? FAULT_PRIV : 0),
		.flags = (ssv ? FAULT_PASID_VALID : 0) | (words[0] & SMMUV3_PRI_0_LAST ? FAULT_LAST : 0),
	};
	int r = drv_report_request(&d->h, &f, &d->stats.page_requests, &d->stats.stop_markers);

	if (r)
		return min(r, 0);
	if (d->cfg.page_request)
		d->cfg.page_request(d->cfg.common.observer, words);
	return 0;
}
