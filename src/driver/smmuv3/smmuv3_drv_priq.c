// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PRI queue entries: decode and report (8). */
#include "smmuv3_drv_priv.h"

void smmuv3_pri_decode(const u64 words[2], struct smmuv3_pri_entry *e)
{
	memset(e, 0, sizeof(*e));
	memcpy(e->words, words, sizeof(e->words));
	e->sid = (u32)FIELD_GET(SMMUV3_PRI_0_STREAMID, words[0]);
	e->ssv = words[0] & SMMUV3_PRI_0_SSV;
	if (e->ssv)
		e->ssid = (u32)FIELD_GET(SMMUV3_PRI_0_SUBSTREAMID, words[0]);
	e->last = words[0] & SMMUV3_PRI_0_LAST;
	e->read = words[0] & SMMUV3_PRI_0_R;
	e->write = words[0] & SMMUV3_PRI_0_W;
	e->exec = words[0] & SMMUV3_PRI_0_X;
	e->priv = words[0] & SMMUV3_PRI_0_PRIV;
	e->prgi = (u16)FIELD_GET(SMMUV3_PRI_1_PRGINDEX, words[1]);
	e->addr = words[1] & SMMUV3_PRI_1_ADDRESS;
	/* PCIe: a message with a PASID, L = 1 and neither R nor W marks that the PASID is no longer used. */
	e->stop = e->ssv && e->last && !e->read && !e->write;
}

int v3d_page_request(struct smmuv3_drv *d, const u64 *words)
{
	struct smmuv3_pri_entry e;
	struct fault_record f = { .type = FAULT_PAGE_REQUEST };
	int r;

	smmuv3_pri_decode(words, &e);
	if (e.stop) {
		d->stats.stop_markers++;
		return 0;
	}
	f.addr = e.addr;
	f.sid = e.sid;
	f.pasid = e.ssv ? e.ssid : FAULT_NO_PASID;
	f.index = e.prgi;
	f.perm = (e.read ? FAULT_READ : 0) | (e.write ? FAULT_WRITE : 0) | (e.exec ? FAULT_EXEC : 0) |
		 (e.priv ? FAULT_PRIV : 0);
	f.flags = (e.ssv ? FAULT_PASID_VALID : 0) | (e.last ? FAULT_LAST : 0);
	r = fault_core_report(d->h.core, &f, drv_now(&d->h));
	if (r == -EAGAIN)
		return r;
	d->stats.page_requests++;
	if (d->cfg.page_request)
		d->cfg.page_request(d->cfg.common.observer, words);
	return 0;
}
