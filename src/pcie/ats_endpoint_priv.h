/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef ATS_ENDPOINT_PRIV_H
#define ATS_ENDPOINT_PRIV_H

#include "ats_endpoint.h"

/* PERM_* that an access needs. */
u8 ats_wanted(const struct dma_txn *t);

/* The ATC has a translation with sufficient permission; nothing is counted. */
bool ats_has(struct ats_ep *ep, const struct dma_txn *t);

#endif /* ATS_ENDPOINT_PRIV_H */
