// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stream mapping (IHI 0062, 10.6.23, 10.6.25): valid SMRs are packed, so that a
 * search compares only those; what a StreamID was found to match is remembered
 * until a mapping register changes.
 */
#include "smmuv2_priv.h"

u16 smmuv2_stream_find(const struct smmuv2 *s, u32 sid)
{
	u32 block, hits = 0, last = 0;
	u16 i;

	if (sid >> s->cfg.sid_bits)
		return SMMUV2_STREAM_NONE;
	if (s->cfg.stream_indexing)
		return sid < s->cfg.num_smrg ? (u16)sid : SMMUV2_STREAM_NONE;
	for (block = 0; block < s->n_match; block += SMMUV2_MATCH_BLOCK) {
		const u16 *id = &s->match_id[block], *mask = &s->match_mask[block];
		u16 in_block = 0, where = 0;

		/* A loop with a constant count and without branches, so that a compiler vectorises it. */
		for (i = 0; i < SMMUV2_MATCH_BLOCK; i++) {
			u16 hit = (u16) - ((u16)(sid & mask[i]) == id[i]);

			in_block -= hit;
			where |= hit & i;
		}
		hits += in_block;
		if (in_block)
			last = block + where;
	}
	if (hits == 1)
		return s->match_group[last];
	return hits ? SMMUV2_STREAM_MULTI : SMMUV2_STREAM_NONE;
}

/* The slow half of stream_of(). Group n is kept as n + 1; the last two codes wrap to values that no group has. */
u16 smmuv2_stream_recall(struct smmuv2 *s, u32 sid)
{
	u16 found = smmuv2_stream_find(s, sid);

	if (sid >> s->cfg.sid_bits)
		return found;
	if (s->memo_stale) {
		memset(s->memo, 0, sizeof(*s->memo) << s->cfg.sid_bits);
		s->memo_stale = false;
		s->straight = !(s->scr0 & SMMUV2_sCR0_CLIENTPD);
	}
	if (found != SMMUV2_STREAM_MULTI)
		s->memo[sid] = found + 1;
	return found;
}

static void decode_group(struct smmuv2 *s, u32 n, u32 s2cr)
{
	struct smmuv2_group *g = &s->group[n];
	u32 priv = FIELD_GET(SMMUV2_S2CR_PRIVCFG, s2cr), inst = FIELD_GET(SMMUV2_S2CR_INSTCFG, s2cr);

	g->type = FIELD_GET(SMMUV2_S2CR_TYPE, s2cr);
	g->cb = FIELD_GET(SMMUV2_S2CR_CBNDX, s2cr);
	g->to_bank = g->type == SMMUV2_S2CR_TYPE_TRANS && g->cb < s->cfg.num_cb;
	g->set = (priv == SMMUV2_S2CR_CFG_SET ? DMA_PRIV : 0) | (inst == SMMUV2_S2CR_CFG_SET ? DMA_EXEC : 0);
	g->keep = (u16) ~((priv == SMMUV2_S2CR_CFG_CLEAR ? DMA_PRIV : 0) |
			  (inst == SMMUV2_S2CR_CFG_CLEAR ? DMA_EXEC : 0));
}

/* A mapping group matches where (sid & *@mask) == *@id. False: it is not valid. */
static bool decode_match(const struct smmuv2 *s, u32 smr, u32 s2cr, u16 *id, u16 *mask)
{
	bool exid = s->scr0 & SMMUV2_sCR0_EXIDENABLE;
	u32 bits = exid ? SMMUV2_SMR_EXID : SMMUV2_SMR_ID;

	*mask = (u16)(~(exid ? FIELD_GET(SMMUV2_SMR_EXMASK, smr) : FIELD_GET(SMMUV2_SMR_MASK, smr)) & bits);
	*id = (u16)(smr & bits & *mask);
	return exid ? s2cr & SMMUV2_S2CR_EXIDVALID : smr & SMMUV2_SMR_VALID;
}

/* A mapping register or sCR0.EXIDENABLE has changed. */
void smmuv2_stream_update(struct smmuv2 *s)
{
	u32 n;

	s->n_match = 0;
	for (n = 0; n < s->cfg.num_smrg; n++) {
		u32 smr = (u32)reg_get(&s->gr0, SMMUV2_GR0_SMR(n)), s2cr = (u32)reg_get(&s->gr0, SMMUV2_GR0_S2CR(n));

		decode_group(s, n, s2cr);
		if (!decode_match(s, smr, s2cr, &s->match_id[s->n_match], &s->match_mask[s->n_match]))
			continue;
		s->match_group[s->n_match++] = (u16)n;
	}
	/* The rest of the last block matches nothing. */
	for (n = s->n_match; n % SMMUV2_MATCH_BLOCK; n++) {
		s->match_id[n] = 1;
		s->match_mask[n] = 0;
	}
	s->memo_stale = true;
	s->straight = false;
}

/* Each StreamID that @smr with @s2cr may match; with bits masked in the middle the range holds others, too. */
static void tell_matched(struct smmuv2 *s, u32 smr, u32 s2cr)
{
	u16 bits = s->scr0 & SMMUV2_sCR0_EXIDENABLE ? SMMUV2_SMR_EXID : SMMUV2_SMR_ID;
	u16 id, mask;

	if (decode_match(s, smr, s2cr, &id, &mask))
		smmuv2_changed_streams(s, id, id | (bits & ~mask));
}

/* Mapping group @n has been written: forget the StreamIDs that it matched, and those that it matches now. */
void smmuv2_stream_changed(struct smmuv2 *s, u32 n, u32 old_smr, u32 old_s2cr)
{
	u32 smr = (u32)reg_get(&s->gr0, SMMUV2_GR0_SMR(n)), s2cr = (u32)reg_get(&s->gr0, SMMUV2_GR0_S2CR(n));

	if (s->cfg.stream_indexing) {
		smmuv2_changed_streams(s, n, n);
		return;
	}
	tell_matched(s, smr, s2cr);
	/* The same range once is enough. */
	if (smr != old_smr || (s2cr ^ old_s2cr) & SMMUV2_S2CR_EXIDVALID)
		tell_matched(s, old_smr, old_s2cr);
}
