// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Building page tables: every failure, every state in between, and random maps. */
#include "pt_build_scene.h"

TEST(test_fail_each_allocation)
{
	static const struct {
		enum pt_format format;
		u8 in_bits, out_bits;
	} t[] = { { PT_VMSA64_S1, 48, 48 },
		  { PT_VMSA64_S2, 48, 48 },
		  { PT_SHORT, 32, 32 },
		  { PT_VTD_FS, 57, 46 },
		  { PT_VTD_SS, 48, 46 } };
	u64 iova = 0x3fdff000, bytes = 0x402000, pa;
	size_t i;
	u32 n;
	int err;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		ck_assert_int_eq(init(t[i].format, 12, t[i].in_bits, t[i].out_bits, 4096), 0);
		ck_assert_int_eq(old_maps(), 0);
		for (n = 1;; n++) {
			int live = world.live;
			u32 tables = b.tables;

			ck_assert_uint_lt(n, 30);
			world.fail_alloc = n;
			err = pt_map(&b, iova, 0x10000000, bytes, RW);
			if (!err)
				break;
			ck_assert_int_eq(err, -ENOMEM);
			ck_assert_int_eq(world.live, live);
			ck_assert_uint_eq(b.tables, tables);
			for (pa = iova; pa < iova + bytes; pa += 4096) {
				u64 out;

				ck_assert_int_eq(pt_lookup(&b, pa, &out, NULL), -ENOENT);
			}
			ck_assert_int_eq(pt_lookup(&b, 0x201000, &pa, NULL), 0);
			ck_assert_uint_eq(pa, 0x201000);
		}
		ck_assert_uint_ge(n, 4);
		world.fail_alloc = 0;
		ck_assert_int_eq(pt_unmap(&b, iova, bytes, true), bytes);
		nothing_left();
	}
}

/* A write that fails leaves nothing mapped and nothing leaked. */
TEST(test_fail_each_write)
{
	u64 iova = 0x3fdff000, bytes = 0x5000, at, pa;
	u32 n;
	int err;

	for (n = 1;; n++) {
		ck_assert_uint_lt(n, 40);
		ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 4096), 0);
		world.fail_write = n;
		err = pt_map(&b, iova, 0x10000000, bytes, RW);
		world.fail_write = 0;
		for (at = iova; err && at < iova + bytes; at += 4096)
			ck_assert_int_eq(pt_lookup(&b, at, &pa, NULL), -ENOENT);
		ck_assert_int_eq(world.live, (int)b.tables);
		nothing_left();
		if (!err)
			break;
		ck_assert_int_eq(err, -EIO);
	}
	ck_assert_uint_ge(n, 8);
}

/* Likewise a read, in each operation */
TEST(test_fail_each_read)
{
	u64 iova = 0x3fdff000, bytes = 0x5000, at, pa;
	u32 n;
	int err;

	for (n = 1, err = -EIO; err; n++) {
		ck_assert_uint_lt(n, 60);
		ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 4096), 0);
		world.fail_read = n;
		err = pt_map(&b, iova, 0x10000000, bytes, RW);
		world.fail_read = 0;
		ck_assert(!err || err == -EIO);
		for (at = iova; err && at < iova + bytes; at += 4096)
			ck_assert_int_eq(pt_lookup(&b, at, &pa, NULL), -ENOENT);
		ck_assert_int_eq(world.live, (int)b.tables);
		if (err)
			nothing_left();
	}
	for (n = 1, err = -EIO; err; n++) {
		world.fail_read = n;
		err = pt_protect(&b, iova, bytes, RO) < 0 ? -EIO : 0;
		world.fail_read = 0;
	}
	for (n = 1, err = -EIO; err; n++) {
		world.fail_read = n;
		err = pt_unmap(&b, iova, bytes, true) < 0 ? -EIO : 0;
		world.fail_read = 0;
		ck_assert_int_eq(world.live, (int)b.tables);
	}
	world.fail_read = 1;
	ck_assert_int_eq(pt_lookup(&b, iova, &pa, NULL), -EIO);
	world.fail_read = 1;
	ck_assert_int_eq(pt_entry(&b, iova, NULL, NULL), -EIO);
	nothing_left();
}

/* What a walk sees between any two writes ---------------------------------------------------- */

#define SEEN_IOVA  0x1ff000ULL
#define SEEN_PAGES 4

static struct vmsa64_stage seen_stage;
static u64 seen_old[SEEN_PAGES], seen_new[SEEN_PAGES]; /* 0: translation fault */
static u32 seen_states;

static void look(struct world *w, u64 pa)
{
	struct pt_result r;
	int i;

	seen_states++;
	for (i = 0; i < SEEN_PAGES; i++) {
		w->walk.n_accesses = 0;
		if (vmsa64_walk(&w->env, &seen_stage, NULL, SEEN_IOVA + i * 4096, 0, NULL, &r)) {
			ck_assert_int_eq(r.fault, PT_TRANSLATION);
			ck_assert(!seen_old[i] || !seen_new[i]);
		} else {
			ck_assert(r.pa == seen_old[i] || r.pa == seen_new[i]);
		}
	}
}

TEST(test_every_intermediate_state)
{
	int i;

	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 4096), 0);
	ck_assert_int_eq(vmsa64_s1_init(&seen_stage, 12, 48, b.root, 48, 0), 0);
	world.written = look;
	for (i = 0; i < SEEN_PAGES; i++)
		seen_new[i] = 0x80000000 + i * 4096;
	ck_assert_int_eq(pt_map(&b, SEEN_IOVA, 0x80000000, SEEN_PAGES * 4096, RW), 0);
	memcpy(seen_old, seen_new, sizeof(seen_old));
	ck_assert_int_eq(pt_protect(&b, SEEN_IOVA, SEEN_PAGES * 4096, RO), SEEN_PAGES * 4096);
	memset(seen_new, 0, sizeof(seen_new));
	ck_assert_int_eq(pt_unmap(&b, SEEN_IOVA, SEEN_PAGES * 4096, true), SEEN_PAGES * 4096);
	ck_assert_uint_ge(seen_states, 3 * SEEN_PAGES + 5);
	world.written = NULL;
	nothing_left();
}

/* Random: built tables against a shadow, read by the walkers ------------------------------------ */

#define SHADOW_PAGES 4096U

static struct {
	u64 pa;
	u32 prot;
} shadow[SHADOW_PAGES];

static u32 rng = 1;

static u32 roll(u32 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng % n;
}

struct subject {
	const char *name;
	enum pt_format format;
	u8 granule, in_bits, out_bits;
	u64 sizes;
	u64 base;
	bool high;
};

static u8 page_shift(const struct subject *s)
{
	return s->granule ? s->granule : 12;
}

static enum pt_fault read_back(const struct subject *s, u64 iova, u32 access)
{
	struct vmsa64_stage st[2];
	struct short_stage sh;
	struct vtd_stage v;

	world.walk.n_accesses = 0;
	switch (s->format) {
	case PT_VMSA64_S1:
		vmsa64_s1_init(st, s->granule, s->in_bits, b.root, s->out_bits,
			       (s->high ? VMSA_HIGH : 0) | (s->out_bits > 48 && s->granule != 16 ? VMSA_DS : 0));
		return vmsa64_walk(&world.env, st, NULL, iova, access, NULL, &world.r);
	case PT_LPAE_S1:
		lpae_s1_init(st, 32 - s->in_bits, 0, false, false, b.root, 0, 0);
		return vmsa64_walk(&world.env, st, NULL, iova, access, NULL, &world.r);
	case PT_VMSA64_S2:
	case PT_LPAE_S2:
		st[0] = (struct vmsa64_stage){ .table = b.root,
					       .granule = s->granule ? s->granule : 12,
					       .in_bits = s->in_bits,
					       .level = b.root_level,
					       .out_bits = s->out_bits };
		return vmsa64_walk(&world.env, NULL, st, iova, access, NULL, &world.r);
	case PT_SHORT:
		sh = (struct short_stage){
			.ttbr0 = b.root, .dacr = SHORT_ALL_CLIENTS, .out_bits = s->out_bits, .n = 32 - s->in_bits
		};
		return short_walk(&world.env, &sh, NULL, iova, access, NULL, &world.r);
	case PT_VTD_FS:
	case PT_VTD_SS:
		v = (struct vtd_stage){ .table = b.root,
					.flags = VTD_2MB | VTD_1GB | VTD_WPE | VTD_SNP,
					.levels = b.root_level,
					.haw = s->out_bits,
					.in_bits = s->in_bits };
		return s->format == PT_VTD_FS ? vtd_walk(&world.env, &v, NULL, iova, access, NULL, &world.r)
					      : vtd_walk(&world.env, NULL, &v, iova, access, NULL, &world.r);
	}
	return PT_OK;
}

static void compare(const struct subject *s, u32 page)
{
	u64 iova = s->base + ((u64)page << page_shift(s)), in = roll(1U << page_shift(s)), pa;
	enum pt_fault f = read_back(s, iova + in, 0);

	ck_assert_int_eq(pt_lookup(&b, iova + in, &pa, NULL), shadow[page].prot ? 0 : -ENOENT);
	if (!shadow[page].prot) {
		ck_assert_int_eq(f, PT_TRANSLATION);
		return;
	}
	ck_assert_int_eq(f, PT_OK);
	ck_assert_uint_eq(pa, shadow[page].pa + in);
	ck_assert_uint_eq(world.r.pa, shadow[page].pa + in);
	f = read_back(s, iova + in, PT_WRITE);
	ck_assert_int_eq(f, shadow[page].prot & DRV_PROT_WRITE ? PT_OK : PT_PERMISSION);
}

static u64 random_pa(const struct subject *s, u32 page, u64 bytes)
{
	u64 align = 1ULL << page_shift(s);
	/* Half of them congruent to the input, so that large sizes fit */
	u64 pa = roll(2) ? (u64)roll(64) << 26 | (u64)page << page_shift(s) : (u64)roll(1 << 15) * align;

	return pa & ((1ULL << (s->out_bits > 32 && s->format != PT_SHORT ? 36 : 31)) - 1) & ~(align - 1);
}

static void random_map(const struct subject *s, u32 page, u32 n)
{
	u64 bytes = (u64)n << page_shift(s), pa = random_pa(s, page, bytes);
	u32 prot = roll(2) ? RW : RO, i, before = b.tables;
	bool taken = false;
	int err;

	for (i = 0; i < n; i++)
		taken |= shadow[page + i].prot != 0;
	world.fail_alloc = roll(4) ? 0 : 1 + roll(3);
	err = pt_map(&b, s->base + ((u64)page << page_shift(s)), pa, bytes, prot);
	if (taken)
		ck_assert_int_eq(err, -EEXIST);
	else
		ck_assert(!err || (err == -ENOMEM && !world.fail_alloc));
	world.fail_alloc = 0;
	if (err) {
		ck_assert_uint_eq(b.tables, before);
		return;
	}
	for (i = 0; i < n; i++) {
		shadow[page + i].pa = pa + ((u64)i << page_shift(s));
		shadow[page + i].prot = prot;
	}
}

static void random_change(const struct subject *s, u32 page, u32 n, bool unmap)
{
	u64 iova = s->base + ((u64)page << page_shift(s)), bytes = (u64)n << page_shift(s), mapped = 0;
	u32 prot = roll(2) ? RW : RO, i;
	s64 got;

	got = unmap ? pt_unmap(&b, iova, bytes, roll(2)) : pt_protect(&b, iova, bytes, prot);
	if (got == -EINVAL)
		return; /* a block only partly in the range */
	for (i = 0; i < n; i++) {
		if (!shadow[page + i].prot)
			continue;
		mapped += 1ULL << page_shift(s);
		shadow[page + i].prot = unmap ? 0 : prot;
	}
	ck_assert_int_eq(got, mapped);
}

static void random_run(const struct subject *s)
{
	struct pt_build_cfg cfg = {
		.format = s->format,
		.granule = s->granule,
		.in_bits = s->in_bits,
		.out_bits = s->out_bits,
		.stage2_level = PT_ANY_LEVEL,
		.page_sizes = s->sizes,
		.high = s->high,
	};
	u32 step, i, page, n;

	memset(shadow, 0, sizeof(shadow));
	ck_assert_int_eq(pt_build_init(&b, &cfg, &world.drv, &world), 0);
	for (step = 0; step < 1500; step++) {
		n = 1 + (roll(3) ? roll(8) : roll(700));
		page = roll(SHADOW_PAGES - n);
		if (roll(4) == 0)
			page &= ~511U; /* aligned: large sizes */
		switch (roll(5)) {
		case 0:
			random_change(s, page, n, false);
			break;
		case 1:
		case 2:
			random_change(s, page, n, true);
			break;
		default:
			random_map(s, page, n);
		}
		for (i = 0; i < 8; i++)
			compare(s, i < 4 ? page + roll(n) : roll(SHADOW_PAGES));
		ck_assert_int_eq(world.live, (int)b.tables);
	}
	for (i = 0; i < SHADOW_PAGES; i++)
		compare(s, i);
	nothing_left();
}

#define ALL_SIZES (~0ULL)

static const struct subject subjects[] = {
	{ "4K", PT_VMSA64_S1, 12, 48, 44, 0, 0x7f0000000000, false },
	{ "4K contiguous, upper", PT_VMSA64_S1, 12, 39, 48, ALL_SIZES, 0xffffffc000000000, true },
	{ "4K 52 bits", PT_VMSA64_S1, 12, 52, 52, ALL_SIZES, 0xf000000000000, false },
	{ "16K", PT_VMSA64_S1, 14, 47, 44, ALL_SIZES, 0x7f0000000000, false },
	{ "16K 36 bits", PT_VMSA64_S1, 14, 36, 48, 0, 0, false },
	{ "64K", PT_VMSA64_S1, 16, 48, 48, ALL_SIZES, 0x7f0000000000, false },
	{ "64K 52 bits", PT_VMSA64_S1, 16, 52, 52, 0, 0xf000000000000, false },
	{ "stage 2", PT_VMSA64_S2, 12, 40, 40, ALL_SIZES, 0x8000000000, false },
	{ "stage 2 16K", PT_VMSA64_S2, 14, 44, 44, 0, 0x8000000000, false },
	{ "stage 2 64K", PT_VMSA64_S2, 16, 46, 48, 0, 0x8000000000, false },
	{ "long", PT_LPAE_S1, 0, 32, 40, ALL_SIZES, 0xc0000000, false },
	{ "long stage 2", PT_LPAE_S2, 0, 40, 40, 0, 0x8000000000, false },
	{ "short", PT_SHORT, 0, 32, 32, ALL_SIZES, 0xc0000000, false },
	{ "short, N = 2", PT_SHORT, 0, 30, 32, 0, 0x10000000, false },
	{ "first 4", PT_VTD_FS, 0, 48, 46, 0, 0x7f0000000000, false },
	{ "first 5, upper", PT_VTD_FS, 0, 57, 46, 0, 0xff00000000000000, false },
	{ "second 3", PT_VTD_SS, 0, 39, 46, 0, 0x4000000000, false },
	{ "second 5", PT_VTD_SS, 0, 57, 52, 0, 0x80000000000000, false },
};

TEST(test_random)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		rng = 0x9e3779b9U + i;
		random_run(&subjects[i]);
	}
}

SUITE_WITH("pt_build_fails", world_init, world_exit)
