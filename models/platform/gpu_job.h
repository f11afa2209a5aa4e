/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a GPU is given to do, out of a trace: the GPU's driver.
 *
 * The ordering tag of an access names the engine: 1 command processor, 2 texture
 * unit, 3 colour unit, 4 management unit; without one reads are textures, writes
 * are colour. A read of the command processor is a command buffer; the accesses
 * of the units that follow, up to the next command buffer, are the work that its
 * packets start. A job ends where the trace unmaps, attaches, detaches or marks,
 * and before memory in use would be mapped or written with commands again; what
 * the operating system does there is done when the job is over. Recorded times
 * are not looked at: a GPU has its own pace.
 *
 * Before a job starts the driver writes its command buffers, and data other than
 * zero into what the units will read, through the physical addresses that the
 * trace has mapped, at no price.
 */
#ifndef FAULTLINE_GPU_JOB_H
#define FAULTLINE_GPU_JOB_H

#include "gpu_packet.h"
#include "master.h"
#include <set>

namespace faultline {

enum class GpuEngineId { Cp, Texture, Colour, Management };
constexpr unsigned kGpuEngines = 4;

struct GpuWork {
    u32 first, count;
};

struct GpuJob {
    std::vector<dmat_record> list[kGpuEngines]; ///< by enum GpuEngineId: command buffers, textures, colour, management
    GpuWork texture, colour;                    ///< work without a command buffer before it

    const std::vector<dmat_record> &of(GpuEngineId e) const { return list[unsigned(e)]; }
};

class GpuDriver {
public:
    GpuDriver(physmem &memory, u64 burst_bytes) : memory_(memory), burst_(burst_bytes) {}

    /// @p hooks: system and refuse; they and @p source outlive the driver.
    void open(TraceSource &source, const MasterHooks &hooks);

    /// Make the next job ready: 1, 0 at the end of the trace, -errno.
    int next(GpuJob &job);

    /// Records read so far.
    u64 records() const { return records_; }

private:
    struct Buffer { // a command buffer of the job, and where the work after it begins
        u32 texture, colour;
    };

    int fetch();
    bool ends(const dmat_record &rec, const GpuJob &job) const;
    bool in_use(const dmat_record &buffer) const;
    bool mapped(const dmat_record &map) const;
    void unmap(const dmat_record &rec);
    int refuse(const char *why) const;
    int note(const dmat_record &rec);
    int add(const dmat_record &rec, GpuJob &job);
    int write_buffer(const GpuJob &job, std::size_t n);
    int write_data(const dmat_record &rec);
    bool physical(const dmat_record &rec, u64 iova, u64 &pa) const;
    u32 space_of(const dmat_record &rec) const;

    physmem &memory_;
    u64 burst_;
    TraceSource *source_ = nullptr;
    const MasterHooks *hooks_ = nullptr;
    const dmat_record *block_ = nullptr;
    ssize_t at_ = 0, size_ = 0;
    u64 records_ = 0;
    std::unordered_map<u32, std::unordered_map<u64, u64>> pages_; // address space: page -> physical address
    std::unordered_map<u64, u32> spaces_;                         // stream and PASID -> address space
    std::set<std::pair<u32, u64>> in_use_;                        // lines of the job's command buffers
    std::vector<Buffer> buffers_;
};

} // namespace faultline

#endif // FAULTLINE_GPU_JOB_H
