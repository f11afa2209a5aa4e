// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Translation requests and translated requests of devices. */
#include "vtd_reasons_scene.h"

/* ---- ATS (4.2.3, 4.2.5) ---- */

TEST(translation_completions)
{
	struct xlat_result res;
	u64 slot;

	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7 | VTD_PE1_PWSNP | VTD_PE1_PGSNP, fs);
	slot = rig_vtd_slot(&r, fs, 4, IOVA, 2, RIG_FS_LINK);
	rig_vtd_poke(&r, slot, 0x80000087); /* 2 MiB, A and D clear */
	/* NW: no write permission, and D stays clear. */
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ | DMA_NO_WRITE, PASID, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R);
	ck_assert_uint_eq(res.shift, 21);
	ck_assert_uint_eq(res.pa, 0x80001000);
	ck_assert(res.attr & VTD_ATTR_SNOOP); /* N: PGSNP */
	ck_assert_uint_eq(rig_vtd_peek(&r, slot), 0x800000a7);
	/* Without NW the write permission is given, so D is set now. */
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ, PASID, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_uint_eq(rig_vtd_peek(&r, slot), 0x800000e7);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ, PASID, &res), XLAT_OK);
	ck_assert(res.hit && res.perm == (PERM_R | PERM_W));
	/* Pass-through: as large a region as can be. */
	rig_vtd_pasid(&r, SID, PASID + 1, pgtt(4), 8, 0);
	rig_vtd_access(&r, SID, 0x12345678, DMA_PASID | DMA_ATS_REQ, PASID + 1, &res);
	ck_assert_uint_eq(res.shift, 30);
	rig_vtd_exit(&r);
}

TEST(no_write_flag_not_supported)
{
	struct vtd_cfg cfg = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_DEFAULT_ECAP & ~VTD_ECAP_NWFS };
	struct xlat_result res;

	start_with(&cfg);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5007);
	rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ | DMA_NO_WRITE, PASID, &res);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_uint_eq(rig_vtd_peek(&r, fs_slot(1)), 0x5067);
	rig_vtd_exit(&r);
}

TEST(interrupt_addresses_for_devices)
{
	struct xlat_result res;

	start_with(NULL);
	rig_vtd_pasid(&r, SID, 0, pgtt(4), 9, 0);
	/* S.1: R=S=0, W=U=1. S.2: nothing. */
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0xfee00000, DMA_ATS_REQ, 0, &res), XLAT_OK);
	ck_assert(res.untranslated && res.perm == PERM_W && res.shift == 12);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0xfee00000, DMA_ATS_REQ | DMA_NO_WRITE, 0, &res), XLAT_OK);
	ck_assert(!res.untranslated && !res.perm);
	rig_vtd_exit(&r);
}

TEST(translated_requests)
{
	struct vtd_cfg cfg = { .haw = 40 };
	struct xlat_result res;

	start_with(&cfg);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0x12345678, DMA_TRANSLATED, 0, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0x12345678);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0x12345678, DMA_TRANSLATED, 0, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 1ULL << 40, DMA_TRANSLATED, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_4);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0xfee00000, DMA_TRANSLATED, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_8);
	rig_vtd_device(&r, SID + 1, CTX & ~VTD_SCE_DTE, 0);
	ck_assert_int_eq(rig_vtd_access(&r, SID + 1, 0x1000, DMA_TRANSLATED, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_5);
	ck_assert_int_eq(rig_vtd_access(&r, SID + 1, 0x1000, DMA_ATS_REQ, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_5);
	/* Legacy mode: TT. */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 9, VTD_CE_P | ss, 2 | 5 << 8);
	rig_vtd_context(&r, 10, VTD_CE_P | 1 << 2 | ss, 2 | 5 << 8);
	rig_vtd_access(&r, 9, 0x1000, DMA_TRANSLATED, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_LCT_5);
	rig_vtd_access(&r, 9, 0x1000, DMA_ATS_REQ, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_LCT_5);
	ck_assert_int_eq(rig_vtd_access(&r, 10, 0x1000, DMA_TRANSLATED, 0, &res), XLAT_OK);
	rig_vtd_access(&r, 10, 1ULL << 41, DMA_TRANSLATED, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_LGN_1);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, 0x1000, 1, RIG_SS_LINK), 0x5803); /* SNP */
	ck_assert_int_eq(rig_vtd_access(&r, 10, 0x1000, DMA_ATS_REQ, 0, &res), XLAT_OK);
	ck_assert(res.perm == (PERM_R | PERM_W) && (res.attr & VTD_ATTR_SNOOP));
	/* Disabled: Unsupported Request without a fault. */
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	ck_assert_int_eq(rig_vtd_access(&r, 10, 0x1000, DMA_ATS_REQ, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 0);
	rig_vtd_exit(&r);
}

/* An entry that an untranslated request has cached must not let ATS in where it is off. */
TEST(cached_entry_and_dte)
{
	struct xlat_result res;

	start_with(NULL);
	rig_vtd_device(&r, SID, CTX & ~VTD_SCE_DTE, 0);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5067);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_5);
	rig_vtd_exit(&r);
}

SUITE("vtd_ats")
