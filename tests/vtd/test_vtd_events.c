// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What events say they concern: scopes of invalidations, words of descriptors, changes of registers; and concerns(). */
#include "suite.h"
#include "rig_vtd.h"

#define DEV1 0x0108
#define DEV2 0x0210
#define BOTH (SCOPE_S1 | SCOPE_S2)

static struct rig_vtd r;

struct seen {
	u8 kind, unit;
	u16 code;
	struct iommu_scope scope;
	u64 words[4];
};

static struct seen log_[64];
static u32 n_seen;

static void listen(void *ctx, const struct iommu_event *ev)
{
	struct seen *s = &log_[n_seen % ARRAY_SIZE(log_)];

	if (ev->kind != IOMMU_EV_INVALIDATE && ev->kind != IOMMU_EV_CHANGED && ev->kind != IOMMU_EV_COMMAND)
		return;
	*s = (struct seen){ .kind = ev->kind, .unit = ev->unit, .code = ev->code };
	if (ev->kind == IOMMU_EV_COMMAND)
		memcpy(s->words, ev->words, sizeof(s->words));
	else
		s->scope = *ev->scope;
	n_seen++;
}

/* DEV1: PASID 1 first stage, domain 20; 2 second stage, domain 10; 3 nested, domain 30; 0 (RID_PASID) pass-through, 1. */
static void start(void)
{
	u64 dir;

	rig_vtd_init(&r, NULL);
	rig_vtd_queue(&r, true);
	rig_vtd_write(&r, VTD_PQA, rig_vtd_page(&r), 8);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	dir = rig_vtd_device(&r, DEV1, VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PASIDE | VTD_SCE_PRE, 0);
	ck_assert_uint_ne(dir, 0);
	rig_vtd_pasid(&r, DEV1, 0, VTD_PE_P | 4 << 6, 1, 0);
	rig_vtd_pasid(&r, DEV1, 1, VTD_PE_P | 1 << 6, 20, rig_vtd_page(&r));
	rig_vtd_pasid(&r, DEV1, 2, VTD_PE_P | 2 << 6 | 2 << 2 | rig_vtd_page(&r), 10, 0);
	rig_vtd_pasid(&r, DEV1, 3, VTD_PE_P | 3 << 6 | 2 << 2 | rig_vtd_page(&r), 30, 0x5000);
	r.m.hw_ops.event = listen;
	n_seen = 0;
}

static void submit(u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	n_seen = 0;
	rig_vtd_submit(&r, d);
}

static const struct iommu_scope *scope(u32 i, enum iommu_unit unit)
{
	ck_assert_uint_lt(i, n_seen);
	ck_assert_uint_eq(log_[i].kind, IOMMU_EV_INVALIDATE);
	ck_assert_uint_eq(log_[i].unit, unit);
	return &log_[i].scope;
}

#define ck_scope(s, by_, stages_)                        \
	do {                                             \
		ck_assert_uint_eq((s)->by, by_);         \
		ck_assert_uint_eq((s)->stages, stages_); \
		ck_assert_uint_eq((s)->vmid_mask, 0);    \
		ck_assert(!(s)->global && !(s)->regime); \
	} while (0)

TEST(context_cache)
{
	const struct iommu_scope *s;

	start();
	submit(0x11, 0); /* global */
	s = scope(0, UNIT_CONFIG_CACHE);
	ck_scope(s, 0, BOTH);
	submit(0x21 | 20 << 16, 0); /* 6.5.2.1: scalable-mode entries have no domain: global */
	ck_scope(scope(0, UNIT_CONFIG_CACHE), 0, BOTH);
	submit(0x31 | (u64)DEV1 << 32 | 20 << 16, 0); /* device-selective */
	s = scope(0, UNIT_CONFIG_CACHE);
	ck_scope(s, SCOPE_SID, BOTH);
	ck_assert(s->sid_first == DEV1 && s->sid_last == DEV1);
	submit(0x31 | 0x0109ULL << 32 | 3ULL << 48, 0); /* FM 3: all functions of device 1 */
	s = scope(0, UNIT_CONFIG_CACHE);
	ck_assert(s->sid_first == 0x0108 && s->sid_last == 0x010f);
	submit(0x31 | 0x010fULL << 32 | 2ULL << 48, 0); /* FM 2: bits 2:1: functions 1, 3, 5, 7 */
	s = scope(0, UNIT_CONFIG_CACHE);
	ck_assert(s->sid_first == 0x0109 && s->sid_last == 0x010f);
	rig_vtd_exit(&r);
	/* Legacy mode, by register: a domain says nothing of streams whose entry was fetched anew meanwhile. */
	start();
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	n_seen = 0;
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 2ULL << 61 | 6, 8);
	ck_scope(scope(0, UNIT_CONFIG_CACHE), 0, BOTH);
	rig_vtd_exit(&r);
}

TEST(pasid_cache)
{
	const struct iommu_scope *s;

	start();
	submit(0x37, 0);
	ck_scope(scope(0, UNIT_CD_CACHE), 0, BOTH);
	submit(0x07 | 20 << 16, 0);
	ck_scope(scope(0, UNIT_CD_CACHE), 0, BOTH);
	submit(0x17 | 20 << 16 | 0x12345ULL << 32, 0);
	s = scope(0, UNIT_CD_CACHE);
	ck_scope(s, SCOPE_PASID, BOTH);
	ck_assert_uint_eq(s->pasid, 0x12345);
	rig_vtd_exit(&r);
}

/* Table 23: which entries of the IOTLB and of the paging-structure caches */
TEST(iotlb)
{
	const struct iommu_scope *s;

	start();
	submit(0x12, 0);
	ck_scope(scope(0, UNIT_TLB), 0, BOTH);
	ck_scope(scope(1, UNIT_WALK_CACHE), 0, SCOPE_S1);
	ck_scope(scope(2, UNIT_WALK_CACHE_S2), 0, SCOPE_S2);
	submit(0x22 | 10 << 16, 0);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID, BOTH);
	ck_assert_uint_eq(s->vmid, 10);
	ck_scope(scope(1, UNIT_WALK_CACHE), SCOPE_VMID, SCOPE_S1);
	/* Page-selective: 2^9 pages around the address, of the second stage; the first stage's of the domain all. */
	submit(0x32 | 10 << 16, 0x12345000 | 9);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_ADDR, SCOPE_S2);
	ck_assert(s->vmid == 10 && s->first == 0x12200000 && s->last == 0x123fffff);
	ck_scope(scope(1, UNIT_WALK_CACHE), SCOPE_VMID, SCOPE_S1);
	s = scope(2, UNIT_WALK_CACHE_S2);
	ck_scope(s, SCOPE_VMID | SCOPE_ADDR, SCOPE_S2);
	ck_assert(s->first == 0x12200000 && s->last == 0x123fffff);
	/* IH: the second stage's paging structures stay. */
	submit(0x32 | 10 << 16, 0x12345000 | 1 << 6);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_ADDR | SCOPE_LEAF, SCOPE_S2);
	ck_assert(s->first == 0x12345000 && s->last == 0x12345fff);
	ck_assert_uint_eq(log_[n_seen - 1].kind, IOMMU_EV_COMMAND);
	ck_assert_uint_eq(n_seen, 3);
	/* The domain's bits above CAP.ND, and register-based requests, say the same. */
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	n_seen = 0;
	rig_vtd_write(&r, 0x500, 0x5000, 8);
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 3ULL << 60 | 7ULL << 32, 8);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_ADDR, SCOPE_S2);
	ck_assert(s->vmid == 7 && s->first == 0x5000 && s->last == 0x5fff);
	rig_vtd_exit(&r);
}

/* Table 24 */
TEST(pasid_based_iotlb)
{
	const struct iommu_scope *s;

	start();
	submit(0x26 | 20 << 16 | 3ULL << 32, 0);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_PASID, BOTH);
	ck_assert(s->vmid == 20 && s->pasid == 3);
	ck_scope(scope(1, UNIT_WALK_CACHE), SCOPE_VMID | SCOPE_PASID, SCOPE_S1);
	submit(0x36 | 20 << 16 | 3ULL << 32, 0x8000000000007000ULL | 2);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_PASID | SCOPE_ADDR, SCOPE_S1);
	ck_assert(s->first == 0x8000000000004000ULL && s->last == 0x8000000000007fffULL);
	submit(0x36 | 20 << 16 | 3ULL << 32, 0x7000 | 1 << 6);
	ck_scope(scope(0, UNIT_TLB), SCOPE_VMID | SCOPE_PASID | SCOPE_ADDR | SCOPE_LEAF, SCOPE_S1);
	ck_assert_uint_eq(n_seen, 2);
	rig_vtd_exit(&r);
}

/* A command carries its whole descriptor; an invalidation of a device TLB concerns no cache of the hardware. */
TEST(commands)
{
	u64 wide[4] = { 0x3 | (u64)DEV1 << 32, 0x7000, 0, 0 };

	start();
	rig_vtd_submit(&r, wide);
	ck_assert_uint_eq(n_seen, 1);
	ck_assert_uint_eq(log_[0].kind, IOMMU_EV_COMMAND);
	ck_assert_uint_eq(log_[0].code, VTD_DESC_DEV_TLB);
	ck_assert_mem_eq(log_[0].words, wide, sizeof(wide));
	submit(0x25 | 0x12345678ULL << 32, 0x3000000);
	ck_assert_uint_eq(log_[0].words[0], 0x1234567800000025ULL);
	ck_assert_uint_eq(log_[0].words[1], 0x3000000);
	rig_vtd_exit(&r);
}

/* 6.5.3.1: a page request invalidates, too: by the type of its translation (table 27). */
TEST(implicit_invalidation)
{
	struct page_request pr = { .sid = DEV1, .pasid = 1, .pasid_valid = true, .addr = 0x7000, .perm = PERM_R };
	const struct iommu_scope *s;

	start();
	vtd_class.page_request(&r.hw, &pr);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_PASID | SCOPE_ADDR, SCOPE_S1);
	ck_assert(s->vmid == 20 && s->pasid == 1 && s->first == 0x7000 && s->last == 0x7fff);
	n_seen = 0;
	pr.pasid = 2;
	vtd_class.page_request(&r.hw, &pr);
	s = scope(0, UNIT_TLB);
	ck_scope(s, SCOPE_VMID | SCOPE_ADDR, SCOPE_S2);
	ck_assert(s->vmid == 10 && s->first == 0x7000);
	n_seen = 0;
	pr.pasid = 3;
	vtd_class.page_request(&r.hw, &pr);
	ck_scope(scope(0, UNIT_TLB), SCOPE_VMID, BOTH);
	rig_vtd_exit(&r);
}

static u32 changes(void)
{
	u32 i, n = 0;

	for (i = 0; i < n_seen; i++) {
		if (log_[i].kind != IOMMU_EV_CHANGED)
			continue;
		ck_assert_uint_eq(log_[i].scope.by, 0);
		n++;
	}
	n_seen = 0;
	return n;
}

/* SRTP, TE and PMEN change what translates; queue and interrupts do not. */
TEST(registers_that_change_translation)
{
	struct vtd_cfg cfg = { .cap = VTD_DEFAULT_CAP | VTD_CAP_PLMR, .ecap = VTD_DEFAULT_ECAP };

	rig_vtd_init(&r, &cfg);
	r.m.hw_ops.event = listen;
	n_seen = 0;
	rig_vtd_command(&r, VTD_GCMD_QIE, true);
	rig_vtd_write(&r, VTD_RTADDR, 0x10000, 8);
	rig_vtd_write(&r, VTD_FECTL, 0, 4);
	ck_assert_uint_eq(changes(), 0);
	rig_vtd_command(&r, VTD_GCMD_SRTP, true);
	ck_assert_uint_eq(changes(), 1);
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	ck_assert_uint_eq(changes(), 1);
	rig_vtd_command(&r, VTD_GCMD_TE, true); /* already */
	ck_assert_uint_eq(changes(), 0);
	rig_vtd_write(&r, VTD_PMEN, VTD_PMEN_EPM, 4);
	ck_assert_uint_eq(changes(), 1);
	rig_vtd_write(&r, VTD_PMEN, VTD_PMEN_EPM, 4);
	ck_assert_uint_eq(changes(), 0);
	rig_vtd_write(&r, VTD_PMEN, 0, 4);
	ck_assert_uint_eq(changes(), 1);
	rig_vtd_command(&r, VTD_GCMD_TE, false);
	ck_assert_uint_eq(changes(), 1);
	vtd_class.reset(&r.hw);
	ck_assert_uint_eq(changes(), 1);
	rig_vtd_exit(&r);
}

static bool concerns(u8 by, u8 stages, u32 vmid, u32 scope_pasid, u32 sid, u32 pasid)
{
	struct iommu_scope s = {
		.by = by, .stages = stages, .vmid = vmid, .pasid = scope_pasid, .sid_first = 0x0100, .sid_last = 0x01ff
	};

	return vtd_class.concerns(&r.hw, &s, sid, pasid);
}

TEST(whom_a_scope_concerns)
{
	struct xlat_result res;
	u32 pasid;

	start();
	/* Nothing translated: whatever could be, is. */
	ck_assert(concerns(SCOPE_VMID, BOTH, 99, 0, DEV1, 1));
	ck_assert(!concerns(SCOPE_SID, BOTH, 0, 0, DEV2, 1));
	ck_assert(!concerns(SCOPE_PASID, BOTH, 0, 2, DEV1, 1));
	/* PASIDs 1 to 3 fault on their empty tables; 0 is translated. Page requests find their entries. */
	for (pasid = 1; pasid <= 3; pasid++) {
		struct page_request pr = { .sid = DEV1, .pasid = pasid, .pasid_valid = true, .perm = PERM_R };

		vtd_class.page_request(&r.hw, &pr);
	}
	rig_vtd_access(&r, DEV1, 0x1000, 0, 0, &res);
	ck_assert(concerns(0, BOTH, 0, 0, DEV1, 1));
	ck_assert(concerns(SCOPE_VMID, BOTH, 20, 0, DEV1, 1));
	ck_assert(!concerns(SCOPE_VMID, BOTH, 10, 0, DEV1, 1));
	ck_assert(concerns(SCOPE_VMID, BOTH, 10, 0, DEV1, 2));
	/* Stages: first alone, second alone, nested both; pass-through goes with the second (table 23). */
	ck_assert(concerns(0, SCOPE_S1, 0, 0, DEV1, 1));
	ck_assert(!concerns(0, SCOPE_S2, 0, 0, DEV1, 1));
	ck_assert(!concerns(0, SCOPE_S1, 0, 0, DEV1, 2));
	ck_assert(concerns(0, SCOPE_S2, 0, 0, DEV1, 2));
	ck_assert(concerns(0, SCOPE_S1, 0, 0, DEV1, 3));
	ck_assert(concerns(0, SCOPE_S2, 0, 0, DEV1, 3));
	ck_assert(!concerns(0, SCOPE_S1, 0, 0, DEV1, IOMMU_NO_PASID));
	ck_assert(concerns(0, SCOPE_S2, 0, 0, DEV1, IOMMU_NO_PASID));
	/* Without PASID: RID_PASID's, here 0 and domain 1. */
	ck_assert(concerns(SCOPE_VMID | SCOPE_PASID, BOTH, 1, 0, DEV1, IOMMU_NO_PASID));
	ck_assert(!concerns(SCOPE_VMID | SCOPE_PASID, BOTH, 1, 1, DEV1, IOMMU_NO_PASID));
	ck_assert(!concerns(SCOPE_VMID, BOTH, 20, 0, DEV1, IOMMU_NO_PASID));
	/* The requester's own range, and one that was never translated. */
	ck_assert(concerns(SCOPE_SID, BOTH, 0, 0, DEV1, 1));
	ck_assert(concerns(SCOPE_VMID, BOTH, 99, 0, DEV2, 1));
	rig_vtd_exit(&r);
}

/* Legacy mode: domain of the context entry; requests have no PASID, translations are of the second stage. */
TEST(whom_a_scope_concerns_in_legacy_mode)
{
	struct xlat_result res;

	start();
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	rig_vtd_context(&r, DEV1, VTD_CE_P | 2 << 2, 2 | 5 << 8);
	ck_assert_int_eq(rig_vtd_access(&r, DEV1, 0x1000, 0, 0, &res), XLAT_OK);
	ck_assert(concerns(SCOPE_VMID, BOTH, 5, 0, DEV1, IOMMU_NO_PASID));
	ck_assert(!concerns(SCOPE_VMID, BOTH, 6, 0, DEV1, IOMMU_NO_PASID));
	ck_assert(!concerns(0, SCOPE_S1, 0, 0, DEV1, IOMMU_NO_PASID));
	ck_assert(!concerns(SCOPE_PASID, BOTH, 0, 0, DEV1, IOMMU_NO_PASID));
	rig_vtd_exit(&r);
}

/* ---- a holder that keeps translations ---- */

static bool kept; /* the translation of DEV1 */
static u32 kept_pasid;

static void hold(void *ctx, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_INVALIDATE || ev->kind == IOMMU_EV_CHANGED)
		kept &= !vtd_class.concerns(&r.hw, ev->scope, DEV1, kept_pasid);
}

static u64 second_stage(u64 page)
{
	u64 root = rig_vtd_page(&r);

	rig_vtd_poke(&r, rig_vtd_slot(&r, root, 3, 0x1000, 1, RIG_SS_LINK), page | 3);
	rig_vtd_poke(&r, rig_vtd_slot(&r, root, 3, 0x2000, 1, RIG_SS_LINK), page | 3);
	return root;
}

static void access(u32 sid, u64 iova, u32 pasid, u64 pa)
{
	struct xlat_result res;
	u16 flags = pasid == IOMMU_NO_PASID ? 0 : DMA_PASID;

	ck_assert_int_eq(rig_vtd_access(&r, sid, iova, flags, pasid, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, pa);
}

/*
 * A context entry moves from domain 1 to 2 in memory, is evicted and fetched
 * anew for another page. 6.5.3.3 has software invalidate by the domain from
 * before: the translation from then is meant, also one that was learnt again
 * from the IOTLB after the context-cache had been invalidated.
 */
TEST(context_entry_that_moved_to_another_domain)
{
	const struct vtd_cfg cfg = { .context = { .sets = 1, .ways = 1 } };
	u64 one, two;

	rig_vtd_init(&r, &cfg);
	rig_vtd_mode(&r, VTD_TTM_LEGACY);
	one = second_stage(0x50000);
	two = second_stage(0x60000);
	rig_vtd_context(&r, DEV1, one | 1, 1 | 1 << 8);
	rig_vtd_context(&r, DEV2, two | 1, 1 | 3 << 8);
	r.m.hw_ops.event = hold;
	kept_pasid = IOMMU_NO_PASID;
	access(DEV1, 0x1000, IOMMU_NO_PASID, 0x50000);
	kept = true;
	rig_vtd_context(&r, DEV1, two | 1, 1 | 2 << 8);
	access(DEV2, 0x1000, IOMMU_NO_PASID, 0x60000);
	access(DEV1, 0x2000, IOMMU_NO_PASID, 0x60000);
	rig_vtd_write(&r, VTD_CCMD, 1ULL << 63 | 2ULL << 61 | 1, 8);
	ck_assert(!kept);
	access(DEV1, 0x1000, IOMMU_NO_PASID, 0x50000); /* the IOTLB has it still */
	kept = true;
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 2ULL << 60 | 7ULL << 32, 8);
	ck_assert(kept); /* a domain it never was in */
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 2ULL << 60 | 1ULL << 32, 8);
	ck_assert(!kept);
	access(DEV1, 0x1000, IOMMU_NO_PASID, 0x60000);
	/* All translations are gone: from here on, domain 1 is no longer among those it was in. */
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 1ULL << 60, 8);
	access(DEV1, 0x1000, IOMMU_NO_PASID, 0x60000);
	kept = true;
	rig_vtd_write(&r, 0x508, 1ULL << 63 | 2ULL << 60 | 1ULL << 32, 8);
	ck_assert(kept);
	rig_vtd_exit(&r);
}

/* The same of a PASID-table entry, from domain 10 to 11, and of RID_PASID, from 2 to 4. */
TEST(pasid_entry_that_moved_to_another_domain)
{
	const struct vtd_cfg cfg = { .context = { .sets = 1, .ways = 1 }, .pasid = { .sets = 1, .ways = 1 } };
	const u64 table = VTD_PE_P | 2 << 6 | 1 << 2; /* second stage, 3 levels */
	u64 one, two;

	rig_vtd_init(&r, &cfg);
	rig_vtd_queue(&r, true);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV1, VTD_SCE_P | VTD_SCE_PASIDE, 2);
	one = second_stage(0x50000);
	two = second_stage(0x60000);
	rig_vtd_pasid(&r, DEV1, 2, table | one, 10, 0);
	rig_vtd_pasid(&r, DEV1, 4, table | two, 11, 0);
	r.m.hw_ops.event = hold;
	kept_pasid = 2;
	access(DEV1, 0x1000, 2, 0x50000);
	rig_vtd_pasid(&r, DEV1, 2, table | two, 11, 0);
	access(DEV1, 0x1000, 4, 0x60000);
	access(DEV1, 0x2000, 2, 0x60000);
	kept = true;
	submit(0x17 | 10 << 16 | 5ULL << 32, 0); /* another PASID */
	ck_assert(kept);
	submit(0x17 | 10 << 16 | 2ULL << 32, 0);
	ck_assert(!kept);
	kept = true;
	submit(0x07 | 10 << 16, 0); /* PASID-cache, domain 10 */
	ck_assert(!kept);
	kept = true;
	submit(0x26 | 10 << 16 | 2ULL << 32, 0); /* IOTLB, PASID 2 of domain 10 */
	ck_assert(!kept);
	/* Without PASID. */
	kept_pasid = IOMMU_NO_PASID;
	rig_vtd_pasid(&r, DEV1, 2, table | one, 10, 0);
	submit(0x37, 0);
	access(DEV1, 0x1000, IOMMU_NO_PASID, 0x50000);
	rig_vtd_poke(&r, (rig_vtd_peek(&r, r.root + (DEV1 >> 8) * 16) & ~0xfffULL) + (DEV1 & 0x7f) * 32 + 8, 4);
	submit(0x11, 0); /* context-cache */
	access(DEV1, 0x2000, IOMMU_NO_PASID, 0x60000);
	kept = true;
	submit(0x26 | 10 << 16 | 5ULL << 32, 0);
	ck_assert(kept);
	submit(0x26 | 10 << 16 | 2ULL << 32, 0);
	ck_assert(!kept);
	rig_vtd_exit(&r);
}

static u32 asked;

static void ask(void *ctx, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_INVALIDATE)
		asked += vtd_class.concerns(&r.hw, ev->scope, DEV1, 1);
}

/* Rule 1 of the contract: the one call that is allowed from within a callback. */
TEST(concerns_from_within_an_event)
{
	start();
	r.m.hw_ops.event = ask;
	submit(0x12, 0);
	ck_assert_uint_eq(asked, 3);
	submit(0x31 | (u64)DEV2 << 32, 0);
	ck_assert_uint_eq(asked, 3);
	rig_vtd_exit(&r);
}

SUITE("vtd_events")
