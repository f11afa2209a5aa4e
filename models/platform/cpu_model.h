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
 * group or several, the time of the call, of its faults and of the pages that it
 * is going to map passes, the handler maps or refuses, the answers go out. All
 * of them do so on a processor, of which there may be few.
 */
#ifndef FAULTLINE_CPU_MODEL_H
#define FAULTLINE_CPU_MODEL_H

#include "drawn_time.h"
#include "iommu_model.h"
#include "memory_model.h"
#include "processors.h"
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

    /// What a call of the handler will have to do.
    struct Load {
        u32 faults, pages;
    };

    /// What the driver needs of its host (context: this).
    static const drv_ops *ops();
    /// The software it runs. @p deferred: work that the operating system has put off, run by a worker; may be empty.
    void set_software(const drv_class *cls, void *driver, fault_core *core, std::function<u32(u64 now_ns)> deferred);
    /// How many faults the handler has with groups (none: with deferred work), and how many pages it will map for them.
    void set_load(std::function<Load(const std::vector<fault_group *> &)> load) { load_ = std::move(load); }
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
    /// Wake-ups so far: of the driver's threads, and of workers that slept.
    u64 thread_wakes() const { return thread_wakes_; }
    u64 worker_wakes() const { return worker_wakes_; }
    const Usage &workers() const { return workers_use_; }
    const Usage &threads() const { return threads_use_; }
    /// Their accounts begin at @p t.
    void mark(ps_t t) {
        workers_use_.mark(t);
        threads_use_.mark(t);
    }

    const Usage &cpus() const { return cpus_.usage(); }
    /// What one call of the handler hardly ever exceeds.
    ps_t longest_call() const;

    /// Nothing runs and nothing is about to.
    bool idle() const { return !busy_ && cpus_.idle(); }

private:
    using Payload = tlm::tlm_generic_payload;
    struct Line {
        bool level, busy, again;
        ps_t served;  // its thread is busy since
        ps_t allowed; // no interrupt before, for the sake of moderation
        ps_t from;    // its handler or thread has a processor
        Reader reader;
    };
    struct Pool;
    struct Worker : Interruptible {
        CpuModel *cpu;
        Pool *pool;
        u32 index;
        u32 turn = 0;      // which end of its time on the agenda counts
        bool woken;        // it slept before it took what it has
        bool mapping;      // the time of the pages passes
        bool deferred;     // the work that the operating system has put off
        ps_t woke, awake;  // when
        ps_t asked, taken; // its work
        ps_t end;          // of the time that passes
        ps_t paused, lost; // to interrupts: since, and altogether
        std::vector<fault_group *> groups;
        std::vector<Answer> answers;

        void pause(ps_t now) override;
        void resume(ps_t now) override;
    };
    /// Workers of one device, or of all.
    struct Pool {
        std::vector<Worker *> sleeping;
        std::deque<fault_group *> waiting; // of one device
        bool staffed = false;
    };
    class Doorbell;
    class MmioBw;
    friend class Doorbell;

    u64 now_ns() const { return scheduler_.now() / 1000; }
    void raise(unsigned line, ps_t time);
    void arrive(unsigned line);
    void entry(unsigned line);
    void thread_awake(unsigned line);
    void thread(unsigned line);
    void done(unsigned line);
    void staff(Pool &pool);
    Pool &pool_of(const fault_group *group);
    void sort();
    void wake_worker(Pool &pool);
    void ask(Worker &worker);
    void work(Worker &worker);
    fault_group *next_group(Pool &pool);
    void take(Worker &worker, fault_group *group);
    void pass(Worker &worker, ps_t end);
    void passed(Worker &worker);
    void handle(Worker &worker);
    void watch();
    void schedule(ps_t time, Scheduler::Fn fn, u64 argument);
    template <void (CpuModel::*Step)(unsigned)> void at_line(ps_t time, unsigned line);
    template <void (CpuModel::*Step)(Worker &)> void at_worker(ps_t time, Worker &worker);
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
    DrawnTime handler_, fault_time_, page_time_;
    Processors cpus_;
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
    u64 interrupts_ = 0, thread_wakes_ = 0, worker_wakes_ = 0;
    const Reader *reader_ = nullptr; // the thread under way
    Usage workers_use_, threads_use_;
    std::unordered_map<fault_group *, ps_t> queued_;
    std::vector<std::unique_ptr<Worker>> all_workers_;
    Pool shared_;
    std::unordered_map<void *, Pool> pools_; // by device, where each has its own workers
    std::function<Load(const std::vector<fault_group *> &)> load_;
    unsigned busy_ = 0;     // entries of the agenda that are ours
    bool watching_ = false; // the deadline check is on the agenda
    bool sorting_ = false;  // so is sort()
    bool put_off_ = false;  // the operating system has deferred work
    ps_t sync_seen_ = 0;    // SYNCs that software has waited for
};

} // namespace faultline

#endif // FAULTLINE_CPU_MODEL_H
