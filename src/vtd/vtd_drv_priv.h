/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The VT-d driver's own structures, shared by its files. */
#ifndef VTD_DRV_PRIV_H
#define VTD_DRV_PRIV_H

#include "pt_build.h"
#include "vtd_driver.h"

/* For a few steps that may wait: whoever finds it closed polls. Protected by vtd_drv.lock. */
struct vdrv_gate {
	bool closed;
};

#define VDRV_RID_PASID	0U /* of every context entry: PASID 0 is not to be had for anything else */
#define VDRV_PT_DID	1U /* all pass-through entries */
#define VDRV_FIRST_DID	2U
#define VDRV_DESC_WORDS 4
#define VDRV_BATCH	16

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

struct vdrv_dom;
struct vdrv_dev;

/* A domain on a PASID of a device. */
struct vdrv_attachment {
	struct vdrv_attachment *dev_next;
	struct vdrv_attachment *dom_next;
	struct vdrv_dev *dev;
	struct vdrv_dom *dom;
	u32 pasid; /* FAULT_NO_PASID: the device's own requests */
};

/**
 * struct vdrv_dev - a master
 * @dir: scalable: physical address of the PASID directory
 * @tables: of each directory entry, the PASID table or 0
 * @pasid_bits: 0: requests with PASID are blocked
 * @enabled: page requests are (PRE)
 * @inside: the driver itself calls the fault core and holds the configuration gate
 */
struct vdrv_dev {
	struct vtd_drv *d;
	struct fault_dev *faults;
	struct vdrv_dev *next;
	struct vdrv_attachment *attachments;
	u32 sids[DRV_MAX_SIDS];
	u64 dir;
	u64 *tables;
	u32 n_tables;
	u32 credits;
	u8 n_sids;
	u8 pasid_bits;
	u8 pdts;
	bool ats;
	bool pri;
	bool enabled;
	bool inside;
};

struct vdrv_dom {
	struct vtd_drv *d;
	struct fault_domain *faults;
	struct vdrv_dom *next;
	struct vdrv_attachment *attachments;
	struct pt_build pt;
	struct vdrv_gate gate; /* page table and attachments */
	enum drv_domain_type type;
	u16 did;
};

struct vtd_drv {
	const struct drv_ops *ops;
	void *ctx;
	struct fault_core *core;
	struct vtd_drv_cfg cfg;
	struct fault_lock lock;	   /* invalidation queue, gates, time */
	struct vdrv_gate config;   /* structures in memory, devices, domains */
	struct vdrv_gate prq_gate; /* closed while someone drains */
	u64 now;
	bool bound;
	bool dead; /* no answer any more: switched off */

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

	u64 *dids; /* a bit for each in use */
	u32 n_dids;
	struct vdrv_dev *devs;
	struct vdrv_dom *doms;
	struct vtd_drv_stats stats;
};

static inline u32 vdrv_read32(struct vtd_drv *d, u64 reg)
{
	return (u32)d->ops->mmio_read(d->ctx, reg, 4);
}

static inline void vdrv_write32(struct vtd_drv *d, u64 reg, u32 value)
{
	d->ops->mmio_write(d->ctx, reg, value, 4);
}

static inline u32 vdrv_pasid(u32 pasid)
{
	return pasid == FAULT_NO_PASID ? VDRV_RID_PASID : pasid;
}

/* vtd_driver.c */
bool vdrv_poll(struct vtd_drv *d, u32 tries);
u64 vdrv_now(struct vtd_drv *d);
void vdrv_note_now(struct vtd_drv *d, u64 now);
void vdrv_gate_close(struct vtd_drv *d, struct vdrv_gate *g);
void vdrv_gate_open(struct vtd_drv *d, struct vdrv_gate *g);
int vdrv_command(struct vtd_drv *d, u32 bit, bool on);
int vdrv_page(struct vtd_drv *d, u64 *pa);
int vdrv_read_words(struct vtd_drv *d, u64 pa, u64 *words, u32 n);
int vdrv_write_word(struct vtd_drv *d, u64 pa, u64 word);

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
int vdrv_context_word0(struct vdrv_dev *dev, u32 sid, u64 word0);
int vdrv_pasid_write(struct vdrv_dev *dev, u32 pasid, const u64 *entry);
int vdrv_pasid_clear(struct vdrv_dev *dev, u32 pasid);
void vdrv_add_device_tlb(struct vdrv_dev *dev, struct vdrv_batch *b, u32 pasid, u64 addr, u64 last);

/* vtd_drv_domain.c */
int vdrv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out);
void vdrv_domain_free(void *drv, struct fault_domain *fdom);
int vdrv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot);
s64 vdrv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes);
u64 vdrv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova);

static inline bool vdrv_translates(const struct vdrv_dom *dom)
{
	return dom->type == DRV_DOMAIN_PAGING || dom->type == DRV_DOMAIN_SVA;
}

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
int vdrv_prq_drain(struct vdrv_dev *dev);
bool vdrv_prq_pending(struct vtd_drv *d);
void vdrv_prq_clear_stale(struct vtd_drv *d);

/* vtd_drv_fault.c */
int vdrv_fault_thread(struct vtd_drv *d, u32 budget);
bool vdrv_fault_pending(struct vtd_drv *d);
extern const struct fault_ops vtd_fault_ops;

#endif /* VTD_DRV_PRIV_H */
