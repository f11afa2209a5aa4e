// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv3: errors that no access leads to: SMMU_GERROR (6.3.17) and a command queue that has stopped (6.3.28, 7.1). */
#include "smmuv3_driver.h"
#include "smmuv3_spec.h"
#include "verify_priv.h"

#define FIELD(name, high, low, doc)                                             \
	{                                                                       \
		.field = { name, high, low, REG_RO, doc }, .word = 0, .part = 0 \
	}

static const struct spec_field gerror_fields[] = {
	FIELD("CMDQ_ERR", 0, 0, "the command queue has stopped"),
	FIELD("EVENTQ_ABT_ERR", 2, 2, "writing an event was aborted"),
	FIELD("PRIQ_ABT_ERR", 3, 3, "writing a page request was aborted"),
	FIELD("MSI_CMDQ_ABT_ERR", 4, 4, "the message of a CMD_SYNC was aborted"),
	FIELD("MSI_EVENTQ_ABT_ERR", 5, 5, "the message of the event queue was aborted"),
	FIELD("MSI_PRIQ_ABT_ERR", 6, 6, "the message of the PRI queue was aborted"),
	FIELD("MSI_GERROR_ABT_ERR", 7, 7, "the message of an error was aborted"),
	FIELD("SFM_ERR", 8, 8, "service failure mode"),
};

static const struct spec_field cmdq_fields[] = {
	FIELD("RD", 19, 0, "where it stopped"),
	FIELD("ERR", 30, 24, "why it stopped"),
};

static const struct spec_record gerror_record = { .name = "GERROR",
						  .section = "6.3.17",
						  .text = "Global errors that are active",
						  .words = 1,
						  .n_fields = ARRAY_SIZE(gerror_fields),
						  .fields = gerror_fields };
static const struct spec_record cmdq_record = { .name = "CMDQ_CONS",
						.section = "6.3.28",
						.text = "Command queue",
						.words = 1,
						.n_fields = ARRAY_SIZE(cmdq_fields),
						.fields = cmdq_fields };

static bool is_cmdq(const struct verify_result *r)
{
	return r->rec.model == DMAT_MODEL_SMMUV3_CMDQ;
}

static const char *words(struct verify_result *r)
{
	r->format = is_cmdq(r) ? &cmdq_record : &gerror_record;
	r->recorded[0] = r->rec.code;
	r->known[0] = ~0ULL;
	if (is_cmdq(r)) {
		r->recorded[0] = FIELD_PREP(SMMUV3_CMDQ_CONS_ERR, (u64)r->rec.code);
		r->known[0] = SMMUV3_CMDQ_CONS_ERR;
		if (r->rec.flags & DMAT_F_WORDS) {
			r->recorded[0] = r->rec.word[0];
			r->known[0] = ~0ULL;
		}
	}
	return NULL;
}

static const char *imply(const struct verify_result *r, struct verify_plan *p)
{
	p->act = true;
	p->pri = p->add = true;
	if (is_cmdq(r))
		return r->rec.code >= SMMUV3_CERROR_ILL && r->rec.code <= SMMUV3_CERROR_ATC_INV_SYNC
			       ? NULL
			       : "the specification defines no such error of the command queue";
	switch (r->rec.code) {
	case SMMUV3_GERROR_CMDQ_ERR:
	case SMMUV3_GERROR_EVENTQ_ABT_ERR:
	case SMMUV3_GERROR_PRIQ_ABT_ERR:
		return NULL;
	default:
		return "of global errors those of the three queues, one at a time, are set up";
	}
}

/* ---- bringing it about ---- */

static void hole(struct verify_scene *s, u64 base, u64 bytes)
{
	base &= SMMUV3_EVENTQ_BASE_ADDR;
	s->mem.holes[s->mem.n_holes++] = (struct physmem_range){ base, base + bytes - 1 };
}

/* Endpoints that never complete an invalidation; without a clock their time is over at once. */
static void never(void *ctx, const struct ats_inv *inv)
{
	machine_inv_done(ctx, inv->sid, inv->itag, false);
}

static void command(struct verify_scene *s, u64 w0, u64 w1)
{
	u64 words[2] = { htole64(w0), htole64(w1) }, base = verify_reg(s, SMMUV3_CMDQ_BASE, 8);
	u32 prod = (u32)verify_reg(s, SMMUV3_CMDQ_PROD, 4), n = 1U << FIELD_GET(SMMUV3_EVENTQ_BASE_LOG2SIZE, base);

	physmem_write(&s->mem, (base & SMMUV3_EVENTQ_BASE_ADDR) + (u64)(prod & (n - 1)) * sizeof(words), words,
		      sizeof(words));
	s->m.cls->mmio_write(s->m.hw, SMMUV3_CMDQ_PROD, (prod + 1) & (2 * n - 1), 4);
}

static void stop_queue(struct verify_scene *s, u32 error)
{
	if (error == SMMUV3_CERROR_ABT)
		hole(s, verify_reg(s, SMMUV3_CMDQ_BASE, 8), 4096);
	s->m.ats_invalidate = never;
	if (error != SMMUV3_CERROR_ATC_INV_SYNC) {
		command(s, 0xff, 0); /* no command has this number */
		return;
	}
	command(s, SMMUV3_CMD_ATC_INV | FIELD_PREP(SMMUV3_CMD_0_STREAMID, (u64)VERIFY_SID),
		FIELD_PREP(SMMUV3_CMD_ATC_INV_1_SIZE, 52ULL));
	machine_carry(&s->m);
	command(s, SMMUV3_CMD_SYNC, 0);
}

static void act(struct verify_scene *s, const struct verify_result *r)
{
	struct dma_txn t = { .sid = VERIFY_SID ^ 1, .iova = VERIFY_IOVA, .len = 1 };
	struct page_request pr = { .sid = VERIFY_SID, .addr = VERIFY_IOVA, .perm = PERM_R, .last = true };
	struct xlat_result res;

	if (is_cmdq(r)) {
		stop_queue(s, r->rec.code);
	} else if (r->rec.code == SMMUV3_GERROR_EVENTQ_ABT_ERR) {
		hole(s, verify_reg(s, SMMUV3_EVENTQ_BASE, 8), 4096);
		s->m.cls->translate(s->m.hw, &t, &res);
	} else if (r->rec.code == SMMUV3_GERROR_PRIQ_ABT_ERR) {
		hole(s, verify_reg(s, SMMUV3_PRIQ_BASE, 8), 4096);
		s->m.cls->page_request(s->m.hw, &pr);
	} else {
		stop_queue(s, SMMUV3_CERROR_ILL);
	}
}

static bool capture(struct verify_scene *s, const struct verify_result *r, u64 out[VERIFY_WORDS])
{
	u64 active = verify_reg(s, SMMUV3_GERROR, 4) ^ verify_reg(s, SMMUV3_GERRORN, 4);

	out[0] = is_cmdq(r) ? verify_reg(s, SMMUV3_CMDQ_CONS, 4) : active;
	return active;
}

/* Where the queue stopped depends on what went before. */
static u64 open(const struct verify_result *r, u32 word)
{
	return is_cmdq(r) ? SMMUV3_CMDQ_CONS_RD : 0;
}

const struct verify_model verify_smmuv3_error = {
	.name = "smmuv3",
	.words = words,
	.imply = imply,
	.act = act,
	.capture = capture,
	.open = open,
};
