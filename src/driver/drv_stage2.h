/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stage 2 under a driver's own tables, as a hypervisor has it: one table for each driver, which maps every address
 * to itself. The driver plays both parts: a guest allocates memory, and its hypervisor has mapped that when the
 * guest writes its address anywhere. So nothing faults in stage 2, and no entry of it ever changes once it is valid.
 * A hypervisor maps a guest's memory before the guest runs, so the guest does not pay for it (drv_ops.hypervisor).
 */
#ifndef DRV_STAGE2_H
#define DRV_STAGE2_H

#include "drv_host.h"
#include "pt_build.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DRV_STAGE2_SEEN 1024

/**
 * struct drv_stage2 - the table
 * @h: the driver
 * @pt: the table
 * @gate: guards changes of the table
 * @page_bytes: size of every mapping
 * @prot: DRV_PROT_* and PT_PROT_* of every mapping
 * @seen: pages that were found mapped, + 1, so that most questions need no look at the table
 */
struct drv_stage2 {
	struct drv_host *h;
	struct pt_build pt;
	struct drv_gate gate;
	u64 page_bytes;
	u32 prot;
	u64 seen[DRV_STAGE2_SEEN];
};

/**
 * drv_stage2_create() - make an empty table; from here on the guest's tables are allocated with drv_host.table_ops
 * @h: the driver
 * @cfg: configuration of the table; @page_sizes is filled in
 * @page_bytes: of each mapping; 0: 4 KiB
 * @attr: PT_PROT_ATTR() and PT_PROT_SH() of the mappings
 *
 * Return: 0, -EOPNOTSUPP if the format has no pages of that size, -EINVAL (see pt_build_init()), -ENOMEM, -EIO.
 */
int drv_stage2_create(struct drv_host *h, const struct pt_build_cfg *cfg, u64 page_bytes, u32 attr);

/**
 * drv_stage2_destroy() - free the table, if there is one; the hardware does not walk it any more
 * @h: the driver
 */
void drv_stage2_destroy(struct drv_host *h);

/**
 * drv_stage2_cover() - map whatever is not yet mapped of a range
 * @h: the driver
 * @pa: first byte
 * @bytes: length of the range
 *
 * Nothing happens without stage 2. The gates of the configuration and of domains may be closed or open.
 *
 * Return: 0, -ENOMEM, -EINVAL beyond the output size, -EIO.
 */
int drv_stage2_cover(struct drv_host *h, u64 pa, u64 bytes);

#ifdef __cplusplus
}
#endif

#endif /* DRV_STAGE2_H */
