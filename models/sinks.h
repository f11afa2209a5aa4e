/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who hears of faults, and what leaves an IOMMU for a PCIe endpoint. Times are
 * those at the IOMMU.
 */
#ifndef FAULTLINE_SINKS_H
#define FAULTLINE_SINKS_H

#include "bill.h"

namespace faultline {

/// Accesses that wait for somebody else.
struct Waiting {
    u64 stalled, room, input;    ///< for the answer to a stall; for room to stall; for a translation slot
    u64 answer, credit, tag;     ///< for the answer to a page request; for the credit to send one; for a tag
    u32 stalled_sid, answer_sid; ///< a stream of each
};

struct FaultSink {
    virtual ~FaultSink() = default;

    /// A fault was delivered: @p kind XLAT_STALL, XLAT_ABORT or XLAT_RAZWI.
    virtual void fault_delivered(const dma_txn &txn, const xlat_result &result, xlat kind, ps_t now) = 0;

    /// It is over, whatever became of the access. @p bill: who owned its time; nullptr if the access carries none.
    /// @p flow: its number for Tap; 0: nobody has waited for it.
    virtual void fault_over(const dma_txn &txn, xlat kind, const FaultStamps &stamps, const LoggedBill *bill,
                            u64 flow) = 0;
};

/// A page request's life at the IOMMU, for whoever sent it.
enum class PageStep {
    Recorded, ///< its record is in the queue
    Noticed,  ///< software has read the record
};

class EngineQueues;

/// How the answer to a group came about: what software did, when it wrote its command, when the command's turn came.
struct PageAnswer {
    Answer software; // software.answered 0: not software's
    ps_t written, turn;
    const EngineQueues *queues; // that it came through
};

struct AtsSink {
    virtual ~AtsSink() = default;

    /// A Page Request Group Response leaves.
    virtual void page_response(const ::page_response &response, ps_t time, const PageAnswer &answer) = 0;

    /// An Invalidate Request leaves.
    /// @return when its completion is back, or kNever: AtsPort::inv_done() follows.
    virtual ps_t ats_invalidate(const ats_inv &invalidation, ps_t time) = 0;

    /// @p reader: who has noticed it.
    virtual void page_step(const page_request &request, PageStep step, ps_t time, const Reader &reader) = 0;

    /// The IOMMU was reset: it has forgotten page requests and invalidations, whose completions must not come any more.
    virtual void iommu_reset(ps_t time) = 0;
};

} // namespace faultline

#endif // FAULTLINE_SINKS_H
