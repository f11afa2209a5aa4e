/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_kind.h"

const struct iommu_kind *const iommu_kinds[] = { &iommu_kind_smmuv2, &iommu_kind_smmuv3, &iommu_kind_vtd, NULL };

const struct iommu_kind *iommu_kind_find(const char *name)
{
	const struct iommu_kind *const *k;

	for (k = iommu_kinds; *k; k++)
		if (!strcmp((*k)->name, name))
			return *k;
	return strcmp(iommu_kind_none.name, name) ? NULL : &iommu_kind_none;
}
