/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Slots of stalled transactions, and tags of ATS invalidations: struct engine holds them. */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include "engine.h"

/**
 * engine_list_push() - append a slot to a list
 * @e: the engine
 * @list: the list
 * @i: the slot
 */
void engine_list_push(struct engine *e, struct engine_list *list, u32 i);

/**
 * engine_list_remove() - take a slot out of its list; lists are short, and this is no fast path
 * @e: the engine
 * @list: the list
 * @i: the slot
 */
void engine_list_remove(struct engine *e, struct engine_list *list, u32 i);

/**
 * engine_take_slot() - take the slot that has been free for the longest time
 * @e: the engine; a slot is free
 *
 * Return: Its index.
 */
u32 engine_take_slot(struct engine *e);

/**
 * engine_free_slot() - give back a slot that is in no list
 * @e: the engine
 * @i: the slot
 */
void engine_free_slot(struct engine *e, u32 i);

/**
 * engine_resume() - a stalled transaction ends: report it, and resume it
 * @e: the engine
 * @sid: StreamID
 * @id: its token
 * @where: STAG or bank, for the event
 * @how: enum iommu_resume
 */
void engine_resume(struct engine *e, u32 sid, u64 id, u64 where, enum iommu_resume how);

/**
 * engine_stall_free() - a TBU that was told to wait may present its transactions again
 * @e: the engine
 * @tbu: the TBU
 */
void engine_stall_free(struct engine *e, u32 tbu);

/* ---- ATS invalidations ---- */

/**
 * engine_free_itag() - find a free invalidation tag
 * @e: the engine
 *
 * Return: The tag, or -1.
 */
int engine_free_itag(const struct engine *e);

/**
 * engine_ats_invalidate() - send an ATS invalidation request
 * @e: the engine; a tag is free
 * @inv: the request, whose tag is filled in
 */
void engine_ats_invalidate(struct engine *e, struct ats_inv *inv);

/**
 * engine_itag_is() - whether an invalidation is outstanding
 * @e: the engine
 * @sid: requester ID
 * @itag: invalidation tag
 *
 * Return: true if it is.
 */
static inline bool engine_itag_is(const struct engine *e, u32 sid, u8 itag)
{
	return itag < e->n_itags && e->itags[itag].seq && e->itags[itag].sid == sid;
}

/**
 * engine_itags_open() - whether an ATS invalidation is outstanding that came before command @seq
 * @e: the engine
 * @seq: the number
 *
 * Return: true if one is.
 */
bool engine_itags_open(const struct engine *e, u64 seq);

#endif /* ENGINE_SLOTS_H */
