// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "spec.h"

static bool is(const char *name, const char *asked, size_t len)
{
	return name && strlen(name) == len && !memcmp(name, asked, len);
}

const struct spec_kind *spec_kind_named(const struct spec_record *r, const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < r->n_kinds; i++)
		if (is(r->kinds[i].name, name, len) || is(r->kinds[i].qemu, name, len))
			return &r->kinds[i];
	return NULL;
}

static u64 code_part(const struct spec_record *r, u8 nth, const u64 *words)
{
	return nth ? spec_bits(&r->fields[nth - 1].field, words[r->fields[nth - 1].word]) : 0;
}

u32 spec_code(const struct spec_record *r, const u64 *words)
{
	u32 low = (u32)code_part(r, r->code, words), high = (u32)code_part(r, r->code_high, words);

	if (!r->code_high)
		return low;
	return high << (r->fields[r->code - 1].field.high - r->fields[r->code - 1].field.low + 1) | low;
}
