// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The register file (chapter 11): identification, handshakes, command registers, protected memory. */
#include "suite.h"
#include "rig_vtd.h"

static struct rig_vtd r;

TEST(identification_and_reset)
{
	struct vtd_cfg cfg = { .cap = 0xd2078c222f0606, .ecap = 0x23c99884f00f5b, .haw = 46 };

	rig_vtd_init(&r, &cfg);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x00, 4), 0x50);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x08, 8), 0xd2078c222f0606);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x08, 4), 0x222f0606);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x0c, 4), 0xd2078c);
	/* Interrupt remapping (IR 3, EIM 4, MHMV 23:20) is not modelled: taken out. */
	ck_assert_uint_eq(rig_vtd_read(&r, 0x10, 8), 0x23c99884000f43);
	rig_vtd_write(&r, 0x08, 0, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x08, 8), 0xd2078c222f0606);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x38, 4), 0x80000000); /* FECTL: IM */
	ck_assert_uint_eq(rig_vtd_read(&r, 0xa0, 4), 0x80000000);
	/* No page requests (ECAP.PRS = 0): RsvdZ. */
	ck_assert_uint_eq(rig_vtd_read(&r, 0xe0, 4), 0);
	rig_vtd_write(&r, 0xd0, ~0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0xd0, 8), 0);
	/* Reserved bits and places read as zero. */
	rig_vtd_write(&r, 0x20, ~0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x20, 8), 0xfffffffffffffc00);
	rig_vtd_write(&r, 0x40, 0xffffffff, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x40, 4), 0xfffffffc);
	rig_vtd_write(&r, 0x3c, 0xffffffff, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x3c, 4), 0xffff);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x48, 4), 0);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x100000, 8), 0);
	rig_vtd_write(&r, 0x100000, 1, 8);
	/* Two doublewords as one quadword. */
	rig_vtd_write(&r, 0x40, 0x12345678fee00ff0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x40, 4), 0xfee00ff0);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x44, 4), 0x12345678);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x40, 8), 0x12345678fee00ff0ULL);
	rig_vtd_exit(&r);
}

TEST(global_command_handshakes)
{
	rig_vtd_init(&r, NULL);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0);
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0x04000000);
	/* IRE, SIRTP and CFI are valid only with interrupt remapping; IRTA is RsvdZ without (11.4.10). */
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE | VTD_GCMD_SIRTP, 4);
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE | VTD_GCMD_IRE | VTD_GCMD_CFI, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0x04000000);
	rig_vtd_write(&r, VTD_IRTA, ~0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IRTA, 8), 0);
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE | VTD_GCMD_SRTP, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0x44000000);
	rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE | VTD_GCMD_TE, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0xc4000000);
	rig_vtd_write(&r, VTD_GCMD, 0, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0x40000000);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GCMD, 4), 0); /* write-only */
	rig_vtd_exit(&r);
}

TEST(root_table_takes_effect_with_srtp)
{
	struct xlat_result res;
	u64 second;

	rig_vtd_init(&r, NULL);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	ck_assert(res.bypass && res.pa == 0x1234);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 8, VTD_CE_P | FIELD_PREP(VTD_CE_TT, VTD_TT_PASS_THROUGH), 3);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	second = rig_vtd_page(&r);
	rig_vtd_write(&r, VTD_RTADDR, second, 8);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	rig_vtd_command(&r, VTD_GCMD_SRTP, true);
	/* Without ESRTPS the caches stay: only another requester meets the new table. */
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, 9, 0x1234, 0, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_LRT_2);
	rig_vtd_exit(&r);
}

TEST(enhanced_srtp_invalidates)
{
	struct vtd_cfg cfg = { .cap = VTD_DEFAULT_CAP | VTD_CAP_ESRTPS, .ecap = VTD_DEFAULT_ECAP };
	struct xlat_result res;

	rig_vtd_init(&r, &cfg);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 8, VTD_CE_P | FIELD_PREP(VTD_CE_TT, VTD_TT_PASS_THROUGH), 3);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	rig_vtd_root(&r, rig_vtd_page(&r));
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_ABORT);
	rig_vtd_exit(&r);
}

/* RTA.1 to RTA.5, and who is told what. */
TEST(translation_table_modes)
{
	struct vtd_cfg plain = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_ECAP_QI | FIELD_PREP(VTD_ECAP_IRO, 0x50) };
	struct vtd_cfg new = { .ver = 0x80 };
	struct xlat_result res;

	rig_vtd_init(&r, &plain);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1000, 0, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_1);
	rig_vtd_mode(&r, VTD_TTM_ABORT);
	rig_vtd_access(&r, 8, 0x1000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_1);
	rig_vtd_mode(&r, VTD_TTM_RESERVED);
	rig_vtd_access(&r, 8, 0x1000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_1);
	rig_vtd_exit(&r);
	rig_vtd_init(&r, &new);
	rig_vtd_mode(&r, VTD_TTM_ABORT);
	rig_vtd_access(&r, 8, 0x1000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_4);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_access(&r, 8, 0x1000, DMA_PASID, 1, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_2);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_access(&r, 8, 0x1000, DMA_PASID | DMA_EXEC, 1, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_5);
	rig_vtd_exit(&r);
}

TEST(register_based_invalidation)
{
	struct vtd_cfg six = { .ver = 0x60 };
	u32 iva = 0x500;

	rig_vtd_init(&r, NULL);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 1ULL << 61, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8) >> 59, 0x5); /* ICC 0, CIRG 1, CAIG 1 */
	/* Two doublewords: the upper one carries ICC. */
	rig_vtd_write(&r, VTD_CCMD, 0x00080005, 4);
	rig_vtd_write(&r, VTD_CCMD + 4, 0xe0000000, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8), 0x7800000000000005ULL); /* CIRG 3, CAIG 3, DID 5 */
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63, 8);				 /* reserved granularity */
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8) >> 59, 0);
	rig_vtd_write(&r, iva, 0x1000 | 18, 8);
	rig_vtd_write(&r, iva + 8, 1ULL << 63 | 3ULL << 60 | 7ULL << 32, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, iva + 8, 8) >> 57, 0x1b); /* IIRG 3, IAIG 3 */
	rig_vtd_write(&r, iva, 0x1000 | 19, 8);			     /* beyond CAP.MAMV */
	rig_vtd_write(&r, iva + 8, 1ULL << 63 | 3ULL << 60, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, iva + 8, 8) >> 57 & 3, 0);
	/* Not in scalable mode. */
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 1ULL << 61, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8) >> 59 & 3, 0);
	rig_vtd_exit(&r);
	/* Not from major version 6 on. */
	rig_vtd_init(&r, &six);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 1ULL << 61, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_CCMD, 8) >> 59 & 3, 0);
	rig_vtd_write(&r, iva + 8, 1ULL << 63 | 1ULL << 60, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, iva + 8, 8) >> 57 & 3, 0);
	rig_vtd_exit(&r);
}

TEST(protected_memory)
{
	struct vtd_cfg cfg = { .cap = VTD_DEFAULT_CAP | VTD_CAP_PLMR | VTD_CAP_PHMR, .ecap = VTD_DEFAULT_ECAP };
	struct xlat_result res;
	u32 faults;

	rig_vtd_init(&r, &cfg);
	rig_vtd_write(&r, VTD_PLMBASE, 0x00400000, 4);
	rig_vtd_write(&r, VTD_PLMLIMIT, 0x005fffff, 4);
	rig_vtd_write(&r, VTD_PHMBASE, 0x100000000ULL, 8);
	rig_vtd_write(&r, VTD_PHMLIMIT, 0x1001fffffULL, 8);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x400000, 0, 0, &res), XLAT_OK);
	rig_vtd_write(&r, VTD_PMEN, 0x80000000, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PMEN, 4), 0x80000001);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x400000, 0, 0, &res), XLAT_ABORT);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x5fffff, 0, 0, &res), XLAT_ABORT);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x600000, 0, 0, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1001fffffULL, 0, 0, &res), XLAT_ABORT);
	/* Also behind a translation, walked or cached; never recorded. */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 8, VTD_CE_P | FIELD_PREP(VTD_CE_TT, VTD_TT_PASS_THROUGH), 3);
	faults = (u32)r.hw.stats.faults_recorded;
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x400000, 0, 0, &res), XLAT_ABORT);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x400000, 0, 0, &res), XLAT_ABORT);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x600000, 0, 0, &res), XLAT_OK);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, faults);
	rig_vtd_write(&r, VTD_PMEN, 0, 4);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x400000, 0, 0, &res), XLAT_OK);
	rig_vtd_exit(&r);
}

TEST(memory_type_registers)
{
	struct vtd_cfg cfg = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_DEFAULT_ECAP | VTD_ECAP_MTS };

	rig_vtd_init(&r, &cfg);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x100, 8), 0x50a);
	rig_vtd_write(&r, 0x108, ~0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x108, 8), 0xcff);
	rig_vtd_write(&r, 0x218, ~0ULL, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, 0x218, 8), 0xfffffffffffff800ULL);
	rig_vtd_exit(&r);
}

TEST(configurations_that_cannot_be)
{
	static const struct vtd_cfg bad[] = {
		{ .haw = 31 },
		{ .haw = 53 },
		{ .ver = 0x100 },
		{ .itags = 33 },
		{ .cap = VTD_DEFAULT_CAP & ~VTD_CAP_FRO, .ecap = VTD_DEFAULT_ECAP }, /* fault records over VER */
		{ .cap = VTD_DEFAULT_CAP | VTD_CAP_MGAW, .ecap = VTD_DEFAULT_ECAP },
		{ .iotlb = { .sets = 3, .ways = 1 } },
	};
	struct iommu_ops ops = { 0 };
	struct vtd hw;
	u32 i;

	ck_assert_int_eq(vtd_init(&hw, NULL, &ops, NULL), -EINVAL);
	rig_vtd_init(&r, NULL);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(vtd_init(&hw, &bad[i], &r.m.hw_ops, &r), -EINVAL);
	rig_vtd_exit(&r);
}

TEST(reset)
{
	struct xlat_result res;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_access(&r, 8, 0x1234, 0, 0, &res);
	ck_assert(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_PPF);
	vtd_class.reset(&r.hw);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_GSTS, 4), 0);
	ck_assert_int_eq(rig_vtd_access(&r, 8, 0x1234, 0, 0, &res), XLAT_OK);
	rig_vtd_exit(&r);
}

SUITE("vtd_regs")
