/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the operating system did between the accesses of a trace.
 *
 * A map, unmap, attach or detach is a fence in its address space or stream: it
 * waits for the accesses before it, and those behind it wait for it. One that
 * names neither concerns everybody: nothing behind it is read before it is done.
 * Those before the first access are done before any access.
 */
#ifndef FAULTLINE_TRACE_SYSTEMS_H
#define FAULTLINE_TRACE_SYSTEMS_H

#include "trace_parties.h"

namespace faultline {

/// A record for the operating system.
struct TraceSystem {
    dmat_record rec;
    u64 number;
    ps_t earliest;       // for its recorded time
    TraceStream *stream; // or nullptr
    TraceSpace *space;   // or nullptr
    bool space_waits;    // for the accesses of the space, not only for its earlier records
    bool listed = false; // nothing but time holds it up

    bool for_all() const { return !stream && !space; }
};

class TraceSystems {
public:
    void start(ps_t at) { last_end_ = at; }

    /// Nothing may be read: a record waits for everything before it.
    bool halted() const { return halt_ != nullptr; }
    /// @p rec, the next one, may be read.
    bool admits(const dmat_record &rec) { return likely(!in_front_) || goes_in_front(rec); }
    void add(const TraceSystem &system);
    /// @p access is read.
    void enter(TraceItem &access) {
        access.space_epoch = access.space->fence.enter();
        access.stream_epoch = access.stream->fence.enter();
        unended_++;
    }
    /// An access has ended, or its end is known.
    void ended(TraceStream &stream, TraceSpace &space, ps_t t);

    /// There are records that nothing but time holds up.
    bool any() const { return !runnable_.empty(); }
    /// Of them, the first if they begin at @p from or later; @p t: when it begins.
    TraceSystem *next(ps_t from, ps_t &t) const;
    /// When it may begin for all that is before it.
    ps_t earliest(const TraceSystem &s) const;
    /// It is done at @p t: lanes that waited for it are appended to @p wake.
    void done(TraceSystem *s, ps_t t, std::vector<TraceLane *> &wake);

    /// What all accesses wait for is done.
    ps_t ready() const { return ready_; }
    std::size_t size() const { return systems_.size(); }

private:
    bool goes_in_front(const dmat_record &rec);
    void consider(TraceSystem *s);
    void consider_first(const std::deque<TraceSystem *> &pending) {
        if (unlikely(!pending.empty()))
            consider(pending.front());
    }

    std::unordered_map<u64, std::unique_ptr<TraceSystem>> systems_; // by number
    std::vector<TraceSystem *> runnable_;
    TraceSystem *halt_ = nullptr; // concerns everybody
    u64 unended_ = 0;             // accesses
    ps_t last_end_ = 0, ready_ = 0;
    bool in_front_ = true; // no access has been read
};

} // namespace faultline

#endif // FAULTLINE_TRACE_SYSTEMS_H
