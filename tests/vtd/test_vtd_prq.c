// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page request queue of the hardware (7.4, 7.5, 6.5.3.1). */
#include "suite.h"
#include "rig_vtd.h"

static struct rig_vtd r;
static u64 queue;

#define SID 0x0218
#define CTX (VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PRE | VTD_SCE_PASIDE)

static u64 pgtt(u64 n)
{
	return FIELD_PREP(VTD_PE_PGTT, n);
}

static void start(void)
{
	rig_vtd_init(&r, NULL);
	rig_vtd_msi_setup(&r);
	queue = rig_vtd_page(&r);
	rig_vtd_write(&r, VTD_PQH, 0, 8);
	rig_vtd_write(&r, VTD_PQT, 0, 8);
	rig_vtd_write(&r, VTD_PQA, queue, 8);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, SID, CTX, 0);
	rig_vtd_pasid(&r, SID, 0, VTD_PE_P | pgtt(4), 1, 0);
	rig_vtd_pasid(&r, SID, 5, VTD_PE_P | pgtt(4), 1, 0);
}

static void request(u32 pasid, u64 addr, u8 perm, u16 prgi, bool last)
{
	struct page_request pr = {
		.sid = SID, .pasid = pasid, .pasid_valid = pasid, .addr = addr, .perm = perm, .prgi = prgi, .last = last
	};

	vtd_class.page_request(&r.hw, &pr);
}

static u64 word(u32 entry, u32 i)
{
	return rig_vtd_peek(&r, queue + entry * 32 + i * 8);
}

static u32 tail(void)
{
	return (u32)rig_vtd_read(&r, VTD_PQT, 8);
}

TEST(descriptors)
{
	struct page_request all = { .sid = SID,
				    .pasid = 5,
				    .pasid_valid = true,
				    .addr = 0xfffffffffffff000ULL,
				    .perm = PERM_R | PERM_W | PERM_X,
				    .prgi = 0x1ff,
				    .last = true,
				    .priv = true };

	start();
	request(0, 0x123456000, PERM_R, 3, false);
	ck_assert_uint_eq(word(0, 0), 0x02180001);
	ck_assert_uint_eq(word(0, 1), 0x123456000ULL | 3 << 3 | 1);
	vtd_class.page_request(&r.hw, &all);
	ck_assert_uint_eq(word(1, 0), 0x0030000502180101ULL);
	ck_assert_uint_eq(word(1, 1), 0xffffffffffffffffULL);
	ck_assert_uint_eq(word(1, 2) | word(1, 3), 0);
	request(5, 0x2000, PERM_W, 0, true);
	ck_assert_uint_eq(word(2, 1), 0x2006);
	request(5, 0, 0, 0, true); /* stop marker */
	ck_assert_uint_eq(word(3, 1), 0x4);
	ck_assert_uint_eq(tail(), 128);
	ck_assert_uint_eq(r.n_responses, 0);
	rig_vtd_exit(&r);
}

TEST(event_on_the_edge_of_ppr)
{
	start();
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PRS, 4), VTD_PRS_PPR);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 1);
	request(5, 0x2000, PERM_R, 1, true);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 1);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	request(5, 0x3000, PERM_R, 2, true);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 2);
	/* Masked: held in IP, and gone when it is served. */
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	rig_vtd_write(&r, VTD_PECTL, VTD_ECTL_IM, 4);
	request(5, 0x4000, PERM_R, 3, true);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PECTL, 4), VTD_ECTL_IM | VTD_ECTL_IP);
	rig_vtd_write(&r, VTD_PECTL, 0, 4);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 3);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	rig_vtd_write(&r, VTD_PECTL, VTD_ECTL_IM, 4);
	request(5, 0x5000, PERM_R, 4, true);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	rig_vtd_write(&r, VTD_PECTL, 0, 4);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 3);
	rig_vtd_exit(&r);
}

TEST(stale_ppr_loses_the_interrupt)
{
	start();
	rig_vtd_write(&r, VTD_PECTL, VTD_ECTL_IM, 4);
	request(5, 0x1000, PERM_R, 0, true);
	/* A careless driver: new queue, event unmasked after IP was dropped with a reset of PECTL ... */
	rig_vtd_write(&r, VTD_PECTL, 0, 4);
	r.msis[VTD_LINE_PAGE_REQUEST] = 0;
	rig_vtd_write(&r, VTD_PQH, tail(), 8);
	/* ... but PPR still set: there is never an event again. */
	request(5, 0x2000, PERM_R, 1, true);
	request(5, 0x3000, PERM_R, 2, true);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 0);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	request(5, 0x4000, PERM_R, 3, true);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 1);
	rig_vtd_exit(&r);
}

TEST(full_queue_and_overflow)
{
	u32 i;

	start();
	for (i = 0; i < 127; i++)
		request(5, 0x1000 * i, PERM_R, (u16)i, true);
	/* 127 of 128 entries: full. */
	ck_assert_uint_eq(tail(), 127 * 32);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PRS, 4), VTD_PRS_PPR);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PPR, 4);
	request(5, 0x1000, PERM_R, 200, false); /* no LPIG: never answered */
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PRS, 4), VTD_PRS_PRO);
	ck_assert_uint_eq(r.n_responses, 0);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 2); /* PRO raises the event, too */
	request(5, 0x1000, PERM_R, 201, true);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert(r.responses[0].automatic && r.responses[0].code == PRG_SUCCESS && r.responses[0].prgi == 201);
	ck_assert(r.responses[0].pasid_valid && r.responses[0].pasid == 5);
	/* Room alone does not help while PRO is set. */
	rig_vtd_write(&r, VTD_PQH, 64 * 32, 8);
	request(5, 0x1000, PERM_R, 202, true);
	ck_assert_uint_eq(tail(), 127 * 32);
	ck_assert_uint_eq(r.n_responses, 2);
	request(5, 0, 0, 0, true); /* a stop marker is dropped in silence */
	ck_assert_uint_eq(r.n_responses, 2);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 2);
	rig_vtd_write(&r, VTD_PRS, VTD_PRS_PRO, 4);
	request(5, 0x5000, PERM_R, 203, true);
	ck_assert_uint_eq(tail(), 0); /* wrapped */
	ck_assert_uint_eq(word(127, 1), 0x5000 | 203 << 3 | 5);
	ck_assert_uint_eq(r.msis[VTD_LINE_PAGE_REQUEST], 3);
	ck_assert_uint_eq(r.hw.stats.prq_overflow, 4);
	rig_vtd_exit(&r);
}

static u8 refused(u32 responses)
{
	u32 at = 0x400 + (u32)((rig_vtd_read(&r, VTD_FSTS, 4) >> 8 & 0xff) * 16);
	u64 hi = rig_vtd_read(&r, at + 8, 8);

	ck_assert_uint_eq(r.n_responses, responses);
	if (responses)
		ck_assert(r.responses[responses - 1].code == PRG_INVALID && r.responses[responses - 1].automatic);
	rig_vtd_write(&r, at + 8, VTD_FRCD_F, 8);
	ck_assert_uint_eq(hi >> 62, 2); /* F, T1 = 0 */
	ck_assert(hi & VTD_FRCD_T2);
	return (u8)FIELD_GET(VTD_FRCD_FR, hi);
}

TEST(refused_by_the_tables)
{
	start();
	rig_vtd_device(&r, SID, CTX & ~VTD_SCE_PRE, 0);
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(refused(1), VTD_FR_SCT_8);
	request(5, 0x1000, PERM_R, 0, false); /* dropped, with the fault */
	ck_assert_uint_eq(refused(1), VTD_FR_SCT_8);
	rig_vtd_device(&r, SID, CTX & ~VTD_SCE_PASIDE, 0);
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(refused(2), VTD_FR_SCT_6);
	rig_vtd_device(&r, SID, CTX, 0);
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(refused(3), VTD_FR_SPD_2);
	rig_vtd_pasid(&r, SID, 6, VTD_PE_P | pgtt(4), 1, 0);
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(refused(4), VTD_FR_SPT_2);
	ck_assert_uint_eq(tail(), 0);
	/* A page request reads the entry it wants only: PRE of legacy mode does not exist. */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	request(0, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(refused(5), VTD_FR_RTA_3);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	request(0, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(r.n_responses, 6);
	ck_assert(!(rig_vtd_read(&r, VTD_FSTS, 4) & VTD_FSTS_PPF));
	rig_vtd_exit(&r);
}

TEST(queue_in_a_hole)
{
	start();
	physmem_add_hole(&r.mem, queue, queue + 4095);
	request(5, 0x1000, PERM_R, 0, true);
	ck_assert_uint_eq(tail(), 0);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.responses[0].code, PRG_INVALID);
	rig_vtd_exit(&r);
}

/* A page that was read-only in the IOTLB is made writable; no software invalidates. */
static void upgrade(u32 pasid, u64 slot, u64 read_only, u64 writable)
{
	struct dma_txn t = { .iova = 0x9000, .sid = SID, .pasid = pasid, .len = 4, .flags = DMA_PASID | DMA_ATS_REQ };
	struct xlat_result res;

	rig_vtd_poke(&r, slot, read_only);
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R);
	rig_vtd_poke(&r, slot, writable);
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R); /* still the cached one */
	ck_assert(res.hit);
	request(pasid, 0x9000, PERM_R | PERM_W, 0, true);
	ck_assert_int_eq(vtd_class.translate(&r.hw, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert(!res.hit);
}

TEST(implicit_invalidation)
{
	u64 fs, ss, nested, slot;

	start();
	fs = rig_vtd_page(&r);
	ss = rig_vtd_page(&r);
	nested = rig_vtd_page(&r);
	rig_vtd_pasid(&r, SID, 1, VTD_PE_P | pgtt(1), 7 | VTD_PE1_PWSNP, fs);
	rig_vtd_pasid(&r, SID, 2, VTD_PE_P | pgtt(2) | 2 << 2 | ss, 8, 0);
	slot = rig_vtd_slot(&r, fs, 4, 0x9000, 1, RIG_FS_LINK);
	upgrade(1, slot, 0x5000 | 0x65, 0x5000 | 0x67);
	slot = rig_vtd_slot(&r, ss, 4, 0x9000, 1, RIG_SS_LINK);
	upgrade(2, slot, 0x5000 | 1, 0x5000 | 3);
	/* Nested: second stage identity by 1 GiB pages. */
	rig_vtd_pasid(&r, SID, 3, VTD_PE_P | pgtt(3) | 2 << 2 | nested, 9 | VTD_PE1_PWSNP, fs);
	rig_vtd_poke(&r, rig_vtd_slot(&r, nested, 4, 0, 3, RIG_SS_LINK), 0x83);
	slot = rig_vtd_slot(&r, fs, 4, 0x9000, 1, RIG_FS_LINK);
	upgrade(3, slot, 0x5000 | 0x65, 0x5000 | 0x67);
	rig_vtd_exit(&r);
}

SUITE("vtd_prq")
