// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The SMMUv3 engine: hit, walk through four levels with and without walk cache, nested walk, a fault. */
#include "bench.h"
#include "machine.h"
#include "pt_build.h"
#include "smmuv3.h"

#define PAGES  64U
#define TABLES 0x80000000ULL
#define STRTAB 0x70000000ULL
#define CDTAB  0x80080000ULL /* among the tables: stage 2 maps it */
#define EVENTQ 0x71000000ULL
#define IOVA   0x7f1200000000ULL
#define DATA   0x100000000ULL

enum { SID_S1 = 1, SID_NESTED = 2, SID_EMPTY = 3 };

struct rig {
	struct machine m;
	struct machine_board board;
	struct smmuv3 smmu;
	struct physmem mem;
};

static volatile u64 sink;

static u64 build(struct rig *g, enum pt_format format, u8 in_bits, u64 iova)
{
	struct pt_build_cfg cfg = {
		.format = format, .granule = 12, .in_bits = in_bits, .out_bits = 46, .page_sizes = 4096
	};
	u32 prot = DRV_PROT_READ | DRV_PROT_WRITE;
	struct pt_build t;

	if (pt_build_init(&t, &cfg, &g->m.drv_ops, g) || pt_map(&t, iova, DATA, PAGES * 4096, prot))
		exit(2);
	if (format == PT_VMSA64_S2 && pt_map(&t, TABLES, TABLES, 0x100000, prot))
		exit(2);
	return t.root;
}

static void put(struct rig *g, u64 pa, u64 value)
{
	u8 b[8];

	fl_put_le64(b, value);
	physmem_write(&g->mem, pa, b, 8);
}

static void put_ste(struct rig *g, u32 sid, u64 config, u64 s2ttb)
{
	u64 pa = STRTAB + sid * SMMUV3_STE_BYTES;

	put(g, pa, SMMUV3_STE_0_V | FIELD_PREP(SMMUV3_STE_0_CONFIG, config) | (CDTAB + sid * SMMUV3_CD_BYTES));
	put(g, pa + 8, 0);
	put(g, pa + 16,
	    SMMUV3_STE_2_S2AA64 | SMMUV3_STE_2_S2R | FIELD_PREP(SMMUV3_STE_2_S2VMID, (u64)sid) |
		    FIELD_PREP(SMMUV3_STE_2_S2T0SZ, 64ULL - 46) | FIELD_PREP(SMMUV3_STE_2_S2SL0, 2ULL) |
		    FIELD_PREP(SMMUV3_STE_2_S2PS, 5ULL));
	put(g, pa + 24, s2ttb);
}

static void put_cd(struct rig *g, u32 sid, u64 ttb)
{
	u64 pa = CDTAB + sid * SMMUV3_CD_BYTES;

	put(g, pa,
	    SMMUV3_CD_0_V | SMMUV3_CD_0_AA64 | SMMUV3_CD_0_A | SMMUV3_CD_0_R | SMMUV3_CD_0_EPD1 |
		    FIELD_PREP(SMMUV3_CD_0_T0SZ, 16ULL) | FIELD_PREP(SMMUV3_CD_0_IPS, 5ULL) |
		    FIELD_PREP(SMMUV3_CD_0_ASID, (u64)sid));
	put(g, pa + 8, ttb);
}

static struct rig *rig(const struct smmuv3_cfg *cfg)
{
	struct rig *g = calloc(1, sizeof(*g));
	u64 s1, s2;

	physmem_init(&g->mem, 1ULL << 46);
	machine_board_init(&g->board, &g->mem, TABLES, 0x100000);
	machine_init(&g->m, &g->board, &smmuv3_class);
	if (smmuv3_init(&g->smmu, cfg, &g->m.hw_ops, g))
		exit(2);
	s1 = build(g, PT_VMSA64_S1, 48, IOVA);
	s2 = build(g, PT_VMSA64_S2, 46, DATA);
	put_ste(g, SID_S1, SMMUV3_STE_CONFIG_S1, 0);
	put_ste(g, SID_NESTED, SMMUV3_STE_CONFIG_NESTED, s2);
	put_ste(g, SID_EMPTY, SMMUV3_STE_CONFIG_S1, 0);
	put_cd(g, SID_S1, s1);
	put_cd(g, SID_NESTED, s1);
	put_cd(g, SID_EMPTY, 0x90000000);
	smmuv3_class.mmio_write(&g->smmu, SMMUV3_STRTAB_BASE, STRTAB, 8);
	smmuv3_class.mmio_write(&g->smmu, SMMUV3_STRTAB_BASE_CFG, 4, 4);
	smmuv3_class.mmio_write(&g->smmu, SMMUV3_EVENTQ_BASE, EVENTQ | 10, 8);
	smmuv3_class.mmio_write(&g->smmu, SMMUV3_CR0, SMMUV3_CR0_EVENTQEN, 4);
	smmuv3_class.mmio_write(&g->smmu, SMMUV3_CR0, SMMUV3_CR0_EVENTQEN | SMMUV3_CR0_SMMUEN, 4);
	return g;
}

static void translate(struct rig *g, u32 sid, unsigned long n, enum xlat want)
{
	struct dma_txn t = { .sid = sid, .len = 64 };
	struct xlat_result r;
	unsigned long i;

	for (i = 0; i < n; i++) {
		t.iova = IOVA + (i % PAGES << 12);
		t.id = i;
		if (smmuv3_class.translate(&g->smmu, &t, &r) != want)
			exit(3);
		sink += r.pa;
	}
}

static void *setup(void)
{
	struct rig *g = rig(&(struct smmuv3_cfg){ 0 });

	translate(g, SID_S1, PAGES, XLAT_OK);
	return g;
}

/* Without TLB every access walks; the configuration stays cached. */
static void *setup_no_tlb(void)
{
	return rig(&(struct smmuv3_cfg){ .tlb = { 0, 1 } });
}

static void *setup_no_walk_cache(void)
{
	return rig(&(struct smmuv3_cfg){ .tlb = { 0, 1 }, .walk_cache = { 0, 1 }, .walk_cache_s2 = { 0, 1 } });
}

static void hit(void *state, unsigned long n)
{
	translate(state, SID_S1, n, XLAT_OK);
}

/* What no lookup can beat: the TLB's own array, read in turn. */
static void bare(void *state, unsigned long n)
{
	const struct tcache *c = &((struct rig *)state)->smmu.eng.cache[UNIT_TLB];
	u64 sum = 0;
	unsigned long i;

	for (i = 0; i < n; i++)
		sum += c->entries[(i * 4) & 2047].data[0] + c->signs[(i * 4) & 2047];
	sink = sum;
}

static void hit_one_page(void *state, unsigned long n)
{
	struct rig *g = state;
	struct dma_txn t = { .iova = IOVA, .sid = SID_S1, .len = 64 };
	struct xlat_result r;
	unsigned long i;

	for (i = 0; i < n; i++) {
		t.iova ^= 64;
		smmuv3_class.lookup(&g->smmu, &t, &r);
		sink += r.pa;
	}
}

static void walk(void *state, unsigned long n)
{
	translate(state, SID_S1, n, XLAT_OK);
}

static void nested(void *state, unsigned long n)
{
	translate(state, SID_NESTED, n, XLAT_OK);
}

static void fault(void *state, unsigned long n)
{
	struct rig *g = state;
	unsigned long i;

	for (i = 0; i < n; i += PAGES) {
		translate(g, SID_EMPTY, PAGES, XLAT_ABORT);
		smmuv3_class.mmio_write(&g->smmu, SMMUV3_EVENTQ_CONS,
					smmuv3_class.mmio_read(&g->smmu, SMMUV3_EVENTQ_PROD, 4), 4);
	}
}

BENCH_MAIN({ "smmuv3.bare_loop", setup, bare, 0, 20000000, "a loop over the TLB's array, nothing looked up" },
	   { "smmuv3.hit", setup, hit, 10, 20000000, "64 pages in turn" },
	   { "smmuv3.hit_same_page", setup, hit_one_page, 10, 20000000, "" },
	   { "smmuv3.walk4", setup_no_walk_cache, walk, 60, 5000000, "four levels read" },
	   { "smmuv3.walk4_cached", setup_no_tlb, walk, 60, 5000000, "last level read, the rest from the walk cache" },
	   { "smmuv3.nested", setup_no_walk_cache, nested, 200, 2000000, "24 descriptors read" },
	   { "smmuv3.nested_cached", setup_no_tlb, nested, 200, 2000000, "walk caches of both stages" },
	   { "smmuv3.fault_record", setup, fault, 0, 2000000, "translation fault, record written" })
