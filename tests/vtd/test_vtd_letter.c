// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Single sentences of the specification, revision 5.10, each with its section. */
#include "suite.h"
#include "rig_vtd.h"

#define DEV   0x0108
#define IOVA  0x7000
#define STATE 0x3000000ULL

static struct rig_vtd r;
static u64 fs, ss;

static void start(void)
{
	rig_vtd_init(&r, NULL);
	rig_vtd_msi_setup(&r);
	rig_vtd_queue(&r, true);
	rig_vtd_write(&r, VTD_PQA, rig_vtd_page(&r), 8);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV, VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PASIDE | VTD_SCE_PRE, 0);
	rig_vtd_pasid(&r, DEV, 0, VTD_PE_P | 4 << 6, 1, 0);
}

static void submit(u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	rig_vtd_submit(&r, d);
}

static u32 fsts(void)
{
	return (u32)rig_vtd_read(&r, VTD_FSTS, 4);
}

static u32 iqei(void)
{
	return (u32)rig_vtd_read(&r, VTD_IQERCD, 8) & 0xf;
}

/* 4.2.1: with TES = 0 an Invalidation Completion is an Unsupported Request; 6.5.2.11: the time-out sets ITE. */
TEST(completion_while_translation_is_disabled)
{
	start();
	submit(0x3 | (u64)DEV << 32, 0x1000);
	submit(0x25 | 1ULL << 32, STATE);
	ck_assert_uint_eq(r.n_invs, 1);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	rig_vtd_inv_done(&r, DEV, r.invs[0].itag, true);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	/* Nor is it an invalid response. */
	rig_vtd_inv_done(&r, DEV + 1, 9, true);
	ck_assert_uint_eq(fsts(), 0);
	rig_vtd_inv_done(&r, DEV, r.invs[0].itag, false);
	ck_assert_uint_eq(fsts(), VTD_FSTS_ITE);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_ITE, 4);
	/* The tag was freed by the time-out: the wait behind a new one needs that one alone. */
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	submit(0x3 | (u64)DEV << 32, 0x1000);
	submit(0x25 | 2ULL << 32, STATE);
	rig_vtd_inv_done(&r, DEV, r.invs[1].itag, true);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 2);
	rig_vtd_exit(&r);
}

/* 4.2.1: a request-with-PASID that is translated is an Unsupported Request; 4.2.5: blocked by the root complex. */
TEST(pasid_in_a_translated_request)
{
	struct dma_txn t = { .iova = 0x5000, .sid = DEV, .pasid = 1, .len = 8, .flags = DMA_TRANSLATED | DMA_PASID };
	static struct iommu_walk walk;
	struct xlat_result res;
	u32 i;

	start();
	/* No table is asked: neither what is not there (3Ah, 41h), nor EPTR (49h), nor the interrupt range (87h). */
	for (i = 0; i < 3; i++) {
		t.sid = i == 1 ? 0x4321 : DEV;
		t.iova = i == 2 ? 0xfee00000 : 0x5000;
		r.reads = 0;
		ck_assert_int_eq(vtd_class.lookup(&r.hw, &t, &res), XLAT_ABORT);
		ck_assert_int_eq(vtd_class.walk(&r.hw, &t, &walk), XLAT_ABORT);
		ck_assert_uint_eq(walk.n_accesses, 0);
		ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_ABORT);
		ck_assert(!walk.res.recorded && !walk.res.fault && !res.fault);
		ck_assert_uint_eq(r.reads, 0);
		ck_assert_uint_eq(fsts(), 0);
	}
	/* Without PASID it passes. */
	t.flags = DMA_TRANSLATED;
	t.iova = 0x5000;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0x5000);
	/* The same in legacy mode, where 31h would stand for a PASID that reaches the tables. */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	t.flags = DMA_TRANSLATED | DMA_PASID;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	ck_assert_uint_eq(fsts(), 0);
	t.flags = DMA_PASID;
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_RTA_2);
	rig_vtd_exit(&r);
}

/* ---- nested (3.6.2, 3.8, table 30) ---- */

/* Guest tables of 4 levels with A set, each in a page of its own that the second stage maps to itself. */
static void nested_start(u64 *tables)
{
	u64 i;

	start();
	fs = rig_vtd_page(&r);
	ss = rig_vtd_page(&r);
	rig_vtd_pasid(&r, DEV, 3, VTD_PE_P | 3 << 6 | 2 << 2 | ss, 9 | VTD_PE1_PWSNP, fs);
	rig_vtd_poke(&r, rig_vtd_slot(&r, fs, 4, IOVA, 1, RIG_FS_LINK), 0x90000067);
	tables[4] = fs;
	for (i = 3; i; i--)
		tables[i] = rig_vtd_peek(&r, rig_vtd_slot(&r, fs, 4, IOVA, (u32)i + 1, 0)) & ~0xfffULL;
	tables[0] = 0x90000000;
	for (i = 0; i < 0x200; i++)
		rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, i << 12, 1, RIG_SS_LINK), i << 12 | 3);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, 0x90000000, 1, RIG_SS_LINK), 0xabc003);
}

static u16 nested_fault(u16 flags)
{
	struct xlat_result res;

	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, DMA_PASID | flags, 3, &res), XLAT_ABORT);
	return res.fault;
}

/*
 * 3.6.2 sets the accessed flag of an entry when it is used, 3.8 interleaves the
 * second stage at each step. So an update that the second stage forbids (SFS.8)
 * comes before whatever lies below the entry, here a table that is not mapped (SSS.2).
 */
TEST_TIMES(nested_update_in_its_turn, 8)
{
	u32 level = (u32)_i % 4 + 1;
	u16 flags = _i / 4 ? DMA_WRITE : 0;
	u64 tables[5], entry, map, below;

	nested_start(tables);
	entry = rig_vtd_slot(&r, fs, 4, IOVA, level, 0);
	map = rig_vtd_slot(&r, ss, 4, tables[level], 1, RIG_SS_LINK);
	below = rig_vtd_slot(&r, ss, 4, tables[level - 1], 1, RIG_SS_LINK);
	rig_vtd_poke(&r, entry, rig_vtd_peek(&r, entry) & ~0x20ULL);
	rig_vtd_poke(&r, map, tables[level] | 1); /* read only */
	rig_vtd_poke(&r, below, 0);
	ck_assert_uint_eq(nested_fault(flags), VTD_FR_SFS_8);
	ck_assert_uint_eq(rig_vtd_peek(&r, entry) & 0x20, 0);
	/* Nothing to update: the walk goes on and meets the page that is not mapped. */
	rig_vtd_poke(&r, entry, rig_vtd_peek(&r, entry) | 0x20);
	ck_assert_uint_eq(nested_fault(flags), VTD_FR_SSS_2);
	/* The update is allowed: it is made, also by a request that then faults. */
	rig_vtd_poke(&r, entry, rig_vtd_peek(&r, entry) & ~0x20ULL);
	rig_vtd_poke(&r, map, tables[level] | 3);
	ck_assert_uint_eq(nested_fault(flags), VTD_FR_SSS_2);
	ck_assert_uint_eq(rig_vtd_peek(&r, entry) & 0x20, 0x20);
	rig_vtd_exit(&r);
}

/* ---- the invalidation queue's registers (11.4.9) ---- */

/*
 * 11.4.9.1: with 256-bit descriptors bit 4 of the head is written as 0, whatever it was.
 * Found as an endless call: the head at 16 mod 32 of a full queue never met the tail.
 */
TEST(head_with_wide_descriptors)
{
	u64 queue, i;

	rig_vtd_init(&r, NULL);
	queue = rig_vtd_queue(&r, false);
	rig_vtd_poke(&r, queue, 0x12);
	rig_vtd_write(&r, VTD_IQT, 16, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 16);
	/* The whole queue is full of global IOTLB invalidations, as 32-byte descriptors from its start. */
	for (i = 0; i < 4096; i += 8)
		rig_vtd_poke(&r, queue + i, i % 32 ? 0 : 0x12);
	rig_vtd_write(&r, VTD_IQA, queue | VTD_IQA_DW, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0);
	r.reads = 0;
	rig_vtd_write(&r, VTD_IQT, 64, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 64);
	ck_assert_uint_eq(r.reads, 2);
	ck_assert_uint_eq(fsts(), 0);
	rig_vtd_exit(&r);
}

/* 11.4.9.2 and IQEI 6: a tail with bit 4 set is a queue error; nothing is fetched. */
TEST(tail_with_wide_descriptors)
{
	rig_vtd_init(&r, NULL);
	rig_vtd_queue(&r, true);
	r.reads = 0;
	rig_vtd_write(&r, VTD_IQT, 0x50, 8);
	ck_assert_uint_eq(fsts(), VTD_FSTS_IQE);
	ck_assert_uint_eq(iqei(), 6);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0);
	ck_assert_uint_eq(r.reads, 0);
	rig_vtd_exit(&r);
}

/* A smaller queue: the head stays in it. */
TEST(head_in_a_smaller_queue)
{
	u64 queue, i;

	rig_vtd_init(&r, NULL);
	queue = rig_vtd_queue(&r, false);
	for (i = 0; i < 3; i++)
		rig_vtd_page(&r);
	rig_vtd_write(&r, VTD_IQA, queue | 1, 8);
	for (i = 0; i < 8192; i += 16)
		rig_vtd_poke(&r, queue + i, 0x12);
	rig_vtd_write(&r, VTD_IQT, 0x1230, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0x1230);
	rig_vtd_write(&r, VTD_IQA, queue, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 0x230);
	rig_vtd_exit(&r);
}

/*
 * Whatever a guest writes to IQA, IQT and GCMD, and whatever the queue holds, one
 * call executes at most a queue of descriptors, and each costs a bounded number of accesses.
 */
TEST_TIMES(calls_end, 5)
{
	static const u64 good[] = { 0x11, 0x12, 0x12, 0x12, 0x25, 0x4 };
	u64 seed = 0x9e3779b97f4a7c15ULL + (u64)_i, queue, most = 0;
	u32 round, i;

	rig_vtd_init(&r, NULL);
	queue = rig_vtd_page(&r);
	for (i = 0; i < 7; i++)
		rig_vtd_page(&r);
	rig_vtd_command(&r, VTD_GCMD_QIE, true);
	for (round = 0; round < 3000; round++) {
		u64 w, entries, descriptors = r.hw.stats.descriptors, accesses = r.reads + r.writes;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		w = seed >> 20;
		if (round % 100 == 0)
			for (i = 0; i < 8 * 4096; i += 16)
				rig_vtd_poke(&r, queue + i, (round / 100 & 1) && i % 32 ? 0 : good[(w + i / 16) % 6]);
		switch (w % 5) {
		case 0:
			rig_vtd_write(&r, VTD_IQA, queue | (w >> 8 & VTD_IQA_DW) | (w >> 6 & 3), 8);
			break;
		case 1:
			rig_vtd_write(&r, VTD_FSTS, ~0U, 4);
			break;
		case 2:
			rig_vtd_write(&r, VTD_GCMD, w & 64 ? VTD_GCMD_QIE : 0, 4);
			rig_vtd_write(&r, VTD_GCMD, VTD_GCMD_QIE, 4);
			break;
		default:
			rig_vtd_write(&r, VTD_IQT, w >> 10 & 0x7fff, 8);
			break;
		}
		entries = (4096ULL << (rig_vtd_read(&r, VTD_IQA, 8) & 7)) / 16;
		descriptors = r.hw.stats.descriptors - descriptors;
		accesses = r.reads + r.writes - accesses;
		/* a fetch each and a status write; the second write of GCMD may run the queue once more */
		ck_assert_uint_le(descriptors, 2 * entries);
		ck_assert_uint_le(accesses, 4 * entries);
		most = max(most, descriptors);
	}
	ck_assert_uint_gt(most, 100);
	rig_vtd_exit(&r);
}

/* A walk, a page request and their fills: the deepest is 5 levels over 5 (4.1), with every entry updated. */
TEST(a_walk_is_bounded)
{
	struct xlat_result res;
	u64 i;

	start();
	fs = rig_vtd_page(&r);
	ss = rig_vtd_page(&r);
	rig_vtd_pasid(&r, DEV, 3, VTD_PE_P | 3 << 6 | 3 << 2 | VTD_PE_SSADE | ss, 9 | VTD_PE1_PWSNP,
		      fs | 1 << 2 | VTD_PE2_EAFE);
	rig_vtd_poke(&r, rig_vtd_slot(&r, fs, 5, IOVA, 1, 7), 0x90000007);
	for (i = 0; i < 0x200; i++)
		rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 5, i << 12, 1, RIG_SS_LINK), i << 12 | 3);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 5, 0x90000000, 1, RIG_SS_LINK), 0xabc003);
	r.reads = r.writes = 0;
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, DMA_PASID | DMA_WRITE, 3, &res), XLAT_OK);
	ck_assert_uint_le(r.reads + r.writes, WALK_MAX_ACCESSES);
	ck_assert_uint_gt(r.reads, 4 + 5 * 5 + 5);
	rig_vtd_exit(&r);
}

/* ---- page requests (7.4) ---- */

/* A stop marker names a PASID (ECAP.SMS). Without one, LPIG with R = W = 0 is a request like others: answered. */
TEST(stop_marker_without_pasid)
{
	struct page_request pr = { .sid = DEV, .prgi = 7, .last = true };
	u32 i;

	start();
	/* Refused by the tables: Invalid Request, and a record. */
	pr.sid = 0x300;
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_int_eq(r.responses[0].code, PRG_INVALID);
	ck_assert(!r.responses[0].pasid_valid && r.responses[0].prgi == 7);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 1);
	/* With PASID: a stop marker, dropped in silence. */
	pr.pasid = 5;
	pr.pasid_valid = true;
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 1);
	/* Queue full: Success to the one, nothing to the other (table 31). */
	pr = (struct page_request){ .sid = DEV, .perm = PERM_R };
	for (i = 0; i < 127; i++)
		vtd_class.page_request(&r.hw, &pr);
	pr = (struct page_request){ .sid = DEV, .prgi = 8, .last = true };
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(r.n_responses, 2);
	ck_assert_int_eq(r.responses[1].code, PRG_SUCCESS);
	rig_vtd_pasid(&r, DEV, 5, VTD_PE_P | 4 << 6, 1, 0);
	pr.pasid = 5;
	pr.pasid_valid = true;
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(r.n_responses, 2);
	rig_vtd_exit(&r);
}

static struct iommu_event lost;
static u32 n_lost;

static void keep_lost(void *ctx, const struct iommu_event *ev)
{
	if (ev->kind != IOMMU_EV_RECORD_LOST)
		return;
	lost = *ev;
	n_lost++;
}

/* What was lost is named by its type, and counted by its cause. */
TEST(page_requests_that_are_lost)
{
	struct page_request pr = { .sid = DEV, .addr = 0x5000, .perm = PERM_R, .last = true };

	start();
	r.m.hw_ops.event = keep_lost;
	/* 2^52 bytes of memory: the queue lies beyond. */
	rig_vtd_write(&r, VTD_PQA, 1ULL << 52, 8);
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(n_lost, 1);
	ck_assert_uint_eq(lost.unit, UNIT_PRIQ);
	ck_assert_uint_eq(lost.code, 1); /* page_req_dsc */
	ck_assert_uint_eq(lost.addr, 0x5000);
	ck_assert_uint_eq(r.hw.stats.prq_bus_errors, 1);
	ck_assert_uint_eq(r.hw.stats.prq_refused, 0);
	pr.sid = 0x300;
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(n_lost, 2);
	ck_assert_uint_eq(lost.code, 1);
	ck_assert_uint_eq(r.hw.stats.prq_refused, 1);
	ck_assert_uint_eq(r.hw.stats.prq_bus_errors, 1);
	rig_vtd_exit(&r);
}

/* Table 26 lists the interrupt entry cache's descriptor for every mode: without interrupt remapping it does nothing. */
TEST(interrupt_entry_cache_invalidation)
{
	start();
	submit(0x4, 0);
	submit(0x14 | 0x1fULL << 27 | 5ULL << 32, 0); /* index-selective, any mask */
	submit(0x25 | 3ULL << 32, STATE);
	ck_assert_uint_eq(fsts(), 0);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 3);
	rig_vtd_exit(&r);
}

/*
 * The mode is set anew without the invalidations that 6.6 asks for. A context
 * entry of legacy mode is not taken for one of scalable mode: its fields mean other things there.
 */
TEST(mode_set_without_invalidation)
{
	struct xlat_result res;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	/* RID_PASID 7 where legacy mode has the address width */
	rig_vtd_device(&r, DEV, VTD_SCE_P, 7);
	rig_vtd_pasid(&r, DEV, 7, VTD_PE_P | 4 << 6, 1, 0);
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, 0, 0, &res), XLAT_OK);
	rig_vtd_root(&r, rig_vtd_page(&r));
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA + (2ULL << 30), 0, 0, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, VTD_FR_LRT_2);
	rig_vtd_exit(&r);
}

SUITE("vtd_letter")
