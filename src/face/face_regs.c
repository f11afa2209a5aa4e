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

const u64 *face_register(const struct fl_iommu *i, size_t number, const char *name, struct fl_register *r)
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
					return &b.regs->values[b.regs->first[row] + index];
			}
		}
	return NULL;
}

const u64 *face_register_of(const struct fl_iommu *i, u64 offset, struct fl_register *r)
{
	const u64 *value;
	size_t n;

	if (i->place)
		offset = i->place(offset);
	for (n = 0; (value = face_register(i, n, NULL, r)); n++)
		if (offset >= r->offset && offset < r->offset + r->bytes)
			return value;
	return NULL;
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

	return hand_out(face_register(i, number, NULL, &r), -ERANGE, &r, reg, bytes);
}

int fl_iommu_register_find(const struct fl_iommu *i, const char *name, struct fl_register *reg, size_t bytes)
{
	struct fl_register r;

	return hand_out(face_register(i, 0, name, &r), -ENOENT, &r, reg, bytes);
}

int fl_iommu_register_of(const struct fl_iommu *i, uint64_t offset, struct fl_register *reg, size_t bytes)
{
	struct fl_register r;

	return hand_out(face_register_of(i, offset, &r), -ENOENT, &r, reg, bytes);
}

int fl_iommu_register_read(const struct fl_iommu *i, const char *name, uint64_t *value)
{
	struct fl_register r;
	const u64 *word = face_register(i, 0, name, &r);

	if (!word)
		return -ENOENT;
	*value = *word;
	return 0;
}

int fl_iommu_register_write(struct fl_iommu *i, const char *name, uint64_t value)
{
	struct fl_register r;

	if (!face_register(i, 0, name, &r))
		return -ENOENT;
	fl_iommu_mmio_write(i, r.offset, value, r.bytes);
	return 0;
}
