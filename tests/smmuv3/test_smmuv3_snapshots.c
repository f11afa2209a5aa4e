// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tables that others built, with the outcome of each access as others see it:
 * tests/smmuv3/data. Registers are written as a driver writes them, records are
 * read from the queue.
 */
#include "pages.h"
#include "suite.h"
#include "v3_fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <zlib.h>

#define DATA FL_SOURCE_DIR "/tests/smmuv3/data/"

struct snapshot {
	json_t *json;
	json_t *registers;
	struct v3_fixture fx;
	u64 eventq;
	u32 log2evtq;
	u32 compared, different;
};

static u64 number(json_t *v)
{
	return json_is_string(v) ? strtoull(json_string_value(v), NULL, 0) : (u64)json_integer_value(v);
}

static u64 reg_value(const struct snapshot *s, const char *key)
{
	return number(json_object_get(s->registers, key));
}

static json_t *read_json(const char *path)
{
	static char text[8 << 20];
	gzFile f = gzopen(path, "rb");
	json_error_t err;
	json_t *j;
	int n;

	ck_assert_ptr_nonnull(f);
	n = gzread(f, text, sizeof(text));
	gzclose(f);
	ck_assert_int_gt(n, 0);
	j = json_loadb(text, (size_t)n, 0, &err);
	ck_assert_msg(j != NULL, "%s:%d: %s", path, err.line, err.text);
	return j;
}

/* In a driver's order: everything with the SMMU off, then the command queue, the event queue, translation. */
static void program(struct snapshot *s)
{
	struct v3_fixture *f = &s->fx;
	u32 cr0 = (u32)reg_value(s, "0x20");

	fx_w32(f, SMMUV3_CR0, 0);
	fx_w32(f, SMMUV3_CR1, (u32)reg_value(s, "0x28"));
	fx_w32(f, SMMUV3_CR2, (u32)reg_value(s, "0x2c"));
	fx_w64(f, SMMUV3_STRTAB_BASE, reg_value(s, "0x80"));
	fx_w32(f, SMMUV3_STRTAB_BASE_CFG, (u32)reg_value(s, "0x88"));
	fx_w64(f, SMMUV3_CMDQ_BASE, reg_value(s, "0x90"));
	fx_w32(f, SMMUV3_CMDQ_CONS, (u32)reg_value(s, "0x98"));
	fx_w32(f, SMMUV3_CMDQ_PROD, (u32)reg_value(s, "0x98"));
	fx_w32(f, SMMUV3_CR0, cr0 & 8);
	fx_w64(f, SMMUV3_EVENTQ_BASE, reg_value(s, "0xa0"));
	fx_w32(f, SMMUV3_EVENTQ_PROD, (u32)reg_value(s, "0xa8"));
	fx_w32(f, SMMUV3_EVENTQ_CONS, (u32)reg_value(s, "0xac"));
	fx_w32(f, SMMUV3_CR0, cr0 & 0xc);
	fx_w32(f, SMMUV3_IRQ_CTRL, (u32)reg_value(s, "0x50"));
	fx_w32(f, SMMUV3_CR0, cr0);
	ck_assert_uint_eq(fx_r32(f, SMMUV3_CR0ACK), cr0);
	s->eventq = reg_value(s, "0xa0") & 0xffffffffffe0ULL;
	s->log2evtq = reg_value(s, "0xa0") & 0x1f;
}

static void open_snapshot(struct snapshot *s, const char *json, const char *pages)
{
	struct smmuv3_cfg cfg = { 0 };
	struct pages_error err;
	json_t *idr;
	u32 i;

	memset(s, 0, sizeof(*s));
	s->json = read_json(json);
	s->registers = json_object_get(s->json, "registers");
	idr = json_object_get(s->json, "idr");
	for (i = 0; idr && i < 6; i++) {
		char key[8];

		snprintf(key, sizeof(key), "0x%x", i * 4);
		cfg.idr[i] = (u32)number(json_object_get(idr, key));
		cfg.idr_given |= BIT(i);
	}
	cfg.aidr = (u32)number(json_object_get(idr, "0x1c"));
	ck_assert_int_eq(fx_init(&s->fx, &cfg), 0);
	s->fx.mem.absent_fails = true;
	ck_assert_msg(!pages_load(pages, &s->fx.mem, &err), "%s: %s: %s", pages, err.place, err.reason);
	program(s);
}

static void close_snapshot(struct snapshot *s)
{
	fx_exit(&s->fx);
	json_decref(s->json);
}

static bool take_event(struct snapshot *s, u64 *w)
{
	u32 prod = fx_r32(&s->fx, SMMUV3_EVENTQ_PROD), cons = fx_r32(&s->fx, SMMUV3_EVENTQ_CONS), i;
	u32 mask = (2U << s->log2evtq) - 1;

	if (!((prod ^ cons) & mask))
		return false;
	for (i = 0; i < 4; i++)
		w[i] = fx_m64(&s->fx, s->eventq + (cons & (mask >> 1)) * 32 + i * 8);
	fx_w32(&s->fx, SMMUV3_EVENTQ_CONS, (cons + 1) & mask);
	return true;
}

static u16 flags_of(json_t *t)
{
	const char *access = json_string_value(json_object_get(t, "access"));
	u16 flags = 0;

	if (access && access[0] == 'w')
		flags |= DMA_WRITE;
	if (access && access[0] == 'x')
		flags |= DMA_EXEC;
	if (json_is_true(json_object_get(t, "priv")))
		flags |= DMA_PRIV;
	return json_object_get(t, "ssid") ? flags | DMA_PASID : flags;
}

static const char *check_record(struct snapshot *s, json_t *event, const u64 *w)
{
	char key[8];
	json_t *res0;
	u32 i;

	snprintf(key, sizeof(key), "%lld", json_integer_value(json_object_get(event, "id")));
	res0 = json_object_get(json_object_get(s->json, "res0"), key);
	for (i = 0; i < 4; i++) {
		u64 want = number(json_array_get(json_object_get(event, "words"), i));
		u64 mask = number(json_array_get(json_object_get(event, "mask"), i));

		if ((want ^ w[i]) & mask)
			return "record";
		if (w[i] & number(json_array_get(res0, i)))
			return "RES0 bits of the record";
	}
	return NULL;
}

/* NULL, or what differs. */
static const char *check_entry(struct snapshot *s, json_t *t, enum xlat x, const struct xlat_result *r)
{
	json_t *event = json_object_get(t, "event");
	const char *response = json_string_value(json_object_get(t, "response"));
	bool silent_abort = json_object_get(t, "abort"), raz = json_object_get(t, "raz_wi");
	u64 w[4] = { 0 };
	bool recorded = take_event(s, w);

	if (json_object_get(t, "pa")) {
		if (x != XLAT_OK)
			return "outcome";
		if (r->pa != number(json_object_get(t, "pa")))
			return "pa";
		if (json_object_get(t, "perm") && (r->perm & 3) != number(json_object_get(t, "perm")))
			return "perm";
		return recorded ? "unexpected record" : NULL;
	}
	if (silent_abort || raz)
		return x != (raz ? XLAT_RAZWI : XLAT_ABORT) ? "outcome" : recorded ? "unexpected record" : NULL;
	if (x != (!strcmp(response, "stall") ? XLAT_STALL : !strcmp(response, "raz_wi") ? XLAT_RAZWI : XLAT_ABORT))
		return "response";
	if (!recorded)
		return "no record";
	return check_record(s, event, w);
}

static void run(struct snapshot *s, bool cold)
{
	json_t *t;
	size_t i;

	json_array_foreach(json_object_get(s->json, "translations"), i, t) {
		struct dma_txn txn = fx_txn(&s->fx, (u32)number(json_object_get(t, "sid")),
					    number(json_object_get(t, "iova")), flags_of(t));
		struct xlat_result r;
		const char *wrong;
		enum xlat x;

		txn.pasid = (u32)number(json_object_get(t, "ssid"));
		if (cold) {
			smmuv3_class.reset(&s->fx.smmu);
			program(s);
		}
		x = smmuv3_class.translate(&s->fx.smmu, &txn, &r);
		wrong = check_entry(s, t, x, &r);
		s->compared++;
		if (wrong) {
			s->different++;
			if (s->different < 20)
				fprintf(stderr, "entry %zu: %s: got %d pa 0x%llx fault 0x%x perm %u; %s\n", i, wrong, x,
					r.pa, r.fault, r.perm, json_dumps(t, 0));
		}
		if (x == XLAT_STALL) { /* end it, so that slots do not run out */
			fx_w32(&s->fx, SMMUV3_CR0, fx_r32(&s->fx, SMMUV3_CR0) & ~1U);
			fx_w32(&s->fx, SMMUV3_CR0, fx_r32(&s->fx, SMMUV3_CR0) | 1);
		}
	}
}

static void whole(const char *json, const char *pages, bool cold)
{
	struct snapshot s;

	open_snapshot(&s, json, pages);
	run(&s, cold);
	ck_assert_msg(!s.different, "%u of %u differ", s.different, s.compared);
	ck_assert_uint_gt(s.compared, 0);
	close_snapshot(&s);
}

/* One after the other with warm caches, and each with caches empty. */
TEST_TIMES(recorded, 6)
{
	static const char *const names[][2] = {
		{ DATA "smmuv3-71.json.gz", DATA "smmuv3-71.pages.gz" },
		{ DATA "smmuv3-72.json.gz", DATA "smmuv3-72.pages.gz" },
		{ DATA "arm64-smmuv3-nvme-e1000e.json", DATA "arm64-smmuv3-nvme-e1000e.pages.gz" },
	};

	whole(names[_i / 2][0], names[_i / 2][1], _i % 2);
}

SUITE("smmuv3 snapshots")
