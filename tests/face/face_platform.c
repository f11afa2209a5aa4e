// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbers are those of Arm IHI 0070 G.b: registers 6.3, STE 5.2, CD 5.4, commands 4.1. */
#include "face_platform.h"

#include <check.h>
#include <string.h>

#define STREAM_TABLE 0x10000u
#define CONTEXT	     0x11000u
#define TABLE_L1     0x12000u
#define TABLE_L2     0x13000u
#define TABLE_L3     0x14000u
#define CMDQ	     0x20000u
#define EVENTQ	     0x21000u
#define PRIQ	     0x22000u

static int mem_read(void *ctx, uint64_t pa, void *buf, uint32_t bytes)
{
	const struct platform *p = ctx;

	if (pa >= PLATFORM_BYTES || bytes > PLATFORM_BYTES - pa)
		return -1;
	memcpy(buf, p->mem + pa, bytes);
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, uint32_t bytes)
{
	struct platform *p = ctx;

	if (pa >= PLATFORM_BYTES || bytes > PLATFORM_BYTES - pa)
		return -1;
	memcpy(p->mem + pa, buf, bytes);
	return 0;
}

static void irq(void *ctx, uint32_t line, bool level)
{
	struct platform *p = ctx;

	ck_assert_uint_lt(line, 5);
	p->irqs[line] += level;
	if (p->break_contract)
		fl_iommu_mmio_read(p->smmu, 0, 4);
}

static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	struct platform *p = ctx;

	p->token = token;
	p->how = how;
	p->resumes++;
}

static void page_response(void *ctx, const struct fl_page_response *response)
{
	struct platform *p = ctx;

	p->response = *response;
	p->responses++;
}

static void ats_invalidate(void *ctx, const struct fl_ats_invalidation *invalidation)
{
	struct platform *p = ctx;

	p->invalidation = *invalidation;
	p->invalidations++;
}

static void event(void *ctx, const struct fl_event *e)
{
	struct platform *p = ctx;

	ck_assert_uint_lt(e->kind, 16);
	p->events[e->kind]++;
	ck_assert_int_eq(e->kind == FL_EVENT_COMMAND, e->words != NULL);
	if (e->scope) {
		p->concerned = fl_iommu_concerns(p->smmu, e->scope, PLATFORM_STREAM, UINT32_MAX);
		p->unconcerned = fl_iommu_concerns(p->smmu, e->scope, PLATFORM_STREAM + 1, UINT32_MAX);
	}
}

const struct fl_host platform_host = { .size = sizeof(platform_host),
				       .mem_read = mem_read,
				       .mem_write = mem_write,
				       .irq = irq,
				       .txn_resume = txn_resume,
				       .page_response = page_response,
				       .ats_invalidate = ats_invalidate,
				       .event = event };

static void put64(struct platform *p, uint32_t pa, uint64_t v)
{
	memcpy(p->mem + pa, &v, sizeof(v)); /* on a little-endian host */
}

uint64_t platform_get64(const struct platform *p, uint32_t pa)
{
	uint64_t v;

	memcpy(&v, p->mem + pa, sizeof(v));
	return v;
}

void platform_command(struct platform *p, uint64_t word0, uint64_t word1)
{
	uint32_t at = CMDQ + p->cmdq_prod % 16 * 16;

	put64(p, at, word0);
	put64(p, at + 8, word1);
	p->cmdq_prod = (p->cmdq_prod + 1) % 32;
	fl_iommu_mmio_write(p->smmu, 0x98, p->cmdq_prod, 4);
}

void platform_map(struct platform *p, uint32_t iova, uint32_t pa)
{
	put64(p, TABLE_L3 + (iova >> 12 & 511) * 8, pa | 0x743);
}

uint32_t platform_event(uint32_t n)
{
	return EVENTQ + n % 16 * 32;
}

struct fl_access platform_access(uint64_t addr, uint16_t flags, uint64_t token)
{
	return (struct fl_access){
		.addr = addr, .flags = flags, .token = token, .stream = PLATFORM_STREAM, .bytes = 8
	};
}

static void tables(struct platform *p)
{
	put64(p, TABLE_L1, TABLE_L2 | 3);
	put64(p, TABLE_L2 + (PLATFORM_IOVA >> 21 & 511) * 8, TABLE_L3 | 3);
	platform_map(p, PLATFORM_IOVA, PLATFORM_BUFFER);
	put64(p, CONTEXT, 25 | 1ull << 30 | 1ull << 31 | 2ull << 32 | 1ull << 41 | 7ull << 44 | 1ull << 48);
	put64(p, CONTEXT + 8, TABLE_L1);
	put64(p, CONTEXT + 24, 0xff);
	/* V, stage 1; EATS = 1 (full), SHCFG as presented */
	put64(p, STREAM_TABLE + PLATFORM_STREAM * 64, 1 | 5 << 1 | CONTEXT);
	put64(p, STREAM_TABLE + PLATFORM_STREAM * 64 + 8, 1ull << 28 | 1ull << 44);
}

void platform_start(struct platform *p, const struct fl_smmuv3_params *params, const struct fl_host *host)
{
	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(fl_smmuv3_create(params, host ? host : &platform_host, p, &p->smmu), 0);
	tables(p);
	fl_iommu_mmio_write(p->smmu, 0x80, STREAM_TABLE, 8);
	fl_iommu_mmio_write(p->smmu, 0x88, 4, 4);
	fl_iommu_mmio_write(p->smmu, 0x90, CMDQ | 4, 8);
	fl_iommu_mmio_write(p->smmu, 0xa0, EVENTQ | 4, 8);
	fl_iommu_mmio_write(p->smmu, 0xc0, PRIQ | 4, 8);
	fl_iommu_mmio_write(p->smmu, 0x50, 7, 4);
	fl_iommu_mmio_write(p->smmu, 0x20, 0x1f, 4); /* SMMUEN, PRIQEN, EVENTQEN, CMDQEN, ATSCHK */
	ck_assert_uint_eq(fl_iommu_mmio_read(p->smmu, 0x24, 4), 0x1f);
}
