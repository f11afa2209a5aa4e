/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The SMMUv3 driver's own structures, shared by its files. */
#ifndef SMMUV3_DRV_PRIV_H
#define SMMUV3_DRV_PRIV_H

#include "drv_backend.h"
#include "drv_stage2.h"
#include "ring.h"
#include "smmuv3_driver.h"
#include "smmuv3_regs.h"

/**
 * struct drv_outq - a queue that the SMMU fills
 * @base: physical
 * @bytes: allocated; 0: the queue is preset
 * @prod_reg, @cons_reg: offsets
 * @cons: as it will be written: RD, wrap and OVACKFLG
 * @written: as it was written last
 * @gate: closed while someone drains
 */
struct drv_outq {
	u64 base;
	u64 bytes;
	u32 prod_reg;
	u32 cons_reg;
	u32 cons;
	u32 written;
	u8 log2;
	u8 entry;
	struct drv_gate gate;
};

/**
 * struct drv_cmdq - the command queue
 * @head: commands written, counted from the start
 * @tail: commands consumed, as far as the driver has seen
 * @abt_at, @abt_count: where a fetch was aborted, and how often in a row
 */
struct drv_cmdq {
	u64 base;
	u64 bytes;
	u64 head;
	u64 tail;
	u64 abt_at;
	u32 abt_count;
	u8 log2;
};

/**
 * struct v3d_dev - a master
 * @cd_table: physical: one CD, a linear table, or L1CDs
 * @cd_l2: two levels: physical addresses of the second, 0 where there is none
 * @cd_bits: log2 of the CDs: STE.S1CDMax
 * @stall_on: faults may stall: between enable and disable
 * @throttled: not at the moment, a storm
 */
struct v3d_dev {
	struct drv_device base;
	u64 cd_table;
	u64 cd_bytes;
	u64 *cd_l2;
	u8 cd_bits;
	bool cd_two_levels;
	bool stall_on;
	bool throttled;
	bool aborted;
};

struct v3d_dom {
	struct drv_domain base;
	u16 asid;
};

static inline struct v3d_dev *v3d_dev_of(struct drv_device *dev)
{
	return container_of(dev, struct v3d_dev, base);
}

static inline struct v3d_dom *v3d_dom_of(struct drv_domain *dom)
{
	return container_of(dom, struct v3d_dom, base);
}

/* What the identification registers and the configuration allow. */
struct drv_features {
	u8 sid_bits;
	u8 ssid_bits;
	u8 asid_bits;
	u8 granule;
	u8 va_bits;
	u8 pa_bits;
	u8 stall_model;
	u32 stall_max;
	bool st_two_levels;
	bool cd_two_levels;
	bool ats;
	bool ats_rec_err;
	bool pri;
	bool ril;
	bool hyp;
	bool msi;
	bool big_endian;
	bool attr_ovr;
	bool queues_preset;
	bool tables_preset;
};

#define STRTAB_SPLIT  8 /* StreamIDs of one second-level table: 256 STEs, 16 KiB */
#define DRV_ASID_SWAP 0 /* never given to a domain: used while a domain is replaced */
#define DRV_VMID      1 /* of stage 2; without it the VMID is 0 */

/* drv_host.lock protects the command queue and GERRORN, too. */
struct smmuv3_drv {
	struct drv_host h;
	struct smmuv3_drv_cfg cfg;
	struct drv_features f;
	u32 gerror_stale; /* calls of v3d_gerror() in a row that found an error */

	u32 cr0;
	u32 gerrorn;
	u64 atc_timeouts;
	struct drv_cmdq cmdq;
	struct drv_outq evtq;
	struct drv_outq priq;

	u64 strtab;
	u64 strtab_bytes;
	u64 *strtab_l2; /* two levels: physical addresses, 0 where there is none */

	bool stale; /* the SMMU may have cached what tables no longer say: an invalidation has failed */

	u64 *asids; /* a bit for each in use */
	u64 vmid;   /* as TLBI commands have it */
	struct smmuv3_drv_stats stats;
};

static inline struct smmuv3_drv *v3d_of(const struct drv_host *h)
{
	return container_of(h, struct smmuv3_drv, h);
}

/* smmuv3_drv_hw.c: registers and memory that several files need */
int v3d_reg_sync(struct smmuv3_drv *d, u32 value, u64 reg, u64 ack);
int v3d_gbpa_abort(struct smmuv3_drv *d);
int v3d_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa);
int v3d_table_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa);

/* smmuv3_drv_cmdq.c: a list of commands under construction */
#define DRV_BATCH 16

struct drv_cmds {
	u64 w[DRV_BATCH][SMMUV3_CMD_WORDS];
	u32 n;
	int error;
};

/* Make an empty list; entries are not cleared before they are written. */
static inline void v3d_cmd_begin(struct drv_cmds *c)
{
	c->n = 0;
	c->error = 0;
}

void v3d_cmd_add(struct smmuv3_drv *d, struct drv_cmds *c, u64 dw0, u64 dw1);
int v3d_cmd_sync(struct smmuv3_drv *d, struct drv_cmds *c);
int v3d_cmd_try(struct smmuv3_drv *d, u64 dw0, u64 dw1);
void v3d_cmdq_recover(struct drv_host *h);

/* smmuv3_drv_outq.c */
int v3d_outq_drain(struct smmuv3_drv *d, struct drv_outq *q, u32 budget);
void v3d_outq_empty(struct smmuv3_drv *d, struct drv_outq *q);
int v3d_outq_thread(struct smmuv3_drv *d, struct drv_outq *q);
int v3d_outq_fence(struct smmuv3_drv *d, struct drv_outq *q);
bool v3d_outq_pending(struct smmuv3_drv *d, struct drv_outq *q);
void v3d_outq_discard(struct smmuv3_drv *d, struct drv_outq *q);

/* smmuv3_drv_evtq.c, smmuv3_drv_priq.c: one record; 0 or -EAGAIN: leave it where it is */
int v3d_event(struct smmuv3_drv *d, const u64 *words);
int v3d_page_request(struct smmuv3_drv *d, const u64 *words);

/* smmuv3_drv_gerror.c */
int v3d_gerror(struct smmuv3_drv *d);

/* smmuv3_drv_tables.c */
int v3d_strtab_init(struct smmuv3_drv *d);
void v3d_strtab_program(struct smmuv3_drv *d);
void v3d_strtab_exit(struct smmuv3_drv *d);
int v3d_strtab_reach(struct smmuv3_drv *d, u32 sid);
int v3d_ste_write(struct smmuv3_drv *d, u32 sid, const u64 ste[SMMUV3_STE_WORDS]);
int v3d_cdtab_init(struct v3d_dev *dev, u8 bits);
void v3d_cdtab_exit(struct v3d_dev *dev);
int v3d_cdtab_reach(struct v3d_dev *dev, u32 ssid);
int v3d_cd_write(struct v3d_dev *dev, u32 ssid, const u64 cd[SMMUV3_CD_WORDS]);

/* smmuv3_drv_domain.c */
int v3d_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg);
int v3d_domain_init(struct drv_domain *dom);
void v3d_domain_exit(struct drv_domain *dom);
u32 v3d_prot(const struct drv_host *h, u32 prot);
int v3d_invalidate(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf);
void v3d_atc_inv(struct smmuv3_drv *d, struct drv_cmds *c, const struct drv_attachment *a, u64 iova, u64 last);

/* smmuv3_drv_attach.c: what STEs and CDs contain */
int v3d_device_check(struct drv_host *h, const struct drv_device_cfg *cfg);
int v3d_device_init(struct drv_device *dev, const struct drv_device_cfg *cfg);
u32 v3d_credits(const struct drv_device *dev);
int v3d_device_show(struct drv_device *dev);
int v3d_stall_term(struct drv_device *dev);
void v3d_device_exit(struct drv_device *dev);
int v3d_block(struct drv_device *base, bool on);
int v3d_recoverable(struct drv_device *base, bool on);
void v3d_throttle(struct drv_device *base, bool on);
int v3d_check(const struct drv_device *base, const struct drv_domain *dom, u32 pasid);
int v3d_reach(struct drv_device *dev, struct drv_domain *dom, u32 pasid);
int v3d_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old);
int v3d_flush(struct drv_device *dev, u32 pasid);
void v3d_restart(struct drv_device *dev, u64 now);

/* smmuv3_drv_faults.c */
extern const struct fault_ops smmuv3_fault_ops;
int v3d_resume(struct smmuv3_drv *d, u32 sid, u32 stag, u32 how);
#define DRV_HW_STALL	 0x3U  /* fault_driver.hw_code: {Ab, Ac} of CMD_RESUME */
#define DRV_HW_PRI	 0x30U /* Resp of CMD_PRI_RESP */
#define DRV_RESUME_ABORT 2U

#endif /* SMMUV3_DRV_PRIV_H */
