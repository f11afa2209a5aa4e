// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "iommu_kind.h"

#define ROW(name) &iommu_kind_##name,
const struct iommu_kind *const iommu_kinds[] = { IOMMU_KINDS(ROW, ROW) NULL };

const struct iommu_kind *iommu_kind_find(const char *name)
{
	const struct iommu_kind *const *k;

	for (k = iommu_kinds; *k; k++)
		if (!strcmp((*k)->name, name))
			return *k;
	return strcmp(iommu_kind_none.name, name) ? NULL : &iommu_kind_none;
}
