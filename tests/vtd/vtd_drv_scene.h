/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the suites of the driver begin with. */
#ifndef VTD_DRV_SCENE_H
#define VTD_DRV_SCENE_H

#include <pthread.h>
#include <sched.h>
#include "suite.h"
#include "rig_vtd_host.h"

static struct rig_host h;

static u32 faults_seen;
static struct vtd_drv_fault last_fault;

static inline void on_fault(void *observer, const struct vtd_drv_fault *f)
{
	faults_seen++;
	last_fault = *f;
}

static inline enum xlat dma(u32 sid, u64 iova, u16 flags, u32 pasid, u64 *pa)
{
	struct xlat_result res;
	enum xlat x = rig_vtd_access(&h.r, sid, iova, flags, pasid, &res);

	*pa = res.pa;
	return x;
}

static inline struct fault_domain *paging_domain(struct fault_dev *dev)
{
	struct fault_domain *dom;

	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_PAGING, &dom), 0);
	return dom;
}

#endif /* VTD_DRV_SCENE_H */
