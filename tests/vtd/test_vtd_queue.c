// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The invalidation queue: descriptors, waits, fences, errors, device TLBs (6.5.2, 4.3). */
#include "suite.h"
#include "rig_vtd.h"
#include <stdio.h>
#include <zlib.h>

static struct rig_vtd r;
static u64 status;

static void start(const struct vtd_cfg *cfg, enum vtd_ttm ttm, bool wide)
{
	rig_vtd_init(&r, cfg);
	rig_vtd_msi_setup(&r);
	rig_vtd_queue(&r, wide);
	rig_vtd_mode(&r, ttm);
	status = rig_vtd_page(&r);
}

static void submit(u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	rig_vtd_submit(&r, d);
}

static void wait_status(u32 data, u64 flags)
{
	submit(0x25 | flags | (u64)data << 32, status);
}

static u32 fsts(void)
{
	return (u32)rig_vtd_read(&r, VTD_FSTS, 4);
}

static u32 iqei(void)
{
	return (u32)rig_vtd_read(&r, VTD_IQERCD, 8) & 0xf;
}

TEST(wait_descriptors)
{
	start(NULL, VTD_TTM_LEGACY, false);
	wait_status(0x12345678, 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0x12345678);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 16);
	/* IF: IWC and the event; a second one is no new condition. */
	submit(0x15, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_ICS, 4), 1);
	ck_assert_uint_eq(r.msis[VTD_LINE_INVALIDATION], 1);
	submit(0x15, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_INVALIDATION], 1);
	rig_vtd_write(&r, VTD_ICS, 1, 4);
	submit(0x15, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_INVALIDATION], 2);
	rig_vtd_exit(&r);
}

TEST(head_wraps)
{
	u32 i;

	start(NULL, VTD_TTM_SCALABLE, true);
	for (i = 1; i <= 300; i++) {
		wait_status(i, 0);
		ck_assert_uint_eq(rig_vtd_peek(&r, status), i);
		ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), i * 32 % 4096);
	}
	rig_vtd_command(&r, VTD_GCMD_QIE, false);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0);
	rig_vtd_exit(&r);
}

/* Every type in the modes and widths of table 26. */
TEST(types_by_mode)
{
	static const u64 good[] = {
		[1] = 0x11, [2] = 0x12, [3] = 0x3, [4] = 0x4, [5] = 0x5, [6] = 0x26, [7] = 0x37, [8] = 0x8, [9] = 0x9,
	};
	u32 type;

	for (type = 0; type < 16; type++) {
		bool legacy = type >= 1 && type <= 5, scalable = type >= 1 && type <= 9;
		u64 qw0 = type < ARRAY_SIZE(good) && good[type] ? good[type] : type;

		start(NULL, VTD_TTM_LEGACY, false);
		submit(qw0, 0);
		ck_assert_int_eq(!(fsts() & VTD_FSTS_IQE), legacy);
		rig_vtd_exit(&r);
		start(NULL, VTD_TTM_LEGACY, true);
		submit(qw0, 0);
		ck_assert_int_eq(!(fsts() & VTD_FSTS_IQE), legacy);
		rig_vtd_exit(&r);
		start(NULL, VTD_TTM_SCALABLE, true);
		submit(qw0, 0);
		ck_assert_int_eq(!(fsts() & VTD_FSTS_IQE), scalable);
		ck_assert_uint_eq(iqei(), scalable ? 0 : VTD_IQEI_TYPE);
		rig_vtd_exit(&r);
		start(NULL, VTD_TTM_ABORT, true);
		submit(qw0, 0);
		ck_assert_int_eq(!(fsts() & VTD_FSTS_IQE), scalable);
		rig_vtd_exit(&r);
	}
}

TEST(reserved_bits_of_each_type)
{
	static const struct {
		u64 good[2];
		u64 fields[2]; /* may be set */
	} d[] = {
		{ { 0x11, 0 }, { 0x0003ffffffff003fULL & ~0xfc0ULL, 0 } },
		{ { 0x12, 0 }, { 0x00000000ffff00ffULL, 0xfffffffffffff07fULL } },
		{ { 0x3, 0 }, { 0xfff0ffff001ff00fULL, 0xfffffffffffff001ULL } },
		{ { 0x4, 0 }, { 0x0000fffff800001fULL, 0 } },
		{ { 0x5, 0 }, { 0xffffffff000000ffULL, 0xfffffffffffffffcULL } },
		{ { 0x26, 0 }, { 0x000fffffffff003fULL, 0xfffffffffffff07fULL } },
		{ { 0x37, 0 }, { 0x000fffffffff003fULL, 0 } },
		{ { 0x8, 0 }, { 0xfffffffffffff1ffULL, 0xfffffffffffff801ULL } },
		{ { 0x9, 0 }, { 0x000ffffffffff01fULL, 0x0000000000000ffcULL } },
	};
	u32 i, bit;

	for (i = 0; i < ARRAY_SIZE(d); i++) {
		for (bit = 0; bit < 256; bit++) {
			u64 words[4] = { d[i].good[0], d[i].good[1], 0, 0 };

			if (bit < 128 && (d[i].fields[bit / 64] >> bit % 64 & 1))
				continue;
			if (bit >= 9 && bit <= 11)
				continue; /* the type */
			words[bit / 64] |= 1ULL << bit % 64;
			start(NULL, VTD_TTM_SCALABLE, true);
			rig_vtd_submit(&r, words);
			ck_assert_msg(fsts() & VTD_FSTS_IQE, "type %llx bit %u", d[i].good[0] & 15, bit);
			ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
			ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0);
			rig_vtd_exit(&r);
		}
	}
}

TEST(reserved_granularities)
{
	static const u64 bad[] = { 0x01, 0x02, 0x06, 0x16, 0x27 };
	struct vtd_cfg no_psi = { .cap = VTD_DEFAULT_CAP & ~VTD_CAP_PSI, .ecap = VTD_DEFAULT_ECAP };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start(NULL, VTD_TTM_SCALABLE, true);
		submit(bad[i], 0);
		ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
		rig_vtd_exit(&r);
	}
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x32, 19); /* AM beyond MAMV */
	ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
	rig_vtd_exit(&r);
	start(&no_psi, VTD_TTM_SCALABLE, true);
	submit(0x32, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
	rig_vtd_exit(&r);
}

TEST(capabilities_of_descriptors)
{
	struct vtd_cfg few = { .cap = VTD_DEFAULT_CAP,
			       .ecap = VTD_DEFAULT_ECAP & ~(VTD_ECAP_DT | VTD_ECAP_PRS | VTD_ECAP_PDS | VTD_ECAP_DIT) };

	start(&few, VTD_TTM_SCALABLE, true);
	submit(0x3, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_TYPE);
	rig_vtd_exit(&r);
	start(&few, VTD_TTM_SCALABLE, true);
	submit(0x9, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_TYPE);
	rig_vtd_exit(&r);
	start(&few, VTD_TTM_SCALABLE, true);
	submit(0x85, 0); /* PD without PDS */
	ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
	rig_vtd_exit(&r);
	few.ecap |= VTD_ECAP_DT;
	start(&few, VTD_TTM_SCALABLE, true);
	submit(0x1003, 0); /* PFSID without DIT */
	ck_assert_uint_eq(iqei(), VTD_IQEI_RESERVED);
	rig_vtd_exit(&r);
}

TEST(errors_of_the_queue)
{
	struct vtd_cfg narrow = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_ECAP_QI | FIELD_PREP(VTD_ECAP_IRO, 0x50) };

	/* 1: tail beyond the queue */
	start(NULL, VTD_TTM_LEGACY, false);
	rig_vtd_write(&r, VTD_IQT, 0x1000, 8);
	ck_assert_uint_eq(iqei(), VTD_IQEI_TAIL);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	rig_vtd_exit(&r);
	/* 2: memory error */
	start(NULL, VTD_TTM_LEGACY, false);
	r.fail_at = r.reads + r.writes + 1;
	submit(0x11, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_FETCH);
	/* Cleared: the same descriptor is fetched again. */
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_IQE, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 16);
	rig_vtd_exit(&r);
	/* 5: width */
	start(NULL, VTD_TTM_SCALABLE, false);
	submit(0x11, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_WIDTH);
	rig_vtd_exit(&r);
	start(&narrow, VTD_TTM_LEGACY, true);
	submit(0x11, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_WIDTH);
	rig_vtd_exit(&r);
	/* 6: tail not aligned to 32 bytes */
	start(NULL, VTD_TTM_SCALABLE, true);
	rig_vtd_write(&r, VTD_IQT, 16, 8);
	ck_assert_uint_eq(iqei(), VTD_IQEI_ALIGNMENT);
	rig_vtd_exit(&r);
	/* 7: translation table mode */
	start(NULL, VTD_TTM_RESERVED, true);
	submit(0x11, 0);
	ck_assert_uint_eq(iqei(), VTD_IQEI_TTM);
	rig_vtd_exit(&r);
}

TEST(nothing_moves_while_in_error)
{
	start(NULL, VTD_TTM_LEGACY, false);
	submit(0xf, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0);
	wait_status(7, 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	/* Software corrects the descriptor and clears IQE. */
	rig_vtd_poke(&r, rig_vtd_read(&r, VTD_IQA, 8), 0x5);
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_IQE, 4);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 7);
	rig_vtd_exit(&r);
}

/* ---- device TLBs ---- */

TEST(ats_invalidation_on_the_wire)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 0x1234ULL << 32, 0x7000);		      /* one page */
	submit(0x3 | 0x1234ULL << 32, 0x7001);		      /* S: bits 14:12 are 111, so 64 KiB */
	submit(0x3 | 0x1234ULL << 32, 0x7ffffffffffff001ULL); /* everything */
	submit(0x8 | 0x1234ULL << 16 | 0x98765ULL << 32, 0x5000 | 1 << 11);
	submit(0x8 | 0x1234ULL << 16 | 0x98765ULL << 32, 0x6001);
	ck_assert_uint_eq(r.n_invs, 5);
	ck_assert(r.invs[0].sid == 0x1234 && !r.invs[0].pasid_valid && r.invs[0].addr == 0x7000 &&
		  r.invs[0].shift == 12);
	ck_assert(r.invs[1].addr == 0 && r.invs[1].shift == 16);
	ck_assert(r.invs[2].addr == 0 && r.invs[2].shift == 64);
	ck_assert(r.invs[3].sid == 0x1234 && r.invs[3].pasid_valid && r.invs[3].pasid == 0x98765);
	ck_assert(r.invs[3].addr == 0x4000 && r.invs[3].shift == 14 && !r.invs[3].global);
	ck_assert(r.invs[4].addr == 0x6000 && r.invs[4].shift == 12 && r.invs[4].global);
	rig_vtd_exit(&r);
}

TEST(wait_for_completions)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	wait_status(1, 0);
	submit(0x3 | 9ULL << 32, 0x1000);
	wait_status(2, 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	/* Without a fence the queue has gone on. */
	ck_assert_uint_eq(r.n_invs, 2);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 128);
	/* The second completes first: its wait stays behind the first. */
	rig_vtd_inv_done(&r, 9, r.invs[1].itag, true);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	rig_vtd_inv_done(&r, 8, r.invs[0].itag, true);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 2);
	rig_vtd_exit(&r);
}

TEST(fence)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	wait_status(1, VTD_WAIT_FN);
	submit(0x9 | 1 << 12 | 8 << 16, 5 << 3);
	ck_assert_uint_eq(r.n_responses, 0);
	rig_vtd_settle(&r);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 1);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert(r.responses[0].sid == 8 && r.responses[0].code == 1 && r.responses[0].prgi == 5);
	ck_assert(!r.responses[0].automatic && !r.responses[0].pasid_valid);
	rig_vtd_exit(&r);
}

TEST(page_group_responses)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	/* PP, code F, RID 0x6a08, PASID 0x12345; index 0x1ff; the old LPIG bit is ignored */
	submit(0x00012345 * (1ULL << 32) | 0x6a08ULL << 16 | 0xf << 12 | 1 << 4 | 9, 0x1ff << 3 | 4);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.responses[0].sid, 0x6a08);
	ck_assert_uint_eq(r.responses[0].pasid, 0x12345);
	ck_assert_uint_eq(r.responses[0].code, PRG_FAILURE);
	ck_assert_uint_eq(r.responses[0].prgi, 0x1ff);
	rig_vtd_exit(&r);
}

TEST(tags_run_out)
{
	struct vtd_cfg cfg = { .itags = 2 };
	u32 i;

	start(&cfg, VTD_TTM_SCALABLE, true);
	for (i = 0; i < 5; i++)
		submit(0x3 | 8ULL << 32, 0x1000);
	ck_assert_uint_eq(r.n_invs, 2);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 64);
	rig_vtd_settle(&r);
	ck_assert_uint_eq(r.n_invs, 5);
	rig_vtd_exit(&r);
}

TEST(ats_time_out)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	wait_status(1, 0);
	rig_vtd_inv_done(&r, 8, r.invs[0].itag, false);
	ck_assert_uint_eq(fsts(), VTD_FSTS_ITE);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQERCD, 8) >> 32 & 0xffff, 8);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	/* The wait is aborted; nothing is fetched. */
	wait_status(2, 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_ITE, 4);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 2);
	rig_vtd_exit(&r);
}

/* 4.2.1: with TES = 0 a completion is not seen. The holder hears so and owes the time-out, which ends the wait. */
TEST(completion_while_translation_is_off)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	wait_status(1, 0);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	ck_assert(!vtd_class.ats_inv_done(&r.hw, 8, r.invs[0].itag, true));
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	ck_assert_uint_eq(fsts(), 0);
	/* What no request waits for is over. */
	ck_assert(vtd_class.ats_inv_done(&r.hw, 9, r.invs[0].itag, true));
	ck_assert(vtd_class.ats_inv_done(&r.hw, 8, r.invs[0].itag, false));
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(fsts(), VTD_FSTS_ITE);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQERCD, 8) >> 32 & 0xffff, 8);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 0);
	/* The queue goes on, and the tag is free. */
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_ITE, 4);
	wait_status(2, 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 2);
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	ck_assert_uint_eq(r.invs[1].itag, r.invs[0].itag);
	ck_assert(vtd_class.ats_inv_done(&r.hw, 8, r.invs[1].itag, true));
	rig_vtd_exit(&r);
}

TEST(unexpected_completion)
{
	start(NULL, VTD_TTM_SCALABLE, true);
	submit(0x3 | 8ULL << 32, 0x1000);
	rig_vtd_inv_done(&r, 9, r.invs[0].itag, true); /* not its */
	ck_assert_uint_eq(fsts(), VTD_FSTS_ICE);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQERCD, 8) >> 48, 9);
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_ICE, 4);
	rig_vtd_settle(&r);
	ck_assert_uint_eq(fsts(), 0);
	rig_vtd_inv_done(&r, 8, r.invs[0].itag, true); /* a second time */
	ck_assert_uint_eq(fsts(), VTD_FSTS_ICE);
	wait_status(3, 0); /* the queue goes on */
	ck_assert_uint_eq(rig_vtd_peek(&r, status), 3);
	rig_vtd_exit(&r);
}

/* Every descriptor that Linux gave to QEMU's queue is accepted, and each wait writes what it says. */
static void feed(const char *name, enum vtd_ttm ttm)
{
	char path[512], line[128];
	u64 d[4] = { 0 };
	u32 n = 0;
	gzFile f;

	snprintf(path, sizeof(path), "%s/tests/vtd/data/%s.inv.gz", FL_SOURCE_DIR, name);
	f = gzopen(path, "rb");
	ck_assert_ptr_nonnull(f);
	start(NULL, ttm, ttm == VTD_TTM_SCALABLE);
	while (gzgets(f, line, sizeof(line))) {
		ck_assert_int_eq(sscanf(line, "%llx %llx", &d[1], &d[0]), 2);
		rig_vtd_submit(&r, d);
		ck_assert_uint_eq(fsts(), 0);
		ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), rig_vtd_read(&r, VTD_IQT, 8));
		if ((d[0] & 0x2f) == 0x25) {
			u64 word = rig_vtd_peek(&r, d[1] & ~7ULL);

			ck_assert_uint_eq(d[1] & 4 ? word >> 32 : (u32)word, d[0] >> 32);
			rig_vtd_poke(&r, d[1] & ~7ULL, 0);
		}
		n++;
	}
	gzclose(f);
	ck_assert_uint_ge(n, 8000);
	ck_assert_uint_eq(r.hw.stats.descriptors, n);
	rig_vtd_exit(&r);
}

TEST(recorded_descriptors)
{
	feed("x86-vtd-legacy-nvme-e1000e", VTD_TTM_LEGACY);
	feed("x86-vtd-scalable-nvme-e1000e", VTD_TTM_SCALABLE);
}

SUITE("vtd_queue")
