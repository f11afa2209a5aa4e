/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULTLINE_PCIE_ENDPOINT_PRIV_H
#define FAULTLINE_PCIE_ENDPOINT_PRIV_H

#include "pcie_endpoint.h"

namespace faultline {

/// An access of the device, one page at a time.
struct PcieEndpoint::Access {
    tlm::tlm_generic_payload *gp;
    DmaExtension *ext;
    Function *fn;
    dma_txn txn; // the piece
    u64 iova;
    u32 total, offset;
    ps_t started, done;

    // what goes up on its behalf
    tlm::tlm_generic_payload up_gp;
    DmaExtension up_ext;
    unsigned char answer[8]; // of a translation request
    ps_t up_time;            // when it reaches, then leaves the IOMMU
    ats_use use;             // while it is under way, translated
    u32 tag;                 // of a translation request
    u32 tags;                // of read requests
    ps_t tags_asked, tags_from;
    bool asking; // it is a translation request

    ats_waiter waiter;
    ats_wake why;
    PageStamps stamps;
    Bill mark, fault_mark; // the bill when this try, when the fault began
    bool in_fault, joined;
    bool try_again; // the group's answer was the queue's overflow: the fault goes on

    bool deferred; // not answered at once
    bool blocking; // a thread waits in b_transport
    bool over, end_req;
    sc_core::sc_event *event = nullptr;

    Access() { up_gp.set_extension(&up_ext); }
    Bill *bill() const { return ext ? ext->bill : nullptr; }
    void book(owner o, ps_t until) {
        if (Bill *b = bill())
            b->book(o, until);
    }
    ~Access() {
        up_gp.clear_extension(&up_ext);
        delete event;
    }
};

/// When the messages of a page request group passed by.
struct GroupTimes {
    ps_t sent, arrived, recorded, noticed;
    Reader reader;
    u32 requests; // that hold a credit each since @c sent
};

struct PcieEndpoint::Function {
    PcieEndpoint &device;
    PcieFunction is;
    ats_ep ep;
    SortedRing<ps_t> tags; // of read requests: when each that is not under way is free
    std::deque<Access *> tag_queue;
    Usage tag_use;
    ps_t last_use = 0;                        // end of the translated accesses that were answered at once
    bool carrying = false, completed = false; // an invalidation, within ats_invalidate()
    GroupTimes groups[ATS_MAX_PRG] = {};
    const Response *response = nullptr; // being taken in
    unsigned resets = 0;                // of the IOMMU; what it sent before is not taken in
    Usage credits;

    Function(PcieEndpoint &d, const PcieFunction &f, const ats_ep_cfg &cfg, const ats_ep_ops &ops)
        : device(d), is(f), tags(d.config_.pcie.tags, 0), tag_use("read_tags", u32(d.config_.pcie.tags)),
          credits("credits", cfg.capacity) {
        if (ats_ep_init(&ep, &cfg, &ops, this))
            throw std::invalid_argument("PCIe function: credits, group or ATC out of range");
    }
    ~Function() { ats_ep_exit(&ep); }
    /// A group's answer is here.
    void give_back(GroupTimes &g, ps_t time) {
        for (; g.requests; g.requests--)
            credits.release(g.sent, time);
    }
};

/// A group response on its way down.
struct PcieEndpoint::Response {
    Function &fn;
    ::page_response message;
    PageAnswer answer;
    ps_t left; // the IOMMU
    unsigned resets;
};

class PcieEndpoint::DmaFw : public tlm::tlm_fw_transport_if<> {
public:
    explicit DmaFw(PcieEndpoint &device) : device_(device) {}
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override;

private:
    PcieEndpoint &device_;
};

class PcieEndpoint::UpBw : public tlm::tlm_bw_transport_if<> {
public:
    explicit UpBw(PcieEndpoint &device) : device_(device) {}
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

private:
    PcieEndpoint &device_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_ENDPOINT_PRIV_H
