/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DT_BOARD_PRIV_H
#define DT_BOARD_PRIV_H

#include "board_priv.h"

/* Reads @b->file. */
int board_read_dt(struct board *b, const char *const *overlays, u32 n_overlays, struct board_error *err);

#endif /* DT_BOARD_PRIV_H */
