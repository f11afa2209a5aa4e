/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the specifications say, as data: registers and their fields, structures in memory, commands, events. The facts
 * stand in one table for each IOMMU (smmuv2.spec, smmuv3.spec, vtd.spec); gen-spec.awk makes of each a header with
 * offsets, masks and enumerations, and the tables that this header describes.
 */
#ifndef SPEC_H
#define SPEC_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

enum reg_access { REG_RO, REG_RW, REG_W1C, REG_W1S, REG_WO, REG_RAZ_WI };

/* VT-d: where CAP.FRO or ECAP.IRO says */
enum reg_base { REG_BASE_ZERO, REG_BASE_FRO, REG_BASE_IRO };

/**
 * struct reg_field - a field of a register
 * @name: the specification's
 * @high: highest bit, 0..63
 * @low: lowest bit
 * @access: enum reg_access
 * @doc: what it means, for people
 */
struct reg_field {
	const char *name;
	u8 high, low;
	u8 access;
	const char *doc;
};

/**
 * struct reg_desc - one row: a register, or an array of equal ones
 * @offset: bytes from the start of the space
 * @size: bytes, 4 or 8; an 8-byte register may be accessed as two halves
 * @count: registers in the array; 0 means 1
 * @stride: bytes from one register of the array to the next; 0: @size
 * @name: the specification's
 * @reset: value after reset; identification registers are set from configuration
 * @fields: bits outside of every field are RES0: read as zero, writes ignored; a register without fields therefore
 *	reads as zero
 * @n_fields: number of @fields
 * @section: where the specification defines it
 * @also: another name that software has for it, or NULL
 * @cap: VT-d: bits of CAP without which it is not there
 * @ecap: likewise of ECAP
 * @no_ecap: bits of ECAP with which it is not there
 * @base: enum reg_base: what @offset is relative to
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
	const char *also;
	u64 cap, ecap, no_ecap;
	u8 base;
};

/**
 * struct spec_field - a field of a structure in memory
 * @field: name, bits within its word, meaning
 * @word: which 64-bit word
 * @part: the bit of spec_kind.parts that says whether the field is there; 0: always
 */
struct spec_field {
	struct reg_field field;
	u8 word;
	u32 part;
};

/**
 * struct spec_kind - a kind of record: an event, a command, a fault reason
 * @code: its number
 * @parts: the parts of the record that it has
 * @name: the specification's
 * @section: where the specification defines it
 * @text: what it means, for people
 * @printed: what kernels print for it where that is not @name, or NULL
 * @qemu: QEMU's name where that is not @name, or NULL
 */
struct spec_kind {
	u8 code;
	u32 parts;
	const char *name;
	const char *section;
	const char *text;
	const char *printed;
	const char *qemu;
};

/**
 * struct spec_record - a structure in memory, or several registers that are one record
 * @name: short name, as in the names of its masks
 * @also: other names, with commas between them, or NULL
 * @section: where the specification defines it
 * @text: what it is
 * @words: 64-bit words
 * @n_fields: number of @fields
 * @n_kinds: number of @kinds
 * @code: number of the field that holds the kind's code, from 1; 0: there are no kinds
 * @code_high: number of the field with its upper bits, from 1; 0: none
 * @fields: all fields of all kinds
 * @kinds: in the order of their codes
 * @index: by code: 1 + index into @kinds; 0: not defined
 */
struct spec_record {
	const char *name;
	const char *also;
	const char *section;
	const char *text;
	u8 words;
	u8 n_fields, n_kinds;
	u8 code, code_high;
	const struct spec_field *fields;
	const struct spec_kind *kinds;
	const u8 *index;
};

/**
 * struct spec_space - registers that are relative to one base
 * @title: a heading
 * @regs: the registers
 * @n_regs: number of @regs
 */
struct spec_space {
	const char *title;
	const struct reg_desc *regs;
	u32 n_regs;
};

/**
 * struct spec_iommu - all that is known of an IOMMU
 * @name: smmuv2, smmuv3, vtd
 * @spaces: its registers
 * @records: its records
 * @n_spaces: number of @spaces
 * @n_records: number of @records
 */
struct spec_iommu {
	const char *name;
	const struct spec_space *spaces;
	const struct spec_record *records;
	u32 n_spaces, n_records;
};

/**
 * spec_kind() - look a kind up by its code
 * @r: the record
 * @code: the code
 *
 * Return: The kind, or NULL if the specification defines none.
 */
static inline const struct spec_kind *spec_kind(const struct spec_record *r, u32 code)
{
	return r->index && code < 256 && r->index[code] ? &r->kinds[r->index[code] - 1] : NULL;
}

/**
 * spec_has() - whether a kind has a part
 * @k: the kind, or NULL
 * @part: bit of the part
 *
 * Return: true if it has; false of no kind.
 */
static inline bool spec_has(const struct spec_kind *k, u32 part)
{
	return k && k->parts & part;
}

/**
 * spec_kind_named() - look a kind up by its name, or by QEMU's
 * @r: the record
 * @name: the name; need not end with a NUL
 * @len: its length
 *
 * Return: The kind, or NULL.
 */
const struct spec_kind *spec_kind_named(const struct spec_record *r, const char *name, size_t len);

/**
 * spec_code() - read the kind's code in a record
 * @r: the record
 * @words: its words
 *
 * Return: The code; 0 of a record without kinds.
 */
u32 spec_code(const struct spec_record *r, const u64 *words);

/**
 * spec_bits() - read a field
 * @f: the field
 * @value: the register, or the word
 *
 * Return: The field's value.
 */
static inline u64 spec_bits(const struct reg_field *f, u64 value)
{
	return (value & GENMASK_ULL(f->high, f->low)) >> f->low;
}

#ifdef __cplusplus
}
#endif

#endif /* SPEC_H */
