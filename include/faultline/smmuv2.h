/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SMMUv2 (Arm IHI 0062): stream mapping, context banks, faults and stalls. */
#ifndef FAULTLINE_SMMUV2_H
#define FAULTLINE_SMMUV2_H

#include <faultline/iommu.h>

FAULTLINE_BEGIN

/**
 * enum fl_smmuv2_behaviour - what parts do differently
 * @FL_SMMUV2_MMU500: each further fault of a bank stalls, too, and takes a slot of its TBU; a TBU without a free slot takes
 *	nothing in. GSE and STALLD are RES0. RESUME while FSR still shows a fault leaves SS set until the next RESUME
 * @FL_SMMUV2_QCOM: older Qualcomm parts: while an access of a bank is stalled, further faults of the bank terminate. GSE and
 *	STALLD work. RESUME always clears SS
 */
enum fl_smmuv2_behaviour { FL_SMMUV2_MMU500, FL_SMMUV2_QCOM };

/* Table formats: fl_smmuv2_params.formats */
enum {
	FL_SMMUV2_SHORT = 1 << 0, /* short descriptors */
	FL_SMMUV2_LPAE = 1 << 1,  /* AArch32 long descriptors */
	FL_SMMUV2_4K = 1 << 2,	  /* AArch64, by granule */
	FL_SMMUV2_16K = 1 << 3,
	FL_SMMUV2_64K = 1 << 4
};

/* Ports of fl_smmuv2_params.stall_slots */
enum { FL_SMMUV2_TBUS = 32 };

/* fl_result.fault is an FSR bit, or this and an sGFSR bit */
enum { FL_SMMUV2_GLOBAL_FAULT = 1 << 15 };

/**
 * struct fl_smmuv2_params - what a designer chooses; all zero but @size is a useful SMMU, with the value given first
 * @size: sizeof(struct fl_smmuv2_params): members may be added at the end
 * @behaviour: enum fl_smmuv2_behaviour
 * @fsynr1: what this part shows in FSYNR1
 * @num_cb: context banks, 16; 1..128
 * @num_s2cb: of them the first ones for stage 2 only, 0..num_cb
 * @num_smrg: stream mapping groups, 32; 1..128
 * @stall_slots: by port, stalled accesses that it holds; 16; 1..1024
 * @sid_bits: 15, or 16 with @exids; 1..16. StreamIDs beyond are unidentified streams
 * @log2_pages: pages in each half of the register space, 1..8; the smallest that holds the banks
 * @formats: FL_SMMUV2_SHORT and the like; all
 * @ias_bits: input size of stage 2, bits; 48; 32, 36, 40, 42, 44 or 48
 * @oas_bits: output size of both stages, bits; 48; likewise
 * @ubs_bits: width of the upstream bus, 49 (48 and the explicit sign); 32..49
 * @num_irpt: 0: each bank has its own interrupt line; else banks share so many, by CBAR.IRPTNDX
 * @n_tbus: ports, 1; 1..32
 * @fsynr0_s1cbndx: what this part shows in FSYNR0.S1CBNDX, where the specification leaves it UNKNOWN
 * @stream_indexing: the StreamID indexes S2CR, there are no SMRs (IDR0.SMS = 0)
 * @exids: extended StreamIDs can be enabled
 * @page_64k: 64 KiB register pages, else 4 KiB
 * @no_s1: stage 1 is not implemented (IDR0.S1TS = 0)
 * @no_s2: stage 2 is not implemented (IDR0.S2TS = 0)
 * @no_nested: nested translation is not implemented (IDR0.NTS = 0)
 * @no_atos: there are no address translation operations
 * @incoherent: IDR0.CTTW = 0
 * @vmid16: 16-bit VMIDs can be enabled
 * @no_caches: there are no caches at all
 * @tlb: 0: 512 sets of 4 ways
 * @walk_cache: of stage 1; 0: 64 sets of 4 ways
 * @walk_cache_s2: of stage 2; likewise
 */
struct fl_smmuv2_params {
	size_t size;
	uint32_t behaviour;
	uint32_t fsynr1;
	uint16_t num_cb;
	uint16_t num_s2cb;
	uint16_t num_smrg;
	uint16_t stall_slots[FL_SMMUV2_TBUS];
	uint8_t sid_bits;
	uint8_t log2_pages;
	uint8_t formats;
	uint8_t ias_bits, oas_bits, ubs_bits;
	uint8_t num_irpt;
	uint8_t n_tbus;
	uint8_t fsynr0_s1cbndx;
	bool stream_indexing;
	bool exids;
	bool page_64k;
	bool no_s1, no_s2, no_nested;
	bool no_atos;
	bool incoherent;
	bool vmid16;
	bool no_caches;
	struct fl_cache tlb, walk_cache, walk_cache_s2;
};

/**
 * fl_smmuv2_create() - make an SMMU, in the state after reset
 * @params: copied; NULL: all defaults
 * @host: copied; mem_read, irq and txn_resume are mandatory. Its interrupt lines are level-sensitive
 * @ctx: first argument of @host's functions
 * @out: the SMMU; fl_iommu_destroy() frees it
 *
 * Return: 0; -EINVAL for a value out of range, or a missing function; -E2BIG: @params or @host asks for something that
 * this version does not have; -ENOMEM.
 */
FAULTLINE_API int fl_smmuv2_create(const struct fl_smmuv2_params *params, const struct fl_host *host, void *ctx,
				   struct fl_iommu **out);

FAULTLINE_END

#endif /* FAULTLINE_SMMUV2_H */
