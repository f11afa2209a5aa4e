/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The four transport interfaces of the TBU sockets, and the way downstream. */
#include "iommu_model_priv.h"

namespace faultline {

using tlm::tlm_generic_payload;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;

IommuModel::Port::Port(IommuModel &m, unsigned i)
    : model(m), socket(("tbu_" + std::to_string(i)).c_str()), index(i), slots(m.config_.tbu.slots, 0),
      input_use("tbu_input", 1, false), slots_use("tbu_slots", u32(m.config_.tbu.slots), false) {
    socket.bind(*this);
}

void IommuModel::Port::release(ps_t time) {
    slots.push(time);
    if (!blocked.empty())
        drain_at(time);
}

void IommuModel::Port::drain_action(void *port, u64 number) {
    auto *self = static_cast<Port *>(port);

    if (number != self->drains)
        return;
    self->drain_due = kNever;
    self->drain();
}

/* One action is valid, the earliest: it asks for the next itself. */
void IommuModel::Port::drain_at(ps_t time) {
    if (time >= drain_due)
        return;
    drain_due = time;
    model.scheduler_.at(time, drain_action, this, ++drains);
}

/* The oldest access that waits at the input goes in; it may have to wait on. */
void IommuModel::Port::drain() {
    if (blocked.empty())
        return;
    Access *a = blocked.front();
    ps_t ready = std::max(next_entry(), a->flow.started); // it may be announced for later
    if (ready > model.scheduler_.now()) {
        drain_at(ready);
        return;
    }
    blocked.pop_front();
    model.retry(*a);
    if (!blocked.empty() && blocked.front() == a)
        return; // still no slot: release() calls again
    end_request(*a);
    if (!blocked.empty())
        drain_at(next_entry());
}

/* ---- blocking ---- */

void IommuModel::Port::b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    model.b_transport(*this, gp, delay);
}

void IommuModel::b_transport(Port &p, tlm_generic_payload &gp, sc_core::sc_time &delay) {
    Flow f;
    ps_t t = Scheduler::absolute(delay);

    if (!start(f, p, gp))
        return;
    do {
        Step step = attempt(f, t, nullptr);
        if (unlikely(step == Step::Wait))
            step = wait_for(f);
        if (likely(step == Step::Done))
            forward_blocking(f);
        else
            end_piece(f, f.how);
        t = p.next_entry();
    } while (unlikely(f.txn.len != f.total) && advance(f));
    delay = Scheduler::delay_to(f.done);
}

/* The calling thread sleeps until the agenda has decided its piece. */
IommuModel::Step IommuModel::wait_for(Flow &f) {
    Access &a = *f.waiter;
    ps_t done = f.done;

    a.blocking = true;
    if (!a.event)
        a.event = new sc_core::sc_event(sc_core::sc_gen_unique_name("access"));
    while (!a.resolved)
        sc_core::wait(*a.event);
    f = a.flow;
    f.done = done;
    Step step = a.step;
    free_access(&a);
    return step;
}

/* Address, data and length of the piece; the payload is the master's own, so restore() follows. */
static void narrow(tlm_generic_payload &gp, u64 pa, u32 offset, u32 len, u32 total) {
    gp.set_address(pa);
    if (unlikely(len != total)) {
        gp.set_data_ptr(gp.get_data_ptr() + offset);
        gp.set_data_length(len);
        gp.set_streaming_width(len);
        if (gp.get_byte_enable_ptr() && gp.get_byte_enable_length() >= offset + len)
            gp.set_byte_enable_ptr(gp.get_byte_enable_ptr() + offset);
    }
}

void IommuModel::widen(Flow &f) {
    tlm_generic_payload &gp = *f.gp;

    gp.set_data_ptr(gp.get_data_ptr() - f.offset);
    gp.set_data_length(f.total);
    gp.set_streaming_width(f.total);
    if (gp.get_byte_enable_ptr() && gp.get_byte_enable_length() >= f.offset + f.txn.len)
        gp.set_byte_enable_ptr(gp.get_byte_enable_ptr() - f.offset);
}

inline void IommuModel::restore(Flow &f) {
    f.gp->set_address(f.iova);
    if (unlikely(f.txn.len != f.total))
        widen(f);
}

static void translated(DmaExtension *ext, u64 pa, u32 offset) {
    if (ext) {
        ext->outcome = XLAT_OK;
        if (!offset)
            ext->address = pa;
    }
}

__attribute__((noinline)) void IommuModel::Flow::book_bank_and_memory(ps_t end) {
    if (unlikely(ext->bank_waited != 0)) {
        book(OWNER_BANK, at + ext->bank_waited);
        ext->bank_waited = 0;
    }
    book(OWNER_MEMORY, end);
}

void IommuModel::forward_blocking(Flow &f) {
    if (unlikely(f.txn.flags & DMA_ATS_REQ)) {
        answer_translation(f);
        return;
    }
    sc_core::sc_time delay = Scheduler::delay_to(f.at);

    translated(f.ext, f.res.pa, f.offset);
    narrow(*f.gp, f.res.pa, f.offset, f.txn.len, f.total);
    down->b_transport(*f.gp, delay);
    restore(f);
    ps_t end = Scheduler::absolute(delay);
    f.book_memory(end);
    if (end > f.done)
        f.done = end;
}

/* ---- non-blocking ---- */

tlm_sync_enum IommuModel::Port::nb_transport_fw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    if (phase == tlm::BEGIN_REQ)
        return model.nb_begin(*this, gp, phase, delay);
    if (phase == tlm::END_RESP)
        return end_response(gp);
    return tlm::TLM_ACCEPTED; // phases that the base protocol does not know are ignored
}

tlm_sync_enum IommuModel::nb_begin(Port &p, tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    Flow f;

    if (!start(f, p, gp))
        return tlm::TLM_COMPLETED;
    if (likely(proceed(f, Scheduler::absolute(delay), nullptr))) {
        if (likely(early_)) {
            delay = Scheduler::delay_to(f.done);
            return tlm::TLM_COMPLETED;
        }
        defer(f, nullptr, false);
        if (gp.has_mm())
            gp.acquire();
        phase = tlm::END_REQ;
        f.waiter->end_req = true;
        finish(*f.waiter, f.done);
        return tlm::TLM_UPDATED;
    }
    Access &a = *f.waiter;
    a.flow.waiter = &a;
    if (gp.has_mm())
        gp.acquire();
    if (!p.blocked.empty() && (p.blocked.front() == &a || p.blocked.back() == &a))
        return tlm::TLM_ACCEPTED; // END_REQ when the input takes it
    a.end_req = true;
    phase = tlm::END_REQ;
    delay = Scheduler::delay_to(p.next_entry());
    return tlm::TLM_UPDATED;
}

/* The request phase ends late: the input has taken what had to wait. */
void IommuModel::Port::end_request(Access &a) {
    tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = Scheduler::delay_to(model.scheduler_.now());

    if (a.end_req || a.blocking)
        return;
    a.end_req = true;
    socket->nb_transport_bw(*a.flow.gp, phase, delay);
}

/* One response at a time on a socket (the base protocol's exclusion rule). */
void IommuModel::Port::respond(Access &a) {
    responses.push_back(&a);
    if (!responding)
        send_response(a);
}

void IommuModel::Port::send_response(Access &a) {
    tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay = Scheduler::delay_to(model.scheduler_.now());

    responding = true;
    tlm_sync_enum answer = socket->nb_transport_bw(*a.flow.gp, phase, delay);
    if (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP))
        end_response(*a.flow.gp);
}

tlm_sync_enum IommuModel::Port::end_response(tlm_generic_payload &gp) {
    if (responses.empty() || responses.front()->flow.gp != &gp) {
        SC_REPORT_ERROR("faultline/iommu", "END_RESP of a transaction that has no response");
        return tlm::TLM_COMPLETED;
    }
    Access *a = responses.front();
    responses.pop_front();
    responding = false;
    if (gp.has_mm())
        gp.release();
    model.free_access(a);
    if (!responses.empty() && !responding)
        send_response(*responses.front());
    return tlm::TLM_COMPLETED;
}

/**
 * Send the translated piece on. True: answered, f.done says when. False: the
 * target takes its phases; f.waiter goes on in down_response().
 */
bool IommuModel::forward_nonblocking(Flow &f, Access *again) {
    if (unlikely(f.txn.flags & DMA_ATS_REQ)) {
        answer_translation(f);
        return true;
    }

    tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = Scheduler::delay_to(f.at);

    if (unlikely(down_busy_)) { // the request phase of another is not over yet
        defer(f, again, false);
        down_queue_.push_back(f.waiter);
        return false;
    }
    translated(f.ext, f.res.pa, f.offset);
    narrow(*f.gp, f.res.pa, f.offset, f.txn.len, f.total);
    tlm_sync_enum answer = down->nb_transport_fw(*f.gp, phase, delay);
    if (likely(answer == tlm::TLM_COMPLETED || phase == tlm::BEGIN_RESP)) {
        if (answer != tlm::TLM_COMPLETED) { // the target answered in the forward call: end its response phase
            phase = tlm::END_RESP;
            down->nb_transport_fw(*f.gp, phase, delay);
        }
        restore(f);
        ps_t end = Scheduler::absolute(delay);
        f.book_memory(end);
        if (end > f.done)
            f.done = end;
        return true;
    }
    defer(f, again, false);
    downstream_[f.gp] = f.waiter;
    down_busy_ = phase == tlm::BEGIN_REQ;
    return false;
}

/* The downstream target has answered a piece that took its phases. */
void IommuModel::down_response(tlm_generic_payload &gp, ps_t time) {
    auto found = downstream_.find(&gp);

    if (found == downstream_.end()) {
        SC_REPORT_ERROR("faultline/iommu", "response to a transaction that is not downstream");
        return;
    }
    Access &a = *found->second;
    downstream_.erase(found);
    restore(a.flow);
    a.flow.book_memory(time);
    if (time > a.flow.done)
        a.flow.done = time;
    if (!advance(a.flow) || proceed(a.flow, time, &a))
        finish(a, a.flow.done);
}

void IommuModel::down_next() {
    down_busy_ = false;
    while (!down_busy_ && !down_queue_.empty()) {
        Access *a = down_queue_.front();
        down_queue_.pop_front();
        a->flow.at = scheduler_.now() > a->flow.at ? scheduler_.now() : a->flow.at;
        if (forward_nonblocking(a->flow, a) && (!advance(a->flow) || proceed(a->flow, a->flow.port->next_entry(), a)))
            finish(*a, a->flow.done);
    }
}

tlm_sync_enum IommuModel::DownBw::nb_transport_bw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    if (phase == tlm::END_REQ) {
        model_.down_next();
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::BEGIN_RESP)
        return tlm::TLM_ACCEPTED;
    model_.down_response(gp, Scheduler::absolute(delay));
    if (model_.down_busy_)
        model_.down_next(); // BEGIN_RESP without END_REQ ends the request, too
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
}

void IommuModel::DownBw::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {
    for (Page &page : model_.pages_)
        page.tag = kNever;
    model_.drop_dmi();
}

/* ---- debug and DMI ---- */

/* What would become of an access, without a trace: no cache changes, no fault is recorded. */
bool IommuModel::peek(const dma_txn &t, xlat_result &r) {
    Walk *w = new_walk();

    cur_ = scheduler_.now();
    xlat x = walk_now(t, *w);
    r = w->w.res;
    cls_->cancel(hw_, &w->w);
    free_walks_.push_back(w);
    return x == XLAT_OK;
}

unsigned IommuModel::Port::transport_dbg(tlm_generic_payload &gp) {
    return model.debug(*this, gp);
}

static dma_txn txn_of(tlm_generic_payload &gp, u32 default_stream, u32 tbu) {
    DmaExtension *ext = nullptr;
    dma_txn t{};

    gp.get_extension(ext);
    t.iova = gp.get_address();
    t.sid = ext ? ext->stream_id : default_stream;
    t.pasid = ext ? ext->substream_id : 0;
    t.flags = u16((ext ? ext->flags & ~DMA_WRITE : 0) | (gp.is_write() ? DMA_WRITE : 0));
    t.tbu = u16(tbu);
    t.len = 1;
    return t;
}

unsigned IommuModel::debug(Port &p, tlm_generic_payload &gp) {
    dma_txn t = txn_of(gp, p.default_stream, p.index);
    u64 iova = gp.get_address();
    u32 total = gp.get_data_length(), done = 0;

    while (done < total) {
        tlm_generic_payload piece;
        xlat_result r;
        t.iova = iova + done;
        u32 room = u32(kPage - (t.iova & (kPage - 1)));
        t.len = total - done < room ? total - done : room;
        if (!peek(t, r))
            break;
        piece.set_command(gp.get_command());
        piece.set_address(r.pa);
        piece.set_data_ptr(gp.get_data_ptr() + done);
        piece.set_data_length(t.len);
        piece.set_streaming_width(t.len);
        unsigned n = down->transport_dbg(piece);
        done += n;
        if (n != t.len)
            break;
    }
    return done;
}

bool IommuModel::Port::get_direct_mem_ptr(tlm_generic_payload &gp, tlm::tlm_dmi &d) {
    return model.dmi(*this, gp, d);
}

/* A page of one stream that may be accessed now. An invalidation that may concern the stream takes it back. */
bool IommuModel::dmi(Port &p, tlm_generic_payload &gp, tlm::tlm_dmi &d) {
    dma_txn t = txn_of(gp, p.default_stream, p.index);
    u64 iova = gp.get_address(), stream = u64(t.sid) << 32 | (t.flags & DMA_PASID ? t.pasid | 1U << 31 : 0);
    xlat_result r;

    d.init();
    d.set_start_address(iova & ~(kPage - 1));
    d.set_end_address(iova | (kPage - 1));
    d.allow_none();
    if (p.dmi_refused || (p.dmi_stream != kNever && p.dmi_stream != stream) || !peek(t, r))
        return false;
    tlm_generic_payload below;
    below.set_command(gp.get_command());
    below.set_address(r.pa);
    u64 base = r.pa & ~(kPage - 1);
    tlm::tlm_dmi pd;
    if (!down->get_direct_mem_ptr(below, pd) || pd.get_start_address() > base ||
        pd.get_end_address() < base + kPage - 1)
        return false;
    bool read = pd.is_read_allowed() && (r.bypass || r.perm & PERM_R);
    bool write = pd.is_write_allowed() && gp.is_write(); // a read does not prove that dirty state is settled
    d.set_dmi_ptr(pd.get_dmi_ptr() + (base - pd.get_start_address()));
    d.set_granted_access(read && write ? tlm::tlm_dmi::DMI_ACCESS_READ_WRITE
                         : write       ? tlm::tlm_dmi::DMI_ACCESS_WRITE
                                       : tlm::tlm_dmi::DMI_ACCESS_READ);
    if (!read && !write)
        return false;
    d.set_read_latency(pd.get_read_latency() + to_sc(config_.tbu.lookup_ps));
    d.set_write_latency(pd.get_write_latency() + to_sc(config_.tbu.lookup_ps));
    p.dmi_stream = stream;
    p.dmi_granted = true;
    return true;
}

void IommuModel::Port::invalidate_dmi() {
    if (!dmi_granted)
        return;
    dmi_granted = false;
    socket->invalidate_direct_mem_ptr(0, ~sc_dt::uint64{0});
}

void IommuModel::drop_dmi() {
    for (auto &p : ports_)
        p->invalidate_dmi();
}

/* Whole pointers, whatever the range: one address may stand for a block. */
void IommuModel::withdraw_dmi(const iommu_scope *scope) {
    for (auto &p : ports_) {
        u32 pasid = p->dmi_stream >> 31 & 1 ? u32(p->dmi_stream & 0x7fffffff) : IOMMU_NO_PASID;
        if (p->dmi_granted && (!scope || cls_->concerns(hw_, scope, u32(p->dmi_stream >> 32), pasid)))
            p->invalidate_dmi();
    }
}

} // namespace faultline
