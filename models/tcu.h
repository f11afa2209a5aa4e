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

namespace faultline {

struct Walk {
    iommu_walk w;
    ps_t end, ready; // in the tables; when the TBU has the result
    Walk *hash_next;
    Access *access;  // whose fault it is; NULL: it ends well
    Access *waiters; // merged, start again when it ends
    u64 changes;     // Tcu::changes_ when it began
    u32 head;
};

class Tcu {
public:
    explicit Tcu(IommuParts &parts);

    /// Let everything happen that is due at @p time.
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
    Walk &begin(Flow &f, ps_t time);
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

    Usage slots_use;

private:
    struct Due { // a walk ends
        ps_t time;
        Walk *walk;
        bool decided; // else deliver or install

        bool operator>(const Due &o) const { return time > o.time; }
    };
    static constexpr std::size_t kHeads = 1024;

    Walk &new_walk();
    Walk *search(const dma_txn &t) const;
    void remove(Walk &w);
    ps_t price(Flow &f, const iommu_walk &w, ps_t start);
    void add_due(ps_t time, Walk &w, bool decided);
    void due_at(ps_t time);
    void due_now();
    void settle_due(ps_t time);
    void decided(Walk &w, ps_t time);
    void deliver(Walk &w, ps_t time);
    void delivered(Access &a, xlat kind, ps_t time);

    IommuParts &parts_;
    const decltype(fl_config::tcu) &prices_;
    Pool<Walk> walks_;
    std::vector<Walk *> heads_; // of hash chains by page
    SortedRing<ps_t> slots_;    // when each is free
    SortedRing<Due> due_;
    ps_t next_due_ = kNever;
    ps_t watched_ = 0; // walks up to this time end by the agenda
    u64 changes_ = 0;
    unsigned in_flight_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_TCU_H
