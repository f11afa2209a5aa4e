/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A board under construction from a device tree. */
#ifndef DT_READER_PRIV_H
#define DT_READER_PRIV_H

#include "dt_tree_priv.h"
#include <libfdt.h>

/* By node: its IOMMU, its master, and the SMMU's node whose mmu-masters names it first; BOARD_NONE: none. */
struct dt_reader {
	struct board *b;
	struct dt_tree *t;
	u32 *iommu_of, *master_of, *legacy_of;
};

static inline u32 dt_cell(const void *prop, u32 i)
{
	return fdt32_ld((const fdt32_t *)prop + i);
}

struct board_at dt_at(struct dt_reader *r, u32 node, const char *property);
void dt_defect(struct dt_reader *r, u32 node, const char *property, enum board_defect_kind kind, const char *text);

/* iommus, iommu-map and iommu-map-mask of a master's node */
void dt_read_references(struct dt_reader *r, u32 node, struct board_master *m);

/* mmu-masters of all SMMUs: first who is named there, and once there are masters which StreamIDs they have. */
void dt_find_legacy(struct dt_reader *r);
void dt_read_legacy(struct dt_reader *r);

/* TBUs that have a node, and the masters whose StreamIDs they serve. */
void dt_read_tbus(struct dt_reader *r);

#endif /* DT_READER_PRIV_H */
