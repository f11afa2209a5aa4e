// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pt_build.h"
#include "pt_format.h"

/* Tables on the way to the last address looked at; those above its changes stay known. */
struct pt_path {
	u64 table[PT_BUILD_LEVELS];
	u64 tag[PT_BUILD_LEVELS]; /* input address >> what the table covers */
	u8 n;			  /* known, root included */
};

/* Where a piece of a mapping goes. */
struct pt_place {
	u8 depth;
	u8 shift; /* log2 of the piece */
	u8 at;	  /* depth of the entry found; < depth: tables are missing */
};

static void path_init(const struct pt_build *b, struct pt_path *p)
{
	p->table[0] = b->root;
	p->n = 1;
}

static inline int entry_read(const struct pt_build *b, u64 where, u64 *desc)
{
	u8 raw[8];
	int err = b->ops->mem_read(b->ctx, where, raw, b->entry);

	if (unlikely(err))
		return err;
	if (likely(b->plain))
		*desc = fl_get_le64(raw);
	else if (b->entry == 8)
		*desc = __builtin_bswap64(fl_get_le64(raw));
	else
		*desc = b->cfg.big_endian ? __builtin_bswap32(fl_get_le32(raw)) : fl_get_le32(raw);
	return 0;
}

static int entry_write(const struct pt_build *b, u64 where, u64 desc)
{
	u8 raw[8];

	if (likely(b->plain))
		fl_put_le64(raw, desc);
	else if (b->entry == 8)
		fl_put_le64(raw, __builtin_bswap64(desc));
	else
		fl_put_le32(raw, b->cfg.big_endian ? __builtin_bswap32((u32)desc) : (u32)desc);
	return b->ops->mem_write(b->ctx, where, raw, b->entry);
}

static u64 where_of(const struct pt_build *b, const struct pt_path *p, u8 depth, u64 iova)
{
	return p->table[depth] + (iova >> b->shift[depth] & b->mask[depth]) * b->entry;
}

/* Down to @want, or to the entry above it that is no table. */
static int descend(const struct pt_build *b, struct pt_path *p, u64 iova, u8 want, u8 *at, u64 *desc)
{
	u32 d = 0;
	int err;

	while (d < want && d + 1 < p->n && p->tag[d + 1] == iova >> b->shift[d])
		d++;
	for (;; d++) {
		err = entry_read(b, where_of(b, p, d, iova), desc);
		if (unlikely(err) || d == want || !pt_format_is_table(b, *desc))
			break;
		p->table[d + 1] = pt_format_table_address(b, d, *desc);
		p->tag[d + 1] = iova >> b->shift[d];
	}
	p->n = d + 1;
	*at = d;
	return err;
}

/* Init and exit ---------------------------------------------------------------- */

int pt_build_init(struct pt_build *b, const struct pt_build_cfg *cfg, const struct drv_ops *ops, void *ctx)
{
	int err;

	memset(b, 0, sizeof(*b));
	b->cfg = *cfg;
	b->ops = ops;
	b->ctx = ctx;
	err = pt_format_geometry(b);
	if (err)
		return err;
	b->plain = b->entry == 8 && !cfg->big_endian;
	err = ops->mem_alloc(ctx, b->root_bytes, b->root_bytes, &b->root);
	if (err)
		return err;
	b->tables = 1;
	return 0;
}

static void table_free(struct pt_build *b, u64 pa)
{
	b->ops->mem_free(b->ctx, pa, b->table_bytes);
	b->tables--;
}

/* Depth first, without recursion: @next[d] is the entry to look at in the table of depth d. */
void pt_build_exit(struct pt_build *b)
{
	u64 table[PT_BUILD_LEVELS] = { b->root }, desc;
	u32 next[PT_BUILD_LEVELS] = { 0 };
	u8 d = 0;

	if (!b->root_bytes)
		return;
	for (;;) {
		if (next[d] == 1U << b->bits[d] || d == b->depth - 1) {
			if (!d)
				break;
			table_free(b, table[d--]);
			continue;
		}
		if (entry_read(b, table[d] + (u64)next[d]++ * b->entry, &desc))
			continue;
		if (pt_format_kind(b, d, desc) != PT_KIND_TABLE)
			continue;
		table[d + 1] = pt_format_address(b, d, desc);
		next[++d] = 0;
	}
	b->ops->mem_free(b->ctx, b->root, b->root_bytes);
	b->tables = 0;
	b->root_bytes = 0;
}

/* Ranges ------------------------------------------------------------------------- */

static u64 granule_mask(const struct pt_build *b)
{
	return BIT_ULL(b->shift[b->depth - 1]) - 1;
}

/* Whether this table translates all of [@iova, @last]. */
static bool input_ok(const struct pt_build *b, u64 iova, u64 last)
{
	u8 n = b->cfg.in_bits;
	u64 ones = ~0ULL >> n;

	if (last < iova)
		return false;
	if (b->cfg.format == PT_VTD_FS) {
		u8 up = 64 - n;

		return (u64)((s64)(iova << up) >> up) == iova && (u64)((s64)(last << up) >> up) == last &&
		       iova >> 63 == last >> 63;
	}
	if (b->cfg.format == PT_LPAE_S1 || b->cfg.format == PT_SHORT)
		return !(last >> 32) && (!b->cfg.high || n == 32 || iova >> n == (1ULL << (32 - n)) - 1) &&
		       (b->cfg.high || !(last >> n));
	return b->cfg.high ? iova >> n == ones && last >> n == ones : !(last >> n);
}

static int range_check(const struct pt_build *b, u64 iova, u64 bytes)
{
	if (!bytes || ((iova | bytes) & granule_mask(b)) || !input_ok(b, iova, iova + bytes - 1))
		return -EINVAL;
	return 0;
}

/* Map ------------------------------------------------------------------------------ */

/* Largest size, up to 2^@max, that @iova, @pa and @bytes admit. */
static u8 pick_shift(const struct pt_build *b, u64 iova, u64 pa, u64 bytes, u8 max)
{
	u64 align = iova | pa, fit;

	max = min(max, (u8)(63 - __builtin_clzll(bytes)));
	if (align)
		max = min(max, (u8)__builtin_ctzll(align));
	fit = b->sizes & GENMASK_ULL(max, 0);
	return fit ? 63 - __builtin_clzll(fit) : b->shift[b->depth - 1];
}

static u8 depth_of(const struct pt_build *b, u8 shift)
{
	u8 d = b->depth - 1;

	while (d && shift >= b->shift[d - 1])
		d--;
	return d;
}

/* Entries of a would-be group: empty (0), mapped (-EEXIST), or a table in the way (1). */
static int group_state(const struct pt_build *b, const struct pt_path *p, u8 depth, u64 iova, u32 entries)
{
	u64 where = where_of(b, p, depth, iova), desc;
	int err, state = 0;
	u32 i;

	for (i = 0; i < entries; i++) {
		err = entry_read(b, where + (u64)i * b->entry, &desc);
		if (err)
			return err;
		if (pt_format_kind(b, depth, desc) == PT_KIND_LEAF)
			return -EEXIST;
		if (pt_format_kind(b, depth, desc) == PT_KIND_TABLE)
			state = 1;
	}
	return state;
}

/* Find the largest piece at the start of the rest of a mapping; -EEXIST if something is mapped there. */
static int find_place(const struct pt_build *b, struct pt_path *p, u64 iova, u64 pa, u64 bytes, struct pt_place *at)
{
	u8 max = 63;
	u64 desc;
	int err;

	for (;;) {
		at->shift = pick_shift(b, iova, pa, bytes, max);
		at->depth = depth_of(b, at->shift);
		err = descend(b, p, iova, at->depth, &at->at, &desc);
		if (err)
			return err;
		if (pt_format_kind(b, at->at, desc) == PT_KIND_LEAF)
			return -EEXIST;
		if (at->at < at->depth)
			return 0;
		err = group_state(b, p, at->depth, iova, 1U << (at->shift - b->shift[at->depth]));
		if (err <= 0)
			return err;
		max = at->shift - 1;
	}
}

/* Count the tables that a mapping lacks; finds every conflict before anything is changed. */
static int plan(const struct pt_build *b, u64 iova, u64 pa, u64 bytes, u32 *missing)
{
	u64 counted[PT_BUILD_LEVELS] = { 0 }, tag; /* tag + 1 of the last missing table */
	struct pt_place at;
	struct pt_path p;
	u64 done;
	int err;
	u8 d;

	*missing = 0;
	path_init(b, &p);
	for (done = 0; done < bytes; done += BIT_ULL(at.shift)) {
		err = find_place(b, &p, iova + done, pa + done, bytes - done, &at);
		if (err)
			return err;
		if (!pt_format_reaches(b, at.shift, pa + done))
			return -EINVAL;
		for (d = at.at + 1; d <= at.depth; d++) {
			tag = ((iova + done) >> b->shift[d - 1]) + 1;
			*missing += counted[d] != tag;
			counted[d] = tag;
		}
	}
	return 0;
}

/* Tables that a mapping will need, chained through their first word. */
static void reserve_free(struct pt_build *b, u64 head, u32 n)
{
	u64 next;

	for (; n; n--, head = next) {
		if (n > 1 && entry_read(b, head, &next))
			return;
		b->ops->mem_free(b->ctx, head, b->table_bytes);
	}
}

static int reserve(struct pt_build *b, u32 n, u64 *head)
{
	u64 table;
	u32 i;
	int err;

	for (i = 0; i < n; i++) {
		err = b->ops->mem_alloc(b->ctx, b->table_bytes, b->table_bytes, &table);
		if (!err && i) {
			err = entry_write(b, table, *head);
			if (err)
				b->ops->mem_free(b->ctx, table, b->table_bytes);
		}
		if (err) {
			reserve_free(b, *head, i);
			return err;
		}
		*head = table;
	}
	return 0;
}

/* Hang tables from the reserve below the entry at @at->at, down to @at->depth. */
static int grow(struct pt_build *b, struct pt_path *p, u64 iova, const struct pt_place *at, u64 *head, u32 *n)
{
	u64 table, next = 0;
	u8 d;
	int err;

	for (d = at->at; d < at->depth; d++) {
		fl_assert(*n);
		table = *head;
		if (*n > 1) {
			err = entry_read(b, table, &next);
			if (!err)
				err = entry_write(b, table, 0);
			if (err)
				return err;
		}
		err = entry_write(b, where_of(b, p, d, iova), pt_format_table(b, d, table));
		if (err) {
			/* Put the table back into the chain: the caller frees what is left of it. */
			entry_write(b, table, next);
			return err;
		}
		*head = next;
		--*n;
		b->tables++;
		p->table[d + 1] = table;
		p->tag[d + 1] = iova >> b->shift[d];
		p->n = d + 2;
	}
	return 0;
}

static int write_leaves(const struct pt_build *b, const struct pt_path *p, u8 depth, u8 shift, u64 iova, u64 pa,
			u32 prot)
{
	bool group = shift > b->shift[depth];
	u32 n = 1U << (shift - b->shift[depth]), i;
	u64 where = where_of(b, p, depth, iova);
	u64 step = group && pt_format_replicates(b) ? 0 : BIT_ULL(b->shift[depth]);
	int err;

	for (i = 0; i < n; i++, pa += step) {
		err = entry_write(b, where + (u64)i * b->entry, pt_format_leaf(b, depth, pa, prot, group));
		if (err)
			return err;
	}
	return 0;
}

int pt_map(struct pt_build *b, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	u64 head = 0, done;
	struct pt_place at;
	struct pt_path p;
	u32 n;
	int err;

	if (range_check(b, iova, bytes) || (pa & granule_mask(b)) || pt_format_check(b, prot))
		return -EINVAL;
	if (pa + bytes - 1 < pa || (pa + bytes - 1) >> b->cfg.out_bits)
		return -EINVAL;
	err = plan(b, iova, pa, bytes, &n);
	if (!err)
		err = reserve(b, n, &head);
	if (err)
		return err;
	path_init(b, &p);
	for (done = 0; done < bytes && !err; done += err ? 0 : BIT_ULL(at.shift)) {
		err = find_place(b, &p, iova + done, pa + done, bytes - done, &at);
		if (!err)
			err = grow(b, &p, iova + done, &at, &head, &n);
		if (!err)
			err = write_leaves(b, &p, at.depth, at.shift, iova + done, pa + done, prot);
	}
	if (err && done)
		pt_unmap(b, iova, done, false);
	reserve_free(b, head, n);
	return err;
}

/* Unmap and protect ------------------------------------------------------------------ */

/* What lies at @iova: log2 of the empty or mapped region that it is part of. */
struct pt_region {
	u64 desc;
	u8 depth;
	u8 shift;
	bool mapped;
};

static int region_at(const struct pt_build *b, struct pt_path *p, u64 iova, struct pt_region *g)
{
	int err = descend(b, p, iova, b->depth - 1, &g->depth, &g->desc);

	if (err)
		return err;
	g->mapped = pt_format_kind(b, g->depth, g->desc) == PT_KIND_LEAF;
	g->shift = b->shift[g->depth];
	if (g->mapped && pt_format_grouped(b, g->depth, g->desc))
		g->shift += b->group[g->depth];
	return 0;
}

static u64 region_end(u64 iova, u8 shift)
{
	return iova | (BIT_ULL(shift) - 1);
}

/* Every mapped region of the range lies wholly within it; counts the bytes. */
static int range_whole(const struct pt_build *b, u64 iova, u64 last, u64 *bytes)
{
	struct pt_region g;
	struct pt_path p;
	u64 end;
	int err;

	*bytes = 0;
	path_init(b, &p);
	for (;; iova = end + 1) {
		err = region_at(b, &p, iova, &g);
		if (err)
			return err;
		end = region_end(iova, g.shift);
		if (g.mapped && ((iova & (BIT_ULL(g.shift) - 1)) || end > last))
			return -EINVAL;
		if (g.mapped)
			*bytes += BIT_ULL(g.shift);
		if (end >= last)
			return 0;
	}
}

/* Address of the first byte that the region at @iova maps; a group's address may lie in its first entry. */
static u64 region_pa(const struct pt_build *b, const struct pt_region *g)
{
	return pt_format_address(b, g->depth, g->desc) >> g->shift << g->shift;
}

/* Rewrite each mapped region with @prot, or clear it (@prot 0). */
static int range_rewrite(const struct pt_build *b, u64 iova, u64 last, u32 prot)
{
	struct pt_region g;
	struct pt_path p;
	u64 end, where;
	u32 i;
	int err;

	path_init(b, &p);
	for (;; iova = end + 1) {
		err = region_at(b, &p, iova, &g);
		if (err)
			return err;
		end = region_end(iova, g.shift);
		if (g.mapped && prot)
			err = write_leaves(b, &p, g.depth, g.shift, iova, region_pa(b, &g), prot);
		where = where_of(b, &p, g.depth, iova);
		for (i = 0; g.mapped && !prot && !err && i < 1U << (g.shift - b->shift[g.depth]); i++)
			err = entry_write(b, where + (u64)i * b->entry, 0);
		if (err || end >= last)
			return err;
	}
}

static int table_empty(const struct pt_build *b, u64 table, u8 depth, bool *empty)
{
	u32 bytes = (u32)b->entry << b->bits[depth], done, part, i;
	u8 buf[256];
	int err;

	*empty = false;
	for (done = 0; done < bytes; done += part) {
		part = min((u32)sizeof(buf), bytes - done);
		err = b->ops->mem_read(b->ctx, table + done, buf, part);
		if (err)
			return err;
		for (i = 0; i < part; i++)
			if (buf[i])
				return 0;
	}
	*empty = true;
	return 0;
}

/* Free the empty tables of depth @depth that [@iova, @last] touches. */
static int prune_depth(struct pt_build *b, u64 iova, u64 last, u8 depth)
{
	struct pt_path p;
	u64 desc, end;
	bool empty;
	u8 at;
	int err;

	path_init(b, &p);
	for (;; iova = end + 1) {
		err = descend(b, &p, iova, depth - 1, &at, &desc);
		if (err)
			return err;
		end = region_end(iova, b->shift[at]);
		if (at == depth - 1 && pt_format_kind(b, at, desc) == PT_KIND_TABLE) {
			err = table_empty(b, pt_format_address(b, at, desc), depth, &empty);
			if (!err && empty)
				err = entry_write(b, where_of(b, &p, at, iova), 0);
			if (err)
				return err;
			if (empty)
				table_free(b, pt_format_address(b, at, desc));
		}
		if (end >= last)
			return 0;
	}
}

/* Rewrite what is mapped in a range of whole regions; the bytes that are mapped there, or an error. */
static s64 change(const struct pt_build *b, u64 iova, u64 bytes, u32 prot)
{
	u64 mapped;
	int err = range_check(b, iova, bytes);

	err = err ? err : range_whole(b, iova, iova + bytes - 1, &mapped);
	err = err ? err : range_rewrite(b, iova, iova + bytes - 1, prot);
	return err ? err : (s64)mapped;
}

s64 pt_unmap(struct pt_build *b, u64 iova, u64 bytes, bool free_tables)
{
	s64 mapped = change(b, iova, bytes, 0);
	int err = 0;
	u8 d;

	for (d = b->depth - 1; mapped >= 0 && !err && free_tables && d > 0; d--)
		err = prune_depth(b, iova, iova + bytes - 1, d);
	return err ? err : mapped;
}

s64 pt_protect(struct pt_build *b, u64 iova, u64 bytes, u32 prot)
{
	return pt_format_check(b, prot) ? -EINVAL : change(b, iova, bytes, prot);
}

/* Look up ------------------------------------------------------------------------------ */

static int find(const struct pt_build *b, u64 iova, struct pt_path *p, struct pt_region *g)
{
	int err;

	if (!input_ok(b, iova, iova))
		return -EINVAL;
	path_init(b, p);
	err = region_at(b, p, iova, g);
	if (err)
		return err;
	return g->mapped ? 0 : -ENOENT;
}

int pt_lookup(const struct pt_build *b, u64 iova, u64 *pa, u8 *shift)
{
	struct pt_region g;
	struct pt_path p;
	int err = find(b, iova, &p, &g);

	if (err)
		return err;
	if (shift)
		*shift = g.shift;
	*pa = region_pa(b, &g) | (iova & (BIT_ULL(g.shift) - 1));
	return 0;
}

int pt_entry(const struct pt_build *b, u64 iova, u64 *desc, u64 *where)
{
	struct pt_region g;
	struct pt_path p;
	int err = find(b, iova, &p, &g);

	if (err && err != -ENOENT)
		return err;
	if (desc)
		*desc = g.desc;
	if (where)
		*where = where_of(b, &p, g.depth, iova);
	return err;
}
