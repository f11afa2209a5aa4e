// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* VT-d: what a fault reason (7.1.3) or a page request descriptor (7.4.1.1) implies. */
#include "report_json.h"
#include "verify_priv.h"
#include "vtd_driver.h"
#include "vtd_spec.h"

#define INTERRUPT_FIRST 0x20 /* reasons of interrupt remapping */
#define INTERRUPT_LAST	0x2f

static const char *request_words(struct verify_result *r)
{
	const struct dmat_record *rec = &r->rec;
	u64 *w = r->recorded;

	r->format = &vtd_records[VTD_RECORD_PREQ];
	w[0] = VTD_PREQ_TYPE | FIELD_PREP(VTD_PREQ_RID, (u64)rec->sid) | FIELD_PREP(VTD_PREQ_PASID, (u64)rec->pasid) |
	       (rec->flags & DMAT_F_PASID ? VTD_PREQ_PP : 0) | (rec->flags & DMAT_F_X ? VTD_PREQ_EXR : 0) |
	       (rec->flags & DMAT_F_PRIV ? VTD_PREQ_PMR : 0);
	w[1] = FIELD_PREP(VTD_PREQ_PRGI, (u64)rec->tag) | (rec->iova & VTD_PREQ_ADDR) |
	       (rec->flags & DMAT_F_R ? VTD_PREQ_RDR : 0) | (rec->flags & DMAT_F_W ? VTD_PREQ_WRR : 0) |
	       (rec->flags & DMAT_F_LAST ? VTD_PREQ_LPIG : 0);
	if (rec->flags & DMAT_F_WORDS)
		memcpy(w, rec->word, 2 * sizeof(w[0]));
	r->known[0] = r->known[1] = ~0ULL;
	return NULL;
}

/* No log has the register itself; its words, where a trace has them, are low half and high half. */
static const char *words(struct verify_result *r)
{
	const struct dmat_record *rec = &r->rec;
	u64 *w = r->recorded, *known = r->known;

	if (rec->sid > 0xffff && rec->sid != DMAT_SID_NONE)
		return "a requester ID has 16 bits";
	if (verify_is_request(r))
		return request_words(r);
	r->format = &vtd_records[VTD_RECORD_FRCD];
	if (rec->code > 0xff)
		return "a fault reason has 8 bits";
	known[1] = VTD_FRCD_FR | VTD_FRCD_SID;
	w[1] = FIELD_PREP(VTD_FRCD_FR, (u64)rec->code) | (rec->sid & VTD_FRCD_SID);
	if (rec->flags & DMAT_F_WORDS) {
		memcpy(w, rec->word, VTD_FRCD_BYTES);
		known[0] = known[1] = ~0ULL;
	} else {
		if (!(rec->flags & DMAT_F_NO_IOVA)) {
			known[0] = VTD_FRCD_FI;
			w[0] = rec->iova & VTD_FRCD_FI;
		}
		if (!(rec->flags & DMAT_F_R) != !(rec->flags & DMAT_F_W)) {
			known[1] |= VTD_FRCD_T1;
			w[1] |= rec->flags & DMAT_F_R ? VTD_FRCD_T1 : 0;
		}
		if (rec->flags & DMAT_F_PASID) {
			known[1] |= VTD_FRCD_PP | VTD_FRCD_PV;
			w[1] |= VTD_FRCD_PP | FIELD_PREP(VTD_FRCD_PV, (u64)rec->pasid);
		}
	}
	r->kind = spec_kind(r->format, spec_code(r->format, w));
	if (rec->code >= INTERRUPT_FIRST && rec->code <= INTERRUPT_LAST)
		return "interrupt remapping is not modelled";
	return r->kind ? NULL : "the specification defines no fault reason of this number";
}

/* ---- the state ---- */

#define ALL	   (DRV_PROT_READ | DRV_PROT_WRITE)
#define LEAF_ADDR  GENMASK_ULL(47, 12)
#define INTERRUPTS 0xfee00000ULL

/* What stands in memory before something is changed by hand, each with what is before it. */
enum base {
	NOTHING,   /* no table leads to the device */
	NEIGHBOUR, /* another function of the bus, whose entry is in the same table */
	ATTACHED,
	READABLE, /* the page is mapped, without write permission */
	MAPPED
};

#define FAILS(at, n) .poke = { .where = at, .nth = n, .fails = true }

/*
 * The reasons that a state brings about whatever the access: tables that lead to the page table, in the order of the
 * fetches; entries that say what they must not; the walk itself. A reason of legacy mode stands before that of scalable
 * mode.
 */
static const struct implied {
	u8 reason[3]; /* 0: none */
	enum base base;
	struct verify_poke poke;
	u16 flags;
} implied[] = {
	{ { VTD_FR_LRT_2, VTD_FR_SRT_2 }, .base = NOTHING },
	{ { VTD_FR_LCT_2, VTD_FR_SCT_2 }, .base = NEIGHBOUR },
	{ { VTD_FR_LRT_1, VTD_FR_SRT_1 }, .base = ATTACHED, FAILS(VERIFY_CONFIG, 0) },
	{ { VTD_FR_LCT_1, VTD_FR_SCT_1 }, .base = ATTACHED, FAILS(VERIFY_CONFIG, 1) },
	{ { VTD_FR_LRT_3, VTD_FR_SRT_3 }, .base = ATTACHED, .poke = { .where = VERIFY_CONFIG, .set = BIT_ULL(5) } },
	{ { VTD_FR_LCT_3, VTD_FR_SCT_3 },
	  .base = ATTACHED,
	  .poke = { .where = VERIFY_CONFIG, .nth = 1, .set = BIT_ULL(8) } },
	{ { VTD_FR_SPD_1 }, .base = ATTACHED, FAILS(VERIFY_CONFIG, 2) },
	{ { VTD_FR_SPD_3 }, .base = ATTACHED, .poke = { .where = VERIFY_CONFIG, .nth = 2, .set = BIT_ULL(5) } },
	{ { VTD_FR_SPT_1 }, .base = ATTACHED, FAILS(VERIFY_CONFIG_LAST, 0) },
	{ { VTD_FR_SPT_3 }, .base = ATTACHED, .poke = { .where = VERIFY_CONFIG_LAST, .set = BIT_ULL(5) } },
	{ { VTD_FR_LCT_4 }, .base = ATTACHED, .poke = { .where = VERIFY_CONFIG, .nth = 1, .set = VTD_CE_TT } },
	{ { VTD_FR_SCT_4 },
	  .base = ATTACHED,
	  .poke = { .where = VERIFY_CONFIG, .nth = 1, .set = VTD_SCE_PRE, .clear = VTD_SCE_DTE } },
	{ { VTD_FR_SCT_9 },
	  .base = ATTACHED,
	  .poke = { .where = VERIFY_CONFIG, .nth = 1, .set = VTD_SCE1_RIDPASID, .word = 1 } },
	{ { VTD_FR_SPT_4 }, .base = ATTACHED, .poke = { .where = VERIFY_CONFIG_LAST, .set = VTD_PE_PGTT } },
	{ { VTD_FR_LCT_5, VTD_FR_SCT_5 }, .base = ATTACHED, .flags = DMA_TRANSLATED },
	{ { VTD_FR_RTA_1, VTD_FR_RTA_4 }, .base = ATTACHED }, /* prepare() */
	{ { VTD_FR_LGN_2, VTD_FR_LGN_3 }, .base = ATTACHED },
	{ { VTD_FR_SFS_2, VTD_FR_SSS_2 }, .base = ATTACHED },
	{ { VTD_FR_SGN_6 }, .base = READABLE },
	{ { VTD_FR_LSS_1, VTD_FR_SFS_1, VTD_FR_SSS_1 }, .base = MAPPED, FAILS(VERIFY_LEAF, 0) },
	{ { VTD_FR_SFS_4, VTD_FR_SSS_4 }, .base = MAPPED, FAILS(VERIFY_TABLE_FIRST, 0) },
	{ { VTD_FR_LSS_2, VTD_FR_SFS_3, VTD_FR_SSS_3 },
	  .base = MAPPED,
	  .poke = { .where = VERIFY_LEAF, .set = BIT_ULL(51) } },
};

static bool is_implied(u8 reason, struct verify_plan *p)
{
	const struct implied *i;

	for (i = implied; i < implied + ARRAY_SIZE(implied); i++)
		if (memchr(i->reason, reason, sizeof(i->reason)))
			break;
	if (i == implied + ARRAY_SIZE(implied))
		return false;
	p->has_neighbour = i->base == NEIGHBOUR;
	p->neighbour = p->has_neighbour ? p->txn.sid ^ 1 : 0;
	p->second_stage = reason >= VTD_FR_SSS_1 && reason <= VTD_FR_SSS_6;
	p->poke[0] = i->poke;
	if (reason == VTD_FR_SRT_3)
		p->poke[0].word = p->txn.sid & 0x80 ? 1 : 0;
	p->txn.flags |= i->flags;
	if (i->base >= ATTACHED)
		verify_attach(p);
	if (i->base >= READABLE)
		verify_map(p, i->base == MAPPED ? ALL : DRV_PROT_READ);
	return true;
}

/* The reasons that the address alone decides. NULL, or why it does not. */
static const char *addresses(u8 reason, struct verify_plan *p)
{
	u64 iova = p->txn.iova;

	p->second_stage = reason == VTD_FR_SGN_5;
	verify_attach(p);
	switch (reason) {
	case VTD_FR_LGN_1:
	case VTD_FR_SGN_5:
		return iova >> 48 ? NULL : "the address is within the width that the model has";
	case VTD_FR_SGN_1:
		return (iova >> 47) + 1 > 1 && iova >> 47 != 0x1ffff ? NULL : "the address is canonical";
	default:
		/* The page leads into the interrupt range, if the address is not in it. */
		if (iova >> 20 != INTERRUPTS >> 20) {
			verify_map(p, ALL);
			p->poke[0] =
				(struct verify_poke){ .where = VERIFY_LEAF, .clear = LEAF_ADDR, .set = INTERRUPTS };
		}
		return NULL;
	}
}

/* The reasons that concern PASIDs. */
static const char *pasids(u8 reason, struct verify_plan *p)
{
	bool has = p->txn.flags & DMA_PASID;

	switch (reason) {
	case VTD_FR_SPT_2:
		/* The same table, where another PASID has a domain. */
		verify_attach(p);
		p->pasid = has ? p->txn.pasid ^ 1 : 1;
		p->pasid_bits = max(p->pasid_bits, (u8)1);
		return has && p->txn.pasid < 2 ? "PASID 0 stands for requests without one" : NULL;
	case VTD_FR_SPD_2:
		/* The driver makes PASID tables as they are needed. */
		verify_attach(p);
		p->attach = false;
		return NULL;
	case VTD_FR_SCT_6:
		if (!has)
			return "the PASID was not recorded";
		p->add = p->attach = true;
		return NULL;
	case VTD_FR_RTA_2:
		if (!has)
			return "the PASID was not recorded";
		p->legacy = p->add = p->attach = true;
		return NULL;
	case VTD_FR_SCT_7:
		/* 2^(PDTS + 7) directory entries of 64 PASIDs each (9.4) */
		if (!has || !(p->txn.pasid >> 13))
			return "a PASID table covers 8192 PASIDs at least";
		verify_attach(p);
		p->poke[0] = (struct verify_poke){ .where = VERIFY_CONFIG, .nth = 1, .clear = VTD_SCE_PDTS };
		return NULL;
	case VTD_FR_SPT_5:
	case VTD_FR_SPT_6:
		if (!has)
			return "the PASID was not recorded";
		verify_attach(p);
		p->txn.flags |= reason == VTD_FR_SPT_5 ? DMA_EXEC : DMA_PRIV;
		p->poke[0] = (struct verify_poke){ .where = VERIFY_CONFIG_LAST,
						   .word = 2,
						   .clear = reason == VTD_FR_SPT_5 ? VTD_PE2_ERE : VTD_PE2_SRE };
		return NULL;
	case VTD_FR_SGN_2:
		verify_attach(p);
		verify_map(p, ALL | DRV_PROT_PRIV);
		return NULL;
	default:
		return "the state behind this reason is not set up";
	}
}

static const char *imply(const struct verify_result *r, struct verify_plan *p)
{
	u8 reason = r->kind->code;

	if (reason == VTD_FR_NONE)
		return "the reason was not recorded";
	if (r->known[1] & r->recorded[1] & VTD_FRCD_T2)
		return "a page request, or an atomic operation, that is refused is not set up";
	p->legacy = reason < INTERRUPT_FIRST;
	if (p->legacy && p->txn.flags & DMA_PASID)
		return "a request with PASID never gets as far as this in legacy mode";
	switch (reason) {
	case VTD_FR_LGN_1:
	case VTD_FR_LGN_4:
	case VTD_FR_SGN_1:
	case VTD_FR_SGN_5:
	case VTD_FR_SGN_8:
		return addresses(reason, p);
	default:
		return is_implied(reason, p) ? NULL : pasids(reason, p);
	}
}

static void configure(const struct verify_plan *p, void *drv_cfg)
{
	struct vtd_drv_cfg *c = drv_cfg;

	c->mode = p->legacy ? VTD_DRV_LEGACY : VTD_DRV_SCALABLE;
	c->second_stage = p->second_stage;
}

/* RTADDR.TTM: a reserved mode, or that in which DMA is aborted. */
static void prepare(struct verify_scene *s, const struct verify_result *r)
{
	u8 reason = r->kind ? r->kind->code : VTD_FR_NONE;
	u64 mode = reason == VTD_FR_RTA_1 ? 2 : 3;

	if (verify_is_request(r) || (reason != VTD_FR_RTA_1 && reason != VTD_FR_RTA_4))
		return;
	s->m.cls->mmio_write(s->m.hw, VTD_RTADDR, (verify_reg(s, VTD_RTADDR, 8) & ~VTD_RTADDR_TTM) | mode << 10, 8);
	s->m.cls->mmio_write(s->m.hw, VTD_GCMD, verify_reg(s, VTD_GSTS, 4) | VTD_GCMD_SRTP, 4);
}

/* ---- the engine's record ---- */

static bool capture_request(struct verify_scene *s, u64 out[VERIFY_WORDS])
{
	u64 head = verify_reg(s, VTD_PQH, 8), base = verify_reg(s, VTD_PQA, 8) & VTD_PQA_PQA;

	return head != verify_reg(s, VTD_PQT, 8) && verify_queue_entry(s, base + head, VTD_PREQ_BYTES, out);
}

/* The first record, by FSTS.FRI. */
static bool capture(struct verify_scene *s, const struct verify_result *r, u64 out[VERIFY_WORDS])
{
	u64 fsts = verify_reg(s, VTD_FSTS, 4), cap = verify_reg(s, VTD_CAP, 8);
	u64 at = FIELD_GET(VTD_CAP_FRO, cap) * 16 + FIELD_GET(VTD_FSTS_FRI, fsts) * 16;

	if (verify_is_request(r))
		return capture_request(s, out);
	out[0] = verify_reg(s, at + VTD_FRCD_LO, 8);
	out[1] = verify_reg(s, at + VTD_FRCD_HI, 8);
	return fsts & VTD_FSTS_PPF && out[1] & VTD_FRCD_F;
}

static u64 open(const struct verify_result *r, u32 word)
{
	if (verify_is_request(r))
		return word == 0 && !(r->recorded[0] & VTD_PREQ_PP) ? VTD_PREQ_PASID : 0;
	if (word != 1)
		return 0;
	return VTD_FRCD_F | (r->recorded[1] & VTD_FRCD_PP ? 0 : VTD_FRCD_PV | VTD_FRCD_EXE | VTD_FRCD_PRIV);
}

/* ---- the state, for a dump ---- */

static const struct spec_record *table(const struct verify_plan *p, u32 len, u32 nth)
{
	static const u8 scalable[] = { VTD_RECORD_RE, VTD_RECORD_SCE, VTD_RECORD_PDE, VTD_RECORD_PE };

	if (p->legacy)
		return nth < 2 ? &vtd_records[nth ? VTD_RECORD_CE : VTD_RECORD_RE] : NULL;
	return nth < ARRAY_SIZE(scalable) ? &vtd_records[scalable[nth]] : NULL;
}

static void identify(struct verify_scene *s, json_t *dump)
{
	report_json_put(dump, J_HEX("cap", verify_reg(s, VTD_CAP, 8)), J_HEX("ecap", verify_reg(s, VTD_ECAP, 8)),
			J_U64("haw", s->cfg.iommu.address_bits));
}

static void expect(const struct verify_result *r, json_t *entry)
{
	json_t *fault = json_object();

	report_json_u64(fault, "reason", FIELD_GET(VTD_FRCD_FR, r->model[1]));
	verify_expect_words(r, VTD_FRCD_WORDS, fault);
	json_object_set_new(entry, "fault", fault);
}

const struct verify_model verify_vtd = {
	.name = "vtd",
	.words = words,
	.imply = imply,
	.configure = configure,
	.prepare = prepare,
	.capture = capture,
	.table = table,
	.identify = identify,
	.expect = expect,
	.open = open,
};
