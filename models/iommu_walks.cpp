/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Walks in flight, what they cost, and what happens when they end. */
#include "iommu_model_priv.h"

namespace faultline {

static u32 walk_head(const dma_txn &t) {
    u64 key = (t.iova / kPage) ^ u64(t.sid) << 40 ^ (t.flags & DMA_PASID ? u64(t.pasid) << 20 : 0);

    return u32((key * 0x9e3779b97f4a7c15ULL) >> 54);
}
static_assert(kInFlightHeads == 1024, "walk_head() yields 10 bits");

IommuModel::Walk *IommuModel::new_walk() {
    if (free_walks_.empty()) {
        walks_.emplace_back(new Walk());
        free_walks_.push_back(walks_.back().get());
    }
    Walk *w = free_walks_.back();
    free_walks_.pop_back();
    w->access = w->waiters = nullptr;
    w->changes = changes_;
    return w;
}

void IommuModel::insert_walk(Walk *w) {
    w->head = walk_head(w->w.txn);
    w->hash_next = in_flight_[w->head];
    in_flight_[w->head] = w;
    walks_in_flight_++;
}

/* Out of the table; who merged with it starts again now. */
void IommuModel::remove_walk(Walk *w) {
    Walk **at = &in_flight_[w->head];

    while (*at != w)
        at = &(*at)->hash_next;
    *at = w->hash_next;
    walks_in_flight_--;
    for (Access *a = w->waiters; a;) {
        Access *next = a->next;
        a->next = nullptr;
        retry_at(*a, cur_);
        a = next;
    }
    free_walks_.push_back(w);
}

IommuModel::Walk *IommuModel::find_walk(const dma_txn &t) const {
    for (Walk *w = in_flight_[walk_head(t)]; w; w = w->hash_next) {
        const dma_txn &o = w->w.txn;
        if (o.iova / kPage == t.iova / kPage && o.sid == t.sid && !((o.flags ^ t.flags) & DMA_PASID) &&
            (!(t.flags & DMA_PASID) || o.pasid == t.pasid))
            return w;
    }
    return nullptr;
}

/* One access out of the walk port; returns when its answer is there; walk_ext_ says what it waited for a bank. */
ps_t IommuModel::issue_walk_access(u64 addr, u32 len, ps_t t) {
    tlm::tlm_generic_payload gp;
    sc_core::sc_time delay = Scheduler::delay_to(t);

    if (scratch_.size() < len)
        scratch_.resize(len);
    // The engine has already written what it writes: reading prices it without a second effect.
    gp.set_command(tlm::TLM_READ_COMMAND);
    gp.set_address(addr);
    gp.set_data_ptr(scratch_.data());
    gp.set_data_length(len);
    gp.set_streaming_width(len);
    gp.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    walk_ext_.bank_waited = 0;
    gp.set_extension(&walk_ext_);
    walk->b_transport(gp, delay);
    gp.clear_extension(&walk_ext_);
    return Scheduler::absolute(delay);
}

/* Configuration comes first, and what stage 2 says of its place before it. */
static u32 config_accesses(const iommu_walk &w) {
    u32 n = w.n_accesses;

    while (n && w.accesses[n - 1].what != WALK_CONFIG)
        n--;
    return n;
}

/* A queue's entry: its price is a constant, but it takes its turn at the memory, and others wait for it. */
void IommuModel::issue_queue_access(u64 addr, u32 len) {
    if (config_.tcu.walk_port == FL_WALK_ISSUED && len)
        issue_walk_access(addr, len, cur_);
}

/* Table accesses depend on each other: one after the other. */
ps_t IommuModel::price_walk(Walk &w, ps_t end) {
    counters_.walk_accesses += w.w.n_accesses;
    counters_.walk_config += config_accesses(w.w);
    if (config_.tcu.walk_port == FL_WALK_PRICED)
        return end + w.w.n_accesses * config_.tcu.walk_latency_ps;
    walk_waited_ = 0;
    for (u32 i = 0; i < w.w.n_accesses; i++) {
        end = issue_walk_access(w.w.accesses[i].addr, w.w.accesses[i].len, end);
        walk_waited_ += walk_ext_.bank_waited;
    }
    return end;
}

void IommuModel::add_due(ps_t time, Walk *w, bool decided) {
    due_.push({time, w, decided});
    next_due_ = due_.front().time;
}

/* What a good walk found is installed. */
void IommuModel::fill(Walk &w, ps_t time) {
    Silence silence(*this);

    cur_ = time;
    cls_->fill(hw_, &w.w);
}

/* What the end of a walk or of an invalidation has made possible: commands that waited go on, now and at their price.
 */
void IommuModel::step(ps_t time) {
    cur_ = time;
    cls_->step(hw_);
    if (unlikely(!invalidations_.empty()))
        carry_invalidations();
}

void IommuModel::settle_due(ps_t time) {
    while (!due_.empty() && due_.front().time <= time) {
        Due d = due_.pop();
        next_due_ = due_.empty() ? kNever : due_.front().time;
        if (d.decided) {
            decided(*d.walk, d.time);
        } else if (d.walk->access) {
            deliver(*d.walk, d.time);
        } else {
            fill(*d.walk, d.time);
            remove_walk(d.walk);
            step(d.time);
        }
    }
}

void IommuModel::open_fault(Access &a, ps_t decided) {
    std::fill_n(a.stamps.stamp, FAULT_PARTS + 1, decided);
    a.stamps.stamp[PART_DETECT] = a.flow.started;
    a.in_fault = true;
    a.read = false;
    a.fault = ++fault_seq_;
    a.fault_bill = a.piece_bill;
    a.flow.fault = a.flow.piece ? &a.fault_bill : nullptr;
}

/* A part that did not happen, or that ended before an earlier one did, is zero: the sum stays the total. */
void IommuModel::close_fault(Access &a, ps_t time, xlat kind) {
    ps_t *s = a.stamps.stamp;

    s[FAULT_PARTS] = time;
    for (unsigned i = 1; i <= FAULT_PARTS; i++)
        if (s[i] < s[i - 1])
            s[i] = s[i - 1];
    a.in_fault = false;
    if (!sink_)
        return;
    fl_assert(!a.flow.fault || a.fault_bill.total() == a.stamps.total());
    sink_->fault_over(a.flow.txn, kind, a.stamps, a.flow.fault);
    a.flow.fault = nullptr;
}

/* The walk has found a fault. Its record is written when the port for records is free: one at a time. */
void IommuModel::decided(Walk &w, ps_t time) {
    Access &a = *w.access;

    if (a.in_fault)
        close_fault(a, time, XLAT_STALL);
    open_fault(a, time);
    a.port_waited = 0;
    if (w.w.res.fault) {
        ps_t begin = record_free_ > time ? record_free_ : time;
        a.port_waited = begin - time;
        record_free_ = begin + config_.notify.record_write_ps;
        record_use_.use(time, begin, record_free_);
        a.flow.book(OWNER_RECORD_PORT, begin);
        a.flow.book(OWNER_RECORD, record_free_);
        time = record_free_;
    }
    add_due(time, &w, false);
    scheduler_.at(time, settle_action, this);
}

/* The record's time has come: the engine writes it, stalls or ends the access, raises its interrupt. */
void IommuModel::deliver(Walk &w, ps_t time) {
    Access &a = *w.access;

    cur_ = time;
    for (unsigned i = PART_NOTIFY; i <= FAULT_PARTS; i++)
        a.stamps.stamp[i] = time;
    xlat kind = cls_->fill(hw_, &w.w);
    a.flow.res = w.w.res;
    a.walk = nullptr;
    remove_walk(&w);
    delivered(a, kind, time);
}

void IommuModel::delivered(Access &a, xlat kind, ps_t time) {
    Flow &f = a.flow;

    if (f.ext && f.res.fault && kind != XLAT_OK && kind != XLAT_WAIT) {
        f.ext->faults++;
        f.ext->fault = f.res.fault;
    }
    if (sink_ && f.res.fault && kind != XLAT_OK && kind != XLAT_WAIT)
        sink_->fault_delivered(f.txn, f.res, kind, time);
    f.at = time + config_.tbu.link_ps;
    if (kind == XLAT_STALL) {
        stall(a, time);
    } else if (kind == XLAT_WAIT) { // keeps its slot; what it has met is no fault yet
        a.drop_fault();
        if (f.res.fault) { // nothing is written for want of a stall slot
            f.move(OWNER_RECORD_PORT, OWNER_STALL_SLOT, a.port_waited);
            f.move(OWNER_RECORD, OWNER_STALL_SLOT, config_.notify.record_write_ps);
        }
        a.waits = OWNER_STALL_SLOT;
        waiting_.push_back(&a);
    }
    step(time); // before the access goes on: what it meets then is later
    switch (kind) {
    case XLAT_STALL:
    case XLAT_WAIT:
        break;
    case XLAT_ABORT:
    case XLAT_RAZWI:
        if (f.res.fault)
            close_fault(a, time, kind); // its way back is not the fault's
        a.drop_fault();
        refuse(a, kind);
        break;
    default: // the tables allow it by now
        a.drop_fault();
        retry_at(a, time);
        break;
    }
}

void IommuModel::stall(Access &a, ps_t time) {
    a.stalled = true;
    a.stalled_from = time;
    stalls_use_.take(time, time);
    counters_.stalled++;
}

/* ---- what the engine says ---- */

void IommuModel::op_txn_resume(void *ctx, u64 id, iommu_resume how) {
    auto *self = static_cast<IommuModel *>(ctx);

    fl_assert(id && id <= self->accesses_.size());
    Access &a = *self->accesses_[id - 1];
    fl_assert(a.stalled);
    // It may be announced for later: an answer does not reach it before it stalls.
    ps_t begin = std::max({self->command_free_, self->cur_, a.stalled_from});
    ps_t time = begin + self->config_.command.resume_ps;
    a.stalled = false;
    self->stalls_use_.release(a.stalled_from, self->cur_);
    self->book_answer(a, begin, time);
    a.stamps.stamp[PART_RESPOND] =
        self->answer_.answered && self->answer_.answered < time ? self->answer_.answered : time;
    if (a.stamps.stamp[PART_SOFTWARE] > a.stamps.stamp[PART_RESPOND])
        a.stamps.stamp[PART_SOFTWARE] = a.stamps.stamp[PART_RESPOND];
    a.stamps.stamp[PART_RETRY] = time;
    a.flow.started = time;
    a.open_piece();
    a.resume_how = how == RESUME_ABORT ? XLAT_ABORT : how == RESUME_RAZWI ? XLAT_RAZWI : XLAT_OK;
    self->resume_at(a, time);
}

/* The answer's way: worker, handler, and the command that ends at @p time; the commands before it end at @p begin. */
void IommuModel::book_answer(Access &a, ps_t begin, ps_t time) {
    ps_t own = config_.command.fetch_ps + config_.command.execute_ps;

    if (answer_.answered) {
        // Who waits behind a fault of its context bank has no record: it waits for the reading of the one before it.
        if (!a.read && last_reader_.began <= answer_.queued)
            book_reading(a.flow, last_reader_, answer_.queued);
        book_software(a.flow, answer_);
    } else
        a.flow.book(OWNER_DRIVER, cur_);
    a.flow.book(OWNER_COMMAND, cur_);
    a.flow.book(OWNER_COMMAND_QUEUE, begin > own ? begin - own : 0);
    a.flow.book(OWNER_COMMAND, time);
    a.waits = OWNER_COMMAND;
}

/* The end of a wait, as a.resume_how says. */
void IommuModel::resume_at(Access &a, ps_t time) {
    a.flow.at = time;
    scheduler_.at(
        time,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            if (x->resume_how == XLAT_OK)
                x->flow.port->model.retry(*x);
            else
                x->flow.port->model.refuse(*x, x->resume_how);
        },
        &a);
}

void IommuModel::abort_at(Access &a, ps_t time) {
    a.flow.res = {};
    a.resume_how = XLAT_ABORT;
    resume_at(a, time);
}

void IommuModel::op_stall_free(void *ctx, u32 tbu) {
    auto *self = static_cast<IommuModel *>(ctx);
    std::vector<Access *> still;

    for (Access *a : self->waiting_) {
        if (a->flow.port->index == tbu || self->ports_.size() == 1)
            self->retry_at(*a, std::max(self->cur_, a->flow.at)); // it may be announced for later
        else
            still.push_back(a);
    }
    self->waiting_.swap(still);
}

/* A command may wait for the walks that are in flight: they end even if nobody comes to look. */
void IommuModel::watch_walks() {
    if (due_.empty() || due_.back().time <= watched_)
        return;
    watched_ = due_.back().time;
    scheduler_.at(watched_, settle_action, this);
}

/* A record is in its queue, if that is one: fault registers are none. */
void IommuModel::record_entered(const iommu_event &ev) {
    QueueUse &queue = ev.unit == UNIT_PRIQ ? requests_use_ : events_use_;

    if (accounts_ && queue.on())
        queue.enter(cur_);
}

/* Software has written a register: it may have taken entries, or commands wait for the engine. */
void IommuModel::look_at_queues(ps_t t) {
    iommu_stats st;

    if (!accounts_ || !stats(st))
        return;
    events_use_.settle(st.events.used, st.events.size, t);
    requests_use_.settle(st.requests.used, st.requests.size, t);
    commands_left_ = st.commands.used;
}

/* The command processor is busy for @p length from now on. */
void IommuModel::command(ps_t length) {
    ps_t begin = command_free_ > cur_ ? command_free_ : cur_;

    command_free_ = begin + length;
    command_use_.use(cur_, begin, command_free_);
}

void IommuModel::event(const iommu_event &ev) {
    switch (ev.kind) {
    case IOMMU_EV_COMMAND:
        command(config_.command.fetch_ps + config_.command.execute_ps);
        waiting_commands_.use(cur_, cur_, command_free_);
        counters_.commands++;
        watch_walks();
        break;
    case IOMMU_EV_SYNC:
        command(config_.command.sync_ps);
        sync_done_ = command_free_;
        counters_.syncs++;
        counters_.sync_wait += sync_done_ - commands_from_;
        break;
    case IOMMU_EV_RECORD_HELD:
        counters_.held++;
        break;
    case IOMMU_EV_MEM_READ:
    case IOMMU_EV_MEM_WRITE:
        issue_queue_access(ev.addr, ev.len);
        break;
    case IOMMU_EV_RECORD:
        record_entered(ev);
        if (ev.unit == UNIT_PRIQ)
            page_recorded(ev.addr);
        if (ev.id && ev.id <= accesses_.size()) {
            Access &a = *accesses_[ev.id - 1];
            // It was held: whoever made room was on his way already, and a record with room waits for that as long.
            a.flow.book(OWNER_INTERRUPT, last_reader_.entered);
            a.flow.book(OWNER_WAKE, last_reader_.began);
            a.flow.book(OWNER_QUEUE_FULL, cur_);
            for (unsigned i = PART_NOTIFY; i <= FAULT_PARTS; i++)
                a.stamps.stamp[i] = cur_;
            records_[ev.addr] = {&a, a.fault};
        }
        break;
    case IOMMU_EV_CHANGED:
        changes_++;
        withdraw_dmi(ev.scope);
        break;
    case IOMMU_EV_INVALIDATE:
        withdraw_dmi(ev.scope);
        break;
    default:
        break;
    }
}

IommuModel::Waiting IommuModel::waiting() const {
    Waiting w{};

    for (auto &a : accesses_)
        if (a->stalled) {
            w.stalled_sid = a->flow.txn.sid;
            w.stalled++;
        }
    w.room = waiting_.size();
    for (auto &p : ports_)
        w.input += p->blocked.size();
    return w;
}

void IommuModel::note_record(u64 address, u32 length, ps_t time, const Reader &reader) {
    for (u64 at = address & ~7ULL; at < address + length; at += 8) {
        note_page_record(at, time, reader);
        auto found = records_.find(at);
        if (found == records_.end())
            continue;
        Access &a = *found->second.access;
        if (a.in_fault && a.fault == found->second.fault) {
            a.stamps.stamp[PART_SOFTWARE] = time;
            a.read = true;
            book_reading(a.flow, reader, time);
        }
        last_reader_ = reader;
        records_.erase(found);
    }
}

} // namespace faultline
