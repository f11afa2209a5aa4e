/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The order in which lanes issue: by the time before which the next access of
 * each cannot go out; of equal times, by the number of its record.
 *
 * A lane that may go earlier than was thought takes a place before its old one,
 * which is dropped when it comes to the front.
 */
#ifndef FAULTLINE_ISSUE_ORDER_H
#define FAULTLINE_ISSUE_ORDER_H

#include "trace_parties.h"
#include <algorithm>

namespace faultline {

class IssueOrder {
public:
    /// The time of the first; kNever: there is none.
    ps_t due() const { return heap_.empty() ? kNever : heap_.front().time; }

    /// The next access of @p lane cannot go out before @p t; if it has a place, the earlier time counts.
    void put(TraceLane &lane, ps_t t) {
        if (lane.queued) {
            if (t >= lane.due)
                return;
            overtaken_++;
        }
        lane.queued = true;
        lane.due = t;
        heap_.push_back({t, lane.items.front().number, &lane});
        std::push_heap(heap_.begin(), heap_.end());
    }
    /// The first gives up its place.
    TraceLane &take() {
        TraceLane &lane = *pop().lane;

        lane.queued = false;
        return lane;
    }
    /// Drop places that their lanes have left for earlier ones, until the first is none.
    void settle() {
        while (unlikely(overtaken_ != 0) && !heap_.empty() && is_left(heap_.front())) {
            pop();
            overtaken_--;
        }
    }
    void clear() {
        heap_.clear();
        overtaken_ = 0;
    }

private:
    struct Place {
        ps_t time;
        u64 number;
        TraceLane *lane;

        bool operator<(const Place &o) const { return time != o.time ? time > o.time : number > o.number; } // later
    };

    static bool is_left(const Place &p) {
        return !p.lane->queued || p.lane->due != p.time || p.lane->items.front().number != p.number;
    }
    Place pop() {
        Place p = heap_.front();

        std::pop_heap(heap_.begin(), heap_.end());
        heap_.pop_back();
        return p;
    }

    std::vector<Place> heap_; // the earliest first
    u64 overtaken_ = 0;       // of its places
};

} // namespace faultline

#endif // FAULTLINE_ISSUE_ORDER_H
