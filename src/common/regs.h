/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Register files from one table: offset, width, fields, access class, reset.
 * The model, the driver's tests and the generated register pages all read it.
 * Side effects live in hooks that the owner runs after the write.
 */
#ifndef REGS_H
#define REGS_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

enum reg_access { REG_RO, REG_RW, REG_W1C, REG_W1S, REG_WO, REG_RAZ_WI };

struct reg_field {
	const char *name;
	u8 high, low;
	u8 access; /* enum reg_access */
	const char *doc;
};

/**
 * struct reg_desc - one row: a register, or an array of equal ones
 * @offset: bytes from the start of the space
 * @size:   bytes, 4 or 8; an 8-byte register may be accessed as two halves
 * @count, @stride: array of registers; 0 means 1
 * @name:   the specification's
 * @reset:  value after reset; identification registers are set from configuration
 * @fields: bits outside of every field are RES0: read as zero, writes ignored;
 *          a register without fields therefore reads as zero
 * @section: where the specification defines it
 */
struct reg_desc {
	u32 offset;
	u8 size;
	u16 count;
	u32 stride;
	const char *name;
	u64 reset;
	const struct reg_field *fields;
	u8 n_fields;
	const char *section;
};

struct reg_bank;

/* A register's resolved place: row and element. */
struct reg_ref {
	const struct reg_desc *desc;
	u16 row;
	u16 index; /* in an array */
	u8 byte;   /* 4 for the upper half of an 8-byte register */
};

/**
 * struct reg_bank - the values of one instance of a table
 * @slot: page-local map from (offset / 4) to row + 1; built at init
 * @place: the same to the value's index + 1
 */
struct reg_bank {
	const struct reg_desc *table;
	u32 n_rows;
	u32 span;   /* bytes covered by the map */
	u16 *slot;  /* row + 1 for each 4-byte cell, 0: reserved */
	u32 *place; /* index into values + 1 for each 4-byte cell */
	u32 *first; /* index into values for each row */
	u64 *values;
	u64 (*masks)[5]; /* per row: bits by access class RO, RW, W1C, W1S, WO */
	u32 n_values;
};

int reg_bank_init(struct reg_bank *b, const struct reg_desc *table, u32 n_rows);
void reg_bank_exit(struct reg_bank *b);
void reg_bank_reset(struct reg_bank *b);

/* Find the register at @offset; false for a reserved place or an unaligned or too wide access. */
bool reg_find(const struct reg_bank *b, u32 offset, unsigned int size, struct reg_ref *ref);

/* What a read returns: WO and reserved bits as zero. Reserved places read as zero. */
u64 reg_read(const struct reg_bank *b, u32 offset, unsigned int size);

/**
 * reg_write() - a software write, by access class
 * @ref: where it landed, for the owner's hook
 * @old: the whole register before
 * Return: true if it landed on a register.
 */
bool reg_write(struct reg_bank *b, u32 offset, u64 value, unsigned int size, struct reg_ref *ref, u64 *old);

/* The hardware's own access to a value, no access class: by table offset. */
static inline u64 *reg_word(const struct reg_bank *b, u32 offset)
{
	fl_assert(offset < b->span && b->place[offset / 4]);
	return &b->values[b->place[offset / 4] - 1];
}

static inline u64 reg_get(const struct reg_bank *b, u32 offset)
{
	return *reg_word(b, offset);
}

static inline void reg_set(struct reg_bank *b, u32 offset, u64 value)
{
	*reg_word(b, offset) = value;
}

#ifdef __cplusplus
}
#endif

#endif /* REGS_H */
