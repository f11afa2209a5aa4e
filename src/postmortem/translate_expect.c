/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all kinds of IOMMU share when an outcome is held against a snapshot's entry. */
#include <errno.h>
#include <stdlib.h>

#include "translate.h"

bool xl_number(const json_t *value, u64 *out)
{
	const char *text;
	char *end;

	if (json_is_integer(value)) {
		*out = (u64)json_integer_value(value);
		return true;
	}
	text = json_string_value(value);
	if (!text || !*text || *text == '-')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return !*end && !errno;
}

static bool expect_pa(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	bool bypass = json_is_true(json_object_get(entry, "bypass"));
	u64 pa, perm;

	if (!xl_number(json_object_get(entry, "pa"), &pa)) {
		snprintf(reason, XL_REASON_BYTES, "the entry's pa is no number");
		return false;
	}
	if (o->kind != XLAT_OK || o->pa != pa) {
		snprintf(reason, XL_REASON_BYTES, "expected pa 0x%llx", pa);
		return false;
	}
	if (json_object_get(entry, "bypass") && bypass != o->bypass) {
		snprintf(reason, XL_REASON_BYTES, "expected %s", bypass ? "a bypass" : "a translation");
		return false;
	}
	if (!bypass && xl_number(json_object_get(entry, "perm"), &perm) && perm != (o->perm & (PERM_R | PERM_W))) {
		snprintf(reason, XL_REASON_BYTES, "expected perm %llu, got %u", perm, o->perm & (PERM_R | PERM_W));
		return false;
	}
	return true;
}

bool xl_expect_plain(const json_t *entry, const struct xl_outcome *o, char *reason)
{
	if (json_object_get(entry, "pa"))
		return expect_pa(entry, o, reason);
	if (json_is_true(json_object_get(entry, "abort")) && (o->kind != XLAT_ABORT || o->n_words)) {
		snprintf(reason, XL_REASON_BYTES, "expected an abort without a record");
		return false;
	}
	if (json_is_true(json_object_get(entry, "raz_wi")) && (o->kind != XLAT_RAZWI || o->n_words)) {
		snprintf(reason, XL_REASON_BYTES, "expected RAZ/WI without a record");
		return false;
	}
	return true;
}

bool xl_expect_words(const json_t *words, const json_t *masks, const u64 *got, unsigned int n, char *reason)
{
	u64 word, mask;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!xl_number(json_array_get(words, i), &word)) {
			snprintf(reason, XL_REASON_BYTES, "the entry's words are not %u numbers", n);
			return false;
		}
		if (!xl_number(json_array_get(masks, i), &mask))
			mask = ~0ULL;
		if ((got[i] ^ word) & mask) {
			snprintf(reason, XL_REASON_BYTES, "expected word %u 0x%llx (mask 0x%llx), got 0x%llx", i, word,
				 mask, got[i]);
			return false;
		}
	}
	return true;
}
