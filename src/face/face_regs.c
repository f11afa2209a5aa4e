// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Registers by number and by name, as the register files of the engines have them. */
#include "face_priv.h"
#include "regs.h"

#include <stdio.h>

/* One register of a row of a bank. */
static void describe(const struct face_bank *b, const struct reg_desc *d, u32 index, struct fl_register *r)
{
	memset(r, 0, sizeof(*r));
	if (d->count > 1)
		snprintf(r->name, sizeof(r->name), "%s%s%u", b->prefix, d->name, index);
	else
		snprintf(r->name, sizeof(r->name), "%s%s", b->prefix, d->name);
	r->section = d->section;
	r->offset = b->base + d->offset + (u64)index * (d->stride ? d->stride : d->size);
	r->bytes = d->size;
}

/* The @number-th register, or the first with @name. */
static bool find(const struct fl_iommu *i, size_t number, const char *name, struct fl_register *r)
{
	struct face_bank b;
	u32 n, row, index, count;

	for (n = 0; i->bank(i->hw, n, &b); n++)
		for (row = 0; row < b.regs->n_rows; row++) {
			count = b.regs->table[row].count ? b.regs->table[row].count : 1;
			if (!name && number >= count) {
				number -= count;
				continue;
			}
			for (index = name ? 0 : (u32)number; index < count; index++) {
				describe(&b, &b.regs->table[row], index, r);
				if (!name || !strcmp(name, r->name))
					return true;
			}
		}
	return false;
}

static int hand_out(bool found, int missing, const struct fl_register *r, struct fl_register *reg, size_t bytes)
{
	if (!found)
		return missing;
	memset(reg, 0, bytes);
	memcpy(reg, r, min(bytes, sizeof(*r)));
	return 0;
}

int fl_iommu_register_at(const struct fl_iommu *i, size_t number, struct fl_register *reg, size_t bytes)
{
	struct fl_register r;

	return hand_out(find(i, number, NULL, &r), -ERANGE, &r, reg, bytes);
}

int fl_iommu_register_find(const struct fl_iommu *i, const char *name, struct fl_register *reg, size_t bytes)
{
	struct fl_register r;

	return hand_out(find(i, 0, name, &r), -ENOENT, &r, reg, bytes);
}
