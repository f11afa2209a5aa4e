/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cpu_model.h"
#include "copy_words.h"

#include <algorithm>

namespace faultline {

static constexpr ps_t kWatch = 10'000'000'000; // 10 ms: fault_core_expire()
static constexpr u32 kPollTries = 100000;

class CpuModel::Doorbell : public tlm::tlm_fw_transport_if<> {
public:
    explicit Doorbell(CpuModel &cpu) : cpu_(cpu) {}
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &delay) override {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        if (!gp.is_write() || gp.get_data_length() != 4 || fl_get_le32(gp.get_data_ptr()) >= cpu_.lines_.size())
            return;
        gp.set_response_status(tlm::TLM_OK_RESPONSE);
        cpu_.raise(fl_get_le32(gp.get_data_ptr()), Scheduler::absolute(delay));
    }
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        if (phase == tlm::BEGIN_REQ)
            b_transport(gp, delay);
        return tlm::TLM_COMPLETED;
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    /* Somebody is there: reads as zero, and a debug write rings no bell. */
    unsigned transport_dbg(tlm::tlm_generic_payload &gp) override {
        if (gp.is_read())
            std::memset(gp.get_data_ptr(), 0, gp.get_data_length());
        return gp.get_data_length();
    }

private:
    CpuModel &cpu_;
};

class CpuModel::MmioBw : public tlm::tlm_bw_transport_if<> {
public:
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_core::sc_time &) override {
        return tlm::TLM_ACCEPTED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

/* Draws of one kind do not change those of another. */
static DrawnPrice fault_price(const fl_config &c) {
    return {c.cpu.fault, c.cpu.fault_ps, c.cpu.fault_max_ps, c.cpu.fault_sigma_permille, c.cpu.fault_file};
}

static DrawnPrice page_price(const fl_config &c) {
    return {c.cpu.page, c.cpu.page_ps, c.cpu.page_max_ps, c.cpu.page_sigma_permille, c.cpu.page_file};
}

CpuModel::CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, IommuModel &iommu, MemoryModel &memory,
                   const fl_config &config, unsigned lines, bool levels, u64 seed)
    : sc_module(name), irq_in("irq_in"), mmio("mmio"), doorbell("doorbell"), scheduler_(scheduler), iommu_(iommu),
      memory_(memory), config_(config), handler_(config, seed), fault_time_(fault_price(config), seed + 1),
      page_time_(page_price(config), seed + 2), cpus_(scheduler, u32(config.cpu.count)), lines_(lines), levels_(levels),
      doorbell_fw_(new Doorbell(*this)), mmio_bw_(new MmioBw), frames_(new frames), workers_use_("workers", 0),
      threads_use_("driver_threads", lines) {
    irq_in.bind(*this);
    doorbell.bind(*doorbell_fw_);
    mmio.bind(*mmio_bw_);
    frames_init(frames_, config.os.table_base, config.os.table_bytes);
}

CpuModel::~CpuModel() {
    frames_exit(frames_);
    delete frames_;
}

void CpuModel::set_software(const drv_class *cls, void *driver, fault_core *core, std::function<u32(u64)> deferred) {
    cls_ = cls;
    driver_ = driver;
    core_ = core;
    deferred_ = std::move(deferred);
}

/* An entry of ours on the agenda; busy_ counts them. */
void CpuModel::schedule(ps_t time, Scheduler::Fn fn, u64 argument) {
    busy_++;
    scheduler_.at(time, fn, this, argument);
}

template <void (CpuModel::*Step)(unsigned)> void CpuModel::at_line(ps_t time, unsigned line) {
    schedule(
        time,
        [](void *cpu, u64 n) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            (self->*Step)(unsigned(n));
        },
        line);
}

template <void (CpuModel::*Step)(CpuModel::Worker &)> void CpuModel::at_worker(ps_t time, Worker &worker) {
    schedule(
        time,
        [](void *cpu, u64 w) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            (self->*Step)(*reinterpret_cast<Worker *>(w));
        },
        reinterpret_cast<u64>(&worker));
}

/* ---- interrupts ---- */

void CpuModel::irq(unsigned line, bool level, const sc_core::sc_time &delay) {
    if (line >= lines_.size())
        return;
    lines_[line].level = level;
    if (level)
        raise(line, Scheduler::absolute(delay));
}

/* The line fires at @p time, or when moderation lets it. */
void CpuModel::raise(unsigned line, ps_t time) {
    Line &l = lines_[line];

    if (l.busy) {
        l.again = true;
        return;
    }
    l.busy = true;
    time = std::max(time, l.allowed);
    l.allowed = time + config_.notify.moderation_ps;
    l.reader = {0, 0, time};
    l.from = time;
    if (cpus_.limited())
        at_line<&CpuModel::arrive>(time, line);
    else
        at_line<&CpuModel::entry>(time + config_.cpu.irq_entry_ps, line);
}

void CpuModel::arrive(unsigned line) {
    cpus_.ask(
        Processors::kInterrupt,
        [](void *cpu, u64 n) {
            auto *self = static_cast<CpuModel *>(cpu);
            Line &l = self->lines_[n];
            l.from = self->scheduler_.now();
            l.reader.entry_waited = l.from - l.reader.came;
            self->at_line<&CpuModel::entry>(l.from + self->config_.cpu.irq_entry_ps, unsigned(n));
        },
        this, line);
}

void CpuModel::entry(unsigned line) {
    Line &l = lines_[line];

    if (!cls_) {
        cpus_.leave(l.from, scheduler_.now());
        done(line);
        return;
    }
    l.again = false;
    interrupts_++;
    scheduler_.spend(config_.cpu.irq_handler_ps);
    enum drv_irq what = cls_->irq(driver_, line, now_ns());
    cpus_.leave(l.from, scheduler_.now());
    l.reader.entered = scheduler_.now();
    if (what != DRV_IRQ_WAKE_THREAD)
        done(line);
    else
        at_line<&CpuModel::thread_awake>(scheduler_.now() + config_.cpu.thread_wake_ps, line);
}

void CpuModel::thread_awake(unsigned line) {
    thread_wakes_++;
    lines_[line].from = scheduler_.now();
    cpus_.ask(
        Processors::kThread,
        [](void *cpu, u64 n) {
            auto *self = static_cast<CpuModel *>(cpu);
            Line &l = self->lines_[n];
            l.served = l.reader.began = self->scheduler_.now();
            l.reader.waited = l.served - l.from;
            l.from = l.served;
            self->threads_use_.take(l.served, l.served);
            self->thread(unsigned(n));
        },
        this, line);
}

/* One batch; others may run before the next. */
void CpuModel::thread(unsigned line) {
    reader_ = &lines_[line].reader;
    int n = cls_->irq_thread(driver_, line, now_ns());
    reader_ = nullptr;

    if (n > 0 && deferred_ && !put_off_) {
        put_off_ = true;
        wake_worker(shared_);
    }
    if (n > 0) {
        at_line<&CpuModel::thread>(scheduler_.now(), line);
        return;
    }
    cpus_.leave(lines_[line].from, scheduler_.now());
    done(line);
}

void CpuModel::done(unsigned line) {
    Line &l = lines_[line];

    l.busy = false;
    if (l.served)
        threads_use_.release(l.served, scheduler_.now());
    l.served = 0;
    if (l.again || (levels_ && l.level)) {
        l.again = false;
        raise(line, scheduler_.now());
    }
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
        wake_worker(shared_);
    } else if (!sorting_) {
        sorting_ = true;
        schedule(
            scheduler_.now(),
            [](void *cpu, u64) {
                auto *self = static_cast<CpuModel *>(cpu);
                self->busy_--;
                self->sort();
            },
            0);
    }
    if (watching_)
        return;
    watching_ = true;
    scheduler_.at(
        scheduler_.now() + kWatch, [](void *cpu, u64) { static_cast<CpuModel *>(cpu)->watch(); }, this);
}

/* Each group to the workers of its device. */
void CpuModel::sort() {
    sorting_ = false;
    while (fault_group *group = core_ ? fault_core_take(core_, now_ns()) : nullptr) {
        Pool &pool = pool_of(group);
        pool.waiting.push_back(group);
        wake_worker(pool);
    }
}

void CpuModel::wake_worker(Pool &pool) {
    if (!pool.staffed)
        staff(pool);
    if (pool.sleeping.empty())
        return;
    Worker &w = *pool.sleeping.back();
    pool.sleeping.pop_back();
    worker_wakes_++;
    w.woken = true;
    w.woke = scheduler_.now();
    at_worker<&CpuModel::ask>(w.woke + config_.cpu.worker_wake_ps, w);
}

/* A worker that is awake wants a processor. */
void CpuModel::ask(Worker &w) {
    w.awake = scheduler_.now();
    if (!w.woken)
        w.woke = w.awake;
    cpus_.ask(
        Processors::kWorker,
        [](void *cpu, u64 worker) { static_cast<CpuModel *>(cpu)->work(*reinterpret_cast<Worker *>(worker)); }, this,
        reinterpret_cast<u64>(&w), &w);
}

fault_group *CpuModel::next_group(Pool &pool) {
    if (!config_.cpu.workers_per_device)
        return core_ ? fault_core_take(core_, now_ns()) : nullptr;
    if (pool.waiting.empty())
        return nullptr;
    fault_group *group = pool.waiting.front();
    pool.waiting.pop_front();
    return group;
}

void CpuModel::take(Worker &w, fault_group *group) {
    auto found = queued_.find(group);
    ps_t asked = found != queued_.end() ? found->second : w.taken;

    if (found != queued_.end())
        queued_.erase(found);
    if (w.groups.empty())
        w.asked = asked;
    w.groups.push_back(group);
    w.answers.push_back({asked, w.woke, w.taken, 0, w.taken - w.awake});
}

/* A worker on a processor looks for something to do. */
void CpuModel::work(Worker &w) {
    w.taken = w.asked = scheduler_.now();
    w.lost = 0;
    w.mapping = false;
    while (w.groups.size() < config_.cpu.batch_faults) {
        fault_group *group = next_group(*w.pool);
        if (!group)
            break;
        take(w, group);
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
    schedule(
        end,
        [](void *cpu, u64 argument) {
            auto *self = static_cast<CpuModel *>(cpu);
            Worker &worker = *self->all_workers_[argument >> 32];
            self->busy_--;
            if (u32(argument) == worker.turn)
                self->passed(worker);
        },
        u64(w.index) << 32 | ++w.turn);
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
void CpuModel::passed(Worker &w) {
    if (!w.mapping && !page_time_.free() && load_) {
        ps_t length = 0;
        for (u32 left = load_(w.groups).pages; left; left--)
            length += page_time_.next();
        w.mapping = true;
        pass(w, scheduler_.now() + length);
        return;
    }
    handle(w);
}

/* What the handler does, and the answers. */
void CpuModel::handle(Worker &w) {
    std::vector<fault_code> codes;

    for (fault_group *group : w.groups)
        codes.push_back(fault_group_handle(group, now_ns()));
    for (std::size_t i = 0; i < codes.size(); i++) {
        Answer answer = w.answers[i];
        fault_group *group = w.groups[i];
        w.groups[i] = nullptr;
        answer.lost = w.lost;
        answer.answered = scheduler_.now();
        iommu_.set_answer(answer);
        fault_group_complete(group, codes[i], now_ns());
        iommu_.set_answer({});
    }
    w.groups.clear();
    w.answers.clear();
    if (w.deferred)
        deferred_(now_ns());
    workers_use_.release(w.taken, scheduler_.now());
    cpus_.leave(scheduler_.now(), &w);
    w.woken = false;
    at_worker<&CpuModel::ask>(scheduler_.now(), w);
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
        std::for_each(p.second.waiting.begin(), p.second.waiting.end(), answer);
        p.second.waiting.clear();
    }
}

ps_t CpuModel::longest_call() const {
    return handler_.longest() + config_.cpu.batch_faults * fault_time_.longest() +
           config_.cpu.batch_faults * config_.os.map_pages * page_time_.longest();
}

/* Deadlines, unsent answers, lost interrupts: as long as an answer is owed. */
void CpuModel::watch() {
    fault_stats s;

    fault_core_expire(core_, now_ns());
    fault_core_stats(core_, &s);
    watching_ = s.owed > s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE];
    if (watching_)
        scheduler_.at(
            scheduler_.now() + kWatch, [](void *cpu, u64) { static_cast<CpuModel *>(cpu)->watch(); }, this);
}

/* ---- what the driver needs ---- */

const drv_ops *CpuModel::ops() {
    static const drv_ops table = [] {
        drv_ops o{};
        o.mmio_read = op_mmio_read;
        o.mmio_write = op_mmio_write;
        o.mem_alloc = op_mem_alloc;
        o.mem_free = op_mem_free;
        o.mem_read = op_mem_read;
        o.mem_write = op_mem_write;
        o.poll = op_poll;
        o.now = op_now;
        o.set_page_request_allocation = [](void *ctx, u32 sid, u32 n) {
            auto *self = static_cast<CpuModel *>(ctx);
            return self->allocate_ ? self->allocate_(sid, n) : 0;
        };
        return o;
    }();
    return &table;
}

/*
 * Software looks at a register or at memory. The engine has completed a SYNC already; software sees that only when its
 * time has come.
 */
void CpuModel::look(u64 address, u32 len) {
    if (iommu_.sync_done() > sync_seen_) {
        sync_seen_ = iommu_.sync_done();
        scheduler_.spend_until(sync_seen_);
    }
    iommu_.note_read(address, len, scheduler_.now(), reader_ ? *reader_ : Reader{});
}

u64 CpuModel::transact(tlm::tlm_command command, u64 offset, u64 value, unsigned size) {
    Payload &gp = mmio_gp_;
    sc_core::sc_time delay = Scheduler::delay_to(scheduler_.now());
    u8 word[8];

    fl_put_le64(word, value);
    gp.set_command(command);
    gp.set_address(offset);
    gp.set_data_ptr(word);
    gp.set_data_length(size);
    gp.set_streaming_width(size);
    gp.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    mmio->b_transport(gp, delay);
    return size == 4 ? fl_get_le32(word) : fl_get_le64(word);
}

u64 CpuModel::op_mmio_read(void *ctx, u64 offset, unsigned size) {
    auto *self = static_cast<CpuModel *>(ctx);

    self->scheduler_.spend(self->config_.cpu.mmio_read_ps);
    self->look(offset, size);
    return self->transact(tlm::TLM_READ_COMMAND, offset, 0, size);
}

void CpuModel::op_mmio_write(void *ctx, u64 offset, u64 value, unsigned size) {
    auto *self = static_cast<CpuModel *>(ctx);

    self->scheduler_.spend(self->config_.cpu.mmio_write_ps);
    self->transact(tlm::TLM_WRITE_COMMAND, offset, value, size);
}

int CpuModel::op_mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa) {
    static const u8 zeros[PHYSMEM_PAGE_SIZE] = {};
    auto *self = static_cast<CpuModel *>(ctx);
    physmem &m = self->memory_.store();
    int ret = frames_alloc(self->frames_, bytes, align, pa);

    /* Pages that were never written read as zero already. */
    for (u64 at = 0; !ret && at < bytes; at += PHYSMEM_PAGE_SIZE) {
        u64 left = bytes - at;
        if (physmem_find(&m, *pa + at))
            ret = physmem_write(&m, *pa + at, zeros, u32(left < sizeof(zeros) ? left : sizeof(zeros)));
    }
    return ret;
}

void CpuModel::op_mem_free(void *ctx, u64 pa, u64 bytes) {
    frames_free(static_cast<CpuModel *>(ctx)->frames_, pa, bytes);
}

int CpuModel::read_memory(u64 pa, void *buf, u32 len) {
    look(pa, len);
    if (const unsigned char *at = memory_.host(pa, len)) {
        copy_words(buf, at, len);
        return 0;
    }
    memory_.remember(pa);
    return physmem_read(&memory_.store(), pa, buf, len);
}

int CpuModel::write_memory(u64 pa, const void *buf, u32 len) {
    if (unsigned char *at = memory_.host(pa, len)) {
        copy_words(at, buf, len);
        return 0;
    }
    int ret = physmem_write(&memory_.store(), pa, buf, len);
    memory_.remember(pa);
    return ret;
}

/* Most accesses are to entries of page tables that were used before. */
int CpuModel::op_mem_read(void *ctx, u64 pa, void *buf, u32 len) {
    auto *self = static_cast<CpuModel *>(ctx);

    self->scheduler_.spend(self->config_.cpu.memory_ps);
    const unsigned char *at = self->memory_.host(pa, len);
    if (unlikely(!at || len != 8 || self->attentive()))
        return self->read_memory(pa, buf, len);
    std::memcpy(buf, at, 8);
    return 0;
}

int CpuModel::op_mem_write(void *ctx, u64 pa, const void *buf, u32 len) {
    auto *self = static_cast<CpuModel *>(ctx);

    self->scheduler_.spend(self->config_.cpu.memory_ps);
    unsigned char *at = self->memory_.host(pa, len);
    if (unlikely(!at || len != 8))
        return self->write_memory(pa, buf, len);
    std::memcpy(at, buf, 8);
    return 0;
}

/* Between two looks hardware goes on: whatever it waits for next happens. */
bool CpuModel::op_poll(void *ctx, u32 tries) {
    auto *self = static_cast<CpuModel *>(ctx);
    ps_t next = self->iommu_.next_due();

    if (next != kNever)
        self->scheduler_.spend_until(next);
    self->iommu_.settle(next != kNever ? next : self->scheduler_.now());
    if (self->poll_hook_)
        self->poll_hook_();
    return tries < kPollTries;
}

u64 CpuModel::op_now(void *ctx) {
    return static_cast<CpuModel *>(ctx)->now_ns();
}

} // namespace faultline
