// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The register file (6): values after reset, acknowledge, guards, GBPA, what is absent. */
#include "suite.h"
#include "v3_fixture.h"

static struct v3_fixture f;

static void start(const struct smmuv3_cfg *cfg)
{
	ck_assert_int_eq(fx_init(&f, cfg), 0);
}

static const struct smmuv3_cfg defaults;

TEST(test_reset_values)
{
	start(&defaults);
	/* S2P S1P, TTF 2, COHACC, HTTU 2, Hyp, ATS, ASID16, MSI, SEV, PRI, VMID16, CD2L, TTENDIAN 2, ATSRECERR, ST_LEVEL 1 */
	ck_assert_uint_eq(fx_r32(&f, 0x0), 0x08cd769b);
	/* SIDSIZE 32, SSIDSIZE 20, queues of 2^19, both overrides */
	ck_assert_uint_eq(fx_r32(&f, 0x4), 0x0e739d20);
	ck_assert_uint_eq(fx_r32(&f, 0xc), 0x00000434);	 /* HAD XNX PPS RIL */
	ck_assert_uint_eq(fx_r32(&f, 0x14), 0x01000075); /* STALL_MAX 256, granules, OAS 48 */
	ck_assert_uint_eq(fx_r32(&f, 0x1c), 1);
	ck_assert_uint_eq(fx_r32(&f, 0x20), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x24), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x44), 0x1000); /* SHCFG: use incoming */
	ck_assert_uint_eq(fx_r32(&f, 0x50), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x60), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x64), 0);
}

TEST(test_identification_is_read_only)
{
	u32 offset;

	start(&defaults);
	for (offset = 0; offset < 0x20; offset += 4) {
		u32 was = fx_r32(&f, offset);

		fx_w32(&f, offset, ~was);
		ck_assert_uint_eq(fx_r32(&f, offset), was);
	}
}

TEST(test_configured_identification)
{
	start(&(struct smmuv3_cfg){
		.idr = { 0x084c101b, 0x0e739c10, 0, 0, 0, 0x01000075 }, .idr_given = BIT(3), .aidr = 2 });
	ck_assert_uint_eq(fx_r32(&f, 0x0), 0x084c101b);
	ck_assert_uint_eq(fx_r32(&f, 0x4), 0x0e739c10);
	ck_assert_uint_eq(fx_r32(&f, 0xc), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x1c), 2);
}

/* What the model lacks is not promised: BTM, ATOS, VATOS, DORMHINT; HTTU 3 becomes 2. */
TEST(test_absent_features_are_cleared)
{
	start(&(struct smmuv3_cfg){ .idr = { 0x08cd769b | 0x20 | 0x8000 | 0x100000 | 0x100 | 0xc0 } });
	ck_assert_uint_eq(fx_r32(&f, 0x0), 0x08cd769b);
}

TEST(test_configuration_out_of_range)
{
	static const struct smmuv3_cfg bad[] = {
		{ .idr = { 0x08 }, .idr_given = 1 },	  /* no stage */
		{ .idr = { 0x03 }, .idr_given = 1 },	  /* no table format */
		{ .idr = { 0x2b } },			  /* TTENDIAN 1 is checked with the bit below */
		{ .idr = { 0x0b | 3 << 24 } },		  /* STALL_MODEL 3 */
		{ .idr = { 0x0b | 2 << 27 } },		  /* ST_LEVEL 2 */
		{ .idr = { 0, 33 } },			  /* SIDSIZE */
		{ .idr = { 0, 21 << 6 } },		  /* SSIDSIZE */
		{ .idr = { 0, 20 << 11 } },		  /* PRIQS */
		{ .idr = { 0, 20 << 16 } },		  /* EVENTQS */
		{ .idr = { 0, 20 << 21 } },		  /* CMDQS */
		{ .idr = { 0, 0, 0, 0, 0, 0x01000077 } }, /* OAS 56 */
		{ .idr = { 0, 0, 0, 0, 0, 0x01000005 } }, /* no granule */
		{ .idr = { 0, 0, 0, 0, 0, 0x01000175 } }, /* D128 */
		{ .idr = { 0, 0, 0, 0, 0, 0x00000075 } }, /* stalls without slots */
		{ .aidr = 3 },
		{ .stalls = SMMUV3_MAX_STALLS + 1 },
		{ .tlb = { .sets = 3, .ways = 1 } },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct smmuv3_cfg cfg = bad[i];

		if (i == 2)
			cfg.idr[0] = 0x0b | 1 << 21;
		ck_assert_msg(fx_init(&f, &cfg) == -EINVAL, "case %u", i);
	}
}

TEST(test_cr0_is_acknowledged)
{
	start(&defaults);
	fx_w32(&f, 0x20, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x20), 0x1f); /* VMW is not implemented */
	ck_assert_uint_eq(fx_r32(&f, 0x24), 0x1f);
	fx_w32(&f, 0x20, 0xc);
	ck_assert_uint_eq(fx_r32(&f, 0x24), 0xc);
	fx_w32(&f, 0x24, 0);
	ck_assert_uint_eq(fx_r32(&f, 0x24), 0xc);
	fx_w32(&f, 0x50, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x54), 7);
}

/* Without PRI, ATS, MSI, Hyp, VMW and 2-level tables their registers and fields are RES0. */
TEST(test_absent_registers)
{
	u32 offset;

	start(&(struct smmuv3_cfg){ .idr = { 0x0000000a } });
	fx_w32(&f, 0x20, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x20), 0xd);
	fx_w32(&f, 0x20, 0);
	fx_w32(&f, 0x2c, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x2c), 2);
	fx_w32(&f, 0x88, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x88), 0x3f);
	fx_w32(&f, 0x50, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0x50), 5);
	fx_w32(&f, 0x50, 0);
	for (offset = 0x68; offset <= 0x74; offset += 4) {
		fx_w32(&f, offset, 0xffffffff);
		ck_assert_uint_eq(fx_r32(&f, offset), 0);
	}
	for (offset = 0xc0; offset <= 0xdc; offset += 4) {
		fx_w32(&f, offset, 0xffffffff);
		ck_assert_uint_eq(fx_r32(&f, offset), 0);
	}
	fx_w32(&f, 0x100cc, 1);
	ck_assert_uint_eq(fx_r32(&f, 0x100cc), 0);
}

/* PRIQ_IRQ_CFG2.LO exists with or without MSIs (6.3.1). */
TEST(test_lo_without_msi)
{
	start(&(struct smmuv3_cfg){ .idr = { 0x08cd769b & ~0x2000U } });
	fx_w32(&f, 0xdc, 0xffffffff);
	ck_assert_uint_eq(fx_r32(&f, 0xdc), 0x80000000);
}

TEST(test_guards)
{
	static const struct {
		u32 offset, cr0;
	} guarded[] = { { 0x80, 1 }, { 0x88, 1 },    { 0x2c, 1 }, { 0x90, 8 },	 { 0x9c, 8 },
			{ 0xa0, 4 }, { 0x100a8, 4 }, { 0xc0, 2 }, { 0x100c8, 2 } };
	u32 i;

	start(&defaults);
	fx_enable(&f, 0);
	for (i = 0; i < ARRAY_SIZE(guarded); i++) {
		u32 was = fx_r32(&f, guarded[i].offset);

		fx_w32(&f, 0x20, guarded[i].cr0);
		fx_w32(&f, guarded[i].offset, was ^ 0x43);
		ck_assert_msg(fx_r32(&f, guarded[i].offset) == was, "offset 0x%x", guarded[i].offset);
		fx_w32(&f, 0x20, 0);
		fx_w32(&f, guarded[i].offset, was ^ 0x43);
		ck_assert_msg(fx_r32(&f, guarded[i].offset) != was, "offset 0x%x", guarded[i].offset);
		fx_w32(&f, guarded[i].offset, was);
	}
	fx_w32(&f, 0x50, 0);
	fx_w32(&f, 0xb8, 5);
	fx_w32(&f, 0x50, 4);
	fx_w32(&f, 0xb8, 6);
	ck_assert_uint_eq(fx_r32(&f, 0xb8), 5);
}

/* CR1: the tables' half is guarded by SMMUEN, the queues' half by any queue. */
TEST(test_cr1_halves)
{
	start(&defaults);
	fx_w32(&f, 0x20, 1);
	fx_w32(&f, 0x28, 0xfff);
	ck_assert_uint_eq(fx_r32(&f, 0x28), 0x03f);
	fx_w32(&f, 0x20, 8);
	fx_w32(&f, 0x28, 0xfc0);
	ck_assert_uint_eq(fx_r32(&f, 0x28), 0xfff);
}

TEST(test_gbpa_needs_update)
{
	struct xlat_result r;

	start(&defaults);
	fx_w32(&f, 0x44, 0x00100000);
	ck_assert_uint_eq(fx_r32(&f, 0x44), 0x1000);
	ck_assert_int_eq(fx_xlat(&f, 1, 0x1234, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, 0x1234);
	ck_assert(r.bypass);
	fx_w32(&f, 0x44, 0x80100000);
	ck_assert_uint_eq(fx_r32(&f, 0x44), 0x00100000);
	ck_assert_int_eq(fx_xlat(&f, 1, 0x1234, 0, &r), XLAT_ABORT);
}

/* SMMUEN = 0: an address beyond the output size is aborted, without a record (3.4). */
TEST(test_bypass_beyond_output_size)
{
	struct xlat_result r;

	start(&defaults);
	fx_enable(&f, 0xe);
	ck_assert_int_eq(fx_xlat(&f, 1, 1ULL << 48, 0, &r), XLAT_ABORT);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

TEST(test_accesses_of_other_sizes)
{
	start(&defaults);
	fx_w64(&f, 0x80, 0x4000123456789abcULL);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x80, 8), 0x4000123456789a80ULL);
	fx_w32(&f, 0x84, 0);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x80, 8), 0x56789a80);
	smmuv3_class.mmio_write(&f.smmu, 0x80, 0xff, 1);
	smmuv3_class.mmio_write(&f.smmu, 0x82, 0xffff, 2);
	smmuv3_class.mmio_write(&f.smmu, 0x84, 0xffff, 8);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x80, 8), 0x56789a80);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x20, 8), 0); /* two adjacent registers */
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x300, 4), 0);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x20000, 4), 0);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, ~0ULL - 3, 4), 0);
	smmuv3_class.mmio_write(&f.smmu, 0x1ULL << 40, 1, 4);
}

/* Address bits beyond the output size are not stored. */
TEST(test_base_addresses_are_cut)
{
	start(&(struct smmuv3_cfg){ .idr = { [5] = 0x01000072 } }); /* 40 bits */
	fx_w64(&f, 0x80, 0x00ffffffffffffc0ULL);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x80, 8), 0xffffffffc0ULL);
	fx_w64(&f, 0x90, 0x00ffffffffffffe8ULL);
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x90, 8), 0xffffffffe8ULL);
}

TEST(test_index_aliases_in_page_0)
{
	start(&defaults);
	fx_w64(&f, 0xa0, FX_EVENTQ | 7);
	fx_w32(&f, 0xa8, 3);
	fx_w32(&f, 0xac, 2);
	ck_assert_uint_eq(fx_r32(&f, 0x100a8), 3);
	ck_assert_uint_eq(fx_r32(&f, 0x100ac), 2);
	ck_assert_uint_eq(fx_r32(&f, 0xa8), 3);
	fx_w32(&f, 0x100ac, 0xfff); /* bits above the wrap bit are not stored */
	ck_assert_uint_eq(fx_r32(&f, 0xac), 0xff);
}

/* Bits [19:QS + 1] of the indices that hardware keeps are RAZ, of whatever was written (6.3.28, 6.3.95, 6.3.97). */
TEST(test_index_bits_above_the_wrap_bit)
{
	static const struct {
		u32 base, index;
	} queues[] = { { 0x90, 0x9c }, { 0xa0, 0x100a8 }, { 0xc0, 0x100c8 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		start(&defaults);
		fx_w64(&f, queues[i].base, FX_CMDQ | 19);
		fx_w32(&f, queues[i].index, 0xabcde);
		ck_assert_uint_eq(fx_r32(&f, queues[i].index), 0xabcde);
		fx_w64(&f, queues[i].base, FX_CMDQ | 7); /* a smaller queue cuts the index */
		ck_assert_uint_eq(fx_r32(&f, queues[i].index), 0xde);
		fx_w32(&f, queues[i].index, 0xfffff);
		ck_assert_uint_eq(fx_r32(&f, queues[i].index), 0xff);
		fx_w64(&f, queues[i].base, FX_CMDQ); /* one entry: the wrap bit alone */
		ck_assert_uint_eq(fx_r32(&f, queues[i].index), 1);
		fx_exit(&f);
	}
	start(&(struct smmuv3_cfg){ .idr = { [1] = 0x00421900 | 8 } }); /* no queue above 2^2, 2^2, 2^3 */
	fx_w64(&f, 0x90, FX_CMDQ | 19);
	fx_w32(&f, 0x9c, 0xfffff);
	ck_assert_uint_eq(fx_r32(&f, 0x9c), 7);
	fx_w64(&f, 0xc0, FX_PRIQ | 19);
	fx_w32(&f, 0x100c8, 0xfffff);
	ck_assert_uint_eq(fx_r32(&f, 0x100c8), 0xf);
}

/* CMDQ_CONS.ERR is hardware's: software that sets the index leaves it. */
TEST(test_cmdq_error_code_stays)
{
	start(&defaults);
	fx_enable(&f, 0xf);
	fx_cmd(&f, 0xff, 0);
	fx_w32(&f, 0x20, 0);
	fx_w32(&f, 0x9c, 0x7f000005);
	ck_assert_uint_eq(fx_r32(&f, 0x9c), 0x01000005);
}

/* No atomic access, no MSIs from the holder: the identification says so. */
TEST(test_holder_without_services)
{
	start(&defaults);
	f.m.hw_ops.mem_cas64 = NULL;
	f.m.hw_ops.msi = NULL;
	smmuv3_exit(&f.smmu);
	ck_assert_int_eq(smmuv3_init(&f.smmu, &defaults, &f.m.hw_ops, &f), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x0), 0x08cd769b & ~0x20c0U);
}

/* SMMUEN and indices survive nothing: reset is reset. */
TEST(test_reset)
{
	struct xlat_result r;

	start(&defaults);
	fx_enable(&f, 0xf);
	fx_ste(&f, 3, 9, 0, 0, 0);
	fx_xlat(&f, 3, 0x1000, 0, &r);
	fx_cmd(&f, 0xff, 0);
	smmuv3_class.reset(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, 0x20) | fx_r32(&f, 0x24) | fx_r32(&f, 0x60) | fx_r32(&f, 0x9c), 0);
	ck_assert_uint_eq(fx_r32(&f, 0x0), 0x08cd769b);
	fx_ste(&f, 3, 0, 0, 0, 0);
	f.cmd_prod = 0;
	fx_enable(&f, 0xf);
	ck_assert_int_eq(fx_xlat(&f, 3, 0x1000, 0, &r), XLAT_ABORT); /* nothing is cached */
	ck_assert_uint_eq(r.fault, 4);
}

SUITE("smmuv3 registers")
