/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A trace, read ahead and sorted by who waits for what.
 *
 * Accesses queue by lane: a stream, or one tag of a stream where tags matter.
 * Those of one stream and tag are a chain: one may wait for the end of the one
 * before it and some time to think (DMAT_F_AFTER).
 * What the operating system did (map, unmap, attach, detach) is a fence in its
 * address space or stream: it waits for the accesses before it, and those behind
 * it wait for it. What it did before the first access is done before any access.
 * Nothing else ties streams to each other.
 */
#ifndef FAULTLINE_TRACE_FEED_H
#define FAULTLINE_TRACE_FEED_H

#include "master.h"
#include "sorted_ring.h"
#include <deque>
#include <memory>
#include <vector>

namespace faultline {

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

class TraceFeed {
public:
    struct System;
    struct Lane;

    struct Space { // an address space
        u32 domain;
        ps_t ready = 0; // its latest map or unmap is done
        Fence fence;
        std::deque<System *> pending;
        std::vector<Lane *> parked; // wait for a system record
    };

    struct Chain { // accesses of one stream and tag
        u32 tag;
        Lane *lane;
        u64 latest = 0, round = ~0ULL; // the one that went out last, and in which round of the trace
        ps_t end = 0;                  // of it
        bool ended = false;            // end is known
    };

    struct Stream {
        u32 sid;
        unsigned port;
        u32 domain = DMAT_DOMAIN_NONE; // as far as the trace is read
        u64 left;                      // accesses of it that are not read
        u64 queued = 0;
        u64 marks = 0;    // of the trace, when its last access was read
        ps_t ready = 0;   // its next access goes out no earlier
        u64 job_left = 0; // accesses of its job that are not out
        u32 outstanding = 0;
        Fence fence;
        SortedRing<ps_t> known{}; // ends of answered accesses
        std::deque<System *> pending;
        std::vector<Lane *> lanes;
        std::deque<Chain> chains;
        std::unordered_map<u32, Chain *> chain_of; // where there are many
    };

    struct Item { // an access
        dmat_record rec;
        u64 number;
        ps_t arrival;
        bool new_job; // a mark came before it
        Stream *stream;
        Space *space;
        Chain *chain;
        u64 round;
        u64 space_epoch, stream_epoch;

        bool admitted() const { return stream->fence.admits(stream_epoch) && space->fence.admits(space_epoch); }
    };

    struct Lane {
        GrowingRing<Item> items;
        ps_t last_done = 0;  // completion of its latest access, if known
        u32 unknown = 0;     // accesses that are answered later
        ps_t due = 0;        // when, if it is queued
        bool queued = false; // the master has it in its order of issue
        bool parked = false; // on a list that something will look at
    };

    struct System { // a record for the operating system
        dmat_record rec;
        u64 number;
        ps_t arrival;
        Stream *stream;   // or nullptr
        Space *space;     // or nullptr: every one
        bool space_waits; // for the accesses of the space, not only for its earlier records
        bool listed = false;
    };

    explicit TraceFeed(const fl_config &config) : config_(config) {}

    void start(TraceSource &source, ps_t at);

    /// There is a record to read. False: the end, an error, or a record that waits for everything before it.
    bool more();
    /// The arrival of the next record.
    ps_t next_arrival() const { return arrival(block_[at_]); }
    /// Read one record. The lane that it filled, or nullptr.
    Lane *read();
    /// Whether some stream may have an access behind what is read, and there is room to look for it.
    bool hungry() const { return (hungry_ || undiscovered_) && !full(); }
    bool dependent() const { return dependent_; }
    bool full() const { return buffered_ + systems_.size() >= kAhead; }

    /// The first access of @p lane has gone out.
    void issued(Lane &lane);
    /// An access has ended, or its end is known.
    void ended(Stream &stream, Space &space, ps_t t);
    /// System records that nothing but time holds up.
    std::vector<System *> &runnable() { return runnable_; }
    ps_t earliest(const System &s) const;
    /// It is done at @p t: lanes that waited for it are appended to @p wake.
    void done(System *s, ps_t t, std::vector<Lane *> &wake);
    /// Append the lanes of @p parked to @p wake.
    static void unpark(std::vector<Lane *> &parked, std::vector<Lane *> &wake);

    /// What the operating system did before the first access is done.
    ps_t ready() const { return ready_; }
    bool at_end() const { return at_end_ && at_ >= size_; }
    bool idle() const { return !buffered_ && systems_.empty(); }
    int error() const { return error_; }
    /// No more records: @p error 0 or -errno.
    void stop(int error);
    u64 records() const { return number_; }

private:
    static constexpr u64 kAhead = 1 << 18; // records
    static constexpr u64 kTagAhead = 64;   // of a stream whose tags matter
    static constexpr std::size_t kFewChains = 8;

    ps_t arrival(const dmat_record &rec) const { return begin_ + round_ + (rec.time_ns - first_ns_) * 1000; }
    Stream &stream(u32 sid) {
        return likely(last_stream_ && last_stream_->sid == sid) ? *last_stream_ : find_stream(sid);
    }
    Space &space(u32 domain) {
        return likely(last_space_ && last_space_->domain == domain) ? *last_space_ : find_space(domain);
    }
    Stream &find_stream(u32 sid);
    Space &find_space(u32 domain);
    Chain &chain(Stream &s, u32 tag);
    Chain &new_chain(Stream &s, u32 tag);
    Lane *read_access(const dmat_record &rec);
    void read_system(const dmat_record &rec);
    bool goes_in_front(const dmat_record &rec);
    void consider(System *s);
    bool is_hungry(const Stream &s) const { return s.left && s.queued < ahead_; }

    const fl_config &config_;
    TraceSource *source_ = nullptr;
    std::vector<std::unique_ptr<Stream>> streams_;
    std::vector<std::unique_ptr<Space>> spaces_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::unordered_map<u32, Stream *> stream_of_;
    std::unordered_map<u32, Space *> space_of_;
    Stream *last_stream_ = nullptr;
    Space *last_space_ = nullptr;
    std::unordered_map<u64, std::unique_ptr<System>> systems_; // by number
    std::vector<System *> runnable_;
    System *halt_ = nullptr; // concerns every address space: nothing behind it is read before it is done
    const dmat_record *block_ = nullptr;
    ssize_t at_ = 0, size_ = 0;
    u64 number_ = 0, buffered_ = 0, unended_ = 0;
    u64 marks_ = 0;
    u64 hungry_ = 0, undiscovered_ = 0, ahead_ = 1, rounds_ = 0;
    bool in_front_ = true; // no access has been read
    bool by_tag_ = false, dependent_ = false;
    ps_t begin_ = 0, round_ = 0, last_end_ = 0, ready_ = 0;
    u64 first_ns_ = 0, previous_ns_ = 0;
    bool started_ = false, at_end_ = false;
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_TRACE_FEED_H
