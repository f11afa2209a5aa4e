/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A master that plays a trace, and asks the operating system to do what the
 * trace says was done between the accesses.
 *
 * Each stream issues for itself, in the order of its records. An access waits
 * for: its recorded time (arrival: trace), the interval of its stream, room among
 * the outstanding, what the ordering asks for, the TBU's readiness, and the end
 * of a map or unmap of its address space. A map, unmap, attach or detach waits
 * for every earlier access of the address space (or stream) that it names; one
 * that names no address space, for all. What the operating system does, one
 * processor does: one record at a time.
 *
 * Where a job has a price (os.job_ns), software takes so long before the first
 * access of each job of a stream, and begins when the job before has ended. It
 * counts as part of the run's duration.
 *
 * Accesses that are answered at once cost no event: the master runs ahead in
 * one action as long as nobody else has anything to do before (Scheduler::horizon).
 */
#ifndef FAULTLINE_TRACE_MASTER_H
#define FAULTLINE_TRACE_MASTER_H

#include "issue_order.h"
#include "measured.h"
#include "tlm_parts.h"
#include "trace_feed.h"

namespace faultline {

class TraceMaster : public sc_core::sc_module, public Master {
public:
    TraceMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config);
    ~TraceMaster() override;

    tlm::tlm_initiator_socket<> &out(unsigned i) override;
    void start(TraceSource &source, MasterHooks hooks, ps_t at) override;

    bool finished() const override { return finished_; }
    int error() const override { return feed_.error(); }
    u64 outstanding() const override { return unanswered_; }
    ps_t duration() const override { return measured_.duration(); }
    const Samples &latencies() const override { return measured_.latencies(); }
    const OwnerSums &owners() const override { return measured_.owners(); }
    const Usage *jobs() const override { return &measured_.jobs(); }
    const Usage *driver_work() const override { return &measured_.driver_work; }
    const InFlight *in_flight() const override { return &room_.in_flight(); }

private:
    struct Port;
    struct Payload : MasterAccess {
        const TraceItem *item;
        TraceItem copy; // while it waits: its place in the lane may be gone
        bool warmup;
    };
    void play();
    bool step();
    bool must_read();
    void read_ahead();
    void place(TraceLane &lane, ps_t own);
    void park(TraceLane &lane);
    ps_t own_time(TraceLane &lane);
    bool begin_job(TraceItem &item, ps_t t);
    void run_system(TraceSystem *s, ps_t t);
    void issue(TraceLane &lane, ps_t t);
    void complete(Payload &p, ps_t time);
    void answered(Payload &p, ps_t time);

    Scheduler &scheduler_;
    const fl_config &config_;
    std::vector<std::unique_ptr<Port>> ports_;
    TraceFeed feed_;
    IssueOrder order_;
    std::vector<TraceLane *> again_; // lanes to look at anew
    IssueRoom room_;
    Measured measured_;
    MasterHooks hooks_;
    PayloadPool<Payload> payloads_;
    Scratch data_;
    u64 unanswered_ = 0;    // accesses whose end is not known
    ps_t system_ready_ = 0; // the operating system has done its last work
    ps_t floor_ = 0;        // nothing goes out before the action under way
    Alarm<&TraceMaster::play, TraceMaster> play_;
    bool finished_ = false;
};

} // namespace faultline

#endif // FAULTLINE_TRACE_MASTER_H
