// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The smallest platform in C: an SMMUv3, a megabyte of memory, one device, and software that programs them by registers
 * and tables alone: stream table, context descriptor, page table, a translated access, a fault that stalls and is
 * answered. Sections are those of Arm IHI 0070.
 */
#include <faultline/smmuv3.h>

#include "memory.h"

#include <inttypes.h>

/* Where software keeps its structures. */
#define STREAM_TABLE 0x10000u /* linear, 16 STEs of 64 bytes */
#define CONTEXT	     0x11000u
#define TABLE_L1     0x12000u
#define TABLE_L2     0x13000u
#define TABLE_L3     0x14000u
#define CMDQ	     0x20000u /* 16 commands of 16 bytes */
#define EVENTQ	     0x21000u /* 16 records of 32 bytes */
#define BUFFER	     0x40000u /* what the device reads and writes */

#define STREAM	   5u
#define IOVA	   0x10000000u
#define QUEUE_LOG2 4u

/* Registers (6.3) */
enum {
	IDR0 = 0x00,
	CR0 = 0x20,
	CR0ACK = 0x24,
	IRQ_CTRL = 0x50,
	STRTAB_BASE = 0x80,
	STRTAB_BASE_CFG = 0x88,
	CMDQ_BASE = 0x90,
	CMDQ_PROD = 0x98,
	CMDQ_CONS = 0x9c,
	EVENTQ_BASE = 0xa0,
	EVENTQ_PROD = 0x100a8,
	EVENTQ_CONS = 0x100ac
};

struct platform {
	struct memory mem;
	struct fl_iommu *smmu;
	uint32_t cmdq_prod;
	bool event_irq;
	bool resumed;
	enum fl_resume how;
};

/* ---- the SMMU's view of the platform ---- */

static void irq(void *ctx, uint32_t line, bool level)
{
	struct platform *p = ctx;

	if (line == FL_SMMUV3_EVENTQ && level)
		p->event_irq = true; /* its handler runs later, not here */
}

static void txn_resume(void *ctx, uint64_t token, enum fl_resume how)
{
	struct platform *p = ctx;

	printf("access %" PRIu64 " goes on: %s\n", token, how == FL_RESUME_RETRY ? "retry" : "terminated");
	p->resumed = true;
	p->how = how;
}

/* ---- software: a driver in a few lines ---- */

static void wr(struct platform *p, uint64_t reg, uint64_t v, unsigned int bytes)
{
	fl_iommu_mmio_write(p->smmu, reg, v, bytes);
}

static uint32_t rd(struct platform *p, uint64_t reg)
{
	return (uint32_t)fl_iommu_mmio_read(p->smmu, reg, 4);
}

static void command(struct platform *p, uint64_t word0, uint64_t word1)
{
	uint32_t slot = p->cmdq_prod % (1u << QUEUE_LOG2);

	put64(&p->mem, CMDQ + slot * 16, word0);
	put64(&p->mem, CMDQ + slot * 16 + 8, word1);
	p->cmdq_prod = (p->cmdq_prod + 1) % (2u << QUEUE_LOG2); /* index and wrap bit (3.5.1) */
	wr(p, CMDQ_PROD, p->cmdq_prod, 4);
}

static void map(struct platform *p, uint32_t iova, uint32_t pa)
{
	/* A page (Arm ARM D8.3): valid, access flag, inner shareable, readable and writable by all. */
	put64(&p->mem, TABLE_L3 + (iova >> 12 & 511) * 8, pa | 1u << 10 | 3u << 8 | 1u << 6 | 3u);
}

static void tables(struct platform *p)
{
	/* 39 bits of input address and 4 KiB pages: three levels. */
	put64(&p->mem, TABLE_L1 + (IOVA >> 30) * 8, TABLE_L2 | 3u);
	put64(&p->mem, TABLE_L2 + (IOVA >> 21 & 511) * 8, TABLE_L3 | 3u);
	/* CD (5.4): T0SZ 25, EPD1, V, IPS 40 bits, AA64, S: faults stall, R: they are recorded, A, ASID 1; TTB0; MAIR */
	put64(&p->mem, CONTEXT, 25u | 1u << 30 | 1u << 31 | 2ull << 32 | 1ull << 41 | 7ull << 44 | 1ull << 48);
	put64(&p->mem, CONTEXT + 8, TABLE_L1);
	put64(&p->mem, CONTEXT + 24, 0xff);
	/* STE (5.2): V, Config = stage 1, one CD; SHCFG as presented */
	put64(&p->mem, STREAM_TABLE + STREAM * 64, 1u | 5u << 1 | CONTEXT);
	put64(&p->mem, STREAM_TABLE + STREAM * 64 + 8, 1ull << 44);
}

static void enable(struct platform *p)
{
	wr(p, STRTAB_BASE, STREAM_TABLE, 8);
	wr(p, STRTAB_BASE_CFG, 4, 4); /* linear, 2^4 entries */
	wr(p, CMDQ_BASE, CMDQ | QUEUE_LOG2, 8);
	wr(p, EVENTQ_BASE, EVENTQ | QUEUE_LOG2, 8);
	wr(p, IRQ_CTRL, 1u << 2, 4);	      /* EVENTQ_IRQEN */
	wr(p, CR0, 1u << 3 | 1u << 2, 4);     /* CMDQEN, EVENTQEN */
	command(p, 0x04, 31);		      /* CMD_CFGI_ALL */
	command(p, 0x30, 0);		      /* CMD_TLBI_NSNH_ALL */
	command(p, 0x46, 0);		      /* CMD_SYNC */
	wr(p, CR0, 1u << 3 | 1u << 2 | 1, 4); /* and SMMUEN */
}

/* The event queue's handler: map what is missing, and let the access try again. */
static void handle_events(struct platform *p)
{
	uint32_t cons = rd(p, EVENTQ_CONS);

	p->event_irq = false;
	while (cons != rd(p, EVENTQ_PROD)) {
		uint32_t at = EVENTQ + cons % (1u << QUEUE_LOG2) * 32;
		uint64_t word0 = get64(&p->mem, at), word1 = get64(&p->mem, at + 8), addr = get64(&p->mem, at + 16);

		printf("event %s, StreamID %" PRIu64 ", address 0x%" PRIx64 "\n",
		       fl_iommu_fault_name(p->smmu, (uint16_t)(word0 & 0xff)), word0 >> 32, addr);
		cons = (cons + 1) % (2u << QUEUE_LOG2);
		wr(p, EVENTQ_CONS, cons, 4);
		if (!(word1 & 1u << 31)) /* nothing waits for it */
			continue;
		map(p, (uint32_t)addr & ~0xfffu, BUFFER + 0x1000);
		command(p, 0x44 | 1u << 12 | (word0 >> 32) << 32, word1 & 0xffff); /* CMD_RESUME, retry */
		command(p, 0x46, 0);
	}
}

static enum fl_outcome access_at(struct platform *p, uint64_t addr, uint64_t token, struct fl_result *r)
{
	const struct fl_access a = { .addr = addr, .token = token, .stream = STREAM, .bytes = 64, .flags = FL_WRITE };
	enum fl_outcome out = fl_iommu_translate(p->smmu, &a, r);

	printf("access %" PRIu64 " to 0x%" PRIx64 ": ", token, addr);
	if (out == FL_OK)
		printf("0x%" PRIx64 "%s\n", r->addr, r->flags & FL_RESULT_HIT ? ", a hit" : "");
	else
		printf("%s\n", out == FL_STALL ? "stalled" : "refused");
	return out;
}

static void run(struct platform *p)
{
	struct fl_result r;

	tables(p);
	map(p, IOVA, BUFFER);
	enable(p);
	check(access_at(p, IOVA + 0x40, 1, &r) == FL_OK && r.addr == BUFFER + 0x40, "the page is mapped");
	check(access_at(p, IOVA + 0x80, 2, &r) == FL_OK && r.flags & FL_RESULT_HIT, "the TLB has it");
	check(access_at(p, IOVA + 0x1040, 3, &r) == FL_STALL, "the next page is not mapped");
	check(p->event_irq, "the event queue's interrupt");
	handle_events(p);
	check(p->resumed && p->how == FL_RESUME_RETRY, "the answer has arrived");
	check(access_at(p, IOVA + 0x1040, 3, &r) == FL_OK && r.addr == BUFFER + 0x1040, "now it is mapped");
}

int main(void)
{
	static struct platform p;
	const struct fl_host host = {
		.size = sizeof(host), .mem_read = mem_read, .mem_write = mem_write, .irq = irq, .txn_resume = txn_resume
	};
	const struct fl_smmuv3_params params = { .size = sizeof(params), .stalls = 8 };

	check(!fl_smmuv3_create(&params, &host, &p, &p.smmu), "fl_smmuv3_create");
	run(&p);
	fl_iommu_destroy(p.smmu);
	return 0;
}
