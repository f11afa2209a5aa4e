/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pcie_endpoint.h"
#include "pcie_parts.h"

namespace faultline {

using tlm::tlm_generic_payload;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;

/* The socket of the device's DMA engines. */
class PcieEndpoint::Dma : public tlm::tlm_fw_transport_if<> {
public:
    explicit Dma(PcieEndpoint &device) : device_(device), parts_(*device.parts_) {}

    void b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        PcieAccess &a = *parts_.accesses.take();

        if (start(a, gp, Scheduler::absolute(delay))) {
            a.blocking = true;
            if (!a.fn->run(a, a.started))
                a.thread.sleep();
            delay = Scheduler::delay_to(a.done);
        }
        parts_.accesses.give(&a);
    }
    tlm_sync_enum nb_transport_fw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) override {
        if (phase == tlm::END_RESP)
            return parts_.responses.end(gp, delay);
        if (phase != tlm::BEGIN_REQ)
            return tlm::TLM_ACCEPTED;
        PcieAccess &a = *parts_.accesses.take();
        bool valid = start(a, gp, Scheduler::absolute(delay));
        if (valid && !a.fn->run(a, a.started)) {
            Responses<PcieAccess>::keep(gp);
            phase = tlm::END_REQ;
            return tlm::TLM_UPDATED;
        }
        if (valid)
            delay = Scheduler::delay_to(a.done);
        parts_.accesses.give(&a);
        return tlm::TLM_COMPLETED;
    }
    bool get_direct_mem_ptr(tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    /* A debugger sees what an untranslated access would. */
    unsigned transport_dbg(tlm_generic_payload &gp) override { return parts_.up.debug(gp); }

private:
    bool start(PcieAccess &a, tlm_generic_payload &gp, ps_t time);

    PcieEndpoint &device_;
    PcieParts &parts_;
};

/* False: the payload is no access of this device, its response status says why. */
bool PcieEndpoint::Dma::start(PcieAccess &a, tlm_generic_payload &gp, ps_t time) {
    a.gp = &gp;
    gp.get_extension(a.ext);
    a.fn = a.ext                            ? device_.function(a.ext->stream_id)
           : device_.functions_.size() == 1 ? device_.functions_.front().get()
                                            : nullptr;
    a.iova = gp.get_address();
    a.total = gp.get_data_length();
    a.offset = 0;
    a.started = a.done = time;
    a.in_fault = a.joined = a.try_again = a.blocking = a.asking = false;
    a.fault_bill.keep(false);
    a.thread.reset();
    if (!is_access(gp))
        return false;
    if (!a.fn) {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return false;
    }
    a.txn = {};
    a.txn.sid = a.fn->is.requester;
    a.txn.pasid = a.ext ? a.ext->substream_id : 0;
    a.txn.flags = u16((a.ext ? a.ext->flags & (DMA_EXEC | DMA_PRIV | DMA_PASID) : 0) | (gp.is_write() ? DMA_WRITE : 0));
    if (a.ext)
        a.ext->faults = 0;
    gp.set_response_status(tlm::TLM_OK_RESPONSE);
    a.next_piece();
    return true;
}

PcieEndpoint::PcieEndpoint(sc_core::sc_module_name name, Scheduler &scheduler, AtsPort &iommu, const fl_config &config,
                           const std::vector<PcieFunction> &functions)
    : sc_module(name), dma("dma"), up("up"), parts_(new PcieParts(scheduler, iommu, config, dma, up)),
      dma_(new Dma(*this)) {
    for (const PcieFunction &f : functions) {
        functions_.emplace_back(new PcieDma(*parts_, f));
        if (f.ats)
            iommu.attach(f.requester, this);
    }
    dma.bind(*dma_);
}

PcieEndpoint::~PcieEndpoint() = default;

void PcieEndpoint::set_sink(PageSink *sink) {
    parts_->sink = sink;
}

void PcieEndpoint::set_tap(Tap *tap, unsigned number, bool logs) {
    parts_->tap = tap;
    parts_->number = number;
    parts_->logged = logs;
}

PcieDma *PcieEndpoint::function(u32 requester) const {
    for (auto &f : functions_)
        if (f->is.requester == requester)
            return f.get();
    return nullptr;
}

/* ---- accounts ---- */

const ats_ep_stats &PcieEndpoint::stats(u32 requester) const {
    const PcieDma *f = function(requester);

    if (!f)
        throw std::out_of_range("no such function");
    return f->ep.stats;
}

void PcieEndpoint::mark(ps_t t) {
    parts_->to_root.mark(t);
    parts_->to_device.mark(t);
    for (auto &f : functions_) {
        f->tag_use.mark(t);
        f->pager.credits.mark(t);
    }
}

std::vector<const Usage *> PcieEndpoint::usages(ps_t until) const {
    std::vector<const Usage *> all{&parts_->to_root.usage(until), &parts_->to_device.usage(until)};

    for (auto &f : functions_) {
        all.push_back(&f->tag_use);
        all.push_back(&f->pager.credits);
    }
    return all;
}

u64 PcieEndpoint::merged() const {
    u64 sum = 0;

    for (auto &f : functions_)
        sum += f->ep.stats.merged;
    return sum;
}

u64 PcieEndpoint::tries() const {
    return parts_->tries;
}

void PcieEndpoint::count_atc(iommu_cache_stats &c) const {
    for (auto &f : functions_) {
        c.present |= f->is.ats;
        c.hits += f->ep.stats.hits;
        c.misses += f->ep.stats.misses;
        c.evictions += f->ep.atc.evictions;
    }
}

void PcieEndpoint::count_waiting(Waiting &w) const {
    for (auto &f : functions_) {
        for (u32 i = 0; i < f->ep.n_pages; i++)
            for (const ats_waiter *x = f->ep.pages[i].used ? f->ep.pages[i].first : nullptr; x; x = x->next) {
                w.answer_sid = f->is.requester;
                w.answer++;
            }
        for (const ats_waiter *x = f->ep.queue; x; x = x->next)
            w.credit++;
        w.tag += f->waiting();
    }
    w.tag += parts_->no_tag.size();
}

/* ---- software and the IOMMU ---- */

u32 PcieEndpoint::allocate(u32 requester, u32 requests) {
    PcieDma *f = function(requester);

    if (!f || !f->is.pri)
        return 0;
    u32 written = ats_ep_allocate(&f->ep, requests);
    if (written)
        f->pager.credits.set_capacity(written);
    return written;
}

void PcieEndpoint::stop_pasid(u32 requester, u32 pasid) {
    if (PcieDma *f = function(requester)) {
        parts_->now = parts_->scheduler.now();
        ats_ep_stop(&f->ep, pasid);
    }
}

void PcieEndpoint::page_step(const ::page_request &request, PageStep step, ps_t time, const Reader &reader) {
    if (PcieDma *f = function(request.sid))
        f->pager.step(request, step, time, reader);
}

void PcieEndpoint::page_response(const ::page_response &response, ps_t time, const PageAnswer &answer) {
    if (PcieDma *f = function(response.sid))
        f->pager.response(response, time, answer);
}

/* A function that is not there has nothing to invalidate. */
ps_t PcieEndpoint::ats_invalidate(const ats_inv &invalidation, ps_t time) {
    PcieParts &p = *parts_;

    if (PcieDma *f = function(invalidation.sid))
        return f->pager.invalidate(invalidation, time);
    return p.to_root.send(p.to_device.send(time, p.format.message(PcieFormat::kInvalidation)), p.format.message());
}

void PcieEndpoint::iommu_reset(ps_t time) {
    parts_->now = time;
    for (auto &f : functions_)
        f->pager.reset(time);
}

} // namespace faultline
