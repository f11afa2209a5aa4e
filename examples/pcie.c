// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A PCIe device with ATS and PRI behind an SMMUv3, in C: its first touch of each page asks for the page, software maps it
 * and answers, the second finds it in the device's own cache, until software takes it away. Sections are those of Arm
 * IHI 0070; bare.c says more about tables and queues.
 */
#include <faultline/pcie.h>
#include <faultline/smmuv3.h>

#include "memory.h"

#include <inttypes.h>

/* Where software keeps its structures. */
#define STREAM_TABLE 0x10000u
#define CONTEXT	     0x11000u
#define TABLE_L1     0x12000u
#define TABLE_L2     0x13000u
#define TABLE_L3     0x14000u
#define CMDQ	     0x20000u /* 16 commands of 16 bytes */
#define EVENTQ	     0x21000u
#define PRIQ	     0x22000u /* 16 page requests of 16 bytes */
#define BUFFER	     0x40000u

#define REQUESTER 5u /* bus 0, device 0, function 5 */
#define IOVA	  0x10000000u
#define PAGES	  4u

struct platform {
	struct memory mem;
	struct fl_iommu *smmu;
	struct fl_pcie *device;
	struct fl_pcie_dma *engine;
	uint32_t cmdq_prod;
	bool page_irq;
	bool go_on;
};

/* ---- what the SMMU and the device need of the platform ---- */

static void irq(void *ctx, uint32_t line, bool level)
{
	struct platform *p = ctx;

	if (line == FL_SMMUV3_PRIQ && level)
		p->page_irq = true; /* its handler runs later, not here */
}

static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	(void)ctx;
	(void)token;
	(void)how;
	check(false, "nothing stalls here"); /* PCIe has page requests instead */
}

static void wake(void *ctx, uint64_t token, enum fl_pcie_wake why)
{
	struct platform *p = ctx;

	printf("access %" PRIu64 " wakes\n", token);
	p->go_on = why == FL_PCIE_RETRY;
}

/* A register has changed, whoever did it. */
static void watch_requests(void *ctx, const struct fl_register_event *e)
{
	(void)ctx;
	printf("%s: %" PRIu64 "\n", e->reg->name, e->now);
}

/* ---- software ---- */

static void wr(struct platform *p, const char *reg, uint64_t v)
{
	check(!fl_iommu_register_write(p->smmu, reg, v), reg);
}

static uint32_t rd(const struct platform *p, const char *reg)
{
	uint64_t v;

	check(!fl_iommu_register_read(p->smmu, reg, &v), reg);
	return (uint32_t)v;
}

static void command(struct platform *p, uint64_t word0, uint64_t word1)
{
	uint32_t slot = p->cmdq_prod % 16;

	put64(&p->mem, CMDQ + slot * 16, word0);
	put64(&p->mem, CMDQ + slot * 16 + 8, word1);
	p->cmdq_prod = (p->cmdq_prod + 1) % 32;
	wr(p, "SMMU_CMDQ_PROD", p->cmdq_prod);
}

static void start(struct platform *p)
{
	put64(&p->mem, TABLE_L1 + (IOVA >> 30) * 8, TABLE_L2 | 3u);
	put64(&p->mem, TABLE_L2 + (IOVA >> 21 & 511) * 8, TABLE_L3 | 3u);
	/* CD (5.4) as in bare.c, but without S: what lacks a translation does not stall */
	put64(&p->mem, CONTEXT, 25u | 1u << 30 | 1u << 31 | 2ull << 32 | 1ull << 41 | 6ull << 44 | 1ull << 48);
	put64(&p->mem, CONTEXT + 8, TABLE_L1);
	put64(&p->mem, CONTEXT + 24, 0xff);
	/* STE (5.2): V, Config = stage 1, one CD; EATS: the device may ask, and present translated addresses; SHCFG */
	put64(&p->mem, STREAM_TABLE + REQUESTER * 64, 1u | 5u << 1 | CONTEXT);
	put64(&p->mem, STREAM_TABLE + REQUESTER * 64 + 8, 1ull << 28 | 1ull << 44);
	wr(p, "SMMU_STRTAB_BASE", STREAM_TABLE);
	wr(p, "SMMU_STRTAB_BASE_CFG", 4);
	wr(p, "SMMU_CMDQ_BASE", CMDQ | 4);
	wr(p, "SMMU_EVENTQ_BASE", EVENTQ | 4);
	wr(p, "SMMU_PRIQ_BASE", PRIQ | 4);
	wr(p, "SMMU_IRQ_CTRL", 1u << 1); /* PRIQ_IRQEN */
	wr(p, "SMMU_CR0", 0x1f);	 /* SMMUEN, PRIQEN, EVENTQEN, CMDQEN, ATSCHK */
}

/* The PRI queue's handler: map what is asked for, answer the last request of each group. */
static void handle_requests(struct platform *p)
{
	uint32_t cons = rd(p, "SMMU_PRIQ_CONS"), prod = rd(p, "SMMU_PRIQ_PROD");

	p->page_irq = false;
	for (; cons != prod; cons = (cons + 1) % 32) {
		uint32_t at = PRIQ + cons % 16 * 16;
		uint64_t word0 = get64(&p->mem, at), word1 = get64(&p->mem, at + 8);
		uint32_t page = (uint32_t)(word1 >> 12) - (IOVA >> 12);

		check(page < PAGES, "a page that nobody has asked for");
		put64(&p->mem, TABLE_L3 + page * 8, (BUFFER + page * 0x1000) | 1u << 10 | 3u << 8 | 1u << 6 | 3u);
		if (word0 >> 62 & 1) /* Last: CMD_PRI_RESP, Success (4.5.2) */
			command(p, 0x41 | (word0 & 0xffffffff) << 32, (word1 & 0x1ff) | 2u << 12);
	}
	wr(p, "SMMU_PRIQ_CONS", cons);
}

/* Software takes a page back: the SMMU's caches forget it, then the device's; when CMD_SYNC is done, nobody uses it. */
static void unmap(struct platform *p, uint32_t page)
{
	put64(&p->mem, TABLE_L3 + page * 8, 0);
	command(p, 0x12 | 1ull << 48, IOVA + page * 0x1000);		    /* CMD_TLBI_NH_VA, ASID 1 */
	command(p, 0x46, 0);						    /* CMD_SYNC */
	command(p, 0x40 | (uint64_t)REQUESTER << 32, IOVA + page * 0x1000); /* CMD_ATC_INV (4.5.1) */
	command(p, 0x46, 0);
	check(rd(p, "SMMU_CMDQ_CONS") == p->cmdq_prod, "commands are complete");
}

/* ---- the device ---- */

static void dma_write(struct platform *p, uint64_t token, uint64_t addr, uint64_t value)
{
	const struct fl_access a = { .addr = addr, .token = token, .bytes = 8, .flags = FL_WRITE };
	enum fl_pcie_outcome what;
	struct fl_access out;
	struct fl_result r;

	what = fl_pcie_translate(p->engine, &a, &out);
	while (what == FL_PCIE_WAIT) {
		check(p->page_irq, "the PRI queue's interrupt");
		p->go_on = false;
		handle_requests(p);
		check(p->go_on, "the access wakes");
		what = fl_pcie_translate(p->engine, NULL, &out); /* the same again */
	}
	check(what == FL_PCIE_SEND, "the access goes out");
	fl_pcie_begin(p->engine); /* an invalidation waits for it, from here ... */
	check(fl_iommu_translate(p->smmu, &out, &r) == FL_OK, "the SMMU lets it pass");
	put64(&p->mem, (uint32_t)r.addr, value);
	fl_pcie_end(p->engine); /* ... to here */
	printf("access %" PRIu64 " to 0x%" PRIx64 ": 0x%" PRIx64 "\n", token, addr, r.addr);
}

static void run(struct platform *p)
{
	struct fl_pcie_stats stats;
	uint64_t token = 0;
	uint32_t page;

	start(p);
	for (page = 0; page < PAGES; page++)
		dma_write(p, token++, IOVA + page * 0x1000, 0xd0 + page);
	for (page = 0; page < PAGES; page++)
		dma_write(p, token++, IOVA + page * 0x1000 + 8, 0xe0 + page);
	check(get64(&p->mem, BUFFER + 0x3008) == 0xe3, "memory is what was written");
	unmap(p, 2);
	dma_write(p, token++, IOVA + 0x2010, 0xf2);
	fl_pcie_get_stats(p->device, &stats, sizeof(stats));
	printf("page requests %" PRIu64 ", hits %" PRIu64 ", invalidations %" PRIu64 "\n", stats.page_requests,
	       stats.hits, stats.invalidations);
	/* Two pages in each group: 0 and 1, 2 and 3; after the invalidation 2 again, and 3 with it. */
	check(stats.page_requests == 6 && stats.groups == 3 && stats.invalidations == 1, "each page was asked for");
}

int main(void)
{
	static struct platform p;
	const struct fl_host host = {
		.size = sizeof(host), .mem_read = mem_read, .mem_write = mem_write, .irq = irq, .txn_resume = txn_resume
	};
	const struct fl_pcie_host device_host = { .size = sizeof(device_host), .wake = wake };
	const struct fl_pcie_params device = {
		.size = sizeof(device), .requester = REQUESTER, .capacity = 8, .group = 2
	};
	struct fl_watch *watch;
	int err;

	check(!fl_smmuv3_create(NULL, &host, &p, &p.smmu), "fl_smmuv3_create");
	check(!fl_pcie_create(p.smmu, &device, &device_host, &p, &p.device), "fl_pcie_create");
	check(!fl_pcie_dma_create(p.device, &p.engine), "fl_pcie_dma_create");
	err = fl_iommu_watch(p.smmu, "SMMU_PRIQ_PROD", FL_WATCH_CHANGE, watch_requests, NULL, &watch);
	check(!err, "fl_iommu_watch");
	run(&p);
	fl_pcie_dma_destroy(p.engine);
	fl_pcie_destroy(p.device);
	fl_iommu_destroy(p.smmu);
	return 0;
}
