// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stream tables and tables of context descriptors. */
#include "v3_config_scene.h"

/* ---- stream tables ---- */

static void start(u32 idr0_set)
{
	struct smmuv3_cfg cfg = { .idr = { IDR0_BASE | idr0_set, 0x0e739c10, 0, 0x14, 0, 0x01000075 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
}

static u8 fault_of(u32 sid)
{
	struct xlat_result r;

	return fx_xlat(&f, sid, VA, 0, &r) == XLAT_OK ? 0 : (u8)r.fault;
}

static void bypass_ste(u64 pa)
{
	fx_put(&f, pa, 9); /* V, Config 100 */
}

/* A linear table is aligned to its size, and ends at 2^LOG2SIZE. */
TEST(test_linear_table)
{
	start(0);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_STRTAB_BASE, FX_STRTAB + 0x40); /* 16 entries: 1 KiB */
	fx_w32(&f, SMMUV3_STRTAB_BASE_CFG, 4);
	fx_w32(&f, SMMUV3_CR0, 5);
	bypass_ste(FX_STRTAB + 15 * 64);
	ck_assert_uint_eq(fault_of(15), 0);
	ck_assert_uint_eq(fault_of(14), C_STE);
	ck_assert_uint_eq(fault_of(16), 2);
	ck_assert_uint_eq(fault_of(0xffffffff), 2);
	ck_event(&f, 0x0000000e00000004ULL, 0, 0, 0);
	ck_event(&f, 0x0000001000000002ULL, 0, 0, 0);
	ck_event(&f, 0xffffffff00000002ULL, 0, 0, 0);
}

/* The effective LOG2SIZE is capped by SIDSIZE, the alignment is not (6.3.24). */
TEST(test_table_larger_than_sidsize)
{
	struct smmuv3_cfg cfg = { .idr = { IDR0_BASE, 0x0e739c04, 0, 0x14, 0, 0x01000075 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_STRTAB_BASE, FX_STRTAB + 0x400); /* 64 entries: 4 KiB */
	fx_w32(&f, SMMUV3_STRTAB_BASE_CFG, 6);
	fx_w32(&f, SMMUV3_CR0, 5);
	bypass_ste(FX_STRTAB + 15 * 64);
	ck_assert_uint_eq(fault_of(15), 0);
	ck_assert_uint_eq(fault_of(16), 2);
}

/* Two levels: @split bits below, descriptors of 8 bytes above. */
static void two_level(u32 split, u32 field)
{
	u64 l2 = 0x600000;
	u32 sid = (3U << split) + 5;

	start(0);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_STRTAB_BASE, FX_STRTAB);
	fx_w32(&f, SMMUV3_STRTAB_BASE_CFG, 1 << 16 | field << 6 | 16);
	fx_w32(&f, SMMUV3_CR0, 5);
	bypass_ste(l2 + 5 * 64);
	fx_put(&f, FX_STRTAB + 3 * 8, l2 | 4); /* Span 4: 8 entries */
	ck_assert_uint_eq(fault_of(sid), 0);
	ck_assert_uint_eq(fault_of(sid + 3), 2);     /* beyond Span */
	ck_assert_uint_eq(fault_of(4U << split), 2); /* Span 0 */
	fx_put(&f, FX_STRTAB + 5 * 8, l2 | 12);
	ck_assert_uint_eq(fault_of(5U << split), 2); /* reserved */
	if (split < 10) {
		fx_put(&f, FX_STRTAB + 6 * 8, l2 | (split + 2));
		ck_assert_uint_eq(fault_of(6U << split), 2); /* larger than SPLIT allows */
	}
	fx_put(&f, FX_STRTAB + 7 * 8, (l2 + 0x140) | 4); /* aligned to the array: 512 bytes */
	ck_assert_uint_eq(fault_of((7U << split) + 5), 0);
	ck_assert_uint_eq(fault_of(1 << 16), 2);
	fx_exit(&f);
}

TEST(test_two_level_tables)
{
	two_level(6, 6);
	two_level(8, 8);
	two_level(10, 10);
	two_level(6, 7); /* reserved values behave as 6 */
}

TEST(test_badstreamid_recorded_only_with_recinvsid)
{
	start(0);
	fx_enable(&f, 4);
	fx_w32(&f, SMMUV3_CR2, 0);
	fx_w32(&f, SMMUV3_CR0, 5);
	ck_assert_uint_eq(fault_of(64), 2);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

TEST(test_config_0_aborts_in_silence)
{
	struct xlat_result r;
	u64 config;

	start(0);
	for (config = 0; config < 4; config++) {
		fx_ste(&f, 4, 1 | config << 1 | 0xffffffff00ULL, ~0ULL, ~0ULL, ~0ULL);
		fx_enable(&f, 5);
		ck_assert_int_eq(fx_xlat(&f, 4, VA, 0, &r), XLAT_ABORT);
		ck_assert_int_eq(fx_xlat(&f, 4, VA, 0, &r), XLAT_ABORT); /* from the cache */
		ck_assert_uint_eq(r.fault, 0);
		ck_assert_uint_eq(fx_events_pending(&f), 0);
		fx_w32(&f, SMMUV3_CR0, 0);
		smmuv3_class.reset(&f.smmu);
	}
}

/* Stream bypass; beyond the output size it is F_ADDR_SIZE of stage 1, always aborted and recorded (3.4). */
TEST(test_stream_bypass)
{
	struct xlat_result r;

	start(0);
	bypass_ste(FX_STRTAB + 4 * 64);
	fx_enable(&f, 5);
	ck_assert_int_eq(fx_xlat(&f, 4, VA, DMA_WRITE, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, VA);
	ck_assert(r.bypass);
	ck_assert_int_eq(fx_xlat(&f, 4, VA, 0, &r), XLAT_OK);
	ck_assert(r.hit);
	ck_assert_int_eq(fx_xlat(&f, 4, 1ULL << 48, DMA_WRITE, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000400000011ULL, 0x0000020000000000ULL, 1ULL << 48, 0);
}

/* ---- substreams ---- */

static enum xlat with_ssid(u32 ssid, struct xlat_result *r)
{
	struct dma_txn t = fx_txn(&f, SID, VA, DMA_PASID);

	t.pasid = ssid;
	return smmuv3_class.translate(&f.smmu, &t, r);
}

/* Eight substreams, linear; CD n maps VA to PA + n pages. */
static void substreams(u64 s1dss, u64 fmt, u64 ptr)
{
	u64 cd_at[] = { FX_CDTAB, FX_CDTAB + 5 * 64 };
	u32 i;

	start(0);
	for (i = 0; i < 2; i++) {
		struct pt_build t;

		fx_table(&f, &t, false);
		fx_map(&t, VA, PA + i * 5 * 0x1000, 0x1000, FX_RW);
		fx_words(&f, cd_at[i], (u64[]){ FX_CD_0 | (u64)(i + 1) << 48, t.root }, 2);
	}
	fx_ste(&f, SID, FX_STE_S1 | fmt << 4 | ptr | 3ULL << 59, s1dss, 0, 0);
	fx_enable(&f, 5);
}

TEST(test_substreams)
{
	struct xlat_result r;

	substreams(0, 0, FX_CDTAB);
	ck_assert_int_eq(with_ssid(0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_int_eq(with_ssid(5, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA + 0x5000);
	ck_assert_int_eq(with_ssid(8, &r), XLAT_ABORT); /* >= 2^S1CDMax */
	ck_event(&f, 0x0000000800008008ULL, 0, 0, 0);
	ck_assert_int_eq(with_ssid(1, &r), XLAT_ABORT);
	ck_event(&f, 0x000000080000180aULL, 0, 0, 0);
	/* S1DSS 0: none without a SubstreamID */
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000006ULL, 0, 0, 0);
}

TEST(test_s1dss_bypass)
{
	struct xlat_result r;

	substreams(1, 0, FX_CDTAB);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, VA);
	ck_assert(r.bypass);
	ck_assert_int_eq(fx_xlat(&f, SID, 1ULL << 50, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000011ULL, 0x0000020800000000ULL, 1ULL << 50, 0);
	ck_assert_int_eq(with_ssid(5, &r), XLAT_OK);
}

TEST(test_s1dss_substream0)
{
	struct xlat_result r;

	substreams(2, 0, FX_CDTAB);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_int_eq(with_ssid(0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000006ULL, 0, 0, 0); /* the StreamID alone (7.3.7) */
	ck_assert_int_eq(with_ssid(5, &r), XLAT_OK);
}

/* S1DSS 3 is reserved and behaves as 0. */
TEST(test_s1dss_reserved)
{
	struct xlat_result r;

	substreams(3, 0, FX_CDTAB);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000006ULL, 0, 0, 0);
}

/* L1CDs of 4 KiB tables; one invalid, one out of range. */
TEST(test_two_level_cd_table)
{
	u64 l1 = 0x700000;
	struct xlat_result r;

	substreams(0, 1, l1);
	fx_put(&f, l1, FX_CDTAB | 1);
	ck_assert_int_eq(with_ssid(5, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA + 0x5000);
	fx_exit(&f);

	substreams(0, 1, l1);
	fx_put(&f, l1, FX_CDTAB);
	ck_assert_int_eq(with_ssid(5, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800005008ULL, 0, 0, 0);
	fx_put(&f, l1, (1ULL << 48) | 1);
	ck_assert_int_eq(with_ssid(5, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800005008ULL, 0, 0, 0);
	fx_exit(&f);

	/* without SubstreamID through S1DSS 2: index 0 is what is recorded */
	substreams(2, 1, l1);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800000008ULL, 0, 0, 0);
}

/* 64 KiB tables: SubstreamID[9:0] below, L2Ptr[15:12] taken as zero. */
TEST(test_two_level_cd_table_64k)
{
	u64 l1 = 0x700000, l2 = 0x01000000;
	struct xlat_result r;
	struct dma_txn t;
	struct pt_build table;

	start(0);
	fx_table(&f, &table, false);
	fx_map(&table, VA, PA, 0x1000, FX_RW);
	fx_words(&f, l2 + 1000 * 64, (u64[]){ FX_CD_0, table.root }, 2);
	fx_put(&f, l1 + 3 * 8, (l2 + 0x3000) | 1);
	fx_ste(&f, SID, FX_STE_S1 | 2 << 4 | l1 | 16ULL << 59, 0, 0, 0);
	fx_enable(&f, 5);
	t = fx_txn(&f, SID, VA, DMA_PASID);
	t.pasid = 3 * 1024 + 1000;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
}

TEST(test_substream_where_there_are_none)
{
	struct xlat_result r;

	start(0);
	fx_s1_stream(&f, SID, FX_CD_A | FX_CD_R, &s1);
	fx_enable(&f, 5);
	ck_assert_int_eq(with_ssid(0, &r), XLAT_ABORT); /* S1CDMax 0 */
	ck_event(&f, 0x0000000800000008ULL, 0, 0, 0);
	fx_ste(&f, SID, 9, 0, 0, 0); /* bypass */
	fx_cmd(&f, 0x0000000800000003ULL, 1);
	ck_assert_int_eq(with_ssid(7, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800007008ULL, 0, 0, 0);
}

SUITE("smmuv3 tables")
