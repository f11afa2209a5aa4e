/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many accesses may be outstanding: of a stream, by what it transfers, and of
 * all streams together. An end that is known makes room at its time, another when
 * it is told.
 */
#ifndef FAULTLINE_ISSUE_ROOM_H
#define FAULTLINE_ISSUE_ROOM_H

#include "trace_parties.h"

namespace faultline {

class IssueRoom {
public:
    explicit IssueRoom(const fl_config &config) : config_(config), transfers_(FL_TRANSFERS) {
        fl_config_error err;
        int n = fl_config_transfers(config.master.transfers, transfers_.data(), &err);

        transfers_.resize(std::size_t(std::max(0, n)));
    }

    /// What the device does with accesses like @p rec: of the sizes that it has reached, the largest counts.
    fl_transfer transfer(const dmat_record &rec) const {
        bool write = (rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W;
        fl_transfer best{write, 0, config_.master.outstanding_per_stream, config_.master.interval_ps};

        for (const fl_transfer &t : transfers_)
            if (t.write == write && t.size <= rec.size && t.size >= best.size)
                best = t;
        return best;
    }
    /// When @p s has room for @p rec, from @p t on; kNever: the end that makes it is not known.
    ps_t stream_time(ps_t t, const TraceStream &s, const dmat_record &rec) const {
        return time(t, s.outstanding, transfer(rec).outstanding, s.known);
    }
    /// The same of all streams together.
    ps_t time(ps_t t) const { return time(t, in_flight_.now(), config_.master.outstanding, known_); }

    /// An access of @p s that was due at @p due takes its place at the time that time() gave.
    void take(TraceStream &s, ps_t due, ps_t t) {
        while (!known_.empty() && (known_.front() <= due || in_flight_.now() >= config_.master.outstanding))
            in_flight_.leave(known_.pop());
        in_flight_.enter(t);
        while (!s.known.empty() && s.known.front() <= t) {
            s.known.pop();
            s.outstanding--;
        }
        s.outstanding++;
    }
    /// It is known to end at @p t.
    void ends(TraceStream &s, ps_t t) {
        known_.push(t);
        s.known.push(t);
    }
    /// Its end was not known, and is now; @p counts: in in_flight().
    void ended(TraceStream &s, ps_t t, bool counts) {
        in_flight_.leave(t);
        if (unlikely(!counts))
            in_flight_.forget(t);
        s.outstanding--;
    }
    /// Every end is known, and nothing follows.
    void drain() {
        while (!known_.empty())
            in_flight_.leave(known_.pop());
    }
    /// What goes out from @p t on counts in in_flight(), and nothing that is under way.
    void mark(ps_t t) {
        in_flight_.mark(t);
        for (std::size_t i = 0; i < known_.size(); i++)
            in_flight_.forget(known_[i]);
    }
    const InFlight &in_flight() const { return in_flight_; }

private:
    /*
     * When @p n accesses, of which the ends of some are @p known, leave room for one more among @p most, from @p t on.
     * It takes nothing: an end that is not known may turn out to be earlier.
     */
    static ps_t time(ps_t t, u64 n, u64 most, const SortedRing<ps_t> &known) {
        if (likely(n < most))
            return t;
        return n - most < known.size() ? std::max(t, known[n - most]) : kNever;
    }

    const fl_config &config_;
    std::vector<fl_transfer> transfers_; // master.transfers
    SortedRing<ps_t> known_;             // ends of answered accesses
    InFlight in_flight_;                 // whose end is not past
};

} // namespace faultline

#endif // FAULTLINE_ISSUE_ROOM_H
