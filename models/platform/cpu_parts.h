/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What ports, workers and groups of a processor have in common.
 */
#ifndef FAULTLINE_CPU_PARTS_H
#define FAULTLINE_CPU_PARTS_H

#include "memory_model.h"
#include "platform_api.h"
#include "processors.h"
#include "tap.h"
#include <functional>

namespace faultline {

class Workers;

struct CpuParts {
    Scheduler &scheduler;
    MemoryModel &memory;
    const fl_config &config;
    Processors cpus{scheduler, u32(config.cpu.count)};
    Usage threads{"driver_threads", 0};
    u64 thread_wakes = 0;
    unsigned busy = 0; ///< entries of the agenda that are ours
    Workers *workers = nullptr;
    frames *tables = nullptr; ///< memory for drivers
    Tap *tap = nullptr;
    std::function<u32(u32 requester, u32 requests)> allocate{};

    ps_t now() const { return scheduler.now(); }
    u64 now_ns() const { return now() / 1000; }
    /// Each device has its own workers.
    bool per_device() const { return config.cpu.workers_per_device != 0; }
};

} // namespace faultline

#endif // FAULTLINE_CPU_PARTS_H
