// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Bad input of every kind: failing memory, garbage in tables, queues and registers. The engine survives and answers. */
#include "suite.h"
#include "rig_vtd_host.h"

static struct rig_vtd r;

static u64 random_word(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static u64 pgtt(u64 n)
{
	return VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, n) | FIELD_PREP(VTD_PE_AW, 2ULL);
}

static void nested_setup(void)
{
	u64 fs, ss, i;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, 8, VTD_SCE_P | VTD_SCE_PASIDE | VTD_SCE_DTE, 0);
	fs = rig_vtd_page(&r);
	ss = rig_vtd_page(&r);
	rig_vtd_pasid(&r, 8, 3, pgtt(3) | ss, 9 | VTD_PE1_PWSNP, fs);
	rig_vtd_poke(&r, rig_vtd_slot(&r, fs, 4, 0x7000, 1, 0x07), 0x90000007);
	for (i = 0; i < 0x200; i++)
		rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, i << 12, 1, RIG_SS_LINK), i << 12 | 3);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, 0x90000000, 1, RIG_SS_LINK), 0xabc003);
}

/* The n-th access of a nested walk with A/D updates fails: the reason names what failed, and nothing is cached. */
TEST(nth_access_fails)
{
	static const u8 reasons[] = { VTD_FR_SRT_1, VTD_FR_SCT_1, VTD_FR_SPD_1, VTD_FR_SPT_1, VTD_FR_SSS_4,
				      VTD_FR_SSS_1, VTD_FR_SFS_4, VTD_FR_SFS_1, VTD_FR_SFS_10 };
	struct xlat_result res;
	u32 seen = 0, i;
	u64 n;

	for (n = 1;; n++) {
		enum xlat x;

		nested_setup();
		r.fail_at = r.reads + r.writes + n;
		x = rig_vtd_access(&r, 8, 0x7000, DMA_PASID | DMA_WRITE, 3, &res);
		if (x == XLAT_OK) {
			rig_vtd_exit(&r);
			break;
		}
		ck_assert_int_eq(x, XLAT_ABORT);
		for (i = 0; i < ARRAY_SIZE(reasons) && reasons[i] != res.fault; i++)
			;
		ck_assert_msg(i < ARRAY_SIZE(reasons), "access %llu: reason %x", n, res.fault);
		seen |= BIT(i);
		ck_assert_uint_eq(r.hw.eng.cache[UNIT_TLB].count[12], 0);
		r.fail_at = 0;
		ck_assert_int_eq(rig_vtd_access(&r, 8, 0x7000, DMA_PASID | DMA_WRITE, 3, &res), XLAT_OK);
		ck_assert_uint_eq(res.pa, 0xabc000);
		rig_vtd_exit(&r);
	}
	/* 4 of configuration, 5 second-stage walks of 4, 4 first-stage reads and 4 updates with their own way through */
	ck_assert_uint_gt(n, 28);
	ck_assert_uint_eq(seen, BIT(ARRAY_SIZE(reasons)) - 1);
}

/* The reasons of a request without an interrupt (chapter 7, table of fault reasons), first and last of each group. */
static const u8 reason_groups[][2] = { { 0x01, 0x0e }, { 0x30, 0x34 }, { 0x38, 0x3a }, { 0x40, 0x49 },
				       { 0x50, 0x52 }, { 0x58, 0x5d }, { 0x60, 0x60 }, { 0x70, 0x7d },
				       { 0x80, 0x87 }, { 0x89, 0x89 }, { 0x90, 0x91 } };

/* A translation within the page that was asked for, or a reason that the specification has; never in between. */
static void check_outcome(u64 iova, enum xlat x, const struct xlat_result *res)
{
	bool known = false;
	size_t i;

	ck_assert(x == XLAT_OK || x == XLAT_ABORT);
	for (i = 0; i < ARRAY_SIZE(reason_groups); i++)
		known |= res->fault >= reason_groups[i][0] && res->fault <= reason_groups[i][1];
	if (x == XLAT_OK)
		ck_assert_uint_eq(res->pa & 0xfff, iova & 0xfff);
	else
		ck_assert_msg(known, "reason %x", res->fault);
}

/* Tables that point to themselves and to anywhere. */
TEST(garbage_in_tables)
{
	u64 seed = 0x9e3779b97f4a7c15ULL;
	struct xlat_result res;
	u32 round, i;

	for (round = 0; round < 200; round++) {
		u64 base, words = 16 * 512;

		rig_vtd_init(&r, NULL);
		rig_vtd_mode(&r, round & 1 ? VTD_TTM_LEGACY : VTD_TTM_SCALABLE);
		base = r.root;
		for (i = 0; i < words; i++) {
			u64 w = random_word(&seed);

			/* Mostly pointers among these pages, with present bits; some noise. */
			w = w % 8 ? (base + (w >> 8) % 16 * 4096) | (w & 0x1ef) | 3 : w;
			rig_vtd_poke(&r, base + i * 8, w);
		}
		for (i = 0; i < 50; i++) {
			u64 w = random_word(&seed), iova = random_word(&seed) >> (w & 31);
			u16 flags = (u16)(w >> 32) & ~(DMA_ATS_REQ | DMA_TRANSLATED);
			enum xlat x = rig_vtd_access(&r, (u32)w & 0xffff, iova, flags, (u32)(w >> 40) & 0xfffff, &res);

			check_outcome(iova, x, &res);
			x = rig_vtd_access(&r, (u32)w & 0xffff, random_word(&seed) >> 20, DMA_ATS_REQ, 0, &res);
			ck_assert(x == XLAT_OK || x == XLAT_ABORT);
		}
		ck_assert_ptr_null(r.hw.eng.walks);
		rig_vtd_exit(&r);
	}
}

/* What no write changes: read-only registers, and bits that are reserved (11.4). */
static const struct {
	u32 offset, size;
	u64 fixed;
} never_written[] = {
	{ VTD_VER, 4, ~0U },	      { VTD_CAP, 8, ~0ULL },	    { VTD_ECAP, 8, ~0ULL },
	{ VTD_GSTS, 4, 0x7fffff },    { VTD_FSTS, 4, 0xffff000c },  { VTD_FECTL, 4, 0x3fffffff },
	{ VTD_IQH, 8, ~0x7fff0ULL },  { VTD_IECTL, 4, 0x3fffffff }, { VTD_PRS, 4, ~3U },
	{ VTD_PECTL, 4, 0x3fffffff },
};

TEST(garbage_in_registers_and_queues)
{
	u64 seed = 0x2545f4914f6cdd1dULL, was[ARRAY_SIZE(never_written)];
	struct xlat_result res;
	u32 round, i;

	for (round = 0; round < 100; round++) {
		rig_vtd_init(&r, NULL);
		for (i = 0; i < ARRAY_SIZE(was); i++)
			was[i] = rig_vtd_read(&r, never_written[i].offset, never_written[i].size);
		for (i = 0; i < 64 * 512; i += 7)
			rig_vtd_poke(&r, 0x100000 + i * 8, random_word(&seed));
		for (i = 0; i < 300; i++) {
			u64 w = random_word(&seed);
			struct page_request pr = { .sid = (u32)w & 0xffff,
						   .pasid = (u32)(w >> 16) & 0xfffff,
						   .addr = w,
						   .prgi = w >> 40 & 0x1ff,
						   .perm = w >> 50 & 7,
						   .last = w >> 53 & 1,
						   .pasid_valid = w >> 54 & 1 };
			u32 offset = (u32)(w % 0x140) * 4;

			if (offset == VTD_RTADDR || offset == VTD_IQA || offset == VTD_PQA)
				rig_vtd_write(&r, offset, 0x100000 + (w & 0x3ffff), 8);
			else
				rig_vtd_write(&r, offset, random_word(&seed), offset % 8 ? 4 : 8);
			rig_vtd_read(&r, offset, 4);
			check_outcome(w >> 17, rig_vtd_access(&r, (u32)w & 0xffff, w >> 17, 0, 0, &res), &res);
			vtd_class.page_request(&r.hw, &pr);
			rig_vtd_inv_done(&r, (u32)w & 0xffff, (u8)(w >> 20), w & 1);
			if (r.n_invs > r.inv_done)
				rig_vtd_settle(&r);
		}
		for (i = 0; i < ARRAY_SIZE(was); i++) {
			u64 now = rig_vtd_read(&r, never_written[i].offset, never_written[i].size);

			ck_assert_msg(!((now ^ was[i]) & never_written[i].fixed), "register %x was %llx, is %llx",
				      never_written[i].offset, was[i], now);
		}
		ck_assert_uint_eq(r.inv_done, r.n_invs);
		ck_assert_ptr_null(r.hw.eng.walks);
		rig_vtd_exit(&r);
	}
}

static struct rig_host h;

/* Garbage written by hardware that is not ours: the driver skips it and goes on. */
TEST(garbage_for_the_driver)
{
	u64 seed = 0xdeadbeefcafef00dULL;
	struct fault_dev *dev;
	u32 round, i;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	rig_host_ep(&h, 8, 8, true, 0, &dev);
	for (round = 0; round < 50; round++) {
		u64 pqa = rig_vtd_read(&h.r, VTD_PQA, 8) & VTD_PQA_PQA;
		u64 tail = rig_vtd_read(&h.r, VTD_PQT, 8);

		for (i = 0; i < 20; i++) {
			u64 at = pqa + ((tail + i * 32) & 0xfff), k;

			for (k = 0; k < 32; k += 8)
				rig_vtd_poke(&h.r, at + k, random_word(&seed));
			if (i & 1)
				rig_vtd_poke(&h.r, at, (rig_vtd_peek(&h.r, at) & ~0xffULL) | 1);
		}
		rig_vtd_write(&h.r, VTD_PQT, (tail + 20 * 32) & 0xfff, 8);
		machine_raise(&h.r.m, VTD_DRV_PAGE_REQUEST, true);
		rig_host_run(&h);
		ck_assert_uint_eq(rig_vtd_read(&h.r, VTD_PQH, 8), rig_vtd_read(&h.r, VTD_PQT, 8));
	}
	ck_assert_uint_gt(vtd_drv_stats(h.r.m.drv)->bad_descriptors, 0);
	ck_assert_uint_gt(vtd_drv_stats(h.r.m.drv)->page_requests, 0);
	rig_host_exit(&h);
}

TEST(texts_of_reasons)
{
	ck_assert_str_eq(vtd_reason_text(5), "PTE Write access is not set");
	ck_assert_str_eq(vtd_reason_text(0x71), "SM: Present bit in first-level paging entry is clear");
	ck_assert_str_eq(vtd_reason_text(0xff), "Unknown");
}

SUITE("vtd_bad")
