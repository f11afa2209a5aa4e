// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stalled transactions (3.12.2, 4.7, 7.2.1). A slot is held from the stall to
 * CMD_RESUME, CMD_STALL_TERM or SMMUEN = 0; its index is the STAG. The record of
 * a stall is never lost: it waits in its slot until the queue is writable.
 */
#include "smmuv3_priv.h"
#include "image.h"

#define NOT_LISTED 0xffffffffU /* engine.slot_next while an image is loaded */

/* A slot is free again: transactions that wait for one may be presented again. */
static void wake_waiting(struct smmuv3 *s)
{
	u64 tbus = s->waiting_tbus;
	u32 tbu;

	s->waiting_tbus = 0;
	for (tbu = 0; tbus; tbu++, tbus >>= 1)
		if (tbus & 1)
			engine_stall_free(&s->eng, tbu);
}

static void release(struct smmuv3 *s, u32 i, enum iommu_resume how)
{
	struct smmuv3_stall *st = &s->stalls[i];

	if (st->state == STALL_HELD)
		engine_list_remove(&s->eng, &s->held, i);
	st->state = STALL_FREE;
	engine_free_slot(&s->eng, i);
	engine_resume(&s->eng, st->sid, st->id, i, how);
}

/* Stall the transaction of @w. False: no slot is free. */
bool v3_stall(struct smmuv3 *s, struct iommu_walk *w)
{
	struct v3_walk *p = v3_walk_of(w);
	struct smmuv3_stall *st;
	u32 i;

	if (!s->eng.free_slots.head) {
		s->stats.stall_waits++;
		s->waiting_tbus |= BIT_ULL(w->txn.tbu & 63);
		return false;
	}
	i = engine_take_slot(&s->eng);
	st = &s->stalls[i];
	st->id = w->txn.id;
	st->sid = w->txn.sid;
	st->tbu = w->txn.tbu;
	st->retry = false;
	st->key = p->tlb;
	memcpy(st->rec, p->rec, sizeof(st->rec));
	st->rec[1] |= SMMUV3_EVT_1_STALL | FIELD_PREP(SMMUV3_EVT_1_STAG, (u64)i);
	s->stats.stalls++;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_STALL,
						     .code = w->res.fault,
						     .sid = st->sid,
						     .addr = w->txn.iova,
						     .data = i,
						     .id = st->id });
	st->state = STALL_RECORDED;
	if (!s->held.head && v3_evtq_writable(s) && v3_evtq_write(s, st->rec, st->id))
		return true;
	st->state = STALL_HELD;
	engine_list_push(&s->eng, &s->held, i);
	s->stats.events_held++;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_RECORD_HELD,
						     .unit = UNIT_EVENTQ,
						     .code = w->res.fault,
						     .sid = st->sid,
						     .id = st->id });
	return true;
}

/*
 * The queue may have become writable: records go out, oldest first. A fault
 * that an invalidation has overtaken is not recorded: its transaction is presented again.
 */
void v3_stall_flush(struct smmuv3 *s)
{
	bool freed = false;

	while (s->held.head && v3_evtq_writable(s)) {
		u32 i = s->held.head - 1;
		struct smmuv3_stall *st = &s->stalls[i];

		if (st->retry) {
			release(s, i, RESUME_RETRY);
			freed = true;
			continue;
		}
		if (!v3_evtq_write(s, st->rec, st->id))
			break;
		engine_list_remove(&s->eng, &s->held, i);
		st->state = STALL_RECORDED;
	}
	if (freed)
		wake_waiting(s);
}

/* CMD_RESUME: no effect unless @stag is a recorded stall of @sid. */
void v3_stall_resume(struct smmuv3 *s, u32 sid, u32 stag, enum iommu_resume how)
{
	if (stag >= s->eng.n_slots || s->stalls[stag].state != STALL_RECORDED || s->stalls[stag].sid != sid)
		return;
	release(s, stag, how);
	wake_waiting(s);
}

static void term(struct smmuv3 *s, bool all, u32 sid)
{
	u32 i;

	for (i = 0; i < s->eng.n_slots && s->eng.slots_used; i++)
		if (s->stalls[i].state != STALL_FREE && (all || s->stalls[i].sid == sid))
			release(s, i, RESUME_ABORT);
	wake_waiting(s);
}

void v3_stall_term(struct smmuv3 *s, u32 sid)
{
	term(s, false, sid);
}

void v3_stall_term_all(void *hw)
{
	term(hw, true, 0);
}

/* ---- images ---- */

static void slot_image(struct iommu_image *img, struct smmuv3_stall *st)
{
	image_part(img, &st->state);
	image_check(img, st->state <= STALL_RECORDED);
	if (st->state == STALL_FREE)
		return;
	image_part(img, &st->id);
	image_part(img, &st->sid);
	image_part(img, &st->tbu);
	image_bool(img, &st->retry);
	image_words(img, st->rec, SMMUV3_EVT_WORDS);
	image_part(img, &st->key.page);
	image_part(img, &st->key.tag.asid);
	image_part(img, &st->key.tag.vmid);
	image_part(img, &st->key.tag.world);
	image_part(img, &st->key.shift);
	image_bool(img, &st->key.global);
	image_part(img, &st->key.leaf);
	image_check(img, st->key.shift >= 12 && st->key.shift < 64);
}

/* The slots in @state, in the list's order: each of them once. */
static void list_image(struct iommu_image *img, struct smmuv3 *s, struct engine_list *list, u8 state)
{
	u32 at = list->head, i, n = 0;

	for (i = 0; i < s->eng.n_slots; i++)
		n += s->stalls[i].state == state;
	if (img->loading)
		*list = (struct engine_list){ 0 };
	while (n-- && !img->err) {
		u32 slot = at - 1;

		image_part(img, &slot);
		if (!img->loading) {
			at = s->eng.slot_next[slot];
			continue;
		}
		image_check(img, slot < s->eng.n_slots && s->stalls[slot].state == state &&
					 s->eng.slot_next[slot] == NOT_LISTED);
		if (!img->err)
			engine_list_push(&s->eng, list, slot);
	}
}

void v3_stall_image(struct iommu_image *img, struct smmuv3 *s)
{
	u32 i, used = 0;

	for (i = 0; i < s->eng.n_slots && !img->err; i++) {
		if (img->loading)
			s->eng.slot_next[i] = NOT_LISTED;
		slot_image(img, &s->stalls[i]);
		used += s->stalls[i].state != STALL_FREE;
	}
	list_image(img, s, &s->eng.free_slots, STALL_FREE);
	list_image(img, s, &s->held, STALL_HELD);
	image_part(img, &s->waiting_tbus);
	s->eng.slots_used = used;
}
