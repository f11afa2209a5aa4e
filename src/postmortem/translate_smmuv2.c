// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An SMMUv2 as the post-mortem tool sees it. */
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "smmuv2.h"
#include "translate.h"

/*
 * A record as words: FSR and FSYNR0, FAR, CBFRSYNRA and the bank, IPAFAR; of a
 * global fault sGFSR and sGFSYNR0, sGFAR, sGFSYNR1. The first named is the low half.
 */
#define RECORD_WORDS 4

struct state {
	struct xl_machine machine;
	struct smmuv2 hw;
	struct smmuv2_cfg cfg;
	struct xl_registers dump;
};

static u32 rd(struct state *s, u64 offset)
{
	return (u32)smmuv2_class.mmio_read(&s->hw, offset, 4);
}

static void wr(struct state *s, u64 offset, u32 value)
{
	smmuv2_class.mmio_write(&s->hw, offset, value, 4);
}

static u64 page_of(const struct state *s, u32 page)
{
	return (u64)page << (s->cfg.page_64k ? 16 : 12);
}

static u64 cb(const struct state *s, u32 bank, u32 offset)
{
	return page_of(s, (1U << s->cfg.log2_pages) + bank) + offset;
}

/* ---- identification ---- */

/* @offset of `idr`, or else of `registers`. */
static u32 idr(const struct state *s, const json_t *snapshot, u32 offset, u32 absent)
{
	const char *key;
	json_t *json;

	json_object_foreach(json_object_get(snapshot, "idr"), key, json) {
		struct xl_register r;
		char unused[XL_REASON_BYTES];

		if (xl_register(key, json, &r, unused) && r.offset == offset)
			return (u32)r.value;
	}
	for_each_of(e, s->dump.r, s->dump.n)
		if (e->offset == offset)
			return (u32)e->value;
	return absent;
}

static u8 formats(u32 idr0, u32 idr2)
{
	u32 ptfs = FIELD_GET(SMMUV2_IDR0_PTFS, idr0);

	return (u8)((ptfs == SMMUV2_IDR0_PTFS_ALL ? SMMUV2_FMT_SHORT | SMMUV2_FMT_LPAE : 0) |
		    (ptfs == SMMUV2_IDR0_PTFS_LPAE ? SMMUV2_FMT_LPAE : 0) |
		    (idr2 & SMMUV2_IDR2_PTFSv8_4KB ? SMMUV2_FMT_4K : 0) |
		    (idr2 & SMMUV2_IDR2_PTFSv8_16KB ? SMMUV2_FMT_16K : 0) |
		    (idr2 & SMMUV2_IDR2_PTFSv8_64KB ? SMMUV2_FMT_64K : 0));
}

/* Without identification registers: 128 banks of everything, 4 KiB register pages. */
static void identify(struct state *s, const json_t *snapshot)
{
	u32 idr0 = idr(s, snapshot, SMMUV2_GR0_IDR0, 0x78004f80), idr1 = idr(s, snapshot, SMMUV2_GR0_IDR1, 0x60008080);
	u32 idr2 = idr(s, snapshot, SMMUV2_GR0_IDR2, 0x7555);
	struct smmuv2_cfg *c = &s->cfg;

	c->num_smrg = (u16)FIELD_GET(SMMUV2_IDR0_NUMSMRG, idr0);
	c->exids = idr0 & SMMUV2_IDR0_EXIDS;
	c->sid_bits = c->exids ? 16 : (u8)FIELD_GET(SMMUV2_IDR0_NUMSIDB, idr0);
	c->stream_indexing = !(idr0 & SMMUV2_IDR0_SMS);
	c->incoherent = !(idr0 & SMMUV2_IDR0_CTTW);
	c->no_atos = idr0 & SMMUV2_IDR0_ATOSNS;
	c->no_nested = !(idr0 & SMMUV2_IDR0_NTS);
	c->no_s1 = !(idr0 & SMMUV2_IDR0_S1TS);
	c->no_s2 = !(idr0 & SMMUV2_IDR0_S2TS);
	c->num_cb = (u16)FIELD_GET(SMMUV2_IDR1_NUMCB, idr1);
	c->num_s2cb = (u16)FIELD_GET(SMMUV2_IDR1_NUMS2CB, idr1);
	c->page_64k = idr1 & SMMUV2_IDR1_PAGESIZE;
	c->log2_pages = (u8)FIELD_GET(SMMUV2_IDR1_NUMPAGENDXB, idr1) + 1;
	c->formats = formats(idr0, idr2);
	c->ias_bits = smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_IAS, idr2));
	c->oas_bits = smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_OAS, idr2));
	c->ubs_bits = FIELD_GET(SMMUV2_IDR2_UBS, idr2) >= 5 ? 49 : smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_UBS, idr2));
	c->vmid16 = idr2 & SMMUV2_IDR2_VMID16S;
}

/* ---- bringing the hardware into the dump's state ---- */

enum what { IS_SKIPPED, IS_CONFIG, IS_SCTLR };

/* Operations and what hardware records are no configuration. */
static enum what what_is(const struct state *s, u32 offset)
{
	u64 page = offset / page_of(s, 1);
	u32 in = (u32)(offset % page_of(s, 1));

	if (page == 0)
		return in == SMMUV2_GR0_sCR2 || in == SMMUV2_GR0_sACR || in >= SMMUV2_GR0_SMR(0) ? IS_CONFIG
												 : IS_SKIPPED;
	if (page == 1)
		return in / 0x400 == 1 ? IS_SKIPPED : IS_CONFIG;
	if (page < 1U << s->cfg.log2_pages || in == SMMUV2_CB_RESUME || in >= SMMUV2_CB_PAR)
		return IS_SKIPPED;
	return in == SMMUV2_CB_SCTLR ? IS_SCTLR : IS_CONFIG;
}

static void write_all(struct state *s, enum what what)
{
	for_each_of(r, s->dump.r, s->dump.n) {
		if (what_is(s, r->offset) == what)
			smmuv2_class.mmio_write(&s->hw, r->offset, r->value, r->value >> 32 ? 8 : 4);
	}
}

/* Banks are set up before they translate, and everything before clients are let in. EXIDENABLE decides what an SMR holds. */
static void restore(struct state *s)
{
	u32 scr0 = (u32)reg_get(&s->hw.gr0, SMMUV2_GR0_sCR0), i;

	for (i = 0; i < s->dump.n; i++)
		if (s->dump.r[i].offset == SMMUV2_GR0_sCR0)
			scr0 = (u32)s->dump.r[i].value;
	wr(s, SMMUV2_GR0_sCR0, scr0 | SMMUV2_sCR0_CLIENTPD);
	write_all(s, IS_CONFIG);
	write_all(s, IS_SCTLR);
	wr(s, SMMUV2_GR0_sCR0, scr0);
}

static void *open_smmuv2(struct physmem *mem, const json_t *snapshot, char *reason)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	xl_machine_init(&s->machine, &smmuv2_class, mem);
	if (!xl_registers(json_object_get(snapshot, "registers"), NULL, &s->dump, reason) ||
	    !xl_holes(&s->machine, snapshot, reason)) {
		free(s);
		return NULL;
	}
	identify(s, snapshot);
	if (!s->cfg.num_cb || !s->cfg.num_smrg || smmuv2_init(&s->hw, &s->cfg, &s->machine.m.hw_ops, s)) {
		snprintf(reason, XL_REASON_BYTES, "idr: values that no SMMUv2 has");
		free(s);
		return NULL;
	}
	s->cfg = s->hw.cfg;
	restore(s);
	return s;
}

static void close_smmuv2(void *hw)
{
	struct state *s = hw;

	smmuv2_exit(&s->hw);
	free(s);
}

/* ---- one access ---- */

/* No fault outstanding, nothing stalled, nothing cached. */
static void clean(struct state *s)
{
	u32 n;

	for (n = 0; n < s->cfg.num_cb; n++) {
		if (!rd(s, cb(s, n, SMMUV2_CB_FSR)))
			continue;
		wr(s, cb(s, n, SMMUV2_CB_FSR), ~0U);
		wr(s, cb(s, n, SMMUV2_CB_RESUME), SMMUV2_RESUME_TnR);
	}
	wr(s, SMMUV2_GR0_sGFSR, ~0U);
	wr(s, SMMUV2_GR0_TLBIALLNSNH, 0);
	wr(s, SMMUV2_GR0_TLBIALLH, 0);
}

static void read_context(struct state *s, u32 n, u32 fsr, struct xl_outcome *o)
{
	o->fault = fsr & SMMUV2_FSR_FAULTS;
	o->n_words = RECORD_WORDS;
	o->words[0] = fsr | (u64)rd(s, cb(s, n, SMMUV2_CB_FSYNR0)) << 32;
	o->words[1] = smmuv2_class.mmio_read(&s->hw, cb(s, n, SMMUV2_CB_FAR), 8);
	o->words[2] = rd(s, page_of(s, 1) + SMMUV2_GR1_CBFRSYNRA(n)) | (u64)n << 32;
	o->words[3] = smmuv2_class.mmio_read(&s->hw, cb(s, n, SMMUV2_CB_IPAFAR), 8);
}

static void read_fault(struct state *s, struct xl_outcome *o)
{
	u32 gfsr = rd(s, SMMUV2_GR0_sGFSR), fsr, n;

	for (n = 0; n < s->cfg.num_cb; n++) {
		fsr = rd(s, cb(s, n, SMMUV2_CB_FSR));
		if (fsr)
			read_context(s, n, fsr, o);
	}
	if (!gfsr)
		return;
	o->fault = (u16)(SMMUV2_FAULT_GLOBAL | (gfsr & SMMUV2_sGFSR_FAULTS));
	o->n_words = RECORD_WORDS - 1;
	o->words[0] = gfsr | (u64)rd(s, SMMUV2_GR0_sGFSYNR0) << 32;
	o->words[1] = smmuv2_class.mmio_read(&s->hw, SMMUV2_GR0_sGFAR, 8);
	o->words[2] = rd(s, SMMUV2_GR0_sGFSYNR1);
}

static int run(void *hw, const struct dma_txn *t, struct xl_outcome *o)
{
	struct state *s = hw;
	int err;

	clean(s);
	err = xl_run(&smmuv2_class, &s->hw, t, o);
	if (!err)
		read_fault(s, o);
	return err;
}

/* ---- comparison ---- */

/* One named part of a record: @word, its low or high half or all of it. */
struct part {
	const char *key;
	u8 word;
	u8 shift;
	u64 mask;
};

static const struct part context_parts[] = {
	{ "fsr", 0, 0, 0xffffffff },	   { "fsynr0", 0, 32, 0xffffffff }, { "far", 1, 0, ~0ULL },
	{ "cbfrsynra", 2, 0, 0xffffffff }, { "cb", 2, 32, 0xffffffff },	    { "ipafar", 3, 0, ~0ULL },
};

static const struct part global_parts[] = {
	{ "gfsr", 0, 0, 0xffffffff },
	{ "gfsynr0", 0, 32, 0xffffffff },
	{ "gfar", 1, 0, ~0ULL },
	{ "gfsynr1", 2, 0, 0xffffffff },
};

/* Each part that the entry names, under its mask: by default all of it. */
static bool expect_parts(const json_t *wanted, const struct part *parts, size_t n, const struct xl_outcome *o,
			 char *reason)
{
	const json_t *masks = json_object_get(wanted, "masks");
	u64 want, mask, got;

	for_each_of(e, parts, n) {
		if (!json_object_get(wanted, e->key))
			continue;
		if (!xl_number(json_object_get(wanted, e->key), &want))
			return xl_fail(reason, "the entry's %s is no number", e->key);
		if (!xl_number(json_object_get(masks, e->key), &mask))
			mask = ~0ULL;
		got = o->words[e->word] >> e->shift & e->mask;
		if ((got ^ want) & mask & e->mask)
			return xl_fail(reason, "expected %s 0x%llx (mask 0x%llx), got 0x%llx", e->key, want,
				       mask & e->mask, got);
	}
	return true;
}

static bool expect_response(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	const char *text = json_string_value(json_object_get(entry, "response"));
	enum xlat want;

	if (!text)
		return true;
	want = !strcmp(text, "stall") ? XLAT_STALL : !strcmp(text, "abort") ? XLAT_ABORT : XLAT_RAZWI;
	if (o->kind == want)
		return true;
	return xl_fail(reason, "expected response %s", text);
}

static bool expect(const void *hw, const json_t *entry, const struct xl_outcome *o, char *reason)
{
	const json_t *context = json_object_get(entry, "context_fault");
	const json_t *global = json_object_get(entry, "global_fault");
	bool is_global = o->fault & SMMUV2_FAULT_GLOBAL;

	if (!context && !global)
		return xl_expect_plain(entry, o, reason);
	if (!o->n_words || is_global != !!global)
		return xl_fail(reason, "expected a %s fault", global ? "global" : "context");
	if (global)
		return expect_parts(global, global_parts, ARRAY_SIZE(global_parts), o, reason) &&
		       expect_response(entry, o, reason);
	return expect_parts(context, context_parts, ARRAY_SIZE(context_parts), o, reason) &&
	       expect_response(entry, o, reason);
}

const struct iommu_dump smmuv2_dump = {
	.open = open_smmuv2,
	.close = close_smmuv2,
	.run = run,
	.expect = expect,
};
