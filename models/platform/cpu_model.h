/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processor: runs the interrupt handlers and threads of each IOMMU's driver
 * and the workers of their fault cores, and says what that costs.
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

#include "cpu_port.h"
#include "drawn_time.h"
#include "tap.h"
#include <functional>

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

    /// What a call of the handler will have to do.
    struct Load {
        u32 faults, pages;
    };

    /// Work that the operating system has put off, run by a worker.
    void set_deferred(std::function<u32(u64 now_ns)> deferred) { deferred_ = std::move(deferred); }
    /// How many faults the handler has with groups (none: with deferred work), and how many pages it will map for them.
    void set_load(std::function<Load(const std::vector<fault_group *> &)> load) { load_ = std::move(load); }
    /// The simulation is over: workers put down what they have in hand, for nobody calls them again.
    void put_down();
    /// Let time pass for @p hardware while a driver polls; added to the settling of its IOMMU.
    void set_poll(std::function<void()> hardware) { poll_hook_ = std::move(hardware); }

    /// Software writes the Outstanding Page Request Allocation of a PCIe function
    /// (drv_ops.set_page_request_allocation).
    void set_allocator(std::function<u32(u32 requester, u32 requests)> allocate) { allocate_ = std::move(allocate); }

    /// @p tap looks on.
    void set_tap(Tap *tap) { tap_ = tap; }

    /// A fault core wants a worker (fault_host_ops.kick).
    void kick();
    /// A group waits for a worker from now on (fault_ops.observe, FAULT_AT_QUEUED).
    void queued(fault_group *group) { queued_[group] = scheduler_.now(); }

    /// Interrupts taken so far: entries of a hard handler, of all IOMMUs.
    u64 interrupts() const;
    /// Wake-ups so far: of the driver's threads, and of workers that slept.
    u64 thread_wakes() const { return thread_wakes_; }
    u64 worker_wakes() const { return worker_wakes_; }
    const Usage &workers() const { return workers_use_; }
    const Usage &threads() const { return threads_use_; }
    /// Their accounts begin at @p t.
    void mark(ps_t t) {
        workers_use_.mark(t);
        threads_use_.mark(t);
        cpus_.mark(t);
    }

    const Usage &cpus() const { return cpus_.usage(); }
    /// What one call of the handler hardly ever exceeds.
    ps_t longest_call() const;

    /// Nothing runs and nothing is about to.
    bool idle() const { return !busy_ && cpus_.idle(); }

private:
    struct Job { // a group, where its fault core is, and when it began to wait for a worker
        fault_group *group;
        CpuPort *port;
        ps_t asked;
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
        std::vector<CpuPort *> ports; // of the groups
        std::vector<Answer> answers;

        void pause(ps_t now) override;
        void resume(ps_t now) override;
    };
    /// Workers of one device, or of all.
    struct Pool {
        std::vector<Worker *> sleeping;
        std::deque<Job> waiting; // of one device
        bool staffed = false;
    };
    class Doorbell;
    friend class Doorbell;
    friend class CpuPort;

    u64 now_ns() const { return scheduler_.now() / 1000; }
    bool ring(u64 number, ps_t time);
    void records_read();
    void staff(Pool &pool);
    Pool &pool_of(const fault_group *group);
    void sort();
    bool wake_worker(Pool &pool);
    void look_again(ps_t time);
    void look();
    void ask_at(ps_t time, Worker &worker);
    void ask(Worker &worker);
    void work(Worker &worker);
    Job take_from(CpuPort *port);
    Job take_next();
    Job next_job(Pool &pool);
    void take(Worker &worker, Job job);
    void pass(Worker &worker, ps_t end);
    void passed(u64 turn);
    void handle(Worker &worker);
    void watch();

    Scheduler &scheduler_;
    MemoryModel &memory_;
    const fl_config &config_;
    DrawnTime handler_, fault_time_, page_time_;
    Processors cpus_;
    std::vector<std::unique_ptr<CpuPort>> ports_;
    std::size_t turn_ = 0; // the port that a worker asks next
    std::function<u32(u64)> deferred_;
    std::function<void()> poll_hook_;
    std::function<u32(u32, u32)> allocate_;
    std::unique_ptr<Doorbell> doorbell_fw_;
    frames *frames_;
    u64 thread_wakes_ = 0, worker_wakes_ = 0;
    Usage workers_use_, threads_use_;
    std::unordered_map<fault_group *, ps_t> queued_;
    std::deque<Job> early_; // taken of a fault core before they were reported, in order of time
    std::vector<std::unique_ptr<Worker>> all_workers_;
    Pool shared_;
    std::unordered_map<void *, Pool> pools_; // by device, where each has its own workers
    std::function<Load(const std::vector<fault_group *> &)> load_;
    unsigned busy_ = 0;     // entries of the agenda that are ours
    bool watching_ = false; // the deadline check is on the agenda
    bool sorting_ = false;  // so is sort()
    bool put_off_ = false;  // the operating system has deferred work
    Tap *tap_ = nullptr;
};

} // namespace faultline

#endif // FAULTLINE_CPU_MODEL_H
