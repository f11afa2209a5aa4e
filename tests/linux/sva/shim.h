/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Linux's arm-smmu-v3 with shared virtual addressing, as a module of a kernel that was configured without it: the source is the
 * kernel's own, and included first here is what its structures look like in the running kernel. Those have no place for the
 * PASID of an address space; shim.c has one.
 */
#ifndef SVA_SHIM_H
#define SVA_SHIM_H

#define CONFIG_IOASID 1
#include <linux/ioasid.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#define CONFIG_IOMMU_SVA       1
#define CONFIG_ARM_SMMU_V3_SVA 1

/* In the place of mm->pasid: INVALID_IOASID where there is none. */
ioasid_t sva_pasid(const struct mm_struct *mm);
int sva_pasid_set(struct mm_struct *mm, ioasid_t pasid);
/* iommu_sva_alloc_pasid() for a bond, and its end. */
int sva_pasid_get(struct mm_struct *mm, ioasid_t min, ioasid_t max);
void sva_pasid_put(struct mm_struct *mm);

#endif /* SVA_SHIM_H */
