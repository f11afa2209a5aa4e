/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cpu_port.h"
#include "cpu_model.h"

namespace faultline {

static constexpr u32 kPollTries = 100000;

CpuPort::CpuPort(sc_core::sc_module_name name, CpuModel &cpu, unsigned number, Ledger &ledger, unsigned lines,
                 bool levels)
    : sc_module(name), irq_in("irq_in"), mmio("mmio"), cpu_(cpu), number_(number), scheduler_(cpu.scheduler_),
      ledger_(ledger), memory_(cpu.memory_), config_(cpu.config_), cpus_(cpu.cpus_), lines_(lines), levels_(levels),
      mmio_write_ps_(config_.cpu.mmio_write_ps + (config_.driver.nested ? config_.driver.trap_ps : 0)),
      memory_ps_(config_.cpu.memory_ps) {
    irq_in.bind(*this);
    mmio.bind(mmio_backward_);
}

void CpuPort::set_software(const drv_class *cls, void *driver, fault_core *core) {
    cls_ = cls;
    driver_ = driver;
    core_ = core;
}

/* @p Step of @p line; busy_ counts what of ours is on the agenda. */
template <void (CpuPort::*Step)(unsigned)> void CpuPort::at_line(ps_t time, unsigned line) {
    cpu_.busy_++;
    scheduler_.call<&CpuPort::step<Step>>(time, *this, u64{line});
}

template <void (CpuPort::*Step)(unsigned)> void CpuPort::step(u64 line) {
    cpu_.busy_--;
    (this->*Step)(unsigned(line));
}

/* ---- interrupts ---- */

void CpuPort::irq(unsigned line, bool level, const sc_core::sc_time &delay) {
    if (line >= lines_.size())
        return;
    lines_[line].level = level;
    if (level)
        raise(line, Scheduler::absolute(delay));
}

/* The line fires at @p time, or when moderation lets it. */
void CpuPort::raise(unsigned line, ps_t time) {
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
        at_line<&CpuPort::arrive>(time, line);
    else
        at_line<&CpuPort::entry>(time + config_.cpu.irq_entry_ps, line);
}

void CpuPort::arrive(unsigned line) {
    cpus_.ask(Processors::kInterrupt, Scheduler::fn_of<&CpuPort::served, CpuPort, Line>, this,
              reinterpret_cast<u64>(&lines_[line]));
}

/* There is a processor for the hard handler. */
void CpuPort::served(Line &l) {
    l.from = scheduler_.now();
    l.reader.entry_waited = l.from - l.reader.came;
    at_line<&CpuPort::entry>(l.from + config_.cpu.irq_entry_ps, number(l));
}

void CpuPort::entry(unsigned line) {
    Line &l = lines_[line];

    if (!cls_) {
        cpus_.leave(l.from, scheduler_.now());
        done(line);
        return;
    }
    l.again = false;
    interrupts_++;
    if (unlikely(cpu_.tap_ != nullptr))
        cpu_.tap_->interrupt(scheduler_.now());
    scheduler_.spend(config_.cpu.irq_handler_ps);
    enum drv_irq what = cls_->irq(driver_, line, now_ns());
    cpus_.leave(l.from, scheduler_.now());
    l.reader.entered = scheduler_.now();
    if (what != DRV_IRQ_WAKE_THREAD)
        done(line);
    else
        at_line<&CpuPort::thread_awake>(scheduler_.now() + config_.cpu.thread_wake_ps, line);
}

void CpuPort::thread_awake(unsigned line) {
    cpu_.thread_wakes_++;
    lines_[line].from = scheduler_.now();
    cpus_.ask(Processors::kThread, Scheduler::fn_of<&CpuPort::thread_begins, CpuPort, Line>, this,
              reinterpret_cast<u64>(&lines_[line]));
}

/* ... and for its thread. */
void CpuPort::thread_begins(Line &l) {
    l.served = l.reader.began = scheduler_.now();
    l.reader.waited = l.served - l.from;
    l.from = l.served;
    cpu_.threads_use_.take(l.served, l.served);
    thread(number(l));
}

/* One batch; others may run before the next. */
void CpuPort::thread(unsigned line) {
    reader_ = &lines_[line].reader;
    if (unlikely(cpu_.tap_ != nullptr))
        cpu_.tap_->thread(number_, line);
    int n = cls_->irq_thread(driver_, line, now_ns());
    reader_ = nullptr;

    if (n > 0) {
        cpu_.records_read();
        at_line<&CpuPort::thread>(scheduler_.now(), line);
        return;
    }
    cpus_.leave(lines_[line].from, scheduler_.now());
    done(line);
}

void CpuPort::done(unsigned line) {
    Line &l = lines_[line];

    l.busy = false;
    if (unlikely(cpu_.tap_ != nullptr) && cls_)
        cpu_.tap_->served({number_, line, l.reader.came, l.reader.entered, l.served, scheduler_.now()});
    if (l.served)
        cpu_.threads_use_.release(l.served, scheduler_.now());
    l.served = 0;
    if (l.again || (levels_ && l.level)) {
        l.again = false;
        raise(line, scheduler_.now());
    }
}

/* ---- what the driver needs ---- */

const drv_ops *CpuPort::ops() {
    using P = CpuPort;
    static const drv_ops table = [] {
        drv_ops o{};
        o.mmio_read = [](void *p, u64 offset, unsigned size) {
            return static_cast<P *>(p)->read_register(offset, size);
        };
        o.mmio_write = [](void *p, u64 offset, u64 value, unsigned size) {
            static_cast<P *>(p)->write_register(offset, value, size);
        };
        o.mem_alloc = [](void *p, u64 bytes, u64 align, u64 *pa) {
            return static_cast<P *>(p)->alloc(bytes, align, pa);
        };
        o.mem_free = [](void *p, u64 pa, u64 bytes) { frames_free(static_cast<P *>(p)->cpu_.frames_, pa, bytes); };
        o.mem_read = [](void *p, u64 pa, void *buf, u32 len) { return static_cast<P *>(p)->read(pa, buf, len); };
        o.mem_write = [](void *p, u64 pa, const void *buf, u32 len) {
            return static_cast<P *>(p)->write(pa, buf, len);
        };
        o.poll = [](void *p, u32 tries) { return static_cast<P *>(p)->poll(tries); };
        o.now = [](void *p) { return static_cast<P *>(p)->now_ns(); };
        o.hypervisor = [](void *p, bool on) {
            auto *self = static_cast<P *>(p);
            self->memory_ps_ = on ? 0 : self->config_.cpu.memory_ps;
        };
        o.set_page_request_allocation = [](void *p, u32 sid, u32 n) {
            CpuModel &cpu = static_cast<P *>(p)->cpu_;
            return cpu.allocate_ ? cpu.allocate_(sid, n) : 0;
        };
        return o;
    }();
    return &table;
}

/*
 * Software looks at a register or at memory. The engine has completed a SYNC already; software sees that only when its
 * time has come.
 */
void CpuPort::look(u64 address, u32 len) {
    if (ledger_.sync_done() > sync_seen_) {
        sync_seen_ = ledger_.sync_done();
        scheduler_.spend_until(sync_seen_);
    }
    ledger_.read(address, len, scheduler_.now(), reader_ ? *reader_ : Reader{});
}

u64 CpuPort::transact(tlm::tlm_command command, u64 offset, u64 value, unsigned size) {
    Payload &gp = mmio_gp_;
    sc_core::sc_time delay = Scheduler::delay_to(scheduler_.now());
    u8 word[8];

    fl_put_le64(word, value);
    set_access(gp, command, offset, word, size);
    mmio->b_transport(gp, delay);
    return size == 4 ? fl_get_le32(word) : fl_get_le64(word);
}

u64 CpuPort::read_register(u64 offset, unsigned size) {
    scheduler_.spend(config_.cpu.mmio_read_ps);
    look(offset, size);
    return transact(tlm::TLM_READ_COMMAND, offset, 0, size);
}

void CpuPort::write_register(u64 offset, u64 value, unsigned size) {
    scheduler_.spend(mmio_write_ps_);
    transact(tlm::TLM_WRITE_COMMAND, offset, value, size);
}

int CpuPort::alloc(u64 bytes, u64 align, u64 *pa) {
    static const u8 zeros[PHYSMEM_PAGE_SIZE] = {};
    physmem &m = memory_.store();
    int ret = frames_alloc(cpu_.frames_, bytes, align, pa);

    /* Pages that were never written read as zero already. */
    for (u64 at = 0; !ret && at < bytes; at += PHYSMEM_PAGE_SIZE)
        if (physmem_find(&m, *pa + at))
            ret = physmem_write(&m, *pa + at, zeros, u32(std::min<u64>(bytes - at, sizeof(zeros))));
    return ret;
}

int CpuPort::read_slow(u64 pa, void *buf, u32 len) {
    look(pa, len);
    if (const unsigned char *at = memory_.host(pa, len)) {
        copy_words(buf, at, len);
        return 0;
    }
    memory_.remember(pa);
    return physmem_read(&memory_.store(), pa, buf, len);
}

int CpuPort::write_slow(u64 pa, const void *buf, u32 len) {
    if (unsigned char *at = memory_.host(pa, len)) {
        copy_words(at, buf, len);
        return 0;
    }
    int ret = physmem_write(&memory_.store(), pa, buf, len);
    memory_.remember(pa);
    return ret;
}

/* Most accesses are to entries of page tables that were used before. */
inline int CpuPort::read(u64 pa, void *buf, u32 len) {
    scheduler_.spend(memory_ps_);
    const unsigned char *at = memory_.host(pa, len);
    if (unlikely(!at || len != 8 || attentive()))
        return read_slow(pa, buf, len);
    std::memcpy(buf, at, 8);
    return 0;
}

inline int CpuPort::write(u64 pa, const void *buf, u32 len) {
    scheduler_.spend(memory_ps_);
    unsigned char *at = memory_.host(pa, len);
    if (unlikely(!at || len != 8))
        return write_slow(pa, buf, len);
    std::memcpy(at, buf, 8);
    return 0;
}

/* Between two looks hardware goes on: whatever it waits for next happens. */
bool CpuPort::poll(u32 tries) {
    ps_t next = ledger_.next_due();

    if (next != kNever)
        scheduler_.spend_until(next);
    transact(tlm::TLM_IGNORE_COMMAND, 0, 0, 4);
    if (cpu_.poll_hook_)
        cpu_.poll_hook_();
    return tries < kPollTries;
}

} // namespace faultline
