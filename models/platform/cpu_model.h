/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processor: runs the driver's interrupt handlers and threads and the
 * fault core's workers, and says what that costs.
 *
 * Software is C and runs in one go at the time it starts; what it does costs
 * time (Scheduler::spend), so that its register accesses, its answers and
 * whatever comes after are later by what came before. Interrupt: entry, hard
 * handler, wake-up, thread; a line that fires while its thread runs is served
 * when the thread is done. Fault: a worker wakes up if one sleeps, takes a
 * group, the handler's time passes, the handler maps or refuses, the answer
 * goes out.
 */
#ifndef FAULTLINE_CPU_MODEL_H
#define FAULTLINE_CPU_MODEL_H

#include "handler_time.h"
#include "iommu_model.h"
#include "memory_model.h"
#include <functional>

extern "C" {
#include "frames.h"
}

namespace faultline {

class CpuModel : public sc_core::sc_module, public IrqIf {
public:
    /// Wired interrupts.
    sc_core::sc_export<IrqIf> irq_in;
    /// Registers of the IOMMU.
    tlm::tlm_initiator_socket<> mmio;
    /// Message-signalled interrupts: a 4-byte write of the line's number anywhere in the window.
    tlm::tlm_target_socket<> doorbell;

    /// @param levels lines stay asserted until their cause is gone
    CpuModel(sc_core::sc_module_name name, Scheduler &scheduler, IommuModel &iommu, MemoryModel &memory,
             const fl_config &config, unsigned lines, bool levels, u64 seed);
    ~CpuModel() override;

    /// What the driver needs of its host (context: this).
    static const drv_ops *ops();
    /// The software it runs. @p deferred: work that the operating system has put off, run by a worker; may be empty.
    void set_software(const drv_class *cls, void *driver, fault_core *core, std::function<u32(u64 now_ns)> deferred);
    /// The simulation is over: workers put down what they have in hand, for nobody calls them again.
    void put_down();
    /// Let time pass for @p hardware while a driver polls; added to the settling of the IOMMU.
    void set_poll(std::function<void()> hardware) { poll_hook_ = std::move(hardware); }

    /// Software writes the Outstanding Page Request Allocation of a PCIe function
    /// (drv_ops.set_page_request_allocation).
    void set_allocator(std::function<u32(u32 requester, u32 requests)> allocate) { allocate_ = std::move(allocate); }

    /// The fault core wants a worker (fault_host_ops.kick).
    void kick();
    /// A group waits for a worker from now on (fault_ops.observe, FAULT_AT_QUEUED).
    void queued(fault_group *group) { queued_[group] = scheduler_.now(); }

    void irq(unsigned line, bool level, const sc_core::sc_time &delay) override;

    /// Interrupts taken so far: entries of a hard handler.
    u64 interrupts() const { return interrupts_; }
    const Usage &workers() const { return workers_use_; }
    const Usage &threads() const { return threads_use_; }
    /// Their accounts begin at @p t.
    void mark(ps_t t) {
        workers_use_.mark(t);
        threads_use_.mark(t);
    }

    /// Nothing runs and nothing is about to.
    bool idle() const { return !busy_; }

private:
    using Payload = tlm::tlm_generic_payload;
    struct Line {
        bool level, busy, again;
        ps_t served; // its thread is busy since
        Reader reader;
    };
    class Doorbell;
    class MmioBw;
    friend class Doorbell;

    u64 now_ns() const { return scheduler_.now() / 1000; }
    void raise(unsigned line, ps_t time);
    void entry(unsigned line);
    void thread(unsigned line);
    void done(unsigned line);
    void wake_worker();
    void work(bool woken);
    void handle(fault_group *group);
    void watch();
    void schedule(ps_t time, Scheduler::Fn fn, u64 argument);
    void look(u64 address, u32 len);
    /// look() would do something.
    bool attentive() const { return iommu_.sync_done() > sync_seen_ || iommu_.records_unread(); }
    int read_memory(u64 pa, void *buf, u32 len);
    int write_memory(u64 pa, const void *buf, u32 len);

    static u64 op_mmio_read(void *ctx, u64 offset, unsigned size);
    static void op_mmio_write(void *ctx, u64 offset, u64 value, unsigned size);
    static int op_mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa);
    static void op_mem_free(void *ctx, u64 pa, u64 bytes);
    static int op_mem_read(void *ctx, u64 pa, void *buf, u32 len);
    static int op_mem_write(void *ctx, u64 pa, const void *buf, u32 len);
    static bool op_poll(void *ctx, u32 tries);
    static u64 op_now(void *ctx);
    u64 transact(tlm::tlm_command command, u64 offset, u64 value, unsigned size);

    Scheduler &scheduler_;
    IommuModel &iommu_;
    MemoryModel &memory_;
    const fl_config &config_;
    HandlerTime handler_;
    std::vector<Line> lines_;
    bool levels_;
    const drv_class *cls_ = nullptr;
    void *driver_ = nullptr;
    fault_core *core_ = nullptr;
    std::function<u32(u64)> deferred_;
    std::function<void()> poll_hook_;
    std::function<u32(u32, u32)> allocate_;
    std::unique_ptr<Doorbell> doorbell_fw_;
    std::unique_ptr<MmioBw> mmio_bw_;
    frames *frames_;
    Payload mmio_gp_; // one register access at a time
    u64 interrupts_ = 0;
    const Reader *reader_ = nullptr; // the thread under way
    Usage workers_use_, threads_use_;
    std::unordered_map<fault_group *, ps_t> queued_;
    std::unordered_map<fault_group *, Answer> taken_;
    std::unordered_multimap<fault_group *, ps_t> worked_from_; // nullptr: deferred work
    unsigned sleeping_;                                        // workers
    std::vector<fault_group *> in_hand_;                       // of the others
    unsigned busy_ = 0;                                        // entries of the agenda that are ours
    bool watching_ = false;                                    // the deadline check is on the agenda
    bool put_off_ = false;                                     // the operating system has deferred work
    ps_t sync_seen_ = 0;                                       // SYNCs that software has waited for
};

} // namespace faultline

#endif // FAULTLINE_CPU_MODEL_H
