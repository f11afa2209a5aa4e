/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A trace, read ahead: its accesses into the lanes that they queue in
 * (trace_parties.h), the operating system's records among them (trace_systems.h).
 */
#ifndef FAULTLINE_TRACE_FEED_H
#define FAULTLINE_TRACE_FEED_H

#include "trace_systems.h"

namespace faultline {

class TraceFeed {
public:
    explicit TraceFeed(const fl_config &config) : config_(config), parties_(config) {}

    void start(TraceSource &source, ps_t at);

    /// There is a record to read. False: the end, an error, or a record that waits for everything before it.
    bool more();
    /// The arrival of the next record.
    ps_t next_arrival() const { return arrival(block_[at_]); }
    /// Read one record. The lane that it filled, or nullptr.
    TraceLane *read();
    /// Whether some stream may have an access behind what is read, and there is room to look for it.
    bool hungry() const { return parties_.hungry() && !full(); }
    bool dependent() const { return dependent_; }
    bool full() const { return buffered_ + systems_.size() >= kAhead; }
    /// The first access of @p lane has gone out.
    void issued(TraceLane &lane) {
        parties_.issued(*lane.items.pop().stream);
        buffered_--;
    }

    TraceSystems &systems() { return systems_; }
    const TraceSystems &systems() const { return systems_; }
    bool at_end() const { return at_end_ && at_ >= size_; }
    bool idle() const { return !buffered_ && !systems_.size(); }
    int error() const { return error_; }
    /// No more records: @p error 0 or -errno.
    void stop(int error);
    u64 records() const { return number_; }

private:
    static constexpr u64 kAhead = 1 << 18; // records

    ps_t arrival(const dmat_record &rec) const { return begin_ + round_ + (rec.time_ns - first_ns_) * 1000; }
    bool fetch();
    TraceLane *read_access(const dmat_record &rec);
    void read_system(const dmat_record &rec);

    const fl_config &config_;
    TraceParties parties_;
    TraceSystems systems_;
    TraceSource *source_ = nullptr;
    const dmat_record *block_ = nullptr;
    ssize_t at_ = 0, size_ = 0;
    u64 number_ = 0, buffered_ = 0;
    u64 marks_ = 0, rounds_ = 0;
    bool dependent_ = false;
    ps_t begin_ = 0, round_ = 0;
    u64 first_ns_ = 0, previous_ns_ = 0;
    bool started_ = false, at_end_ = false;
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_TRACE_FEED_H
