/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tcu.h"
#include "iommu_parts.h"
#include <algorithm>

namespace faultline {

static u32 walk_head(const dma_txn &t) {
    u64 key = (t.iova / Flow::kPage) ^ u64(t.sid) << 40 ^ (t.flags & DMA_PASID ? u64(t.pasid) << 20 : 0);

    return u32((key * 0x9e3779b97f4a7c15ULL) >> 54); // kHeads: 10 bits
}

Tcu::Tcu(IommuParts &parts)
    : slots_use("walk_slots", u32(parts.config.tcu.walk_slots), false), parts_(parts), prices_(parts.config.tcu),
      heads_(kHeads), slots_(prices_.walk_slots, 0) {}

/* ---- walks in flight ---- */

Walk &Tcu::new_walk() {
    Walk *w = walks_.take();

    w->tcu = this;
    w->access = w->waiters = w->starter = nullptr;
    w->visit = nullptr;
    w->pending = false;
    w->changes = changes_;
    return *w;
}

Walk *Tcu::search(const dma_txn &t) const {
    for (Walk *w = heads_[walk_head(t)]; w; w = w->hash_next) {
        const dma_txn &o = w->w.txn;
        if (o.iova / Flow::kPage == t.iova / Flow::kPage && o.sid == t.sid && !((o.flags ^ t.flags) & DMA_PASID) &&
            (!(t.flags & DMA_PASID) || o.pasid == t.pasid))
            return w;
    }
    return nullptr;
}

void Tcu::unlink(Walk &w) {
    Walk **at = &heads_[w.head];

    while (*at != &w)
        at = &(*at)->hash_next;
    *at = w.hash_next;
    in_flight_--;
}

/* Out of the table; who merged with it starts again now. */
void Tcu::remove(Walk &w) {
    unlink(w);
    for (Access *a = w.waiters, *next; a; a = next) {
        next = a->next;
        a->next = nullptr;
        a->walked &= !w.w.stale;
        a->retry_at(parts_.host.now);
    }
    walks_.give(&w);
}

/*
 * A write is not served by a read's walk, which may have left the dirty state alone, nor anybody by a walk that began
 * before a register changed what translates.
 */
bool Tcu::serves(const Walk &w, const dma_txn &t) const {
    return !w.pending && !w.access && w.w.kind == XLAT_OK && !w.w.stale && w.w.txn.flags == t.flags &&
           w.changes == changes_;
}

void Tcu::merge(Walk &w, Access &a) {
    a.waits = OWNER_MERGE;
    a.next = w.waiters;
    w.waiters = &a;
    if (!w.access && !w.pending)
        due_at(w.ready);
}

bool Tcu::peek(const dma_txn &t, xlat_result &r, ps_t time) {
    Walk &w = new_walk();
    xlat x = parts_.host.walk(t, w.w, time);

    r = w.w.res;
    parts_.host.cls->cancel(parts_.host.hw, &w.w);
    walks_.give(&w);
    return x == XLAT_OK;
}

/* ---- a walk begins ---- */

/* Configuration comes first, and what stage 2 says of its place before it. */
static u32 config_accesses(const iommu_walk &w) {
    u32 n = w.n_accesses;

    while (n && w.accesses[n - 1].what != WALK_CONFIG)
        n--;
    return n;
}

/* Table accesses depend on each other: one after the other. False: one of them takes its phases. */
bool Tcu::visit(Walk &w) {
    if (prices_.walk_port == FL_WALK_PRICED) {
        w.at += w.w.n_accesses * prices_.walk_latency_ps;
        return true;
    }
    while (w.visits < w.w.n_accesses) {
        const walk_access &a = w.w.accesses[w.visits];
        Visit &v = parts_.walk.reading(a.addr, a.len, &w);
        w.visit = &v;
        if (!parts_.walk.send(v, w.at))
            return false;
        answer(w, v, w.at);
        v.release();
    }
    return true;
}

/* The bus may refuse what the debug interface allows: then the engine decides anew, and it is an external abort. */
void Tcu::answer(Walk &w, Visit &v, ps_t time) {
    w.visit = nullptr;
    w.at = time;
    w.banks += v.ext.bank_waited;
    w.visits++;
    if (likely(!v.is_response_error()))
        return;
    dma_txn txn = w.w.txn;
    parts_.host.cls->cancel(parts_.host.hw, &w.w);
    parts_.walk.break_at(v.get_address());
    parts_.host.walk(txn, w.w, w.begun);
    parts_.walk.mend();
    w.visits = w.w.n_accesses;
}

void Walk::visited(Visit &v, ps_t time) {
    tcu->visited(*this, v, time);
}

void Tcu::visited(Walk &w, Visit &v, ps_t time) {
    answer(w, v, time);
    if (visit(w))
        go_on(w);
}

Walk &Tcu::begin(Flow &f, ps_t time) {
    Walk &w = new_walk();

    w.arrival = time + parts_.config.tbu.link_ps + prices_.lookup_ps;
    w.head = walk_head(f.txn);
    w.hash_next = heads_[w.head];
    heads_[w.head] = &w;
    in_flight_++;
    f.book(OWNER_TCU, w.arrival);
    if (likely(!slots_.empty())) {
        start(w, std::max(slots_.pop(), w.arrival), f.txn, &f);
    } else { // all held by walks whose end is not known
        w.pending = true;
        w.w.txn = f.txn;
        w.w.kind = XLAT_MISS;
        no_slot_.push_back(&w);
    }
    if (unlikely(w.pending))
        pending_.push_back(&w);
    return w;
}

/* @w has a slot from @begin on; @f: for it, if it does not wait already. */
void Tcu::start(Walk &w, ps_t begin, const dma_txn &txn, Flow *f) {
    w.begun = begin;
    w.changes = changes_;
    w.visits = 0;
    w.banks = 0;
    parts_.host.walk(txn, w.w, begin);
    ps_t caches = w.at = begin + prices_.config_cache_ps + prices_.walk_cache_ps;
    bool known = visit(w);
    if (!f) {
        if (known)
            go_on(w);
        return;
    }
    w.pending = !known;
    f->book(OWNER_WALK_SLOT, begin);
    f->book(OWNER_TCU, caches);
    if (w.pending)
        return;
    if (prices_.walk_port == FL_WALK_ISSUED)
        f->book(OWNER_BANK, caches + w.banks);
    f->book(OWNER_TABLE, w.at);
    ended(w);
}

/* The last table access of @w is answered. */
void Tcu::ended(Walk &w) {
    w.end = w.at;
    w.ready = w.end + parts_.config.tbu.link_ps;
    slots_.push(w.end);
    slots_use.use(w.arrival, w.begun, w.end);
    parts_.counters.walks++;
    parts_.counters.walk_accesses += w.w.n_accesses;
    parts_.counters.walk_config += config_accesses(w.w);
    if (likely(w.w.kind == XLAT_OK))
        add_due(w.ready, w, false);
}

/* ... of one that somebody waits for. Its slot is free for the next. */
void Tcu::go_on(Walk &w) {
    Access *a = w.starter;

    w.pending = false;
    w.starter = nullptr;
    pending_.erase(std::find(pending_.begin(), pending_.end(), &w));
    ended(w);
    if (w.w.kind == XLAT_OK) {
        a->walked = a->flow.txn.flags & DMA_ATS_REQ;
        a->found = w.w.res;
        merge(w, *a);
    } else {
        fault(w, *a);
    }
    while (!no_slot_.empty() && !slots_.empty()) {
        Walk &next = *no_slot_.front();
        no_slot_.pop_front();
        dma_txn txn = next.w.txn;
        start(next, std::max(slots_.pop(), next.arrival), txn, nullptr);
    }
}

void Tcu::await(Walk &w, Access &a) {
    a.waits = OWNER_TABLE;
    w.starter = &a;
}

void Tcu::fault(Walk &w, Access &a) {
    w.access = &a;
    add_due(w.end, w, true);
    due_at(w.end);
}

void Tcu::queue_access(u64 address, u32 len) {
    ps_t time = parts_.host.now;

    if (prices_.walk_port != FL_WALK_ISSUED || !len)
        return;
    Visit &v = parts_.walk.reading(address, len, nullptr);
    if (parts_.walk.send(v, time))
        v.release();
}

/* ---- what is due ---- */

void Tcu::add_due(ps_t time, Walk &w, bool decided) {
    (w.access ? faults_ : due_).push({time, dues_++, &w, decided});
    next_due();
}

void Tcu::next_due() {
    next_due_ = due_.empty() ? kNever : due_.front().time;
    if (!faults_.empty())
        next_due_ = std::min(next_due_, faults_.front().time);
    parts_.ledger.due(next_due_);
}

void Tcu::due_at(ps_t time) {
    parts_.scheduler.call<&Tcu::due_now>(time, *this);
}

void Tcu::due_now() {
    settle(parts_.scheduler.now());
}

void Tcu::settle_due(ps_t time) {
    ps_t now = parts_.ahead ? time : std::min(time, parts_.scheduler.now());

    for (;;) {
        if (!faults_.empty() && faults_.front().time <= now && (due_.empty() || faults_.front() < due_.front())) {
            Due d = faults_.pop();
            next_due();
            if (d.decided)
                decided(*d.walk, d.time);
            else
                deliver(*d.walk, d.time);
        } else if (!due_.empty() && due_.front().time <= time) {
            Due d = due_.pop();
            next_due();
            sync_hears(*d.walk, d.time);
            parts_.host.install(d.walk->w, d.time);
            remove(*d.walk);
            parts_.ats.step(d.time);
        } else {
            return;
        }
    }
}

/* A SYNC waits for walks that an invalidation has overtaken. Those that fault may be told of after later ones. */
void Tcu::sync_hears(const Walk &w, ps_t time) {
    if (unlikely(w.w.stale))
        parts_.queues.ended(time);
}

void Tcu::watch() {
    if (due_.empty() || due_.back().time <= watched_)
        return;
    due_at(watched_ = due_.back().time);
}

/* The walk has found a fault. Its record is written when the port for records is free: one at a time. */
void Tcu::decided(Walk &w, ps_t time) {
    Access &a = *w.access;

    if (a.in_fault)
        a.close_fault(time, XLAT_STALL);
    a.open_fault(time);
    a.port_waited = 0;
    if (w.w.res.fault) {
        ps_t begin = parts_.records.turn(time);
        a.port_waited = begin - time;
        time = parts_.records.serve(time, parts_.config.notify.record_write_ps);
        a.flow.book_all([=](auto &b) {
            b.book(OWNER_RECORD_PORT, begin);
            b.book(OWNER_RECORD, time);
        });
    }
    add_due(time, w, false);
    due_at(time);
}

/* The record's time has come: the engine writes it, stalls or ends the access, raises its interrupt. */
void Tcu::deliver(Walk &w, ps_t time) {
    Access &a = *w.access;

    a.stamp_from(PART_NOTIFY, time);
    sync_hears(w, time);
    xlat kind = parts_.host.deliver(w.w, time);
    a.flow.res = w.w.res;
    remove(w);
    delivered(a, kind, time);
}

void Tcu::delivered(Access &a, xlat kind, ps_t time) {
    Flow &f = a.flow;
    bool told = f.res.fault && kind != XLAT_OK && kind != XLAT_WAIT;

    if (told && f.ext) {
        f.ext->faults++;
        f.ext->fault = f.res.fault;
    }
    if (told && parts_.tap && f.fault && f.fault->of(OWNER_RECORD)) // registers are no record
        parts_.tap->record(parts_.number, false, time - parts_.config.notify.record_write_ps, time,
                           parts_.flow(a.fault));
    if (told && parts_.sink)
        parts_.sink->fault_delivered(f.txn, f.res, kind, time);
    f.at = time + parts_.config.tbu.link_ps;
    if (kind == XLAT_STALL) {
        parts_.stall(a, time);
    } else if (kind == XLAT_WAIT) { // keeps its slot; what it has met is no fault yet
        a.drop_fault();
        if (f.res.fault) { // nothing is written for want of a stall slot
            f.move(OWNER_RECORD_PORT, OWNER_STALL_SLOT, a.port_waited);
            f.move(OWNER_RECORD, OWNER_STALL_SLOT, parts_.config.notify.record_write_ps);
        }
        parts_.stalls.wait(a);
    }
    parts_.ats.step(time); // before the access goes on: what it meets then is later
    if (kind == XLAT_ABORT || kind == XLAT_RAZWI) {
        if (f.res.fault)
            a.close_fault(time, kind); // its way back is not the fault's
        a.drop_fault();
        f.port->refuse(a, kind);
    } else if (kind != XLAT_STALL && kind != XLAT_WAIT) { // the tables allow it by now
        a.drop_fault();
        a.retry_at(time);
    }
}

/* Nobody has heard of its outcome. */
void Tcu::abandon(Walk &w, ps_t time) {
    for (Access *a : {w.access, w.starter})
        if (a) {
            a->drop_fault();
            a->abort_at(time);
        }
    for (Access *a = w.waiters, *next; a; a = next) {
        next = a->next;
        a->next = nullptr;
        a->abort_at(time);
    }
    w.waiters = nullptr;
    if (w.visit)
        w.visit->who = nullptr; // its answer concerns nobody
}

void Tcu::abandon(ps_t time) {
    for (SortedRing<Due> *ring : {&due_, &faults_})
        while (!ring->empty()) {
            Walk &w = *ring->pop().walk;
            abandon(w, time);
            parts_.host.cls->cancel(parts_.host.hw, &w.w);
            remove(w);
        }
    for (Walk *w : pending_) {
        abandon(*w, time);
        if (std::find(no_slot_.begin(), no_slot_.end(), w) == no_slot_.end())
            parts_.host.cls->cancel(parts_.host.hw, &w->w);
        remove(*w);
    }
    pending_.clear();
    no_slot_.clear();
    parts_.ledger.due(next_due_ = kNever);
    slots_ = SortedRing<ps_t>(prices_.walk_slots, 0);
}

} // namespace faultline
