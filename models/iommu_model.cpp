/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way of an access: input, lookup, slot, walk or merge, downstream, answer. */
#include "iommu_model_priv.h"

namespace faultline {

using tlm::tlm_generic_payload;

IommuModel::IommuModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
    : sc_module(name), down("down"), walk("walk"), mmio("mmio"), irq("irq"), reset_in("reset_in"),
      scheduler_(scheduler), config_(config), down_bw_(new DownBw(*this)), walk_bw_(new DownBw(*this)),
      mmio_fw_(new MmioFw(*this)), pages_(kDirectPages), in_flight_(kInFlightHeads),
      walk_slots_(config.tcu.walk_slots, 0), walks_use_("walk_slots", u32(config.tcu.walk_slots), false),
      record_use_("record_port", 1, false), command_use_("commands", 1, false), stalls_use_("stall_slots", ~0U, false),
      waiting_commands_("command_queue", ~0U, false) {
    fill_ops();
    for (unsigned i = 0; i < config.tbu.count; i++)
        ports_.emplace_back(new Port(*this, i));
    down.bind(*down_bw_);
    walk.bind(*walk_bw_);
    mmio.bind(*mmio_fw_);
}

IommuModel::~IommuModel() = default;

tlm::tlm_target_socket<> &IommuModel::tbu(unsigned i) {
    return ports_.at(i)->socket;
}

void IommuModel::set_engine(const iommu_class *cls, void *hw) {
    cls_ = cls;
    hw_ = hw;
}

void IommuModel::keep_accounts() {
    accounts_ = true;
    for (auto &p : ports_) {
        p->input_use.keep(true);
        p->slots_use.keep(true);
    }
    for (Usage *u : {&walks_use_, &record_use_, &command_use_, &stalls_use_, &waiting_commands_, &events_use_.usage,
                     &requests_use_.usage})
        u->keep(true);
}

std::vector<const Usage *> IommuModel::usages(ps_t until) const {
    std::vector<const Usage *> all;

    for (auto &p : ports_) {
        p->input_use.total(p->entered, p->input.busy(u128{p->entered} * config_.tbu.interval_ps, until),
                           p->input_waited);
        all.push_back(&p->input_use);
        all.push_back(&p->slots_use);
    }
    for (const Usage *u : {&walks_use_, &record_use_, &command_use_, &stalls_use_, &waiting_commands_,
                           &events_use_.usage, &requests_use_.usage})
        all.push_back(u);
    return all;
}

bool IommuModel::stats(iommu_stats &st) const {
    if (!cls_->stats)
        return false;
    cls_->stats(hw_, &st);
    return true;
}

void IommuModel::mark(ps_t t) {
    usages(t); // brings those of the inputs up to date
    for (auto &p : ports_) {
        p->input_use.mark(t);
        p->slots_use.mark(t);
    }
    for (Usage *u : {&walks_use_, &record_use_, &command_use_, &stalls_use_, &waiting_commands_, &events_use_.usage,
                     &requests_use_.usage})
        u->mark(t);
}

void IommuModel::set_default_stream(unsigned tbu, u32 stream_id) {
    ports_.at(tbu)->default_stream = stream_id;
}

IommuModel::Access *IommuModel::new_access() {
    if (free_accesses_.empty()) {
        accesses_.emplace_back(new Access());
        accesses_.back()->id = accesses_.size();
        free_accesses_.push_back(accesses_.back().get());
    }
    Access *a = free_accesses_.back();
    free_accesses_.pop_back();
    a->walk = nullptr;
    a->next = nullptr;
    a->waits = OWNER_INPUT;
    a->slot = a->blocking = a->resolved = a->in_fault = a->stalled = a->end_req = a->aborts = false;
    return a;
}

void IommuModel::free_access(Access *a) {
    free_accesses_.push_back(a);
}

/* False: the payload is no access at all, its response status says why. */
bool IommuModel::start(Flow &f, Port &p, tlm_generic_payload &gp) {
    f.port = &p;
    f.gp = &gp;
    gp.get_extension(f.ext);
    f.iova = gp.get_address();
    f.total = gp.get_data_length();
    f.offset = 0;
    f.done = 0;
    f.how = XLAT_OK;
    f.piece = f.fault = nullptr;
    f.txn.sid = f.ext ? f.ext->stream_id : p.default_stream;
    f.txn.pasid = f.ext ? f.ext->substream_id : 0;
    f.txn.flags = u16((f.ext ? f.ext->flags & ~DMA_WRITE : 0) | (gp.is_write() ? DMA_WRITE : 0));
    f.txn.tbu = u16(p.index);
    f.bill = f.ext ? f.ext->bill : nullptr;
    if (f.ext)
        f.ext->faults = 0;
    if (!gp.is_read() && !gp.is_write()) {
        gp.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return false;
    }
    if (!f.total || gp.get_streaming_width() < f.total || f.iova + f.total - 1 < f.iova) {
        gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return false;
    }
    next_piece(f);
    counters_.accesses++;
    u64 stream = u64(f.txn.sid) << 32 | (f.txn.flags & DMA_PASID ? f.txn.pasid | 1U << 31 : 0);
    if (stream != p.dmi_stream) {
        p.dmi_refused = p.dmi_stream != kNever;
        p.dmi_stream = stream;
        if (p.dmi_granted)
            p.invalidate_dmi();
    }
    return true;
}

/* Turn the flow into something that can wait; @again, if it does so already. */
IommuModel::Step IommuModel::defer(Flow &f, Access *again, bool keep_slot) {
    Access *a = again ? again : new_access();

    if (!again) {
        a->flow = f;
        if (f.piece)
            a->piece_bill = piece_;
        a->flow.piece = f.piece ? &a->piece_bill : nullptr;
    }
    a->slot = keep_slot;
    a->flow.waiter = f.waiter = a;
    return Step::Wait;
}

xlat IommuModel::lookup(Flow &f) {
    Silence silence(*this);

    return cls_->lookup(hw_, &f.txn, &f.res);
}

/**
 * Present one piece to the engine at @p t.
 * Done: translated at f.at. Ended: refused at f.at, f.how. Wait: f.waiter goes on by itself.
 * @p again: it has waited before, and may hold a slot.
 */
IommuModel::Step IommuModel::attempt(Flow &f, ps_t t, Access *again) {
    Port &p = *f.port;

    if (unlikely(!again && !p.blocked.empty())) {
        f.started = t;
        open_piece(f);
        defer(f, nullptr, false);
        f.waiter->waits = OWNER_SLOT;
        p.blocked.push_back(f.waiter);
        return Step::Wait;
    }
    if (again)
        f.book(again->waits, t);
    // Who holds a slot is inside: what waits at the input for one does not hold it up.
    ps_t ready = again && again->slot ? f.slot_from : p.held;
    ps_t enter = p.input.reserve(std::max(t, ready), config_.tbu.interval_ps);
    if (!again)
        f.started = t;
    p.input_waited += enter - t;
    p.entered++;
    settle(enter);
    if (unlikely(!again && free_accesses_.empty()))
        free_access(new_access());
    f.txn.id = again ? again->id : free_accesses_.back()->id;
    cur_ = enter;
    counters_.pieces++;
    xlat x = lookup(f);
    f.at = enter + config_.tbu.lookup_ps;
    if (unlikely(x != XLAT_OK && !again))
        open_piece(f);
    if (f.bill) {
        f.book(OWNER_INPUT, enter);
        f.book(OWNER_LOOKUP, f.at);
    }
    if (likely(x == XLAT_OK)) {
        counters_.hits++;
        if (again && again->slot)
            give_back_slot(*again, f.at);
        return Step::Done;
    }
    if (x == XLAT_MISS)
        return miss(f, enter, again);
    if (x == XLAT_ABORT || x == XLAT_RAZWI) {
        f.how = x;
        if (again && again->slot)
            give_back_slot(*again, f.at);
        if (f.res.fault && sink_)
            fault_at_once(f, x);
        return Step::Ended;
    }
    return lookup_held(f, x, again);
}

/* The try under way may end in a fault: its time is counted from its start. */
void IommuModel::open_piece(Flow &f) {
    f.piece = nullptr;
    if (!f.bill)
        return;
    piece_.open(f.started);
    f.piece = &piece_;
}

/* A lookup has refused it: a fault that nobody waits for. */
void IommuModel::fault_at_once(Flow &f, xlat how) {
    FaultStamps s;

    std::fill_n(s.stamp, FAULT_PARTS + 1, f.at);
    s.stamp[0] = f.started;
    sink_->fault_delivered(f.txn, f.res, how, f.at);
    sink_->fault_over(f.txn, how, s, f.piece);
}

void IommuModel::give_back_slot(Access &a, ps_t time) {
    a.slot = false;
    a.flow.port->slots_use.release(a.flow.slot_from, time);
    a.flow.port->release(time);
}

/* The engine keeps the access without a walk, or has no room to. */
IommuModel::Step IommuModel::lookup_held(Flow &f, xlat x, Access *again) {
    bool had_slot = again && again->slot;

    if (!had_slot && !f.port->slots.empty()) {
        f.slot_from = std::max(f.port->slots.pop(), f.at);
        f.port->slots_use.take(f.at, f.slot_from);
        had_slot = true;
    }
    defer(f, again, had_slot);
    Access &a = *f.waiter;
    if (x == XLAT_WAIT) {
        a.waits = OWNER_STALL_SLOT;
        waiting_.push_back(&a);
        return Step::Wait;
    }
    if (a.in_fault)
        close_fault(a, f.at, XLAT_STALL);
    open_fault(a, f.at);
    stall(a, f.at);
    if (sink_)
        sink_->fault_delivered(f.txn, f.res, XLAT_STALL, f.at);
    return Step::Wait;
}

/* A translation slot, then the walk of somebody else or one of our own. */
IommuModel::Step IommuModel::miss(Flow &f, ps_t enter, Access *again) {
    Port &p = *f.port;
    ps_t s = f.at;

    if (!(again && again->slot)) {
        if (p.slots.empty()) { // all held by stalls: the whole input waits
            counters_.blocked += !again;
            defer(f, again, false);
            f.waiter->waits = OWNER_SLOT;
            p.blocked.push_front(f.waiter);
            return Step::Wait;
        }
        ps_t free = p.slots.pop();
        if (free > s) {
            s = free;
            p.held = std::max(p.held, free);
        }
        f.slot_from = s;
        p.slots_use.take(f.at, s);
        f.book(OWNER_SLOT, s);
    }
    Walk *other = walks_in_flight_ ? find_walk(f.txn) : nullptr;
    return other ? merge(f, *other, s, again) : own_walk(f, s, again);
}

/* The slot of a miss whose end is known. */
void IommuModel::slot_until(Flow &f, Access *again) {
    if (again)
        again->slot = false;
    f.port->slots_use.release(f.slot_from, f.at);
    f.port->release(f.at);
}

xlat IommuModel::walk_now(const dma_txn &t, Walk &w) {
    Silence silence(*this);

    return cls_->walk(hw_, &t, &w.w);
}

IommuModel::Step IommuModel::own_walk(Flow &f, ps_t s, Access *again) {
    Walk *w = new_walk();
    ps_t arrival = s + config_.tbu.link_ps + config_.tcu.lookup_ps;
    ps_t free = walk_slots_.pop();
    ps_t begin = free > arrival ? free : arrival;

    cur_ = begin;
    xlat kind = walk_now(f.txn, *w);
    ps_t caches = begin + config_.tcu.config_cache_ps + config_.tcu.walk_cache_ps;
    ps_t end = price_walk(*w, caches);
    walk_slots_.push(end);
    walks_use_.use(arrival, begin, end);
    if (f.bill) {
        f.book(OWNER_TCU, arrival);
        f.book(OWNER_WALK_SLOT, begin);
        f.book(OWNER_TCU, caches);
        f.book(OWNER_BANK, caches + walk_waited_);
        f.book(OWNER_TABLE, end);
    }
    counters_.walks++;
    insert_walk(w);
    if (likely(kind == XLAT_OK)) {
        w->ready = end + config_.tbu.link_ps;
        add_due(w->ready, w, false);
        f.res = w->w.res;
        f.at = w->ready;
        f.book(OWNER_TCU, f.at);
        slot_until(f, again);
        return Step::Done;
    }
    defer(f, again, true);
    w->access = f.waiter;
    f.waiter->walk = w;
    add_due(end, w, true);
    scheduler_.at(end, settle_action, this);
    return Step::Wait;
}

/*
 * Whether the outcome of @p w is also that of @p t, an access to the same page by the same stream. A write is not
 * served by a read's walk, which may have left the dirty state alone, nor anybody by a walk that began before a
 * register changed what translates.
 */
bool IommuModel::walk_serves(const Walk &w, const dma_txn &t) const {
    return w.w.kind == XLAT_OK && !w.w.stale && w.w.txn.flags == t.flags && w.changes == changes_;
}

/* Somebody walks this page already. If that ends well for us, its answer is ours. */
IommuModel::Step IommuModel::merge(Flow &f, Walk &w, ps_t s, Access *again) {
    counters_.merged++;
    if (!w.access && walk_serves(w, f.txn)) {
        f.res = w.w.res;
        f.res.pa = (w.w.res.pa & ~(kPage - 1)) | (f.txn.iova & (kPage - 1));
        f.book(OWNER_MERGE, w.ready);
        f.at = (s > w.ready ? s : w.ready) + config_.tbu.lookup_ps;
        f.book(OWNER_LOOKUP, f.at);
        slot_until(f, again);
        return Step::Done;
    }
    defer(f, again, true);
    f.waiter->waits = OWNER_MERGE;
    f.waiter->next = w.waiters;
    w.waiters = f.waiter;
    if (!w.access)
        scheduler_.at(w.ready, settle_action, this);
    return Step::Wait;
}

void IommuModel::settle_action(void *model, u64) {
    auto *self = static_cast<IommuModel *>(model);

    self->settle(self->scheduler_.now());
}

/* A refused piece ends the access; reads of a RAZWI piece are zero. */
void IommuModel::end_piece(Flow &f, xlat how) {
    if (f.ext) {
        f.ext->outcome = u8(how);
        f.ext->fault = f.res.fault;
    }
    if (f.at > f.done)
        f.done = f.at;
    if (how == XLAT_RAZWI) {
        counters_.razwi++;
        if (f.gp->is_read())
            std::memset(f.gp->get_data_ptr() + f.offset, 0, f.txn.len);
        f.gp->set_response_status(tlm::TLM_OK_RESPONSE);
    } else {
        counters_.aborted++;
        f.gp->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
}

/**
 * Take an access of nb_transport as far as it goes.
 * @return true: complete at f.done. False: f.waiter goes on by itself.
 */
bool IommuModel::proceed(Flow &f, ps_t t, Access *again) {
    for (;;) {
        Step step = attempt(f, t, again);
        if (step == Step::Wait)
            return false;
        if (again && again->in_fault)
            close_fault(*again, f.at, f.how);
        if (step == Step::Ended)
            end_piece(f, f.how);
        else if (!forward_nonblocking(f, again))
            return false;
        if (!advance(f))
            return true;
        t = f.port->next_entry();
        f.started = t;
        f.piece = nullptr;
        if (again)
            again->open_piece();
    }
}

/* It has waited and may go on. */
void IommuModel::retry(Access &a) {
    a.flow.waiter = nullptr;
    if (a.blocking) {
        a.step = attempt(a.flow, scheduler_.now(), &a);
        if (a.step != Step::Wait)
            resolved(a);
    } else if (proceed(a.flow, scheduler_.now(), &a)) {
        finish(a, a.flow.done);
    }
}

/* b_transport's thread goes on: the outcome of its piece is known. */
void IommuModel::resolved(Access &a) {
    if (a.in_fault)
        close_fault(a, a.flow.at, a.flow.how);
    a.resolved = true;
    a.event->notify(sc_core::SC_ZERO_TIME);
    scheduler_.kernel_changed();
}

/* The engine or a resume has refused it at a.flow.at. */
void IommuModel::refuse(Access &a, xlat how) {
    a.flow.how = how;
    a.flow.book(OWNER_TCU, a.flow.at);
    if (a.slot)
        give_back_slot(a, a.flow.at);
    if (a.blocking) {
        a.step = Step::Ended;
        resolved(a);
        return;
    }
    if (a.in_fault)
        close_fault(a, a.flow.at, how);
    end_piece(a.flow, how);
    a.flow.started = a.flow.at;
    a.open_piece();
    if (!advance(a.flow) || proceed(a.flow, a.flow.at, &a))
        finish(a, a.flow.done);
}

/* The answer goes out at @p time. */
void IommuModel::finish(Access &a, ps_t time) {
    a.flow.port->end_request(a);
    scheduler_.at(
        time,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            x->flow.port->respond(*x);
        },
        &a);
}

void IommuModel::retry_at(Access &a, ps_t time) {
    scheduler_.at(
        time,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            x->flow.port->model.retry(*x);
        },
        &a);
}

} // namespace faultline
