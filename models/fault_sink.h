/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who wants to hear of faults.
 */
#ifndef FAULTLINE_FAULT_SINK_H
#define FAULTLINE_FAULT_SINK_H

#include "bill.h"

namespace faultline {

struct FaultSink {
    virtual ~FaultSink() = default;

    /// A fault was delivered: @p kind XLAT_STALL, XLAT_ABORT or XLAT_RAZWI.
    virtual void fault_delivered(const dma_txn &txn, const xlat_result &result, xlat kind, ps_t now) = 0;

    /// It is over, whatever became of the access. @p bill: who owned its time; nullptr if the access carries none.
    virtual void fault_over(const dma_txn &txn, xlat kind, const FaultStamps &stamps, const Bill *bill) = 0;
};

} // namespace faultline

#endif // FAULTLINE_FAULT_SINK_H
