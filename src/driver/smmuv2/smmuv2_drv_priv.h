/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The SMMUv2 driver's own structures, shared by its files. */
#ifndef SMMUV2_DRV_PRIV_H
#define SMMUV2_DRV_PRIV_H

#include "drv_backend.h"
#include "drv_stage2.h"
#include "smmuv2_driver.h"
#include "smmuv2_regs.h"

/**
 * struct v2d_dev - a master
 * @base: its base StreamIDs among others
 * @masks: bits that do not matter, @groups: stream mapping groups
 * @dom: what the groups select, or NULL
 * @stall_on: between enable and disable; @throttled: not at the moment, a storm
 */
struct v2d_dev {
	struct drv_device base;
	struct drv_domain *dom;
	u16 masks[DRV_MAX_SIDS];
	u8 groups[DRV_MAX_SIDS];
	bool stall_on;
	bool throttled;
};

/**
 * struct v2d_dom - a domain
 * @bank: of a translating one once it was attached; -1
 */
struct v2d_dom {
	struct drv_domain base;
	int bank;
};

/**
 * struct v2d_bank - a context bank, everything under its lock
 * @sctlr: without CFIE and CFCFG
 * @stall: CFCFG
 * @waiting: a stalled fault was taken from it and not resumed yet; CFIE is off
 * @muted: CFIE is off, because the bank does not clear what it is told to
 * @stale: times in a row that it did not
 * @last_far, @last_fsr: of the fault that was taken last
 * @reporting: faults that were taken from it and that the core does not know yet
 * @cookie: names the stall that @waiting is about
 */
struct v2d_bank {
	spinlock_t lock;
	u32 sctlr;
	bool used;
	bool stall;
	bool waiting;
	bool muted;
	u32 stale;
	u32 last_fsr;
	u64 last_far;
	u32 line;
	u32 reporting;
	u64 cookie;
};

/* A stream mapping group: who it belongs to. Written under drv_host.lock. */
struct v2d_group {
	bool used;
	u16 sid;
	u16 mask;
	struct v2d_dev *dev;
};

/* What the identification registers and the configuration leave. */
struct v2d_features {
	u32 page;
	u32 cb_base; /* offset of bank 0 */
	u16 banks;
	u16 first_bank;
	u16 groups;
	u16 sid_mask; /* StreamID bits that SMRs hold */
	u16 smr_mask; /* mask bits that SMRs hold */
	bool matching;
	bool exids;
	bool stage2;
	bool can_stall;
	bool shared_lines;
	u8 lines;
	u8 granule;
	u8 va_bits;
	u8 pa_bits;
	enum smmuv2_drv_format format;
};

/* drv_host.lock protects groups and stats, too. */
struct smmuv2_drv {
	struct drv_host h;
	struct smmuv2_drv_cfg cfg;
	struct v2d_features f;
	u32 scr0;
	u32 global_stale; /* global faults found in a row, the same each time */
	u32 last_gfsr;
	bool global_muted;
	struct smmuv2_drv_stats stats;
	struct v2d_bank *bank;
	struct v2d_group group[SMMUV2_MAX_SMR];
};

static inline struct v2d_dom *v2d_dom_of(struct drv_domain *dom)
{
	return container_of(dom, struct v2d_dom, base);
}

static inline struct v2d_dev *v2d_dev_of(struct drv_device *dev)
{
	return container_of(dev, struct v2d_dev, base);
}

static inline struct smmuv2_drv *v2d_of(const struct drv_host *h)
{
	return container_of(h, struct smmuv2_drv, h);
}

static inline u64 v2d_gr1(const struct smmuv2_drv *d, u32 offset)
{
	return d->f.page + offset;
}

static inline u64 v2d_cb(const struct smmuv2_drv *d, u32 bank, u32 offset)
{
	return d->f.cb_base + (u64)bank * d->f.page + offset;
}

#define V2D_NESTED_BANK 0 /* has stage 2, where that lies under the others */

#define V2D_STALE 256 /* the same record so often in a row means that the hardware does not clear it */

/* smmuv2_drv_bank.c: what a bank's registers hold */
void smmuv2_drv_bank_nested(struct smmuv2_drv *d);
int smmuv2_drv_reach(struct drv_device *dev, struct drv_domain *base, u32 pasid);
void smmuv2_drv_bank_give(struct smmuv2_drv *d, struct v2d_dom *dom);
void smmuv2_drv_bank_sctlr(struct smmuv2_drv *d, u32 bank);
void smmuv2_drv_bank_mute(struct smmuv2_drv *d, u32 n, bool on);
void smmuv2_drv_bank_stall(struct drv_domain *dom);
int smmuv2_drv_tlbi_all(struct smmuv2_drv *d, u32 bank);
int smmuv2_drv_tlbi_range(struct smmuv2_drv *d, u32 bank, u64 iova, u64 bytes);

/* smmuv2_drv_fault.c */
u32 smmuv2_drv_bank_faults(struct smmuv2_drv *d, u32 n);
u32 smmuv2_drv_global_faults(struct smmuv2_drv *d);
extern const struct fault_ops smmuv2_fault_ops;

/* smmuv2_drv_attach.c: stream mapping groups */
int smmuv2_drv_device_check(struct drv_host *h, const struct drv_device_cfg *cfg);
int smmuv2_drv_device_init(struct drv_device *base, const struct drv_device_cfg *cfg);
u32 smmuv2_drv_credits(const struct drv_device *dev);
int smmuv2_drv_device_show(struct drv_device *dev);
void smmuv2_drv_device_exit(struct drv_device *dev);
int smmuv2_drv_recoverable(struct drv_device *base, bool on);
void smmuv2_drv_throttle(struct drv_device *base, bool on);
int smmuv2_drv_check(const struct drv_device *dev, const struct drv_domain *dom, u32 pasid);
int smmuv2_drv_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old);

/* smmuv2_drv_domain.c */
int smmuv2_drv_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg);
int smmuv2_drv_domain_init(struct drv_domain *dom);
void smmuv2_drv_domain_exit(struct drv_domain *dom);
u32 smmuv2_drv_prot(const struct drv_host *h, u32 prot);
int smmuv2_drv_invalidate(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf);

#endif /* SMMUV2_DRV_PRIV_H */
