/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BOARD_STALL_PRIV_H
#define BOARD_STALL_PRIV_H

#include "fl_config.h"
#include "stall_platform.h"

/* Fills in @p->times, and what else of the SMMUs the configuration says. */
void board_prices(struct stall_platform *p, const struct fl_config *cfg);

#endif /* BOARD_STALL_PRIV_H */
