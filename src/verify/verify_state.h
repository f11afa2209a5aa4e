/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The state that a recorded fault implies, as the hardware has it just before the access: for people, and as a dump. */
#ifndef VERIFY_STATE_H
#define VERIFY_STATE_H

#include "spec.h"
#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VERIFY_TABLES 32

/**
 * struct verify_register - a register that is not zero
 * @desc: what it is
 * @index: which of an array
 * @bank: SMMUv2: of which context bank; -1: of none
 * @value: what it holds
 */
struct verify_register {
	const struct reg_desc *desc;
	u32 index;
	int bank;
	u64 value;
};

/**
 * struct verify_table - a structure in memory that leads to the translation
 * @format: how it is laid out; NULL: a descriptor of a page table
 * @level: of a page table
 * @addr: physical address
 * @words: 64-bit words
 * @word: what it holds
 * @fails: the bus answers with an error
 */
struct verify_table {
	const struct spec_record *format;
	int level;
	u64 addr;
	u32 words;
	u64 word[8];
	bool fails;
};

/**
 * struct verify_state - registers, tables, memory
 * @reg: registers
 * @n_regs: number of @reg
 * @table: what a walk of the access reads, in its order
 * @n_tables: number of @table
 * @dump: the registers, and the access with the fault that the model makes of it, as `faultline translate --registers`
 *	takes them; NULL: `translate` has no such access
 * @page: addresses of the pages of memory, in ascending order
 * @data: their 4096 bytes each
 * @pages: number of @page
 */
struct verify_state {
	struct verify_register *reg;
	u32 n_regs;
	struct verify_table table[VERIFY_TABLES];
	u32 n_tables;
	json_t *dump;
	u64 *page;
	u8 *data;
	u32 pages;
};

/**
 * verify_state_print() - print registers and tables with their fields
 * @s: the state
 * @out: where to
 */
void verify_state_print(const struct verify_state *s, FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* VERIFY_STATE_H */
