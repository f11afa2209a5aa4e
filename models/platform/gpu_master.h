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

#include "gpu_watch.h"
#include "tlm_parts.h"
#include <jansson.h>

namespace faultline {

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

    /// A fault handler looks at the GPU, because of @p fault: what it sees becomes part of the account.
    void dump(const fault_record &fault);

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
    void give_up();
    u64 since_begin(ps_t t) const { return (t - begin_) / 1000; }

    std::vector<std::unique_ptr<Port>> ports_;
    PayloadPool<GpuAccess> accesses_;
    GpuUnit texture_, colour_;
    GpuCp cp_;
    GpuManagement management_;
    GpuEngine *const engines_[kGpuEngines];
    GpuWatch watch_;
    GpuDriver driver_;
    GpuJob job_;
    MasterHooks hooks_;
    Samples latencies_;
    OwnerSums owners_;
    std::unique_ptr<json_t, void (*)(json_t *)> dumps_{json_array(), json_decref};
    u64 jobs_ = 0, jobs_done_ = 0, jobs_lost_ = 0, dumps_taken_ = 0, outstanding_ = 0, serial_ = 0;
    ps_t begin_ = 0, last_done_ = 0;
    int error_ = 0;
    bool running_ = false; // a job is
    bool lost_ = false;    // it hangs; what is out has to come back
    bool finished_ = false, at_end_ = false;
};

} // namespace faultline

#endif // FAULTLINE_GPU_MASTER_H
