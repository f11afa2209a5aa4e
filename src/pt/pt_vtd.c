// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Walks of VT-d tables. Section numbers are those of the VT-d specification, revision 5.10. */
#include "pt_vtd.h"
#include "pt_priv.h"

#define FS_P	      BIT_ULL(0)
#define FS_RW	      BIT_ULL(1)
#define FS_US	      BIT_ULL(2)
#define FS_A	      BIT_ULL(5)
#define FS_D	      BIT_ULL(6)
#define FS_EA	      BIT_ULL(10)
#define FS_XD	      BIT_ULL(63)
#define SS_R	      BIT_ULL(0)
#define SS_W	      BIT_ULL(1)
#define SS_A	      BIT_ULL(8)
#define SS_D	      BIT_ULL(9)
#define SS_SNP	      BIT_ULL(11)
#define SS_IR	      BIT_ULL(61)
#define SS_IW	      BIT_ULL(62)
#define PAGE_SIZE_BIT BIT_ULL(7)
#define ADDR_MASK     GENMASK_ULL(51, 12)

/* Where a walk stands. */
struct vtd_cursor {
	u64 table;
	u64 where;
	u16 attr;
	s8 level; /* down to 1 */
	u8 tries;
};

static inline u8 vtd_shift(s8 level)
{
	return 12 + 9 * (level - 1);
}

static inline void vtd_cursor_set(struct vtd_cursor *c, const struct vtd_stage *st, const struct pt_start *start)
{
	/*
	 * A start above the top level comes from an entry with another width, which is software's error: it is not
	 * used.
	 */
	if (start && start->level <= st->levels) {
		fl_assert(start->level >= 1);
		c->table = start->table;
		c->level = start->level;
		c->attr = start->attr & (u16)~PT_TBL_LOCATED;
	} else {
		c->table = st->table & ADDR_MASK;
		c->level = st->levels;
		c->attr = 0;
	}
	c->tries = 0;
}

static inline void vtd_aim(struct vtd_cursor *c, u64 addr)
{
	c->where = c->table | (addr >> vtd_shift(c->level) & 0x1ff) << 3;
}

/* Address bits that the host does not have: 51:HAW */
static inline u64 beyond_haw(const struct vtd_stage *st)
{
	return st->haw >= 52 ? 0 : GENMASK_ULL(51, st->haw);
}

/* PS is reserved where the level or the implementation has no such page (3.6, 3.7). */
static inline bool large_allowed(const struct vtd_stage *st, s8 level, bool first_stage)
{
	if (level == 3)
		return st->flags & VTD_1GB;
	return level == 2 && (first_stage || (st->flags & VTD_2MB));
}

static inline bool is_leaf(u64 entry, s8 level)
{
	return level == 1 || (entry & PAGE_SIZE_BIT);
}

static inline void vtd_geometry(struct pt_leaf *l, u64 addr, u64 entry, s8 level)
{
	l->desc = entry;
	l->level = level;
	l->shift = vtd_shift(level);
	l->contig_shift = l->shift;
	l->out = (entry & ADDR_MASK) >> l->shift << l->shift;
	l->out |= addr & ((1ULL << l->shift) - 1);
}

/* Second stage ------------------------------------------------------------- */

static bool ss_reserved(const struct vtd_stage *st, u64 entry, s8 level)
{
	u64 reserved = beyond_haw(st);

	if (!(st->flags & VTD_IORW))
		reserved |= SS_IW;
	if (!is_leaf(entry, level))
		return entry & (reserved | SS_SNP);
	if (!(st->flags & VTD_SNP))
		reserved |= SS_SNP;
	if (level > 1) {
		if (!large_allowed(st, level, false))
			return true;
		reserved |= GENMASK_ULL(vtd_shift(level) - 1, 12);
	}
	return entry & reserved;
}

/* R and W of an entry; with SSIRWE those of I/O. */
static inline u8 ss_grants(const struct vtd_stage *st, u64 entry)
{
	if (unlikely(st->flags & VTD_IORW))
		return FIELD_GET(SS_IR | SS_IW, entry);
	return entry & (SS_R | SS_W);
}

static enum pt_fault ss_fault(struct pt_result *r, const struct vtd_stage *st, enum pt_fault fault,
			      const struct vtd_cursor *c, u64 entry, u64 addr, u8 lacks, bool tt)
{
	pt_set_fault(r, fault, 2, c->level, entry);
	r->desc2 = entry;
	r->ipa = addr;
	r->fetch = c->where;
	r->lacks = lacks;
	r->tt = tt;
	r->root = fault == PT_EXT_ABORT && c->level == st->levels;
	return fault;
}

/* What must be written back to an entry that is used: A, and D with the leaf of a write (3.7.2). */
static inline u64 ss_wanted_flags(const struct vtd_stage *st, u64 entry, s8 level, bool write)
{
	if (likely(!(st->flags & VTD_AD)))
		return entry;
	return entry | SS_A | (write && is_leaf(entry, level) ? SS_D : 0);
}

/*
 * Atomically set flags of an entry. *entry becomes what memory holds; the caller
 * evaluates it anew unless it is @new_entry. PT_OK, or why it cannot be.
 */
static enum pt_fault set_flags(const struct pt_env *env, const struct vtd_stage *st, struct vtd_cursor *c, u64 pa,
			       u64 *entry, u64 new_entry)
{
	u64 seen = *entry;

	if (st->flags & VTD_NO_SNOOP_WALK)
		return PT_NO_UPDATE;
	if (!pt_update64(env, pa, c->level, false, &seen, new_entry) || ++c->tries > PT_MAX_RETRIES)
		return PT_EXT_ABORT;
	*entry = seen == *entry ? new_entry : seen;
	return PT_OK;
}

/* @want: PERM_* that must be granted, all of them; @write: a write, for the dirty flag */
static enum pt_fault ss_walk(const struct pt_env *env, const struct vtd_stage *st, u64 addr, u8 want, u32 access,
			     bool tt, const struct pt_start *start, struct pt_leaf *l, struct pt_result *r)
{
	bool write = want & PERM_W & (access & PT_WRITE ? PERM_W : 0);
	struct vtd_cursor c;
	enum pt_fault fault;
	u64 entry = 0, flagged;
	u8 grants, perm;

	vtd_cursor_set(&c, st, start);
	l->flags = 0;
	for (;;) {
		vtd_aim(&c, addr);
		if (unlikely(!pt_fetch64(env, c.where, WALK_S2, c.level, false, &entry)))
			return ss_fault(r, st, PT_EXT_ABORT, &c, 0, addr, want, tt);
again:
		grants = ss_grants(st, entry);
		if (unlikely(!grants))
			return ss_fault(r, st, PT_TRANSLATION, &c, entry, addr, want, tt);
		if (unlikely(ss_reserved(st, entry, c.level)))
			return ss_fault(r, st, PT_RESERVED, &c, entry, addr, want, tt);
		perm = grants & ~((c.attr & PT_TBL_NO_READ ? PERM_R : 0) | (c.attr & PT_TBL_NO_WRITE ? PERM_W : 0));
		if (is_leaf(entry, c.level)) {
			/* SSS.2: all entries together grant neither permission. */
			if (unlikely(!perm))
				return ss_fault(r, st, PT_TRANSLATION, &c, entry, addr, want, tt);
			if (unlikely((perm & want) != want) && !(access & PT_NO_PERM_FAULT))
				return ss_fault(r, st, PT_PERMISSION, &c, entry, addr, want & ~perm, tt);
		}
		flagged = ss_wanted_flags(st, entry, c.level, write && (perm & PERM_W));
		if (unlikely(flagged != entry) && env->ops->mem_cas64) {
			fault = set_flags(env, st, &c, c.where, &entry, flagged);
			if (fault) {
				ss_fault(r, st, fault, &c, entry, addr, want, tt);
				r->update = true;
				return fault;
			}
			if (entry != flagged)
				goto again;
			l->flags |= PT_RES_UPDATED;
		}
		if (is_leaf(entry, c.level))
			break;
		c.attr |= (grants & PERM_R ? 0 : PT_TBL_NO_READ) | (grants & PERM_W ? 0 : PT_TBL_NO_WRITE);
		c.table = entry & ADDR_MASK;
		c.level--;
		pt_add_step(env, 2, addr, vtd_shift(c.level + 1), c.table, c.level, c.attr);
	}
	vtd_geometry(l, addr, entry, c.level);
	/* Execute requests need read permission; the second stage has no other. */
	l->user = perm | (perm & PERM_R ? PERM_X : 0);
	l->priv = l->user;
	l->clean = (st->flags & VTD_AD) && (perm & PERM_W) && !(entry & SS_D);
	l->attr = (entry >> 3 & 0xf) | (entry & SS_SNP ? BIT(4) : 0);
	r->fetch = c.where;
	return PT_OK;
}

static inline u8 ss_want(u32 access)
{
	return access & PT_WRITE ? PERM_W : PERM_R;
}

/* First stage -------------------------------------------------------------- */

static bool fs_reserved(const struct vtd_stage *st, u64 entry, s8 level)
{
	u64 reserved = beyond_haw(st);

	if (level > 1 && (entry & PAGE_SIZE_BIT)) {
		if (!large_allowed(st, level, true))
			return true;
		/* Bit 12 is PAT. */
		reserved |= GENMASK_ULL(vtd_shift(level) - 1, 13);
	}
	return entry & reserved;
}

/* 3.6.1; @tbl: what the entries above have taken away */
static void fs_permissions(const struct vtd_stage *st, u64 entry, u16 tbl, struct pt_leaf *l)
{
	bool user = (entry & FS_US) && !(tbl & PT_TBL_NO_USER);
	bool write = (entry & FS_RW) && !(tbl & PT_TBL_NO_WRITE);
	bool xd = (st->flags & VTD_NXE) && ((entry & FS_XD) || (tbl & PT_TBL_XN));

	l->priv = PERM_R | (write || !(st->flags & VTD_WPE) ? PERM_W : 0);
	l->user = user ? PERM_R | (write ? PERM_W : 0) : 0;
	if (!xd) {
		l->priv |= user && (st->flags & VTD_SMEP) ? 0 : PERM_X;
		l->user |= user ? PERM_X : 0;
	}
	if (!(st->flags & VTD_EXEC)) {
		l->priv |= PERM_X;
		l->user |= user ? PERM_X : 0;
	}
	l->clean = (l->priv & PERM_W) && !(entry & FS_D);
}

static inline u16 fs_table_attr(u64 entry)
{
	return (entry & FS_US ? 0 : PT_TBL_NO_USER) | (entry & FS_RW ? 0 : PT_TBL_NO_WRITE) |
	       (entry & FS_XD ? PT_TBL_XN : 0);
}

static enum pt_fault fs_fault(struct pt_result *r, const struct vtd_stage *st, enum pt_fault fault,
			      const struct vtd_cursor *c, u64 pa, u64 entry, u32 access)
{
	pt_set_fault(r, fault, 1, c->level, entry);
	r->fetch = pa;
	r->lacks = pt_wanted(access);
	r->root = fault == PT_EXT_ABORT && c->level == st->levels;
	return fault;
}

/* Through the second stage to a first-stage entry (3.8.1); @write: A, EA or D has to be set in it */
static enum pt_fault fs_locate(const struct pt_env *env, const struct vtd_stage *st, const struct vtd_stage *ss,
			       const struct vtd_cursor *c, bool write, u64 *pa, bool *writable, struct pt_result *r)
{
	/* With second-stage A/D flags, reads of first-stage entries need write permission, too. */
	u8 want = write || (ss->flags & VTD_AD) ? PERM_R | PERM_W : PERM_R;
	struct pt_start start;
	struct pt_leaf l2;
	u32 access = PT_PRIV | (write ? PT_WRITE : 0), steps;

	steps = env->steps && !write ? env->steps->n : 0;
	if (unlikely(ss_walk(env, ss, c->where, want, access, true, pt_s2_start(env, c->where, &start), &l2, r))) {
		r->desc = 0;
		if (r->fault == PT_PERMISSION) {
			r->root = c->level == st->levels;
			r->update = write;
		}
		return r->fault;
	}
	*pa = l2.out;
	*writable = (l2.priv & PERM_W) && !l2.clean;
	if (steps)
		pt_locate_step(env, steps, c->table, l2.out - (c->where - c->table));
	return PT_OK;
}

/* Set A, EA and D of a used entry (3.6.2). *entry as set_flags() leaves it. */
static enum pt_fault fs_flag(const struct pt_env *env, const struct vtd_stage *st, const struct vtd_stage *ss,
			     struct vtd_cursor *c, u64 pa, bool writable, u64 *entry, u64 flagged, u32 access,
			     struct pt_result *r)
{
	enum pt_fault fault;
	u64 was = *entry;

	if (ss && !writable && fs_locate(env, st, ss, c, true, &pa, &writable, r)) {
		r->desc = was;
		return r->fault;
	}
	fault = set_flags(env, st, c, pa, entry, flagged);
	if (fault) {
		fs_fault(r, st, fault, c, pa, was, access);
		r->update = true;
	}
	return fault;
}

/* Access rights of the whole path (3.6.1), known once the leaf is. */
static enum pt_fault fs_rights(const struct pt_leaf *l, u32 access)
{
	u8 perm = access & PT_PRIV ? l->priv : l->user;

	return likely(perm & pt_wanted(access)) || (access & PT_NO_PERM_FAULT) ? PT_OK : PT_PERMISSION;
}

static inline u64 fs_wanted_flags(const struct vtd_stage *st, u64 entry)
{
	return entry | FS_A | (st->flags & VTD_EAFE ? FS_EA : 0);
}

/* What an entry says to the access, and which flags it gets; a last-level one also says the permissions. */
static inline enum pt_fault fs_judge(const struct vtd_stage *st, const struct vtd_cursor *c, u64 entry, u32 access,
				     struct pt_leaf *l, u64 *flagged)
{
	enum pt_fault fault;

	if (unlikely(!(entry & FS_P)))
		return PT_TRANSLATION;
	if (unlikely(fs_reserved(st, entry, c->level)))
		return PT_RESERVED;
	/* SGN.2 is reported at the first supervisor entry, whatever lies below it. */
	if (!(access & PT_PRIV) && unlikely(!(entry & FS_US) || (c->attr & PT_TBL_NO_USER)))
		return PT_PRIVILEGE;
	*flagged = fs_wanted_flags(st, entry);
	if (!is_leaf(entry, c->level))
		return PT_OK;
	fs_permissions(st, entry, c->attr, l);
	fault = fs_rights(l, access);
	if (unlikely(fault))
		return fault;
	if (unlikely(st->flags & VTD_XD_RESERVED) && ((entry & FS_XD) || (c->attr & PT_TBL_XN)))
		return PT_RESERVED;
	if ((access & PT_WRITE) && ((access & PT_PRIV ? l->priv : l->user) & PERM_W))
		*flagged |= FS_D;
	return PT_OK;
}

static enum pt_fault fs_walk(const struct pt_env *env, const struct vtd_stage *st, const struct vtd_stage *ss, u64 addr,
			     u32 access, const struct pt_start *start, struct pt_leaf *l, struct pt_result *r)
{
	bool writable = false;
	/* Under the second stage: the table is at a physical address, which a walk cache knows. */
	bool located = start && start->level <= st->levels && (start->attr & PT_TBL_LOCATED);
	struct vtd_cursor c;
	enum pt_fault fault;
	u64 entry = 0, flagged = 0, pa;

	vtd_cursor_set(&c, st, start);
	l->flags = 0;
	for (;; located = false) {
		vtd_aim(&c, addr);
		pa = c.where;
		if (ss && !located && fs_locate(env, st, ss, &c, false, &pa, &writable, r))
			return r->fault;
		if (unlikely(!pt_fetch64(env, pa, WALK_S1, c.level, false, &entry)))
			return fs_fault(r, st, PT_EXT_ABORT, &c, pa, 0, access);
again:
		fault = fs_judge(st, &c, entry, access, l, &flagged);
		if (unlikely(fault))
			return fs_fault(r, st, fault, &c, pa, entry, access);
		if (ss && unlikely((entry & ADDR_MASK) >> ss->in_bits))
			return fs_fault(r, st, PT_ADDR_SIZE, &c, pa, entry, access);
		if (unlikely(flagged != entry) && env->ops->mem_cas64) {
			/*
			 * The second stage has to permit the write, and it needs its input address: walk it once more,
			 * from the root.
			 */
			if (located) {
				vtd_cursor_set(&c, st, NULL);
				continue;
			}
			if (fs_flag(env, st, ss, &c, pa, writable, &entry, flagged, access, r))
				return r->fault;
			if (entry != flagged)
				goto again;
			l->flags |= PT_RES_UPDATED;
		}
		if (is_leaf(entry, c.level))
			break;
		c.attr |= fs_table_attr(entry);
		c.table = entry & ADDR_MASK;
		c.level--;
		pt_add_step(env, 1, addr, vtd_shift(c.level + 1), c.table, c.level, c.attr);
	}
	vtd_geometry(l, addr, entry, c.level);
	l->clean = l->clean && !(entry & FS_D);
	l->attr = (entry >> 3 & 3) | (entry >> (c.level == 1 ? 7 : 12) & 1) << 2;
	r->fetch = pa;
	return PT_OK;
}

/* Both --------------------------------------------------------------------- */

static enum pt_fault vtd_nested(const struct pt_env *env, const struct vtd_stage *ss, const struct pt_leaf *l1,
				u32 access, struct pt_result *r)
{
	u8 perm1 = access & PT_PRIV ? l1->priv : l1->user;
	struct pt_start start;
	struct pt_leaf l2;

	/* Only an ATS request gets here without permission: then no dirty flag is set. */
	if (!(perm1 & pt_wanted(access)))
		access &= ~PT_WRITE;
	if (ss_walk(env, ss, l1->out, ss_want(access), access, false, pt_s2_start(env, l1->out, &start), &l2, r)) {
		r->desc = l1->desc;
		return r->fault;
	}
	pt_combine(l1, &l2, access, r);
	return PT_OK;
}

enum pt_fault vtd_walk(const struct pt_env *env, const struct vtd_stage *fs, const struct vtd_stage *ss, u64 addr,
		       u32 access, const struct pt_start *start, struct pt_result *r)
{
	struct pt_leaf l;

	if (env->steps)
		env->steps->n = 0;
	if (!fs) {
		if (ss_walk(env, ss, addr, ss_want(access), access, false, start, &l, r))
			return r->fault;
		return pt_finish(&l, 2, access, r);
	}
	if (fs_walk(env, fs, ss, addr, access, start, &l, r))
		return r->fault;
	return ss ? vtd_nested(env, ss, &l, access, r) : pt_finish(&l, 1, access, r);
}

/* Reasons (7.1.3) ---------------------------------------------------------- */

static u8 permission_reason(u8 lacks)
{
	if (lacks & PERM_W)
		return 0x85; /* SGN.6 */
	if (lacks & PERM_X)
		return 0x82; /* execute request without permission, up to major version 7 */
	return 0x86;	     /* SGN.7 */
}

static u8 legacy_reason(const struct pt_result *r)
{
	switch (r->fault) {
	case PT_EXT_ABORT:
		return r->root ? 0x3 : 0x7; /* LCT.4.3, LSS.1 */
	case PT_RESERVED:
		return 0xc; /* LSS.2 */
	default:
		return r->lacks & PERM_W ? 0x5 : 0x6; /* LGN.2, LGN.3 */
	}
}

static u8 fs_reason(const struct pt_result *r)
{
	switch (r->fault) {
	case PT_EXT_ABORT:
		if (r->update)
			return 0x91;	      /* SFS.10 */
		return r->root ? 0x73 : 0x70; /* SFS.4, SFS.1 */
	case PT_TRANSLATION:
		return 0x71; /* SFS.2 */
	case PT_RESERVED:
		return 0x72; /* SFS.3 */
	case PT_ADDR_SIZE:
		return 0x74; /* SFS.5 */
	case PT_NO_UPDATE:
		return 0x90; /* SFS.9 */
	case PT_PRIVILEGE:
		return 0x81; /* SGN.2 */
	default:
		return permission_reason(r->lacks);
	}
}

static u8 ss_reason(const struct pt_result *r)
{
	switch (r->fault) {
	case PT_EXT_ABORT:
		if (r->update)
			return 0x7d;	      /* SSS.6 */
		return r->root ? 0x7b : 0x78; /* SSS.4, SSS.1 */
	case PT_TRANSLATION:
		return 0x79; /* SSS.2 */
	case PT_RESERVED:
		return 0x7a; /* SSS.3 */
	case PT_NO_UPDATE:
		return 0x7c; /* SSS.5 */
	default:
		break;
	}
	if (!r->tt)
		return permission_reason(r->lacks);
	if (r->update)
		return 0x77;	      /* SFS.8 */
	return r->root ? 0x75 : 0x76; /* SFS.6, SFS.7 */
}

u8 vtd_reason(const struct pt_result *r, bool legacy)
{
	if (legacy)
		return legacy_reason(r);
	return r->stage == 1 ? fs_reason(r) : ss_reason(r);
}
