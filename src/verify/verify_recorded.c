// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The faults of a recording beside those of its replay: each is compared as fully as it was recorded. */
#include "verify_priv.h"
#include "find.h"
#include "grow.h"
#include <stdio.h>
#include <stdlib.h>

#define PAGE  4096ULL
#define LIMIT (1U << 20) /* of faults that are compared; the others are counted as not compared */

/* @left: how often the replay has yet to make it; @next: of the same slot, 0: none, else 1 + place */
struct expected {
	struct dmat_record rec;
	u64 number, left;
	u32 next;
	bool accessed;
};

struct verify_recorded {
	const char *iommu;
	bool requests;
	u64 times;
	struct expected *fault;
	u32 n, room;
	u32 *slot, slots; /* a power of two; made when the first fault was made */
	struct verify_counts counts;
};

struct verify_recorded *verify_recorded_new(const char *iommu, bool requests, u64 times)
{
	struct verify_recorded *v = calloc(1, sizeof(*v));

	if (v) {
		v->iommu = iommu;
		v->requests = requests;
		v->times = times ? times : 1;
	}
	return v;
}

void verify_recorded_free(struct verify_recorded *v)
{
	if (!v)
		return;
	free(v->fault);
	free(v->slot);
	free(v);
}

static bool comparable(const struct verify_recorded *v, const struct dmat_record *rec)
{
	struct verify_result r;

	if (rec->sid == DMAT_SID_NONE || (rec->kind == DMAT_PAGE_REQUEST && !v->requests) || v->n == LIMIT)
		return false;
	return !verify_decode(rec, &r) && !strcmp(verify_model_name(rec), v->iommu);
}

int verify_recorded_add(struct verify_recorded *v, const struct dmat_record *rec, u64 number, bool accessed)
{
	v->counts.recorded += v->times;
	if (!comparable(v, rec)) {
		v->counts.not_compared += v->times;
		return 0;
	}
	if (!GROW(v->fault, v->n, v->room, 64))
		return -ENOMEM;
	v->fault[v->n++] = (struct expected){ .rec = *rec, .number = number, .left = v->times, .accessed = accessed };
	return 0;
}

/* Recorded and made faults of one stream, PASID and page belong together, in their order. */
static bool same_place(const struct dmat_record *a, const struct dmat_record *b)
{
	return a->kind == b->kind && a->sid == b->sid && a->pasid == b->pasid &&
	       !((a->flags ^ b->flags) & DMAT_F_PASID) && a->iova / PAGE == b->iova / PAGE &&
	       !((a->flags ^ b->flags) & DMAT_F_NO_IOVA);
}

static u32 slot_of(const struct verify_recorded *v, const struct dmat_record *rec)
{
	u64 h = (rec->iova / PAGE + rec->kind) * 0x9e3779b97f4a7c15ULL ^ ((u64)rec->sid << 20) * 0xc2b2ae3d27d4eb4fULL;

	return (h ^ h >> 29 ^ rec->pasid) & (v->slots - 1);
}

static bool make_slots(struct verify_recorded *v)
{
	u32 i, *slot;

	for (v->slots = 64; v->slots < 2 * v->n; v->slots *= 2)
		;
	v->slot = calloc(v->slots, sizeof(*v->slot));
	if (!v->slot)
		return false;
	/* From behind, so that each list begins with the first. */
	for (i = v->n; i-- > 0;) {
		slot = &v->slot[slot_of(v, &v->fault[i].rec)];
		v->fault[i].next = *slot;
		*slot = i + 1;
	}
	return true;
}

static void note_first(struct verify_recorded *v, const struct expected *e, const struct verify_result *r)
{
	u32 i;

	if (v->counts.different++)
		return;
	for (i = 0; i < r->n_fields && r->field[i].match != VERIFY_DIFFERS; i++)
		;
	if (i < r->n_fields)
		snprintf(v->counts.first, sizeof(v->counts.first), "record %llu, %s: recorded 0x%llx, now 0x%llx",
			 e->number, r->field[i].name, r->field[i].recorded, r->field[i].model);
}

void verify_recorded_made(struct verify_recorded *v, const struct dmat_record *made)
{
	struct verify_result r;
	struct expected *e;
	u32 i;

	if (!v->n)
		return;
	if (!v->slot && !make_slots(v))
		return;
	for (i = v->slot[slot_of(v, made)]; i; i = v->fault[i - 1].next) {
		e = &v->fault[i - 1];
		if (!e->left || !same_place(&e->rec, made))
			continue;
		e->left--;
		verify_compare(&e->rec, made, &r);
		if (r.verdict == VERIFY_DIFFERENT)
			note_first(v, e, &r);
		else
			v->counts.equal++;
		return;
	}
}

void verify_recorded_end(const struct verify_recorded *v, struct verify_counts *c)
{
	*c = v->counts;
	for_each_of(e, v->fault, v->n) {
		/* No access of the trace leads to it. */
		if (!e->accessed || e->rec.flags & DMAT_F_NO_IOVA) {
			c->not_compared += e->left;
		} else if (e->left) {
			if (!c->missing && !c->different)
				snprintf(c->first, sizeof(c->first), "record %llu: not made", e->number);
			c->missing += e->left;
		}
	}
}
