/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv2 hardware (Arm IHI 0062): stream mapping, context banks, faults and stalls.
 *
 * The resource of a stall is the context bank, not the transaction: a bank
 * records one fault in FSR, FAR, FSYNR0 and CBFRSYNRA, and RESUME ends the one
 * transaction that stalled with it. docs/smmuv2-stall.md has the truth table.
 */
#ifndef SMMUV2_H
#define SMMUV2_H

#include "engine.h"
#include "fl_env.h"
#include "iommu.h"
#include "pt_vmsa32.h"
#include "pt_vmsa64.h"
#include "regs.h"
#include "smmuv2_regs.h"
#include "tcache.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SMMUV2_MAX_TBUS	   32
#define SMMUV2_MAX_SLOTS   4096 /* of all TBUs together */
#define SMMUV2_MATCH_BLOCK 32

/**
 * enum smmuv2_behaviour - what parts do differently
 * @SMMUV2_MMU500: each further fault of a bank stalls, too, and takes a slot of its TBU; a TBU without a free slot
 *	takes nothing in. GSE and STALLD are RES0 (Arm DDI 0517, 2.3.4). RESUME while FSR still shows a fault
 *	leaves SS set until the next RESUME.
 * @SMMUV2_QCOM: "smmu-v2" of older Qualcomm parts: while a transaction of a bank is stalled, further faults of the
 *	bank terminate. GSE and STALLD work. RESUME always clears SS.
 */
enum smmuv2_behaviour { SMMUV2_MMU500, SMMUV2_QCOM };

/* smmuv2_cfg.formats */
#define SMMUV2_FMT_SHORT BIT(0)
#define SMMUV2_FMT_LPAE	 BIT(1)
#define SMMUV2_FMT_4K	 BIT(2)
#define SMMUV2_FMT_16K	 BIT(3)
#define SMMUV2_FMT_64K	 BIT(4)
#define SMMUV2_FMT_ALL	 GENMASK(4, 0)

/* xlat_result.fault: an FSR bit, or this and an sGFSR bit */
#define SMMUV2_FAULT_GLOBAL BIT(15)

/**
 * struct smmuv2_cfg - configuration; zero means the default given first
 * @behaviour: enum smmuv2_behaviour
 * @num_cb: context banks, 16; 1..128 (IDR1.NUMCB)
 * @num_s2cb: of them the first ones for stage 2 only, 0..num_cb
 * @num_smrg: stream mapping groups, 32; 1..128
 * @sid_bits: 15, or 16 with @exids; 1..16. StreamIDs beyond are unidentified streams.
 * @stream_indexing: the StreamID indexes S2CR, there are no SMRs (IDR0.SMS = 0)
 * @exids: extended StreamIDs can be enabled
 * @page_64k: 64 KiB register pages, else 4 KiB
 * @log2_pages: pages in each half of the register space (IDR1.NUMPAGENDXB + 1), 1..8; the smallest that holds the
 *	banks
 * @no_s1: stage 1 is not implemented (IDR0.S1TS = 0)
 * @no_s2: stage 2 is not implemented (IDR0.S2TS = 0)
 * @no_nested: nested translation is not implemented (IDR0.NTS = 0)
 * @no_atos: no address translation operations
 * @incoherent: IDR0.CTTW = 0
 * @vmid16: 16-bit VMIDs can be enabled
 * @no_caches: there are no caches at all
 * @formats: SMMUV2_FMT_*; all
 * @ias_bits: input size of stage 2, bits; 48; 32, 36, 40, 42, 44 or 48
 * @oas_bits: output size of both stages, bits; 48; 32, 36, 40, 42, 44 or 48
 * @ubs_bits: width of the upstream bus, 49 (48 and the explicit sign); 32..49
 * @num_irpt: 0: each bank has its own interrupt line (SMMUv2); else banks share so many, by CBAR.IRPTNDX
 * @n_tbus: 1; 1..32
 * @stall_slots: per TBU, stalled transactions that it holds; 16; 1..1024
 * @tlb: TLB; a zero struct: 512 sets of 4 ways
 * @wc1: walk cache of stage 1; a zero struct: 64 sets of 4 ways
 * @wc2: walk cache of stage 2; a zero struct: 64 sets of 4 ways
 * @fsynr0_s1cbndx: what this part shows in FSYNR0.S1CBNDX where the specification leaves it UNKNOWN
 * @fsynr1: what this part shows in FSYNR1
 */
struct smmuv2_cfg {
	enum smmuv2_behaviour behaviour;
	u16 num_cb;
	u16 num_s2cb;
	u16 num_smrg;
	u8 sid_bits;
	bool stream_indexing;
	bool exids;
	bool page_64k;
	u8 log2_pages;
	bool no_s1, no_s2, no_nested;
	bool no_atos;
	bool incoherent;
	bool vmid16;
	bool no_caches;
	u8 formats;
	u8 ias_bits, oas_bits, ubs_bits;
	u8 num_irpt;
	u8 n_tbus;
	u16 stall_slots[SMMUV2_MAX_TBUS];
	struct tcache_cfg tlb, wc1, wc2;
	u8 fsynr0_s1cbndx;
	u32 fsynr1;
};

/* Whom a cached translation belongs to, low bits of tcache_tag.world; the format above keeps banks apart. */
enum smmuv2_regime { SMMUV2_NONE, SMMUV2_NSNH, SMMUV2_HYP, SMMUV2_S2 };

#define SMMUV2_REGIME_MASK  0x3
#define SMMUV2_NO_BANK	    0xff
#define SMMUV2_WORLD_FORMAT 2

/* A bank's way: struct smmuv2_bank.way */
enum smmuv2_way {
	SMMUV2_WAY_FLAT, /* translation disabled */
	SMMUV2_WAY_WALK,
	SMMUV2_WAY_ICF,	 /* stage 2 fault, or nested over something that is no stage 2 bank */
	SMMUV2_WAY_UCBF, /* nested over a bank that does not exist */
	SMMUV2_WAY_UCIF, /* its interrupt does not exist */
};

/**
 * struct smmuv2_bank - a context bank: its registers, and what they decode to
 * @fsr: copy of FSR
 * @sctlr: copy of SCTLR
 * @way: enum smmuv2_way
 * @type: enum cbar_type, effective
 * @s2: nested: bank of stage 2, else SMMUV2_NO_BANK
 * @format: enum fsr_format
 * @blocked: a fault is outstanding and HUPCF is 0
 * @plain: transactions are translated by stage 1 or stage 2 alone, and nothing holds them
 * @s1_on: stage 1 translates
 * @s2_on: stage 2 translates
 * @two: two ranges (TTBR0, TTBR1)
 * @bad: stage 2 configuration without a meaning: every access is a translation fault
 * @irq: level that the bank gives to its line
 * @sext: left shift by which the input address is sign-extended to 64 bits; 0 with @zext
 * @zext: left shift by which the input address is zero-extended to 64 bits; 0 with @sext
 * @tag: cache tag of its translations
 * @tt: stage 1 with long descriptors: one or two ranges
 * @st2: stage 2
 * @sh: stage 1 with short descriptors
 * @mair: attributes of stage 1
 * @regs: register file
 * @stalled: slots of its stalled transactions
 * @owner: slot + 1 of the stalled transaction that RESUME ends; 0: none
 * @line: interrupt line
 * @inv_seq: number of the bank's latest TLB maintenance operation
 * @sync_seq: what the bank's TLBSYNC waits for; 0: none is active
 */
struct smmuv2_bank {
	u32 fsr;
	u32 sctlr;
	u8 way;
	u8 type;
	u8 s2;
	u8 format;
	bool blocked;
	bool plain;
	bool s1_on, s2_on;
	bool two;
	bool bad;
	bool irq;
	u8 sext, zext;
	struct tcache_tag tag;
	struct vmsa64_stage tt[2];
	struct vmsa64_stage st2;
	struct short_stage sh;
	u64 mair;
	struct reg_bank regs;
	struct engine_list stalled;
	u16 owner;
	u16 line;
	u64 inv_seq;
	u64 sync_seq;
};

/**
 * struct smmuv2_stall - a stalled transaction in its slot
 * @id: dma_txn.id
 * @seq: orders stalled transactions
 * @sid: StreamID
 * @tbu: TBU that holds it
 * @cb: context bank of the stream
 * @faulted: it faulted itself; else it met the outstanding fault of another
 */
struct smmuv2_stall {
	u64 id;
	u64 seq;
	u32 sid;
	u16 tbu;
	u16 cb;
	bool faulted;
};

/**
 * struct smmuv2_tbu - the stall slots of a TBU
 * @slots: how many it has
 * @used: how many hold a stalled transaction
 * @waited: XLAT_WAIT was returned since a slot was last freed
 */
struct smmuv2_tbu {
	u16 slots, used;
	bool waited;
};

/**
 * struct smmuv2_group - a stream mapping group, decoded
 * @type: enum s2cr_type
 * @cb: context bank
 * @to_bank: the type is translation, and the bank exists
 * @set: DMA_* that are forced on: (flags | @set) & @keep
 * @keep: DMA_* that are not forced off
 */
struct smmuv2_group {
	u8 type;
	u8 cb;
	bool to_bank;
	u16 set, keep;
};

/**
 * struct smmuv2_stats - what has happened since smmuv2_init(); a reset does not clear it
 * @lookups: lookups, those of translate included
 * @context_faults: context faults recorded
 * @multi: faults that only set MULTI
 * @global_faults: global faults
 * @stalls: transactions stalled
 * @blocked: transactions that met the outstanding fault of another (HUPCF = 0)
 * @waits: transactions that were answered with XLAT_WAIT
 * @retried: stalled transactions that ended with a retry
 * @terminated: stalled transactions that were terminated
 */
struct smmuv2_stats {
	u64 lookups;
	u64 context_faults;
	u64 multi;
	u64 global_faults;
	u64 stalls;
	u64 blocked;
	u64 waits;
	u64 retried, terminated;
};

/**
 * struct smmuv2 - the hardware; private but for @stats and the counters of the caches
 */
struct smmuv2 {
	/* private: */
	struct engine eng;
	struct smmuv2_cfg cfg;
	struct smmuv2_stats stats;

	u32 scr0;
	u32 gfsr;
	bool gse_stall; /* GSE, and some bank is stalled */
	u8 page_shift;
	u8 half_pages; /* log2 of the pages in each half of the address map */
	struct reg_bank gr0, gr1;
	struct smmuv2_bank *bank;

	/* stream mapping: valid entries, packed: match where (sid & mask) == id; what each StreamID was found to match */
	u16 n_match;
	u16 match_id[SMMUV2_MAX_SMR];
	u16 match_mask[SMMUV2_MAX_SMR];
	u16 match_group[SMMUV2_MAX_SMR];
	struct smmuv2_group group[SMMUV2_MAX_SMR];
	u16 *memo;
	bool memo_stale;
	bool straight; /* neither CLIENTPD nor memo_stale */
	u32 full_tbus; /* bit n: TBU n has no slot left */

	bool keep_steps; /* there is a walk cache */
	u64 ginv_seq, gsync_seq;
	u32 syncs; /* active */
	struct smmuv2_tbu tbu[SMMUV2_MAX_TBUS];
	struct smmuv2_stall *stalls;			    /* by slot */
	u16 line_level[SMMUV2_IRQ_CONTEXT + SMMUV2_MAX_CB]; /* how many sources drive each line */
};

/**
 * smmuv2_init() - make the hardware, in the state after reset
 * @s: filled in; the caller owns the storage and ends it with smmuv2_exit()
 * @cfg: copied
 * @ops: mem_read, irq and txn_resume are mandatory; must outlive @s
 * @ctx: first argument of @ops
 *
 * Return: 0; -EINVAL for a configuration out of range; -ENOMEM.
 */
int smmuv2_init(struct smmuv2 *s, const struct smmuv2_cfg *cfg, const struct iommu_ops *ops, void *ctx);

/**
 * smmuv2_exit() - free what the hardware holds
 * @s: the SMMU
 */
void smmuv2_exit(struct smmuv2 *s);

/**
 * smmuv2_cfg_resolve() - fill in the defaults of a configuration and check it
 * @cfg: the configuration
 *
 * Return: 0, or -EINVAL if something is out of range.
 */
int smmuv2_cfg_resolve(struct smmuv2_cfg *cfg);

/**
 * smmuv2_mmio_bytes() - size of the register space
 * @s: the SMMU
 *
 * Return: Bytes.
 */
u64 smmuv2_mmio_bytes(const struct smmuv2 *s);

/* hw is the struct smmuv2. Reserved places of the register space read as zero; there are no PASIDs. */
extern const struct iommu_class smmuv2_class;

/**
 * smmuv2_fault_name() - the specification's name of a fault
 * @fault: xlat_result.fault
 *
 * Return: "TF", "USF", ...; "unknown" if @fault is no fault.
 */
const char *smmuv2_fault_name(u16 fault);

/* Result of smmuv2_stream_find() that is no group. */
#define SMMUV2_STREAM_NONE  0xfffe
#define SMMUV2_STREAM_MULTI 0xffff

/**
 * smmuv2_stream_find() - find the stream mapping group of a StreamID, without the memory of earlier answers
 * @s: the SMMU
 * @sid: StreamID
 *
 * Return: Index of the group, SMMUV2_STREAM_NONE or SMMUV2_STREAM_MULTI (10.6.25).
 */
u16 smmuv2_stream_find(const struct smmuv2 *s, u32 sid);

#ifdef __cplusplus
}
#endif

#endif /* SMMUV2_H */
