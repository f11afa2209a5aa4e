/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the walkers share among themselves: recorded memory accesses, steps, and
 * stage 2 as the other formats' walkers need it.
 */
#ifndef PT_PRIV_H
#define PT_PRIV_H

#include "pt_vmsa.h"
#include "pt_vmsa64.h"

/* A descriptor that others keep changing is re-evaluated this often before the walk gives up. */
#define PT_MAX_RETRIES 16

/**
 * struct pt_leaf - what one stage found
 * @out:   output address of the access
 * @desc:  the descriptor
 * @user, @priv: PERM_*
 * @clean: PERM_W is granted but the dirty state is not set yet
 */
struct pt_leaf {
	u64 out;
	u64 desc;
	s8 level;
	u8 shift;
	u8 contig_shift;
	u8 user;
	u8 priv;
	u8 attr;
	u8 flags;
	bool clean;
};

static inline void pt_record(const struct pt_env *env, u64 pa, u16 len, u8 what, s8 level, bool write, bool failed)
{
	if (likely(env->walk))
		iommu_walk_note(env->walk, pa, len, what, level, write, failed);
}

/* Read one 64-bit descriptor; false: the bus answered with an error. */
static inline bool pt_fetch64(const struct pt_env *env, u64 pa, u8 what, s8 level, bool big_endian, u64 *desc)
{
	u64 word;

	if (unlikely(env->ops->mem_read(env->ctx, pa, &word, sizeof(word)))) {
		pt_record(env, pa, sizeof(word), what, level, false, true);
		return false;
	}
	pt_record(env, pa, sizeof(word), what, level, false, false);
	word = fl_get_le64(&word);
	if (unlikely(big_endian))
		word = __builtin_bswap64(word);
	*desc = word;
	return true;
}

static inline bool pt_fetch32(const struct pt_env *env, u64 pa, u8 what, s8 level, bool big_endian, u32 *desc)
{
	u8 word[4];
	bool failed = env->ops->mem_read(env->ctx, pa, word, sizeof(word)) != 0;

	pt_record(env, pa, sizeof(word), what, level, false, failed);
	if (failed)
		return false;
	*desc = fl_get_le32(word);
	if (big_endian)
		*desc = __builtin_bswap32(*desc);
	return true;
}

/*
 * Replace *desc by @new_desc at @pa. *desc becomes what was there: equal to what
 * it was means done. False: the bus answered with an error.
 */
static inline bool pt_update64(const struct pt_env *env, u64 pa, s8 level, bool big_endian, u64 *desc, u64 new_desc)
{
	u64 old = big_endian ? __builtin_bswap64(*desc) : *desc;
	bool failed;

	failed = env->ops->mem_cas64(env->ctx, pa, &old, big_endian ? __builtin_bswap64(new_desc) : new_desc) != 0;
	pt_record(env, pa, sizeof(u64), WALK_UPDATE, level, true, failed);
	*desc = big_endian ? __builtin_bswap64(old) : old;
	return !failed;
}

static inline void pt_add_step(const struct pt_env *env, u8 stage, u64 in, u8 shift, u64 table, s8 level, u16 attr)
{
	struct pt_steps *s = env->steps;

	if (!s || s->n >= PT_MAX_STEPS)
		return;
	s->step[s->n++] = (struct pt_step){
		.in = in, .table = table, .attr = attr, .level = level, .shift = shift, .stage = stage
	};
}

/*
 * Stage 2 says that the stage 1 table at the IPA @ipa, which the last of @n steps points to, lies at @pa, and all of it
 * in one page.
 */
static inline void pt_locate_step(const struct pt_env *env, u32 n, u64 ipa, u64 pa)
{
	struct pt_step *step = &env->steps->step[n - 1];

	if (step->stage != 1 || step->table != ipa)
		return;
	step->table = pa;
	step->attr |= PT_TBL_LOCATED;
}

static inline enum pt_fault pt_set_fault(struct pt_result *r, enum pt_fault fault, u8 stage, s8 level, u64 desc)
{
	r->fault = fault;
	r->stage = stage;
	r->level = level;
	r->tt = false;
	r->root = false;
	r->update = false;
	r->lacks = 0;
	r->flags = 0;
	r->ipa = 0;
	r->desc = desc;
	return fault;
}

static inline enum pt_fault pt_set_abort(struct pt_result *r, u8 stage, s8 level, u64 pa, bool update, u64 desc)
{
	pt_set_fault(r, PT_EXT_ABORT, stage, level, desc);
	r->fetch = pa;
	r->update = update;
	return PT_EXT_ABORT;
}

/* The permission that an access asks for. */
static inline u8 pt_wanted(u32 access)
{
	if (access & PT_WRITE)
		return PERM_W;
	return access & PT_EXEC ? PERM_X : PERM_R;
}

/* Where stage 2's walk of @ipa goes on; NULL: it begins at the root. */
static inline const struct pt_start *pt_s2_start(const struct pt_env *env, u64 ipa, struct pt_start *start)
{
	return env->s2_start && env->s2_start(env->s2_cache, ipa, start) ? start : NULL;
}

/**
 * vmsa64_s2_walk() - one address through stage 2
 * @access: what is wanted of it
 * @tt: it is the address of a stage 1 descriptor
 * @l: filled in on PT_OK
 * @r: filled in on a fault, @r->ipa and @r->tt included
 */
enum pt_fault vmsa64_s2_walk(const struct pt_env *env, const struct vmsa64_stage *st, u64 ipa, u32 access, bool tt,
			     const struct pt_start *start, struct pt_leaf *l, struct pt_result *r);

/* One stage alone: its leaf is the result. */
static inline enum pt_fault pt_finish(const struct pt_leaf *l, u8 stage, u32 access, struct pt_result *r)
{
	r->pa = l->out;
	r->ipa = 0;
	r->desc = l->desc;
	r->desc2 = 0;
	r->fault = PT_OK;
	r->stage = stage;
	r->level = l->level;
	r->tt = false;
	r->root = false;
	r->update = false;
	r->lacks = 0;
	r->shift = l->shift;
	r->contig_shift = l->contig_shift;
	r->user_perm = l->user;
	r->priv_perm = l->priv;
	r->perm = access & PT_PRIV ? l->priv : l->user;
	r->flags = l->flags | (l->clean ? PT_RES_CLEAN : 0);
	r->attr = l->attr;
	r->attr2 = stage == 2 ? l->attr : 0;
	return PT_OK;
}

/* Stage 1's leaf @l1 goes on through stage 2; both make the result. */
enum pt_fault pt_finish_nested(const struct pt_env *env, const struct vmsa64_stage *s2, const struct pt_leaf *l1,
			       u32 access, struct pt_result *r);

/* The smaller size and the fewer permissions of both leaves. */
void pt_combine(const struct pt_leaf *l1, const struct pt_leaf *l2, u32 access, struct pt_result *r);

#endif /* PT_PRIV_H */
