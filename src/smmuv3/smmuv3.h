/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv3 hardware: Arm IHI 0070, SMMUv3.0 to 3.2, Non-secure state. It knows no
 * time: each function decides at once and says what happened through iommu_ops.
 *
 * Holders call it through smmuv3_class and keep the contract at the head of iommu.h. Commands are executed in
 * mmio_write and step alone. An access to a register must be aligned and of 4 or 8 bytes; any other is ignored, as are
 * those to reserved places, or reads as zero (6.2).
 */
#ifndef SMMUV3_H
#define SMMUV3_H

#include "fl_env.h"
#include "engine.h"
#include "iommu.h"
#include "regs.h"
#include "smmuv3_regs.h"
#include "tcache.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SMMUV3_MAX_STALLS 4096

/**
 * struct smmuv3_cfg - what a designer chooses; a zeroed one is a useful SMMU
 * @idr: IDR0..IDR5. 0 means the documented default of that register (smmuv3_default_idr()), unless its bit of
 *	@idr_given is set. Features that the model lacks are cleared from what software reads: BTM, ATOS, VATOS,
 *	ECMDQ, presets, DORMHINT, PBHA, MPAM, FWB, PTWNNC, DPT, PASIDTT, EPAN, MTEPERM, permission indirection and
 *	overlays, THE, AIE; so are those that others leave without meaning. D128 is refused.
 * @idr_given: bit n: idr[n] is used as given, even if 0; bit 6: so is @aidr
 * @aidr: 0: 1 (SMMUv3.1); up to 2 (SMMUv3.2)
 * @iidr: 0: 0x0000043b
 * @gbpa: reset value of GBPA; 0: SHCFG = use incoming, no abort
 * @stalls: transactions that may be stalled at once, up to SMMUV3_MAX_STALLS; 0: IDR5.STALL_MAX (at most that in any
 *	case)
 * @tlb: geometry; all zero: 512 sets of 8 ways, LRU; sets 0 and ways 1: no TLB
 * @walk_cache: walk cache of stage 1; all zero: 64 sets of 4 ways, LRU; sets 0 and ways 1: no such cache
 * @walk_cache_s2: walk cache of stage 2; likewise
 * @ste_cache: cache of STEs; all zero: 32 sets of 4 ways, LRU; sets 0 and ways 1: no such cache
 * @cd_cache: cache of CDs; likewise
 * @no_wired_irq: with IDR0.MSI = 1, send MSIs only. Else each source pulses its line (SMMUV3_IRQ_*) and, with
 *	IDR0.MSI = 1 and an address other than 0, sends its MSI, too.
 */
struct smmuv3_cfg {
	u32 idr[6];
	u32 idr_given;
	u32 aidr;
	u32 iidr;
	u32 gbpa;
	u32 stalls;
	struct tcache_cfg tlb;
	struct tcache_cfg walk_cache;
	struct tcache_cfg walk_cache_s2;
	struct tcache_cfg ste_cache;
	struct tcache_cfg cd_cache;
	bool no_wired_irq;
};

/**
 * struct smmuv3_stats - what the hardware counts, for statistics and tests; software cannot read it
 * @events: records written
 * @events_lost: discarded: queue full, disabled or in error
 * @events_held: records of stalls that had to wait for the queue
 * @overflows: times OVFLG of the event queue was toggled
 * @stalls: transactions stalled
 * @stall_waits: transactions told to wait for a free stall slot
 * @commands: consumed
 * @syncs: completed
 * @page_requests: received, stop markers included
 * @pri_entries: written to the PRI queue
 * @pri_lost: discarded
 * @pri_overflows: times OVFLG of the PRI queue was toggled
 * @auto_responses: page group responses made by hardware
 * @ats_requests: ATS translation requests
 * @stale_walks: filled after an invalidation of what they used
 */
struct smmuv3_stats {
	u64 events;
	u64 events_lost;
	u64 events_held;
	u64 overflows;
	u64 stalls;
	u64 stall_waits;
	u64 commands;
	u64 syncs;
	u64 page_requests;
	u64 pri_entries;
	u64 pri_lost;
	u64 pri_overflows;
	u64 auto_responses;
	u64 ats_requests;
	u64 stale_walks;
};

/* Translation regimes (3.3.4, STE.STRW): iommu_scope.regime */
enum smmuv3_regime { SMMUV3_EL1 = 1, SMMUV3_EL2 = 2, SMMUV3_EL2_E2H = 3 };

struct smmuv3_stream;
struct smmuv3_stall;
struct smmuv3_raw;

/**
 * struct smmuv3 - one SMMU; the fields are private but for @stats
 *
 * Configured by smmuv3_init(); the owner keeps the storage until smmuv3_exit().
 */
struct smmuv3 {
	/* private: */
	struct engine eng;
	struct smmuv3_cfg cfg;
	struct smmuv3_stats stats;

	/* the registers, and what the fast path needs of them */
	struct reg_bank regs;
	u32 idr0, idr1, idr3, idr5;
	u32 cr0, cr2, gbpa;
	u8 oas, ias;	/* bits */
	u8 log2size[3]; /* of the queues, by unit from UNIT_CMDQ on */
	u64 pa_mask;

	struct smmuv3_raw *stes, *cds; /* in parallel with the entries of the caches of STEs and CDs */
	struct smmuv3_stream *streams; /* resolved STE and CD, direct mapped; the last is scratch */
	u32 config_gen;		       /* changes whenever one of these caches loses or changes an entry */

	bool tagged; /* an address with a top byte that TBI drops has been translated */

	s8 s2_root;
	struct tcache_tag s2_tag; /* of the stage 2 tables that the walk under way reads */

	struct smmuv3_stall *stalls; /* by STAG, which is the slot */
	struct engine_list held;     /* records that wait for the queue */
	u64 waiting_tbus;

	/* command queue */
	bool cmdq_seen_full; /* when the call under way began */
	bool sync_blocked;   /* a CMD_SYNC waits for walks or ATS invalidations, or a CMD_ATC_INV for a tag */
	u64 blocked_cmd[2];  /* that command */
	bool atc_timed_out;  /* the next CMD_SYNC fails */
};

/**
 * smmuv3_default_idr() - default of an identification register
 * @n: 0..5: IDR0..IDR5
 *
 * Return: The value where the configuration says nothing.
 */
u32 smmuv3_default_idr(unsigned int n);

/**
 * smmuv3_init() - make an SMMU, in the state after reset
 * @s: filled in; the caller owns the storage and ends it with smmuv3_exit()
 * @cfg: copied
 * @ops: kept; mem_read, mem_write, txn_resume are needed, mem_cas64 if IDR0.HTTU is not 0 (else HTTU reads as 0), msi
 *	if IDR0.MSI (else MSI reads as 0)
 * @ctx: first argument of @ops
 *
 * Return: 0; -EINVAL for a value out of range; -ENOMEM.
 */
int smmuv3_init(struct smmuv3 *s, const struct smmuv3_cfg *cfg, const struct iommu_ops *ops, void *ctx);

/**
 * smmuv3_exit() - free what the SMMU holds
 * @s: the SMMU
 */
void smmuv3_exit(struct smmuv3 *s);

/**
 * smmuv3_without_alias() - where a register stands: page 0 has aliases of the indices that page 1 holds (6.2.1)
 * @offset: bytes from the start of the register space
 *
 * Return: The offset, of the register itself.
 */
u64 smmuv3_without_alias(u64 offset);

/**
 * smmuv3_unsupported() - terminate an upstream transaction that the SMMU cannot take: F_UUT (7.3.2)
 * @s: the SMMU
 * @t: the transaction
 * @reason: IMPLEMENTATION DEFINED cause for the record
 */
void smmuv3_unsupported(struct smmuv3 *s, const struct dma_txn *t, u16 reason);

/**
 * smmuv3_page_hint() - record a client's speculative page request: E_PAGE_REQUEST (7.3.19); no answer follows
 * @s: the SMMU
 * @t: first page, stream and SubstreamID
 * @user_perm: PERM_* expected for unprivileged accesses
 * @priv_perm: PERM_* expected for privileged accesses
 * @pages: span, in units of 4 KiB
 */
void smmuv3_page_hint(struct smmuv3 *s, const struct dma_txn *t, u8 user_perm, u8 priv_perm, u8 pages);

/* hw is the struct smmuv3. */
extern const struct iommu_class smmuv3_class;

#ifdef __cplusplus
}
#endif

#endif /* SMMUV3_H */
