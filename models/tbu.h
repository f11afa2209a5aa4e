/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A TBU: its input, its translation slots, and the price of its lookups. It
 * takes one piece of an access to its translation, or makes it wait.
 */
#ifndef FAULTLINE_TBU_H
#define FAULTLINE_TBU_H

#include "tcu.h"

namespace faultline {

class Tbu {
public:
    Tbu(IommuParts &parts, TbuSocket &socket, unsigned index);

    /**
     * Present one piece to the engine at @p t.
     * Done: translated at f.at. Ended: refused at f.at, f.how. Wait: f.waiter goes on by itself.
     * @p again: it has waited before, and may hold a slot.
     */
    Step attempt(Flow &f, ps_t t, Access *again);
    /// Turn the flow into something that can wait; @p again, if it does so already.
    Step wait(Flow &f, Access *again, bool keep_slot);
    /// The slot of @p f is free from @p time on; @p holder, if it has waited with it.
    void free_slot(const Flow &f, Access *holder, ps_t time);
    /// When an access that comes now goes in.
    ps_t next_entry() const { return std::max(input_.end(), held_); }
    /// @p a waits at the input: its request phase is not over.
    bool waits(const Access &a) const { return !blocked_.empty() && (blocked_.front() == &a || blocked_.back() == &a); }
    std::size_t waiting() const { return blocked_.size(); }
    /// Translation slots that are held at @p time.
    unsigned held(ps_t time) const {
        auto n = unsigned(prices_.slots);

        for (std::size_t i = 0; i < slots_.size(); i++)
            n -= slots_[i] <= time;
        return n;
    }

    unsigned index() const { return index_; }
    Usage &input(ps_t until) { return input_.usage(until); }
    Usage slots_use;

private:
    Step blocked(Flow &f, ps_t t);
    Step held(Flow &f, xlat x, Access *again);
    Step miss(Flow &f, Access *again);
    Step walk(Flow &f, ps_t slot, Access *again);
    Step merge(Flow &f, Walk &w, ps_t slot, Access *again);
    void open_piece(Flow &f, ps_t t);
    void fault_at_once(Flow &f);
    void drain();

    IommuParts &parts_;
    TbuSocket &socket_;
    const decltype(fl_config::tbu) &prices_;
    Booking input_;
    ps_t held_ = 0;          // nothing without a slot goes in before
    SortedRing<ps_t> slots_; // when each free one is free
    std::deque<Access *> blocked_;
    Alarm<&Tbu::drain, Tbu> alarm_; // when the input goes on next
    LoggedBill piece_;              // of a try that is not an Access yet
    unsigned index_;
};

} // namespace faultline

#endif // FAULTLINE_TBU_H
