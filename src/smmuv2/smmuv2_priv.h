/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the SMMUv2 hardware share. */
#ifndef SMMUV2_PRIV_H
#define SMMUV2_PRIV_H

#include "engine_slots.h"
#include "pt_cache.h"
#include "smmuv2.h"

/* Steps that a walk installs in the walk caches */
#define SMMUV2_KEPT_STEPS 10

/* What a walk has found: iommu_walk.priv. */
struct smmuv2_found {
	u64 va;	 /* extended input address */
	u64 ipa; /* on a fault of stage 2 */
	u64 pa;	 /* of the region */
	u32 fsynr0;
	u16 fsr;     /* fault bit, 0: none */
	u8 cb;	     /* bank of the stream */
	u8 fault_cb; /* bank that records */
	u8 shift;
	u8 user_perm, priv_perm;
	u8 attr;
	bool global;
	bool again; /* the mapping changed between lookup and walk */
	u8 flags;   /* of the transaction, after PRIVCFG and INSTCFG */
	struct tcache_tag tag;
	struct pt_steps steps;
};

static_assert(sizeof(struct smmuv2_found) <= WALK_PRIV_WORDS * 8, "iommu_walk.priv is too small");

static inline struct smmuv2_found *found_of(struct iommu_walk *w)
{
	return (struct smmuv2_found *)w->priv;
}

/* A context fault on its way to a bank. */
struct smmuv2_fault {
	const struct dma_txn *txn; /* NULL: address translation operation */
	u64 far, ipa;
	u32 fsynr0;
	u16 fsr;
	u8 cb;	     /* bank of the stream */
	u8 fault_cb; /* bank that records */
};

/* smmuv2_scope.c: events that say which translations may have changed */
void smmuv2_changed_bank(struct smmuv2 *s, u32 n);
void smmuv2_changed_streams(struct smmuv2 *s, u32 first, u32 last);
void smmuv2_invalidated(struct smmuv2 *s, const struct tcache_inv *inv, u32 dropped);
bool smmuv2_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid);

/* smmuv2_xlat.c */
extern const struct engine_hooks smmuv2_hooks;
u32 smmuv2_fsynr0(const struct smmuv2 *s, u32 cb, const struct pt_result *p, u32 flags);

/* Level as FSYNR0 and PAR give it: AArch32 has no level 0 in stage 1. */
static inline u32 smmuv2_fault_level(const struct smmuv2_bank *b, const struct pt_result *p)
{
	u32 level = (u32)p->level & 3;

	return b->format != SMMUV2_FSR_FORMAT_AARCH64 && p->stage == 1 ? max(level, 1U) : level;
}

/* smmuv2_mmio.c */
u64 smmuv2_mmio_read(void *hw, u64 offset, unsigned int size);
void smmuv2_mmio_write(void *hw, u64 offset, u64 value, unsigned int size);

/* smmuv2_state.c */
u64 smmuv2_config(const void *hw);
void smmuv2_exchange(void *hw, struct iommu_image *img);
bool smmuv2_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e);

/* smmuv2.c */
void smmuv2_power_on(void *hw);
void smmuv2_stats(const void *hw, struct iommu_stats *st);
void smmuv2_identify(struct smmuv2 *s);

/* smmuv2_stream.c */
u16 smmuv2_stream_recall(struct smmuv2 *s, u32 sid);
void smmuv2_stream_update(struct smmuv2 *s);
void smmuv2_stream_changed(struct smmuv2 *s, u32 n, u32 old_smr, u32 old_s2cr);

static inline u16 stream_of(struct smmuv2 *s, u32 sid)
{
	if (likely(!s->memo_stale && sid >> s->cfg.sid_bits == 0)) {
		u16 known = s->memo[sid];

		if (likely(known))
			return known - 1;
	}
	return smmuv2_stream_recall(s, sid);
}

/* smmuv2_bank.c: decoding */
void smmuv2_bank_update(struct smmuv2 *s, u32 n);
void smmuv2_bank_update_all(struct smmuv2 *s);
void smmuv2_bank_plain(struct smmuv2 *s, u32 n);
void smmuv2_bank_plain_all(struct smmuv2 *s);
u32 smmuv2_bank_vmid(const struct smmuv2 *s, u32 n);

/* Extended input address (TCR2.SEP). */
static inline u64 bank_va(const struct smmuv2_bank *b, u64 iova)
{
	if (b->sext)
		return (u64)((s64)(iova << b->sext) >> b->sext);
	return iova << b->zext >> b->zext;
}

/*
 * Walk for bank @cb; @only_s1: the result is the output of stage 1 (ATS1).
 * Returns r->fault; an address that selects no table is a fault, too.
 */
enum pt_fault smmuv2_bank_walk(struct smmuv2 *s, u32 cb, u64 va, u32 access, struct iommu_walk *w, struct pt_result *r);
u32 smmuv2_fsr_of(enum pt_fault fault);

/* smmuv2_fault.c */
enum xlat smmuv2_fault_context(struct smmuv2 *s, const struct smmuv2_fault *f, struct xlat_result *r);
enum xlat smmuv2_fault_global(struct smmuv2 *s, const struct dma_txn *t, u32 flags, u32 bit, bool nested,
			      struct xlat_result *r);
void smmuv2_fault_config(struct smmuv2 *s, u64 offset, bool write);
enum xlat smmuv2_fault_block(struct smmuv2 *s, const struct dma_txn *t, u32 cb, u32 by, struct xlat_result *r);
void smmuv2_fault_resume(struct smmuv2 *s, u32 n, bool terminate);
void smmuv2_fault_clear(struct smmuv2 *s, u32 n, u32 bits);
void smmuv2_fault_restore(struct smmuv2 *s, u32 n, u32 value);
void smmuv2_fault_sctlr(struct smmuv2 *s, u32 n);
void smmuv2_fault_gse(struct smmuv2 *s);
void smmuv2_fault_reset(void *hw);
void smmuv2_fault_lower(struct smmuv2 *s);
void smmuv2_fault_raise(void *hw);
u16 smmuv2_fault_queue(struct smmuv2 *s, u32 n, const struct smmuv2_stall *stall);
void smmuv2_fault_line(struct smmuv2 *s, u32 n, u16 line);
void smmuv2_global_update(struct smmuv2 *s, u32 gfsr);

/* smmuv2_tlb.c */
void smmuv2_tlb_gr0(struct smmuv2 *s, u32 offset, u64 value);
void smmuv2_tlb_bank(struct smmuv2 *s, u32 n, u32 offset, u64 value);
void smmuv2_sync_gr0(struct smmuv2 *s);
void smmuv2_sync_bank(struct smmuv2 *s, u32 n);
void smmuv2_sync_check(void *hw);
void smmuv2_ats_bank(struct smmuv2 *s, u32 n, u32 offset, u64 va);
void smmuv2_ats_gr0(struct smmuv2 *s, u32 offset, u64 value);

#endif /* SMMUV2_PRIV_H */
