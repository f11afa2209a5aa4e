/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An SMMUv2 with memory, interrupt wires and a master's end, as the tests see them. */
#ifndef V2_RIG_H
#define V2_RIG_H

#include <string.h>

#include "image.h"
#include "machine.h"
#include "smmuv2.h"
#include "suite.h"

#define MEM_BYTES (1ULL << 32)

/* How a transaction ended that was stalled or sent away. */
struct ended {
	u64 id;
	int how; /* enum iommu_resume */
};

struct rig {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct physmem mem;
	struct smmuv2 hw;
	bool irq[SMMUV2_IRQ_CONTEXT + SMMUV2_MAX_CB];
	unsigned int irq_rises[SMMUV2_IRQ_CONTEXT + SMMUV2_MAX_CB];
	struct ended ended[256];
	unsigned int n_ended;
	unsigned int slot_frees[SMMUV2_MAX_TBUS];
	unsigned int reads;	/* of memory */
	unsigned int fail_read; /* the n-th read from now on fails, once; 0: none */
	unsigned int syncs;	/* IOMMU_EV_SYNC */
	unsigned int invalidations;
	unsigned int changes;
	struct iommu_scope scopes[8]; /* of invalidations and changes */
	unsigned int n_scopes;
	u64 log; /* digest of all that was called back: interrupts, ends, free slots, events */
	void (*on_resume)(struct rig *r);
	u64 next_id;
};

static void rig_log(struct rig *r, u64 a, u64 b, u64 c)
{
	u64 words[] = { a, b, c };

	r->log = image_digest(r->log, words, sizeof(words));
}

static int rig_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct rig *r = ctx;

	r->reads++;
	if (r->fail_read && !--r->fail_read)
		return -EIO;
	return physmem_read(&r->mem, pa, buf, len);
}

static void rig_irq(void *ctx, u32 line, bool level)
{
	struct rig *r = ctx;

	if (line >= ARRAY_SIZE(r->irq))
		ck_abort_msg("there is no line %u", line);
	if (r->irq[line] == level)
		ck_abort_msg("line %u is %d already", line, level);
	rig_log(r, 0x100, line, level);
	r->irq[line] = level;
	r->irq_rises[line] += level;
	machine_raise(&r->m, line, level);
}

static void rig_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct rig *r = ctx;

	if (r->n_ended >= ARRAY_SIZE(r->ended))
		ck_abort_msg("too many transactions have ended");
	rig_log(r, 0x101, id, how);
	r->ended[r->n_ended++] = (struct ended){ id, how };
	if (r->on_resume)
		r->on_resume(r);
}

static void rig_stall_free(void *ctx, u32 tbu)
{
	struct rig *r = ctx;

	rig_log(r, 0x102, tbu, 0);
	r->slot_frees[tbu]++;
}

static void rig_event(void *ctx, const struct iommu_event *ev)
{
	struct rig *r = ctx;

	r->syncs += ev->kind == IOMMU_EV_SYNC;
	r->invalidations += ev->kind == IOMMU_EV_INVALIDATE;
	r->changes += ev->kind == IOMMU_EV_CHANGED;
	if (ev->kind == IOMMU_EV_INVALIDATE || ev->kind == IOMMU_EV_CHANGED)
		r->scopes[r->n_scopes++ % ARRAY_SIZE(r->scopes)] = *ev->scope;
	rig_log(r, ev->kind, ev->code, ev->addr);
	rig_log(r, ev->sid, ev->data, ev->id);
}

static inline void rig_up(struct rig *r, const struct smmuv2_cfg *cfg)
{
	memset(r, 0, sizeof(*r));
	ck_assert_int_eq(physmem_init(&r->mem, MEM_BYTES), 0);
	machine_board_init(&r->board, &r->mem, 0x1000000, 0x10000000);
	machine_init(&r->m, &r->board, &smmuv2_class);
	r->m.hw_ops.mem_read = rig_read;
	r->m.hw_ops.irq = rig_irq;
	r->m.hw_ops.txn_resume = rig_resume;
	r->m.hw_ops.stall_free = rig_stall_free;
	r->m.hw_ops.event = rig_event;
	ck_assert_int_eq(smmuv2_init(&r->hw, cfg, &r->m.hw_ops, r), 0);
	r->m.hw = &r->hw;
	r->m.level_irq = true;
	r->m.n_lines = 64;
	r->next_id = 1;
}

static inline void rig_down(struct rig *r)
{
	smmuv2_exit(&r->hw);
	machine_board_exit(&r->board);
	physmem_exit(&r->mem);
}

/* Registers, at the offsets of a part with 4 KiB pages and up to 16 banks: the banks begin at 0x10000. */
#define GR1_BASE   0x1000
#define CB_BASE(n) (0x10000 + 0x1000 * (n))

static inline u32 rd(struct rig *r, u32 offset)
{
	return (u32)smmuv2_class.mmio_read(&r->hw, offset, 4);
}

static inline void wr(struct rig *r, u32 offset, u32 value)
{
	smmuv2_class.mmio_write(&r->hw, offset, value, 4);
}

static inline u32 cb_rd(struct rig *r, unsigned int n, u32 offset)
{
	return rd(r, CB_BASE(n) + offset);
}

static inline u64 cb_rd64(struct rig *r, unsigned int n, u32 offset)
{
	return smmuv2_class.mmio_read(&r->hw, CB_BASE(n) + offset, 8);
}

static inline void cb_wr(struct rig *r, unsigned int n, u32 offset, u32 value)
{
	wr(r, CB_BASE(n) + offset, value);
}

static inline void cb_wr64(struct rig *r, unsigned int n, u32 offset, u64 value)
{
	smmuv2_class.mmio_write(&r->hw, CB_BASE(n) + offset, value, 8);
}

/* Memory words */
static inline void put64(struct rig *r, u64 pa, u64 v)
{
	u8 b[8];

	fl_put_le64(b, v);
	ck_assert_int_eq(physmem_write(&r->mem, pa, b, 8), 0);
}

static inline void put32(struct rig *r, u64 pa, u32 v)
{
	u8 b[4];

	fl_put_le32(b, v);
	ck_assert_int_eq(physmem_write(&r->mem, pa, b, 4), 0);
}

/* One access; returns what became of it. */
static inline enum xlat go(struct rig *r, u32 sid, u64 iova, u16 flags, u16 tbu, struct xlat_result *res)
{
	struct dma_txn t = { .iova = iova, .id = r->next_id++, .sid = sid, .len = 4, .flags = flags, .tbu = tbu };

	return smmuv2_class.translate(&r->hw, &t, res);
}

static inline enum xlat get(struct rig *r, u32 sid, u64 iova)
{
	struct xlat_result res;

	return go(r, sid, iova, 0, 0, &res);
}

/* sCR0: clients on, faults reported by abort and interrupt, unidentified streams and conflicts are faults. */
#define SCR0_ON 0x00200406

/* Stream @sid -> bank @cb through mapping group @group. */
static inline void map_stream(struct rig *r, unsigned int group, u32 sid, unsigned int cb)
{
	wr(r, SMMUV2_GR0_SMR(group), 0x80000000 | sid);
	wr(r, SMMUV2_GR0_S2CR(group), cb);
}

/*
 * Tables of bank @cb at 0x100000 * (cb + 1): 4 KiB granule, 39-bit input, level 1
 * at +0, level 2 at +0x1000, level 3 at +0x2000 for 0x0 - 0x1fffff.
 */
#define TABLES(cb) (0x100000ULL * ((cb) + 1))

static inline void tables(struct rig *r, unsigned int cb)
{
	put64(r, TABLES(cb), (TABLES(cb) + 0x1000) | 3);
	put64(r, TABLES(cb) + 0x1000, (TABLES(cb) + 0x2000) | 3);
}

#define PAGE_RW 0x743 /* AF, inner shareable, AP = 01, page */
#define PAGE_RO 0x7c3 /* AP = 11 */

static inline void page(struct rig *r, unsigned int cb, u64 va, u64 pa, u64 bits)
{
	put64(r, TABLES(cb) + 0x2000 + va / 4096 * 8, pa | bits);
}

/* Bank @cb as Linux sets up a stage 1 one: AArch64, 4 KiB, 39 bits, ASID cb + 1; SCTLR.M is left to the caller. */
static inline void bank_s1(struct rig *r, unsigned int cb)
{
	wr(r, GR1_BASE + SMMUV2_GR1_CBA2R(cb), 1);	/* CBA2R.VA64 */
	wr(r, GR1_BASE + SMMUV2_GR1_CBAR(cb), 0x10000); /* CBAR: stage 1, stage 2 bypass */
	cb_wr(r, cb, SMMUV2_CB_TCR2, 0x38015);		/* TCR2: SEP upstream, AS, 48 bits */
	cb_wr(r, cb, SMMUV2_CB_TCR, 0x803519);		/* TCR: T0SZ 25, inner shareable WBWA, EPD1 */
	cb_wr64(r, cb, SMMUV2_CB_TTBR0, TABLES(cb) | (u64)(cb + 1) << 48);
	tables(r, cb);
}

#endif /* V2_RIG_H */
