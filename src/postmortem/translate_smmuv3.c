// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An SMMUv3 as the post-mortem tool sees it. */
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "smmuv3.h"
#include "translate.h"

#define PAGE_1 0x10000

struct state {
	struct xl_machine machine;
	struct smmuv3 smmu;
	struct smmuv3_cfg cfg;
	struct xl_registers dump;
	const json_t *res0;
};

/* Offsets at which older parts and emulators show the queue indices in page 0. */
static u32 canonical(u32 offset)
{
	switch (offset) {
	case SMMUV3_EVENTQ_PROD - PAGE_1:
	case SMMUV3_EVENTQ_CONS - PAGE_1:
	case SMMUV3_PRIQ_PROD - PAGE_1:
	case SMMUV3_PRIQ_CONS - PAGE_1:
		return offset + PAGE_1;
	}
	return offset;
}

static bool read_idr(struct state *s, const json_t *idr, char *reason)
{
	struct xl_register r;
	const char *key;
	json_t *json;

	if (idr && !json_is_object(idr))
		return xl_fail(reason, "idr: not an object of offsets and values");
	json_object_foreach((json_t *)idr, key, json) {
		if (!xl_register(key, json, &r, reason))
			return false;
		if (r.offset < SMMUV3_IDR0 + sizeof(s->cfg.idr)) {
			s->cfg.idr[r.offset / 4] = (u32)r.value;
			s->cfg.idr_given |= BIT(r.offset / 4);
		} else if (r.offset == SMMUV3_IIDR) {
			s->cfg.iidr = (u32)r.value;
		} else if (r.offset == SMMUV3_AIDR) {
			s->cfg.aidr = (u32)r.value;
		} else
			return xl_fail(reason, "idr \"%s\": not an identification register", key);
	}
	return true;
}

static u64 given(const struct state *s, u32 offset)
{
	for_each_of(e, s->dump.r, s->dump.n)
		if (e->offset == offset)
			return e->value;
	return 0;
}

static void write32(struct state *s, u32 offset, u64 value)
{
	smmuv3_class.mmio_write(&s->smmu, offset, value, 4);
}

static bool is_wide(u32 offset)
{
	switch (offset) {
	case SMMUV3_GERROR_IRQ_CFG0:
	case SMMUV3_STRTAB_BASE:
	case SMMUV3_CMDQ_BASE:
	case SMMUV3_EVENTQ_BASE:
	case SMMUV3_EVENTQ_IRQ_CFG0:
	case SMMUV3_PRIQ_BASE:
	case SMMUV3_PRIQ_IRQ_CFG0:
		return true;
	}
	return false;
}

/*
 * The order of 6.3: everything that is only guarded by an enable, then the
 * interrupts, then the queues, and the SMMU last. Commands that were left in
 * the dump's queue have been consumed: it starts empty.
 */
static void program(struct state *s)
{
	u64 cr0 = given(s, SMMUV3_CR0);

	for_each_of(e, s->dump.r, s->dump.n) {
		u32 offset = e->offset;

		if (offset != SMMUV3_CR0 && offset != SMMUV3_IRQ_CTRL && offset != SMMUV3_GBPA &&
		    offset != SMMUV3_CMDQ_CONS)
			smmuv3_class.mmio_write(&s->smmu, offset, e->value, is_wide(offset) ? 8 : 4);
	}
	write32(s, SMMUV3_CMDQ_CONS, given(s, SMMUV3_CMDQ_PROD));
	if (given(s, SMMUV3_GBPA))
		write32(s, SMMUV3_GBPA, given(s, SMMUV3_GBPA) | SMMUV3_GBPA_UPDATE);
	write32(s, SMMUV3_IRQ_CTRL, given(s, SMMUV3_IRQ_CTRL));
	write32(s, SMMUV3_CR0, cr0 & ~(u64)SMMUV3_CR0_SMMUEN);
	write32(s, SMMUV3_CR0, cr0);
}

static void *open_smmu(struct physmem *mem, const json_t *snapshot, char *reason)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	xl_machine_init(&s->machine, &smmuv3_class, mem);
	s->res0 = json_object_get(snapshot, "res0");
	if (!read_idr(s, json_object_get(snapshot, "idr"), reason) ||
	    !xl_registers(json_object_get(snapshot, "registers"), canonical, &s->dump, reason) ||
	    !xl_holes(&s->machine, snapshot, reason)) {
		free(s);
		return NULL;
	}
	if (smmuv3_init(&s->smmu, &s->cfg, &s->machine.m.hw_ops, s)) {
		snprintf(reason, XL_REASON_BYTES, "idr: values that no SMMUv3 has");
		free(s);
		return NULL;
	}
	return s;
}

static void close_smmu(void *hw)
{
	struct state *s = hw;

	smmuv3_exit(&s->smmu);
	free(s);
}

/* The event queue's newest record, if there is one, as its driver would read it. */
static void read_event(struct state *s, struct xl_outcome *o)
{
	u64 base = smmuv3_class.mmio_read(&s->smmu, SMMUV3_EVENTQ_BASE, 8);
	u32 prod = (u32)smmuv3_class.mmio_read(&s->smmu, SMMUV3_EVENTQ_PROD, 4);
	u32 cons = (u32)smmuv3_class.mmio_read(&s->smmu, SMMUV3_EVENTQ_CONS, 4);
	u32 log2size = FIELD_GET(SMMUV3_Q_BASE_LOG2SIZE, base);
	u32 index = cons & (BIT(log2size) - 1);
	u8 raw[SMMUV3_EVT_BYTES];
	unsigned int i;

	if (prod == cons || physmem_read(s->machine.board.mem, (base & SMMUV3_Q_BASE_ADDR) + index * SMMUV3_EVT_BYTES,
					 raw, sizeof(raw)))
		return;
	for (i = 0; i < SMMUV3_EVT_WORDS; i++)
		o->words[i] = fl_get_le64(raw + 8 * i);
	o->n_words = SMMUV3_EVT_WORDS;
	o->fault = FIELD_GET(SMMUV3_EVT_0_ID, o->words[0]);
}

static int run(void *hw, const struct dma_txn *t, struct xl_outcome *o)
{
	struct state *s = hw;
	int err;

	smmuv3_class.reset(&s->smmu);
	program(s);
	err = xl_run(&smmuv3_class, &s->smmu, t, o);
	if (!err)
		read_event(s, o);
	return err;
}

static bool expect_response(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	static const struct {
		const char *name;
		enum xlat kind;
	} kinds[] = { { "abort", XLAT_ABORT }, { "raz_wi", XLAT_RAZWI }, { "stall", XLAT_STALL } };
	const char *text = json_string_value(json_object_get(entry, "response"));
	size_t i;

	for (i = 0; text && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(text, kinds[i].name) && o->kind != kinds[i].kind)
			return xl_fail(reason, "expected response %s", text);
	return true;
}

static bool expect_res0(const struct state *s, const struct xl_outcome *o, char *reason)
{
	char id[8];
	const json_t *masks;
	unsigned int i;
	u64 mask;

	snprintf(id, sizeof(id), "%u", o->fault);
	masks = json_object_get(s->res0, id);
	for (i = 0; masks && i < SMMUV3_EVT_WORDS; i++)
		if (xl_number(json_array_get(masks, i), &mask) && (o->words[i] & mask))
			return xl_fail(reason, "RES0 bits of word %u are 0x%llx", i, o->words[i] & mask);
	return true;
}

static bool expect(const void *hw, const json_t *entry, const struct xl_outcome *o, char *reason)
{
	const json_t *event = json_object_get(entry, "event");
	const char *name = json_string_value(json_object_get(event, "name"));

	if (!event)
		return xl_expect_plain(entry, o, reason);
	if (!o->n_words)
		return xl_fail(reason, "expected event %s, none was recorded", name ? name : "");
	return xl_expect_words(json_object_get(event, "words"), json_object_get(event, "mask"), o->words,
			       SMMUV3_EVT_WORDS, reason) &&
	       expect_response(entry, o, reason) && expect_res0(hw, o, reason);
}

const struct iommu_dump smmuv3_dump = {
	.open = open_smmu,
	.close = close_smmu,
	.run = run,
	.expect = expect,
};
