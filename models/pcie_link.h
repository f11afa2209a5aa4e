/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One direction of a PCIe link: packets leave one after the other and keep
 * their order (posted and non-posted alike: stricter than the rules, never
 * against them), each takes its bytes' time, then the way.
 */
#ifndef FAULTLINE_PCIE_LINK_H
#define FAULTLINE_PCIE_LINK_H

#include "scheduler.h"

namespace faultline {

class PcieLink {
public:
    /// Header, sequence number and CRC of one packet.
    static constexpr std::uint64_t kOverheadBytes = 24;

    /// @param bandwidth MB/s (bytes per us), 0: unlimited
    PcieLink(ps_t latency, std::uint64_t bandwidth) : latency_(latency), bandwidth_(bandwidth) {}

    /// A packet with @p payload bytes is ready at @p time. @return when its end arrives.
    ps_t send(ps_t time, std::uint64_t payload) {
        if (!bandwidth_)
            return time + latency_;
        ps_t begin = free_ > time ? free_ : time;
        free_ = begin + (payload + kOverheadBytes) * 1'000'000 / bandwidth_;
        return free_ + latency_;
    }

private:
    ps_t latency_, free_ = 0;
    std::uint64_t bandwidth_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_LINK_H
