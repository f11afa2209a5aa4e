// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event records: decode and report them, and answer stalls that nobody else would answer (7.2, 7.3). */
#include "smmuv3_drv_priv.h"

/* 7.3.19: nothing was refused, and no answer is owed. InputAddr begins at bit 12. */
static void decode_hint(const u64 words[4], struct smmuv3_event *ev)
{
	ev->iova = words[2] & SMMUV3_EVT_2_PAGE;
	ev->span = (u8)FIELD_GET(SMMUV3_EVT_1_SPAN, words[1]);
	ev->hint_user = (words[1] & SMMUV3_EVT_1_UR ? FAULT_READ : 0) | (words[1] & SMMUV3_EVT_1_UW ? FAULT_WRITE : 0) |
			(words[1] & SMMUV3_EVT_1_UX ? FAULT_EXEC : 0);
	ev->hint_priv = (words[1] & SMMUV3_EVT_1_PR ? FAULT_READ : 0) | (words[1] & SMMUV3_EVT_1_PW ? FAULT_WRITE : 0) |
			(words[1] & SMMUV3_EVT_1_PX ? FAULT_EXEC : 0);
}

void smmuv3_event_decode(const u64 words[4], struct smmuv3_event *ev)
{
	const struct spec_kind *k;

	memset(ev, 0, sizeof(*ev));
	memcpy(ev->words, words, sizeof(ev->words));
	ev->id = (u8)FIELD_GET(SMMUV3_EVT_0_ID, words[0]);
	k = smmuv3_event(ev->id);
	ev->known = k;
	ev->sid = (u32)FIELD_GET(SMMUV3_EVT_0_STREAMID, words[0]);
	ev->ssv = words[0] & SMMUV3_EVT_0_SSV;
	if (ev->ssv)
		ev->ssid = (u32)FIELD_GET(SMMUV3_EVT_0_SUBSTREAMID, words[0]);
	/* An event of a later specification might stall, so the flag counts there, too. */
	if (spec_has(k, SMMUV3_EVT_HAS_STALL) || !k)
		ev->stall = words[1] & SMMUV3_EVT_1_STALL;
	if (ev->stall)
		ev->stag = (u16)FIELD_GET(SMMUV3_EVT_1_STAG, words[1]);
	if (spec_has(k, SMMUV3_EVT_HAS_ADDR))
		ev->iova = words[2];
	if (spec_has(k, SMMUV3_EVT_HAS_ACCESS)) {
		ev->write = !(words[1] & SMMUV3_EVT_1_RNW);
		ev->exec = words[1] & SMMUV3_EVT_1_IND;
		ev->priv = words[1] & SMMUV3_EVT_1_PNU;
	}
	if (spec_has(k, SMMUV3_EVT_HAS_STAGE)) {
		ev->s2 = words[1] & SMMUV3_EVT_1_S2;
		ev->class_ = (u8)FIELD_GET(SMMUV3_EVT_1_CLASS, words[1]);
	}
	if (ev->s2 && spec_has(k, SMMUV3_EVT_HAS_IPA))
		ev->ipa = words[3] & SMMUV3_EVT_3_IPA;
	if (spec_has(k, SMMUV3_EVT_HAS_FETCH))
		ev->fetch = words[3] & SMMUV3_EVT_3_FETCHADDR;
	if (spec_has(k, SMMUV3_EVT_HAS_REASON))
		ev->reason = (u16)FIELD_GET(SMMUV3_EVT_1_REASON, words[1]);
	if (spec_has(k, SMMUV3_EVT_HAS_HINT))
		decode_hint(words, ev);
}

static u8 permissions(const struct smmuv3_event *ev)
{
	u8 perm = ev->write ? FAULT_WRITE : ev->exec ? FAULT_EXEC : FAULT_READ;

	return perm | (ev->priv ? FAULT_PRIV : 0);
}

static void to_record(const struct smmuv3_event *ev, struct fault_record *f)
{
	memset(f, 0, sizeof(*f));
	f->addr = ev->iova;
	f->sid = ev->sid;
	f->pasid = ev->ssv ? ev->ssid : FAULT_NO_PASID;
	f->index = ev->stag;
	f->reason = ev->id;
	f->type = ev->stall ? FAULT_STALL : FAULT_UNRECOVERABLE;
	f->perm = permissions(ev);
	f->flags = (ev->ssv ? FAULT_PASID_VALID : 0) | (ev->stall ? FAULT_LAST : 0);
}

/*
 * Terminate a stall that nobody else will answer. IMPLEMENTATION DEFINED events have a layout of their own, and
 * without the stall model the command is illegal.
 */
static int end_orphan(struct smmuv3_drv *d, const struct smmuv3_event *ev)
{
	bool impdef = ev->id >= 0xe0 && ev->id <= 0xef;

	if (impdef || d->f.stall_model == SMMUV3_STALL_MODEL_NONE || drv_dead(&d->h))
		return 0;
	if (v3d_resume(d, ev->sid, ev->stag, DRV_RESUME_ABORT))
		return -EAGAIN;
	d->stats.orphans++;
	return 0;
}

static int report(struct smmuv3_drv *d, const struct smmuv3_event *ev)
{
	struct fault_record f;
	int r;

	/* A stall of stage 2 is terminated, because nobody knows what an IPA means. */
	if (ev->stall && (!ev->known || ev->s2 || d->f.stall_model == SMMUV3_STALL_MODEL_NONE))
		return end_orphan(d, ev);
	if (!ev->known || ev->id == SMMUV3_E_PAGE_REQUEST)
		return 0;
	to_record(ev, &f);
	r = fault_core_report(d->h.core, &f, drv_now(&d->h));
	if (r == -EAGAIN)
		return r;
	if (r && ev->stall)
		return end_orphan(d, ev);
	d->stats.stalls += ev->stall;
	return 0;
}

int v3d_event(struct smmuv3_drv *d, const u64 *words)
{
	struct smmuv3_event ev;
	int r;

	smmuv3_event_decode(words, &ev);
	r = report(d, &ev);
	if (r)
		return r;
	d->stats.events[ev.id]++;
	d->stats.unknown_events += !ev.known;
	memcpy(d->stats.last_event, words, sizeof(d->stats.last_event));
	if (d->cfg.event)
		d->cfg.event(d->cfg.common.observer, &ev);
	return 0;
}
