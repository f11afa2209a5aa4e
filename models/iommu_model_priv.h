/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULTLINE_IOMMU_MODEL_PRIV_H
#define FAULTLINE_IOMMU_MODEL_PRIV_H

#include "iommu_model.h"
#include <algorithm>
#include <deque>
#include <functional>

namespace faultline {

constexpr u64 kPage = 4096;
constexpr std::size_t kInFlightHeads = 1024;
constexpr std::size_t kDirectPages = 1024;

/* An access on its way: one piece (within a page) at a time. */
struct IommuModel::Flow {
    Port *port;
    tlm::tlm_generic_payload *gp;
    DmaExtension *ext;
    dma_txn txn;     // the piece
    xlat_result res; // of the piece
    u64 iova;        // of the whole access
    u32 total, offset;
    ps_t started;   // this attempt of this piece reached the TBU
    ps_t slot_from; // it holds a translation slot
    ps_t at;        // the piece was translated or refused
    ps_t done;      // the latest end of any piece so far
    xlat how;       // XLAT_OK, XLAT_ABORT, XLAT_RAZWI
    Access *waiter; // with Step::Wait: who waits

    Bill *bill;  // of the access, or NULL
    Bill *piece; // of this try of the piece, where it may end in a fault
    Bill *fault; // of the fault that the access is in

    /// Pieces of one access overlap, so a fault has a bill of its own.
    void book(owner o, ps_t until) {
        if (!bill)
            return;
        bill->book(o, until);
        if (unlikely(piece != nullptr))
            piece->book(o, until);
        if (unlikely(fault != nullptr))
            fault->book(o, until);
    }
    /// Of what @p from has, @p time was @p to's; not in a fault.
    void move(owner from, owner to, ps_t time) {
        if (!bill || !time)
            return;
        bill->move(from, to, time);
        if (piece != nullptr)
            piece->move(from, to, time);
    }
    /// The memory answers at @p end; it may say that the access has waited for a bank.
    void book_memory(ps_t end) {
        if (bill)
            book_bank_and_memory(end);
    }
    void book_bank_and_memory(ps_t end);
};

/* An access that could not be answered at once. */
struct IommuModel::Access {
    Flow flow;
    u64 id;
    Walk *walk;
    Access *next; // waits for the same walk
    FaultStamps stamps;
    u64 fault; // number of the fault that stamps are of
    Bill fault_bill, piece_bill;
    owner waits;       // who owns the time until it goes on
    ps_t stalled_from; // it holds a stall slot
    ps_t port_waited;  // of the fault just decided: for other records
    xlat resume_how;
    Step step;
    bool slot;     // holds a translation slot
    bool blocking; // a thread waits for it in b_transport
    bool resolved;
    bool in_fault; // stamps are being taken
    bool stalled;  // the engine holds it
    bool read;     // software has the record of the fault
    bool end_req;  // AT: the request phase is over
    bool aborts;   // a resume ended it
    sc_core::sc_event *event = nullptr;

    ~Access() { delete event; }

    /// What it has met is no fault, or nobody's any more.
    void drop_fault() {
        in_fault = false;
        flow.fault = nullptr;
    }
    /// A try begins at flow.started.
    void open_piece() {
        piece_bill.open(flow.started);
        flow.piece = flow.bill ? &piece_bill : nullptr;
    }
};

struct IommuModel::Walk {
    iommu_walk w;
    ps_t ready; // when the TBU has the result
    Walk *hash_next;
    Access *access;  // whose fault it is; NULL: it ends well
    Access *waiters; // merged, start again when it ends
    u64 changes;     // IommuModel::changes_ when it began
    u32 head;
};

/* Lookups and walks have one price: nobody listens, and the engine need not speak. */
class IommuModel::Silence {
public:
    explicit Silence(IommuModel &model) : model_(model) { model.ops_.event = nullptr; }
    ~Silence() { model_.ops_.event = op_event; }

private:
    IommuModel &model_;
};

class IommuModel::Port : public tlm::tlm_fw_transport_if<> {
public:
    Port(IommuModel &model, unsigned index);

    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &gp, tlm::tlm_dmi &dmi) override;
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override;

    void release(ps_t time);  // a slot is free from @time on
    void drain();             // the input goes on
    void drain_at(ps_t time); // ... then
    void respond(Access &a);  // BEGIN_RESP, when the socket's turn has come
    void end_request(Access &a);
    void invalidate_dmi();
    ps_t next_entry() const { return std::max(input.end(), held); }

    IommuModel &model;
    tlm::tlm_target_socket<> socket;
    unsigned index;
    u32 default_stream = 0;
    SortedRing<ps_t> slots; // when each free one is free
    mutable Usage input_use, slots_use;
    u64 entered = 0;
    ps_t input_waited = 0; // by all that came to the input
    std::deque<Access *> blocked, responses;
    Timetable input;
    ps_t held = 0;           // nothing without a slot goes in before
    ps_t drain_due = kNever; // when the input goes on next
    u64 drains = 0;          // actions asked for
    bool responding = false;
    // DMI cannot tell streams apart: granted only while one stream uses the socket.
    u64 dmi_stream = kNever;
    bool dmi_granted = false, dmi_refused = false;

private:
    static void drain_action(void *port, u64);
    tlm::tlm_sync_enum end_response(tlm::tlm_generic_payload &gp);
    void send_response(Access &a);
};

/* The backward path of an initiator socket. */
class IommuModel::DownBw : public tlm::tlm_bw_transport_if<> {
public:
    explicit DownBw(IommuModel &model) : model_(model) {}
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;

private:
    IommuModel &model_;
};

class IommuModel::MmioFw : public tlm::tlm_fw_transport_if<> {
public:
    explicit MmioFw(IommuModel &model) : model_(model) {}
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    unsigned transport_dbg(tlm::tlm_generic_payload &) override { return 0; } // registers have side effects

private:
    IommuModel &model_;
};

/* The piece that begins at f.offset: up to the end of its page. */
inline void IommuModel::next_piece(Flow &f) const {
    u64 iova = f.iova + f.offset, room = kPage - (iova & (kPage - 1));
    u32 left = f.total - f.offset;

    f.txn.iova = iova;
    f.txn.len = left < room ? left : u32(room);
}

/* After a piece: is there another? */
inline bool IommuModel::advance(Flow &f) {
    f.offset += f.txn.len;
    if (f.offset >= f.total || f.gp->is_response_error())
        return false;
    f.how = XLAT_OK;
    next_piece(f);
    return true;
}

} // namespace faultline

#endif // FAULTLINE_IOMMU_MODEL_PRIV_H
