// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What an invalidation, a command and a change of a register say of themselves,
 * and whom they concern. Scopes are written out from 4.3 and 4.4.
 */
#include "suite.h"
#include "v3_fixture.h"

#define VA	0x12345000ULL
#define AR	(FX_CD_A | FX_CD_R)
#define EVERY	0xffffffffU
#define NONE	IOMMU_NO_PASID
#define ASID(n) ((u64)(n) << 48)
#define VMID(n) ((u64)(n) << 32)
#define SIDN(n) ((u64)(n) << 32)

static struct v3_fixture f;
static struct pt_build s1[4], s2[4];

static struct iommu_scope scopes[16];
static u8 units[16];
static u32 n_scopes, n_changed;
static u64 words[2];

static void note(void *ctx, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_INVALIDATE) {
		units[n_scopes % 16] = ev->unit;
		scopes[n_scopes++ % 16] = *ev->scope;
	}
	if (ev->kind == IOMMU_EV_COMMAND)
		memcpy(words, ev->words, sizeof(words));
	if (ev->kind == IOMMU_EV_CHANGED) {
		n_changed++;
		ck_assert_uint_eq(ev->scope->by, 0);
		ck_assert_uint_eq(ev->scope->stages, SCOPE_S1 | SCOPE_S2);
		ck_assert_uint_eq(ev->scope->regime, 0);
	}
}

static void start_with(u32 idr0, u32 cr2)
{
	struct smmuv3_cfg cfg = { .idr = { idr0 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	f.m.hw_ops.event = note;
	n_scopes = n_changed = 0;
	fx_w32(&f, SMMUV3_CR2, cr2);
	fx_enable(&f, 0x1f);
}

static void start(void)
{
	start_with(0, 0);
}

static void same_scope(const struct iommu_scope *a, const struct iommu_scope *b, u64 w0)
{
	ck_assert_msg(a->by == b->by && a->stages == b->stages && a->global == b->global && a->regime == b->regime,
		      "command 0x%llx: by 0x%x, stages %u, global %u, regime %u", w0, a->by, a->stages, a->global,
		      a->regime);
	ck_assert_msg(a->sid_first == b->sid_first && a->sid_last == b->sid_last && a->pasid == b->pasid,
		      "command 0x%llx: StreamID 0x%x..0x%x, PASID 0x%x", w0, a->sid_first, a->sid_last, a->pasid);
	ck_assert_msg(a->asid == b->asid && a->vmid == b->vmid && a->vmid_mask == b->vmid_mask,
		      "command 0x%llx: ASID 0x%x, VMID 0x%x, mask 0x%x", w0, a->asid, a->vmid, a->vmid_mask);
	ck_assert_msg(a->first == b->first && a->last == b->last, "command 0x%llx: 0x%llx..0x%llx", w0, a->first,
		      a->last);
}

/* A command, its scope, and how many caches it goes to. */
struct expected {
	u64 w0, w1;
	struct iommu_scope scope;
	u32 caches;
};

#define S12 (SCOPE_S1 | SCOPE_S2)

static void check(const struct expected *e)
{
	u32 i;

	n_scopes = 0;
	fx_cmd(&f, e->w0, e->w1);
	ck_assert_msg(n_scopes == e->caches, "command 0x%llx: %u caches", e->w0, n_scopes);
	ck_assert_uint_eq(words[0], e->w0);
	ck_assert_uint_eq(words[1], e->w1);
	for (i = 0; i < n_scopes; i++)
		same_scope(&scopes[i], &e->scope, e->w0);
}

TEST(test_scope_of_configuration)
{
	static const struct expected e[] = {
		/* CFGI_STE: the STE, and the CDs it leads to */
		{ SIDN(5) | 0x03, 1, { SCOPE_SID, S12, true, .sid_first = 5, .sid_last = 5 }, 2 },
		/* CFGI_STE_RANGE, Range 4: 32 StreamIDs, aligned */
		{ SIDN(37) | 0x04, 4, { SCOPE_SID, S12, true, .sid_first = 32, .sid_last = 63 }, 2 },
		/* CFGI_ALL */
		{ 0x04, 31, { SCOPE_SID, S12, true, .sid_first = 0, .sid_last = EVERY }, 2 },
		/* CFGI_CD of SubstreamID 0x123 */
		{ SIDN(5) | 0x123 << 12 | 0x05,
		  1,
		  { SCOPE_SID | SCOPE_PASID, SCOPE_S1, true, .sid_first = 5, .sid_last = 5, .pasid = 0x123 },
		  1 },
		{ SIDN(5) | 0x06, 0, { SCOPE_SID, SCOPE_S1, true, .sid_first = 5, .sid_last = 5 }, 1 },
	};
	u32 i;

	start();
	for (i = 0; i < ARRAY_SIZE(e); i++)
		check(&e[i]);
}

TEST(test_scope_of_translations)
{
	static const struct expected e[] = {
		{ VMID(7) | 0x10, 0, { SCOPE_VMID, SCOPE_S1, true, 1, .vmid = 7 }, 2 },
		{ ASID(9) | VMID(7) | 0x11,
		  0,
		  { SCOPE_VMID | SCOPE_ASID, SCOPE_S1, false, 1, .asid = 9, .vmid = 7 },
		  2 },
		{ ASID(9) | VMID(7) | 0x12,
		  VA,
		  { SCOPE_VMID | SCOPE_ASID | SCOPE_ADDR, SCOPE_S1, true, 1, .asid = 9, .vmid = 7, .first = VA,
		    .last = VA + 0xfff },
		  2 },
		{ VMID(7) | 0x13,
		  VA | 1,
		  { SCOPE_VMID | SCOPE_ADDR | SCOPE_LEAF, SCOPE_S1, true, 1, .vmid = 7, .first = VA,
		    .last = VA + 0xfff },
		  1 },
		/* range: TG 1 (4 KiB), SCALE 1, NUM 3: (3 + 1) * 2 pages */
		{ VMID(7) | 1 << 20 | 3 << 12 | 0x13,
		  VA | 1 << 10,
		  { SCOPE_VMID | SCOPE_ADDR, SCOPE_S1, true, 1, .vmid = 7, .first = VA, .last = VA + 0x7fff },
		  2 },
		/* a high address, with the sign that TBI may have dropped */
		{ 0x13,
		  0x00ffffff12345000ULL | 1,
		  { SCOPE_VMID | SCOPE_ADDR | SCOPE_LEAF, SCOPE_S1, true, 1, .first = 0xffffffff12345000ULL,
		    .last = 0xffffffff12345fffULL },
		  1 },
		{ VMID(7) | 0x28, 0, { SCOPE_VMID, S12, true, 1, .vmid = 7 }, 3 },
		{ VMID(7) | 0x2a,
		  0x5000,
		  { SCOPE_VMID | SCOPE_ADDR, SCOPE_S2, true, 1, .vmid = 7, .first = 0x5000, .last = 0x5fff },
		  2 },
		{ 0x30, 0, { .stages = S12, .global = true, .regime = 1 }, 3 },
		{ 0x20, 0, { .stages = SCOPE_S1, .global = true, .regime = 2 }, 2 },
		{ ASID(9) | 0x22,
		  VA | 1,
		  { SCOPE_ADDR | SCOPE_LEAF, SCOPE_S1, true, 2, .first = VA, .last = VA + 0xfff },
		  1 },
	};
	u32 i;

	start();
	for (i = 0; i < ARRAY_SIZE(e); i++)
		check(&e[i]);
	ck_assert_uint_eq(units[0], UNIT_TLB);
}

/* EL2 with E2H has ASIDs (CR2.E2H). */
TEST(test_scope_of_el2_e2h)
{
	static const struct expected e[] = {
		{ 0x20, 0, { .stages = SCOPE_S1, .global = true, .regime = 3 }, 2 },
		{ ASID(9) | 0x21, 0, { SCOPE_ASID, SCOPE_S1, false, 3, .asid = 9 }, 2 },
		{ ASID(9) | 0x22,
		  VA,
		  { SCOPE_ASID | SCOPE_ADDR, SCOPE_S1, true, 3, .asid = 9, .first = VA, .last = VA + 0xfff },
		  2 },
	};
	u32 i;

	start_with(0, 1);
	for (i = 0; i < ARRAY_SIZE(e); i++)
		check(&e[i]);
}

/* CR0.VMW: low bits of the VMID that do not count. */
TEST(test_scope_with_vmid_wildcard)
{
	static const struct expected e = {
		VMID(0x17) | 0x28, 0, { SCOPE_VMID, S12, true, 1, .vmid = 0x17, .vmid_mask = 7 }, 3
	};

	start_with(0x08cf769b, 0);
	fx_w32(&f, SMMUV3_CR0, 0x1f | 3 << 6);
	check(&e);
}

/* Once a tag byte has been dropped, an address does not say which of its many names are meant. */
TEST(test_no_address_with_tags)
{
	struct xlat_result r;

	start();
	fx_s1_stream(&f, 1, AR | 1ULL << 38, &s1[0]); /* TBI0 */
	fx_map(&s1[0], VA, 0x7000, 0x1000, FX_RW);
	ck_assert_int_eq(fx_xlat(&f, 1, VA, 0, &r), XLAT_OK);
	fx_cmd(&f, ASID(1) | 0x12, VA);
	ck_assert_uint_eq(scopes[0].by, SCOPE_VMID | SCOPE_ASID | SCOPE_ADDR);
	ck_assert_int_eq(fx_xlat(&f, 1, 0x5aULL << 56 | VA, 0, &r), XLAT_OK);
	n_scopes = 0;
	fx_cmd(&f, ASID(1) | 0x12, VA);
	ck_assert_uint_eq(scopes[0].by, SCOPE_VMID | SCOPE_ASID);
	n_scopes = 0;
	fx_cmd(&f, 0x2a, 0x5000); /* an IPA has no tag */
	ck_assert_uint_eq(scopes[0].by, SCOPE_VMID | SCOPE_ADDR);
}

TEST(test_changed)
{
	static const struct {
		u32 offset, value, events;
	} w[] = {
		{ 0x20, 0x1e, 1 },				  /* SMMUEN */
		{ 0x20, 0x0e, 1 },				  /* ATSCHK */
		{ 0x20, 0x0c, 0 },				  /* PRIQEN */
		{ 0x20, 0x4c, 1 },				  /* VMW */
		{ 0x44, 0x00100000, 0 },			  /* GBPA without Update */
		{ 0x44, 0x80100000, 1 },			  /* ABORT */
		{ 0x44, 0x80100000, 0 },			  /* the same again */
		{ 0x2c, 0x3, 1 },				  /* E2H */
		{ 0x2c, 0x3, 0 },	 { 0x80, 0x12345680, 1 }, /* STRTAB_BASE, either half */
		{ 0x84, 1, 1 },		 { 0x84, 1, 0 },	  { 0x88, 7, 1 }, { 0x28, 0, 0 }, { 0x98, 0, 0 },
	};
	u32 i;

	start_with(0x08cf769b, 0);
	for (i = 0; i < ARRAY_SIZE(w); i++) {
		n_changed = 0;
		fx_w32(&f, w[i].offset, w[i].value);
		ck_assert_msg(n_changed == w[i].events, "write %u: %u events", i, n_changed);
	}
	n_changed = 0;
	smmuv3_class.reset(&f.smmu);
	ck_assert_uint_eq(n_changed, 1);
}

/* Streams: 1 stage 1, ASID 1; 2 nested, ASID 2, VMID 2; 3 stage 2 alone, VMID 3; 4 EL2; 5 bypass; 6 not cached. */
static void six_streams(void)
{
	struct xlat_result r;
	u32 sid;

	start();
	fx_s1_stream(&f, 1, AR, &s1[0]);
	fx_map(&s1[0], VA, 0x7000, 0x1000, FX_RW);
	fx_nested_stream(&f, 2, AR, FX_STE2_S2R, &s1[1], &s2[1]);
	fx_map(&s1[1], VA, 0x7000, 0x1000, FX_RW);
	fx_map(&s2[1], 0x7000, 0x8000, 0x1000, FX_RW);
	fx_table(&f, &s2[2], true);
	fx_map(&s2[2], VA, 0x9000, 0x1000, FX_RW);
	fx_ste(&f, 3, FX_STE_S2, 0, FX_STE2_S2 | 3, s2[2].root);
	fx_s1_stream(&f, 4, AR, &s1[3]);
	fx_map(&s1[3], VA, 0x7000, 0x1000, FX_RW);
	fx_ste(&f, 4, FX_STE_S1 | (FX_CDTAB + 4 * 64), 2ULL << 30, 0, 0);
	fx_ste(&f, 5, 9, 0, 0, 0);
	for (sid = 1; sid <= 5; sid++)
		ck_assert_int_eq(fx_xlat(&f, sid, VA, 0, &r), XLAT_OK);
}

/* Bit n: the invalidation concerns stream n (without SubstreamID). */
static u32 concerned(u64 w0, u64 w1)
{
	u32 sid, mask = 0;

	n_scopes = 0;
	fx_cmd(&f, w0, w1);
	for (sid = 1; sid <= 6; sid++)
		if (smmuv3_class.concerns(&f.smmu, &scopes[0], sid, NONE))
			mask |= BIT(sid);
	return mask;
}

TEST(test_concerns)
{
	static const struct iommu_scope everything = { .stages = S12 };
	u64 hits, misses;
	u32 sid;

	six_streams();
	hits = f.smmu.eng.cache[UNIT_CONFIG_CACHE].hits + f.smmu.eng.cache[UNIT_CD_CACHE].hits;
	misses = f.smmu.eng.cache[UNIT_CONFIG_CACHE].misses + f.smmu.eng.cache[UNIT_CD_CACHE].misses;
	ck_assert_uint_eq(concerned(0x10, 0), BIT(1) | BIT(6));		  /* NH_ALL, VMID 0 */
	ck_assert_uint_eq(concerned(VMID(2) | 0x10, 0), BIT(2) | BIT(6)); /* VMID 2 */
	ck_assert_uint_eq(concerned(VMID(3) | 0x10, 0), BIT(6));	  /* no stage 1 there */
	ck_assert_uint_eq(concerned(ASID(1) | 0x11, 0), BIT(1) | BIT(6));
	ck_assert_uint_eq(concerned(ASID(2) | 0x11, 0), BIT(6));
	ck_assert_uint_eq(concerned(ASID(9) | 0x12, VA), BIT(1) | BIT(6)); /* global entries, too */
	ck_assert_uint_eq(concerned(VMID(2) | 0x28, 0), BIT(2) | BIT(6));
	ck_assert_uint_eq(concerned(VMID(3) | 0x28, 0), BIT(3) | BIT(6));
	ck_assert_uint_eq(concerned(0x28, 0), BIT(1) | BIT(6));
	ck_assert_uint_eq(concerned(VMID(2) | 0x2a, 0), BIT(2) | BIT(6));
	ck_assert_uint_eq(concerned(0x2a, 0), BIT(6));				  /* no stage 2 with VMID 0 */
	ck_assert_uint_eq(concerned(0x30, 0), BIT(1) | BIT(2) | BIT(3) | BIT(6)); /* NSNH_ALL */
	ck_assert_uint_eq(concerned(0x20, 0), BIT(4) | BIT(6));			  /* EL2_ALL */
	/* nothing was counted for the questions */
	ck_assert_uint_eq(f.smmu.eng.cache[UNIT_CONFIG_CACHE].hits + f.smmu.eng.cache[UNIT_CD_CACHE].hits, hits);
	ck_assert_uint_eq(f.smmu.eng.cache[UNIT_CONFIG_CACHE].misses + f.smmu.eng.cache[UNIT_CD_CACHE].misses, misses);
	/* a register: all of them */
	for (sid = 1; sid <= 6; sid++)
		ck_assert(smmuv3_class.concerns(&f.smmu, &everything, sid, NONE));
	/* configuration: by StreamID, cached or not */
	ck_assert_uint_eq(concerned(SIDN(5) | 0x03, 1), BIT(5));
	ck_assert_uint_eq(concerned(SIDN(6) | 0x06, 1), BIT(6));
	ck_assert_uint_eq(concerned(SIDN(2) | 0x04, 0), BIT(2) | BIT(3));
	ck_assert_uint_eq(concerned(0x04, 31), BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6));
	/* then nothing is cached, and the answer is yes */
	ck_assert_uint_eq(concerned(VMID(77) | 0x10, 0), BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6));
}

/* CFGI_CD names a SubstreamID; CD 0 serves those without, too (5.2 S1DSS). */
TEST(test_concerns_substreams)
{
	start();
	fx_cmd(&f, SIDN(1) | 5 << 12 | 0x05, 1);
	ck_assert(smmuv3_class.concerns(&f.smmu, &scopes[0], 1, 5));
	ck_assert(!smmuv3_class.concerns(&f.smmu, &scopes[0], 1, 0));
	ck_assert(!smmuv3_class.concerns(&f.smmu, &scopes[0], 1, NONE));
	ck_assert(!smmuv3_class.concerns(&f.smmu, &scopes[0], 2, 5));
	n_scopes = 0;
	fx_cmd(&f, SIDN(1) | 0x05, 1);
	ck_assert(smmuv3_class.concerns(&f.smmu, &scopes[0], 1, 0));
	ck_assert(smmuv3_class.concerns(&f.smmu, &scopes[0], 1, NONE));
	ck_assert(!smmuv3_class.concerns(&f.smmu, &scopes[0], 1, 5));
}

static u32 asked;

static void ask_within(void *ctx, const struct iommu_event *ev)
{
	if (ev->kind == IOMMU_EV_INVALIDATE)
		asked += smmuv3_class.concerns(&f.smmu, ev->scope, 1, NONE);
}

/* The one call that a callback may make. */
TEST(test_concerns_from_within_the_event)
{
	six_streams();
	f.m.hw_ops.event = ask_within;
	fx_cmd(&f, ASID(1) | 0x11, 0); /* TLB and walk cache */
	ck_assert_uint_eq(asked, 2);
	fx_cmd(&f, VMID(2) | 0x10, 0);
	ck_assert_uint_eq(asked, 2);
}

SUITE("smmuv3 scopes")
