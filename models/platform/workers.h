/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The workers that handle faults: one of them wakes up if one sleeps, takes a group or several, the time of the call,
 * of its faults and of the pages that it is going to map passes, the handler maps or refuses, the answers go out.
 */
#ifndef FAULTLINE_WORKERS_H
#define FAULTLINE_WORKERS_H

#include "drawn_time.h"
#include "fault_groups.h"

namespace faultline {

class Workers {
public:
    /// What a call of the handler will have to do.
    struct Load {
        u32 faults, pages;
    };
    using LoadFn = std::function<Load(const std::vector<fault_group *> &)>;
    using DeferredFn = std::function<u32(u64 now_ns)>;

    Workers(CpuParts &parts, FaultGroups &groups, u64 seed);

    void set_deferred(DeferredFn deferred) { deferred_ = std::move(deferred); }
    void set_load(LoadFn load) { load_ = std::move(load); }
    /// A fault core wants one.
    void kick();
    /// A driver's thread has found something: the operating system may have put off work because of it.
    void records_read();
    /// What they have in hand is answered, and nothing else is done.
    void put_down();

    u64 wakes() const { return wakes_; }
    const Usage &usage() const { return usage_; }
    void mark(ps_t t) { usage_.mark(t); }
    /// What one call of the handler hardly ever exceeds.
    ps_t longest_call() const;

private:
    struct Pool;
    struct Worker : Interruptible {
        Workers *home;
        Pool *pool;
        u32 index;
        u32 turn = 0;      // which end of its time on the agenda counts
        bool woken;        // it slept before it took what it has
        bool mapping;      // the time of the pages passes
        bool deferred;     // the work that the operating system has put off
        ps_t woke, awake;  // when
        ps_t asked, taken; // its work
        ps_t end;          // of the time that passes
        ps_t paused, lost; // to interrupts: since, and altogether
        std::vector<fault_group *> groups;
        std::vector<CpuPort *> ports; // of the groups
        std::vector<Answer> answers;

        void pause(ps_t now) override;
        void resume(ps_t now) override;
    };
    /// Workers of one device, or of all.
    struct Pool {
        std::vector<Worker *> sleeping;
        std::deque<FaultJob> waiting; // of one device
        bool staffed = false;
    };

    void staff(Pool &pool);
    Pool &pool_of(const fault_group *group);
    void sort();
    bool wake(Pool &pool);
    void look_again(ps_t time);
    void look();
    void ask_at(ps_t time, Worker &worker);
    void ask(Worker &worker);
    void work(Worker &worker);
    FaultJob take_next();
    FaultJob next_job(Pool &pool);
    void take(Worker &worker, FaultJob job);
    void pass(Worker &worker, ps_t end);
    void passed(u64 turn);
    void handle(Worker &worker);

    CpuParts &parts_;
    FaultGroups &groups_;
    DrawnTime handler_, fault_time_, page_time_;
    DeferredFn deferred_;
    LoadFn load_;
    u64 wakes_ = 0;
    Usage usage_{"workers", 0};
    std::vector<std::unique_ptr<Worker>> all_;
    Pool shared_;
    std::unordered_map<void *, Pool> pools_; // by device, where each has its own workers
    bool sorting_ = false;                   // sort() is on the agenda
    bool put_off_ = false;                   // the operating system has deferred work
};

} // namespace faultline

#endif // FAULTLINE_WORKERS_H
