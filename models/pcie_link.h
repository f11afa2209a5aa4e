/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One direction of a PCIe link: packets leave one after the other and keep
 * their order (posted and non-posted alike: stricter than the rules, never
 * against them), each takes its bytes' time, then the way.
 */
#ifndef FAULTLINE_PCIE_LINK_H
#define FAULTLINE_PCIE_LINK_H

#include "ledger.h"

namespace faultline {

class PcieLink {
public:
    /// Header, sequence number and CRC of one packet.
    static constexpr std::uint64_t kOverheadBytes = 24;

    /// @param bandwidth MB/s (bytes per us), 0: unlimited
    PcieLink(const char *name, ps_t latency, std::uint64_t bandwidth)
        : latency_(latency), bandwidth_(bandwidth), use_(name, 1) {}

    /// A packet with @p payload bytes is ready at @p time. @return when its end arrives.
    ps_t send(ps_t time, std::uint64_t payload) {
        ps_t begin = free_ > time ? free_ : time;

        if (!bandwidth_)
            return time + latency_;
        free_ = begin + (payload + kOverheadBytes) * 1'000'000 / bandwidth_;
        use_.use(time, begin, free_);
        return free_ + latency_;
    }
    /// The same, on the bill of an access.
    ps_t send(ps_t time, std::uint64_t payload, Bill *bill) {
        ps_t arrival = send(time, payload);

        book(bill, arrival);
        return arrival;
    }
    /// A packet has arrived at @p arrival: waiting and bytes, then the way.
    void book(Bill *bill, ps_t arrival) const {
        if (!bill)
            return;
        bill->book(OWNER_LINK_BUSY, arrival > latency_ ? arrival - latency_ : 0);
        bill->book(OWNER_LINK, arrival);
    }
    const Usage &usage() const { return use_; }

private:
    ps_t latency_, free_ = 0;
    std::uint64_t bandwidth_;
    Usage use_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_LINK_H
