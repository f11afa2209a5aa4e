/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What rules share. */
#ifndef RULES_PRIV_H
#define RULES_PRIV_H

#include "board_priv.h"
#include "findings.h"

/* Parameters of each rule. */
#define RULE struct findings *f, const struct rule *rule, const struct board *b

/* The new finding, or a scratch one if it is too many: never NULL. */
struct finding *finding_add(struct findings *f, const struct rule *rule, const struct board_at *at, const char *fmt,
			    ...) __attribute__((format(printf, 4, 5)));
void finding_assume(struct findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The master's faults stall, or may: it has a stream on an IOMMU that is in use and is not known to be without stalls. */
bool master_stalls(const struct board *b, const struct board_master *m);
/* They share a TBU; *@assumed: nobody says where either of them sits. */
bool masters_share_path(const struct board *b, const struct board_master *x, const struct board_master *y,
			bool *assumed);

/* StreamIDs of an entry, as far as the host's mask lets requester IDs reach it. */
u64 map_streams(const struct board_master *host, const struct board_map *e);
/* Whether some StreamID of @s lies in the entry's; @first receives the smallest. */
bool stream_in_map(const struct board_stream *s, const struct board_master *host, const struct board_map *m,
		   u64 *first);

void rule_stall_on_pci(RULE);
void rule_stall_unsupported(RULE);
void rule_forced_stall(RULE);
void rule_many_streams(RULE);
void rule_stall_with_ats(RULE);
void rule_pasid_width(RULE);
void rule_pasid_count(RULE);
void rule_outstanding(RULE);
void rule_pager(RULE);
void rule_realtime(RULE);
void rule_deadline(RULE);
void rule_pcie_path(RULE);
void rule_shared_stall(RULE);
void rule_smmuv2_unread(RULE);
void rule_quirk(RULE);
void rule_pri_without_ats(RULE);

void rule_own_map(RULE);
void rule_folds(RULE);
void rule_base_outside_mask(RULE);
void rule_mask_length(RULE);
void rule_map_overlap(RULE);
void rule_off_by_one(RULE);
void rule_hole(RULE);
void rule_sid_width(RULE);
void rule_iommu_disabled(RULE);
void rule_shared(RULE);
void rule_smr_conflict(RULE);

#endif /* RULES_PRIV_H */
