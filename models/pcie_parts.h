/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of a PCIe device: its accesses, what its functions share, and one
 * function: the way of its accesses (PcieDma) and of its page faults (PciePager).
 */
#ifndef FAULTLINE_PCIE_PARTS_H
#define FAULTLINE_PCIE_PARTS_H

#include "pcie_endpoint.h"
#include "tlm_parts.h"

namespace faultline {

class PcieDma;

/// What goes up on behalf of an access: a transaction of its own each time.
struct UpPayload : tlm::tlm_generic_payload {
    DmaExtension ext;
    unsigned char answer[8]; // of a translation request
    std::vector<unsigned char> byte_enables;
};

/// An access of the device, one page at a time.
struct PcieAccess {
    tlm::tlm_generic_payload *gp;
    DmaExtension *ext;
    PcieDma *fn;
    dma_txn txn; // the piece
    u64 iova;
    u32 total, offset;
    ps_t started, done;

    UpPayload *up = nullptr; // the last that went up on its behalf
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
    LoggedBill fault_bill; // since then, or since the try began that may become one; kept for a tap only
    u64 flow;              // of the group that has answered it
    bool in_fault, joined;
    bool try_again; // the group's answer was the queue's overflow: the fault goes on

    bool blocking; // a thread waits in b_transport
    Sleeper thread;

    tlm::tlm_generic_payload &payload() const { return *gp; }
    Bill *bill() const { return ext ? ext->bill : nullptr; }
    void book(owner o, ps_t until) {
        if (Bill *b = bill())
            b->book(o, until);
        if (unlikely(fault_bill.complete()))
            fault_bill.book(o, until);
    }
    void rebook(owner o) {
        if (Bill *b = bill())
            b->rebook(o, mark);
        if (fault_bill.complete())
            fault_bill.rebook(o, mark);
    }
    /// A try begins that may end in a fault.
    void mark_try(bool logged) {
        if (const Bill *b = bill())
            mark = *b;
        if (unlikely(logged) && !in_fault) {
            fault_bill.keep(bill());
            fault_bill.open(mark.at());
        }
    }
    /// Several entries at once: Flow::book_all().
    template <typename Enter> void book_all(Enter enter) {
        if (Bill *b = bill())
            enter(*b);
        if (unlikely(fault_bill.complete()))
            enter(fault_bill);
    }
    void end_at(ps_t time) { done = time > done ? time : done; }
    void next_piece();
    bool advance();
};

/// The way up to the IOMMU's TBU.
class Upstream : public AccessOutlet<PcieAccess> {
public:
    Upstream(tlm::tlm_initiator_socket<> &socket, Scheduler &scheduler) : AccessOutlet(socket, scheduler) {}
    /// True: the IOMMU has answered, a.up_time is when. False: PcieDma::answered() follows.
    bool send(PcieAccess &a);
    unsigned debug(tlm::tlm_generic_payload &gp) { return socket_->transport_dbg(gp); }

private:
    void turn(PcieAccess &a) override;
    void over(PcieAccess &a, ps_t time) override;
};

/// What the functions of a device share.
struct PcieParts {
    PcieParts(Scheduler &s, AtsPort &i, const fl_config &c, tlm::tlm_target_socket<> &dma,
              tlm::tlm_initiator_socket<> &up_socket)
        : scheduler(s), iommu(i), config(in_ticks(c)), format(c), to_root("link_up", config),
          to_device("link_down", config), up(up_socket, s), responses(dma, s, accesses) {}

    /// What the tap calls group @p group of a device; 0 is none.
    u64 flow(u64 group) const { return u64{1} << 63 | u64{number} << 48 | group; }

    Scheduler &scheduler;
    AtsPort &iommu;
    const fl_config config; // in ticks
    PageSink *sink = nullptr;
    Tap *tap = nullptr;  // who looks on
    unsigned number = 0; // of the device, for it
    bool logged = false; // faults keep what their bills are made of
    u64 groups = 0;      // asked for so far
    PcieFormat format;
    PcieLink to_root, to_device;
    Upstream up;
    PayloadPool<UpPayload> payloads;
    Pool<PcieAccess> accesses;
    Responses<PcieAccess> responses;
    std::deque<PcieAccess *> no_tag; // for a translation request
    u64 tries = 0;
    ps_t now = 0; // the time the functions' messages belong to
};

/// Page faults of a function: requests out, responses and invalidations in.
class PciePager {
public:
    PciePager(PcieParts &parts, PcieDma &fn, u32 credits_) : credits("credits", credits_), parts_(parts), fn_(fn) {}

    /// What the function's endpoint calls, with this as context.
    static const ats_ep_ops *ops();

    /// The translation carries no permission: ask for the page, or join who asks for it.
    void fault(PcieAccess &a, ps_t time);
    /// The fault is over: XLAT_OK, XLAT_STALL (it is followed by another), or XLAT_ABORT.
    void close(PcieAccess &a, xlat how, ps_t time);
    /// The translated accesses that were answered at once end at @p time.
    void in_use(ps_t time) { last_use_ = std::max(last_use_, time); }

    void step(const ::page_request &request, PageStep step, ps_t time, const Reader &reader);
    void response(const ::page_response &response, ps_t time, const PageAnswer &answer);
    ps_t invalidate(const ats_inv &invalidation, ps_t time);
    void reset(ps_t time);

    Usage credits;

private:
    /// When the messages of a page request group passed by.
    struct Group {
        ps_t sent, arrived, recorded, noticed;
        Reader reader;
        u32 requests; // that hold a credit each since @c sent
        u64 flow;
    };
    /// A group response on its way down.
    struct Response {
        PciePager &pager;
        ::page_response message;
        PageAnswer answer;
        ps_t left; // the IOMMU
        unsigned resets;

        void arrive();
        bool overflow() const { return message.automatic && message.code == PRG_SUCCESS; }
    };

    void send(const ::page_request &request);
    void completed(u32 sid, u8 itag);
    void wake(ats_waiter &w, ats_wake why);
    void woken(PcieAccess &a);
    void book_group(PcieAccess &a);
    void give_back(Group &g, ps_t time);
    Group &group(u32 prgi) { return groups_[prgi % ATS_MAX_PRG]; }

    PcieParts &parts_;
    PcieDma &fn_;
    ps_t last_use_ = 0;
    bool carrying_ = false, completed_ = false; // an invalidation, within invalidate()
    Group groups_[ATS_MAX_PRG] = {};
    const Response *response_ = nullptr; // being taken in
    unsigned resets_ = 0;                // of the IOMMU; what it sent before is not taken in
};

/// The way of a function's accesses: translation cache, translation request, translated access.
class PcieDma {
public:
    PcieDma(PcieParts &parts, const PcieFunction &f);
    ~PcieDma() { ats_ep_exit(&ep); }

    /// True: the access is over at a.done. False: it goes on by itself.
    bool run(PcieAccess &a, ps_t time);
    /// The IOMMU has answered at @p time, and the access is one that waits.
    void answered(PcieAccess &a, ps_t time);
    /// It goes up late.
    void turn(PcieAccess &a);
    /// A piece of a waiting access is tried again, or it has ended.
    void retry(PcieAccess &a, ps_t time);
    void go_on(PcieAccess &a, ps_t time);
    void fail(PcieAccess &a, ps_t time);
    /// Accesses that wait for tags of read requests.
    std::size_t waiting() const { return tag_queue_.size(); }

    PcieFunction is;
    ats_ep ep;
    Usage tag_use;
    PciePager pager;

private:
    bool run_piece(PcieAccess &a, ps_t time);
    bool translated(PcieAccess &a, u64 address, u16 flags, ps_t time);
    bool take_tags(PcieAccess &a, ps_t &time);
    void hold_tags(PcieAccess &a);
    void give_tags(PcieAccess &a);
    bool send_translated(PcieAccess &a, ps_t time);
    void ask(PcieAccess &a, ps_t time);
    void new_payload(PcieAccess &a);
    ps_t send_packets(PcieAccess &a, ps_t time);
    bool send_up(PcieAccess &a, ps_t time);
    void completion(PcieAccess &a);
    void end_piece(PcieAccess &a, ps_t time);
    void end_use(PcieAccess &a);
    void finish(PcieAccess &a);
    void tags_free(PcieAccess &a);

    PcieParts &parts_;
    SortedRing<ps_t> tags_; // of read requests: when each that is not under way is free
    std::deque<PcieAccess *> tag_queue_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_PARTS_H
