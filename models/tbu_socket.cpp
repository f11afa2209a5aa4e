/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_parts.h"

namespace faultline {

using tlm::tlm_generic_payload;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;

TbuSocket::TbuSocket(IommuParts &p, unsigned index)
    : parts(p), socket(("tbu_" + std::to_string(index)).c_str()), tbu(p, *this, index),
      responses_(socket, p.scheduler, p.accesses) {
    socket.bind(*this);
}

#define fl_inline inline __attribute__((always_inline)) // on the way of an access that hits

/* But for its address and length. */
fl_inline void TbuSocket::fill(dma_txn &t, tlm_generic_payload &gp, const DmaExtension *ext) const {
    t.sid = ext ? ext->stream_id : default_stream;
    t.pasid = ext ? ext->substream_id : 0;
    t.flags = u16((ext ? ext->flags & ~DMA_WRITE : 0) | (gp.is_write() ? DMA_WRITE : 0));
    t.tbu = u16(tbu.index());
    if (unlikely(!ext && parts.stream_of))
        parts.stream_of(tbu.index(), gp, t);
}

static inline u64 stream_key(const dma_txn &t) {
    return u64(t.sid) << 32 | (t.flags & DMA_PASID ? t.pasid | 1U << 31 : 0);
}

/* False: the payload is no access at all, its response status says why. */
fl_inline bool TbuSocket::start(Flow &f, tlm_generic_payload &gp) {
    f.port = this;
    f.gp = &gp;
    gp.get_extension(f.ext);
    f.iova = gp.get_address();
    f.total = gp.get_data_length();
    f.offset = 0;
    f.done = 0;
    f.how = XLAT_OK;
    f.piece = nullptr;
    f.fault = f.ext ? f.ext->fault_bill : nullptr;
    fill(f.txn, gp, f.ext);
    f.bill = f.ext ? f.ext->bill : nullptr;
    if (f.ext)
        f.ext->faults = 0;
    if (unlikely(!is_access(gp)))
        return false;
    f.next_piece();
    parts.counters.accesses++;
    if (unlikely(stream_key(f.txn) != dmi_stream_))
        other_stream(stream_key(f.txn));
    return true;
}

void TbuSocket::other_stream(u64 stream) {
    dmi_refused_ = dmi_stream_ != kNever;
    dmi_stream_ = stream;
    withdraw_dmi();
}

static void read_zeros(const Flow &f) {
    const unsigned char *enables = f.gp->get_byte_enable_ptr();
    unsigned char *data = f.gp->get_data_ptr();

    for (u32 i = f.offset; i < f.offset + f.txn.len; i++)
        if (!enables || enables[i % f.gp->get_byte_enable_length()] == TLM_BYTE_ENABLED)
            data[i] = 0;
}

/* A refused piece ends the access; reads of a RAZWI piece are zero. */
void TbuSocket::end_piece(Flow &f) {
    if (f.ext) {
        f.ext->outcome = u8(f.how);
        f.ext->fault = f.res.fault;
    }
    f.end_at(f.at);
    f.gp->set_dmi_allowed(false);
    if (f.how != XLAT_RAZWI) {
        parts.counters.aborted++;
        f.gp->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    parts.counters.razwi++;
    if (f.gp->is_read())
        read_zeros(f);
    f.gp->set_response_status(tlm::TLM_OK_RESPONSE);
}

/* ---- blocking ---- */

void TbuSocket::b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    Flow f;
    ps_t t = Scheduler::absolute(delay);

    if (!start(f, gp))
        return;
    do {
        Step step = tbu.attempt(f, t, nullptr);
        if (unlikely(step == Step::Wait))
            step = sleep(f);
        if (likely(step == Step::Done))
            parts.down.forward(f);
        else
            end_piece(f);
        t = tbu.next_entry();
    } while (unlikely(f.txn.len != f.total) && f.advance());
    if (unlikely(dmi_refused_)) // a hint is a promise
        gp.set_dmi_allowed(false);
    delay = Scheduler::delay_to(f.done);
}

/* The calling thread sleeps until the agenda has decided its piece. */
Step TbuSocket::sleep(Flow &f) {
    Access &a = *f.waiter;
    ps_t done = f.done;

    a.blocking = true;
    a.thread.sleep();
    f = a.flow;
    f.done = done;
    parts.accesses.give(&a);
    return a.step;
}

/* The outcome of its piece is known. */
void TbuSocket::resolved(Access &a, Step step) {
    a.step = step;
    if (a.in_fault)
        a.close_fault(a.flow.at, a.flow.how);
    a.thread.wake(parts.scheduler);
}

/* ---- non-blocking ---- */

fl_inline tlm_sync_enum TbuSocket::begin(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    Flow f;

    if (!start(f, gp))
        return tlm::TLM_COMPLETED;
    bool over = proceed(f, Scheduler::absolute(delay), nullptr);
    if (unlikely(over && dmi_refused_))
        gp.set_dmi_allowed(false);
    if (likely(over && parts.early_completion)) {
        delay = Scheduler::delay_to(f.done);
        return tlm::TLM_COMPLETED;
    }
    if (over)
        tbu.wait(f, nullptr, false);
    Access &a = *f.waiter;
    Responses<Access>::keep(gp);
    if (!over && tbu.waits(a))
        return tlm::TLM_ACCEPTED; // END_REQ when the input takes it
    a.end_req = true;
    phase = tlm::END_REQ;
    if (over)
        finish(a);
    else
        delay = Scheduler::delay_to(a.accepted = tbu.next_entry());
    return tlm::TLM_UPDATED;
}

tlm_sync_enum TbuSocket::nb_transport_fw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    if (likely(phase == tlm::BEGIN_REQ))
        return begin(gp, phase, delay);
    if (phase == tlm::END_RESP)
        return responses_.end(gp, delay);
    return tlm::TLM_ACCEPTED; // phases that the base protocol does not know are ignored
}

void TbuSocket::end_request(Access &a) {
    tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = Scheduler::delay_to(parts.scheduler.now());

    if (a.end_req || a.blocking)
        return;
    a.end_req = true;
    socket->nb_transport_bw(*a.flow.gp, phase, delay);
}

/* The answer goes out at a.flow.done. */
void TbuSocket::finish(Access &a) {
    end_request(a);
    if (unlikely(dmi_refused_))
        a.flow.gp->set_dmi_allowed(false);
    // A reset may end it before its request phase ends.
    parts.scheduler.call<&Responses<Access>::respond>(std::max(a.flow.done, a.accepted), responses_, &a);
}

/* Take an access as far as it goes. True: complete at f.done. False: f.waiter goes on by itself. */
bool TbuSocket::proceed(Flow &f, ps_t t, Access *again) {
    for (;;) {
        Step step = tbu.attempt(f, t, again);
        if (step == Step::Wait)
            return false;
        if (again && again->in_fault)
            again->close_fault(f.at, f.how);
        if (step == Step::Ended)
            end_piece(f);
        else if (!parts.down.send(f, again))
            return false;
        if (!f.advance())
            return true;
        t = tbu.next_entry();
        f.started = t;
        f.piece = nullptr;
        if (again)
            again->open_piece();
    }
}

void TbuSocket::go_on(Access &a, ps_t time) {
    if (!a.flow.advance() || proceed(a.flow, time, &a))
        finish(a);
}

void TbuSocket::retry(Access &a) {
    a.flow.waiter = nullptr;
    if (a.blocking) {
        Step step = tbu.attempt(a.flow, parts.scheduler.now(), &a);
        if (step != Step::Wait)
            resolved(a, step);
    } else if (proceed(a.flow, parts.scheduler.now(), &a)) {
        finish(a);
    }
}

void TbuSocket::refuse(Access &a, xlat how) {
    Flow &f = a.flow;

    f.how = how;
    f.book(OWNER_TCU, f.at);
    if (a.slot)
        tbu.free_slot(f, &a, f.at);
    if (a.blocking) {
        resolved(a, Step::Ended);
        return;
    }
    if (a.in_fault)
        a.close_fault(f.at, how);
    end_piece(f);
    f.started = f.at;
    a.open_piece();
    go_on(a, f.at);
}

/* ---- debug and DMI ---- */

unsigned TbuSocket::transport_dbg(tlm_generic_payload &gp) {
    DmaExtension *ext = nullptr;
    u32 total = gp.get_data_length(), done = 0;

    dma_txn t{};

    gp.get_extension(ext);
    fill(t, gp, ext);
    while (done < total) {
        tlm_generic_payload piece;
        xlat_result r;
        t.iova = gp.get_address() + done;
        u32 room = u32(Flow::kPage - (t.iova & (Flow::kPage - 1)));
        t.len = total - done < room ? total - done : room;
        if (!parts.tcu.peek(t, r, parts.scheduler.now()))
            break;
        set_access(piece, gp.get_command(), r.pa, gp.get_data_ptr() + done, t.len);
        unsigned n = parts.down.debug(piece);
        done += n;
        if (n != t.len)
            break;
    }
    return done;
}

/* A page of one stream that may be accessed now. An invalidation that may concern the stream takes it back. */
bool TbuSocket::get_direct_mem_ptr(tlm_generic_payload &gp, tlm::tlm_dmi &d) {
    DmaExtension *ext = nullptr;
    u64 iova = gp.get_address();
    xlat_result r;
    dma_txn t{};

    gp.get_extension(ext);
    fill(t, gp, ext);
    t.iova = iova;
    t.len = 1;
    d.init();
    d.set_start_address(iova & ~(Flow::kPage - 1));
    d.set_end_address(iova | (Flow::kPage - 1));
    d.allow_none();
    if (dmi_refused_ || (dmi_stream_ != kNever && dmi_stream_ != stream_key(t)) ||
        !parts.tcu.peek(t, r, parts.scheduler.now()))
        return false;
    tlm::tlm_dmi pd;
    unsigned char *page = parts.down.direct(gp.get_command(), r.pa, pd);
    if (!page)
        return false;
    bool read = pd.is_read_allowed() && (r.bypass || r.perm & PERM_R);
    bool write = pd.is_write_allowed() && gp.is_write(); // a read does not prove that dirty state is settled
    d.set_dmi_ptr(page);
    d.set_granted_access(read && write ? tlm::tlm_dmi::DMI_ACCESS_READ_WRITE
                         : write       ? tlm::tlm_dmi::DMI_ACCESS_WRITE
                                       : tlm::tlm_dmi::DMI_ACCESS_READ);
    if (!read && !write)
        return false;
    d.set_read_latency(pd.get_read_latency() + to_sc(parts.config.tbu.lookup_ps));
    d.set_write_latency(pd.get_write_latency() + to_sc(parts.config.tbu.lookup_ps));
    dmi_stream_ = stream_key(t);
    dmi_granted_ = true;
    return true;
}

/* Whole pointers, whatever the range: one address may stand for a block. */
void TbuSocket::withdraw_dmi(const iommu_scope *scope) {
    u32 pasid = dmi_stream_ >> 31 & 1 ? u32(dmi_stream_ & 0x7fffffff) : IOMMU_NO_PASID;

    if (!dmi_granted_ || (scope && !parts.host.cls->concerns(parts.host.hw, scope, u32(dmi_stream_ >> 32), pasid)))
        return;
    dmi_granted_ = false;
    socket->invalidate_direct_mem_ptr(0, ~sc_dt::uint64{0});
}

} // namespace faultline
