// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Walks of short-descriptor tables (Arm ARM G5.4). */
#include "pt_vmsa32.h"
#include "pt_priv.h"

/* Level 1 */
#define L1_TYPE	   GENMASK(1, 0) /* 0 invalid, 1 page table, 2 and 3 section (bit 0 is PXN) */
#define L1_PXN	   BIT(0)
#define L1_SUPER   BIT(18)
#define L1_DOMAIN  GENMASK(8, 5)
#define L1_TBL_PXN BIT(2)
#define L1_TBL_NS  BIT(3)
#define L1_XN	   BIT(4)
#define L1_AP	   GENMASK(11, 10)
#define L1_TEX	   GENMASK(14, 12)
#define L1_AP2	   BIT(15)
#define L1_S	   BIT(16)
#define L1_NG	   BIT(17)
#define L1_NS	   BIT(19)

/* Level 2 */
#define L2_SMALL     BIT(1)
#define L2_LARGE     BIT(0)
#define L2_SMALL_XN  BIT(0)
#define L2_AP	     GENMASK(5, 4)
#define L2_SMALL_TEX GENMASK(8, 6)
#define L2_AP2	     BIT(9)
#define L2_S	     BIT(10)
#define L2_NG	     BIT(11)
#define L2_LARGE_TEX GENMASK(14, 12)
#define L2_LARGE_XN  BIT(15)

#define DESC_CB GENMASK(3, 2)

/* A section or page whatever its level, with the fields in one place. */
struct short_leaf {
	u64 base;
	u8 shift;
	u8 ap;	   /* AP[2:0] */
	u8 tex_cb; /* TEX[2:0] C B */
	u8 domain;
	bool xn, pxn, shared, ng, ns;
};

static void decode_section(const struct short_stage *st, u32 desc, struct short_leaf *s)
{
	bool super = desc & L1_SUPER;

	s->shift = super ? 24 : 20;
	s->base = (u64)desc >> s->shift << s->shift;
	if (super)
		s->base |= (u64)FIELD_GET(GENMASK(23, 20), desc) << 32 | (u64)FIELD_GET(L1_DOMAIN, desc) << 36;
	s->ap = FIELD_GET(L1_AP, desc) | (desc & L1_AP2 ? 4 : 0);
	s->tex_cb = FIELD_GET(L1_TEX, desc) << 2 | FIELD_GET(DESC_CB, desc);
	s->domain = super ? 0 : FIELD_GET(L1_DOMAIN, desc);
	s->xn = desc & L1_XN;
	s->pxn = (desc & L1_PXN) && (st->flags & SHORT_PXN);
	s->shared = desc & L1_S;
	s->ng = desc & L1_NG;
	s->ns = desc & L1_NS;
}

static void decode_page(u32 desc, u16 tbl, struct short_leaf *s)
{
	bool small = desc & L2_SMALL;

	s->shift = small ? 12 : 16;
	s->base = (u64)desc >> s->shift << s->shift;
	s->ap = FIELD_GET(L2_AP, desc) | (desc & L2_AP2 ? 4 : 0);
	s->tex_cb = (small ? FIELD_GET(L2_SMALL_TEX, desc) : FIELD_GET(L2_LARGE_TEX, desc)) << 2 |
		    FIELD_GET(DESC_CB, desc);
	s->domain = tbl >> PT_TBL_DOMAIN_SHIFT & 0xf;
	s->xn = desc & (small ? L2_SMALL_XN : L2_LARGE_XN);
	s->pxn = tbl & PT_TBL_PXN;
	s->shared = desc & L2_S;
	s->ng = desc & L2_NG;
	s->ns = tbl & PT_TBL_NS;
}

/* AP[2:0] (Table G5-9), or AP[2:1] with the access flag (Table G5-8); then XN, PXN, WXN, UWXN (G5.7.3). */
static void short_permissions(const struct short_stage *st, const struct short_leaf *s, bool manager, struct pt_leaf *l)
{
	static const u8 user[8] = { 0, 0, PERM_R, PERM_R | PERM_W, 0, 0, PERM_R, PERM_R };
	static const u8 priv[8] = { 0, PERM_R | PERM_W, PERM_R | PERM_W, PERM_R | PERM_W, 0, PERM_R, PERM_R, PERM_R };
	/* AP[2:1] = 00, 01, 10, 11 mean the same as AP[2:0] = 001, 011, 101, 111 */
	u8 ap = st->flags & SHORT_AFE ? s->ap | 1 : s->ap;

	l->user = user[ap];
	l->priv = priv[ap];
	if (manager) {
		/* G5.6.4: a manager's accesses are not checked, XN included. */
		l->user = PERM_R | PERM_W | PERM_X;
		l->priv = l->user;
		return;
	}
	if (!s->xn && (l->user & PERM_R))
		l->user |= PERM_X;
	if (!s->xn && !s->pxn && (l->priv & PERM_R))
		l->priv |= PERM_X;
	if ((st->flags & SHORT_UWXN) && (l->user & PERM_W))
		l->priv &= ~PERM_X;
	if (st->flags & SHORT_WXN) {
		if (l->user & PERM_W)
			l->user &= ~PERM_X;
		if (l->priv & PERM_W)
			l->priv &= ~PERM_X;
	}
}

/* Order: address size, access flag, domain, permission (G5.11.5). */
static enum pt_fault short_check(const struct short_stage *st, const struct short_leaf *s, u32 access,
				 struct pt_leaf *l)
{
	u8 domain = st->dacr >> s->domain * 2 & 3, perm;

	if (s->base >> st->out_bits)
		return PT_ADDR_SIZE;
	if ((st->flags & SHORT_AFE) && !(s->ap & 1))
		return PT_ACCESS_FLAG;
	/* 1 client, 3 manager; 0 no access, 2 reserved */
	if (!(domain & 1))
		return PT_DOMAIN;
	short_permissions(st, s, domain == 3, l);
	perm = access & PT_PRIV ? l->priv : l->user;
	if (!(perm & pt_wanted(access)) && !(access & PT_NO_PERM_FAULT))
		return PT_PERMISSION;
	return PT_OK;
}

static void short_geometry(const struct short_stage *st, const struct short_leaf *s, u32 va, u32 desc, s8 level,
			   struct pt_leaf *l)
{
	/* TEX remap: TEX[2:1] are the operating system's */
	u8 mask = st->flags & SHORT_TRE ? 7 : 0x1f;

	l->out = s->base | (va & ((1ULL << s->shift) - 1));
	l->desc = desc;
	l->level = level;
	l->shift = s->shift;
	l->contig_shift = s->shift;
	l->attr = (s->tex_cb & mask) | (s->shared ? BIT(5) : 0);
	l->flags = (s->ng ? 0 : PT_RES_GLOBAL) | (s->ns ? PT_RES_NS : 0);
	l->clean = false;
}

/* Read the descriptor at @where, through stage 2 if there is one. */
static enum pt_fault short_fetch(const struct pt_env *env, const struct short_stage *st, const struct vmsa64_stage *s2,
				 u64 where, s8 level, u32 *desc, struct pt_result *r)
{
	enum pt_fault fault;
	struct pt_start start;
	struct pt_leaf l2;
	u64 pa = where;

	if (s2) {
		fault = vmsa64_s2_walk(env, s2, where, PT_PRIV, true, pt_s2_start(env, where, &start), &l2, r);
		if (fault) {
			r->desc = 0;
			return fault;
		}
		pa = l2.out;
	}
	if (!pt_fetch32(env, pa, WALK_S1, level, st->flags & SHORT_BE, desc))
		return pt_set_abort(r, 1, level, pa, false, 0);
	r->fetch = pa;
	return PT_OK;
}

/* G5.4.3: which table, and the address of the level 1 descriptor; false: walks of it are disabled */
static bool short_root(const struct short_stage *st, u32 va, u64 *where)
{
	bool high = st->n && va >> (32 - st->n);
	u8 size = high ? 14 : 14 - st->n;
	u64 base = high ? st->ttbr1 : st->ttbr0;

	*where = (base >> size << size) | (u64)(va >> 20 & ((1U << (size - 2)) - 1)) << 2;
	return !(st->flags & (high ? SHORT_PD1 : SHORT_PD0));
}

static enum pt_fault short_fault(struct pt_result *r, enum pt_fault fault, s8 level, u32 desc, u32 access)
{
	pt_set_fault(r, fault, 1, level, desc);
	if (fault == PT_PERMISSION)
		r->lacks = pt_wanted(access);
	return fault;
}

static enum pt_fault short_level2(const struct pt_env *env, const struct short_stage *st, const struct vmsa64_stage *s2,
				  u32 va, u64 table, u16 tbl, u32 *desc, struct short_leaf *s, struct pt_result *r)
{
	enum pt_fault fault = short_fetch(env, st, s2, table | (va >> 12 & 0xff) << 2, 2, desc, r);

	if (fault)
		return fault;
	if (!(*desc & (L2_SMALL | L2_LARGE)))
		return short_fault(r, PT_TRANSLATION, 2, *desc, 0);
	decode_page(*desc, tbl, s);
	return PT_OK;
}

static u16 table_attr(const struct short_stage *st, u32 desc)
{
	u16 attr = FIELD_GET(L1_DOMAIN, desc) << PT_TBL_DOMAIN_SHIFT;

	if (desc & L1_TBL_NS)
		attr |= PT_TBL_NS;
	if ((desc & L1_TBL_PXN) && (st->flags & SHORT_PXN))
		attr |= PT_TBL_PXN;
	return attr;
}

static enum pt_fault short_stage1(const struct pt_env *env, const struct short_stage *st, const struct vmsa64_stage *s2,
				  u32 va, u32 access, const struct pt_start *start, struct pt_leaf *l,
				  struct pt_result *r)
{
	struct pt_start table = { 0 };
	struct short_leaf s;
	enum pt_fault fault;
	s8 level = 2;
	u64 where;
	u32 desc;

	if (start) {
		table = *start;
	} else {
		if (!short_root(st, va, &where))
			return short_fault(r, PT_TRANSLATION, 1, 0, access);
		fault = short_fetch(env, st, s2, where, 1, &desc, r);
		if (fault)
			return fault;
		if (!(desc & L1_TYPE) || ((desc & L1_TYPE) == 3 && !(st->flags & SHORT_PXN)))
			return short_fault(r, PT_TRANSLATION, 1, desc, access);
		if ((desc & L1_TYPE) == 1) {
			table.table = desc & GENMASK(31, 10);
			table.attr = table_attr(st, desc);
			pt_add_step(env, 1, va, 20, table.table, 2, table.attr);
		} else {
			level = 1;
			decode_section(st, desc, &s);
		}
	}
	if (level == 2) {
		fault = short_level2(env, st, s2, va, table.table, table.attr, &desc, &s, r);
		if (fault)
			return fault;
	}
	fault = short_check(st, &s, access, l);
	if (fault)
		return short_fault(r, fault, level, desc, access);
	short_geometry(st, &s, va, desc, level, l);
	return PT_OK;
}

enum pt_fault short_walk(const struct pt_env *env, const struct short_stage *s1, const struct vmsa64_stage *s2, u64 va,
			 u32 access, const struct pt_start *start, struct pt_result *r)
{
	enum pt_fault fault;
	struct pt_leaf l;

	if (env->steps)
		env->steps->n = 0;
	if (va >> 32)
		return short_fault(r, PT_TRANSLATION, 1, 0, access);
	fault = short_stage1(env, s1, s2, va, access, start, &l, r);
	if (fault)
		return fault;
	return s2 ? pt_finish_nested(env, s2, &l, access, r) : pt_finish(&l, 1, access, r);
}
