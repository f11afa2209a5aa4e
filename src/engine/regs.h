/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Register files from one table: offset, width, fields, access class, reset.
 * The model, the driver's tests and the generated register pages all read it.
 * Side effects live in hooks that the owner runs after the write.
 */
#ifndef REGS_H
#define REGS_H

#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reg_bank;

/**
 * struct reg_ref - a register's resolved place: row and element
 * @desc: the row
 * @row: its number in the table
 * @index: element of an array
 * @byte: 4 for the upper half of an 8-byte register, else 0
 */
struct reg_ref {
	const struct reg_desc *desc;
	u16 row;
	u16 index;
	u8 byte;
};

/**
 * struct reg_bank - the values of one instance of a table
 * @table: the rows; must outlive the register file
 * @n_rows: number of rows
 * @span: bytes covered by the map
 * @slot: row + 1 for each 4-byte cell of the space; 0: reserved
 * @place: index into @values + 1 for each 4-byte cell of the space
 * @first: index into @values of each row's first register
 * @values: the registers' values
 * @masks: per row: bits by access class RO, RW, W1C, W1S, WO
 * @n_values: number of @values
 */
struct reg_bank {
	const struct reg_desc *table;
	u32 n_rows;
	u32 span;
	u16 *slot;
	u32 *place;
	u32 *first;
	u64 *values;
	u64 (*masks)[5];
	u32 n_values;
};

/**
 * reg_bank_init() - make a register file, in the state after reset
 * @b: filled in; the caller owns the storage and ends it with reg_bank_exit()
 * @table: the rows; must outlive @b
 * @n_rows: number of rows
 *
 * Return: 0 or -ENOMEM.
 */
int reg_bank_init(struct reg_bank *b, const struct reg_desc *table, u32 n_rows);

/**
 * reg_bank_exit() - free the values and the maps
 * @b: the register file
 */
void reg_bank_exit(struct reg_bank *b);

/**
 * reg_bank_reset() - set every register to its reset value
 * @b: the register file
 */
void reg_bank_reset(struct reg_bank *b);

/**
 * reg_find() - find the register at an offset
 * @b: the register file
 * @offset: bytes from the start of the register space
 * @size: bytes of the access, 4 or 8
 * @ref: filled in
 *
 * Return: false for a reserved place, and for an unaligned or too wide access.
 */
bool reg_find(const struct reg_bank *b, u32 offset, unsigned int size, struct reg_ref *ref);

/**
 * reg_read() - a software read, by access class; WO and reserved bits read as zero
 * @b: the register file
 * @offset: bytes from the start of the register space
 * @size: bytes of the access, 4 or 8
 *
 * Return: The value; 0 for a reserved place or an access that reg_find() refuses.
 */
u64 reg_read(const struct reg_bank *b, u32 offset, unsigned int size);

/**
 * reg_write() - a software write, by access class
 * @b: the register file
 * @offset: bytes from the start of the register space
 * @value: what is written
 * @size: bytes of the access, 4 or 8
 * @ref: where it landed, for the owner's hook
 * @old: the value of the whole register before the write
 *
 * Return: true if it landed on a register.
 */
bool reg_write(struct reg_bank *b, u32 offset, u64 value, unsigned int size, struct reg_ref *ref, u64 *old);

/**
 * reg_word() - the hardware's own access to a register, regardless of access classes
 * @b: the register file
 * @offset: a register's offset in the table; anything else is an assertion
 *
 * Return: The register's value, to read or to change.
 */
static inline u64 *reg_word(const struct reg_bank *b, u32 offset)
{
	fl_assert(offset < b->span && b->place[offset / 4]);
	return &b->values[b->place[offset / 4] - 1];
}

/**
 * reg_get() - read a register as hardware, regardless of access classes
 * @b: the register file
 * @offset: a register's offset in the table
 *
 * Return: The value.
 */
static inline u64 reg_get(const struct reg_bank *b, u32 offset)
{
	return *reg_word(b, offset);
}

/**
 * reg_set() - set a register as hardware, regardless of access classes
 * @b: the register file
 * @offset: a register's offset in the table
 * @value: all of its bits
 */
static inline void reg_set(struct reg_bank *b, u32 offset, u64 value)
{
	*reg_word(b, offset) = value;
}

#ifdef __cplusplus
}
#endif

#endif /* REGS_H */
