/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ledger of an IOMMU: what its hardware and its software have to know of each
 * other to say whose a fault's time was, and nothing else. Registers, queues and
 * interrupts go through sockets.
 *
 * Hardware reports each record and the end of each SYNC; software reports what it
 * reads, and how it came to the answer that its next register writes carry.
 */
#ifndef FAULTLINE_LEDGER_H
#define FAULTLINE_LEDGER_H

#include "bill.h"

namespace faultline {

class Ledger {
public:
    /// Whose record it is.
    struct Owner {
        virtual ~Owner() = default;
        /// Software has read record @p key at @p time.
        virtual void record_read(u64 key, ps_t time, const Reader &reader) = 0;
    };

    // ---- software reports, and asks ----

    /// There are records that software has not read.
    bool unread() const { return !records_.empty(); }
    /// Software (@p reader) read memory or a register at @p time: was it a record?
    void read(u64 address, u32 length, ps_t time, const Reader &reader) {
        if (unlikely(unread()))
            find(address, length, time, reader);
    }
    /// How the fault core came to the answer that the next register writes will carry.
    void set_answer(const Answer &answer) { answer_ = answer; }
    /// When the last SYNC is complete: software that waits for it spins until then.
    ps_t sync_done() const { return sync_done_; }
    /// The next time at which hardware will have done something, or kNever.
    ps_t next_due() const { return next_due_; }

    // ---- hardware reports, and asks ----

    /// The record at @p address is @p owner's; it calls it @p key.
    void record(u64 address, Owner &owner, u64 key) { records_[address] = {&owner, key}; }
    void sync(ps_t done) { sync_done_ = done; }
    void due(ps_t next) { next_due_ = next; }
    const Answer &answer() const { return answer_; }
    /// Who read the last record of a fault.
    void set_reader(const Reader &reader) { reader_ = reader; }
    const Reader &reader() const { return reader_; }
    /// A reset: records and answers are void.
    void forget() {
        records_.clear();
        answer_ = {};
        sync_done_ = 0;
    }

private:
    struct Record {
        Owner *owner;
        u64 key;
    };

    void find(u64 address, u32 length, ps_t time, const Reader &reader) {
        for (u64 at = address & ~7ULL; at < address + length; at += 8) {
            auto found = records_.find(at);
            if (found == records_.end())
                continue;
            Record r = found->second;
            records_.erase(found);
            r.owner->record_read(r.key, time, reader);
        }
    }

    std::unordered_map<u64, Record> records_; // by address
    Reader reader_{};
    Answer answer_{};
    ps_t sync_done_ = 0, next_due_ = kNever;
};

} // namespace faultline

#endif // FAULTLINE_LEDGER_H
