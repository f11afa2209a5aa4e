/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "workers.h"

#include <algorithm>

namespace faultline {

/* Draws of one kind do not change those of another. */
Workers::Workers(CpuParts &parts, FaultGroups &groups, u64 seed)
    : parts_(parts), groups_(groups), handler_(parts.config, seed),
      fault_time_(FL_DRAWN(parts.config.cpu, fault), seed + 1), page_time_(FL_DRAWN(parts.config.cpu, page), seed + 2) {
}

/* The first that a pool has to do brings its workers. */
void Workers::staff(Pool &pool) {
    u64 workers = &pool == &shared_ ? parts_.config.cpu.workers : parts_.config.cpu.workers_per_device;

    pool.staffed = true;
    for (u64 i = 0; i < workers; i++) {
        all_.emplace_back(new Worker());
        Worker *w = all_.back().get();
        w->home = this;
        w->pool = &pool;
        w->index = u32(all_.size() - 1);
        pool.sleeping.push_back(w);
    }
    usage_.grow(u32(workers));
}

/* Of the device that the group came from. */
Workers::Pool &Workers::pool_of(const fault_group *group) {
    struct fault_group_info info;

    ::fault_group_info(group, &info);
    return pools_[info.dev_ctx];
}

void Workers::kick() {
    if (!parts_.per_device()) {
        if (!wake(shared_))
            look_again(parts_.now());
    } else if (!sorting_) {
        sorting_ = true;
        look_again(parts_.now());
    }
}

/* Who reports runs ahead of the agenda: a worker may yet go to sleep before @p time, and a group may wait only then. */
void Workers::look_again(ps_t time) {
    parts_.busy++;
    parts_.scheduler.call<&Workers::look>(time, *this);
}

void Workers::look() {
    parts_.busy--;
    if (parts_.per_device())
        sort();
    else
        wake(shared_);
}

/* Each group to the workers of its device. */
void Workers::sort() {
    sorting_ = false;
    for (FaultJob job = take_next(); job.group; job = take_next()) {
        Pool &pool = pool_of(job.group);
        pool.waiting.push_back(job);
        wake(pool);
    }
}

/* False: none of them sleeps. */
bool Workers::wake(Pool &pool) {
    if (!pool.staffed)
        staff(pool);
    if (pool.sleeping.empty())
        return false;
    Worker &w = *pool.sleeping.back();
    pool.sleeping.pop_back();
    wakes_++;
    w.woken = true;
    w.woke = parts_.now();
    ask_at(w.woke + parts_.config.cpu.worker_wake_ps, w);
    return true;
}

void Workers::ask_at(ps_t time, Worker &w) {
    parts_.busy++;
    parts_.scheduler.call<&Workers::ask>(time, *this, &w);
}

/* A worker that is awake wants a processor. */
void Workers::ask(Worker &w) {
    parts_.busy--;
    w.awake = parts_.now();
    if (!w.woken)
        w.woke = w.awake;
    parts_.cpus.ask(Processors::kWorker, Scheduler::fn_of<&Workers::work, Workers, Worker>, this,
                    reinterpret_cast<u64>(&w), &w);
}

FaultJob Workers::take_next() {
    return groups_.take([this](ps_t later) {
        if (parts_.per_device())
            look_again(later);
    });
}

FaultJob Workers::next_job(Pool &pool) {
    if (!parts_.per_device())
        return take_next();
    if (pool.waiting.empty())
        return {};
    FaultJob job = pool.waiting.front();
    pool.waiting.pop_front();
    return job;
}

void Workers::take(Worker &w, FaultJob job) {
    if (w.groups.empty())
        w.asked = job.asked;
    w.groups.push_back(job.group);
    w.ports.push_back(job.port);
    w.answers.push_back({job.asked, w.woke, w.taken, 0, w.taken - w.awake});
}

/* A worker on a processor looks for something to do. */
void Workers::work(Worker &w) {
    w.taken = w.asked = parts_.now();
    w.lost = 0;
    w.mapping = false;
    while (w.groups.size() < parts_.config.cpu.batch_faults) {
        FaultJob job = next_job(*w.pool);
        if (!job.group)
            break;
        take(w, job);
    }
    w.deferred = w.groups.empty() && put_off_ && w.pool == &shared_;
    if (w.groups.empty() && !w.deferred) {
        w.pool->sleeping.push_back(&w);
        parts_.cpus.leave(parts_.now(), &w);
        return;
    }
    if (w.deferred)
        put_off_ = false;
    usage_.take(w.asked, w.taken);
    ps_t length = handler_.next();
    if (!fault_time_.free() && load_)
        for (u32 left = load_(w.groups).faults; left; left--)
            length += fault_time_.next();
    pass(w, parts_.now() + length);
}

/* Until @p end a worker is on its processor, if no interrupt takes it. */
void Workers::pass(Worker &w, ps_t end) {
    w.end = end;
    parts_.busy++;
    parts_.scheduler.call<&Workers::passed>(end, *this, u64(w.index) << 32 | ++w.turn);
}

void Workers::Worker::pause(ps_t now) {
    paused = now;
    turn++;
}

void Workers::Worker::resume(ps_t now) {
    lost += now - paused;
    home->pass(*this, end + (now - paused));
}

/* The time of the call and its faults is over: that of the pages comes, which are known now. Then they are mapped. */
void Workers::passed(u64 turn) {
    Worker &w = *all_[turn >> 32];

    parts_.busy--;
    if (u32(turn) != w.turn)
        return;
    if (w.mapping || page_time_.free() || !load_) {
        handle(w);
        return;
    }
    ps_t length = 0;
    for (u32 left = load_(w.groups).pages; left; left--)
        length += page_time_.next();
    w.mapping = true;
    pass(w, parts_.now() + length);
}

/* What the handler does, and the answers. */
void Workers::handle(Worker &w) {
    std::vector<fault_code> codes;

    for (fault_group *group : w.groups)
        codes.push_back(fault_group_handle(group, parts_.now_ns()));
    if (unlikely(parts_.tap != nullptr))
        parts_.tap->handling(w.index);
    for (std::size_t i = 0; i < codes.size(); i++) {
        Answer answer = w.answers[i];
        fault_group *group = w.groups[i];
        w.groups[i] = nullptr;
        answer.lost = w.lost;
        answer.answered = parts_.now();
        w.ports[i]->ledger().set_answer(answer);
        fault_group_complete(group, codes[i], parts_.now_ns());
        w.ports[i]->ledger().set_answer({});
    }
    w.groups.clear();
    w.ports.clear();
    w.answers.clear();
    if (w.deferred)
        deferred_(parts_.now_ns());
    if (unlikely(parts_.tap != nullptr))
        parts_.tap->handled(w.index, w.taken, parts_.now());
    usage_.release(w.taken, parts_.now());
    parts_.cpus.leave(parts_.now(), &w);
    w.woken = false;
    ask_at(parts_.now(), w);
}

void Workers::records_read() {
    if (!deferred_ || put_off_)
        return;
    put_off_ = true;
    wake(shared_);
}

void Workers::put_down() {
    auto answer = [this](fault_group *group) {
        if (group)
            fault_group_complete(group, FAULT_RETRY, parts_.now_ns());
    };

    for (auto &w : all_) {
        std::for_each(w->groups.begin(), w->groups.end(), answer);
        w->groups.clear();
    }
    for (auto &p : pools_) {
        for (FaultJob &job : p.second.waiting)
            answer(job.group);
        p.second.waiting.clear();
    }
    for (FaultJob &job : groups_.early())
        answer(job.group);
    groups_.early().clear();
}

ps_t Workers::longest_call() const {
    return handler_.longest() + parts_.config.cpu.batch_faults * fault_time_.longest() +
           parts_.config.cpu.batch_faults * parts_.config.os.map_pages * page_time_.longest();
}

} // namespace faultline
