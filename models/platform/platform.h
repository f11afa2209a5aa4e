/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A platform: a trace's masters, one IOMMU or several of any one kind, one memory,
 * and one processor that runs their drivers, a fault core for each, and the
 * operating system of a replay.
 */
#ifndef FAULTLINE_PLATFORM_H
#define FAULTLINE_PLATFORM_H

#include "cpu_model.h"
#include "gpu_master.h"
#include "iommu_model.h"
#include "memory_model.h"
#include "pcie_endpoint.h"
#include "run_watch.h"
#include "samples.h"
#include "taps.h"
#include "trace_master.h"

extern "C" {
#include "replay_streams.h"
}

namespace faultline {

/// An IOMMU of one kind: the model with its engine inside.
class KindModel : public IommuModel {
public:
    /// @throws std::runtime_error if the engine refuses the configuration
    KindModel(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, const iommu_kind &kind);
    ~KindModel() override;

private:
    const iommu_kind &kind_;
    void *hw_ = nullptr;
};

/// An SMMUv3, for platforms that are put together by hand.
struct SmmuV3Model : KindModel {
    SmmuV3Model(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config)
        : KindModel(name, scheduler, config, iommu_kind_smmuv3) {}
};

class Platform : public sc_core::sc_module, public FaultSink, public PageSink {
public:
    Scheduler scheduler;
    MemoryModel memory;
    CpuModel cpu;
    std::unique_ptr<Master> master;

    /// @param taps who looks on, or nullptr; they outlive it
    Platform(sc_core::sc_module_name name, const replay_options &opt, const struct replay_scan &scan,
             Taps *taps = nullptr);
    ~Platform() override;

    /// Run the whole trace: 0, or -errno with @p err filled.
    int run(TraceSource &source, replay_result &result, dmat_error *err);

    /// One of them (iommu.count).
    KindModel &iommu(unsigned i = 0) { return *iommus_.at(i).model; }

    void fault_delivered(const dma_txn &txn, const xlat_result &result, xlat kind, ps_t now) override;
    void fault_over(const dma_txn &txn, xlat kind, const FaultStamps &stamps, const LoggedBill *bill,
                    u64 flow) override;
    void page_fault_over(const dma_txn &txn, bool joined, xlat how, const PageStamps &stamps, const Bill *bill,
                         const LoggedBill *log, u64 flow) override;

private:
    struct StreamTimes {
        Samples latency;
        ps_t first = kNever, last = 0;
        stream_kind kind{};
    };
    /// An IOMMU and where the processor has it.
    struct Node {
        std::unique_ptr<KindModel> model;
        CpuPort *port;
    };
    /// A PCIe device, before the TBU of an IOMMU whose streams have functions among them.
    struct Device {
        std::unique_ptr<PcieEndpoint> model;
        unsigned iommu;
    };
    StreamTimes &stream_of(u32 sid);
    void note_stream(const AccessDone &d);
    void add_iommu(unsigned i);
    void plug(unsigned iommu, unsigned tbu);
    void make_master();
    void boot();
    void access_done(const AccessDone &d);
    void fault_done(const FaultStamps &s, const Bill *bill);
    void show(const FaultSeen &f);
    void show(const AccessDone &d, u32 stream);
    void attach_taps();
    /// Of a resource, in the measured interval.
    struct Account {
        const Usage *usage;
        unsigned iommu; // whose it is; kShared: nobody's alone
        Figures in;
    };
    static constexpr unsigned kShared = ~0U;
    std::vector<Account> accounts(ps_t until) const;
    replay_counters count() const;
    void begin_counting(ps_t t);
    void end_counting(ps_t t);
    void add_resource(replay_result &result, const Account &account) const;
    void collect_ledger(replay_result &result) const;
    void collect(replay_result &result);
    void tell();
    void note_answer(const dma_txn &txn);
    int no_progress(const dma_txn *again);

    const replay_options &opt_;
    const struct replay_scan &scan_;
    TraceSource *source_ = nullptr;
    dmat_error *err_ = nullptr;
    replay_os *os_ = nullptr;
    replay_result counts_{};
    ps_t counting_ = 0;                     // faults that began before do not count
    std::unique_ptr<replay_result> before_; // what the operating system and the devices had counted by then
    std::vector<StreamTimes> streams_;
    u32 last_stream_ = 0;
    std::vector<Node> iommus_;
    std::vector<Device> devices_;
    OwnerSums fault_owners_;
    ps_t begin_ = 0, end_ = 0; // the measured interval: the first access that counts begins, the last is over
    std::vector<Account> accounts_;
    replay_counters counters_{}, counters_before_{};
    Samples latency_, parts_[FAULT_PARTS], page_parts_[PAGE_PARTS];
    GpuMaster *gpu_ = nullptr; // the master, if it is one
    Taps *taps_;
    RunWatch watch_;
    int error_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_PLATFORM_H
