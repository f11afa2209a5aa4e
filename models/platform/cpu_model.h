/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processor: runs the interrupt handlers and threads of each IOMMU's driver
 * and the workers of their fault cores, and says what that costs.
 *
 * Software is C and runs in one go at the time it starts; what it does costs
 * time (Scheduler::spend), so that its register accesses, its answers and
 * whatever comes after are later by what came before. Interrupt: entry, hard
 * handler, wake-up, thread; a line that fires while its thread runs is served
 * when the thread is done (CpuPort). Faults are handled by workers (Workers). All of
 * them do so on a processor, of which there may be few.
 */
#ifndef FAULTLINE_CPU_MODEL_H
#define FAULTLINE_CPU_MODEL_H

#include "workers.h"

namespace faultline {

class CpuModel : public sc_core::sc_module {
public:
    /// Message-signalled interrupts: a 4-byte write of the line's number, counted through the IOMMUs in the order in
    /// which they were connected, anywhere in the window.
    tlm::tlm_target_socket<> doorbell;

    CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, MemoryModel &memory, const fl_config &config,
             u64 seed);
    ~CpuModel() override;

    /// An IOMMU with so many interrupt lines, see CpuPort; before the simulation begins.
    CpuPort &connect(Ledger &ledger, unsigned lines, bool levels);

    using Load = Workers::Load;

    /// Work that the operating system has put off, run by a worker.
    void set_deferred(Workers::DeferredFn deferred) { workers_.set_deferred(std::move(deferred)); }
    /// How many faults the handler has with groups (none: with deferred work), and how many pages it will map for them.
    void set_load(Workers::LoadFn load) { workers_.set_load(std::move(load)); }
    /// The simulation is over: workers put down what they have in hand, for nobody calls them again.
    void put_down() { workers_.put_down(); }

    /// Software writes the Outstanding Page Request Allocation of a PCIe function
    /// (drv_ops.set_page_request_allocation).
    void set_allocator(std::function<u32(u32 requester, u32 requests)> allocate) {
        parts_.allocate = std::move(allocate);
    }

    /// @p tap looks on.
    void set_tap(Tap *tap) { parts_.tap = tap; }

    /// A fault core wants a worker (fault_host_ops.kick).
    void kick();
    /// A group waits for a worker from now on (fault_ops.observe, FAULT_AT_QUEUED).
    void queued(fault_group *group) { groups_.queued(group); }

    /// Interrupts taken so far: entries of a hard handler, of all IOMMUs.
    u64 interrupts() const;
    /// Wake-ups so far: of the driver's threads, and of workers that slept.
    u64 thread_wakes() const { return parts_.thread_wakes; }
    u64 worker_wakes() const { return workers_.wakes(); }
    const Usage &workers() const { return workers_.usage(); }
    const Usage &threads() const { return parts_.threads; }
    /// Their accounts begin at @p t.
    void mark(ps_t t) {
        workers_.mark(t);
        parts_.threads.mark(t);
        parts_.cpus.mark(t);
    }

    const Usage &cpus() const { return parts_.cpus.usage(); }
    /// What one call of the handler hardly ever exceeds.
    ps_t longest_call() const { return workers_.longest_call(); }

    /// Nothing runs and nothing is about to.
    bool idle() const { return !parts_.busy && parts_.cpus.idle(); }

private:
    class Doorbell;
    friend class Doorbell;

    bool ring(u64 number, ps_t time);
    void watch();

    CpuParts parts_;
    FaultGroups::Ports ports_;
    FaultGroups groups_;
    Workers workers_;
    std::unique_ptr<Doorbell> doorbell_fw_;
    bool watching_ = false; // the deadline check is on the agenda
};

} // namespace faultline

#endif // FAULTLINE_CPU_MODEL_H
