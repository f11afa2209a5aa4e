/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hang detection: nothing of command processor, texture and colour unit has moved for gpu.hang_ns of a job. */
#ifndef FAULTLINE_GPU_WATCH_H
#define FAULTLINE_GPU_WATCH_H

#include "gpu_cp.h"

namespace faultline {

class GpuWatch {
public:
    /// @p hung: the job is to be given up.
    GpuWatch(const GpuHost &host, const GpuCp &cp, const GpuUnit &texture, const GpuUnit &colour,
             std::function<void()> hung)
        : host_(host), cp_(cp), texture_(texture), colour_(colour), hung_(std::move(hung)) {}

    /// A job begins.
    void begin() {
        begun_ = host_.scheduler.now();
        on_ = true;
        if (!watching_)
            look();
    }
    /// It is over.
    void end() { on_ = false; }

    /// When anything has moved last.
    ps_t progress() const {
        return std::max(
            {begun_, cp_.decoded(), cp_.account().moved, texture_.account().moved, colour_.account().moved});
    }
    u64 hangs() const { return hangs_; }
    ps_t first() const { return first_; }

private:
    void look() {
        ps_t due = progress() + host_.config.gpu.hang_ps, now = host_.scheduler.now();
        bool hung = on_ && due <= now;

        watching_ = on_ && !hung;
        if (watching_)
            host_.scheduler.call<&GpuWatch::look>(due, *this);
        if (!hung)
            return;
        on_ = false;
        if (!hangs_++)
            first_ = now;
        hung_();
    }

    const GpuHost &host_;
    const GpuCp &cp_;
    const GpuUnit &texture_, &colour_;
    std::function<void()> hung_;
    u64 hangs_ = 0;
    ps_t begun_ = 0, first_ = 0;
    bool on_ = false;       // a job runs
    bool watching_ = false; // the next look is on the agenda
};

} // namespace faultline

#endif // FAULTLINE_GPU_WATCH_H
