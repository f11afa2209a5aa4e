/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_parts.h"

namespace faultline {

using tlm::tlm_generic_payload;

/* A translation request goes no further than here: the translation is its answer. */
static void answer_translation(Flow &f) {
    f.ext->outcome = XLAT_OK;
    f.ext->address = f.res.pa;
    f.ext->shift = f.res.shift;
    f.ext->perm = f.res.perm;
    f.ext->global = f.res.global;
    f.ext->untranslated = f.res.untranslated;
    f.gp->set_response_status(tlm::TLM_OK_RESPONSE);
    f.end_at(f.at);
}

/* Address, data and length of the piece; the payload is the master's own, so restore() follows. */
static inline __attribute__((always_inline)) void narrow(Flow &f) {
    tlm_generic_payload &gp = *f.gp;
    u32 len = f.txn.len;

    if (f.ext) {
        f.ext->outcome = XLAT_OK;
        if (!f.offset)
            f.ext->address = f.res.pa;
    }
    gp.set_address(f.res.pa);
    if (likely(len == f.total))
        return;
    gp.set_data_ptr(gp.get_data_ptr() + f.offset);
    gp.set_data_length(len);
    gp.set_streaming_width(len);
    if (gp.get_byte_enable_ptr() && gp.get_byte_enable_length() >= f.offset + len)
        gp.set_byte_enable_ptr(gp.get_byte_enable_ptr() + f.offset);
}

static void widen(Flow &f) {
    tlm_generic_payload &gp = *f.gp;

    gp.set_data_ptr(gp.get_data_ptr() - f.offset);
    gp.set_data_length(f.total);
    gp.set_streaming_width(f.total);
    if (gp.get_byte_enable_ptr() && gp.get_byte_enable_length() >= f.offset + f.txn.len)
        gp.set_byte_enable_ptr(gp.get_byte_enable_ptr() - f.offset);
}

/* The memory may say that the access has waited for a bank. */
static __attribute__((noinline)) void book_memory(Flow &f, ps_t end) {
    if (unlikely(f.ext->bank_waited != 0)) {
        f.book(OWNER_BANK, f.at + f.ext->bank_waited);
        f.ext->bank_waited = 0;
    }
    f.book(OWNER_MEMORY, end);
}

/* The memory answers at @end. */
static inline void restore(Flow &f, ps_t end) {
    f.gp->set_address(f.iova);
    if (unlikely(f.txn.len != f.total))
        widen(f);
    if (f.bill)
        book_memory(f, end);
    f.end_at(end);
}

void Downstream::forward(Flow &f) {
    if (unlikely(f.txn.flags & DMA_ATS_REQ)) {
        answer_translation(f);
        return;
    }
    sc_core::sc_time delay = Scheduler::delay_to(f.at);
    narrow(f);
    socket_->b_transport(*f.gp, delay);
    restore(f, Scheduler::absolute(delay));
}

bool Downstream::send(Flow &f, Access *again) {
    ps_t time = f.at;

    if (unlikely(f.txn.flags & DMA_ATS_REQ)) {
        answer_translation(f);
        return true;
    }
    if (unlikely(busy())) {
        f.port->tbu.wait(f, again, false);
        queue(*f.waiter);
        return false;
    }
    narrow(f);
    if (likely(Outlet::send(*f.gp, time))) {
        restore(f, time);
        return true;
    }
    f.port->tbu.wait(f, again, false);
    sent(*f.gp, *f.waiter);
    return false;
}

/* The target has answered a piece that took its phases. */
void Downstream::over(Access &a, ps_t time) {
    restore(a.flow, time);
    a.flow.port->go_on(a, time);
}

void Downstream::turn(Access &a) {
    a.flow.at = std::max(parts_.scheduler.now(), a.flow.at);
    if (send(a.flow, &a))
        a.flow.port->go_on(a, a.flow.port->tbu.next_entry());
}

unsigned char *Downstream::direct(tlm::tlm_command command, u64 pa, tlm::tlm_dmi &d) {
    u64 base = pa & ~(Flow::kPage - 1);
    tlm_generic_payload gp;

    gp.set_command(command);
    gp.set_address(pa);
    if (!socket_->get_direct_mem_ptr(gp, d) || d.get_start_address() > base ||
        d.get_end_address() < base + Flow::kPage - 1)
        return nullptr;
    return d.get_dmi_ptr() + (base - d.get_start_address());
}

void Downstream::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {
    parts_.memory_moved();
}

} // namespace faultline
