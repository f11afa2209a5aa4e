/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who looks on while a platform runs. What it is shown is what the accounts are
 * made of: levels of resources by Usage, stamps and owners of a fault by its
 * bill, accesses and interrupts where they are counted. A tap changes nothing
 * and keeps no account of its own.
 */
#ifndef FAULTLINE_TAP_H
#define FAULTLINE_TAP_H

#include "bill.h"
#include "dma_extension.h"

namespace faultline {

/// A fault that is over.
struct FaultSeen {
    const dma_txn &txn;
    const FaultStamps &stamps;
    const Bill *bill;      ///< who owned its time; nullptr: nobody knows
    const LoggedBill *log; ///< in which order; nullptr: nobody has kept that. It may have begun before the fault
    xlat how;              ///< XLAT_OK; XLAT_STALL: the access met the next one; XLAT_ABORT; XLAT_RAZWI
    bool recoverable;      ///< of a stream that stalls or asks for pages
    bool paged;            ///< it was asked for with a page request
    bool joined;           ///< the request was that of another fault
    u64 flow;              ///< its number, or its request's; 0: it has none
};

/// An access that has ended; times are the scheduler's.
struct AccessSeen {
    u32 stream; ///< which of the platform's
    u64 bytes;
    ps_t issued, done;
};

/// An interrupt from the moment at which it came until its handlers were done.
struct Served {
    unsigned iommu, line;
    ps_t came, entered; ///< the hard handler was done
    ps_t began, until;  ///< the thread; began 0: there was none
};

struct Tap {
    virtual ~Tap() = default;

    /// The measured interval begins, and ends: the rest is of it alone, but for levels.
    virtual void begins(ps_t) {}
    virtual void ends(ps_t) {}
    /// Resource @p gauge: its account begins (@p first), or from now on so many units are in use. In the order of time.
    virtual void level(unsigned /*gauge*/, ps_t, u32 /*units*/, bool /*first*/) {}
    virtual void access(const AccessSeen &) {}
    virtual void fault(const FaultSeen &) {}
    /// A hard handler is entered.
    virtual void interrupt(ps_t) {}

    /// The engine stalls an access of stream @p sid, or lets it go; in any order of time.
    virtual void stalled(unsigned /*iommu*/, u32 /*sid*/, ps_t, bool /*on*/) {}

    // What ties a fault to those who work for it: its flow (FaultSeen::flow)
    /// The port for records writes one.
    virtual void record(unsigned /*iommu*/, bool /*paged*/, ps_t /*from*/, ps_t /*until*/, u64 /*flow*/) {}
    /// The thread of a line runs: it may read() records until it is served(), or another one runs.
    virtual void thread(unsigned /*iommu*/, unsigned /*line*/) {}
    virtual void read(u64 /*flow*/) {}
    virtual void served(const Served &) {}
    /// A worker gives answers, which are answered() until its call is handled().
    virtual void handling(unsigned /*worker*/) {}
    virtual void answered(u64 /*flow*/) {}
    virtual void handled(unsigned /*worker*/, ps_t /*from*/, ps_t /*until*/) {}
};

} // namespace faultline

#endif // FAULTLINE_TAP_H
