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

/* Nobody below uses it any more. */
void Downstream::free(tlm_generic_payload *piece) {
    piece->reset(); // what a target has added
    pieces_.give(static_cast<Piece *>(piece));
}

/* The extensions of @whole stay their owner's. */
static void lend_extensions(Piece &p, const tlm_generic_payload &whole) {
    p.resize_extensions();
    for (unsigned i = 0; i < tlm::max_num_extensions(); i++)
        p.set_extension(i, whole.get_extension(i));
}

static void take_back_extensions(Piece &p, const tlm_generic_payload &whole) {
    for (unsigned i = 0; i < tlm::max_num_extensions(); i++)
        if (p.get_extension(i) == whole.get_extension(i))
            p.set_extension(i, nullptr);
}

/* Each piece is a transaction of its own: the one before it may not be over for everybody below. */
__attribute__((noinline)) Piece &Downstream::cut(Flow &f) {
    Piece &p = *pieces_.take();
    const tlm_generic_payload &whole = *f.gp;

    if (!p.has_mm())
        p.set_mm(this);
    p.acquire();
    set_access(p, whole.get_command(), f.res.pa, whole.get_data_ptr() + f.offset, f.txn.len);
    p.set_dmi_allowed(false);
    cut_byte_enables(whole, p, f.offset, p.byte_enables);
    lend_extensions(p, whole);
    f.part = &p;
    return p;
}

/* What goes down: the master's own payload, which restore() gives back as it was, or a piece of it. */
inline __attribute__((always_inline)) tlm_generic_payload &Downstream::narrow(Flow &f) {
    if (f.ext) {
        f.ext->outcome = XLAT_OK;
        if (!f.offset)
            f.ext->address = f.res.pa;
    }
    if (unlikely(f.txn.len != f.total))
        return cut(f);
    f.gp->set_address(f.res.pa);
    return *f.gp;
}

/* The whole has the answer of its pieces so far; the first that is bad is the last. */
static __attribute__((noinline)) void join(Flow &f) {
    Piece &p = *f.part;

    f.gp->set_response_status(p.get_response_status());
    f.gp->set_dmi_allowed(p.is_dmi_allowed() && (!f.offset || f.gp->is_dmi_allowed()));
    take_back_extensions(p, *f.gp);
    p.release();
}

/* The memory may say that the access has waited for a bank. A fault is over by now. */
static __attribute__((noinline)) void book_memory(Flow &f, ps_t end) {
    if (unlikely(f.ext->bank_waited != 0)) {
        f.bill->book(OWNER_BANK, f.at + f.ext->bank_waited);
        f.ext->bank_waited = 0;
    }
    f.bill->book(OWNER_MEMORY, end);
}

/* The memory answers at @end. */
static inline void restore(Flow &f, ps_t end) {
    f.gp->set_address(f.iova);
    if (unlikely(f.txn.len != f.total))
        join(f);
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
    socket_->b_transport(narrow(f), delay);
    restore(f, Scheduler::absolute(delay));
}

bool Downstream::send(Flow &f, Access *again) {
    ps_t time = f.at;

    if (unlikely(f.txn.flags & DMA_ATS_REQ)) {
        answer_translation(f);
        return true;
    }
    if (unlikely(shut())) {
        f.port->tbu.wait(f, again, false);
        queue(*f.waiter);
        return false;
    }
    tlm_generic_payload &gp = narrow(f);
    if (likely(AccessOutlet::send(gp, time))) {
        restore(f, time);
        return true;
    }
    f.port->tbu.wait(f, again, false);
    sent(gp, *f.waiter);
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
