/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SMMUv3 (Arm IHI 0070), SMMUv3.0 to 3.2, Non-secure state. */
#ifndef FAULTLINE_SMMUV3_H
#define FAULTLINE_SMMUV3_H

#include <faultline/iommu.h>

FAULTLINE_BEGIN

/* Interrupt lines of fl_host.irq, all edge-triggered (3.18); FL_SMMUV3_SEV is the wake-up event of SIG_SEV. */
enum fl_smmuv3_line { FL_SMMUV3_EVENTQ, FL_SMMUV3_PRIQ, FL_SMMUV3_CMD_SYNC, FL_SMMUV3_GERROR, FL_SMMUV3_SEV };

/**
 * struct fl_smmuv3_params - what a designer chooses; all zero but @size is a useful SMMU
 * @size: sizeof(struct fl_smmuv3_params): members may be added at the end
 * @idr: SMMU_IDR0..IDR5. 0 means the default, fl_smmuv3_default_idr(), unless its bit of @idr_given is set. Features that
 *	are not modelled are cleared from what software reads (docs/spec-compliance-smmuv3.md)
 * @idr_given: bit n: @idr[n] is used as given, even if 0; bit 6: so is @aidr
 * @aidr: SMMU_AIDR; 0: 1 (SMMUv3.1); up to 2
 * @iidr: SMMU_IIDR; 0: 0x0000043b
 * @gbpa: reset value of SMMU_GBPA; 0: incoming shareability, no abort
 * @stalls: accesses that may be stalled at once, 1..4096; 0: IDR5.STALL_MAX, which is the limit in any case
 * @tlb: 0: 512 sets of 8 ways
 * @walk_cache: of stage 1; 0: 64 sets of 4 ways
 * @walk_cache_s2: of stage 2; likewise
 * @ste_cache: 0: 32 sets of 4 ways
 * @cd_cache: likewise
 * @no_wired_irq: with IDR0.MSI, send MSIs only. Else each source pulses its line, too
 */
struct fl_smmuv3_params {
	size_t size;
	uint32_t idr[6];
	uint32_t idr_given;
	uint32_t aidr;
	uint32_t iidr;
	uint32_t gbpa;
	uint32_t stalls;
	struct fl_cache tlb, walk_cache, walk_cache_s2, ste_cache, cd_cache;
	bool no_wired_irq;
};

/**
 * fl_smmuv3_default_idr() - default of an identification register
 * @n: 0..5: SMMU_IDR0..IDR5
 *
 * Return: Its value where the parameters say nothing.
 */
FAULTLINE_API uint32_t fl_smmuv3_default_idr(unsigned int n);

/**
 * fl_smmuv3_create() - make an SMMU, in the state after reset
 * @params: copied; NULL: all defaults
 * @host: copied; mem_read, mem_write and txn_resume are mandatory. Without mem_cas64 IDR0.HTTU reads as 0, without msi
 *	IDR0.MSI
 * @ctx: first argument of @host's functions
 * @out: the SMMU; fl_iommu_destroy() frees it
 *
 * Return: 0; -EINVAL for a value out of range, or a missing function; -E2BIG: @params or @host asks for something that
 * this version does not have; -ENOMEM.
 */
FAULTLINE_API int fl_smmuv3_create(const struct fl_smmuv3_params *params, const struct fl_host *host, void *ctx,
				   struct fl_iommu **out);

/**
 * fl_smmuv3_unsupported() - terminate an access that the SMMU cannot take: F_UUT (7.3.2)
 * @iommu: an SMMUv3
 * @access: the access
 * @reason: IMPLEMENTATION DEFINED cause for the record
 *
 * Return: 0; -EINVAL: no SMMUv3.
 */
FAULTLINE_API int fl_smmuv3_unsupported(struct fl_iommu *iommu, const struct fl_access *access, uint16_t reason);

/**
 * fl_smmuv3_page_hint() - record a client's speculative page request: E_PAGE_REQUEST (7.3.19); no answer follows
 * @iommu: an SMMUv3
 * @access: first page, stream and SubstreamID
 * @user_perm: FL_PERM_* expected for unprivileged accesses
 * @priv_perm: FL_PERM_* expected for privileged accesses
 * @pages: span, in units of 4 KiB
 *
 * Return: 0; -EINVAL: no SMMUv3.
 */
FAULTLINE_API int fl_smmuv3_page_hint(struct fl_iommu *iommu, const struct fl_access *access, uint8_t user_perm,
				      uint8_t priv_perm, uint8_t pages);

FAULTLINE_END

#endif /* FAULTLINE_SMMUV3_H */
