// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv3: what an event record (7.3) or a page request (8) implies. */
#include "report_json.h"
#include "smmuv3_driver.h"
#include "smmuv3_spec.h"
#include "verify_priv.h"

/* ---- the recorded words ---- */

static const char *request_words(struct verify_result *r)
{
	const struct dmat_record *rec = &r->rec;
	u64 *w = r->recorded;

	r->format = &smmuv3_records[SMMUV3_RECORD_PRI];
	w[0] = FIELD_PREP(SMMUV3_PRI_0_STREAMID, (u64)rec->sid) |
	       FIELD_PREP(SMMUV3_PRI_0_SUBSTREAMID, (u64)rec->pasid) |
	       (rec->flags & DMAT_F_PRIV ? SMMUV3_PRI_0_PRIV : 0) | (rec->flags & DMAT_F_X ? SMMUV3_PRI_0_X : 0) |
	       (rec->flags & DMAT_F_R ? SMMUV3_PRI_0_R : 0) | (rec->flags & DMAT_F_W ? SMMUV3_PRI_0_W : 0) |
	       (rec->flags & DMAT_F_LAST ? SMMUV3_PRI_0_LAST : 0) | (rec->flags & DMAT_F_PASID ? SMMUV3_PRI_0_SSV : 0);
	w[1] = FIELD_PREP(SMMUV3_PRI_1_PRGINDEX, (u64)rec->tag) | (rec->iova & SMMUV3_PRI_1_ADDRESS);
	if (rec->flags & DMAT_F_WORDS)
		memcpy(w, rec->word, SMMUV3_PRI_BYTES);
	r->known[0] = r->known[1] = ~0ULL;
	return NULL;
}

/* Without words, what the line of a log says. That there is no PASID, no stall and no privilege is not said. */
static void decoded(struct verify_result *r)
{
	const struct dmat_record *rec = &r->rec;
	u64 *w = r->recorded, *known = r->known;

	w[0] = FIELD_PREP(SMMUV3_EVT_0_ID, (u64)rec->code) | FIELD_PREP(SMMUV3_EVT_0_STREAMID, (u64)rec->sid);
	known[0] = SMMUV3_EVT_0_ID | SMMUV3_EVT_0_STREAMID;
	if (rec->flags & DMAT_F_PASID) {
		w[0] |= SMMUV3_EVT_0_SSV | FIELD_PREP(SMMUV3_EVT_0_SUBSTREAMID, (u64)rec->pasid);
		known[0] |= SMMUV3_EVT_0_SSV | SMMUV3_EVT_0_SUBSTREAMID;
	}
	if (rec->flags & DMAT_F_STALL) {
		w[1] |= SMMUV3_EVT_1_STALL;
		known[1] |= SMMUV3_EVT_1_STALL;
	}
	if (!(rec->flags & DMAT_F_R) != !(rec->flags & DMAT_F_W)) {
		w[1] |= rec->flags & DMAT_F_R ? SMMUV3_EVT_1_RNW : 0;
		known[1] |= SMMUV3_EVT_1_RNW;
	}
	if (!(rec->flags & DMAT_F_NO_IOVA)) {
		w[2] = rec->iova;
		known[2] = ~0ULL;
	}
}

static const char *words(struct verify_result *r)
{
	u32 i;

	if (verify_is_request(r))
		return request_words(r);
	r->format = &smmuv3_records[SMMUV3_RECORD_EVT];
	if (r->rec.code > 0xff)
		return "an event number has 8 bits";
	if (r->rec.flags & DMAT_F_WORDS)
		for (i = 0; i < SMMUV3_EVT_WORDS; i++) {
			r->recorded[i] = r->rec.word[i];
			r->known[i] = ~0ULL;
		}
	else
		decoded(r);
	r->kind = spec_kind(r->format, spec_code(r->format, r->recorded));
	return r->kind ? NULL : "the specification defines no event of this number";
}

/* ---- the state ---- */

#define LEAF_AF	    BIT_ULL(10)
#define LEAF_PA_47  BIT_ULL(47)
#define IPS_40_BITS 2

static void change(struct verify_plan *p, u32 i, u8 where, u64 clear, u64 set)
{
	p->poke[i] = (struct verify_poke){ .where = where, .clear = clear, .set = set };
}

static void fail(struct verify_plan *p, u8 where)
{
	p->poke[0] = (struct verify_poke){ .where = where, .fails = true };
}

/* The page's permissions are all but those that the access needs. */
static const char *permission(struct verify_plan *p)
{
	if (p->txn.flags & DMA_WRITE)
		verify_map(p, DRV_PROT_READ);
	else if (p->txn.flags & DMA_EXEC)
		verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE);
	else if (!(p->txn.flags & DMA_PRIV))
		verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_PRIV);
	else
		return "no page of stage 1 refuses privileged reads";
	return NULL;
}

/* Faults that a walk of stage 1 finds. */
static const char *translation(const struct verify_result *r, struct verify_plan *p)
{
	u64 w1 = r->recorded[1], known = r->known[1];

	if (known & w1 & SMMUV3_EVT_1_S2)
		return "the state of stage 2 is not implied by a record";
	if (known & SMMUV3_EVT_1_CLASS && FIELD_GET(SMMUV3_EVT_1_CLASS, w1) != SMMUV3_EVT_CLASS_IN)
		return "a fault of stage 1 in the fetch of a table or CD does not exist without stage 2";
	p->stall = r->rec.flags & DMAT_F_STALL;
	verify_attach(p);
	switch (r->kind->code) {
	case SMMUV3_F_ADDR_SIZE:
		verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		change(p, 0, VERIFY_CONFIG_LAST, SMMUV3_CD_0_IPS, FIELD_PREP(SMMUV3_CD_0_IPS, (u64)IPS_40_BITS));
		change(p, 1, VERIFY_LEAF, 0, LEAF_PA_47);
		return NULL;
	case SMMUV3_F_ACCESS:
		verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		change(p, 0, VERIFY_LEAF, LEAF_AF, 0);
		return NULL;
	case SMMUV3_F_PERMISSION:
		return permission(p);
	default:
		return NULL;
	}
}

static const char *bad_stream(const struct verify_result *r, struct verify_plan *p)
{
	/* Nobody has a level 2 table there; StreamIDs that no table of two levels has are beyond it in any case. */
	p->txn.iova = 0;
	return NULL;
}

/* Only PASIDs have domains, and the access has none: S1DSS terminates it. */
static const char *disabled(struct verify_plan *p)
{
	if (p->txn.flags & DMA_PASID)
		return "a stream that is disabled for accesses with a PASID leaves no record (STE.Config)";
	p->add = p->attach = true;
	p->pasid_bits = 4;
	p->pasid = 1;
	return NULL;
}

/* The record has no SSV: its SubstreamID is valid without (7.3.9). */
static const char *bad_substream(const struct verify_result *r, struct verify_plan *p)
{
	if (r->known[0] & SMMUV3_EVT_0_SUBSTREAMID)
		p->txn.pasid = (u32)FIELD_GET(SMMUV3_EVT_0_SUBSTREAMID, r->recorded[0]);
	else
		return "the SubstreamID was not recorded";
	p->txn.flags |= DMA_PASID;
	p->add = p->attach = true;
	/* The CD table is too short for it. */
	p->pasid_bits = p->txn.pasid ? verify_bits(p->txn.pasid) - 1 : 0;
	return NULL;
}

static const char *broken(const struct verify_result *r, struct verify_plan *p)
{
	verify_attach(p);
	switch (r->kind->code) {
	case SMMUV3_F_STE_FETCH:
		/* The second fetch, behind the level 1 descriptor. */
		p->poke[0] = (struct verify_poke){ .where = VERIFY_CONFIG, .nth = 1, .fails = true };
		return NULL;
	case SMMUV3_C_BAD_STE:
		p->poke[0] = (struct verify_poke){ .where = VERIFY_CONFIG, .nth = 1, .clear = SMMUV3_STE_0_V };
		return NULL;
	case SMMUV3_F_CD_FETCH:
		fail(p, VERIFY_CONFIG_LAST);
		return NULL;
	case SMMUV3_C_BAD_CD:
		change(p, 0, VERIFY_CONFIG_LAST, SMMUV3_CD_0_V, 0);
		return NULL;
	default:
		verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		fail(p, VERIFY_LEAF);
		return NULL;
	}
}

static const char *imply(const struct verify_result *r, struct verify_plan *p)
{
	switch (r->kind->code) {
	case SMMUV3_F_TRANSLATION:
	case SMMUV3_F_ADDR_SIZE:
	case SMMUV3_F_ACCESS:
	case SMMUV3_F_PERMISSION:
		return translation(r, p);
	case SMMUV3_C_BAD_STREAMID:
		return bad_stream(r, p);
	case SMMUV3_F_STREAM_DISABLED:
		return disabled(p);
	case SMMUV3_C_BAD_SUBSTREAMID:
		return bad_substream(r, p);
	case SMMUV3_F_TRANSL_FORBIDDEN:
		verify_attach(p);
		p->txn.flags |= DMA_TRANSLATED;
		return NULL;
	case SMMUV3_F_WALK_EABT:
		if (r->known[1] & r->recorded[1] & SMMUV3_EVT_1_S2)
			return "the state of stage 2 is not implied by a record";
		return broken(r, p);
	case SMMUV3_F_STE_FETCH:
	case SMMUV3_C_BAD_STE:
	case SMMUV3_F_CD_FETCH:
	case SMMUV3_C_BAD_CD:
		return broken(r, p);
	case SMMUV3_E_PAGE_REQUEST:
		return "a page request hint is no fault";
	default:
		return "the state behind this event is not set up";
	}
}

/* ---- the engine's record ---- */

/* The entry that software would read next. */
static bool capture(struct verify_scene *s, const struct verify_result *r, u64 out[VERIFY_WORDS])
{
	bool pri = verify_is_request(r);
	u64 base = verify_reg(s, pri ? SMMUV3_PRIQ_BASE : SMMUV3_EVENTQ_BASE, 8);
	u32 prod = (u32)verify_reg(s, pri ? SMMUV3_PRIQ_PROD : SMMUV3_EVENTQ_PROD, 4);
	u32 cons = (u32)verify_reg(s, pri ? SMMUV3_PRIQ_CONS : SMMUV3_EVENTQ_CONS, 4);
	u32 n = 1U << FIELD_GET(SMMUV3_EVENTQ_BASE_LOG2SIZE, base), bytes = pri ? SMMUV3_PRI_BYTES : SMMUV3_EVT_BYTES;

	base = (base & SMMUV3_EVENTQ_BASE_ADDR) + (u64)(cons & (n - 1)) * bytes;
	return (prod ^ cons) & (2 * n - 1) && verify_queue_entry(s, base, bytes, out);
}

/* ---- what may differ ---- */

static bool tables_access(const struct verify_result *r)
{
	return r->kind->code == SMMUV3_F_PERMISSION &&
	       FIELD_GET(SMMUV3_EVT_1_CLASS, r->recorded[1]) == SMMUV3_EVT_CLASS_TT;
}

static u64 open(const struct verify_result *r, u32 word)
{
	if (verify_is_request(r))
		return word == 0 && !(r->recorded[0] & SMMUV3_PRI_0_SSV) ? SMMUV3_PRI_0_SUBSTREAMID : 0;
	switch (word) {
	case 0:
		/* without SSV it means nothing, with that exception */
		return r->recorded[0] & SMMUV3_EVT_0_SSV || r->kind->code == SMMUV3_C_BAD_SUBSTREAMID
			       ? 0
			       : SMMUV3_EVT_0_SUBSTREAMID;
	case 1:
		/* STAG or the reason, both 15:0; and the access to a table, where that is not what lacked a permission */
		return SMMUV3_EVT_1_STAG | (tables_access(r) ? 0 : SMMUV3_EVT_1_TTRNW);
	case 3:
		return ~0ULL; /* FetchAddr, and IPA, which S2 = 0 leaves open */
	default:
		return 0;
	}
}

/* ---- the state, for a dump ---- */

static const struct spec_record *table(const struct verify_plan *p, u32 len, u32 nth)
{
	if (len == SMMUV3_STE_BYTES)
		return &smmuv3_records[nth < 2 ? SMMUV3_RECORD_STE : SMMUV3_RECORD_CD];
	return &smmuv3_records[nth ? SMMUV3_RECORD_L1CD : SMMUV3_RECORD_L1STD];
}

static void identify(struct verify_scene *s, json_t *dump)
{
	json_t *idr = json_object();
	char key[16];
	u32 i;

	for (i = 0; i < 6; i++) {
		snprintf(key, sizeof(key), "0x%x", SMMUV3_IDR0 + 4 * i);
		report_json_hex(idr, key, verify_reg(s, SMMUV3_IDR0 + 4 * i, 4));
	}
	json_object_set_new(dump, "idr", idr);
}

static void expect(const struct verify_result *r, json_t *entry)
{
	json_t *event = json_object();

	report_json_text(event, "name", r->kind->name);
	verify_expect_words(r, SMMUV3_EVT_WORDS, event);
	json_object_set_new(entry, "event", event);
}

const struct verify_model verify_smmuv3 = {
	.name = "smmuv3",
	.words = words,
	.imply = imply,
	.capture = capture,
	.table = table,
	.identify = identify,
	.expect = expect,
	.open = open,
};
