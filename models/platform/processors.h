/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processors that interrupt handlers, their threads and workers share.
 *
 * A free one goes to whoever asks; else hard handlers come before threads, and
 * threads before workers, each in the order of asking. A hard handler or a thread
 * that finds none free takes a worker's, which goes on when they are done.
 * Without a limit everybody has one at once, and nothing is counted.
 */
#ifndef FAULTLINE_PROCESSORS_H
#define FAULTLINE_PROCESSORS_H

#include "bill.h"
#include "usage.h"

namespace faultline {

/// A worker: whoever loses its processor to interrupts.
struct Interruptible {
    virtual ~Interruptible() = default;
    virtual void pause(ps_t now) = 0;
    virtual void resume(ps_t now) = 0;
    ps_t on_since = 0; ///< its processor's account, kept by Processors
};

class Processors {
public:
    enum Rank { kInterrupt, kThread, kWorker, kRanks };

    /// @param count 0: no limit
    Processors(Scheduler &scheduler, u32 count) : scheduler_(scheduler), free_(count), usage_("cpus", count) {}

    bool limited() const { return usage_.capacity() != 0; }
    /// @p fn runs on a processor: in this action, or later in an action of its own. @p worker: of a kWorker.
    void ask(Rank rank, Scheduler::Fn fn, void *object, u64 argument, Interruptible *worker = nullptr);
    /// Whoever got one at @p from lets go of it at @p until.
    void leave(ps_t from, ps_t until);
    /// The same of a worker.
    void leave(ps_t until, Interruptible *worker);
    /// Nobody waits for one.
    bool idle() const { return waiting_ == 0 && !leaving_; }
    const Usage &usage() const { return usage_; }
    /// Its account begins at @p t.
    void mark(ps_t t) { usage_.mark(t); }

private:
    struct Task {
        Scheduler::Fn fn;
        void *object;
        u64 argument;
        Interruptible *worker;
        ps_t asked;
    };

    void run(const Task &task);
    bool interrupt_worker();
    void dispatch();

    Scheduler &scheduler_;
    u32 free_;
    u64 waiting_ = 0, leaving_ = 0;
    std::deque<Task> queues_[kRanks];
    std::vector<Interruptible *> running_;                      // workers, the latest last
    std::vector<std::pair<Interruptible *, ps_t>> interrupted_; // since when
    Usage usage_;
};

} // namespace faultline

#endif // FAULTLINE_PROCESSORS_H
