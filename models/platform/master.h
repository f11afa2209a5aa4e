/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A master of a platform: it plays a trace, in one way or another, and asks the
 * operating system to do what the trace says was done between the accesses.
 */
#ifndef FAULTLINE_MASTER_H
#define FAULTLINE_MASTER_H

#include "bill.h"
#include "dma_extension.h"
#include "in_flight.h"
#include "platform_api.h"
#include "samples.h"
#include "scheduler.h"
#include "usage.h"
#include <functional>

namespace faultline {

/// Records of a trace, one block after the other.
struct TraceSource {
    virtual ~TraceSource() = default;
    /// The next block: its records and their number; 0 at the end; -errno.
    virtual ssize_t next(const dmat_record **records) = 0;

    static constexpr u64 kUnknown = ~0ULL;
    /// Streams that access something, and accesses of one of them, in all that next() will give; or kUnknown.
    virtual u64 streams() const { return kUnknown; }
    virtual u64 accesses(u32) const { return kUnknown; }
    /// Some access may wait for the end of the one before it (DMAT_F_AFTER).
    virtual bool dependent() const { return true; }
};

/// What became of one access of the trace.
struct AccessDone {
    const dmat_record *record;
    u64 number;        ///< of the record in the trace, from 0
    u64 address;       ///< output address of the first byte
    ps_t issued, done; ///< since the start of the play
    u32 faults;        ///< met on the way, also those that ended well
    u16 fault;         ///< the architecture's number of the last one
    bool warmup;       ///< one of the first, that do not count
    xlat how;          ///< XLAT_OK, XLAT_ABORT or XLAT_RAZWI
    bool error;        ///< the memory refused it
};

/// One access of a master on its way.
struct MasterAccess : tlm::tlm_generic_payload {
    DmaExtension ext;
    Bill bill;
    ps_t issued;

    /// It goes out at @p time: @p len bytes of @p rec, from @p iova on.
    void begin(const dmat_record &rec, u64 iova, u32 len, void *data, ps_t time);
    /// It has ended at @p time, and counts in @p latencies and @p owners.
    void count(ps_t time, Samples &latencies, OwnerSums &owners) const {
        latencies.add(time - issued);
        if (likely(bill.used() || time == issued)) // by a target that keeps a ledger, or there is nothing to book
            owners.add(bill);
    }
    /// What became of it; issued and done count from @p start on.
    AccessDone outcome(const dmat_record &rec, u64 number, ps_t done, ps_t start = 0) const;
};

struct MasterHooks {
    u64 warmup = 0;                                  ///< so many accesses go out before it counts
    std::function<void(ps_t)> counting = {};         ///< the first one that counts, or its job, begins; may be empty
    std::function<void(const dmat_record &)> before; ///< an access is about to go out
    std::function<void(const AccessDone &)> done;    ///< an access is complete
    std::function<int(const dmat_record &)> system;  ///< the operating system's part, at Scheduler::now(); 0 or -errno
    std::function<int(u64 number, const char *why)>
        refuse;                                ///< the trace's record is none for this master; -errno; may be empty
    std::function<void(u64 records)> progress; ///< now and then; may be empty
};

class Master {
public:
    virtual ~Master() = default;

    /// One initiator socket for each TBU of each IOMMU; a stream uses the one that fl_config_port() says.
    virtual tlm::tlm_initiator_socket<> &out(unsigned port) = 0;
    /// Begin at the scheduler's time @p at. @p source and what the hooks name outlive the run.
    virtual void start(TraceSource &source, MasterHooks hooks, ps_t at) = 0;

    virtual bool finished() const = 0;
    /// 0, or -errno of the source or of the operating system.
    virtual int error() const = 0;
    /// Accesses without an answer.
    virtual u64 outstanding() const = 0;
    /// From the beginning (MasterHooks::counting) to the end of the last access.
    virtual ps_t duration() const = 0;
    /// Latencies of all accesses, ps.
    virtual const Samples &latencies() const = 0;
    /// Who owned the time of all accesses; no bills, if the master carries none.
    virtual const OwnerSums &owners() const = 0;
    /// Software that comes before the first access of each job (os.job_ns); nobody, if the master knows no jobs.
    virtual const Usage *jobs() const { return nullptr; }
    /// The driver's maps, unmaps and attachments, which accesses of their address space wait for before they go out.
    virtual const Usage *driver_work() const { return nullptr; }
    /// How many accesses were under way; nobody, if the master does not count them.
    virtual const InFlight *in_flight() const { return nullptr; }
};

} // namespace faultline

#endif // FAULTLINE_MASTER_H
