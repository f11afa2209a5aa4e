/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the random holder share. */
#ifndef CONTRACT_PRIV_H
#define CONTRACT_PRIV_H

#include "contract.h"

/* A call, noted while it lasts. */
#define CT_CALL(c, which, slot, statement) \
	do {                               \
		(c)->call = which;         \
		(c)->about = slot;         \
		statement;                 \
		(c)->call = CALL_NONE;     \
		(c)->about = 0;            \
	} while (0)

void ct_check_place(struct ct *c, const struct dma_txn *t, const struct xlat_result *r);
void ct_end_txn(struct ct *c, struct ct_txn *t, enum xlat x, u64 pa);
bool ct_begin_group(struct ct *c, u32 sid, u64 page, u32 txn, bool last);
void ct_call_step(struct ct *c);
void ct_cancel(struct ct *c, u32 i);
void ct_complete_inv(struct ct *c, u32 i, bool ok);
void ct_fill(struct ct *c, u32 i);
void ct_present(struct ct *c, u32 i, bool at_once);
void ct_save_restore(struct ct *c);
void ct_send_page_request(struct ct *c, u32 index, bool last);

#endif /* CONTRACT_PRIV_H */
