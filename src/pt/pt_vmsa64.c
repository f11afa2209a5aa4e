// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Walks of VMSAv8-64 and long-descriptor tables. Section numbers are the Arm ARM's. */
#include "pt_priv.h"

#define DESC_VALID     BIT_ULL(0)
#define DESC_TABLE     BIT_ULL(1) /* levels -1..2; at level 3 it tells a page from a reserved entry */
#define DESC_AP1       BIT_ULL(6) /* stage 1: unprivileged access */
#define DESC_AP2       BIT_ULL(7) /* stage 1: read-only */
#define DESC_S2_R      BIT_ULL(6)
#define DESC_S2_W      BIT_ULL(7)
#define DESC_NS	       BIT_ULL(5)
#define DESC_AF	       BIT_ULL(10)
#define DESC_NG	       BIT_ULL(11)
#define DESC_DBM       BIT_ULL(51)
#define DESC_CONT      BIT_ULL(52)
#define DESC_PXN       BIT_ULL(53) /* stage 2: XN[0] */
#define DESC_UXN       BIT_ULL(54) /* XN where there is one privilege, stage 2: XN[1] */
#define DESC_TBL_SHIFT 59	   /* PXNTable, XNTable, APTable[1:0], NSTable */

#define LAST_LEVEL 3

static inline u8 stride(const struct vmsa64_stage *st)
{
	return st->granule - 3;
}

/* log2 of what one entry of a level covers */
static inline u8 level_shift(const struct vmsa64_stage *st, s8 level)
{
	return st->granule + (LAST_LEVEL - level) * stride(st);
}

/* Where a walk stands. Wide fields, for speed. */
struct cursor {
	u64 table;
	u64 where;	/* address of the descriptor in the space that the stage reads */
	u64 mask;	/* of the index */
	u64 below_mask; /* of the index below the initial level */
	u64 table_mask; /* address bits of a plain table descriptor */
	u64 beyond;	/* address bits that the stage does not put out */
	u32 stride;	/* bits that a lookup below the initial one resolves */
	u32 shift;	/* log2 of what one entry of this level covers */
	s32 level;
	u32 tries;
	u16 attr;
	bool plain;   /* addresses are bits 47:12 of descriptors and nothing else */
	bool located; /* under stage 2: @where is a physical address, from a walk cache */
};

/*
 * Address field of a table, block or page descriptor (D8.3.1); @low: its lowest
 * bit. With the 64K granule bits 15:12 are OA[51:48] even where 52 bits are not
 * supported: not to fault on them is deprecated (RWDZFC).
 */
static inline u64 desc_address(const struct vmsa64_stage *st, const struct cursor *c, u64 desc, u8 low)
{
	u64 addr = desc & GENMASK_ULL(47, 12);

	if (unlikely(!c->plain)) {
		if (st->granule == 16)
			addr |= (desc & GENMASK_ULL(15, 12)) << 36;
		else if (st->flags & VMSA_DS)
			addr |= (desc & GENMASK_ULL(49, 48)) | (desc & GENMASK_ULL(9, 8)) << 42;
	}
	return addr >> low << low;
}

static inline void cursor_set(struct cursor *c, const struct vmsa64_stage *st, const struct pt_start *start)
{
	c->tries = 0;
	c->located = false;
	c->plain = st->granule != 16 && !(st->flags & VMSA_DS);
	c->stride = stride(st);
	c->below_mask = (1ULL << c->stride) - 1;
	c->table_mask = GENMASK_ULL(47, 0) >> st->granule << st->granule;
	c->beyond = ~0ULL << st->out_bits;
	/*
	 * A start above the initial level comes from a context with another configuration, which is software's error:
	 * it is not used.
	 */
	if (start && start->level >= st->level) {
		fl_assert(start->level <= LAST_LEVEL);
		c->table = start->table;
		c->level = start->level;
		c->attr = start->attr;
	} else {
		c->table = st->table;
		c->level = st->level;
		c->attr = 0;
	}
	c->shift = level_shift(st, c->level);
	/* The initial lookup resolves what is left of the input size (D8.2.1). */
	c->mask = c->level == st->level ? (1ULL << (st->in_bits - c->shift)) - 1 : c->below_mask;
}

static inline void cursor_aim(struct cursor *c, u64 ia)
{
	c->where = c->table + ((ia >> c->shift & c->mask) << 3);
}

enum shape { SHAPE_INVALID, SHAPE_TABLE, SHAPE_LEAF };

static inline enum shape shape_of(const struct vmsa64_stage *st, u64 desc, s8 level)
{
	if (likely((desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE)))
		return level == LAST_LEVEL ? SHAPE_LEAF : SHAPE_TABLE;
	if (!(desc & DESC_VALID))
		return SHAPE_INVALID;
	return level != LAST_LEVEL && vmsa_block(st->granule, level, st->flags & VMSA_DS,
						 (st->flags & VMSA_LPA) || st->out_bits > 48)
		       ? SHAPE_LEAF
		       : SHAPE_INVALID;
}

/* Go down one level. False: the next table lies beyond the output size. */
static inline bool cursor_descend(struct cursor *c, const struct pt_env *env, const struct vmsa64_stage *st, u8 stage,
				  u64 ia, u64 desc)
{
	c->table = likely(c->plain) ? desc & c->table_mask : desc_address(st, c, desc, st->granule);
	if (unlikely(c->table & c->beyond))
		return false;
	c->level++;
	pt_add_step(env, stage, ia, c->shift, c->table, c->level, c->attr);
	c->shift -= c->stride;
	c->mask = c->below_mask;
	return true;
}

static inline void leaf_geometry(const struct vmsa64_stage *st, const struct cursor *c, struct pt_leaf *l, u64 ia,
				 u64 desc)
{
	l->desc = desc;
	l->level = c->level;
	l->shift = c->shift;
	l->contig_shift = c->shift;
	if (unlikely(desc & DESC_CONT)) {
		l->contig_shift += vmsa_contiguous(st->granule, c->level);
		if (l->contig_shift > st->in_bits)
			l->contig_shift = c->shift;
	}
	/* A block may be larger than the output size: the address itself is what is checked (RXFDVL). */
	l->out = desc_address(st, c, desc, c->shift) | (ia & ((1ULL << c->shift) - 1));
}

/* SH[1:0]; with TCR.DS the field holds address bits and shareability comes from the register. */
static inline u8 descriptor_sh(const struct vmsa64_stage *st, u64 desc)
{
	return st->flags & VMSA_DS ? 0 : desc >> 8 & 3;
}

/* Output size and access flag of a leaf; which flags hardware manages, and what it must write back. */
static inline enum pt_fault flag_check(const struct pt_env *env, const struct vmsa64_stage *st, u64 desc,
				       const struct pt_leaf *l, u64 *new_desc, bool *dirty_managed)
{
	bool ha = (st->flags & VMSA_HA) && env->ops->mem_cas64;

	*dirty_managed = ha && (st->flags & VMSA_HD) && (desc & DESC_DBM);
	*new_desc = desc;
	if (unlikely(l->out >> st->out_bits))
		return PT_ADDR_SIZE;
	if (likely(desc & DESC_AF))
		return PT_OK;
	if (!ha && !(st->flags & VMSA_AFFD))
		return PT_ACCESS_FLAG;
	if (ha)
		*new_desc |= DESC_AF;
	return PT_OK;
}

/* Stage 2 ------------------------------------------------------------------ */

/* D8.4.2.1, Tables D8-76 to D8-78 */
static inline void s2_permissions(const struct vmsa64_stage *st, u64 desc, bool dirty_managed, struct pt_leaf *l)
{
	u8 perm = 0, user_x = PERM_X, priv_x = PERM_X;

	if (desc & DESC_S2_R)
		perm |= PERM_R;
	if ((desc & DESC_S2_W) || dirty_managed)
		perm |= PERM_W;
	if (st->flags & VMSA_S2_XNX) {
		switch (FIELD_GET(DESC_UXN | DESC_PXN, desc)) {
		case 1:
			priv_x = 0;
			break;
		case 2:
			priv_x = 0;
			user_x = 0;
			break;
		case 3:
			user_x = 0;
			break;
		}
	} else if (desc & DESC_UXN) {
		priv_x = 0;
		user_x = 0;
	}
	/* G5.7.2: AArch32 executes only what it may read. */
	if ((st->flags & VMSA_LPAE) && !(perm & PERM_R)) {
		priv_x = 0;
		user_x = 0;
	}
	l->user = perm | user_x;
	l->priv = perm | priv_x;
	l->clean = dirty_managed && !(desc & DESC_S2_W);
}

static enum pt_fault s2_fault(struct pt_result *r, enum pt_fault fault, s8 level, u64 where, u64 desc, u64 ipa,
			      u32 access, bool tt)
{
	pt_set_fault(r, fault, 2, level, desc);
	r->fetch = where;
	r->desc2 = desc;
	r->ipa = ipa;
	r->tt = tt;
	if (fault == PT_PERMISSION)
		r->lacks = pt_wanted(access);
	return fault;
}

/* Fault checks of a stage 2 leaf and, if none is left, what hardware must write back. */
static inline enum pt_fault s2_check(const struct pt_env *env, const struct vmsa64_stage *st, u64 desc, u32 access,
				     bool tt, struct pt_leaf *l, u64 *new_desc)
{
	bool dirty_managed;
	enum pt_fault fault = flag_check(env, st, desc, l, new_desc, &dirty_managed);
	u8 perm;

	if (unlikely(fault))
		return fault;
	s2_permissions(st, desc, dirty_managed, l);
	l->attr = (desc >> 2 & 0xf) | descriptor_sh(st, desc) << 4;
	l->flags = 0;
	perm = access & PT_PRIV ? l->priv : l->user;
	if (unlikely(!(perm & pt_wanted(access))) && !(access & PT_NO_PERM_FAULT))
		return PT_PERMISSION;
	/* STE.S2PTW: MemAttr[3:2] = 00 is Device memory. */
	if (tt && (st->flags & VMSA_S2_PTW) && !(desc & GENMASK_ULL(5, 4)))
		return PT_PERMISSION;
	if (unlikely(l->clean) && (access & PT_WRITE)) {
		*new_desc |= DESC_S2_W;
		l->clean = false;
	}
	return PT_OK;
}

enum pt_fault vmsa64_s2_walk(const struct pt_env *env, const struct vmsa64_stage *st, u64 ipa, u32 access, bool tt,
			     const struct pt_start *start, struct pt_leaf *l, struct pt_result *r)
{
	enum pt_fault fault;
	enum shape shape;
	struct cursor c;
	u64 desc = 0, new_desc, seen;

	cursor_set(&c, st, start);
	/* D8.2.3: a base address or an input address out of range counts as level 0. */
	if (unlikely(ipa >> st->in_bits || (!start && c.table >> st->out_bits))) {
		fault = ipa >> st->in_bits ? PT_TRANSLATION : PT_ADDR_SIZE;
		return s2_fault(r, fault, 0, 0, 0, ipa, access, tt);
	}
	for (;;) {
		cursor_aim(&c, ipa);
		if (unlikely(!pt_fetch64(env, c.where, WALK_S2, c.level, st->flags & VMSA_BE, &desc)))
			return s2_fault(r, PT_EXT_ABORT, c.level, c.where, desc, ipa, access, tt);
again:
		shape = shape_of(st, desc, c.level);
		if (likely(shape == SHAPE_TABLE)) {
			if (unlikely(!cursor_descend(&c, env, st, 2, ipa, desc)))
				return s2_fault(r, PT_ADDR_SIZE, c.level, c.where, desc, ipa, access, tt);
			continue;
		}
		if (unlikely(shape == SHAPE_INVALID))
			return s2_fault(r, PT_TRANSLATION, c.level, c.where, desc, ipa, access, tt);
		leaf_geometry(st, &c, l, ipa, desc);
		fault = s2_check(env, st, desc, access, tt, l, &new_desc);
		if (unlikely(fault))
			return s2_fault(r, fault, c.level, c.where, desc, ipa, access, tt);
		if (likely(new_desc == desc))
			break;
		seen = desc;
		if (!pt_update64(env, c.where, c.level, st->flags & VMSA_BE, &seen, new_desc) ||
		    ++c.tries > PT_MAX_RETRIES) {
			s2_fault(r, PT_EXT_ABORT, c.level, c.where, desc, ipa, access, tt);
			r->update = true;
			return PT_EXT_ABORT;
		}
		if (seen == desc) {
			l->desc = new_desc;
			l->flags |= PT_RES_UPDATED;
			break;
		}
		desc = seen;
		goto again;
	}
	r->fetch = c.where;
	return PT_OK;
}

/* Stage 1 ------------------------------------------------------------------ */

/* D8.4.1.2, Tables D8-62 to D8-66; @writable: AP[2] is clear or will be cleared by hardware. */
static inline void s1_permissions(const struct vmsa64_stage *st, u64 desc, u16 tbl, bool writable, struct pt_leaf *l)
{
	bool xn = (desc & DESC_UXN) || (tbl & PT_TBL_XN);
	bool pxn = (desc & DESC_PXN) || (tbl & PT_TBL_PXN);
	u8 user = 0, priv = PERM_R;

	if (tbl & PT_TBL_NO_WRITE)
		writable = false;
	if (writable)
		priv |= PERM_W;
	if (unlikely(st->flags & VMSA_ONE_EL)) {
		if (!xn && !(writable && (st->flags & VMSA_WXN)))
			priv |= PERM_X;
		l->priv = priv;
		l->user = priv;
		return;
	}
	if ((desc & DESC_AP1) && !(tbl & PT_TBL_NO_USER))
		user = priv;
	if (unlikely(st->flags & VMSA_LPAE)) {
		/* G5.7: XN binds both privileges, execution needs read; UWXN only if it is set */
		if (!xn && user)
			user |= PERM_X;
		if (!xn && !pxn && !((user & PERM_W) && (st->flags & VMSA_UWXN)))
			priv |= PERM_X;
	} else {
		if (!xn)
			user |= PERM_X;
		if (!pxn && !(user & PERM_W))
			priv |= PERM_X;
	}
	if (st->flags & VMSA_WXN) {
		if (user & PERM_W)
			user &= ~PERM_X;
		if (priv & PERM_W)
			priv &= ~PERM_X;
	}
	if ((st->flags & VMSA_PAN) && (user & (st->flags & VMSA_EPAN ? PERM_R | PERM_X : PERM_R)))
		priv &= PERM_X;
	l->user = user;
	l->priv = priv;
}

static inline enum pt_fault s1_check(const struct pt_env *env, const struct vmsa64_stage *st, u64 desc, u16 tbl,
				     u32 access, struct pt_leaf *l, u64 *new_desc)
{
	bool dirty_managed;
	enum pt_fault fault = flag_check(env, st, desc, l, new_desc, &dirty_managed);
	u8 perm;

	if (unlikely(fault))
		return fault;
	s1_permissions(st, desc, tbl, !(desc & DESC_AP2) || dirty_managed, l);
	perm = access & PT_PRIV ? l->priv : l->user;
	l->clean = dirty_managed && (desc & DESC_AP2) && ((l->priv | l->user) & PERM_W);
	l->attr = (desc >> 2 & 7) | descriptor_sh(st, desc) << 3;
	l->flags = desc & DESC_NG ? 0 : PT_RES_GLOBAL;
	if ((desc & DESC_NS) || (tbl & PT_TBL_NS))
		l->flags |= PT_RES_NS;
	if (unlikely(!(perm & pt_wanted(access)))) {
		if (!(access & PT_NO_PERM_FAULT))
			return PT_PERMISSION;
	} else if (unlikely(l->clean) && (access & PT_WRITE)) {
		*new_desc &= ~DESC_AP2;
		l->clean = false;
	}
	return PT_OK;
}

/*
 * Write a stage 1 descriptor back (D8.5): under stage 2 that is a write, which
 * its stage 2 mapping must allow (RBDJJL). @pa: where the descriptor was read.
 */
static enum pt_fault s1_update(const struct pt_env *env, const struct vmsa64_stage *st, const struct vmsa64_stage *s2,
			       struct cursor c, u64 pa, bool s2_writable, u64 *desc, u64 new_desc, struct pt_result *r)
{
	struct pt_start start;
	struct pt_leaf l2;
	u64 was = *desc;

	if (s2 && !s2_writable) {
		if (vmsa64_s2_walk(env, s2, c.where, PT_WRITE | PT_PRIV, true, pt_s2_start(env, c.where, &start), &l2,
				   r)) {
			r->desc = was;
			r->update = true;
			return r->fault;
		}
		pa = l2.out;
	}
	if (!pt_update64(env, pa, c.level, st->flags & VMSA_BE, desc, new_desc) || c.tries >= PT_MAX_RETRIES)
		return pt_set_abort(r, 1, c.level, pa, true, was);
	return PT_OK;
}

/* Physical address of the descriptor at @c->where, through stage 2 if there is one and no walk cache knows it. */
static inline enum pt_fault s1_locate(const struct pt_env *env, const struct vmsa64_stage *s2, struct cursor *c,
				      u64 *pa, bool *s2_writable, struct pt_result *r)
{
	struct pt_start start;
	struct pt_leaf l2;
	u32 steps;

	*pa = c->where;
	if (!s2)
		return PT_OK;
	c->located = c->attr & PT_TBL_LOCATED;
	if (c->located) {
		c->attr &= (u16)~PT_TBL_LOCATED;
		return PT_OK;
	}
	steps = env->steps ? env->steps->n : 0;
	if (unlikely(vmsa64_s2_walk(env, s2, c->where, PT_PRIV, true, pt_s2_start(env, c->where, &start), &l2, r))) {
		r->desc = 0;
		return r->fault;
	}
	*pa = l2.out;
	*s2_writable = (l2.priv & PERM_W) && !l2.clean;
	if (steps && l2.shift >= c->stride + 3)
		pt_locate_step(env, steps, c->table, l2.out - (c->where - c->table));
	return PT_OK;
}

/* Hierarchical controls (D8.4.1.2, Table D8-64); NSTable is none of those that HPD disables. */
static u16 s1_table_attr(const struct vmsa64_stage *st, u64 desc)
{
	u16 attr = desc & BIT_ULL(63) ? PT_TBL_NS : 0;

	if (st->flags & VMSA_HPD)
		return attr;
	attr |= desc & BIT_ULL(59) ? PT_TBL_PXN : 0;
	attr |= desc & BIT_ULL(60) ? PT_TBL_XN : 0;
	attr |= desc & BIT_ULL(61) ? PT_TBL_NO_USER : 0;
	attr |= desc & BIT_ULL(62) ? PT_TBL_NO_WRITE : 0;
	return attr;
}

static enum pt_fault s1_walk(const struct pt_env *env, const struct vmsa64_stage *st, const struct vmsa64_stage *s2,
			     u64 va, u32 access, const struct pt_start *start, struct pt_leaf *l, struct pt_result *r)
{
	bool s2_writable = false;
	enum pt_fault fault;
	enum shape shape;
	struct cursor c;
	u64 desc = 0, new_desc, seen, pa;

restart:
	cursor_set(&c, st, start);
	if (unlikely(!start && c.table >> st->out_bits))
		return pt_set_fault(r, PT_ADDR_SIZE, 1, 0, 0);
	for (;;) {
		cursor_aim(&c, va);
		if (unlikely(s1_locate(env, s2, &c, &pa, &s2_writable, r)))
			return r->fault;
		if (unlikely(!pt_fetch64(env, pa, WALK_S1, c.level, st->flags & VMSA_BE, &desc)))
			return pt_set_abort(r, 1, c.level, pa, false, 0);
again:
		shape = shape_of(st, desc, c.level);
		if (likely(shape == SHAPE_TABLE)) {
			if (unlikely(desc >> DESC_TBL_SHIFT))
				c.attr |= s1_table_attr(st, desc);
			if (unlikely(!cursor_descend(&c, env, st, 1, va, desc)))
				return pt_set_fault(r, PT_ADDR_SIZE, 1, c.level, desc);
			continue;
		}
		if (unlikely(shape == SHAPE_INVALID))
			return pt_set_fault(r, PT_TRANSLATION, 1, c.level, desc);
		leaf_geometry(st, &c, l, va, desc);
		fault = s1_check(env, st, desc, c.attr, access, l, &new_desc);
		if (unlikely(fault)) {
			pt_set_fault(r, fault, 1, c.level, desc);
			r->lacks = fault == PT_PERMISSION ? pt_wanted(access) : 0;
			return fault;
		}
		if (likely(new_desc == desc))
			break;
		/* Stage 2 has to permit the write, and it needs an IPA: walk stage 2 once more, from the root. */
		if (s2 && c.located) {
			start = NULL;
			goto restart;
		}
		seen = desc;
		if (s1_update(env, st, s2, c, pa, s2_writable, &seen, new_desc, r))
			return r->fault;
		if (seen == desc) {
			l->desc = new_desc;
			l->flags |= PT_RES_UPDATED;
			break;
		}
		c.tries++;
		desc = seen;
		goto again;
	}
	r->fetch = pa;
	return PT_OK;
}

/* Results ------------------------------------------------------------------ */

void pt_combine(const struct pt_leaf *l1, const struct pt_leaf *l2, u32 access, struct pt_result *r)
{
	pt_finish(l1, 1, access, r);
	r->pa = l2->out;
	r->ipa = l1->out;
	r->desc2 = l2->desc;
	r->shift = min(l1->shift, l2->shift);
	r->contig_shift = min(l1->contig_shift, l2->contig_shift);
	r->user_perm &= l2->user;
	r->priv_perm &= l2->priv;
	r->perm = access & PT_PRIV ? r->priv_perm : r->user_perm;
	r->flags |= l2->flags & PT_RES_UPDATED;
	if (l2->clean)
		r->flags |= PT_RES_CLEAN;
	r->attr2 = l2->attr;
}

enum pt_fault pt_finish_nested(const struct pt_env *env, const struct vmsa64_stage *s2, const struct pt_leaf *l1,
			       u32 access, struct pt_result *r)
{
	struct pt_start start;
	struct pt_leaf l2;
	u8 perm1 = access & PT_PRIV ? l1->priv : l1->user;

	/* 3.13.7.1 (SMMUv3): a write that stage 1 does not permit does not make stage 2 dirty. */
	if (unlikely(!(perm1 & pt_wanted(access))))
		access &= ~PT_WRITE;
	if (unlikely(vmsa64_s2_walk(env, s2, l1->out, access, false, pt_s2_start(env, l1->out, &start), &l2, r))) {
		r->desc = l1->desc;
		return r->fault;
	}
	pt_combine(l1, &l2, access, r);
	return PT_OK;
}

enum pt_fault vmsa64_walk(const struct pt_env *env, const struct vmsa64_stage *s1, const struct vmsa64_stage *s2,
			  u64 addr, u32 access, const struct pt_start *start, struct pt_result *r)
{
	struct pt_leaf l;

	if (env->steps)
		env->steps->n = 0;
	if (!s1) {
		if (vmsa64_s2_walk(env, s2, addr, access, false, start, &l, r))
			return r->fault;
		return pt_finish(&l, 2, access, r);
	}
	if (unlikely(s1_walk(env, s1, s2, addr, access, start, &l, r)))
		return r->fault;
	return s2 ? pt_finish_nested(env, s2, &l, access, r) : pt_finish(&l, 1, access, r);
}

enum pt_fault vmsa64_s2_only(const struct pt_env *env, const struct vmsa64_stage *s2, u64 ipa, u32 access,
			     struct pt_result *r)
{
	struct pt_start start;
	struct pt_leaf l;

	if (env->steps)
		env->steps->n = 0;
	/* S2PTW binds configuration fetches as it does walks (STE.S2PTW); their faults do not have CLASS TT. */
	if (vmsa64_s2_walk(env, s2, ipa, access, true, pt_s2_start(env, ipa, &start), &l, r)) {
		r->tt = false;
		return r->fault;
	}
	pt_finish(&l, 2, access, r);
	r->ipa = ipa;
	return PT_OK;
}
