// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the three queues have alike (3.5.1): size, fill level, addresses of entries; and how hardware writes one. */
#include "smmuv3_priv.h"

#define QUEUE(NAME, OWN, ABORTED, BYTES)                                                                     \
	{                                                                                                    \
		.base = SMMUV3_##NAME##_BASE, .prod = SMMUV3_##NAME##_PROD, .cons = SMMUV3_##NAME##_CONS,    \
		.own = SMMUV3_##NAME##_##OWN, .max = SMMUV3_IDR1_##NAME##S, .enable = SMMUV3_CR0_##NAME##EN, \
		.aborted = ABORTED, .entry = BYTES, .unit = UNIT_##NAME                                      \
	}

const struct v3_queue v3_queues[3] = { QUEUE(CMDQ, CONS, 0, SMMUV3_CMD_BYTES),
				       QUEUE(EVENTQ, PROD, SMMUV3_GERROR_EVENTQ_ABT_ERR, SMMUV3_EVT_BYTES),
				       QUEUE(PRIQ, PROD, SMMUV3_GERROR_PRIQ_ABT_ERR, SMMUV3_PRI_BYTES) };

void v3_queue_sizes(struct smmuv3 *s)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v3_queues); i++) {
		u32 size = (u32)FIELD_GET(SMMUV3_Q_BASE_LOG2SIZE, reg_get(&s->regs, v3_queues[i].base));

		s->log2size[i] = (u8)min(size, (s->idr1 & v3_queues[i].max) >> __builtin_ctz(v3_queues[i].max));
	}
}

void v3_queue_level(const struct smmuv3 *s, const struct v3_queue *q, struct iommu_queue_level *level)
{
	if (!(s->cr0 & q->enable))
		return;
	level->size = 1U << v3_queue_log2size(s, q);
	level->used = v3_queue_used(s, q);
}

/* The base address is aligned to the queue's size, and to 32 bytes at least (6.3.25). */
u64 v3_queue_entry(const struct smmuv3 *s, const struct v3_queue *q, u32 ptr)
{
	u8 n = v3_queue_log2size(s, q), align = n + (u8)__builtin_ctz(q->entry);
	u64 base = reg_get(&s->regs, q->base) & SMMUV3_Q_BASE_ADDR;

	align = max(align, (u8)5);
	return (base >> align << align) + (u64)ring_index(ptr, n) * q->entry;
}

int v3_queue_write(struct smmuv3 *s, const struct v3_queue *q, const u64 *words, u16 code, u32 sid, u64 id)
{
	u32 prod = v3_reg(s, q->prod), i;
	bool empty = ring_empty(prod, v3_reg(s, q->cons), v3_queue_log2size(s, q));
	u64 pa = v3_queue_entry(s, q, prod);
	u8 bytes[SMMUV3_EVT_BYTES];

	for (i = 0; i < SMMUV3_EVT_WORDS; i++)
		fl_put_le64(&bytes[i * 8], words[i]);
	if (engine_mem_write(&s->eng, q->unit, pa, bytes, q->entry)) {
		v3_gerror(s, q->aborted);
		return -EIO;
	}
	reg_set(&s->regs, q->prod, ring_next(prod, v3_queue_log2size(s, q)));
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_RECORD,
						     .unit = q->unit,
						     .code = code,
						     .len = q->entry,
						     .sid = sid,
						     .addr = pa,
						     .id = id });
	return empty;
}
