/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engines of a GPU: what each issues, what it does with an answer, and what
 * it counts. docs/gpu.md tells how each takes data that is garbage.
 */
#ifndef FAULTLINE_GPU_ENGINE_H
#define FAULTLINE_GPU_ENGINE_H

#include "dma_extension.h"
#include "gpu_job.h"
#include <deque>

namespace faultline {

class GpuEngine;

/// One access of an engine on its way.
struct GpuAccess : MasterAccess {
    dmat_record record; ///< of the piece
    std::vector<unsigned char> data;
    GpuEngine *engine;
    u64 serial; ///< of its engine, from 1
    bool held;  ///< the SMMU did not answer at once
};

/// What engines need of the GPU.
struct GpuHost {
    Scheduler &scheduler;
    const fl_config &config;

    GpuHost(Scheduler &s, const fl_config &c) : scheduler(s), config(c) {}
    virtual ~GpuHost() = default;
    virtual GpuAccess *new_access() = 0;
    /// To its TBU; GpuEngine::complete() follows.
    virtual void submit(GpuAccess &a) = 0;
    /// An access is complete.
    virtual void done(GpuAccess &a) = 0;
    /// An engine has moved: something may be over.
    virtual void moved() = 0;
};

class GpuEngine {
public:
    struct Account {
        u64 accesses, bytes;
        u64 faults;                     ///< met by its accesses, also those that ended well
        u64 garbage;                    ///< reads that gave zero where memory holds something else
        u64 garbage_beside;             ///< of them, those without a fault of their own
        u64 lost_writes;                ///< writes that were ignored
        u64 aborted;                    ///< accesses that ended in a bus error
        u64 held;                       ///< accesses that the SMMU did not answer at once
        ps_t held_time, longest, moved; ///< time with such accesses; longest latency; time of the last completion
    };

    GpuEngine(GpuHost &host, const char *name, u64 limit) : host_(host), name_(name), limit_(limit) {}
    virtual ~GpuEngine() = default;
    GpuEngine(const GpuEngine &) = delete;

    /// Issue what can be issued now.
    virtual void pump() = 0;
    void complete(GpuAccess &a);
    void hold(GpuAccess &a);

    const char *name() const { return name_; }
    const Account &account() const { return account_; }
    /// Unanswered accesses, oldest first.
    const std::vector<GpuAccess *> &outstanding() const { return outstanding_; }

protected:
    /// @p garbage: zero was read where memory holds something else
    virtual void arrived(GpuAccess &a, bool garbage) = 0;
    bool ready();
    GpuAccess &issue(const dmat_record &rec, u64 iova, u32 len);

    GpuHost &host_;

private:
    void wake();

    const char *name_;
    u64 limit_, serial_ = 0;
    ps_t next_ = 0, held_since_ = 0;
    u64 held_now_ = 0;
    bool waking_ = false;
    std::vector<GpuAccess *> outstanding_;
    Account account_{};
};

/// Where an engine is in a list of accesses: pieces do not cross a multiple of @p burst.
struct GpuCursor {
    u32 record = 0;
    u64 offset = 0;

    u64 iova(const dmat_record &r) const { return r.iova + offset; }
    u32 length(const dmat_record &r, u64 burst) const {
        u64 room = burst - iova(r) % burst, left = r.size - offset;
        return u32(left < room ? left : room);
    }
    void advance(const dmat_record &r, u32 len) {
        offset += len;
        if (offset >= r.size) {
            record++;
            offset = 0;
        }
    }
};

/// Texture or colour unit: does its work in order; garbage is counted and otherwise taken as it comes.
class GpuUnit : public GpuEngine {
public:
    using GpuEngine::GpuEngine;

    void begin(const std::vector<dmat_record> &list) { list_ = &list; }
    /// False: there is no such work.
    bool start(GpuWork work);
    void stop() { work_.clear(); }
    bool idle() const { return work_.empty() && outstanding().empty(); }
    void pump() override;

private:
    void arrived(GpuAccess &, bool) override {}

    const std::vector<dmat_record> *list_ = nullptr;
    std::deque<GpuWork> work_;
    u64 offset_ = 0; // in the first record of the first work
};

/// The management unit: a heartbeat of single accesses, and a watchdog over each.
class GpuManagement : public GpuEngine {
public:
    struct Watchdog {
        u64 fired;
        ps_t first;
        u64 address;
    };

    explicit GpuManagement(GpuHost &host) : GpuEngine(host, "management", 1) {}

    /// An empty list: go on with the one before.
    void begin(const std::vector<dmat_record> &list);
    void stop() { running_ = false; }
    /// Each access of its list was made at least once.
    bool covered() const { return list_.empty() || rounds_; }
    const Watchdog &watchdog() const { return watchdog_; }
    void pump() override;

private:
    void arrived(GpuAccess &, bool) override {}
    void beat(ps_t time);
    void wake();
    void look(u64 serial);

    std::vector<dmat_record> list_;
    GpuCursor at_;
    u64 rounds_ = 0;
    ps_t next_beat_ = 0;
    bool running_ = false, beating_ = false;
    Watchdog watchdog_{};
};

} // namespace faultline

#endif // FAULTLINE_GPU_ENGINE_H
