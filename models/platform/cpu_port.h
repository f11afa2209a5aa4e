/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One IOMMU as the processor has it: its registers and interrupt lines, the
 * driver that runs for it, and what software has seen of it so far.
 *
 * The processors and their time are CpuModel's, which all ports share; what the driver reads and writes goes through
 * DriverAccess.
 */
#ifndef FAULTLINE_CPU_PORT_H
#define FAULTLINE_CPU_PORT_H

#include "driver_access.h"
#include "irq_if.h"
#include "tlm_parts.h"

namespace faultline {

class CpuPort : public sc_core::sc_module, public IrqIf {
public:
    /// Wired interrupts.
    sc_core::sc_export<IrqIf> irq_in;
    /// Registers of the IOMMU.
    tlm::tlm_initiator_socket<> mmio;

    /// @param number which of the processor's
    /// @param levels lines stay asserted until their cause is gone
    CpuPort(sc_core::sc_module_name name, CpuParts &parts, unsigned number, Ledger &ledger, unsigned lines,
            bool levels);

    /// What the driver needs of its host: the context of DriverAccess::ops().
    DriverAccess *access() { return &access_; }
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
    struct Line {
        bool level, busy, again;
        ps_t served;  // its thread is busy since
        ps_t allowed; // no interrupt before, for the sake of moderation
        ps_t from;    // its handler or thread has a processor
        Reader reader;
    };

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

    CpuParts &parts_;
    unsigned number_;
    Scheduler &scheduler_;
    Ledger &ledger_;
    const fl_config &config_;
    Processors &cpus_;
    std::vector<Line> lines_;
    bool levels_;
    const drv_class *cls_ = nullptr;
    void *driver_ = nullptr;
    fault_core *core_ = nullptr;
    PlainInitiator mmio_backward_;
    u64 interrupts_ = 0;
    DriverAccess access_;
};

} // namespace faultline

#endif // FAULTLINE_CPU_PORT_H
