/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Boards as bytes, for damage: what reads them must end with a reading or one clear line. */
#ifndef DAMAGED_H
#define DAMAGED_H

#include "board_read.h"
#include "findings.h"
#include <stdio.h>
#include <unistd.h>

/* A board's bytes from a file; the caller frees them. */
static inline u8 *damaged_load(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	u8 *data = malloc(1 << 20);

	*size = in && data ? fread(data, 1, 1 << 20, in) : 0;
	if (in)
		fclose(in);
	return data;
}

/* The table that acpidump's text at @path holds. */
static inline u8 *damaged_table(const char *path, size_t *size)
{
	FILE *in = fopen(path, "r");
	u8 *data = malloc(1 << 16);
	char line[128];
	unsigned int byte;

	*size = 0;
	while (in && data && fgets(line, sizeof(line), in)) {
		const char *p = strchr(line, ':');

		for (p = p ? p + 1 : NULL; p && sscanf(p, " %2x", &byte) == 1 && p[1] != ' ' && p[1] != '.'; p += 3)
			data[(*size)++] = (u8)byte;
	}
	if (in)
		fclose(in);
	return data;
}

/* The sum over a table is 0: what is damaged behind it is to be seen, not the checksum. */
static inline void damaged_sum(u8 *data, size_t size)
{
	u8 sum = 0;
	size_t i;

	if (size < 10)
		return;
	data[9] = 0;
	for (i = 0; i < size; i++)
		sum += data[i];
	data[9] = (u8)-sum;
}

/* Reads and judges: true if it was read. An error has to say where. */
static inline bool damaged_read(const char *name, const u8 *data, size_t size, bool iort, struct board_error *err)
{
	u8 *copy = malloc(size ? size : 1); /* its end is where a sanitizer sees it */
	struct board b = { .file = name };
	struct findings f;
	int ret;

	err->text[0] = 0;
	if (!copy)
		abort();
	memcpy(copy, data, size);
	ret = iort ? board_read_iort(&b, copy, size, err) : board_read_blob(&b, copy, size, err);
	free(copy);
	if (!ret && !rules_check(&f, &b))
		findings_free(&f);
	board_free(&b);
	return !ret;
}

#endif /* DAMAGED_H */
