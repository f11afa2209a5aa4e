// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stream mapping, translation, syndromes, TLB maintenance, address translation operations, bad input. */
#include "v2_hw_scene.h"

/* ---- Identification, reset ---- */

TEST(identification)
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

TEST(configurations_out_of_range)
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
		ck_assert_int_eq(smmuv2_init(&hw, &bad[i], &machine_hw_ops, NULL), -EINVAL);
}

/* ---- Stream mapping ---- */

TEST(stream_matching)
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

TEST(stream_conflict_and_unidentified)
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

TEST(extended_stream_ids)
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

TEST(stream_indexing)
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

TEST(unimplemented_banks_and_contexts)
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

TEST(global_fault_registers)
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

/* ---- Translation ---- */

TEST(aarch64_stage_1)
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

TEST(a_permission_that_software_grants_needs_no_maintenance)
{
	struct xlat_result res;

	up();
	page(&r, CB, 0x6000, 0x80006000, PAGE_RO);
	ck_assert_int_eq(acc(0x6000, 0, &res), XLAT_OK);
	page(&r, CB, 0x6000, 0x80006000, PAGE_RW);
	ck_assert_int_eq(acc(0x6000, DMA_WRITE, &res), XLAT_OK);
	rig_down(&r);
}

TEST(blocks_and_contiguous)
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

TEST(second_range_and_sign_extension)
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

TEST(privcfg_instcfg)
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

TEST(bank_disabled_is_flat)
{
	struct xlat_result res;

	up();
	cb_wr(&r, CB, 0x0, 0x160);
	ck_assert_int_eq(acc(0xabcdef000, DMA_WRITE, &res), XLAT_OK);
	ck_assert(res.bypass && res.pa == 0xabcdef000);
	rig_down(&r);
}

TEST(aarch32_long)
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

TEST(aarch32_short)
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

TEST(stage_2_only)
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

TEST(nested)
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

/* A fault outstanding in the bank of stage 2 holds the transactions of banks nested over it. */
TEST(nested_stall_in_stage_2)
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

TEST(external_aborts)
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

TEST(granules)
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

TEST(fsr_restore_and_partial_clear)
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

TEST(implementation_defined_syndrome)
{
	struct smmuv2_cfg cfg = { .fsynr0_s1cbndx = 0x3d, .fsynr1 = 0xabc };

	up_cfg(&cfg);
	expect_fault(CB, 0x9000, DMA_PRIV, 0x402, 0x3d0023, 0x9000);
	ck_assert_uint_eq(cb_rd(&r, CB, 0x6c), 0xabc);
	rig_down(&r);
}

SUITE("smmuv2_hw")
