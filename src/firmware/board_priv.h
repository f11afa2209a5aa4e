/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How readers fill a board. What cannot be kept is remembered in no_memory; the reader's caller asks once. */
#ifndef BOARD_PRIV_H
#define BOARD_PRIV_H

#include "board.h"

/*
 * More than any real board has; a file that has more is refused. Rules compare devices and entries in pairs: these keep
 * that within seconds.
 */
#define BOARD_MAX_NODES	 (1u << 17)
#define BOARD_MAX_IOMMUS 1024
#define BOARD_MAX_ITEMS	 (1u << 14) /* masters, streams of all, entries of all maps, defects: of each */
#define BOARD_MAX_BYTES	 (64u << 20)

/* A text that lives as long as the board. */
const char *board_text(struct board *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *board_chars(struct board *b, const void *chars, size_t len);

/* The same for a name out of a file, of printable ASCII: what is neither becomes a question mark. */
const char *board_name(struct board *b, const char *name);

/* A new zeroed item at the end, or NULL; it moves when the next one is added. */
struct board_iommu *board_add_iommu(struct board *b);
struct board_master *board_add_master(struct board *b);
struct board_tbu *board_add_tbu(struct board *b);
struct board_input *board_add_input(struct board *b);
struct board_stream *board_add_stream(struct board *b, struct board_master *m);
struct board_map *board_add_map(struct board *b, struct board_master *m);
void board_add_defect(struct board *b, const struct board_at *at, enum board_defect_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A file that the board's file, or an overlay, includes; once. */
void board_add_included(struct board *b, const char *name, size_t len);

/* 0, or why not all of it was kept: -ENOMEM, -EFBIG. */
int board_full(const struct board *b, struct board_error *err);

/* It reaches the IOMMU, by itself or through its map. */
bool master_uses(const struct board *b, const struct board_master *m, u32 iommu);

/* The smallest value from @low on whose bits outside @free are those of @fixed; more than 32 bits: none. */
u64 next_match(u64 low, u32 fixed, u32 free);

/* What a name and a compatible string say about a device's part in the system. */
enum board_role board_guess_role(const char *name, const char *compatible);

/* vendor:device is on the list of devices that look like PCI but sit on the AMBA bus. */
bool board_is_amba(u32 vendor, u32 device);

/* A whole file of at most BOARD_MAX_BYTES; the caller frees @data, which ends in a byte of zero that @size leaves out. */
int board_load(const char *file, u8 **data, size_t *size, struct board_error *err);

#endif /* BOARD_PRIV_H */
