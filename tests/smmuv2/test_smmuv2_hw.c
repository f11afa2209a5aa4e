// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stream mapping, translation, syndromes, TLB maintenance, address translation operations, bad input. */
#include "v2_rig.h"

#define CB   3
#define SID  0x21
#define GOOD 0x5000
#define FSR  0x58
#define FAR  0x60
#define SYN0 0x68

static struct rig r;

static void up_cfg(const struct smmuv2_cfg *cfg)
{
	rig_up(&r, cfg);
	wr(&r, 0x0, SCR0_ON);
	map_stream(&r, 0, SID, CB);
	bank_s1(&r, CB);
	page(&r, CB, GOOD, 0x80005000, PAGE_RW);
	cb_wr(&r, CB, 0x0, 0x161); /* M, CFRE, CFIE, HUPCF */
}

static void up(void)
{
	struct smmuv2_cfg cfg = { 0 };

	up_cfg(&cfg);
}

static enum xlat acc(u64 iova, u16 flags, struct xlat_result *res)
{
	return go(&r, SID, iova, flags, 0, res);
}

static u64 pa_of(u64 iova)
{
	struct xlat_result res;

	return acc(iova, 0, &res) == XLAT_OK ? res.pa : ~0ULL;
}

/* One faulting access: FSR, FSYNR0, FAR of bank @cb; the FSR is cleared. */
static void expect_fault(unsigned int cb, u64 iova, u16 flags, u32 fsr, u32 synr0, u64 far)
{
	struct xlat_result res;

	ck_assert_int_eq(acc(iova, flags, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, fsr & 0x1fe);
	ck_assert_uint_eq(cb_rd(&r, cb, FSR), fsr);
	ck_assert_uint_eq(cb_rd(&r, cb, SYN0), synr0);
	ck_assert_uint_eq(cb_rd64(&r, cb, FAR), far);
	ck_assert_uint_eq(rd(&r, GR1_BASE + 0x400 + 4 * cb), SID);
	cb_wr(&r, cb, FSR, fsr);
	ck_assert_uint_eq(cb_rd(&r, cb, FSR), 0);
}

/* ---- Identification, reset ---- */

START_TEST(identification)
{
	struct smmuv2_cfg cfg = { .num_cb = 16, .num_s2cb = 4, .num_smrg = 48, .exids = true, .oas_bits = 40 };
	struct smmuv2_cfg small = { .num_cb = 3,
				    .page_64k = true,
				    .formats = SMMUV2_FMT_4K,
				    .no_s2 = true,
				    .no_atos = true,
				    .incoherent = true,
				    .stream_indexing = true,
				    .num_irpt = 2 };

	rig_up(&r, &cfg);
	/* S1TS S2TS NTS SMS, both AArch32 formats, one interrupt, CTTW, 15 ID bits, EXIDS, 48 groups */
	ck_assert_uint_eq(rd(&r, 0x20), 0x78015f30);
	/* 4 KiB pages, 2^4 a half, 4 stage 2 banks, SMCD, 16 banks */
	ck_assert_uint_eq(rd(&r, 0x24), 0x30048010);
	/* granules 4, 16, 64; UBS 49 bits, OAS 40, IAS 48 */
	ck_assert_uint_eq(rd(&r, 0x28), 0x7525);
	ck_assert_uint_eq(rd(&r, 0x3c), 0x21);
	ck_assert_uint_eq(rd(&r, 0x0), 0x00200001);
	ck_assert_uint_eq(smmuv2_mmio_bytes(&r.hw), 0x20000);
	/* Identification cannot be written. */
	wr(&r, 0x20, 0);
	ck_assert_uint_eq(rd(&r, 0x20), 0x78015f30);
	/* The banks for stage 2 only keep their type. */
	wr(&r, GR1_BASE, 0x10000);
	ck_assert_uint_eq(rd(&r, GR1_BASE), 0);
	rig_down(&r);

	rig_up(&r, &small);
	/* S1TS, ATOSNS, no AArch32 format, 2 interrupts, 15 ID bits, 32 groups */
	ck_assert_uint_eq(rd(&r, 0x20), 0x46021e20);
	ck_assert_uint_eq(rd(&r, 0x24), 0x90008003);
	ck_assert_uint_eq(rd(&r, 0x28), 0x1555);
	ck_assert_uint_eq(smmuv2_mmio_bytes(&r.hw), 0x80000);
	/* 64 KiB pages: GR1 at 0x10000, bank 1 at 0x50000. AArch64 is all there is. */
	ck_assert_uint_eq(rd(&r, 0x10800), 1);
	wr(&r, 0x10800, 0);
	ck_assert_uint_eq(rd(&r, 0x10800), 1);
	wr(&r, 0x50000, 0x161);
	ck_assert_uint_eq(rd(&r, 0x50000), 0x161);
	ck_assert_uint_eq(rd(&r, 0x51000), 0);
	rig_down(&r);
}
END_TEST

START_TEST(configurations_out_of_range)
{
	static const struct smmuv2_cfg bad[] = {
		{ .num_cb = 129 },
		{ .num_cb = 4, .num_s2cb = 5 },
		{ .num_smrg = 129 },
		{ .sid_bits = 16 },
		{ .formats = SMMUV2_FMT_SHORT },
		{ .formats = 0x20 },
		{ .oas_bits = 41 },
		{ .ubs_bits = 50 },
		{ .n_tbus = 33 },
		{ .stall_slots = { 1025 } },
		{ .num_irpt = 129 },
		{ .no_s1 = true, .no_s2 = true },
		{ .tlb = { .sets = 3, .ways = 1 } },
	};
	struct smmuv2 hw;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(smmuv2_init(&hw, &bad[i], &rig_ops, NULL), -EINVAL);
}
END_TEST

/* ---- Stream mapping ---- */

START_TEST(stream_matching)
{
	struct xlat_result res;

	up();
	wr(&r, 0x804, 0x80ff4000); /* SMR1: ID 0x4000, MASK 0xff: 0x4000 - 0x40ff */
	wr(&r, 0xc04, CB);
	ck_assert_int_eq(get(&r, 0x4000, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 0x40a5, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 0x4100, GOOD), XLAT_ABORT);
	wr(&r, 0x48, 0xffffffff);
	/* Bits of ID below the mask do not matter. */
	wr(&r, 0x804, 0x80ff40ff);
	ck_assert_int_eq(get(&r, 0x4001, GOOD), XLAT_OK);
	/* Invalid again: the answer of before is forgotten. */
	wr(&r, 0x804, 0x00ff40ff);
	ck_assert_int_eq(get(&r, 0x4001, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x2); /* USF */
	ck_assert_uint_eq(rd(&r, 0x54), 0x4001);
	/* S2CR: bypass, fault */
	wr(&r, 0x804, 0x80004001);
	wr(&r, 0xc04, 0x10000);
	ck_assert_int_eq(go(&r, 0x4001, 0x123456789000, DMA_WRITE, 0, &res), XLAT_OK);
	ck_assert(res.bypass && res.pa == 0x123456789000);
	wr(&r, 0x48, 0xffffffff);
	wr(&r, 0xc04, 0x20000);
	ck_assert_int_eq(go(&r, 0x4001, GOOD, DMA_WRITE | DMA_PRIV, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 0x8001);
	ck_assert_uint_eq(rd(&r, 0x48), 0x1); /* ICF */
	ck_assert_uint_eq(rd(&r, 0x50), 0x6); /* PNU, WNR */
	ck_assert_uint_eq(rd(&r, 0x40), GOOD);
	rig_down(&r);
}
END_TEST

START_TEST(stream_conflict_and_unidentified)
{
	up();
	wr(&r, 0x808, 0x801f0020); /* SMR2: 0x20 - 0x3f, over SMR0 */
	wr(&r, 0xc08, CB);
	ck_assert_int_eq(get(&r, 0x22, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x80000004); /* SMCF, MULTI */
	wr(&r, 0x48, 0x80000004);
	wr(&r, 0x0, 0x6); /* SMCFCFG, USFCFG clear: both bypass */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 0x7fff, GOOD), XLAT_OK);
	/* GFRE clear: RAZ/WI; GFIE clear: no interrupt */
	wr(&r, 0x0, 0x400);
	ck_assert_int_eq(get(&r, 0x7fff, GOOD), XLAT_RAZWI);
	ck_assert(!r.irq[0]);
	wr(&r, 0x0, 0x404);
	ck_assert(r.irq[0]);
	wr(&r, 0x48, 0x2);
	ck_assert(!r.irq[0]);
	/* Client port disable */
	wr(&r, 0x0, SCR0_ON | 1);
	ck_assert_int_eq(get(&r, 0x7fff, 0xdead000), XLAT_OK);
	/* A StreamID that the part has no wires for */
	wr(&r, 0x0, SCR0_ON);
	ck_assert_int_eq(get(&r, 0x8000 | 0x22, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x2);
	ck_assert_int_eq(get(&r, 0x70022, GOOD), XLAT_ABORT);
	rig_down(&r);
}
END_TEST

START_TEST(extended_stream_ids)
{
	struct smmuv2_cfg cfg = { .exids = true };

	up_cfg(&cfg);
	wr(&r, 0x0, SCR0_ON | 8);
	ck_assert_uint_eq(rd(&r, 0x0), SCR0_ON | 8);
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT); /* S2CR.EXIDVALID is clear */
	wr(&r, 0x800, 0x800f7ff0);			  /* EXMASK 0x800f, EXID 0x7ff0 */
	wr(&r, 0xc00, 0x400 | CB);
	ck_assert_int_eq(get(&r, 0xfff5, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 0x7ffa, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 0x7fea, GOOD), XLAT_ABORT);
	rig_down(&r);
	/* Not implemented: the bit stays zero. */
	up();
	wr(&r, 0x0, SCR0_ON | 8);
	ck_assert_uint_eq(rd(&r, 0x0), SCR0_ON);
	rig_down(&r);
}
END_TEST

START_TEST(stream_indexing)
{
	struct smmuv2_cfg cfg = { .stream_indexing = true };

	up_cfg(&cfg);
	wr(&r, 0xc00 + 4 * 7, CB);
	ck_assert_int_eq(get(&r, 7, GOOD), XLAT_OK);
	ck_assert_int_eq(get(&r, 32, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x2);
	ck_assert_uint_eq(rd(&r, 0x800), 0); /* no SMRs */
	rig_down(&r);
}
END_TEST

START_TEST(unimplemented_banks_and_contexts)
{
	struct smmuv2_cfg cfg = { .num_irpt = 2 };

	up();
	wr(&r, 0xc00, 16); /* there are 16 */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x8); /* UCBF */
	ck_assert_uint_eq(rd(&r, 0x50), 0);
	wr(&r, 0x48, 0x8);
	wr(&r, 0xc00, CB);
	wr(&r, GR1_BASE + 4 * CB, 0x20000); /* stage 1 with stage 2 fault */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x1);
	ck_assert_uint_eq(rd(&r, 0x50), 0x1); /* NESTED */
	wr(&r, 0x48, 0x1);
	wr(&r, GR1_BASE + 4 * CB, 0x3c800); /* nested over bank 200 */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x8);
	ck_assert_uint_eq(rd(&r, 0x50), 0x1);
	wr(&r, 0x48, 0x8);
	wr(&r, GR1_BASE + 4 * 5, 0x10000);
	wr(&r, GR1_BASE + 4 * CB, 0x30500); /* nested over a stage 1 bank */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x1);
	rig_down(&r);

	up_cfg(&cfg);
	wr(&r, GR1_BASE + 4 * CB, 0x02010000); /* interrupt 2 of 0..1 */
	ck_assert_int_eq(get(&r, SID, GOOD), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x10); /* UCIF */
	ck_assert_uint_eq(rd(&r, 0x50), 0);
	rig_down(&r);
}
END_TEST

START_TEST(global_fault_registers)
{
	up();
	get(&r, 1, 0x1234);
	get(&r, 2, 0x5678);
	ck_assert_uint_eq(rd(&r, 0x40), 0x1234);
	ck_assert_uint_eq(rd(&r, 0x54), 1);
	ck_assert_uint_eq(rd(&r, 0x48), 0x80000002);
	ck_assert(r.irq[0]);
	/* The other bits stay when one is cleared. */
	wr(&r, 0x48, 0x80000000);
	ck_assert_uint_eq(rd(&r, 0x48), 0x2);
	wr(&r, 0x48, 0x2);
	ck_assert(!r.irq[0]);
	/* Restore, as after power-down */
	wr(&r, 0x4c, 0x80000004);
	ck_assert_uint_eq(rd(&r, 0x48), 0x80000004);
	ck_assert(r.irq[0]);
	rig_down(&r);
}
END_TEST

/* ---- Translation ---- */

START_TEST(aarch64_stage_1)
{
	struct xlat_result res;

	up();
	page(&r, CB, 0x6000, 0x80006000, PAGE_RO);
	page(&r, CB, 0x7000, 0x80007000, 0x703);		/* AP = 00: privileged only */
	page(&r, CB, 0x8000, 0x80008000, PAGE_RW | 1ULL << 54); /* UXN */
	cb_wr(&r, CB, 0x38, 0x0044ff00);
	ck_assert_int_eq(acc(GOOD + 0x123, DMA_WRITE, &res), XLAT_OK);
	ck_assert(res.pa == 0x80005123 && !res.hit && res.shift == 12);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W | PERM_X);
	ck_assert_int_eq(acc(GOOD + 0x124, 0, &res), XLAT_OK);
	ck_assert(res.pa == 0x80005124 && res.hit);
	ck_assert_uint_eq(pa_of(0x6004), 0x80006004);
	expect_fault(CB, 0x6000, DMA_WRITE, 0x408, 0x13, 0x6000); /* PF, WNR, level 3 */
	expect_fault(CB, 0x7008, 0, 0x408, 0x03, 0x7008);
	ck_assert_int_eq(acc(0x7008, DMA_PRIV, &res), XLAT_OK);
	expect_fault(CB, 0x8000, DMA_EXEC, 0x408, 0x43, 0x8000);	     /* IND */
	expect_fault(CB, 0x9010, DMA_WRITE | DMA_PRIV, 0x402, 0x33, 0x9010); /* TF, PNU, WNR */
	expect_fault(CB, 0x200000, 0, 0x402, 0x02, 0x200000);
	expect_fault(CB, 0x40000000, 0, 0x402, 0x01, 0x40000000);
	expect_fault(CB, 0x8000000000, 0, 0x402, 0x00, 0x8000000000); /* beyond T0SZ */
	page(&r, CB, 0xa000, 0x8000a000, 0x343);		      /* AF clear */
	expect_fault(CB, 0xa000, 0, 0x404, 0x03, 0xa000);
	cb_wr(&r, CB, 0x0, 0x169); /* AFFD */
	ck_assert_uint_eq(pa_of(0xa000), 0x8000a000);
	rig_down(&r);
}
END_TEST

START_TEST(a_permission_that_software_grants_needs_no_maintenance)
{
	struct xlat_result res;

	up();
	page(&r, CB, 0x6000, 0x80006000, PAGE_RO);
	ck_assert_int_eq(acc(0x6000, 0, &res), XLAT_OK);
	page(&r, CB, 0x6000, 0x80006000, PAGE_RW);
	ck_assert_int_eq(acc(0x6000, DMA_WRITE, &res), XLAT_OK);
	rig_down(&r);
}
END_TEST

START_TEST(blocks_and_contiguous)
{
	struct xlat_result res;
	u32 i;

	up();
	put64(&r, TABLES(CB) + 0x1008, 0xc0000000 | 0x741); /* level 2 block at 0x200000 */
	ck_assert_int_eq(acc(0x212345, 0, &res), XLAT_OK);
	ck_assert(res.pa == 0xc0012345 && res.shift == 21);
	for (i = 0; i < 16; i++)
		page(&r, CB, 0x10000 + 0x1000 * i, 0x90000000 + 0x1000 * i, PAGE_RW | 1ULL << 52);
	ck_assert_int_eq(acc(0x13004, 0, &res), XLAT_OK);
	ck_assert(res.pa == 0x90003004 && res.shift == 16);
	ck_assert_int_eq(acc(0x1f008, 0, &res), XLAT_OK);
	ck_assert(res.hit && res.pa == 0x9000f008);
	rig_down(&r);
}
END_TEST

START_TEST(second_range_and_sign_extension)
{
	struct xlat_result res;

	up();
	/* TTBR1: 39 bits, 4 KiB (TG1 = 2), same tables */
	cb_wr(&r, CB, 0x30, 0xb5193519);
	cb_wr64(&r, CB, 0x28, TABLES(CB));
	/* SEP upstream: bit 48 of the 49-bit bus is the sign. */
	ck_assert_int_eq(acc(0x1ff8000005000, 0, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0x80005000);
	expect_fault(CB, 0x1ff8000009000, 0, 0x402, 0x03, 0xffffff8000009000);
	expect_fault(CB, 0xff8000005000, 0, 0x402, 0x00, 0xff8000005000);
	cb_wr(&r, CB, 0x10, 0x28015); /* SEP = bit 47 */
	ck_assert_uint_eq(pa_of(0xff8000005000), 0x80005000);
	rig_down(&r);
}
END_TEST

START_TEST(privcfg_instcfg)
{
	struct xlat_result res;

	up();
	page(&r, CB, 0x7000, 0x80007000, 0x703 | 1ULL << 54); /* privileged only, UXN */
	wr(&r, 0xc00, 0x3000000 | CB);			      /* privileged */
	ck_assert_int_eq(acc(0x7000, 0, &res), XLAT_OK);
	expect_fault(CB, 0x9000, 0, 0x402, 0x23, 0x9000);
	wr(&r, 0xc00, 0x2000000 | CB); /* unprivileged */
	expect_fault(CB, 0x7000, DMA_PRIV, 0x408, 0x03, 0x7000);
	wr(&r, 0xc00, 0xc000000 | CB); /* instruction: reads only */
	page(&r, CB, 0x8000, 0x80008000, PAGE_RW | 1ULL << 54);
	expect_fault(CB, 0x8000, 0, 0x408, 0x43, 0x8000);
	ck_assert_int_eq(acc(0x8000, DMA_WRITE, &res), XLAT_OK);
	wr(&r, 0xc00, 0x8000000 | CB); /* data */
	ck_assert_int_eq(acc(0x8000, DMA_EXEC, &res), XLAT_OK);
	rig_down(&r);
}
END_TEST

START_TEST(bank_disabled_is_flat)
{
	struct xlat_result res;

	up();
	cb_wr(&r, CB, 0x0, 0x160);
	ck_assert_int_eq(acc(0xabcdef000, DMA_WRITE, &res), XLAT_OK);
	ck_assert(res.bypass && res.pa == 0xabcdef000);
	rig_down(&r);
}
END_TEST

START_TEST(aarch32_long)
{
	struct xlat_result res;

	up();
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0); /* VA64 = 0 */
	cb_wr(&r, CB, 0x30, 0x80800000);      /* EAE, EPD1; 4 GiB: level 1 has 4 entries */
	ck_assert_uint_eq(pa_of(GOOD + 8), 0x80005008);
	expect_fault(CB, 0x1047dc0, 0, 0x202, 0x02, 0x1047dc0);
	put64(&r, TABLES(CB) + 0x1040, (TABLES(CB) + 0x3000) | 3);
	expect_fault(CB, 0x1047dc0, 0, 0x202, 0x03, 0x1047dc0);
	expect_fault(CB, 0xc0000000, DMA_WRITE, 0x202, 0x11, 0xc0000000);
	expect_fault(CB, 0x100000000, 0, 0x202, 0x01, 0x100000000); /* no level 0 in AArch32 */
	(void)res;
	rig_down(&r);
}
END_TEST

START_TEST(aarch32_short)
{
	struct xlat_result res;

	up();
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0);
	cb_wr(&r, CB, 0x30, 0);
	cb_wr(&r, CB, 0x34, 0x7);
	cb_wr(&r, CB, 0x20, 0x00700000); /* 16 KiB of level 1 */
	put32(&r, 0x700000, 0x00710001); /* 0x0: table */
	put32(&r, 0x700004, 0xc0100c02); /* 0x100000: section, AP = 11 */
	put32(&r, 0x710014, 0x80005832); /* 0x5000: small page, AP = 11, nG */
	put32(&r, 0x710018, 0x80006012); /* 0x6000: AP = 01: privileged only */
	ck_assert_int_eq(acc(0x5010, DMA_WRITE, &res), XLAT_OK);
	ck_assert(res.pa == 0x80005010 && res.shift == 12);
	ck_assert_int_eq(acc(0x123456, 0, &res), XLAT_OK);
	ck_assert(res.pa == 0xc0123456 && res.shift == 20);
	expect_fault(CB, 0x6000, 0, 0x008, 0x02, 0x6000);
	ck_assert_int_eq(acc(0x6000, DMA_PRIV, &res), XLAT_OK);
	expect_fault(CB, 0x9000, 0, 0x002, 0x02, 0x9000);
	expect_fault(CB, 0x200000, DMA_WRITE, 0x002, 0x11, 0x200000);
	/* Maintenance: VA and ASID in one word */
	put32(&r, 0x710014, 0x80007832);
	cb_wr(&r, CB, 0x600, 0x5008);
	ck_assert_uint_eq(pa_of(0x5000), 0x80005000);
	cb_wr(&r, CB, 0x600, 0x5007);
	ck_assert_uint_eq(pa_of(0x5000), 0x80007000);
	rig_down(&r);
}
END_TEST

/* Stage 2 tables at 0x900000: T0SZ 25, start at level 1; IPA 0x5000 -> 0xa0005000, and TABLES(CB) for itself. */
static void bank_s2(unsigned int n)
{
	wr(&r, GR1_BASE + 0x800 + 4 * n, 1);
	wr(&r, GR1_BASE + 4 * n, 0x9); /* VMID 9 */
	cb_wr(&r, n, 0x30, 0x50059);   /* PASIZE 48, SL0 = 1, T0SZ 25 */
	cb_wr64(&r, n, 0x20, 0x900000);
	put64(&r, 0x900000, 0x901003);
	put64(&r, 0x901000, 0x902003);
	put64(&r, 0x902028, 0xa0005000 | 0x7ff);
	cb_wr(&r, n, 0x0, 0x161);
}

START_TEST(stage_2_only)
{
	up();
	bank_s2(1);
	wr(&r, 0xc00, 1);
	ck_assert_uint_eq(pa_of(0x5018), 0xa0005018);
	put64(&r, 0x902030, 0xa0006000 | 0x77f); /* 0x6000: S2AP read only */
	expect_fault(1, 0x6000, DMA_WRITE, 0x408, 0x13, 0x6000);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), 0x6000);
	expect_fault(1, 0x7010, 0, 0x402, 0x03, 0x7010);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), 0x7010);
	expect_fault(1, 0x8000000000, 0, 0x402, 0x00, 0x8000000000);
	/* SL0 that does not fit: every access is a translation fault */
	cb_wr(&r, 1, 0x30, 0x500d9);
	expect_fault(1, 0x7010, 0, 0x402, 0x00, 0x7010);
	rig_down(&r);
}
END_TEST

START_TEST(nested)
{
	struct xlat_result res;

	up();
	bank_s2(1);
	wr(&r, GR1_BASE + 4 * CB, 0x30109); /* over bank 1, VMID 9 */
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	page(&r, CB, 0x6000, 0x7000, PAGE_RW);
	/* The tables of stage 1 are not mapped by stage 2 yet. */
	expect_fault(1, GOOD + 4, DMA_WRITE, 0x402, 0x0003000e, GOOD + 4);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), TABLES(CB));
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd); /* 2 MiB block at IPA 0x400000 */
	ck_assert_int_eq(acc(GOOD + 4, DMA_WRITE, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0xa0005004);
	/* Stage 1 faults stay with the bank of stage 1. */
	expect_fault(CB, 0x9000, 0, 0x402, 0x03, 0x9000);
	/* The output of stage 1 does not pass: NESTED, S1CBNDX, FAR is the VA, IPAFAR the IPA. */
	expect_fault(1, 0x6010, DMA_WRITE, 0x402, 0x00030017, 0x6010);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), 0x7010);
	/* Stage 1 off: stage 2 alone, still nested. */
	cb_wr(&r, CB, 0x0, 0x160);
	ck_assert_uint_eq(pa_of(0x5020), 0xa0005020);
	expect_fault(1, 0x7020, 0, 0x402, 0x00030007, 0x7020);
	/* Stage 2 off: stage 1 alone. */
	cb_wr(&r, CB, 0x0, 0x161);
	cb_wr(&r, 1, 0x0, 0x160);
	wr(&r, 0x68, 0);
	ck_assert_uint_eq(pa_of(0x5020), 0x5020);
	rig_down(&r);
}
END_TEST

/* A fault outstanding in the bank of stage 2 holds the transactions of banks nested over it. */
START_TEST(nested_stall_in_stage_2)
{
	struct xlat_result res;

	up();
	bank_s2(1);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd);
	wr(&r, GR1_BASE + 4 * CB, 0x30109);
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	page(&r, CB, 0x6000, 0x7000, PAGE_RW);
	cb_wr(&r, 1, 0x0, 0xe1); /* CFCFG */
	ck_assert_int_eq(acc(0x6000, 0, &res), XLAT_STALL);
	ck_assert_uint_eq(cb_rd(&r, 1, FSR), 0x40000402);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	ck_assert(r.irq[SMMUV2_IRQ_CONTEXT + 1] && !r.irq[SMMUV2_IRQ_CONTEXT + CB]);
	ck_assert_int_eq(acc(GOOD, 0, &res), XLAT_STALL);
	put64(&r, 0x902038, 0xa0007000 | 0x7ff);
	cb_wr(&r, 1, FSR, 0x402);
	cb_wr(&r, 1, 0x8, 0);
	ck_assert_uint_eq(r.n_ended, 2);
	ck_assert_uint_eq(pa_of(0x6000), 0xa0007000);
	rig_down(&r);
}
END_TEST

START_TEST(external_aborts)
{
	struct smmuv2_cfg cfg = { .no_caches = true };
	unsigned int n;

	up_cfg(&cfg);
	/* Each of the three descriptor reads fails once. */
	for (n = 1; n <= 3; n++) {
		r.fail_read = n;
		expect_fault(CB, GOOD, 0, 0x410, 0x400 | n, GOOD); /* EF; PTWF, level */
	}
	/* TTBR outside memory */
	cb_wr64(&r, CB, 0x20, 0x700000000000);
	expect_fault(CB, GOOD, 0, 0x410, 0x401, GOOD);
	/* TTBR beyond the output size: 32 bits */
	cb_wr(&r, CB, 0x10, 0x38010);
	expect_fault(CB, GOOD, 0, 0x480, 0x000, GOOD);
	/* A descriptor that points beyond it */
	cb_wr64(&r, CB, 0x20, TABLES(CB));
	page(&r, CB, 0xb000, 0x100000000, PAGE_RW);
	expect_fault(CB, 0xb000, 0, 0x480, 0x003, 0xb000);
	rig_down(&r);
}
END_TEST

START_TEST(granules)
{
	struct smmuv2_cfg cfg = { .formats = SMMUV2_FMT_ALL & ~SMMUV2_FMT_64K };

	up();
	/* 64 KiB, 42 bits: level 2 at 0x300000, level 3 at 0x310000 */
	cb_wr(&r, CB, 0x30, 0x807516);
	cb_wr64(&r, CB, 0x20, 0x300000);
	put64(&r, 0x300000, 0x310003);
	put64(&r, 0x310008, 0xd0000000 | PAGE_RW);
	ck_assert_uint_eq(pa_of(0x1abcd), 0xd000abcd);
	expect_fault(CB, 0x20000, 0, 0x402, 0x03, 0x20000);
	rig_down(&r);
	/* Not implemented: taken as 4 KiB. */
	up_cfg(&cfg);
	cb_wr(&r, CB, 0x30, 0x807519);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	/* A size without a meaning: T0SZ = 63 */
	cb_wr(&r, CB, 0x30, 0x80353f);
	cb_wr(&r, CB, 0x618, 0);
	expect_fault(CB, GOOD, 0, 0x402, 0x00, GOOD);
	rig_down(&r);
}
END_TEST

START_TEST(fsr_restore_and_partial_clear)
{
	struct xlat_result res;

	up();
	cb_wr(&r, CB, 0x5c, 0x8000040a);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0x8000040a);
	ck_assert(r.irq[SMMUV2_IRQ_CONTEXT + CB]);
	cb_wr(&r, CB, FSR, 0x8);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0x80000402);
	/* SS cannot be made up. */
	cb_wr(&r, CB, 0x5c, 0x40000402);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0x402);
	/* What was on record is not overwritten. */
	cb_wr64(&r, CB, FAR, 0x1111);
	ck_assert_int_eq(acc(0x9000, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0x80000402);
	ck_assert_uint_eq(cb_rd64(&r, CB, FAR), 0x1111);
	cb_wr(&r, CB, FSR, 0xffffffff);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	rig_down(&r);
}
END_TEST

START_TEST(implementation_defined_syndrome)
{
	struct smmuv2_cfg cfg = { .fsynr0_s1cbndx = 0x3d, .fsynr1 = 0xabc };

	up_cfg(&cfg);
	expect_fault(CB, 0x9000, DMA_PRIV, 0x402, 0x3d0023, 0x9000);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x6c), 0xabc);
	rig_down(&r);
}
END_TEST

/* ---- TLB maintenance ---- */

/* Remap the good page without maintenance: the old one is still seen; after @op the new one. */
static bool drops(void (*op)(u64 arg), u64 arg)
{
	static u64 next = 0x81000000;
	u64 old = pa_of(GOOD);

	ck_assert_uint_ne(old, ~0ULL);
	next += 0x1000;
	page(&r, CB, GOOD, next, PAGE_RW | 0x800); /* nG */
	ck_assert_uint_eq(pa_of(GOOD), old);
	op(arg);
	return pa_of(GOOD) == next;
}

static void cb_op64(u64 arg)
{
	cb_wr64(&r, CB, 0x600, arg);
}

static void cb_vaa(u64 arg)
{
	cb_wr64(&r, CB, 0x608, arg);
}

static void cb_val(u64 arg)
{
	cb_wr64(&r, CB, 0x620, arg);
}

static void cb_vaal(u64 arg)
{
	cb_wr64(&r, CB, 0x628, arg);
}

static void cb_asid(u64 arg)
{
	cb_wr(&r, CB, 0x610, (u32)arg);
}

static void cb_all(u64 arg)
{
	cb_wr(&r, (unsigned int)arg, 0x618, 0);
}

static void gr0_vmid(u64 arg)
{
	wr(&r, 0x64, (u32)arg);
}

static void gr0_vmids1(u64 arg)
{
	wr(&r, 0xb8, (u32)arg);
}

static void gr0_nsnh(u64 arg)
{
	wr(&r, 0x68, (u32)arg);
}

static void gr0_hyp(u64 arg)
{
	wr(&r, 0x6c, (u32)arg);
}

static void halves(u64 arg)
{
	cb_wr(&r, CB, 0x604, (u32)(arg >> 32));
	cb_wr(&r, CB, 0x600, (u32)arg);
}

START_TEST(maintenance)
{
	const u64 va = GOOD >> 12, asid = (u64)(CB + 1) << 48;

	up();
	page(&r, CB, GOOD, 0x81000000, PAGE_RW | 0x800);
	ck_assert(drops(cb_op64, asid | va));
	ck_assert(!drops(cb_op64, 0x7ULL << 48 | va));
	ck_assert(drops(cb_all, CB));
	ck_assert(!drops(cb_op64, asid | (va + 1)));
	ck_assert(drops(cb_vaa, va));
	ck_assert(!drops(cb_vaa, va + 1));
	ck_assert(drops(cb_val, asid | va));
	ck_assert(drops(cb_vaal, va));
	ck_assert(!drops(cb_asid, CB + 2));
	ck_assert(drops(cb_asid, CB + 1));
	ck_assert(!drops(gr0_vmid, 4));
	ck_assert(drops(gr0_vmid, 0));
	ck_assert(drops(gr0_vmids1, 0));
	ck_assert(!drops(gr0_hyp, 0));
	ck_assert(drops(gr0_nsnh, 0));
	ck_assert(drops(halves, asid | va));
	/* From another bank: by VMID, not by bank; a stage 2 bank has no such operation. */
	wr(&r, GR1_BASE + 0x800 + 4 * 7, 1);
	wr(&r, GR1_BASE + 4 * 7, 0x10005);
	ck_assert(!drops(cb_all, 7));
	wr(&r, GR1_BASE + 4 * 7, 0x10000);
	ck_assert(drops(cb_all, 7));
	wr(&r, GR1_BASE + 4 * 7, 0x00000);
	ck_assert(!drops(cb_all, 7));
	rig_down(&r);
}
END_TEST

START_TEST(global_pages_and_asid)
{
	up();
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000); /* nG clear */
	page(&r, CB, GOOD, 0x82000000, PAGE_RW);
	cb_asid(CB + 1); /* global entries stay */
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	cb_wr64(&r, CB, 0x600, 0x99ULL << 48 | GOOD >> 12); /* by VA: the ASID is not looked at */
	ck_assert_uint_eq(pa_of(GOOD), 0x82000000);
	rig_down(&r);
}
END_TEST

START_TEST(last_level_only)
{
	up();
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	/* Another level 3 table: TLBIVAL keeps the walk cache, TLBIVA does not. */
	put64(&r, TABLES(CB) + 0x1000, (TABLES(CB) + 0x4000) | 3);
	put64(&r, TABLES(CB) + 0x4000 + GOOD / 4096 * 8, 0x83000000 | PAGE_RW);
	cb_val((u64)(CB + 1) << 48 | GOOD >> 12);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	cb_wr64(&r, CB, 0x600, (u64)(CB + 1) << 48 | GOOD >> 12);
	ck_assert_uint_eq(pa_of(GOOD), 0x83000000);
	rig_down(&r);
}
END_TEST

START_TEST(stage_2_maintenance)
{
	up();
	bank_s2(1);
	wr(&r, 0xc00, 1);
	ck_assert_uint_eq(pa_of(0x5000), 0xa0005000);
	put64(&r, 0x902028, 0xb0005000 | 0x7ff);
	cb_wr64(&r, 1, 0x630, 0x6);
	ck_assert_uint_eq(pa_of(0x5000), 0xa0005000);
	cb_wr64(&r, 1, 0x638, 0x5);
	ck_assert_uint_eq(pa_of(0x5000), 0xb0005000);
	put64(&r, 0x902028, 0xc0005000 | 0x7ff);
	wr(&r, 0xb8, 9); /* stage 1 of VMID 9 only */
	ck_assert_uint_eq(pa_of(0x5000), 0xb0005000);
	wr(&r, 0x64, 9);
	ck_assert_uint_eq(pa_of(0x5000), 0xc0005000);
	rig_down(&r);
}
END_TEST

START_TEST(hypervisor_context)
{
	up();
	wr(&r, GR1_BASE + 4 * CB, 0x10400); /* HYPC */
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	page(&r, CB, GOOD, 0x84000000, PAGE_RW);
	wr(&r, 0x68, 0);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	wr(&r, 0x78, 0x6000);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	wr(&r, 0x78, GOOD);
	ck_assert_uint_eq(pa_of(GOOD), 0x84000000);
	page(&r, CB, GOOD, 0x85000000, PAGE_RW);
	smmuv2_mmio_write(&r.hw, 0xb0, GOOD >> 12, 8);
	ck_assert_uint_eq(pa_of(GOOD), 0x85000000);
	rig_down(&r);
}
END_TEST

/* An invalidation between walk and fill: the access completes, nothing is kept, and the sync waits for it. */
START_TEST(walk_in_flight)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w, other;

	up();
	ck_assert_int_eq(smmuv2_lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_walk(&r.hw, &t, &w);
	ck_assert_uint_eq(w.n_accesses, 3);
	ck_assert_uint_eq(w.accesses[2].addr, TABLES(CB) + 0x2028);
	page(&r, CB, GOOD, 0x86000000, PAGE_RW);
	cb_wr64(&r, CB, 0x600, (u64)(CB + 1) << 48 | GOOD >> 12);
	cb_wr(&r, CB, 0x7f0, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x7f4), 1);
	/* A walk that begins after the operation is not waited for. */
	smmuv2_walk(&r.hw, &t, &other);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_OK);
	ck_assert_uint_eq(w.res.pa, 0x80005000);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x7f4), 1);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x7f4), 0);
	ck_assert_int_eq(smmuv2_lookup(&r.hw, &t, &res), XLAT_MISS);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &other), XLAT_OK);
	ck_assert_uint_eq(pa_of(GOOD), 0x86000000);
	/* Given up */
	page(&r, CB, 0x6000, 0x87000000, PAGE_RW);
	t.iova = 0x6000;
	smmuv2_walk(&r.hw, &t, &w);
	cb_all(CB);
	wr(&r, 0x70, 0);
	ck_assert_uint_eq(rd(&r, 0x74), 1);
	smmuv2_cancel(&r.hw, &w);
	ck_assert_uint_eq(rd(&r, 0x74), 1);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(rd(&r, 0x74), 0);
	rig_down(&r);
}
END_TEST

START_TEST(mapping_changes_between_lookup_and_walk)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w;

	up();
	ck_assert_int_eq(smmuv2_lookup(&r.hw, &t, &res), XLAT_MISS);
	wr(&r, 0xc00, 0x20000);
	smmuv2_walk(&r.hw, &t, &w);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, 0x48), 0x1);
	rig_down(&r);
}
END_TEST

/* A walk without a lookup before (a debugger's look, a DMI request): as the hardware would answer, without a trace. */
START_TEST(walk_alone)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct iommu_walk w;

	up();
	ck_assert_int_eq(smmuv2_walk(&r.hw, &t, &w), XLAT_OK);
	ck_assert_uint_eq(w.res.pa, 0x80005000);
	smmuv2_cancel(&r.hw, &w);
	t.iova = 0x9000;
	ck_assert_int_eq(smmuv2_walk(&r.hw, &t, &w), XLAT_ABORT);
	smmuv2_cancel(&r.hw, &w);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	/* Bypass */
	wr(&r, 0xc00, 0x10000);
	ck_assert_int_eq(smmuv2_walk(&r.hw, &t, &w), XLAT_OK);
	ck_assert(w.res.bypass && w.res.pa == 0x9000);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_OK);
	ck_assert(w.res.bypass && w.res.pa == 0x9000);
	/* Held by an outstanding fault (HUPCF = 0): no translation, and the registers that tell it are announced. */
	wr(&r, 0xc00, CB);
	cb_wr(&r, CB, 0x0, 0x61);
	r.changes = 0;
	ck_assert_int_eq(get(&r, SID, 0x9000), XLAT_ABORT);
	ck_assert_uint_eq(r.changes, 1);
	t.iova = GOOD;
	ck_assert_int_eq(smmuv2_walk(&r.hw, &t, &w), XLAT_ABORT);
	smmuv2_cancel(&r.hw, &w);
	cb_wr(&r, CB, FSR, 0x402);
	ck_assert_int_eq(smmuv2_walk(&r.hw, &t, &w), XLAT_OK);
	smmuv2_cancel(&r.hw, &w);
	/* Each register that a translation depends on */
	r.changes = 0;
	wr(&r, 0x0, SCR0_ON);
	wr(&r, 0x800, 0x80000000 | SID);
	wr(&r, 0xc00, CB);
	wr(&r, GR1_BASE + 4 * 9, 0);
	cb_wr(&r, CB, 0x30, 0x803519);
	cb_wr(&r, CB, 0x0, 0x161);
	ck_assert_uint_eq(r.changes, 6);
	rig_down(&r);
}
END_TEST

/* ---- Address translation operations ---- */

START_TEST(address_translation)
{
	up();
	cb_wr(&r, CB, 0x38, 0xff);
	page(&r, CB, 0x7000, 0x80007000, 0x703);
	cb_wr64(&r, CB, 0x810, GOOD); /* ATS1UR */
	/* ATTR 0xff, PA, NS, SH = 3 */
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0xff00000080005380);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x8f0), 0);
	cb_wr64(&r, CB, 0x800, 0x7000); /* ATS1PR */
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0xff00000080007380);
	cb_wr64(&r, CB, 0x818, 0x7000);			       /* ATS1UW */
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x300000009); /* F, PF, level 3 */
	cb_wr64(&r, CB, 0x808, 0x9000);			       /* ATS1PW */
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x300000003);
	/* Never recorded, never an interrupt */
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	/* Global: bank index in the low bits */
	smmuv2_mmio_write(&r.hw, 0x100, GOOD | CB, 8);
	ck_assert_uint_eq(smmuv2_mmio_read(&r.hw, 0x180, 8), 0xff00000080005380);
	smmuv2_mmio_write(&r.hw, 0x100, GOOD | 16, 8);
	ck_assert_uint_eq(smmuv2_mmio_read(&r.hw, 0x180, 8), 0x40000001); /* UCBF */
	rig_down(&r);
}
END_TEST

START_TEST(address_translation_nested)
{
	up();
	bank_s2(1);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd);
	wr(&r, GR1_BASE + 4 * CB, 0x30109);
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	page(&r, CB, 0x6000, 0x7000, PAGE_RW);
	cb_wr64(&r, CB, 0x810, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x5380); /* the IPA */
	cb_wr64(&r, CB, 0x810, 0x6000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x7380);
	smmuv2_mmio_write(&r.hw, 0x120, GOOD | CB, 8); /* both stages */
	ck_assert_uint_eq(smmuv2_mmio_read(&r.hw, 0x180, 8), 0xa0005380);
	/* Stage 2 faults under stage 1: recorded with ATOF, in the bank of stage 2, also if it would stall. */
	cb_wr(&r, 1, 0x0, 0xe1);
	put64(&r, 0x901010, 0);
	wr(&r, 0x68, 0);
	cb_wr64(&r, CB, 0x818, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0xa00000003); /* STAGE, level 2, TF, F */
	ck_assert_uint_eq(cb_rd(&r, 1, FSR), 0x402);
	ck_assert_uint_eq(cb_rd(&r, 1, SYN0), 0x0003020e);
	ck_assert_uint_eq(cb_rd64(&r, 1, FAR), GOOD);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), TABLES(CB));
	rig_down(&r);
}
END_TEST

/* AArch32: PAR of short descriptors has PA[31:12], NS, SH, and the cacheabilities of TEX, C, B; levels begin at 1. */
START_TEST(address_translation_aarch32)
{
	up();
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0);
	cb_wr(&r, CB, 0x30, 0);
	cb_wr(&r, CB, 0x20, 0x00700000);
	put32(&r, 0x700000, 0x00710001);
	put32(&r, 0x710014, 0x80005472); /* 0x5000: S, TEX 001, AP 11, C B 00 */
	put32(&r, 0x710018, 0x8000607e); /* 0x6000: TEX 001, C, B: write-back write-allocate */
	put32(&r, 0x71001c, 0x800071be); /* 0x7000: TEX 110: inner write-back (C, B), outer write-through */
	cb_wr64(&r, CB, 0x810, 0x5000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x80005280);
	cb_wr64(&r, CB, 0x810, 0x6000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x80006214);
	cb_wr64(&r, CB, 0x810, 0x7000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x80007238);
	cb_wr64(&r, CB, 0x810, 0x9000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x200000003);
	/* Long descriptors: an address that no table has */
	cb_wr(&r, CB, 0x30, 0x80800000);
	cb_wr64(&r, CB, 0x20, TABLES(CB));
	cb_wr64(&r, CB, 0x810, 0x100000000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x100000003);
	/* Stage 1 off: flat */
	cb_wr(&r, CB, 0x0, 0x160);
	cb_wr64(&r, CB, 0x810, 0x1234000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x1234200);
	/* A stage 2 bank has no such operation, a bank without a stage 2 no translation. */
	wr(&r, GR1_BASE + 4 * CB, 0);
	cb_wr64(&r, CB, 0x810, 0x1235000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x1234200);
	wr(&r, GR1_BASE + 4 * CB, 0x20000);
	cb_wr64(&r, CB, 0x810, 0x1235000);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0x20000001); /* ICF */
	rig_down(&r);
}
END_TEST

/* Short descriptors over a stage 2 of AArch32 long descriptors: T0SZ = -8 (40 bits), start at level 1. */
START_TEST(nested_aarch32)
{
	struct xlat_result res;

	up();
	wr(&r, GR1_BASE + 0x800 + 4 * 1, 0);
	wr(&r, GR1_BASE + 4 * 1, 0x9);
	cb_wr(&r, 1, 0x30, 0x80000058); /* SL0 1, S, T0SZ 8 */
	cb_wr64(&r, 1, 0x20, 0xa00000);
	put64(&r, 0xa00000, 0xa02003); /* two concatenated tables of level 1 */
	put64(&r, 0xa02000, 0xa03003);
	put64(&r, 0xa02018, 0x600000 | 0x7fd); /* the tables at IPA 0x600000, 2 MiB */
	put64(&r, 0xa03028, 0xa0005000 | 0x7ff);
	cb_wr(&r, 1, 0x0, 0x161);
	wr(&r, GR1_BASE + 0x800 + 4 * CB, 0);
	wr(&r, GR1_BASE + 4 * CB, 0x30109);
	cb_wr(&r, CB, 0x30, 0);
	cb_wr(&r, CB, 0x20, 0x00700000);
	put32(&r, 0x700000, 0x00710001);
	put32(&r, 0x710014, 0x5032); /* 0x5000 -> IPA 0x5000 */
	put32(&r, 0x710018, 0x8032); /* 0x6000 -> IPA 0x8000: not there */
	ck_assert_int_eq(acc(0x5010, DMA_WRITE, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0xa0005010);
	expect_fault(CB, 0x9000, 0, 0x002, 0x02, 0x9000);
	expect_fault(1, 0x6004, 0, 0x202, 0x00030007, 0x6004);
	ck_assert_uint_eq(cb_rd64(&r, 1, 0x70), 0x8004);
	rig_down(&r);
}
END_TEST

/* An operation by IPA concerns every nested walk of the VMID: which IPAs it went through is not kept. */
START_TEST(nested_walk_in_flight)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct iommu_walk w;

	up();
	bank_s2(1);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd);
	wr(&r, GR1_BASE + 4 * CB, 0x30109);
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	smmuv2_walk(&r.hw, &t, &w);
	cb_wr64(&r, 1, 0x630, 0x5);
	cb_wr(&r, 1, 0x7f0, 0);
	ck_assert_uint_eq(cb_rd(&r, 1, 0x7f4), 1);
	cb_wr(&r, CB, 0x7f0, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x7f4), 0);
	ck_assert_int_eq(smmuv2_fill(&r.hw, &w), XLAT_OK);
	smmuv2_step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, 1, 0x7f4), 0);
	rig_down(&r);
}
END_TEST

START_TEST(no_address_translation)
{
	struct smmuv2_cfg cfg = { .no_atos = true };

	up_cfg(&cfg);
	cb_wr64(&r, CB, 0x810, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x50), 0);
	rig_down(&r);
}
END_TEST

/* ---- Bad register accesses ---- */

START_TEST(bad_register_accesses)
{
	u64 end;

	up();
	end = smmuv2_mmio_bytes(&r.hw);
	wr(&r, 0x0, SCR0_ON | 0x20); /* GCFGFIE */
	/* Partial width, unaligned: configuration access faults; no effect */
	ck_assert_uint_eq(smmuv2_mmio_read(&r.hw, 0x21, 1), 0);
	ck_assert_uint_eq(rd(&r, 0x48), 0x20); /* CAF */
	ck_assert_uint_eq(rd(&r, 0x40), 0x21);
	ck_assert(r.irq[1] && !r.irq[0]);
	wr(&r, 0x48, 0x20);
	ck_assert(!r.irq[1]);
	smmuv2_mmio_write(&r.hw, CB_BASE(CB) + 2, 0, 4);
	ck_assert_uint_eq(rd(&r, 0x48), 0x20);
	ck_assert_uint_eq(rd(&r, 0x50), 0x2); /* WNR */
	smmuv2_mmio_write(&r.hw, CB_BASE(CB), 0, 2);
	ck_assert_uint_eq(rd(&r, 0x48), 0x80000020);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x0), 0x161);
	wr(&r, 0x48, 0x80000020);
	/* Reserved places: RAZ/WI without a fault */
	wr(&r, 0x3fc, 0xffffffff);
	ck_assert_uint_eq(rd(&r, 0x3fc), 0);
	wr(&r, 0x3000, 0xffffffff);
	ck_assert_uint_eq(rd(&r, 0x3000), 0);
	wr(&r, (u32)end, 0xffffffff);
	ck_assert_uint_eq(rd(&r, (u32)end), 0);
	wr(&r, 0x880, 0xffffffff); /* SMR32 of 32 */
	ck_assert_uint_eq(rd(&r, 0x880), 0);
	wr(&r, GR1_BASE + 0x40, 0xffffffff); /* CBAR16 of 16 */
	ck_assert_uint_eq(rd(&r, GR1_BASE + 0x40), 0);
	ck_assert_uint_eq(rd(&r, 0x48), 0);
	/* Reserved bits, write-only registers */
	cb_wr(&r, CB, 0x8, 0xffffffff);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x8), 0);
	cb_wr(&r, CB, 0x0, 0xffffffff);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x0), 0x4ffff7ff);
	/* A 64-bit register as two halves */
	cb_wr(&r, CB, 0x20, 0x12345000);
	cb_wr(&r, CB, 0x24, 0xab);
	ck_assert_uint_eq(cb_rd64(&r, CB, 0x20), 0xab12345000);
	rig_down(&r);
}
END_TEST

/* Whatever is written where: only an address translation operation reads memory, one walk of 4 levels over 4. */
START_TEST(accesses_of_a_call)
{
	u64 seed = 1, value;
	unsigned int round, most = 0, before;
	u32 at;

	up();
	page(&r, CB, 0x7000, 0x80007000, 0x703);
	for (round = 0; round < 30000; round++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		value = seed >> 20;
		at = (u32)(value % smmuv2_mmio_bytes(&r.hw)) & ~3U;
		if (round % 3 == 0)
			at = CB_BASE((u32)(value >> 8) % 16) + 0x800 + (value & 0x18);
		before = r.reads;
		smmuv2_mmio_write(&r.hw, at, round % 5 ? value >> 8 : 0x7000, 4);
		smmuv2_mmio_read(&r.hw, at, 4);
		ck_assert_uint_le(r.reads - before, 24);
		most = max(most, r.reads - before);
	}
	ck_assert_uint_gt(most, 2);
	rig_down(&r);
}
END_TEST

SUITE_MAIN("smmuv2_hw", identification, configurations_out_of_range, stream_matching, stream_conflict_and_unidentified,
	   extended_stream_ids, stream_indexing, unimplemented_banks_and_contexts, global_fault_registers,
	   aarch64_stage_1, a_permission_that_software_grants_needs_no_maintenance, blocks_and_contiguous,
	   second_range_and_sign_extension, privcfg_instcfg, bank_disabled_is_flat, aarch32_long, aarch32_short,
	   stage_2_only, nested, nested_stall_in_stage_2, external_aborts, granules, fsr_restore_and_partial_clear,
	   implementation_defined_syndrome, maintenance, global_pages_and_asid, last_level_only, stage_2_maintenance,
	   hypervisor_context, walk_in_flight, mapping_changes_between_lookup_and_walk, walk_alone, address_translation,
	   address_translation_nested, address_translation_aarch32, nested_aarch32, nested_walk_in_flight,
	   no_address_translation, bad_register_accesses, accesses_of_a_call)
