// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PASIDs of address spaces, as long as a device is bound to them. The driver's lock covers get and put. */
#include <linux/module.h>
#include <linux/xarray.h>

#include "drivers/iommu/iommu-sva-lib.h"

#define PASID	  0xfffffUL
#define INDEX(mm) ((unsigned long)(mm) >> 4)

static DEFINE_XARRAY(pasids); /* PASID, and the number of bonds above it */

ioasid_t sva_pasid(const struct mm_struct *mm)
{
	void *entry = xa_load(&pasids, INDEX(mm));

	return entry ? xa_to_value(entry) & PASID : INVALID_IOASID;
}

int sva_pasid_set(struct mm_struct *mm, ioasid_t pasid)
{
	return xa_err(xa_store(&pasids, INDEX(mm), xa_mk_value(pasid), GFP_KERNEL));
}

static void count(struct mm_struct *mm, long by)
{
	unsigned long value = xa_to_value(xa_load(&pasids, INDEX(mm))) + by * (PASID + 1);

	xa_store(&pasids, INDEX(mm), xa_mk_value(value), GFP_KERNEL);
}

int sva_pasid_get(struct mm_struct *mm, ioasid_t min, ioasid_t max)
{
	int err = iommu_sva_alloc_pasid(mm, min, max);

	if (!err && !pasid_valid(sva_pasid(mm)))
		err = -ENOMEM;
	if (!err)
		count(mm, 1);
	return err;
}

void sva_pasid_put(struct mm_struct *mm)
{
	ioasid_t pasid = sva_pasid(mm);

	count(mm, -1);
	if (xa_to_value(xa_load(&pasids, INDEX(mm))) > PASID)
		return;
	xa_erase(&pasids, INDEX(mm));
	ioasid_free(pasid);
}
