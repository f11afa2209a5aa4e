// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Event records (7.3): each type's four words, written out from the
 * specification's figures. W1 of the translation events: STAG 15:0, STALL 31,
 * PnU 33, InD 34, RnW 35, S2 39, CLASS 41:40 (0 CD, 1 TT, 2 IN), TTRnW 44.
 */
#include "suite.h"
#include "v3_fixture.h"

#define SID  8U
#define VA   0x12345678ULL
#define PAGE 0x12345000ULL
#define PA   0x77777000ULL
#define AR   (FX_CD_A | FX_CD_R)

static struct v3_fixture f;
static struct pt_build s1, s2;

/* HTTU off unless a test wants it. */
static void start(u32 idr0)
{
	struct smmuv3_cfg cfg = { .idr = { idr0 ? idr0 : 0x08cd761b } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
}

static void s1_scene(u64 cd_flags)
{
	start(0);
	fx_s1_stream(&f, SID, cd_flags, &s1);
	fx_enable(&f, 0xd);
}

static void nested_scene(u64 s2_flags)
{
	start(0);
	fx_nested_stream(&f, SID, AR, s2_flags, &s1, &s2);
	fx_enable(&f, 0xd);
}

static enum xlat go(u64 va, u16 flags)
{
	struct xlat_result r;

	return fx_xlat(&f, SID, va, flags, &r);
}

static u64 leaf_at(struct pt_build *t, u64 va)
{
	u64 where;

	ck_assert_int_eq(pt_entry(t, va, NULL, &where), 0);
	return where;
}

TEST(test_f_uut)
{
	struct dma_txn t;

	start(0);
	fx_enable(&f, 4); /* also with SMMUEN = 0 */
	t = fx_txn(&f, 0x1234, 0xabcdef0123456789ULL, DMA_WRITE | DMA_PRIV | DMA_PASID);
	t.pasid = 0xfedcb;
	smmuv3_unsupported(&f.smmu, &t, 0xbeef);
	ck_event(&f, 0x00001234fedcb801ULL, 0x000000020000beefULL, 0xabcdef0123456789ULL, 0);
	t.flags = DMA_EXEC;
	smmuv3_unsupported(&f.smmu, &t, 0);
	ck_event(&f, 0x0000123400000001ULL, 0x0000000c00000000ULL, 0xabcdef0123456789ULL, 0);
}

TEST(test_c_bad_streamid)
{
	struct dma_txn t;
	struct xlat_result r;

	start(0);
	fx_enable(&f, 5);
	t = fx_txn(&f, 0x12345678, VA, DMA_WRITE | DMA_PRIV | DMA_PASID);
	t.pasid = 0x54321;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_ABORT);
	ck_event(&f, 0x1234567854321802ULL, 0, 0, 0);
}

/* FetchAddr is the address of the STE, or of the descriptor that leads to it. */
TEST(test_f_ste_fetch)
{
	start(0);
	fx_enable(&f, 5);
	physmem_add_hole(&f.mem, FX_STRTAB, FX_STRTAB + 0xfff);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000003ULL, 0, 0, FX_STRTAB + 0x200);
	fx_w32(&f, SMMUV3_CR0, 4);
	fx_w32(&f, SMMUV3_STRTAB_BASE_CFG, 1 << 16 | 6 << 6 | 10);
	fx_w32(&f, SMMUV3_CR0, 5);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000003ULL, 0, 0, FX_STRTAB);
}

TEST(test_c_bad_ste)
{
	start(0);
	fx_enable(&f, 5);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000004ULL, 0, 0, 0);
}

TEST(test_f_cd_fetch)
{
	s1_scene(AR);
	physmem_add_hole(&f.mem, FX_CDTAB, FX_CDTAB + 0xfff);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000009ULL, 0, 0, FX_CDTAB + 0x200);
}

/* Under stage 2 FetchAddr is physical. */
TEST(test_f_cd_fetch_through_stage2)
{
	nested_scene(FX_STE2_S2R);
	pt_unmap(&s2, FX_CDTAB, 0x1000, false);
	fx_map(&s2, FX_CDTAB, 0x900000, 0x1000, FX_RW);
	physmem_add_hole(&f.mem, 0x900000, 0x900fff);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000009ULL, 0, 0, 0x900200);
}

TEST(test_f_walk_eabt_stage1)
{
	u64 where;

	s1_scene(AR);
	fx_map(&s1, PAGE, PA, 0x1000, FX_RW);
	where = leaf_at(&s1, PAGE);
	physmem_add_hole(&f.mem, where, where + 7);
	ck_assert_int_eq(go(VA, DMA_WRITE | DMA_PRIV), XLAT_ABORT);
	ck_event(&f, 0x000000080000000bULL, 0x0000010200000000ULL, VA, where);
}

/* The faults of stage 1: S2 0, CLASS IN, IPA 0; read, write, instruction, privileged. */
TEST(test_f_translation_stage1)
{
	s1_scene(AR);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020800000000ULL, VA, 0);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020000000000ULL, VA, 0);
	ck_assert_int_eq(go(VA, DMA_EXEC), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020c00000000ULL, VA, 0);
	ck_assert_int_eq(go(VA, DMA_EXEC | DMA_PRIV), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020e00000000ULL, VA, 0);
	ck_assert_int_eq(go(0x8000000000000000ULL | VA, DMA_WRITE | DMA_PRIV), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020200000000ULL, 0x8000000000000000ULL | VA, 0);
}

TEST(test_f_access_and_permission_stage1)
{
	s1_scene(AR);
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW | PT_PROT_NO_AF);
	fx_map(&s1, 0x2000, PA, 0x1000, DRV_PROT_READ);
	fx_map(&s1, 0x3000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	ck_assert_int_eq(go(0x1004, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000012ULL, 0x0000020800000000ULL, 0x1004, 0);
	ck_assert_int_eq(go(0x2004, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000020000000000ULL, 0x2004, 0);
	ck_assert_int_eq(go(0x2004, DMA_EXEC), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000020c00000000ULL, 0x2004, 0);
	ck_assert_int_eq(go(0x3004, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000020800000000ULL, 0x3004, 0);
	ck_assert_int_eq(go(0x3004, DMA_PRIV), XLAT_OK);
}

TEST(test_f_addr_size_stage1)
{
	start(0);
	fx_s1_stream(&f, SID, AR, &s1);
	/* IPS 32 bits */
	fx_cd(&f, SID, (FX_CD_0 & ~(7ULL << 32)) | (u64)SID << 48, s1.root);
	fx_map(&s1, PAGE, 0x100000000ULL, 0x1000, FX_RW);
	fx_enable(&f, 5);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000011ULL, 0x0000020800000000ULL, VA, 0);
}

/* Stage 2 on the address itself: S2 1, CLASS IN, the IPA's page. */
TEST(test_stage2_on_the_address)
{
	nested_scene(FX_STE2_S2R);
	fx_map(&s1, PAGE, 0x123456000ULL, 0x1000, FX_RW);
	fx_map(&s1, 0x2000, 0x200000000ULL, 0x1000, FX_RW);
	fx_map(&s1, 0x3000, 0x200001000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x200000000ULL, PA, 0x1000, DRV_PROT_READ);
	fx_map(&s2, 0x200001000ULL, PA, 0x1000, FX_RW | PT_PROT_NO_AF);
	ck_assert_int_eq(go(VA, DMA_PRIV), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000028a00000000ULL, VA, 0x123456000ULL);
	ck_assert_int_eq(go(0x2004, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000028000000000ULL, 0x2004, 0x200000000ULL);
	ck_assert_int_eq(go(0x3004, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000012ULL, 0x0000028800000000ULL, 0x3004, 0x200001000ULL);
}

/* Stage 2 on the walk of stage 1: CLASS TT, the IPA of the descriptor's page, TTRnW for a permission fault. */
TEST(test_stage2_on_the_walk)
{
	nested_scene(FX_STE2_S2R);
	pt_unmap(&s2, FX_TABLES, 0x100000, false);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000018000000000ULL, VA, s1.root);
	fx_map(&s2, FX_TABLES, FX_TABLES, 0x100000, DRV_PROT_WRITE);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000118000000000ULL, VA, s1.root);
}

/* Stage 2 on the fetch of a CD: CLASS CD, the IPA of its page. */
TEST(test_stage2_on_the_cd)
{
	nested_scene(FX_STE2_S2R);
	pt_unmap(&s2, FX_CDTAB, 0x1000, false);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000008800000000ULL, VA, FX_CDTAB);
}

/* An abort in the tables of stage 2: CLASS tells what was being translated. */
TEST(test_f_walk_eabt_stage2)
{
	u64 where;

	nested_scene(FX_STE2_S2R);
	fx_map(&s1, PAGE, 0x123456000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x123456000ULL, PA, 0x1000, FX_RW);
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
	fx_cmd(&f, 0x30, 0); /* TLBI_NSNH_ALL */
	where = leaf_at(&s2, 0x123456000ULL);
	physmem_add_hole(&f.mem, where, where + 7);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x000000080000000bULL, 0x0000028800000000ULL, VA, where);
	where = leaf_at(&s2, s1.root);
	physmem_add_hole(&f.mem, where, where + 7);
	fx_cmd(&f, 0x30, 0);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x000000080000000bULL, 0x0000018800000000ULL, VA, where);
	where = leaf_at(&s2, FX_CDTAB);
	physmem_add_hole(&f.mem, where, where + 7);
	fx_cmd(&f, 0x0000000800000003ULL, 1);
	fx_cmd(&f, 0x30, 0);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x000000080000000bULL, 0x0000008800000000ULL, VA, where);
}

/* Stage 2 alone: the input address is the IPA. An address beyond IAS is a fault of stage 1. */
TEST(test_stage2_only)
{
	start(0);
	fx_table(&f, &s2, true);
	fx_ste(&f, SID, FX_STE_S2, 0, FX_STE2_S2, s2.root);
	fx_enable(&f, 5);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000028000000000ULL, VA, PAGE);
	ck_assert_int_eq(go(1ULL << 44, 0), XLAT_ABORT); /* outside S2T0SZ */
	ck_event(&f, 0x0000000800000010ULL, 0x0000028800000000ULL, 1ULL << 44, 1ULL << 44);
	ck_assert_int_eq(go(1ULL << 48, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000011ULL, 0x0000020800000000ULL, 1ULL << 48, 0);
}

/* A write of hardware to a descriptor whose page stage 2 lets only read: TTRnW 0. */
TEST(test_permission_on_access_flag_update)
{
	start(0x08cd769b);
	fx_nested_stream(&f, SID, AR | 1ULL << 43, FX_STE2_S2R, &s1, &s2); /* CD.HA */
	fx_map(&s1, PAGE, PA, 0x1000, FX_RW | PT_PROT_NO_AF);
	fx_map(&s2, PA, PA, 0x1000, FX_RW);
	pt_unmap(&s2, FX_TABLES, 0x100000, false);
	fx_map(&s2, FX_TABLES, FX_TABLES, 0x100000, DRV_PROT_READ);
	fx_enable(&f, 5);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000013ULL, 0x0000018800000000ULL, VA, leaf_at(&s1, PAGE) & ~0xfffULL);
}

/* SubstreamID and SSV at their places; the top byte of the address as it came. */
TEST(test_substream_in_a_record)
{
	struct xlat_result r;
	struct dma_txn t;

	start(0);
	fx_table(&f, &s1, false);
	/* TBI0 */
	fx_words(&f, FX_CDTAB + 3 * 64, (u64[]){ FX_CD_0 | 1ULL << 38, s1.root }, 2);
	fx_ste(&f, SID, FX_STE_S1 | FX_CDTAB | 4ULL << 59, 0, 0, 0);
	fx_enable(&f, 5);
	t = fx_txn(&f, SID, 0xa500000012345678ULL, DMA_PASID);
	t.pasid = 3;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_ABORT);
	ck_event(&f, 0x0000000800003810ULL, 0x0000020800000000ULL, 0xa500000012345678ULL, 0);
}

/* PRIVCFG and INSTCFG change what is checked and what is recorded; a write stays data (13.1.2). */
TEST(test_overrides_in_a_record)
{
	start(0);
	fx_s1_stream(&f, SID, AR, &s1);
	/* PRIVCFG privileged, INSTCFG instruction */
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 3ULL << 48 | 3ULL << 50, 0, 0);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020e00000000ULL, VA, 0);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020200000000ULL, VA, 0);
	/* unprivileged, data */
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 2ULL << 48 | 2ULL << 50, 0, 0);
	fx_cmd(&f, 0x0000000800000003ULL, 1);
	ck_assert_int_eq(go(VA, DMA_EXEC | DMA_PRIV), XLAT_ABORT);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020800000000ULL, VA, 0);
}

TEST(test_e_page_request)
{
	struct dma_txn t;

	start(0);
	fx_enable(&f, 5);
	t = fx_txn(&f, SID, VA, DMA_PASID);
	t.pasid = 0x12345;
	smmuv3_page_hint(&f.smmu, &t, PERM_R | PERM_X, PERM_R | PERM_W, 0x5a);
	/* Span 51:44, pR 39, pW 38, pX 37, uR 35, uW 34, uX 33 */
	ck_event(&f, 0x0000000812345824ULL, 0x0005a0ca00000000ULL, PAGE, 0);
}

SUITE("smmuv3 events")
