/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "access.h"
#include "iommu_parts.h"

namespace faultline {

IommuParts &Access::parts() const {
    return flow.port->parts;
}

void Access::begin(const Flow &f, const LoggedBill &piece) {
    next = nullptr;
    waits = OWNER_INPUT;
    accepted = 0;
    blocking = in_fault = stalled = end_req = walked = false;
    thread.reset();
    flow = f;
    if (f.piece)
        piece_bill = piece;
    piece_bill.keep(parts().logged);
    flow.piece = f.piece ? &piece_bill : nullptr;
}

/* ---- the fault ---- */

void Access::open_fault(ps_t decided) {
    stamps.open(flow.started, decided);
    in_fault = true;
    read = false;
    fault = ++parts().faults;
    fault_bill = piece_bill;
    flow.fault = flow.piece ? &fault_bill : nullptr;
}

void Access::close_fault(ps_t time, xlat kind) {
    stamps.close(time);
    in_fault = false;
    if (!parts().sink)
        return;
    fl_assert(!flow.fault || fault_bill.total() == stamps.total());
    parts().sink->fault_over(flow.txn, kind, stamps, flow.fault, parts().flow(fault));
    flow.fault = nullptr;
}

/* Whoever made room was on his way already, and a record with room waits for that as long. */
void Access::record_entered(ps_t time) {
    const Reader &reader = parts().ledger.reader();

    flow.book_all([&](auto &b) {
        b.book(OWNER_INTERRUPT, reader.entered);
        b.book(OWNER_WAKE, reader.began);
        b.book(OWNER_QUEUE_FULL, time);
    });
    stamp_from(PART_NOTIFY, time);
}

/* The access may be another's by now: then the number is not that of its fault. */
void Access::record_read(u64 number, ps_t time, const Reader &reader) {
    if (Tap *tap = parts().tap)
        tap->read(parts().flow(number));
    if (in_fault && fault == number) {
        stamps.stamp[PART_SOFTWARE] = time;
        read = true;
        flow.book_all([&](auto &b) { book_reading(b, reader, time); });
    }
    parts().ledger.set_reader(reader);
}

/* ---- how it goes on ---- */

void Access::retry() {
    flow.port->retry(*this);
}

void Access::retry_at(ps_t time) {
    parts().scheduler.call<&Access::retry>(time, *this);
}

void Access::resumed() {
    if (resume_how == XLAT_OK)
        retry();
    else
        flow.port->refuse(*this, resume_how);
}

void Access::resume_at(ps_t time, xlat how) {
    resume_how = how;
    flow.at = time;
    parts().scheduler.call<&Access::resumed>(time, *this);
}

void Access::abort_at(ps_t time) {
    flow.res = {};
    resume_at(time, XLAT_ABORT);
}

void Access::resume(iommu_resume how) {
    IommuParts &p = parts();

    fl_assert(stalled);
    // It may be announced for later: an answer does not reach it before it stalls.
    ps_t begin = std::max(p.queues.server.turn(p.host.now), stalled_from);
    ps_t time = begin + p.config.command.resume_ps, answered = p.ledger.answer().answered;
    p.stalls.give(*this, p.host.now);
    if (p.tap)
        p.tap->stalled(p.number, flow.txn.sid, p.host.now, false);
    book_answer(begin, time);
    stamps.stamp[PART_RESPOND] = answered && answered < time ? answered : time;
    stamps.stamp[PART_SOFTWARE] = std::min(stamps.stamp[PART_SOFTWARE], stamps.stamp[PART_RESPOND]);
    stamps.stamp[PART_RETRY] = time;
    flow.started = time;
    open_piece();
    resume_at(time, how == RESUME_ABORT ? XLAT_ABORT : how == RESUME_RAZWI ? XLAT_RAZWI : XLAT_OK);
}

/* The answer's way: worker, handler, and the command that ends at @p time; the commands before it end at @p begin. */
void Access::book_answer(ps_t begin, ps_t time) {
    IommuParts &p = parts();
    const Answer &answer = p.ledger.answer();
    const Reader &reader = p.ledger.reader();

    ps_t now = p.host.now;

    if (unlikely(p.tap && answer.answered))
        p.tap->answered(p.flow(fault));
    flow.book_all([&](auto &b) {
        if (answer.answered) {
            // Who waits behind a fault of its context bank has no record: it waits for the reading of the one before
            // it.
            if (!read && reader.began <= answer.queued)
                book_reading(b, reader, answer.queued);
            book_software(b, answer);
        } else {
            b.book(OWNER_DRIVER, now);
        }
        p.queues.book(b, now, begin);
        b.book(OWNER_COMMAND, time);
    });
    waits = OWNER_COMMAND;
}

void StallSlots::room(u32 tbu, bool all, ps_t time) {
    std::vector<Access *> still;

    for (Access *a : waiting_) {
        if (all || a->flow.port->tbu.index() == tbu)
            a->retry_at(std::max(time, a->flow.at)); // it may be announced for later
        else
            still.push_back(a);
    }
    waiting_.swap(still);
}

} // namespace faultline
