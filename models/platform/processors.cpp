/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "processors.h"

namespace faultline {

void Processors::run(const Task &task) {
    ps_t now = scheduler_.now();

    usage_.take(task.asked, now);
    if (task.worker) {
        task.worker->on_since = now;
        running_.push_back(task.worker);
    }
    task.fn(task.object, task.argument);
}

void Processors::ask(Rank rank, Scheduler::Fn fn, void *object, u64 argument, Interruptible *worker) {
    Task task{fn, object, argument, worker, scheduler_.now()};

    if (!limited()) {
        fn(object, argument);
    } else if (free_) {
        free_--;
        run(task);
    } else if (rank != kWorker && interrupt_worker()) {
        run(task);
    } else {
        waiting_++;
        queues_[rank].push_back(task);
    }
}

/* The worker that began last waits for those who take its processor. */
bool Processors::interrupt_worker() {
    ps_t now = scheduler_.now();

    if (running_.empty())
        return false;
    Interruptible *worker = running_.back();
    running_.pop_back();
    interrupted_.emplace_back(worker, now);
    usage_.release(worker->on_since, now);
    worker->pause(now);
    return true;
}

/* Software may have run ahead of the action it began in: the processor is free when its time has come. */
void Processors::leave(ps_t from, ps_t until) {
    if (!limited())
        return;
    usage_.release(from, until);
    leaving_++;
    scheduler_.call<&Processors::dispatch>(until, *this);
}

void Processors::leave(ps_t until, Interruptible *worker) {
    if (!limited())
        return;
    running_.erase(std::find(running_.begin(), running_.end(), worker));
    leave(worker->on_since, until);
}

/* One processor has become free. */
void Processors::dispatch() {
    ps_t now = scheduler_.now();

    leaving_--;
    for (unsigned rank = 0; rank < kRanks; rank++) {
        if (rank == kWorker && !interrupted_.empty()) {
            auto [worker, since] = interrupted_.back();
            interrupted_.pop_back();
            usage_.take(since, now);
            worker->on_since = now;
            running_.push_back(worker);
            worker->resume(now);
            return;
        }
        if (queues_[rank].empty())
            continue;
        Task task = queues_[rank].front();
        queues_[rank].pop_front();
        waiting_--;
        run(task);
        return;
    }
    free_++;
}

} // namespace faultline
