// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Table 30: each condition, made through memory, with what an untranslated
 * request and a translation request of ATS get. A/D flags (3.6.2, 3.7.2),
 * privilege, zero-length reads and the interrupt range (3.15).
 */
#include "vtd_reasons_scene.h"

static u64 ss_slot(u64 ipa, u32 level)
{
	return rig_vtd_slot(&r, ss, 4, ipa, level, RIG_SS_LINK);
}

/* Second stage: everything below 512 GiB as it is, in 4 KiB pages where the test wants, else by 1 GiB. */
static void identity(void)
{
	u64 i;

	for (i = 0; i < 512; i++)
		rig_vtd_poke(&r, ss_slot(i << 30, 3), i << 30 | 0x83);
}

/* Give one page of a nested guest a 4 KiB entry of its own. */
static u64 page_entry(u64 ipa)
{
	rig_vtd_poke(&r, ss_slot(ipa, 3), 0);
	return ss_slot(ipa, 1);
}

enum answer { UR, CA, NOTHING, SOME };

static void expect(u8 reason, enum answer ats, u16 flags)
{
	struct xlat_result res;
	enum xlat x;
	u64 recorded = r.hw.stats.faults_recorded;

	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, flags | DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, reason);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, recorded + 1);
	recorded++;
	x = rig_vtd_access(&r, SID, IOVA, (flags & (DMA_PRIV | DMA_EXEC)) | DMA_PASID | DMA_ATS_REQ, PASID, &res);
	if (ats == NOTHING || ats == SOME) {
		ck_assert_int_eq(x, XLAT_OK);
		ck_assert_int_eq(!res.perm, ats == NOTHING);
		ck_assert(!res.untranslated);
		/* Recoverable: not reported, but for an update that failed. */
		ck_assert_uint_eq(r.hw.stats.faults_recorded, recorded + (reason == VTD_FR_SFS_10));
	} else {
		ck_assert_int_eq(x, XLAT_ABORT);
		ck_assert_int_eq(!!(res.attr & VTD_ATTR_CA), ats == CA);
		ck_assert_uint_eq(r.hw.stats.faults_recorded, recorded + 1);
	}
	rig_vtd_exit(&r);
}

static void hole(u64 page)
{
	physmem_add_hole(&r.mem, page, page + 4095);
}

TEST(root_and_context)
{
	start_with(NULL);
	hole(r.root);
	expect(VTD_FR_SRT_1, CA, 0);
	start_with(NULL);
	rig_vtd_poke(&r, r.root + 2 * 16, 0);
	expect(VTD_FR_SRT_2, UR, 0);
	start_with(NULL);
	rig_vtd_poke(&r, r.root + 2 * 16, rig_vtd_peek(&r, r.root + 2 * 16) | 2);
	expect(VTD_FR_SRT_3, CA, 0);
	start_with(NULL);
	hole(rig_vtd_peek(&r, r.root + 2 * 16) & ~0xfffULL);
	expect(VTD_FR_SCT_1, CA, 0);
	start_with(NULL);
	rig_vtd_device(&r, SID, CTX & ~VTD_SCE_P, 0);
	expect(VTD_FR_SCT_2, UR, 0);
	start_with(NULL);
	rig_vtd_device(&r, SID, CTX | 1 << 8, 0);
	expect(VTD_FR_SCT_3, CA, 0);
	start_with(NULL);
	rig_vtd_device(&r, SID, CTX, 1ULL << 21);
	expect(VTD_FR_SCT_3, CA, 0);
	start_with(NULL);
	rig_vtd_device(&r, SID, (CTX & ~VTD_SCE_DTE) | VTD_SCE_PRE, 0);
	expect(VTD_FR_SCT_4, CA, 0);
	start_with(NULL);
	rig_vtd_device(&r, SID, CTX & ~VTD_SCE_PASIDE, 0);
	expect(VTD_FR_SCT_6, UR, 0);
}

TEST(limits_of_pasids)
{
	struct vtd_cfg small = { .cap = VTD_DEFAULT_CAP,
				 .ecap = (VTD_DEFAULT_ECAP & ~VTD_ECAP_PSS) | FIELD_PREP(VTD_ECAP_PSS, 7) };
	struct vtd_cfg six = { .ver = 0x60 };
	struct xlat_result res;

	start_with(NULL);
	rig_vtd_access(&r, SID, IOVA, DMA_PASID, 1 << 13, &res); /* PDTS 0: 2^13 */
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_7);
	rig_vtd_exit(&r);
	start_with(&small);
	rig_vtd_access(&r, SID, IOVA, DMA_PASID, 256, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_10);
	rig_vtd_exit(&r);
	/* RID_PASID beyond PDTS: 48h when it is used; 43h from major version 6 on */
	start_with(NULL);
	rig_vtd_device(&r, SID, CTX, 1 << 13);
	rig_vtd_access(&r, SID, IOVA, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_9);
	rig_vtd_exit(&r);
	start_with(&six);
	rig_vtd_device(&r, SID, CTX, 1 << 13);
	rig_vtd_access(&r, SID, IOVA, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_SCT_4);
	rig_vtd_exit(&r);
	start_with(&six);
	rig_vtd_device(&r, SID, CTX, PASID);
	expect(VTD_FR_SCT_9, UR, 0);
}

TEST(pasid_tables)
{
	u64 dir;

	start_with(NULL);
	hole(rig_vtd_device(&r, SID, CTX, 0));
	expect(VTD_FR_SPD_1, CA, 0);
	start_with(NULL);
	expect(VTD_FR_SPD_2, NOTHING, 0);
	start_with(NULL);
	dir = rig_vtd_device(&r, SID, CTX, 0);
	rig_vtd_poke(&r, dir + 8, rig_vtd_page(&r) | 5);
	expect(VTD_FR_SPD_3, CA, 0);
	start_with(NULL);
	dir = rig_vtd_device(&r, SID, CTX, 0);
	rig_vtd_poke(&r, dir + 8, 0x7000001);
	hole(0x7000000);
	expect(VTD_FR_SPT_1, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, 0, 0, 0);
	expect(VTD_FR_SPT_2, NOTHING, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(4) | 1 << 5, 7, 0);
	expect(VTD_FR_SPT_3, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(5), 7, 0);
	expect(VTD_FR_SPT_4, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, VTD_PE_P | 2 << 6, 7, 0); /* AW 0 */
	expect(VTD_FR_SPT_4, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7, 2 << 2); /* FSPM 2 */
	expect(VTD_FR_SPT_4, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(3) | ss, 7, 1ULL << 48); /* FSPTPTR beyond the second stage */
	expect(VTD_FR_SPT_4, CA, 0);
	start_with(NULL);
	pe(1, 0);
	expect(VTD_FR_SPT_5, NOTHING, DMA_EXEC);
}

TEST(first_stage)
{
	start_with(NULL);
	pe(1, 0);
	hole(fs);
	expect(VTD_FR_SFS_4, NOTHING, 0);
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(2), 0x7000000 | RIG_FS_LINK);
	hole(0x7000000);
	expect(VTD_FR_SFS_1, NOTHING, 0);
	start_with(NULL);
	pe(1, 0);
	expect(VTD_FR_SFS_2, NOTHING, 0);
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(2), 0x200000 | 1 << 13 | 0xe7);
	expect(VTD_FR_SFS_3, NOTHING, 0);
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5063); /* U/S clear */
	expect(VTD_FR_SGN_2, NOTHING, 0);
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5065);
	expect(VTD_FR_SGN_6, SOME, DMA_WRITE);
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0xfee05067);
	expect(VTD_FR_SGN_8, CA, 0);
	/* A/D without snooping, and an update that fails */
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7, fs);
	rig_vtd_poke(&r, fs_slot(1), 0x5007);
	expect(VTD_FR_SFS_9, NOTHING, 0);
}

TEST(update_that_fails)
{
	struct xlat_result res;

	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5007);
	/* root, context, directory, PASID entry, four levels, then the update */
	r.fail_at = r.reads + r.writes + 9;
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SFS_10);
	/* The configuration caches have it now: four levels, then the update. */
	r.fail_at = r.reads + r.writes + 5;
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_ATS_REQ, PASID, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 2);
	rig_vtd_exit(&r);
}

TEST(not_canonical)
{
	struct xlat_result res;

	start_with(NULL);
	pe(1, 0);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0x800000000000ULL, DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_1);
	/* With five levels the same address is. */
	rig_vtd_pasid(&r, SID, PASID + 1, pgtt(1), 7 | VTD_PE1_PWSNP, fs | 1 << 2);
	rig_vtd_access(&r, SID, 0x800000000000ULL, DMA_PASID, PASID + 1, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_SFS_2);
	rig_vtd_access(&r, SID, 0x100000000000000ULL, DMA_PASID, PASID + 1, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_1);
	rig_vtd_exit(&r);
}

TEST(second_stage)
{
	struct xlat_result res;

	start_with(NULL);
	pe(2, 0);
	hole(ss);
	expect(VTD_FR_SSS_4, CA, 0);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 2), 0x7000003);
	hole(0x7000000);
	expect(VTD_FR_SSS_1, CA, 0);
	start_with(NULL);
	pe(2, 0);
	expect(VTD_FR_SSS_2, NOTHING, 0);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 2), 0x200000 | 1 << 12 | 0x83);
	expect(VTD_FR_SSS_3, CA, 0);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5003 | 1ULL << 62); /* IW without SSIRWE */
	expect(VTD_FR_SSS_3, CA, 0);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5001);
	expect(VTD_FR_SGN_6, SOME, DMA_WRITE);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5002);
	expect(VTD_FR_SGN_7, SOME, 0);
	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0xfee00003);
	expect(VTD_FR_SGN_8, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(2) | ss | VTD_PE_SSADE, 7, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5003);
	expect(VTD_FR_SSS_5, CA, 0);
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, VTD_PE_P | 2 << 6 | 1 << 2 | ss, 7, 0); /* 39 bits */
	ck_assert_int_eq(rig_vtd_access(&r, SID, 1ULL << 39, DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_5);
	rig_vtd_exit(&r);
}

static void start_nested(void)
{
	start_with(NULL);
	pe(3, 0);
	identity();
}

TEST(nested)
{
	u64 pte, at;

	/* First-stage tables that the second stage does not let be read */
	start_nested();
	rig_vtd_poke(&r, page_entry(fs), fs | 2);
	expect(VTD_FR_SFS_6, NOTHING, 0);
	start_nested();
	pte = fs_slot(1) & ~0xfffULL;
	rig_vtd_poke(&r, fs_slot(1), 0x5067);
	rig_vtd_poke(&r, ss_slot(pte, 3), 0);
	rig_vtd_poke(&r, ss_slot(fs, 2), 0x83); /* the first 2 MiB hold all the tables */
	rig_vtd_poke(&r, ss_slot(pte, 2), 0);
	for (at = 0; at < 0x200000; at += 4096)
		rig_vtd_poke(&r, ss_slot(at, 1), at | 3);
	rig_vtd_poke(&r, ss_slot(pte, 1), pte | 2);
	expect(VTD_FR_SFS_7, NOTHING, 0);
	/* An accessed flag that the second stage does not let be written */
	start_nested();
	rig_vtd_poke(&r, fs_slot(4), rig_vtd_peek(&r, fs_slot(4)));
	rig_vtd_poke(&r, fs_slot(4), (rig_vtd_page(&r)) | 0x07); /* A clear */
	rig_vtd_poke(&r, ss_slot(fs, 3), 0x81);
	expect(VTD_FR_SFS_8, NOTHING, 0);
	/* Tables and pages beyond the second stage */
	start_nested();
	rig_vtd_poke(&r, fs_slot(2), 1ULL << 48 | RIG_FS_LINK);
	expect(VTD_FR_SFS_5, NOTHING, 0);
	start_nested();
	rig_vtd_poke(&r, fs_slot(1), 1ULL << 48 | 0x67);
	expect(VTD_FR_SGN_5, NOTHING, 0);
	/* The page itself is not mapped by the second stage, or not for this */
	start_nested();
	rig_vtd_poke(&r, fs_slot(1), 0x7f00000067ULL);
	rig_vtd_poke(&r, ss_slot(0x7f00000000ULL, 3), 0);
	expect(VTD_FR_SSS_2, NOTHING, 0);
	start_nested();
	rig_vtd_poke(&r, fs_slot(1), 0x7f00000067ULL);
	rig_vtd_poke(&r, ss_slot(0x7f00000000ULL, 3), 0x7f00000081ULL);
	expect(VTD_FR_SGN_6, SOME, DMA_WRITE);
	start_nested();
	rig_vtd_poke(&r, fs_slot(1), 0x7f00000067ULL);
	rig_vtd_poke(&r, ss_slot(0x7f00000000ULL, 3), 0x7f00000082ULL);
	expect(VTD_FR_SGN_7, SOME, 0);
}

TEST(nested_translates)
{
	struct xlat_result res;

	start_nested();
	rig_vtd_poke(&r, fs_slot(1), 0x7f00004007ULL); /* A, D clear */
	rig_vtd_poke(&r, page_entry(0x7f00004000ULL), 0xabcd003);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA + 0x123, DMA_PASID, PASID, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0xabcd123);
	ck_assert_uint_eq(rig_vtd_peek(&r, fs_slot(1)), 0x7f00004027ULL); /* A */
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA + 0x123, DMA_PASID, PASID, &res), XLAT_OK);
	ck_assert(res.hit);
	/* The first write misses the cache to set D, the second does not. */
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_WRITE, PASID, &res), XLAT_OK);
	ck_assert(!res.hit);
	ck_assert_uint_eq(rig_vtd_peek(&r, fs_slot(1)), 0x7f00004067ULL);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_WRITE, PASID, &res), XLAT_OK);
	ck_assert(res.hit);
	rig_vtd_exit(&r);
}

TEST(flags_of_the_second_stage)
{
	struct xlat_result res;

	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(2) | ss | VTD_PE_SSADE, 7 | VTD_PE1_PWSNP, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5003);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_OK);
	ck_assert_uint_eq(rig_vtd_peek(&r, ss_slot(IOVA, 1)), 0x5103);
	ck_assert(rig_vtd_peek(&r, ss_slot(IOVA, 4)) & 0x100);
	rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_WRITE, PASID, &res);
	ck_assert_uint_eq(rig_vtd_peek(&r, ss_slot(IOVA, 1)), 0x5303);
	rig_vtd_exit(&r);
	/* EA goes with A. */
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7 | VTD_PE1_PWSNP, fs | VTD_PE2_EAFE);
	rig_vtd_poke(&r, fs_slot(1), 0x5007);
	rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res);
	ck_assert_uint_eq(rig_vtd_peek(&r, fs_slot(1)), 0x5427);
	rig_vtd_exit(&r);
}

TEST(privilege)
{
	struct xlat_result res;

	/* SRE clear */
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5063);
	expect(VTD_FR_SPT_6, NOTHING, DMA_PRIV);
	/* SRE: supervisor pages; writes to read-only pages unless WPE */
	start_with(NULL);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7 | VTD_PE1_PWSNP, fs | VTD_PE2_SRE);
	rig_vtd_poke(&r, fs_slot(1), 0x5061);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_PRIV | DMA_WRITE, PASID, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_PRIV | DMA_WRITE, PASID, &res), XLAT_OK);
	ck_assert(res.hit);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_2);
	rig_vtd_pasid(&r, SID, PASID + 1, pgtt(1), 7 | VTD_PE1_PWSNP, fs | VTD_PE2_SRE | VTD_PE2_WPE);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_PRIV | DMA_WRITE, PASID + 1, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_6);
	/* RID_PRIV: requests without PASID are supervisor requests, whatever they say. */
	rig_vtd_device(&r, SID + 1, CTX, VTD_SCE1_RIDPRIV);
	rig_vtd_pasid(&r, SID + 1, 0, pgtt(1), 8 | VTD_PE1_PWSNP, fs | VTD_PE2_SRE);
	ck_assert_int_eq(rig_vtd_access(&r, SID + 1, IOVA, 0, 0, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID + 1, IOVA, 0, 0, &res), XLAT_OK);
	ck_assert(res.hit);
	rig_vtd_exit(&r);
}

TEST(execute_requests_of_older_hardware)
{
	struct vtd_cfg ers = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_DEFAULT_ECAP | VTD_ECAP_ERS };
	struct xlat_result res;
	u64 nx = 1ULL << 63;

	start_with(&ers);
	pe(1, 0); /* ERE clear */
	rig_vtd_poke(&r, fs_slot(1), 0x5067);
	expect(VTD_FR_SPT_5, NOTHING, DMA_EXEC);
	start_with(&ers);
	rig_vtd_pasid(&r, SID, PASID, pgtt(1), 7 | VTD_PE1_PWSNP, fs | VTD_PE2_ERE | VTD_PE2_NXE);
	rig_vtd_poke(&r, fs_slot(1), 0x5067);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_EXEC, PASID, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_EXEC, PASID, &res), XLAT_OK);
	ck_assert(res.hit);
	rig_vtd_poke(&r, fs_slot(1), 0x5067 | nx);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_EXEC, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_3);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_OK);
	rig_vtd_exit(&r);
	/* Without ERS (revision 5.10) XD is ignored and execute requests are refused. */
	start_with(NULL);
	pe(1, 0);
	rig_vtd_poke(&r, fs_slot(1), 0x5067 | nx);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_OK);
	rig_vtd_exit(&r);
}

TEST(second_stage_io_permissions)
{
	struct vtd_cfg io = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_DEFAULT_ECAP | VTD_ECAP_SSIRWS };
	struct xlat_result res;
	u64 at;

	start_with(&io);
	rig_vtd_root(&r, r.root | FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE) | VTD_RTADDR_SSIRWE);
	pe(2, 0);
	at = rig_vtd_slot(&r, ss, 4, IOVA, 1, 3ULL << 61); /* IR, IW alone */
	rig_vtd_poke(&r, at, 0x5000 | 1ULL << 61);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID, PASID, &res), XLAT_OK);
	ck_assert_int_eq(rig_vtd_access(&r, SID, IOVA, DMA_PASID | DMA_WRITE, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_6);
	/* SSIRWE with legacy mode: RTA.1.4 */
	rig_vtd_root(&r, r.root | VTD_RTADDR_SSIRWE);
	rig_vtd_access(&r, SID, 0x123000, 0, 0, &res);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_1);
	rig_vtd_exit(&r);
}

TEST(interrupt_range)
{
	struct dma_txn t = { .iova = 0xfee01000, .sid = SID, .len = 4, .flags = DMA_WRITE };
	struct xlat_result res;

	start_with(NULL);
	rig_vtd_pasid(&r, SID, 0, pgtt(4), 9, 0);
	/* An interrupt request is none of our business. */
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	ck_assert(res.bypass && res.pa == 0xfee01000);
	t.len = 8;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_8);
	t.flags = 0;
	t.len = 4;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	t.len = 0;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	/* The page beside it in the same GiB, cached: the check is made on each hit. */
	t.len = 4;
	t.iova = 0xfed00000;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	t.iova = 0xfeefffff;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	/* With PASID through pass-through: blocked as output address. */
	rig_vtd_pasid(&r, SID, PASID, pgtt(4), 9, 0);
	ck_assert_int_eq(rig_vtd_access(&r, SID, 0xfee00000, DMA_PASID, PASID, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_8);
	/* Legacy mode: LGN.4 */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 9, VTD_CE_P | 2 << 2, 3);
	ck_assert_int_eq(rig_vtd_access(&r, 9, 0xfee00000, 0, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_LGN_4);
	rig_vtd_exit(&r);
}

TEST(zero_length_reads)
{
	struct vtd_cfg no_zlr = { .cap = VTD_DEFAULT_CAP & ~VTD_CAP_ZLR, .ecap = VTD_DEFAULT_ECAP };
	struct dma_txn t = { .iova = IOVA, .sid = SID, .pasid = PASID, .len = 0, .flags = DMA_PASID };
	struct xlat_result res;

	start_with(NULL);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5002);
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	t.len = 1;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	rig_vtd_exit(&r);
	start_with(&no_zlr);
	pe(2, 0);
	rig_vtd_poke(&r, ss_slot(IOVA, 1), 0x5002);
	t.len = 0;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_SGN_7);
	rig_vtd_exit(&r);
}

SUITE("vtd_reasons")
