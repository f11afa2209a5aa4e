/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A GPU behind an IOMMU: a command processor far ahead in its stream, texture and
 * colour units, and a small management unit with a watchdog, each with the
 * StreamID that the trace gives it. It notices what a real one would: a word that
 * is no packet, a bus error, an access that takes too long, a job that does not end.
 *
 * Accesses of engines behind one TBU reach it in the order in which they were
 * issued: what the TBU does not take in holds up the others.
 */
#ifndef FAULTLINE_GPU_MASTER_H
#define FAULTLINE_GPU_MASTER_H

#include "gpu_cp.h"
#include "tlm_parts.h"
#include <jansson.h>

namespace faultline {

/// The GPU as a fault handler finds it.
struct GpuDump {
    static constexpr std::size_t kAddresses = 16;
    struct Engine {
        u64 outstanding, held;
        std::vector<u64> addresses; ///< of unanswered accesses, oldest first, kAddresses at most
    };

    ps_t time;
    u64 address;
    u32 sid;
    bool write;
    ps_t still; ///< since anything of command, texture and colour has moved
    u64 read_pointer, fetch_pointer;
    GpuCp::State state;
    Engine engine[kGpuEngines];
};

class GpuMaster : public sc_core::sc_module, public Master, private GpuHost {
public:
    GpuMaster(sc_core::sc_module_name name, Scheduler &scheduler, const fl_config &config, physmem &memory);
    ~GpuMaster() override;

    tlm::tlm_initiator_socket<> &out(unsigned i) override;
    void start(TraceSource &source, MasterHooks hooks, ps_t at) override;
    bool finished() const override { return finished_; }
    int error() const override { return error_; }
    u64 outstanding() const override { return outstanding_; }
    ps_t duration() const override { return last_done_ - begin_; }
    const Samples &latencies() const override { return latencies_; }
    const OwnerSums &owners() const override { return owners_; }

    /// A handler looks at the GPU, because of @p fault.
    void dump(const fault_record &fault);

    struct Counters {
        u64 jobs, done, lost, hangs;
        ps_t first_hang;
    };
    const Counters &counters() const { return counters_; }
    const GpuCp &command() const { return cp_; }
    const GpuUnit &texture() const { return texture_; }
    const GpuUnit &colour() const { return colour_; }
    const GpuManagement &management() const { return management_; }
    const std::vector<GpuDump> &dumps() const { return dumps_; }

    /// What happened, as an object; the caller's to json_decref().
    json_t *account() const;

private:
    class Port;

    GpuAccess *new_access() override;
    void submit(GpuAccess &a) override;
    void done(GpuAccess &a) override;
    void moved() override;

    void complete_at(GpuAccess &a, ps_t time);
    void next_job();
    void begin_job();
    void end_job();
    void watch();
    void hang();
    ps_t progress() const;
    u64 since_begin(ps_t t) const { return (t - begin_) / 1000; }
    json_t *engine_account(const GpuEngine &e) const;
    json_t *dump_account(const GpuDump &d) const;

    std::vector<std::unique_ptr<Port>> ports_;
    PayloadPool<GpuAccess> accesses_;
    GpuUnit texture_, colour_;
    GpuCp cp_;
    GpuManagement management_;
    GpuEngine *const engines_[kGpuEngines];
    GpuDriver driver_;
    GpuJob job_;
    MasterHooks hooks_;
    Counters counters_{};
    Samples latencies_;
    OwnerSums owners_;
    std::vector<GpuDump> dumps_;
    u64 dumps_taken_ = 0, outstanding_ = 0, serial_ = 0;
    ps_t begin_ = 0, last_done_ = 0, progress_ = 0;
    int error_ = 0;
    bool running_ = false;  // a job is
    bool lost_ = false;     // it hangs; what is out has to come back
    bool watching_ = false; // the hang check is on the agenda
    bool finished_ = false, at_end_ = false;
};

} // namespace faultline

#endif // FAULTLINE_GPU_MASTER_H
