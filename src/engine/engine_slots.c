// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_slots.h"

void engine_list_push(struct engine *e, struct engine_list *list, u32 i)
{
	e->slot_next[i] = 0;
	*(list->tail ? &e->slot_next[list->tail - 1] : &list->head) = i + 1;
	list->tail = i + 1;
}

void engine_list_remove(struct engine *e, struct engine_list *list, u32 i)
{
	u32 *link = &list->head, before = 0;

	while (*link != i + 1) {
		before = *link;
		link = &e->slot_next[*link - 1];
	}
	*link = e->slot_next[i];
	if (list->tail == i + 1)
		list->tail = before;
}

u32 engine_take_slot(struct engine *e)
{
	u32 i = e->free_slots.head - 1;

	fl_assert(e->free_slots.head);
	engine_list_remove(e, &e->free_slots, i);
	e->slots_used++;
	return i;
}

void engine_free_slot(struct engine *e, u32 i)
{
	engine_list_push(e, &e->free_slots, i);
	e->slots_used--;
}

void engine_resume(struct engine *e, u32 sid, u64 id, u64 where, enum iommu_resume how)
{
	struct iommu_event ev = { .kind = IOMMU_EV_RESUME, .code = how, .sid = sid, .data = where, .id = id };

	engine_event(e, &ev);
	engine_calls_back(e, CALLS_THAT_ACT, "txn_resume");
	e->ops->txn_resume(e->ctx, id, how);
}

void engine_stall_free(struct engine *e, u32 tbu)
{
	engine_calls_back(e, CALLS_THAT_ACT, "stall_free");
	if (e->ops->stall_free)
		e->ops->stall_free(e->ctx, tbu);
}

/* ---- ATS invalidations ---- */

int engine_free_itag(const struct engine *e)
{
	u32 i;

	for (i = 0; i < e->n_itags; i++)
		if (!e->itags[i].seq)
			return (int)i;
	return -1;
}

void engine_ats_invalidate(struct engine *e, struct ats_inv *inv)
{
	int itag = engine_free_itag(e);

	fl_assert(itag >= 0);
	inv->itag = (u8)itag;
	e->itags[itag] = (struct engine_itag){ e->seq, inv->sid };
	engine_calls_back(e, CALLS_THAT_ACT, "ats_invalidate");
	e->ops->ats_invalidate(e->ctx, inv);
}

bool engine_itags_open(const struct engine *e, u64 seq)
{
	u32 i;

	for (i = 0; i < e->n_itags; i++)
		if (e->itags[i].seq && e->itags[i].seq < seq)
			return true;
	return false;
}
