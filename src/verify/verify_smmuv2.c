// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv2: what FSR, FAR and FSYNR0 of a context fault (15.5), or GFSR and its syndrome (10.6), imply. */
#include "report_json.h"
#include "smmuv2_driver.h"
#include "smmuv2_spec.h"
#include "verify_priv.h"

enum { FSR, FAR, FSYNR0, FRSYNRA };
enum { GFSR, GFSYNR0, GFSYNR1, GFSYNR2 };

static bool is_global(const struct verify_result *r)
{
	return r->rec.model == DMAT_MODEL_SMMUV2_GLOBAL;
}

static const char *global_words(struct verify_result *r)
{
	u32 i;

	r->format = &smmuv2_records[SMMUV2_RECORD_GFAULT];
	if (!(r->rec.flags & DMAT_F_WORDS))
		return "a global fault without its registers";
	for (i = GFSR; i <= GFSYNR2; i++) {
		r->recorded[i] = r->rec.word[i];
		r->known[i] = ~0ULL;
	}
	return NULL;
}

static const char *words(struct verify_result *r)
{
	const struct dmat_record *rec = &r->rec;

	if (is_global(r))
		return global_words(r);
	r->format = &smmuv2_records[SMMUV2_RECORD_FAULT];
	if (rec->sid > 0xffff && rec->sid != DMAT_SID_NONE)
		return "a StreamID of SMMUv2 has 16 bits";
	if (rec->kind != DMAT_FAULT)
		return "SMMUv2 has no page requests";
	r->recorded[FSR] = rec->code;
	r->known[FSR] = rec->code ? ~0ULL : 0;
	if (!(rec->flags & DMAT_F_NO_IOVA)) {
		r->recorded[FAR] = rec->iova;
		r->known[FAR] = ~0ULL;
	}
	if (!(rec->flags & DMAT_F_WORDS))
		return NULL;
	r->recorded[FSR] = rec->word[0];
	/* An importer that found no FSYNR0 has no direction either. */
	if (rec->word[1] || rec->flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X)) {
		r->recorded[FSYNR0] = rec->word[1];
		r->known[FSYNR0] = ~0ULL;
	}
	if (rec->word[2]) {
		r->recorded[FRSYNRA] = rec->word[2] - 1;
		r->known[FRSYNRA] = ~0ULL;
	}
	return NULL;
}

static u32 level_of(const struct verify_result *r)
{
	return r->known[FSYNR0] ? (u32)FIELD_GET(SMMUV2_FSYNR0_PLVL, (u32)r->recorded[FSYNR0]) : 0;
}

/* log2 bytes that an entry of a level describes. Short descriptors have sections of 1 MiB and pages. */
static u32 shift_at(const struct verify_plan *p, u32 level)
{
	return p->format == SMMUV2_FSR_FORMAT_SHORT ? (level == 1 ? 20 : 12) : 12 + 9 * (3 - level);
}

static bool has_level(const struct verify_plan *p, u32 level)
{
	return level && !(p->format == SMMUV2_FSR_FORMAT_SHORT && level > 2);
}

/* A page next to that of the access makes the walk end at the level of the record. */
static const char *miss_at_level(const struct verify_result *r, struct verify_plan *p)
{
	u32 level = level_of(r);

	if (!has_level(p, level) || p->txn.iova >> 48)
		return NULL;
	if (p->format != SMMUV2_FSR_FORMAT_AARCH64 && level == 1)
		return NULL;
	verify_map(p, DRV_PROT_READ | DRV_PROT_WRITE);
	p->map_iova ^= 1ULL << shift_at(p, level);
	return NULL;
}

/* A block of the level of the record; a page if that is not known. */
static const char *map_at_level(const struct verify_result *r, struct verify_plan *p, u32 prot)
{
	u32 level = r->known[FSYNR0] ? level_of(r) : 2 + (p->format != SMMUV2_FSR_FORMAT_SHORT);

	if (!has_level(p, level))
		return "these tables describe no page or block at the level of the record";
	verify_map(p, prot);
	p->map_bytes = 1ULL << shift_at(p, level);
	p->map_iova &= ~(p->map_bytes - 1);
	return NULL;
}

static const char *permission(const struct verify_result *r, struct verify_plan *p)
{
	if (p->txn.flags & DMA_WRITE)
		return map_at_level(r, p, DRV_PROT_READ);
	if (p->txn.flags & DMA_EXEC)
		return map_at_level(r, p, DRV_PROT_READ | DRV_PROT_WRITE);
	if (!(p->txn.flags & DMA_PRIV))
		return map_at_level(r, p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_PRIV);
	return "no page of stage 1 refuses privileged reads";
}

/* A stream that no group matches. Its address was not recorded, and does not matter. */
static const char *imply_global(const struct verify_result *r, struct verify_plan *p)
{
	u32 syndrome = (u32)r->recorded[GFSYNR0];

	switch (r->recorded[GFSR] & SMMUV2_sGFSR_FAULTS) {
	case SMMUV2_sGFSR_USF:
	case SMMUV2_sGFSR_ICF:
	case SMMUV2_sGFSR_UCBF:
	case SMMUV2_sGFSR_SMCF:
		break;
	default:
		return "of global faults those of unidentified, conflicting and misrouted streams are set up";
	}
	p->txn.flags = (syndrome & SMMUV2_sGFSYNR0_WNR ? DMA_WRITE : 0) |
		       (syndrome & SMMUV2_sGFSYNR0_PNU ? DMA_PRIV : 0) |
		       (syndrome & SMMUV2_sGFSYNR0_IND ? DMA_EXEC : 0);
	p->txn.sid = (u32)FIELD_GET(SMMUV2_sGFSYNR1_StreamID, (u32)r->recorded[GFSYNR1]);
	p->times = r->recorded[GFSR] & SMMUV2_sGFSR_MULTI ? 2 : 1;
	return NULL;
}

static const char *walk_fault(const struct verify_result *r, struct verify_plan *p)
{
	u32 fsr = (u32)r->recorded[FSR], syndrome = (u32)r->recorded[FSYNR0];
	const char *why;

	switch (fsr & SMMUV2_FSR_FAULTS) {
	case SMMUV2_FSR_TF:
		return miss_at_level(r, p);
	case SMMUV2_FSR_PF:
		return permission(r, p);
	case SMMUV2_FSR_AFF:
		why = map_at_level(r, p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		/* Short descriptors have it in AP[0]: of a section the same bit, of a page bit 4. */
		p->poke[0] = (struct verify_poke){ .where = VERIFY_LEAF, .clear = BIT_ULL(10) };
		if (p->format == SMMUV2_FSR_FORMAT_SHORT && p->map_bytes == 4096)
			p->poke[0].clear = BIT_ULL(4);
		return why;
	case SMMUV2_FSR_ASF:
		if (p->format != SMMUV2_FSR_FORMAT_AARCH64)
			return "an address size fault needs AArch64 tables";
		why = map_at_level(r, p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		p->poke[0] = (struct verify_poke){ .where = VERIFY_LEAF, .set = BIT_ULL(47) };
		return why;
	case SMMUV2_FSR_EF:
		if (!(syndrome & SMMUV2_FSYNR0_PTWF))
			return "an external abort of the access itself is no fault of the translation";
		why = map_at_level(r, p, DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC);
		p->poke[0] = (struct verify_poke){ .where = VERIFY_LEAF, .fails = true };
		return why;
	case 0:
		return "FSR names no fault";
	default:
		return "the state behind this fault, or these faults, is not set up";
	}
}

static const char *imply(const struct verify_result *r, struct verify_plan *p)
{
	u32 fsr = (u32)r->recorded[FSR], syndrome = (u32)r->recorded[FSYNR0];

	if (is_global(r))
		return imply_global(r, p);
	if (p->txn.flags & DMA_PASID)
		return "SMMUv2 has no PASIDs";
	if (!r->known[FSR])
		return "FSR was not recorded, and the syndrome alone does not name the fault";
	p->format = (u8)FIELD_GET(SMMUV2_FSR_FORMAT, fsr);
	if (p->format > SMMUV2_FSR_FORMAT_AARCH64)
		return "FSR.FORMAT is reserved";
	if (p->format != SMMUV2_FSR_FORMAT_AARCH64 && p->txn.iova >> 32)
		return "an address over 32 bits and AArch32 tables (FSR.FORMAT) do not fit together";
	if (syndrome & (SMMUV2_FSYNR0_NESTED | SMMUV2_FSYNR0_S1PTWF | SMMUV2_FSYNR0_ATOF))
		return "the state of stage 2 is not implied by a record";
	p->stall = fsr & SMMUV2_FSR_SS;
	p->times = fsr & SMMUV2_FSR_MULTI ? 2 : 1;
	verify_attach(p);
	return walk_fault(r, p);
}

/* A second fault is one only if its transaction is translated while FSR holds the first. */
static void configure(const struct verify_plan *p, void *drv_cfg)
{
	struct smmuv2_drv_cfg *c = drv_cfg;

	c->hupcf = p->times > 1;
	c->format = p->format == SMMUV2_FSR_FORMAT_SHORT  ? SMMUV2_DRV_SHORT
		    : p->format == SMMUV2_FSR_FORMAT_LPAE ? SMMUV2_DRV_LPAE
							  : SMMUV2_DRV_AARCH64;
}

static bool capture_global(struct verify_scene *s, u64 out[VERIFY_WORDS])
{
	out[GFSR] = verify_reg(s, SMMUV2_GR0_sGFSR, 4);
	out[GFSYNR0] = verify_reg(s, SMMUV2_GR0_sGFSYNR0, 4);
	out[GFSYNR1] = verify_reg(s, SMMUV2_GR0_sGFSYNR1, 4);
	out[GFSYNR2] = verify_reg(s, SMMUV2_GR0_sGFSYNR2, 4);
	return out[GFSR] & SMMUV2_sGFSR_FAULTS;
}

/* The global spaces, and each bank. */
static bool space(struct verify_scene *s, u32 space, u32 n, u64 *base)
{
	u32 idr1 = (u32)verify_reg(s, SMMUV2_GR0_IDR1, 4);
	u64 page = idr1 & SMMUV2_IDR1_PAGESIZE ? 0x10000 : 0x1000;

	*base = space < 2 ? space * page : (page << (FIELD_GET(SMMUV2_IDR1_NUMPAGENDXB, idr1) + 1)) + n * page;
	return space < 2 ? !n : n < FIELD_GET(SMMUV2_IDR1_NUMCB, idr1);
}

/* A mapping group of the stream's own, which leads where the fault says, or two of them. */
static void misroute(struct verify_scene *s, const struct verify_result *r)
{
	u32 sid = (u32)FIELD_GET(SMMUV2_sGFSYNR1_StreamID, (u32)r->recorded[GFSYNR1]), n = 1;
	u32 fault = (u32)r->recorded[GFSR] & SMMUV2_sGFSR_FAULTS, s2cr = SMMUV2_S2CR_EXIDVALID, i;

	if (fault == SMMUV2_sGFSR_USF)
		return;
	if (fault == SMMUV2_sGFSR_ICF)
		s2cr |= FIELD_PREP(SMMUV2_S2CR_TYPE, (u32)SMMUV2_S2CR_TYPE_FAULT);
	else if (fault == SMMUV2_sGFSR_UCBF)
		s2cr |= SMMUV2_S2CR_CBNDX; /* no SMMU has so many */
	else
		n = 2;
	for (i = 0; i < n; i++) {
		s->m.cls->mmio_write(s->m.hw, SMMUV2_GR0_SMR(i), sid, 4);
		s->m.cls->mmio_write(s->m.hw, SMMUV2_GR0_S2CR(i), s2cr, 4);
	}
}

/* Output addresses of 40 bits: that of the page has more. */
static void prepare(struct verify_scene *s, const struct verify_result *r)
{
	u64 at, cb;
	u32 bank;

	if (is_global(r))
		misroute(s, r);
	if (is_global(r) || (r->recorded[FSR] & SMMUV2_FSR_FAULTS) != SMMUV2_FSR_ASF)
		return;
	for (bank = 0; space(s, 2, bank, &cb); bank++) {
		at = cb + SMMUV2_CB_TCR2;
		if (verify_reg(s, at, 4))
			s->m.cls->mmio_write(s->m.hw, at,
					     (verify_reg(s, at, 4) & ~(u64)SMMUV2_TCR2_PASIZE) |
						     FIELD_PREP(SMMUV2_TCR2_PASIZE, 2U),
					     4);
	}
}

/* The one bank that has a fault. */
static bool capture(struct verify_scene *s, const struct verify_result *r, u64 out[VERIFY_WORDS])
{
	u64 page, cb;
	u32 bank;

	if (is_global(r))
		return capture_global(s, out);
	space(s, 1, 0, &page);
	for (bank = 0; space(s, 2, bank, &cb); bank++) {
		out[FSR] = verify_reg(s, cb + SMMUV2_CB_FSR, 4);
		if (!(out[FSR] & SMMUV2_FSR_FAULTS))
			continue;
		out[FAR] = verify_reg(s, cb + SMMUV2_CB_FAR, 8);
		out[FSYNR0] = verify_reg(s, cb + SMMUV2_CB_FSYNR0, 4);
		out[FRSYNRA] = verify_reg(s, page + SMMUV2_GR1_CBFRSYNRA(bank), 4);
		return true;
	}
	return false;
}

static u64 open_global(u32 word)
{
	switch (word) {
	case GFSYNR0:
		return SMMUV2_sGFSYNR0_NSATTR;
	case GFSYNR1:
		return SMMUV2_sGFSYNR1_SSD_Index;
	default:
		return word == GFSYNR2 ? ~0ULL : 0; /* implementation defined */
	}
}

static u64 open(const struct verify_result *r, u32 word)
{
	if (is_global(r))
		return open_global(word);
	switch (word) {
	case FSYNR0:
		/* A bank's number; Secure banks only; whether the record was made at once. */
		return SMMUV2_FSYNR0_S1CBNDX | SMMUV2_FSYNR0_NSATTR | SMMUV2_FSYNR0_AFR;
	case FRSYNRA:
		return SMMUV2_CBFRSYNRA_SSD_Index;
	default:
		return 0;
	}
}

/* ---- the state, for a dump ---- */

static void expect(const struct verify_result *r, json_t *entry)
{
	json_t *fault = json_object(), *masks = json_object();
	bool global = is_global(r);

	/* The access is made once there. MULTI is the same bit of both registers. */
	report_json_hex(masks, global ? "gfsr" : "fsr", ~(u32)SMMUV2_FSR_MULTI);
	report_json_put(fault, J_HEX(global ? "gfsr" : "fsr", r->model[FSR]),
			J_HEX(global ? "gfsynr0" : "fsynr0", r->model[global ? GFSYNR0 : FSYNR0]),
			J_HEX(global ? "gfsynr1" : "far", r->model[global ? GFSYNR1 : FAR]),
			J_IF(!global, J_HEX("cbfrsynra", r->model[FRSYNRA])), J_NODE("masks", masks));
	json_object_set_new(entry, global ? "global_fault" : "context_fault", fault);
}

const struct verify_model verify_smmuv2 = {
	.name = "smmuv2",
	.words = words,
	.imply = imply,
	.configure = configure,
	.prepare = prepare,
	.capture = capture,
	.space = space,
	.expect = expect,
	.open = open,
};
