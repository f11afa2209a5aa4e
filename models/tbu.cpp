/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tbu.h"
#include "iommu_parts.h"

namespace faultline {

Tbu::Tbu(IommuParts &parts, TbuSocket &socket, unsigned index)
    : slots_use("tbu_slots", u32(parts.config.tbu.slots), false), parts_(parts), socket_(socket),
      prices_(parts.config.tbu), input_("tbu_input"), slots_(prices_.slots, 0), alarm_(parts.scheduler, *this),
      index_(index) {}

Step Tbu::wait(Flow &f, Access *again, bool keep_slot) {
    Access *a = again ? again : parts_.accesses.take();

    if (!again)
        a->begin(f, piece_);
    a->slot = keep_slot;
    a->flow.waiter = f.waiter = a;
    return Step::Wait;
}

/* ---- the input ---- */

/* When a try that is presented at @t came here: its master may have held it back for the requests before it. */
static inline ps_t came(const Flow &f, ps_t t) {
    return unlikely(f.ext && f.ext->asked && !f.offset) ? std::min<ps_t>(f.ext->asked, t) : t;
}

Step Tbu::attempt(Flow &f, ps_t t, Access *again) {
    ps_t ready = held_;

    if (again) {
        f.book(again->waits, t);
        if (again->slot) // it is inside: what waits at the input for a slot does not hold it up
            ready = f.slot_from;
    } else {
        f.started = came(f, t);
        if (unlikely(!blocked_.empty()))
            return blocked(f, t);
    }
    ps_t enter = input_.reserve(t, std::max(t, ready), prices_.interval_ps);
    parts_.tcu.settle(enter);
    f.txn.id = again ? again->id : parts_.accesses.next().id;
    parts_.counters.pieces++;
    xlat x = parts_.host.lookup(f.txn, f.res, enter);
    f.at = enter + prices_.lookup_ps;
    if (unlikely(x != XLAT_OK && !again))
        open_piece(f, t);
    f.book_all([enter, at = f.at](auto &b) {
        b.book(OWNER_INPUT, enter);
        b.book(OWNER_LOOKUP, at);
    });
    if (x == XLAT_MISS) {
        if (likely(!again || !again->walked))
            return miss(f, again);
        f.res = again->found;
        x = XLAT_OK;
    }
    if (again)
        again->walked = false;
    if (unlikely(x != XLAT_OK && x != XLAT_ABORT && x != XLAT_RAZWI))
        return held(f, x, again);
    if (again && again->slot)
        free_slot(f, again, f.at);
    if (likely(x == XLAT_OK)) {
        parts_.counters.hits++;
        return Step::Done;
    }
    f.how = x;
    if (f.res.fault && parts_.sink)
        fault_at_once(f);
    return Step::Ended;
}

/* Others wait at the input already. */
Step Tbu::blocked(Flow &f, ps_t t) {
    open_piece(f, t);
    wait(f, nullptr, false);
    f.waiter->waits = OWNER_SLOT;
    blocked_.push_back(f.waiter);
    return Step::Wait;
}

/* The try under way may end in a fault: its time is counted from its start, and until @t it has waited for a slot. */
void Tbu::open_piece(Flow &f, ps_t t) {
    f.piece = nullptr;
    if (!f.bill)
        return;
    piece_.keep(parts_.logged);
    piece_.open(f.started);
    f.piece = &piece_;
    piece_.book(OWNER_SLOT, t);
}

/* A lookup has refused it: a fault that nobody waits for. */
void Tbu::fault_at_once(Flow &f) {
    FaultStamps s;

    s.open(f.started, f.at);
    parts_.sink->fault_delivered(f.txn, f.res, f.how, f.at);
    parts_.sink->fault_over(f.txn, f.how, s, f.piece, 0);
}

/* The engine keeps the access without a walk, or has no room to. */
Step Tbu::held(Flow &f, xlat x, Access *again) {
    bool had_slot = again && again->slot;

    if (!had_slot && !slots_.empty()) {
        f.slot_from = std::max(slots_.pop(), f.at);
        slots_use.take(f.at, f.slot_from);
        had_slot = true;
    }
    wait(f, again, had_slot);
    Access &a = *f.waiter;
    if (x == XLAT_WAIT) {
        parts_.stalls.wait(a);
        return Step::Wait;
    }
    if (a.in_fault)
        a.close_fault(f.at, XLAT_STALL);
    a.open_fault(f.at);
    parts_.stall(a, f.at);
    if (parts_.sink)
        parts_.sink->fault_delivered(f.txn, f.res, XLAT_STALL, f.at);
    return Step::Wait;
}

/* ---- translation slots ---- */

void Tbu::free_slot(const Flow &f, Access *holder, ps_t time) {
    if (holder)
        holder->slot = false;
    slots_use.release(f.slot_from, time);
    slots_.push(time);
    if (!blocked_.empty())
        alarm_.set(time);
}

/* A slot, then the walk of somebody else or one of our own. */
Step Tbu::miss(Flow &f, Access *again) {
    ps_t slot = f.at;

    if (!(again && again->slot)) {
        if (slots_.empty()) { // all held by stalls: the whole input waits
            parts_.counters.blocked += !again;
            wait(f, again, false);
            f.waiter->waits = OWNER_SLOT;
            blocked_.push_front(f.waiter);
            return Step::Wait;
        }
        ps_t free = slots_.pop();
        if (free > slot) {
            slot = free;
            held_ = std::max(held_, free);
        }
        f.slot_from = slot;
        slots_use.take(f.at, slot);
        f.book(OWNER_SLOT, slot);
    }
    Walk *other = parts_.tcu.find(f.txn);
    return other ? merge(f, *other, slot, again) : walk(f, slot, again);
}

Step Tbu::walk(Flow &f, ps_t slot, Access *again) {
    Walk &w = parts_.tcu.begin(f, slot);

    if (unlikely(w.pending)) {
        wait(f, again, true);
        parts_.tcu.await(w, *f.waiter);
        return Step::Wait;
    }
    if (unlikely(w.w.kind != XLAT_OK)) {
        wait(f, again, true);
        parts_.tcu.fault(w, *f.waiter);
        return Step::Wait;
    }
    f.res = w.w.res;
    f.at = w.ready;
    f.book(OWNER_TCU, f.at);
    free_slot(f, again, f.at);
    return Step::Done;
}

/* Somebody walks this page already. If that ends well for us, its answer is ours. */
Step Tbu::merge(Flow &f, Walk &w, ps_t slot, Access *again) {
    parts_.counters.merged++;
    if (!parts_.tcu.serves(w, f.txn)) {
        wait(f, again, true);
        parts_.tcu.merge(w, *f.waiter);
        return Step::Wait;
    }
    f.res = w.w.res;
    f.res.pa = (w.w.res.pa & ~(Flow::kPage - 1)) | (f.txn.iova & (Flow::kPage - 1));
    f.book(OWNER_MERGE, w.ready);
    f.at = std::max(slot, w.ready) + prices_.lookup_ps;
    f.book(OWNER_LOOKUP, f.at);
    free_slot(f, again, f.at);
    return Step::Done;
}

/* The oldest access that waits at the input goes in; it may have to wait on. */
void Tbu::drain() {
    if (blocked_.empty())
        return;
    Access *a = blocked_.front();
    ps_t ready = std::max(next_entry(), a->flow.started); // it may be announced for later
    if (ready > parts_.scheduler.now()) {
        alarm_.set(ready);
        return;
    }
    blocked_.pop_front();
    socket_.retry(*a);
    if (!blocked_.empty() && blocked_.front() == a)
        return; // still no slot: free_slot() calls again
    socket_.end_request(*a);
    if (!blocked_.empty())
        alarm_.set(next_entry());
}

} // namespace faultline
