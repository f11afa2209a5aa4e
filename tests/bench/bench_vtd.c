// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The VT-d engine: hit, walk through four levels with and without walk cache, nested walk, a fault, a page request. */
#include "bench.h"
#include "machine.h"
#include "pt_build.h"
#include "vtd.h"

#define PAGES  64U
#define TABLES 0x80000000ULL
#define ROOT   0x70000000ULL
#define PRQ    0x71000000ULL
#define IOVA   0x1f1200000000ULL
#define DATA   0x100000000ULL
#define SID    0x0108U

enum { PASID_FS = 1, PASID_SS, PASID_NESTED, PASID_EMPTY };

struct rig {
	struct machine m;
	struct machine_board board;
	struct vtd hw;
	struct physmem mem;
};

static volatile u64 sink;

static u64 build(struct rig *g, enum pt_format format, u64 iova)
{
	struct pt_build_cfg cfg = { .format = format, .in_bits = 48, .out_bits = 46, .page_sizes = 4096 };
	u32 prot = DRV_PROT_READ | DRV_PROT_WRITE;
	struct pt_build t;

	if (pt_build_init(&t, &cfg, &g->m.drv_ops, g) || pt_map(&t, iova, DATA, PAGES * 4096, prot))
		exit(2);
	/* The guest's first-stage tables, and its pages, through the second stage. */
	if (format == PT_VTD_SS &&
	    (pt_map(&t, TABLES, TABLES, 0x100000, prot) || pt_map(&t, DATA, DATA, PAGES * 4096, prot)))
		exit(2);
	return t.root;
}

static void put(struct rig *g, u64 pa, u64 value)
{
	u8 b[8];

	fl_put_le64(b, value);
	physmem_write(&g->mem, pa, b, 8);
}

static void put_pasid(struct rig *g, u32 pasid, u64 pgtt, u64 fs, u64 ss)
{
	u64 pa = ROOT + 0x3000 + pasid * 64;

	put(g, pa, VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, pgtt) | FIELD_PREP(VTD_PE_AW, 2ULL) | ss);
	put(g, pa + 8, VTD_PE1_PWSNP | (pasid + 10));
	put(g, pa + 16, fs);
}

static struct rig *rig(const struct vtd_cfg *cfg)
{
	struct rig *g = calloc(1, sizeof(*g));
	u64 fs, ss;

	physmem_init(&g->mem, 1ULL << 46);
	machine_board_init(&g->board, &g->mem, TABLES, 0x100000);
	machine_init(&g->m, &g->board, &vtd_class);
	if (vtd_init(&g->hw, cfg, &g->m.hw_ops, g))
		exit(2);
	fs = build(g, PT_VTD_FS, IOVA);
	ss = build(g, PT_VTD_SS, IOVA);
	put(g, ROOT + (SID >> 8) * 16, (ROOT + 0x1000) | 1);
	put(g, ROOT + 0x1000 + (SID & 0x7f) * 32,
	    (ROOT + 0x2000) | VTD_SCE_P | VTD_SCE_PASIDE | VTD_SCE_DTE | VTD_SCE_PRE);
	put(g, ROOT + 0x2000, (ROOT + 0x3000) | 1);
	put_pasid(g, PASID_FS, VTD_PGTT_FIRST, fs, 0);
	put_pasid(g, PASID_SS, VTD_PGTT_SECOND, 0, ss);
	put_pasid(g, PASID_NESTED, VTD_PGTT_NESTED, fs, ss);
	put_pasid(g, PASID_EMPTY, VTD_PGTT_FIRST, 0x90000000, 0);
	vtd_class.mmio_write(&g->hw, VTD_PQA, PRQ | 7, 8);
	vtd_class.mmio_write(&g->hw, VTD_RTADDR, ROOT | FIELD_PREP(VTD_RTADDR_TTM, (u64)VTD_TTM_SCALABLE), 8);
	vtd_class.mmio_write(&g->hw, VTD_GCMD, VTD_GCMD_SRTP, 4);
	vtd_class.mmio_write(&g->hw, VTD_GCMD, VTD_GCMD_TE, 4);
	return g;
}

static void *with_caches(void)
{
	return rig(NULL);
}

/* Configuration caches alone: every access walks all levels. */
static void *without_tlb(void)
{
	struct vtd_cfg cfg = { .iotlb.ways = 1, .first.ways = 1, .second.ways = 1 };

	return rig(&cfg);
}

static void *without_iotlb(void)
{
	struct vtd_cfg cfg = { .iotlb.ways = 1 };

	return rig(&cfg);
}

static void accesses(struct rig *g, unsigned long n, u32 pasid)
{
	struct dma_txn t = { .sid = SID, .pasid = pasid, .len = 64, .flags = DMA_PASID };
	struct xlat_result r = { 0 };
	unsigned long i;
	u64 sum = 0;

	for (i = 0; i < n; i++) {
		t.iova = IOVA + (i % PAGES) * 4096 + (i & 0x3f) * 64;
		if (vtd_class.translate(&g->hw, &t, &r) != XLAT_OK)
			exit(3);
		sum += r.pa;
	}
	sink = sum;
}

static void first_stage(void *state, unsigned long n)
{
	accesses(state, n, PASID_FS);
}

static void second_stage(void *state, unsigned long n)
{
	accesses(state, n, PASID_SS);
}

static void nested(void *state, unsigned long n)
{
	accesses(state, n, PASID_NESTED);
}

static void fault(void *state, unsigned long n)
{
	struct rig *g = state;
	struct dma_txn t = { .sid = SID, .pasid = PASID_EMPTY, .len = 64, .flags = DMA_PASID, .iova = IOVA };
	u64 at = FIELD_GET(VTD_CAP_FRO, VTD_DEFAULT_CAP) * 16 + 8;
	struct xlat_result r;
	unsigned long i;

	for (i = 0; i < n; i++) {
		if (vtd_class.translate(&g->hw, &t, &r) != XLAT_ABORT)
			exit(3);
		vtd_class.mmio_write(&g->hw, at + i % 8 * 16, VTD_FRCD_F, 8);
	}
}

static void page_request(void *state, unsigned long n)
{
	struct rig *g = state;
	struct page_request pr = {
		.sid = SID, .pasid = PASID_EMPTY, .pasid_valid = true, .addr = IOVA, .perm = PERM_R
	};
	unsigned long i;

	for (i = 0; i < n; i++) {
		vtd_class.page_request(&g->hw, &pr);
		vtd_class.mmio_write(&g->hw, VTD_PQH, vtd_class.mmio_read(&g->hw, VTD_PQT, 8), 8);
	}
}

BENCH_MAIN({ "vtd.hit", with_caches, first_stage, 10, 0, "IOTLB" },
	   { "vtd.walk4", without_tlb, first_stage, 60, 0, "first stage, no walk cache" },
	   { "vtd.walk4.second", without_tlb, second_stage, 60, 0, "second stage, no walk cache" },
	   { "vtd.walk1", without_iotlb, first_stage, 0, 0, "first stage, paging-structure cache" },
	   { "vtd.nested", without_tlb, nested, 200, 200000, "4 levels over 4, no walk cache: 24 table reads" },
	   { "vtd.nested.cached", without_iotlb, nested, 0, 200000, "4 levels over 4, paging-structure caches" },
	   { "vtd.fault", with_caches, fault, 0, 200000, "walk, record, driver's clear" },
	   { "vtd.page_request", with_caches, page_request, 0, 200000, "with implicit invalidation and PQH" })
