/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way of an access: ATC, translation request, translated access. */
#include "pcie_parts.h"

namespace faultline {

using tlm::tlm_generic_payload;

constexpr u64 kPage = 4096;

/* ---- the access ---- */

void PcieAccess::next_piece() {
    u64 room = kPage - ((iova + offset) & (kPage - 1));
    u32 left = total - offset;

    waiter.alone = false;
    txn.iova = iova + offset;
    txn.len = left < room || !fn->is.link ? left : u32(room); // the TBU splits a platform master's
}

/* After a piece: is there another? */
bool PcieAccess::advance() {
    offset += txn.len;
    if (offset >= total || gp->is_response_error())
        return false;
    next_piece();
    return true;
}

/* ---- up to the IOMMU ---- */

bool Upstream::send(PcieAccess &a) {
    if (unlikely(shut())) {
        a.up->ext.asked = a.up_time;
        queue(a);
        return false;
    }
    if (likely(AccessOutlet::send(*a.up, a.up_time)))
        return true;
    sent(*a.up, a);
    return false;
}

void Upstream::turn(PcieAccess &a) {
    a.fn->turn(a);
    if (send(a))
        over(a, a.up_time);
}

void Upstream::over(PcieAccess &a, ps_t time) {
    a.fn->answered(a, time);
}

/* ---- a function ---- */

static ats_ep_cfg config_of(const fl_config &config, const PcieFunction &f) {
    ats_ep_cfg cfg{};

    cfg.sid = f.requester;
    cfg.atc.sets = u32(config.pcie.atc_sets);
    cfg.atc.ways = cfg.atc.sets ? u32(config.pcie.atc_ways) : 1;
    cfg.capacity = u32(config.pcie.credits);
    cfg.group = fl_config_group(&config);
    cfg.pri = f.pri;
    return cfg;
}

PcieDma::PcieDma(PcieParts &parts, const PcieFunction &f)
    : is(f), tag_use("read_tags", u32(parts.config.pcie.tags)), pager(parts, *this, u32(parts.config.pcie.credits)),
      parts_(parts), tags_(parts.config.pcie.tags, 0) {
    ats_ep_cfg cfg = config_of(parts.config, f);

    if (ats_ep_init(&ep, &cfg, PciePager::ops(), &pager))
        throw std::invalid_argument("PCIe function: credits, group or ATC out of range");
}

/* Pieces that nothing holds up follow each other as fast as the translation cache and the link take them. */
bool PcieDma::run(PcieAccess &a, ps_t time) {
    while (run_piece(a, time)) {
        if (!a.advance())
            return true;
        time += is.ats ? parts_.config.pcie.atc_lookup_ps : 0;
        a.started = time;
    }
    return false;
}

bool PcieDma::run_piece(PcieAccess &a, ps_t time) {
    xlat_result r;

    if (!is.ats)
        return translated(a, a.txn.iova, 0, time);
    time += parts_.config.pcie.atc_lookup_ps;
    if (likely(ats_ep_lookup(&ep, &a.txn, &r))) {
        a.book(OWNER_ATC, time);
        return translated(a, r.pa, DMA_TRANSLATED, time);
    }
    if (a.done + parts_.config.pcie.atc_lookup_ps > time) { // what may fault waits for the pieces before it
        a.started = a.done;
        time = a.done + parts_.config.pcie.atc_lookup_ps;
    }
    a.mark_try(parts_.logged);
    a.book(OWNER_ATC, time);
    ask(a, time);
    return false;
}

/* The last one may not be over for everybody above. */
void PcieDma::new_payload(PcieAccess &a) {
    if (a.up)
        a.up->release();
    a.up = parts_.payloads.take();
    a.up->ext = {};
    a.up->set_dmi_allowed(false);
}

/* Out it goes, as a translated request (or, where the translation says so, with its untranslated address). */
bool PcieDma::translated(PcieAccess &a, u64 address, u16 flags, ps_t time) {
    a.asking = false;
    new_payload(a);
    set_access(*a.up, a.gp->get_command(), address, a.gp->get_data_ptr() ? a.gp->get_data_ptr() + a.offset : nullptr,
               a.txn.len);
    cut_byte_enables(*a.gp, *a.up, a.offset, a.up->byte_enables);
    // A translated request carries no PASID, and with it neither privilege nor execute.
    a.up->ext.flags = flags ? flags : u16(a.txn.flags & ~DMA_WRITE);
    if (is.ats)
        ats_ep_begin(&ep, &a.use, &a.txn);
    return take_tags(a, time) && send_translated(a, time);
}

/* ---- tags of read requests ---- */

/* A tag for each read request of the piece, from @time on. False: it waits for reads whose end is not known. */
bool PcieDma::take_tags(PcieAccess &a, ps_t &time) {
    a.tags = 0;
    if (!a.gp->is_read() || !is.link)
        return true;
    a.tags = u32(std::min(parts_.format.reads(a.txn.len), parts_.config.pcie.tags));
    a.tags_asked = time;
    if (unlikely(!tag_queue_.empty() || tags_.size() < a.tags)) {
        tag_queue_.push_back(&a);
        return false;
    }
    hold_tags(a);
    time = a.tags_from;
    a.book(OWNER_TAG, time);
    return true;
}

/* There are enough: the last of them is free at a.tags_from. */
void PcieDma::hold_tags(PcieAccess &a) {
    a.tags_from = a.tags_asked;
    for (u32 i = 0; i < a.tags; i++)
        a.tags_from = std::max(a.tags_from, tags_.pop());
    for (u32 i = 0; i < a.tags; i++)
        tag_use.take(a.tags_asked, a.tags_from);
}

/* The piece is over at a.done. Who waits for its tags goes on when the last of them is free. */
void PcieDma::give_tags(PcieAccess &a) {
    for (u32 i = 0; i < a.tags; i++) {
        tags_.push(a.done);
        tag_use.release(a.tags_from, a.done);
    }
    a.tags = 0;
    while (unlikely(!tag_queue_.empty() && tags_.size() >= tag_queue_.front()->tags)) {
        PcieAccess *next = tag_queue_.front();
        tag_queue_.pop_front();
        hold_tags(*next);
        parts_.scheduler.call<&PcieDma::tags_free>(std::max(next->tags_from, parts_.scheduler.now()), *this, next);
    }
}

void PcieDma::tags_free(PcieAccess &a) {
    ps_t now = parts_.scheduler.now();

    a.book(OWNER_TAG, now);
    if (send_translated(a, now))
        go_on(a, a.done);
}

/* ---- packets ---- */

void PcieDma::end_use(PcieAccess &a) {
    parts_.now = a.done;
    if (is.ats)
        ats_ep_end(&ep, &a.use);
}

/* True: over already; only its end, still to come, holds an invalidation up. */
bool PcieDma::send_translated(PcieAccess &a, ps_t time) {
    if (!send_up(a, time))
        return false;
    end_piece(a, a.up_time);
    pager.in_use(a.done);
    end_use(a);
    return true;
}

void PcieDma::ask(PcieAccess &a, ps_t time) {
    dma_txn req;
    int tag = ats_ep_translate(&ep, &a.txn, &req);

    if (tag < 0) {
        parts_.no_tag.push_back(&a);
        return;
    }
    a.tag = u32(tag);
    a.asking = true;
    new_payload(a);
    set_access(*a.up, tlm::TLM_READ_COMMAND, req.iova & ~(kPage - 1), a.up->answer, u32{PcieFormat::kTranslation});
    a.up->set_byte_enable_ptr(nullptr);
    a.up->ext.flags = req.flags;
    if (send_up(a, time))
        answered(a, a.up_time);
}

/* The data of a read come while its further requests are still on their way; a write is there with its last packet. */
ps_t PcieDma::send_packets(PcieAccess &a, ps_t time) {
    const PcieFormat &format = parts_.format;
    u64 address = a.up->get_address(), length = a.up->get_data_length();
    u64 prefix = a.up->ext.flags & DMA_PASID ? PcieFormat::kPasidPrefix : 0;

    if (a.up->is_write())
        return parts_.to_root.send(time, format.writes(address, length, prefix), a);
    u64 bytes = format.read_requests(address, length, prefix);
    return parts_.to_root.send(time, bytes, a, a.asking ? bytes : bytes / format.reads(length));
}

/* True: the IOMMU has answered, a.up_time is when. */
bool PcieDma::send_up(PcieAccess &a, ps_t time) {
    a.up->ext.stream_id = a.txn.sid;
    a.up->ext.substream_id = a.txn.pasid;
    a.up->ext.bill = a.bill();
    a.up->ext.fault_bill = unlikely(parts_.logged) && a.asking && a.fault_bill.complete() ? &a.fault_bill : nullptr;
    a.up_time = likely(is.link) ? send_packets(a, time) : time;
    /* Translated anew, and where an access of another master begins: at the IOMMU. */
    if (unlikely(a.in_fault && !a.asking))
        pager.close(a, XLAT_OK, a.up_time);
    return parts_.up.send(a);
}

/* The request phase of another is over: that has waited for a slot. */
void PcieDma::turn(PcieAccess &a) {
    a.up_time = std::max(a.up_time, parts_.scheduler.now());
    a.book(OWNER_SLOT, a.up_time);
}

void PcieDma::answered(PcieAccess &a, ps_t time) {
    if (a.asking) {
        ps_t end = parts_.to_device.send(time, parts_.format.completion(PcieFormat::kTranslation), a);
        parts_.scheduler.call<&PcieDma::completion>(end, *this, &a);
        return;
    }
    end_piece(a, time);
    end_use(a);
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
void PcieDma::completion(PcieAccess &a) {
    ps_t now = parts_.scheduler.now();
    xlat_result r = result_of(a.up->ext);
    ats_completion what = ats_ep_complete(&ep, a.tag, xlat(a.up->ext.outcome), &r);

    if (!parts_.no_tag.empty()) {
        PcieAccess *next = parts_.no_tag.front();
        parts_.no_tag.pop_front();
        next->book(OWNER_ATC, now);
        next->fn->ask(*next, now);
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
        pager.fault(a, now);
        break;
    case ATS_ERROR:
        fail(a, now);
        break;
    }
}

/* ---- the end of a piece, or of the access ---- */

/* A read's data come down the link, a write was posted. */
void PcieDma::end_piece(PcieAccess &a, ps_t time) {
    const PcieFormat &format = parts_.format;
    bool ok = a.up->get_response_status() == tlm::TLM_OK_RESPONSE;

    if (a.gp->is_read() && likely(is.link))
        time = parts_.to_device.send(time,
                                     ok ? format.completions(a.up->get_address(), a.txn.len) : format.completion(), a);
    a.end_at(time);
    if (a.tags)
        give_tags(a);
    if (!ok)
        a.gp->set_response_status(a.up->get_response_status());
    if (!a.ext)
        return;
    a.ext->outcome = a.up->ext.outcome;
    if (!a.offset)
        a.ext->address = a.up->ext.address;
    a.ext->faults += a.up->ext.faults;
    if (a.up->ext.fault)
        a.ext->fault = a.up->ext.fault;
}

void PcieDma::fail(PcieAccess &a, ps_t time) {
    if (a.in_fault)
        pager.close(a, XLAT_ABORT, time);
    a.end_at(time);
    a.gp->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (a.ext)
        a.ext->outcome = XLAT_ABORT;
    finish(a);
}

void PcieDma::retry(PcieAccess &a, ps_t time) {
    if (run_piece(a, time))
        go_on(a, a.done);
}

void PcieDma::go_on(PcieAccess &a, ps_t time) {
    a.started = time;
    if (!a.advance() || run(a, time))
        finish(a);
}

/* The access is over at a.done: its answer goes out then. */
void PcieDma::finish(PcieAccess &a) {
    if (a.blocking)
        a.thread.wake(parts_.scheduler);
    else
        parts_.scheduler.call<&Responses<PcieAccess>::respond>(a.done, parts_.responses, &a);
}

} // namespace faultline
