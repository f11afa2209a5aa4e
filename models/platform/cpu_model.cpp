/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cpu_model.h"
#include "tlm_parts.h"

#include <algorithm>

namespace faultline {

static constexpr ps_t kWatch = 10'000'000'000; // 10 ms: fault_core_expire()

class CpuModel::Doorbell : public PlainTarget {
public:
    explicit Doorbell(CpuModel &cpu) : cpu_(cpu) {}
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        if (gp.is_write() && gp.get_data_length() == 4 &&
            cpu_.ring(fl_get_le32(gp.get_data_ptr()), Scheduler::absolute(delay)))
            gp.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    /* Somebody is there: reads as zero, and a debug write rings no bell. */
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override {
        if (gp.is_read())
            std::memset(gp.get_data_ptr(), 0, gp.get_data_length());
        return gp.get_data_length();
    }

private:
    CpuModel &cpu_;
};

/* Draws of one kind do not change those of another. */
CpuModel::CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, MemoryModel &memory, const fl_config &config,
                   u64 seed)
    : sc_module(name), doorbell("doorbell"), scheduler_(scheduler), memory_(memory), config_(config),
      handler_(config, seed), fault_time_(FL_DRAWN(config.cpu, fault), seed + 1),
      page_time_(FL_DRAWN(config.cpu, page), seed + 2), cpus_(scheduler, u32(config.cpu.count)),
      doorbell_fw_(new Doorbell(*this)), frames_(new frames), workers_use_("workers", 0),
      threads_use_("driver_threads", 0) {
    doorbell.bind(*doorbell_fw_);
    frames_init(frames_, config.os.table_base, config.os.table_bytes);
}

CpuModel::~CpuModel() {
    frames_exit(frames_);
    delete frames_;
}

CpuPort &CpuModel::connect(Ledger &ledger, unsigned lines, bool levels) {
    std::string name = "cpu_port_" + std::to_string(ports_.size());

    ports_.emplace_back(new CpuPort(name.c_str(), *this, unsigned(ports_.size()), ledger, lines, levels));
    threads_use_.grow(lines);
    return *ports_.back();
}

/* Line @p number of all, counted through the ports. */
bool CpuModel::ring(u64 number, ps_t time) {
    for (auto &p : ports_) {
        if (number < p->lines()) {
            p->raise(unsigned(number), time);
            return true;
        }
        number -= p->lines();
    }
    return false;
}

u64 CpuModel::interrupts() const {
    u64 n = 0;

    for (auto &p : ports_)
        n += p->interrupts();
    return n;
}

/* A driver's thread has found something: the operating system may have put off work because of it. */
void CpuModel::records_read() {
    if (!deferred_ || put_off_)
        return;
    put_off_ = true;
    wake_worker(shared_);
}

/* ---- workers ---- */

/* The first that a pool has to do brings its workers. */
void CpuModel::staff(Pool &pool) {
    u64 workers = &pool == &shared_ ? config_.cpu.workers : config_.cpu.workers_per_device;

    pool.staffed = true;
    for (u64 i = 0; i < workers; i++) {
        all_workers_.emplace_back(new Worker());
        Worker *w = all_workers_.back().get();
        w->cpu = this;
        w->pool = &pool;
        w->index = u32(all_workers_.size() - 1);
        pool.sleeping.push_back(w);
    }
    workers_use_.grow(u32(workers));
}

/* Of the device that the group came from. */
CpuModel::Pool &CpuModel::pool_of(const fault_group *group) {
    struct fault_group_info info;

    ::fault_group_info(group, &info);
    return pools_[info.dev_ctx];
}

void CpuModel::kick() {
    if (!config_.cpu.workers_per_device) {
        if (!wake_worker(shared_))
            look_again(scheduler_.now());
    } else if (!sorting_) {
        sorting_ = true;
        look_again(scheduler_.now());
    }
    if (watching_)
        return;
    watching_ = true;
    scheduler_.call<&CpuModel::watch>(scheduler_.now() + kWatch, *this);
}

/* Who reports runs ahead of the agenda: a worker may yet go to sleep before @p time, and a group may wait only then. */
void CpuModel::look_again(ps_t time) {
    busy_++;
    scheduler_.call<&CpuModel::look>(time, *this);
}

void CpuModel::look() {
    busy_--;
    if (config_.cpu.workers_per_device)
        sort();
    else
        wake_worker(shared_);
}

/* Each group to the workers of its device. */
void CpuModel::sort() {
    sorting_ = false;
    for (Job job = take_next(); job.group; job = take_next()) {
        Pool &pool = pool_of(job.group);
        pool.waiting.push_back(job);
        wake_worker(pool);
    }
}

/* False: none of them sleeps. */
bool CpuModel::wake_worker(Pool &pool) {
    if (!pool.staffed)
        staff(pool);
    if (pool.sleeping.empty())
        return false;
    Worker &w = *pool.sleeping.back();
    pool.sleeping.pop_back();
    worker_wakes_++;
    w.woken = true;
    w.woke = scheduler_.now();
    ask_at(w.woke + config_.cpu.worker_wake_ps, w);
    return true;
}

void CpuModel::ask_at(ps_t time, Worker &w) {
    busy_++;
    scheduler_.call<&CpuModel::ask>(time, *this, &w);
}

/* A worker that is awake wants a processor. */
void CpuModel::ask(Worker &w) {
    busy_--;
    w.awake = scheduler_.now();
    if (!w.woken)
        w.woke = w.awake;
    cpus_.ask(Processors::kWorker, Scheduler::fn_of<&CpuModel::work, CpuModel, Worker>, this, reinterpret_cast<u64>(&w),
              &w);
}

/* Of @p port's fault core. What a thread has reported at a time that is still to come waits for that. */
CpuModel::Job CpuModel::take_from(CpuPort *port) {
    while (fault_group *group = port->core() ? fault_core_take(port->core(), now_ns()) : nullptr) {
        auto found = queued_.find(group);
        Job job{group, port, found != queued_.end() ? found->second : scheduler_.now()};
        if (found != queued_.end())
            queued_.erase(found);
        if (job.asked <= scheduler_.now())
            return job;
        early_.insert(std::upper_bound(early_.begin(), early_.end(), job,
                                       [](const Job &a, const Job &b) { return a.asked < b.asked; }),
                      job);
        if (config_.cpu.workers_per_device)
            look_again(job.asked);
    }
    return {};
}

/* Of the IOMMUs in turn, as a fault core takes of its devices. */
CpuModel::Job CpuModel::take_next() {
    if (unlikely(!early_.empty() && early_.front().asked <= scheduler_.now())) {
        Job job = early_.front();
        early_.pop_front();
        return job;
    }
    for (std::size_t tries = 0; tries < ports_.size(); tries++) {
        CpuPort *port = ports_[turn_].get();
        turn_ = turn_ + 1 < ports_.size() ? turn_ + 1 : 0;
        Job job = take_from(port);
        if (job.group)
            return job;
    }
    return {};
}

CpuModel::Job CpuModel::next_job(Pool &pool) {
    if (!config_.cpu.workers_per_device)
        return take_next();
    if (pool.waiting.empty())
        return {};
    Job job = pool.waiting.front();
    pool.waiting.pop_front();
    return job;
}

void CpuModel::take(Worker &w, Job job) {
    if (w.groups.empty())
        w.asked = job.asked;
    w.groups.push_back(job.group);
    w.ports.push_back(job.port);
    w.answers.push_back({job.asked, w.woke, w.taken, 0, w.taken - w.awake});
}

/* A worker on a processor looks for something to do. */
void CpuModel::work(Worker &w) {
    w.taken = w.asked = scheduler_.now();
    w.lost = 0;
    w.mapping = false;
    while (w.groups.size() < config_.cpu.batch_faults) {
        Job job = next_job(*w.pool);
        if (!job.group)
            break;
        take(w, job);
    }
    w.deferred = w.groups.empty() && put_off_ && w.pool == &shared_;
    if (w.groups.empty() && !w.deferred) {
        w.pool->sleeping.push_back(&w);
        cpus_.leave(scheduler_.now(), &w);
        return;
    }
    if (w.deferred)
        put_off_ = false;
    workers_use_.take(w.asked, w.taken);
    ps_t length = handler_.next();
    if (!fault_time_.free() && load_)
        for (u32 left = load_(w.groups).faults; left; left--)
            length += fault_time_.next();
    pass(w, scheduler_.now() + length);
}

/* Until @p end a worker is on its processor, if no interrupt takes it. */
void CpuModel::pass(Worker &w, ps_t end) {
    w.end = end;
    busy_++;
    scheduler_.call<&CpuModel::passed>(end, *this, u64(w.index) << 32 | ++w.turn);
}

void CpuModel::Worker::pause(ps_t now) {
    paused = now;
    turn++;
}

void CpuModel::Worker::resume(ps_t now) {
    lost += now - paused;
    cpu->pass(*this, end + (now - paused));
}

/* The time of the call and its faults is over: that of the pages comes, which are known now. Then they are mapped. */
void CpuModel::passed(u64 turn) {
    Worker &w = *all_workers_[turn >> 32];

    busy_--;
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
    pass(w, scheduler_.now() + length);
}

/* What the handler does, and the answers. */
void CpuModel::handle(Worker &w) {
    std::vector<fault_code> codes;

    for (fault_group *group : w.groups)
        codes.push_back(fault_group_handle(group, now_ns()));
    if (unlikely(tap_ != nullptr))
        tap_->handling(w.index);
    for (std::size_t i = 0; i < codes.size(); i++) {
        Answer answer = w.answers[i];
        fault_group *group = w.groups[i];
        w.groups[i] = nullptr;
        answer.lost = w.lost;
        answer.answered = scheduler_.now();
        w.ports[i]->ledger().set_answer(answer);
        fault_group_complete(group, codes[i], now_ns());
        w.ports[i]->ledger().set_answer({});
    }
    w.groups.clear();
    w.ports.clear();
    w.answers.clear();
    if (w.deferred)
        deferred_(now_ns());
    if (unlikely(tap_ != nullptr))
        tap_->handled(w.index, w.taken, scheduler_.now());
    workers_use_.release(w.taken, scheduler_.now());
    cpus_.leave(scheduler_.now(), &w);
    w.woken = false;
    ask_at(scheduler_.now(), w);
}

void CpuModel::put_down() {
    auto answer = [this](fault_group *group) {
        if (group)
            fault_group_complete(group, FAULT_RETRY, now_ns());
    };

    for (auto &w : all_workers_) {
        std::for_each(w->groups.begin(), w->groups.end(), answer);
        w->groups.clear();
    }
    for (auto &p : pools_) {
        for (Job &job : p.second.waiting)
            answer(job.group);
        p.second.waiting.clear();
    }
    for (Job &job : early_)
        answer(job.group);
    early_.clear();
}

ps_t CpuModel::longest_call() const {
    return handler_.longest() + config_.cpu.batch_faults * fault_time_.longest() +
           config_.cpu.batch_faults * config_.os.map_pages * page_time_.longest();
}

/* Deadlines, unsent answers, lost interrupts: as long as an answer is owed. */
void CpuModel::watch() {
    fault_stats s;

    watching_ = false;
    for (auto &p : ports_) {
        if (!p->core())
            continue;
        fault_core_expire(p->core(), now_ns());
        fault_core_stats(p->core(), &s);
        watching_ |= s.owed > s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE];
    }
    if (watching_)
        scheduler_.call<&CpuModel::watch>(scheduler_.now() + kWatch, *this);
}

} // namespace faultline
