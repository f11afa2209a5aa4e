/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An access on its way through an IOMMU, and the fault that it may be in.
 */
#ifndef FAULTLINE_ACCESS_H
#define FAULTLINE_ACCESS_H

#include "bill.h"
#include "dma_extension.h"
#include "ledger.h"
#include "tlm_parts.h"
#include "usage.h"

namespace faultline {

struct Access;
struct IommuParts;
struct Piece;
class TbuSocket;

/// How a step ended: translated, refused, or it has to wait for others.
enum class Step { Done, Ended, Wait };

/// An access, one piece (within a page) at a time.
struct Flow {
    static constexpr u64 kPage = 4096;

    TbuSocket *port;
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
    Piece *part;    // what goes down, where the access has several pieces

    Bill *bill;        // of the access, or NULL
    LoggedBill *piece; // of this try of the piece, where it may end in a fault
    LoggedBill *fault; // of the fault that the access is in

    /// The piece that begins at offset: up to the end of its page.
    void next_piece() {
        u64 room = kPage - ((iova + offset) & (kPage - 1));
        u32 left = total - offset;

        txn.iova = iova + offset;
        txn.len = left < room ? left : u32(room);
    }
    /// After a piece: is there another?
    bool advance() {
        offset += txn.len;
        if (offset >= total || gp->is_response_error())
            return false;
        how = XLAT_OK;
        next_piece();
        return true;
    }
    void end_at(ps_t time) { done = time > done ? time : done; }
    /// @p enter books several entries on the bill that it is given, here on each. Who waits has them done at once.
    template <typename Enter> void book_all(Enter enter) {
        if (!bill)
            return;
        enter(*bill);
        if (unlikely(piece || fault))
            book_fault(enter);
    }
    template <typename Enter> __attribute__((noinline)) void book_fault(Enter enter) {
        for (LoggedBill *b : {piece, fault}) {
            if (!b)
                continue;
            if (unlikely(b->complete()))
                enter(*b);
            else
                enter(static_cast<Bill &>(*b));
        }
    }
    /// Pieces of one access overlap, so a fault has a bill of its own.
    __attribute__((always_inline)) void book(owner o, ps_t until) {
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
};

/// An access that could not be answered at once.
struct Access : Ledger::Owner {
    Flow flow;
    u64 id;       // 0 is none
    Access *next; // waits for the same walk
    FaultStamps stamps;
    u64 fault; // number of the fault that stamps are of
    LoggedBill fault_bill, piece_bill;
    owner waits;       // who owns the time until it goes on
    ps_t stalled_from; // it holds a stall slot
    ps_t accepted;     // AT: its END_REQ was announced for then
    ps_t port_waited;  // of the fault just decided: for other records
    xlat resume_how;
    Step step;
    xlat_result found; // with walked
    bool walked;       // an ATS request's own walk has ended well; an answer without permission is installed nowhere
    bool slot;         // holds a translation slot
    bool blocking;     // a thread waits for it in b_transport
    bool in_fault;     // stamps are being taken
    bool stalled;      // the engine holds it
    bool read;         // software has the record of the fault
    bool end_req;      // AT: the request phase is over
    Sleeper thread;

    /// It is new, with what @p f has come to.
    void begin(const Flow &f, const LoggedBill &piece);
    tlm::tlm_generic_payload &payload() const { return *flow.gp; }
    IommuParts &parts() const;

    // The fault
    void open_fault(ps_t decided);
    void close_fault(ps_t time, xlat kind);
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
    /// All parts of the fault's latency from @p part on begin at @p time, as far as is known.
    void stamp_from(fault_part part, ps_t time) {
        std::fill(stamps.stamp + part, stamps.stamp + FAULT_PARTS + 1, time);
    }
    /// The record, which was held, is in its queue.
    void record_entered(ps_t time);
    void record_read(u64 number, ps_t time, const Reader &reader) override;

    // How it goes on, at @p time
    void retry_at(ps_t time);
    void resume_at(ps_t time, xlat how);
    void abort_at(ps_t time);
    /// The engine resumes it.
    void resume(iommu_resume how);

private:
    void book_answer(ps_t begin, ps_t time);
    void retry();
    void resumed();
};

/// Accesses that the engine stalls, and those for which it has no room.
class StallSlots {
public:
    void take(Access &a, ps_t time) {
        a.stalled = true;
        a.stalled_from = time;
        usage.take(time, time);
    }
    void give(Access &a, ps_t time) {
        a.stalled = false;
        usage.release(a.stalled_from, time);
    }
    /// No room: @p a waits for it, and owns nothing until then.
    void wait(Access &a) {
        a.waits = OWNER_STALL_SLOT;
        waiting_.push_back(&a);
    }
    /// There is room again for accesses of TBU @p tbu; @p all: for those of the others, too.
    void room(u32 tbu, bool all, ps_t time);
    std::size_t waiting() const { return waiting_.size(); }

    Usage usage{"stall_slots", ~0U, false};

private:
    std::vector<Access *> waiting_; // XLAT_WAIT
};

} // namespace faultline

#endif // FAULTLINE_ACCESS_H
