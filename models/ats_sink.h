/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What leaves an IOMMU for a PCIe endpoint, and what software did with the
 * endpoint's page requests. Times are those at the IOMMU.
 */
#ifndef FAULTLINE_ATS_SINK_H
#define FAULTLINE_ATS_SINK_H

#include "scheduler.h"

namespace faultline {

/// A page request's life at the IOMMU, for whoever sent it.
enum class PageStep {
    Recorded, ///< its record is in the queue
    Noticed,  ///< software has read the record
};

struct AtsSink {
    virtual ~AtsSink() = default;

    /// A Page Request Group Response leaves; the fault core gave the answer at @p answered (0: not software's).
    virtual void page_response(const ::page_response &response, ps_t time, ps_t answered) = 0;

    /// An Invalidate Request leaves.
    /// @return when its completion is back, or kNever: IommuModel::ats_inv_done() follows.
    virtual ps_t ats_invalidate(const ats_inv &invalidation, ps_t time) = 0;

    virtual void page_step(const page_request &request, PageStep step, ps_t time) = 0;

    /// The IOMMU was reset: it has forgotten page requests and invalidations, whose completions must not come any more.
    virtual void iommu_reset(ps_t time) = 0;
};

} // namespace faultline

#endif // FAULTLINE_ATS_SINK_H
