/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cpu_port.h"
#include "workers.h"

namespace faultline {

CpuPort::CpuPort(sc_core::sc_module_name name, CpuParts &parts, unsigned number, Ledger &ledger, unsigned lines,
                 bool levels)
    : sc_module(name), irq_in("irq_in"), mmio("mmio"), parts_(parts), number_(number), scheduler_(parts.scheduler),
      ledger_(ledger), config_(parts.config), cpus_(parts.cpus), lines_(lines), levels_(levels),
      access_(parts, ledger, mmio) {
    irq_in.bind(*this);
    mmio.bind(mmio_backward_);
}

void CpuPort::set_software(const drv_class *cls, void *driver, fault_core *core) {
    cls_ = cls;
    driver_ = driver;
    core_ = core;
}

/* @p Step of @p line; busy counts what of ours is on the agenda. */
template <void (CpuPort::*Step)(unsigned)> void CpuPort::at_line(ps_t time, unsigned line) {
    parts_.busy++;
    scheduler_.call<&CpuPort::step<Step>>(time, *this, u64{line});
}

template <void (CpuPort::*Step)(unsigned)> void CpuPort::step(u64 line) {
    parts_.busy--;
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
    if (unlikely(parts_.tap != nullptr))
        parts_.tap->interrupt(scheduler_.now());
    scheduler_.spend(config_.cpu.irq_handler_ps);
    enum drv_irq what = cls_->irq(driver_, line, parts_.now_ns());
    cpus_.leave(l.from, scheduler_.now());
    l.reader.entered = scheduler_.now();
    if (what != DRV_IRQ_WAKE_THREAD)
        done(line);
    else
        at_line<&CpuPort::thread_awake>(scheduler_.now() + config_.cpu.thread_wake_ps, line);
}

void CpuPort::thread_awake(unsigned line) {
    parts_.thread_wakes++;
    lines_[line].from = scheduler_.now();
    cpus_.ask(Processors::kThread, Scheduler::fn_of<&CpuPort::thread_begins, CpuPort, Line>, this,
              reinterpret_cast<u64>(&lines_[line]));
}

/* ... and for its thread. */
void CpuPort::thread_begins(Line &l) {
    l.served = l.reader.began = scheduler_.now();
    l.reader.waited = l.served - l.from;
    l.from = l.served;
    parts_.threads.take(l.served, l.served);
    thread(number(l));
}

/* One batch; others may run before the next. */
void CpuPort::thread(unsigned line) {
    access_.set_reader(&lines_[line].reader);
    if (unlikely(parts_.tap != nullptr))
        parts_.tap->thread(number_, line);
    int n = cls_->irq_thread(driver_, line, parts_.now_ns());
    access_.set_reader(nullptr);

    if (n > 0) {
        parts_.workers->records_read();
        at_line<&CpuPort::thread>(scheduler_.now(), line);
        return;
    }
    cpus_.leave(lines_[line].from, scheduler_.now());
    done(line);
}

void CpuPort::done(unsigned line) {
    Line &l = lines_[line];

    l.busy = false;
    if (unlikely(parts_.tap != nullptr) && cls_)
        parts_.tap->served({number_, line, l.reader.came, l.reader.entered, l.served, scheduler_.now()});
    if (l.served)
        parts_.threads.release(l.served, scheduler_.now());
    l.served = 0;
    if (l.again || (levels_ && l.level)) {
        l.again = false;
        raise(line, scheduler_.now());
    }
}

} // namespace faultline
