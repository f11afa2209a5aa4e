/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a driver needs of its host: registers, memory and waiting, each after its time. Software sees what hardware has
 * done when its time has come.
 */
#ifndef FAULTLINE_DRIVER_ACCESS_H
#define FAULTLINE_DRIVER_ACCESS_H

#include "cpu_parts.h"
#include "ledger.h"

namespace faultline {

class DriverAccess {
public:
    using Registers = tlm::tlm_initiator_socket<>;

    DriverAccess(CpuParts &parts, Ledger &ledger, Registers &mmio);

    /// Its table (context: a DriverAccess).
    static const drv_ops *ops();
    /// Whose thread looks at memory from now on; null: none.
    void set_reader(const Reader *reader) { reader_ = reader; }

private:
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

    CpuParts &parts_;
    Scheduler &scheduler_;
    Ledger &ledger_;
    MemoryModel &memory_;
    const fl_config &config_;
    Registers &mmio_;
    tlm::tlm_generic_payload mmio_gp_; // one register access at a time
    const Reader *reader_ = nullptr;   // the thread under way
    ps_t sync_seen_ = 0;               // SYNCs that software has waited for
    ps_t mmio_write_ps_;               // with what a hypervisor takes for it
    ps_t memory_ps_;                   // 0 while the hypervisor accesses it
};

} // namespace faultline

#endif // FAULTLINE_DRIVER_ACCESS_H
