// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A VT-d remapping unit as the post-mortem tool sees it. */
#include <stdlib.h>
#include <string.h>

#include "translate.h"
#include "vtd.h"
#include "vtd_driver.h"

#define RECORD_WORDS 2
/* Fault reason, within the high word of a record (11.4.7.6) */
#define REASON_MASK  GENMASK_ULL(39, 32)

struct state {
	struct xl_machine machine;
	struct vtd hw;
	struct vtd_cfg cfg;
	struct xl_registers dump;
	struct vtd_saved_reg saved[XL_MAX_REGISTERS];
};

static bool read_identity(struct state *s, const json_t *snapshot, char *reason)
{
	static const char *const keys[] = { "cap", "ecap", "haw" };
	u64 values[ARRAY_SIZE(keys)] = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *value = json_object_get(snapshot, keys[i]);

		if (value && !xl_number(value, &values[i]))
			return xl_fail(reason, "%s: not a number", keys[i]);
	}
	if (values[2] > 64)
		return xl_fail(reason, "haw: not a width in bits");
	s->cfg.cap = values[0];
	s->cfg.ecap = values[1];
	s->cfg.haw = (u8)values[2];
	return true;
}

static void *open_vtd(struct physmem *mem, const json_t *snapshot, char *reason)
{
	struct state *s = calloc(1, sizeof(*s));
	u32 i;

	if (!s)
		return NULL;
	xl_machine_init(&s->machine, &vtd_class, mem);
	if (!read_identity(s, snapshot, reason) ||
	    !xl_registers(json_object_get(snapshot, "registers"), NULL, &s->dump, reason) ||
	    !xl_holes(&s->machine, snapshot, reason)) {
		free(s);
		return NULL;
	}
	for (i = 0; i < s->dump.n; i++)
		s->saved[i] = (struct vtd_saved_reg){ s->dump.r[i].offset, s->dump.r[i].value };
	/* A dump is not written to: accessed and dirty flags stay as they are. */
	s->machine.m.hw_ops.mem_cas64 = NULL;
	if (vtd_init(&s->hw, &s->cfg, &s->machine.m.hw_ops, s)) {
		snprintf(reason, XL_REASON_BYTES, "cap, ecap, haw: values that no remapping hardware has");
		free(s);
		return NULL;
	}
	return s;
}

static void close_vtd(void *hw)
{
	struct state *s = hw;

	vtd_exit(&s->hw);
	free(s);
}

/* The first fault recording register, if it holds a fault, as a driver would read it. */
static void read_fault(struct state *s, struct xl_outcome *o)
{
	u64 cap = vtd_class.mmio_read(&s->hw, VTD_CAP, 8);
	u64 at = FIELD_GET(VTD_CAP_FRO, cap) * 16;
	struct vtd_drv_fault f;
	u64 words[RECORD_WORDS];

	words[0] = vtd_class.mmio_read(&s->hw, at, 8);
	words[1] = vtd_class.mmio_read(&s->hw, at + 8, 8);
	if (!(words[1] & BIT_ULL(63)))
		return;
	vtd_fault_decode(words, &f);
	memcpy(o->words, words, sizeof(words));
	o->n_words = RECORD_WORDS;
	o->fault = f.reason;
}

static int run(void *hw, const struct dma_txn *t, struct xl_outcome *o)
{
	struct state *s = hw;
	int err;

	vtd_class.reset(&s->hw);
	vtd_restore(vtd_class.mmio_read, vtd_class.mmio_write, &s->hw, s->saved, s->dump.n);
	err = xl_run(&vtd_class, &s->hw, t, o);
	if (!err)
		read_fault(s, o);
	return err;
}

/* Whether @reason is one that the snapshot accepts beside the expected one. */
static bool is_alternative(const json_t *fault, u16 reason)
{
	const json_t *list = json_object_get(fault, "alt"), *value;
	size_t i;
	u64 n;

	json_array_foreach(list, i, value)
		if (xl_number(value, &n) && n == reason)
			return true;
	return false;
}

static bool expect_fault(const json_t *fault, const struct xl_outcome *o, char *reason)
{
	u64 wanted = 0, got[RECORD_WORDS];

	if (!o->n_words)
		return xl_fail(reason, "expected a fault, none was recorded");
	memcpy(got, o->words, sizeof(got));
	if (xl_number(json_object_get(fault, "reason"), &wanted) && o->fault != wanted &&
	    is_alternative(fault, o->fault))
		got[1] = (got[1] & ~REASON_MASK) | FIELD_PREP(REASON_MASK, wanted);
	return xl_expect_words(json_object_get(fault, "words"), json_object_get(fault, "mask"), got, RECORD_WORDS,
			       reason);
}

static bool expect(const void *hw, const json_t *entry, const struct xl_outcome *o, char *reason)
{
	const json_t *fault = json_object_get(entry, "fault");

	if (fault)
		return expect_fault(fault, o, reason);
	if (json_is_true(json_object_get(entry, "blocked_silently")) && (o->kind != XLAT_ABORT || o->n_words))
		return xl_fail(reason, "expected an abort without a record");
	return xl_expect_plain(entry, o, reason);
}

const struct iommu_dump vtd_dump = {
	.open = open_vtd,
	.close = close_vtd,
	.run = run,
	.expect = expect,
};
