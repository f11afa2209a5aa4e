// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page-table walks over sparse memory, without any walk cache: single and nested. */
#include "bench.h"
#include "physmem.h"
#include "pt_build.h"
#include "pt_vmsa64.h"
#include "pt_vtd.h"

#define PAGES  64U
#define TABLES 0x80000000ULL
#define IOVA   0x7f1200000000ULL
#define DATA   0x100000000ULL

static struct {
	struct physmem mem;
	u64 next; /* bump allocator */
	bool ready;
	struct iommu_walk walk;
	struct vmsa64_stage s1, s2;
	struct vtd_stage fs, ss;
} b;

static volatile u64 sink;

static int bench_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	b.next = (b.next + align - 1) & ~(align - 1);
	*pa = b.next;
	b.next += bytes;
	return 0;
}

static void bench_free(void *ctx, u64 pa, u64 bytes)
{
}

static int bench_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return physmem_read(&b.mem, pa, buf, len);
}

static int bench_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	return physmem_write(&b.mem, pa, buf, len);
}

static const struct drv_ops drv_ops = {
	.mem_alloc = bench_alloc, .mem_free = bench_free, .mem_read = bench_read, .mem_write = bench_write
};
static const struct iommu_ops hw_ops = { .mem_read = bench_read };
static const struct pt_env env = { .ops = &hw_ops, .walk = &b.walk };

static u64 build(enum pt_format format, u8 in_bits, u64 iova)
{
	struct pt_build_cfg cfg = {
		.format = format, .granule = 12, .in_bits = in_bits, .out_bits = 46, .page_sizes = 4096
	};
	u32 prot = DRV_PROT_READ | DRV_PROT_WRITE;
	struct pt_build t;

	if (pt_build_init(&t, &cfg, &drv_ops, NULL) || pt_map(&t, iova, DATA, PAGES * 4096, prot))
		exit(2);
	/* What tables lie in, for stage 2 */
	if (iova == DATA && pt_map(&t, TABLES, TABLES, 0x100000, prot))
		exit(2);
	return t.root;
}

static void *setup(void)
{
	if (b.ready)
		return NULL;
	b.ready = true;
	physmem_init(&b.mem, 1ULL << 46);
	b.next = TABLES;
	vmsa64_s1_init(&b.s1, 12, 48, build(PT_VMSA64_S1, 48, IOVA), 46, 0);
	vmsa64_s2_init(&b.s2, 12, 46, 2, build(PT_VMSA64_S2, 46, DATA), 46, 0);
	b.fs = (struct vtd_stage){ .table = build(PT_VTD_FS, 48, IOVA), .flags = VTD_2MB, .levels = 4, .haw = 46 };
	b.ss = (struct vtd_stage){ .table = build(PT_VTD_SS, 48, DATA), .levels = 4, .haw = 46, .in_bits = 48 };
	return NULL;
}

static void vmsa64(const struct vmsa64_stage *s1, const struct vmsa64_stage *s2, unsigned long n)
{
	struct pt_result r;
	unsigned long i;

	for (i = 0; i < n; i++) {
		b.walk.n_accesses = 0;
		if (vmsa64_walk(&env, s1, s2, IOVA + (i % PAGES << 12), PT_PRIV, NULL, &r))
			exit(2);
		sink = r.pa;
	}
}

static void vtd(const struct vtd_stage *fs, const struct vtd_stage *ss, unsigned long n)
{
	struct pt_result r;
	unsigned long i;

	for (i = 0; i < n; i++) {
		b.walk.n_accesses = 0;
		if (vtd_walk(&env, fs, ss, IOVA + (i % PAGES << 12), PT_PRIV, NULL, &r))
			exit(2);
		sink = r.pa;
	}
}

static void vmsa64_4(void *state, unsigned long n)
{
	vmsa64(&b.s1, NULL, n);
}

static void vmsa64_4x4(void *state, unsigned long n)
{
	vmsa64(&b.s1, &b.s2, n);
}

static void vtd_4(void *state, unsigned long n)
{
	vtd(&b.fs, NULL, n);
}

static void vtd_4x4(void *state, unsigned long n)
{
	vtd(&b.fs, &b.ss, n);
}

BENCH_MAIN({ "pt.vmsa64.walk4", setup, vmsa64_4, 60, 0, "4 descriptors" },
	   { "pt.vmsa64.nested4x4", setup, vmsa64_4x4, 200, 0, "24 descriptors" },
	   { "pt.vtd.first4", setup, vtd_4, 60, 0, "4 entries" },
	   { "pt.vtd.nested4x4", setup, vtd_4x4, 200, 0, "24 entries" })
