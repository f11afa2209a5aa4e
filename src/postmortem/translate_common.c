// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What all kinds of IOMMU share: register dumps, memory, the run, comparison with a snapshot's entry. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "translate.h"

bool xl_fail(char *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, XL_REASON_BYTES, fmt, args);
	va_end(args);
	return false;
}

bool xl_number(const json_t *value, u64 *out)
{
	const char *text;
	char *end;

	if (json_is_integer(value)) {
		*out = (u64)json_integer_value(value);
		return json_integer_value(value) >= 0;
	}
	text = json_string_value(value);
	if (!text || !*text || *text == '-')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return !*end && !errno;
}

/* ---- register dumps ---- */

bool xl_register(const char *key, const json_t *value, struct xl_register *out, char *reason)
{
	json_t *name = json_string(key);
	u64 offset = 0;
	bool ok = xl_number(name, &offset) && offset <= 0xfffffff && !(offset & 3) && xl_number(value, &out->value);

	json_decref(name);
	out->offset = (u32)offset;
	if (!ok)
		snprintf(reason, XL_REASON_BYTES, "\"%s\": not a register's offset and value", key);
	return ok;
}

static int by_offset(const void *a, const void *b)
{
	const struct xl_register *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

bool xl_registers(const json_t *object, u32 (*map)(u32 offset), struct xl_registers *out, char *reason)
{
	const char *key;
	json_t *json;

	if (!json_is_object(object))
		return xl_fail(reason, "no `registers`");
	json_object_foreach((json_t *)object, key, json) {
		if (out->n == XL_MAX_REGISTERS)
			return xl_fail(reason, "more than %d registers", XL_MAX_REGISTERS);
		if (!xl_register(key, json, &out->r[out->n], reason))
			return false;
		if (map)
			out->r[out->n].offset = map(out->r[out->n].offset);
		out->n++;
	}
	qsort(out->r, out->n, sizeof(out->r[0]), by_offset);
	return true;
}

void xl_machine_init(struct xl_machine *x, const struct iommu_class *cls, struct physmem *mem)
{
	machine_board_init(&x->board, mem, 0, 0);
	machine_init(&x->m, &x->board, cls);
}

bool xl_holes(struct xl_machine *x, const json_t *snapshot, char *reason)
{
	const json_t *range, *ranges = json_object_get(snapshot, "memory_error_ranges");
	u64 first, last;
	size_t i;

	json_array_foreach(ranges, i, range) {
		if (xl_number(json_array_get(range, 0), &first) && xl_number(json_array_get(range, 1), &last) &&
		    !physmem_add_hole(x->board.mem, first, last))
			continue;
		return xl_fail(reason, "memory_error_ranges[%zu]: not a range, or one too many", i);
	}
	return true;
}

int xl_run(const struct iommu_class *cls, void *hw, const struct dma_txn *t, struct xl_outcome *o)
{
	struct iommu_walk *w = calloc(1, sizeof(*w));
	struct xlat_result r = { 0 };

	if (!w)
		return -ENOMEM;
	o->kind = cls->lookup(hw, t, &r);
	if (o->kind == XLAT_MISS) {
		cls->walk(hw, t, w);
		o->kind = cls->fill(hw, w);
		cls->step(hw);
		r = w->res;
		o->n_accesses = w->n_accesses;
		memcpy(o->accesses, w->accesses, w->n_accesses * sizeof(w->accesses[0]));
	}
	free(w);
	o->pa = r.pa;
	o->perm = r.perm;
	o->bypass = r.bypass;
	return 0;
}

/* ---- comparison ---- */

static bool expect_pa(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	bool bypass = json_is_true(json_object_get(entry, "bypass"));
	u64 pa, perm;

	if (!xl_number(json_object_get(entry, "pa"), &pa))
		return xl_fail(reason, "the entry's pa is no number");
	if (o->kind != XLAT_OK || o->pa != pa)
		return xl_fail(reason, "expected pa 0x%llx", pa);
	if (json_object_get(entry, "bypass") && bypass != o->bypass)
		return xl_fail(reason, "expected %s", bypass ? "a bypass" : "a translation");
	if (!bypass && xl_number(json_object_get(entry, "perm"), &perm) && perm != (o->perm & (PERM_R | PERM_W)))
		return xl_fail(reason, "expected perm %llu, got %u", perm, o->perm & (PERM_R | PERM_W));
	return true;
}

bool xl_expect_plain(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	if (json_object_get(entry, "pa"))
		return expect_pa(entry, o, reason);
	if (json_is_true(json_object_get(entry, "abort")) && (o->kind != XLAT_ABORT || o->n_words))
		return xl_fail(reason, "expected an abort without a record");
	if (json_is_true(json_object_get(entry, "raz_wi")) && (o->kind != XLAT_RAZWI || o->n_words))
		return xl_fail(reason, "expected RAZ/WI without a record");
	return true;
}

bool xl_expect_words(const json_t *words, const json_t *masks, const u64 *got, unsigned int n, char *reason)
{
	u64 word, mask;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!xl_number(json_array_get(words, i), &word))
			return xl_fail(reason, "the entry's words are not %u numbers", n);
		if (!xl_number(json_array_get(masks, i), &mask))
			mask = ~0ULL;
		if ((got[i] ^ word) & mask)
			return xl_fail(reason, "expected word %u 0x%llx (mask 0x%llx), got 0x%llx", i, word, mask,
				       got[i]);
	}
	return true;
}
