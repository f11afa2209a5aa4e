// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "regs.h"

static u32 elements(const struct reg_desc *d)
{
	return d->count ? d->count : 1;
}

static u32 stride_of(const struct reg_desc *d)
{
	return d->stride ? d->stride : d->size;
}

static u32 end_of(const struct reg_desc *d)
{
	return d->offset + (elements(d) - 1) * stride_of(d) + d->size;
}

static void measure(struct reg_bank *b)
{
	u32 row;

	for (row = 0; row < b->n_rows; row++) {
		b->n_values += elements(&b->table[row]);
		b->span = max(b->span, end_of(&b->table[row]));
	}
}

static void place_row(struct reg_bank *b, u32 row, u32 first)
{
	const struct reg_desc *d = &b->table[row];
	u32 i, cell;

	b->first[row] = first;
	for (i = 0; i < elements(d); i++) {
		for (cell = 0; cell < d->size / 4; cell++) {
			u32 at = (d->offset + i * stride_of(d)) / 4 + cell;

			fl_assert(!b->slot[at]);
			b->slot[at] = (u16)(row + 1);
			b->place[at] = first + i + 1;
		}
	}
	for (i = 0; i < d->n_fields; i++)
		if (d->fields[i].access <= REG_WO)
			b->masks[row][d->fields[i].access] |= GENMASK_ULL(d->fields[i].high, d->fields[i].low);
}

int reg_bank_init(struct reg_bank *b, const struct reg_desc *table, u32 n_rows)
{
	u32 row, first = 0;

	memset(b, 0, sizeof(*b));
	b->table = table;
	b->n_rows = n_rows;
	measure(b);
	b->slot = fl_zalloc((b->span / 4 + 1) * sizeof(*b->slot));
	b->place = fl_zalloc((b->span / 4 + 1) * sizeof(*b->place));
	b->first = fl_zalloc(n_rows * sizeof(*b->first));
	b->values = fl_zalloc(b->n_values * sizeof(*b->values));
	b->masks = fl_zalloc(n_rows * sizeof(*b->masks));
	if (!b->slot || !b->place || !b->first || !b->values || !b->masks) {
		reg_bank_exit(b);
		return -ENOMEM;
	}
	for (row = 0; row < n_rows; row++) {
		place_row(b, row, first);
		first += elements(&table[row]);
	}
	reg_bank_reset(b);
	return 0;
}

void reg_bank_exit(struct reg_bank *b)
{
	fl_free(b->slot);
	fl_free(b->place);
	fl_free(b->first);
	fl_free(b->values);
	fl_free(b->masks);
	memset(b, 0, sizeof(*b));
}

void reg_bank_reset(struct reg_bank *b)
{
	u32 row, i;

	for (row = 0; row < b->n_rows; row++)
		for (i = 0; i < elements(&b->table[row]); i++)
			b->values[b->first[row] + i] = b->table[row].reset;
}

bool reg_find(const struct reg_bank *b, u32 offset, unsigned int size, struct reg_ref *ref)
{
	u32 into;
	u16 slot;

	if ((size != 4 && size != 8) || (offset & (size - 1)) || offset >= b->span)
		return false;
	slot = b->slot[offset / 4];
	if (!slot)
		return false;
	ref->row = (u16)(slot - 1);
	ref->desc = &b->table[ref->row];
	into = offset - ref->desc->offset;
	ref->index = 0;
	if (into >= ref->desc->size) { /* an array: only then divide */
		ref->index = (u16)(into / stride_of(ref->desc));
		into %= stride_of(ref->desc);
	}
	ref->byte = (u8)into;
	return size <= ref->desc->size;
}

static u64 *value_of(const struct reg_bank *b, const struct reg_ref *ref)
{
	return &b->values[b->first[ref->row] + ref->index];
}

u64 reg_read(const struct reg_bank *b, u32 offset, unsigned int size)
{
	struct reg_ref ref;
	const u64 *mask;
	u64 v;

	if (!reg_find(b, offset, size, &ref))
		return 0;
	mask = b->masks[ref.row];
	v = *value_of(b, &ref) & (mask[REG_RO] | mask[REG_RW] | mask[REG_W1C] | mask[REG_W1S]);
	v >>= ref.byte * 8;
	return size == 4 ? (u32)v : v;
}

bool reg_write(struct reg_bank *b, u32 offset, u64 value, unsigned int size, struct reg_ref *ref, u64 *old)
{
	u64 written = size == 4 ? 0xffffffffULL : ~0ULL;
	u64 store, now;
	const u64 *mask;
	u64 *v;

	if (!reg_find(b, offset, size, ref))
		return false;
	value = (value & written) << (ref->byte * 8);
	written <<= ref->byte * 8;
	mask = b->masks[ref->row];
	v = value_of(b, ref);
	*old = *v;
	store = (mask[REG_RW] | mask[REG_WO]) & written;
	now = (*old & ~store) | (value & store);
	now &= ~(value & mask[REG_W1C]);
	now |= value & mask[REG_W1S];
	*v = now;
	return true;
}
