/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A fault's life in time stamps, and who wants to hear of it.
 */
#ifndef FAULTLINE_FAULT_SINK_H
#define FAULTLINE_FAULT_SINK_H

#include "ledger.h"

namespace faultline {

/// The parts of a fault's latency; each ends where the next begins.
enum FaultPart {
    PART_DETECT,   ///< access at the TBU -> fault decided
    PART_RECORD,   ///< -> record readable (event queue, syndrome)
    PART_NOTIFY,   ///< -> software reads the record: interrupt, entry, wake-up of its thread
    PART_SOFTWARE, ///< -> the fault core answers: the rest of the thread, a worker, the handler
    PART_RESPOND,  ///< -> the answer reaches the stalled access
    PART_RETRY,    ///< -> the access has been translated anew (or has met its next fault, or has ended)
    FAULT_PARTS
};

/// One fault: stamp[i] is where part i begins, stamp[FAULT_PARTS] the end; ps, never decreasing.
struct FaultStamps {
    ps_t stamp[FAULT_PARTS + 1];

    ps_t part(unsigned i) const { return stamp[i + 1] - stamp[i]; }
    ps_t total() const { return stamp[FAULT_PARTS] - stamp[0]; }
};

struct FaultSink {
    virtual ~FaultSink() = default;

    /// A fault was delivered: @p kind XLAT_STALL, XLAT_ABORT or XLAT_RAZWI.
    virtual void fault_delivered(const dma_txn &txn, const xlat_result &result, xlat kind, ps_t now) = 0;

    /// It is over, whatever became of the access. @p bill: who owned its time; nullptr if the access carries none.
    virtual void fault_over(const dma_txn &txn, xlat kind, const FaultStamps &stamps, const Bill *bill) = 0;
};

} // namespace faultline

#endif // FAULTLINE_FAULT_SINK_H
