/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TCU: walks in flight, what they cost, and what happens when they end.
 *
 * A walk that ends well is installed in the engine when its time has come:
 * before anything later looks. It needs no entry in the agenda for that.
 */
#ifndef FAULTLINE_TCU_H
#define FAULTLINE_TCU_H

#include "access.h"
#include "walk_port.h"

namespace faultline {

class Tcu;

struct Walk : Visitor {
    iommu_walk w;
    Tcu *tcu;
    ps_t arrival, begun; // its request, in the TCU; it has a slot
    ps_t at;             // the accesses to tables so far are answered
    ps_t banks;          // of them, waiting for others
    ps_t end, ready;     // in the tables; when the TBU has the result
    u32 visits;          // table accesses that are answered
    Visit *visit;        // the one under way
    bool pending;        // its end is not known: the memory takes its phases, or there is no slot
    Access *starter;     // for whom it is made, while it is pending
    Walk *hash_next;
    Access *access;  // whose fault it is; NULL: it ends well
    Access *waiters; // merged, start again when it ends
    u64 changes;     // Tcu::changes_ when it began
    u32 head;

    void visited(Visit &v, ps_t time) override;
};

class Tcu {
public:
    explicit Tcu(IommuParts &parts);

    /// Let everything happen that is due at @p time. What others see of a fault happens no earlier than now: whoever
    /// asks may be ahead of them.
    void settle(ps_t time) {
        if (next_due_ <= time)
            settle_due(time);
    }
    /// The walk that somebody makes for the page of @p t already, or nullptr.
    Walk *find(const dma_txn &t) const { return unlikely(in_flight_ != 0) ? search(t) : nullptr; }
    /// Whether the outcome of @p w is also that of @p t, an access to the same page by the same stream.
    bool serves(const Walk &w, const dma_txn &t) const;
    /// @p a starts again when @p w has ended.
    void merge(Walk &w, Access &a);
    /// A walk for @p f, whose request leaves its TBU at @p time. Its kind says whether it ends well at Walk::ready;
    /// else fault() follows.
    /// Where it is pending, await() follows.
    Walk &begin(Flow &f, ps_t time);
    /// @p a, for which @p w is made, goes on when it has ended.
    void await(Walk &w, Access &a);
    /// A table access that took its phases is answered at @p time.
    void visited(Walk &w, Visit &v, ps_t time);
    void fault(Walk &w, Access &a);
    /// What would become of @p t at @p time, without a trace: no cache changes, no fault is recorded.
    bool peek(const dma_txn &t, xlat_result &r, ps_t time);

    /// A register says something else of what translates: the outcome of earlier walks is nobody else's.
    void changed() { changes_++; }
    /// A command may wait for the walks that are in flight: they end even if nobody comes to look.
    void watch();
    /// A queue's entry takes its turn at the memory; its price is a constant, but others wait for it.
    void queue_access(u64 address, u32 len);
    /// A reset at @p time: walks in flight vanish, the accesses that wait for them end with an abort.
    void abandon(ps_t time);

    unsigned in_flight() const { return in_flight_; }

    Usage slots_use;

private:
    struct Due { // a walk ends
        ps_t time;
        u64 order;
        Walk *walk;
        bool decided; // else deliver or install

        bool operator>(const Due &o) const { return time > o.time; }
        bool operator<(const Due &o) const { return time != o.time ? time < o.time : order < o.order; }
    };
    static constexpr std::size_t kHeads = 1024;

    Walk &new_walk();
    Walk *search(const dma_txn &t) const;
    void remove(Walk &w);
    void start(Walk &w, ps_t begin, const dma_txn &txn, Flow *f);
    bool visit(Walk &w);
    void answer(Walk &w, Visit &v, ps_t time);
    void ended(Walk &w);
    void go_on(Walk &w);
    void abandon(Walk &w, ps_t time);
    void unlink(Walk &w);
    void add_due(ps_t time, Walk &w, bool decided);
    void due_at(ps_t time);
    void due_now();
    void next_due();
    void settle_due(ps_t time);
    void sync_hears(const Walk &w, ps_t time);
    void decided(Walk &w, ps_t time);
    void deliver(Walk &w, ps_t time);
    void delivered(Access &a, xlat kind, ps_t time);

    IommuParts &parts_;
    const decltype(fl_config::tcu) &prices_;
    Pool<Walk> walks_;
    std::vector<Walk *> heads_; // of hash chains by page
    SortedRing<ps_t> slots_;    // when each is free whose walk's end is known
    std::vector<Walk *> pending_;
    std::deque<Walk *> no_slot_;   // of them
    SortedRing<Due> due_, faults_; // that end well; that do not
    u64 dues_ = 0;
    ps_t next_due_ = kNever;
    ps_t watched_ = 0; // walks up to this time end by the agenda
    u64 changes_ = 0;
    unsigned in_flight_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_TCU_H
