// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What each invalidation drops and what it leaves (tables 17, 23, 24), in the
 * caches and among walks in flight.
 *
 * A translation is cached if it survives a change of its entry in memory.
 */
#include "suite.h"
#include "image.h"
#include "rig_vtd.h"

static struct rig_vtd r;

/* One mapping of each kind. */
enum kind { SS_A, SS_A2, SS_B, FS_A, FS_A2, FS_B, NESTED, PASS, KINDS };

struct mapping {
	u32 sid, pasid;
	u16 did;
	u64 iova;
	u64 slot; /* of the leaf entry */
};

#define DEV1 0x0108
#define DEV2 0x0309

static struct mapping map[KINDS] = {
	[SS_A] = { DEV1, 1, 10, 0x10000000 },	[SS_A2] = { DEV1, 1, 10, 0x10001000 },
	[SS_B] = { DEV2, 2, 11, 0x10000000 },	[FS_A] = { DEV1, 3, 20, 0x10000000 },
	[FS_A2] = { DEV1, 3, 20, 0x10001000 },	[FS_B] = { DEV2, 4, 20, 0x10000000 },
	[NESTED] = { DEV2, 5, 12, 0x10000000 }, [PASS] = { DEV2, 6, 13, 0x10000000 },
};

static u64 pgtt(u64 n)
{
	return VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, n) | FIELD_PREP(VTD_PE_AW, 2ULL);
}

static bool goes(enum kind k)
{
	struct xlat_result res;

	return rig_vtd_access(&r, map[k].sid, map[k].iova, DMA_PASID, map[k].pasid, &res) == XLAT_OK;
}

/* Tables for all, and every translation cached. */
static void start(void)
{
	u64 ss_a, ss_b, fs_a, fs_b, fs_n, ss_n;
	u32 k;

	rig_vtd_init(&r, NULL);
	rig_vtd_queue(&r, true);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV1, VTD_SCE_P | VTD_SCE_PASIDE, 0);
	rig_vtd_device(&r, DEV2, VTD_SCE_P | VTD_SCE_PASIDE, 0);
	ss_a = rig_vtd_page(&r);
	ss_b = rig_vtd_page(&r);
	ss_n = rig_vtd_page(&r);
	fs_a = rig_vtd_page(&r);
	fs_b = rig_vtd_page(&r);
	fs_n = rig_vtd_page(&r);
	rig_vtd_pasid(&r, DEV1, 1, pgtt(2) | ss_a, 10, 0);
	rig_vtd_pasid(&r, DEV2, 2, pgtt(2) | ss_b, 11, 0);
	rig_vtd_pasid(&r, DEV1, 3, pgtt(1), 20 | VTD_PE1_PWSNP, fs_a);
	rig_vtd_pasid(&r, DEV2, 4, pgtt(1), 20 | VTD_PE1_PWSNP, fs_b);
	rig_vtd_pasid(&r, DEV2, 5, pgtt(3) | ss_n, 12 | VTD_PE1_PWSNP, fs_n);
	rig_vtd_pasid(&r, DEV2, 6, pgtt(4), 13, 0);
	map[SS_A].slot = rig_vtd_slot(&r, ss_a, 4, map[SS_A].iova, 1, RIG_SS_LINK);
	map[SS_A2].slot = rig_vtd_slot(&r, ss_a, 4, map[SS_A2].iova, 1, RIG_SS_LINK);
	map[SS_B].slot = rig_vtd_slot(&r, ss_b, 4, map[SS_B].iova, 1, RIG_SS_LINK);
	map[FS_A].slot = rig_vtd_slot(&r, fs_a, 4, map[FS_A].iova, 1, RIG_FS_LINK);
	map[FS_A2].slot = rig_vtd_slot(&r, fs_a, 4, map[FS_A2].iova, 1, RIG_FS_LINK);
	map[FS_B].slot = rig_vtd_slot(&r, fs_b, 4, map[FS_B].iova, 1, RIG_FS_LINK);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss_n, 4, 0, 3, RIG_SS_LINK), 0x83);
	map[NESTED].slot = rig_vtd_slot(&r, fs_n, 4, map[NESTED].iova, 1, RIG_FS_LINK);
	for (k = 0; k < PASS; k++)
		rig_vtd_poke(&r, map[k].slot, 0x5000 | (k == SS_A || k == SS_A2 || k == SS_B ? 3 : 0x67));
	for (k = 0; k < KINDS; k++)
		ck_assert(goes(k));
}

/* Clear every leaf; pass-through: its PASID entry. What still goes was cached. */
static u32 cached(void)
{
	u32 k, mask = 0;

	for (k = 0; k < PASS; k++)
		rig_vtd_poke(&r, map[k].slot, 0);
	for (k = 0; k < KINDS; k++) {
		u64 misses = r.hw.eng.cache[UNIT_TLB].misses;

		if (goes(k) && r.hw.eng.cache[UNIT_TLB].misses == misses)
			mask |= BIT(k);
	}
	return mask;
}

static void submit(u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	rig_vtd_submit(&r, d);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_IQE, 0);
}

#define ALL (BIT(KINDS) - 1)

static u32 after(u64 qw0, u64 qw1)
{
	u32 mask;

	start();
	submit(qw0, qw1);
	mask = cached();
	rig_vtd_exit(&r);
	return mask;
}

TEST(iotlb_by_granularity)
{
	ck_assert_uint_eq(after(0x5, 0), ALL);
	ck_assert_uint_eq(after(0x12, 0), 0);
	ck_assert_uint_eq(after(0x22 | 10 << 16, 0), ALL & ~(BIT(SS_A) | BIT(SS_A2)));
	ck_assert_uint_eq(after(0x22 | 20 << 16, 0), ALL & ~(BIT(FS_A) | BIT(FS_A2) | BIT(FS_B)));
	/* Page-selective within domain */
	ck_assert_uint_eq(after(0x32 | 10 << 16, 0x10000000), ALL & ~BIT(SS_A));
	ck_assert_uint_eq(after(0x32 | 10 << 16, 0x10000000 | 1), ALL & ~(BIT(SS_A) | BIT(SS_A2)));
	ck_assert_uint_eq(after(0x32 | 10 << 16, 0x20000000), ALL);
	ck_assert_uint_eq(after(0x32 | 13 << 16, 0x10000000), ALL & ~BIT(PASS));
	/* ... takes first-stage and nested entries of the domain whatever their address. */
	ck_assert_uint_eq(after(0x32 | 20 << 16, 0x20000000), ALL & ~(BIT(FS_A) | BIT(FS_A2) | BIT(FS_B)));
	ck_assert_uint_eq(after(0x32 | 12 << 16, 0x20000000), ALL & ~BIT(NESTED));
}

TEST(pasid_based_iotlb)
{
	ck_assert_uint_eq(after(0x26 | 20 << 16 | 3ULL << 32, 0), ALL & ~(BIT(FS_A) | BIT(FS_A2)));
	ck_assert_uint_eq(after(0x26 | 21 << 16 | 3ULL << 32, 0), ALL);
	ck_assert_uint_eq(after(0x36 | 20 << 16 | 3ULL << 32, 0x10001000), ALL & ~BIT(FS_A2));
	ck_assert_uint_eq(after(0x36 | 12 << 16 | 5ULL << 32, 0x10000000), ALL & ~BIT(NESTED));
	ck_assert_uint_eq(after(0x36 | 20 << 16 | 4ULL << 32, 0x10000000 | 9), ALL & ~BIT(FS_B));
	/* PASID-selective takes second-stage and pass-through entries, too; page-selective does not. */
	ck_assert_uint_eq(after(0x26 | 10 << 16 | 1ULL << 32, 0), ALL & ~(BIT(SS_A) | BIT(SS_A2)));
	ck_assert_uint_eq(after(0x36 | 10 << 16 | 1ULL << 32, 0x10000000), ALL);
	ck_assert_uint_eq(after(0x26 | 13 << 16 | 6ULL << 32, 0), ALL & ~BIT(PASS));
}

TEST(paging_structure_caches)
{
	u32 fs, ss;

	start();
	fs = r.hw.eng.cache[UNIT_WALK_CACHE].count[21];
	ss = r.hw.eng.cache[UNIT_WALK_CACHE_S2].count[21];
	ck_assert_uint_gt(fs, 0);
	ck_assert_uint_gt(ss, 0);
	/* Hint: the second-stage caches are kept, first-stage ones of the domain go. */
	submit(0x32 | 10 << 16, 0x10000000 | 1 << 6);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE_S2].count[21], ss);
	submit(0x32 | 10 << 16, 0x10000000);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE_S2].count[21], ss - 1);
	submit(0x36 | 20 << 16 | 3ULL << 32, 0x10000000 | 1 << 6);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE].count[21], fs);
	submit(0x36 | 20 << 16 | 3ULL << 32, 0x10000000);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE].count[21], fs - 1);
	submit(0x26 | 20 << 16 | 4ULL << 32, 0);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE].count[21], fs - 2);
	submit(0x22 | 12 << 16, 0);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_WALK_CACHE].count[21], fs - 3);
	rig_vtd_exit(&r);
}

/* Make a table entry not present and see whether a new page of its owner is still found. */
static bool new_page_goes(enum kind k)
{
	struct xlat_result res;
	u64 slot = map[k].slot + 8 * 5;

	rig_vtd_poke(&r, slot, 0x9000 | (k <= SS_B ? 3 : 0x67));
	return rig_vtd_access(&r, map[k].sid, map[k].iova + 0x5000, DMA_PASID, map[k].pasid, &res) == XLAT_OK;
}

TEST(context_and_pasid_caches)
{
	/* The PASID entry goes; the PASID-cache still has it ... */
	start();
	rig_vtd_pasid(&r, DEV1, 3, 0, 0, 0);
	ck_assert(new_page_goes(FS_A));
	/* ... not after each of its invalidations. */
	submit(0x17 | 20 << 16 | 4ULL << 32, 0);
	ck_assert(new_page_goes(FS_A));
	submit(0x17 | 20 << 16 | 3ULL << 32, 0);
	submit(0x26 | 20 << 16 | 3ULL << 32, 0);
	ck_assert(!new_page_goes(FS_A));
	rig_vtd_exit(&r);
	start();
	rig_vtd_pasid(&r, DEV1, 3, 0, 0, 0);
	submit(0x07 | 20 << 16, 0); /* domain */
	submit(0x12, 0);
	ck_assert(!goes(FS_A));
	rig_vtd_exit(&r);
	start();
	rig_vtd_pasid(&r, DEV2, 6, 0, 0, 0);
	submit(0x37, 0); /* global */
	submit(0x12, 0);
	ck_assert(!goes(PASS));
	rig_vtd_exit(&r);
	/* Context entries: device-selective, with function mask; scalable mode ignores the domain. */
	start();
	rig_vtd_device(&r, DEV1, 0, 0);
	submit(0x31 | (u64)DEV2 << 32 | 99 << 16, 0);
	submit(0x12, 0);
	ck_assert(goes(SS_A));
	submit(0x31 | (u64)(DEV1 ^ 4) << 32 | 1ULL << 48, 0); /* FM 1: bit 2 */
	submit(0x12, 0);
	ck_assert(!goes(SS_A));
	ck_assert(goes(SS_B));
	rig_vtd_exit(&r);
	start();
	rig_vtd_device(&r, DEV2, 0, 0);
	submit(0x21 | 11 << 16, 0); /* domain-selective is global */
	submit(0x12, 0);
	ck_assert(!goes(SS_B));
	rig_vtd_exit(&r);
}

TEST(legacy_granularities)
{
	struct xlat_result res;
	u64 a, b;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	a = rig_vtd_page(&r);
	b = rig_vtd_page(&r);
	rig_vtd_context(&r, 8, VTD_CE_P | a, 2 | 5 << 8);
	rig_vtd_context(&r, 9, VTD_CE_P | b, 2 | 6 << 8);
	a = rig_vtd_slot(&r, a, 4, 0x3000, 1, RIG_SS_LINK);
	b = rig_vtd_slot(&r, b, 4, 0x3000, 1, RIG_SS_LINK);
	rig_vtd_poke(&r, a, 0x7003);
	rig_vtd_poke(&r, b, 0x7003);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x3000, 0, 0, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, 9, 0x3000, 0, 0, &res), XLAT_OK);
	rig_vtd_poke(&r, a, 0);
	rig_vtd_poke(&r, b, 0);
	/* By registers, page-selective within domain 5 */
	rig_vtd_write(&r, 0x500, 0x2000, 8);
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 3ULL << 60 | 5ULL << 32, 8);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x3000, 0, 0, &res), XLAT_OK);
	rig_vtd_write(&r, 0x500, 0x3000, 8);
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 3ULL << 60 | 5ULL << 32, 8);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x3000, 0, 0, &res), XLAT_ABORT);
	ck_assert_int_eq(rig_vtd_access(&r, 9, 0x3000, 0, 0, &res), XLAT_OK);
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 1ULL << 60, 8);
	ck_assert_int_eq(rig_vtd_access(&r, 9, 0x3000, 0, 0, &res), XLAT_ABORT);
	/* Context-cache, domain-selective */
	rig_vtd_context(&r, 8, 0, 0);
	rig_vtd_context(&r, 9, 0, 0);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 2ULL << 61 | 6, 8);
	rig_vtd_access(&r, 8, 0x3000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_LGN_3);
	rig_vtd_access(&r, 9, 0x3000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_LCT_2);
	rig_vtd_exit(&r);
}

/* ---- walks in flight ---- */

static struct iommu_walk walk;

static enum xlat begin(enum kind k)
{
	struct dma_txn t = {
		.iova = map[k].iova + 0x5000, .sid = map[k].sid, .pasid = map[k].pasid, .len = 8, .flags = DMA_PASID
	};

	rig_vtd_poke(&r, map[k].slot + 8 * 5, 0x9000 | (k <= SS_B ? 3 : 0x67));
	return vtd_class.walk(&r.hw, &t, &walk);
}

TEST(invalidation_in_the_midst_of_a_walk)
{
	u64 status = 0x3000000;
	struct xlat_result res;
	struct dma_txn t;

	start();
	ck_assert_int_eq(begin(FS_A), XLAT_OK);
	/* Of another domain: no harm. */
	submit(0x36 | 20 << 16 | 4ULL << 32, 0x10005000);
	submit(0x25 | 1ULL << 32, status);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 1);
	ck_assert(!walk.stale);
	/* Its own page: stale; the wait descriptor waits for the walk. */
	submit(0x36 | 20 << 16 | 3ULL << 32, 0x10005000);
	ck_assert(walk.stale);
	submit(0x25 | 2ULL << 32, status);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 1);
	t = walk.txn;
	ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_OK);
	ck_assert_uint_eq(walk.res.pa, 0x9000);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 2);
	ck_assert_int_eq(vtd_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	/* Not stale: installed. */
	ck_assert_int_eq(begin(FS_A), XLAT_OK);
	vtd_class.fill(&r.hw, &walk);
	ck_assert_int_eq(vtd_class.lookup(&r.hw, &t, &res), XLAT_OK);
	ck_assert(res.hit);
	rig_vtd_exit(&r);
}

TEST(walks_given_up)
{
	u64 status = 0x3000000;

	start();
	begin(SS_A);
	submit(0x22 | 10 << 16, 0);
	submit(0x25 | 2ULL << 32, status);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	vtd_class.cancel(&r.hw, &walk);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 2);
	/* A walk that is to fault is stale for everyone, and still reports. */
	rig_vtd_poke(&r, map[SS_A].slot + 8 * 5, 0);
	{
		struct dma_txn t = {
			.iova = map[SS_A].iova + 0x5000, .sid = DEV1, .pasid = 1, .len = 8, .flags = DMA_PASID
		};

		ck_assert_int_eq(vtd_class.walk(&r.hw, &t, &walk), XLAT_ABORT);
	}
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 0);
	submit(0x12, 0);
	ck_assert(walk.stale);
	ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_ABORT);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 1);
	ck_assert(walk.res.recorded);
	/* Every kind of invalidation reaches walks. */
	begin(SS_A);
	submit(0x31 | (u64)DEV1 << 32, 0);
	ck_assert(walk.stale);
	vtd_class.fill(&r.hw, &walk);
	begin(SS_A);
	submit(0x17 | 10 << 16 | 1ULL << 32, 0);
	ck_assert(walk.stale);
	vtd_class.fill(&r.hw, &walk);
	begin(SS_A);
	rig_vtd_command(&r, VTD_GCMD_TE, false); /* global invalidation with SMTS */
	ck_assert(walk.stale);
	vtd_class.fill(&r.hw, &walk);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_TLB].count[12], 0);
	rig_vtd_exit(&r);
}

/* ---- the registers of the IOTLB (11.4.6.3) ---- */

#define IVT   (1ULL << 63)
#define DR_DW (3ULL << 48)

/* Requester 8 in domain 5 and 9 in domain 6, each with pages 3000h and 4000h. */
static void start_legacy(const struct vtd_cfg *cfg)
{
	u32 sid;

	rig_vtd_init(&r, cfg);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	for (sid = 8; sid <= 9; sid++) {
		u64 ss = rig_vtd_page(&r);

		rig_vtd_context(&r, sid, VTD_CE_P | ss, 2 | (sid - 3) << 8);
		rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, 0x3000, 1, RIG_SS_LINK), 0x7003);
		rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, 0x4000, 1, RIG_SS_LINK), 0x8003);
	}
}

static void begin_legacy(struct iommu_walk *w, u32 sid, u64 iova)
{
	struct dma_txn t = { .iova = iova, .sid = sid, .len = 8 };

	ck_assert_int_eq(vtd_class.walk(&r.hw, &t, w), XLAT_OK);
}

static u64 iotlb_reg(void)
{
	return rig_vtd_read(&r, 0x508, 8);
}

static void end_legacy(struct iommu_walk *w, bool cancelled)
{
	if (cancelled)
		vtd_class.cancel(&r.hw, w);
	else
		ck_assert_int_eq(vtd_class.fill(&r.hw, w), XLAT_OK);
}

/* 6.5.4: IVT stays set until the access in flight is over, and goes in the step after that. With and without a queue. */
TEST_TIMES(iotlb_register_drains, 4)
{
	struct vtd_cfg no_queue = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_DEFAULT_ECAP & ~VTD_ECAP_QI };
	static struct iommu_walk other;
	bool cancelled = _i & 1;

	start_legacy(_i & 2 ? &no_queue : NULL);
	begin_legacy(&walk, 8, 0x3000);
	begin_legacy(&other, 9, 0x3000);
	/* Page-selective within domain 5 */
	rig_vtd_write(&r, 0x500, 0x3000, 8);
	rig_vtd_write(&r, 0x508, IVT | 3ULL << 60 | DR_DW | 5ULL << 32, 8);
	ck_assert(iotlb_reg() & IVT);
	vtd_class.step(&r.hw);
	ck_assert(iotlb_reg() & IVT);
	/* Software must not write now; if it does, the command goes on. */
	rig_vtd_write(&r, 0x508, 0, 8);
	rig_vtd_write(&r, 0x50c, 0x90000006, 4);
	ck_assert_uint_eq(iotlb_reg() & ~(3ULL << 57), IVT | 3ULL << 60 | DR_DW | 5ULL << 32);
	end_legacy(&walk, cancelled);
	ck_assert(iotlb_reg() & IVT);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(iotlb_reg(), 3ULL << 60 | 3ULL << 57 | DR_DW | 5ULL << 32);
	/* Domain 6 was not meant: its walk is installed. */
	end_legacy(&other, false);
	ck_assert_int_eq(vtd_class.lookup(&r.hw, &other.txn, &other.res), XLAT_OK);
	/* Without a walk in flight it is complete at once. */
	rig_vtd_write(&r, 0x508, IVT | 1ULL << 60, 8);
	ck_assert_uint_eq(iotlb_reg(), 1ULL << 60 | 1ULL << 57);
	rig_vtd_exit(&r);
}

/*
 * 11.4.6.1: ICC waits for nothing, for software has to invalidate the IOTLB
 * next. That waits for what the context-cache's invalidation has met, and not
 * for walks that came after it.
 */
TEST(iotlb_register_after_the_context_cache)
{
	static struct iommu_walk later;

	start_legacy(NULL);
	begin_legacy(&walk, 8, 0x3000);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 3ULL << 61 | 8ULL << 16 | 5, 8); /* device-selective */
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8) >> 63, 0);
	ck_assert(walk.stale);
	/* Domain 7 has no walk, but the one from before is not over. */
	rig_vtd_write(&r, 0x508, IVT | 2ULL << 60 | 7ULL << 32, 8);
	ck_assert(iotlb_reg() & IVT);
	begin_legacy(&later, 9, 0x4000);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 1ULL << 61, 8);
	ck_assert(later.stale);
	end_legacy(&walk, false);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(iotlb_reg(), 2ULL << 60 | 2ULL << 57 | 7ULL << 32);
	end_legacy(&later, false);
	rig_vtd_exit(&r);
}

/* A command that waits is part of the state: reset forgets it, and an image carries it into the next step. */
TEST(iotlb_register_across_reset_and_image)
{
	struct iommu_image img, in;

	start_legacy(NULL);
	begin_legacy(&walk, 8, 0x3000);
	rig_vtd_write(&r, 0x508, IVT | 1ULL << 60, 8);
	end_legacy(&walk, false);
	image_to_save(&img);
	ck_assert_int_eq(vtd_class.save(&r.hw, &img), 0);
	vtd_class.reset(&r.hw);
	ck_assert_uint_eq(iotlb_reg(), 0);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(iotlb_reg(), 0);
	image_to_load(&in, img.bytes, img.len);
	ck_assert_int_eq(vtd_class.restore(&r.hw, &in), 0);
	ck_assert_uint_eq(iotlb_reg(), IVT | 1ULL << 60);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(iotlb_reg(), 1ULL << 60 | 1ULL << 57);
	image_free(&img);
	rig_vtd_exit(&r);
}

SUITE("vtd_inv")
