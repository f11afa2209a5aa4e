/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The VT-d driver's own structures, shared by its files. */
#ifndef VTD_DRV_PRIV_H
#define VTD_DRV_PRIV_H

#include "drv_device.h"
#include "drv_stage2.h"
#include "vtd_driver.h"

#define VDRV_RID_PASID	0U /* RID_PASID of every context entry, so PASID 0 has no other use */
#define VDRV_PT_DID	1U /* all pass-through entries */
#define VDRV_FIRST_DID	2U
#define VDRV_DESC_WORDS 4
#define VDRV_BATCH	16
#define VDRV_STALE	64 /* the same record so often in a row means that the hardware does not clear it */

/**
 * struct vdrv_queue - the invalidation queue
 * @base: physical; @status: where wait descriptors report
 * @tail: next entry to write, @head: as IQH was seen last
 * @entries, @desc: number and bytes of descriptors
 * @seq: number of the last wait descriptor; memory at @status holds that of the last completed
 * @aborts: times an error ended waits that were pending
 */
struct vdrv_queue {
	u64 base;
	u64 status;
	u32 head, tail;
	u32 entries;
	u8 desc;
	u32 seq;
	u32 aborts;
	u32 errors;
};

/**
 * struct vdrv_dev - a master
 * @dir: scalable: physical address of the PASID directory
 * @tables: of each directory entry, the PASID table or 0
 * @pasid_bits: 0: requests with PASID are blocked
 * @enabled: page requests are, for every requester (PRE)
 */
struct vdrv_dev {
	struct drv_device base;
	struct vtd_drv *d;
	u64 dir;
	u64 *tables;
	u32 n_tables;
	u8 pasid_bits;
	u8 pdts;
	bool ats;
	bool pri;
	bool enabled;
};

struct vdrv_dom {
	struct drv_domain base;
	struct vtd_drv *d;
	u16 did;
};

static inline struct vdrv_dev *vdrv_dev_of(struct drv_device *dev)
{
	return container_of(dev, struct vdrv_dev, base);
}

static inline struct vdrv_dom *vdrv_dom_of(struct drv_domain *dom)
{
	return container_of(dom, struct vdrv_dom, base);
}

/* drv_host.lock protects the invalidation queue, too. */
struct vtd_drv {
	struct drv_host h;
	struct vtd_drv_cfg cfg;
	struct drv_gate prq_gate;   /* closed while someone drains */
	struct drv_gate fault_gate; /* closed while someone takes fault records */
	bool dead;		    /* the hardware no longer responds and is switched off; set under the lock */
	u32 fault_stale;	    /* calls of the fault thread in a row that brought nothing new */
	u32 prq_stale;		    /* overflows in a row without a request between them */
	u64 last_fault[2];

	u64 cap, ecap;
	bool scalable;
	bool first; /* domains use first-stage tables */
	bool pri;
	u8 aw; /* second stage: AW field */
	u8 levels;
	u8 in_bits;
	u8 haw;
	u32 gcmd; /* persistent bits */

	u64 root;
	u64 contexts[512]; /* per bus; scalable: lower, upper; 0: none */
	struct vdrv_queue iq;
	u64 prq;
	u32 prq_mask; /* offsets of PQH and PQT */
	u32 prq_head;
	bool prq_shown; /* the observer has seen the request at the head */

	u64 *dids; /* a bit for each in use */
	u32 n_dids;
	struct vtd_drv_stats stats;
};

static inline u32 vdrv_pasid(u32 pasid)
{
	return pasid == FAULT_NO_PASID ? VDRV_RID_PASID : pasid;
}

/* vtd_driver.c */
bool vdrv_dead(struct vtd_drv *d);
void vdrv_die(struct vtd_drv *d);
u32 vdrv_status(struct vtd_drv *d, u64 offset);
bool vdrv_poll(struct vtd_drv *d, u32 tries);
int vdrv_command(struct vtd_drv *d, u32 bit, bool on);
int vdrv_page(struct vtd_drv *d, u64 *pa);

/* vtd_drv_queue.c: a list of descriptors under construction */
struct vdrv_batch {
	u64 d[VDRV_BATCH][VDRV_DESC_WORDS];
	u32 n;
	int error;
};

int vdrv_queue_init(struct vtd_drv *d);
void vdrv_queue_exit(struct vtd_drv *d);
void vdrv_add(struct vtd_drv *d, struct vdrv_batch *b, u64 qw0, u64 qw1);
int vdrv_sync(struct vtd_drv *d, struct vdrv_batch *b, u64 wait_flags);
int vdrv_try(struct vtd_drv *d, u64 qw0, u64 qw1);
bool vdrv_queue_recover(struct vtd_drv *d);

/* vtd_drv_tables.c */
int vdrv_tables_init(struct vtd_drv *d);
void vdrv_tables_exit(struct vtd_drv *d);
int vdrv_invalidate_all(struct vtd_drv *d);
int vdrv_pasids_init(struct vdrv_dev *dev, u8 pasid_bits);
void vdrv_pasids_exit(struct vdrv_dev *dev);
int vdrv_context_reach(struct vtd_drv *d, u32 sid);
int vdrv_context_write(struct vdrv_dev *dev, u32 sid, const u64 *entry, u16 old_did);
int vdrv_context_clear(struct vdrv_dev *dev, u32 sid, u16 old_did);
int vdrv_context_word0(struct vdrv_dev *dev, u32 sid, u64 word0);
int vdrv_pasid_write(struct vdrv_dev *dev, u32 pasid, const u64 *entry);
int vdrv_pasid_clear(struct vdrv_dev *dev, u32 pasid);
void vdrv_add_device_tlb(struct vdrv_dev *dev, struct vdrv_batch *b, u32 pasid, u64 addr, u64 last);

/* vtd_drv_domain.c */
int vdrv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out);
void vdrv_domain_free(void *drv, struct fault_domain *fdom);
int vdrv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot);
s64 vdrv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes);

/* vtd_drv_attach.c */
int vdrv_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out);
void vdrv_device_remove(void *drv, struct fault_dev *fdev, u64 now);
int vdrv_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now);
int vdrv_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now);
int vdrv_faults_enable(void *ctx, void *dev_ctx);
int vdrv_faults_disable(void *ctx, void *dev_ctx);

/* vtd_drv_prq.c */
int vdrv_prq_init(struct vtd_drv *d);
void vdrv_prq_exit(struct vtd_drv *d);
int vdrv_prq_thread(struct vtd_drv *d, u32 budget);
void vdrv_prq_empty(struct vtd_drv *d);
int vdrv_prq_drain(struct vdrv_dev *dev);
bool vdrv_prq_pending(struct vtd_drv *d);
void vdrv_prq_clear_stale(struct vtd_drv *d);

/* vtd_drv_fault.c */
int vdrv_fault_thread(struct vtd_drv *d, u32 budget);
void vdrv_fault_empty(struct vtd_drv *d);
bool vdrv_fault_pending(struct vtd_drv *d);
extern const struct fault_ops vtd_fault_ops;

#endif /* VTD_DRV_PRIV_H */
