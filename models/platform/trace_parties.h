/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who a trace names: streams and address spaces, who in them queues and who waits
 * for whom, and which streams have more to be read.
 *
 * Accesses queue by lane: a stream, or one tag of a stream where tags matter.
 * Those of one stream and tag are a chain: one may wait for the end of the one
 * before it and some time to think (DMAT_F_AFTER).
 */
#ifndef FAULTLINE_TRACE_PARTIES_H
#define FAULTLINE_TRACE_PARTIES_H

#include "master.h"
#include "sorted_ring.h"
#include <deque>
#include <memory>
#include <vector>

namespace faultline {

struct TraceLane;
struct TraceSystem;

/// Accesses between the system records of an address space or stream, epoch by epoch.
class Fence {
public:
    /// An access is read: the epoch it belongs to.
    u64 enter() {
        open_.back()++;
        return first_ + open_.size() - 1;
    }
    bool admits(u64 epoch) const { return epoch == first_; }
    /// An access of the current epoch ends at @p t.
    void end(ps_t t) {
        open_.front()--;
        last_end_ = t > last_end_ ? t : last_end_;
    }
    /// Every access of the current epoch has ended, the last at last_end().
    bool clear() const { return !open_.front(); }
    ps_t last_end() const { return last_end_; }
    /// A system record is read: what follows belongs to the next epoch.
    void close() { open_.push_back(0); }
    /// It is done.
    void pass() {
        open_.pop_front();
        first_++;
    }

private:
    std::deque<u64> open_{0}; // accesses without an end
    u64 first_ = 0;
    ps_t last_end_ = 0;
};

/// Lanes that wait for something that will be looked at when it happens.
class ParkedLanes {
public:
    void add(TraceLane &lane);
    /// It has happened: append them to @p wake.
    void release(std::vector<TraceLane *> &wake);

private:
    std::vector<TraceLane *> lanes_;
};

struct TraceSpace { // an address space
    u32 domain;
    ps_t ready = 0; // its latest map or unmap is done
    Fence fence{};
    std::deque<TraceSystem *> pending{};
    ParkedLanes parked{}; // for a system record
};

struct TraceChain { // accesses of one stream and tag
    u32 tag;
    TraceLane *lane;
    u64 latest = 0, round = ~0ULL; // the one that went out last, and in which round of the trace
    ps_t end = 0;                  // of it
    bool ended = false;            // end is known
};

struct TraceStream {
    u32 sid;
    unsigned port;
    u64 left;                      // accesses of it that are not read
    u32 domain = DMAT_DOMAIN_NONE; // as far as the trace is read
    u64 queued = 0;
    u64 marks = 0;    // of the trace, when its last access was read
    ps_t ready = 0;   // its next access goes out no earlier
    u64 job_left = 0; // accesses of its job that are not out
    u32 outstanding = 0;
    Fence fence{};
    SortedRing<ps_t> known{}; // ends of answered accesses
    std::deque<TraceSystem *> pending{};
    std::vector<TraceLane *> lanes{};
    std::deque<TraceChain> chains{};
    std::unordered_map<u32, TraceChain *> chain_of{}; // where there are many
};

struct TraceItem { // an access
    dmat_record rec;
    u64 number;
    ps_t arrival;
    bool new_job; // a mark came before it
    TraceStream *stream;
    TraceSpace *space;
    TraceChain *chain;
    u64 round;
    u64 space_epoch, stream_epoch;

    bool admitted() const { return stream->fence.admits(stream_epoch) && space->fence.admits(space_epoch); }
};

struct TraceLane {
    GrowingRing<TraceItem> items;
    ps_t last_done = 0;  // completion of its latest access, if known
    u32 unknown = 0;     // accesses that are answered later
    ps_t due = 0;        // when, if it is queued
    bool queued = false; // it is in the order of issue
    bool parked = false; // it is among ParkedLanes
};

class TraceParties {
public:
    explicit TraceParties(const fl_config &config) : config_(config) {}
    TraceParties(const TraceParties &) = delete;

    void start(const TraceSource &source);

    TraceStream &stream(u32 sid) {
        return likely(last_stream_ && last_stream_->sid == sid) ? *last_stream_ : find_stream(sid);
    }
    TraceSpace &space(u32 domain) {
        return likely(last_space_ && last_space_->domain == domain) ? *last_space_ : find_space(domain);
    }
    TraceChain &chain(TraceStream &s, u32 tag);

    /// An access of @p s is read.
    void read(TraceStream &s) {
        bool was_hungry = is_hungry(s);

        s.queued++;
        if (s.left != TraceSource::kUnknown)
            s.left -= s.left != 0;
        hungry_ -= was_hungry && !is_hungry(s);
    }
    /// One that was read has gone out.
    void issued(TraceStream &s) {
        bool was_hungry = is_hungry(s);

        s.queued--;
        hungry_ += !was_hungry && is_hungry(s);
    }
    /// Whether some stream may have an access behind what is read, and too few that are.
    bool hungry() const { return hungry_ || undiscovered_; }

private:
    TraceStream &find_stream(u32 sid);
    TraceSpace &find_space(u32 domain);
    TraceChain &new_chain(TraceStream &s, u32 tag);
    bool is_hungry(const TraceStream &s) const { return s.left && s.queued < ahead_; }

    const fl_config &config_;
    const TraceSource *source_ = nullptr;
    std::unordered_map<u32, std::unique_ptr<TraceStream>> streams_; // by sid
    std::unordered_map<u32, std::unique_ptr<TraceSpace>> spaces_;   // by domain
    std::vector<std::unique_ptr<TraceLane>> lanes_;
    TraceStream *last_stream_ = nullptr;
    TraceSpace *last_space_ = nullptr;
    u64 hungry_ = 0, undiscovered_ = 0; // streams
    u64 ahead_ = 1;                     // accesses to read of each
    bool by_tag_ = false;               // tags matter
};

} // namespace faultline

#endif // FAULTLINE_TRACE_PARTIES_H
