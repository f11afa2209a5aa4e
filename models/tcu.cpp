/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tcu.h"
#include "iommu_parts.h"

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

    w->access = w->waiters = nullptr;
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

/* Out of the table; who merged with it starts again now. */
void Tcu::remove(Walk &w) {
    Walk **at = &heads_[w.head];

    while (*at != &w)
        at = &(*at)->hash_next;
    *at = w.hash_next;
    in_flight_--;
    for (Access *a = w.waiters, *next; a; a = next) {
        next = a->next;
        a->next = nullptr;
        a->retry_at(parts_.host.now);
    }
    walks_.give(&w);
}

/*
 * A write is not served by a read's walk, which may have left the dirty state alone, nor anybody by a walk that began
 * before a register changed what translates.
 */
bool Tcu::serves(const Walk &w, const dma_txn &t) const {
    return !w.access && w.w.kind == XLAT_OK && !w.w.stale && w.w.txn.flags == t.flags && w.changes == changes_;
}

void Tcu::merge(Walk &w, Access &a) {
    a.waits = OWNER_MERGE;
    a.next = w.waiters;
    w.waiters = &a;
    if (!w.access)
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

/* Table accesses depend on each other: one after the other. */
ps_t Tcu::price(Flow &f, const iommu_walk &w, ps_t start) {
    ps_t end = start, waited = 0, one;

    parts_.counters.walk_accesses += w.n_accesses;
    parts_.counters.walk_config += config_accesses(w);
    if (prices_.walk_port == FL_WALK_PRICED) {
        end += w.n_accesses * prices_.walk_latency_ps;
    } else {
        for (u32 i = 0; i < w.n_accesses; i++) {
            end = parts_.walk.price(w.accesses[i].addr, w.accesses[i].len, end, one);
            waited += one;
        }
        f.book(OWNER_BANK, start + waited);
    }
    f.book(OWNER_TABLE, end);
    return end;
}

Walk &Tcu::begin(Flow &f, ps_t time) {
    Walk &w = new_walk();
    ps_t arrival = time + parts_.config.tbu.link_ps + prices_.lookup_ps;
    ps_t begin = std::max(slots_.pop(), arrival);

    parts_.host.walk(f.txn, w.w, begin);
    ps_t caches = begin + prices_.config_cache_ps + prices_.walk_cache_ps;
    f.book(OWNER_TCU, arrival);
    f.book(OWNER_WALK_SLOT, begin);
    f.book(OWNER_TCU, caches);
    w.end = price(f, w.w, caches);
    w.ready = w.end + parts_.config.tbu.link_ps;
    slots_.push(w.end);
    slots_use.use(arrival, begin, w.end);
    parts_.counters.walks++;
    w.head = walk_head(w.w.txn);
    w.hash_next = heads_[w.head];
    heads_[w.head] = &w;
    in_flight_++;
    if (likely(w.w.kind == XLAT_OK))
        add_due(w.ready, w, false);
    return w;
}

void Tcu::fault(Walk &w, Access &a) {
    w.access = &a;
    add_due(w.end, w, true);
    due_at(w.end);
}

void Tcu::queue_access(u64 address, u32 len) {
    ps_t waited;

    if (prices_.walk_port == FL_WALK_ISSUED && len)
        parts_.walk.price(address, len, parts_.host.now, waited);
}

/* ---- what is due ---- */

void Tcu::add_due(ps_t time, Walk &w, bool decided) {
    due_.push({time, &w, decided});
    parts_.ledger.due(next_due_ = due_.front().time);
}

void Tcu::due_at(ps_t time) {
    parts_.scheduler.call<&Tcu::due_now>(time, *this);
}

void Tcu::due_now() {
    settle(parts_.scheduler.now());
}

void Tcu::settle_due(ps_t time) {
    while (next_due_ <= time) {
        Due d = due_.pop();
        parts_.ledger.due(next_due_ = due_.empty() ? kNever : due_.front().time);
        if (d.decided) {
            decided(*d.walk, d.time);
        } else if (d.walk->access) {
            deliver(*d.walk, d.time);
        } else {
            parts_.host.install(d.walk->w, d.time);
            remove(*d.walk);
            parts_.ats.step(d.time);
        }
    }
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
        a.flow.book(OWNER_RECORD_PORT, begin);
        a.flow.book(OWNER_RECORD, time);
    }
    add_due(time, w, false);
    due_at(time);
}

/* The record's time has come: the engine writes it, stalls or ends the access, raises its interrupt. */
void Tcu::deliver(Walk &w, ps_t time) {
    Access &a = *w.access;

    a.stamp_from(PART_NOTIFY, time);
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

void Tcu::abandon(ps_t time) {
    while (!due_.empty()) {
        Walk &w = *due_.pop().walk;
        if (Access *a = w.access) {
            a->drop_fault(); // nobody has heard of it
            a->abort_at(time);
        }
        for (Access *a = w.waiters, *next; a; a = next) {
            next = a->next;
            a->next = nullptr;
            a->abort_at(time);
        }
        w.waiters = nullptr;
        parts_.host.cls->cancel(parts_.host.hw, &w.w);
        remove(w);
    }
    parts_.ledger.due(next_due_ = kNever);
    slots_ = SortedRing<ps_t>(prices_.walk_slots, 0);
}

} // namespace faultline
