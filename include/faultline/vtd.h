/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Intel VT-d, DMA remapping, revision 5.10: legacy and scalable mode, device TLBs, page requests. */
#ifndef FAULTLINE_VTD_H
#define FAULTLINE_VTD_H

#include <faultline/iommu.h>

FAULTLINE_BEGIN

/* Lines of fl_host.irq where fl_host.msi is NULL; also fl_event.code of FL_EVENT_MSI and FL_EVENT_IRQ */
enum fl_vtd_line { FL_VTD_FAULT, FL_VTD_INVALIDATION, FL_VTD_PAGE_REQUEST };

/* fl_result.attr: accesses snoop (ATS: the N bit); a refused translation request ends with Completer Abort */
enum { FL_VTD_SNOOP = 1 << 0, FL_VTD_COMPLETER_ABORT = 1 << 1 };

/**
 * struct fl_vtd_params - what a designer chooses; all zero but @size is a useful IOMMU
 * @size: sizeof(struct fl_vtd_params): members may be added at the end
 * @cap: CAP_REG, less what is not modelled; with @ecap 0, too: a default
 * @ecap: ECAP_REG, likewise; software reads what is left of both (docs/spec-compliance-vtd.md)
 * @ver: VER_REG; 0: 5.0
 * @haw: host address width, 32..52 bits; 0: 52
 * @itags: ATS invalidations that may be outstanding, 1..32; 0: 32
 * @collapse_faults: a requester with a pending record gets no second one (7.2.1)
 * @iotlb: 0: 64 sets of 8 ways
 * @context: context-cache; 0: 16 sets of 4
 * @pasid: PASID-cache; 0: 32 sets of 4
 * @first: first-stage paging-structure cache; 0: 16 sets of 4
 * @second: second-stage paging-structure cache; 0: 16 sets of 4
 */
struct fl_vtd_params {
	size_t size;
	uint64_t cap;
	uint64_t ecap;
	uint32_t ver;
	uint8_t haw;
	uint8_t itags;
	bool collapse_faults;
	struct fl_cache iotlb, context, pasid, first, second;
};

/**
 * fl_vtd_create() - make an IOMMU, in the state after power-on
 * @params: copied; NULL: all defaults
 * @host: copied; mem_read, mem_write and one of msi and irq are mandatory. Without mem_cas64 accessed and dirty flags
 *	are left alone; without msi interrupts pulse irq (enum fl_vtd_line); without ats_invalidate such requests
 *	complete at once
 * @ctx: first argument of @host's functions
 * @out: the IOMMU; fl_iommu_destroy() frees it
 *
 * Return: 0; -EINVAL for a value out of range, or a missing function; -E2BIG: @params or @host asks for something that
 * this version does not have; -ENOMEM.
 */
FAULTLINE_API int fl_vtd_create(const struct fl_vtd_params *params, const struct fl_host *host, void *ctx,
				struct fl_iommu **out);

FAULTLINE_END

#endif /* FAULTLINE_VTD_H */
