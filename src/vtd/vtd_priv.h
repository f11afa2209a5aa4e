/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the parts of the hardware engine share among themselves. */
#ifndef VTD_PRIV_H
#define VTD_PRIV_H

#include "engine_slots.h"
#include "pt_cache.h"
#include "vtd.h"

/* How a request came: AT field of its TLP, or a Page Request Message. */
enum vtd_kind { VTD_UNTRANSLATED, VTD_TRANSLATION, VTD_TRANSLATED, VTD_PAGE_REQUEST };

/* A request as the tables are asked about it. */
struct vtd_req {
	u32 sid;
	u32 pasid;
	u64 addr;
	u8 kind; /* enum vtd_kind */
	bool has_pasid;
	bool priv, exec, write;
};

/**
 * struct vtd_bind - what root, context and PASID tables say about a request
 * @ctx: context entry, legacy or scalable-mode, the first two words
 * @pe:  PASID-table entry, words 0..2 (the others are reserved)
 * @pasid: the request's, or RID_PASID
 * @pgtt: enum vtd_pgtt; 0 in legacy mode
 * @tt:   enum vtd_tt, legacy mode
 * @priv: supervisor privilege in effect: of the request, or RID_PRIV
 * @fpd:  an entry with FPD was met
 * @ttm:  enum vtd_ttm under which the tables were read
 * @have_ctx, @have_pe: @ctx, @pe are valid and faultless
 * @new_ctx, @new_pe: they were read from memory
 */
struct vtd_bind {
	u64 ctx[2];
	u64 pe[3];
	u32 pasid;
	u16 did;
	u8 pgtt;
	u8 tt;
	u8 ttm;
	bool priv;
	bool fpd;
	bool have_ctx, have_pe;
	bool new_ctx, new_pe;
};

/*
 * Words of an IOTLB entry: output address; VTD_TLB_*; xlat_answer() with .perm for a user.
 */
#define VTD_TLB_DID	GENMASK_ULL(15, 0)
#define VTD_TLB_PASID	GENMASK_ULL(35, 16)
#define VTD_TLB_PGTT	GENMASK_ULL(38, 36)
#define VTD_TLB_CLEAN	BIT_ULL(39) /* the first write has to set the dirty state */
#define VTD_TLB_ATS	BIT_ULL(40) /* translation requests are allowed */
#define VTD_TLB_INTR	BIT_ULL(41) /* the page reaches into the interrupt range */
/* What an untranslated request finds permitted at once: R; W with the dirty state set; X of an execute request */
#define VTD_TLB_USER_OK GENMASK_ULL(44, 42)
#define VTD_TLB_PRIV_OK GENMASK_ULL(47, 45)

/**
 * struct vtd_flight - iommu_walk.priv: what fill installs or reports
 * @reason: enum vtd_fault
 * @report: the fault is reported (unless FPD)
 * @steps: tables that were passed; none after a fault
 */
struct vtd_flight {
	struct vtd_bind bind;
	u64 tlb[TCACHE_DATA_WORDS];
	u8 tlb_shift; /* 0: nothing to install */
	u8 reason;
	bool report;
	struct pt_steps steps;
};
static_assert(sizeof(struct vtd_flight) <= WALK_PRIV_WORDS * sizeof(u64), "struct vtd_flight");

static inline struct vtd_flight *vtd_flight(struct iommu_walk *w)
{
	return (struct vtd_flight *)w->priv;
}

/*
 * Three rules that revision 5.10 words differently from the revisions which
 * hardware up to major version 5 was built to: see docs/spec-compliance-vtd.md.
 */
static inline bool vtd_beyond_revision_5(const struct vtd *v)
{
	return v->major > 5;
}

/* vtd.c */
void vtd_power_on(void *hw);
void vtd_stats(const void *hw, struct iommu_stats *st);

/* vtd_image.c */
u64 vtd_config(const void *hw);
void vtd_exchange(void *hw, struct iommu_image *img);
bool vtd_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e);

/* vtd_context.c: returns enum vtd_fault; @w records accesses and may be NULL */
u8 vtd_resolve(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b);
void vtd_install_bind(struct vtd *v, u32 sid, const struct vtd_bind *b);
bool vtd_context_cached(struct vtd *v, u32 sid);
bool vtd_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid);
void vtd_forget_learnt(struct vtd *v);
bool vtd_context_plausible(const struct vtd *v, u32 ttm, const u64 *ctx);
bool vtd_pasid_plausible(const struct vtd *v, const u64 *pe);

/* vtd_fault.c */
bool vtd_fault_report(struct vtd *v, const struct vtd_req *q, u8 reason, bool fpd, u64 id);
void vtd_event_raise(struct vtd *v, enum vtd_line line);
void vtd_event_unmask(struct vtd *v, enum vtd_line line);
void vtd_event_serviced(struct vtd *v, enum vtd_line line);
void vtd_fsts_raise(struct vtd *v, u32 bit);
void vtd_fault_written(struct vtd *v);

/* vtd_inv.c */
void vtd_invalidate_all(struct vtd *v);
void vtd_inv_context(struct vtd *v, enum vtd_gran g, u16 did, u16 sid, u32 fm);
void vtd_inv_pasid(struct vtd *v, u32 g, u16 did, u32 pasid);
void vtd_inv_iotlb(struct vtd *v, enum vtd_gran g, u16 did, u64 addr, u32 am, bool ih);
void vtd_inv_piotlb(struct vtd *v, bool page, u16 did, u32 pasid, u64 addr, u32 am, bool ih);

/* vtd_iq.c */
bool vtd_walks_open(const struct vtd *v, u64 seq);
void vtd_iq_run(void *hw);
void vtd_iq_moved(struct vtd *v);
void vtd_iq_stop(struct vtd *v);
bool vtd_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok);

/* vtd_prq.c */
/* How full the queues, and the fault registers, are. */
void vtd_iq_level(const struct vtd *v, struct iommu_queue_level *q);
void vtd_fault_level(const struct vtd *v, struct iommu_queue_level *q);
void vtd_prq_level(const struct vtd *v, struct iommu_queue_level *q);

void vtd_page_request(void *hw, const struct page_request *pr);

/* vtd_mmio.c */
void vtd_iotlb_drained(struct vtd *v);
u64 vtd_mmio_read(void *hw, u64 offset, unsigned int size);
void vtd_mmio_write(void *hw, u64 offset, u64 value, unsigned int size);

/* vtd_translate.c */
extern const struct engine_hooks vtd_hooks;

/* vtd_regs.c: the register table of an implementation. Rows used, or -EINVAL if registers lie on top of others. */
int vtd_regs_build(u64 cap, u64 ecap, u32 ver, struct reg_desc *table);

#endif /* VTD_PRIV_H */
