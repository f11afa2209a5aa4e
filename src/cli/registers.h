/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The register tables of the models, side by side: their own headers cannot be included together. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "regs.h"

/**
 * struct register_space - rows that are relative to one base
 * @title: a heading; NULL ends the list
 * @first: the first row
 * @step:  bytes from one row to the next
 * @rows:  how many
 * @base:  what a row's offset is relative to, such as "FRO + ", or ""; may be NULL
 */
struct register_space {
	const char *title;
	const struct reg_desc *first;
	size_t step;
	const u32 *rows;
	const char *(*base)(const struct reg_desc *d);
};

extern const struct register_space registers_smmuv2[], registers_smmuv3[], registers_vtd[];

#endif /* REGISTERS_H */
