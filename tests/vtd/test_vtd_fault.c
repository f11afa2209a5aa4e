// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fault records, their overflow and their event; the faults of logs and of a recording. */
#include "suite.h"
#include "rig_vtd.h"

static struct rig_vtd r;

#define FRCD 0x400 /* VTD_DEFAULT_CAP */

static u64 lo(u32 i)
{
	return rig_vtd_read(&r, FRCD + i * 16, 8);
}

static u64 hi(u32 i)
{
	return rig_vtd_read(&r, FRCD + i * 16 + 8, 8);
}

static void clear(u32 i)
{
	rig_vtd_write(&r, FRCD + i * 16 + 12, 0x80000000, 4);
}

static void access(u32 sid, u64 iova, u16 flags, u32 pasid)
{
	struct xlat_result res;

	ck_assert_int_eq(rig_vtd_access(&r, sid, iova, flags, pasid, &res), XLAT_ABORT);
}

TEST(words_of_a_record)
{
	struct page_request pr = {
		.sid = 0x0110, .pasid = 0xabcde, .pasid_valid = true, .addr = 0x7000, .perm = PERM_R
	};

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	access(0x1234, 0x123456789abcULL, DMA_WRITE, 0);
	ck_assert_uint_eq(lo(0), 0x123456789000ULL);
	/* F, T1 0, AT 0, FR 39h, SID */
	ck_assert_uint_eq(hi(0), 0x8000003900001234ULL);
	access(0x1234, 0x1000, 0, 0);
	ck_assert_uint_eq(hi(1), 0xc000003900001234ULL); /* T1 */
	access(0x0008, 0x1000, DMA_PASID | DMA_PRIV, 0xfffff);
	ck_assert_uint_eq(hi(2), 0xcfffff39a0000008ULL); /* PV, PP, PRIV */
	access(0x0008, 0x1000, DMA_PASID | DMA_EXEC, 5);
	ck_assert_uint_eq(hi(3), 0xc0000539c0000008ULL); /* EXE */
	access(0x0008, 0x1000, DMA_ATS_REQ, 0);
	ck_assert_uint_eq(hi(4), 0xd000003900000008ULL); /* AT 01 */
	access(0x0008, 0x1000, DMA_TRANSLATED | DMA_WRITE, 0);
	ck_assert_uint_eq(hi(5), 0xa000003900000008ULL); /* AT 10 */
	vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(hi(6), 0x8abcde3990000110ULL); /* T1 0, T2 1, PP */
	/* Bits beyond the widest address are not recorded. */
	access(0x0008, 0xfe00000000001000ULL, 0, 0);
	ck_assert_uint_eq(lo(7), 0x1000);
	rig_vtd_exit(&r);
}

TEST(first_in_first_out_and_overflow)
{
	u32 i;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	for (i = 0; i < 8; i++)
		access(i, 0x1000 * i, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), VTD_FSTS_PPF);
	access(99, 0, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), VTD_FSTS_PPF | VTD_FSTS_PFO);
	/* While PFO is set nothing is recorded, even with room. */
	clear(0);
	access(100, 0, 0, 0);
	ck_assert_uint_eq(hi(0) >> 63, 0);
	rig_vtd_write(&r, VTD_FSTS, VTD_FSTS_PFO, 4);
	access(101, 0, 0, 0);
	ck_assert_uint_eq(hi(0) & 0xffff, 101);
	for (i = 0; i < 8; i++)
		clear(i);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4) & ~VTD_FSTS_FRI, 0);
	/* The internal index goes on; FRI names the first pending one. */
	access(7, 0, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), VTD_FSTS_PPF | 1 << 8);
	access(8, 0, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), VTD_FSTS_PPF | 1 << 8);
	ck_assert_uint_eq(r.hw.stats.faults_lost, 2);
	/* The index is zero again once translation and interrupt remapping are off. */
	clear(1);
	clear(2);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	access(9, 0, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), VTD_FSTS_PPF);
	rig_vtd_exit(&r);
}

TEST(event_and_its_mask)
{
	rig_vtd_init(&r, NULL);
	rig_vtd_msi_setup(&r);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	access(1, 0, 0, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	access(2, 0, 0, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1); /* a condition waits for service */
	clear(0);
	access(3, 0, 0, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	clear(1);
	clear(2);
	rig_vtd_write(&r, VTD_FECTL, VTD_ECTL_IM, 4);
	access(4, 0, 0, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FECTL, 4), VTD_ECTL_IM | VTD_ECTL_IP);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 1);
	rig_vtd_write(&r, VTD_FECTL, 0, 4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FECTL, 4), 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 2);
	clear(3);
	/* Served while masked: nothing is sent any more. */
	rig_vtd_write(&r, VTD_FECTL, VTD_ECTL_IM, 4);
	access(5, 0, 0, 0);
	clear(4);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FECTL, 4), VTD_ECTL_IM);
	rig_vtd_write(&r, VTD_FECTL, 0, 4);
	ck_assert_uint_eq(r.msis[VTD_LINE_FAULT], 2);
	ck_assert_uint_eq(r.stray_msis, 0);
	rig_vtd_exit(&r);
}

TEST(collapsed_faults)
{
	struct vtd_cfg cfg = { .collapse_faults = true };

	rig_vtd_init(&r, &cfg);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	access(1, 0x1000, 0, 0);
	access(1, 0x2000, 0, 0);
	access(2, 0x3000, 0, 0);
	ck_assert_uint_eq(lo(1), 0x3000);
	ck_assert_uint_eq(r.hw.stats.faults_collapsed, 1);
	clear(0);
	access(1, 0x4000, 0, 0);
	ck_assert_uint_eq(lo(2), 0x4000);
	rig_vtd_exit(&r);
}

TEST(fault_processing_disable)
{
	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, 8, VTD_CE_FPD, 0); /* honoured although P = 0 */
	access(8, 0x1000, 0, 0);
	ck_assert_uint_eq(r.hw.stats.faults_silent, 1);
	/* Not qualified: the root entry of another bus. */
	access(0x100, 0x1000, 0, 0);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 1);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, 8, VTD_SCE_P | VTD_SCE_FPD, 0);
	access(8, 0x1000, 0, 0); /* 51h: qualified */
	ck_assert_uint_eq(r.hw.stats.faults_silent, 2);
	physmem_add_hole(&r.mem, r.next_page - 4096, r.next_page - 1);
	access(8, 0x1000, 0, 0); /* 50h: not */
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 2);
	ck_assert_uint_eq(hi(1) >> 32 & 0xff, VTD_FR_SPD_1);
	rig_vtd_exit(&r);
}

/*
 * Lines of kernel logs of real machines, and the state of the tables that gives
 * each: reason, direction, requester, PASID and address of the record.
 */
struct log_line {
	u8 reason;
	bool write;
	u32 sid;
	u32 pasid; /* ~0: none */
	u64 addr;
	void (*tables)(u32 sid, u32 pasid, u64 addr);
};

#define NONE 0xffffffffU

static u64 legacy_tables(u32 sid)
{
	u64 table = rig_vtd_page(&r);

	rig_vtd_context(&r, sid, VTD_CE_P | table, 2 | 5 << 8);
	return table;
}

static void not_readable(u32 sid, u32 pasid, u64 addr)
{
	rig_vtd_poke(&r, rig_vtd_slot(&r, legacy_tables(sid), 4, addr, 1, RIG_SS_LINK), 0x77000 | 2);
}

static void not_writable(u32 sid, u32 pasid, u64 addr)
{
	rig_vtd_poke(&r, rig_vtd_slot(&r, legacy_tables(sid), 4, addr, 1, RIG_SS_LINK), 0x77000 | 1);
}

static void no_context(u32 sid, u32 pasid, u64 addr)
{
	rig_vtd_context(&r, sid, 0, 0);
}

static void no_root(u32 sid, u32 pasid, u64 addr)
{
}

static void table_pointer_broken(u32 sid, u32 pasid, u64 addr)
{
	u64 root = legacy_tables(sid);

	physmem_add_hole(&r.mem, 0xf000000000ULL, 0xf000000fffULL);
	rig_vtd_poke(&r, rig_vtd_slot(&r, root, 4, addr, 2, RIG_SS_LINK), 0xf000000003ULL);
}

static void root_reserved(u32 sid, u32 pasid, u64 addr)
{
	rig_vtd_poke(&r, r.root + (sid >> 8) * 16 + (sid >> 7 & 1) * 8, rig_vtd_page(&r) | 0x801);
}

static void first_stage_empty(u32 sid, u32 pasid, u64 addr)
{
	rig_vtd_device(&r, sid, VTD_SCE_P, 0);
	rig_vtd_pasid(&r, sid, 0, VTD_PE_P | 1 << 6, VTD_PE1_PWSNP | 9, rig_vtd_page(&r));
}

TEST(lines_of_real_machines)
{
	static const struct log_line lines[] = {
		/* [DMA Read] Request device [00:02.0] PASID ffffffff fault addr 9c000000 [fault reason 06] */
		{ 0x06, false, 0x0010, NONE, 0x9c000000, not_readable },
		/* [DMA Write] Request device [00:02.0] PASID ffffffff fault addr 0 [fault reason 02] */
		{ 0x02, true, 0x0010, NONE, 0, no_context },
		/* [DMA Write] Request device [00:12.0] fault addr 0 [fault reason 05] */
		{ 0x05, true, 0x0090, NONE, 0, not_writable },
		/* [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x7cd80000 [fault reason 0x01] */
		{ 0x01, false, 0x0010, NONE, 0x7cd80000, no_root },
		/* [DMA Read PASID 0x2] Request device [6a:01.0] fault addr 0x7fe0c9943000 [fault reason 0x3a] */
		{ 0x3a, false, 0x6a08, 2, 0x7fe0c9943000, root_reserved },
		/* [DMA Read NO_PASID] Request device [03:00.0] fault addr 0x100000 [fault reason 0x71] */
		{ 0x71, false, 0x0300, NONE, 0x100000, first_stage_empty },
		/* [DMA Read NO_PASID] Request device [0x00:0x02.0] fault addr 0x70ad5000 [fault reason 0x07] */
		{ 0x07, false, 0x0010, NONE, 0x70ad5000, table_pointer_broken },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const struct log_line *l = &lines[i];
		bool has_pasid = l->pasid != NONE;
		u64 expected = 1ULL << 63 | (l->write ? 0 : 1ULL << 62) | (u64)l->reason << 32 | l->sid;

		rig_vtd_init(&r, NULL);
		rig_vtd_mode(&r, l->reason < 0x30 ? VTD_TTM_LEGACY : VTD_TTM_SCALABLE);
		l->tables(l->sid, l->pasid, l->addr);
		access(l->sid, l->addr | 0x10, (l->write ? DMA_WRITE : 0) | (has_pasid ? DMA_PASID : 0),
		       has_pasid ? l->pasid : 0);
		if (has_pasid)
			expected |= (u64)l->pasid << 40 | 1ULL << 31;
		ck_assert_uint_eq(hi(0), expected);
		ck_assert_uint_eq(lo(0), l->addr);
		rig_vtd_exit(&r);
	}
}

/*
 * The 56 accesses of an edu device to unmapped addresses, in steps of 4 bytes
 * (Linux 6.1 on QEMU 7.2.22, legacy mode): reasons as QEMU's vtd_dmar_fault
 * gives them. QEMU compresses repeated faults of one requester; here none is.
 */
TEST(recorded_edu_faults)
{
	static const struct {
		u64 addr;
		u32 bytes;
		bool write;
	} dma[] = {
		{ 0x1000, 16, false },	{ 0x2345000, 64, true }, { 0xabcd000, 4, false },
		{ 0x8000ff8, 8, true }, { 0x0, 4, false },	 { 0xffff000, 128, false },
	};
	u32 i, at, n = 0;

	rig_vtd_init(&r, NULL);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	legacy_tables(0x10);
	for (i = 0; i < ARRAY_SIZE(dma); i++) {
		for (at = 0; at < dma[i].bytes; at += 4) {
			access(0x10, dma[i].addr + at, dma[i].write ? DMA_WRITE : 0, 0);
			ck_assert_uint_eq(lo(n % 8), (dma[i].addr + at) & ~0xfffULL);
			ck_assert_uint_eq(hi(n % 8), dma[i].write ? 0x8000000500000010ULL : 0xc000000600000010ULL);
			clear(n % 8);
			n++;
		}
	}
	ck_assert_uint_eq(n, 56);
	rig_vtd_exit(&r);
}

SUITE("vtd_fault")
