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

CpuModel::CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, IommuModel &iommu, MemoryModel &memory,
                   const fl_config &config, unsigned lines, bool levels, u64 seed)
    : sc_module(name), irq_in("irq_in"), mmio("mmio"), doorbell("doorbell"), scheduler_(scheduler), iommu_(iommu),
      memory_(memory), config_(config), handler_(config, seed), lines_(lines), levels_(levels),
      doorbell_fw_(new Doorbell(*this)), mmio_bw_(new MmioBw), frames_(new frames),
      workers_use_("workers", u32(config.cpu.workers)), threads_use_("driver_threads", lines),
      sleeping_(unsigned(config.cpu.workers)) {
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

/* ---- interrupts ---- */

void CpuModel::irq(unsigned line, bool level, const sc_core::sc_time &delay) {
    if (line >= lines_.size())
        return;
    lines_[line].level = level;
    if (level)
        raise(line, Scheduler::absolute(delay));
}

void CpuModel::raise(unsigned line, ps_t time) {
    Line &l = lines_[line];

    if (l.busy) {
        l.again = true;
        return;
    }
    l.busy = true;
    schedule(
        time + config_.cpu.irq_entry_ps,
        [](void *cpu, u64 n) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->entry(unsigned(n));
        },
        line);
}

void CpuModel::entry(unsigned line) {
    if (!cls_) {
        done(line);
        return;
    }
    lines_[line].again = false;
    interrupts_++;
    scheduler_.spend(config_.cpu.irq_handler_ps);
    enum drv_irq what = cls_->irq(driver_, line, now_ns());
    lines_[line].reader = {scheduler_.now(), scheduler_.now() + config_.cpu.thread_wake_ps};
    if (what != DRV_IRQ_WAKE_THREAD) {
        done(line);
        return;
    }
    threads_use_.take(lines_[line].reader.began, lines_[line].reader.began);
    lines_[line].served = lines_[line].reader.began;
    schedule(
        scheduler_.now() + config_.cpu.thread_wake_ps,
        [](void *cpu, u64 n) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->thread(unsigned(n));
        },
        line);
}

/* One batch; others may run before the next. */
void CpuModel::thread(unsigned line) {
    reader_ = &lines_[line].reader;
    int n = cls_->irq_thread(driver_, line, now_ns());
    reader_ = nullptr;

    if (n > 0 && deferred_ && !put_off_) {
        put_off_ = true;
        wake_worker();
    }
    if (n <= 0) {
        done(line);
        return;
    }
    schedule(
        scheduler_.now(),
        [](void *cpu, u64 l) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->thread(unsigned(l));
        },
        line);
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

void CpuModel::kick() {
    wake_worker();
    if (watching_)
        return;
    watching_ = true;
    scheduler_.at(
        scheduler_.now() + kWatch, [](void *cpu, u64) { static_cast<CpuModel *>(cpu)->watch(); }, this);
}

void CpuModel::wake_worker() {
    if (!sleeping_)
        return;
    sleeping_--;
    schedule(
        scheduler_.now() + config_.cpu.worker_wake_ps,
        [](void *cpu, u64) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->work(true);
        },
        0);
}

/* A worker that is awake (@p woken: just now) looks for something to do. */
void CpuModel::work(bool woken) {
    fault_group *group = core_ ? fault_core_take(core_, now_ns()) : nullptr;

    if (!group && !put_off_) {
        sleeping_++;
        return;
    }
    ps_t now = scheduler_.now(), asked = now;
    if (group) {
        in_hand_.push_back(group);
        auto found = queued_.find(group);
        if (found != queued_.end()) {
            asked = found->second;
            queued_.erase(found);
        }
        taken_[group] = {asked, woken ? now - config_.cpu.worker_wake_ps : now, now, 0};
    } else {
        put_off_ = false;
    }
    workers_use_.take(asked, now);
    worked_from_.emplace(group, now);
    schedule(
        now + handler_.next(),
        [](void *cpu, u64 g) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->handle(reinterpret_cast<fault_group *>(g));
        },
        reinterpret_cast<u64>(group));
}

/* The handler's time is over: what it does, and the answer. */
void CpuModel::handle(fault_group *group) {
    if (group) {
        fault_code code = fault_group_handle(group, now_ns());
        in_hand_.erase(std::find(in_hand_.begin(), in_hand_.end(), group));
        Answer answer = taken_[group];
        taken_.erase(group);
        answer.answered = scheduler_.now();
        iommu_.set_answer(answer);
        fault_group_complete(group, code, now_ns());
        iommu_.set_answer({});
    } else {
        deferred_(now_ns());
    }
    auto from = worked_from_.find(group); // several may do what was put off
    workers_use_.release(from->second, scheduler_.now());
    worked_from_.erase(from);
    schedule(
        scheduler_.now(),
        [](void *cpu, u64) {
            auto *self = static_cast<CpuModel *>(cpu);
            self->busy_--;
            self->work(false);
        },
        0);
}

void CpuModel::put_down() {
    for (fault_group *group : in_hand_)
        fault_group_complete(group, FAULT_RETRY, now_ns());
    in_hand_.clear();
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
