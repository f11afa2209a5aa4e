/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The VT-d driver's own structures, shared by its files. */
#ifndef VTD_DRV_PRIV_H
#define VTD_DRV_PRIV_H

#include "drv_backend.h"
#include "drv_stage2.h"
#include "vtd_driver.h"

#define VDRV_RID_PASID	0U /* RID_PASID of every context entry, so PASID 0 has no other use */
#define VDRV_PT_DID	1U /* all pass-through entries */
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
	u64 dir;
	u64 *tables;
	u32 n_tables;
	u8 pasid_bits;
	u8 pdts;
	bool enabled;
};

struct vdrv_dom {
	struct drv_domain base;
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

static inline struct vtd_drv *vdrv_of(const struct drv_host *h)
{
	return container_of(h, struct vtd_drv, h);
}

/* vtd_drv_hw.c */
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
int vdrv_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg);
int vdrv_domain_init(struct drv_domain *dom);
void vdrv_domain_exit(struct drv_domain *dom);
bool vdrv_in_bounds(const struct drv_host *h, u64 iova, u64 bytes);
u32 vdrv_prot(const struct drv_host *h, u32 prot);
int vdrv_appeared(struct drv_domain *dom, u64 iova, u64 bytes);
int vdrv_invalidate(struct drv_domain *base, u64 iova, u64 bytes, bool leaf);

/* vtd_drv_attach.c: what context and PASID-table entries contain */
int vdrv_device_check(struct drv_host *h, const struct drv_device_cfg *cfg);
int vdrv_device_init(struct drv_device *dev, const struct drv_device_cfg *cfg);
u32 vdrv_credits(const struct drv_device *dev);
int vdrv_device_show(struct drv_device *base);
int vdrv_device_hide(struct drv_device *dev);
void vdrv_device_exit(struct drv_device *dev);
int vdrv_recoverable(struct drv_device *base, bool on);
int vdrv_check(const struct drv_device *dev, const struct drv_domain *dom, u32 pasid);
int vdrv_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old);

/* vtd_drv_prq.c */
int vdrv_prq_init(struct vtd_drv *d);
void vdrv_prq_exit(struct vtd_drv *d);
int vdrv_prq_thread(struct vtd_drv *d, u32 budget);
void vdrv_prq_empty(struct vtd_drv *d);
int vdrv_prq_drain(struct vdrv_dev *dev);
bool vdrv_prq_pending(struct vtd_drv *d);
void vdrv_prq_clear_stale(struct vtd_drv *d);

/* vtd_drv_fault.c */
int vdrv_drain_responses(struct drv_device *dev);
int vdrv_fault_thread(struct vtd_drv *d, u32 budget);
void vdrv_fault_empty(struct vtd_drv *d);
bool vdrv_fault_pending(struct vtd_drv *d);
extern const struct fault_ops vtd_fault_ops;

#endif /* VTD_DRV_PRIV_H */
