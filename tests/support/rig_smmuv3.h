/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A whole SMMUv3 system without time: memory, hardware engine, driver, fault
 * core (single-threaded host) and clients. Interrupts, work, retries and
 * endpoint messages wait until rig_pump() lets them happen, or until the driver
 * polls.
 *
 *	rig_init(&r); change r.hw_cfg and r.drv_cfg; rig_start(&r);
 *	dev = rig_device(...); dom = rig_domain(...); attach through r.m.drv_cls
 *	n = rig_access(...); rig_pump(&r); look at r.txns[n]
 *	rig_stop(&r)
 */
#ifndef RIG_SMMUV3_H
#define RIG_SMMUV3_H

#include "machine.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"

#include <check.h>

#define RIG_TXNS 8192
#define RIG_LOG	 1024

enum rig_state { RIG_DONE, RIG_ABORTED, RIG_RAZWI, RIG_STALLED, RIG_WAITING };

/* One access of a client. */
struct rig_txn {
	struct dma_txn t;
	enum rig_state state;
	u64 pa;
	u16 fault;
	u32 stalls; /* times it was stalled */
};

/* What a domain's handler does: the default maps iova to iova + offset. */
struct rig_handler {
	struct rig_smmuv3 *rig;
	struct fault_domain *dom;
	u64 offset;
	u32 prot;
	enum fault_code answer; /* FAULT_DEFAULT: map and retry */
	u32 handled;
	u32 events;
	struct fault_record last;
	struct fault_group *kept[RIG_LOG]; /* with FAULT_LATER, one reference each */
	u32 n_kept;
};

struct rig_smmuv3 {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct physmem mem;
	struct smmuv3_cfg hw_cfg;
	struct smmuv3_drv_cfg drv_cfg;
	struct smmuv3 hw;
	bool lose_irqs; /* interrupts vanish */
	struct rig_txn txns[RIG_TXNS];
	u32 n_txns;
	struct {
		u32 txn;
		enum iommu_resume how;
	} resumes[RIG_TXNS];
	u32 n_resumes;
	bool stall_free;
	struct page_response responses[RIG_LOG];
	u32 n_responses;
	struct ats_inv invs[RIG_LOG]; /* all that were sent */
	u32 n_invs, invs_done;
	bool ats_dead; /* endpoints do not complete invalidations: they time out */
	u32 msis;
};

void rig_init(struct rig_smmuv3 *r);
/* Hardware, core, driver. Return: of probe. */
int rig_start(struct rig_smmuv3 *r);
/* Removes the driver, lets pending work end, checks that nothing is left. */
void rig_stop(struct rig_smmuv3 *r);

struct fault_dev *rig_device(struct rig_smmuv3 *r, const struct drv_device_cfg *cfg);
/* A domain on @dev; with @h its faults are handled by it. @h is set up here but for offset and answer. */
struct fault_domain *rig_domain(struct rig_smmuv3 *r, struct fault_dev *dev, enum drv_domain_type type,
				struct rig_handler *h);
int rig_attach(struct rig_smmuv3 *r, struct fault_dev *dev, u32 pasid, struct fault_domain *dom);
int rig_detach(struct rig_smmuv3 *r, struct fault_dev *dev, u32 pasid);

/* One access; @pasid DRV_NO_PASID or a PASID; @flags DMA_*. Return: its number in txns[]. */
u32 rig_access(struct rig_smmuv3 *r, u32 sid, u32 pasid, u64 iova, u16 flags);
/* A Page Request Message of an endpoint. */
void rig_page_request(struct rig_smmuv3 *r, u32 sid, u32 pasid, u64 addr, u16 prgi, u8 perm, bool last);
/* Let everything that waits happen, until nothing is left to do. */
void rig_pump(struct rig_smmuv3 *r);
/* Accesses that are stalled or wait. */
u32 rig_outstanding(const struct rig_smmuv3 *r);

#endif /* RIG_SMMUV3_H */
