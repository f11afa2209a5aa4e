/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way of an access: ATC, translation request, translated access. */
#include "pcie_endpoint_priv.h"

namespace faultline {

using tlm::tlm_generic_payload;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;

constexpr u64 kPage = 4096;

PcieEndpoint::PcieEndpoint(sc_core::sc_module_name name, Scheduler &scheduler, AtsPort &iommu, const fl_config &config,
                           const std::vector<PcieFunction> &functions)
    : sc_module(name), dma("dma"), up("up"), scheduler_(scheduler), iommu_(iommu), config_(config), format_(config),
      to_root_("link_up", config), to_device_("link_down", config), dma_fw_(new DmaFw(*this)), up_bw_(new UpBw(*this)) {
    static const ats_ep_ops ops = {op_page_request, op_inv_done, op_wake};

    for (const PcieFunction &f : functions) {
        ats_ep_cfg cfg{};
        cfg.sid = f.requester;
        cfg.atc.sets = u32(config.pcie.atc_sets);
        cfg.atc.ways = cfg.atc.sets ? u32(config.pcie.atc_ways) : 1;
        cfg.capacity = u32(config.pcie.credits);
        cfg.group = fl_config_group(&config);
        cfg.pri = f.pri;
        functions_.emplace_back(new Function(*this, f, cfg, ops));
        if (f.ats)
            iommu.attach(f.requester, this);
    }
    dma.bind(*dma_fw_);
    up.bind(*up_bw_);
}

PcieEndpoint::~PcieEndpoint() = default;

PcieEndpoint::Function *PcieEndpoint::function(u32 requester) const {
    for (auto &f : functions_)
        if (f->ep.cfg.sid == requester)
            return f.get();
    return nullptr;
}

const ats_ep_stats &PcieEndpoint::stats(u32 requester) const {
    const Function *f = function(requester);

    if (!f)
        throw std::out_of_range("no such function");
    return f->ep.stats;
}

void PcieEndpoint::mark(ps_t t) {
    to_root_.mark(t);
    to_device_.mark(t);
    for (auto &f : functions_) {
        f->tag_use.mark(t);
        f->credits.mark(t);
    }
}

u64 PcieEndpoint::merged() const {
    u64 sum = 0;

    for (auto &f : functions_)
        sum += f->ep.stats.merged;
    return sum;
}

u32 PcieEndpoint::allocate(u32 requester, u32 requests) {
    Function *f = function(requester);

    if (!f || !f->is.pri)
        return 0;
    u32 written = ats_ep_allocate(&f->ep, requests);
    if (written)
        f->credits.set_capacity(written);
    return written;
}

void PcieEndpoint::count_atc(iommu_cache_stats &c) const {
    for (auto &f : functions_) {
        c.present |= f->is.ats;
        c.hits += f->ep.stats.hits;
        c.misses += f->ep.stats.misses;
        c.evictions += f->ep.atc.evictions;
    }
}

std::vector<const Usage *> PcieEndpoint::usages(ps_t until) const {
    std::vector<const Usage *> all{&to_root_.usage(until), &to_device_.usage(until)};

    for (auto &f : functions_) {
        all.push_back(&f->tag_use);
        all.push_back(&f->credits);
    }
    return all;
}

PcieEndpoint::Access *PcieEndpoint::new_access() {
    if (free_.empty()) {
        accesses_.emplace_back(new Access());
        free_.push_back(accesses_.back().get());
    }
    Access *a = free_.back();
    free_.pop_back();
    a->in_fault = a->joined = a->try_again = a->deferred = a->blocking = a->over = a->end_req = a->asking = false;
    return a;
}

void PcieEndpoint::next_piece(Access &a) {
    u64 iova = a.iova + a.offset, room = kPage - (iova & (kPage - 1));
    u32 left = a.total - a.offset;

    a.waiter.alone = false;
    a.txn.iova = iova;
    a.txn.len = left < room || !a.fn->is.link ? left : u32(room); // the TBU splits a platform master's
}

/* False: the payload is no access of this device, its response status says why. */
bool PcieEndpoint::start(Access &a, tlm_generic_payload &gp, ps_t time) {
    a.gp = &gp;
    gp.get_extension(a.ext);
    a.fn = a.ext ? function(a.ext->stream_id) : functions_.size() == 1 ? functions_.front().get() : nullptr;
    a.iova = gp.get_address();
    a.total = gp.get_data_length();
    a.offset = 0;
    a.started = a.done = time;
    if (!gp.is_read() && !gp.is_write()) {
        gp.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return false;
    }
    if (!a.total || gp.get_streaming_width() < a.total || a.iova + a.total - 1 < a.iova) {
        gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return false;
    }
    if (!a.fn) {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return false;
    }
    a.txn = {};
    a.txn.sid = a.fn->ep.cfg.sid;
    a.txn.pasid = a.ext ? a.ext->substream_id : 0;
    a.txn.flags = u16((a.ext ? a.ext->flags & (DMA_EXEC | DMA_PRIV | DMA_PASID) : 0) | (gp.is_write() ? DMA_WRITE : 0));
    if (a.ext)
        a.ext->faults = 0;
    gp.set_response_status(tlm::TLM_OK_RESPONSE);
    next_piece(a);
    return true;
}

/*
 * True: the access is over at a.done. False: it goes on by itself. Pieces that nothing holds up follow each other as
 * fast as the translation cache and the link take them.
 */
bool PcieEndpoint::run(Access &a, ps_t time) {
    while (run_piece(a, time)) {
        if (!advance(a))
            return true;
        time += a.fn->is.ats ? config_.pcie.atc_lookup_ps : 0;
        a.started = time;
    }
    return false;
}

bool PcieEndpoint::run_piece(Access &a, ps_t time) {
    xlat_result r;

    if (!a.fn->is.ats)
        return translated(a, a.txn.iova, 0, time);
    time += config_.pcie.atc_lookup_ps;
    if (likely(ats_ep_lookup(&a.fn->ep, &a.txn, &r))) {
        a.book(OWNER_ATC, time);
        return translated(a, r.pa, DMA_TRANSLATED, time);
    }
    if (a.done + config_.pcie.atc_lookup_ps > time) { // what may fault waits for the pieces before it
        a.started = a.done;
        time = a.done + config_.pcie.atc_lookup_ps;
    }
    if (const Bill *b = a.bill())
        a.mark = *b;
    a.book(OWNER_ATC, time);
    ask(a, time);
    return false;
}

/* Out it goes, as a translated request (or, where the translation says so, with its untranslated address). */
bool PcieEndpoint::translated(Access &a, u64 address, u16 flags, ps_t time) {
    a.asking = false;
    a.up_gp.set_command(a.gp->get_command());
    a.up_gp.set_address(address);
    a.up_gp.set_data_ptr(a.gp->get_data_ptr() ? a.gp->get_data_ptr() + a.offset : nullptr);
    a.up_gp.set_data_length(a.txn.len);
    a.up_gp.set_streaming_width(a.txn.len);
    // A translated request carries no PASID, and with it neither privilege nor execute.
    a.up_ext.flags = flags ? flags : u16(a.txn.flags & ~DMA_WRITE);
    if (a.fn->is.ats)
        ats_ep_begin(&a.fn->ep, &a.use, &a.txn);
    return take_tags(a, time) && send_translated(a, time);
}

/* A tag for each read request of the piece, from @time on. False: it waits for reads whose end is not known. */
bool PcieEndpoint::take_tags(Access &a, ps_t &time) {
    Function &f = *a.fn;

    a.tags = 0;
    if (!a.gp->is_read() || !f.is.link)
        return true;
    a.tags = u32(std::min(format_.reads(a.txn.len), config_.pcie.tags));
    a.tags_asked = time;
    if (unlikely(!f.tag_queue.empty() || f.tags.size() < a.tags)) {
        a.deferred = true;
        f.tag_queue.push_back(&a);
        return false;
    }
    hold_tags(a);
    time = a.tags_from;
    a.book(OWNER_TAG, time);
    return true;
}

/* There are enough: the last of them is free at a.tags_from. */
void PcieEndpoint::hold_tags(Access &a) {
    Function &f = *a.fn;

    a.tags_from = a.tags_asked;
    for (u32 i = 0; i < a.tags; i++)
        a.tags_from = std::max(a.tags_from, f.tags.pop());
    for (u32 i = 0; i < a.tags; i++)
        f.tag_use.take(a.tags_asked, a.tags_from);
}

/* The piece is over at a.done. Who waits for its tags goes on when the last of them is free. */
void PcieEndpoint::give_tags(Access &a) {
    Function &f = *a.fn;

    for (u32 i = 0; i < a.tags; i++) {
        f.tags.push(a.done);
        f.tag_use.release(a.tags_from, a.done);
    }
    a.tags = 0;
    while (unlikely(!f.tag_queue.empty() && f.tags.size() >= f.tag_queue.front()->tags)) {
        Access *next = f.tag_queue.front();
        f.tag_queue.pop_front();
        hold_tags(*next);
        scheduler_.at(
            std::max(next->tags_from, scheduler_.now()),
            [](void *access, u64) {
                auto *x = static_cast<Access *>(access);
                ps_t now = x->fn->device.scheduler_.now();
                x->book(OWNER_TAG, now);
                if (x->fn->device.send_translated(*x, now))
                    x->fn->device.go_on(*x, x->done);
            },
            next);
    }
}

/* True: over already; only its end, still to come, holds an invalidation up. */
bool PcieEndpoint::send_translated(Access &a, ps_t time) {
    if (!send_up(a, time))
        return false;
    end_piece(a, a.up_time);
    if (a.done > a.fn->last_use)
        a.fn->last_use = a.done;
    cur_ = a.done;
    if (a.fn->is.ats)
        ats_ep_end(&a.fn->ep, &a.use);
    return true;
}

/* On the wire, towards the IOMMU. */
u64 PcieEndpoint::bytes_up(const Access &a) const {
    u64 address = a.up_gp.get_address(), length = a.up_gp.get_data_length();
    u64 prefix = a.up_ext.flags & DMA_PASID ? PcieFormat::kPasidPrefix : 0;

    return a.up_gp.is_write() ? format_.writes(address, length, prefix)
                              : format_.read_requests(address, length, prefix);
}

void PcieEndpoint::ask(Access &a, ps_t time) {
    dma_txn req;
    int tag = ats_ep_translate(&a.fn->ep, &a.txn, &req);

    a.deferred = true;
    if (tag < 0) {
        no_tag_.push_back(&a);
        return;
    }
    a.tag = u32(tag);
    a.asking = true;
    a.up_gp.set_command(tlm::TLM_READ_COMMAND);
    a.up_gp.set_address(req.iova & ~(kPage - 1));
    a.up_gp.set_data_ptr(a.answer);
    a.up_gp.set_data_length(u32{PcieFormat::kTranslation});
    a.up_gp.set_streaming_width(u32{PcieFormat::kTranslation});
    a.up_ext.flags = req.flags;
    if (send_up(a, time))
        up_done(a, a.up_time);
}

/* The data of a read come while its further requests are still on their way; a write is there with its last packet. */
ps_t PcieEndpoint::send_packets(Access &a, ps_t time) {
    u64 bytes = bytes_up(a);
    u64 first = a.up_gp.is_write() || a.asking ? bytes : bytes / format_.reads(a.up_gp.get_data_length());

    return to_root_.send(time, bytes, a.bill(), first);
}

bool PcieEndpoint::send_up(Access &a, ps_t time) {
    a.up_ext.stream_id = a.txn.sid;
    a.up_ext.substream_id = a.txn.pasid;
    a.up_gp.set_byte_enable_ptr(nullptr);
    a.up_gp.set_dmi_allowed(false);
    a.up_gp.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    a.up_ext.bill = a.bill();
    a.up_ext.fault = 0;
    a.up_time = likely(a.fn->is.link) ? send_packets(a, time) : time;
    /* Translated anew, and where an access of another master begins: at the IOMMU. */
    if (unlikely(a.in_fault && !a.asking))
        close_fault(a, true, a.up_time);
    if (unlikely(up_busy_)) { // the request phase of another is not over yet
        a.deferred = true;
        up_queue_.push_back(&a);
        return false;
    }
    return transmit(a);
}

/* True: the IOMMU has answered, a.up_time is when. */
bool PcieEndpoint::transmit(Access &a) {
    tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = Scheduler::delay_to(a.up_time);
    tlm_sync_enum answer = up->nb_transport_fw(a.up_gp, phase, delay);

    if (likely(answer == tlm::TLM_COMPLETED || phase == tlm::BEGIN_RESP)) {
        a.up_time = Scheduler::absolute(delay);
        if (answer != tlm::TLM_COMPLETED) {
            phase = tlm::END_RESP;
            up->nb_transport_fw(a.up_gp, phase, delay);
        }
        return true;
    }
    a.deferred = true;
    upstream_[&a.up_gp] = &a;
    up_busy_ = phase == tlm::BEGIN_REQ;
    return false;
}

void PcieEndpoint::up_next() {
    up_busy_ = false;
    while (!up_busy_ && !up_queue_.empty()) {
        Access *a = up_queue_.front();
        up_queue_.pop_front();
        if (a->up_time < scheduler_.now())
            a->up_time = scheduler_.now();
        a->book(OWNER_INPUT, a->up_time);
        if (transmit(*a))
            up_done(*a, a->up_time);
    }
}

tlm_sync_enum PcieEndpoint::UpBw::nb_transport_bw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    if (phase == tlm::END_REQ) {
        device_.up_next();
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::BEGIN_RESP)
        return tlm::TLM_ACCEPTED;
    auto found = device_.upstream_.find(&gp);
    if (found == device_.upstream_.end()) {
        SC_REPORT_ERROR("faultline/pcie", "response to a transaction that was not sent");
        return tlm::TLM_COMPLETED;
    }
    Access &a = *found->second;
    device_.upstream_.erase(found);
    device_.up_done(a, Scheduler::absolute(delay));
    if (device_.up_busy_)
        device_.up_next(); // BEGIN_RESP without END_REQ ends the request, too
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
}

/* The IOMMU has answered at @p time, and the access is one that waits. */
void PcieEndpoint::up_done(Access &a, ps_t time) {
    if (a.asking) {
        scheduler_.at(
            to_device_.send(time, format_.completion(PcieFormat::kTranslation), a.bill()),
            [](void *access, u64) {
                auto *x = static_cast<Access *>(access);
                x->fn->device.completion(*x);
            },
            &a);
        return;
    }
    end_piece(a, time);
    cur_ = a.done;
    if (a.fn->is.ats)
        ats_ep_end(&a.fn->ep, &a.use);
    go_on(a, a.done);
}

static xlat_result result_of(const DmaExtension &ext) {
    xlat_result r{};

    r.pa = ext.address;
    r.shift = ext.shift;
    r.perm = ext.perm;
    r.global = ext.global;
    r.untranslated = ext.untranslated;
    return r;
}

/* A Translation Completion is here. */
void PcieEndpoint::completion(Access &a) {
    ps_t now = scheduler_.now();
    xlat_result r = result_of(a.up_ext);
    ats_completion what = ats_ep_complete(&a.fn->ep, a.tag, xlat(a.up_ext.outcome), &r);

    if (!no_tag_.empty()) {
        Access *next = no_tag_.front();
        no_tag_.pop_front();
        next->book(OWNER_ATC, now);
        ask(*next, now);
    }
    switch (what) {
    case ATS_OK:
        if (translated(a, (r.pa & ~(kPage - 1)) | (a.txn.iova & (kPage - 1)), DMA_TRANSLATED, now))
            go_on(a, a.done);
        break;
    case ATS_UNTRANSLATED:
        if (translated(a, a.txn.iova, 0, now))
            go_on(a, a.done);
        break;
    case ATS_STALE:
        ask(a, now);
        break;
    case ATS_FAULT:
        fault(a, now);
        break;
    case ATS_ERROR:
        fail(a, now);
        break;
    }
}

/* A piece is over: a read's data come down the link, a write was posted. */
void PcieEndpoint::end_piece(Access &a, ps_t time) {
    bool ok = a.up_gp.get_response_status() == tlm::TLM_OK_RESPONSE;

    if (a.gp->is_read() && likely(a.fn->is.link))
        time = to_device_.send(time, ok ? format_.completions(a.up_gp.get_address(), a.txn.len) : format_.completion(),
                               a.bill());
    if (time > a.done)
        a.done = time;
    if (a.tags)
        give_tags(a);
    if (!ok)
        a.gp->set_response_status(a.up_gp.get_response_status());
    if (!a.ext)
        return;
    a.ext->outcome = a.up_ext.outcome;
    if (!a.offset)
        a.ext->address = a.up_ext.address;
    a.ext->faults += a.up_ext.faults;
    if (a.up_ext.fault)
        a.ext->fault = a.up_ext.fault;
}

void PcieEndpoint::fail(Access &a, ps_t time) {
    if (a.in_fault)
        close_fault(a, false, time);
    if (time > a.done)
        a.done = time;
    a.gp->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (a.ext)
        a.ext->outcome = XLAT_ABORT;
    finish(a);
}

/* After a piece: is there another? */
bool PcieEndpoint::advance(Access &a) {
    a.offset += a.txn.len;
    if (a.offset >= a.total || a.gp->is_response_error())
        return false;
    next_piece(a);
    return true;
}

/* A piece of a waiting access has ended. */
void PcieEndpoint::go_on(Access &a, ps_t time) {
    a.started = time;
    if (!advance(a) || run(a, time))
        finish(a);
}

/* ---- towards the DMA engine ---- */

void PcieEndpoint::b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    Access *a = new_access();

    if (start(*a, gp, Scheduler::absolute(delay))) {
        a->blocking = true;
        if (!run(*a, a->started)) {
            if (!a->event)
                a->event = new sc_core::sc_event(sc_core::sc_gen_unique_name("access"));
            while (!a->over)
                sc_core::wait(*a->event);
        }
        delay = Scheduler::delay_to(a->done);
    }
    free_.push_back(a);
}

tlm_sync_enum PcieEndpoint::nb_begin(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    Access *a = new_access();
    ps_t time = Scheduler::absolute(delay);

    if (!start(*a, gp, time)) {
        free_.push_back(a);
        return tlm::TLM_COMPLETED;
    }
    if (run(*a, time)) {
        delay = Scheduler::delay_to(a->done);
        free_.push_back(a);
        return tlm::TLM_COMPLETED;
    }
    if (gp.has_mm())
        gp.acquire();
    a->end_req = true;
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
}

/* The access is over at a.done: its answer goes out then. */
void PcieEndpoint::finish(Access &a) {
    if (a.blocking) {
        a.over = true;
        if (a.event) {
            a.event->notify(sc_core::SC_ZERO_TIME);
            scheduler_.kernel_changed();
        }
        return;
    }
    scheduler_.at(
        a.done,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            x->fn->device.respond(*x);
        },
        &a);
}

/* One response at a time on a socket (the base protocol's exclusion rule). */
void PcieEndpoint::respond(Access &a) {
    responses_.push_back(&a);
    if (!responding_)
        send_response(a);
}

void PcieEndpoint::send_response(Access &a) {
    tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay = Scheduler::delay_to(scheduler_.now());

    responding_ = true;
    tlm_sync_enum answer = dma->nb_transport_bw(*a.gp, phase, delay);
    if (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP))
        end_response(*a.gp);
}

tlm_sync_enum PcieEndpoint::end_response(tlm_generic_payload &gp) {
    if (responses_.empty() || responses_.front()->gp != &gp) {
        SC_REPORT_ERROR("faultline/pcie", "END_RESP of a transaction that has no response");
        return tlm::TLM_COMPLETED;
    }
    free_.push_back(responses_.front());
    responses_.pop_front();
    responding_ = false;
    if (gp.has_mm())
        gp.release();
    if (!responses_.empty() && !responding_)
        send_response(*responses_.front());
    return tlm::TLM_COMPLETED;
}

void PcieEndpoint::DmaFw::b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    device_.b_transport(gp, delay);
}

tlm_sync_enum PcieEndpoint::DmaFw::nb_transport_fw(tlm_generic_payload &gp, tlm_phase &phase, sc_core::sc_time &delay) {
    if (phase == tlm::BEGIN_REQ)
        return device_.nb_begin(gp, phase, delay);
    if (phase == tlm::END_RESP)
        return device_.end_response(gp);
    return tlm::TLM_ACCEPTED;
}

/* A debugger sees what an untranslated access would. */
unsigned PcieEndpoint::DmaFw::transport_dbg(tlm_generic_payload &gp) {
    return device_.up->transport_dbg(gp);
}

} // namespace faultline
