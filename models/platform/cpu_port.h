/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One IOMMU as the processor has it: its registers and interrupt lines, the
 * driver that runs for it, and what software has seen of it so far.
 *
 * The processors, their time and the workers are CpuModel's, which all ports share.
 */
#ifndef FAULTLINE_CPU_PORT_H
#define FAULTLINE_CPU_PORT_H

#include "irq_if.h"
#include "ledger.h"
#include "memory_model.h"
#include "platform_api.h"
#include "processors.h"

namespace faultline {

class CpuModel;

class CpuPort : public sc_core::sc_module, public IrqIf {
public:
    /// Wired interrupts.
    sc_core::sc_export<IrqIf> irq_in;
    /// Registers of the IOMMU.
    tlm::tlm_initiator_socket<> mmio;

    /// @param number which of the processor's
    /// @param levels lines stay asserted until their cause is gone
    CpuPort(sc_core::sc_module_name name, CpuModel &cpu, unsigned number, Ledger &ledger, unsigned lines, bool levels);

    /// What the driver needs of its host (context: this).
    static const drv_ops *ops();
    /// The software it runs.
    void set_software(const drv_class *cls, void *driver, fault_core *core);

    void irq(unsigned line, bool level, const sc_core::sc_time &delay) override;
    /// A message-signalled interrupt: the line fires at @p time.
    void raise(unsigned line, ps_t time);

    unsigned lines() const { return unsigned(lines_.size()); }
    /// Interrupts taken so far: entries of a hard handler.
    u64 interrupts() const { return interrupts_; }
    fault_core *core() const { return core_; }
    Ledger &ledger() const { return ledger_; }

private:
    using Payload = tlm::tlm_generic_payload;
    struct Line {
        bool level, busy, again;
        ps_t served;  // its thread is busy since
        ps_t allowed; // no interrupt before, for the sake of moderation
        ps_t from;    // its handler or thread has a processor
        Reader reader;
    };

    u64 now_ns() const { return scheduler_.now() / 1000; }
    void arrive(unsigned line);
    void entry(unsigned line);
    void thread_awake(unsigned line);
    void thread(unsigned line);
    void done(unsigned line);
    void served(Line &line);
    void thread_begins(Line &line);
    unsigned number(const Line &line) const { return unsigned(&line - lines_.data()); }
    template <void (CpuPort::*Step)(unsigned)> void at_line(ps_t time, unsigned line);
    template <void (CpuPort::*Step)(unsigned)> void step(u64 line);
    void look(u64 address, u32 len);
    /// look() would do something.
    bool attentive() const { return ledger_.sync_done() > sync_seen_ || ledger_.unread(); }
    u64 read_register(u64 offset, unsigned size);
    void write_register(u64 offset, u64 value, unsigned size);
    int alloc(u64 bytes, u64 align, u64 *pa);
    int read(u64 pa, void *buf, u32 len);
    int write(u64 pa, const void *buf, u32 len);
    int read_slow(u64 pa, void *buf, u32 len);
    int write_slow(u64 pa, const void *buf, u32 len);
    bool poll(u32 tries);
    u64 transact(tlm::tlm_command command, u64 offset, u64 value, unsigned size);

    CpuModel &cpu_;
    unsigned number_;
    Scheduler &scheduler_;
    Ledger &ledger_;
    MemoryModel &memory_;
    const fl_config &config_;
    Processors &cpus_;
    std::vector<Line> lines_;
    bool levels_;
    const drv_class *cls_ = nullptr;
    void *driver_ = nullptr;
    fault_core *core_ = nullptr;
    PlainInitiator mmio_backward_;
    Payload mmio_gp_; // one register access at a time
    u64 interrupts_ = 0;
    const Reader *reader_ = nullptr; // the thread under way
    ps_t sync_seen_ = 0;             // SYNCs that software has waited for
    ps_t mmio_write_ps_;             // with what a hypervisor takes for it
    ps_t memory_ps_;                 // 0 while the hypervisor accesses it
};

} // namespace faultline

#endif // FAULTLINE_CPU_PORT_H
