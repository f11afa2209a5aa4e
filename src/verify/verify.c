// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verify_priv.h"
#include <stdio.h>
#include <stdlib.h>

const char *const verify_verdict_names[VERIFY_VERDICTS] = { "reproduced", "different", "undecidable" };
const char *const verify_match_names[VERIFY_MATCHES] = { "equal", "different", "open", "unknown" };

static const struct verify_model *model_of(const struct dmat_record *rec, const char **why)
{
	switch (rec->model) {
	case DMAT_MODEL_SMMUV2:
	case DMAT_MODEL_SMMUV2_GLOBAL:
		return &verify_smmuv2;
	case DMAT_MODEL_SMMUV3:
		return &verify_smmuv3;
	case DMAT_MODEL_SMMUV3_GERROR:
	case DMAT_MODEL_SMMUV3_CMDQ:
		return &verify_smmuv3_error;
	case DMAT_MODEL_VTD:
		return &verify_vtd;
	case DMAT_MODEL_AMDVI:
		*why = "there is no model of AMD-Vi";
		return NULL;
	case DMAT_MODEL_GPU:
		*why = "a line of the GPU's driver has no registers to compare";
		return NULL;
	case DMAT_MODEL_MTK:
	case DMAT_MODEL_ROCKCHIP:
	case DMAT_MODEL_MALI:
	case DMAT_MODEL_KGSL:
	case DMAT_MODEL_TEGRA:
	case DMAT_MODEL_DART:
	case DMAT_MODEL_VIRTIO:
		*why = "there is no model of this IOMMU";
		return NULL;
	default:
		*why = "the record does not say of which IOMMU it is";
		return NULL;
	}
}

static void access_of(const struct dmat_record *rec, struct verify_plan *p)
{
	struct dma_txn *t = &p->txn;

	t->sid = rec->sid == DMAT_SID_NONE ? VERIFY_SID : rec->sid;
	t->iova = rec->flags & DMAT_F_NO_IOVA ? VERIFY_IOVA : rec->iova;
	p->stand_in = rec->sid == DMAT_SID_NONE || rec->flags & DMAT_F_NO_IOVA;
	t->len = 1;
	/* Read and write together: the direction was not recorded. */
	if ((rec->flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W)
		t->flags |= DMA_WRITE;
	if (rec->flags & DMAT_F_X)
		t->flags |= DMA_EXEC;
	if (rec->flags & DMAT_F_PRIV)
		t->flags |= DMA_PRIV;
	if (rec->flags & DMAT_F_PASID) {
		t->flags |= DMA_PASID;
		t->pasid = rec->pasid;
	}
	p->times = 1;
	p->pasid = DRV_NO_PASID;
}

static void request_of(const struct dmat_record *rec, struct verify_plan *p)
{
	p->request = p->pri = true;
	p->pr = (struct page_request){
		.sid = rec->sid,
		.pasid = rec->pasid,
		.addr = rec->iova & ~4095ULL,
		.prgi = (u16)(rec->tag & 0x1ff),
		.perm = (rec->flags & DMAT_F_R ? PERM_R : 0) | (rec->flags & DMAT_F_W ? PERM_W : 0) |
			(rec->flags & DMAT_F_X ? PERM_X : 0),
		.pasid_valid = rec->flags & DMAT_F_PASID,
		.priv = rec->flags & DMAT_F_PRIV,
		.last = rec->flags & DMAT_F_LAST,
	};
	verify_attach(p);
}

/* ---- comparing ---- */

static u8 match(const struct verify_result *r, const struct spec_field *f, u64 open, const struct verify_field *v)
{
	u64 bits = GENMASK_ULL(f->field.high, f->field.low);

	if ((r->known[f->word] & bits) != bits)
		return VERIFY_UNKNOWN;
	if ((open & bits) == bits)
		return VERIFY_OPEN;
	return v->recorded == v->model ? VERIFY_EQUAL : VERIFY_DIFFERS;
}

static void compare(const struct verify_model *model, struct verify_result *r)
{
	u32 i, equal = 0, differ = 0;

	for (i = 0; i < r->format->n_fields && r->n_fields < VERIFY_MAX_FIELDS; i++) {
		const struct spec_field *f = &r->format->fields[i];
		struct verify_field *v = &r->field[r->n_fields];

		if (f->part && !spec_has(r->kind, f->part))
			continue;
		v->name = f->field.name;
		v->recorded = spec_bits(&f->field, r->recorded[f->word] & r->known[f->word]);
		v->model = r->answered ? spec_bits(&f->field, r->model[f->word]) : 0;
		v->match = match(r, f, model->open(r, f->word), v);
		if (!r->answered && v->match != VERIFY_UNKNOWN)
			v->match = VERIFY_OPEN;
		equal += v->match == VERIFY_EQUAL;
		differ += v->match == VERIFY_DIFFERS;
		r->n_fields++;
	}
	r->verdict = r->answered && equal && !differ ? VERIFY_REPRODUCED : VERIFY_DIFFERENT;
	if (!r->answered)
		snprintf(r->reason, sizeof(r->reason), "the model makes no record");
}

static void undecidable(struct verify_result *r, const char *why)
{
	r->verdict = VERIFY_UNDECIDABLE;
	snprintf(r->reason, sizeof(r->reason), "%s", why);
}

static void describe(const struct verify_plan *p, struct verify_result *r)
{
	bool at = p->map && p->txn.iova - p->map_iova < p->map_bytes;
	const char *table = !p->attach ? "not attached"
			    : at       ? "page mapped"
			    : p->map   ? "page next to a mapped one"
				       : "page not mapped";
	char pasid[32] = "", perm[48] = "";

	if (p->attach && p->pasid != DRV_NO_PASID)
		snprintf(pasid, sizeof(pasid), " PASID 0x%x", p->pasid);
	if (at)
		snprintf(perm, sizeof(perm), " %s%s%s%s", p->prot & DRV_PROT_READ ? "r" : "-",
			 p->prot & DRV_PROT_WRITE ? "w" : "-", p->prot & DRV_PROT_EXEC ? "x" : "-",
			 p->prot & DRV_PROT_PRIV ? " privileged" : "");
	if (p->act) {
		snprintf(r->state, sizeof(r->state), "the hardware enabled, and no access");
		return;
	}
	snprintf(r->state, sizeof(r->state), "stream 0x%x%s%s %s%s%s%s%s", p->txn.sid,
		 p->stand_in ? " (what was not recorded is made up)" : "", pasid, table, perm,
		 p->stall ? ", faults stall" : "", p->poke[0].where ? ", a structure changed by hand" : "",
		 p->legacy ? ", legacy mode" : "");
}

static const char *decode(const struct dmat_record *rec, struct verify_result *r, const struct verify_model **model)
{
	const char *why = NULL;

	memset(r, 0, sizeof(*r));
	r->rec = *rec;
	*model = model_of(rec, &why);
	return *model ? (*model)->words(r) : why;
}

const char *verify_decode(const struct dmat_record *rec, struct verify_result *r)
{
	const struct verify_model *model;

	return decode(rec, r, &model);
}

const char *verify_model_name(const struct dmat_record *rec)
{
	const char *why;
	const struct verify_model *model = model_of(rec, &why);

	return model ? model->name : "";
}

void verify_compare(const struct dmat_record *recorded, const struct dmat_record *made, struct verify_result *r)
{
	const struct verify_model *model, *other;
	struct verify_result m;
	const char *why = decode(recorded, r, &model);

	if (why) {
		undecidable(r, why);
		return;
	}
	decode(made, &m, &other);
	memcpy(r->model, m.recorded, sizeof(r->model));
	r->answered = true;
	compare(model, r);
}

static int verify_one(const struct verify_options *opt, const struct dmat_record *rec, const struct dmat_record *access,
		      struct verify_result *r, struct verify_state *st)
{
	const struct verify_model *model;
	const struct iommu_kind *kind;
	struct verify_plan plan = { 0 };
	const char *why = decode(rec, r, &model);
	int err;

	access_of(access ? access : rec, &plan);
	if (!why && rec->kind == DMAT_PAGE_REQUEST)
		request_of(rec, &plan);
	else if (!why)
		why = model->imply(r, &plan);
	if (why) {
		undecidable(r, why);
		return 0;
	}
	describe(&plan, r);
	kind = opt->kind ? opt->kind(model->name) : iommu_kind_find(model->name);
	if (plan.request && !kind->cls->page_request) {
		undecidable(r, "this IOMMU takes no page requests");
		return 0;
	}
	err = verify_play(kind, model, &plan, r, st);
	if (!err && r->verdict != VERIFY_UNDECIDABLE)
		compare(model, r);
	return err;
}

int verify_fault(const struct verify_options *opt, const struct dmat_record *rec, const struct dmat_record *access,
		 struct verify_result *r)
{
	return verify_one(opt, rec, access, r, NULL);
}

/* ---- a trace ---- */

/* The access of a fault stands just before it. */
static const struct dmat_record *access_before(const struct dmat_record *last, const struct dmat_record *rec)
{
	bool its = last->kind == DMAT_ACCESS && last->outcome == DMAT_OUT_FAULT && rec->kind == DMAT_FAULT &&
		   last->time_ns == rec->time_ns && last->sid == rec->sid && !(rec->flags & DMAT_F_NO_IOVA);

	return its ? last : NULL;
}

static int verify_record(const struct verify_options *opt, const struct dmat_record *rec,
			 const struct dmat_record *access, u64 number, struct verify_result *r)
{
	struct verify_state *st = opt->state ? calloc(1, sizeof(*st)) : NULL;
	int ret = opt->state && !st ? -ENOMEM : verify_one(opt, rec, access, r, st);

	r->record = number;
	/* What cannot be set up has no state. */
	if (st && (ret || !st->page)) {
		verify_state_free(st);
		st = NULL;
	}
	r->setup = st;
	return ret;
}

int verify_trace(const struct verify_options *opt, const char *path, u64 n[VERIFY_VERDICTS], struct dmat_error *err)
{
	struct dmat_record rec, last = { .kind = DMAT_MARK };
	struct verify_result *r = calloc(1, sizeof(*r));
	struct dmat_reader *reader;
	u64 number;
	int ret = r ? dmat_reader_open(&reader, path, 0, err) : dmat_fail(err, ENOMEM, "out of memory");

	memset(n, 0, sizeof(n[0]) * VERIFY_VERDICTS);
	if (ret) {
		free(r);
		return ret;
	}
	for (number = 0; (ret = dmat_read(reader, &rec)) > 0; number++, last = rec) {
		if (rec.kind != DMAT_FAULT && rec.kind != DMAT_PAGE_REQUEST)
			continue;
		ret = verify_record(opt, &rec, access_before(&last, &rec), number, r);
		if (ret) {
			ret = dmat_fail(err, -ret, "%s", strerror(-ret));
			break;
		}
		n[r->verdict]++;
		ret = opt->found ? opt->found(opt->ctx, r) : 0;
		verify_state_free((struct verify_state *)r->setup);
		if (ret)
			break;
	}
	dmat_reader_close(reader);
	free(r);
	return ret;
}
