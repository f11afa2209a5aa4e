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

#include "dma_extension.h"
#include "master.h"
#include "sorted_ring.h"
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
    ps_t duration() const override { return last_ - std::min(first_, last_); }
    const Samples &latencies() const override { return latencies_; }
    const OwnerSums &owners() const override { return owners_; }
    const Usage *jobs() const override { return &jobs_; }
    const Usage *driver_work() const override { return &driver_work_; }
    const InFlight *in_flight() const override { return &in_flight_; }

private:
    using Stream = TraceFeed::Stream;
    using Space = TraceFeed::Space;
    using Lane = TraceFeed::Lane;

    struct Port;
    struct Payload : MasterAccess {
        const dmat_record *record;
        dmat_record copy; // while it waits: its place in the feed may be gone
        u64 number;
        bool warmup;
        Stream *stream;
        Space *space;
        Lane *lane;
        TraceFeed::Chain *chain;
    };
    struct Ready { // a lane, and a time before which its next access cannot go out
        ps_t time;
        u64 number;
        Lane *lane;

        bool operator<(const Ready &o) const { return time != o.time ? time > o.time : number > o.number; }
    };
    void play();
    bool must_read();
    void read_ahead();
    bool step();
    void enqueue(Lane *lane);
    void queue(Lane &lane, ps_t t);
    void hasten(Lane &lane);
    Ready pop_ready();
    void drop_overtaken();
    void wake(std::vector<Lane *> &lanes);
    ps_t own_time(Lane &lane);
    bool begin_job(TraceFeed::Item &item, ps_t t);
    void begin_counting(ps_t t);
    void job_counts();
    static ps_t room_time(ps_t t, u64 n, u64 most, const SortedRing<ps_t> &known);
    ps_t global_time(ps_t t) const;
    void take_room(Stream &s, ps_t due, ps_t t);
    void park(Lane &lane);
    fl_transfer transfer(const dmat_record &rec) const;
    TraceFeed::System *next_system(ps_t &t);
    void run_system(TraceFeed::System *s, ps_t t);
    void issue(Lane &lane, ps_t t);
    void complete(Payload &p, ps_t time);
    void answered(Payload &p, ps_t time);
    void finish_if_done();
    unsigned char *data(u64 bytes) { return likely(bytes <= room_) ? data_.back().data() : more_data(bytes); }
    unsigned char *more_data(u64 bytes);

    Scheduler &scheduler_;
    const fl_config &config_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::vector<fl_transfer> transfers_; // master.transfers
    TraceFeed feed_;
    MasterHooks hooks_;
    std::vector<Ready> ready_;          // a heap, the earliest first
    u64 overtaken_ = 0;                 // of its places: their lanes have an earlier one
    std::vector<Lane *> again_, woken_; // lanes to look at anew
    SortedRing<ps_t> known_;            // ends of answered accesses
    PayloadPool<Payload> payloads_;
    std::vector<std::vector<unsigned char>> data_; // the last is the largest; accesses may still be using the others
    u64 room_ = 0;                                 // in it
    InFlight in_flight_;                           // whose end is not past
    u64 issued_ = 0;                               // in all
    u64 unanswered_ = 0;                           // whose end is not known
    Samples latencies_;
    OwnerSums owners_;
    Usage jobs_{"jobs", ~0U};
    Usage driver_work_{"driver_work", 1};
    ps_t first_ = kNever, last_ = 0; // the measured interval
    ps_t system_ready_ = 0;          // the operating system has done its last work
    ps_t floor_ = 0;                 // nothing goes out before the action under way
    Alarm<&TraceMaster::play, TraceMaster> play_;
    bool finished_ = false;
};

} // namespace faultline

#endif // FAULTLINE_TRACE_MASTER_H
